//! One term: what it looks at, and what it wants to find there.

use super::entry_fields;
use super::grammar::{RawTerm, RawValue};
use super::time_spec::TimeSpec;
use super::value::{
    ActionCode, AddressPattern, DomainPattern, Id, Ip, NamePattern, ReplyCode, Sizes, Substring,
    ValueError, is_domain_like, is_ip_like,
};
use super::{Field, FilterError, Pattern};
use crate::index::{ConnectionId, Dimensions, EntryKind};
use crate::log::entry::{Body, Entry, MessageEntry, Outcome, Response, Time, Username, Window};
use crate::log::response_template;
use std::borrow::Cow;

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// What meets the test is not wanted.
    pub(super) negated: bool,
    pub(super) predicate: Predicate,
}

/// What is looked at, and what it must be: one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Predicate {
    Domain(Vec<DomainPattern>),
    /// A word that is not only a domain.
    Word(Vec<BareWord>),
    To(Vec<AddressPattern>),
    From(Vec<AddressPattern>),
    Host(Vec<DomainPattern>),
    Ip(Vec<Ip>),
    Channel(Vec<NamePattern>),
    User(Vec<NamePattern>),
    Action(Vec<ActionCode>),
    Outcome(Vec<EntryKind>),
    Code(Vec<ReplyCode>),
    ResponseRegex(Pattern),
    /// What was said, blanked.
    ResponseTemplate(Vec<Vec<u8>>),
    Id(Vec<Id>),
    File(Vec<Vec<u8>>),
    Size(Vec<Sizes>),
    Connection(Vec<u64>),
    Since(TimeSpec),
    Until(TimeSpec),
    Text(Pattern),
}

/// A value without a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum BareWord {
    Domain(DomainPattern),
    Ip(Ip),
    Part(Substring),
}

/// The words of `outcome:`, with what they mean of a row.
pub const OUTCOMES: [(&str, EntryKind); 8] = [
    (Outcome::Delivered.name(), EntryKind::Attempt(Outcome::Delivered)),
    (Outcome::Relayed.name(), EntryKind::Attempt(Outcome::Relayed)),
    (Outcome::HandedOn.name(), EntryKind::Attempt(Outcome::HandedOn)),
    (Outcome::Deferred.name(), EntryKind::Attempt(Outcome::Deferred)),
    (Outcome::Failed.name(), EntryKind::Attempt(Outcome::Failed)),
    (Outcome::Warned.name(), EntryKind::Attempt(Outcome::Warned)),
    ("enqueued", EntryKind::Enqueued),
    ("rejected", EntryKind::RecipientRejected),
];

impl Term {
    /// What was written, understood.
    pub(super) fn read(raw: RawTerm<'_>) -> Result<Self, FilterError> {
        let RawTerm { negated, field, values } = raw;
        Ok(Self { negated, predicate: Predicate::read(field, &values)? })
    }

    /// Whether an entry is wanted, as far as it tells itself: see [`Filter::matches`](super::Filter::matches).
    pub(super) fn leaves(&self, entry: Option<&Entry<'_>>, text: &[u8]) -> bool {
        self.predicate.is_elsewhere() || self.predicate.matches(entry, text) != self.negated
    }

    /// The times at which an entry is wanted, if the term is on its time.
    pub(super) fn window(&self, now: Time) -> Window {
        let always = Window::default();
        match (&self.predicate, self.negated) {
            (Predicate::Since(when), false) | (Predicate::Until(when), true) => {
                Window { since: when.at(now), ..always }
            }
            (Predicate::Until(when), false) | (Predicate::Since(when), true) => {
                Window { until: when.at(now), ..always }
            }
            _ => always,
        }
    }

    /// Whether an entry of this connection is wanted, if the term is on that.
    pub(super) fn leaves_connection(&self, id: ConnectionId) -> bool {
        match &self.predicate {
            Predicate::Connection(numbers) => {
                id.number().is_some_and(|number| numbers.contains(&number)) != self.negated
            }
            _ => true,
        }
    }

    /// Whether it means something else as time goes by.
    pub(super) fn is_relative(&self) -> bool {
        matches!(&self.predicate, Predicate::Since(when) | Predicate::Until(when) if when.is_relative())
    }
}

impl Predicate {
    fn read(field: Option<Field>, values: &[RawValue<'_>]) -> Result<Self, FilterError> {
        let Some(field) = field else { return Self::read_bare(values) };
        Ok(match field {
            Field::Domain => {
                Self::Domain(each(values, |v| DomainPattern::read(&v.text, v.quoted))?)
            }
            Field::To => Self::To(each(values, |v| AddressPattern::read(&v.text, v.quoted))?),
            Field::From => Self::From(each(values, |v| AddressPattern::read(&v.text, v.quoted))?),
            Field::Host => Self::Host(each(values, |v| DomainPattern::read(&v.text, v.quoted))?),
            Field::Ip => Self::Ip(each(values, |v| Ip::read(&v.text, v.quoted))?),
            Field::Channel => {
                Self::Channel(each(values, |v| NamePattern::read(&v.text, v.quoted))?)
            }
            Field::User => Self::User(each(values, |v| NamePattern::read(&v.text, v.quoted))?),
            Field::Action => Self::Action(each(values, |v| ActionCode::read(&v.text))?),
            Field::Outcome => Self::Outcome(each(values, |v| outcome(&v.text))?),
            Field::Code => Self::Code(each(values, |v| ReplyCode::read(&v.text))?),
            Field::Response => Self::ResponseRegex(pattern(values)?),
            Field::Reply => Self::ResponseTemplate(each(values, |v| Ok(v.text.to_vec()))?),
            Field::Id => Self::Id(each(values, |v| Id::read(&v.text))?),
            Field::File => Self::File(each(values, |v| Ok(v.text.to_vec()))?),
            Field::Size => Self::Size(each(values, |v| Sizes::read(&v.text))?),
            Field::Connection => Self::Connection(each(values, |v| number(&v.text))?),
            Field::Since => Self::Since(time_spec(values)?),
            Field::Until => Self::Until(time_spec(values)?),
            Field::Text => Self::Text(pattern(values)?),
        })
    }

    /// Words, or texts in quotes.
    fn read_bare(values: &[RawValue<'_>]) -> Result<Self, FilterError> {
        if values.iter().any(|value| value.quoted) {
            return Ok(Self::Text(pattern(values)?));
        }
        let words = each(values, |value| BareWord::read(&value.text))?;
        let domain = |word: &BareWord| match word {
            BareWord::Domain(domain) => Some(domain.clone()),
            _ => None,
        };
        let domains: Option<Vec<DomainPattern>> = words.iter().map(domain).collect();
        Ok(domains.map_or(Self::Word(words), Self::Domain))
    }

    /// Whether no entry tells of it by itself: its time and its connection are asked for elsewhere.
    pub(super) fn is_elsewhere(&self) -> bool {
        matches!(self, Self::Connection(_) | Self::Since(_) | Self::Until(_))
    }

    fn matches(&self, entry: Option<&Entry<'_>>, text: &[u8]) -> bool {
        match (self, entry) {
            (Self::Text(pattern), _) => pattern.is_in(text),
            (_, Some(entry)) => self.holds_for(entry),
            (_, None) => false,
        }
    }

    fn holds_for(&self, entry: &Entry<'_>) -> bool {
        let message = match &entry.body {
            Body::Message(message) => Some(message),
            _ => None,
        };
        let said_by = |test: &dyn Fn(&MessageEntry<'_>) -> bool| message.is_some_and(test);
        match self {
            Self::Domain(domains) => any(
                domains,
                entry_fields::domains(entry).into_iter().flatten(),
                DomainPattern::matches,
            ),
            Self::Word(words) => words.iter().any(|word| word.holds_for(entry)),
            Self::To(wanted) => said_by(&|message| {
                any(wanted, entry_fields::recipients(message), AddressPattern::matches)
            }),
            Self::From(wanted) => {
                said_by(&|message| any(wanted, [message.envelope_from], AddressPattern::matches))
            }
            Self::Ip(ips) => any(ips, entry_fields::ips(entry), Ip::matches),
            Self::Host(_) | Self::Channel(_) | Self::User(_) | Self::Action(_) => {
                Dimensions::of(entry).is_some_and(|way| self.is_met_by_way(&way))
            }
            Self::Outcome(kinds) => kinds.contains(&EntryKind::of(entry)),
            Self::Code(_) | Self::ResponseTemplate(_) => {
                let mut said = Vec::new();
                response_template::of_entry(entry, &mut said);
                self.is_met_by_answer(&said)
            }
            Self::ResponseRegex(pattern) => {
                entry_fields::answer(entry).is_some_and(|answer| pattern.is_in(&answer))
            }
            Self::Id(ids) => said_by(&|message| {
                let named = [message.message_id, message.related_message_id, message.envelope_id];
                any(ids, named.into_iter().flatten(), Id::matches)
            }),
            Self::File(names) => said_by(&|message| {
                message.queue_file.is_some_and(|file| names.iter().any(|name| file.is_called(name)))
            }),
            Self::Size(sizes) => {
                said_by(&|message| sizes.iter().any(|sizes| sizes.matches(message.size)))
            }
            Self::Connection(_) | Self::Since(_) | Self::Until(_) | Self::Text(_) => false,
        }
    }

    /// Whether a recipient domain meets it, of a test on these.
    pub(super) fn matches_domain(&self, domain: &[u8]) -> bool {
        match self {
            Self::Domain(domains) => any(domains, [domain], DomainPattern::matches),
            Self::To(wanted) => wanted.iter().any(|address| address.matches_domain(domain)),
            _ => false,
        }
    }

    /// Whether an envelope sender meets it, of a test on these.
    pub(super) fn is_met_by_sender(&self, sender: &[u8]) -> bool {
        matches!(self, Self::From(wanted) if any(wanted, [sender], AddressPattern::matches))
    }

    /// Whether a way that entries took meets it, of a test on a part of it.
    pub(super) fn is_met_by_way(&self, way: &Dimensions<'_>) -> bool {
        match self {
            Self::Host(hosts) => any(hosts, [way.host], DomainPattern::matches),
            Self::Channel(names) => {
                any(names, [way.channel, way.destination], NamePattern::matches)
            }
            // The star only tells whether he authenticated.
            Self::User(names) => any(names, [Username::new(way.user).name], NamePattern::matches),
            Self::Action(codes) => any(codes, [way.code], ActionCode::matches),
            _ => false,
        }
    }

    /// Whether what was said meets it, of a test on that or on the codes that it begins with.
    pub(super) fn is_met_by_answer(&self, said: &[u8]) -> bool {
        match self {
            Self::ResponseTemplate(texts) => texts.iter().any(|text| text == said),
            Self::Code(codes) => Response::beginning(said).is_some_and(|reply| {
                codes.iter().any(|code| code.matches(reply.code, reply.enhanced))
            }),
            _ => false,
        }
    }
}

/// Whether one of the values matches one of the texts.
fn any<'a, T>(
    values: &[T],
    texts: impl IntoIterator<Item = &'a [u8]>,
    matches: impl Fn(&T, &[u8]) -> bool,
) -> bool {
    texts.into_iter().any(|text| values.iter().any(|value| matches(value, text)))
}

impl BareWord {
    fn read(text: &[u8]) -> Result<Self, ValueError> {
        Ok(if is_ip_like(text) {
            Self::Ip(Ip::read(text, false)?)
        } else if is_domain_like(text) {
            Self::Domain(DomainPattern::read(text, false)?)
        } else if let Some(star) = text.iter().position(|&b| b == b'*') {
            return Err((star, "* stands only at the end of a name".into()));
        } else {
            Self::Part(Substring::new(text))
        })
    }

    fn holds_for(&self, entry: &Entry<'_>) -> bool {
        match self {
            Self::Domain(domain) => entry_fields::domains(entry)
                .into_iter()
                .flatten()
                .any(|named| domain.matches(named)),
            Self::Ip(ip) => entry_fields::ips(entry).any(|named| ip.matches(named)),
            Self::Part(part) => entry_fields::mentions(entry, part),
        }
    }
}

/// Reads each value; the place of a mistake is one of the whole filter.
fn each<T>(
    values: &[RawValue<'_>],
    read: impl Fn(&RawValue<'_>) -> Result<T, ValueError>,
) -> Result<Vec<T>, FilterError> {
    let value = |value| {
        read(value).map_err(|(at, what)| {
            // In quotes a byte may be written in four, so that only the value can be pointed at.
            let at = if value.quoted { value.at } else { value.at + at };
            FilterError { at, what }
        })
    };
    values.iter().map(value).collect()
}

/// The expression, or what stands in quotes as it is.
fn pattern(values: &[RawValue<'_>]) -> Result<Pattern, FilterError> {
    if let [RawValue { at, text, quoted: false }] = values {
        let source = String::from_utf8_lossy(text);
        let moved = |error: FilterError| FilterError { at: at + error.at, ..error };
        return Pattern::new(&source).map_err(moved);
    }
    let at = values.first().map_or(0, |value| value.at);
    let literal = Pattern::literal(values.iter().map(|value| &*value.text));
    literal.map_err(|error| FilterError { at, ..error })
}

fn time_spec(values: &[RawValue<'_>]) -> Result<TimeSpec, FilterError> {
    if let [_, another, ..] = values {
        return Err(FilterError { at: another.at, what: "one time is enough".into() });
    }
    let read = each(values, |value| {
        TimeSpec::read(&String::from_utf8_lossy(&value.text)).map_err(|what| (0, what))
    })?;
    let at = values.first().map_or(0, |value| value.at);
    read.first().copied().ok_or(FilterError { at, what: "a time is missing here".into() })
}

fn number(text: &[u8]) -> Result<u64, ValueError> {
    let digits = std::str::from_utf8(text).ok().filter(|text| !text.starts_with('+'));
    let number = digits.and_then(|digits| digits.parse::<u64>().ok());
    number.ok_or((0, "a connection has a number, such as 17".into()))
}

fn outcome(text: &[u8]) -> Result<EntryKind, ValueError> {
    let known = OUTCOMES.into_iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(text));
    known.map(|(_, kind)| kind).ok_or_else(|| {
        let names: Vec<&str> = OUTCOMES.into_iter().map(|(name, _)| name).collect();
        (0, Cow::Owned(format!("an outcome is one of {}", names.join(", "))))
    })
}

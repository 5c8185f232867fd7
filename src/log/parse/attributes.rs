//! From the two-letter names of XML and JSON to an entry (`mta-log-format` section 9.1).
//!
//! Knows neither XML nor JSON, only what each name stands for. The values of one entry are first
//! gathered in a [`AttributeDraft`], in any order; then the entry is made, and borrows them. Nothing is
//! dropped: a name that no document knows, one that its kind of entry does not have, a second value
//! of a name and a value that is not what its name stands for are the entry's
//! [`extra`](Entry::extra). A blank number, place or structure says nothing; a blank text is one
//! that was logged and is blank.

use super::cursor::FieldCursor;
use super::{ParseError, lexical, profiled_fields, status, time};
use crate::log::entry::{
    Body, Code, ConnectingHost, ConnectionEntry, Direction, Entry, MessageEntry, ProcessId,
    QueueFile, RemoteMta, Stamp, Time, Username,
};
use memchr::{memchr, memmem};
use std::ops::Range;

/// The kinds of entry, by the names of their elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementKind {
    /// `en`.
    Message,
    /// `co`.
    Connection,
    /// `he`.
    Header,
}

impl ElementKind {
    /// The kind that an element of this name is of.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"en" => Some(Self::Message),
            b"co" => Some(Self::Connection),
            b"he" => Some(Self::Header),
            _ => None,
        }
    }
}

macro_rules! names {
    ($($name:ident $text:literal),+ $(,)?) => {
        /// A documented name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Name { $($name),+ }

        /// Each name as it is written, in the order of [`Name`].
        const WRITTEN: &[&[u8]] = &[$($text),+];

        impl Name {
            /// The name that is written so.
            pub(super) fn of(text: &[u8]) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

names! {
    Ts b"ts", No b"no", Pi b"pi", Sc b"sc", Dc b"dc", Dr b"dr", Ac b"ac", Sz b"sz", So b"so",
    Od b"od", De b"de", Rf b"rf", Fi b"fi", Ei b"ei", Mi b"mi", Us b"us", Ss b"ss", Se b"se",
    Pr b"pr", In b"in", Ia b"ia", Fl b"fl", Re b"re", Di b"di", Rm b"rm", Tr b"tr", Ap b"ap",
    Qt b"qt", Va b"va",
}

/// Values of one entry, more than any has: what has more was made to have many.
const MOST_VALUES: usize = 64;

/// Where a name or a value stands.
#[derive(Clone, Debug)]
pub(super) enum AttributeValue<'a> {
    /// In the text of the entry, as it is.
    Text(&'a [u8]),
    /// Among the values that had to be unescaped.
    Scratch(Range<usize>),
}

/// The values of one entry, as far as they were read.
pub(super) struct AttributeDraft<'a> {
    kind: Option<ElementKind>,
    documented: [Option<AttributeValue<'a>>; WRITTEN.len()],
    others: Vec<(AttributeValue<'a>, AttributeValue<'a>)>,
    count: usize,
}

impl<'a> AttributeDraft<'a> {
    /// Nothing yet. Without a kind, the names will tell it.
    pub(super) fn new(kind: Option<ElementKind>) -> Self {
        Self { kind, documented: [const { None }; WRITTEN.len()], others: Vec::new(), count: 0 }
    }

    /// Says what kind of entry it is, unless that is known.
    pub(super) fn is(&mut self, kind: ElementKind) {
        self.kind.get_or_insert(kind);
    }

    /// Adds a value, with its name if one is known and as it is written. Of two of one name the first counts: values that strangers choose stand
    /// behind what the MTA itself says. Two times are two entries that ran into each other.
    ///
    /// # Errors
    /// There are too many, or two times.
    pub(super) fn put(
        &mut self,
        known: Option<Name>,
        value: AttributeValue<'a>,
        written: impl FnOnce() -> AttributeValue<'a>,
    ) -> Put {
        self.count += 1;
        if self.count > MOST_VALUES {
            return Err(ParseError::TooMuch);
        }
        match known.and_then(|name| self.documented.get_mut(name as usize)) {
            Some(place @ None) => *place = Some(value),
            Some(_) if known == Some(Name::Ts) => return Err(ParseError::TwoTimes),
            _ => self.others.push((written(), value)),
        }
        Ok(())
    }

    /// Fills in the entry that the values are of.
    pub(super) fn fill_in(mut self, entry: &mut Entry<'a>, scratch: &'a [u8]) -> Put {
        let has = |name: Name| self.documented.get(name as usize).is_some_and(Option::is_some);
        let kind = self.kind.unwrap_or(match (has(Name::Dr), has(Name::Va)) {
            (true, _) => ElementKind::Connection,
            (false, true) => ElementKind::Header,
            (false, false) => ElementKind::Message,
        });
        let left = self.count - self.others.len();
        let mut fields = UnusedAttributes {
            documented: &mut self.documented,
            remaining: left,
            scratch,
            extra: Vec::new(),
        };
        for (name, value) in self.others {
            let other = (fields.bytes(name), fields.bytes(value));
            fields.extra.push(other);
        }
        (entry.time, entry.stamp) =
            fields.take(Name::Ts).and_then(parse_stamp).ok_or(ParseError::NoTime)?;
        entry.node = fields.take(Name::No);
        entry.process = fields.parsed(Name::Pi, ProcessId::new);
        match kind {
            ElementKind::Message => fields.message(entry.body.begin_message())?,
            ElementKind::Connection => entry.body = Body::Connection(fields.connection()?),
            ElementKind::Header => {
                entry.body = Body::Header(fields.take(Name::Va).ok_or(ParseError::NoHeader)?);
            }
        }
        entry.extra = fields.into_unused();
        Ok(())
    }
}

/// The time behind the first `name`, without a look at the rest of the entry.
pub(super) fn time_behind(text: &[u8], name: &[u8]) -> Option<Time> {
    let behind = text.get(memmem::find(text, name)? + name.len()..)?.trim_ascii_start();
    let behind = behind.strip_prefix(b":").unwrap_or(behind).trim_ascii_start();
    let (quote, value) = behind.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    parse_stamp(value.get(..memchr(*quote, value)?)?).map(|(time, _)| time)
}

/// What adding a value comes to.
pub(super) type Put = Result<(), ParseError>;

/// The values of one entry on their way to its fields.
struct UnusedAttributes<'d, 'a> {
    documented: &'d mut [Option<AttributeValue<'a>>; WRITTEN.len()],
    /// So many of them are not used up.
    remaining: usize,
    scratch: &'a [u8],
    extra: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> UnusedAttributes<'_, 'a> {
    fn bytes(&self, value: AttributeValue<'a>) -> &'a [u8] {
        match value {
            AttributeValue::Text(text) => text,
            AttributeValue::Scratch(range) => self.scratch.get(range).unwrap_or_default(),
        }
    }

    /// The value of a name, which then is used up.
    fn take(&mut self, name: Name) -> Option<&'a [u8]> {
        let value = self.documented.get_mut(name as usize)?.take()?;
        self.remaining -= 1;
        Some(self.bytes(value))
    }

    /// The value of a name if it is not blank.
    fn filled(&mut self, name: Name) -> Option<&'a [u8]> {
        self.take(name).filter(|value| !value.is_empty())
    }

    /// What the value of a name says; one that says nothing is kept aside.
    fn parsed<T>(&mut self, name: Name, read: impl FnOnce(&'a [u8]) -> Option<T>) -> Option<T> {
        let value = self.filled(name)?;
        let read = read(value);
        if read.is_none() {
            self.keep_unknown(name, value);
        }
        read
    }

    fn number(&mut self, name: Name) -> Option<u32> {
        self.parsed(name, lexical::small)
    }

    fn keep_unknown(&mut self, name: Name, value: &'a [u8]) {
        self.extra.extend(WRITTEN.get(name as usize).map(|name| (*name, value)));
    }

    /// Everything that has no place in the entry.
    fn into_unused(mut self) -> Vec<(&'a [u8], &'a [u8])> {
        if self.remaining == 0 {
            return self.extra;
        }
        let scratch = self.scratch;
        for (name, value) in WRITTEN.iter().zip(self.documented) {
            match value.take() {
                Some(AttributeValue::Text(text)) => self.extra.push((name, text)),
                Some(AttributeValue::Scratch(range)) => {
                    self.extra.push((name, scratch.get(range).unwrap_or_default()));
                }
                None => {}
            }
        }
        self.extra
    }

    /// Action code and source channel, which entries of both kinds have.
    fn code(&mut self) -> Result<(Code<'a>, &'a [u8]), ParseError> {
        let code = self.filled(Name::Ac).ok_or(ParseError::NoCode)?;
        Ok((Code(code), self.filled(Name::Sc).ok_or(ParseError::NoCode)?))
    }

    fn message(&mut self, message: &mut MessageEntry<'a>) -> Put {
        (message.code, message.source_channel) = self.code()?;
        message.size = self.take(Name::Sz).and_then(lexical::integer).ok_or(ParseError::NoSize)?;
        message.destination_channel = self.filled(Name::Dc);
        self.addresses(message)?;
        self.ids(message);
        message.notary_flags = self.number(Name::Rf);
        message.queue_file = self.take(Name::Fi).map(QueueFile);
        message.username = self.take(Name::Us).map(Username::new);
        self.host(message);
        message.sensitivity = self.number(Name::Se);
        message.priority = self.number(Name::Pr);
        message.intermediate = self.take(Name::In);
        message.initial = self.take(Name::Ia);
        message.filter = self.take(Name::Fl).map(without_apostrophes);
        message.reason = self.take(Name::Re);
        message.transport = self.parsed(Name::Tr, status::transport);
        message.application = self.parsed(Name::Ap, status::application);
        message.queue_seconds =
            self.parsed(Name::Qt, |value| lexical::is_decimal(value).then_some(value));
        self.status(message);
        Ok(())
    }

    /// Envelope From, original To and active To.
    fn addresses(&mut self, message: &mut MessageEntry<'a>) -> Put {
        message.envelope_from =
            profiled_fields::unbracketed(self.take(Name::So).unwrap_or_default());
        let original = self.take(Name::Od);
        if let Some(original) = original {
            message.original_to_type = lexical::address_type(original);
            message.original_to = match message.original_to_type {
                Some(kind) => original.get(kind.len() + 1..).unwrap_or_default(),
                None => profiled_fields::unbracketed(original),
            };
        }
        message.active_to = self.take(Name::De).map(profiled_fields::unbracketed);
        (original.is_some() || message.active_to.is_some())
            .then_some(())
            .ok_or(ParseError::NoRecipient)
    }

    fn ids(&mut self, message: &mut MessageEntry<'a>) {
        message.envelope_id = self.take(Name::Ei);
        if let Some(id) = self.take(Name::Mi) {
            profiled_fields::set_message_id(message, id);
        }
    }

    /// Who connected to us; where a message leaves the queue, whom we connected to, if anyone.
    fn host(&mut self, message: &mut MessageEntry<'a>) {
        let Some(text) = self.take(Name::Ss) else { return };
        let client = lexical::connecting_host(text).filter(|host| host.text == text);
        if client.is_none() && message.code.action().is_dequeue() {
            message.remote_host = Some(text);
        } else if !text.is_empty() {
            message.connecting_host =
                client.or(Some(ConnectingHost { text, helo: text, rdns: None, ip: None }));
        }
    }

    /// The delivery status, which newer versions split into the remote MTA and the rest.
    fn status(&mut self, message: &mut MessageEntry<'a>) {
        match self.take(Name::Di) {
            Some(b"") => message.diagnostic = Some(b""),
            Some(status) => status::status(message, FieldCursor(status)),
            None => {}
        }
        let Some(text) = self.filled(Name::Rm) else { return };
        let named = memchr(b';', text)
            .map(|at| text.split_at(at))
            .map(|(kind, host)| RemoteMta { kind, host: host.get(1..).unwrap_or_default() });
        match (message.remote_mta, named) {
            (None, Some(named)) => message.remote_mta = Some(named),
            (Some(said), Some(named)) if said == named => {}
            _ => self.keep_unknown(Name::Rm, text),
        }
    }

    fn connection(&mut self) -> Result<ConnectionEntry<'a>, ParseError> {
        let (code, source_channel) = self.code()?;
        let direction = match self.take(Name::Dr) {
            Some(b"+") => Direction::Inbound,
            Some(b"-") => Direction::Outbound,
            _ => return Err(ParseError::NoDirection),
        };
        let has = |name: Name| self.documented.get(name as usize).is_some_and(Option::is_some);
        if !has(Name::Tr) && !has(Name::Ap) {
            return Err(ParseError::NoConnection);
        }
        let (transport, application) =
            (self.parsed(Name::Tr, status::transport), self.parsed(Name::Ap, status::application));
        Ok(ConnectionEntry {
            code,
            source_channel,
            direction,
            transport,
            application,
            username: self.take(Name::Us),
            auth_message: self.take(Name::Mi),
            diagnostic: self.take(Name::Di),
        })
    }
}

/// A value that is a time and nothing else.
fn parse_stamp(value: &[u8]) -> Option<(Time, Stamp<'_>)> {
    time::stamp(value).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, stamp)| stamp)
}

/// Text entries have Sieve actions between apostrophes.
fn without_apostrophes(filter: &[u8]) -> &[u8] {
    filter.strip_prefix(b"'").and_then(|rest| rest.strip_suffix(b"'")).unwrap_or(filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::parse::{Profile, Scratch, entry};

    fn read(text: &str) -> Result<Entry<'_>, ParseError> {
        let scratch: &mut Scratch = Box::leak(Box::default());
        entry(text.as_bytes(), Profile::default(), scratch)
    }

    fn message(text: &str) -> MessageEntry<'_> {
        match read(text).map(|entry| entry.body) {
            Ok(Body::Message(message)) => message,
            other => panic!("{text}: {other:?}"),
        }
    }

    const FULL: &str = "<en ts=\"2014-06-02T22:02:13.94Z\" no=\"hosta\" pi=\"72a9.3b4.3774\" \
        sc=\"tcp_local\" dc=\"\" ac=\"DES\" sz=\"3\" so=\"\" od=\"rfc822;a@x.org\" de=\"&lt;&gt;\" \
        rf=\"276\" fi=\"/q/ZZ0.00\" ei=\"&lt;e@d&gt;\" mi=\"&lt;m@d&gt;,&lt;o@d&gt;\" us=\"*joe\" \
        ss=\"mx.x.org\" se=\"0\" pr=\"3\" in=\"i@x.org\" ia=\"\" fl=\"'keep'\" re=\"why\" \
        di=\"(TCP|192.0.2.1|5|192.0.2.2|25) (hello) smtp;250 2.1.5 fine\" rm=\"dns;mx.x.org\" \
        ap=\"SMTP/x.org/mx.x.org\" qt=\"12.5\" ct=\"9\" dr=\"+\"/>";

    #[test]
    fn every_name_has_its_field() {
        let entry = read(FULL).unwrap();
        assert_eq!((entry.stamp.fraction, entry.stamp.zone), (&b"94"[..], &b"Z"[..]));
        assert_eq!(entry.node, Some(&b"hosta"[..]));
        assert_eq!(entry.process.unwrap().thread, Some(&b"3b4"[..]));
        assert_eq!(entry.extra, [(&b"ct"[..], &b"9"[..]), (b"dr", b"+")]);
        let message = message(FULL);
        assert_eq!((message.destination_channel, message.size), (None, 3));
        assert_eq!(message.original_to_type, Some(&b"rfc822"[..]));
        assert_eq!((message.original_to, message.active_to), (&b"a@x.org"[..], Some(&b""[..])));
        assert_eq!(message.notary_flags, Some(276));
        assert_eq!(message.queue_file, Some(QueueFile(b"/q/ZZ0.00")));
        assert_eq!(message.envelope_id, Some(&b"<e@d>"[..]));
        assert_eq!(message.message_id, Some(&b"<m@d>"[..]));
        assert_eq!(message.related_message_id, Some(&b"<o@d>"[..]));
        assert_eq!(message.username, Some(Username::new(b"*joe")));
        assert_eq!(message.remote_host, Some(&b"mx.x.org"[..]));
        assert_eq!((message.sensitivity, message.priority), (Some(0), Some(3)));
        assert_eq!(
            (message.intermediate, message.initial),
            (Some(&b"i@x.org"[..]), Some(&b""[..]))
        );
        assert_eq!((message.filter, message.reason), (Some(&b"keep"[..]), Some(&b"why"[..])));
        assert_eq!(message.remote_mta, Some(RemoteMta { kind: b"dns", host: b"mx.x.org" }));
        assert_eq!(message.transport.unwrap().remote_port, 25);
        assert_eq!(message.application.unwrap().dns_host, Some(&b"mx.x.org"[..]));
        assert_eq!(message.banner, Some(&b"hello"[..]));
        assert_eq!(message.response.unwrap().text, b"fine");
        assert_eq!((message.diagnostic, message.queue_seconds), (None, Some(&b"12.5"[..])));
    }

    #[test]
    fn the_connecting_host_is_read_as_in_text() {
        for (code, text, rdns) in [
            ("E", "helo.org (rdns.org [192.0.2.1])", Some(&b"rdns.org"[..])),
            ("E", "helo.org ([IPv6:::1])", None),
            ("E", "helo.org", None),
        ] {
            let text = format!(
                "<en ts=\"2014-06-02T22:02:13\" sc=\"a\" ac=\"{code}\" sz=\"1\" de=\"b\" ss=\"{text}\"/>"
            );
            let host = message(&text).connecting_host.unwrap();
            assert_eq!((host.helo, host.rdns), (&b"helo.org"[..], rdns), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_not_what_its_name_stands_for_is_kept_aside() {
        let odd = "<en ts=\"2014-06-02T22:02:13\" pi=\"?\" sc=\"a\" ac=\"D\" sz=\"1\" de=\"b\" \
            rf=\"-1\" se=\"4294967296\" pr=\"\" tr=\"TCP\" ap=\"smtp\" rm=\"mx\" qt=\"1e5\" so=\"x\" \
            so=\"y\"/>";
        let entry = read(odd).unwrap();
        let names: Vec<_> = entry.extra.iter().map(|(name, _)| *name).collect();
        let expected: [&[u8]; 8] = [b"so", b"pi", b"rf", b"se", b"tr", b"ap", b"qt", b"rm"];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_connection_has_its_own_names() {
        let text = "<co ts=\"2014-06-02T22:02:13\" sc=\"tcp_local\" dr=\"-\" ac=\"Y\" ap=\"\" mi=\"no\" \
            us=\"\" di=\"refused\" sz=\"1\"/>";
        let entry = read(text).unwrap();
        let Body::Connection(connection) = entry.body else { panic!() };
        assert_eq!(connection.direction, Direction::Outbound);
        assert_eq!((connection.transport, connection.application), (None, None));
        assert_eq!(connection.auth_message, Some(&b"no"[..]));
        assert_eq!(
            (connection.username, connection.diagnostic),
            (Some(&b""[..]), Some(&b"refused"[..]))
        );
        assert_eq!(entry.extra, [(&b"sz"[..], &b"1"[..])]);
    }

    #[test]
    fn flaws_are_named() {
        let ts = "ts=\"2014-06-02T22:02:13\"";
        for (text, flaw) in [
            ("<en sc=\"a\"/>".into(), ParseError::NoTime),
            ("<en ts=\"yesterday\"/>".into(), ParseError::NoTime),
            (format!("<en {ts} sc=\"a\"/>"), ParseError::NoCode),
            (format!("<en {ts} sc=\"\" ac=\"E\"/>"), ParseError::NoCode),
            (format!("<en {ts} sc=\"a\" ac=\"E\" sz=\"\"/>"), ParseError::NoSize),
            (format!("<en {ts} sc=\"a\" ac=\"E\" sz=\"1\" so=\"b\"/>"), ParseError::NoRecipient),
            (format!("<co {ts} sc=\"a\" ac=\"O\" ap=\"SMTP\"/>"), ParseError::NoDirection),
            (format!("<co {ts} sc=\"a\" dr=\"+\" ac=\"O\"/>"), ParseError::NoConnection),
            (format!("<he {ts}/>"), ParseError::NoHeader),
        ] {
            assert_eq!(read(&text), Err(flaw), "{text}");
        }
    }
}

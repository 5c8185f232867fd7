//! The log without what tells who somebody is: pseudonyms in the place of names.
//!
//! A pseudonym is a hash under a key that is drawn anew for each [`Redactor`] and kept nowhere, so
//! that within one run the same name has the same pseudonym, and between two runs nothing connects
//! them. It has the form of what it stands for and can be parsed again; an address that stands for
//! another is of a range that nobody has. Domains stay unless [`RedactLevel::All`] is asked for. Where it is
//! not sure whether a text tells anything, it is hidden.
//!
//! Knows the text of an entry and what it says, and no file, no index and no screen.
//!
//! ```
//! use mtatop::log::redact::{RedactLevel, Redactor};
//! let redactor = Redactor::new(RedactLevel::People);
//! let shown = redactor.address(b"Adam@sesta.com");
//! assert!(shown.starts_with(b"u-") && shown.ends_with(b"@sesta.com"));
//! assert_eq!(shown, redactor.address(b"adam@sesta.com"));
//! ```

mod fields;
mod filter;
mod free_text;
mod rewrite;
mod unescape;

use crate::log::entry::Response;
use crate::log::parse::EntryText;
use clap::ValueEnum;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// What is hidden: the values of `--redact`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RedactLevel {
    /// What tells of people and their machines; domains and the names of servers stay.
    People,
    /// Domains and names of servers as well.
    All,
}

/// What a name is the name of, so that the same word as two of them has two pseudonyms.
#[derive(Clone, Copy, Hash)]
enum NameKind {
    User,
    Host,
    Domain,
    Address,
    Id,
    File,
    Text,
}

/// Makes pseudonyms, for ever the same ones.
#[derive(Clone)]
pub struct Redactor {
    how: RedactLevel,
    key: Arc<RandomState>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("how", &self.how).finish_non_exhaustive()
    }
}

/// The same if they make the same pseudonyms.
impl PartialEq for Redactor {
    fn eq(&self, other: &Self) -> bool {
        self.how == other.how && Arc::ptr_eq(&self.key, &other.key)
    }
}

impl Eq for Redactor {}

/// The domain of ids: no such domain can exist (RFC 2606).
const OF_IDS: &[u8] = b"@id.invalid";

impl Redactor {
    /// With a key of its own.
    pub fn new(how: RedactLevel) -> Self {
        Self { how, key: Arc::default() }
    }

    /// What it hides.
    pub fn level(&self) -> RedactLevel {
        self.how
    }

    /// The text of an entry as it may be shown; it says the same of everything else.
    #[must_use]
    pub fn shown(&self, original: &EntryText) -> EntryText {
        fields::shown(self, original)
    }

    /// An address: its domain stays if domains do. Of a source route the last part counts.
    pub fn address(&self, address: &[u8]) -> Vec<u8> {
        let Some(at) = memchr::memrchr(b'@', address) else { return self.user(address) };
        let (local, domain) = address.split_at(at);
        let mut shown = self.user(local_part(local));
        shown.push(b'@');
        let domain = domain.get(1..).unwrap_or_default();
        match domain.strip_suffix(b">") {
            Some(domain) => shown.extend([&self.domain(domain)[..], b">"].concat()),
            None => shown.extend(self.domain(domain)),
        }
        shown
    }

    /// A user, or the local part of an address, which may have another address in it.
    pub fn user(&self, name: &[u8]) -> Vec<u8> {
        match name {
            b"" | b"<>" => name.to_vec(),
            [star @ b'*', name @ ..] => [&[*star][..], &self.user(name)].concat(),
            _ if name.contains(&b'@') => self.address(name),
            [b'<', name @ ..] => [b"<", &self.user(name)[..]].concat(),
            _ => self.pseudonym_between(b"u-", NameKind::User, name, b""),
        }
    }

    /// A recipient domain, or the name of a server. What does not look like one is hidden.
    pub fn domain(&self, name: &[u8]) -> Vec<u8> {
        if let Some(address) = self.address_in(name) {
            return address;
        }
        let is_pseudo = name.to_ascii_lowercase().ends_with(b"-daemon");
        if name.is_empty() || is_pseudo && is_name(name) {
            return name.to_vec();
        }
        match self.how {
            RedactLevel::People if is_name(name) => name.to_vec(),
            _ if name.contains(&b'.') => {
                self.pseudonym_between(b"d-", NameKind::Domain, name, b".invalid")
            }
            _ => self.pseudonym_between(b"d-", NameKind::Domain, name, b""),
        }
    }

    /// The name of a client, by its own word or by reverse DNS, or of a host of ours: of three labels
    /// or more the last two stay if domains do.
    pub fn host(&self, name: &[u8]) -> Vec<u8> {
        if name.is_empty() {
            return Vec::new();
        }
        if let Some(address) = self.address_in(name) {
            return address;
        }
        let above = parent(name).filter(|_| self.how == RedactLevel::People && is_name(name));
        let above = above.map(|above| [b".", above].concat());
        self.pseudonym_between(b"h-", NameKind::Host, name, above.as_deref().unwrap_or(b".invalid"))
    }

    /// The name of the other side of a connection: of a client, or of a server.
    pub fn peer(&self, name: &[u8], inbound: bool) -> Vec<u8> {
        if inbound { self.host(name) } else { self.domain(name) }
    }

    /// An IP address, which becomes one of 240.0.0.0/4 or `2001:db8::/32`: nobody has these.
    pub fn ip(&self, ip: IpAddr) -> IpAddr {
        let hash = self.key.hash_one((NameKind::Address, ip.to_canonical()));
        match ip {
            IpAddr::V4(_) => {
                let [first, rest @ ..] =
                    u32::try_from(hash >> 32).unwrap_or_default().to_be_bytes();
                let [second, third, fourth] = rest;
                IpAddr::V4(Ipv4Addr::new(0xF0 | first & 0x0E, second, third, fourth))
            }
            IpAddr::V6(_) => {
                let range = 0x2001_0db8_u128 << 96;
                IpAddr::V6(Ipv6Addr::from_bits(range | u128::from(hash >> 32)))
            }
        }
    }

    /// The address that a text is, with or without its brackets.
    fn address_in(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (open, inside) = match text {
            [b'[', inside @ .., b']'] => (true, inside),
            _ => (false, text),
        };
        let (tag, bare) = match inside.split_at_checked(5) {
            Some((tag, bare)) if tag.eq_ignore_ascii_case(b"IPv6:") => (tag, bare),
            _ => (&b""[..], inside),
        };
        let ip = self.ip(parsed(bare)?).to_string();
        let (open, close) = if open { ("[", "]") } else { ("", "") };
        Some([open.as_bytes(), tag, ip.as_bytes(), close.as_bytes()].concat())
    }

    /// What stands where an address should.
    pub fn ip_text(&self, text: &[u8]) -> Vec<u8> {
        self.address_in(text).unwrap_or_else(|| self.text(text))
    }

    /// A message or envelope id, with brackets if it has some.
    pub fn id(&self, id: &[u8]) -> Vec<u8> {
        let bare = crate::log::entry::without_brackets(id);
        if bare.is_empty() {
            return id.to_vec();
        }
        let shown = self.pseudonym_between(b"m-", NameKind::Id, bare, OF_IDS);
        let (open, close) = (id.starts_with(b"<"), id.ends_with(b">"));
        [if open { &b"<"[..] } else { b"" }, &shown, if close { b">" } else { b"" }].concat()
    }

    /// The name of a queue file: of which attempt it is stays, and that two attempts are of one file.
    pub fn queue_file(&self, file: &[u8]) -> Vec<u8> {
        let named = crate::log::entry::QueueFile(file);
        let Some(body) = named.body().filter(|_| named.attempt().is_some()) else {
            return [b"q/x", &self.hex(NameKind::File, file)[..], b".00"].concat();
        };
        let start = memchr::memrchr(b'/', file).map_or(0, |slash| slash + 1);
        let attempt = file.get(start..start + 2).unwrap_or_default();
        let suffix = memchr::memrchr(b'.', file).and_then(|dot| file.get(dot..));
        let suffix = suffix.filter(|suffix| {
            let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
            suffix.len() <= 5 && suffix.iter().skip(1).all(is_letter)
        });
        [b"q/", attempt, &self.hex(NameKind::File, body), suffix.unwrap_or(b".00")].concat()
    }

    /// Text of which nothing is known.
    pub fn text(&self, text: &[u8]) -> Vec<u8> {
        if text.is_empty() {
            Vec::new()
        } else {
            self.pseudonym_between(b"x-", NameKind::Text, text, b"")
        }
    }

    /// What a server or we said: its words stay, but for addresses, names and ids.
    pub fn said(&self, text: &[u8]) -> Vec<u8> {
        free_text::scrub(self, text, &[])
    }

    /// Of an answer whose entry is not at hand, so that nobody knows the names in it: its codes.
    pub fn codes(&self, answer: &[u8]) -> Vec<u8> {
        const HIDDEN: &[u8] = b"(hidden)";
        match Response::beginning(answer) {
            Some(reply) if reply.text.is_empty() => answer.to_vec(),
            Some(reply) => Response { text: HIDDEN, ..reply }.line(),
            None => HIDDEN.to_vec(),
        }
    }

    /// A filter as it may be shown: what it asks for, but not for whom.
    pub fn filter(&self, text: &str) -> String {
        filter::shown(self, text)
    }

    fn pseudonym_between(
        &self,
        before: &[u8],
        of: NameKind,
        name: &[u8],
        behind: &[u8],
    ) -> Vec<u8> {
        let lower = name.to_ascii_lowercase();
        [before, &self.hex(of, &lower), behind].concat()
    }

    /// 32 bits: of ten thousand names two fall together once in eighty runs.
    fn hex(&self, of: NameKind, name: &[u8]) -> Vec<u8> {
        format!("{:08x}", self.key.hash_one((of, name)) >> 32).into_bytes()
    }
}

/// The user of a source route `@relay:user`, whose domain was cut off.
fn local_part(local: &[u8]) -> &[u8] {
    let route = local.starts_with(b"@");
    let colon = memchr::memrchr(b':', local).filter(|_| route);
    colon.and_then(|colon| local.get(colon + 1..)).unwrap_or(local)
}

fn parsed(text: &[u8]) -> Option<IpAddr> {
    let ends = text.first()?.is_ascii_hexdigit() || text.first() == Some(&b':');
    str::from_utf8(text).ok().filter(|_| ends)?.parse().ok()
}

/// Labels of letters, digits and hyphens between dots, of which the last is no number.
fn is_name(name: &[u8]) -> bool {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let mut labels = name.split(|&byte| byte == b'.');
    let sound = |label: &[u8]| {
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !label.is_empty() && label.len() <= 63 && label.iter().all(fits)
    };
    let last = labels.clone().next_back().unwrap_or_default();
    name.len() <= 253 && labels.all(sound) && !last.iter().all(u8::is_ascii_digit)
}

/// The last two labels of a name of three or more.
fn parent(name: &[u8]) -> Option<&[u8]> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let last = memchr::memrchr(b'.', name)?;
    let before = memchr::memrchr(b'.', name.get(..last)?)?;
    name.get(before + 1..)
}

#[cfg(test)]
mod tests;

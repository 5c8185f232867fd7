//! Values and the bytes they match, case-insensitive, apart from any entry: each text is tested once.

use crate::log::entry::{is_address, is_id, without_brackets};
use std::borrow::Cow;
use std::net::IpAddr;

/// Why a value is none, and at which of its bytes.
pub(super) type ValueError = (usize, Cow<'static, str>);

fn wrong<T>(at: usize, what: impl Into<Cow<'static, str>>) -> Result<T, ValueError> {
    Err((at, what.into()))
}

/// A domain, or a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DomainPattern {
    name: Vec<u8>,
    scope: MatchScope,
}

/// How far a name reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MatchScope {
    /// It alone: it stood in quotes.
    Alone,
    /// All within it, too.
    Within,
    /// Any that begins so, or has a parent that does: it ended with a star.
    Begins,
}

impl DomainPattern {
    pub(super) fn read(text: &[u8], quoted: bool) -> Result<Self, ValueError> {
        if quoted {
            return Ok(Self { name: text.to_vec(), scope: MatchScope::Alone });
        }
        let (name, star) = starred(text)?;
        let begin = name.strip_prefix(b"@").unwrap_or(name);
        let bare = if star { begin } else { begin.strip_suffix(b".").unwrap_or(begin) };
        if bare.is_empty() && !star {
            return wrong(0, "there is no name in this");
        }
        Ok(Self {
            name: bare.to_vec(),
            scope: if star { MatchScope::Begins } else { MatchScope::Within },
        })
    }

    pub(super) fn matches(&self, domain: &[u8]) -> bool {
        if domain.is_empty() {
            return false;
        }
        match self.scope {
            MatchScope::Alone => domain.eq_ignore_ascii_case(&self.name),
            MatchScope::Within => {
                let before = domain.len().checked_sub(self.name.len());
                let split = before.and_then(|at| domain.split_at_checked(at));
                split.is_some_and(|(rest, tail)| {
                    tail.eq_ignore_ascii_case(&self.name)
                        && (rest.is_empty() || rest.ends_with(b"."))
                })
            }
            MatchScope::Begins => {
                let parents = memchr::memchr_iter(b'.', domain).map(|dot| dot + 1);
                std::iter::once(0).chain(parents).any(|at| {
                    let label = domain.get(at..at + self.name.len());
                    label.is_some_and(|label| label.eq_ignore_ascii_case(&self.name))
                })
            }
        }
    }

    /// What all that it matches contain.
    pub(super) fn needle(&self) -> &[u8] {
        &self.name
    }
}

/// What stands before a star at the end, and whether there is one.
fn starred(text: &[u8]) -> Result<(&[u8], bool), ValueError> {
    match memchr::memchr(b'*', text) {
        None => Ok((text, false)),
        Some(at) if at + 1 == text.len() => Ok((text.get(..at).unwrap_or_default(), true)),
        Some(at) => wrong(at, "* stands only at the end of a name"),
    }
}

/// Whether a word looks like a domain: it has a dot inside, or ends with a star.
pub(super) fn is_domain_like(word: &[u8]) -> bool {
    let begin = word.strip_prefix(b"@").unwrap_or(word);
    let dot = begin.iter().position(|&b| b == b'.');
    word.last() == Some(&b'*')
        || word.first() == Some(&b'@')
        || dot.is_some_and(|dot| dot > 0 && dot + 1 < begin.len()) && !begin.contains(&b'@')
}

/// An address, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AddressPattern {
    /// The null sender, or a recipient that nobody named.
    Null,
    /// Just this.
    Alone(Vec<u8>),
    /// This, with or without a source route.
    Whole(Vec<u8>),
    /// All at a domain.
    At(DomainPattern),
    /// All that this is a part of.
    Part(Substring),
}

impl AddressPattern {
    pub(super) fn read(text: &[u8], quoted: bool) -> Result<Self, ValueError> {
        let bare = without_brackets(text);
        if quoted {
            return Ok(if text.is_empty() { Self::Null } else { Self::Alone(text.to_vec()) });
        }
        if bare.is_empty() {
            return Ok(Self::Null);
        }
        let before = usize::from(text.starts_with(b"<"));
        if is_domain_like(bare) && !bare.get(1..).unwrap_or_default().contains(&b'@') {
            let domain =
                DomainPattern::read(bare, false).map_err(|(at, what)| (before + at, what))?;
            return Ok(Self::At(domain));
        }
        if let Some(star) = bare.iter().position(|&b| b == b'*') {
            return wrong(before + star, "* stands only at the end of a domain");
        }
        let whole = bare.contains(&b'@').then(|| Self::Whole(bare.to_vec()));
        Ok(whole.unwrap_or_else(|| Self::Part(Substring::new(bare))))
    }

    pub(super) fn matches(&self, address: &[u8]) -> bool {
        match self {
            Self::Null => address.is_empty(),
            Self::Alone(wanted) => address.eq_ignore_ascii_case(wanted),
            Self::Whole(wanted) => is_address(address, wanted),
            Self::At(domain) => domain_in(address).is_some_and(|found| domain.matches(found)),
            Self::Part(part) => part.is_in(address),
        }
    }

    /// The same of a domain alone, of what asks for no more.
    pub(super) fn matches_domain(&self, domain: &[u8]) -> bool {
        matches!(self, Self::At(wanted) if wanted.matches(domain))
    }

    /// Whether it asks for a domain as only real addresses have one, with a dot in it.
    pub(super) fn is_of_real_domain(&self) -> bool {
        let real = |name: &[u8]| !name.to_ascii_lowercase().ends_with(b"-daemon");
        let dotted = |name: &[u8]| memchr::memchr(b'.', name).is_some();
        matches!(self, Self::At(DomainPattern { name, scope: MatchScope::Within }) if dotted(name) && real(name))
    }

    pub(super) fn needle(&self) -> Option<&[u8]> {
        match self {
            Self::Null => None,
            Self::Alone(wanted) | Self::Whole(wanted) => Some(wanted),
            Self::At(domain) => Some(domain.needle()),
            Self::Part(part) => Some(part.needle()),
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Substring(Vec<u8>);

impl Substring {
    pub(super) fn new(text: &[u8]) -> Self {
        Self(text.to_vec())
    }

    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        let Some(first) = self.0.first() else { return true };
        let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
        memchr::memchr2_iter(lower, upper, text).any(|at| {
            let found = text.get(at..at + self.0.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(&self.0))
        })
    }

    pub(super) fn needle(&self) -> &[u8] {
        &self.0
    }
}

/// What stands behind the last `@`, be it a real domain or not.
fn domain_in(address: &[u8]) -> Option<&[u8]> {
    let domain = address.get(memchr::memrchr(b'@', address)? + 1..)?;
    Some(domain.strip_suffix(b".").unwrap_or(domain))
}

/// Addresses of IPv4 or IPv6 that begin with the same bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ip {
    /// Those of IPv4 are kept mapped into IPv6.
    Net(u128, u32),
    /// What the log has in the place of one.
    Text(Vec<u8>),
}

/// Bits before an address of IPv4 that is mapped into IPv6.
const MAPPED: u32 = 96;

impl Ip {
    pub(super) fn read(text: &[u8], quoted: bool) -> Result<Self, ValueError> {
        const WRONG: &str =
            "an IP address is 192.0.2.1, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32";
        let slash = memchr::memchr(b'/', text);
        let (address, length) =
            text.split_at_checked(slash.unwrap_or(text.len())).unwrap_or_default();
        let Some(address) = ip(address) else {
            return if quoted { Ok(Self::Text(text.to_vec())) } else { wrong(0, WRONG) };
        };
        let bits = bits(address);
        let before = if address.is_ipv4() { MAPPED } else { 0 };
        let Some(digits) = length.strip_prefix(b"/") else { return Ok(Self::Net(bits, 128)) };
        let length = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<u32>().ok());
        match length.filter(|length| length + before <= 128) {
            Some(length) => Ok(Self::Net(bits, length + before)),
            None => {
                wrong(slash.unwrap_or(0) + 1, "a range has 0 to 32 bits of IPv4, 0 to 128 of IPv6")
            }
        }
    }

    /// What all of IPv4 begin with, unless they are written as of IPv6; those have no one way to be
    /// written.
    pub(super) fn needle(&self) -> Option<String> {
        let Self::Net(bits, length) = self else { return None };
        let octets = usize::try_from(length.checked_sub(MAPPED)? / 8).ok().filter(|&n| n > 0)?;
        let address = std::net::Ipv6Addr::from_bits(*bits).to_ipv4_mapped()?;
        let first: Vec<String> = address.octets().iter().take(octets).map(u8::to_string).collect();
        Some(first.join(".") + if octets < 4 { "." } else { "" })
    }

    pub(super) fn matches(&self, text: &[u8]) -> bool {
        match self {
            Self::Text(wanted) => text.eq_ignore_ascii_case(wanted),
            Self::Net(net, length) => ip(text).is_some_and(|address| {
                let differing = (bits(address) ^ net).checked_shr(128 - length);
                differing.unwrap_or(0) == 0
            }),
        }
    }
}

fn ip(text: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(text).ok()?.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Whether a word is an address, or a range of them.
pub(super) fn is_ip_like(word: &[u8]) -> bool {
    ip(word.split(|&b| b == b'/').next().unwrap_or_default()).is_some()
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// A name that is whole, or the beginning of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamePattern {
    name: Vec<u8>,
    begins: bool,
}

impl NamePattern {
    pub(super) fn read(text: &[u8], quoted: bool) -> Result<Self, ValueError> {
        let (name, begins) = if quoted { (text, false) } else { starred(text)? };
        Ok(Self { name: name.to_vec(), begins })
    }

    pub(super) fn matches(&self, name: &[u8]) -> bool {
        let part = if self.begins { name.get(..self.name.len()) } else { Some(name) };
        !name.is_empty() && part.is_some_and(|part| part.eq_ignore_ascii_case(&self.name))
    }
}

/// An id, with or without its brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id(Vec<u8>);

impl Id {
    pub(super) fn read(text: &[u8]) -> Result<Self, ValueError> {
        match without_brackets(text) {
            [] => wrong(0, "there is no id in this"),
            bare => Ok(Self(bare.to_vec())),
        }
    }

    pub(super) fn matches(&self, id: &[u8]) -> bool {
        is_id(id, &self.0)
    }

    pub(super) fn needle(&self) -> &[u8] {
        &self.0
    }
}

/// The code of an action: its letter stands for it with any modifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ActionCode(Vec<u8>);

impl ActionCode {
    pub(super) fn read(text: &[u8]) -> Result<Self, ValueError> {
        match text.iter().position(|b| !b.is_ascii_alphabetic()) {
            Some(at) => wrong(at, "an action is a letter such as E, or a code such as EEQ"),
            None => Ok(Self(text.to_ascii_uppercase())),
        }
    }

    pub(super) fn matches(&self, code: &[u8]) -> bool {
        match *self.0 {
            [letter] => code.first() == Some(&letter),
            _ => code == self.0,
        }
    }
}

/// A reply code or an enhanced status code, parts of which may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReplyCode {
    /// Its digits.
    Reply([Option<u8>; 3]),
    /// Its numbers, as text.
    Enhanced([Option<Vec<u8>>; 3]),
}

impl ReplyCode {
    pub(super) fn read(text: &[u8]) -> Result<Self, ValueError> {
        let any = |b: u8| matches!(b, b'x' | b'X' | b'*');
        if let &[a, b, c] = text
            && [a, b, c].iter().all(|&b| b.is_ascii_digit() || any(b))
        {
            return Ok(Self::Reply([a, b, c].map(|b| b.checked_sub(b'0').filter(|&d| d < 10))));
        }
        let part = |part: &[u8]| match part {
            &[b] if any(b) => Some(None),
            _ if part.is_empty() || !part.iter().all(u8::is_ascii_digit) => None,
            digits => Some(Some(digits.to_vec())),
        };
        let parts: Option<Vec<_>> = text.split(|&b| b == b'.').map(part).collect();
        match parts.map(<[_; 3]>::try_from) {
            Some(Ok(parts)) => Ok(Self::Enhanced(parts)),
            _ => wrong(0, "a code is 421, 4xx, 5.7.1 or 5.7.x"),
        }
    }

    pub(super) fn matches(&self, code: u16, enhanced: Option<&[u8]>) -> bool {
        match self {
            Self::Reply(wanted) => {
                let digits = [code / 100, code / 10 % 10, code % 10];
                let fits = |(wanted, digit): (&Option<u8>, u16)| {
                    wanted.is_none_or(|wanted| u16::from(wanted) == digit)
                };
                wanted.iter().zip(digits).all(fits)
            }
            Self::Enhanced(wanted) => enhanced.is_some_and(|code| {
                let fits = |(wanted, part): (&Option<Vec<u8>>, &[u8])| {
                    wanted.as_deref().is_none_or(|wanted| wanted == part)
                };
                let parts = || code.split(|&b| b == b'.');
                parts().count() == wanted.len() && wanted.iter().zip(parts()).all(fits)
            }),
        }
    }
}

/// Sizes from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes(u64, u64);

impl Sizes {
    pub(super) fn read(text: &[u8]) -> Result<Self, ValueError> {
        let sign = text.iter().take_while(|b| matches!(b, b'<' | b'>' | b'=')).count();
        let (sign, digits) = text.split_at_checked(sign).unwrap_or_default();
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
        let Some(number) = number.filter(|_| digits.first() != Some(&b'+')) else {
            return wrong(sign.len(), "a size is a number of blocks, such as >1000");
        };
        match sign {
            b"" | b"=" => Ok(Self(number, number)),
            b">=" => Ok(Self(number, u64::MAX)),
            b"<=" => Ok(Self(0, number)),
            b">" => Ok(number.checked_add(1).map_or(Self(1, 0), |least| Self(least, u64::MAX))),
            b"<" => Ok(number.checked_sub(1).map_or(Self(1, 0), |most| Self(0, most))),
            _ => wrong(0, "a size is compared by >, <, >= or <="),
        }
    }

    pub(super) fn matches(self, size: u64) -> bool {
        (self.0..=self.1).contains(&size)
    }
}

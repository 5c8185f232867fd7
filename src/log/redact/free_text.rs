//! Text in somebody's own words: what in it tells of whom.
//!
//! Nobody can know that of each word. Hidden is what has the form of an address, an IP address, an
//! id or the name of a host, what the entry names elsewhere, what is quoted or stands behind a word
//! such as *user*, and the paths of links. The other words stay.

use super::{RedactLevel, Redactor, is_name, parsed};
use crate::log::entry::is_enhanced;

/// A name that the entry has elsewhere, and what it is shown as.
pub(super) type KnownName<'a> = (&'a [u8], Vec<u8>);

/// Shorter names are parts of too many words.
pub(super) const LEAST: usize = 2;

/// Behind these stands a name.
const BEFORE_NAMES: &str = "user username userid uid mailbox recipient account login alias addressee helo ehlo lhlo \
    subject sender to: from: plain vrfy expn identity owner customer person named";

/// Words that stand there just as well, and are no names.
const NO_NAMES: &str = "a access account accounts address addresses after again all also an and any are as at \
    authentication be been but by can cannot command could database deleted denied did \
    disabled discarded does doesn't doesnt domain domains error exceeded exceeds exist \
    exists expired failed failure for from full had has have host id if in inactive invalid \
    is isn't it its limit limits list local locked login lookup mail mailbox mailboxes may \
    message messages must my name names no not of ok on or our over password please policy \
    quota refused rejected restricted server size so storage such suspended table \
    temporarily temporary that the this to too unavailable unknown user users verification \
    verify via was were will with would you your";

/// The text with pseudonyms for what is known, and for what tells of somebody by its form.
pub(super) fn scrub(redactor: &Redactor, text: &[u8], known: &[KnownName<'_>]) -> Vec<u8> {
    let mut scrubbing = Scrubbing { redactor, names: known, out: Vec::with_capacity(text.len()) };
    let (mut at, mut before, mut open) = (0, &b""[..], 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().position(|&byte| ends_word(byte)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(length);
        let whole = scrubbing.known_name_at(rest).filter(|_| !word.contains(&b'@'));
        if word.is_empty() {
            let end = rest.first().copied().unwrap_or_default();
            open = match end {
                b'"' | b'\'' => end,
                b'<' => open,
                // Behind an address stands the name of it; of answers in groups it is a `*`.
                b'(' if parsed(before).is_some() || before == b"*" => b')',
                _ => 0,
            };
            scrubbing.out.push(end);
            at += 1;
        } else if let Some((length, put)) = whole {
            scrubbing.out.extend_from_slice(put);
            (at, before, open) = (at + length, b"", 0);
        } else {
            let quoted = open != 0 && behind.first() == Some(&open);
            scrubbing.word(word, before, quoted);
            (at, before, open) = (at + length, word, 0);
        }
    }
    scrubbing.out
}

/// What stands between the fields: words of ours, but for addresses that nobody expects there.
pub(super) fn between(redactor: &Redactor, text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    for word in text.split(|&byte| ends_word(byte) || byte == b'|') {
        let ip = parsed(word).filter(|_| word.len() >= 7);
        match ip {
            _ if word.contains(&b'@') => out.extend(redactor.address(word)),
            Some(ip) => out.extend_from_slice(redactor.ip(ip).to_string().as_bytes()),
            None => out.extend_from_slice(word),
        }
        at += word.len();
        out.extend(text.get(at));
        at += 1;
    }
}

fn ends_word(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || byte.is_ascii_control()
        || matches!(byte, b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}')
        || matches!(byte, b'"' | b'\'' | b'`' | b',' | b';')
}

/// Between the parts of a word.
fn ends_part(byte: u8) -> bool {
    matches!(byte, b'/' | b'=' | b'?' | b'&' | b'#' | b'|' | b'\\' | b'~')
}

struct Scrubbing<'a> {
    redactor: &'a Redactor,
    names: &'a [KnownName<'a>],
    out: Vec<u8>,
}

impl<'a> Scrubbing<'a> {
    /// The known name that begins here and ends as a word does.
    fn known_name_at(&self, rest: &[u8]) -> Option<(usize, &'a [u8])> {
        let begins = |name: &[u8]| {
            let begin = rest.get(..name.len());
            let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(name))
                && !rest.get(name.len()).is_some_and(letter)
        };
        let fitting = self.names.iter().filter(|(name, _)| begins(name));
        let longest = fitting.max_by_key(|(name, _)| name.len());
        longest.map(|(name, put)| (name.len(), &put[..]))
    }

    fn word(&mut self, word: &[u8], before: &[u8], quoted: bool) {
        let (bare, punctuation) = without_punctuation(word);
        let shown = self.replacement(bare, before, quoted);
        match shown {
            Some(shown) => self.out.extend(shown),
            None => self.parts(bare),
        }
        self.out.extend_from_slice(punctuation);
    }

    /// What is shown for a word as a whole; `None` if it is to be looked at in parts.
    fn replacement(&self, word: &[u8], before: &[u8], quoted: bool) -> Option<Vec<u8>> {
        let redactor = self.redactor;
        if let Some(at) = memchr::memmem::find(word, b"://") {
            return Some(self.link(word, at));
        }
        if word.contains(&b'@') {
            // `mailto:`, `to=`: what stands before an address is none of its own.
            return Some(redactor.address(word));
        }
        if let Some(ip) = self.ip(word) {
            return Some(ip);
        }
        // A return path has the address in it (`bounce-joe=a.example`), a challenge ends in `=`.
        let forwarded = word.rsplit(|&byte| byte == b'=').next().is_some_and(dotted);
        if memchr::memchr(b'=', word).is_some() && (forwarded || word.ends_with(b"=")) {
            return Some(redactor.text(word));
        }
        let is_word = word.iter().all(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        let named = is_word || word.contains(&b'.') || word.contains(&b'-') || word.contains(&b'_');
        let hidden = quoted || is_one_of(BEFORE_NAMES, before) && !is_one_of(NO_NAMES, word);
        (hidden && named && !is_number(word)).then(|| redactor.user(word))
    }

    /// Of a link the host, as of any other.
    fn link(&self, word: &[u8], at: usize) -> Vec<u8> {
        let (scheme, rest) = word.split_at(at + 3);
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#' | b':'));
        let (host, path) = rest.split_at(end.unwrap_or(rest.len()));
        let host = match memchr::memrchr(b'@', host) {
            Some(_) => self.redactor.address(host),
            None => self.replace_part(host),
        };
        let path = if path.len() > 1 {
            [b"/", &self.redactor.text(path)[..]].concat()
        } else {
            path.to_vec()
        };
        [scheme, &host, &path].concat()
    }

    fn parts(&mut self, word: &[u8]) {
        let mut at = 0;
        for part in word.split(|&byte| ends_part(byte)) {
            let (bare, punctuation) = without_punctuation(part);
            let known = self.known_name_at(bare).filter(|(length, _)| *length == bare.len());
            let shown = known.map_or_else(|| self.replace_part(bare), |(_, put)| put.to_vec());
            self.out.extend(shown);
            self.out.extend_from_slice(punctuation);
            at += part.len();
            self.out.extend(word.get(at));
            at += 1;
        }
    }

    fn replace_part(&self, part: &[u8]) -> Vec<u8> {
        // `helo=pc.a.example`, `FROM:joe`: the second is what it is about.
        if let Some(at) = memchr::memchr(b':', part).filter(|&at| at > 0)
            && parsed(part).is_none()
            && !is_clock(part)
            && self.ip(part).is_none()
        {
            let (label, rest) = part.split_at(at + 1);
            let label = self.replace_part(label.get(..at).unwrap_or_default());
            return [&label[..], b":", &self.replace_part(rest)].concat();
        }
        if let Some(ip) = self.ip(part) {
            return ip;
        }
        if dotted(part) {
            let deep = super::parent(part).is_some();
            return match self.redactor.how {
                RedactLevel::All => self.redactor.domain(part),
                RedactLevel::People if deep => self.redactor.host(part),
                RedactLevel::People => part.to_vec(),
            };
        }
        if is_id(part) { self.redactor.text(part) } else { part.to_vec() }
    }

    /// An address, or one with a port behind it.
    fn ip(&self, word: &[u8]) -> Option<Vec<u8>> {
        let bare = match word.split_at_checked(5) {
            Some((tag, bare)) if tag.eq_ignore_ascii_case(b"IPv6:") => bare,
            _ => word,
        };
        let tag = word.get(..word.len() - bare.len()).unwrap_or_default();
        if let Some(ip) = parsed(bare).filter(|_| bare.len() > 2) {
            return Some([tag, self.redactor.ip(ip).to_string().as_bytes()].concat());
        }
        let (ip, port) = bare.split_at(memchr::memrchr(b':', bare)?);
        let ip = parsed(ip).filter(|_| port.iter().skip(1).all(u8::is_ascii_digit))?;
        Some([self.redactor.ip(ip).to_string().as_bytes(), port].concat())
    }
}

fn without_punctuation(word: &[u8]) -> (&[u8], &[u8]) {
    let end = |byte: &&u8| matches!(byte, b'.' | b':' | b'!' | b'?' | b'*');
    word.split_at(word.len() - word.iter().rev().take_while(end).count())
}

fn is_one_of(words: &str, word: &[u8]) -> bool {
    let bare = word.strip_suffix(b":").filter(|bare| bare.len() > 4).unwrap_or(word);
    words.split(' ').any(|known| known.as_bytes().eq_ignore_ascii_case(bare))
}

/// The name of a host: with a dot, and letters behind the last one.
fn dotted(word: &[u8]) -> bool {
    let last = word.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    word.contains(&b'.') && is_name(word) && last.len() >= 2 && !last.iter().any(u8::is_ascii_digit)
}

fn is_clock(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_digit() || *byte == b':')
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit) && word.len() < 5 || is_enhanced(word)
}

/// Anything with a digit in it that is long enough to tell one thing from another, but for codes,
/// versions and the names of standards.
fn is_id(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let of_standard = |name: &&[u8]| {
        let begin = word.get(..name.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(name))
            && word.len() <= name.len() + 7
            && word
                .iter()
                .skip(name.len())
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'v' | b'-'))
    };
    let is_standard =
        [&b"rfc"[..], b"tls", b"ssl", b"smtp", b"sha", b"aes"].iter().any(of_standard);
    let is_version = word.len() <= 8
        && word.contains(&b'.')
        && word.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let is_encoded = memchr::memchr(b'%', word).is_some() && digits > 0;
    match digits {
        0 => false,
        _ if digits == word.len() => digits >= 5,
        _ if is_encoded => true,
        _ => !(word.len() < 6 || is_standard || is_clock(word) || is_version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, hidden: &[&str], kept: &[&str]) {
        let redactor = Redactor::new(RedactLevel::People);
        let shown = String::from_utf8(redactor.said(text.as_bytes())).unwrap();
        for word in hidden {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
        for word in kept {
            assert!(shown.contains(word), "{word}: {shown}");
        }
    }

    #[test]
    fn names_go_by_their_forms_and_words_stay() {
        check(
            "<joe@a.example>: Recipient rejected",
            &["joe"],
            &["@a.example>: Recipient rejected"],
        );
        check(
            "User joe unknown; mailbox smith full",
            &["joe", "smith"],
            &["User ", "unknown; mailbox ", "full"],
        );
        check("mailbox for 'Joe' is over quota", &["Joe"], &["is over quota"]);
        check(
            "Blocked [192.0.2.7], see https://bl.a.example/q?ip=192.0.2.7",
            &["192.0.2.7", "bl."],
            &["Blocked [", "https://h-", ".a.example/x-"],
        );
        check(
            "connect() 192.0.2.7:25 [IPv6:2001:db9::7] 2001:db9::8",
            &["192.0.2.7", "2001:db9"],
            &[":25 [IPv6:2001:db8:"],
        );
        check("Ok: queued as 4F1A2B3C9D (id 1kX-0004)", &["4F1A", "1kX"], &["Ok: queued as x-"]);
        check(
            "pc7.dip.a.example (HELO laptop) RCPT TO:<joe> to=jim@a.example",
            &["pc7", "dip", "laptop", "joe", "jim"],
            &["a.example"],
        );
        check(
            "bounce-joe=a.example rejected; auth plain AGpvZQBw; b64 am9lCg==",
            &["joe", "AGpv", "am9l"],
            &["rejected"],
        );
        check("helo=pc.lan.a.example ip=192.0.2.7", &["pc.", "192.0.2.7"], &["ip=2"]);
    }

    #[test]
    fn codes_and_words_stay_as_they_are() {
        for text in [
            "451 4.7.1 Greylisted, try again in 300 seconds",
            "550 5.7.1 Relaying not permitted",
            "Mailbox is full (rfc2821 4.7.0), at 10:52:12",
            "User unknown in local table of a.example",
            "smtp/8.14.4 ready; TLSv1.2",
            "",
        ] {
            check(text, &[], &[text]);
        }
    }

    #[test]
    fn domains_go_as_well_if_that_is_asked_for() {
        let redactor = Redactor::new(RedactLevel::All);
        let shown = String::from_utf8(redactor.said(b"<joe@a.example> at mx.a.example")).unwrap();
        assert!(!shown.contains("a.example") && shown.contains(".invalid> at d-"), "{shown}");
    }
}

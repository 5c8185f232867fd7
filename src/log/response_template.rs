//! What was answered, without what differs from message to message.
//!
//! Addresses, IP addresses, ids and long numbers become `*`, and nothing else does: two answers that
//! differ in a word or a code stay two. Of the answer to a recipient that was taken only the codes are
//! told: each server has words of its own for that, and nobody looks for them.
//!
//! ```
//! use mtatop::log::entry::{Code, MessageEntry, Response};
//! let response = Response { code: 450, enhanced: Some(b"4.7.1"), text: b"<a@b.c>: try again" };
//! let message = MessageEntry { code: Code(b"Q"), response: Some(response), ..MessageEntry::default() };
//! let mut said = Vec::new();
//! mtatop::log::response_template::normalize_response(&message, &mut said);
//! assert_eq!(said, b"450 4.7.1 <*>: try again");
//! ```

use crate::log::entry::{Action, Body, Entry, MessageEntry, Outcome, Response};

/// Bytes that are looked at.
pub const LONGEST: usize = 2_048;

/// The reply code: of the remote server, else of our own where a diagnostic begins with one.
pub fn code(message: &MessageEntry<'_>) -> Option<u16> {
    let ours = || message.diagnostic.and_then(Response::beginning);
    message.response.or_else(ours).map(|response| response.code)
}

/// The diagnostic or reason that stands for a reply. A deed of ours that nobody answered has none.
pub fn response_text<'a>(message: &MessageEntry<'a>) -> Option<&'a [u8]> {
    let answered = message.code.action() != Action::Enqueue;
    message.diagnostic.or(message.reason).filter(|_| answered)
}

/// Appends what was said to an entry: of a connection why it ended, or what came of it.
pub fn of_entry(entry: &Entry<'_>, into: &mut Vec<u8>) {
    match &entry.body {
        Body::Message(message) => normalize_response(message, into),
        Body::Connection(connection) => blanked(connection.reason().unwrap_or_default(), into),
        Body::Header(_) => {}
    }
}

/// Appends code, enhanced code and text of the reply, or our own words that stand for it; nothing if
/// there are none.
pub fn normalize_response(message: &MessageEntry<'_>, into: &mut Vec<u8>) {
    if let Some(response) = message.response {
        into.extend([100, 10, 1].map(|unit| digit(response.code / unit)));
        if let Some(enhanced) = response.enhanced {
            into.push(b' ');
            into.extend_from_slice(enhanced);
        }
        let taken = matches!(
            message.outcome(),
            Some(Outcome::Delivered | Outcome::Relayed | Outcome::HandedOn)
        );
        if !taken && !response.text.is_empty() {
            into.push(b' ');
            blanked(response.text, into);
        }
    } else if let Some(text) = response_text(message) {
        blanked(text, into);
    }
}

/// The last digit of a number.
fn digit(number: u16) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

/// Appends the text with one blank for each run of them and `*` for each thing of one message.
fn blanked(text: &[u8], into: &mut Vec<u8>) {
    let text = text.get(..LONGEST).unwrap_or(text);
    let mut at = 0;
    for word in text.split(|&b| ends_word(b)) {
        if word.contains(&b'@') {
            push_word(word, into);
        } else {
            parts(word, into);
        }
        at += word.len();
        if let Some(&end) = text.get(at) {
            let again = end == b' ' && into.last() == Some(&b' ');
            into.extend((!again).then_some(end));
        }
        at += 1;
    }
}

/// The parts of a path or an option, each on its own.
fn parts(word: &[u8], into: &mut Vec<u8>) {
    let mut at = 0;
    for part in word.split(|&b| is_mark(b)) {
        push_word(part, into);
        at += part.len();
        into.extend(word.get(at));
        at += 1;
    }
}

/// Between words.
fn ends_word(b: u8) -> bool {
    matches!(
        b,
        b' ' | b'\t'
            | b'<'
            | b'>'
            | b'('
            | b')'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'"'
            | b'\''
            | b','
            | b';'
    )
}

/// Within a word, but not within an id.
fn is_mark(b: u8) -> bool {
    matches!(b, b'/' | b'=' | b'?' | b'&' | b'#' | b'|' | b'\\')
}

/// One word, or `*` for it; the punctuation at its end stays.
fn push_word(word: &[u8], into: &mut Vec<u8>) {
    // Most are words and nothing else.
    if word.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'-' | b'_')) {
        into.extend_from_slice(word);
        return;
    }
    let bare =
        word.len() - word.iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'!')).count();
    let (bare, punctuation) = word.split_at(bare);
    let ip = bare.strip_prefix(b"IPv6:").unwrap_or(bare);
    if bare.contains(&b'@') || is_ip(ip) || is_clock(bare) || is_id(bare) {
        into.push(b'*');
    } else if let Some(port) = port_of_ip(bare) {
        into.push(b'*');
        into.extend_from_slice(port);
    } else {
        into.extend_from_slice(bare);
    }
    into.extend_from_slice(punctuation);
}

fn is_ip(word: &[u8]) -> bool {
    let text = || str::from_utf8(word).ok()?.parse::<std::net::IpAddr>().ok();
    word.len() >= 3
        && word.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':'))
        && text().is_some()
}

/// `:25` of `192.1.1.1:25`.
fn port_of_ip(word: &[u8]) -> Option<&[u8]> {
    let (ip, port) = word.split_at(memchr::memrchr(b':', word)?);
    let digits = port.get(1..)?.iter().all(u8::is_ascii_digit);
    (digits && is_ip(ip)).then_some(port)
}

/// `10:52:12`.
fn is_clock(word: &[u8]) -> bool {
    memchr::memchr_iter(b':', word).count() == 2
        && word.iter().all(|b| b.is_ascii_digit() || *b == b':')
}

/// Five digits or more, or eight and more letters and digits with two digits among them, or ten and
/// more capitals with one. Host names have dots, and words no digits.
fn is_id(word: &[u8]) -> bool {
    let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
    let word_of_id = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'$' | b'+');
    let capitals = || !word.iter().any(u8::is_ascii_lowercase);
    (digits == word.len() && digits >= 5)
        || word.iter().all(word_of_id)
            && (word.len() >= 8 && digits >= 2 || word.len() >= 10 && digits >= 1 && capitals())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::entry::Code;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let mut into = Vec::new();
        blanked(text.as_bytes(), &mut into);
        assert_eq!(String::from_utf8(into).unwrap(), expected);
    }

    #[test]
    fn what_differs_from_message_to_message_is_blanked() {
        check("bobby@hosta.sesta.com and options OK.", "* and options OK.");
        check("<bobby@x.org>: Recipient address rejected", "<*>: Recipient address rejected");
        check(
            "TCP active open: Failed connect() 192.1.1.1:25  Error: no route to host",
            "TCP active open: Failed connect() *:25 Error: no route to host",
        );
        check(
            "Blocked [IPv6:2001:db8::1], see https://x.org/ip/192.0.2.1",
            "Blocked [*], see https://x.org/ip/*",
        );
        check("Ok: queued as 4F1A2B3C9D", "Ok: queued as *");
        check("OK 1456843578 d9443c01a7336-2e0b5c5d9a1si1234567 - gsmtp", "OK * * - gsmtp");
        check("Message received and queued (PCIGWRQQR5EH)", "Message received and queued (*)");
        check("SRS0=ab=cd=x.org=user@y.org unknown", "* unknown");
    }

    #[test]
    fn words_and_codes_are_not() {
        for text in [
            "Relaying not permitted",
            "mx12-in.example.com is busy (rfc2821 4.7.0)",
            "try again in 287 seconds",
            "Requested action aborted: S3150 over limit 100",
            "x=1/y?z#1",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_reply_is_code_and_text_and_ours_counts_too() {
        let mut into = Vec::new();
        let response = Response { code: 550, enhanced: Some(b"5.1.1"), text: b"no <a@b.c>" };
        let remote =
            MessageEntry { code: Code(b"R"), response: Some(response), ..MessageEntry::default() };
        normalize_response(&remote, &mut into);
        assert_eq!((&*into, code(&remote)), (&b"550 5.1.1 no <*>"[..], Some(550)));
        let ours = |text| MessageEntry {
            code: Code(b"J"),
            diagnostic: Some(text),
            ..MessageEntry::default()
        };
        assert_eq!(code(&ours(b"550 5.7.1 Relaying not permitted")), Some(550));
        assert_eq!(code(&ours(b"5501 x")), None);
        assert_eq!(code(&ours(b"650 x")), None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_blanked_and_what_is_left_is_of_it(
            text in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let mut into = Vec::new();
            blanked(&text, &mut into);
            prop_assert!(into.len() <= text.len());
        }
    }
}

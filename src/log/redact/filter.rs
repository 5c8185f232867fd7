//! A filter as it may be shown.
//!
//! A value of an address, a name or a text is one that somebody looks for; a domain, a channel, a
//! code or a time is not.

use super::{RedactLevel, Redactor, is_name};

/// Fields whose values tell of nobody.
const PLAIN: [&str; 8] = ["channel", "action", "outcome", "code", "conn", "size", "since", "until"];

/// The filter with pseudonyms, the same ones as on the screen where values are whole.
pub(super) fn shown(redactor: &Redactor, text: &str) -> String {
    let mut out = String::new();
    let (mut field, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        if matches!(first, ' ' | '|' | '-' | '(' | ')') {
            if first == ' ' {
                field.clear();
            }
            out.push(first);
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let (token, behind) = rest.split_at(end(rest));
        rest = behind;
        match token.split_once(':') {
            Some((name, value)) if is_field(name) => {
                field = name.to_ascii_lowercase();
                out.extend([name, ":"]);
                out.push_str(&part(redactor, &field, value));
            }
            _ => out.push_str(&part(redactor, &field, token)),
        }
    }
    out
}

/// Where a value ends that begins here: at a blank or `|` outside of quotes.
fn end(text: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ' ' | '|' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn is_field(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn part(redactor: &Redactor, field: &str, value: &str) -> String {
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    let (bare, quote) = bare.map_or((value, ""), |bare| (bare, "\""));
    let bytes = bare.as_bytes();
    let domain = || match redactor.how {
        RedactLevel::People if is_pattern(bytes) => bytes.to_vec(),
        _ => redactor.domain(bytes),
    };
    let shown = match field {
        _ if bare.is_empty() || PLAIN.contains(&field) || bare == "*" || bare == "<>" => {
            bytes.to_vec()
        }
        "domain" => domain(),
        "from" | "to" if bytes.contains(&b'@') => redactor.address(bytes),
        "from" | "to" if bytes.contains(&b'.') => domain(),
        "from" | "to" | "user" => redactor.user(bytes),
        "host" => redactor.host(bytes),
        "ip" => redactor.ip_text(bytes),
        "id" => redactor.id(bytes),
        "file" => redactor.queue_file(bytes),
        "" if super::parsed(bytes).is_some() => redactor.ip_text(bytes),
        "" if bytes.contains(&b'@') => redactor.address(bytes),
        "" if bytes.contains(&b'.') && is_pattern(bytes) && quote.is_empty() => domain(),
        _ => redactor.text(bytes),
    };
    format!("{quote}{}{quote}", String::from_utf8_lossy(&shown))
}

/// A domain, or the beginning of one.
fn is_pattern(value: &[u8]) -> bool {
    is_name(value.strip_suffix(b"*").unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_for_whom_goes() {
        let redactor = Redactor::new(RedactLevel::People);
        for same in [
            "a.example",
            "-a.example|b.exam*",
            "domain:\"a.example\" since:15m",
            "outcome:deferred|failed -code:450 size:>1000 channel:tcp_*",
            "from:<> user:*",
            "",
        ] {
            assert_eq!(shown(&redactor, same), same);
        }
        for (text, kept) in [
            ("from:joe@a.example", "@a.example"),
            ("to:joe|joe@a.example domain:b.example", "domain:b.example"),
            ("\"try joe\" x", "\"x-"),
            ("text:jo\\se user:joe", "text:x-"),
            ("ip:192.0.2.7|10.0.0.9 -id:1@joe", "-id:m-"),
            ("192.0.2.7 joe", " x-"),
            ("host:joe.pc.a.example", ".a.example"),
            ("reply:\"451 * joe\"", "reply:\"x-"),
            ("\"a \\\" joe\" joe", "\" x-"),
        ] {
            let shown = shown(&redactor, text);
            assert!(!shown.contains("joe") && shown.contains(kept), "{text}: {shown}");
            assert!(!shown.contains("192.0") && !shown.contains("10.0"), "{shown}");
        }
    }
}

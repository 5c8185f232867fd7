use super::*;
use crate::index::ConnectionId;
use crate::log::entry::{Time, Window};
use crate::log::parse::Parser;
use proptest::prelude::*;

const ENQUEUE: &str = "16-Feb-2007 14:54:13.72 tcp_local ims-ms EEA 9 Ann@x.org rfc822;Bob@Sub.y.org @relay.z.org:bob@y.org /q/ZYf0s690kN_y0.00 <1@X.ORG> *joe laptop (Pool.X.org [192.0.2.7])";
const DEFER: &str = "16-Feb-2007 14:54:13.72 tcp_local Q 1  rfc822;carl@y.org carl@y.org /q/ZZf0s690kN_y1.00 <2@x.org> dns;MX1.y.org (TCP|10.0.0.1|9|2001:db8::9|25) smtp;450 4.7.1 <carl@y.org>: try Again";
const REFUSE: &str = "16-Feb-2007 14:54:13.72 tcp_local tcp_local J 0 ann@x.org rfc822;eve@z.org eve@z.org <3@x.org> 550 5.7.1 Relaying not permitted";
const OPEN: &str =
    "16-Feb-2007 14:54:13.72 1f.3.1 tcp_local - O TCP|10.0.0.1|9|10.0.0.2|25 SMTP/y.org/mx2.y.org";
const JUNK: &str = "no entry at all";

fn leaves(filter: &str, text: &str) -> bool {
    let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    filter.matches(Parser::default().entry(text.as_bytes()).ok().as_ref(), text.as_bytes())
}

/// Which of the five entries a filter leaves: E, Q, J, O and x for junk.
fn left(filter: &str) -> String {
    let entries = [('E', ENQUEUE), ('Q', DEFER), ('J', REFUSE), ('O', OPEN), ('x', JUNK)];
    entries.into_iter().filter(|(_, text)| leaves(filter, text)).map(|(letter, _)| letter).collect()
}

#[test]
fn each_term_leaves_what_it_says() {
    for (filter, expected) in [
        ("", "EQJOx"),
        // Domains.
        ("y.org", "EQO"),
        ("Y.org.", "EQO"),
        ("@sub.y.org", "E"),
        ("su*", "E"),
        ("*", "EQJO"),
        ("y.org z.org", ""),
        ("y.org sub.y.org", "E"),
        ("z.org|nowhere.org", "J"),
        ("-y.org", "Jx"),
        ("domain:y.org", "EQO"),
        ("domain:\"y.org\"", "EQO"),
        ("domain:\"org\"", ""),
        ("domain:org", "EQJO"),
        // Words and addresses of hosts.
        ("carl", "Q"),
        ("POOL", "E"),
        ("relaying", "J"),
        ("mx2", "O"),
        ("-relaying", "EQOx"),
        ("10.0.0.1", "QO"),
        ("2001:db8:0::9", "Q"),
        ("10.0.0.0/8|192.0.2.7", "EQO"),
        // Addresses.
        ("to:bob@y.org", "E"),
        ("to:\"bob@y.org\"", ""),
        ("to:\"@relay.z.org:BOB@y.org\"", "E"),
        ("to:y.org", "EQ"),
        ("to:@sub.y.org", "E"),
        ("to:EVE", "J"),
        ("from:ann@x.org", "EJ"),
        ("from:<ann@x.org>", "EJ"),
        ("from:@x.org|nobody", "EJ"),
        ("from:<>", "Q"),
        ("from:\"\"", "Q"),
        ("-from:<>", "EJOx"),
        // Hosts.
        ("host:y.org", "QO"),
        ("host:mx*", "QO"),
        ("host:\"mx1.Y.org\"", "Q"),
        ("host:pool.x.org", "E"),
        ("ip:192.0.2.0/24", "E"),
        ("ip:2001:db8::/32", "Q"),
        ("ip:\"10.0.0.2\"", "O"),
        ("ip:0.0.0.0/0", "EQO"),
        ("ip:10.0.0.3/31", "O"),
        ("ip:10.0.0.2/31", "O"),
        // Others.
        ("channel:TCP_*", "EQJO"),
        ("channel:ims-ms", "E"),
        ("channel:\"tcp_*\"", ""),
        ("user:joe", "E"),
        ("user:*", "E"),
        ("action:E", "E"),
        ("action:eea|O", "EO"),
        ("action:EE", ""),
        ("outcome:deferred|Enqueued", "EQ"),
        ("outcome:rejected", "J"),
        ("-outcome:deferred", "EJOx"),
        ("code:450", "Q"),
        ("code:4xx|5.7.1", "QJ"),
        ("code:X.7.x", "QJ"),
        ("code:5.x.2", ""),
        ("response:^45.*again", ""),
        ("response:(?i)^450\\s4.*again$", "Q"),
        ("response:\"4.7.1 <carl@\"", "Q"),
        ("response:not\\sper|try", "QJ"),
        ("reply:\"450 4.7.1 <*>: try Again\"", "Q"),
        ("reply:\"550 5.7.1 Relaying not permitted\"", "J"),
        ("id:1@x.org|<3@x.org>", "EJ"),
        ("file:ZZf0s690kN_y0.01", "E"),
        ("file:f0s690kN_y1", "Q"),
        ("size:>1", "E"),
        ("size:>=1 size:<9", "Q"),
        ("size:0|9", "EJ"),
        ("size:<0", ""),
        // Texts.
        ("\"no entry\"", "x"),
        ("-\"16-Feb\"", "x"),
        ("text:^16.*Q\\s", "Q"),
        ("\"\\x45EA\"", "E"),
        // Together.
        ("y.org -channel:ims-ms -action:O", "Q"),
        ("since:10:52 conn:7", "EQJOx"),
    ] {
        assert_eq!(left(filter), expected, "{filter}");
    }
}

#[test]
fn a_domain_includes_its_subdomains() {
    for (filter, domain, expected) in [
        ("example.com", "example.com", true),
        ("EXAMPLE.com.", "mail.example.com", true),
        ("@example.com", "example.com", true),
        ("example.com", "notexample.com", false),
        ("example.com", "example.com.test", false),
        ("example.com", "", false),
        ("a.org|b.org", "b.org", true),
        ("a.org b.org", "b.org", false),
        ("exam*", "example.com", true),
        ("exam*", "mail.example.com", true),
        ("xam*", "example.com", false),
        ("domain:a.org|b.org", "c.org", false),
        ("domain:\"example.com\"", "mail.example.com", false),
        ("domain:\"*\"", "example.com", false),
        ("-a.org", "b.org", true),
        ("", "", true),
    ] {
        let filter = Filter::parse(filter).unwrap();
        assert_eq!(filter.meets_domain(domain.as_bytes()), expected, "{filter:?} on {domain}");
    }
}

#[test]
fn errors_say_where_and_what() {
    for (text, at, what) in [
        ("cod:421", 0, "no such field; there are domain, to,"),
        ("a.org -cod:421", 7, "no such field"),
        (":", 0, "no such field"),
        ("a|", 2, "a domain or a word is missing"),
        ("|a", 0, "a domain or a word is missing"),
        ("-", 1, "a domain or a word is missing"),
        ("--since", 1, "one - is enough"),
        ("a*b", 1, "* stands only at the end"),
        ("from:a*b", 6, "* stands only at the end"),
        ("from:<é*b>", 8, "* stands only at the end"),
        ("from:<@a*.b>", 8, "* stands only at the end"),
        ("a \"b", 2, "this quote has no end"),
        ("from:\"b", 5, "this quote has no end"),
        ("text:", 5, "a regular expression is missing"),
        ("a text:", 7, "a regular expression is missing"),
        ("é text:x(y", 9, "unclosed group"),
        ("response:a{99999}{99}", 9, "this regular expression is too large"),
        ("domain:", 7, "a domain is missing"),
        ("\"\"", 0, "there is nothing between the quotes"),
        ("channel:\"\"", 8, "there is nothing between the quotes"),
        ("\"a\"b", 3, "a blank is missing"),
        ("\"a\"|b", 4, "a text in quotes is missing"),
        ("a\"b\"", 1, "a text in quotes is a term of its own"),
        ("text:\"a", 5, "this quote has no end"),
        ("a(b)", 1, "no name has parentheses"),
        ("code:42", 5, "a code is 421"),
        ("code:421|5.7", 9, "a code is 421"),
        ("ip:10.0.0", 3, "an IP address is"),
        ("ip:10.0.0.0/33", 12, "a range has"),
        ("outcome:sent", 8, "an outcome is one of delivered,"),
        ("action:E1", 8, "an action is"),
        ("size:>x", 6, "a size is"),
        ("size:><1", 5, "a size is compared"),
        ("conn:x", 5, "a connection has a number"),
        ("since:now", 6, "a time is"),
        ("since:99999999999999999999h", 6, "no log reaches back"),
        ("since:1h|2h", 9, "one time is enough"),
    ] {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.what.starts_with(what), "{text}: {error}");
    }
    assert!(Filter::parse(&"a.b ".repeat(row_matcher::MAX_ROW_TERMS)).is_ok());
    assert!(Filter::parse(&"a.b ".repeat(row_matcher::MAX_ROW_TERMS + 1)).is_err());
}

#[test]
fn examples_are_filters() {
    for (example, _) in EXAMPLES {
        assert!(Filter::parse(example).is_ok(), "{example}");
    }
}

#[test]
fn windows_are_those_of_all_terms_on_time() {
    let now = Time(1_000_000_000);
    let window = |filter: &str| {
        let Window { since, until } = Filter::parse(filter).unwrap().window(now);
        let ago = |time: Time| now.0.checked_sub(time.0).filter(|_| time.0 > i64::MIN);
        (ago(since), ago(until))
    };
    let all = (None, now.0.checked_sub(i64::MAX));
    assert_eq!(window("a.org"), all);
    assert_eq!(window("since:1m since:2m until:5s"), (Some(60_000), Some(5_000)));
    assert_eq!(window("-since:5s -until:1m"), window("until:5s since:1m"));
    assert!(Filter::parse("since:1m").unwrap().is_relative());
    assert!(!Filter::parse("since:2007-02-16").unwrap().is_relative());
    let filter = Filter::parse("-conn:1|2").unwrap();
    assert_eq!(
        [1, 2, 3, 4].map(|id| filter.leaves_connection(ConnectionId(id))),
        [true, false, false, true]
    );
}

/// Any term, more or less likely to mean something.
fn term() -> impl Strategy<Value = String> {
    "-?((domain|to|from|host|ip|channel|action|outcome|code|response|reply|id|file|user|size|text):)?([a-z.*|<>@0-9]{1,9}|\"[ -~é]{0,5}\"|y[.]org|450|E|<>|joe|>1)"
}

proptest! {
    #[test]
    fn a_negated_term_leaves_what_the_term_does_not(term in term()) {
        let bare = term.trim_start_matches('-');
        if let (Ok(_), Ok(_)) = (Filter::parse(bare), Filter::parse(&format!("-{bare}"))) {
            for text in [ENQUEUE, DEFER, REFUSE, OPEN, JUNK] {
                prop_assert_ne!(leaves(bare, text), leaves(&format!("-{bare}"), text), "{} on {}", bare, text);
            }
        }
    }

    #[test]
    fn all_terms_must_hold_and_one_of_the_values(one in term(), other in term()) {
        if let (Ok(_), Ok(_)) = (Filter::parse(&one), Filter::parse(&other)) {
            let both = format!("{one} {other}");
            for text in [ENQUEUE, DEFER, REFUSE, OPEN, JUNK] {
                prop_assert_eq!(leaves(&both, text), leaves(&one, text) && leaves(&other, text), "{} on {}", both, text);
            }
        }
    }

    // Of `**` the first star says that he authenticated: the user picked is `*`.
    #[test]
    fn a_picked_value_stands_for_itself(value in proptest::collection::vec(any::<u8>(), 1..9), text in "[ -~]{1,9}|-?text:x|[*]{1,3}|a\\\\x41") {
        for value in [&*value, text.as_bytes()] {
            let message = |value| crate::log::entry::MessageEntry {
                source_channel: value,
                envelope_from: value,
                original_to: value,
                diagnostic: Some(value),
                username: Some(crate::log::entry::Username { text: value, name: value, authenticated: false }),
                code: crate::log::entry::Code(b"Q"),
                remote_host: Some(value),
                ..crate::log::entry::MessageEntry::default()
            };
            let entry = |value| crate::log::entry::Entry {
                body: crate::log::entry::Body::Message(message(value)),
                ..crate::log::entry::Entry::blank()
            };
            let other = [value, b"x"].concat();
            let mut said = Vec::new();
            crate::log::response_template::of_entry(&entry(value), &mut said);
            for (field, picked, is_whole) in [
                (Field::Channel, value, true),
                (Field::From, value, true),
                (Field::To, value, true),
                (Field::Host, value, true),
                (Field::User, value.strip_prefix(b"*").unwrap_or(value), true),
                (Field::Response, value, false),
                (Field::Reply, &said, true),
            ] {
                if picked.is_empty() {
                    continue;
                }
                let text = Filter::text_of(field, picked);
                let filter = Filter::parse(&text).unwrap();
                prop_assert!(filter.matches(Some(&entry(value)), b"") || field == Field::Reply, "{}", text);
                let longer = filter.matches(Some(&entry(&other)), b"");
                prop_assert!(!is_whole || !longer || field == Field::Reply, "{}", text);
            }
            let reply = Filter::parse(&Filter::text_of(Field::Reply, &said));
            prop_assert!(said.is_empty() || reply.unwrap().matches(Some(&entry(value)), b""));
            let ip = Filter::text_of(Field::Ip, value);
            prop_assert!(Filter::parse(&ip).is_ok() || value.contains(&b'/'), "{}", ip);
            let domain = Filter::parse(&Filter::text_of(Field::Domain, value)).unwrap();
            prop_assert!(domain.meets_domain(value) && !domain.meets_domain(&other));
        }
    }

    #[test]
    fn no_text_panics_and_errors_point_into_it(text in r#"([a-z.*|: @\-"\\<>()é]|since:|size:|from:|to:<|id:|\PC){0,12}"#) {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(text.is_char_boundary(error.at) && error.at <= text.len());
        }
        let _ = (CompletionContext::of(&text), Filter::closed(&text));
    }
}

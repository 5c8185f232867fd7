//! XML and JSON say what the text formats say, and no bytes in them do harm.

use mtatop::log::entry::{Body, Entry, Stamp, Time};
use mtatop::log::parse;
use mtatop::log::parse::{ParseError, Profile, Scratch};
use mtatop::simulate::{LogStyle, MtaFormat, MtaOptions, Scenario, Simulator};
use proptest::prelude::*;

/// What an entry says, free of the texts it was read from.
fn says(text: &[u8]) -> Result<String, ParseError> {
    let mut scratch = Scratch::default();
    parse::entry(text, Profile::default(), &mut scratch).map(|entry| format!("{entry:?}"))
}

const NAMED: [MtaFormat; 3] = [MtaFormat::Xml, MtaFormat::Json, MtaFormat::FlatJson];

/// A log of an odd site with everything in it that there is to log.
fn simulated(format: MtaFormat) -> impl Iterator<Item = Vec<u8>> {
    let mut options = MtaOptions::default();
    for name in MtaOptions::names() {
        options.set(name, 255);
    }
    let scenario = Scenario::batch(3, chrono::NaiveDateTime::default());
    let lines = Simulator::with_style(scenario, LogStyle { format, options, odd: true });
    lines.map(|line| line.text.into_bytes())
}

#[test]
fn a_simulated_log_says_the_same_in_all_formats() {
    let [xml, json, flat] = NAMED.map(simulated);
    let named = xml.zip(json).zip(flat);
    for (text, ((xml, json), flat)) in simulated(MtaFormat::Text).zip(named).take(5_000) {
        let expected = says(&xml).unwrap();
        for other in [&xml, &json, &flat] {
            assert_eq!(parse::time(other), parse::time(&text));
            assert_eq!(says(other).unwrap(), expected, "{}", String::from_utf8_lossy(other));
        }
    }
}

const SAMPLE: &[u8] = include_bytes!("../data/xml-co-U-success-tls.log");

/// Nothing of an entry that is cut anywhere is believed.
#[test]
fn what_is_cut_is_no_entry() {
    let simulated = NAMED.into_iter().flat_map(|format| simulated(format).take(50));
    for text in simulated.chain([SAMPLE.trim_ascii_end().to_vec()]) {
        assert!(says(&text).is_ok());
        for end in 0..text.len() {
            assert!(says(&text[..end]).is_err(), "{end}: {}", String::from_utf8_lossy(&text));
        }
    }
}

/// A line that was torn off, and the next one glued to it.
#[test]
fn two_entries_in_a_line_are_none() {
    let text = SAMPLE.trim_ascii_end();
    for end in 1..=text.len() {
        let glued = [&text[..end], text].concat();
        assert!(says(&glued).is_err(), "{end}: {}", String::from_utf8_lossy(&glued));
    }
}

#[test]
fn bombs_are_flaws() {
    for piece in ["{", "[", "{\"en\":", "{\"a\":[", "{\"tr\":[", "\"", "\\", "{\"a\":{\"b\":"] {
        let bomb = ["{", &piece.repeat(64 * 1024 / piece.len())].concat();
        assert_eq!(says(bomb.as_bytes()), Err(ParseError::NoObject), "{piece}");
    }
    let depth = 10_000;
    let closed = ["{\"a\":".repeat(depth), "1".into(), "}".repeat(depth)].concat();
    assert_eq!(says(closed.as_bytes()), Err(ParseError::NoTime));
    for piece in ["&amp;", "&#60;", "&lt", "&", "\" ", "\" a=\"", "\" ts=", "<en ts=\"", "=\""] {
        let flood = ["<en ts=\"", &piece.repeat(64 * 1024 / piece.len()), "\"/>"].concat();
        assert!(says(flood.as_bytes()).is_err(), "{piece}");
    }
    for many in [" x=\"1\"".repeat(10_000), " x='1'".repeat(10_000)] {
        let flood = ["<en", &many, "/>"].concat();
        assert_eq!(says(flood.as_bytes()), Err(ParseError::TooMuch));
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, start in 0..6_usize) {
        let starts: [&[u8]; 6] =
            [b"<en ", b"<co ts=\"", b"<he ts=\"2014-06-02T22:02:13\" va=\"", b"{", b"{\"en\":{\"ts\":\"", b"{\"tr\":"];
        let text = [starts[start], &bytes].concat();
        let _ = says(&text);
        let _ = says(&[&*text, b"\"/>"].concat());
        let _ = says(&[&*text, b"\"}}"].concat());
    }

    /// Whatever bytes a stranger puts into a value, it comes back, and nothing else changes.
    #[test]
    fn any_value_comes_back(value: Vec<u8>, zone in "(Z|[+-][0-9]{4})?") {
        let entry = Entry {
            time: Time(1_401_746_533_940),
            stamp: Stamp { fraction: b"94", zone: zone.as_bytes() },
            node: Some(&value),
            process: None,
            body: Body::Header(&value),
            extra: Vec::new(),
        };
        let time = format!("2014-06-02T22:02:13.94{zone}");
        let (time, xml, json) = (time.as_bytes(), in_xml(&value), in_json(&value));
        let flat = [b"{\"ts\":\"", time, b"\",\"no\":", &json, b",\"va\":", &json, b"}"].concat();
        let nested = [b"{\"he\":", &*flat, b"}"].concat();
        let element = [b"<he ts=\"", time, b"\" no=", &xml, b" va=", &xml, b"/>"].concat();
        for text in [element, nested, flat] {
            prop_assert_eq!(says(&text).unwrap(), format!("{:?}", entry));
        }
    }
}

fn in_xml(value: &[u8]) -> Vec<u8> {
    let escaped = value.iter().flat_map(|byte| match byte {
        b'&' => b"&amp;".to_vec(),
        b'<' => b"&lt;".to_vec(),
        b'>' => b"&gt;".to_vec(),
        b'"' => b"&quot;".to_vec(),
        _ => vec![*byte],
    });
    quoted(escaped)
}

fn in_json(value: &[u8]) -> Vec<u8> {
    let escaped = value.iter().flat_map(|byte| match byte {
        b'"' | b'\\' => vec![b'\\', *byte],
        ..0x20 => format!("\\u{byte:04x}").into_bytes(),
        _ => vec![*byte],
    });
    quoted(escaped)
}

fn quoted(escaped: impl Iterator<Item = u8>) -> Vec<u8> {
    [b'"'].into_iter().chain(escaped).chain([b'"']).collect()
}

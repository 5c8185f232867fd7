//! Pop-ups over the panes: help, file events, raw bytes of an entry.

use super::Settings;
use super::file_events::Events;
use super::help::{self, HelpLine};
use super::labels::number;
use crate::index::RowId;
use crate::text::CharsetMode;
use crate::text::sanitize::SafeText;
use std::borrow::Cow;

/// Rows of the frame.
pub const FRAME: usize = 2;
/// Columns of the frame, with a blank on both sides.
const SIDES: usize = 4;
/// Columns at most.
pub const WIDEST: usize = 78;

/// Content of the pop-up.
pub enum Overlay {
    /// All keys.
    Help,
    /// File events.
    Events,
    /// Bytes of an entry when the pop-up opened; `None` if they are no longer in the log.
    Bytes(RowId, Option<Vec<u8>>),
}

impl Overlay {
    /// Title.
    pub fn title(&self) -> Cow<'static, str> {
        match self {
            Self::Help => "mtatop: help".into(),
            Self::Events => "File events".into(),
            Self::Bytes(_, None) => "bytes of the entry".into(),
            Self::Bytes(_, Some(bytes)) => {
                format!("bytes of the entry: {}", number(bytes.len() as u64)).into()
            }
        }
    }

    /// All lines, for a screen of this width.
    pub(super) fn lines(
        &self,
        events: &Events,
        settings: &Settings,
        alphabet: CharsetMode,
        columns: usize,
    ) -> Vec<HelpLine> {
        let room = columns.min(WIDEST).saturating_sub(SIDES);
        match self {
            Self::Help => help::lines(settings),
            Self::Events => happened(events, alphabet, room),
            Self::Bytes(_, Some(bytes)) => dump(bytes, room),
            Self::Bytes(_, None) => {
                vec![HelpLine::Words("the entry is no longer in the log file".into())]
            }
        }
    }
}

fn happened(events: &Events, alphabet: CharsetMode, room: usize) -> Vec<HelpLine> {
    let mut lines = Vec::new();
    if events.forgotten() > 0 {
        let words = format!("{} older events dropped", number(events.forgotten()));
        lines.push(HelpLine::Words(words.into()));
    }
    for event in events.kept() {
        let time = std::iter::once(event.at.to_string()).chain(std::iter::repeat(String::new()));
        let name = event.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let words = alphabet.show(name).append(&SafeText::label(" "));
        let words = words.append(&alphabet.show(event.text.as_bytes()));
        let parts = words.wrap(room.saturating_sub(10).max(8));
        lines.extend(
            time.zip(parts).map(|(time, words)| HelpLine::Said(format!("{time:<10}"), words)),
        );
    }
    if lines.is_empty() {
        lines.push(HelpLine::Words("no events".into()));
    }
    lines
}

/// Hex dump: offset, hexadecimal, printable ASCII; as many bytes per line as fit.
fn dump(bytes: &[u8], room: usize) -> Vec<HelpLine> {
    let per_line = [16, 8].into_iter().find(|count| 8 + 4 * count <= room).unwrap_or(4);
    let row = |(at, row): (usize, &[u8])| {
        let numbers: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let printable = |&byte: &u8| matches!(byte, b' '..=b'~').then(|| char::from(byte));
        let text: String = row.iter().map(|byte| printable(byte).unwrap_or('.')).collect();
        let width = 3 * per_line;
        HelpLine::Words(
            format!("{:05x}  {:<width$} {text}", at * per_line, numbers.join(" ")).into(),
        )
    };
    bytes.chunks(per_line).enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_they_are() {
        let lines = dump(b"250 \x1b[2J\xff \xe2\x80\xae ok \\x1b", 74);
        let first = "00000  32 35 30 20 1b 5b 32 4a ff 20 e2 80 ae 20 6f 6b  250 .[2J. ... ok";
        let second = format!("00010  {:<48} {}", "20 5c 78 31 62", r" \x1b");
        assert_eq!(lines, [first, &second].map(|line| HelpLine::Words(line.to_owned().into())));
    }

    #[test]
    fn a_dump_fits_every_screen() {
        for room in [36, 44, 72, 74] {
            for line in dump(&[b'x'; 40], room) {
                let HelpLine::Words(words) = line else { panic!("no words") };
                assert!(words.len() <= room, "{room}: {words}");
            }
        }
    }
}

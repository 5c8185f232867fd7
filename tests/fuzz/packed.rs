//! Any bytes as a file that may be packed: however it is read, the same comes out of it.

use mtatop::input::source::Decoder;
use mtatop::text::sanitize::escape;
use std::io::{Cursor, Read};

/// So much is unpacked: what goes on is no news.
const ENOUGH: usize = 1 << 20;

pub(crate) fn run(bytes: &[u8]) {
    let Some((&piece, packed)) = bytes.split_first() else { return };
    let (whole, is_whole) = unpacked(packed, usize::MAX, 64 * 1024);
    let (again, is_again) = unpacked(packed, usize::from(piece) + 1, 1_000);
    let length = whole.len().min(again.len());
    assert!(whole[..length] == again[..length], "other bytes come out");
    // Damage of what was unpacked far enough was not looked for yet.
    let both = whole.len().max(again.len()) < ENOUGH;
    assert!(!both || is_whole == is_again, "only one reading finds it damaged");
    // How much comes out before damage is found depends on how much is asked for at once.
    assert!(!is_whole || whole.len() == again.len() || length >= ENOUGH, "not as many come out");
}

/// What comes out, and whether it was whole.
fn unpacked(packed: &[u8], piece: usize, room: usize) -> (Vec<u8>, bool) {
    let source = Pieces { source: Cursor::new(packed.to_vec()), piece };
    let (mut decoder, mut all, mut buffer) =
        (Decoder::new(Box::new(source)), Vec::new(), vec![0; room]);
    loop {
        let count = decoder.read(&mut buffer);
        all.extend_from_slice(&buffer[..count]);
        if count == 0 || all.len() >= ENOUGH {
            break;
        }
    }
    assert_eq!(decoder.decoded(), all.len() as u64);
    assert!(decoder.taken() <= packed.len() as u64);
    let complaint = decoder.complaint();
    if let Some(complaint) = complaint {
        assert_eq!(escape(complaint.as_bytes()), complaint);
    }
    (all, complaint.is_none())
}

/// A source that gives little at a time.
struct Pieces {
    source: Cursor<Vec<u8>>,
    piece: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = buffer.len().min(self.piece);
        self.source.read(&mut buffer[..room])
    }
}

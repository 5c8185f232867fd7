//! One frame of zstd.

use std::io::{self, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{Member, PeekReader, WINDOW};

/// A last block without contents (RFC 8878, 3.1.1.2), and room for a checksum behind it.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// A frame that is being decoded.
pub(super) struct Frame {
    decoder: FrameDecoder,
    feed: PeekReader,
    /// Why it ended before its last block.
    error: Option<io::Error>,
}

impl Frame {
    /// Begins a frame, or passes over one that is to be skipped.
    pub(super) fn begin(mut feed: PeekReader) -> io::Result<Member> {
        if let Some(&[0x50..=0x5f, _, _, _, a, b, c, d]) = feed.peek(8)?.first_chunk() {
            let length = 8 + u64::from(u32::from_le_bytes([a, b, c, d]));
            let passed = io::copy(&mut (&mut feed).take(length), &mut io::sink())?;
            let is_whole = passed == length;
            return is_whole.then_some(Member::Between(feed)).ok_or(ended());
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW.into());
        decoder.init(&mut feed).map_err(io::Error::other)?;
        Ok(Member::Zstd(Box::new(Self { decoder, feed, error: None })))
    }

    /// Reads on: 0 at the end of the frame, or where it is cut.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const ONE: BlockDecodingStrategy = BlockDecodingStrategy::UptoBlocks(1);
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() && self.error.is_none()
        {
            if let Err(error) = self.decoder.decode_blocks(&mut self.feed, ONE) {
                self.error = Some(io::Error::other(error));
                // It gives out what may still be referred to only when the last block was decoded.
                let _ = self.decoder.decode_blocks(&LAST_BLOCK[..], ONE);
            }
        }
        self.decoder.read(buffer)
    }

    /// All was read: gives back what follows.
    pub(super) fn end(self) -> io::Result<PeekReader> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let written = self.decoder.get_checksum_from_data();
        if written.is_some() && written != self.decoder.get_calculated_checksum() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(self.feed)
    }
}

fn ended() -> io::Error {
    io::ErrorKind::UnexpectedEof.into()
}

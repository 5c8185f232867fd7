//! The bytes of a log, whatever they are packed in: gzip, zstd, bzip2, xz, or nothing.
//!
//! What packs them is told by the first bytes, never by a name. All members of a file are unpacked,
//! one after the other, as the programs of these names do. A file that is cut or damaged gives what
//! can be decoded, and then says how far that was.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;

use super::feed::{PeekReader, ReadCounter};
use frame::Frame;

mod frame;

/// So many first bytes tell what a file is packed in.
pub const MAGIC: usize = 10;
/// Memory that the window of a decoder may take, in bytes: `zstd --long` and `xz -9` need less.
pub const WINDOW: u32 = 160 * 1024 * 1024;
/// From so many decoded bytes on …
pub const MAX_EXPANDED_BYTES: u64 = 1024 * 1024 * 1024;
/// … not more than this many times the bytes that were read are decoded. Logs give 10 to 30.
pub const MAX_EXPANSION_RATIO: u64 = 100;
/// Bytes taken from a decoder at once: one that finds damage forgets what it decoded for that call.
const STEP: usize = 4096;

/// What bytes are packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Compression {
    /// Tells the packing by the first bytes, of which [`MAGIC`] are enough.
    ///
    /// Fewer will do where the file ends after them, if they are the beginning of nothing else.
    pub fn of(beginning: &[u8]) -> Option<Self> {
        match beginning {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // The second one is a frame to be skipped, with which some writers begin.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => {
                is_bzip2_block(rest).then_some(Self::Bzip2)
            }
            _ => None,
        }
    }
}

/// Whether a block follows, or the end of an empty file.
fn is_bzip2_block(bytes: &[u8]) -> bool {
    const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    let bytes = bytes.get(..BLOCK.len()).unwrap_or(bytes);
    BLOCK.starts_with(bytes) || END.starts_with(bytes)
}

impl fmt::Display for Compression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        })
    }
}

/// Reads from front to back what may be packed.
pub struct Decoder {
    member: Member,
    /// `None` before the first byte, and for what is not packed.
    packing: Option<Compression>,
    begun: bool,
    meter: Arc<ReadCounter>,
    decoded: u64,
    complaint: Option<String>,
}

/// Where in a file the decoder is.
enum Member {
    /// Where a member may begin.
    Between(PeekReader),
    Plain(PeekReader),
    Gzip(Box<GzDecoder<PeekReader>>),
    Zstd(Box<Frame>),
    Bzip2(BzDecoder<PeekReader>),
    Xz(Box<XzReader<PeekReader>>),
    Over,
}

impl Decoder {
    /// Decodes what this gives.
    pub fn new(source: Box<dyn Read + Send>) -> Self {
        let feed = PeekReader::new(source);
        let meter = Arc::clone(feed.meter());
        let member = Member::Between(feed);
        Self { member, packing: None, begun: false, meter, decoded: 0, complaint: None }
    }

    /// Reads on, waiting if the source does: 0 at the end, or where nothing more can be decoded.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        loop {
            let result = match &mut self.member {
                Member::Over => return 0,
                Member::Between(_) => self.begin_member().map(|()| None),
                member => member.read(buffer).map(Some),
            };
            match result {
                Ok(None) => {}
                Ok(Some(0)) => self.end_member(),
                Ok(Some(count)) => {
                    self.decoded += count as u64;
                    self.limit();
                    return count;
                }
                Err(error) => self.give_up(&error),
            }
        }
    }

    /// What is wrong with what was read, in words that go on where a path ends.
    pub fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    /// Bytes decoded so far.
    pub fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Bytes taken from the source so far.
    pub fn taken(&self) -> u64 {
        self.meter.taken()
    }

    fn begin_member(&mut self) -> io::Result<()> {
        let Member::Between(mut feed) = std::mem::replace(&mut self.member, Member::Over) else {
            return Ok(());
        };
        let beginning = feed.peek(MAGIC)?;
        let packing = Compression::of(beginning);
        let is_first = !std::mem::replace(&mut self.begun, true);
        if is_first {
            self.packing = packing;
        } else if beginning.is_empty() {
            return Ok(());
        } else if packing != self.packing {
            return self.pass_over(&mut feed);
        }
        self.member = match packing {
            None => Member::Plain(feed),
            Some(Compression::Gzip) => Member::Gzip(Box::new(GzDecoder::new(feed))),
            Some(Compression::Bzip2) => Member::Bzip2(BzDecoder::new(feed)),
            Some(Compression::Xz) => {
                Member::Xz(Box::new(XzReader::new_mem_limit(feed, false, WINDOW / 1024)))
            }
            Some(Compression::Zstd) => Frame::begin(feed)?,
        };
        Ok(())
    }

    /// A member was read to its end.
    fn end_member(&mut self) {
        let feed = match std::mem::replace(&mut self.member, Member::Over) {
            Member::Gzip(decoder) => decoder.into_inner(),
            Member::Bzip2(decoder) => decoder.into_inner(),
            Member::Xz(decoder) => decoder.into_inner(),
            Member::Zstd(frame) => match frame.end() {
                Ok(feed) => feed,
                Err(error) => return self.give_up(&error),
            },
            Member::Between(_) | Member::Plain(_) | Member::Over => return,
        };
        self.member = Member::Between(feed);
    }

    /// Passes over what stands behind the last member: zeros are padding, all else is to be told.
    fn pass_over(&mut self, feed: &mut PeekReader) -> io::Result<()> {
        let (mut count, mut blank) = (0, true);
        loop {
            let bytes = feed.fill_buf()?;
            if bytes.is_empty() {
                break;
            }
            blank &= bytes.iter().all(|&byte| byte == 0);
            let length = bytes.len();
            count += length as u64;
            feed.consume(length);
        }
        if !blank {
            let packing = self.packing.map_or(String::new(), |packing| packing.to_string());
            self.complaint =
                Some(format!("ignored {count} bytes of trailing data after the {packing} stream"));
        }
        Ok(())
    }

    fn give_up(&mut self, error: &io::Error) {
        self.member = Member::Over;
        let decoded = self.decoded;
        let data = self.packing.map_or(String::new(), |packing| format!("{packing} data "));
        self.complaint = Some(if self.meter.has_failed() {
            let taken = self.meter.taken();
            format!("read error at byte {taken}: {error}")
        } else if self.meter.has_ended() {
            format!("{data}truncated after {decoded} bytes")
        } else {
            format!("{data}damaged after {decoded} bytes")
        });
    }

    /// Stops at what was made to fill a memory.
    fn limit(&mut self) {
        let honest = self.meter.taken().saturating_mul(MAX_EXPANSION_RATIO).max(MAX_EXPANDED_BYTES);
        if self.packing.is_some() && self.decoded > honest {
            self.member = Member::Over;
            let decoded = self.decoded;
            self.complaint = Some(format!(
                "stopped after {decoded} bytes: more than {MAX_EXPANSION_RATIO} times its size"
            ));
        }
    }
}

impl Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Plain(feed) = self {
            return feed.read(buffer);
        }
        let most = buffer.len().min(STEP);
        let step = buffer.get_mut(..most).unwrap_or_default();
        match self {
            Self::Gzip(decoder) => decoder.read(step),
            Self::Bzip2(decoder) => decoder.read(step),
            Self::Xz(decoder) => decoder.read(step),
            Self::Zstd(frame) => frame.read(step),
            Self::Between(_) | Self::Plain(_) | Self::Over => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests;

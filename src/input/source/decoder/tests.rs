//! What becomes of packed bytes, whole, cut and damaged.

use super::*;
use proptest::prelude::*;
use std::io::Write;

const PACKINGS: [Compression; 4] =
    [Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];

/// The log in `tests/data` packed by the programs of these names, see the README there.
const PACKED_BY_OTHERS: [(Compression, &[u8]); 4] = [
    (Compression::Gzip, include_bytes!("../../../../tests/data/wiki-all-options-line.log.gz")),
    (Compression::Zstd, include_bytes!("../../../../tests/data/wiki-all-options-line.log.zst")),
    (Compression::Bzip2, include_bytes!("../../../../tests/data/wiki-all-options-line.log.bz2")),
    (Compression::Xz, include_bytes!("../../../../tests/data/wiki-all-options-line.log.xz")),
];
const UNPACKED: &[u8] = include_bytes!("../../../../tests/data/wiki-all-options-line.log");

fn pack(packing: Compression, bytes: &[u8]) -> Vec<u8> {
    match packing {
        Compression::Gzip => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => {
            ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
        }
        Compression::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(1);
            let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
    }
}

fn log(lines: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(1);
    let line = |at| {
        let (host, id) = (random.u16(..), random.u64(..));
        format!(
            "{at} tcp_local D 1 adam@host{host}.example rfc822;bobby@example <{id:x}@example>\n"
        )
    };
    (0..lines).map(line).collect::<String>().into_bytes()
}

/// Gives so many bytes at a time.
struct Pieces(io::Cursor<Vec<u8>>, usize);

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.1);
        self.0.read(&mut buffer[..most])
    }
}

fn unpack_from(source: impl Read + Send + 'static) -> (Vec<u8>, Option<String>) {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 10_000]);
    let mut decoder = Decoder::new(Box::new(source));
    loop {
        let count = decoder.read(&mut buffer);
        bytes.extend_from_slice(&buffer[..count]);
        if count == 0 {
            assert_eq!(decoder.read(&mut buffer), 0, "over is over");
            assert_eq!(decoder.decoded(), bytes.len() as u64);
            return (bytes, decoder.complaint().map(str::to_owned));
        }
    }
}

fn unpack(packed: &[u8]) -> (Vec<u8>, Option<String>) {
    unpack_from(io::Cursor::new(packed.to_vec()))
}

#[track_caller]
fn check(packed: &[u8], wanted: &[u8]) {
    let (bytes, complaint) = unpack(packed);
    assert_eq!((bytes == wanted, complaint), (true, None), "{} bytes", bytes.len());
}

#[test]
fn what_each_program_packed_is_unpacked() {
    for (packing, packed) in PACKED_BY_OTHERS {
        assert_eq!(Compression::of(&packed[..MAGIC]), Some(packing));
        check(packed, UNPACKED);
    }
}

#[test]
fn what_is_not_packed_stays_as_it_is() {
    for plain in [&b""[..], b"\n", b"BZh", b"BZh9 is a line", b"19-Feb-1998 10:52:12.28 E", &[0x1f]]
    {
        assert_eq!(Compression::of(plain), None, "{plain:?}");
        check(plain, plain);
    }
}

#[test]
fn large_ones_and_empty_ones() {
    let log = log(10_000);
    for packing in PACKINGS {
        check(&pack(packing, &log), &log);
        check(&pack(packing, b""), b"");
    }
}

#[test]
fn all_members_are_unpacked() {
    for packing in PACKINGS {
        let (one, two) = (pack(packing, b"one\n"), pack(packing, b"two\n"));
        check(&[&one[..], &two].concat(), b"one\ntwo\n");
        check(&[&one[..], &pack(packing, b""), &two, &one].concat(), b"one\ntwo\none\n");
    }
}

#[test]
fn frames_to_be_skipped_are_skipped() {
    let (one, two) = (pack(Compression::Zstd, b"one\n"), pack(Compression::Zstd, b"two\n"));
    let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    check(&[&skipped[..], &one, &skipped, &skipped, &two, &skipped].concat(), b"one\ntwo\n");
    let (bytes, complaint) = unpack(&[&one[..], &skipped[..9]].concat());
    assert_eq!(bytes, b"one\n");
    assert_eq!(complaint.unwrap(), "zstd data truncated after 4 bytes");
}

#[test]
fn padding_is_nothing_and_junk_is_told() {
    for packing in PACKINGS {
        let packed = pack(packing, b"one\n");
        check(&[&packed[..], &[0; 512]].concat(), b"one\n");
        let (bytes, complaint) = unpack(&[&packed[..], b"\0\0junk"].concat());
        assert_eq!(bytes, b"one\n");
        assert_eq!(
            complaint.unwrap(),
            format!("ignored 6 bytes of trailing data after the {packing} stream")
        );
    }
}

#[test]
fn every_place_to_cut_a_file() {
    let log = log(400);
    for packing in PACKINGS {
        let packed = pack(packing, &log);
        let mut before = 0;
        for cut in MAGIC..packed.len() {
            let (bytes, complaint) = unpack(&packed[..cut]);
            assert!(log.starts_with(&bytes) && bytes.len() >= before, "{packing} at {cut}");
            let wanted = format!("{packing} data truncated after {} bytes", bytes.len());
            assert_eq!(complaint.as_ref(), Some(&wanted), "{packing} at {cut}");
            before = bytes.len();
        }
    }
}

/// What was decoded before the cut is not kept back: but for xz and bzip2, of which a chunk can only be
/// decoded whole, half a file gives a good part of the log.
#[test]
fn half_a_file_gives_a_part_of_the_log() {
    let log = log(30_000);
    for packing in PACKINGS {
        let packed = pack(packing, &log);
        let (bytes, _) = unpack(&packed[..packed.len() / 2]);
        assert!(bytes.len() > log.len() / 4, "{packing}: {} of {}", bytes.len(), log.len());
    }
}

#[test]
fn a_window_that_would_fill_the_memory_is_refused() {
    // A frame that asks for a window of 2 TiB, and one byte of it.
    let (bytes, complaint) = unpack(&[0x28, 0xb5, 0x2f, 0xfd, 0, 31 << 3, 9, 0, 0, 0]);
    assert_eq!((bytes, complaint.is_some()), (Vec::new(), true));
}

#[test]
fn a_source_that_fails_is_named() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }
    let (bytes, complaint) =
        unpack_from(io::Cursor::new(pack(Compression::Gzip, b"one\n")).chain(Broken));
    assert_eq!(
        (&bytes[..], complaint.unwrap()),
        (&b"one\n"[..], "read error at byte 24: timed out".into())
    );
}

/// A member of zeros, again and again: some bytes for each of them.
#[test]
fn a_bomb_is_stopped() {
    let member = pack(Compression::Gzip, &vec![0; 16 * 1024 * 1024]);
    let bomb = std::iter::repeat_n(member, 100).collect::<Vec<_>>().concat();
    let mut decoder = Decoder::new(Box::new(io::Cursor::new(bomb)));
    let mut buffer = vec![0; 1024 * 1024];
    while decoder.read(&mut buffer) > 0 {}
    assert!(decoder.decoded() <= MAX_EXPANDED_BYTES + buffer.len() as u64);
    assert!(decoder.complaint().unwrap().ends_with("more than 100 times its size"));
}

/// One of them is the beginning of the other.
fn are_alike(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_ends_the_reading_but_not_the_program(
        which in 0..4_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        piece in 1..5_000_usize,
    ) {
        let log = log(300);
        let mut packed = pack(PACKINGS[which], &log);
        let first = damage.iter().map(|(at, _)| at.index(packed.len())).min().unwrap();
        let (before, _) = unpack(&packed[..first]);
        for (at, byte) in damage {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        let (bytes, _) = unpack_from(Pieces(io::Cursor::new(packed.clone()), piece));
        // Damaged in its first bytes it is not known for what it was.
        if first >= MAGIC {
            prop_assert!(are_alike(&before, &bytes));
            prop_assert!(before.len() < bytes.len() + STEP);
        }
        prop_assert!(are_alike(&bytes, &unpack(&packed).0));
    }

    #[test]
    fn any_bytes_behind_the_first_ones(
        which in 0..4_usize,
        junk in prop::collection::vec(any::<u8>(), 0..500),
    ) {
        let magic = &PACKED_BY_OTHERS[which].1[..MAGIC + which * 2];
        unpack(&[magic, &junk].concat());
    }
}

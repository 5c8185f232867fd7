//! Memory limit of the log.

/// Memory used besides the log, in bytes: 10 MB for the program with its libraries, 10 MB for
/// batches being read and parsed, 5 MB for cached texts.
const ALLOWANCE: u64 = 25_000_000;
/// Fraction of the machine's memory used by default.
pub const DEFAULT_MEMORY_DIVISOR: u64 = 4;

/// Memory for the log under a total limit, in bytes.
pub(super) fn limit(asked: Option<u64>) -> usize {
    let all = asked.or_else(|| Some(machine()? / DEFAULT_MEMORY_DIVISOR));
    let log = all.map(|all| all.saturating_sub(ALLOWANCE));
    log.and_then(|log| usize::try_from(log).ok()).unwrap_or(usize::MAX)
}

/// Physical memory of the machine in bytes, if known.
#[cfg(target_os = "linux")]
#[expect(clippy::useless_conversion, reason = "it is narrower on a machine of 32 bits")]
fn machine() -> Option<u64> {
    let known = rustix::system::sysinfo();
    u64::try_from(known.totalram).ok()?.checked_mul(known.mem_unit.into())
}

#[cfg(not(target_os = "linux"))]
fn machine() -> Option<u64> {
    None
}

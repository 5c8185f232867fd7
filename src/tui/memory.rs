//! How much memory the log may take.

/// What the program takes beside the log, in bytes: itself with its libraries 10 MB, batches on
/// their way and what is being read and parsed 10 MB, the texts of some screens 5 MB.
const ALLOWANCE: u64 = 25_000_000;
/// Part of the machine that the program takes unless it is told otherwise.
pub const DEFAULT_MEMORY_DIVISOR: u64 = 4;

/// Bytes for the log, out of those that the program was told to keep within.
pub(super) fn limit(asked: Option<u64>) -> usize {
    let all = asked.or_else(|| Some(machine()? / DEFAULT_MEMORY_DIVISOR));
    let log = all.map(|all| all.saturating_sub(ALLOWANCE));
    log.and_then(|log| usize::try_from(log).ok()).unwrap_or(usize::MAX)
}

/// Memory of the machine in bytes, where it can be asked for.
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

//! The simulator as live traffic: a log in memory that grows by the clock on the wall.

use crate::input::source::Memory;
use crate::log::entry::Time;
use crate::simulate::{Scenario, Simulator};
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How much of the log is there at once, so that nobody looks at an empty screen.
const BEFORE: Duration = Duration::from_secs(60);
/// How long after the start the incident begins.
const INCIDENT: Duration = Duration::from_secs(15);
/// Messages per second: fast enough to be alive, slow enough to be read.
const RATE: f64 = 3.0;
const SEED: u64 = 1;

/// The simulated traffic around a moment.
pub fn scenario(now: Time) -> Option<Scenario> {
    let start = Time(now.0 - i64::try_from(BEFORE.as_millis()).unwrap_or(0)).calendar()?;
    Some(Scenario { rate: RATE, incident: Some(BEFORE + INCIDENT), ..Scenario::demo(SEED, start) })
}

/// Appends to `path` in memory what a simulated MTA logs, as the time comes, for as long as the
/// program runs. `clock` gives the time on the wall.
pub fn spawn(
    memory: Memory,
    path: &'static Path,
    clock: fn() -> Time,
) -> std::io::Result<JoinHandle<()>> {
    thread::Builder::new().name("demo".to_owned()).spawn(move || {
        for line in scenario(clock()).map(Simulator::new).into_iter().flatten() {
            let wait = Time::from(line.time).since(clock());
            thread::sleep(Duration::from_millis(wait));
            memory.append(path, format!("{}\n", line.text).as_bytes());
        }
    })
}

//! Demo: simulated live traffic in an in-memory log that grows in real time.

use crate::input::source::Memory;
use crate::log::entry::Time;
use crate::simulate::{Scenario, Simulator};
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Traffic present at the start, so that the screen is not empty.
const BEFORE: Duration = Duration::from_secs(60);
/// Time from the start to the incident.
const INCIDENT: Duration = Duration::from_secs(15);
/// Messages per second: fast enough to look live, slow enough to read.
const RATE: f64 = 3.0;
const SEED: u64 = 1;

/// Scenario of the demo around a start time.
pub fn scenario(now: Time) -> Option<Scenario> {
    let start = Time(now.0 - i64::try_from(BEFORE.as_millis()).unwrap_or(0)).calendar()?;
    Some(Scenario { rate: RATE, incident: Some(BEFORE + INCIDENT), ..Scenario::demo(SEED, start) })
}

/// Appends simulated entries to `path` in memory in real time until the program ends. `clock`
/// returns the wall-clock time.
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

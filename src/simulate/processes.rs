//! Processes, threads and TCP ports of the MTA.
//!
//! They are acquired and released, so that a process id or a pair of ports belongs to one
//! connection at a time.

use super::random::low;
use super::token::SimProcessId;

/// The programs of the MTA that write entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MtaProgram {
    /// The SMTP server.
    Server,
    /// The SMTP client.
    Client,
    /// Delivery to the message store.
    Store,
    /// The conversion channel, one thread.
    Conversion,
    /// The process channel, one thread.
    Process,
}

/// A thread at work.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkerThread {
    program: MtaProgram,
    process: usize,
    pid: u32,
    thread: usize,
}

impl WorkerThread {
    /// The process id of its first entry.
    pub(super) fn id(self) -> SimProcessId {
        let single = matches!(self.program, MtaProgram::Conversion | MtaProgram::Process);
        // A handful of threads, never four billion.
        let thread = u32::try_from(self.thread + 1).unwrap_or(u32::MAX);
        SimProcessId { pid: self.pid, thread: (!single).then_some(thread), sequence: 0 }
    }
}

/// All processes.
pub(super) struct ProcessPool {
    server: [MtaProcess; 2],
    client: [MtaProcess; 3],
    store: [MtaProcess; 2],
    conversion: [MtaProcess; 1],
    process: [MtaProcess; 1],
}

impl ProcessPool {
    /// Processes started some time before the scenario.
    pub(super) fn new(rng: &mut fastrand::Rng) -> Self {
        let mut last = rng.u32(0x400..0x5000);
        let mut start = || {
            last += rng.u32(3..0x300);
            MtaProcess::new(last)
        };
        Self {
            server: [start(), start()],
            client: [start(), start(), start()],
            store: [start(), start()],
            conversion: [start()],
            process: [start()],
        }
    }

    /// Acquires a thread of the program.
    pub(super) fn acquire(&mut self, rng: &mut fastrand::Rng, program: MtaProgram) -> WorkerThread {
        let processes = self.of(program);
        let process = rng.usize(0..processes.len());
        let (pid, thread) = processes[process].acquire(rng);
        WorkerThread { program, process, pid, thread }
    }

    /// Releases the thread.
    pub(super) fn release(&mut self, worker: WorkerThread) {
        self.of(worker.program)[worker.process].busy[worker.thread] = false;
    }

    /// A process id for an operation without a connection: unique, and of a thread that has no
    /// connection.
    pub(super) fn once(&mut self, rng: &mut fastrand::Rng, program: MtaProgram) -> SimProcessId {
        let processes = self.of(program);
        let process = rng.usize(0..processes.len());
        let working = &mut processes[process];
        working.operations += 1;
        let (pid, sequence) = (working.pid, working.operations);
        let aside = if program == MtaProgram::Client { MtaProcess::WITH_CONNECTIONS } else { 0 };
        let thread = usize::try_from(low(rng, 0..8)).unwrap_or(0) + aside;
        SimProcessId { sequence, ..WorkerThread { program, process, pid, thread }.id() }
    }

    fn of(&mut self, program: MtaProgram) -> &mut [MtaProcess] {
        match program {
            MtaProgram::Server => &mut self.server,
            MtaProgram::Client => &mut self.client,
            MtaProgram::Store => &mut self.store,
            MtaProgram::Conversion => &mut self.conversion,
            MtaProgram::Process => &mut self.process,
        }
    }
}

struct MtaProcess {
    pid: u32,
    busy: Vec<bool>,
    next: usize,
    sessions: u32,
    operations: u32,
}

impl MtaProcess {
    /// Connections after which a process ends and another one replaces it.
    const SESSIONS: u32 = 3_000;
    /// Threads that are started before idle ones are reused.
    const THREADS: usize = 24;
    /// Threads of a client beyond these have no connections, only failures to connect.
    const WITH_CONNECTIONS: usize = 0x80;

    fn new(pid: u32) -> Self {
        Self { pid, busy: vec![false; Self::THREADS], next: 0, sessions: 0, operations: 0 }
    }

    fn acquire(&mut self, rng: &mut fastrand::Rng) -> (u32, usize) {
        self.sessions += 1;
        if self.sessions > Self::SESSIONS {
            self.sessions = 0;
            self.pid = (self.pid + rng.u32(0x100..0x1000)) % 0x20000 + 0x100;
        }
        let threads = self.busy.len();
        let idle = (0..threads).map(|step| (self.next + step) % threads).find(|&at| !self.busy[at]);
        let thread = idle.unwrap_or_else(|| {
            self.busy.push(false);
            threads
        });
        self.busy[thread] = true;
        self.next = thread + 1;
        (self.pid, thread)
    }
}

/// Ports in use at one end.
pub(super) struct PortPool {
    used: Vec<u64>,
    next: u16,
}

impl PortPool {
    const LOWEST: u16 = 1_024;

    /// A pool with all ports free.
    pub(super) fn new(rng: &mut fastrand::Rng) -> Self {
        Self { used: vec![0; 1 << 10], next: rng.u16(32_768..60_000) }
    }

    /// Acquires the next port, in the order of a kernel.
    pub(super) fn next(&mut self, rng: &mut fastrand::Rng) -> u16 {
        let ahead = self.next.checked_add(rng.u16(1..4)).unwrap_or(32_768);
        self.next = self.take(ahead);
        self.next
    }

    /// Acquires any port, as of clients all over the world.
    pub(super) fn any(&mut self, rng: &mut fastrand::Rng) -> u16 {
        self.take(rng.u16(Self::LOWEST..))
    }

    /// Releases a port.
    pub(super) fn release(&mut self, port: u16) {
        self.used[usize::from(port >> 6)] &= !(1 << (port & 63));
    }

    /// Acquires the first free port from there; that one if all are in use.
    fn take(&mut self, from: u16) -> u16 {
        let upwards = (from..=u16::MAX).chain(Self::LOWEST..from);
        let free = |port: &u16| self.used[usize::from(*port >> 6)] >> (*port & 63) & 1 == 0;
        let port = upwards.into_iter().find(free).unwrap_or(from);
        self.used[usize::from(port >> 6)] |= 1 << (port & 63);
        port
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_port_is_had_by_one_at_a_time() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut ports = PortPool::new(&mut rng);
        let mut taken: HashSet<u16> = (0..5_000).map(|_| ports.next(&mut rng)).collect();
        taken.extend((0..5_000).map(|_| ports.any(&mut rng)));
        assert_eq!(taken.len(), 10_000);
        ports.release(40_000);
        assert_eq!(ports.take(40_000), 40_000);
    }

    #[test]
    fn busy_threads_get_no_second_work() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut staff = ProcessPool::new(&mut rng);
        let workers: Vec<WorkerThread> =
            (0..200).map(|_| staff.acquire(&mut rng, MtaProgram::Client)).collect();
        let ids: HashSet<String> = workers.iter().map(|worker| worker.id().to_string()).collect();
        assert_eq!(ids.len(), workers.len());
        for worker in workers {
            staff.release(worker);
        }
        let again = staff.acquire(&mut rng, MtaProgram::Client);
        assert!(again.thread < 200);
    }
}

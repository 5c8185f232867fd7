//! Parallel map whose results are taken in the order of the items.

use crate::input::reader;
use crossbeam_channel::{Receiver, bounded, unbounded};
use std::collections::VecDeque;
use std::io;
use std::thread;

/// Items that a worker takes at a time: a system call or two for each, so that handing them over is
/// nothing beside it.
const CHUNK: usize = 256;
/// Chunks for each worker that may be under way: what is made of them waits in memory.
const CHUNKS_A_WORKER: usize = 4;

/// Maps the items on all cores, a chunk at a time, and passes the results on in order.
///
/// # Errors
/// The first error of `take`, after which nothing more is taken.
pub fn map_in_order<T: Sync, R: Send>(
    items: &[T],
    make: impl Fn(&[T]) -> R + Sync,
    take: &mut dyn FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let cores = reader::cores();
    thread::scope(|scope| {
        let (orders, inbox) = unbounded::<(&[T], crossbeam_channel::Sender<R>)>();
        for _ in 0..cores {
            let (inbox, make) = (inbox.clone(), &make);
            scope.spawn(move || {
                for (chunk, done) in inbox {
                    // Whoever ordered it may have had enough.
                    let _ = done.send(make(chunk));
                }
            });
        }
        let mut turns: VecDeque<Receiver<R>> = VecDeque::new();
        for chunk in items.chunks(CHUNK) {
            if turns.len() >= cores * CHUNKS_A_WORKER {
                take_next(&mut turns, take)?;
            }
            let (done, turn) = bounded(1);
            orders.send((chunk, done)).map_err(|_| ended_early())?;
            turns.push_back(turn);
        }
        drop(orders);
        while !turns.is_empty() {
            take_next(&mut turns, take)?;
        }
        Ok(())
    })
}

fn take_next<R>(
    turns: &mut VecDeque<Receiver<R>>,
    take: &mut dyn FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let Some(turn) = turns.pop_front() else { return Ok(()) };
    take(turn.recv().map_err(|_| ended_early())?)
}

/// A worker panicked, and said so.
pub(super) fn ended_early() -> io::Error {
    io::Error::other("internal error: a worker ended early")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..10 * CHUNK + 7).collect();
        let mut taken = Vec::new();
        map_in_order(&items, <[usize]>::to_vec, &mut |chunk| {
            taken.extend(chunk);
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, items);
    }

    #[test]
    fn whoever_had_enough_gets_no_more() {
        let (items, mut chunks) = (vec![0; 100 * CHUNK], 0);
        let result = map_in_order(&items, <[i32]>::len, &mut |_| {
            chunks += 1;
            if chunks < 3 { Ok(()) } else { Err(io::Error::other("enough")) }
        });
        assert_eq!((result.unwrap_err().to_string(), chunks), ("enough".to_owned(), 3));
    }
}

//! Work on many things side by side, by threads that each have a view of the object store.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::objects::Objects;

/// Turns in which the things are taken, for each thread: enough that none waits long for the last.
const TURNS: usize = 64;

/// What `work` says of each of `things`, in their order. `reader` calls back with a view of the object store
/// of the calling thread's own; each thread opens one, however many things there are.
///
/// # Errors
/// What `reader` says where the store can't be opened.
pub(super) fn in_turn<T: Sync, R: Send, E: Send>(
    things: &[T],
    reader: impl Fn(&mut dyn FnMut(&dyn Objects)) -> Result<(), E> + Sync,
    work: impl Fn(&dyn Objects, &T) -> R + Sync,
) -> Result<Vec<R>, E> {
    let workers = rayon::current_num_threads().max(1).min(things.len());
    let at_once = things.len().div_ceil(workers.max(1) * TURNS).max(1);
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, Vec<R>)> = (0..workers)
        .into_par_iter()
        .with_max_len(1)
        .map(|_| {
            let mut out = Vec::new();
            // Whoever comes late finds nothing left.
            if next.load(Ordering::Relaxed) < things.len() {
                reader(&mut |objects| {
                    loop {
                        let first = next.fetch_add(at_once, Ordering::Relaxed);
                        let Some(some) = things.get(first..things.len().min(first + at_once)) else { break };
                        if some.is_empty() {
                            break;
                        }
                        out.push((first, some.iter().map(|thing| work(objects, thing)).collect()));
                    }
                })?;
            }
            Ok(out)
        })
        .collect::<Result<Vec<_>, E>>()?
        .into_iter()
        .flatten()
        .collect();
    done.sort_unstable_by_key(|(first, _)| *first);
    Ok(done.into_iter().flat_map(|(_, results)| results).collect())
}

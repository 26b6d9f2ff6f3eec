//! What commands that ask sources share: the cache for downloads, the connections, the way to stop.

use std::path::Path;
use std::sync::Arc;

use shelflife::config::Config;
use shelflife::pipeline::{CacheMode, Progress};
use shelflife::source::http::{Store, Transport, TransportOptions};
use shelflife::source::open::{self, Opened};

use crate::failure::Failure;

/// Opens the sources of `config` and does `work` with them, until that is done or the user stops it.
pub fn with_sources<T, F: Future<Output = Result<T, Failure>>>(
    config: &Config,
    cache: &CacheMode,
    progress: &dyn Progress,
    work: impl FnOnce(Opened, Arc<Transport>) -> F,
) -> Result<T, Failure> {
    let folder: Option<&Path> = match cache {
        CacheMode::Off => None,
        CacheMode::Dir(folder) => Some(folder),
    };
    let store = folder.and_then(|folder| match Store::open(folder, config.cache.max) {
        Ok(store) => Some(Arc::new(store)),
        Err(error) => {
            progress.warn(&format!("{error}; all is downloaded anew"));
            None
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::cannot(format!("no runtime could be started: {error}")))?;
    runtime.block_on(async {
        let transport = Transport::new(TransportOptions { store, ..TransportOptions::default() })
            .map_err(|error| Failure::cannot(error.to_string()))?;
        let opened = open::open(config, &transport, folder, &|name| std::env::var(name).ok());
        tokio::select! {
            done = work(opened, transport) => done,
            _ = tokio::signal::ctrl_c() => {
                Err(Failure::cannot("stopped").help("the same command goes on where this one was"))
            }
        }
    })
}

//! All sources at once, into a dump.

use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;

use super::dump::{DumpError, Writer};
use super::spool::Spool;
use super::{Collected, Failure, Source};
use crate::pipeline::Progress;

/// What was collected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many pages stand in the dump.
    pub pages: usize,
    /// What could not be collected.
    pub failures: Vec<Failure>,
}

/// Why there is no dump.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// It can't be written.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The pages can't be kept until then.
    #[error("a temporary file can't be used: {0}")]
    Spool(#[from] io::Error),
}

/// Asks all sources for all their pages.
pub async fn all(sources: &[Box<dyn Source>], failures: Vec<Failure>, progress: &dyn Progress) -> Collected {
    progress.stage("collecting pages", None);
    let given = join_all(sources.iter().map(|source| async move { (source, source.collect(progress).await) })).await;
    let mut all = Collected { pages: Vec::new(), failures };
    for (source, given) in given {
        match given {
            Ok(collected) => {
                all.pages.extend(collected.pages);
                all.failures.extend(collected.failures);
            }
            Err(error) => all.failed(source.kind(), source.name(), &error),
        }
    }
    all.normalize();
    all
}

/// Asks all sources and writes what they give into `folder`. A source that gives nothing is a failure, and
/// costs no other. Files are named in the order of the pages' ids, whatever came first.
///
/// # Errors
/// Where the dump or the file for the pages on their way can't be written.
pub async fn into_dump(
    sources: &[Box<dyn Source>],
    failures: Vec<Failure>,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<Summary, GatherError> {
    progress.stage("collecting pages", None);
    let spool = Mutex::new((Spool::new()?, None));
    let given = join_all(sources.iter().map(|source| {
        let spool = &spool;
        async move {
            let mut sink = |page| {
                let (spool, broken) = &mut *spool.lock().unwrap_or_else(PoisonError::into_inner);
                if let Err(error) = spool.push(page) {
                    broken.get_or_insert(error);
                }
            };
            (source, source.stream(progress, &mut sink).await)
        }
    }))
    .await;
    let mut summary = Summary { pages: 0, failures };
    for (source, given) in given {
        match given {
            Ok(failures) => summary.failures.extend(failures),
            Err(error) => summary.failures.push(Failure {
                source: source.kind(),
                source_name: source.name().to_owned(),
                page: None,
                title: None,
                reason: error.reason(),
                message: error.to_string(),
            }),
        }
    }
    summary.failures.sort();
    summary.failures.dedup();
    let (spool, broken) = spool.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = broken {
        return Err(error.into());
    }
    summary.pages = spool.len();
    progress.stage("writing the dump", Some(spool.len() as u64));
    // Only now: until here an older dump stands.
    let mut writer = Writer::create(folder)?;
    spool.drain(|page| {
        progress.tick(1);
        writer.page(&page).map(drop).map_err(GatherError::from)
    })?;
    writer.finish(&summary.failures)?;
    Ok(summary)
}

//! Switching the chunks of one document: those that hold what is excluded off, those that we switched
//! off and that are right again on.

use std::collections::BTreeSet;

use super::api::{Api, Segment};
use super::chunks::{Chunk, Known};
use super::error::DifyError;
use super::journal::Journal;
use super::pages::Page;
use super::plan::Mark;

/// What is to be done to the chunks of a document.
#[derive(Debug, Default)]
pub struct Chunks {
    /// To be switched off.
    pub off: Vec<Segment>,
    /// To be switched on again.
    pub on: Vec<Segment>,
    /// Those that we switched off and that stay so.
    pub kept: BTreeSet<String>,
    /// Chunks of which no text of the page is known.
    pub unknown: usize,
    /// Chunks that can't be switched now.
    pub busy: usize,
    /// Why nothing could be said.
    pub left: Option<&'static str>,
}

/// Decides on the chunks `segments` of a document.
#[must_use]
pub fn decide(
    page: &Page,
    texts: &[String],
    document: &str,
    segments: Vec<Segment>,
    mark: &Mark,
    journal: &Journal,
) -> Chunks {
    let mut chunks = Chunks::default();
    let known = texts.iter().find_map(|text| Known::of(page, text));
    let partly = page.is_partly_off();
    if partly && known.is_none() {
        chunks.left = Some(match texts.is_empty() {
            true => "the text of its page is not at hand (see --repo), so its chunks stay",
            false => "its page has changed since the audit, so its chunks stay: audit again",
        });
    }
    for segment in segments {
        let ours = mark.chunks.contains(&Mark::short(&segment.id)) || journal.has_chunk(document, &segment.id);
        let is = match (&known, partly) {
            (_, false) => Chunk::On,
            (Some(known), true) => known.chunk(&text(&segment)),
            (None, true) => Chunk::Unknown,
        };
        chunks.unknown += usize::from(is == Chunk::Unknown && !ours);
        let busy = !(segment.status.is_empty() || segment.status == "completed");
        match (is, segment.enabled) {
            (Chunk::Off, true) | (Chunk::On, false) if busy && (segment.enabled || ours) => {
                chunks.busy += 1;
                if ours && !segment.enabled {
                    chunks.kept.insert(segment.id.clone());
                }
            }
            (Chunk::Off, true) => chunks.off.push(segment),
            (Chunk::On, false) if ours => chunks.on.push(segment),
            (_, false) if ours => {
                chunks.kept.insert(segment.id.clone());
            }
            _ => {}
        }
    }
    chunks
}

fn text(segment: &Segment) -> String {
    match segment.answer.as_deref().filter(|a| !a.is_empty()) {
        Some(answer) => format!("{}\n{answer}", segment.content),
        None => segment.content.clone(),
    }
}

/// What became of the switches of one document.
#[derive(Debug, Default)]
pub struct Done {
    /// Chunks that are off now, those of before among them.
    pub off: BTreeSet<String>,
    /// How many were switched off.
    pub switched_off: usize,
    /// How many were switched on.
    pub switched_on: usize,
    /// Chunks that stayed as they were, with the reason.
    pub failed: Vec<(String, String)>,
}

/// Switches chunks one by one, and reads each back.
///
/// # Errors
/// If Dify can't be reached, or the journal can't be written.
pub async fn switch(
    api: &Api,
    document: &str,
    chunks: &Chunks,
    journal: &mut Journal,
    done: &mut Done,
) -> Result<(), DifyError> {
    done.off.clone_from(&chunks.kept);
    let all = chunks.off.iter().map(|s| (s, false)).chain(chunks.on.iter().map(|s| (s, true)));
    for (segment, on) in all {
        if !on {
            journal.note(document, Some(&segment.id), true)?;
        }
        match one(api, document, segment, on).await {
            Ok(None) if on => {
                journal.note(document, Some(&segment.id), false)?;
                done.switched_on += 1;
            }
            Ok(None) => {
                done.off.insert(segment.id.clone());
                done.switched_off += 1;
            }
            Ok(Some(reason)) => {
                done.failed.push((segment.id.clone(), reason));
                // What is still off by our hand stays known as that; what never went off is nothing of ours.
                if on {
                    done.off.insert(segment.id.clone());
                } else {
                    journal.note(document, Some(&segment.id), false)?;
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Switches a chunk; the reason why it stayed as it was, if it did.
async fn one(api: &Api, document: &str, segment: &Segment, on: bool) -> Result<Option<String>, DifyError> {
    // Some versions say yes and do nothing; a second time helps some of them.
    for _ in 0..2 {
        match api.switch_segment(document, segment, on).await {
            Ok(()) => {}
            Err(error) if error.is_local() => return Ok(Some(error.to_string())),
            Err(error) => return Err(error),
        }
        match api.segment(document, &segment.id).await {
            Ok(now) if now.enabled == on => return Ok(None),
            Ok(_) => {}
            Err(error) if error.is_local() => return Ok(Some(error.to_string())),
            Err(error) => return Err(error),
        }
    }
    Ok(Some("Dify accepted the switch and did not do it".to_owned()))
}

//! Claims that only the working tree or the index took the witness of.

use super::find::{Session, line_text};
use super::{CauseReport, Changed, HOLDERS, Holder, NoCause, VoteStyle};
use crate::finding::Replacement;
use crate::history::objects::ReadError;
use crate::history::replacement::{Ballot, vote_literal, vote_name};

/// What the uncommitted `changes` did to claim `n`.
pub(super) fn report(session: &Session<'_>, n: usize, changes: &[Changed]) -> Result<CauseReport, ReadError> {
    let mut report = CauseReport::none(NoCause::NoHolder);
    let Some(lost) = session.lost.get(n) else { return Ok(report) };
    let head = session.lookup.mainline().head();
    let mut ballots = vec![Ballot::default(); session.targets.get(n).map_or(0, Vec::len).max(1)];
    for change in changes {
        let Some((mode, id)) = session.lookup.at(head, &change.path)? else { continue };
        if !mode.is_file() {
            continue;
        }
        let Some(content) = session.scanner.content(id)? else {
            report.hints.unread += 1;
            continue;
        };
        let lines = session.scanner.lines(n, &change.path, id)?;
        if !lines.is_empty() {
            report.cause = Err(NoCause::Uncommitted);
            report.hints.files += 1;
        }
        report.holder_count = report.holder_count.saturating_add(u32::try_from(lines.len()).unwrap_or(u32::MAX));
        for &line in lines.iter().take(HOLDERS - report.holders.len()) {
            report.holders.push(Holder { path: change.path.clone(), line, at: head, text: line_text(&content, line) });
        }
        let old = String::from_utf8_lossy(&content);
        let new = change.content.as_deref().map(String::from_utf8_lossy);
        match lost.vote {
            VoteStyle::Name => {
                for (target, ballot) in session.targets.get(n).into_iter().flatten().zip(&mut ballots) {
                    vote_name(target, &old, new.as_deref(), ballot);
                }
            }
            VoteStyle::Literal => {
                if let Some(ballot) = ballots.first_mut() {
                    vote_literal(lost.text, &lines, &old, new.as_deref(), ballot);
                }
            }
            VoteStyle::Off => {}
        }
    }
    let exists = |text: &str| text != lost.text && (lost.exists_at_head)(text);
    let mut targets = session.targets.get(n).into_iter().flatten();
    for ballot in &ballots {
        report.hints.deleted_lines = report.hints.deleted_lines.max(ballot.deleted);
        let candidates = match lost.vote {
            VoteStyle::Name => targets.next().map_or_else(Vec::new, |t| ballot.names(t)),
            VoteStyle::Literal => ballot.literals(),
            VoteStyle::Off => Vec::new(),
        };
        if let Some(winner) = candidates.into_iter().find(|c| exists(&c.text)) {
            report.replacement = Some(Replacement { text: winner.text, votes: winner.votes, of: ballot.of });
            break;
        }
    }
    Ok(report)
}

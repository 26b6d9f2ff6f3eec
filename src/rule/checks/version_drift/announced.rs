//! Announcements that time has overtaken: "we are working towards 2.0", where 2.0 is out.

use std::sync::Arc;

use super::matcher::FactMatcher;
use super::{effective, leasts, standing};
use crate::document::{Block, BlockKind, InlineKind, Span};
use crate::history::facts::version::Version;
use crate::history::facts::{Held, Of, Strength, package_name};
use crate::history::snapshot::Mask;
use crate::rule::checks::name;
use crate::rule::confidence;
use crate::rule::suspect::{LineMatcher, Proof, Suspect};
use crate::rule::system::{Page, System};

/// Words of announcements, before the version.
const BEFORE: &[&str] = &[
    "working towards",
    "working toward",
    "work towards",
    "preparation for",
    "preparing for",
    "preparing",
    "planned for",
    "planned in",
    "scheduled for",
    "implemented for",
    "upcoming",
    "coming in",
    "coming with",
    "development of",
    "will be released in",
    "will be available in",
    "will be included in",
    "will be part of",
    "will be added in",
    "will be removed in",
    "will ship in",
    "will land in",
];

/// Words of announcements in Japanese, which stand behind the version.
const BEHIND: &[&str] = &[
    "に向けて",
    "で予定",
    "リリース予定",
    "でリリースされる予定",
    "に予定",
    "で追加される予定",
    "の開発中",
    "で対応予定",
    "で対応する予定",
    "で廃止予定",
    "で削除予定",
];

/// Bytes between the announcing words and the version.
const REACH: usize = 48;

/// Gives the announcements of the page of versions that the project has reached.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for block in &page.document.blocks {
        let is_text =
            matches!(block.kind, BlockKind::Paragraph | BlockKind::ListItem { .. } | BlockKind::TableRow { .. });
        if is_text && !page.document.migration {
            out.extend(announced(page, block, system));
        }
    }
}

/// A version of a block, with the words around it.
struct Mention<'p> {
    span: Span,
    text: &'p str,
    before: String,
    behind: String,
}

fn mentions<'p>(page: &Page<'p>, block: &Block) -> Vec<Mention<'p>> {
    let source: &'p str = &page.document.text;
    let Some(text) = source.get(block.span.start..block.span.end).filter(|t| t.len() < 8000) else {
        return Vec::new();
    };
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let starts = bytes[at].is_ascii_digit()
            && (at == 0
                || !bytes[at - 1].is_ascii_alphanumeric() && !matches!(bytes[at - 1], b'.' | b'/' | b'-' | b'_')
                || bytes[at - 1] == b'v' && (at < 2 || !bytes[at - 2].is_ascii_alphanumeric()));
        if !starts {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let number = text.get(at..end).unwrap_or("").trim_end_matches('.');
        if number.contains('.') {
            let plain = |s: &str| s.to_lowercase().replace(['`', '*', '_', '[', '\n'], " ");
            let mut from = at.saturating_sub(160);
            while !text.is_char_boundary(from) {
                from += 1;
            }
            let mut to = (end + 60).min(text.len());
            while !text.is_char_boundary(to) {
                to -= 1;
            }
            out.push(Mention {
                span: Span::new(block.span.start + at, block.span.start + at + number.len()),
                text: number,
                before: plain(text.get(from..at).unwrap_or("")),
                behind: plain(text.get(at + number.len()..to).unwrap_or("")),
            });
        }
        at = end.max(at + 1);
    }
    out
}

impl Mention<'_> {
    /// Whether the words around it announce it.
    fn is_announced(&self) -> bool {
        // Another sentence speaks of something else.
        let sentence = self.before.rsplit(". ").next().unwrap_or(&self.before);
        let sentence = sentence.rsplit('。').next().unwrap_or(sentence);
        let near = |words: &&str| sentence.rfind(*words).is_some_and(|at| sentence.len() - at - words.len() <= REACH);
        let behind: String = self.behind.chars().filter(|c| !c.is_whitespace()).take(24).collect();
        BEFORE.iter().any(near) || BEHIND.iter().any(|w| behind.contains(w))
    }

    /// The project's own package that the sentence names, nearest to the version.
    fn package<'s>(&self, system: &'s System<'_>) -> Option<(String, &'s [Held])> {
        let words = self.before.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '@' | '/' | '.')));
        words.rev().filter(|w| w.len() > 1).take(8).find_map(|word| {
            let name = package_name(word);
            let held = system.facts.of(Of::Package, &name);
            held.iter().any(|h| h.fact.strength == Strength::Own).then_some((name, held))
        })
    }
}

fn announced(page: &Page<'_>, block: &Block, system: &System<'_>) -> Option<Suspect> {
    if block.inlines.iter().all(|i| i.kind != InlineKind::Text) {
        return None;
    }
    let mention = mentions(page, block).into_iter().find(Mention::is_announced)?;
    let wanted = Version::parse(mention.text)?;
    let (package, held) = mention.package(system)?;
    let head = system.snapshots.head().newest()?;
    let own: Vec<Held> = held.iter().filter(|h| h.fact.strength == Strength::Own).cloned().collect();
    let at = |snapshot: usize| effective(&own, page.folder(), snapshot);
    let reached = |facts: &[&Held]| {
        let mut versions = facts.iter().flat_map(|f| leasts(&f.fact.value)).peekable();
        versions.peek().is_some() && versions.all(|v| v.order(&wanted).is_ge() && !v.pre)
    };
    let now = at(head);
    if !reached(&now) {
        return None;
    }
    let mut had = Mask::default();
    let mut backing: Vec<&Held> = Vec::new();
    for snapshot in 0..head {
        let then = at(snapshot);
        if !then.is_empty() && !reached(&then) {
            had = had.or(Mask(1 << snapshot));
            backing.extend(then);
        }
    }
    let (first, newest) = (backing.first()?, now.first()?);
    let matcher = FactMatcher::new(first, &backing, &own, had);
    Some(Suspect {
        rule: super::ID,
        span: mention.span,
        section: block.section,
        subject: format!("{package} {}", mention.text),
        anchor: mention.text.to_owned(),
        message: format!(
            "version `{}` of {} is announced, but `{}` has `{}` already",
            name::shown(mention.text),
            name::shown(&package),
            name::shown(&newest.path.display()),
            name::shown(&newest.fact.value)
        ),
        probability: confidence::of(super::ID, "announced"),
        had,
        proof: Proof::Line { matcher: LineMatcher(Arc::new(matcher)), now: standing(newest, &now), replacement: None },
    })
}

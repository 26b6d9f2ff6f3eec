//! The words in which a passage is put before a model.
//!
//! They come from Tera templates (`templates/judge/`), which `--templates` can replace. Text of pages and
//! code enters one line at a time and behind a mark, so that it can't pass for a part of the question.

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest, Sha256};
use tera::{Context, Tera};

use super::change::{Hunk, Mark};
use super::evidence::Pack;
use super::redact;
use super::select::Page;
use crate::document::Document;
use crate::history::Mainline;
use crate::report::escape::is_harmful;
use crate::report::lang::Lang;
use crate::report::template::{TemplateError, Templates};

/// Version of the built-in prompt: raised at every change of the templates or of the answer's form, since
/// answers are kept by it.
pub const VERSION: u32 = 1;

const SYSTEM: &str = "judge/system.txt";
const USER: &str = "judge/user.txt";
const PAGES: &str = "judge/pages.txt";

/// Makes questions out of packs.
pub struct Prompt {
    tera: Tera,
    templates: Templates,
    system: String,
    version: String,
}

impl std::fmt::Debug for Prompt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prompt").field("version", &self.version).finish_non_exhaustive()
    }
}

/// The two messages of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What to do; the same for all.
    pub system: String,
    /// The passage with its evidence.
    pub user: String,
}

#[derive(Serialize)]
struct View<'a> {
    page: &'a str,
    heading: String,
    lines: Vec<NumberedLine>,
    changes: Vec<FileView>,
    commits: Vec<CommitView>,
    more_commits: usize,
    left_out_hunks: usize,
    left_out_files: usize,
}

#[derive(Serialize)]
struct NumberedLine {
    number: usize,
    text: String,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    former: Option<String>,
    added: bool,
    gone: bool,
    since: String,
    hunks: Vec<HunkView>,
}

#[derive(Serialize)]
struct HunkView {
    line: u32,
    within: Option<String>,
    lines: Vec<MarkedLine>,
}

#[derive(Serialize)]
struct MarkedLine {
    mark: &'static str,
    text: String,
}

#[derive(Serialize)]
struct CommitView {
    date: String,
    id: String,
    subject: String,
}

#[derive(Serialize)]
struct PairView<'a> {
    page: &'a str,
    heading: String,
    edited: String,
    lines: Vec<NumberedLine>,
    other: &'a str,
    other_heading: String,
    other_edited: String,
    other_lines: Vec<NumberedLine>,
}

impl Prompt {
    /// The prompt that `templates` make.
    ///
    /// # Errors
    /// A mistake in a template, with its place.
    pub fn new(templates: &Templates) -> Result<Self, TemplateError> {
        let tera = templates.engine(".txt", write_text, &Lang::En.strings(), |_| {})?;
        let system = tera.render(SYSTEM, &Context::new()).map_err(|e| templates.explain(&e, SYSTEM))?;
        let mut hash = Sha256::new();
        for name in [SYSTEM, USER, PAGES] {
            hash.update(templates.text(name));
            hash.update([0]);
        }
        let version = format!("{VERSION}-{}", hex(&hash.finalize(), 6));
        Ok(Self { tera, templates: templates.clone(), system, version })
    }

    /// What answers are kept by: the version, and a hash of the templates.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The question for `pack` of `page`.
    ///
    /// # Errors
    /// A mistake in a template, with its place.
    pub fn question(&self, pack: &Pack, page: &Page<'_>, mainline: &Mainline) -> Result<Question, TemplateError> {
        let day = |at: crate::history::MainIx| day(mainline.commits().get(at.0 as usize).map_or(0, |c| c.time));
        let changes = pack.changes.iter().map(|change| FileView {
            path: change.path.display().into_owned(),
            former: change.former.as_ref().map(|p| p.display().into_owned()),
            added: change.added,
            gone: change.gone,
            since: day(change.moment),
            hunks: change.hunks.iter().map(hunk).collect(),
        });
        let commits = pack.commits.iter().map(|c| CommitView {
            date: self::day(c.time),
            id: c.short().to_owned(),
            subject: redact::redact(&c.subject).0,
        });
        let view = View {
            page: page.document.id.as_str(),
            heading: heading(page.document, pack.passage.section),
            lines: lines(page.document, pack),
            changes: changes.collect(),
            commits: commits.collect(),
            more_commits: pack.more_commits,
            left_out_hunks: pack.left_out_hunks,
            left_out_files: pack.left_out_files,
        };
        self.render(USER, &view)
    }

    /// The question whether a passage agrees with a later one of another page.
    ///
    /// # Errors
    /// A mistake in a template, with its place.
    pub fn between(&self, pair: &super::pages::Pair, pages: &[Page<'_>]) -> Result<Question, TemplateError> {
        let side = |side: &super::pages::Side| {
            let document = pages.get(side.passage.page).map(|p| p.document);
            let id = document.map_or("", |d| d.id.as_str());
            (id, document.map(|d| heading(d, side.passage.section)).unwrap_or_default(), day(side.edited))
        };
        let numbered = |side: &super::pages::Side| {
            pages.get(side.passage.page).map(|p| numbered(p.document, &side.passage)).unwrap_or_default()
        };
        let ((page, heading, edited), (other, other_heading, other_edited)) = (side(&pair.old), side(&pair.new));
        let view = PairView {
            page,
            heading,
            edited,
            lines: numbered(&pair.old),
            other,
            other_heading,
            other_edited,
            other_lines: numbered(&pair.new),
        };
        self.render(PAGES, &view)
    }

    fn render(&self, template: &str, view: &impl Serialize) -> Result<Question, TemplateError> {
        let explain = |e: tera::Error| self.templates.explain(&e, template);
        let context = Context::from_serialize(view).map_err(explain)?;
        let user = self.tera.render(template, &context).map_err(explain)?;
        Ok(Question { system: self.system.clone(), user })
    }
}

fn lines(document: &Document, pack: &Pack) -> Vec<NumberedLine> {
    numbered(document, &pack.passage)
}

/// The lines of a passage with their numbers, without secrets.
fn numbered(document: &Document, passage: &super::passage::Passage) -> Vec<NumberedLine> {
    let (text, _) = redact::redact(passage.text(document));
    text.lines()
        .enumerate()
        .map(|(at, line)| NumberedLine { number: passage.first + at + 1, text: line.trim_end().to_owned() })
        .collect()
}

fn hunk(hunk: &Hunk) -> HunkView {
    let first = hunk.lines.iter().find(|l| l.mark != Mark::Removed).or(hunk.lines.first());
    HunkView {
        line: first.map_or(1, |l| l.number),
        within: hunk.within.clone(),
        lines: hunk
            .lines
            .iter()
            .map(|line| MarkedLine {
                mark: match line.mark {
                    Mark::Kept => " ",
                    Mark::Removed => "-",
                    Mark::Added => "+",
                },
                text: line.text.clone(),
            })
            .collect(),
    }
}

fn heading(document: &Document, section: usize) -> String {
    document.sections.get(section).map(|s| s.heading_path.join(" › ")).unwrap_or_default()
}

fn day(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).map(|d| d.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// Writes `text` as one line: what would begin another, or can't be seen, becomes a blank.
fn write_text(text: &str, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let clean: String = text.chars().map(|c| if c != '\t' && is_harmful(c) { ' ' } else { c }).collect();
    out.write_all(clean.as_bytes())
}

/// The first `bytes` bytes in hexadecimal digits.
pub(super) fn hex(hash: &[u8], bytes: usize) -> String {
    hash.iter().take(bytes).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

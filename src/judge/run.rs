//! The stage as a whole: choose, ask or read, check, report.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::{self, AskError};
use super::batch;
use super::budget;
use super::cache::{Kept, Known};
use super::evidence::Pack;
use super::options::{Mode, Options};
use super::outcome::{Judge, ResultsFile};
use super::pages::{self, Pair};
use super::prompt::Prompt;
use super::reply::{Failure, Reply};
use super::request::{Request, Shape};
use super::select::{self, Code, Page, Selection};
use super::verify::{self, Maker};
use super::{answer, signal};
use crate::finding::{Finding, Inconclusive, Occurrences};
use crate::history::ReadError;
use crate::report::file;
use crate::report::template::TemplateError;

/// Why the judge could not do its work at all.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// A template of the questions is wrong.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The object store can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No question can be put.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A file of questions or answers can't be written or read.
    #[error("`{}` can't be {doing}: {message}", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// `written` or `read`.
        doing: &'static str,
        /// The system's words.
        message: String,
    },
}

/// What a run of the judge gives.
#[derive(Debug, Default)]
pub struct Judged {
    /// Contradictions whose quotes hold.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub inconclusive: Vec<Inconclusive>,
    /// Counts.
    pub summary: Judge,
    /// In a dry run, what would be sent, in the order of sending.
    pub planned: Vec<Planned>,
    /// What was said of passages, for signals.
    pub opinions: Vec<signal::Opinion>,
}

/// A question that would be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The request's name.
    pub id: String,
    /// The page.
    pub document: String,
    /// First and last line of the passage, from 1.
    pub lines: (usize, usize),
    /// Tokens of the question, estimated.
    pub tokens: u64,
    /// Tokens that the answer may take.
    pub answer_tokens: u64,
    /// The question's own words.
    pub text: String,
}

/// A question and what it is about.
struct Question<'s> {
    request: Request,
    about: About<'s>,
}

enum About<'s> {
    Code {
        pack: &'s Pack,
        /// Index of the system whose code it is.
        system: usize,
    },
    Pages(&'s Pair),
}

impl About<'_> {
    fn passage(&self) -> &super::passage::Passage {
        match self {
            Self::Code { pack, .. } => &pack.passage,
            Self::Pages(pair) => &pair.old.passage,
        }
    }
}

/// Judges `pages` against the `systems` that they describe, and against each other.
///
/// # Errors
/// Where that can't be done at all; what concerns one question never ends the run.
pub fn run(
    pages: &[Page<'_>],
    systems: &[Code<'_>],
    options: &Options,
    known: Option<&Known<'_>>,
    tick: &(dyn Fn() + Sync),
) -> Result<Judged, JudgeError> {
    let prompt = Prompt::new(&options.templates)?;
    let selections =
        systems.iter().map(|code| select::select(pages, *code, options.rules)).collect::<Result<Vec<_>, _>>()?;
    let between = if options.pages { pages::compare(pages, systems)? } else { pages::Between::default() };
    let questions = questions(&selections, &between.pairs, pages, systems, &prompt, options)?;

    let summary = Judge {
        mode: mode(options).to_owned(),
        model: options.model.clone(),
        prompt: prompt.version().to_owned(),
        sections: selections.iter().map(|s| s.passages).sum(),
        candidates: selections.iter().map(|s| s.packs.len()).sum(),
        pairs: between.pairs.len(),
        redacted: selections.iter().map(|s| s.redacted).sum(),
        ..Judge::default()
    };
    let mut out = Judged { summary, ..Judged::default() };
    let (mut answers, planned) = known_and_planned(&questions, known, options, &mut out.summary);
    let fresh: Vec<&Request> = planned.iter().filter_map(|at| questions.get(*at)).map(|q| &q.request).collect();
    match &options.mode {
        Mode::Ask => {
            let asked = ask::all(&fresh, options, tick)?;
            out.summary.requests = asked.requests;
            out.summary.tokens = asked.tokens;
            answers.extend(asked.answers);
        }
        Mode::DryRun => {
            out.planned = planned.iter().filter_map(|at| questions.get(*at)).map(|q| shown(q, pages)).collect();
            estimate(&mut out.summary, &fresh);
        }
        Mode::Batch(path) => {
            file::write_atomically(path, |out| batch::write(out, &fresh)).map_err(|e| JudgeError::File {
                path: path.clone(),
                doing: "written",
                message: e.to_string(),
            })?;
            estimate(&mut out.summary, &fresh);
        }
        Mode::Results(path) => {
            let results = batch::read(path).map_err(|e| JudgeError::File {
                path: path.clone(),
                doing: "read",
                message: e.to_string(),
            })?;
            take(results, &questions, &mut answers, &mut out.summary);
        }
    }
    judge(&questions, &answers, &selections, &between, pages, systems, options, known, &mut out)?;
    Ok(out)
}

fn mode(options: &Options) -> &'static str {
    match options.mode {
        Mode::Ask => "ask",
        Mode::DryRun => "dry-run",
        Mode::Batch(_) => "batch",
        Mode::Results(_) => "results",
    }
}

fn questions<'s>(
    selections: &'s [Selection],
    pairs: &'s [Pair],
    pages: &[Page<'_>],
    systems: &[Code<'_>],
    prompt: &Prompt,
    options: &Options,
) -> Result<Vec<Question<'s>>, TemplateError> {
    let shape = Shape {
        model: options.model.clone(),
        temperature: options.temperature,
        answer_tokens: options.answer_tokens,
        completion_tokens: options.endpoint.as_ref().is_none_or(super::options::Endpoint::takes_completion_tokens),
        structured: options.structured,
    };
    let mut packs: Vec<(usize, &Pack)> =
        selections.iter().enumerate().flat_map(|(at, s)| s.packs.iter().map(move |pack| (at, pack))).collect();
    // The most doubtful first.
    packs.sort_by(|(in_a, a), (in_b, b)| {
        let place = |system: usize, p: &Pack| (p.passage.page, p.passage.first, system);
        b.score.total_cmp(&a.score).then_with(|| place(*in_a, a).cmp(&place(*in_b, b)))
    });
    let mut out = Vec::with_capacity(packs.len() + pairs.len());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut push = |question: &super::prompt::Question, about: About<'s>| {
        let request = Request::new(question, &shape, prompt.version());
        if seen.insert(request.id.clone()) {
            out.push(Question { request, about });
        }
    };
    for (system, pack) in packs {
        if let (Some(page), Some(code)) = (pages.get(pack.passage.page), systems.get(system)) {
            push(&prompt.question(pack, page, code.mainline)?, About::Code { pack, system });
        }
    }
    for pair in pairs {
        push(&prompt.between(pair, pages)?, About::Pages(pair));
    }
    Ok(out)
}

type Answers = BTreeMap<String, Result<Reply, Failure>>;

/// Answers that were kept, and which of the other questions the budget allows.
fn known_and_planned(
    questions: &[Question<'_>],
    known: Option<&Known<'_>>,
    options: &Options,
    summary: &mut Judge,
) -> (Answers, Vec<usize>) {
    let mut answers = Answers::new();
    let mut open = Vec::new();
    for (at, question) in questions.iter().enumerate() {
        match known.and_then(|k| k.get(&question.request.id)) {
            Some(kept) => {
                let reply = Reply { text: kept.text, model: kept.model, usage: None };
                answers.insert(question.request.id.clone(), Ok(reply));
                summary.from_cache += 1;
            }
            None => open.push(at),
        }
    }
    if matches!(options.mode, Mode::Results(_)) {
        // What was answered was paid for already.
        return (answers, open);
    }
    let fits = budget::plan(open.iter().filter_map(|at| questions.get(*at)).map(|q| &q.request), options.limits);
    let mut planned = Vec::new();
    for (at, fits) in open.into_iter().zip(fits) {
        if fits {
            planned.push(at);
        } else if let Some(question) = questions.get(at) {
            answers.insert(question.request.id.clone(), Err(Failure::Budget));
        }
    }
    (answers, planned)
}

fn estimate(summary: &mut Judge, requests: &[&Request]) {
    summary.requests = requests.len() as u64;
    summary.tokens = requests.iter().map(|r| r.prompt_tokens).sum();
}

fn shown(question: &Question<'_>, pages: &[Page<'_>]) -> Planned {
    let passage = question.about.passage();
    Planned {
        id: question.request.id.clone(),
        document: pages.get(passage.page).map(|p| p.document.id.as_str().to_owned()).unwrap_or_default(),
        lines: (passage.first + 1, passage.end),
        tokens: question.request.prompt_tokens,
        answer_tokens: question.request.answer_tokens,
        text: question.request.text().to_owned(),
    }
}

/// Takes the answers of a results file to this run's questions.
fn take(results: batch::Results, questions: &[Question<'_>], answers: &mut Answers, summary: &mut Judge) {
    let asked: BTreeSet<&str> = questions.iter().map(|q| q.request.id.as_str()).collect();
    let mut file = ResultsFile {
        answers: results.answers.len(),
        unknown: 0,
        doubled: results.doubled,
        malformed: results.malformed,
    };
    for (id, answer) in results.answers {
        if !asked.contains(id.as_str()) {
            file.unknown += 1;
            continue;
        }
        if let Ok(Reply { usage: Some((question, answer)), .. }) = &answer {
            summary.tokens += question + answer;
        }
        // What the user gives now goes before what was kept.
        if answers.insert(id, answer).is_some() {
            summary.from_cache = summary.from_cache.saturating_sub(1);
        }
    }
    summary.results = Some(file);
}

#[allow(clippy::too_many_arguments)]
fn judge(
    questions: &[Question<'_>],
    answers: &Answers,
    selections: &[Selection],
    between: &pages::Between,
    pages: &[Page<'_>],
    systems: &[Code<'_>],
    options: &Options,
    known: Option<&Known<'_>>,
    out: &mut Judged,
) -> Result<(), JudgeError> {
    let workers = systems.iter().map(|code| code.repository.worker()).collect::<Result<Vec<_>, _>>()?;
    let objects = workers.iter().map(|worker| worker.objects()).collect::<Result<Vec<_>, _>>()?;
    let head = systems.first().map(Code::head).unwrap_or_default();
    let mut occurrences = Occurrences::default();
    let mut failures: BTreeMap<(usize, String, String), usize> = BTreeMap::new();
    let silent = matches!(options.mode, Mode::DryRun | Mode::Batch(_));
    let mut ordered: Vec<&Question<'_>> = questions.iter().collect();
    // Findings are told apart in reading order, whatever the order of asking.
    ordered.sort_by_key(|q| (q.about.passage().page, q.about.passage().first));
    for pair in &between.proved {
        if let Some(page) = pages.get(pair.side.passage.page) {
            let section = pair.side.passage.section;
            let mut occurrence = |subject: &str| occurrences.next(verify::RULE, section, &key(page, subject));
            out.findings.push(pages::finding(pair, page, pages, &mut occurrence));
            out.summary.between_pages += 1;
        }
    }
    for question in ordered {
        let passage = question.about.passage();
        let answer = match answers.get(&question.request.id) {
            Some(Ok(reply)) => read(reply),
            Some(Err(failure)) => Err(failure.clone()),
            None if silent => continue,
            None => Err(Failure::Batch),
        };
        let (reply, items) = match answer {
            Ok(answer) => answer,
            Err(failure) => {
                if failure == Failure::Budget {
                    out.summary.beyond_budget += 1;
                } else {
                    *out.summary.failed.entry(failure.as_str().to_owned()).or_default() += 1;
                }
                let unanswered = !answers.contains_key(&question.request.id);
                let message =
                    if unanswered { "the results file has no answer for it".to_owned() } else { failure.message() };
                let reason = if failure == Failure::Budget { "judge-budget" } else { "judge-failed" };
                *failures.entry((passage.page, reason.to_owned(), message)).or_default() += 1;
                continue;
            }
        };
        out.summary.judged += 1;
        if let Some(known) = known {
            known.put(&question.request.id, &Kept { text: reply.text.clone(), model: reply.model.clone() });
        }
        let model = reply.model.as_deref().unwrap_or(&options.model);
        if !model.starts_with(&options.model) && !options.model.starts_with(model) {
            out.summary.other_model += 1;
        }
        if items.malformed > 0 {
            *out.summary.refused.entry("malformed".to_owned()).or_default() += items.malformed;
        }
        let Some(page) = pages.get(passage.page) else { continue };
        let shown: Vec<Vec<super::change::Hunk>> = match &question.about {
            About::Code { pack, .. } => pack.changes.iter().map(|c| c.hunks.clone()).collect(),
            About::Pages(pair) => vec![pages::as_hunks(pair, pages)],
        };
        let files: Vec<&[super::change::Hunk]> = shown.iter().map(Vec::as_slice).collect();
        let checked = verify::check(items.items, &page.document.text, passage.span, &files);
        for (why, count) in &checked.refused {
            *out.summary.refused.entry((*why).to_owned()).or_default() += count;
        }
        out.summary.consistent += checked.consistent;
        out.summary.unknown += checked.unknown;
        out.opinions.push(signal::Opinion {
            document: page.document.id.clone(),
            span: passage.span,
            contradicted: !checked.found.is_empty(),
            agrees: checked.consistent > 0,
        });
        for (item, placed) in &checked.found {
            let mut occurrence = |subject: &str| occurrences.next(verify::RULE, passage.section, &key(page, subject));
            let finding = match &question.about {
                About::Code { pack, system } => {
                    let of = |at: usize| Some((systems.get(at)?, selections.get(at)?, objects.get(at)?));
                    of(*system).and_then(|(code, selection, objects)| {
                        let maker = Maker { code: *code, files: &selection.histories, objects, model };
                        maker.finding(item, placed, pack, page, &mut occurrence)
                    })
                }
                About::Pages(pair) => pages::judged(item, placed, pair, pages, &head, model, &mut occurrence),
            };
            out.findings.extend(finding);
        }
    }
    out.summary.contradictions = out.findings.len();
    for ((page, reason, message), count) in failures {
        let sections =
            if count == 1 { "1 of its sections was".to_owned() } else { format!("{count} of its sections were") };
        out.inconclusive.push(Inconclusive {
            document: pages.get(page).map(|p| p.document.id.clone()),
            reason: if reason == "judge-budget" { "judge-budget" } else { "judge-failed" },
            message: format!("{sections} not judged: {message}"),
        });
    }
    Ok(())
}

/// Occurrences are counted for each page apart.
fn key(page: &Page<'_>, subject: &str) -> String {
    format!("{}\u{0}{subject}", page.document.id)
}

/// The items of a reply.
fn read(reply: &Reply) -> Result<(&Reply, answer::Items), Failure> {
    match answer::read(&reply.text) {
        Ok(items) => Ok((reply, items)),
        Err(answer::Unusable::NotJson) => Err(Failure::NoAnswer),
        Err(answer::Unusable::WrongForm) => Err(Failure::WrongForm),
    }
}

//! The text of a suppressing comment.

use chrono::NaiveDate;

use crate::rule::registry;

/// What every suppressing comment begins with.
const MARK: &str = "shelflife-ignore";

/// The forms of a suppression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `shelflife-ignore`: the next line.
    Line,
    /// `shelflife-ignore-start`: up to the end mark.
    Start,
    /// `shelflife-ignore-end`.
    End,
    /// `shelflife-ignore-file`: the whole page.
    File,
}

impl Form {
    /// How it is written.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Line => "shelflife-ignore",
            Self::Start => "shelflife-ignore-start",
            Self::End => "shelflife-ignore-end",
            Self::File => "shelflife-ignore-file",
        }
    }

    pub(super) fn with_rules(self, rules: &[&str]) -> String {
        format!("{} {}", self.keyword(), rules.join(", "))
    }
}

/// What is wrong with a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// `shelflife-ignore-something`.
    UnknownForm(String),
    /// It names no rule.
    NoRule(Form),
    /// It names a rule that does not exist.
    UnknownRule(String),
    /// It gives no reason.
    NoReason(Form, String),
    /// `until=` with what is no day.
    BadDate(String),
    /// A start mark whose end is missing: it hides nothing.
    StartWithoutEnd,
    /// An end mark without a start.
    EndWithoutStart,
}

impl Problem {
    /// One sentence: what is wrong, and what to write.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::UnknownForm(word) => format!(
                "`{word}` is no form of a suppression: write `{MARK}`, `{MARK}-start`, `{MARK}-end` or `{MARK}-file`"
            ),
            Self::NoRule(form) => {
                format!("`{0}` names no rule: write `{0} dead-path: why it stays`", form.keyword())
            }
            Self::UnknownRule(rule) => match registry::nearest(rule) {
                Some(near) => format!("`{rule}` is no rule, so nothing is hidden: did you mean `{near}`?"),
                None => format!("`{rule}` is no rule, so nothing is hidden: `shelflife rules` lists them"),
            },
            Self::NoReason(form, rules) => format!(
                "`{0} {rules}` gives no reason, so nothing is hidden: write `{0} {rules}: why it stays`",
                form.keyword()
            ),
            Self::BadDate(word) => {
                format!("`{word}` is no day, so nothing is hidden: write `until=2027-01-31`")
            }
            Self::StartWithoutEnd => format!("`{MARK}-start` has no end, so nothing is hidden: add `{MARK}-end`"),
            Self::EndWithoutStart => format!("`{MARK}-end` ends nothing: remove it, or add its `{MARK}-start`"),
        }
    }
}

/// A comment that says what it must.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    pub(super) form: Form,
    pub(super) rules: Vec<&'static str>,
    pub(super) reason: String,
    pub(super) until: Option<NaiveDate>,
}

/// Whether a comment is meant as a suppression.
pub(super) fn is_one(text: &str) -> bool {
    text.trim_start().starts_with(MARK)
}

/// What a comment is about, for its fingerprint: the keyword and the rules, not the reason.
pub(super) fn subject(text: &str) -> String {
    let head = text.trim().split([':', '：']).next().unwrap_or("");
    let words: Vec<&str> = words(head).filter(|w| !w.starts_with("until=")).collect();
    clip(&words.join(" "))
}

/// Reads a comment; `None` where it is no suppression.
pub(super) fn comment(text: &str) -> Option<Result<Parsed, Problem>> {
    is_one(text).then(|| parse(text.trim()))
}

fn parse(text: &str) -> Result<Parsed, Problem> {
    let (head, reason) = match text.split_once([':', '：']) {
        Some((head, reason)) => (head, reason),
        None => (text, ""),
    };
    let mut head = words(head);
    let keyword = head.next().unwrap_or(MARK);
    let form = match keyword.strip_prefix(MARK) {
        Some("") => Form::Line,
        Some("-start") => Form::Start,
        Some("-end") => Form::End,
        Some("-file") => Form::File,
        _ => return Err(Problem::UnknownForm(clip(keyword))),
    };
    let mut until = None;
    let mut rules = Vec::new();
    for word in head {
        if let Some(day) = word.strip_prefix("until=") {
            until = Some(date(word, day)?);
        } else {
            match registry::get(word) {
                Some(rule) => rules.push(rule.id()),
                None => return Err(Problem::UnknownRule(clip(word))),
            }
        }
    }
    rules.sort_unstable();
    rules.dedup();
    let mut reason_words = Vec::new();
    for word in reason.split_whitespace() {
        match word.trim_matches(['(', ')', ',', ';', '.']).strip_prefix("until=") {
            Some(day) => until = Some(date(word, day)?),
            None => reason_words.push(word),
        }
    }
    let reason = reason_words.join(" ");
    if form != Form::End {
        if rules.is_empty() {
            return Err(Problem::NoRule(form));
        }
        if !reason.chars().any(char::is_alphanumeric) {
            return Err(Problem::NoReason(form, rules.join(", ")));
        }
    }
    Ok(Parsed { form, rules, reason, until })
}

fn words(head: &str) -> impl Iterator<Item = &str> {
    head.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，')).filter(|w| !w.is_empty())
}

fn date(word: &str, day: &str) -> Result<NaiveDate, Problem> {
    // Ten characters exactly: chrono alone would take `2027-1-3` and signs.
    let day_given = if day.len() == 10 { NaiveDate::parse_from_str(day, "%Y-%m-%d").ok() } else { None };
    day_given.ok_or_else(|| Problem::BadDate(clip(word)))
}

/// Words of a page that a message repeats are held short.
fn clip(word: &str) -> String {
    if word.chars().count() > 60 { word.chars().take(59).chain(['…']).collect() } else { word.to_owned() }
}

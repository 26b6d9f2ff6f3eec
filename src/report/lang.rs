//! The languages that reports for people are written in.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::json::v1::{Audit, Finding};
use crate::finding::CauseKind;

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// Japanese.
    Ja,
}

/// `--lang` names a language that there is no report in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no reports in language `{0}`: use `en` or `ja`")]
pub struct UnknownLang(pub String);

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "en" => Ok(Self::En),
            "ja" => Ok(Self::Ja),
            _ => Err(UnknownLang(name.to_owned())),
        }
    }
}

impl Lang {
    /// The tag by which HTML and `--lang` know it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The language that most of the pages are written in, as their titles and headings show.
    #[must_use]
    pub fn of_pages(audit: &Audit) -> Self {
        let japanese = |text: &str| text.chars().any(is_kana_or_han);
        let count = audit
            .documents
            .iter()
            .filter(|d| {
                let headings = d.sections.iter().flat_map(|s| &s.heading_path).take(40);
                let (mut with, mut of) = (0_usize, 0_usize);
                for text in headings.chain([&d.title]) {
                    of += 1;
                    with += usize::from(japanese(text));
                }
                with * 2 > of
            })
            .count();
        if count * 2 > audit.documents.len() { Self::Ja } else { Self::En }
    }

    /// What reports say in this language.
    #[must_use]
    pub fn strings(self) -> Strings {
        let source = match self {
            Self::En => include_str!("../../templates/lang/en.json"),
            Self::Ja => include_str!("../../templates/lang/ja.json"),
        };
        // The files are part of the program, and a test reads both.
        Strings { lang: self, texts: serde_json::from_str(source).unwrap_or_default() }
    }
}

/// The text with a capital at its start, unless it starts with code.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if first.is_ascii_lowercase() => [first.to_ascii_uppercase()].into_iter().chain(rest).collect(),
        _ => text.to_owned(),
    }
}

fn is_kana_or_han(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// The texts of one language, by key.
///
/// `{n}` in a text stands for a value. A text may have two forms with `|` between: the first is for
/// one, the second for any other `n`.
#[derive(Debug, Clone)]
pub struct Strings {
    lang: Lang,
    texts: BTreeMap<String, String>,
}

impl Strings {
    /// Their language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// The text of a key; the key itself where there is none.
    #[must_use]
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// The text of a key with its values filled in; `n` also chooses between its forms.
    #[must_use]
    pub fn fill(&self, key: &str, values: &[(&str, String)]) -> String {
        let text = self.get(key);
        let one = values.iter().any(|(name, value)| *name == "n" && value == "1");
        let form = match text.split_once('|') {
            Some((first, _)) if one => first,
            Some((_, other)) => other,
            None => text,
        };
        let mut out = String::with_capacity(form.len());
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&format!("{{{name}}}")),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// A finding in one sentence, code in backquotes.
    ///
    /// In English that is its message, with a capital at its start. In Japanese it is made from the proof where that says what
    /// happened, and else the message stays as it is.
    #[must_use]
    pub fn headline(&self, finding: &Finding) -> String {
        // What a page says in words is quoted as it is.
        if finding.evidence.judgement.as_ref().is_some_and(|judgement| !judgement.confirms) {
            return sentence(&finding.message);
        }
        let text = finding.location.text.trim();
        let plain = !text.is_empty() && text.chars().count() <= 80 && !text.contains(['`', '\n', '\r']);
        let Some(cause) = finding.evidence.cause.as_ref().filter(|_| self.lang != Lang::En && plain) else {
            return sentence(&finding.message);
        };
        let new = finding.evidence.replacement.as_ref().map(|r| r.text.as_str());
        let new = new.filter(|new| !new.contains(['`', '\n', '\r']));
        let key = match (cause.kind, new) {
            (CauseKind::Removed, None) => "headline.removed",
            (CauseKind::Removed | CauseKind::Renamed, Some(_)) => "headline.renamed",
            (CauseKind::Renamed, None) => "headline.moved",
            (CauseKind::Changed, Some(_)) => "headline.changed-to",
            (CauseKind::Changed, None) => "headline.changed",
        };
        self.fill(key, &[("old", format!("`{text}`")), ("new", format!("`{}`", new.unwrap_or_default()))])
    }

    /// A span of days for people: the two largest units.
    #[must_use]
    pub fn duration(&self, days: i64) -> String {
        let days = days.max(0);
        let (years, months) = (days / 365, days % 365 / 30);
        let unit = |key: &str, n: i64| self.fill(key, &[("n", n.to_string())]);
        match (years, months) {
            (0, 0) => unit("time.days", days),
            (0, _) => unit("time.months", months),
            (_, 0) => unit("time.years", years),
            _ => format!("{}{}{}", unit("time.years", years), self.get("time.join"), unit("time.months", months)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_things() {
        let (en, ja) = (Lang::En.strings(), Lang::Ja.strings());
        assert!(en.all().len() > 50);
        assert_eq!(en.all().keys().collect::<Vec<_>>(), ja.all().keys().collect::<Vec<_>>());
        let names = |text: &str| {
            let mut names: Vec<_> =
                text.split('{').skip(1).filter_map(|p| p.split('}').next()).map(str::to_owned).collect();
            names.sort();
            names.dedup();
            names
        };
        for (key, text) in en.all() {
            let other = ja.get(key);
            // English may write out "one" in its first form.
            assert_eq!(names(text), names(other), "{key}");
            // Japanese puts nothing between years and months.
            assert!(!text.is_empty() && (!other.is_empty() || key == "time.join"), "{key}");
        }
    }

    #[test]
    fn a_headline_starts_like_a_sentence() {
        assert_eq!(sentence("no heading answers"), "No heading answers");
        assert_eq!(sentence("`asyncio` is gone"), "`asyncio` is gone");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn forms_and_values() {
        let en = Lang::En.strings();
        assert_eq!(en.fill("time.days", &[("n", "1".into())]), "1 day");
        assert_eq!(en.duration(2), "2 days");
        assert_eq!(en.duration(365 * 2 + 61), "2 years 2 months");
        assert_eq!(Lang::Ja.strings().duration(400), "1年1か月");
        assert_eq!(en.fill("no.such {x} {", &[("x", "{n}".into())]), "no.such {n} {");
        assert_eq!("fr".parse::<Lang>(), Err(UnknownLang("fr".into())));
    }
}

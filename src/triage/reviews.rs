//! A reviews file: a person's word that pages are right, for pages that have no place for it. A review
//! resets a page's age; it hides no finding.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::report::json::v1::{Document, Review, Signals};

/// Why a reviews file can't be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "{name} is no reviews file: {message} (each entry: `[[review]]`, `page`, `date`, and if need be `section`, `by`, `until`)"
)]
pub struct ReviewsError {
    /// The file.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// The reviews that a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reviews {
    /// In the order of the file.
    #[serde(default)]
    pub review: Vec<Entry>,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The page's id.
    pub page: String,
    /// Id of the section, or its heading; none for the whole page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The day, as a date or in quotes.
    #[serde(with = "day")]
    pub date: NaiveDate,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The last day on which it holds.
    #[serde(default, with = "maybe_day", skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl Reviews {
    /// Reads the content of the file called `name`.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, ReviewsError> {
        let no = |message: String| ReviewsError { name: name.to_owned(), message };
        let text = std::str::from_utf8(bytes).map_err(|e| no(e.to_string()))?;
        toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| no(e.to_string().trim().replace('\n', " ")))
    }

    /// The entry as it is added to the end of a file.
    ///
    /// # Errors
    /// Never for an entry whose strings are strings.
    pub fn line(entry: &Entry) -> Result<String, toml::ser::Error> {
        toml::to_string(&Self { review: vec![entry.clone()] })
    }

    /// Notes the reviews in the pages. Says which entries name a page or section that is not there.
    pub fn apply(&self, documents: &mut [Document]) -> Vec<String> {
        let at: BTreeMap<String, usize> = documents.iter().enumerate().map(|(i, d)| (d.id.clone(), i)).collect();
        let mut unknown = Vec::new();
        for entry in &self.review {
            let document = at.get(entry.page.trim_start_matches("./")).and_then(|i| documents.get_mut(*i));
            let noted = document.is_some_and(|document| match &entry.section {
                None => {
                    note(&mut document.signals, entry);
                    true
                }
                Some(name) => {
                    let is = |s: &&mut crate::report::json::v1::Section| {
                        s.id == *name || s.heading_path.last().is_some_and(|h| h.trim() == name.trim())
                    };
                    document.sections.iter_mut().find(is).map(|s| note(&mut s.signals, entry)).is_some()
                }
            });
            if !noted {
                let section = entry.section.as_ref().map(|s| format!("#{s}")).unwrap_or_default();
                unknown.push(format!("the reviews file names `{}{section}`, which is no page here", entry.page));
            }
        }
        unknown
    }
}

/// A review counts where it is later than what is known. One of the future counts once its day has come.
fn note(signals: &mut Signals, entry: &Entry) {
    let date = entry.date.to_string();
    if signals.reviewed.as_ref().is_some_and(|known| known.date >= date) {
        return;
    }
    signals.reviewed = Some(Review { date, by: entry.by.clone(), source: "reviews-file".into() });
    // What the page promised before the review is settled by it.
    signals.review_by = entry.until.map(|day| day.to_string());
}

mod day {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    pub(super) enum Written {
        Date(toml::value::Datetime),
        Text(String),
    }

    impl Written {
        pub(super) fn day<E: serde::de::Error>(self) -> Result<NaiveDate, E> {
            let text = match self {
                Self::Date(date) => date.to_string(),
                Self::Text(text) => text,
            };
            let day = text.get(..10).unwrap_or(&text);
            NaiveDate::parse_from_str(day, "%Y-%m-%d")
                .map_err(|_| E::custom(format!("`{text}` is no day such as 2026-01-31")))
        }
    }

    pub fn serialize<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        Written::deserialize(deserializer)?.day()
    }
}

mod maybe_day {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::day::Written;

    #[allow(clippy::ref_option)]
    pub fn serialize<S: Serializer>(day: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => serializer.collect_str(day),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
        Option::<Written>::deserialize(deserializer)?.map(Written::day).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_both_forms_of_a_day_and_written_back() {
        let text = "[[review]]\npage = 'a.md'\ndate = 2026-05-01\nby = 'Ann'\n\n[[review]]\npage = 'b.md'\nsection = 'x'\n\
            date = '2026-05-02'\nuntil = 2026-12-31\n";
        let reviews = Reviews::parse("r.toml", text.as_bytes()).unwrap();
        assert_eq!(reviews.review.len(), 2);
        assert_eq!(reviews.review[1].until.unwrap().to_string(), "2026-12-31");
        let odd = Entry { by: Some("A \"B\"\n[[review]]".into()), ..reviews.review[0].clone() };
        let both = format!("{text}\n{}", Reviews::line(&odd).unwrap());
        assert_eq!(Reviews::parse("r.toml", both.as_bytes()).unwrap().review[2], odd);
        for bad in ["[[review]]\npage = 'a'\n", "[[review]]\npage='a'\ndate='soon'\n", "[[rewiew]]\n", "\u{0}"] {
            let error = Reviews::parse("r.toml", bad.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("r.toml is no reviews file: "), "{error}");
        }
    }
}

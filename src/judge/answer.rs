//! What a model answers, and how it is read out of whatever it wrote.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An answer longer than this, in bytes, is not read.
const LONGEST: usize = 256 << 10;
/// Items of one answer that are looked at.
const MOST_ITEMS: usize = 60;
/// Places at which a JSON object may begin.
const MOST_STARTS: usize = 200;

/// The answer to one question of the judge. Shelflife asks models for this form, checks every item, and
/// reads it from a results file: `docs/judge.md` tells how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "judge answer")]
pub struct Answer {
    /// One item for each line of the passage that a change bears on; empty where there is none.
    pub items: Vec<Item>,
}

/// What the model says of a line. The verdict comes last: a model that has quoted first judges better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The words of the passage, copied exactly; white space aside, they must stand there.
    pub page_quote: String,
    /// The lines of the evidence that decide, copied exactly; one of them must be a changed one.
    pub code_quote: String,
    /// Of what kind the difference is.
    pub category: Category,
    /// What the code does today, and how the line differs, in a sentence.
    pub why: String,
    /// The words as they should read; empty where nothing is contradicted.
    pub instead: String,
    /// What follows from all of this.
    pub verdict: Verdict,
}

/// Kinds of differences. Only the first seven can make a finding, whatever the verdict says (the idea of
/// classifying first and filtering outside is `DocPrism`'s, 2025).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Another number, default, version, limit or text.
    Value,
    /// Something else is needed or supported.
    Requirement,
    /// The code does something else, or in another order.
    Behavior,
    /// It is there now and the page says it is not, or the other way round.
    Availability,
    /// A list or a count no longer agrees.
    List,
    /// It is called or written differently.
    Name,
    /// It takes or returns something else.
    Signature,
    /// The page does not speak of it.
    Silent,
    /// The page leaves out a detail and stays right.
    Simplified,
    /// The change concerns something else.
    OtherSubject,
    /// One possibility among several, which still works.
    Example,
    /// The line tells of the past, or of another version.
    Past,
    /// What is shown does not settle it.
    Unclear,
    /// The page already says what the code does.
    Agrees,
}

impl Category {
    /// Whether a difference of this kind contradicts anything.
    #[must_use]
    pub fn is_contradiction(self) -> bool {
        self <= Self::Signature
    }

    /// The word that answers use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Requirement => "requirement",
            Self::Behavior => "behavior",
            Self::Availability => "availability",
            Self::List => "list",
            Self::Name => "name",
            Self::Signature => "signature",
            Self::Silent => "silent",
            Self::Simplified => "simplified",
            Self::OtherSubject => "other_subject",
            Self::Example => "example",
            Self::Past => "past",
            Self::Unclear => "unclear",
            Self::Agrees => "agrees",
        }
    }

    /// All of them, in order.
    pub const ALL: [Self; 14] = [
        Self::Value,
        Self::Requirement,
        Self::Behavior,
        Self::Availability,
        Self::List,
        Self::Name,
        Self::Signature,
        Self::Silent,
        Self::Simplified,
        Self::OtherSubject,
        Self::Example,
        Self::Past,
        Self::Unclear,
        Self::Agrees,
    ];
}

/// What the model makes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The code says otherwise.
    Contradicts,
    /// They agree.
    Consistent,
    /// What is shown does not settle it.
    Unknown,
}

/// Why an answer as a whole can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unusable {
    /// There is no JSON object in it, or none that is whole.
    NotJson,
    /// It is JSON, but has no list of items.
    WrongForm,
}

/// The items of an answer, and how many of them were of no form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Items {
    /// Those that can be read.
    pub items: Vec<Item>,
    /// How many can't.
    pub malformed: usize,
}

/// Reads the items out of what a model wrote: the JSON alone, in a fence, or with words around it. Of
/// several objects the last that has items counts, since some models think aloud first.
///
/// # Errors
/// Where there is none.
pub fn read(text: &str) -> Result<Items, Unusable> {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    let mut found: Option<Value> = None;
    let mut any = false;
    let mut from = 0;
    for _ in 0..MOST_STARTS {
        let Some(start) = text.get(from..).and_then(|rest| rest.find('{')).map(|at| at + from) else { break };
        let mut stream = serde_json::Deserializer::from_str(text.get(start..).unwrap_or_default()).into_iter::<Value>();
        match stream.next() {
            Some(Ok(value)) => {
                any = true;
                from = start + stream.byte_offset().max(1);
                if value.get("items").is_some_and(Value::is_array) {
                    found = Some(value);
                }
            }
            _ => from = start + 1,
        }
    }
    let Some(Value::Array(items)) = found.as_mut().and_then(|v| v.get_mut("items")).map(Value::take) else {
        return Err(if any { Unusable::WrongForm } else { Unusable::NotJson });
    };
    let mut out = Items::default();
    for item in items.into_iter().take(MOST_ITEMS) {
        match loose(item) {
            Some(item) => out.items.push(item),
            None => out.malformed += 1,
        }
    }
    if out.items.is_empty() && out.malformed > 0 {
        return Err(Unusable::WrongForm);
    }
    Ok(out)
}

/// An item whose words are right; what it has besides does not matter.
fn loose(mut item: Value) -> Option<Item> {
    let object = item.as_object_mut()?;
    let mut text = |key: &str| match object.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (page_quote, code_quote, why) = (text("page_quote")?, text("code_quote")?, text("why").unwrap_or_default());
    let instead = text("instead").unwrap_or_default();
    let (category, verdict) = (text("category")?, text("verdict")?);
    let word = |text: String| Value::String(text.trim().to_ascii_lowercase());
    Some(Item {
        page_quote,
        code_quote,
        category: serde_json::from_value(word(category)).ok()?,
        why,
        instead,
        verdict: serde_json::from_value(word(verdict)).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str =
        r#"{"page_quote":"a b","code_quote":"+c","category":"value","why":"w","instead":"d","verdict":"contradicts"}"#;

    #[test]
    fn json_is_found_in_whatever_is_around_it() {
        let plain = format!("{{\"items\":[{ITEM}]}}");
        for text in [
            plain.clone(),
            format!("Sure! Here it is:\n```json\n{plain}\n```\nHope it helps {{}}"),
            format!("<think>{{\"items\":[]}} or {{x}}</think>{plain}"),
            plain.replace("\"w\"", "\"w\",\"extra\":[1]"),
            plain.replace("\"value\"", "\" Value \""),
        ] {
            let read = read(&text).unwrap();
            assert_eq!((read.items.len(), read.malformed), (1, 0), "{text}");
            assert_eq!(read.items[0].verdict, Verdict::Contradicts);
        }
        assert_eq!(read("{\"items\":[]}").unwrap(), Items::default());
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        for (text, error) in [
            ("", Unusable::NotJson),
            ("I can't help with that.", Unusable::NotJson),
            ("{\"items\":[{\"page_quote\":\"a", Unusable::NotJson),
            ("{\"verdict\":\"consistent\"}", Unusable::WrongForm),
            ("{\"items\":{}}", Unusable::WrongForm),
            ("{\"items\":[{\"page_quote\":1}]}", Unusable::WrongForm),
            ("[1,2]", Unusable::NotJson),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
        let mixed = format!("{{\"items\":[{ITEM},{{\"verdict\":\"maybe\"}},7]}}");
        assert_eq!(read(&mixed).map(|i| (i.items.len(), i.malformed)), Ok((1, 2)));
    }

    #[test]
    fn hostile_answers_end_soon() {
        let _ = read(&"{".repeat(1 << 20));
        let _ = read(&"{\"items\":".repeat(100_000));
        let _ = read(&format!("{{\"items\":[{}]}}", vec![ITEM; 5_000].join(",")));
    }

    #[test]
    fn categories_are_named_as_they_are_written() {
        for category in Category::ALL {
            assert_eq!(serde_json::to_value(category).unwrap(), category.as_str());
        }
        assert_eq!(Category::ALL.iter().filter(|c| c.is_contradiction()).count(), 7);
    }
}

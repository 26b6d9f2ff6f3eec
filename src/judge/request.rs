//! A question as the body of a chat completion, and what it is known by.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::prompt::{Question, hex};
use super::tokens;

/// What a request says besides the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The model.
    pub model: String,
    /// How much chance there is in the answer; none leaves it to the server.
    pub temperature: Option<f32>,
    /// Tokens that an answer may take.
    pub answer_tokens: u32,
    /// Whether that limit goes by its newer name, which `OpenAI`'s own servers ask for and others lack.
    pub completion_tokens: bool,
    /// Whether the server is told the form of the answer as a JSON Schema.
    pub structured: bool,
}

/// The body of a request to `/chat/completions`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Body {
    model: String,
    messages: [Message; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ResponseFormat {
    r#type: &'static str,
    json_schema: NamedSchema,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NamedSchema {
    name: &'static str,
    strict: bool,
    schema: Form,
}

/// A request that is ready to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its name: the hash of all that decides the answer.
    pub id: String,
    /// What is sent.
    pub body: Body,
    /// Tokens of the question, estimated.
    pub prompt_tokens: u64,
    /// Tokens that the answer may take.
    pub answer_tokens: u64,
}

impl Request {
    /// The request that puts `question`. `version` is that of the prompt.
    #[must_use]
    pub fn new(question: &Question, shape: &Shape, version: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [version, &shape.model, &question.system, &question.user] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        // What the frame of two messages takes.
        let frame = 16;
        let prompt_tokens = tokens::estimate(&question.system) + tokens::estimate(&question.user) + frame;
        let (new, old) =
            if shape.completion_tokens { (Some(shape.answer_tokens), None) } else { (None, Some(shape.answer_tokens)) };
        Self {
            id: hex(&hash.finalize(), 20),
            body: Body {
                model: shape.model.clone(),
                messages: [
                    Message { role: "system", content: question.system.clone() },
                    Message { role: "user", content: question.user.clone() },
                ],
                temperature: shape.temperature,
                max_tokens: old,
                max_completion_tokens: new,
                response_format: shape.structured.then(|| ResponseFormat {
                    r#type: "json_schema",
                    json_schema: NamedSchema { name: "judge_answer", strict: true, schema: schema() },
                }),
            },
            prompt_tokens,
            answer_tokens: u64::from(shape.answer_tokens),
        }
    }

    /// The question's own words, for people.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.body.messages[1].content
    }

    /// What the request may cost at most, in tokens.
    #[must_use]
    pub fn most_tokens(&self) -> u64 {
        self.prompt_tokens + self.answer_tokens
    }
}

/// A form in the subset of JSON Schema that servers take. Written by hand, since properties must keep the
/// order in which they are to be filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// A text.
    Text,
    /// One of these words.
    Word(Vec<&'static str>),
    /// A list.
    List(Box<Form>),
    /// An object with exactly these members.
    Object(Vec<(&'static str, Form)>),
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Text => map.serialize_entry("type", "string")?,
            Self::Word(words) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("enum", words)?;
            }
            Self::List(items) => {
                map.serialize_entry("type", "array")?;
                map.serialize_entry("items", items)?;
            }
            Self::Object(members) => {
                map.serialize_entry("type", "object")?;
                map.serialize_entry("properties", &Members(members))?;
                let required: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
                map.serialize_entry("required", &required)?;
                map.serialize_entry("additionalProperties", &false)?;
            }
        }
        map.end()
    }
}

struct Members<'f>(&'f [(&'static str, Form)]);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, form)| (name, form)))
    }
}

/// The form of the answer: what `docs/schema/judge-answer.json` says, with the verdict last.
#[must_use]
pub fn schema() -> Form {
    let categories = super::answer::Category::ALL.iter().map(|c| c.as_str()).collect();
    let item = Form::Object(vec![
        ("page_quote", Form::Text),
        ("code_quote", Form::Text),
        ("category", Form::Word(categories)),
        ("why", Form::Text),
        ("instead", Form::Text),
        ("verdict", Form::Word(vec!["contradicts", "consistent", "unknown"])),
    ]);
    Form::Object(vec![("items", Form::List(Box::new(item)))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        Shape { model: "m".into(), temperature: None, answer_tokens: 100, completion_tokens: false, structured: true }
    }

    fn question(user: &str) -> Question {
        Question { system: "s".into(), user: user.into() }
    }

    #[test]
    fn a_request_is_named_by_all_that_decides_its_answer() {
        let first = Request::new(&question("a"), &shape(), "1");
        assert_eq!(first.id.len(), 40);
        assert_eq!(first, Request::new(&question("a"), &shape(), "1"));
        assert_ne!(first.id, Request::new(&question("b"), &shape(), "1").id);
        assert_ne!(first.id, Request::new(&question("a"), &shape(), "2").id);
        assert_ne!(first.id, Request::new(&question("a"), &Shape { model: "n".into(), ..shape() }, "1").id);
    }

    #[test]
    fn the_verdict_is_asked_for_last() {
        let body = serde_json::to_string(&Request::new(&question("a"), &shape(), "1").body).unwrap();
        let at = |word: &str| body.rfind(&format!("\"{word}\"")).unwrap();
        for pair in ["page_quote", "code_quote", "category", "why", "instead", "verdict"].windows(2) {
            assert!(at(pair[0]) < at(pair[1]), "{body}");
        }
        assert!(body.contains("\"max_tokens\":100") && !body.contains("temperature"), "{body}");
    }
}

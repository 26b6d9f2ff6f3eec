//! Questions and answers as files: the input and the output of an `OpenAI` batch.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, BufRead, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::reply::{self, Failure, Reply};
use super::request::{Body, Request};

/// A line longer than this, in bytes, is no answer.
const LONGEST_LINE: u64 = 4 << 20;
/// Lines of a results file that are read.
const MOST_LINES: usize = 1_000_000;

#[derive(Serialize)]
struct Line<'r> {
    custom_id: &'r str,
    method: &'static str,
    url: &'static str,
    body: &'r Body,
}

/// Writes `requests`, one a line.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn Write, requests: &[&Request]) -> io::Result<()> {
    for request in requests {
        let line = Line { custom_id: &request.id, method: "POST", url: "/v1/chat/completions", body: &request.body };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Answers by the request that they are to, and what else a results file held.
#[derive(Debug, Default)]
pub struct Results {
    /// The first answer to each request.
    pub answers: BTreeMap<String, Result<Reply, Failure>>,
    /// Lines that are no result at all.
    pub malformed: usize,
    /// Further answers to a request that has one.
    pub doubled: usize,
}

/// Reads a results file: in any order, of any model, as far as it goes.
///
/// # Errors
/// Where the file can't be read.
pub fn read(path: &Path) -> io::Result<Results> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    parse(&mut io::BufReader::new(file))
}

fn parse(input: &mut dyn BufRead) -> io::Result<Results> {
    let mut results = Results::default();
    let mut line = Vec::new();
    for _ in 0..MOST_LINES {
        line.clear();
        let read = io::Read::take(&mut *input, LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        if read as u64 >= LONGEST_LINE && line.last() != Some(&b'\n') {
            results.malformed += 1;
            // The rest of the line belongs to it.
            input.skip_until(b'\n')?;
            continue;
        }
        let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        if text.trim_ascii().is_empty() {
            continue;
        }
        let value: Option<Value> = serde_json::from_slice(text).ok();
        let Some((id, answer)) = value.as_ref().and_then(result) else {
            results.malformed += 1;
            continue;
        };
        match results.answers.entry(id) {
            Entry::Occupied(_) => results.doubled += 1,
            Entry::Vacant(place) => {
                place.insert(answer);
            }
        }
    }
    Ok(results)
}

fn result(line: &Value) -> Option<(String, Result<Reply, Failure>)> {
    let id = line.get("custom_id")?.as_str()?;
    if id.len() > 200 {
        return None;
    }
    let response = line.get("response").filter(|r| !r.is_null());
    let failed = line.get("error").is_some_and(|e| !e.is_null());
    let answer = match response {
        Some(response) if !failed => {
            let status = response.get("status_code").and_then(Value::as_u64).unwrap_or(200);
            match response.get("body") {
                Some(body) if (200..300).contains(&status) => reply::read(body),
                _ => Err(Failure::Batch),
            }
        }
        _ => Err(Failure::Batch),
    };
    Some((id.to_owned(), answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str, content: &str) -> String {
        let body = serde_json::json!({ "choices": [{ "message": { "content": content }, "finish_reason": "stop" }] });
        serde_json::json!({ "custom_id": id, "response": { "status_code": 200, "body": body }, "error": null })
            .to_string()
    }

    #[test]
    fn answers_are_taken_in_any_order_and_the_rest_is_counted() {
        let failed = r#"{"custom_id":"c","response":{"status_code":500,"body":{}},"error":null}"#;
        let error = r#"{"custom_id":"d","response":null,"error":{"code":"batch_expired"}}"#;
        let text = [
            "\u{feff}".to_owned() + &line("b", "1"),
            line("a", "2"),
            line("b", "3"),
            failed.into(),
            error.into(),
            "{".into(),
            "7".into(),
            String::new(),
        ]
        .join("\r\n");
        let results = parse(&mut text.as_bytes()).unwrap();
        let got: Vec<(&str, Option<&str>)> =
            results.answers.iter().map(|(id, r)| (id.as_str(), r.as_ref().ok().map(|r| r.text.as_str()))).collect();
        assert_eq!(got, [("a", Some("2")), ("b", Some("1")), ("c", None), ("d", None)]);
        assert_eq!((results.malformed, results.doubled), (2, 1));
    }

    #[test]
    fn a_line_without_end_is_one_malformed_line() {
        let text = format!("{}\n{}\n", "x".repeat(usize::try_from(LONGEST_LINE).unwrap() + 10), line("a", "1"));
        let results = parse(&mut text.as_bytes()).unwrap();
        assert_eq!((results.malformed, results.answers.len()), (1, 1));
    }
}

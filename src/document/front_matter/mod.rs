//! Data before the text of a page: YAML between `---`, TOML between `+++`, or a JSON object.

mod toml;
mod yaml;

use serde_json::Value;

use super::build::Builder;
use super::model::{Entry, FrontMatter, Inline, InlineKind};
use super::span::Span;

/// More of them than this are not data about a page.
const MOST_ENTRIES: usize = 2000;

/// Finds front matter at the start of the page and hands it to `builder`.
pub(crate) fn take(builder: &mut Builder<'_>) {
    let Some(front_matter) = find(builder.text) else { return };
    let values = front_matter
        .entries
        .iter()
        .map(|e| Inline { kind: InlineKind::Text, span: e.span, text: e.text.clone(), cell: None, in_link: false })
        .collect();
    builder.front_matter(front_matter, values);
}

/// The front matter of `text`, if it has any.
fn find(text: &str) -> Option<FrontMatter> {
    let first_end = text.find('\n')?;
    let parsed = match text[..first_end].trim_end() {
        "---" => {
            let (inner, end) = fenced(text, first_end + 1, &["---", "..."])?;
            if !yaml::plausible(inner.of(text)) {
                return None;
            }
            (yaml::parse(text, inner), end)
        }
        "+++" => {
            let (inner, end) = fenced(text, first_end + 1, &["+++"])?;
            (toml::parse(text, inner), end)
        }
        "{" => {
            let (value, end) = yaml::parse_flow(text, 0)?;
            value.is_object().then_some(())?;
            // The object must be all that stands on its last line.
            let rest = text[end..].lines().next().unwrap_or("");
            rest.trim().is_empty().then_some(())?;
            ((value, yaml::flow_entries(text, 0)), end)
        }
        _ => return None,
    };
    let ((value, mut entries), end) = parsed;
    entries.truncate(MOST_ENTRIES);
    Some(FrontMatter { span: Span::new(0, end), value, entries })
}

/// What stands between the opening fence and one of `closing`, and one past the closing fence.
fn fenced(text: &str, from: usize, closing: &[&str]) -> Option<(Span, usize)> {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        if closing.contains(&line.trim_end()) {
            return Some((Span::new(from, at), at + line.trim_end().len()));
        }
        at += line.len();
    }
    None
}

/// Adds an entry.
fn entry(entries: &mut Vec<Entry>, path: &[String], text: &str, span: Span) {
    if entries.len() < MOST_ENTRIES {
        entries.push(Entry { key: path.join("."), text: text.to_owned(), span });
    }
}

/// A scalar's value by the rules of YAML's core schema.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            if let Ok(i) = text.parse::<i64>() {
                return Value::from(i);
            }
            let number = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
            match text.parse::<f64>() {
                Ok(f) if number && f.is_finite() => Value::from(f),
                _ => Value::from(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(text: &str, value: Value) -> FrontMatter {
        let found = find(text).unwrap_or_else(|| panic!("no front matter in {text:?}"));
        assert_eq!(found.value, value);
        for e in &found.entries {
            let raw = e.span.of(text);
            assert!(raw == e.text || raw.contains(['\n', '\\']) || raw.contains("''"), "{raw:?} is not {:?}", e.text);
        }
        found
    }

    #[test]
    fn reads_yaml() {
        let text = "---\ntitle: \"How to: run\"\n# note\nweight: 3\ndraft: false\ndate: 2024-01-02\nsidebar:\n  label: 'It''s'\n  \
                    order: 1.5\nsources:\n- path: src/a.rs\n  kind: code\n- src/b.rs\ntags: [a, \"b, c\", {k: v}]\nempty:\n\
                    text: |\n  one\n  two\nurl: https://a.example/#x # comment\n---\n# Body\n";
        let found = check(
            text,
            json!({
                "title": "How to: run", "weight": 3, "draft": false, "date": "2024-01-02",
                "sidebar": {"label": "It's", "order": 1.5},
                "sources": [{"path": "src/a.rs", "kind": "code"}, "src/b.rs"],
                "tags": ["a", "b, c", {"k": "v"}], "empty": null, "text": "one\ntwo\n",
                "url": "https://a.example/#x"
            }),
        );
        assert_eq!(found.get("sources.0.path").unwrap().span.of(text), "src/a.rs");
        assert_eq!(found.get("sources.1").unwrap().span.of(text), "src/b.rs");
        assert_eq!(found.get("title").unwrap().span.of(text), "How to: run");
        assert_eq!(found.get("tags.2.k").unwrap().span.of(text), "v");
        assert!(text[found.span.end..].starts_with("\n# Body"));
    }

    #[test]
    fn reads_yaml_with_crlf_and_japanese() {
        let text = "---\r\ntitle: 設定の手引き\r\nstatus: 承認済み\r\n---\r\n本文\r\n";
        let found = check(text, json!({"title": "設定の手引き", "status": "承認済み"}));
        assert_eq!(found.get("status").unwrap().span.of(text), "承認済み");
    }

    #[test]
    fn reads_toml() {
        let text = "+++\ntitle = \"A \\\"b\\\"\"\ndate = 2024-01-02\n[extra]\nowner = 'ops'\nlist = [\"x\", 2]\n+++\n";
        let found =
            check(text, json!({"title": "A \"b\"", "date": "2024-01-02", "extra": {"owner": "ops", "list": ["x", 2]}}));
        assert_eq!(found.get("extra.owner").unwrap().span.of(text), "ops");
        assert_eq!(found.get("extra.list.0").unwrap().span.of(text), "x");
        assert_eq!(find("+++\nnot toml\n+++\n").unwrap().value, Value::Null);
    }

    #[test]
    fn reads_json() {
        let text = "{\n  \"title\": \"T\",\n  \"a\": {\"b\": [1, \"x\"]}\n}\n\n# Body\n";
        let found = check(text, json!({"title": "T", "a": {"b": [1, "x"]}}));
        assert_eq!(found.get("a.b.1").unwrap().span.of(text), "x");
    }

    #[test]
    fn a_rule_is_no_front_matter() {
        for text in ["---\nSome words.\n\n---\nMore.\n", "---\nopen: end\n", "----\na: b\n----\n", "{{ x }}\n", "---\n"]
        {
            assert!(find(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn hostile_data_is_taken_as_far_as_it_goes() {
        let nested = format!("---\na: {}\n---\n", "[".repeat(50_000));
        assert!(find(&nested).is_some());
        let deep: String = (0..3000).map(|i| format!("{}k:\n", " ".repeat(i))).collect();
        assert!(find(&format!("---\n{deep}---\n")).is_some());
        let many: String = (0..50_000).map(|i| format!("k{i}: v\n")).collect();
        assert_eq!(find(&format!("---\n{many}---\n")).unwrap().entries.len(), MOST_ENTRIES);
    }
}

//! What templates can call besides Tera's own filters.

use chrono::DateTime;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::inert;
use super::lang::Strings;
use super::link;
use super::markdown::escape;

/// Adds `t(key=…, …)`, the texts of the report's language, and the filters of both formats.
pub(crate) fn register(tera: &mut Tera, strings: &Strings) {
    let strings = strings.clone();
    tera.register_function("t", move |args: Kwargs, _: &State| -> TeraResult<String> {
        let key: String = args.must_get("key")?;
        let values: Vec<(String, String)> =
            args.iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value.to_string()))).collect();
        let values: Vec<(&str, String)> = values.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        Ok(strings.fill(&key, &values))
    });
    tera.register_filter("day", |date: &str, _: Kwargs, _: &State| {
        DateTime::parse_from_rfc3339(date).map_or_else(|_| date.to_owned(), |d| d.format("%Y-%m-%d").to_string())
    });
    tera.register_filter("short", |id: &str, _: Kwargs, _: &State| id.get(..7).unwrap_or(id).to_owned());
    tera.register_filter("clip", |text: &str, args: Kwargs, _: &State| -> TeraResult<String> {
        let limit: usize = args.get("to")?.unwrap_or(200);
        Ok(inert::clip(text, limit).into_owned())
    });
}

/// Adds the filters that make Markdown: `code`, `prose`, `link(href=…)`, `anchor(href=…)`,
/// `block(lang=…)`, `summary`.
pub(crate) fn register_markdown(tera: &mut Tera) {
    tera.register_filter("code", |text: &str, _: Kwargs, _: &State| Value::safe_string(&escape::code(text)));
    tera.register_filter("prose", |text: &str, _: Kwargs, _: &State| Value::safe_string(&escape::prose(text)));
    tera.register_filter("summary", |text: &str, _: Kwargs, _: &State| Value::safe_string(&summary(text)));
    tera.register_filter("link", |text: &str, args: Kwargs, _: &State| -> TeraResult<Value> {
        let href: Option<&Value> = args.get("href")?;
        let label = escape::code(text);
        let href = href.and_then(Value::as_str).filter(|href| link::is_web(href));
        Ok(Value::safe_string(&href.map_or_else(|| label.clone(), |href| format!("[{label}](<{href}>)"))))
    });
    tera.register_filter("anchor", |text: &str, args: Kwargs, _: &State| -> TeraResult<Value> {
        let href: Option<&Value> = args.get("href")?;
        let label = escape::text(text);
        let href = href.and_then(Value::as_str).filter(|href| link::is_web(href));
        Ok(Value::safe_string(&href.map_or_else(|| label.clone(), |href| format!("[{label}](<{href}>)"))))
    });
    tera.register_filter("block", |lines: Vec<String>, args: Kwargs, _: &State| -> TeraResult<Value> {
        let lang: Option<String> = args.get("lang")?;
        Ok(Value::safe_string(&escape::block(&lines, &lang.unwrap_or_default())))
    });
}

/// A sentence for a `<summary>`, where Markdown does not work and HTML does.
fn summary(text: &str) -> String {
    let mut out = String::new();
    let pieces: Vec<&str> = text.split('`').collect();
    let pairs = pieces.len() % 2 == 1;
    for (n, piece) in pieces.iter().enumerate() {
        if n % 2 == 1 && pairs {
            out.push_str(&format!("<code>{}</code>", escape::entities(piece)));
        } else {
            out.push_str(&escape::entities(piece));
        }
    }
    out
}

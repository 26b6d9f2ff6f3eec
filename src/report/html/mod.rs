//! The report as one HTML file that needs nothing else: no network, no other file.
//!
//! The data stands in JSON blocks and reaches the page as text only. What the list needs comes
//! first; the proofs follow in blocks that are parsed when a page is opened, so that a report with
//! thousands of findings is there at once.

mod change;
mod data;
mod json;
mod policy;

use std::io::Write;

use serde::Serialize;
use tera::{Context, Value};

use super::json::v1::Audit;
use super::lang::Lang;
use super::options::{Options, WriteError};
use super::overview::Overview;

/// The template that the report is made from.
const TEMPLATE: &str = "html/report.html";
/// The parts of the script, in order; they share one scope.
const SCRIPTS: [&str; 7] = [
    "html/js/base.js",
    "html/js/route.js",
    "html/js/parts.js",
    "html/js/overview.js",
    "html/js/list.js",
    "html/js/page.js",
    "html/js/main.js",
];

#[derive(Serialize)]
struct Head<'a> {
    lang: &'static str,
    name: &'a str,
    wrong: usize,
    stale: usize,
    references: usize,
    documents: usize,
}

/// The systems by name, as many as a title takes.
fn names(audit: &Audit) -> String {
    let names: Vec<&str> = audit.systems.iter().take(3).map(|system| system.name.as_str()).collect();
    let more = if audit.systems.len() > names.len() { ", …" } else { "" };
    names.join(", ") + more
}

/// Writes the report.
///
/// # Errors
/// A mistake in a user's template, with its place; a failing writer.
pub fn write(audit: &Audit, options: &Options, out: &mut dyn Write) -> Result<(), WriteError> {
    let strings = options.lang.unwrap_or_else(|| Lang::of_pages(audit)).strings();
    let templates = &options.templates;
    let tera = templates.engine(".html", tera::escape_html, &strings, |_| {})?;
    let explain = |e| WriteError::Template(templates.explain(&e, TEMPLATE));

    let overview = Overview::of(audit);
    let data = data::Data::of(audit, &overview, &strings);
    let script = SCRIPTS.map(|name| templates.text(name)).concat();
    let script = format!("(() => {{\n\"use strict\";\n{script}\n}})();");
    let style = templates.text("html/report.css");

    let mut context = Context::from_serialize(&Head {
        lang: strings.lang().tag(),
        name: &names(audit),
        wrong: overview.wrong,
        stale: overview.counts.get(&super::overview::State::Stale).copied().unwrap_or(0),
        references: audit.summary.references,
        documents: audit.summary.documents,
    })
    .map_err(explain)?;
    let mut safe = |name: &'static str, text: &str| context.insert_value(name, Value::safe_string(text));
    safe("policy", &policy::policy(style, &script));
    safe("style", style);
    safe("script", &script);
    safe("data", &json::script_json(&data.list)?);
    let details: Result<Vec<Value>, serde_json::Error> =
        data.details.iter().map(|block| Ok(Value::safe_string(&json::script_json(block)?))).collect();
    context.insert_value("details", Value::from(details?));
    tera.render_to(TEMPLATE, &context, out).map_err(|e| match e.kind() {
        tera::ErrorKind::Io(kind) => WriteError::Io((*kind).into()),
        _ => explain(e),
    })
}

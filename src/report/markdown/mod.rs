//! The report as Markdown, for wikis, issues and reviews.

pub(crate) mod escape;
mod view;

use std::io::Write;

use tera::Context;

use super::json::v1::Audit;
use super::lang::Lang;
use super::options::{Options, WriteError};
use super::overview::Overview;

/// The template that the report is made from.
const TEMPLATE: &str = "markdown/report.md";
/// Shortening a report renders it this many times at most.
const TRIES: usize = 12;

/// Writes the report.
///
/// # Errors
/// A mistake in a user's template, with its place; a failing writer.
pub fn write(audit: &Audit, options: &Options, out: &mut dyn Write) -> Result<(), WriteError> {
    let strings = options.lang.unwrap_or_else(|| Lang::of_pages(audit)).strings();
    let tera = options.templates.engine(".md", escape::write_text, &strings, super::filter::register_markdown)?;
    let overview = Overview::of(audit);
    let render = |shown: usize| {
        let view = view::View::of(audit, &overview, &strings, shown);
        let explain = |e| WriteError::Template(options.templates.explain(&e, TEMPLATE));
        let context = Context::from_serialize(&view).map_err(explain)?;
        tera.render(TEMPLATE, &context).map_err(explain)
    };
    let mut text = render(usize::MAX)?;
    if let Some(limit) = options.max_bytes.filter(|&limit| text.len() > limit) {
        let (mut fits, mut too_many) = (0, audit.findings.len());
        text = render(0)?;
        for _ in 0..TRIES {
            let middle = fits + (too_many - fits) / 2;
            if middle == fits {
                break;
            }
            let shorter = render(middle)?;
            if shorter.len() <= limit {
                (fits, text) = (middle, shorter);
            } else {
                too_many = middle;
            }
        }
        if text.len() > limit {
            // Not even the overview fits; an end that says so is better than none.
            let mark = "\n\n…\n";
            let mut end = limit.saturating_sub(mark.len()).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text.push_str(mark);
        }
    }
    out.write_all(text.as_bytes())?;
    Ok(())
}

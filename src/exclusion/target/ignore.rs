//! Paths of pages to leave out when indexing, by the rules of `.gitignore`.

use std::io::Write;

use super::ids::{Fits, IdSink, Unfit};
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;

#[derive(Default)]
pub(super) struct Ignore {
    begun: bool,
}

impl Ignore {
    fn begin(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        if !self.begun {
            self.begun = true;
            writeln!(out, "# Pages that are no longer true, by `shelflife export`.")?;
        }
        Ok(())
    }
}

impl IdSink for Ignore {
    fn id(&mut self, id: &str, _record: &Record<'_>, out: &mut dyn Write) -> Fits {
        self.begin(out)?;
        Ok(match pattern(id) {
            Ok(pattern) => {
                writeln!(out, "{pattern}")?;
                Ok(())
            }
            Err(reason) => Err(Unfit(reason.into())),
        })
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        self.begin(out)
    }
}

/// The pattern that matches this path and no other. The slash in front ties it to the root, and makes
/// `!` and `#` plain letters.
fn pattern(path: &str) -> Result<String, &'static str> {
    if path.contains(['\n', '\r', '\0']) {
        return Err("a line of an ignore file can't hold a line break");
    }
    if path.is_empty() || path.ends_with('/') {
        return Err("it is the path of no file");
    }
    let mut out = String::from("/");
    for c in path.trim_start_matches('/').chars() {
        if matches!(c, '\\' | '*' | '?' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    // Blanks at the end of a line are dropped unless escaped.
    let kept = out.trim_end_matches(' ').len();
    let blanks = out.len() - kept;
    out.truncate(kept);
    out.push_str(&"\\ ".repeat(blanks));
    Ok(out)
}

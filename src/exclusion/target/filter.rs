//! Filters that name ids in one or more groups, whatever the language.

use std::io::Write;

use super::Sink;
use super::ids::{self, Fits, IdSink, Ids, Unfit};
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;

/// How a store writes "none of these".
pub(super) struct Form {
    /// Before the first group.
    pub before: String,
    /// Before the first id of a group.
    pub open: String,
    /// Between two ids.
    pub separator: &'static str,
    /// Behind the last id of a group.
    pub close: String,
    /// Between two groups.
    pub between: &'static str,
    /// Behind the last group.
    pub after: String,
    /// Instead of all of it where nothing is excluded.
    pub nothing: String,
    /// Ids in a group at most.
    pub most: usize,
    /// Writes an id as a literal, or says why it can't be one.
    pub quote: fn(&str) -> Result<String, &'static str>,
}

/// A sink that writes a filter of that form.
pub(super) fn sink(ids: Ids, form: Form) -> Box<dyn Sink> {
    ids::sink(ids, Filter { form, written: 0 })
}

struct Filter {
    form: Form,
    written: usize,
}

impl IdSink for Filter {
    fn id(&mut self, id: &str, _record: &Record<'_>, out: &mut dyn Write) -> Fits {
        let form = &self.form;
        let quoted = match (form.quote)(id) {
            Ok(quoted) => quoted,
            Err(reason) => return Ok(Err(Unfit(reason.into()))),
        };
        if self.written == 0 {
            out.write_all(form.before.as_bytes())?;
        }
        match (self.written % form.most, self.written) {
            (0, 0) => out.write_all(form.open.as_bytes())?,
            (0, _) => write!(out, "{}{}{}", form.close, form.between, form.open)?,
            _ => out.write_all(form.separator.as_bytes())?,
        }
        out.write_all(quoted.as_bytes())?;
        self.written += 1;
        Ok(Ok(()))
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        match self.written {
            0 => writeln!(out, "{}", self.form.nothing)?,
            _ => writeln!(out, "{}{}", self.form.close, self.form.after)?,
        }
        Ok(())
    }
}

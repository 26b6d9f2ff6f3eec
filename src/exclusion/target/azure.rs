//! Azure AI Search: an OData filter. `search.in` is false for a null field, so `not` keeps it.

use std::io::Write;

use super::ids::{Fits, IdSink, Unfit};
use super::quote;
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;

/// Ids that hold the delimiter or begin or end with a blank, which `search.in` may trim, are
/// compared one by one; so many such comparisons are sure to be within the limit on a filter.
const MOST_SINGLE: usize = 200;

pub(super) struct Azure {
    field: String,
    single: Vec<String>,
    written: usize,
}

impl Azure {
    pub(super) fn new(field: &str) -> Result<Self, ExportError> {
        // Parts of a complex field are joined by slashes there.
        let field = quote::dotted("azure-ai-search", field)?.replace('.', "/");
        Ok(Self { field, single: Vec::new(), written: 0 })
    }
}

impl IdSink for Azure {
    fn id(&mut self, id: &str, _record: &Record<'_>, out: &mut dyn Write) -> Fits {
        if id.contains('\r') {
            return Ok(Err(Unfit("OData has no escape for a carriage return, which readers of text drop".into())));
        }
        let escaped = id.replace('\'', "''");
        if id.is_empty() || id.contains('|') || id.trim() != id {
            if self.single.len() == MOST_SINGLE {
                return Ok(Err(Unfit(format!(
                    "it holds `|` or blanks at its ends, and there are more than {MOST_SINGLE} such ids"
                ))));
            }
            self.single.push(escaped);
            return Ok(Ok(()));
        }
        match self.written {
            0 => write!(out, "not search.in({}, '{escaped}", self.field)?,
            _ => write!(out, "|{escaped}")?,
        }
        self.written += 1;
        Ok(Ok(()))
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        if self.written > 0 {
            write!(out, "', '|')")?;
        }
        for (i, id) in self.single.iter().enumerate() {
            let and = if i > 0 || self.written > 0 { " and " } else { "" };
            write!(out, "{and}not ({} eq '{id}')", self.field)?;
        }
        if self.written == 0 && self.single.is_empty() {
            write!(out, "true")?;
        }
        writeln!(out)?;
        Ok(())
    }
}

//! LangChain: a Python module, since the in-memory store takes a function.

use std::io::Write;

use super::ids::{Fits, IdSink};
use super::quote;
use crate::exclusion::ExportError;
use crate::exclusion::record::Record;

pub(super) struct Langchain {
    field: String,
}

impl Langchain {
    pub(super) fn begin(field: &str, out: &mut dyn Write) -> Result<Self, ExportError> {
        writeln!(out, "\"\"\"What is no longer true, by `shelflife export`: pass `keep` as a filter.\"\"\"\n")?;
        writeln!(out, "EXCLUDED = frozenset((")?;
        Ok(Self { field: quote::python(field) })
    }
}

impl IdSink for Langchain {
    fn id(&mut self, id: &str, _record: &Record<'_>, out: &mut dyn Write) -> Fits {
        writeln!(out, "    {},", quote::python(id))?;
        Ok(Ok(()))
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), ExportError> {
        write!(
            out,
            "))\n\n\ndef keep(document):\n    \"\"\"Whether to answer from a document.\"\"\"\n    \
             return document.metadata.get({}) not in EXCLUDED\n",
            self.field
        )?;
        Ok(())
    }
}

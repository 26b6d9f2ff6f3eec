//! Bedrock knowledge bases: beside each page a `PAGE.metadata.json`, and `filter.json` for a
//! retrieval. `notEquals` also returns what lacks the attribute.

use std::io::Write;
use std::path::{Component, Path};

use serde_json::json;

use super::ids::Ids;
use super::metadata;
use super::{Made, Sink};
use crate::exclusion::ExportError;
use crate::exclusion::folder::PendingFolder;
use crate::exclusion::record::Record;
use crate::exclusion::source::AuditFile;

/// Bytes of a metadata file, at most.
const LARGEST: usize = 10 * 1024;
/// Bytes of a part of a path, at most, with the suffix.
const LONGEST_PART: usize = 255;
const SUFFIX: &str = ".metadata.json";

pub(super) struct Bedrock {
    ids: Ids,
    folder: PendingFolder,
}

impl Bedrock {
    pub(super) fn create(ids: Ids, folder: &Path) -> Result<Self, ExportError> {
        Ok(Self { ids, folder: PendingFolder::create(folder)? })
    }
}

impl Sink for Bedrock {
    fn record(&mut self, record: &Record<'_>, _out: &mut dyn Write) -> Result<(), ExportError> {
        if !self.ids.takes(record) {
            return Ok(());
        }
        for name in self.ids.names(record) {
            self.ids.note(&name, record.verdict.action);
            let attributes = metadata::of(record).into_iter().filter(|(_, v)| v.as_str() != Some(""));
            let attributes: serde_json::Map<_, _> = attributes.collect();
            let text = format!("{}\n", json!({"metadataAttributes": attributes}));
            if text.len() > LARGEST {
                self.ids.unfit(&name, format!("its metadata is larger than {LARGEST} bytes"));
                continue;
            }
            match file_of(&name) {
                Ok(path) => self.folder.write(Path::new(&path), text.as_bytes())?,
                Err(reason) => self.ids.unfit(&name, reason.into()),
            }
        }
        Ok(())
    }

    fn finish(&mut self, _audit: &AuditFile, _out: &mut dyn Write) -> Result<(), ExportError> {
        let filter = json!({"notEquals": {"key": metadata::ACTION, "value": "exclude"}});
        self.folder.write(Path::new("filter.json"), format!("{filter}\n").as_bytes())
    }

    fn made(&self) -> Made {
        self.ids.made()
    }

    fn commit(self: Box<Self>) -> Result<(), ExportError> {
        self.folder.commit()
    }
}

/// Where the metadata of a page goes, which is always within the folder.
fn file_of(name: &str) -> Result<String, &'static str> {
    if name.contains('\0') {
        return Err("a file's name has no character NUL");
    }
    let path = format!("{name}{SUFFIX}");
    // Backslashes and drive letters are separators on some systems.
    if name.contains('\\') || name.contains(':') && cfg!(windows) {
        return Err("a backslash is no letter of a file's name everywhere");
    }
    let parts = Path::new(&path).components();
    if name.is_empty() || !parts.clone().all(|c| matches!(c, Component::Normal(_))) || path.contains("//") {
        return Err("it is no path within a folder");
    }
    if parts.clone().any(|c| c.as_os_str().len() > LONGEST_PART) {
        return Err("a part of it is longer than a file's name may be");
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::file_of;

    #[test]
    fn no_name_leaves_the_folder() {
        for name in ["../a.md", "a/../../b.md", "/etc/passwd", "a//b.md", "", "a\\..\\b", "./a", "a\0b"] {
            assert!(file_of(name).is_err(), "{name:?}");
        }
        assert_eq!(file_of("docs/日本 'x'.md").unwrap(), "docs/日本 'x'.md.metadata.json");
        assert!(file_of(&"x".repeat(250)).is_err());
    }
}

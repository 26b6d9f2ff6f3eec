//! Reads a dump, or a folder of pages that people made.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use super::lines::{self, Unusable};
use super::write::lines_path;
use super::{DumpError, INDEX, Index, LINES, VERSION, front};
use crate::source::collect::{Collected, Failure, FailureReason};
use crate::source::page::{CollectedPage, PageFormat, SourceKind};

/// The largest page that is read, in bytes: what an audit of a repository reads too, and front matter.
const MAX_PAGE: u64 = 10 << 20;
/// The largest file of line moments.
const MAX_LINES: u64 = 64 << 20;
/// How many folders deep pages are looked for.
const DEEPEST: usize = 32;
/// How many pages are read.
const MOST: usize = 500_000;

/// Reads the pages of `folder`. A file that can't be read is a failure of that page.
///
/// # Errors
/// Where the folder can't be read, or its index is of a newer version.
pub fn read(folder: &Path) -> Result<Collected, DumpError> {
    let mut collected = Collected::default();
    if let Some(index) = index(folder)? {
        collected.failures = index.failures;
    }
    let mut files = Vec::new();
    find(folder, &mut PathBuf::new(), &mut files)?;
    files.sort();
    for file in files {
        match page(folder, &file) {
            Ok(page) => collected.pages.push(page),
            Err((reason, message)) => {
                let shown = shown(&file);
                collected.failures.push(Failure {
                    source: SourceKind::Folder,
                    source_name: "dump".to_owned(),
                    page: Some(format!("folder:{shown}")),
                    title: None,
                    reason,
                    message: format!("{shown}: {message}"),
                });
            }
        }
    }
    same_ids(&mut collected);
    collected.normalize();
    Ok(collected)
}

fn index(folder: &Path) -> Result<Option<Index>, DumpError> {
    let path = folder.join(INDEX);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(DumpError::File { path, source }),
    };
    let malformed = |message: String| DumpError::Index { path: path.clone(), message };
    let value: Value = serde_json::from_slice(&bytes).map_err(|e| malformed(e.to_string()))?;
    match value.get("version").and_then(Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        Some(version) => {
            return Err(DumpError::Version { path, found: u32::try_from(version).unwrap_or(u32::MAX) });
        }
        None => return Err(malformed("it has no version".to_owned())),
    }
    serde_json::from_value(value).map(Some).map_err(|e| malformed(e.to_string()))
}

/// The pages below `folder`, as paths from it. Links are not followed; what begins with a dot is not
/// looked at.
fn find(folder: &Path, within: &mut PathBuf, files: &mut Vec<PathBuf>) -> Result<(), DumpError> {
    let at = folder.join(&*within);
    let entries = fs::read_dir(&at).map_err(|source| DumpError::File { path: at.clone(), source })?;
    for entry in entries {
        let entry = entry.map_err(|source| DumpError::File { path: at.clone(), source })?;
        let name = entry.file_name();
        let Ok(kind) = entry.file_type() else { continue };
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        within.push(&name);
        if kind.is_dir() && within.components().count() <= DEEPEST {
            find(folder, within, files)?;
        } else if kind.is_file() && format(within).is_some() && files.len() < MOST {
            files.push(within.clone());
        }
        within.pop();
    }
    Ok(())
}

fn format(path: &Path) -> Option<PageFormat> {
    Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "md" | "markdown" => PageFormat::Markdown,
        "mdx" => PageFormat::Mdx,
        "rst" => PageFormat::Rst,
        "adoc" | "asciidoc" => PageFormat::Asciidoc,
        "txt" => PageFormat::Plain,
        _ => return None,
    })
}

/// The path with `/` between its parts, on every system.
fn shown(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn bytes(path: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

fn page(folder: &Path, file: &Path) -> Result<CollectedPage, (FailureReason, String)> {
    let unreadable = |e: std::io::Error| (FailureReason::Unreadable, e.to_string());
    let raw = bytes(&folder.join(file), MAX_PAGE)
        .map_err(unreadable)?
        .ok_or_else(|| (FailureReason::TooLarge, format!("the page has more than {MAX_PAGE} bytes")))?;
    let text = match String::from_utf8(raw) {
        Ok(text) if !text.contains('\0') => text,
        Ok(_) => return Err((FailureReason::Encoding, "it holds zero bytes, so it is no text".to_owned())),
        Err(error) => {
            crate::document::decode(error.as_bytes()).map_err(|e| (FailureReason::Encoding, e.to_string()))?
        }
    };
    let mut page = match front::split(&text) {
        Some((fields, body)) if fields.contains_key("id") => ours(fields, body)?,
        _ => theirs(file, &text),
    };
    moments(folder, file, &mut page);
    Ok(page)
}

/// A page that we wrote.
fn ours(fields: Map<String, Value>, body: &str) -> Result<CollectedPage, (FailureReason, String)> {
    let mut page: CollectedPage = serde_json::from_value(Value::Object(fields))
        .map_err(|e| (FailureReason::BadAnswer, format!("its front matter makes no sense: {e}")))?;
    page.text = body.to_owned();
    Ok(page)
}

/// A page that somebody else wrote: what it is called follows from where it stands.
fn theirs(file: &Path, text: &str) -> CollectedPage {
    let path = shown(file);
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut page = CollectedPage::new(&format!("folder:{path}"), SourceKind::Folder, "dump", &stem, text);
    page.format = format(file).unwrap_or_default();
    page.path = Some(path);
    page
}

/// Reads since when the page's lines have stood there. A page that was changed by hand after the dump
/// was written keeps the dates of the page as a whole, and says so.
fn moments(folder: &Path, file: &Path, page: &mut CollectedPage) {
    let read = match bytes(&folder.join(lines_path(file)), MAX_LINES) {
        Ok(read) => read,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(_) => None,
    };
    let file = shown(&Path::new(LINES).join(file));
    match read.and_then(|bytes| String::from_utf8(bytes).ok()).map(|content| lines::read(&content, &page.text)) {
        Some(Ok(runs)) => page.lines = runs,
        Some(Err(Unusable::OtherText)) => page.incomplete.push(format!(
            "the page was changed after it was dumped, so the dates of its lines in {file}.jsonl don't fit any more"
        )),
        Some(Err(Unusable::Malformed(line))) => {
            page.incomplete
                .push(format!("line {line} of {file}.jsonl makes no sense, so the dates of its lines are not known"));
        }
        None => page.incomplete.push(format!("{file}.jsonl can't be read, so the dates of its lines are not known")),
    }
}

/// Two files with one id: the second is named, not silently dropped.
fn same_ids(collected: &mut Collected) {
    let mut seen = std::collections::HashSet::new();
    for page in &collected.pages {
        if !seen.insert(page.id.clone()) {
            collected.failures.push(Failure {
                source: page.source,
                source_name: page.source_name.clone(),
                page: Some(page.id.clone()),
                title: Some(page.title.clone()),
                reason: FailureReason::BadAnswer,
                message: format!("two files of the dump have the id {}; the first was taken", page.id),
            });
        }
    }
}

//! Finds and parses the pages of the head.

use rayon::prelude::*;

use super::change::Change;
use super::guard;
use super::state::Laid;
use crate::document::tense::{self, Versions};
use crate::document::{self, Attributes, Discovery, Document, DocumentId, ParseError};
use crate::finding::Inconclusive;
use crate::history::snapshot::{Content, HeadFile};
use crate::history::{Mode, Objects, ReadError, RepoPath, Repository};

/// A page of the head.
#[derive(Debug)]
pub struct HeadPage {
    /// Its path.
    pub path: RepoPath,
    /// The parsed page.
    pub document: Document,
    /// Whether the text differs from the bytes that the head's commit has.
    pub differs: bool,
}

/// The pages of the head, and what could not be read of them.
#[derive(Debug, Default)]
pub struct Pages {
    /// By path.
    pub pages: Vec<HeadPage>,
    /// Pages that could not be read or parsed.
    pub inconclusive: Vec<Inconclusive>,
}

/// Reads the linguist attributes of the head; in an audit of a change those of the merge base, since
/// they say what is a page.
///
/// # Errors
/// Where the object store can't be opened.
pub fn attributes(
    repository: &Repository,
    (files, laid): (&[HeadFile], &Laid),
    change: Option<&Change>,
) -> Result<Attributes, ReadError> {
    let worker = repository.worker()?;
    let objects = worker.objects()?;
    let edits = change.map(|change| &change.edits.files);
    let changed = |path: &RepoPath| edits.is_some_and(|edits| edits.contains_key(path));
    let is_one = |path: &RepoPath| path.name() == b".gitattributes";
    let mut found: Vec<(Vec<u8>, Vec<u8>)> = files
        .iter()
        .filter(|file| is_one(&file.path) && file.mode.is_file() && !changed(&file.path))
        .filter_map(|file| Some((file.path.parent().to_vec(), laid.content(&objects, file).ok()?)))
        .collect();
    let before = edits.into_iter().flatten().filter(|(path, _)| is_one(path));
    found.extend(before.filter_map(|(path, file)| Some((path.parent().to_vec(), objects.blob(file.old?).ok()?))));
    found.sort();
    Ok(Attributes::parse(found.iter().map(|(folder, bytes)| (folder.as_slice(), bytes.as_slice()))))
}

/// Finds the pages of the head and parses them, in parallel.
///
/// # Errors
/// Where the object store can't be opened.
pub fn read(
    repository: &Repository,
    (files, laid): (&[HeadFile], &Laid),
    discovery: &Discovery,
    attributes: &Attributes,
    tick: &(dyn Fn() + Sync),
) -> Result<Pages, ReadError> {
    let found: Vec<(&HeadFile, document::Format)> = files
        .iter()
        .filter(|file| file.mode != Mode::Symlink && !laid.missing.contains(&file.path))
        .filter_map(|file| discovery.format_of(&file.path, attributes).map(|format| (file, format)))
        .collect();
    let versions = Versions::of(found.iter().map(|(file, _)| &file.path));
    let chunk = found.len().div_ceil(rayon::current_num_threads().max(1) * 16).max(1);
    let parsed = found
        .par_chunks(chunk)
        .map(|chunk| {
            let worker = repository.worker()?;
            let objects = worker.objects()?;
            let one = |(file, format): &(&HeadFile, document::Format)| {
                let id = DocumentId::new(&file.path.display());
                let page = match laid.content(&objects, file) {
                    Ok(bytes) => guard::page(&id, || parse(file, *format, id.clone(), &bytes, attributes, &versions))
                        .unwrap_or_else(Err),
                    Err(error) => Err(Inconclusive {
                        document: Some(id),
                        reason: "unreadable",
                        message: format!("{error}; fetch it, for example with `git fetch --refetch`"),
                    }),
                };
                tick();
                page
            };
            Ok(chunk.iter().map(one).collect::<Vec<_>>())
        })
        .collect::<Result<Vec<_>, ReadError>>()?;
    let mut pages = Pages::default();
    for page in parsed.into_iter().flatten() {
        match page {
            Ok(page) => pages.pages.push(page),
            Err(inconclusive) => pages.inconclusive.push(inconclusive),
        }
    }
    tense::spread(pages.pages.iter_mut().map(|page| (&page.path, &mut page.document)));
    Ok(pages)
}

fn parse(
    file: &HeadFile,
    format: document::Format,
    id: DocumentId,
    bytes: &[u8],
    attributes: &Attributes,
    versions: &Versions,
) -> Result<HeadPage, Inconclusive> {
    let failed = |error: ParseError, id: DocumentId| Inconclusive {
        document: Some(id),
        reason: error.reason(),
        message: error.to_string(),
    };
    let mut document = document::parse(id.clone(), format, bytes).map_err(|error| failed(error, id))?;
    tense::classify(&mut document, &file.path, attributes, versions);
    let differs = matches!(file.content, Content::Overlaid(_)) || document.text.as_bytes() != bytes;
    Ok(HeadPage { path: file.path.clone(), document, differs })
}

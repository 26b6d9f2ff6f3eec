//! Which document of a dataset is which page: by the id that an earlier run left in its metadata, by
//! what it was imported from, or by its name, and never by a guess.

use std::collections::{BTreeMap, HashMap};

use super::api::Remote;
use super::pages::{ID, Page};

/// Why a document of the dataset stands for no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmatched {
    /// No page is like it.
    Unknown,
    /// Several pages could be it.
    Ambiguous(Vec<String>),
}

/// Which document is which page.
#[derive(Debug, Default)]
pub struct Matched {
    /// For each document of the dataset, in its order, the index of its page.
    pub page: Vec<Result<usize, Unmatched>>,
    /// Pages that the dataset does not hold.
    pub absent: Vec<usize>,
}

/// What pages are looked up by; a key that two pages share leads to neither.
struct Keys<'p> {
    pages: &'p [Page],
    maps: [HashMap<String, Vec<usize>>; 6],
}

const BY_ID: usize = 0;
const BY_URL: usize = 1;
const BY_NOTION: usize = 2;
const BY_NAME: usize = 3;
const BY_FILE: usize = 4;
const BY_TITLE: usize = 5;

impl<'p> Keys<'p> {
    fn new(pages: &'p [Page]) -> Self {
        let mut maps: [HashMap<String, Vec<usize>>; 6] = Default::default();
        for (index, page) in pages.iter().enumerate() {
            let mut add = |map: usize, key: String| {
                if let Some(map) = maps.get_mut(map).filter(|_| !key.is_empty()) {
                    map.entry(key).or_default().push(index);
                }
            };
            add(BY_ID, page.id.clone());
            add(BY_URL, page.url.as_deref().map(address).unwrap_or_default());
            add(BY_NOTION, notion(&page.id).unwrap_or_default());
            add(BY_NAME, page.name.clone().unwrap_or_default());
            add(BY_FILE, file(&page.id).to_owned());
            add(BY_TITLE, page.title.trim().to_owned());
        }
        Self { pages, maps }
    }

    fn find(&self, map: usize, key: &str) -> &[usize] {
        self.maps.get(map).and_then(|m| m.get(key)).map_or(&[], Vec::as_slice)
    }
}

/// The name by which a metadata field, chosen by the user, knows a page.
pub fn of_documents(pages: &[Page], documents: &[Remote], id_field: Option<&str>) -> Matched {
    let keys = Keys::new(pages);
    let mut matched = Matched::default();
    let mut held = vec![false; pages.len()];
    for document in documents {
        let found = one(&keys, document, id_field);
        if let Ok(page) = found
            && let Some(held) = held.get_mut(page)
        {
            *held = true;
        }
        matched.page.push(found);
    }
    matched.absent = (0..pages.len()).filter(|i| !held.get(*i).copied().unwrap_or(false)).collect();
    matched
}

fn one(keys: &Keys<'_>, document: &Remote, id_field: Option<&str>) -> Result<usize, Unmatched> {
    let metadata = document.metadata();
    let mut tries: Vec<(usize, String)> = Vec::new();
    // What the user says goes first: then nothing is guessed from names.
    if let Some(field) = id_field {
        let value = metadata.get(field).cloned().unwrap_or_default();
        tries.push((BY_NAME, value));
    } else {
        if let Some(id) = metadata.get(ID) {
            tries.push((BY_ID, id.clone()));
        }
        for id in notion_ids(document) {
            tries.push((BY_NOTION, id));
        }
        tries.extend(addresses(document, &metadata).into_iter().map(|url| (BY_URL, url)));
        let name = document.name.trim();
        tries.push((BY_NAME, document.name.clone()));
        tries.push((BY_ID, name.to_owned()));
        tries.push((BY_FILE, name.to_owned()));
        tries.push((BY_TITLE, name.to_owned()));
    }
    for (map, key) in tries.iter().filter(|(_, key)| !key.is_empty()) {
        match keys.find(*map, key) {
            [] => {}
            [page] => return Ok(*page),
            several => {
                let names = several.iter().filter_map(|i| keys.pages.get(*i)).map(|p| p.id.clone()).take(5);
                return Err(Unmatched::Ambiguous(names.collect()));
            }
        }
    }
    Err(Unmatched::Unknown)
}

/// An address without what changes nothing: scheme's case, a slash at the end, a fragment.
fn address(url: &str) -> String {
    let url = url.trim().split('#').next().unwrap_or_default();
    url.strip_suffix('/').unwrap_or(url).to_owned()
}

fn addresses(document: &Remote, metadata: &BTreeMap<&str, String>) -> Vec<String> {
    let known = ["url", "source_url", "sourceURL", "link"];
    let of_metadata = known.iter().filter_map(|key| metadata.get(key).cloned());
    let of_source = known.iter().filter_map(|key| document.data_source_info.get(key)?.as_str().map(str::to_owned));
    of_metadata.chain(of_source).map(|url| address(&url)).filter(|url| !url.is_empty()).collect()
}

/// The ids of a Notion import, however deep the version puts them.
fn notion_ids(document: &Remote) -> Vec<String> {
    let info = &document.data_source_info;
    let places = [info.get("notion_page_id"), info.get("page_id"), info.pointer("/notion_info/page_id")];
    places.into_iter().flatten().filter_map(|id| notion(id.as_str()?)).collect()
}

/// The 32 digits of a Notion id, with or without dashes or at the end of an address; none for
/// anything else.
fn notion(id: &str) -> Option<String> {
    let end = id.split(['?', '#']).next()?.rsplit(['/', ':']).next()?;
    let digits: String = end.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
    let tail = digits.get(digits.len().checked_sub(32)?..)?;
    tail.chars().all(|c| c.is_ascii_hexdigit()).then(|| tail.to_owned())
}

fn file(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(id: &str, title: &str, url: Option<&str>) -> Page {
        Page {
            id: id.into(),
            name: Some(format!("app/{id}")),
            title: title.into(),
            url: url.map(str::to_owned),
            off: false,
            metadata: BTreeMap::new(),
            sections: Vec::new(),
        }
    }

    fn document(name: &str, more: serde_json::Value) -> Remote {
        let mut value = json!({"id": "d", "name": name, "enabled": true});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn documents_are_known_by_what_is_sure_first_and_never_by_half() {
        let notion = "https://www.notion.so/acme/Plan-1f2e3d4c5b6a79880a1b2c3d4e5f6071";
        let pages = [
            page("docs/a.md", "About A", Some("https://example.org/a/")),
            page("docs/b/index.md", "B", None),
            page("docs/c/index.md", "C", None),
            page(notion, "Plan", Some(notion)),
            page("docs/手順.md", "手順", None),
        ];
        let find =
            |name: &str, more: serde_json::Value| of_documents(&pages, &[document(name, more)], None).page.remove(0);
        let of = |field: &str, value: &str| json!({"doc_metadata": [{"id": "1", "name": field, "value": value}]});
        assert_eq!(find("x", of(ID, "docs/b/index.md")), Ok(1));
        assert_eq!(find("x", of("url", "https://example.org/a#top")), Ok(0));
        let import = json!({"data_source_info": {"notion_page_id": "1f2e3d4c-5b6a-7988-0a1b-2c3d4e5f6071"}});
        assert_eq!(find("Plan", import), Ok(3));
        assert_eq!(find("app/docs/a.md", json!({})), Ok(0));
        assert_eq!(find("docs/a.md", json!({})), Ok(0));
        assert_eq!(find("a.md", json!({})), Ok(0));
        assert_eq!(find("About A", json!({})), Ok(0));
        assert_eq!(find("手順.md", json!({})), Ok(4));
        assert_eq!(find("x.md", json!({})), Err(Unmatched::Unknown));
        let both = vec!["docs/b/index.md".to_owned(), "docs/c/index.md".to_owned()];
        assert_eq!(find("index.md", json!({})), Err(Unmatched::Ambiguous(both)));
        let own = of_documents(&pages, &[document("a.md", of("src", "app/docs/c/index.md"))], Some("src"));
        assert_eq!(own.page, [Ok(2)]);
        assert_eq!(own.absent, [0, 1, 3, 4]);
    }
}

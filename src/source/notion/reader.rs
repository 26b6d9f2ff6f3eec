//! One page: from the store where it has not changed, else from Notion, whole and of one state.

use chrono::{DateTime, Duration, Utc};
use globset::GlobSet;
use serde::{Deserialize, Serialize};

use super::api::{After, Api, Cursor};
use super::convert::{self, HumanEdits};
use super::id::NotionId;
use super::page::{self, Meta, PropertyNames};
use super::tree::{self, Below, Tree};
use crate::source::http::HttpError;

/// How often a page that is edited while it is read is read again.
const TRIES: u32 = 3;

/// The store's space for pages; the number is that of the form.
const PAGES: &str = "notion-page-1";
/// The store's space for edits by people, which programs may hide later.
const HUMANS: &str = "notion-human-1";

/// A page with its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// What its properties say.
    pub meta: Meta,
    /// Its blocks.
    pub tree: Tree,
    /// It was edited each time that it was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsettled: bool,
}

/// What is known of a page before it is read.
#[derive(Debug, Clone)]
pub enum Known {
    /// Its id alone.
    Nothing,
    /// The last edit by its parent's list.
    Edited(DateTime<Utc>),
    /// All that its properties say: it is a row.
    Meta(Box<Meta>),
}

/// Why a page is not there.
pub enum NotRead {
    /// The host refused, or failed.
    Failed(HttpError),
    /// It is in the trash.
    Trashed,
}

impl From<HttpError> for NotRead {
    fn from(error: HttpError) -> Self {
        Self::Failed(error)
    }
}

/// Reads pages.
#[derive(Debug)]
pub struct Reader {
    /// Notion.
    pub api: Api,
    /// Which properties say what.
    pub names: PropertyNames,
    /// Users that are programs, by id.
    pub bots: GlobSet,
}

impl Reader {
    /// Reads the page `id` and what stands directly below it.
    pub async fn read(&self, id: &NotionId, known: &Known) -> Result<(Read, Vec<Below>), NotRead> {
        let edited = match known {
            Known::Nothing => None,
            Known::Edited(edited) => Some(*edited),
            Known::Meta(meta) => meta.edited,
        };
        if let Some(found) = edited.and_then(|edited| self.kept(id, edited)) {
            return Ok(self.again(found, known).await?);
        }
        let mut meta = match known {
            Known::Meta(meta) => (**meta).clone(),
            _ => self.meta(id).await?,
        };
        if edited.is_none()
            && let Some(found) = meta.edited.and_then(|edited| self.kept(id, edited))
        {
            return Ok(self.again(found, &Known::Meta(Box::new(meta))).await?);
        }
        for _ in 0..TRIES {
            let began = self.api.endpoint().transport().clock().wall();
            let (tree, requests) = tree::read(&self.api, id).await?;
            // A page of one list is of one state; what was read in several pieces may not be.
            let newer = tree.edited().is_some_and(|edited| meta.edited.is_some_and(|known| edited > known));
            let after = if requests > 1 || newer { Some(self.meta(id).await?) } else { None };
            let same = after.as_ref().is_none_or(|after| after.edited == meta.edited);
            if let Some(after) = after {
                meta = after;
            }
            let below = tree.below();
            let read = Read { meta: meta.clone(), tree, unsettled: !same };
            if same {
                self.keep(&read, began);
                return Ok((read, below));
            }
        }
        let (tree, _) = tree::read(&self.api, id).await?;
        let after = self.meta(id).await?;
        let unsettled = after.edited != meta.edited;
        let below = tree.below();
        Ok((Read { meta: after, tree, unsettled }, below))
    }

    async fn meta(&self, id: &NotionId) -> Result<Meta, NotRead> {
        let object = self.api.page(id).await?;
        page::read(&object, &self.names).ok_or(NotRead::Trashed)
    }

    /// The page as the store holds it, in the state of its last edit `edited`.
    fn kept(&self, id: &NotionId, edited: DateTime<Utc>) -> Option<Read> {
        let kept = self.api.endpoint().transport().store()?.get(PAGES, id.as_str())?;
        if kept.tag != edited.to_rfc3339() {
            return None;
        }
        serde_json::from_slice::<Read>(&kept.body).ok()
    }

    /// A page that has not changed: what stands below it may have, and its parent's list tells.
    async fn again(&self, mut found: Read, known: &Known) -> Result<(Read, Vec<Below>), HttpError> {
        if let Known::Meta(meta) = known {
            found.meta = (**meta).clone();
        }
        let mut below = Vec::new();
        for listing in &found.tree.listings {
            let mut cursor = Cursor::default();
            loop {
                let part = self.api.children(listing, &cursor).await?;
                let after = cursor.advance(&part);
                below.extend(
                    part.results.into_iter().filter_map(super::block::read).filter_map(|block| tree::below(&block)),
                );
                match after {
                    After::More => {}
                    After::End => break,
                    After::Broken => {
                        found
                            .tree
                            .incomplete
                            .push("the host gave no way to go on behind a part of the list of its pages".to_owned());
                        break;
                    }
                }
            }
        }
        Ok((found, below))
    }

    /// Keeps a page that is whole and settled. Times are rounded down to the minute: within the minute of
    /// an edit another can follow that no time tells of.
    fn keep(&self, read: &Read, began: DateTime<Utc>) {
        let Some(store) = self.api.endpoint().transport().store() else { return };
        let Some(edited) = read.meta.edited else { return };
        if read.tree.incomplete.is_empty()
            && !read.tree.has_copies()
            && began - edited >= Duration::seconds(90)
            && let Ok(body) = serde_json::to_vec(read)
        {
            store.put(PAGES, read.meta.id.as_str(), &edited.to_rfc3339(), &body);
        }
    }

    /// What earlier runs saw of people's edits in this page, this run's included. Nothing where no user is
    /// known to be a program.
    #[must_use]
    pub fn human_edits(&self, read: &Read) -> HumanEdits {
        let Some(store) = self.api.endpoint().transport().store().filter(|_| !self.bots.is_empty()) else {
            return HumanEdits::new();
        };
        let key = read.meta.id.as_str();
        let mut human: HumanEdits =
            store.get(HUMANS, key).and_then(|kept| serde_json::from_slice(&kept.body).ok()).unwrap_or_default();
        if convert::note_human(&read.tree, &self.bots, &mut human)
            && let Ok(body) = serde_json::to_vec(&human)
        {
            store.put(HUMANS, key, "", &body);
        }
        human
    }
}

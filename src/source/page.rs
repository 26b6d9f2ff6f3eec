//! A page as a source hands it over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::Format;

/// A page from a source, with all that an audit needs to know of it.
///
/// It is complete in itself: an audit of the same pages read from a dump gives the same result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectedPage {
    /// Names the page for good, across edits, renames and moves where the source allows that. The
    /// kind of source stands in front: `notion:1f0c…` (the page's id, 32 hexadecimal digits without
    /// hyphens), `wiki:acme/payments/Home` (the page's name without its suffix),
    /// `github:acme/repo/docs/x.md` (owner, name and path).
    pub id: String,
    /// What kind of source it comes from.
    pub source: SourceKind,
    /// Which of that kind, as the configuration names it: the wiki's or repository's `owner/name`, the
    /// Notion workspace's name. Globs of `describes` see it (`wiki:acme/payments`).
    pub source_name: String,
    /// Its title, as people see it.
    pub title: String,
    /// Where a person opens it: https, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where it stands among its like: a path in its repository (`docs/x.md`), or the titles from the
    /// top joined by `/` (`Runbooks/Payments`). Globs of `describes` see it; dumps are laid out by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who may read it.
    #[serde(default)]
    pub visibility: Visibility,
    /// How [`Self::text`] is written.
    #[serde(default)]
    pub format: PageFormat,
    /// The page: its Markdown form, or for pages of a repository the decoded text of the file. Lines
    /// of locations and of [`Self::lines`] are lines of this text.
    #[serde(skip)]
    pub text: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<DateTime<Utc>>,
    /// Its last edit by anybody. A source that rounds times down to the minute gives the *end* of
    /// that minute, here and in [`Self::lines`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_edited: Option<Edit>,
    /// The last edit that a person made, where the source or an earlier run knows it and it is not
    /// [`Self::last_edited`]. See [`crate::source::page::Person::bot`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_human_edit: Option<Edit>,
    /// Since when the lines have stood there, in runs by their first line; runs don't overlap. A line
    /// in none of them is as old as the page and was edited with it.
    #[serde(skip)]
    pub lines: Vec<LineRun>,
    /// The page's own word on its freshness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// Who answers for it, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// The systems that the page itself says it describes (a Notion property): names of `[[system]]`
    /// or addresses of repositories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub describes: Vec<String>,
    /// Other properties of the page, as text; for people and other tools.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
    /// The pages above it, from the top.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Parent>,
    /// The repository that holds it, where one does (a wiki is one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<PageRepository>,
    /// Parts of the page that could not be read, one line each: what they say is not known, and the
    /// page is inconclusive for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<String>,
}

/// Kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A Notion workspace.
    Notion,
    /// Repositories of a GitHub host.
    Github,
    /// The wiki of a GitHub repository.
    GithubWiki,
    /// A folder of pages that no other kind describes.
    Folder,
}

impl SourceKind {
    /// What stands in front of ids and of the globs of `describes`: `notion`, `github`, `wiki`,
    /// `folder`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Notion => "notion",
            Self::Github => "github",
            Self::GithubWiki => "wiki",
            Self::Folder => "folder",
        }
    }

    /// The word of reports and of the configuration: `notion`, `github`, `github-wiki`, `folder`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notion => "notion",
            Self::Github => "github",
            Self::GithubWiki => "github-wiki",
            Self::Folder => "folder",
        }
    }
}

/// Who may read a page or a system, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Everybody in the organisation.
    Internal,
    /// Those who were let in.
    Private,
    /// Not known: treated like [`Visibility::Private`].
    #[default]
    Unknown,
}

/// How a page's text is written; [`Format`] in a form for files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageFormat {
    /// CommonMark with GitHub's extensions.
    #[default]
    Markdown,
    /// Markdown with JSX.
    Mdx,
    /// reStructuredText.
    Rst,
    /// AsciiDoc.
    Asciidoc,
    /// Plain text.
    Plain,
}

impl From<PageFormat> for Format {
    fn from(format: PageFormat) -> Self {
        match format {
            PageFormat::Markdown => Self::Markdown,
            PageFormat::Mdx => Self::Mdx,
            PageFormat::Rst => Self::Rst,
            PageFormat::Asciidoc => Self::Asciidoc,
            PageFormat::Plain => Self::Plain,
        }
    }
}

impl From<Format> for PageFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Markdown => Self::Markdown,
            Format::Mdx => Self::Mdx,
            Format::Rst => Self::Rst,
            Format::Asciidoc => Self::Asciidoc,
            Format::Plain => Self::Plain,
        }
    }
}

/// Somebody who edits pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// As people know them; the id where no name is known.
    pub name: String,
    /// The source's own id, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether the source says that it is a program. (`bots` of the configuration names more of them;
    /// the audit applies that, a source need not.)
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
}

/// An edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// When; rounded times by the end of what they were rounded to.
    pub at: DateTime<Utc>,
    /// By whom, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// In which commit of the page's own repository, full id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// Some lines of a page that came to stand there together: a Notion block, a hunk of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRun {
    /// First line, from 1.
    pub first: u32,
    /// Last line; not before `first`.
    pub last: u32,
    /// The earliest moment at which what the lines name can have entered the page: a block's
    /// `created_time` (of a synced block: the original's), the committer date of the commit that brought
    /// the line or the line that it was made from.
    pub entered: DateTime<Utc>,
    /// The last real edit: the end of the minute of a block's `last_edited_time`, the committer date of
    /// the commit that last changed the line.
    pub edited: DateTime<Utc>,
    /// Who made that edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// The commit of the page's own repository that made that edit, full id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The source's own id of the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Where a person sees just this block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What a page's owners say of its freshness (Notion's verification).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// What they say.
    pub state: VerificationState,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Until when it holds; none for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
}

/// States of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VerificationState {
    /// Somebody said that the page is right.
    Verified,
    /// Somebody said so, and the time that they gave it is over.
    Expired,
    /// Nobody said so.
    Unverified,
}

/// A page above another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its id, like [`CollectedPage::id`].
    pub id: String,
    /// Its title.
    pub title: String,
}

/// The repository that holds a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRepository {
    /// Its address, without credentials: `https://github.com/acme/payments` (for a wiki
    /// `https://github.com/acme/payments.wiki.git`).
    pub address: String,
    /// `owner/name` at its host.
    pub slug: String,
    /// The branch that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit that was read, full id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The page's path in it.
    pub path: String,
}

impl CollectedPage {
    /// A page of which only this much is known.
    #[must_use]
    pub fn new(id: &str, source: SourceKind, source_name: &str, title: &str, text: &str) -> Self {
        Self {
            id: id.to_owned(),
            source,
            source_name: source_name.to_owned(),
            title: title.to_owned(),
            url: None,
            path: None,
            visibility: Visibility::Unknown,
            format: PageFormat::Markdown,
            text: text.to_owned(),
            created: None,
            last_edited: None,
            last_human_edit: None,
            lines: Vec::new(),
            verification: None,
            owners: Vec::new(),
            describes: Vec::new(),
            properties: BTreeMap::new(),
            parents: Vec::new(),
            repository: None,
            incomplete: Vec::new(),
        }
    }

    /// The run that holds line `line` (from 1), if any does.
    #[must_use]
    pub fn run(&self, line: u32) -> Option<&LineRun> {
        let after = self.lines.partition_point(|run| run.first <= line);
        self.lines.get(after.checked_sub(1)?).filter(|run| line <= run.last)
    }

    /// The narrowest address of line `line` (from 1): the block's, else the page's.
    #[must_use]
    pub fn url_at(&self, line: u32) -> Option<&str> {
        self.run(line).and_then(|run| run.url.as_deref()).or(self.url.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(first: u32, last: u32, url: Option<&str>) -> LineRun {
        let at = DateTime::UNIX_EPOCH;
        LineRun {
            first,
            last,
            entered: at,
            edited: at,
            by: None,
            commit: None,
            block: None,
            url: url.map(str::to_owned),
        }
    }

    #[test]
    fn a_line_has_the_address_of_its_block_else_of_the_page() {
        let mut page = CollectedPage::new("notion:1", SourceKind::Notion, "acme", "A", "a\nb\nc\nd\n");
        page.url = Some("https://n.example/a".into());
        page.lines = vec![run(2, 3, Some("https://n.example/a#b")), run(4, 4, None)];
        assert_eq!(page.url_at(1), Some("https://n.example/a"));
        assert_eq!(page.url_at(2), Some("https://n.example/a#b"));
        assert_eq!(page.url_at(3), Some("https://n.example/a#b"));
        assert_eq!(page.url_at(4), Some("https://n.example/a"));
        assert_eq!(page.run(5), None);
        assert_eq!(page.run(0), None);
    }
}

//! Since when a page's lines, and the tokens in them, have stood there.
//!
//! The page's own versions are compared one with the next, and every line carries its origin along: a
//! diff per version, and no blame. White space, rewrapped paragraphs and lines that only moved within
//! the page are no edits.

use memchr::memmem;

use super::carry::{Lineage, NO_LINE, Node};
use crate::document::decode;
use crate::history::ignore_revs::IgnoreRevs;
use crate::history::mainline::MainIx;
use crate::history::objects::{Objects, ReadError};
use crate::history::pages::PageVersion;

/// A version larger than this is not read: what changed in it is not known.
const MAX_SIZE: usize = 16 << 20;
/// Begins the shifts of ISO-2022-JP, which looks like ASCII.
const ESCAPE: u8 = 0x1b;
/// How many bytes of removed lines one question may look at.
const MAX_SEARCH: usize = 2 << 20;

/// When something came to stand in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// Before the history that is there (shallow clone, missing objects): unknown.
    BeforeHistory,
    /// In this commit of the mainline.
    At(MainIx),
    /// Not committed yet: now.
    Uncommitted,
}

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineOrigin {
    /// When it, or the line that it was made from, entered the page.
    pub entered: Moment,
    /// When it was last really edited.
    pub edited: Moment,
}

/// The origins of all lines of one page.
#[derive(Debug, Clone, Default)]
pub struct PageOrigins {
    lineage: Lineage,
    /// The moment of each step of the lineage.
    moments: Vec<Moment>,
}

impl PageOrigins {
    /// Carries the line origins of a page through `versions` (oldest first) to `head_text`, where it is
    /// given: the page's bytes as they are on disk, not committed. `unknown_before` says that the
    /// first version's lines are older than the history that is there.
    ///
    /// A version that can't be read makes what the next one added of unknown age.
    #[must_use]
    pub fn build(
        objects: &dyn Objects,
        versions: &[PageVersion],
        unknown_before: bool,
        head_text: Option<&[u8]>,
        ignore: &IgnoreRevs,
    ) -> Self {
        let mut origins = Self::default();
        let mut unknown = unknown_before;
        let mut blob = None;
        for version in versions {
            // A pure move.
            if blob == Some(version.blob) {
                continue;
            }
            let Ok(text) = read(objects, version) else {
                unknown = true;
                continue;
            };
            let moment = if unknown { Moment::BeforeHistory } else { Moment::At(version.at) };
            origins.moments.push(moment);
            origins.lineage.step(&utf8(text), ignore.contains(version.at));
            blob = Some(version.blob);
            unknown = false;
        }
        if let Some(text) = head_text {
            origins.moments.push(Moment::Uncommitted);
            origins.lineage.step(&utf8(text.to_vec()), false);
        } else if unknown && !versions.is_empty() {
            // The last version itself can't be read: nothing is known of any line.
            return Self::default();
        }
        origins
    }

    /// The same through `texts`, oldest first; the moment of each is its place among them.
    #[must_use]
    pub fn of_texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut origins = Self::default();
        for (at, text) in (0_u32..).zip(texts) {
            origins.moments.push(Moment::At(MainIx(at)));
            origins.lineage.step(&utf8(text.as_bytes().to_vec()), false);
        }
        origins
    }

    /// The origin of line `line0`, counted from 0 with [`LineIndex`](crate::document::LineIndex)'s line
    /// breaks. A line past the end counts as the last one; in a page of which nothing is known, as
    /// older than the history.
    #[must_use]
    pub fn line(&self, line0: usize) -> LineOrigin {
        match self.node(line0) {
            Some(node) => LineOrigin { entered: self.moment(node.entered), edited: self.moment(node.edited) },
            None => LineOrigin { entered: Moment::BeforeHistory, edited: Moment::BeforeHistory },
        }
    }

    /// Since when `token` has stood in line `line0` or in the lines that it was made from: across an
    /// edit the ancestor is a line that the edit replaced and that holds the token too, next to it or
    /// elsewhere in the page. A token that the line doesn't hold in this spelling has the line's last
    /// edit.
    #[must_use]
    pub fn token(&self, line0: usize, token: &str) -> Moment {
        let Some(mut node) = self.node(line0) else {
            return Moment::BeforeHistory;
        };
        let finder = Finder::new(token);
        let text = self.lineage.text(node);
        let bounded = finder.found(text, true);
        if !bounded && !finder.found(text, false) {
            return self.moment(node.edited);
        }
        let mut budget = MAX_SEARCH;
        loop {
            let mut holds = |node: &&Node| {
                let text = self.lineage.text(node);
                budget = budget.saturating_sub(text.len());
                budget > 0 && finder.found(text, bounded)
            };
            let parent = self.lineage.parents(node).filter(&mut holds).min_by_key(|n| n.entered);
            let ancestor =
                parent.or_else(|| self.lineage.removed(node.step).filter(&mut holds).min_by_key(|n| n.entered));
            match ancestor {
                // Steps only grow towards the head, so this ends.
                Some(older) if older.step < node.step => node = older,
                _ => return self.moment(node.step),
            }
        }
    }

    /// How many lines the page has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lineage.head().len()
    }

    /// Whether nothing is known of any line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lineage.head().is_empty()
    }

    fn node(&self, line0: usize) -> Option<&Node> {
        let head = self.lineage.head();
        let id = *head.get(line0).or_else(|| head.last()).filter(|id| **id != NO_LINE)?;
        self.lineage.node(id)
    }

    fn moment(&self, step: u32) -> Moment {
        self.moments.get(step as usize).copied().unwrap_or(Moment::BeforeHistory)
    }
}

fn read(objects: &dyn Objects, version: &PageVersion) -> Result<Vec<u8>, ReadError> {
    if objects.size(version.blob)? > MAX_SIZE {
        return Err(ReadError::Malformed { id: version.blob, expected: "page" });
    }
    objects.blob(version.blob)
}

/// The text as the page's parser sees it, so that lines and tokens are the same; a version that is in
/// no known encoding stays as it is.
fn utf8(text: Vec<u8>) -> Vec<u8> {
    let plain = !text.starts_with(b"\xef\xbb\xbf")
        && memchr::memchr2(0, ESCAPE, &text).is_none()
        && std::str::from_utf8(&text).is_ok();
    if plain { text } else { decode(&text).map_or(text, String::into_bytes) }
}

/// Finds a token in a line.
struct Finder<'a> {
    finder: memmem::Finder<'a>,
    token: &'a [u8],
}

impl<'a> Finder<'a> {
    fn new(token: &'a str) -> Self {
        Self { finder: memmem::Finder::new(token), token: token.as_bytes() }
    }

    /// Whether `text` holds the token; `bounded`: not as a part of a longer word, path or option.
    fn found(&self, text: &[u8], bounded: bool) -> bool {
        if self.token.is_empty() {
            return false;
        }
        if !bounded {
            return self.finder.find(text).is_some();
        }
        self.finder.find_iter(text).any(|start| {
            let end = start + self.token.len();
            !runs_on(self.token.last(), &text[end..]) && !runs_into(&text[..start], self.token.first())
        })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether what follows a token belongs to the same word: `--config` in `--config-file`, `a/b` in
/// `a/b/c.md`, `app.toml` in `app.toml.in`. Letters beyond ASCII never do, since Japanese text touches
/// its tokens.
fn runs_on(last: Option<&u8>, after: &[u8]) -> bool {
    let Some(&last) = last.filter(|b| is_word(**b)) else { return false };
    match after {
        [next, ..] if is_word(*next) => is_word(last),
        [b'-' | b'/' | b'.', next, ..] => is_word(*next),
        _ => false,
    }
}

fn runs_into(before: &[u8], first: Option<&u8>) -> bool {
    match (before, first) {
        ([.., previous], Some(&first)) if is_word(first) => {
            is_word(*previous) || matches!(previous, b'-' | b'/' | b'.')
        }
        ([.., previous], Some(b'-')) => is_word(*previous) || *previous == b'-',
        ([.., previous], Some(b'/' | b'.')) => is_word(*previous),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{PageHistories, RepoPath, Repository};
    use crate::testing::Repo;

    fn origins_of(repo: &Repo, page: &str, disk: Option<&str>) -> PageOrigins {
        let opened = Repository::open(repo.path()).unwrap();
        let mainline = opened.mainline().unwrap();
        let ignore = IgnoreRevs::load(&opened, &mainline).unwrap();
        let worker = opened.worker().unwrap();
        let objects = worker.objects().unwrap();
        let page = RepoPath::from(page);
        let pages = PageHistories::build(&objects, &mainline, std::slice::from_ref(&page), ignore).unwrap();
        pages.origins(&objects, &page, disk.map(str::as_bytes))
    }

    /// A page with one commit for each of its texts.
    fn page(texts: &[&str]) -> Repo {
        let repo = Repo::new();
        for (day, text) in texts.iter().enumerate() {
            repo.commit(&[("a.md", text)], &[], "Write", i64::try_from(day).unwrap());
        }
        repo
    }

    fn at(ix: u32) -> Moment {
        Moment::At(MainIx(ix))
    }

    #[test]
    fn an_edited_line_keeps_when_it_entered() {
        let origins = origins_of(
            &page(&[
                "# Title\n\nRun `app --old-flag` to begin the work.\n",
                "# Title\n\nIntro.\n\nRun `app --old-flag` to begin the work.\n",
                "# Title\n\nIntro.\n\nRun `app --old-flag --fast` to begin all work.\n",
            ]),
            "a.md",
            None,
        );
        assert_eq!(origins.line(2), LineOrigin { entered: at(1), edited: at(1) });
        assert_eq!(origins.line(4), LineOrigin { entered: at(0), edited: at(2) });
        assert_eq!(origins.token(4, "--old-flag"), at(0));
        assert_eq!(origins.token(4, "--fast"), at(2));
        // A part of a longer word is another token; where nothing else is there, it has to do.
        assert_eq!(origins.token(4, "--old"), at(0));
        assert_eq!(origins.token(4, "not there"), at(2));
    }

    #[test]
    fn blanks_moves_and_rewrapping_are_no_edits() {
        let text = "one two three four\nfive six seven eight\n\n- a listed item\n\nlast line here\n";
        let blanks = text.replace("- a", "-  a").replace('\n', "\r\n");
        let wrapped = "one two three\nfour five six seven\neight\n\n- a listed item\n\nlast line here\n";
        let moved = "last line here\n\none two three\nfour five six seven\neight\n\n- a listed item\n";
        let origins = origins_of(&page(&[text, &blanks, wrapped, moved]), "a.md", None);
        for line in [0, 2, 3, 4, 6] {
            assert_eq!(origins.line(line), LineOrigin { entered: at(0), edited: at(0) }, "{line}");
        }
        assert_eq!(origins.token(3, "five"), at(0));
    }

    #[test]
    fn rewrapped_japanese_is_no_edit_but_a_cut_sentence_is() {
        let origins = origins_of(
            &page(&[
                "設定は--configで\n行います。既定値は30秒です。\n終わり\n",
                "設定は--configで行いま\nす。既定値は30秒です。\n終わり\n",
                "設定は--configで行いま\nす。30秒です。\n終わり\n",
            ]),
            "a.md",
            None,
        );
        assert_eq!(origins.line(0), LineOrigin { entered: at(0), edited: at(0) });
        assert_eq!(origins.line(1).edited, at(2));
        assert_eq!(origins.token(1, "30秒"), at(0));
    }

    #[test]
    fn a_token_is_followed_to_another_place_in_the_page() {
        let origins = origins_of(
            &page(&[
                "# A\n\nSet `max_size` first, then go.\n\n# B\n\nNothing.\n\n# C\n\nEnd.\n",
                "# A\n\nGone.\n\n# B\n\nNothing.\n\n# C\n\nThe table lists `max_size` and more.\n",
            ]),
            "a.md",
            None,
        );
        assert_eq!(origins.line(10), LineOrigin { entered: at(1), edited: at(1) });
        assert_eq!(origins.token(10, "max_size"), at(0));
    }

    #[test]
    fn uncommitted_lines_are_of_now() {
        let repo = page(&["one thing\ntwo things\n"]);
        let origins = origins_of(&repo, "a.md", Some("one thing\ntwo `new` things\nthree\n"));
        assert_eq!(origins.line(0), LineOrigin { entered: at(0), edited: at(0) });
        assert_eq!(origins.line(1), LineOrigin { entered: at(0), edited: Moment::Uncommitted });
        assert_eq!(origins.token(1, "new"), Moment::Uncommitted);
        assert_eq!(origins.token(1, "things"), at(0));
        assert_eq!(origins.line(2).entered, Moment::Uncommitted);
        let unborn = origins_of(&repo, "b.md", Some("new page\n"));
        assert_eq!(unborn.token(0, "page"), Moment::Uncommitted);
    }

    #[test]
    fn ignored_commits_are_looked_through() {
        let repo = page(&["Use app.toml for it\nsecond\n"]);
        let format = repo.commit(&[("a.md", "Use `app.toml` for it\n**second**\n")], &[], "Format", 1);
        repo.commit(&[(".git-blame-ignore-revs", &format!("{format}\n"))], &[], "List", 2);
        let origins = origins_of(&repo, "a.md", None);
        assert_eq!(origins.line(0), LineOrigin { entered: at(0), edited: at(0) });
        assert_eq!(origins.line(1), LineOrigin { entered: at(0), edited: at(0) });
    }

    #[test]
    fn pages_in_utf_16_have_lines_too() {
        let utf16 = |text: &str| {
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
        };
        let repo = Repo::new();
        repo.commit_bytes(&[(b"a.md", &utf16("one\ntwo\n"))], &[], "One", 0);
        repo.commit_bytes(&[(b"a.md", &utf16("one\ntwo\nthree 設定\n"))], &[], "Two", 1);
        let origins = origins_of(&repo, "a.md", None);
        assert_eq!(origins.len(), 3);
        assert_eq!(origins.line(1).entered, at(0));
        assert_eq!(origins.token(2, "設定"), at(1));
    }

    #[test]
    fn japanese_encodings_are_read_as_the_page_is() {
        let repo = Repo::new();
        let encode = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
        let text = "はじめに\n設定ファイルはここに置いてください。\n";
        repo.commit_bytes(&[(b"a.md", &encode(text))], &[], "One", 0);
        let text = format!("{text}環境変数も読み込みます。\n");
        repo.commit_bytes(&[(b"a.md", &encode(&text))], &[], "Two", 1);
        repo.commit_bytes(&[(b"a.md", text.as_bytes())], &[], "Now in UTF-8", 2);
        let origins = origins_of(&repo, "a.md", None);
        assert_eq!(origins.line(1), LineOrigin { entered: at(0), edited: at(0) });
        assert_eq!(origins.token(2, "環境変数"), at(1));
    }

    #[test]
    fn the_boundary_of_a_shallow_clone_is_unknown() {
        let repo = page(&["one\n", "one\ntwo\n", "one\ntwo\nthree\n"]);
        let clone = repo.clone_with("shallow", &["--depth=2"]);
        let opened = Repository::open(&clone).unwrap();
        assert!(opened.is_shallow());
        let mainline = opened.mainline().unwrap();
        let worker = opened.worker().unwrap();
        let objects = worker.objects().unwrap();
        let page = RepoPath::from("a.md");
        let pages =
            PageHistories::build(&objects, &mainline, std::slice::from_ref(&page), IgnoreRevs::default()).unwrap();
        assert!(pages.unknown_before(&page));
        let origins = pages.origins(&objects, &page, None);
        assert_eq!(origins.line(1).entered, Moment::BeforeHistory);
        assert_eq!(origins.line(2).entered, at(1));
    }

    #[test]
    fn words_end_where_a_longer_name_doesn_t_go_on() {
        let found = |token, text: &str| Finder::new(token).found(text.as_bytes(), true);
        assert!(found("--config", "use --config=x"));
        assert!(found("--config", "オプション--configを"));
        assert!(!found("--config", "--config-file"));
        assert!(!found("-c", "--c"));
        assert!(found("docs/a.md", "see docs/a.md."));
        assert!(!found("docs/a", "docs/a/b.md"));
        assert!(!found("a.md", "docs/a.md"));
        assert!(found("foo()", "foo()bar"));
        assert!(found("設定", "この設定は"));
        assert!(!found("", "x"));
    }

    #[test]
    fn hostile_pages_end_soon() {
        let mut long = "word ".repeat(1_000_000);
        let many = "same line again\n".repeat(50_000);
        let repo = Repo::new();
        repo.commit(&[("a.md", &long), ("b.md", &many)], &[], "One", 0);
        long.push_str("end");
        let other = many.replace("again", "once more");
        repo.commit(&[("a.md", &long), ("b.md", &other)], &[], "Two", 1);
        let origins = origins_of(&repo, "a.md", None);
        assert_eq!(origins.len(), 1);
        assert_eq!(origins.token(0, "end"), at(1));
        let origins = origins_of(&repo, "b.md", None);
        assert_eq!(origins.token(49_999, "once"), at(1));
        assert_eq!(origins.token(49_999, "same"), at(0));
    }
}

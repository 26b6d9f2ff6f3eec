//! Versions that pages state: of toolchains that the project needs, of packages to install, of
//! images and actions.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use serde::Deserialize;

use crate::document::{Block, BlockKind, Document, InlineKind, Span};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Reference, Standing};
use crate::reference::sample::lines as sample_lines;

use super::of_block;
use super::text::BlockText;

/// What a version is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A language, a runtime, a tool: [`VersionClaim::name`] is its id (`rust`, `node`, `java`).
    Toolchain,
    /// A package: as the manifest names it (`serde`, `@scope/name`, `group:artifact`).
    Package,
    /// A container image, without its tag.
    Image,
    /// An action of a workflow: `owner/name`.
    Action,
}

/// How a version is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bound {
    /// This one or a newer one.
    AtLeast,
    /// This one, or what the ecosystem takes a bare version for.
    Bare,
    /// `^`, `~`, `~=`: what is compatible.
    Compatible,
    /// `==`, `=`.
    Exact,
    /// Less than it.
    Below,
}

/// A version with what it is said of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionClaim {
    /// What kind of thing it is of.
    pub subject: Subject,
    /// Its name.
    pub name: String,
    /// How it is meant.
    pub bound: Bound,
    /// The version as written, without operators, a leading `v` kept.
    pub version: String,
    /// Place of the version.
    pub span: Span,
    /// Index of the section.
    pub section: usize,
    /// Index of the block.
    pub block: usize,
    /// Whether it stands in a sample rather than in words.
    pub sample: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Words {
    tool: Vec<Tool>,
    between: Between,
    at_least: AtLeast,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tool {
    id: String,
    names: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Between {
    words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AtLeast {
    after: Vec<String>,
    before: Vec<String>,
}

struct Lists {
    words: Words,
    names: Option<AhoCorasick>,
    tool: Vec<usize>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let words: Words = toml::from_str(include_str!("../../../rules/language/versions.toml")).unwrap_or_default();
    let mut patterns: Vec<&str> = Vec::new();
    let mut tool = Vec::new();
    for (i, t) in words.tool.iter().enumerate() {
        patterns.extend(t.names.iter().map(String::as_str));
        tool.extend(std::iter::repeat_n(i, t.names.len()));
    }
    let names = AhoCorasickBuilder::new().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok();
    Lists { names, tool, words }
});

/// The versions that a page states.
#[must_use]
pub fn extract(doc: &Document, refs: &[Reference]) -> Vec<VersionClaim> {
    let mut out = Vec::new();
    for (index, block) in doc.blocks.iter().enumerate() {
        match &block.kind {
            BlockKind::Code { lang, .. } => {
                let lines = sample_lines(doc, block);
                sample(&lines, lang.as_deref(), index, block, &mut out);
            }
            BlockKind::FrontMatter | BlockKind::Directive { .. } => {}
            _ => {
                let text = BlockText::new(doc, block);
                words(&text, index, block, &mut out);
                badges(doc, index, block, &mut out);
            }
        }
        installed(doc, refs, of_block(refs, index), index, block, &mut out);
    }
    out.sort_by(|a, b| (a.span, a.subject, &a.name).cmp(&(b.span, b.subject, &b.name)));
    out.dedup_by(|b, a| a.span == b.span);
    out
}

fn claim(
    subject: Subject,
    name: &str,
    bound: Bound,
    version: &str,
    span: Span,
    index: usize,
    block: &Block,
) -> VersionClaim {
    let sample = matches!(block.kind, BlockKind::Code { .. });
    VersionClaim {
        subject,
        name: name.to_owned(),
        bound,
        version: version.to_owned(),
        span,
        section: block.section,
        block: index,
        sample,
    }
}

/// Length of a version at the beginning of `s`: `1`, `1.2`, `v1.2.3-rc.1`, `3.x`, `17`.
fn version_len(s: &str) -> usize {
    let b = s.as_bytes();
    let mut i = usize::from(matches!(b.first(), Some(b'v' | b'V')));
    if !b.get(i).is_some_and(u8::is_ascii_digit) {
        return 0;
    }
    loop {
        while b.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
        if b.get(i) == Some(&b'.') && b.get(i + 1).is_some_and(|c| c.is_ascii_digit()) {
            i += 1;
        } else if b.get(i) == Some(&b'.') && b.get(i + 1).is_some_and(|c| matches!(c, b'x' | b'X' | b'*')) {
            i += 2;
            break;
        } else {
            break;
        }
    }
    // A pre-release or a build; an image's variant (`-alpine`) too.
    if b.get(i) == Some(&b'-') && b.get(i + 1).is_some_and(u8::is_ascii_alphanumeric) {
        let mut k = i + 1;
        while b.get(k).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'-')) {
            k += 1;
        }
        while matches!(b.get(k - 1), Some(b'.' | b'-')) {
            k -= 1;
        }
        return k;
    }
    if b.get(i).is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
        return 0;
    }
    i
}

/// `Rust 1.70 or newer`, `requires Python 3.7+`, `Node.js >= 14.18`, `C++17`.
fn words(text: &BlockText<'_>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    let body = text.text();
    let Some(names) = &LISTS.names else { return };
    if !body.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let b = body.as_bytes();
    for m in names.find_iter(body) {
        let Some(tool) = LISTS.tool.get(m.pattern().as_usize()).and_then(|t| LISTS.words.tool.get(*t)) else {
            continue;
        };
        let before = m.start().checked_sub(1).and_then(|i| b.get(i));
        if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'/' | b'.' | b'@')) {
            continue;
        }
        let mut at = m.end();
        let name = body.get(m.range()).unwrap_or("");
        let glued = b.get(at).is_some_and(u8::is_ascii_digit);
        if glued && !name.ends_with("++") || b.get(at).is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
            continue;
        }
        let gap = between(body.get(at..).unwrap_or(""));
        at += gap;
        if text.cells.iter().any(|(_, start)| (m.end()..=at).contains(start)) {
            continue; // the number stands in another cell
        }
        let between_text = body.get(m.end()..at).unwrap_or("");
        let mut first = true;
        // `3.8, 3.9 and 3.10`
        for _ in 0..8 {
            let rest = body.get(at..).unwrap_or("");
            let len = plain_len(rest);
            if len == 0 || is_count(rest.get(len..).unwrap_or(""), rest.get(..len).unwrap_or("")) {
                break;
            }
            let version = rest.get(..len).unwrap_or("");
            let after = rest.get(len..).unwrap_or("");
            let trimmed = after.trim_start_matches(['`', '*', ' ', ')', '_']);
            let close = after.trim_start_matches(['`', '*']);
            let plus = LISTS
                .words
                .at_least
                .after
                .iter()
                .any(|w| if w == "+" { close.starts_with('+') } else { trimmed.starts_with(w.as_str()) });
            let head_start = floor(body, m.start().saturating_sub(30));
            let lead = body.get(head_start..m.start()).unwrap_or("");
            let least = plus
                || first
                    && LISTS
                        .words
                        .at_least
                        .before
                        .iter()
                        .any(|w| between_text.contains(w.as_str()) || lead.contains(w.as_str()) || name == w.as_str());
            let below = between_text.trim_start().starts_with('<');
            let bound = if below {
                Bound::Below
            } else if least {
                Bound::AtLeast
            } else if between_text.contains(['^', '~']) {
                Bound::Compatible
            } else {
                Bound::Bare
            };
            out.push(claim(
                Subject::Toolchain,
                &tool.id,
                bound,
                version,
                text.located.span(at..at + len),
                index,
                block,
            ));
            first = false;
            let mut next = after.trim_start_matches(['`', '+', '*']);
            let mut joined = false;
            for join in [", and ", ", or ", ", ", " and ", " or ", "/", " / ", " & ", "、", "と", "または"] {
                if let Some(n) = next.strip_prefix(join) {
                    next = n;
                    joined = true;
                    break;
                }
            }
            if !joined {
                break;
            }
            let next = next.trim_start_matches('`');
            if !next.starts_with(|c: char| c.is_ascii_digit()) {
                break;
            }
            at = body.len() - next.len();
        }
    }
}

/// A version in words: no variants behind a dash.
fn plain_len(s: &str) -> usize {
    let len = version_len(s);
    let text = s.get(..len).unwrap_or("");
    match text.find('-') {
        Some(dash)
            if !["alpha", "beta", "rc", "pre", "SNAPSHOT", "M"]
                .iter()
                .any(|t| text.get(dash + 1..).is_some_and(|r| r.starts_with(t))) =>
        {
            dash
        }
        _ => len,
    }
}

/// Whether a whole number counts something rather than being a version: "Node 5 times", "Go 100 %".
fn is_count(after: &str, version: &str) -> bool {
    let word = after.trim_start_matches([' ', '-']).split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    (version.len() > 4 && !version.contains('.'))
        || after.starts_with(['%', ':'])
        || (!version.contains('.')
            && [
                "times",
                "files",
                "seconds",
                "minutes",
                "hours",
                "days",
                "lines",
                "modules",
                "packages",
                "bytes",
                "bit",
                "bits",
                "percent",
                "of",
                "steps",
                "examples",
                "th",
                "st",
                "nd",
                "rd",
                "ms",
                "s",
                "x",
                "nodes",
                "instances",
                "containers",
                "processes",
                "services",
            ]
            .contains(&word))
}

fn floor(s: &str, mut at: usize) -> usize {
    while at > 0 && !s.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Length of what may stand between a tool's name and its version.
fn between(rest: &str) -> usize {
    let mut at = 0;
    for _ in 0..12 {
        let body = rest.get(at..).unwrap_or("");
        if version_len(body) > 0 || at > 60 {
            return at;
        }
        let marks = body.len()
            - body
                .trim_start_matches([
                    ' ', '*', '_', '`', '(', ':', '>', '=', '≥', '^', '~', '<', '[', '"', '（', '：', '\u{a0}',
                ])
                .len();
        if marks > 0 {
            at += marks;
            continue;
        }
        let word = LISTS
            .words
            .between
            .words
            .iter()
            .filter(|w| {
                body.starts_with(w.as_str())
                    && !(w.is_ascii() && body.as_bytes().get(w.len()).is_some_and(u8::is_ascii_alphabetic))
            })
            .map(String::len)
            .max();
        match word {
            Some(len) => at += len,
            None => return at,
        }
    }
    at
}

/// `…/badge/rustc-1.70+-blue`.
fn badges(doc: &Document, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    for inline in &block.inlines {
        let InlineKind::Image(target) = &inline.kind else { continue };
        let Some(at) = target.dest.find("/badge/") else { continue };
        let label = target.dest.get(at + 7..).unwrap_or("");
        let mut pieces = label.split(['-', '/', '?', '.']).filter(|p| !p.is_empty());
        let Some(name) = pieces.next() else { continue };
        let name = name.replace("%20", " ").replace('_', " ");
        let name = name.trim();
        let Some(tool) = LISTS.words.tool.iter().find(|t| {
            t.names.iter().any(|n| {
                name == n
                    || name.eq_ignore_ascii_case(n)
                    || name.strip_suffix(" version").is_some_and(|x| x.eq_ignore_ascii_case(n))
            })
        }) else {
            continue;
        };
        let rest = label.get(label.find('-').map_or(label.len(), |i| i + 1)..).unwrap_or("");
        let skip = rest.len() - rest.trim_start_matches(['%', '>', '=', '~', '^']).len();
        let skip = skip
            + if rest.get(skip..).is_some_and(|r| r.starts_with("3E%3D") || r.starts_with("3E=")) {
                rest.get(skip..).and_then(|r| r.find(['D', '='])).map_or(0, |i| i + 1)
            } else {
                0
            };
        let rest = rest.get(skip..).unwrap_or("");
        let len = plain_len(rest);
        let Some(version) = rest.get(..len).filter(|v| !v.is_empty()) else { continue };
        let after = rest.get(len..).unwrap_or("");
        let bound = if after.starts_with(['+', '%']) || skip > 0 { Bound::AtLeast } else { Bound::Bare };
        let offset = target.dest.len() - rest.len();
        let span = Span::new(target.span.start + offset, target.span.start + offset + len);
        if span.of(&doc.text) == version {
            out.push(claim(Subject::Toolchain, &tool.id, bound, version, span, index, block));
        }
    }
}

/// What stands behind the name of a package: `@1.2`, `==1.2`, `>=1.2`, ` = "1.2"`.
fn installed(
    doc: &Document,
    refs: &[Reference],
    own: Range<usize>,
    index: usize,
    block: &Block,
    out: &mut Vec<VersionClaim>,
) {
    for r in refs.get(own).unwrap_or_default() {
        if r.kind != Kind::Dependency || r.standing == Standing::Placeholder {
            continue;
        }
        let from = r.span.end;
        let mut stop = (from + 60).min(doc.text.len());
        while !doc.text.is_char_boundary(stop) {
            stop -= 1;
        }
        let rest = doc.text.get(from..stop).unwrap_or("");
        let rest = rest.lines().next().unwrap_or("");
        if r.text.matches(':').count() == 2 {
            // `group:artifact:1.2`
            if let Some((name, version)) = r.text.rsplit_once(':')
                && version_len(version) == version.len()
                && !version.is_empty()
            {
                out.push(claim(
                    Subject::Package,
                    name,
                    Bound::Bare,
                    version,
                    Span::new(from - version.len(), from),
                    index,
                    block,
                ));
            }
            continue;
        }
        let extras = if rest.starts_with('[') { rest.find(']').map_or(0, |i| i + 1) } else { 0 };
        let body = rest.get(extras..).unwrap_or("");
        let (bound, mark) = if body.starts_with("==") {
            (Bound::Exact, 2)
        } else if body.starts_with(">=") {
            (Bound::AtLeast, 2)
        } else if body.starts_with("~=") {
            (Bound::Compatible, 2)
        } else if body.starts_with("@^") || body.starts_with("@~") {
            (Bound::Compatible, 2)
        } else if body.starts_with('@') {
            (Bound::Bare, 1)
        } else {
            continue;
        };
        let value = body.get(mark..).unwrap_or("");
        let len = version_len(value);
        if let Some(version) = value.get(..len).filter(|v| !v.is_empty()) {
            let at = from + extras + mark;
            out.push(claim(Subject::Package, &r.text, bound, version, Span::new(at, at + len), index, block));
        }
    }
}

/// Samples: manifests, images, actions, coordinates, URLs with versions.
fn sample(lines: &[Located<'_>], lang: Option<&str>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    let mut artifact: (Option<String>, Option<String>) = (None, None);
    let mut section = String::new();
    let manifest = matches!(lang, Some("toml" | "json" | "jsonc" | "ini" | "cfg"));
    for line in lines {
        let text = line.text();
        if !text.bytes().any(|b| b.is_ascii_digit())
            && !text.contains("Id>")
            && !text.contains('[')
            && !text.contains('{')
        {
            continue;
        }
        let trimmed = text.trim_start();
        if trimmed.starts_with('[') {
            section = trimmed.trim_matches(['[', ']', ' ']).to_owned();
        }
        // Maven: the version follows its artifact.
        if let Some(group) = tag(text, "groupId") {
            artifact.0 = Some(group.1.to_owned());
        }
        if let Some(id) = tag(text, "artifactId") {
            artifact.1 = Some(id.1.to_owned());
        }
        if let Some((at, version)) = tag(text, "version") {
            if let (Some(id), true) = (&artifact.1, version_len(version) == version.len() && !version.is_empty()) {
                let name = artifact.0.as_ref().map_or_else(|| id.clone(), |g| format!("{g}:{id}"));
                out.push(claim(
                    Subject::Package,
                    &name,
                    Bound::Bare,
                    version,
                    line.span(at..at + version.len()),
                    index,
                    block,
                ));
            }
            artifact = (None, None);
            continue;
        }
        if let Some((at, action)) = after_word(text, "uses:") {
            if let Some((name, version)) = action.split_once('@') {
                let len = version_len(version);
                if len > 0 && len == version.len() {
                    let start = at + name.len() + 1;
                    out.push(claim(
                        Subject::Action,
                        name,
                        Bound::Bare,
                        version,
                        line.span(start..start + len),
                        index,
                        block,
                    ));
                }
            }
            continue;
        }
        let image = after_word(text, "image:").or_else(|| after_word(text, "FROM "));
        if let Some((at, image)) = image {
            push_image(line, at, image, index, block, out);
            continue;
        }
        if manifest || text.contains(" = \"") || text.contains("\": \"") {
            manifest_line(line, &section, manifest, index, block, out);
        }
        tokens(line, index, block, out);
    }
}

/// Place and text between `<name>` and `</name>` on a line.
fn tag<'a>(text: &'a str, name: &str) -> Option<(usize, &'a str)> {
    let at = text.find(name)?;
    let start = at + name.len() + 1;
    if text.get(..at)?.ends_with('<') && text.get(start - 1..)?.starts_with('>') {
        let rest = text.get(start..)?;
        let end = rest.find('<')?;
        return Some((start, rest.get(..end)?));
    }
    None
}

/// The first token behind a word, without quotes.
fn after_word<'a>(text: &'a str, word: &str) -> Option<(usize, &'a str)> {
    let at = text.find(word)?;
    if at > 0 && text.as_bytes().get(at - 1).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_') {
        return None;
    }
    let rest = text.get(at + word.len()..)?;
    let body = rest.trim_start_matches([' ', '"', '\'']);
    let start = at + word.len() + rest.len() - body.len();
    let token = body.split([' ', '"', '\'', '#', ',']).next()?;
    (!token.is_empty()).then_some((start, token))
}

fn push_image(line: &Located<'_>, at: usize, image: &str, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    let Some((name, tag)) = image.rsplit_once(':') else { return };
    let len = version_len(tag);
    if len > 0
        && len == tag.len()
        && !name.is_empty()
        && !name.contains("//")
        && name.bytes().any(|c| c.is_ascii_alphabetic())
    {
        let start = at + name.len() + 1;
        out.push(claim(Subject::Image, name, Bound::Bare, tag, line.span(start..start + len), index, block));
    }
}

/// `serde = "1.0"`, `serde = { version = "1.0" }`, `"react": "^18.2"`, `rust-version = "1.70"`.
fn manifest_line(
    line: &Located<'_>,
    section: &str,
    manifest: bool,
    index: usize,
    block: &Block,
    out: &mut Vec<VersionClaim>,
) {
    let text = line.text();
    let lead = text.len() - text.trim_start_matches([' ', '\t', '{', '"', '\'']).len();
    let body = text.get(lead..).unwrap_or("");
    let len =
        body.bytes().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'@' | b'/' | b'.')).count();
    let Some(name) = body.get(..len).filter(|n| n.len() > 1) else { return };
    let after = body.get(len..).unwrap_or("");
    let rest = after.trim_start_matches(['"', '\'']).trim_start();
    let Some(mark) = rest.chars().next().filter(|c| matches!(c, '=' | ':')) else { return };
    let value = rest.get(mark.len_utf8()..).unwrap_or("").trim_start();
    let value = if value.starts_with('{') {
        let Some(at) = value.find("version") else { return };
        value.get(at + 7..).unwrap_or("").trim_start_matches([' ', '=', ':'])
    } else {
        value
    };
    let Some(inner) = value.strip_prefix(['"', '\'']) else { return };
    let dependency = section.contains("dependenc") || manifest && section.is_empty();
    let tool = match name {
        "rust-version" | "msrv" => Some("rust"),
        "requires-python" | "python_requires" | "python" => Some("python"),
        "node" => Some("node"),
        "channel" => Some("rust"),
        "npm" => Some("npm"),
        _ => None,
    };
    if tool.is_none() && !dependency && mark != '=' && !name.starts_with('@')
        || matches!(name, "version" | "edition" | "resolver" | "id" | "date" | "ip" | "host" | "name")
    {
        return;
    }
    let skip = inner.len() - inner.trim_start_matches(['^', '~', '>', '=', ' ', '<', '*']).len();
    let op = inner.get(..skip).unwrap_or("");
    let version = inner.get(skip..).unwrap_or("");
    let len = version_len(version);
    let Some(text_of) = version.get(..len).filter(|v| !v.is_empty()) else { return };
    // Only a version up to the quote, or a range.
    if !version.get(len..).is_some_and(|t| t.starts_with(['"', '\'', ',', ' ']))
        || (tool.is_none() && !text_of.contains('.') && !dependency)
    {
        return;
    }
    let bound = match op.trim() {
        ">=" | ">" => Bound::AtLeast,
        "^" | "~" | "~=" => Bound::Compatible,
        "=" | "==" => Bound::Exact,
        "<" | "<=" => Bound::Below,
        _ => Bound::Bare,
    };
    let at = text.len() - version.len();
    let (subject, name) = tool.map_or((Subject::Package, name), |t| (Subject::Toolchain, t));
    out.push(claim(subject, name, bound, text_of, line.span(at..at + len), index, block));
}

/// Tokens of a line: `group:artifact:1.2`, `name:tag` of a container command, `name@1.2` in a URL.
fn tokens(line: &Located<'_>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    let text = line.text();
    let container = text.contains("docker ") || text.contains("podman ");
    let mut at = 0;
    for token in text.split([' ', '\t', '"', '\'', '(', ')', ',', '`', '<', '>']) {
        let here = at;
        at += token.len() + 1;
        if token.len() < 4 || token.len() > 300 {
            continue;
        }
        let colons = token.matches(':').count();
        if colons == 2 && !token.contains("://") {
            let mut parts = token.split(':');
            let (group, artifact, version) =
                (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            if group.contains('.')
                && !artifact.is_empty()
                && version_len(version) == version.len()
                && !version.is_empty()
            {
                let start = here + token.len() - version.len();
                out.push(claim(
                    Subject::Package,
                    &format!("{group}:{artifact}"),
                    Bound::Bare,
                    version,
                    line.span(start..start + version.len()),
                    index,
                    block,
                ));
            }
            continue;
        }
        if container
            && colons == 1
            && !token.starts_with('-')
            && !token.contains(['=', '$'])
            && token.bytes().next().is_some_and(|c| c.is_ascii_lowercase())
        {
            push_image(line, here, token, index, block, out);
            continue;
        }
        if let Some(sign) = token.rfind('@').filter(|i| *i > 0) {
            let version = token.get(sign + 1..).unwrap_or("");
            let len = version_len(version.split('/').next().unwrap_or(""));
            let head = token.get(..sign).unwrap_or("");
            let scoped = head.rsplit('/').nth(1).filter(|s| s.starts_with('@'));
            let last = head.rsplit('/').next().unwrap_or("");
            if len > 0
                && !last.is_empty()
                && last.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
                && (token.contains("://") || version_len(version) == version.len())
                && !head.contains("git@")
            {
                let name = if head.contains("://") || !head.contains('.') {
                    scoped.map_or_else(|| last.to_owned(), |s| format!("{s}/{last}"))
                } else {
                    head.to_owned()
                };
                let start = here + sign + 1;
                let found = version.get(..len).unwrap_or("");
                out.push(claim(
                    Subject::Package,
                    &name,
                    Bound::Bare,
                    found,
                    line.span(start..start + len),
                    index,
                    block,
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Versions in samples: manifests, install commands, images, actions, coordinates, URLs.

use std::ops::Range;

use crate::document::{Block, Document, Span};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Reference, Standing};

use super::{Bound, Subject, VersionClaim, claim, version_len};

/// What stands behind the name of a package: `@1.2`, `==1.2`, `>=1.2`, ` = "1.2"`.
pub(super) fn installed(
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
        } else if ["~=", "@^", "@~"].iter().any(|m| body.starts_with(m)) {
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
pub(super) fn sample(
    lines: &[Located<'_>],
    lang: Option<&str>,
    index: usize,
    block: &Block,
    out: &mut Vec<VersionClaim>,
) {
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
        standard(line, index, block, out);
        super::pin::cloned(text, index, block, &|from, to| line.span(from..to), out);
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

/// The C++ standard that a command or a build file asks for: `-std=c++17`, `CMAKE_CXX_STANDARD 17`.
fn standard(line: &Located<'_>, index: usize, block: &Block, out: &mut Vec<VersionClaim>) {
    let text = line.text();
    for mark in ["-std=c++", "-std=gnu++", "/std:c++", "CMAKE_CXX_STANDARD ", "CMAKE_CXX_STANDARD=", "cxx_std_"] {
        let Some(at) = text.find(mark).map(|at| at + mark.len()) else { continue };
        let rest = text.get(at..).unwrap_or("");
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        let ends = !rest.get(len..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphanumeric()));
        if let Some(version) = rest.get(..len).filter(|_| len == 2 && ends) {
            out.push(claim(Subject::Toolchain, "cpp", Bound::Bare, version, line.span(at..at + len), index, block));
        }
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
                && !group.contains('/')
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

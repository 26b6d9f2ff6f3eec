//! Keys of configuration samples: YAML, TOML, JSON, INI, and the grammar of reference pages
//! (`[ key: <type> | default = 5 ]`).

use crate::reference::extract::{Draft, Sink};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Shape, Standing};
use crate::reference::shape::{self, PathLook};

use super::guess::Format;

/// A key of a sample with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Line of the sample.
    pub line: usize,
    /// Segments from the sample's top.
    pub path: Vec<String>,
    /// Place of the key in its line.
    pub key: (usize, usize),
    /// Place of the value in its line, if it stands there; quotes and comments left out.
    pub value: Option<(usize, usize)>,
    /// In a comment (`#key: value`).
    pub commented: bool,
    /// Of the grammar of a reference page: the value is what `default =` gives.
    pub grammar: bool,
}

/// Most levels that a sample is followed.
const DEEPEST: usize = 32;

/// The entries of a sample.
pub(crate) fn entries(format: Format, lines: &[&str]) -> Vec<Entry> {
    match format {
        Format::Yaml => yaml(lines),
        Format::Toml | Format::Ini => sections(lines),
        Format::Json => json(lines),
    }
}

/// What a configuration sample names.
pub(super) fn scan(format: Format, lines: &[Located<'_>], sink: &mut Sink) {
    let texts: Vec<&str> = lines.iter().map(Located::text).collect();
    let entries = entries(format, &texts);
    let foreign = is_foreign(&entries, &texts);
    for entry in &entries {
        let Some(line) = lines.get(entry.line) else { continue };
        let text = line.text().get(entry.key.0..entry.key.1).unwrap_or("");
        let mut draft = Draft::new(Kind::ConfigKey, text, entry.path.clone(), line.span(entry.key.0..entry.key.1));
        draft.shape = Shape { weak: false, ..Shape::default() };
        if foreign {
            draft.standing = Standing::Foreign;
        }
        if shape::is_identifier(text)
            || text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'/' | b'$' | b'@'))
        {
            sink.push(draft);
        }
        if let Some((s, e)) = entry.value {
            value(line, s, e, foreign, sink);
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let text = line.text();
        let t = text.trim_start();
        let at = text.len() - t.len();
        // List items and array elements.
        let bare = t.trim_start_matches(['-', ' ']).trim_end_matches([',', ' ']);
        if (t.starts_with("- ") || t.starts_with('"'))
            && !bare.contains(": ")
            && entries.iter().all(|e| e.line != index)
        {
            let skip = t.find(bare).unwrap_or(0);
            value(line, at + skip, at + skip + bare.len(), foreign, sink);
        }
        // A comment on the first lines often names the file.
        if index < 3 && (t.starts_with('#') || t.starts_with("//")) {
            let name =
                t.trim_start_matches(['#', '/', ' ']).split(' ').next().unwrap_or("").trim_end_matches([':', ',']);
            if shape::path_look(name, true) == Some(PathLook::Strong) && !name.ends_with('/') {
                let skip = at + t.find(name).unwrap_or(0);
                let mut draft =
                    Draft::new(Kind::Path, name, shape::path_parts(name), line.span(skip..skip + name.len()));
                draft.shape.incidental = true;
                sink.push(draft);
            }
        }
    }
}

fn value(line: &Located<'_>, start: usize, end: usize, foreign: bool, sink: &mut Sink) {
    let Some(raw) = line.text().get(start..end) else { return };
    let text = raw.trim_matches(['"', '\'', ' ', ',']);
    let skip = start + raw.find(text).unwrap_or(0);
    if text.len() > 300 {
        return;
    }
    if let Some(at) = text.find("${").or_else(|| text.starts_with('$').then_some(0)) {
        let open = at + 1 + usize::from(text.get(at + 1..).is_some_and(|r| r.starts_with('{')));
        let rest = text.get(open..).unwrap_or("");
        let len = rest.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
        let name = rest.get(..len).unwrap_or("");
        if shape::is_upper(name) {
            sink.push(Draft::new(Kind::EnvVar, name, vec![name.to_owned()], line.span(skip + open..skip + open + len)));
        }
        return;
    }
    if !text.contains(' ') && shape::path_look(text, true) == Some(PathLook::Strong) {
        let mut draft = Draft::new(Kind::Path, text, shape::path_parts(text), line.span(skip..skip + text.len()));
        draft.shape.glob = text.contains(['*', '?', '{', '[']);
        draft.shape.folder = text.ends_with('/');
        draft.shape.incidental = !foreign;
        sink.push(draft);
    }
}

/// Whether a sample configures another system: its keys are not the project's.
fn is_foreign(entries: &[Entry], texts: &[&str]) -> bool {
    let top = |name: &str| entries.iter().any(|e| e.path.len() == 1 && e.path.first().is_some_and(|p| p == name));
    let any = |name: &str| entries.iter().any(|e| e.path.last().is_some_and(|p| p == name));
    let says = |needle: &str| texts.iter().any(|t| t.contains(needle));
    if top("apiVersion") && top("kind") {
        let api = texts.iter().find_map(|t| t.trim().strip_prefix("apiVersion:").map(str::trim)).unwrap_or("");
        return !api.contains('.') || api.contains("k8s.io") || api.contains("coreos.com");
    }
    (top("jobs") && (top("on") || any("runs-on")))
        || any("runs-on") && any("uses")
        || (top("services") && (any("image") || any("build")))
        || (top("compilerOptions"))
        || (top("scripts") && (top("dependencies") || top("devDependencies") || says("\"name\"")))
        || (top("dependencies") && (top("devDependencies") || top("package")))
        || top("repos") && any("hooks")
        || entries.iter().any(|e| {
            e.path.first().is_some_and(|p| matches!(p.as_str(), "build-system" | "package" | "workspace"))
                && e.path.len() > 1
        })
}

fn indent(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

fn yaml(lines: &[&str]) -> Vec<Entry> {
    let mut out = Vec::new();
    // Indentation and name of each key above.
    let mut stack: Vec<(usize, String)> = Vec::new();
    let mut scalar: Option<usize> = None;
    for (line, raw) in lines.iter().enumerate() {
        let trimmed = raw.trim_start();
        if trimmed.is_empty() || trimmed.starts_with("---") || trimmed.starts_with("...") {
            continue;
        }
        let mut start = indent(raw);
        if let Some(least) = scalar {
            if start > least {
                continue;
            }
            scalar = None;
        }
        let mut commented = false;
        let mut body = trimmed;
        if let Some(rest) = body.strip_prefix('#') {
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            // A key that is commented out, not prose.
            let looks = rest.trim_start().split_once(':').is_some_and(|(k, v)| {
                shape::is_identifier(k.trim_start_matches("- "))
                    && !k.contains(' ')
                    && (v.is_empty() || v.starts_with(' '))
                    && v.split_whitespace().count() < 3
                    && (k.contains('_') || shape::has_hump(k) || v.split_whitespace().count() == 1)
            });
            if !looks {
                continue;
            }
            commented = true;
            body = rest.trim_start();
            start = raw.len() - body.len();
        }
        let mut column = start;
        while let Some(rest) = body.strip_prefix("- ") {
            let skip = 2 + rest.len() - rest.trim_start().len();
            column += skip;
            body = body.get(skip..).unwrap_or("");
        }
        let mut grammar = false;
        if let Some(rest) = body.strip_prefix('[') {
            let inner = rest.trim_start();
            if inner.contains(':') && (rest.starts_with(' ') || inner.contains('<')) {
                grammar = true;
                column += body.len() - inner.len();
                body = inner;
            } else {
                continue;
            }
        }
        let Some((key, len)) = yaml_key(body) else { continue };
        let rest = body.get(len + 1..).unwrap_or("");
        grammar |= rest.trim_start().starts_with('<') && rest.contains('>');
        let key_start = column + usize::from(body.starts_with(['"', '\'']));
        if stack.len() > DEEPEST {
            stack.truncate(DEEPEST);
        }
        while stack.last().is_some_and(|(c, _)| *c >= column_of(raw, column, commented)) {
            stack.pop();
        }
        let mut path: Vec<String> = stack.iter().map(|(_, k)| k.clone()).collect();
        path.push(key.to_owned());
        let value_at = column + len + 1;
        let value = if grammar { grammar_default(raw, value_at) } else { scalar_value(raw, value_at) };
        if matches!(rest.trim().chars().next(), Some('|' | '>')) && rest.trim().len() < 4 && !grammar {
            scalar = Some(indent(raw));
        }
        out.push(Entry { line, path, key: (key_start, key_start + key.len()), value, commented, grammar });
        if !key.starts_with('<') {
            stack.push((column_of(raw, column, commented), key.to_owned()));
        }
    }
    out
}

/// The column that decides nesting.
fn column_of(raw: &str, column: usize, commented: bool) -> usize {
    if commented { indent(raw) } else { column }
}

/// A key before `:`, its length with quotes.
fn yaml_key(body: &str) -> Option<(&str, usize)> {
    if let Some(quote) = body.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = body.get(1..)?.find(quote)? + 1;
        let rest = body.get(end + 1..)?;
        return rest.starts_with(':').then(|| body.get(1..end).map(|k| (k, end + 1))).flatten();
    }
    let end = body.find(':')?;
    let after = body.as_bytes().get(end + 1);
    if !matches!(after, None | Some(b' ' | b'\t')) {
        return None;
    }
    let key = body.get(..end)?;
    let fine = !key.is_empty()
        && key.len() < 120
        && key.bytes().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'/' | b'$' | b'@' | b'<' | b'>' | b'*')
        });
    fine.then_some((key, end))
}

/// Place of a plain value: to a comment, the quotes left out.
fn scalar_value(raw: &str, from: usize) -> Option<(usize, usize)> {
    let rest = raw.get(from..)?;
    let lead = rest.len() - rest.trim_start().len();
    let body = rest.trim_start();
    let start = from + lead;
    if body.is_empty() || body.starts_with(['#', '|', '>', '&', '*', '{', '!']) {
        return None;
    }
    if let Some(quote) = body.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = body.get(1..)?.find(quote)?;
        return Some((start + 1, start + 1 + end));
    }
    let cut = body.find(" #").unwrap_or(body.len());
    let text = body.get(..cut)?.trim_end().trim_end_matches([',', ';']);
    (!text.is_empty()).then_some((start, start + text.len()))
}

/// Place of what `default =` gives in `<type> | default = 5 ]`.
fn grammar_default(raw: &str, from: usize) -> Option<(usize, usize)> {
    let rest = raw.get(from..)?;
    let at = rest.find("default")?;
    let tail = rest.get(at + "default".len()..)?;
    let body = tail.trim_start_matches([' ', '=', ':']);
    if body.len() == tail.len() {
        return None;
    }
    let start = from + at + "default".len() + (tail.len() - body.len());
    let text = body.split(" #").next()?.trim_end().trim_end_matches(']').trim_end();
    let (start, text) = match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(inner) => (start + 1, inner),
        None => (start, text),
    };
    (!text.is_empty()).then_some((start, start + text.len()))
}

/// TOML and INI: `[section]` and `key = value`.
fn sections(lines: &[&str]) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut head: Vec<String> = Vec::new();
    let mut multi: Option<&str> = None;
    for (line, raw) in lines.iter().enumerate() {
        if let Some(close) = multi {
            if raw.contains(close) {
                multi = None;
            }
            continue;
        }
        let lead = indent(raw);
        let trimmed = raw.trim();
        if trimmed.starts_with('[') {
            let inner = trimmed.trim_start_matches('[').split(']').next().unwrap_or("");
            if !inner.is_empty() && !inner.contains([',', '=', '{']) {
                head = split_key(inner).into_iter().take(DEEPEST).collect();
                if let (Some(last), false) = (head.last(), inner.contains(['"', ' '])) {
                    let at = lead + trimmed.find(inner).unwrap_or(0) + inner.rfind(last.as_str()).unwrap_or(0);
                    out.push(Entry {
                        line,
                        path: head.clone(),
                        key: (at, at + last.len()),
                        value: None,
                        commented: false,
                        grammar: false,
                    });
                }
            }
            continue;
        }
        let mut body = trimmed;
        let mut at = lead;
        let mut commented = false;
        if let Some(rest) = body.strip_prefix(['#', ';']) {
            let inner = rest.trim_start();
            if !inner.split_once('=').is_some_and(|(k, _)| is_key(k.trim_end()) && !k.trim_end().contains(' ')) {
                continue;
            }
            at += body.len() - inner.len();
            body = inner;
            commented = true;
        }
        let Some(eq) = body.find(['=', ':']) else { continue };
        let key = body.get(..eq).unwrap_or("").trim_end();
        if !is_key(key) {
            continue;
        }
        let bare = key.trim_matches(['"', '\'']);
        let key_at = at + usize::from(key.len() != bare.len());
        let mut path = head.clone();
        path.extend(split_key(key).into_iter().take(DEEPEST));
        let value = scalar_value(raw, at + eq + 1);
        if let Some(close) =
            ["\"\"\"", "'''"].into_iter().find(|q| body.get(eq..).is_some_and(|v| v.matches(q).count() == 1))
        {
            multi = Some(close);
        }
        out.push(Entry { line, path, key: (key_at, key_at + bare.len()), value, commented, grammar: false });
    }
    out
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() < 120
        && key
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'"' | b'\'' | b'/' | b'@'))
}

fn split_key(key: &str) -> Vec<String> {
    key.split('.').map(|p| p.trim().trim_matches(['"', '\'']).to_owned()).filter(|p| !p.is_empty()).collect()
}

/// JSON, also with comments and trailing commas.
fn json(lines: &[&str]) -> Vec<Entry> {
    let mut out = Vec::new();
    // What each open bracket belongs to: a key, or none for an array's element.
    let mut stack: Vec<Option<String>> = Vec::new();
    let mut pending: Option<String> = None;
    for (line, raw) in lines.iter().enumerate() {
        let b = raw.as_bytes();
        let mut i = 0;
        while let Some(&c) = b.get(i) {
            match c {
                b'/' if b.get(i + 1) == Some(&b'/') => break,
                b'#' => break,
                b'{' | b'[' => {
                    if stack.len() < 10_000 {
                        stack.push(pending.take());
                    }
                    i += 1;
                }
                b'}' | b']' => {
                    stack.pop();
                    pending = None;
                    i += 1;
                }
                b'"' | b'\'' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => {
                    let quoted = matches!(c, b'"' | b'\'');
                    let start = i + usize::from(quoted);
                    let mut end = start;
                    if quoted {
                        while b.get(end).is_some_and(|x| *x != c) {
                            end += if b.get(end) == Some(&b'\\') { 2 } else { 1 };
                        }
                        end = end.min(b.len());
                        i = end + 1;
                    } else {
                        while b.get(end).is_some_and(|x| x.is_ascii_alphanumeric() || matches!(x, b'_' | b'$' | b'-')) {
                            end += 1;
                        }
                        i = end;
                    }
                    let after = raw.get(i.min(raw.len())..).unwrap_or("").trim_start();
                    if after.starts_with(':') {
                        let key = raw.get(start..end).unwrap_or("");
                        let colon = raw.len() - after.len();
                        if stack.len() <= DEEPEST && !key.is_empty() && key.len() < 120 {
                            let mut path: Vec<String> = stack.iter().flatten().cloned().collect();
                            path.push(key.to_owned());
                            let value = json_value(raw, colon + 1);
                            out.push(Entry { line, path, key: (start, end), value, commented: false, grammar: false });
                            pending = Some(key.to_owned());
                        }
                        i = colon + 1;
                    }
                }
                b',' => {
                    pending = None;
                    i += 1;
                }
                _ => i += 1,
            }
        }
    }
    out
}

fn json_value(raw: &str, from: usize) -> Option<(usize, usize)> {
    let rest = raw.get(from..)?;
    let body = rest.trim_start();
    let start = from + rest.len() - body.len();
    if let Some(quote) = body.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = body.get(1..)?.find(quote)?;
        return Some((start + 1, start + 1 + end));
    }
    let len = body.find([',', '}', ']', ' ', '/']).unwrap_or(body.len());
    (len > 0 && !body.starts_with(['{', '['])).then_some((start, start + len))
}

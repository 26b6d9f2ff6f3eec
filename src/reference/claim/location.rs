//! Places in files: `src/main.rs:42`, "`name` in `file`".

use crate::document::{Document, Span};
use crate::reference::model::{Kind, Place, Reference, Standing};

/// What the page says of a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// First and last line, from 1.
    Lines(u32, u32),
    /// Index of the reference to a name that the file is said to hold.
    Name(usize),
}

/// A file with what is said to stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationClaim {
    /// Index of the reference to the file.
    pub path: usize,
    /// What is said to stand in it.
    pub what: Where,
    /// Place of the line numbers, or of the name and the file together.
    pub span: Span,
    /// Index of the section.
    pub section: usize,
    /// Index of the block.
    pub block: usize,
}

/// What may stand between a name and the file that holds it.
const NAME_FIRST: [&str; 30] = [
    "in",
    "in the",
    "in the file",
    "in file",
    "from",
    "at",
    "inside",
    "of",
    "defined in",
    "is defined in",
    "are defined in",
    "lives in",
    "is in",
    "located in",
    "is located in",
    "declared in",
    "is declared in",
    "implemented in",
    "is implemented in",
    "can be found in",
    "found in",
    "function in",
    "method in",
    "class in",
    "struct in",
    "variable in",
    "constant in",
    "は",
    "(in",
    "field in",
];

/// What may stand between a file and a name in it.
const FILE_FIRST: [&str; 8] = ["の", "内の", "にある", "中の", "defines", "contains", "holds", "ファイルの"];

/// The places that a page names.
#[must_use]
pub fn extract(doc: &Document, refs: &[Reference]) -> Vec<LocationClaim> {
    let mut out = Vec::new();
    for (i, r) in refs.iter().enumerate() {
        if r.kind == Kind::Path
            && is_told(r)
            && !r.shape.glob
            && !is_catalogue(doc, r.span.start)
            && let Some((first, last, span)) = lines_behind(doc, r.span.end)
        {
            out.push(LocationClaim {
                path: i,
                what: Where::Lines(first, last),
                span,
                section: r.section,
                block: r.block,
            });
        }
        let Some(next) = refs.get(i + 1) else { continue };
        if next.block != r.block || !is_told(r) || !is_told(next) || next.span.start < r.span.end {
            continue;
        }
        let between = doc.text.get(r.span.end..next.span.start).unwrap_or("");
        if between.len() > 60 || between.contains(['\n', '|']) && between.len() > 40 {
            continue;
        }
        let told = between.trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, '`' | '*' | '_' | '(' | ')' | ',' | '[' | ']' | '（' | '）' | '"' | '「' | '」')
        });
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let claim = match (r.kind, next.kind) {
            (Kind::Symbol | Kind::EnvVar, Kind::Path)
                if !next.shape.glob
                    && !next.shape.folder
                    && NAME_FIRST.contains(&told.as_str())
                    && (told != "は" || behind_says_in(doc, next.span.end)) =>
            {
                Some((i + 1, i))
            }
            (Kind::Path, Kind::Symbol | Kind::EnvVar)
                if !r.shape.glob && !r.shape.folder && FILE_FIRST.contains(&told.as_str()) =>
            {
                Some((i, i + 1))
            }
            _ => None,
        };
        if let Some((path, name)) = claim {
            out.push(LocationClaim {
                path,
                what: Where::Name(name),
                span: Span::new(r.span.start, next.span.end),
                section: r.section,
                block: r.block,
            });
        }
    }
    out
}

fn is_told(r: &Reference) -> bool {
    r.standing == Standing::Affirmed && !matches!(r.place, Place::Link | Place::CodeBlock | Place::FrontMatter)
}

/// Whether the line is one of a catalogue of translations (`#: src/main.c:42`), shown as an example.
fn is_catalogue(doc: &Document, at: usize) -> bool {
    doc.lines.line_span(&doc.text, doc.lines.line_of(at)).of(&doc.text).trim_start().starts_with("#:")
}

/// "… `file` に/で/にある".
fn behind_says_in(doc: &Document, from: usize) -> bool {
    let rest = doc.text.get(from..).unwrap_or("");
    let rest = rest.trim_start_matches(['`', ' ', '」', ')', '）']);
    ["に", "で"].iter().any(|w| rest.starts_with(w))
}

/// `:12`, `:12-20`, `:12:5`, `#L12-L20`, `(line 12)`, ` line 12`, `の12行目` behind a path.
fn lines_behind(doc: &Document, from: usize) -> Option<(u32, u32, Span)> {
    let rest = doc.text.get(from..)?;
    let number = |s: &str| {
        let len = s.bytes().take_while(u8::is_ascii_digit).count();
        (len > 0 && len < 7).then(|| s.get(..len)?.parse::<u32>().ok().map(|n| (n, len))).flatten()
    };
    let body = rest.trim_start_matches('`');
    let mut at = rest.len() - body.len();
    let mark = [":L", ":", "#L", " (line ", " line ", ", line ", " at line ", " on line ", "の", " (L", " L"]
        .into_iter()
        .find(|m| body.starts_with(m))?;
    if mark == ":" && at > 0
        || mark.starts_with([' ', ','])
            && body.len() > mark.len()
            && !body.as_bytes().get(mark.len()).is_some_and(u8::is_ascii_digit)
    {
        return None;
    }
    at += mark.len();
    let start = from + at;
    let (first, len) = number(rest.get(at..)?)?;
    at += len;
    let tail = rest.get(at..)?;
    if mark == "の" && !tail.starts_with("行") {
        return None;
    }
    let mut last = first;
    let range = ["-L", "–L", "-", "–", "~", "〜"]
        .into_iter()
        .find_map(|m| tail.strip_prefix(m).and_then(number).map(|(n, l)| (n, m.len() + l)));
    if let Some((n, l)) = range {
        last = n;
        at += l;
    }
    (first > 0 && last >= first).then(|| (first, last, Span::new(start, from + at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{DocumentId, Format, parse};
    use crate::reference::extract as extract_references;

    fn claims(text: &str) -> Vec<String> {
        let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
        let refs = extract_references(&doc);
        extract(&doc, &refs)
            .iter()
            .map(|c| match c.what {
                Where::Lines(a, b) => format!("{} {a}-{b} {}", refs[c.path].text, c.span.of(&doc.text)),
                Where::Name(n) => format!("{} holds {}", refs[c.path].text, refs[n].text),
            })
            .collect()
    }

    #[test]
    fn lines() {
        assert!(claims("msgids stand so:\n\n#: src/main.rs:42\n").is_empty());
        assert_eq!(claims("See `src/main.rs:42` and src/lib.rs:3-9."), ["src/main.rs 42-42 42", "src/lib.rs 3-9 3-9"]);
        assert_eq!(
            claims("`src/main.rs` line 12 does; `src/lib.rs`の30行目"),
            ["src/main.rs 12-12 12", "src/lib.rs 30-30 30"]
        );
        assert_eq!(claims("`src/main.rs`: 5 things"), Vec::<String>::new());
    }

    #[test]
    fn names_in_files() {
        assert_eq!(claims("`run_all` in `src/main.rs` does it."), ["src/main.rs holds run_all"]);
        assert_eq!(claims("The `run_all()` function in [`src/main.rs`](src/main.rs)."), ["src/main.rs holds run_all"]);
        assert_eq!(
            claims("`src/main.rs`の`run_all`を読む。`max_age`は`src/lib.rs`にある。"),
            ["src/main.rs holds run_all", "src/lib.rs holds max_age"]
        );
        assert_eq!(claims("`run_all` and `src/main.rs`"), Vec::<String>::new());
    }
}

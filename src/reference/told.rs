//! Names that their words or their place tell, where their form alone does not: options written without their
//! dashes ("the flag `log.level`"), codes of errors and warnings in headings, links and tables.

use crate::document::{Block, BlockKind, Document, Inline, InlineKind};

use super::extract::{Draft, Sink};
use super::model::{Kind, Place};

/// Words before an option.
const BEFORE: &[&str] = &["flag", "flags", "command-line option", "command line option", "cli option", "switch"];
/// Words behind one.
const BEHIND: &[&str] = &[
    "flag",
    "command-line option",
    "command line option",
    "command-line argument",
    "フラグ",
    "コマンドラインオプション",
    "起動オプション",
];

/// Adds what a block of running text tells, to its references from `first` on.
pub(super) fn extract(doc: &Document, block: &Block, first: usize, sink: &mut Sink) {
    for (at, inline) in block.inlines.iter().enumerate() {
        if block.kind == BlockKind::FrontMatter {
            page_path(inline, first, sink);
            continue;
        }
        match inline.kind {
            InlineKind::Code => {
                let before =
                    at.checked_sub(1).and_then(|i| block.inlines.get(i)).filter(|i| i.kind == InlineKind::Text);
                let behind = block.inlines.get(at + 1).filter(|i| i.kind == InlineKind::Text);
                if is_bare_flag(&inline.text) && is_told_flag(before, behind) {
                    flag(inline, first, sink);
                } else if is_bare_folder(&inline.text) && behind.is_some_and(is_called_folder) {
                    folder(inline, first, sink);
                }
            }
            InlineKind::Text
                if inline.in_link || matches!(block.kind, BlockKind::Heading { .. } | BlockKind::TableRow { .. }) =>
            {
                codes(doc, inline, first, sink);
            }
            _ => {}
        }
    }
}

/// A value of the front matter that is a path from the site's root, such as `/guide/start`.
fn page_path(inline: &Inline, first: usize, sink: &mut Sink) {
    let text = inline.text.trim();
    let path = text.split('#').next().unwrap_or(text);
    let is_path = path.len() > 3
        && path.starts_with('/')
        && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.'));
    if is_path && sink.since(first).iter().all(|r| !inline.span.contains(r.span)) {
        let parts = path.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        sink.push(Draft::new(Kind::Path, path, parts, inline.span));
    }
}

fn is_bare_flag(text: &str) -> bool {
    text.len() > 5
        && text.len() < 80
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.contains(['-', '.'])
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

fn is_told_flag(before: Option<&Inline>, behind: Option<&Inline>) -> bool {
    let ends = |i: &Inline| {
        let text = i.text.trim_end().to_lowercase();
        BEFORE.iter().any(|w| {
            text.strip_suffix(w).is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '-'))
        })
    };
    let starts = |i: &Inline| {
        let text = i.text.trim_start().to_lowercase();
        BEHIND.iter().any(|w| text.starts_with(w))
    };
    before.is_some_and(ends) || behind.is_some_and(starts)
}

/// Makes an option of what was read from the code span.
fn flag(inline: &Inline, first: usize, sink: &mut Sink) {
    let spelling = format!("--{}", inline.text);
    let own = sink.since(first).iter_mut().find(|r| inline.span.contains(r.span));
    if let Some(reference) = own {
        if !matches!(reference.kind, Kind::Flag | Kind::Path) {
            reference.kind = Kind::Flag;
            reference.parts = vec![spelling];
        }
        return;
    }
    let place = sink.at(Place::CodeSpan);
    sink.push(Draft::new(Kind::Flag, &inline.text, vec![spelling], inline.span));
    sink.at(place);
}

/// Words behind a folder.
const FOLDER: &[&str] = &["folder", "directory", "フォルダ", "ディレクトリ"];

fn is_bare_folder(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (3..40).contains(&text.len()) && text.bytes().all(plain) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether the text behind a name says that it is a folder: "`name` folder", not "folder of".
fn is_called_folder(behind: &Inline) -> bool {
    let text = behind.text.strip_prefix(' ').unwrap_or(&behind.text);
    FOLDER.iter().filter_map(|word| text.strip_prefix(word)).any(|rest| {
        // "`x` directory structure" and "`x` folder option" are something else.
        let rest = rest.trim_start();
        !rest.starts_with(char::is_alphanumeric)
            || rest.starts_with(|c: char| !c.is_ascii())
            || FOLLOWS.iter().any(|word| rest.strip_prefix(word).is_some_and(|r| !r.starts_with(char::is_alphanumeric)))
    })
}

/// Words that go on with the sentence behind a folder.
const FOLLOWS: &[&str] = &[
    "of", "in", "is", "and", "or", "to", "for", "with", "at", "has", "contains", "holds", "also", "that", "which",
    "where", "under", "inside", "on", "are", "as", "from", "by",
];

/// Makes a path of what was read from the code span.
fn folder(inline: &Inline, first: usize, sink: &mut Sink) {
    let own = sink.since(first).iter_mut().find(|r| inline.span.contains(r.span));
    if let Some(reference) = own
        && matches!(reference.kind, Kind::Symbol | Kind::Dependency)
        && reference.parts.len() == 1
    {
        reference.kind = Kind::Path;
        reference.shape.weak = false;
        reference.shape.folder = true;
    }
}

fn codes(doc: &Document, inline: &Inline, first: usize, sink: &mut Sink) {
    let text = &inline.text;
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_part(bytes[at]) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| is_part(**b)).count();
        let beside = |i: Option<usize>| {
            i.and_then(|i| bytes.get(i)).is_some_and(|b| matches!(b, b'-' | b'/' | b'.' | b'$' | b'{'))
        };
        if let Some(word) = text.get(at..end)
            && is_code(word)
            && !beside(at.checked_sub(1))
            && !bytes.get(end).is_some_and(|b| matches!(b, b'-' | b'/' | b'='))
        {
            let span = inline.span_of(&doc.text, at..end);
            let known = sink.since(first).iter().any(|r| r.span.start < span.end && span.start < r.span.end);
            if !known && span.of(&doc.text) == word {
                sink.push(Draft::new(Kind::Symbol, word, vec![word.to_owned()], span));
            }
        }
        at = end;
    }
}

/// `ERR_NOT_FOUND`, `WARN0012`: capitals with a separator, or with a number of three digits or more.
fn is_code(word: &str) -> bool {
    let capitals = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.bytes().rev().take_while(u8::is_ascii_digit).count();
    let all = word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    word.len() > 5 && all && capitals > 2 && (word.trim_matches('_').contains('_') || digits > 2)
}

#[cfg(test)]
mod tests {
    use crate::document::{DocumentId, Format, parse};
    use crate::reference::{Kind, extract};

    fn found(text: &str) -> Vec<String> {
        let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
        let wanted = |k: Kind| matches!(k, Kind::Flag | Kind::Symbol | Kind::EnvVar);
        extract(&doc).iter().filter(|r| wanted(r.kind)).map(|r| format!("{:?} {}", r.kind, r.parts.join(" "))).collect()
    }

    #[test]
    fn folders_by_their_word() {
        let paths = |text: &str| {
            let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
            extract(&doc).iter().filter(|r| r.kind == Kind::Path).map(|r| r.parts.join("/")).collect::<Vec<_>>()
        };
        assert_eq!(paths("The `extras` folder also holds scripts."), ["extras"]);
        assert_eq!(paths("It is in the `tool-box` directory."), ["tool-box"]);
        assert!(paths("The `extras` folder option is new.").is_empty());
        assert!(paths("The `Extras` class.").is_empty());
    }

    #[test]
    fn options_without_dashes() {
        assert_eq!(found("The flag `log.max-size` limits it."), ["Flag --log.max-size"]);
        assert_eq!(found("`log.max-size`フラグで変える。"), ["Flag --log.max-size"]);
        assert!(found("The package `log-max-size` limits it.").is_empty());
    }

    #[test]
    fn codes_in_headings_and_links() {
        assert_eq!(found("#### LOG_ERR_OPEN\n"), ["EnvVar LOG_ERR_OPEN"]);
        assert_eq!(found("- [LOGW0012](#LOGW0012)\n"), ["Symbol LOGW0012"]);
        assert!(found("# HTTP and JSON\n").is_empty());
    }
}

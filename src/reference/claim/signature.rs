//! Calls and declarations with their parameters.

use crate::document::{BlockKind, Document, Span};
use crate::reference::model::{Kind, Place, Reference, Standing};
use crate::reference::shape::is_identifier;

use super::of_block;

/// Call or declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `f(a, b)` as used.
    Call,
    /// With a keyword or types before it.
    Declaration,
    /// In words or a heading: parameters may be named, as in a declaration, or left out.
    Mention,
}

/// A parameter or an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, if it has or is one.
    pub name: Option<String>,
    /// Its type, if one stands there.
    pub kind: Option<String>,
    /// Its default, or the value of a named argument.
    pub default: Option<String>,
    /// `*args`, `...rest`, `**kw`.
    pub variadic: bool,
    /// In brackets: `f(a[, b])`, or marked `b?`.
    pub optional: bool,
    /// The whole text.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A name with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureClaim {
    /// Index of the reference to the name, if the page's references hold it.
    pub reference: Option<usize>,
    /// Segments of the name.
    pub name: Vec<String>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Whether it holds `…` for what is left out.
    pub open: bool,
    /// How it is written.
    pub form: Form,
    /// Language of the sample.
    pub lang: Option<String>,
    /// From the name to the closing parenthesis.
    pub span: Span,
    /// Index of the section.
    pub section: usize,
    /// Index of the block.
    pub block: usize,
}

/// Longest list of parameters that is read.
const LONGEST: usize = 2000;

/// The signatures of a page.
#[must_use]
pub fn extract(doc: &Document, refs: &[Reference]) -> Vec<SignatureClaim> {
    let mut out = Vec::new();
    for (index, block) in doc.blocks.iter().enumerate() {
        let lang = match &block.kind {
            BlockKind::Code { lang, .. } => lang.clone(),
            _ => None,
        };
        let own = of_block(refs, index);
        for i in own {
            let Some(r) = refs.get(i) else { continue };
            if r.kind != Kind::Symbol
                || !r.shape.call
                || matches!(r.standing, Standing::Foreign | Standing::Placeholder | Standing::Past | Standing::Output)
            {
                continue;
            }
            let Some((open, close)) = parentheses(&doc.text, r.span.end, block.span.end) else { continue };
            let sample = r.place == Place::CodeBlock;
            let inner = doc.text.get(open + 1..close).unwrap_or("");
            if !sample && (inner.trim().is_empty() || is_ending_or_section(inner)) {
                continue; // `f()` merely names a function
            }
            let before = word_before(&doc.text, r.span.start);
            let parameters = split(inner, open + 1);
            if !sample && parameters.iter().all(|p| matches!(p.text.as_str(), "..." | "…")) {
                continue;
            }
            let typed = !parameters.is_empty() && parameters.iter().all(|p| p.kind.is_some());
            let declared = has_receiver(doc, r.span.start)
                || matches!(before, "def" | "fn" | "func" | "function" | "fun" | "void" | "sub" | "proc")
                || (typed && !parameters.iter().any(|p| p.text.contains(['"', '\''])));
            let form = if declared {
                Form::Declaration
            } else if sample {
                Form::Call
            } else {
                Form::Mention
            };
            out.push(claim(
                Some(i),
                r.parts.clone(),
                parameters,
                inner,
                form,
                lang.clone(),
                Span::new(r.span.start, close + 1),
                block.section,
                index,
            ));
        }
        if matches!(block.kind, BlockKind::Code { .. }) {
            declarations(doc, index, &lang, refs, &mut out);
        }
    }
    out.sort_by_key(|c| c.span);
    out.dedup_by(|b, a| a.span.end == b.span.end);
    out
}

#[allow(clippy::too_many_arguments)]
fn claim(
    reference: Option<usize>,
    name: Vec<String>,
    mut parameters: Vec<Parameter>,
    inner: &str,
    form: Form,
    lang: Option<String>,
    span: Span,
    section: usize,
    block: usize,
) -> SignatureClaim {
    let open = inner.contains('…') || parameters.iter().any(|p| p.text == "...");
    parameters.retain(|p| p.text != "..." && p.text != "…");
    // The receiver is no parameter of a call.
    if form == Form::Declaration {
        parameters
            .retain(|p| !matches!(p.text.trim_start_matches(['&', ' ']).trim_start_matches("mut "), "self" | "cls"));
    }
    SignatureClaim { reference, name, parameters, open, form, lang, span, section, block }
}

/// Definitions of a sample that give it a body, which are no references.
fn declarations(
    doc: &Document,
    index: usize,
    lang: &Option<String>,
    refs: &[Reference],
    out: &mut Vec<SignatureClaim>,
) {
    let Some(block) = doc.blocks.get(index) else { return };
    for inline in &block.inlines {
        if inline.text.len() > 2_000 {
            continue;
        }
        let line = inline.span.of(&doc.text);
        for keyword in ["def ", "fn ", "func ", "function ", "fun "] {
            let Some(at) = line.find(keyword) else { continue };
            if at > 0 && line.as_bytes().get(at - 1).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_') {
                continue;
            }
            let mut start = at + keyword.len();
            let rest = line.get(start..).unwrap_or("");
            // Go's receiver.
            if rest.starts_with('(') {
                match rest.find(')') {
                    Some(end) => {
                        start += end + 1 + usize::from(rest.get(end + 1..).is_some_and(|r| r.starts_with(' ')))
                    }
                    None => break,
                }
            }
            let rest = line.get(start..).unwrap_or("");
            let len = rest.bytes().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
            let Some(name) = rest.get(..len).filter(|n| is_identifier(n)) else { break };
            let from = inline.span.start + start;
            let known = of_block(refs, index).any(|i| refs.get(i).is_some_and(|r| r.span.start == from));
            if known {
                break;
            }
            if let Some((open, close)) = parentheses(&doc.text, from + len, block.span.end) {
                let inner = doc.text.get(open + 1..close).unwrap_or("");
                let parameters = split(inner, open + 1);
                out.push(claim(
                    None,
                    vec![name.to_owned()],
                    parameters,
                    inner,
                    Form::Declaration,
                    lang.clone(),
                    Span::new(from, close + 1),
                    block.section,
                    index,
                ));
            }
            break;
        }
    }
}

/// Whether what stands in parentheses is the ending of a word in words (`commit(s)`) or the section of a manual
/// page (`stat(2)`, `printf(3p)`).
fn is_ending_or_section(inner: &str) -> bool {
    let inner = inner.trim();
    let section = || {
        let mut chars = inner.chars();
        inner.len() <= 4
            && chars.next().is_some_and(|c| matches!(c, '1'..='9'))
            && chars.all(|c| c.is_ascii_lowercase())
    };
    matches!(inner, "s" | "es" | "ies" | "d" | "ed" | "ing") || section()
}

/// Whether a name stands behind `func (s *Server) `.
fn has_receiver(doc: &Document, at: usize) -> bool {
    let line = doc.lines.line_span(&doc.text, doc.lines.line_of(at));
    let head = doc.text.get(line.start..at).unwrap_or("").trim();
    head.len() < 200 && head.starts_with("func (") && head.ends_with(')')
}

/// The word that stands before `at`.
fn word_before(text: &str, at: usize) -> &str {
    let head = text.get(..at).unwrap_or("").trim_end_matches([' ', '\t']);
    let start = head.bytes().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == b'_').count();
    head.get(head.len() - start..).unwrap_or("")
}

/// Places of the parentheses behind a name, over type arguments and `!`.
fn parentheses(text: &str, from: usize, end: usize) -> Option<(usize, usize)> {
    let b = text.as_bytes();
    let mut open = from;
    if b.get(open) == Some(&b'!') {
        open += 1;
    }
    if b.get(open) == Some(&b'<') || text.get(open..).is_some_and(|r| r.starts_with("::<")) {
        open += text.get(open..open.saturating_add(200).min(text.len()))?.find('>')? + 1;
    }
    if b.get(open) != Some(&b'(') {
        return None;
    }
    let stop = end.min(open + LONGEST).min(b.len());
    let mut depth = 0usize;
    let mut quote = None;
    let mut i = open;
    while i < stop {
        let c = *b.get(i)?;
        match quote {
            Some(q) => {
                if c == b'\\' {
                    i += 1;
                } else if c == q {
                    quote = None;
                }
            }
            None => match c {
                b'"' | b'\'' if !is_apostrophe(b, i) => quote = Some(c),
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return (c == b')').then_some((open, i));
                    }
                }
                _ => {}
            },
        }
        i += 1;
    }
    None
}

/// `&'a str`, `don't`: a quote that opens nothing.
fn is_apostrophe(b: &[u8], i: usize) -> bool {
    b.get(i) == Some(&b'\'')
        && (b.get(i.wrapping_sub(1)).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'&' | b'<')))
}

/// Splits a list of parameters at its own commas; `base` is its place in the page.
fn split(inner: &str, base: usize) -> Vec<Parameter> {
    let b = inner.as_bytes();
    let mut out = Vec::new();
    let mut depth = 0i32;
    let mut quote = None;
    let mut start = 0;
    let mut brackets = 0i32;
    let mut i = 0;
    while i <= b.len() {
        let c = b.get(i).copied();
        let cut = match (c, quote) {
            (None, _) => true,
            (Some(b'\\'), Some(_)) => {
                i += 1;
                false
            }
            (Some(c), Some(q)) => {
                if c == q {
                    quote = None;
                }
                false
            }
            (Some(c @ (b'"' | b'\'' | b'`')), None) if !is_apostrophe(b, i) => {
                quote = Some(c);
                false
            }
            (Some(b'['), None)
                if depth == 0 && inner.get(i + 1..).is_some_and(|r| r.trim_start().starts_with(','))
                    || c == Some(b'[')
                        && depth == 0
                        && inner.get(start..i).is_some_and(|s| s.trim().is_empty())
                        && inner.trim_end().ends_with(']') =>
            {
                // `a[, b]`: an optional parameter begins.
                let ended = inner.get(start..i).is_some_and(|s| !s.trim().is_empty());
                if ended {
                    push(inner, base, start..i, brackets > 0, &mut out);
                }
                brackets += 1;
                start = i + 1;
                while b.get(start).is_some_and(|c| matches!(c, b',' | b' ')) {
                    start += 1;
                }
                i = start.saturating_sub(1).max(i);
                false
            }
            (Some(b']'), None) if brackets > 0 && depth == 0 => {
                push(inner, base, start..i, true, &mut out);
                start = i + 1;
                brackets -= 1;
                false
            }
            (Some(b'(' | b'[' | b'{'), None) => {
                depth += 1;
                false
            }
            (Some(b'<'), None) if inner.get(i..).is_some_and(|r| r.find('>').is_some_and(|e| e < 60)) => {
                depth += 1;
                false
            }
            (Some(b'>'), None) if depth > 0 && i > 0 && !matches!(b.get(i - 1), Some(b'-' | b'=')) => {
                depth -= 1;
                false
            }
            (Some(b')' | b']' | b'}'), None) => {
                depth -= 1;
                false
            }
            (Some(b','), None) => depth <= 0,
            _ => false,
        };
        if cut {
            push(inner, base, start..i.min(b.len()), brackets > 0, &mut out);
            start = i + 1;
        }
        i += 1;
    }
    out
}

fn push(inner: &str, base: usize, range: std::ops::Range<usize>, optional: bool, out: &mut Vec<Parameter>) {
    let Some(raw) = inner.get(range.clone()) else { return };
    let text = raw.trim();
    if text.is_empty() || out.len() >= 64 || matches!(text, "/" | "*" | "void") {
        return;
    }
    let start = base + range.start + (raw.len() - raw.trim_start().len());
    let span = Span::new(start, start + text.len());
    out.push(parameter(text, span, optional));
}

/// `a`, `a=1`, `a: int = 1`, `Type a`, `*args`, `...rest`, `a?: string`, `mut a: T`.
fn parameter(text: &str, span: Span, optional: bool) -> Parameter {
    let variadic = text.starts_with('*') && !text.contains(' ') || text.starts_with("...") || text.contains("...");
    let body = text.trim_start_matches(['*', '.', '&']).trim_start();
    let (left, default) = match body.split_once('=') {
        Some((l, d))
            if !d.starts_with(['=', '>'])
                && !l.ends_with(['!', '<', '>', '='])
                && !l.contains(['"', '\'', '(', '{']) =>
        {
            (l.trim(), Some(d.trim().to_owned()))
        }
        _ => (body, None),
    };
    let left = left.trim_start_matches("mut ").trim_start_matches("const ").trim_start_matches("final ");
    let mut marked = optional;
    let mut name_of = |s: &str| {
        let bare = s.trim().trim_start_matches(['$', '*', '&']).trim_end_matches(['?', '!']);
        marked |= s.trim_end().ends_with('?');
        is_identifier(bare).then(|| bare.to_owned())
    };
    // A value of its own, not a name.
    let literal = left.starts_with(['{', '[', '"', '\'', '`', '(', '|']) || left.contains("=>");
    let (name, kind) = match left.split_once(':').filter(|(_, t)| !t.starts_with(':')) {
        _ if literal => (None, None),
        Some((n, t)) => (name_of(n), Some(t.trim().to_owned())),
        None => match left.rsplit_once(' ') {
            // `Type name`, and Go's `name type`.
            Some((a, b))
                if name_of(b).is_some()
                    && a.bytes().all(|c| {
                        c.is_ascii_alphanumeric()
                            || matches!(
                                c,
                                b'_' | b'<'
                                    | b'>'
                                    | b'['
                                    | b']'
                                    | b'.'
                                    | b'&'
                                    | b'*'
                                    | b':'
                                    | b' '
                                    | b','
                                    | b'?'
                                    | b'@'
                            )
                    }) =>
            {
                let go = is_identifier(a) && a.as_bytes().first().is_some_and(u8::is_ascii_lowercase) && is_go_type(b);
                if go { (name_of(a), Some(b.to_owned())) } else { (name_of(b), Some(a.to_owned())) }
            }
            Some((a, b)) if is_identifier(a) && (b.starts_with(['*', '[', '.']) || is_go_type(b)) => {
                (name_of(a), Some(b.to_owned()))
            }
            _ => (name_of(left), None),
        },
    };
    Parameter { name, kind, default, variadic, optional: marked, text: text.to_owned(), span }
}

fn is_go_type(word: &str) -> bool {
    matches!(
        word,
        "string"
            | "int"
            | "int64"
            | "int32"
            | "bool"
            | "error"
            | "byte"
            | "any"
            | "float64"
            | "uint64"
            | "uint32"
            | "rune"
    ) || word.contains('.')
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
            .map(|c| {
                let parameters: Vec<String> = c
                    .parameters
                    .iter()
                    .map(|p| {
                        assert_eq!(p.span.of(&doc.text), p.text);
                        let mut s = p.name.clone().unwrap_or_else(|| "_".to_owned());
                        if let Some(k) = &p.kind {
                            s += &format!(":{k}");
                        }
                        if let Some(d) = &p.default {
                            s += &format!("={d}");
                        }
                        if p.optional {
                            s.push('?');
                        }
                        s
                    })
                    .collect();
                format!("{:?} {}({})", c.form, c.name.join("."), parameters.join(" "))
            })
            .collect()
    }

    #[test]
    fn in_words() {
        assert_eq!(claims("Call `server.listen(port, cb)` or `run()`."), ["Mention server.listen(port cb)"]);
        assert_eq!(claims("### `read_all(path, limit=10)`\n"), ["Mention read_all(path limit=10)"]);
        assert_eq!(claims("`connect(host[, port])`"), ["Mention connect(host port?)"]);
        assert_eq!(claims("`run_it(f: &Path, n: usize)`"), ["Declaration run_it(f:&Path n:usize)"]);
        // Endings of words and sections of manual pages are no arguments; a number in a sample is one.
        assert_eq!(claims("Give the `commit_id(s)`, see `read_all(3p)` and `read_all(2)`."), [""; 0]);
        assert_eq!(claims("```c\nread_all(2);\n```\n"), ["Call read_all(_)"]);
    }

    #[test]
    fn in_samples() {
        assert_eq!(
            claims("```python\ndef read_all(self, path, *, limit: int = 10):\n    return path\n```\n"),
            ["Declaration read_all(path limit:int=10)"]
        );
        assert_eq!(
            claims("```js\nserver.listen({ port: 1, host: 'a,b' }, (err) => {})\n```\n"),
            ["Call server.listen(_ _)"]
        );
        assert_eq!(
            claims("```java\nvoid copyAll(String from, List<String> to);\n```\n"),
            ["Declaration copyAll(from:String to:List<String>)"]
        );
        assert_eq!(
            claims("```go\nfunc (s *Server) RunAll(ctx context.Context, n int) error {\n\treturn nil\n}\n```\n"),
            ["Declaration RunAll(ctx:context.Context n:int)"]
        );
    }

    #[test]
    fn hostile_lists_end() {
        for text in [
            "`f(".to_owned() + &"(".repeat(3000) + "`",
            "`f(".to_owned() + &"[,".repeat(300) + ")`",
            "`f(".to_owned() + &"<>,".repeat(200) + ")`",
            "`f(\\".to_owned() + &"',\\".repeat(200) + ")`",
        ] {
            claims(&text);
        }
    }
}

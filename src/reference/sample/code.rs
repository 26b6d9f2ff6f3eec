//! Names in code samples of programming languages.
//!
//! What the sample itself defines (variables, functions with a body, aliases) is the reader's, not
//! the project's. Words of the language and of its standard library are left out.

use rustc_hash::FxHashSet;

use crate::document::Span;
use crate::reference::extract::{Draft, Sink};
use crate::reference::language::{CODE, Family, PROGRAMS, is_language_word, is_standard_name};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Shape, Standing};
use crate::reference::shape::{self, PathLook};

use super::guess;
use super::lexer::{Tok, Token, lex};

/// Words after which a name is defined by the sample.
const DEFINERS: [&str; 24] = [
    "let",
    "var",
    "const",
    "def",
    "fn",
    "func",
    "function",
    "fun",
    "class",
    "struct",
    "enum",
    "interface",
    "trait",
    "type",
    "for",
    "mut",
    "val",
    "module",
    "namespace",
    "package",
    "as",
    "catch",
    "record",
    "union",
];

/// A sample of code.
pub(super) fn scan(family: &'static Family, lines: &[Located<'_>], sink: &mut Sink) {
    let mut texts: Vec<&str> = lines.iter().map(Located::text).collect();
    if texts.iter().any(|t| t.starts_with(">>> ")) {
        // A session: what has no prompt is output.
        for text in &mut texts {
            if !text.starts_with(">>> ") && !text.starts_with("... ") {
                *text = "";
            }
        }
    }
    let tokens = lex(family, &texts);
    Reader { tokens: &tokens, texts: &texts, lines: &|i| lines.get(i), span: None, sample: true }.read(sink);
}

/// An expression in a code span.
pub(crate) fn expression(run: &Located<'_>, text: &str, base: usize, sink: &mut Sink) {
    let Some(family) = guess::family("c") else { return };
    let texts = [text];
    let tokens = lex(family, &texts);
    Reader { tokens: &tokens, texts: &texts, lines: &|_| None, span: Some((run, base)), sample: false }.read(sink);
    // Options in it: `prog [--flag <x>]`
    let mut at = 0;
    for word in text.split([' ', '\t', '[', ']', '(', ')', '|']) {
        if word.starts_with("--") {
            for flag in crate::reference::inline::parse_flag(word) {
                let name = word.get(flag.start..flag.end).unwrap_or("");
                sink.push(Draft::new(
                    Kind::Flag,
                    name,
                    flag.spellings,
                    run.span(base + at + flag.start..base + at + flag.end),
                ));
            }
        } else if word.contains(['/', '.']) {
            let bare = word.trim_matches(['"', '\'', ',', ';']);
            if shape::path_look(bare, true) == Some(PathLook::Strong) {
                let skip = word.find(bare).unwrap_or(0);
                let span = run.span(base + at + skip..base + at + skip + bare.len());
                sink.push(Draft::new(Kind::Path, bare, shape::path_parts(bare), span));
            }
        }
        at += word.len() + 1;
    }
}

/// Metric names in a query.
pub(super) fn promql(lines: &[Located<'_>], sink: &mut Sink) {
    for line in lines {
        query(line, sink);
    }
}

/// Whether a code span is a query of time series: a function of them, or a range (`[5m]`).
pub(crate) fn is_query(text: &str) -> bool {
    let calls = ["rate(", "irate(", "increase(", "histogram_quantile(", "sum(rate(", "sum by", "avg_over_time("];
    let range = text.split('[').skip(1).any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0
            && rest.get(digits..).is_some_and(|r| r.starts_with(['s', 'm', 'h', 'd', 'w']))
            && rest.get(digits + 1..).is_some_and(|r| r.starts_with([']', ':']))
    });
    range || text.contains('_') && text.ends_with(')') && calls.iter().any(|call| text.starts_with(call))
}

/// Metric names in one line of a query.
pub(crate) fn query(line: &Located<'_>, sink: &mut Sink) {
    {
        let text = line.text();
        let b = text.as_bytes();
        let mut i = 0;
        let mut braces = 0usize;
        while let Some(&c) = b.get(i) {
            match c {
                b'#' => break,
                b'{' => braces += 1,
                b'}' => braces = braces.saturating_sub(1),
                b'"' | b'\'' => {
                    i += 1;
                    while b.get(i).is_some_and(|x| *x != c) {
                        i += 1;
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => {
                    let start = i;
                    while b.get(i).is_some_and(|x| x.is_ascii_alphanumeric() || matches!(x, b'_' | b':')) {
                        i += 1;
                    }
                    let name = text.get(start..i).unwrap_or("");
                    let function = text.get(i..).is_some_and(|r| r.trim_start().starts_with('('));
                    if braces == 0
                        && !function
                        && name.contains('_')
                        && name.len() > 4
                        && !matches!(name, "group_left" | "group_right")
                    {
                        sink.push(Draft::new(Kind::Metric, name, vec![name.to_owned()], line.span(start..i)));
                    }
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
    }
}

type LineOf<'l, 'd> = &'l dyn Fn(usize) -> Option<&'l Located<'d>>;

struct Reader<'l, 'd> {
    tokens: &'l [Token],
    texts: &'l [&'l str],
    lines: LineOf<'l, 'd>,
    /// A code span has one line, which begins somewhere in its text.
    span: Option<(&'l Located<'d>, usize)>,
    /// A code block, not a code span.
    sample: bool,
}

impl<'l> Reader<'l, '_> {
    fn text(&self, i: usize) -> &'l str {
        self.tokens.get(i).map_or("", |t| t.of(self.texts))
    }

    fn is(&self, i: usize, tok: Tok, text: &str) -> bool {
        self.tokens.get(i).is_some_and(|t| t.tok == tok) && self.text(i) == text
    }

    fn mark(&self, i: usize, text: &str) -> bool {
        self.is(i, Tok::Mark, text)
    }

    fn tok(&self, i: usize) -> Option<Tok> {
        self.tokens.get(i).map(|t| t.tok)
    }

    fn place(&self, first: usize, last: usize) -> Option<Span> {
        let (a, z) = (self.tokens.get(first)?, self.tokens.get(last)?);
        Some(match self.span {
            Some((run, base)) => run.span(base + a.start..base + z.end),
            None => {
                let start = (self.lines)(a.line)?.span(a.start..a.end);
                let end = (self.lines)(z.line)?.span(z.start..z.end);
                Span::new(start.start, end.end)
            }
        })
    }

    /// Names that the sample defines, and lines that import.
    fn locals(&self) -> FxHashSet<&'l str> {
        let mut locals = FxHashSet::default();
        if !self.sample {
            return locals;
        }
        let mut depth_params = false;
        for i in 0..self.tokens.len() {
            if self.tok(i) != Some(Tok::Name) {
                if self.mark(i, ")") {
                    depth_params = false;
                }
                continue;
            }
            let word = self.text(i);
            let before = i.checked_sub(1);
            let prior = before.map_or("", |b| self.text(b));
            let assigned = self.mark(i + 1, ":=")
                || (self.mark(i + 1, "=")
                    && before.is_none_or(|b| {
                        self.starts_line(i) || self.tok(b) == Some(Tok::Name) || self.mark(b, ",") && !depth_params
                    }))
                || self.mark(i + 1, "<-") && self.starts_line(i)
                || (self.mark(i + 1, ",") && self.starts_line(i) && (self.mark(i + 3, ":=") || self.mark(i + 3, "=")));
            let defined = DEFINERS.contains(&prior)
                || self.mark(i + 1, "(") && matches!(prior, "void" | "int" | "async")
                || (prior == "mut" || prior == "ref");
            if defined && matches!(prior, "def" | "fn" | "func" | "function" | "fun" | "void" | "int" | "async") {
                depth_params = true;
                if !self.has_body(i) {
                    continue;
                }
            }
            // What stands behind the colon of a parameter is its type, and types begin with a capital.
            let capital = word.as_bytes().first().is_some_and(u8::is_ascii_uppercase);
            let of_type = depth_params && (capital || before.is_some_and(|b| self.mark(b, ":") || self.mark(b, "::")));
            // A type before a name: `Foo foo = …`, `Foo foo;`
            let typed = before.is_some_and(|b| {
                self.tok(b) == Some(Tok::Name) && !is_language_word(self.text(b)) && !self.starts_line(i)
            }) && (self.mark(i + 1, "=") || self.mark(i + 1, ";") || depth_params && !of_type);
            let parameter = depth_params
                && !of_type
                && (self.mark(i + 1, ",") || self.mark(i + 1, ":") || self.mark(i + 1, ")") || self.mark(i + 1, "="));
            let lambda = self.mark(i + 1, "=>")
                || (before.is_some_and(|b| self.mark(b, "|"))
                    && (self.mark(i + 1, "|") || self.mark(i + 1, ",") || self.mark(i + 1, ":")));
            if assigned || defined || typed || parameter || lambda {
                locals.insert(word);
            }
            if matches!(prior, "import" | "from" | "require" | "use") {
                locals.remove(word);
            }
        }
        locals
    }

    fn starts_line(&self, i: usize) -> bool {
        let Some(t) = self.tokens.get(i) else { return false };
        i.checked_sub(1).and_then(|b| self.tokens.get(b)).is_none_or(|b| b.line != t.line)
    }

    /// Whether the definition named at `i` goes on with a body rather than being a mere signature.
    fn has_body(&self, i: usize) -> bool {
        let mut depth = 0usize;
        for k in i + 1..(i + 200).min(self.tokens.len()) {
            if self.mark(k, "(") || self.mark(k, "[") {
                depth += 1;
            } else if self.mark(k, ")") || self.mark(k, "]") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 {
                if self.mark(k, ";") {
                    return false;
                }
                if self.mark(k, "{")
                    || self.mark(k, ":")
                        && self.tokens.get(k + 1).is_none_or(|n| Some(n.line) != self.tokens.get(k).map(|t| t.line))
                {
                    return k + 1 < self.tokens.len() && !self.mark(k + 1, "}") && !self.mark(k + 1, ".");
                }
                let line_ends =
                    self.tokens.get(k + 1).is_none_or(|n| Some(n.line) != self.tokens.get(k).map(|t| t.line));
                if line_ends && !self.mark(k + 1, "{") && !self.mark(k, ",") {
                    return false;
                }
            }
        }
        false
    }

    fn read(&self, sink: &mut Sink) {
        let locals = self.locals();
        let mut i = 0;
        let mut import_line = usize::MAX;
        while i < self.tokens.len() {
            match self.tok(i) {
                Some(Tok::Text) => {
                    self.string(i, sink);
                    i += 1;
                }
                Some(Tok::Comment) => {
                    self.comment(i, sink);
                    i += 1;
                }
                Some(Tok::Name) => {
                    let line = self.tokens.get(i).map_or(0, |t| t.line);
                    if matches!(self.text(i), "import" | "use" | "using" | "from" | "include" | "require" | "extern") {
                        import_line = line;
                    }
                    i = self.name(i, &locals, import_line == line, sink);
                }
                Some(Tok::Mark) if self.mark(i, "-") && self.mark(i + 1, "-") => {
                    i += 2;
                }
                _ => i += 1,
            }
        }
    }

    /// A possibly qualified name from `i` on; returns the next token.
    fn name(&self, i: usize, locals: &FxHashSet<&str>, import: bool, sink: &mut Sink) -> usize {
        let mut last = i;
        let mut segments = vec![(i, self.text(i))];
        while segments.len() < 16 {
            let joined = ["::", ".", "->", "?."].iter().any(|m| self.mark(last + 1, m));
            if joined && self.tok(last + 2) == Some(Tok::Name) && self.near(last) {
                last += 2;
                segments.push((last, self.text(last)));
            } else {
                break;
            }
        }
        let next = last + 1;
        let call = (self.mark(next, "(") && self.adjacent(last)) || (self.mark(next, "!") && self.mark(next + 1, "("));
        let prior = i.checked_sub(1);
        let member =
            prior.is_some_and(|p| self.mark(p, ".") || self.mark(p, "::") || self.mark(p, "->") || self.mark(p, "?."));
        let decorated = prior.is_some_and(|p| self.mark(p, "@"));
        let prior_word = prior.map_or("", |p| self.text(p));
        let named_argument = self.mark(next, "=")
            && prior.is_some_and(|p| self.mark(p, "(") || self.mark(p, ","))
            && segments.len() == 1;
        let object_key = self.mark(next, ":") && segments.len() == 1;
        let mut head = segments.first().map_or("", |s| s.1);
        let mut own = segments.as_slice();
        if !member && (locals.contains(head) || is_language_word(head)) {
            if own.len() == 1 && (locals.contains(head) || !(decorated)) {
                return next;
            }
            own = own.get(1..).unwrap_or_default();
            head = own.first().map_or("", |s| s.1);
        } else if CODE.standard.heads.contains(head) && !member && own.len() > 1 {
            return next;
        }
        let (Some(&(first_at, _)), Some(&(last_at, tail))) = (own.first(), own.last()) else { return next };
        let dropped = own.len() < segments.len();
        let single = own.len() == 1;
        let strong = shape::is_strong_identifier(tail)
            || tail.len() > 2
                && tail.as_bytes().first().is_some_and(u8::is_ascii_uppercase)
                && tail.bytes().any(|c| c.is_ascii_lowercase());
        if tail.len() < 2 || single && (is_standard_name(tail) || head.starts_with("__") && head.ends_with("__")) {
            return next;
        }
        let defined = DEFINERS.contains(&prior_word);
        let keep = if single {
            strong
                || decorated
                || call && tail.len() > 2
                || import && tail.len() > 2
                || defined
                || shape::is_upper(tail)
        } else {
            true
        };
        if !keep || (!self.sample && single && !strong && !call && !shape::is_upper(tail)) {
            return next;
        }
        // Words in a code span: "Some Title Of Things".
        let neighbour = |k: Option<usize>| k.is_some_and(|k| self.tok(k) == Some(Tok::Name));
        if !self.sample
            && single
            && !call
            && !shape::is_strong_identifier(tail)
            && (neighbour(i.checked_sub(1)) || neighbour(Some(next)))
        {
            return next;
        }
        let Some(span) = self.place(first_at, last_at) else { return next };
        let text = if single {
            tail.to_owned()
        } else {
            own.iter().map(|s| s.1).collect::<Vec<_>>().join(self.text(first_at + 1))
        };
        if single && shape::is_upper(tail) && !call && !dropped && !member {
            if tail.contains('_') {
                sink.push(Draft::new(Kind::EnvVar, tail, vec![tail.to_owned()], span).weak(true));
            }
            return next;
        }
        if single && shape::is_metric(tail) && !call && !member && !dropped {
            sink.push(Draft::new(Kind::Metric, tail, vec![tail.to_owned()], span).weak(true));
            return next;
        }
        let mut draft = Draft::new(Kind::Symbol, &text, own.iter().map(|s| s.1.to_owned()).collect(), span);
        draft.shape = Shape {
            call,
            weak: single && !strong && !import && !decorated,
            incidental: named_argument || object_key,
            ..Shape::default()
        };
        if single && (dropped || member) && is_standard_name(tail) {
            draft.standing = Standing::Foreign;
        }
        sink.push(draft);
        next
    }

    /// The tokens around a joining mark stand close or on following lines.
    fn near(&self, last: usize) -> bool {
        let (Some(a), Some(b), Some(c)) = (self.tokens.get(last), self.tokens.get(last + 1), self.tokens.get(last + 2))
        else {
            return false;
        };
        a.line == c.line && b.start == a.end && c.start == b.end
    }

    fn adjacent(&self, last: usize) -> bool {
        let (Some(a), Some(b)) = (self.tokens.get(last), self.tokens.get(last + 1)) else { return false };
        a.line == b.line && a.end == b.start
    }

    /// Strings: only what is surely a path, or a route.
    fn string(&self, i: usize, sink: &mut Sink) {
        let text = self.text(i);
        let Some(token) = self.tokens.get(i).filter(|_| (3..=200).contains(&text.len())) else { return };
        if text.contains(' ') {
            return self.command(token, text, sink);
        }
        let included = i.checked_sub(1).is_some_and(|p| self.text(p) == "include");
        if text.contains("://") {
            let span = |s: usize, len: usize| self.sub(token, s, len);
            crate::reference::inline::route_of_url(text, 0, sink, &span);
            return;
        }
        if text.contains('/') || included {
            if let Some(PathLook::Strong) = shape::path_look(text, true) {
                let mut draft = Draft::new(Kind::Path, text, shape::path_parts(text), self.sub(token, 0, text.len()));
                draft.shape.glob = text.contains(['*', '?', '{', '[']);
                draft.shape.incidental = !included;
                sink.push(draft);
            } else if text.starts_with('/') {
                let from = sink.len();
                let span = |s: usize, len: usize| self.sub(token, s, len);
                crate::reference::inline::route(text, 0, None, sink, &span);
                for r in sink.since(from) {
                    r.shape.incidental = true;
                }
            } else if text.starts_with('@') && text.matches('/').count() >= 1 {
                let end = text.match_indices('/').nth(1).map_or(text.len(), |(at, _)| at);
                let name = text.get(..end).unwrap_or(text);
                sink.push(Draft::new(Kind::Dependency, name, vec![name.to_owned()], self.sub(token, 0, name.len())));
            }
        } else if i.checked_sub(1).is_some_and(|p| {
            self.text(p) == "from" || self.text(p) == "(" && p.checked_sub(1).is_some_and(|q| self.text(q) == "require")
        }) && (shape::is_word(text) || shape::is_kebab(text))
        {
            sink.push(Draft::new(Kind::Dependency, text, vec![text.to_owned()], self.sub(token, 0, text.len())));
        }
    }

    /// A command in a string: the paths that it is given.
    fn command(&self, token: &Token, text: &str, sink: &mut Sink) {
        if !text.split(' ').next().is_some_and(|program| PROGRAMS.foreign.contains(program)) {
            return;
        }
        let mut at = 0;
        for word in text.split(' ') {
            if word.matches('/').count() > 1 && shape::path_look(word, true) == Some(PathLook::Strong) {
                let mut draft = Draft::new(Kind::Path, word, shape::path_parts(word), self.sub(token, at, word.len()));
                draft.shape.glob = word.contains(['*', '?', '{', '[']);
                draft.shape.incidental = true;
                sink.push(draft);
            }
            at += word.len() + 1;
        }
    }

    fn sub(&self, token: &Token, start: usize, len: usize) -> Span {
        match self.span {
            Some((run, base)) => run.span(base + token.start + start..base + token.start + start + len),
            None => (self.lines)(token.line)
                .map_or(Span::default(), |l| l.span(token.start + start..token.start + start + len)),
        }
    }

    /// Comments: only file names (`// src/main.rs`).
    fn comment(&self, i: usize, sink: &mut Sink) {
        let Some(token) = self.tokens.get(i) else { return };
        let text = self.text(i);
        if !text.contains(['.', '/']) {
            return;
        }
        let mut at = 0;
        for word in text.split_inclusive([' ', '\t', '`', '"', '\'', '(', ')', ',']) {
            let bare = word.trim_matches([' ', '\t', '`', '"', '\'', '(', ')', ',', ':', ';', '.']);
            let skip = word.find(bare).unwrap_or(0);
            if bare.len() > 2 && shape::path_look(bare, false) == Some(PathLook::Strong) {
                let mut draft =
                    Draft::new(Kind::Path, bare, shape::path_parts(bare), self.sub(token, at + skip, bare.len()));
                draft.shape.incidental = true;
                draft.shape.glob = bare.contains('*');
                sink.push(draft);
            }
            at += word.len();
        }
    }
}

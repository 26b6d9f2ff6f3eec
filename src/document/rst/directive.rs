//! Directives: `.. name:: arguments`, options, content.

use super::super::inlines::{Inlines, target as link_target};
use super::super::lines::Line;
use super::super::markdown::{Html, read_html};
use super::super::model::{BlockKind, Inline, InlineKind, LinkStyle};
use super::super::span::Span;
use super::{Context, Parser};

/// A directive taken apart.
struct Directive<'a> {
    name: &'a str,
    /// Its arguments, a line each.
    arguments: Vec<Line>,
    /// Option names and the places of their values.
    options: Vec<(&'a str, Span)>,
    content: &'a [Line],
    span: Span,
}

/// What a directive does with its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Its content is code.
    Code,
    /// Its argument names a file.
    File,
    Toctree,
    ListTable,
    CsvTable,
    Raw,
    /// Its argument names objects of the code; its content is text.
    Object,
    /// Its name says something of what follows.
    Change,
    /// Nothing of it is text.
    Hidden,
    /// Argument and content are text.
    Text,
}

fn role(name: &str) -> Role {
    let base = name.rsplit(':').next().unwrap_or(name);
    match base {
        "code-block" | "code" | "sourcecode" | "parsed-literal" | "prompt" | "ipython" | "doctest" | "testcode"
        | "testoutput" | "testsetup" | "testcleanup" | "productionlist" | "code-tabs" | "terminal"
        | "jupyter-execute" | "console" | "bash" | "highlight-code" => Role::Code,
        "include" | "literalinclude" | "image" | "figure" | "thumbnail" | "video" | "drawio-image"
        | "drawio-figure" | "mdinclude" | "openapi" | "doxygenfile" => Role::File,
        "toctree" => Role::Toctree,
        "list-table" | "flat-table" => Role::ListTable,
        "csv-table" => Role::CsvTable,
        "raw" => Role::Raw,
        "deprecated" | "versionremoved" | "deprecated-removed" | "versionadded" | "versionchanged" => Role::Change,
        "math" | "digraph" | "graph" | "mermaid" | "uml" | "index" | "meta" | "default-role" | "role" | "highlight"
        | "contents" | "sectnum" | "tabularcolumns" | "class" | "cssclass" | "rst-class" | "bibliography"
        | "target-notes" | "unicode" | "date" | "title" | "testparam" => Role::Hidden,
        "function" | "class-name" | "method" | "classmethod" | "staticmethod" | "attribute" | "data" | "exception"
        | "module" | "currentmodule" | "decorator" | "property" | "type" | "struct" | "enum" | "enumerator"
        | "macro" | "member" | "var" | "option" | "program" | "cmdoption" | "envvar" | "confval" | "setting"
        | "describe" | "object" | "opcode" | "pdbcommand" | "click" | "argparse" | "doxygenclass"
        | "doxygenfunction" | "doxygenstruct" | "c-function" | "kernel-doc" => Role::Object,
        _ if base.starts_with("auto") => Role::Object,
        _ => Role::Text,
    }
}

impl Parser<'_, '_> {
    /// Handles the directive whose name stands at `name`, with the rest of its first line and the
    /// lines under it.
    pub(super) fn directive(&mut self, name: Span, rest: Line, lines: &[Line], span: Span, context: &Context) {
        let text = self.text();
        let directive = Directive::new(text, name, rest, lines, span);
        let depth = context.depth;
        // `.. class:: X` sets a style; `.. py:class:: X` documents a class.
        // So does one with parameters or a name in capitals, where Python is the language of the pages.
        let documents =
            |argument: &str| argument.contains('(') || argument.starts_with(|c: char| c.is_ascii_uppercase());
        let of_class = directive.name == "class" && directive.arguments.first().is_some_and(|l| documents(l.of(text)));
        let role = if of_class || directive.name.contains(':') && directive.name.ends_with("class") {
            Role::Object
        } else {
            role(directive.name)
        };
        match role {
            Role::Code => {
                let argument = directive.arguments.first().map_or("", |l| l.of(text));
                let lang = argument.split_whitespace().next().map(str::to_lowercase);
                self.literal(directive.content, lang, argument.to_owned(), depth);
            }
            Role::File => self.file(&directive, context),
            Role::Toctree => self.toctree(&directive, context),
            Role::ListTable => self.list_table(directive.content, directive.header_rows(text), depth),
            Role::CsvTable => {
                self.file(&directive, context);
                self.csv_table(directive.content, depth);
            }
            Role::Raw => self.raw(&directive, context),
            Role::Object => {
                self.objects(&directive, context);
                self.body(directive.content, &context.inner());
            }
            Role::Change => {
                let mut words = Inlines::default();
                words.push(InlineKind::Text, directive.name, name);
                let mut inlines = words.into_list();
                let end = directive.arguments.last().map_or(name.end, |l| l.end);
                inlines.extend(self.inlines(directive.arguments.iter().map(Line::span), None));
                self.builder.block_at(BlockKind::Paragraph, Span::new(name.start, end), inlines, depth);
                self.body(directive.content, &context.inner());
            }
            Role::Hidden => {}
            Role::Text => {
                self.words(BlockKind::Paragraph, &directive.arguments, depth);
                self.links(&directive, &["target", "link", "file"], context);
                self.body(directive.content, &context.inner());
            }
        }
    }

    /// A directive that names a file; a figure has text too.
    fn file(&mut self, directive: &Directive<'_>, context: &Context) {
        let text = self.text();
        if directive.name != "csv-table"
            && let Some(line) = directive.arguments.first()
        {
            let dest = line.of(text);
            let at = line.span();
            let external = dest.starts_with('<');
            if !dest.is_empty() && !external {
                self.builder.directive(directive.name, directive.span, dest, at, context.depth);
            }
        }
        self.links(directive, &["target", "file", "url"], context);
        if directive.name == "figure" {
            self.body(directive.content, &context.inner());
        }
    }

    /// Links that stand in a directive's options.
    fn links(&mut self, directive: &Directive<'_>, names: &[&str], context: &Context) {
        let text = self.text();
        for (name, at) in &directive.options {
            let dest = at.of(text);
            // `:target: label_` leads to a label.
            if !names.contains(name) || dest.is_empty() || dest.ends_with('_') || dest.contains(char::is_whitespace) {
                continue;
            }
            if *name == "file" {
                self.builder.directive(directive.name, directive.span, dest, *at, context.depth);
                continue;
            }
            let mut inlines = Inlines::default();
            inlines.link(link_target(dest, *at, LinkStyle::Inline), *at, "", *at);
            let kind = BlockKind::Directive { name: directive.name.to_owned() };
            self.builder.block_at(kind, *at, inlines.into_list(), context.depth);
        }
    }

    fn toctree(&mut self, directive: &Directive<'_>, context: &Context) {
        let text = self.text();
        let mut inlines = Inlines::default();
        for line in directive.content.iter().filter(|l| !l.is_blank()) {
            let entry = line.of(text);
            let mut at = line.span();
            let mut shown = Span::new(at.start, at.start);
            if let Some(open) = entry.strip_suffix('>').and_then(|e| e.rfind('<')) {
                at = Span::new(line.start + open + 1, line.end - 1);
                shown = Span::new(line.start, line.start + entry[..open].trim_end().len());
            }
            let dest = at.of(text);
            // Patterns and Sphinx's own words name no page.
            if dest.contains('*') || matches!(dest, "self" | "genindex" | "modindex" | "search") {
                continue;
            }
            let style = if dest.contains("://") { LinkStyle::Auto } else { LinkStyle::Page };
            inlines.link(link_target(dest, at, style), line.span(), shown.of(text), shown);
        }
        let kind = BlockKind::Directive { name: "toctree".into() };
        self.builder.block_at(kind, directive.span, inlines.into_list(), context.depth);
    }

    fn raw(&mut self, directive: &Directive<'_>, context: &Context) {
        let text = self.text();
        let html = directive.arguments.first().is_some_and(|l| l.of(text).starts_with("html"));
        let (Some(first), Some(last)) = (directive.content.first(), directive.content.last()) else { return };
        if html {
            let span = Span::new(first.raw, last.end);
            let to_page = |r: std::ops::Range<usize>| Span::new(span.start + r.start, span.start + r.end);
            let html = Html { text: span.of(text), to_page: &to_page, depth: context.depth, jsx: false };
            read_html(self.builder, &html);
        }
    }

    fn objects(&mut self, directive: &Directive<'_>, context: &Context) {
        let text = self.text();
        let mut inlines: Vec<Inline> = Vec::new();
        let code = |span: Span| Inline {
            kind: InlineKind::Code,
            span,
            text: span.of(text).to_owned(),
            cell: None,
            in_link: false,
        };
        let (Some(first), Some(last)) = (directive.arguments.first(), directive.arguments.last()) else { return };
        let span = Span::new(first.start, last.end);
        // Parameters over several lines are of one object.
        let opening = first.of(text);
        if directive.arguments.len() > 1 && opening.matches('(').count() > opening.matches(')').count() {
            inlines.push(code(span));
        } else {
            inlines.extend(directive.arguments.iter().map(|line| code(line.span())));
        }
        self.builder.block_at(BlockKind::Paragraph, span, inlines, context.depth);
    }
}

impl<'a> Directive<'a> {
    fn new(text: &'a str, name: Span, rest: Line, lines: &'a [Line], span: Span) -> Self {
        let mut arguments = Vec::new();
        if !rest.is_blank() {
            arguments.push(rest);
        }
        let mut options = Vec::new();
        let mut at = 0;
        while let Some(line) = lines.get(at).filter(|l| !l.is_blank()) {
            match option(line.of(text)) {
                Some((option, value)) => options.push((option, Span::new(line.start + value, line.end))),
                // A further line of the argument; behind options, of an option's value.
                None if options.is_empty() && !rest.is_blank() => arguments.push(*line),
                // Directives that take no argument have their content at once.
                None if options.is_empty() => break,
                None => {}
            }
            at += 1;
        }
        Self { name: name.of(text), arguments, options, content: lines.get(at..).unwrap_or_default(), span }
    }

    fn header_rows(&self, text: &str) -> usize {
        let value = self.options.iter().find(|(n, _)| *n == "header-rows").map(|(_, s)| s.of(text));
        value.and_then(|v| v.trim().parse().ok()).unwrap_or(0)
    }
}

/// The name of an option, and where its value starts.
fn option(line: &str) -> Option<(&str, usize)> {
    let rest = line.strip_prefix(':')?;
    let close = rest.find(':')?;
    let after = &rest[close + 1..];
    if close == 0 || rest.starts_with(['`', ' ']) || !(after.is_empty() || after.starts_with([' ', '\t'])) {
        return None;
    }
    Some((&rest[..close], close + 2 + after.len() - after.trim_start().len()))
}

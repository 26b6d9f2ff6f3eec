//! One block after another.

use super::inline::{Place, markdown};
use super::writer::{Rendered, Writer};
use crate::source::notion::block::Content;
use crate::source::notion::rich::{Span, Text};
use crate::source::notion::tree::Tree;

/// The page as Markdown.
pub fn render(tree: &Tree) -> Rendered {
    let mut writer = Renderer { tree, out: Writer::default() };
    writer.siblings(&tree.roots);
    writer.out.finish()
}

struct Renderer<'a> {
    tree: &'a Tree,
    out: Writer,
}

impl Renderer<'_> {
    /// Blocks that stand below each other, an empty line between them except within a list.
    fn siblings(&mut self, blocks: &[usize]) {
        let mut flat = Vec::new();
        self.flatten(blocks, &mut flat);
        let (mut number, mut before) = (0_u32, None);
        for index in flat {
            let Some(node) = self.tree.nodes.get(index) else { continue };
            let kind = list_kind(&node.block.content);
            number = if matches!(node.block.content, Content::Numbered(_)) { number + 1 } else { 0 };
            if before.is_some_and(|before| kind == 0 || kind != before) {
                self.out.blank();
            }
            before = Some(kind);
            let outside = self.out.set_block(index);
            self.block(&node.block.content, &node.children, number);
            self.out.set_block(outside);
        }
    }

    /// Puts the children of what has nothing of its own in its place, and leaves out what says nothing.
    fn flatten(&self, blocks: &[usize], out: &mut Vec<usize>) {
        let mut left: Vec<usize> = blocks.iter().rev().copied().collect();
        while let Some(index) = left.pop() {
            let Some(node) = self.tree.nodes.get(index) else { continue };
            match &node.block.content {
                Content::Group | Content::Synced(_) => left.extend(node.children.iter().rev()),
                Content::Unknown(_, plain) if plain.is_empty() => left.extend(node.children.iter().rev()),
                Content::Nothing => {}
                Content::Paragraph(text) if text.is_empty() && node.children.is_empty() => {}
                _ => out.push(index),
            }
        }
    }

    fn block(&mut self, content: &Content, children: &[usize], number: u32) {
        match content {
            Content::Paragraph(text) => {
                self.text(text);
                self.below(children, !text.is_empty());
            }
            Content::Heading(level, text) => {
                let marks = "#".repeat(usize::from((*level).clamp(1, 6)));
                self.out.line(format!("{marks} {}", markdown(text, Place::Line)).trim_end());
                self.below(children, true);
            }
            Content::Bullet(text) | Content::Toggle(text) => self.item("- ", text, children),
            Content::Numbered(text) => self.item(&format!("{number}. "), text, children),
            Content::ToDo(text, done) => self.item(if *done { "- [x] " } else { "- [ ] " }, text, children),
            Content::Callout(text, emoji) => {
                self.out.push("> ", "> ");
                match emoji {
                    Some(emoji) => {
                        let mut whole: Text = vec![Span { text: format!("{emoji} "), ..Span::default() }];
                        whole.extend(text.iter().cloned());
                        self.text(&whole);
                    }
                    None => self.text(text),
                }
                self.below(children, !text.is_empty());
                self.out.pop();
            }
            Content::Quote(text) => {
                self.out.push("> ", "> ");
                self.text(text);
                self.below(children, !text.is_empty());
                self.out.pop();
            }
            Content::Code(code, language, caption) => {
                self.fenced(code, language);
                if !caption.is_empty() {
                    self.out.blank();
                    self.text(caption);
                }
            }
            Content::Divider => self.out.line("---"),
            Content::Equation(formula) => self.fenced(formula, "math"),
            Content::Table(head) => self.table(*head, children),
            Content::Row(cells) => self.row(cells, cells.len()),
            Content::ChildPage(title) | Content::ChildDatabase(title) => {
                let address = self.address();
                self.reference(title, address.as_deref(), "-");
            }
            Content::PageLink(id) => self.reference("", Some(&id.address()), "-"),
            Content::Link(url, caption) => self.captioned(url, caption, url),
            Content::Image(url, caption) => {
                let alt = markdown(caption, Place::Line);
                match url.as_deref() {
                    // A picture within the page itself is not written out.
                    Some(url) if !url.starts_with("data:") => self.out.line(&format!("![{alt}]({})", encoded(url))),
                    _ => self.out.line(&format!("![{alt}]()")),
                }
                self.below(children, true);
            }
            Content::File(name, url, caption) => {
                self.captioned(url.as_deref().unwrap_or_default(), caption, name);
                self.below(children, true);
            }
            Content::Unknown(_, plain) => {
                self.text(&vec![Span { text: plain.clone(), ..Span::default() }]);
                self.below(children, true);
            }
            // Their children stand in their place: see `flatten`.
            Content::Group | Content::Synced(_) | Content::Nothing => {}
        }
    }

    /// The address of the page or database that the current block is.
    fn address(&mut self) -> Option<String> {
        let index = self.out.set_block(0);
        self.out.set_block(index);
        self.tree.nodes.get(index).map(|node| node.block.id.address())
    }

    fn text(&mut self, text: &Text) {
        if !text.is_empty() {
            self.out.lines(&markdown(text, Place::Block));
        }
    }

    fn below(&mut self, children: &[usize], separate: bool) {
        if !children.is_empty() {
            if separate {
                self.out.blank();
            }
            self.siblings(children);
        }
    }

    fn item(&mut self, mark: &str, text: &Text, children: &[usize]) {
        // What stands below an item is indented by its mark; the box of a task is text.
        let width = if mark.starts_with("- ") { 2 } else { mark.len() };
        self.out.push(mark, " ".repeat(width));
        if text.is_empty() {
            self.out.line("");
        } else {
            self.text(text);
        }
        let tight = children
            .first()
            .and_then(|first| self.tree.nodes.get(*first))
            .is_some_and(|node| list_kind(&node.block.content) != 0);
        self.below(children, !tight);
        self.out.pop();
    }

    fn fenced(&mut self, code: &str, language: &str) {
        let longest =
            code.lines().map(|line| line.trim_start().bytes().take_while(|b| *b == b'`').count()).max().unwrap_or(0);
        let fence = "`".repeat((longest + 1).max(3));
        self.out.line(&format!("{fence}{}", info(language)));
        self.out.lines(code.strip_suffix('\n').unwrap_or(code));
        self.out.line(&fence);
    }

    fn table(&mut self, head: bool, rows: &[usize]) {
        let cells = |index: &usize| match self.tree.nodes.get(*index).map(|node| &node.block.content) {
            Some(Content::Row(cells)) => Some((*index, cells)),
            _ => None,
        };
        let rows: Vec<(usize, &Vec<Text>)> = rows.iter().filter_map(cells).collect();
        let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        if width == 0 {
            return;
        }
        let rule = || format!("|{}", " --- |".repeat(width));
        if !head {
            // A table of Markdown has a head; this one's is empty.
            self.row(&[], width);
            self.out.line(&rule());
        }
        for (at, (index, cells)) in rows.iter().enumerate() {
            let table = self.out.set_block(*index);
            self.row(cells, width);
            self.out.set_block(table);
            if head && at == 0 {
                self.out.line(&rule());
            }
        }
    }

    fn row(&mut self, cells: &[Text], width: usize) {
        let mut line = String::from("|");
        for at in 0..width {
            let cell = cells.get(at).map(|cell| markdown(cell, Place::Cell)).unwrap_or_default();
            line.push(' ');
            line.push_str(cell.trim());
            line.push_str(if cell.trim().is_empty() { "|" } else { " |" });
        }
        self.out.line(&line);
    }

    fn captioned(&mut self, url: &str, caption: &Text, name: &str) {
        self.reference(if name == url { "" } else { name }, Some(url), "");
        if !caption.is_empty() {
            // A caption is text of its own and may hold links: it stands behind.
            self.out.blank();
            self.text(caption);
        }
    }

    /// A link with the text `name`; the bare address where there is none.
    fn reference(&mut self, name: &str, url: Option<&str>, mark: &str) {
        let href = url.filter(|url| !url.is_empty()).map(str::to_owned);
        let text = if name.is_empty() { href.clone().unwrap_or_default() } else { name.to_owned() };
        let link = markdown(&vec![Span { text, href, ..Span::default() }], Place::Line);
        if !link.is_empty() {
            self.out.line(&if mark.is_empty() { link } else { format!("{mark} {link}") });
        }
    }
}

/// Blocks of one kind of list stand without an empty line between them.
fn list_kind(content: &Content) -> u8 {
    match content {
        Content::Bullet(_) | Content::Toggle(_) | Content::ToDo(..) => 1,
        Content::Numbered(_) => 2,
        Content::ChildPage(_) | Content::ChildDatabase(_) | Content::PageLink(_) => 3,
        _ => 0,
    }
}

fn encoded(url: &str) -> String {
    url.replace('(', "%28").replace(')', "%29").replace(char::is_whitespace, "%20")
}

/// What stands behind a fence: a language's usual name, nothing that would end the line.
fn info(language: &str) -> String {
    match language {
        "plain text" | "" => String::new(),
        "c++" => "cpp".to_owned(),
        "c#" => "csharp".to_owned(),
        "f#" => "fsharp".to_owned(),
        "shell" => "sh".to_owned(),
        "docker" => "dockerfile".to_owned(),
        "visual basic" | "vb.net" => "vb".to_owned(),
        other => {
            other.chars().map(|c| if c.is_alphanumeric() || "+#-_.".contains(c) { c } else { '-' }).take(40).collect()
        }
    }
}

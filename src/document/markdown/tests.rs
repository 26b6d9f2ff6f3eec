use super::super::model::{Format, InlineKind, LinkStyle};
use super::super::testing::*;

fn md(text: &str) -> super::super::Document {
    page(Format::Markdown, text)
}

#[test]
fn spans_are_exact_everywhere() {
    let text = "# Tïtle `a`\r\n\r\n日本語の`設定`です。\r\n\r\n- item `b`\r\n  - inner `c` ``d`e``\r\n\r\n> > quoted `f`\r\n> > and `g`\r\n\r\n\
                | H | `h` |\r\n|---|---|\r\n| é `i` | [x](y.md) `j` |\r\n";
    let d = md(text);
    assert_eq!(codes(&d), ["a", "設定", "b", "c", "d`e", "f", "g", "h", "i", "j"]);
    assert_eq!(dests(&d), ["y.md"]);
    assert_eq!(
        outline(&d),
        [
            "h1: Tïtle a",
            "p: 日本語の設定です。",
            "li: item b",
            "li: inner c d`e",
            "p: quoted f/and g",
            "th: H|h",
            "tr: é i|x j"
        ]
    );
    assert_eq!(d.blocks[3].list_depth, 2);
    assert_eq!(d.blocks[4].quote_depth, 2);
    let cells: Vec<_> = d.blocks[6].inlines.iter().filter(|i| i.kind == InlineKind::Code).map(|i| i.cell).collect();
    assert_eq!(cells, [Some(0), Some(1)]);
}

#[test]
fn code_blocks_come_line_by_line_without_what_holds_them() {
    let d = md(
        "> ```sh\n> run --fast\n>\n> \tstop\n> ```\n\n1. x\n\n   ```toml title=\"a.toml\"\r\n   key = 1\r\n\r\n   b = 2\r\n   ```\n\nP\n\n     indented\n      more\n\n~~~\nlast",
    );
    assert_eq!(code_lines(&d), ["run --fast", "", "\tstop", "key = 1", "", "b = 2", " indented", "  more", "last"]);
    let outline = outline(&d);
    assert_eq!(outline[0], "code(sh): run --fast//\tstop");
    assert_eq!(outline[2], "code(toml): key = 1//b = 2");
}

#[test]
fn finds_the_destination_of_every_kind_of_link() {
    let d = md(
        "[a](one.md \"t\") [b `c`](<two three.md>) ![alt](img(1).png) [d][ref] [ref] [![e](badge.svg)](four.md#x)\n\
                <https://a.example/x> https://b.example/y. <a href=\"five.md\">f</a> <img src='six.png' alt=g> [[Wiki Page]]\n\n\
                [ref]: <seven.md> \"title\"\n",
    );
    let links: Vec<_> = inlines(&d)
        .filter_map(|i| match &i.kind {
            InlineKind::Link(t) | InlineKind::Image(t) => {
                assert_eq!(t.span.of(&d.text), t.dest);
                Some((t.dest.as_str(), t.style, i.text.as_str(), i.span.of(&d.text)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        links,
        [
            ("one.md", LinkStyle::Inline, "a", "[a](one.md \"t\")"),
            ("two three.md", LinkStyle::Inline, "b c", "[b `c`](<two three.md>)"),
            ("img(1).png", LinkStyle::Inline, "alt", "![alt](img(1).png)"),
            ("seven.md", LinkStyle::Reference, "d", "[d][ref]"),
            ("seven.md", LinkStyle::Reference, "ref", "[ref]"),
            ("four.md#x", LinkStyle::Inline, "e", "[![e](badge.svg)](four.md#x)"),
            ("badge.svg", LinkStyle::Inline, "e", "![e](badge.svg)"),
            ("https://a.example/x", LinkStyle::Auto, "https://a.example/x", "<https://a.example/x>"),
            ("https://b.example/y", LinkStyle::Auto, "https://b.example/y", "https://b.example/y"),
            ("five.md", LinkStyle::Html, "f", "<a href=\"five.md\">f</a>"),
            ("six.png", LinkStyle::Html, "g", "<img src='six.png' alt=g>"),
            ("Wiki Page", LinkStyle::Wiki, "Wiki Page", "[[Wiki Page]]"),
        ]
    );
    assert!(inlines(&d).any(|i| i.in_link && i.kind == InlineKind::Code && i.text == "c"));
}

#[test]
fn escapes_stay_one_token() {
    let d = md("the key max\\_open\\_files &amp; more");
    let text = &d.blocks[0].inlines[0];
    assert_eq!(text.text, "the key max_open_files & more");
    assert_eq!(text.span_of(&d.text, 8..22).of(&d.text), "max\\_open\\_files");
    let d = md("| a |\n|---|\n| `x\\|y` |\n");
    assert_eq!(d.blocks[1].inlines[0].text, "x|y");
    assert_eq!(d.blocks[1].inlines[0].span.of(&d.text), "x\\|y");
}

#[test]
fn sections_partition_the_page() {
    let d = md(
        "intro\n\n# One\n\na\n\n## Two {#second}\n\nb\n\nThree\n-----\n\n> # In a quote\n\n# One\n\n<h2 align=\"center\">Html <b>head</b></h2>\n\n## 🚀\n",
    );
    let sections: Vec<_> = d.sections.iter().map(|s| (s.id.as_str(), s.level, s.heading_path.join(" > "))).collect();
    assert_eq!(
        sections,
        [
            ("_", 0, String::new()),
            ("one", 1, "One".into()),
            ("one/two", 2, "One > Two".into()),
            ("one/three", 2, "One > Three".into()),
            ("in-a-quote", 1, "In a quote".into()),
            ("one-1", 1, "One".into()),
            ("one/html-head", 2, "One > Html head".into()),
            ("one/section", 2, "One > 🚀".into()),
        ]
    );
    assert_eq!(d.title.as_deref(), Some("One"));
    assert_eq!(d.anchors.len(), 1);
    assert_eq!((d.anchors[0].name.as_str(), d.anchors[0].span.of(&d.text)), ("second", "second"));
    assert!(d.sections[3].span.of(&d.text).starts_with("Three\n-----"));
    assert_eq!(d.blocks.last().unwrap().section, 7);
}

#[test]
fn a_heading_with_braces_keeps_them() {
    let d = md("## GET /users/{id}\n\n## Attr {: #x .y }\n");
    assert_eq!(d.sections[0].heading, "GET /users/{id}");
    assert_eq!(d.sections[1].heading, "Attr");
    assert_eq!(d.anchors[0].name, "x");
}

#[test]
fn comments_are_found_and_hidden() {
    let d = md(
        "<!-- shelflife-ignore dead-path: reason -->\nsee `x` <!-- inline -->\n\n[//]: # (slash one)\n[//]: # (slash two)\n[comment]: <> \"third\"\n\n> <!--\n> long\n> one -->\n\n```\n<!-- code -->\n[//]: # (code)\n```\n",
    );
    let comments: Vec<_> = d.comments.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(
        comments,
        ["shelflife-ignore dead-path: reason", "inline", "slash one", "slash two", "third", "long\none"]
    );
    assert_eq!(d.comments[0].span.of(&d.text), "<!-- shelflife-ignore dead-path: reason -->");
    assert_eq!(d.comments[1].span.of(&d.text), "<!-- inline -->");
    assert_eq!(d.comments[2].span.of(&d.text), "[//]: # (slash one)");
    assert_eq!(code_lines(&d), ["<!-- code -->", "[//]: # (code)"]);
}

#[test]
fn html_blocks_give_text_links_code_and_anchors() {
    let d = md(
        "<div id=\"top\">\n  <a href=\"a.md\">First <b>one</b></a> and <code>run_it</code>\n  <img src=\"b.png\" alt=\"B\">\n<script src=\"c.js\">var x = 'no';</script>\n</div>\n\n<a name=\"old-name\"></a>\n",
    );
    assert_eq!(dests(&d), ["a.md", "b.png", "c.js"]);
    assert_eq!(codes(&d), ["run_it"]);
    let anchors: Vec<_> = d.anchors.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(anchors, ["top", "old-name"]);
    assert!(!words(&d.blocks[0]).contains("var x"));
}

#[test]
fn admonitions_hold_text_and_no_code() {
    let text = "!!! note \"Mind `this`\"\n    Body `one`\n\n    - item `two`\n\n    ```sh\n    run\n    ```\n\n    ??? tip\n        Deep `three`\n\nAfter `four`\n\n1. step\n\n    !!! warning\n        In a list `five`\n\n=== \"Linux\"\n\n    `six`\n";
    let d = md(text);
    assert_eq!(codes(&d), ["this", "one", "two", "three", "four", "five", "six"]);
    assert_eq!(code_lines(&d), ["run"]);
    assert!(outline(&d).contains(&"p: Linux".to_owned()), "{:?}", outline(&d));
    let five = d.blocks.iter().find(|b| words(b).contains("five")).unwrap();
    assert_eq!(five.list_depth, 1);
}

#[test]
fn containers_and_alerts_are_text() {
    let d = md(
        ":::note Read `this`\nBody `a`\n:::\n\n::: tip\n`b`\n:::\n\n:::warning[Careful `c`]\nx\n:::\n\n> [!NOTE]\n> Alert `d`\n",
    );
    assert_eq!(codes(&d), ["this", "a", "b", "c", "d"]);
    assert!(outline(&d).iter().all(|l| !l.contains(":::") && !l.contains("[!NOTE]")), "{:?}", outline(&d));
}

#[test]
fn includes_become_directives() {
    let d = md(
        "{{#include ../src/a.rs:main}}\n\n```rust\n{{#include b.rs:2:5}}\n```\n\n--8<-- \"docs/c.md\"\n\n<<< @/snippets/d.js{2}\n\n```{literalinclude} e.py\n:lines: 1\n```\n\n`{{#include no.rs}}`\n",
    );
    assert_eq!(dests(&d), ["../src/a.rs", "b.rs", "docs/c.md", "@/snippets/d.js", "e.py"]);
    assert!(inlines(&d).all(|i| !matches!(&i.kind, InlineKind::Link(t) if t.style != LinkStyle::Include)));
}

#[test]
fn front_matter_is_a_block_of_its_own() {
    let d = md("---\ntitle: From data\nsource: src/x.rs\n---\n\ntext\n");
    assert_eq!(d.title.as_deref(), Some("From data"));
    assert_eq!(outline(&d)[0], "front: From datasrc/x.rs");
    assert_eq!(d.front_matter.as_ref().unwrap().get("source").unwrap().span.of(&d.text), "src/x.rs");
    assert_eq!(d.sections.len(), 1);
}

#[test]
fn hostile_pages_are_read() {
    let quotes = format!("{} deep `x`\n", ">".repeat(10_000));
    assert_eq!(codes(&md(&quotes)), ["x"]);
    let line = "word `code` [a](b) https://x.example \\_ ".repeat(5 * 1024 * 1024 / 40);
    assert!(codes(&md(&line)).len() > 100_000);
    for unit in
        ["[", "![", "![[", "<a ", "<!--", "`", "*a_", "- ", "[a](", "\\", "&", "| a ", "# a\n", "[[", "!!! n\n    "]
    {
        md(&unit.repeat(100_000 / unit.len()));
    }
}

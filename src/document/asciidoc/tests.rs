use super::super::model::{Format, InlineKind, LinkStyle};
use super::super::testing::*;

fn adoc(text: &str) -> super::super::Document {
    page(Format::Asciidoc, text)
}

#[test]
fn sections_of_both_forms() {
    let d = adoc(
        "= Title\nAuthor <a@b.example>\n:toc:\n\nintro\n\n== One\n\na\n\n=== Two ===\n\nb\n\nNAME\n----\ntool - does it\n\nOptions\n~~~~~~~\n\n日本語\n------\n\nx\n",
    );
    let sections: Vec<_> = d.sections.iter().map(|s| (s.id.as_str(), s.level)).collect();
    assert_eq!(
        sections,
        [
            ("title", 1),
            ("title/one", 2),
            ("title/one/two", 3),
            ("title/name", 2),
            ("title/name/options", 3),
            ("title/日本語", 2)
        ]
    );
    assert_eq!(d.title.as_deref(), Some("Title"));
}

#[test]
fn spans_are_exact_everywhere() {
    let d = adoc(
        "設定は`設定`と`b`です。\r\n\r\n* item `c`\r\ngoes `d`\r\n** inner `e`\r\n+\r\ntied `f`\r\n\r\n. num `g`\r\n\r\n____\r\nquote `h`\r\n____\r\n\r\n`--term`::\r\n\tdescribed `i`\r\n\r\n====\r\nexample ``j``k\r\n====\r\n\r\nNOTE: `+l+` and \"`words`\"\r\n",
    );
    assert_eq!(codes(&d), ["設定", "b", "c", "d", "e", "f", "g", "h", "--term", "i", "j", "l"]);
    let depth =
        |w: &str| d.blocks.iter().find(|b| words(b).contains(w)).map(|b| (b.list_depth, b.quote_depth)).unwrap();
    assert_eq!(depth("inner"), (2, 0));
    assert_eq!(depth("tied"), (2, 0));
    assert_eq!(depth("quote"), (0, 1));
    assert!(outline(&d).contains(&"p: NOTE: l and \"words\"".to_owned()), "{:?}", outline(&d));
}

#[test]
fn code_blocks() {
    let d = adoc(
        "[source,Bash]\n----\nrun --x <1>\n\n  more\n----\n<1> Explained\n\n....\nout\n....\n\n```toml\na = 1\n```\n\n literal\n   deeper\n\n[source,ruby]\nputs 1\n\n[listing]\n--\nopen\n--\n\n* item\n+\n----\nin list\n----\n",
    );
    assert_eq!(
        code_lines(&d),
        ["run --x", "", "  more", "out", "a = 1", "literal", "  deeper", "puts 1", "open", "in list"]
    );
    let outline = outline(&d);
    assert_eq!(outline[0], "code(bash): run --x//  more");
    assert_eq!(outline[1], "ol: Explained");
    assert!(outline.contains(&"code(toml): a = 1".to_owned()) && outline.contains(&"code(ruby): puts 1".to_owned()));
    assert_eq!(d.blocks.iter().find(|b| words(b) == "in list").unwrap().list_depth, 1);
}

#[test]
fn links_and_includes() {
    let d = adoc(
        ":src: ../src\n:url: https://d.example\n\ninclude::{src}/a.rb[tag=x]\n\nimage::img/b.png[B, link=c.html]\n\nlink:d.adoc[D `code`] xref:e.adoc#f[E] xref:label[L] <<g,G>> <<h.adoc#i>> https://j.example/k[J^] image:l.png[alt] \
                  {url}/m https://n.example/o. link:{src}/p.rb[P]\n\n[[anchor-q]]\n== Q [[r]]\n\n[#s.role]\n== S\n\n----\ninclude::t.py[]\n----\n",
    );
    let links: Vec<_> = inlines(&d)
        .filter_map(|i| match &i.kind {
            InlineKind::Link(t) | InlineKind::Image(t) => Some((t.dest.as_str(), t.style, t.span.of(&d.text))),
            _ => None,
        })
        .collect();
    assert_eq!(
        links,
        [
            ("../src/a.rb", LinkStyle::Include, "{src}/a.rb"),
            ("img/b.png", LinkStyle::Include, "img/b.png"),
            ("c.html", LinkStyle::Inline, "c.html"),
            ("d.adoc", LinkStyle::Inline, "d.adoc"),
            ("e.adoc#f", LinkStyle::Inline, "e.adoc#f"),
            ("label", LinkStyle::Label, "label"),
            ("g", LinkStyle::Label, "g"),
            ("h.adoc#i", LinkStyle::Inline, "h.adoc#i"),
            ("https://j.example/k", LinkStyle::Inline, "https://j.example/k"),
            ("l.png", LinkStyle::Inline, "l.png"),
            ("https://n.example/o", LinkStyle::Auto, "https://n.example/o"),
            ("../src/p.rb", LinkStyle::Inline, "{src}/p.rb"),
            ("t.py", LinkStyle::Include, "t.py"),
        ]
    );
    let anchors: Vec<_> = d.anchors.iter().map(|a| (a.name.as_str(), a.span.of(&d.text))).collect();
    assert_eq!(anchors, [("anchor-q", "anchor-q"), ("r", "r"), ("s", "s")]);
}

#[test]
fn tables_have_rows_and_cells() {
    let d = adoc(
        "[cols=\"1,2\", options=\"header\"]\n|===\n|Name |Value\n\n|`a`\n|one\ntwo\n|設定 | `b`\n|===\n\n|===\n|x 2+|`c`\n\na|y |z\n|===\n\n,===\np,`d`\nq,r\n,===\n",
    );
    let rows: Vec<_> = outline(&d).into_iter().filter(|o| o.starts_with('t')).collect();
    assert_eq!(rows, ["th: Name|Value", "tr: a|one/two", "tr: 設定|b", "th: x|c", "tr: y|z", "tr: p|d", "tr: q|r"]);
    assert_eq!(codes(&d), ["a", "b", "c", "d"]);
}

#[test]
fn comments_are_found_and_hidden() {
    let d = adoc(
        "// shelflife-ignore dead-path: reason\ntext `a`\n// in words\nmore `b`\n\n////\nlong `no`\none\n////\n\n----\n// code\n----\n",
    );
    let comments: Vec<_> = d.comments.iter().map(|c| (c.text.as_str(), c.span.of(&d.text))).collect();
    assert_eq!(
        comments,
        [
            ("shelflife-ignore dead-path: reason", "// shelflife-ignore dead-path: reason"),
            ("in words", "// in words"),
            ("long `no`\none", "////\nlong `no`\none\n////"),
        ]
    );
    assert_eq!(codes(&d), ["a", "b"]);
    assert_eq!(code_lines(&d), ["// code"]);
}

#[test]
fn option_lists_of_old_manuals() {
    let d = adoc(
        "OPTIONS\n-------\n-f::\n--force::\n\tOverwrite it.\n\tAlways.\n+\nMore words.\n\n--dry-run::\n\n\tOnly show.\n",
    );
    assert_eq!(
        outline(&d),
        [
            "h2: OPTIONS",
            "li: -f",
            "li: --force",
            "p: Overwrite it./Always.",
            "p: More words.",
            "li: --dry-run",
            "p: Only show."
        ]
    );
}

#[test]
fn synopses_and_passthroughs() {
    let d = adoc("[synopsis]\ngit add [--verbose]\n\t[--force]\n\nUse ++*.txt++ and _<path>_ or c++ and a++.\n");
    assert_eq!(code_lines(&d), ["git add [--verbose]", "\t[--force]"]);
    assert_eq!(codes(&d), ["*.txt"]);
    assert!(outline(&d).contains(&"p: Use *.txt and <path> or c++ and a++.".to_owned()), "{:?}", outline(&d));
}

#[test]
fn hostile_pages_are_read() {
    for unit in [
        "`",
        "*a ",
        "_",
        "<<",
        "[[",
        "link:a[",
        "https://a[",
        "+",
        "#a",
        "\\",
        "* ",
        ".a\n",
        "a::\n",
        "====\n",
        "|===\n|a\n",
        "----\n",
        "[a]\n",
        "{a}",
        "a:: b:: ",
    ] {
        adoc(&unit.repeat(100_000 / unit.len()));
    }
    let line = "word `code` link:a[b] https://x.example \\_ ".repeat(5 * 1024 * 1024 / 43);
    assert!(codes(&adoc(&line)).len() > 100_000);
    let grow: String = (0..40).map(|i| format!(":a{}: {{a{i}}}{{a{i}}}{{a{i}}}{{a{i}}}\n", i + 1)).collect();
    adoc(&format!(":a0: xxxxxxxxxxxxxxxx\n{grow}\nlink:{{a40}}[x]\n"));
}

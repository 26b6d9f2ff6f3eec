use super::super::model::{Format, InlineKind, LinkStyle};
use super::super::testing::*;

fn rst(text: &str) -> super::super::Document {
    page(Format::Rst, text)
}

fn styles(d: &super::super::Document) -> Vec<(String, LinkStyle, String)> {
    inlines(d)
        .filter_map(|i| match &i.kind {
            InlineKind::Link(t) => {
                assert_eq!(t.span.of(&d.text), t.dest);
                Some((t.dest.clone(), t.style, i.text.clone()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn sections_by_their_marks() {
    let d = rst(
        "=====\nTitle\n=====\r\n\r\nintro\n\nOne\n===\n\na\n\nTwo\n---\n\nb\n\n日本語\n======\n\nx\n\n----\n\nOne\n===\n",
    );
    let sections: Vec<_> = d.sections.iter().map(|s| (s.id.as_str(), s.level)).collect();
    assert_eq!(
        sections,
        [("title", 1), ("title/one", 2), ("title/one/two", 3), ("title/日本語", 2), ("title/one-1", 2)]
    );
    assert_eq!(d.title.as_deref(), Some("Title"));
}

#[test]
fn spans_are_exact_everywhere() {
    let d = rst(
        "設定は ``a`` と\\ ``設定`` です。\r\n\r\n* item ``b``\r\n  goes ``c``\r\n\r\n  - inner ``d``\r\n\r\n1. num ``e``\r\n\r\n    quote ``f``\r\n\r\nterm ``g``\r\n  def ``h``\r\n\r\n:field: ``i``\r\n\r\n.. note:: ``j``\r\n\r\n   ``k``\r\n",
    );
    assert_eq!(codes(&d), ["a", "設定", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);
    assert_eq!(outline(&d)[..4], ["p: 設定は a と設定 です。", "li: item b/goes c", "li: inner d", "ol: num e"]);
    let depth =
        |w: &str| d.blocks.iter().find(|b| words(b).contains(w)).map(|b| (b.list_depth, b.quote_depth)).unwrap();
    assert_eq!(depth("inner"), (2, 0));
    assert_eq!(depth("quote"), (1, 1));
}

#[test]
fn literal_blocks_and_code() {
    let d = rst(
        "Run::\n\n    make all\n      more\n\n    end\n\n.. code-block:: python\n   :linenos:\n\n   def f():\n       pass\n\n.. code::\n\n   plain\n\n::\n\n  alone\n\n>>> doc()\n1\n\n- item::\n\n    in item\n",
    );
    assert_eq!(
        code_lines(&d),
        ["make all", "  more", "", "end", "def f():", "    pass", "plain", "alone", ">>> doc()", "1", "in item"]
    );
    assert_eq!(outline(&d)[..3], ["p: Run:", "code(): make all/  more//end", "code(python): def f():/    pass"]);
}

#[test]
fn roles_and_links() {
    let d = rst(
        ":ref:`Shown <label-x>` :ref:`bare` :doc:`guide/install` :doc:`/a/b <../c>` `site <https://a.example/x>`_ `Named link`_ word_ \
                 :download:`file.zip` :py:func:`~mod.fn` :option:`--flag` `default` ``x``\\s :issue:`12` :func:`shown <real.name>`\n\n\
                 https://b.example/y.\n\n.. _Named Link: https://c.example\n.. _word: ../local.txt\n.. _my-label:\n\nEnd not_a_link_ here.\n",
    );
    let s = |a: &str, b: LinkStyle, c: &str| (a.to_owned(), b, c.to_owned());
    assert_eq!(
        styles(&d),
        [
            s("label-x", LinkStyle::Label, "Shown"),
            s("bare", LinkStyle::Label, ""),
            s("guide/install", LinkStyle::Page, ""),
            s("../c", LinkStyle::Page, "/a/b"),
            s("https://a.example/x", LinkStyle::Inline, "site"),
            s("https://c.example", LinkStyle::Reference, "Named link"),
            s("../local.txt", LinkStyle::Reference, "word"),
            s("file.zip", LinkStyle::Include, ""),
            s("https://b.example/y", LinkStyle::Auto, "https://b.example/y"),
        ]
    );
    assert_eq!(codes(&d), ["mod.fn", "--flag", "default", "x", "real.name"]);
    let anchors: Vec<_> = d.anchors.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(anchors, ["Named Link", "word", "my-label"]);
}

#[test]
fn directives_name_files_and_pages() {
    let d = rst(
        ".. include:: ../shared/a.inc\n\n.. literalinclude:: ../src/b.py\n   :lines: 1-3\n\n.. figure:: img/c.png\n   :target: d.html\n\n   Caption ``x``\n\n\
                 .. |logo| image:: e.svg\n\n.. toctree::\n   :maxdepth: 2\n\n   intro\n   Title <sub/page>\n   glob*\n\n.. csv-table:: T\n   :file: f.csv\n",
    );
    assert_eq!(
        dests(&d),
        ["../shared/a.inc", "../src/b.py", "img/c.png", "d.html", "e.svg", "intro", "sub/page", "f.csv"]
    );
    assert_eq!(codes(&d), ["x"]);
    assert!(outline(&d).iter().any(|o| o.starts_with("directive(literalinclude)")));
}

#[test]
fn tables_have_rows_and_cells() {
    let d = rst(
        "+-----+-------+\n| A   | ``b`` |\n+=====+=======+\n| c   | ``d`` |\n|     | e     |\n+-----+-------+\n\n\
                 =====  =======\nName   Value\n=====  =======\n設定   ``f``\nx      one\n       two\n=====  =======\n\n\
                 .. list-table:: Cap\n   :header-rows: 1\n\n   * - H\n     - I\n   * - ``g``\n     - long\n       text\n\n\
                 .. csv-table::\n\n   \"a, b\", ``h``\n",
    );
    let rows: Vec<_> = outline(&d).into_iter().filter(|o| o.starts_with('t')).collect();
    assert_eq!(
        rows,
        [
            "th: A|b",
            "tr: c|d/e",
            "th: Name|Value",
            "tr: 設定|f",
            "tr: x|one/two",
            "th: H|I",
            "tr: g|long/text",
            "tr: a, b|h"
        ]
    );
    assert_eq!(codes(&d), ["b", "d", "f", "g", "h"]);
}

#[test]
fn comments_are_found_and_hidden() {
    let d = rst(
        ".. shelflife-ignore dead-path: reason\n\ntext ``a``\n\n..\n   long\n   one ``no``\n\n.. [1] Foot ``b``.\n\n  .. inner comment\n",
    );
    let comments: Vec<_> = d.comments.iter().map(|c| (c.text.as_str(), c.span.of(&d.text))).collect();
    assert_eq!(
        comments,
        [
            ("shelflife-ignore dead-path: reason", ".. shelflife-ignore dead-path: reason"),
            ("long\none ``no``", "..\n   long\n   one ``no``"),
            ("inner comment", ".. inner comment"),
        ]
    );
    assert_eq!(codes(&d), ["a", "b"]);
}

#[test]
fn options_objects_and_changes() {
    let d = rst(
        "-v, --verbose  Say ``more``.\n--config FILE\n    Use it.\n\n.. option:: --out <dir>\n\n   Where ``x``.\n\n.. py:function:: load(path)\n\n   Loads.\n\n.. deprecated:: 2.0 Use ``new``.\n",
    );
    assert_eq!(codes(&d), ["-v", "--verbose", "more", "--config FILE", "--out <dir>", "x", "load(path)", "new"]);
    assert!(outline(&d).contains(&"p: deprecated2.0 Use new.".to_owned()), "{:?}", outline(&d));
}

#[test]
fn hostile_pages_are_read() {
    for unit in [
        "`",
        "``a",
        "*a ",
        "|a ",
        ":a:`",
        "- ",
        "* - ",
        ".. ",
        "  ",
        "=== ===\n",
        "+--+\n|\n",
        "_",
        "a_ ",
        "\\",
        "a::\n\n ",
        ".. a::\n\n  ",
    ] {
        rst(&unit.repeat(100_000 / unit.len()));
    }
    let deep: String = (0..2000).map(|i| format!("{}- x\n\n", "  ".repeat(i))).collect();
    rst(&deep);
    let line = "word ``code`` `a <b>`_ https://x.example \\_ ".repeat(5 * 1024 * 1024 / 44);
    assert!(codes(&rst(&line)).len() > 100_000);
}

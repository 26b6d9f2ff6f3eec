use serde_json::{Value, json};

use super::{Rendered, render};
use crate::source::notion::block;
use crate::source::notion::tree::{Node, Tree};

/// Every kind of block, in the form of the official SDK's types, and one that does not exist.
const BLOCKS: &str = include_str!("../../../../tests/data/notion/blocks.json");

/// The blocks below `of`, without a host: copies and parts are left out.
fn tree(of: &str, all: &Value) -> Tree {
    fn add(tree: &mut Tree, of: &str, all: &Value) -> Vec<usize> {
        let mut out = Vec::new();
        for value in all.get(of).and_then(Value::as_array).into_iter().flatten() {
            let own = value["id"].as_str().unwrap_or_default().to_owned();
            let Some(block) = block::read(value.clone()) else { continue };
            let index = tree.nodes.len();
            tree.nodes.push(Node { block, children: Vec::new(), copied: false });
            let children = add(tree, &own, all);
            tree.nodes[index].children = children;
            out.push(index);
        }
        out
    }
    let mut tree = Tree::default();
    tree.roots = add(&mut tree, of, all);
    tree
}

fn text(value: &str) -> Value {
    json!([{"type": "text", "text": {"content": value}, "plain_text": value}])
}

fn page(blocks: &[(&str, Value)]) -> Rendered {
    let blocks: Vec<Value> = blocks
        .iter()
        .enumerate()
        .map(|(at, (kind, body))| json!({"id": format!("{at:032x}"), "type": kind, *kind: body}))
        .collect();
    render(&tree("page", &json!({ "page": blocks })))
}

fn paragraph(value: &str) -> String {
    page(&[("paragraph", json!({"rich_text": text(value), "color": "default"}))]).text
}

#[test]
fn every_kind_of_block_says_what_it_says() {
    let all: Value = serde_json::from_str(BLOCKS).unwrap();
    let tree = tree(all["page"].as_str().unwrap(), &all["children"]);
    let rendered = render(&tree);
    let expected = include_str!("../../../../tests/data/notion/blocks.md");
    if std::env::var_os("SHELFLIFE_BLESS").is_some() {
        std::fs::write("tests/data/notion/blocks.md", &rendered.text).unwrap();
        return;
    }
    assert_eq!(rendered.text, expected);
}

#[test]
fn every_line_is_its_blocks() {
    let all: Value = serde_json::from_str(BLOCKS).unwrap();
    let tree = tree(all["page"].as_str().unwrap(), &all["children"]);
    let rendered = render(&tree);
    let lines: Vec<&str> = rendered.text.lines().collect();
    let mut covered = vec![false; lines.len() + 1];
    let mut last = 0;
    for run in &rendered.runs {
        assert!(run.first > last && run.last >= run.first, "{run:?}");
        last = run.last;
        (run.first..=run.last).for_each(|line| covered[line as usize] = true);
    }
    for (at, line) in lines.iter().enumerate() {
        let empty = line.trim_matches([' ', '>']).is_empty();
        assert!(covered[at + 1] || empty, "line {}: {line}", at + 1);
    }
    // The second row of a table has moments of its own.
    let at = lines.iter().position(|line| line.contains("--retries")).unwrap() as u32 + 1;
    let run = rendered.runs.iter().find(|run| (run.first..=run.last).contains(&at)).unwrap();
    assert!(matches!(tree.nodes[run.block].block.content, block::Content::Row(_)));
}

#[test]
fn the_markdown_means_what_the_blocks_say() {
    for (said, written) in [
        ("2 * 3 < 7", "2 \\* 3 < 7\n"),
        ("snake_case and _this_", "snake_case and \\_this\\_\n"),
        ("# no heading", "\\# no heading\n"),
        ("1. no list", "1\\. no list\n"),
        ("- no list", "\\- no list\n"),
        ("--flag is text", "--flag is text\n"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>\n"),
        ("a\nb", "a\\\nb\n"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))\n"),
        ("\u{1b}[2Jgone", "\\[2Jgone\n"),
        ("C:\\dir", "C:\\dir\n"),
        ("AT&T &amp; co", "AT\\&T \\&amp; co\n"),
    ] {
        assert_eq!(paragraph(said), written, "{said}");
    }
}

#[test]
fn no_link_runs_anything_and_none_breaks_out() {
    let link = |href: &str| {
        let item =
            json!([{"type": "text", "text": {"content": "x", "link": {"url": href}}, "plain_text": "x", "href": href}]);
        page(&[("paragraph", json!({"rich_text": item, "color": "default"}))]).text
    };
    assert_eq!(link("javascript:alert(1)"), "x\n");
    assert_eq!(link("https://x.example/a b)c"), "[x](https://x.example/a%20b%29c)\n");
    assert_eq!(
        link("/1f0c2d3e4a5b6c7d8e9f0a1b2c3d4e5f"),
        "[x](https://www.notion.so/1f0c2d3e4a5b6c7d8e9f0a1b2c3d4e5f)\n"
    );
}

#[test]
fn code_keeps_every_character() {
    let body = json!({"rich_text": text("a\n```\nb\n"), "caption": [], "language": "a language\n```of tomorrow"});
    assert_eq!(page(&[("code", body)]).text, "````a-language----of-tomorrow\na\n```\nb\n````\n");
}

#[test]
fn odd_objects_lose_nothing_but_themselves() {
    let odd = [
        json!(null),
        json!({"type": "paragraph"}),
        json!({"id": "no id", "type": "paragraph"}),
        json!({"id": format!("{:032x}", 1), "type": "paragraph", "paragraph": "text?"}),
        json!({"id": format!("{:032x}", 2), "type": "table", "table": {"table_width": -1}}),
        json!({"id": format!("{:032x}", 3)}),
        json!({"id": format!("{:032x}", 4), "type": "paragraph", "paragraph": {"rich_text": text("kept")}}),
    ];
    assert_eq!(render(&tree("page", &json!({ "page": odd }))).text, "kept\n");
}

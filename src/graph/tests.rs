use proptest_like::texts;

use super::model::{Graph, NodeKind};
use super::{cypher, graphml, json};

/// Hostile strings, without a crate for them.
mod proptest_like {
    /// Texts made of pieces that languages trip over, in an order that a seed decides.
    pub fn texts(count: usize) -> Vec<String> {
        const PIECES: [&str; 22] = [
            "'", "\"", "\\", "\\u0027", "$", "\n", "\r", "\t", "\u{1}", "\u{7f}", "</data>", "]]>", "&amp;", "日本",
            "🦀", "{x}", "-- ", "`", "\u{2028}", "u0041", " ", "a.md",
        ];
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed >> 33).unwrap()
        };
        (0..count)
            .map(|i| (0..1 + next() % 6).map(|_| PIECES[next() % PIECES.len()]).collect::<String>() + &format!("{i}"))
            .collect()
    }
}

fn graph() -> Graph {
    let pages: Vec<String> = texts(300);
    let parts: Vec<crate::exclusion::samples::Page<'_>> =
        pages.iter().map(|p| crate::exclusion::samples::Page(p, &[true, false])).collect();
    let mut audit: crate::report::json::v1::Audit =
        serde_json::from_value(crate::exclusion::samples::audit(&parts)).unwrap();
    for (document, text) in audit.documents.iter_mut().zip(texts(600).split_off(300)) {
        document.sections[0].mentions.push(crate::report::json::v1::Mention {
            kind: "symbol".into(),
            text: text.clone(),
            line: 3,
            files: vec![format!("src/{text}")],
        });
        document.signals.owners.push(crate::report::json::v1::Owner { name: text, source: "writer".into() });
    }
    Graph::of(&audit)
}

fn written(write: impl Fn(&Graph, &mut dyn std::io::Write) -> std::io::Result<()>, graph: &Graph) -> String {
    let mut out = Vec::new();
    write(graph, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn titles_are_unique_and_edges_lead_to_nodes() {
    let graph = graph();
    let titles: std::collections::HashSet<&str> = graph.nodes.iter().map(|n| n.title.as_str()).collect();
    assert_eq!(titles.len(), graph.nodes.len());
    for kind in [NodeKind::Page, NodeKind::Section, NodeKind::File, NodeKind::Symbol, NodeKind::Owner] {
        assert!(graph.nodes.iter().any(|n| n.kind == kind), "{kind:?}");
    }
    assert!(graph.edges.iter().all(|e| e.source < graph.nodes.len() && e.target < graph.nodes.len()));
    assert!(graph.degrees().iter().all(|d| *d > 0));
}

#[test]
fn json_holds_every_node() {
    let graph = graph();
    let value: serde_json::Value = serde_json::from_str(&written(json::write, &graph)).unwrap();
    let ids: Vec<&str> = value["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
    assert_eq!(ids, graph.nodes.iter().map(|n| n.id.as_str()).collect::<Vec<_>>());
    assert_eq!(value["edges"].as_array().unwrap().len(), graph.edges.len());
}

#[test]
fn graphml_gives_the_same_ids_back() {
    let graph = graph();
    let text = written(graphml::write, &graph);
    let mut ids = Vec::new();
    for piece in text.split("<data key=\"nid\">").skip(1) {
        let raw = piece.split("</data>").next().unwrap();
        assert!(
            !raw.contains(['<', '>', '"', '\'']) && !raw.chars().any(char::is_control) || raw.contains('\u{7f}'),
            "{raw:?}"
        );
        let mut plain = raw.to_owned();
        for (from, to) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&apos;", "'"),
            ("&#13;", "\r"),
            ("&#10;", "\n"),
            ("&#9;", "\t"),
            ("&amp;", "&"),
        ] {
            plain = plain.replace(from, to);
        }
        ids.push(plain);
    }
    let expected: Vec<String> = graph.nodes.iter().map(|n| n.id.replace('\u{1}', "\u{fffd}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn cypher_strings_end_where_they_should() {
    for text in texts(3_000) {
        let literal = cypher::string(&text);
        assert!(!literal.contains(['\n', '\r']), "{literal:?}");
        assert_eq!(parsed(&literal), text, "{literal}");
        // A server that reads `\u` before anything else finds none that we did not write.
        let early = literal.matches("\\u").count();
        let ours = text
            .chars()
            .filter(|c| {
                (u32::from(*c) < 0x20 && !matches!(c, '\n' | '\r' | '\t')) || matches!(c, '\u{7f}' | '\u{2028}')
            })
            .count();
        assert_eq!(early, ours, "{literal}");
    }
}

/// What a server reads from `'…' + '…'`.
fn parsed(literal: &str) -> String {
    let mut out = String::new();
    let mut chars = literal.chars().peekable();
    let mut within = false;
    while let Some(c) = chars.next() {
        match (within, c) {
            (false, '\'') => within = true,
            (false, ' ' | '+') => {}
            (false, c) => panic!("{c:?} stands outside of the string: {literal}"),
            (true, '\'') => within = false,
            (true, '\\') => match chars.next().unwrap() {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'u' => {
                    let digits: String = (0..4).map(|_| chars.next().unwrap()).collect();
                    out.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                }
                c => out.push(c),
            },
            (true, c) => out.push(c),
        }
    }
    assert!(!within, "{literal}");
    out
}

#[test]
fn tables_hold_what_the_graph_holds() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    let graph = graph();
    let folder = tempfile::tempdir().unwrap();
    super::graphrag::write(&graph, folder.path()).unwrap();
    let open = |name: &str| SerializedFileReader::new(std::fs::File::open(folder.path().join(name)).unwrap()).unwrap();
    let titles: Vec<String> = open("entities.parquet")
        .get_row_iter(None)
        .unwrap()
        .map(|r| r.unwrap().get_string(2).unwrap().clone())
        .collect();
    assert_eq!(titles, graph.nodes.iter().map(|n| n.title.clone()).collect::<Vec<_>>());
    let ends: Vec<(String, String)> = open("relationships.parquet")
        .get_row_iter(None)
        .unwrap()
        .map(|r| r.map(|r| (r.get_string(2).unwrap().clone(), r.get_string(3).unwrap().clone())).unwrap())
        .collect();
    let title = |at: usize| graph.nodes[at].title.clone();
    assert_eq!(ends, graph.edges.iter().map(|e| (title(e.source), title(e.target))).collect::<Vec<_>>());
    super::graphrag::write(&Graph::default(), folder.path()).unwrap();
    assert_eq!(open("entities.parquet").get_row_iter(None).unwrap().count(), 0);
}

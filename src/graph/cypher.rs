//! The graph as Cypher statements for Neo4j and its like. Run twice, they leave the same graph.

use std::io::{self, Write};

use super::model::{Edge, EdgeKind, Graph, Node, NodeKind};

/// Rows of one statement.
const ROWS: usize = 500;

/// Writes the graph. All nodes have the label `Shelflife` and one of their kind.
///
/// # Errors
/// If it can't be written.
pub fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "CREATE CONSTRAINT shelflife_id IF NOT EXISTS FOR (n:Shelflife) REQUIRE n.id IS UNIQUE;")?;
    for kind in NodeKind::ALL {
        let of_kind: Vec<&Node> = graph.nodes.iter().filter(|n| n.kind == kind).collect();
        for rows in of_kind.chunks(ROWS) {
            write!(out, "UNWIND [")?;
            for (i, node) in rows.iter().enumerate() {
                write!(
                    out,
                    "{}\n  {{id: {}, title: {}, description: {}, freshness: {}, status: {}, url: {}}}",
                    if i > 0 { "," } else { "" },
                    string(&node.id),
                    string(&node.title),
                    string(&node.description),
                    number(node.freshness),
                    optional(node.status.as_deref()),
                    optional(node.url.as_deref())
                )?;
            }
            writeln!(out, "\n] AS row\nMERGE (n:Shelflife {{id: row.id}}) SET n:{}, n += row;", label(kind))?;
        }
    }
    let mut kinds: Vec<EdgeKind> = graph.edges.iter().map(|e| e.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let of_kind: Vec<&Edge> = graph.edges.iter().filter(|e| e.kind == kind).collect();
        for rows in of_kind.chunks(ROWS) {
            write!(out, "UNWIND [")?;
            for (i, edge) in rows.iter().enumerate() {
                let id = |at: usize| string(graph.nodes.get(at).map_or("", |n| n.id.as_str()));
                write!(
                    out,
                    "{}\n  {{source: {}, target: {}, freshness: {}, description: {}, count: {}}}",
                    if i > 0 { "," } else { "" },
                    id(edge.source),
                    id(edge.target),
                    number(edge.freshness),
                    string(&edge.description),
                    edge.count
                )?;
            }
            writeln!(
                out,
                "\n] AS row\nMATCH (a:Shelflife {{id: row.source}}), (b:Shelflife {{id: row.target}})\n\
                 MERGE (a)-[r:{}]->(b) SET r.freshness = row.freshness, r.description = row.description, r.count = row.count;",
                kind.as_str().to_uppercase()
            )?;
        }
    }
    Ok(())
}

fn label(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::System => "System",
        NodeKind::Page => "Page",
        NodeKind::Section => "Section",
        NodeKind::File => "File",
        NodeKind::Symbol => "Symbol",
        NodeKind::Reference => "Reference",
        NodeKind::Owner => "Owner",
    }
}

fn number(value: Option<u8>) -> String {
    value.map_or_else(|| "null".to_owned(), |v| v.to_string())
}

fn optional(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), string)
}

/// A string of Cypher. Some servers read `\uXXXX` before anything else, wherever it stands, so a
/// backslash before a `u` is kept apart from it.
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => {
                out.push_str("\\\\");
                if chars.peek() == Some(&'u') {
                    out.push_str("' + '");
                }
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 || c == '\u{7f}' || matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

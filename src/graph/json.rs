//! The graph as JSON, a node and an edge a line.

use std::io::{self, Write};

use serde_json::json;

use super::model::Graph;

/// Writes the graph.
///
/// # Errors
/// If it can't be written.
pub fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n\"schema_version\": 1,\n\"nodes\": [")?;
    for (i, node) in graph.nodes.iter().enumerate() {
        let value = json!({"id": node.id, "kind": node.kind.as_str(), "title": node.title,
            "description": node.description, "freshness": node.freshness, "status": node.status, "url": node.url});
        write!(out, "{}\n{value}", if i > 0 { "," } else { "" })?;
    }
    write!(out, "\n],\n\"edges\": [")?;
    for (i, edge) in graph.edges.iter().enumerate() {
        let id = |at: usize| graph.nodes.get(at).map_or("", |n| n.id.as_str());
        let value = json!({"source": id(edge.source), "target": id(edge.target), "kind": edge.kind.as_str(),
            "freshness": edge.freshness, "description": edge.description, "count": edge.count});
        write!(out, "{}\n{value}", if i > 0 { "," } else { "" })?;
    }
    writeln!(out, "\n]\n}}")
}

//! The graph as GraphML, which Gephi, yEd, igraph and NetworkX read.

use std::io::{self, Write};

use super::model::Graph;

const KEYS: [(&str, &str, &str); 11] = [
    ("id", "node", "string"),
    ("kind", "node", "string"),
    ("title", "node", "string"),
    ("description", "node", "string"),
    ("freshness", "node", "int"),
    ("status", "node", "string"),
    ("url", "node", "string"),
    ("kind", "edge", "string"),
    ("freshness", "edge", "int"),
    ("description", "edge", "string"),
    ("count", "edge", "int"),
];

/// Writes the graph. Nodes are numbered; their ids stand in `id`.
///
/// # Errors
/// If it can't be written.
pub fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
    for (name, of, kind) in KEYS {
        writeln!(
            out,
            "  <key id=\"{}{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>",
            of.chars().next().unwrap_or('x')
        )?;
    }
    writeln!(out, "  <graph edgedefault=\"directed\">")?;
    let data = |out: &mut dyn Write, key: &str, value: Option<&str>| match value {
        Some(value) => write!(out, "<data key=\"{key}\">{}</data>", escaped(value)),
        None => Ok(()),
    };
    for (at, node) in graph.nodes.iter().enumerate() {
        write!(out, "    <node id=\"n{at}\">")?;
        data(out, "nid", Some(&node.id))?;
        data(out, "nkind", Some(node.kind.as_str()))?;
        data(out, "ntitle", Some(&node.title))?;
        data(out, "ndescription", Some(&node.description))?;
        data(out, "nfreshness", node.freshness.map(|f| f.to_string()).as_deref())?;
        data(out, "nstatus", node.status.as_deref())?;
        data(out, "nurl", node.url.as_deref())?;
        writeln!(out, "</node>")?;
    }
    for edge in &graph.edges {
        write!(out, "    <edge source=\"n{}\" target=\"n{}\">", edge.source, edge.target)?;
        data(out, "ekind", Some(edge.kind.as_str()))?;
        data(out, "efreshness", edge.freshness.map(|f| f.to_string()).as_deref())?;
        data(out, "edescription", Some(&edge.description))?;
        data(out, "ecount", Some(&edge.count.to_string()))?;
        writeln!(out, "</edge>")?;
    }
    writeln!(out, "  </graph>\n</graphml>")
}

/// Text of XML 1.0, which knows few control characters: the others become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // A parser would fold them.
            '\r' => out.push_str("&#13;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

//! `shelflife graph`.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use shelflife::graph::{Graph, cypher, graphml, graphrag, json};
use shelflife::report::file::write_atomically;

use super::read_audit;
use crate::exit::Exit;
use crate::failure::Failure;

/// Write an audit as a graph: pages, sections, what they name, the files behind it, and who owns them.
///
/// Freshness stands on nodes and edges. `graphrag` writes the tables that Microsoft's GraphRAG takes as a
/// graph of one's own.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife graph audit.json --to graphrag -o ragproject/output
  shelflife graph audit.json --to json -o graph.json
  shelflife graph audit.json --to cypher | cypher-shell")]
pub struct Args {
    /// The audit
    #[arg(value_name = "AUDIT.json")]
    audit: PathBuf,
    /// In which form
    #[arg(long, value_enum, value_name = "FORM")]
    to: Form,
    /// Write to FILE (for `graphrag`, a folder) instead of stdout
    #[arg(short, long, value_name = "FILE", required_if_eq("to", "graphrag"))]
    output: Option<PathBuf>,
}

/// A form of graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// entities.parquet and relationships.parquet, in a folder
    Graphrag,
    /// Nodes and edges, a line each
    Json,
    /// For Gephi, yEd, NetworkX
    Graphml,
    /// Statements for Neo4j and its like
    Cypher,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let graph = Graph::of(&read_audit(&args.audit)?);
    let write = |out: &mut dyn Write| match args.to {
        Form::Json => json::write(&graph, out),
        Form::Graphml => graphml::write(&graph, out),
        Form::Cypher => cypher::write(&graph, out),
        Form::Graphrag => Ok(()),
    };
    match (&args.output, args.to) {
        (Some(folder), Form::Graphrag) => {
            graphrag::write(&graph, folder).map_err(|e| Failure::cannot(format!("{}: {e}", folder.display())))?;
        }
        (Some(path), _) if path.as_os_str() != "-" => {
            write_atomically(path, write).map_err(|e| Failure::cannot(format!("{}: {e}", path.display())))?;
        }
        _ => {
            let mut out = BufWriter::new(io::stdout().lock());
            write(&mut out).and_then(|()| out.flush()).map_err(|e| Failure::stdout(&e))?;
        }
    }
    Ok(Exit::Clean)
}

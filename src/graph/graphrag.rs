//! The graph as the two tables that Microsoft's GraphRAG takes as a graph of one's own: `entities.parquet`
//! and `relationships.parquet`, from which it makes communities without any model.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use sha2::{Digest, Sha256};

use super::model::{Edge, Graph, Node, NodeKind};

/// Rows of one group.
const ROWS: usize = 50_000;

const ENTITIES: &str = "message entities {
    required binary id (UTF8);
    required int64 human_readable_id;
    required binary title (UTF8);
    required binary type (UTF8);
    required binary description (UTF8);
    optional group text_unit_ids (LIST) { repeated group list { optional binary element (UTF8); } }
    required int64 frequency;
    required int64 degree;
    optional int64 freshness;
    optional binary status (UTF8);
    optional binary url (UTF8);
}";

const RELATIONSHIPS: &str = "message relationships {
    required binary id (UTF8);
    required int64 human_readable_id;
    required binary source (UTF8);
    required binary target (UTF8);
    required binary description (UTF8);
    required double weight;
    required int64 combined_degree;
    optional group text_unit_ids (LIST) { repeated group list { optional binary element (UTF8); } }
    optional int64 freshness;
    required binary kind (UTF8);
}";

/// Why the tables could not be written.
#[derive(Debug, thiserror::Error)]
pub enum GraphragError {
    /// The folder can't be made or written to.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A table can't be written.
    #[error("the table can't be written: {0}")]
    Parquet(#[from] ParquetError),
}

/// Writes both tables into `folder`, each whole or not at all.
///
/// # Errors
/// If the folder can't be written to.
pub fn write(graph: &Graph, folder: &Path) -> Result<(), GraphragError> {
    fs::create_dir_all(folder)?;
    let degrees = graph.degrees();
    let units = text_units(graph);
    table(folder, "entities.parquet", ENTITIES, graph.nodes.len(), &|group, rows| {
        entities(group, graph, &degrees, &units, rows)
    })?;
    table(folder, "relationships.parquet", RELATIONSHIPS, graph.edges.len(), &|group, rows| {
        relationships(group, graph, &degrees, rows)
    })
}

type Group<'a> = SerializedRowGroupWriter<'a, File>;
type Rows = std::ops::Range<usize>;

fn table(
    folder: &Path,
    name: &str,
    schema: &str,
    rows: usize,
    fill: &dyn Fn(&mut Group<'_>, Rows) -> Result<(), ParquetError>,
) -> Result<(), GraphragError> {
    let temporary = tempfile::Builder::new().prefix(".shelflife-").tempfile_in(folder)?;
    let schema = Arc::new(parse_message_type(schema)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_created_by(concat!("shelflife ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut writer = SerializedFileWriter::new(temporary.as_file().try_clone()?, schema, Arc::new(properties))?;
    let mut at = 0;
    // An empty table has a group too, for readers that ask the first one.
    loop {
        let to = rows.min(at + ROWS);
        let mut group = writer.next_row_group()?;
        fill(&mut group, at..to)?;
        group.close()?;
        at = to;
        if at >= rows {
            break;
        }
    }
    writer.close()?;
    temporary.as_file().sync_all()?;
    temporary.persist(folder.join(name)).map_err(|e| e.error)?;
    Ok(())
}

/// The sections in which each node is named, by id; a node that none names is its own.
fn text_units(graph: &Graph) -> Vec<Vec<String>> {
    let mut units: Vec<Vec<String>> = vec![Vec::new(); graph.nodes.len()];
    for edge in &graph.edges {
        let Some(source) = graph.nodes.get(edge.source).filter(|n| n.kind == NodeKind::Section) else { continue };
        if let Some(list) = units.get_mut(edge.target) {
            list.push(hash(&source.id));
        }
    }
    // GraphRAG can't sort what has no unit among what has some.
    for (list, node) in units.iter_mut().zip(&graph.nodes).filter(|(list, _)| list.is_empty()) {
        list.push(hash(&node.id));
    }
    units
}

/// A name of fixed length, the same in every run.
fn hash(id: &str) -> String {
    Sha256::digest(id.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
}

fn text(value: &str) -> ByteArray {
    ByteArray::from(value.as_bytes().to_vec())
}

fn count(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

fn texts<'v>(
    group: &mut Group<'_>,
    values: impl Iterator<Item = std::borrow::Cow<'v, str>>,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = values.map(|v| text(&v)).collect();
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
    column.close()
}

fn maybe_texts<'v>(group: &mut Group<'_>, values: impl Iterator<Item = Option<&'v str>>) -> Result<(), ParquetError> {
    let all: Vec<Option<&str>> = values.collect();
    let levels: Vec<i16> = all.iter().map(|v| i16::from(v.is_some())).collect();
    let values: Vec<ByteArray> = all.iter().flatten().map(|v| text(v)).collect();
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn numbers(group: &mut Group<'_>, values: impl Iterator<Item = i64>) -> Result<(), ParquetError> {
    let values: Vec<i64> = values.collect();
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<Int64Type>().write_batch(&values, None, None)?;
    column.close()
}

fn maybe_numbers(group: &mut Group<'_>, values: impl Iterator<Item = Option<u8>>) -> Result<(), ParquetError> {
    let all: Vec<Option<u8>> = values.collect();
    let levels: Vec<i16> = all.iter().map(|v| i16::from(v.is_some())).collect();
    let values: Vec<i64> = all.iter().flatten().map(|v| i64::from(*v)).collect();
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn lists<'v>(group: &mut Group<'_>, rows: impl Iterator<Item = &'v [String]>) -> Result<(), ParquetError> {
    let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        // 1: the list is there and empty; 3: an element is there.
        if row.is_empty() {
            definitions.push(1);
            repetitions.push(0);
        }
        for (i, value) in row.iter().enumerate() {
            definitions.push(3);
            repetitions.push(i16::from(i > 0));
            values.push(text(value));
        }
    }
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<ByteArrayType>().write_batch(&values, Some(&definitions), Some(&repetitions))?;
    column.close()
}

fn entities(
    group: &mut Group<'_>,
    graph: &Graph,
    degrees: &[u32],
    units: &[Vec<String>],
    rows: Rows,
) -> Result<(), ParquetError> {
    let nodes: Vec<(usize, &Node)> = rows.filter_map(|at| Some((at, graph.nodes.get(at)?))).collect();
    let each = || nodes.iter().copied();
    texts(group, each().map(|(_, n)| hash(&n.id).into()))?;
    numbers(group, each().map(|(at, _)| count(at)))?;
    texts(group, each().map(|(_, n)| n.title.as_str().into()))?;
    texts(group, each().map(|(_, n)| n.kind.as_str().into()))?;
    texts(group, each().map(|(_, n)| described(n).into()))?;
    lists(group, each().map(|(at, _)| units.get(at).map_or(&[][..], Vec::as_slice)))?;
    numbers(group, each().map(|(at, _)| count(units.get(at).map_or(1, |u| u.len().max(1)))))?;
    numbers(group, each().map(|(at, _)| degrees.get(at).copied().map_or(0, i64::from)))?;
    maybe_numbers(group, each().map(|(_, n)| n.freshness))?;
    maybe_texts(group, each().map(|(_, n)| n.status.as_deref()))?;
    maybe_texts(group, each().map(|(_, n)| n.url.as_deref()))
}

/// What a model is told of a node: freshness among it, since it reads no other column.
fn described(node: &Node) -> String {
    let mut out = if node.description.is_empty() { node.title.clone() } else { node.description.clone() };
    if let Some(status) = node.status.as_deref().filter(|s| *s != "fresh") {
        out.push_str(&format!(" ({})", status.replace('_', " ")));
    }
    if let Some(freshness) = node.freshness {
        out.push_str(&format!(" [freshness {freshness} of 100]"));
    }
    out
}

fn relationships(group: &mut Group<'_>, graph: &Graph, degrees: &[u32], rows: Rows) -> Result<(), ParquetError> {
    let edges: Vec<(usize, &Edge)> = rows.filter_map(|at| Some((at, graph.edges.get(at)?))).collect();
    let each = || edges.iter().copied();
    let node = |at: usize| graph.nodes.get(at);
    let title = |at: usize| node(at).map_or("", |n| n.title.as_str());
    let degree = |at: usize| degrees.get(at).copied().map_or(0, i64::from);
    let id = |e: &Edge| {
        let end = |at: usize| node(at).map_or("", |n| n.id.as_str());
        hash(&format!("{}\n{}\n{}", end(e.source), e.kind.as_str(), end(e.target)))
    };
    let unit = |e: &Edge| {
        let ends = [node(e.source), node(e.target)];
        let section = ends.into_iter().flatten().find(|n| n.kind == NodeKind::Section);
        vec![hash(section.or(node(e.source)).map_or("", |n| n.id.as_str()))]
    };
    let units: Vec<Vec<String>> = each().map(|(_, e)| unit(e)).collect();
    texts(group, each().map(|(_, e)| id(e).into()))?;
    numbers(group, each().map(|(at, _)| count(at)))?;
    texts(group, each().map(|(_, e)| title(e.source).into()))?;
    texts(group, each().map(|(_, e)| title(e.target).into()))?;
    texts(group, each().map(|(_, e)| format!("{}: {}", e.kind.as_str(), e.description).into()))?;
    let weights: Vec<f64> = each().map(|(_, e)| e.kind.weight() * f64::from(e.count)).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<DoubleType>().write_batch(&weights, None, None)?;
        column.close()?;
    }
    numbers(group, each().map(|(_, e)| degree(e.source) + degree(e.target)))?;
    lists(group, units.iter().map(Vec::as_slice))?;
    maybe_numbers(group, each().map(|(_, e)| e.freshness))?;
    texts(group, each().map(|(_, e)| e.kind.as_str().into()))
}

//! An audit as a graph: pages, sections, what they name, the files behind it, and who answers for it,
//! with freshness on nodes and edges.
//!
//! [`model`] makes it, one file per form writes it, and [`impact`] answers which pages speak of a file.

pub mod cypher;
pub mod graphml;
pub mod graphrag;
pub mod impact;
pub mod json;
pub mod model;

#[cfg(test)]
mod tests;

pub use model::{Edge, EdgeKind, Graph, Node, NodeKind};

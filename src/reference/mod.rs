//! What pages name: references, their kinds, and what is said of them.

mod extract;
mod inline;
mod language;
mod link;
mod located;
mod model;
mod sample;
mod shape;
mod standing;
#[cfg(test)]
mod tests;

pub use extract::extract;
pub use model::{Kind, Place, Reference, Shape, Standing};

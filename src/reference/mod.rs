//! What pages name: references, their kinds, and what is said of them.

pub mod claim;
mod definition;
mod extract;
mod inline;
mod language;
mod link;
pub mod literal;
mod located;
mod model;
mod sample;
mod service;
mod shape;
mod standing;
#[cfg(test)]
mod tests;
mod told;

pub use extract::extract;
pub(crate) use language::FILES;
pub use link::{Permalink, percent_decode};
pub use model::{Kind, Place, Reference, Shape, Standing};
pub use service::{Service, service_named, service_of_host};

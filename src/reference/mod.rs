//! What pages name: references, their kinds, and what is said of them.

mod model;

pub use model::{Kind, Place, Reference, Standing};

//! What the head looks like with the changes that are not committed yet.

mod clean;
pub(crate) mod disk;
mod index_file;
mod load;
mod staged;
#[cfg(test)]
mod tests;

pub use load::{LeftOut, Overlay, OverlayEntry, OverlayError};

//! What pages say of the things that they name: values, versions, lists, places, parameters.

pub mod list;
pub mod location;
pub mod signature;
mod text;
pub mod value;
pub mod version;

/// The references of one block among those of the page.
fn of_block(refs: &[super::Reference], block: usize) -> std::ops::Range<usize> {
    refs.partition_point(|r| r.block < block)..refs.partition_point(|r| r.block <= block)
}

//! The versions of each page along the first-parent history.

mod former_name;
mod versions;
mod wanted;

pub use versions::{PageHistories, PageVersion};

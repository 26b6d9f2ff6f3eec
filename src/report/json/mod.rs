//! The published, versioned form of an audit.

mod causes;
pub mod convert;
mod excerpt;
pub mod v1;

pub use causes::cause_diffs;
pub use excerpt::{diff, excerpt};

use std::io::{self, Write};

/// Writes `audit` as JSON with a line break at its end. The same audit gives the same bytes.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, audit: &v1::Audit) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, audit)?;
    out.write_all(b"\n")
}

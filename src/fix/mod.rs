//! Makes the certain changes of an audit ([`v1::Fix`](crate::report::json::v1::Fix)), as a patch or
//! in the pages themselves.
//!
//! A change is made only where the page still says what the audit saw, and touches nothing else:
//! line ends, encoding, byte order mark and the rest of the line stay. What can't be done so is
//! refused and named. A page is written only if it is a regular file of the root, reached through
//! no symbolic link.

mod apply;
mod patch;
mod place;
mod plan;
mod text;

pub use apply::apply;
pub use patch::patch;
pub use place::PlaceError;
pub use plan::{Change, FixError, Made, Plan, Reason, Refused, plan};

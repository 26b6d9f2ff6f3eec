//! Changes made in the pages themselves.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::place::{self, PlaceError};
use super::plan::{Change, Plan, Reason, Refused};

/// Makes the changes of a plan in the files below `root`; gives back what was not written.
///
/// Each page is replaced whole by a file written beside it, with its permissions, and only if it
/// still is what was planned with.
#[must_use]
pub fn apply(plan: &Plan, root: &Path) -> Vec<Refused> {
    let mut refused = Vec::new();
    for change in &plan.changes {
        if let Err(reason) = page(change, root) {
            refused.push(Refused { document: change.document.clone(), line: None, reason });
        }
    }
    refused
}

fn page(change: &Change, root: &Path) -> Result<(), Reason> {
    let root = fs::canonicalize(root).map_err(PlaceError::from)?;
    let path = place::check(&root, &change.path)?;
    let meta = fs::metadata(&path).map_err(PlaceError::from)?;
    // A file that its owner made read-only is not to be replaced, though its folder would allow it.
    if meta.permissions().readonly() {
        return Err(PlaceError::Io(ErrorKind::PermissionDenied.into()).into());
    }
    if fs::read(&path).map_err(PlaceError::from)? != change.old {
        return Err(Reason::Moved);
    }
    let folder = path.parent().unwrap_or(&root);
    let write = || {
        let mut file = tempfile::Builder::new().prefix(".shelflife-").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(&change.new)?;
        file.as_file().set_permissions(meta.permissions())?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|e| e.error)
    };
    write().map_err(PlaceError::from)?;
    Ok(())
}

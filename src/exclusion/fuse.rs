//! The fuse: a list that would drop too much of the corpus is a mistake until proved otherwise.

/// How much of a corpus a list drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Pages in all.
    pub documents: usize,
    /// Of them, excluded as a whole.
    pub documents_excluded: usize,
    /// Sections in all.
    pub sections: usize,
    /// Of them, excluded.
    pub sections_excluded: usize,
}

/// A list that would drop too much.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "the list would exclude {excluded} of {all} {what} ({:.1} %), more than {:.1} % \
     (`--max-excluded`): it was not written, and the previous one stands",
    100.0 * *excluded as f64 / (*all).max(1) as f64, 100.0 * limit
)]
pub struct Blown {
    /// `documents` or `sections`.
    pub what: &'static str,
    /// How many would go …
    pub excluded: usize,
    /// … of how many.
    pub all: usize,
    /// The share that may go.
    pub limit: f64,
}

/// Whether so much may go: at most the share `limit` of the pages, and of the sections.
///
/// # Errors
/// If it may not.
pub fn check(counts: Counts, limit: f64) -> Result<(), Blown> {
    let of = [
        ("documents", counts.documents_excluded, counts.documents),
        ("sections", counts.sections_excluded, counts.sections),
    ];
    for (what, excluded, all) in of {
        // Counts of pages are far below 2^52.
        #[allow(clippy::cast_precision_loss)]
        let too_many = excluded as f64 > limit * all as f64 + 1e-9;
        if too_many {
            return Err(Blown { what, excluded, all, limit });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_may_be_reached() {
        let counts = Counts { documents: 10, documents_excluded: 2, sections: 100, sections_excluded: 20 };
        assert!(check(counts, 0.2).is_ok());
        assert_eq!(check(Counts { documents_excluded: 3, ..counts }, 0.2).unwrap_err().what, "documents");
        let blown = check(Counts { sections_excluded: 21, ..counts }, 0.2).unwrap_err();
        assert_eq!(blown.what, "sections");
        assert!(blown.to_string().contains("21 of 100 sections (21.0 %), more than 20.0 %"), "{blown}");
        assert!(check(Counts::default(), 0.0).is_ok());
        assert!(check(Counts { documents: 3, documents_excluded: 3, ..Counts::default() }, 1.0).is_ok());
    }
}

//! Where reading one page stops the program, only that page goes unread.
//!
//! Pages are anyone's text, and the code that reads them is large. A defect that one page in ten thousand
//! meets must not take the others' findings with it, and must not look as if the page were right.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::document::DocumentId;
use crate::finding::Inconclusive;

/// What `work` makes of the page called `id`; where it stops at a defect of ours, that the page is undecided.
/// What went wrong is said by the program's panic hook.
///
/// `work` may only read what others see, so that nothing is left half done.
pub(super) fn page<T>(id: &DocumentId, work: impl FnOnce() -> T) -> Result<T, Inconclusive> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Inconclusive {
        document: Some(id.clone()),
        reason: "defect",
        message: "shelflife stopped at a defect of its own while it read this page; please report it".to_owned(),
    })
}

/// The same where the page is read again later and what is wrong is said then.
pub(super) fn quietly<T: Default>(work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_stops_the_reader_is_undecided_and_no_other_is() {
        let read = |name: &str| {
            page(&DocumentId::new(name), || {
                assert_ne!(name, "odd.md");
                name.len()
            })
        };
        assert_eq!(read("fine.md").unwrap(), 7);
        let undecided = read("odd.md").unwrap_err();
        assert_eq!((undecided.document, undecided.reason), (Some(DocumentId::new("odd.md")), "defect"));
        assert_eq!(quietly(|| vec![1]), [1]);
        let stops = || -> Vec<u8> { panic!("on purpose") };
        assert_eq!(quietly(stops), Vec::<u8>::new());
    }
}

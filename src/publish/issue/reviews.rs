//! Boxes that readers ticked: "still right".
//!
//! Whoever can edit an issue can tick its boxes, and GitHub does not say in the text who it was. The
//! edits of the text do: a tick counts where the edit that brought it was made by somebody who may
//! write to the repository.

use super::data::Reviewed;
use super::edits::Edits;
use crate::publish::github::{Api, ApiError, Slug};
use crate::publish::marker;

/// Boxes that are read.
const MOST: usize = 100;

/// The line of a box.
pub(super) fn unticked(id: &str, shown: &str) -> String {
    format!("- [ ] {shown} <!-- page:{} -->", marker::pack(id))
}

/// The pages whose boxes are ticked in `body`.
pub(super) fn ticked(body: &str) -> Vec<String> {
    let boxes = body.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("- [x] ").or_else(|| line.strip_prefix("- [X] ")).or_else(|| line.strip_prefix("* [x] "))
    });
    let pages = boxes.filter_map(|rest| {
        let (_, mark) = rest.rsplit_once("<!-- page:")?;
        marker::unpack(mark.strip_suffix(" -->")?)
    });
    pages.take(MOST).collect()
}

/// Who ticked each of `pages`, as far as they may write; and what could not be taken, for people.
///
/// # Errors
/// What GitHub says.
pub(super) async fn who(
    api: &Api,
    slug: &Slug,
    number: u64,
    pages: &[String],
) -> Result<(Vec<Reviewed>, Vec<String>), ApiError> {
    let edits = Edits::read(api, slug, number).await?;
    let us = api.own().await?;
    let (mut reviewed, mut doubts) = (Vec::new(), Vec::new());
    for page in pages {
        match edits.ticker(page) {
            Some((at, by)) if !us.logins().iter().any(|own| own.eq_ignore_ascii_case(by)) => {
                if api.may_write(slug, by).await? {
                    reviewed.push(Reviewed { document: page.clone(), date: at.date_naive(), by: by.to_owned() });
                } else {
                    doubts.push(format!("{page}: {by} may not write to {slug}, so the tick does not count"));
                }
            }
            _ => doubts.push(format!("{page}: GitHub does not say who ticked it, so the tick does not count")),
        }
    }
    Ok((reviewed, doubts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ticked_boxes_with_a_page_count() {
        let line = unticked("docs/a b.md", "x");
        assert_eq!(ticked(&line), Vec::<String>::new());
        let body = format!("{}\n- [x] without\n> - [x] y <!-- page:z -->", line.replace("[ ]", "[x]"));
        assert_eq!(ticked(&body), ["docs/a b.md"]);
    }
}

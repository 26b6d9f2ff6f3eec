//! Markdown: CommonMark with GitHub's extensions, and what common site generators add.

mod events;
mod htmlblock;
mod link;
mod prepare;

use super::build::Builder;
use super::front_matter;
use super::mapped::Mapped;

pub(crate) use htmlblock::{Html, attribute_target, read_html};
pub(crate) use prepare::{Fence, container, include_line};

/// Parses a Markdown page.
pub(crate) fn parse(builder: &mut Builder<'_>) {
    front_matter::take(builder);
    let prepared = prepare::prepare(builder);
    walk(builder, &prepared, false);
}

/// Parses text that was prepared from the page. In MDX there is no indented code.
pub(crate) fn walk(builder: &mut Builder<'_>, prepared: &Mapped, mdx: bool) {
    events::walk(builder, prepared, mdx);
}

#[cfg(test)]
mod tests;

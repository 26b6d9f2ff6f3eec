//! Placeholder
pub(crate) fn parse(_builder: &mut super::build::Builder<'_>) {}

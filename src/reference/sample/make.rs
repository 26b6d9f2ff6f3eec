//! Makefile samples: variables and paths in recipes.

use crate::reference::extract::Sink;
use crate::reference::located::Located;

use super::shell;

/// Recipes are read as shell commands; rules themselves are the reader's.
pub(super) fn scan(lines: &[Located<'_>], sink: &mut Sink) {
    for line in lines {
        let text = line.text();
        let body = text.trim_start();
        if body.len() < text.len() && !body.starts_with('#') {
            let body = body.trim_start_matches(['@', '-']);
            shell::line(line, body, text.len() - body.len(), sink);
        }
    }
}

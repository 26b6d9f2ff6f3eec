//! What an audit is given besides its options: pages from elsewhere.

use std::sync::Arc;

use crate::source::Collected;
use crate::system::credentials::Tokens;

/// What an audit is given besides its options.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    /// Pages that sources or a dump gave.
    pub collected: Option<&'a Collected>,
    /// Whether the repository at [`AuditOptions::root`](super::AuditOptions::root) is audited too.
    pub own: bool,
    /// Tokens for the hosts of systems.
    pub tokens: Arc<Tokens>,
}

impl Given<'_> {
    /// The audited repository, and nothing else.
    #[must_use]
    pub fn nothing() -> Self {
        Self { collected: None, own: true, tokens: Arc::new(Tokens::default()) }
    }
}

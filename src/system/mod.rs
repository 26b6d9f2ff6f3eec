//! The systems that pages describe, where these are not the audited repository as it is checked out:
//! where they are, which commit of them counts, and which page describes which.
//!
//! | module | what |
//! |---|---|
//! | [`fetch`] | clones into the cache folder, and fetches what is new |
//! | [`credentials`] | tokens, each for its own host |
//! | [`released`] | the newest release that a commit holds |
//! | [`pick`] | the commit that a `ref` of the configuration names; the tags of releases |
//! | [`clock`] | from a time to the commit that was current then |
//! | [`dates`] | the dates of a page's lines, as commits of the system |
//! | [`mapping`] | which page describes which system, and why |
//! | [`bots`] | edits by programs, which are no word on whether a page is right |

pub mod bots;
pub mod clock;
pub mod credentials;
pub mod dates;
pub mod fetch;
pub mod mapping;
pub mod pick;
pub mod released;

//! Writing outside: the only stage that does. Every kind tells first what it would do, and does it when
//! it is told to.

pub mod dify;
pub mod page_text;

//! Reads code by grammar: what it declares, in which type, with which parameters.
//!
//! The scan of [`crate::history::scan`] is quick and lexical and reads everything; this reads the few
//! files on which a claim rests, in the languages whose grammars are built in. Other languages give
//! nothing, and nothing is concluded from that.

mod c;
mod declaration;
mod go;
mod grammar;
mod java;
mod python;
mod rust;
mod script;
mod versions;
mod walk;

pub use declaration::{Declaration, Found, Parameter, Rest, TypeDeclaration};
pub use grammar::{Family, Grammar, LARGEST};
pub use versions::Versions;
pub use walk::read;

#[cfg(test)]
mod tests;

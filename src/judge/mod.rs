//! The judge: a language model compares what pages say with how the code that they speak of changed.
//!
//! Evidence first: [`select`] looks for the passages whose witnesses changed since their lines were
//! written, and puts the hunks that have something to say beside them ([`evidence`]), without secrets
//! ([`redact`]). [`prompt`] and [`request`] make questions of them, which go to an endpoint ([`client`])
//! within a budget ([`budget`]), or through files ([`batch`]). Of the answers ([`answer`]) only those items
//! count whose quotes stand where they must ([`quotes`], [`verify`]). Pages are compared with each other
//! too ([`pages`]). [`run`] is the whole way.

pub mod answer;
pub mod ask;
pub mod batch;
pub mod budget;
pub mod cache;
pub mod change;
pub mod client;
pub mod defines;
pub mod evidence;
pub mod index;
pub mod links;
pub mod options;
pub mod outcome;
pub mod pages;
pub mod passage;
pub mod prompt;
pub mod quotes;
pub mod redact;
pub mod reply;
pub mod request;
pub mod run;
pub mod score;
pub mod select;
pub mod signal;
pub mod skeleton;
pub mod statement;
pub mod tokens;
pub mod verify;
pub mod words;

pub use options::{Endpoint, EndpointError, Mode, Options};
pub use run::{JudgeError, Judged, Planned};
pub use select::{Code, Page, Rules, Told};

//! Shelflife audits documentation for freshness: it finds what pages say that is no longer true,
//! and proves it from git history.
//!
//! A page makes statements. When a line was written, the code bore it out: the option that it names
//! was declared, the file that it links to existed. Git remembers both the moment at which the line was
//! written and the code as it was then, so staleness is no guess about age. What a page names is a
//! *reference*; what backed it in the code is its *witness*; a reference that had a witness and has
//! none now, or another one, is stale, and the commit that took the witness away is the proof.
//!
//! What could not be read is *inconclusive*, which is neither fresh nor stale.
//!
//! # The way of the data
//!
//! [`pipeline`] alone knows the order of the stages:
//!
//! | module | stage |
//! |---|---|
//! | [`config`] | `shelflife.toml`, checked, with the places of mistakes |
//! | [`source`] | pages that stand elsewhere: Notion, wikis, other repositories, dumps of them |
//! | [`system`] | where the code is that pages describe, which commit of it counts, which page describes which |
//! | [`document`] | finds the pages and parses all formats into one model with exact spans |
//! | [`mod@reference`] | what pages name, and what they say of it |
//! | [`code`] | declarations of eight languages, by their grammars |
//! | [`history`] | what git remembers: moments, witnesses then and now, causes, replacements |
//! | [`rule`] | what each rule finds and why, as data; the checks |
//! | [`finding`] | results, with evidence, and names that survive edits |
//! | [`judge`] | a language model on passages whose code has changed, where asked for; only quotes that hold count |
//! | [`triage`] | suppressions, baseline, policy: what is reported, and what follows from it |
//! | [`report`] | text, JSON, SARIF, HTML, Markdown: pure functions of the audit |
//! | [`fix`] | certain changes to pages, as a patch or in place |
//! | [`exclusion`] | what a retrieval pipeline should not quote, in the form that its store takes |
//! | [`publish`] | the only stage that writes outside: issues, comments, checks and pull requests at GitHub, a Dify dataset |
//! | [`serve`] | a filter in front of a retrieval service, by an exclusion list |
//! | [`graph`] | pages, what they name and who owns them as a graph; which pages a file concerns |
//! | [`mod@merge`] | many audits as one |
//! | [`init`] | workflows and configuration for a repository that has none |
//! | [`cache`] | what is kept between runs |
//! | [`schema`] | the published JSON Schemas of all that is read and written |
//!
//! An audit without sources, systems elsewhere or a judge uses no network. It runs nothing of what it
//! audits, and gives the same bytes for the same repository, options and `now`.

pub mod cache;
pub mod code;
pub mod config;
pub mod document;
pub mod exclusion;
pub mod finding;
pub mod fix;
pub mod graph;
pub mod history;
pub mod init;
pub mod judge;
pub mod merge;
pub mod pipeline;
pub mod publish;
pub mod reference;
pub mod report;
pub mod rule;
pub mod schema;
pub mod serve;
pub mod source;
pub mod system;
pub mod triage;

#[cfg(test)]
mod testing;

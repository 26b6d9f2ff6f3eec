//! Integration tests: one binary, so that linking stays cheap. One file per subject.

#![allow(clippy::unwrap_used)]

mod support;

mod action;
mod bad_input;
mod baseline;
mod builder;
mod cache;
mod change;
mod cli;
mod collect;
mod config;
mod dify;
mod elsewhere;
mod export;
mod fix;
mod fix_command;
mod github;
mod graph;
mod html;
mod judge;
mod live;
mod markdown;
mod moments;
mod names;
mod networks;
mod nothing_runs;
mod notion;
mod places;
mod publish;
mod readme;
mod releases;
mod remote;
mod report;
mod repositories;
mod review;
mod rules;
mod sarif;
mod schema;
mod serve;
mod signals;
mod suppression;
mod wiki;

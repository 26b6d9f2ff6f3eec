//! The options of `shelflife audit` that concern the judge.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use shelflife::config::JudgeConfig;
use shelflife::judge::budget::Limits;
use shelflife::judge::{Endpoint, EndpointError, Mode, Options, Planned, Rules};
use shelflife::report::template::Templates;

use crate::failure::Failure;

const DEFAULT_BASE: &str = "https://api.openai.com/v1";
const DEFAULT_MODEL: &str = "gpt-4.1-mini";

/// Ask a model whether pages contradict code that changed.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub struct JudgeArgs {
    /// Ask a model about sections whose code changed (needs an endpoint of the OpenAI kind, see `[judge]`)
    #[arg(long)]
    judge: bool,
    /// Print what --judge would send and what it would cost in tokens, instead of the report; send nothing
    #[arg(long)]
    pub judge_dry_run: bool,
    /// Write the questions of --judge to FILE, as the input of an OpenAI batch; send nothing
    #[arg(long, value_name = "FILE")]
    pub judge_batch: Option<PathBuf>,
    /// Take the answers from FILE, the output of such a batch
    #[arg(long, value_name = "FILE")]
    judge_results: Option<PathBuf>,
}

impl JudgeArgs {
    /// What the judge is asked to do; none where it is not asked.
    pub fn options(&self, config: &JudgeConfig, templates: &Templates) -> Result<Option<Options>, Failure> {
        let mode = match (self.judge, self.judge_dry_run, &self.judge_batch, &self.judge_results) {
            (true, ..) => Mode::Ask,
            (_, true, ..) => Mode::DryRun,
            (_, _, Some(file), _) => {
                crate::output::check_place(file)?;
                Mode::Batch(file.clone())
            }
            (.., Some(file)) => Mode::Results(file.clone()),
            _ => return Ok(None),
        };
        let variable = |name: &str| std::env::var(name).ok().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let base = config.base_url.clone().or_else(|| variable("OPENAI_BASE_URL"));
        let base = base.unwrap_or_else(|| DEFAULT_BASE.to_owned());
        let key = if mode == Mode::Ask { variable(&config.api_key_env).map(SecretString::from) } else { None };
        let endpoint = Endpoint::new(&base, key).map_err(usage)?;
        if mode == Mode::Ask && endpoint.key.is_none() && endpoint.takes_completion_tokens() {
            return Err(Failure::usage(format!("--judge needs a key for {base}, and {} is not set", config.api_key_env))
                .help("set it, name another variable as `api_key_env` of [judge] in a file given with --config, or use --judge-batch, which needs none"));
        }
        Ok(Some(Options {
            mode,
            endpoint: Some(endpoint),
            model: config
                .model
                .clone()
                .or_else(|| variable("SHELFLIFE_JUDGE_MODEL"))
                .unwrap_or_else(|| DEFAULT_MODEL.to_owned()),
            limits: Limits { requests: config.max_requests, tokens: config.max_tokens },
            concurrency: config.concurrency,
            timeout: Duration::from_secs(config.timeout),
            retries: config.retries,
            temperature: config.temperature,
            answer_tokens: config.answer_tokens,
            structured: config.structured,
            pages: config.pages,
            rules: Rules { words: config.words, evidence_tokens: config.evidence_tokens },
            templates: templates.clone(),
        }))
    }
}

fn usage(error: EndpointError) -> Failure {
    let text = error.to_string();
    match text.split_once('\n') {
        Some((message, help)) => Failure::usage(message).help(help.trim_matches(['(', ')'])),
        None => Failure::usage(text),
    }
}

/// Prints what would be sent, question by question, and what it would cost.
pub fn print(questions: &[Planned], out: &mut dyn Write) -> std::io::Result<()> {
    for question in questions {
        writeln!(
            out,
            "--- {}:{}-{}  request {}  about {} tokens, answer up to {}",
            shelflife::report::escape::terminal(&question.document),
            question.lines.0,
            question.lines.1,
            question.id,
            question.tokens,
            question.answer_tokens,
        )?;
        for line in question.text.lines() {
            writeln!(out, "{}", shelflife::report::escape::terminal(line))?;
        }
        writeln!(out)?;
    }
    let tokens: u64 = questions.iter().map(|q| q.tokens).sum();
    let answers: u64 = questions.iter().map(|q| q.answer_tokens).sum();
    writeln!(
        out,
        "{} requests, about {tokens} tokens of questions, at most {answers} of answers; nothing was sent",
        questions.len()
    )
}

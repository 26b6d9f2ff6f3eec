//! `shelflife serve`.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use secrecy::SecretString;
use shelflife::exclusion::target::By;
use shelflife::exclusion::template::Template;
use shelflife::report::escape;
use shelflife::serve::guard::Guard;
use shelflife::serve::list::{Current, Naming, Watched};
use shelflife::serve::{self, OnMissing, Service};
use shelflife::source::http::{BaseUrl, Endpoint, EndpointOptions, Rate, Transport, TransportOptions};

use crate::exit::Exit;
use crate::failure::Failure;

/// Filter what a retrieval finds, as Dify's External Knowledge API.
///
/// Asks the upstream for more than is wanted, leaves out what the list excludes, ranks lower what it
/// demotes, and tells in each record's metadata what is known of it. `GET /v1/freshness?id=` answers
/// for single pages. The list is read again when its file changes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife serve exclusions.json                                      freshness only, on this machine
  shelflife serve exclusions.json --upstream http://127.0.0.1:9000 --knowledge handbook --max-age 7d
  shelflife serve exclusions.json --upstream https://rag.example.org/v1 --upstream-key-env RAG_KEY \\
      --listen 0.0.0.0:8780 --token-env SHELFLIFE_TOKEN --host filter.example.org

In Dify, add an external knowledge API with this server's address as its endpoint.")]
pub struct Args {
    /// The canonical list, from `shelflife export`
    #[arg(value_name = "LIST.json")]
    list: PathBuf,
    /// What is filtered: a server of the same protocol, without `/retrieval`
    #[arg(long, value_name = "URL")]
    upstream: Option<String>,
    /// The environment variable that holds the upstream's key
    #[arg(long, value_name = "NAME", requires = "upstream")]
    upstream_key_env: Option<String>,
    /// Where to listen; other machines can reach it only with a token
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8780")]
    listen: SocketAddr,
    /// The environment variable that holds the token to ask for
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,
    /// A name by which others may call this server (repeatable)
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// A knowledge base that may be asked [default: all] (repeatable)
    #[arg(long, value_name = "ID")]
    knowledge: Vec<String>,
    /// The metadata field by which records are known; `title` for their title
    #[arg(long, value_name = "FIELD", default_value = "path")]
    id_field: String,
    /// What stands in it [default: {path}, by section {path}#{section}]
    #[arg(long, value_name = "TEMPLATE")]
    id: Option<String>,
    /// Whether it names pages or sections
    #[arg(long, value_name = "WHAT", value_parser = ["document", "section"], default_value = "document")]
    by: String,
    /// The metadata fields with a record's first and last line in its page: pieces that hold a wrong line go
    #[arg(long, value_name = "FIRST,LAST", value_parser = pair, conflicts_with = "by")]
    line_fields: Option<[String; 2]>,
    /// How old the list may be: 12h, 7d [default: any age]
    #[arg(long, value_name = "AGE", value_parser = age)]
    max_age: Option<Duration>,
    /// What happens without a list that holds
    #[arg(long, value_enum, value_name = "WHAT", default_value = "pass")]
    on_missing: OnMissingArg,
    /// Seconds that the upstream may take
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

/// `--on-missing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnMissingArg {
    /// Records pass, and say that nothing is known of them
    Pass,
    /// Nothing is answered
    Refuse,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let token = args.token_env.as_deref().map(secret).transpose()?;
    serve::check(args.listen, token.as_ref()).map_err(|e| Failure::usage(e.to_string()))?;
    let by = if args.by == "section" { By::Section } else { By::Document };
    let by_default = if by == By::Section { "{path}#{section}" } else { "{path}" };
    let template = Template::parse(args.id.as_deref().unwrap_or(by_default), by == By::Section)
        .map_err(|e| Failure::usage(e.to_string()))?;
    let naming = Naming { field: args.id_field.clone(), by, template, lines: args.line_fields.clone() };
    let service = Service {
        list: Watched::new(args.list.clone(), naming, args.max_age),
        upstream: upstream(args)?,
        knowledge: (!args.knowledge.is_empty()).then(|| args.knowledge.clone()),
        on_missing: match args.on_missing {
            OnMissingArg::Pass => OnMissing::Pass,
            OnMissingArg::Refuse => OnMissing::Refuse,
        },
        guard: Guard::new(token, args.host.clone()),
    };
    // It may well come later: said, and no reason not to run.
    let missing = match service.list.current(chrono::Utc::now()) {
        Current::Missing(reason) => Some(reason),
        Current::Fresh(_) | Current::TooOld(_) => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::cannot(format!("no runtime could be started: {e}")))?;
    let ready = |address: SocketAddr| {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "listening on http://{address}");
        if let Some(reason) = missing {
            let told = format!("warning: {}: {reason}: there is no list until it can be read", args.list.display());
            let _ = writeln!(err, "{}", escape::terminal(&told));
        }
    };
    runtime.block_on(async {
        // Before anyone is told the address: who asks it to stop at once is heeded too.
        let stop = stopped().map_err(|e| Failure::cannot(format!("signals can't be heeded: {e}")))?;
        serve::serve(service, args.listen, ready, stop).await.map_err(|e| Failure::cannot(e.to_string()))
    })?;
    Ok(Exit::Clean)
}

/// Two names.
fn pair(text: &str) -> Result<[String; 2], String> {
    match text.split_once(',') {
        Some((first, last)) if !first.is_empty() && !last.is_empty() && !last.contains(',') => {
            Ok([first.to_owned(), last.to_owned()])
        }
        _ => Err("two fields belong here, such as start_line,end_line".into()),
    }
}

fn upstream(args: &Args) -> Result<Option<Endpoint>, Failure> {
    let Some(url) = &args.upstream else { return Ok(None) };
    let base = BaseUrl::parse(url).map_err(|e| Failure::usage(e.to_string()))?;
    let token = args.upstream_key_env.as_deref().map(secret).transpose()?;
    let time = Duration::from_secs(args.timeout);
    let options = TransportOptions {
        attempt: time,
        total: time,
        repetitions: 1,
        max_body: 16 << 20,
        ..TransportOptions::default()
    };
    let made = Transport::new(options).and_then(|transport| {
        let rate = Rate { per_second: 1_000.0, burst: 1_000, concurrency: 64 };
        Endpoint::new(transport, EndpointOptions { base, token, headers: Default::default(), rate })
    });
    made.map(Some).map_err(|e| Failure::usage(e.to_string()))
}

fn secret(name: &str) -> Result<SecretString, Failure> {
    match std::env::var(name).ok().filter(|value| !value.trim().is_empty()) {
        Some(value) => Ok(SecretString::from(value.trim().to_owned())),
        None => Err(Failure::usage(format!("the environment variable {name} holds nothing"))),
    }
}

/// Ends when the user or the system asks the program to. Both are heeded from this call on.
fn stopped() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

fn age(text: &str) -> Result<Duration, String> {
    let wrong = || "an age is a number of hours or days, such as 12h or 7d".to_owned();
    let (number, seconds) = match text.strip_suffix('h') {
        Some(number) => (number, 3_600),
        None => (text.strip_suffix('d').ok_or_else(wrong)?, 86_400),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

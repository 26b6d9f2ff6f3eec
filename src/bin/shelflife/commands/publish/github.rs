//! What all kinds at GitHub take, and how an audit gets ready to be shown there.

use std::fs;
use std::future::Future;
use std::path::Path;

use secrecy::SecretString;
use shelflife::publish::audience::{self, Told};
use shelflife::publish::github::{Access, Api, ApiError, Event, Slug, Tokio};
use shelflife::publish::{Done, PublishError};
use shelflife::report::escape::terminal;
use shelflife::report::json::v1::{Audit, SCHEMA_VERSION};

use crate::commands::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// The largest audit that is published from, in bytes: another job may have made it.
const LARGEST: u64 = 256 << 20;
/// The same where a stranger's job did.
const LARGEST_SECOND_HAND: u64 = 64 << 20;
/// Findings and pages of a stranger's audit that are looked at.
const MOST: usize = 20_000;

/// Where to publish.
#[derive(Debug, clap::Args)]
pub struct GitHub {
    /// The repository, as owner/name
    #[arg(long, value_name = "OWNER/NAME", env = "GITHUB_REPOSITORY")]
    pub repo: Option<Slug>,
    /// The API's address
    #[arg(long, value_name = "URL", env = "GITHUB_API_URL", default_value = "https://api.github.com")]
    pub api_url: String,
    /// Where the full report is, to be linked
    #[arg(long, value_name = "URL")]
    pub report_url: Option<String>,
    /// Show counts and links alone of what the repository's readers may not read
    #[arg(long)]
    pub redact: bool,
    /// Print what would be published, and publish nothing; needs no token
    #[arg(long)]
    pub dry_run: bool,
}

/// Who asks, and why.
pub struct Session {
    /// GitHub.
    pub api: Api,
    /// The repository.
    pub slug: Slug,
    /// What GitHub tells of it.
    pub told: Told,
}

impl GitHub {
    /// The repository that was named.
    pub fn slug(&self) -> Result<Slug, Failure> {
        self.repo.clone().ok_or_else(|| {
            Failure::usage("no repository to publish in")
                .help("name it with --repo OWNER/NAME, or set GITHUB_REPOSITORY")
        })
    }

    /// Connects, and asks about the repository.
    pub async fn session(&self) -> Result<Session, Failure> {
        let slug = self.slug()?;
        let token = std::env::var("GITHUB_TOKEN").ok().filter(|token| !token.trim().is_empty()).ok_or_else(|| {
            Failure::usage("no token: GITHUB_TOKEN is not set")
                .help("in a job: `env: GITHUB_TOKEN: ${{ github.token }}`; --dry-run needs none")
        })?;
        let access = Access { base: self.api_url.clone(), token: SecretString::from(token.trim().to_owned()) };
        let api = Api::new(&access, Box::new(Tokio)).map_err(|e| failure(&e.into()))?;
        let told = audience::ask(&api, &slug).await.map_err(|e| failure(&e.into()))?;
        Ok(Session { api, slug, told })
    }

    /// Sees to it that nobody reads in the repository what they may not read.
    pub async fn admit(&self, session: &Session, audit: &mut Audit) -> Result<(), Failure> {
        let Session { api, slug, told } = session;
        // What a text links to is the repository that it stands in, whatever the audit's checkout was called.
        let readers = audience::readers(api, slug, told, audit).await.map_err(|e| failure(&e.into()))?;
        if self.redact {
            readers.redact(audit);
            return Ok(());
        }
        readers.check(audit, slug).map_err(|e| failure(&e.into()))
    }
}

/// Reads the audit in `path`.
pub fn read(path: &Path, event: &Event) -> Result<Audit, Failure> {
    let name = path.display();
    let limit = if event.is_second_hand() { LARGEST_SECOND_HAND } else { LARGEST };
    let unreadable = |e: std::io::Error| {
        Failure::cannot(format!("{name}: {e}")).help("`shelflife audit -o audit.json` writes an audit")
    };
    if fs::metadata(path).map_err(unreadable)?.len() > limit {
        return Err(Failure::cannot(format!("{name} is larger than {} MiB", limit >> 20)));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let mut audit: Audit =
        serde_json::from_slice(&bytes).map_err(|e| Failure::cannot(format!("{name} is no audit: {e}")))?;
    if audit.schema_version != SCHEMA_VERSION {
        let found = audit.schema_version;
        return Err(Failure::cannot(format!("{name} is an audit of schema version {found}, not {SCHEMA_VERSION}")));
    }
    if event.is_second_hand() {
        // A stranger's code ran in the job that made it: no address in it is followed or shown.
        audit.findings.truncate(MOST);
        audit.documents.truncate(MOST);
        for document in &mut audit.documents {
            document.url = None;
        }
        audit.systems.truncate(1);
        for system in &mut audit.systems {
            system.web = None;
            ".".clone_into(&mut system.repo);
        }
    }
    Ok(audit)
}

/// Lets the texts link to the repository in which they stand, where the audit knows no place.
pub fn link_home(audit: &mut Audit, told: &Told) {
    if let Some(system) = audit.systems.first_mut().filter(|s| s.repo == "." && s.web.is_none()) {
        system.web = Some(told.web.clone()).filter(|web| shelflife::report::link::is_web(web));
    }
}

/// Runs what waits for the network.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::cannot(format!("the network can't be used: {e}")))?;
    runtime.block_on(work)
}

/// Tells what was done.
pub fn tell(done: &Done) -> Result<Exit, Failure> {
    print(format!("{}\n", terminal(&done.to_string())).as_bytes())?;
    Ok(Exit::Clean)
}

/// Warns on stderr.
pub fn warn(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "warning: {}", terminal(text));
}

/// A publisher's failure as the program's.
pub fn failure(error: &PublishError) -> Failure {
    let text = error.to_string();
    let (message, help) = match text.split_once('\n') {
        Some((message, help)) => (message, Some(help.trim_matches(['(', ')']).to_owned())),
        None => (text.as_str(), None),
    };
    let failure = if error.is_usage() { Failure::usage(message) } else { Failure::cannot(message) };
    Failure { help, ..failure }
}

/// The same for what an API says.
pub fn api_failure(error: ApiError) -> Failure {
    failure(&error.into())
}

//! Clones of repositories that stand elsewhere: bare, in the cache folder, fetched incrementally.
//!
//! libgit2 does it, no git process. The token reaches it through a callback that looks at the host it
//! is asked for; it stands in no address, no configuration and no message. What a server says is
//! stripped of tokens and control characters before anybody sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use git2::{AutotagOption, Cred, CredentialType, ErrorClass, ErrorCode, FetchOptions, FetchPrune, ProxyOptions};
use git2::{Direction, RemoteCallbacks, RemoteRedirect};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::credentials::{Tokens, host_of, variable_for};
use crate::config::RepoAddress;

/// The folder in the cache folder.
const FOLDER: &str = "git";
/// What a fetch may take in all, unless the caller says otherwise.
pub const TIME_LIMIT: Duration = Duration::from_secs(20 * 60);

/// A repository on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its folder.
    pub path: PathBuf,
    /// The commit that the remote calls its head; none where it says nothing (an empty repository).
    pub default: Option<git2::Oid>,
    /// Why what is there is older than what the host has: it could not be reached.
    pub stale: Option<FetchError>,
}

/// Why a repository is not to be had. No token stands in any of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The host asks for a token, or refuses the one it got.
    #[error("{address} {what}{help}", what = if *.given { "refused the token" } else { "asks for a token" })]
    Unauthorized {
        /// Where.
        address: String,
        /// Whether a token was sent.
        given: bool,
        /// Which variable, which rights.
        help: String,
    },
    /// The repository is not there, or not for this token.
    #[error(
        "{address} is not there, or this token may not read it (it needs read access to the repository's contents)"
    )]
    NotFound {
        /// Where.
        address: String,
    },
    /// The host can't be reached.
    #[error(
        "{address} can't be reached: {message} (proxies are taken from HTTPS_PROXY, further authorities from SSL_CERT_FILE)"
    )]
    Unreachable {
        /// Where.
        address: String,
        /// libgit2's words.
        message: String,
    },
    /// It took too long.
    #[error("{address} was not fetched within {} s; a later run goes on", .limit.as_secs())]
    TimeLimit {
        /// Where.
        address: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The folder can't be written to.
    #[error("the clone of {address} in {} can't be written: {message}", path.display())]
    Cache {
        /// Where from.
        address: String,
        /// The folder.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
}

impl FetchError {
    /// A stable word for reports.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } => "unauthorized",
            Self::NotFound { .. } => "not-found",
            Self::Unreachable { .. } | Self::TimeLimit { .. } => "unreachable",
            Self::Cache { .. } => "unreadable",
        }
    }
}

/// Clones, or fetches what is new, into the cache folder `cache`. A repository on this machine is used
/// where it is.
///
/// Where the host can't be reached and an earlier run left a clone, that is given, with
/// [`Fetched::stale`] saying so.
///
/// # Errors
/// Where there is nothing to be had. Blocks; see [`TIME_LIMIT`].
pub fn fetch(
    address: &RepoAddress,
    cache: &Path,
    tokens: &Arc<Tokens>,
    limit: Duration,
) -> Result<Fetched, FetchError> {
    let url = match address {
        RepoAddress::Path(path) => return Ok(Fetched { path: path.clone(), default: None, stale: None }),
        RepoAddress::Http(url) | RepoAddress::Ssh(url) => url.clone(),
    };
    let path = cache.join(FOLDER).join(folder_name(&url));
    let job = Job { url, shown: address.display(), path: path.clone(), tokens: Arc::clone(tokens), limit };
    // libgit2 waits for a silent host for ever; this thread does not. What is left behind ends with
    // the program, and a half-made fetch leaves the clone as it was.
    let (send, receive) = mpsc::channel();
    let shown = job.shown.clone();
    let begun = std::thread::Builder::new().name("fetch".to_owned()).spawn(move || {
        // The receiver has gone where the time was over.
        let _ = send.send(job.run());
    });
    let done = match begun {
        Ok(_) => receive.recv_timeout(limit).unwrap_or(Err(FetchError::TimeLimit { address: shown.clone(), limit })),
        Err(error) => Err(FetchError::Unreachable { address: shown.clone(), message: error.to_string() }),
    };
    match done {
        Ok(default) => Ok(Fetched { path, default, stale: None }),
        Err(error) => match remembered(&path) {
            Some(default) => Ok(Fetched { path, default: Some(default), stale: Some(error) }),
            None => Err(error),
        },
    }
}

/// The head that an earlier run left in the clone at `path`.
fn remembered(path: &Path) -> Option<git2::Oid> {
    let git = open(path).ok()?;
    git.head().ok()?.peel_to_commit().ok().map(|commit| commit.id())
}

fn open(path: &Path) -> Result<git2::Repository, git2::Error> {
    git2::Repository::open_ext(path, git2::RepositoryOpenFlags::NO_SEARCH, std::iter::empty::<&std::ffi::OsStr>())
}

/// A name for the clone of `url` that no other address has: readable, and a hash.
fn folder_name(url: &url::Url) -> String {
    let hash: String = Sha256::digest(url.as_str().as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
    let name = url.path().rsplit('/').find(|part| !part.is_empty() && *part != ".git").unwrap_or("repository");
    let name = name.strip_suffix(".git").unwrap_or(name);
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
    format!("{name}-{hash}.git")
}

struct Job {
    url: url::Url,
    shown: String,
    path: PathBuf,
    tokens: Arc<Tokens>,
    limit: Duration,
}

impl Job {
    fn run(&self) -> Result<Option<git2::Oid>, FetchError> {
        let git = self.repository()?;
        // An anonymous remote: no configuration of the clone says where it comes from, or what to do.
        let mut remote = git.remote_anonymous(self.url.as_str()).map_err(|e| self.failed(&e, false))?;
        let token = self.tokens.for_url(&self.url);
        let given = token.is_some();
        let mut proxy = ProxyOptions::new();
        proxy.auto();
        let (mut default, mut branch) = (None, None);
        {
            let connection = remote
                .connect_auth(Direction::Fetch, Some(self.callbacks()), Some(proxy))
                .map_err(|e| self.failed(&e, given))?;
            for head in connection.list().map_err(|e| self.failed(&e, given))? {
                if head.name() == "HEAD" {
                    default = Some(head.oid());
                    branch = head.symref_target().map(str::to_owned);
                }
            }
        }
        remote.disconnect().map_err(|e| self.failed(&e, given))?;
        let mut proxy = ProxyOptions::new();
        proxy.auto();
        let mut options = FetchOptions::new();
        options
            .remote_callbacks(self.callbacks())
            .proxy_options(proxy)
            .prune(FetchPrune::On)
            .update_fetchhead(false)
            .download_tags(AutotagOption::None);
        if given {
            // A token goes nowhere but to the host that it is for.
            options.follow_redirects(RemoteRedirect::None);
        }
        // Forced: a branch that was rewritten is as the host has it now. Pruned: so is one that is gone.
        let wanted = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        remote.fetch(&wanted, Some(&mut options), None).map_err(|e| self.failed(&e, given))?;
        if let Some(branch) = branch.filter(|name| git2::Reference::is_valid_name(name)) {
            // A head that points nowhere (an empty repository) is no error yet.
            git.set_head(&branch).map_err(|e| self.cache(&e))?;
        }
        Ok(default.filter(|id| git.find_commit(*id).is_ok()))
    }

    /// The clone that is there, else an empty one.
    fn repository(&self) -> Result<git2::Repository, FetchError> {
        if self.path.exists() {
            if let Ok(git) = open(&self.path) {
                return Ok(git);
            }
            // What a killed run left, or somebody else: it is only a copy.
            std::fs::remove_dir_all(&self.path).map_err(|e| self.io(&e))?;
        }
        if let Some(parent) = self.path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| self.io(&e))?;
        }
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).mkpath(true).external_template(false).no_reinit(false);
        let git = git2::Repository::init_opts(&self.path, &options).map_err(|e| self.cache(&e))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Code of private repositories is for the user alone.
            std::fs::set_permissions(&self.path, std::fs::Permissions::from_mode(0o700)).map_err(|e| self.io(&e))?;
        }
        Ok(git)
    }

    fn callbacks(&self) -> RemoteCallbacks<'static> {
        let mut callbacks = RemoteCallbacks::new();
        let (tokens, home) = (Arc::clone(&self.tokens), host_of(&self.url));
        let mut asked = 0_u32;
        callbacks.credentials(move |url, user, allowed| {
            // libgit2 asks again where the answer was refused, without end.
            asked += 1;
            if asked > 4 {
                return Err(git2::Error::new(ErrorCode::Auth, ErrorClass::Http, "the credentials were refused"));
            }
            if allowed.contains(CredentialType::USERNAME) {
                return Cred::username(user.unwrap_or("git"));
            }
            if allowed.contains(CredentialType::SSH_KEY) && asked <= 2 {
                return Cred::ssh_key_from_agent(user.unwrap_or("git"));
            }
            let url = url::Url::parse(url).ok().filter(|url| host_of(url) == home);
            match url.and_then(|url| tokens.for_url(&url)) {
                Some(token) if allowed.contains(CredentialType::USER_PASS_PLAINTEXT) && asked <= 1 => {
                    Cred::userpass_plaintext("x-access-token", token.expose_secret())
                }
                _ => Err(git2::Error::new(ErrorCode::Auth, ErrorClass::Http, "there are no credentials for this host")),
            }
        });
        let end = Instant::now() + self.limit;
        callbacks.transfer_progress(move |_| Instant::now() < end);
        callbacks
    }

    fn failed(&self, error: &git2::Error, given: bool) -> FetchError {
        let address = self.shown.clone();
        let message = self.clean(error.message());
        let status = |code: &str| error.class() == ErrorClass::Http && message.contains(code);
        let refused = matches!(error.code(), ErrorCode::Auth) || status("401") || status("403");
        if refused {
            let host = host_of(&self.url).unwrap_or_default();
            let variable = variable_for(&host);
            let help = if self.url.scheme() == "ssh" {
                ": add a key that may read it to your ssh agent (`ssh-add`)".to_owned()
            } else if host == "github.com" {
                ": set GITHUB_TOKEN or SHELFLIFE_GITHUB_TOKEN to a token that may read its contents (`contents: read`)"
                    .to_owned()
            } else {
                format!(": set {variable} to a token that may read it")
            };
            return FetchError::Unauthorized { address, given, help };
        }
        if matches!(error.code(), ErrorCode::NotFound) || status("404") {
            return FetchError::NotFound { address };
        }
        if matches!(error.class(), ErrorClass::Os | ErrorClass::Odb | ErrorClass::Filesystem | ErrorClass::Reference) {
            let io = error.class() == ErrorClass::Os && !self.path.exists();
            if error.class() != ErrorClass::Os || io {
                return FetchError::Cache { address, path: self.path.clone(), message };
            }
        }
        FetchError::Unreachable { address, message }
    }

    fn cache(&self, error: &git2::Error) -> FetchError {
        FetchError::Cache { address: self.shown.clone(), path: self.path.clone(), message: self.clean(error.message()) }
    }

    fn io(&self, error: &std::io::Error) -> FetchError {
        FetchError::Cache { address: self.shown.clone(), path: self.path.clone(), message: error.to_string() }
    }

    /// Another program's words, without tokens and control characters, and not without end.
    fn clean(&self, message: &str) -> String {
        let text = self.tokens.redact(message);
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect::<String>().trim().to_owned()
    }
}

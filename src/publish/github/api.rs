//! One client for all publishers, over `octocrab` with its transport and nothing repeated by itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ApiError;
use super::slug::Slug;

/// How often a read is asked again.
const TRIES: u32 = 5;
/// The longest single wait; GitHub asks for up to an hour, which a job should not sit out.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
/// Entries of a list that are read at most.
const MOST_ENTRIES: usize = 20_000;
/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How much of an answer's message is shown.
const SHOWN: usize = 300;

/// Waits between tries.
pub trait Pause: Send + Sync {
    /// Ends after `time`.
    fn wait(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Waits as long as it is told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokio;

impl Pause for Tokio {
    fn wait(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// Where the API is and who asks.
#[derive(Debug, Clone)]
pub struct Access {
    /// Its address, such as `https://api.github.com`.
    pub base: String,
    /// The token; no output shows it.
    pub token: SecretString,
}

/// A person or an app, as REST names them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// The name; of an app it ends in `[bot]`.
    pub login: String,
    /// `User` or `Bot`.
    #[serde(rename = "type", default)]
    pub kind: String,
}

/// A comment or an issue: what carries a marker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Thread {
    /// The id.
    pub id: u64,
    /// Of an issue or pull request, its number.
    #[serde(default)]
    pub number: u64,
    /// The text; none counts as empty.
    pub body: Option<String>,
    /// Who wrote it.
    pub user: Option<User>,
    /// Where people see it.
    #[serde(default)]
    pub html_url: String,
    /// `open` or `closed`.
    #[serde(default)]
    pub state: String,
    /// Set where an issue is a pull request.
    #[serde(default)]
    pub pull_request: Option<Value>,
}

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    login: String,
}

impl Own {
    /// Us, by the name that GitHub gives us.
    #[must_use]
    pub fn new(login: &str) -> Self {
        Self { login: login.to_owned() }
    }

    /// The names under which a list of issues may know us.
    #[must_use]
    pub fn logins(&self) -> Vec<String> {
        let app = format!("{}[bot]", self.login);
        if self.login.ends_with("[bot]") { vec![self.login.clone()] } else { vec![self.login.clone(), app] }
    }

    /// Whether `user` is us. An app's name ends in `[bot]` here and not there; a person who took an
    /// app's name is another.
    #[must_use]
    pub fn wrote(&self, user: Option<&User>) -> bool {
        let Some(user) = user else { return false };
        let bare = |login: &str| login.strip_suffix("[bot]").unwrap_or(login).to_ascii_lowercase();
        let is_bot = user.login.ends_with("[bot]") && user.kind == "Bot";
        user.login.eq_ignore_ascii_case(&self.login) || (is_bot && bare(&user.login) == bare(&self.login))
    }
}

/// An answer that is no refusal.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body; `null` where it is empty.
    pub body: Value,
}

/// GitHub's API.
pub struct Api {
    crab: octocrab::Octocrab,
    pause: Box<dyn Pause>,
    own: OnceLock<Own>,
}

/// What one try gave.
enum Tried {
    Answer(Answer),
    /// Not carried out, and worth another try after this long.
    Later(Option<Duration>, ApiError),
    /// Perhaps carried out.
    Unsure(ApiError),
    Never(ApiError),
}

impl Api {
    /// A client. To be made within a Tokio runtime.
    ///
    /// # Errors
    /// Where the address is none, or is not https (loopback aside).
    pub fn new(access: &Access, pause: Box<dyn Pause>) -> Result<Self, ApiError> {
        let failed = |message: String| ApiError::Client { base: access.base.clone(), message };
        let url = url::Url::parse(&access.base).map_err(|e| failed(e.to_string()))?;
        let local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err(failed("a token goes over https only".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(failed("an address without credentials and query is needed".to_owned()));
        }
        let base = access.base.trim_end_matches('/');
        let crab = octocrab::Octocrab::builder()
            .base_uri(base)
            .map_err(|e| failed(e.to_string()))?
            .personal_token(access.token.clone())
            .set_connect_timeout(Some(TIMEOUT))
            .set_read_timeout(Some(TIMEOUT))
            .build()
            .map_err(|e| failed(e.to_string()))?;
        Ok(Self { crab, pause, own: OnceLock::new() })
    }

    /// Reads `route`. Rate limits are waited for, broken connections and 5xx tried again.
    ///
    /// # Errors
    /// What GitHub says in the end.
    pub async fn get(&self, route: &str) -> Result<Value, ApiError> {
        self.read("GET", route, None).await.map(|answer| answer.body)
    }

    /// Reads all pages of the list at `route`.
    ///
    /// # Errors
    /// What GitHub says; where there is no end to it.
    pub async fn list<T: serde::de::DeserializeOwned>(
        &self,
        route: &str,
        within: Option<&str>,
    ) -> Result<Vec<T>, ApiError> {
        let mut all = Vec::new();
        let join = if route.contains('?') { '&' } else { '?' };
        for page in 1.. {
            let paged = format!("{route}{join}per_page=100&page={page}");
            let mut body = self.get(&paged).await?;
            let entries = match within {
                Some(key) => body.get_mut(key).map(Value::take).unwrap_or_default(),
                None => body,
            };
            let wrong = |message: String| ApiError::Answer { method: "GET", route: route.to_owned(), message };
            let Value::Array(entries) = entries else { return Err(wrong("it is no list".to_owned())) };
            let full = entries.len() == 100;
            for entry in entries {
                all.push(serde_json::from_value(entry).map_err(|e| wrong(e.to_string()))?);
            }
            if !full {
                break;
            }
            if all.len() >= MOST_ENTRIES {
                return Err(ApiError::TooMany { route: route.to_owned(), most: MOST_ENTRIES });
            }
        }
        Ok(all)
    }

    /// Asks GraphQL, for what only reads.
    ///
    /// # Errors
    /// What GitHub says.
    pub async fn query(&self, query: &str, variables: Value) -> Result<Value, ApiError> {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.read("POST", "/graphql", Some(&body)).await?.body;
        if let Some(error) = answer.pointer("/errors/0/message").and_then(Value::as_str) {
            let message = shorten(error);
            return Err(ApiError::Answer { method: "POST", route: "/graphql".to_owned(), message });
        }
        Ok(answer.get("data").cloned().unwrap_or_default())
    }

    async fn read(&self, method: &'static str, route: &str, body: Option<&Value>) -> Result<Answer, ApiError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (wait, error) = match self.send_once(method, route, body).await {
                Tried::Answer(answer) => return Ok(answer),
                Tried::Never(error) => return Err(error),
                Tried::Later(wait, error) => (wait, error),
                Tried::Unsure(error) => (None, error),
            };
            let wait = wait.unwrap_or_else(|| Duration::from_millis(500) * 2_u32.pow(tries));
            if tries >= TRIES || wait > LONGEST_WAIT {
                return Err(error);
            }
            self.pause.wait(wait).await;
        }
    }

    /// Writes once. What a rate limit refused was surely not carried out and is tried again after the
    /// wait that GitHub asks for. Anything else is told as it is: [`ApiError::NoAnswer`] and 5xx may
    /// have been carried out, so whoever calls looks before writing again.
    ///
    /// # Errors
    /// What GitHub says.
    pub async fn write(&self, method: &'static str, route: &str, body: &Value) -> Result<Value, ApiError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.send_once(method, route, Some(body)).await {
                Tried::Answer(answer) => return Ok(answer.body),
                Tried::Never(error) | Tried::Unsure(error) => return Err(error),
                Tried::Later(wait, error) => {
                    let wait = wait.unwrap_or(Duration::from_secs(2) * tries);
                    if tries >= TRIES || wait > LONGEST_WAIT {
                        return Err(error);
                    }
                    self.pause.wait(wait).await;
                }
            }
        }
    }

    /// Whether a write's failure leaves open if it was carried out.
    #[must_use]
    pub fn is_unsure(error: &ApiError) -> bool {
        match error {
            ApiError::NoAnswer { .. } | ApiError::Answer { .. } => true,
            ApiError::Refused { status, .. } => *status >= 500,
            ApiError::Client { .. } | ApiError::TooMany { .. } => false,
        }
    }

    async fn send_once(&self, method: &'static str, route: &str, body: Option<&Value>) -> Tried {
        let none = None::<&Value>;
        let sent = match method {
            "GET" => self.crab._get(route).await,
            "POST" => self.crab._post(route, body).await,
            "PATCH" => self.crab._patch(route, body).await,
            "PUT" => self.crab._put(route, body).await,
            _ => self.crab._delete(route, none).await,
        };
        let no_answer = |message: String| ApiError::NoAnswer { method, route: route.to_owned(), message };
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Tried::Unsure(no_answer(transport_words(&error))),
        };
        let status = response.status().as_u16();
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let (after, left, reset) =
            (header("retry-after"), header("x-ratelimit-remaining"), header("x-ratelimit-reset"));
        let text = match self.crab.body_to_string(response).await {
            Ok(text) => text,
            Err(error) => return Tried::Unsure(no_answer(transport_words(&error))),
        };
        if (200..300).contains(&status) {
            if text.trim().is_empty() {
                return Tried::Answer(Answer { status, body: Value::Null });
            }
            return match serde_json::from_str(&text) {
                Ok(body) => Tried::Answer(Answer { status, body }),
                Err(error) => {
                    Tried::Unsure(ApiError::Answer { method, route: route.to_owned(), message: error.to_string() })
                }
            };
        }
        let message = serde_json::from_str::<Value>(&text)
            .ok()
            .and_then(|body| body.get("message").and_then(Value::as_str).map(shorten))
            .unwrap_or_default();
        let secondary = message.to_ascii_lowercase().contains("rate limit");
        let limited =
            status == 429 || (status == 403 && (after.is_some() || left.as_deref() == Some("0") || secondary));
        let error = ApiError::Refused { method, route: route.to_owned(), status, message, limited };
        if limited {
            let seconds = after.and_then(|v| v.trim().parse::<u64>().ok());
            let until = || reset?.trim().parse::<u64>().ok()?.checked_sub(now()?);
            return Tried::Later(seconds.or_else(until).map(Duration::from_secs), error);
        }
        if status >= 500 { Tried::Unsure(error) } else { Tried::Never(error) }
    }

    /// Who we are, asked once.
    ///
    /// # Errors
    /// What GitHub says.
    pub async fn own(&self) -> Result<Own, ApiError> {
        if let Some(own) = self.own.get() {
            return Ok(own.clone());
        }
        // A job's own token may not ask REST who it is.
        let login = match self.query(include_str!("viewer.graphql"), json!({})).await {
            Ok(data) => data.pointer("/viewer/login").and_then(Value::as_str).map(str::to_owned),
            Err(_) => None,
        };
        let login = match login {
            Some(login) => login,
            None => {
                let user = self.get("/user").await?;
                let login = user.get("login").and_then(Value::as_str).map(str::to_owned);
                login.ok_or_else(|| ApiError::Answer {
                    method: "GET",
                    route: "/user".to_owned(),
                    message: "it names nobody".to_owned(),
                })?
            }
        };
        Ok(self.own.get_or_init(|| Own::new(&login)).clone())
    }

    /// Whether `login` may write to the repository.
    ///
    /// # Errors
    /// What GitHub says; that there is no such person is no error.
    pub async fn may_write(&self, slug: &Slug, login: &str) -> Result<bool, ApiError> {
        let plain = !login.is_empty() && login.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !plain {
            return Ok(false);
        }
        match self.get(&format!("/repos/{slug}/collaborators/{login}/permission")).await {
            Ok(answer) => {
                let permission = answer.get("permission").and_then(Value::as_str).unwrap_or_default();
                Ok(matches!(permission, "admin" | "write" | "maintain"))
            }
            Err(error) if error.status() == Some(404) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn now() -> Option<u64> {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok().map(|d| d.as_secs())
}

fn shorten(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    crate::report::inert::clip(&text, SHOWN).into_owned()
}

/// The innermost words of a transport's error, in which no header and no token stands.
fn transport_words(error: &octocrab::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    shorten(inner.to_string().lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Own, User};

    #[test]
    fn an_app_is_known_with_and_without_its_mark_and_a_person_is_not_an_app() {
        let user = |login: &str, kind: &str| Some(User { login: login.into(), kind: kind.into() });
        for ours in ["github-actions[bot]", "github-actions"] {
            assert!(Own::new(ours).wrote(user("github-actions[bot]", "Bot").as_ref()), "{ours}");
            assert!(!Own::new(ours).wrote(user("someone", "User").as_ref()));
            assert!(!Own::new(ours).wrote(None));
        }
        assert!(!Own::new("github-actions[bot]").wrote(user("github-actions", "User").as_ref()));
        assert!(Own::new("Ada").wrote(user("ada", "User").as_ref()));
        assert!(!Own::new("ada").wrote(user("ada[bot]", "User").as_ref()));
    }
}

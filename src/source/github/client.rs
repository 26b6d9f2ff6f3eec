//! `octocrab` over our transport: its forms and its ways to sign in, our limits, repetitions and bounds.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, to_bytes};
use axum::http::{Request as HttpRequest, Response as HttpResponse};
use octocrab::auth::AppAuth;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};

use super::fault;
use crate::source::http::{Endpoint, HttpError, Rate, Repeat, Request};
use crate::source::{FailureReason, SourceError};

/// Where GitHub's API is, unless the configuration says otherwise.
pub const BASE_URL: &str = "https://api.github.com";

/// Far below what GitHub allows at once; what it allows in an hour it says itself.
pub const RATE: Rate = Rate { per_second: 15.0, burst: 15, concurrency: 8 };

/// The largest request that we send.
const MAX_SENT: usize = 4 << 20;

/// Who we are at GitHub.
#[derive(Debug)]
pub enum Login {
    /// Nobody: what everybody may read, 60 requests an hour.
    Anonymous,
    /// A personal token, or that of a workflow.
    Token(SecretString),
    /// An App, by its id and its private key (PEM); it acts for the owner whose repositories are read.
    App {
        /// The App's id.
        id: u64,
        /// Its private key.
        key: SecretString,
    },
}

/// The route of GraphQL, of which only queries are sent.
const GRAPHQL: &str = "/graphql";

/// A service that `octocrab` sends its requests through.
#[derive(Debug, Clone)]
struct Bridge {
    rest: Endpoint,
    /// GraphQL stands beside the version of REST on a host of one's own: `/api/graphql`, not `/api/v3/graphql`.
    graphql: Endpoint,
}

impl tower::Service<HttpRequest<OctoBody>> for Bridge {
    type Response = HttpResponse<reqwest::Body>;
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // The endpoint itself waits for its turn.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest<OctoBody>) -> Self::Future {
        let graphql = request.uri().path() == GRAPHQL;
        let endpoint = if graphql { self.graphql.clone() } else { self.rest.clone() };
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let host = endpoint.base().host();
            if let Some(authority) = parts.uri.authority() {
                // Paging links name the host again; any other is not ours to ask.
                if authority.as_str() != host {
                    return Err(HttpError::Foreign { host, to: authority.host().to_owned() });
                }
            }
            let sent = to_bytes(Body::new(body), MAX_SENT)
                .await
                .map_err(|error| HttpError::Client { message: error.to_string() })?;
            let reads = graphql || matches!(parts.method, Method::GET | Method::HEAD);
            let repeat = if reads { Repeat::Read } else { Repeat::Write };
            let whole = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            // A paging link holds the base's own path already.
            let below = endpoint.base().url().path().trim_end_matches('/');
            let path = match parts.uri.authority() {
                Some(_) => whole.strip_prefix(below).unwrap_or(whole),
                None => whole,
            };
            let mut asked = Request::new(parts.method.clone(), path, repeat).with_headers(parts.headers);
            if !sent.is_empty() {
                asked = asked.with_body(sent.to_vec());
            }
            let answer = endpoint.send(asked).await?;
            let mut builder = HttpResponse::builder().status(answer.status);
            if let Some(headers) = builder.headers_mut() {
                *headers = answer.headers;
            }
            builder
                .body(reqwest::Body::from(answer.body))
                .map_err(|error| HttpError::Client { message: error.to_string() })
        })
    }
}

/// GitHub's API for `login` at `endpoint`, which must hold no token of its own.
///
/// # Errors
/// Where the App's key is none.
pub fn client(endpoint: Endpoint, login: &Login) -> Result<Octocrab, SourceError> {
    let auth = match login {
        Login::Anonymous => AuthState::None,
        Login::Token(token) => AuthState::AccessToken { token: SecretString::from(token.expose_secret().trim()) },
        Login::App { id, key } => {
            let key = octocrab::EncodingKey::from_rsa_pem(key.expose_secret().as_bytes()).map_err(|_| {
                // Of the key itself nothing is repeated.
                SourceError::new(
                    FailureReason::Unauthorized,
                    "the private key of the GitHub App is no RSA key in PEM form: download it anew from the App's settings",
                )
            })?;
            AuthState::App(AppAuth { app_id: (*id).into(), key })
        }
    };
    let graphql = match endpoint.base().without("/v3") {
        Some(base) => endpoint.beside(base),
        None => endpoint.clone(),
    };
    let bridge = Bridge { rest: endpoint, graphql };
    let built = OctocrabBuilder::new_empty().with_service(bridge).with_auth(auth).build();
    Ok(match built {
        Ok(client) => client,
        Err(never) => match never {},
    })
}

/// The client that may read the repositories of `owner`: of an App, its installation there.
///
/// # Errors
/// Where the App is not installed there, or the host can't be asked.
pub async fn for_owner(client: &Octocrab, login: &Login, owner: &str) -> Result<Octocrab, SourceError> {
    if !matches!(login, Login::App { .. }) {
        return Ok(client.clone());
    }
    let mut last = None;
    for kind in ["orgs", "users"] {
        let route = format!("/{kind}/{}/installation", crate::source::http::segment(owner));
        match client.get::<serde_json::Value, _, ()>(route, None).await {
            Ok(installation) => {
                let id = installation.get("id").and_then(serde_json::Value::as_u64).unwrap_or_default();
                return client.installation(id.into()).map_err(|error| fault::source(&error, owner));
            }
            Err(error) => last = Some(error),
        }
    }
    Err(match last {
        Some(error) if fault::status(&error) == Some(404) => SourceError::new(
            FailureReason::Forbidden,
            format!(
                "the GitHub App is not installed for {owner}: install it there, with read access to Contents and Metadata"
            ),
        ),
        Some(error) => fault::source(&error, owner),
        None => SourceError::new(FailureReason::BadAnswer, "no installation was asked for"),
    })
}

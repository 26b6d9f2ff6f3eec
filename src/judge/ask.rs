//! Puts the questions of a run to the endpoint, several at a time, within the budget.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;

use super::budget::{self, Budget};
use super::client::Client;
use super::options::{EndpointError, Options};
use super::reply::{Failure, Reply};
use super::request::Request;

/// What came of the questions.
#[derive(Debug, Default)]
pub struct Asked {
    /// By request.
    pub answers: BTreeMap<String, Result<Reply, Failure>>,
    /// Requests that went out, repeated ones included.
    pub requests: u64,
    /// Tokens used, as the server counts them, or estimated where it does not.
    pub tokens: u64,
}

/// Why no question could be put.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no endpoint that could be asked.
    #[error("the judge has no endpoint")]
    NoEndpoint,
    /// The endpoint can't be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// No runtime for the network could be started.
    #[error("the network could not be used: {0}")]
    Runtime(std::io::Error),
}

/// Puts `requests` in their order, each once.
///
/// # Errors
/// Where none can be put at all. A request that fails is an answer of its own kind.
pub fn all(requests: &[&Request], options: &Options, tick: &(dyn Fn() + Sync)) -> Result<Asked, AskError> {
    let endpoint = options.endpoint.as_ref().ok_or(AskError::NoEndpoint)?;
    let budget = Arc::new(Budget::new(options.limits));
    let client = Client::new(endpoint, options.retries, options.timeout, Arc::clone(&budget))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(AskError::Runtime)?;
    let stopped: Mutex<Option<Failure>> = Mutex::new(None);
    let asked = runtime.block_on(async {
        let one = |request: &Request| {
            let (client, budget, stopped) = (&client, &budget, &stopped);
            let (id, body, prompt) = (request.id.clone(), request.body.clone(), request.prompt_tokens);
            let promised = budget::with_margin(request);
            async move {
                let before = stopped.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some(failure) = before {
                    tick();
                    return (id, Err(failure));
                }
                if !budget.promise(promised) {
                    tick();
                    return (id, Err(Failure::Budget));
                }
                let answer = client.ask(&body).await;
                budget.settle(promised, used(&answer, prompt));
                if let Err(failure) = &answer
                    && failure.is_final()
                {
                    stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| failure.clone());
                }
                tick();
                (id, answer)
            }
        };
        let futures: Vec<_> = requests.iter().map(|request| one(request)).collect();
        futures_util::stream::iter(futures).buffer_unordered(options.concurrency.max(1)).collect::<Vec<_>>().await
    });
    Ok(Asked { answers: asked.into_iter().collect(), requests: budget.requests(), tokens: budget.tokens() })
}

/// Tokens that an attempt used: a failure after the question was read may have cost it all the same.
fn used(answer: &Result<Reply, Failure>, prompt: u64) -> u64 {
    match answer {
        Ok(Reply { usage: Some((question, answer)), .. }) => question + answer,
        Ok(reply) => prompt + super::tokens::estimate(&reply.text),
        Err(Failure::Refused | Failure::Truncated | Failure::Empty | Failure::Timeout | Failure::TooLarge) => prompt,
        Err(_) => 0,
    }
}

//! What a run may spend, in requests and in tokens. It is never exceeded, however many requests are on
//! their way at once.

use std::sync::{Mutex, PoisonError};

use super::request::Request;

/// Limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests, repeated ones included.
    pub requests: u64,
    /// Tokens of questions and answers.
    pub tokens: u64,
}

/// Of `requests` in their order those that fit within `limits`, each with the longest answer that it may
/// have: the answer does not depend on how quick a server is, so the same run asks the same questions.
#[must_use]
pub fn plan<'r>(requests: impl IntoIterator<Item = &'r Request>, limits: Limits) -> Vec<bool> {
    let (mut count, mut tokens) = (0u64, 0u64);
    requests
        .into_iter()
        .map(|request| {
            let cost = with_margin(request);
            let fits = count < limits.requests && tokens.saturating_add(cost) <= limits.tokens;
            if fits {
                count += 1;
                tokens += cost;
            }
            fits
        })
        .collect()
}

/// What a request may take: its question may be a tenth longer than estimated.
#[must_use]
pub fn with_margin(request: &Request) -> u64 {
    request.prompt_tokens + request.prompt_tokens.div_ceil(10) + request.answer_tokens
}

/// What was spent and what is promised to requests on their way.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Default, Clone, Copy)]
struct State {
    requests: u64,
    spent: u64,
    promised: u64,
}

impl Budget {
    /// A budget of which nothing is spent.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Promises `tokens` to a request; says no where they are not left.
    pub fn promise(&self, tokens: u64) -> bool {
        let mut state = self.state();
        let after = state.spent.saturating_add(state.promised).saturating_add(tokens);
        let fits = after <= self.limits.tokens && state.requests < self.limits.requests;
        if fits {
            state.promised += tokens;
        }
        fits
    }

    /// Takes back a promise of `promised` tokens, of which `used` were used.
    pub fn settle(&self, promised: u64, used: u64) {
        let mut state = self.state();
        state.promised = state.promised.saturating_sub(promised);
        state.spent = state.spent.saturating_add(used);
    }

    /// Counts a request that is about to go out, a repeated one too; says no where none is left.
    pub fn request(&self) -> bool {
        let mut state = self.state();
        let fits = state.requests < self.limits.requests;
        if fits {
            state.requests += 1;
        }
        fits
    }

    /// Requests that went out.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.state().requests
    }

    /// Tokens that were used.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.state().spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::prompt::Question;
    use crate::judge::request::Shape;

    #[test]
    fn many_threads_never_spend_more_than_there_is() {
        let budget = Budget::new(Limits { requests: 40, tokens: 1_000 });
        std::thread::scope(|scope| {
            for thread in 0..8u64 {
                let budget = &budget;
                scope.spawn(move || {
                    for round in 0..50 {
                        let tokens = 10 + (thread + round) % 7;
                        if budget.promise(tokens) {
                            let sent = budget.request();
                            budget.settle(tokens, if sent { tokens } else { 0 });
                        }
                    }
                });
            }
        });
        assert!(budget.tokens() <= 1_000 && budget.requests() == 40, "{budget:?}");
    }

    #[test]
    fn the_plan_goes_from_the_top_and_fills_the_room() {
        let shape = Shape {
            model: "m".into(),
            temperature: None,
            answer_tokens: 100,
            completion_tokens: false,
            structured: true,
        };
        let request =
            |words: usize| Request::new(&Question { system: String::new(), user: "word ".repeat(words) }, &shape, "1");
        let requests = [request(500), request(5_000), request(500), request(500)];
        let cost = with_margin(&requests[0]);
        let limits = Limits { requests: 2, tokens: 3 * cost };
        assert_eq!(plan(&requests, limits), [true, false, true, false]);
        assert_eq!(plan(&requests, Limits { requests: 0, tokens: u64::MAX }), [false; 4]);
    }
}

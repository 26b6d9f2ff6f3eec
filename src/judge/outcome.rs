//! What a run of the judge leaves behind, in the published form.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the judge did. Counts are of passages: a section, or a piece of a long one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Judge {
    /// What was done with the questions: `ask`, `dry-run`, `batch`, `results`.
    pub mode: String,
    /// The model that was asked for.
    pub model: String,
    /// Version of the prompt.
    pub prompt: String,
    /// Sections of pages that speak of the present.
    pub sections: usize,
    /// Of them, those whose evidence changed since they were written.
    pub candidates: usize,
    /// Pairs of sections of different pages that the model was to compare.
    pub pairs: usize,
    /// Questions that have an answer of the right form.
    pub judged: usize,
    /// Of them, those whose answer was kept from an earlier run.
    pub from_cache: usize,
    /// Questions beyond the budget.
    pub beyond_budget: usize,
    /// Questions that were not answered, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, usize>,
    /// Requests that went out, repeated ones included; of `batch`, those written.
    pub requests: u64,
    /// Tokens of questions and answers as the server counted them; of `dry-run` and `batch`, the
    /// questions' as estimated.
    pub tokens: u64,
    /// Contradictions whose quotes hold.
    pub contradictions: usize,
    /// Of them, those between pages that no model was needed for.
    pub between_pages: usize,
    /// Lines that the model found to agree.
    pub consistent: usize,
    /// Lines that it left open.
    pub unknown: usize,
    /// Items that do not count, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<String, usize>,
    /// Answers by another model than the one asked for.
    pub other_model: usize,
    /// Secrets that were taken out of pages and code before they were sent.
    pub redacted: usize,
    /// What else a results file held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<ResultsFile>,
}

/// What a results file held besides answers to this run's questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ResultsFile {
    /// Answers in it, each request once.
    pub answers: usize,
    /// Of them, those to questions that this run does not put.
    pub unknown: usize,
    /// Further answers to a question that has one.
    pub doubled: usize,
    /// Lines that are no result.
    pub malformed: usize,
}

impl Judge {
    /// The line for people: `41 of 312 sections had changed evidence; 38 judged (2 from cache), 3 beyond
    /// the budget; 61,204 tokens`.
    #[must_use]
    pub fn line(&self) -> String {
        let mut parts = vec![format!(
            "{} of {} sections had changed evidence",
            thousands(self.candidates as u64),
            thousands(self.sections as u64)
        )];
        if self.pairs > 0 {
            parts.push(format!("{} pairs of pages to compare", thousands(self.pairs as u64)));
        }
        match self.mode.as_str() {
            "dry-run" => parts.push(format!(
                "{} would be asked{}; about {} tokens of questions",
                thousands(self.requests),
                self.aside(),
                thousands(self.tokens)
            )),
            "batch" => parts.push(format!(
                "{} written for a batch{}; about {} tokens of questions",
                thousands(self.requests),
                self.aside(),
                thousands(self.tokens)
            )),
            _ => {
                parts.push(format!("{} judged{}", thousands(self.judged as u64), self.aside()));
                parts.push(format!("{} tokens", thousands(self.tokens)));
            }
        }
        let refused: usize = self.refused.values().sum();
        if refused > 0 {
            let reasons: Vec<String> =
                self.refused.iter().map(|(why, n)| format!("{n} {}", why.replace('_', " "))).collect();
            parts.push(format!("{refused} items refused ({})", reasons.join(", ")));
        }
        if self.other_model > 0 {
            parts.push(format!("{} answers by another model than {}", self.other_model, self.model));
        }
        if let Some(results) = self.results
            && results.unknown + results.doubled + results.malformed > 0
        {
            parts.push(format!(
                "of the results {} to other questions, {} doubled, {} malformed",
                results.unknown, results.doubled, results.malformed
            ));
        }
        parts.join("; ")
    }

    fn aside(&self) -> String {
        let mut out = String::new();
        if self.from_cache > 0 {
            out.push_str(&format!(" ({} from cache)", self.from_cache));
        }
        if self.beyond_budget > 0 {
            out.push_str(&format!(", {} beyond the budget", thousands(self.beyond_budget as u64)));
        }
        for (why, n) in &self.failed {
            out.push_str(&format!(", {n} {}", why.replace('_', " ")));
        }
        out
    }
}

/// `61204` as `61,204`.
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_reads_as_a_sentence() {
        let judge = Judge {
            mode: "ask".into(),
            sections: 312,
            candidates: 41,
            judged: 38,
            from_cache: 2,
            beyond_budget: 3,
            tokens: 61_204,
            ..Judge::default()
        };
        let expected =
            "41 of 312 sections had changed evidence; 38 judged (2 from cache), 3 beyond the budget; 61,204 tokens";
        assert_eq!(judge.line(), expected);
    }
}

//! The policy: what findings and signals cost. `rules/policy/default.toml` is the one built in.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::PolicyConfig;
use crate::report::json::v1::Action;

const DEFAULT: &str = include_str!("../../rules/policy/default.toml");

/// Why a policy could not be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("the policy can't be read: {0}")]
    Toml(#[from] Box<toml::de::Error>),
    /// A value outside its range.
    #[error("the policy's `{key}` is {value}: it has to be {wants}")]
    Range {
        /// The key, dotted.
        key: String,
        /// What stands there.
        value: String,
        /// What may stand there.
        wants: &'static str,
    },
    /// An area's pattern is no glob.
    #[error("the policy's area `{glob}` is no pattern: {source}")]
    Glob {
        /// The pattern.
        glob: String,
        /// What is wrong with it.
        source: globset::Error,
    },
}

/// What findings and signals cost, and what follows.
#[derive(Debug, Clone)]
pub struct Policy {
    raw: Raw,
    areas: Vec<(GlobMatcher, u32)>,
}

/// A policy as it stands in its file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Named in each list, so that a reader sees when the measure changed.
    pub version: String,
    /// Points by severity.
    pub points: Points,
    /// Points by rule, which beat those by severity.
    #[serde(default)]
    pub rules: BTreeMap<String, RulePoints>,
    /// What makes a status.
    pub status: StatusRules,
    /// What makes an action.
    pub action: ActionRules,
    /// How a page follows from its sections.
    pub page: PageRules,
    /// What age costs.
    pub age: AgeRules,
    /// What churn does to the interval.
    pub churn: ChurnRules,
    /// What other signals cost.
    pub signals: SignalPoints,
    /// When people count as gone.
    #[serde(default)]
    pub owners: OwnerRules,
    /// Intervals by path.
    #[serde(default)]
    pub area: Vec<Area>,
}

/// Points by severity.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// Of an error.
    pub error: u32,
    /// Of a warning.
    pub warning: u32,
    /// Of a note.
    pub note: u32,
}

/// Points of a rule.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RulePoints {
    /// Of one finding, before its probability.
    pub points: u32,
    /// Of all of them in a section.
    pub most: Option<u32>,
}

/// What makes a status.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusRules {
    /// Probability from which on a finding makes its section stale.
    pub min_probability: f64,
    /// Rules that show that the code says otherwise.
    pub contradicting: Vec<String>,
    /// Whether findings hidden by the baseline count.
    pub count_baselined: bool,
    /// Reasons for which nothing in an audit could be decided.
    pub undecided: Vec<String>,
}

/// What makes an action.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionRules {
    /// Points of findings from which on a section is excluded, and, of a single finding, its lines.
    pub exclude_at: u32,
    /// Lines of a section above which the points of its findings count in proportion only.
    #[serde(default = "long")]
    pub long: u32,
    /// Freshness below which it ranks lower.
    pub demote_below: u8,
    /// What happens to what could not be decided.
    pub inconclusive: Action,
}

/// How a page follows from its sections.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageRules {
    /// Share of its lines in excluded sections at which a page goes.
    pub exclude_share: f64,
    /// Share below which one that is gone comes back.
    pub return_share: f64,
}

/// What age costs.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeRules {
    /// Days.
    pub interval: u32,
    /// The most points that age and churn take together.
    pub most: u32,
}

/// What churn does.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChurnRules {
    /// Commits that halve the interval.
    pub halving: u32,
}

/// What other signals cost.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalPoints {
    /// All who wrote it have left.
    pub orphaned: u32,
    /// A review or verification has run out.
    pub expired: u32,
    /// A newer page says nearly the same.
    pub duplicate: u32,
}

/// When people count as gone.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerRules {
    /// Days without a commit anywhere, before the repository's last one.
    pub gone_after: u32,
}

/// The usual [`ActionRules::long`].
fn long() -> u32 {
    30
}

impl Default for OwnerRules {
    fn default() -> Self {
        Self { gone_after: 365 }
    }
}

/// An interval of some pages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Which pages, by id.
    pub glob: String,
    /// Days.
    pub interval: u32,
}

impl Policy {
    /// The policy that is built in.
    ///
    /// # Errors
    /// Never, unless the built-in file is broken, which a test rules out.
    pub fn builtin() -> Result<Self, PolicyError> {
        Self::parse(DEFAULT)
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// If it is not one: see [`PolicyError`].
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let raw: Raw = toml::from_str(text).map_err(Box::new)?;
        let share = |key: &str, value: f64| match (0.0..=1.0).contains(&value) {
            true => Ok(()),
            false => Err(PolicyError::Range { key: key.into(), value: value.to_string(), wants: "between 0 and 1" }),
        };
        share("status.min_probability", raw.status.min_probability)?;
        share("page.exclude_share", raw.page.exclude_share)?;
        share("page.return_share", raw.page.return_share)?;
        if raw.page.return_share > raw.page.exclude_share {
            return Err(PolicyError::Range {
                key: "page.return_share".into(),
                value: raw.page.return_share.to_string(),
                wants: "at most `page.exclude_share`",
            });
        }
        let above_zero = [
            ("age.interval", raw.age.interval),
            ("churn.halving", raw.churn.halving),
            ("action.long", raw.action.long),
        ];
        let areas = raw.area.iter().map(|a| ("area.interval", a.interval));
        if let Some((key, value)) = above_zero.into_iter().chain(areas).find(|(_, v)| *v == 0) {
            return Err(PolicyError::Range { key: key.into(), value: value.to_string(), wants: "above 0" });
        }
        let areas = raw
            .area
            .iter()
            .map(|area| match GlobBuilder::new(&area.glob).literal_separator(true).build() {
                Ok(glob) => Ok((glob.compile_matcher(), area.interval)),
                Err(source) => Err(PolicyError::Glob { glob: area.glob.clone(), source }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { raw, areas })
    }

    /// This policy with what a configuration says laid over it: its areas go before those here.
    #[must_use]
    pub fn with(mut self, config: &PolicyConfig) -> Self {
        let areas = config.areas.iter().map(|area| (area.glob.compile_matcher(), area.interval.get()));
        self.areas.splice(0..0, areas);
        if let Some(days) = config.interval {
            self.raw.age.interval = days.get();
        }
        if let Some(days) = config.gone_after {
            self.raw.owners.gone_after = days.get();
        }
        if let Some(action) = config.inconclusive {
            self.raw.action.inconclusive = action;
        }
        self
    }

    /// The values.
    #[must_use]
    pub fn values(&self) -> &Raw {
        &self.raw
    }

    /// Days after which the page `id` should be looked at again.
    #[must_use]
    pub fn interval(&self, id: &str) -> u32 {
        self.areas.iter().find(|(glob, _)| glob.is_match(id)).map_or(self.raw.age.interval, |(_, days)| *days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_policy_is_sound_and_knows_areas() {
        let policy = Policy::builtin().unwrap();
        assert_eq!(policy.interval("docs/runbooks/db.md"), 90);
        assert_eq!(policy.interval("runbooks/db.md"), 90);
        assert_eq!(policy.interval("docs/principles/a/b.md"), 730);
        assert_eq!(policy.interval("docs/install.md"), 365);
    }

    #[test]
    fn mistakes_are_named() {
        let with = |from: &str, to: &str| Policy::parse(&DEFAULT.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(with("halving = 20", "halving = 0").contains("churn.halving"));
        assert!(with("long = 30", "long = 0").contains("action.long"));
        assert!(with("exclude_share = 0.5", "exclude_share = 1.5").contains("page.exclude_share"));
        assert!(with("return_share = 0.25", "return_share = 0.75").contains("at most"));
        assert!(with("note = 0", "nota = 0").contains("nota"));
        assert!(with("**/{principles", "**/{{{principles").contains("no pattern"));
    }
}

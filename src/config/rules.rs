//! `[rules.<id>]`: settings of single rules.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use toml::Spanned;

use super::error::ConfigError;
use super::hint;
use super::text::Source;
use crate::finding::{Level, Severity};

/// The keys that every rule has.
const COMMON: [&str; 3] = ["enabled", "severity", "min_confidence"];

/// The value of a rule's own option.
#[derive(Debug, Clone, PartialEq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OptionValue {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any number.
    Float(f64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl OptionValue {
    fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "true or false",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text in quotes",
            Self::List(_) => "a list of texts in brackets",
        }
    }

    /// This value as one of the same kind as `default`, if it can be.
    fn like(self, default: &Self) -> Option<Self> {
        match (self, default) {
            (Self::Integer(n), Self::Float(_)) => {
                // Every whole number that anyone would write here is exact as a float.
                #[allow(clippy::cast_precision_loss)]
                let float = n as f64;
                Some(Self::Float(float))
            }
            (value, default) => (std::mem::discriminant(&value) == std::mem::discriminant(default)).then_some(value),
        }
    }
}

/// An option that a rule declares.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionSpec {
    /// Its key.
    pub name: String,
    /// Its value where nothing is set; its kind is the kind of every value.
    pub default: OptionValue,
}

/// What the configuration needs to know of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSpec {
    /// Its id, such as `dead-flag`.
    pub id: String,
    /// Ids that it had before; they still work.
    pub formerly: Vec<String>,
    /// Its own options.
    pub options: Vec<OptionSpec>,
}

/// Settings of a rule. A rule's own options stand beside the keys that every rule has;
/// `shelflife rules ID` lists them.
#[derive(Debug, Default, JsonSchema)]
pub struct RawRule {
    /// Whether it runs. Default: as the rule says.
    pub enabled: Option<bool>,
    /// How much its findings matter. Default: as the rule says.
    pub severity: Option<Severity>,
    /// The least confidence that a finding of this rule needs to be reported.
    pub min_confidence: Option<Level>,
    /// Its own options: key with place, and value with place.
    #[schemars(flatten, with = "BTreeMap<String, OptionValue>")]
    pub options: Vec<(Spanned<String>, Spanned<OptionValue>)>,
}

impl<'de> Deserialize<'de> for RawRule {
    // By hand: serde's `flatten` would lose the places of the options.
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RuleVisitor;

        impl<'de> Visitor<'de> for RuleVisitor {
            type Value = RawRule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of rule settings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawRule, A::Error> {
                let mut rule = RawRule::default();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    match key.get_ref().as_str() {
                        "enabled" => rule.enabled = Some(map.next_value()?),
                        "severity" => rule.severity = Some(map.next_value()?),
                        "min_confidence" => rule.min_confidence = Some(map.next_value()?),
                        _ => rule.options.push((key, map.next_value()?)),
                    }
                }
                Ok(rule)
            }
        }

        deserializer.deserialize_map(RuleVisitor)
    }
}

/// Settings of a rule, checked against what the rule declares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleConfig {
    /// Whether it runs; none: as the rule says.
    pub enabled: Option<bool>,
    /// How much its findings matter; none: as the rule says.
    pub severity: Option<Severity>,
    /// The least confidence that a finding of this rule needs to be reported.
    pub min_confidence: Option<Level>,
    /// What is set of its own options, each of the kind that the rule declares.
    pub options: BTreeMap<String, OptionValue>,
}

pub(super) fn resolve(
    raw: BTreeMap<Spanned<String>, RawRule>,
    known: &[RuleSpec],
    source: &Source<'_>,
) -> Result<BTreeMap<String, RuleConfig>, ConfigError> {
    let mut rules = BTreeMap::new();
    for (id, rule) in raw {
        let Some(spec) = find(id.get_ref(), known) else {
            let hint = hint::for_name(id.get_ref(), known.iter().map(|spec| spec.id.as_str()));
            return Err(source.error(&id.span(), format!("unknown rule `{}`", id.get_ref()), hint));
        };
        let mut options = BTreeMap::new();
        for (key, value) in rule.options {
            let Some(option) = spec.options.iter().find(|option| option.name == *key.get_ref()) else {
                let allowed = COMMON.into_iter().chain(spec.options.iter().map(|option| option.name.as_str()));
                let hint = hint::for_name(key.get_ref(), allowed);
                let message = format!("unknown key `{}` for rule `{}`", key.get_ref(), spec.id);
                return Err(source.error(&key.span(), message, hint));
            };
            let span = value.span();
            let Some(value) = value.into_inner().like(&option.default) else {
                let message = format!("`{}` of rule `{}` takes {}", option.name, spec.id, option.default.kind());
                return Err(source.error(&span, message, None));
            };
            options.insert(option.name.clone(), value);
        }
        let RawRule { enabled, severity, min_confidence, .. } = rule;
        if rules.insert(spec.id.clone(), RuleConfig { enabled, severity, min_confidence, options }).is_some() {
            let message = format!("rule `{}` is set twice, under its present and a former name", spec.id);
            return Err(source.error(&id.span(), message, None));
        }
    }
    Ok(rules)
}

fn find<'k>(id: &str, known: &'k [RuleSpec]) -> Option<&'k RuleSpec> {
    known.iter().find(|spec| spec.id == id).or_else(|| known.iter().find(|spec| spec.formerly.iter().any(|f| f == id)))
}

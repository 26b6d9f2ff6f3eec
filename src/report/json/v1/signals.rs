//! What ranks a page or section without accusing it, in the published form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of a page or section besides findings: it ranks, it never accuses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Signals {
    /// The last time that a person said it is right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Review>,
    /// The last day on which that holds (`YYYY-MM-DD`): `review_by`, Notion's verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_by: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Set where all who wrote it have left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orphaned: Option<Orphaned>,
    /// How often the code that it describes changed since its last edit or review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub churn: Option<Churn>,
    /// Set where a newer page says nearly the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Duplicate>,
}

impl Signals {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A person's word that a page is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Review {
    /// The day (`YYYY-MM-DD`).
    pub date: String,
    /// Who said so, if it is known.
    pub by: Option<String>,
    /// Where: `front-matter`, `comment`, `notion`, `reviews-file`.
    pub source: String,
}

/// Who answers for a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// `@team`, a name or an address, as the source gives it.
    pub name: String,
    /// `codeowners`, `front-matter`, `notion`, `writer` (of the page), `committer` (to the code).
    pub source: String,
}

/// A page whose writers have all left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Orphaned {
    /// The last day on which any of them is known to have committed anything (`YYYY-MM-DD`).
    pub last_seen: String,
    /// Those who now change the described code, most recent first.
    pub successors: Vec<String>,
}

/// Changes of the described code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Churn {
    /// Mainline commits that touched a file that the section names or that backs what it names.
    pub commits: u32,
    /// How many such files there are.
    pub files: u32,
    /// The day (`YYYY-MM-DD`) from which on commits were counted, where that is later than the last
    /// edit or review: what lies before changes no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<String>,
}

/// A newer page that says nearly the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Duplicate {
    /// The newer page's id.
    pub document: String,
    /// The section of it.
    pub section: String,
    /// Estimated share of common shingles, in per cent.
    pub similarity: u8,
}

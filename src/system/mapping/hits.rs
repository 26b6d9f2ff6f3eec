//! By what a page names: names that only one system ever had tell of that system.

use std::collections::BTreeSet;

use super::{Candidate, Mapped, Mapping};
use crate::reference::{Kind, Reference};

/// Twelve shares of a point can be divided among up to four systems without a rest.
const SHARES: u32 = 12;
/// What a page must name of a system to describe it, where there are several: an option, a variable or
/// a path that only this system ever had, or two lesser names.
const LEAST: u32 = 2 * SHARES;
/// Where there is one system only, any name of it will do.
const LEAST_OF_ONE: u32 = SHARES;
/// How many of the names are shown as reasons.
const SHOWN: usize = 3;

/// How much a reference tells of the system that has it, before it is known whether others have it as
/// well: 4 for what is written out in full, 1 for words.
#[must_use]
pub fn weight(reference: &Reference) -> u32 {
    let deep = reference.parts.len() > 1;
    let last = reference.parts.last().map_or("", String::as_str);
    if reference.shape.weak || reference.shape.incidental || last.chars().count() < 3 {
        return 0;
    }
    match reference.kind {
        Kind::Path if deep => 4,
        Kind::Path if COMMON_FILES.contains(&last.to_ascii_lowercase().as_str()) => 0,
        Kind::Path => 2,
        Kind::EnvVar if COMMON_VARIABLES.contains(&last) => 0,
        Kind::EnvVar => 4,
        Kind::Route | Kind::Metric => 3,
        Kind::Flag if COMMON_FLAGS.contains(&last) => 0,
        Kind::Flag | Kind::Resource => 2,
        Kind::ConfigKey | Kind::Symbol if deep || reference.shape.call || last.contains('_') => 2,
        Kind::ConfigKey | Kind::Symbol | Kind::Command => 1,
        Kind::Link | Kind::Dependency => 0,
    }
}

/// Files that most repositories have.
const COMMON_FILES: &[&str] = &[
    "readme.md",
    "license",
    "makefile",
    "dockerfile",
    "package.json",
    "cargo.toml",
    "go.mod",
    "pyproject.toml",
    "setup.py",
    "changelog.md",
    "contributing.md",
    "docker-compose.yml",
    "compose.yaml",
    ".gitignore",
    ".env",
    "index.js",
    "main.go",
    "main.py",
    "main.rs",
    "index.ts",
    "requirements.txt",
    "tsconfig.json",
];
/// Variables that most programs read.
const COMMON_VARIABLES: &[&str] =
    &["PATH", "HOME", "PORT", "HOST", "USER", "DEBUG", "ENV", "NODE_ENV", "LANG", "SHELL", "TMPDIR"];
/// Options that most programs take.
const COMMON_FLAGS: &[&str] = &[
    "--help",
    "--version",
    "--verbose",
    "--quiet",
    "--force",
    "--config",
    "--output",
    "--debug",
    "--all",
    "--name",
    "--port",
    "--host",
    "--file",
    "--dry-run",
];

/// Maps by what the page names.
pub(super) fn by_hits(references: &[Reference], candidates: &[Candidate<'_>]) -> Mapping {
    let mut points = vec![0_u32; candidates.len()];
    let mut shown: Vec<Vec<&str>> = vec![Vec::new(); candidates.len()];
    let mut seen = BTreeSet::new();
    for reference in references {
        if weight(reference) == 0 || !seen.insert((reference.kind, &reference.parts)) {
            continue;
        }
        let holders: Vec<(usize, u32)> = candidates
            .iter()
            .enumerate()
            .filter_map(|(system, candidate)| Some((system, candidate.knows?(reference))))
            .filter(|(_, weight)| *weight > 0)
            .collect();
        let among = u32::try_from(holders.len()).unwrap_or(u32::MAX).max(1);
        for (system, weight) in holders {
            if let (Some(points), Some(shown)) = (points.get_mut(system), shown.get_mut(system)) {
                *points = points.saturating_add(weight * SHARES / among);
                if among == 1 {
                    shown.push(&reference.text);
                }
            }
        }
    }
    let read = candidates.iter().filter(|c| c.knows.is_some()).count();
    let least = if read == 1 { LEAST_OF_ONE } else { LEAST };
    // What several systems had tells of none of them alone.
    for (points, shown) in points.iter_mut().zip(&shown) {
        if shown.is_empty() {
            *points = 0;
        }
    }
    let best = points.iter().copied().max().unwrap_or(0);
    if best < least {
        let mut message = match read {
            0 => "no system could be read".to_owned(),
            1 => format!(
                "it names nothing that `{}` ever had",
                candidates.iter().find(|c| c.knows.is_some()).map_or("", |c| c.name)
            ),
            n => format!("it names nothing, or too little, that only one of the {n} systems ever had"),
        };
        message.push_str("; say what it describes with `describes` of a [[system]], or with `shelflife.describes` in its front matter");
        return Mapping::Unmapped(message);
    }
    let mut mapped: Vec<Mapped> = Vec::new();
    for (system, (points, shown)) in points.iter().zip(&shown).enumerate() {
        // A second system counts where the page speaks of it about as much.
        if *points >= least && *points * 2 >= best {
            let names: Vec<String> = shown.iter().take(SHOWN).map(|name| format!("`{}`", clip(name))).collect();
            let more = shown.len().saturating_sub(SHOWN);
            let mut reason = if names.is_empty() {
                "it names what this system and others had".to_owned()
            } else {
                format!("it names {}", names.join(", "))
            };
            if more > 0 {
                reason.push_str(&format!(" and {more} more that only this system had"));
            }
            mapped.push(Mapped { system, reason, said: false });
        }
    }
    Mapping::To(mapped)
}

fn clip(name: &str) -> String {
    let flat: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(60).collect();
    flat
}

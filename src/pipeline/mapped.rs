//! Which page of an audit describes which system.

use serde::Serialize;

use super::options::AuditOptions;
use super::target::Knowledge;
use super::{Place, Read};
use crate::document::{Document, Tense};
use crate::finding::Inconclusive;
use crate::reference::Reference;
use crate::report::json::v1;
use crate::system::mapping::{self, Candidate, Mapping, PageClues, front_matter};

/// What `shelflife map` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MapReport {
    /// The systems, in order.
    pub systems: Vec<MapSystem>,
    /// The pages, by id: those from elsewhere, and those of the audited repository that describe
    /// another system.
    pub pages: Vec<MapPage>,
    /// What could not be had.
    pub inconclusive: Vec<v1::Inconclusive>,
}

/// A system of a [`MapReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MapSystem {
    /// Its name.
    pub name: String,
    /// `.`, its address or its path.
    pub repo: String,
    /// The commit that counts; none where it could not be had.
    pub head: Option<String>,
    /// How many pages describe it.
    pub pages: usize,
}

/// A page of a [`MapReport`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MapPage {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Where a person opens it.
    pub url: Option<String>,
    /// The systems that it describes, with the reasons; empty where it is not mapped.
    pub systems: Vec<v1::Described>,
    /// Why it is not mapped.
    pub unmapped: Option<String>,
}

/// A page's systems.
#[derive(Debug, Clone, Default)]
struct Of {
    places: Vec<Place>,
    /// Which of them somebody named.
    said: Vec<Place>,
    described: Vec<v1::Described>,
    unmapped: Option<String>,
}

/// The systems of all pages.
#[derive(Debug)]
pub struct Map {
    tree: Vec<Of>,
    foreign: Vec<Of>,
}

/// How much a reference says for a system.
type Knows<'a> = Box<dyn Fn(&Reference) -> u32 + Sync + 'a>;

impl Map {
    /// Maps the pages of `read`. `own` and `others` know what the systems had.
    pub fn of(read: &Read<'_>, options: &AuditOptions, own: Option<&Knowledge<'_>>, others: &[Knowledge<'_>]) -> Self {
        let systems = &options.config.systems;
        let knows: Vec<Knows<'_>> = read
            .places
            .iter()
            .map(|place| -> Knows<'_> {
                let knowledge = match place {
                    Place::Own => own,
                    Place::Other(index) => others.get(*index),
                    Place::Missing => None,
                };
                Box::new(move |reference| knowledge.map_or(0, |k| k.weight(reference)))
            })
            .collect();
        let none: Vec<String> = Vec::new();
        let slugs = |place: &Place| match place {
            Place::Own => read.own.as_ref().map_or(&none, |own| &own.target.label.slugs),
            Place::Other(index) => read.others.get(*index).map_or(&none, |t| &t.label.slugs),
            Place::Missing => &none,
        };
        let missing_slugs: Vec<Vec<String>> =
            systems.iter().map(|s| s.repo.as_ref().and_then(|r| r.slug()).into_iter().collect()).collect();
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        let mut places = Vec::new();
        for (((system, place), knows), missing) in systems.iter().zip(&read.places).zip(&knows).zip(&missing_slugs) {
            let there = *place != Place::Missing;
            candidates.push(Candidate {
                name: &system.name,
                slugs: if there { slugs(place) } else { missing },
                describes: &system.describes,
                knows: there.then_some(&**knows),
            });
            places.push(*place);
        }
        // The audited repository is a system whether the configuration names it or not.
        let own_knows = |reference: &Reference| own.map_or(0, |k| k.weight(reference));
        if let Some(own) = read.own.as_ref().filter(|_| !places.contains(&Place::Own)) {
            candidates.push(Candidate {
                name: &own.target.label.name,
                slugs: &own.target.label.slugs,
                describes: &[],
                knows: Some(&own_knows),
            });
            places.push(Place::Own);
        }
        let of = |clues: &PageClues<'_>| match mapping::map(clues, &candidates) {
            Mapping::To(mapped) => Of {
                places: mapped.iter().filter_map(|m| places.get(m.system).copied()).collect(),
                said: mapped.iter().filter(|m| m.said).filter_map(|m| places.get(m.system).copied()).collect(),
                described: mapped
                    .iter()
                    .filter_map(|m| {
                        let system = candidates.get(m.system)?.name.to_owned();
                        Some(v1::Described { system, reason: m.reason.clone() })
                    })
                    .collect(),
                unmapped: None,
            },
            Mapping::Unmapped(why) => Of { unmapped: Some(why), ..Of::default() },
        };
        let tree = match &read.own {
            Some(own) if !systems.is_empty() => {
                own.pages.pages.iter().map(|page| tree_page(&page.document, &candidates, &of)).collect()
            }
            Some(own) => vec![Of::default(); own.pages.pages.len()],
            None => Vec::new(),
        };
        let foreign = read.foreign.iter().map(|foreign| of(&foreign.clues())).collect();
        Self { tree, foreign }
    }

    /// The systems of a page of the audited tree, other than by being there; empty for most.
    pub fn of_tree(&self, index: usize) -> &[Place] {
        self.tree.get(index).map_or(&[], |of| &of.places)
    }

    /// The systems of a page from elsewhere.
    pub fn of_foreign(&self, index: usize) -> &[Place] {
        self.foreign.get(index).map_or(&[], |of| &of.places)
    }

    /// Those systems of a page of the audited tree that somebody named.
    pub fn said_of_tree(&self, index: usize) -> &[Place] {
        self.tree.get(index).map_or(&[], |of| &of.said)
    }

    /// Those systems of a page from elsewhere that somebody named.
    pub fn said_of_foreign(&self, index: usize) -> &[Place] {
        self.foreign.get(index).map_or(&[], |of| &of.said)
    }

    /// What reports say of a page of the audited tree.
    pub fn described_tree(&self, index: usize) -> Vec<v1::Described> {
        self.tree.get(index).map(|of| of.described.clone()).unwrap_or_default()
    }

    /// What reports say of a page from elsewhere.
    pub fn described_foreign(&self, index: usize) -> Vec<v1::Described> {
        self.foreign.get(index).map(|of| of.described.clone()).unwrap_or_default()
    }

    /// Pages that describe no system, or only ones that are not to be had.
    pub fn undecided(&self, read: &Read<'_>) -> Vec<Inconclusive> {
        let mut out = Vec::new();
        let mut missing = |document: &Document, of: &Of| {
            for (place, described) in of.places.iter().zip(&of.described) {
                if *place == Place::Missing {
                    out.push(Inconclusive {
                        document: Some(document.id.clone()),
                        reason: "system-missing",
                        message: format!("it describes the system `{}`, which could not be read", described.system),
                    });
                }
            }
        };
        if let Some(own) = &read.own {
            own.pages.pages.iter().zip(&self.tree).for_each(|(page, of)| missing(&page.document, of));
        }
        for (foreign, of) in read.foreign.iter().zip(&self.foreign).filter(|(foreign, _)| foreign.is_audited()) {
            missing(&foreign.document, of);
        }
        for (foreign, of) in read.foreign.iter().zip(&self.foreign) {
            let document = Some(foreign.document.id.clone());
            if let (Some(why), true) = (&of.unmapped, foreign.is_audited()) {
                out.push(Inconclusive {
                    document,
                    reason: "unmapped",
                    message: format!("it is mapped to no system: {why}"),
                });
            } else if let Tense::Release { version } = &foreign.document.tense {
                let message =
                    format!("it documents release {version}; pages from elsewhere are compared with heads only");
                out.push(Inconclusive { document, reason: "no-release-tag", message });
            }
        }
        out
    }

    /// What `shelflife map` shows.
    pub fn report(&self, read: &Read<'_>) -> MapReport {
        let mut pages: Vec<MapPage> = Vec::new();
        if let Some(own) = &read.own {
            for (page, of) in own.pages.pages.iter().zip(&self.tree).filter(|(_, of)| !of.places.is_empty()) {
                pages.push(entry(&page.document, "git", None, None, of));
            }
        }
        for (foreign, of) in read.foreign.iter().zip(&self.foreign) {
            let page = foreign.page;
            pages.push(entry(&foreign.document, page.source.as_str(), Some(&page.title), page.url.as_deref(), of));
        }
        pages.sort_by(|a, b| a.id.cmp(&b.id));
        let count = |name: &str| pages.iter().filter(|p| p.systems.iter().any(|s| s.system == name)).count();
        let targets = read.own.iter().map(|own| &own.target).chain(&read.others);
        let systems = targets
            .map(|target| MapSystem {
                name: target.label.name.to_string(),
                repo: target.label.repo.clone(),
                head: Some(target.repository.head().to_string()),
                pages: count(&target.label.name),
            })
            .collect();
        let inconclusive = read
            .undecided
            .iter()
            .map(|i| v1::Inconclusive {
                document: i.document.as_ref().map(|id| id.as_str().to_owned()),
                reason: i.reason.to_owned(),
                message: i.message.clone(),
            })
            .collect();
        MapReport { systems, pages, inconclusive }
    }
}

/// A page of the tree describes its own repository, unless something is said.
fn tree_page(document: &Document, candidates: &[Candidate<'_>], of: &dyn Fn(&PageClues<'_>) -> Of) -> Of {
    let named = front_matter(document);
    let asked = candidates.iter().any(|c| c.describes.iter().any(|d| d.kind.is_none()));
    if named.is_empty() && !asked {
        return Of::default();
    }
    let clues = PageClues { names: vec![document.id.as_str()], front_matter: named, ..PageClues::default() };
    // Unmapped means: its own repository.
    Of { unmapped: None, ..of(&clues) }
}

fn entry(document: &Document, source: &str, title: Option<&str>, url: Option<&str>, of: &Of) -> MapPage {
    let id = document.id.as_str();
    MapPage {
        id: id.to_owned(),
        title: title.or(document.title.as_deref()).unwrap_or(id).to_owned(),
        source: source.to_owned(),
        url: url.map(str::to_owned),
        systems: of.described.clone(),
        unmapped: of.unmapped.clone(),
    }
}

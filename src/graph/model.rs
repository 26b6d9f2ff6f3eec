//! The graph of an audit: a pure function of it, in the order of the audit.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::report::json::v1::{Audit, Document, Finding, Section, Verdict};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// What pages describe.
    System,
    /// A page.
    Page,
    /// A section of one.
    Section,
    /// A file or folder of a system.
    File,
    /// A function, type or constant.
    Symbol,
    /// Anything else that pages name: an option, a variable, a key, a route.
    Reference,
    /// Who answers for pages.
    Owner,
}

impl NodeKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::System, Self::Page, Self::Section, Self::File, Self::Symbol, Self::Reference, Self::Owner];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Page => "page",
            Self::Section => "section",
            Self::File => "file",
            Self::Symbol => "symbol",
            Self::Reference => "reference",
            Self::Owner => "owner",
        }
    }
}

/// What an edge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A page describes a system.
    Describes,
    /// A page has a section.
    Has,
    /// A section names a file.
    Names,
    /// A section links to a page.
    Links,
    /// A section mentions a symbol or another reference.
    Mentions,
    /// A section says of something what is proved wrong.
    Contradicted,
    /// A file declares a symbol or another reference.
    Declares,
    /// A file is a part of a system.
    PartOf,
    /// An owner answers for a page.
    Owns,
    /// A section says nearly the same as a newer one.
    Repeats,
}

impl EdgeKind {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Describes => "describes",
            Self::Has => "has",
            Self::Names => "names",
            Self::Links => "links",
            Self::Mentions => "mentions",
            Self::Contradicted => "contradicted",
            Self::Declares => "declares",
            Self::PartOf => "part_of",
            Self::Owns => "owns",
            Self::Repeats => "repeats",
        }
    }

    /// How much two nodes belong together by it, for clustering.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Has | Self::Declares => 2.0,
            Self::Names | Self::Mentions | Self::Contradicted | Self::Links | Self::Repeats => 1.0,
            // Everything hangs on a system, and on an owner of many pages.
            Self::Describes | Self::PartOf | Self::Owns => 0.1,
        }
    }
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Unique: the kind, a colon, and what it is known by.
    pub id: String,
    /// For people; unique as well.
    pub title: String,
    /// A sentence on it.
    pub description: String,
    /// 0 to 100, of pages and sections; of what they name, that of the freshest section that names it.
    pub freshness: Option<u8>,
    /// `fresh`, `stale` …, of pages and sections.
    pub status: Option<String>,
    /// Where a person can open it.
    pub url: Option<String>,
}

/// An edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Index of the node that it comes from.
    pub source: usize,
    /// Index of the node that it leads to.
    pub target: usize,
    /// What it says.
    pub kind: EdgeKind,
    /// How fresh what it says is, 0 to 100.
    pub freshness: Option<u8>,
    /// A sentence on it.
    pub description: String,
    /// How often it is said.
    pub count: u32,
}

/// A graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph {
    /// Nodes in the order in which the audit names them.
    pub nodes: Vec<Node>,
    /// Edges in that order, each pair and kind once.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// The graph of an audit.
    #[must_use]
    pub fn of(audit: &Audit) -> Self {
        Builder::default().build(audit)
    }

    /// How many edges meet in each node.
    #[must_use]
    pub fn degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.nodes.len()];
        for at in self.edges.iter().flat_map(|e| [e.source, e.target]) {
            if let Some(degree) = degrees.get_mut(at) {
                *degree += 1;
            }
        }
        degrees
    }
}

#[derive(Default)]
struct Builder {
    graph: Graph,
    nodes: HashMap<String, usize>,
    titles: HashSet<String>,
    edges: HashMap<(usize, usize, EdgeKind), usize>,
}

fn status(verdict: Option<&Verdict>) -> Option<String> {
    let value = serde_json::to_value(verdict?.status).ok()?;
    value.as_str().map(str::to_owned)
}

impl Builder {
    fn build(mut self, audit: &Audit) -> Graph {
        let systems: Vec<usize> = audit
            .systems
            .iter()
            .map(|s| {
                let at = self.node(NodeKind::System, &s.name, &s.name, || format!("system at commit {}", s.head));
                self.set(at, |node| node.url.clone_from(&s.web));
                at
            })
            .collect();
        let own = systems.first().copied();
        let pages: HashSet<&str> = audit.documents.iter().map(|d| d.id.as_str()).collect();
        let mut findings: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
        for finding in &audit.findings {
            findings.entry((&finding.location.document, &finding.section)).or_default().push(finding);
        }
        for document in &audit.documents {
            let page = self.page(document);
            if let Some(system) = own {
                let freshness = document.verdict.as_ref().map(|v| v.freshness);
                self.edge(page, system, EdgeKind::Describes, freshness, || format!("{} describes it", document.id));
            }
            for owner in &document.signals.owners {
                let at = self.node(NodeKind::Owner, &owner.name, &owner.name, || "answers for pages".to_owned());
                self.edge(at, page, EdgeKind::Owns, None, || format!("{} ({})", owner.name, owner.source));
            }
            for section in &document.sections {
                let at = self.section(document, section, page);
                self.mentions(section, at, own, &pages);
                for finding in findings.get(&(document.id.as_str(), section.id.as_str())).into_iter().flatten() {
                    self.finding(finding, at);
                }
            }
        }
        // Copies name sections that may come later.
        for document in &audit.documents {
            for section in &document.sections {
                let Some(newer) = &section.signals.duplicate else { continue };
                let key = |document: &str, section: &str| format!("section:{document}#{section}");
                let from = self.nodes.get(&key(&document.id, &section.id)).copied();
                let to = self.nodes.get(&key(&newer.document, &newer.section)).copied();
                if let Some((from, to)) = from.zip(to) {
                    self.edge(from, to, EdgeKind::Repeats, None, || format!("{} % the same", newer.similarity));
                }
            }
        }
        self.graph
    }

    fn page(&mut self, document: &Document) -> usize {
        let at = self.node(NodeKind::Page, &document.id, &document.id, String::new);
        self.set(at, |node| {
            node.description.clone_from(&document.title);
            node.freshness = document.verdict.as_ref().map(|v| v.freshness);
            node.status = status(document.verdict.as_ref());
            node.url.clone_from(&document.url);
        });
        at
    }

    fn section(&mut self, document: &Document, section: &Section, page: usize) -> usize {
        let key = format!("{}#{}", document.id, section.id);
        let at = self.node(NodeKind::Section, &key, &key, || section.heading_path.join(" > "));
        let freshness = section.verdict.as_ref().map(|v| v.freshness);
        self.set(at, |node| {
            node.freshness = freshness;
            node.status = status(section.verdict.as_ref());
        });
        self.edge(page, at, EdgeKind::Has, freshness, || format!("lines {} to {}", section.start, section.end));
        at
    }

    fn mentions(&mut self, section: &Section, at: usize, system: Option<usize>, pages: &HashSet<&str>) {
        let freshness = section.verdict.as_ref().map(|v| v.freshness);
        for mention in &section.mentions {
            let line = || format!("`{}` in line {}", mention.text, mention.line);
            if matches!(mention.kind.as_str(), "path" | "link") {
                for file in &mention.files {
                    let (target, kind) = match pages.contains(file.as_str()) {
                        true => (self.node(NodeKind::Page, file, file, String::new), EdgeKind::Links),
                        false => (self.file(file, system), EdgeKind::Names),
                    };
                    self.fresher(target, freshness);
                    self.edge(at, target, kind, freshness, line);
                }
                continue;
            }
            let kind = if mention.kind == "symbol" { NodeKind::Symbol } else { NodeKind::Reference };
            let key = if kind == NodeKind::Symbol {
                mention.text.clone()
            } else {
                format!("{} {}", mention.kind, mention.text)
            };
            let named = self.node(kind, &key, &mention.text, || format!("{} that pages name", mention.kind));
            self.fresher(named, freshness);
            self.edge(at, named, EdgeKind::Mentions, freshness, line);
            for file in &mention.files {
                let file = self.file(file, system);
                self.edge(file, named, EdgeKind::Declares, None, || "declares it".to_owned());
            }
        }
    }

    fn file(&mut self, path: &str, system: Option<usize>) -> usize {
        let at =
            self.node(NodeKind::File, path, path, || if path.ends_with('/') { "folder" } else { "file" }.to_owned());
        if let Some(system) = system {
            self.edge(at, system, EdgeKind::PartOf, None, || "part of it".to_owned());
        }
        at
    }

    fn finding(&mut self, finding: &Finding, section: usize) {
        let text = finding.location.text.trim();
        let key = format!("{} {text}", finding.rule);
        let at = self.node(NodeKind::Reference, &key, text, || finding.message.clone());
        self.set(at, |node| {
            node.freshness = Some(0);
            node.status = Some("stale".to_owned());
        });
        // Held within 0 and 100, so the cast loses nothing.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let doubt = ((1.0 - finding.confidence.probability.clamp(0.0, 1.0)) * 100.0).round() as u8;
        let line = finding.location.start.line;
        self.edge(section, at, EdgeKind::Contradicted, Some(doubt), || format!("{} (line {line})", finding.message));
    }

    /// The node of that kind and key, made where it is new.
    fn node(&mut self, kind: NodeKind, key: &str, title: &str, description: impl FnOnce() -> String) -> usize {
        let id = format!("{}:{key}", kind.as_str());
        if let Some(at) = self.nodes.get(&id) {
            return *at;
        }
        // Readers that know nodes by their titles must not join two of them.
        let mut unique = title.to_owned();
        if unique.is_empty() || self.titles.contains(&unique) {
            unique.clone_from(&id);
        }
        while !self.titles.insert(unique.clone()) {
            unique.push('\'');
        }
        let at = self.graph.nodes.len();
        self.nodes.insert(id.clone(), at);
        self.graph.nodes.push(Node {
            kind,
            id,
            title: unique,
            description: description(),
            freshness: None,
            status: None,
            url: None,
        });
        at
    }

    fn set(&mut self, at: usize, set: impl FnOnce(&mut Node)) {
        if let Some(node) = self.graph.nodes.get_mut(at) {
            set(node);
        }
    }

    /// What is named is as fresh as the freshest that names it.
    fn fresher(&mut self, at: usize, freshness: Option<u8>) {
        self.set(at, |node| {
            if !matches!(node.kind, NodeKind::Page | NodeKind::Section) {
                node.freshness = node.freshness.max(freshness);
            }
        });
    }

    fn edge(
        &mut self,
        source: usize,
        target: usize,
        kind: EdgeKind,
        freshness: Option<u8>,
        description: impl FnOnce() -> String,
    ) {
        if source == target {
            return;
        }
        match self.edges.get(&(source, target, kind)).and_then(|at| self.graph.edges.get_mut(*at)) {
            Some(edge) => edge.count += 1,
            None => {
                self.edges.insert((source, target, kind), self.graph.edges.len());
                let description = description();
                self.graph.edges.push(Edge { source, target, kind, freshness, description, count: 1 });
            }
        }
    }
}

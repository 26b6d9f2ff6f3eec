//! Reads an audit page by page: what has to be held is the findings, not the corpus.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::ExportError;
use crate::report::json::v1::{Document, Inconclusive, SCHEMA_VERSION, Scope, System};
use crate::triage::grounds::Grounds;
use crate::triage::policy::Policy;

/// An audit on disk: everything but its pages, and a way to go through those.
#[derive(Debug)]
pub struct AuditFile {
    path: PathBuf,
    /// The moment that the audit calls now.
    pub now: DateTime<Utc>,
    /// What the pages were compared with.
    pub systems: Vec<System>,
    /// What could not be decided.
    pub inconclusive: Vec<Inconclusive>,
    /// What the verdicts rest on.
    pub grounds: Grounds,
}

/// The two values that decide whether an audit may be exported, read leniently.
#[derive(Deserialize)]
struct Probe {
    schema_version: Option<serde_json::Value>,
}

impl AuditFile {
    /// Opens an audit and reads everything but its pages.
    ///
    /// # Errors
    /// If it can't be read, is no audit, has a version that is not known or covers a change only.
    pub fn open(path: &Path, policy: &Policy) -> Result<Self, ExportError> {
        let mut head = Head { policy, now: None, scope: None, version: None, file: Self::empty(path) };
        let read = parse(path, HeadSeed(&mut head));
        if read.is_err() || head.version != Some(SCHEMA_VERSION) {
            // A later version may differ anywhere: say that rather than where.
            let probe: Option<Probe> = serde_json::from_reader(BufReader::new(opened(path)?)).ok();
            if let Some(found) = probe.and_then(|p| p.schema_version).filter(|v| *v != SCHEMA_VERSION) {
                return Err(ExportError::Version {
                    path: path.into(),
                    found: found.to_string(),
                    known: SCHEMA_VERSION,
                });
            }
        }
        read?;
        let missing = |key: &str| ExportError::NoAudit { path: path.into(), message: format!("it has no `{key}`") };
        head.version.ok_or_else(|| missing("schema_version"))?;
        head.file.now = head.now.ok_or_else(|| missing("now"))?;
        match head.scope.ok_or_else(|| missing("scope"))? {
            Scope::Full => Ok(head.file),
            Scope::Change => Err(ExportError::Scope { path: path.into() }),
        }
    }

    fn empty(path: &Path) -> Self {
        Self {
            path: path.into(),
            now: DateTime::UNIX_EPOCH,
            systems: Vec::new(),
            inconclusive: Vec::new(),
            grounds: Grounds::default(),
        }
    }

    /// Goes through the pages in the order of the audit; stops at the first error of `each`.
    ///
    /// # Errors
    /// If a page can't be read, or `each` fails.
    pub fn pages(&self, each: &mut dyn FnMut(Document) -> Result<(), ExportError>) -> Result<(), ExportError> {
        let mut failed = None;
        let read = parse(&self.path, PagesSeed { each, failed: &mut failed });
        match failed {
            Some(error) => Err(error),
            None => read,
        }
    }
}

fn opened(path: &Path) -> Result<File, ExportError> {
    File::open(path).map_err(|e| ExportError::io(path, e))
}

fn parse<'a>(path: &Path, seed: impl DeserializeSeed<'a, Value = ()>) -> Result<(), ExportError> {
    let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, opened(path)?));
    let no = |e: serde_json::Error| match e.io_error_kind() {
        Some(kind) => ExportError::io(path, kind.into()),
        None => ExportError::NoAudit { path: path.into(), message: e.to_string() },
    };
    seed.deserialize(&mut reader).map_err(no)?;
    reader.end().map_err(no)
}

struct Head<'p> {
    policy: &'p Policy,
    version: Option<u32>,
    now: Option<DateTime<Utc>>,
    scope: Option<Scope>,
    file: AuditFile,
}

struct HeadSeed<'h, 'p>(&'h mut Head<'p>);

impl<'de> DeserializeSeed<'de> for HeadSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeadSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an audit")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let head = self.0;
        let policy = head.policy;
        while let Some(key) = map.next_key::<String>()? {
            let grounds = &mut head.file.grounds;
            match key.as_str() {
                "schema_version" => head.version = Some(map.next_value()?),
                "now" => head.now = Some(map.next_value()?),
                "scope" => head.scope = Some(map.next_value()?),
                "systems" => head.file.systems = map.next_value()?,
                "findings" => map.next_value_seed(Each::new(&mut |f| grounds.finding(f)))?,
                "suppressed" => map.next_value_seed(Each::new(&mut |s| grounds.suppressed(s, policy)))?,
                "weak" => map.next_value_seed(Each::new(&mut |w| grounds.weak(w)))?,
                "inconclusive" => {
                    head.file.inconclusive = map.next_value()?;
                    for item in &head.file.inconclusive {
                        grounds.inconclusive(item.clone(), policy);
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A list whose items are handed on one by one.
struct Each<'f, T> {
    each: &'f mut dyn FnMut(T),
}

impl<'f, T> Each<'f, T> {
    fn new(each: &'f mut dyn FnMut(T)) -> Self {
        Self { each }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Each<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Each<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(item) = seq.next_element()? {
            (self.each)(item);
        }
        Ok(())
    }
}

struct PagesSeed<'f> {
    each: &'f mut dyn FnMut(Document) -> Result<(), ExportError>,
    failed: &'f mut Option<ExportError>,
}

impl<'de> DeserializeSeed<'de> for PagesSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PagesSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an audit")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "documents" {
                map.next_value_seed(Pages { each: &mut *self.each, failed: &mut *self.failed })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Pages<'f> {
    each: &'f mut dyn FnMut(Document) -> Result<(), ExportError>,
    failed: &'f mut Option<ExportError>,
}

impl<'de> DeserializeSeed<'de> for Pages<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Pages<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pages of an audit")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(document) = seq.next_element()? {
            if let Err(error) = (self.each)(document) {
                *self.failed = Some(error);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

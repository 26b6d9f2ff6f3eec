//! The report for code scanning: SARIF 2.1.0.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::json::v1::{Audit, Document, Finding, Inconclusive, Position, Suppressed, Witness};
use super::{escape, link, proof};
use crate::finding::{Level, Severity};
use crate::rule::{Definition, registry};

/// The name under which relative URIs stand, as GitHub expects it.
const BASE: &str = "%SRCROOT%";
/// What a message shows of one text of others, in characters.
const LONGEST: usize = 1_000;

/// Writes `audit` as SARIF. What is of low confidence, and every signal, is a note, whatever its
/// severity. The same audit gives the same bytes.
///
/// # Errors
/// What `out` says.
pub fn write(out: &mut dyn Write, audit: &Audit) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(audit))?;
    out.write_all(b"\n")
}

/// The SARIF log of `audit`.
#[must_use]
pub fn log(audit: &Audit) -> Value {
    let context = Context::new(audit);
    let findings = audit.findings.iter().filter(|f| context.may_tell(&f.location.document));
    let hidden = audit.suppressed.iter().filter(|s| context.may_tell(&s.finding.location.document));
    let results: Vec<Value> =
        findings.map(|f| context.result(f, None)).chain(hidden.map(|s| context.result(&s.finding, Some(s)))).collect();
    let kept_back = audit.findings.iter().filter(|f| !context.may_tell(&f.location.document)).count();
    let kept_back = (kept_back > 0).then(|| Inconclusive {
        document: None,
        reason: "left-out".to_owned(),
        message: format!(
            "{kept_back} findings in pages of Notion are not in this file, which a repository's readers see: read them in another format"
        ),
    });
    let may_tell = |i: &&Inconclusive| i.document.as_deref().is_none_or(|id| context.may_tell(id));
    let undecided: Vec<&Inconclusive> = kept_back.iter().chain(&audit.inconclusive).filter(may_tell).collect();
    let reasons: BTreeSet<&str> = undecided.iter().map(|i| i.reason.as_str()).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": audit.tool.name,
                "version": audit.tool.version,
                "semanticVersion": audit.tool.version,
                "rules": registry::all().iter().map(rule).collect::<Vec<_>>(),
                "notifications": reasons.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": "shelflife/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { BASE: { "description": { "text": "The root of the audited repository." } } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications":
                    undecided.iter().map(|i| context.notification(i)).collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    })
}

fn rule(definition: &Definition) -> Value {
    let file = &definition.file;
    let (what, why) = (file.what.trim(), file.why.trim());
    let severity = definition.severity(None);
    let ignore = format!("<!-- shelflife-ignore {}: why it stays -->", file.id);
    let leave = "To leave one finding alone, write above its line";
    json!({
        "id": file.id,
        "name": pascal(&file.id),
        "shortDescription": { "text": file.name },
        "fullDescription": { "text": what },
        "help": {
            "text": format!("{what}\n\n{why}\n\n{leave}: {ignore}"),
            "markdown": format!("{what}\n\n**Why it matters.** {why}\n\n{leave}:\n\n```html\n{ignore}\n```\n"),
        },
        "defaultConfiguration": { "enabled": file.enabled, "level": level(severity) },
        "properties": {
            "tags": ["documentation", definition.area],
            "problem.severity": match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    })
}

/// `dead-env-var` as `DeadEnvVar`.
fn pascal(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars)
        })
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// What the results of one audit have in common.
struct Context<'a> {
    documents: BTreeMap<&'a str, &'a Document>,
    rules: BTreeMap<&'static str, (usize, bool)>,
    /// The head of the audited repository, where pages and code are in the same one.
    head: Option<&'a str>,
}

impl<'a> Context<'a> {
    fn new(audit: &'a Audit) -> Self {
        Self {
            documents: audit.documents.iter().map(|d| (d.id.as_str(), d)).collect(),
            rules: registry::all().iter().enumerate().map(|(i, d)| (d.id(), (i, d.file.signal))).collect(),
            head: audit.systems.iter().find(|s| s.repo == ".").map(|s| s.head.as_str()),
        }
    }

    fn result(&self, finding: &Finding, hidden: Option<&Suppressed>) -> Value {
        let (index, signal) = self.rules.get(finding.rule.as_str()).map_or((None, false), |r| (Some(r.0), r.1));
        let weak = signal || finding.confidence.level == Level::Low;
        let mut lines = vec![finding.message.clone()];
        lines.extend(proof::lines(&finding.evidence));
        let mut result = Map::new();
        result.insert("ruleId".into(), json!(finding.rule));
        if let Some(index) = index {
            result.insert("ruleIndex".into(), json!(index));
        }
        result.insert("level".into(), json!(if weak { "note" } else { level(finding.severity) }));
        result.insert("rank".into(), json!((finding.confidence.probability * 100.0).round()));
        let lines: Vec<String> = lines.iter().map(|l| text(l)).collect();
        result.insert("message".into(), json!({ "text": lines.join("\n") }));
        let at = &finding.location;
        let mut location = Map::new();
        location.insert(
            "physicalLocation".into(),
            json!({ "artifactLocation": self.artifact(&at.document), "region": region(at.start, at.end) }),
        );
        if let Some(heading) = at.heading.last() {
            // Lines are those of the page's Markdown form; people find their way by headings.
            let path = at.heading.iter().map(|words| text(words)).collect::<Vec<_>>().join(" › ");
            location.insert(
                "logicalLocations".into(),
                json!([{ "name": text(heading), "fullyQualifiedName": path, "kind": "section" }]),
            );
        }
        result.insert("locations".into(), json!([location]));
        let related = self.related(finding);
        if !related.is_empty() {
            result.insert("relatedLocations".into(), Value::Array(related));
        }
        result.insert(
            "partialFingerprints".into(),
            json!({
                // GitHub follows an alert by this one alone.
                "primaryLocationLineHash": format!("{}:1", finding.fingerprint),
                "shelflife/v1": finding.fingerprint,
            }),
        );
        if let Some(fix) = &finding.fix {
            let what = if fix.text.is_empty() { "Remove it".to_owned() } else { format!("Write `{}`", fix.text) };
            result.insert(
                "fixes".into(),
                json!([{
                    "description": { "text": text(&what) },
                    "artifactChanges": [{
                        "artifactLocation": self.artifact(&at.document),
                        "replacements": [{
                            "deletedRegion": region(fix.start, fix.end),
                            "insertedContent": { "text": fix.text },
                        }],
                    }],
                }]),
            );
        }
        if let Some(hidden) = hidden {
            let kind = if hidden.by == "comment" { "inSource" } else { "external" };
            result.insert(
                "suppressions".into(),
                json!([{ "kind": kind, "status": "accepted", "justification": hidden.reason }]),
            );
        }
        result.insert(
            "properties".into(),
            json!({
                "confidence": finding.confidence.level,
                "probability": finding.confidence.probability,
                "section": finding.section,
            }),
        );
        Value::Object(result)
    }

    /// Witnesses that can be opened: those that stand at the head.
    fn related(&self, finding: &Finding) -> Vec<Value> {
        let evidence = &finding.evidence;
        let Some(head) = self.head else { return Vec::new() };
        let at_head = |w: &&Witness| w.commit == head;
        let now = evidence.now.iter().filter(at_head).map(|w| (w, "now"));
        let then = evidence.witnesses.iter().filter(at_head).map(|w| (w, "still here"));
        let locations = now.chain(then).enumerate().map(|(i, (witness, word))| {
            let message = if witness.text.is_empty() {
                word.to_owned()
            } else {
                format!("{word}: {}", proof::clip(&witness.text))
            };
            let mut physical = Map::new();
            physical.insert("artifactLocation".into(), json!({ "uri": uri(&witness.path), "uriBaseId": BASE }));
            if let Some(line) = witness.line {
                physical.insert("region".into(), json!({ "startLine": line.max(1) }));
            }
            json!({ "id": i + 1, "message": { "text": text(&message) }, "physicalLocation": physical })
        });
        locations.collect()
    }

    fn notification(&self, inconclusive: &Inconclusive) -> Value {
        let mut notification = Map::new();
        notification.insert("descriptor".into(), json!({ "id": inconclusive.reason }));
        notification.insert("level".into(), json!("warning"));
        notification.insert("message".into(), json!({ "text": text(&inconclusive.message) }));
        if let Some(document) = &inconclusive.document {
            let location = json!([{ "physicalLocation": { "artifactLocation": self.artifact(document) } }]);
            notification.insert("locations".into(), location);
        }
        Value::Object(notification)
    }

    /// Whether a page may be told of. The file goes to a repository's code scanning, whose readers are the
    /// repository's; pages from Notion have readers of their own, and no place there.
    fn may_tell(&self, document: &str) -> bool {
        match self.documents.get(document) {
            Some(document) => document.source != "notion",
            // A page that could not be read at all.
            None => !document.contains("notion"),
        }
    }

    /// Where a page is: relative to the root for one of the repository, else its own address.
    fn artifact(&self, document: &str) -> Value {
        let elsewhere = self.documents.get(document).filter(|d| d.source != "git");
        match elsewhere.and_then(|d| d.url.as_deref()).or(Some(document).filter(|id| link::is_web(id))) {
            Some(url) => json!({ "uri": absolute(url) }),
            None => json!({ "uri": uri(document), "uriBaseId": BASE }),
        }
    }
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line.max(1),
        "startColumn": start.column.max(1),
        "endLine": end.line.max(1),
        "endColumn": end.column.max(1),
    })
}

/// Text of others as one line of a message: nothing invisible, and no link (SARIF reads
/// `[words](target)` in a message as one).
fn text(raw: &str) -> String {
    let safe = escape::terminal_short(raw, LONGEST);
    if safe.contains("](") { safe.replace('[', "\\[").replace(']', "\\]") } else { safe.into_owned() }
}

/// A path as [`RepoPath::display`](crate::history::RepoPath::display) gives it (bytes that are not
/// UTF-8 as `\xNN`) as a relative URI.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = tail.strip_prefix(b"x").and_then(|t| t.get(..2)).filter(|_| byte == b'\\');
        let written = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match written {
            Some(byte) => {
                push_encoded(&mut out, byte, b"/");
                rest = tail.get(3..).unwrap_or(&[]);
            }
            None => {
                push_encoded(&mut out, byte, b"/");
                rest = tail;
            }
        }
    }
    out
}

/// An address with what no URI may hold percent-encoded; what is encoded already stays.
fn absolute(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        push_encoded(&mut out, byte, b":/?#@!$&'()*+,;=%");
    }
    out
}

fn push_encoded(out: &mut String, byte: u8, also: &[u8]) {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || also.contains(&byte) {
        out.push(char::from(byte));
    } else {
        out.push_str(&format!("%{byte:02X}"));
    }
}

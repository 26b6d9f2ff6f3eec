//! `value-drift`: a value that stood beside its key in the code, where another stands now.

use std::collections::BTreeSet;

use super::name;
use crate::history::RepoPath;
use crate::history::pairs::{self, Pair, Tie};
use crate::history::snapshot::Mask;
use crate::reference::claim::value::{Relation, ValueClaim, is_told_otherwise};
use crate::reference::literal::{Literal, respell};
use crate::reference::{Kind, Place, Reference};
use crate::rule::confidence::{self, Sure};
use crate::rule::suspect::{LineMatcher, Proof, Standing, Suspect};
use crate::rule::system::{Page, System};

/// The rule's id.
pub const ID: &str = "value-drift";

/// Files that declare a key, above which a plain word is no name any more.
const COMMON: usize = 6;
/// Lines that are shown as what stands now.
const SHOWN: usize = 4;
/// Words before a value that are looked at (bytes).
const BEFORE: usize = 60;

/// The name under which a value's key stands in code, if the page says something of it.
pub fn key_of<'r>(claim: &ValueClaim, references: &'r [Reference]) -> Option<(&'r Reference, &'r str)> {
    let reference = references.get(claim.reference?)?;
    if !matches!(reference.kind, Kind::Symbol | Kind::Flag | Kind::EnvVar | Kind::ConfigKey | Kind::Dependency) {
        return None;
    }
    let key = reference.parts.iter().rev().find(|p| p.trim_matches('-').len() > 2)?;
    Some((reference, key.trim_start_matches("--").trim_end_matches("()")))
}

/// The keys that a page's values are given to.
pub fn asked<'r>(claims: &'r [ValueClaim], references: &'r [Reference]) -> impl Iterator<Item = &'r str> {
    claims.iter().filter_map(|claim| key_of(claim, references).map(|(_, key)| key))
}

/// Gives the values of the page that stood in the code once, where others stand now.
pub fn check(page: &Page<'_>, system: &System<'_>, out: &mut Vec<Suspect>) {
    for claim in page.values {
        out.extend(moved(page, claim, system));
    }
}

/// What became of a value.
struct Moved<'p> {
    had: Mask,
    old: &'p Pair,
    now: Vec<&'p Pair>,
    probability: Sure,
}

fn moved(page: &Page<'_>, claim: &ValueClaim, system: &System<'_>) -> Option<Suspect> {
    let (reference, key) = key_of(claim, page.references)?;
    if !name::is_claim(reference) && claim.relation != Relation::Default {
        return None;
    }
    let text = &page.document.text;
    let written = claim.span.of(text);
    if written.is_empty() || written.contains('\n') || is_told_otherwise(before(page, claim)) {
        return None;
    }
    // Minus one says that nothing is set; of both values of a switch only the one called the default is.
    if written.trim_matches(['`', '"', '\'']) == "-1" || is_one_of_both(page, claim) {
        return None;
    }
    let pairs: Vec<&Pair> = system.pairs.of(key).collect();
    // A default may be of another kind now: a name that became a switch.
    let any_kind = || {
        let moved =
            (claim.relation == Relation::Default).then(|| trace(key, &pairs, &claim.literal, system, true)).flatten();
        moved
            .filter(|m| m.probability.circumstance == "declared" && !m.now.iter().any(|p| is_same_switch(written, p)))
            .map(|m| Moved { probability: confidence::of(ID, "other-kind"), ..m })
    };
    // What lies beside the page says more than what the same name is set to elsewhere.
    let beside = beside(page, &pairs, &claim.literal, system);
    let local = trace(key, &beside, &claim.literal, system, false);
    let near = local.is_some();
    let moved = local.or_else(|| trace(key, &pairs, &claim.literal, system, false)).or_else(any_kind)?;
    // An example has settings of its own, which are no witnesses.
    let example = is_of_example(page) && !moved.old.path.as_bytes().starts_with(page.folder());
    let counted = if near { &beside } else { &pairs };
    let files: BTreeSet<&RepoPath> = counted.iter().filter(|p| p.tie <= Tie::Default).map(|p| &p.path).collect();
    let plain = !key.contains(['_', '-']) && !key.chars().skip(1).any(char::is_uppercase);
    let common = match (plain && reference.parts.len() < 2, files.len()) {
        (_, 0..=2) => 1.0,
        (false, 0..=12) => 0.97,
        (false, _) => 0.8,
        (true, 0..COMMON) => 0.85,
        (true, _) => 0.45,
    };
    let said = match claim.relation {
        Relation::Default | Relation::Minimum | Relation::Maximum | Relation::Port => 1.0,
        Relation::Stated if reference.place == Place::CodeSpan && is_given(page, reference, claim) => 0.4,
        Relation::Stated => 0.92,
        Relation::Sample => sample(page, claim, moved.had, system),
    };
    let now = moved.now.first()?;
    let told_to_set = claim.relation != Relation::Default && is_told_to_set(before(page, claim));
    // A small number, or a text, is beside many a key by chance.
    let telling = if claim.literal.is_telling() || claim.relation != Relation::Stated { 1.0 } else { 0.7 };
    let replacement = respell(written, &moved.old.literal, &now.literal).filter(|new| new != written);
    let shown = replacement.clone().unwrap_or_else(|| display(&now.literal));
    Some(Suspect {
        rule: ID,
        span: claim.span,
        section: claim.section,
        subject: format!("{} = {}", key, name::shown(written)),
        anchor: written.to_owned(),
        message: format!(
            "`{}` is no longer {}: the code has `{}`",
            name::shown(&reference.text),
            quoted(written),
            name::shown(&shown)
        ),
        probability: moved.probability * common * said * telling * if example || told_to_set { 0.6 } else { 1.0 },
        had: moved.had,
        proof: Proof::Line {
            matcher: LineMatcher(pairs::matcher(key, &claim.literal)),
            now: moved
                .now
                .iter()
                .take(SHOWN)
                .map(|p| Standing { path: p.path.clone(), line: p.line, text: p.text.clone() })
                .collect(),
            replacement,
        },
    })
}

/// Whether the page stands with an example, a sample or a test.
fn is_of_example(page: &Page<'_>) -> bool {
    const FOLDERS: &[&[u8]] =
        &[b"example", b"examples", b"sample", b"samples", b"demo", b"demos", b"test", b"tests", b"e2e", b"fixtures"];
    page.folder().split(|b| *b == b'/').any(|folder| FOLDERS.contains(&folder))
}

/// Whether the words before a value tell the reader to give it (`set the port to`).
fn is_told_to_set(before: &str) -> bool {
    let lower = before.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.last().is_some_and(|w| matches!(*w, "to" | "as")) && words.iter().any(|w| matches!(*w, "set" | "setting"))
}

/// Whether the line of a pair gives its value to another name: the value is a key itself (`'a' => …`), or the line
/// sets a name that has nothing to do with the key.
fn is_of_another(pair: &Pair, key: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    if let Literal::Text(value) = &pair.literal {
        let is_key = |mark: char| {
            let after = pair.text.split_once(&format!("{mark}{value}{mark}")).map(|(_, rest)| rest.trim_start());
            after.is_some_and(|rest| rest.starts_with("=>"))
        };
        if is_key('"') || is_key('\'') {
            return true;
        }
    }
    if pair.tie == Tie::Direct {
        return false;
    }
    let line = pair.text.trim_start();
    let name: String = line.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let set = line.get(name.len()..).is_some_and(|rest| rest.trim_start().starts_with(['=']));
    let (name, key) = (letters(&name), letters(key));
    let of_default = ["default", "defaults", "defaultvalue", "value", "setdefault"].contains(&name.as_str());
    set && name.len() > 3 && !of_default && !name.contains(&key) && !key.contains(&name)
}

/// The pairs of the files that lie in the page's own folder, with those of such files' former places: none
/// where none of them holds a value of the name now, or where the page lies at the top.
fn beside<'p>(page: &Page<'_>, pairs: &[&'p Pair], literal: &Literal, system: &System<'_>) -> Vec<&'p Pair> {
    let folder = page.folder();
    let here = |p: &Pair| p.path.parent() == folder;
    let set = |p: &&&Pair| p.tie == Tie::Direct && p.literal.is_kind_of(literal);
    let files: BTreeSet<&[u8]> =
        pairs.iter().filter(set).filter(|p| here(p) && system.at_head(p.held)).map(|p| p.path.name()).collect();
    if folder.is_empty() || files.is_empty() {
        return Vec::new();
    }
    let gone = |p: &Pair| !pairs.iter().any(|q| q.path == p.path && system.at_head(q.held));
    pairs.iter().filter(set).filter(|p| files.contains(p.path.name()) && (here(p) || gone(p))).copied().collect()
}

/// Whether a word for a switch (`ON`, `no`) says what the code's truth value does.
fn is_same_switch(written: &str, pair: &Pair) -> bool {
    let word = written.trim_matches(['`', '"', '\'']).to_ascii_lowercase();
    let said = match word.as_str() {
        "on" | "yes" | "enabled" | "1" | "true" => true,
        "off" | "no" | "disabled" | "0" | "false" => false,
        _ => return false,
    };
    matches!(pair.literal, Literal::Bool(value) if value == said)
}

fn quoted(written: &str) -> String {
    format!("`{}`", name::shown(written))
}

/// Whether the line names the other value of a switch too, and does not call this one the default.
fn is_one_of_both(page: &Page<'_>, claim: &ValueClaim) -> bool {
    const NEAR: usize = 16;
    let Literal::Bool(value) = claim.literal else { return false };
    let document = page.document;
    let line = document.lines.line_span(&document.text, document.lines.line_of(claim.span.start)).of(&document.text);
    let other = if value { ["`false`", "false "] } else { ["`true`", "true "] };
    if !other.iter().any(|o| line.to_lowercase().contains(o)) {
        return false;
    }
    let end = (claim.span.end..=document.text.len().min(claim.span.end + NEAR))
        .rev()
        .find(|e| document.text.is_char_boundary(*e))
        .unwrap_or(claim.span.end);
    let after = document.text.get(claim.span.end..end).unwrap_or("").to_lowercase();
    let word = |text: &str| ["default", "既定", "デフォルト"].iter().any(|w| text.contains(w));
    // Right before it, with nothing but marks between: "default: `false`".
    let before = before(page, claim).trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let before = before.trim_end_matches(" is").trim_end_matches(" to").trim_end_matches(" value");
    let gap = document.text.get(..claim.span.start).unwrap_or("");
    let closed = gap.rfind("efault").is_some_and(|at| gap[at..].contains(')'));
    let ends =
        ["default", "defaults", "既定", "既定は", "デフォルト", "デフォルトは"].iter().any(|w| before.ends_with(w));
    !(word(&after) || ends && !closed)
}

/// A value as a message shows it, where the page's own spelling does not fit.
fn display(literal: &Literal) -> String {
    match literal {
        Literal::Number(n) => n.to_string(),
        Literal::Percent(n) => format!("{n}%"),
        Literal::Bool(b) => b.to_string(),
        Literal::Text(t) | Literal::Url(t) | Literal::Version(t) => t.clone(),
        Literal::Size { bytes, .. } => format!("{bytes} bytes"),
        Literal::Duration(nanos) => match nanos.integer() {
            Some(n) if n % 1_000_000_000 == 0 => format!("{}s", n / 1_000_000_000),
            Some(n) if n % 1_000_000 == 0 => format!("{}ms", n / 1_000_000),
            _ => format!("{nanos}ns"),
        },
    }
}

/// Follows a value through the pairs of its key.
///
/// With `any_kind` a literal of another kind may have taken its place.
fn trace<'p>(
    key: &str,
    pairs: &[&'p Pair],
    literal: &Literal,
    system: &System<'_>,
    any_kind: bool,
) -> Option<Moved<'p>> {
    if pairs.iter().any(|p| system.at_head(p.held) && p.literal.agrees(literal)) {
        return None;
    }
    let firm =
        |p: &&&Pair| p.tie <= Tie::Default && (any_kind || p.literal.is_kind_of(literal)) && !is_of_another(p, key);
    let olds: Vec<&'p Pair> = pairs.iter().filter(firm).filter(|p| p.literal.agrees(literal)).copied().collect();
    let had = system.earlier(olds.iter().fold(Mask::default(), |mask, p| mask.or(p.held)));
    let last = had.newest()?;
    let news: Vec<&'p Pair> = pairs.iter().filter(firm).filter(|p| system.at_head(p.held)).copied().collect();
    // Where the value went from one to the other at one place.
    let follows = |old: &Pair, new: &Pair| {
        old.path == new.path && old.held.and(new.held).is_empty() && new.held.oldest() > old.held.newest()
    };
    let mut best: Option<(&'p Pair, Vec<&'p Pair>, Sure)> = None;
    for old in olds.iter().filter(|o| o.held.newest().is_some_and(|n| n + 6 > last)) {
        let heirs: Vec<&'p Pair> = news.iter().filter(|new| follows(old, new)).copied().collect();
        let rivals = news.iter().filter(|new| new.path == old.path && !follows(old, new)).count();
        let next = |new: &&Pair| new.held.oldest().zip(old.held.newest()).is_some_and(|(n, o)| n == o + 1);
        let p = match (heirs.as_slice(), rivals) {
            ([heir], 0) if next(heir) => confidence::of(ID, "declared"),
            ([_], 0) => confidence::of(ID, "later"),
            ([heir], 1..3) if next(heir) => confidence::of(ID, "rivals"),
            ([_, ..], 0) if one_value(&heirs) => confidence::of(ID, "later"),
            _ => continue,
        };
        if best.as_ref().is_none_or(|(.., least)| p.p > least.p) {
            best = Some((old, heirs, p));
        }
    }
    if best.is_none() {
        // The declaration moved to another file: only one value is left anywhere.
        let old = olds.iter().max_by_key(|o| o.held.newest())?;
        let gone = !pairs.iter().any(|p| p.path == old.path && system.at_head(p.held));
        let late = news.iter().all(|new| new.held.oldest() > old.held.newest());
        if gone && late && one_value(&news) {
            best = Some((old, news, confidence::of(ID, "moved")));
        }
    }
    let (old, now, probability) = best.filter(|(_, now, _)| !now.is_empty())?;
    Some(Moved { had, old, now, probability })
}

fn one_value(pairs: &[&Pair]) -> bool {
    pairs.first().is_some_and(|first| pairs.iter().all(|p| p.literal.agrees(&first.literal)))
}

/// The words of the same line before a claim.
fn before<'p>(page: &Page<'p>, claim: &ValueClaim) -> &'p str {
    let document = page.document;
    let line = document.lines.line_span(&document.text, document.lines.line_of(claim.span.start));
    let mut from = claim.span.start.saturating_sub(BEFORE).max(line.start);
    while !document.text.is_char_boundary(from) {
        from += 1;
    }
    let words = document.text.get(from..claim.span.start).unwrap_or("");
    // Another sentence speaks of something else.
    words.rsplit(". ").next().unwrap_or(words)
}

/// Whether the page gives the value to the key as one types it (`key = value`, `--key value`), which
/// may be the reader's own choice.
fn is_given(page: &Page<'_>, reference: &Reference, claim: &ValueClaim) -> bool {
    page.document
        .text
        .get(reference.span.end..claim.span.start)
        .is_some_and(|between| !between.contains('`') && between.chars().all(|c| !c.is_alphanumeric()))
}

/// How sure it is that a sample shows what the code sets: the more of its values stood in the code
/// together, the surer.
fn sample(page: &Page<'_>, claim: &ValueClaim, had: Mask, system: &System<'_>) -> f32 {
    let Some(last) = had.newest() else { return 0.0 };
    let (mut agree, mut all) = (0, 0);
    for other in page.values.iter().filter(|v| v.block == claim.block && v.relation == Relation::Sample).take(60) {
        let Some((_, key)) = key_of(other, page.references) else { continue };
        let mut firm = system.pairs.of(key).filter(|p| p.tie <= Tie::Default && p.held.has(last)).peekable();
        if firm.peek().is_none() {
            continue;
        }
        all += 1;
        agree += usize::from(firm.any(|p| p.literal.agrees(&other.literal)));
    }
    match (agree, all) {
        (3.., all) if agree * 5 >= all * 4 => 0.68,
        (2.., all) if agree == all => 0.64,
        _ => 0.4,
    }
}

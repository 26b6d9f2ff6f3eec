//! The values that stand beside a key in a file, and how they stand there.

use std::ops::Range;
use std::rc::Rc;

use crate::history::lifetime::TermMap;
use crate::history::path::RepoPath;
use crate::history::scan::{self, Role, Sink, Token};
use crate::history::term::Term;
use crate::reference::literal::{Literal, parse, parse_all};

/// How a value stands with a key, the firmest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// It is what the key is set to.
    Direct,
    /// The declaration gives it as the default.
    Default,
    /// It merely stands on the key's line or the next.
    Near,
}

/// A value beside a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// The key that was asked for.
    pub key: Term,
    /// The value.
    pub literal: Literal,
    /// How it stands there.
    pub tie: Tie,
    /// The value's line from 1.
    pub line: u32,
    /// That line, trimmed and cut.
    pub text: String,
}

/// Longer lines are data, not declarations (bytes).
const LONG: usize = 1000;
/// Lines of an attribute above a field that are looked at.
const ABOVE: usize = 8;
/// Lines below a key on which its default may stand.
const BELOW: usize = 5;
/// Characters of a line that are kept.
const KEPT: usize = 200;
/// Keys of one file that are looked at.
const MOST: usize = 20_000;

struct Keys<'a> {
    asked: &'a TermMap<Term>,
    found: Vec<(Term, Token)>,
}

impl Sink for Keys<'_> {
    fn token(&mut self, token: &Token) {
        if self.found.len() < MOST
            && is_key(token.role)
            && let Some(key) = self.asked.get(&token.folded)
        {
            self.found.push((*key, *token));
        }
    }
}

/// The places of named values in the file (`const LIMIT = 30`).
struct Constants<'w> {
    wanted: &'w Wanted,
    found: Vec<(Term, Token)>,
}

impl Sink for Constants<'_> {
    fn token(&mut self, token: &Token) {
        if is_constant(token.role) && self.wanted.contains_key(&token.exact) {
            self.found.push((token.exact, *token));
        }
    }
}

/// The file by lines.
struct Lines<'c> {
    content: &'c [u8],
    starts: &'c [usize],
}

impl<'c> Lines<'c> {
    /// Line `number` from 1; empty where there is none, or it is too long or no text.
    fn get(&self, number: usize) -> &'c str {
        let Some(&start) = number.checked_sub(1).and_then(|n| self.starts.get(n)) else { return "" };
        let end = self.starts.get(number).map_or(self.content.len(), |next| next - 1);
        let line = self.content.get(start..end).unwrap_or_default();
        if line.len() > LONG {
            return "";
        }
        std::str::from_utf8(line).map_or("", |l| l.trim_end_matches('\r'))
    }

    fn shown(&self, number: usize) -> String {
        self.get(number).trim().chars().take(KEPT).collect()
    }
}

/// Whether a name in `role` can be a key that is set to something.
pub(super) fn is_key(role: Role) -> bool {
    matches!(role, Role::Definition | Role::Key | Role::Literal | Role::Flag)
}

/// Whether a name in `role` can be that of a constant.
pub(super) fn is_constant(role: Role) -> bool {
    matches!(role, Role::Definition | Role::Key)
}

/// Names of constants, with the keys that are set to them.
pub(super) type Wanted = TermMap<Vec<usize>>;

/// What stands beside one place of a key.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The values, with their line counted from the key's.
    values: Vec<(Literal, Tie, i64, String)>,
    /// Names of constants that the key is set to.
    names: Vec<(Term, Tie)>,
}

/// Lines above and below a key that decide what stands beside it.
pub(super) const AROUND: (usize, usize) = (ABOVE, BELOW);

/// Gives what was seen before beside the key with an index, or else asks for it.
pub(super) type Remember<'r> = dyn FnMut(usize, &mut dyn FnMut() -> Looked) -> Rc<Looked> + 'r;

/// The values beside the keys of `asked` in the file at `path`.
pub fn of_file(path: &RepoPath, content: &[u8], asked: &TermMap<Term>) -> Vec<Beside> {
    let mut keys = Keys { asked, found: Vec::new() };
    scan::scan(path, content, &mut keys);
    let starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', content).map(|n| n + 1)).collect();
    of_keys(&keys.found, content, &starts, &mut |_, look| Rc::new(look()), &mut |wanted| {
        let mut constants = Constants { wanted, found: Vec::new() };
        scan::scan(path, content, &mut constants);
        constants.found
    })
}

/// The values beside the keys that stand in `content`, whose lines begin at `starts`, at the places `found`. `constants` gives the places
/// at which names of constants are bound in it.
pub(super) fn of_keys(
    found: &[(Term, Token)],
    content: &[u8],
    starts: &[usize],
    remember: &mut Remember<'_>,
    constants: &mut dyn FnMut(&Wanted) -> Vec<(Term, Token)>,
) -> Vec<Beside> {
    if found.is_empty() {
        return Vec::new();
    }
    let lines = Lines { content, starts };
    let mut out = Vec::new();
    // Names that a key is set to, with the keys.
    let mut wanted = Wanted::default();
    let mut setters: Vec<(Term, Tie)> = Vec::new();
    for (index, (key, token)) in found.iter().take(MOST).enumerate() {
        let looked = remember(index, &mut || look(*key, token, &lines));
        out.extend(looked.values.iter().map(|(literal, tie, below, text)| Beside {
            key: *key,
            literal: literal.clone(),
            tie: *tie,
            line: u32::try_from(i64::from(token.line) + below).unwrap_or(u32::MAX),
            text: text.clone(),
        }));
        for (name, tie) in &looked.names {
            wanted.entry(*name).or_default().push(setters.len());
            setters.push((*key, *tie));
        }
    }
    if !wanted.is_empty() {
        for (name, token) in &constants(&wanted) {
            let mut values = Vec::new();
            of_key(*name, token, &lines, &mut values);
            let Some(value) = values.into_iter().find(|v| v.tie == Tie::Direct) else { continue };
            for &setter in wanted.get(name).into_iter().flatten() {
                if let Some(&(key, tie)) = setters.get(setter) {
                    out.push(Beside { key, tie, ..value.clone() });
                }
            }
        }
    }
    out
}

fn look(key: Term, token: &Token, lines: &Lines<'_>) -> Looked {
    let mut out = Vec::new();
    let names = of_key(key, token, lines, &mut out);
    let names = names.into_iter().map(|(name, tie)| (Term::exact(name.as_bytes()), tie)).collect();
    let below = |line: u32| i64::from(line) - i64::from(token.line);
    Looked { values: out.into_iter().map(|b| (b.literal, b.tie, below(b.line), b.text)).collect(), names }
}

/// Adds the values beside one key; gives the names of constants that it is set to instead.
fn of_key<'c>(key: Term, token: &Token, lines: &Lines<'c>, out: &mut Vec<Beside>) -> Vec<(&'c str, Tie)> {
    let number = token.line as usize;
    let line = lines.get(number);
    let start = lines.starts.get(number.saturating_sub(1)).copied().unwrap_or(0);
    let Some(rest) = token.end.checked_sub(start).and_then(|at| line.get(at..)) else { return Vec::new() };
    let mut push = |literal: Literal, tie: Tie, at: usize| {
        let line = u32::try_from(at).unwrap_or(u32::MAX);
        out.push(Beside { key, literal, tie, line, text: lines.shown(at) });
    };
    let mut names = Vec::new();
    let quoted = matches!(token.role, Role::Literal | Role::Flag);
    let body = rest.trim_start_matches(['"', '\'', '`', ']']);
    let own = parse_all(body);
    let mut settled = false;
    let mut end = 0;
    for (index, (literal, place)) in own.iter().enumerate() {
        let between = body.get(..place.start).unwrap_or("");
        if index > 0 && body.get(end..place.start).is_some_and(is_of_another) {
            break;
        }
        end = place.end;
        let tie = if is_words(literal) {
            continue;
        } else if default_before(between) {
            Tie::Default
        } else if index == 0 && is_set(between, quoted) && is_whole(body, place) {
            Tie::Direct
        } else {
            Tie::Near
        };
        settled |= tie != Tie::Near;
        push(literal.clone(), tie, number);
    }
    if !settled {
        if let Some(name) = constant(body) {
            names.push((name, Tie::Direct));
        } else if (body.trim_end().ends_with(['=', '(', ':'])
            || token.role == Role::Definition && body.trim_end().ends_with('{'))
            && let Some(literal) = alone(lines.get(number + 1))
        {
            push(literal, Tie::Direct, number + 1);
            settled = true;
        }
    }
    if !settled {
        for below in number + 1..=number + BELOW {
            let line = lines.get(below);
            let trimmed = line.trim_start();
            if trimmed.is_empty() || trimmed.starts_with(['}', ')']) && trimmed.len() < 4 {
                break;
            }
            if let Some((literal, name)) = default_of(line) {
                match literal {
                    Some(literal) => push(literal, Tie::Default, below),
                    None => names.extend(name.map(|n| (n, Tie::Default))),
                }
                break;
            }
        }
    }
    // An attribute above a field: `#[arg(long, default_value_t = 8080)]`.
    if token.role == Role::Definition || token.role == Role::Key || token.role == Role::Flag {
        let mut above = number;
        for _ in 0..ABOVE {
            above = above.saturating_sub(1);
            let line = lines.get(above);
            let trimmed = line.trim_start();
            let attribute = trimmed.starts_with("#[") || trimmed.starts_with('@');
            let inside = trimmed.starts_with(")]") || trimmed.ends_with(',') && trimmed.contains('=');
            if !attribute && !inside || !attribute && above + 1 == number && !trimmed.starts_with(")]") {
                break;
            }
            match default_of(line) {
                Some((Some(literal), _)) => push(literal, Tie::Default, above),
                Some((None, Some(name))) => names.push((name, Tie::Default)),
                _ => {}
            }
        }
    }
    // What stands below counts against a finding only.
    if settled {
        return names;
    }
    for (literal, _) in parse_all(lines.get(number + 1)) {
        if !is_words(&literal) {
            push(literal, Tie::Near, number + 1);
        }
    }
    names
}

/// Whether a text is a sentence, such as the help of an option, and no value.
fn is_words(literal: &Literal) -> bool {
    matches!(literal, Literal::Text(t) if t.is_empty() || t.split_whitespace().count() > 2)
}

/// Whether what stands between a key and a value says that the key is set to it.
fn is_set(between: &str, quoted: bool) -> bool {
    let text = between.trim();
    if text.contains("==")
        || text.contains("!=")
        || text.contains("&&")
        || text.contains("||")
        || text.contains([';', '+', '}', '|', '%', '/', '#', '!'])
        || between.contains(" < ")
        || between.contains(" > ")
        || text.contains(">=")
        || text.contains("<=")
        || text.contains(" ? ")
        || text.ends_with(['-', '*', '.'])
    {
        return false;
    }
    let typed = text.ends_with('=') && text.starts_with(':') && !text.contains(['(', ',']);
    let plain = |word: &str| {
        matches!(
            word,
            "Some"
                | "new"
                | "from"
                | "String"
                | "Ok"
                | "default"
                | "value"
                | "Value"
                | "mut"
                | "int"
                | "string"
                | "bool"
                | "uint"
                | "float"
        ) || word.starts_with("int")
            || word.starts_with("uint")
            || word.starts_with("float")
    };
    let words_fit = typed
        || text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).all(plain)
        // `port int = 80`, `port u16 = 80`
        || text.ends_with('=') && !text.contains(['(', ',', '.']) && text.split_whitespace().count() <= 3;
    let marked = text.contains(['=', ':', '(', ',']);
    words_fit
        && if text.is_empty() { !quoted && !between.is_empty() } else { marked || text.split_whitespace().count() <= 1 }
        && (quoted || !text.starts_with(','))
        && !text.starts_with('.')
}

/// Whether another key begins between two values: `, color: `, `, color=`.
fn is_of_another(between: &str) -> bool {
    between.trim_end().ends_with([':', '=']) && between.contains([',', ';']) && !default_before(between)
}

/// Whether the value ends the expression that it stands in.
fn is_whole(body: &str, place: &Range<usize>) -> bool {
    let tail = body.get(place.end..).unwrap_or("").trim_start();
    !tail.starts_with(['+', '*', '?', '%', '<', '&', '|'])
        && !tail.starts_with("- ")
        && !tail.starts_with("..")
        && !tail.starts_with("==")
}

/// Words that name a default, before a value.
fn default_before(between: &str) -> bool {
    let Some(at) = between.to_ascii_lowercase().rfind("default") else { return false };
    let tail = between.get(at + "default".len()..).unwrap_or("");
    let tail = tail.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
    !tail.is_empty() && tail.len() < 24 && tail.chars().all(|c| !c.is_alphanumeric()) && !tail.contains([';', '}', ')'])
}

/// The default that a line gives (`default_value("8080")`, `"default": 8080`): the value, or the name
/// of a constant.
fn default_of(line: &str) -> Option<(Option<Literal>, Option<&str>)> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find("default")?;
    let rest = line.get(at + "default".len()..)?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
    let mark = rest.trim_start_matches(['"', '\'', ' ', '(', '=', ':', '[']);
    if mark.len() == rest.len() {
        return None;
    }
    let first = parse_all(rest).into_iter().next();
    if let Some((literal, place)) = first
        && rest.get(..place.start).is_some_and(|b| b.chars().all(|c| !c.is_alphanumeric()))
    {
        return (!is_words(&literal)).then_some((Some(literal), None));
    }
    constant(rest).map(|name| (None, Some(name)))
}

/// The name of a constant that stands behind a key as its value: `: DEFAULT_TIMEOUT,`,
/// `= defaults::PORT`.
fn constant(body: &str) -> Option<&str> {
    let mark = body.find(|c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '?'))?;
    let rest = body.get(mark..)?;
    if !rest.starts_with(['=', ':', '(', ',']) || rest.starts_with("==") || rest.starts_with("::") {
        return None;
    }
    // Behind a type, behind a cast, or at once; the last such name of the first expression.
    let stop = rest.get(1..)?.find([',', ';', '}', '#']).map_or(rest.len(), |n| n + 1);
    let expression = rest.get(..stop)?;
    let expression = expression.rsplit('=').next().unwrap_or(expression);
    let name = |w: &&str| {
        w.len() > 3
            && w.starts_with(|c: char| c.is_ascii_alphabetic())
            && (w.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
                || w.to_ascii_lowercase().starts_with("default"))
    };
    expression.split(|c: char| !(c.is_alphanumeric() || c == '_')).find(name)
}

/// The value that a line holds and nothing else (`30`, `return 30;`).
fn alone(line: &str) -> Option<Literal> {
    let text = line.trim().trim_start_matches("return ").trim_end_matches([';', ',']).trim();
    if text.is_empty() || text.len() > 120 {
        return None;
    }
    let found = parse_all(text);
    match found.as_slice() {
        [(literal, place)] if place.start == 0 && place.end == text.len() && !is_words(literal) => {
            Some(literal.clone())
        }
        _ => None,
    }
    .or_else(|| {
        (text.starts_with(['"', '\'']) && text.matches(['"', '\'']).count() == 2)
            .then(|| parse(text))
            .flatten()
            .filter(|l| !is_words(l))
    })
}

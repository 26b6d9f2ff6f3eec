//! Takes secrets out of a text before it leaves the machine.
//!
//! No crate on the registry carries a maintained rule set for free text without also taking out commit
//! hashes or missing JSON and YAML, so the rules are our own: the forms that issuers give their tokens
//! (`rules/secret/tokens.toml`), private key blocks, what is assigned to a key that is called a password or
//! a token, and whatever is as random as a key. When in doubt it is taken out: a quote that needs it is
//! refused, which costs less than a key that is sent.
//!
//! Line breaks stay where they are, so that line numbers stay true.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use regex::Regex;
use rustc_hash::FxHashSet;
use serde::Deserialize;

/// The rule file.
static TOKENS: &str = include_str!("../../rules/secret/tokens.toml");

/// Names of keys whose value is a secret whatever it looks like.
const PASSWORDS: &str = r"passw(?:or)?d|passwd|pwd|passphrase|pass_?phrase|secret|パスワード|暗証番号";
/// Names of keys whose value is a secret where it looks like one.
const KEYS: &str = r"token|api_?-?key|apikey|access_?-?key|auth_?-?key|private_?-?key|client_?-?key|signing_?-?key|encryption_?-?key|credential|license_?-?key|webhook|dsn|salt";
/// Words that stand in the place of a value.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "your",
    "xxxx",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "redacted",
    "****",
    "....",
    "dummy",
    "foobar",
    "insert",
    "replace",
];
/// Words that say of what type a value is, or that there is none.
const TYPES: &[&str] = &[
    "string",
    "str",
    "bytes",
    "text",
    "bool",
    "boolean",
    "int",
    "integer",
    "number",
    "any",
    "object",
    "none",
    "null",
    "nil",
    "undefined",
    "true",
    "false",
    "required",
    "optional",
    "password",
    "passwd",
    "secret",
    "token",
    "char",
    "self",
    "default",
    "empty",
    "hidden",
    "masked",
    "env",
    "file",
    "unknown",
    "varchar",
    "secretstring",
    "binary",
];
/// A random text is a secret from this length on.
const RANDOM_LENGTH: usize = 24;
/// Bits for each character from which on a text is random.
const RANDOM_BITS: f64 = 3.9;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<RawRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    words: Vec<String>,
    pattern: String,
}

struct Rule {
    id: String,
    pattern: Regex,
}

struct Rules {
    rules: Vec<Rule>,
    /// Finds the words of all rules at once.
    words: Option<AhoCorasick>,
    /// The rule that each word belongs to.
    of_word: Vec<usize>,
    assigned: Vec<Regex>,
    option: Option<Regex>,
    random: Option<Regex>,
    errors: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut out = Rules {
        rules: Vec::new(),
        words: None,
        of_word: Vec::new(),
        assigned: Vec::new(),
        option: None,
        random: None,
        errors: Vec::new(),
    };
    let mut words = Vec::new();
    match toml::from_str::<RuleFile>(TOKENS) {
        Ok(file) => {
            for raw in file.rule {
                match Regex::new(&raw.pattern) {
                    Ok(pattern) => {
                        for word in raw.words {
                            words.push(word);
                            out.of_word.push(out.rules.len());
                        }
                        out.rules.push(Rule { id: raw.id, pattern });
                    }
                    Err(e) => out.errors.push(format!("{}: {e}", raw.id)),
                }
            }
        }
        Err(e) => out.errors.push(e.to_string()),
    }
    match AhoCorasickBuilder::new().ascii_case_insensitive(true).build(&words) {
        Ok(found) => out.words = Some(found),
        Err(e) => out.errors.push(e.to_string()),
    }
    let mut regex = |pattern: &str| match Regex::new(pattern) {
        Ok(regex) => Some(regex),
        Err(e) => {
            out.errors.push(e.to_string());
            None
        }
    };
    let key = format!(r#"(?P<key>[\w.\-]*(?P<kind>{PASSWORDS}|{KEYS})[\w\-]*)"#);
    let assigned = [
        // In quotes, in JSON, TOML, YAML and code.
        format!(r#"(?i){key}["'`\]]*\s*(?::=|=>|==|[:=,])\s*[a-z]?(?P<quote>["'`])(?P<secret>[^"'`\s]{{3,}})["'`]"#),
        // Without quotes, up to the end of the line or of the word.
        format!(r#"(?i){key}["'\]]*\s*(?P<sign>[:=：])\s*(?P<secret>[^\s"'`,;(){{}}\[\]]{{4,}})"#),
    ];
    let assigned: Vec<Regex> = assigned.iter().filter_map(|p| regex(p)).collect();
    let option = regex(&format!(
        r#"(?i)(?:^|[\s"'`\[(])--?(?P<key>[\w\-]*(?P<kind>{PASSWORDS}|{KEYS}))[=\s]["']?(?P<secret>[^\s"'`<>\[\]{{}}()$]{{4,}})"#
    ));
    let random = regex(r"[A-Za-z0-9+/_\-]{24,}={0,2}");
    (out.assigned, out.option, out.random) = (assigned, option, random);
    out
});

/// What is wrong with the rules that are built in; a test keeps this empty.
#[must_use]
pub fn errors() -> &'static [String] {
    &RULES.errors
}

/// `text` with each secret replaced by `[REDACTED:what]`, and how many there were.
#[must_use]
pub fn redact(text: &str) -> (String, usize) {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    private_keys(text, &mut found);
    by_form(text, &mut found);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        // Such a line is data; its secrets have forms, or are random.
        if line.len() <= 4096 {
            by_key(line, start, &mut found);
        }
        by_randomness(line, start, &mut found);
        start += line.len();
    }
    if found.is_empty() {
        return (text.to_owned(), 0);
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut out = String::with_capacity(text.len());
    let (mut at, mut count) = (0, 0);
    for (from, to, what) in found {
        if to <= at {
            continue;
        }
        if from >= at {
            out.push_str(text.get(at..from).unwrap_or_default());
            out.push_str(&format!("[REDACTED:{what}]"));
            count += 1;
        }
        // What overlaps goes too; line breaks in it stay.
        let gone = text.get(from.max(at)..to).unwrap_or_default();
        for _ in gone.matches('\n') {
            out.push('\n');
        }
        at = to;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, count)
}

/// Blocks of private keys, to their end or, where that is missing, as far as they look like one.
fn private_keys(text: &str, found: &mut Vec<(usize, usize, String)>) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("PRIVATE KEY")).map(|at| at + from) {
        let line_start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        let begins = text.get(line_start..at).is_some_and(|before| before.contains("BEGIN"));
        from = at + "PRIVATE KEY".len();
        if !begins {
            continue;
        }
        let after = text.get(from..).unwrap_or_default();
        let end = after.find("END").and_then(|e| {
            let tail = after.get(e..)?;
            let line = tail.find('\n').unwrap_or(tail.len());
            tail.get(..line)?.contains("PRIVATE KEY").then_some(from + e)
        });
        let key_start = from + after.find(['\n', '\\']).unwrap_or(0).min(16);
        let end = end.unwrap_or_else(|| {
            let mut end = key_start;
            for line in text.get(key_start..).unwrap_or_default().split_inclusive('\n').take(80) {
                let body =
                    line.trim().trim_matches(|c: char| matches!(c, '"' | '\'' | '+' | ',' | '\\' | '#' | '*' | '/'));
                let looks = body.is_empty() || !body.contains(' ') || body.contains(':');
                if !looks {
                    break;
                }
                end += line.len();
            }
            end
        });
        if end > key_start {
            found.push((key_start, end, "private-key".to_owned()));
            from = end.max(from);
        }
    }
}

fn by_form(text: &str, found: &mut Vec<(usize, usize, String)>) {
    let Some(words) = &RULES.words else { return };
    let mut wanted: FxHashSet<usize> = FxHashSet::default();
    for hit in words.find_overlapping_iter(text) {
        wanted.extend(RULES.of_word.get(hit.pattern().as_usize()));
        if wanted.len() == RULES.rules.len() {
            break;
        }
    }
    for (at, rule) in RULES.rules.iter().enumerate().filter(|(at, _)| wanted.contains(at)) {
        let _ = at;
        for captures in rule.pattern.captures_iter(text) {
            let named = captures.name("secret").or_else(|| captures.name("secret2"));
            let Some(secret) = named.or_else(|| captures.get(0)) else { continue };
            let stands_for = rule.id.starts_with("url-") && is_placeholder(secret.as_str());
            if !stands_for {
                found.push((secret.start(), secret.end(), rule.id.clone()));
            }
        }
    }
}

/// What is assigned to a password or a token in `line`, which begins at byte `start` of the text.
fn by_key(line: &str, start: usize, found: &mut Vec<(usize, usize, String)>) {
    let patterns = RULES.assigned.iter().map(|p| (p, false)).chain(RULES.option.iter().map(|p| (p, true)));
    for (pattern, option) in patterns {
        let mut from = 0;
        while let Some(captures) = line.get(from..).and_then(|rest| pattern.captures(rest)) {
            let Some(whole) = captures.get(0) else { break };
            let Some((kind, key, secret)) = captures
                .name("kind")
                .zip(captures.name("key"))
                .zip(captures.name("secret"))
                .map(|((a, b), c)| (a, b, c))
            else {
                break;
            };
            let quoted = captures.name("quote").is_some();
            let sure = is_password(kind.as_str());
            let value = secret.as_str().trim_end_matches(['.', '\\']);
            if is_secret(value, key.as_str(), sure, quoted, option, captures.name("sign").map(|s| s.as_str())) {
                let what = if sure { "password" } else { "token" };
                found.push((
                    start + from + secret.start(),
                    start + from + secret.start() + value.len(),
                    what.to_owned(),
                ));
            }
            // The value may be the key of what follows it.
            from += secret.start().max(whole.start() + 1);
            while from < line.len() && !line.is_char_boundary(from) {
                from += 1;
            }
        }
    }
}

fn is_password(kind: &str) -> bool {
    let lower = kind.to_lowercase();
    lower.starts_with("pass") || lower == "pwd" || lower == "secret" || !lower.is_ascii()
}

fn is_secret(value: &str, key: &str, sure: bool, quoted: bool, option: bool, sign: Option<&str>) -> bool {
    if value.chars().count() < 4 || is_placeholder(value) || value.starts_with("[REDACTED") {
        return false;
    }
    let lower = value.to_lowercase();
    if TYPES.contains(&lower.as_str()) || lower == key.to_lowercase() {
        return false;
    }
    let digits = value.chars().any(|c| c.is_ascii_digit());
    let letters = value.chars().any(char::is_alphabetic);
    let mixed = digits && letters;
    if quoted {
        // `"token": "a-name-of-one"`: only a password may be a plain word; a path or an address is neither.
        let address = value.starts_with(['/', '.', '~', '$', '%', '#', '@', '-']) || value.contains("://");
        return !address && (sure || (mixed && value.len() >= 8) || value.len() >= 20 && !is_words(value));
    }
    let expression =
        value.contains(['(', ')', '<', '>', '$', '&', '*', '|', '?']) || value.contains("::") || value.contains("->");
    if expression || value.starts_with(['/', '.', '-', '@', '%', '#', '\\', '!', '=']) {
        return false;
    }
    let shouting = key.len() >= 6 && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if option {
        return sure && (mixed || !is_words(value)) || mixed && value.len() >= 8;
    }
    match sign {
        Some(":" | "：") => {
            // `password: hunter2` in YAML or in words; `password: String` in code.
            let typed = value.starts_with(char::is_uppercase) && !digits;
            sure && !typed && (mixed || !value.contains('.')) && !is_words_of_code(value)
                || mixed && value.len() >= 10 && !value.contains('.')
        }
        _ => {
            (shouting && (sure || mixed))
                || mixed && value.len() >= 6 && !value.contains('.') && sure
                || mixed && value.len() >= 16 && !value.contains('.')
        }
    }
}

/// Whether a value is words joined by signs or capitals, without a digit.
fn is_words(value: &str) -> bool {
    !value.chars().any(|c| c.is_ascii_digit())
        && value.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '.' | '/' | ':'))
}

/// Names of things rather than words: they hold a separator that words lack.
fn is_words_of_code(value: &str) -> bool {
    value.contains('_') && is_words(value)
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || value.starts_with(['<', '$', '{', '%', '*'])
        || lower.chars().all(|c| c == 'x' || c == '*' || c == '.' || c == '-')
        || matches!(lower.as_str(), "pass" | "password" | "pwd" | "passwd" | "pw" | "secret" | "token")
}

/// Texts as random as a key.
fn by_randomness(line: &str, start: usize, found: &mut Vec<(usize, usize, String)>) {
    let Some(random) = &RULES.random else { return };
    if line.len() < RANDOM_LENGTH {
        return;
    }
    for hit in random.find_iter(line) {
        let before = line.get(..hit.start()).unwrap_or_default();
        // Checks of integrity and commits are public.
        let known = ["sha256-", "sha384-", "sha512-", "sha1-"]
            .iter()
            .any(|p| hit.as_str().starts_with(p) || before.ends_with(p));
        if !known && is_random(hit.as_str()) {
            found.push((start + hit.start(), start + hit.end(), "random".to_owned()));
        }
    }
}

fn is_random(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let upper = body.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = body.bytes().filter(u8::is_ascii_lowercase).count();
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    if upper < 3 || lower < 3 || digits < 2 {
        return false;
    }
    // Paths and names change their class at the joints of words only; keys do everywhere.
    let class = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let turns = body.as_bytes().windows(2).filter(|w| class(w[0]) != class(w[1])).count();
    turns * 5 >= body.len() * 2 && bits(body) >= RANDOM_BITS
}

/// Shannon's measure, in bits for each character.
fn bits(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    #[allow(clippy::cast_precision_loss)]
    let length = text.len() as f64;
    counts.iter().filter(|c| **c > 0).map(|c| f64::from(*c) / length).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests;

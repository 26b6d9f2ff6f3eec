//! What to look for in the code when a page's term is lost, and how a find reads in the page.

use super::shape::{Style, related, words};
use super::tokens::Token;

/// One spelling of a term in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Bare(String),
    /// Between these quotation marks only (for common words).
    Quoted(char, String),
}

impl Form {
    /// What to search for.
    #[must_use]
    pub fn pattern(&self) -> String {
        match self {
            Self::Bare(text) => text.clone(),
            Self::Quoted(quote, text) => format!("{quote}{text}{quote}"),
        }
    }
}

/// A name, or a segment of a qualified name, whose successor is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What stands before the name in the page's text.
    before: String,
    /// Dashes of a flag.
    dashes: String,
    /// The name itself.
    core: String,
    /// What stands behind it.
    after: String,
    forms: Vec<Form>,
    /// Characters that join words to one token beside `-`.
    joiners: &'static str,
}

/// The names in `text` as a page writes it, in the order in which to ask for successors: the whole,
/// then the segments of a qualified name from the last to the first.
#[must_use]
pub fn targets(text: &str) -> Vec<Target> {
    let text = text.trim();
    // A common word that means something as a string alone.
    if let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.is_empty()) {
        let mut target = plain("", inner, "", false);
        target.forms = ['"', '\''].map(|quote| Form::Quoted(quote, inner.to_owned())).to_vec();
        return vec![target];
    }
    let (before, rest) = split_before(text);
    let (core, after) = split_after(rest);
    if core.is_empty() || core.chars().count() > 200 {
        return Vec::new();
    }
    if core.starts_with('-') {
        return flag(before, core, after).into_iter().collect();
    }
    if core.contains('/') {
        return vec![exact(before, core, after, "/.:{}*")];
    }
    let separator = if core.contains("::") {
        "::"
    } else if core.contains('.') {
        "."
    } else {
        return vec![plain(before, core, after, true)];
    };
    let mut out = vec![exact(before, core, after, if separator == "." { "." } else { ":" })];
    let mut end = core.len();
    for segment in core.rsplit(separator) {
        let start = end - segment.len();
        // A short word alone stands in too many places for anything else.
        let least = if end == core.len() { 4 } else { 8 };
        if words(segment).len() > 1 || segment.starts_with(char::is_uppercase) || segment.chars().count() >= least {
            let (head, tail) = (core.get(..start).unwrap_or(""), core.get(end..).unwrap_or(""));
            out.push(plain(&format!("{before}{head}"), segment, &format!("{tail}{after}"), true));
        }
        end = start.saturating_sub(separator.len());
    }
    out
}

/// `$`, `${`, `@`, or the words before the last one of a command.
fn split_before(text: &str) -> (&str, &str) {
    if text.starts_with('-') {
        return ("", text);
    }
    let at = text.rfind(char::is_whitespace).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let word = &text[at..];
    let marks = word.len() - word.trim_start_matches(['$', '{', '@', '%']).len();
    text.split_at(at + marks)
}

/// Arguments, values and closing marks.
fn split_after(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '(' | '=' | '}' | '[' | '<')).unwrap_or(text.len());
    // A route's `{id}` belongs to it.
    let end = if text.contains('/') { text.len() } else { end };
    text.split_at(end)
}

fn exact(before: &str, core: &str, after: &str, joiners: &'static str) -> Target {
    let mut forms = vec![Form::Bare(core.to_owned())];
    let lower = core.to_lowercase();
    if lower != core {
        forms.push(Form::Bare(lower));
    }
    Target {
        before: before.to_owned(),
        dashes: String::new(),
        core: core.to_owned(),
        after: after.to_owned(),
        forms,
        joiners,
    }
}

fn plain(before: &str, core: &str, after: &str, spellings: bool) -> Target {
    let mut target = exact(before, core, after, "");
    target.forms.truncate(1);
    let parts = words(core);
    if spellings && parts.len() > 1 {
        for style in [Style::Kebab, Style::Snake, Style::Camel, Style::Pascal, Style::Screaming] {
            let form = Form::Bare(style.spell(&parts));
            if !target.forms.contains(&form) {
                target.forms.push(form);
            }
        }
    }
    target
}

fn flag(before: &str, text: &str, after: &str) -> Option<Target> {
    let core = text.trim_start_matches('-');
    if core.is_empty() {
        return None;
    }
    let dashes = text.len() - core.len();
    let mut target = plain(before, core, after, true);
    target.dashes = text[..dashes].to_owned();
    if words(core).len() == 1 {
        // A bare word says nothing; between quotation marks it may declare the flag.
        target.forms = vec![Form::Bare(text.to_owned())];
        if core.chars().count() > 1 {
            target.forms.extend(['"', '\''].map(|quote| Form::Quoted(quote, core.to_owned())));
        }
    }
    Some(target)
}

impl Target {
    /// Its spellings in code.
    #[must_use]
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// Characters that join words to one token.
    pub(super) fn joiners(&self) -> &'static str {
        self.joiners
    }

    /// The name without dashes.
    #[must_use]
    pub fn core(&self) -> &str {
        &self.core
    }

    /// The target of another name in this one's place; used to follow `a` → `b` → `c`.
    #[must_use]
    pub fn successor(&self, text: &str) -> Option<Target> {
        let core = text.strip_prefix(&self.before)?.strip_suffix(&self.after)?;
        let mut next = if self.dashes.is_empty() {
            if self.joiners.is_empty() {
                plain(&self.before, core, &self.after, true)
            } else {
                exact(&self.before, core, &self.after, self.joiners)
            }
        } else {
            flag(&self.before, core, &self.after)?
        };
        next.before.clone_from(&self.before);
        Some(next)
    }

    /// Whether `token`, which stands in `line`, is this name.
    pub(super) fn is(&self, line: &str, token: &Token<'_>) -> bool {
        let bare = token.text.trim_start_matches('-');
        let dashed = bare.len() < token.text.len();
        self.forms.iter().any(|form| match form {
            Form::Bare(text) => {
                text == token.text
                    || (dashed && self.dashes.is_empty() && text == bare)
                    || (dashed && text == bare && token.text.starts_with(&self.dashes))
            }
            Form::Quoted(quote, text) => {
                text == token.text
                    && line[..token.start].ends_with(*quote)
                    && line[token.start + token.text.len()..].starts_with(*quote)
            }
        })
    }

    /// What the page would say if `new` took the place of `old` (a token that [`Target::is`] this
    /// name); none where `new` is not of its shape.
    pub(super) fn text_for(&self, old: &str, new: &str) -> Option<String> {
        let (old_core, new_core) = (old.trim_start_matches('-'), new.trim_start_matches('-'));
        if old.len() - old_core.len() != new.len() - new_core.len() || !is_name(new_core, self.joiners) {
            return None;
        }
        // `--type` is a name; `type` alone is none.
        if new_core.len() == new.len() && STOP.binary_search(&new.to_lowercase().as_str()).is_ok() {
            return None;
        }
        let count = |text: &str, c: char| text.matches(c).count();
        if self.joiners.chars().any(|c| (count(old_core, c) == 0) != (count(new_core, c) == 0)) {
            return None;
        }
        // `--no-color` and `--color` are each other's opposite, not successor.
        if negated(old_core) != negated(new_core) {
            return None;
        }
        let (was, is) = (Style::of(old_core), Style::of(new_core));
        if self.joiners.is_empty() && !was.fits(is) {
            return None;
        }
        let core = if old_core == self.core || !self.joiners.is_empty() {
            new_core.to_owned()
        } else {
            let mut style = Style::of(&self.core);
            if style == Style::Lower && !self.dashes.is_empty() {
                style = Style::Kebab;
            }
            style.spell(&words(new_core))
        };
        // A segment does not become the one beside it.
        let beside = |text: &str, mark: char| text.trim_matches(mark).split(mark).any(|part| part == core);
        if [':', '.'].iter().any(|&mark| beside(&self.before, mark) || beside(&self.after, mark)) {
            return None;
        }
        (core != self.core).then(|| format!("{}{}{}{}", self.before, self.dashes, core, self.after))
    }

    /// Whether `text`, which came from [`Target::text_for`], looks like a name of the same thing.
    pub(super) fn is_related(&self, text: &str) -> bool {
        let core = text.strip_prefix(&self.before).and_then(|t| t.strip_suffix(&self.after)).unwrap_or(text);
        let (old, new) = differing(&self.core, core, self.joiners);
        related(old, new)
    }
}

/// Two qualified names without the segments that both start or end with.
fn differing<'a, 'b>(old: &'a str, new: &'b str, joiners: &str) -> (&'a str, &'b str) {
    if joiners.is_empty() {
        return (old, new);
    }
    let is_joiner = |c: char| joiners.contains(c);
    let same = |a: std::str::Chars<'_>, b: std::str::Chars<'_>| -> usize {
        a.zip(b).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum()
    };
    let front = same(old.chars(), new.chars());
    let front = old[..front].rfind(is_joiner).map_or(0, |at| at + 1);
    let (old, new) = (&old[front..], &new[front..]);
    let back: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(x, y)| x == y).map(|(x, _)| x.len_utf8()).sum();
    let tail = &old[old.len() - back..];
    let back = tail.find(is_joiner).map_or(0, |at| tail.len() - at);
    (&old[..old.len() - back], &new[..new.len() - back])
}

fn negated(core: &str) -> bool {
    let negates = |w: &str| matches!(w, "no" | "not" | "non" | "disable" | "disabled" | "without" | "skip" | "un");
    words(core).iter().any(|w| negates(w))
}

/// Words that stand in many places and name nothing.
const STOP: &[&str] = &[
    "a",
    "an",
    "and",
    "any",
    "are",
    "as",
    "auto",
    "be",
    "bool",
    "boolean",
    "break",
    "by",
    "bytes",
    "case",
    "char",
    "class",
    "const",
    "continue",
    "def",
    "default",
    "do",
    "double",
    "else",
    "end",
    "enum",
    "export",
    "extern",
    "false",
    "final",
    "float",
    "fn",
    "for",
    "from",
    "func",
    "function",
    "go",
    "if",
    "import",
    "in",
    "include",
    "int",
    "is",
    "it",
    "let",
    "long",
    "match",
    "mut",
    "new",
    "nil",
    "none",
    "not",
    "null",
    "number",
    "object",
    "of",
    "on",
    "or",
    "private",
    "pub",
    "public",
    "return",
    "self",
    "static",
    "str",
    "string",
    "struct",
    "switch",
    "that",
    "the",
    "then",
    "this",
    "to",
    "true",
    "type",
    "undefined",
    "unsigned",
    "use",
    "var",
    "void",
    "was",
    "while",
    "with",
];

fn is_name(core: &str, joiners: &str) -> bool {
    core.chars().any(char::is_alphabetic)
        && !core.starts_with(|c: char| c.is_ascii_digit())
        && core.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-' || joiners.contains(c))
}

/// Whether the match `start..end` in `bytes` is a whole name: no letter, digit or `_` goes on at
/// either side, nor a dash that joins it to another word. Text that is not ASCII ends a name: no
/// space stands between a name and Japanese.
#[must_use]
pub fn is_bounded(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let at = |n: usize| bytes.get(n);
    let before = start.checked_sub(1);
    let first = at(start).copied().unwrap_or(0);
    let name_ahead = word(bytes.get(start)) || first == b'-';
    if name_ahead {
        if word(before.and_then(at)) {
            return false;
        }
        let dash = before.and_then(at) == Some(&b'-');
        // `--name` is the name with dashes before it; `no-name` is another one.
        let mut n = start;
        while dash && n > 0 && at(n - 1) == Some(&b'-') {
            n -= 1;
        }
        if dash && (first == b'-' || word(n.checked_sub(1).and_then(at))) {
            return false;
        }
    }
    let last = end.checked_sub(1).and_then(at);
    !(word(last) && (word(at(end)) || (at(end) == Some(&b'-') && word(at(end + 1)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_sorted_for_the_search() {
        assert!(STOP.is_sorted());
    }

    #[test]
    fn a_name_ends_where_no_letter_goes_on() {
        let whole = |text: &str, name: &str| {
            let at = text.find(name).unwrap();
            is_bounded(text.as_bytes(), at, at + name.len())
        };
        assert!(whole("x --config y", "--config"));
        assert!(!whole("x --config-file y", "--config"));
        assert!(whole("\"--config-\"", "--config"));
        assert!(whole("long = config_file,", "config_file"));
        assert!(whole("--config-file", "config-file"));
        assert!(!whole("no-config-file", "config-file"));
        assert!(!whole("my_config_file", "config_file"));
        assert!(whole("設定config_fileを", "config_file"));
        assert!(!whole("---config", "--config"));
    }

    #[test]
    fn a_text_is_taken_apart_and_put_together() {
        let first = |text: &str, old: &str, new: &str| targets(text).first().and_then(|t| t.text_for(old, new));
        assert_eq!(first("--config-file", "--config-file", "--config").as_deref(), Some("--config"));
        assert_eq!(first("--config-file", "config_file", "config").as_deref(), Some("--config"));
        assert_eq!(first("--config-file=<x>", "configFile", "settingsPath").as_deref(), Some("--settings-path=<x>"));
        assert_eq!(first("--config-file", "--config-file", "config"), None, "a flag for a flag");
        assert_eq!(first("$APP_HOME", "APP_HOME", "APP_ROOT").as_deref(), Some("$APP_ROOT"));
        assert_eq!(first("APP_HOME", "APP_HOME", "app_root"), None, "the case fits");
        assert_eq!(first("run_all()", "run_all", "run_each").as_deref(), Some("run_each()"));
        assert_eq!(first("core.pager", "core.pager", "core.viewer").as_deref(), Some("core.viewer"));
        assert_eq!(first("core.pager", "core.pager", "viewer"), None);
        assert_eq!(first("make build-all", "build-all", "dist").as_deref(), Some("make dist"));
        assert_eq!(first("listen_addr", "listen_addr", "return"), None);
        assert_eq!(differing("a.b.c", "a.x.c", "."), ("b", "x"));
        assert_eq!(differing("a.b", "a.b.c", "."), ("b", "b.c"));
        assert_eq!(differing("A::b", "C::b", ":"), ("A", "C"));
        assert_eq!(differing("a.b", "a.b", "."), ("b", "b"));
        assert_eq!(first("--no-check", "--no-check", "--check"), None, "the opposite");
        assert_eq!(first("--no-check", "--no-check", "--skip-check").as_deref(), Some("--skip-check"));
    }

    #[test]
    fn segments_of_a_qualified_name_are_asked_from_the_last() {
        let cores: Vec<String> = targets("Server::bind_to()").iter().map(|t| t.core.clone()).collect();
        assert_eq!(cores, ["Server::bind_to", "bind_to", "Server"]);
        let last = &targets("Server::bind_to()")[1];
        assert_eq!(last.text_for("bind_to", "listen_on").as_deref(), Some("Server::listen_on()"));
        assert_eq!(last.text_for("bind_to", "Server"), None);
        let owner = &targets("Server::bind_to()")[2];
        assert_eq!(owner.text_for("Server", "Listener").as_deref(), Some("Listener::bind_to()"));
    }
}

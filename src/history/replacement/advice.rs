//! What the code itself said to use instead: "`old` is deprecated, use `new`".
//!
//! Where callers migrated long ago, the commit that takes the old name away removes lines and changes
//! none; the note on the old name is then the only one who knows the new one.

use super::target::Target;
use super::tokens::{Token, tokens};

/// Words before the successor, by their ends: the last word must come right before the name (marks
/// and articles aside), the first one within [`CUE`] words before it.
const CUES: &[(&[&str], &[&str])] = &[
    (&["use", "using", "prefer", "see"], &[]),
    (&["renamed", "moved", "changed", "alias", "aliased"], &["to", "for", "of", "as"]),
    (&["replaced", "superseded", "succeeded", "obsoleted"], &["by", "with"]),
    (&["favor", "favour", "instead"], &["of"]),
];

/// Words between "renamed" and "to" at most.
const CUE: usize = 3;
/// Marks and articles between the cue and the name at most.
const BETWEEN: usize = 4;

/// The successor of `target` that `text` (a line or a few that name it) tells of, as the page would
/// write it.
pub fn advice(target: &Target, text: &str) -> Option<String> {
    let tokens = tokens(text, target.joiners());
    let term = tokens.iter().find(|t| target.is(text, t))?.text;
    for (at, token) in tokens.iter().enumerate() {
        let lower = token.text.to_lowercase();
        let cued = CUES.iter().any(|(first, last)| {
            if last.is_empty() {
                return first.contains(&lower.as_str());
            }
            let before = tokens.get(at.saturating_sub(CUE)..at).unwrap_or_default();
            // "instead of X" names the old one.
            last.contains(&lower.as_str())
                && before.iter().any(|t| {
                    let word = t.text.to_lowercase();
                    word != "instead" && first.contains(&word.as_str())
                })
        });
        if !cued {
            continue;
        }
        // Articles, and tags of documentation comments such as `{@link name}`.
        let filler = |t: &Token<'_>| {
            text.get(..t.start).is_some_and(|before| before.ends_with('@'))
                || matches!(t.text.to_lowercase().as_str(), "the" | "a" | "an" | "option" | "flag")
        };
        let next = tokens.iter().enumerate().skip(at + 1).take(BETWEEN).find(|(_, t)| t.word && !filler(t));
        let Some((place, name)) = next else { continue };
        if !target.is(text, name) && !is_part(text, name) && is_code(text, &tokens, place, name) {
            let found = target.text_for(term, name.text);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// Whether a word is a segment of a qualified name: the part does not succeed the whole.
fn is_part(text: &str, name: &Token<'_>) -> bool {
    let after = text.get(name.start + name.text.len()..).unwrap_or_default();
    let before = text.get(..name.start).unwrap_or_default();
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    ["::", "->", "."].iter().any(|mark| after.strip_prefix(mark).is_some_and(goes_on) || before.ends_with(mark))
}

/// Whether a word is written as a name of the code and not as plain English.
fn is_code(text: &str, tokens: &[Token<'_>], place: usize, name: &Token<'_>) -> bool {
    let before = text.get(..name.start).and_then(|t| t.chars().next_back());
    let after = text.get(name.start + name.text.len()..).and_then(|t| t.chars().next());
    let quoted = |c: Option<char>| c.is_some_and(|c| matches!(c, '`' | '\'' | '"' | '“' | '‘'));
    let inner = name.text.trim_start_matches('-');
    name.text.len() > inner.len()
        || inner.contains(['_', '.', ':'])
        || inner.chars().skip(1).any(char::is_uppercase)
        || (quoted(before) && after.is_some_and(|c| !c.is_alphanumeric()))
        || tokens.get(place + 1).is_some_and(|t| t.text == "(")
}

#[cfg(test)]
mod tests {
    use super::super::target::targets;
    use super::*;

    #[test]
    fn a_note_on_the_old_name_tells_the_new_one() {
        let told = |text: &str, line: &str| advice(&targets(text)[0], line);
        assert_eq!(told("--old", "--old is deprecated, use --new instead").as_deref(), Some("--new"));
        assert_eq!(told("--old", "\"don't use --old; use the `--fresh` option\"").as_deref(), Some("--fresh"));
        assert_eq!(told("old_name", "// old_name was renamed to new_name").as_deref(), Some("new_name"));
        assert_eq!(
            told("old_name", "#[deprecated(note = \"use `collect` not old_name\")]").as_deref(),
            Some("collect")
        );
        assert_eq!(
            told("oldName", "* @deprecated oldName is replaced by {@link freshName}").as_deref(),
            Some("freshName")
        );
        assert_eq!(told("old_name", "use something else than old_name"), None);
        assert_eq!(told("old_name", "use new_name instead of other_name"), None, "another one's note");
        assert_eq!(told("--new", "use --new instead of --old"), None, "it is the new one");
        assert_eq!(told("old_name", "call old_name(use)"), None);
        assert_eq!(told("old_name", "use \"request.old_name()\" here, or `request.x`"), None);
    }
}

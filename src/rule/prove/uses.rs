//! Whether lines that hold a name declare it, or only pass a value to what somebody else declared.

use super::Proved;
use crate::history::RepoPath;
use crate::rule::backing;
use crate::rule::checks::dead_env_var;
use crate::rule::suspect::{Proof, Suspect};

/// Circumstances in which a key is all that backs a name.
const OF_KEYS: &[&str] = &["key", "argument"];

/// Whether all lines that backed a key only gave it a value: `open(redirect_uri=url)`, `{ level: "low" }`,
/// `'strict' => true`. What takes it may be another project's.
pub(super) fn is_passed_on(suspect: &Suspect, proved: &Proved) -> bool {
    let Proof::Name { text: name, witness } = &suspect.proof else { return false };
    if suspect.rule == dead_env_var::ID {
        return !proved.holders.is_empty() && proved.holders.iter().all(|h| sets_for_others(&h.text, name));
    }
    if !OF_KEYS.contains(&suspect.probability.circumstance) || witness.declared.is_some() {
        return false;
    }
    let name = name.trim_matches(['"', '`', '\'']);
    !proved.holders.is_empty() && proved.holders.iter().all(|h| passes_on(&h.path, &h.text, name))
}

/// Whether the page names a package of Go with the name (`client.Option`), and what was declared stood in packages
/// that are called otherwise.
pub(super) fn is_of_another_package(suspect: &Suspect, proved: &Proved) -> bool {
    let text = suspect.subject.trim_end_matches("()");
    let Some((package, name)) = text.split_once('.') else { return false };
    let plain = !package.is_empty() && package.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let exported =
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphanumeric());
    let elsewhere = |path: &RepoPath, line: &str| {
        let folder = path.parent().rsplit(|b| *b == b'/').next().unwrap_or_default();
        // A method is called on a value, whatever that is called.
        path.extension() == Some(b"go")
            && !line.trim_start().starts_with("func (")
            // A package at the root is called as it pleases.
            && !folder.is_empty()
            && folder != package.as_bytes()
    };
    plain && exported && !proved.holders.is_empty() && proved.holders.iter().all(|h| elsewhere(&h.path, &h.text))
}

/// Whether a line sets a variable for a program that is run: `env["X"] = …`, `Setenv("X", …)`, `docker run -e X=…`.
fn sets_for_others(line: &str, name: &str) -> bool {
    let Some((before, after)) = line.split_once(name) else { return false };
    let bare = before.trim_end_matches(['"', '\'']);
    let rest = after.trim_start_matches(['"', '\'']).trim_start();
    let entry = bare.ends_with('[')
        && rest.strip_prefix(']').map(str::trim_start).is_some_and(|r| r.starts_with('=') && !r.starts_with("=="));
    let spaced = format!(" {}", bare.trim());
    let option = rest.starts_with('=') && (spaced.ends_with(" -e") || spaced.ends_with(" --env"));
    entry || option || bare.to_ascii_lowercase().ends_with("setenv(")
}

fn passes_on(path: &RepoPath, line: &str, name: &str) -> bool {
    if backing::is_settings(path) {
        return false;
    }
    let Some(at) = line.to_lowercase().find(&name.to_lowercase()) else { return false };
    let (Some(before), Some(after)) = (line.get(..at), line.get(at + name.len()..)) else { return false };
    let quoted = before.ends_with(['"', '\'']);
    let before = before.trim_end_matches(['"', '\'']);
    let after = after.trim_start_matches(['"', '\'']);
    // A member of something, which somebody declared.
    let own = ["self.", "this.", "@", "cls."].iter().any(|own| before.ends_with(own));
    let set = after.trim_start().strip_prefix('=').is_some_and(|rest| !rest.starts_with(['=', '>', '~']));
    if before.ends_with('.') && !own && set {
        return true;
    }
    match path.extension().unwrap_or_default() {
        b"php" => after.trim_start().strip_prefix("=>").is_some_and(is_plain),
        b"py" => {
            let signature = line.contains("def ") || line.contains("lambda ");
            let argument = after.starts_with('=') && !after.starts_with("==") && !signature;
            argument && !before.ends_with(['.', '_']) && !after.starts_with("= ")
                || quoted && after.trim_start().strip_prefix(':').is_some_and(is_plain)
        }
        b"js" | b"jsx" | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"vue" | b"svelte" => {
            after.strip_prefix(':').is_some_and(|value| is_plain(value) && !value.trim_end().ends_with(';'))
        }
        // A variable of a function; a member of a value.
        b"go" => {
            let after = after.trim_start();
            after.starts_with(":=") || after.starts_with(": ") && !quoted
        }
        b"rb" => {
            let signature = line.contains("def ");
            !signature && (after.starts_with(": ") || after.trim_start().starts_with("=>"))
        }
        b"yml" | b"yaml" => after.trim() == ":" || after.starts_with(": "),
        _ => false,
    }
}

/// Whether a value is a string, a number, a switch or a name: nothing that describes what may stand there.
fn is_plain(value: &str) -> bool {
    let value = value.trim().trim_end_matches([',', ';', ')', '}', ']']).trim_end();
    const TYPES: &[&str] = &["string", "number", "boolean", "object", "any", "unknown", "null", "undefined"];
    let quoted = value.len() > 1 && value.starts_with(['"', '\'']) && value.ends_with(['"', '\'']);
    let word = !value.is_empty()
        && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        && !TYPES.contains(&value)
        && !value.starts_with(char::is_uppercase);
    quoted || word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_set_for_a_program_that_is_run() {
        assert!(sets_for_others("    env['ACCOUNT'] = user", "ACCOUNT"));
        assert!(sets_for_others("\tos.Setenv(\"ACCOUNT\", user)", "ACCOUNT"));
        assert!(sets_for_others("\t-e 'ACCOUNT=x' image", "ACCOUNT"));
        assert!(!sets_for_others("user = os.environ['ACCOUNT']", "ACCOUNT"));
        assert!(!sets_for_others("if env['ACCOUNT'] == user:", "ACCOUNT"));
    }

    #[test]
    fn a_value_is_given_to_what_others_declare() {
        let passes = |path: &str, line: &str| passes_on(&path.into(), line, "max_depth");
        assert!(passes("a.py", "    return walk(tree, max_depth=limit)"));
        assert!(passes("a.js", "  max_depth: 'deep',"));
        assert!(passes("Set.php", "    'max_depth' => true,"));
        assert!(passes("tasks/main.yml", "  max_depth: 3"));
        assert!(passes("a.js", "  tree.max_depth = limit;"));
        assert!(passes("a.rb", "  walk(tree, max_depth: 3)"));
        assert!(!passes("a.py", "def walk(tree, max_depth=3):"));
        assert!(!passes("a.py", "    max_depth = 3"));
        assert!(!passes("a.py", "    max_depth: int = 3"));
        assert!(!passes("a.py", "        self.max_depth = limit"));
        assert!(!passes("a.ts", "  max_depth: number;"));
        assert!(!passes("a.ts", "  max_depth?: string"));
        assert!(!passes("a.js", "  max_depth: { type: Number },"));
        assert!(!passes("Options.php", "    'max_depth' => ['type' => 'int'],"));
        assert!(!passes("conf/defaults.yml", "max_depth: 3"));
        assert!(!passes("a.go", "    MaxDepth int `json:\"max_depth\"`"));
    }
}

//! Rules for people: the list, and one explained.

use std::fmt::Write as _;

use super::definition::{Definition, Example, FileState};
use crate::config::OptionValue;
use crate::finding::Severity;

/// How many examples of each kind are shown.
const SHOWN: usize = 3;

/// The list of `rules`, a line each: id, severity, title.
#[must_use]
pub fn list(rules: &[Definition]) -> String {
    let width = rules.iter().map(|d| d.id().len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let state = match (rule.file.enabled, rule.file.signal) {
            (false, _) => " (off unless enabled)",
            (true, true) => " (ranks only)",
            (true, false) => "",
        };
        let severity = severity(rule.severity(None));
        let _ = writeln!(out, "{:width$}  {severity:7}  {}{state}", rule.id(), rule.file.name);
    }
    out
}

/// One rule explained: what it finds, why that matters, examples that fire and that don't, options.
#[must_use]
pub fn explain(rule: &Definition) -> String {
    let file = &rule.file;
    let mut out = format!("{}: {}\n", rule.id(), file.name);
    let _ = write!(out, "severity {}", severity(rule.severity(None)));
    if file.signal {
        out.push_str(", ranks pages without accusing them");
    }
    if !file.enabled {
        out.push_str(", off unless enabled");
    }
    if !file.formerly.is_empty() {
        let _ = write!(out, ", formerly {}", file.formerly.join(", "));
    }
    let _ = write!(out, "\n\nWhat it finds\n\n{}", indent(file.what.trim(), 4));
    let _ = write!(out, "\nWhy it matters\n\n{}", indent(file.why.trim(), 4));
    if !file.confidence.is_empty() {
        out.push_str("\nHow sure it is\n\n");
        let mut circumstances: Vec<_> = file.confidence.iter().collect();
        circumstances.sort_by(|a, b| b.1.p.total_cmp(&a.1.p).then(a.0.cmp(b.0)));
        for (name, c) in circumstances {
            let _ = writeln!(out, "    {:.2}  {name}: {}", c.p, c.when);
        }
    }
    out.push_str("\nOptions\n\n");
    let _ = writeln!(out, "    [rules.{}]", rule.id());
    let _ = writeln!(out, "    enabled = {}", file.enabled);
    let _ = writeln!(out, "    severity = \"{}\"", severity(rule.severity(None)));
    out.push_str("    # min_confidence = \"low\", \"medium\" or \"high\": of this rule alone\n");
    for (name, option) in &file.options {
        let _ = writeln!(out, "    {name} = {}  # {}", value(&option.default), option.doc.trim());
    }
    examples(&mut out, "It fires here", &file.valid);
    examples(&mut out, "It does not fire here", &file.invalid);
    let _ = write!(out, "\nTo leave one finding alone, write above its line\n\n    ");
    let _ = writeln!(out, "<!-- shelflife-ignore {}: why it stays -->", rule.id());
    out
}

fn examples(out: &mut String, title: &str, examples: &[Example]) {
    let _ = writeln!(out, "\n{title}");
    for example in examples.iter().take(SHOWN) {
        let _ = writeln!(out, "\n  {}", example.name);
        let head = example.head();
        if let Some(page) = head.get(example.page.as_str()) {
            let _ = write!(out, "\n    {}\n{}", example.page, indent(page.trim_end(), 6));
        }
        for (path, state) in &example.after {
            match (state, example.before.get(path)) {
                (FileState::Present(_), _) => {
                    let _ = writeln!(out, "    {path} was deleted");
                }
                (FileState::Content(new), Some(old)) => {
                    let _ = write!(out, "    {path} changed\n{}", changes(old, new));
                }
                (FileState::Content(_), None) => {
                    let _ = writeln!(out, "    {path} was added");
                }
            }
        }
        for expected in &example.expect {
            let _ = write!(out, "    finds line {}: {}", expected.line, expected.text);
            if let Some(replacement) = &expected.replacement {
                let _ = write!(out, " (now {replacement})");
            }
            out.push('\n');
        }
    }
    if examples.len() > SHOWN {
        let _ = writeln!(out, "\n  ... and {} more in the rule's file", examples.len() - SHOWN);
    }
}

/// Lines that only one of the texts has. The examples are small: no alignment is needed.
fn changes(old: &str, new: &str) -> String {
    let mut out = String::new();
    for line in old.lines().filter(|line| !line.trim().is_empty() && !new.lines().any(|n| n == *line)) {
        let _ = writeln!(out, "      - {line}");
    }
    for line in new.lines().filter(|line| !line.trim().is_empty() && !old.lines().any(|o| o == *line)) {
        let _ = writeln!(out, "      + {line}");
    }
    out
}

fn indent(text: &str, by: usize) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            out.push('\n');
        } else {
            let _ = writeln!(out, "{:by$}{line}", "");
        }
    }
    out
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn value(value: &OptionValue) -> String {
    match value {
        OptionValue::Bool(b) => b.to_string(),
        OptionValue::Integer(n) => n.to_string(),
        OptionValue::Float(n) => n.to_string(),
        OptionValue::Text(s) => format!("{s:?}"),
        OptionValue::List(items) => {
            let items: Vec<String> = items.iter().map(|s| format!("{s:?}")).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::registry;

    #[test]
    fn the_list_holds_every_rule() {
        let list = super::list(registry::all());
        assert_eq!(list.lines().count(), registry::all().len());
        assert!(list.contains("dead-flag            error    Option that is gone\n"), "{list}");
    }

    #[test]
    fn an_explanation_has_all_its_parts() {
        let text = super::explain(registry::get("dead-flag").unwrap());
        for part in [
            "dead-flag: Option that is gone\n",
            "    [rules.dead-flag]\n",
            "    docs/install.md\n      # Installing\n",
            "      -     pub config_file: PathBuf,\n",
            "      +     pub config: PathBuf,\n",
            "    finds line 3: --config-file (now --config)\n",
            "It does not fire here\n",
            "<!-- shelflife-ignore dead-flag: why it stays -->\n",
        ] {
            assert!(text.contains(part), "`{part}` is not in\n{text}");
        }
        assert!(!text.lines().any(|line| line.ends_with(' ')));
    }
}

//! What a code block is, by its language or, without one, by its look.

use crate::reference::language::{CODE, Family, PROGRAMS};
use crate::reference::located::Located;

/// Formats of configuration samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Yaml,
    Toml,
    Json,
    Ini,
}

/// Kinds of code blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sample {
    Shell,
    Tree,
    Config(Format),
    Environment,
    Dockerfile,
    Make,
    Promql,
    Code(&'static Family),
    Text,
    Ignored,
}

/// What a block with this language and these lines is.
pub(crate) fn guess(lang: Option<&str>, lines: &[Located<'_>]) -> Sample {
    let lang = lang.unwrap_or("").trim_start_matches(['{', '.']).trim_end_matches([',', '}']);
    match lang {
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "shellsession" | "terminal" | "cmd" | "bat"
        | "batch" | "powershell" | "pwsh" | "ps1" | "fish" | "ksh" | "sh-session" | "shellscript" | "command"
        | "doscon" | "dosbatch" => {
            return if is_tree(lines) { Sample::Tree } else { Sample::Shell };
        }
        "yaml" | "yml" => return Sample::Config(Format::Yaml),
        "toml" => return Sample::Config(Format::Toml),
        "json" | "jsonc" | "json5" | "jsonl" => return Sample::Config(Format::Json),
        "ini" | "cfg" | "conf" | "properties" | "gitconfig" | "editorconfig" | "systemd" | "desktop" => {
            return Sample::Config(Format::Ini);
        }
        "env" | "dotenv" => return Sample::Environment,
        "dockerfile" | "docker" | "containerfile" => return Sample::Dockerfile,
        "make" | "makefile" | "mk" => return Sample::Make,
        "promql" => return Sample::Promql,
        "diff" | "patch" | "mermaid" | "dot" | "graphviz" | "plantuml" | "svg" | "math" | "latex" | "csv" | "regex"
        | "css" | "scss" | "less" | "sass" | "bnf" | "ebnf" | "abnf" => return Sample::Ignored,
        "" | "text" | "txt" | "plain" | "plaintext" | "none" | "output" | "log" | "tree" | "nohighlight"
        | "no-highlight" | "ansi" | "raw" | "literal" | "http" | "default" | "help" | "usage" => {}
        _ => {
            if let Some(family) = family(lang) {
                return Sample::Code(family);
            }
        }
    }
    if is_tree(lines) {
        return Sample::Tree;
    }
    by_look(lines, matches!(lang, "text" | "txt" | "plain" | "plaintext" | "output" | "log" | "ansi" | "http"))
}

/// The family of languages that `lang` belongs to.
pub(crate) fn family(lang: &str) -> Option<&'static Family> {
    CODE.family.iter().find(|f| f.langs.contains(lang))
}

fn is_tree(lines: &[Located<'_>]) -> bool {
    lines.iter().any(|l| {
        let t = l.text();
        t.contains("├─")
            || t.contains("└─")
            || t.trim_start_matches(['|', ' ', '\t']).starts_with("|-- ")
            || t.starts_with("|-- ")
            || t.starts_with("+-- ")
            || t.starts_with("`-- ")
    })
}

fn by_look(lines: &[Located<'_>], said_text: bool) -> Sample {
    let texts = || lines.iter().map(|l| l.text()).filter(|t| !t.trim().is_empty()).take(200);
    let Some(first) = texts().next() else { return Sample::Ignored };
    if texts().any(|t| {
        let t = t.trim_start();
        t.starts_with("$ ") || t.starts_with("% ") || t.starts_with("PS> ")
    }) {
        return Sample::Shell;
    }
    if said_text {
        return Sample::Text;
    }
    let head = first.trim_start();
    if head.starts_with("#!") {
        return if head.contains("python") { by_family("python") } else { Sample::Shell };
    }
    if head.starts_with('<') && head.ends_with('>') {
        return by_family("xml");
    }
    if head.starts_with("FROM ")
        && texts().any(|t| t.starts_with("RUN ") || t.starts_with("COPY ") || t.starts_with("CMD "))
    {
        return Sample::Dockerfile;
    }
    if texts().all(|t| {
        t.split_once('=').is_some_and(|(n, _)| crate::reference::shape::is_upper(n.trim_start_matches("export ")))
            || t.starts_with('#')
    }) {
        return Sample::Environment;
    }
    if (head == "{" || head == "[" || head.starts_with("{\"") || head.starts_with("{ \""))
        && texts().any(|t| t.contains("\":"))
    {
        return Sample::Config(Format::Json);
    }
    let word = first.split_whitespace().next().unwrap_or("");
    let comment_first = head.starts_with("# ");
    let lead = if comment_first { texts().find(|t| !t.starts_with('#')).unwrap_or("") } else { first };
    let lead_word = lead.split_whitespace().next().unwrap_or("");
    if lead == lead.trim_start()
        && (PROGRAMS.wrappers.contains(lead_word)
            || ((PROGRAMS.foreign.contains(lead_word) || PROGRAMS.task_tools.contains(lead_word))
                && lead.len() > lead_word.len()
                && !lead.contains(['(', '{', '=', ';']))
            || lead_word.starts_with("./") && !lead_word.ends_with(':'))
    {
        return Sample::Shell;
    }
    let total = texts().count();
    let share = |f: &dyn Fn(&str) -> bool| texts().filter(|t| f(t)).count() * 5 >= total * 3;
    if texts()
        .any(|t| t.trim_end().ends_with(']') && t.starts_with('[') && t.len() > 2 && !t.contains(['(', ':', '"', '<']))
        && texts().any(|t| t.contains('='))
    {
        return Sample::Config(if texts().any(|t| t.contains("= \"")) { Format::Toml } else { Format::Ini });
    }
    if share(&is_yaml_line) {
        return Sample::Config(Format::Yaml);
    }
    if texts().any(|t| t.to_ascii_lowercase().starts_with("usage") || t.trim_start().starts_with("--")) {
        return Sample::Text;
    }
    if word.bytes().all(|c| c.is_ascii_lowercase() || c == b'-')
        && !word.is_empty()
        && first == head
        && first.contains(" --")
        && !first.ends_with([';', '{'])
    {
        return Sample::Shell;
    }
    let codish = |t: &str| {
        let t = t.trim_end();
        t.ends_with([';', '{', '}', ')', '(', ',', ':'])
            || t.contains("()")
            || t.contains(" = ")
            || t.contains("=>")
            || t.contains("->")
            || t.trim_start().starts_with("import ")
            || t.trim_start().starts_with("//")
    };
    if share(&codish) {
        let hash = texts().any(|t| t.trim_start().starts_with("# ") || t.trim_start().starts_with("def "))
            && !texts().any(|t| t.trim_end().ends_with(';'));
        return by_family(if hash { "python" } else { "c" });
    }
    Sample::Text
}

fn by_family(lang: &str) -> Sample {
    family(lang).map_or(Sample::Text, Sample::Code)
}

/// `key: value`, `- key: value`, `[ key: <type> ]`, comments.
fn is_yaml_line(line: &str) -> bool {
    let t = line.trim().trim_start_matches("- ").trim_start_matches(['[', '#', ' ']);
    let Some((key, rest)) = t.split_once(':') else { return line.trim_start().starts_with("- ") && line.len() < 80 };
    !key.is_empty()
        && (rest.is_empty() || rest.starts_with(' '))
        && key
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'/' | b'"' | b'<' | b'>' | b'\''))
}

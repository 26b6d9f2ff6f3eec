//! Text of pages and commits as Markdown that means nothing.
//!
//! The report is read on GitHub, in wikis, in chats and through site generators, so a text must
//! start no markup, HTML, link, mention, issue reference, template (`{{ }}`, `{% %}`) or workflow
//! command (`::error`, `##[group]`). A zero-width space, written as an entity, parts what renderers
//! join after they have resolved escapes, as GitHub does with mentions.

use std::io::{self, Write};

use crate::report::inert::{is_hidden, visible};

const BREAK: &str = "&#8203;";

/// Words as they stand in a line or a table cell.
#[must_use]
pub fn text(raw: &str) -> String {
    let shown = visible(raw);
    let mut out = String::with_capacity(shown.len() + 16);
    let mut before = ' ';
    let mut chars = shown.trim().chars().peekable();
    let mut at_start = true;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        match c {
            c if c.is_whitespace() => {
                if !before.is_whitespace() {
                    out.push(' ');
                }
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '{' | '}' | '$' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '%' if before == '{' || next == '}' => out.push_str("\\%"),
            '#' => {
                out.push_str("\\#");
                if next.is_ascii_digit() {
                    out.push_str(BREAK);
                }
            }
            '@' => {
                out.push('@');
                out.push_str(BREAK);
            }
            ':' if next == ':' || next == '/' || before == ':' => {
                out.push(':');
                out.push_str(BREAK);
            }
            '.' if out.len() >= 3 && ends_in(&out, "www") => {
                out.push_str(BREAK);
                out.push('.');
            }
            '-' if ends_in(&out, "gh") && next.is_ascii_digit() => {
                out.push_str(BREAK);
                out.push('-');
            }
            '-' | '+' | '=' if at_start => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')' if out.len() <= 9 && !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit()) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
        at_start = false;
    }
    out
}

fn ends_in(out: &str, word: &str) -> bool {
    out.get(out.len().saturating_sub(word.len())..).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// A name as code within a line: a code span, or a `<code>` element where a span would be unsafe.
#[must_use]
pub fn code(raw: &str) -> String {
    let plain = !raw.is_empty()
        && raw == raw.trim()
        && !is_loaded(raw)
        // Not every reader of Markdown leaves mentions in code alone.
        && !raw.contains(['@', '`', '|', '<', '\n', '\r', '\\', '\t']);
    if plain { format!("`{raw}`") } else { format!("<code>{}</code>", entities(raw.trim())) }
}

/// A sentence whose code stands in backquotes, as messages of findings do.
#[must_use]
pub fn prose(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    let mut pieces = raw.split('`').peekable();
    let mut is_code = false;
    while let Some(piece) = pieces.next() {
        // A backquote without a partner is one of the text.
        if is_code && pieces.peek().is_none() {
            out.push_str("\\`");
            is_code = false;
        }
        if is_code {
            out.push_str(&code(piece));
        } else {
            // `text` trims; the spaces around code must stay.
            let lead = piece.starts_with(char::is_whitespace) && !out.is_empty();
            let trail = piece.trim() != "" && piece.ends_with(char::is_whitespace);
            out.push_str(if lead { " " } else { "" });
            out.push_str(&text(piece));
            out.push_str(if trail { " " } else { "" });
        }
        is_code = !is_code;
    }
    out
}

/// Lines as a block of code: fenced, or a `<pre>` element where a fence would be unsafe.
#[must_use]
pub fn block(lines: &[String], lang: &str) -> String {
    let loaded = lines.iter().any(|line| is_loaded(line) || line.contains("<!--") || line.contains("</"));
    if loaded {
        let body: Vec<String> = lines.iter().map(|line| entities(line)).collect();
        return format!("<pre>\n{}\n</pre>", body.join("\n"));
    }
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{lang}\n{}\n{fence}", lines.join("\n"))
}

/// Whether a text can work even where Markdown shows it as it is: on what reads the report before
/// or after Markdown does.
fn is_loaded(raw: &str) -> bool {
    ["{{", "}}", "{%", "%}", "{#", "]]>", "##["].iter().any(|mark| raw.contains(mark))
        || raw.trim_start_matches([' ', '+', '-', '\t']).starts_with("::")
        || raw.chars().any(|c| c != '\t' && is_hidden(c))
}

fn longest_run(text: &str, mark: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == mark { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Every ASCII character but letters, digits, spaces and the plainest marks as an entity.
#[must_use]
pub fn entities(raw: &str) -> String {
    let shown = visible(raw);
    let mut out = String::with_capacity(shown.len() * 2);
    for c in shown.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | '/' | ',' | '-' | '(' | ')' | '=' => out.push(c),
            c if c.is_ascii() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// [`text`], as Tera calls it for everything that a template shows.
///
/// # Errors
/// Those of the writer.
pub fn write_text(raw: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(text(raw).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_start_no_markup() {
        assert_eq!(text("a_b *c* <b>&"), r"a\_b \*c\* &lt;b&gt;&amp;");
        assert_eq!(text("@everyone #12 GH-3"), r"@&#8203;everyone \#&#8203;12 GH&#8203;-3");
        assert_eq!(
            text("see https://x.y and www.x.y"),
            "see https:&#8203;/&#8203;/x.y and www&#8203;.x.y".replace("/&#8203;/", "//")
        );
        assert_eq!(text("{{ a }} {% b %}"), r"\{\{ a \}\} \{\% b \%\}");
        assert_eq!(text("- item"), r"\- item");
        assert_eq!(text("1. item"), r"1\. item");
        assert_eq!(text("::set-env name=a::b"), ":&#8203;:&#8203;set-env name=a:&#8203;:&#8203;b");
        assert_eq!(text("a\n\n# b"), r"a \# b");
        assert_eq!(text("x ]]> \u{202e}y\u{1b}[0m"), r"x \]\]&gt; \[U+202E\]y\[U+001B\]\[0m");
    }

    #[test]
    fn code_is_a_span_where_it_can_be() {
        assert_eq!(code("--config-file"), "`--config-file`");
        assert_eq!(code("設定.toml"), "`設定.toml`");
        assert_eq!(code("a`b|c"), "<code>a&#96;b&#124;c</code>");
        assert_eq!(code("{{ x }}"), "<code>&#123;&#123; x &#125;&#125;</code>");
        assert_eq!(code("</code><script>"), "<code>&#60;/code&#62;&#60;script&#62;</code>");
    }

    #[test]
    fn a_message_keeps_its_code() {
        assert_eq!(prose("`--a` is gone, use `--b`."), "`--a` is gone, use `--b`.");
        assert_eq!(prose("an odd ` mark"), r"an odd \` mark");
        assert_eq!(prose("no code"), "no code");
        assert_eq!(prose("`日本`です"), "`日本`です");
    }

    #[test]
    fn a_block_cannot_be_left() {
        let lines = |l: &[&str]| l.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(block(&lines(&["-a", "+b"]), "diff"), "```diff\n-a\n+b\n```");
        assert_eq!(block(&lines(&["````", "x"]), ""), "`````\n````\nx\n`````");
        assert!(block(&lines(&[" ::set-env name=x::y"]), "diff").starts_with("<pre>\n"));
        assert_eq!(block(&lines(&["</pre><script>"]), ""), "<pre>\n&#60;/pre&#62;&#60;script&#62;\n</pre>");
    }
}

//! The anchors that hosts and site generators make of headings.
//!
//! Each scheme follows what its generator does (named at the function); where a generator's usual
//! options give another form, both forms count as anchors, so that a good link is never called dead.

use rustc_hash::FxHashSet;

use super::model::{BlockKind, Document};
use super::sections::{Ids, full_heading_text};

/// Who makes the anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlugScheme {
    /// GitHub's page view (and GitLab's, nearly).
    GitHub,
    /// mdBook.
    MdBook,
    /// Sphinx: docutils' ids, and MyST's for Markdown.
    Sphinx,
    /// Docusaurus.
    Docusaurus,
    /// MkDocs: Python-Markdown's `toc`.
    MkDocs,
    /// VitePress.
    VitePress,
    /// Hugo.
    Hugo,
    /// Asciidoctor, with its own marks and with those that GitHub sets.
    Asciidoctor,
}

/// Every fragment that leads to a place in the page under `scheme`, without `#`: headings in order
/// (with counters behind repeated ones), then what the page sets by hand. None comes twice.
#[must_use]
pub fn anchors(document: &Document, scheme: SlugScheme) -> Vec<String> {
    let mut out = Vec::new();
    let headings: Vec<String> = document
        .blocks
        .iter()
        .filter(|b| matches!(b.kind, BlockKind::Heading { .. }))
        .map(|b| full_heading_text(&b.inlines))
        .collect();
    for variant in variants(scheme) {
        let mut ids = Ids::default();
        out.extend(headings.iter().map(|h| variant.id(h, &mut ids)));
    }
    for anchor in &document.anchors {
        out.push(anchor.name.clone());
        if scheme == SlugScheme::Sphinx {
            out.push(docutils(&anchor.name));
        }
    }
    let mut seen = FxHashSet::default();
    out.retain(|a| !a.is_empty() && seen.insert(a.clone()));
    out
}

/// The slug of one heading, without a counter.
#[must_use]
pub fn slug(heading: &str, scheme: SlugScheme) -> String {
    match scheme {
        SlugScheme::GitHub | SlugScheme::Docusaurus | SlugScheme::Hugo => github(heading),
        SlugScheme::MdBook => mdbook(heading),
        SlugScheme::Sphinx => docutils(heading),
        SlugScheme::MkDocs => python_markdown(heading, false),
        SlugScheme::VitePress => vitepress(heading),
        SlugScheme::Asciidoctor => asciidoctor(heading, "_", "_"),
    }
}

/// One way to make ids: the slug, and what repeated ones get.
#[derive(Debug, Clone, Copy)]
enum Variant {
    GitHub,
    MdBook,
    Docutils,
    PythonMarkdown { unicode: bool },
    VitePress,
    Asciidoctor { prefix: &'static str, separator: &'static str },
}

fn variants(scheme: SlugScheme) -> &'static [Variant] {
    match scheme {
        SlugScheme::GitHub | SlugScheme::Docusaurus | SlugScheme::Hugo => &[Variant::GitHub],
        SlugScheme::MdBook => &[Variant::MdBook],
        // MyST makes GitHub's slugs for Markdown headings.
        SlugScheme::Sphinx => &[Variant::Docutils, Variant::GitHub],
        SlugScheme::MkDocs => {
            &[Variant::PythonMarkdown { unicode: false }, Variant::PythonMarkdown { unicode: true }, Variant::GitHub]
        }
        SlugScheme::VitePress => &[Variant::VitePress],
        SlugScheme::Asciidoctor => {
            &[Variant::Asciidoctor { prefix: "_", separator: "_" }, Variant::Asciidoctor { prefix: "", separator: "-" }]
        }
    }
}

impl Variant {
    fn id(self, heading: &str, ids: &mut Ids) -> String {
        match self {
            Self::GitHub => ids.unique(github(heading)),
            Self::MdBook => ids.unique(mdbook(heading)),
            Self::Docutils => {
                let id = docutils(heading);
                // A name without Latin letters, and a repeated one, is numbered through the page.
                if id.is_empty() { ids.numbered("id") } else { ids.first_or_numbered(id, "id") }
            }
            Self::PythonMarkdown { unicode } => {
                let id = python_markdown(heading, unicode);
                if id.is_empty() { ids.numbered("_") } else { ids.unique_with(id, '_') }
            }
            Self::VitePress => ids.unique(vitepress(heading)),
            Self::Asciidoctor { prefix, separator } => {
                let id = asciidoctor(heading, prefix, separator);
                ids.unique_from(id, separator, 2)
            }
        }
    }
}

/// GitHub's rule (`html-pipeline`'s table of contents, and the `github-slugger` package): lower case;
/// all but letters, marks, digits, connecting punctuation, hyphens and spaces goes; a space becomes a
/// hyphen. `:rocket:` loses its colons, 🚀 goes altogether, Japanese stays.
#[must_use]
pub fn github(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for c in heading.trim().chars().flat_map(char::to_lowercase) {
        match c {
            ' ' => out.push('-'),
            '-' => out.push(c),
            c if is_word(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// mdBook's `normalize_id`.
fn mdbook(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for c in heading.trim().chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '-') {
            out.push(c.to_ascii_lowercase());
        } else if c.is_whitespace() {
            out.push('-');
        }
    }
    out
}

/// docutils' `make_id`: ASCII letters and digits, runs of all else become a hyphen, none and no digit
/// at the start.
fn docutils(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for c in folded(heading) {
        if c.is_ascii_alphanumeric() {
            if !(out.is_empty() && c.is_ascii_digit()) {
                out.push(c.to_ascii_lowercase());
            }
        } else if c.is_ascii() && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// Python-Markdown's `slugify` and `slugify_unicode`.
fn python_markdown(heading: &str, unicode: bool) -> String {
    let kept: String = if unicode {
        heading.chars().filter(|&c| is_word(c) || c == '-' || c.is_whitespace()).collect()
    } else {
        folded(heading)
            .filter(|&c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || c.is_ascii_whitespace())
            .collect()
    };
    let mut out = String::with_capacity(kept.len());
    for c in kept.trim().to_lowercase().chars() {
        if c == '-' || c.is_whitespace() {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// VitePress' slugs (`@mdit-vue/shared`).
fn vitepress(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for c in folded(heading).flat_map(char::to_lowercase) {
        let special = c.is_whitespace() || "~`!@#$%^&*()-_+=[]{}|\\;:\"'“”‘’<>,.?/".contains(c);
        if special {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else if !c.is_control() {
            out.push(c);
        }
    }
    let trimmed = out.trim_matches('-');
    if trimmed.starts_with(|c: char| c.is_ascii_digit()) { format!("_{trimmed}") } else { trimmed.to_owned() }
}

/// Asciidoctor's section ids.
fn asciidoctor(heading: &str, prefix: &str, separator: &str) -> String {
    let mut out = prefix.to_owned();
    for c in heading.chars().flat_map(char::to_lowercase) {
        if matches!(c, ' ' | '.' | '-') {
            if !out.ends_with(separator) {
                out.push_str(separator);
            }
        } else if is_word(c) {
            out.push(c);
        }
    }
    while out.len() > prefix.len() && out.ends_with(separator) {
        out.truncate(out.len() - separator.len());
    }
    out
}

/// What regular expressions call a word character in Unicode: letters, marks, digits, connectors.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    c.is_alphabetic() || is_decimal(c) || is_mark(c) || matches!(c, '‿' | '⁀' | '⁔' | '︳' | '︴' | '﹍'..='﹏' | '＿')
}

/// Decimal digits (Unicode `Nd`): numeric, and not the superscripts, fractions and circled numbers.
fn is_decimal(c: char) -> bool {
    c.is_numeric()
        && !matches!(c, '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{bc}'..='\u{be}' | '\u{2070}'..='\u{218b}' | '\u{2460}'..='\u{24ff}' | '\u{2776}'..='\u{2793}' | '\u{3192}'..='\u{32bf}')
}

/// Combining marks that headings hold: accents, kana voicing, variation selectors, the usual Indic and
/// Thai vowels are alphabetic already.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{94d}' | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}'
            | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// The characters with Latin letters stripped of their accents, as compatibility decomposition does.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(|c| match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => 'A',
        'ç' | 'ć' | 'č' => 'c',
        'Ç' | 'Ć' | 'Č' => 'C',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => 'E',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'Ì'..='Ï' => 'I',
        'ñ' | 'ń' | 'ň' => 'n',
        'Ñ' | 'Ń' => 'N',
        'ò'..='ö' | 'ō' | 'ő' => 'o',
        'Ò'..='Ö' => 'O',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'Ù'..='Ü' => 'U',
        'ý' | 'ÿ' => 'y',
        'š' | 'ś' => 's',
        'Š' | 'Ś' => 'S',
        'ž' | 'ź' | 'ż' => 'z',
        'Ž' | 'Ź' | 'Ż' => 'Z',
        'ř' => 'r',
        'ť' => 't',
        'ď' => 'd',
        'ğ' => 'g',
        // Full-width forms.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::super::model::Format;
    use super::super::testing::page;
    use super::*;

    fn of(text: &str, scheme: SlugScheme) -> Vec<String> {
        anchors(&page(Format::Markdown, text), scheme)
    }

    #[test]
    fn github_slugs_are_exact() {
        for (heading, slug) in [
            ("Getting Started", "getting-started"),
            ("What's new in v1.2.3?", "whats-new-in-v123"),
            ("`--config-file` & more", "--config-file--more"),
            ("A  double space", "a--double-space"),
            ("snake_case and kebab-case", "snake_case-and-kebab-case"),
            ("設定ファイル（任意）", "設定ファイル任意"),
            ("ガイド: はじめに", "ガイド-はじめに"),
            (":rocket: Launch", "rocket-launch"),
            ("🚀 Launch", "-launch"),
            ("Über Größe", "über-größe"),
            ("C++ / C#", "c--c"),
            ("１２３ 全角", "１２３-全角"),
            ("x² ½", "x-"),
        ] {
            let scheme = SlugScheme::GitHub;
            assert_eq!(slug_of(heading), slug, "{heading}");
            assert_eq!(super::slug(heading, scheme), slug, "{heading}");
        }
    }

    fn slug_of(heading: &str) -> String {
        github(heading)
    }

    #[test]
    fn repeated_headings_get_each_hosts_counter() {
        let text = "# One\n## One\n## One 1\n### One\n";
        assert_eq!(of(text, SlugScheme::GitHub), ["one", "one-1", "one-1-1", "one-2"]);
        assert_eq!(of("# A\n# A\n# A\n", SlugScheme::MkDocs)[..3], ["a", "a_1", "a_2"]);
        assert_eq!(of("# A\n# A\n", SlugScheme::Asciidoctor), ["_a", "_a_2", "a", "a-2"]);
        assert_eq!(of("# A\n# A\n# 日本\n", SlugScheme::Sphinx)[..3], ["a", "id1", "id2"]);
    }

    #[test]
    fn each_generator_has_its_own_rule() {
        let heading = "1. Getting Started: `foo_bar()` é";
        assert_eq!(slug(heading, SlugScheme::MdBook), "1-getting-started-foo_bar-é");
        assert_eq!(slug(heading, SlugScheme::Sphinx), "getting-started-foo-bar-e");
        assert_eq!(slug(heading, SlugScheme::MkDocs), "1-getting-started-foo_bar-e");
        assert_eq!(slug(heading, SlugScheme::VitePress), "_1-getting-started-foo-bar-e");
        assert_eq!(slug(heading, SlugScheme::Asciidoctor), "_1_getting_started_foo_bar_é");
        assert_eq!(slug("設定の方法", SlugScheme::MkDocs), "");
        assert!(of("# 設定の方法\n", SlugScheme::MkDocs).contains(&"設定の方法".to_owned()));
        assert!(of("# 設定の方法\n", SlugScheme::MkDocs).contains(&"_1".to_owned()));
    }

    #[test]
    fn anchors_by_hand_count() {
        let text = "# Title {#custom}\n\n<a name=\"old\"></a>\n\ntext <span id='in'>x</span>\n";
        assert_eq!(of(text, SlugScheme::GitHub), ["title", "custom", "old", "in"]);
    }

    #[test]
    fn markup_in_headings_does_not_count() {
        assert_eq!(of("## The [link](x.md) *and* `code` ![img](y.png)\n", SlugScheme::GitHub), ["the-link-and-code"]);
    }
}

//! The Markdown report.

use std::fs;

use shelflife::report::json::v1::Audit;
use shelflife::report::lang::Lang;
use shelflife::report::markdown;
use shelflife::report::options::Options;
use shelflife::report::template::Templates;

use crate::support::sample;

fn render(audit: &Audit, options: &Options) -> String {
    let mut out = Vec::new();
    markdown::write(audit, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_report_has_a_table_and_the_proofs() {
    let text = render(&sample::many(12), &Options { lang: Some(Lang::En), ..Options::default() });
    fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report.md"), &text).unwrap();
    assert!(text.starts_with("# Documentation freshness\n\n**"), "{text}");
    assert!(
        text.contains(
            "## Pages to mend first\n\n| Page | Errors | Warnings | Wrong for | Why |\n|---|---:|---:|---|---|\n| [`"
        ),
        "{text}"
    );
    assert!(text.contains("```diff\n"), "{text}");
    assert!(text.contains("- **Fix** `--config-file` → `--config`"), "{text}");
    assert!(!text.contains("\n\n\n\n"), "{text}");
}

#[test]
fn a_clean_audit_says_so() {
    let text = render(&sample::audit(vec![sample::document("README.md", "X")], Vec::new()), &Options::default());
    assert!(text.contains("**Nothing here is known to be wrong.**"), "{text}");
    assert!(!text.contains("## "), "{text}");
}

#[test]
fn hostile_strings_are_inert() {
    let text = render(&sample::hostile(), &Options { lang: Some(Lang::En), ..Options::default() });
    // Nowhere, not even where Markdown shows text as it is: others read the report too.
    for alive in [
        "<!--",
        "<![CDATA[",
        "{{",
        "{%",
        "{#",
        "##[",
        "]]>",
        "\u{1b}",
        "\u{202e}",
        "\u{2066}",
        "\u{2028}",
        "\u{0}",
        "\r",
    ] {
        assert!(!text.contains(alive), "{alive:?}");
    }
    // Nowhere outside of fenced code.
    let mut fence = None;
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if ticks >= 3 => fence = Some(ticks),
            Some(open) if ticks >= open && line.len() == ticks => fence = None,
            Some(_) => {}
            None => {
                for alive in ["<script", "<img", "@everyone", "@octo"] {
                    assert!(!line.contains(alive), "{alive:?} in {line}");
                }
            }
        }
    }
    assert_eq!(fence, None);
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(line.chars().count() < 6_000);
    }
    // What a parser makes of it holds no image, no link to a stranger, and no HTML but ours.
    let parser = pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::all());
    for event in parser {
        match event {
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Image { .. }) => panic!("an image"),
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => {
                assert!(dest_url.starts_with("https://github.com/"), "{dest_url}");
            }
            pulldown_cmark::Event::InlineHtml(html) => {
                assert!(["<code>", "</code>"].contains(&&*html), "{html}");
            }
            _ => {}
        }
    }
    assert!(text.len() < 400_000, "{}", text.len());
}

#[test]
fn a_limit_is_kept_and_what_it_costs_is_said() {
    let audit = sample::many(300);
    let whole = render(&audit, &Options { lang: Some(Lang::En), ..Options::default() });
    for limit in [60_000, 20_000, 3_000, 200] {
        let options = Options { lang: Some(Lang::En), max_bytes: Some(limit), ..Options::default() };
        let text = render(&audit, &options);
        assert!(text.len() <= limit && whole.len() > limit, "{limit}: {}", text.len());
        if limit >= 20_000 {
            assert!(text.len() > limit / 2, "{limit}: {}", text.len());
            assert!(text.contains("further findings are left out for length"), "{text}");
        }
    }
}

#[test]
fn a_user_s_template_is_escaped_whatever_its_suffix_would_say() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("markdown")).unwrap();
    fs::write(dir.path().join("markdown/report.md"), "{% for p in pages %}{{ p.title }}\n{% endfor %}").unwrap();
    let options = Options { templates: Templates::with_overrides(dir.path()).unwrap(), ..Options::default() };
    let text = render(&sample::hostile(), &options);
    assert!(!text.contains("<script") && !text.contains("{{") && !text.contains("@everyone"), "{text}");
    fs::write(dir.path().join("markdown/report.md"), "a\n{% for p in pages %}{{ p.nothing }}{% endfor %}").unwrap();
    let options = Options { templates: Templates::with_overrides(dir.path()).unwrap(), ..Options::default() };
    let error = markdown::write(&sample::many(4), &options, &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("report.md:2:"), "{error}");
}

#[test]
fn japanese_pages_get_a_japanese_report() {
    let text = render(&sample::japanese(), &Options::default());
    assert!(text.starts_with("# ドキュメントの鮮度\n\n**現状と違う記述が 2 件**"), "{text}");
    assert!(text.contains("`--config-file` は現在 `--config` です"), "{text}");
}

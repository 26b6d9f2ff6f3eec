//! The HTML report: one file, nothing from outside, nothing hostile alive in it.
//!
//! What it does in a browser is tested in `tests/browser`.

use std::fs;

use shelflife::report::html;
use shelflife::report::json::v1::Audit;
use shelflife::report::lang::Lang;
use shelflife::report::options::Options;
use shelflife::report::template::Templates;

use crate::support::sample;

fn render(audit: &Audit, lang: Option<Lang>) -> String {
    let mut out = Vec::new();
    html::write(audit, &Options { lang, ..Options::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The JSON blocks of a report.
fn blocks(html: &str) -> Vec<serde_json::Value> {
    html.split("<script type=\"application/json\"")
        .skip(1)
        .map(|part| {
            let json = part.split_once('>').unwrap().1.split_once("</script>").unwrap().0;
            serde_json::from_str(json).unwrap()
        })
        .collect()
}

#[test]
fn the_report_is_one_file_that_asks_nobody() {
    let html = render(&sample::many(40), Some(Lang::En));
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    for tag in
        ["<link rel=\"stylesheet", "<img", "<iframe", "src=", "@import", "url(", "fetch(", "XMLHttp", "innerHTML"]
    {
        assert!(!html.contains(tag), "{tag}");
    }
    let policy = html.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src &#39;none&#39;") || policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"));
    // The overview, then one block for each hundred findings.
    assert_eq!(blocks(&html).len(), 2);
    assert_eq!(blocks(&render(&sample::many(250), None)).len(), 4);
}

#[test]
fn the_same_audit_gives_the_same_bytes() {
    let audit = sample::many(60);
    assert_eq!(render(&audit, None), render(&audit, None));
}

#[test]
fn an_empty_audit_has_a_report() {
    let html = render(&sample::audit(Vec::new(), Vec::new()), None);
    assert_eq!(blocks(&html).len(), 1);
}

#[test]
fn a_change_is_told_with_what_it_does() {
    let list = &blocks(&render(&sample::change(), None))[0];
    let change = &list["change"];
    assert_eq!((&change["broken"], &change["before"]), (&5.into(), &31.into()));
    assert_eq!(change["waived"][0][0], "suppression");
    assert_eq!(list["findings"].as_array().unwrap().iter().filter(|f| f["old"] == true).count(), 1);
    assert!(blocks(&render(&sample::many(6), None))[0]["change"].is_null());
}

#[test]
fn hostile_strings_stay_data() {
    let audit = sample::hostile();
    let html = render(&audit, Some(Lang::En));
    let blocks = blocks(&html);
    // Every finding is there, its own text whole or clipped, and no script but ours.
    assert_eq!(blocks[0]["findings"].as_array().unwrap().len(), audit.findings.len());
    assert_eq!(blocks[0]["findings"][0]["h"], sample::HOSTILE[0]);
    let scripts = html.matches("<script").count();
    assert_eq!(scripts, blocks.len() + 1);
    assert!(!html.contains("<img") && !html.contains("alert(1)</script>") && !html.contains("<!-- shelflife"));
    let links: Vec<&str> = html.split("\"href\":\"").skip(1).map(|s| s.split('"').next().unwrap()).collect();
    assert!(links.iter().all(|link| link.starts_with("https://")), "{links:?}");
    // A million characters are clipped wherever they stand.
    assert!(html.len() < 1_000_000, "{}", html.len());
}

#[test]
fn the_language_is_that_of_the_pages_unless_told() {
    assert!(render(&sample::japanese(), None).contains("<html lang=\"ja\">"));
    assert!(render(&sample::many(10), None).contains("<html lang=\"en\">"));
    assert!(render(&sample::japanese(), Some(Lang::En)).contains("<html lang=\"en\">"));
    let html = render(&sample::japanese(), None);
    assert!(html.contains("`--config-file` は現在 `--config` です"));
}

#[test]
fn a_user_s_templates_replace_ours() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("html")).unwrap();
    fs::write(dir.path().join("html/report.css"), "body { color: teal }").unwrap();
    fs::write(dir.path().join("html/report.html"), "<p title='{{ name }}'>{{ t(key=\"nav.pages\") }}</p>{% include \"html/more.html\" %}<style>{{ style }}</style>").unwrap();
    fs::write(dir.path().join("html/more.html"), "<b>{{ documents }}</b>").unwrap();
    let mut audit = sample::many(12);
    audit.systems[0].name = "<i>'".into();
    let mut out = Vec::new();
    let options = Options {
        templates: Templates::with_overrides(dir.path()).unwrap(),
        lang: Some(Lang::En),
        ..Options::default()
    };
    html::write(&audit, &options, &mut out).unwrap();
    let html = String::from_utf8(out).unwrap();
    assert!(html.starts_with("<p title='&lt;i&gt;&#39;'>Pages</p><b>"), "{html}");
    assert!(html.contains("color: teal"));
}

#[test]
fn a_mistake_in_a_user_s_template_is_named_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("html")).unwrap();
    let file = dir.path().join("html/report.html");
    let error = |text: &str| {
        fs::write(&file, text).unwrap();
        let options = Options { templates: Templates::with_overrides(dir.path()).unwrap(), ..Options::default() };
        html::write(&sample::many(4), &options, &mut Vec::new()).unwrap_err().to_string()
    };
    let place = |line: u32| format!("{}:{line}:", file.display());
    let syntax = error("<p>\n\n{% if x %}\n<b>{{ y. }}</b>");
    assert!(syntax.starts_with(&place(4)), "{syntax}");
    let missing = error("<p>\n{{ no_such_thing }}");
    assert!(missing.starts_with(&place(2)) && missing.contains("no_such_thing"), "{missing}");
    let filter = error("{{ name | no_such_filter }}");
    assert!(filter.contains("no_such_filter") && filter.contains("report.html"), "{filter}");
    let include = error("{% include \"html/nowhere.html\" %}");
    assert!(include.contains("nowhere.html") && include.contains("report.html"), "{include}");
    fs::write(&file, [0xff, 0xfe, 0]).unwrap();
    assert!(Templates::with_overrides(dir.path()).unwrap_err().to_string().contains("not UTF-8"));
    assert!(Templates::with_overrides(&dir.path().join("none")).unwrap_err().to_string().contains("none"));
}

/// The reports that the browser tests open; see `tests/browser/run`.
#[test]
fn reports_for_the_browser() {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&dir).unwrap();
    for (name, audit, lang) in [
        ("small", sample::many(46), Some(Lang::En)),
        ("large", sample::many(5_000), Some(Lang::En)),
        ("change", sample::change(), Some(Lang::En)),
        ("japanese", sample::japanese(), None),
        ("hostile", sample::hostile(), Some(Lang::En)),
        ("clean", sample::audit(vec![sample::document("README.md", "Harbour")], Vec::new()), Some(Lang::En)),
    ] {
        let html = render(&audit, lang);
        fs::write(dir.join(format!("{name}.html")), &html).unwrap();
        assert!(html.len() < 30_000_000, "{name}: {}", html.len());
    }
}

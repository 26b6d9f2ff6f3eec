//! Where reports lead: to the page or block that is meant, and to commits and code of the system that was compared.

use shelflife::report::json::v1::Audit;
use shelflife::report::options::Options;
use shelflife::report::plain::{self, Style};
use shelflife::report::{html, markdown, sarif};

use crate::support::audit::audit;

/// An audit of two systems; a page stands elsewhere, names itself badly, and describes the second.
fn elsewhere(url: &str) -> Audit {
    let mut audit = audit();
    audit.systems[0].web = Some("https://github.com/acme/tool".into());
    let mut other = audit.systems[0].clone();
    other.name = "search".into();
    other.repo = "https://github.com/acme/search".into();
    other.web = Some("https://github.com/acme/search".into());
    audit.systems.push(other);
    let title = "<b>Runbook</b> [x](http://evil) @all \u{1b}[31m";
    let id = audit.findings.iter().find(|f| f.rule == "dead-flag").unwrap().location.document.clone();
    let document = audit.documents.iter_mut().find(|d| d.id == id).unwrap();
    document.source = "github-wiki".into();
    document.title = title.into();
    document.url = Some(url.into());
    for finding in audit.findings.iter_mut().filter(|f| f.location.document == id) {
        finding.system = Some("search".into());
        finding.location.url = Some(url.into());
        finding.location.heading = vec![title.into(), "Install".into()];
    }
    audit
}

/// The report in all forms.
fn all(audit: &Audit) -> [String; 4] {
    let mut out: [Vec<u8>; 4] = Default::default();
    plain::write(&mut out[0], audit, Style::default()).unwrap();
    markdown::write(audit, &Options::default(), &mut out[1]).unwrap();
    html::write(audit, &Options::default(), &mut out[2]).unwrap();
    sarif::write(&mut out[3], audit).unwrap();
    out.map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn each_proof_leads_to_its_own_system_and_a_page_elsewhere_to_its_place() {
    let url = "https://github.com/acme/search/wiki/Runbook";
    let [plain, markdown, html, sarif] = all(&elsewhere(url));
    assert!(plain.contains(" › Install” https://github.com/acme/search/wiki/Runbook\n"), "{plain}");
    assert!(markdown.contains(&format!("](<{url}>)")), "{markdown}");
    let cause = format!("https://github.com/acme/search/commit/{}", "9".repeat(40));
    let code = format!("https://github.com/acme/search/blob/{}/src/cli.rs#L88", "1".repeat(40));
    for report in [&markdown, &html] {
        assert!(report.contains(&cause) && report.contains(&code), "{report}");
        assert!(!report.contains("acme/tool/commit/9999"), "{report}");
        // Both systems are named with what they were at.
        assert!(report.contains("search") && report.contains("https://github.com/acme/tool/commit/aaaa"), "{report}");
    }
    assert!(html.contains(url));
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let result = sarif["runs"][0]["results"].as_array().unwrap().iter().find(|r| r["ruleId"] == "dead-flag").unwrap();
    let location = &result["locations"][0];
    assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], url);
    assert_eq!(location["logicalLocations"][0]["name"], "Install");
}

#[test]
fn what_a_page_elsewhere_is_called_and_links_to_does_no_harm() {
    for url in ["javascript:alert(1)", "https://evil.example/)x\u{1b}[0m", "file:///etc/passwd"] {
        let [plain, markdown, html, sarif] = all(&elsewhere(url));
        for report in [&plain, &markdown] {
            assert!(!report.contains(url), "{report}");
        }
        for report in [&plain, &markdown, &html, &sarif] {
            assert!(!report.contains('\u{1b}'), "{report}");
        }
        assert!(!markdown.contains("<b>Runbook") && !html.contains("<b>Runbook"));
        assert!(!markdown.contains("[x](http://evil) "), "{markdown}");
        assert!(!markdown.contains("@all") && !html.contains(&format!("\"{url}\"")));
    }
}

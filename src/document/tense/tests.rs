use super::super::model::Format;
use super::super::{DocumentId, parse};
use super::*;

fn classified(path: &str, text: &str) -> Document {
    let mut d = parse(DocumentId::new(path), Format::Markdown, text.as_bytes()).unwrap();
    classify(&mut d, &RepoPath::from(path), &Attributes::default(), &Versions::default());
    d
}

fn historical(path: &str, text: &str) -> Option<String> {
    match classified(path, text).tense {
        Tense::Historical { reason } => Some(reason),
        Tense::Current => None,
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn the_data_parses() {
    let past: past::Past = toml::from_str(include_str!("../../../rules/document/past.toml")).unwrap();
    assert!(past.kind.len() >= 6 && past.shape.len() == 2);
    let generated: generated::Generated =
        toml::from_str(include_str!("../../../rules/document/generated.toml")).unwrap();
    for pattern in generated.patterns.iter().chain(&generated.not) {
        regex::Regex::new(pattern).unwrap();
    }
    let releases: release::Releases = toml::from_str(include_str!("../../../rules/document/releases.toml")).unwrap();
    assert!(!releases.versioned.is_empty());
    assert!(versions::is_version("1.2.3"));
}

#[test]
fn records_of_the_past_by_path() {
    for path in [
        "CHANGELOG.md",
        "docs/changelog.ja.md",
        "HISTORY.md",
        "NEWS.md",
        "docs/RelNotes/2.3.0.md",
        "docs/releases/1.2.md",
        "docs/release-notes/v1.md",
        "docs/adr/0003-use-sqlite.md",
        "docs/decisions/why.md",
        "postmortems/2023-01-02.md",
        "docs/incidents/2023-05-outage.md",
        "docs/meeting-notes/june.md",
        "website/blog/2020-01-02-hello.md",
        "_posts/2020-01-02-hello.md",
        "rfcs/0001-thing.md",
        "docs/proposals/new-thing.md",
        "docs/archive/old.md",
        "docs/2024-03-04-plan.md",
        "docs/design/0004-cache.md",
        "docs/変更履歴.md",
        "docs/議事録/4月.md",
        "docs/db-postmortem.md",
        "whatsnew/3.1.md",
    ] {
        assert!(historical(path, "# Words\n\ntext\n").is_some(), "{path}");
    }
}

#[test]
fn pages_of_the_present_stay_so() {
    for path in [
        "README.md",
        "docs/guide.md",
        "docs/adr/README.md",
        "docs/adr/template.md",
        "docs/design/cache.md",
        "docs/releases/process.md",
        "docs/incidents/response.md",
        "docs/news-reader.md",
        "docs/history-api.md",
        "docs/releasing.md",
        "src/changes/README.md",
        "docs/12-factor.md",
        "docs/blog-setup.md",
        "docs/tutorial/blog/one.md",
        "docs/specs/format.md",
        "docs/postmortem-template.md",
    ] {
        let title = if path.contains("template") { "Postmortem template" } else { "Words" };
        assert_eq!(historical(path, &format!("# {title}\n\ntext\n")), None, "{path}");
    }
}

#[test]
fn titles_in_both_languages() {
    for title in [
        "Changelog",
        "Foo 2.0 Release Notes",
        "What's new in 3.1",
        "Postmortem: the cache outage",
        "ADR-12: Use queues",
        "Meeting notes, 3 May",
        "リリースノート 2.1",
        "変更履歴",
        "4/3 定例 議事録",
        "障害報告（2024-01-02）",
        "ポストモーテム：DB停止",
        "意思決定記録: キューの採用",
    ] {
        assert!(historical("docs/page.md", &format!("# {title}\n")).is_some(), "{title}");
    }
    for title in [
        "How to write release notes",
        "Changelog guidelines",
        "Postmortem process",
        "議事録の書き方",
        "リリースノート作成手順",
        "Generating the changelog",
        "障害報告テンプレート",
        "Incident response",
    ] {
        assert!(historical("docs/page.md", &format!("# {title}\n")).is_none(), "{title}");
    }
}

#[test]
fn front_matter_and_shape() {
    assert!(historical("docs/x.md", "---\nstatus: accepted\ndate: 2024-01-02\n---\n# Use SQLite\n").is_some());
    assert!(historical("docs/x.md", "---\nstatus: Superseded by 12\ndate: 2024-01-02\n---\n# Use SQLite\n").is_some());
    assert!(historical("docs/x.md", "---\nlayout: post\n---\n# Hi\n").is_some());
    assert!(historical("docs/x.md", "---\nstatus: stable\ndate: 2024-01-02\n---\n# Hi\n").is_none());
    assert!(historical("docs/x.md", "# Use it\n## Status\n## Context\n## Decision\n## Consequences\n").is_some());
    assert!(historical("docs/x.md", "# 選定\n## 1. 背景\n## 2. 決定事項\n## 3. 影響\n## 検討した案\n").is_some());
    assert!(
        historical("docs/x.md", "# P\n## [1.2.0] - 2024-01-02\n### Added\n## v1.1.0 (2023-12-01)\n## 1.0.0\n")
            .is_some()
    );
    assert!(
        historical("docs/x.md", "# P\n## Version 3.2\n## Foo 3.1 (unreleased)\n## March 2, 2020\n## バージョン 3.0\n")
            .is_some()
    );
    assert!(historical("docs/x.md", "# P\n## 1.1 Install\n## 1.2 Configure\n## 1.3 Run\n").is_none());
    assert!(historical("README.md", "# P\n## 1.3.0\n## 1.2.0\n## 1.1.0\n").is_none());
}

#[test]
fn what_somebody_proposes_to_build_is_of_its_time() {
    let signed = "# Cache\n\n* Owner: A. Miller (@miller)\n* Status: Accepted\n\n## How it works\n";
    assert_eq!(historical("docs/cache.md", signed).as_deref(), Some("proposal: its status is `accepted`"));
    // A page that says how far its subject is says nothing of itself.
    assert_eq!(historical("docs/cache.md", "# Cache\n\nStatus: Draft\n\n## How it works\n"), None);
    assert!(historical("design/cache.md", "# Cache\n\n**Status**: Draft\n\n## How it works\n").is_some());
    assert!(historical("design/cache.md", "# Cache\n\n## Non-Goals\n\n## How it works\n").is_some());
    assert_eq!(historical("design/cache.md", "# Cache\n\n## How it works\n"), None);
    let shape = "# Cache\n\n## Goals\n\n## Proposal\n\n## Alternatives\n\n## Open Questions\n";
    assert!(historical("docs/cache.md", shape).is_some());
    assert_eq!(historical("docs/cache.md", "# Cache\n\n## Goals\n\n## Use\n\n## Alternatives\n"), None);
}

#[test]
fn many_pages_of_a_folder_for_designs_tell_of_the_others() {
    let proposal = "# Words\n\n## Motivation\n\ntext\n";
    let spread_over = |pages: &[(&str, &str)]| {
        let mut pages: Vec<(RepoPath, Document)> =
            pages.iter().map(|(path, text)| (RepoPath::from(*path), classified(path, text))).collect();
        spread(pages.iter_mut().map(|(path, document)| (&*path, document)));
        pages
            .into_iter()
            .filter(|(_, d)| matches!(d.tense, Tense::Current))
            .map(|(p, _)| p.display().into_owned())
            .collect::<Vec<_>>()
    };
    let plain = "# Words\n\ntext\n";
    let mostly = [
        ("design/a.md", proposal),
        ("design/x/b.md", proposal),
        ("design/x/c.md", proposal),
        ("design/c.md", plain),
        ("design/README.md", plain),
        ("docs/d.md", plain),
    ];
    assert_eq!(spread_over(&mostly), ["design/README.md", "docs/d.md"]);
    let seldom = [("design/a.md", proposal), ("design/c.md", plain), ("design/d.md", plain)];
    assert_eq!(spread_over(&seldom), ["design/c.md", "design/d.md"]);
}

#[test]
fn a_readmes_changelog_is_past_and_the_rest_is_not() {
    let d = classified("README.md", "# P\n\n## Use\n\n## Changelog\n\n### 1.1\n\n### 1.0\n\n## License\n");
    assert_eq!(d.tense, Tense::Current);
    let past: Vec<_> = d.historical_sections.iter().map(|&i| d.sections[i].heading.as_str()).collect();
    assert_eq!(past, ["Changelog", "1.1", "1.0"]);
}

#[test]
fn migration_guides_are_marked() {
    for (path, title) in [
        ("docs/upgrading.md", "X"),
        ("docs/migrating-to-v3.md", "X"),
        ("docs/x.md", "Migrating from Y"),
        ("docs/v1-to-v2.md", "X"),
        ("docs/x.md", "Upgrade guide"),
        ("docs/x.md", "v3への移行"),
        ("docs/移行ガイド.md", "X"),
        ("UPGRADE-2.0.md", "X"),
    ] {
        let d = classified(path, &format!("# {title}\n"));
        assert!(d.migration && d.tense == Tense::Current, "{path} {title}: {:?}", d.tense);
    }
    assert!(!classified("docs/database-migrations.md", "# Database migrations\n").migration);
}

#[test]
fn generated_pages_are_known_by_what_they_say() {
    for text in [
        "<!-- Code generated by gen. DO NOT EDIT. -->\n# X\n",
        "# X\n\nThis file is automatically generated from the source.\n",
        "<!--\nAuto-generated.\nDo not edit!\n-->\n# X\n",
        "# tool run\n\nwords\n\n###### Auto generated by spf13/cobra on 2-Jan-2024\n",
        "# X\n\nこのファイルは自動生成されています。\n",
        "[//]: # (This page was generated by tool)\n\n# X\n",
    ] {
        assert!(matches!(classified("docs/x.md", text).tense, Tense::Generated { .. }), "{text}");
    }
    for text in [
        "<!-- START doctoc generated TOC please keep comment here to allow auto update -->\n<!-- DON'T EDIT THIS SECTION, INSTEAD RE-RUN doctoc TO UPDATE -->\n# X\n",
        "# X\n\nThe client is generated from the schema. Do edit it.\n",
        "# X\n\nThe table below is auto-generated by a script.\n",
        "# X\n\nRun `make` to update generated files.\n",
    ] {
        assert_eq!(classified("docs/x.md", text).tense, Tense::Current, "{text}");
    }
    let attributes = Attributes::parse([(&b""[..], &b"a.md linguist-generated\nb.md -linguist-generated\n"[..])]);
    let mut d = parse(DocumentId::new("a.md"), Format::Markdown, b"# X\n").unwrap();
    classify(&mut d, &RepoPath::from("a.md"), &attributes, &Versions::default());
    assert!(matches!(d.tense, Tense::Generated { .. }));
    let mut d = parse(DocumentId::new("b.md"), Format::Markdown, b"<!-- @generated -->\n# X\n").unwrap();
    classify(&mut d, &RepoPath::from("b.md"), &attributes, &Versions::default());
    assert_eq!(d.tense, Tense::Current);
}

#[test]
fn pages_of_releases() {
    let paths = |p: &[&str]| p.iter().map(|s| RepoPath::from(*s)).collect::<Vec<_>>();
    let release = |pages: &[&str], path: &str| Versions::of(&paths(pages)).release_of(&RepoPath::from(path));
    let old = |v: &str| Some(v.to_owned());
    assert_eq!(release(&[], "website/versioned_docs/version-1.2/a.md"), old("1.2"));
    assert_eq!(release(&[], "versioned_docs/version-2.x/sub/a.md"), old("2.x"));
    assert_eq!(release(&["docs/v1/a.md", "docs/v2/a.md"], "docs/v1/a.md"), old("v1"));
    assert_eq!(release(&["docs/v1/a.md", "docs/v2/a.md", "docs/README.md"], "docs/v2/a.md"), None);
    assert_eq!(release(&["docs/v1/a.md", "docs/a.md"], "docs/v1/a.md"), old("v1"));
    assert_eq!(release(&["docs/1.9/a.md", "docs/1.10/a.md"], "docs/1.9/a.md"), old("1.9"));
    assert_eq!(release(&["docs/1.9/a.md", "docs/1.10/a.md"], "docs/1.10/a.md"), None);
    assert_eq!(release(&["1.2/a.md", "1.3/a.md"], "1.2/a.md"), old("1.2"));
    for path in
        ["docs/a.md", "docs/api/v1/a.md", "v2/README.md", "docs/2024/a.md", "docs/v1beta1/a.md", "a.md", "src/1/b.md"]
    {
        assert_eq!(release(&[], path), None, "{path}");
    }
}

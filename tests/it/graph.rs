//! `shelflife graph` and `shelflife impact` on a real audit.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::Repo;
use crate::support::program::run;

/// A page that is right about one file and wrong about another, and one that speaks of neither.
fn audited() -> Repo {
    let repo = Repo::new();
    let page = "# App\n\nPages are read in `src/reader.rs`.\n\n## Output\n\nThe writer is `src/writer.rs`, which calls \
        `write_all_pages`.\n";
    repo.commit(
        &[
            ("docs/app.md", page),
            ("docs/other.md", "# Other\n\nNothing of it. See [the app](app.md).\n"),
            ("src/reader.rs", "pub fn read() {}\n"),
            ("src/writer.rs", "pub fn write_all_pages() {}\n"),
        ],
        &[],
        "start",
        1,
    );
    repo.commit(&[("src/output.rs", "pub fn write_all_pages() {}\n")], &["src/writer.rs"], "move", 20);
    run(repo.path(), ["audit", ".", "--no-cache", "--fail-on", "never", "-o", "../audit.json"]).ended(0);
    repo
}

#[test]
fn impact_tells_which_pages_speak_of_a_file_and_whether_they_are_right() {
    let repo = audited();
    let ask = |target: &str| run(repo.path(), ["impact", target, "--audit", "../audit.json"]).ended(0);
    let reader = ask("src/reader.rs").stdout;
    assert!(reader.starts_with("docs/app.md:3 #app: "), "{reader}");
    assert!(reader.contains("line 3: src/reader.rs"), "{reader}");
    let gone = ask("src/writer.rs").stdout;
    assert!(gone.contains("docs/app.md:7 #app/output: stale"), "{gone}");
    assert!(gone.contains("wrong: dead-path: "), "{gone}");
    assert!(gone.contains("ask Ada"), "{gone}");
    let symbol = ask("output.rs:write_all_pages").stdout;
    assert!(symbol.contains("line 7: write_all_pages"), "{symbol}");
    let folder = run(repo.path(), ["impact", "src", "--audit", "../audit.json", "--format", "json"]).ended(0).json();
    assert_eq!(folder.as_array().unwrap().len(), 2, "{folder:#}");
    assert_eq!(folder[0]["section"], "app/output");
    let none = ask("src/none.rs");
    assert_eq!((none.stdout.as_str(), none.stderr.as_str()), ("", "no audited page speaks of src/none.rs\n"));
    run(repo.path(), ["impact", "x", "--audit", "none.json"]).ended(3);
}

#[test]
fn the_graph_holds_pages_files_symbols_and_owners() {
    let repo = audited();
    let graph = run(repo.path(), ["graph", "../audit.json", "--to", "json"]).ended(0).json();
    let ids: BTreeSet<&str> = graph["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
    for id in [
        "system:repo",
        "page:docs/app.md",
        "section:docs/app.md#app/output",
        "file:src/reader.rs",
        "symbol:write_all_pages",
        "owner:Ada",
    ] {
        assert!(ids.contains(id), "{id} in {ids:?}");
    }
    let edges: BTreeSet<(&str, &str, &str)> = graph["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["source"].as_str().unwrap(), e["kind"].as_str().unwrap(), e["target"].as_str().unwrap()))
        .collect();
    for edge in [
        ("section:docs/other.md#other", "links", "page:docs/app.md"),
        ("section:docs/app.md#app", "names", "file:src/reader.rs"),
        ("file:src/output.rs", "declares", "symbol:write_all_pages"),
        ("section:docs/app.md#app/output", "contradicted", "reference:dead-path src/writer.rs"),
        ("owner:Ada", "owns", "page:docs/app.md"),
        ("page:docs/app.md", "describes", "system:repo"),
    ] {
        assert!(edges.contains(&edge), "{edge:?} in {edges:#?}");
    }
    let stale =
        graph["nodes"].as_array().unwrap().iter().find(|n| n["id"] == "section:docs/app.md#app/output").unwrap();
    assert_eq!(stale["status"], "stale");
    // Every form can be made, and the same twice.
    for form in ["json", "graphml", "cypher"] {
        let once = run(repo.path(), ["graph", "../audit.json", "--to", form]).ended(0);
        let file = repo.beside("graph");
        run(repo.path(), ["graph", "../audit.json", "--to", form, "-o", "../graph"]).ended(0);
        assert_eq!(once.stdout, std::fs::read_to_string(file).unwrap(), "{form}");
    }
    run(repo.path(), ["graph", "../audit.json", "--to", "graphrag"]).ended(2);
    run(repo.path(), ["graph", "../audit.json", "--to", "graphrag", "-o", "../tables"]).ended(0);
    assert!(repo.beside("tables/entities.parquet").is_file() && repo.beside("tables/relationships.parquet").is_file());
    let _: Value = graph;
}

//! What the code had for a short time only, between the states of the history that are read whole.

use serde_json::Value;

use crate::support::Repo;
use crate::support::program::run;

/// Commits of the history: several for each state that is read.
const COMMITS: i64 = 130;

#[test]
fn a_file_that_came_and_went_is_found_by_the_tree_of_its_moment() {
    let repo = Repo::new();
    let page = "# Layout\n\nThe solver is in `engine/solver/steps.c`.\n\nYours may be in `engine/solver/mine.c`.\n";
    for at in 0..COMMITS {
        let code = format!("int count(void) {{ return {at}; }}\n");
        let mut files = vec![("src/count.c", code.as_str())];
        // Two commits in the midst of the history.
        if at == 60 {
            files.push(("engine/solver/steps.c", "int steps(void) { return 1; }\n"));
            files.push(("docs/layout.md", page));
        }
        let removed: &[&str] = if at == 61 { &["engine/solver/steps.c"] } else { &[] };
        repo.commit(&files, removed, &format!("Step {at}"), at);
    }
    let audit = run(repo.path(), ["audit", "--format", "json", "--fail-on", "never"]).ended(0).json();
    let findings = audit["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let text = |at: &str| findings[0].pointer(at).and_then(Value::as_str).unwrap_or("").to_owned();
    assert_eq!(text("/rule"), "dead-path");
    assert_eq!(text("/location/text"), "engine/solver/steps.c");
    assert_eq!(text("/evidence/cause/commit/subject"), "Step 61");
}

//! One audit of many.

use super::{Work, full};
use crate::support::program::{finish, program};

#[test]
fn a_merged_audit_names_pages_by_their_repositories() {
    let work = Work::new(&full(2));
    let mut other = full(1);
    other.systems[0].web = Some("https://github.com/o/second".into());
    std::fs::write(work.root().join("second.json"), serde_json::to_vec(&other).unwrap()).unwrap();
    let mut command = program(&work.root());
    let all = finish(command.args(["merge", "second.json", "audit.json", "--format", "json"])).ended(0).json();
    let ids: Vec<&str> = all["documents"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["o/n/README.md", "o/n/docs/install.md", "o/second/README.md", "o/second/docs/install.md"]);
    assert_eq!(all["summary"]["findings"], 3);
    assert_eq!(all["systems"].as_array().unwrap().len(), 2);
    let url = all["documents"][2]["url"].as_str().unwrap();
    assert!(url.starts_with("https://github.com/o/second/blob/"), "{url}");
    let prints: std::collections::BTreeSet<&str> =
        all["findings"].as_array().unwrap().iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 3);
    std::fs::write(work.root().join("all.json"), all.to_string()).unwrap();
    let mut command = program(&work.root());
    finish(command.args(["export", "all.json", "--to", "list", "--max-excluded", "1"])).ended(0);
    let mut command = program(&work.root());
    let twice = finish(command.args(["merge", "audit.json", "audit.json"])).ended(2);
    assert!(twice.stderr.contains("both of o/n"), "{twice:?}");
}

use super::*;
use crate::history::GitObjects;
use crate::testing::Repo;

const BODY: &str = "The first line of it.\nThe second line of it.\nThe third line of it.\nThe fourth line of it.\n";

fn ask(repo: &Repo, path: &str, had: u32, lost: u32) -> PathCause {
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    path_cause(&objects, &mainline, &path.into(), MainIx(had), MainIx(lost)).unwrap()
}

fn target(report: &PathCause) -> Option<String> {
    report.target.as_ref().map(ToString::to_string)
}

#[test]
fn a_deletion_has_no_target() {
    let repo = Repo::new();
    repo.commit(&[("docs/a.md", BODY), ("x", "x\n")], &[], "Start", 0);
    let gone = repo.commit(&[("y", "quite another thing\n")], &["docs/a.md"], "Drop", 1);
    repo.commit(&[("x", "y\n")], &[], "Other", 2);
    let report = ask(&repo, "docs/a.md", 0, 2);
    let cause = report.cause.clone().unwrap();
    assert_eq!((cause.commit, cause.kind, cause.mainline), (gone, CauseKind::Removed, MainIx(1)));
    assert_eq!(target(&report), None);
}

#[test]
fn renames_are_followed_to_the_head() {
    let repo = Repo::new();
    repo.commit(&[("docs/a.md", BODY)], &[], "Start", 0);
    let first = repo.rename("docs/a.md", "docs/b.md", "First", 1);
    repo.commit(&[("docs/b.md", &format!("{BODY}And a fifth.\n"))], &[], "Edit", 2);
    repo.commit(&[("guide/c.md", &format!("{BODY}And now another fifth.\n"))], &["docs/b.md"], "Second", 3);
    let report = ask(&repo, "docs/a.md", 0, 3);
    let cause = report.cause.clone().unwrap();
    assert_eq!((cause.commit, cause.kind), (first, CauseKind::Renamed));
    assert_eq!(target(&report).as_deref(), Some("guide/c.md"));
    assert_eq!(report.chain.len(), 2);
    assert!(report.similarity > 0.7 && report.similarity < 1.0, "{}", report.similarity);
}

#[test]
fn a_chain_that_ends_in_a_deletion_leads_nowhere() {
    let repo = Repo::new();
    repo.commit(&[("a.md", BODY), ("x", "x\n")], &[], "Start", 0);
    repo.rename("a.md", "b.md", "Rename", 1);
    repo.commit(&[], &["b.md"], "Drop", 2);
    let report = ask(&repo, "a.md", 0, 2);
    assert_eq!(target(&report), None);
    assert_eq!(report.chain.len(), 1);
    assert_eq!(report.cause.unwrap().mainline, MainIx(1));
}

#[test]
fn of_several_same_files_the_one_of_the_same_name_is_it() {
    let repo = Repo::new();
    repo.commit(&[("a/page.md", BODY)], &[], "Start", 0);
    repo.commit(&[("b/other.md", BODY), ("c/page.md", BODY), ("d/zzz.md", BODY)], &["a/page.md"], "Move", 1);
    assert_eq!(target(&ask(&repo, "a/page.md", 0, 1)).as_deref(), Some("c/page.md"));
}

#[test]
fn an_empty_file_is_found_by_its_name_only() {
    let repo = Repo::new();
    repo.commit(&[("a/__init__.py", ""), ("a/x.py", "")], &[], "Start", 0);
    repo.commit(&[("b/__init__.py", "")], &["a/__init__.py", "a/x.py"], "Move", 1);
    assert_eq!(target(&ask(&repo, "a/__init__.py", 0, 1)).as_deref(), Some("b/__init__.py"));
    assert_eq!(target(&ask(&repo, "a/x.py", 0, 1)), None);
}

#[test]
fn a_folder_goes_where_most_of_its_files_go() {
    let repo = Repo::new();
    let file = |n: u32| format!("{BODY}This is number {n}.\n");
    repo.commit(
        &[("pkg/old/a.go", &file(1)), ("pkg/old/sub/b.go", &file(2)), ("pkg/old/c.go", &file(3)), ("x", "x\n")],
        &[],
        "Start",
        0,
    );
    repo.commit(&[("x", "y\n")], &[], "Other", 1);
    let moved = repo.commit(
        &[("lib/new/a.go", &file(1)), ("lib/new/sub/b.go", &file(22)), ("elsewhere/c.go", &file(3))],
        &["pkg/old/a.go", "pkg/old/sub/b.go", "pkg/old/c.go"],
        "Move",
        2,
    );
    let report = ask(&repo, "pkg/old", 0, 2);
    assert_eq!(target(&report).as_deref(), Some("lib/new"));
    assert_eq!(report.cause.unwrap().commit, moved);
    let report = ask(&repo, "pkg/old/sub/b.go", 0, 2);
    assert_eq!(target(&report).as_deref(), Some("lib/new/sub/b.go"));
}

#[test]
fn a_folder_may_empty_bit_by_bit() {
    let repo = Repo::new();
    let file = |n: u32| format!("{BODY}This is number {n}.\n");
    repo.commit(&[("old/a", &file(1)), ("old/b", &file(2)), ("old/c", "short\n")], &[], "Start", 0);
    repo.rename("old/a", "new/a", "One", 1);
    repo.rename("old/b", "new/b", "Two", 2);
    let last = repo.commit(&[], &["old/c"], "Three", 3);
    let report = ask(&repo, "old", 0, 3);
    assert_eq!(target(&report).as_deref(), Some("new"));
    assert_eq!(report.cause.unwrap().commit, last);
}

#[test]
fn a_copy_made_earlier_is_the_target() {
    let repo = Repo::new();
    repo.commit(&[("a/guide.md", BODY)], &[], "Start", 0);
    repo.commit(&[("b/guide.md", BODY)], &[], "Copy", 1);
    repo.commit(&[], &["a/guide.md"], "Drop the original", 2);
    assert_eq!(target(&ask(&repo, "a/guide.md", 0, 2)).as_deref(), Some("b/guide.md"));
}

#[test]
fn inside_a_merge_the_branch_commit_is_named() {
    let repo = Repo::new();
    repo.commit(&[("a.md", BODY), ("x", "x\n")], &[], "Start", 0);
    repo.branch("topic");
    let inner = repo.rename("a.md", "b.md", "Rename", 1);
    repo.commit(&[("b.md", &format!("{BODY}More.\n"))], &[], "Edit", 2);
    repo.switch("main");
    repo.commit(&[("x", "y\n")], &[], "Meanwhile", 3);
    repo.merge("topic", &[], &[], "Merge", 4);
    let report = ask(&repo, "a.md", 0, 2);
    assert_eq!(report.cause.clone().unwrap().commit, inner);
    assert_eq!(target(&report).as_deref(), Some("b.md"));
}

#[test]
fn a_path_that_came_back_was_lost_last_by_the_last_one() {
    let repo = Repo::new();
    repo.commit(&[("a.md", BODY), ("x", "x\n")], &[], "Start", 0);
    repo.commit(&[], &["a.md"], "Drop", 1);
    repo.commit(&[("a.md", BODY)], &[], "Revert", 2);
    repo.commit(&[("x", "y\n")], &[], "Other", 3);
    let last = repo.rename("a.md", "c.md", "Rename", 4);
    let report = ask(&repo, "a.md", 0, 4);
    assert_eq!(report.cause.clone().unwrap().commit, last);
    assert_eq!(target(&report).as_deref(), Some("c.md"));
}

#[test]
fn uncommitted_renames_are_found_among_the_added_files() {
    let repo = Repo::new();
    repo.commit(&[("a.md", BODY), ("x", "x\n")], &[], "Start", 0);
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    let lookup = Lookup::new(&objects, &mainline);
    let changes = [
        Changed { path: "a.md".into(), content: None },
        Changed { path: "b.md".into(), content: Some(BODY.as_bytes().to_vec()) },
        Changed { path: "x".into(), content: Some(BODY.as_bytes().to_vec()) },
    ];
    let report = Paths::new(&lookup).uncommitted(&"a.md".into(), &changes).unwrap();
    assert_eq!(report.cause, Err(NoCause::Uncommitted));
    assert_eq!(target(&report).as_deref(), Some("b.md"));
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let repo = Repo::new();
    repo.commit(&[("a.md", BODY)], &[], "Start", 0);
    repo.commit(&[("b.md", "b\n")], &[], "Other", 1);
    assert_eq!(ask(&repo, "a.md", 0, 1).cause, Err(NoCause::StillThere));
    assert_eq!(ask(&repo, "none.md", 0, 1).cause, Err(NoCause::NoHolder));
    assert_eq!(ask(&repo, "a.md", 1, 0).cause, Err(NoCause::Interval));
    assert_eq!(ask(&repo, "a.md", 0, 7).cause, Err(NoCause::Interval));
}

#[test]
fn a_file_that_keeps_its_name_may_change_more() {
    let repo = Repo::new();
    let half = "The first line of it.\nThe second line of it.\nAnother one here.\nAnd one more here.\nAnd the last.\n";
    repo.commit(&[("a/page.md", BODY), ("a/other.md", BODY.to_uppercase().as_str())], &[], "Start", 0);
    let more = half.to_uppercase();
    repo.commit(&[("b/page.md", half), ("b/renamed.md", &more)], &["a/page.md", "a/other.md"], "Move and edit", 1);
    assert_eq!(target(&ask(&repo, "a/page.md", 0, 1)).as_deref(), Some("b/page.md"));
    assert_eq!(target(&ask(&repo, "a/other.md", 0, 1)), None);
}

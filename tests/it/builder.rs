//! The builder of test repositories makes what it says.

use crate::support::{Repo, at};

#[test]
fn commits_merges_and_renames_are_git_s_own() {
    let repo = Repo::new();
    let first = repo.commit(&[("docs/a.md", "one\n"), ("src/a.c", "int a;\n")], &[], "Begin", 0);
    repo.branch("side");
    repo.commit(&[("src/b.c", "int b;\n")], &[], "Add b", 1);
    repo.switch("main");
    repo.rename("docs/a.md", "docs/b.md", "Move a", 2);
    let merge = repo.merge("side", &[("docs/c.md", "three\n")], &["src/a.c"], "Merge side", 3);
    assert_eq!(repo.head(), merge);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    assert_eq!(repo.git(&["ls-files"]), "docs/b.md\ndocs/c.md\nsrc/b.c\n");
    assert_eq!(repo.git(&["rev-list", "--parents", "-1", "HEAD"]).split_whitespace().count(), 3);
    let log = repo.git(&["log", "--first-parent", "--format=%at %an %s"]);
    let expected = format!("{} Ada Merge side\n{} Ada Move a\n{} Ada Begin\n", at(3), at(2), at(0));
    assert_eq!(log, expected);
    repo.author("Bo", "bo@example.org").write("docs/b.md", "changed\n").delete("src/b.c");
    assert_eq!(repo.git(&["status", "--porcelain"]), " M docs/b.md\n D src/b.c\n");
    repo.restore().detach(first);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    let shallow = repo.clone_with("shallow", &["--depth=1"]);
    assert!(shallow.join(".git/shallow").exists());
}

use git2::Oid;

use super::*;
use crate::history::holdings::Holdings;
use crate::history::{GitObjects, Mainline};
use crate::testing::Repo;

/// Whole occurrences of a term in files below `src/`.
struct InSource(&'static str);

impl Matcher for InSource {
    fn lines(&self, path: &RepoPath, content: &[u8]) -> Vec<u32> {
        if !path.as_bytes().starts_with(b"src/") {
            return Vec::new();
        }
        let holds = |line: &[u8]| {
            memchr::memmem::find_iter(line, self.0)
                .any(|at| crate::history::replacement::is_bounded(line, at, at + self.0.len()))
        };
        content.split(|&b| b == b'\n').zip(1..).filter(|(line, _)| holds(line)).map(|(_, n)| n).collect()
    }

    fn needle(&self) -> Option<&[u8]> {
        Some(self.0.as_bytes())
    }
}

/// What [`find`] says of `term` between mainline commits `had` and `lost`, with the ids of the commits.
struct Asked {
    report: CauseReport,
    ids: Vec<Oid>,
}

impl Asked {
    fn cause(&self) -> (u32, Oid, CauseKind, String) {
        let cause = self.report.cause.as_ref().unwrap();
        (cause.mainline.0, cause.commit, cause.kind, cause.path.as_ref().unwrap().to_string())
    }

    fn replacement(&self) -> Option<(&str, u32, u32)> {
        self.report.replacement.as_ref().map(|r| (r.text.as_str(), r.votes, r.of))
    }
}

fn ask_with(
    repo: &Repo,
    term: &'static str,
    interval: (u32, u32),
    moment: Option<u32>,
    vote: VoteStyle,
    exists: &(dyn Fn(&str) -> bool + Sync),
) -> Asked {
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    let lost = Lost {
        matcher: &InSource(term),
        text: term,
        had: MainIx(interval.0),
        lost: LostAt::At(MainIx(interval.1)),
        moment: moment.map(MainIx),
        vote,
        exists_at_head: exists,
        brief: false,
    };
    let report = find(&objects, &mainline, &[lost]).remove(0).unwrap();
    Asked { report, ids: mainline.commits().iter().map(|c| c.id).collect() }
}

fn ask(repo: &Repo, term: &'static str, had: u32, lost: u32) -> Asked {
    ask_with(repo, term, (had, lost), None, VoteStyle::Name, &|_| true)
}

#[test]
fn a_removal_is_found_with_what_stood_there() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "one\n  int old_name = 1;\n")], &[], "Start", 0);
    repo.commit(&[("src/b.c", "x\n")], &[], "Other", 1);
    let removed = repo.commit(&[("src/a.c", "one\n")], &[], "Drop it", 2);
    repo.commit(&[("src/b.c", "y\n")], &[], "Later", 3);
    let asked = ask(&repo, "old_name", 0, 3);
    assert_eq!(asked.cause(), (2, removed, CauseKind::Removed, "src/a.c".into()));
    let expected = Holder { path: "src/a.c".into(), line: 2, at: MainIx(1), text: "int old_name = 1;".into() };
    assert_eq!(asked.report.holders, [expected]);
    assert_eq!(asked.report.holder_count, 1);
    assert_eq!(asked.replacement(), None);
    assert_eq!(asked.report.hints.deleted_lines, 1);
}

#[test]
fn briefly_a_rename_is_a_loss_at_the_same_commit() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "int old_name = 1;\n")], &[], "Start", 0);
    let renamed = repo.commit(&[("src/a.c", "int new_name = 1;\n")], &[], "Rename it", 1);
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    let of = |brief| {
        let lost = Lost {
            matcher: &InSource("old_name"),
            text: "old_name",
            had: MainIx(0),
            lost: LostAt::At(MainIx(1)),
            moment: None,
            vote: VoteStyle::Name,
            exists_at_head: &|_| true,
            brief,
        };
        find(&objects, &mainline, &[lost]).remove(0).unwrap()
    };
    let (whole, brief) = (of(false), of(true));
    assert_eq!(whole.replacement.map(|r| r.text).as_deref(), Some("new_name"));
    assert_eq!(brief.replacement, None);
    let at = |cause: Result<FoundCause, NoCause>| cause.map(|c| (c.mainline, c.commit)).unwrap();
    assert_eq!(at(whole.cause), (MainIx(1), renamed));
    assert_eq!(at(brief.cause), (MainIx(1), renamed));
    assert_eq!(brief.holders, whole.holders);
}

#[test]
fn the_root_commit_may_be_the_only_one_that_had_it() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "old_name\n")], &[], "Start", 0);
    let removed = repo.commit(&[("src/a.c", "nothing\n")], &[], "Drop it", 1);
    let asked = ask(&repo, "old_name", 0, 1);
    assert_eq!(asked.cause().1, removed);
    assert_eq!(asked.report.holders[0].at, MainIx(0));
}

#[test]
fn a_flag_renamed_in_five_files_gets_five_votes() {
    let repo = Repo::new();
    let files = ["src/a.rs", "src/b.rs", "src/c.sh", "src/d.py", "src/e.go"];
    let with = |flag: &str| -> Vec<(&str, String)> {
        files.iter().map(|f| (*f, format!("first {f}\nrun(\"{flag}\", path, {f});\nlast\n"))).collect()
    };
    let commit = |flag: &str, day| {
        let files = with(flag);
        let files: Vec<(&str, &str)> = files.iter().map(|(p, c)| (*p, c.as_str())).collect();
        repo.commit(&files, &[], flag, day)
    };
    commit("--config-file", 0);
    repo.commit(&[("src/z", "z\n")], &[], "Other", 1);
    let renamed = commit("--config", 2);
    let asked = ask_with(&repo, "--config-file", (0, 2), Some(0), VoteStyle::Name, &|t| t == "--config");
    assert_eq!(asked.cause(), (2, renamed, CauseKind::Renamed, "src/a.rs".into()));
    assert_eq!(asked.replacement(), Some(("--config", 5, 5)));
    assert_eq!(asked.report.holder_count, 5);
    assert!(asked.report.holders.iter().all(|h| h.at == MainIx(0)), "as they stood at the moment");
}

#[test]
fn what_is_not_there_at_the_head_is_not_proposed() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", "run(\"--config-file\", path);\n")], &[], "Start", 0);
    repo.commit(&[("src/a.rs", "run(\"--config\", path);\n")], &[], "Rename", 1);
    let asked = ask_with(&repo, "--config-file", (0, 1), None, VoteStyle::Name, &|_| false);
    assert_eq!(asked.replacement(), None);
    assert_eq!(asked.cause().2, CauseKind::Removed);
}

#[test]
fn other_spellings_vote_and_the_answer_is_spelled_as_in_the_page() {
    let repo = Repo::new();
    let code = |a: &str, b: &str| format!("struct Options {{\n    {a}: Option<PathBuf>,\n}}\nshow(\"--{b}\");\n");
    repo.commit(&[("src/a.rs", &code("config_file", "config-file"))], &[], "Start", 0);
    repo.commit(&[("src/a.rs", &code("settings_path", "settings-path"))], &[], "Rename", 1);
    let asked = ask(&repo, "--config-file", 0, 1);
    assert_eq!(asked.replacement(), Some(("--settings-path", 2, 2)));
}

#[test]
fn a_move_to_another_file_is_no_loss() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "keep\nold_name\n")], &[], "Start", 0);
    repo.commit(&[("src/a.c", "keep\n"), ("src/b.c", "other\nold_name\n")], &[], "Move", 1);
    repo.commit(&[("src/x.c", "x\n")], &[], "Other", 2);
    let removed = repo.commit(&[("src/b.c", "other\n")], &[], "Drop it", 3);
    let asked = ask(&repo, "old_name", 0, 3);
    assert_eq!(asked.cause(), (3, removed, CauseKind::Removed, "src/b.c".into()));
    assert_eq!(asked.report.hints.moves, 1);
}

#[test]
fn a_copy_made_before_the_original_went_is_found_too() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "keep\nold_name\n")], &[], "Start", 0);
    repo.commit(&[("src/b.c", "old_name\n")], &[], "Copy", 1);
    repo.commit(&[("src/a.c", "keep\n")], &[], "Drop the original", 2);
    repo.commit(&[("src/x.c", "x\n")], &[], "Other", 3);
    let removed = repo.commit(&[("src/b.c", "\n")], &[], "Drop the copy", 4);
    assert_eq!(ask(&repo, "old_name", 0, 4).cause().1, removed);
}

#[test]
fn after_a_revert_the_last_loss_counts() {
    let repo = Repo::new();
    let (with, without) = ("a\nold_name\nb\n", "a\nb\n");
    repo.commit(&[("src/a.c", with)], &[], "Start", 0);
    repo.commit(&[("src/a.c", without)], &[], "Drop it", 1);
    repo.commit(&[("src/x.c", "x\n")], &[], "Other", 2);
    repo.commit(&[("src/x.c", "y\n")], &[], "Other", 3);
    repo.commit(&[("src/a.c", with)], &[], "Revert", 4);
    let last = repo.commit(&[("src/a.c", without)], &[], "Drop it again", 5);
    repo.commit(&[("src/x.c", "z\n")], &[], "Other", 6);
    let asked = ask(&repo, "old_name", 0, 6);
    assert_eq!(asked.cause(), (5, last, CauseKind::Removed, "src/a.c".into()));
    assert!(asked.report.hints.came_back);
}

#[test]
fn inside_a_merge_the_commit_on_the_branch_is_named() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "old_name(x, y);\n"), ("src/b.c", "b\n")], &[], "Start", 0);
    repo.branch("topic");
    repo.commit(&[("src/t.c", "t\n")], &[], "First of the branch", 1);
    let inner = repo.commit(&[("src/a.c", "new_name(x, y);\n")], &[], "Rename on the branch", 2);
    repo.commit(&[("src/t.c", "u\n")], &[], "Last of the branch", 3);
    repo.switch("main");
    repo.commit(&[("src/b.c", "c\n")], &[], "Meanwhile", 4);
    let merge = repo.merge("topic", &[], &[], "Merge topic", 5);
    repo.commit(&[("src/b.c", "d\n")], &[], "Later", 6);
    let asked = ask(&repo, "old_name", 0, 3);
    assert_eq!(asked.cause(), (2, inner, CauseKind::Renamed, "src/a.c".into()));
    assert_eq!(asked.ids[2], merge);
    assert_eq!(asked.replacement(), Some(("new_name", 1, 1)));
}

#[test]
fn a_branch_that_moves_it_first_and_merges_within_merges_are_seen_through() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "keep\nold_name\n")], &[], "Start", 0);
    repo.branch("topic");
    repo.commit(&[("src/a.c", "keep\n"), ("src/b.c", "old_name\n")], &[], "Move on the branch", 1);
    repo.branch("sub");
    let inner = repo.commit(&[("src/b.c", "nothing\n")], &[], "Drop it", 2);
    repo.switch("topic");
    repo.commit(&[("src/t.c", "t\n")], &[], "Meanwhile on the branch", 3);
    repo.merge("sub", &[], &[], "Merge sub", 4);
    repo.switch("main");
    repo.commit(&[("src/c.c", "c\n")], &[], "Meanwhile", 5);
    repo.merge("topic", &[], &[], "Merge topic", 6);
    assert_eq!(ask(&repo, "old_name", 0, 2).cause().1, inner);
}

#[test]
fn a_merge_that_drops_it_by_itself_is_the_cause() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "old_name\n")], &[], "Start", 0);
    repo.branch("topic");
    repo.commit(&[("src/t.c", "t\n")], &[], "On the branch", 1);
    repo.switch("main");
    repo.commit(&[("src/c.c", "c\n")], &[], "Meanwhile", 2);
    let merge = repo.merge("topic", &[("src/a.c", "nothing\n")], &[], "Merge topic", 3);
    assert_eq!(ask(&repo, "old_name", 0, 2).cause().1, merge);
}

#[test]
fn a_squash_is_a_commit_like_any_other() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "int old_name(int x);\n"), ("src/b.c", "call old_name(1, 2)\n")], &[], "Start", 0);
    let squash = repo.commit(
        &[("src/a.c", "int renamed(int x);\n"), ("src/b.c", "call renamed(1, 2)\nmore\n"), ("src/n.c", "n\n")],
        &[],
        "Everything at once (#7)",
        1,
    );
    let asked = ask(&repo, "old_name", 0, 1);
    assert_eq!(asked.cause(), (1, squash, CauseKind::Renamed, "src/a.c".into()));
    assert_eq!(asked.replacement(), Some(("renamed", 2, 2)));
}

#[test]
fn callers_that_migrate_before_the_definition_goes_vote() {
    let repo = Repo::new();
    repo.commit(
        &[
            ("src/lib.py", "def fetch_all(url):\n    return 1\n"),
            ("src/one.py", "x = fetch_all(one)\n"),
            ("src/two.py", "y = fetch_all(two, 2)\n"),
        ],
        &[],
        "Start",
        0,
    );
    repo.commit(&[("src/lib.py", "def collect(url):\n    pass\ndef fetch_all(url):\n    return 1\n")], &[], "Add", 1);
    repo.commit(&[("src/one.py", "x = collect(one)\n")], &[], "Migrate one", 2);
    repo.commit(&[("src/two.py", "y = collect(two, 2)\n")], &[], "Migrate two", 3);
    let gone = repo.commit(&[("src/lib.py", "def collect(url):\n    pass\n")], &[], "Drop the old one", 4);
    let asked = ask(&repo, "fetch_all", 0, 4);
    assert_eq!(asked.cause(), (4, gone, CauseKind::Renamed, "src/lib.py".into()));
    assert_eq!(asked.replacement(), Some(("collect", 2, 2)));
}

#[test]
fn a_chain_of_names_is_followed_to_the_one_that_is_there() {
    let repo = Repo::new();
    let code = |name: &str| format!("start\nrun({name}, path, mode);\nif {name} then go\nend\n");
    for (day, name) in ["first_name", "second_name", "third_name"].into_iter().enumerate() {
        repo.commit(&[("src/a.c", &code(name))], &[], name, i64::try_from(day).unwrap());
    }
    let asked = ask_with(&repo, "first_name", (0, 2), None, VoteStyle::Name, &|t| t == "third_name");
    assert_eq!(asked.cause().0, 1);
    assert_eq!(asked.replacement(), Some(("third_name", 2, 2)));
}

#[test]
fn a_file_renamed_in_the_same_commit_still_votes() {
    let repo = Repo::new();
    let body = "line one\nline two\nline three\nline four\nline five\n";
    repo.commit(&[("src/old.c", &format!("{body}set(old_name, 1);\n"))], &[], "Start", 0);
    repo.commit(&[("src/new.c", &format!("{body}set(better_name, 1);\n"))], &["src/old.c"], "Rename both", 1);
    assert_eq!(ask(&repo, "old_name", 0, 1).replacement(), Some(("better_name", 1, 1)));
}

#[test]
fn a_changed_default_gives_the_new_literal() {
    let repo = Repo::new();
    let code = |v: &str| format!("const OTHER: u32 = 7;\nconst TIMEOUT_SECONDS: u64 = {v};\nconst LAST: u32 = 9;\n");
    repo.commit(&[("src/a.rs", &code("30"))], &[], "Start", 0);
    let changed = repo.commit(&[("src/a.rs", &code("60"))], &[], "Wait longer", 1);
    let asked = ask_with(&repo, "30", (0, 1), None, VoteStyle::Literal, &|_| true);
    assert_eq!(asked.cause(), (1, changed, CauseKind::Changed, "src/a.rs".into()));
    assert_eq!(asked.replacement(), Some(("60", 1, 1)));
}

#[test]
fn what_only_the_working_tree_lost_has_no_commit() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "set(old_name, 1);\n"), ("src/b.c", "b\n")], &[], "Start", 0);
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    let changes = [
        Changed { path: "src/a.c".into(), content: Some(b"set(new_name, 1);\n".to_vec()) },
        Changed { path: "src/b.c".into(), content: None },
    ];
    let lost = Lost {
        matcher: &InSource("old_name"),
        text: "old_name",
        had: mainline.head(),
        lost: LostAt::Overlay(&changes),
        moment: None,
        vote: VoteStyle::Name,
        exists_at_head: &|_| true,
        brief: false,
    };
    let report = find(&objects, &mainline, &[lost]).remove(0).unwrap();
    assert_eq!(report.cause, Err(NoCause::Uncommitted));
    assert_eq!(report.holders.len(), 1);
    assert_eq!(report.replacement.unwrap().text, "new_name");
}

#[test]
fn what_is_asked_wrongly_is_said_and_nothing_panics() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "old_name\n")], &[], "Start", 0);
    repo.commit(&[("src/a.c", "old_name\nmore\n")], &[], "Keep", 1);
    repo.commit(&[("src/b.c", "b\n")], &[], "Other", 2);
    assert_eq!(ask(&repo, "old_name", 0, 1).report.cause, Err(NoCause::StillThere));
    assert_eq!(ask(&repo, "old_name", 1, 2).report.cause, Err(NoCause::NoHolder));
    assert_eq!(ask(&repo, "absent", 0, 1).report.cause, Err(NoCause::NoHolder));
    assert_eq!(ask(&repo, "old_name", 1, 1).report.cause, Err(NoCause::Interval));
    assert_eq!(ask(&repo, "old_name", 0, 99).report.cause, Err(NoCause::Interval));
}

#[test]
fn binary_and_huge_files_are_counted_as_unread() {
    let repo = Repo::new();
    let huge = vec![b'a'; scan::MAX_BLOB + 1];
    repo.commit_bytes(
        &[(b"src/a.c", b"old_name\n"), (b"src/bin", b"\0old_name\n"), (b"src/huge", &huge)],
        &[],
        "Start",
        0,
    );
    repo.commit_bytes(&[(b"src/a.c", b"\n"), (b"src/bin", b"\0\n"), (b"src/huge", b"\n")], &[], "Drop", 1);
    let asked = ask(&repo, "old_name", 0, 1);
    assert_eq!(asked.report.hints.unread, 2);
    assert_eq!(asked.cause().3, "src/a.c");
}

#[test]
fn many_claims_of_many_intervals_keep_their_order() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "alpha_one\nbeta_two\n")], &[], "Start", 0);
    let first = repo.commit(&[("src/a.c", "beta_two\n")], &[], "Drop alpha", 1);
    let second = repo.commit(&[("src/a.c", "\n")], &[], "Drop beta", 2);
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    let (alpha, beta) = (InSource("alpha_one"), InSource("beta_two"));
    let lost = |matcher: &'static str, m, had, end| Lost {
        matcher: m,
        text: matcher,
        had: MainIx(had),
        lost: LostAt::At(MainIx(end)),
        moment: None,
        vote: VoteStyle::Name,
        exists_at_head: &|_: &str| true,
        brief: false,
    };
    let claims =
        [lost("beta_two", &beta as &dyn Matcher, 1, 2), lost("alpha_one", &alpha, 0, 2), lost("beta_two", &beta, 0, 2)];
    let commits: Vec<Oid> =
        find(&objects, &mainline, &claims).into_iter().map(|r| r.unwrap().cause.unwrap().commit).collect();
    assert_eq!(commits, [second, first, second]);
}

#[test]
fn a_note_on_the_old_name_counts_where_its_callers_left_long_ago() {
    let repo = Repo::new();
    let with = "fn collect() {}\n\n#[deprecated(note = \"use `collect` instead of fetch_all\")]\nfn fetch_all() {}\n";
    repo.commit(&[("src/a.rs", with)], &[], "Start", 0);
    repo.commit(&[("src/a.rs", "fn collect() {}\n")], &[], "Drop it", 1);
    let asked = ask(&repo, "fetch_all", 0, 1);
    assert_eq!(asked.replacement(), Some(("collect", 1, 1)));
    assert_eq!(asked.report.hints.deleted_lines, 1);
}

#[test]
fn on_all_threads_the_answers_are_the_same() {
    let repo = Repo::new();
    repo.commit(&[("src/a.c", "alpha_one(x, y)\nbeta_two(x, y)\n")], &[], "Start", 0);
    repo.commit(&[("src/a.c", "alpha_first(x, y)\nbeta_two(x, y)\n")], &[], "Rename alpha", 1);
    repo.commit(&[("src/a.c", "alpha_first(x, y)\n")], &[], "Drop beta", 2);
    let objects = GitObjects::new(repo.git2()).unwrap();
    let mainline = Mainline::walk(&objects, repo.head(), &|_| false).unwrap();
    let claims: Vec<(InSource, u32, u32)> =
        [("alpha_one", 0, 1), ("beta_two", 1, 2), ("alpha_one", 0, 2), ("gone", 0, 2)]
            .map(|(term, had, end)| (InSource(term), had, end))
            .into();
    let lost: Vec<Lost<'_>> = claims
        .iter()
        .map(|(matcher, had, end)| Lost {
            matcher,
            text: matcher.0,
            had: MainIx(*had),
            lost: LostAt::At(MainIx(*end)),
            moment: None,
            vote: VoteStyle::Name,
            exists_at_head: &|_| true,
            brief: false,
        })
        .collect();
    let path = repo.path();
    let reader = |call: &mut dyn FnMut(&dyn crate::history::Objects)| -> Result<(), git2::Error> {
        let repository = git2::Repository::open(path)?;
        call(&GitObjects::new(&repository)?);
        Ok(())
    };
    let all: Vec<CauseReport> =
        find_all(reader, &mainline, &Holdings::default(), &lost).unwrap().into_iter().map(Result::unwrap).collect();
    let one: Vec<CauseReport> = find(&objects, &mainline, &lost).into_iter().map(Result::unwrap).collect();
    assert_eq!(all, one);
    assert_eq!(all[0].replacement.as_ref().unwrap().text, "alpha_first");
    assert_eq!(all[3].cause, Err(NoCause::NoHolder));
}

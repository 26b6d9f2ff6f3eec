//! `shelflife.toml`, as the program finds and obeys it.

use std::fs;

use crate::cli::stale;
use crate::support::Repo;
use crate::support::program::{Run, run};

fn audit(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo.path(), ["audit", "--now", "2020-06-01"].iter().chain(arguments))
}

fn with(config: &str) -> (Repo, Run) {
    let repo = stale();
    repo.write("shelflife.toml", config);
    let run = audit(&repo, &[]);
    (repo, run)
}

#[test]
fn each_setting_is_obeyed() {
    for (config, status) in [
        ("", 1),
        ("fail_on = \"never\"", 0),
        ("[documents]\nexclude = [\"docs/\"]", 0),
        ("[documents]\nexclude = [\"doc/**\"]", 1),
        ("[rules.dead-path]\nenabled = false", 0),
        ("[rules.dead-path]\nseverity = \"note\"", 0),
        ("fail_on = \"error\"\n[rules.dead-path]\nseverity = \"error\"", 1),
        ("jobs = 1\n[cache]\nmax = \"1MB\"\n[export]\nmax_excluded = 1.0", 1),
    ] {
        let (_, run) = with(config);
        run.ended(status);
    }
}

#[test]
fn the_command_line_goes_before_the_file() {
    let (repo, run) = with("fail_on = \"never\"\n[rules.dead-path]\nenabled = false");
    run.ended(0);
    // `--rule` runs what is switched off, and a flag equal to the default is not lost.
    audit(&repo, &["--rule", "dead-path", "--fail-on", "warning"]).ended(1);
}

#[test]
fn pages_are_included() {
    let repo = stale();
    repo.commit(&[("notes/today.txt", "The main file is `src/main.rs`.\n")], &[], "Note", 11);
    repo.commit(&[], &["src/main.rs"], "Drop main", 12);
    let count = |run: Run| run.stdout.matches("notes/today.txt").count();
    assert_eq!(count(audit(&repo, &[])), 0);
    repo.write("shelflife.toml", "[documents]\ninclude = [\"notes/*.txt\"]");
    assert!(count(audit(&repo, &[])) > 0);
}

#[test]
fn a_mistake_is_pointed_at() {
    let (repo, run) = with("# my settings\n[documents]\nexlude = [\"docs/**\"]\n");
    let run = run.ended(2);
    let file = repo.path().join("shelflife.toml");
    let expected = format!("error: {}:3:1: unknown key `exlude`\nhelp: did you mean `exclude`?\n", file.display());
    assert_eq!((run.stderr.as_str(), run.stdout.as_str()), (expected.as_str(), ""));
    let (_, run) = with("[rules.dead-fla]\n");
    assert!(run.ended(2).stderr.contains(":1:8: unknown rule `dead-fla`\nhelp: did you mean `dead-flag`?"));
    let (_, run) = with("fail_on = \"warn\"");
    assert!(run.ended(2).stderr.contains(":1:11: "));
}

#[test]
fn only_the_audited_root_is_looked_at() {
    let repo = stale();
    // Above the repository, in the caller's folder, and in a folder of the repository.
    fs::write(repo.beside("shelflife.toml"), "nonsense").unwrap();
    repo.write("docs/shelflife.toml", "nonsense");
    let elsewhere = repo.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("shelflife.toml"), "nonsense").unwrap();
    audit(&repo, &[]).ended(1);
    run(&repo.path().join("docs"), ["audit"]).ended(1);
    run(&elsewhere, ["audit", repo.path().to_str().unwrap()]).ended(1);
    // And it is looked at from everywhere.
    repo.write("shelflife.toml", "fail_on = \"never\"");
    run(&repo.path().join("docs"), ["audit"]).ended(0);
    run(&elsewhere, ["audit", repo.path().to_str().unwrap()]).ended(0);
}

#[test]
fn a_file_that_is_given_stands_for_the_one_that_is_found() {
    let (repo, run) = with("nonsense = ");
    run.ended(2);
    let given = repo.beside("given.toml");
    fs::write(&given, "fail_on = \"never\"").unwrap();
    audit(&repo, &["--config", given.to_str().unwrap()]).ended(0);
    let missing = audit(&repo, &["--config", "missing.toml"]).ended(2);
    assert!(missing.stderr.contains("missing.toml could not be read"), "{}", missing.stderr);
}

#[test]
fn what_is_found_decides_no_destination() {
    let (_, run) = with("fail_on = \"never\"\n[judge]\nbase_url = \"https://example.org\"\n");
    let run = run.ended(0);
    assert!(run.stderr.starts_with("warning: ") && run.stderr.contains(":2:2: `judge` is ignored"), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
}

#[test]
fn a_baseline_stands_beside_its_configuration() {
    let repo = stale();
    audit(&repo, &["--write-baseline", "known.json"]).ended(0);
    repo.write("shelflife.toml", "baseline = \"known.json\"");
    run(&repo.path().join("docs"), ["audit"]).ended(0);
    audit(&repo, &["--baseline", "other.json"]);
    repo.write("shelflife.toml", "baseline = \"../known.json\"");
    assert!(audit(&repo, &[]).ended(2).stderr.contains("leads out of the repository"));
}

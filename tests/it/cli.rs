//! The command line: every option, exit status and kind of bad input.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::program::{Run, finish, program, run};
use crate::support::{Repo, git_in};

/// A page that names two files, one of which was removed later.
pub fn stale() -> Repo {
    let repo = Repo::new();
    let page = "# Guide\n\nThe settings are read in `src/settings.rs`, the rest in `src/main.rs`.\n";
    let files =
        [("docs/guide.md", page), ("src/settings.rs", "pub struct Settings;\n"), ("src/main.rs", "fn main() {}\n")];
    repo.commit(&files, &[], "Begin", 0);
    repo.commit(&[("src/main.rs", "fn main() { run() }\n")], &["src/settings.rs"], "Drop the settings", 10);
    repo
}

fn fresh() -> Repo {
    let repo = Repo::new();
    repo.commit(
        &[("README.md", "# Hello\n\nSee `src/main.rs`.\n"), ("src/main.rs", "fn main() {}\n")],
        &[],
        "Begin",
        0,
    );
    repo
}

fn audit(repo: &Repo, arguments: &[&str]) -> Run {
    run(repo.path(), ["audit", "--now", "2020-06-01"].iter().chain(arguments))
}

fn findings(audit: &Value) -> &Vec<Value> {
    audit["findings"].as_array().unwrap()
}

#[test]
fn what_is_stale_is_reported_with_its_proof() {
    let run = audit(&stale(), &[]).ended(1);
    assert!(run.stdout.contains("docs/guide.md:3:27"), "{}", run.stdout);
    for part in ["dead-path", "src/settings.rs", "Drop the settings", "2020-01-11"] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
    assert!(!run.stdout.contains("src/main.rs`"), "{}", run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn what_is_right_ends_clean() {
    let run = audit(&fresh(), &[]).ended(0);
    assert!(run.stdout.contains("1 document"), "{}", run.stdout);
}

#[test]
fn a_folder_within_and_another_current_folder_give_the_same_audit() {
    let repo = stale();
    let whole = audit(&repo, &["--format", "json"]).ended(1);
    let within = run(&repo.path().join("docs"), ["audit", "--now", "2020-06-01", "--format", "json"]).ended(1);
    let path = repo.path().to_str().unwrap();
    let outside =
        run(&std::env::temp_dir(), ["audit", path, "--now", "2020-06-01", "--format", "json", "--no-cache"]).ended(1);
    assert_eq!(whole.stdout, within.stdout);
    assert_eq!(whole.stdout, outside.stdout);
}

#[test]
fn the_exit_status_follows_fail_on() {
    let repo = stale();
    let severity = audit(&repo, &["--format", "json"]).json()["findings"][0]["severity"].clone();
    let order = ["note", "warning", "error", "never"];
    let rank = order.iter().position(|s| severity == *s).unwrap();
    for (at, level) in order.iter().enumerate() {
        let run = audit(&repo, &["--fail-on", level]).ended(i32::from(at <= rank));
        assert!(run.stdout.contains("src/settings.rs"), "the report depends on no status: {}", run.stdout);
    }
}

#[test]
fn every_form_comes_from_one_run() {
    let repo = stale();
    let out = repo.beside("out");
    fs::create_dir(&out).unwrap();
    let name = |file: &str| out.join(file).to_str().unwrap().to_owned();
    let (json, sarif, txt) = (name("a.json"), name("a.SARIF"), name("a.txt"));
    let plain = audit(&repo, &["-o", &json, "--output", &sarif, "-o", &txt, "-o", "-"]).ended(1);
    assert_eq!(fs::read_to_string(&txt).unwrap(), plain.stdout);
    assert_eq!(fs::read_to_string(&json).unwrap(), audit(&repo, &["--format", "json"]).ended(1).stdout);
    assert_eq!(fs::read_to_string(&sarif).unwrap(), audit(&repo, &["--format", "sarif"]).ended(1).stdout);
    let parsed: Value = serde_json::from_str(&fs::read_to_string(&sarif).unwrap()).unwrap();
    assert_eq!(parsed["version"], "2.1.0");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3, "no temporary file is left");
}

#[test]
fn outputs_that_can_t_be_are_refused_before_the_audit() {
    let repo = stale();
    for (file, message) in [
        ("report", "`report` has no extension"),
        ("report.pdf", "`report.pdf` has no extension that names a form"),
        ("none/a.json", "there is no folder `none`"),
    ] {
        let run = audit(&repo, &["-o", file]).ended(2);
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    assert!(audit(&repo, &["-o", "report.pdf"]).stderr.contains("help: one of .txt, .json, .sarif, .html, .md"));
    audit(&repo, &["-o", "a.json", "-o", "a.json"]).ended(2);
    audit(&repo, &["--write-baseline", "none/b.json"]).ended(2);
}

#[test]
fn a_report_that_can_t_be_written_keeps_no_other_from_it() {
    let repo = stale();
    // A full disk, as far as a test can have one.
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = repo.beside("full.json");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let good = repo.beside("good.json");
    let run = audit(&repo, &["-o", full.to_str().unwrap(), "-o", good.to_str().unwrap()]).ended(3);
    assert!(run.stderr.contains("full.json` could not be written: "), "{}", run.stderr);
    assert!(good.exists() && run.stdout.contains("src/settings.rs"));
    let mut stdout = program(repo.path());
    stdout.args(["audit"]).stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let run = finish(&mut stdout).ended(3);
    assert!(run.stderr.contains("the output could not be written"), "{}", run.stderr);
}

#[test]
fn only_the_asked_rules_run() {
    let repo = stale();
    let run = audit(&repo, &["--rule", "dead-flag", "--format", "json"]).ended(0);
    assert!(findings(&run.json()).is_empty());
    let run = audit(&repo, &["--rule", "dead-flag", "--rule", "dead-path", "--format", "json"]).ended(1);
    assert_eq!(findings(&run.json()).len(), 1);
    let run = audit(&repo, &["--rule", "dead-paht"]).ended(2);
    assert_eq!(run.stderr, "error: there is no rule `dead-paht`\nhelp: did you mean `dead-path`?\n");
}

#[test]
fn confidence_filters_and_is_counted() {
    let repo = stale();
    let low = audit(&repo, &["--min-confidence", "low", "--format", "json"]).json();
    let high = audit(&repo, &["--min-confidence", "high", "--format", "json"]).json();
    let is_high = |f: &&Value| f["confidence"]["level"] == "high";
    assert!(!findings(&low).is_empty());
    assert_eq!(findings(&high).len(), findings(&low).iter().filter(is_high).count());
    let hidden = high["summary"]["below_confidence"].as_u64().unwrap();
    assert_eq!(hidden as usize, findings(&low).len() - findings(&high).len());
}

#[test]
fn a_baseline_hides_what_is_known_and_nothing_else() {
    let repo = stale();
    let known = repo.beside("known.json");
    let known = known.to_str().unwrap();
    audit(&repo, &["--write-baseline", known]).ended(0);
    let run = audit(&repo, &["--baseline", known, "--format", "json"]).ended(0);
    let audited = run.json();
    assert!(findings(&audited).is_empty());
    assert_eq!(audited["summary"]["baselined"], 1);
    assert_eq!(audited["suppressed"][0]["by"], "baseline");
    // Written again over itself it still holds what it hides.
    audit(&repo, &["--baseline", known, "--write-baseline", known]).ended(0);
    audit(&repo, &["--baseline", known]).ended(0);
    // Another finding is news.
    repo.commit(&[("docs/more.md", "# More\n\nSee `src/main.rs`.\n")], &[], "Write more", 20);
    repo.commit(&[], &["src/main.rs"], "Drop main", 30);
    let run = audit(&repo, &["--baseline", known, "--format", "json"]).ended(1);
    assert!(run.json()["findings"].as_array().unwrap().iter().all(|f| f["location"]["text"] == "src/main.rs"));
}

#[test]
fn a_baseline_that_is_none_is_an_error() {
    let repo = stale();
    let none = audit(&repo, &["--baseline", "missing.json"]);
    assert!(none.status == 2 || none.status == 3, "{none:?}");
    assert!(none.stderr.starts_with("error: ") && none.stderr.contains("missing.json"), "{}", none.stderr);
    let bad = repo.beside("bad.json");
    fs::write(&bad, "{\"version\": 1, \"findings\": 3}").unwrap();
    let bad = audit(&repo, &["--baseline", bad.to_str().unwrap()]);
    assert!(bad.status == 2 || bad.status == 3, "{bad:?}");
    assert!(bad.stderr.contains("bad.json"), "{}", bad.stderr);
}

#[test]
fn strict_ends_with_four_where_something_is_open() {
    let repo = stale();
    audit(&repo, &["--strict"]).ended(1);
    audit(&fresh(), &["--strict"]).ended(0);
    let shallow = repo.clone_with("shallow", &["--depth=1"]);
    let arguments = ["audit", "--now", "2020-06-01", "--format", "json"];
    let relaxed = run(&shallow, arguments).ended(0);
    let open = relaxed.json();
    assert!(!open["inconclusive"].as_array().unwrap().is_empty(), "{}", relaxed.stdout);
    assert_eq!(open["systems"][0]["shallow"], true);
    run(&shallow, arguments.iter().chain(&["--strict"])).ended(4);
}

#[test]
fn the_same_now_gives_the_same_bytes() {
    let repo = stale();
    for form in ["plain", "json", "sarif"] {
        let first = audit(&repo, &["--format", form, "--jobs", "1"]).ended(1);
        let again = audit(&repo, &["--format", form, "-j", "4", "--no-cache"]).ended(1);
        assert_eq!(first.stdout, again.stdout, "{form}");
    }
    let day = audit(&repo, &["--format", "json"]).json();
    let moment = run(repo.path(), ["audit", "--format", "json", "--now", "2020-06-01T09:00:00+09:00"]).json();
    assert_eq!(day["now"], "2020-06-01T00:00:00Z");
    assert_eq!(day, moment);
}

#[test]
fn the_cache_goes_where_it_is_told() {
    let repo = stale();
    let cache = repo.beside("cache");
    audit(&repo, &["--no-cache"]).ended(1);
    assert!(!cache.exists());
    let own = repo.beside("own");
    let own = own.to_str().unwrap();
    audit(&repo, &["--cache-dir", own]).ended(1);
    assert!(!cache.exists());
    audit(&repo, &[]).ended(1);
    run(repo.path(), ["audit", "--no-cache", "--cache-dir", own]).ended(2);
    let info = run(repo.path(), ["cache", "info", "--cache-dir", own]).ended(0);
    assert!(info.stdout.starts_with(own), "{}", info.stdout);
    fs::create_dir_all(own).unwrap();
    let foreign = Path::new(own).join("keep.txt");
    fs::write(&foreign, "not ours").unwrap();
    fs::write(Path::new(own).join(shelflife::config::cache::FILE_NAME), vec![0; 2048]).unwrap();
    let info = run(repo.path(), ["cache", "info", "--cache-dir", own]).ended(0);
    assert!(info.stdout.contains("KiB"), "{}", info.stdout);
    run(repo.path(), ["cache", "clean", "--cache-dir", own]).ended(0);
    assert!(foreign.exists() && !Path::new(own).join(shelflife::config::cache::FILE_NAME).exists());
    assert!(run(repo.path(), ["cache", "info", "--cache-dir", own]).ended(0).stdout.contains("0 bytes"));
}

#[test]
fn colour_follows_flag_and_environment() {
    let repo = stale();
    let coloured = |arguments: &[&str], set: &[(&str, &str)]| {
        let mut command = program(repo.path());
        command.args(["audit", "--now", "2020-06-01"]).args(arguments).envs(set.iter().copied());
        finish(&mut command).ended(1).stdout.contains("\x1b[")
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn names_of_others_reach_no_terminal_raw() {
    let repo = Repo::new();
    let evil = "Drop \x1b]0;owned\x07 \u{202e}it\x1b[2J";
    let page = "# T\x1b[31m\n\nThe file `src/gone.rs` \u{202e}does it.\n";
    repo.commit(
        &[("a\x1b[2J\n\u{202e}.md", page), ("src/gone.rs", "fn f() {}\n"), ("src/x.rs", "\n")],
        &[],
        "Begin",
        0,
    );
    repo.author("E\x1b[31mve", "eve@example.org").commit(&[], &["src/gone.rs"], evil, 1);
    let run = audit(&repo, &["--fail-on", "never"]).ended(0);
    let harmful = |text: &str| text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
    assert!(run.stdout.contains("\\x1b[2J"), "{}", run.stdout);
    assert!(!harmful(&run.stdout) && !harmful(&run.stderr), "{:?}", run);
    let missing = run_in_temp(&["audit", "no\x1b[2Jsuch"]).ended(3);
    assert!(!harmful(&missing.stderr), "{:?}", missing.stderr);
}

fn run_in_temp(arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("within");
    fs::create_dir(&within).unwrap();
    run(&within, arguments)
}

#[test]
fn what_is_no_repository_ends_with_three() {
    for arguments in [&["audit"] as &[&str], &["audit", "missing"]] {
        let run = run_in_temp(arguments).ended(3);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let empty = Repo::new();
    let run = audit(&empty, &[]).ended(3);
    assert!(run.stderr.contains("no commits yet"), "{}", run.stderr);
}

#[test]
fn a_bare_repository_is_audited_by_its_head_and_its_own_configuration() {
    let repo = stale();
    let bare = repo.clone_with("bare.git", &["--bare"]);
    run(&bare, ["audit", "--now", "2020-06-01"]).ended(1);
    repo.commit(&[("shelflife.toml", "fail_on = \"never\"\n")], &[], "Configure", 11);
    git_in(&bare, &["fetch", "--quiet", "origin", "main:main"]);
    run(&bare, ["audit", "--now", "2020-06-01"]).ended(0);
}

#[test]
fn bad_usage_ends_with_two_and_says_what_would_do() {
    for (arguments, message) in [
        (&["audit", "--colour", "never"] as &[&str], "help: a similar argument exists: '--color'"),
        (&["adit"], "help: a similar subcommand exists: 'audit'"),
        (&["audit", "--min-confidence", "hi"], "help: possible values: low, medium, high"),
        (&["audit", "--fail-on", "x"], "help: possible values: note, warning, error, never"),
        (&["audit", "--format", "xml"], "help: possible values: plain, json, sarif, html, markdown"),
        (&["audit", "--jobs", "0"], "a number from 1 to 1024"),
        (&["audit", "--jobs", "-1"], "error: "),
        (&["audit", "--now", "yesterday"], "a day such as 2026-01-31"),
        (&["audit", "--now", "2020-02-30"], "a day such as 2026-01-31"),
        (&["audit", "a", "b"], "error: unexpected argument 'b'"),
        (&["audit", "--output"], "error: a value is required"),
        (&["rules", "dead-flags"], "help: did you mean `dead-flag`?"),
        (&["rules", "zzzzzzzzzzz"], "help: `shelflife rules` lists them"),
        (&["generate", "completions", "basic"], "error: invalid value 'basic'"),
        (&[], "Usage: shelflife"),
    ] {
        let run = run_in_temp(arguments).ended(2);
        assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let list = run_in_temp(&["rules"]).ended(0).stdout;
    for rule in shelflife::rule::registry::all() {
        assert!(list.contains(rule.id()), "{}", rule.id());
        let one = run_in_temp(&["rules", rule.id()]).ended(0).stdout;
        assert!(one.contains(rule.id()) && one.lines().count() > 10, "{one}");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    for arguments in [
        &["--help"] as &[&str],
        &["-h"],
        &["help", "audit"],
        &["audit", "--help"],
        &["rules", "--help"],
        &["cache", "--help"],
        &["generate", "--help"],
    ] {
        let run = run_in_temp(arguments).ended(0);
        assert!(run.stdout.contains("Examples:\n  shelflife "), "{arguments:?}: {}", run.stdout);
        assert_eq!(run.stderr, "");
    }
    let version = run_in_temp(&["--version"]).ended(0).stdout;
    assert_eq!(version, format!("shelflife {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_closed_pipe_ends_with_zero() {
    let repo = stale();
    for arguments in
        [&["audit", "--format", "json"] as &[&str], &["rules"], &["--help"], &["generate", "completions", "bash"]]
    {
        let mut child =
            program(repo.path()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn everything_that_is_generated_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("within");
    fs::create_dir(&within).unwrap();
    run(&within, ["generate", "schema", "a/b"]).ended(0);
    assert_eq!(fs::read_dir(within.join("a/b")).unwrap().count(), shelflife::schema::all().len());
    run(&within, ["generate", "man", "man"]).ended(0);
    let page = fs::read_to_string(within.join("man/shelflife-audit.1")).unwrap();
    assert!(page.contains("min\\-confidence"), "{page}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&within, ["generate", "completions", shell]).ended(0).stdout;
        assert!(script.contains("min-confidence"), "{shell}");
    }
    fs::write(within.join("file"), "").unwrap();
    run(&within, ["generate", "schema", "file"]).ended(3);
}

#[test]
fn nothing_is_drawn_where_stderr_is_no_terminal() {
    let run = audit(&stale(), &["--no-progress"]).ended(1);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_heading_renamed_on_a_branch_is_blamed_on_the_commit_of_the_branch() {
    let repo = Repo::new();
    let guide = |heading: &str| format!("# Guide\n\nWords.\n\n## {heading}\n\nMore words.\n");
    repo.commit(
        &[("docs/guide.md", &guide("Rotating keys")), ("docs/index.md", "See [keys](guide.md#rotating-keys).\n")],
        &[],
        "Begin",
        0,
    );
    repo.branch("side");
    let renamed = repo.commit(&[("docs/guide.md", &guide("Key rotation"))], &[], "Name the section anew", 10);
    repo.commit(&[("docs/other.md", "# Other\n\nWords.\n")], &[], "Add a page", 11);
    repo.switch("main");
    repo.commit(&[("code.c", "int a;\n")], &[], "Add code", 12);
    repo.merge("side", &[], &[], "Merge side", 13);
    let audit = run(repo.path(), ["audit", "--format", "json", "--now", "2020-06-01", "--no-cache"]).json();
    let finding = &audit["findings"][0];
    assert_eq!(finding["rule"], "dead-link", "{audit}");
    assert_eq!(finding["evidence"]["cause"]["commit"]["id"], renamed.to_string(), "{finding}");
}

//! The cache through the program itself: it makes an audit fast, and no audit another one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Repo, scrub};

const NOW: &str = "2026-01-01T00:00:00Z";

fn command(repo: &Repo, cache: Option<&Path>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shelflife"));
    scrub(&mut command);
    command.arg("audit").arg(repo.path()).args(["--format", "json", "--no-progress"]).args(arguments);
    if !arguments.contains(&"--now") {
        command.args(["--now", NOW]);
    }
    match cache {
        Some(folder) => command.arg("--cache-dir").arg(folder),
        None => command.arg("--no-cache"),
    };
    command
}

/// The report, and what stood on stderr.
fn audit(repo: &Repo, cache: Option<&Path>, arguments: &[&str]) -> (String, String) {
    let output = command(repo, cache, arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{stderr}");
    (String::from_utf8(output.stdout).unwrap(), stderr)
}

/// Asserts that an audit with the cache in `cache`, once and once more, is the same as one without.
#[track_caller]
fn same(repo: &Repo, cache: &Path, arguments: &[&str]) -> String {
    let cold = audit(repo, None, arguments).0;
    assert_eq!(audit(repo, Some(cache), arguments), (cold.clone(), String::new()));
    assert_eq!(audit(repo, Some(cache), arguments), (cold.clone(), String::new()));
    cold
}

const PAGE: &str = "# Settings\n\nThe defaults are read from `src/config/defaults.c` at start, by `read_defaults()`.\n";
const CODE: &str = "int read_defaults(void)\n{\n\treturn 42;\n}\n";

fn repo() -> Repo {
    let repo = Repo::new();
    repo.commit(
        &[("docs/settings.md", PAGE), ("src/config/defaults.c", CODE), ("src/main.c", "int main;\n")],
        &[],
        "Begin",
        0,
    );
    repo.commit(&[("src/main.c", "int main2;\n")], &["src/config/defaults.c"], "Remove the defaults", 10);
    repo
}

#[test]
fn whatever_changes_the_audit_with_a_cache_is_the_one_without() {
    let repo = repo();
    let cache = repo.beside("cache");
    let first = same(&repo, &cache, &[]);
    assert!(first.contains("dead-path"));
    // Options.
    assert!(!same(&repo, &cache, &["--rule", "dead-symbol"]).contains("\"dead-path\""));
    same(&repo, &cache, &["--min-confidence", "low"]);
    same(&repo, &cache, &["--now", "2026-01-01T12:34:56Z"]);
    same(&repo, &cache, &["--now", "2031-05-06T00:00:00Z"]);
    // One commit more, to a page, to code, and to neither.
    repo.commit(&[("docs/more.md", "# More\n\nSee `src/main.c`.\n")], &[], "A page", 11);
    assert_ne!(same(&repo, &cache, &[]), first);
    repo.commit(&[("src/config/defaults.c", CODE)], &[], "Back again", 12);
    assert!(!same(&repo, &cache, &[]).contains("\"dead-path\""));
    repo.commit(&[("LICENSE", "free\n")], &[], "License", 13);
    same(&repo, &cache, &[]);
    // What lies on disk.
    repo.write("docs/settings.md", &format!("{PAGE}\nOne line more.\n"));
    let edited = same(&repo, &cache, &[]);
    repo.write("docs/settings.md", &format!("{PAGE}\nTwo lines more.\n"));
    assert_ne!(same(&repo, &cache, &[]), edited);
    repo.delete("src/main.c");
    same(&repo, &cache, &[]);
    repo.stage("src/main.c");
    same(&repo, &cache, &[]);
    // The configuration.
    repo.write("shelflife.toml", "[documents]\nexclude = [\"docs/more.md\"]\n");
    assert!(!same(&repo, &cache, &[]).contains("docs/more.md"));
    repo.write("shelflife.toml", "[rules.dead-path]\nenabled = false\n");
    same(&repo, &cache, &[]);
}

#[test]
fn a_release_that_a_branch_tells_is_read_anew_where_the_branch_moves() {
    let repo = Repo::new();
    let page = "# One\n\nThe defaults are read from `src/config/defaults.c` at start.\n";
    repo.commit(
        &[("guides/one/a.md", page), ("src/config/defaults.c", CODE), ("src/main.c", "int a;\n")],
        &[],
        "Begin",
        0,
    );
    repo.git(&["branch", "maint"]);
    repo.commit(
        &[("shelflife.toml", "[[version]]\ndocs = \"guides/{v}/**\"\nref = \"maint\"\n")],
        &["src/config/defaults.c"],
        "Remove the defaults",
        10,
    );
    let cache = repo.beside("cache");
    assert!(!same(&repo, &cache, &[]).contains("\"dead-path\""));
    repo.git(&["branch", "-f", "maint", "HEAD"]);
    assert!(same(&repo, &cache, &[]).contains("\"dead-path\""));
}

#[test]
fn a_comment_ends_on_its_day_though_the_audit_was_kept() {
    let repo = repo();
    let page =
        format!("<!-- shelflife-ignore dead-path: moving until=2026-01-31 -->\n{}", PAGE.replace("# Settings\n\n", ""));
    repo.commit(&[("docs/settings.md", &page)], &[], "Hide it", 11);
    let cache = repo.beside("cache");
    let hidden = same(&repo, &cache, &["--now", "2026-01-31T23:59:59Z"]);
    let ended = same(&repo, &cache, &["--now", "2026-02-01T00:00:00Z"]);
    assert_ne!(hidden, ended);
    assert!(ended.contains("expired-suppression"));
}

#[test]
fn a_baseline_is_read_each_time() {
    let repo = repo();
    let cache = repo.beside("cache");
    let baseline = repo.beside("baseline.json");
    let name = baseline.to_str().unwrap();
    command(&repo, None, &["--write-baseline", name]).output().unwrap();
    let hidden = same(&repo, &cache, &["--baseline", name]);
    fs::write(&baseline, fs::read_to_string(&baseline).unwrap().replace("dead-path", "dead-link")).unwrap();
    command(&repo, None, &["--write-baseline", name, "--rule", "dead-link"]).output().unwrap();
    assert_ne!(same(&repo, &cache, &["--baseline", name]), hidden);
}

#[test]
fn a_second_audit_reads_no_content() {
    let repo = repo();
    let cache = repo.beside("cache");
    let cold = audit(&repo, Some(&cache), &[]).0;
    // Only the head's commit and trees, and what names it, are left.
    let keep = repo.git(&["ls-tree", "-r", "-t", "HEAD"]);
    let mut lost = 0;
    for line in keep.lines().filter(|line| line.contains(" blob ")) {
        let id = line.split_whitespace().nth(2).unwrap();
        let file = repo.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
        if fs::remove_file(file).is_ok() {
            lost += 1;
        }
    }
    assert!(lost > 0);
    assert_eq!(audit(&repo, Some(&cache), &[]), (cold, String::new()));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().map(|e| e.unwrap().path()).collect()
}

#[test]
fn the_cache_is_one_file_of_the_user_and_nothing_is_written_elsewhere() {
    let repo = repo();
    let cache = repo.beside("deep/er/cache");
    let before = repo.git(&["status", "--porcelain", "--ignored"]);
    same(&repo, &cache, &[]);
    let found = files(&cache);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(fs::metadata(&found[0]).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(repo.git(&["status", "--porcelain", "--ignored"]), before);
    // Without a cache none is looked at or made.
    let other = repo.beside("other");
    let mut command = command(&repo, None, &[]);
    command.env("XDG_CACHE_HOME", &other).output().unwrap();
    assert!(!other.exists());
    repo.write("shelflife.toml", "[cache]\nmax = \"0\"\n");
    let none = repo.beside("none");
    same(&repo, &none, &[]);
    assert!(!none.exists());
}

#[test]
fn info_and_clean_speak_of_the_file() {
    let repo = repo();
    let cache = repo.beside("cache");
    audit(&repo, Some(&cache), &[]);
    let run = |action: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shelflife"));
        scrub(&mut command);
        let output = command.args(["cache", action, "--cache-dir"]).arg(&cache).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let said = run("info");
    assert!(said.contains("cache.sqlite3") && said.contains("KiB"), "{said}");
    assert!(run("clean").contains("freed"));
    assert_eq!(files(&cache), [""; 0].map(PathBuf::from));
    same(&repo, &cache, &[]);
}

#[test]
fn a_run_killed_at_any_time_leaves_a_cache_that_serves() {
    let repo = repo();
    let cold = audit(&repo, None, &[]).0;
    let cache = repo.beside("cache");
    for rounds in 0..12_u32 {
        let mut child = command(&repo, Some(&cache), &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Asked more often each time before it is killed: from its start to long after its end.
        for _ in 0..4_u32.pow(rounds) {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().ok();
        child.wait().unwrap();
        assert_eq!(audit(&repo, Some(&cache), &[]), (cold.clone(), String::new()));
        fs::remove_dir_all(&cache).unwrap();
    }
}

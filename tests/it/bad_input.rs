//! Bad input through the program itself: it ends, says what it left out, and loses nothing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{Repo, Traps, git_in, lose_blob, scrub};

/// One run of `shelflife audit`.
struct Audit {
    status: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
}

impl Audit {
    fn of(output: Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Self { status: output.status.code(), stdout: output.stdout, stderr }
    }

    fn run(path: &Path, arguments: &[&str]) -> Self {
        Self::of(command(path, arguments).output().unwrap())
    }

    /// The report, of a run that could be done.
    fn report(&self) -> Value {
        assert!(matches!(self.status, Some(0 | 1)), "{:?}: {}", self.status, self.stderr);
        serde_json::from_slice(&self.stdout).unwrap()
    }

    /// Rule and page of each finding.
    fn findings(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let report = self.report();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|f| (text(&f["rule"]), text(&f["location"]["document"]))).collect()
    }

    fn documents(&self) -> BTreeSet<String> {
        let report = self.report();
        report["documents"].as_array().unwrap().iter().map(|d| d["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Reasons, and the pages that they concern.
    fn inconclusive(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let report = self.report();
        let all = report["inconclusive"].as_array().unwrap();
        all.iter().map(|i| (text(&i["reason"]), text(&i["document"]))).collect()
    }
}

fn command(path: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shelflife"));
    scrub(&mut command);
    command.arg("audit").arg(path).args(["--format", "json", "--no-progress", "--now", "2026-01-01T00:00:00Z"]);
    if !arguments.contains(&"--cache-dir") {
        command.arg("--no-cache");
    }
    command.args(arguments);
    command
}

/// A repository with one page that names a file which is gone.
fn stale() -> Repo {
    let repo = Repo::new();
    let page = "# Settings\n\nThe defaults are read from `src/config/defaults.c` at start.\n";
    let code = "int defaults(void)\n{\n\treturn 42;\n}\n";
    repo.commit(
        &[("docs/settings.md", page), ("src/config/defaults.c", code), ("src/main.c", "int main;\n")],
        &[],
        "Begin",
        0,
    );
    repo.commit(&[("src/main.c", "int main2;\n")], &["src/config/defaults.c"], "Remove the defaults", 10);
    repo
}

fn dead_path() -> Vec<(String, String)> {
    vec![("dead-path".to_owned(), "docs/settings.md".to_owned())]
}

fn cannot(path: &Path, words: &str) {
    let audit = Audit::run(path, &[]);
    assert_eq!(audit.status, Some(3), "{}", audit.stderr);
    assert!(audit.stderr.contains(words), "{words:?} is not in: {}", audit.stderr);
    assert!(audit.stdout.is_empty());
}

#[test]
fn what_can_t_be_audited_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    cannot(folder.path(), "not inside a git repository");
    cannot(&folder.path().join("absent"), "absent");
    git_in(folder.path(), &["init", "--quiet", "--object-format=sha256", "sha256"]);
    cannot(&folder.path().join("sha256"), "SHA-256");
    git_in(folder.path(), &["init", "--quiet", "--ref-format=reftable", "reftable"]);
    cannot(&folder.path().join("reftable"), "git refs migrate --ref-format=files");
    cannot(Repo::new().path(), "commit first");
}

#[test]
fn somebody_else_s_repository_is_audited_once_it_is_trusted() {
    let repo = stale();
    // Only root may give a folder away.
    if chown(repo.path(), Some(12_345), Some(12_345)).is_err() {
        return;
    }
    let line = format!("git config --global --add safe.directory {}", repo.path().canonicalize().unwrap().display());
    cannot(repo.path(), &line);
    let home = repo.beside("home");
    fs::create_dir(&home).unwrap();
    let safe = format!("[safe]\n\tdirectory = {}\n", repo.path().canonicalize().unwrap().display());
    fs::write(home.join(".gitconfig"), safe).unwrap();
    let output = command(repo.path(), &[]).env("HOME", home).output().unwrap();
    assert_eq!(Audit::of(output).findings(), dead_path());
}

#[test]
fn every_kind_of_checkout_gives_the_same_finding() {
    let repo = stale();
    repo.git(&["worktree", "add", "--quiet", "--detach", "../tree"]);
    let outer = Repo::new();
    outer.git(&["submodule", "--quiet", "add", &format!("file://{}", repo.path().display()), "inner"]);
    let sparse = repo.clone_with("sparse", &["--sparse", "--filter=blob:none"]);
    for place in [
        repo.path().to_owned(),
        repo.path().join("docs"),
        repo.beside("tree"),
        repo.clone_with("bare", &["--bare"]),
        outer.path().join("inner"),
    ] {
        assert_eq!(Audit::run(&place, &[]).findings(), dead_path(), "{}", place.display());
    }
    repo.detach(repo.head());
    assert_eq!(Audit::run(repo.path(), &[]).findings(), dead_path());
    // What a sparse and partial clone has not fetched is unknown; nothing of it is fetched now.
    let before = count_objects(&sparse);
    let audit = Audit::run(&sparse, &[]);
    assert!(audit.findings().is_empty() || audit.findings() == dead_path());
    assert_eq!(count_objects(&sparse), before);
}

fn count_objects(clone: &Path) -> String {
    git_in(clone, &["count-objects", "-v"])
}

#[test]
fn a_shallow_clone_is_inconclusive_and_names_the_cure() {
    let repo = stale();
    let clone = repo.clone_with("shallow", &["--depth=1"]);
    let audit = Audit::run(&clone, &[]);
    assert_eq!(audit.findings(), []);
    assert!(audit.inconclusive().iter().any(|(reason, _)| reason == "shallow"), "{:?}", audit.inconclusive());
    assert!(String::from_utf8_lossy(&audit.stdout).contains("fetch-depth: 0"));
}

#[test]
fn a_partial_clone_with_missing_objects_is_no_failure() {
    let repo = stale();
    repo.commit(
        &[("docs/other.md", "See `src/main.c`.\n"), ("docs/lost.md", "See `src/main.c` too.\n")],
        &[],
        "More",
        11,
    );
    lose_blob(&repo, "docs/lost.md");
    fs::remove_file(repo.path().join("docs/lost.md")).unwrap();
    repo.git(&["update-index", "--skip-worktree", "docs/lost.md"]);
    let audit = Audit::run(repo.path(), &[]);
    assert_eq!(audit.findings(), dead_path());
    assert!(audit.documents().contains("docs/other.md"));
    assert!(audit.inconclusive().iter().any(|(_, page)| page == "docs/lost.md"), "{:?}", audit.inconclusive());
}

#[test]
fn the_disk_is_laid_over_the_head() {
    let repo = stale();
    // A page that is only missing on disk is not audited, and its code stands.
    repo.delete("docs/settings.md").delete("src/main.c");
    repo.commit_staged("Nothing", 11);
    let audit = Audit::run(repo.path(), &[]);
    assert_eq!(audit.findings(), []);
    assert!(!audit.documents().contains("docs/settings.md"));
    // The reference taken out on disk is gone from the audit.
    repo.restore().write("docs/settings.md", "# Settings\n\nThere are none.\n");
    assert_eq!(Audit::run(repo.path(), &[]).findings(), []);
    // Code whose deletion is staged is gone; whose deletion is not staged, it stands.
    let repo = Repo::new();
    let page = "# Code\n\nAll of it is in `src/engine/core.c` since the beginning.\n";
    repo.commit(&[("README.md", page), ("src/engine/core.c", "int core;\n"), ("src/b.c", "int b;\n")], &[], "Begin", 0);
    repo.delete("src/engine/core.c");
    assert_eq!(Audit::run(repo.path(), &[]).findings(), []);
    repo.stage("src/engine/core.c");
    assert_eq!(Audit::run(repo.path(), &[]).findings(), [("dead-path".to_owned(), "README.md".to_owned())]);
}

#[test]
fn names_that_are_no_text_lose_nothing() {
    let repo = stale();
    repo.commit_bytes(
        &[(b"docs/\xff.md", b"# A\n"), (b"docs/new\nline.md", b"# B\n"), (b"docs/\x1b[31m.md", b"# C\n")],
        &[],
        "Names",
        11,
    );
    let audit = Audit::run(repo.path(), &[]);
    assert_eq!(audit.findings(), dead_path());
    assert_eq!(audit.documents().len(), 4, "{:?}", audit.documents());
    let plain = Audit::of(command(repo.path(), &[]).args(["--format", "plain"]).output().unwrap());
    assert!(!plain.stdout.contains(&0x1b), "an escape sequence of a file name reached the terminal");
}

#[test]
fn pages_in_every_encoding_are_read_or_named() {
    let repo = Repo::new();
    let text = "# 設定\n\n設定は`src/config/defaults.c`から読み込みます。環境に合わせて変更してください。\n";
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let pages: [(&[u8], Vec<u8>); 7] = [
        (b"docs/utf16.md", utf16),
        (b"docs/sjis.md", encoding_rs::SHIFT_JIS.encode(text).0.into_owned()),
        (b"docs/eucjp.md", encoding_rs::EUC_JP.encode(text).0.into_owned()),
        (b"docs/bom.md", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        (b"docs/latin1.md", b"# Caf\xe9\n\nRead from `src/config/defaults.c` at start, r\xe9solu.\n".to_vec()),
        (b"docs/nul.md", b"\0\0\0binary\0\0".to_vec()),
        (b"docs/lfs.md", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".to_vec()),
    ];
    let mut files: Vec<(&[u8], &[u8])> = pages.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
    files.push((b"src/config/defaults.c", b"int defaults(void)\n{\n\treturn 42;\n}\n"));
    files.push((b"src/main.c", b"int main;\n"));
    repo.commit_bytes(&files, &[], "Begin", 0);
    repo.commit(&[], &["src/config/defaults.c"], "Remove", 10);
    let audit = Audit::run(repo.path(), &[]);
    let found: BTreeSet<String> = audit.findings().into_iter().map(|(_, page)| page).collect();
    let expected = ["bom", "eucjp", "latin1", "sjis", "utf16"].map(|name| format!("docs/{name}.md"));
    assert_eq!(found, BTreeSet::from(expected));
    let named: BTreeSet<String> = audit.inconclusive().into_iter().map(|(_, page)| page).collect();
    for page in ["docs/nul.md", "docs/lfs.md"] {
        assert!(named.contains(page), "{page} is not in {named:?}");
    }
}

#[test]
fn monstrous_pages_end_soon_and_are_named_where_left_out() {
    let repo = stale();
    let line = "word ".repeat(1_000_000);
    let quotes = format!("{} deep\n", "> ".repeat(10_000));
    let brackets = "[".repeat(50_000);
    let huge = "a line of a page that nobody reads\n".repeat(1_500_000);
    let files = [
        ("docs/line.md", &line),
        ("docs/quotes.md", &quotes),
        ("docs/brackets.md", &brackets),
        ("docs/huge.md", &huge),
    ];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    repo.commit(&files, &[], "Monsters", 11);
    let audit = Audit::run(repo.path(), &[]);
    assert_eq!(audit.findings(), dead_path());
    assert!(audit.inconclusive().iter().any(|(reason, page)| reason == "too-large" && page == "docs/huge.md"));
}

#[test]
fn links_out_of_the_tree_and_in_circles_are_not_followed() {
    let repo = stale();
    fs::write(repo.beside("secret.md"), "# Secret\n\nSee `src/config/defaults.c` here.\n").unwrap();
    repo.link("docs/out.md", "../../secret.md", "Out", 11);
    repo.link("docs/round.md", "round.md", "Round", 12);
    repo.link("docs/same.md", "settings.md", "Same", 13);
    repo.link("docs/up", "..", "Up", 14);
    assert_eq!(Audit::run(repo.path(), &[]).findings(), dead_path());
}

#[test]
fn nothing_that_a_repository_asks_for_is_run() {
    let repo = stale();
    let traps = Traps::plant(&repo);
    repo.write("docs/settings.md", "# Settings\n\nThe defaults are read from `src/config/defaults.c`, then used.\n");
    let cache = repo.beside("cache");
    for _ in 0..2 {
        let audit = Audit::run(repo.path(), &["--cache-dir", cache.to_str().unwrap()]);
        assert!(matches!(audit.status, Some(0 | 1)), "{}", audit.stderr);
        assert!(audit.documents().contains("docs/settings.md"));
        assert_eq!(traps.sprung(), [] as [String; 0]);
    }
}

#[test]
fn an_audit_writes_nothing_into_the_repository() {
    let repo = stale();
    let state = || {
        let stamp = |path: PathBuf| {
            let found = path.symlink_metadata().unwrap();
            (path, found.modified().unwrap(), found.len())
        };
        files_in(repo.path()).into_iter().map(stamp).collect::<Vec<_>>()
    };
    let before = state();
    assert_eq!(cached(&repo, &repo.beside("cache")).findings(), dead_path());
    assert_eq!(state(), before);
}

/// The files of a folder and of those below.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_in(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// The report that every run has to give.
fn without_cache(repo: &Repo) -> Vec<u8> {
    let audit = Audit::run(repo.path(), &[]);
    assert_eq!(audit.findings(), dead_path());
    audit.stdout
}

fn cached(repo: &Repo, cache: &Path) -> Audit {
    Audit::run(repo.path(), &["--cache-dir", cache.to_str().unwrap()])
}

#[test]
fn a_damaged_or_foreign_cache_changes_no_result() {
    let repo = stale();
    let expected = without_cache(&repo);
    let cache = repo.beside("cache");
    assert_eq!(cached(&repo, &cache).stdout, expected);
    let files = files_in(&cache);
    assert!(!files.is_empty(), "the cache holds nothing, so this test would prove nothing");
    assert_eq!(cached(&repo, &cache).stdout, expected);
    for damage in ["truncated", "foreign", "empty", "bits"] {
        for file in files_in(&cache) {
            let bytes = fs::read(&file).unwrap();
            let damaged = match damage {
                "truncated" => bytes[..bytes.len() / 2].to_vec(),
                "foreign" => b"this is somebody else's file\n".repeat(100),
                "empty" => Vec::new(),
                _ => bytes.iter().enumerate().map(|(at, b)| if at > 100 && at % 97 == 0 { !b } else { *b }).collect(),
            };
            fs::write(&file, damaged).unwrap();
        }
        let audit = cached(&repo, &cache);
        assert_eq!(audit.stdout, expected, "{damage}: {}", audit.stderr);
        assert_eq!(audit.status, Some(1), "{damage}");
    }
}

#[test]
fn a_cache_that_can_t_be_written_is_a_warning_at_most() {
    let repo = stale();
    let expected = without_cache(&repo);
    // A file where the folder should be, which stops root too.
    let blocked = repo.beside("blocked");
    fs::write(&blocked, "a file").unwrap();
    assert_eq!(cached(&repo, &blocked).stdout, expected);
    assert_eq!(fs::read(&blocked).unwrap(), b"a file");
    assert_eq!(cached(&repo, Path::new("/proc/no/cache/here")).stdout, expected);
    let read_only = repo.beside("read-only");
    fs::create_dir(&read_only).unwrap();
    cached(&repo, &read_only);
    for file in files_in(&read_only) {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    }
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(cached(&repo, &read_only).stdout, expected);
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_full_disk_under_the_report_is_said_so() {
    let repo = stale();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(repo.path(), &[]).stdout(Stdio::from(full)).stderr(Stdio::piped()).output().unwrap();
    let audit = Audit::of(output);
    assert_eq!(audit.status, Some(3), "{}", audit.stderr);
    assert!(audit.stderr.contains("could not be written"), "{}", audit.stderr);
}

#[test]
fn runs_at_the_same_time_share_a_cache() {
    let repo = stale();
    let expected = without_cache(&repo);
    let cache = repo.beside("cache");
    let start = || {
        let mut command = command(repo.path(), &["--cache-dir", cache.to_str().unwrap()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    for child in children {
        assert_eq!(Audit::of(child.wait_with_output().unwrap()).stdout, expected);
    }
}

#[test]
fn a_killed_run_leaves_the_next_one_whole() {
    let repo = stale();
    let pages: Vec<_> =
        (0..200).map(|i| (format!("docs/p{i}.md"), format!("# P{i}\n\nSee `src/main.c` {i}.\n"))).collect();
    let files: Vec<_> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    repo.commit(&files, &[], "Pages", 11);
    let expected = without_cache(&repo);
    let cache = repo.beside("cache");
    // From at once to long after the first file of the cache is there.
    for patience in [0, 100, 1_000, 10_000, 100_000] {
        let mut command = command(repo.path(), &["--cache-dir", cache.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..patience {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().ok();
        child.wait().unwrap();
        assert_eq!(cached(&repo, &cache).stdout, expected);
        fs::remove_dir_all(&cache).ok();
    }
}

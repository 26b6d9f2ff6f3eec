//! Certain changes: as a patch that git takes, and in the pages, touching nothing else.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use shelflife::finding::Level;
use shelflife::fix::{self, FixError, Plan, Reason};
use shelflife::report::json::v1::{Audit, Confidence, Finding, Fix, Position};

use crate::support::{Repo, sample};

/// A finding whose fix replaces the `nth` place in `text` at which `old` stands.
fn finding(document: &str, text: &str, old: &str, nth: usize, new: &str) -> Finding {
    let text = text.trim_start_matches('\u{feff}');
    let (at, _) = text.match_indices(old).nth(nth).unwrap();
    let place = |at: usize| {
        let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
        let line = before.matches('\n').count() as u32 + 1;
        Position { line, column: before.rsplit('\n').next().unwrap().chars().count() as u32 + 1 }
    };
    let mut it = sample::finding(document, 1, old, new, at);
    it.location.start = place(at);
    it.location.end = place(at + old.len());
    it.fix = Some(Fix { start: it.location.start, end: it.location.end, old: old.into(), text: new.into() });
    it
}

fn audit(findings: Vec<Finding>) -> Audit {
    let mut ids: Vec<&str> = findings.iter().map(|f| f.location.document.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let documents = ids.into_iter().map(|id| sample::document(id, id)).collect();
    sample::audit(documents, findings)
}

fn plan(audit: &Audit, root: &Path) -> Plan {
    fix::plan(audit, root, &[]).unwrap()
}

/// `git apply` in `root`, the patch on its standard input.
fn git_apply(root: &Path, patch: &[u8], check: bool) {
    let mut git = Command::new("git");
    git.current_dir(root).args(["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"]);
    if check {
        git.arg("--check");
    }
    let mut child = git.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(patch).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}\n{}", String::from_utf8_lossy(&out.stderr), String::from_utf8_lossy(patch));
}

/// Plans, lets git apply the patch, then applies the plan itself to the same page: both ways give
/// the bytes `expected`.
fn both_ways(name: &str, old: &[u8], findings: Vec<Finding>, expected: &[u8]) {
    let repo = Repo::new();
    repo.commit_bytes(&[(name.as_bytes(), old)], &[], "add", 1);
    let file = repo.path().join(name);
    let plan = plan(&audit(findings), repo.path());
    assert!(plan.refused.is_empty(), "{:?}", plan.refused);
    let mut patch = Vec::new();
    assert!(fix::patch(&plan, &mut patch).unwrap().is_empty());
    git_apply(repo.path(), &patch, true);
    assert_eq!(fs::read(&file).unwrap(), old, "a check changes nothing");
    git_apply(repo.path(), &patch, false);
    assert_eq!(String::from_utf8_lossy(&fs::read(&file).unwrap()), String::from_utf8_lossy(expected));
    fs::write(&file, old).unwrap();
    assert!(fix::apply(&plan, repo.path()).is_empty());
    assert_eq!(fs::read(&file).unwrap(), expected);
}

#[test]
fn only_the_span_changes() {
    let old = "# Use\n\nRun with  `--config-file`\tand `--config-file` .  \n\n| a | `old_name` |\n";
    let expected = "# Use\n\nRun with  `--config`\tand `--config-file` .  \n\n| a | `new` |\n";
    let findings = vec![
        finding("docs/a.md", old, "--config-file", 0, "--config"),
        finding("docs/a.md", old, "old_name", 0, "new"),
    ];
    both_ways("docs/a.md", old.as_bytes(), findings, expected.as_bytes());
}

#[test]
fn line_ends_marks_and_missing_last_line_feeds_stay() {
    for (old, expected) in [
        ("a `x-y` b\r\nc\r\n\r\nd `x-y`\r\n", "a `z` b\r\nc\r\n\r\nd `z`\r\n"),
        ("\u{feff}a `x-y`\nd `x-y`", "\u{feff}a `z`\nd `z`"),
        ("設定は`x-y`です。\n使い方👩‍💻`x-y`", "設定は`z`です。\n使い方👩‍💻`z`"),
        ("one\rtwo `x-y`\rthree `x-y`\n", "one\rtwo `z`\rthree `z`\n"),
    ] {
        let findings = (0..2).map(|n| finding("a b.md", old, "x-y", n, "z")).collect();
        both_ways("a b.md", old.as_bytes(), findings, expected.as_bytes());
    }
}

#[test]
fn a_whole_line_can_go() {
    let old = "a\n<!-- shelflife-ignore dead-path: moved -->\nb\n";
    both_ways(
        "a.md",
        old.as_bytes(),
        vec![finding("a.md", old, "<!-- shelflife-ignore dead-path: moved -->\n", 0, "")],
        b"a\nb\n",
    );
    let old = "only\n";
    both_ways("a.md", old.as_bytes(), vec![finding("a.md", old, "only\n", 0, "")], b"");
}

#[test]
fn pages_in_other_encodings_keep_theirs() {
    let text = "# 設定\n\n設定ファイルは`--config-file`で渡します。再起動してください。\n";
    let expected = text.replace("--config-file", "--設定");
    for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP] {
        let bytes = |text: &str| encoding.encode(text).0.into_owned();
        both_ways("a.md", &bytes(text), vec![finding("a.md", text, "--config-file", 0, "--設定")], &bytes(&expected));
    }
    // Bytes that are no UTF-8 stay as they are, before and after the change.
    let lossy = "日本語のページがここにあります。長い文がまだ続きます。読める字のほうが多いのです\u{fffd} `--config-file` と\u{fffd}。\n";
    let raw = |text: &str| text.split('\u{fffd}').map(str::as_bytes).collect::<Vec<_>>().join(&b"\xff\xfe"[..]);
    let lossy_as_read = lossy.replace('\u{fffd}', "\u{fffd}\u{fffd}");
    both_ways(
        "a.md",
        &raw(lossy),
        vec![finding("a.md", &lossy_as_read, "--config-file", 0, "--config")],
        &raw(&lossy.replace("--config-file", "--config")),
    );
}

#[test]
fn utf_16_is_changed_in_place_and_refused_as_a_patch() {
    let repo = Repo::new();
    let text = "# Setup\r\nRun `--config-file` now\r\n";
    let bytes =
        |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    repo.commit_bytes(&[(b"a.md", &bytes(text))], &[], "add", 1);
    let plan = plan(&audit(vec![finding("a.md", text, "--config-file", 0, "--config")]), repo.path());
    let mut patch = Vec::new();
    let refused = fix::patch(&plan, &mut patch).unwrap();
    assert!(patch.is_empty() && matches!(refused[0].reason, Reason::Binary));
    assert!(fix::apply(&plan, repo.path()).is_empty());
    assert_eq!(fs::read(repo.path().join("a.md")).unwrap(), bytes(&text.replace("--config-file", "--config")));
}

#[test]
fn a_page_that_says_something_else_now_is_left_alone() {
    let repo = Repo::new();
    repo.commit(&[("a.md", "new line\nuse `--other-flags` here\n")], &[], "add", 1);
    let seen = "use `--config-file` here\n";
    for (line, column) in [(1, 6), (2, 6), (9, 1), (0, 0), (1, 900), (u32::MAX, u32::MAX)] {
        let mut it = finding("a.md", seen, "--config-file", 0, "--config");
        let change = it.fix.as_mut().unwrap();
        change.start = Position { line, column };
        change.end = Position { line, column: column.saturating_add(13) };
        let plan = plan(&audit(vec![it]), repo.path());
        assert!(plan.changes.is_empty());
        assert!(matches!(plan.refused[0].reason, Reason::Moved), "{:?}", plan.refused);
        assert_eq!(plan.refused[0].line, Some(line));
    }
    // Nor is one that changes between the plan and the writing.
    let text = "new line\nuse `--other-flags` here\n";
    let plan = plan(&audit(vec![finding("a.md", text, "--other-flags", 0, "--x")]), repo.path());
    fs::write(repo.path().join("a.md"), "use `--other-flags`, mine").unwrap();
    assert!(matches!(fix::apply(&plan, repo.path())[0].reason, Reason::Moved));
    assert_eq!(fs::read_to_string(repo.path().join("a.md")).unwrap(), "use `--other-flags`, mine");
}

#[test]
fn of_two_that_overlap_the_surer_is_made() {
    let repo = Repo::new();
    let text = "see `src/old/main.rs`\n";
    repo.commit(&[("a.md", text)], &[], "add", 1);
    let mut weaker = finding("a.md", text, "old/main.rs", 0, "x");
    weaker.confidence = Confidence { level: Level::Medium, probability: 0.7 };
    let surer = finding("a.md", text, "src/old/main.rs", 0, "src/main.rs");
    let plan = plan(&audit(vec![weaker, surer.clone(), surer]), repo.path());
    assert_eq!(plan.changes[0].new, b"see `src/main.rs`\n");
    assert_eq!(plan.changes[0].edits.len(), 1);
    assert_eq!(plan.refused.len(), 1);
    assert!(matches!(plan.refused[0].reason, Reason::Overlaps));
}

#[test]
fn changes_that_no_machine_should_make_are_refused() {
    let repo = Repo::new();
    let text = "use `--a` here\n";
    repo.commit(&[("a.md", text)], &[], "add", 1);
    for new in ["--b\n## Injected", "--b\r", "\u{1b}[31m", "a\0b"] {
        let plan = plan(&audit(vec![finding("a.md", text, "--a", 0, new)]), repo.path());
        assert!(plan.changes.is_empty() && matches!(plan.refused[0].reason, Reason::Unfit), "{new:?}");
    }
    let mut other = audit(vec![finding("a.md", text, "--a", 0, "--b")]);
    other.documents[0].source = "notion".into();
    assert!(matches!(plan(&other, repo.path()).refused[0].reason, Reason::Elsewhere(_)));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_out_of_the_root() {
    use std::os::unix::fs::symlink;
    let repo = Repo::new();
    let text = "use `--a` here\n";
    repo.commit(&[("a.md", text), ("docs/b.md", text)], &[], "add", 1);
    let outside = repo.beside("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("c.md"), text).unwrap();
    let root = repo.path();
    symlink(outside.join("c.md"), root.join("link.md")).unwrap();
    symlink(&outside, root.join("folder")).unwrap();
    symlink(root.join("a.md"), root.join("inner.md")).unwrap();
    fs::create_dir(root.join("dir.md")).unwrap();
    let up = format!("../{}/c.md", outside.file_name().unwrap().to_str().unwrap());
    for id in [
        "link.md",
        "folder/c.md",
        "inner.md",
        "dir.md",
        &up,
        outside.join("c.md").to_str().unwrap(),
        ".git/config",
        "gone.md",
    ] {
        let plan = plan(&audit(vec![finding(id, text, "--a", 0, "--b")]), root);
        assert!(plan.changes.is_empty(), "{id}");
        assert!(matches!(plan.refused[0].reason, Reason::Place(_)), "{id}: {:?}", plan.refused);
    }
    // A page that becomes a link between the plan and the writing.
    let plan = plan(&audit(vec![finding("docs/b.md", text, "--a", 0, "--b")]), root);
    fs::remove_file(root.join("docs/b.md")).unwrap();
    symlink(outside.join("c.md"), root.join("docs/b.md")).unwrap();
    assert_eq!(fix::apply(&plan, root).len(), 1);
    assert_eq!(fs::read_to_string(outside.join("c.md")).unwrap(), text);
    assert_eq!(fs::read_to_string(root.join("a.md")).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_read_only_pages_are_left() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    let text = "use `--a` here\n";
    repo.commit(&[("a.md", text), ("b.md", text)], &[], "add", 1);
    let (a, b) = (repo.path().join("a.md"), repo.path().join("b.md"));
    fs::set_permissions(&a, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&b, fs::Permissions::from_mode(0o444)).unwrap();
    let findings = ["a.md", "b.md"].map(|id| finding(id, text, "--a", 0, "--b")).to_vec();
    let refused = fix::apply(&plan(&audit(findings), repo.path()), repo.path());
    assert_eq!(refused.iter().map(|r| r.document.as_str()).collect::<Vec<_>>(), ["b.md"]);
    assert_eq!(fs::metadata(&a).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_to_string(&a).unwrap(), "use `--b` here\n");
    let left: Vec<_> = fs::read_dir(repo.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no temporary file stays: {left:?}");
}

#[cfg(unix)]
#[test]
fn odd_names_are_quoted_as_git_quotes_them() {
    use std::os::unix::ffi::OsStrExt;
    let text = "use `--a` here\n";
    for (bytes, id) in [
        (&b"docs/a b.md"[..], "docs/a b.md"),
        (b"docs/\xe6\x97\xa5.md", "docs/日.md"),
        (b"docs/q\"uote.md", "docs/q\"uote.md"),
        (b"docs/caf\xe9.md", "docs/caf\\xe9.md"),
        (b"docs/new\nline\t.md", "docs/new\\x0aline\\x09.md"),
        (b"docs/back\\slash.md", "docs/back\\x5cslash.md"),
        (b"docs/ b/docs/x.md", "docs/ b/docs/x.md"),
    ] {
        let repo = Repo::new();
        repo.commit_bytes(&[(bytes, text.as_bytes())], &[], "add", 1);
        let plan = plan(&audit(vec![finding(id, text, "--a", 0, "--b")]), repo.path());
        let mut patch = Vec::new();
        fix::patch(&plan, &mut patch).unwrap();
        git_apply(repo.path(), &patch, true);
        git_apply(repo.path(), &patch, false);
        let file = repo.path().join(std::ffi::OsStr::from_bytes(bytes));
        assert_eq!(fs::read_to_string(file).unwrap(), "use `--b` here\n", "{id}");
    }
}

#[test]
fn pages_are_chosen_by_name_or_folder() {
    let repo = Repo::new();
    let text = "use `--a` here\n";
    let names = ["README.md", "docs/a.md", "docs/sub/b.md", "docs2/c.md"];
    repo.commit(&names.map(|name| (name, text)), &[], "add", 1);
    let audit = audit(names.map(|name| finding(name, text, "--a", 0, "--b")).to_vec());
    let chosen = |pages: &[&str]| {
        let pages: Vec<String> = pages.iter().map(|p| (*p).to_owned()).collect();
        let plan = fix::plan(&audit, repo.path(), &pages)?;
        Ok::<_, FixError>(plan.changes.into_iter().map(|c| c.document).collect::<Vec<_>>())
    };
    assert_eq!(chosen(&["docs"]).unwrap(), ["docs/a.md", "docs/sub/b.md"]);
    assert_eq!(chosen(&["./README.md", "docs/sub/"]).unwrap(), ["README.md", "docs/sub/b.md"]);
    assert_eq!(chosen(&["."]).unwrap().len(), 4);
    let error = chosen(&["guide/c.md"]).unwrap_err().to_string();
    assert_eq!(error, "`guide/c.md` is no page of this audit: do you mean `docs2/c.md`?");
}

#[test]
fn many_changes_anywhere_make_a_patch_that_git_takes() {
    // A fixed sequence of numbers: the same pages every time.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for round in 0..40 {
        let eol = ["\n", "\r\n"][round % 2];
        let mut text = String::new();
        let mut wanted = Vec::new();
        for line in 0..next(60) + 1 {
            let word = ["plain words", "同じ行", "", "same line"][next(4)];
            text.push_str(word);
            if next(4) == 0 {
                let name = format!("--flag-{line}x");
                text.push_str(&format!(" `{name}` "));
                wanted.push(name);
            }
            text.push_str(eol);
        }
        if next(3) == 0 {
            text.truncate(text.trim_end().len());
        }
        let mut expected = text.clone();
        let mut findings = Vec::new();
        for name in &wanted {
            findings.push(finding("a.md", &text, name, 0, "--n"));
            expected = expected.replacen(name.as_str(), "--n", 1);
        }
        if !findings.is_empty() {
            both_ways("a.md", text.as_bytes(), findings, expected.as_bytes());
        }
    }
}

#[test]
fn one_line_of_megabytes_with_thousands_of_changes_is_no_trouble() {
    let repo = Repo::new();
    let text = "日本 `--a` ".repeat(200_000);
    let places: Vec<usize> = (0..5_000).map(|n| n * 40).collect();
    repo.commit(&[("a.md", &text)], &[], "add", 1);
    let findings = places
        .iter()
        .map(|&n| {
            let mut it = sample::finding("a.md", 1, "--a", "--long", n);
            let column = n as u32 * 9 + 5;
            let (start, end) = (Position { line: 1, column }, Position { line: 1, column: column + 3 });
            it.fix = Some(Fix { start, end, old: "--a".into(), text: "--long".into() });
            it
        })
        .collect();
    let plan = plan(&audit(findings), repo.path());
    assert!(plan.refused.is_empty(), "{:?}", plan.refused.first());
    assert_eq!(plan.changes[0].edits.len(), 5_000);
    assert_eq!(plan.changes[0].new.len(), text.len() + 3 * 5_000);
}

//! The action's scripts, run as GitHub runs them: an event's payload in a file, inputs in the
//! environment, a checkout, and a GitHub with a memory behind the API's address.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::events::payloads;
use crate::support::hub::Hub;
use crate::support::program::{Run, finish};
use crate::support::{Repo, scrub};

/// A job: its workspace is a clone, its files lie beside it.
struct Job {
    folder: tempfile::TempDir,
    workspace: PathBuf,
    inputs: Vec<(&'static str, String)>,
}

impl Job {
    fn new(workspace: &Path) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), workspace: workspace.to_owned(), inputs: vec![] }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.inputs.push((name, value.to_owned()));
        self
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// Runs the audit step for event `name`.
    fn run(&self, hub: &Hub, name: &str, event: &Value) -> Run {
        std::fs::write(self.file("event.json"), event.to_string()).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("action/run.sh");
        let mut command = Command::new("bash");
        scrub(&mut command);
        command
            .arg(script)
            .current_dir(&self.workspace)
            .env("SHELFLIFE", env!("CARGO_BIN_EXE_shelflife"))
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", self.file("event.json"))
            .env("GITHUB_STEP_SUMMARY", self.file("summary.md"))
            .env("GITHUB_OUTPUT", self.file("output"))
            .env("GITHUB_REPOSITORY", "o/n")
            .env("GITHUB_API_URL", hub.address())
            .env("GITHUB_RUN_ID", "42")
            .env("INPUT_TOKEN", "sesame-token")
            .env("INPUT_OUTPUT", self.file("reports"));
        for (name, value) in &self.inputs {
            command.env(name, value);
        }
        let run = finish(&mut command);
        assert!(!run.stdout.contains("sesame") && !run.stderr.contains("sesame"), "{run:?}");
        run
    }
}

const CLI: &str = "fn main() {\n    Command::new(\"tool\").arg(\n        Arg::new(\"config-file\")\n            .long(\"config-file\"),\n    );\n    matches.get_one(\"config-file\");\n}\n";

/// Main, and a branch that breaks a page, merged as the host merges a pull request for its job.
/// Returns the repository and the branch's head.
fn pull_request() -> (Repo, String) {
    let repo = Repo::new();
    let pages: Vec<(String, String)> =
        (0..9).map(|n| (format!("docs/{n}.md"), format!("# Page {n}\n\nNothing but words.\n"))).collect();
    let mut files: Vec<(&str, &str)> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("src/cli.rs", CLI));
    repo.commit(&files, &[], "Begin", 0);
    repo.commit(&[("docs/install.md", "# Install\n\nRun it with `--config-file`.\n")], &[], "Describe", 1);
    repo.branch("topic");
    let code = CLI.replace("config-file", "config");
    let head = repo.commit(&[("src/cli.rs", &code)], &[], "Rename --config-file\n::set-env name=A::b", 2);
    repo.switch("main");
    repo.commit(&[("src/other.rs", "fn other() {}\n")], &[], "Add other", 3);
    repo.branch("check");
    repo.merge("topic", &[("src/cli.rs", &code)], &[], "Merge topic into main", 4);
    (repo, head.to_string())
}

/// What counts of a pull request's payload; `repository` is the one that its branch is in, none for a fork
/// that was deleted.
fn of_pull_request(head: &str, repository: Option<u64>) -> Value {
    // As GitHub sends it: the base may be older than the merge that was checked out.
    json!({ "number": 7, "pull_request": { "number": 7,
        "head": { "sha": head, "ref": "topic", "repo": repository.map(|id| json!({ "id": id })) },
        "base": { "sha": "main~1", "ref": "main", "repo": { "id": 1 } } } })
}

fn payload(head: &str) -> Value {
    payloads("pull_request", &of_pull_request(head, Some(1))).remove(0)
}

#[test]
fn a_pull_request_gets_annotations_a_summary_outputs_and_a_comment() {
    let (repo, head) = pull_request();
    let hub = Hub::new(&head);
    for event in payloads("pull_request", &of_pull_request(&head, Some(1))) {
        let job = Job::new(repo.path());
        let run = job.run(&hub, "pull_request", &event).ended(0);
        assert!(run.stdout.contains("::error file=docs/install.md,line=3,"), "{run:?}");
        assert!(!run.stdout.lines().any(|line| line.starts_with("::set-env")), "{run:?}");
        assert!(job.read("summary.md").contains("docs/install.md"));
        let reports = job.file("reports");
        let output = job.read("output");
        let expected = format!("report={}\nfindings=1\nerrors=1\nexclusions=\n", reports.display());
        assert_eq!(output, expected);
        for name in ["audit.json", "report.html", "report.md", "report.sarif"] {
            assert!(reports.join(name).exists(), "{name}");
        }
        // However often it runs, there is one comment.
        let state = hub.state();
        assert_eq!(state.comments.len(), 1);
        let body = state.comments[0]["body"].as_str().unwrap();
        assert!(body.contains("https://github.com/o/n/actions/runs/42"), "{body}");
    }
}

#[test]
fn a_pull_request_fails_its_job_only_if_that_is_asked_for() {
    let (repo, head) = pull_request();
    let hub = Hub::new(&head);
    let job = Job::new(repo.path()).with("INPUT_FAIL_ON", "error");
    job.run(&hub, "pull_request", &payload(&head)).ended(1);
    // What is published is published all the same.
    assert_eq!(hub.state().comments.len(), 1);
}

#[test]
fn a_fork_s_job_writes_nothing_and_says_all() {
    let (repo, head) = pull_request();
    let hub = Hub::new(&head);
    hub.state().read_only = true;
    let forks = [Some(99), None].map(|fork| payloads("pull_request", &of_pull_request(&head, fork)).remove(0));
    for event in forks {
        let job = Job::new(repo.path());
        let run = job.run(&hub, "pull_request", &event).ended(0);
        assert!(run.stdout.contains("::error file=docs/install.md") && run.stdout.contains("workflow_run"), "{run:?}");
        assert!(hub.state().writes().is_empty());
        assert!(job.read("summary.md").contains("--config-file"));
    }
}

#[test]
fn a_merge_queue_s_group_is_audited_against_its_base() {
    let (repo, _) = pull_request();
    let base = repo.git(&["rev-parse", "main"]);
    let hub = Hub::new("");
    let ours = json!({ "action": "checks_requested", "merge_group": { "base_sha": base.trim(),
        "head_sha": repo.head().to_string(), "base_ref": "refs/heads/main" } });
    for event in payloads("merge_group", &ours) {
        let job = Job::new(repo.path());
        let run = job.run(&hub, "merge_group", &event).ended(0);
        assert!(run.stdout.contains("::error file=docs/install.md"), "{run:?}");
        assert!(job.read("output").contains("findings=1\n"));
        assert!(hub.state().seen.is_empty());
    }
}

#[test]
fn a_schedule_keeps_the_issue_and_writes_what_readers_ticked() {
    let (repo, _) = pull_request();
    let hub = Hub::new("");
    // GitHub gives no example of a schedule's payload: it is no webhook.
    let mut events = vec![("schedule", json!({ "schedule": "17 6 * * 1" }))];
    events.extend(payloads("workflow_dispatch", &json!({})).into_iter().map(|event| ("workflow_dispatch", event)));
    for (event, payload) in events {
        let job = Job::new(repo.path()).with("INPUT_EXPORT", "list");
        job.run(&hub, event, &payload).ended(0);
        assert!(job.file("reports").join("reviews.toml").exists());
        let list = format!("exclusions={}/exclusions-list.json\n", job.file("reports").display());
        assert!(job.read("output").ends_with(&list), "{}", job.read("output"));
        assert!(job.file("reports").join("exclusions-list.json").exists());
    }
    let state = hub.state();
    assert_eq!(state.issues.len(), 1);
    assert!(state.issues[0]["body"].as_str().unwrap().contains("1 statement is no longer true"));
}

#[test]
fn a_list_that_is_refused_keeps_no_issue_from_being_kept() {
    let repo = Repo::new();
    repo.commit(&[("src/cli.rs", CLI)], &[], "Begin", 0);
    repo.commit(&[("docs/install.md", "# Install\n\nRun it with `--config-file`.\n")], &[], "Describe", 1);
    repo.commit(&[("src/cli.rs", &CLI.replace("config-file", "config"))], &[], "Rename", 2);
    let hub = Hub::new("");
    let job = Job::new(repo.path()).with("INPUT_EXPORT", "list");
    let run = job.run(&hub, "schedule", &json!({})).ended(3);
    assert!(run.stdout.contains("::error title=Shelflife::no exclusion list"), "{run:?}");
    assert!(job.read("output").ends_with("exclusions=\n"));
    assert_eq!(hub.state().issues.len(), 1);
}

#[test]
fn a_push_is_audited_whole_and_publishes_nothing() {
    let (repo, _) = pull_request();
    let hub = Hub::new("");
    for event in payloads("push", &json!({ "ref": "refs/heads/main" })) {
        let run = Job::new(repo.path()).run(&hub, "push", &event).ended(0);
        assert!(run.stdout.contains("::error file=docs/install.md"), "{run:?}");
        assert!(hub.state().seen.is_empty());
    }
}

#[test]
fn the_unsafe_event_is_refused_before_anything_runs() {
    let (repo, head) = pull_request();
    let hub = Hub::new(&head);
    let job = Job::new(repo.path());
    let run = job.run(&hub, "pull_request_target", &payload(&head)).ended(2);
    assert!(run.stdout.starts_with("::error title=Shelflife::pull_request_target is refused"), "{run:?}");
    assert!(hub.state().seen.is_empty() && !job.file("reports").exists());
}

#[test]
fn a_shallow_checkout_is_completed_or_refused() {
    let (repo, _) = pull_request();
    let hub = Hub::new("");
    let clone = repo.clone_with("shallow", &["--depth=1"]);
    let refused = Job::new(&clone).with("INPUT_DEEPEN", "false").run(&hub, "push", &json!({})).ended(3);
    assert!(refused.stdout.contains("fetch-depth: 0"), "{refused:?}");
    let run = Job::new(&clone).run(&hub, "push", &json!({})).ended(0);
    assert!(run.stdout.contains("::error file=docs/install.md"), "{run:?}");
    assert!(!clone.join(".git/shallow").exists());
}

#[test]
fn inputs_can_t_write_outputs_of_their_own() {
    let (repo, _) = pull_request();
    let hub = Hub::new("");
    let job = Job::new(repo.path());
    let odd = format!("{}\nfindings=0", job.file("reports").display());
    let job = job.with("INPUT_OUTPUT", &odd);
    let run = job.run(&hub, "push", &json!({})).ended(2);
    assert!(run.stdout.contains("line break"), "{run:?}");
    assert_eq!(job.read("output"), "");
    for (name, value) in [("INPUT_MODE", "everything"), ("INPUT_EXPORT", "../x"), ("INPUT_ISSUE", "perhaps")] {
        let run = Job::new(repo.path()).with(name, value).run(&hub, "schedule", &json!({})).ended(2);
        assert!(run.stdout.contains("::error title=Shelflife::") || run.stderr.contains("error:"), "{name}: {run:?}");
    }
}

/// Serves a release from a folder, through `file:` addresses that curl takes.
fn release(archive: &[u8], checksum: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("v9.9.9");
    std::fs::create_dir(&at).unwrap();
    let name = format!("shelflife-9.9.9-{}-unknown-linux-musl.tar.gz", std::env::consts::ARCH);
    std::fs::write(at.join(&name), archive).unwrap();
    std::fs::write(at.join(format!("{name}.sha256")), format!("{checksum}  {name}\n")).unwrap();
    let address = format!("file://{}", folder.path().display());
    (folder, address)
}

fn install(releases: &str, version: &str, work: &Path) -> Run {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("action/install.sh");
    let mut command = Command::new("bash");
    scrub(&mut command);
    command
        .arg(script)
        .env("SHELFLIFE_RELEASES", releases)
        .env("INPUT_VERSION", version)
        .env("RUNNER_TEMP", work)
        .env("GITHUB_OUTPUT", work.join("output"));
    finish(&mut command)
}

#[test]
fn a_release_is_installed_if_it_is_what_its_checksum_says() {
    let work = tempfile::tempdir().unwrap();
    let program = work.path().join("shelflife");
    std::fs::write(&program, "#!/bin/sh\necho hello\n").unwrap();
    let packed = Command::new("sh")
        .args(["-c", "chmod +x shelflife && tar -czf a.tar.gz shelflife && sha256sum a.tar.gz | cut -d' ' -f1"])
        .current_dir(work.path())
        .output()
        .unwrap();
    let checksum = String::from_utf8(packed.stdout).unwrap();
    let archive = std::fs::read(work.path().join("a.tar.gz")).unwrap();
    std::fs::remove_file(&program).unwrap();

    let (_good, releases) = release(&archive, checksum.trim());
    install(&releases, "9.9.9", work.path()).ended(0);
    let output = std::fs::read_to_string(work.path().join("output")).unwrap();
    assert_eq!(output, format!("program={}/shelflife/shelflife\n", work.path().display()));
    assert!(work.path().join("shelflife/shelflife").exists());

    let other = tempfile::tempdir().unwrap();
    let (_bad, releases) = release(&archive, &"0".repeat(64));
    let run = install(&releases, "9.9.9", other.path()).ended(3);
    assert!(run.stdout.contains("is not what its checksum says"), "{run:?}");
    assert!(!other.path().join("shelflife/shelflife").exists());
    for odd in ["latest", "9.9.9/../x", "9.9.9;id"] {
        assert!(install(&releases, odd, other.path()).ended(2).stdout.contains("is none"), "{odd}");
    }
}

//! Repository settings that would run a program, each leading to a script that leaves a mark.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Repo;

/// Every hook that git knows.
const HOOKS: [&str; 22] = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "pre-merge-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "reference-transaction",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "post-index-change",
];

/// The planted scripts of one repository.
pub struct Traps {
    marks: PathBuf,
}

impl Traps {
    /// Plants every trap in `repo`: settings, attributes, hooks, and a signed commit.
    pub fn plant(repo: &Repo) -> Self {
        let marks = repo.beside("marks");
        fs::create_dir_all(&marks).unwrap();
        let scripts = repo.beside("scripts");
        fs::create_dir_all(&scripts).unwrap();
        let script = |name: &str| {
            let place = scripts.join(name);
            fs::write(&place, format!("#!/bin/sh\necho ran >> '{}'\nexit 1\n", marks.join(name).display())).unwrap();
            fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
            place.display().to_string()
        };
        let hooks = repo.path().join(".git/hooks");
        fs::create_dir_all(&hooks).unwrap();
        for hook in HOOKS {
            fs::copy(script(hook), hooks.join(hook)).unwrap();
        }
        signed_commit(repo);
        for (key, program) in [
            ("gpg.program", "gpg"),
            ("gpg.openpgp.program", "gpg"),
            ("gpg.ssh.program", "ssh-keygen"),
            ("gpg.x509.program", "gpgsm"),
            ("core.fsmonitor", "fsmonitor"),
            ("core.sshCommand", "ssh"),
            ("core.askPass", "askpass"),
            ("core.gitProxy", "proxy"),
            ("core.pager", "pager"),
            ("core.editor", "editor"),
            ("core.alternateRefsCommand", "alternates"),
            ("diff.external", "external-diff"),
            ("diff.evil.command", "diff-command"),
            ("diff.evil.textconv", "textconv"),
            ("merge.evil.driver", "merge-driver"),
            ("filter.evil.clean", "clean"),
            ("filter.evil.smudge", "smudge"),
            ("filter.evil.process", "process"),
            ("uploadpack.packObjectsHook", "pack-objects"),
            ("remote.origin.uploadpack", "upload-pack"),
            ("interactive.diffFilter", "diff-filter"),
            ("trailer.evil.command", "trailer"),
        ] {
            repo.git(&["config", key, &script(program)]);
        }
        for (key, value) in [
            ("core.hooksPath", hooks.display().to_string()),
            ("log.showSignature", "true".to_owned()),
            ("filter.evil.required", "true".to_owned()),
            ("credential.helper", format!("!{}", script("credential"))),
            ("alias.log", format!("!{}", script("alias-log"))),
            ("alias.status", format!("!{}", script("alias-status"))),
            ("alias.x", format!("!{}", script("alias-x"))),
            ("remote.origin.url", format!("ext::{} %S", script("ext"))),
            ("remote.origin.promisor", "true".to_owned()),
            ("remote.origin.partialclonefilter", "blob:none".to_owned()),
            ("protocol.ext.allow", "always".to_owned()),
            ("submodule.recurse", "true".to_owned()),
        ] {
            repo.git2().config().unwrap().set_str(key, &value).unwrap();
        }
        let attributes = "* diff=evil filter=evil merge=evil ident\n";
        fs::create_dir_all(repo.path().join(".git/info")).unwrap();
        fs::write(repo.path().join(".git/info/attributes"), attributes).unwrap();
        // What making all this ran is no evidence.
        let traps = Self { marks };
        traps.sprung();
        traps
    }

    /// The scripts that ran since the last call.
    pub fn sprung(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.marks)
            .unwrap()
            .map(|entry| {
                let place = entry.unwrap().path();
                fs::remove_file(&place).unwrap();
                place.file_name().unwrap().to_string_lossy().into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

fn signed_commit(repo: &Repo) {
    let git = repo.git2();
    let head = git.find_commit(repo.head()).unwrap();
    let who = head.author();
    let text = git.commit_create_buffer(&who, &who, "Signed", &head.tree().unwrap(), &[&head]).unwrap();
    let signature = "-----BEGIN PGP SIGNATURE-----\n\nbm90IGEgc2lnbmF0dXJl\n-----END PGP SIGNATURE-----";
    let text = std::str::from_utf8(&text).unwrap();
    let id = git.commit_signed(text, signature, None).unwrap();
    git.reference("refs/heads/main", id, true, "signed").unwrap();
}

/// Takes the object of `path` at the head out of the object store, as a partial clone lacks it.
pub fn lose_blob(repo: &Repo, path: &str) {
    let tree = repo.git2().find_commit(repo.head()).unwrap().tree().unwrap();
    let id = tree.get_path(Path::new(path)).unwrap().id().to_string();
    let object = repo.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(object).unwrap();
}

//! Package managers, task runners, compose: which of their words are the project's.

use crate::reference::extract::{Draft, Sink};
use crate::reference::language::PROGRAMS;
use crate::reference::located::Located;
use crate::reference::model::{Kind, Standing};
use crate::reference::shape;

use super::arguments as arg;
use super::command::{arguments, is_install};
use super::words::Word;

/// Reads the words behind a tool's name.
pub(super) fn tool(lines: &[&Located<'_>], args: &[Word<'_>], name: &str, sink: &mut Sink) {
    // Options of the tool, up to its subcommand.
    let mut rest = args;
    while let Some((word, tail)) = rest.split_first() {
        if !word.text.starts_with(['-', '+']) {
            break;
        }
        arg::flags(lines, word, Some(name), true, sink);
        rest = tail;
        if matches!(
            word.text,
            "--filter"
                | "-F"
                | "--prefix"
                | "-C"
                | "--dir"
                | "-w"
                | "--workspace"
                | "--cwd"
                | "-f"
                | "--file"
                | "-p"
                | "--project-name"
                | "-e"
                | "-s"
        ) && let Some((value, more)) = rest.split_first()
        {
            if matches!((name, word.text), ("tox" | "nox", "-e" | "-s")) {
                for part in value.text.split(',').filter(|p| !p.is_empty()) {
                    let at = part.as_ptr() as usize - value.text.as_ptr() as usize;
                    let parts = vec![name.to_owned(), part.to_owned()];
                    sink.push(
                        Draft::new(Kind::Command, part, parts, arg::span(lines, value, at, part.len()))
                            .program(Some(name)),
                    );
                }
            } else {
                arg::path(lines, value, true, sink);
            }
            rest = more;
        }
    }
    let Some((sub, tail)) = rest.split_first() else { return };
    let compose = name == "docker-compose" || name == "docker" && sub.text == "compose";
    if compose {
        let (sub, tail) = if name == "docker" {
            let skipped = skip_options(lines, tail, name, sink);
            match skipped.split_first() {
                Some((s, t)) => (s, t),
                None => return,
            }
        } else {
            (sub, tail)
        };
        return services(lines, sub, tail, name, sink);
    }
    match (name, sub.text) {
        ("npm" | "pnpm" | "yarn" | "bun", "run" | "run-script") => script(lines, tail, &[name, "run"], sink),
        ("npm" | "pnpm" | "yarn", "test" | "start" | "stop" | "restart" | "t") => {
            script_word(lines, sub, tail, &[name], sink)
        }
        ("npm" | "pnpm", "exec" | "x" | "dlx")
        | ("yarn", "dlx" | "exec")
        | ("bun", "x")
        | ("poetry" | "pdm" | "uv" | "rye" | "pipenv" | "hatch", "run")
        | ("bundle", "exec") => {
            super::command::run(lines, tail, sink);
        }
        ("uv", "pip") => tool(lines, tail, "pip", sink),
        ("cargo", "run" | "r") => {
            let (own, theirs) = split_at_dashes(tail);
            cargo_targets(lines, theirs, sink);
            arguments(lines, own, None, false, true, sink);
        }
        ("cargo", word) if !is_install(word) => {
            let builtin = PROGRAMS.builtin.get("cargo").is_some_and(|b| b.contains(word));
            if builtin {
                let (own, theirs) = split_at_dashes(tail);
                cargo_targets(lines, theirs, sink);
                arguments(lines, own, None, true, true, sink);
            } else if shape::is_word(word) || shape::is_kebab(word) {
                script_word(lines, sub, tail, &["cargo"], sink);
            }
        }
        ("go", "run") => {
            let mut own = tail;
            if let Some((path, more)) = tail.split_first()
                && arg::path(lines, path, true, sink)
            {
                own = more;
            }
            arguments(lines, own, None, own.len() == tail.len(), true, sink);
        }
        ("go", "get" | "install") => {
            for word in tail.iter().filter(|w| w.text.contains('.') && w.text.contains('/')) {
                arg::package(lines, word, name, sink);
            }
            arguments(lines, tail, Some(name), true, false, sink);
        }
        ("docker" | "podman", "run" | "exec") => inside_container(lines, tail, name, sink),
        ("helm", _) => helm(lines, tail, sink),
        ("terraform", _) => terraform(lines, tail, sink),
        (
            "npm" | "pnpm" | "yarn" | "bun" | "cargo" | "pip" | "pip3" | "pipx" | "pipenv" | "poetry" | "pdm" | "uv"
            | "rye" | "gem" | "brew" | "composer" | "conda" | "apt" | "apt-get",
            word,
        ) if is_install(word) => {
            packages(lines, tail, name, sink);
        }
        ("yarn" | "pnpm" | "bun", word) if PROGRAMS.builtin.get(name).is_none_or(|b| !b.contains(word)) => {
            if shape::is_word(word) || word.contains([':', '-']) {
                script_word(lines, sub, tail, &[name], sink);
            }
        }
        _ => arguments(lines, tail, Some(name), true, false, sink),
    }
}

fn skip_options<'w, 'a>(lines: &[&Located<'_>], words: &'w [Word<'a>], name: &str, sink: &mut Sink) -> &'w [Word<'a>] {
    let mut rest = words;
    while let Some((word, tail)) = rest.split_first() {
        if !word.text.starts_with('-') {
            break;
        }
        arg::flags(lines, word, Some(name), true, sink);
        rest = tail;
        if matches!(
            word.text,
            "-f" | "--file" | "-p" | "--project-name" | "--profile" | "--env-file" | "--project-directory"
        ) && let Some((value, more)) = rest.split_first()
        {
            arg::path(lines, value, true, sink);
            rest = more;
        }
    }
    rest
}

/// Words before `--` and behind it: (behind, before).
fn split_at_dashes<'w, 'a>(words: &'w [Word<'a>]) -> (&'w [Word<'a>], &'w [Word<'a>]) {
    match words.iter().position(|w| w.text == "--") {
        Some(at) => (words.get(at + 1..).unwrap_or_default(), words.get(..at).unwrap_or_default()),
        None => (&[], words),
    }
}

/// `npm run x -- --flag`.
fn script(lines: &[&Located<'_>], tail: &[Word<'_>], before: &[&str], sink: &mut Sink) {
    let name = before.first().copied().unwrap_or("");
    let rest = skip_options(lines, tail, name, sink);
    if let Some((word, args)) = rest.split_first() {
        script_word(lines, word, args, before, sink);
    }
}

fn script_word(lines: &[&Located<'_>], word: &Word<'_>, args: &[Word<'_>], before: &[&str], sink: &mut Sink) {
    if word.text.len() > 1 && !word.text.starts_with(['<', '$', '[', '{']) {
        let mut parts: Vec<String> = before.iter().map(|s| (*s).to_owned()).collect();
        parts.push(word.text.to_owned());
        sink.push(
            Draft::new(Kind::Command, word.text, parts, arg::span(lines, word, 0, word.text.len()))
                .program(before.first().copied()),
        );
    }
    arguments(lines, args, None, false, true, sink);
}

/// `--bin x`, `--example x`, `-p x` of cargo.
fn cargo_targets(lines: &[&Located<'_>], args: &[Word<'_>], sink: &mut Sink) {
    let mut which: Option<&str> = None;
    for word in args {
        if word.text.starts_with('-') {
            arg::flags(lines, word, Some("cargo"), true, sink);
            which =
                ["--bin", "--example", "--test", "--bench", "-p", "--package", "--features", "-F", "--manifest-path"]
                    .into_iter()
                    .find(|f| *f == word.text);
            continue;
        }
        match which.take() {
            Some("--manifest-path") => {
                arg::path(lines, word, true, sink);
            }
            Some(flag) => {
                for part in word.text.split([',', ' ']).filter(|p| !p.is_empty()) {
                    let at = part.as_ptr() as usize - word.text.as_ptr() as usize;
                    let parts = vec!["cargo".to_owned(), flag.to_owned(), part.to_owned()];
                    sink.push(
                        Draft::new(Kind::Command, part, parts, arg::span(lines, word, at, part.len()))
                            .program(Some("cargo")),
                    );
                }
            }
            None => {
                arg::path(lines, word, false, sink);
            }
        }
    }
}

/// `docker compose up svc`.
fn services(lines: &[&Located<'_>], sub: &Word<'_>, tail: &[Word<'_>], name: &str, sink: &mut Sink) {
    let single = matches!(sub.text, "run" | "exec");
    let named = single
        || matches!(
            sub.text,
            "up" | "start" | "stop" | "restart" | "logs" | "build" | "pull" | "rm" | "ps" | "kill" | "create"
        );
    for word in tail {
        if word.text.starts_with('-') {
            arg::flags(lines, word, Some(name), true, sink);
            continue;
        }
        if !named || !(shape::is_word(word.text) || shape::is_kebab(word.text) || shape::is_identifier(word.text)) {
            continue;
        }
        let mut parts: Vec<String> = vec![name.to_owned()];
        if name == "docker" {
            parts.push("compose".to_owned());
        }
        parts.extend([sub.text.to_owned(), word.text.to_owned()]);
        sink.push(
            Draft::new(Kind::Command, word.text, parts, arg::span(lines, word, 0, word.text.len())).program(Some(name)),
        );
        if single {
            return;
        }
    }
}

/// `docker run [options] image [command]`: the options are docker's, what follows the image is not.
fn inside_container(lines: &[&Located<'_>], args: &[Word<'_>], name: &str, sink: &mut Sink) {
    let mut value = false;
    for (i, word) in args.iter().enumerate() {
        if std::mem::take(&mut value) {
            if !arg::assignment(lines, word, sink) {
                arg::variables(lines, word, sink);
            }
            continue;
        }
        if word.text.starts_with('-') {
            arg::flags(lines, word, Some(name), true, sink);
            let long = [
                "--name",
                "--volume",
                "--env",
                "--publish",
                "--network",
                "--mount",
                "--env-file",
                "--user",
                "--workdir",
                "--entrypoint",
                "--platform",
                "--hostname",
                "--label",
                "--memory",
                "--cpus",
                "--gpus",
                "--restart",
            ];
            value =
                long.contains(&word.text) || matches!(word.text, "-v" | "-e" | "-p" | "-u" | "-w" | "-h" | "-l" | "-m");
            continue;
        }
        // The image. What follows runs in it: an image's entry point is unknown, so the program is too.
        return arguments(lines, args.get(i + 1..).unwrap_or_default(), None, false, false, sink);
    }
}

/// `--set a.b=c` names a value of the chart.
fn helm(lines: &[&Located<'_>], args: &[Word<'_>], sink: &mut Sink) {
    let mut set = false;
    for word in args {
        if word.text.starts_with('-') {
            arg::flags(lines, word, Some("helm"), true, sink);
            set = matches!(word.text, "--set" | "--set-string" | "--set-file" | "--set-json");
            if let Some((flag, value)) = word.text.split_once('=').filter(|(f, _)| f.starts_with("--set")) {
                let inner = Word { text: value, line: word.line, start: word.start + flag.len() + 1, quoted: false };
                values(lines, &inner, sink);
            }
            continue;
        }
        if std::mem::take(&mut set) {
            values(lines, word, sink);
        } else {
            arg::path(lines, word, false, sink);
        }
    }
}

fn values(lines: &[&Located<'_>], word: &Word<'_>, sink: &mut Sink) {
    let mut at = 0;
    for pair in word.text.split(',') {
        if let Some((key, _)) = pair.split_once('=')
            && !key.is_empty()
            && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b'[' | b']'))
        {
            let mut parts = vec!["values".to_owned()];
            parts.extend(key.split('.').map(str::to_owned));
            sink.push(
                Draft::new(Kind::Resource, key, parts, arg::span(lines, word, at, key.len())).program(Some("helm")),
            );
        }
        at += pair.len() + 1;
    }
}

/// `module.x`, `aws_y.z` behind a subcommand or `-target=`.
fn terraform(lines: &[&Located<'_>], args: &[Word<'_>], sink: &mut Sink) {
    for word in args {
        let (text, at) = match word.text.split_once("target=") {
            Some((before, t)) => (t, before.len() + "target=".len()),
            None => (word.text, 0),
        };
        if at == 0 && text.starts_with('-') {
            arg::flags(lines, word, Some("terraform"), true, sink);
            continue;
        }
        let end = text.find(['[', '"']).unwrap_or(text.len());
        let Some(address) = text.get(..end) else { continue };
        let parts: Vec<&str> = address.split('.').collect();
        let known = parts.len() > 1
            && parts.iter().all(|p| shape::is_identifier(p) || shape::is_kebab(p))
            && shape::extension(address).is_none();
        if known {
            let parts = parts.into_iter().map(str::to_owned).collect();
            sink.push(
                Draft::new(Kind::Resource, address, parts, arg::span(lines, word, at, address.len()))
                    .program(Some("terraform")),
            );
        } else if at == 0 {
            arg::path(lines, word, false, sink);
        }
    }
}

fn packages(lines: &[&Located<'_>], tail: &[Word<'_>], name: &str, sink: &mut Sink) {
    let mut skip = false;
    for word in tail {
        if word.text.starts_with('-') {
            arg::flags(lines, word, Some(name), true, sink);
            skip = matches!(
                word.text,
                "-r" | "--requirement"
                    | "--features"
                    | "-F"
                    | "--path"
                    | "--git"
                    | "--index-url"
                    | "-i"
                    | "--registry"
                    | "--filter"
                    | "-c"
                    | "--group"
                    | "--version"
                    | "-v"
                    | "--tag"
                    | "--branch"
                    | "-e"
                    | "--editable"
                    | "--root"
                    | "-t"
            );
            continue;
        }
        if std::mem::take(&mut skip) {
            arg::path(lines, word, true, sink);
            continue;
        }
        let from = sink.len();
        arg::package(lines, word, name, sink);
        if sink.len() == from {
            arg::path(lines, word, false, sink);
        } else if matches!(name, "brew" | "apt" | "apt-get" | "conda") {
            for r in sink.since(from) {
                r.standing = Standing::Foreign;
            }
        }
    }
}

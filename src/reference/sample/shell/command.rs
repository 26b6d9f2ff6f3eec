//! One command: its program, and what its words name.

use crate::reference::extract::{Draft, Sink};
use crate::reference::inline::parse_flag;
use crate::reference::language::{PROGRAMS, is_language_word};
use crate::reference::located::Located;
use crate::reference::model::{Kind, Shape, Standing};
use crate::reference::shape;

use super::arguments as arg;
use super::words::Word;

/// Programs that take a script or a module whose own options follow.
const INTERPRETERS: [&str; 14] =
    ["python", "python3", "node", "ruby", "perl", "php", "bash", "sh", "zsh", "deno", "bun", "tsx", "ts-node", "java"];

/// Programs whose arguments are files, so that a plain `dir/name` is a path too.
const FILE_PROGRAMS: [&str; 36] = [
    "cat", "cd", "ls", "cp", "mv", "rm", "vim", "vi", "nano", "less", "more", "head", "tail", "source", ".", "chmod",
    "chown", "sh", "bash", "zsh", "code", "open", "tree", "grep", "find", "diff", "sed", "awk", "wc", "touch", "mkdir",
    "pushd", "rsync", "ln", "emacs", "stat",
];

/// Sub-commands that take names of packages.
const INSTALL: [&str; 6] = ["install", "add", "i", "require", "get", "download"];

/// Reads one command.
pub(super) fn run(lines: &[&Located<'_>], words: &[Word<'_>], sink: &mut Sink) {
    let mut rest = words;
    // Assignments and wrappers before the program.
    let mut guard = 0;
    loop {
        guard += 1;
        let Some((first, tail)) = rest.split_first() else { return };
        if guard > 32 {
            return;
        }
        if arg::assignment(lines, first, sink) {
            rest = tail;
            continue;
        }
        let name = base_name(first.text);
        if PROGRAMS.wrappers.contains(name)
            && !(INTERPRETERS.contains(&name) && tail.iter().any(|w| looks_like_script(w.text)))
            && !tail.is_empty()
        {
            rest = tail;
            while let Some((word, more)) = rest.split_first() {
                if !word.text.starts_with('-') {
                    break;
                }
                arg::flags(lines, word, Some(name), true, sink);
                rest = more;
            }
            continue;
        }
        if let Some(next) = tail.first() {
            let pair = format!("{name} {}", next.text);
            if PROGRAMS.runners.contains(&pair) && !matches!(name, "cargo" | "go" | "npm" | "docker" | "kubectl") {
                if pair.starts_with("py") && pair.ends_with("-m") {
                    return module(lines, tail.get(1..).unwrap_or_default(), sink);
                }
                rest = tail.get(1..).unwrap_or_default();
                continue;
            }
        }
        break;
    }
    let Some((first, args)) = rest.split_first() else { return };
    if first.quoted || first.text.starts_with(['<', '$', '{', '[', '-', '"']) {
        // No program that we could name: only plain shapes are read.
        return arguments(lines, rest, None, false, true, sink);
    }
    let name = base_name(first.text);
    if !name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'+')) || name.is_empty() {
        return arguments(lines, args, None, false, true, sink);
    }
    let rooted = first.text.contains('/');
    if rooted && arg::path(lines, first, true, sink) {
        // `bin/tool` is a path; its words are its own.
    }
    match name {
        "export" | "set" | "setx" | "declare" => {
            for word in args {
                if !arg::assignment(lines, word, sink) && shape::is_upper(word.text) {
                    sink.push(Draft::new(
                        Kind::EnvVar,
                        word.text,
                        vec![word.text.to_owned()],
                        arg::span(lines, word, 0, word.text.len()),
                    ));
                }
            }
        }
        "touch" | "mkdir" | "tee" | "install" => each_created(lines, args, name, sink),
        "cp" | "mv" | "ln" => {
            let (last, sources) = args.split_last().map_or((None, args), |(l, s)| (Some(l), s));
            arguments(lines, sources, Some(name), true, true, sink);
            if let Some(last) = last {
                arg::created(lines, last, sink);
            }
        }
        "curl" | "wget" | "http" | "https" | "grpcurl" => request(lines, args, name, sink),
        "kubectl" | "oc" => kubectl(lines, args, name, sink),
        "make" | "gmake" | "just" | "task" | "mage" | "rake" | "invoke" | "inv" | "ninja" | "gulp" | "grunt"
        | "ant" | "doit" | "gradle" | "gradlew" | "waf" | "earthly" => {
            targets(lines, args, name.trim_end_matches(".bat"), sink)
        }
        "npm" | "pnpm" | "yarn" | "bun" | "cargo" | "docker" | "docker-compose" | "podman" | "poetry" | "pdm"
        | "hatch" | "uv" | "rye" | "pip" | "pip3" | "pipx" | "pipenv" | "gem" | "go" | "brew" | "composer" | "mix"
        | "tox" | "nox" | "bundle" | "conda" | "apt" | "apt-get" | "helm" | "terraform" => {
            super::tool(lines, args, name, sink);
        }
        _ if INTERPRETERS.contains(&name) => interpreter(lines, args, name, sink),
        _ if PROGRAMS.foreign.contains(name) && !rooted => {
            arguments(lines, args, Some(name), true, FILE_PROGRAMS.contains(&name), sink);
        }
        _ => own(lines, first, args, name, rooted, sink),
    }
}

/// The last part of a program's path, without `.exe`.
fn base_name(text: &str) -> &str {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.strip_suffix(".exe").unwrap_or(name)
}

fn looks_like_script(text: &str) -> bool {
    shape::extension(text).is_some() && !text.starts_with('-')
}

/// Options, paths and variables of a command.
pub(super) fn arguments(
    lines: &[&Located<'_>],
    args: &[Word<'_>],
    program: Option<&str>,
    foreign: bool,
    files: bool,
    sink: &mut Sink,
) {
    let mut output_next = false;
    for word in args {
        if word.text.starts_with('-') && !word.quoted {
            output_next = matches!(
                word.text,
                "-o" | "--output" | "--out" | "--output-file" | "--outfile" | "--out-dir" | "--outdir" | "--output-dir"
            );
            arg::flags(lines, word, program, foreign, sink);
            continue;
        }
        if std::mem::take(&mut output_next) {
            arg::created(lines, word, sink);
            continue;
        }
        arg::variables(lines, word, sink);
        if word.text.contains("://") {
            crate::reference::inline::route_of_url(word.text, 0, sink, &|s, len| arg::span(lines, word, s, len));
        } else if !(word.quoted && word.text.contains(' ')) {
            arg::path(lines, word, files, sink);
        }
    }
}

fn each_created(lines: &[&Located<'_>], args: &[Word<'_>], name: &str, sink: &mut Sink) {
    for word in args {
        if word.text.starts_with('-') {
            arg::flags(lines, word, Some(name), true, sink);
        } else {
            arg::created(lines, word, sink);
        }
    }
}

/// A program that is nobody else's: its name, its subcommands, its options.
fn own(lines: &[&Located<'_>], first: &Word<'_>, args: &[Word<'_>], name: &str, rooted: bool, sink: &mut Sink) {
    if is_language_word(name) || name.len() < 2 {
        return arguments(lines, args, None, false, true, sink);
    }
    if !rooted {
        let mut draft =
            Draft::new(Kind::Command, first.text, vec![name.to_owned()], arg::span(lines, first, 0, first.text.len()));
        draft.shape.weak = true;
        sink.push(draft.program(Some(name)));
    }
    let mut parts = vec![name.to_owned()];
    let mut taken = 0;
    for word in args.iter().take(2) {
        if word.quoted || !(shape::is_word(word.text) || shape::is_kebab(word.text)) || word.text.len() < 2 {
            break;
        }
        parts.push(word.text.to_owned());
        let mut draft = Draft::new(Kind::Command, word.text, parts.clone(), arg::span(lines, word, 0, word.text.len()));
        draft.shape = Shape { weak: taken > 0, ..Shape::default() };
        sink.push(draft.program(Some(name)));
        taken += 1;
    }
    arguments(lines, args.get(taken..).unwrap_or_default(), Some(name), false, true, sink);
}

/// `python script.py …`, `python -m module …`: what follows is the script's own.
fn interpreter(lines: &[&Located<'_>], args: &[Word<'_>], name: &str, sink: &mut Sink) {
    let mut rest = args;
    while let Some((word, tail)) = rest.split_first() {
        if word.text == "-m" {
            return module(lines, tail, sink);
        }
        if matches!(word.text, "-c" | "-e" | "-r") {
            return;
        }
        if !word.text.starts_with('-') {
            let script = base_name(word.text);
            if !arg::path(lines, word, true, sink) {
                return arguments(lines, rest, Some(name), true, true, sink);
            }
            if let Some(sub) = tail
                .first()
                .filter(|s| script.contains('.') && (shape::is_word(s.text) || shape::is_strong_identifier(s.text)))
            {
                let parts = vec![script.to_owned(), sub.text.to_owned()];
                let mut draft = Draft::new(Kind::Command, sub.text, parts, arg::span(lines, sub, 0, sub.text.len()));
                draft.shape.weak = true;
                sink.push(draft.program(Some(script)));
            }
            return arguments(lines, tail, Some(script), false, true, sink);
        }
        arg::flags(lines, word, Some(name), true, sink);
        rest = tail;
    }
}

/// `-m package.module args`.
fn module(lines: &[&Located<'_>], rest: &[Word<'_>], sink: &mut Sink) {
    let Some((word, args)) = rest.split_first() else { return };
    let head = word.text.split('.').next().unwrap_or("");
    let foreign = PROGRAMS.foreign.contains(head)
        || matches!(
            head,
            "venv" | "http" | "unittest" | "json" | "build" | "ensurepip" | "timeit" | "cProfile" | "pdb" | "black"
        );
    if head == "pip" {
        return super::tool(lines, args, "pip", sink);
    }
    if !foreign && word.text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.')) {
        let parts = word.text.split('.').map(str::to_owned).collect();
        let mut draft = Draft::new(Kind::Symbol, word.text, parts, arg::span(lines, word, 0, word.text.len()));
        draft.shape.weak = !word.text.contains(['.', '_']);
        sink.push(draft);
    }
    arguments(lines, args, Some(head), foreign, true, sink);
}

/// Targets of make and its kind.
fn targets(lines: &[&Located<'_>], args: &[Word<'_>], program: &str, sink: &mut Sink) {
    let mut skip = false;
    for word in args {
        if std::mem::take(&mut skip) {
            arg::path(lines, word, true, sink);
            continue;
        }
        if word.text.starts_with('-') {
            skip = matches!(
                word.text,
                "-C" | "-f"
                    | "--directory"
                    | "--file"
                    | "--justfile"
                    | "-t"
                    | "--taskfile"
                    | "-p"
                    | "--project-dir"
                    | "-b"
                    | "-c"
                    | "-x"
                    | "-j"
            );
            if word.text == "-x" {
                skip = false;
                continue;
            }
            arg::flags(lines, word, Some(program), true, sink);
            continue;
        }
        if arg::assignment(lines, word, sink) {
            continue;
        }
        let ok = word
            .text
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b':' | b'/' | b'%' | b'+'));
        if !ok || word.quoted || word.text.len() < 2 {
            continue;
        }
        let builtin = PROGRAMS.builtin.get(program).is_some_and(|b| b.contains(word.text));
        let mut draft = Draft::new(
            Kind::Command,
            word.text,
            vec![program.to_owned(), word.text.to_owned()],
            arg::span(lines, word, 0, word.text.len()),
        );
        if builtin && program != "make" {
            draft.standing = Standing::Foreign;
        }
        sink.push(draft.program(Some(program)));
        if !matches!(
            program,
            "make" | "gmake" | "gradle" | "gradlew" | "ninja" | "ant" | "gulp" | "grunt" | "mage" | "doit"
        ) {
            // The words behind the first are its arguments.
            return;
        }
    }
}

/// `curl -X POST http://localhost:8080/api/x`.
fn request(lines: &[&Located<'_>], args: &[Word<'_>], name: &str, sink: &mut Sink) {
    let mut method: Option<&str> = None;
    let mut skip: Option<&str> = None;
    for word in args {
        match skip.take() {
            Some("-X" | "--request") => {
                method = Some(word.text);
                continue;
            }
            Some("-o" | "--output" | "-O") => {
                arg::created(lines, word, sink);
                continue;
            }
            Some("-d" | "--data" | "--data-binary" | "-F" | "-T" | "--cacert" | "--cert" | "--key") => {
                arg::path(lines, word, false, sink);
                arg::variables(lines, word, sink);
                continue;
            }
            Some(_) => {
                arg::variables(lines, word, sink);
                continue;
            }
            None => {}
        }
        if word.text.starts_with('-') {
            skip = [
                "-X",
                "--request",
                "-o",
                "--output",
                "-d",
                "--data",
                "--data-binary",
                "-H",
                "--header",
                "-u",
                "--user",
                "-F",
                "-T",
                "--cacert",
                "--cert",
                "--key",
            ]
            .into_iter()
            .find(|f| *f == word.text);
            if let Some(m) = word.text.strip_prefix("-X").filter(|m| shape::is_upper(m)) {
                method = Some(m);
            }
            if parse_flag(word.text).iter().any(|f| f.value.is_none()) {
                arg::flags(lines, word, Some(name), true, sink);
            }
            continue;
        }
        if matches!(word.text, "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD") {
            method = Some(word.text);
            continue;
        }
        arg::variables(lines, word, sink);
        if word.text.contains("://") {
            let from = sink.len();
            crate::reference::inline::route_of_url(word.text, 0, sink, &|s, len| arg::span(lines, word, s, len));
            for r in sink.since(from) {
                r.program = Some(name.to_owned());
                if let Some(method) = method {
                    r.parts.insert(0, method.to_owned());
                }
            }
        } else if let Some(at) = word.text.find('/').filter(|_| {
            word.text.starts_with("localhost") || word.text.starts_with("127.0.0.1") || word.text.starts_with(':')
        }) {
            let path = word.text.get(at..).unwrap_or("");
            crate::reference::inline::route(path, at, method, sink, &|s, len| arg::span(lines, word, s, len));
        }
    }
}

/// Subcommands of kubectl itself; any other is a plugin's.
const KUBECTL: [&str; 42] = [
    "get",
    "describe",
    "apply",
    "create",
    "delete",
    "edit",
    "logs",
    "exec",
    "rollout",
    "scale",
    "autoscale",
    "patch",
    "label",
    "annotate",
    "expose",
    "run",
    "set",
    "explain",
    "port-forward",
    "proxy",
    "cp",
    "auth",
    "debug",
    "top",
    "cordon",
    "uncordon",
    "drain",
    "taint",
    "config",
    "cluster-info",
    "version",
    "api-resources",
    "api-versions",
    "wait",
    "attach",
    "diff",
    "kustomize",
    "replace",
    "certificate",
    "completion",
    "events",
    "plugin",
];

/// `kubectl get deploy/name`, `kubectl -n ns logs name`.
fn kubectl(lines: &[&Located<'_>], args: &[Word<'_>], name: &str, sink: &mut Sink) {
    let mut kind: Option<&str> = None;
    let mut verb: Option<&str> = None;
    let mut skip = false;
    for (index, word) in args.iter().enumerate() {
        if std::mem::take(&mut skip) {
            arg::path(lines, word, true, sink);
            arg::variables(lines, word, sink);
            continue;
        }
        if word.text == "--" {
            return;
        }
        if word.text.starts_with('-') {
            skip = matches!(
                word.text,
                "-n" | "--namespace"
                    | "-f"
                    | "--filename"
                    | "-c"
                    | "-k"
                    | "--context"
                    | "-o"
                    | "-l"
                    | "--selector"
                    | "-p"
                    | "--from-literal"
                    | "--type"
            );
            arg::flags(lines, word, Some(name), true, sink);
            // `--from=cronjob/name`
            if let Some((flag, object)) = word.text.split_once('=')
                && flag == "--from"
                && let Some((k, n)) = object.split_once('/')
                && shape::is_word(k)
                && !n.is_empty()
                && !n.starts_with(['$', '<', '{'])
            {
                let parts = vec![k.to_owned(), n.to_owned()];
                let at = flag.len() + 1 + k.len() + 1;
                let span = arg::span(lines, word, at, n.len());
                sink.push(Draft::new(Kind::Resource, n, parts, span).program(Some(name)));
            }
            continue;
        }
        if verb.is_none() {
            if name == "kubectl"
                && !KUBECTL.contains(&word.text)
                && (shape::is_kebab(word.text) || shape::is_word(word.text))
            {
                // A plugin is a program of its own, `kubectl-name`, maybe the project's.
                let rest = args.get(index + 1..).unwrap_or_default();
                return own(lines, word, rest, &format!("kubectl-{}", word.text), false, sink);
            }
            verb = Some(word.text);
            continue;
        }
        if matches!(verb, Some("rollout" | "config" | "create" | "top" | "auth" | "apply" | "set"))
            && kind.is_none()
            && !word.text.contains('/')
            && shape::is_word(word.text)
            && verb != Some("top")
        {
            verb = Some("get");
            continue;
        }
        arg::variables(lines, word, sink);
        if let Some((k, n)) = word.text.split_once('/') {
            if shape::is_word(k) && !n.is_empty() && !n.starts_with(['$', '<', '{']) {
                let parts = vec![k.to_owned(), n.to_owned()];
                sink.push(
                    Draft::new(Kind::Resource, n, parts, arg::span(lines, word, k.len() + 1, n.len()))
                        .program(Some(name)),
                );
            }
            continue;
        }
        match (verb, kind) {
            (Some("logs" | "exec" | "port-forward" | "attach" | "cp"), _) => {}
            (_, None) => kind = Some(word.text),
            (_, Some(k)) if shape::is_kebab(word.text) || shape::is_word(word.text) => {
                let parts = vec![k.to_owned(), word.text.to_owned()];
                sink.push(
                    Draft::new(Kind::Resource, word.text, parts, arg::span(lines, word, 0, word.text.len()))
                        .program(Some(name)),
                );
            }
            _ => {}
        }
    }
}

/// Whether a word begins an installation.
pub(super) fn is_install(word: &str) -> bool {
    INSTALL.contains(&word)
}

//! Names that files declare beyond identifiers: targets, scripts, services, packages, alerts, routes.

use super::super::path::RepoPath;
use super::super::term::Domain;
use super::{ignored, route};

/// Calls `each` with every name that the file at `path` declares, and its line from 1 (0 where the
/// form of the file does not tell).
pub fn names(path: &RepoPath, content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    route::routes(content, &mut |route, line| each(Domain::Route, route, line));
    declared(path, content, each);
}

/// [`names`] without routes.
pub fn declared(path: &RepoPath, content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let name = path.name();
    let suffix = path.extension().unwrap_or_default();
    binary(path, each);
    match name {
        b".gitignore" => ignored::patterns(path, content, &mut |pattern, line| each(Domain::Ignored, pattern, line)),
        b"package.json" | b"composer.json" => package_json(content, each),
        b"Cargo.toml" | b"pyproject.toml" | b"Pipfile" => toml_manifest(content, each),
        b"config.toml" if path.parent().ends_with(b".cargo") => toml_manifest(content, each),
        b"go.mod" => go_mod(content, each),
        b"pom.xml" => pom(content, each),
        b"tox.toml" => tox_toml(content, each),
        b"Rakefile" | b"rakefile" => rake(content, each),
        _ if suffix == b"rake" => rake(content, each),
        b"tox.ini" => lines(content, &mut |line, number| {
            if let Some(env) = line.strip_prefix(b"[testenv:") {
                each(Domain::Command, env.split(|&b| b == b']').next().unwrap_or_default(), number);
            }
        }),
        b"setup.py" | b"setup.cfg" => quoted_or_bare_requirements(content, each),
        _ if name.starts_with(b"requirements") => requirements(content, each),
        b"Makefile" | b"makefile" | b"GNUmakefile" | b"justfile" | b"Justfile" | b".justfile" => targets(content, each),
        _ if suffix == b"mk" || name.starts_with(b"Makefile.") => targets(content, each),
        _ if suffix == b"gradle" || suffix == b"kts" => gradle(content, each),
        _ if suffix == b"yml" || suffix == b"yaml" => {
            yaml(name, content, each);
            if matches!(name, b"Chart.yaml" | b"requirements.yaml") {
                chart_dependencies(content, each);
            }
            if name.starts_with(b"values") {
                chart_values(content, each);
            }
        }
        _ if suffix == b"json" => dashboard(content, each),
        _ if suffix == b"tf" => terraform(content, each),
        _ => {}
    }
}

/// A program that a tool makes of a file by its place: `src/bin/x.rs`, `examples/x/main.rs`, `cmd/x/main.go`.
fn binary(path: &RepoPath, each: &mut dyn FnMut(Domain, &[u8], u32)) {
    if !matches!(path.extension(), Some(b"rs" | b"go")) {
        return;
    }
    let mut parts = path.as_bytes().rsplit(|&b| b == b'/');
    let (Some(file), Some(folder), above) = (parts.next(), parts.next(), parts.next()) else { return };
    let stem = file.split(|&b| b == b'.').next().unwrap_or_default();
    let holds = |folder: &[u8]| matches!(folder, b"bin" | b"examples" | b"benches" | b"cmd");
    if stem == b"main" && above.is_some_and(holds) {
        each(Domain::Command, folder, 1);
    } else if holds(folder) && path.extension() == Some(b"rs") {
        each(Domain::Command, stem, 1);
    }
}

/// The charts that a chart depends on.
fn chart_dependencies(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let line = line.trim_ascii_start();
        for mark in [b"- name:".as_slice(), b"name:", b"alias:", b"- alias:"] {
            if let Some(name) = line.strip_prefix(mark) {
                let name = name.trim_ascii();
                each(
                    Domain::Dependency,
                    name.strip_prefix(b"\"").and_then(|n| n.strip_suffix(b"\"")).unwrap_or(name),
                    number,
                );
            }
        }
    });
}

/// The values of a chart, each by its dotted name.
fn chart_values(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let mut above: Vec<(usize, Vec<u8>)> = Vec::new();
    lines(content, &mut |line, number| {
        let indent = line.iter().take_while(|&&b| b == b' ').count();
        let rest = &line[indent..];
        let Some(colon) = memchr::memchr(b':', rest) else { return };
        let key = &rest[..colon];
        let is_key = !key.is_empty() && key.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if !is_key || indent > 40 {
            return;
        }
        while above.last().is_some_and(|(deep, _)| *deep >= indent) {
            above.pop();
        }
        let name = match above.last() {
            Some((_, parent)) => [parent.as_slice(), b".", key].concat(),
            None => key.to_vec(),
        };
        if !above.is_empty() {
            each(Domain::Resource, &name, number);
        }
        above.push((indent, name));
    });
}

/// The title and the id of a dashboard.
fn dashboard(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    if memchr::memmem::find(content, b"\"panels\"").is_none() {
        return;
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(content) else { return };
    for board in [Some(&value), value.get("dashboard")].into_iter().flatten() {
        for key in ["title", "uid"] {
            if let Some(text) = board.get(key).and_then(|t| t.as_str()) {
                each(Domain::Resource, text.as_bytes(), 0);
            }
        }
    }
}

fn lines(content: &[u8], each: &mut dyn FnMut(&[u8], u32)) {
    for (line, number) in content.split(|&b| b == b'\n').zip(1..) {
        each(line.strip_suffix(b"\r").unwrap_or(line), number);
    }
}

fn is_target(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'%')
}

/// Targets of Makefiles and recipes of justfiles; a pattern rule keeps its `%`, a variable alone (`$(NAME):`) gives the
/// name that it is set to.
fn targets(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let set_to = |name: &[u8]| -> Option<&[u8]> {
        content.split(|&b| b == b'\n').find_map(|line| {
            let rest = line.strip_prefix(name)?.trim_ascii_start();
            let value =
                rest.strip_prefix(b":=").or_else(|| rest.strip_prefix(b"?=")).or_else(|| rest.strip_prefix(b"="))?;
            let value = value.trim_ascii();
            (!value.is_empty() && value.iter().all(|&b| is_target(b))).then_some(value)
        })
    };
    lines(content, &mut |line, number| {
        if line.first().is_none_or(|b| !is_target(*b) && *b != b'@' && *b != b'$') {
            return;
        }
        let Some(colon) = memchr::memchr(b':', line) else { return };
        if line.get(colon + 1) == Some(&b'=') || line[..colon].contains(&b'=') {
            return;
        }
        let (head, tail) = (&line[..colon], &line[colon + 1..]);
        let phony = head.starts_with(b".PHONY");
        for word in if phony { tail } else { head }.split(|b| b.is_ascii_whitespace()) {
            let word = word.strip_prefix(b"@").unwrap_or(word);
            let variable = word.strip_prefix(b"$(").and_then(|w| w.strip_suffix(b")"));
            let word = variable.filter(|v| v.iter().all(|&b| is_target(b))).and_then(set_to).unwrap_or(word);
            if !word.is_empty() && word.iter().all(|&b| is_target(b)) {
                each(Domain::Command, word, number);
            }
        }
    });
}

fn package_json(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(content) else { return };
    let mut keys = |table: &str, domain: Domain| {
        for key in value.get(table).and_then(|t| t.as_object()).into_iter().flat_map(|t| t.keys()) {
            each(domain, key.as_bytes(), 0);
        }
    };
    keys("scripts", Domain::Command);
    keys("bin", Domain::Command);
    for table in
        ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "require", "require-dev"]
    {
        keys(table, Domain::Dependency);
    }
}

fn toml_manifest(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let Ok(text) = std::str::from_utf8(content) else { return };
    let Ok(root) = text.parse::<toml::Table>() else { return };
    toml_table(&root, "", each);
    for table in ["package", "project"] {
        if let Some(own) = root.get(table).and_then(|t| t.get("name")).and_then(|n| n.as_str()) {
            each(Domain::Command, own.as_bytes(), 0);
        }
    }
}

/// The environments of tox in its newer form.
fn tox_toml(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let Some(root) = std::str::from_utf8(content).ok().and_then(|text| text.parse::<toml::Table>().ok()) else {
        return;
    };
    environments(&root, each);
}

fn environments(tox: &toml::Table, each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let tables = tox.get("env").and_then(|env| env.as_table()).into_iter().flat_map(|env| env.keys());
    let listed = tox.get("env_list").and_then(|list| list.as_array()).into_iter().flatten();
    for name in tables.map(String::as_str).chain(listed.filter_map(|name| name.as_str())) {
        each(Domain::Command, name.as_bytes(), 0);
    }
}

/// The tasks of a Rakefile: `task :name`, `task 'name'`, `task name: :other`.
fn rake(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let Some(rest) = line.trim_ascii_start().strip_prefix(b"task") else { return };
        let rest = rest.strip_prefix(b"(").unwrap_or(rest).trim_ascii_start();
        let name = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start();
        let name = name.strip_prefix(b"'").or_else(|| name.strip_prefix(b"\"")).unwrap_or(name);
        let end = name.iter().position(|&b| !is_target(b) || b == b':').unwrap_or(name.len());
        let told = rest.first().is_some_and(|b| matches!(b, b':' | b'\'' | b'"')) || name.get(end) == Some(&b':');
        if let Some(name) = name.get(..end).filter(|name| told && !name.is_empty()) {
            each(Domain::Command, name, number);
        }
    });
}

fn toml_table(table: &toml::Table, under: &str, each: &mut dyn FnMut(Domain, &[u8], u32)) {
    for (key, value) in table {
        match (key.as_str(), value) {
            (
                "dependencies" | "dev-dependencies" | "build-dependencies" | "packages" | "dev-packages",
                toml::Value::Table(entries),
            ) => {
                for name in entries.keys() {
                    each(Domain::Dependency, name.as_bytes(), 0);
                }
            }
            ("scripts" | "tasks" | "alias" | "entry-points", toml::Value::Table(entries)) => {
                for name in entries.keys() {
                    each(Domain::Command, name.as_bytes(), 0);
                }
            }
            ("tox", toml::Value::Table(tox)) if under == ".tool" => environments(tox, each),
            ("dependencies" | "requires", toml::Value::Array(items)) => {
                for item in items.iter().filter_map(|i| i.as_str()) {
                    each(Domain::Dependency, requirement_name(item.as_bytes()), 0);
                }
            }
            ("optional-dependencies" | "dependency-groups" | "extras", toml::Value::Table(groups)) => {
                for item in groups.values().filter_map(|g| g.as_array()).flatten().filter_map(|i| i.as_str()) {
                    each(Domain::Dependency, requirement_name(item.as_bytes()), 0);
                }
            }
            ("bin" | "example", toml::Value::Array(items)) => {
                for name in items.iter().filter_map(|i| i.get("name")).filter_map(|n| n.as_str()) {
                    each(Domain::Command, name.as_bytes(), 0);
                }
            }
            (_, toml::Value::Table(inner)) if under.len() < 60 => toml_table(inner, &format!("{under}.{key}"), each),
            _ => {}
        }
    }
}

/// `name[extra]>=1.0; marker` → `name`.
fn requirement_name(text: &[u8]) -> &[u8] {
    let end =
        text.iter().position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'-' | b'_' | b'.')).unwrap_or(text.len());
    &text[..end]
}

fn requirements(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let name = requirement_name(line.trim_ascii());
        if !name.is_empty() {
            each(Domain::Dependency, name, number);
        }
    });
}

/// Every quoted string that starts like a requirement, and bare ones of `setup.cfg`.
fn quoted_or_bare_requirements(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let line = line.trim_ascii();
        let mut rest = line;
        while let Some(open) = memchr::memchr2(b'"', b'\'', rest) {
            let quote = rest[open];
            let body = &rest[open + 1..];
            let Some(close) = memchr::memchr(quote, body) else { break };
            let name = requirement_name(&body[..close]);
            if name.len() > 1 && name.first().is_some_and(u8::is_ascii_alphabetic) {
                each(Domain::Dependency, name, number);
            }
            rest = &body[close + 1..];
        }
        if line.first().is_some_and(u8::is_ascii_alphabetic) && !line.contains(&b'(') && !line.contains(&b'"') {
            each(Domain::Dependency, requirement_name(line), number);
        }
    });
}

fn go_mod(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"require ").unwrap_or(line);
        if let Some(name) = line.split(|b| b.is_ascii_whitespace()).next()
            && name.contains(&b'.')
            && name.contains(&b'/')
        {
            each(Domain::Dependency, name, number);
        }
    });
}

fn pom(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        for tag in [b"<artifactId>".as_slice(), b"<module>"] {
            if let Some(at) = memchr::memmem::find(line, tag) {
                let body = &line[at + tag.len()..];
                each(Domain::Dependency, body.split(|&b| b == b'<').next().unwrap_or_default(), number);
            }
        }
    });
}

fn gradle(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let line = line.trim_ascii();
        for mark in [b"task ".as_slice(), b"tasks.register(", b"tasks.create(", b"task("] {
            if let Some(rest) = line.strip_prefix(mark) {
                let rest = rest.trim_ascii_start();
                let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
                let end = rest.iter().position(|&b| !is_target(b)).unwrap_or(rest.len());
                each(Domain::Command, &rest[..end], number);
            }
        }
        let mut rest = line;
        while let Some(open) = memchr::memchr2(b'"', b'\'', rest) {
            let body = &rest[open + 1..];
            let Some(close) = memchr::memchr(rest[open], body) else { break };
            let mut parts = body[..close].split(|&b| b == b':');
            if let (Some(_), Some(artifact)) = (parts.next(), parts.next()) {
                each(Domain::Dependency, artifact, number);
            }
            rest = &body[close + 1..];
        }
    });
}

/// Services of compose files, tasks of task files, and objects: what manifests call `alert` or `record`, and the `name`
/// of a whole file or in an object's metadata. Other names are of parts of something: steps, columns, ports, containers.
fn yaml(file: &[u8], content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    let lower = file.to_ascii_lowercase();
    let lists_commands = lower.starts_with(b"taskfile") || memchr::memmem::find(&lower, b"compose").is_some();
    let mut section: &[u8] = b"";
    // Where an object's metadata begins.
    let mut metadata: Option<usize> = None;
    lines(content, &mut |line, number| {
        let indent = line.iter().take_while(|&&b| b == b' ').count();
        let item = line[indent..].strip_prefix(b"- ");
        let rest = item.unwrap_or(&line[indent..]);
        let Some(colon) = memchr::memchr(b':', rest) else { return };
        let (key, value) = (&rest[..colon], rest[colon + 1..].trim_ascii());
        let of_object = item.is_none() && (indent == 0 || metadata.is_some_and(|at| at < indent));
        let deep = indent + if item.is_some() { 2 } else { 0 };
        if metadata.is_some_and(|at| deep <= at) {
            metadata = None;
        }
        if key == b"metadata" && value.is_empty() {
            metadata = Some(deep);
        }
        if indent == 0 {
            section = if matches!(key, b"services" | b"tasks") { b"commands" } else { b"" };
        } else if lists_commands && indent <= 4 && section == b"commands" && (indent == 2 || value.is_empty()) {
            each(Domain::Command, key, number);
        }
        let named =
            matches!(key, b"alert" | b"record" | b"title" | b"uid" | b"job_name") || key == b"name" && of_object;
        if named && !value.is_empty() {
            let quoted = |b: &u8| matches!(b, b'"' | b'\'');
            let value =
                if value.first().is_some_and(quoted) && value.len() > 1 { &value[1..value.len() - 1] } else { value };
            each(Domain::Resource, value, number);
            // `{{ .Release.Name }}-worker`: a template puts the name together.
            if value.starts_with(b"{{")
                && let Some(close) = memchr::memmem::rfind(value, b"}}")
                && let Some(end) = value.get(close + 2..).filter(|end| end.len() > 2)
            {
                each(Domain::Affix, end, number);
            }
        }
    });
}

/// `resource "a" "b"` is `a.b`, `module "x"` is `module.x`.
fn terraform(content: &[u8], each: &mut dyn FnMut(Domain, &[u8], u32)) {
    lines(content, &mut |line, number| {
        let mut quoted = line.split(|&b| b == b'"').skip(1).step_by(2);
        let address = if line.starts_with(b"resource ") {
            quoted.next().zip(quoted.next()).map(|(a, b)| [a, b".", b].concat())
        } else {
            [b"module".as_slice(), b"variable", b"output"]
                .iter()
                .find(|k| line.strip_prefix(**k).is_some_and(|r| r.starts_with(b" ")))
                .and_then(|kind| quoted.next().map(|name| [kind, b".".as_slice(), name].concat()))
        };
        if let Some(address) = address {
            each(Domain::Resource, &address, number);
        }
    });
}

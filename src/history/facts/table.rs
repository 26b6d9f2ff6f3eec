//! Manifests in TOML, read by lines so that each fact has its own.

use super::{Of, Out, Strength, feature, push, quoted, requirement};

/// Calls `each` with section, key, value and line number.
fn entries(text: &str, each: &mut dyn FnMut(&str, &str, &str, usize)) {
    let mut section = "";
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if let Some(head) = line.strip_prefix('[').filter(|_| line.ends_with(']') && !line.contains('=')) {
            section = head.trim_matches(['[', ']', ' ']);
        } else if let Some((key, value)) = line.split_once('=') {
            each(section, key.trim().trim_matches(['"', '\'']), value.trim(), number);
        }
    }
}

/// The name in any of `sections`.
fn own_name(text: &str, sections: &[&str]) -> String {
    let mut name = String::new();
    entries(text, &mut |section, key, value, _| {
        if key == "name" && name.is_empty() && sections.contains(&section) {
            name = quoted(value).unwrap_or("").to_owned();
        }
    });
    name
}

/// The version in `"1.2"` or `{ version = "1.2", … }`.
fn version_of(value: &str) -> Option<&str> {
    if value.starts_with('{') {
        let at = value.find("version")?;
        return quoted(value.get(at + "version".len()..)?);
    }
    value.starts_with(['"', '\'']).then(|| quoted(value)).flatten()
}

/// A bare version means what is compatible with it.
fn caret(version: &str) -> String {
    if version.starts_with(|c: char| c.is_ascii_digit()) { format!("^{version}") } else { version.to_owned() }
}

/// `Cargo.toml`.
pub fn cargo(text: &str, out: &mut Out) {
    let name = own_name(text, &["package"]);
    entries(text, &mut |section, key, value, line| match (section, key) {
        ("package" | "workspace.package", "rust-version") => {
            if let Some(version) = quoted(value) {
                push(out, Of::Toolchain, "rust", &format!(">={version}"), Strength::Manifest, line);
            }
        }
        ("package" | "workspace.package", "edition") => {
            let least = match quoted(value) {
                Some("2018") => "1.31",
                Some("2021") => "1.56",
                Some("2024") => "1.85",
                _ => return,
            };
            push(out, Of::Toolchain, "rust", &format!(">={least}"), Strength::Implied, line);
        }
        ("package", "version") => {
            if let Some(version) = version_of(value) {
                push(out, Of::Package, &name, version, Strength::Own, line);
            }
        }
        ("features", key) => feature(out, key, line),
        ("dependencies" | "workspace.dependencies", key) => {
            // A dependency that may be left out is a feature, too.
            if value.contains("optional") {
                feature(out, key, line);
            }
            if let Some(version) = version_of(value) {
                push(out, Of::Package, key, &caret(version), Strength::Manifest, line);
            }
        }
        (section, "optional") => {
            if let Some(package) = section.strip_prefix("dependencies.") {
                feature(out, package, line);
            }
        }
        (section, "version") => {
            if let (Some(package), Some(version)) = (section.strip_prefix("dependencies."), version_of(value)) {
                push(out, Of::Package, package, &caret(version), Strength::Manifest, line);
            }
        }
        _ => {}
    });
}

/// `pyproject.toml`.
pub fn pyproject(text: &str, out: &mut Out) {
    let name = own_name(text, &["project", "tool.poetry"]);
    entries(text, &mut |section, key, value, line| match (section, key) {
        ("project" | "tool.flit.metadata", "requires-python") => {
            push(out, Of::Toolchain, "python", quoted(value).unwrap_or(""), Strength::Manifest, line);
        }
        ("project" | "tool.poetry", "version") => {
            push(out, Of::Package, &name, quoted(value).unwrap_or(""), Strength::Own, line);
        }
        ("project.optional-dependencies" | "tool.poetry.extras" | "tool.flit.metadata.requires-extra", key) => {
            feature(out, key, line);
        }
        ("tool.poetry.dependencies", "python") => {
            push(out, Of::Toolchain, "python", quoted(value).unwrap_or(""), Strength::Manifest, line);
        }
        ("tool.poetry.dependencies", key) => {
            push(out, Of::Package, key, version_of(value).unwrap_or(""), Strength::Manifest, line);
        }
        _ => {}
    });
    let mut section = "";
    let mut within = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.starts_with('[') && line.ends_with(']') && !line.contains(['"', '\'']) {
            section = line.trim_matches(['[', ']', ' ']);
            within = false;
        }
        if section == "project" && line.starts_with("dependencies") && line.contains('[') {
            within = true;
        }
        if within {
            for item in line.split(',').filter_map(quoted) {
                if let Some((package, range)) = requirement(item) {
                    push(out, Of::Package, package, range, Strength::Manifest, number);
                }
            }
            within = !line.ends_with(']');
        }
    }
}

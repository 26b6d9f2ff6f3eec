//! Manifests that are not TOML.

use super::version::Version;
use super::{Of, Out, Strength, feature, push, quoted, requirement, toolchain};
use crate::history::path::RepoPath;

/// `package.json`.
pub fn package_json(text: &str, out: &mut Out) {
    let Ok(root) = serde_json::from_str::<serde_json::Value>(text) else { return };
    let string = |key: &str| root.get(key).and_then(serde_json::Value::as_str);
    if let (Some(name), Some(version)) = (string("name"), string("version")) {
        push(out, Of::Package, name, version, Strength::Own, line_of(text, &["version"]));
    }
    if let Some((tool, version)) = string("packageManager").and_then(|p| p.split_once('@')) {
        let version = version.split('+').next().unwrap_or(version);
        push(out, Of::Toolchain, tool, version, Strength::Ci, line_of(text, &["packageManager"]));
    }
    let table = |key: &str| root.get(key).and_then(serde_json::Value::as_object).into_iter().flatten();
    for (tool, range) in table("engines") {
        if let (Some(tool), Some(range)) = (toolchain(tool), range.as_str()) {
            push(out, Of::Toolchain, tool, range, Strength::Manifest, line_of(text, &["engines", tool]));
        }
    }
    for key in ["dependencies", "peerDependencies"] {
        for (package, range) in table(key) {
            let Some(range) = range.as_str().filter(|r| !r.contains([':', '/'])) else { continue };
            push(out, Of::Package, package, range, Strength::Manifest, line_of(text, &[key, package]));
        }
    }
}

/// The line (from 1) at which the last of `keys` stands behind the others.
fn line_of(text: &str, keys: &[&str]) -> usize {
    let mut at = 0;
    for key in keys {
        let quoted = format!("\"{key}\"");
        at += text.get(at..).and_then(|rest| rest.find(&quoted)).unwrap_or(0);
    }
    text.get(..at).unwrap_or("").matches('\n').count() + 1
}

/// `go.mod`.
pub fn go_mod(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        if let Some(version) = line.strip_prefix("go ") {
            let version = version.split("//").next().unwrap_or("").trim();
            push(out, Of::Toolchain, "go", &format!(">={version}"), Strength::Manifest, number);
            continue;
        }
        // `require ( … )` and `require module v1.2.3`.
        let mut words = line.trim().trim_start_matches("require ").split_whitespace();
        if let (Some(module), Some(version), rest) = (words.next(), words.next(), words.next())
            && module.contains('.')
            && module.contains('/')
            && version.starts_with('v')
            && rest != Some("=>")
            && !line.contains("// indirect")
        {
            push(out, Of::Package, module, version, Strength::Manifest, number);
            super::pin::module(module, version, number, out);
        }
    }
}

/// The value of `key` in `key = value`, `key: value` or `key="value"`.
fn assigned<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.trim_start().trim_start_matches(['"', '\'']).strip_prefix(key)?;
    let rest = rest.trim_start_matches(['"', '\'']).trim_start();
    rest.strip_prefix(['=', ':']).map(str::trim)
}

/// `setup.py` and `setup.cfg`.
pub fn setup(text: &str, out: &mut Out) {
    let mut name = "";
    // What is open of `extras_require={ … }`, or the section of that name.
    let mut extras = Extras::default();
    for (line, number) in text.lines().zip(1..) {
        if let Some(extra) = extras.name(line) {
            feature(out, extra, number);
        }
        let bare = |value: &'_ str| value.trim_matches([',', '"', '\'', ' ', ')']).to_owned();
        if let Some(range) = assigned(line, "python_requires") {
            push(out, Of::Toolchain, "python", &bare(range), Strength::Manifest, number);
        } else if let Some(value) = assigned(line, "name") {
            if name.is_empty() {
                name = value.trim_matches([',', '"', '\'', ' ']);
            }
        } else if let Some(value) = assigned(line, "version") {
            let value = bare(value);
            if Version::parse(&value).is_some() {
                push(out, Of::Package, name, &value, Strength::Own, number);
            }
        } else {
            let item = line.trim().trim_start_matches(['"', '\'']).trim_end_matches([',', '"', '\'', ']']);
            if let Some((package, range)) = requirement(item)
                && !range.starts_with("= ")
                && Version::parse(range.trim_start_matches(['>', '=', '~', '<', ' '])).is_some()
            {
                push(out, Of::Package, package, range, Strength::Manifest, number);
            }
        }
    }
}

/// Reads the names of extras, line by line.
#[derive(Default)]
struct Extras {
    section: bool,
    depth: i32,
}

impl Extras {
    fn name<'l>(&mut self, line: &'l str) -> Option<&'l str> {
        if line.starts_with('[') {
            self.section = line.starts_with("[options.extras_require]");
            return None;
        }
        if self.section {
            return line
                .split_once('=')
                .map(|(key, _)| key)
                .filter(|k| !k.starts_with(char::is_whitespace))
                .map(str::trim);
        }
        let rest = if self.depth > 0 {
            line
        } else {
            let at = line.find("extras_require")?;
            line.get(at..)?
        };
        let before = self.depth;
        let opens = |c: char| matches!(c, '{' | '[' | '(');
        let closes = |c: char| matches!(c, '}' | ']' | ')');
        let count = |f: &dyn Fn(char) -> bool| i32::try_from(rest.chars().filter(|c| f(*c)).count()).unwrap_or(0);
        self.depth = (before + count(&opens) - count(&closes)).max(0);
        // `"name": [` one level deep.
        let inner = if before > 0 { rest } else { rest.split_once('{')?.1 };
        let key = quoted(inner)?;
        let after = inner.split_once(key)?.1.trim_start_matches(['"', '\'']).trim_start();
        (before <= 1 && after.starts_with(':')).then_some(key)
    }
}

/// `__version__ = "1.2"` of the package in whose folder it stands.
pub fn python_version(path: &RepoPath, text: &str, out: &mut Out) {
    let folder = path.parent().rsplit(|b| *b == b'/').next().unwrap_or_default();
    let folder = String::from_utf8_lossy(folder);
    for (line, number) in text.lines().zip(1..).take(400) {
        if let Some(value) = line.strip_prefix("__version__").or_else(|| line.strip_prefix("VERSION"))
            && let Some(value) = value.trim_start().strip_prefix('=').and_then(quoted)
            && Version::parse(value).is_some()
        {
            push(out, Of::Package, &folder, value, Strength::Own, number);
        }
    }
}

/// The text of `<name>…</name>` where it stands on one line.
fn tag<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.trim_start().strip_prefix('<')?.strip_prefix(name)?.strip_prefix('>')?;
    rest.get(..rest.find('<')?)
}

fn java(value: &str, line: usize, strength: Strength, out: &mut Out) {
    let value = value.trim().trim_matches(['"', '\'']);
    let value = value.strip_prefix("1.").unwrap_or(value);
    if Version::parse(value).is_some_and(|v| v.parts.len() == 1) {
        push(out, Of::Toolchain, "java", &format!(">={value}"), strength, line);
    }
}

/// `pom.xml`.
pub fn pom(text: &str, out: &mut Out) {
    let (mut group, mut artifact, mut own) = ("", "", None);
    let mut parent = false;
    let mut head = true;
    for (line, number) in text.lines().zip(1..) {
        let trimmed = line.trim_start();
        parent |= trimmed.starts_with("<parent>");
        head &= !["<dependencies>", "<build>", "<dependencyManagement>", "<profiles>", "<licenses>", "<modules>"]
            .iter()
            .any(|t| trimmed.starts_with(t));
        if head {
            if let Some(value) = tag(line, "groupId").filter(|_| !parent || group.is_empty()) {
                group = value;
            }
            if !parent {
                artifact = tag(line, "artifactId").filter(|_| artifact.is_empty()).unwrap_or(artifact);
            }
            if let Some(value) = tag(line, "version").filter(|_| !parent && own.is_none()) {
                own = Some((value, number));
            }
        }
        for key in ["maven.compiler.release", "maven.compiler.source", "java.version", "release", "source"] {
            if let Some(value) = tag(line, key) {
                java(value, number, Strength::Manifest, out);
            }
        }
        parent &= !trimmed.contains("</parent>");
    }
    if let (Some((version, line)), false) = (own, artifact.is_empty()) {
        push(out, Of::Package, &format!("{group}:{artifact}"), version, Strength::Own, line);
    }
}

/// `build.gradle` and `build.gradle.kts`.
pub fn gradle(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        for mark in ["JavaVersion.VERSION_", "JavaLanguageVersion.of(", "jvmToolchain(", "sourceCompatibility"] {
            let Some(at) = line.find(mark) else { continue };
            let rest = line.get(at + mark.len()..).unwrap_or("").trim_start_matches([' ', '=', '"', '\'']);
            let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(rest.len());
            let value = rest.get(..end).unwrap_or("").replace('_', ".");
            java(&value, number, Strength::Manifest, out);
            if !value.is_empty() {
                break;
            }
        }
    }
}

/// `CMakeLists.txt` and `*.cmake`.
pub fn cmake(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or("");
        let lower = line.to_ascii_lowercase();
        if lower.trim_start().starts_with("cmake_minimum_required")
            && let Some(at) = lower.find("version")
        {
            let rest = lower.get(at + 7..).unwrap_or("").trim_start();
            let version = rest.split("...").next().unwrap_or("").split([' ', ')']).next().unwrap_or("");
            push(out, Of::Toolchain, "cmake", &format!(">={version}"), Strength::Manifest, number);
        }
        if lower.trim_start().starts_with("project")
            && let (Some(open), Some(at)) = (lower.find('('), lower.find("version "))
        {
            let name = lower.get(open + 1..).unwrap_or("").split_whitespace().next().unwrap_or("");
            let version = lower.get(at + 8..).unwrap_or("").trim_start().split([' ', ')']).next().unwrap_or("");
            push(out, Of::Package, name, version, Strength::Own, number);
        }
        for mark in ["cmake_cxx_standard ", "cxx_std_", "cxx_standard "] {
            if let Some(at) = lower.find(mark) {
                standard(lower.get(at + mark.len()..).unwrap_or(""), number, Strength::Manifest, out);
                break;
            }
        }
        flag(&lower, number, out);
    }
}

/// `-std=c++17` among the options of a compiler.
fn flag(line: &str, number: usize, out: &mut Out) {
    for mark in ["-std=c++", "-std=gnu++", "/std:c++"] {
        if let Some(at) = line.find(mark) {
            standard(line.get(at + mark.len()..).unwrap_or(""), number, Strength::Ci, out);
        }
    }
}

fn standard(text: &str, line: usize, strength: Strength, out: &mut Out) {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    if end == 2 {
        push(out, Of::Toolchain, "cpp", &format!(">={}", text.get(..end).unwrap_or("")), strength, line);
    }
}

/// `Chart.yaml`: which clusters it can be installed in.
pub fn chart(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        if let Some(range) = line.strip_prefix("kubeVersion:") {
            let range = range.split(" #").next().unwrap_or(range).trim().trim_matches(['"', '\'']);
            push(out, Of::Toolchain, "kubernetes", &range.replace("-0", ""), Strength::Manifest, number);
        }
    }
}

/// `.bazelrc`.
pub fn bazel(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        flag(&line.to_ascii_lowercase(), number, out);
    }
}

/// A file that holds the version of one toolchain.
pub fn pin(tool: &'static str, text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..).take(20) {
        let value = assigned(line, "channel").unwrap_or(line).trim_matches(['"', '\'', ' ']);
        if Version::parse(value).is_some_and(|v| !v.pre) {
            push(out, Of::Toolchain, tool, value, Strength::Ci, number);
            return;
        }
    }
}

/// `.tool-versions`.
pub fn tool_versions(text: &str, out: &mut Out) {
    for (line, number) in text.lines().zip(1..) {
        let mut words = line.split_whitespace();
        if let (Some(tool), Some(version)) = (words.next().and_then(toolchain), words.next()) {
            push(out, Of::Toolchain, tool, version, Strength::Ci, number);
        }
    }
}

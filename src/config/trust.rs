//! What a configuration that is merely found may not say.
//!
//! A file in an audited repository is written by whoever writes to that repository. What decides
//! where a credential or a page goes counts only from a file that the user names with `--config`;
//! elsewhere it is taken out of the file before anything reads it, and named in a warning.

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::text::Source;

/// Sections and keys at the top of the file that are taken out, whatever they hold.
const TOP: &[&str] = &["source", "judge", "publish", "templates"];

/// Keys that are taken out wherever they stand, at any depth.
const ANYWHERE: &[&str] = &["base_url", "api_key_env", "token_env", "templates"];

/// Takes out of `table` what a found file may not say, and returns a warning for each.
pub fn strip(table: &mut Spanned<DeTable<'_>>, source: &Source<'_>) -> Vec<String> {
    let mut taken = Vec::new();
    let root = table.get_mut();
    let top: Vec<_> = root.keys().filter(|key| TOP.contains(&key.get_ref().as_ref())).cloned().collect();
    for key in top {
        root.remove(&key);
        taken.push((key.span(), key.get_ref().to_string()));
    }
    strip_systems(root, &mut taken);
    strip_table(root, "", &mut taken);
    taken.sort_by_key(|(span, _)| span.start);
    taken
        .into_iter()
        .map(|(span, name)| {
            let place = source.place(&span);
            format!("{place}: `{name}` is ignored: it counts only in a file given with --config")
        })
        .collect()
}

type Taken = Vec<(std::ops::Range<usize>, String)>;

/// A system without its repository would be taken for the audited one: it goes as a whole.
fn strip_systems(root: &mut DeTable<'_>, taken: &mut Taken) {
    let Some(systems) = root.iter_mut().find(|(key, _)| key.get_ref() == "system") else { return };
    let DeValue::Array(systems) = systems.1.get_mut() else { return };
    *systems = std::mem::replace(systems, DeArray::new())
        .into_iter()
        .filter(|system| {
            let DeValue::Table(table) = system.get_ref() else { return true };
            let remote = table.iter().find(|(key, value)| {
                key.get_ref() == "repo" && matches!(value.get_ref(), DeValue::String(repo) if is_remote(repo))
            });
            if let Some((key, _)) = remote {
                taken.push((key.span(), "system.repo".to_owned()));
            }
            remote.is_none()
        })
        .collect();
}

fn strip_table(table: &mut DeTable<'_>, within: &str, taken: &mut Taken) {
    let keys: Vec<_> = table.keys().cloned().collect();
    for key in keys {
        let name = if within.is_empty() { key.get_ref().to_string() } else { format!("{within}.{}", key.get_ref()) };
        let Some(value) = table.get_mut(&key) else { continue };
        let out = ANYWHERE.contains(&key.get_ref().as_ref())
            || (key.get_ref() == "repo" && matches!(value.get_ref(), DeValue::String(repo) if is_remote(repo)));
        if out {
            table.remove(&key);
            taken.push((key.span(), name));
        } else {
            strip_value(value.get_mut(), &name, taken);
        }
    }
}

fn strip_value(value: &mut DeValue<'_>, name: &str, taken: &mut Taken) {
    match value {
        DeValue::Table(table) => strip_table(table, name, taken),
        DeValue::Array(array) => {
            for item in array.iter_mut() {
                strip_value(item.get_mut(), name, taken);
            }
        }
        _ => {}
    }
}

/// Whether `repo` is anything but a path within the audited repository: a URL, `host:path`, a
/// helper such as `ext::…`, an option, or a path that leads out.
fn is_remote(repo: &str) -> bool {
    repo.contains(':') || repo.starts_with(['-', '/', '~', '\\']) || repo.split(['/', '\\']).any(|part| part == "..")
}

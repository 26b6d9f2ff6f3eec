//! Why a repository can't be audited, and what to do about it.

use std::fs;
use std::path::{Path, PathBuf};

/// Why a repository could not be opened. Each message says what happened, where, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The path itself is not there or can't be entered.
    #[error("{}: {message}; name a folder inside a git repository", path.display())]
    Path {
        /// The path that was asked for.
        path: PathBuf,
        /// The system's own words.
        message: String,
    },
    /// Neither the folder nor any above it is a git repository.
    #[error(
        "{} is not inside a git repository; run this in a clone, or name one: `shelflife audit PATH`",
        path.display()
    )]
    NotARepository {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// A `.git` file points to a folder that isn't there (a moved worktree, a submodule that was
    /// never fetched).
    #[error(
        "{} points to {}, which is not a git folder; run `git worktree repair` or \
         `git submodule update --init` in the main repository",
        link.display(),
        target.display()
    )]
    DanglingLink {
        /// The `.git` file.
        link: PathBuf,
        /// Where it points.
        target: PathBuf,
    },
    /// The repository has no commit yet.
    #[error("{} has no commits yet, so there is no history to check against; commit first", path.display())]
    NoCommits {
        /// The repository.
        path: PathBuf,
    },
    /// Objects are named by SHA-256.
    #[error(
        "{} uses SHA-256 object names, which are not supported yet; audit a SHA-1 clone of the project",
        path.display()
    )]
    Sha256 {
        /// The repository.
        path: PathBuf,
    },
    /// References are kept in a reftable.
    #[error(
        "{} keeps its references in the reftable format, which is not supported yet; \
         convert it with `git refs migrate --ref-format=files`",
        path.display()
    )]
    Reftable {
        /// The repository.
        path: PathBuf,
    },
    /// An extension of the repository format that is not known.
    #[error("{} uses the repository extension `{extension}`, which is not supported{}", path.display(), extension_hint(extension))]
    Extension {
        /// The repository.
        path: PathBuf,
        /// The extension's name, as the configuration spells it.
        extension: String,
    },
    /// Somebody else owns the repository, and the user has not said that it is to be trusted.
    #[error(
        "{} is owned by another user; if you trust it, run: git config --global --add safe.directory {}",
        path.display(),
        quoted(path)
    )]
    Owner {
        /// What `safe.directory` has to name.
        path: PathBuf,
    },
    /// Anything else: damaged, or not readable.
    #[error("{} could not be read as a git repository: {message}; `git fsck` may say more", path.display())]
    Unreadable {
        /// The repository.
        path: PathBuf,
        /// libgit2's or the system's own words.
        message: String,
    },
}

fn extension_hint(extension: &str) -> &'static str {
    if extension == "partialclone" {
        // Git itself needs `remote.<name>.promisor` alone.
        "; run `git config --unset extensions.partialClone` (git goes by `remote.<name>.promisor`)"
    } else {
        "; audit a plain clone of the project"
    }
}

/// `path` as a POSIX shell takes it back.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+@".contains(c)) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

impl OpenError {
    /// Turns what libgit2 said about `path` into what the user needs. The repository's own
    /// configuration file is read for the reason, since libgit2 has no code for it.
    pub(super) fn classify(path: &Path, error: &git2::Error) -> Self {
        let found = Found::from(path);
        if error.code() == git2::ErrorCode::Owner {
            return Self::Owner { path: found.map_or_else(|| path.to_owned(), |f| f.root) };
        }
        let Some(found) = found else {
            return Self::NotARepository { path: path.to_owned() };
        };
        if !found.git_dir.is_dir() {
            return Self::DanglingLink { link: found.root.join(".git"), target: found.git_dir };
        }
        let path = found.root;
        let config = git2::Config::open(&found.common_dir.join("config"));
        for (name, value) in config.ok().map(extensions).unwrap_or_default() {
            match (name.as_str(), value.to_ascii_lowercase().as_str()) {
                ("objectformat", "sha256") => return Self::Sha256 { path },
                ("refstorage", "reftable") => return Self::Reftable { path },
                ("noop" | "objectformat" | "worktreeconfig" | "preciousobjects" | "relativeworktrees", _)
                | ("refstorage", "files") => {}
                _ => return Self::Extension { path, extension: name },
            }
        }
        Self::Unreadable { path, message: error.message().to_owned() }
    }
}

fn extensions(config: git2::Config) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Ok(entries) = config.entries(Some("^extensions\\.")) {
        // A value that is no text can't be one of those that are asked for.
        let _ = entries.for_each(|entry| {
            let name = entry.name().unwrap_or_default().trim_start_matches("extensions.").to_ascii_lowercase();
            found.push((name, entry.value().unwrap_or_default().to_owned()));
        });
    }
    found.sort();
    found
}

/// Where a repository is, looked for as git does, without opening it.
struct Found {
    /// The work tree, or the repository itself where it is bare.
    root: PathBuf,
    git_dir: PathBuf,
    /// The git folder that worktrees share.
    common_dir: PathBuf,
}

impl Found {
    fn from(path: &Path) -> Option<Self> {
        let path = fs::canonicalize(path).ok()?;
        for root in path.ancestors() {
            let dot = root.join(".git");
            let git_dir = if dot.is_dir() {
                dot
            } else if let Ok(text) = fs::read_to_string(&dot) {
                root.join(text.strip_prefix("gitdir:")?.trim())
            } else if root.join("HEAD").is_file() && root.join("objects").is_dir() && root.join("refs").is_dir() {
                root.to_owned()
            } else {
                continue;
            };
            let common_dir = fs::read_to_string(git_dir.join("commondir"))
                .map_or_else(|_| git_dir.clone(), |common| git_dir.join(common.trim()));
            return Some(Self { root: root.to_owned(), git_dir, common_dir });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_a_shell_only_where_they_must_be() {
        assert_eq!(quoted(Path::new("/srv/a-b_c.d")), "/srv/a-b_c.d");
        assert_eq!(quoted(Path::new("/srv/it's here")), r"'/srv/it'\''s here'");
    }
}

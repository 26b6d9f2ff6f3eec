//! `shelflife cache`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use shelflife::config::cache::FILE_NAME;
use shelflife::source::http::STORE_FILE_NAME;

use super::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// Show or empty the cache.
///
/// It holds facts about git objects, so that a second audit is fast. Deleting it is always safe.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife cache info
  shelflife cache clean")]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
enum Action {
    /// Print where the cache is and how large
    Info(Place),
    /// Delete it; the next audit builds it anew
    Clean(Place),
}

/// Where the cache is.
#[derive(Debug, clap::Args)]
struct Place {
    /// The folder [default: shelflife in the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let (Action::Info(place) | Action::Clean(place)) = &args.action;
    let folder =
        place.cache_dir.clone().or_else(default_dir).ok_or_else(|| {
            Failure::cannot("there is no cache folder for this user").help("name one with --cache-dir")
        })?;
    let files = files(&folder)?;
    let size: u64 = files.iter().map(|(_, size)| size).sum();
    let text = match &args.action {
        Action::Info(_) => format!("{}\n{}\n", folder.join(FILE_NAME).display(), human(size)),
        Action::Clean(_) => {
            for (file, _) in &files {
                fs::remove_file(file)
                    .map_err(|error| Failure::cannot(format!("`{}` could not be deleted: {error}", file.display())))?;
            }
            format!("{} freed\n", human(size))
        }
    };
    print(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// `shelflife` in the user's cache folder; none where the user has no home.
pub fn default_dir() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let user = folder("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            folder("HOME").map(|home| home.join("Library/Caches"))
        } else {
            folder("HOME").map(|home| home.join(".cache"))
        }
    });
    user.map(|user| user.join("shelflife"))
}

/// The cache files (facts of repositories, downloads) and what SQLite keeps beside them, with sizes. Nothing else in the folder is ours.
fn files(folder: &Path) -> Result<Vec<(PathBuf, u64)>, Failure> {
    let mut files = Vec::new();
    let all =
        [FILE_NAME, STORE_FILE_NAME].into_iter().flat_map(|name| ["", "-wal", "-shm", "-journal"].map(|s| (name, s)));
    for (name, suffix) in all {
        let file = folder.join(format!("{name}{suffix}"));
        match file.symlink_metadata() {
            Ok(meta) if meta.is_file() => files.push((file, meta.len())),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::cannot(format!("`{}` could not be read: {error}", file.display()))),
        }
    }
    Ok(files)
}

fn human(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut unit = 0;
    let mut scaled = (u128::from(bytes) * 10) / 1024;
    while scaled >= 10_240 && unit + 1 < UNITS.len() {
        scaled /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", scaled / 10, scaled % 10, UNITS.get(unit).copied().unwrap_or("TiB"))
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn sizes_read_well() {
        assert_eq!(human(0), "0 bytes");
        assert_eq!(human(1023), "1023 bytes");
        assert_eq!(human(1024), "1.0 KiB");
        assert_eq!(human(1536), "1.5 KiB");
        assert_eq!(human(2 << 30), "2.0 GiB");
        assert_eq!(human(u64::MAX), "16777215.9 TiB");
    }
}

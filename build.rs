//! Names the version of what makes facts: a hash of everything that can change a result.
//!
//! Facts that are kept between runs are good only for the program that found them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let mut files = Vec::new();
    for root in ["src", "rules", "templates"] {
        println!("cargo:rerun-if-changed={root}");
        collect(Path::new(root), &mut files);
    }
    println!("cargo:rerun-if-changed=Cargo.toml");
    files.push(PathBuf::from("Cargo.toml"));
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        if let Ok(content) = std::fs::read(&file) {
            file.hash(&mut hasher);
            content.hash(&mut hasher);
        }
    }
    println!("cargo:rustc-env=SHELFLIFE_FACTS={:016x}", hasher.finish());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

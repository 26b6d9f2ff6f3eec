//! What a list of ignored files takes out of the tree: files that a build or a run makes.

use super::super::path::RepoPath;

/// Calls `each` with every pattern of the list at `path`, and its line: a pattern with a folder in it
/// from the root of the repository, one without as it is. Exceptions (`!x`) and patterns with
/// wildcards other than `*.suffix` are left out: fewer files count as made then.
pub(super) fn patterns(path: &RepoPath, content: &[u8], each: &mut dyn FnMut(&[u8], u32)) {
    let folder = path.parent();
    for (line, number) in content.split(|&b| b == b'\n').zip(1..) {
        let pattern = line.trim_ascii();
        if pattern.is_empty() || matches!(pattern[0], b'#' | b'!') {
            continue;
        }
        let pattern = pattern.strip_suffix(b"/").unwrap_or(pattern);
        let pattern = pattern.strip_suffix(b"/*").or_else(|| pattern.strip_suffix(b"/**")).unwrap_or(pattern);
        let pattern = pattern.strip_prefix(b"**/").unwrap_or(pattern);
        let wild = pattern.strip_prefix(b"*").unwrap_or(pattern);
        if wild.is_empty() || wild.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'\\')) {
            continue;
        }
        if !pattern.contains(&b'/') {
            each(pattern, number);
            continue;
        }
        let inner = pattern.strip_prefix(b"/").unwrap_or(pattern);
        let whole = if folder.is_empty() { inner.to_vec() } else { [folder, b"/", inner].concat() };
        each(&[b"/".as_slice(), &whole].concat(), number);
    }
}

/// The patterns of [`patterns`] that take the file or folder at `path` out of the tree.
pub fn ignoring(path: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
    let mut start = 0;
    for end in ends.take(64) {
        let part = &path[start..end];
        out.push([b"/".as_slice(), &path[..end]].concat());
        out.push(part.to_vec());
        out.extend(memchr::memchr_iter(b'.', part).map(|dot| [b"*".as_slice(), &part[dot..]].concat()));
        start = end + 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_ignored_by_itself_or_by_a_folder() {
        let mut found = Vec::new();
        patterns(&"a/.gitignore".into(), b"# x\n/out/\n*.o\ngen\n!keep\nx[ab]\n", &mut |p, _| found.push(p.to_vec()));
        assert_eq!(found, [b"/a/out".to_vec(), b"*.o".to_vec(), b"gen".to_vec()]);
        let hit = |path: &str| ignoring(path.as_bytes()).iter().any(|p| found.contains(p));
        assert!(hit("a/out/x.txt") && hit("b/c.o") && hit("gen/api.go"));
        assert!(!hit("out/x.txt") && !hit("a/general.go"));
    }
}

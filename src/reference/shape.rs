//! What a single token can be, by its form alone.

use super::language::{CODE, FILES, PLACEHOLDERS};

/// Narrows full-width ASCII forms (`－－ｘ`) and dashes that typography made of `--`.
pub(crate) fn narrow(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.bytes().any(|b| b == 0xEF) {
        return std::borrow::Cow::Borrowed(text);
    }
    std::borrow::Cow::Owned(text.chars().map(narrow_char).collect())
}

/// One character narrowed.
pub(crate) fn narrow_char(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Whether `s` is an identifier of the common kind.
pub(crate) fn is_identifier(s: &str) -> bool {
    let b = s.as_bytes();
    matches!(b.first(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$'))
        && b.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'))
}

/// `UPPER_CASE` of at least three characters with a letter first.
pub(crate) fn is_upper(s: &str) -> bool {
    s.len() >= 3
        && s.as_bytes().first().is_some_and(|b| b.is_ascii_uppercase() || *b == b'_')
        && s.bytes().any(|b| b.is_ascii_uppercase())
        && s.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// A lower-case letter followed by a capital, or two capitals each followed by lower case.
pub(crate) fn has_hump(s: &str) -> bool {
    let b = s.as_bytes();
    b.windows(2)
        .any(|w| matches!(w, [x, y] if (x.is_ascii_lowercase() || x.is_ascii_digit()) && y.is_ascii_uppercase()))
        || b.windows(3).any(
            |w| matches!(w, [x, y, z] if x.is_ascii_uppercase() && y.is_ascii_uppercase() && z.is_ascii_lowercase()),
        ) && b.iter().filter(|x| x.is_ascii_lowercase()).count() > 1
}

/// Whether an identifier looks like code even without its surroundings.
pub(crate) fn is_strong_identifier(s: &str) -> bool {
    let inner = s.trim_matches('_');
    inner.len() > 2 && (inner.contains('_') || has_hump(inner)) && inner.bytes().any(|b| b.is_ascii_alphabetic())
}

/// `lower-case-words`, at least two.
pub(crate) fn is_kebab(s: &str) -> bool {
    s.contains('-')
        && s.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && s.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric)
        && !s.contains("--")
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A plain lower-case word of at least two letters.
pub(crate) fn is_word(s: &str) -> bool {
    s.len() >= 2
        && s.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// A name in the style of a time series: a unit at its end, or three words.
pub(crate) fn is_metric(s: &str) -> bool {
    if !s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b':'))
        || !s.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
    {
        return false;
    }
    const UNITS: [&str; 9] =
        ["_total", "_seconds", "_bytes", "_count", "_sum", "_bucket", "_ratio", "_milliseconds", "_info"];
    s.matches('_').count() >= 2 && UNITS.iter().any(|u| s.ends_with(u))
}

/// The extension of a file name, if the lists know it. `Some(true)`: it proves a file by itself.
pub(crate) fn extension(name: &str) -> Option<bool> {
    let (stem, ext) = name.rsplit_once('.')?;
    if stem.is_empty() && !FILES.names.contains(name) {
        return None;
    }
    let known = |e: &str| FILES.extensions.contains(e);
    if known(ext) {
        return Some(!FILES.soft_extensions.contains(ext));
    }
    let low = ext.to_ascii_lowercase();
    if low != ext && known(&low) {
        return Some(!FILES.soft_extensions.contains(low.as_str()));
    }
    None
}

/// How a token is taken for a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathLook {
    /// Surely a path.
    Strong,
    /// Perhaps one: `owner/name`.
    Weak,
}

/// Whether `token` is a path of a repository, by its look. `code`: it stands in code, where more is
/// believed. Wildcards are allowed.
pub(crate) fn path_look(token: &str, code: bool) -> Option<PathLook> {
    let b = token.as_bytes();
    let (&first, &last) = (b.first()?, b.last()?);
    if b.len() < 2 || b.len() > 300 || first == b'-' || token.contains("://") || token.starts_with("//") {
        return None;
    }
    if !b.iter().all(|c| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                b'/' | b'.'
                    | b'_'
                    | b'-'
                    | b'+'
                    | b'@'
                    | b'~'
                    | b'*'
                    | b'?'
                    | b'{'
                    | b'}'
                    | b','
                    | b'['
                    | b']'
                    | b'<'
                    | b'>'
                    | b'$'
                    | b'%'
            )
            || *c >= 0x80
    }) {
        return None;
    }
    if first == b'~' || first == b'$' || first == b'%' || first == b'@' && extension(token).is_none() {
        return None;
    }
    // A drive's letter can't be here (no colon); a rooted path may be the site's.
    let body = token.trim_start_matches("./");
    if !body.bytes().any(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    let glob = body.bytes().any(|c| matches!(c, b'*' | b'?' | b'[' | b'{'));
    if body.len() < token.len()
        && !body.contains('/')
        && code
        && body.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.'))
    {
        return Some(PathLook::Strong);
    }
    if !body.contains('/') {
        return file_name(body, code, glob);
    }
    let trimmed = body.trim_end_matches('/');
    let mut parts = trimmed.split('/');
    let head = parts.next()?;
    let name = trimmed.rsplit('/').next()?;
    if trimmed.split('/').skip(usize::from(first == b'/')).any(|p| p.is_empty()) {
        return None;
    }
    if first == b'/' {
        let root = parts.next()?;
        if FILES.system_roots.contains(root) || extension(name) != Some(true) {
            return None;
        }
        return Some(PathLook::Weak);
    }
    let count = trimmed.split('/').count();
    if head.contains('.') && !head.starts_with('.') && is_domain(head) {
        return None;
    }
    if extension(name).is_some() || FILES.names.contains(name) {
        // `TCP/Node.js` and versions (`v1/2.h`) aside, a known extension behind a slash is a file.
        return Some(PathLook::Strong);
    }
    if FILES.not_paths.contains(head) {
        return None;
    }
    let plain = |p: &str| {
        !p.is_empty()
            && p.bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'_' | b'-' | b'.' | b'*' | b'@'))
    };
    if !trimmed.split('/').all(|p| p.bytes().any(|c| c.is_ascii_alphabetic() || matches!(c, b'*' | b'.'))) {
        return None;
    }
    if head == ".." || head.starts_with('.') && head.len() > 2 {
        return Some(PathLook::Strong);
    }
    if name.contains('.') && !name.starts_with('.') && !glob && !code {
        return None;
    }
    let known = FILES.folders.contains(head);
    if token.starts_with("./") || (last == b'/' && trimmed.split('/').all(plain)) {
        // `word/` in running text is seldom a folder unless it looks like one.
        return (code || known || count > 1).then_some(PathLook::Strong);
    }
    if known && trimmed.split('/').all(|p| plain(p) || code) {
        return Some(if code || count > 2 || trimmed.contains(['_', '-', '.']) {
            PathLook::Strong
        } else {
            PathLook::Weak
        });
    }
    if code {
        let upper = trimmed.bytes().any(|c| c.is_ascii_lowercase());
        return (upper && count < 12).then_some(PathLook::Weak);
    }
    (count > 2 && trimmed.split('/').all(plain) && trimmed.contains(['_', '-'])).then_some(PathLook::Weak)
}

fn file_name(name: &str, code: bool, glob: bool) -> Option<PathLook> {
    if FILES.names.contains(name) {
        return (code || !FILES.word_names.contains(name)).then_some(PathLook::Strong);
    }
    let strong = extension(name)?;
    let stem = name.split('.').next().unwrap_or("");
    if glob {
        return Some(PathLook::Weak);
    }
    if name.contains([',', '<', '>', '[', ']', '{', '}', '@', '%', '$']) {
        return None;
    }
    if !strong && !code {
        return None;
    }
    // `spec.template` is a key sooner than a file.
    if !strong && !name.ends_with(['c', 'h', 'o', 's', 'k', 'g', 'n']) && !name.ends_with(".env") {
        return None;
    }
    // `Node.js` and its kind are products.
    if !code && name.ends_with(".js") && stem.bytes().next().is_some_and(|c| c.is_ascii_uppercase()) {
        return None;
    }
    if stem.bytes().all(|c| c.is_ascii_digit()) && !name.starts_with('.') {
        return (strong && code).then_some(PathLook::Weak);
    }
    Some(if strong { PathLook::Strong } else { PathLook::Weak })
}

/// Whether a first part of a path is a host (`github.com`, `k8s.io`).
pub(crate) fn is_domain(head: &str) -> bool {
    let Some((name, tld)) = head.rsplit_once('.') else { return false };
    !name.is_empty()
        && FILES.domains.contains(tld)
        && head.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
}

/// Splits a path for look-up: `.` and empty parts go, `..` stays.
pub(crate) fn path_parts(path: &str) -> Vec<String> {
    path.split('/').filter(|p| !p.is_empty() && *p != ".").map(str::to_owned).collect()
}

/// First bytes of the beginnings of stand-ins: most tokens begin with none of them.
static STARTS: std::sync::LazyLock<[bool; 256]> = std::sync::LazyLock::new(|| {
    let mut table = [false; 256];
    for word in PLACEHOLDERS.prefixes.iter().chain(&PLACEHOLDERS.camel_prefixes) {
        if let Some(slot) = word.as_bytes().first().and_then(|b| table.get_mut(usize::from(*b))) {
            *slot = true;
        }
    }
    table
});

/// Whether a token stands for something that the reader puts in.
pub(crate) fn is_placeholder(token: &str) -> bool {
    let lists = &*PLACEHOLDERS;
    let marked = token.bytes().any(|b| matches!(b, b'<' | b'.' | b'/' | b'x' | b'X' | 0xE2));
    if marked && lists.parts.iter().any(|p| token.contains(p.as_str())) {
        return true;
    }
    let name = token.rsplit('/').next().unwrap_or(token);
    let bare = token.trim_start_matches(['-', '@', '.', '/', '$', '{']);
    let first = |s: &str| s.as_bytes().first().is_some_and(|b| STARTS.get(usize::from(*b)).copied().unwrap_or(true));
    let may_start = first(bare) || first(name);
    if may_start && lists.prefixes.iter().any(|p| bare.starts_with(p.as_str()) || name.starts_with(p.as_str())) {
        return true;
    }
    if may_start
        && lists.camel_prefixes.iter().any(|p| {
            let rest = name.strip_prefix(p.as_str());
            rest.is_some_and(|r| r.as_bytes().first().is_some_and(u8::is_ascii_uppercase))
        })
    {
        return true;
    }
    let stem = name.split('.').next().unwrap_or(name);
    if token.len() > 1 && lists.whole.contains(stem) && (name.contains('.') || name.len() == token.len()) {
        return !CODE.keywords.words.contains(token) && (name.contains('.') || token.contains('/'));
    }
    token.len() <= 200
        && token.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| {
            (2..=12).contains(&w.len())
                && (lists.words.contains(w)
                    || (w.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
                        && lists.words.contains(w.to_ascii_lowercase().as_str())))
        })
}

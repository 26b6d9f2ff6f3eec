//! Hidden marks by which a publisher knows its own texts again, and data that travels in them.
//!
//! A mark is an HTML comment that stands alone on the first line of a text. Anybody can paste one, so
//! it counts only in a text that we wrote ourselves (see [`Own`](super::github::Own)).

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longer data is taken for damaged, in bytes.
const LONGEST: usize = 24_000;

/// Which of our texts one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The weekly issue.
    Issue,
    /// The comment on a pull request.
    Comment,
    /// The pull request with fixes.
    Fix,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Comment => "comment",
            Self::Fix => "fix",
        }
    }
}

/// The mark of `kind`. `name` tells apart several of a kind in one place (a repository with several
/// audits); letters, digits, `_` and `.` of it count, all else
/// becomes one `-`.
#[must_use]
pub fn mark(kind: Kind, name: &str) -> String {
    let parts = name.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
    let name = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if name.is_empty() {
        format!("<!-- shelflife:{} -->", kind.word())
    } else {
        format!("<!-- shelflife:{}:{name} -->", kind.word())
    }
}

/// Whether `body` begins with `mark`.
#[must_use]
pub fn is_marked(body: &str, mark: &str) -> bool {
    body.trim_start_matches(['\u{feff}', '\r', '\n', ' ']).lines().next().is_some_and(|line| line.trim_end() == mark)
}

/// `data` as a hidden line called `key`.
///
/// # Errors
/// Where it can't be written as JSON.
pub fn hide<T: Serialize>(key: &str, data: &T) -> Result<String, serde_json::Error> {
    // Nothing in it may end the comment, or look like the start of another.
    let json = serde_json::to_string(data)?;
    let json = json.replace('<', "\\u003c").replace('>', "\\u003e").replace("--", "-\\u002d");
    Ok(format!("<!-- shelflife:{key} {json} -->"))
}

/// What [`hide`] wrote as `key` in `body`; none where there is none, or it is damaged.
#[must_use]
pub fn find<T: DeserializeOwned>(key: &str, body: &str) -> Option<T> {
    let start = format!("<!-- shelflife:{key} ");
    let line = body.lines().map(str::trim).find(|line| line.starts_with(&start))?;
    let json = line.strip_prefix(&start)?.strip_suffix(" -->")?;
    if json.len() > LONGEST {
        return None;
    }
    serde_json::from_str(json).ok()
}

/// A page's id fit to stand in a mark: everything but letters, digits and `/._` is written `%XX`.
#[must_use]
pub fn pack(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for b in id.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_') {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

/// The id that [`pack`] packed.
#[must_use]
pub fn unpack(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(more.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = more.get(2..)?;
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_on_the_first_line_alone() {
        let mark = mark(Kind::Issue, "");
        assert!(is_marked(&format!("{mark}\r\nText"), &mark));
        assert!(is_marked(&format!("\n{mark}\nText"), &mark));
        for other in [format!("Look: {mark}"), format!("> {mark}"), format!("Text\n{mark}"), String::new()] {
            assert!(!is_marked(&other, &mark), "{other}");
        }
        assert_eq!(super::mark(Kind::Comment, "a b-->c"), "<!-- shelflife:comment:a-b-c -->");
    }

    #[test]
    fn data_comes_back_and_can_not_leave_its_comment() {
        let data = vec!["--> <script>".to_owned(), "日本".to_owned(), "a--b---c".to_owned()];
        let hidden = hide("data", &data).unwrap();
        let inner = hidden.strip_prefix("<!--").unwrap().strip_suffix("-->").unwrap();
        assert!(!inner.contains("--") && !inner.contains('<') && !inner.contains('>'), "{hidden}");
        assert_eq!(find::<Vec<String>>("data", &format!("x\n{hidden}\ny")), Some(data));
        assert_eq!(find::<Vec<String>>("data", "<!-- shelflife:data [1 -->"), None);
        assert_eq!(find::<Vec<u32>>("data", &hidden), None);
        assert_eq!(
            find::<Vec<String>>("data", &format!("<!-- shelflife:data [\"{}\"] -->", "x".repeat(LONGEST))),
            None
        );
    }

    #[test]
    fn ids_are_packed_and_unpacked() {
        for id in ["docs/a b.md", "設定.md", "a--b>.md", "%41", "https://x/y?z#w"] {
            let packed = pack(id);
            assert!(packed.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._%".contains(&b)), "{packed}");
            assert_eq!(unpack(&packed).as_deref(), Some(id));
        }
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(unpack(bad), None, "{bad}");
        }
    }
}

//! How a name is spelled, and what words it is made of.

/// A way to spell a name of several words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// `config-file`
    Kebab,
    /// `config_file`
    Snake,
    /// `CONFIG_FILE`
    Screaming,
    /// `configFile`
    Camel,
    /// `ConfigFile`
    Pascal,
    /// `config`: one word, fits kebab, snake and camel.
    Lower,
    /// `CONFIG`: one word, fits screaming.
    Upper,
}

impl Style {
    /// The style of `name`, which has no leading dashes.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let lower = name.chars().any(char::is_lowercase);
        let upper = name.chars().any(char::is_uppercase);
        let inner = name.trim_matches('_');
        if name.contains('-') {
            Self::Kebab
        } else if inner.contains('_') {
            if lower || !upper { Self::Snake } else { Self::Screaming }
        } else if !upper {
            Self::Lower
        } else if !lower && inner.chars().count() > 1 {
            Self::Upper
        } else if inner.starts_with(char::is_uppercase) {
            Self::Pascal
        } else {
            Self::Camel
        }
    }

    /// Whether names of both styles can stand for each other in one place.
    #[must_use]
    pub fn fits(self, other: Self) -> bool {
        let one_way = |a, b| match a {
            Self::Lower => matches!(b, Self::Kebab | Self::Snake | Self::Camel),
            Self::Upper => matches!(b, Self::Screaming | Self::Pascal),
            _ => false,
        };
        self == other || one_way(self, other) || one_way(other, self)
    }

    /// `words` in this style.
    #[must_use]
    pub fn spell(self, words: &[String]) -> String {
        match self {
            Self::Kebab => words.join("-"),
            Self::Snake | Self::Lower => words.join("_"),
            Self::Screaming | Self::Upper => words.join("_").to_uppercase(),
            Self::Camel => words.iter().enumerate().map(|(n, w)| if n == 0 { w.clone() } else { capital(w) }).collect(),
            Self::Pascal => words.iter().map(|w| capital(w)).collect(),
        }
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The words of a name in lower case: split at what is no letter or digit, and where the case says a
/// new word starts (`HTTPServer2` is `http`, `server2`).
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut out = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            flush(&mut word, &mut out);
            continue;
        }
        let before = at.checked_sub(1).and_then(|n| chars.get(n));
        let starts = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_numeric()
                    || (b.is_uppercase() && chars.get(at + 1).is_some_and(|n| n.is_lowercase()))
            });
        if starts {
            flush(&mut word, &mut out);
        }
        word.extend(c.to_lowercase());
    }
    flush(&mut word, &mut out);
    out
}

fn flush(word: &mut String, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(std::mem::take(word));
    }
}

/// Words that names of different things share.
const GENERIC: &[&str] = &[
    "add", "all", "data", "file", "files", "for", "from", "get", "has", "key", "list", "name", "new", "old", "path",
    "remove", "set", "the", "type", "url", "use", "value", "with",
];

/// Whether two names look like names of one thing: they share a word of three letters or more that
/// says something, one shortens a word of the other, or they differ by a slip of the pen.
#[must_use]
pub fn related(a: &str, b: &str) -> bool {
    let (left, right) = (words(a), words(b));
    let akin = |x: &str, y: &str| {
        let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
        short.chars().count() >= 3 && (long.starts_with(short) || stem(short) == stem(long))
            || short.chars().count() >= 5 && nearly(short, long)
    };
    let says = |w: &&String| GENERIC.binary_search(&w.as_str()).is_err();
    left.iter().filter(says).any(|x| right.iter().filter(says).any(|y| akin(x, y))) || left.concat() == right.concat()
}

/// A word without the endings that English gives it.
fn stem(word: &str) -> &str {
    for ending in ["ing", "ies", "ed", "es", "er", "s", "y", "e"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() >= 3
        {
            return stem;
        }
    }
    word
}

/// Whether at most two edits turn one word into the other. Only the ends are looked at: one stretch
/// of at most two letters on either side differs.
fn nearly(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let left = a.len().min(b.len()) - front;
    let back = a.iter().rev().zip(b.iter().rev()).take(left).take_while(|(x, y)| x == y).count();
    a.len() - front - back <= 2 && b.len() - front - back <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_words_and_a_style() {
        let joined = |name: &str| words(name).join(" ");
        assert_eq!(joined("HTTPServer2"), "http server2");
        assert_eq!(joined("config_file-name"), "config file name");
        assert_eq!(joined("parseURLNow"), "parse url now");
        assert_eq!(joined("v2Api"), "v2 api");
        assert_eq!(joined("__"), "");
        let styles = ["a-b", "a_b", "A_B", "aB", "AB", "Ab", "ab", "_ab"].map(Style::of);
        use Style::{Camel, Kebab, Lower, Pascal, Screaming, Snake, Upper};
        assert_eq!(styles, [Kebab, Snake, Screaming, Camel, Upper, Pascal, Lower, Lower]);
        assert!(Lower.fits(Kebab) && Kebab.fits(Lower) && !Lower.fits(Screaming) && !Snake.fits(Camel));
    }

    #[test]
    fn a_name_can_be_spelled_in_every_style() {
        let parts = words("config-file");
        let spelled =
            [Style::Kebab, Style::Snake, Style::Screaming, Style::Camel, Style::Pascal].map(|s| s.spell(&parts));
        assert_eq!(spelled, ["config-file", "config_file", "CONFIG_FILE", "configFile", "ConfigFile"]);
    }

    #[test]
    fn names_of_one_thing_share_a_word_that_says_something() {
        assert!(GENERIC.is_sorted());
        for (a, b) in
            [("config_file", "config"), ("cfg_dir", "directory"), ("colour", "color"), ("remoteHeads", "remote_heads")]
        {
            assert!(related(a, b), "{a} {b}");
        }
        for (a, b) in [("get_user", "get_order"), ("file_name", "file_size"), ("alpha", "omega"), ("ab", "abc")] {
            assert!(!related(a, b), "{a} {b}");
        }
    }
}

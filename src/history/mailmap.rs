//! `.mailmap`: the names that people go by now.
//!
//! The form is git's (gitmailmap(5)): `Name <mail>`, `<mail> <commit mail>`,
//! `Name <mail> <commit mail>` and `Name <mail> Commit Name <commit mail>`; the keys are compared
//! without regard to case.

use std::collections::BTreeMap;

/// The parsed `.mailmap` of the head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailmap {
    /// Commit mail in lower case -> what to say instead.
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    any_name: Replacement,
    /// Commit name in lower case -> what to say instead; goes before `any_name`.
    by_name: BTreeMap<String, Replacement>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Replacement {
    name: Option<String>,
    mail: Option<String>,
}

impl Mailmap {
    /// Parses `text`; lines that are no entry are passed over, as git does.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut map = Self::default();
        for line in text.lines() {
            let line = line.trim();
            if line.starts_with('#') {
                continue;
            }
            let Some((first_name, first_mail, rest)) = identity(line) else { continue };
            let (name, new_mail, old_name, old_mail) = match identity(rest) {
                Some((second_name, second_mail, _)) => (first_name, Some(first_mail), second_name, second_mail),
                None => (first_name, None, "", first_mail),
            };
            let entry = map.entries.entry(old_mail.to_lowercase()).or_default();
            let replacement = if old_name.is_empty() {
                &mut entry.any_name
            } else {
                entry.by_name.entry(old_name.to_lowercase()).or_default()
            };
            // A later line adds to, or overrides, an earlier one.
            if !name.is_empty() {
                replacement.name = Some(name.to_owned());
            }
            if let Some(mail) = new_mail {
                replacement.mail = Some(mail.to_owned());
            }
        }
        map
    }

    /// The name and mail that stand for `name` and `mail` today.
    #[must_use]
    pub fn resolve<'a>(&'a self, name: &'a str, mail: &'a str) -> (&'a str, &'a str) {
        if self.entries.is_empty() {
            return (name, mail);
        }
        let Some(entry) = self.entries.get(&mail.to_lowercase()) else {
            return (name, mail);
        };
        let found = entry.by_name.get(&name.to_lowercase()).unwrap_or(&entry.any_name);
        (found.name.as_deref().unwrap_or(name), found.mail.as_deref().unwrap_or(mail))
    }
}

/// `Name <mail>` at the start of `text`: name, mail and what follows.
fn identity(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('<')?;
    let (mail, rest) = rest.split_once('>')?;
    Some((name.trim(), mail.trim(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_entry_counts() {
        let map = Mailmap::parse(
            "# people\nAda L <ada@old.org>\n<bo@new.org> <Bo@Old.org>\n\
             Cy <cy@new.org> <cy@old.org>\nDee <dee@new.org> Dora <shared@old.org> # a note\n\
             not an entry\nbroken <mail\n",
        );
        assert_eq!(map.resolve("ada", "ADA@old.org"), ("Ada L", "ADA@old.org"));
        assert_eq!(map.resolve("Bo", "bo@old.org"), ("Bo", "bo@new.org"));
        assert_eq!(map.resolve("anything", "cy@old.org"), ("Cy", "cy@new.org"));
        assert_eq!(map.resolve("DORA", "shared@old.org"), ("Dee", "dee@new.org"));
        assert_eq!(map.resolve("Eve", "shared@old.org"), ("Eve", "shared@old.org"));
    }
}

//! Notion's ids, and the addresses that hold them.

use url::Url;

/// An id: 32 hexadecimal digits, lower case, without hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct NotionId(String);

impl NotionId {
    /// The id `text`, with or without hyphens; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.trim().chars().filter(|c| *c != '-').take(33).collect();
        (digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(digits.to_ascii_lowercase()))
    }

    /// 32 digits without hyphens, as in addresses.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With hyphens, as the API writes it.
    #[must_use]
    pub fn hyphenated(&self) -> String {
        let mut out = String::with_capacity(36);
        for (at, c) in self.0.chars().enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                out.push('-');
            }
            out.push(c);
        }
        out
    }

    /// The address that leads to it from anywhere.
    #[must_use]
    pub fn address(&self) -> String {
        format!("https://www.notion.so/{}", self.0)
    }
}

/// What a configured root names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// As configured, for messages.
    pub given: String,
    /// The id in it.
    pub id: NotionId,
    /// The address names a view: so it is a database.
    pub database: bool,
}

impl Root {
    /// From a page's or database's address (`https://www.notion.so/acme/Title-1f0c…`), or an id.
    /// `None` where there is no id in it.
    #[must_use]
    pub fn parse(given: &str) -> Option<Self> {
        let given = given.trim();
        let made = |id, database| Some(Self { given: given.to_owned(), id, database });
        if let Some(id) = NotionId::parse(given) {
            return made(id, false);
        }
        let url = Url::parse(given).ok().filter(|url| matches!(url.scheme(), "https" | "http" | "notion"))?;
        let query =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).and_then(|(_, id)| NotionId::parse(&id));
        // A page that is open beside a database stands in the query.
        if let Some(id) = query("p") {
            return made(id, false);
        }
        let last = url.path_segments()?.rfind(|part| !part.is_empty())?;
        // `Title-of-the-page-0123…`: the id is what follows the last hyphen, or the whole with its own hyphens.
        let id = NotionId::parse(last)
            .or_else(|| NotionId::parse(last.rsplit('-').next()?))
            .or_else(|| NotionId::parse(last.get(last.len().checked_sub(36)?..)?))?;
        made(id, query("v").is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1f0c2d3e4a5b6c7d8e9f0a1b2c3d4e5f";

    #[test]
    fn finds_the_id_in_every_form() {
        let hyphens = "1f0c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f";
        for given in [
            ID.to_owned(),
            ID.to_uppercase(),
            hyphens.to_owned(),
            format!("https://www.notion.so/{ID}"),
            format!("https://www.notion.so/acme/Runbooks-for-payments-{ID}"),
            format!("https://www.notion.so/acme/{ID}?pvs=4#abc"),
            format!("https://acme.notion.site/Runbooks-{hyphens}"),
            format!("https://www.notion.so/acme/ffffffffffffffffffffffffffffffff?v={ID}&p={ID}"),
        ] {
            let root = Root::parse(&given).unwrap_or_else(|| panic!("{given}"));
            assert_eq!((root.id.as_str(), root.database), (ID, false), "{given}");
        }
        assert!(Root::parse(&format!("https://www.notion.so/acme/{ID}?v={ID}")).unwrap().database);
        assert_eq!(NotionId::parse(ID).unwrap().hyphenated(), hyphens);
    }

    #[test]
    fn what_holds_no_id_is_none() {
        for given in ["", "Runbooks", "https://www.notion.so/acme", "https://www.notion.so/é-é", "ext::sh", "0123"] {
            assert_eq!(Root::parse(given), None, "{given}");
        }
    }
}

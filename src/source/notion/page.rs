//! A page object: title, times, and what its properties say.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use notion_client::objects::page::{FormulaPropertyValue, PageProperty};
use notion_client::objects::user::User;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::NotionId;
use super::rich;
use crate::source::{Person, Verification, VerificationState};

/// Which properties say what of a page, by name; upper and lower case are the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyNames {
    /// The systems that it describes.
    pub describes: String,
    /// Who answers for it.
    pub owner: String,
}

/// What a page object says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Its id.
    pub id: NotionId,
    /// Its title.
    pub title: String,
    /// Where a person opens it.
    pub url: Option<String>,
    /// Everybody may read it.
    pub public: bool,
    /// When it was made; rounded down to the minute.
    pub created: Option<DateTime<Utc>>,
    /// Its last edit; rounded down to the minute.
    pub edited: Option<DateTime<Utc>>,
    /// Who made that edit.
    pub editor: Option<String>,
    /// What its owners say of its freshness.
    pub verification: Option<Verification>,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// The systems that it describes.
    pub describes: Vec<String>,
    /// Its other properties, as text.
    pub properties: BTreeMap<String, String>,
}

/// Reads a page object. `None` where it has no id, is in the trash, or is no page.
pub fn read(value: &Value, names: &PropertyNames) -> Option<Meta> {
    if value.get("object").and_then(Value::as_str).is_some_and(|object| object != "page") {
        return None;
    }
    if ["in_trash", "archived"].iter().any(|key| value.get(key).and_then(Value::as_bool) == Some(true)) {
        return None;
    }
    let id = NotionId::parse(value.get("id")?.as_str()?)?;
    let time = |key: &str| value.get(key).and_then(Value::as_str).and_then(|t| t.parse().ok());
    // An address is shown to people: only one of the web is.
    let address = |key: &str| value.get(key).and_then(Value::as_str).filter(|url| url.starts_with("https://"));
    let mut meta = Meta {
        title: String::new(),
        url: Some(address("url").map_or_else(|| id.address(), str::to_owned)),
        public: address("public_url").is_some(),
        created: time("created_time"),
        edited: time("last_edited_time"),
        editor: value.pointer("/last_edited_by/id").and_then(Value::as_str).map(str::to_owned),
        verification: None,
        owners: Vec::new(),
        describes: Vec::new(),
        properties: BTreeMap::new(),
        id,
    };
    let properties = value.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let kind = property.get("type").and_then(Value::as_str).unwrap_or_default();
        match kind {
            "title" => meta.title = rich::plain(&rich::read(property.get("title"))).trim().to_owned(),
            "verification" => meta.verification = property.get("verification").and_then(verification),
            _ => {
                let values = values(property);
                if same(name, &names.owner) {
                    meta.owners = values;
                } else if same(name, &names.describes) {
                    meta.describes = values
                        .iter()
                        .flat_map(|v| v.split([',', '、', '\n']))
                        .map(str::trim)
                        .filter(|v| !v.is_empty())
                        .map(str::to_owned)
                        .collect();
                } else if !values.is_empty() {
                    meta.properties.insert(name.clone(), values.join(", "));
                }
            }
        }
    }
    Some(meta)
}

fn same(name: &str, wanted: &str) -> bool {
    name.trim().to_lowercase() == wanted.trim().to_lowercase()
}

/// What a property says, as text. Times of edits and relations (ids alone) say nothing here.
fn values(property: &Value) -> Vec<String> {
    let Ok(known) = serde_json::from_value::<PageProperty>(property.clone()) else { return loose(property) };
    let option = |text: Option<String>| text.filter(|text| !text.is_empty()).into_iter().collect::<Vec<_>>();
    match known {
        PageProperty::RichText { rich_text, .. } => option(Some(rich::plain(&rich::typed(rich_text)))),
        PageProperty::Select { select, .. } | PageProperty::Status { status: select, .. } => {
            option(select.and_then(|s| s.name))
        }
        PageProperty::MultiSelect { multi_select, .. } => multi_select.into_iter().filter_map(|s| s.name).collect(),
        PageProperty::People { people, .. } => people.into_iter().map(name).collect(),
        PageProperty::Url { url, .. } => option(url),
        PageProperty::Email { email, .. } => option(email),
        PageProperty::PhoneNumber { phone_number, .. } => option(phone_number),
        PageProperty::Number { number, .. } => option(number.map(|n| n.to_string())),
        PageProperty::Checkbox { checkbox, .. } => vec![if checkbox { "yes" } else { "no" }.to_owned()],
        PageProperty::Formula { formula: Some(FormulaPropertyValue::String { string }), .. } => option(string),
        PageProperty::UniqueID { unique_id: Some(id), .. } => option(
            id.number.map(|number| id.prefix.map_or_else(|| number.to_string(), |prefix| format!("{prefix}-{number}"))),
        ),
        PageProperty::Date { .. } => loose(property),
        _ => Vec::new(),
    }
}

fn name(user: User) -> String {
    user.name.filter(|name| !name.is_empty()).unwrap_or(user.id)
}

/// Names and texts in a property that the crate's types refuse: a colour or a kind newer than they are.
fn loose(property: &Value) -> Vec<String> {
    let kind = property.get("type").and_then(Value::as_str).unwrap_or_default();
    let body = property.get(kind).cloned().unwrap_or_default();
    let one = |value: &Value| {
        let field = |name: &str| value.get(name).and_then(Value::as_str);
        field("plain_text")
            .or_else(|| field("name"))
            .or_else(|| field("start"))
            .or_else(|| value.as_str())
            .map(str::to_owned)
    };
    match &body {
        Value::Array(items) if kind == "rich_text" => vec![items.iter().filter_map(one).collect()],
        Value::Array(items) if matches!(kind, "multi_select" | "people") => items.iter().filter_map(one).collect(),
        other if matches!(kind, "select" | "status" | "date" | "url" | "email") => one(other).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A wiki page's word on its freshness. The crate's type knows no `expired`, so by its fields.
fn verification(value: &Value) -> Option<Verification> {
    let state = match value.get("state")?.as_str()? {
        "verified" => VerificationState::Verified,
        "expired" => VerificationState::Expired,
        _ => VerificationState::Unverified,
    };
    let date = |key: &str| value.pointer(&format!("/date/{key}")).and_then(Value::as_str);
    let by = value.get("verified_by").filter(|by| by.is_object()).map(|by| {
        let field = |key: &str| by.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = field("id");
        Person {
            name: field("name").or_else(|| id.clone()).unwrap_or_default(),
            id,
            bot: field("type").as_deref() == Some("bot"),
        }
    });
    let until = date("end").and_then(|text| moment(text, true));
    Some(Verification { state, from: date("start").and_then(|text| moment(text, false)), until, by })
}

/// A moment, or a day by its first or last second.
fn moment(text: &str, last: bool) -> Option<DateTime<Utc>> {
    if let Ok(moment) = text.parse::<DateTime<Utc>>() {
        return Some(moment);
    }
    let day = text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN).and_utc();
    Some(if last { day + Duration::seconds(86_399) } else { day })
}

/// A time that Notion rounded down to its minute, by the last second that it can mean.
#[must_use]
pub fn end_of_minute(rounded: DateTime<Utc>) -> DateTime<Utc> {
    let within = rounded.timestamp().rem_euclid(60);
    if within == 0 { rounded.checked_add_signed(Duration::seconds(59)).unwrap_or(rounded) } else { rounded }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names() -> PropertyNames {
        PropertyNames { describes: "Describes".to_owned(), owner: "Owner".to_owned() }
    }

    #[test]
    fn properties_say_who_and_what() {
        let page = json!({
            "object": "page", "id": "1f0c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f", "in_trash": false,
            "created_time": "2026-01-02T03:04:00.000Z", "last_edited_time": "2026-05-06T07:08:00.000Z",
            "created_by": {"object": "user", "id": "u1"}, "last_edited_by": {"object": "user", "id": "u2"},
            "url": "https://www.notion.so/Restore-1f0c2d3e4a5b6c7d8e9f0a1b2c3d4e5f", "public_url": null,
            "properties": {
                "Name": {"id": "title", "type": "title", "title": [{"type": "text", "text": {"content": "復元"}, "plain_text": "復元", "annotations": {"bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false, "color": "default"}, "href": null}]},
                "owner": {"id": "a", "type": "people", "people": [{"object": "user", "id": "u9", "name": "Ann", "type": "person", "person": {}}, {"object": "user", "id": "u8"}]},
                "Describes": {"id": "b", "type": "multi_select", "multi_select": [{"id": "1", "name": "payments", "color": "teal"}, {"id": "2", "name": "acme/ledger", "color": "red"}]},
                "Verification": {"id": "c", "type": "verification", "verification": {"state": "expired", "verified_by": {"object": "user", "id": "u9"}, "date": {"start": "2026-01-01", "end": "2026-03-31", "time_zone": null}}},
                "Stage": {"id": "d", "type": "status", "status": {"id": "x", "name": "Live", "color": "green"}},
                "Odd": {"id": "e", "type": "hologram", "hologram": {"deep": [1, 2]}},
                "Empty": {"id": "f", "type": "url", "url": null}
            }
        });
        let meta = read(&page, &names()).unwrap();
        assert_eq!(meta.title, "復元");
        assert_eq!(meta.owners, ["Ann", "u8"]);
        assert_eq!(meta.describes, ["payments", "acme/ledger"]);
        let verification = meta.verification.unwrap();
        assert_eq!(verification.state, VerificationState::Expired);
        assert_eq!(verification.until.unwrap().to_rfc3339(), "2026-03-31T23:59:59+00:00");
        assert_eq!(meta.properties.into_iter().collect::<Vec<_>>(), [("Stage".to_owned(), "Live".to_owned())]);
        assert_eq!(end_of_minute(meta.edited.unwrap()).to_rfc3339(), "2026-05-06T07:08:59+00:00");
    }

    #[test]
    fn what_is_no_page_is_none() {
        for odd in [
            json!({}),
            json!(null),
            json!({"object": "page", "id": 7}),
            json!({"object": "data_source", "id": "1f0c2d3e4a5b6c7d8e9f0a1b2c3d4e5f"}),
            json!({"object": "page", "id": "1f0c2d3e4a5b6c7d8e9f0a1b2c3d4e5f", "in_trash": true}),
        ] {
            assert_eq!(read(&odd, &names()), None, "{odd}");
        }
    }
}

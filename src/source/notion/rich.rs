//! Rich text: the crate's types item by item, and what they don't know by its plain text.

use notion_client::objects::rich_text::{Annotations, RichText};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A run of text of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Where it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// How it is set off.
    #[serde(default, skip_serializing_if = "Style::is_plain")]
    pub style: Style,
}

/// How text is set off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Style {
    /// As code.
    pub code: bool,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// A formula.
    pub equation: bool,
}

impl Style {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// What a block says.
pub type Text = Vec<Span>;

/// The text in `items`, an array of rich text objects. An item of a kind that is not known yet counts
/// by its `plain_text`; what is no rich text at all is nothing.
pub fn read(items: Option<&Value>) -> Text {
    let items = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(item).filter(|span| !span.text.is_empty()).collect()
}

/// The same from what the crate has read already.
pub fn typed(items: Vec<RichText>) -> Text {
    items.into_iter().filter_map(span).filter(|span| !span.text.is_empty()).collect()
}

/// The text without any marks.
pub fn plain(text: &Text) -> String {
    text.iter().map(|span| span.text.as_str()).collect()
}

fn item(value: &Value) -> Option<Span> {
    match serde_json::from_value::<RichText>(value.clone()) {
        Ok(known) => span(known),
        Err(_) => {
            let text = value.get("plain_text").and_then(Value::as_str)?.to_owned();
            let href = value.get("href").and_then(Value::as_str).map(str::to_owned);
            let mark =
                |name: &str| value.pointer(&format!("/annotations/{name}")).and_then(Value::as_bool).unwrap_or(false);
            let style = Style {
                code: mark("code"),
                bold: mark("bold"),
                italic: mark("italic"),
                strike: mark("strikethrough"),
                equation: false,
            };
            Some(Span { text, href, style })
        }
    }
}

fn span(item: RichText) -> Option<Span> {
    match item {
        RichText::None => None,
        RichText::Equation { equation, annotations, href, .. } => {
            let style = Style { equation: true, code: false, ..style(Some(annotations)) };
            Some(Span { text: equation.expression, href, style })
        }
        RichText::Mention { annotations, plain_text, href, .. } => {
            Some(Span { text: plain_text, href, style: style(Some(annotations)) })
        }
        RichText::Text { text, annotations, plain_text, href } => {
            let href = href.or_else(|| text.link.map(|link| link.url));
            Some(Span { text: plain_text.unwrap_or(text.content), href, style: style(annotations) })
        }
    }
}

fn style(annotations: Option<Annotations>) -> Style {
    annotations.map_or_else(Style::default, |a| Style {
        code: a.code,
        bold: a.bold,
        italic: a.italic,
        strike: a.strikethrough,
        equation: false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_of_an_unknown_kind_does_not_cost_the_others() {
        let plain_marks = json!({"bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false, "color": "default"});
        let code = json!({"bold": false, "italic": false, "strikethrough": false, "underline": false, "code": true, "color": "teal_background"});
        let items = json!([
            {"type": "text", "text": {"content": "run ", "link": null}, "annotations": plain_marks, "plain_text": "run ", "href": null},
            {"type": "text", "text": {"content": "mycli", "link": null}, "annotations": code, "plain_text": "mycli", "href": null},
            {"type": "mention", "mention": {"type": "custom_emoji", "custom_emoji": {"id": "x"}}, "annotations": plain_marks, "plain_text": ":tada:", "href": null},
            {"type": "hologram", "hologram": {}, "plain_text": " now", "href": "https://x.example"},
            "nonsense", null, 7,
        ]);
        let text = read(Some(&items));
        assert_eq!(plain(&text), "run mycli:tada: now");
        assert!(text[1].style.code && !text[0].style.code);
        assert_eq!(text[3].href.as_deref(), Some("https://x.example"));
        assert!(read(None).is_empty());
    }
}

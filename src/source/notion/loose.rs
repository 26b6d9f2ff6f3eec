//! Blocks that the crate's types refuse: kinds newer than they are, languages, colours and mentions that
//! they don't list. Read field by field, so that nothing but the odd field is lost.

use serde_json::Value;

use super::block::Content;
use super::id::NotionId;
use super::rich::{self, Text};

/// The text of a kind that no one knows is cut here, in bytes.
const MAX_UNKNOWN: usize = 100_000;

/// Reads `body`, the object under the name of the kind `kind`.
pub fn read(kind: &str, body: &Value) -> Content {
    let text = || rich::read(body.get("rich_text"));
    let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let caption = || rich::read(body.get("caption"));
    let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
    let id = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).and_then(NotionId::parse);
    match kind {
        "paragraph" => Content::Paragraph(text()),
        "heading_1" => Content::Heading(1, text()),
        "heading_2" => Content::Heading(2, text()),
        "heading_3" => Content::Heading(3, text()),
        "heading_4" => Content::Heading(4, text()),
        "bulleted_list_item" => Content::Bullet(text()),
        "numbered_list_item" => Content::Numbered(text()),
        "to_do" => Content::ToDo(text(), flag("checked")),
        "toggle" | "template" => Content::Toggle(text()),
        "callout" => Content::Callout(text(), body.pointer("/icon/emoji").and_then(Value::as_str).map(str::to_owned)),
        "quote" => Content::Quote(text()),
        "code" => Content::Code(rich::plain(&text()), word("language"), caption()),
        "divider" => Content::Divider,
        "equation" => Content::Equation(word("expression")),
        "table" => Content::Table(flag("has_column_header")),
        "table_row" => {
            let cells = body.get("cells").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            Content::Row(cells.iter().map(|cell| rich::read(Some(cell))).collect())
        }
        "column_list" | "column" | "tab" => Content::Group,
        "synced_block" => Content::Synced(id("/synced_from/block_id")),
        "child_page" => Content::ChildPage(word("title")),
        "child_database" => Content::ChildDatabase(word("title")),
        "link_to_page" => match id("/page_id").or_else(|| id("/database_id")).or_else(|| id("/data_source_id")) {
            Some(id) => Content::PageLink(id),
            None => Content::Nothing,
        },
        "bookmark" | "embed" | "link_preview" => Content::Link(word("url"), caption()),
        "image" => Content::Image(address(body), caption()),
        "file" | "pdf" | "video" | "audio" => Content::File(name(kind, body), address(body), caption()),
        // The notes themselves are its children.
        "meeting_notes" | "transcription" => heading_or_group(rich::read(body.get("title"))),
        "breadcrumb" | "table_of_contents" => Content::Nothing,
        "unsupported" => Content::Unknown(word("block_type"), plain(body)),
        other => Content::Unknown(other.to_owned(), plain(body)),
    }
}

fn heading_or_group(title: Text) -> Content {
    if title.is_empty() { Content::Group } else { Content::Toggle(title) }
}

/// The address of a file. That of one which Notion holds is signed and ends within the hour: what
/// signs it is left out, so that no credential is written down and each run gives the same.
fn address(body: &Value) -> Option<String> {
    if let Some(url) = body.pointer("/external/url").and_then(Value::as_str) {
        return Some(url.to_owned());
    }
    let url = body.pointer("/file/url").and_then(Value::as_str)?;
    Some(url.split(['?', '#']).next().unwrap_or(url).to_owned())
}

fn name(kind: &str, body: &Value) -> String {
    if let Some(name) = body.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) {
        return name.to_owned();
    }
    let last = address(body).and_then(|url| url.rsplit('/').next().map(str::to_owned));
    last.filter(|last| !last.is_empty()).unwrap_or_else(|| kind.to_owned())
}

/// All plain text anywhere in `value`, one piece a line.
fn plain(value: &Value) -> String {
    let mut out = String::new();
    // A value of serde's is at most 128 deep.
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => left.extend(items.iter().rev()),
            Value::Object(fields) => {
                if let Some(text) = fields.get("plain_text").and_then(Value::as_str) {
                    out.push_str(text);
                    if out.len() >= MAX_UNKNOWN {
                        break;
                    }
                } else {
                    if !out.is_empty() && !out.ends_with('\n') {
                        out.push('\n');
                    }
                    // What a block says first stands under this name in every kind so far.
                    left.extend(fields.iter().rev().filter(|(name, _)| *name != "rich_text").map(|(_, value)| value));
                    left.extend(fields.get("rich_text"));
                }
            }
            _ => {}
        }
    }
    out.trim().to_owned()
}

//! A block: read by the crate's types, and by its own fields where they don't know it.

use chrono::{DateTime, Utc};
use notion_client::objects::block::{Block as Known, BlockType, Icon, SyncedFrom};
use notion_client::objects::parent::Parent;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::NotionId;
use super::loose;
use super::rich::{self, Text};

/// What a block is and says, without its children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Paragraph(Text),
    /// A heading of level 1 to 4, with what it folds away as children.
    Heading(u8, Text),
    /// An item of a list without numbers.
    Bullet(Text),
    /// An item of a numbered list.
    Numbered(Text),
    /// Something to do, and whether it is done.
    ToDo(Text, bool),
    /// A line that folds its children away.
    Toggle(Text),
    /// A box, with its emoji.
    Callout(Text, Option<String>),
    /// A quotation.
    Quote(Text),
    /// Code: the text, the language as Notion names it, the caption.
    Code(String, String, Text),
    /// A rule across the page.
    Divider,
    /// A formula.
    Equation(String),
    /// A table, and whether its first row is its head; the rows are its children.
    Table(bool),
    /// A row of cells.
    Row(Vec<Text>),
    /// Nothing of its own: columns, tabs, a template's shell. Its children stand in its place.
    Group,
    /// Content that stands in several places: the block that holds the original, if this isn't it.
    Synced(Option<NotionId>),
    /// A page below this one.
    ChildPage(String),
    /// A database below this one.
    ChildDatabase(String),
    /// A link to a page or a database.
    PageLink(NotionId),
    /// A bookmark, an embedded page, a preview: address and caption.
    Link(String, Text),
    /// A picture: address, caption.
    Image(Option<String>, Text),
    /// A file, a recording, a film: name, address, caption.
    File(String, Option<String>, Text),
    /// What says nothing: a table of contents, a breadcrumb.
    Nothing,
    /// A kind that we don't know: its name, and all plain text in it.
    Unknown(String, String),
}

/// A block without its children.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its id.
    pub id: NotionId,
    /// When it was made; rounded down to the minute.
    pub created: Option<DateTime<Utc>>,
    /// Its last edit; rounded down to the minute.
    pub edited: Option<DateTime<Utc>>,
    /// The id of whoever made it.
    pub editor: Option<String>,
    /// Whether there are children to ask for.
    pub has_children: bool,
    /// Blocks whose children belong here though they are not this block's own: the parts of a meeting's notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<NotionId>,
    /// What it is and says.
    pub content: Content,
}

/// Reads a block object. `None` where it has no id, or is in the trash.
pub fn read(value: Value) -> Option<Block> {
    let id = NotionId::parse(value.get("id")?.as_str()?)?;
    if ["in_trash", "archived"].iter().any(|key| value.get(key).and_then(Value::as_bool) == Some(true)) {
        return None;
    }
    let time = |key: &str| value.get(key).and_then(Value::as_str).and_then(|t| t.parse::<DateTime<Utc>>().ok());
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let body = value.get(&kind).cloned().unwrap_or_default();
    let part =
        |name: &str| body.pointer(&format!("/children/{name}")).and_then(Value::as_str).and_then(NotionId::parse);
    // What was said in a meeting word by word is no statement of the page's.
    let parts = ["summary_block_id", "notes_block_id"].iter().filter_map(|name| part(name)).collect();
    let head = Block {
        id,
        created: time("created_time"),
        edited: time("last_edited_time"),
        editor: value.pointer("/last_edited_by/id").and_then(Value::as_str).map(str::to_owned),
        has_children: value.get("has_children").and_then(Value::as_bool).unwrap_or(false),
        parts,
        content: Content::Nothing,
    };
    let known = serde_json::from_value::<Known>(value).ok().and_then(|known| typed(known.block_type, &body));
    Some(Block { content: known.unwrap_or_else(|| loose::read(&kind, &body)), ..head })
}

/// What the crate's types read; `None` where ours knows better. `body` holds what the types leave out.
fn typed(block: BlockType, body: &Value) -> Option<Content> {
    let caption = || rich::read(body.get("caption"));
    Some(match block {
        BlockType::Paragraph { paragraph } => Content::Paragraph(rich::typed(paragraph.rich_text)),
        BlockType::Heading1 { heading_1 } => Content::Heading(1, rich::typed(heading_1.rich_text)),
        BlockType::Heading2 { heading_2 } => Content::Heading(2, rich::typed(heading_2.rich_text)),
        BlockType::Heading3 { heading_3 } => Content::Heading(3, rich::typed(heading_3.rich_text)),
        BlockType::BulletedListItem { bulleted_list_item } => {
            Content::Bullet(rich::typed(bulleted_list_item.rich_text))
        }
        BlockType::NumberedListItem { numbered_list_item } => {
            Content::Numbered(rich::typed(numbered_list_item.rich_text))
        }
        BlockType::ToDo { to_do } => Content::ToDo(rich::typed(to_do.rich_text), to_do.checked.unwrap_or(false)),
        BlockType::Toggle { toggle } => Content::Toggle(rich::typed(toggle.rich_text)),
        BlockType::Template { template } => Content::Toggle(rich::typed(template.rich_text)),
        BlockType::Callout { callout } => {
            let emoji = match callout.icon {
                Some(Icon::Emoji(_)) => body.pointer("/icon/emoji").and_then(Value::as_str).map(str::to_owned),
                _ => None,
            };
            Content::Callout(rich::typed(callout.rich_text), emoji)
        }
        BlockType::Quote { quote } => Content::Quote(rich::typed(quote.rich_text)),
        BlockType::Code { code } => {
            let language = body.get("language").and_then(Value::as_str).unwrap_or_default().to_owned();
            Content::Code(rich::plain(&rich::typed(code.rich_text)), language, rich::typed(code.caption))
        }
        BlockType::Divider { .. } => Content::Divider,
        BlockType::Equation { equation } => Content::Equation(equation.expression),
        BlockType::Table { table } => Content::Table(table.has_column_header),
        BlockType::TableRow { table_row } => Content::Row(table_row.cells.into_iter().map(rich::typed).collect()),
        BlockType::ColumnList { .. } | BlockType::Column { .. } => Content::Group,
        BlockType::SyncedBlock { synced_block } => Content::Synced(match synced_block.synced_from {
            Some(SyncedFrom::BlockId { block_id }) => Some(NotionId::parse(&block_id)?),
            None => None,
        }),
        BlockType::ChildPage { child_page } => Content::ChildPage(child_page.title),
        BlockType::ChildDatabase { child_database } => Content::ChildDatabase(child_database.title),
        BlockType::LinkToPage { link_to_page } => match link_to_page {
            Parent::PageId { page_id: id }
            | Parent::DatabaseId { database_id: id }
            | Parent::DataSourceId { data_source_id: id } => Content::PageLink(NotionId::parse(&id)?),
            _ => return None,
        },
        BlockType::Bookmark { bookmark } => Content::Link(bookmark.url, rich::typed(bookmark.caption)),
        BlockType::Embed { embed } => Content::Link(embed.url, caption()),
        BlockType::LinkPreview { link_preview } => Content::Link(link_preview.url, Vec::new()),
        BlockType::TableOfContents { .. } => Content::Nothing,
        // Names, captions and addresses of files stand in several forms: see `loose`. So do meeting notes.
        BlockType::Image { .. }
        | BlockType::Video { .. }
        | BlockType::Pdf { .. }
        | BlockType::File { .. }
        | BlockType::MeetingNotes { .. }
        | BlockType::Breadcrumb { .. }
        | BlockType::Unsupported
        | BlockType::None => return None,
    })
}

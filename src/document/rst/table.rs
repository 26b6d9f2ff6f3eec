//! Tables: grids, simple ones, and those of directives.

use super::super::build::Depth;
use super::super::lines::{Line, width};
use super::super::model::BlockKind;
use super::super::span::Span;
use super::Parser;
use super::body::region;

/// The lines of each cell of a row.
type Row = Vec<Vec<Span>>;

/// Whether a line draws the border of a simple table of two columns or more.
pub(super) fn is_simple_border(content: &str) -> bool {
    content.starts_with("==")
        && content.contains(" =")
        && content.bytes().all(|b| b == b'=' || b == b' ')
        && content.ends_with('=')
}

fn is_grid_border(content: &str) -> bool {
    content.len() > 2
        && content.starts_with('+')
        && content.ends_with('+')
        && content.bytes().all(|b| matches!(b, b'+' | b'-' | b'='))
}

impl Parser<'_, '_> {
    fn row(&mut self, row: Row, table: u32, header: bool, depth: Depth) {
        let mut inlines = Vec::new();
        for (i, places) in row.into_iter().enumerate() {
            let cell = u16::try_from(i).unwrap_or(u16::MAX);
            inlines.extend(self.inlines(places, Some(cell)));
        }
        let start = inlines.iter().map(|i| i.span.start).min();
        let end = inlines.iter().map(|i| i.span.end).max();
        if let (Some(start), Some(end)) = (start, end) {
            self.builder.block_at(BlockKind::TableRow { table, header }, Span::new(start, end), inlines, depth);
        }
    }

    /// The grid table at `lines[at]`; gives one past its last line.
    pub(super) fn grid_table(&mut self, lines: &[Line], at: usize, depth: Depth) -> Option<usize> {
        let text = self.text();
        let first = lines.get(at)?;
        let next = lines.get(at + 1)?.of(text);
        if !is_grid_border(first.of(text)) || !next.starts_with(['|', '+']) {
            return None;
        }
        let mut end = at;
        while lines.get(end).is_some_and(|l| l.of(text).starts_with(['|', '+'])) {
            end += 1;
        }
        let grid = &lines[at..end];
        let mut header = grid.iter().any(|l| is_grid_border(l.of(text)) && l.of(text).contains('='));
        let table = self.builder.next_table();
        let mut row: Row = Vec::new();
        for line in grid {
            let content = line.of(text);
            if is_grid_border(content) {
                if !row.is_empty() {
                    self.row(std::mem::take(&mut row), table, header, depth);
                }
                header &= !content.contains('=');
                continue;
            }
            let inner = content.strip_prefix('|').unwrap_or(content);
            let mut from = line.start + content.len() - inner.len();
            for (cell, raw) in inner.strip_suffix('|').unwrap_or(inner).split('|').enumerate() {
                add(&mut row, cell, trimmed(from, raw));
                from += raw.len() + 1;
            }
        }
        if !row.is_empty() {
            self.row(row, table, header, depth);
        }
        Some(end)
    }

    /// The simple table at `lines[at]`; gives one past its last line.
    pub(super) fn simple_table(&mut self, lines: &[Line], at: usize, depth: Depth) -> Option<usize> {
        let text = self.text();
        let border = |l: &Line| is_simple_border(l.of(text));
        let last = (at + 1..lines.len()).find(|&i| border(&lines[i]) && lines.get(i + 1).is_none_or(Line::is_blank))?;
        let inner = &lines[at + 1..last];
        let mut header = inner.iter().any(border);
        let columns = columns(lines[at].of(text));
        let table = self.builder.next_table();
        let mut row: Row = Vec::new();
        for line in inner {
            let content = line.of(text);
            if border(line) {
                self.row(std::mem::take(&mut row), table, header, depth);
                header = false;
                continue;
            }
            if content.bytes().all(|b| matches!(b, b'-' | b' ')) {
                continue;
            }
            let shift = line.indent.saturating_sub(lines[at].indent);
            // A row goes on where its first column is empty.
            if shift == 0 && !row.is_empty() {
                self.row(std::mem::take(&mut row), table, header, depth);
            }
            for (cell, place) in cells(content, line.start, shift, &columns) {
                add(&mut row, cell, place);
            }
        }
        self.row(row, table, header, depth);
        Some(last + 1)
    }

    /// `* - cell` rows.
    pub(super) fn list_table(&mut self, lines: &[Line], headers: usize, depth: Depth) {
        let text = self.text();
        let table = self.builder.next_table();
        let margin = lines.iter().filter(|l| !l.is_blank()).map(|l| l.indent).min().unwrap_or(0);
        let mut at = 0;
        let mut count = 0;
        while at < lines.len() {
            let line = lines[at];
            let end = region(lines, at + 1, margin);
            if !line.is_blank() && line.of(text).starts_with(['*', '-', '+']) {
                let mut row: Row = Vec::new();
                let first = line.behind(text, 1);
                let column = first.indent;
                for line in std::iter::once(&first).chain(&lines[at + 1..end]) {
                    if line.is_blank() {
                        continue;
                    }
                    let content = line.of(text);
                    let starts =
                        content == "-" || content == "*" || content.starts_with("- ") || content.starts_with("* ");
                    if line.indent <= column && starts {
                        row.push(Vec::new());
                        add_last(&mut row, line.behind(text, 1).span());
                    } else {
                        add_last(&mut row, line.span());
                    }
                }
                self.row(row, table, count < headers, depth);
                count += 1;
            }
            at = end.max(at + 1);
        }
    }

    /// Comma-separated rows.
    pub(super) fn csv_table(&mut self, lines: &[Line], depth: Depth) {
        let text = self.text();
        let table = self.builder.next_table();
        for line in lines.iter().filter(|l| !l.is_blank()) {
            let mut row: Row = Vec::new();
            let content = line.of(text);
            let (mut from, mut quoted) = (0, false);
            for (i, b) in content.bytes().chain([b',']).enumerate() {
                if b == b'"' {
                    quoted = !quoted;
                }
                if (b == b',' && !quoted) || i == content.len() {
                    let raw = &content[from.min(i)..i];
                    let unquoted = raw.trim().trim_matches('"');
                    let lead = raw.find(unquoted).unwrap_or(0);
                    let cell = row.len();
                    let start = line.start + from + lead;
                    row.push(Vec::new());
                    add(&mut row, cell, Span::new(start, start + unquoted.len()));
                    from = i + 1;
                }
            }
            self.row(row, table, false, depth);
        }
    }
}

fn add(row: &mut Row, cell: usize, place: Span) {
    while row.len() <= cell {
        row.push(Vec::new());
    }
    if let Some(lines) = row.get_mut(cell).filter(|_| !place.is_empty()) {
        lines.push(place);
    }
}

fn add_last(row: &mut Row, place: Span) {
    if let Some(lines) = row.last_mut().filter(|_| !place.is_empty()) {
        lines.push(place);
    }
}

fn trimmed(start: usize, raw: &str) -> Span {
    let lead = raw.len() - raw.trim_start().len();
    Span::new(start + lead, start + lead + raw.trim().len())
}

/// Where each column starts.
fn columns(border: &str) -> Vec<usize> {
    let bytes = border.as_bytes();
    (0..bytes.len()).filter(|&i| bytes[i] == b'=' && (i == 0 || bytes[i - 1] == b' ')).collect()
}

/// The cells of a row's line whose first byte stands `shift` columns behind the table's margin.
fn cells(content: &str, start: usize, shift: usize, columns: &[usize]) -> Vec<(usize, Span)> {
    let mut out = Vec::new();
    let mut column = shift;
    let mut cell = columns.partition_point(|&c| c <= shift).saturating_sub(1);
    let mut from = 0;
    for (i, c) in content.char_indices() {
        if columns.get(cell + 1).is_some_and(|&next| column >= next) {
            // Text that runs over the column's edge belongs to its own column to the end of the word.
            if content[..i].ends_with(' ') {
                out.push((cell, trimmed(start + from, &content[from..i])));
                from = i;
                cell += 1;
            }
        }
        column += width(c);
    }
    out.push((cell, trimmed(start + from, &content[from..])));
    out
}

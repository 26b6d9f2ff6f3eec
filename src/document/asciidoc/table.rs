//! Tables.

use super::super::build::Depth;
use super::super::lines::Line;
use super::super::model::BlockKind;
use super::super::span::Span;
use super::Parser;

impl Parser<'_, '_> {
    /// The rows between the lines that delimit a table. `options` is what its attributes say.
    pub(super) fn table(&mut self, lines: &[Line], mark: u8, options: &str, depth: Depth) {
        let text = self.text();
        let separator = match mark {
            b',' => ',',
            b':' => ':',
            b'!' => '!',
            _ => '|',
        };
        let mut cells: Vec<Vec<Span>> = Vec::new();
        let mut first_row = 0;
        let mut last_of_first_row = 0;
        for (i, line) in lines.iter().enumerate() {
            if line.is_blank() {
                continue;
            }
            let before = cells.len();
            if self.preprocessor_line(line) {
                continue;
            }
            split(text, line, separator, &mut cells);
            if first_row == 0 && cells.len() > before {
                first_row = cells.len();
                last_of_first_row = i;
            }
        }
        let columns = columns(options).unwrap_or(first_row).max(1);
        let gap =
            lines.get(last_of_first_row + 1).is_some_and(Line::is_blank) && last_of_first_row == first_line(lines);
        let header = options.contains("header") || (gap && !options.contains("noheader") && cells.len() > columns);
        let table = self.builder.next_table();
        for (number, row) in cells.chunks(columns).enumerate() {
            let mut inlines = Vec::new();
            for (i, places) in row.iter().enumerate() {
                let cell = u16::try_from(i).unwrap_or(u16::MAX);
                inlines.extend(self.inlines(places.iter().copied(), Some(cell)));
            }
            let start = inlines.iter().map(|i| i.span.start).min();
            let end = inlines.iter().map(|i| i.span.end).max();
            if let (Some(start), Some(end)) = (start, end) {
                let kind = BlockKind::TableRow { table, header: header && number == 0 };
                self.builder.block_at(kind, Span::new(start, end), inlines, depth);
            }
        }
    }

    /// Comments and conditions between rows.
    fn preprocessor_line(&mut self, line: &Line) -> bool {
        let content = line.of(self.text());
        let condition = ["ifdef::", "ifndef::", "ifeval::", "endif::"].iter().any(|p| content.starts_with(p));
        if content.starts_with("//") {
            self.builder.comment(Span::new(line.start + 2, line.end), line.span());
            return true;
        }
        condition
    }
}

fn first_line(lines: &[Line]) -> usize {
    lines.iter().position(|l| !l.is_blank()).unwrap_or(0)
}

/// Adds a line's cells; what stands before its first mark goes on with the last cell.
fn split(text: &str, line: &Line, separator: char, cells: &mut Vec<Vec<Span>>) {
    let content = line.of(text);
    let mut from = 0;
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let mut marks = content.match_indices(separator).filter(|(i, _)| !content[..*i].ends_with('\\')).peekable();
    let delimited = separator == ',' || separator == ':';
    if delimited {
        cells.push(Vec::new());
    }
    for (i, _) in marks.by_ref() {
        pieces.push((from, i));
        from = i + separator.len_utf8();
    }
    pieces.push((from, content.len()));
    let last = pieces.len() - 1;
    for (number, (start, end)) in pieces.into_iter().enumerate() {
        if number > 0 {
            cells.push(Vec::new());
        }
        let mut raw = &content[start..end];
        // `2+|`, `a|`: what says how the next cell is made stands before its mark.
        if number < last && !delimited {
            let words = raw.trim_end();
            let spec = words.rsplit(' ').next().unwrap_or("");
            if is_spec(spec) && (words.len() == spec.len() || words.len() == raw.len()) {
                raw = &words[..words.len() - spec.len()];
            }
        }
        let lead = raw.len() - raw.trim_start().len();
        let place = Span::new(line.start + start + lead, line.start + start + lead + raw.trim().len());
        if let Some(cell) = cells.last_mut().filter(|_| !place.is_empty()) {
            cell.push(place);
        }
    }
}

/// Whether a word before a cell's mark says how the cell is made.
fn is_spec(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 8
        && word.bytes().all(|b| b.is_ascii_digit() || b"+*.<>^aehlmdsv".contains(&b))
        && (word.len() == 1 || word.bytes().any(|b| b"+*<>^.".contains(&b)))
}

/// The number of columns that `cols=` tells.
fn columns(options: &str) -> Option<usize> {
    let at = options.find("cols=")? + 5;
    let raw = options[at..].trim_start();
    let value = match raw.chars().next()? {
        quote @ ('"' | '\'') => raw[1..].split(quote).next()?,
        _ => raw.split(',').next()?,
    };
    let count: usize = value
        .split([',', ';'])
        .map(|part| part.split_once('*').and_then(|(n, _)| n.trim().parse::<usize>().ok()).unwrap_or(1).min(1000))
        .sum();
    (count > 0).then_some(count)
}

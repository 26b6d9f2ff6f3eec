//! Lists of data files: sections of TOML and INI, mappings and sequences of YAML by their indentation, and
//! what stands in brackets on one line.

use super::super::scan::Syntax;
use super::groups::{LONGEST, MOST, Seen, Take};

struct Level<'c> {
    indent: usize,
    lead: &'c str,
    members: Vec<&'c [u8]>,
    line: u32,
}

/// Gives the lists of `content` to `take`.
pub(super) fn read<'c>(content: &'c [u8], syntax: &Syntax, take: &mut Take<'_, 'c>) {
    let mut levels: Vec<Level<'c>> = Vec::new();
    let mut lead = "";
    let mut inline: Vec<&[u8]> = Vec::new();
    for (number, line) in (1u32..).zip(content.split(|b| *b == b'\n')) {
        let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let rest = line.get(indent..).unwrap_or_default();
        let Ok(rest) = std::str::from_utf8(rest) else { continue };
        let rest = rest.trim_end();
        if rest.is_empty() || syntax.starts_comment(rest.as_bytes()) || rest.len() > 2000 {
            continue;
        }
        if indent == 0 && rest.starts_with('[') && rest.ends_with(']') {
            end(&mut levels, 0, take);
            lead = rest.trim_matches(['[', ']']);
            continue;
        }
        let (item, indent) = match rest.strip_prefix("- ") {
            // A sequence may stand at its key's own indentation.
            Some(item) => (item.trim_start(), indent * 2 + 1),
            None => (rest, indent * 2),
        };
        let item = item.trim_start_matches(['"', '\'', '.']);
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@');
        let length = item.chars().take_while(|c| is_part(*c)).take(LONGEST).map(char::len_utf8).sum();
        let (word, behind) = item.split_at_checked(length).unwrap_or((item, ""));
        let behind = behind.trim_start_matches(['"', '\'']).trim_start();
        let is_element =
            indent % 2 == 1 || behind.starts_with([':', '=']) || behind.is_empty() || behind.starts_with(',');
        if word.is_empty() || !is_element {
            continue;
        }
        if let Some((_, list)) = behind.split_once('[').filter(|(before, _)| before.len() < 4) {
            inline.clear();
            inline.extend(
                list.trim_end_matches(']')
                    .split(',')
                    .map(|m| m.trim().trim_matches(['"', '\'', ']']).as_bytes())
                    .filter(|m| !m.is_empty() && m.len() <= LONGEST)
                    .take(MOST),
            );
            give(word, &inline, number, take);
        }
        end(&mut levels, indent + 1, take);
        if levels.last().is_none_or(|l| l.indent < indent) {
            let above = levels.last().and_then(|l| l.members.last()).map(|m| std::str::from_utf8(m).unwrap_or(""));
            levels.push(Level { indent, lead: above.unwrap_or(lead), members: Vec::new(), line: number });
        }
        if let Some(level) = levels.last_mut()
            && level.members.len() < MOST
            && !level.members.contains(&word.as_bytes())
        {
            level.members.push(word.as_bytes());
        }
    }
    end(&mut levels, 0, take);
}

fn give<'c>(lead: &'c str, members: &[&'c [u8]], line: u32, take: &mut Take<'_, 'c>) {
    if members.len() > 1 {
        take(Seen { lead: lead.as_bytes(), members, line });
    }
}

/// Ends the lists that are indented by `down_to` or more.
fn end<'c>(levels: &mut Vec<Level<'c>>, down_to: usize, take: &mut Take<'_, 'c>) {
    while let Some(level) = levels.pop_if(|l| l.indent >= down_to) {
        give(level.lead, &level.members, level.line, take);
    }
}

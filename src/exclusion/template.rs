//! How an index names a page or section: `{repo}/{path}`, `{path}#{section}`, `{hash}`.

use super::record::Record;

/// What a template may hold, in braces.
pub const FIELDS: [&str; 14] = [
    "repo",
    "path",
    "id",
    "url",
    "title",
    "name",
    "section",
    "heading",
    "heading_path",
    "start",
    "end",
    "lines",
    "hash",
    "block",
];

/// Why a template is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A field that does not exist.
    #[error("`{{{0}}}` is no field of an id; there are {{{fields}}}", fields = FIELDS.join("}, {"))]
    Unknown(String),
    /// A brace that is never closed or opened (double it to mean it).
    #[error("the id template `{0}` has a brace without its partner (write it twice to mean it)")]
    Brace(String),
    /// No field, so that every record would get the same id.
    #[error("the id template `{0}` names no field, so that all ids would be the same")]
    Constant(String),
    /// A field of sections where only pages are asked for.
    #[error("`{{{0}}}` is a field of sections: add `--by section`")]
    SectionOnly(&'static str),
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(&'static str),
}

impl Template {
    /// Parses a template. `by_section` says whether sections are to be named.
    ///
    /// # Errors
    /// If it is none, or names a section where pages are asked for.
    pub fn parse(text: &str, by_section: bool) -> Result<Self, TemplateError> {
        let brace = || TemplateError::Brace(text.into());
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if chars.peek() == Some(&c) => {
                    chars.next();
                    plain.push(c);
                }
                '}' => return Err(brace()),
                '{' => {
                    let mut name = String::new();
                    loop {
                        match chars.next().ok_or_else(brace)? {
                            '}' => break,
                            c => name.push(c),
                        }
                    }
                    let field = FIELDS.iter().find(|f| **f == name).ok_or(TemplateError::Unknown(name))?;
                    if !by_section && is_of_sections(field) {
                        return Err(TemplateError::SectionOnly(field));
                    }
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Field(field));
                }
                c => plain.push(c),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        if !parts.iter().any(|p| matches!(p, Part::Field(_))) {
            return Err(TemplateError::Constant(text.into()));
        }
        Ok(Self { parts })
    }

    /// The ids of a record: one, or one for each block where the template asks for blocks.
    ///
    /// # Errors
    /// The name of a field that the record lacks.
    pub fn render(&self, record: &Record<'_>) -> Result<Vec<String>, &'static str> {
        let blocks = record.section.map_or(&[][..], |s| s.blocks.as_slice());
        if !self.parts.contains(&Part::Field("block")) {
            return Ok(vec![self.one(record, "")?]);
        }
        if blocks.is_empty() {
            return Err("block");
        }
        blocks.iter().map(|block| self.one(record, block)).collect()
    }

    fn one(&self, record: &Record<'_>, block: &str) -> Result<String, &'static str> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Field(field) => {
                    let value = value(field, record, block).ok_or(*field)?;
                    out.push_str(&value);
                }
            }
        }
        Ok(out)
    }
}

fn is_of_sections(field: &str) -> bool {
    matches!(field, "section" | "heading" | "heading_path" | "start" | "end" | "lines" | "hash" | "block")
}

fn value(field: &str, record: &Record<'_>, block: &str) -> Option<String> {
    let document = record.document;
    let section = record.section;
    match field {
        "repo" => Some(record.repo).filter(|r| !r.is_empty()).map(str::to_owned),
        "path" | "id" => Some(document.id.clone()),
        "url" => document.url.clone(),
        "title" => Some(document.title.clone()),
        "name" => document.id.rsplit('/').next().map(str::to_owned),
        "section" => section.map(|s| s.id.clone()),
        "heading" => section.map(|s| s.heading_path.last().cloned().unwrap_or_default()),
        "heading_path" => section.map(|s| s.heading_path.join(" > ")),
        "start" => section.map(|s| s.start.to_string()),
        "end" => section.map(|s| s.end.to_string()),
        "lines" => section.map(|s| format!("{}-{}", s.start, s.end)),
        "hash" => section.map(|s| s.content_hash.clone()),
        "block" => Some(block.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_in_templates_are_named() {
        let parse = |text| Template::parse(text, false).unwrap_err();
        assert_eq!(parse("{nope}"), TemplateError::Unknown("nope".into()));
        assert!(parse("{nope}").to_string().contains("`{nope}` is no field of an id; there are {repo}, {path}"));
        assert_eq!(parse("{path"), TemplateError::Brace("{path".into()));
        assert_eq!(parse("path}"), TemplateError::Brace("path}".into()));
        assert_eq!(parse("path"), TemplateError::Constant("path".into()));
        assert_eq!(parse("{path}#{section}"), TemplateError::SectionOnly("section"));
        let parts = Template::parse("{{{path}}}#{lines}", true).unwrap().parts;
        let text = |t: &str| Part::Text(t.into());
        assert_eq!(parts, [text("{"), Part::Field("path"), text("}#"), Part::Field("lines")]);
    }
}

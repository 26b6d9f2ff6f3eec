//! From a page's bytes to a [`Document`].

use super::build::Builder;
use super::decode::{self, LARGEST};
use super::model::{Document, DocumentId, Format};
use super::{asciidoc, markdown, mdx, plain, rst};

/// Why a page can't be read. Each says what mends it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Over 8 MiB.
    #[error(
        "the page has {size} bytes, more than the {} that are read; split it, or exclude it if it is no documentation",
        LARGEST
    )]
    TooLarge {
        /// Its size in bytes.
        size: usize,
    },
    /// In no encoding that gives text.
    #[error(
        "the page's encoding is unknown (tried UTF-8, UTF-16, Shift_JIS, EUC-JP, ISO-2022-JP and Windows-1252); save it as UTF-8"
    )]
    Encoding,
    /// No text at all.
    #[error(
        "the file holds zero bytes or control characters, so it is no text; exclude it, or remove those bytes and save it as UTF-8"
    )]
    Binary,
    /// The pointer that Git LFS leaves in a page's place.
    #[error(
        "the page is a Git LFS pointer, its text is not in the repository; keep pages out of LFS to have them audited"
    )]
    LfsPointer,
}

impl ParseError {
    /// A stable word for reports: `too-large`, `encoding`, `binary` or `lfs-pointer`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too-large",
            Self::Encoding => "encoding",
            Self::Binary => "binary",
            Self::LfsPointer => "lfs-pointer",
        }
    }
}

/// Reads a page. Whatever text it holds becomes a document: bad markup is taken as a reader's
/// browser would take it.
///
/// # Errors
/// The bytes are no text that can be read; see [`ParseError`].
pub fn parse(id: DocumentId, format: Format, bytes: &[u8]) -> Result<Document, ParseError> {
    let text = decode::decode(bytes)?;
    let mut builder = Builder::new(&text);
    match format {
        Format::Markdown => markdown::parse(&mut builder),
        Format::Mdx => mdx::parse(&mut builder),
        Format::Rst => rst::parse(&mut builder),
        Format::Asciidoc => asciidoc::parse(&mut builder),
        Format::Plain => plain::parse(&mut builder),
    }
    let parts = builder.finish();
    Ok(parts.into_document(id, format, text))
}

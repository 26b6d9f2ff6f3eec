//! The forms of lists, one file for each store.

mod azure;
mod bedrock;
mod chroma;
mod dify;
mod elasticsearch;
mod filter;
mod freshness;
mod haystack;
mod ids;
mod ignore;
mod lancedb;
mod langchain;
mod llamaindex;
mod metadata;
mod milvus;
mod openai;
mod pgvector;
mod pinecone;
mod qdrant;
mod quote;
mod vertex;
mod weaviate;

#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::Path;

use super::list::v1;
use super::pieces::Pieces;
use super::record::Record;
use super::source::AuditFile;
use super::template::Template;
use super::{ExportError, Options};
use crate::triage::policy::Policy;
use ids::Ids;

/// Takes the records of an audit in order: each page as a whole, then its sections.
pub trait Sink {
    /// Takes one.
    ///
    /// # Errors
    /// If it can't be written.
    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> Result<(), ExportError>;

    /// Writes what stands behind them.
    ///
    /// # Errors
    /// If it can't be written.
    fn finish(&mut self, audit: &AuditFile, out: &mut dyn Write) -> Result<(), ExportError>;

    /// What became of the ids.
    fn made(&self) -> Made {
        Made::default()
    }

    /// Puts a folder in its place.
    ///
    /// # Errors
    /// If that fails.
    fn commit(self: Box<Self>) -> Result<(), ExportError> {
        Ok(())
    }
}

/// What became of the ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Made {
    /// Different ids that were excluded.
    pub ids: usize,
    /// Ids that name something excluded and something that is not; the first of them.
    pub ambiguous: Option<String>,
    /// How many there are of these.
    pub ambiguous_count: usize,
    /// What the target's language can't say, with the reason: the first few.
    pub unfit: Vec<(String, String)>,
    /// How many there are of these.
    pub unfit_count: usize,
    /// Pieces of the index that stand in pages which the audit does not know: they stay in.
    pub strangers: usize,
}

/// What an index knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whole pages.
    Document,
    /// Sections.
    Section,
}

/// Where a target writes.
pub enum Place<'w> {
    /// To a stream.
    Stream(&'w mut dyn Write),
    /// To a folder.
    Folder(&'w Path),
}

/// A form of list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Target {
    List,
    Freshness,
    Dify,
    Qdrant,
    Ignore,
    Chroma,
    Lancedb,
    Milvus,
    Pgvector,
    Elasticsearch,
    Opensearch,
    Pinecone,
    Weaviate,
    AzureAiSearch,
    Vertex,
    Bedrock,
    Openai,
    Llamaindex,
    Langchain,
    Haystack,
}

impl Target {
    /// All of them, in the order of the documentation.
    pub const ALL: [Target; 20] = [
        Self::List,
        Self::Freshness,
        Self::Dify,
        Self::Qdrant,
        Self::Ignore,
        Self::Chroma,
        Self::Lancedb,
        Self::Milvus,
        Self::Pgvector,
        Self::Elasticsearch,
        Self::Opensearch,
        Self::Pinecone,
        Self::Weaviate,
        Self::AzureAiSearch,
        Self::Vertex,
        Self::Bedrock,
        Self::Openai,
        Self::Llamaindex,
        Self::Langchain,
        Self::Haystack,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Freshness => "freshness",
            Self::Dify => "dify",
            Self::Qdrant => "qdrant",
            Self::Ignore => "ignore",
            Self::Chroma => "chroma",
            Self::Lancedb => "lancedb",
            Self::Milvus => "milvus",
            Self::Pgvector => "pgvector",
            Self::Elasticsearch => "elasticsearch",
            Self::Opensearch => "opensearch",
            Self::Pinecone => "pinecone",
            Self::Weaviate => "weaviate",
            Self::AzureAiSearch => "azure-ai-search",
            Self::Vertex => "vertex",
            Self::Bedrock => "bedrock",
            Self::Openai => "openai",
            Self::Llamaindex => "llamaindex",
            Self::Langchain => "langchain",
            Self::Haystack => "haystack",
        }
    }

    /// What it writes and how that is used, in a sentence.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::List => "the canonical list, of which all others are made (JSON)",
            Self::Freshness => "freshness and action of every page and section (JSON Lines)",
            Self::Dify => "Dify: metadata for every document and the conditions of a retrieval (JSON)",
            Self::Qdrant => "Qdrant: a filter for `query_points` (JSON)",
            Self::Ignore => "paths of pages to leave out when indexing, as in a .gitignore",
            Self::Chroma => "Chroma: the `where` of a query (JSON)",
            Self::Lancedb => "LanceDB: the SQL of `where`",
            Self::Milvus => "Milvus: a filter expression",
            Self::Pgvector => "PostgreSQL: a table of exclusions, filled in one transaction (SQL)",
            Self::Elasticsearch => "Elasticsearch: a query clause for `bool.filter` (JSON)",
            Self::Opensearch => "OpenSearch: a query clause for `bool.filter` (JSON)",
            Self::Pinecone => "Pinecone: a metadata filter (JSON)",
            Self::Weaviate => "Weaviate 1.33 or later: a `where` filter (JSON)",
            Self::AzureAiSearch => "Azure AI Search: an OData `$filter`",
            Self::Vertex => "Vertex AI Search: `structData` of every document (JSON Lines)",
            Self::Bedrock => "Bedrock knowledge bases: a folder of `.metadata.json` files",
            Self::Openai => "OpenAI vector stores: attributes of every file, and the filter (JSON)",
            Self::Llamaindex => "LlamaIndex: `MetadataFilters` (JSON)",
            Self::Langchain => "LangChain: a Python module with a filter function",
            Self::Haystack => "Haystack: a document filter (JSON)",
        }
    }

    /// The target of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.name() == name)
    }

    /// Whether it writes a folder.
    #[must_use]
    pub fn is_folder(self) -> bool {
        self == Self::Bedrock
    }

    /// Whether it can name sections at all.
    fn knows_sections(self) -> bool {
        !matches!(self, Self::Dify | Self::Ignore | Self::Bedrock | Self::Openai)
    }

    /// Whether it can name pieces that an index lists.
    fn knows_pieces(self) -> bool {
        self.knows_sections() && !matches!(self, Self::List | Self::Freshness | Self::Vertex)
    }

    /// What writes it.
    pub(super) fn sink(
        self,
        audit: &AuditFile,
        policy: &Policy,
        options: &Options,
        place: Place<'_>,
    ) -> Result<Box<dyn Sink>, ExportError> {
        let by = options.by.unwrap_or(By::Document);
        if by == By::Section && !self.knows_sections() {
            return Err(ExportError::Usage(format!("`{}` knows whole pages only, not sections", self.name())));
        }
        let pieces = match options.pieces.as_deref() {
            Some(_) if !self.knows_pieces() => {
                return Err(ExportError::Usage(format!("`{}` takes no `--pieces`", self.name())));
            }
            Some(_) if by == By::Section => {
                let message = "`--pieces` says what each piece is called: it does not go with `--by section`";
                return Err(ExportError::Usage(message.into()));
            }
            path => path.map(Pieces::read).transpose()?,
        };
        let by_default = if by == By::Section { "{path}#{section}" } else { "{path}" };
        let template = options.id_template.as_deref().unwrap_or(by_default);
        let template = Template::parse(template, by == By::Section).map_err(|e| ExportError::Usage(e.to_string()))?;
        let field = options.id_field.as_deref().unwrap_or(match (by, &pieces) {
            (_, Some(_)) => "id",
            (By::Section, None) => "section_id",
            (By::Document, None) => "path",
        });
        let names = Ids::new(by, template, pieces);
        let mut nothing = std::io::sink();
        let (out, folder) = match place {
            Place::Stream(out) => (out, None),
            Place::Folder(folder) => (&mut nothing as &mut dyn Write, Some(folder)),
        };
        Ok(match self {
            Self::List => Box::new(v1::Writer::begin(audit, &policy.values().version, out)?),
            Self::Freshness => Box::new(freshness::Freshness),
            Self::Dify => Box::new(dify::Dify::begin(names, out)?),
            Self::Ignore => ids::sink(names, ignore::Ignore::default()),
            Self::Pgvector => ids::sink(names, pgvector::Pgvector::begin(options.table.as_deref(), out)?),
            Self::Langchain => ids::sink(names, langchain::Langchain::begin(field, out)?),
            Self::Vertex => Box::new(vertex::Vertex::new(names)),
            Self::Openai => Box::new(openai::Openai::begin(names, field, out)?),
            Self::Bedrock => match folder {
                Some(folder) => Box::new(bedrock::Bedrock::create(names, folder)?),
                None => return Err(ExportError::Usage("`bedrock` writes a folder".into())),
            },
            Self::Qdrant => filter::sink(names, qdrant::form(field)),
            Self::Chroma => filter::sink(names, chroma::form(field)),
            Self::Lancedb => filter::sink(names, lancedb::form(field)?),
            Self::Milvus => filter::sink(names, milvus::form(field)?),
            Self::Elasticsearch | Self::Opensearch => filter::sink(names, elasticsearch::form(field)),
            Self::Pinecone => filter::sink(names, pinecone::form(field)),
            Self::Weaviate => filter::sink(names, weaviate::form(field)),
            Self::AzureAiSearch => ids::sink(names, azure::Azure::new(field)?),
            Self::Llamaindex => filter::sink(names, llamaindex::form(field)),
            Self::Haystack => filter::sink(names, haystack::form(field)),
        })
    }
}

//! All pages below the roots, several at once.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::convert::{self, Surroundings};
use super::fault;
use super::id::{NotionId, Root};
use super::reader::{Known, NotRead, Read, Reader};
use super::rich;
use super::rows;
use super::tree::Below;
use crate::pipeline::Progress;
use crate::source::http::HttpError;
use crate::source::{CollectedPage, Failure, FailureReason, Parent, SourceError, Visibility};

/// How many pages are read at once; the limiter bounds the requests.
const AT_ONCE: usize = 16;

/// Something to read.
enum Task {
    /// A root, of which it isn't known what it is.
    Root(Root),
    /// A page.
    Page { id: NotionId, title: String, known: Known, parents: Arc<[Parent]> },
    /// A database.
    Database { id: NotionId, title: String, parents: Arc<[Parent]> },
    /// A data source.
    DataSource { id: NotionId, title: String, parents: Arc<[Parent]> },
}

/// What reading gave.
#[derive(Default)]
struct Done {
    page: Option<CollectedPage>,
    next: Vec<Task>,
    failures: Vec<Failure>,
    /// The token is refused: no other request can succeed.
    refused: Option<HttpError>,
}

type Work<'a> = Pin<Box<dyn Future<Output = Done> + Send + 'a>>;

/// A crawl.
pub struct Crawl<'a> {
    /// Reads pages.
    pub reader: &'a Reader,
    /// The workspace.
    pub source_name: &'a str,
    /// Who may read what isn't public.
    pub visibility: Visibility,
    /// Is told how far we are.
    pub progress: &'a dyn Progress,
}

impl Crawl<'_> {
    /// Reads everything below `roots`; hands each page to `sink` as soon as it is read, in no order.
    ///
    /// # Errors
    /// Where the token is refused before any page was read.
    pub async fn run(
        &self,
        roots: &[String],
        sink: &mut (dyn FnMut(CollectedPage) + Send),
    ) -> Result<Vec<Failure>, SourceError> {
        let mut failures = Vec::new();
        let mut open: VecDeque<Task> = VecDeque::new();
        let mut seen: BTreeSet<NotionId> = BTreeSet::new();
        for given in roots {
            match Root::parse(given) {
                // A root below another is a root all the same, whichever is read first.
                Some(root) if seen.insert(root.id.clone()) => open.push_back(Task::Root(root)),
                Some(_) => {}
                None => {
                    let message =
                        format!("`{given}` holds no id of a page or data source: copy the link of the page in Notion");
                    failures.push(fault::failure(self.source_name, None, given, FailureReason::NotFound, message));
                }
            }
        }
        let mut under_way: FuturesUnordered<Work<'_>> = FuturesUnordered::new();
        let mut pages = 0_u64;
        loop {
            while under_way.len() < AT_ONCE {
                let Some(task) = open.pop_front() else { break };
                // What is reached by two ways is read once.
                if found_id(&task).is_some_and(|id| !seen.insert(id.clone())) {
                    continue;
                }
                under_way.push(Box::pin(self.work(task)));
            }
            let Some(done) = under_way.next().await else { break };
            if let Some(error) = done.refused {
                let (reason, message) = fault::explain(&error);
                if pages == 0 {
                    return Err(SourceError::new(reason, message));
                }
                failures.push(fault::failure(self.source_name, None, "", reason, message));
                break;
            }
            failures.extend(done.failures);
            if let Some(page) = done.page {
                pages += 1;
                self.progress.tick(1);
                sink(page);
            }
            // Deeper first: what waits stays small.
            for task in done.next.into_iter().rev() {
                open.push_front(task);
            }
        }
        failures.sort();
        failures.dedup();
        Ok(failures)
    }

    async fn work(&self, task: Task) -> Done {
        match task {
            Task::Root(root) => self.root(root).await,
            Task::Page { id, title, known, parents } => self.page(&id, &title, &known, parents).await,
            Task::Database { id, title, parents } => match self.reader.api.database(&id).await {
                Ok(database) => self.sources_of(&id, &database, &title, &parents),
                Err(error) => self.failed(&id, &title, error),
            },
            Task::DataSource { id, title, parents } => self.rows(&id, &title, parents).await,
        }
    }

    /// Finds out what a root is.
    async fn root(&self, root: Root) -> Done {
        let id = &root.id;
        let none: Arc<[Parent]> = Arc::from([]);
        let is_other = |error: &HttpError| matches!(error.status(), Some(400 | 404));
        if !root.database {
            match self.reader.read(id, &Known::Nothing).await {
                Ok((read, below)) => return self.finished(&read, below, none),
                Err(NotRead::Trashed) => return self.trashed(id, &root.given),
                Err(NotRead::Failed(error)) if is_other(&error) => {}
                Err(NotRead::Failed(error)) => return self.failed(id, &root.given, error),
            }
            match self.reader.api.data_source(id).await {
                Ok(source) => {
                    let title = rich::plain(&rich::read(source.get("title")));
                    return self.rows(id, &title, none).await;
                }
                Err(error) if is_other(&error) => {}
                Err(error) => return self.failed(id, &root.given, error),
            }
        }
        match self.reader.api.database(id).await {
            Ok(database) => self.sources_of(id, &database, "", &none),
            Err(error) => self.failed(id, &root.given, error),
        }
    }

    async fn page(&self, id: &NotionId, title: &str, known: &Known, parents: Arc<[Parent]>) -> Done {
        match self.reader.read(id, known).await {
            Ok((read, below)) => self.finished(&read, below, parents),
            // It went to the trash between its parent's list and now: that is no failure.
            Err(NotRead::Trashed) => Done::default(),
            Err(NotRead::Failed(error)) => self.failed(id, title, error),
        }
    }

    fn finished(&self, read: &Read, below: Vec<Below>, parents: Arc<[Parent]>) -> Done {
        let human = self.reader.human_edits(read);
        let around = Surroundings {
            source_name: self.source_name,
            visibility: self.visibility,
            parents: &parents,
            bots: &self.reader.bots,
            human: &human,
        };
        let page = convert::page(&read.meta, &read.tree, around);
        let mut done = Done::default();
        if read.unsettled {
            let message =
                "it was edited each time that it was read; what it says now is read at the next run".to_owned();
            done.failures.push(fault::failure(
                self.source_name,
                Some(&read.meta.id),
                &page.title,
                FailureReason::Changed,
                message,
            ));
        }
        let mut above = parents.to_vec();
        above.push(Parent { id: page.id.clone(), title: page.title.clone() });
        let above: Arc<[Parent]> = above.into();
        for Below { id, title, database, edited } in below {
            let parents = Arc::clone(&above);
            done.next.push(if database {
                Task::Database { id, title, parents }
            } else {
                Task::Page { id, title, known: edited.map_or(Known::Nothing, Known::Edited), parents }
            });
        }
        done.page = Some(page);
        done
    }

    fn sources_of(&self, id: &NotionId, database: &Value, title: &str, parents: &Arc<[Parent]>) -> Done {
        let own = rich::plain(&rich::read(database.get("title")));
        let title = if own.is_empty() { title } else { &own };
        let mut above = parents.to_vec();
        above.push(Parent { id: format!("notion:{}", id.as_str()), title: named(title) });
        let above: Arc<[Parent]> = above.into();
        let sources = database.get("data_sources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let task = |source: &Value| {
            let id = NotionId::parse(source.get("id")?.as_str()?)?;
            let title = source.get("name").and_then(Value::as_str).unwrap_or(title).to_owned();
            Some(Task::DataSource { id, title, parents: Arc::clone(&above) })
        };
        Done { next: sources.iter().filter_map(task).collect(), ..Done::default() }
    }

    async fn rows(&self, id: &NotionId, title: &str, parents: Arc<[Parent]>) -> Done {
        let rows = match rows::read(&self.reader.api, id, &self.reader.names).await {
            Ok(rows) => rows,
            Err(error) => return self.failed(id, title, error),
        };
        let parents = if parents.is_empty() {
            Arc::from([Parent { id: format!("notion:{}", id.as_str()), title: named(title) }])
        } else {
            parents
        };
        let mut done = Done::default();
        for message in rows.incomplete {
            done.failures.push(fault::failure(self.source_name, Some(id), title, FailureReason::BadAnswer, message));
        }
        for meta in rows.rows {
            let (id, title) = (meta.id.clone(), meta.title.clone());
            let known = Known::Meta(Box::new(meta));
            done.next.push(Task::Page { id, title, known, parents: Arc::clone(&parents) });
        }
        done
    }

    fn failed(&self, id: &NotionId, title: &str, error: HttpError) -> Done {
        if error.status() == Some(401) {
            return Done { refused: Some(error), ..Done::default() };
        }
        Done { failures: vec![fault::page(self.source_name, id, title, &error)], ..Done::default() }
    }

    fn trashed(&self, id: &NotionId, title: &str) -> Done {
        let message = "it is in the trash, or no page".to_owned();
        let failure = fault::failure(self.source_name, Some(id), title, FailureReason::NotFound, message);
        Done { failures: vec![failure], ..Done::default() }
    }
}

fn named(title: &str) -> String {
    if title.is_empty() { "Untitled".to_owned() } else { title.to_owned() }
}

/// By what something that was found is known again.
fn found_id(task: &Task) -> Option<&NotionId> {
    match task {
        Task::Root(_) => None,
        Task::Page { id, .. } | Task::Database { id, .. } | Task::DataSource { id, .. } => Some(id),
    }
}

//! The templates of reports: those within the program, and a user's own over them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tera::{ErrorKind, EscapeFn, Tera};

use super::lang::Strings;

/// A template is larger than this, and not read.
const MAX_BYTES: u64 = 1 << 20;
/// A folder of templates holds more files than this.
const MAX_FILES: usize = 200;

/// Why a template can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It has a mistake.
    #[error("{file}:{line}:{column}: {message}")]
    Source {
        /// The template's file, or its name where it is built in.
        file: String,
        /// Line from 1.
        line: usize,
        /// Column from 1.
        column: usize,
        /// What is wrong with it.
        message: String,
    },
    /// The templates do not fit together.
    #[error("{file}: {message}")]
    Whole {
        /// The template's file, or its name where it is built in.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// A file or the folder could not be read.
    #[error("cannot read templates from {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder holds what is no template.
    #[error("{path} is no template: {reason}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why it is not read.
        reason: &'static str,
    },
}

/// The built-in templates, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("html/report.html", include_str!("../../templates/html/report.html")),
    ("html/report.css", include_str!("../../templates/html/report.css")),
    ("html/js/base.js", include_str!("../../templates/html/js/base.js")),
    ("html/js/route.js", include_str!("../../templates/html/js/route.js")),
    ("html/js/parts.js", include_str!("../../templates/html/js/parts.js")),
    ("html/js/overview.js", include_str!("../../templates/html/js/overview.js")),
    ("html/js/list.js", include_str!("../../templates/html/js/list.js")),
    ("html/js/page.js", include_str!("../../templates/html/js/page.js")),
    ("html/js/main.js", include_str!("../../templates/html/js/main.js")),
    ("markdown/report.md", include_str!("../../templates/markdown/report.md")),
    ("judge/system.txt", include_str!("../../templates/judge/system.txt")),
    ("judge/user.txt", include_str!("../../templates/judge/user.txt")),
    ("judge/pages.txt", include_str!("../../templates/judge/pages.txt")),
];

/// The templates of a run, by name: a path below `templates/` such as `html/report.html`.
#[derive(Debug, Clone)]
pub struct Templates {
    texts: BTreeMap<String, String>,
    dir: Option<PathBuf>,
    own: Vec<String>,
}

impl Default for Templates {
    fn default() -> Self {
        let texts = BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Self { texts, dir: None, own: Vec::new() }
    }
}

impl Templates {
    /// The built-in templates with the files of a folder over them (`--templates`).
    ///
    /// A file replaces the built-in template of the same path; any other can be included from one.
    ///
    /// # Errors
    /// [`TemplateError::Read`] and [`TemplateError::Refused`] name the file at fault: a symbolic
    /// link, a file that is not UTF-8, one beyond 1 MiB, more than 200 files.
    pub fn with_overrides(dir: &Path) -> Result<Self, TemplateError> {
        let mut all = Self { dir: Some(dir.to_owned()), ..Self::default() };
        let mut folders = vec![(dir.to_owned(), String::new())];
        let read = |path: &Path, source| TemplateError::Read { path: path.to_owned(), source };
        while let Some((folder, prefix)) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(|e| read(&folder, e))? {
                let entry = entry.map_err(|e| read(&folder, e))?;
                let path = entry.path();
                let refuse = |reason| TemplateError::Refused { path: path.clone(), reason };
                let Ok(name) = entry.file_name().into_string() else {
                    return Err(refuse("its name is not UTF-8"));
                };
                if name.starts_with('.') {
                    continue;
                }
                let name = format!("{prefix}{name}");
                let kind = entry.metadata().map_err(|e| read(&path, e))?;
                if kind.is_dir() {
                    folders.push((path, format!("{name}/")));
                    continue;
                }
                if !kind.is_file() {
                    return Err(refuse("it is not a regular file"));
                }
                if kind.len() > MAX_BYTES {
                    return Err(refuse("it is larger than 1 MiB"));
                }
                if all.own.len() >= MAX_FILES {
                    return Err(refuse("the folder holds more than 200 files"));
                }
                let bytes = fs::read(&path).map_err(|e| read(&path, e))?;
                let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8"))?;
                all.texts.insert(name.clone(), text);
                all.own.push(name);
            }
        }
        all.own.sort();
        Ok(all)
    }

    /// The text of a template, unrendered; empty where there is none of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// An engine with the templates whose names end in `suffix`, every one of which escapes what it
    /// shows with `escape`, speaks the language of `strings`, and can use what `extend` adds.
    ///
    /// # Errors
    /// A mistake in a template, with its place.
    pub fn engine(
        &self,
        suffix: &str,
        escape: EscapeFn,
        strings: &Strings,
        extend: fn(&mut Tera),
    ) -> Result<Tera, TemplateError> {
        let mut tera = Tera::new();
        // Tera goes by suffix alone, and would leave Markdown as it is: every name ends in nothing.
        tera.autoescape_on([""]);
        tera.set_escape_fn(escape);
        super::filter::register(&mut tera, strings);
        extend(&mut tera);
        let chosen = self.texts.iter().filter(|(name, _)| name.ends_with(suffix));
        tera.add_raw_templates(chosen.map(|(name, text)| (name.as_str(), text.as_str())))
            .map_err(|error| self.explain(&error, suffix))?;
        Ok(tera)
    }

    /// Says where in which file a template is at fault.
    #[must_use]
    pub fn explain(&self, error: &tera::Error, name: &str) -> TemplateError {
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => TemplateError::Source {
                file: self.file(report.filename()),
                line: report.span().start_line,
                column: report.span().start_col + 1,
                message: report.message().to_owned(),
            },
            ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
                TemplateError::Whole { file: self.file(tpl), message: error.to_string() }
            }
            ErrorKind::MissingParent { current, .. } => {
                TemplateError::Whole { file: self.file(current), message: error.to_string() }
            }
            _ => TemplateError::Whole { file: self.file(name), message: error.to_string() },
        }
    }

    fn file(&self, name: &str) -> String {
        match &self.dir {
            Some(dir) if self.own.iter().any(|own| own == name) => dir.join(name).display().to_string(),
            _ => format!("built-in template {name}"),
        }
    }
}

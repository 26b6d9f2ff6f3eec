//! What a page names.

use crate::document::Span;

/// What a reference is by its form in the page. Which rule a lost one belongs to is decided by what
/// backed it in the code (a name that was an environment read is a lost variable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A file or folder.
    Path,
    /// The destination of a link, an image or an include (path part and fragment together).
    Link,
    /// An identifier or a qualified name (`a::b`, `a.b`, `f()`), or a dotted configuration key.
    Symbol,
    /// A command-line option (`--x`, `-x`).
    Flag,
    /// `UPPER_CASE`, `$NAME`, `NAME=value` in a shell.
    EnvVar,
    /// A key in a documented configuration sample, dotted from the sample's top.
    ConfigKey,
    /// An HTTP path (`GET /v1/users/{id}`).
    Route,
    /// A Prometheus-style metric name.
    Metric,
    /// A target of a build or task tool, a script, or a subcommand of the project's program.
    Command,
    /// An object of a deployment: alert, dashboard, Kubernetes object, Terraform address.
    Resource,
    /// A package of the manifests.
    Dependency,
}

impl Kind {
    /// Its name in reports, such as `env-var`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Link => "link",
            Self::Symbol => "symbol",
            Self::Flag => "flag",
            Self::EnvVar => "env-var",
            Self::ConfigKey => "config-key",
            Self::Route => "route",
            Self::Metric => "metric",
            Self::Command => "command",
            Self::Resource => "resource",
            Self::Dependency => "dependency",
        }
    }
}

/// Where in the page a reference stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A code span in text, list or table.
    CodeSpan,
    /// A code block.
    CodeBlock,
    /// Plain words.
    Prose,
    /// A heading (in words or code).
    Heading,
    /// A link's destination.
    Link,
    /// The page's front matter.
    FrontMatter,
}

/// What the page says of the thing that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// That it is there.
    Affirmed,
    /// That it was there, or goes away ("removed in 2.0", 廃止).
    Past,
    /// That the reader makes it ("create a file named …").
    Created,
    /// It stands for something else (`path/to/x`, `<name>`, `foo`).
    Placeholder,
    /// It belongs to another project or program.
    Foreign,
    /// It is a program's output.
    Output,
}

/// What the form of a reference tells beyond its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Shape {
    /// A pattern (`src/**/*.rs`, `{a,b}.yml`): matched, not looked up.
    pub glob: bool,
    /// Could as well be an ordinary word or something else (a plain lower-case word in a code span,
    /// `owner/name`): worth a finding only with a witness of its own kind.
    pub weak: bool,
    /// Written as a call or a declaration with its parameters (`f(x)`).
    pub call: bool,
    /// A path that ends in a slash.
    pub folder: bool,
    /// Stands in a sample where the reader writes a name of the own choice (a key's user-made name,
    /// an argument), or in the comment of a sample.
    pub incidental: bool,
}

/// A token of a page that names something of a system.
///
/// What [`Reference::parts`] hold, by kind: the parts of a path without `.`; a link's path and, where
/// there is one, its fragment; a symbol's segments; a flag's spellings (`--x`; `--no-x` too where the
/// page writes `--[no-]x`); a variable's name; a key's segments from the sample's top; a route's
/// method, if any, and path; a command's program and words; a resource's type, if any, and name; a
/// dependency's name (scope and group included). Full-width forms are narrowed in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What it is by its form.
    pub kind: Kind,
    /// As written.
    pub text: String,
    /// Its parts for look-up, already split and unescaped: path parts of a path, segments of a
    /// qualified name, program and words of a command, key segments.
    pub parts: Vec<String>,
    /// Its place in the page.
    pub span: Span,
    /// Index of its section.
    pub section: usize,
    /// Index of its block.
    pub block: usize,
    /// Where it stands.
    pub place: Place,
    /// What is said of it.
    pub standing: Standing,
    /// What its form tells beyond the kind.
    pub shape: Shape,
    /// The program of the command that it stands in, without folders (`docker`); none in words.
    pub program: Option<String>,
}

//! `shelflife review`.

mod notion;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use shelflife::document::Format;
use shelflife::report::file::write_atomically;
use shelflife::source::notion::id::NotionId;
use shelflife::source::notion::verify::Review;
use shelflife::triage::review::record;
use shelflife::triage::reviews::{Entry, Reviews};

use crate::commands::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// Note in a page that someone read it and found it right.
///
/// In Markdown the note goes into the front matter or an existing freshness comment, in
/// reStructuredText and AsciiDoc into a comment. A page in a wiki of Notion gets its verification set, and a
/// comment that names who read it. A review resets the page's age, and hides no finding.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shelflife review docs/runbooks/restore.md
  shelflife review docs/install.md --by 'Ann Example' --date 2026-06-01
  shelflife review https://www.notion.so/acme/Restore-0123456789abcdef0123456789abcdef --until 2027-06-01
  shelflife review README.txt --reviews reviews.toml      for `shelflife audit --reviews reviews.toml`")]
pub struct Args {
    /// The page's file, or a page in Notion by its address or `notion:ID`
    #[arg(value_name = "PAGE")]
    page: PathBuf,
    /// Who read it [default: git's user.name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// When [default: today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<NaiveDate>,
    /// Note it at the end of FILE instead, which `audit --reviews FILE` reads; PAGE is then the page's id,
    /// and may name a section behind a #
    #[arg(long, value_name = "FILE")]
    reviews: Option<PathBuf>,
    /// The last day on which the review holds
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Option<NaiveDate>,
    /// Take the address of Notion from this configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    if let Some(file) = &args.reviews {
        return note(args, file);
    }
    if let Some(id) = args.page.to_str().and_then(notion::page) {
        return verify(args, &id);
    }
    if args.until.is_some() {
        return Err(Failure::usage("a page's own note holds no --until").help("name a file with --reviews FILE"));
    }
    let name = args.page.display();
    let format = format_of(args)?;
    let bytes = fs::read(&args.page).map_err(|e| Failure::cannot(format!("{name}: {e}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::cannot(format!("{name} is not UTF-8, and nothing else is rewritten")))?;
    let by = reviewer(args)?;
    let date = args.date.unwrap_or_else(|| Utc::now().date_naive());
    let noted = record(&text, format, date, &by).map_err(|e| Failure::cannot(format!("{name}: {e}")))?;
    if noted != text {
        write_atomically(&args.page, |out| out.write_all(noted.as_bytes()))
            .map_err(|e| Failure::cannot(format!("{name}: {e}")))?;
    }
    let line = format!("{name}: reviewed {date} by {by}");
    print(format!("{}\n", shelflife::report::escape::terminal(&line)).as_bytes())?;
    Ok(Exit::Clean)
}

/// Verifies a page in Notion.
fn verify(args: &Args, id: &NotionId) -> Result<Exit, Failure> {
    let by = reviewer(args)?;
    let date = args.date.unwrap_or_else(|| Utc::now().date_naive());
    if args.until.is_some_and(|until| until < date) {
        return Err(Failure::usage("--until lies before the day of the review"));
    }
    let line = format!("notion:{}: verified {date} by {by}", id.as_str());
    let warning = notion::record(id, &Review { date, until: args.until, by }, args.config.as_deref())?;
    print(format!("{}\n", shelflife::report::escape::terminal(&line)).as_bytes())?;
    if let Some(warning) = warning {
        eprintln!("warning: {}", shelflife::report::escape::terminal(&warning));
    }
    Ok(Exit::Clean)
}

fn reviewer(args: &Args) -> Result<String, Failure> {
    let named = args.by.clone().or_else(git_name).map(|by| by.trim().to_owned()).filter(|by| !by.is_empty());
    named.ok_or_else(|| Failure::usage("git knows no user.name").help("say who with --by NAME"))
}

/// Adds the review to a reviews file.
fn note(args: &Args, file: &Path) -> Result<Exit, Failure> {
    let cannot = |e: &dyn std::fmt::Display| Failure::cannot(format!("{}: {e}", file.display()));
    let target = args.page.to_string_lossy();
    let (page, section) = match target.split_once('#') {
        Some((page, section)) if !args.page.exists() => (page.to_owned(), Some(section.to_owned())),
        _ => (target.into_owned(), None),
    };
    let date = args.date.unwrap_or_else(|| Utc::now().date_naive());
    let by = reviewer(args)?;
    let line = format!("{target}: reviewed {date} by {by}", target = args.page.display());
    let entry = Entry { page, section, date, by: Some(by), until: args.until };
    let mut text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(cannot(&e)),
    };
    // What can't be read is not written to either.
    Reviews::parse(&file.to_string_lossy(), text.as_bytes()).map_err(|e| Failure::cannot(e.to_string()))?;
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text.push_str(&Reviews::line(&entry).map_err(|e| cannot(&e))?);
    write_atomically(file, |out| out.write_all(text.as_bytes())).map_err(|e| cannot(&e))?;
    print(format!("{}\n", shelflife::report::escape::terminal(&line)).as_bytes())?;
    Ok(Exit::Clean)
}

fn format_of(args: &Args) -> Result<Format, Failure> {
    let extension = args.page.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "md" | "markdown" | "mkd" => Ok(Format::Markdown),
        "mdx" => Ok(Format::Mdx),
        "rst" => Ok(Format::Rst),
        "adoc" | "asciidoc" | "asc" => Ok(Format::Asciidoc),
        "" | "txt" => Ok(Format::Plain),
        other => Err(Failure::usage(format!("{} is no page: `.{other}` is no format of pages", args.page.display()))),
    }
}

/// The name that git would write into a commit.
fn git_name() -> Option<String> {
    let here = git2::Repository::discover(".").and_then(|r| r.config());
    let mut config = here.or_else(|_| git2::Config::open_default()).ok()?;
    config.snapshot().ok()?.get_string("user.name").ok()
}

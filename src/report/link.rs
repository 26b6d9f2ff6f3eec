//! Links from a report to pages, commits and code where the host's addresses are known.

use super::json::v1::{Audit, Document, Finding, System};

/// Where a person sees the page at this line, if that is known.
#[must_use]
pub fn page(audit: &Audit, document: &Document, line: u32) -> Option<String> {
    if document.source == "git" {
        let system = audit.systems.iter().find(|system| system.repo == ".").or(audit.systems.first())?;
        return code(system, &system.head, &document.id, Some(line));
    }
    document.url.as_deref().filter(|url| is_web(url)).map(str::to_owned)
}

/// The system whose commits and files the proof of a finding names.
#[must_use]
pub fn system<'a>(audit: &'a Audit, finding: &Finding) -> Option<&'a System> {
    match finding.system.as_deref() {
        Some(name) => audit.systems.iter().find(|system| system.name == name),
        None => audit.systems.first(),
    }
}

/// Where a person sees what a finding is about: the block itself where the page's source has links to blocks,
/// else the page at this line.
#[must_use]
pub fn place(audit: &Audit, document: Option<&Document>, finding: &Finding) -> Option<String> {
    let own = finding.location.url.as_deref().filter(|url| is_web(url)).map(str::to_owned);
    own.or_else(|| page(audit, document?, finding.location.start.line))
}

/// Where a person sees a commit of the system.
#[must_use]
pub fn commit(system: &System, id: &str) -> Option<String> {
    let (web, infix) = host(system)?;
    is_id(id).then(|| format!("{web}{infix}/commit/{id}"))
}

/// Where a person sees a file, and a line of it, as it was at a commit.
#[must_use]
pub fn code(system: &System, commit: &str, path: &str, line: Option<u32>) -> Option<String> {
    let (web, infix) = host(system)?;
    if !is_id(commit) || path.is_empty() {
        return None;
    }
    let anchor = line.map(|line| format!("#L{line}")).unwrap_or_default();
    // Rendered pages have no lines on GitHub; `plain=1` shows the source, which has.
    let plain = if infix.is_empty() && line.is_some() && is_rendered(path) { "?plain=1" } else { "" };
    Some(format!("{web}{infix}/blob/{commit}/{}{plain}{anchor}", encode(path)))
}

/// Whether a link leads to the web and nowhere else, and is free of what could end it early.
#[must_use]
pub fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= 2_000
        && url.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'`' | b'\\' | b'(' | b')' | b'{' | b'}' | b'|')
        })
}

/// Where people see the repository behind a git remote, without credentials and without a slash at
/// the end; none where the remote is no such place, as a path on this machine.
///
/// It is read from the audited repository's own settings, so it is only ever shown as a link.
#[must_use]
pub fn web(remote: &str) -> Option<String> {
    let (place, is_http) = if let Some(rest) = remote.strip_prefix("https://") {
        (rest.to_owned(), true)
    } else if let Some(rest) = remote.strip_prefix("ssh://") {
        (rest.to_owned(), false)
    } else if remote.contains("://") {
        return None;
    } else {
        // `git@host:owner/name.git`
        let (host, path) = remote.split_once(':')?;
        (format!("{host}/{}", path.trim_start_matches('/')), false)
    };
    let (authority, path) = place.split_once('/')?;
    let host = authority.rsplit('@').next()?;
    let host = if is_http { host } else { host.split(':').next()? };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let named = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    let parts = path.split('/').all(|part| named(part, b"-_.~") && part != "." && part != "..");
    (host.contains('.') && named(host, b"-.:") && parts).then(|| format!("https://{host}/{path}"))
}

fn host(system: &System) -> Option<(&str, &'static str)> {
    let web = system.web.as_deref()?.trim_end_matches('/');
    let name = web.strip_prefix("https://").filter(|_| is_web(web))?.split('/').next()?;
    if name.contains("github") {
        Some((web, ""))
    } else if name.contains("gitlab") {
        Some((web, "/-"))
    } else {
        None
    }
}

fn is_id(id: &str) -> bool {
    (7..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_rendered(path: &str) -> bool {
    let suffix = path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
    matches!(suffix.as_str(), "md" | "markdown" | "mdx" | "rst" | "adoc" | "asciidoc" | "org" | "ipynb")
}

fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        if b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(web: &str) -> System {
        System {
            name: "x".into(),
            repo: ".".into(),
            head: "0123456789abcdef0123456789abcdef01234567".into(),
            head_date: chrono::DateTime::UNIX_EPOCH,
            overlaid: false,
            shallow: false,
            commits: 1,
            web: Some(web.into()),
            reference: None,
            paths: Vec::new(),
            visibility: None,
        }
    }

    #[test]
    fn remotes_lead_to_pages_without_credentials() {
        for (remote, web_address) in [
            ("https://github.com/o/n.git", Some("https://github.com/o/n")),
            ("https://user:token@github.com/o/n/", Some("https://github.com/o/n")),
            ("git@github.com:o/n.git", Some("https://github.com/o/n")),
            ("ssh://git@gitlab.example.org:2222/o/sub/n.git", Some("https://gitlab.example.org/o/sub/n")),
            ("https://git.example.org:8443/o/n", Some("https://git.example.org:8443/o/n")),
            ("../other", None),
            ("/srv/git/n.git", None),
            ("C:\\repo", None),
            ("file:///srv/n.git", None),
            ("ext::sh -c id", None),
            ("https://github.com/o/<script>", None),
            ("https://github.com/../..", None),
            ("", None),
        ] {
            assert_eq!(web(remote).as_deref(), web_address, "{remote}");
        }
    }

    #[test]
    fn addresses_follow_the_host() {
        let hub = system("https://github.com/o/n");
        assert_eq!(
            code(&hub, "0123456", "docs/a b.md", Some(3)).as_deref(),
            Some("https://github.com/o/n/blob/0123456/docs/a%20b.md?plain=1#L3")
        );
        let lab = system("https://gitlab.example.org/o/n/");
        assert_eq!(commit(&lab, "0123456").as_deref(), Some("https://gitlab.example.org/o/n/-/commit/0123456"));
        assert_eq!(commit(&system("https://example.org/o"), "0123456"), None);
        assert_eq!(commit(&system("javascript:github"), "0123456"), None);
        assert_eq!(commit(&hub, "..\"onclick"), None);
    }
}

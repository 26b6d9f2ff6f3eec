use super::*;
use crate::document::{DocumentId, Format, parse};
use crate::reference::extract;

fn describes(list: &[&str]) -> Vec<DescribesConfig> {
    let list: Vec<String> = list.iter().map(|d| format!("{d:?}")).collect();
    let text = format!("[[system]]\nname = \"a\"\ndescribes = [{}]\n", list.join(", "));
    let loaded = crate::config::parse(&text, std::path::Path::new("f"), crate::config::Origin::Given, &[]).unwrap();
    loaded.config.systems[0].describes.clone()
}

struct Sys {
    name: &'static str,
    slugs: Vec<String>,
    describes: Vec<DescribesConfig>,
    has: &'static [&'static str],
}

fn sys(name: &'static str, slug: &str, globs: &[&str], has: &'static [&'static str]) -> Sys {
    Sys { name, slugs: vec![slug.to_owned()], describes: describes(globs), has }
}

type Knows<'a> = Box<dyn Fn(&Reference) -> u32 + Sync + 'a>;

fn mapped(page: &PageClues<'_>, systems: &[Sys]) -> Result<Vec<(&'static str, String)>, String> {
    let knows: Vec<Knows<'_>> = systems
        .iter()
        .map(|s| {
            let has = s.has;
            Box::new(move |r: &Reference| if has.contains(&r.text.as_str()) { weight(r) } else { 0 }) as Box<_>
        })
        .collect();
    let candidates: Vec<Candidate<'_>> = systems
        .iter()
        .zip(&knows)
        .map(|(s, knows)| Candidate { name: s.name, slugs: &s.slugs, describes: &s.describes, knows: Some(&**knows) })
        .collect();
    match map(page, &candidates) {
        Mapping::To(mapped) => Ok(mapped.into_iter().map(|m| (systems[m.system].name, m.reason)).collect()),
        Mapping::Unmapped(why) => Err(why),
    }
}

#[test]
fn what_is_said_goes_before_what_is_guessed() {
    let systems = [
        sys("payments", "acme/payments", &["notion:Payments runbooks", "wiki:acme/payments"], &["PAY_KEY"]),
        sys("search", "acme/search", &["docs/search/**"], &["SEARCH_URL"]),
    ];
    let text = "Set `SEARCH_URL`. See https://github.com/acme/search/blob/main/x.md\n";
    let document = parse(DocumentId::new("x"), Format::Markdown, text.as_bytes()).unwrap();
    let references = extract(&document);
    let base = PageClues {
        kind: Some(SourceKind::Notion),
        names: vec!["Refunds", "Payments runbooks"],
        links: links(&document),
        references: &references,
        ..PageClues::default()
    };
    let found = mapped(&base, &systems).unwrap();
    assert_eq!(found, [("payments", "`describes` of the configuration: `notion:Payments runbooks`".to_owned())]);
    // The kind counts.
    let wiki = PageClues { kind: Some(SourceKind::GithubWiki), ..base.clone() };
    assert_eq!(mapped(&wiki, &systems).unwrap()[0].0, "search");
    let named = PageClues { front_matter: vec!["https://github.com/acme/search.git".into()], ..wiki.clone() };
    assert_eq!(mapped(&named, &systems).unwrap()[0].1, "front matter: `https://github.com/acme/search.git`");
    let both = PageClues { property: vec!["payments".into(), "search".into()], ..wiki.clone() };
    assert_eq!(mapped(&both, &systems).unwrap().len(), 2);
    let unknown = PageClues { property: vec!["billing".into()], ..wiki.clone() };
    assert!(mapped(&unknown, &systems).unwrap_err().contains("`billing`"));
    let placed = PageClues { repository: Some("acme/payments".into()), ..wiki.clone() };
    assert_eq!(mapped(&placed, &systems).unwrap()[0].1, "it stands in acme/payments");
    let linked = mapped(&wiki, &systems).unwrap();
    assert_eq!(linked[0].1, "1 link leads into acme/search");
    // Pages of the tree are asked for without a kind.
    let tree = PageClues { kind: None, names: vec!["docs/search/a/b.md"], ..PageClues::default() };
    assert_eq!(mapped(&tree, &systems).unwrap()[0].0, "search");
}

#[test]
fn names_that_one_system_had_decide() {
    let systems = [
        sys("payments", "acme/payments", &[], &["PAY_KEY", "src/pay/ledger.rs", "SHARED_URL"]),
        sys("search", "acme/search", &[], &["SEARCH_URL", "SHARED_URL"]),
    ];
    let of = |text: &str| {
        let document = parse(DocumentId::new("x"), Format::Markdown, text.as_bytes()).unwrap();
        let references = extract(&document);
        mapped(&PageClues { kind: Some(SourceKind::Notion), references: &references, ..PageClues::default() }, &systems)
    };
    let found = of("環境変数`PAY_KEY`を設定し、`src/pay/ledger.rs`を見る。\n").unwrap();
    assert_eq!(found, [("payments", "it names `PAY_KEY`, `src/pay/ledger.rs`".to_owned())]);
    assert_eq!(of("Set `PAY_KEY` and `SEARCH_URL`.\n").unwrap().len(), 2);
    // What both have tells of neither.
    assert!(of("Set `SHARED_URL`.\n").is_err());
    assert!(of("Lunch is at noon.\n").unwrap_err().contains("names nothing"));
}

#[test]
fn front_matter_names_systems() {
    let of = |text: &str| front_matter(&parse(DocumentId::new("x"), Format::Markdown, text.as_bytes()).unwrap());
    assert_eq!(of("---\nshelflife:\n  describes: payments\n---\n"), ["payments"]);
    assert_eq!(of("---\nshelflife:\n  describes: [payments, search]\n---\n"), ["payments", "search"]);
    assert_eq!(of("---\nshelflife.describes: payments\n---\n"), ["payments"]);
    assert!(of("---\ntitle: x\n---\n").is_empty());
}

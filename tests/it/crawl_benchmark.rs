//! How near a crawl comes to what the host's limits allow, and how little a second one asks for. Run by
//! `benches/crawl`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use shelflife::pipeline::Silent;
use shelflife::source::http::{BaseUrl, Rate, Store, Transport, TransportOptions};
use shelflife::source::notion::page::PropertyNames;
use shelflife::source::notion::{Notion, NotionOptions};
use shelflife::source::{CollectedPage, Source, Visibility};

use crate::support::notion::{Behaviour, NotionServer, TOKEN, Workspace, id};

const PAGES: usize = 2000;
/// Requests a second that the server allows, and how many at once. Notion allows 3; the share of time that is
/// lost is what is measured, and waiting for it would take the better part of an hour.
const RATE: f64 = 60.0;
const BURST: u32 = 10;

/// Pages in forty folders of fifty, each a screenful of text.
fn workspace() -> (Workspace, String) {
    let mut workspace = Workspace::default();
    let root = workspace.add(1, "Handbook", None, &["start here"]);
    let text: Vec<String> =
        (0..30).map(|n| format!("Line {n}: run `tool --flag-{n}` and wait until it says that it is done.")).collect();
    let says: Vec<&str> = text.iter().map(String::as_str).collect();
    let folders = PAGES / 50;
    for folder in 0..folders {
        workspace.add(10 + folder, &format!("Folder {folder}"), Some(1), &["what is in here"]);
    }
    for number in 0..PAGES - folders - 1 {
        workspace.add(1000 + number, &format!("Page {number}"), Some(10 + number % folders), &says);
    }
    (workspace, root)
}

fn source(base: &str, root: &str, store: &Arc<Store>) -> (Notion, Arc<Transport>) {
    let transport =
        Transport::new(TransportOptions { store: Some(Arc::clone(store)), ..TransportOptions::default() }).unwrap();
    let options = NotionOptions {
        name: None,
        base: BaseUrl::parse(base).unwrap(),
        token: SecretString::from(TOKEN),
        roots: vec![root.to_owned()],
        properties: PropertyNames::default(),
        bots: globset::GlobSet::empty(),
        visibility: Visibility::Private,
        rate: Rate { per_second: RATE, burst: BURST, concurrency: 30 },
    };
    (Notion::new(Arc::clone(&transport), options).unwrap(), transport)
}

/// What the process holds, in MiB; nothing where the system doesn't say.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a benchmark: benches/crawl"]
async fn crawl_benchmark() {
    let (workspace, root) = workspace();
    let latency = Duration::from_millis(100);
    let rate = Some((RATE, f64::from(BURST)));
    let server = NotionServer::start(workspace, Behaviour { latency, rate, ..Behaviour::default() });
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(folder.path(), u64::MAX).unwrap());

    let began = Instant::now();
    let (mut pages, mut early, mut late) = (0, 0.0, 0.0);
    let mut sink = |_: CollectedPage| {
        pages += 1;
        if pages == PAGES / 4 {
            early = memory();
        } else if pages == PAGES - 1 {
            late = memory();
        }
    };
    let (notion, transport) = source(&server.base, &root, &store);
    let failures = notion.stream(&Silent, &mut sink).await.unwrap();
    let (took, requests, refused) = (began.elapsed().as_secs_f64(), server.requests(), server.refused());
    assert_eq!((pages, failures.len()), (PAGES, 0));
    let floor = (requests as f64 - f64::from(BURST)) / RATE;
    println!(
        "first run: {requests} requests ({refused} refused and repeated) in {took:.1} s; the limits allow {floor:.1} s: {:.2} times",
        took / floor
    );
    println!("memory: {early:.1} MiB after a quarter of the pages, {late:.1} MiB after all");
    assert_eq!(transport.counts().sent as usize, requests + refused);

    server.reset();
    server.change(|workspace| {
        for number in 0..PAGES / 100 {
            workspace.edit(&id(1000 + number * 97), "2026-03-03T03:03:00.000Z", "changed");
        }
    });
    let began = Instant::now();
    let (notion, _) = source(&server.base, &root, &store);
    let mut changed = 0;
    let mut sink = |page: CollectedPage| changed += usize::from(page.text.contains("changed"));
    notion.stream(&Silent, &mut sink).await.unwrap();
    let again = server.requests();
    let share = 100.0 * again as f64 / requests as f64;
    println!(
        "second run, 1 % changed: {again} requests, {share:.1} % of the first, in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    assert_eq!(changed, PAGES / 100);
    // Who is still there and who was edited stands in the lists of the folders alone.
    println!("its floor: 1 for the token, 1 for the root, {} for the lists, 2 for each changed page", PAGES / 50 + 1);

    assert!(took / floor < 1.3, "{took} {floor}");
    assert!(late - early < 16.0, "{early} {late}");
    assert!(share < 5.0, "{share}");
}

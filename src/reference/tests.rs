use super::*;
use crate::document::{Document, DocumentId, Format, parse};

fn page(text: &str) -> Document {
    parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap()
}

/// `Kind text` of each reference of a page; spans are checked against the page.
fn names(text: &str) -> Vec<String> {
    let doc = page(text);
    extract(&doc)
        .iter()
        .map(|r| {
            assert_eq!(r.span.of(&doc.text), r.text, "the span of {r:?}");
            format!("{:?} {}", r.kind, r.text)
        })
        .collect()
}

fn one(text: &str) -> Reference {
    let doc = page(text);
    let mut all = extract(&doc);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn none(text: &str) {
    assert_eq!(names(text), Vec::<String>::new(), "{text}");
}

#[test]
fn prose_paths() {
    assert_eq!(
        names("See src/main.rs, docs/guide.md (and README.md)."),
        ["Path src/main.rs", "Path docs/guide.md", "Path README.md"]
    );
    assert_eq!(names("Edit config.toml or the Makefile."), ["Path config.toml", "Path Makefile"]);
    assert_eq!(names("in src/a.c:12 there"), ["Path src/a.c"]);
    for text in [
        "and/or, TCP/IP, I/O, 24/7, 1/2, n/a",
        "on 2024/01/02 and 2024-01-02",
        "text/html or application/json",
        "e.g. i.e. v1.2.3 1.5s Node.js example.com",
        "/etc/hosts and ~/.config/x.toml and C:\\dir\\x.txt",
        "read/write of client/server pairs",
        "see https://example.org/a/b.html now",
    ] {
        let got: Vec<String> = names(text).into_iter().filter(|n| !n.starts_with("Link")).collect();
        assert!(got.is_empty(), "{text}: {got:?}");
    }
}

#[test]
fn japanese_text_touches_tokens() {
    assert_eq!(names("設定はconfig.tomlに書き、src/main.rsを読む。"), ["Path config.toml", "Path src/main.rs"]);
    assert_eq!(names("起動時に--config-fileを渡す"), ["Flag --config-file"]);
    assert_eq!(names("`max_size`の既定値"), ["Symbol max_size"]);
}

#[test]
fn full_width_forms_are_narrowed() {
    let r = one("オプション－－ｃｏｎｆｉｇを使う");
    assert_eq!((r.kind, r.parts[0].as_str(), r.text.as_str()), (Kind::Flag, "--config", "--config"));
}

#[test]
fn code_spans() {
    assert_eq!(names("`src/lib.rs`"), ["Path src/lib.rs"]);
    assert_eq!(names("`--config=x.toml`"), ["Flag --config", "Path x.toml"]);
    assert_eq!(names("`$DATA_DIR` `${DATA_DIR}` `DATA_DIR=1`"), ["EnvVar DATA_DIR"; 3]);
    assert_eq!(names("`Router::nest(path, svc)`"), ["Symbol Router::nest"]);
    assert_eq!(names("`GET /v1/users/{id}`"), ["Route /v1/users/{id}"]);
    assert_eq!(names("`/api/v1/query`"), ["Route /api/v1/query"]);
    assert_eq!(names("`http_requests_total`"), ["Metric http_requests_total"]);
    assert_eq!(names("`@scope/name`"), ["Dependency @scope/name"]);
    assert_eq!(names("`org.acme:thing`"), ["Dependency org.acme:thing"]);
    assert_eq!(names("`a.b.cde`"), ["Symbol a.b.cde"]);
    assert!(one("`chardet`").shape.weak);
    assert!(!one("`max_size`").shape.weak);
    none("`true` `null` `5` `\"x\"` `1.2.3` `->`");
}

#[test]
fn programs_go_with_flags() {
    let doc = page("Run `git log --oneline` and `mytool serve --port 80`.");
    let refs = extract(&doc);
    let flag = |t: &str| refs.iter().find(|r| r.text == t).unwrap();
    assert_eq!((flag("--oneline").standing, flag("--oneline").program.as_deref()), (Standing::Foreign, Some("git")));
    assert_eq!((flag("--port").standing, flag("--port").program.as_deref()), (Standing::Affirmed, Some("mytool")));
    assert_eq!(flag("serve").parts, ["mytool", "serve"]);
}

#[test]
fn shell_blocks() {
    let text =
        "```console\n$ make build-all\nbuilding src/server.rs\n$ FOO_BAR=1 ./scripts/run.sh --fast > out.log\n```\n";
    let doc = page(text);
    let refs = extract(&doc);
    let get = |t: &str| refs.iter().find(|r| r.text == t).unwrap_or_else(|| panic!("{t}: {refs:?}"));
    assert_eq!(get("build-all").parts, ["make", "build-all"]);
    assert_eq!(get("src/server.rs").standing, Standing::Output);
    assert_eq!(get("FOO_BAR").kind, Kind::EnvVar);
    assert_eq!(get("./scripts/run.sh").parts, ["scripts", "run.sh"]);
    assert_eq!(get("--fast").program.as_deref(), Some("run.sh"));
    assert_eq!(get("out.log").standing, Standing::Created);
}

#[test]
fn task_tools_and_packages() {
    let text = "```sh\nnpm run build:all -- --watch-now\nnpm i left-pad@1.2\ncargo xtask dist\ncargo build --release\ndocker compose up -d web\ntox -e lint,py3\nkubectl get deploy/api\nhelm install x ./chart --set a.b=1\n```\n";
    assert_eq!(
        names(text),
        [
            "Command build:all",
            "Flag --watch-now",
            "Dependency left-pad",
            "Command xtask",
            "Flag --release",
            "Flag -d",
            "Command web",
            "Flag -e",
            "Command lint",
            "Command py3",
            "Resource api",
            "Path ./chart",
            "Flag --set",
            "Resource a.b",
        ]
    );
}

#[test]
fn trees_give_full_paths() {
    let doc = page("```\nproject/\n├── src/\n│   ├── main.rs  # entry\n│   └── lib.rs\n└── Cargo.toml\n```\n");
    let parts: Vec<String> = extract(&doc).iter().map(|r| r.parts.join("/")).collect();
    assert_eq!(parts, ["project", "project/src", "project/src/main.rs", "project/src/lib.rs", "project/Cargo.toml"]);
}

#[test]
fn config_samples() {
    let keys = |text: &str| -> Vec<String> {
        let doc = page(text);
        extract(&doc).iter().filter(|r| r.kind == Kind::ConfigKey).map(|r| r.parts.join(".")).collect()
    };
    assert_eq!(
        keys("```yaml\na:\n  b: 1\n  list:\n    - c: 2\n      d: x\n#e_f: 3\n```\n"),
        ["a", "a.b", "a.list", "a.list.c", "a.list.d", "e_f"]
    );
    assert_eq!(
        keys("```toml\n[server.http]\nport = 80\n\"x y\" = 1\nlog.level = \"a\"\n```\n"),
        ["server.http", "server.http.port", "server.http.log.level"]
    );
    assert_eq!(keys("```json\n{\"a\": {\"b\": [1, {\"c\": 2}]}, \"d\": 1}\n```\n"), ["a", "a.b", "a.b.c", "d"]);
    assert_eq!(
        keys("```yaml\n[ scrape_x: <duration> | default = 1m ]\nrules:\n  [ - <name> ... ]\n```\n"),
        ["scrape_x", "rules"]
    );
}

#[test]
fn code_samples() {
    let text = "```rust\nuse tool::Router; // see src/x.rs\nlet app = Router::new().nest_service(\"a b\", my_fn);\nfn helper() {\n    app.run_forever();\n}\nhelper();\n```\n";
    assert_eq!(
        names(text).iter().filter(|n| !n.contains("my_fn")).map(String::as_str).collect::<Vec<_>>(),
        ["Symbol tool::Router", "Path src/x.rs", "Symbol Router::new", "Symbol nest_service", "Symbol run_forever"]
    );
    assert_eq!(
        names("```py\nimport os\nx = os.path.join('a', b)\nprint(x.upper_case())\n```\n"),
        ["Symbol upper_case"]
    );
    let types = "```ts\nfunction start(project: PoolRunner, portNumber: number) {\n  return portNumber\n}\n```\n";
    assert_eq!(names(types), ["Symbol PoolRunner"]);
    let types = "```go\nfunc Start(ctx context.Context, pool *PoolRunner) {\n\tpool.Run(ctx)\n}\n```\n";
    assert!(names(types).contains(&"Symbol PoolRunner".to_owned()), "{:?}", names(types));
    let command =
        "```py\nrun([\n    \"mv support/parts/base.toml base.toml\",\n    \"say tools/a/b.sh loudly\",\n])\n```\n";
    assert_eq!(
        names(command).iter().filter(|n| n.starts_with("Path")).collect::<Vec<_>>(),
        ["Path support/parts/base.toml"]
    );
}

#[test]
fn links() {
    let doc =
        page("[a](../x/y.md#z) ![i](/img/a.png) <https://example.org> [p](https://github.com/o/n/blob/main/a.rs#L3)");
    let links: Vec<_> = extract(&doc).into_iter().filter(|r| r.kind == Kind::Link).collect();
    assert_eq!(links[0].parts, ["../x/y.md", "z"]);
    assert_eq!(links[2].standing, Standing::Foreign);
    assert_eq!(links[3].standing, Standing::Affirmed);
}

#[test]
fn strange_input_is_read_in_bounds() {
    for text in [
        "`".repeat(999),
        "```sh\n".to_owned() + &"'\\".repeat(2000) + "\n```\n",
        "```js\n".to_owned() + &"a.".repeat(1900) + "\n```\n",
        "```yaml\n".to_owned() + &(0..500).map(|i| " ".repeat(i) + "k:\n").collect::<String>() + "```\n",
        "```json\n".to_owned() + &"{\"a\":".repeat(700) + "\n```\n",
        "－－\u{FF0D}ａ　－".to_owned(),
        "--".repeat(5000),
        "a/".repeat(5000),
        "<".repeat(3000) + "/x.rs",
    ] {
        let doc = page(&text);
        for r in extract(&doc) {
            assert!(doc.text.get(r.span.start..r.span.end).is_some());
        }
    }
}

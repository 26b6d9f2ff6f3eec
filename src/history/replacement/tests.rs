use super::*;

/// The candidates for `text` after one change.
fn names(text: &str, old: &str, new: &str) -> Vec<(String, u32, u32)> {
    for target in targets(text) {
        let mut ballot = Ballot::default();
        vote_name(&target, old, Some(new), &mut ballot);
        let found = ballot.names(&target);
        if !found.is_empty() {
            return found.into_iter().map(|c| (c.text, c.votes, ballot.of)).collect();
        }
    }
    Vec::new()
}

fn only(text: &str, old: &str, new: &str) -> Option<String> {
    let mut found = names(text, old, new);
    (found.len() == 1).then(|| found.remove(0).0)
}

#[test]
fn what_stands_in_the_place_wins() {
    assert_eq!(only("--dry", "run(\"--dry\", a)\n", "run(\"--dry-run\", a)\n").as_deref(), Some("--dry-run"));
    assert_eq!(only("MY_HOME", "x=getenv(\"MY_HOME\")\n", "x=getenv(\"MY_ROOT\")\n").as_deref(), Some("MY_ROOT"));
    assert_eq!(
        only("server.port", "server.port: 1\nb\n", "server.listen_port: 1\nb\n").as_deref(),
        Some("server.listen_port")
    );
    assert_eq!(
        only("/v1/users/{id}", "get(\"/v1/users/{id}\", user)\n", "get(\"/v2/users/{id}\", user)\n").as_deref(),
        Some("/v2/users/{id}")
    );
}

#[test]
fn a_segment_of_a_qualified_name_is_enough() {
    assert_eq!(
        only("Server.bind_to()", "    def bind_to(self, address):\n", "    def listen_on(self, address):\n").as_deref(),
        Some("Server.listen_on()")
    );
}

#[test]
fn a_block_of_lines_finds_its_successors_though_the_order_changed() {
    let old = "alpha_one(a)\nbeta_two(b, extra)\ngamma_three(c)\n";
    let new = "beta_second(b, extra)\nalpha_one_more(a)\nnothing\ngamma_third(c)\n";
    assert_eq!(only("beta_two", old, new).as_deref(), Some("beta_second"));
}

#[test]
fn stop_words_other_shapes_and_strangers_do_not_win() {
    assert_eq!(names("old_name", "x = old_name\n", "x = null\n"), []);
    assert_eq!(names("old_name", "x = old_name\n", "x = 17\n"), []);
    assert_eq!(names("OLD_NAME", "x = OLD_NAME\n", "x = compute\n"), []);
    assert_eq!(names("--old", "run --old a b\n", "run -o a b\n"), []);
    // One line of several, and no word in common.
    assert_eq!(names("old_name", "a old_name b\nc\nold_name\nz\n", "a stranger b\nc\nz\n"), []);
}

#[test]
fn a_line_that_keeps_the_term_has_no_vote() {
    let mut ballot = Ballot::default();
    let target = targets("old_name").remove(0);
    vote_name(&target, "old_name(a, b)\n", Some("old_name(a, c)\n"), &mut ballot);
    assert!(ballot.is_empty() && ballot.of == 0);
}

#[test]
fn literals_are_taken_whole() {
    let literal = |text: &str, old: &str, new: &str| {
        let mut ballot = Ballot::default();
        vote_literal(text, &[1], old, Some(new), &mut ballot);
        ballot.literals().first().map(|c| c.text.clone())
    };
    assert_eq!(literal("30", "timeout = 30 # s\n", "timeout = 60 # s\n").as_deref(), Some("60"));
    assert_eq!(literal("1.5", "ratio: 1.5,\n", "ratio: 2.25,\n").as_deref(), Some("2.25"));
    assert_eq!(literal("info", "level = \"info\"\n", "level = \"warn\"\n").as_deref(), Some("warn"));
    assert_eq!(
        literal("30s", "var t = 30 * time.Second\n", "var t = 2 * time.Minute\n").as_deref(),
        Some("2 * time.Minute")
    );
    assert_eq!(literal("false", "verbose: bool = false;\n", "verbose: bool = true;\n").as_deref(), Some("true"));
    assert_eq!(
        literal("localhost:80", "addr = \"localhost:80\"\n", "addr = \"127.0.0.1:8080\"\n").as_deref(),
        Some("127.0.0.1:8080")
    );
    assert_eq!(literal("30", "timeout = 30\n", "something(else, entirely)\n"), None);
}

#[test]
fn hostile_lines_end_soon() {
    let long = format!("old_name{}\n", " x".repeat(500_000));
    assert_eq!(names("old_name", &long, "new_name\n"), []);
    let many = "old_name(a);\n".repeat(20_000);
    let changed = "new_name(a);\n".repeat(20_000);
    let found = names("old_name", &many, &changed);
    assert_eq!(found.first().map(|c| c.0.as_str()), Some("new_name"));
    assert!(targets("").is_empty());
    assert!(targets("--").is_empty());
    assert!(targets("()").is_empty());
    for text in ["$", "${}", "::", "a::", ".", "a..b", "/", "-", "--=x", "é", "設定.値", "\u{0}"] {
        names(text, "a::b . - x\n", "b::c\n");
    }
}

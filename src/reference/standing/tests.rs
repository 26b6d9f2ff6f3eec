use crate::document::{DocumentId, Format, parse};
use crate::reference::{Place, Standing, extract};

/// The mentions of a page that are not affirmed, as `text:Standing`.
fn odd(text: &str) -> Vec<String> {
    let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
    extract(&doc)
        .iter()
        .filter(|r| r.standing != Standing::Affirmed && r.place != Place::Link)
        .map(|r| format!("{}:{:?}", r.text, r.standing))
        .collect()
}

fn all_affirmed(text: &str) {
    assert_eq!(odd(text), Vec::<String>::new(), "{text}");
}

#[test]
fn the_nearest_mention_is_meant() {
    assert_eq!(odd("`--new` replaces the removed `--old`."), ["--old:Past"]);
    assert_eq!(odd("`old_name` was renamed to `new_name` in 2.0."), ["old_name:Past"]);
    assert_eq!(odd("`new_name` (formerly `old_name`) is set."), ["old_name:Past"]);
    assert_eq!(odd("Use `new_name`. The old `old_name` goes."), ["old_name:Past"]);
    assert_eq!(
        odd("`one_a`, `two_b` and `three_c` were removed; use `four_d`."),
        ["one_a:Past", "two_b:Past", "three_c:Past"]
    );
    assert_eq!(odd("It no longer supports `old_name`, use `new_name`."), ["old_name:Past"]);
    assert_eq!(odd("`old_name` is no\nlonger used."), ["old_name:Past"]);
    assert_eq!(odd("Prior to v2, `a_b` set `c_d`. Now `e_f` does."), ["a_b:Past", "c_d:Past"]);
}

#[test]
fn items_and_rows() {
    assert_eq!(odd("- `old_name`: Sets it. Deprecated, use `new_name`.\n"), ["old_name:Past"]);
    assert_eq!(
        odd("| a | b |\n|---|---|\n| `old_name` | Removed in 2.0. |\n| `new_name` | Sets it. |\n"),
        ["old_name:Past"]
    );
    assert_eq!(odd("The following were removed:\n\n- `a_b`\n- `c_d`\n\nNow `e_f`.\n"), ["a_b:Past", "c_d:Past"]);
    assert_eq!(odd("# Guide\n\n`e_f`\n\n## Deprecated options\n\n`a_b` sets it.\n"), ["a_b:Past"]);
    assert_eq!(odd("~~`a_b` here~~ and `c_d`"), ["a_b:Past"]);
}

#[test]
fn japanese() {
    assert_eq!(odd("`old_name`は廃止されました。`new_name`を使います。"), ["old_name:Past"]);
    assert_eq!(odd("旧`old_name`の代わりに`new_name`を指定します。"), ["old_name:Past"]);
    assert_eq!(odd("以前は`a_b`でしたが変わりました。今は`c_d`です。"), ["a_b:Past"]);
    assert_eq!(
        odd("`conf/app.yml`という名前のファイルを作成します。`src/main.rs`を読みます。"),
        ["conf/app.yml:Created"]
    );
}

#[test]
fn created_and_placeholders() {
    assert_eq!(odd("Create a file named `settings.yml` next to `src/main.rs`."), ["settings.yml:Created"]);
    assert_eq!(
        odd("Edit `path/to/x.yml`, `your-file.toml` or `foo/bar.rs`."),
        ["path/to/x.yml:Placeholder", "your-file.toml:Placeholder", "foo/bar.rs:Placeholder"]
    );
    assert_eq!(odd("`node_modules/x_y/index.js` holds it"), ["node_modules/x_y/index.js:Created"]);
}

#[test]
fn present_tense_is_left_alone() {
    all_affirmed("`max_size` removes entries after `max_age` seconds.");
    all_affirmed("- `max_age`: entries are removed after this time.");
    all_affirmed("`max_age` is used to set `max_size`, and the value is replaced with `a_b`.");
    all_affirmed("`--verbose` prints more. `--quiet` prints less.");
    all_affirmed("Set `max_size` in `src/config.rs`; the cache folder holds `max_age`.");
    all_affirmed("This was removed. Use `new_name` for it.");
}

#[test]
fn a_sentence_that_ends_before_it_begins_concerns_nothing() {
    let doc = parse(DocumentId::new("page.md"), Format::Markdown, b"See the old `old_name` and `new_name`.\n").unwrap();
    let mut refs = extract(&doc);
    refs.iter_mut().for_each(|r| r.standing = Standing::Affirmed);
    let cue = super::cues::find("see the old").remove(0);
    super::concern(&doc, &mut refs, &cue, (20, 4), (4, 11), false);
    assert!(refs.len() > 1 && refs.iter().all(|r| r.standing == Standing::Affirmed));
}

use super::*;
use crate::document::{DocumentId, Format, parse as parse_page};
use crate::reference::extract as extract_references;

/// `key relation value` of each claim.
fn claims(text: &str) -> Vec<String> {
    let doc = parse_page(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
    let refs = extract_references(&doc);
    extract(&doc, &refs)
        .iter()
        .map(|c| {
            let key = c.reference.map_or_else(|| format!("({})", c.words.join(" ")), |i| refs[i].text.clone());
            format!("{key} {:?} {}", c.relation, c.span.of(&doc.text))
        })
        .collect()
}

#[test]
fn sentences() {
    assert_eq!(claims("`max_age` defaults to 30 seconds."), ["max_age Default 30 seconds"]);
    assert_eq!(claims("The `--timeout` option (default: `30s`) waits."), ["--timeout Default 30s"]);
    assert_eq!(claims("By default, `log_level` is `info`."), ["log_level Default info"]);
    assert_eq!(claims("- `max_age`: How long. The default is 5m.\n"), ["max_age Default 5m"]);
    assert_eq!(claims("`max_age` keeps at most 100 entries."), ["max_age Maximum 100"]);
    assert_eq!(claims("The server listens on port 9090."), ["(port listens server) Port 9090"]);
    assert_eq!(claims("`max_age`のデフォルトは３０秒です。"), ["max_age Default ３０秒"]);
    assert_eq!(claims("`max_age`（既定値は三十秒）"), ["max_age Default 三十秒"]);
    assert_eq!(claims("Set `max_age` to 600 for that."), ["max_age Stated 600"]);
    assert_eq!(claims("See `read_all` in step 2."), Vec::<String>::new());
}

#[test]
fn tables() {
    let table = "| Name | Type | Default |\n|--|--|--|\n| `max_age` | duration | 30s |\n| `mode` | string | `fast` |\n| `x_y` | int | - |\n";
    assert_eq!(claims(table), ["max_age Default 30s", "mode Default fast"]);
    assert_eq!(claims("| 名前 | 既定値 |\n|--|--|\n| `max_age` | 三十秒 |\n"), ["max_age Default 三十秒"]);
}

#[test]
fn headings_name_the_key() {
    assert_eq!(claims("### `max_age`\n\n- **Type:** number\n- **Default:** `600`\n"), ["max_age Default 600"]);
}

#[test]
fn samples() {
    assert_eq!(
        claims("```yaml\nserver:\n  port: 8080 # default: 9090\n  name: \"x y\"\n```\n"),
        ["port Sample 8080", "port Default 9090", "name Sample \"x y\""]
    );
    assert_eq!(claims("```\n[ scrape_every: <duration> | default = 1m ]\n```\n"), ["scrape_every Default 1m"]);
    assert_eq!(claims("```sh\ntool --port 8080 --mode=fast\n```\n"), ["--port Sample 8080", "--mode Sample fast"]);
    assert_eq!(
        claims(
            "```text\nUsage: tool [OPTIONS]\n\n  --port <PORT>\n      Where to listen [default: 8080]\n  --quiet\n```\n"
        ),
        ["--port Default 8080"]
    );
    assert_eq!(claims("```json\n{\"max_age\": 600, \"on\": true}\n```\n"), ["max_age Sample 600", "on Sample true"]);
    assert_eq!(claims("Use `max_age = 600`."), ["max_age Stated 600"]);
}

use super::*;
use crate::document::{DocumentId, Format, parse};
use crate::reference::extract as extract_references;

/// `Subject name bound version` of each claim.
fn claims(text: &str) -> Vec<String> {
    let doc = parse(DocumentId::new("page.md"), Format::Markdown, text.as_bytes()).unwrap();
    let refs = extract_references(&doc);
    extract(&doc, &refs)
        .iter()
        .map(|c| {
            assert_eq!(c.span.of(&doc.text), c.version);
            format!("{:?} {} {:?} {}", c.subject, c.name, c.bound, c.version)
        })
        .collect()
}

#[test]
fn toolchains_in_words() {
    assert_eq!(claims("Needs Rust 1.70 or newer."), ["Toolchain rust AtLeast 1.70"]);
    assert_eq!(claims("It requires Python 3.7+."), ["Toolchain python AtLeast 3.7"]);
    assert_eq!(claims("Node.js >= 14.18 is needed."), ["Toolchain node AtLeast 14.18"]);
    assert_eq!(claims("The MSRV is `1.56.1`."), ["Toolchain rust AtLeast 1.56.1"]);
    assert_eq!(claims("Built for **Java 17** and C++14."), ["Toolchain java Bare 17", "Toolchain cpp Bare 14"]);
    assert_eq!(
        claims("Tested with Python 3.8, 3.9 and 3.10."),
        ["Toolchain python Bare 3.8", "Toolchain python Bare 3.9", "Toolchain python Bare 3.10"]
    );
    assert_eq!(
        claims("Go 1.21以上が必要です。Node.jsのバージョン18以降。"),
        ["Toolchain go AtLeast 1.21", "Toolchain node AtLeast 18"]
    );
    assert_eq!(claims("![m](https://img.shields.io/badge/rustc-1.70+-blue.svg)"), ["Toolchain rust AtLeast 1.70"]);
    assert_eq!(claims("Go 5 times. Git is fine. Java is old; see 17 files."), Vec::<String>::new());
}

#[test]
fn snippets() {
    assert_eq!(
        claims("```toml\n[dependencies]\nserde = \"1.0\"\ntokio = { version = \"1.2\", features = [\"full\"] }\n```\n"),
        ["Package serde Bare 1.0", "Package tokio Bare 1.2"]
    );
    assert_eq!(
        claims("```json\n{\"dependencies\": {\n  \"react\": \"^18.2.0\"\n}}\n```\n"),
        ["Package react Compatible 18.2.0"]
    );
    assert_eq!(
        claims("```sh\nnpm i left-pad@1.3.0\npip install requests==2.1\ndocker run org/tool:v1.2 x\n```\n"),
        ["Package left-pad Bare 1.3.0", "Package requests Exact 2.1", "Image org/tool Bare v1.2"]
    );
    assert_eq!(
        claims("```yaml\n- uses: actions/checkout@v3\n- image: org/tool:1.2-alpine\n```\n"),
        ["Action actions/checkout Bare v3", "Image org/tool Bare 1.2-alpine"]
    );
    assert_eq!(
        claims("```groovy\nimplementation 'org.acme.lib:core:1.2.3'\n```\n"),
        ["Package org.acme.lib:core Bare 1.2.3"]
    );
    assert_eq!(
        claims("```xml\n<groupId>org.acme</groupId>\n<artifactId>core</artifactId>\n<version>1.2</version>\n```\n"),
        ["Package org.acme:core Bare 1.2"]
    );
    assert_eq!(
        claims("```html\n<script src=\"https://cdn.example.net/npm/lib@4.1/x.js\">\n```\n"),
        ["Package lib Bare 4.1"]
    );
}

#[test]
fn names_that_are_words_too() {
    assert_eq!(claims("It works on rust `1.39` and above."), ["Toolchain rust AtLeast 1.39"]);
    assert_eq!(claims("If you have [go] 1.16+, run it.\n\n[go]: https://go.dev\n"), ["Toolchain go AtLeast 1.16"]);
    assert_eq!(claims("Let it go 3 or more times, go 1.5 times back."), Vec::<String>::new());
    assert_eq!(
        claims("A [Kubernetes cluster](https://k8s.io) running version 1.25 or later."),
        ["Toolchain kubernetes AtLeast 1.25"]
    );
}

#[test]
fn a_version_below_a_heading_that_is_a_tool() {
    assert_eq!(claims("## go\n\n* Version: 1.19\n* Guide: here\n"), ["Toolchain go Bare 1.19"]);
    assert_eq!(claims("## Python\n\nVersion >= 3.8\n"), ["Toolchain python AtLeast 3.8"]);
    assert_eq!(claims("## Go modules\n\n* Version: 1.19\n"), Vec::<String>::new());
    assert_eq!(claims("## Go\n\n* Version 2.1 of the API is gone\n"), Vec::<String>::new());
}

#[test]
fn standards_of_a_language_in_samples() {
    assert_eq!(claims("```sh\ng++ a.cc -std=c++11 -lx\n```\n"), ["Toolchain cpp Bare 11"]);
    assert_eq!(claims("```cmake\nset(CMAKE_CXX_STANDARD 17)\n```\n"), ["Toolchain cpp Bare 17"]);
    assert_eq!(claims("```sh\ng++ a.cc -std=c++2b\n```\n"), Vec::<String>::new());
}

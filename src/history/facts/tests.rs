use super::*;

fn read(path: &str, content: &str) -> Vec<String> {
    facts(&path.into(), content.as_bytes())
        .into_iter()
        .map(|f| format!("{}:{:?} {} {}", f.line, f.strength, f.name, f.value))
        .collect()
}

#[test]
fn cargo_manifests() {
    let text = "[package]\nname = \"a_b\"\nversion = \"0.3.1\"\nrust-version = \"1.70\"\n\n[dependencies]\nserde = { version = \"1.0\", features = [] }\n[dev-dependencies]\nrand = \"0.8\"\n";
    assert_eq!(read("Cargo.toml", text), ["3:Own a-b 0.3.1", "4:Manifest rust >=1.70", "7:Manifest serde ^1.0"]);
}

#[test]
fn python_manifests() {
    let text = "[project]\nname = \"a\"\nrequires-python = \">=3.8\"\ndependencies = [\n  \"httpx>=0.23\",\n]\n";
    assert_eq!(read("pyproject.toml", text), ["3:Manifest python >=3.8", "5:Manifest httpx >=0.23"]);
    assert_eq!(
        read("setup.py", "setup(\n    name=\"a\",\n    version=\"1.2\",\n    python_requires=\">=3.6\",\n)\n"),
        ["3:Own a 1.2", "4:Manifest python >=3.6"]
    );
    assert_eq!(read("httpx/__version__.py", "__version__ = \"0.9.1\"\n"), ["1:Own httpx 0.9.1"]);
}

#[test]
fn node_manifests() {
    let text = "{ \"name\": \"loom\", \"version\": \"3.1.0\",\n \"engines\": { \"node\": \">=16\" },\n \"packageManager\": \"pnpm@8.6.0+sha256.x\" }";
    assert_eq!(read("package.json", text), ["1:Own loom 3.1.0", "2:Manifest node >=16", "3:Ci pnpm 8.6.0"]);
    assert_eq!(read("package.json", "not json"), Vec::<String>::new());
    assert_eq!(read(".nvmrc", "v18.1\n"), ["1:Ci node v18.1"]);
}

#[test]
fn other_manifests() {
    assert_eq!(read("go.mod", "module m\n\ngo 1.19\n"), ["3:Manifest go >=1.19"]);
    assert_eq!(
        read("go.mod", "module m\n\nrequire (\n\texample.org/a v1.2.0\n\texample.org/b v0.1.0 // indirect\n)\n"),
        ["4:Manifest example.org/a v1.2.0"]
    );
    assert_eq!(
        read("chart/Chart.yaml", "name: brook\nkubeVersion: \">=1.19.0-0\"\n"),
        ["2:Manifest kubernetes >=1.19.0"]
    );
    assert_eq!(read("Cargo.toml", "[package]\nname = \"a\"\nedition = \"2021\"\n"), ["3:Implied rust >=1.56"]);
    assert_eq!(
        read("CMakeLists.txt", "cmake_minimum_required(VERSION 3.5...3.20)\nset(CMAKE_CXX_STANDARD 14)\n"),
        ["1:Manifest cmake >=3.5", "2:Manifest cpp >=14"]
    );
    assert_eq!(
        read(
            "pom.xml",
            "<project>\n<groupId>g</groupId>\n<artifactId>a</artifactId>\n<version>1.2</version>\n<properties>\n<java.version>1.8</java.version>\n"
        ),
        ["4:Own g:a 1.2", "6:Manifest java >=8"]
    );
    assert_eq!(read("build.gradle", "sourceCompatibility = JavaVersion.VERSION_1_8\n"), ["1:Manifest java >=8"]);
    assert_eq!(
        read("Dockerfile", "FROM --platform=x python:3.9-slim AS b\n"),
        ["1:Ci python 3.9-slim", "1:Ci python 3.9"]
    );
}

#[test]
fn pipelines() {
    let text = "on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        python-version: [\"3.8\", 3.9]\n        include:\n        - rust: 1.34.0\n          os: x\n        node:\n          - 14\n          - 16.x\n    steps:\n    - uses: actions/checkout@v2\n    - uses: a/b@main\n    - with:\n        go-version: ${{ matrix.go }}\n";
    assert_eq!(
        read(".github/workflows/ci.yml", text),
        [
            "6:Ci python 3.8",
            "6:Ci python 3.9",
            "8:Ci rust 1.34.0",
            "11:Ci node 14",
            "12:Ci node 16.x",
            "14:Ci actions/checkout v2"
        ]
    );
    let pinned = "    - uses: a/b@0123456789012345678901234567890123456789 # v6.4.0\n    - uses: a/c@main # v1.2\n";
    assert_eq!(read(".github/workflows/ci.yml", pinned), ["1:Ci a/b v6.4.0"]);
    assert_eq!(read(".travis.yml", "language: python\npython:\n- 3.6\n- nightly\n"), ["3:Ci python 3.6"]);
}

#[test]
fn only_files_that_count() {
    assert!(counts(&"Cargo.toml".into()) && counts(&".github/workflows/tests.yml".into()));
    assert!(!counts(&"docs/Dockerfile".into()) && !counts(&"examples/a/package.json".into()));
    assert!(!counts(&"src/main.rs".into()));
}

#[test]
fn hostile_files_say_nothing() {
    assert!(facts(&"Cargo.toml".into(), b"\0\xff[package]").is_empty());
    let long = "[".repeat(100_000);
    assert!(read("package.json", &long).is_empty());
    assert!(read("Cargo.toml", &long).is_empty());
}

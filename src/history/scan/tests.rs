use super::*;

struct Collect<'a>(&'a [u8], Vec<(String, Role)>);

impl Sink for Collect<'_> {
    fn token(&mut self, token: &Token) {
        self.1.push((String::from_utf8_lossy(&self.0[token.start..token.end]).into_owned(), token.role));
    }
}

fn roles(path: &str, text: &str, name: &str) -> Vec<Role> {
    let mut sink = Collect(text.as_bytes(), Vec::new());
    scan(&path.into(), text.as_bytes(), &mut sink);
    sink.1.into_iter().filter(|(n, _)| n == name).map(|(_, r)| r).collect()
}

#[test]
fn definitions_by_language() {
    for (path, text, name) in [
        ("a.rs", "pub async fn open_file(p: &Path) {", "open_file"),
        ("a.rs", "macro_rules! say {", "say"),
        ("a.go", "func (c *Client) Do(r *Request) error {", "Do"),
        ("a.py", "    def aiter_raw(self):", "aiter_raw"),
        ("a.py", "DEFAULT = 5", "DEFAULT"),
        ("a.ts", "export const defineConfig = 1", "defineConfig"),
        ("a.ts", "  async close(x) {", "close"),
        ("a.c", "int cmd_add(int argc, const char **argv)", "cmd_add"),
        ("a.c", "#define MAX_SIZE 5", "MAX_SIZE"),
        ("A.java", "    public Duration getDelay(int n) {", "getDelay"),
        ("a.h", "    virtual void Run(int n) = 0;", "Run"),
        ("a.cc", "void Runner::Stop(int n) {", "Stop"),
        ("a.sh", "setup() {", "setup"),
        ("variables.tf", "variable \"node_count\" {", "node_count"),
        ("CMakeLists.txt", "option(BUILD_TOOLS \"x\" ON)", "BUILD_TOOLS"),
    ] {
        assert_eq!(roles(path, text, name), [Role::Definition], "{path}: {text}");
    }
}

#[test]
fn keys_literals_flags_and_uses() {
    for (path, text, name, role) in [
        ("a.rs", "    pub max_size: u32,", "max_size", Role::Key),
        ("a.rs", "    Closed,", "Closed", Role::Key),
        ("a.go", "\tInterval  time.Duration", "Interval", Role::Key),
        ("a.go", "\tA int `yaml:\"scrape_interval,omitempty\"`", "scrape_interval", Role::Key),
        ("a.json", "  \"port\": 80,", "port", Role::Key),
        ("a.yaml", "  port: 80", "port", Role::Key),
        ("a.py", "def f(a, limit=5):", "limit", Role::Key),
        ("a.js", "decorate('reply', x)", "reply", Role::Literal),
        ("a.py", "parser.add_argument('--config-file')", "config-file", Role::Flag),
        ("a.go", "fs.StringVar(&x, \"config-file\", \"\", \"\")", "config-file", Role::Flag),
        ("a.c", "OPT_BOOL(0, \"dry-run\", &x, \"\"),", "dry-run", Role::Flag),
        ("a.js", "x.foo(1)", "foo", Role::Use),
        ("a.c", "return frob(x);", "frob", Role::Use),
        ("a.c", "x = y; // frob it", "frob", Role::Comment),
        ("a.py", "url = 'http://host/path'", "path", Role::Use),
        ("a.py", "# old frob", "frob", Role::Comment),
        ("a.c", "/* frob", "frob", Role::Comment),
    ] {
        assert_eq!(roles(path, text, name), [role], "{path}: {text}");
    }
}

#[test]
fn a_clap_field_is_a_flag() {
    let text = "    #[arg(long, short = 'c')]\n    /// Where it is.\n    config_file: PathBuf,\n    other: u8,\n";
    assert_eq!(roles("a.rs", text, "config_file"), [Role::Flag]);
    assert_eq!(roles("a.rs", text, "other"), [Role::Key]);
}

#[test]
fn options_are_seen_through_attributes_of_many_lines_and_macros() {
    let text =
        "    #[arg(\n        long,\n        help = \"List them\"\n    )]\n    pub groups: bool,\n    pub other: u8,\n";
    assert_eq!(roles("a.rs", text, "groups"), [Role::Flag]);
    assert_eq!(roles("a.rs", text, "other"), [Role::Key]);
    assert_eq!(roles("a.rs", "    arg!(-o --open \"Opens it\")", "open"), [Role::Flag]);
}

#[test]
fn block_comments_span_lines() {
    let text = "/* one\n two */ int three(void)\n";
    assert_eq!(roles("a.c", text, "two"), [Role::Comment]);
    assert_eq!(roles("a.c", text, "three"), [Role::Definition]);
}

#[test]
fn manifests_name_targets_and_packages() {
    let mut found = Vec::new();
    let mut each = |d: Domain, n: &[u8], _: u32| found.push((d, String::from_utf8_lossy(n).into_owned()));
    names(&"Makefile".into(), b"all: a b\nX := 1\nbuild-%: %.c\n\tcc\n.PHONY: lint\n", &mut each);
    names(&"Makefile".into(), b"CRUSHER := crusher\n$(CRUSHER): src\n\tcc\n", &mut each);
    names(&"package.json".into(), br#"{"scripts":{"dev":"x"},"devDependencies":{"@a/b":"1"}}"#, &mut each);
    names(&"Cargo.toml".into(), b"[dependencies]\nclap = \"4\"\n", &mut each);
    names(&"setup.py".into(), b"install_requires=['chardet>=3', \"idna\"]\n", &mut each);
    names(&"tox.toml".into(), b"env_list = ['3.13']\n[env.fix]\n[env_run_base]\n", &mut each);
    names(&"pyproject.toml".into(), b"[tool.tox.env.types]\ndeps = []\n", &mut each);
    names(&"Rakefile".into(), b"task default: :spec\n  task :lint do\n  task('pack') do\ntasks.each\n", &mut each);
    for (domain, name) in [
        (Domain::Command, "3.13"),
        (Domain::Command, "fix"),
        (Domain::Command, "types"),
        (Domain::Command, "default"),
        (Domain::Command, "pack"),
        (Domain::Command, "all"),
        (Domain::Command, "build-%"),
        (Domain::Command, "lint"),
        (Domain::Command, "crusher"),
        (Domain::Command, "dev"),
        (Domain::Dependency, "@a/b"),
        (Domain::Dependency, "clap"),
        (Domain::Dependency, "chardet"),
        (Domain::Dependency, "idna"),
    ] {
        assert!(found.contains(&(domain, name.to_owned())), "{name}: {found:?}");
    }
    assert!(!found.iter().any(|(_, n)| n == "X"));
}

use crate::history::term::Domain;

#[test]
fn an_object_has_a_name_and_its_parts_have_others() {
    let mut found = Vec::new();
    let mut each = |d: Domain, n: &[u8], _: u32| found.push((d, String::from_utf8_lossy(n).into_owned()));
    let text = "kind: Deployment\nmetadata:\n  labels: {}\n  name: mill\nspec:\n  containers:\n    - name: sieve\n  steps:\n    - run: x\n      name: stir\n";
    names(&"mill.yaml".into(), text.as_bytes(), &mut each);
    names(&"rules.yml".into(), b"groups:\n  - name: flour\n    rules:\n      - alert: MillIsSlow\n", &mut each);
    let resources: Vec<&str> = found.iter().filter(|(d, _)| *d == Domain::Resource).map(|(_, n)| n.as_str()).collect();
    assert_eq!(resources, ["mill", "MillIsSlow"]);
}

#[test]
fn texts_of_several_lines_declare_nothing() {
    let text = "\"\"\"Usage: tool\n\n  -q, --quiet-mode  less\n\"\"\"\ndef real():\n    \"\"\"\n    def sample():\n        x = 1\n    \"\"\"\n    data = \'\'\'\n    name: 1\n\'\'\'\n    after = 1\n";
    assert_eq!(roles("a.py", text, "sample"), [Role::Comment]);
    assert_eq!(roles("a.py", text, "real"), [Role::Definition]);
    assert_eq!(roles("a.py", text, "name"), [Role::Use]);
    assert_eq!(roles("a.py", text, "after"), [Role::Key]);
    assert!(roles("a.py", text, "quiet-mode").contains(&Role::Flag));
    let text = "var help = `\n  --old-flag  x\n[Service]\nRestartSec=3\n`\nfunc Real() {}\n";
    assert_eq!(roles("a.go", text, "RestartSec"), [Role::Use]);
    assert_eq!(roles("a.go", text, "Real"), [Role::Definition]);
    assert!(roles("a.go", text, "old-flag").contains(&Role::Flag));
    assert_eq!(roles("a.go", "\tA int `yaml:\"max_size\"`", "max_size"), [Role::Key]);
}

#[test]
fn passing_over_lines_changes_nothing_for_those_that_count() {
    for (path, text) in [
        ("a.c", "int x;\n/* a\n goal\n*/ int goal = 1;\n// goal\nint y; /* z\n*/\nset(\"goal\");\n"),
        ("a.rs", "#[arg(long)]\n\ngoal: u16,\n#[arg(\n    long\n)]\n// x\ngoal: u16,\nother: u8,\ngoal: u8,\n"),
        ("a.html", "<p>\n<!-- goal\n-->\n<a goal=\"goal\">\n"),
    ] {
        let path = crate::history::RepoPath::from(path);
        let found = |near: bool| {
            let mut sink = Collect(text.as_bytes(), Vec::new());
            if near {
                scan_near(&path, text.as_bytes(), b"goal", &mut sink);
            } else {
                scan(&path, text.as_bytes(), &mut sink);
            }
            sink.1.retain(|(name, _)| name == "goal");
            sink.1
        };
        assert!(found(false).len() > 2);
        assert_eq!(found(true), found(false), "{path}");
    }
}

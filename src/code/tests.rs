use super::*;

fn shown(grammar: Grammar, text: &str) -> Vec<String> {
    let found = read(grammar, text.as_bytes()).unwrap();
    let parameter = |p: &Parameter| {
        let mut s = match p.rest {
            Rest::No => String::new(),
            Rest::Positional => "*".to_owned(),
            Rest::Named => "**".to_owned(),
        };
        s += p.name.as_deref().unwrap_or("_");
        if let Some(k) = &p.kind {
            s += &format!(":{k}");
        }
        if let Some(d) = &p.default {
            s += &format!("={d}");
        }
        if p.optional && p.default.is_none() {
            s.push('?');
        }
        if p.named_only {
            s.push('!');
        }
        s
    };
    let mut out: Vec<String> = found
        .declarations
        .iter()
        .map(|d| {
            let owner = d.owner.as_ref().map_or_else(String::new, |o| format!("{o}."));
            let list = d.parameters.as_ref().map_or_else(String::new, |list| {
                format!("({})", list.iter().map(parameter).collect::<Vec<_>>().join(", "))
            });
            format!("{}:{owner}{}{list}", d.line, d.name)
        })
        .collect();
    out.extend(found.types.iter().map(|t| {
        let open = if t.open { " open" } else { "" };
        format!("type {}: {}{open}", t.name, t.bases.join(" "))
    }));
    out
}

#[test]
fn rust() {
    let text = "pub struct A<T> { pub b: T }\nimpl<T> A<T> {\n    pub fn c(&self, mut d: u8, _: &str) -> u8 { fn x() {} d }\n}\nimpl Show for A<u8> {}\nenum E { One, Two(u8) }\ntrait Show: Send { fn show(&self); }\nmod tests { fn hidden() {} }\n";
    assert_eq!(
        shown(Grammar::Rust, text),
        [
            "1:A.b",
            "3:A.c(d:u8, :&str)",
            "6:E.One",
            "6:E.Two",
            "7:Show.show()",
            "type A: ",
            "type A: Show",
            "type E: ",
            "type Show: Send"
        ]
    );
}

#[test]
fn go() {
    let text = "package a\n\ntype A struct {\n\tB, C int\n\t*Base\n}\n\nfunc (a *A) Run(ctx context.Context, x, y int, rest ...string) error { return nil }\n\ntype I interface {\n\tDo(int) error\n\tOther\n}\n\nconst Limit = 3\n";
    assert_eq!(
        shown(Grammar::Go, text),
        [
            "4:A.B",
            "4:A.C",
            "8:A.Run(ctx:context.Context, x:int, y:int, *rest:string)",
            "11:I.Do(_:int)",
            "15:Limit",
            "type A: Base",
            "type I: Other"
        ]
    );
}

#[test]
fn python() {
    let text = "class A(b.Base):\n    x = 1\n    def __init__(self, y, *, z: int = 2, **more):\n        self.y = y\n\n    @property\n    def p(self):\n        return 1\n\ndef f(a, b=None, *rest):\n    def inner(): pass\n\nLIMIT = 3\n";
    assert_eq!(
        shown(Grammar::Python, text),
        [
            "2:A.x",
            "3:A.A(y, z:int=2!, **more!)",
            "3:A.__init__(y, z:int=2!, **more!)",
            "4:A.y",
            "7:A.p",
            "10:f(a, b=None, *rest)",
            "13:LIMIT",
            "type A: Base"
        ]
    );
}

#[test]
fn script() {
    let text = "class A extends B {\n  constructor (x) { this.x = x }\n  run (a, { b }, ...c) {}\n}\nA.prototype.stop = function (now = true) {}\nconst go = (a, b) => a\nfunction outer (opts) { const inner = 1; outer.set = function (k, v) {} }\n";
    assert_eq!(
        shown(Grammar::JavaScript, text),
        [
            "2:A.constructor(x)",
            "2:A.A(x)",
            "2:A.x",
            "3:A.run(a, _, *c)",
            "5:A.stop(now=true)",
            "6:go(a, b)",
            "7:outer(opts)",
            "7:outer.set(k, v)",
            "type A: B"
        ]
    );
    let typed = "export interface I extends J<K> {\n  run(a: string, b?: number): void;\n  name: string;\n  cb: (x: number) => void\n}\nexport type T = { a: string }\nenum E { One, Two = 2 }\nexport declare function f(a: string): void;\n";
    assert_eq!(
        shown(Grammar::TypeScript, typed),
        [
            "2:I.run(a:string, b:number?)",
            "3:I.name",
            "4:I.cb(x:number)",
            "6:T.a",
            "7:E.One",
            "7:E.Two",
            "8:f(a:string)",
            "type I: J",
            "type T: ",
            "type E: "
        ]
    );
}

#[test]
fn java() {
    let text = "package a;\n@Data\npublic class A extends B implements C<D> {\n  private int x;\n  public A(int x) {}\n  public void run(final String a, int... rest) {}\n}\nenum E { ONE, TWO }\nrecord R(int width) {}\n@interface N { String name() default \"\"; }\n";
    assert_eq!(
        shown(Grammar::Java, text),
        [
            "4:A.x",
            "5:A.A(x:int)",
            "6:A.run(a:String, *rest)",
            "8:E.ONE",
            "8:E.TWO",
            "9:R.width()",
            "10:N.name",
            "type A: B C open",
            "type E: ",
            "type R: ",
            "type N: "
        ]
    );
}

#[test]
fn c() {
    let text = "#define SQUARE(x, ...) ((x)*(x))\nstruct point { int x, y; };\nint *open_file(const char *path, int mode);\nvoid log_it(const char *format, ...);\nint nothing(void) { return 0; }\n";
    assert_eq!(
        shown(Grammar::C, text),
        [
            "1:SQUARE(x, *_)",
            "2:point.x",
            "2:point.y",
            "3:open_file(path:char, mode:int)",
            "4:log_it(format:char, *_)",
            "5:nothing()",
            "type point: "
        ]
    );
    let text = "namespace a {\nclass A : public B<int> {\n public:\n  A(int x);\n  virtual void Run(int a, bool b = true) const;\n  int size_;\n};\nvoid A::Run(int a, bool b) const {}\nenum class E { kOne, kTwo };\n}\n";
    assert_eq!(
        shown(Grammar::Cpp, text),
        [
            "4:A.A(x:int)",
            "5:A.Run(a:int, b:bool=true)",
            "6:A.size_",
            "8:A.Run(a:int, b:bool)",
            "9:E.kOne",
            "9:E.kTwo",
            "type A: B",
            "type E: "
        ]
    );
}

#[test]
fn hostile_files_end() {
    let grammars = [Grammar::C, Grammar::Cpp, Grammar::JavaScript, Grammar::TypeScript, Grammar::Python];
    for grammar in grammars.into_iter().chain([Grammar::Rust, Grammar::Go, Grammar::Java]) {
        for text in [
            "(".repeat(8_000),
            "{a:".repeat(4_000),
            "class A { ".repeat(3_000),
            format!("x = a{};", "+a".repeat(8_000)),
            format!("x = {}a;", "!".repeat(8_000)),
            format!("x = {}a;", "not ".repeat(6_000)),
            format!("{} x", "if (a) b; else ".repeat(3_000)),
            format!("x = a{};", ".b".repeat(6_000)),
            format!("x: A{};", "<A".repeat(6_000)),
            "*a ".repeat(6_000),
            "\u{0}\u{ff}".repeat(5000),
        ] {
            let _ = read(grammar, text.as_bytes());
        }
    }
}

//! Which role a name plays in its line.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::syntax::{Language, Syntax};
use super::{Role, is_name};

/// A line with what its names' roles depend on.
pub(super) struct Line<'a> {
    text: &'a [u8],
    indent: usize,
    language: Language,
    /// The name before the one at hand, empty at the start of the line.
    pub previous: (usize, usize),
    /// Whether the line declares options of a command line.
    declares_flags: bool,
    /// Whether an attribute above makes this line's field an option.
    pub flag_field: bool,
    last: u8,
}

/// Words behind which a name is being defined.
fn defines(word: &[u8]) -> bool {
    matches!(
        word,
        b"fn"
            | b"def"
            | b"func"
            | b"function"
            | b"class"
            | b"struct"
            | b"enum"
            | b"trait"
            | b"type"
            | b"interface"
            | b"mod"
            | b"module"
            | b"namespace"
            | b"define"
            | b"macro_rules"
            | b"union"
            | b"typedef"
            | b"record"
            | b"object"
            | b"protocol"
            | b"extension"
            | b"component"
            | b"macro"
            | b"sub"
            | b"proc"
            | b"defn"
            | b"defun"
            | b"defmacro"
            | b"defvar"
            | b"defcustom"
            | b"defmodule"
            | b"defp"
            | b"message"
            | b"service"
            | b"rpc"
            | b"package"
            | b"fun"
            | b"annotation"
            | b"concept"
            | b"directive"
            | b"scalar"
            | b"input"
            | b"actor"
    )
}

/// Words behind which a name is bound; a definition only at the outermost level.
fn binds(word: &[u8]) -> bool {
    matches!(word, b"const" | b"let" | b"var" | b"val" | b"static" | b"mut" | b"export" | b"readonly" | b"constexpr")
}

/// Words that can stand before a call without being a type.
fn is_statement(word: &[u8]) -> bool {
    matches!(
        word,
        b"return"
            | b"new"
            | b"else"
            | b"throw"
            | b"await"
            | b"yield"
            | b"in"
            | b"of"
            | b"and"
            | b"or"
            | b"not"
            | b"case"
            | b"goto"
            | b"delete"
            | b"typeof"
            | b"import"
            | b"from"
            | b"if"
            | b"while"
            | b"for"
            | b"switch"
            | b"when"
            | b"do"
            | b"assert"
            | b"go"
            | b"defer"
            | b"sizeof"
            | b"throws"
            | b"is"
            | b"as"
            | b"elif"
            | b"until"
            | b"unless"
            | b"match"
            | b"with"
            | b"print"
            | b"echo"
            | b"raise"
            | b"except"
            | b"extends"
            | b"implements"
            | b"catch"
            | b"select"
            | b"range"
            | b"break"
            | b"continue"
            | b"package"
            | b"using"
            | b"instanceof"
            | b"co_await"
    )
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

impl<'a> Line<'a> {
    pub fn new(text: &'a [u8], indent: usize, syntax: &Syntax) -> Self {
        let last = text.iter().rev().copied().find(|b| !b.is_ascii_whitespace()).unwrap_or(0);
        let declares_flags = text.len() < 400 && declares_flags(text);
        Self { text, indent, language: syntax.language, previous: (0, 0), declares_flags, flag_field: false, last }
    }

    /// Whether the next line is still under an attribute that makes a field an option.
    pub fn keeps_flag_attribute(&self, before: bool) -> bool {
        let rest = &self.text[self.indent.min(self.text.len())..];
        if self.language != Language::Rust || rest.is_empty() {
            return false;
        }
        let opens = [b"#[arg(".as_slice(), b"#[clap(", b"#[structopt(", b"#[options(", b"#[argh("]
            .iter()
            .any(|mark| rest.starts_with(mark));
        let has = |word: &[u8]| memchr::memmem::find(rest, word).is_some();
        // An attribute that goes on over the next lines names the option there.
        let option = opens && (has(b"long") || has(b"option") || self.last == b'(');
        option || before && !is_field(rest)
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn before(&self, at: usize, back: usize) -> u8 {
        at.checked_sub(back).map_or(0, |i| self.byte(i))
    }

    /// The role of the name at `start..end`; `quote` is the open quotation mark, or 0.
    pub fn role(&self, start: usize, end: usize, quote: u8) -> Role {
        let (left, right) = (self.before(start, 1), self.byte(end));
        if left == b'-' && self.before(start, 2) == b'-' && !is_name(self.before(start, 3)) {
            let spelt = quote != 0
                || self.declares_flags
                || matches!(self.language, Language::Data | Language::Json | Language::Markup | Language::Other);
            return if spelt { Role::Flag } else { Role::Use };
        }
        if quote != 0 || matches!(left, b'"' | b'\'' | b'`') {
            return self.quoted(start, end, left, right);
        }
        // What a name does in a language that we don't read can't be told.
        if self.language == Language::Other {
            return Role::Use;
        }
        if self.is_definition(start, end) {
            return Role::Definition;
        }
        if self.is_key(start, end) {
            return if self.flag_field { Role::Flag } else { Role::Key };
        }
        if self.language == Language::Ruby && left == b':' && self.before(start, 2) != b':' {
            return Role::Literal;
        }
        Role::Use
    }

    fn quoted(&self, start: usize, end: usize, left: u8, right: u8) -> Role {
        if !matches!(left, b'"' | b'\'' | b'`') || left != right {
            // A struct tag such as `json:"name,omitempty"` names its key before the comma.
            let tag = left == b'"' && right == b',' && self.before(start, 2) == b':';
            return if tag { Role::Key } else { Role::Use };
        }
        // A block of Terraform: `variable "name" {`.
        if self.language == Language::Data
            && self.indent == 0
            && self.last == b'{'
            && (self.text.starts_with(b"variable ") || self.text.starts_with(b"output "))
        {
            return Role::Definition;
        }
        let mut next = end + 1;
        while is_blank(self.byte(next)) {
            next += 1;
        }
        let key = self.byte(next) == b':' || self.byte(next) == b'=' && self.byte(next + 1) != b'=';
        if key && !self.declares_flags || self.before(start, 2) == b':' && self.language == Language::Go {
            Role::Key
        } else if self.declares_flags && self.before(start, 2) != b'[' {
            Role::Flag
        } else {
            Role::Literal
        }
    }

    fn previous_word(&self) -> &[u8] {
        self.text.get(self.previous.0..self.previous.1).unwrap_or_default()
    }

    fn is_first(&self, start: usize) -> bool {
        start == self.indent
    }

    fn gap(&self, start: usize) -> &[u8] {
        self.text.get(self.previous.1..start).unwrap_or_default()
    }

    fn is_definition(&self, start: usize, end: usize) -> bool {
        use Language as L;
        let word = self.previous_word();
        let gap = self.gap(start);
        let blank_gap = !gap.is_empty() && gap.iter().all(|b| is_blank(*b) || matches!(b, b'*' | b'&' | b'!'));
        if !word.is_empty() && blank_gap {
            if defines(word) && !matches!(self.language, L::Data | L::Json | L::Markup) {
                return true;
            }
            if binds(word) {
                return self.indent == 0 || self.language == L::Rust && word != b"mut" && word != b"let";
            }
        }
        if self.language == L::Cmake && gap == b"(" {
            let lower = word.to_ascii_lowercase();
            return matches!(
                lower.as_slice(),
                b"option"
                    | b"set"
                    | b"function"
                    | b"macro"
                    | b"add_library"
                    | b"add_executable"
                    | b"cmake_dependent_option"
                    | b"add_custom_target"
            );
        }
        if self.language == L::Go && self.text.starts_with(b"func (") && gap.starts_with(b") ") {
            return true;
        }
        let mut open = end;
        while is_blank(self.byte(open)) && open < end + 2 {
            open += 1;
        }
        if self.byte(open) != b'(' {
            return self.language == L::Python && self.indent == 0 && self.is_first(start) && self.assigned(end)
                || self.language == L::Data && self.is_first(start) && self.indent == 0 && self.byte(end) == b':';
        }
        match self.language {
            L::Typed => self.typed_definition(start, word, gap, blank_gap),
            L::Script => self.script_definition(start, end, word),
            L::Shell => self.is_first(start) && self.byte(open + 1) == b')',
            _ => false,
        }
    }

    /// `type name(`, or `name(` at the margin where the type stands on the line before.
    fn typed_definition(&self, start: usize, word: &[u8], gap: &[u8], blank_gap: bool) -> bool {
        if self.is_first(start) {
            return self.indent == 0 && self.last != b';';
        }
        let type_gap = blank_gap
            || !gap.is_empty()
                && gap.iter().all(|b| is_blank(*b) || matches!(b, b'*' | b'&' | b'>' | b']' | b'?' | b'~'));
        let qualified = gap == b"::" && self.indent == 0;
        !word.is_empty() && (type_gap && !is_statement(word) || qualified && !is_statement(word))
    }

    fn script_definition(&self, start: usize, end: usize, word: &[u8]) -> bool {
        let keyword = matches!(
            &self.text[start..end],
            b"if" | b"for" | b"while" | b"switch" | b"catch" | b"function" | b"return" | b"with" | b"super" | b"await"
        );
        let modified = matches!(
            word,
            b"async" | b"get" | b"set" | b"static" | b"public" | b"private" | b"protected" | b"abstract"
        );
        let declares = self.last == b'{' || memchr::memmem::find(&self.text[end..], b"): ").is_some();
        !keyword && declares && (self.is_first(start) || modified)
    }

    fn assigned(&self, end: usize) -> bool {
        let mut at = end;
        while is_blank(self.byte(at)) {
            at += 1;
        }
        match self.byte(at) {
            b'=' => !matches!(self.byte(at + 1), b'=' | b'>' | b'~'),
            b':' => self.byte(at + 1) == b'=',
            b'?' | b'+' => self.byte(at + 1) == b'=',
            _ => false,
        }
    }

    fn is_key(&self, start: usize, end: usize) -> bool {
        use Language as L;
        if self.language == L::Markup {
            return false;
        }
        let right = self.byte(end);
        if right == b':' && self.byte(end + 1) != b':' && self.before(start, 1) != b':' {
            return true;
        }
        if right == b'?' && self.byte(end + 1) == b':' {
            return true;
        }
        if right == b'=' && !matches!(self.byte(end + 1), b'=' | b'>' | b'~') {
            return true;
        }
        let first = self.is_first(start);
        if right == b' ' && self.assigned(end) {
            return match self.language {
                L::Data | L::Shell | L::Make | L::Cmake => true,
                L::Python => self.indent < 8 || self.before(start, 1) == b'.',
                L::Typed => true,
                _ => self.before(start, 1) == b'.' || self.indent == 0 || first && self.language == L::Go,
            };
        }
        let rest = &self.text[end.min(self.text.len())..];
        let ends_here = rest.iter().all(|b| b.is_ascii_whitespace() || *b == b',');
        if first && ends_here && !is_statement(&self.text[start..end]) {
            return true;
        }
        match self.language {
            L::Go => first && self.indent > 0 && self.go_field(start, end),
            L::Typed => {
                let gap = self.gap(start);
                let adjacent =
                    !gap.is_empty() && gap.iter().all(|b| is_blank(*b) || matches!(b, b'*' | b'&' | b'>' | b']'));
                adjacent
                    && !self.previous_word().is_empty()
                    && !is_statement(self.previous_word())
                    && matches!(right, b';' | b',' | b'[' | b')')
            }
            L::Rust => {
                first
                    && self.text[start].is_ascii_uppercase()
                    && matches!(right, b'(' | b' ')
                    && matches!(self.last, b',' | b'{')
            }
            L::Data => first && right == b' ' && self.last == b'{',
            _ => false,
        }
    }

    fn go_field(&self, start: usize, end: usize) -> bool {
        let word = &self.text[start..end];
        let keyword = matches!(
            word,
            b"return"
                | b"if"
                | b"for"
                | b"case"
                | b"go"
                | b"defer"
                | b"var"
                | b"const"
                | b"type"
                | b"func"
                | b"else"
                | b"switch"
                | b"select"
                | b"default"
                | b"package"
                | b"import"
                | b"range"
                | b"break"
                | b"continue"
                | b"goto"
        );
        let mut at = end;
        while is_blank(self.byte(at)) {
            at += 1;
        }
        !keyword
            && at > end
            && (self.byte(at).is_ascii_alphabetic() || matches!(self.byte(at), b'*' | b'['))
            && self.last != b'{'
    }
}

/// Whether a line of Rust is a field, `pub name: Type,`.
fn is_field(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"pub ").or_else(|| rest.strip_prefix(b"pub(crate) ")).unwrap_or(rest);
    let name = rest.iter().take_while(|b| is_name(**b)).count();
    name > 0 && rest.get(name) == Some(&b':') && rest.get(name + 1) != Some(&b':') || rest.starts_with(b"}")
}

/// What the lines that declare command-line options have in common, parser by parser.
static FLAG_MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "OPT_",
        "Flag",
        "flag.",
        "lags()",
        ".option(",
        "add_argument",
        "add_option",
        "addOption",
        "_option(",
        "Option(",
        ".arg(",
        "Arg::",
        "arg!(",
        "(long",
        ", long",
        "long =",
        "long=",
        "long:",
        "long_opt",
        "longopt",
        "LongOpt",
        ".long(",
        "long_help",
        "_argument",
        ".boolean(",
        "Var(",
        "VarP(",
        "click.",
        "@Option",
        "@Parameter",
        "@option",
        "optparse",
        "GetOpt",
        "flags.",
        "argparse",
        "DEFINE_",
        "OptionSpec",
        "cmdline",
        "opts.on",
        "option: \"",
        "option: '",
        "alias: \"",
        "alias: '",
    ])
    .ok()
});

/// Whether a line looks like the declaration of a command-line option in one of the usual parsers.
pub fn declares_flags(line: &[u8]) -> bool {
    memchr::memchr2(b'"', b'\'', line).is_some() && marks_flags(line)
}

/// The same for the first line of a declaration, which may name the option on a line of its own.
pub fn marks_flags(line: &[u8]) -> bool {
    FLAG_MARKS.as_ref().is_some_and(|marks| marks.is_match(line))
}

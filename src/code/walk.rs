//! Goes over a syntax tree once, without recursion.

use tree_sitter::{Node, Tree};

use super::declaration::{Declaration, Found, Parameter, TypeDeclaration};
use super::grammar::{Family, Grammar};
use super::{c, go, java, python, rust, script};

/// What the walk does below a node.
pub(super) enum Below {
    /// Goes on, in the same type.
    Same,
    /// Goes on, in the body of this type.
    Type(String),
    /// Goes on in the body of a function.
    Function,
    /// Nothing below matters.
    Skip,
}

/// What a language's reader sees and fills.
pub(super) struct Reader<'s, 'f> {
    pub text: &'s [u8],
    pub found: &'f mut Found,
    /// The type around the node at hand.
    pub owner: Option<String>,
    /// How many functions are around it.
    pub functions: usize,
}

impl<'s> Reader<'s, '_> {
    /// The text of `node`; empty where it is no UTF-8.
    pub fn text(&self, node: Node<'_>) -> &'s str {
        self.text.get(node.byte_range()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
    }

    /// The text of a node's field.
    pub fn field(&self, node: Node<'_>, field: &str) -> Option<&'s str> {
        node.child_by_field_name(field).map(|n| self.text(n))
    }

    /// The text of a node without blanks.
    pub fn tight(&self, node: Node<'_>) -> String {
        self.text(node).chars().filter(|c| !c.is_whitespace()).take(200).collect()
    }

    /// Notes a name of the type at hand.
    pub fn declare(&mut self, name: &str, parameters: Option<Vec<Parameter>>, node: Node<'_>) {
        let owner = self.owner.clone();
        self.declare_in(owner, name, parameters, node);
    }

    /// Notes a name of the type `owner`.
    pub fn declare_in(
        &mut self,
        owner: Option<String>,
        name: &str,
        parameters: Option<Vec<Parameter>>,
        node: Node<'_>,
    ) {
        // A list that the grammar can't read in full says nothing of its number.
        let parameters = parameters.filter(|_| !node.child_by_field_name("parameters").is_some_and(|p| p.has_error()));
        if !name.is_empty() {
            self.found.declarations.push(Declaration { name: name.to_owned(), owner, parameters, line: line(node) });
        }
    }

    /// Notes a type.
    pub fn declare_type(&mut self, name: &str, bases: Vec<String>, open: bool, node: Node<'_>) {
        if !name.is_empty() {
            self.found.types.push(TypeDeclaration { name: name.to_owned(), bases, open, line: line(node) });
        }
    }
}

fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).unwrap_or(u32::MAX - 1) + 1
}

/// The named children of `node`, in order.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// The last name in a type's or a module's path (`a::B<C>` is `B`).
pub(super) fn last_name(text: &str) -> String {
    let head = text.split(['<', '(', '[', '{']).next().unwrap_or(text).trim_end();
    let name = head.trim_start_matches(['&', '*', ' ']).rsplit(['.', ':', ' ']).next().unwrap_or(head);
    name.chars().filter(|c| c.is_alphanumeric() || *c == '_' || *c == '$').collect()
}

/// Nodes of a tree that are looked at; a file with more is given up.
const MOST_NODES: usize = 2_000_000;

/// What `content` declares; none where it can't be parsed.
#[must_use]
pub fn read(grammar: Grammar, content: &[u8]) -> Option<Found> {
    found(grammar, &grammar.parse_after(content, None)?, content)
}

/// What the tree of `content` declares; none where it has too many nodes.
pub(super) fn found(grammar: Grammar, tree: &Tree, content: &[u8]) -> Option<Found> {
    let mut found = Found::default();
    let mut reader = Reader { text: content, found: &mut found, owner: None, functions: 0 };
    let visit = match grammar.family() {
        Family::C => c::visit,
        Family::Go => go::visit,
        Family::Java => java::visit,
        Family::Python => python::visit,
        Family::Rust => rust::visit,
        Family::Script => script::visit,
    };
    let mut cursor = tree.walk();
    // What to restore when the walk leaves the level at which it was set.
    let mut levels: Vec<(u32, Option<String>, usize)> = Vec::new();
    for _ in 0..MOST_NODES {
        let node = cursor.node();
        let below = if node.is_named() { visit(&mut reader, node) } else { Below::Skip };
        let descends = match below {
            Below::Skip => false,
            Below::Same => true,
            Below::Type(name) => {
                levels.push((cursor.depth(), reader.owner.replace(name), reader.functions));
                reader.functions = 0;
                true
            }
            Below::Function => {
                levels.push((cursor.depth(), reader.owner.clone(), reader.functions));
                reader.functions += 1;
                true
            }
        };
        if descends && cursor.goto_first_child() {
            continue;
        }
        loop {
            if let Some(level) = levels.pop_if(|l| l.0 >= cursor.depth()) {
                (_, reader.owner, reader.functions) = level;
            }
            if cursor.goto_next_sibling() {
                break;
            }
            if !cursor.goto_parent() {
                return Some(found);
            }
        }
    }
    None
}

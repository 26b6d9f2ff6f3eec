//! Python.

use tree_sitter::Node;

use super::declaration::{Parameter, Rest};
use super::walk::{Below, Reader, children, last_name};

pub(super) fn visit(reader: &mut Reader<'_, '_>, node: Node<'_>) -> Below {
    match node.kind() {
        "class_definition" if reader.functions > 0 => Below::Skip,
        "class_definition" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let listed = node.child_by_field_name("superclasses").map_or_else(Vec::new, children);
            let open = listed.iter().any(|n| n.kind() == "keyword_argument");
            let bases = listed
                .iter()
                .filter(|n| n.kind() != "keyword_argument")
                .map(|n| last_name(reader.text(*n)))
                .filter(|n| !n.is_empty() && n != "object")
                .collect();
            reader.declare_type(&name, bases, open, node);
            Below::Type(name)
        }
        "function_definition" => {
            if reader.functions > 0 {
                return Below::Skip;
            }
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            if let (Some(owner), "__getattr__" | "__getattribute__") = (reader.owner.clone(), name.as_str()) {
                reader.declare_type(&owner, Vec::new(), true, node);
            }
            let mut parameters = node.child_by_field_name("parameters").map(|p| parameters(reader, p));
            // A property is read, not called.
            if is_property(reader, node) {
                parameters = None;
            }
            if let (Some(owner), "__init__", Some(parameters)) = (&reader.owner, name.as_str(), &parameters) {
                // The class itself is what is called.
                let (class, parameters) = (owner.clone(), parameters.clone());
                reader.declare_in(Some(class.clone()), &class, Some(parameters), node);
            }
            reader.declare(&name, parameters, node);
            if reader.owner.is_some() { Below::Function } else { Below::Skip }
        }
        "assignment" => {
            let Some(left) = node.child_by_field_name("left") else { return Below::Skip };
            match left.kind() {
                "identifier" if reader.functions == 0 => {
                    let name = reader.text(left);
                    reader.declare(name, None, node);
                }
                "attribute" if reader.field(left, "object") == Some("self") => {
                    let name = reader.field(left, "attribute").unwrap_or("");
                    reader.declare(name, None, node);
                }
                _ => {}
            }
            Below::Skip
        }
        "call" | "import_statement" | "import_from_statement" | "argument_list" | "string" => Below::Skip,
        _ => Below::Same,
    }
}

fn is_property(reader: &Reader<'_, '_>, node: Node<'_>) -> bool {
    let Some(parent) = node.parent().filter(|p| p.kind() == "decorated_definition") else { return false };
    children(parent).into_iter().any(|n| n.kind() == "decorator" && reader.text(n).contains("property"))
}

fn parameters(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Parameter> {
    let mut out: Vec<Parameter> = Vec::new();
    let mut named_only = false;
    for child in children(node) {
        let kind = child.child_by_field_name("type").map(|t| reader.tight(t));
        let inner = || child.named_child(0);
        let plain = |name: &str| name.trim_start_matches('*').to_owned();
        let parameter = match child.kind() {
            "identifier" => Parameter { name: Some(reader.text(child).to_owned()), ..Parameter::default() },
            "typed_parameter" => {
                let Some(pattern) = inner() else { continue };
                let rest = rest(pattern.kind());
                Parameter { name: Some(plain(reader.text(pattern))), rest, ..Parameter::default() }
            }
            "default_parameter" | "typed_default_parameter" => Parameter {
                name: reader.field(child, "name").map(str::to_owned),
                default: child.child_by_field_name("value").map(|v| reader.tight(v)),
                optional: true,
                ..Parameter::default()
            },
            "list_splat_pattern" | "dictionary_splat_pattern" => {
                Parameter { name: Some(plain(reader.text(child))), rest: rest(child.kind()), ..Parameter::default() }
            }
            "keyword_separator" => {
                named_only = true;
                continue;
            }
            "positional_separator" => {
                out.iter_mut().for_each(|p| p.placed_only = true);
                continue;
            }
            _ => continue,
        };
        let after_rest = parameter.rest == Rest::Positional;
        out.push(Parameter { kind, named_only, ..parameter });
        named_only |= after_rest;
    }
    // The receiver is given by the call itself.
    let receives = reader.owner.is_some()
        && out.first().and_then(|p| p.name.as_deref()).is_some_and(|n| matches!(n, "self" | "cls" | "mcs" | "klass"));
    if receives {
        out.remove(0);
    }
    out
}

fn rest(kind: &str) -> Rest {
    match kind {
        "list_splat_pattern" => Rest::Positional,
        "dictionary_splat_pattern" => Rest::Named,
        _ => Rest::No,
    }
}

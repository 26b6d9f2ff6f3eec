//! Rust.

use tree_sitter::Node;

use super::declaration::{Parameter, Rest};
use super::walk::{Below, Reader, children, last_name};

pub(super) fn visit(reader: &mut Reader<'_, '_>, node: Node<'_>) -> Below {
    match node.kind() {
        "mod_item" if matches!(reader.field(node, "name"), Some("tests" | "test")) => Below::Skip,
        "struct_item" | "enum_item" | "union_item" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let open = generates(reader, node);
            reader.declare_type(&name, Vec::new(), open, node);
            Below::Type(name)
        }
        "trait_item" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let bounds = node.child_by_field_name("bounds").map_or_else(Vec::new, children);
            let bases = bounds.iter().map(|b| last_name(reader.text(*b))).filter(|b| !b.is_empty()).collect();
            reader.declare_type(&name, bases, false, node);
            Below::Type(name)
        }
        "impl_item" => {
            let name = last_name(reader.field(node, "type").unwrap_or(""));
            let base = reader.field(node, "trait").map(last_name);
            let body = node.child_by_field_name("body").map_or_else(Vec::new, children);
            let open = body.iter().any(|n| n.kind() == "macro_invocation");
            if base.is_some() || open {
                reader.declare_type(&name, base.into_iter().collect(), open, node);
            }
            Below::Type(name)
        }
        "function_item" | "function_signature_item" => {
            let parameters = node.child_by_field_name("parameters").map(|p| parameters(reader, p));
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare(name, parameters, node);
            Below::Skip
        }
        "field_declaration" | "enum_variant" | "const_item" | "static_item" | "associated_type" | "type_item" => {
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare(name, None, node);
            Below::Skip
        }
        "macro_definition" => {
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare_in(None, name, None, node);
            Below::Skip
        }
        "macro_invocation" | "attribute_item" | "block" | "use_declaration" => Below::Skip,
        _ => Below::Same,
    }
}

/// Whether attributes above a type add functions to it under names of their own.
fn generates(reader: &Reader<'_, '_>, node: Node<'_>) -> bool {
    let mut before = node.prev_named_sibling();
    while let Some(attribute) = before.filter(|n| matches!(n.kind(), "attribute_item" | "line_comment")) {
        let text = reader.text(attribute);
        if attribute.kind() == "attribute_item" && ["Builder", "Getters", "Setters"].iter().any(|w| text.contains(w)) {
            return true;
        }
        before = attribute.prev_named_sibling();
    }
    false
}

fn parameters(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Parameter> {
    let mut out = Vec::new();
    for child in children(node) {
        match child.kind() {
            "parameter" => out.push(Parameter {
                name: reader
                    .field(child, "pattern")
                    .map(|p| p.trim_start_matches("mut ").trim_start_matches('_').to_owned())
                    .filter(|p| p.chars().all(|c| c.is_alphanumeric() || c == '_')),
                kind: child.child_by_field_name("type").map(|t| reader.tight(t)),
                ..Parameter::default()
            }),
            "variadic_parameter" => out.push(Parameter { rest: Rest::Positional, ..Parameter::default() }),
            _ => {}
        }
    }
    out
}

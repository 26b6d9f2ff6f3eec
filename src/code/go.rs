//! Go.

use tree_sitter::Node;

use super::declaration::{Parameter, Rest};
use super::walk::{Below, Reader, children, last_name};

pub(super) fn visit(reader: &mut Reader<'_, '_>, node: Node<'_>) -> Below {
    match node.kind() {
        "function_declaration" | "method_declaration" | "method_elem" | "method_spec" => {
            let receiver = node.child_by_field_name("receiver").and_then(|r| r.named_child(0));
            let receiver = receiver.and_then(|r| reader.field(r, "type")).map(last_name);
            let parameters = node.child_by_field_name("parameters").map(|p| parameters(reader, p));
            let name = reader.field(node, "name").unwrap_or("");
            let owner = receiver.or_else(|| reader.owner.clone());
            reader.declare_in(owner, name, parameters, node);
            Below::Skip
        }
        "type_spec" | "type_alias" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let body = node.child_by_field_name("type");
            let mut bases = Vec::new();
            for part in body.map_or_else(Vec::new, children) {
                match part.kind() {
                    "field_declaration_list" => bases.extend(children(part).into_iter().filter_map(|field| {
                        let embedded =
                            field.kind() == "field_declaration" && field.child_by_field_name("name").is_none();
                        embedded.then(|| reader.field(field, "type").map(last_name)).flatten()
                    })),
                    "type_elem" | "interface_type_name" | "constraint_elem" => bases.push(last_name(reader.text(part))),
                    _ => {}
                }
            }
            // `type A B`: what B has, A may have.
            if let Some(body) = body
                && !matches!(body.kind(), "struct_type" | "interface_type" | "function_type")
            {
                bases.push(last_name(reader.text(body)));
            }
            reader.declare_type(&name, bases, false, node);
            Below::Type(name)
        }
        "field_declaration" => {
            for child in children(node).into_iter().filter(|c| c.kind() == "field_identifier") {
                let name = reader.text(child);
                reader.declare(name, None, child);
            }
            Below::Skip
        }
        "const_spec" | "var_spec" => {
            for child in children(node).into_iter().filter(|c| c.kind() == "identifier") {
                let name = reader.text(child);
                reader.declare_in(None, name, None, child);
            }
            Below::Skip
        }
        "block" | "import_declaration" => Below::Skip,
        _ => Below::Same,
    }
}

fn parameters(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Parameter> {
    let mut out = Vec::new();
    for child in children(node) {
        let rest = match child.kind() {
            "parameter_declaration" => Rest::No,
            "variadic_parameter_declaration" => Rest::Positional,
            _ => continue,
        };
        let kind = child.child_by_field_name("type").map(|t| reader.tight(t));
        let names: Vec<&str> =
            children(child).into_iter().filter(|c| c.kind() == "identifier").map(|c| reader.text(c)).collect();
        if names.is_empty() {
            out.push(Parameter { kind, rest, ..Parameter::default() });
            continue;
        }
        for name in names {
            let name = Some(name.to_owned()).filter(|n| n != "_");
            out.push(Parameter { name, kind: kind.clone(), rest, ..Parameter::default() });
        }
    }
    out
}

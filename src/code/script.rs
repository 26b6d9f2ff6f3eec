//! JavaScript and TypeScript.

use tree_sitter::Node;

use super::declaration::{Parameter, Rest};
use super::walk::{Below, Reader, children, last_name};

pub(super) fn visit(reader: &mut Reader<'_, '_>, node: Node<'_>) -> Below {
    match node.kind() {
        "class_declaration" | "class" | "abstract_class_declaration" | "interface_declaration" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let bases = bases(reader, node);
            reader.declare_type(&name, bases, false, node);
            if name.is_empty() { Below::Same } else { Below::Type(name) }
        }
        "enum_declaration" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            reader.declare_type(&name, Vec::new(), false, node);
            for member in node.child_by_field_name("body").map_or_else(Vec::new, children) {
                let text = reader.field(member, "name").unwrap_or_else(|| reader.text(member));
                reader.declare_in(Some(name.clone()), unquoted(text), None, member);
            }
            Below::Skip
        }
        "type_alias_declaration" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let plain = node.child_by_field_name("value").is_some_and(|v| v.kind() == "object_type");
            reader.declare_type(&name, Vec::new(), !plain, node);
            Below::Type(name)
        }
        "function_declaration" | "generator_function_declaration" => {
            named(reader, node);
            Below::Function
        }
        "method_definition" => {
            named(reader, node);
            let (owner, name) = (reader.owner.clone(), reader.field(node, "name"));
            if let (Some(class), Some("constructor")) = (owner, name) {
                let parameters = node.child_by_field_name("parameters").map(|p| parameters(reader, p));
                reader.declare_in(Some(class.clone()), &class, parameters, node);
            }
            Below::Function
        }
        "function_signature" | "method_signature" | "abstract_method_signature" => {
            named(reader, node);
            Below::Skip
        }
        "field_definition" | "public_field_definition" | "property_signature" | "variable_declarator" | "pair" => {
            let name = ["name", "property", "key"].iter().find_map(|f| node.child_by_field_name(f));
            let Some(name) = name.filter(|n| !n.kind().ends_with("_pattern")) else { return Below::Same };
            let value = node.child_by_field_name("value").or_else(|| function_type(node));
            let function = value.and_then(|v| function(reader, v));
            // The variables of a function's body are its own.
            if node.kind() != "variable_declarator" || reader.functions == 0 || function.is_some() {
                let text = unquoted(reader.text(name));
                let owner = if node.kind() == "variable_declarator" { None } else { reader.owner.clone() };
                reader.declare_in(owner, text, function, node);
            }
            Below::Same
        }
        "assignment_expression" => {
            let left = node.child_by_field_name("left").filter(|l| l.kind() == "member_expression");
            let Some(left) = left else { return Below::Same };
            let name = reader.field(left, "property").unwrap_or("");
            let object = reader.field(left, "object").unwrap_or("");
            let owner = match object {
                "this" => reader.owner.clone(),
                "exports" | "module.exports" => None,
                other => Some(last_name(other.strip_suffix(".prototype").unwrap_or(other))),
            };
            let function = node.child_by_field_name("right").and_then(|v| function(reader, v));
            reader.declare_in(owner, name, function, node);
            Below::Same
        }
        "arrow_function" | "function_expression" | "function" | "generator_function" => Below::Function,
        "import_statement" | "template_string" | "string" | "comment" => Below::Skip,
        _ => Below::Same,
    }
}

fn named(reader: &mut Reader<'_, '_>, node: Node<'_>) {
    let parameters = node.child_by_field_name("parameters").map(|p| parameters(reader, p));
    let name = unquoted(reader.field(node, "name").unwrap_or(""));
    reader.declare(name, parameters, node);
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
}

/// The parameters of a value that is a function.
fn function(reader: &Reader<'_, '_>, value: Node<'_>) -> Option<Vec<Parameter>> {
    match value.kind() {
        "arrow_function" | "function_expression" | "function" | "generator_function" | "function_type" => {
            if let Some(list) = value.child_by_field_name("parameters") {
                return Some(parameters(reader, list));
            }
            let single = value.child_by_field_name("parameter")?;
            Some(vec![Parameter { name: Some(reader.text(single).to_owned()), ..Parameter::default() }])
        }
        _ => None,
    }
}

fn function_type(node: Node<'_>) -> Option<Node<'_>> {
    node.child_by_field_name("type")?.named_child(0).filter(|t| t.kind() == "function_type")
}

fn bases(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<String> {
    let clauses =
        ["class_heritage", "extends_clause", "extends_type_clause", "implements_clause", "extends_interfaces"];
    let mut out = Vec::new();
    let mut open: Vec<Node<'_>> = children(node).into_iter().filter(|n| clauses.contains(&n.kind())).collect();
    while let Some(part) = open.pop() {
        if clauses.contains(&part.kind()) {
            open.extend(children(part).into_iter().filter(|n| n.kind() != "type_arguments"));
        } else {
            out.push(last_name(reader.text(part)));
        }
    }
    out.retain(|b| !b.is_empty());
    out.sort();
    out
}

fn parameters(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Parameter> {
    let mut out = Vec::new();
    for child in children(node) {
        let kind = child.child_by_field_name("type").map(|t| reader.tight(t).trim_start_matches(':').to_owned());
        let pattern = match child.kind() {
            "required_parameter" | "optional_parameter" => child.child_by_field_name("pattern"),
            "assignment_pattern" => child.child_by_field_name("left"),
            "identifier" | "rest_pattern" | "object_pattern" | "array_pattern" => Some(child),
            _ => continue,
        };
        let Some(pattern) = pattern else { continue };
        let rest = if pattern.kind() == "rest_pattern" { Rest::Positional } else { Rest::No };
        let default = ["value", "right"].iter().find_map(|f| child.child_by_field_name(f)).map(|v| reader.tight(v));
        let name = reader.text(pattern).trim_start_matches('.').to_owned();
        // A type's `this` is no argument.
        if name == "this" {
            continue;
        }
        out.push(Parameter {
            name: Some(name).filter(|n| !n.starts_with(['{', '['])),
            kind,
            optional: default.is_some() || child.kind() == "optional_parameter",
            default,
            rest,
            ..Parameter::default()
        });
    }
    out
}

//! C and C++.

use tree_sitter::Node;

use super::declaration::{Parameter, Rest};
use super::walk::{Below, Reader, children, last_name};

pub(super) fn visit(reader: &mut Reader<'_, '_>, node: Node<'_>) -> Below {
    match node.kind() {
        "class_specifier" | "struct_specifier" | "union_specifier" | "enum_specifier" => {
            let name = last_name(reader.field(node, "name").unwrap_or(""));
            if node.child_by_field_name("body").is_none() {
                return Below::Skip;
            }
            let clause = children(node).into_iter().find(|n| n.kind() == "base_class_clause");
            let bases = clause.map_or_else(Vec::new, |clause| {
                let types = children(clause).into_iter().filter(|n| n.kind() != "access_specifier");
                types.map(|n| last_name(reader.text(n))).collect()
            });
            reader.declare_type(&name, bases, false, node);
            Below::Type(name)
        }
        "function_definition" | "declaration" | "field_declaration" => {
            declarators(reader, node);
            // A type may be declared within the declaration of a variable or a typedef.
            match node.child_by_field_name("type").map(|t| t.kind()) {
                Some("class_specifier" | "struct_specifier" | "union_specifier" | "enum_specifier") => Below::Same,
                _ => Below::Skip,
            }
        }
        "enumerator" => {
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare(name, None, node);
            Below::Skip
        }
        "preproc_function_def" => {
            let list = node.child_by_field_name("parameters").map_or_else(Vec::new, children);
            let open = node.child_by_field_name("parameters").is_some_and(|p| reader.text(p).contains("..."));
            let mut parameters: Vec<Parameter> = list
                .into_iter()
                .filter(|n| reader.text(*n) != "...")
                .map(|n| Parameter { name: Some(reader.text(n).to_owned()), ..Parameter::default() })
                .collect();
            if open {
                parameters.push(Parameter { rest: Rest::Positional, ..Parameter::default() });
            }
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare_in(None, name, Some(parameters), node);
            Below::Skip
        }
        "preproc_def" => {
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare_in(None, name, None, node);
            Below::Skip
        }
        "compound_statement" | "preproc_include" => Below::Skip,
        _ => Below::Same,
    }
}

fn declarators(reader: &mut Reader<'_, '_>, node: Node<'_>) {
    let mut cursor = node.walk();
    let list: Vec<Node<'_>> = node.children_by_field_name("declarator", &mut cursor).collect();
    for declarator in list {
        let mut at = declarator;
        let mut parameters = None;
        // `*f(int a)` and its like: the function's part is the innermost that has a name.
        for _ in 0..16 {
            match at.kind() {
                "function_declarator" => {
                    parameters = at.child_by_field_name("parameters").map(|p| self::parameters(reader, p));
                }
                "identifier" | "field_identifier" | "qualified_identifier" | "operator_name" | "destructor_name" => {
                    break;
                }
                _ => {}
            }
            match at.child_by_field_name("declarator").or_else(|| at.named_child(0)) {
                Some(inner) => at = inner,
                None => break,
            }
        }
        match at.kind() {
            "qualified_identifier" => {
                let path = reader.text(at);
                if let Some((scope, name)) = path.rsplit_once("::") {
                    reader.declare_in(Some(last_name(scope)), name, parameters, declarator);
                }
            }
            "identifier" | "field_identifier" if parameters.is_some() || node.kind() != "function_definition" => {
                let name = reader.text(at);
                reader.declare(name, parameters, declarator);
            }
            _ => {}
        }
    }
}

fn parameters(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Parameter> {
    let mut out = Vec::new();
    for child in children(node) {
        let text = reader.text(child);
        let rest = match child.kind() {
            "parameter_declaration" | "optional_parameter_declaration" => Rest::No,
            "variadic_parameter" | "variadic_parameter_declaration" => Rest::Positional,
            _ => continue,
        };
        let declarator = child.child_by_field_name("declarator");
        if declarator.is_none() && text == "void" {
            continue;
        }
        let default = child.child_by_field_name("default_value").map(|v| reader.tight(v));
        out.push(Parameter {
            name: declarator.map(|d| last_name(reader.text(d))).filter(|n| !n.is_empty()),
            kind: child.child_by_field_name("type").map(|t| reader.tight(t)),
            optional: default.is_some(),
            default,
            rest,
            ..Parameter::default()
        });
    }
    // `...` may be a token without a name.
    if out.iter().all(|p| p.rest == Rest::No) && reader.text(node).contains("...") {
        out.push(Parameter { rest: Rest::Positional, ..Parameter::default() });
    }
    out
}

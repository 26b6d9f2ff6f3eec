//! Java.

use tree_sitter::Node;

use super::declaration::{Parameter, Rest};
use super::walk::{Below, Reader, children, last_name};

/// Annotations that add accessors or builders to a class.
const GENERATORS: &[&str] =
    &["Data", "Getter", "Setter", "Builder", "SuperBuilder", "Value", "With", "Accessors", "AutoValue", "Delegate"];

pub(super) fn visit(reader: &mut Reader<'_, '_>, node: Node<'_>) -> Below {
    match node.kind() {
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => {
            let name = reader.field(node, "name").unwrap_or("").to_owned();
            let mut bases = Vec::new();
            let mut open = false;
            for child in children(node) {
                match child.kind() {
                    "superclass" | "super_interfaces" | "extends_interfaces" => {
                        let listed = children(child);
                        let lists: Vec<Node<'_>> = listed
                            .into_iter()
                            .flat_map(|n| if n.kind() == "type_list" { children(n) } else { vec![n] })
                            .collect();
                        bases.extend(lists.iter().map(|n| last_name(reader.text(*n))));
                    }
                    "modifiers" => {
                        open = children(child).iter().any(|n| {
                            n.kind().ends_with("annotation")
                                && reader.field(*n, "name").is_some_and(|a| GENERATORS.contains(&last_name(a).as_str()))
                        });
                    }
                    _ => {}
                }
            }
            reader.declare_type(&name, bases, open, node);
            if node.kind() == "record_declaration"
                && let Some(list) = node.child_by_field_name("parameters")
            {
                for field in children(list) {
                    let member = reader.field(field, "name").unwrap_or("");
                    reader.declare_in(Some(name.clone()), member, Some(Vec::new()), field);
                }
            }
            Below::Type(name)
        }
        "method_declaration" | "constructor_declaration" | "annotation_type_element_declaration" => {
            let parameters = node.child_by_field_name("parameters").map(|p| parameters(reader, p));
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare(name, parameters, node);
            Below::Skip
        }
        "field_declaration" | "constant_declaration" => {
            for child in children(node).into_iter().filter(|c| c.kind() == "variable_declarator") {
                let name = reader.field(child, "name").unwrap_or("");
                reader.declare(name, None, child);
            }
            Below::Skip
        }
        "enum_constant" => {
            let name = reader.field(node, "name").unwrap_or("");
            reader.declare(name, None, node);
            Below::Skip
        }
        "block" | "import_declaration" | "package_declaration" => Below::Skip,
        _ => Below::Same,
    }
}

fn parameters(reader: &Reader<'_, '_>, node: Node<'_>) -> Vec<Parameter> {
    let mut out = Vec::new();
    for child in children(node) {
        match child.kind() {
            "formal_parameter" => out.push(Parameter {
                name: reader.field(child, "name").map(str::to_owned),
                kind: child.child_by_field_name("type").map(|t| reader.tight(t)),
                ..Parameter::default()
            }),
            "spread_parameter" => {
                let named = children(child).into_iter().find(|n| n.kind() == "variable_declarator");
                out.push(Parameter {
                    name: named.and_then(|n| reader.field(n, "name")).map(str::to_owned),
                    rest: Rest::Positional,
                    ..Parameter::default()
                });
            }
            _ => {}
        }
    }
    out
}

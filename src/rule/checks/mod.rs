//! The checks, one file per rule, named after its id.

pub mod dead_command;
pub mod dead_config_key;
pub mod dead_env_var;
pub mod dead_feature;
pub mod dead_flag;
pub mod dead_link;
pub mod dead_member;
pub mod dead_metric;
pub mod dead_module;
pub mod dead_path;
pub mod dead_resource;
pub mod dead_route;
pub mod dead_service;
pub mod dead_symbol;
pub mod list_drift;
pub mod moved_reference;
pub mod signature_drift;
pub mod value_drift;
pub mod version_drift;

pub(super) mod name;

use super::suspect::Suspect;
use super::system::{Page, System};

/// A check: looks at a page and gives the claims that lost their witnesses.
pub type Check = fn(&Page<'_>, &System<'_>, &mut Vec<Suspect>);

/// Every check with its rule's id, in the order of the ids.
pub const ALL: &[(&str, Check)] = &[
    (dead_command::ID, dead_command::check),
    (dead_command::ID, dead_feature::check),
    (dead_config_key::ID, dead_config_key::check),
    (dead_env_var::ID, dead_env_var::check),
    (dead_flag::ID, dead_flag::check),
    (dead_link::ID, dead_link::check),
    (dead_metric::ID, dead_metric::check),
    (dead_path::ID, dead_path::check),
    (dead_resource::ID, dead_resource::check),
    (dead_resource::ID, dead_service::check),
    (dead_route::ID, dead_route::check),
    (dead_symbol::ID, dead_symbol::check),
    (dead_symbol::ID, dead_member::check),
    (dead_symbol::ID, dead_module::check),
    (list_drift::ID, list_drift::check),
    (moved_reference::ID, moved_reference::check),
    (signature_drift::ID, signature_drift::check),
    (value_drift::ID, value_drift::check),
    (version_drift::ID, version_drift::check),
];

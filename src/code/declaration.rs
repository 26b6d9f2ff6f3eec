//! What code declares.

/// How a parameter takes what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rest {
    /// It takes one argument.
    #[default]
    No,
    /// It takes all further arguments (`*args`, `...rest`, `T... xs`).
    Positional,
    /// It takes all further named arguments (`**options`).
    Named,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Parameter {
    /// Its name; none where the declaration gives a pattern or a type alone.
    pub name: Option<String>,
    /// Its type as written, without blanks; none where there is none.
    pub kind: Option<String>,
    /// Its default as written.
    pub default: Option<String>,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it takes several arguments.
    pub rest: Rest,
    /// Whether it can be given by name only.
    pub named_only: bool,
    /// Whether it can be given by place only.
    pub placed_only: bool,
}

/// A name that code declares.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Declaration {
    /// The name.
    pub name: String,
    /// The type in whose body, or for which, it is declared.
    pub owner: Option<String>,
    /// Its parameters, without the receiver; none where it is no function.
    pub parameters: Option<Vec<Parameter>>,
    /// Line from 1.
    pub line: u32,
}

/// A type that code declares.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TypeDeclaration {
    /// Its name.
    pub name: String,
    /// What it extends, implements or embeds, by last name.
    pub bases: Vec<String>,
    /// Whether members may come from where the grammar does not see them (macros, generated accessors).
    pub open: bool,
    /// Line from 1.
    pub line: u32,
}

/// What a file declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Functions, methods, fields, variants, constants.
    pub declarations: Vec<Declaration>,
    /// Types, and what is said of them elsewhere (`impl A for B`).
    pub types: Vec<TypeDeclaration>,
}

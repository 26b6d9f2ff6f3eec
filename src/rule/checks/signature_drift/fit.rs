//! Whether a call or a declaration of a page is one of a declaration of the code.

use crate::code::{Declaration, Family, Parameter, Rest};
use crate::reference::claim::signature::{self, Form, SignatureClaim};

/// How a page's parameters stand to those of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// They can be its.
    Fits,
    /// It takes another number of them, or others.
    Number,
    /// It takes more, which may all be left out.
    More,
    /// The page's parameter at this place has a name that it does not have.
    Name(usize),
    /// The page's parameter at this place has another default.
    Default(usize),
    /// The page's parameter at this place has another type.
    Kind(usize),
    /// It can't be told.
    Unclear,
}

/// Compares a claim with a declaration.
pub fn fit(claim: &SignatureClaim, declaration: &Declaration, family: Family) -> Fit {
    let Some(declared) = &declaration.parameters else { return Fit::Unclear };
    if claim.open {
        return Fit::Unclear;
    }
    match claim.form {
        Form::Call => call(claim, declared, family),
        Form::Declaration => described(claim, declared, true),
        Form::Mention if claim.parameters.iter().all(|p| p.name.is_some()) => described(claim, declared, false),
        Form::Mention => call(claim, declared, family),
    }
}

/// The least and the greatest number of arguments.
fn bounds(declared: &[Parameter]) -> (usize, usize) {
    let least = declared.iter().filter(|p| !p.optional && p.rest == Rest::No).count();
    let open = declared.iter().any(|p| p.rest != Rest::No);
    (least, if open { usize::MAX } else { declared.len() })
}

fn call(claim: &SignatureClaim, declared: &[Parameter], family: Family) -> Fit {
    let spreads = claim.parameters.iter().any(|p| p.variadic || p.text.starts_with(['*', '.']));
    if spreads {
        return Fit::Unclear;
    }
    let given = claim.parameters.len();
    let (least, most) = bounds(declared);
    match family {
        Family::Python => python(claim, declared),
        // A call's arguments may be fewer, and what is too much is dropped; types alone forbid it.
        Family::Script => {
            let typed = declared.iter().any(|p| p.kind.is_some());
            if given > most || typed && given < least { Fit::Number } else { Fit::Fits }
        }
        // `f(g())` may pass all that `g` returns.
        Family::Go if given == 1 && claim.parameters.iter().any(|p| p.text.ends_with(')')) => Fit::Unclear,
        // `Type::method(receiver, …)`.
        Family::Rust if claim.name.len() > 1 && given == least + 1 => Fit::Unclear,
        _ if (least..=most).contains(&given) => Fit::Fits,
        _ => Fit::Number,
    }
}

/// Whether an argument is given by name.
fn keyword(parameter: &signature::Parameter) -> Option<&str> {
    parameter.name.as_deref().filter(|_| parameter.default.is_some())
}

fn python(claim: &SignatureClaim, declared: &[Parameter]) -> Fit {
    let takes_any = declared.iter().any(|p| p.rest == Rest::Named);
    for (at, parameter) in claim.parameters.iter().enumerate() {
        let Some(name) = keyword(parameter) else { continue };
        let known = declared.iter().any(|p| p.rest == Rest::No && !p.placed_only && p.name.as_deref() == Some(name));
        if !known && !takes_any {
            return Fit::Name(at);
        }
    }
    let placed = claim.parameters.iter().filter(|p| keyword(p).is_none()).count();
    let places = declared.iter().filter(|p| p.rest == Rest::No && !p.named_only).count();
    if placed > places && !declared.iter().any(|p| p.rest == Rest::Positional) {
        return Fit::Number;
    }
    let given = |at: usize, p: &Parameter| {
        at < placed && !p.named_only
            || claim.parameters.iter().any(|a| keyword(a).is_some_and(|k| p.name.as_deref() == Some(k)))
    };
    let lacks = declared.iter().enumerate().any(|(at, p)| p.rest == Rest::No && !p.optional && !given(at, p));
    if lacks { Fit::Number } else { Fit::Fits }
}

/// Compares parameters as the page describes them, by name and place. Optional ones at the end may be left
/// out in words.
fn described(claim: &SignatureClaim, declared: &[Parameter], full: bool) -> Fit {
    let named: Vec<&signature::Parameter> = claim.parameters.iter().collect();
    if named.is_empty() && !full {
        return Fit::Unclear;
    }
    let rest = declared.get(named.len()..).unwrap_or_default();
    let optional = rest.iter().all(|p| p.optional || p.rest != Rest::No);
    if named.len() > declared.len() || !optional {
        return Fit::Number;
    }
    for (at, (said, is)) in named.iter().zip(declared).enumerate() {
        match (&said.name, &is.name) {
            (Some(a), Some(b)) if bare(a) != bare(b) => return Fit::Name(at),
            (None, _) | (_, None) if said.kind.is_none() => return Fit::Unclear,
            _ => {}
        }
        if let (Some(a), Some(b)) = (&said.default, &is.default)
            && plain(a) != plain(b)
        {
            // A constant may stand for the value that the page gives.
            return if is_constant(a) == is_constant(b) { Fit::Default(at) } else { Fit::Unclear };
        }
        if let (Some(a), Some(b)) = (&said.kind, &is.kind)
            && !tight(b).contains(&tight(a))
        {
            return Fit::Kind(at);
        }
    }
    if full && !rest.is_empty() { Fit::More } else { Fit::Fits }
}

/// Whether a default is the name of a constant rather than a value.
fn is_constant(default: &str) -> bool {
    const VALUES: &[&str] = &["True", "False", "None", "true", "false", "null", "nil", "nullptr", "undefined"];
    let default = default.trim();
    default.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && default.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'))
        && !VALUES.contains(&default)
}

fn bare(name: &str) -> &str {
    name.trim_matches('_')
}

/// A default without blanks, in one kind of quotes.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\'' { '"' } else { c }).collect()
}

fn tight(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '?')).collect()
}

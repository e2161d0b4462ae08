//! Plans of imports as cases.

use super::{
    around::{self, Head, Surrounded},
    text,
};
use crate::{
    fuzz::campaign::Input,
    trace::{Outcome, Trace},
};
use preflight_plan::{
    around::Provider,
    imports::{Import, ImportPlan, Interface, Item},
};
use std::fmt::Write;

/// The case of a plan of imports. What a script gives are instances of other components, by `register`; where everything matches, a
/// sibling gives the rest in a component around both, and otherwise the header says what is given.
pub(super) fn case(input: &Input, plan: &ImportPlan, expected: &Trace, title: &str) -> String {
    let head = Head { title, rule: "P2-LINK-01", more: String::new() };
    let providers = plan.providers();
    let gives_more = providers.iter().any(|provider| !provider.gives.is_empty());
    // Who validates components here (wasmparser) takes no type for another one that has resource types in it, though both are the same;
    // nobody has to give such a type.
    match plan.around().filter(|bytes| gives_more && super::is_valid(bytes)) {
        Some(bytes) => around::case(input, &Surrounded::of(bytes), expected, &head, ""),
        None => {
            let unlike = |import: &Import| unlike(import.given.as_ref(), &import.wanted, plan.is_exported);
            let why = plan.imports.iter().find_map(unlike).unwrap_or("incompatible import type");
            registered(&plan.to_wasm().component, &providers, expected, head, why)
        }
    }
}

/// A component where instances of these are registered under their names, and are all that is given. It does not match for the reason
/// `why`, if it does not.
pub(super) fn registered(
    component: &[u8],
    providers: &[Provider],
    expected: &Trace,
    mut head: Head<'_>,
    why: &str,
) -> String {
    head.more += &gives(providers);
    let all: Vec<&[u8]> = providers.iter().map(|provider| &*provider.component).chain([component]).collect();
    let mut text = head.of(&all);
    for Provider { name, component, .. } in providers {
        let _ = writeln!(text, "(component ${name}{}\n(register \"{name}\" ${name})", text::literal(component).body);
    }
    let body = text::literal(component).body;
    if expected.outcome == Outcome::Unlinkable {
        let _ = writeln!(text, "(assert_unlinkable (component{body}\n  {why:?})");
    } else {
        let _ = writeln!(text, "(component{body}");
    }
    around::steps(&mut text, expected.events.iter().cloned().filter_map(|event| around::placed(event, "/#0")));
    if expected.outcome == Outcome::Unlinkable {
        text += ";;= => unlinkable\n";
    }
    text
}

/// The lines of the header that say what is given one by one.
fn gives(providers: &[Provider]) -> String {
    let give =
        |name: &String, export: &String| format!("{{ import = {export:?}, of = {name:?}, export = {export:?} }}");
    let all =
        providers.iter().flat_map(|Provider { name, gives, .. }| gives.iter().map(move |export| give(name, export)));
    let all: Vec<String> = all.collect();
    if all.is_empty() { String::new() } else { text::list("gives", &all) }
}

/// Why something does not match, as scripts have it.
fn unlike(given: Option<&Item>, wanted: &Item, is_exported: bool) -> Option<&'static str> {
    let unlike_exports = |given: &[Item], wanted: &[Item]| {
        wanted.iter().enumerate().find_map(|(i, wanted)| unlike(given.get(i), wanted, true))
    };
    match (given, wanted) {
        _ if is_alike(given, wanted, is_exported) => None,
        (None, _) => Some("unknown import"),
        // Instances are compared export by export, and components, too, if they import no more than is declared.
        (Some(Item::Instance(given)), Item::Instance(wanted)) => unlike_exports(given, wanted),
        (Some(Item::Component(given)), Item::Component(wanted)) if imports_less(given, wanted) => {
            unlike_exports(&given.exports, &wanted.exports)
        }
        _ => Some("incompatible import type"),
    }
}

fn is_alike(given: Option<&Item>, wanted: &Item, is_exported: bool) -> bool {
    let import = Import { wanted: wanted.clone(), given: given.cloned() };
    ImportPlan { is_exported, imports: vec![import], stubs: false }.fits()
}

/// Whether a component can be instantiated with what is imported by one of the type that is wanted.
fn imports_less(given: &Interface, wanted: &Interface) -> bool {
    given.imports.iter().enumerate().all(|(i, import)| is_alike(wanted.imports.get(i), import, true))
}

//! Plans of imports as cases.

use super::{
    CaseError,
    around::{self, Head, Surrounded},
    text,
};
use crate::{
    fuzz::campaign::Input,
    trace::{Outcome, Trace},
};
use preflight_plan::imports::{Import, ImportPlan, Item};
use std::fmt::Write;

/// The case of a plan of imports. What a script can give are instances of other components, by `register`; where everything
/// matches, a sibling gives the rest in a component around both.
pub(super) fn case(input: &Input, plan: &ImportPlan, expected: &Trace, title: &str) -> Result<String, CaseError> {
    let head = Head { title, rule: "P2-LINK-01", more: String::new() };
    match (plan.providers(), plan.around()) {
        (Some(providers), _) => Ok(registered(plan, &providers, expected, &head)),
        (None, Some(bytes)) => Ok(around::case(input, &Surrounded::of(bytes), expected, &head, "")),
        (None, None) => Err(CaseError::Unlinkable),
    }
}

/// The plan's component where instances of these components are registered under these names.
fn registered(plan: &ImportPlan, providers: &[(String, Vec<u8>)], expected: &Trace, head: &Head<'_>) -> String {
    let component = plan.to_wasm().component;
    let all: Vec<&[u8]> = providers.iter().map(|(_, bytes)| &**bytes).chain([&*component]).collect();
    let mut text = head.of(&all);
    for (name, bytes) in providers {
        let _ = writeln!(text, "(component ${name}{}\n(register \"{name}\" ${name})", text::literal(bytes).body);
    }
    let body = text::literal(&component).body;
    if expected.outcome == Outcome::Unlinkable {
        let unlike = |import: &Import| unlike(import.given.as_ref(), &import.wanted, plan.is_exported);
        let why = plan.imports.iter().find_map(unlike).unwrap_or("incompatible import type");
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

/// Why something does not match, as scripts have it.
fn unlike(given: Option<&Item>, wanted: &Item, is_exported: bool) -> Option<&'static str> {
    let import = Import { wanted: wanted.clone(), given: given.cloned() };
    let is_alike = ImportPlan { is_exported, imports: vec![import], stubs: false }.fits();
    match (given, wanted) {
        _ if is_alike => None,
        (None, _) => Some("unknown import"),
        // Instances are compared export by export.
        (Some(Item::Instance(given)), Item::Instance(wanted)) => {
            wanted.iter().enumerate().find_map(|(i, wanted)| unlike(given.get(i), wanted, true))
        }
        _ => Some("incompatible import type"),
    }
}

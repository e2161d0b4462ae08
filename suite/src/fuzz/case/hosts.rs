//! The functions of the host of a plan, as the header of a case asks for them.
//!
//! Nodes are reached under names that the script registers: `n0` is the latest complete instance of node 0. The modules that
//! they instantiate are definitions of the script, `$m0` and so on.

use super::text::WIDTH;
use crate::case::{Does, HostFunc};
use preflight_plan::{Expected, Plan, plan};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Beyond every memory; numbers in a header have 63 bits.
const BEYOND: u64 = 1 << 48;

/// What a node's latest complete instance is registered as.
pub(in crate::fuzz) fn registered(node: usize) -> String {
    format!("n{node}")
}

/// What an instance of a node is called.
pub(in crate::fuzz) fn name(node: usize, attempt: usize) -> String {
    if attempt == 0 { format!("$n{node}") } else { format!("$n{node}.{attempt}") }
}

/// The definition that a module is.
fn definition(module: usize) -> String {
    format!("$m{module}")
}

/// The nodes that functions of the host reach.
pub(super) fn reached(plan: &Plan) -> BTreeSet<usize> {
    let of_one = |host: &plan::HostFunc| match host {
        plan::HostFunc::Trap => Vec::new(),
        plan::HostFunc::Write { node, .. }
        | plan::HostFunc::Grow { node, .. }
        | plan::HostFunc::Throw { node, .. }
        | plan::HostFunc::Call { node, .. } => vec![*node],
        plan::HostFunc::Instantiate { node, .. } => plan.nodes[*node].args.clone(),
    };
    plan.hosts.iter().flat_map(of_one).collect()
}

/// The modules that functions of the host instantiate, by their definitions.
pub(super) fn defined(plan: &Plan) -> BTreeSet<(usize, String)> {
    let of_one = |host: &plan::HostFunc| match host {
        plan::HostFunc::Instantiate { node, .. } => Some(plan.nodes[*node].module),
        _ => None,
    };
    plan.hosts.iter().filter_map(of_one).map(|module| (module, definition(module))).collect()
}

/// The definition that a node's module is, with its number.
pub(super) fn definition_of(plan: &Plan, node: usize) -> (usize, String) {
    let module = plan.nodes[node].module;
    (module, definition(module))
}

/// The module that calls a function of the host which carries out an action, and the function's second name.
pub(super) fn names_of_maker(action: usize) -> (String, String) {
    (format!("$x{action}"), format!("x{action}"))
}

/// A function that carries out an action, an instantiation of this node: what is registered for the arguments is what the node is given.
pub(super) fn maker(plan: &Plan, action: usize, node: usize) -> HostFunc {
    let (name, maker) = names_of_maker(action);
    let does = Does::Instantiate {
        module: definition_of(plan, node).1,
        names: vec![format!("{name}.made")],
        given: BTreeMap::new(),
        register: None,
        catches: false,
    };
    HostFunc { name: format!("host.{maker}"), does }
}

/// The functions, of which those have names for it that make instances.
pub(in crate::fuzz) fn funcs(plan: &Plan, expected: &Expected) -> Vec<HostFunc> {
    let one = |(i, host)| HostFunc { name: format!("host.f{i}"), does: does(plan, i, host, expected) };
    plan.hosts.iter().enumerate().map(one).collect()
}

fn does(plan: &Plan, index: usize, host: &plan::HostFunc, expected: &Expected) -> Does {
    let item = |node: usize, export: usize| (registered(node), format!("e{export}"));
    match *host {
        plan::HostFunc::Trap => Does::Trap,
        plan::HostFunc::Write { node, export, at, value } => {
            let (of, export) = item(node, export);
            Does::Write { of, export, at: at.min(BEYOND), byte: value }
        }
        plan::HostFunc::Grow { node, export, by } => {
            let (of, export) = item(node, export);
            Does::Grow { of, export, by }
        }
        plan::HostFunc::Throw { node, export, value } => {
            let args = if plan.tag_has_argument(node, export) { vec![value] } else { Vec::new() };
            let (of, export) = item(node, export);
            Does::Throw { of, export, args }
        }
        plan::HostFunc::Call { node, export, catches } => {
            let (of, export) = item(node, export);
            Does::Call { of, export, catches }
        }
        plan::HostFunc::Instantiate { node, catches } => {
            let args = plan.nodes[node].args.iter().enumerate();
            let mut names: Vec<String> = expected
                .made
                .iter()
                .filter(|made| made.host == index)
                .map(|made| name(made.node, made.attempt))
                .collect();
            if names.is_empty() {
                // It is not called.
                names.push(format!("$f{index}"));
            }
            Does::Instantiate {
                module: definition(plan.nodes[node].module),
                names,
                given: args.map(|(i, arg)| (format!("a{i}"), registered(*arg))).collect(),
                register: Some(registered(node)),
                catches,
            }
        }
    }
}

/// The functions in the header of a case: what they do in one line, or in a table where that would be too wide.
pub(super) fn header(funcs: &[HostFunc]) -> String {
    let mut text = String::new();
    for HostFunc { name, does } in funcs {
        let does = serde_json::to_value(does).expect("what they do is data");
        let _ = writeln!(text, ";;! [[hosts]]\n;;! name = {name:?}");
        let line = format!(";;! does = {}\n", inline(&does));
        match does.as_object().and_then(|does| does.iter().next()) {
            Some((kind, Value::Object(fields))) if line.chars().count() > WIDTH => {
                let _ = writeln!(text, ";;! [hosts.does.{kind}]");
                for (key, value) in shown(fields) {
                    let _ = writeln!(text, ";;! {key} = {}", wrapped(value));
                }
            }
            _ => text += &line,
        }
    }
    text
}

/// What is not there by default.
fn shown(fields: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    let is_default = |value: &Value| matches!(value, Value::Null | Value::Bool(false)) || *value == json!([]);
    fields.iter().filter(move |(_, value)| !is_default(value))
}

/// A value as TOML; a list that is too wide has a line for each item.
fn wrapped(value: &Value) -> String {
    let line = inline(value);
    match value {
        Value::Array(items) if line.chars().count() > WIDTH - 20 => {
            let items: Vec<String> = items.iter().map(|item| format!("\n;;!   {},", inline(item))).collect();
            format!("[{}\n;;! ]", items.concat())
        }
        _ => line,
    }
}

/// A value as TOML, in one line, without what is there by default. Texts are written in both languages alike.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = shown(fields).map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

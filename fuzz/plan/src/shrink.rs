//! Plans made smaller while they still fail: those of core modules, of components, and of programs of WASI.
//!
//! A smaller plan is tried for every node, module, host function and argument that could go ([`Planned::smaller`]), and then
//! for every part of the plan's data: list elements removed, numbers made small, options taken away, the body of a step in
//! the step's place. What does not fit any more [`Planned::normal`] makes fit.

use crate::{
    envelope::Planned,
    plan::{HostFunc, Module, Plan, Source},
};
use serde_json::Value;

/// The smallest plan that was found for which `fails` still holds, after at most `tries` questions.
///
/// ```
/// use preflight_plan::{Plan, plan::Step, shrink::shrink};
/// let text = r#"{ "modules": [{ "imports": [{ "source": "log" }],
///     "funcs": [{ "steps": [{ "log": 5 }, "spin", { "log": 7 }] }], "start": 1 }], "nodes": [{}, {}] }"#;
/// let plan: Plan = serde_json::from_str(text)?;
/// let spins = |plan: &Plan| plan.modules.iter().any(|m| m.funcs.iter().any(|f| f.steps.contains(&Step::Spin)));
/// let small = shrink(&plan.normalise(), 1000, spins);
/// assert_eq!(small.modules[0].funcs[0].steps, [Step::Spin]);
/// assert!(small.nodes.is_empty());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn shrink<T: Planned>(plan: &T, tries: usize, mut fails: impl FnMut(&T) -> bool) -> T {
    let mut best = plan.normal();
    let mut left = tries;
    // As long as there is something that can go.
    'again: loop {
        for candidate in candidates(&best) {
            let candidate = candidate.normal();
            if measure(&candidate) >= measure(&best) {
                continue;
            }
            let Some(rest) = left.checked_sub(1) else { return best };
            left = rest;
            if fails(&candidate) {
                best = candidate;
                continue 'again;
            }
        }
        return best;
    }
}

/// How large a plan is: the text of its data, and then the sum of its numbers.
fn measure(plan: &impl Planned) -> (usize, f64) {
    fn sum(value: &Value) -> f64 {
        match value {
            Value::Number(number) => number.as_f64().unwrap_or_default().abs(),
            Value::Array(items) => items.iter().map(sum).sum(),
            Value::Object(fields) => fields.values().map(sum).sum(),
            Value::Bool(value) => f64::from(u8::from(*value)),
            _ => 0.0,
        }
    }
    let value = to_value(plan);
    (value.to_string().len(), sum(&value))
}

fn to_value(plan: &impl Planned) -> Value {
    serde_json::to_value(plan).expect("plans are data without maps")
}

/// Smaller plans, the much smaller ones first.
fn candidates<T: Planned>(plan: &T) -> impl Iterator<Item = T> + use<T> {
    let value = to_value(plan);
    let mut places = Vec::new();
    list_places(&value, &mut Vec::new(), &mut places);
    let of_data = places.into_iter().flat_map(move |place| smaller_at(&value, &place));
    plan.smaller().into_iter().chain(of_data.filter_map(|value| serde_json::from_value(value).ok()))
}

/// Plans without a node, a module, a host function or an argument.
pub(crate) fn smaller(plan: &Plan) -> Vec<Plan> {
    let mut all = Vec::new();
    all.extend((0..plan.nodes.len()).rev().map(|node| without_node(plan, node)));
    all.extend((0..plan.modules.len()).rev().filter_map(|module| without_module(plan, module)));
    all.extend((0..plan.hosts.len()).rev().map(|host| without_host(plan, host)));
    for module in 0..plan.modules.len() {
        all.extend((0..plan.modules[module].args.len()).map(|arg| without_arg(plan, module, arg)));
    }
    all
}

fn shift(index: &mut usize, removed: usize) {
    if *index > removed {
        *index -= 1;
    }
}

fn without_node(plan: &Plan, node: usize) -> Plan {
    let mut plan = plan.clone();
    plan.nodes.remove(node);
    plan.nodes.iter_mut().for_each(|other| other.args.iter_mut().for_each(|arg| shift(arg, node)));
    for host in &mut plan.hosts {
        match host {
            HostFunc::Write { node: of, .. }
            | HostFunc::Grow { node: of, .. }
            | HostFunc::Throw { node: of, .. }
            | HostFunc::Call { node: of, .. }
            | HostFunc::Instantiate { node: of, .. } => shift(of, node),
            HostFunc::Trap => {}
        }
    }
    plan
}

/// The plan without a module that no node and no other module uses.
fn without_module(plan: &Plan, module: usize) -> Option<Plan> {
    let is_used = plan.nodes.iter().any(|node| node.module == module)
        || plan.modules.iter().any(|other| other.args.contains(&module));
    if is_used {
        return None;
    }
    let mut plan = plan.clone();
    plan.modules.remove(module);
    plan.nodes.iter_mut().for_each(|node| shift(&mut node.module, module));
    plan.modules.iter_mut().for_each(|other| other.args.iter_mut().for_each(|arg| shift(arg, module)));
    Some(plan)
}

fn without_host(plan: &Plan, host: usize) -> Plan {
    let mut plan = plan.clone();
    plan.hosts.remove(host);
    for module in &mut plan.modules {
        module.imports.retain(|import| import.source != Source::Host(host));
        for import in &mut module.imports {
            if let Source::Host(other) = &mut import.source {
                shift(other, host);
            }
        }
    }
    plan
}

fn without_arg(plan: &Plan, index: usize, arg: usize) -> Plan {
    let mut plan = plan.clone();
    let module: &mut Module = &mut plan.modules[index];
    module.args.remove(arg);
    module.imports.retain(|import| !matches!(import.source, Source::Export { arg: of, .. } if of == arg));
    for import in &mut module.imports {
        if let Source::Export { arg: of, .. } = &mut import.source {
            shift(of, arg);
        }
    }
    for node in plan.nodes.iter_mut().filter(|node| node.module == index && node.args.len() > arg) {
        node.args.remove(arg);
    }
    plan
}

/// Where something is in a tree of data: keys and positions from the root.
type Place = Vec<String>;

/// All places, outer ones first.
fn list_places(value: &Value, here: &mut Place, places: &mut Vec<Place>) {
    places.push(here.clone());
    let mut inner = |name: String, value: &Value| {
        here.push(name);
        list_places(value, here, places);
        here.pop();
    };
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| inner(i.to_string(), item)),
        Value::Object(fields) => fields.iter().for_each(|(name, field)| inner(name.clone(), field)),
        _ => {}
    }
}

/// The data with what is at `place` made smaller, in every way there is.
fn smaller_at(root: &Value, place: &Place) -> Vec<Value> {
    let pointer: String = place.iter().map(|name| format!("/{name}")).collect();
    let Some(value) = root.pointer(&pointer) else { return Vec::new() };
    let with = |new: Value| {
        let mut changed = root.clone();
        if let Some(slot) = changed.pointer_mut(&pointer) {
            *slot = new;
        }
        changed
    };
    match value {
        // Everything that was in the list, a half of it, and each element.
        Value::Array(items) if !items.is_empty() => {
            let half = items.len() / 2;
            let without =
                |i: usize| Value::Array(items[..i].iter().chain(&items[i + 1..]).cloned().collect::<Vec<_>>());
            let mut all = vec![Value::Array(Vec::new())];
            if half > 0 {
                all.extend([Value::Array(items[..half].to_vec()), Value::Array(items[half..].to_vec())]);
            }
            all.extend((0..items.len()).rev().map(without));
            all.extend((0..items.len()).filter_map(|i| unwrapped(items, i)));
            all.into_iter().map(with).collect()
        }
        Value::Number(number) => {
            let value = number.as_f64().unwrap_or_default();
            let smaller = [0, 1].into_iter().filter(|small| f64::from(*small) < value.abs());
            smaller.map(|small| with(small.into())).collect()
        }
        Value::Bool(true) => vec![with(Value::Bool(false))],
        // An option that is taken away, or the least of several words.
        Value::Object(_) | Value::String(_) if !place.is_empty() => {
            let words = ["none", "modules", "utf8"].into_iter().filter(|word| value != word).map(|word| word.into());
            std::iter::once(Value::Null).chain(words).map(with).collect()
        }
        _ => Vec::new(),
    }
}

/// A list of steps in which the body of one stands in its place.
fn unwrapped(items: &[Value], index: usize) -> Option<Value> {
    let body = ["try", "repeat"].iter().find_map(|name| items[index].get(name)?.get("body")?.as_array())?;
    Some(Value::Array(items[..index].iter().chain(body).chain(&items[index + 1..]).cloned().collect()))
}

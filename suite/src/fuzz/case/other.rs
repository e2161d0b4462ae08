//! Programs of WASI and components as cases.

use super::{
    CaseError,
    around::{self, Head, Surrounded},
    case_of, imports, tasks, text, values,
};
use crate::{
    case::line,
    fuzz::{campaign::Input, component::by_name},
    trace::{Event, Outcome, Trace, Value},
};
use preflight_plan::{
    Action, Deviation, Plan,
    component::ComponentPlan,
    resources::ResourcePlan,
    wasi::{Entry, Form, WasiExpected, WasiPlan, WasiWasm},
};
use std::fmt::Write;

/// The case of an input. `title` is a sentence without a full stop; the rule is one that every such case has to do with,
/// until somebody has looked at it. `called_after` so many actions the functions in tables are called, and that is all
/// ([`Finding::called_after`](crate::fuzz::Finding::called_after)).
///
/// # Errors
/// [`CaseError`] if scripts have no words for what the input does.
pub fn any(input: &Input, title: &str, called_after: Option<usize>) -> Result<String, CaseError> {
    match input {
        Input::Plan(plan) => core(plan, title, called_after),
        input => any_with(input, title, &[]),
    }
}

/// The case of an input that is no plan of core modules, by which a runtime is right that has these bugs.
pub(in crate::fuzz) fn any_with(input: &Input, title: &str, bugs: &[Deviation]) -> Result<String, CaseError> {
    match input {
        Input::Plan(plan) => core(plan, title, None),
        Input::Program(plan) => program(plan, title),
        Input::Component(plan) => against(input, &[plan.expected_with(bugs)], title),
        Input::Resource(plan) => against(input, &[plan.expected_with(bugs)], title),
        Input::Imports(plan) => against(input, &[plan.expected_with(bugs)], title),
        Input::Task(plan) => against(input, &plan.expected_with(bugs), title),
        Input::Value(plan) => against(input, &plan.expected_with(bugs), title),
        Input::Shaped(..) | Input::Changed(..) | Input::Module(_) => Err(CaseError::Compared),
    }
}

/// The case of a plan that is one of components, when this is expected: the traces that the plan predicts, or others.
///
/// # Errors
/// As [`any`]; of other inputs [`CaseError::Compared`].
pub fn against(input: &Input, expected: &[Trace], title: &str) -> Result<String, CaseError> {
    match (input, expected) {
        (Input::Component(plan), [expected]) => Ok(component(input, plan, expected, title)),
        (Input::Resource(plan), [expected]) => Ok(resource(input, plan, expected, title)),
        (Input::Imports(plan), [expected]) => Ok(imports::case(input, plan, expected, title)),
        (Input::Task(plan), expected) => tasks::case(input, plan, expected, title),
        (Input::Value(plan), expected) => values::case(input, plan, expected, title),
        _ => Err(CaseError::Compared),
    }
}

fn core(plan: &Plan, title: &str, called_after: Option<usize>) -> Result<String, CaseError> {
    let mut actions = plan.actions();
    if let Some(count) = called_after {
        actions.truncate(count);
        actions.push(Action::Probe);
    }
    case_of(plan, &actions, &plan.expected_of(&actions), title, super::RULE)
}

/// A program of WASI.
fn program(plan: &WasiPlan, title: &str) -> Result<String, CaseError> {
    let expected = plan.expected();
    let is_component = matches!(plan.form, Form::Component { .. });
    let mut text = format!(";;! title = {title:?}\n");
    let (rule, need) = if is_component { ("P2-RUN-01", "wasip2") } else { ("P1-CMD-01", "wasip1") };
    let _ = write!(text, ";;! rules = [{rule:?}]\n;;! needs = [{need:?}]\n;;! [run]\n");
    let kind = match (is_component, &plan.main.start) {
        (true, _) => "component",
        (false, Entry::Func(_)) => "command",
        (false, _) => "reactor",
    };
    let _ = write!(text, ";;! kind = {kind:?}\n;;! main = \"$main\"\n");
    if !plan.libraries.is_empty() && !is_component {
        let preload = |i: usize| format!("{{ name = \"l{i}\", module = \"$l{i}\" }}");
        let preloads: Vec<String> = (0..plan.libraries.len()).map(preload).collect();
        let _ = writeln!(text, ";;! preloads = [{}]", preloads.join(", "));
    }
    if plan.invoke {
        text += ";;! invoke = \"f\"\n";
    }
    // A reactor has nothing that could be entered.
    if plan.again && (plan.invoke || kind != "reactor") {
        text += ";;! times = 2\n";
    }
    let _ = writeln!(text, ";;! stdout = {}", quoted(&String::from_utf8_lossy(&expected.stdout)));
    match &expected.trace.outcome {
        Outcome::Unlinkable => text += ";;! fails = \"refused\"\n",
        Outcome::Trap { .. } => text += ";;! fails = \"trap\"\n",
        Outcome::Exit { code } => {
            let _ = writeln!(text, ";;! exit = {code}");
        }
        _ => text += ";;! exit = 0\n",
    }
    if !is_component {
        text += ";;! no_checks = \"What it writes and how it ends shows what became of it.\"\n";
    }
    definitions(&plan.to_wasm(), &mut text)?;
    steps(&expected, &mut text);
    Ok(text)
}

fn definitions(wasm: &WasiWasm, script: &mut String) -> Result<(), CaseError> {
    let mut define = |keyword: &str, name: &str, bytes: &[u8]| {
        let _ = writeln!(script, "({keyword} definition ${name}{}", text::body(bytes)?);
        Ok(())
    };
    match wasm {
        WasiWasm::Component(bytes) => define("component", "main", bytes),
        WasiWasm::Modules { libraries, main } => {
            libraries.iter().try_for_each(|(name, bytes)| define("module", name, bytes))?;
            define("module", "main", main)
        }
    }
}

/// The expected steps; none where one of them holds a representation that the host chose.
fn steps(expected: &WasiExpected, text: &mut String) {
    let is_hosts = |event: &Event| match event {
        Event::HostReturned { results: values, .. } => values.iter().any(|value| matches!(value, Value::Own(..))),
        _ => false,
    };
    if !expected.trace.events.iter().any(is_hosts) {
        expected.trace.events.iter().for_each(|event| {
            let _ = writeln!(text, ";;= {}", line::print_event(event));
        });
    }
}

/// A plan of components.
fn component(input: &Input, plan: &ComponentPlan, expected: &Trace, title: &str) -> String {
    let reading = plan.reading.map(|reading| format!(";;! readings = [\"{}\"]\n", by_name(reading).name()));
    let head = Head { title, rule: "CM-ORD-01", more: reading.unwrap_or_default() };
    around::case(input, &Surrounded::with_host(&plan.to_wasm()), expected, &head, "")
}

/// A plan of resources.
fn resource(input: &Input, plan: &ResourcePlan, expected: &Trace, title: &str) -> String {
    let head = Head { title, rule: "CM-RES-01", more: String::new() };
    around::case(input, &Surrounded::with_log(&plan.to_wasm()), expected, &head, "")
}

/// A text as TOML, in one line. What JSON escapes TOML escapes, too, but for one character.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_can_stand_in_a_header() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).chain(['\u{2028}', '\u{1f600}']).collect();
        let line = format!("stdout = {}", quoted(&all));
        assert_eq!(line.lines().count(), 1);
        assert_eq!(toml::from_str::<toml::Table>(&line).expect("TOML")["stdout"].as_str(), Some(&*all));
    }
}

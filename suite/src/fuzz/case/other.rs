//! Programs of WASI and components as cases.

use super::{CaseError, case_of, component_body, words};
use crate::{
    case::line,
    fuzz::{campaign::Input, component::by_name},
    trace::{Event, InstancePath, Outcome, Trace, TrapCode, Value},
};
use preflight_plan::{
    Action, Deviation, Plan,
    component::{ComponentPlan, Def, Part},
    imports::{Import, ImportPlan, Item},
    resources::ResourcePlan,
    tasks::TaskPlan,
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
        Input::Component(plan) => component(plan, title, bugs),
        Input::Resource(plan) => resource(plan, title, bugs),
        Input::Imports(plan) => imports(plan, title, bugs),
        Input::Task(plan) => task(plan, title, bugs),
        Input::Value(plan) if plan.across.is_some() => Err(CaseError::Imports("functions that take values".to_owned())),
        Input::Value(_) => Err(CaseError::Values),
        Input::Shaped(..) | Input::Changed(..) | Input::Module(_) => Err(CaseError::Compared),
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
    if plan.again && (plan.invoke || !is_component) {
        return Err(CaseError::Twice);
    }
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
    if plan.again {
        text += ";;! times = 2\n";
    }
    let _ = writeln!(text, ";;! stdout = {:?}", String::from_utf8_lossy(&expected.stdout));
    match &expected.trace.outcome {
        Outcome::Unlinkable => text += ";;! fails = \"refused\"\n",
        Outcome::Trap { .. } => text += ";;! fails = \"trap\"\n",
        Outcome::Exit { code } => {
            let _ = writeln!(text, ";;! exit = {code}");
        }
        _ => text += ";;! exit = 0\n",
    }
    definitions(&plan.to_wasm(), &mut text)?;
    steps(&expected, &mut text);
    Ok(text)
}

fn definitions(wasm: &WasiWasm, text: &mut String) -> Result<(), CaseError> {
    let mut define = |keyword: &str, name: &str, bytes: &[u8]| {
        let printed = wasmprinter::print_bytes(bytes).map_err(|error| CaseError::Print(error.to_string()))?;
        let body = printed.trim().trim_start_matches(&format!("({keyword}"));
        let _ = writeln!(text, "({keyword} definition ${name}{body}");
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

/// What the script's component gives to the plan's: functions that do nothing and that trap.
const HOST: &str = r#"  (component $Host
    (core module $M
      (func (export "log") (param i32))
      (func (export "fail") (param i32) unreachable))
    (core instance $m (instantiate $M))
    (func (export "log") (param "x" u32) (canon lift (core func $m "log")))
    (func (export "fail") (param "x" u32) (canon lift (core func $m "fail"))))
  (instance $host (instantiate $Host))
"#;

/// A plan of components.
fn component(plan: &ComponentPlan, title: &str, bugs: &[Deviation]) -> Result<String, CaseError> {
    if has_values(&plan.root) {
        return Err(CaseError::Values);
    }
    let mut header = header(title, "CM-ORD-01", &["component-model", "exception-handling", "values"]);
    if let Some(reading) = plan.reading.map(by_name) {
        let _ = writeln!(header, ";;! readings = [\"{}\"]", reading.name());
    }
    inside(&plan.to_wasm(), plan.expected_with(bugs), header, "")
}

/// A plan of resources.
fn resource(plan: &ResourcePlan, title: &str, bugs: &[Deviation]) -> Result<String, CaseError> {
    let header = header(title, "CM-RES-01", &["component-model", "exception-handling", "values"]);
    inside(&plan.to_wasm(), plan.expected_with(bugs), header, "")
}

/// A plan of tasks that asks nothing of the host but to log. Of its call a script sees how it ends.
fn task(plan: &TaskPlan, title: &str, bugs: &[Deviation]) -> Result<String, CaseError> {
    let imports = plan.imports();
    if !imports.is_empty() {
        return Err(CaseError::Imports(imports.join(", ")));
    }
    let mut expected = plan.expected_with(bugs).into_iter();
    let made = expected.next().ok_or(CaseError::Background)?;
    let (last, called) = (expected.next_back(), expected.next());
    let is_quiet = |trace: &Trace| trace.events.is_empty() && matches!(trace.outcome, Outcome::Returned { .. });
    if !last.as_ref().is_some_and(is_quiet) {
        return Err(CaseError::Background);
    }
    let call = called.map(|trace| match trace.outcome {
        Outcome::Trap { code, .. } => format!("(assert_trap (invoke \"go\") \"{}\")\n", words(inner(code))),
        Outcome::Returned { values } => {
            let values = values.iter().map(|value| match value {
                Value::U32(value) => format!(" (u32.const {value})"),
                other => unreachable!("functions of plans return u32, not {other}"),
            });
            format!("(assert_return (invoke \"go\"){})\n", values.collect::<String>())
        }
        other => unreachable!("calls of plans do not end like this: {other}"),
    });
    let header = header(title, "CM-ASYNC-01", &["component-model", "component-async"]);
    let text = inside(&plan.to_wasm(), made, header, &call.unwrap_or_default())?;
    if text.contains("error-context") { Err(CaseError::Need("error contexts")) } else { Ok(text) }
}

/// A plan of imports that an instance of another component gives: what a script has registered.
fn imports(plan: &ImportPlan, title: &str, bugs: &[Deviation]) -> Result<String, CaseError> {
    let wasm = plan.to_wasm();
    let Some(provider) = wasm.provider.filter(|_| !plan.stubs) else {
        return Err(CaseError::Imports("what only a host gives".to_owned()));
    };
    let (provider, body) = (component_body(&provider)?, component_body(&wasm.component)?);
    let mut needs = vec!["component-model"];
    let has = |word: &str| provider.contains(word) || body.contains(word);
    needs.extend(has("(tag ").then_some("exception-handling"));
    needs.extend(has(" shared)").then_some("threads"));
    needs.extend(has("(memory (;1;)").then_some("multi-memory"));
    let mut text = header(title, "P2-LINK-01", &needs);
    let _ = writeln!(text, "(component $provider{provider}\n(register \"p\" $provider)");
    let expected = plan.expected_with(bugs);
    match expected.outcome {
        Outcome::Returned { .. } => {
            let _ = writeln!(text, "(component{body}");
        }
        _ => {
            let why = plan.imports.iter().find_map(|import| unlike(import.given.as_ref(), &import.wanted));
            let why = why.unwrap_or("incompatible import type");
            let _ = writeln!(text, "(assert_unlinkable (component{body} {why:?})");
        }
    }
    for event in expected.events.into_iter().filter_map(|event| placed(event, "/#0")) {
        let _ = writeln!(text, ";;= {}", line::print_event(&event));
    }
    if expected.outcome == Outcome::Unlinkable {
        text += ";;= => unlinkable\n";
    }
    Ok(text)
}

/// Why something does not match, as scripts have it.
fn unlike(given: Option<&Item>, wanted: &Item) -> Option<&'static str> {
    let import = Import { wanted: wanted.clone(), given: given.cloned() };
    let is_alike = ImportPlan { is_exported: true, imports: vec![import], stubs: false }.fits();
    match (given, wanted) {
        _ if is_alike => None,
        (None, _) => Some("unknown import"),
        // Instances are compared export by export.
        (Some(Item::Instance(given)), Item::Instance(wanted)) => {
            wanted.iter().enumerate().find_map(|(i, wanted)| unlike(given.get(i), wanted))
        }
        _ => Some("incompatible import type"),
    }
}

fn header(title: &str, rule: &str, needs: &[&str]) -> String {
    format!(";;! title = {title:?}\n;;! rules = [{rule:?}]\n;;! needs = {needs:?}\n")
}

/// The case of a component that imports `log` and `fail` at most: its root stands in another component, in which a sibling
/// takes the place of the host. If it exports `go`, so does the other one; `calls` are the directives after it.
fn inside(bytes: &[u8], expected: Trace, mut text: String, calls: &str) -> Result<String, CaseError> {
    let body = component_body(bytes)?;
    let export = if calls.is_empty() { "" } else { "\n  (export \"go\" (func $plan \"go\"))" };
    let root = format!(
        "(component\n{HOST}  (component $Plan{body}\n  (instance $plan (instantiate $Plan (with \"log\" (func $host \"log\")) \
         (with \"fail\" (func $host \"fail\")))){export})"
    );
    match expected.outcome {
        Outcome::Trap { code, .. } => {
            let _ = writeln!(text, "(assert_trap {root} \"{}\")", words(inner(code)));
        }
        Outcome::Invalid => {
            let _ = writeln!(text, "(assert_invalid {root} \"cannot have more than one start function\")");
            return Ok(text);
        }
        Outcome::Exception { .. } => {
            let _ = writeln!(text, "(assert_exception {root})");
        }
        _ => {
            let _ = writeln!(text, "{root}");
        }
    }
    text += calls;
    for event in expected.events.into_iter().filter_map(moved) {
        let _ = writeln!(text, ";;= {}", line::print_event(&event));
    }
    Ok(text)
}

/// Whether a component has value definitions, which have no text.
fn has_values(part: &Part) -> bool {
    part.defs.iter().any(|def| match def {
        Def::Value { .. } => true,
        Def::Child(part) => has_values(part),
        _ => false,
    })
}

/// The host's trap is one of the sibling.
fn inner(code: TrapCode) -> TrapCode {
    if code == TrapCode::Host { TrapCode::Unreachable } else { code }
}

/// The event where the plan's root is an instance in the script's component; none, if it is one of the host.
fn moved(event: Event) -> Option<Event> {
    if matches!(event, Event::HostCalled { .. } | Event::HostReturned { .. }) {
        return None;
    }
    let event = match event {
        // The functions of the sibling have no names.
        Event::Lifted { at, what, values } => {
            let what = match &*what {
                "log params" => "func 0 params".to_owned(),
                "fail params" => "func 1 params".to_owned(),
                _ => what,
            };
            Event::Lifted { at, what, values }
        }
        // The store is locked as soon as somebody traps, which for the sibling is sooner than for the host.
        Event::RuleApplied { ref rule, .. } if rule == "CM-TRAP-05" => return None,
        Event::Trapped { at, code, phase } => Event::Trapped { at, code: inner(code), phase },
        event => event,
    };
    placed(event, "/#0/$plan")
}

/// The event of a root that stands somewhere else.
fn placed(event: Event, root: &str) -> Option<Event> {
    let at = event.at().as_str().trim_end_matches('/');
    let path = InstancePath::from(format!("{root}{at}"));
    let mut value = serde_json::to_value(&event).ok()?;
    value["at"] = serde_json::Value::String(path.as_str().to_owned());
    serde_json::from_value(value).ok()
}

//! Programs of WASI and components as cases.

use super::{case, words};
use crate::{
    case::line,
    fuzz::{campaign::Input, component::by_name},
    trace::{Event, InstancePath, Outcome, TrapCode, Value},
};
use preflight_plan::{
    component::{ComponentPlan, Def, Part},
    wasi::{Entry, Form, WasiExpected, WasiPlan, WasiWasm},
};
use std::fmt::Write;

/// The case of an input, if scripts have words for it. `title` is a sentence without a full stop; the rule is one that every
/// such case has to do with, until somebody has looked at it.
pub fn any(input: &Input, title: &str) -> Option<String> {
    match input {
        Input::Plan(plan) => case(plan, &plan.expected(), title, super::RULE).ok(),
        Input::Program(plan) => program(plan, title),
        Input::Component(plan) => component(plan, title),
        Input::Value(_)
        | Input::Task(_)
        | Input::Resource(_)
        | Input::Imports(_)
        | Input::Shaped(..)
        | Input::Changed(..)
        | Input::Module(_) => None,
    }
}

/// A program of WASI. There are no words for a program of preview 1 that is entered twice.
fn program(plan: &WasiPlan, title: &str) -> Option<String> {
    let expected = plan.expected();
    let is_component = matches!(plan.form, Form::Component { .. });
    if plan.again && (plan.invoke || !is_component) {
        return None;
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
    Some(text)
}

fn definitions(wasm: &WasiWasm, text: &mut String) -> Option<()> {
    let mut define = |keyword: &str, name: &str, bytes: &[u8]| {
        let printed = wasmprinter::print_bytes(bytes).ok()?;
        let body = printed.trim().strip_prefix(&format!("({keyword}"))?.to_owned();
        let _ = writeln!(text, "({keyword} definition ${name}{body}");
        Some(())
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

/// A plan of components: its root stands in another component, in which a sibling takes the place of the host.
fn component(plan: &ComponentPlan, title: &str) -> Option<String> {
    if has_values(&plan.root) {
        return None;
    }
    let expected = plan.expected();
    let printed = wasmprinter::print_bytes(plan.to_wasm()).ok()?;
    let body = printed.trim().strip_prefix("(component")?.to_owned();
    let mut text = format!(";;! title = {title:?}\n;;! rules = [\"CM-ORD-01\"]\n");
    text += ";;! needs = [\"component-model\", \"exception-handling\", \"values\"]\n";
    if let Some(reading) = plan.reading.map(by_name) {
        let _ = writeln!(text, ";;! readings = [\"{}\"]", reading.name());
    }
    let root = format!(
        "(component\n{HOST}  (component $Plan{body}\n  (instance $plan (instantiate $Plan (with \"log\" (func $host \"log\")) \
         (with \"fail\" (func $host \"fail\")))))"
    );
    match expected.outcome {
        Outcome::Trap { code, .. } => {
            let _ = writeln!(text, "(assert_trap {root} \"{}\")", words(inner(code)));
        }
        Outcome::Invalid => {
            let _ = writeln!(text, "(assert_invalid {root} \"cannot have more than one start function\")");
            return Some(text);
        }
        Outcome::Exception { .. } => {
            let _ = writeln!(text, "(assert_exception {root})");
        }
        _ => {
            let _ = writeln!(text, "{root}");
        }
    }
    for event in expected.events.into_iter().filter_map(moved) {
        let _ = writeln!(text, ";;= {}", line::print_event(&event));
    }
    Some(text)
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
    let mut value = serde_json::to_value(&event).ok()?;
    let at = event.at().as_str().to_owned();
    let path = InstancePath::from(if at == "/" { "/#0/$plan".to_owned() } else { format!("/#0/$plan{at}") });
    value["at"] = serde_json::Value::String(path.as_str().to_owned());
    serde_json::from_value(value).ok()
}

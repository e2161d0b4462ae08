//! Cases of components that import functions of the host: another component stands around that of the plan, and a sibling in
//! it takes the place of the host.

use super::{
    component_needs,
    text::{self, Literal},
    words,
};
use crate::{
    case::line,
    fuzz::campaign::Input,
    source,
    trace::{Event, InstancePath, Outcome, Trace, TrapCode},
};
use preflight_plan::around::{Around, Kind, Member};
use std::fmt::Write;

/// Functions that do nothing and that trap.
const HOST: &str = r#"
    (core module $M
      (func (export "log") (param i32))
      (func (export "fail") (param i32) unreachable))
    (core instance $m (instantiate $M))
    (func $log (param "x" u32) (canon lift (core func $m "log")))
    (func $fail (param "x" u32) (canon lift (core func $m "fail")))
    (export "log" (func $log))
    (export "fail" (func $fail)))"#;

/// A function that does nothing.
const LOG: &str = r#"
    (core module $M (func (export "log") (param i32)))
    (core instance $m (instantiate $M))
    (func $log (param "x" u32) (canon lift (core func $m "log")))
    (export "log" (func $log)))"#;

/// A component with that of a plan and a sibling in it.
pub(super) struct Surrounded {
    bytes: Vec<u8>,
    literal: Literal,
}

impl Surrounded {
    /// The component with these bytes.
    pub fn of(bytes: Vec<u8>) -> Surrounded {
        Surrounded { literal: text::literal(&bytes), bytes }
    }

    /// A plan's component, which imports `log` and `fail`.
    pub fn with_host(plan: &[u8]) -> Surrounded {
        Surrounded::with(HOST, &["log", "fail"], plan, &[])
    }

    /// A plan's component, which imports `log`.
    pub fn with_log(plan: &[u8]) -> Surrounded {
        Surrounded::with(LOG, &["log"], plan, &[])
    }

    /// A plan's component with a sibling, of which this is the text after `(component`. It exports these functions, `given`, and
    /// of it and the plan's component the others are exported once more.
    pub fn with(host: &str, given: &[&str], plan: &[u8], exports: &[(Member, &str)]) -> Surrounded {
        let kinds: Vec<_> = given.iter().map(|name| ((*name).to_owned(), Kind::Func)).collect();
        let around = Around::new(&source::text(&format!("(component{host}")), &kinds, plan);
        let export = |around: Around, (of, name): &(Member, &str)| around.export_func(*of, name);
        let bytes = exports.iter().fold(around, export).finish();
        let Ok(body) = text::body(plan) else { return Surrounded::of(bytes) };
        let mut text = format!("\n  (component $Host{host}\n  (instance $host (instantiate $Host))\n");
        let _ = write!(text, "  (component $Plan{body}\n  (instance $plan (instantiate $Plan");
        for name in given {
            let _ = write!(text, " (with {name:?} (func $host {name:?}))");
        }
        text += "))";
        for (of, name) in exports {
            let of = if *of == Member::Host { "host" } else { "plan" };
            let _ = write!(text, "\n  (export {name:?} (func ${of} {name:?}))");
        }
        let literal = Literal { body: text::folded(&(text + ")")), is_binary: false };
        Surrounded { bytes, literal }
    }
}

/// What a case says of itself.
pub(super) struct Head<'a> {
    pub title: &'a str,
    /// The rule that it has to do with.
    pub rule: &'a str,
    /// The lines of its header after the first three.
    pub more: String,
}

impl Head<'_> {
    /// The header of a case with these components.
    pub fn of(&self, components: &[&[u8]]) -> String {
        let Head { title, rule, more } = self;
        let needs = super::needs(&component_needs(components));
        format!(";;! title = {title:?}\n;;! rules = [{rule:?}]\n{needs}{more}")
    }
}

/// How many lines a case may have.
const LINES: usize = 100;

/// The case of a plan's component in another one; `calls` are the directives after it. If it is too long with the text of the
/// component, and is not in binary form, it has that.
pub(super) fn case(input: &Input, around: &Surrounded, expected: &Trace, head: &Head<'_>, calls: &str) -> String {
    let Surrounded { bytes, literal } = around;
    let case = |literal: &Literal| {
        let comment = if literal.is_binary { text::comment(input) } else { String::new() };
        with(head.of(&[bytes]) + &comment, literal, expected, calls)
    };
    let text = case(literal);
    if literal.is_binary || text.lines().count() <= LINES {
        return text;
    }
    let binary = case(&text::binary(bytes));
    if binary.lines().count() <= LINES { binary } else { text }
}

/// What begins with `text`.
fn with(mut text: String, literal: &Literal, expected: &Trace, calls: &str) -> String {
    let component = format!("(component{}", literal.body);
    match &expected.outcome {
        Outcome::Trap { code, .. } => {
            let _ = writeln!(text, "(assert_trap {component}\n  \"{}\")", words(inner(*code)));
        }
        Outcome::Invalid => {
            let _ = writeln!(text, "(assert_invalid {component}\n  \"cannot have more than one start function\")");
            return text;
        }
        Outcome::Exception { .. } => {
            let _ = writeln!(text, "(assert_exception {component})");
        }
        _ => {
            let _ = writeln!(text, "{component}");
        }
    }
    text += calls;
    steps(&mut text, expected.events.iter().cloned().filter_map(moved));
    text
}

/// The expected steps.
pub(super) fn steps(text: &mut String, events: impl Iterator<Item = Event>) {
    events.for_each(|event| {
        let _ = writeln!(text, ";;= {}", line::print_event(&event));
    });
}

/// The host's trap is one of the sibling.
pub(super) fn inner(code: TrapCode) -> TrapCode {
    if code == TrapCode::Host { TrapCode::Unreachable } else { code }
}

/// The event where the plan's root is an instance in the script's component; none, if it is one of the host.
fn moved(event: Event) -> Option<Event> {
    let event = match event {
        Event::HostCalled { .. } | Event::HostReturned { .. } => return None,
        // The store is locked as soon as somebody traps, which for the sibling is sooner than for the host.
        Event::RuleApplied { ref rule, .. } if rule == "CM-TRAP-05" => return None,
        Event::Lifted { at, what, values } => Event::Lifted { at, what: of_sibling(what), values },
        Event::Lowered { at, what, values } => Event::Lowered { at, what: of_sibling(what), values },
        Event::Trapped { at, code, phase } => Event::Trapped { at, code: inner(code), phase },
        event => event,
    };
    placed(event, "/#0/$plan")
}

/// The sibling's functions have the names of those of the host, and are called by them.
fn of_sibling(what: String) -> String {
    let is_own = what.starts_with("func ") || what.starts_with('$');
    if is_own { what } else { format!("${what}") }
}

/// The event of a root that stands somewhere else.
pub(super) fn placed(event: Event, root: &str) -> Option<Event> {
    let at = event.at().as_str().trim_end_matches('/');
    let path = InstancePath::from(format!("{root}{at}"));
    let mut value = serde_json::to_value(&event).ok()?;
    value["at"] = serde_json::Value::String(path.as_str().to_owned());
    serde_json::from_value(value).ok()
}

//! Plans of tasks as cases.

use super::{
    CaseError,
    around::{self, Head, Surrounded},
    stand_in::StandIn,
    words,
};
use crate::{
    fuzz::campaign::Input,
    trace::{Event, Outcome, Trace, Value},
};
use preflight_plan::{around::Member, tasks::TaskPlan};
use std::fmt::Write;

/// The case of a plan of tasks. A script sees of a call how it ends; what was logged by then a function of the sibling tells, and
/// another one lets run what goes on when the call has ended.
pub(super) fn case(input: &Input, plan: &TaskPlan, expected: &[Trace], title: &str) -> Result<String, CaseError> {
    let [made, called @ .., rest] = expected else { return Err(CaseError::Compared) };
    let mut calls = Calls::default();
    if let [called] = called {
        calls.call(Member::Plan, "go", called);
    }
    if !is_quiet(rest) {
        if !calls.can_go_on {
            return Err(CaseError::Background);
        }
        calls.call(Member::Host, "rest", rest);
    }
    if calls.can_go_on {
        calls.logged(expected);
    }
    let host = StandIn::of(plan, expected, &calls.made)?;
    let around = Surrounded::with(&host.text(), &host.names, &plan.to_wasm(), &calls.made);
    let head = Head { title, rule: "CM-ASYNC-01", more: String::new() };
    Ok(around::case(input, &around, made, &head, &calls.text))
}

fn is_quiet(trace: &Trace) -> bool {
    trace.events.is_empty() && matches!(trace.outcome, Outcome::Returned { .. })
}

/// The directives after the instantiation.
#[derive(Default)]
struct Calls {
    text: String,
    /// What is called.
    made: Vec<(Member, &'static str)>,
    /// Whether the last call has returned: nothing of what is locked by a trap can be called.
    can_go_on: bool,
}

impl Calls {
    fn call(&mut self, of: Member, name: &'static str, trace: &Trace) {
        self.made.push((of, name));
        match &trace.outcome {
            Outcome::Trap { code, .. } => {
                let _ = writeln!(self.text, "(assert_trap (invoke {name:?}) {:?})", words(around::inner(*code)));
                self.can_go_on = false;
            }
            Outcome::Returned { values } => {
                let _ = writeln!(self.text, "(assert_return (invoke {name:?}){})", numbers(values));
                self.can_go_on = true;
            }
            other => unreachable!("calls of plans do not end like this: {other}"),
        }
    }

    /// What was logged all in all.
    fn logged(&mut self, expected: &[Trace]) {
        self.made.push((Member::Host, "logged"));
        let logged = expected.iter().flat_map(|trace| &trace.events).filter_map(|event| match event {
            Event::HostCalled { name, args, .. } if name == "log" => Some(args.clone()),
            _ => None,
        });
        let values: Vec<Value> = logged.flatten().collect();
        let text = format!("(assert_return (invoke \"logged\") (list.const{}))", numbers(&values));
        self.text += &super::text::folded(&text);
        self.text += "\n";
    }
}

fn numbers(values: &[Value]) -> String {
    let number = |value: &Value| match value {
        Value::U32(value) => format!(" (u32.const {value})"),
        other => unreachable!("functions of plans take and return u32, not {other}"),
    };
    values.iter().map(number).collect()
}

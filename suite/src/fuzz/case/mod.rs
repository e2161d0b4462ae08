//! A plan as a case: a `.wast` script with a header and the expected steps, as it can stand in `spec-tests`.

mod around;
pub(super) mod hosts;
mod imports;
mod other;
mod stand_in;
mod state;
mod tasks;
mod text;
mod values;

pub(super) use other::any_with;
pub use other::{against, any};

use super::fit;
use crate::{
    case::line,
    trace::{Event, Outcome, Resource, State, Trace, TrapCode, Value},
};
use preflight_engine::{Config, Features, component::Component};
use preflight_plan::{Action, Called, Expected, Made, Plan, Signature};
use std::{collections::BTreeMap, fmt::Write};
use thiserror::Error;

/// The rule that a case made from a plan names until somebody has looked at it: start functions run last, after everything.
pub const RULE: &str = "CORE-START-04";

/// A plan that no script can tell.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CaseError {
    /// How far it comes is not predicted.
    #[error("the plan does not end, so that there is nothing to expect")]
    Unbounded,
    /// A script has words for one exhaustion of something else than the stack only, the last end of an instantiation.
    #[error("an instantiation exhausts something else than the stack, and another one fails after it")]
    Exhausted,
    /// The text of a module could not be made.
    #[error("a module has no text: {0}")]
    Print(String),
    /// The host does what no component can do in its place.
    #[error("only a host can do that: {0}")]
    Host(&'static str),
    /// What still runs when a trap has locked all that a script could call.
    #[error("something goes on after a trap, when a script can call nothing any more")]
    Background,
    /// Nothing is predicted.
    #[error("no plan says what is to happen: the tiers were compared with each other")]
    Compared,
}

impl CaseError {
    /// Why there is no script, without what is particular to the plan.
    pub fn kind(&self) -> &'static str {
        match self {
            CaseError::Unbounded => "what has no end",
            CaseError::Exhausted => "what is stopped before something else fails",
            CaseError::Print(_) => "what has no text",
            CaseError::Host(_) => "what only a host can do",
            CaseError::Background => "what goes on after a trap",
            CaseError::Compared => "bodies that no plan describes",
        }
    }
}

/// The words for what components take beyond release 2.0.
fn component_needs(components: &[&[u8]]) -> Vec<&'static str> {
    fit::words(|config| components.iter().all(|bytes| Component::new(config, bytes).is_ok()))
}

/// Whether the component is valid with all proposals.
fn is_valid(component: &[u8]) -> bool {
    Component::new(&Config { features: Features::all(), ..Config::default() }, component).is_ok()
}

/// The case of a normal plan. `title` is a sentence without a full stop, `rule` the rule that it proves.
///
/// # Errors
/// [`CaseError`] if scripts have no words for what the plan does.
pub fn case(plan: &Plan, expected: &Expected, title: &str, rule: &str) -> Result<String, CaseError> {
    case_of(plan, &plan.actions(), expected, title, rule)
}

/// As [`case`], of these actions in place of the plan's own.
///
/// # Errors
/// As [`case`].
pub fn case_of(
    plan: &Plan,
    actions: &[Action],
    expected: &Expected,
    title: &str,
    rule: &str,
) -> Result<String, CaseError> {
    if expected.is_unbounded {
        return Err(CaseError::Unbounded);
    }
    let texts: Vec<String> = plan.to_wasm().modules.iter().map(|bytes| text::body(bytes)).collect::<Result<_, _>>()?;
    let is_interrupted = is_interrupted(actions, expected);
    let exhausting = exhausting(actions, expected);
    let mut funcs = hosts::funcs(plan, expected);
    funcs.extend(exhausting.iter().map(|(i, node)| hosts::maker(plan, *i, *node)));
    let text = header(plan, is_interrupted, title, rule) + &hosts::header(&funcs);
    let mut script = Script { texts, text, is_interrupted, ..Script::default_for(plan) };
    script.define_modules(exhausting.values());
    let made = |i: usize| expected.made.iter().filter(move |made| made.action == i);
    for (i, (action, trace)) in actions.iter().zip(&expected.traces).enumerate() {
        match action {
            Action::Instantiate { node } if exhausting.contains_key(&i) => script.exhaust(*node, i, trace, made(i)),
            Action::Instantiate { node } => script.instantiate(*node, trace, made(i))?,
            // Nobody would come back from it, and what comes later sees what it has left.
            _ if spins(trace) => break,
            Action::Call { node, export } => {
                script.call(*node, export, &trace.outcome);
                script.made(made(i));
            }
            Action::Probe => script.probe(trace, &expected.called),
        }
    }
    Ok(script.finish())
}

struct Script<'a> {
    plan: &'a Plan,
    texts: Vec<String>,
    text: String,
    /// How often each node was attempted, and the name of its latest instance.
    attempts: Vec<usize>,
    names: Vec<Option<String>>,
    /// Instantiations that failed: their instances have numbers for names.
    unnamed: usize,
    /// What observes what, by the instance's path and the export's name.
    observers: BTreeMap<(String, String), usize>,
    /// Whether an instantiation ends only because somebody stops it.
    is_interrupted: bool,
    /// New paths of instances.
    paths: BTreeMap<String, String>,
    events: Vec<Event>,
    outcome: Outcome,
}

impl<'a> Script<'a> {
    fn default_for(plan: &'a Plan) -> Self {
        Script {
            plan,
            texts: Vec::new(),
            text: String::new(),
            attempts: vec![0; plan.nodes.len()],
            names: vec![None; plan.nodes.len()],
            unnamed: 0,
            observers: BTreeMap::new(),
            is_interrupted: false,
            paths: BTreeMap::new(),
            events: Vec::new(),
            outcome: Outcome::Returned { values: Vec::new() },
        }
    }

    /// What functions of the host instantiate, these nodes among it.
    fn define_modules<'n>(&mut self, nodes: impl Iterator<Item = &'n usize>) {
        let mut modules = hosts::defined(self.plan);
        modules.extend(nodes.map(|node| hosts::definition_of(self.plan, *node)));
        for (module, name) in modules {
            let body = self.texts[module].clone();
            self.line(&format!("(module definition {name}{body}"));
        }
    }

    /// What functions of the host have made meanwhile.
    fn made<'m>(&mut self, made: impl Iterator<Item = &'m Made>) {
        for Made { node, attempt, is_complete, .. } in made {
            self.attempts[*node] = attempt + 1;
            if *is_complete {
                self.names[*node] = Some(hosts::name(*node, *attempt));
            }
        }
    }

    fn instantiate<'m>(
        &mut self,
        node: usize,
        trace: &Trace,
        made: impl Iterator<Item = &'m Made>,
    ) -> Result<(), CaseError> {
        if matches!(self.outcome, Outcome::Exhausted { .. }) && !matches!(trace.outcome, Outcome::Returned { .. }) {
            return Err(CaseError::Exhausted);
        }
        let attempt = self.attempts[node];
        self.attempts[node] += 1;
        let name = hosts::name(node, attempt);
        self.register_args(node);
        // Whether the first import that does not match is missing is to be known before the host makes more.
        let is_missing = self.is_unknown(node);
        self.made(made);
        let body = self.texts[self.plan.nodes[node].module].clone();
        let unnamed = format!("(module{body}");
        match &trace.outcome {
            Outcome::Returned { .. } => {
                self.line(&format!("(module {name}{body}"));
                if hosts::reached(self.plan).contains(&node) {
                    self.line(&format!("(register \"{}\" {name})", hosts::registered(node)));
                }
                self.names[node] = Some(name);
            }
            Outcome::Exhausted { .. } => self.line(&format!("(module {name}{body}")),
            Outcome::Unlinkable => {
                // The twist says which of the two it is; a missing provider is an unknown name.
                let why = if is_missing { "unknown import" } else { "incompatible import type" };
                self.line(&format!("(assert_unlinkable {unnamed} \"{why}\")"));
                self.unnamed += 1;
            }
            Outcome::Exception { .. } => self.failed(&name, &format!("(assert_exception {unnamed})")),
            Outcome::Trap { code, .. } => {
                self.failed(&name, &format!("(assert_trap {unnamed} \"{}\")", words(*code)));
            }
            other => unreachable!("plans do not end like this: {other}"),
        }
        if !matches!(trace.outcome, Outcome::Returned { .. }) {
            self.outcome = trace.outcome.clone();
        }
        self.events.extend(trace.events.iter().cloned());
        self.observe(trace);
        Ok(())
    }

    /// An instantiation that exhausts the stack, before another one fails. A script says that of calls alone, so that a call makes it,
    /// by a function of the host.
    fn exhaust<'m>(&mut self, node: usize, action: usize, trace: &Trace, made: impl Iterator<Item = &'m Made>) {
        self.attempts[node] += 1;
        self.register_args(node);
        self.made(made);
        let (name, maker) = hosts::names_of_maker(action);
        self.line(&format!(
            "(module {name} (import \"host\" \"{maker}\" (func $make)) (func (export \"make\") (call $make)))\n\
             (assert_exhaustion (invoke {name} \"make\") \"call stack exhausted\")"
        ));
        self.observe(trace);
    }

    /// Asserts what is left.
    fn observe(&mut self, trace: &Trace) {
        for item in &trace.post_mortem.0 {
            let name = item.at.as_str().trim_start_matches('/').to_owned();
            let node = name.trim_start_matches("$n").split('.').next().and_then(|node| node.parse().ok());
            let new = self.observers.len();
            let key = (name.clone(), item.name.clone());
            let number = self.observers.get(&key).copied().unwrap_or(new);
            let from = format!("o{number}");
            let observer = node.and_then(|node| state::observer(self.plan, node, item, &from, self.is_interrupted));
            let Some(observer) = observer else { continue };
            if number == new {
                self.observers.insert(key, number);
                self.line(&format!("(register \"{from}\" {name})\n(module ${from}{}", observer.body));
            }
            for (call, result) in observer.expected {
                self.line(&format!("(assert_return (invoke ${from} {call}) {result})"));
            }
        }
    }

    /// Whether the first import that does not match is one for which nothing is there.
    fn is_unknown(&self, node: usize) -> bool {
        use preflight_plan::{Given, plan::Twist};
        let module = &self.plan.modules[self.plan.nodes[node].module];
        let given = self.plan.imports(node);
        // Names are looked up for all imports before any type is compared.
        module.imports.iter().zip(given).any(|(import, given)| match given {
            Given::Nothing => true,
            Given::Export { node, .. } => self.names[node].is_none(),
            Given::Host { .. } => import.twist == Some(Twist::Missing),
        })
    }

    fn failed(&mut self, name: &str, directive: &str) {
        self.line(directive);
        self.paths.insert(format!("/{name}"), format!("/#{}", self.unnamed));
        self.unnamed += 1;
    }

    /// Gives the names of the module's arguments to the instances that are meant now.
    fn register_args(&mut self, node: usize) {
        for (i, arg) in self.plan.nodes[node].args.clone().into_iter().enumerate() {
            let name = match &self.names[arg] {
                Some(name) => name.clone(),
                None => {
                    // Whatever had the name has it no more.
                    self.line("(module $nothing)");
                    "$nothing".to_owned()
                }
            };
            self.line(&format!("(register \"a{i}\" {name})"));
        }
    }

    fn call(&mut self, node: usize, export: &str, outcome: &Outcome) {
        let Some(name) = self.names[node].clone() else { return };
        self.expect(&format!("(invoke {name} \"{export}\")"), outcome);
    }

    /// Calls what is in tables, each through a module of its own that imports the table.
    fn probe(&mut self, trace: &Trace, called: &[Called]) {
        let calls = trace.post_mortem.0.iter().filter_map(|item| match &item.state {
            State::Func { outcome } => Some((item, outcome)),
            _ => None,
        });
        for (i, ((item, outcome), called)) in calls.zip(called).enumerate() {
            let Some((table, index)) = item.name.strip_suffix(']').and_then(|name| name.split_once('[')) else {
                continue;
            };
            if matches!(outcome, Outcome::Exhausted { what: Resource::Fuel }) {
                // Nobody would come back from it.
                return;
            }
            let (ty, address) = if called.is_64 { ("i64 ", "i64") } else { ("", "i32") };
            let (signature, result, arg) = match called.signature {
                Signature::Unit => ("", "", ""),
                Signature::Number => ("(result i32) ", "(result i32) ", ""),
                Signature::Log => ("(param i32) ", "", "(i32.const 0) "),
            };
            let instance = item.at.as_str().trim_start_matches('/');
            self.line(&format!("(register \"p{i}\" {instance})"));
            self.line(&format!(
                "(module $p{i} (import \"p{i}\" \"{table}\" (table {ty}0 funcref))\n  (func (export \"call\") \
                 {result}(call_indirect {signature}{arg}({address}.const {index}))))"
            ));
            self.expect(&format!("(invoke $p{i} \"call\")"), outcome);
        }
        self.observe(trace);
    }

    fn expect(&mut self, invoke: &str, outcome: &Outcome) {
        match outcome {
            Outcome::Returned { values } => {
                let values: Vec<String> = values
                    .iter()
                    .map(|value| match value {
                        Value::I32(value) => format!(" (i32.const {value})"),
                        other => unreachable!("functions of plans return i32, not {other}"),
                    })
                    .collect();
                self.line(&format!("(assert_return {invoke}{})", values.concat()));
            }
            Outcome::Trap { code, .. } => self.line(&format!("(assert_trap {invoke} \"{}\")", words(*code))),
            Outcome::Exception { .. } => self.line(&format!("(assert_exception {invoke})")),
            Outcome::Exhausted { .. } => self.line(&format!("(assert_exhaustion {invoke} \"call stack exhausted\")")),
            _ => {}
        }
    }

    fn line(&mut self, text: &str) {
        self.text += text;
        self.text += "\n";
    }

    fn finish(mut self) -> String {
        for event in &self.events {
            let event = renamed(event, &self.paths);
            writeln!(self.text, ";;= {}", line::print_event(&event)).expect("a string takes all text");
        }
        match &self.outcome {
            Outcome::Unlinkable => self.text += ";;= => unlinkable\n",
            Outcome::Exhausted { what } => {
                writeln!(self.text, ";;= => exhausted {}", format!("{what:?}").to_lowercase())
                    .expect("a string takes all text");
            }
            _ => {}
        }
        self.text
    }
}

fn header(plan: &Plan, is_interrupted: bool, title: &str, rule: &str) -> String {
    let needs = needs(&fit::needs(&plan.to_wasm().modules));
    let interrupt = if is_interrupted { ";;! interrupt = true\n" } else { "" };
    format!(";;! title = {title:?}\n;;! rules = [{rule:?}]\n{needs}{interrupt}")
}

fn needs(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    text::list("needs", &quoted)
}

/// Whether an instantiation ends only because somebody stops it.
fn is_interrupted(actions: &[Action], expected: &Expected) -> bool {
    let mut instantiations = actions.iter().zip(&expected.traces);
    instantiations.any(|(action, trace)| matches!(action, Action::Instantiate { .. }) && spins(trace))
}

/// Whether it ends for want of fuel only.
fn spins(trace: &Trace) -> bool {
    matches!(trace.outcome, Outcome::Exhausted { what: Resource::Fuel })
}

/// The instantiations that exhaust the stack before another one fails, and their nodes. Of the last one that fails a case says how it
/// ends.
fn exhausting(actions: &[Action], expected: &Expected) -> BTreeMap<usize, usize> {
    let mut failed = Vec::new();
    for (i, (action, trace)) in actions.iter().zip(&expected.traces).enumerate() {
        if let (Action::Instantiate { node }, false) = (action, matches!(trace.outcome, Outcome::Returned { .. })) {
            failed.push((i, *node, &trace.outcome));
        }
    }
    failed.pop();
    failed.retain(|(.., outcome)| matches!(outcome, Outcome::Exhausted { what: Resource::Stack }));
    failed.into_iter().map(|(i, node, _)| (i, node)).collect()
}

/// The event with the paths that the script gives to the instances.
fn renamed(event: &Event, paths: &BTreeMap<String, String>) -> Event {
    let mut value = serde_json::to_value(event).expect("events are data");
    rename_in(&mut value, paths);
    serde_json::from_value(value).expect("only names have changed")
}

fn rename_in(value: &mut serde_json::Value, paths: &BTreeMap<String, String>) {
    match value {
        serde_json::Value::String(text) => {
            // A path, or a function's path and index.
            let (path, index) = text.split_once('#').map_or((&**text, None), |(path, index)| (path, Some(index)));
            if let Some(new) = paths.get(path) {
                *text = index.map_or(new.clone(), |index| format!("{new}#{index}"));
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| rename_in(item, paths)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| rename_in(field, paths)),
        _ => {}
    }
}

/// The text of a trap in scripts (see [`messages`](crate::messages)).
fn words(code: TrapCode) -> String {
    match code {
        TrapCode::Unreachable => "unreachable".to_owned(),
        TrapCode::CanonicalAbi => "uncaught exception".to_owned(),
        // Of several texts one stands for all: it is the class that counts.
        TrapCode::InvalidHandle => "unknown handle index 0".to_owned(),
        TrapCode::InvalidPointer => "unaligned pointer".to_owned(),
        TrapCode::InvalidString => "invalid utf-8".to_owned(),
        TrapCode::InvalidValue => "invalid variant discriminant".to_owned(),
        TrapCode::CannotBlock => "cannot block a synchronous task before returning".to_owned(),
        code => code.to_string(),
    }
}

//! What the driver is asked to do, and what can be reached afterwards.

use super::{
    Called, Expected, Signature,
    store::{Extern, World},
};
use crate::{
    encode::{Action, PROBED, export_name},
    space::FuncType,
};
use preflight_engine::trace::{Cause, Event, Level, Outcome, Phase, PostMortem, State, StateItem, Trace, Value};

/// Steps of one action after which it counts as endless.
const STEPS: u32 = 2_000;

impl World<'_> {
    /// The traces of the actions.
    pub(super) fn expected(mut self, actions: &[Action]) -> Expected {
        let mut traces = Vec::with_capacity(actions.len());
        let mut is_unbounded = false;
        for (i, action) in actions.iter().enumerate() {
            self.action = i;
            match self.act(action) {
                Some(trace) => traces.push(trace),
                None => {
                    is_unbounded = true;
                    break;
                }
            }
        }
        Expected { traces, called: self.called, made: self.made, is_unbounded }
    }

    /// The trace of an action, unless it is unbounded.
    fn act(&mut self, action: &Action) -> Option<Trace> {
        self.steps = STEPS;
        let (outcome, post_mortem) = match action {
            Action::Instantiate { node } => match self.instantiate(*node) {
                Ok(()) => (Outcome::Returned { values: Vec::new() }, Vec::new()),
                Err(failure) => (failure.outcome(), self.reachable()),
            },
            Action::Call { node, export } => (self.call_export(*node, export), Vec::new()),
            Action::Probe => {
                let mut items = self.probe();
                items.extend(self.reachable());
                (Outcome::Returned { values: Vec::new() }, items)
            }
        };
        let events = std::mem::take(&mut self.events);
        let is_unbounded = self.gave_up;
        (!is_unbounded).then_some(Trace { level: Level::Full, events, outcome, post_mortem: PostMortem(post_mortem) })
    }

    fn call_export(&mut self, node: usize, name: &str) -> Outcome {
        let index =
            (0..self.plan.modules[self.plan.nodes[node].module].exports.len()).find(|i| export_name(*i) == name);
        let func = index.and_then(|index| self.export(node, index));
        let (Some(Extern::Func(func)), Some(instance)) = (func, self.nodes[node]) else { return Outcome::Unlinkable };
        let at = self.instances[instance].path.clone();
        let (name, cause) = (name.to_owned(), Cause::Invoke);
        self.events.push(Event::Called { at: at.clone(), name: name.clone(), args: Vec::new(), cause });
        match self.run_waiting(instance).and_then(|()| self.call(None, func)) {
            Ok(result) => {
                let results: Vec<Value> = result.into_iter().map(Value::I32).collect();
                self.events.push(Event::Returned { at, name, results: results.clone() });
                Outcome::Returned { values: results }
            }
            Err(stop) => {
                self.record_stop(at, Phase::Call, stop);
                stop.outcome(Phase::Call)
            }
        }
    }

    /// Everything that the latest instances of the nodes export, each thing once.
    fn exports(&self) -> Vec<(usize, usize, Extern)> {
        let mut all: Vec<(usize, usize, Extern)> = Vec::new();
        for (node, instance) in self.nodes.iter().enumerate() {
            let Some(instance) = *instance else { continue };
            let exports = self.plan.modules[self.instances[instance].module].exports.len();
            for export in 0..exports {
                let item = self.export(node, export).expect("instances have the exports of their modules");
                if all.iter().all(|(_, _, other)| *other != item) {
                    all.push((instance, export, item));
                }
            }
        }
        all
    }

    fn reachable(&self) -> Vec<StateItem> {
        let state = |item: Extern| {
            Some(match item {
                Extern::Memory(memory) => self.memories[memory].state(),
                Extern::Table(table) => self.table_state(table),
                Extern::Global(global) => State::Global { value: self.cell_value(self.globals[global].1) },
                Extern::Func(_) | Extern::Tag(_) => return None,
            })
        };
        let item = |(instance, export, item): (usize, usize, Extern)| {
            let at = self.instances[instance].path.clone();
            Some(StateItem { at, name: export_name(export), state: state(item)? })
        };
        self.exports().into_iter().filter_map(item).collect()
    }

    fn probe(&mut self) -> Vec<StateItem> {
        let mut items = Vec::new();
        for (instance, export, item) in self.exports() {
            let Extern::Table(table) = item else { continue };
            for element in 0..self.tables[table].entries.len().min(PROBED) {
                let Some(func) = self.tables[table].entries[element] else { continue };
                let signature = match self.func_type(func) {
                    FuncType::Unit => Signature::Unit,
                    FuncType::Number => Signature::Number,
                    FuncType::Log => Signature::Log,
                };
                self.called.push(Called { signature, is_64: self.tables[table].ty.is_64 });
                let outcome = match self.call(None, func) {
                    Ok(result) => Outcome::Returned { values: result.into_iter().map(Value::I32).collect() },
                    Err(stop) => stop.outcome(Phase::Call),
                };
                let at = self.instances[instance].path.clone();
                items.push(StateItem {
                    at,
                    name: format!("{}[{element}]", export_name(export)),
                    state: State::Func { outcome },
                });
            }
        }
        items
    }
}

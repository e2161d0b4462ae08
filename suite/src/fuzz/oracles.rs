//! What is looked at besides the traces of a plan's own actions.

use super::{
    Class, Foreign, Judge, OnRuntime, Verdict,
    campaign::{Input, unless_panic},
    driver::{self, Probed},
    foreign::{Stopped, Task},
    judge::{alike, without_offset},
};
use crate::trace::{Outcome, RefValue, Resource, State, Trace, Value};
use preflight_engine::{Config, Module, ModuleError};
use preflight_plan::{Action, Deviation, Expected, Plan, Subject, Wasm};
use std::rc::Rc;

/// Oracles beyond the traces: which are asked for, and of a verdict, which had something to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checks {
    /// The modules are printed as text and parsed again, and have to do the same.
    pub text: bool,
    /// After each failed instantiation that leaves functions in tables, these are called: in a store of their own, since
    /// calls change what comes after.
    pub calls: bool,
    /// Everything is instantiated a second time in the same store, and does what it did the first time. It is part of a
    /// quarter of the plans of core modules anyway.
    pub again: bool,
    /// A function of an instance that never came up is called: whether it is alive. Never asked for.
    pub half_made: bool,
    /// What the static plan of a component says is what happened. Always looked at, where there is a component.
    pub planned: bool,
}

impl Checks {
    /// All that can be asked for.
    pub const ALL: Checks = Checks { text: true, calls: true, again: true, half_made: false, planned: false };

    /// What is asked for of the input with a number, where not everything is asked for of every input: text takes as long as all
    /// else together, and a second instantiation as long as the first.
    pub fn sampled(seed: u64) -> Checks {
        let block = seed / 64;
        match seed % 4 {
            // Of plans of core modules a quarter is drawn with a second time.
            0 | 1 => Checks { text: seed.is_multiple_of(64), again: false, ..Checks::ALL },
            _ => Checks { text: block.is_multiple_of(32), again: block % 8 == 1, ..Checks::ALL },
        }
    }

    /// The names of those that are set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [
            (self.text, "text round trip"),
            (self.calls, "calls after a failed instantiation"),
            (self.again, "second instantiation in the same store"),
            (self.half_made, "calls into half-made instances"),
            (self.planned, "static plan of a component"),
        ];
        all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name)
    }
}

/// A plan that can be carried out.
pub(super) struct Ready {
    plan: Rc<Plan>,
    modules: Vec<Module>,
}

impl Judge {
    /// Whatever is to be done with a plan on which prediction and tiers agree.
    pub(super) fn look_closer(
        &self,
        ready: &Ready,
        wasm: &Wasm,
        expected: &Expected,
        probed: &[Probed],
        checks: Checks,
    ) -> Result<Checks, Verdict> {
        let plan = &ready.plan;
        let count = wasm.actions.len().min(expected.traces.len());
        let is_complete = !expected.is_unbounded;
        let mut done = Checks { again: plan.again && is_complete, ..Checks::default() };
        if checks.again && is_complete && !plan.again {
            done.again = self.twice(ready)?;
        }
        done.half_made = probed.iter().any(|probed| probed.is_half_made);
        if checks.calls {
            for prefix in call_prefixes(&wasm.actions[..count], expected) {
                done.half_made |= self.after_failure(ready, &prefix, &plan.expected_of(&prefix))?;
                done.calls = true;
            }
        }
        if checks.text {
            self.text(plan, wasm, expected, text_of)?;
            done.text = true;
        }
        Ok(done)
    }

    /// The plan with everything instantiated a second time; returns whether that comes to an end.
    fn twice(&self, ready: &Ready) -> Result<bool, Verdict> {
        let plan = Plan { again: true, ..Plan::clone(&ready.plan) };
        let (actions, expected) = (plan.actions(), plan.expected());
        let ready = Ready { plan: Rc::new(plan), modules: ready.modules.clone() };
        self.tiers_against(&ready, &actions, &expected, " (again)")?;
        Ok(!expected.is_unbounded)
    }

    /// Calls what is in the tables after the failed instantiation at the end of `actions`; returns whether an instance was
    /// entered that never came up.
    fn after_failure(&self, ready: &Ready, actions: &[Action], expected: &Expected) -> Result<bool, Verdict> {
        let probed = self
            .tiers_against(ready, actions, expected, " (called after a failure)")
            .map_err(|verdict| verdict.called_after(actions.len() - 1))?;
        Ok(probed.iter().any(|probed| probed.is_half_made))
    }

    fn text(
        &self,
        plan: &Plan,
        wasm: &Wasm,
        expected: &Expected,
        through: impl Fn(&[u8]) -> Result<Vec<u8>, String>,
    ) -> Result<(), Verdict> {
        let again = wasm.modules.iter().map(|bytes| through(bytes)).collect::<Result<Vec<_>, _>>();
        let refused = |why: String| {
            let why = why.lines().next().unwrap_or_default();
            Verdict::disagreed(format!("text: {}", without_offset(why)))
        };
        let modules = again.map_err(refused)?;
        if modules != wasm.modules {
            let first = self.first_tier();
            let ready = first.ready(plan, &modules, " (from text)")?;
            first.tiers_against(&ready, &wasm.actions, expected, " (from text)")?;
        }
        Ok(())
    }

    /// What becomes of a plan on each of the runtimes, whatever the others do.
    pub(super) fn runtimes(&self, plan: &Plan) -> Vec<OnRuntime> {
        self.foreign.iter().map(|foreign| self.on_runtime(foreign, plan)).collect()
    }

    /// The verdict on an input that the adapters have no means for, called `what`: no runtime was asked.
    pub(super) fn not_asked(&self, verdict: Verdict, what: &str) -> Verdict {
        let on = |foreign: &Foreign| OnRuntime {
            lacks: Some(what.to_owned()),
            ..OnRuntime::of(foreign, Class::Unsupported)
        };
        Verdict { runtimes: self.foreign.iter().map(on).collect(), ..verdict }
    }

    /// The verdict on an input that is no plan of core modules, where the runtimes are asked, too.
    pub(super) fn others(&self, verdict: Verdict, input: &Input) -> Verdict {
        // The case that is made of the input may make somebody panic, too.
        let on = |foreign: &Foreign| {
            unless_panic(|| foreign.judge_case(input, &verdict)).unwrap_or_else(|panic| OnRuntime {
                finding: Verdict::disagreed(panic.to_string()).finding,
                ..OnRuntime::of(foreign, Class::Disagreed)
            })
        };
        let runtimes = self.foreign.iter().map(on).collect();
        verdict.on(runtimes)
    }

    fn on_runtime(&self, foreign: &Foreign, plan: &Plan) -> OnRuntime {
        let found = |finding| OnRuntime { finding: Some(finding), ..OnRuntime::of(foreign, Class::Disagreed) };
        let (plan, without) = match foreign.fit(plan) {
            Ok(fit) => fit,
            Err(broken) => return found(foreign.broke(&broken)),
        };
        let wasm = plan.to_wasm();
        // As it was, the reference engine has judged it already.
        if !without.is_empty()
            && let Err(verdict) = self.without_runtimes(&plan, &wasm)
        {
            let Verdict { class, lacks, finding, .. } = verdict;
            return OnRuntime { lacks, finding, without, ..OnRuntime::of(foreign, class) };
        }
        let hangs = foreign.hangs(&plan, &wasm.actions);
        let stopped = match on_runtime_with(foreign, &plan, &wasm, &hangs) {
            Ok(on) if hangs.is_empty() => return OnRuntime { without, ..on },
            Ok(_) => return OnRuntime { known: hangs, without, ..OnRuntime::of(foreign, Class::Known) },
            Err(stopped) => stopped,
        };
        let is_known = |known: &Vec<Deviation>| {
            hangs.iter().all(|bug| known.contains(bug))
                && explains(&plan, [&hangs, known], &stopped)
                && on_runtime_with(foreign, &plan, &wasm, known).is_ok()
        };
        match foreign.known_sets(Subject::Modules).into_iter().find(is_known) {
            Some(known) => OnRuntime { known, without, ..OnRuntime::of(foreign, Class::Known) },
            None => OnRuntime { without, ..found(stopped.finding) },
        }
    }

    /// What the first tier does with a plan that was made for a runtime, also where functions are called after a failure.
    fn without_runtimes(&self, plan: &Plan, wasm: &Wasm) -> Result<(), Verdict> {
        let (judge, expected) = (self.first_tier(), plan.expected());
        let ready = judge.ready(plan, &wasm.modules, "")?;
        judge.tiers_against(&ready, &wasm.actions, &expected, "")?;
        let count = wasm.actions.len().min(expected.traces.len());
        for actions in call_prefixes(&wasm.actions[..count], &expected) {
            judge.after_failure(&ready, &actions, &plan.expected_of(&actions))?;
        }
        Ok(())
    }

    /// For a runtime that has not these words for a plan: the plan that it was given in its place, if what was found is found
    /// with that, too.
    pub(super) fn fitted(&self, plan: &Plan, signature: &str) -> Option<Plan> {
        let plans = self.foreign.iter().filter_map(|foreign| foreign.fit(plan).ok());
        let is_it = |plan: &Plan| self.plan(plan).0.has(signature);
        plans.filter(|(_, without)| !without.is_empty()).map(|(plan, _)| plan).find(is_it)
    }

    pub(super) fn first_tier(&self) -> Judge {
        Judge { tiers: self.tiers.iter().take(1).cloned().collect(), foreign: Vec::new(), ..self.clone() }
    }

    /// The plan with its modules decoded, for everything that is done with them.
    ///
    /// # Errors
    /// The verdict if one is refused: the plan says that it is valid.
    pub(super) fn ready(&self, plan: &Plan, modules: &[Vec<u8>], remark: &str) -> Result<Ready, Verdict> {
        let decode = |(_, config): &(&str, Config)| {
            modules.iter().map(|bytes| Module::new(config, bytes.as_slice())).collect::<Result<Vec<_>, _>>()
        };
        let modules = self.tiers.first().map_or(Ok(Vec::new()), decode);
        let refused =
            |error: ModuleError| Verdict::disagreed(format!("decode{remark}: {}", without_offset(&error.to_string())));
        Ok(Ready { plan: Rc::new(plan.clone()), modules: modules.map_err(refused)? })
    }

    /// Carries out the actions on every tier; the functions that the last of them has called.
    ///
    /// # Errors
    /// The verdict if somebody lacks something or does something else than expected.
    pub(super) fn tiers_against(
        &self,
        ready: &Ready,
        actions: &[Action],
        expected: &Expected,
        remark: &str,
    ) -> Result<Vec<Probed>, Verdict> {
        let actions = &actions[..expected.traces.len().min(actions.len())];
        let mut probed = Vec::new();
        for (name, config) in &self.tiers {
            let (actual, found) = driver::run(&ready.plan, &ready.modules, actions, config);
            if let Some(what) = lacks(&actual) {
                return Err(Verdict::unsupported(what));
            }
            probed = found;
            if actual != expected.traces {
                alike(&expected.traces, &actual, &format!("predicted != {name}{remark}"))?;
            }
        }
        Ok(probed)
    }
}

/// What becomes of a plan on a runtime that is to do what is predicted with these bugs.
fn on_runtime_with(foreign: &Foreign, plan: &Plan, wasm: &Wasm, known: &[Deviation]) -> Result<OnRuntime, Stopped> {
    let expected = plan.expected_with(&wasm.actions, known);
    let judge = |actions: &[Action], expected: &Expected| {
        foreign.judge(&Task { plan, modules: &wasm.modules, actions, expected })
    };
    let mut on = judge(&wasm.actions, &expected)?;
    let count = wasm.actions.len().min(expected.traces.len());
    for actions in call_prefixes(&wasm.actions[..count], &expected) {
        let after = judge(&actions, &plan.expected_with(&actions, known)).map_err(|mut stopped| {
            stopped.finding.called_after = Some(actions.len() - 1);
            stopped
        })?;
        on = on.and(after);
    }
    if expected.is_unbounded {
        on.class = on.class.and(Class::Exhausted);
    }
    Ok(on)
}

/// Whether the bugs that are known beyond those that were taken on may be why a runtime stopped where it did: with them something
/// else is predicted of that action. A runtime that breaks does what nobody predicts, and so only a bug explains it of which
/// nothing is.
fn explains(plan: &Plan, [taken_on, known]: [&[Deviation]; 2], stopped: &Stopped) -> bool {
    let Some(action) = stopped.action else { return false };
    let predicted = |known: &[Deviation]| {
        let traces = plan.expected_with(&stopped.actions, known).traces;
        let is_over = |trace: &Trace| matches!(trace.outcome, Outcome::Exhausted { what: Resource::Fuel });
        let end = traces.iter().position(is_over).unwrap_or(traces.len());
        traces.into_iter().take(end).nth(action)
    };
    match (predicted(known), stopped.is_broken) {
        (None, _) => true,
        (Some(_), true) => false,
        (with, false) => with != predicted(taken_on),
    }
}

/// The module or component printed as text, parsed, and in binary form again.
///
/// # Errors
/// What cannot be printed or parsed, in the words of who cannot do it.
pub fn text_of(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = wasmprinter::print_bytes(bytes).map_err(|error| format!("not printed: {error}"))?;
    match crate::source::of_text(&text) {
        crate::source::Source::Module(bytes) | crate::source::Source::Component(bytes) => Ok(bytes),
        crate::source::Source::Malformed(why) => Err(format!("not parsed: {why}")),
    }
}

/// For each failed instantiation that leaves a function in a table that can be reached: the actions up to it, and a probe.
fn call_prefixes(actions: &[Action], expected: &Expected) -> Vec<Vec<Action>> {
    let is_failed = |(action, trace): (&Action, &Trace)| {
        let is_over = matches!(trace.outcome, Outcome::Returned { .. } | Outcome::Unlinkable);
        matches!(action, Action::Instantiate { .. })
            && !is_over
            && trace.post_mortem.0.iter().any(|item| has_func(&item.state))
    };
    let failed = (0..actions.len()).filter(|i| is_failed((&actions[*i], &expected.traces[*i])));
    failed.map(|i| actions[..=i].iter().cloned().chain([Action::Probe]).collect()).collect()
}

fn has_func(state: &State) -> bool {
    let is_func = |value: &Value| matches!(value, Value::Ref(RefValue::Func(_)));
    matches!(state, State::Table { runs, .. } if runs.iter().any(|run| is_func(&run.value)))
}

/// What somebody lacked in one of these.
pub(super) fn lacks(traces: &[Trace]) -> Option<String> {
    traces.iter().find_map(|trace| match &trace.outcome {
        Outcome::Unsupported { what } => Some(what.clone()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use preflight_engine::Tier;

    /// The second instance leaves a function in the first one's table and then fails.
    const ESCAPE: &str = r#"{
        "modules": [
            { "tables": [{ "ty": { "min": 2 } }], "exports": [{ "table": 0 }] },
            { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
              "memories": [{ "min": 1 }], "funcs": [{ "result": 7 }],
              "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 1 } } }, "items": [{ "func": 0 }] }],
              "datas": [{ "mode": { "active": { "target": 0, "at": { "const": 65536 } } }, "bytes": [1] }] }
        ],
        "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#;

    fn escape() -> (Plan, Wasm, Expected) {
        let plan: Plan = serde_json::from_str(ESCAPE).expect("a plan");
        let plan = plan.normalise();
        let (wasm, expected) = (plan.to_wasm(), plan.expected());
        (plan, wasm, expected)
    }

    fn judge() -> Judge {
        Judge::new(&[Tier::Interp])
    }

    #[test]
    fn functions_of_half_made_instances_are_called_after_each_failure() {
        let (plan, wasm, expected) = escape();
        let (verdict, ..) = judge().plan(&plan);
        assert_eq!((verdict.class, verdict.finding), (Class::AgreedOnFailure, None));
        assert_eq!(verdict.checks, Checks { half_made: true, ..Checks::ALL });
        let prefixes = call_prefixes(&wasm.actions, &expected);
        assert_eq!(prefixes, [[wasm.actions[..2].to_vec(), vec![Action::Probe]].concat()]);
        let mut wrong = plan.expected_of(&prefixes[0]);
        let called = &mut wrong.traces[2].post_mortem.0[0].state;
        assert_eq!(*called, State::Func { outcome: Outcome::Returned { values: vec![Value::I32(7)] } });
        *called = State::Func { outcome: Outcome::Returned { values: vec![Value::I32(8)] } };
        let ready = judge().ready(&plan, &wasm.modules, "").expect("it is valid");
        let verdict = judge().after_failure(&ready, &prefixes[0], &wrong).expect_err("7 is not 8");
        let finding = verdict.finding.expect("a finding");
        assert_eq!(finding.signature, "predicted != interp (called after a failure): what is left");
        assert_eq!(finding.called_after, Some(2));
    }

    #[test]
    fn what_text_changes_is_found() {
        let (plan, wasm, expected) = escape();
        assert_eq!(judge().text(&plan, &wasm, &expected, text_of), Ok(()));
        let changed = |bytes: &[u8]| {
            let text = wasmprinter::print_bytes(bytes).map_err(|error| error.to_string())?;
            match crate::source::of_text(&text.replace("i32.const 7", "i32.const 8")) {
                crate::source::Source::Module(bytes) => Ok(bytes),
                _ => Err("no module".to_owned()),
            }
        };
        let verdict = judge().text(&plan, &wasm, &expected, changed).expect_err("7 is not 8");
        assert_eq!(verdict.finding.expect("a finding").signature, "predicted != interp (from text): what is left");
        let refused = judge().text(&plan, &wasm, &expected, |_| Err("no".to_owned())).expect_err("there is no text");
        assert_eq!(refused.finding.expect("a finding").signature, "text: no");
        // Where it is, and the lines that show it, are others for each plan with the same cause.
        let why = "not parsed: unknown operator (at offset 0x76)\n  --> <anon>:3:7\n";
        let refused = judge().text(&plan, &wasm, &expected, |_| Err(why.to_owned())).expect_err("there is no text");
        assert_eq!(refused.finding.expect("a finding").signature, "text: not parsed: unknown operator");
    }
}

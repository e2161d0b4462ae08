//! Carries out programs of WASI on the reference engine's hosts.

use super::{Checks, Class, Events, Finding, Judge, Verdict, judge::difference, text_of};
use crate::{
    post_mortem,
    trace::{Cause, Event, InstancePath, Level, Outcome, Phase, PostMortem, Trace, Value},
};
use preflight_engine::{
    Config, Extern, Fault, Features, InstantiateError, Linker, Module, Store,
    component::{Component, ComponentLinker},
    runtime::InstanceAddr,
    wasi::{Program, Purpose, StartError, StartRules, World, p1, p2, reactor, world::Output},
};
use preflight_plan::wasi::{WasiExpected, WasiPlan, WasiWasm};
use std::{cell::RefCell, rc::Rc};

impl Judge {
    /// Judges a normal plan of a program of WASI: what is predicted is what every tier does, and what it writes.
    pub fn wasi(&self, plan: &WasiPlan) -> (Verdict, WasiExpected) {
        self.wasi_by(plan, Checks::ALL)
    }

    /// As [`wasi`](Self::wasi), with these oracles only besides the comparison of traces.
    pub fn wasi_by(&self, plan: &WasiPlan, checks: Checks) -> (Verdict, WasiExpected) {
        let (expected, wasm) = (plan.expected(), plan.to_wasm());
        let mut verdict = self.wasi_as(plan, &wasm, &expected);
        // A program is run once, as it is; some are run twice by their plan.
        verdict.checks.again = plan.again;
        if checks.text && verdict.is_compared && verdict.finding.is_none() {
            let from_text = match from_text(&wasm) {
                Ok(from_text) => from_text,
                Err(why) => return (verdict.without_text(&why), expected),
            };
            if let Some(mut finding) = self.first_tier().wasi_as(plan, &from_text, &expected).finding {
                finding.signature = format!("{} (from text)", finding.signature);
                let verdict = Verdict { has_failure: true, finding: Some(finding), ..Verdict::of(Class::Disagreed) };
                return (verdict, expected);
            }
            verdict.checks.text = true;
        }
        (verdict, expected)
    }

    /// Judges a program by what somebody says is to be expected.
    pub fn wasi_against(&self, plan: &WasiPlan, expected: &WasiExpected) -> Verdict {
        self.wasi_as(plan, &plan.to_wasm(), expected)
    }

    fn wasi_as(&self, plan: &WasiPlan, wasm: &WasiWasm, expected: &WasiExpected) -> Verdict {
        for (name, config) in &self.tiers {
            let config = Config { features: config.features | Features::COMPONENT_MODEL, ..config.clone() };
            let actual = match run(plan, wasm, &config) {
                Ok(actual) => actual,
                Err(error) => return Verdict::not_decoded(error),
            };
            if let Outcome::Unsupported { what } = actual.trace.outcome {
                return Verdict::unsupported(what);
            }
            let who = format!("predicted != {name} (wasi)");
            if let Some(verdict) = difference(&expected.trace, &actual.trace, &who, 0) {
                return verdict;
            }
            if (&expected.stdout, &expected.stderr) != (&actual.stdout, &actual.stderr) {
                let (expected, actual) = (expected.trace.clone(), actual.trace);
                let finding = Finding::new(format!("{who}: output"), 0, expected, actual);
                return Verdict {
                    has_failure: true,
                    finding: Some(Box::new(finding)),
                    ..Verdict::of(Class::Disagreed)
                };
            }
        }
        match expected.trace.outcome {
            Outcome::Unlinkable => Verdict { is_compared: true, ..Verdict::of(Class::Invalid) },
            _ => Verdict::agreed(std::iter::once(&expected.trace.outcome)),
        }
    }
}

/// The program printed as text and parsed.
///
/// # Errors
/// What cannot be printed or parsed, in the words of who cannot do it.
fn from_text(wasm: &WasiWasm) -> Result<WasiWasm, String> {
    Ok(match wasm {
        WasiWasm::Component(bytes) => WasiWasm::Component(text_of(bytes)?),
        WasiWasm::Modules { libraries, main } => {
            let library = |(name, bytes): &(String, Vec<u8>)| Ok((name.clone(), text_of(bytes)?));
            let libraries = libraries.iter().map(library).collect::<Result<_, String>>()?;
            WasiWasm::Modules { libraries, main: text_of(main)? }
        }
    })
}

/// Runs a program in a virtual world.
fn run(plan: &WasiPlan, wasm: &WasiWasm, config: &Config) -> Result<WasiExpected, String> {
    let world = Rc::new(RefCell::new(World::new()));
    let mut store = Store::new(config);
    let events = Events::attach(&mut store);
    let (outcome, post_mortem) = match wasm {
        WasiWasm::Modules { libraries, main } => {
            let mut modules = Modules { plan, store: &mut store, linker: Linker::new(), alive: Vec::new() };
            p1::add_to_linker(&mut modules.linker, modules.store, world.clone());
            let decode = |bytes: &Vec<u8>| Module::new(config, bytes.clone()).map_err(|error| error.to_string());
            let decoded = libraries.iter().map(|(name, bytes)| Ok((name.as_str(), decode(bytes)?)));
            let decoded = decoded.collect::<Result<Vec<_>, String>>()?;
            let outcome = modules.run(&decoded, &decode(main)?).unwrap_or_else(|error| error.outcome());
            (outcome, modules.state())
        }
        WasiWasm::Component(bytes) => {
            let component = Component::new(config, bytes.as_slice()).map_err(|error| error.to_string())?;
            let mut linker = ComponentLinker::new();
            let _host = p2::add_to_linker(&mut linker, &mut store, world.clone(), &[]);
            let outcome = run_component(plan, &mut store, &component, &linker);
            (outcome, post_mortem::examine_components(&store, None))
        }
    };
    drop(store);
    let captured = |output: &Output| match output {
        Output::Captured(bytes) => bytes.clone(),
        Output::Stream(_) => Vec::new(),
    };
    let world = world.borrow();
    let events = events.take().into_iter().map(without_representations).collect();
    Ok(WasiExpected {
        trace: Trace { level: Level::Full, events, outcome, post_mortem },
        stdout: captured(&world.stdout),
        stderr: captured(&world.stderr),
    })
}

/// Modules of preview 1 on their way.
struct Modules<'a> {
    plan: &'a WasiPlan,
    store: &'a mut Store,
    linker: Linker,
    /// The instances that have come up and live on.
    alive: Vec<InstanceAddr>,
}

impl Modules<'_> {
    fn run(&mut self, libraries: &[(&str, Module)], main: &Module) -> Result<Outcome, StartError> {
        let rules = StartRules::default();
        for (name, module) in libraries {
            let externs = self.linker.resolve(self.store, module).map_err(InstantiateError::Link)?;
            let path = InstancePath::root().child(&format!("${name}"));
            let made = reactor::preload(self.store, &mut self.linker, name, module, &externs, path, rules)?;
            self.alive.extend(made);
        }
        let externs = self.linker.resolve(self.store, main).map_err(InstantiateError::Link)?;
        let purpose = if self.plan.invoke { Purpose::Invoke } else { Purpose::Main };
        let path = InstancePath::root().child("$main");
        let mut program = Program::begin(self.store, main, &externs, path, rules, purpose)?;
        self.alive.push(program.instance());
        let mut outcome = Outcome::Returned { values: Vec::new() };
        for _ in 0..=u32::from(self.plan.again) {
            let end = match self.plan.invoke {
                true => program.invoke(self.store, "f", &[]),
                false => program.run(self.store).map(|()| Vec::new()),
            };
            outcome = match end {
                Ok(values) => {
                    Outcome::Returned { values: values.iter().map(|value| self.store.trace_value(*value)).collect() }
                }
                // The host may not make this call (P1-CMD-03, P1-REA-01), so it does not.
                Err(Fault::Usage(_)) => return Ok(Outcome::Unlinkable),
                Err(fault) => return Ok(fault.outcome(Phase::Call)),
            };
        }
        Ok(outcome)
    }

    /// What the instances that live on export.
    fn state(&mut self) -> PostMortem {
        let mut reachable = Vec::new();
        for instance in &self.alive {
            let at = self.store.path(*instance).clone();
            let exports = self.store.exports(*instance).into_iter();
            let items = exports.filter(|(name, item)| name == "memory" || matches!(item, Extern::Global(_)));
            reachable.extend(items.map(|(name, item)| (at.clone(), name, item)));
        }
        post_mortem::examine(self.store, &reachable)
    }
}

fn run_component(plan: &WasiPlan, store: &mut Store, component: &Component, linker: &ComponentLinker) -> Outcome {
    let purpose = if plan.invoke { p2::Purpose::Instantiate } else { p2::Purpose::Run };
    let path = InstancePath::root().child("$main");
    let begun = p2::Program::begin(store, component, linker, path, p2::StartRules::default(), purpose);
    let mut program = match begun {
        Ok(program) => program,
        Err(error) => return error.outcome(),
    };
    let mut outcome = Outcome::Returned { values: Vec::new() };
    for _ in 0..=u32::from(plan.again) {
        let end = match plan.invoke {
            true => {
                let instance = program.instance().clone();
                let results = store.call_component(&instance, &["f"], &[], Cause::Invoke);
                results.map(|results| store.trace_component_values(&results))
            }
            // Programs of plans say that all is well, if they come so far.
            false => program.run(store).map(|_| Vec::new()),
        };
        outcome = match end {
            Ok(values) => Outcome::Returned { values },
            Err(fault) => fault.outcome(Phase::Call),
        };
    }
    outcome
}

/// The event with 0 for the representations of the host's own resources, which are nobody's business.
pub(super) fn without_representations(mut event: Event) -> Event {
    match &mut event {
        Event::HostCalled { args: values, .. }
        | Event::HostReturned { results: values, .. }
        | Event::Lifted { values, .. }
        | Event::Lowered { values, .. } => {
            for value in values {
                if let Value::Own(_, rep) | Value::Borrow(_, rep) = value {
                    *rep = 0;
                }
            }
        }
        Event::ResourceDropped { rep, .. } => *rep = 0,
        _ => {}
    }
    event
}

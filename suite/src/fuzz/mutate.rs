//! Valid files with a few bytes changed.
//!
//! Most files with a byte changed are refused when they are decoded, and nothing of their initialisation is seen. So of the
//! changes that are drawn the first is taken that leaves a valid file, except now and then: what is refused has to be refused
//! by an error, too.

use super::{
    Checks, Events, Judge, Verdict,
    judge::difference,
    oracles::lacks,
    planned,
    smith::{self, by_comparison, graph as compared, noises},
    text_of, valid,
    values::FEATURES,
    wasi::without_representations,
};
use crate::{
    post_mortem,
    trace::{Cause, InstancePath, Level, Outcome, Phase, Trace, TrapCode},
};
use preflight_engine::{
    Config, Fault, Features, Module, Store, Tier,
    component::{Component, ComponentLinker, HostItem},
};
use preflight_plan::{
    Plan, Wasm,
    component::ComponentPlan,
    tasks::TaskPlan,
    values::ValuePlan,
    wasi::{WasiPlan, WasiWasm},
};
use std::slice;

/// So many changes are drawn of a file of each noise.
const CHANGES: usize = 24;

/// A module of wasm-smith with bytes changed.
pub fn module(seed: u64) -> Vec<u8> {
    let config = super::config(Tier::Interp);
    changed(&smith::module(seed), seed, &|bytes| smith::is_valid(&config, bytes))
}

/// A component of one of the kinds of plans, with bytes changed.
pub fn component(seed: u64) -> Vec<u8> {
    let program = |seed| match WasiPlan::from_seed(seed).to_wasm() {
        WasiWasm::Component(bytes) => bytes,
        WasiWasm::Modules { .. } => ComponentPlan::from_seed(seed).to_wasm(),
    };
    let bytes = match seed / 64 % 4 {
        0 => ComponentPlan::from_seed(seed).to_wasm(),
        1 => TaskPlan::from_seed(seed).to_wasm(),
        2 => ValuePlan::from_seed(seed).to_wasm(),
        _ => program(seed),
    };
    let config = of_components(&super::config(Tier::Interp));
    changed(&bytes, seed, &|bytes| valid::is_of_use(&config, bytes))
}

/// Carries out a plan in which bytes of one module are changed, on every tier of the judge; all must do the same.
pub fn graph(judge: &Judge, plan: &Plan, seed: u64) -> Verdict {
    graph_by(judge, plan, seed, Checks::ALL)
}

/// As [`graph`], with these oracles only besides the comparison of tiers.
pub fn graph_by(judge: &Judge, plan: &Plan, seed: u64, checks: Checks) -> Verdict {
    let Some((wasm, is_valid)) = changed_wasm(plan, seed) else { return Verdict::unsupported("a module".to_owned()) };
    match is_valid {
        true => compared(judge, plan, &wasm, "changed", checks),
        false => refused(&wasm),
    }
}

/// The verdict on a plan with a module that is not valid.
fn refused(wasm: &Wasm) -> Verdict {
    let config = super::config(Tier::Interp);
    let mut errors = wasm.modules.iter().filter_map(|bytes| Module::new(&config, bytes.as_slice()).err());
    match errors.next() {
        None => Verdict::disagreed("decode: accepted, and not valid by wasmparser (changed)".to_owned()),
        Some(error) => Verdict::refused(&error),
    }
}

/// The plan with the bytes of [`graph`], and whether they are still valid; none if there is no module.
pub fn changed_wasm(plan: &Plan, seed: u64) -> Option<(Wasm, bool)> {
    let mut wasm = plan.to_wasm();
    let config = super::config(Tier::Interp);
    let is_valid = |bytes: &[u8]| smith::is_valid(&config, bytes);
    let chosen = (seed / 64) as usize % wasm.modules.len().max(1);
    let module = wasm.modules.get_mut(chosen)?;
    *module = changed(module, seed, &is_valid);
    let is_valid = is_valid(module);
    Some((wasm, is_valid))
}

/// The bytes with one to three of them changed. Of sixteen files one may be anything, the others stay valid if a change is
/// found that leaves them so.
fn changed(bytes: &[u8], seed: u64, is_valid: &dyn Fn(&[u8]) -> bool) -> Vec<u8> {
    let may_be_anything = (seed / 256).is_multiple_of(16);
    let mut last = bytes.to_vec();
    for noise in noises(!seed) {
        for change in noise.chunks_exact(16).take(CHANGES) {
            last = change_of(bytes, change);
            if last != bytes && (may_be_anything || is_valid(&last)) {
                return last;
            }
        }
    }
    last
}

/// Two bytes of noise say how many bytes are changed, and how; four where each of them is.
fn change_of(bytes: &[u8], noise: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    let count = 1 + usize::from(noise[0] % 8 / 7) + usize::from(noise[0] % 16 / 15);
    for (i, at) in noise[4..].chunks_exact(4).take(count).enumerate() {
        let at = u32::from_le_bytes([at[0], at[1], at[2], at[3]]) as usize % bytes.len().max(1);
        let Some(byte) = changed.get_mut(at) else { continue };
        let by = noise[2 + i % 2];
        *byte = match noise[1] % 4 {
            0 => byte.wrapping_add(1),
            1 => byte.wrapping_sub(1),
            2 => *byte ^ 1 << (by % 8),
            _ => by,
        };
    }
    changed
}

impl Judge {
    /// Judges a module or a component that no plan describes by comparing the tiers with each other.
    pub fn bytes(&self, bytes: &[u8]) -> Verdict {
        self.bytes_by(bytes, Checks::ALL)
    }

    /// As [`bytes`](Self::bytes), with these oracles only besides the comparison of tiers.
    pub fn bytes_by(&self, bytes: &[u8], checks: Checks) -> Verdict {
        let Some((_, config)) = self.tiers.first() else { return Verdict::unsupported("a tier".to_owned()) };
        let config = of_components(config);
        let is_component = valid::says_component(bytes);
        let mut verdict = if is_component { self.component_bytes(bytes) } else { smith::judge(self, bytes) };
        if !checks.text || !verdict.is_compared || verdict.finding.is_some() {
            return verdict;
        }
        let from_text = match text_of(bytes) {
            Ok(from_text) => from_text,
            Err(why) => return verdict.without_text(&why),
        };
        let unlike = match is_component {
            true => unlike_text(&config, bytes, &from_text),
            false => smith::unlike_text(self, bytes, &from_text),
        };
        verdict.checks.text = true;
        unlike.unwrap_or(verdict)
    }

    fn component_bytes(&self, bytes: &[u8]) -> Verdict {
        let mut first: Option<(&str, Trace)> = None;
        if let Some((_, config)) = self.tiers.first()
            && let Err(verdict) = valid::component(&of_components(config), bytes)
        {
            return verdict;
        }
        for (name, config) in &self.tiers {
            let config = of_components(config);
            let component = match Component::new(&config, bytes) {
                Ok(component) => component,
                Err(error) => return Verdict::not_decoded(error),
            };
            let (actual, is_complete) = run(&component, &config);
            if let Some(what) = lacks(slice::from_ref(&actual)) {
                return Verdict::unsupported(what);
            }
            if let Some(what) = planned::unlike(&component, &actual.events, is_complete) {
                return Verdict::disagreed(format!("static plan != trace (changed): {what}"));
            }
            let Some((other, expected)) = &first else {
                first = Some((name, actual));
                continue;
            };
            if let Some(verdict) = difference(expected, &actual, &format!("{other} != {name} (component)"), 0) {
                return verdict;
            }
        }
        by_comparison(self, first.iter().map(|(_, trace)| &trace.outcome))
    }
}

/// The verdict if a component that has run does something else than the same component through its text.
fn unlike_text(config: &Config, bytes: &[u8], from_text: &[u8]) -> Option<Verdict> {
    let trace = |bytes: &[u8]| Component::new(config, bytes).map(|component| run(&component, config).0);
    match trace(bytes).and_then(|expected| Ok((expected, trace(from_text)?))) {
        Ok((expected, actual)) => difference(&expected, &actual, "interp != from text (component)", 0),
        Err(error) => Some(Verdict::not_decoded(format!("from text: {error}"))),
    }
}

fn of_components(config: &Config) -> Config {
    let more = FEATURES
        | Features::CM_ASYNC
        | Features::CM_ASYNC_STACKFUL
        | Features::CM_MORE_ASYNC_BUILTINS
        | Features::CM_THREADING
        | Features::CM_ERROR_CONTEXT;
    Config { features: config.features | more, ..config.clone() }
}

/// Instantiates a component, calls what it exports without parameters, and lets go on what still can; and whether it came up.
fn run(component: &Component, config: &Config) -> (Trace, bool) {
    let mut store = Store::new(config);
    let mut linker = ComponentLinker::new();
    for name in ["log", "show"] {
        linker.define(name, HostItem::func(|_, _| Ok(Vec::new())));
    }
    linker.define("fail", HostItem::func(|_, _| Err(Fault::Trap(TrapCode::Host.into()))));
    linker.stub_imports(true);
    let events = Events::attach(&mut store);
    let end = store.instantiate_component(component, &linker, InstancePath::root());
    let mut outcome = match &end {
        Ok(_) => Outcome::Returned { values: Vec::new() },
        Err(error) => error.outcome(),
    };
    let instance = end.as_ref().ok();
    if let Some(instance) = instance {
        for name in ["run", "go", "f"] {
            if instance.func_type(&[name]).is_some_and(|ty| ty.params.is_empty())
                && let Err(fault) = store.call_component(instance, &[name], &[], Cause::Invoke)
            {
                outcome = fault.outcome(Phase::Call);
            }
        }
    }
    loop {
        match store.tick() {
            Ok(true) => {}
            Ok(false) => break,
            Err(fault) => {
                outcome = fault.outcome(Phase::Call);
                break;
            }
        }
    }
    let post_mortem = post_mortem::examine_components(&store, instance);
    let events = events.take().into_iter().map(without_representations).collect();
    (Trace { level: Level::Full, events, outcome, post_mortem }, instance.is_some())
}

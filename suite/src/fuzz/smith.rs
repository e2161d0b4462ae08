//! Modules that no plan describes: judged by comparing the tiers with each other.
//!
//! wasm-smith makes valid modules with imports, segments and start functions, and bodies for the modules of a plan. What
//! nobody predicts is compared: the interpreter is taken at its word, and the other tier has to do the same.

use super::{
    Checks, Events, Judge, Verdict, driver,
    judge::{Class, alike},
    oracles::lacks,
    text_of,
};
use crate::trace::{Cause, InstancePath, Level, Outcome, Phase, Trace};
use arbitrary::Unstructured;
use preflight_engine::{
    Config, Extern, Fault, Module, Ref, Store, Tier, Val,
    syntax::{ExternType, HeapType, ValType},
};
use preflight_plan::{Plan, Sizes, Wasm};
use std::{rc::Rc, slice};

/// How many calls and turns of loops the bodies of an instance take before they end by themselves, in a trap.
const BODY_FUEL: u32 = 200;

/// How often something is drawn again that turns out to be of no use.
pub(super) const TRIES: u64 = 8;

/// Other noise for each attempt at the input with this number.
pub(super) fn noises(seed: u64) -> impl Iterator<Item = Vec<u8>> {
    (0..TRIES).map(move |attempt| preflight_plan::bytes_of_seed(seed.rotate_right(8) ^ attempt))
}

/// The bytes of the module with this number: of those that are drawn the first whose imports can be given something, or which is
/// refused, since it should not be.
pub fn module(seed: u64) -> Vec<u8> {
    let config = driver::config(Tier::Interp);
    let is_of_use = |bytes: &Vec<u8>| {
        let module = Module::new(&config, bytes.as_slice());
        module.map_or(true, |module| stubs(&mut Store::new(&config), &module).is_some())
    };
    let drawn = || noises(seed).map(|noise| module_of(&noise));
    drawn().find(is_of_use).or_else(|| drawn().next()).unwrap_or_default()
}

/// The bytes of the module that is made from noise.
pub fn module_of(noise: &[u8]) -> Vec<u8> {
    let mut source = Unstructured::new(noise);
    match wasm_smith::Module::new(config(), &mut source) {
        Ok(module) => module.to_bytes(),
        // Too little noise for anything: the empty module.
        Err(_) => b"\0asm\x01\0\0\0".to_vec(),
    }
}

/// A module with the imports and exports of `shape`, and other bodies; `None` if the noise is too short for one.
pub fn shaped_module(shape: Vec<u8>, noise: &[u8]) -> Option<Vec<u8>> {
    let config = wasm_smith::Config {
        module_shape: Some(shape),
        max_memories: 12,
        max_tables: 12,
        extended_const_enabled: true,
        ..config()
    };
    let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(noise)).ok()?;
    // Without it half of all graphs would run out of fuel in the first function that loops, and nothing would come after.
    module.ensure_termination(BODY_FUEL).ok()?;
    Some(module.to_bytes())
}

/// The plan with this number for [`shaped`]: one without shared memories and small pages, of which wasm-smith knows nothing.
pub fn plan(seed: u64) -> Plan {
    let sizes = Sizes { proposals: false, ..Sizes::default() };
    let bytes = preflight_plan::bytes_of_seed(seed);
    Plan::draw(&mut Unstructured::new(&bytes), sizes).expect("zeros follow when the data ends")
}

/// Carries out a plan of [`plan`](fn@plan) in which the bodies of modules come from wasm-smith, on every tier of the judge; all
/// must do the same. `seed` chooses a module that is the only one, or says that they are all.
pub fn shaped(judge: &Judge, plan: &Plan, seed: u64) -> Verdict {
    shaped_by(judge, plan, seed, Checks::ALL)
}

/// As [`shaped`], with these oracles only besides the comparison of tiers.
pub fn shaped_by(judge: &Judge, plan: &Plan, seed: u64, checks: Checks) -> Verdict {
    match shaped_wasm(plan, seed) {
        Some(wasm) => graph(judge, plan, &wasm, "shaped", checks),
        None => Verdict::unsupported("a module that wasm-smith finds no bodies for".to_owned()),
    }
}

/// The plan with the bodies of [`shaped`]; none if there are none.
pub fn shaped_wasm(plan: &Plan, seed: u64) -> Option<Wasm> {
    let mut wasm = plan.to_wasm();
    let chosen = (seed / 16) as usize % wasm.modules.len().max(1);
    let are_all = seed % 16 != 11;
    let mut is_replaced = false;
    for (i, module) in wasm.modules.iter_mut().enumerate().filter(|(i, _)| are_all || *i == chosen) {
        let mut noises = noises(!seed ^ (i as u64) << 32);
        if let Some(replaced) = noises.find_map(|noise| shaped_module(module.clone(), &noise)) {
            *module = replaced;
            is_replaced = true;
        }
    }
    is_replaced.then_some(wasm)
}

/// Carries out a plan whose modules are others than it describes, on every tier of the judge; all must do the same.
pub(super) fn graph(judge: &Judge, plan: &Plan, wasm: &Wasm, remark: &str, checks: Checks) -> Verdict {
    let Some((_, config)) = judge.tiers.first() else { return Verdict::unsupported("a tier".to_owned()) };
    let decode = |modules: &[Vec<u8>]| {
        modules.iter().map(|bytes| Module::new(config, bytes.clone())).collect::<Result<Vec<Module>, _>>()
    };
    let modules = match decode(&wasm.modules) {
        Ok(modules) => modules,
        Err(error) => return Verdict::not_decoded(error),
    };
    let plan = Rc::new(Plan { again: plan.again || checks.again, ..plan.clone() });
    let actions = plan.actions();
    let mut first: Option<(&str, Vec<Trace>)> = None;
    for (name, config) in &judge.tiers {
        let (actual, _) = driver::run(&plan, &modules, &actions, config);
        if let Some(what) = lacks(&actual) {
            return Verdict::unsupported(what);
        }
        let Some((other, expected)) = &first else {
            first = Some((name, actual));
            continue;
        };
        if let Err(verdict) = alike(expected, &actual, &format!("{other} != {name} ({remark})")) {
            return verdict;
        }
    }
    let traces = first.map(|(_, traces)| traces).unwrap_or_default();
    let mut verdict = by_comparison(judge, traces.iter().map(|trace| &trace.outcome));
    verdict.checks.again = plan.again;
    if !checks.text {
        return verdict;
    }
    let from_text = match wasm.modules.iter().map(|bytes| text_of(bytes)).collect::<Result<Vec<_>, _>>() {
        Ok(from_text) => from_text,
        Err(why) => return verdict.without_text(&why),
    };
    let modules = match decode(&from_text) {
        Ok(modules) => modules,
        Err(error) => return Verdict::not_decoded(format!("from text: {error}")),
    };
    let (actual, _) = driver::run(&plan, &modules, &actions, config);
    verdict.checks.text = true;
    alike(&traces, &actual, &format!("interp != from text ({remark})")).err().unwrap_or(verdict)
}

/// The verdict where all tiers end in `outcomes`: a comparison, if there is more than one tier.
pub(super) fn by_comparison<'o>(judge: &Judge, outcomes: impl Iterator<Item = &'o Outcome> + Clone) -> Verdict {
    let verdict = match outcomes.clone().any(|outcome| matches!(outcome, Outcome::Exhausted { .. })) {
        true => Verdict::of(Class::Exhausted),
        false => Verdict::agreed(outcomes),
    };
    let is_compared = judge.compares();
    Verdict { is_compared, has_failure: verdict.has_failure && is_compared, ..verdict }
}

fn config() -> wasm_smith::Config {
    wasm_smith::Config {
        max_imports: 6,
        max_funcs: 6,
        max_instructions: 60,
        max_memory32_bytes: 1 << 20,
        max_memory64_bytes: 1 << 20,
        max_table_elements: 1_000,
        max_data_segments: 4,
        max_element_segments: 4,
        bulk_memory_enabled: true,
        reference_types_enabled: true,
        simd_enabled: true,
        exceptions_enabled: true,
        tail_call_enabled: true,
        gc_enabled: true,
        multi_value_enabled: true,
        memory64_enabled: true,
        canonicalize_nans: true,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        ..wasm_smith::Config::default()
    }
}

/// The verdict if a module that has run does something else than the same module through its text.
pub(super) fn unlike_text(judge: &Judge, bytes: &[u8], from_text: &[u8]) -> Option<Verdict> {
    let (_, config) = judge.tiers.first()?;
    let trace = |bytes: &[u8]| {
        let module = Module::new(config, bytes).map_err(|error| Verdict::not_decoded(format!("from text: {error}")))?;
        run(&module, config).ok_or_else(|| Verdict::disagreed("from text: another import".to_owned()))
    };
    match trace(bytes).and_then(|expected| Ok((expected, trace(from_text)?))) {
        Ok((expected, actual)) => super::judge::difference(&expected, &actual, "interp != from text (module)", 0),
        Err(verdict) => Some(verdict),
    }
}

/// Whether a module is valid by the validator of the tools that everybody uses. The engine asks it section by section, in a reader and
/// with limits of its own: what one of them takes and the other refuses is a finding.
pub(super) fn is_valid(config: &Config, bytes: &[u8]) -> bool {
    wasmparser::Validator::new_with_features(config.features).validate_all(bytes).is_ok() && !has_exact(bytes)
}

/// Whether a function is imported or exported as an exact one: wasmparser takes that without the proposal (custom descriptors),
/// and the grammar has no such kind (core `#binary-importdesc`).
pub(super) fn has_exact(bytes: &[u8]) -> bool {
    use wasmparser::{ExternalKind, Parser, Payload, TypeRef};
    Parser::new(0).parse_all(bytes).any(|payload| match payload {
        Ok(Payload::ImportSection(imports)) => imports
            .into_imports()
            .any(|import| matches!(import, Ok(import) if matches!(import.ty, TypeRef::FuncExact(_)))),
        Ok(Payload::ExportSection(exports)) => {
            exports.into_iter().any(|export| matches!(export, Ok(export) if export.kind == ExternalKind::FuncExact))
        }
        _ => false,
    })
}

/// Runs a module on every tier of the judge; all must do the same.
pub fn judge(judge: &Judge, bytes: &[u8]) -> Verdict {
    let Some((_, config)) = judge.tiers.first() else { return Verdict::unsupported("a tier".to_owned()) };
    let module = match (Module::new(config, bytes), is_valid(config, bytes)) {
        (Ok(module), true) => module,
        (Ok(_), false) => return Verdict::disagreed("decode: accepted, and not valid by wasmparser".to_owned()),
        (Err(error), true) => return Verdict::not_decoded(error),
        (Err(error), false) => return Verdict::refused(&error),
    };
    let mut traces = Vec::new();
    for (name, config) in &judge.tiers {
        match run(&module, config) {
            Some(trace) => traces.push((*name, trace)),
            None => return Verdict::unsupported("an import without a stub".to_owned()),
        }
    }
    if let Some(what) = traces.iter().find_map(|(_, trace)| lacks(slice::from_ref(trace))) {
        return Verdict::unsupported(what);
    }
    let (_, expected) = &traces[0];
    for (name, actual) in &traces[1..] {
        if let Some(verdict) = super::judge::difference(expected, actual, &format!("interp != {name}"), 0) {
            return verdict;
        }
    }
    by_comparison(judge, std::iter::once(&expected.outcome))
}

/// Instantiates a module with stubs and calls its exports; `None` if an import can have no stub.
fn run(module: &Module, config: &Config) -> Option<Trace> {
    let mut store = Store::new(config);
    let externs = stubs(&mut store, module)?;
    let events = Events::attach(&mut store);
    let outcome = match store.instantiate(module, &externs, InstancePath::root()) {
        Err(error) => error.outcome(),
        Ok(instance) => {
            let mut outcome = Outcome::Returned { values: Vec::new() };
            for (name, item) in store.exports(instance) {
                let Extern::Func(func) = item else { continue };
                let params = store.func_type(func).params.clone();
                let args: Option<Vec<Val>> =
                    params.iter().map(|ty| ty.is_defaultable().then(|| Val::default_of(*ty))).collect();
                let Some(args) = args else { continue };
                match store.call_export(instance, &name, &args, Cause::Invoke) {
                    Ok(_) => {}
                    Err(fault @ Fault::Exhausted(_)) => {
                        outcome = fault.outcome(Phase::Call);
                        break;
                    }
                    Err(fault) => outcome = fault.outcome(Phase::Call),
                }
            }
            outcome
        }
    };
    let imported = module.syntax().imports.iter().zip(&externs);
    let reachable: Vec<_> = imported.map(|(import, item)| (InstancePath::root(), import.name.clone(), *item)).collect();
    let post_mortem = crate::post_mortem::examine(&mut store, &reachable);
    Some(Trace { level: Level::Full, events: events.take(), outcome, post_mortem })
}

/// Something for every import; `None` if there is one that can have no stub.
fn stubs(store: &mut Store, module: &Module) -> Option<Vec<Extern>> {
    module.syntax().imports.iter().map(|import| stub(store, module, import)).collect()
}

/// Something for an import. Functions return zeros and nulls; what has a type that mentions others has none.
fn stub(store: &mut Store, module: &Module, import: &preflight_engine::syntax::Import) -> Option<Extern> {
    // Concrete heap types are indices into the module's types, which mean nothing to the store.
    let is_plain = |ty: &ValType| match ty {
        ValType::Ref(ty) => ty.nullable && !matches!(ty.heap, HeapType::Concrete(_)),
        _ => true,
    };
    Some(match import.ty {
        ExternType::Func(_) | ExternType::Tag(_) => {
            let ty = module.import_func_type(&import.ty)?.clone();
            if !ty.params.iter().chain(&ty.results).all(is_plain) {
                return None;
            }
            match import.ty {
                ExternType::Tag(_) => Extern::Tag(store.alloc_tag(ty)),
                _ => Extern::Func(store.alloc_func(ty, format!("{}.{}", import.module, import.name), |_, _, _| Ok(()))),
            }
        }
        ExternType::Memory(ty) => Extern::Memory(store.alloc_memory(ty).ok()?),
        ExternType::Global(ty) if is_plain(&ty.content) => {
            Extern::Global(store.alloc_global(ty, Val::default_of(ty.content)))
        }
        ExternType::Table(ty) if is_plain(&ValType::Ref(ty.element)) => {
            Extern::Table(store.alloc_table(ty, Ref::NULL).ok()?)
        }
        ExternType::Table(_) | ExternType::Global(_) => return None,
    })
}

//! Random modules on both tiers: the same steps, the same ends, the same state afterwards, the same fuel.
//!
//! `PREFLIGHT_SEED` is the first seed and `PREFLIGHT_COUNT` how many there are: `PREFLIGHT_SEED=1000 PREFLIGHT_COUNT=50000
//! cargo test --release -p preflight-engine --features jit,wasi --test tiers -- --nocapture`. A difference names its seed.
#![cfg(feature = "jit")]

use arbitrary::Unstructured;
use preflight_engine::{
    Compile, Config, Extern, Fault, InstantiateError, Module, Ref, Store, Tier, Trap, Val,
    runtime::TypeId,
    syntax::{CompType, ExternType, HeapType, RefType, ValType},
    trace::{Cause, Event, InstancePath, Level, Outcome, Phase, PostMortem, Resource, Sink, Trace, TrapCode, compare},
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// How far a module goes; small, so that many can be tried.
const FUEL: u64 = 5_000;
/// So few that recursion ends there before the fuel does, and that the machine's stack holds so many frames of any size.
const CALL_DEPTH: u32 = 100;
const NATIVE_STACK_BYTES: usize = 32 << 20;
const MEMORY_BYTES: u64 = 4 << 20;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn random_modules_do_the_same_on_both_tiers() {
    // Threads of tests have less of a stack than the limit lets compiled code take.
    let run = std::thread::Builder::new().stack_size(2 * NATIVE_STACK_BYTES).spawn(compare_modules);
    run.expect("a thread").join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn compare_modules() {
    let (first, count) = (setting("PREFLIGHT_SEED", 1), setting("PREFLIGHT_COUNT", 300));
    let mut seen = Seen::default();
    for seed in first..first + count {
        let bytes = random_module(seed);
        check(seed, &bytes, &mut seen);
    }
    println!("{seen:?}");
    assert!(count < 100 || seen.ran * 2 > count, "too few modules ran: {seen:?}");
    let out_of_stack = seen.exhausted.get(&Resource::Stack.to_string());
    assert!(count < 100 || out_of_stack.is_some(), "no module ran out of the stack: {seen:?}");
}

/// What the modules did.
#[derive(Debug, Default)]
struct Seen {
    ran: u64,
    calls: u64,
    threw: u64,
    /// By limit.
    exhausted: BTreeMap<String, u64>,
    /// By trap.
    trapped: BTreeMap<String, u64>,
    unlinkable: u64,
}

/// A valid module with all proposals on that exports everything.
fn random_module(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    };
    let data: Vec<u8> = (0..512).flat_map(|_| next().to_le_bytes()).collect();
    let config = wasm_smith::Config {
        // Every other one gets further, since nothing stops it.
        disallow_traps: seed.is_multiple_of(2),
        export_everything: true,
        allow_start_export: true,
        // A NaN that reaches a memory could not be told from other bytes afterwards.
        canonicalize_nans: true,
        custom_page_sizes_enabled: true,
        wide_arithmetic_enabled: true,
        max_memories: 3,
        max_tables: 3,
        max_memory32_bytes: MEMORY_BYTES,
        max_memory64_bytes: MEMORY_BYTES as u128,
        memory_max_size_required: true,
        max_table_elements: 1000,
        max_imports: 6,
        max_funcs: 10,
        max_type_size: 10_000,
        min_funcs: 2,
        ..wasm_smith::Config::default()
    };
    wasm_smith::Module::new(config, &mut Unstructured::new(&data)).expect("a module").to_bytes()
}

/// Collects events.
struct Events(Rc<RefCell<Vec<Event>>>);

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}

/// What one tier did.
struct Run {
    trace: Trace,
    outcomes: Vec<Outcome>,
    /// The traps, with function and offset.
    traps: Vec<Trap>,
    fuel: Option<u64>,
    state: Vec<State>,
}

/// What is left of an export.
#[derive(Debug, PartialEq)]
enum State {
    Memory(Vec<u8>),
    Values(Vec<preflight_engine::trace::Value>),
}

fn check(seed: u64, bytes: &[u8], seen: &mut Seen) {
    let interpreted = run(seed, bytes, Tier::Interp, seen);
    let compiled = run(seed, bytes, Tier::Jit, &mut Seen::default());
    if let Some(difference) = compare(&interpreted.trace, &compiled.trace) {
        panic!("seed {seed}: the traces differ: {difference:?}");
    }
    for (i, (left, right)) in interpreted.outcomes.iter().zip(&compiled.outcomes).enumerate() {
        assert!(same_outcome(left, right), "seed {seed}: call {i} ended as {left:?} and as {right:?}");
    }
    assert_eq!(interpreted.traps, compiled.traps, "seed {seed}");
    assert_eq!(interpreted.outcomes.len(), compiled.outcomes.len(), "seed {seed}");
    assert_eq!(interpreted.fuel, compiled.fuel, "seed {seed}: fuel that is left");
    for (i, (left, right)) in interpreted.state.iter().zip(&compiled.state).enumerate() {
        assert!(left == right, "seed {seed}: export {i} differs");
    }
}

/// Outcomes are compared as the ends of traces are.
fn same_outcome(left: &Outcome, right: &Outcome) -> bool {
    let trace = |outcome: &Outcome| Trace {
        level: Level::Outcome,
        events: Vec::new(),
        outcome: outcome.clone(),
        post_mortem: PostMortem::default(),
    };
    let unsupported = |outcome: &Outcome| matches!(outcome, Outcome::Unsupported { .. });
    unsupported(left) == unsupported(right) && compare(&trace(left), &trace(right)).is_none()
}

fn run(seed: u64, bytes: &[u8], tier: Tier, seen: &mut Seen) -> Run {
    let mut config = Config { tier, ..Config::default() };
    config.compile = if seed.is_multiple_of(5) { Compile::Eager } else { Compile::Lazy };
    config.limits.fuel = Some(FUEL);
    config.limits.memory_bytes = MEMORY_BYTES;
    config.limits.call_depth = CALL_DEPTH;
    config.limits.native_stack_bytes = NATIVE_STACK_BYTES;
    let module = Module::new(&config, bytes).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    let mut store = Store::new(&config);
    store.set_gc_stress(seed.is_multiple_of(3));
    let events = Rc::new(RefCell::new(Vec::new()));
    store.set_sink(Some(Box::new(Events(events.clone()))));
    let (mut outcomes, mut traps) = (Vec::new(), Vec::new());
    let mut state = Vec::new();
    if let Some(externs) = stand_ins(&mut store, &module) {
        match store.instantiate(&module, &externs, InstancePath::root()) {
            Ok(instance) => {
                seen.ran += 1;
                for (name, item) in store.exports(instance) {
                    if let Extern::Func(func) = item {
                        let Some(args) = arguments(&store, func) else { continue };
                        let end = store.call_export(instance, &name, &args, Cause::Invoke);
                        seen.calls += 1;
                        if let Err(Fault::Trap(trap)) = end {
                            traps.push(trap);
                        }
                        outcomes.push(outcome(&store, end, seen));
                        store.set_fuel(store.fuel().map(|fuel| fuel.max(FUEL / 4)));
                    }
                }
                state = exports_state(&store, instance);
            }
            Err(InstantiateError::Link(_)) => seen.unlinkable += 1,
            Err(InstantiateError::Fault { phase, fault }) => {
                seen.ran += 1;
                count(&fault, seen);
                if let Fault::Trap(trap) = fault {
                    traps.push(trap);
                }
                outcomes.push(fault.outcome(phase));
            }
        }
    }
    drop(store.set_sink(None));
    let events = events.take();
    let fuel = store.fuel();
    let trace = Trace {
        level: Level::Full,
        events,
        outcome: Outcome::Returned { values: Vec::new() },
        post_mortem: PostMortem::default(),
    };
    Run { trace, outcomes, traps, fuel, state }
}

fn outcome(store: &Store, end: Result<Vec<Val>, Fault>, seen: &mut Seen) -> Outcome {
    match end {
        Ok(values) => Outcome::Returned { values: values.iter().map(|value| store.trace_value(*value)).collect() },
        Err(fault) => {
            count(&fault, seen);
            fault.outcome(Phase::Call)
        }
    }
}

fn count(fault: &Fault, seen: &mut Seen) {
    match fault {
        Fault::Trap(trap) => *seen.trapped.entry(trap.code.to_string()).or_default() += 1,
        Fault::Exception(_) => seen.threw += 1,
        Fault::Exhausted(what) => *seen.exhausted.entry(what.to_string()).or_default() += 1,
        _ => {}
    }
}

/// What the exported memories, tables and globals hold.
fn exports_state(store: &Store, instance: preflight_engine::runtime::InstanceAddr) -> Vec<State> {
    let state = |item: &Extern| match *item {
        Extern::Memory(addr) => {
            let memory = store.memory(addr);
            let mut bytes = vec![0; memory.len_bytes()];
            memory.read(0, &mut bytes).expect("the size that it has");
            Some(State::Memory(bytes))
        }
        Extern::Global(addr) => Some(State::Values(vec![canonical(store.trace_value(store.global(addr)))])),
        Extern::Table(addr) => {
            let entries = store.table(addr).entries().iter();
            Some(State::Values(entries.map(|entry| store.trace_value(Val::Ref(*entry))).collect()))
        }
        _ => None,
    };
    store.exports(instance).iter().filter_map(|(_, item)| state(item)).collect()
}

/// One NaN for all.
fn canonical(value: preflight_engine::trace::Value) -> preflight_engine::trace::Value {
    use preflight_engine::trace::Value;
    match value {
        Value::F32(bits) if f32::from_bits(bits).is_nan() => Value::F32(f32::NAN.to_bits()),
        Value::F64(bits) if f64::from_bits(bits).is_nan() => Value::F64(f64::NAN.to_bits()),
        other => other,
    }
}

fn default(ty: ValType) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(1),
        ValType::I64 => Val::I64(-7),
        ValType::F32 => Val::F32(1.5f32.to_bits()),
        ValType::F64 => Val::F64((-2.25f64).to_bits()),
        ValType::V128 => Val::V128(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210),
        ValType::Ref(RefType { nullable: true, .. }) => Val::Ref(Ref::NULL),
        ValType::Ref(RefType { heap: HeapType::Extern | HeapType::Any, .. }) => Val::Ref(Ref::host(3)),
        ValType::Ref(_) => return None,
    })
}

fn arguments(store: &Store, func: preflight_engine::runtime::FuncAddr) -> Option<Vec<Val>> {
    store.func_type(func).params.iter().map(|ty| default(*ty)).collect()
}

/// Something of the right type for each import; functions return defaults, or trap where there is none.
fn stand_ins(store: &mut Store, module: &Module) -> Option<Vec<Extern>> {
    let make = |import: &preflight_engine::syntax::Import| {
        Some(match store.close_import(module, import.ty) {
            ExternType::Func(id) => host_func(store, TypeId::of(id), &import.name),
            ExternType::Tag(id) => Extern::Tag(store.alloc_tag_of_type(TypeId::of(id))),
            ExternType::Memory(ty) => Extern::Memory(store.alloc_memory(ty).ok()?),
            ExternType::Table(ty) if !ty.element.nullable && ty.limits.min > 0 => return None,
            ExternType::Table(ty) => Extern::Table(store.alloc_table(ty, Ref::NULL).ok()?),
            ExternType::Global(ty) => Extern::Global(store.alloc_global(ty, default(ty.content)?)),
        })
    };
    module.syntax().imports.iter().map(make).collect()
}

fn host_func(store: &mut Store, id: TypeId, name: &str) -> Extern {
    let results: Option<Vec<Val>> = match &store.types().get(id).comp {
        CompType::Func(ty) => ty.results.iter().map(|ty| default(*ty)).collect(),
        _ => None,
    };
    Extern::Func(store.alloc_func_of_type(id, name, move |_, _, out| match &results {
        Some(results) => {
            out.copy_from_slice(results);
            Ok(())
        }
        None => Err(Fault::Trap(Trap::from(TrapCode::Host))),
    }))
}

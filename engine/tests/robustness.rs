//! Hostile input: whatever the bytes, decoding, instantiating and calling end with a value or a typed error, within the
//! limits, and never with a panic.
//!
//! A million mutations, as a release build:
//!
//! ```text
//! PREFLIGHT_MUTATIONS=1000000 cargo test --release -p preflight-engine --test robustness
//! ```
//!
//! `PREFLIGHT_MUTATIONS` is how many inputs are made (a few thousand without it), `PREFLIGHT_SEED` where the sequence
//! starts. A failure prints the seed of its input and the bytes: `PREFLIGHT_MUTATIONS=1 PREFLIGHT_SEED=<it>` repeats it.

mod common;

use common::{Recorder, rng::Rng, root, stub};
use preflight_engine::{
    Config, Extern, Fault, InstantiateError, InterruptHandle, Limits, Module, Store, Val, config,
    trace::{Cause, Event, Resource},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Limits that a test of many thousand inputs can afford.
const LIMITS: Limits = Limits {
    fuel: Some(20_000),
    call_depth: 200,
    stack_slots: 20_000,
    native_stack_bytes: 256 << 10,
    memory_bytes: 1 << 20,
    table_elements: 1_000,
    heap_bytes: 1 << 18,
    instances: 4,
    host_depth: 8,
    fibers: 16,
    fiber_stack_bytes: 256 << 10,
};

fn settings() -> Config {
    Config { features: config::supported_features(), limits: LIMITS, ..common::config() }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    Some(parsed.unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn mutations() -> u64 {
    number("PREFLIGHT_MUTATIONS").unwrap_or(4_000)
}

fn first_seed() -> u64 {
    number("PREFLIGHT_SEED").unwrap_or(0)
}

/// Hand-made modules: each with something that happens at start-up, and together with every proposal.
const HAND_MADE: &[&str] = &[
    r#"(module (import "m" "f" (func $f (param i32) (result i32))) (memory (export "mem") 1 4)
         (global $g (mut i32) (i32.const 3)) (table 4 funcref) (elem (i32.const 1) $a $b) (elem func $a)
         (data (i32.const 8) "hello") (data "passive")
         (func $a (param i32 i64 f32 f64) (result f64) (local i32)
           (local.set 4 (i32.add (local.get 0) (call $f (local.get 0))))
           (f64.add (local.get 3) (f64.promote_f32 (f32.div (local.get 2) (f32.convert_i32_s (local.get 4))))))
         (func $b (export "b") (result i32)
           (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 7)) (data.drop 1)
           (table.init 1 (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop 1)
           (memory.fill (i32.const 100) (i32.const 7) (i32.const 100))
           (memory.copy (i32.const 90) (i32.const 95) (i32.const 100))
           (drop (memory.grow (i32.const 1))) (i32.load offset=98 (i32.const 0)))
         (func $main (local i32) (loop $l (global.set $g (i32.add (global.get $g) (i32.const 1)))
           (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 50))))
           (drop (call_indirect (param i32 i64 f32 f64) (result f64) (i32.const 5) (i64.const 6) (f32.const 7)
             (f64.const 8) (i32.const 1))))
         (func (export "switch") (param i32) (result i32 i32)
           (block $a (result i32) (block $b (result i32) (block $c (result i32)
             (br_table $a $b $c $a (i32.const 9) (local.get 0))) (i32.const 1) (i32.add)) (i32.const 2) (i32.add))
           (local.get 0))
         (start $main) (export "a" (func $a)))"#,
    r#"(module
         (rec (type $list (sub (struct (field $v i32) (field $next (mut (ref null $list))))))
              (type $wide (sub final $list (struct (field i32) (field (mut (ref null $list))) (field (mut v128)) (field i8)))))
         (type $bytes (array (mut i8))) (type $refs (array (mut eqref))) (type $fn (func (param i32) (result i32)))
         (global $g (mut (ref null $list)) (struct.new $list (i32.const 1) (ref.null $list)))
         (global $i (ref i31) (ref.i31 (i32.const -1)))
         (table 3 eqref (ref.i31 (i32.const -1))) (elem (table 0) (i32.const 1) eqref (item (ref.i31 (i32.const 4))))
         (data $d "0123456789abcdef")
         (elem $e funcref (ref.func $id)) (func $id (type $fn) (local.get 0))
         (func $grow (param i32) (loop $l
           (global.set $g (struct.new $wide (local.get 0) (global.get $g) (v128.const i64x2 1 2) (i32.const 300)))
           (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
         (func (export "sum") (param i32) (result i32) (local $c (ref null $list)) (local $s i32)
           (call $grow (i32.and (local.get 0) (i32.const 63)))
           (local.set $c (global.get $g))
           (block $done (loop $l
             (br_if $done (ref.is_null (local.get $c)))
             (local.set $s (i32.add (local.get $s) (struct.get $list $v (local.get $c))))
             (drop (block $not (result (ref null $list))
               (local.set $s (i32.add (local.get $s) (struct.get_s $wide 3 (br_on_cast_fail $not (ref null $list) (ref $wide) (local.get $c)))))
               (ref.null $list)))
             (local.set $c (struct.get $list $next (local.get $c))) (br $l)))
           (local.get $s))
         (func (export "arrays") (param i32) (result i32) (local $a (ref null $bytes)) (local $r (ref null $refs))
           (local.set $a (array.new_data $bytes $d (i32.const 2) (i32.const 10)))
           (array.fill $bytes (local.get $a) (i32.const 1) (local.get 0) (i32.const 3))
           (array.copy $bytes $bytes (local.get $a) (i32.const 0) (local.get $a) (i32.const 1) (i32.const 4))
           (local.set $r (array.new $refs (local.get $a) (i32.const 20)))
           (array.set $refs (local.get $r) (i32.const 3) (local.get $r))
           (table.set 0 (i32.const 0) (local.get $r))
           (i32.add (array.get_u $bytes (ref.cast (ref $bytes) (array.get $refs (local.get $r) (i32.const 4))) (i32.const 2))
             (array.len (local.get $r))))
         (func (export "call") (param i32) (result i32) (call_ref $fn (local.get 0) (ref.func $id)))
         (func $main (call $grow (i32.const 20))) (start $main))"#,
    r#"(module (import "m" "u" (tag $u)) (import "m" "h" (func $h)) (tag $t (param i32 i64))
         (func $throw (param i32) (if (local.get 0) (then (throw $t (local.get 0) (i64.const 5))) (else (throw $u))))
         (func $deep (param i32 i32) (if (i32.eqz (local.get 0)) (then (return_call $throw (local.get 1))))
           (call $h) (call $deep (i32.sub (local.get 0) (i32.const 1)) (local.get 1)))
         (func $catch (export "catch") (param i32 i32) (result i32 i64)
           (block $caught (result i32 i64 exnref)
             (block $all (result exnref)
               (try_table (catch_ref $t $caught) (catch_all_ref $all) (call $deep (local.get 0) (local.get 1)))
               (return (i32.const 0) (i64.const 0)))
             (drop) (return (i32.const -1) (i64.const -1)))
           (drop))
         (func (export "rethrow") (param i32)
           (block $b (result exnref) (try_table (catch_all_ref $b) (call $throw (local.get 0))) (return)) (throw_ref))
         (func $main (call $catch (i32.const 5) (i32.const 1)) (drop) (drop)) (start $main))"#,
    r#"(module (memory 1) (data (i32.const 0) "\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f\10")
         (global $v (mut v128) (v128.const i32x4 1 2 3 4))
         (func $mix (export "mix") (param v128 i32) (result v128) (local v128)
           (local.set 2 (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get 0) (v128.load (i32.const 0))))
           (global.set $v (i32x4.replace_lane 2 (i16x8.mul (local.get 2) (global.get $v)) (local.get 1)))
           (v128.store8_lane offset=64 3 (local.get 1) (local.get 2))
           (v128.bitselect (global.get $v) (i8x16.swizzle (local.get 2) (local.get 0)) (f32x4.sqrt (local.get 0))))
         (func (export "relaxed") (param v128 v128 v128) (result v128)
           (f32x4.relaxed_madd (local.get 0) (i32x4.relaxed_trunc_f32x4_s (local.get 1)) (local.get 2)))
         (func (export "pick") (param v128 v128 i32) (result v128 i32)
           (select (local.get 0) (local.get 1) (local.get 2)) (i8x16.bitmask (local.get 1)))
         (func $main (drop (call $mix (v128.const i64x2 7 9) (i32.const 5)))) (start $main))"#,
    r#"(module (memory $s (export "s") 1 2 shared) (memory $w i64 1 3) (memory $p 100 (pagesize 1)) (table $t i64 2 funcref)
         (data (memory $w) (i64.const 16) "wide") (elem (table $t) (i64.const 1) func $main)
         (func $main (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 3))))
         (func (export "atomics") (param i32 i64) (result i64)
           (drop (memory.atomic.notify (local.get 0) (i32.const 1)))
           (drop (memory.atomic.wait32 (local.get 0) (i32.const 9) (i64.const 1000)))
           (i64.atomic.rmw16.cmpxchg_u offset=2 (local.get 0) (local.get 1) (i64.const 5)))
         (func (export "wide") (param i64 i64) (result i64 i64)
           (i64.store $w offset=100 (local.get 0) (local.get 1))
           (memory.copy $w $p (local.get 0) (i32.const 3) (i32.const 5))
           (i64.add128 (i64.mul_wide_u (local.get 0) (local.get 1)) (local.get 1) (i64.load $w (i64.const 12))))
         (func (export "table") (param i64) (result i64 i32)
           (call_indirect $t (local.get 0)) (table.grow $t (ref.null func) (local.get 0)) (memory.grow $p (i32.const 10)))
         (start $main))"#,
    r#"(module (type $f (func (param i32 i32 i32) (result i32))) (import "m" "t" (table $t 4 funcref))
         (import "m" "m" (memory 1)) (import "m" "g" (global $g i32)) (import "m" "x" (global $x (mut externref)))
         (elem (i32.const 0) $a $b) (data (i32.const 4) "x")
         (func $a (type $f) (return_call_indirect (type $f) (local.get 1) (local.get 2) (local.get 0) (i32.const 1)))
         (func $b (type $f) (select (local.get 0) (i32.sub (local.get 1) (local.get 2)) (local.get 2)))
         (func (export "run") (param i32) (result i32) (local i32 i32)
           (local.get 0) (local.get 1)
           (loop $l (param i32 i32) (result i32 i32)
             (local.set 1) (local.tee 2) (local.get 1) (i32.const 1) (i32.add)
             (br_if $l (i32.lt_s (local.get 1) (i32.const 10))))
           (drop) (drop) (call $a (local.get 0) (local.get 1) (local.get 2)))
         (func (export "ext") (param externref) (result externref) (global.set $x (local.get 0)) (global.get $x))
         (func $start (drop (call $a (i32.const 1) (global.get $g) (i32.const 3)))) (start $start))"#,
];

/// A random valid module; every fourth exports all that is in it.
fn generate(seed: u64) -> Option<Vec<u8>> {
    let mut rng = Rng::new(seed);
    let bytes = rng.bytes(4096);
    let some = |rng: &mut Rng| rng.below(2) == 0;
    let config = wasm_smith::Config {
        allow_start_export: true,
        export_everything: seed.is_multiple_of(4),
        gc_enabled: true,
        exceptions_enabled: true,
        custom_page_sizes_enabled: some(&mut rng),
        wide_arithmetic_enabled: true,
        extended_const_enabled: true,
        relaxed_simd_enabled: true,
        threads_enabled: some(&mut rng),
        memory64_enabled: some(&mut rng),
        tail_call_enabled: true,
        max_memories: 3,
        max_tables: 3,
        max_memory32_bytes: 1 << 20,
        max_memory64_bytes: 1 << 20,
        max_table_elements: 100,
        max_funcs: 12,
        max_types: 12,
        max_globals: 8,
        max_imports: if some(&mut rng) { 6 } else { 0 },
        max_exports: 8,
        max_tags: 3,
        max_data_segments: 4,
        max_element_segments: 4,
        max_elements: 8,
        max_instructions: 60,
        min_funcs: 2,
        ..wasm_smith::Config::default()
    };
    let module = wasm_smith::Module::new(config, &mut arbitrary::Unstructured::new(&bytes)).ok()?;
    Some(module.to_bytes())
}

/// The inputs that mutations start from.
fn corpus() -> Vec<Vec<u8>> {
    let mut corpus: Vec<Vec<u8>> = HAND_MADE.iter().map(|text| common::wasm(text)).collect();
    corpus.extend((0..60).filter_map(generate));
    corpus
}

/// Stops what waits for ever (an atomic wait spends no fuel), and ends the whole test if even that does not help.
#[derive(Clone)]
struct Watchdog(Arc<Mutex<Option<Watched>>>);

struct Watched {
    since: Instant,
    handle: Option<InterruptHandle>,
    input: String,
}

impl Watchdog {
    fn new() -> Watchdog {
        let shared: Arc<Mutex<Option<Watched>>> = Arc::default();
        let weak = Arc::downgrade(&shared);
        std::thread::spawn(move || {
            while let Some(shared) = weak.upgrade() {
                if let Some(watched) = &*shared.lock().expect("nobody panics with the lock") {
                    let age = watched.since.elapsed();
                    if age > Duration::from_millis(300)
                        && let Some(handle) = &watched.handle
                    {
                        handle.interrupt();
                    }
                    if age > Duration::from_secs(60) {
                        eprintln!("does not end, although interrupted: {}", watched.input);
                        std::process::exit(101);
                    }
                }
                drop(shared);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Watchdog(shared)
    }

    fn watch(&self, input: impl FnOnce() -> String) {
        let watched = Watched { since: Instant::now(), handle: None, input: input() };
        *self.0.lock().expect("nobody panics with the lock") = Some(watched);
    }

    fn of_store(&self, store: &Store) {
        if let Some(watched) = &mut *self.0.lock().expect("nobody panics with the lock") {
            watched.handle = Some(store.interrupt_handle());
        }
    }
}

/// How far an input came.
#[derive(Debug, PartialEq)]
enum Run {
    /// It is no valid module.
    Rejected,
    /// It needs an import that nothing can stand in for.
    NoStub,
    /// It was instantiated or failed to be; the events and the ends.
    Ran { events: Vec<Event>, ends: Vec<String>, done: bool },
}

/// Decodes, instantiates, and calls every exported function. The arguments follow from `seed`.
fn run(bytes: &[u8], seed: u64, stress: bool, watchdog: &Watchdog) -> Run {
    let config = settings();
    let Ok(module) = Module::new(&config, bytes) else { return Run::Rejected };
    let mut store = Store::new(&config);
    watchdog.of_store(&store);
    let Some(externs) = stub::imports(&mut store, &module) else { return Run::NoStub };
    store.set_gc_stress(stress);
    let recorder = Recorder::of(&mut store);
    let mut rng = Rng::new(seed);
    let mut ends = Vec::new();
    let done = match store.instantiate(&module, &externs, root()) {
        Ok(instance) => {
            for (name, item) in store.exports(instance) {
                let Extern::Func(func) = item else { continue };
                let params = store.func_type(func).params.clone();
                let args: Option<Vec<Val>> = params.iter().map(|ty| stub::argument(&mut rng, *ty)).collect();
                let Some(args) = args else { continue };
                store.set_fuel(LIMITS.fuel);
                let end = store.call_export(instance, &name, &args, Cause::Invoke);
                ends.push(describe(&store, end));
            }
            true
        }
        Err(InstantiateError::Link(error)) => panic!("the stubs have the types of the imports: {error}"),
        Err(InstantiateError::Fault { fault, .. }) => {
            ends.push(describe(&store, Err(fault)));
            false
        }
    };
    Run::Ran { events: recorder.take(), ends, done }
}

/// An end for comparison. References are compared by what can be said of them.
fn describe(store: &Store, end: Result<Vec<Val>, Fault>) -> String {
    match end {
        Ok(values) => format!("{:?}", values.into_iter().map(|value| store.trace_value(value)).collect::<Vec<_>>()),
        Err(Fault::Usage(what)) if !what.contains("not of the type") => panic!("nothing was used wrongly: {what}"),
        Err(Fault::Unsupported(what)) => panic!("validation accepts only what can run: {what}"),
        Err(Fault::Exception(_)) => "exception".to_owned(),
        Err(fault) => format!("{fault}"),
    }
}

/// Runs `body` and, if it panics, says with which input.
fn guarded<T>(seed: u64, bytes: &[u8], watchdog: &Watchdog, body: impl FnOnce() -> T) -> T {
    let hex = || bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    watchdog.watch(|| format!("seed {seed:#x}, bytes {}", hex()));
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| panic!("seed {seed:#x}, bytes {}", hex()))
}

// Core spec, *Implementation Limitations* (`#impl`): an implementation may give up, but in a defined way.
#[test]
fn mutated_modules_end_with_a_value_or_a_typed_error() {
    let (corpus, watchdog) = (corpus(), Watchdog::new());
    let (mut ran, mut done, count) = (0_u64, 0_u64, mutations());
    for i in 0..count {
        let seed = first_seed().wrapping_add(i);
        let bytes = mutate(&corpus, &mut Rng::new(seed));
        let end = guarded(seed, &bytes, &watchdog, || run(&bytes, seed, false, &watchdog));
        if let Run::Ran { done: complete, .. } = end {
            ran += 1;
            done += complete as u64;
        }
    }
    if count >= 1_000 {
        // Mutations that never get past the decoder would test nothing else.
        assert!(ran >= count / 50 && done >= count / 100, "{ran} of {count} ran, {done} to the end");
    }
}

// Core spec, *Validation*: what the generator makes is valid, so it decodes and instantiates as far as it goes.
#[test]
fn generated_modules_decode_and_run_the_same_way_twice_and_under_stress() {
    let watchdog = Watchdog::new();
    let (mut ran, mut compared) = (0, 0);
    let count = (mutations() / 20).max(1);
    for i in 0..count {
        let seed = first_seed().wrapping_add(i);
        let Some(bytes) = generate(seed) else { continue };
        guarded(seed, &bytes, &watchdog, || {
            if let Err(error) = Module::new(&settings(), bytes.as_slice()) {
                panic!("the generator makes valid modules: {error}");
            }
            let first = run(&bytes, seed, false, &watchdog);
            let Run::Ran { ends, .. } = &first else { return };
            ran += 1;
            // What depends on time or on when the collector runs may differ.
            let depends =
                |end: &String| [Resource::Interrupt, Resource::Memory].iter().any(|r| end.contains(&r.to_string()));
            if ends.iter().any(depends) {
                return;
            }
            compared += 1;
            assert_eq!(first, run(&bytes, seed, false, &watchdog), "a second run");
            assert_eq!(first, run(&bytes, seed, true, &watchdog), "with a collection at every allocation");
        });
    }
    assert!(count < 100 || ran >= count / 4, "{ran} of {count} ran");
    assert!(count < 100 || compared >= count / 8, "{compared} of {count} were compared");
}

/// Arbitrary bytes behind a valid header, and without one.
#[test]
fn random_bytes_are_rejected() {
    let watchdog = Watchdog::new();
    for i in 0..mutations() / 4 {
        let seed = first_seed().wrapping_add(i);
        let mut rng = Rng::new(seed);
        let len = rng.below(200);
        let mut bytes = if seed.is_multiple_of(2) { b"\0asm\x01\0\0\0".to_vec() } else { Vec::new() };
        bytes.extend(rng.bytes(len));
        guarded(seed, &bytes, &watchdog, || run(&bytes, seed, false, &watchdog));
    }
    assert_eq!(run(&[0xff; 64], 0, false, &watchdog), Run::Rejected);
}

/// The hand-made modules reach the end of their instantiation: else the mutations would start from failures.
#[test]
fn hand_made_modules_instantiate() {
    let watchdog = Watchdog::new();
    for (i, text) in HAND_MADE.iter().enumerate() {
        let bytes = common::wasm(text);
        if let Err(error) = Module::new(&settings(), bytes.as_slice()) {
            panic!("hand-made module {i}: {error}");
        }
        let end = run(&bytes, 1, false, &watchdog);
        assert!(matches!(end, Run::Ran { done: true, .. }), "hand-made module {i}: {end:?}");
    }
}

/// One to three mutations of a module of the corpus.
fn mutate(corpus: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = corpus[rng.below(corpus.len())].clone();
    let times = [1, 1, 1, 2, 3][rng.below(5)];
    for _ in 0..times {
        match rng.below(12) {
            0..=3 => flip(&mut bytes, rng),
            4 => bytes.truncate(rng.below(bytes.len() + 1)),
            5 => splice(&mut bytes, &corpus[rng.below(corpus.len())], rng),
            6 => edit_length(&mut bytes, rng),
            7 => swap_sections(&mut bytes, rng),
            8 => replace_section(&mut bytes, &corpus[rng.below(corpus.len())], rng),
            9 => edit_leb(&mut bytes, rng),
            10 => repeat_section(&mut bytes, rng),
            _ => remove_or_insert(&mut bytes, rng),
        }
    }
    bytes
}

/// Changes up to three bytes, mostly by little.
fn flip(bytes: &mut [u8], rng: &mut Rng) {
    for _ in 0..1 + rng.below(3) {
        let at = rng.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte = match rng.below(4) {
                0 => *byte ^ 1 << rng.below(8),
                1 => byte.wrapping_add(1),
                2 => byte.wrapping_sub(1),
                _ => rng.next() as u8,
            };
        }
    }
}

/// Replaces a part by a part of another module.
fn splice(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let (from, to) = (rng.below(other.len()), rng.below(bytes.len()));
    let len = rng.below(64).min(other.len() - from);
    let end = (to + rng.below(64)).min(bytes.len());
    bytes.splice(to..end, other[from..from + len].iter().copied());
}

fn remove_or_insert(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.below(bytes.len());
    let end = (at + 1 + rng.below(4)).min(bytes.len());
    if rng.below(2) == 0 {
        bytes.drain(at..end);
    } else {
        let new = rng.bytes(end - at);
        bytes.splice(at..at, new);
    }
}

/// Writes an extreme or an overlong number over a byte.
fn edit_leb(bytes: &mut Vec<u8>, rng: &mut Rng) {
    const NUMBERS: [&[u8]; 8] = [
        &[0x00],
        &[0x7f],
        &[0x80, 0x00],
        &[0xff, 0x7f],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0x80, 0x80, 0x80, 0x80, 0x78],
        &[0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ];
    let at = rng.below(bytes.len());
    let end = (at + 1).min(bytes.len());
    bytes.splice(at..end, NUMBERS[rng.below(NUMBERS.len())].iter().copied());
}

/// A section: its id and its contents.
type Section = (u8, Vec<u8>);

/// The sections of a module, as far as they can be read; `None` if the header is broken.
fn sections(bytes: &[u8]) -> Option<Vec<Section>> {
    let mut rest = bytes.strip_prefix(b"\0asm\x01\0\0\0")?;
    let mut sections = Vec::new();
    while let Some((id, after)) = rest.split_first() {
        let mut len = 0_usize;
        let mut used = 0_usize;
        for byte in after.iter().take(5) {
            len |= ((byte & 0x7f) as usize) << (7 * used);
            used += 1;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let contents = after.get(used..used.checked_add(len)?)?;
        sections.push((*id, contents.to_vec()));
        rest = &after[used + len..];
    }
    Some(sections)
}

fn join(sections: &[Section]) -> Vec<u8> {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    for (id, contents) in sections {
        bytes.push(*id);
        leb(&mut bytes, contents.len() as u32);
        bytes.extend_from_slice(contents);
    }
    bytes
}

fn leb(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Makes a section, or the number of things in it, longer or shorter than it is.
fn edit_length(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let Some(mut all) = sections(bytes) else { return };
    let i = rng.below(all.len());
    let Some((_, contents)) = all.get_mut(i) else { return };
    if rng.below(2) == 0 {
        let len = contents.len();
        contents.resize((len + rng.below(8)).saturating_sub(4), 0);
    } else if let Some(first) = contents.first_mut() {
        *first = first.wrapping_add(rng.below(5) as u8).wrapping_sub(2);
    }
    *bytes = join(&all);
}

fn swap_sections(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let Some(mut all) = sections(bytes).filter(|all| !all.is_empty()) else { return };
    let (i, j) = (rng.below(all.len()), rng.below(all.len()));
    all.swap(i, j);
    *bytes = join(&all);
}

/// Replaces a section by the one with the same id of another module.
fn replace_section(bytes: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let (Some(mut all), Some(others)) = (sections(bytes), sections(other)) else { return };
    let i = rng.below(all.len());
    let Some((id, contents)) = all.get_mut(i) else { return };
    if let Some((_, new)) = others.into_iter().find(|(other, _)| other == id) {
        *contents = new;
    }
    *bytes = join(&all);
}

fn repeat_section(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let Some(mut all) = sections(bytes).filter(|all| !all.is_empty()) else { return };
    let i = rng.below(all.len());
    let copy = all[i].clone();
    if rng.below(2) == 0 {
        all.insert(i, copy);
    } else {
        all.remove(i);
    }
    *bytes = join(&all);
}

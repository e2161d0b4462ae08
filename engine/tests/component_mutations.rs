//! Mutated components never panic: whatever is done to their bytes, to their sections, or to the core modules inside, decoding,
//! instantiating and calling end with a value or a typed error.
//!
//! ```text
//! PREFLIGHT_MUTATIONS=1000000 cargo test --release -p preflight-engine --test component_mutations
//! ```
//!
//! `PREFLIGHT_MUTATIONS` is how many inputs are made of each kind (a few hundred without it), `PREFLIGHT_SEED` where the
//! sequence starts. A failure prints its seed: `PREFLIGHT_MUTATIONS=1 PREFLIGHT_SEED=<it>` repeats it.

#![cfg(feature = "component")]

mod common;
mod component_support;

use common::rng::Rng;
use component_support::{
    bytes,
    hostile::{RICH, run},
};
use preflight_engine::{Config, Features, Module, ModuleError, component::Component};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Nested components with start functions and values, besides [`RICH`].
const LEVELS: &str = r#"(component
    (import "v" (value $v u32))
    (import "log" (func $log (param "id" u32)))
    (component $Inner
        (import "w" (value $w u32))
        (import "log" (func $log (param "id" u32)))
        (core func $log' (canon lower (func $log)))
        (core module $M (import "" "log" (func $log (param i32)))
            (memory (export "m") 1) (table 2 funcref) (elem (i32.const 0) $s) (data (i32.const 8) "data")
            (global $g (mut i64) (i64.const 1))
            (func $s (call $log (i32.const 1)) (global.set $g (i64.mul (global.get $g) (i64.const 3))))
            (func (export "twice") (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
            (func (export "run") (result i32) (local i32)
                (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                    (br_if $l (i32.lt_u (local.get 0) (i32.const 9))))
                (call $s) (i32.load8_u offset=8 (local.get 0)))
            (start $s))
        (core instance $m (instantiate $M (with "" (instance (export "log" (func $log'))))))
        (func $twice (param "x" u32) (result u32) (canon lift (core func $m "twice")))
        (start $twice (value $w) (result (value $out)))
        (export "out" (value $out))
        (func (export "run") (result u32) (canon lift (core func $m "run"))))
    (instance $i (instantiate $Inner (with "w" (value $v)) (with "log" (func $log))))
    (alias export $i "out" (value $out))
    (alias export $i "run" (func $run))
    (start $run (result (value $n)))
    (export "out" (value $out))
    (export "n" (value $n))
    (export "run" (func $run)))"#;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Makes an input of every seed and runs it. Some have to be valid: the others end early.
fn all(mutate: impl Fn(&[u8], &mut Rng) -> Option<Vec<u8>>) {
    let originals = [bytes(RICH), bytes(LEVELS)];
    let first = number("PREFLIGHT_SEED").unwrap_or(0);
    let (mut made, mut valid) = (0u64, 0u64);
    let count = number("PREFLIGHT_MUTATIONS").unwrap_or(300);
    for seed in first..first + count {
        let mut rng = Rng::new(seed);
        let original = &originals[seed as usize % originals.len()];
        let end = catch_unwind(AssertUnwindSafe(|| mutate(original, &mut rng).map(|mutant| run(&mutant))));
        match end {
            Ok(Some(is_valid)) => (made, valid) = (made + 1, valid + u64::from(is_valid)),
            Ok(None) => {}
            Err(_) => panic!("seed {seed}"),
        }
    }
    println!("{made} of {count} inputs made, {valid} of them valid");
    assert!(count < 300 || valid > 0, "no input is valid: nothing was instantiated");
}

#[test]
fn originals_are_valid() {
    for text in [RICH, LEVELS] {
        assert!(run(&bytes(text)));
    }
}

#[test]
fn several_flipped_bytes() {
    all(|original, rng| {
        let mut mutant = original.to_vec();
        for _ in 0..1 + rng.below(4) {
            let at = 8 + rng.below(mutant.len() - 8);
            mutant[at] = match rng.below(3) {
                0 => rng.next() as u8,
                1 => mutant[at] ^ 1 << rng.below(8),
                _ => mutant[8 + rng.below(mutant.len() - 8)],
            };
        }
        Some(mutant)
    });
}

/// A component as its sections.
type Sections = Vec<(u8, Body)>;

#[derive(Clone)]
enum Body {
    Bytes(Vec<u8>),
    /// A component inside.
    Component(Sections),
}

const HEADER: &[u8; 8] = b"\0asm\x0d\0\x01\0";

/// The section ids of core modules and of components.
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;

fn read_leb(bytes: &[u8], at: &mut usize) -> usize {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

fn leb(mut value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// The sections of a component that is well formed.
fn sections(component: &[u8]) -> Sections {
    let (mut at, mut sections) = (HEADER.len(), Vec::new());
    while at < component.len() {
        let id = component[at];
        at += 1;
        let len = read_leb(component, &mut at);
        let body = &component[at..at + len];
        at += len;
        let body = if id == COMPONENT { Body::Component(self::sections(body)) } else { Body::Bytes(body.to_vec()) };
        sections.push((id, body));
    }
    sections
}

fn encode(sections: &Sections) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    for (id, body) in sections {
        let body = match body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Component(sections) => encode(sections),
        };
        out.push(*id);
        out.extend(leb(body.len()));
        out.extend(body);
    }
    out
}

/// One edit of this component, or of one inside of it.
fn edit(sections: &mut Sections, rng: &mut Rng) {
    let len = sections.len();
    if len == 0 {
        return;
    }
    let (at, other) = (rng.below(len), rng.below(len));
    match (&mut sections[at].1, rng.below(6)) {
        (Body::Component(inner), 0..=3) => edit(inner, rng),
        (Body::Bytes(bytes), 0) if !bytes.is_empty() => {
            // Inside the section, whose length follows.
            let at = rng.below(bytes.len());
            match rng.below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, rng.next() as u8),
                _ => bytes[at] = rng.below(16) as u8,
            }
        }
        (_, 1) => sections.swap(at, other),
        (_, 2) => drop(sections.remove(at)),
        (_, 3) => sections[at].0 = rng.below(13) as u8,
        _ => {
            let copy = sections[at].clone();
            sections.insert(other, copy);
        }
    }
}

#[test]
fn edited_sections() {
    all(|original, rng| {
        let mut sections = sections(original);
        assert_eq!(encode(&sections), original, "sections are read and written as they were");
        (0..1 + rng.below(3)).for_each(|_| edit(&mut sections, rng));
        Some(encode(&sections))
    });
}

/// The core modules in it.
fn modules<'s>(sections: &'s mut Sections, out: &mut Vec<&'s mut Vec<u8>>) {
    for (id, body) in sections {
        match body {
            Body::Bytes(bytes) if *id == CORE_MODULE => out.push(bytes),
            Body::Bytes(_) => {}
            Body::Component(inner) => modules(inner, out),
        }
    }
}

#[test]
fn mutated_core_modules() {
    all(|original, rng| {
        let mut sections = sections(original);
        let mut inside = Vec::new();
        modules(&mut sections, &mut inside);
        let at = rng.below(inside.len());
        let module = &mut inside[at];
        let mut mutate = wasm_mutate::WasmMutate::default();
        mutate.seed(rng.next()).fuel(100).preserve_semantics(rng.below(2) == 0);
        // Not every mutation applies to every module.
        let mutant = mutate.run(module).ok()?.find_map(Result::ok)?;
        **module = mutant;
        Some(encode(&sections))
    });
}

/// `error` of bytes that stand at `base` in others.
fn moved(error: ModuleError, base: usize) -> ModuleError {
    match error {
        ModuleError::Malformed { offset, message } => ModuleError::Malformed { offset: base + offset, message },
        ModuleError::Invalid { offset, message } => ModuleError::Invalid { offset: base + offset, message },
        ModuleError::Unsupported { offset, message } => ModuleError::Unsupported { offset: base + offset, message },
    }
}

#[test]
fn core_modules_are_taken_or_refused_as_they_are_alone() {
    let config = Config::default();
    // With features that the engine does not have, which modules are validated without.
    let more = Config { features: config.features | Features::MEMORY_CONTROL, ..config.clone() };
    let mut originals = Vec::new();
    for text in [RICH, LEVELS] {
        let mut sections = sections(&bytes(text));
        let mut inside = Vec::new();
        modules(&mut sections, &mut inside);
        originals.extend(inside.into_iter().map(|module| module.clone()));
    }
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..number("PREFLIGHT_MUTATIONS").unwrap_or(300) * 10 {
        let mut rng = Rng::new(seed);
        let mut module = originals[seed as usize % originals.len()].clone();
        for _ in 0..rng.below(3) {
            let at = rng.below(module.len());
            module[at] = if rng.below(2) == 0 { rng.next() as u8 } else { module[at] ^ 1 << rng.below(8) };
        }
        let component = [HEADER, &[CORE_MODULE][..], &leb(module.len()), &module].concat();
        let base = component.len() - module.len();
        for config in [&config, &more] {
            let alone = Module::new(config, &*module).map(|_| ()).map_err(|error| moved(error, base));
            let inside = Component::new(config, &component).map(|_| ());
            assert_eq!(inside, alone, "seed {seed}");
            if alone.is_ok() { taken += 1 } else { refused += 1 }
        }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken > 100 && refused > 100);
}

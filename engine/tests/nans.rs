//! Both tiers choose the same NaN where the specification leaves the choice: steps and states are compared bit by bit.
#![cfg(feature = "jit")]

mod common;

use common::wasm;
use preflight_engine::{
    Config, Module, Store, Tier, Val,
    trace::{Cause, InstancePath},
};

/// What `f` gives for the operands, on one tier.
fn result(tier: Tier, wasm: &[u8], args: &[Val]) -> Val {
    let config = Config { tier, ..Config::default() };
    let mut store = Store::new(&config);
    let module = Module::new(&config, wasm).unwrap();
    let instance = store.instantiate(&module, &[], InstancePath::root()).unwrap();
    store.call_export(instance, "f", args, Cause::Invoke).unwrap()[0]
}

fn agree(operation: &str, ty: &str, operands: &[[Val; 2]]) {
    let text = format!(
        r#"(module (func (export "f") (param {ty} {ty}) (result {ty}) ({operation} (local.get 0) (local.get 1))))"#
    );
    let wasm = wasm(&text);
    for args in operands {
        let [interpreted, compiled] = [Tier::Interp, Tier::Jit].map(|tier| result(tier, &wasm, args));
        assert_eq!(interpreted, compiled, "{operation} {args:x?}");
    }
}

/// Every pair.
fn pairs<T: Copy>(all: &[T], val: impl Fn(T) -> Val + Copy) -> Vec<[Val; 2]> {
    all.iter().flat_map(|a| all.iter().map(move |b| [val(*a), val(*b)])).collect()
}

/// NaNs of both signs, canonical, with a payload and signalling, and numbers, zeros among them.
const F32: [u32; 11] = [
    0x7fc0_0000,
    0xffc0_0000,
    0x7fc0_0123,
    0xffc0_0123,
    0x7f80_0123,
    0xff80_0123,
    0,
    0x8000_0000,
    0x3f80_0000,
    0xff80_0000,
    0x7f80_0000,
];

const F64: [u64; 11] = [
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff8_0000_0000_0123,
    0xfff8_0000_0000_0123,
    0x7ff0_0000_0000_0123,
    0xfff0_0000_0000_0123,
    0,
    0x8000_0000_0000_0000,
    0x3ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff0_0000_0000_0000,
];

#[test]
fn the_least_and_the_greatest_of_two_numbers() {
    for operation in ["min", "max"] {
        agree(&format!("f32.{operation}"), "f32", &pairs(&F32, Val::F32));
        agree(&format!("f64.{operation}"), "f64", &pairs(&F64, Val::F64));
    }
}

#[test]
fn the_least_and_the_greatest_in_each_lane() {
    // The other lanes hold numbers: each lane has a choice of its own.
    let f32_lane = |bits: u32| Val::V128(u128::from(bits) << 64 | 0x4000_0000);
    let f64_lane = |bits: u64| Val::V128(u128::from(bits) << 64 | 0x4000_0000_0000_0000);
    for operation in ["min", "max", "relaxed_min", "relaxed_max"] {
        agree(&format!("f32x4.{operation}"), "v128", &pairs(&F32, f32_lane));
        agree(&format!("f64x2.{operation}"), "v128", &pairs(&F64, f64_lane));
    }
}

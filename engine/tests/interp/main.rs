//! Corner cases of the translation and of the handlers, each against a value worked out by hand.

#[path = "../common/mod.rs"]
mod common;

mod branches;
mod exceptions;
mod memories;
mod operands;
mod size;

use common::eval;
use preflight_engine::Val;

/// A module with one exported function `f` of this body; calls it.
fn body(signature: &str, body: &str, args: &[Val]) -> Vec<Val> {
    eval(&format!(r#"(module (func (export "f") {signature} {body}))"#), "f", args)
}

fn v(lanes: [u32; 4]) -> Val {
    Val::V128(lanes.iter().rev().fold(0, |all, lane| all << 32 | *lane as u128))
}

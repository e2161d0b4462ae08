//! Hostile functions: what translation takes stays in proportion to the bytes of the body.

mod common;
mod counting;

use common::{call, instantiate, store, wasm};
use counting::{Counting, measure};
use preflight_engine::Val;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that a translation may take for each byte of the module. Instructions of the engine are some 30 bytes for one or
/// two of the module, and vectors double.
const FACTOR: u64 = 300;

/// Calls `f`, whose body is translated by that, and compares what it takes with the size of the module.
fn check(what: &str, text: &str, args: &[Val]) {
    let size = wasm(text).len() as u64;
    let mut store = store();
    let instance = instantiate(&mut store, text, &[]);
    let (_, bytes, result) = measure(|| call(&mut store, instance, "f", args));
    result.unwrap_or_else(|fault| panic!("{what}: {fault}"));
    // The value stack and small things.
    assert!(bytes <= (1 << 20) + size * FACTOR, "{what}: {bytes} bytes for a module of {size}");
}

// A label may have a thousand values (`#impl-syntax`), and four bytes branch to it.
#[test]
fn conditional_branches_that_carry_many_values_do_not_multiply_them() {
    let results = "i32 ".repeat(1000);
    let cases = [
        ("constants", "(i32.const 1) ".repeat(1000)),
        ("locals", "(local.get 0) ".repeat(1000)),
        ("values one slot too high", format!("(i32.const 9) {}", "(i32.eqz (local.get 0)) ".repeat(1000))),
    ];
    for (what, values) in cases {
        let branches = "(br_if $b (local.get 0)) ".repeat(2000);
        let text = format!(
            r#"(module (type $many (func (result {results})))
                 (func (export "f") (param i32)
                   (block $b (type $many) {values} {branches} (br $b)) {}))"#,
            "(drop) ".repeat(1000)
        );
        check(what, &text, &[Val::I32(0)]);
    }
}

#[test]
fn branches_that_return_many_values_do_not_multiply_them() {
    let text = format!(
        r#"(module (func (export "f") (param i32) (result {}) {} {}))"#,
        "i32 ".repeat(1000),
        "(local.get 0) ".repeat(1000),
        "(br_if 0 (local.get 0)) ".repeat(2000)
    );
    check("returns", &text, &[Val::I32(0)]);
}

#[test]
fn catch_clauses_that_carry_many_values_do_not_multiply_them() {
    let params = "i32 ".repeat(1000);
    let clauses = format!("(try_table {}) ", "(catch $t $b) ".repeat(500)).repeat(4);
    let text = format!(
        r#"(module (type $many (func (result {params}))) (tag $t (param {params}))
             (func (export "f") (param i32)
               (block $b (type $many) (i32.const 9) {clauses} {} (br $b)) {}))"#,
        "(i32.const 1) ".repeat(1000),
        "(drop) ".repeat(1000)
    );
    check("catches", &text, &[Val::I32(0)]);
}

// Large bodies of ordinary code, to show that the bound is no accident.
#[test]
fn ordinary_code_stays_within_the_bound() {
    let text = format!(
        r#"(module (func (export "f") (param i32) (local i64) {}))"#,
        "(local.set 1 (i64.add (local.get 1) (i64.const 3))) (if (local.get 0) (then (nop))) ".repeat(10_000)
    );
    check("ordinary code", &text, &[Val::I32(0)]);
}

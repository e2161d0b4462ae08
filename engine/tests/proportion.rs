//! Hostile functions: the memory and the time that translation takes stay in proportion to the bytes of the body.

mod common;
mod counting;

use common::{call, instantiate, store, wasm};
use counting::{Counting, measure};
use preflight_engine::Val;
use std::time::{Duration, Instant};

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

/// How long a translation may take that should take some ten milliseconds: time that is no matter of proportion is minutes.
const PATIENCE: Duration = Duration::from_secs(5);

fn check_time(what: &str, text: &str, args: &[Val]) {
    let mut store = store();
    let instance = instantiate(&mut store, text, &[]);
    let start = Instant::now();
    call(&mut store, instance, "f", args).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    let time = start.elapsed();
    assert!(time < PATIENCE, "{what}: {time:?}");
}

// Translation spends no fuel and sees no interrupt, so it must not be quadratic.
#[test]
fn nested_try_tables_are_translated_in_linear_time() {
    const DEPTH: usize = 150_000;
    let (open, close) = ("try_table (catch_all 0) ".repeat(DEPTH), "end ".repeat(DEPTH));
    check_time("nested", &format!(r#"(module (func (export "f") {open} {close}))"#), &[]);
    let flat = "try_table (catch_all 0) end ".repeat(DEPTH);
    check_time("one behind the other", &format!(r#"(module (func (export "f") {flat}))"#), &[]);
}

#[test]
fn a_branch_table_with_as_many_depths_as_targets_is_translated_in_linear_time() {
    const DEPTH: usize = 120_000;
    let open = "block (result i32) i32.const 7 ".repeat(DEPTH);
    let close = "end local.set 1 drop local.get 1 ".repeat(DEPTH - 1);
    let targets: String = (0..DEPTH).map(|i| format!("{i} ")).collect();
    let text = format!(
        r#"(module (func (export "f") (param i32) (result i32) (local i32)
             {open} i32.const 5 local.get 0 br_table {targets} 0 {close} end))"#
    );
    check_time("a stub for each depth", &text, &[Val::I32(3)]);
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

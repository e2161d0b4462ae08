//! Branches, blocks, returns and handlers that carry a thousand values, so often that the second tier gives every operand
//! a place in the frame: the same results as on the first, in time that is in proportion to the body.
#![cfg(feature = "jit")]

mod common;

use common::wasm;
use preflight_engine::{Config, Module, Store, Tier, Val, trace::InstancePath};
use std::time::{Duration, Instant};

/// How many values a label has. `#impl-syntax` lets it be a thousand.
const ARITY: usize = 1000;

/// Enough of them that the limit up to which values are carried as such is passed several times.
const BRANCHES: usize = 600;

/// The type of value `i`.
fn ty(i: usize) -> &'static str {
    ["i32", "i64", "v128", "f64", "f32"][i % 5]
}

fn types() -> String {
    (0..ARITY).map(|i| format!("{} ", ty(i))).collect()
}

/// Pushes the values, which depend on the parameter `x`.
fn values(x: usize) -> String {
    let value = |i| match ty(i) {
        "i32" => format!("(i32.add (local.get {x}) (i32.const {i}))"),
        "i64" => format!("(i64.add (i64.extend_i32_u (local.get {x})) (i64.const {i}))"),
        "v128" => format!("(v128.const i64x2 {i} {})", i * 7),
        "f64" => format!("(f64.add (f64.convert_i32_u (local.get {x})) (f64.const {i}.5))"),
        _ => format!("(f32.const {i}.25)"),
    };
    (0..ARITY).map(value).collect()
}

/// Pops the values and makes one of them in the local `$sum`, such that each counts and their order does.
fn fold() -> String {
    let word = |i: usize| match ty(i) {
        "i32" => "i64.extend_i32_u",
        "i64" => "",
        "v128" => "i64x2.extract_lane 1",
        "f64" => "i64.reinterpret_f64",
        _ => "i32.reinterpret_f32 i64.extend_i32_u",
    };
    (0..ARITY)
        .rev()
        .map(|i| format!("{} local.get $sum i64.const 7 i64.rotl i64.xor local.set $sum\n", word(i)))
        .collect()
}

/// Calls `f`, whose text this is, on a tier, and tells how long it took.
fn run(tier: Tier, text: &str, arg: i32) -> (Vec<Val>, Duration) {
    let config = Config { tier, ..Config::default() };
    let module = Module::new(&config, wasm(text)).unwrap();
    let mut store = Store::new(&config);
    store.set_gc_stress(true);
    let instance = store.instantiate(&module, &[], InstancePath::root()).unwrap();
    let start = Instant::now();
    let result = store.call_export(instance, "f", &[Val::I32(arg)], preflight_engine::trace::Cause::Invoke);
    (result.unwrap_or_else(|fault| panic!("{tier:?}: {fault}")), start.elapsed())
}

/// What would be out of proportion takes minutes, if it ends at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// The body of `f` has a parameter and `$sum`, which it leaves; both tiers must agree on it.
fn check(rest: &str, body: &str) {
    let types = types();
    let text = format!(
        r#"(module (type $many (func (result {types}))) (type $through (func (param {types}) (result {types})))
             (tag $t (param {types})) {rest}
             (func (export "f") (param i32) (result i64) (local $sum i64) (local $i i32) {body} (local.get $sum)))"#
    );
    for arg in [0, 1, 2] {
        let (expected, _) = run(Tier::Interp, &text, arg);
        let (actual, time) = run(Tier::Jit, &text, arg);
        assert_eq!(expected, actual, "with {arg}");
        assert!(time < PATIENCE, "with {arg}: {time:?}");
    }
}

fn branches(label: &str, condition: &str) -> String {
    format!("(br_if {label} {condition})\n").repeat(BRANCHES)
}

#[test]
fn branches_out_of_blocks() {
    let (values, fold) = (values(0), fold());
    let branches = branches("$b", "(i32.eq (local.get 0) (i32.const 1))");
    check("", &format!("(block $b (type $many) {values} {branches} (br $b)) {fold}"));
    // One slot too high, and with operands below the block.
    check(
        "",
        &format!(
            "(i64.const 5) (block $b (type $many) (i32.const 9) {values} {branches} (br $b)) {fold} (local.set $sum (i64.add (local.get $sum)))"
        ),
    );
    // Out of several blocks at once, of which the inner ones have few results.
    check(
        "",
        &format!(
            "(block $b (type $many) (block (result i32) (i32.const 3) (block {values} {branches} (br $b)) (drop) (i32.const 4))
               (drop) {values}) {fold}"
        ),
    );
}

#[test]
fn branches_to_loops() {
    let (values, fold) = (values(0), fold());
    let next = "(local.set $i (i32.add (local.get $i) (i32.const 1)))";
    let never = branches("$l", "(i32.const 0)");
    check(
        "",
        &format!(
            "{values} (loop $l (type $through) {next} (f32.add (f32.const 0.5)) {never}
               (br_if $l (i32.lt_u (local.get $i) (local.get 0)))) {fold}"
        ),
    );
    // Back with the values one slot too high.
    check(
        "",
        &format!(
            "{values} (loop $l (type $through) {next} {fold} (i64.const 8) {values} {never}
               (br_if $l (i32.lt_u (local.get $i) (local.get 0))) {fold} (drop) {values}) {fold}"
        ),
    );
}

#[test]
fn conditionals_and_tables() {
    let (values, fold) = (values(0), fold());
    let branches = branches("$b", "(i32.eq (local.get 0) (i32.const 2))");
    check(
        "",
        &format!(
            "(block $b (type $many) {values} {branches} (local.get 0)
               (if (type $through) (then (f32.add (f32.const 3))) (else {fold} {values}))) {fold}"
        ),
    );
    check("", &format!("(block $b (type $many) {values} {branches} (local.get 0) (if (type $through) (then))) {fold}"));
    check(
        "",
        &format!(
            "(block $b (type $many) (i32.const 1) (block $c (type $many) (i64.const 2) {values} {branches}
               (br_table $b $c $b $c (local.get 0))) (f32.mul (f32.const 2)) (br $b)) {fold}"
        ),
    );
}

#[test]
fn returns() {
    let (values, fold) = (values(0), fold());
    let branches = branches("0", "(i32.eq (local.get 0) (i32.const 1))");
    let callee = format!(
        "(func $g (param i32) (type $of) (i32.const 7) {values} {branches} (local.get 0) (if (type $through) (then (return)) (else)) (return))"
    )
    .replace("(param i32) (type $of)", &format!("(param i32) (result {})", types()));
    check(&callee, &format!("(call $g (local.get 0)) {fold}"));
}

#[test]
fn handlers() {
    let (values, fold) = (values(0), fold());
    let throw = format!("(func $throw (param i32) {values} (throw $t))");
    let clauses = format!("(try_table {} (nop)) ", "(catch $t $b) ".repeat(100)).repeat(5);
    check(
        &throw,
        &format!(
            "(block $b (type $many) (i32.const 9) {values} {clauses} {}
               (try_table (catch $t $b) (call $throw (local.get 0))) (br $b)) {fold}",
            branches("$b", "(i32.eq (local.get 0) (i32.const 1))")
        ),
    );
}

#[test]
fn references_survive_at_home() {
    let types = "(ref null $s) ".repeat(ARITY);
    let values: String = (0..ARITY).map(|i| format!("(struct.new $s (i64.const {i}))")).collect();
    let fold = "struct.get $s 0 local.get $sum i64.const 3 i64.rotl i64.xor local.set $sum\n".repeat(ARITY);
    let text = format!(
        r#"(module (type $s (struct (field i64))) (type $many (func (result {types})))
             (func (export "f") (param i32) (result i64) (local $sum i64)
               (block $b (type $many) (i32.const 1) {values} {}
                 (drop (struct.new $s (i64.const 99))) (br $b)) {fold} (local.get $sum)))"#,
        "(br_if $b (local.get 0))".repeat(BRANCHES)
    );
    for arg in [0, 1] {
        assert_eq!(run(Tier::Interp, &text, arg).0, run(Tier::Jit, &text, arg).0, "with {arg}");
    }
}

#[test]
fn blocks_that_carry_little_but_are_many() {
    // Each block starts with a thousand values that nobody branches with.
    let (values, fold) = (values(0), fold());
    check("", &format!("{values} {} {fold}", "(block (type $through)) ".repeat(BRANCHES)));
}

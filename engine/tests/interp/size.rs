//! Large functions: deep nesting, long tables, many locals and results.

use super::{body, v};
use crate::common::{call, eval, exhausted_by, i32s, instance, instantiate, limited, returns, store};
use preflight_engine::{
    Extern, Val,
    syntax::{FuncType, ValType},
    trace::Resource,
};

// Size.

#[test]
fn ten_thousand_nested_blocks_are_left_by_one_branch() {
    const DEPTH: usize = 10_000;
    for (open, value) in [("block (result i32) ", 1), ("loop (result i32) ", 1), ("i32.const 1 if (result i32) ", 2)] {
        let inner = if open.starts_with("loop") {
            "i32.const 1".to_owned()
        } else {
            format!("i32.const {value} br {}", DEPTH - 1)
        };
        let close = if open.contains("if") { "else unreachable end " } else { "end " };
        let code = format!("{} {inner} {}", open.repeat(DEPTH), close.repeat(DEPTH));
        assert_eq!(body("(result i32)", &code, &[]), i32s(&[value]), "{open}");
    }
    let code = format!("{} i32.const 3 {}", "try_table (result i32) ".repeat(DEPTH), "end ".repeat(DEPTH));
    assert_eq!(body("(result i32)", &code, &[]), i32s(&[3]));
}

#[test]
fn a_branch_table_of_ten_thousand_targets_carries_values() {
    let targets: String = (0..10_000)
        .map(|i| {
            if i % 3 == 0 {
                "$a "
            } else if i % 3 == 1 {
                "$b "
            } else {
                "$c "
            }
        })
        .collect();
    let text = format!(
        r#"(module (func (export "f") (param i32) (result i32 v128)
             (block $a (result i32 v128) (i32.const 0)
               (block $b (result i32 v128) (i32.const 0)
                 (block $c (result i32 v128) (i32.const 0) (local.get 0) (i32x4.splat (local.get 0)) (local.get 0)
                   (br_table {targets} $a))
                 (v128.not) (br $b))
               (drop) (i32.const 1) (i32.add) (v128.const i64x2 0 0) (br $a))))"#
    );
    let (mut store, instance) = instance(&text);
    for i in [0, 1, 2, 3000, 3001, 3002, 9999, 10_000, 10_001, -1] {
        let expected = match i {
            0..10_000 if i % 3 == 0 => [Val::I32(i), v([i as u32; 4])],
            0..10_000 => [Val::I32(i + 1), v([0; 4])],
            _ => [Val::I32(i), v([i as u32; 4])],
        };
        assert_eq!(returns(&mut store, instance, "f", &i32s(&[i])), expected, "{i}");
    }
}

#[test]
fn a_branch_table_reaches_each_of_a_thousand_labels() {
    const LABELS: usize = 1000;
    let targets: String = (0..LABELS).map(|i| format!("{i} ")).collect();
    let open = "block (result i32) i32.const 77 ".repeat(LABELS);
    // Each label that is passed adds one and takes the operand below it away.
    let close = "end i32.const 1 i32.add local.set 1 drop local.get 1 ".repeat(LABELS - 1);
    let code =
        format!("{open} i32.const 0 local.get 0 br_table {targets} {} {close} end i32.const 1 i32.add", LABELS - 1);
    let text = format!(r#"(module (func (export "f") (param i32) (result i32) (local i32) {code}))"#);
    let (mut store, instance) = instance(&text);
    for i in [0, 1, 2, 500, 998, 999, 5000] {
        let passed = LABELS as i32 - i.min(LABELS as i32 - 1);
        assert_eq!(returns(&mut store, instance, "f", &i32s(&[i])), i32s(&[passed]), "{i}");
    }
}

#[test]
fn fifty_thousand_locals_are_all_there_and_zero() {
    let text = format!(
        r#"(module (func (export "f") (param i32) (result i32 i32 i32) (local {}) 
             (local.set 49999 (local.get 0)) (local.set 49998 (i32.const 5))
             (local.get 49999) (local.get 49998) (local.get 49997)))"#,
        "i32 ".repeat(49_999)
    );
    let (mut store, instance) = instance(&text);
    for value in [3, 4] {
        assert_eq!(returns(&mut store, instance, "f", &i32s(&[value])), i32s(&[value, 5, 0]));
    }
    let text = format!(
        r#"(module (func (export "f") (param v128) (result v128 v128) (local {})
             (local.set 49999 (local.get 0)) (local.get 49999) (local.get 49998)))"#,
        "v128 ".repeat(49_999)
    );
    assert_eq!(eval(&text, "f", &[v([1, 2, 3, 4])]), [v([1, 2, 3, 4]), v([0; 4])]);
}

#[test]
fn a_frame_over_the_stack_limit_is_exhaustion() {
    let mut store = limited(|limits| limits.stack_slots = 1000);
    let text = format!(
        r#"(module (func $big (export "big") (local {})) (func (export "ok") (result i32) (i32.const 1))
             (func (export "tail") (return_call $big)) (func (export "nested") (call $big)))"#,
        "i64 ".repeat(1001)
    );
    let instance = instantiate(&mut store, &text, &[]);
    for name in ["big", "tail", "nested"] {
        assert_eq!(exhausted_by(call(&mut store, instance, name, &[])), Resource::Stack, "{name}");
    }
    assert_eq!(returns(&mut store, instance, "ok", &[]), i32s(&[1]));
}

// A function with more results than slots (`#impl-syntax` allows a thousand), as caller, callee, host and tail call.
#[test]
fn a_hundred_results_fit_into_small_frames() {
    let types = "i32 ".repeat(100);
    let values: String = (0..100).map(|i| format!("(i32.const {i}) ")).collect();
    let text = format!(
        r#"(module (type $t (func (result {types}))) (import "m" "h" (func $h (type $t)))
             (func $own (export "own") (type $t) {values})
             (func (export "tail") (type $t) (return_call $own)) (func (export "host_tail") (type $t) (return_call $h))
             (func (export "call") (type $t) (call $own)) (func (export "host") (type $t) (call $h)))"#
    );
    let mut store = store();
    let ty = FuncType::new([], vec![ValType::I32; 100]);
    let h = store.alloc_func(ty, "m.h", |_, _, results| {
        (0..).zip(results).for_each(|(i, result)| *result = Val::I32(i));
        Ok(())
    });
    let instance = instantiate(&mut store, &text, &[Extern::Func(h)]);
    let expected: Vec<Val> = (0..100).map(Val::I32).collect();
    for name in ["own", "tail", "host_tail", "call", "host"] {
        assert_eq!(returns(&mut store, instance, name, &[]), expected, "{name}");
    }
}

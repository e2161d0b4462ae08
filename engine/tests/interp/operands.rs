//! Operands: locals, comparisons, selection.

use super::{body, v};
use crate::common::{eval, i32s, i64s, instance, returns};
use preflight_engine::Val;
use std::fmt::Write as _;

// Locals (`#exec-local.get`): an operand is the value that the local had when it was read.

#[test]
fn an_operand_keeps_the_old_value_of_a_local_that_is_set_later() {
    let cases: [(&str, &[i32]); 9] = [
        ("local.get 0 i32.const 5 local.set 0 local.get 0 i32.const 0", &[7, 5, 0]),
        ("local.get 0 local.get 0 i32.const 1 local.set 0 local.get 0", &[7, 7, 1]),
        ("local.get 0 local.get 0 i32.const 2 local.tee 0", &[7, 7, 2]),
        ("local.get 0 local.get 0 i32.const 1 i32.add local.tee 0 local.get 0", &[7, 8, 8]),
        ("local.get 0 local.get 0 i32.const 1 i32.add local.set 0 local.get 0 local.get 0", &[7, 8, 8]),
        ("local.get 0 local.get 1 local.set 0 local.get 0 local.get 1", &[7, 9, 9]),
        ("local.get 0 local.get 1 local.get 0 local.get 1 local.set 0 local.set 1 i32.const 0", &[7, 9, 0]),
        ("local.get 0 local.get 0 local.get 0 local.set 0 local.get 0", &[7, 7, 7]),
        ("local.get 0 local.get 1 local.tee 0 local.tee 1 local.get 0", &[7, 9, 9]),
    ];
    for (code, expected) in cases {
        let results = "(param i32 i32) (result i32 i32 i32)";
        assert_eq!(body(results, code, &i32s(&[7, 9])), i32s(expected), "{code}");
    }
}

#[test]
fn two_locals_are_swapped_through_the_operand_stack() {
    let code = "local.get 0 local.get 1 local.set 0 local.set 1 local.get 0 local.get 1";
    assert_eq!(body("(param i32 i32) (result i32 i32)", code, &i32s(&[1, 2])), i32s(&[2, 1]));
    let (a, b) = (v([1, 2, 3, 4]), v([5, 6, 7, 8]));
    assert_eq!(body("(param v128 v128) (result v128 v128)", code, &[a, b]), [b, a]);
}

#[test]
fn an_operand_keeps_the_old_vector_of_a_local_that_is_set_later() {
    let (old, new) = (v([1, 2, 3, 4]), v([9, 9, 9, 9]));
    let code = "local.get 0 local.get 0 i32.const 9 i32x4.splat local.tee 0 local.get 0";
    assert_eq!(body("(param v128) (result v128 v128 v128 v128)", code, &[old]), [old, old, new, new]);
    // The instruction that makes the new value reads the old one.
    let code = "local.get 0 local.get 0 local.get 0 i32x4.add local.set 0 local.get 0";
    assert_eq!(body("(param v128) (result v128 v128)", code, &[old]), [old, v([2, 4, 6, 8])]);
    let code = "local.get 0 i32x4.extract_lane 3 i32x4.splat local.set 0 local.get 0";
    assert_eq!(body("(param v128) (result v128)", code, &[old]), [v([4; 4])]);
}

#[test]
fn an_operand_keeps_its_value_when_one_path_sets_the_local() {
    let cases: [(&str, [i32; 2], [i32; 2]); 5] = [
        ("local.get 0 local.get 1 if i32.const 5 local.set 0 end local.get 0", [7, 7], [7, 5]),
        (
            "local.get 0 local.get 1 if i32.const 5 local.set 0 else i32.const 6 local.set 0 end local.get 0",
            [7, 6],
            [7, 5],
        ),
        ("local.get 0 block local.get 1 br_if 0 i32.const 5 local.set 0 end local.get 0", [7, 5], [7, 7]),
        (
            "local.get 0 loop local.get 0 i32.const 1 i32.add local.tee 0 i32.const 10 i32.lt_s br_if 0 end local.get 0",
            [7, 10],
            [7, 10],
        ),
        (
            "local.get 0 block try_table (catch_all 0) i32.const 5 local.set 0 local.get 1 if call $throw end end end local.get 0",
            [7, 5],
            [7, 5],
        ),
    ];
    for (code, zero, one) in cases {
        let text = format!(
            r#"(module (tag $e) (func $throw (throw $e)) (func (export "f") (param i32 i32) (result i32 i32) {code}))"#
        );
        assert_eq!(eval(&text, "f", &i32s(&[7, 0])), i32s(&zero), "{code}");
        assert_eq!(eval(&text, "f", &i32s(&[7, 1])), i32s(&one), "{code}");
    }
}

#[test]
fn results_of_calls_and_globals_do_not_disturb_operands() {
    let text = r#"(module (global $g (mut i32) (i32.const 3)) (global $v (mut v128) (v128.const i32x4 1 2 3 4))
        (func $next (param i32) (result i32 i32) (local.get 0) (local.set 0 (i32.const 99))
          (i32.add (i32.const 1)) (local.get 0))
        (func (export "f") (param i32) (result i32 i32 i32 i32)
          (i32.const 1) (local.get 0) (call $next (local.get 0)) (local.set 0) (local.get 0))
        (func (export "g") (result i32 i32 v128 v128)
          (global.get $g) (global.set $g (i32.const 4)) (global.get $g)
          (global.get $v) (global.set $v (v128.const i32x4 5 6 7 8)) (global.get $v)))"#;
    assert_eq!(eval(text, "f", &i32s(&[7])), i32s(&[1, 7, 8, 99]));
    assert_eq!(eval(text, "g", &[]), [Val::I32(3), Val::I32(4), v([1, 2, 3, 4]), v([5, 6, 7, 8])]);
}

// Comparisons that a branch uses (`#exec-br_if`): the same for every operator, operand kind and branch kind.

#[test]
fn comparisons_give_the_same_value_fused_with_a_branch_and_not() {
    const VALUES: [i64; 6] = [0, 1, -1, 5, i64::MIN, 0x8000_0000];
    type Compare = (&'static str, fn(i64, i64) -> bool);
    const OPS: [Compare; 10] = [
        ("eq", |a, b| a == b),
        ("ne", |a, b| a != b),
        ("lt_s", |a, b| a < b),
        ("lt_u", |a, b| (a as u64) < b as u64),
        ("gt_s", |a, b| a > b),
        ("gt_u", |a, b| a as u64 > b as u64),
        ("le_s", |a, b| a <= b),
        ("le_u", |a, b| a as u64 <= b as u64),
        ("ge_s", |a, b| a >= b),
        ("ge_u", |a, b| a as u64 >= b as u64),
    ];
    for (op, expected) in OPS {
        let mut text = "(module".to_owned();
        let mut calls = Vec::new();
        for (a, b) in VALUES.iter().flat_map(|a| VALUES.map(|b| (*a, b))) {
            let operands = [
                "local.get 0 local.get 1".to_owned(),
                format!("local.get 0 i64.const {b}"),
                format!("i64.const {a} local.get 1"),
                format!("i64.const {a} i64.const {b}"),
                "local.get 0 i64.const 0 i64.add local.get 1".to_owned(),
            ];
            let uses = [
                "",
                "i32.eqz i32.eqz",
                "if (result i32) i32.const 1 else i32.const 0 end",
                "local.set 2 block (result i32) i32.const 1 local.get 2 br_if 0 drop i32.const 0 end",
                "local.tee 2 if (result i32) local.get 2 else i32.const 0 end",
                "i32.eqz if (result i32) i32.const 0 else i32.const 1 end",
            ];
            for operands in &operands {
                for usage in uses {
                    let name = calls.len();
                    let _ = write!(
                        text,
                        r#"(func (export "{name}") (param i64 i64) (result i32) (local i32) {operands} i64.{op} {usage})
                           (func (export "b{name}") (param i64 i64) (result i32)
                             block {operands} i64.{op} br_if 0 i32.const 0 return end i32.const 1)"#
                    );
                    calls.push((a, b));
                }
            }
        }
        let (mut store, instance) = instance(&(text + ")"));
        for (name, (a, b)) in calls.iter().enumerate() {
            let expected = i32s(&[expected(*a, *b) as i32]);
            for prefix in ["", "b"] {
                let results = returns(&mut store, instance, &format!("{prefix}{name}"), &i64s(&[*a, *b]));
                assert_eq!(results, expected, "{op} {a} {b}, {prefix}{name}");
            }
        }
    }
}

// `#op-flt` and the others: no comparison but `ne` holds with a NaN, so the negated branch must be taken.
#[test]
fn branches_on_comparisons_with_nan_take_the_negative_side() {
    for ty in ["f32", "f64"] {
        for op in ["eq", "ne", "lt", "gt", "le", "ge"] {
            let text = format!(
                r#"(module (func (export "f") (result i32 i32 i32) (local {ty}) (local.set 0 ({ty}.const nan))
                     ({ty}.{op} (local.get 0) ({ty}.const 1))
                     (if (result i32) ({ty}.{op} (local.get 0) ({ty}.const 1)) (then (i32.const 1)) (else (i32.const 0)))
                     (block $b (result i32) (i32.const 0)
                       (br_if $b (i32.eqz ({ty}.{op} ({ty}.const 1) (local.get 0)))) (drop) (i32.const 1))))"#
            );
            let expected = (op == "ne") as i32;
            assert_eq!(eval(&text, "f", &[]), i32s(&[expected; 3]), "{ty}.{op}");
        }
    }
}

// `#exec-select`

#[test]
fn select_takes_vectors_constants_and_locals() {
    let (a, b) = (v([1, 2, 3, 4]), v([5, 6, 7, 8]));
    let vector = "(param v128 v128 i32) (result v128)";
    for (condition, expected) in [(0, b), (1, a), (-1, a)] {
        let args = [a, b, Val::I32(condition)];
        assert_eq!(body(vector, "local.get 0 local.get 1 local.get 2 select", &args), [expected]);
        assert_eq!(
            body(vector, "local.get 0 local.get 1 local.get 2 select (result v128) local.tee 0", &args),
            [expected]
        );
        let code = "v128.const i32x4 1 2 3 4 v128.const i32x4 5 6 7 8 local.get 2 select";
        assert_eq!(body(vector, code, &args), [expected]);
        let scalar = if condition == 0 { 4 } else { 3 };
        let code = "i32.const 3 i32.const 4 local.get 2 select";
        assert_eq!(body("(param v128 v128 i32) (result i32)", code, &args), i32s(&[scalar]));
    }
    // The upper bits of a slot are no part of an `i32` condition.
    let code = "i32.const 3 i32.const 4 i64.const 0x100000000 i32.wrap_i64 select";
    assert_eq!(body("(result i32)", code, &[]), i32s(&[4]));
}

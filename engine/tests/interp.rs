//! Corner cases of the translation and of the handlers, each against a value worked out by hand.

mod common;

use common::{
    call, eval, eval_trap, exhausted_by, i32s, i64s, instance, instantiate, limited, module, returns, root, store,
    trap_of,
};
use preflight_engine::{
    Extern, Fault, Module, Ref, SharedMemory, Store, Val,
    runtime::InstanceAddr,
    syntax::{FuncType, Limits, MemoryType, ValType},
    trace::{Resource, TrapCode},
};
use std::{fmt::Write as _, time::Duration};

/// A module with one exported function `f` of this body; calls it.
fn body(signature: &str, body: &str, args: &[Val]) -> Vec<Val> {
    eval(&format!(r#"(module (func (export "f") {signature} {body}))"#), "f", args)
}

fn v(lanes: [u32; 4]) -> Val {
    Val::V128(lanes.iter().rev().fold(0, |all, lane| all << 32 | *lane as u128))
}

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

// Branches that carry values (`#exec-br`).

#[test]
fn branches_carry_constants_and_locals_in_any_order_to_outer_labels() {
    let signature = "(param i32 i32) (result i32 i32 i32)";
    let cases: [(&str, [i32; 3]); 7] = [
        ("block (type $r3) local.get 1 local.get 0 i32.const 5 br 0 end", [2, 1, 5]),
        (
            "block (type $r3) i32.const 8 block (type $r3) i32.const 9 local.get 1 i32.const 5 local.get 0 br 1 end drop drop drop drop unreachable end",
            [2, 5, 1],
        ),
        (
            "block (type $r3) i32.const 8 i32.const 9 local.get 1 local.get 0 local.get 0 local.get 0 br_if 0 drop drop drop drop drop i32.const 0 i32.const 0 i32.const 0 end",
            [2, 1, 1],
        ),
        (
            "block (type $r3) i32.const 8 local.get 1 local.get 0 i32.const 3 i32.const 0 br_if 0 i32.add i32.add local.get 0 end",
            [8, 6, 1],
        ),
        (
            "block (type $r3) local.get 1 local.get 0 i32.const 1 i32.add local.get 1 local.get 0 br_table 0 0 1 end",
            [2, 2, 2],
        ),
        ("i32.const 1 local.get 1 local.get 0 local.get 0 br_if 0 drop drop drop unreachable", [1, 2, 1]),
        ("i32.const 4 i32.const 1 local.get 1 local.get 0 i32.const 0 br_if 0 i32.add i32.add i32.const 0", [4, 4, 0]),
    ];
    for (code, expected) in cases {
        let text = format!(r#"(module (type $r3 (func (result i32 i32 i32))) (func (export "f") {signature} {code}))"#);
        assert_eq!(eval(&text, "f", &i32s(&[1, 2])), i32s(&expected), "{code}");
    }
}

// A vector that moves by one slot overlaps itself.
#[test]
fn vectors_are_carried_over_themselves() {
    let (a, b) = (v([1, 2, 3, 4]), v([5, 6, 7, 8]));
    for under in ["i32.const 7", "i32.const 7 i64.const 8", "local.get 0", "local.get 0 i32.const 7"] {
        let code = format!(
            "block (result v128 v128) {under} local.get 0 local.get 1 i32x4.add local.get 1 local.get 0 i32x4.sub br 0 end"
        );
        let expected = [v([6, 8, 10, 12]), v([4, 4, 4, 4])];
        assert_eq!(body("(param v128 v128) (result v128 v128)", &code, &[a, b]), expected, "{under}");
    }
}

#[test]
fn the_operands_of_a_conditional_branch_stay_when_it_is_not_taken() {
    let code = "block (result i32 i64 v128) i32.const 3 local.get 0 i64.const 5 local.get 1 local.get 2 br_if 0
        local.set 1 local.set 3 i32.add local.get 3 i64.const 1 i64.add local.get 1 end";
    let signature = "(param i32 v128 i32) (result i32 i64 v128) (local i64)";
    let vector = v([1, 2, 3, 4]);
    let args = |taken| [Val::I32(10), vector, Val::I32(taken)];
    assert_eq!(body(signature, code, &args(1)), [Val::I32(10), Val::I64(5), vector]);
    assert_eq!(body(signature, code, &args(0)), [Val::I32(13), Val::I64(6), vector]);
}

#[test]
fn branch_tables_carry_values_to_labels_of_different_depth() {
    let text = r#"(module (func (export "f") (param i32) (result i32 i32)
        (block $a (result i32 i32)
          (i32.const 100)
          (block $b (result i32 i32)
            (i32.const 200)
            (block $c (result i32 i32)
              (i32.const 300) (i32.const 1) (local.get 0) (local.get 0)
              (br_table $c $b $a 3 $b))
            (i32.const 10) (i32.add) (br $b))
          (i32.const 1000) (i32.add) (br $a))
        (i32.const 5) (i32.add)))"#;
    // The label's values and what is added behind each label that is passed.
    let cases = [
        (0, [1, 10 + 1000 + 5]),
        (1, [1, 1 + 1000 + 5]),
        (2, [1, 2 + 5]),
        (3, [1, 3]),
        (4, [1, 4 + 1005]),
        (-1, [1, 1004]),
    ];
    for (index, expected) in cases {
        assert_eq!(eval(text, "f", &i32s(&[index])), i32s(&expected), "{index}");
    }
}

#[test]
fn loops_take_their_parameters_in_swapped_order() {
    // Fibonacci: (a, b) becomes (b, a + b).
    let text = r#"(module (func (export "f") (param i32) (result i32 i32) (local i32 i32)
        (i32.const 0) (i32.const 1)
        (loop $l (param i32 i32) (result i32 i32)
          (local.set 2) (local.set 1) (local.get 2) (i32.add (local.get 1) (local.get 2))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
      (func (export "swap") (param i32) (result i32 i32 v128) (local i32 i32 v128)
        (i32.const 1) (i32.const 2) (v128.const i32x4 1 1 1 1)
        (loop $l (param i32 i32 v128) (result i32 i32 v128)
          (local.set 3) (local.set 2) (local.set 1) (local.get 2) (local.get 1)
          (i32x4.add (local.get 3) (local.get 3))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"#;
    assert_eq!(eval(text, "f", &i32s(&[10])), i32s(&[55, 89]));
    assert_eq!(eval(text, "swap", &i32s(&[3])), [Val::I32(2), Val::I32(1), v([8; 4])]);
    assert_eq!(eval(text, "swap", &i32s(&[4])), [Val::I32(1), Val::I32(2), v([16; 4])]);
}

#[test]
fn an_if_without_else_passes_its_parameters_on() {
    let text = r#"(module (type $t (func (param i32 v128 i32) (result i32 v128 i32)))
        (func (export "f") (param i32 v128 i32) (result i32 i32 v128 i32) (local i32)
          (i32.const 9) (i32.const 5) (local.get 1) (local.get 0)
          (if (type $t) (local.get 2)
            (then (local.set 0) (local.set 1) (local.set 3)
              (local.get 0) (i32x4.add (local.get 1) (local.get 1)) (local.get 3)))))"#;
    let vector = v([1, 2, 3, 4]);
    let run = |condition| eval(text, "f", &[Val::I32(7), vector, Val::I32(condition)]);
    assert_eq!(run(0), [Val::I32(9), Val::I32(5), vector, Val::I32(7)]);
    assert_eq!(run(1), [Val::I32(9), Val::I32(7), v([2, 4, 6, 8]), Val::I32(5)]);
}

#[test]
fn both_arms_of_an_if_put_their_results_in_the_same_place() {
    let code =
        "i32.const 1 local.get 0 if (result i32 i32) local.get 0 i32.const 3 else i32.const 4 local.get 1 local.get 1
        i32.add end i32.add i32.add";
    for (args, expected) in [([2, 5], 1 + 2 + 3), ([0, 5], 1 + 4 + 10)] {
        assert_eq!(body("(param i32 i32) (result i32)", code, &i32s(&args)), i32s(&[expected]));
    }
    // One arm leaves.
    let code = "local.get 0 if (result i32) i32.const 3 else i32.const 8 return end i32.const 1 i32.add";
    assert_eq!(body("(param i32) (result i32)", code, &i32s(&[1])), i32s(&[4]));
    assert_eq!(body("(param i32) (result i32)", code, &i32s(&[0])), i32s(&[8]));
    let code = "local.get 0 if (result i32) i32.const 8 return else i32.const 3 end i32.const 1 i32.add";
    assert_eq!(body("(param i32) (result i32)", code, &i32s(&[0])), i32s(&[4]));
}

// `#polymorphism`: code that cannot be reached validates with any operands, and has no effect.
#[test]
fn unreachable_code_in_every_construct_has_no_effect() {
    let dead = [
        "block (result i32) i32.const 1 end drop",
        "loop (result i32) br 0 end drop",
        "loop i32.const 1 br_if 0 end",
        "i32.const 0 if (result i32) i32.const 1 else i32.const 2 end drop",
        "if else br 0 end",
        "if br 1 else br 1 end",
        "block br 1 end",
        "block block i32.const 1 br_table 0 1 2 end end",
        "try_table (catch_all 0) call $set end",
        "try_table (result i32) call $set unreachable end drop",
        "select drop i32.add drop call $set",
        "local.set 0 local.tee 1 drop",
        "i32.const 9 global.set $g",
        "block (result i32 i64) unreachable end drop drop",
        "return_call $id",
        "ref.as_non_null drop br_on_null 0 drop",
        "throw $e",
        "v128.load8_lane 3 drop memory.copy table.fill 0",
    ];
    let leave =
        ["br 0", "i32.const 0 br_table 0 0", "i32.const 5 return", "unreachable", "i32.const 5 return_call $id"];
    for dead in dead {
        for leave in leave {
            let text = format!(
                r#"(module (memory 1) (table 1 funcref) (global $g (mut i32) (i32.const 7)) (tag $e)
                     (func $set (global.set $g (i32.const 8)))
                     (func $id (param i32) (result i32) (local.get 0))
                     (func (export "f") (param i32 i32) (result i32)
                       block {leave} {dead} end
                       local.get 0 global.get $g i32.add)
                     (func (export "g") (result i32) global.get $g))"#
            );
            let (mut store, instance) = instance(&text);
            let result = call(&mut store, instance, "f", &i32s(&[10, 20]));
            match leave {
                "unreachable" => assert_eq!(trap_of(result), TrapCode::Unreachable, "{leave} {dead}"),
                _ if leave.starts_with("br") || leave.contains("br_table") => {
                    assert_eq!(result.unwrap(), i32s(&[17]), "{leave} {dead}");
                }
                _ => assert_eq!(result.unwrap(), i32s(&[5]), "{leave} {dead}"),
            }
            assert_eq!(returns(&mut store, instance, "g", &[]), i32s(&[7]), "{leave} {dead}");
        }
    }
}

#[test]
fn code_behind_a_block_that_was_left_by_a_branch_is_reached_again() {
    let cases = [
        ("block (result i32) block i32.const 1 br 1 end unreachable end i32.const 1 i32.add", 2),
        ("block block br 1 unreachable end unreachable end i32.const 4", 4),
        ("block (result i32) loop i32.const 3 br 1 end unreachable end", 3),
        ("block i32.const 1 if br 1 else unreachable end unreachable end i32.const 6", 6),
        ("block (result i32) i32.const 2 i32.const 0 if unreachable else br 0 end end", 2),
        ("block (result i32) i32.const 9 i32.const 7 br 0 block i32.const 4 br 1 end i32.const 3 end", 7),
    ];
    for (code, expected) in cases {
        assert_eq!(body("(result i32)", code, &[]), i32s(&[expected]), "{code}");
    }
}

#[test]
fn parameters_are_returned_in_swapped_order_on_every_way_out() {
    let signature = "(param i32 i64 v128 f32) (result f32 v128 i64 i32)";
    let swapped = "local.get 3 local.get 2 local.get 1 local.get 0";
    let ways =
        ["", "return", "br 0", "i32.const 1 br_if 0 unreachable", "i32.const 0 br_table 0 0", "local.get 0 br_if 0"];
    let args = [Val::I32(1), Val::I64(2), v([3, 4, 5, 6]), Val::F32(7)];
    let expected = [args[3], args[2], args[1], args[0]];
    for way in ways {
        assert_eq!(body(signature, &format!("{swapped} {way}"), &args), expected, "{way}");
    }
    assert_eq!(body(signature, &format!("i32.const 8 block {swapped} return end unreachable"), &args), expected);
    let text = format!(
        r#"(module (func $swap {signature} {swapped})
             (func $back (param f32 v128 i64 i32) (result i32 i64 v128 f32)
               local.get 3 local.get 2 local.get 1 local.get 0)
             (func (export "f") (param i32 i64 v128 f32) (result i32 i64 v128 f32)
               local.get 0 local.get 1 local.get 2 local.get 3 call $swap return_call $back))"#
    );
    assert_eq!(eval(&text, "f", &args), args);
}

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

// Exceptions (`#exec-try_table`, `#exec-throw_ref`).

/// Functions that throw one of three exceptions: at once, below many frames, and through the host.
const THROWERS: &str = r#"(module
    (import "m" "back" (func $back (param i32)))
    (tag $a (param i32 v128)) (tag $b) (tag $r (param funcref i64))
    (func $throw (export "throw") (param i32)
      (block $0 (block $1 (block $2 (br_table $0 $1 $2 (local.get 0)))
        (throw $r (ref.func $throw) (i64.const 6)))
        (throw $b))
      (throw $a (i32.const 5) (v128.const i32x4 1 2 3 4)))
    (func $frames (export "frames") (param i32 i32) (local v128)
      (if (local.get 1) (then (call $frames (local.get 0) (i32.sub (local.get 1) (i32.const 1))) (return)))
      (call $throw (local.get 0)))
    (func $through (export "through") (param i32) (call $back (local.get 0)))"#;

/// An instance whose import `back` calls its export `throw` through the host.
fn exceptions(text: &str) -> (Store, InstanceAddr) {
    let mut store = store();
    let back = Extern::Func(store.alloc_func(FuncType::new([ValType::I32], []), "m.back", |caller, args, _| {
        let instance = caller.instance().expect("wasm calls");
        let store = caller.store();
        let Some(Extern::Func(throw)) = store.export(instance, "throw") else { panic!("throw is a function") };
        store.invoke(throw, args).map(drop)
    }));
    let instance = instantiate(&mut store, text, &[back]);
    (store, instance)
}

/// The functions that throw, and more definitions.
fn with_throwers(more: &str) -> String {
    format!("{THROWERS} {more})")
}

#[test]
fn catch_clauses_get_the_arguments_and_the_operands_below_stay() {
    let text = with_throwers(
        r#"(func (export "f") (param i32 i32) (result i32 i32 i32 v128) (local $x i32)
             (i32.const 100) (local.set $x (i32.const 1)) (local.get $x)
             (block $on_a (result i32 v128)
               (local.set $x (i32.const 2))
               (block $on_b
                 (try_table (catch $a $on_a) (catch $b $on_b) (call $frames (local.get 0) (local.get 1)))
                 (unreachable))
               (i32.const -1) (v128.const i32x4 0 0 0 0)))"#,
    );
    let (mut store, instance) = exceptions(&text);
    for depth in [0, 1, 100] {
        let caught = returns(&mut store, instance, "f", &i32s(&[0, depth]));
        assert_eq!(caught, [Val::I32(100), Val::I32(1), Val::I32(5), v([1, 2, 3, 4])]);
        let caught = returns(&mut store, instance, "f", &i32s(&[1, depth]));
        assert_eq!(caught, [Val::I32(100), Val::I32(1), Val::I32(-1), v([0; 4])]);
        assert!(matches!(call(&mut store, instance, "f", &i32s(&[2, depth])), Err(Fault::Exception(_))));
    }
}

#[test]
fn the_first_clause_of_the_innermost_table_that_fits_catches() {
    let text = with_throwers(
        r#"(func (export "f") (param i32) (result i32)
             (block $outer_all
               (block $inner_all_ref (result exnref)
                 (block $inner_b
                   (block $outer_a (result i32 v128)
                     (try_table (catch $a $outer_a) (catch_all $outer_all)
                       (try_table (catch $b $inner_b) (catch_all_ref $inner_all_ref)
                         (try_table (catch $b $inner_b) (call $throw (local.get 0)))))
                     (return (i32.const 0)))
                   (drop) (return))
                 (return (i32.const 20)))
               (drop) (return (i32.const 30)))
             (i32.const 40))"#,
    );
    let (mut store, instance) = exceptions(&text);
    for (tag, expected) in [(0, 30), (1, 20), (2, 30)] {
        assert_eq!(returns(&mut store, instance, "f", &i32s(&[tag])), i32s(&[expected]), "tag {tag}");
    }
}

#[test]
fn an_exception_is_rethrown_through_frames_and_a_host_call_with_its_arguments() {
    let text = with_throwers(
        r#"(func $again (param i32)
             (block $b (result exnref)
               (try_table (catch_all_ref $b) (call $through (local.get 0))) (return))
             (throw_ref))
           (func (export "f") (param i32) (result i64 funcref)
             (block $r (result funcref i64 exnref)
               (try_table (catch_ref $r $r) (call $again (local.get 0))) (unreachable))
             (drop) (local.set 0 (i32.const 0)) (call $swap))
           (func $swap (param funcref i64) (result i64 funcref) (local.get 1) (local.get 0))
           (func (export "is_throw") (param funcref) (result i32) (ref.is_null (local.get 0)))"#,
    );
    let (mut store, instance) = exceptions(&text);
    let caught = returns(&mut store, instance, "f", &i32s(&[2]));
    let throw = common::func(&store, instance, "throw");
    assert_eq!(caught, [Val::I64(6), Val::Ref(Ref::func(throw))]);
}

// The body of a handler is outside its own `try_table`.
#[test]
fn an_exception_from_behind_a_handler_is_not_caught_by_it() {
    let text = with_throwers(
        r#"(func (export "f") (result i32)
             (block $outer
               (try_table (catch $b $outer)
                 (block $inner
                   (try_table (catch $b $inner) (call $throw (i32.const 1)))
                   (unreachable))
                 (call $throw (i32.const 1)))
               (unreachable))
             (i32.const 3))
           (func (export "g")
             (block $b (try_table (catch_all $b) (call $throw (i32.const 1))))
             (call $throw (i32.const 1)))"#,
    );
    let (mut store, instance) = exceptions(&text);
    assert_eq!(returns(&mut store, instance, "f", &[]), i32s(&[3]));
    assert!(matches!(call(&mut store, instance, "g", &[]), Err(Fault::Exception(_))));
}

#[test]
fn a_handler_may_be_a_loop_and_a_table_may_have_parameters() {
    let text = with_throwers(
        r#"(func (export "f") (param i32) (result i32)
             (i32.const 0) (v128.const i32x4 0 0 0 0)
             (loop $l (param i32 v128) (result i32)
               (drop) (local.get 0) (i32.add) (local.set 0)
               (i32.const 7) (local.get 0)
               (try_table (param i32 i32) (result i32) (catch $a $l)
                 (i32.add)
                 (if (i32.lt_s (local.get 0) (i32.const 20)) (then (call $throw (i32.const 0)))))))"#,
    );
    let (mut store, instance) = exceptions(&text);
    // 1, 6, 11, 16, 21: five is added for each exception; seven in the end.
    assert_eq!(returns(&mut store, instance, "f", &i32s(&[1])), i32s(&[28]));
}

#[test]
fn throwing_null_traps_and_traps_are_not_caught() {
    let text = with_throwers(
        r#"(func (export "null") (block $b (try_table (catch_all $b) (throw_ref (ref.null exn)))))
           (func (export "trap") (block $b (try_table (catch_all $b) (unreachable))))
           (func $inner (drop (i32.div_u (i32.const 1) (i32.const 0))))
           (func (export "deep") (block $b (try_table (catch_all $b) (call $inner))))"#,
    );
    let (mut store, instance) = exceptions(&text);
    for (name, code) in
        [("null", TrapCode::NullReference), ("trap", TrapCode::Unreachable), ("deep", TrapCode::IntegerDivideByZero)]
    {
        assert_eq!(trap_of(call(&mut store, instance, name, &[])), code);
    }
}

// Tail calls (`#exec-return_call`): the frame, and with it its handlers, is gone before the callee runs.

#[test]
fn a_tail_call_inside_a_try_table_is_not_covered_by_it() {
    let text = with_throwers(
        r#"(type $f (func (param i32))) (table funcref (elem $throw $back))
           (func (export "local") (param i32) (block $b (try_table (catch_all $b) (return_call $throw (local.get 0)))))
           (func (export "indirect") (param i32) (block $b (try_table (catch_all $b)
             (return_call_indirect (type $f) (local.get 0) (i32.const 0)))))
           (func (export "ref") (param i32) (block $b (try_table (catch_all $b)
             (return_call_ref $f (local.get 0) (ref.func $throw)))))
           (func (export "host") (param i32) (block $b (try_table (catch_all $b) (return_call $back (local.get 0)))))
           (func (export "host_indirect") (param i32) (block $b (try_table (catch_all $b)
             (return_call_indirect (type $f) (local.get 0) (i32.const 1)))))
           (func $middle (param i32) (block $b (try_table (catch_all $b) (return_call $back (local.get 0)))))
           (func (export "outer") (param i32) (result i32)
             (block $b (try_table (catch $b $b) (call $middle (local.get 0))) (return (i32.const 0))) (i32.const 1))"#,
    );
    let (mut store, instance) = exceptions(&text);
    for name in ["local", "indirect", "ref", "host", "host_indirect"] {
        let result = call(&mut store, instance, name, &i32s(&[1]));
        assert!(matches!(result, Err(Fault::Exception(_))), "{name}: {result:?}");
    }
    assert_eq!(returns(&mut store, instance, "outer", &i32s(&[1])), i32s(&[1]));
}

#[test]
fn tail_calls_with_more_parameters_than_the_caller_use_no_stack() {
    let text = r#"(module
        (type $one (func (param i32) (result i64))) (type $many (func (param i32 v128 i64 i64 i64 i64 f32) (result i64)))
        (table funcref (elem $many $one)) (elem declare func $many $one)
        (func $one (export "one") (type $one)
          (return_call_indirect (type $many) (local.get 0) (v128.const i32x4 1 2 3 4) (i64.const 1) (i64.const 2)
            (i64.const 3) (i64.extend_i32_u (local.get 0)) (f32.const 1) (i32.const 0)))
        (func $many (type $many) (local i64 i64 v128)
          (if (i32.eqz (local.get 0)) (then
            (return (i64.add (local.get 7) (i64.add (i64.add (local.get 2) (local.get 3))
              (i64.add (local.get 4) (i64x2.extract_lane 1 (local.get 1))))))))
          (local.set 7 (i64.const 1000))
          (return_call_ref $one (i32.sub (local.get 0) (i32.const 1)) (ref.func $one))))"#;
    let mut store = limited(|limits| {
        limits.call_depth = 4;
        limits.stack_slots = 100;
    });
    let instance = instantiate(&mut store, text, &[]);
    // 1 + 2 + 3 and the upper half of the vector; the local starts at zero each time.
    let expected = 6 + (4 << 32 | 3);
    assert_eq!(returns(&mut store, instance, "one", &i32s(&[200_000])), i64s(&[expected]));
}

#[test]
fn tail_call_arguments_may_be_the_callers_parameters_in_any_order() {
    let text = r#"(module (func $sub (param i32 i64 i32) (result i32 i64 i32) (local.get 0) (local.get 1) (local.get 2))
        (func (export "f") (param i32 i32 i64) (result i32 i64 i32)
          (return_call $sub (local.get 1) (local.get 2) (local.get 0))))"#;
    let results = eval(text, "f", &[Val::I32(1), Val::I32(2), Val::I64(3)]);
    assert_eq!(results, [Val::I32(2), Val::I64(3), Val::I32(1)]);
}

// Memories.

const OOB: TrapCode = TrapCode::OutOfBoundsMemory;

// `#exec-load`: the effective address is a sum of integers; it does not wrap.
#[test]
fn effective_addresses_beyond_two_to_the_64_trap() {
    let accesses = [
        "(drop (i32.load8_u $M offset=$O (local.get 0)))",
        "(drop (i64.load $M offset=$O (local.get 0)))",
        "(drop (v128.load $M offset=$O (local.get 0)))",
        "(drop (v128.load8_lane $M offset=$O 3 (local.get 0) (v128.const i32x4 0 0 0 0)))",
        "(v128.store64_lane $M offset=$O 1 (local.get 0) (v128.const i32x4 0 0 0 0))",
        "(i32.store8 $M offset=$O (local.get 0) (i32.const 1))",
        "(f64.store $M offset=$O (local.get 0) (f64.const 1))",
    ];
    for memory in ["$near", "$far"] {
        for access in accesses {
            for (offset, address) in [
                (u64::MAX, 0_u64),
                (u64::MAX, 1),
                (u64::MAX, u64::MAX),
                (u64::MAX - 7, 8),
                (u64::MAX - 7, 16),
                (0, u64::MAX),
                (1, u64::MAX),
                (8, u64::MAX - 7),
                (1 << 48, 0),
                (1 << 48, (1_u64 << 48).wrapping_neg()),
                ((1 << 48) - 1, 0),
                (1 << 32, 0),
                (1 << 32, (1_u64 << 32).wrapping_neg()),
            ] {
                let code = access.replace("$M", memory).replace("$O", &offset.to_string());
                let text = format!(
                    r#"(module (memory $near i64 1) (memory $far i64 1) (func (export "f") (param i64) {code}))"#
                );
                let result = eval_trap(&text, "f", &i64s(&[address as i64]));
                assert_eq!(result, OOB, "{code} at {address:#x}");
            }
        }
    }
}

// An `i32` address is unsigned, and the sum with the offset has 33 bits.
#[test]
fn effective_addresses_of_32_bit_memories_do_not_wrap() {
    for memory in ["0", "1"] {
        for (offset, address) in [(u32::MAX, 1), (1, -1), (u32::MAX, -1), (0x8000_0000, i32::MIN), (65535, 1), (0, -1)]
        {
            let text = format!(
                r#"(module (memory 1) (memory 1) (func (export "f") (param i32) (result i32)
                     (i32.load8_u {memory} offset={offset} (local.get 0))))"#
            );
            assert_eq!(eval_trap(&text, "f", &i32s(&[address])), OOB, "{offset} {address}");
        }
    }
}

#[test]
fn accesses_at_the_very_end_of_a_memory_pass_and_one_further_trap() {
    for memory in ["0", "1"] {
        let text = format!(
            r#"(module (memory 1) (memory 1)
                 (func (export "load") (param i32) (result i64) (i64.load {memory} (local.get 0)))
                 (func (export "vector") (param i32) (result v128) (v128.load {memory} offset=8 (local.get 0)))
                 (func (export "store") (param i32) (i64.store {memory} (local.get 0) (i64.const -1))))"#
        );
        let (mut store, instance) = instance(&text);
        returns(&mut store, instance, "store", &i32s(&[65528]));
        assert_eq!(returns(&mut store, instance, "load", &i32s(&[65528])), i64s(&[-1]));
        assert_eq!(returns(&mut store, instance, "vector", &i32s(&[65512])), [v([0, 0, u32::MAX, u32::MAX])]);
        for (name, address) in [("load", 65529), ("vector", 65513), ("store", 65529)] {
            assert_eq!(trap_of(call(&mut store, instance, name, &i32s(&[address]))), OOB, "{name}");
        }
        // A store that traps writes nothing.
        assert_eq!(returns(&mut store, instance, "load", &i32s(&[65520])), i64s(&[0]));
    }
}

#[test]
fn offsets_beyond_two_to_the_32_reach_into_large_memories() {
    let text = r#"(module (memory $a i64 65538) (memory $b i64 65538)
        (func (export "a") (param i64) (result i32 i32)
          (i32.store8 $a offset=0x1_0000_0000 (local.get 0) (i32.const 11))
          (i32.load8_u $a (i64.add (local.get 0) (i64.const 0x1_0000_0000))) (i32.load8_u $a (local.get 0)))
        (func (export "b") (param i64) (result i32 i32)
          (i32.store8 $b offset=0x1_0000_0000 (local.get 0) (i32.const 12))
          (i32.load8_u $b offset=0xffff_ffff (i64.add (local.get 0) (i64.const 1))) (i32.load8_u $b (local.get 0)))
        (func (export "end") (result i32) (i32.load8_u $b offset=0x1_0001_ffff (i64.const 0)))
        (func (export "past") (result i32) (i32.load8_u $b offset=0x1_0002_0000 (i64.const 0))))"#;
    let mut store = limited(|limits| limits.memory_bytes = 5 << 30);
    let instance = instantiate(&mut store, text, &[]);
    assert_eq!(returns(&mut store, instance, "a", &i64s(&[5])), i32s(&[11, 0]));
    assert_eq!(returns(&mut store, instance, "b", &i64s(&[6])), i32s(&[12, 0]));
    assert_eq!(returns(&mut store, instance, "end", &[]), i32s(&[0]));
    assert_eq!(trap_of(call(&mut store, instance, "past", &[])), OOB);
}

// One memory under two indices is one memory (`#syntax-memaddr`).
#[test]
fn a_memory_imported_twice_is_grown_and_copied_as_one() {
    let text = r#"(module (import "m" "m" (memory $a 1)) (import "m" "m" (memory $b 1))
        (func (export "grow") (result i32 i32 i32)
          (drop (memory.grow $b (i32.const 100)))
          (i32.store8 $a (i32.const 6000000) (i32.const 9))
          (i32.load8_u $b (i32.const 6000000)) (memory.size $a) (memory.size $b))
        (func (export "copy") (result i64)
          (i64.store $a (i32.const 0) (i64.const 0x0807060504030201))
          (memory.copy $b $a (i32.const 1) (i32.const 0) (i32.const 7)) (i64.load $b (i32.const 0))))"#;
    let mut store = store();
    let memory = MemoryType { limits: Limits { min: 1, max: None }, is_64: false, shared: false, page_size_log2: 16 };
    let memory = Extern::Memory(store.alloc_memory(memory).expect("one page"));
    let instance = instantiate(&mut store, text, &[memory, memory]);
    assert_eq!(returns(&mut store, instance, "grow", &[]), i32s(&[9, 101, 101]));
    assert_eq!(returns(&mut store, instance, "copy", &[]), i64s(&[0x0706_0504_0302_0101]));
}

#[test]
fn a_memory_that_a_callee_grows_is_seen_by_the_caller_of_another_instance() {
    let mut store = store();
    let owner = instantiate(
        &mut store,
        r#"(module (memory (export "m") 1) (func (export "grow") (result i32)
             (memory.grow (i32.const 200)) (i32.store8 (i32.const 10000000) (i32.const 5))))"#,
        &[],
    );
    let externs = [store.export(owner, "m").unwrap(), store.export(owner, "grow").unwrap()];
    let text = r#"(module (import "o" "m" (memory 1)) (import "o" "grow" (func $grow (result i32)))
        (func (export "f") (result i32 i32) (i32.store (i32.const 0) (i32.const 7)) (call $grow)
          (i32.load8_u (i32.const 10000000))))"#;
    let user = instantiate(&mut store, text, &externs);
    assert_eq!(returns(&mut store, user, "f", &[]), i32s(&[1, 5]));
}

// Tables with 64-bit indices (memory64).
#[test]
fn indices_of_64_bit_tables_are_not_cut() {
    let text = r#"(module (table $t i64 2 10 funcref) (elem (table $t) (i64.const 0) func $f $f) (type $v (func))
        (func $f)
        (func (export "get") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0))))
        (func (export "set") (param i64) (table.set $t (local.get 0) (ref.null func)))
        (func (export "call") (param i64) (call_indirect $t (type $v) (local.get 0)))
        (func (export "grow") (param i64) (result i64) (table.grow $t (ref.null func) (local.get 0)))
        (func (export "size") (result i64) (table.size $t))
        (func (export "fill") (param i64 i64) (table.fill $t (local.get 0) (ref.null func) (local.get 1)))
        (func (export "copy") (param i64 i64 i64) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2))))"#;
    let (mut store, instance) = instance(text);
    let mut run = |name: &str, args: &[i64]| call(&mut store, instance, name, &i64s(args));
    assert_eq!(run("get", &[1]).unwrap(), i32s(&[0]));
    run("call", &[1]).unwrap();
    for index in [2, 1 << 32, -1, (1 << 32) + 1] {
        assert_eq!(trap_of(run("get", &[index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("set", &[index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("call", &[index])), TrapCode::UndefinedElement);
        assert_eq!(trap_of(run("fill", &[index, 1])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("fill", &[1, index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("copy", &[0, 1, index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("copy", &[0, index, 1])), TrapCode::OutOfBoundsTable);
    }
    for (delta, expected) in [(9, -1), (1 << 32, -1), (-1, -1), (8, 2), (1, -1), (0, 10)] {
        assert_eq!(run("grow", &[delta]).unwrap(), i64s(&[expected]), "{delta}");
    }
    assert_eq!(trap_of(run("call", &[9])), TrapCode::UninitializedElement);
    assert_eq!(run("size", &[]).unwrap(), i64s(&[10]));
}

// Wide arithmetic (the proposal's `i64.add128` and others): against Rust's 128-bit integers.
#[test]
fn wide_arithmetic_agrees_with_128_bit_integers() {
    let text = r#"(module
        (func (export "add") (param i64 i64 i64 i64) (result i64 i64)
          (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
        (func (export "sub") (param i64 i64 i64 i64) (result i64 i64)
          (i64.sub128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
        (func (export "swapped") (param i64 i64 i64 i64) (result i64 i64)
          (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3))
          (local.set 0) (local.set 1) (local.get 0) (local.get 1))
        (func (export "mul_s") (param i64 i64 i64 i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 2)))
        (func (export "mul_u") (param i64 i64 i64 i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 2))))"#;
    let (mut store, instance) = instance(text);
    let words = [0, 1, -1, i64::MIN, i64::MAX, 0x1234_5678_9abc_def0];
    let wide = |low: i64, high: i64| (high as u64 as u128) << 64 | low as u64 as u128;
    for (a, b, c, d) in
        words.iter().flat_map(|a| words.map(|b| words.map(|c| words.map(|d| (*a, b, c, d))))).flatten().flatten()
    {
        let (x, y) = (wide(a, b), wide(c, d));
        let cases = [
            ("add", x.wrapping_add(y)),
            ("sub", x.wrapping_sub(y)),
            ("swapped", x.wrapping_add(y).rotate_left(64)),
            ("mul_s", (a as i128 * c as i128) as u128),
            ("mul_u", a as u64 as u128 * c as u64 as u128),
        ];
        for (name, expected) in cases {
            let expected = i64s(&[expected as i64, (expected >> 64) as i64]);
            assert_eq!(returns(&mut store, instance, name, &i64s(&[a, b, c, d])), expected, "{name} {a} {b} {c} {d}");
        }
    }
}

// Threads.

// Threads proposal: an atomic access traps if its address is not a multiple of its width, and if it is out of bounds.
#[test]
fn atomic_accesses_trap_when_unaligned_and_when_out_of_bounds() {
    for memory in ["(memory 1 1 shared)", "(memory 1)"] {
        let accesses = [
            ("(drop (i32.atomic.load offset=0 (local.get 0)))", 4),
            ("(drop (i64.atomic.load offset=8 (local.get 0)))", 8),
            ("(drop (i32.atomic.load16_u (local.get 0)))", 2),
            ("(i64.atomic.store (local.get 0) (i64.const 1))", 8),
            ("(drop (i32.atomic.rmw.add (local.get 0) (i32.const 1)))", 4),
            ("(drop (i64.atomic.rmw32.cmpxchg_u (local.get 0) (i64.const 1) (i64.const 1)))", 4),
            ("(drop (memory.atomic.notify (local.get 0) (i32.const 1)))", 4),
        ];
        for (access, width) in accesses {
            let text = format!(r#"(module {memory} (func (export "f") (param i32) {access}))"#);
            let (mut store, instance) = instance(&text);
            returns(&mut store, instance, "f", &i32s(&[1024]));
            for unaligned in [1, width / 2, width + 1] {
                let result = call(&mut store, instance, "f", &i32s(&[unaligned]));
                assert_eq!(trap_of(result), TrapCode::UnalignedAtomic, "{memory} {access} {unaligned}");
            }
            for far in [65536, -width] {
                assert_eq!(trap_of(call(&mut store, instance, "f", &i32s(&[far]))), OOB, "{memory} {access} {far}");
            }
        }
    }
}

const WAITING: &str = r#"
    (func (export "wait") (param i32 i32 i64) (result i32)
      (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wait64") (param i32 i64 i64) (result i32)
      (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
    (func (export "store") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1))))"#;

#[test]
fn waiting_ends_by_another_value_or_by_time_and_needs_a_shared_memory() {
    let (mut store, instance) = instance(&format!("(module (memory 1 1 shared) {WAITING}"));
    let mut run = |name: &str, args: &[Val]| call(&mut store, instance, name, args);
    let args = |expected, timeout| [Val::I32(8), Val::I32(expected), Val::I64(timeout)];
    assert_eq!(run("wait", &args(1, -1)).unwrap(), i32s(&[1]));
    assert_eq!(run("wait", &args(0, 0)).unwrap(), i32s(&[2]));
    assert_eq!(run("wait", &args(0, 1_000_000)).unwrap(), i32s(&[2]));
    assert_eq!(run("wait64", &[Val::I32(8), Val::I64(1 << 32), Val::I64(-1)]).unwrap(), i32s(&[1]));
    assert_eq!(run("notify", &i32s(&[8, -1])).unwrap(), i32s(&[0]));
    assert_eq!(trap_of(run("wait", &[Val::I32(2), Val::I32(0), Val::I64(0)])), TrapCode::UnalignedAtomic);
    let (mut store, instance) = common::instance(&format!("(module (memory 1 1) {WAITING}"));
    assert_eq!(trap_of(call(&mut store, instance, "wait", &args(0, 0))), TrapCode::ExpectedSharedMemory);
    assert_eq!(returns(&mut store, instance, "notify", &i32s(&[8, 1])), i32s(&[0]));
}

#[test]
fn a_thread_that_waits_is_woken_by_another_store_over_the_same_memory() {
    let ty = MemoryType { limits: Limits { min: 1, max: Some(1) }, is_64: false, shared: true, page_size_log2: 16 };
    let memory = SharedMemory::new(ty, 1 << 20).expect("one page");
    let module = module(&format!(r#"(module (import "m" "m" (memory 1 1 shared)) {WAITING}"#));
    let open = |module: &Module, memory: SharedMemory| {
        let mut store = Store::new(&common::config());
        let memory = Extern::Memory(store.alloc_shared_memory(memory));
        let instance = store.instantiate(module, &[memory], root()).expect("the memory fits");
        (store, instance)
    };
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (module, memory) = (module.clone(), memory.clone());
            std::thread::spawn(move || {
                let (mut store, instance) = open(&module, memory);
                returns(&mut store, instance, "wait", &[Val::I32(16), Val::I32(0), Val::I64(-1)])
            })
        })
        .collect();
    let (mut store, instance) = open(&module, memory);
    let mut woken = 0;
    // One at a time, until both have come to wait and have been woken.
    while woken < 2 {
        let [Val::I32(n)] = returns(&mut store, instance, "notify", &i32s(&[16, 1]))[..] else { panic!("one number") };
        assert!(n <= 1, "at most one was asked for");
        woken += n;
        std::thread::sleep(Duration::from_millis(1));
    }
    for thread in threads {
        assert_eq!(thread.join().expect("it returns"), i32s(&[0]));
    }
    assert_eq!(returns(&mut store, instance, "notify", &i32s(&[16, -1])), i32s(&[0]));
}

// References in branches (`#exec-br_on_null`, `#exec-br_on_cast`): what is carried, what stays.
#[test]
fn branches_on_references_carry_operands_and_keep_or_drop_the_reference() {
    let text = r#"(module
        (func (export "null") (param anyref) (result i32 i32) (local i32)
          (block $b (result i32) (i32.const 9) (i32.const 4) (br_on_null $b (local.get 0))
            (drop) (drop) (drop) (i32.const 5))
          (i32.const 1))
        (func (export "non_null") (param anyref) (result i32 i32)
          (block $b (result i32 (ref any)) (i32.const 9) (i32.const 4) (br_on_non_null $b (local.get 0))
            (drop) (return (i32.const 6)))
          (ref.is_null))
        (func (export "cast") (param anyref) (result i32 i32)
          (block $b (result i32 (ref i31)) (i32.const 9) (i32.const 4) (local.get 0)
            (br_on_cast $b anyref (ref i31)) (ref.is_null) (i32.add) (return))
          (i31.get_s))
        (func (export "fail") (param anyref) (result i32 i32)
          (block $b (result i32 anyref) (i32.const 9) (i32.const 4) (local.get 0)
            (br_on_cast_fail $b anyref (ref i31)) (i31.get_s) (i32.add) (return))
          (ref.is_null)))"#;
    let (mut store, instance) = instance(text);
    let (null, ten) = (Val::Ref(Ref::NULL), Val::Ref(Ref::i31(10)));
    let cases = [
        ("null", null, [4, 1]),
        ("null", ten, [5, 1]),
        ("non_null", null, [9, 6]),
        ("non_null", ten, [4, 0]),
        ("cast", null, [9, 5]),
        ("cast", ten, [4, 10]),
        ("fail", null, [4, 1]),
        ("fail", ten, [9, 14]),
    ];
    for (name, argument, expected) in cases {
        assert_eq!(returns(&mut store, instance, name, &[argument]), i32s(&expected), "{name} {argument:?}");
    }
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

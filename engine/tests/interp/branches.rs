//! Branches: what they carry, and code that cannot be reached.

use super::{body, v};
use crate::common::{call, eval, i32s, instance, returns, trap_of};
use preflight_engine::{Ref, Val, trace::TrapCode};

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

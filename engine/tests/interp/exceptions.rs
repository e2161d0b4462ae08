//! Exceptions and tail calls.

use super::v;
use crate::common::{call, eval, i32s, i64s, instantiate, limited, returns, store, trap_of};
use preflight_engine::{
    Extern, Fault, Ref, Store, Val,
    runtime::InstanceAddr,
    syntax::{FuncType, ValType},
    trace::TrapCode,
};

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
    let throw = crate::common::func(&store, instance, "throw");
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

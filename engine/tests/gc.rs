//! Garbage collection (core `#syntax-structinst`, `#syntax-arrayinst`, `#syntax-exninst`): what cannot be reached makes
//! room, what can be reached stays, whenever the collector runs.

mod common;

use common::{call, exhausted_by, func, i32s, instantiate, limited, returns, store};
use preflight_engine::{
    Extern, Fault, Ref, Store, Val,
    runtime::InstanceAddr,
    syntax::{FuncType, HeapType, RefType, ValType},
    trace::Resource,
};

/// A heap in which a thousandth of what these tests allocate has room.
const SMALL_HEAP: u64 = 1 << 20;

fn small(text: &str) -> (Store, InstanceAddr) {
    let mut store = limited(|limits| limits.heap_bytes = SMALL_HEAP);
    let instance = instantiate(&mut store, text, &[]);
    (store, instance)
}

/// Calls an export of a fresh instance twice: as it is, and with a collection at every allocation. Both give the same.
fn both(text: &str, name: &str, args: &[Val]) -> Vec<Val> {
    let run = |stress| {
        let mut store = store();
        store.set_gc_stress(stress);
        let instance = instantiate(&mut store, text, &[]);
        returns(&mut store, instance, name, args)
    };
    let results = run(false);
    assert_eq!(results, run(true), "with a collection at every allocation");
    results
}

/// A loop that runs `code` as often as parameter 0 says.
fn repeat(code: &str) -> String {
    format!("(loop $l {code} (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))")
}

// Reclaiming.

#[test]
fn millions_of_short_lived_objects_fit_into_a_small_heap() {
    let cases = [
        ("structures", "(drop (struct.new $pair (i64.const 1) (i64.const 2)))", 3_000_000),
        ("default structures", "(drop (struct.new_default $node))", 1_000_000),
        (
            "vectors in structures",
            "(drop (struct.new $big (v128.const i64x2 1 2) (v128.const i64x2 1 2) (v128.const i64x2 1 2)))",
            500_000,
        ),
        ("arrays", "(drop (array.new $bytes (i32.const 7) (i32.const 1000)))", 300_000),
        ("large arrays", "(drop (array.new_default $bytes (i32.const 400000)))", 2_000),
        ("fixed arrays", "(drop (array.new_fixed $words 3 (i64.const 1) (i64.const 2) (i64.const 3)))", 500_000),
        ("arrays from data", "(drop (array.new_data $bytes $d (i32.const 0) (i32.const 60)))", 300_000),
        ("structures that stay in a local for one turn", "(local.set 1 (struct.new_default $node))", 1_000_000),
        ("structures that stay in a global for one turn", "(global.set $g (struct.new_default $node))", 1_000_000),
        (
            "exceptions",
            "(block $b (result exnref) (try_table (catch_all_ref $b) (throw $e (i64.const 1) (local.get 1))) (unreachable)) (drop)",
            300_000,
        ),
    ];
    for (what, code, times) in cases {
        let text = format!(
            r#"(module (type $pair (struct (field i64 i64))) (type $node (struct (field (mut (ref null $node)))))
                 (type $bytes (array (mut i8))) (type $words (array i64)) (type $big (struct (field v128 v128 v128)))
                 (data $d "012345678901234567890123456789012345678901234567890123456789") (tag $e (param i64 anyref))
                 (global $g (mut (ref null $node)) (ref.null $node))
                 (func (export "f") (param i32) (local (ref null $node)) {}))"#,
            repeat(code)
        );
        let (mut store, instance) = small(&text);
        if let Err(fault) = call(&mut store, instance, "f", &i32s(&[times])) {
            panic!("{what}: {fault}");
        }
    }
}

#[test]
fn cycles_are_reclaimed() {
    let text = format!(
        r#"(module (type $node (struct (field (mut anyref)) (field (mut anyref)))) (type $refs (array (mut anyref)))
             (func (export "f") (param i32) (local $a (ref null $node)) (local $b (ref null $node)) (local $r (ref null $refs))
               {}))"#,
        repeat(
            "(local.set $a (struct.new_default $node)) (local.set $r (array.new $refs (local.get $a) (i32.const 10)))
             (local.set $b (struct.new $node (local.get $a) (local.get $r)))
             (struct.set $node 0 (local.get $a) (local.get $b)) (struct.set $node 1 (local.get $a) (local.get $a))
             (array.set $refs (local.get $r) (i32.const 3) (local.get $r))"
        )
    );
    let (mut store, instance) = small(&text);
    returns(&mut store, instance, "f", &i32s(&[300_000]));
}

/// A module that builds a list in a global, drops it, and tells its length.
const LIST: &str = r#"(module (type $list (struct (field i32) (field (ref null $list))))
    (global $head (mut (ref null $list)) (ref.null $list))
    (func (export "build") (param i32) (loop $l
      (global.set $head (struct.new $list (local.get 0) (global.get $head)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "drop") (global.set $head (ref.null $list)))
    (func (export "twice") (param i32)
      (call 0 (local.get 0)) (global.set $head (ref.null $list)) (call 0 (local.get 0)))
    (func $churn (param i32) (loop $l (drop (struct.new $list (local.get 0) (ref.null $list)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "late") (param i32 i32 i32)
      (call 0 (local.get 0)) (call $churn (local.get 1)) (global.set $head (ref.null $list)) (call $churn (local.get 2)))
    (func (export "length") (result i32) (local $c (ref null $list)) (local $n i32)
      (local.set $c (global.get $head))
      (loop $l (if (i32.eqz (ref.is_null (local.get $c))) (then
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (local.set $c (struct.get $list 1 (local.get $c))) (br $l))))
      (local.get $n)))"#;

// `#impl-exec`: what is alive counts, and is not touched when there is no more room.
#[test]
fn live_objects_over_the_limit_are_exhaustion_and_dropping_them_makes_room_again() {
    let (mut store, instance) = small(LIST);
    for _ in 0..3 {
        assert_eq!(exhausted_by(call(&mut store, instance, "build", &i32s(&[1_000_000]))), Resource::Memory);
        let [Val::I32(length)] = returns(&mut store, instance, "length", &[])[..] else { panic!("one number") };
        // At least what the limit has room for at a hundred bytes for each.
        assert!(length > SMALL_HEAP as i32 / 100, "{length}");
        returns(&mut store, instance, "drop", &[]);
        returns(&mut store, instance, "build", &i32s(&[1000]));
        assert_eq!(returns(&mut store, instance, "length", &[]), i32s(&[1000]));
        returns(&mut store, instance, "drop", &[]);
    }
}

/// The length of the longest list that the small heap has room for.
fn longest_list() -> i32 {
    let fits = |n| {
        let (mut store, instance) = small(LIST);
        call(&mut store, instance, "build", &i32s(&[n])).is_ok()
    };
    let (mut most, mut over) = (1, SMALL_HEAP as i32);
    assert!(fits(most) && !fits(over));
    while over - most > 1 {
        let middle = most + (over - most) / 2;
        if fits(middle) { most = middle } else { over = middle }
    }
    most
}

// A heap that is full to the last object has room for as many once they are dropped, in the same call.
#[test]
fn a_full_heap_is_reclaimed_within_one_call() {
    let most = longest_list();
    for n in [most / 2, most / 4 * 3, most - 1, most] {
        let (mut store, instance) = small(LIST);
        if let Err(fault) = call(&mut store, instance, "twice", &i32s(&[n])) {
            panic!("{n} of {most} fit, and then not again: {fault}");
        }
        assert_eq!(returns(&mut store, instance, "length", &[]), i32s(&[n]));
    }
}

// That a collection found next to nothing once does not mean that the next one will.
#[test]
fn a_heap_that_was_nearly_full_at_a_collection_is_reclaimed_later() {
    let most = longest_list();
    for percent in [50, 90, 97, 99] {
        let live = most / 100 * percent;
        // More than there is room for, so that there is a collection while the list lives.
        let garbage = (most - live) / 2 * 3;
        let (mut store, instance) = small(LIST);
        if let Err(fault) = call(&mut store, instance, "late", &i32s(&[live, garbage, 10 * most])) {
            panic!("a list of {percent} % of the heap was dropped: {fault}");
        }
    }
}

// Marking needs no native stack.
#[test]
fn a_list_of_a_million_objects_is_marked() {
    let mut store = store();
    let instance = instantiate(&mut store, LIST, &[]);
    returns(&mut store, instance, "build", &i32s(&[1_000_000]));
    store.collect_garbage();
    assert_eq!(returns(&mut store, instance, "length", &[]), i32s(&[1_000_000]));
}

#[test]
fn arrays_over_the_limit_are_exhaustion_whatever_their_length() {
    let text = r#"(module (type $a (array (mut v128))) (type $b (array (mut i8))) (type $r (array (mut anyref)))
        (func (export "a") (param i32) (drop (array.new_default $a (local.get 0))))
        (func (export "b") (param i32) (drop (array.new $b (i32.const 1) (local.get 0))))
        (func (export "r") (param i32) (drop (array.new $r (ref.null any) (local.get 0)))))"#;
    let (mut store, instance) = small(text);
    for length in [SMALL_HEAP as i32 + 1, i32::MAX, i32::MIN, -1] {
        for name in ["a", "b", "r"] {
            assert_eq!(
                exhausted_by(call(&mut store, instance, name, &i32s(&[length]))),
                Resource::Memory,
                "{name} {length}"
            );
        }
    }
    returns(&mut store, instance, "b", &i32s(&[SMALL_HEAP as i32 / 2]));
}

// What stays.

/// Types and a function that allocates and drops a hundred objects, so that a freed slot is used again.
const CHURN: &str = r#"(type $box (struct (field (mut i32)))) (type $boxes (array (mut (ref null $box))))
    (func $box (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
    (func $churn (local i32) (loop $l (drop (struct.new $box (i32.const -1)))
      (br_if $l (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100)))))"#;

#[test]
fn objects_that_operands_locals_and_waiting_frames_hold_stay() {
    let text = format!(
        r#"(module {CHURN}
             (func $two (param (ref $box) i32) (result (ref $box) (ref $box)) (local (ref null $box))
               (local.set 2 (call $box (local.get 1))) (call $churn) (local.get 0) (ref.as_non_null (local.get 2)))
             (func $deep (param (ref $box) i32) (result i32)
               (if (i32.eqz (local.get 1)) (then (call $churn) (return (struct.get $box 0 (local.get 0)))))
               (i32.add (struct.get $box 0 (local.get 0))
                 (call $deep (call $box (local.get 1)) (i32.sub (local.get 1) (i32.const 1))))
               (i32.add (struct.get $box 0 (local.get 0))))
             (func (export "calls") (result i32)
               (call $two (call $box (i32.const 1)) (i32.const 10)) (call $churn)
               (struct.get $box 0) (call $keep) (i32.add))
             (func $keep (param (ref $box) i32) (result i32 i32)
               (call $churn) (local.get 1) (struct.get $box 0 (local.get 0)))
             (func (export "deep") (result i32) (call $deep (call $box (i32.const 1000)) (i32.const 50)))
             (func (export "operands") (result i32) (local $x i32) (local $y i32)
               (call $box (i32.const 1)) (call $box (i32.const 10)) (call $churn) (call $box (i32.const 100)) (call $churn)
               (struct.get $box 0) (local.set $x) (struct.get $box 0) (local.set $y) (struct.get $box 0)
               (local.get $x) (i32.add) (local.get $y) (i32.add)))"#
    );
    assert_eq!(both(&text, "operands", &[]), i32s(&[111]));
    assert_eq!(both(&text, "calls", &[]), i32s(&[11]));
    // Each value twice but the last one, which the innermost call reads once: 1000 and 50 to 1.
    assert_eq!(both(&text, "deep", &[]), i32s(&[2 * (1000 + (2..=50).sum::<i32>()) + 1]));
}

#[test]
fn arguments_of_nested_constructors_stay() {
    let text = format!(
        r#"(module {CHURN} (type $tree (struct (field (ref null $tree) (ref null $box) v128 (ref null $tree))))
             (func $sum (param (ref null $tree)) (result i32)
               (if (ref.is_null (local.get 0)) (then (return (i32.const 0))))
               (i32.add (struct.get $box 0 (struct.get $tree 1 (local.get 0)))
                 (i32.add (call $sum (struct.get $tree 0 (local.get 0))) (call $sum (struct.get $tree 3 (local.get 0))))))
             (func $tree (param i32) (result (ref null $tree))
               (if (result (ref null $tree)) (local.get 0)
                 (then (struct.new $tree (call $tree (i32.sub (local.get 0) (i32.const 1))) (call $box (local.get 0))
                   (v128.const i64x2 -1 -1) (call $tree (i32.sub (local.get 0) (i32.const 1)))))
                 (else (ref.null $tree))))
             (func (export "tree") (result i32) (call $sum (call $tree (i32.const 6))))
             (func (export "array") (result i32) (local (ref null $boxes))
               (local.set 0 (array.new_fixed $boxes 3 (call $box (i32.const 1)) (struct.new $box (i32.const 10)) (call $box (i32.const 100))))
               (call $churn)
               (i32.add (struct.get $box 0 (array.get $boxes (local.get 0) (i32.const 0)))
                 (i32.add (struct.get $box 0 (array.get $boxes (local.get 0) (i32.const 1)))
                   (struct.get $box 0 (array.get $boxes (local.get 0) (i32.const 2))))))
             (func (export "fill") (result i32) (local (ref null $boxes))
               (local.set 0 (array.new $boxes (call $box (i32.const 5)) (i32.const 3)))
               (array.fill $boxes (local.get 0) (i32.const 1) (struct.new $box (i32.const 7)) (i32.const 1))
               (array.copy $boxes $boxes (local.get 0) (i32.const 2) (array.new $boxes (call $box (i32.const 9)) (i32.const 4)) (i32.const 3) (i32.const 1))
               (call $churn)
               (i32.add (struct.get $box 0 (array.get $boxes (local.get 0) (i32.const 0)))
                 (i32.mul (struct.get $box 0 (array.get $boxes (local.get 0) (i32.const 1)))
                   (struct.get $box 0 (array.get $boxes (local.get 0) (i32.const 2)))))))"#
    );
    // A tree of depth six: level n has 2^(6-n) nodes of value n.
    assert_eq!(both(&text, "tree", &[]), i32s(&[(1..=6).map(|n| n << (6 - n)).sum()]));
    assert_eq!(both(&text, "array", &[]), i32s(&[111]));
    assert_eq!(both(&text, "fill", &[]), i32s(&[5 + 7 * 9]));
}

#[test]
fn objects_that_globals_tables_and_segments_hold_stay_from_the_initialisers_on() {
    let text = format!(
        r#"(module {CHURN}
             (global $g (mut (ref null $box)) (struct.new $box (i32.const 1)))
             (global $nested (ref $boxes) (array.new_fixed $boxes 2 (struct.new $box (i32.const 2)) (struct.new $box (i32.const 3))))
             (table $t 2 (ref null $box) (struct.new $box (i32.const 4)))
             (elem $active (table $t) (i32.const 1) (ref null $box) (item (struct.new $box (i32.const 5))))
             (elem $passive (ref null $box) (item (struct.new $box (i32.const 6))) (item (struct.new $box (i32.const 7))))
             (func $start (call $churn)) (start $start)
             (func $get (param (ref null $box)) (result i32) (struct.get $box 0 (local.get 0)))
             (func (export "f") (result i32 i32 i32 i32 i32 i32 i32 i32)
               (call $churn)
               (call $get (global.get $g))
               (call $get (array.get $boxes (global.get $nested) (i32.const 0)))
               (call $get (array.get $boxes (global.get $nested) (i32.const 1)))
               (call $get (table.get $t (i32.const 0))) (call $get (table.get $t (i32.const 1)))
               (drop (table.grow $t (call $box (i32.const 8)) (i32.const 3)))
               (table.init $t $passive (i32.const 2) (i32.const 1) (i32.const 1)) (elem.drop $active)
               (call $churn)
               (call $get (table.get $t (i32.const 2))) (call $get (table.get $t (i32.const 4)))
               (call $get (array.get $boxes (array.new_elem $boxes $passive (i32.const 0) (i32.const 2)) (i32.const 0)))))"#
    );
    assert_eq!(both(&text, "f", &[]), i32s(&[1, 2, 3, 4, 5, 7, 8, 6]));
}

#[test]
fn objects_in_exceptions_stay_while_they_fly_and_while_an_exnref_holds_them() {
    let text = format!(
        r#"(module {CHURN} (tag $t (param (ref $box) i32 v128 (ref null $box)))
             (func $throw (param i32)
               (if (local.get 0) (then (call $throw (i32.sub (local.get 0) (i32.const 1))) (return)))
               (throw $t (call $box (i32.const 5)) (i32.const 6) (v128.const i64x2 -1 -1) (struct.new $box (i32.const 7))))
             (func (export "f") (result i32 i32 i32) (local $e exnref) (local $a (ref null $box)) (local $b (ref null $box)) (local $n i32)
               (block $b (result exnref) (try_table (catch_all_ref $b) (call $throw (i32.const 20))) (unreachable))
               (local.set $e) (call $churn)
               (block $again (result (ref $box) i32 v128 (ref null $box) exnref)
                 (try_table (catch_ref $t $again) (call $churn) (throw_ref (local.get $e))) (unreachable))
               (local.set $e) (local.set $b) (drop) (local.set $n) (local.set $a)
               (call $churn)
               (struct.get $box 0 (local.get $a)) (local.get $n) (struct.get $box 0 (local.get $b))))"#
    );
    assert_eq!(both(&text, "f", &[]), i32s(&[5, 6, 7]));
}

// An exception with more arguments than the collector has bits for.
#[test]
fn objects_far_back_in_a_long_exception_stay() {
    let params = "i64 v128 ".repeat(15) + "(ref null $box) " + &"i32 ".repeat(20) + "(ref null $box)";
    let values = "(i64.const -1) (v128.const i64x2 -1 -1) ".repeat(15)
        + "(call $box (i32.const 3)) "
        + &"(i32.const -1) ".repeat(20)
        + "(call $box (i32.const 4))";
    let text = format!(
        r#"(module {CHURN} (type $p (func (param {params}))) (tag $t (type $p))
             (func $throw (throw $t {values}))
             (func (export "f") (result i32 i32) (local $e exnref) (local $a (ref null $box)) (local $b (ref null $box))
               (block $h (result exnref) (try_table (catch_all_ref $h) (call $throw)) (unreachable))
               (local.set $e) (call $churn)
               (block $args (result {params}) (try_table (catch $t $args) (throw_ref (local.get $e))) (unreachable))
               (local.set $b) {drops} (local.set $a) {more}
               (struct.get $box 0 (local.get $a)) (struct.get $box 0 (local.get $b))))"#,
        drops = "(drop) ".repeat(20),
        more = "(drop) ".repeat(30),
    );
    assert_eq!(both(&text, "f", &[]), i32s(&[3, 4]));
}

#[test]
fn objects_survive_tail_calls_and_branches_that_carry_them() {
    let text = format!(
        r#"(module {CHURN}
             (func $loop (param (ref $box) i32) (result i32)
               (if (i32.eqz (local.get 1)) (then (return (struct.get $box 0 (local.get 0)))))
               (return_call $loop (call $box (i32.add (struct.get $box 0 (local.get 0)) (i32.const 1)))
                 (i32.sub (local.get 1) (i32.const 1))))
             (func (export "tail") (result i32) (return_call $loop (call $box (i32.const 0)) (i32.const 1000)))
             (func (export "carry") (result i32) (local i32)
               (call $box (i32.const 1)) (call $box (i32.const 100))
               (loop $l (param (ref $box) (ref $box)) (result (ref $box) (ref $box))
                 (call $swap) (call $churn)
                 (br_if $l (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 9))))
               (struct.get $box 0) (local.set 0) (struct.get $box 0) (local.get 0) (i32.sub))
             (func $swap (param (ref $box) (ref $box)) (result (ref $box) (ref $box)) (local.get 1) (local.get 0)))"#
    );
    assert_eq!(both(&text, "tail", &[]), i32s(&[1000]));
    assert_eq!(both(&text, "carry", &[]), i32s(&[99]));
}

// The host.

#[test]
fn objects_survive_collections_inside_host_calls() {
    let any = ValType::Ref(RefType { nullable: true, heap: HeapType::Any });
    for stress in [false, true] {
        let mut store = store();
        store.set_gc_stress(stress);
        let relay = store.alloc_func(FuncType::new([any], [any]), "m.relay", |caller, args, results| {
            let instance = caller.instance().expect("an instance calls");
            let store = caller.store();
            let churn = func(store, instance, "churn");
            store.invoke(churn, &[])?;
            store.collect_garbage();
            results[0] = args[0];
            Ok(())
        });
        let text = format!(
            r#"(module (import "m" "relay" (func $relay (param anyref) (result anyref))) {CHURN}
                 (export "churn" (func $churn))
                 (func (export "f") (result i32) (local $kept (ref null $box))
                   (local.set $kept (call $box (i32.const 1)))
                   (call $box (i32.const 10))
                   (ref.cast (ref $box) (call $relay (call $box (i32.const 100))))
                   (call $churn)
                   (struct.get $box 0) (call $add) (struct.get $box 0 (local.get $kept)) (i32.add))
                 (func $add (param (ref $box) i32) (result i32) (i32.add (struct.get $box 0 (local.get 0)) (local.get 1))))"#
        );
        let instance = instantiate(&mut store, &text, &[Extern::Func(relay)]);
        assert_eq!(returns(&mut store, instance, "f", &[]), i32s(&[111]), "stress {stress}");
    }
}

#[test]
fn a_pinned_reference_stays_and_a_stale_one_is_no_value() {
    let text = format!(
        r#"(module {CHURN} (export "churn" (func $churn)) (func (export "make") (param i32) (result anyref) (call $box (local.get 0)))
             (func (export "get") (param anyref) (result i32) (struct.get $box 0 (ref.cast (ref $box) (local.get 0)))))"#
    );
    let mut store = store();
    let instance = instantiate(&mut store, &text, &[]);
    let make = |store: &mut Store, n| match returns(store, instance, "make", &i32s(&[n]))[..] {
        [Val::Ref(reference)] => reference,
        ref other => panic!("{other:?}"),
    };
    let pinned = make(&mut store, 5);
    store.pin(pinned);
    let stale = make(&mut store, 6);
    store.set_gc_stress(true);
    returns(&mut store, instance, "churn", &[]);
    store.collect_garbage();
    assert_eq!(returns(&mut store, instance, "get", &[Val::Ref(pinned)]), i32s(&[5]));
    // The object is gone; its reference must not pass for another object.
    assert!(matches!(call(&mut store, instance, "get", &[Val::Ref(stale)]), Err(Fault::Usage(_))));
    assert_ne!(pinned, Ref::NULL);
}

//! Steps 10 and 11: segments.

use super::*;

// Step 10 (`#aux-runelem`): segments are written one after the other; the trap leaves what is written.
#[test]
fn an_element_segment_out_of_bounds_leaves_the_first_one_written_and_writes_no_data() {
    let mut shared = Shared::new();
    let error = shared.fail(&format!(
        r#"(data (i32.const 0) "x") (elem (i32.const 1) $start $start) (elem (i32.const 3) $start $start)
           (elem (i32.const 0) $start) {START}"#
    ));
    assert_eq!(trap(error), (Phase::Initialise, TrapCode::OutOfBoundsTable));
    // Nothing of the second, though its first element would fit (`#exec-table.init`); nothing of the third.
    assert_eq!(shared.filled(), [false, true, true, false]);
    assert_eq!(shared.bytes(0..1), [0]);
    assert!(shared.log.borrow().is_empty());
}

// Steps 10 and 11: all elements come before all data, wherever they stand in the text.
#[test]
fn a_data_segment_out_of_bounds_leaves_elements_and_earlier_data_written_and_runs_no_start() {
    let mut shared = Shared::new();
    let error = shared.fail(&format!(
        r#"(data (i32.const 2) "ab") (data (i32.const 65535) "cd") (data (i32.const 0) "e")
           (elem (i32.const 0) $start) {START}"#
    ));
    assert_eq!(trap(error), (Phase::Initialise, TrapCode::OutOfBoundsMemory));
    assert_eq!(shared.filled(), [true, false, false, false]);
    assert_eq!(shared.bytes(0..5), [0, 0, b'a', b'b', 0]);
    assert_eq!(shared.bytes(65534..65536), [0, 0]);
    assert!(shared.log.borrow().is_empty());
}

// Later segments write over earlier ones.
#[test]
fn overlapping_segments_are_written_in_order() {
    let mut store = store();
    let text = r#"(module (memory (export "m") 1) (data (i32.const 1) "abc") (data (i32.const 0) "xy"))"#;
    let instance = instantiate(&mut store, text, &[]);
    let addr = memory(&store, instance, "m");
    assert_eq!(&store.memory(addr).to_vec()[..5], b"xybc\0");
}

// `#exec-memory.init`, `#exec-table.init`: the bounds are checked even if nothing is written; the end itself is inside.
#[test]
fn segments_of_length_zero_trap_behind_the_end_and_pass_at_the_end() {
    let cases = [
        (r#"(module (memory 1) (data (i32.const 65536) ""))"#, None),
        (r#"(module (memory 1) (data (i32.const 65537) ""))"#, Some(TrapCode::OutOfBoundsMemory)),
        (r#"(module (memory 0) (data (i32.const 0) ""))"#, None),
        (r#"(module (memory 0) (data (i32.const 1) ""))"#, Some(TrapCode::OutOfBoundsMemory)),
        (r#"(module (memory i64 1) (data (i64.const 0x8000000000000000) ""))"#, Some(TrapCode::OutOfBoundsMemory)),
        ("(module (table 2 funcref) (elem (i32.const 2)))", None),
        ("(module (table 2 funcref) (elem (i32.const 3)))", Some(TrapCode::OutOfBoundsTable)),
        ("(module (table i64 2 funcref) (elem (i64.const -1) func))", Some(TrapCode::OutOfBoundsTable)),
    ];
    for (text, expected) in cases {
        let result = store().instantiate(&module(text), &[], root());
        match expected {
            None => assert!(result.is_ok(), "{text}: {result:?}"),
            Some(code) => assert_eq!(trap(result.expect_err(text)), (Phase::Initialise, code), "{text}"),
        }
    }
}

// Offsets are unsigned, and the sum of offset and length does not wrap.
#[test]
fn segment_offsets_are_unsigned_and_do_not_wrap() {
    let cases = [
        (r#"(module (memory 1) (data (i32.const -1) "a"))"#, TrapCode::OutOfBoundsMemory),
        (r#"(module (memory i64 1) (data (i64.const -1) "ab"))"#, TrapCode::OutOfBoundsMemory),
        (r#"(module (memory i64 1) (data (i64.const 0x100000000) "a"))"#, TrapCode::OutOfBoundsMemory),
        ("(module (table 1 funcref) (elem (i32.const -1) $f) (func $f))", TrapCode::OutOfBoundsTable),
        ("(module (table i64 1 funcref) (elem (i64.const 0x100000000) func $f) (func $f))", TrapCode::OutOfBoundsTable),
    ];
    for (text, code) in cases {
        assert_eq!(trap(instantiate_err(&mut store(), text, &[])), (Phase::Initialise, code), "{text}");
    }
}

// `#alloc-module`: what was allocated stays allocated; `#aux-rundata`: the trap comes before `data.drop`, so the segment
// that failed and all later ones are not dropped, while the ones before it are.
#[test]
fn functions_that_escaped_stay_callable_with_their_state_and_the_segments_that_were_not_reached() {
    let mut shared = Shared::new();
    let error = shared.fail(
        r#"(memory $own 1) (global $g (mut i32) (i32.const 40))
           (elem (i32.const 0) $count $first $second $third)
           (data $d0 (memory $own) (i32.const 0) "first") (data $d1 (i32.const 65536) "second")
           (data $d2 (i32.const 0) "third")
           (func $count (result i32)
             (global.set $g (i32.add (global.get $g) (i32.const 1)))
             (i32.store8 $own (i32.const 100) (global.get $g))
             (i32.add (i32.load8_u $own (i32.const 100)) (i32.load8_u $own (i32.const 0))))
           (func $first (memory.init $own $d0 (i32.const 50) (i32.const 0) (i32.const 5)))
           (func $second (result i32) (memory.init $own $d1 (i32.const 50) (i32.const 0) (i32.const 6))
             (i32.load8_u $own (i32.const 55)))
           (func $third (result i32) (memory.init $own $d2 (i32.const 60) (i32.const 0) (i32.const 5))
             (i32.load8_u $own (i32.const 60)))"#,
    );
    assert_eq!(trap(error), (Phase::Initialise, TrapCode::OutOfBoundsMemory));
    assert_eq!(shared.filled(), [true; 4]);
    let element = shared.store.table(shared.table).get(0).expect("inside the table");
    let RefKind::Func(func) = element.kind() else { panic!("{element:?} is no function") };
    let (owner, _) = shared.store.func_owner(func).expect("a function of the module");
    assert!(!shared.store.is_done(owner));
    assert_eq!(shared.call(0, &[]).unwrap(), i32s(&[41 + b'f' as i32]));
    assert_eq!(shared.call(0, &[]).unwrap(), i32s(&[42 + b'f' as i32]));
    assert_eq!(trap_of(shared.call(1, &[])), TrapCode::OutOfBoundsMemory);
    assert_eq!(shared.call(2, &[]).unwrap(), i32s(&[b'd' as i32]));
    assert_eq!(shared.call(3, &[]).unwrap(), i32s(&[b't' as i32]));
}

// `#aux-runelem`: the same for elements; declarative segments are dropped, passive ones are not.
#[test]
fn element_segments_are_dropped_when_applied_or_declarative_and_only_then() {
    let text = r#"(module (table $t (export "t") 4 funcref) (func $f)
        (elem $active (i32.const 0) $f) (elem $passive func $f) (elem $declared declare func $f)
        (func (export "active") (table.init $active (i32.const 1) (i32.const 0) (i32.const 1)))
        (func (export "passive") (table.init $passive (i32.const 2) (i32.const 0) (i32.const 1)))
        (func (export "declared") (table.init $declared (i32.const 3) (i32.const 0) (i32.const 1))))"#;
    let (mut store, instance) = instance(text);
    assert_eq!(trap_of(call(&mut store, instance, "active", &[])), TrapCode::OutOfBoundsTable);
    assert_eq!(trap_of(call(&mut store, instance, "declared", &[])), TrapCode::OutOfBoundsTable);
    returns(&mut store, instance, "passive", &[]);
    let addr = table(&store, instance, "t");
    let filled: Vec<bool> = (0..4).map(|i| store.table(addr).get(i) != Some(Ref::NULL)).collect();
    assert_eq!(filled, [true, false, true, false]);
}

// A table that holds functions of an instance whose instantiation failed links to later ones.
#[test]
fn a_later_instance_calls_what_escaped_from_a_failed_one() {
    let mut shared = Shared::new();
    shared.fail(r#"(elem (i32.const 2) $f) (func $f (result i32) (i32.const 77)) (func $s (unreachable)) (start $s)"#);
    let text = r#"(module (import "m" "tab" (table 4 funcref))
        (func (export "go") (result i32) (call_indirect (result i32) (i32.const 2))))"#;
    let [_, _, table] = shared.externs;
    let instance = instantiate(&mut shared.store, text, &[table]);
    let go = func(&shared.store, instance, "go");
    assert_eq!(shared.store.invoke(go, &[]).unwrap(), i32s(&[77]));
}

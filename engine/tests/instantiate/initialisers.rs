//! Steps 5 to 9: initialisers and allocation.

use super::*;

/// A module with an initialiser that asks for more than the heap's limit, something to write and a start function.
fn with_initialiser(definition: &str) -> String {
    format!(
        r#"(module (type $a (array i64)) (import "m" "log" (func $log (param i32))) (import "m" "mem" (memory 1))
             (import "m" "tab" (table 1 funcref)) {definition}
             (elem (table 0) (i32.const 0) func $start) (data (i32.const 0) "x")
             (func $start (call $log (i32.const 1))) (start $start))"#
    )
}

// Steps 6 to 8 (`#aux-evalglobal`, initial elements, element items) and the limits of `#impl-exec`: what an initialiser
// cannot have ends the instantiation before any segment is written, in imported things too.
#[test]
fn initialisers_that_exhaust_the_heap_fail_before_anything_is_written() {
    let huge = "(array.new_default $a (i32.const 1000000))";
    let definitions = [
        format!("(global (ref $a) {huge})"),
        format!("(global i32 (i32.const 1)) (global (mut (ref null $a)) {huge})"),
        format!("(table 1 (ref null $a) {huge})"),
        format!("(elem (ref null $a) (item (ref.null $a)) (item {huge}))"),
        format!("(elem declare (ref null $a) (item {huge}))"),
    ];
    for definition in definitions {
        let mut store = limited(|limits| limits.heap_bytes = 1 << 20);
        let log = Rc::new(RefCell::new(Vec::new()));
        let memory = store.alloc_memory(mem(1, None)).expect("one page");
        let table = store.alloc_table(tab(FUNCREF, 1, None), Ref::NULL).expect("one element");
        let externs = [logger(&mut store, &log), Extern::Memory(memory), Extern::Table(table)];
        let error = instantiate_err(&mut store, &with_initialiser(&definition), &externs);
        assert_eq!(exhausted(error), (Phase::Initialise, Resource::Memory), "{definition}");
        assert_eq!(store.memory(memory).to_vec()[0], 0, "{definition}");
        assert_eq!(store.table(table).get(0), Some(Ref::NULL), "{definition}");
        assert!(log.borrow().is_empty(), "{definition}");
    }
}

// Step 9 (`#alloc-module`) and `#impl-exec`: memories and tables over the limits.
#[test]
fn memories_and_tables_over_the_limits_fail_before_anything_is_written() {
    for definition in [
        "(memory 17)",
        "(memory i64 0x1_0000_0000_0000)",
        "(table 1001 funcref)",
        "(table i64 0xffff_ffff_ffff_ffff funcref)",
    ] {
        let mut store = limited(|limits| {
            limits.memory_bytes = 16 << 16;
            limits.table_elements = 1000;
        });
        let log = Rc::new(RefCell::new(Vec::new()));
        let memory = store.alloc_memory(mem(1, None)).expect("one page");
        let table = store.alloc_table(tab(FUNCREF, 1, None), Ref::NULL).expect("one element");
        let externs = [logger(&mut store, &log), Extern::Memory(memory), Extern::Table(table)];
        let error = instantiate_err(&mut store, &with_initialiser(definition), &externs);
        assert_eq!(exhausted(error), (Phase::Initialise, Resource::Memory), "{definition}");
        assert_eq!(store.memory(memory).to_vec()[0], 0, "{definition}");
        assert_eq!(store.table(table).get(0), Some(Ref::NULL), "{definition}");
        assert!(log.borrow().is_empty(), "{definition}");
    }
}

// `#impl-exec`: growing past the limit is the failure that the instruction has (`#exec-memory.grow`).
#[test]
fn growing_past_the_limits_gives_minus_one() {
    let mut store = limited(|limits| {
        limits.memory_bytes = 2 << 16;
        limits.table_elements = 3;
    });
    let text = r#"(module (memory 1) (table 1 funcref)
        (func (export "mem") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "tab") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"#;
    let instance = instantiate(&mut store, text, &[]);
    for (name, delta, expected) in [("mem", 2, -1), ("mem", 1, 1), ("mem", 1, -1), ("tab", 3, -1), ("tab", 2, 1)] {
        assert_eq!(returns(&mut store, instance, name, &i32s(&[delta])), i32s(&[expected]), "{name} {delta}");
    }
}

// `#impl-exec`: the number of instances.
#[test]
fn the_limit_on_instances_is_an_exhaustion_and_leaves_the_earlier_ones_alone() {
    let mut store = limited(|limits| limits.instances = 2);
    let text = r#"(module (func (export "one") (result i32) (i32.const 1)))"#;
    let first = instantiate(&mut store, text, &[]);
    instantiate(&mut store, text, &[]);
    assert_eq!(exhausted(instantiate_err(&mut store, text, &[])), (Phase::Initialise, Resource::Instances));
    assert_eq!(returns(&mut store, first, "one", &[]), i32s(&[1]));
}

// Step 6 (`#aux-evalglobal`): each global sees the ones before it; step 7: tables see imported globals.
#[test]
fn global_initialisers_see_the_globals_before_them() {
    let text = r#"(module (import "m" "g" (global $i i32)) (type $s (struct (field i32)))
        (global $a i32 (i32.add (global.get $i) (i32.const 1)))
        (global $b (export "b") i32 (i32.mul (global.get $a) (i32.const 10)))
        (global $s (ref $s) (struct.new $s (global.get $b)))
        (global $r (export "r") (mut i32) (i32.const 0))
        (func $start (global.set $r (struct.get $s 0 (global.get $s)))) (start $start))"#;
    let mut store = store();
    let imported = scalar(&mut store, ValType::I32, false);
    let instance = instantiate(&mut store, text, &[imported]);
    let (b, r) = (global(&store, instance, "b"), global(&store, instance, "r"));
    assert_eq!((store.global(b), store.global(r)), (Val::I32(60), Val::I32(60)));
}

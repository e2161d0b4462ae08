//! Instantiation (core `#exec-instantiation`): for each step a case that fails there, and what it leaves behind.

mod common;

use common::{
    Recorder, call, exhausted_by, func, global, host, i32s, instance, instantiate, instantiate_err, limited, logger,
    memory, module, returns, root, store, table, trap_of,
};
use preflight_engine::{
    Extern, Fault, InstantiateError, LinkError, Linker, Ref, RefKind, Store, Trap, Val,
    syntax::{FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType},
    trace::{Event, ExternKind, Initialiser, Phase, RefValue, Resource, SegmentKind, TrapCode, Value},
};
use std::{cell::RefCell, rc::Rc, time::Duration};

/// What a host function ends in, and how that reads.
type End = (fn() -> Fault, &'static str);

/// When an instantiation failed, and how.
fn fault(error: InstantiateError) -> (Phase, Fault) {
    match error {
        InstantiateError::Fault { phase, fault } => (phase, fault),
        InstantiateError::Link(error) => panic!("expected a fault, got {error}"),
    }
}

/// When an instantiation trapped, and why.
fn trap(error: InstantiateError) -> (Phase, TrapCode) {
    let (phase, fault) = fault(error);
    (phase, trap_of::<()>(Err(fault)))
}

/// When an instantiation ran out of something, and of what.
fn exhausted(error: InstantiateError) -> (Phase, Resource) {
    let (phase, fault) = fault(error);
    (phase, exhausted_by::<()>(Err(fault)))
}

fn mem(min: u64, max: Option<u64>) -> MemoryType {
    MemoryType { limits: Limits { min, max }, is_64: false, shared: false, page_size_log2: 16 }
}

fn tab(element: RefType, min: u64, max: Option<u64>) -> TableType {
    TableType { element, limits: Limits { min, max }, is_64: false }
}

// Steps 2 to 4: imports.

// Step 3: "If the number m of imports is not equal to the number n of provided external addresses, then Fail."
#[test]
fn too_few_or_too_many_external_values_are_a_link_error() {
    let mut store = store();
    let f = host(&mut store, "f", |_| Ok(()));
    let text = r#"(module (import "m" "f" (func)))"#;
    for (given, actual) in [(vec![], 0), (vec![f, f], 2)] {
        let error = instantiate_err(&mut store, text, &given);
        let InstantiateError::Link(error) = error else { panic!("{error}") };
        assert_eq!(error, LinkError::Count { expected: 1, actual });
    }
}

// `#exec-instantiation`: nothing was provided for a name.
#[test]
fn a_linker_names_the_first_import_that_it_does_not_know() {
    let mut store = store();
    let mut linker = Linker::new();
    let f = host(&mut store, "f", |_| Ok(()));
    linker.define("m", "f", f);
    let module = module(r#"(module (import "m" "f" (func)) (import "m" "g" (memory 1)) (import "n" "f" (func)))"#);
    let error = linker.instantiate(&mut store, &module, root()).expect_err("two names are unknown");
    match error {
        InstantiateError::Link(LinkError::Unknown { module, name, .. }) => assert_eq!((&*module, &*name), ("m", "g")),
        other => panic!("{other}"),
    }
}

/// What an import is matched with, and whether that fits.
type Match = (&'static str, fn(&mut Store) -> Extern, bool);

fn func_of(store: &mut Store, params: &[ValType], results: &[ValType]) -> Extern {
    Extern::Func(store.alloc_func(FuncType::new(params, results), "f", |_, _, _| Ok(())))
}

fn exported(store: &mut Store, text: &str) -> Extern {
    let instance = instantiate(store, text, &[]);
    store.export(instance, "x").expect("the module exports x")
}

const FUNCREF: RefType = RefType::FUNCREF;

const MATCHES: &[Match] = &[
    // `#match-functype`
    ("(func (param i32))", |s| func_of(s, &[ValType::I32], &[]), true),
    ("(func (param i32))", |s| func_of(s, &[], &[]), false),
    ("(func (param i32))", |s| func_of(s, &[ValType::I64], &[]), false),
    ("(func (param i32) (result i32))", |s| func_of(s, &[ValType::I32], &[]), false),
    ("(func (result funcref))", |s| func_of(s, &[], &[ValType::Ref(RefType::EXTERNREF)]), false),
    // `#match-deftype`: a declared super type is enough, the structure alone is not.
    (
        "(func (type $super))",
        |s| {
            exported(
                s,
                r#"(module (type $super (sub (func))) (type $sub (sub $super (func))) (func (export "x") (type $sub)))"#,
            )
        },
        true,
    ),
    (
        "(func (type $sub))",
        |s| exported(s, r#"(module (type $super (sub (func))) (func (export "x") (type $super)))"#),
        false,
    ),
    ("(func (type $super))", |s| func_of(s, &[], &[]), false),
    // `#match-limits`, `#match-tabletype`
    ("(table 2 5 funcref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 2, Some(5)), Ref::NULL).unwrap()), true),
    ("(table 2 5 funcref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 3, Some(4)), Ref::NULL).unwrap()), true),
    ("(table 2 funcref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 1, None), Ref::NULL).unwrap()), false),
    ("(table 2 5 funcref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 2, None), Ref::NULL).unwrap()), false),
    ("(table 2 5 funcref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 2, Some(6)), Ref::NULL).unwrap()), false),
    ("(table 2 externref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 2, None), Ref::NULL).unwrap()), false),
    ("(table i64 2 funcref)", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 2, None), Ref::NULL).unwrap()), false),
    ("(table 0 (ref null $super))", |s| Extern::Table(s.alloc_table(tab(FUNCREF, 0, None), Ref::NULL).unwrap()), false),
    (
        "(table 3 funcref)",
        |s| {
            let addr = s.alloc_table(tab(FUNCREF, 1, None), Ref::NULL).unwrap();
            s.table_grow(addr, 2, Ref::NULL).expect("null fits").expect("within the limits");
            Extern::Table(addr)
        },
        true,
    ),
    // `#match-memtype`
    ("(memory 1 3)", |s| Extern::Memory(s.alloc_memory(mem(2, Some(3))).unwrap()), true),
    ("(memory 2)", |s| Extern::Memory(s.alloc_memory(mem(1, None)).unwrap()), false),
    ("(memory 1 3)", |s| Extern::Memory(s.alloc_memory(mem(1, None)).unwrap()), false),
    ("(memory 1 3)", |s| Extern::Memory(s.alloc_memory(mem(1, Some(4))).unwrap()), false),
    ("(memory i64 1)", |s| Extern::Memory(s.alloc_memory(mem(1, None)).unwrap()), false),
    ("(memory 1 3 shared)", |s| Extern::Memory(s.alloc_memory(mem(1, Some(3))).unwrap()), false),
    (
        "(memory 1 3)",
        |s| Extern::Memory(s.alloc_memory(MemoryType { shared: true, ..mem(1, Some(3)) }).unwrap()),
        false,
    ),
    ("(memory 1 (pagesize 1))", |s| Extern::Memory(s.alloc_memory(mem(1, None)).unwrap()), false),
    (
        "(memory 3 3)",
        |s| {
            let addr = s.alloc_memory(mem(1, Some(3))).unwrap();
            assert_eq!(s.memory_grow(addr, 2), Some(1));
            Extern::Memory(addr)
        },
        true,
    ),
    // `#match-globaltype`
    ("(global i32)", |s| scalar(s, ValType::I32, false), true),
    ("(global i32)", |s| scalar(s, ValType::I32, true), false),
    ("(global (mut i32))", |s| scalar(s, ValType::I32, false), false),
    ("(global (mut i32))", |s| scalar(s, ValType::I32, true), true),
    ("(global i64)", |s| scalar(s, ValType::I32, false), false),
    ("(global funcref)", |s| exported(s, r#"(module (func $f) (global (export "x") (ref func) (ref.func $f)))"#), true),
    (
        "(global (mut funcref))",
        |s| exported(s, r#"(module (func $f) (global (export "x") (mut (ref func)) (ref.func $f)))"#),
        false,
    ),
    // `#match-tagtype`
    ("(tag (param i32))", |s| Extern::Tag(s.alloc_tag(FuncType::new([ValType::I32], []))), true),
    ("(tag (param i32))", |s| Extern::Tag(s.alloc_tag(FuncType::new([ValType::I64], []))), false),
    ("(tag)", |s| Extern::Tag(s.alloc_tag(FuncType::new([ValType::I32], []))), false),
    // Another kind of thing (`#match-externtype`).
    ("(func)", |s| Extern::Memory(s.alloc_memory(mem(1, None)).unwrap()), false),
    ("(memory 1)", |s| func_of(s, &[], &[]), false),
    ("(table 0 funcref)", |s| scalar(s, ValType::I32, false), false),
    ("(global i32)", |s| Extern::Tag(s.alloc_tag(FuncType::default())), false),
    ("(tag)", |s| func_of(s, &[], &[]), false),
];

fn scalar(store: &mut Store, content: ValType, mutable: bool) -> Extern {
    Extern::Global(store.alloc_global(GlobalType { content, mutable }, Val::I32(5)))
}

// Step 4: "If externtype does not match the import's type, then Fail." A failure has no effect: the other imports, which
// match, are neither written by segments nor called by the start function.
#[test]
fn imports_are_matched_by_type_and_a_mismatch_has_no_effect() {
    for (i, (import, provide, fits)) in MATCHES.iter().enumerate() {
        let mut store = store();
        let log = Rc::new(RefCell::new(Vec::new()));
        let shared_memory = store.alloc_memory(mem(1, None)).expect("one page");
        let shared_table = store.alloc_table(tab(FUNCREF, 2, None), Ref::NULL).expect("two elements");
        let externs =
            [logger(&mut store, &log), Extern::Memory(shared_memory), Extern::Table(shared_table), provide(&mut store)];
        let module = module(&format!(
            r#"(module (type $super (sub (func))) (type $sub (sub $super (func)))
                 (import "m" "log" (func $log (param i32))) (import "m" "mem" (memory $m 1))
                 (import "m" "tab" (table $t 2 funcref)) (import "the" "one" {import})
                 (data (memory $m) (i32.const 0) "x") (elem (table $t) (i32.const 0) func $start)
                 (func $start (call $log (i32.const 1))) (start $start))"#
        ));
        let recorder = Recorder::of(&mut store);
        let result = store.instantiate(&module, &externs, root());
        let written = (store.memory(shared_memory).to_vec()[0], store.table(shared_table).get(0) != Some(Ref::NULL));
        let started = log.borrow().len();
        if *fits {
            assert!(result.is_ok(), "case {i}, {import}: {result:?}");
            assert_eq!((written, started), ((b'x', true), 1), "case {i}, {import}");
            continue;
        }
        match result {
            Err(InstantiateError::Link(LinkError::Mismatch { module, name, .. })) => {
                assert_eq!((&*module, &*name), ("the", "one"), "case {i}, {import}");
            }
            other => panic!("case {i}, {import}: {other:?}"),
        }
        assert_eq!((written, started), ((0, false), 0), "case {i}, {import}");
        assert_eq!(recorder.take(), [], "case {i}, {import}");
    }
}

// Steps 5 to 9: initialisers and allocation.

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

// Steps 10 and 11: segments.

/// A store with a table of four, a page of memory and a logger, that outlive what is instantiated.
struct Shared {
    store: Store,
    memory: preflight_engine::runtime::MemAddr,
    table: preflight_engine::runtime::TableAddr,
    log: Rc<RefCell<Vec<i32>>>,
    externs: [Extern; 3],
}

impl Shared {
    fn new() -> Shared {
        let mut store = store();
        let log = Rc::new(RefCell::new(Vec::new()));
        let memory = store.alloc_memory(mem(1, None)).expect("one page");
        let table = store.alloc_table(tab(FUNCREF, 4, None), Ref::NULL).expect("four elements");
        let externs = [logger(&mut store, &log), Extern::Memory(memory), Extern::Table(table)];
        Shared { store, memory, table, log, externs }
    }

    fn fail(&mut self, body: &str) -> InstantiateError {
        let text = format!(
            r#"(module (import "m" "log" (func $log (param i32))) (import "m" "mem" (memory 1))
                 (import "m" "tab" (table 4 funcref)) {body})"#
        );
        instantiate_err(&mut self.store, &text, &self.externs)
    }

    /// Which elements are not null.
    fn filled(&self) -> Vec<bool> {
        (0..4).map(|i| self.store.table(self.table).get(i) != Some(Ref::NULL)).collect()
    }

    fn bytes(&self, range: std::ops::Range<usize>) -> Vec<u8> {
        self.store.memory(self.memory).to_vec()[range].to_vec()
    }

    /// Calls the function at an index of the table.
    fn call(&mut self, index: u64, args: &[Val]) -> Result<Vec<Val>, Fault> {
        let element = self.store.table(self.table).get(index).expect("inside the table");
        let RefKind::Func(func) = element.kind() else { panic!("{element:?} is no function") };
        self.store.invoke(func, args)
    }
}

const START: &str = "(func $start (call $log (i32.const 1))) (start $start)";

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

// Step 12: the start function.

// "Invoke funcaddr": after all segments; what it does before it traps stays done.
#[test]
fn a_start_function_that_traps_leaves_the_segments_and_its_own_effects() {
    let mut shared = Shared::new();
    let error = shared.fail(
        r#"(elem (i32.const 0) $f) (data (i32.const 0) "abc") (func $f (result i32) (i32.const 9))
           (func $start (call $log (i32.load8_u (i32.const 1))) (i32.store8 (i32.const 2) (i32.const 100))
             (drop (i32.div_u (i32.const 1) (i32.const 0))))
           (start $start)"#,
    );
    assert_eq!(trap(error), (Phase::Start, TrapCode::IntegerDivideByZero));
    assert_eq!(*shared.log.borrow(), [b'b' as i32]);
    assert_eq!(shared.bytes(0..3), *b"abd");
    assert_eq!(shared.call(0, &[]).unwrap(), i32s(&[9]));
}

// A host function as the start function: its error is the instantiation's.
#[test]
fn an_imported_start_function_runs_and_its_error_ends_the_instantiation() {
    let ends: [End; 3] = [
        (|| Fault::Trap(Trap::from(TrapCode::Host)), "trap: host trap"),
        (|| Fault::Exit(7), "exit with code 7"),
        (|| Fault::Unsupported("this".to_owned()), "unsupported: this"),
    ];
    for (end, expected) in ends {
        let mut store = store();
        let start = host(&mut store, "m.start", move |_| Err(end()));
        let error = instantiate_err(&mut store, r#"(module (import "m" "start" (func $s)) (start $s))"#, &[start]);
        let (phase, fault) = fault(error);
        assert_eq!((phase, fault.to_string().as_str()), (Phase::Start, expected));
    }
}

// `#exec-throw`: an exception that nothing catches ends the invocation, and with it the instantiation.
#[test]
fn an_uncaught_exception_of_the_start_function_ends_the_instantiation() {
    let mut store = store();
    let tag = Extern::Tag(store.alloc_tag(FuncType::new([ValType::I32, ValType::V128], [])));
    let text = r#"(module (import "m" "t" (tag $t (param i32 v128))) (tag $other (param i32))
        (func $inner (throw $t (i32.const 5) (v128.const i64x2 6 7)))
        (func $start (block $b (result i32) (try_table (catch $other $b) (call $inner)) (i32.const 0)) (drop))
        (start $start))"#;
    let recorder = Recorder::of(&mut store);
    let (phase, fault) = fault(instantiate_err(&mut store, text, &[tag]));
    let Fault::Exception(exn) = fault else { panic!("{fault}") };
    assert_eq!(phase, Phase::Start);
    let (thrown, args) = store.exception(exn).expect("the exception is alive");
    assert_eq!((Extern::Tag(thrown), args), (tag, vec![Val::I32(5), Val::V128(7 << 64 | 6)]));
    let args = vec![Value::I32(5), Value::V128(7 << 64 | 6)];
    assert_eq!(recorder.take().last(), Some(&Event::Threw { at: root(), phase: Phase::Start, args }));
}

// `#impl-exec`: an endless start function.
#[test]
fn an_endless_start_function_runs_out_of_fuel() {
    let mut store = limited(|limits| limits.fuel = Some(1000));
    let text = r#"(module (import "m" "m" (memory 1)) (func $s (local i32) (loop $l
        (i32.store (i32.const 0) (local.tee 0 (i32.add (local.get 0) (i32.const 1)))) (br $l))) (start $s))"#;
    let addr = store.alloc_memory(mem(1, None)).expect("one page");
    let error = instantiate_err(&mut store, text, &[Extern::Memory(addr)]);
    assert_eq!(exhausted(error), (Phase::Start, Resource::Fuel));
    assert_eq!(store.fuel(), Some(0));
    // One unit entered the function, each other one went back to the loop.
    assert_eq!(store.memory(addr).to_vec()[..4], 1000_i32.to_le_bytes());
}

// `#impl-exec`: recursion without end, by small frames and by large ones.
#[test]
fn unbounded_recursion_of_the_start_function_exhausts_the_stack() {
    let frames = "(module (func $s (call $s)) (start $s))";
    let slots = format!("(module (func $s (local {}) (call $s)) (start $s))", "v128 ".repeat(1000));
    for text in [frames, &slots] {
        let mut store = store();
        assert_eq!(exhausted(instantiate_err(&mut store, text, &[])), (Phase::Start, Resource::Stack));
        // The store is as good as before.
        let instance = instantiate(&mut store, r#"(module (func (export "f") (result i32) (i32.const 3)))"#, &[]);
        assert_eq!(returns(&mut store, instance, "f", &[]), i32s(&[3]));
    }
}

// `#impl-exec`: the embedder stops it from another thread.
#[test]
fn an_interrupt_from_another_thread_ends_the_start_function() {
    let mut store = store();
    let handle = store.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        handle.interrupt();
    });
    let error = instantiate_err(&mut store, "(module (func $s (loop $l (br $l))) (start $s))", &[]);
    assert_eq!(exhausted(error), (Phase::Start, Resource::Interrupt));
    thread.join().expect("the thread only sleeps");
    // The interrupt was for one call only.
    instantiate(&mut store, "(module (func $s) (start $s))", &[]);
}

// An interrupt also ends what waits: `#exec-memory.atomic.wait` spends no fuel.
#[test]
fn an_interrupt_ends_an_atomic_wait() {
    let mut store = store();
    let handle = store.interrupt_handle();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        handle.interrupt();
    });
    let text = r#"(module (memory 1 1 shared)
        (func $s (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))) (start $s))"#;
    assert_eq!(exhausted(instantiate_err(&mut store, text, &[])), (Phase::Start, Resource::Interrupt));
    thread.join().expect("the thread only sleeps");
}

#[test]
fn an_interrupt_while_nothing_runs_ends_the_next_call_at_once() {
    let (mut store, instance) = instance(r#"(module (func (export "f")))"#);
    store.interrupt_handle().interrupt();
    assert_eq!(exhausted_by(call(&mut store, instance, "f", &[])), Resource::Interrupt);
    returns(&mut store, instance, "f", &[]);
}

// Step 12 is one step of the instantiation: the start function may call back into what exists already.
#[test]
fn a_start_function_sees_the_finished_segments_through_the_embedder() {
    let mut store = store();
    let seen = Rc::new(RefCell::new(None));
    let inner = seen.clone();
    let probe = host(&mut store, "m.probe", move |caller| {
        let instance = caller.instance().expect("an instance calls");
        let store = caller.store();
        let Some(Extern::Func(get)) = store.export(instance, "get") else { panic!("the export is there") };
        *inner.borrow_mut() = Some((store.is_done(instance), store.invoke(get, &[])?));
        Ok(())
    });
    let text = r#"(module (import "m" "probe" (func $p)) (memory 1) (data (i32.const 0) "z")
        (func (export "get") (result i32) (i32.load8_u (i32.const 0))) (start $p))"#;
    let instance = instantiate(&mut store, text, &[probe]);
    assert_eq!(seen.take(), Some((false, i32s(&[b'z' as i32]))));
    assert!(store.is_done(instance));
}

// The events.

/// A module in which every step of the instantiation has something to do.
const EVERYTHING: &str = r#"(module
    (import "m" "log" (func $log (param i32))) (import "m" "mem" (memory $m 1)) (import "m" "tab" (table $t 4 funcref))
    (import "m" "g" (global $g i32)) (import "m" "tag" (tag $tag (param i32)))
    (memory $own 1) (table $own i64 2 externref) (tag)
    (global i32 (i32.add (global.get $g) (i32.const 1))) (global (ref i31) (ref.i31 (i32.const 3)))
    (table $refs 1 (ref i31) (ref.i31 (i32.const -4)))
    (elem (table $t) (i32.const 1) func $start $log) (elem func $start) (elem declare func $log)
    (elem (table $refs) (i32.const 0) (ref i31) (item (ref.i31 (i32.const 6))))
    (data (memory $m) (global.get $g) "abc") (data "passive") (data (memory $own) (i32.const 0) "")
    (func $start (call $log (i32.load8_u (i32.const 6)))) (start $start))"#;

/// Its events.
fn everything() -> Vec<Event> {
    let at = root;
    let import = |name: &str, kind| Event::ImportResolved { at: at(), module: "m".into(), name: name.into(), kind };
    let init = |what, values| Event::Initialised { at: at(), what, values };
    let func = |name: &str| Value::Ref(RefValue::Func(name.to_owned()));
    let i31 = |n| Value::Ref(RefValue::I31(n));
    let applied =
        |kind, segment, target, offset, len| Event::SegmentApplied { at: at(), kind, segment, target, offset, len };
    let dropped = |kind, segment| Event::SegmentDropped { at: at(), kind, segment };
    vec![
        import("log", ExternKind::Func),
        import("mem", ExternKind::Memory),
        import("tab", ExternKind::Table),
        import("g", ExternKind::Global),
        import("tag", ExternKind::Tag),
        init(Initialiser::Global(1), vec![Value::I32(6)]),
        init(Initialiser::Global(2), vec![i31(3)]),
        init(Initialiser::Table(2), vec![i31(-4)]),
        init(Initialiser::Elem(0), vec![func("/#1"), func("host.log")]),
        init(Initialiser::Elem(1), vec![func("/#1")]),
        init(Initialiser::Elem(2), vec![func("host.log")]),
        init(Initialiser::Elem(3), vec![i31(6)]),
        Event::InstanceAllocated { at: at(), funcs: 1, tables: 2, memories: 1, globals: 2, tags: 1 },
        init(Initialiser::ElemOffset(0), vec![Value::I32(1)]),
        applied(SegmentKind::Elem, 0, 0, 1, 2),
        dropped(SegmentKind::Elem, 0),
        dropped(SegmentKind::Elem, 2),
        init(Initialiser::ElemOffset(3), vec![Value::I32(0)]),
        applied(SegmentKind::Elem, 3, 2, 0, 1),
        dropped(SegmentKind::Elem, 3),
        init(Initialiser::DataOffset(0), vec![Value::I32(5)]),
        applied(SegmentKind::Data, 0, 0, 5, 3),
        dropped(SegmentKind::Data, 0),
        init(Initialiser::DataOffset(2), vec![Value::I32(0)]),
        applied(SegmentKind::Data, 2, 1, 0, 0),
        dropped(SegmentKind::Data, 2),
        Event::StartEntered { at: at(), func: 1 },
        Event::HostCalled { at: at(), name: "host.log".into(), args: vec![Value::I32(b'b' as i32)] },
        Event::HostReturned { at: at(), name: "host.log".into(), results: vec![] },
        Event::StartLeft { at: at(), func: 1 },
        Event::InstanceDone { at: at() },
    ]
}

fn run_everything(text: &str) -> (Vec<Event>, Result<(), InstantiateError>) {
    let mut shared = Shared::new();
    let [log, memory, table] = shared.externs;
    let global = scalar(&mut shared.store, ValType::I32, false);
    let tag = Extern::Tag(shared.store.alloc_tag(FuncType::new([ValType::I32], [])));
    let recorder = Recorder::of(&mut shared.store);
    let result = shared.store.instantiate(&module(text), &[log, memory, table, global, tag], root());
    (recorder.take(), result.map(drop))
}

#[test]
fn a_success_records_every_step_in_the_order_of_the_specification() {
    let (events, result) = run_everything(EVERYTHING);
    result.expect("everything fits");
    assert_eq!(events, everything());
}

/// The events of `EVERYTHING` with one part replaced: all before the failure, an offset that has been evaluated, the trap.
#[test]
fn a_failure_records_the_steps_before_it_and_its_trap() {
    let offset = |what, value| Event::Initialised { at: root(), what, values: vec![Value::I32(value)] };
    let trapped = |code, phase| Event::Trapped { at: root(), code, phase };
    let cases = [
        (
            // The second active element segment.
            ("(elem (table $refs) (i32.const 0)", "(elem (table $refs) (i32.const 1)"),
            17,
            vec![offset(Initialiser::ElemOffset(3), 1), trapped(TrapCode::OutOfBoundsTable, Phase::Initialise)],
        ),
        (
            // The last data segment.
            (r#"(i32.const 0) "")"#, r#"(i32.const 65537) "")"#),
            23,
            vec![offset(Initialiser::DataOffset(2), 65537), trapped(TrapCode::OutOfBoundsMemory, Phase::Initialise)],
        ),
        (
            // The start function, after its call of the host.
            ("(call $log (i32.load8_u (i32.const 6)))", "(call $log (i32.load8_u (i32.const 6))) (unreachable)"),
            29,
            vec![trapped(TrapCode::Unreachable, Phase::Start)],
        ),
    ];
    for ((from, to), before, end) in cases {
        assert!(EVERYTHING.contains(from), "{from}");
        let (events, result) = run_everything(&EVERYTHING.replace(from, to));
        result.expect_err("the replaced part fails");
        let mut expected = everything();
        expected.truncate(before);
        expected.extend(end);
        assert_eq!(events, expected, "{to}");
    }
}

#[test]
fn exhaustion_records_no_trap() {
    let mut store = limited(|limits| limits.fuel = Some(10));
    let recorder = Recorder::of(&mut store);
    instantiate_err(&mut store, "(module (func $s (loop $l (br $l))) (start $s))", &[]);
    let expected = [
        Event::InstanceAllocated { at: root(), funcs: 1, tables: 0, memories: 0, globals: 0, tags: 0 },
        Event::StartEntered { at: root(), func: 0 },
    ];
    assert_eq!(recorder.take(), expected);
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

// A heap type that only the host knows matches an import of `externref`.
#[test]
fn host_references_pass_through_imported_globals() {
    let mut store = store();
    let ty = GlobalType { content: ValType::Ref(RefType { nullable: false, heap: HeapType::Extern }), mutable: false };
    let given = Extern::Global(store.alloc_global(ty, Val::Ref(Ref::host(12))));
    let text =
        r#"(module (import "m" "g" (global $g externref)) (func (export "get") (result externref) (global.get $g)))"#;
    let instance = instantiate(&mut store, text, &[given]);
    assert_eq!(returns(&mut store, instance, "get", &[]), [Val::Ref(Ref::host(12))]);
}

//! Steps 2 to 4: imports.

use super::*;

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

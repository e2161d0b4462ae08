//! What an embedder may hand to a store and what a store refuses (core `#embed-table-write`, `#embed-table-grow`,
//! `#embed-global-alloc`), and how long what it was given back stays alive.

mod common;

use common::{call, func, host, i32s, instantiate, limited, returns, store};
use preflight_engine::{
    Extern, Fault, InstantiateError, Ref, Store, Val,
    runtime::TableAddr,
    syntax::{FuncType, GlobalType, Limits, MemoryType, RefType, TableType, ValType},
    trace::Resource,
};

fn table_type(element: RefType, min: u64) -> TableType {
    TableType { element, limits: Limits { min, max: None }, is_64: false }
}

fn funcs(store: &mut Store) -> TableAddr {
    store.alloc_table(table_type(RefType::FUNCREF, 2), Ref::NULL).expect("two entries")
}

// `#embed-table-write`, `#embed-table-grow`: the reference has the table's type.

#[test]
fn a_table_takes_references_of_its_type_and_no_others() {
    let mut store = store();
    let table = funcs(&mut store);
    let Extern::Func(f) = host(&mut store, "f", |_| Ok(())) else { unreachable!("it is a function") };
    for wrong in [Ref::host(1), Ref::i31(1)] {
        assert!(matches!(store.table_set(table, 0, wrong), Err(Fault::Usage(_))), "{wrong:?}");
        assert!(matches!(store.table_grow(table, 1, wrong), Err(Fault::Usage(_))), "{wrong:?}");
    }
    assert_eq!(store.table(table).entries(), [Ref::NULL; 2]);
    store.table_set(table, 1, Ref::func(f)).expect("a function");
    assert!(matches!(store.table_set(table, 2, Ref::NULL), Err(Fault::Trap(_))));
    assert!(matches!(store.table_grow(table, 1, Ref::func(f)), Ok(Some(2))));
    assert_eq!(store.table(table).entries(), [Ref::NULL, Ref::func(f), Ref::func(f)]);
}

#[test]
#[should_panic(expected = "cannot hold")]
fn a_table_is_not_allocated_with_an_entry_of_another_type() {
    let _ = store().alloc_table(table_type(RefType::FUNCREF, 1), Ref::host(1));
}

#[test]
#[should_panic(expected = "cannot hold")]
fn a_global_is_not_allocated_with_a_value_of_another_type() {
    store().alloc_global(GlobalType { content: ValType::I64, mutable: true }, Val::I32(1));
}

// Exceptions that only a host holds.

/// A host catches in the middle of its work what a function threw, lets WebAssembly run and collect, and throws it on.
#[test]
fn an_exception_that_only_a_host_holds_outlives_collections() {
    let mut store = store();
    let tag = store.alloc_tag(FuncType::new([ValType::I32], []));
    let relay = host(&mut store, "m.relay", |caller| {
        let instance = caller.instance().expect("an instance calls");
        let store = caller.store();
        let (inner, work) = (func(store, instance, "inner"), func(store, instance, "work"));
        let fault = store.invoke(inner, &[]).expect_err("it throws");
        store.set_gc_stress(true);
        store.invoke(work, &[])?;
        store.collect_garbage();
        Err(fault)
    });
    let instance = instantiate(
        &mut store,
        r#"(module (import "m" "relay" (func $relay)) (import "m" "t" (tag $t (param i32))) (type $s (struct (field i32)))
          (func (export "inner") (throw $t (i32.const 6)))
          (func (export "work") (local i32) (loop $l (drop (struct.new $s (i32.const 1)))
            (br_if $l (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100)))))
          (func (export "f") (result i32) (block $b (result i32) (try_table (catch $t $b) (call $relay)) (unreachable))))"#,
        &[relay, Extern::Tag(tag)],
    );
    assert_eq!(returns(&mut store, instance, "f", &[]), i32s(&[6]));
}

/// The embedder can look at an exception until it calls into the store again.
#[test]
fn an_exception_that_reached_the_embedder_outlives_a_collection() {
    let mut store = store();
    let text = r#"(module (tag $t (param i32)) (func (export "f") (throw $t (i32.const 7))))"#;
    let instance = instantiate(&mut store, text, &[]);
    let Err(Fault::Exception(exn)) = call(&mut store, instance, "f", &[]) else { panic!("it throws") };
    store.collect_garbage();
    assert_eq!(store.exception(exn).map(|(_, args)| args), Some(i32s(&[7])));
}

// The limits are the store's: many small objects take as much as a big one.

fn memory_type(min: u64) -> MemoryType {
    MemoryType { limits: Limits { min, max: None }, is_64: false, shared: false, page_size_log2: 16 }
}

#[test]
fn memories_share_the_limit_of_their_store() {
    let mut store = limited(|limits| limits.memory_bytes = 4 << 16);
    let first = store.alloc_memory(memory_type(2)).expect("two of four pages");
    assert_eq!(store.alloc_memory(memory_type(3)).unwrap_err(), Resource::Memory);
    let second = store.alloc_memory(memory_type(1)).expect("the third page");
    assert_eq!(store.memory_grow(first, 2), None);
    assert_eq!(store.memory_grow(first, u64::MAX), None);
    assert_eq!(store.memory_grow(second, 1), Some(1));
    assert_eq!(store.memory_grow(first, 1), None);
    assert_eq!(store.memory_grow(first, 0), Some(2));
}

#[test]
fn tables_and_segments_share_the_limit_of_their_store() {
    let mut store = limited(|limits| limits.table_elements = 10);
    let table = store.alloc_table(table_type(RefType::FUNCREF, 4), Ref::NULL).expect("four of ten");
    assert_eq!(store.alloc_table(table_type(RefType::FUNCREF, 7), Ref::NULL).unwrap_err(), Resource::Memory);
    assert!(matches!(store.table_grow(table, 7, Ref::NULL), Ok(None)));
    // A passive segment keeps its room until it is dropped.
    let text = r#"(module (func $f) (elem $e func $f $f $f $f $f $f) (func (export "drop") (elem.drop $e)))"#;
    let instance = instantiate(&mut store, text, &[]);
    assert!(matches!(store.table_grow(table, 1, Ref::NULL), Ok(None)));
    returns(&mut store, instance, "drop", &[]);
    assert!(matches!(store.table_grow(table, 6, Ref::NULL), Ok(Some(4))));
    let full = common::instantiate_err(&mut store, "(module (func $f) (elem func $f))", &[]);
    assert!(matches!(full, InstantiateError::Fault { fault: Fault::Exhausted(Resource::Memory), .. }), "{full:?}");
}

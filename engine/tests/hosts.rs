//! Host functions (core `#alloc-func`, `#exec-invocation`): what they may do in the middle of a call, and what it costs.

mod common;

use common::{
    Recorder, call, exhausted_by, func, host, i32s, instantiate, instantiate_err, limited, module, returns, root,
    store, trap_of,
};
use preflight_engine::{
    Extern, Fault, InstantiateError, Ref, Store, Trap, Val,
    runtime::{FuncAddr, InstanceAddr, TagAddr},
    syntax::{FuncType, RefType, ValType},
    trace::{Cause, Event, InstancePath, Phase, Resource, TrapCode, Value},
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// What a host function ends in, and how that reads.
type End = (fn() -> Fault, &'static str);

fn export(store: &mut Store, instance: Option<InstanceAddr>, name: &str) -> FuncAddr {
    func(store, instance.expect("an instance calls"), name)
}

/// A host function from `i32` to `i32` that calls the caller's export `name` with its argument.
fn calls_back(store: &mut Store, name: &'static str) -> Extern {
    let ty = FuncType::new([ValType::I32], [ValType::I32]);
    Extern::Func(store.alloc_func(ty, "m.back", move |caller, args, results| {
        let instance = caller.instance();
        let store = caller.store();
        let func = export(store, instance, name);
        results.copy_from_slice(&store.invoke(func, args)?);
        Ok(())
    }))
}

// Re-entrance.

#[test]
fn a_host_function_calls_exports_of_its_caller() {
    let mut store = store();
    let back = calls_back(&mut store, "double");
    let text = r#"(module (import "m" "back" (func $back (param i32) (result i32)))
        (func (export "double") (param i32) (result i32) (local i64 v128) (i32.mul (local.get 0) (i32.const 2)))
        (func (export "f") (param i32) (result i32 i32 i32)
          (i32.const 5) (local.get 0) (call $back (i32.add (local.get 0) (i32.const 1)))))"#;
    let instance = instantiate(&mut store, text, &[back]);
    assert_eq!(returns(&mut store, instance, "f", &i32s(&[10])), i32s(&[5, 10, 22]));
}

#[test]
fn the_embedder_calls_a_host_function_without_an_instance() {
    let mut store = store();
    let seen = Rc::new(Cell::new(None));
    let inner = seen.clone();
    let Extern::Func(f) = host(&mut store, "f", move |caller| {
        inner.set(Some(caller.instance()));
        Ok(())
    }) else {
        panic!("it is a function")
    };
    store.invoke(f, &[]).expect("it returns");
    assert_eq!(seen.get(), Some(None));
    assert!(matches!(store.invoke(f, &i32s(&[1])), Err(Fault::Usage(_))));
}

#[test]
fn a_start_function_lets_the_host_instantiate_another_module() {
    let mut store = store();
    let inner_module = module(
        r#"(module (import "m" "mem" (memory 1)) (data (i32.const 1) "in") (global i32 (i32.const 7)) (global i32 (i32.const 8))
             (func $s (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))) (start $s))"#,
    );
    let made = Rc::new(RefCell::new(Vec::new()));
    let list = made.clone();
    let make = host(&mut store, "m.make", move |caller| {
        let instance = caller.instance().expect("an instance calls");
        let store = caller.store();
        let memory = store.export(instance, "mem").expect("the memory is exported");
        let path = root().child("$inner");
        let new = store.instantiate(&inner_module, &[memory], path).map_err(|error| match error {
            InstantiateError::Fault { fault, .. } => fault,
            InstantiateError::Link(error) => Fault::Usage(error.to_string()),
        })?;
        list.borrow_mut().push(new);
        Ok(())
    });
    let text = r#"(module (import "m" "make" (func $make)) (memory (export "mem") 1) (data (i32.const 0) "a")
        (global $g (mut i32) (i32.const 50))
        (func $s (local i32 i32) (local.set 0 (i32.const 3)) (local.get 0) (global.get $g)
          (call $make) (call $make)
          (i32.add) (local.set 1) (global.set $g (local.get 1)))
        (func (export "get") (result i32 i32 i32)
          (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 1)) (global.get $g))
        (start $s))"#;
    let recorder = Recorder::of(&mut store);
    let outer = instantiate(&mut store, text, &[make]);
    assert_eq!(returns(&mut store, outer, "get", &[]), i32s(&[b'c' as i32, b'i' as i32, 53]));
    let events = recorder.take();
    let done: Vec<&InstancePath> =
        events.iter().filter(|event| matches!(event, Event::InstanceDone { .. })).map(Event::at).collect();
    assert_eq!(done, [&"/$inner".into(), &"/$inner".into(), &root()]);
    assert!(made.borrow().iter().all(|instance| store.is_done(*instance)));
}

#[test]
fn a_failing_inner_instantiation_ends_the_outer_start_function() {
    let mut store = store();
    let bad = module("(module (func $s (unreachable)) (start $s))");
    let make =
        host(&mut store, "m.make", move |caller| match caller.store().instantiate(&bad, &[], root().child("$bad")) {
            Err(InstantiateError::Fault { fault, .. }) => Err(fault),
            other => panic!("it traps: {other:?}"),
        });
    let recorder = Recorder::of(&mut store);
    let text = r#"(module (import "m" "make" (func $make)) (func $s (call $make)) (start $s))"#;
    let error = instantiate_err(&mut store, text, &[make]);
    assert_eq!(error.outcome().to_string(), "trap: unreachable executed (start)");
    let trapped = |at: InstancePath| Event::Trapped { at, code: TrapCode::Unreachable, phase: Phase::Start };
    let events = recorder.take();
    assert_eq!(events[events.len() - 2..], [trapped("/$bad".into()), trapped(root())]);
}

// Limits.

// `#impl-exec`: the nesting of host functions, each on the native stack.
#[test]
fn nested_host_functions_exhaust_the_stack_at_their_limit() {
    let mut store = limited(|limits| limits.host_depth = 7);
    let count = Rc::new(Cell::new(0));
    let counter = count.clone();
    let back = host(&mut store, "m.back", move |caller| {
        counter.set(counter.get() + 1);
        let instance = caller.instance();
        let store = caller.store();
        let f = export(store, instance, "f");
        store.invoke(f, &[]).map(drop)
    });
    let text = r#"(module (import "m" "back" (func $back)) (func (export "f") (call $back))
        (func (export "ok") (result i32) (i32.const 1)))"#;
    let instance = instantiate(&mut store, text, &[back]);
    // Twice: the limit counts what is running, not what has run.
    for round in 1..=2 {
        assert_eq!(exhausted_by(call(&mut store, instance, "f", &[])), Resource::Stack);
        assert_eq!(count.get(), 7 * round);
    }
    assert_eq!(returns(&mut store, instance, "ok", &[]), i32s(&[1]));
}

// The default limit is reached before the native stack ends, also through an instantiation in each step.
#[test]
fn hosts_that_instantiate_the_module_that_calls_them_end_at_the_limit() {
    let mut store = store();
    let text = r#"(module (import "m" "again" (func $again)) (start $again))"#;
    let this = module(text);
    let addr: Rc<Cell<Option<Extern>>> = Rc::default();
    let own = addr.clone();
    let again = host(&mut store, "m.again", move |caller| {
        let externs = [own.get().expect("set before the first call")];
        match caller.store().instantiate(&this, &externs, root()) {
            Ok(_) => Ok(()),
            Err(InstantiateError::Fault { fault, .. }) => Err(fault),
            Err(InstantiateError::Link(error)) => panic!("{error}"),
        }
    });
    addr.set(Some(again));
    let error = instantiate_err(&mut store, text, &[again]);
    assert!(matches!(error, InstantiateError::Fault { phase: Phase::Start, fault: Fault::Exhausted(Resource::Stack) }));
}

#[test]
fn the_call_depth_counts_frames_on_both_sides_of_a_host_call() {
    let mut store = limited(|limits| limits.call_depth = 100);
    let back = calls_back(&mut store, "down");
    let text = r#"(module (import "m" "back" (func $back (param i32) (result i32)))
        (func $down (export "down") (param i32) (result i32)
          (if (result i32) (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 9))))
        (func $f (export "f") (param i32 i32) (result i32)
          (if (result i32) (local.get 0)
            (then (call $f (i32.sub (local.get 0) (i32.const 1)) (local.get 1)))
            (else (call $back (local.get 1))))))"#;
    let instance = instantiate(&mut store, text, &[back]);
    assert_eq!(returns(&mut store, instance, "f", &i32s(&[45, 45])), i32s(&[9]));
    for (outer, inner) in [(60, 60), (101, 0), (0, 101)] {
        assert_eq!(exhausted_by(call(&mut store, instance, "f", &i32s(&[outer, inner]))), Resource::Stack);
    }
}

// Wrong use.

#[test]
fn results_of_the_wrong_type_are_a_usage_fault_that_nothing_catches() {
    let wrong = [Val::I64(1), Val::F32(0), Val::Ref(Ref::NULL), Val::V128(0)];
    for value in wrong {
        let mut store = store();
        let ty = FuncType::new([], [ValType::I32, ValType::I32]);
        let f = store.alloc_func(ty, "m.f", move |_, _, results| {
            results[1] = value;
            Ok(())
        });
        let text = r#"(module (import "m" "f" (func $f (result i32 i32)))
            (func (export "call") (result i32 i32) (block $b (try_table (catch_all $b) (call $f) (return))) (unreachable))
            (func (export "tail") (result i32 i32) (return_call $f)))"#;
        let instance = instantiate(&mut store, text, &[Extern::Func(f)]);
        for name in ["call", "tail"] {
            assert!(matches!(call(&mut store, instance, name, &[]), Err(Fault::Usage(_))), "{name} {value:?}");
        }
        assert!(matches!(store.invoke(f, &[]), Err(Fault::Usage(_))), "{value:?}");
    }
}

#[test]
fn a_null_that_is_left_in_a_result_that_cannot_be_null_is_a_usage_fault() {
    let mut store = store();
    let ty = RefType { nullable: false, ..RefType::EXTERNREF };
    let f = store.alloc_func(FuncType::new([], [ValType::Ref(ty)]), "m.f", |_, _, _| Ok(()));
    let g = store.alloc_func(FuncType::new([], [ValType::Ref(ty)]), "m.g", |_, _, results| {
        results[0] = Val::Ref(Ref::host(4));
        Ok(())
    });
    let text = r#"(module (import "m" "f" (func $f (result (ref extern)))) (import "m" "g" (func $g (result (ref extern))))
        (func (export "f") (result (ref extern)) (call $f)) (func (export "g") (result (ref extern)) (call $g)))"#;
    let instance = instantiate(&mut store, text, &[Extern::Func(f), Extern::Func(g)]);
    assert!(matches!(call(&mut store, instance, "f", &[]), Err(Fault::Usage(_))));
    assert_eq!(returns(&mut store, instance, "g", &[]), [Val::Ref(Ref::host(4))]);
}

#[test]
fn traps_and_exits_of_hosts_pass_every_handler() {
    let ends: [End; 3] = [
        (|| Fault::Trap(Trap::from(TrapCode::Host)), "host trap"),
        (|| Fault::Exit(3), "exit with code 3"),
        (|| Fault::Exhausted(Resource::Memory), "exhausted: memory"),
    ];
    for (end, expected) in ends {
        let mut store = store();
        let f = host(&mut store, "m.f", move |_| Err(end()));
        let text = r#"(module (import "m" "f" (func $f)) (func $inner (call $f))
            (func (export "f") (block $b (try_table (catch_all $b) (call $inner)))))"#;
        let instance = instantiate(&mut store, text, &[f]);
        let fault = call(&mut store, instance, "f", &[]).expect_err("it ends");
        assert!(fault.to_string().contains(expected), "{fault}");
    }
}

// Exceptions.

/// A tag with an `i32` and an `externref`, and a host function that throws it with its argument.
fn thrower(store: &mut Store) -> (TagAddr, Extern) {
    let tag = store.alloc_tag(FuncType::new([ValType::I32, ValType::Ref(RefType::EXTERNREF)], []));
    let throw = store.alloc_func(FuncType::new([ValType::I32], []), "m.throw", move |caller, args, _| {
        Err(caller.store().throw(tag, &[args[0], Val::Ref(Ref::host(8))]))
    });
    (tag, Extern::Func(throw))
}

// `#exec-throw`: an exception of the host is like one of the module.
#[test]
fn exceptions_of_hosts_are_caught_with_their_arguments() {
    let mut store = store();
    let (tag, throw) = thrower(&mut store);
    let text = r#"(module (import "m" "throw" (func $throw (param i32))) (import "m" "t" (tag $t (param i32 externref)))
        (import "m" "t" (tag $same (param i32 externref))) (tag $other (param i32 externref))
        (func $deep (param i32) (block $b (result i32 externref)
            (try_table (catch $other $b) (call $throw (local.get 0))) (unreachable)) (unreachable))
        (func (export "f") (param i32) (result i32 externref)
          (block $b (result i32 externref) (try_table (catch $other $b) (catch $same $b) (call $deep (local.get 0))) (unreachable)))
        (func (export "again") (param i32) (result i32 externref)
          (block $t (result i32 externref)
            (try_table (catch $t $t)
              (block $all (result exnref) (try_table (catch_all_ref $all) (call $throw (local.get 0))) (unreachable))
              (throw_ref))
            (unreachable)))
        (func (export "uncaught") (param i32) (call $throw (local.get 0))))"#;
    let instance = instantiate(&mut store, text, &[throw, Extern::Tag(tag), Extern::Tag(tag)]);
    let expected = [Val::I32(4), Val::Ref(Ref::host(8))];
    assert_eq!(returns(&mut store, instance, "f", &i32s(&[4])), expected);
    assert_eq!(returns(&mut store, instance, "again", &i32s(&[4])), expected);
    match call(&mut store, instance, "uncaught", &i32s(&[4])) {
        Err(Fault::Exception(exn)) => assert_eq!(store.exception(exn), Some((tag, expected.to_vec()))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn throwing_with_the_wrong_arguments_is_a_usage_fault() {
    let mut store = store();
    let tag = store.alloc_tag(FuncType::new([ValType::I32], []));
    assert!(matches!(store.throw(tag, &[]), Fault::Usage(_)));
    assert!(matches!(store.throw(tag, &[Val::I64(1)]), Fault::Usage(_)));
    assert!(matches!(store.throw(tag, &[Val::I32(1)]), Fault::Exception(_)));
}

#[test]
fn a_host_may_take_an_exception_and_throw_it_on_after_other_work() {
    let mut store = store();
    let (tag, throw) = thrower(&mut store);
    let relay = host(&mut store, "m.relay", |caller| {
        let instance = caller.instance();
        let store = caller.store();
        let (inner, work) = (export(store, instance, "inner"), export(store, instance, "work"));
        let fault = store.invoke(inner, &[]).expect_err("it throws");
        let Fault::Exception(exn) = fault else { panic!("{fault}") };
        // What a host holds across calls it has to pin.
        store.pin(exn);
        store.set_gc_stress(true);
        store.invoke(work, &[])?;
        store.collect_garbage();
        Err(Fault::Exception(exn))
    });
    let text = r#"(module (import "m" "throw" (func $throw (param i32))) (import "m" "t" (tag $t (param i32 externref)))
        (import "m" "relay" (func $relay)) (type $s (struct (field i32)))
        (func (export "inner") (call $throw (i32.const 6)))
        (func (export "work") (local i32) (loop $l (drop (struct.new $s (i32.const 1)))
          (br_if $l (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100)))))
        (func (export "f") (result i32 externref)
          (block $b (result i32 externref) (try_table (catch $t $b) (call $relay)) (unreachable))))"#;
    let instance = instantiate(&mut store, text, &[throw, Extern::Tag(tag), relay]);
    assert_eq!(returns(&mut store, instance, "f", &[]), [Val::I32(6), Val::Ref(Ref::host(8))]);
}

// Tail calls (`#exec-return_call`).

#[test]
fn tail_calls_of_host_functions_return_their_results_to_the_callers_caller() {
    let mut store = store();
    let ty = FuncType::new([ValType::I32, ValType::V128], [ValType::V128, ValType::I32, ValType::I64]);
    let f = store.alloc_func(ty, "m.f", |_, args, results| {
        results.copy_from_slice(&[args[1], args[0], Val::I64(-1)]);
        Ok(())
    });
    let text = r#"(module (type $t (func (param i32 v128) (result v128 i32 i64))) (import "m" "f" (func $f (type $t)))
        (table funcref (elem $f)) (elem declare func $f)
        (func $direct (export "direct") (param i32) (result v128 i32 i64) (local i64 i64 i64)
          (i32.const 9) (return_call $f (local.get 0) (v128.const i64x2 1 2)))
        (func (export "indirect") (param i32) (result v128 i32 i64)
          (return_call_indirect (type $t) (local.get 0) (v128.const i64x2 1 2) (i32.const 0)))
        (func (export "ref") (param i32) (result v128 i32 i64)
          (return_call_ref $t (local.get 0) (v128.const i64x2 1 2) (ref.func $f)))
        (func (export "nested") (param i32) (result i32 v128 i32 i64) (i32.const 77) (call $direct (local.get 0))))"#;
    let instance = instantiate(&mut store, text, &[Extern::Func(f)]);
    let expected = [Val::V128(2 << 64 | 1), Val::I32(5), Val::I64(-1)];
    for name in ["direct", "indirect", "ref"] {
        assert_eq!(returns(&mut store, instance, name, &i32s(&[5])), expected, "{name}");
    }
    assert_eq!(returns(&mut store, instance, "nested", &i32s(&[5]))[..2], [Val::I32(77), expected[0]]);
}

// State that the host changes.

#[test]
fn what_a_host_does_to_memories_globals_and_tables_is_visible_behind_the_call() {
    let mut store = store();
    let change = host(&mut store, "m.change", |caller| {
        let instance = caller.instance().expect("an instance calls");
        let store = caller.store();
        let (memory, global) = (common::memory(store, instance, "m"), common::global(store, instance, "g"));
        let table = common::table(store, instance, "t");
        assert_eq!(store.memory_grow(memory, 500), Some(1));
        store.memory_mut(memory).write(30_000_000, &[6]).expect("it has been grown");
        store.set_global(global, Val::I32(7))?;
        store.table_grow(table, 50_000, Ref::NULL).expect("null fits").expect("within the limits");
        let f = store.export(instance, "six").and_then(|item| if let Extern::Func(f) = item { Some(f) } else { None });
        store.table_set(table, 49_999, Ref::func(f.expect("a function"))).expect("inside");
        Ok(())
    });
    let text = r#"(module (import "m" "change" (func $change)) (memory (export "m") 1) (global $g (export "g") (mut i32) (i32.const 0))
        (table $t (export "t") 1 funcref) (func (export "six") (result i32) (i32.const 66))
        (func $f (export "f") (result i32 i32 i32 i32)
          (i32.store (i32.const 0) (i32.const 1)) (call $change)
          (i32.load8_u (i32.const 30000000)) (global.get $g) (memory.size)
          (call_indirect (result i32) (i32.const 49999)))
        (func (export "nested") (result i32 i32 i32 i32 i32) (call $tail) (i32.load8_u (i32.const 30000000)))
        (func $tail (result i32 i32 i32 i32) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (call $leave))
        (func $leave (return_call $change)))"#;
    for name in ["f", "nested"] {
        let instance = instantiate(&mut store, text, &[change]);
        let expected: &[i32] = if name == "f" { &[6, 7, 501, 66] } else { &[1, 2, 3, 4, 6] };
        assert_eq!(returns(&mut store, instance, name, &[]), i32s(expected));
    }
}

// The value stack moves when a call inside the host's makes it grow.
#[test]
fn operands_and_locals_survive_deep_recursion_inside_a_host_call() {
    let mut store = store();
    let back = calls_back(&mut store, "down");
    let text = r#"(module (import "m" "back" (func $back (param i32) (result i32))) (memory 1)
        (func $down (export "down") (param i32) (result i32) (local i64 i64 i64 i64 v128)
          (local.set 1 (i64.const -1)) (local.set 4 (i64.const -1)) (local.set 5 (v128.const i64x2 -1 -1))
          (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0))))
        (func $f (export "f") (param i32) (result i32 i64 v128 i32 i32) (local i64 v128)
          (i32.store (i32.const 4) (i32.const 21))
          (local.set 1 (i64.const 11)) (local.set 2 (v128.const i64x2 12 13))
          (local.get 0) (local.get 1) (local.get 2) (call $back (local.get 0)) (i32.load (i32.const 4)))
        (func (export "middle") (param i32) (result i32 i32) (local i32)
          (local.set 1 (i32.const 5))
          (call $f (local.get 0)) (drop) (drop) (drop) (drop) (local.get 1))
        (func (export "tail") (param i32) (result i32) (return_call $back (local.get 0))))"#;
    let instance = instantiate(&mut store, text, &[back]);
    for depth in [10, 1_000, 15_000] {
        let expected = [Val::I32(depth), Val::I64(11), Val::V128(13 << 64 | 12), Val::I32(depth), Val::I32(21)];
        assert_eq!(returns(&mut store, instance, "f", &i32s(&[depth])), expected);
    }
    assert_eq!(returns(&mut store, instance, "middle", &i32s(&[16_000])), i32s(&[16_000, 5]));
    assert_eq!(returns(&mut store, instance, "tail", &i32s(&[17_000])), i32s(&[17_000]));
}

// The same, and an exception comes back through the host.
#[test]
fn a_handler_finds_its_frame_after_the_stack_has_moved() {
    let mut store = store();
    let back = calls_back(&mut store, "down");
    let text = r#"(module (import "m" "back" (func $back (param i32) (result i32))) (tag $t (param i32))
        (func $down (export "down") (param i32) (result i32) (local i64 i64 i64 i64 v128)
          (if (i32.eqz (local.get 0)) (then (throw $t (i32.const 42))))
          (call $down (i32.sub (local.get 0) (i32.const 1))))
        (func (export "f") (param i32) (result i64 i32 i32) (local i64)
          (local.set 1 (i64.const 11)) (local.get 1)
          (block $b (result i32) (try_table (result i32) (catch $t $b) (call $back (local.get 0))))
          (local.get 0)))"#;
    let instance = instantiate(&mut store, text, &[back]);
    for depth in [5, 15_000] {
        let expected = [Val::I64(11), Val::I32(42), Val::I32(depth)];
        assert_eq!(returns(&mut store, instance, "f", &i32s(&[depth])), expected);
    }
}

// Fuel (`Limits::fuel`): one unit for each function entered, each backward branch taken, each KiB moved in bulk.

const FUELLED: &str = r#"(module (import "m" "h" (func $h)) (memory 2) (type $v (func)) (table funcref (elem $leaf $h))
    (elem declare func $leaf)
    (func $leaf (export "leaf"))
    (func (export "calls") (call $leaf) (call $leaf) (call_indirect (type $v) (i32.const 0)) (call_ref $v (ref.func $leaf)))
    (func (export "tail") (return_call $leaf))
    (func (export "host") (call $h) (call $h))
    (func (export "host_tail") (return_call $h))
    (func (export "host_indirect") (call_indirect (type $v) (i32.const 1)))
    (func (export "loop") (param i32) (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "nested") (local i32 i32)
      (loop $o (local.set 1 (i32.const 0))
        (loop $i (br_if $i (i32.lt_s (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 5))))
        (br_if $o (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3)))))
    (func (export "forward") (block $b (br $b)) (block $b (br_if $b (i32.const 1)))
      (if (i32.const 1) (then)) (block $b (br_table $b $b (i32.const 0))))
    (func (export "table") (param i32) (loop $l (block $out
      (br_table $out $l $l $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
    (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0)))
    (func (export "copy") (param i32) (memory.copy (i32.const 0) (i32.const 8) (local.get 0)))
    (func (export "trap") (call $leaf) (unreachable)))"#;

#[test]
fn fuel_counts_function_entries_backward_branches_and_kibibytes_exactly() {
    let cases: [(&str, &[i32], u64); 15] = [
        ("leaf", &[], 1),
        ("calls", &[], 5),
        ("tail", &[], 2),
        ("host", &[], 3),
        ("host_tail", &[], 2),
        ("host_indirect", &[], 2),
        ("loop", &[1], 1),
        ("loop", &[100_000], 100_000),
        ("nested", &[], 1 + 3 * 4 + 2),
        ("forward", &[], 1),
        ("table", &[1], 1),
        ("table", &[4], 1 + 3),
        ("fill", &[1023], 1),
        ("fill", &[10 * 1024], 11),
        ("copy", &[3 * 1024], 4),
    ];
    for (name, args, cost) in cases {
        let mut store = store();
        let h = host(&mut store, "m.h", |_| Ok(()));
        let instance = instantiate(&mut store, FUELLED, &[h]);
        store.set_fuel(Some(cost + 10));
        returns(&mut store, instance, name, &i32s(args));
        assert_eq!(store.fuel(), Some(10), "{name} {args:?}");
        // Just enough is enough, and one less is not.
        store.set_fuel(Some(cost));
        returns(&mut store, instance, name, &i32s(args));
        assert_eq!(store.fuel(), Some(0), "{name} {args:?}");
        store.set_fuel(Some(cost - 1));
        assert_eq!(exhausted_by(call(&mut store, instance, name, &i32s(args))), Resource::Fuel, "{name} {args:?}");
        store.set_fuel(None);
        returns(&mut store, instance, name, &i32s(args));
        assert_eq!(store.fuel(), None);
    }
}

#[test]
fn a_trap_gives_unused_fuel_back() {
    let mut store = store();
    let h = host(&mut store, "m.h", |_| Ok(()));
    let instance = instantiate(&mut store, FUELLED, &[h]);
    store.set_fuel(Some(1_000_000));
    assert_eq!(trap_of(call(&mut store, instance, "trap", &[])), TrapCode::Unreachable);
    assert_eq!(store.fuel(), Some(999_998));
}

#[test]
fn fuel_is_exact_inside_host_calls_and_what_they_spend_or_set_counts() {
    let mut store = store();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = seen.clone();
    let h = host(&mut store, "m.h", move |caller| {
        let instance = caller.instance();
        let store = caller.store();
        list.borrow_mut().push(store.fuel());
        let leaf = export(store, instance, "calls");
        store.invoke(leaf, &[])?;
        list.borrow_mut().push(store.fuel());
        Ok(())
    });
    let instance = instantiate(&mut store, FUELLED, &[h]);
    store.set_fuel(Some(100_000));
    returns(&mut store, instance, "host", &[]);
    // Two for the entry and the call, five for the calls inside, one for the second call, five again.
    assert_eq!(seen.take(), [99_998, 99_993, 99_992, 99_987].map(Some));
    assert_eq!(store.fuel(), Some(99_987));
    let refuel = host(&mut store, "m.refuel", |caller| {
        caller.store().set_fuel(Some(50));
        Ok(())
    });
    let instance = instantiate(&mut store, FUELLED, &[refuel]);
    store.set_fuel(Some(2));
    returns(&mut store, instance, "host", &[]);
    assert_eq!(store.fuel(), Some(50));
}

// Constant expressions enter no function and take no branch.
#[test]
fn initialisers_and_segments_spend_no_fuel() {
    let mut store = limited(|limits| limits.fuel = Some(0));
    let text = r#"(module (memory 1) (table 1 funcref) (global i32 (i32.const 1)) (global i64 (i64.add (i64.const 1) (i64.const 2)))
        (elem (i32.const 0) funcref (ref.null func)) (data (i32.const 0) "x"))"#;
    let result = store.instantiate(&module(text), &[], root());
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(store.fuel(), Some(0));
}

// A function entered is one unit, whoever calls it and whoever gave it.
#[test]
fn a_start_function_costs_the_same_given_by_the_host_or_the_module() {
    let texts = [
        r#"(module (import "m" "h" (func $h)) (func $s) (start $s))"#,
        r#"(module (import "m" "h" (func $h)) (start $h))"#,
    ];
    for text in texts {
        let mut store = limited(|limits| limits.fuel = Some(10));
        let h = host(&mut store, "m.h", |_| Ok(()));
        instantiate(&mut store, text, &[h]);
        assert_eq!(store.fuel(), Some(9), "{text}");
    }
}

// An interrupt that comes while a host function runs ends the call behind it.
#[test]
fn an_interrupt_during_a_host_call_ends_the_caller() {
    let mut store = store();
    let stop = host(&mut store, "m.h", |caller| {
        caller.store().interrupt_handle().interrupt();
        Ok(())
    });
    let instance = instantiate(&mut store, FUELLED, &[stop]);
    assert_eq!(exhausted_by(call(&mut store, instance, "host", &[])), Resource::Interrupt);
}

// The trace.

#[test]
fn host_calls_are_recorded_with_arguments_and_results_and_failures_without_a_return() {
    let mut store = store();
    let ty = FuncType::new([ValType::I64, ValType::F32], [ValType::I32]);
    let f = store.alloc_func(ty, "m.f", |_, args, results| {
        if args[0] == Val::I64(0) {
            return Err(Fault::Trap(Trap::from(TrapCode::Host)));
        }
        results[0] = Val::I32(3);
        Ok(())
    });
    let text = r#"(module (import "m" "f" (func $f (param i64 f32) (result i32)))
        (func (export "f") (param i64) (result i32) (call $f (local.get 0) (f32.const 1))))"#;
    let instance = instantiate(&mut store, text, &[Extern::Func(f)]);
    let recorder = Recorder::of(&mut store);
    for arg in [5, 0] {
        let _ = store.call_export(instance, "f", &[Val::I64(arg)], Cause::Invoke);
    }
    let called =
        |arg| Event::Called { at: root(), name: "f".into(), args: vec![Value::I64(arg)], cause: Cause::Invoke };
    let host_called = |arg| Event::HostCalled {
        at: root(),
        name: "m.f".into(),
        args: vec![Value::I64(arg), Value::F32(1.0_f32.to_bits())],
    };
    let expected = [
        called(5),
        host_called(5),
        Event::HostReturned { at: root(), name: "m.f".into(), results: vec![Value::I32(3)] },
        Event::Returned { at: root(), name: "f".into(), results: vec![Value::I32(3)] },
        called(0),
        host_called(0),
        Event::Trapped { at: root(), code: TrapCode::Host, phase: Phase::Call },
    ];
    assert_eq!(recorder.take(), expected);
}

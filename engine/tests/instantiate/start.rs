//! Step 12: the start function.

use super::*;

/// What a host function ends in, and how that reads.
type End = (fn() -> Fault, &'static str);

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

//! The second tier, construct by construct.
#![cfg(feature = "jit")]

use preflight_engine::{
    Config, Fault, Module, Store, Tier, Val,
    syntax::{FuncType, RefType, ValType},
    trace::{Cause, InstancePath, Resource, TrapCode},
};

fn config() -> Config {
    Config { tier: Tier::Jit, ..Config::default() }
}

fn binary(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    wast::parser::parse::<wast::Wat>(&buffer).unwrap().encode().unwrap()
}

fn run_in(store: &mut Store, text: &str, name: &str, args: &[Val]) -> Result<Vec<Val>, Fault> {
    let module = Module::new(&config(), binary(text)).unwrap();
    let instance = store.instantiate(&module, &[], InstancePath::root()).unwrap();
    store.call_export(instance, name, args, Cause::Invoke)
}

fn run(text: &str, name: &str, args: &[Val]) -> Result<Vec<Val>, Fault> {
    run_in(&mut Store::new(&config()), text, name, args)
}

fn trap(result: Result<Vec<Val>, Fault>) -> TrapCode {
    match result {
        Err(Fault::Trap(trap)) => trap.code,
        other => panic!("no trap: {other:?}"),
    }
}

#[test]
fn adds() {
    let text = r#"(module (func (export "f") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"#;
    assert_eq!(run(text, "f", &[Val::I32(20), Val::I32(22)]).unwrap(), [Val::I32(42)]);
}

#[test]
fn traps_know_their_place() {
    let text =
        r#"(module (func) (func (export "f") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))"#;
    let Err(Fault::Trap(trap)) = run(text, "f", &[Val::I32(0)]) else { panic!("no trap") };
    assert_eq!((trap.code, trap.func), (TrapCode::IntegerDivideByZero, Some(1)));
    assert!(trap.offset.is_some());
}

#[test]
fn recursion_ends_with_the_stack() {
    let text = r#"(module (func $f (export "f") (result i32) (i32.add (i32.const 1) (call $f))))"#;
    assert!(matches!(run(text, "f", &[]), Err(Fault::Exhausted(Resource::Stack))));
}

#[test]
fn tail_calls_take_no_stack() {
    let text = r#"(module (func $f (export "f") (param i64) (result i64)
        (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 7))
            (else (return_call $f (i64.sub (local.get 0) (i64.const 1)))))))"#;
    assert_eq!(run(text, "f", &[Val::I64(10_000_000)]).unwrap(), [Val::I64(7)]);
}

#[test]
fn loops_end_with_the_fuel() {
    let text = r#"(module (func (export "f") (loop (br 0))))"#;
    let mut store = Store::new(&config());
    store.set_fuel(Some(100_000));
    assert!(matches!(run_in(&mut store, text, "f", &[]), Err(Fault::Exhausted(Resource::Fuel))));
    assert_eq!(store.fuel(), Some(0));
    store.set_fuel(None);
    store.interrupt_handle().interrupt();
    assert!(matches!(run_in(&mut store, text, "f", &[]), Err(Fault::Exhausted(Resource::Interrupt))));
}

#[test]
fn exceptions_are_caught_by_their_tag() {
    let text = r#"(module (tag $a (param i32 f64)) (tag $b)
        (func $throw (param i32)
            (if (local.get 0) (then (throw $a (i32.const 5) (f64.const 1.5))) (else (throw $b))))
        (func (export "f") (param i32) (result i32 f64)
            (block $h (result i32 f64)
                (try_table (catch $a $h) (call $throw (local.get 0)))
                (i32.const 0) (f64.const 0))))"#;
    assert_eq!(run(text, "f", &[Val::I32(1)]).unwrap(), [Val::I32(5), Val::F64(1.5f64.to_bits())]);
    assert!(matches!(run(text, "f", &[Val::I32(0)]), Err(Fault::Exception(_))));
}

#[test]
fn many_values_and_vectors_pass() {
    let text = r#"(module
        (func $g (param i32 i64 f32 f64 v128 i32 i32 i32 i32 i32 i32 i32) (result v128 i32 i64 f32 f64 i32 i32 i32 i32 v128)
            (local.get 4) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 8) (local.get 9)
            (local.get 10) (local.get 11) (i8x16.add (local.get 4) (local.get 4)))
        (func (export "f") (result v128 i32 i64 f32 f64 i32 i32 i32 i32 v128)
            (call $g (i32.const 1) (i64.const 2) (f32.const 3) (f64.const 4) (v128.const i64x2 5 6) (i32.const 7)
                (i32.const 8) (i32.const 9) (i32.const 10) (i32.const 11) (i32.const 12) (i32.const 13))))"#;
    let v = Val::V128(5 | 6 << 64);
    let w = Val::V128(10 | 12 << 64);
    assert_eq!(
        run(text, "f", &[]).unwrap(),
        [
            v,
            Val::I32(1),
            Val::I64(2),
            Val::F32(3f32.to_bits()),
            Val::F64(4f64.to_bits()),
            Val::I32(10),
            Val::I32(11),
            Val::I32(12),
            Val::I32(13),
            w,
        ]
    );
}

#[test]
fn host_functions_call_back() {
    let text = r#"(module (import "" "h" (func $h (param i32) (result i32)))
        (func (export "f") (param i32) (result i32) (i32.mul (i32.const 2) (call $h (local.get 0))))
        (func (export "g") (param i32) (result i32) (i32.add (i32.const 1) (local.get 0))))"#;
    let module = Module::new(&config(), binary(text)).unwrap();
    let mut store = Store::new(&config());
    let ty = FuncType::new([ValType::I32], [ValType::I32]);
    let host = store.alloc_func(ty, "h", |caller, args, results| {
        let instance = caller.instance().unwrap();
        results[0] = caller.store().call_export(instance, "g", args, Cause::Invoke)?[0];
        Ok(())
    });
    let instance = store.instantiate(&module, &[preflight_engine::Extern::Func(host)], InstancePath::root()).unwrap();
    let result = store.call_export(instance, "f", &[Val::I32(20)], Cause::Invoke).unwrap();
    assert_eq!(result, [Val::I32(42)]);
}

#[test]
fn frames_keep_objects_alive() {
    let text = r#"(module (type $s (struct (field i32) (field (ref null $s))))
        (func $chain (param i32) (result (ref null $s))
            (if (result (ref null $s)) (i32.eqz (local.get 0)) (then (ref.null $s))
                (else (struct.new $s (local.get 0) (call $chain (i32.sub (local.get 0) (i32.const 1)))))))
        (func (export "f") (param i32) (result i32) (local $p (ref null $s)) (local $sum i32)
            (local.set $p (call $chain (local.get 0)))
            (drop (struct.new $s (i32.const 1000) (ref.null $s)))
            (loop $l
                (if (ref.is_null (local.get $p)) (then (return (local.get $sum))))
                (local.set $sum (i32.add (local.get $sum) (struct.get $s 0 (local.get $p))))
                (local.set $p (struct.get $s 1 (local.get $p)))
                (br $l))
            (unreachable)))"#;
    let mut store = Store::new(&config());
    store.set_gc_stress(true);
    assert_eq!(run_in(&mut store, text, "f", &[Val::I32(100)]).unwrap(), [Val::I32(5050)]);
}

#[test]
fn memory_is_checked() {
    let text = r#"(module (memory 1 2)
        (func (export "f") (param i32) (result i32) (i32.load offset=4 (local.get 0)))
        (func (export "g") (param i32) (result i32)
            (i32.store (i32.const 65536) (local.get 0)) (i32.load (i32.const 65536)))
        (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#;
    assert_eq!(run(text, "f", &[Val::I32(65528)]).unwrap(), [Val::I32(0)]);
    assert_eq!(trap(run(text, "f", &[Val::I32(65529)])), TrapCode::OutOfBoundsMemory);
    assert_eq!(trap(run(text, "f", &[Val::I32(-1)])), TrapCode::OutOfBoundsMemory);
    assert_eq!(trap(run(text, "g", &[Val::I32(1)])), TrapCode::OutOfBoundsMemory);
}

#[test]
fn a_panic_of_the_host_passes_around_compiled_frames() {
    let text = r#"(module (import "" "h" (func $h)) (func (export "f") (call $h)))"#;
    let module = Module::new(&config(), binary(text)).unwrap();
    let mut store = Store::new(&config());
    let host = store.alloc_func(FuncType::default(), "h", |_, _, _| panic!("on purpose"));
    let host = preflight_engine::Extern::Func(host);
    let instance = store.instantiate(&module, &[host], InstancePath::root()).unwrap();
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.call_export(instance, "f", &[], Cause::Invoke)));
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
}

#[test]
fn traps_of_the_host_are_at_the_call() {
    let at = |call: &str, tier| {
        let text = format!(
            r#"(module (type $t (func)) (import "" "h" (func $h)) (func) (func $f ({call})) (table funcref (elem $h))
                (func (export "f") (block $b (try_table (catch_all $b) (call $f)))))"#
        );
        let config = Config { tier, ..Config::default() };
        let module = Module::new(&config, binary(&text)).unwrap();
        let mut store = Store::new(&config);
        let host = store.alloc_func(FuncType::default(), "h", |_, _, _| Err(Fault::Trap(TrapCode::Host.into())));
        let host = preflight_engine::Extern::Func(host);
        let instance = store.instantiate(&module, &[host], InstancePath::root()).unwrap();
        let Err(Fault::Trap(trap)) = store.call_export(instance, "f", &[], Cause::Invoke) else { panic!("no trap") };
        assert_eq!(trap.func, Some(2));
        trap
    };
    for call in [
        "call $h",
        "return_call $h",
        "call_indirect (type $t) (i32.const 0)",
        "return_call_indirect (type $t) (i32.const 0)",
        "call_ref $t (ref.func $h)",
        "return_call_ref $t (ref.func $h)",
    ] {
        assert_eq!(at(call, Tier::Interp), at(call, Tier::Jit), "{call}");
    }
}

#[test]
fn tail_calls_of_the_host_pass_on_what_it_returns_and_throws() {
    let text = r#"(module (import "" "h" (func $h (param i32 v128) (result i32 v128 externref)))
        (type $t (func (param i32 v128) (result i32 v128 externref))) (table funcref (elem $h $f))
        (tag $e) (func $throw (throw $e)) (export "throw" (func $throw))
        (func $f (param i32 v128) (result i32 v128 externref) (local i64)
            (block $b (try_table (catch_all $b) (return_call_indirect (type $t)
                (i32.add (local.get 0) (i32.const 1)) (local.get 1) (i32.const 0))))
            (unreachable))
        (func (export "f") (param i32 i32) (result i32 i64)
            (block $b (try_table (catch_all $b)
                (call_indirect (type $t) (local.get 0) (v128.const i64x2 3 -4) (local.get 1))
                (drop) (i64x2.extract_lane 1) (return)))
            (i32.const -1) (i64.const -1)))"#;
    for tier in [Tier::Interp, Tier::Jit] {
        let config = Config { tier, ..Config::default() };
        let module = Module::new(&config, binary(text)).unwrap();
        let mut store = Store::new(&config);
        let (given, returned) =
            ([ValType::I32, ValType::V128], [ValType::I32, ValType::V128, ValType::Ref(RefType::EXTERNREF)]);
        let host = store.alloc_func(FuncType::new(given, returned), "h", |caller, args, results| {
            results[..2].copy_from_slice(args);
            if args[0] == Val::I32(10) {
                let instance = caller.instance().unwrap();
                caller.store().call_export(instance, "throw", &[], Cause::Invoke)?;
            }
            Ok(())
        });
        let instance =
            store.instantiate(&module, &[preflight_engine::Extern::Func(host)], InstancePath::root()).unwrap();
        let mut call = |n, way| store.call_export(instance, "f", &[Val::I32(n), Val::I32(way)], Cause::Invoke).unwrap();
        assert_eq!(call(3, 0), [Val::I32(3), Val::I64(-4)], "{tier:?}");
        assert_eq!(call(3, 1), [Val::I32(4), Val::I64(-4)], "{tier:?}");
        assert_eq!(call(10, 0), [Val::I32(-1), Val::I64(-1)], "{tier:?}");
        assert_eq!(call(9, 1), [Val::I32(-1), Val::I64(-1)], "{tier:?}");
    }
}

#[test]
fn handlers_do_not_catch_what_a_tail_call_throws() {
    let text = r#"(module (tag $a) (func $throw (throw $a))
        (func $g (block $h (try_table (catch $a $h) (return_call $throw))))
        (func (export "f") (result i32)
            (block $h (try_table (catch_all $h) (call $g)) (return (i32.const 0)))
            (i32.const 1)))"#;
    assert_eq!(run(text, "f", &[]).unwrap(), [Val::I32(1)]);
}

#[test]
fn inner_handlers_come_first_and_exceptions_are_thrown_again() {
    let text = r#"(module (tag $a (param i32)) (tag $b)
        (func $throw (param i32) (throw $a (local.get 0)))
        (func (export "f") (result i32) (local $e exnref)
            (block $outer (result i32)
                (try_table (catch $a $outer)
                    (block $inner (result i32 exnref)
                        (try_table (catch $b 1) (catch_ref $a $inner) (call $throw (i32.const 6)))
                        (return (i32.const 0)))
                    (local.set $e) (drop)
                    (throw_ref (local.get $e)))
                (i32.const 1))))"#;
    assert_eq!(run(text, "f", &[]).unwrap(), [Val::I32(6)]);
}

#[test]
fn traps_are_not_caught() {
    let text = r#"(module (func $t (unreachable))
        (func (export "f") (block $h (try_table (catch_all $h) (call $t)))))"#;
    assert_eq!(trap(run(text, "f", &[])), TrapCode::Unreachable);
}

#[test]
fn objects_survive_while_the_host_collects() {
    let text = r#"(module (import "" "gc" (func $gc)) (type $s (struct (field i32)))
        (func (export "f") (result i32) (local $p (ref null $s))
            (local.set $p (struct.new $s (i32.const 77)))
            (call $gc)
            (struct.get $s 0 (local.get $p))))"#;
    let module = Module::new(&config(), binary(text)).unwrap();
    let mut store = Store::new(&config());
    let host = store.alloc_func(FuncType::default(), "gc", |caller, _, _| {
        caller.store().collect_garbage();
        Ok(())
    });
    let host = preflight_engine::Extern::Func(host);
    let instance = store.instantiate(&module, &[host], InstancePath::root()).unwrap();
    assert_eq!(store.call_export(instance, "f", &[], Cause::Invoke).unwrap(), [Val::I32(77)]);
}

#[test]
fn functions_made_while_a_host_function_runs_can_be_called() {
    let text = r#"(module (import "" "h" (func $h)) (table (export "t") 1 funcref)
        (func (export "f") (result i32) (call $h) (call_indirect (result i32) (i32.const 0))))"#;
    let other =
        r#"(module (import "" "t" (table 1 funcref)) (elem (i32.const 0) $g) (func $g (result i32) (i32.const 9)))"#;
    let module = Module::new(&config(), binary(text)).unwrap();
    let other = Module::new(&config(), binary(other)).unwrap();
    let mut store = Store::new(&config());
    let host = store.alloc_func(FuncType::default(), "h", move |caller, _, _| {
        let instance = caller.instance().unwrap();
        let table = caller.store().export(instance, "t").unwrap();
        caller.store().instantiate(&other, &[table], InstancePath::root().child("$g")).unwrap();
        Ok(())
    });
    let host = preflight_engine::Extern::Func(host);
    let instance = store.instantiate(&module, &[host], InstancePath::root()).unwrap();
    assert_eq!(store.call_export(instance, "f", &[], Cause::Invoke).unwrap(), [Val::I32(9)]);
}

#[test]
fn functions_too_large_for_the_optimiser_are_right() {
    let step = "(if (i32.and (local.get 1) (i32.const 1))
        (then (local.set 1 (i32.add (call $g (local.get 1)) (local.get 0))))
        (else (local.set 1 (i32.xor (local.get 1) (i32.const 0x55)))))
        (local.set 2 (i64x2.add (local.get 2) (i64x2.splat (i64.extend_i32_u (local.get 1)))))"
        .repeat(5_000);
    let text = format!(
        r#"(module (func $g (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 3)))
            (func (export "f") (param i32) (result i32 i64) (local i32 v128)
                {step} (local.get 1) (i64x2.extract_lane 1 (local.get 2))))"#
    );
    let on = |tier| {
        let config = Config { tier, ..Config::default() };
        let module = Module::new(&config, binary(&text)).unwrap();
        let mut store = Store::new(&config);
        let instance = store.instantiate(&module, &[], InstancePath::root()).unwrap();
        store.call_export(instance, "f", &[Val::I32(7)], Cause::Invoke).unwrap()
    };
    assert_eq!(on(Tier::Interp), on(Tier::Jit));
}

/// On both tiers, under these limits: the interpreter's end comes first.
fn on_both(text: &str, limits: preflight_engine::Limits, args: &[Val]) -> [Result<Vec<Val>, Fault>; 2] {
    [Tier::Interp, Tier::Jit].map(|tier| {
        let config = Config { tier, limits, ..Config::default() };
        let module = Module::new(&config, binary(text)).unwrap();
        let mut store = Store::new(&config);
        let instance = store.instantiate(&module, &[], InstancePath::root()).unwrap();
        store.call_export(instance, "f", args, Cause::Invoke)
    })
}

fn is_out_of_stack(end: &Result<Vec<Val>, Fault>) -> bool {
    match end {
        Ok(_) => false,
        Err(Fault::Exhausted(Resource::Stack)) => true,
        other => panic!("{other:?}"),
    }
}

#[test]
fn calls_nest_as_deep_on_both_tiers() {
    let direct = r#"(module (func $f (export "f") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0)))))"#;
    let by_table = r#"(module (type $t (func (param i32) (result i32))) (table funcref (elem $f))
        (func $f (export "f") (type $t) (if (result i32) (local.get 0)
            (then (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
            (else (i32.const 0)))))"#;
    for text in [direct, by_table] {
        for call_depth in [0, 1, 7, 5000] {
            let limits = preflight_engine::Limits { call_depth, ..Default::default() };
            for (depth, is_out) in [(call_depth, false), (call_depth + 1, true)] {
                let ends = on_both(text, limits, &[Val::I32(depth as i32)]);
                assert_eq!([is_out; 2], [0, 1].map(|tier| is_out_of_stack(&ends[tier])), "{depth} of {call_depth}");
            }
        }
    }
}

#[test]
fn frames_take_as_many_slots_on_both_tiers() {
    let text = format!(
        r#"(module (func $f (export "f") (param i32) (result i32) (local {})
            (if (result i32) (local.get 0)
                (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0)))))"#,
        "i64 ".repeat(100)
    );
    // The parameter and the locals, and the 1 below the callee's parameter: 102 for each call; the innermost needs 3 more.
    let limits = preflight_engine::Limits { stack_slots: 1023, ..Default::default() };
    for (depth, is_out) in [(8, false), (9, false), (10, true), (11, true)] {
        let ends = on_both(&text, limits, &[Val::I32(depth)]);
        assert_eq!([is_out; 2], [0, 1].map(|tier| is_out_of_stack(&ends[tier])), "{depth}");
    }
}

#[test]
fn vectors_take_two_slots_on_both_tiers() {
    // A local, and two operands below the parameter of the callee; the innermost call ends in a function whose results are
    // more than its operands.
    let text = r#"(module
        (func $f (export "f") (param i32) (result v128 v128) (local v128)
            (if (result v128 v128) (local.get 0)
                (then (i32x4.splat (i32.const 1)) (i64x2.splat (i64.const 2))
                    (call $f (i32.sub (local.get 0) (i32.const 1))) (drop) (drop))
                (else (call $g) (drop) (drop) (drop))))
        (func $g (result v128 v128 v128 v128 v128) unreachable))"#;
    let is_out = |end: &Result<Vec<Val>, Fault>| matches!(end, Err(Fault::Exhausted(_)));
    for stack_slots in (100..130).chain([500]) {
        let limits = preflight_engine::Limits { stack_slots, ..Default::default() };
        let deepest = [0, 1].map(|tier| (0..200).find(|n| is_out(&on_both(text, limits, &[Val::I32(*n)])[tier])));
        assert!(deepest[0].is_some());
        assert_eq!(deepest[0], deepest[1], "{stack_slots}");
    }
}

#[test]
fn calls_back_from_the_host_have_what_is_left_of_the_depth() {
    for call in ["call", "return_call"] {
        calls_back(call);
    }
}

/// Where the host is called with the instruction `call`.
fn calls_back(call: &str) {
    let text = r#"(module (import "" "h" (func $h (param i32) (result i32)))
        (func $f (export "f") (param i32) (result i32)
            (if (result i32) (local.get 0) (then (call $g (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
        (func $g (param i32) (result i32) (CALL $h (local.get 0))))"#;
    let text = &text.replace("CALL", call);
    let deepest = |tier| {
        let mut config = Config { tier, ..Config::default() };
        config.limits.call_depth = 20;
        let module = Module::new(&config, binary(text)).unwrap();
        let is_out = |depth: i32| {
            let mut store = Store::new(&config);
            let ty = FuncType::new([ValType::I32], [ValType::I32]);
            let host = store.alloc_func(ty, "h", |caller, args, results| {
                let instance = caller.instance().unwrap();
                results[0] = caller.store().call_export(instance, "f", args, Cause::Invoke)?[0];
                Ok(())
            });
            let host = preflight_engine::Extern::Func(host);
            let instance = store.instantiate(&module, &[host], InstancePath::root()).unwrap();
            is_out_of_stack(&store.call_export(instance, "f", &[Val::I32(depth)], Cause::Invoke))
        };
        (0..60).find(|depth| is_out(*depth))
    };
    assert!(deepest(Tier::Jit).is_some());
    assert_eq!(deepest(Tier::Interp), deepest(Tier::Jit));
}

#[test]
fn a_tail_call_at_the_greatest_depth_needs_no_further_frame() {
    // The callee is new, larger, and in the table: everything that a first call prepares.
    for tail in ["return_call $g", "return_call_indirect (i32.const 0)", "return_call_ref $unit (ref.func $g)"] {
        let text = format!(
            r#"(module (type $unit (func (result i32))) (table funcref (elem $g))
                (func $f (export "f") (param i32) (result i32)
                    (if (i32.eqz (local.get 0)) (then ({})))
                    (call $f (i32.sub (local.get 0) (i32.const 1))))
                (func $g (result i32) (local {}) (i32.const 7)))"#,
            tail.replace("indirect", "indirect (type $unit)"),
            "i64 ".repeat(3000)
        );
        let limits = preflight_engine::Limits { call_depth: 100, ..Default::default() };
        let deepest =
            [0, 1].map(|tier| (0..200).find(|n| is_out_of_stack(&on_both(&text, limits, &[Val::I32(*n)])[tier])));
        assert_eq!(deepest, [Some(101); 2], "{tail}");
    }
}

#[test]
fn frames_may_be_large() {
    // Every list of elements has its own place in the frame.
    const ELEMENTS: usize = 10_000;
    let list = format!("(i32.add (array.len (array.new_fixed $a {ELEMENTS} {})))", "(i64.const 5) ".repeat(ELEMENTS));
    let text = format!(
        r#"(module (type $a (array i64)) (func (export "f") (param i32) (result i32) (local.get 0) {}))"#,
        list.repeat(5)
    );
    let limits = preflight_engine::Limits::default();
    for end in on_both(&text, limits, &[Val::I32(2)]) {
        assert_eq!(end.unwrap(), [Val::I32(2 + 5 * ELEMENTS as i32)]);
    }
    // The stack is looked at before the frame is there.
    let limits = preflight_engine::Limits { native_stack_bytes: 256 << 10, ..limits };
    assert!(is_out_of_stack(&on_both(&text, limits, &[Val::I32(2)])[1]));
}

#[test]
fn a_reference_that_is_needed_no_more_keeps_nothing_alive() {
    // Each array takes more than half of the heap.
    let text = r#"(module (type $a (array (mut i8)))
        (func $make (result (ref $a)) (array.new_default $a (i32.const 600_000)))
        (func (export "f") (param i32) (result i32) (local $first (ref null $a)) (local $second (ref null $a))
            (local.set $first (call $make))
            (local.set 0 (array.len (local.get $first)))
            (local.set $second (call $make))
            (i32.add (local.get 0) (array.len (local.get $second)))))"#;
    let limits = preflight_engine::Limits { heap_bytes: 1 << 20, ..Default::default() };
    let [_, compiled] = on_both(text, limits, &[Val::I32(0)]);
    assert_eq!(compiled.unwrap(), [Val::I32(1_200_000)]);
}

#[test]
fn references_survive_in_functions_that_have_too_many_for_stack_maps() {
    const LOCALS: usize = 300;
    let step =
        |i: usize| format!("(local.set {} (struct.new $s (i32.const {i}) (local.get {})))", i % LOCALS, i / 2 % LOCALS);
    let steps: String = (0..5 * LOCALS).map(step).collect();
    let sum: String = (0..LOCALS).map(|x| format!("(i32.add (struct.get $s 0 (local.get {x})))")).collect();
    let text = format!(
        r#"(module (type $s (struct (field i32) (field (ref null $s))))
            (func (export "f") (result i32) (local {}) {steps} (i32.const 0) {sum}))"#,
        "(ref null $s) ".repeat(LOCALS)
    );
    let mut store = Store::new(&config());
    store.set_gc_stress(true);
    let expected: usize = (4 * LOCALS..5 * LOCALS).sum();
    assert_eq!(run_in(&mut store, &text, "f", &[]).unwrap(), [Val::I32(expected as i32)]);
}

#[test]
fn references_survive_in_every_place() {
    // Operands, parameters, results of blocks, loops, tables, globals, exceptions, and arguments of the host.
    let text = r#"(module (import "" "gc" (func $gc (param anyref) (result anyref)))
        (type $s (struct (field i32)))
        (tag $t (param i32 (ref $s) i64))
        (table 1 (ref null $s)) (global $g (mut (ref null $s)) (ref.null $s))
        (func $new (param i32) (result (ref $s)) (struct.new $s (local.get 0)))
        (func $value (param (ref null $s)) (result i32)
            (drop (call $gc (ref.null any))) (struct.get $s 0 (local.get 0)))
        (func $throw (param i32) (throw $t (i32.const 1) (call $new (local.get 0)) (i64.const 2)))
        (func $many (param (ref $s) (ref $s)) (result (ref $s) i32 (ref $s)) (local.get 1) (i32.const 5) (local.get 0))
        (func (export "f") (result i32) (local $i i32) (local $sum i32) (local $p (ref null $s))
            ;; An operand below a call.
            (call $new (i32.const 1)) (drop (call $gc (ref.null any))) (struct.get $s 0) (local.set $sum)
            ;; A result of a block, and of a selection.
            (block (result (ref $s)) (call $new (i32.const 2)) (br_if 0 (i32.eqz (local.get $i))))
            (drop (call $gc (ref.null any))) (struct.get $s 0) (i32.add (local.get $sum)) (local.set $sum)
            (select (result (ref $s)) (call $new (i32.const 4)) (call $new (i32.const 100)) (i32.eqz (local.get $i)))
            (drop (call $gc (ref.null any))) (struct.get $s 0) (i32.add (local.get $sum)) (local.set $sum)
            ;; A table and a global, overwritten while the old value is held.
            (table.set (i32.const 0) (call $new (i32.const 8))) (global.set $g (call $new (i32.const 16)))
            (table.get (i32.const 0)) (global.get $g)
            (table.set (i32.const 0) (ref.null $s)) (global.set $g (ref.null $s))
            (drop (call $gc (ref.null any)))
            (struct.get $s 0) (i32.add (local.get $sum)) (local.set $sum)
            (struct.get $s 0) (i32.add (local.get $sum)) (local.set $sum)
            ;; Around a loop, in a local that changes.
            (local.set $p (call $new (i32.const 32)))
            (loop $l
                (drop (call $gc (ref.null any)))
                (local.set $p (struct.new $s (struct.get $s 0 (local.get $p))))
                (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5))))
            (local.set $sum (i32.add (local.get $sum) (call $value (local.get $p))))
            ;; The arguments of an exception, and it itself.
            (block $h (result i32 (ref $s) i64 exnref) (try_table (catch_ref $t $h) (call $throw (i32.const 64)))
                (unreachable))
            (drop (call $gc (ref.null any))) (drop) (drop)
            (struct.get $s 0) (i32.add (local.get $sum)) (local.set $sum) (drop)
            ;; What the host is given, and what it gives.
            (struct.get $s 0 (ref.cast (ref $s) (call $gc (call $new (i32.const 128)))))
            (i32.add (local.get $sum)) (local.set $sum)
            ;; Several results.
            (call $many (call $new (i32.const 256)) (call $new (i32.const 512)))
            (drop (call $gc (ref.null any)))
            (struct.get $s 0) (i32.add (local.get $sum)) (local.set $sum) (drop)
            (struct.get $s 0) (i32.add (local.get $sum))))"#;
    for stress in [false, true] {
        let module = Module::new(&config(), binary(text)).unwrap();
        let mut store = Store::new(&config());
        store.set_gc_stress(stress);
        let any = ValType::Ref(preflight_engine::syntax::RefType {
            nullable: true,
            heap: preflight_engine::syntax::HeapType::Any,
        });
        let host = store.alloc_func(FuncType::new([any], [any]), "gc", |caller, args, results| {
            caller.store().collect_garbage();
            results[0] = args[0];
            Ok(())
        });
        let host = preflight_engine::Extern::Func(host);
        let instance = store.instantiate(&module, &[host], InstancePath::root()).unwrap();
        assert_eq!(store.call_export(instance, "f", &[], Cause::Invoke).unwrap(), [Val::I32(1023)], "{stress}");
    }
}

//! Memories, tables with 64-bit indices, wide arithmetic and threads.

use super::v;
use crate::common::{
    call, eval_trap, i32s, i64s, instance, instantiate, limited, module, returns, root, store, trap_of,
};
use preflight_engine::{
    Extern, Module, SharedMemory, Store, Val,
    syntax::{Limits, MemoryType},
    trace::TrapCode,
};
use std::time::Duration;

// Memories.

const OOB: TrapCode = TrapCode::OutOfBoundsMemory;

// `#exec-load`: the effective address is a sum of integers; it does not wrap.
#[test]
fn effective_addresses_beyond_two_to_the_64_trap() {
    let accesses = [
        "(drop (i32.load8_u $M offset=$O (local.get 0)))",
        "(drop (i64.load $M offset=$O (local.get 0)))",
        "(drop (v128.load $M offset=$O (local.get 0)))",
        "(drop (v128.load8_lane $M offset=$O 3 (local.get 0) (v128.const i32x4 0 0 0 0)))",
        "(v128.store64_lane $M offset=$O 1 (local.get 0) (v128.const i32x4 0 0 0 0))",
        "(i32.store8 $M offset=$O (local.get 0) (i32.const 1))",
        "(f64.store $M offset=$O (local.get 0) (f64.const 1))",
    ];
    for memory in ["$near", "$far"] {
        for access in accesses {
            for (offset, address) in [
                (u64::MAX, 0_u64),
                (u64::MAX, 1),
                (u64::MAX, u64::MAX),
                (u64::MAX - 7, 8),
                (u64::MAX - 7, 16),
                (0, u64::MAX),
                (1, u64::MAX),
                (8, u64::MAX - 7),
                (1 << 48, 0),
                (1 << 48, (1_u64 << 48).wrapping_neg()),
                ((1 << 48) - 1, 0),
                (1 << 32, 0),
                (1 << 32, (1_u64 << 32).wrapping_neg()),
            ] {
                let code = access.replace("$M", memory).replace("$O", &offset.to_string());
                let text = format!(
                    r#"(module (memory $near i64 1) (memory $far i64 1) (func (export "f") (param i64) {code}))"#
                );
                let result = eval_trap(&text, "f", &i64s(&[address as i64]));
                assert_eq!(result, OOB, "{code} at {address:#x}");
            }
        }
    }
}

// An `i32` address is unsigned, and the sum with the offset has 33 bits.
#[test]
fn effective_addresses_of_32_bit_memories_do_not_wrap() {
    for memory in ["0", "1"] {
        for (offset, address) in [(u32::MAX, 1), (1, -1), (u32::MAX, -1), (0x8000_0000, i32::MIN), (65535, 1), (0, -1)]
        {
            let text = format!(
                r#"(module (memory 1) (memory 1) (func (export "f") (param i32) (result i32)
                     (i32.load8_u {memory} offset={offset} (local.get 0))))"#
            );
            assert_eq!(eval_trap(&text, "f", &i32s(&[address])), OOB, "{offset} {address}");
        }
    }
}

#[test]
fn accesses_at_the_very_end_of_a_memory_pass_and_one_further_trap() {
    for memory in ["0", "1"] {
        let text = format!(
            r#"(module (memory 1) (memory 1)
                 (func (export "load") (param i32) (result i64) (i64.load {memory} (local.get 0)))
                 (func (export "vector") (param i32) (result v128) (v128.load {memory} offset=8 (local.get 0)))
                 (func (export "store") (param i32) (i64.store {memory} (local.get 0) (i64.const -1))))"#
        );
        let (mut store, instance) = instance(&text);
        returns(&mut store, instance, "store", &i32s(&[65528]));
        assert_eq!(returns(&mut store, instance, "load", &i32s(&[65528])), i64s(&[-1]));
        assert_eq!(returns(&mut store, instance, "vector", &i32s(&[65512])), [v([0, 0, u32::MAX, u32::MAX])]);
        for (name, address) in [("load", 65529), ("vector", 65513), ("store", 65529)] {
            assert_eq!(trap_of(call(&mut store, instance, name, &i32s(&[address]))), OOB, "{name}");
        }
        // A store that traps writes nothing.
        assert_eq!(returns(&mut store, instance, "load", &i32s(&[65520])), i64s(&[0]));
    }
}

#[test]
fn offsets_beyond_two_to_the_32_reach_into_large_memories() {
    let text = r#"(module (memory $a i64 65538) (memory $b i64 65538)
        (func (export "a") (param i64) (result i32 i32)
          (i32.store8 $a offset=0x1_0000_0000 (local.get 0) (i32.const 11))
          (i32.load8_u $a (i64.add (local.get 0) (i64.const 0x1_0000_0000))) (i32.load8_u $a (local.get 0)))
        (func (export "b") (param i64) (result i32 i32)
          (i32.store8 $b offset=0x1_0000_0000 (local.get 0) (i32.const 12))
          (i32.load8_u $b offset=0xffff_ffff (i64.add (local.get 0) (i64.const 1))) (i32.load8_u $b (local.get 0)))
        (func (export "end") (result i32) (i32.load8_u $b offset=0x1_0001_ffff (i64.const 0)))
        (func (export "past") (result i32) (i32.load8_u $b offset=0x1_0002_0000 (i64.const 0))))"#;
    let mut store = limited(|limits| limits.memory_bytes = 16 << 30);
    let instance = instantiate(&mut store, text, &[]);
    assert_eq!(returns(&mut store, instance, "a", &i64s(&[5])), i32s(&[11, 0]));
    assert_eq!(returns(&mut store, instance, "b", &i64s(&[6])), i32s(&[12, 0]));
    assert_eq!(returns(&mut store, instance, "end", &[]), i32s(&[0]));
    assert_eq!(trap_of(call(&mut store, instance, "past", &[])), OOB);
}

// One memory under two indices is one memory (`#syntax-memaddr`).
#[test]
fn a_memory_imported_twice_is_grown_and_copied_as_one() {
    let text = r#"(module (import "m" "m" (memory $a 1)) (import "m" "m" (memory $b 1))
        (func (export "grow") (result i32 i32 i32)
          (drop (memory.grow $b (i32.const 100)))
          (i32.store8 $a (i32.const 6000000) (i32.const 9))
          (i32.load8_u $b (i32.const 6000000)) (memory.size $a) (memory.size $b))
        (func (export "copy") (result i64)
          (i64.store $a (i32.const 0) (i64.const 0x0807060504030201))
          (memory.copy $b $a (i32.const 1) (i32.const 0) (i32.const 7)) (i64.load $b (i32.const 0))))"#;
    let mut store = store();
    let memory = MemoryType { limits: Limits { min: 1, max: None }, is_64: false, shared: false, page_size_log2: 16 };
    let memory = Extern::Memory(store.alloc_memory(memory).expect("one page"));
    let instance = instantiate(&mut store, text, &[memory, memory]);
    assert_eq!(returns(&mut store, instance, "grow", &[]), i32s(&[9, 101, 101]));
    assert_eq!(returns(&mut store, instance, "copy", &[]), i64s(&[0x0706_0504_0302_0101]));
}

#[test]
fn a_memory_that_a_callee_grows_is_seen_by_the_caller_of_another_instance() {
    let mut store = store();
    let owner = instantiate(
        &mut store,
        r#"(module (memory (export "m") 1) (func (export "grow") (result i32)
             (memory.grow (i32.const 200)) (i32.store8 (i32.const 10000000) (i32.const 5))))"#,
        &[],
    );
    let externs = [store.export(owner, "m").unwrap(), store.export(owner, "grow").unwrap()];
    let text = r#"(module (import "o" "m" (memory 1)) (import "o" "grow" (func $grow (result i32)))
        (func (export "f") (result i32 i32) (i32.store (i32.const 0) (i32.const 7)) (call $grow)
          (i32.load8_u (i32.const 10000000))))"#;
    let user = instantiate(&mut store, text, &externs);
    assert_eq!(returns(&mut store, user, "f", &[]), i32s(&[1, 5]));
}

// Tables with 64-bit indices (memory64).
#[test]
fn indices_of_64_bit_tables_are_not_cut() {
    let text = r#"(module (table $t i64 2 10 funcref) (elem (table $t) (i64.const 0) func $f $f) (type $v (func))
        (func $f)
        (func (export "get") (param i64) (result i32) (ref.is_null (table.get $t (local.get 0))))
        (func (export "set") (param i64) (table.set $t (local.get 0) (ref.null func)))
        (func (export "call") (param i64) (call_indirect $t (type $v) (local.get 0)))
        (func (export "grow") (param i64) (result i64) (table.grow $t (ref.null func) (local.get 0)))
        (func (export "size") (result i64) (table.size $t))
        (func (export "fill") (param i64 i64) (table.fill $t (local.get 0) (ref.null func) (local.get 1)))
        (func (export "copy") (param i64 i64 i64) (table.copy $t $t (local.get 0) (local.get 1) (local.get 2))))"#;
    let (mut store, instance) = instance(text);
    let mut run = |name: &str, args: &[i64]| call(&mut store, instance, name, &i64s(args));
    assert_eq!(run("get", &[1]).unwrap(), i32s(&[0]));
    run("call", &[1]).unwrap();
    for index in [2, 1 << 32, -1, (1 << 32) + 1] {
        assert_eq!(trap_of(run("get", &[index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("set", &[index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("call", &[index])), TrapCode::UndefinedElement);
        assert_eq!(trap_of(run("fill", &[index, 1])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("fill", &[1, index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("copy", &[0, 1, index])), TrapCode::OutOfBoundsTable);
        assert_eq!(trap_of(run("copy", &[0, index, 1])), TrapCode::OutOfBoundsTable);
    }
    for (delta, expected) in [(9, -1), (1 << 32, -1), (-1, -1), (8, 2), (1, -1), (0, 10)] {
        assert_eq!(run("grow", &[delta]).unwrap(), i64s(&[expected]), "{delta}");
    }
    assert_eq!(trap_of(run("call", &[9])), TrapCode::UninitializedElement);
    assert_eq!(run("size", &[]).unwrap(), i64s(&[10]));
}

// Wide arithmetic (the proposal's `i64.add128` and others): against Rust's 128-bit integers.
#[test]
fn wide_arithmetic_agrees_with_128_bit_integers() {
    let text = r#"(module
        (func (export "add") (param i64 i64 i64 i64) (result i64 i64)
          (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
        (func (export "sub") (param i64 i64 i64 i64) (result i64 i64)
          (i64.sub128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
        (func (export "swapped") (param i64 i64 i64 i64) (result i64 i64)
          (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3))
          (local.set 0) (local.set 1) (local.get 0) (local.get 1))
        (func (export "mul_s") (param i64 i64 i64 i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 2)))
        (func (export "mul_u") (param i64 i64 i64 i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 2))))"#;
    let (mut store, instance) = instance(text);
    let words = [0, 1, -1, i64::MIN, i64::MAX, 0x1234_5678_9abc_def0];
    let wide = |low: i64, high: i64| (high as u64 as u128) << 64 | low as u64 as u128;
    for (a, b, c, d) in
        words.iter().flat_map(|a| words.map(|b| words.map(|c| words.map(|d| (*a, b, c, d))))).flatten().flatten()
    {
        let (x, y) = (wide(a, b), wide(c, d));
        let cases = [
            ("add", x.wrapping_add(y)),
            ("sub", x.wrapping_sub(y)),
            ("swapped", x.wrapping_add(y).rotate_left(64)),
            ("mul_s", (a as i128 * c as i128) as u128),
            ("mul_u", a as u64 as u128 * c as u64 as u128),
        ];
        for (name, expected) in cases {
            let expected = i64s(&[expected as i64, (expected >> 64) as i64]);
            assert_eq!(returns(&mut store, instance, name, &i64s(&[a, b, c, d])), expected, "{name} {a} {b} {c} {d}");
        }
    }
}

// Threads.

// Threads proposal: an atomic access traps if its address is not a multiple of its width, and if it is out of bounds.
#[test]
fn atomic_accesses_trap_when_unaligned_and_when_out_of_bounds() {
    for memory in ["(memory 1 1 shared)", "(memory 1)"] {
        let accesses = [
            ("(drop (i32.atomic.load offset=0 (local.get 0)))", 4),
            ("(drop (i64.atomic.load offset=8 (local.get 0)))", 8),
            ("(drop (i32.atomic.load16_u (local.get 0)))", 2),
            ("(i64.atomic.store (local.get 0) (i64.const 1))", 8),
            ("(drop (i32.atomic.rmw.add (local.get 0) (i32.const 1)))", 4),
            ("(drop (i64.atomic.rmw32.cmpxchg_u (local.get 0) (i64.const 1) (i64.const 1)))", 4),
            ("(drop (memory.atomic.notify (local.get 0) (i32.const 1)))", 4),
        ];
        for (access, width) in accesses {
            let text = format!(r#"(module {memory} (func (export "f") (param i32) {access}))"#);
            let (mut store, instance) = instance(&text);
            returns(&mut store, instance, "f", &i32s(&[1024]));
            for unaligned in [1, width / 2, width + 1] {
                let result = call(&mut store, instance, "f", &i32s(&[unaligned]));
                assert_eq!(trap_of(result), TrapCode::UnalignedAtomic, "{memory} {access} {unaligned}");
            }
            for far in [65536, -width] {
                assert_eq!(trap_of(call(&mut store, instance, "f", &i32s(&[far]))), OOB, "{memory} {access} {far}");
            }
        }
    }
}

const WAITING: &str = r#"
    (func (export "wait") (param i32 i32 i64) (result i32)
      (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wait64") (param i32 i64 i64) (result i32)
      (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
    (func (export "notify") (param i32 i32) (result i32) (memory.atomic.notify (local.get 0) (local.get 1)))
    (func (export "store") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1))))"#;

#[test]
fn waiting_ends_by_another_value_or_by_time_and_needs_a_shared_memory() {
    let (mut store, instance) = instance(&format!("(module (memory 1 1 shared) {WAITING}"));
    let mut run = |name: &str, args: &[Val]| call(&mut store, instance, name, args);
    let args = |expected, timeout| [Val::I32(8), Val::I32(expected), Val::I64(timeout)];
    assert_eq!(run("wait", &args(1, -1)).unwrap(), i32s(&[1]));
    assert_eq!(run("wait", &args(0, 0)).unwrap(), i32s(&[2]));
    assert_eq!(run("wait", &args(0, 1_000_000)).unwrap(), i32s(&[2]));
    assert_eq!(run("wait64", &[Val::I32(8), Val::I64(1 << 32), Val::I64(-1)]).unwrap(), i32s(&[1]));
    assert_eq!(run("notify", &i32s(&[8, -1])).unwrap(), i32s(&[0]));
    assert_eq!(trap_of(run("wait", &[Val::I32(2), Val::I32(0), Val::I64(0)])), TrapCode::UnalignedAtomic);
    let (mut store, instance) = crate::common::instance(&format!("(module (memory 1 1) {WAITING}"));
    assert_eq!(trap_of(call(&mut store, instance, "wait", &args(0, 0))), TrapCode::ExpectedSharedMemory);
    assert_eq!(returns(&mut store, instance, "notify", &i32s(&[8, 1])), i32s(&[0]));
}

#[test]
fn a_thread_that_waits_is_woken_by_another_store_over_the_same_memory() {
    let ty = MemoryType { limits: Limits { min: 1, max: Some(1) }, is_64: false, shared: true, page_size_log2: 16 };
    let memory = SharedMemory::new(ty, 1 << 20).expect("one page");
    let module = module(&format!(r#"(module (import "m" "m" (memory 1 1 shared)) {WAITING}"#));
    let open = |module: &Module, memory: SharedMemory| {
        let mut store = Store::new(&crate::common::config());
        let memory = Extern::Memory(store.alloc_shared_memory(memory));
        let instance = store.instantiate(module, &[memory], root()).expect("the memory fits");
        (store, instance)
    };
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (module, memory) = (module.clone(), memory.clone());
            std::thread::spawn(move || {
                let (mut store, instance) = open(&module, memory);
                returns(&mut store, instance, "wait", &[Val::I32(16), Val::I32(0), Val::I64(-1)])
            })
        })
        .collect();
    let (mut store, instance) = open(&module, memory);
    let mut woken = 0;
    // One at a time, until both have come to wait and have been woken.
    while woken < 2 {
        let [Val::I32(n)] = returns(&mut store, instance, "notify", &i32s(&[16, 1]))[..] else { panic!("one number") };
        assert!(n <= 1, "at most one was asked for");
        woken += n;
        std::thread::sleep(Duration::from_millis(1));
    }
    for thread in threads {
        assert_eq!(thread.join().expect("it returns"), i32s(&[0]));
    }
    assert_eq!(returns(&mut store, instance, "notify", &i32s(&[16, -1])), i32s(&[0]));
}

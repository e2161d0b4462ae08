use super::*;
use crate::trace::TrapCode;
use proptest::prelude::*;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

const LIMIT: u64 = 4 << 30;
static QUIET: AtomicBool = AtomicBool::new(false);

fn ty(min: u64, max: Option<u64>) -> MemoryType {
    MemoryType { limits: Limits { min, max }, is_64: false, shared: false, page_size_log2: 16 }
}

fn bytes_ty(min: u64, max: Option<u64>) -> MemoryType {
    MemoryType { page_size_log2: 0, ..ty(min, max) }
}

fn memory(ty: MemoryType) -> MemoryInst {
    MemoryInst::new(ty, LIMIT).unwrap()
}

fn shared(min: u64, max: u64) -> SharedMemory {
    SharedMemory::new(ty(min, Some(max)), LIMIT).unwrap()
}

/// One unshared and one shared memory of `len` bytes that can grow to twice as many.
fn both(len: u64) -> [MemoryInst; 2] {
    [false, true].map(|shared| memory(MemoryType { shared, ..bytes_ty(len, Some(len * 2)) }))
}

fn contents(memory: &MemoryInst) -> Vec<u8> {
    let bytes = memory.to_vec();
    assert_eq!(memory.bytes().unwrap_or(&bytes), bytes);
    bytes
}

#[test]
fn sizes_and_limits() {
    assert_eq!(MemoryInst::new(ty(2, None), 0x1ffff).unwrap_err(), Resource::Memory);
    assert!(MemoryInst::new(ty(2, None), 0x20000).is_ok());
    let huge = MemoryType { is_64: true, ..ty(1 << 47, None) };
    assert_eq!(MemoryInst::new(huge, u64::MAX).unwrap_err(), Resource::Memory);
    assert_eq!(MemoryInst::new(ty(65_537, None), u64::MAX).unwrap_err(), Resource::Memory);
    let mut memory = memory(ty(1, Some(5)));
    assert_eq!(memory.grow(4), Some(1));
    assert_eq!(memory.grow(1), None);
    assert_eq!(memory.grow(u64::MAX), None);
    assert_eq!(memory.grow(0), Some(5));
    assert_eq!(memory.ty(), ty(5, Some(5)));
    assert_eq!(memory.bytes().unwrap(), vec![0; 5 << 16]);
}

#[test]
fn empty_memories_are_memories() {
    for mut memory in both(0) {
        assert_eq!((memory.len_bytes(), memory.base() as usize % 8), (0, 0));
        assert_eq!(memory.read(0, &mut []), Ok(()));
        assert_eq!(memory.write(0, &[1]), Err(OutOfBounds));
        assert_eq!(memory.grow(1), None);
    }
}

#[test]
fn the_first_words_are_for_compiled_code() {
    assert_eq!(std::mem::offset_of!(MemoryInst, base), 0);
    assert_eq!(std::mem::offset_of!(MemoryInst, len_bytes), size_of::<usize>());
}

#[test]
fn growth_keeps_the_contents() {
    // From the allocator to a mapping and beyond, byte by byte and in leaps.
    let mut memory = memory(bytes_ty(3, None));
    memory.write(0, &[1, 2, 3]).unwrap();
    for delta in [1, 1, 60, 1000, 100_000, 200_000, 1, 4096, 10_000_000] {
        let old = memory.size_pages();
        memory.write(old - 1, &[9]).unwrap();
        assert_eq!(memory.grow(delta), Some(old));
        let bytes = memory.bytes().unwrap();
        assert_eq!((bytes[0], bytes[old as usize - 1]), (1, 9));
        assert!(bytes[old as usize..].iter().all(|&byte| byte == 0));
        assert_eq!(memory.base() as usize % 8, 0);
    }
}

#[test]
fn big_memories_cost_nothing_until_used() {
    let mut memory = memory(ty(1, None));
    assert_eq!(memory.grow(65_000), Some(1));
    memory.write((65_001 << 16) - 1, &[1]).unwrap();
    assert_eq!(memory.grow(536), None);
    assert_eq!(memory.grow(535), Some(65_001));
    let reserved = shared(0, 65_536);
    assert_eq!(reserved.grow(65_536), Some(0));
    reserved.write((1 << 32) - 1, &[1]).unwrap();
}

#[test]
fn bounds() {
    for mut memory in both(10) {
        for (offset, len, inside) in [(0, 10, true), (10, 0, true), (11, 0, false), (9, 2, false), (u64::MAX, 2, false)]
        {
            let expected = if inside { Ok(()) } else { Err(OutOfBounds) };
            assert_eq!(memory.read(offset, &mut vec![0; len as usize]), expected);
            assert_eq!(memory.write(offset, &vec![0; len as usize]), expected);
            assert_eq!(memory.fill(offset, 1, len), expected);
            assert_eq!(memory.copy_within(offset, 0, len), expected);
            assert_eq!(memory.copy_within(0, offset, len), expected);
        }
        assert_eq!(memory.fill(0, 1, u64::MAX), Err(OutOfBounds));
    }
}

/// An access to a memory of 100 bytes.
#[derive(Debug, Clone)]
enum Access {
    Write(u64, Vec<u8>),
    Fill(u64, u8, u64),
    Copy(u64, u64, u64),
}

fn access() -> impl Strategy<Value = Access> {
    let (at, len) = (0..100u64, 0..100u64);
    prop_oneof![
        (at.clone(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(at, bytes)| Access::Write(at, bytes)),
        (at.clone(), any::<u8>(), len.clone()).prop_map(|(at, value, len)| Access::Fill(at, value, len)),
        (at.clone(), at, len).prop_map(|(to, from, len)| Access::Copy(to, from, len)),
    ]
}

/// What an access does to a vector; `None` if it is out of bounds.
fn apply(model: &mut [u8], access: &Access) -> Option<()> {
    let range = |at: u64, len: usize| at as usize..at as usize + len;
    match access {
        Access::Write(at, bytes) => model.get_mut(range(*at, bytes.len()))?.copy_from_slice(bytes),
        Access::Fill(at, value, len) => model.get_mut(range(*at, *len as usize))?.fill(*value),
        Access::Copy(to, from, len) => {
            let bytes = model.get(range(*from, *len as usize))?.to_vec();
            model.get_mut(range(*to, *len as usize))?.copy_from_slice(&bytes);
        }
    }
    Some(())
}

proptest! {
    #[test]
    fn accesses_are_those_of_a_vector(accesses in prop::collection::vec(access(), 1..30)) {
        let [mut plain, mut first] = both(100);
        let mut second = MemoryInst::from_shared(first.shared().unwrap());
        let mut model = vec![0; 100];
        for access in &accesses {
            let expected = apply(&mut model, access).ok_or(OutOfBounds);
            let results = match access {
                Access::Write(at, bytes) => [plain.write(*at, bytes), first.write(*at, bytes)],
                Access::Fill(at, value, len) => [plain.fill(*at, *value, *len), first.fill(*at, *value, *len)],
                Access::Copy(to, from, len) => {
                    // Two views of one memory overlap as one does.
                    [plain.copy_within(*to, *from, *len), second.copy_from(*to, &first, *from, *len)]
                }
            };
            prop_assert_eq!(results, [expected; 2]);
            prop_assert_eq!(&contents(&plain), &model);
            prop_assert_eq!(&contents(&first), &model);
        }
        let mut other = memory(bytes_ty(100, None));
        other.copy_from(0, &first, 0, 100).unwrap();
        prop_assert_eq!(contents(&other), model);
    }
}

#[test]
fn two_memories() {
    let [mut a, mut b] = [memory(bytes_ty(4, None)), memory(bytes_ty(3, None))];
    b.write(0, &[1, 2, 3]).unwrap();
    assert_eq!(a.copy_from(1, &b, 0, 3), Ok(()));
    assert_eq!(a.copy_from(2, &b, 0, 3), Err(OutOfBounds));
    assert_eq!(a.copy_from(0, &b, 1, 3), Err(OutOfBounds));
    assert_eq!(contents(&a), [0, 1, 2, 3]);
}

#[test]
fn a_view_sees_the_growth_of_another() {
    let mut first = MemoryInst::from_shared(shared(1, 3));
    let mut second = MemoryInst::from_shared(first.shared().unwrap());
    assert_eq!(first.grow(1), Some(1));
    assert_eq!(second.len_bytes, 1 << 16);
    assert_eq!((second.len_bytes(), second.size_pages()), (2 << 16, 2));
    assert_eq!(second.write(0x1ffff, &[7]), Ok(()));
    assert_eq!(second.refresh(), 2 << 16);
    assert_eq!(second.len_bytes, 2 << 16);
    assert_eq!((first.base(), first.bytes(), first.ty().limits.min), (second.base(), None, 2));
    assert!(first.shared().unwrap().same(&second.shared().unwrap()));
    assert_eq!(second.grow(2), None);
}

#[test]
fn atomic_accesses() {
    for mut memory in both(16) {
        memory.write(0, &[0xff; 16]).unwrap();
        assert_eq!(memory.atomic_load(8, 2), Ok(0xffff));
        assert_eq!(memory.atomic_store(8, 4, 0x1_0000_0010), Ok(()));
        assert_eq!(memory.atomic_load(8, 8), Ok(0xffff_ffff_0000_0010));
        assert_eq!(memory.atomic_rmw(8, 1, RmwOp::Sub, 0x111), Ok(0x10));
        assert_eq!(memory.atomic_rmw(8, 2, RmwOp::Add, 1), Ok(0xff));
        assert_eq!(memory.atomic_rmw(8, 4, RmwOp::Or, 0xf), Ok(0x100));
        assert_eq!(memory.atomic_rmw(8, 4, RmwOp::And, 0x10e), Ok(0x10f));
        assert_eq!(memory.atomic_rmw(8, 4, RmwOp::Xor, 0xff), Ok(0x10e));
        assert_eq!(memory.atomic_rmw(8, 8, RmwOp::Xchg, 5), Ok(0xffff_ffff_0000_01f1));
        assert_eq!(memory.atomic_cmpxchg(8, 1, 4, 9), Ok(5));
        assert_eq!(memory.atomic_cmpxchg(8, 1, 0x105, 0x209), Ok(5));
        assert_eq!(memory.atomic_load(8, 8), Ok(9));
    }
}

/// The old value of an atomic access to the model, which `new` replaces.
fn replace(model: &mut [u8], ea: u64, width: u8, new: impl FnOnce(u64) -> u64) -> Result<u64, TrapCode> {
    if !ea.is_multiple_of(width as u64) {
        return Err(TrapCode::UnalignedAtomic);
    }
    let bytes = model.get_mut(ea as usize..ea as usize + width as usize).ok_or(TrapCode::OutOfBoundsMemory)?;
    let old = bytes.iter().rev().fold(0, |old, &byte| old << 8 | byte as u64);
    bytes.copy_from_slice(&new(old).to_le_bytes()[..width as usize]);
    Ok(old)
}

proptest! {
    #[test]
    fn atomic_accesses_are_those_of_a_vector(
        steps in prop::collection::vec((0..40u64, 0..4u32, 0..8u8, any::<u64>(), any::<u64>()), 1..40),
    ) {
        for mut memory in both(30) {
            let mut model = vec![0; 30];
            for &(ea, log2, op, value, other) in &steps {
                let width = 1 << log2;
                let wrapped = |value| value & u64::MAX >> (64 - (8 << log2));
                let (op, new): (_, fn(u64, u64) -> u64) = match op {
                    0 => (RmwOp::Add, u64::wrapping_add),
                    1 => (RmwOp::Sub, u64::wrapping_sub),
                    2 => (RmwOp::And, |a, b| a & b),
                    3 => (RmwOp::Or, |a, b| a | b),
                    4 => (RmwOp::Xor, |a, b| a ^ b),
                    5 => (RmwOp::Xchg, |_, b| b),
                    _ => {
                        // The upper bits of what is expected do not count; as often equal as not.
                        let now = memory.atomic_load(ea, width).unwrap_or(0);
                        let expected = if op == 6 { value } else { now | value & !wrapped(u64::MAX) };
                        let exchange = |old| if old == wrapped(expected) { other } else { old };
                        let old = replace(&mut model, ea, width, exchange);
                        prop_assert_eq!(memory.atomic_cmpxchg(ea, width, expected, other), old);
                        continue;
                    }
                };
                let old = replace(&mut model, ea, width, |old| new(old, value));
                prop_assert_eq!(memory.atomic_rmw(ea, width, op, value), old);
                prop_assert_eq!(memory.atomic_load(ea, width), replace(&mut model, ea, width, |old| old));
                let stored = replace(&mut model, ea, width, |_| other).map(|_| ());
                prop_assert_eq!(memory.atomic_store(ea, width, other), stored);
            }
            prop_assert_eq!(contents(&memory), model);
        }
    }
}

#[test]
fn alignment_comes_before_bounds() {
    for mut memory in both(16) {
        for width in [2, 4, 8] {
            assert_eq!(memory.atomic_load(101, width), Err(TrapCode::UnalignedAtomic));
            assert_eq!(memory.atomic_store(1, width, 0), Err(TrapCode::UnalignedAtomic));
            assert_eq!(memory.atomic_rmw(16, width, RmwOp::Add, 0), Err(TrapCode::OutOfBoundsMemory));
            assert_eq!(memory.atomic_cmpxchg(0u64.wrapping_sub(8), width, 0, 0), Err(TrapCode::OutOfBoundsMemory));
        }
        assert_eq!(memory.atomic_notify(2, 0), Err(TrapCode::UnalignedAtomic));
        assert_eq!(memory.atomic_notify(16, 0), Err(TrapCode::OutOfBoundsMemory));
        assert_eq!(memory.atomic_notify(12, 1), Ok(0));
    }
    let [plain, shared] = both(16);
    let trap = |code| Err(WaitError::Trap(code));
    assert_eq!(plain.atomic_wait(2, 4, 0, 0, &QUIET), trap(TrapCode::UnalignedAtomic));
    assert_eq!(plain.atomic_wait(16, 4, 0, 0, &QUIET), trap(TrapCode::ExpectedSharedMemory));
    assert_eq!(shared.atomic_wait(4, 8, 0, 0, &QUIET), trap(TrapCode::UnalignedAtomic));
    assert_eq!(shared.atomic_wait(16, 8, 0, 0, &QUIET), trap(TrapCode::OutOfBoundsMemory));
}

#[test]
fn waits_that_end_by_themselves() {
    let [_, mut memory] = both(16);
    memory.atomic_store(8, 8, 1 << 40).unwrap();
    assert_eq!(memory.atomic_wait(8, 8, 0, -1, &QUIET), Ok(1));
    assert_eq!(memory.atomic_wait(8, 4, 1 << 40, 0, &QUIET), Ok(2));
    assert_eq!(memory.atomic_wait(8, 8, 1 << 40, 0, &QUIET), Ok(2));
    let start = Instant::now();
    assert_eq!(memory.atomic_wait(8, 8, 1 << 40, 20_000_000, &QUIET), Ok(2));
    assert!(start.elapsed() >= Duration::from_millis(20));
    assert_eq!(memory.atomic_notify(8, u32::MAX), Ok(0));
}

#[test]
fn waits_can_be_interrupted() {
    let memory = shared(1, 1);
    let interrupt = AtomicBool::new(false);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| MemoryInst::from_shared(memory.clone()).atomic_wait(0, 4, 0, -1, &interrupt));
        thread::sleep(Duration::from_millis(10));
        interrupt.store(true, Ordering::Relaxed);
        assert_eq!(waiting.join().unwrap(), Err(WaitError::Interrupted));
    });
    assert_eq!(memory.notify(0, 1), 0);
}

#[test]
fn notify_wakes_as_many_as_asked() {
    const WAITERS: u32 = 4;
    let memory = shared(1, 1);
    thread::scope(|scope| {
        let wait = |ea| {
            let memory = memory.clone();
            scope.spawn(move || MemoryInst::from_shared(memory).atomic_wait(ea, 4, 0, i64::MAX, &QUIET))
        };
        let waiters: Vec<_> = (0..WAITERS).map(|_| wait(8)).collect();
        let elsewhere = wait(16);
        let notify = |ea, count| MemoryInst::from_shared(memory.clone()).atomic_notify(ea, count).unwrap();
        assert_eq!(notify(8, 0), 0);
        let mut woken = 0;
        while woken < WAITERS {
            let now = notify(8, 3);
            assert!(now <= 3);
            woken += now;
        }
        waiters.into_iter().for_each(|waiter| assert_eq!(waiter.join().unwrap(), Ok(0)));
        assert_eq!(notify(8, u32::MAX), 0);
        while notify(16, 1) == 0 {}
        assert_eq!(elsewhere.join().unwrap(), Ok(0));
    });
}

#[test]
fn threads_count_together() {
    const ROUNDS: u64 = 10_000;
    let memory = shared(1, 1);
    thread::scope(|scope| {
        for _ in 0..4 {
            let mut memory = MemoryInst::from_shared(memory.clone());
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    memory.atomic_rmw(0, 8, RmwOp::Add, 1).unwrap();
                    // A counter by compare-exchange next to it.
                    let mut old = memory.atomic_load(8, 4).unwrap();
                    loop {
                        match memory.atomic_cmpxchg(8, 4, old, old + 1).unwrap() {
                            now if now == old => break,
                            now => old = now,
                        }
                    }
                }
            });
        }
    });
    let memory = MemoryInst::from_shared(memory);
    assert_eq!(memory.atomic_load(0, 8), Ok(4 * ROUNDS));
    assert_eq!(memory.atomic_load(8, 4), Ok(4 * ROUNDS));
}

#[test]
fn threads_grow_together() {
    let memory = shared(0, 100);
    let grown: usize = thread::scope(|scope| {
        let grow = || (0..40).filter(|_| memory.grow(1).is_some()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(grow)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((grown, memory.size_pages()), (100, 100));
}

#[test]
fn aligned_plain_accesses_do_not_tear() {
    let memory = shared(1, 1);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..20_000u32 {
                memory.write(4, &[i as u8; 4]).unwrap();
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            let mut bytes = [0; 4];
            memory.read(4, &mut bytes).unwrap();
            assert_eq!(bytes, [bytes[0]; 4]);
        }
    });
}

#[test]
fn zeroed_bytes_or_nothing() {
    assert_eq!(try_zeroed_bytes(0), Some(Box::default()));
    assert_eq!(try_zeroed_bytes(5).as_deref(), Some(&[0; 5][..]));
    assert_eq!(try_zeroed_bytes(usize::MAX), None);
    assert_eq!(try_zeroed_bytes(isize::MAX as usize), None);
}

/// What a store with many memories of a page gives.
fn nursery() -> impl FnMut() -> MemoryInst {
    let mut nursery = Nursery::default();
    move || MemoryInst::new_in(&mut nursery, ty(1, None), LIMIT).unwrap()
}

#[test]
fn many_memories_are_apart_and_zero() {
    // Twice, so that what has been used before is used again; more than one chunk holds.
    for round in 1..=3 {
        let mut memories: Vec<MemoryInst> = std::iter::repeat_with(nursery()).take(200).collect();
        for (i, memory) in memories.iter_mut().enumerate() {
            assert!(memory.bytes().unwrap().iter().all(|&byte| byte == 0), "memory {i} in round {round}");
            // The first page, the last, and in some all.
            memory.write(8, &[i as u8 + 1]).unwrap();
            memory.write(0xffff, &[i as u8 + 1]).unwrap();
            if i % 50 == round {
                memory.fill(0, 0xee, 0x10000).unwrap();
            }
        }
        for (i, memory) in memories.iter().enumerate().filter(|(i, _)| i % 50 != round) {
            let bytes = memory.bytes().unwrap();
            assert_eq!((bytes[8], bytes[0xffff]), (i as u8 + 1, i as u8 + 1));
            assert_eq!(bytes.iter().filter(|&&byte| byte != 0).count(), 2);
        }
        // Some outlive the others.
        memories.truncate(150);
        memories.retain(|memory| memory.bytes().unwrap()[0] == 0);
    }
}

#[test]
fn a_memory_among_many_grows_on_its_own() {
    let mut memories: Vec<MemoryInst> = std::iter::repeat_with(nursery()).take(20).collect();
    memories.iter_mut().for_each(|memory| memory.write(0xffff, &[7]).unwrap());
    for i in [10, 12] {
        assert_eq!(memories[i].grow(1), Some(1));
        assert_eq!(memories[i].grow(100), Some(2));
        assert_eq!(memories[i].to_vec().iter().filter(|&&byte| byte != 0).count(), 1);
        memories[i].fill(0, 9, 102 << 16).unwrap();
    }
    for (i, memory) in memories.iter().enumerate().filter(|(i, _)| ![10, 12].contains(i)) {
        let bytes = memory.bytes().unwrap();
        assert_eq!((bytes[0], bytes[0xffff], bytes.len()), (0, 7, 0x10000), "memory {i}");
    }
}

#[test]
fn threads_use_chunks_that_others_have_used() {
    let run = || {
        for _ in 0..20 {
            let mut memories: Vec<MemoryInst> = std::iter::repeat_with(nursery()).take(70).collect();
            for memory in &mut memories {
                assert!(memory.bytes().unwrap().iter().all(|&byte| byte == 0));
                memory.write(0x8000, &[1; 8]).unwrap();
            }
        }
    };
    thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(run))));
}

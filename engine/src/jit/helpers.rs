//! Where compiled code and Rust meet: the entry into a run, and the helpers that compiled code calls.
//!
//! A helper takes the run context, the words of the running instance and further words; it leaves results in the context
//! and returns whether the run ends.

#![allow(unsafe_code, reason = "compiled code passes pointers")]

use super::{
    abi::{self, RunContext, TRAPS, pending},
    code, compile, room,
    roots::Segment,
};
use crate::{
    Store,
    error::Fault,
    exec::{
        Activation, exception, memory,
        reference::{self, HeapCode},
        table,
    },
    interp::stack_pointer,
    runtime::{FuncAddr, InstanceAddr, InstanceInst, Ref, RefKind, RmwOp, Trap, TypeId, Val},
    syntax::ValType,
    trace::{Resource, TrapCode},
};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A function of this file as compiled code calls it.
#[derive(Clone, Copy)]
pub(super) struct Helper {
    /// Where its code is.
    pub address: usize,
    /// How many words it takes.
    pub params: usize,
    /// Whether it may collect garbage or run something else.
    pub publishes: bool,
}

/// Calls function `x` of `instance`; the arguments have been checked.
pub(crate) fn call(store: &mut Store, instance: InstanceAddr, x: u32, args: &[Val]) -> Result<Vec<Val>, Fault> {
    let unsupported = |compile::Unsupported(what)| Fault::Unsupported(what);
    store.sync_compiled();
    let addr = store.instance(instance).funcs[x as usize];
    let ty = store.funcs[addr.0 as usize].ty;
    let code = store.code_of(addr).map_err(unsupported)?;
    let entry = store.entry(ty).map_err(unsupported)?;
    let words = store.jit.instance(instance).expect("it has code");
    let mut slots = std::mem::take(&mut store.jit.slots);
    slots.clear();
    push_words(&mut slots, args);
    let result_words: u32 = store.func_type_of(ty).results.iter().map(|ty| ty.slots()).sum();
    slots.resize(slots.len().max(result_words as usize).max(1), 0);

    let stack_base = stack_pointer();
    let outer = store.jit.stack;
    // A run inside of a run has what the outer one left of its stack, unless it has another stack.
    let stack = outer.filter(|(low, high)| (*low..*high).contains(&stack_base));
    let stack_limit = stack.map_or(stack_base.saturating_sub(store.limits.native_stack_bytes), |(low, _)| low);
    store.jit.stack = Some((stack_limit, stack_base));
    let outer_room = store.jit.room;
    let room = outer_room.unwrap_or_else(|| room::of(&store.limits));
    let mut run = RunContext {
        budget: 0,
        stack_limit,
        pending: pending::NOTHING,
        trap: 0,
        position: 0,
        funcs: store.jit.funcs(),
        caller: words,
        result: [0; 2],
        target: 0,
        pc: 0,
        fp: 0,
        registers: [0; abi::REGISTERS],
        entry_fp: 0,
        room,
        store,
        fault: None,
        panic: None,
    };
    // SAFETY: the trampoline is of the function's type, the code of this instance, and `slots` holds enough words. The
    // store outlives the run, and nothing here touches it while the run lasts.
    unsafe { code::enter(entry, &raw mut run, words, code, slots.as_mut_ptr()) };
    Active { run: &mut run, instance: None }.return_budget();
    // SAFETY: the run is over, and nothing else has the store.
    let store = unsafe { &mut *run.store };
    (store.jit.stack, store.jit.room) = (outer, outer_room);
    store.jit.set_running(None);
    if let Some(panic) = run.panic.take() {
        resume_unwind(panic);
    }
    let end = match run.end() {
        None => Ok(from_words(&slots, &store.func_type_of(ty).results)),
        Some(fault) => Err(fault),
    };
    store.jit.slots = slots;
    end
}

fn push_words(words: &mut Vec<u64>, values: &[Val]) {
    for value in values {
        let wide = matches!(value, Val::V128(_));
        words.extend_from_slice(&value.to_slots()[..1 + wide as usize]);
    }
}

fn from_words(mut words: &[u64], types: &[ValType]) -> Vec<Val> {
    let read = |ty: &ValType| {
        let (value, rest) = words.split_at(ty.slots() as usize);
        words = rest;
        Val::from_slots([value[0], value.get(1).copied().unwrap_or(0)], *ty)
    };
    types.iter().map(read).collect()
}

impl RunContext {
    /// How the run ended, if not by returning.
    fn end(&mut self) -> Option<Fault> {
        if self.pending == pending::NOTHING {
            return None;
        }
        let (func, mut offset) = ((self.position >> 32) as u32, self.position as u32);
        let mut fault = match ((self.trap >> 32) as usize).checked_sub(1) {
            Some(number) => {
                offset = self.trap as u32;
                TRAPS.get(number).map_or(Fault::Exhausted(Resource::Stack), |code| Fault::Trap(Trap::from(*code)))
            }
            None => self.fault.take().expect("a run that ends has a reason"),
        };
        if let Fault::Trap(trap) = &mut fault
            && trap.func.is_none()
            && self.position != 0
        {
            trap.func = Some(func);
            trap.offset = Some(offset - 1);
        }
        Some(fault)
    }
}

/// A run, seen from a helper.
struct Active<'a> {
    run: &'a mut RunContext,
    instance: Option<&'a InstanceInst>,
}

impl Active<'_> {
    /// # Safety
    /// `run` is the context of the running call, `words` are those of an instance of its store.
    unsafe fn new<'a>(run: *mut RunContext, words: *const u64) -> Active<'a> {
        // SAFETY: as promised by the caller; instances are boxed and live as long as the store.
        unsafe { Active { run: &mut *run, instance: Some(&*(*words as *const InstanceInst)) } }
    }

    /// Leaves a result of one word.
    fn set(&mut self, word: u64) {
        self.run.result[0] = word;
    }

    /// Tells compiled code how the helper ended.
    fn end(&mut self, result: Result<(), Fault>) -> u64 {
        let Err(fault) = result else { return 0 };
        self.run.pending = match fault {
            Fault::Exception(_) => pending::EXCEPTION,
            _ => pending::FAULT,
        };
        self.run.trap = 0;
        self.run.fault = Some(fault);
        1
    }

    /// The compiled frames.
    fn segment(&self, operands: Vec<u64>) -> Segment {
        let RunContext { pc, fp, entry_fp, registers, .. } = *self.run;
        Segment { pc, fp, entry_fp, registers, operands }
    }

    fn exception(&self) -> Ref {
        match self.run.fault {
            Some(Fault::Exception(exn)) => exn,
            _ => unreachable!("compiled code asks while an exception is pending"),
        }
    }
}

impl Activation for Active<'_> {
    fn budget(&mut self) -> &mut i64 {
        &mut self.run.budget
    }

    fn store(&mut self) -> &mut Store {
        // SAFETY: `call` got the store as `&mut` and does not touch it while the run lasts.
        unsafe { &mut *self.run.store }
    }

    fn instance(&self) -> &InstanceInst {
        self.instance.expect("helpers that need the instance get it")
    }

    #[cfg(feature = "wasi")]
    fn resumed(&mut self) {
        self.store().sync_compiled();
        self.run.funcs = self.store().jit.funcs();
    }

    fn publish_roots(&mut self) {
        let segment = self.segment(Vec::new());
        self.store().jit.set_running(Some(segment));
    }
}

/// Words that compiled code has put on its stack.
///
/// # Safety
/// There are `len` of them at `at`, and nothing writes them meanwhile.
unsafe fn span<'a>(at: u64, len: u64) -> &'a [u64] {
    // SAFETY: as promised by the caller.
    unsafe { std::slice::from_raw_parts(at as *const u64, len as usize) }
}

/// Defines helpers, and whether the roots are published for them. `$cx` is the run, seen from the running instance.
macro_rules! helpers {
    ($publishes:literal: $($(#[$doc:meta])* $name:ident($cx:ident $(, $arg:ident)*) $body:block)*) => {$(
        $(#[$doc])*
        pub(super) fn $name() -> Helper {
            #[allow(unused_mut, reason = "some helpers change nothing")]
            unsafe fn body(mut $cx: &mut Active<'_> $(, $arg: u64)*) -> Result<(), Fault> {
                let _ = &mut $cx;
                $body
            }
            unsafe extern "C" fn helper(run: *mut RunContext, words: *const u64 $(, $arg: u64)*) -> u64 {
                // SAFETY: compiled code passes its own two first parameters.
                let mut active = unsafe { Active::new(run, words) };
                // SAFETY: compiled code passes the words that the helper's description asks for.
                let result = unsafe { body(&mut active $(, $arg)*) };
                active.end(result)
            }
            let params = 2 $(+ { let _ = stringify!($arg); 1 })*;
            Helper { address: helper as *const () as usize, params, publishes: $publishes }
        }
    )*};
}

helpers! { false:
    /// The function with index `x` was entered, of which a trace tells who calls it.
    entry_called(cx, x) {
        let instance = cx.instance().addr;
        cx.store().record_entry(instance, x as u32);
        Ok(())
    }
    /// Moves `len` words.
    move_words(_cx, dst, src, len) {
        // SAFETY: compiled code has so many words of its frame at both places.
        unsafe { std::ptr::copy(src as *const u64, dst as *mut u64, len as usize) };
        Ok(())
    }
    /// Compiles a function: its code is the result.
    compile_function(cx, addr) {
        let code = cx.store().code_of(FuncAddr(addr as u32)).map_err(|compile::Unsupported(what)| Fault::Unsupported(what))?;
        cx.set(code as u64);
        Ok(())
    }
    /// Whether a function's type is a subtype of another, which it is not equal to.
    is_subtype(cx, actual, expected) {
        let is = cx.store().types.is_subtype(TypeId(actual as u32), TypeId(expected as u32));
        cx.set(is as u64);
        Ok(())
    }
    /// The size in bytes that a shared memory has by now.
    memory_refresh(cx, x) {
        let addr = cx.instance().mems[x as usize];
        let len = cx.store().memory_mut(addr).refresh();
        cx.set(len as u64);
        Ok(())
    }
    memory_size(cx, x) { let size = memory::size(cx, x as u32); cx.set(size); Ok(()) }
    memory_grow(cx, x, delta) { let old = memory::grow(cx, x as u32, delta); cx.set(old); Ok(()) }
    memory_fill(cx, x, at, byte, len) { memory::fill(cx, x as u32, at, byte, len) }
    memory_copy(cx, x, y, dst, src, len) { memory::copy(cx, x as u32, y as u32, dst, src, len) }
    memory_init(cx, x, y, dst, src, len) { memory::init(cx, x as u32, y as u32, dst, src, len) }
    data_drop(cx, x) { memory::data_drop(cx, x as u32); Ok(()) }
    atomic_load(cx, x, base, offset, width) {
        let value = memory::atomic_load(cx, x as u32, base, offset, width as u8)?;
        cx.set(value);
        Ok(())
    }
    atomic_store(cx, x, base, offset, width, value) { memory::atomic_store(cx, x as u32, base, offset, width as u8, value) }
    atomic_rmw(cx, x, base, offset, width, op, value) {
        let op = RMW_OPS[op as usize];
        let old = memory::atomic_rmw(cx, x as u32, base, offset, width as u8, op, value)?;
        cx.set(old);
        Ok(())
    }
    atomic_cmpxchg(cx, x, base, offset, width, expected, new) {
        let old = memory::atomic_cmpxchg(cx, x as u32, base, offset, width as u8, [expected, new])?;
        cx.set(old);
        Ok(())
    }
    atomic_notify(cx, x, base, offset, count) {
        let woken = memory::atomic_notify(cx, x as u32, base, offset, count)?;
        cx.set(woken);
        Ok(())
    }
    table_grow(cx, x, init, delta) { let old = table::grow(cx, x as u32, Ref(init), delta); cx.set(old); Ok(()) }
    table_fill(cx, x, at, value, len) { table::fill(cx, x as u32, at, Ref(value), len) }
    table_copy(cx, x, y, dst, src, len) { table::copy(cx, x as u32, y as u32, dst, src, len) }
    table_init(cx, x, y, dst, src, len) { table::init(cx, x as u32, y as u32, dst, src, len) }
    elem_drop(cx, x) { table::elem_drop(cx, x as u32); Ok(()) }
    ref_test(cx, reference, heap, nullable) {
        let has = reference::has_heap_type(cx, Ref(reference), HeapCode(heap as u32), nullable != 0);
        cx.set(has as u64);
        Ok(())
    }
    ref_cast(cx, reference, heap, nullable) { reference::cast(cx, Ref(reference), HeapCode(heap as u32), nullable != 0) }
    /// Where the bytes of an object are until the next allocation, and how many elements it has.
    object(cx, reference) {
        let RefKind::Object(handle) = Ref(reference).kind() else {
            return Err(Fault::Trap(TrapCode::NullReference.into()));
        };
        let object = cx.store().heap.get_mut(handle).expect("a reference that code holds keeps its object alive");
        cx.run.result = [object.bytes_mut().as_mut_ptr() as u64, object.len() as u64];
        Ok(())
    }
    array_fill(cx, x, reference, at, low, high, len) {
        reference::array_fill(cx, x as u32, Ref(reference), at, [low, high], len)
    }
    array_copy(cx, x, dst, to, src, from, len) {
        reference::array_copy(cx, x as u32, (Ref(dst), to), (Ref(src), from), len)
    }
    array_init_data(cx, x, y, array, to, at, len) {
        reference::array_init_data(cx, x as u32, y as u32, (Ref(array), to), at, len)
    }
    array_init_elem(cx, y, array, to, at, len) { reference::array_init_elem(cx, y as u32, (Ref(array), to), at, len) }
    throw_ref(_cx, exn) { Err(exception::throw_ref(Ref(exn))) }
    /// The tag of the pending exception.
    pending_tag(cx) {
        let exn = cx.exception();
        let tag = cx.store().exn_parts(exn).map_or(u64::MAX, |(tag, _)| tag.0 as u64);
        cx.set(tag);
        Ok(())
    }
    /// Catches the pending exception: the result is the exception, and its `len` words of arguments go to `words`.
    catch(cx, words, len) {
        let exn = cx.exception();
        cx.run.pending = pending::NOTHING;
        cx.run.fault = None;
        cx.run.position = 0;
        if let Some((_, args)) = cx.store().exn_parts(exn) {
            for (i, word) in args.chunks_exact(8).take(len as usize).enumerate() {
                // SAFETY: compiled code has room for so many words there.
                unsafe { (words as *mut u64).add(i).write(u64::from_ne_bytes(word.try_into().expect("8 bytes"))) };
            }
        }
        cx.set(exn.0);
        Ok(())
    }
}

helpers! { true:
    /// Takes the next slice of the budget.
    refill(cx) { cx.refill().map_err(Fault::Exhausted) }
    /// Other threads of the program run meanwhile.
    atomic_wait(cx, x, base, offset, width, expected, timeout) {
        let end = memory::atomic_wait(cx, x as u32, base, offset, width as u8, [expected, timeout])?;
        cx.set(end);
        Ok(())
    }
    /// `words` is where the words of the fields are, and `len` how many.
    struct_new(cx, x, words, len) {
        // SAFETY: compiled code has put them there.
        let reference = reference::struct_new(cx, x as u32, unsafe { span(words, len) })?;
        cx.set(reference.0);
        Ok(())
    }
    struct_new_default(cx, x) { let reference = reference::struct_new_default(cx, x as u32)?; cx.set(reference.0); Ok(()) }
    /// `words` is where the two words of the value are.
    array_new(cx, x, words, len) {
        // SAFETY: compiled code has put them there.
        let value = unsafe { span(words, 2) };
        let reference = reference::array_new(cx, x as u32, [value[0], value[1]], len)?;
        cx.set(reference.0);
        Ok(())
    }
    array_new_default(cx, x, len) {
        let reference = reference::array_new_default(cx, x as u32, len)?;
        cx.set(reference.0);
        Ok(())
    }
    /// `words` is where the words of the elements are, and `words_len` how many.
    array_new_fixed(cx, x, len, words, words_len) {
        // SAFETY: compiled code has put them there.
        let reference = reference::array_new_fixed(cx, x as u32, len as u32, unsafe { span(words, words_len) })?;
        cx.set(reference.0);
        Ok(())
    }
    array_new_data(cx, x, y, at, len) {
        let reference = reference::array_new_data(cx, x as u32, y as u32, at, len)?;
        cx.set(reference.0);
        Ok(())
    }
    array_new_elem(cx, x, y, at, len) {
        let reference = reference::array_new_elem(cx, x as u32, y as u32, at, len)?;
        cx.set(reference.0);
        Ok(())
    }
    /// `words` is where the words of the arguments are, and `len` how many.
    throw(cx, x, words, len) {
        // SAFETY: compiled code has put them there.
        Err(exception::throw(cx, x as u32, unsafe { span(words, len) }))
    }
    /// Calls host function `index` for the instance; arguments and results are at `words`.
    call_host(cx, index, words) {
        cx.pay_bulk(1).map_err(Fault::Exhausted)?;
        cx.return_budget();
        let caller = cx.instance().addr;
        let outer_room = cx.run.room;
        let store = cx.store();
        let ty = store.host_funcs[index as usize].ty.clone();
        let param_words: u32 = ty.params.iter().map(|ty| ty.slots()).sum();
        // A host function takes no room but for its parameters.
        let room = outer_room + room::CALL - param_words as i64;
        // SAFETY: compiled code has put the arguments there.
        let args = from_words(unsafe { span(words, param_words as u64) }, &ty.params);
        let references = args.iter().filter_map(|arg| if let Val::Ref(reference) = arg { Some(reference.0) } else { None });
        let segment = cx.segment(references.collect());
        let store = cx.store();
        let mut results: Vec<Val> = ty.results.iter().map(|ty| Val::default_of(*ty)).collect();
        let outer_room = store.jit.room.replace(room);
        store.jit.push_waiting(segment);
        store.jit.set_running(None);
        // A panic must not meet compiled frames, which nothing can unwind.
        let end = catch_unwind(AssertUnwindSafe(|| store.call_host(Some(caller), index as u32, &args, &mut results)));
        store.jit.pop_waiting();
        store.jit.room = outer_room;
        store.sync_compiled();
        cx.run.funcs = cx.store().jit.funcs();
        match end {
            Ok(end) => end?,
            Err(panic) => {
                cx.run.panic = Some(panic);
                return Err(Fault::Trap(TrapCode::Host.into()));
            }
        }
        let mut result_words = Vec::with_capacity(results.len());
        push_words(&mut result_words, &results);
        for (i, word) in result_words.into_iter().enumerate() {
            // SAFETY: compiled code has room for the results there.
            unsafe { (words as *mut u64).add(i).write(word) };
        }
        Ok(())
    }
}

/// The operations of atomic read-modify-writes by number.
const RMW_OPS: [RmwOp; 6] = [RmwOp::Add, RmwOp::Sub, RmwOp::And, RmwOp::Or, RmwOp::Xor, RmwOp::Xchg];

/// The number of an operation.
pub(super) fn rmw_number(op: RmwOp) -> u64 {
    RMW_OPS.iter().position(|other| *other == op).expect("the list is complete") as u64
}

//! Control instructions (core `#exec-instr-control`): branches, calls, returns.

use super::{
    code::{Code, Exit, Op},
    context::{Cx, Frame, check_fault, go, pay, trap},
    numeric::Compare,
    translate,
    variable::{Slot, get, set},
};
use crate::{
    error::Fault,
    exec::{
        Activation,
        reference::{HeapCode, has_heap_type},
    },
    runtime::{FuncAddr, FuncKind, InstanceAddr, InstanceInst, Ref, Val},
    trace::{Resource, TrapCode},
};

/// The function with index `a` was entered, of which a trace tells who calls it.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn entry_called(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the context outlives the run, and the store records without running anything of the guest.
    unsafe {
        let instance = (*cx).inst().addr;
        (*cx).store().record_entry(instance, (*ip).a);
        go!(ip.add(1), fp, mem, len, cx)
    }
}

/// The instruction at the distance that `a` holds.
///
/// # Safety
/// The translation has resolved the jump.
#[inline(always)]
unsafe fn target(ip: *const Op) -> *const Op {
    // SAFETY: as promised by the caller.
    unsafe { ip.offset((*ip).a as i32 as isize) }
}

/// Defines a handler that jumps if its condition holds; `BACK` ones pay for the jump.
macro_rules! branch {
    ($(#[$doc:meta])* $name:ident $(<$o:ident : $bound:path>)?, |$fp:ident, $op:ident, $cx:ident| $cond:expr) => {
        $(#[$doc])*
        ///
        /// # Safety
        /// As every handler: the instruction's slots are inside the frame, its target inside the code.
        pub(super) unsafe fn $name<$($o: $bound,)? const WHEN: bool, const BACK: bool>(
            ip: *const Op, $fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx,
        ) -> Exit {
            // SAFETY: the translation made the instruction for this frame.
            unsafe {
                let $op = &*ip;
                let $cx = cx;
                let _ = (&$cx, &$op);
                let holds: bool = $cond;
                if holds == WHEN {
                    if BACK {
                        pay!(cx, ip, $fp);
                    }
                    go!(target(ip), $fp, mem, len, cx)
                }
                go!(ip.add(1), $fp, mem, len, cx)
            }
        }
    };
}

branch!(/// Jumps always.
    jump, |fp, op, cx| true);
branch!(/// Jumps if the `i32` in `b` is not zero.
    branch_if, |fp, op, cx| get(fp, op.b) as u32 != 0);
branch!(/// Jumps if the reference in `b` is null.
    branch_null, |fp, op, cx| get(fp, op.b) == 0);
branch!(/// Jumps if the comparison of `b` and `c` holds.
    branch_compare<O: Compare>, |fp, op, cx| O::apply(O::Arg::read(fp, op.b), O::Arg::read(fp, op.c)));
branch!(/// Jumps if the comparison of `b` and the immediate holds.
    branch_compare_imm<O: Compare>, |fp, op, cx| O::apply(O::Arg::read(fp, op.b), O::Arg::from_imm(op.imm())));
branch!(/// Jumps if the reference in `b` has the type that `c` (heap type) and `d` (nullable) tell.
    branch_cast, |fp, op, cx| has_heap_type(&mut *cx, Ref(get(fp, op.b)), HeapCode(op.c), op.d != 0));

/// Jumps into the table of `c + 1` jumps that follows, by the number in `b`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn branch_table(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame and its table.
    unsafe {
        let op = &*ip;
        let index = (get(fp, op.b) as u32).min(op.c);
        go!(ip.add(1 + index as usize), fp, mem, len, cx)
    }
}

/// Traps.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn unreachable(ip: *const Op, _: *mut u64, _: *mut u8, _: usize, cx: *mut Cx) -> Exit {
    trap!(cx, ip, TrapCode::Unreachable)
}

/// Goes back to the caller; the results are in place.
macro_rules! leave {
    ($fp:expr, $mem:expr, $len:expr, $cx:expr) => {{
        let (fp, cx): (*mut u64, *mut Cx) = ($fp, $cx);
        let (mut mem, mut len): (*mut u8, usize) = ($mem, $len);
        let frames = &mut (*(*cx).store).machine.frames;
        if frames.len() == (*cx).base {
            (*cx).fp = fp;
            return Exit::Done;
        }
        let frame = frames.pop().unwrap_unchecked();
        (*cx).code = frame.code;
        if frame.inst != (*cx).inst {
            (*cx).inst = frame.inst;
            (*cx).reload_memory();
            mem = (*cx).mem;
            len = (*cx).len;
        }
        go!(frame.ip, (*cx).stack.add(frame.fp), mem, len, cx)
    }};
}

/// Returns without results, or with results that are in place.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn return_none(_: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: frames hold what `enter` put there.
    unsafe { leave!(fp, mem, len, cx) }
}

/// Returns slot `b`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn return_one(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: frames hold what `enter` put there.
    unsafe {
        set(fp, 0, get(fp, (*ip).b));
        leave!(fp, mem, len, cx)
    }
}

/// Returns the immediate.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn return_imm(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: frames hold what `enter` put there.
    unsafe {
        set(fp, 0, (*ip).imm());
        leave!(fp, mem, len, cx)
    }
}

/// Returns `c` slots from `b` on.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn return_span(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: frames hold what `enter` put there.
    unsafe {
        let op = &*ip;
        std::ptr::copy(fp.add(op.b as usize), fp, op.c as usize);
        leave!(fp, mem, len, cx)
    }
}

/// So many arguments and results of a host function need no allocation.
const FEW: usize = 8;

impl Cx {
    /// Enters `code` with the arguments at `callee`, if nothing has to be prepared for that; the running frame then waits
    /// and goes on at `ip`. Everything unusual is left to [`prepare`](Self::prepare), so that this needs no stack frame.
    ///
    /// # Safety
    /// `fp` is the running frame; `callee` points into the stack, where the arguments of `code` are.
    #[inline(always)]
    unsafe fn enter(&mut self, code: *const Code, ip: *const Op, fp: *mut u64, callee: *mut u64) -> bool {
        // SAFETY: the store outlives the run, and translated code its module.
        unsafe {
            if !self.is_ready(code, callee) {
                return false;
            }
            let frames = &mut (*self.store).machine.frames;
            let waiting = frames.len();
            if waiting == frames.capacity() {
                return false;
            }
            let frame = Frame { ip, code: self.code, inst: self.inst, fp: fp.offset_from(self.stack) as usize };
            frames.as_mut_ptr().add(waiting).write(frame);
            frames.set_len(waiting + 1);
            self.begin(code, callee);
            true
        }
    }

    /// Enters `code` in place of the running frame, if nothing has to be prepared for that.
    ///
    /// # Safety
    /// `fp` is the running frame, where the arguments of `code` are.
    #[inline(always)]
    unsafe fn replace(&mut self, code: *const Code, fp: *mut u64, args: *const u64) -> bool {
        // SAFETY: as promised by the caller; parameters fit into the frame that is reserved.
        unsafe {
            if !self.is_ready(code, fp) {
                return false;
            }
            std::ptr::copy(args, fp, (*code).param_slots as usize);
            self.begin(code, fp);
            true
        }
    }

    /// Whether `code` is translated, a call can be paid for, and its frame fits the stack.
    #[inline(always)]
    unsafe fn is_ready(&mut self, code: *const Code, callee: *mut u64) -> bool {
        // SAFETY: `code` is null or translated code; both ends of the stack belong together.
        unsafe {
            !code.is_null() && self.budget > 0 && self.stack_end.offset_from(callee) >= (*code).frame_slots as isize
        }
    }

    /// Pays for the call and sets up the frame.
    #[inline(always)]
    unsafe fn begin(&mut self, code: *const Code, callee: *mut u64) {
        self.budget -= 1;
        self.code = code;
        // SAFETY: the frame fits the stack.
        unsafe {
            let mut slot = (*code).param_slots;
            while slot < (*code).local_slots {
                set(callee, slot, 0);
                slot += 1;
            }
        }
    }

    /// Does what a call of function `defined` of `inst` lacked: translates it, refills the budget, makes room. `base` is the
    /// slot where its frame will begin; a tail call has none, since no frame waits for it. The running frame may move.
    /// Trying the call again will succeed.
    #[cold]
    #[inline(never)]
    unsafe fn prepare(
        &mut self,
        inst: *const InstanceInst,
        defined: u32,
        fp: *mut u64,
        base: Option<u32>,
    ) -> Result<(), Resource> {
        // SAFETY: instances are boxed and live as long as the store; `fp` points into the stack.
        unsafe {
            let module = (*inst).module.clone();
            let x = defined + module.syntax().imported.funcs;
            let code = translate::body(&module, x, &mut self.store().machine.scratch);
            if self.budget <= 0 {
                self.refill()?;
            }
            if base.is_some() {
                self.grow_frames()?;
            }
            let offset = fp.offset_from(self.stack) as usize;
            self.reserve(fp.add(base.unwrap_or(0) as usize), code.frame_slots)?;
            self.fp = self.stack.add(offset);
        }
        Ok(())
    }

    fn grow_frames(&mut self) -> Result<(), Resource> {
        let store = self.store();
        let limit = store.limits.call_depth as usize;
        let frames = &mut store.machine.frames;
        if frames.len() < frames.capacity() {
            return Ok(());
        }
        if frames.len() >= limit {
            return Err(Resource::Stack);
        }
        let more = frames.len().max(64).min(limit - frames.len());
        frames.try_reserve_exact(more).map_err(|_| Resource::Stack)
    }

    /// The code of a function of an instance's module; null if it has not been called yet.
    #[inline(always)]
    fn code_of(inst: *const InstanceInst, defined: u32) -> *const Code {
        // SAFETY: instances are boxed and live as long as the store; `defined` is a function of the module.
        let cell = unsafe { (&(*inst).module).code().get_unchecked(defined as usize) };
        cell.get().map_or(std::ptr::null(), |code| code)
    }

    /// An instance of the store, and which of its own functions has the index `index`.
    #[inline(always)]
    unsafe fn callee(&self, instance: InstanceAddr, index: u32) -> (*const InstanceInst, u32) {
        // SAFETY: function instances hold addresses of the store.
        unsafe {
            let inst: *const InstanceInst = &**(&(*self.store).instances).get_unchecked(instance.0 as usize);
            (inst, index - (*inst).module.syntax().imported.funcs)
        }
    }

    /// Calls host function `index` with the arguments at slot `base`, where the results go too.
    #[inline(never)]
    unsafe fn call_host(&mut self, fp: *mut u64, index: u32, base: u32) -> Result<(), Fault> {
        self.fp = fp;
        // SAFETY: `fp` points into the stack.
        let offset = unsafe { fp.offset_from(self.stack) as usize };
        self.return_budget();
        let caller = self.inst().addr;
        let store = self.store();
        let ty = store.host_funcs[index as usize].ty.clone();
        let mut slot = base;
        let (mut few, mut many) = ([Val::I32(0); FEW], Vec::new());
        let len = ty.params.len() + ty.results.len();
        let vals = match few.get_mut(..len) {
            Some(vals) => vals,
            None => {
                many.resize(len, Val::I32(0));
                &mut many[..]
            }
        };
        let (args, results) = vals.split_at_mut(ty.params.len());
        for (arg, param) in args.iter_mut().zip(&ty.params) {
            // SAFETY: the translation put the arguments there.
            let high = if param.slots() == 2 { unsafe { get(fp, slot + 1) } } else { 0 };
            // SAFETY: as above.
            *arg = Val::from_slots([unsafe { get(fp, slot) }, high], *param);
            slot += param.slots();
        }
        results.iter_mut().zip(&ty.results).for_each(|(result, ty)| *result = Val::default_of(*ty));
        // The arguments are on top, and stay there for the collector to see.
        let top = offset + slot as usize;
        let outer = std::mem::replace(&mut store.machine.top, top);
        let end = store.call_host(Some(caller), index, args, results);
        store.machine.top = outer;
        // Whatever ran may have moved the stack.
        self.bind_stack();
        // SAFETY: the stack never shrinks.
        self.fp = unsafe { self.stack.add(offset) };
        end?;
        let mut slot = base;
        for result in results.iter() {
            let slots = result.to_slots();
            // SAFETY: the translation keeps room for the results.
            unsafe {
                set(self.fp, slot, slots[0]);
                slot += 1;
                if matches!(result, Val::V128(_)) {
                    set(self.fp, slot, slots[1]);
                    slot += 1;
                }
            }
        }
        Ok(())
    }
}

/// Prepares a call of `$defined` of `$inst` and tries the instruction again.
macro_rules! again {
    ($ip:expr, $fp:expr, $cx:expr, $inst:expr, $defined:expr, $base:expr) => {{
        return prepare_again($ip, $fp, $cx, $inst, $defined, $base);
    }};
}

#[cold]
#[inline(never)]
unsafe fn prepare_again(
    ip: *const Op,
    fp: *mut u64,
    cx: *mut Cx,
    inst: *const InstanceInst,
    defined: u32,
    base: Option<u32>,
) -> Exit {
    // SAFETY: as every handler.
    unsafe {
        check_fault!(cx, ip, (*cx).prepare(inst, defined, fp, base).map_err(Fault::Exhausted));
        (*cx).reload_memory();
        (*cx).ip = ip;
        Exit::Continue
    }
}

/// Goes on in the instance `$inst`, with its memory.
macro_rules! switch {
    ($inst:expr, $mem:ident, $len:ident, $cx:expr) => {
        if $inst != (*$cx).inst {
            (*$cx).inst = $inst;
            (*$cx).reload_memory();
            $mem = (*$cx).mem;
            $len = (*$cx).len;
        }
    };
}

/// Calls `$addr` with the arguments at slot `$base`.
macro_rules! call_addr {
    ($ip:expr, $fp:expr, $mem:expr, $len:expr, $cx:expr, $addr:expr, $base:expr) => {{
        let (ip, fp, cx): (*const Op, *mut u64, *mut Cx) = ($ip, $fp, $cx);
        let (mut mem, mut len): (*mut u8, usize) = ($mem, $len);
        match (&(*(*cx).store).funcs).get_unchecked($addr.0 as usize).kind {
            FuncKind::Wasm { instance, index } => {
                let (inst, defined) = (*cx).callee(instance, index);
                let code = Cx::code_of(inst, defined);
                let callee = fp.add($base as usize);
                if !(*cx).enter(code, ip.add(1), fp, callee) {
                    again!(ip, fp, cx, inst, defined, Some($base));
                }
                switch!(inst, mem, len, cx);
                go!((*code).ops.as_ptr(), callee, mem, len, cx)
            }
            FuncKind::Host(index) => return call_host_and_go(ip, fp, cx, index, $base),
        }
    }};
}

/// Calls host function `index` with the arguments at slot `base`, and goes on.
#[inline(never)]
unsafe fn call_host_and_go(ip: *const Op, fp: *mut u64, cx: *mut Cx, index: u32, base: u32) -> Exit {
    // SAFETY: as every handler.
    unsafe {
        pay!(cx, ip, fp);
        check_fault!(cx, ip, (*cx).call_host(fp, index, base));
        (*cx).reload_memory();
        go!(ip.add(1), (*cx).fp, (*cx).mem, (*cx).len, cx)
    }
}

/// Calls defined function `a` of the same instance with the arguments at slot `b`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn call_local(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let (a, b) = ((*ip).a, (*ip).b);
        let code = Cx::code_of((*cx).inst, a);
        let callee = fp.add(b as usize);
        if !(*cx).enter(code, ip.add(1), fp, callee) {
            again!(ip, fp, cx, (*cx).inst, a, Some(b));
        }
        go!((*code).ops.as_ptr(), callee, mem, len, cx)
    }
}

impl Cx {
    /// The function in table `table` at the index in slot `c`, of type index `d` (core `#exec-call-indirect`).
    #[inline(always)]
    unsafe fn table_func(&mut self, fp: *mut u64, table: u32, op: &Op) -> Result<FuncAddr, TrapCode> {
        // SAFETY: instances hold pointers to boxed tables; the translation made the slots and indices.
        unsafe {
            let inst = &*self.inst;
            let table = *inst.table_ptrs.get_unchecked(table as usize);
            let index = get(fp, op.c);
            if index >= (*table).len as u64 {
                return Err(TrapCode::UndefinedElement);
            }
            let reference = *(*table).base.add(index as usize);
            if reference.is_null() {
                return Err(TrapCode::UninitializedElement);
            }
            // Tables of functions hold functions: the lower half is the address.
            let addr = FuncAddr(reference.0 as u32);
            let store = &*self.store;
            let (actual, expected) =
                (store.funcs.get_unchecked(addr.0 as usize).ty, *inst.types.get_unchecked(op.d as usize));
            if actual != expected && !store.types.is_subtype(actual, expected) {
                return Err(TrapCode::IndirectCallTypeMismatch);
            }
            Ok(addr)
        }
    }
}

/// Replaces the running frame by a call of `$addr`, whose arguments are at slot `$base`.
macro_rules! tail_call_addr {
    ($ip:expr, $fp:expr, $mem:expr, $len:expr, $cx:expr, $addr:expr, $base:expr) => {{
        let (ip, fp, cx): (*const Op, *mut u64, *mut Cx) = ($ip, $fp, $cx);
        let (mut mem, mut len): (*mut u8, usize) = ($mem, $len);
        match (&(*(*cx).store).funcs).get_unchecked($addr.0 as usize).kind {
            FuncKind::Wasm { instance, index } => {
                let (inst, defined) = (*cx).callee(instance, index);
                let code = Cx::code_of(inst, defined);
                if !(*cx).replace(code, fp, fp.add($base as usize)) {
                    again!(ip, fp, cx, inst, defined, None);
                }
                switch!(inst, mem, len, cx);
                go!((*code).ops.as_ptr(), fp, mem, len, cx)
            }
            FuncKind::Host(index) => return tail_call_host_and_go(ip, fp, cx, index, $base),
        }
    }};
}

/// Calls host function `index` in place of the running frame, whose handlers catch nothing any more.
#[inline(never)]
unsafe fn tail_call_host_and_go(ip: *const Op, fp: *mut u64, cx: *mut Cx, index: u32, base: u32) -> Exit {
    // SAFETY: as every handler.
    unsafe {
        pay!(cx, ip, fp);
        if let Err(fault) = (*cx).tail_call_host(fp, index, base) {
            return (*cx).fail_leaving(ip, fault);
        }
        (*cx).reload_memory();
        leave!((*cx).fp, (*cx).mem, (*cx).len, cx)
    }
}

impl Cx {
    /// Calls a host function and moves its results to where the frame's own would be.
    #[inline(never)]
    unsafe fn tail_call_host(&mut self, fp: *mut u64, index: u32, base: u32) -> Result<(), Fault> {
        // SAFETY: as in `call_host`; the frame has room for the function's results.
        unsafe {
            self.call_host(fp, index, base)?;
            let results = &self.store().host_funcs[index as usize].ty.results;
            let slots: u32 = results.iter().map(|ty| ty.slots()).sum();
            std::ptr::copy(self.fp.add(base as usize), self.fp, slots as usize);
        }
        Ok(())
    }

    /// Ends the running frame with a fault of the function that it called last.
    #[inline(never)]
    unsafe fn fail_leaving(&mut self, ip: *const Op, fault: Fault) -> Exit {
        let exit = self.fail(ip, fault);
        self.ip = std::ptr::null();
        exit
    }
}

/// `return_call` of defined function `a` of the same instance, arguments at slot `b`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn return_call_local(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let (a, b) = ((*ip).a, (*ip).b);
        let code = Cx::code_of((*cx).inst, a);
        if !(*cx).replace(code, fp, fp.add(b as usize)) {
            again!(ip, fp, cx, (*cx).inst, a, None);
        }
        go!((*code).ops.as_ptr(), fp, mem, len, cx)
    }
}

/// The handlers of calls whose callee is only known when they run: one macro for those that come back and one for tail
/// calls, told how to go to the callee.
macro_rules! call_handlers {
    ($go:ident: $import:ident, $indirect:ident, $reference:ident) => {
        /// Calls imported function `a` with the arguments at slot `b`.
        ///
        /// # Safety
        /// As every handler.
        pub(super) unsafe fn $import(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
            // SAFETY: the translation made the instruction for this frame.
            unsafe {
                let op = &*ip;
                let addr = *(&(*(*cx).inst).funcs).get_unchecked(op.a as usize);
                $go!(ip, fp, mem, len, cx, addr, op.b)
            }
        }

        /// Calls through table `a`, the index in slot `c`, type `d`, arguments at slot `b`.
        ///
        /// # Safety
        /// As every handler.
        pub(super) unsafe fn $indirect(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
            // SAFETY: the translation made the instruction for this frame.
            unsafe {
                let op = &*ip;
                match (*cx).table_func(fp, op.a, op) {
                    Ok(addr) => $go!(ip, fp, mem, len, cx, addr, op.b),
                    Err(code) => trap!(cx, ip, code),
                }
            }
        }

        /// Calls the function reference in slot `c` with the arguments at slot `b`.
        ///
        /// # Safety
        /// As every handler.
        pub(super) unsafe fn $reference(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
            // SAFETY: the translation made the instruction for this frame.
            unsafe {
                let op = &*ip;
                let reference = get(fp, op.c);
                if reference == 0 {
                    trap!(cx, ip, TrapCode::NullReference);
                }
                let addr = FuncAddr(reference as u32);
                $go!(ip, fp, mem, len, cx, addr, op.b)
            }
        }
    };
}
call_handlers!(call_addr: call_import, call_indirect, call_ref);
call_handlers!(tail_call_addr: return_call_import, return_call_indirect, return_call_ref);

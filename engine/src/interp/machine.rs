//! Entry into the interpreter: the value stack, and the loop around the handlers.

use super::{
    code::{Code, Exit, Op},
    context::{Cx, Frame},
    translate,
};
use crate::{
    Store,
    error::Fault,
    exec::Activation,
    runtime::{InstanceAddr, InstanceInst, Val},
    syntax::{ConstExpr, ValType},
    trace::Resource,
};

/// The stacks of a store: they stay from run to run.
#[derive(Default)]
pub(crate) struct Machine {
    /// Value slots of all frames.
    pub(super) slots: Vec<u64>,
    /// First free slot while a host function runs.
    pub(super) top: usize,
    /// First slot above the running frame, when it last allocated.
    roots: usize,
    /// Callers that wait.
    pub(super) frames: Vec<Frame>,
    /// Vectors that translation reuses.
    pub(super) scratch: translate::Scratch,
}

impl Machine {
    /// Every word that could be a reference held by a frame, for the conservative scan.
    pub(crate) fn roots(&self) -> &[u64] {
        &self.slots[..self.roots.max(self.top)]
    }

    /// Says where the frames end.
    pub(super) fn set_roots(&mut self, top: usize) {
        self.roots = top;
    }
}

/// Slots that the stack starts with; most starts need no more.
const FIRST_SLOTS: usize = 1024;

/// Calls function `x` of `instance`; the arguments have been checked.
pub(crate) fn call(store: &mut Store, instance: InstanceAddr, x: u32, args: &[Val]) -> Result<Vec<Val>, Fault> {
    let module = store.instance(instance).module.clone();
    let defined = (x - module.syntax().imported.funcs) as usize;
    let code = match module.code()[defined].get() {
        Some(code) => code,
        None => translate::body(&module, x, &mut store.machine.scratch),
    };
    let results = &module.func_type(module.syntax().funcs[x as usize]).results;
    run(store, instance, code, args, results)
}

/// Evaluates a constant expression with the handlers that evaluate everything else.
pub(crate) fn eval_const(
    store: &mut Store,
    instance: InstanceAddr,
    expr: &ConstExpr,
    ty: ValType,
) -> Result<Val, Fault> {
    let module = store.instance(instance).module.clone();
    let code = translate::const_expr(&module, expr.clone(), ty, &mut store.machine.scratch);
    Ok(run(store, instance, &code, &[], &[ty])?[0])
}

/// Runs `code` on the free part of the stack until it returns.
fn run(
    store: &mut Store,
    instance: InstanceAddr,
    code: &Code,
    args: &[Val],
    results: &[ValType],
) -> Result<Vec<Val>, Fault> {
    let bottom = store.machine.top;
    let base = store.machine.frames.len();
    let inst: *const InstanceInst = store.instance(instance);
    let mut cx = Cx {
        budget: 0,
        inst,
        code,
        stack_end: std::ptr::null_mut(),
        stack: std::ptr::null_mut(),
        store,
        base,
        fault: None,
        ip: code.ops.as_ptr(),
        fp: std::ptr::null_mut(),
        mem: std::ptr::null_mut(),
        len: 0,
    };
    cx.bind_stack();
    let result_slots: u32 = results.iter().map(|ty| ty.slots()).sum();
    let needed = code.frame_slots.max(result_slots);
    // SAFETY: `bottom` is inside the stack; `reserve` makes room for the frame or fails.
    let fp = unsafe { cx.reserve(cx.stack.add(bottom), needed) }.map_err(Fault::Exhausted)?;
    // SAFETY: the frame has room for the parameters and the other locals.
    unsafe {
        let mut slot = fp;
        for arg in args {
            let slots = arg.to_slots();
            *slot = slots[0];
            slot = slot.add(1);
            if matches!(arg, Val::V128(_)) {
                *slot = slots[1];
                slot = slot.add(1);
            }
        }
        fp.add(code.param_slots as usize).write_bytes(0, (code.local_slots - code.param_slots) as usize);
    }
    cx.fp = fp;
    cx.reload_memory();
    // Entering a function costs a unit; constant expressions are not entered.
    let exit = match cx.pay_bulk((code.func != u32::MAX) as u64) {
        Ok(()) => cx.run(),
        Err(what) => {
            cx.fault = Some(Fault::Exhausted(what));
            Exit::Fault
        }
    };
    cx.return_budget();
    let fault = cx.fault.take();
    store.machine.frames.truncate(base);
    store.machine.top = bottom;
    store.machine.roots = bottom;
    match exit {
        Exit::Done => Ok(read_results(&store.machine.slots[bottom..], results)),
        Exit::Fault | Exit::Continue => Err(fault.expect("a faulted run holds its fault")),
    }
}

fn read_results(mut slots: &[u64], types: &[ValType]) -> Vec<Val> {
    let read = |ty: &ValType| {
        let width = ty.slots() as usize;
        let val = Val::from_slots([slots[0], if width == 2 { slots[1] } else { 0 }], *ty);
        slots = &slots[width..];
        val
    };
    types.iter().map(read).collect()
}

impl Cx {
    /// The loop. Threaded handlers leave it only at the end; others come back after each instruction.
    fn run(&mut self) -> Exit {
        loop {
            let (ip, fp, mem, len) = (self.ip, self.fp, self.mem, self.len);
            // SAFETY: `ip` is an instruction of the running code, `fp` its frame, `mem` and `len` its memory 0.
            match unsafe { ((*ip).run)(ip, fp, mem, len, self) } {
                Exit::Continue => {}
                Exit::Done => return Exit::Done,
                Exit::Fault => {
                    if !self.unwind() {
                        return Exit::Fault;
                    }
                }
            }
        }
    }

    /// Reads where the stack is; it moves when it grows.
    pub(super) fn bind_stack(&mut self) {
        let slots = &mut self.store().machine.slots;
        let (stack, len) = (slots.as_mut_ptr(), slots.len());
        self.stack = stack;
        self.stack_end = stack.wrapping_add(len);
    }

    /// Makes room for `slots` slots from `fp` on; returns where they are now.
    ///
    /// # Safety
    /// `fp` points into the stack or just behind it.
    #[inline(always)]
    pub(super) unsafe fn reserve(&mut self, fp: *mut u64, slots: u32) -> Result<*mut u64, Resource> {
        // SAFETY: both point into the stack or just behind it.
        let free = unsafe { self.stack_end.offset_from(fp) };
        if free >= slots as isize {
            return Ok(fp);
        }
        self.grow_stack(fp, slots)
    }

    #[cold]
    #[inline(never)]
    fn grow_stack(&mut self, fp: *mut u64, needed: u32) -> Result<*mut u64, Resource> {
        // SAFETY: `fp` points into the stack or just behind it.
        let offset = if self.stack.is_null() { 0 } else { unsafe { fp.offset_from(self.stack) as usize } };
        let store = self.store();
        let limit = store.limits.stack_slots as usize;
        let least = offset + needed as usize;
        if least > limit {
            return Err(Resource::Stack);
        }
        let slots = &mut store.machine.slots;
        let len = least.max(slots.len() * 2).max(FIRST_SLOTS).min(limit);
        slots.try_reserve_exact(len - slots.len()).map_err(|_| Resource::Stack)?;
        slots.resize(len, 0);
        self.bind_stack();
        // SAFETY: the stack has at least `offset` slots.
        Ok(unsafe { self.stack.add(offset) })
    }

    /// Reads where memory 0 of the running instance is; it moves when it grows.
    pub(super) fn reload_memory(&mut self) {
        // SAFETY: memories are boxed and live as long as the store.
        (self.mem, self.len) = match unsafe { self.inst().mem0.as_ref() } {
            Some(memory) => (memory.base(), memory.len_bytes()),
            None => (std::ptr::null_mut(), 0),
        };
    }

    /// First slot above the running frame.
    pub(super) fn live_top(&self, fp: *mut u64) -> usize {
        // SAFETY: `fp` points into the stack; `code` is the running code.
        unsafe { fp.offset_from(self.stack) as usize + (*self.code).frame_slots as usize }
    }

    /// The index of `ip` in the running code.
    pub(super) fn index(&self, ip: *const Op) -> u32 {
        // SAFETY: `ip` is an instruction of the running code.
        unsafe { ip.offset_from((*self.code).ops.as_ptr()) as u32 }
    }
}

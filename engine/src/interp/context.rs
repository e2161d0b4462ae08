//! The running call, and how a handler ends.

use super::code::{Code, Exit, Op};
use crate::{
    Store,
    error::Fault,
    exec::Activation,
    runtime::{InstanceInst, Trap},
    trace::TrapCode,
};

/// A caller that waits for its callee.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    /// Where it goes on.
    pub ip: *const Op,
    /// Its code.
    pub code: *const Code,
    /// Its instance.
    pub inst: *const InstanceInst,
    /// Its frame, in slots from the bottom of the stack.
    pub fp: usize,
}

/// What a run shares between its handlers.
pub(crate) struct Cx {
    /// Branches and calls until `refill` has to look: fuel and interruption cost one subtraction.
    pub budget: i64,
    /// The running instance.
    pub inst: *const InstanceInst,
    /// The running code.
    pub code: *const Code,
    /// One behind the last slot of the stack.
    pub stack_end: *mut u64,
    /// The first slot of the stack.
    pub stack: *mut u64,
    /// The store. Handlers reach everything else through it.
    pub store: *mut Store,
    /// How many frames were waiting when this run began.
    pub base: usize,
    /// Why the run ended, with `Exit::Fault`.
    pub fault: Option<Fault>,
    /// Where the run ended, with `Exit::Fault`; where it goes on, with `Exit::Continue`.
    pub ip: *const Op,
    /// The frame with which it goes on.
    pub fp: *mut u64,
    /// Memory 0 with which it goes on.
    pub mem: *mut u8,
    /// Its length in bytes.
    pub len: usize,
}

/// Goes on with `$ip`.
#[cfg(threaded_dispatch)]
macro_rules! go {
    ($ip:expr, $fp:expr, $mem:expr, $len:expr, $cx:expr) => {{
        let ip: *const $crate::interp::code::Op = $ip;
        // SAFETY: translation keeps every target inside the code.
        return unsafe { ((*ip).run)(ip, $fp, $mem, $len, $cx) };
    }};
}

/// Goes on with `$ip`.
#[cfg(not(threaded_dispatch))]
macro_rules! go {
    ($ip:expr, $fp:expr, $mem:expr, $len:expr, $cx:expr) => {{
        let cx: *mut $crate::interp::context::Cx = $cx;
        // SAFETY: the loop owns the context.
        unsafe {
            (*cx).ip = $ip;
            (*cx).fp = $fp;
            (*cx).mem = $mem;
            (*cx).len = $len;
        }
        return $crate::interp::code::Exit::Continue;
    }};
}

/// Ends the run with a trap.
macro_rules! trap {
    ($cx:expr, $ip:expr, $code:expr) => {{
        // SAFETY: the context outlives the run.
        return unsafe { (*$cx).trap($ip, $code) };
    }};
}

/// The value of a `Result<_, TrapCode>`, or the end of the run.
macro_rules! check {
    ($cx:expr, $ip:expr, $result:expr) => {
        match $result {
            Ok(value) => value,
            Err(code) => $crate::interp::context::trap!($cx, $ip, code),
        }
    };
}

/// The value of a `Result<_, Fault>`, or the end of the run.
macro_rules! check_fault {
    ($cx:expr, $ip:expr, $result:expr) => {
        match $result {
            Ok(value) => value,
            // SAFETY: the context outlives the run.
            Err(fault) => return unsafe { (*$cx).fail($ip, fault) },
        }
    };
}

/// Pays for a host call or a taken backward branch; at the budget's end the instruction is tried again after a look at
/// fuel and interruption.
macro_rules! pay {
    ($cx:expr, $ip:expr, $fp:expr) => {{
        // SAFETY: the context outlives the run.
        unsafe {
            if (*$cx).budget <= 0 {
                return $crate::interp::context::refill_again($ip, $fp, $cx);
            }
            (*$cx).budget -= 1;
        }
    }};
}

/// Refills the budget and tries the instruction again, by way of the loop: should a handler's last call not have become a
/// jump, the stack that it holds is given back here.
///
/// # Safety
/// As every handler.
#[cold]
#[inline(never)]
pub(super) unsafe fn refill_again(ip: *const Op, fp: *mut u64, cx: *mut Cx) -> Exit {
    // SAFETY: the context outlives the run.
    let cx = unsafe { &mut *cx };
    if let Err(what) = cx.refill() {
        return cx.fail(ip, Fault::Exhausted(what));
    }
    cx.reload_memory();
    cx.ip = ip;
    cx.fp = fp;
    Exit::Continue
}

pub(super) use {check, check_fault, go, pay, trap};

impl Cx {
    /// Ends the run with a trap at `ip`.
    #[cold]
    #[inline(never)]
    pub fn trap(&mut self, ip: *const Op, code: TrapCode) -> Exit {
        self.fail(ip, Fault::Trap(Trap::from(code)))
    }

    /// Ends the run with `fault` at `ip`.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, ip: *const Op, mut fault: Fault) -> Exit {
        if let Fault::Trap(trap) = &mut fault
            && trap.func.is_none()
        {
            // SAFETY: `code` is the running code and `ip` one of its instructions.
            unsafe {
                let code = &*self.code;
                let index = ip.offset_from(code.ops.as_ptr()) as usize;
                trap.func = (code.func != u32::MAX).then_some(code.func);
                trap.offset = code.offsets.get(index).copied();
            }
        }
        self.fault = Some(fault);
        self.ip = ip;
        Exit::Fault
    }

    /// The store.
    #[inline(always)]
    pub fn store(&mut self) -> &mut Store {
        // SAFETY: `run` got the store as `&mut` and uses it through this pointer only while the run lasts.
        unsafe { &mut *self.store }
    }

    /// The running instance.
    #[inline(always)]
    pub fn inst(&self) -> &InstanceInst {
        // SAFETY: instances are boxed and live as long as the store.
        unsafe { &*self.inst }
    }
}

impl Activation for Cx {
    #[inline(always)]
    fn budget(&mut self) -> &mut i64 {
        &mut self.budget
    }

    #[inline(always)]
    fn store(&mut self) -> &mut Store {
        Cx::store(self)
    }

    #[inline(always)]
    fn instance(&self) -> &InstanceInst {
        self.inst()
    }

    #[cfg(feature = "wasi")]
    fn resumed(&mut self) {
        self.reload_memory();
    }

    fn publish_roots(&mut self) {
        let top = self.live_top(self.fp);
        Cx::store(self).machine.set_roots(top);
    }
}

//! Exceptions (core `#exec-throw-ref`, `#exec-try-table`).

use super::{
    code::{Exit, Op, TryTable},
    context::{Cx, go},
    table::slow,
    variable::{get, set},
};
use crate::{error::Fault, exec::exception, runtime::Ref};

slow!(/// `throw a`: arguments from slot `b` on, `c` slots.
throw, |cx, fp, op| {
    let args = std::slice::from_raw_parts(fp.add(op.b as usize), op.c as usize).to_vec();
    return Err(exception::throw(cx, op.a, &args));
});
slow!(/// `throw_ref` of slot `b`.
    throw_ref, |cx, fp, op| { return Err(exception::throw_ref(Ref(get(fp, op.b)))); });

impl Cx {
    /// Looks for a handler of the exception that ended the run; if there is one, the run goes on there.
    ///
    /// `ip` is the instruction that failed, or null if its frame has already been left (a tail call).
    pub(super) fn unwind(&mut self) -> bool {
        let Some(Fault::Exception(exn)) = self.fault else { return false };
        loop {
            if !self.ip.is_null() && self.catch(exn) {
                self.fault = None;
                return true;
            }
            let base = self.base;
            let frames = &mut self.store().machine.frames;
            if frames.len() == base {
                return false;
            }
            let Some(frame) = frames.pop() else { return false };
            self.code = frame.code;
            self.inst = frame.inst;
            // The frame waits behind its call.
            self.ip = frame.ip.wrapping_sub(1);
            self.fp = self.stack.wrapping_add(frame.fp);
        }
    }

    /// Goes on in the innermost `try_table` around `ip` that catches `exn`, if there is one.
    fn catch(&mut self, exn: Ref) -> bool {
        let index = self.index(self.ip);
        // SAFETY: `code` is the code of the frame being looked at.
        let code = unsafe { &*self.code };
        let Some((tag, args)) = self.store().exn_parts(exn) else { return false };
        let args = args.to_vec();
        let inst = self.inst();
        let covers = |try_table: &&TryTable| try_table.covers.contains(&index);
        let catches = code.try_tables.iter().filter(covers).flat_map(|try_table| &try_table.catches);
        let Some(catch) = catches.into_iter().find(|catch| catch.tag.is_none_or(|x| inst.tags[x as usize] == tag))
        else {
            return false;
        };
        let mut slot = catch.slot;
        if catch.tag.is_some() {
            for word in args.chunks_exact(8) {
                // SAFETY: the translation keeps room for the arguments.
                unsafe { set(self.fp, slot, u64::from_ne_bytes(word.try_into().expect("8 bytes"))) };
                slot += 1;
            }
        }
        if catch.with_ref {
            // SAFETY: the translation keeps room for the reference.
            unsafe { set(self.fp, slot, exn.0) };
        }
        self.ip = &raw const code.ops[catch.landing as usize];
        self.reload_memory();
        true
    }
}

//! `proc_*`, `random_get` and `sched_yield`.

use super::{
    call::{Buffer, Call},
    errno::{Done, Errno, Failure},
};
use crate::{
    error::Fault,
    mutants::{Mutant, on},
    trace::Event,
};

/// The greatest `signal`.
const LAST_SIGNAL: u32 = 30;

/// `proc_exit` (rules P1-CMD-07, P1-REA-06, P1-ENV-08): nothing of the guest runs after it.
pub(super) fn proc_exit(call: &mut Call<'_, '_>) -> Done {
    let code = call.u32(0) as i32;
    call.record(|at| Event::Exited { at, code });
    if on(Mutant::P1ExitReturns) {
        return Ok(());
    }
    Err(Failure::Fault(Fault::Exit(code)))
}

/// `proc_raise`: there are no signals here, as in current runtimes.
pub(super) fn proc_raise(call: &mut Call<'_, '_>) -> Done {
    let is_signal = call.u32(0) <= LAST_SIGNAL;
    Err(if is_signal { Errno::Notsup } else { Errno::Inval }.into())
}

/// `sched_yield`: other threads have run before this is served; virtual time goes on.
pub(super) fn sched_yield(call: &mut Call<'_, '_>) -> Done {
    call.world().clocks.tick();
    Ok(())
}

/// `random_get`.
pub(super) fn random_get(call: &mut Call<'_, '_>) -> Done {
    let buffer = Buffer { ptr: call.u32(0), len: call.u32(1) };
    call.check(buffer.ptr, buffer.len.into())?;
    for (ptr, len) in buffer.pieces() {
        let mut bytes = vec![0; len as usize];
        call.world().random.fill(&mut bytes)?;
        call.write(ptr, &bytes)?;
    }
    Ok(())
}

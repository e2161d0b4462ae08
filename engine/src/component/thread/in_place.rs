//! Threads on the stack of their callers: those of functions that are not `async`, of core start functions, `realloc` and
//! destructors (CanonicalABI.md, *canon lift*).
//!
//! One that blocks stays where it is, and other threads of its instance run on top of it, until one makes it ready and it is
//! chosen. If what has to choose is on top of it, then its fiber is suspended, and goes on when the chosen thread has blocked
//! or ended: the one above has lent its stack ([`Yield::Lent`]). That needs the chosen thread to be below on the very stack
//! that runs. So of an instance only one thread at a time is blocked on its caller's stack: as long as one is, other calls
//! get fibers ([`Store::may_use_callers_stack`]).

use super::{
    super::{canon::trap, fiber, task::TaskId},
    Activity, Body, Cancelled, Event, Fault, InstId, Place, Store, ThreadId, TrapCode, Yield,
};

impl Store {
    /// Whether the thread of a call into `inst` that is not `async` may be on its caller's stack.
    pub(crate) fn may_use_callers_stack(&self, inst: InstId) -> bool {
        self.components.instance(inst).blocked_in_place == 0
    }

    /// Runs the implicit thread of a function that is not `async`, on the caller's stack.
    pub(crate) fn run_on_callers_stack(
        &mut self,
        task: TaskId,
        body: impl FnOnce(&mut Store) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let thread = self.components.insert_thread(task, Activity::Running, Place::Caller);
        let previous = self.components.threads.current.replace(thread);
        let end = body(self);
        self.components.threads.current = previous;
        let lenders = std::mem::take(&mut self.components.thread_mut(thread)?.lenders);
        self.end_thread(thread);
        end?;
        lenders.into_iter().rev().try_for_each(|lender| self.resume_thread(lender, Cancelled::False))
    }

    /// The same on a stack of its own: the end of `canon_lift`.
    pub(crate) fn run_on_own_stack(&mut self, task: TaskId, body: Body) -> Result<(), Fault> {
        let inst = self.components.task(task)?.inst;
        let thread = self.new_thread(task, body)?;
        self.resume_thread(thread, Cancelled::False)?;
        while self.components.thread(thread).is_ok() {
            self.run_another(inst)?;
        }
        Ok(())
    }

    /// The thread of a function that is not `async` blocks on its caller's stack, so that other threads of its instance have
    /// to make it ready.
    pub(super) fn block_in_place(&mut self, id: ThreadId, switch_to: Option<ThreadId>) -> Result<Cancelled, Fault> {
        let inst = self.components.inst_of(id)?;
        self.components.instance_mut(inst).blocked_in_place += 1;
        let end = self.run_others_until_resumed(id, inst, switch_to);
        self.components.instance_mut(inst).blocked_in_place -= 1;
        end.map(|()| Cancelled::False)
    }

    fn run_others_until_resumed(
        &mut self,
        id: ThreadId,
        inst: InstId,
        switch_to: Option<ThreadId>,
    ) -> Result<(), Fault> {
        if let Some(other) = switch_to {
            self.resume_thread(other, Cancelled::False)?;
        }
        loop {
            let thread = self.components.thread_mut(id)?;
            if let Activity::Running = thread.activity {
                return Ok(());
            }
            match thread.lenders.pop() {
                Some(lender) => self.resume_thread(lender, Cancelled::False)?,
                None => self.run_another(inst)?,
            }
        }
    }

    /// The loop at the end of `canon_lift`: another thread of the instance goes on. One that holds the instance's lock must
    /// not go on beneath a call.
    fn run_another(&mut self, inst: InstId) -> Result<(), Fault> {
        self.record_barging(inst);
        match self.choose(|other| self.components.may_run_during_call(other, inst)) {
            None => trap(TrapCode::CannotBlock),
            Some(chosen) => self.resume_thread(chosen, Cancelled::False),
        }
    }

    /// Records which reading is applied where the readings differ: a thread is ready that needs the lock.
    fn record_barging(&mut self, inst: InstId) {
        let state = &self.components;
        let is_contested = |id| state.waits_for_lock(id) && state.is_thread_of(id, inst);
        if self.is_recording() && self.choose(is_contested).is_some() {
            let (reading, at) = (state.readings.barging, state.instance(inst).path.clone());
            self.record(|| Event::RuleApplied { at, rule: "CM-ASYNC-21".to_owned(), reading: format!("{reading:?}") });
        }
    }

    /// A thread has been resumed that is blocked below on this stack: if it is right below, then it goes on when this
    /// returns. Otherwise what is on top of it gets out of its way, and this returns when it has blocked or ended.
    pub(super) fn go_down_to(&mut self, id: ThreadId) -> Result<(), Fault> {
        let running = self.components.threads.current;
        if running == Some(id) {
            return Ok(());
        }
        fiber::suspend(self, Yield::Lent(id))?;
        self.components.threads.current = running;
        Ok(())
    }

    /// The stack of `lender`, which has just been suspended, is lent to the thread `to` below. What is to be resumed now.
    pub(super) fn lend(&mut self, lender: ThreadId, to: ThreadId) -> Result<Option<ThreadId>, Fault> {
        if self.components.threads.current == Some(to) {
            self.components.thread_mut(to)?.lenders.push(lender);
            return Ok(None);
        }
        self.go_down_to(to)?;
        Ok(Some(lender))
    }
}

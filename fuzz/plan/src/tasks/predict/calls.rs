//! Calls of the other component and of the host, seen from the caller (*Subtask State*), and what the other component does.

use super::{
    Entry, Inst, World,
    threads::{Code, Kind, Numbers, Ready, Stop, TaskState, Then},
};
use crate::tasks::{Ending, Lift, PLAIN, Pause, Step};
use preflight_engine::trace::{Event, EventCode, TaskStep, TrapCode, Value};

/// What is returned for what is not over.
pub const BLOCKED: u32 = u32::MAX;

/// `Subtask.State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    Starting = 0,
    Started = 1,
    Returned = 2,
    CancelledBeforeStarted = 3,
    CancelledBeforeReturned = 4,
}

/// Who is called.
#[derive(Debug, Clone, Copy)]
pub enum Callee {
    /// The task of the other component.
    Task(usize),
    /// The call of the host.
    Host(usize),
}

/// A call.
pub struct Call {
    pub state: CallState,
    pub callee: Option<Callee>,
    /// Whether the caller does not wait: the result goes to its memory.
    is_async: bool,
    result: u32,
    pub is_pending: bool,
    is_delivered: bool,
    is_cancelled: bool,
    has_sync_waiter: bool,
    pub index: u32,
    pub set: Option<usize>,
}

impl Call {
    pub fn is_resolved(&self) -> bool {
        !matches!(self.state, CallState::Starting | CallState::Started)
    }

    pub fn has_sync_waiter(&self) -> bool {
        self.has_sync_waiter
    }
}

impl World<'_> {
    fn new_call(&mut self, is_async: bool) -> usize {
        self.calls.push(Call {
            state: CallState::Starting,
            callee: None,
            is_async,
            result: 0,
            is_pending: false,
            is_delivered: false,
            is_cancelled: false,
            has_sync_waiter: false,
            index: 0,
            set: None,
        });
        self.calls.len() - 1
    }

    /// The call goes on; if its caller knows it by an index, this is an event.
    pub fn progress(&mut self, call: usize, state: CallState) {
        let call = &mut self.calls[call];
        call.state = state;
        call.is_pending |= call.index != 0;
    }

    /// The result is lowered into the caller's memory, or taken by who waits.
    pub fn returned(&mut self, call: usize, what: String, value: u32) {
        self.calls[call].result = value;
        if self.calls[call].is_async {
            self.result = value;
        }
        self.lowered(what, vec![Value::U32(value)]);
        self.progress(call, CallState::Returned);
    }

    pub fn call_step(&mut self, step: Step, number: Numbers) -> Result<Option<Stop>, TrapCode> {
        match step {
            Step::Call | Step::CallSync | Step::CallHost(_) | Step::CallHostSync(_) => {
                return self.make_call(step, number);
            }
            Step::CallPlain => {
                self.enter_child()?;
                self.run_plain().inspect_err(|_| self.lock_one(Inst::Child))?;
                let (what, values) = ("func 1 result".to_owned(), vec![Value::U32(PLAIN)]);
                self.lifted(Inst::Child, what.clone(), values.clone());
                self.lowered(what, values);
                self.log(PLAIN);
            }
            Step::Turn(call) => self.handles.current = self.handles.calls.get(&call).copied().unwrap_or(0),
            Step::JoinCall(set) => self.join(self.handles.current, Some(set))?,
            Step::CancelCall => return self.cancel_call(true),
            Step::CancelCallSync => return self.cancel_call(false),
            Step::DropCall => {
                let Entry::Call(call) = self.table.remove(self.handles.current)? else {
                    return Err(TrapCode::InvalidHandle);
                };
                if !self.calls[call].is_delivered {
                    return Err(TrapCode::InvalidHandle);
                }
                self.leave(Entry::Call(call));
            }
            _ => unreachable!("a step of calls"),
        }
        Ok(None)
    }

    /// Contested: here a parent may enter its child, as CanonicalABI.md has it (*Component Instances*).
    fn enter_child(&mut self) -> Result<(), TrapCode> {
        self.rule(Inst::Child, "CM-CALL-05", "EnteringSet");
        if self.parents_stay_outside { Err(TrapCode::CannotEnter) } else { Ok(()) }
    }

    fn make_call(&mut self, step: Step, number: Numbers) -> Result<Option<Stop>, TrapCode> {
        let (host, is_async) = match step {
            Step::CallHost(host) => (Some(host), true),
            Step::CallHostSync(host) => (Some(host), false),
            step => (None, step == Step::Call),
        };
        if host.is_none() {
            self.enter_child()?;
        }
        if !is_async {
            self.check_blocking()?;
        }
        let call = self.new_call(is_async);
        match host {
            Some(host) => self.call_host(call, host)?,
            None => {
                let task = self.new_task(Kind::Worker(call));
                let thread = self.new_thread(task, Code::Worker);
                self.calls[call].callee = Some(Callee::Task(task));
                self.resume(thread, false).inspect_err(|_| self.lock_one(Inst::Child))?;
            }
        }
        if !is_async {
            return self.wait_for(Ready::Resolved(call), Then::LogResult(call));
        }
        let mut packed = 0;
        if self.calls[call].is_resolved() {
            self.calls[call].is_delivered = true;
        } else {
            let index = self.table.add(Entry::Call(call));
            self.calls[call].index = index;
            packed = index << 4;
        }
        packed |= self.calls[call].state as u32;
        self.log(packed);
        let place = number.of(self.plan, |step| matches!(step, Step::Call | Step::CallHost(_)));
        self.handles.calls.insert(place, packed >> 4);
        self.handles.current = packed >> 4;
        Ok(None)
    }

    pub fn log_result(&mut self, call: usize) {
        self.log(self.calls[call].result);
    }

    /// `canon_subtask_cancel`.
    fn cancel_call(&mut self, is_async: bool) -> Result<Option<Stop>, TrapCode> {
        if !is_async {
            self.check_blocking()?;
        }
        let Entry::Call(call) = self.table.get(self.handles.current)? else { return Err(TrapCode::InvalidHandle) };
        let of = &self.calls[call];
        if of.is_delivered || of.is_cancelled || of.set.is_some() && !is_async {
            return Err(TrapCode::InvalidHandle);
        }
        if !of.is_resolved() {
            let callee = of.callee;
            self.calls[call].is_cancelled = true;
            match callee {
                Some(Callee::Task(task)) => self.request_cancellation(task)?,
                Some(Callee::Host(host)) => self.cancel_host(host),
                None => {}
            }
            if !self.calls[call].is_resolved() {
                if is_async {
                    self.log(BLOCKED);
                    return Ok(None);
                }
                self.calls[call].has_sync_waiter = true;
                // Not just until there is an event: that of the start may be there (Concurrency.md, *Cancellation*).
                return self.wait_for(Ready::Resolved(call), Then::TakeProgress(call));
            }
        }
        self.take_progress(call);
        Ok(None)
    }

    pub fn take_progress(&mut self, call: usize) {
        self.calls[call].has_sync_waiter = false;
        let (_, _, state) = self.deliver(Entry::Call(call));
        self.log(state);
    }

    /// The event of a call.
    pub fn deliver_call(&mut self, call: usize) -> (EventCode, u32, u32) {
        let call = &mut self.calls[call];
        call.is_pending = false;
        call.is_delivered = call.is_resolved();
        (EventCode::Subtask, call.index, call.state as u32)
    }

    /// The function of the other component is entered.
    pub fn begin_work(&mut self) {
        if self.plan.pause == Pause::Wait && self.plan.lift != Lift::Callback {
            self.child_sets += 1;
        }
    }

    /// It pauses, or returns its value and ends.
    pub fn work(&mut self) -> Result<Stop, TrapCode> {
        let id = self.current;
        while self.threads[id].left > 0 {
            self.threads[id].left -= 1;
            let cancellable = self.plan.lift != Lift::Sync;
            let ready = match (self.plan.lift, self.plan.pause) {
                (Lift::Callback, Pause::Wait) => {
                    self.child_sets += 1;
                    Some(Ready::Nothing)
                }
                (Lift::Callback, _) => Some(Ready::Unlocked),
                (_, Pause::Yield) => Some(Ready::Always),
                (_, Pause::Suspend) => None,
                (_, Pause::Wait) => Some(Ready::Nothing),
            };
            if self.plan.lift == Lift::Callback {
                self.instances[Inst::Child as usize].exclusive = None;
            }
            let task = self.threads[id].task;
            if cancellable && self.tasks[task].state == TaskState::PendingCancel {
                self.tasks[task].state = TaskState::CancelDelivered;
                if self.unpause(true)? {
                    return Ok(Stop::Ended);
                }
                continue;
            }
            if let Some(ready) = ready {
                self.start_waiting(id, ready);
            }
            return Ok(self.block(Then::Unpause, cancellable, None));
        }
        self.finish()?;
        if self.plan.lingers && self.plan.lift != Lift::Sync {
            self.start_waiting(id, Ready::Always);
            return Ok(self.block(Then::Exit, false, None));
        }
        self.leave_instance()?;
        Ok(Stop::Ended)
    }

    /// It returns its value, or does what it does instead.
    fn finish(&mut self) -> Result<(), TrapCode> {
        let task = self.threads[self.current].task;
        let is_sync = self.plan.lift == Lift::Sync;
        match self.plan.ends {
            Ending::Trap => return Err(TrapCode::Unreachable),
            Ending::Cancel if !is_sync => {
                if self.tasks[task].state != TaskState::CancelDelivered {
                    return Err(TrapCode::CanonicalAbi);
                }
                self.cancelled(CallState::CancelledBeforeReturned);
            }
            // That it has not returned comes out when its last thread ends.
            Ending::Nothing if !is_sync => {}
            _ => self.return_value(),
        }
        if self.plan.ends == Ending::Twice && !is_sync {
            self.lifted(Inst::Child, "func 0 result".to_owned(), vec![Value::U32(self.plan.value)]);
            return Err(TrapCode::CanonicalAbi);
        }
        Ok(())
    }

    fn return_value(&mut self) {
        let (call, task) = (self.call_of(self.current), self.threads[self.current].task);
        let (what, value) = ("func 0 result".to_owned(), self.plan.value);
        self.lifted(Inst::Child, what.clone(), vec![Value::U32(value)]);
        self.task_event(Inst::Child, "func 0", TaskStep::Returned);
        self.returned(call, what, value);
        self.tasks[task].state = TaskState::Resolved;
    }

    fn call_of(&self, thread: usize) -> usize {
        match self.tasks[self.threads[thread].task].kind {
            Kind::Worker(call) => call,
            Kind::Start | Kind::Go | Kind::Plain => unreachable!("a thread of the other component"),
        }
    }

    /// It goes on after a pause; whether it has ended, because it was told to.
    pub fn unpause(&mut self, cancelled: bool) -> Result<bool, TrapCode> {
        let is_callback = self.plan.lift == Lift::Callback;
        if is_callback {
            self.instances[Inst::Child as usize].exclusive = Some(self.current);
        }
        if cancelled && self.plan.pause == Pause::Wait {
            let (code, index, payload) = (EventCode::TaskCancelled, 0, 0);
            self.events.push(Event::EventDelivered { at: Inst::Child.path(), code, index, payload });
        }
        if !cancelled || self.plan.insists {
            return Ok(false);
        }
        self.cancelled(CallState::CancelledBeforeReturned);
        self.leave_instance()?;
        Ok(true)
    }

    /// The task of the running thread is cancelled.
    pub fn cancelled(&mut self, state: CallState) {
        let (call, task) = (self.call_of(self.current), self.threads[self.current].task);
        self.task_event(Inst::Child, "func 0", TaskStep::Cancelled);
        self.progress(call, state);
        self.tasks[task].state = TaskState::Resolved;
    }
}

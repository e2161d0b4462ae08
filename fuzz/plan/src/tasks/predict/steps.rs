//! What the steps do.

use super::{
    Entry, Inst, Set, World,
    threads::{Code, Numbers, Ready, Stop, Then},
};
use crate::tasks::{Step, encode::ROOM};
use preflight_engine::trace::{Event, EventCode, TrapCode, Value};

impl World<'_> {
    pub fn step(&mut self, step: Step, number: Numbers) -> Result<Option<Stop>, TrapCode> {
        let is_silent = matches!(step, Step::SetContext(_) | Step::Backpressure(_) | Step::Store(_) | Step::Trap);
        if self.starts_cannot_call && !is_silent && self.is_in_start() {
            return Err(TrapCode::Host);
        }
        match step {
            Step::Log(value) => self.log(value),
            Step::SetContext(value) => self.threads[self.current].context = value,
            Step::GetContext => self.log(self.threads[self.current].context),
            Step::Backpressure(true) => self.instances[Inst::Root as usize].backpressure += 1,
            Step::Backpressure(false) => {
                let backpressure = &mut self.instances[Inst::Root as usize].backpressure;
                *backpressure = backpressure.checked_sub(1).ok_or(TrapCode::CanonicalAbi)?;
            }
            Step::Store(value) => self.bytes[..4].copy_from_slice(&value.to_le_bytes()),
            Step::Load => {
                let [a, b, c, d, ..] = self.bytes;
                self.log(u32::from_le_bytes([a, b, c, d]));
            }
            Step::Result => self.log(self.result),
            Step::Trap => return Err(TrapCode::Unreachable),
            Step::NewError | Step::ErrorMessage(_) | Step::PassError(_) | Step::DropError(_) => {
                self.error_step(step, number)?
            }
            Step::ThreadIndex
            | Step::Yield
            | Step::NewThread { .. }
            | Step::ResumeLater(_)
            | Step::Suspend
            | Step::Switch { .. } => return self.thread_step(step),
            Step::NewSet | Step::DropSet(_) | Step::Poll(_) | Step::Wait(_) => return self.set_step(step, number),
            Step::NewFlow { .. }
            | Step::GetFlow { .. }
            | Step::Give { .. }
            | Step::Copy { .. }
            | Step::CopySync { .. }
            | Step::Cancel { .. }
            | Step::CancelSync { .. }
            | Step::DropEnd { .. } => return self.flow_step(step, number),
            Step::Join { flow, side, set } => self.join(self.end_handle(flow, side), set)?,
            Step::Call
            | Step::CallSync
            | Step::CallPlain
            | Step::CallHost(_)
            | Step::CallHostSync(_)
            | Step::Turn(_)
            | Step::JoinCall(_)
            | Step::CancelCall
            | Step::CancelCallSync
            | Step::DropCall => return self.call_step(step, number),
        }
        Ok(None)
    }

    /// A thread goes on after it was blocked.
    pub fn go_on(&mut self, then: Then, cancelled: bool) -> Result<Option<Stop>, TrapCode> {
        match then {
            Then::Enter => {
                self.instances[self.inst_of(self.current) as usize].waiting_to_enter -= 1;
                if cancelled {
                    self.cancelled(super::calls::CallState::CancelledBeforeStarted);
                    return Ok(Some(Stop::Ended));
                }
                self.enter();
            }
            Then::LogNothing => self.log(0),
            Then::TakeEvent(set) => {
                let member = self.pending(set).ok_or(TrapCode::CannotBlock)?;
                self.sets[set].waiting -= 1;
                let event = self.deliver(member);
                self.log_event(event);
            }
            Then::TakeCopy(flow, side) => self.take_copy(flow, side),
            Then::TakeProgress(call) => self.take_progress(call),
            Then::LogResult(call) => self.log_result(call),
            Then::Unpause => {
                if self.unpause(cancelled)? {
                    return Ok(Some(Stop::Ended));
                }
            }
            Then::Exit => {
                self.leave_instance()?;
                return Ok(Some(Stop::Ended));
            }
        }
        Ok(None)
    }

    fn thread_step(&mut self, step: Step) -> Result<Option<Stop>, TrapCode> {
        match step {
            Step::ThreadIndex => self.log(self.threads[self.current].index),
            Step::Yield => return Ok(Some(self.yield_to(None))),
            Step::NewThread { entry, with } => {
                let functions = self.plan.threads.len();
                if entry >= functions {
                    return Err(match entry - functions {
                        0 => TrapCode::UninitializedElement,
                        1 => TrapCode::IndirectCallTypeMismatch,
                        _ => TrapCode::UndefinedElement,
                    });
                }
                let thread = self.new_thread(self.threads[self.current].task, Code::Entry(entry, with));
                let index = self.register(thread);
                self.log(index);
            }
            Step::ResumeLater(index) => {
                let other = self.suspended(index)?;
                self.start_waiting(other, Ready::Always);
            }
            Step::Suspend => {
                self.check_blocking()?;
                return Ok(Some(self.block(Then::LogNothing, false, None)));
            }
            Step::Switch { suspends, promotes: false, thread } => {
                let other = self.suspended(thread)?;
                return Ok(Some(self.give_way(suspends, Some(other))));
            }
            Step::Switch { suspends, thread, .. } => {
                let other = self.instances[Inst::Root as usize].threads.get(thread)?;
                let is_ready = self.is_promoted(other);
                if self.promotes_suspended && !is_ready && !self.is_suspended(other) {
                    return Err(TrapCode::CanonicalAbi);
                }
                return Ok(Some(self.give_way(suspends, is_ready.then_some(other))));
            }
            _ => unreachable!("a step of threads"),
        }
        Ok(None)
    }

    /// `inst.threads.get(i)`, and `trap_if(not other_thread.suspended())`.
    fn suspended(&self, index: u32) -> Result<usize, TrapCode> {
        let thread = self.instances[Inst::Root as usize].threads.get(index)?;
        if self.is_suspended(thread) { Ok(thread) } else { Err(TrapCode::CanonicalAbi) }
    }

    fn give_way(&mut self, suspends: bool, other: Option<usize>) -> Stop {
        if suspends { self.block(Then::LogNothing, false, other) } else { self.yield_to(other) }
    }

    fn yield_to(&mut self, other: Option<usize>) -> Stop {
        self.start_waiting(self.current, Ready::Always);
        self.block(Then::LogNothing, false, other)
    }

    fn error_step(&mut self, step: Step, number: Numbers) -> Result<(), TrapCode> {
        let handle = |world: &Self, error: usize| world.handles.errors.get(&error).copied().unwrap_or(0);
        match step {
            Step::ErrorMessage(error) => {
                let Entry::Error = self.table.get(handle(self, error))? else { return Err(TrapCode::InvalidHandle) };
                // The message is forgotten, and an empty one has room where `realloc` says.
                [ROOM, 0].into_iter().for_each(|value| self.log(value));
            }
            Step::PassError(error) => {
                let Entry::Error = self.table.get(handle(self, error))? else { return Err(TrapCode::InvalidHandle) };
                let (name, values) = ("pass-error", vec![Value::ErrorContext(String::new())]);
                self.lifted(Inst::Root, format!("{name} params"), values.clone());
                self.host(name, values.clone());
                self.host_returned(name, values.clone());
                let index = self.table.add(Entry::Error);
                self.lowered(format!("{name} result"), values);
                self.log(index);
                self.table.remove(index)?;
            }
            Step::DropError(error) => {
                let Entry::Error = self.table.remove(handle(self, error))? else {
                    return Err(TrapCode::InvalidHandle);
                };
            }
            _ => {
                let index = self.table.add(Entry::Error);
                self.handles.errors.insert(number.of(self.plan, |step| *step == Step::NewError), index);
                self.log(index);
            }
        }
        Ok(())
    }

    fn set_at(&self, set: usize) -> Result<usize, TrapCode> {
        match self.table.get(self.handles.sets.get(&set).copied().unwrap_or(0))? {
            Entry::Set(set) => Ok(set),
            _ => Err(TrapCode::InvalidHandle),
        }
    }

    fn set_step(&mut self, step: Step, number: Numbers) -> Result<Option<Stop>, TrapCode> {
        match step {
            Step::DropSet(set) => {
                let handle = self.handles.sets.get(&set).copied().unwrap_or(0);
                match self.table.remove(handle)? {
                    Entry::Set(set) if self.sets[set].members.is_empty() && self.sets[set].waiting == 0 => {}
                    _ => return Err(TrapCode::InvalidHandle),
                }
            }
            Step::Poll(set) => {
                let set = self.set_at(set)?;
                let event = self.pending(set).map(|member| self.deliver(member)).unwrap_or((EventCode::None, 0, 0));
                self.log_event(event);
            }
            Step::Wait(set) => {
                self.check_blocking()?;
                let set = self.set_at(set)?;
                self.sets[set].waiting += 1;
                return self.wait_for(Ready::Event(set), Then::TakeEvent(set));
            }
            _ => {
                self.sets.push(Set::default());
                let index = self.table.add(Entry::Set(self.sets.len() - 1));
                self.handles.sets.insert(number.of(self.plan, |step| *step == Step::NewSet), index);
                self.log(index);
            }
        }
        Ok(None)
    }

    fn log_event(&mut self, (code, index, payload): (EventCode, u32, u32)) {
        [code as u32, index, payload].into_iter().for_each(|value| self.log(value));
    }

    /// Of those in the set that have an event the one that joined first.
    pub fn pending(&self, set: usize) -> Option<Entry> {
        self.sets[set].members.iter().copied().find(|member| match member {
            Entry::End(flow, side) => self.flows[*flow].ends[*side as usize].pending.is_some(),
            Entry::Call(call) => self.calls[*call].is_pending,
            Entry::Set(_) | Entry::Error => false,
        })
    }

    /// `get_pending_event`: the event goes to the running thread.
    pub fn deliver(&mut self, member: Entry) -> (EventCode, u32, u32) {
        let event = match member {
            Entry::End(flow, side) => self.deliver_copy(flow, side),
            Entry::Call(call) => self.deliver_call(call),
            Entry::Set(_) | Entry::Error => unreachable!("these have no events"),
        };
        let (code, index, payload) = event;
        self.events.push(Event::EventDelivered { at: Inst::Root.path(), code, index, payload });
        event
    }

    fn set_of(&mut self, member: Entry) -> &mut Option<usize> {
        match member {
            Entry::End(flow, side) => &mut self.flows[flow].ends[side as usize].set,
            Entry::Call(call) => &mut self.calls[call].set,
            Entry::Set(_) | Entry::Error => unreachable!("these are in no set"),
        }
    }

    pub fn leave(&mut self, member: Entry) {
        if let Some(set) = self.set_of(member).take() {
            self.sets[set].members.retain(|other| *other != member);
        }
    }

    pub fn join(&mut self, handle: u32, set: Option<usize>) -> Result<(), TrapCode> {
        let member = self.table.get(handle)?;
        let has_sync_waiter = match member {
            Entry::End(flow, side) => self.flows[flow].ends[side as usize].has_sync_waiter,
            Entry::Call(call) => self.calls[call].has_sync_waiter(),
            Entry::Set(_) | Entry::Error => return Err(TrapCode::InvalidHandle),
        };
        if has_sync_waiter {
            return Err(TrapCode::InvalidHandle);
        }
        // A set that is not there yet is no set at all.
        let handle = set.map_or(0, |set| self.handles.sets.get(&set).copied().unwrap_or(0));
        let set = match handle {
            0 => None,
            handle => match self.table.get(handle)? {
                Entry::Set(set) => Some(set),
                _ => return Err(TrapCode::InvalidHandle),
            },
        };
        self.leave(member);
        if let Some(set) = set {
            *self.set_of(member) = Some(set);
            self.sets[set].members.push(member);
        }
        Ok(())
    }
}

//! What the steps of a function do (core `#exec-instr`), and the functions of the host.

use super::{
    Deviation, Failure, Made, Stop,
    store::{Cell, Extern, FuncId, World, part},
};
use crate::{
    encode::LOG,
    plan::{Catch, Content, HostFunc, Step, Trap},
    space::FuncType,
};
use preflight_engine::trace::{Event, Resource, TrapCode, Value};

/// Nested calls beyond which a plan counts as going round in circles.
const DEPTH: u32 = 40;

/// By how much a table has to grow to be more than anybody has memory for.
const HUGE: u64 = 1 << 24;

/// How a list of steps went on.
enum Flow {
    Next,
    /// A tail call takes the function's place.
    Tail(FuncId),
}

impl World<'_> {
    /// Calls a function for an instance or for the embedder; the log is called with zero.
    pub(super) fn call(&mut self, caller: Option<usize>, func: FuncId) -> Result<Option<i32>, Stop> {
        self.depth_taken()?;
        self.depth += 1;
        let result = self.enter(caller, func);
        self.depth -= 1;
        result
    }

    fn enter(&mut self, mut caller: Option<usize>, mut func: FuncId) -> Result<Option<i32>, Stop> {
        let plan = self.plan;
        loop {
            match func {
                FuncId::Log => return self.log(caller, 0).map(|()| None),
                FuncId::Host(i) => return self.call_host(caller, i).map(|()| None),
                FuncId::Wasm(instance, index) => {
                    if self.instances[instance].is_half_made && self.deviates(Deviation::EscapedFunctionsBreak) {
                        return Err(self.give_up());
                    }
                    self.step_taken()?;
                    let module = self.instances[instance].module;
                    let func_def = &plan.modules[module].funcs[index - self.spaces[module].imported_funcs];
                    match self.run(instance, &func_def.steps)? {
                        Flow::Next => return Ok(func_def.result),
                        Flow::Tail(callee) => (caller, func) = (Some(instance), callee),
                    }
                }
            }
        }
    }

    fn step_taken(&mut self) -> Result<(), Stop> {
        match self.steps.checked_sub(1) {
            Some(left) => self.steps = left,
            None => return Err(self.give_up()),
        }
        Ok(())
    }

    fn depth_taken(&mut self) -> Result<(), Stop> {
        if self.depth >= DEPTH { Err(self.give_up()) } else { self.step_taken() }
    }

    fn give_up(&mut self) -> Stop {
        self.gave_up = true;
        Stop::Unbounded
    }

    fn at(&self, caller: Option<usize>) -> preflight_engine::trace::InstancePath {
        caller.map(|instance| self.instances[instance].path.clone()).unwrap_or_default()
    }

    fn log(&mut self, caller: Option<usize>, value: i32) -> Result<(), Stop> {
        self.step_taken()?;
        let at = self.at(caller);
        let name = || LOG.to_owned();
        self.events.push(Event::HostCalled { at: at.clone(), name: name(), args: vec![Value::I32(value)] });
        self.events.push(Event::HostReturned { at, name: name(), results: Vec::new() });
        Ok(())
    }

    /// Logs what a step found out, if its module can.
    pub(super) fn report(&mut self, instance: usize, value: i32) -> Result<(), Stop> {
        if self.spaces[self.instances[instance].module].log.is_some() {
            self.log(Some(instance), value)
        } else {
            Ok(())
        }
    }

    fn report_result(&mut self, instance: usize, result: Option<i32>) -> Result<(), Stop> {
        result.map_or(Ok(()), |value| self.report(instance, value))
    }

    fn call_host(&mut self, caller: Option<usize>, index: usize) -> Result<(), Stop> {
        self.step_taken()?;
        let at = self.at(caller);
        let name = format!("host.f{index}");
        self.events.push(Event::HostCalled { at: at.clone(), name: name.clone(), args: Vec::new() });
        self.host(index)?;
        self.events.push(Event::HostReturned { at, name, results: Vec::new() });
        Ok(())
    }

    fn host(&mut self, index: usize) -> Result<(), Stop> {
        match self.plan.hosts[index] {
            HostFunc::Write { node, export, at, value } => match self.export(node, export) {
                Some(Extern::Memory(memory)) => {
                    self.memories[memory].write(at, std::iter::once(value)).map_err(|_| Stop::Trap(TrapCode::Host))
                }
                _ => Ok(()),
            },
            HostFunc::Grow { node, export, by } => {
                if let Some(Extern::Memory(memory)) = self.export(node, export) {
                    self.memories[memory].grow(by);
                }
                Ok(())
            }
            HostFunc::Trap => Err(Stop::Trap(TrapCode::Host)),
            HostFunc::Throw { node, export, value } => match self.export(node, export) {
                Some(Extern::Tag(tag)) => Err(Stop::Exception(tag, self.tags[tag].then_some(value))),
                _ => Ok(()),
            },
            HostFunc::Call { node, export, catches } => match self.export(node, export) {
                Some(Extern::Func(func)) => end_here(self.call(None, func).map(drop), catches),
                _ => Ok(()),
            },
            HostFunc::Instantiate { node, catches } => {
                self.depth_taken()?;
                self.depth += 1;
                let number = self.made.len();
                let (action, attempt) = (self.action, self.attempts[node]);
                self.made.push(Made { action, host: index, node, attempt, is_complete: false });
                let result = self.instantiate(node);
                self.made[number].is_complete = result.is_ok();
                self.depth -= 1;
                end_here(
                    result.map_err(|failure| match failure {
                        Failure::Link => Stop::Trap(TrapCode::Host),
                        Failure::Stop(_, stop) => stop,
                    }),
                    catches,
                )
            }
        }
    }

    fn run(&mut self, instance: usize, steps: &[Step]) -> Result<Flow, Stop> {
        for step in steps {
            self.step_taken()?;
            if let tail @ Flow::Tail(_) = self.step(instance, step)? {
                return Ok(tail);
            }
        }
        Ok(Flow::Next)
    }

    fn step(&mut self, instance: usize, step: &Step) -> Result<Flow, Stop> {
        match *step {
            Step::Log(value) => self.report(instance, value)?,
            Step::LogGlobal(global) => {
                let Cell::I32(value) = self.globals[self.instances[instance].globals[global]].1 else {
                    unreachable!("a global of type i32")
                };
                self.report(instance, value)?;
            }
            Step::LogByte { memory, at } => {
                let memory = &self.memories[self.instances[instance].memories[memory]];
                memory.check(at, 1)?;
                self.report(instance, memory.byte(at).into())?;
            }
            Step::LogNull { table, at } => {
                let table = &self.tables[self.instances[instance].tables[table]];
                let entry = table.get(at).ok_or(Stop::Trap(TrapCode::OutOfBoundsTable))?;
                self.report(instance, i32::from(entry.is_none()))?;
            }
            Step::Store { .. }
            | Step::StoreWide { .. }
            | Step::Fill { .. }
            | Step::Copy { .. }
            | Step::Init { .. }
            | Step::DropData(_)
            | Step::Grow { .. } => self.memory_step(instance, step)?,
            Step::Atomic { .. } => self.atomic(instance, step)?,
            Step::Wide { op, a, b } => self.wide(instance, op, a, b)?,
            Step::Object(ref step) => self.object_step(instance, step)?,
            Step::SetElement { .. }
            | Step::FillTable { .. }
            | Step::CopyTable { .. }
            | Step::InitTable { .. }
            | Step::DropElem(_)
            | Step::GrowTable { .. } => self.table_step(instance, step)?,
            Step::SetGlobal { global, value, item } => {
                let address = self.instances[instance].globals[global];
                let cell = match self.globals[address].0.content {
                    Content::Func => Cell::Func(self.item(instance, item)),
                    content => Cell::number(value, content),
                };
                self.globals[address].1 = cell;
            }
            _ => return self.control_step(instance, step),
        }
        Ok(Flow::Next)
    }

    fn memory_step(&mut self, instance: usize, step: &Step) -> Result<(), Stop> {
        let address = |memory: usize| self.instances[instance].memories[memory];
        let is_wide = |memory: usize| self.memories[address(memory)].ty.is_64;
        let (is_odd, is_aliased) = match *step {
            Step::Fill { memory, .. } => (is_wide(memory), false),
            Step::Copy { to, from, .. } => (is_wide(to) || is_wide(from), to != from && address(to) == address(from)),
            _ => (false, false),
        };
        let breaks = is_odd && self.deviates(Deviation::WideCopiesAndFillsBreak)
            || is_aliased && self.deviates(Deviation::AliasedMemoryCopiesBreak);
        if breaks {
            return Err(self.give_up());
        }
        match *step {
            Step::Store { memory, at, value } => {
                let memory = address(memory);
                self.memories[memory].write(at, std::iter::once(value))
            }
            Step::StoreWide { memory, at, value } => {
                let memory = address(memory);
                self.memories[memory].write(at, [value; 8].into_iter())
            }
            Step::Fill { memory, at, value, len } => {
                let memory = address(memory);
                // The check comes first: what would be too long is never written.
                self.memories[memory].check(at, len)?;
                self.memories[memory].write(at, vec![value; len as usize].into_iter())
            }
            Step::Copy { to, from, at, source, len } => {
                let (to, from) = (address(to), address(from));
                self.memories[from].check(source, len)?;
                self.memories[to].check(at, len)?;
                let bytes: Vec<u8> = (source..source + len).map(|i| self.memories[from].byte(i)).collect();
                self.memories[to].write(at, bytes.into_iter())
            }
            Step::Init { data, memory, at, source, len } => {
                let memory = address(memory);
                if self.instances[instance].dropped[data] && self.skips_target(source, len) {
                    return Ok(());
                }
                let bytes = part(self.data(instance, data), source, len, TrapCode::OutOfBoundsMemory)?.to_vec();
                self.memories[memory].write(at, bytes.into_iter())
            }
            Step::DropData(data) => {
                self.drop_data(instance, data);
                Ok(())
            }
            Step::Grow { memory, by } => {
                let memory = address(memory);
                let old = self.memories[memory].grow(by).map_or(-1, |old| old as i32);
                self.report(instance, old)
            }
            _ => unreachable!("a step on memories"),
        }
    }

    fn table_step(&mut self, instance: usize, step: &Step) -> Result<(), Stop> {
        let address = |table: usize| self.instances[instance].tables[table];
        match *step {
            Step::SetElement { table, at, item } => {
                let (table, item) = (address(table), self.item(instance, item));
                self.tables[table].write(at, &[item])
            }
            Step::FillTable { table, at, item, len } => {
                let (table, item) = (address(table), self.item(instance, item));
                if item.is_some() && self.deviates(Deviation::TableFillsBreak) {
                    return Err(self.give_up());
                }
                self.tables[table].check(at, len)?;
                self.tables[table].write(at, &vec![item; len as usize])
            }
            Step::CopyTable { to, from, at, source, len } => {
                let is_aliased = to != from && address(to) == address(from);
                let (to, from) = (address(to), address(from));
                let mut items = part(&self.tables[from].entries, source, len, TrapCode::OutOfBoundsTable)?.to_vec();
                if is_aliased && at > source {
                    self.overlap((at - source) as usize, &mut items);
                }
                self.tables[to].write(at, &items)
            }
            Step::InitTable { elem, table, at, source, len } => {
                let table = address(table);
                if self.is_elem_dropped(instance, elem) && self.skips_target(source, len) {
                    return Ok(());
                }
                let elem = &self.instances[instance].elems[elem];
                let items = part(elem, source, len, TrapCode::OutOfBoundsTable)?.to_vec();
                self.tables[table].write(at, &items)
            }
            Step::DropElem(elem) => {
                self.instances[instance].elems[elem].clear();
                Ok(())
            }
            Step::GrowTable { table, by, item } => {
                let (table, item) = (address(table), self.item(instance, item));
                let is_huge = by >= HUGE && self.tables[table].ty.max.is_none();
                if is_huge && self.deviates(Deviation::HugeTablesBreak) {
                    return Err(self.give_up());
                }
                let old = self.tables[table].grow(by, item).map_or(-1, |old| old as i32);
                self.report(instance, old)
            }
            _ => unreachable!("a step on tables"),
        }
    }

    fn control_step(&mut self, instance: usize, step: &Step) -> Result<Flow, Stop> {
        match *step {
            Step::Call { func, tail } => {
                let func = self.instances[instance].funcs[func];
                if tail {
                    return Ok(Flow::Tail(func));
                }
                let result = self.call(Some(instance), func)?;
                self.report_result(instance, result)?;
            }
            Step::CallRef { func } => {
                let result = self.call(Some(instance), self.instances[instance].funcs[func])?;
                self.report_result(instance, result)?;
            }
            Step::CallIndirect { table, at, number, tail } => {
                let func = self.callee(instance, table, at, number)?;
                if tail {
                    return Ok(Flow::Tail(func));
                }
                let result = self.call(Some(instance), func)?;
                self.report_result(instance, result)?;
            }
            Step::Trap(Trap::WaitUnshared(memory)) if self.passes_unshared_wait(instance, memory) => {}
            Step::Trap(trap) => return Err(Stop::Trap(code(trap))),
            Step::Throw { tag, value } => {
                let tag = self.instances[instance].tags[tag];
                return Err(Stop::Exception(tag, self.tags[tag].then_some(value)));
            }
            Step::Try { catch, ref body } => match (self.run(instance, body), catch) {
                (Err(Stop::Exception(tag, value)), Catch::Tag(caught))
                    if self.instances[instance].tags[caught] == tag =>
                {
                    self.report_result(instance, value)?;
                }
                (Err(Stop::Exception(..)), Catch::All) => {}
                (end, _) => return end,
            },
            Step::Repeat { times, ref body } => {
                for _ in 0..times {
                    if let tail @ Flow::Tail(_) = self.run(instance, body)? {
                        return Ok(tail);
                    }
                }
            }
            Step::Recurse => return Err(Stop::Exhausted(Resource::Stack)),
            Step::Spin => return Err(Stop::Exhausted(Resource::Fuel)),
            _ => unreachable!("a step of control"),
        }
        Ok(Flow::Next)
    }

    /// The function that `call_indirect` calls (core `#exec-call-indirect`).
    fn callee(&self, instance: usize, table: usize, at: u64, number: bool) -> Result<FuncId, Stop> {
        let table = &self.tables[self.instances[instance].tables[table]];
        let entry = table.get(at).ok_or(Stop::Trap(TrapCode::UndefinedElement))?;
        let func = entry.ok_or(Stop::Trap(TrapCode::UninitializedElement))?;
        let expected = if number { FuncType::Number } else { FuncType::Unit };
        if self.func_type(func) == expected { Ok(func) } else { Err(Stop::Trap(TrapCode::IndirectCallTypeMismatch)) }
    }
}

/// A host function that catches lets traps and exceptions end; what is exhausted stays exhausted.
fn end_here(result: Result<(), Stop>, catches: bool) -> Result<(), Stop> {
    match result {
        Err(Stop::Trap(_) | Stop::Exception(..)) if catches => Ok(()),
        result => result,
    }
}

fn code(trap: Trap) -> TrapCode {
    match trap {
        Trap::Unreachable => TrapCode::Unreachable,
        Trap::DivideByZero => TrapCode::IntegerDivideByZero,
        Trap::DivideOverflow | Trap::ConvertOverflow => TrapCode::IntegerOverflow,
        Trap::ConvertNan => TrapCode::InvalidConversionToInteger,
        Trap::Load(_) => TrapCode::OutOfBoundsMemory,
        Trap::TableGet(_) => TrapCode::OutOfBoundsTable,
        Trap::CallBeyond(_) => TrapCode::UndefinedElement,
        Trap::CallNull | Trap::AsNonNull | Trap::ThrowNull => TrapCode::NullReference,
        Trap::ArrayGet => TrapCode::OutOfBoundsArray,
        Trap::Cast => TrapCode::CastFailure,
        Trap::Unaligned(_) => TrapCode::UnalignedAtomic,
        Trap::WaitUnshared(_) => TrapCode::ExpectedSharedMemory,
    }
}

//! What a store keeps for compiled code: its functions and instances as words, trampolines, and the runs that wait.

use super::{
    abi::{self, FuncRef, Shape},
    code::Cell,
    compile::{self, Direction, Trampoline, Unsupported},
    roots::{self, Segment},
};
use crate::{
    Store,
    runtime::{FuncAddr, FuncKind, InstanceAddr, TypeId},
};
use std::collections::HashMap;

/// See the head of this file.
#[derive(Default)]
pub(crate) struct State {
    funcs: Vec<FuncRef>,
    /// By instance; `None` if the instance's allocation failed.
    instances: Vec<Option<Box<[u64]>>>,
    /// The trampolines of host functions by type, as cells that function references point to.
    #[allow(clippy::vec_box, reason = "function references point into the boxes")]
    hosts: HashMap<TypeId, Box<Cell>>,
    entries: HashMap<TypeId, usize>,
    /// Keeps alive what `hosts` and `entries` point to.
    trampolines: Vec<Trampoline>,
    /// The words of arguments and results, kept from run to run.
    pub(super) slots: Vec<u64>,
    /// The runs that wait for a host function, the outermost first.
    waiting: Vec<Segment>,
    /// The run that allocated last.
    running: Option<Segment>,
    /// Where the outermost run's stack began, and how far it may reach.
    pub(super) stack: Option<(usize, usize)>,
    /// The [room](super::room) that a run inside of a run has: what the outer one has left.
    pub(super) room: Option<i64>,
}

/// What compiled code has on one machine stack, while another stack is the running one.
#[derive(Default)]
pub(crate) struct Frames {
    waiting: Vec<Segment>,
    running: Option<Segment>,
    stack: Option<(usize, usize)>,
    room: Option<i64>,
}

impl Frames {
    /// As [`State::roots`].
    pub(crate) fn roots(&self) -> Vec<u64> {
        roots::roots(self.waiting.iter().chain(&self.running))
    }
}

/// What the functions of instances point to that were never completed.
static NEVER: std::sync::LazyLock<Cell> = std::sync::LazyLock::new(Cell::default);

impl State {
    /// The functions by address, as compiled code reads them.
    pub(super) fn funcs(&self) -> *const FuncRef {
        self.funcs.as_ptr()
    }

    /// The words of an instance.
    pub(super) fn instance(&self, addr: InstanceAddr) -> Option<*const u64> {
        self.instances.get(addr.0 as usize)?.as_ref().map(|words| words.as_ptr())
    }

    /// Every reference that a compiled frame holds.
    pub(crate) fn roots(&self) -> Vec<u64> {
        roots::roots(self.waiting.iter().chain(&self.running))
    }

    /// A run allocates.
    pub(super) fn set_running(&mut self, segment: Option<Segment>) {
        self.running = segment;
    }

    /// A run waits for a host function.
    pub(super) fn push_waiting(&mut self, segment: Segment) {
        self.waiting.push(segment);
    }

    /// The host function has returned.
    pub(super) fn pop_waiting(&mut self) {
        self.waiting.pop();
    }

    /// Exchanges what belongs to the running stack with what belongs to another.
    pub(crate) fn exchange_frames(&mut self, other: &mut Frames) {
        std::mem::swap(&mut self.waiting, &mut other.waiting);
        std::mem::swap(&mut self.running, &mut other.running);
        std::mem::swap(&mut self.stack, &mut other.stack);
        std::mem::swap(&mut self.room, &mut other.room);
    }

    /// Compiled code on the running stack, which reaches up to `base`, may not go below `low`.
    pub(crate) fn limit_stack(&mut self, low: usize, base: usize) {
        self.stack = Some((low, base));
    }

    fn host_cell(&mut self, ty: TypeId) -> *const Cell {
        &raw const **self.hosts.entry(ty).or_default()
    }
}

impl Store {
    /// Brings the words that compiled code reads up to date with the store. New functions and instances come only from
    /// outside, before a run begins or while a host function runs.
    pub(super) fn sync_compiled(&mut self) {
        for index in self.jit.instances.len()..self.instances.len() {
            self.jit.instances.push(abi::instance_words(&self.instances[index]));
        }
        self.jit.funcs.reserve(self.funcs.len() - self.jit.funcs.len());
        for index in self.jit.funcs.len()..self.funcs.len() {
            let func = self.funcs[index];
            let (cell, context) = match func.kind {
                FuncKind::Wasm { instance, index } => match self.jit.instance(instance) {
                    Some(words) => {
                        let module = &self.instance(instance).module;
                        (&raw const *module.compiled().cell(index - module.syntax().imported.funcs), words)
                    }
                    None => (&raw const *NEVER, std::ptr::null()),
                },
                FuncKind::Host(host) => (self.jit.host_cell(func.ty), host as usize as *const u64),
            };
            let is_host = matches!(func.kind, FuncKind::Host(_)).into();
            self.jit.funcs.push(FuncRef { cell, context, ty: func.ty.0, is_host });
        }
    }

    /// The entry trampoline for functions of type `ty`.
    pub(super) fn entry(&mut self, ty: TypeId) -> Result<usize, Unsupported> {
        if let Some(code) = self.jit.entries.get(&ty) {
            return Ok(*code);
        }
        let trampoline = compile::trampoline(Direction::Entry, Shape::of(self.func_type_of(ty)))?;
        let code = trampoline.code;
        self.jit.entries.insert(ty, code);
        self.jit.trampolines.push(trampoline);
        Ok(code)
    }

    /// The code of any function, compiled if this is its first call.
    pub(super) fn code_of(&mut self, addr: FuncAddr) -> Result<usize, Unsupported> {
        let func = self.funcs[addr.0 as usize];
        match func.kind {
            FuncKind::Wasm { instance, index } => {
                if self.jit.instance(instance).is_none() {
                    return Err(Unsupported("a function of an instance that was never allocated".to_owned()));
                }
                let module = &self.instance(instance).module;
                compile::function(module, index - module.syntax().imported.funcs)
            }
            FuncKind::Host(_) => {
                let trampoline = compile::trampoline(Direction::Host, Shape::of(self.func_type_of(func.ty)))?;
                let cell = self.jit.hosts.entry(func.ty).or_default();
                cell.publish(trampoline.code);
                let code = cell.get().expect("just published");
                self.jit.trampolines.push(trampoline);
                Ok(code)
            }
        }
    }
}

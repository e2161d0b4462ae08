//! What a store keeps for compiled code: its functions and instances as words, trampolines, and the stack's roots.

#![allow(unsafe_code, reason = "reading the words of the stack")]

use super::{
    abi::{self, FuncRef, REGISTERS, RunContext, Shape},
    code::Cell,
    compile::{self, Direction, Trampoline, Unsupported},
};
use crate::{
    Store,
    runtime::{FuncAddr, FuncKind, InstanceAddr, TypeId},
};
use std::{collections::HashMap, mem::offset_of};

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
    /// The stacks of runs that wait for a host function, the outermost first.
    waiting: Vec<Segment>,
    /// The stack of the run that allocated last.
    running: Option<Segment>,
    /// Where the outermost run's stack began, and how far it may reach.
    pub(super) stack: Option<(usize, usize)>,
}

/// What compiled code has on one machine stack, while another stack is the running one.
#[derive(Default)]
pub(crate) struct Frames {
    waiting: Vec<Segment>,
    running: Option<Segment>,
    stack: Option<(usize, usize)>,
}

impl Frames {
    /// As [`State::roots`].
    pub(crate) fn roots(&self) -> impl Iterator<Item = u64> {
        self.waiting.iter().chain(&self.running).flat_map(Segment::words)
    }
}

/// The part of the machine's stack that the compiled frames of one run use, and the registers that they may have values
/// in.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    /// From its lowest address.
    pub low: usize,
    /// To the first above it.
    pub high: usize,
    /// The registers.
    pub registers: [u64; REGISTERS],
}

impl Segment {
    /// All its words.
    fn words(&self) -> impl Iterator<Item = u64> {
        let stack = (self.low..self.high).step_by(8).map(read_word);
        self.registers.into_iter().chain(stack)
    }
}

/// Writes down where the stack of compiled code ends and what the registers hold that it may still need, and goes on in
/// the helper that the run context names. Compiled code calls every helper through this that may collect garbage or run
/// something else: the frames of the helper itself, with what they held earlier, are no roots.
///
/// # Safety
/// The first argument is the run context, the others are the target's.
#[cfg(all(target_arch = "x86_64", not(windows)))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn publish() {
    std::arch::naked_asm!(
        "mov [rdi + {stack_end}], rsp",
        "mov [rdi + {registers}], rbx",
        "mov [rdi + {registers} + 8], rbp",
        "mov [rdi + {registers} + 16], r12",
        "mov [rdi + {registers} + 24], r13",
        "mov [rdi + {registers} + 32], r14",
        "mov [rdi + {registers} + 40], r15",
        "jmp qword ptr [rdi + {target}]",
        stack_end = const offset_of!(RunContext, stack_end),
        registers = const offset_of!(RunContext, registers),
        target = const offset_of!(RunContext, target),
    )
}

/// As above.
///
/// # Safety
/// As above.
#[cfg(all(target_arch = "x86_64", windows))]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn publish() {
    std::arch::naked_asm!(
        "mov [rcx + {stack_end}], rsp",
        "mov [rcx + {registers}], rbx",
        "mov [rcx + {registers} + 8], rbp",
        "mov [rcx + {registers} + 16], r12",
        "mov [rcx + {registers} + 24], r13",
        "mov [rcx + {registers} + 32], r14",
        "mov [rcx + {registers} + 40], r15",
        "mov [rcx + {registers} + 48], rdi",
        "mov [rcx + {registers} + 56], rsi",
        "jmp qword ptr [rcx + {target}]",
        stack_end = const offset_of!(RunContext, stack_end),
        registers = const offset_of!(RunContext, registers),
        target = const offset_of!(RunContext, target),
    )
}

/// As above.
///
/// # Safety
/// As above.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
pub(super) unsafe extern "C" fn publish() {
    std::arch::naked_asm!(
        "mov x9, sp",
        "str x9, [x0, #{stack_end}]",
        "add x9, x0, #{registers}",
        "stp x19, x20, [x9]",
        "stp x21, x22, [x9, #16]",
        "stp x23, x24, [x9, #32]",
        "stp x25, x26, [x9, #48]",
        "stp x27, x28, [x9, #64]",
        "str x29, [x9, #80]",
        "ldr x9, [x0, #{target}]",
        "br x9",
        stack_end = const offset_of!(RunContext, stack_end),
        registers = const offset_of!(RunContext, registers),
        target = const offset_of!(RunContext, target),
    )
}

/// Nothing is compiled on this machine.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) unsafe extern "C" fn publish() {
    unreachable!("nothing is compiled on this machine")
}

/// A word of the stack, whatever it belongs to. In assembly, since no language rule lets a function look at the frames of
/// others, and no sanitizer either.
#[cfg(target_arch = "x86_64")]
fn read_word(address: usize) -> u64 {
    let word: u64;
    // SAFETY: the address is between the running frame and the base of a run further up on the same stack.
    unsafe {
        std::arch::asm!("mov {0}, [{1}]", out(reg) word, in(reg) address, options(nostack, readonly, preserves_flags))
    };
    word
}

/// A word of the stack, whatever it belongs to. In assembly, since no language rule lets a function look at the frames of
/// others, and no sanitizer either.
#[cfg(target_arch = "aarch64")]
fn read_word(address: usize) -> u64 {
    let word: u64;
    // SAFETY: the address is between the running frame and the base of a run further up on the same stack.
    unsafe {
        std::arch::asm!("ldr {0}, [{1}]", out(reg) word, in(reg) address, options(nostack, readonly, preserves_flags))
    };
    word
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn read_word(_: usize) -> u64 {
    unreachable!("nothing is compiled on this machine")
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

    /// Every word of the machine's stack that could be a reference held by a compiled frame.
    ///
    /// The heap does not move its objects, and a reference is told from other words by its tag and generation: looking at
    /// all words finds whatever a frame holds, wherever the register allocator put it.
    pub(crate) fn roots(&self) -> Vec<u64> {
        self.waiting.iter().chain(&self.running).flat_map(Segment::words).collect()
    }

    /// The run whose stack reaches up to `high` allocates.
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
            self.jit.funcs.push(FuncRef { cell, context, ty: func.ty.0 });
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

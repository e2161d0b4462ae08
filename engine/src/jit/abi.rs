//! What compiled code and the run time agree on: the words of an instance, of a function reference and of a run, and how
//! values pass between them.
//!
//! A compiled function takes the [`RunContext`], the words of its instance, the [room](super::room) that it has and its
//! parameters, in the calling convention of tail calls. A value that crosses into Rust does so in 64-bit *words*, exactly the slots of tier one.

use super::code::Cell;
use crate::{
    Store,
    error::Fault,
    runtime::InstanceInst,
    syntax::{FuncType, HeapType, Module, ValType},
    trace::TrapCode,
};
use cranelift_codegen::{
    ir::{AbiParam, Signature, Type, types},
    isa::CallConv,
};
use std::{any::Any, mem::offset_of};

/// What one run of compiled code shares between its frames and with the run time.
#[repr(C)]
pub(super) struct RunContext {
    /// Branches and calls until the run time has to look: fuel and interruption cost one subtraction.
    pub budget: i64,
    /// No frame may lie below this address.
    pub stack_limit: usize,
    /// Whether the run is ending, and how: see [`pending`].
    pub pending: u32,
    /// The trap that compiled code found: its place in [`TRAPS`] plus one, or [`STACK`], in the upper half, and the offset
    /// plus one in the lower. 0 if `fault` holds what happened.
    pub trap: u64,
    /// Where it happened: the function in the upper half, the offset in the lower (unless `trap` has it), plus one so that 0
    /// is nowhere.
    pub position: u64,
    /// The store's functions by address.
    pub funcs: *const FuncRef,
    /// The instance that made the last call out of its module.
    pub caller: *const u64,
    /// Results of the helper that ran last.
    pub result: [u64; 2],
    /// The helper that is to be called once the roots are published.
    pub target: usize,
    /// Where that one was to return to, when this was done last.
    pub pc: usize,
    /// The frame pointer of whoever called it.
    pub fp: usize,
    /// The registers that its frame may have had values in then.
    pub registers: [u64; REGISTERS],
    /// The frame pointer of the entry trampoline.
    pub entry_fp: usize,
    /// The [room](super::room) of the first call, and then of the last call of a host function.
    pub room: i64,
    /// The store.
    pub store: *mut Store,
    /// Why the run ends, unless `trap` says it.
    pub fault: Option<Fault>,
    /// A panic of a host function, on its way around the compiled frames.
    pub panic: Option<Box<dyn Any + Send>>,
}

/// Registers that a called function preserves for its caller, the frame pointer aside.
pub(super) const REGISTERS: usize = if cfg!(target_arch = "aarch64") { 10 } else { 7 };

/// Values of [`RunContext::pending`].
pub(super) mod pending {
    /// The run goes on.
    pub const NOTHING: u32 = 0;
    /// It ends with a fault that nothing catches.
    pub const FAULT: u32 = 1;
    /// It ends with an exception unless a frame catches it.
    pub const EXCEPTION: u32 = 2;
}

/// Offsets in the [`RunContext`].
pub(super) mod run {
    use super::{RunContext, offset_of};
    pub const BUDGET: i32 = offset_of!(RunContext, budget) as i32;
    pub const STACK_LIMIT: i32 = offset_of!(RunContext, stack_limit) as i32;
    pub const PENDING: i32 = offset_of!(RunContext, pending) as i32;
    pub const TRAP: i32 = offset_of!(RunContext, trap) as i32;
    pub const POSITION: i32 = offset_of!(RunContext, position) as i32;
    pub const FUNCS: i32 = offset_of!(RunContext, funcs) as i32;
    pub const CALLER: i32 = offset_of!(RunContext, caller) as i32;
    pub const TARGET: i32 = offset_of!(RunContext, target) as i32;
    pub const ENTRY_FP: i32 = offset_of!(RunContext, entry_fp) as i32;
    pub const ROOM: i32 = offset_of!(RunContext, room) as i32;
    pub const RESULT: i32 = offset_of!(RunContext, result) as i32;
}

/// A function of the store as compiled code calls it.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct FuncRef {
    /// Where its code is, or null until it is compiled.
    pub cell: *const Cell,
    /// The words of its instance; the number of a host function.
    pub context: *const u64,
    /// Its type.
    pub ty: u32,
    /// Whether it is a function of the host.
    pub is_host: u32,
}

/// Offsets in a [`FuncRef`].
pub(super) mod func_ref {
    use super::{FuncRef, offset_of};
    pub const SIZE: i64 = size_of::<FuncRef>() as i64;
    pub const CELL: i32 = offset_of!(FuncRef, cell) as i32;
    pub const CONTEXT: i32 = offset_of!(FuncRef, context) as i32;
    pub const TYPE: i32 = offset_of!(FuncRef, ty) as i32;
    pub const IS_HOST: i32 = offset_of!(FuncRef, is_host) as i32;
}

/// The traps that compiled code finds by itself.
pub(super) const TRAPS: [TrapCode; 11] = [
    TrapCode::Unreachable,
    TrapCode::IntegerDivideByZero,
    TrapCode::IntegerOverflow,
    TrapCode::InvalidConversionToInteger,
    TrapCode::OutOfBoundsMemory,
    TrapCode::OutOfBoundsTable,
    TrapCode::UndefinedElement,
    TrapCode::UninitializedElement,
    TrapCode::IndirectCallTypeMismatch,
    TrapCode::NullReference,
    TrapCode::OutOfBoundsArray,
];

/// The number in [`RunContext::trap`] that says the stack is exhausted.
pub(super) const STACK: u32 = TRAPS.len() as u32 + 1;

/// The number of a trap in [`RunContext::trap`].
pub(super) fn trap_number(code: TrapCode) -> u32 {
    TRAPS.iter().position(|other| *other == code).expect("compiled code finds no other traps") as u32 + 1
}

/// Where the words of an instance are: its own pointer, then memories, tables, globals (pointers), functions (addresses),
/// types and tags (ids).
#[derive(Clone, Copy)]
pub(super) struct Layout {
    tables: u32,
    globals: u32,
    funcs: u32,
    types: u32,
    tags: u32,
}

impl Layout {
    /// The layout of the instances of `module`.
    pub fn of(module: &Module) -> Self {
        let tables = 1 + module.memories.len() as u32;
        let globals = tables + module.tables.len() as u32;
        let funcs = globals + module.globals.len() as u32;
        let types = funcs + module.funcs.len() as u32;
        Layout { tables, globals, funcs, types, tags: types + module.types.len() as u32 }
    }

    /// Offset of the pointer to memory `x`.
    pub fn memory(&self, x: u32) -> i32 {
        (1 + x) as i32 * 8
    }

    /// Offset of the pointer to table `x`.
    pub fn table(&self, x: u32) -> i32 {
        (self.tables + x) as i32 * 8
    }

    /// Offset of the pointer to global `x`.
    pub fn global(&self, x: u32) -> i32 {
        (self.globals + x) as i32 * 8
    }

    /// Offset of the address of function `x`.
    pub fn func(&self, x: u32) -> i32 {
        (self.funcs + x) as i32 * 8
    }

    /// Offset of the id of type `x`.
    pub fn ty(&self, x: u32) -> i32 {
        (self.types + x) as i32 * 8
    }

    /// Offset of the address of tag `x`.
    pub fn tag(&self, x: u32) -> i32 {
        (self.tags + x) as i32 * 8
    }
}

/// The words of an instance, or `None` if its allocation failed half way: its functions have not escaped then.
pub(super) fn instance_words(instance: &InstanceInst) -> Option<Box<[u64]>> {
    let syntax = instance.module.syntax();
    let complete = instance.mem_ptrs.len() == syntax.memories.len()
        && instance.table_ptrs.len() == syntax.tables.len()
        && instance.global_ptrs.len() == syntax.globals.len()
        && instance.tags.len() == syntax.tags.len();
    if !complete {
        return None;
    }
    let mut words = vec![&raw const *instance as u64];
    words.extend(instance.mem_ptrs.iter().map(|memory| *memory as u64));
    words.extend(instance.table_ptrs.iter().map(|table| *table as u64));
    words.extend(instance.global_ptrs.iter().map(|global| *global as u64));
    words.extend(instance.funcs.iter().map(|func| func.0 as u64));
    words.extend(instance.types.iter().map(|ty| ty.0 as u64));
    words.extend(instance.tags.iter().map(|tag| tag.0 as u64));
    Some(words.into())
}

/// The machine type of a value; every vector is sixteen bytes until an instruction says otherwise.
pub(super) fn machine_type(ty: ValType) -> Type {
    match ty {
        ValType::I32 => types::I32,
        ValType::I64 | ValType::Ref(_) => types::I64,
        ValType::F32 => types::F32,
        ValType::F64 => types::F64,
        ValType::V128 => types::I8X16,
    }
}

/// How many parameters compiled functions have before their own.
pub(super) const IMPLICIT: usize = 3;

/// Whether a value of this type may refer to an object of the heap. Functions are no objects.
pub(super) fn may_be_object(ty: ValType) -> bool {
    matches!(ty, ValType::Ref(ty) if !matches!(ty.heap, HeapType::Func | HeapType::NoFunc))
}

/// The machine types of parameters and results: what tells one trampoline from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    pub params: Box<[Type]>,
    pub results: Box<[Type]>,
}

impl Shape {
    /// The shape of a function type.
    pub fn of(ty: &FuncType) -> Self {
        let machine_types = |types: &[ValType]| types.iter().map(|ty| machine_type(*ty)).collect();
        Shape { params: machine_types(&ty.params), results: machine_types(&ty.results) }
    }

    /// The signature of compiled functions.
    pub fn signature(&self) -> Signature {
        let mut signature = Signature::new(CallConv::Tail);
        signature.params.extend([AbiParam::new(types::I64); IMPLICIT]);
        signature.params.extend(self.params.iter().map(|ty| AbiParam::new(*ty)));
        signature.returns.extend(self.results.iter().map(|ty| AbiParam::new(*ty)));
        signature
    }

    /// How many words the parameters or the results take, whichever are more.
    pub fn words(&self) -> u32 {
        words(&self.params).max(words(&self.results))
    }
}

/// How many words values of these types take.
pub(super) fn words(types: &[Type]) -> u32 {
    types.iter().map(|ty| word_count(*ty)).sum()
}

/// How many words a value of this type takes.
pub(super) fn word_count(ty: Type) -> u32 {
    if ty.bits() == 128 { 2 } else { 1 }
}

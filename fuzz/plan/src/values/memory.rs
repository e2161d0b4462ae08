//! The memory of a core instance: what stands in it, how more of it is given out, and what can be wrong with that.

use super::{
    Encoding, Flaw,
    abi::{Heap, Width},
    across::Misdeed,
};
use wasm_encoder::{
    BlockType, CanonicalOption, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, InstructionSink, MemArg, MemorySection, MemoryType,
    Module, TypeSection, ValType,
};

/// Where values stand in a memory, and where new allocations begin; the first bytes are for what functions return.
pub(super) const BASE: usize = 1024;
pub(super) const ALLOCATIONS: u64 = 1 << 15;
pub(super) const RETURNED: u64 = 16;
pub(super) const END: u64 = 1 << 16;

/// The most core parameters of a function (`MAX_FLAT_PARAMS`).
pub(super) const MAX_FLAT_PARAMS: usize = 16;

/// Spoils a value that stands at an address, or that address, which is returned.
pub(super) fn spoil(flaw: Option<Flaw>, heap: &mut Heap, at: usize) -> usize {
    match flaw {
        Some(Flaw::Bounds) => return END as usize,
        Some(Flaw::Align) => return at + 1,
        Some(Flaw::Case) => heap.put(at, &[200]),
        Some(Flaw::Char) => heap.put(at, &0xd800_u32.to_le_bytes()),
        Some(Flaw::Length) => {
            // A list of things without a size is never too long, but there is none; strings have a tag in their length.
            heap.put_ptr(at + heap.width.bytes(), 0x10_0000);
        }
        Some(Flaw::String) => {
            let pair = no_string(heap);
            heap.put_pair(at, pair);
        }
        Some(Flaw::Trap) | None => {}
    }
    at
}

/// Spoils a value that is flat.
pub(super) fn spoil_flat(flaw: Option<Flaw>, heap: &mut Heap, flat: &mut [u64]) {
    match flaw {
        Some(Flaw::Case) => flat[0] = 200,
        Some(Flaw::Char) => flat[0] = 0xd800,
        Some(Flaw::Length) => flat[1] = 0x10_0000,
        Some(Flaw::String) => (flat[0], flat[1]) = no_string(heap),
        Some(Flaw::Bounds | Flaw::Align | Flaw::Trap) | None => {}
    }
}

/// A byte that begins nothing; or half of a pair, which is tagged where it has to be.
fn no_string(heap: &mut Heap) -> (u64, u64) {
    let text = heap.allocate(2, 2);
    let (bytes, len): (&[u8], u64) = match heap.encoding {
        Encoding::Utf8 => (&[0xff], 1),
        Encoding::Utf16 => (&[0x00, 0xd8], 1),
        Encoding::CompactUtf16 => (&[0x00, 0xd8], 1 | heap.width.tag()),
    };
    heap.put(text, bytes);
    (text as u64, len)
}

/// The memory, the `realloc` function with this index, and the encoding.
pub(super) fn options(encoding: Encoding, realloc: u32) -> Vec<CanonicalOption> {
    let encoding = match encoding {
        Encoding::Utf8 => CanonicalOption::UTF8,
        Encoding::Utf16 => CanonicalOption::UTF16,
        Encoding::CompactUtf16 => CanonicalOption::CompactUTF16,
    };
    vec![CanonicalOption::Memory(0), CanonicalOption::Realloc(realloc), encoding]
}

/// The type of a memory of a page at least.
pub(super) fn memory_type(width: Width, maximum: Option<u64>) -> MemoryType {
    let memory64 = width == Width::W64;
    MemoryType { minimum: 1, maximum, memory64, shared: false, page_size_log2: None }
}

/// A memory that holds `bytes`, and a `realloc` that never takes anything back; `log` may be imported for it, and something
/// may be wrong with it.
pub(super) fn memory_module(bytes: &[u8], width: Width, has_log: bool, misdeed: Option<Misdeed>) -> Module {
    let ptr = width.ty();
    let mut types = TypeSection::new();
    types.ty().function([ptr; 4], [ptr]);
    types.ty().function([ValType::I32], []);
    let mut imports = ImportSection::new();
    if has_log {
        imports.import("", "log", EntityType::Function(1));
    }
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(memory_type(width, Some(1)));
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ptr, mutable: true, shared: false }, &offset(width, ALLOCATIONS));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0).export("realloc", ExportKind::Func, has_log.into());
    let mut code = CodeSection::new();
    code.function(&realloc(width, misdeed));
    let mut data = DataSection::new();
    data.active(0, &offset(width, BASE as u64), bytes.iter().copied());
    let mut module = Module::new();
    module.section(&types);
    if has_log {
        module.section(&imports);
    }
    module.section(&functions).section(&memories).section(&globals).section(&exports);
    module.section(&code).section(&data);
    module
}

fn offset(width: Width, value: u64) -> ConstExpr {
    match width {
        Width::W32 => ConstExpr::i32_const(value as i32),
        Width::W64 => ConstExpr::i64_const(value as i64),
    }
}

fn realloc(width: Width, misdeed: Option<Misdeed>) -> Function {
    let mut realloc = Function::new([(1, width.ty())]);
    let (old, old_size, align, new_size, at) = (0, 1, 2, 3, 4);
    let mut body = realloc.instructions();
    misdeed.into_iter().for_each(|misdeed| do_wrong(&mut body, misdeed));
    if misdeed == Some(Misdeed::Beyond) {
        number(&mut body, width, END + 8);
        body.return_();
    }
    // The next address that is a multiple of the alignment.
    body.global_get(0).local_get(align);
    Ops(&mut body, width).add().number(1).sub().number(0);
    body.local_get(align);
    Ops(&mut body, width).sub().and();
    body.local_tee(at).local_get(new_size);
    Ops(&mut body, width).add();
    body.global_set(0);
    // What was there moves; a block that becomes smaller takes along what fits.
    body.local_get(at).local_get(old).local_get(old_size).local_get(new_size);
    body.local_get(old_size).local_get(new_size);
    Ops(&mut body, width).lt_u();
    body.select().memory_copy(0, 0).local_get(at);
    if misdeed == Some(Misdeed::Unaligned) {
        Ops(&mut body, width).number(1).or();
    }
    body.end();
    realloc
}

/// What stops a function: a trap, or a call of the imported `log` where the instance may not be left.
pub(super) fn do_wrong(out: &mut InstructionSink<'_>, misdeed: Misdeed) {
    match misdeed {
        Misdeed::Trap => out.unreachable(),
        Misdeed::Leave => out.i32_const(7).call(0),
        Misdeed::Beyond | Misdeed::Unaligned => out,
    };
}

/// Instructions on addresses.
pub(super) struct Ops<'a, 'b>(pub &'a mut InstructionSink<'b>, pub Width);

macro_rules! ops {
    ($($name:ident: $of_32:ident, $of_64:ident;)*) => {
        impl Ops<'_, '_> {
            $(pub fn $name(&mut self) -> &mut Self {
                match self.1 {
                    Width::W32 => self.0.$of_32(),
                    Width::W64 => self.0.$of_64(),
                };
                self
            })*
        }
    };
}

ops! {
    add: i32_add, i64_add;
    sub: i32_sub, i64_sub;
    and: i32_and, i64_and;
    or: i32_or, i64_or;
    lt_u: i32_lt_u, i64_lt_u;
}

impl Ops<'_, '_> {
    pub fn number(&mut self, value: u64) -> &mut Self {
        number(self.0, self.1, value);
        self
    }
}

/// An address or a length.
pub(super) fn number(out: &mut InstructionSink<'_>, width: Width, value: u64) {
    constant(out, width.ty(), value);
}

/// A number of any kind, as its bits.
pub(super) fn constant(out: &mut InstructionSink<'_>, ty: ValType, bits: u64) {
    match ty {
        ValType::I64 => out.i64_const(bits as i64),
        ValType::F32 => out.f32_const(f32::from_bits(bits as u32).into()),
        ValType::F64 => out.f64_const(f64::from_bits(bits).into()),
        _ => out.i32_const(bits as u32 as i32),
    };
}

/// Writes a number of `size` bytes to an address; both are on the stack.
pub(super) fn store(out: &mut InstructionSink<'_>, ty: ValType, size: usize) {
    let arg = MemArg { offset: 0, align: size.ilog2(), memory_index: 0 };
    match (ty, size) {
        (ValType::I64, _) => out.i64_store(arg),
        (ValType::F32, _) => out.f32_store(arg),
        (ValType::F64, _) => out.f64_store(arg),
        (_, 1) => out.i32_store8(arg),
        (_, 2) => out.i32_store16(arg),
        _ => out.i32_store(arg),
    };
}

/// Traps unless the local is this number, if it is an integer.
pub(super) fn check(out: &mut InstructionSink<'_>, local: u32, ty: ValType, bits: u64) {
    match ty {
        ValType::I32 => out.local_get(local).i32_const(bits as i32).i32_ne(),
        ValType::I64 => out.local_get(local).i64_const(bits as i64).i64_ne(),
        _ => return,
    };
    out.if_(BlockType::Empty).unreachable().end();
}

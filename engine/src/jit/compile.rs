//! From a function of Cranelift's to machine code, one function or all of a module's.

use super::{
    abi::{Shape, run},
    code::{Cell, Code, Region},
    helpers::Helper,
    prologue,
    roots::{self, FrameMap, Safepoint},
    trampolines,
    translate::{self, Callees},
};
use crate::Module;
use cranelift_codegen::{
    Context, FinalizedRelocTarget,
    binemit::Reloc,
    control::ControlPlane,
    ir::{
        AbiParam, Inst, InstBuilder, LibCall, MemFlagsData, SigRef, Signature, UserFuncName, UserStackMap, Value, types,
    },
    isa::{CallConv, OwnedTargetIsa, TargetIsa},
    settings::{self, Configurable},
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use rayon::prelude::*;
use std::{
    cell::Cell as StdCell,
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

/// Why a function has no code.
#[derive(Debug, Clone)]
pub(crate) struct Unsupported(pub String);

/// A frame reaches at most so far below the stack limit, which is looked at once the frame is there. Before larger frames
/// stands a [guard](prologue::guard), which looks before.
const MAX_FRAME_BYTES: u32 = 256 << 10;

/// The optimiser's time grows with the square of the number of blocks: functions of more blocks go without.
const MAX_OPTIMISED_BLOCKS: usize = 10_000;

/// What generates code for this machine.
pub(super) struct Backend {
    isa: OwnedTargetIsa,
    /// Without optimisation, in about linear time: for what is large, and for what has no loop. There optimisation takes
    /// nearly half of the time to compile, and toolchains have done most of it.
    plain: OwnedTargetIsa,
}

impl Backend {
    /// The one of this process.
    pub fn get() -> Result<&'static Backend, Unsupported> {
        static BACKEND: LazyLock<Result<Backend, Unsupported>> = LazyLock::new(Backend::new);
        BACKEND.as_ref().map_err(Clone::clone)
    }

    fn new() -> Result<Backend, Unsupported> {
        if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
            return Err(Unsupported(format!("compiled code on {}", std::env::consts::ARCH)));
        }
        Ok(Backend { isa: isa("speed")?, plain: isa("none")? })
    }

    /// The instruction set.
    pub fn isa(&self) -> &dyn TargetIsa {
        &*self.isa
    }
}

fn isa(opt_level: &str) -> Result<OwnedTargetIsa, Unsupported> {
    let failed = |error: &dyn std::fmt::Display| Unsupported(format!("code generation on this machine: {error}"));
    let mut flags = settings::builder();
    let verify = if cfg!(debug_assertions) { "true" } else { "false" };
    let settings = [
        ("opt_level", opt_level),
        ("enable_verifier", verify),
        ("preserve_frame_pointers", "true"),
        ("enable_multi_ret_implicit_sret", "true"),
        // The prologue looks at the stack limit itself.
        ("enable_probestack", "false"),
        ("unwind_info", "false"),
    ];
    for (name, value) in settings {
        flags.set(name, value).map_err(|error| failed(&error))?;
    }
    let isa = cranelift_native::builder().map_err(|error| failed(&error))?;
    isa.finish(settings::Flags::new(flags)).map_err(|error| failed(&error))
}

/// The signature of helpers that take so many words.
pub(super) fn helper_signature(b: &mut FunctionBuilder<'_>, backend: &Backend, params: usize) -> SigRef {
    let mut signature = Signature::new(CallConv::triple_default(backend.isa().triple()));
    signature.params.resize(params, AbiParam::new(types::I64));
    signature.returns.push(AbiParam::new(types::I64));
    b.import_signature(signature)
}

/// Calls a helper: words in, its word out.
pub(super) fn call_helper(b: &mut FunctionBuilder<'_>, helper: Helper, signature: SigRef, args: &[Value]) -> Inst {
    assert_eq!(args.len(), helper.params, "a helper takes the words that it declares");
    let mut address = b.ins().iconst(types::I64, helper.address as i64);
    if helper.publishes {
        // The first word is the run context.
        b.ins().store(MemFlagsData::trusted(), address, args[0], run::TARGET);
        address = b.ins().iconst(types::I64, roots::publish as *const () as i64);
    }
    b.ins().call_indirect(signature, address, args)
}

/// What one compilation after the other uses, so that they need not allocate it.
pub(super) struct Scratch {
    pub context: Context,
    builder: FunctionBuilderContext,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch { context: Context::new(), builder: FunctionBuilderContext::new() }
    }
}

impl Scratch {
    /// Does something with the one of this thread.
    pub fn with<T>(f: impl FnOnce(&mut Scratch) -> Result<T, Unsupported>) -> Result<T, Unsupported> {
        thread_local! {
            static KEPT: StdCell<Option<Box<Scratch>>> = const { StdCell::new(None) };
        }
        let mut scratch = KEPT.take().unwrap_or_default();
        let result = f(&mut scratch);
        // What failed may have left anything, and what was large need not stay.
        if result.is_ok() && scratch.context.func.dfg.num_blocks() <= MAX_OPTIMISED_BLOCKS {
            KEPT.set(Some(scratch));
        }
        result
    }

    /// Starts a function.
    pub fn start(&mut self, name: UserFuncName, signature: Signature) -> FunctionBuilder<'_> {
        self.context.clear();
        self.context.func.name = name;
        self.context.func.signature = signature;
        FunctionBuilder::new(&mut self.context.func, &mut self.builder)
    }
}

/// Compiles the function of a context. If its stack maps are not `known`, its frames are searched for references.
pub(super) fn machine_code(
    backend: &Backend,
    context: &mut Context,
    known: bool,
    optimise: bool,
) -> Result<Code, Unsupported> {
    let is_large = context.func.dfg.num_blocks() > MAX_OPTIMISED_BLOCKS;
    let isa = if is_large || !optimise { &backend.plain } else { &backend.isa };
    let compiled = context
        .compile(&**isa, &mut ControlPlane::default())
        .map_err(|error| Unsupported(format!("code generation: {:?}", error.inner)))?;
    let frame_bytes = compiled.buffer.frame_layout().map_or(0, |layout| layout.frame_to_fp_offset);
    let safepoint = |(at, span, map): &(u32, u32, UserStackMap)| Safepoint {
        at: *at,
        span: *span,
        slots: map.entries().map(|(_, offset)| offset).collect(),
    };
    let map = match known {
        true => FrameMap::Known(compiled.buffer.user_stack_maps().iter().map(safepoint).collect()),
        false => FrameMap::Unknown(frame_bytes),
    };
    let mut bytes = compiled.code_buffer().to_vec();
    for reloc in compiled.buffer.relocs() {
        let FinalizedRelocTarget::ExternalName(name) = &reloc.target else {
            return Err(Unsupported("code generation: a relocation inside the function".to_owned()));
        };
        let (Reloc::Abs8, Some(address)) = (reloc.kind, library_call(name)) else {
            return Err(Unsupported(format!("code generation: {:?} of {name:?}", reloc.kind)));
        };
        let value = (address as u64).wrapping_add_signed(reloc.addend);
        let at = reloc.offset as usize;
        bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    Ok(Code { bytes, frame_bytes, map })
}

/// What stands in for instructions that this processor does not have.
fn library_call(name: &cranelift_codegen::ir::ExternalName) -> Option<usize> {
    use crate::exec::numerics;
    macro_rules! address {
        ($f:ident: $ty:ty) => {{
            extern "C" fn $f(x: $ty) -> $ty {
                numerics::$f(x)
            }
            $f as extern "C" fn($ty) -> $ty as usize
        }};
    }
    let cranelift_codegen::ir::ExternalName::LibCall(call) = name else { return None };
    Some(match call {
        LibCall::CeilF32 => address!(f32_ceil: f32),
        LibCall::CeilF64 => address!(f64_ceil: f64),
        LibCall::FloorF32 => address!(f32_floor: f32),
        LibCall::FloorF64 => address!(f64_floor: f64),
        LibCall::TruncF32 => address!(f32_trunc: f32),
        LibCall::TruncF64 => address!(f64_trunc: f64),
        LibCall::NearestF32 => address!(f32_nearest: f32),
        LibCall::NearestF64 => address!(f64_nearest: f64),
        _ => return None,
    })
}

/// The code of a module: one cell for each defined function, and what the cells point to.
pub(crate) struct ModuleCode {
    cells: Box<[Cell]>,
    regions: Mutex<Vec<Region>>,
}

impl ModuleCode {
    /// Nothing is compiled yet.
    pub fn new(functions: usize) -> Self {
        ModuleCode { cells: (0..functions).map(|_| Cell::default()).collect(), regions: Mutex::default() }
    }

    /// How many functions are compiled.
    pub fn count(&self) -> usize {
        self.cells.iter().filter(|cell| cell.get().is_some()).count()
    }

    /// The cell of a defined function. It stays where it is as long as the module lives.
    pub(super) fn cell(&self, defined: u32) -> &Cell {
        &self.cells[defined as usize]
    }

    /// Keeps a region and publishes what is in it.
    fn publish(&self, region: Region, functions: impl IntoIterator<Item = (u32, usize)>) {
        self.regions.lock().unwrap_or_else(PoisonError::into_inner).push(region);
        for (defined, code) in functions {
            self.cells[defined as usize].publish(code);
        }
    }
}

/// The code of a defined function, compiled if this is its first call.
pub(super) fn function(module: &Module, defined: u32) -> Result<usize, Unsupported> {
    let cell = module.compiled().cell(defined);
    if let Some(code) = cell.get() {
        return Ok(code);
    }
    let code = guarded(module, defined, translate::function(Backend::get()?, module, defined, Callees::Lazy)?)?;
    let (region, starts) = allocate(vec![code])?;
    module.compiled().publish(region, [(defined, starts[0])]);
    Ok(cell.get().expect("just published"))
}

/// The code itself, or its guard if its frame is large.
fn guarded(module: &Module, defined: u32, code: Code) -> Result<Code, Unsupported> {
    let frame_bytes = code.frame_bytes;
    if frame_bytes <= MAX_FRAME_BYTES {
        return Ok(code);
    }
    let (region, starts) = allocate(vec![code])?;
    module.compiled().publish(region, []);
    prologue::guard(Backend::get()?, module, defined, starts[0], frame_bytes)
}

/// Compiles all functions of a module in parallel. If one cannot be compiled, or there is no memory for them, each is compiled
/// when it is called, and says then what is the matter.
pub(crate) fn module(module: &Module) {
    let Ok(backend) = Backend::get() else { return };
    let functions = module.syntax().bodies.len() as u32;
    let compile = |defined| {
        let code = translate::function(backend, module, defined, Callees::Compiled)?;
        guarded(module, defined, code)
    };
    let codes: Result<Vec<Code>, Unsupported> = (0..functions).into_par_iter().map(compile).collect();
    if let Ok((region, starts)) = codes.and_then(allocate) {
        module.compiled().publish(region, (0..functions).zip(starts));
    }
}

fn allocate(functions: Vec<Code>) -> Result<(Region, Vec<usize>), Unsupported> {
    Region::new(functions).ok_or_else(|| Unsupported("executable memory on this machine".to_owned()))
}

/// A trampoline and the memory that it stands in.
#[derive(Clone)]
pub(super) struct Trampoline {
    /// Where it starts.
    pub code: usize,
    _region: Arc<Region>,
}

/// Which way a trampoline leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// From Rust into compiled code.
    Entry,
    /// From compiled code to a host function.
    Host,
}

/// Where the trampoline to the helper that refills the budget is.
pub(super) fn refill_code(backend: &Backend) -> Result<usize, Unsupported> {
    static REFILL: OnceLock<Result<Trampoline, Unsupported>> = OnceLock::new();
    let make = || {
        let (region, starts) = allocate(vec![trampolines::refill(backend)?])?;
        Ok(Trampoline { code: starts[0], _region: Arc::new(region) })
    };
    REFILL.get_or_init(make).as_ref().map(|trampoline| trampoline.code).map_err(Clone::clone)
}

/// So many trampolines are kept for all stores of the process; they are few, unless somebody generates modules.
const KEPT_TRAMPOLINES: usize = 1024;

/// The trampoline for a shape of function.
pub(super) fn trampoline(direction: Direction, shape: Shape) -> Result<Trampoline, Unsupported> {
    static KEPT: LazyLock<Mutex<HashMap<(Direction, Shape), Trampoline>>> = LazyLock::new(Mutex::default);
    let lock = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (direction, shape);
    if let Some(trampoline) = lock().get(&key) {
        return Ok(trampoline.clone());
    }
    let backend = Backend::get()?;
    let code = match direction {
        Direction::Entry => trampolines::entry(backend, &key.1)?,
        Direction::Host => trampolines::host(backend, &key.1)?,
    };
    let (region, starts) = allocate(vec![code])?;
    let trampoline = Trampoline { code: starts[0], _region: Arc::new(region) };
    let mut kept = lock();
    if kept.len() >= KEPT_TRAMPOLINES {
        kept.clear();
    }
    kept.insert(key, trampoline.clone());
    Ok(trampoline)
}

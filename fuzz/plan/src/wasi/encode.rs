//! Programs of preview 1 as bytes.

use super::{Entry, Form, Step, Unit, WasiPlan, WasiWasm, encode_component, name, place};
use wasm_encoder::{
    CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, ImportSection, InstructionSink, MemArg, MemorySection, MemoryType, Module, StartSection, TypeSection,
    ValType,
};

/// The module name of the functions of preview 1.
pub(super) const WASI: &str = "wasi_snapshot_preview1";

/// The functions of preview 1 that plans use, in the order in which units import them.
pub(super) const FUNCTIONS: [&str; 4] = ["fd_close", "fd_write", "proc_exit", "sched_yield"];

/// The import that nobody has.
pub(super) const NOBODY: &str = "nobody";

impl WasiPlan {
    /// The program as bytes. The plan must be [normal](Self::normalise).
    pub fn to_wasm(&self) -> WasiWasm {
        let count = self.libraries.len();
        match self.form {
            Form::Component { nested } => WasiWasm::Component(encode_component::encode(self, nested)),
            Form::Modules => WasiWasm::Modules {
                libraries: self
                    .libraries
                    .iter()
                    .enumerate()
                    .map(|(i, unit)| (name(i, count), module(unit, count)))
                    .collect(),
                main: module(&self.main, count),
            },
        }
    }
}

/// Which of [`FUNCTIONS`] a step calls.
pub(super) fn function_of(step: &Step) -> Option<&'static str> {
    match step {
        Step::Close => Some("fd_close"),
        Step::Print(_) | Step::Warn(_) | Step::Beyond => Some("fd_write"),
        Step::Exit(_) => Some("proc_exit"),
        Step::Yield => Some("sched_yield"),
        Step::Bump | Step::Call(_) | Step::Trap => None,
    }
}

/// What a unit imports of preview 1.
pub(super) fn imported(unit: &Unit) -> Vec<&'static str> {
    FUNCTIONS.into_iter().filter(|name| unit.has(|step| function_of(step) == Some(name))).collect()
}

/// The types of functions that every unit defines.
mod types {
    /// `[] -> []`.
    pub const UNIT: u32 = 0;
    /// `[] -> [i32]`.
    pub const NUMBER: u32 = 1;
    /// `[i32] -> []`.
    pub const EXIT: u32 = 2;
    /// `[i32] -> [i32]`.
    pub const CLOSE: u32 = 3;
    /// `[i32 i32 i32 i32] -> [i32]`.
    pub const WRITE: u32 = 4;
}

/// A unit's module.
fn module(unit: &Unit, libraries: usize) -> Vec<u8> {
    let mut type_section = TypeSection::new();
    type_section.ty().function([], []);
    type_section.ty().function([], [ValType::I32]);
    type_section.ty().function([ValType::I32], []);
    type_section.ty().function([ValType::I32], [ValType::I32]);
    type_section.ty().function([ValType::I32; 4], [ValType::I32]);
    let (wasi, called) = (imported(unit), unit.called(libraries));
    let mut imports = ImportSection::new();
    for function in &wasi {
        let ty = match *function {
            "fd_close" => types::CLOSE,
            "fd_write" => types::WRITE,
            "proc_exit" => types::EXIT,
            _ => types::NUMBER,
        };
        imports.import(WASI, function, EntityType::Function(ty));
    }
    for library in &called {
        imports.import(&name(*library, libraries), "f", EntityType::Function(types::NUMBER));
    }
    if unit.lacks_import {
        imports.import(NOBODY, "f", EntityType::Function(types::UNIT));
    }
    let first = (wasi.len() + called.len()) as u32 + u32::from(unit.lacks_import);
    let call = |out: &mut InstructionSink<'_>, step: &Step| {
        let wasi_index = || wasi.iter().position(|name| function_of(step) == Some(name)).expect("imported") as u32;
        step_p1(out, step, wasi_index, |library| {
            (wasi.len() + called.iter().position(|other| *other == library).expect("imported")) as u32
        });
    };
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    functions.function(types::NUMBER);
    unit.bodies().skip(1).for_each(|_| {
        functions.function(types::UNIT);
    });
    for (i, steps) in unit.bodies().enumerate() {
        let mut body = Function::new([]);
        let mut out = body.instructions();
        if i == 0 {
            bump(&mut out);
        }
        steps.iter().for_each(|step| call(&mut out, step));
        if i == 0 {
            out.global_get(0);
        }
        out.end();
        code.function(&body);
    }
    if unit.has_default {
        functions.function(types::UNIT);
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: Some(1), memory64: false, shared: false, page_size_log2: None });
    let mut module = Module::new();
    module.section(&type_section).section(&imports).section(&functions).section(&memories).section(&counter());
    module.section(&exports(unit, first));
    if unit.section.is_some() {
        module.section(&StartSection { function_index: section_index(unit, first) });
    }
    module.section(&code);
    module.finish()
}

/// The counter.
pub(super) fn counter() -> GlobalSection {
    let mut globals = GlobalSection::new();
    globals.global(GlobalType { val_type: ValType::I32, mutable: true, shared: false }, &ConstExpr::i32_const(0));
    globals
}

/// The index of the function of the start section; `first` is that of the first function that is not imported.
pub(super) fn section_index(unit: &Unit, first: u32) -> u32 {
    first + unit.bodies().count() as u32 - 1
}

fn exports(unit: &Unit, first: u32) -> ExportSection {
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, first);
    if unit.shows_count() {
        exports.export("count", ExportKind::Global, 0);
    }
    if !unit.hides_memory {
        exports.export("memory", ExportKind::Memory, 0);
    }
    let mut next = first + 1;
    for (name, entry) in [("_initialize", &unit.initialize), ("_start", &unit.start)] {
        match entry {
            Entry::None => {}
            Entry::Wrong => {
                exports.export(name, ExportKind::Global, 0);
            }
            Entry::Func(_) => {
                exports.export(name, ExportKind::Func, next);
                next += 1;
            }
        }
    }
    if unit.has_default {
        exports.export("", ExportKind::Func, first + unit.funcs() - 1);
    }
    exports
}

/// Adds one to the counter.
pub(super) fn bump(out: &mut InstructionSink<'_>) {
    out.global_get(0).i32_const(1).i32_add().global_set(0);
}

fn step_p1(out: &mut InstructionSink<'_>, step: &Step, wasi: impl Fn() -> u32, library: impl Fn(usize) -> u32) {
    let byte = MemArg { offset: 0, align: 0, memory_index: 0 };
    match *step {
        Step::Beyond => write(out, 1, place::END, wasi()),
        Step::Print(value) => {
            out.i32_const(place::BYTE).i32_const(value.into()).i32_store8(byte);
            write(out, 1, place::BYTE, wasi());
        }
        Step::Warn(value) => {
            out.i32_const(place::BYTE).i32_const(value.into()).i32_store8(byte);
            write(out, 2, place::BYTE, wasi());
        }
        Step::Bump => bump(out),
        Step::Call(index) => {
            out.call(library(index)).global_get(0).i32_add().global_set(0);
        }
        Step::Exit(status) => {
            out.i32_const(status.into()).call(wasi());
        }
        Step::Trap => {
            out.unreachable();
        }
        Step::Close => {
            out.i32_const(1).call(wasi()).drop();
        }
        Step::Yield => {
            out.call(wasi()).drop();
        }
    }
}

/// Writes the byte at `at` to a descriptor.
fn write(out: &mut InstructionSink<'_>, descriptor: i32, at: i32, func: u32) {
    let word = MemArg { offset: 0, align: 2, memory_index: 0 };
    out.i32_const(place::BUFFER).i32_const(at).i32_store(word);
    out.i32_const(place::BUFFER + 4).i32_const(1).i32_store(word);
    out.i32_const(descriptor).i32_const(place::BUFFER).i32_const(1).i32_const(place::COUNT).call(func).drop();
}

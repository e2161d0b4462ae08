//! Modules to be started: nothing at all, about a hundred functions, about a megabyte.

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, MemorySection, MemoryType, Module, RefType, StartSection, TableSection,
    TableType, TypeSection, ValType,
};

/// The empty module.
pub fn empty() -> Vec<u8> {
    Module::new().finish()
}

/// About a hundred functions, seven kilobytes: a table, a memory, globals, segments, and a start function.
pub fn small() -> Vec<u8> {
    generated(100, 2)
}

/// About a megabyte of functions of the same kind.
pub fn large() -> Vec<u8> {
    generated(7_500, 12)
}

/// How many functions a module defines.
pub fn function_count(wasm: &[u8]) -> anyhow::Result<u32> {
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let wasmparser::Payload::CodeSectionStart { count, .. } = payload? {
            return Ok(count);
        }
    }
    Ok(0)
}

/// A module of `functions` functions whose bodies repeat a pattern `repeats` times.
fn generated(functions: u32, repeats: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32, ValType::I32], [ValType::I32]);
    types.ty().function([], []);
    let mut declared = FunctionSection::new();
    let mut code = CodeSection::new();
    for i in 0..functions {
        declared.function(0);
        code.function(&body(i, functions, repeats));
    }
    declared.function(1);
    code.function(&start(functions));
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum: functions as u64,
        maximum: None,
        table64: false,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut globals = GlobalSection::new();
    let counter = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
    globals.global(counter, &ConstExpr::i32_const(7));
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("first", ExportKind::Func, 0);
    let mut elements = ElementSection::new();
    let items: Vec<u32> = (0..functions).collect();
    elements.active(None, &ConstExpr::i32_const(0), Elements::Functions(items.into()));
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(16), (0..255u8).collect::<Vec<_>>());
    let mut module = Module::new();
    module
        .section(&types)
        .section(&declared)
        .section(&tables)
        .section(&memories)
        .section(&globals)
        .section(&exports)
        .section(&StartSection { function_index: functions })
        .section(&elements)
        .section(&code)
        .section(&data);
    module.finish()
}

fn body(i: u32, functions: u32, repeats: u32) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    for step in 0..repeats {
        code.local_get(0).local_get(1).i32_add().i32_const((i * 31 + step) as i32).i32_xor().local_set(2);
    }
    code.local_get(2).i32_const(7).i32_and();
    code.if_(wasm_encoder::BlockType::Empty);
    code.local_get(2).i32_const(255).i32_and().local_get(2);
    code.i32_store(wasm_encoder::MemArg { offset: 64, align: 2, memory_index: 0 });
    code.end();
    code.local_get(2).i32_eqz();
    code.if_(wasm_encoder::BlockType::Result(ValType::I32));
    code.local_get(0).local_get(1).call((i + 1) % functions);
    code.else_().local_get(2).end();
    code.end();
    function
}

/// Counts to three and stores it.
fn start(functions: u32) -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.loop_(wasm_encoder::BlockType::Empty);
    code.local_get(0).i32_const(1).i32_add().local_tee(0).i32_const(3).i32_lt_u().br_if(0).end();
    code.i32_const(0).local_get(0).i32_const(5).call(functions / 2);
    code.i32_store(wasm_encoder::MemArg { offset: 0, align: 2, memory_index: 0 });
    code.end();
    function
}

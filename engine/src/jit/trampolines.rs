//! The ways between words in memory and values in registers: from Rust into compiled code, and from there to the host.

use super::{
    abi::{self, Shape, run},
    code::Code,
    compile::{self, Backend, Scratch, Unsupported},
    helpers,
};
use cranelift_codegen::{
    ir::{
        AbiParam, InstBuilder, MemFlagsData, Signature, StackSlotData, StackSlotKind, Type, UserFuncName, Value, types,
    },
    isa::CallConv,
};
use cranelift_frontend::FunctionBuilder;

/// The trampoline from Rust: run context, words of the instance, code, and the words of the parameters, where the
/// results go as well.
pub(super) fn entry(backend: &Backend, shape: &Shape) -> Result<Code, Unsupported> {
    let mut signature = Signature::new(CallConv::triple_default(backend.isa().triple()));
    signature.params.extend([AbiParam::new(types::I64); 4]);
    build(backend, signature, |b, params| {
        let &[run, instance, code, words] = params else { unreachable!("four parameters") };
        let frame = b.ins().get_frame_pointer(types::I64);
        b.ins().store(MemFlagsData::trusted(), frame, run, abi::run::ENTRY_FP);
        let room = b.ins().load(types::I64, MemFlagsData::trusted(), run, abi::run::ROOM);
        let mut args = vec![run, instance, room];
        args.extend(load_words(b, &shape.params, words));
        let callee = b.import_signature(shape.signature());
        let call = b.ins().call_indirect(callee, code, &args);
        let results = b.inst_results(call).to_vec();
        store_words(b, &results, words);
        b.ins().return_(&[]);
    })
}

/// The trampoline to a host function: in the place of the instance it takes the function's number.
pub(super) fn host(backend: &Backend, shape: &Shape) -> Result<Code, Unsupported> {
    build(backend, shape.signature(), |b, params| {
        let size = shape.words().max(1) * 8;
        let slot = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 4));
        let words = b.ins().stack_addr(types::I64, slot, 0);
        store_words(b, &params[abi::IMPLICIT..], words);
        b.ins().store(MemFlagsData::trusted(), params[2], params[0], run::ROOM);
        let caller = b.ins().load(types::I64, MemFlagsData::trusted(), params[0], run::CALLER);
        let signature = compile::helper_signature(b, backend, 4);
        compile::call_helper(b, helpers::call_host(), signature, &[params[0], caller, params[1], words]);
        // After a fault these are no results, and nobody reads them.
        let results = load_words(b, &shape.results, words);
        b.ins().return_(&results);
    })
}

/// The trampoline to the helper that refills the budget. It preserves all registers: a loop that calls it once in a
/// thousand rounds keeps its values in registers in the others. How it ended is in the run context.
pub(super) fn refill(backend: &Backend) -> Result<Code, Unsupported> {
    build(backend, refill_signature(), |b, params| {
        let signature = compile::helper_signature(b, backend, 2);
        compile::call_helper(b, helpers::refill(), signature, params);
        b.ins().return_(&[]);
    })
}

/// The signature of the trampoline to the helper that refills the budget.
pub(super) fn refill_signature() -> Signature {
    let mut signature = Signature::new(CallConv::PreserveAll);
    signature.params.extend([AbiParam::new(types::I64); 2]);
    signature
}

/// Builds one function and compiles it.
fn build(
    backend: &Backend,
    signature: Signature,
    body: impl FnOnce(&mut FunctionBuilder<'_>, &[Value]),
) -> Result<Code, Unsupported> {
    Scratch::with(|scratch| {
        let mut builder = scratch.start(UserFuncName::default(), signature);
        let block = builder.create_block();
        builder.append_block_params_for_function_params(block);
        builder.switch_to_block(block);
        let params = builder.block_params(block).to_vec();
        body(&mut builder, &params);
        builder.seal_all_blocks();
        builder.finalize(backend.isa().frontend_config());
        compile::machine_code(backend, &mut scratch.context, true, false)
    })
}

/// Reads values from consecutive words.
pub(super) fn load_words(b: &mut FunctionBuilder<'_>, types: &[Type], words: Value) -> Vec<Value> {
    let mut offset = 0;
    let load = |ty: &Type| {
        let value = b.ins().load(*ty, MemFlagsData::new().with_notrap(), words, offset);
        offset += abi::word_count(*ty) as i32 * 8;
        value
    };
    types.iter().map(load).collect()
}

/// Writes values to consecutive words.
pub(super) fn store_words(b: &mut FunctionBuilder<'_>, values: &[Value], words: Value) {
    let mut offset = 0;
    for value in values {
        let ty = b.func.dfg.value_type(*value);
        let word = if ty.bits() == 128 { *value } else { to_word(b, *value) };
        b.ins().store(MemFlagsData::new().with_notrap(), word, words, offset);
        offset += abi::word_count(ty) as i32 * 8;
    }
}

/// The word of a value that is no vector.
pub(super) fn to_word(b: &mut FunctionBuilder<'_>, value: Value) -> Value {
    match b.func.dfg.value_type(value) {
        types::I32 => b.ins().uextend(types::I64, value),
        types::F32 => {
            let bits = b.ins().bitcast(types::I32, MemFlagsData::new(), value);
            b.ins().uextend(types::I64, bits)
        }
        types::F64 => b.ins().bitcast(types::I64, MemFlagsData::new(), value),
        _ => value,
    }
}

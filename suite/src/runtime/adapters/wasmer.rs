//! wasmer with its singlepass compiler, in this process.
//!
//! | wasmer says | class |
//! |---|---|
//! | an error of compilation | malformed or invalid; unsupported if it says that it lacks the feature |
//! | a link error | unlinkable; but the trap of a segment: that trap, and a lack of resources: exhausted memory |
//! | an error of the start function, or of a call | the trap of its code; a stack overflow: exhausted stack; an exception: an exception; without a code: failed |

use crate::{
    runtime::{Ability, About, End, HostFunc, Import, InstanceId, Item, ModuleId, Runtime, ValType},
    trace::{RefValue, Resource, TrapCode, Value as TraceValue},
};
use wasmer::{
    CompileError, Extern, ExternRef, Function, FunctionType, Imports, Instance, InstantiationError, LinkError, Memory,
    Module, RuntimeError, Store, Type, Value,
    sys::{EngineBuilder, Singlepass},
};

/// The version that this crate is built with.
const VERSION: &str = "7.4 (singlepass)";

/// The runtime.
pub struct Wasmer {
    store: Store,
    modules: Vec<Module>,
    instances: Vec<Instance>,
}

impl Default for Wasmer {
    fn default() -> Self {
        let store = Store::new(EngineBuilder::new(Singlepass::default()));
        Wasmer { store, modules: Vec::new(), instances: Vec::new() }
    }
}

impl Runtime for Wasmer {
    fn about(&self) -> About {
        About::new("wasmer-singlepass", VERSION, "wasmer", &[Ability::Core])
    }

    fn reset(&mut self) -> Result<(), End> {
        *self = Self::default();
        Ok(())
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        let module = Module::from_binary(&self.store, bytes).map_err(|error| match error {
            CompileError::UnsupportedFeature(what) => End::Unsupported(what),
            error => End::Rejected(error.to_string()),
        })?;
        self.modules.push(module);
        Ok(ModuleId(self.modules.len() as u32 - 1))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let mut given = Imports::new();
        for Import { module, name, item } in imports {
            let item = match item {
                Item::Host(func) => Extern::Function(self.host_func(func)),
                Item::Export(instance, export) => {
                    match self.instances[instance.0 as usize].exports.get_extern(export) {
                        Some(item) => item.clone(),
                        None => continue,
                    }
                }
            };
            given.define(module, name, item);
        }
        let module = &self.modules[module.0 as usize];
        let instance = Instance::new(&mut self.store, module, &given).map_err(|error| {
            let text = error.to_string();
            match error {
                InstantiationError::Start(error) | InstantiationError::Link(LinkError::Trap(error)) => end(error),
                InstantiationError::Link(LinkError::Import(..)) => End::Unlinkable(text),
                InstantiationError::Link(LinkError::Resource(_)) => End::Exhausted(Resource::Memory, text),
                _ => End::Failed(text),
            }
        })?;
        self.instances.push(instance);
        Ok(InstanceId(self.instances.len() as u32 - 1))
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[TraceValue]) -> Result<Vec<TraceValue>, End> {
        let Extern::Function(func) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let types = func.ty(&self.store);
        let args: Vec<_> = args.iter().zip(types.params()).map(|(arg, ty)| self.of_value(arg, *ty)).collect();
        let results = func.call(&mut self.store, &args).map_err(end)?;
        Ok(results.iter().map(|value| self.to_value(value)).collect())
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<TraceValue, End> {
        let Extern::Global(global) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let value = global.get(&mut self.store);
        Ok(self.to_value(&value))
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &TraceValue) -> Result<(), End> {
        let Extern::Global(global) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let value = self.of_value(value, global.ty(&self.store).ty);
        global.set(&mut self.store, value).map_err(|error| End::Failed(error.to_string()))
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        Ok(self.memory(instance, export)?.view(&self.store).data_size())
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let memory = self.memory(instance, export)?;
        memory.view(&self.store).copy_range_to_vec(offset..offset + len).map_err(|_| End::out_of_bounds())
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        self.memory(instance, export)?.view(&self.store).write(offset, bytes).map_err(|_| End::out_of_bounds())
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let Extern::Table(table) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        Ok(table.size(&self.store).into())
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<TraceValue, End> {
        let Extern::Table(table) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let value = table.get(&mut self.store, index as u32).ok_or_else(End::out_of_bounds)?;
        Ok(self.to_value(&value))
    }
}

impl Wasmer {
    fn export(&self, instance: InstanceId, export: &str) -> Result<Extern, End> {
        let exports = &self.instances[instance.0 as usize].exports;
        exports.get_extern(export).cloned().ok_or_else(|| End::no_export(export))
    }

    fn memory(&self, instance: InstanceId, export: &str) -> Result<Memory, End> {
        match self.export(instance, export)? {
            Extern::Memory(memory) => Ok(memory),
            _ => Err(End::no_export(export)),
        }
    }

    fn host_func(&mut self, func: &HostFunc) -> Function {
        let params = func.params.iter().map(|ty| match ty {
            ValType::I32 => Type::I32,
            ValType::I64 => Type::I64,
            ValType::F32 => Type::F32,
            ValType::F64 => Type::F64,
        });
        let (params, results): (Vec<_>, Vec<_>) =
            (params.collect(), func.results.iter().map(|value| of_number(value).ty()).collect());
        let func = func.clone();
        Function::new(&mut self.store, FunctionType::new(params, results), move |args| {
            Ok(func.call(args.iter().map(to_number).collect()).iter().map(of_number).collect())
        })
    }

    fn of_value(&mut self, value: &TraceValue, ty: Type) -> Value {
        match value {
            TraceValue::V128(bits) => Value::V128(*bits),
            TraceValue::Ref(RefValue::Extern(number)) => {
                Value::ExternRef(Some(ExternRef::new(&mut self.store, *number)))
            }
            TraceValue::Ref(_) if ty == Type::FuncRef => Value::FuncRef(None),
            TraceValue::Ref(_) => Value::ExternRef(None),
            value => of_number(value),
        }
    }

    fn to_value(&self, value: &Value) -> TraceValue {
        TraceValue::Ref(match value {
            Value::ExternRef(None) | Value::FuncRef(None) | Value::ExceptionRef(None) => RefValue::Null,
            Value::ExternRef(Some(value)) => {
                value.downcast::<u32>(&self.store).map_or(RefValue::Struct, |number| RefValue::Extern(*number))
            }
            // wasmer does not tell which function a reference is.
            Value::FuncRef(Some(_)) => RefValue::Func("?".to_owned()),
            Value::ExceptionRef(Some(_)) => RefValue::Exn,
            value => return to_number(value),
        })
    }
}

fn of_number(value: &TraceValue) -> Value {
    match value {
        TraceValue::I64(v) => Value::I64(*v),
        TraceValue::F32(bits) => Value::F32(f32::from_bits(*bits)),
        TraceValue::F64(bits) => Value::F64(f64::from_bits(*bits)),
        TraceValue::I32(v) => Value::I32(*v),
        // Host functions have numbers only.
        _ => Value::I32(0),
    }
}

fn to_number(value: &Value) -> TraceValue {
    match value {
        Value::I32(v) => TraceValue::I32(*v),
        Value::I64(v) => TraceValue::I64(*v),
        Value::F32(v) => TraceValue::F32(v.to_bits()),
        Value::F64(v) => TraceValue::F64(v.to_bits()),
        Value::V128(bits) => TraceValue::V128(*bits),
        _ => TraceValue::Ref(RefValue::Null),
    }
}

fn end(error: RuntimeError) -> End {
    use wasmer_types::TrapCode as T;
    let text = error.message();
    if error.is_exception() {
        return End::Exception(Vec::new());
    }
    let Some(code) = error.to_trap() else { return End::Failed(text) };
    let code = match code {
        T::StackOverflow => return End::Exhausted(Resource::Stack, text),
        T::UncaughtException => return End::Exception(Vec::new()),
        T::HostInterrupt => return End::Exhausted(Resource::Interrupt, text),
        T::HeapAccessOutOfBounds => TrapCode::OutOfBoundsMemory,
        T::HeapMisaligned | T::UnalignedAtomic => TrapCode::UnalignedAtomic,
        T::IndirectCallToNull => TrapCode::UninitializedElement,
        T::BadSignature => TrapCode::IndirectCallTypeMismatch,
        T::IntegerOverflow => TrapCode::IntegerOverflow,
        T::IntegerDivisionByZero => TrapCode::IntegerDivideByZero,
        T::BadConversionToInteger => TrapCode::InvalidConversionToInteger,
        T::UnreachableCodeReached => TrapCode::Unreachable,
        // `call_indirect` beyond a table's end has the same code as an access beyond it.
        _ => return End::Trap(None, text),
    };
    End::Trap(Some(code), text)
}

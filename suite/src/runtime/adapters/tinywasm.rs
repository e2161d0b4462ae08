//! tinywasm, in this process.
//!
//! | tinywasm says | class |
//! |---|---|
//! | an error of the parser | malformed or invalid: it does not tell which; but what its parser has no means for: unsupported |
//! | a linking error | unlinkable |
//! | a trap | the trap of that reason; a stack overflow: exhausted stack; out of memory: exhausted memory |
//! | a suspended execution, once a case is limited | exhausted fuel |
//! | an unsupported feature | unsupported |
//! | anything else | failed |

use super::in_process::{Linking, exported, keep, kept, numbers};
use crate::{
    runtime::{Ability, About, End, HostFunc, Import, InstanceId, ModuleId, Runtime, ValType},
    trace::{RefValue, Resource, TrapCode, Value},
};
use tinywasm::{
    Error, ExecProgress, Extern, ExternItem, HostFunction, Imports, Module, ModuleInstance, ParseError, Store, Trap,
    types::{ExternRef, FuncRef, FuncType, WasmType, WasmValue},
};

/// The version that this crate is built with.
const VERSION: &str = "0.10.0";

/// How many instructions a case that has to be stopped may run.
const FUEL: u32 = 1_000_000;

/// The runtime.
#[derive(Default)]
pub struct Tinywasm {
    store: Store,
    modules: Vec<Module>,
    instances: Vec<ModuleInstance>,
    is_limited: bool,
}

impl Runtime for Tinywasm {
    fn about(&self) -> About {
        About::new("tinywasm", VERSION, "tinywasm", &[Ability::Core])
    }

    fn reset(&mut self) -> Result<(), End> {
        *self = Self::default();
        Ok(())
    }

    fn limit(&mut self) -> Result<(), End> {
        self.is_limited = true;
        Ok(())
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        let module = tinywasm::parse_bytes(bytes).map_err(|error| match error {
            ParseError::UnsupportedSection(_) | ParseError::UnsupportedOperator(_) => {
                End::Unsupported(error.to_string())
            }
            error => End::Rejected(error.to_string()),
        })?;
        Ok(ModuleId(keep(&mut self.modules, module)))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let mut given = Imports::new();
        for (module, name, item) in self.given(imports) {
            given.define(module, name, external(item));
        }
        let module = kept(&self.modules, module.0, "module")?;
        let instance = ModuleInstance::instantiate_no_start(&mut self.store, module, Some(given)).map_err(end)?;
        self.start(&instance)?;
        Ok(InstanceId(keep(&mut self.instances, instance)))
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
        let func = exported!(self, instance, export, ExternItem::Func);
        let args: Vec<WasmValue> = args.iter().map(to_tinywasm).collect();
        let results = func.call(&mut self.store, &args).map_err(end)?;
        Ok(results.iter().map(to_trace).collect())
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let global = exported!(self, instance, export, ExternItem::Global);
        global.get(&self.store).map(|value| to_trace(&value)).map_err(end)
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &Value) -> Result<(), End> {
        let global = exported!(self, instance, export, ExternItem::Global);
        let value = match value {
            Value::Ref(RefValue::Null) => WasmValue::default_for(global.ty(&self.store).map_err(end)?.ty),
            value => to_tinywasm(value),
        };
        global.set(&mut self.store, value).map_err(end)
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        exported!(self, instance, export, ExternItem::Memory).len(&self.store).map(|len| len as u64).map_err(end)
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        exported!(self, instance, export, ExternItem::Memory)
            .read_vec(&self.store, offset as usize, len as usize)
            .map_err(end)
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let memory = exported!(self, instance, export, ExternItem::Memory);
        memory.copy_from_slice(&mut self.store, offset as usize, bytes).map_err(end)
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let table = exported!(self, instance, export, ExternItem::Table);
        table.size(&self.store).map(|size| size as u64).map_err(end)
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        let table = exported!(self, instance, export, ExternItem::Table);
        let index = u32::try_from(index).map_err(|_| End::out_of_bounds())?;
        table.get(&self.store, index).map(|value| to_trace(&value)).map_err(end)
    }
}

impl Linking for Tinywasm {
    type Extern = ExternItem;

    fn export(&mut self, instance: InstanceId, export: &str) -> Result<ExternItem, End> {
        let item = kept(&self.instances, instance.0, "instance")?.extern_item(export);
        item.map_err(|_| End::no_export(export))
    }

    fn host_func(&mut self, func: &HostFunc) -> ExternItem {
        let params: Vec<WasmType> = func.params.iter().map(|ty| core_type(*ty)).collect();
        let results: Vec<WasmType> = func.result_types().into_iter().map(core_type).collect();
        let (ty, func) = (FuncType::new(&params, &results), func.clone());
        let func = HostFunction::from_untyped(&mut self.store, &ty, move |_, args| {
            Ok(func.call(args.iter().map(to_trace).collect()).iter().map(to_number).collect())
        });
        ExternItem::Func(func)
    }
}

impl Tinywasm {
    /// Runs the start function: whole, or for a while.
    fn start(&mut self, instance: &ModuleInstance) -> Result<(), End> {
        if !self.is_limited {
            return instance.start(&mut self.store).map(drop).map_err(end);
        }
        let Some(start) = instance.start_func(&self.store).map_err(end)? else { return Ok(()) };
        let mut execution = start.call_resumable(&mut self.store, &[]).map_err(end)?;
        match execution.resume_with_fuel(FUEL).map_err(end)? {
            ExecProgress::Completed(_) => Ok(()),
            ExecProgress::Suspended => Err(End::Exhausted(Resource::Fuel, "suspended".to_owned())),
        }
    }
}

fn external(item: ExternItem) -> Extern {
    match item {
        ExternItem::Func(func) => Extern::Function(func),
        ExternItem::Memory(memory) => Extern::Memory(memory),
        ExternItem::Table(table) => Extern::Table(table),
        ExternItem::Global(global) => Extern::Global(global),
    }
}

numbers!(
    WasmValue, WasmType, f32: f32::from_bits, f32::to_bits, f64: f64::from_bits, f64::to_bits,
    v128: u128::to_le_bytes, u128::from_le_bytes
);

fn to_trace(value: &WasmValue) -> Value {
    match value {
        WasmValue::RefExtern(value) => Value::Ref(value.addr().map_or(RefValue::Null, RefValue::Extern)),
        WasmValue::RefFunc(func) if func.is_null() => Value::Ref(RefValue::Null),
        // tinywasm's number of a function says nothing outside of it.
        WasmValue::RefFunc(_) => Value::Ref(RefValue::Func("?".to_owned())),
        value => number(value),
    }
}

fn to_tinywasm(value: &Value) -> WasmValue {
    match value {
        Value::Ref(RefValue::Extern(number)) => WasmValue::RefExtern(ExternRef::new(Some(*number))),
        Value::Ref(RefValue::Func(_)) => WasmValue::RefFunc(FuncRef::null()),
        Value::Ref(_) => WasmValue::RefExtern(ExternRef::null()),
        value => to_number(value),
    }
}

fn end(error: Error) -> End {
    let text = error.to_string();
    let code = match error {
        Error::Trap(Trap::Unreachable) => TrapCode::Unreachable,
        Error::Trap(Trap::MemoryOutOfBounds { .. }) => TrapCode::OutOfBoundsMemory,
        Error::Trap(Trap::TableOutOfBounds { .. }) => TrapCode::OutOfBoundsTable,
        Error::Trap(Trap::DivisionByZero) => TrapCode::IntegerDivideByZero,
        Error::Trap(Trap::InvalidConversionToInt) => TrapCode::InvalidConversionToInteger,
        Error::Trap(Trap::IntegerOverflow) => TrapCode::IntegerOverflow,
        Error::Trap(Trap::UndefinedElement { .. }) => TrapCode::UndefinedElement,
        Error::Trap(Trap::UninitializedElement { .. }) => TrapCode::UninitializedElement,
        Error::Trap(Trap::IndirectCallTypeMismatch { .. }) => TrapCode::IndirectCallTypeMismatch,
        Error::Trap(Trap::CallStackOverflow | Trap::ValueStackOverflow) => {
            return End::Exhausted(Resource::Stack, text);
        }
        Error::Trap(Trap::OutOfMemory) => return End::Exhausted(Resource::Memory, text),
        Error::Trap(_) => return End::Trap(Vec::new(), text),
        Error::Linker(_) => return End::Unlinkable(text),
        Error::UnsupportedFeature(_) => return End::Unsupported(text),
        _ => return End::Failed(text),
    };
    End::Trap(vec![code], text)
}

//! tinywasm, in this process.
//!
//! | tinywasm says | class |
//! |---|---|
//! | an error of its parser | malformed or invalid: it has one error type for both; unsupported if it says that it lacks the section or the operator |
//! | a linking error | unlinkable |
//! | a trap | the trap of that reason; `CallStackOverflow` and `ValueStackOverflow`: exhausted stack; `OutOfMemory`: exhausted memory |
//! | that it lacks a feature | unsupported |
//! | anything else | failed |

use crate::{
    runtime::{Ability, About, End, HostFunc, Import, InstanceId, Item, ModuleId, Runtime, ValType},
    trace::{RefValue, Resource, TrapCode, Value},
};
use tinywasm::{
    Error, ExecProgress, Extern, ExternItem, Function, HostFunction, Imports, Module, ModuleInstance, Store, Trap,
    parser::ParseError,
    types::{ExternRef, FuncRef, FuncType, WasmType, WasmValue},
};

/// The version that this crate is built with.
const VERSION: &str = "0.10";
/// What a case that has to be stopped may use up.
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
            ParseError::UnsupportedSection(what) | ParseError::UnsupportedOperator(what) => End::Unsupported(what),
            error => End::Rejected(error.to_string()),
        })?;
        self.modules.push(module);
        Ok(ModuleId(self.modules.len() as u32 - 1))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let mut given = Imports::new();
        for Import { module, name, item } in imports {
            let item: Extern = match item {
                Item::Host(func) => self.host_func(func).into(),
                Item::Export(instance, export) => match self.instances[instance.0 as usize].extern_item(export) {
                    Ok(ExternItem::Func(func)) => func.into(),
                    Ok(ExternItem::Memory(memory)) => memory.into(),
                    Ok(ExternItem::Table(table)) => table.into(),
                    Ok(ExternItem::Global(global)) => global.into(),
                    Err(_) => continue,
                },
            };
            given.define(module, name, item);
        }
        let module = &self.modules[module.0 as usize];
        let instance = match self.is_limited {
            false => ModuleInstance::instantiate(&mut self.store, module, Some(given)).map_err(end)?,
            true => self.instantiate_within_limit(module.clone(), given)?,
        };
        self.instances.push(instance);
        Ok(InstanceId(self.instances.len() as u32 - 1))
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
        let ExternItem::Func(func) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        // The type of a function cannot be asked for; null is taken for one of an external reference.
        let args: Vec<_> = args.iter().map(|arg| of_value(arg, WasmType::RefExtern)).collect();
        Ok(func.call(&mut self.store, &args).map_err(end)?.iter().map(to_value).collect())
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let ExternItem::Global(global) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        Ok(to_value(&global.get(&self.store).map_err(end)?))
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &Value) -> Result<(), End> {
        let ExternItem::Global(global) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let ty = global.ty(&self.store).map_err(end)?.ty;
        global.set(&mut self.store, of_value(value, ty)).map_err(end)
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let ExternItem::Memory(memory) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        Ok(memory.len(&self.store).map_err(end)? as u64)
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let ExternItem::Memory(memory) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        memory.read_vec(&self.store, offset as usize, len as usize).map_err(|_| End::out_of_bounds())
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let ExternItem::Memory(memory) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        memory.copy_from_slice(&mut self.store, offset as usize, bytes).map_err(|_| End::out_of_bounds())
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let ExternItem::Table(table) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        Ok(table.size(&self.store).map_err(end)? as u64)
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        let ExternItem::Table(table) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        table.get(&self.store, index as u32).map(|value| to_value(&value)).map_err(|_| End::out_of_bounds())
    }
}

impl Tinywasm {
    fn export(&self, instance: InstanceId, export: &str) -> Result<ExternItem, End> {
        self.instances[instance.0 as usize].extern_item(export).map_err(|_| End::no_export(export))
    }

    /// Only calls can be given a limit here: the start function is called by itself.
    fn instantiate_within_limit(&mut self, module: Module, imports: Imports) -> Result<ModuleInstance, End> {
        let instance = ModuleInstance::instantiate_no_start(&mut self.store, &module, Some(imports)).map_err(end)?;
        if let Some(start) = instance.start_func(&self.store).map_err(end)? {
            let mut execution = start.call_resumable(&mut self.store, &[]).map_err(end)?;
            match execution.resume_with_fuel(FUEL).map_err(end)? {
                ExecProgress::Completed(_) => {}
                ExecProgress::Suspended => {
                    return Err(End::Exhausted(Resource::Fuel, format!("suspended after {FUEL} units of fuel")));
                }
            }
        }
        Ok(instance)
    }

    fn host_func(&mut self, func: &HostFunc) -> Function {
        let params: Vec<_> = func
            .params
            .iter()
            .map(|ty| match ty {
                ValType::I32 => WasmType::I32,
                ValType::I64 => WasmType::I64,
                ValType::F32 => WasmType::F32,
                ValType::F64 => WasmType::F64,
            })
            .collect();
        let returned: Vec<WasmValue> = func.results.iter().map(|value| of_value(value, WasmType::I32)).collect();
        let results: Vec<_> = returned.iter().map(WasmType::from).collect();
        let func = func.clone();
        HostFunction::from_untyped(&mut self.store, &FuncType::new(&params, &results), move |_, args| {
            func.call(args.iter().map(to_value).collect());
            Ok(returned.clone())
        })
    }
}

/// A value as tinywasm has it; `ty` is for null, which is of any reference type.
fn of_value(value: &Value, ty: WasmType) -> WasmValue {
    match value {
        Value::I32(v) => WasmValue::I32(*v),
        Value::I64(v) => WasmValue::I64(*v),
        Value::F32(bits) => WasmValue::F32(f32::from_bits(*bits)),
        Value::F64(bits) => WasmValue::F64(f64::from_bits(*bits)),
        Value::V128(bits) => WasmValue::V128(bits.to_le_bytes()),
        Value::Ref(RefValue::Extern(number)) => WasmValue::RefExtern(ExternRef::new(Some(*number))),
        _ if ty == WasmType::RefFunc => WasmValue::RefFunc(FuncRef::null()),
        _ => WasmValue::RefExtern(ExternRef::null()),
    }
}

fn to_value(value: &WasmValue) -> Value {
    match value {
        WasmValue::I32(v) => Value::I32(*v),
        WasmValue::I64(v) => Value::I64(*v),
        WasmValue::F32(v) => Value::F32(v.to_bits()),
        WasmValue::F64(v) => Value::F64(v.to_bits()),
        WasmValue::V128(bytes) => Value::V128(u128::from_le_bytes(*bytes)),
        WasmValue::RefExtern(value) => Value::Ref(value.addr().map_or(RefValue::Null, RefValue::Extern)),
        // The address is one of the store; which function it is cannot be told from outside.
        WasmValue::RefFunc(func) => Value::Ref(func.addr().map_or(RefValue::Null, |_| RefValue::Func("?".to_owned()))),
    }
}

fn end(error: Error) -> End {
    let text = error.to_string();
    let trap = match error {
        Error::Trap(trap) => trap,
        Error::Linker(_) => return End::Unlinkable(text),
        Error::UnsupportedFeature(what) => return End::unsupported(what),
        _ => return End::Failed(text),
    };
    let code = match trap {
        Trap::Unreachable => TrapCode::Unreachable,
        Trap::MemoryOutOfBounds { .. } => TrapCode::OutOfBoundsMemory,
        Trap::TableOutOfBounds { .. } => TrapCode::OutOfBoundsTable,
        Trap::DivisionByZero => TrapCode::IntegerDivideByZero,
        Trap::InvalidConversionToInt => TrapCode::InvalidConversionToInteger,
        Trap::IntegerOverflow => TrapCode::IntegerOverflow,
        Trap::UndefinedElement { .. } => TrapCode::UndefinedElement,
        Trap::UninitializedElement { .. } => TrapCode::UninitializedElement,
        Trap::IndirectCallTypeMismatch { .. } => TrapCode::IndirectCallTypeMismatch,
        Trap::HostFunction(_) => TrapCode::Host,
        Trap::CallStackOverflow | Trap::ValueStackOverflow => return End::Exhausted(Resource::Stack, text),
        Trap::OutOfMemory => return End::Exhausted(Resource::Memory, text),
        _ => return End::Trap(None, text),
    };
    End::Trap(Some(code), text)
}

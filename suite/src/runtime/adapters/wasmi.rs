//! wasmi, in this process.
//!
//! | wasmi says | class |
//! |---|---|
//! | an error while a module is made | malformed or invalid: its parser and its validator share one error type |
//! | a linker error, or an instantiation error | unlinkable; but an element segment that does not fit: a trap, and a memory or table that cannot be had: exhausted memory |
//! | a trap code | the trap of that reason; `StackOverflow`: exhausted stack; `OutOfFuel`: exhausted fuel |
//! | `GrowthOperationLimited`, or an allocation that fails | exhausted memory |
//! | anything else at run time | failed |

use super::{
    acting::{Inside, World, names_of_hosts},
    in_process::{exported, numbers},
};
use crate::{
    runtime::{Ability, About, Acting, End, HostFunc, Import, InstanceId, ModuleId, Runtime, ValType},
    trace::{RefValue, Resource, TrapCode, Value},
};
use std::sync::atomic::AtomicUsize;
use wasmi::{
    AsContextMut, Engine, Extern, ExternRef, F32, F64, Func, FuncType, Instance, Linker, Module, Nullable, Ref, Store,
    StoreContextMut, V128, Val, ValType as CoreType, errors,
};

/// The version that this crate is built with.
const VERSION: &str = "2.0.0";

/// What a case that has to be stopped may use up: little, since wasmi's handlers take stack where calls in tail position are
/// not optimised.
const FUEL: u64 = 10_000;

/// The runtime.
pub struct Wasmi {
    engine: Engine,
    store: Store<()>,
    world: World<Module, Instance, Extern>,
    is_limited: bool,
}

fn config() -> wasmi::Config {
    let mut config = wasmi::Config::default();
    config.wasm_custom_page_sizes(true).wasm_memory64(true).wasm_multi_memory(true);
    config
}

impl Default for Wasmi {
    fn default() -> Self {
        let engine = Engine::new(&config());
        Wasmi { store: Store::new(&engine, ()), engine, world: World::default(), is_limited: false }
    }
}

impl Runtime for Wasmi {
    fn about(&self) -> About {
        About::new("wasmi", VERSION, "wasmi", &[Ability::Core, Ability::Hosts])
    }

    fn reset(&mut self) -> Result<(), End> {
        if self.is_limited {
            *self = Self::default();
        }
        self.store = Store::new(&self.engine, ());
        self.world = World::default();
        Ok(())
    }

    fn limit(&mut self) -> Result<(), End> {
        let mut config = config();
        config.consume_fuel(true);
        self.engine = Engine::new(&config);
        self.store = Store::new(&self.engine, ());
        self.is_limited = true;
        self.refuel()
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        let module = Module::new(&self.engine, bytes).map_err(|error| End::Rejected(error.to_string()))?;
        Ok(self.world.keep(module))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let module = self.world.module(module)?;
        self.refuel()?;
        self.world.instantiate(&mut Within(self.store.as_context_mut()), &module, imports).map_err(|error| end(&error))
    }

    names_of_hosts!();

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
        let func = exported!(self, instance, export, Extern::Func);
        let ty = func.ty(&self.store);
        let args: Vec<Val> = args.iter().zip(ty.params()).map(|(arg, ty)| self.wasmi_value(arg, *ty)).collect();
        let mut results: Vec<Val> = ty.results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
        self.refuel()?;
        func.call(&mut self.store, &args, &mut results).map_err(|error| end(&error))?;
        Ok(results.iter().map(|value| self.to_trace(value)).collect())
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let global = exported!(self, instance, export, Extern::Global);
        Ok(self.to_trace(&global.get(&self.store)))
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &Value) -> Result<(), End> {
        let global = exported!(self, instance, export, Extern::Global);
        let value = self.wasmi_value(value, global.ty(&self.store).content());
        global.set(&mut self.store, value).map_err(|error| End::Failed(error.to_string()))
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        Ok(exported!(self, instance, export, Extern::Memory).data_size(&self.store) as u64)
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let memory = exported!(self, instance, export, Extern::Memory);
        let bytes = memory.data(&self.store).get(offset as usize..).and_then(|bytes| bytes.get(..len as usize));
        bytes.map(<[u8]>::to_vec).ok_or_else(End::out_of_bounds)
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let memory = exported!(self, instance, export, Extern::Memory);
        memory.write(&mut self.store, offset as usize, bytes).map_err(|error| End::Failed(error.to_string()))
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        Ok(exported!(self, instance, export, Extern::Table).size(&self.store))
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        let table = exported!(self, instance, export, Extern::Table);
        match table.get(&self.store, index) {
            Some(Ref::Func(func)) => Ok(self.to_trace(&Val::FuncRef(func))),
            Some(Ref::Extern(value)) => Ok(self.to_trace(&Val::ExternRef(value))),
            None => Err(End::out_of_bounds()),
        }
    }
}

/// The store, while something is done to it.
pub(super) struct Within<'a>(StoreContextMut<'a, ()>);

impl Inside for Within<'_> {
    type Module = Module;
    type Instance = Instance;
    type Extern = Extern;
    type Error = wasmi::Error;

    fn export(&mut self, instance: &Instance, name: &str) -> Option<Extern> {
        instance.get_export(&self.0, name)
    }

    fn recording(&mut self, func: &HostFunc) -> Extern {
        let ty =
            FuncType::new(func.params.iter().map(|ty| core_type(*ty)), func.result_types().into_iter().map(core_type));
        let func = func.clone();
        let func = Func::new(&mut self.0, ty, move |_, args, results| {
            let returned = func.call(args.iter().map(number).collect());
            for (slot, value) in results.iter_mut().zip(returned) {
                *slot = to_number(value);
            }
            Ok(())
        });
        Extern::Func(func)
    }

    fn write(&mut self, memory: Extern, at: u64, byte: u8) -> bool {
        memory.into_memory().is_none_or(|memory| memory.write(&mut self.0, at as usize, &[byte]).is_ok())
    }

    fn grow(&mut self, memory: Extern, by: u64) {
        if let Some(memory) = memory.into_memory() {
            // One that cannot grow stays as it is.
            let _old = memory.grow(&mut self.0, by);
        }
    }

    /// There are no tags here.
    fn throw(&mut self, _tag: Extern, _args: &[i32]) -> Result<(), wasmi::Error> {
        Ok(())
    }

    fn call(&mut self, func: Extern) -> Result<(), wasmi::Error> {
        let Some(func) = func.into_func() else { return Ok(()) };
        let ty = func.ty(&self.0);
        if !ty.params().is_empty() {
            return Ok(());
        }
        let mut results: Vec<Val> = ty.results().iter().map(|ty| Val::default_for_ty(*ty)).collect();
        func.call(&mut self.0, &[], &mut results)
    }

    fn instantiate(&mut self, module: &Module, given: &[(&str, &str, Extern)]) -> Result<Instance, wasmi::Error> {
        let mut linker = Linker::new(self.0.engine());
        linker.allow_shadowing(true);
        for (module, name, item) in given {
            linker.define(module, name, *item)?;
        }
        linker.instantiate_and_start(&mut self.0, module)
    }

    fn trap() -> wasmi::Error {
        wasmi::Error::new(HOST_TRAP)
    }

    fn exhausted() -> wasmi::Error {
        wasmi::TrapCode::StackOverflow.into()
    }

    fn end(error: &wasmi::Error, _is_instantiation: bool) -> End {
        end(error)
    }
}

impl Wasmi {
    /// A function of the host that acts.
    fn acting(&mut self, acting: Acting) -> Func {
        let (world, made) = (self.world.clone(), AtomicUsize::new(0));
        Func::new(&mut self.store, FuncType::new([], []), move |mut caller, _, _| {
            world.act(&mut Within(caller.as_context_mut()), &acting, &made)
        })
    }

    /// What was used up before is there again: a limit is that of one call or instantiation.
    fn refuel(&mut self) -> Result<(), End> {
        if !self.is_limited {
            return Ok(());
        }
        self.store.set_fuel(FUEL).map_err(|error| End::Failed(error.to_string()))
    }

    fn export(&mut self, instance: InstanceId, export: &str) -> Result<Extern, End> {
        let item = self.world.export(&mut Within(self.store.as_context_mut()), instance, export);
        item.ok_or_else(|| End::no_export(export))
    }
}

impl Wasmi {
    fn wasmi_value(&mut self, value: &Value, ty: wasmi::ValType) -> Val {
        match value {
            Value::Ref(RefValue::Extern(number)) => {
                Val::ExternRef(Nullable::Val(ExternRef::new(&mut self.store, *number)))
            }
            Value::Ref(_) => Val::default_for_ty(ty),
            value => to_number(value),
        }
    }

    fn to_trace(&self, value: &Val) -> Value {
        match value {
            Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null) => Value::Ref(RefValue::Null),
            // wasmi does not tell which function a reference is.
            Val::FuncRef(Nullable::Val(_)) => Value::Ref(RefValue::Func("?".to_owned())),
            Val::ExternRef(Nullable::Val(value)) => {
                let number = value.data(&self.store).downcast_ref::<u32>();
                Value::Ref(number.map_or(RefValue::Struct, |number| RefValue::Extern(*number)))
            }
            value => number(value),
        }
    }
}

numbers!(
    Val, CoreType, f32: F32::from_bits, F32::to_bits, f64: F64::from_bits, F64::to_bits, v128: V128::from, bits
);

fn bits(vector: V128) -> u128 {
    vector.as_u128()
}

/// What a function of the host traps with.
const HOST_TRAP: &str = "host trap";

fn end(error: &wasmi::Error) -> End {
    use wasmi::TrapCode as T;
    let text = error.to_string();
    if let Some(code) = error.as_trap_code() {
        let code = match code {
            T::UnreachableCodeReached => TrapCode::Unreachable,
            T::MemoryOutOfBounds => TrapCode::OutOfBoundsMemory,
            T::TableOutOfBounds => return end_of_table(text),
            T::IndirectCallToNull => TrapCode::UninitializedElement,
            T::IntegerDivisionByZero => TrapCode::IntegerDivideByZero,
            T::IntegerOverflow => TrapCode::IntegerOverflow,
            T::BadConversionToInteger => TrapCode::InvalidConversionToInteger,
            T::BadSignature => TrapCode::IndirectCallTypeMismatch,
            T::StackOverflow => return End::Exhausted(Resource::Stack, text),
            T::OutOfFuel => return End::Exhausted(Resource::Fuel, text),
            T::GrowthOperationLimited | T::OutOfSystemMemory => return End::Exhausted(Resource::Memory, text),
        };
        return End::Trap(vec![code], text);
    }
    match error.kind() {
        // An active element segment beyond its table, and a memory or table that cannot be had, are errors of the
        // instantiation here, which has no codes.
        errors::ErrorKind::Instantiation(_) if text.starts_with("out of bounds table access") => {
            End::Trap(vec![TrapCode::OutOfBoundsTable], text)
        }
        errors::ErrorKind::Instantiation(_) if text.starts_with("failed to instantiate") => {
            End::Exhausted(Resource::Memory, text)
        }
        errors::ErrorKind::Linker(_) | errors::ErrorKind::Instantiation(_) => End::Unlinkable(text),
        errors::ErrorKind::Memory(_) | errors::ErrorKind::Table(_) => End::Exhausted(Resource::Memory, text),
        errors::ErrorKind::Message(message) if &**message == HOST_TRAP => End::Trap(vec![TrapCode::Host], text),
        errors::ErrorKind::I32ExitStatus(code) => End::Exit(*code),
        _ => End::Failed(text),
    }
}

/// `call_indirect` beyond a table's end has the same code as an access beyond it.
fn end_of_table(text: String) -> End {
    End::Trap(Vec::new(), text)
}

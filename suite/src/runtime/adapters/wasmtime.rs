//! wasmtime, in this process: core modules, components (`component`), and programs of WASI through wasmtime-wasi
//! (`program`).
//!
//! | wasmtime says | class |
//! |---|---|
//! | an error while a module or a component is made | malformed or invalid: it does not tell which; unsupported, if it says that something is not enabled or not supported |
//! | a trap code | the trap of that reason; a stack overflow: exhausted stack; no fuel: exhausted fuel; an allocation that is too large: exhausted memory |
//! | an access beyond a table | a trap whose reason is not told: a call beyond the table's end has the same code |
//! | `ThrownException` | an uncaught exception |
//! | `I32Exit` | the exit of that code |
//! | any other error of an instantiation | unlinkable; but exhausted memory, if it speaks of memory that is not to be had, and a trap, if it comes from a function that was running |
//! | any other error of a call, or in a component that was linked before | failed |
//!
//! Everything that the suite may use is switched on in its configuration.

mod component;
mod plain;
mod program;

use super::{
    acting::{Inside, World, names_of_hosts},
    in_process::{self, exported, numbers},
};
use crate::{
    runtime::{
        Ability, About, Acting, ComponentImport, End, HostFunc, Import, InstanceId, ModuleId, Program, ProgramEnd,
        Runtime, ValType,
    },
    trace::{RefValue, Resource, TrapCode, Value},
};
use std::{convert::identity, sync::atomic::AtomicUsize};
use wasmtime::{
    AnyRef, AsContextMut, Config, Engine, Error, ExnRef, ExnRefPre, ExnType, Extern, ExternRef, Func, FuncType, I31,
    Instance, Linker, Memory, Module, Ref, Rooted, Store, StoreContextMut, ThrownException, Trap, V128, Val,
    ValType as CoreType, WasmBacktrace,
};

/// The version that this crate is built with.
const VERSION: &str = "48.0.8";

/// How much fuel a case may use up that has to be stopped.
const FUEL: u64 = 10_000_000;

/// The runtime.
pub struct Wasmtime {
    engine: Engine,
    store: Store<()>,
    world: World<Module, Instance, Extern>,
    components: component::Components,
    is_limited: bool,
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_function_references(true)
        .wasm_gc(true)
        .wasm_exceptions(true)
        .wasm_tail_call(true)
        .wasm_multi_memory(true)
        .wasm_memory64(true)
        .wasm_threads(true)
        .shared_memory(true)
        .wasm_relaxed_simd(true)
        .wasm_custom_page_sizes(true)
        .wasm_wide_arithmetic(true)
        .wasm_component_model_async(true)
        .wasm_component_model_more_async_builtins(true)
        .wasm_component_model_async_stackful(true)
        .wasm_component_model_threading(true);
    config
}

impl Default for Wasmtime {
    /// # Panics
    /// If the processor is not one that wasmtime compiles for.
    fn default() -> Self {
        Self::with(&config(), false)
    }
}

impl Wasmtime {
    fn with(config: &Config, is_limited: bool) -> Self {
        let engine = Engine::new(config).expect("this configuration fits every processor that wasmtime compiles for");
        let store = Store::new(&engine, ());
        Wasmtime { engine, store, world: World::default(), components: Default::default(), is_limited }
    }
}

impl Runtime for Wasmtime {
    fn about(&self) -> About {
        use Ability::{Components, Core, Gives, Hosts, P1, P2, Preloads, Times};
        let abilities = [Core, Hosts, Components, P1, Preloads, P2, Times, Gives];
        About::new("wasmtime-lib", VERSION, "wasmtime", &abilities)
    }

    fn reset(&mut self) -> Result<(), End> {
        if self.is_limited {
            *self = Self::default();
        }
        self.store = Store::new(&self.engine, ());
        self.world = World::default();
        self.components = Default::default();
        Ok(())
    }

    fn limit(&mut self) -> Result<(), End> {
        *self = Self::with(config().consume_fuel(true), true);
        self.refuel()
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        Ok(self.world.keep(Module::from_binary(&self.engine, bytes).map_err(refused)?))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let module = self.world.module(module)?;
        self.refuel()?;
        let instance = self.world.instantiate(&mut Within(self.store.as_context_mut()), &module, imports);
        instance.map_err(end_of_instantiation)
    }

    names_of_hosts!();

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value]) -> Result<Vec<Value>, End> {
        let func = exported!(self, instance, export, Extern::Func);
        let ty = func.ty(&self.store);
        let args = args.iter().zip(ty.params()).map(|(arg, ty)| self.val(arg, &ty)).collect::<Result<Vec<_>, End>>()?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        self.refuel()?;
        func.call(&mut self.store, &args, &mut results).map_err(end)?;
        results.iter().map(|value| self.to_trace(value)).collect()
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<Value, End> {
        let global = exported!(self, instance, export, Extern::Global);
        let value = global.get(&mut self.store);
        self.to_trace(&value)
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &Value) -> Result<(), End> {
        let global = exported!(self, instance, export, Extern::Global);
        let value = self.val(value, global.ty(&self.store).content())?;
        global.set(&mut self.store, value).map_err(end)
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        match self.export(instance, export)? {
            Extern::Memory(memory) => Ok(memory.data_size(&self.store) as u64),
            Extern::SharedMemory(memory) => Ok(memory.data_size() as u64),
            _ => Err(End::no_export(export)),
        }
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let memory = self.memory(instance, export)?;
        let bytes = memory.data(&self.store).get(offset as usize..).and_then(|bytes| bytes.get(..len as usize));
        bytes.map(<[u8]>::to_vec).ok_or_else(End::out_of_bounds)
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let memory = self.memory(instance, export)?;
        memory.write(&mut self.store, offset as usize, bytes).map_err(|error| End::Failed(error.to_string()))
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let table = exported!(self, instance, export, Extern::Table);
        Ok(table.size(&self.store))
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<Value, End> {
        let table = exported!(self, instance, export, Extern::Table);
        let value = match table.get(&mut self.store, index).ok_or_else(End::out_of_bounds)? {
            Ref::Func(func) => Val::FuncRef(func),
            Ref::Extern(value) => Val::ExternRef(value),
            Ref::Any(value) => Val::AnyRef(value),
            Ref::Exn(value) => Val::ExnRef(value),
        };
        self.to_trace(&value)
    }

    fn compile_component(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        self.components.compile(&self.engine, bytes)
    }

    fn instantiate_component(&mut self, component: ModuleId, imports: &[ComponentImport]) -> Result<InstanceId, End> {
        self.components.instantiate(&self.engine, &mut self.store, component, imports)
    }

    fn call_component(
        &mut self,
        instance: InstanceId,
        export: &str,
        args: &[serde_json::Value],
    ) -> Result<Vec<serde_json::Value>, End> {
        self.components.call(&mut self.store, instance, export, args)
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        program::run(&self.engine, program)
    }
}

/// The store, while something is done to it.
struct Within<'a>(StoreContextMut<'a, ()>);

impl Inside for Within<'_> {
    type Module = Module;
    type Instance = Instance;
    type Extern = Extern;
    type Error = Error;

    fn export(&mut self, instance: &Instance, name: &str) -> Option<Extern> {
        instance.get_export(&mut self.0, name)
    }

    fn recording(&mut self, func: &HostFunc) -> Extern {
        let params = func.params.iter().map(|ty| core_type(*ty));
        let ty = FuncType::new(self.0.engine(), params, func.result_types().into_iter().map(core_type));
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
        match memory {
            Extern::Memory(memory) => memory.write(&mut self.0, at as usize, &[byte]).is_ok(),
            Extern::SharedMemory(_) => {
                u32::try_from(at).is_ok_and(|at| write_shared(&mut self.0, memory, at, byte).is_ok())
            }
            _ => true,
        }
    }

    fn grow(&mut self, memory: Extern, by: u64) {
        // One that cannot grow stays as it is.
        match memory {
            Extern::Memory(memory) => drop(memory.grow(&mut self.0, by)),
            Extern::SharedMemory(memory) => drop(memory.grow(by)),
            _ => {}
        }
    }

    fn throw(&mut self, tag: Extern, args: &[i32]) -> Result<(), Error> {
        let Extern::Tag(tag) = tag else { return Ok(()) };
        let params = tag.ty(&self.0).ty().params().map(|ty| ty.is_i32()).collect::<Vec<_>>();
        if params != vec![true; args.len()] {
            return Ok(());
        }
        let ty = ExnType::from_tag_type(&tag.ty(&self.0))?;
        let pre = ExnRefPre::new(&mut self.0, ty);
        let args: Vec<Val> = args.iter().copied().map(Val::I32).collect();
        let exception = ExnRef::new(&mut self.0, &pre, &tag, &args)?;
        self.0.throw::<()>(exception).map_err(Error::from)
    }

    fn call(&mut self, func: Extern) -> Result<(), Error> {
        let Some(func) = func.into_func() else { return Ok(()) };
        let ty = func.ty(&self.0);
        if ty.params().len() > 0 {
            return Ok(());
        }
        let mut results = vec![Val::I32(0); ty.results().len()];
        func.call(&mut self.0, &[], &mut results)
    }

    fn instantiate(&mut self, module: &Module, given: &[(&str, &str, Extern)]) -> Result<Instance, Error> {
        let mut linker = Linker::new(self.0.engine());
        linker.allow_shadowing(true);
        for (module, name, item) in given {
            linker.define(&self.0, module, name, item.clone())?;
        }
        linker.instantiate(&mut self.0, module)
    }

    fn trap() -> Error {
        Error::msg(HOST_TRAP)
    }

    fn exhausted() -> Error {
        wasmtime::Trap::StackOverflow.into()
    }

    fn end(error: &Error, is_instantiation: bool) -> End {
        if is_instantiation { class_of_instantiation(error) } else { class(error) }
    }

    fn forget(&mut self) {
        let _ended = self.0.take_pending_exception();
    }
}

/// The bytes of a shared memory can be reached from outside only by code that is not safe: a module writes here.
fn write_shared(store: &mut StoreContextMut<'_, ()>, memory: Extern, at: u32, byte: u8) -> Result<(), Error> {
    const WRITER: &str = r#"(module (import "m" "m" (memory 0 65536 shared))
        (func (export "f") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))"#;
    let module = Module::from_binary(store.engine(), &crate::source::text(WRITER))?;
    let instance = Instance::new(&mut *store, &module, &[memory])?;
    let write = instance.get_typed_func::<(u32, u32), ()>(&mut *store, "f")?;
    write.call(store, (at, byte.into()))
}

impl Wasmtime {
    /// A function of the host that acts.
    fn acting(&mut self, acting: Acting) -> Func {
        let (world, made) = (self.world.clone(), AtomicUsize::new(0));
        Func::new(&mut self.store, FuncType::new(&self.engine, [], []), move |mut caller, _, _| {
            world.act(&mut Within(caller.as_context_mut()), &acting, &made)
        })
    }

    /// What was used up before is there again: a limit is that of one call or instantiation.
    fn refuel(&mut self) -> Result<(), End> {
        if !self.is_limited {
            return Ok(());
        }
        self.store.set_fuel(FUEL).map_err(end)
    }

    fn export(&mut self, instance: InstanceId, export: &str) -> Result<Extern, End> {
        let item = self.world.export(&mut Within(self.store.as_context_mut()), instance, export);
        item.ok_or_else(|| End::no_export(export))
    }

    fn memory(&mut self, instance: InstanceId, export: &str) -> Result<Memory, End> {
        match self.export(instance, export)? {
            Extern::Memory(memory) => Ok(memory),
            // Its bytes can be reached only by code that is not safe.
            Extern::SharedMemory(_) => Err(End::unsupported("the bytes of shared memories")),
            _ => Err(End::no_export(export)),
        }
    }

    fn val(&mut self, value: &Value, ty: &wasmtime::ValType) -> Result<Val, End> {
        Ok(match (value, ty) {
            (Value::Ref(RefValue::Extern(number)), _) => {
                Val::ExternRef(Some(ExternRef::new(&mut self.store, *number).map_err(end)?))
            }
            (Value::Ref(RefValue::I31(number)), _) => {
                Val::AnyRef(Some(AnyRef::from_i31(&mut self.store, I31::wrapping_i32(*number))))
            }
            (Value::Ref(_), wasmtime::ValType::Ref(ty)) => Val::null_ref(ty.heap_type()),
            (value, _) => to_number(value),
        })
    }

    fn to_trace(&self, value: &Val) -> Result<Value, End> {
        Ok(match value {
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => {
                Value::Ref(RefValue::Null)
            }
            // wasmtime does not tell which function a reference is.
            Val::FuncRef(Some(_)) => Value::Ref(RefValue::Func("?".to_owned())),
            Val::ExnRef(Some(_)) => Value::Ref(RefValue::Exn),
            Val::ExternRef(Some(value)) => {
                let data = value.data(&self.store).map_err(end)?;
                let number = data.and_then(|data| data.downcast_ref::<u32>());
                Value::Ref(number.map_or(RefValue::Struct, |number| RefValue::Extern(*number)))
            }
            Val::AnyRef(Some(value)) => self.any(value).map(Value::Ref).map_err(end)?,
            value => number(value),
        })
    }

    fn any(&self, value: &Rooted<AnyRef>) -> wasmtime::Result<RefValue> {
        Ok(match value.as_i31(&self.store)? {
            Some(number) => RefValue::I31(number.get_i32()),
            None if value.is_array(&self.store)? => RefValue::Array,
            None => RefValue::Struct,
        })
    }
}

numbers!(Val, CoreType, f32: identity, identity, f64: identity, identity, v128: V128::from, u128::from);

/// The error of a module or a component that does not come about.
fn refused(error: Error) -> End {
    in_process::refused(format!("{error:#}"))
}

/// What is neither a trap nor an exception nor an exit is a link error, or memory that is not to be had, unless it comes from a
/// function that was running: then the host ended that (a function of WASI, for one).
fn class_of_instantiation(error: &Error) -> End {
    const MEMORY: [&str; 4] =
        ["minimum size of", "memory_reservation overflows", "Cannot allocate memory", "out of memory"];
    match class(error) {
        End::Failed(text) if error.is::<WasmBacktrace>() => End::Trap(Vec::new(), text),
        End::Failed(text) if MEMORY.iter().any(|words| text.contains(words)) => End::Exhausted(Resource::Memory, text),
        End::Failed(text) => End::Unlinkable(text),
        end => end,
    }
}

fn end(error: Error) -> End {
    class(&error)
}

fn end_of_instantiation(error: Error) -> End {
    class_of_instantiation(&error)
}

/// What a function of the host traps with.
const HOST_TRAP: &str = "host trap";

fn class(error: &Error) -> End {
    if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
        return End::Exit(exit.0);
    }
    if error.is::<ThrownException>() {
        return End::Exception(Vec::new());
    }
    let text = format!("{error:#}");
    // A bug that it finds in itself comes with a path of the machine that compiled it.
    let text = text.lines().filter(|line| !line.starts_with("location: ")).collect::<Vec<_>>().join("\n");
    match error.downcast_ref::<Trap>() {
        Some(trap) => end_of_trap(*trap, text),
        None if error.to_string() == HOST_TRAP || error.root_cause().to_string() == HOST_TRAP => {
            End::Trap(vec![TrapCode::Host], text)
        }
        None => End::Failed(text),
    }
}

fn end_of_trap(trap: Trap, text: String) -> End {
    let code = match trap {
        Trap::UnreachableCodeReached => TrapCode::Unreachable,
        // What crosses components is copied by code that finds a pointer out of bounds only when it follows it.
        Trap::MemoryOutOfBounds => return End::Trap(vec![TrapCode::OutOfBoundsMemory, TrapCode::InvalidPointer], text),
        Trap::HeapMisaligned => TrapCode::UnalignedAtomic,
        Trap::IndirectCallToNull => TrapCode::UninitializedElement,
        Trap::BadSignature => TrapCode::IndirectCallTypeMismatch,
        Trap::IntegerOverflow => TrapCode::IntegerOverflow,
        Trap::IntegerDivisionByZero => TrapCode::IntegerDivideByZero,
        Trap::BadConversionToInteger => TrapCode::InvalidConversionToInteger,
        Trap::AtomicWaitNonSharedMemory => TrapCode::ExpectedSharedMemory,
        Trap::NullReference => TrapCode::NullReference,
        Trap::ArrayOutOfBounds => TrapCode::OutOfBoundsArray,
        Trap::CastFailure => TrapCode::CastFailure,
        Trap::CannotEnterComponent => TrapCode::CannotEnter,
        Trap::CannotLeaveComponent => TrapCode::CannotLeave,
        Trap::CannotBlockSyncTask => TrapCode::CannotBlock,
        Trap::InvalidChar | Trap::InvalidDiscriminant => TrapCode::InvalidValue,
        Trap::StringOutOfBounds | Trap::ListOutOfBounds | Trap::UnalignedPointer => TrapCode::InvalidPointer,
        Trap::StackOverflow => return End::Exhausted(Resource::Stack, text),
        Trap::OutOfFuel => return End::Exhausted(Resource::Fuel, text),
        Trap::Interrupt => return End::Exhausted(Resource::Interrupt, text),
        Trap::AllocationTooLarge => return End::Exhausted(Resource::Memory, text),
        // An access beyond a table and a call beyond its end have one code; and codes that are not told apart here.
        _ => return End::Trap(Vec::new(), text),
    };
    End::Trap(vec![code], text)
}

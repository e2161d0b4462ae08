//! wasmtime as a crate, in this process: core modules, components, and programs of WASI 0.2 through wasmtime-wasi. Its
//! command line has programs of preview 1.
//!
//! | wasmtime says | class |
//! |---|---|
//! | an error while a module or component is made | malformed or invalid: one error type for both; unsupported if it says that something is not enabled or not supported |
//! | a trap | the trap of that reason; one beyond a table's end has the same code for `call_indirect` and for segments: no reason; of a component's own: no reason; `StackOverflow`: exhausted stack, `OutOfFuel`: exhausted fuel |
//! | a thrown exception | exception |
//! | an exit of WASI | exit |
//! | that a memory or table is too large | exhausted memory |
//! | any other error of an instantiation | unlinkable |
//! | any other error of a call | failed |
//!
//! Instances that a script registers are given to others as the functions and modules that they export; resources cannot be
//! handed on.

use super::files::Files;
use crate::{
    runtime::{
        Ability, About, End, HostFunc, Import, InstanceId, Item, ModuleId, Program, ProgramEnd, Reach, Runtime,
        ValType as HostType, process::plain,
    },
    trace::{RefValue, Resource, TrapCode, Value as TraceValue},
};
use serde_json::Value as Json;
use wasmtime::{
    Config, Engine, Extern, ExternRef, Func, FuncType, HeapType, Instance, Linker, Memory, Module, Store,
    ThrownException, Trap, Val, ValType,
    component::{
        self, Component, ResourceTable,
        types::{ComponentItem, Type},
    },
};
use wasmtime_wasi::{
    FsPerms, I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
    p2::{
        add_to_linker_with_options_sync,
        bindings::sync::LinkOptions,
        pipe::{MemoryInputPipe, MemoryOutputPipe},
    },
};

/// The version that this crate is built with.
const VERSION: &str = "48";
/// What a case that has to be stopped may use up.
const FUEL: u64 = 1_000_000;
/// What a program may write.
const OUTPUT_BYTES: usize = 16 << 20;

/// The runtime.
pub struct Wasmtime {
    engine: Engine,
    store: Store<Host>,
    modules: Vec<Module>,
    instances: Vec<Instance>,
    components: Vec<Component>,
    component_instances: Vec<(component::Instance, Component)>,
}

struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

fn engine(has_fuel: bool) -> Engine {
    let mut config = Config::new();
    config.wasm_gc(true).wasm_function_references(true).wasm_exceptions(true).wasm_tail_call(true);
    config.wasm_multi_memory(true).wasm_memory64(true).wasm_threads(true).shared_memory(true);
    config.wasm_relaxed_simd(true).wasm_custom_page_sizes(true).consume_fuel(has_fuel);
    // Nothing of this depends on the host.
    Engine::new(&config).unwrap_or_default()
}

fn store(engine: &Engine, wasi: WasiCtx) -> Store<Host> {
    Store::new(engine, Host { wasi, table: ResourceTable::new() })
}

impl Default for Wasmtime {
    fn default() -> Self {
        Self::on(engine(false))
    }
}

impl Runtime for Wasmtime {
    fn about(&self) -> About {
        About::new("wasmtime-crate", VERSION, "wasmtime", &[Ability::Core, Ability::Components, Ability::P2])
    }

    fn reset(&mut self) -> Result<(), End> {
        *self = match self.store.get_fuel() {
            Ok(_) => Self::default(),
            Err(_) => Self::on(self.engine.clone()),
        };
        Ok(())
    }

    fn limit(&mut self) -> Result<(), End> {
        *self = Self::on(engine(true));
        self.store.set_fuel(FUEL).map_err(|error| End::Failed(error.to_string()))
    }

    fn compile(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        self.modules.push(Module::from_binary(&self.engine, bytes).map_err(refused)?);
        Ok(ModuleId(self.modules.len() as u32 - 1))
    }

    fn instantiate(&mut self, module: ModuleId, imports: &[Import]) -> Result<InstanceId, End> {
        let mut linker = Linker::new(&self.engine);
        linker.allow_shadowing(true);
        for Import { module, name, item } in imports {
            let item = match item {
                Item::Host(func) => Extern::Func(self.host_func(func)),
                Item::Export(instance, export) => {
                    match self.instances[instance.0 as usize].get_export(&mut self.store, export) {
                        Some(item) => item,
                        None => continue,
                    }
                }
            };
            linker.define(&self.store, module, name, item).map_err(|error| End::Failed(error.to_string()))?;
        }
        let module = &self.modules[module.0 as usize];
        let instance = linker.instantiate(&mut self.store, module).map_err(|error| end(&error, true))?;
        self.instances.push(instance);
        Ok(InstanceId(self.instances.len() as u32 - 1))
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[TraceValue]) -> Result<Vec<TraceValue>, End> {
        let Extern::Func(func) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let ty = func.ty(&self.store);
        let args: Result<Vec<Val>, End> =
            args.iter().zip(ty.params()).map(|(arg, ty)| self.of_value(arg, &ty)).collect();
        let mut results = vec![Val::I32(0); ty.results().len()];
        func.call(&mut self.store, &args?, &mut results).map_err(|error| end(&error, false))?;
        Ok(results.iter().map(|value| self.to_value(value)).collect())
    }

    fn global(&mut self, instance: InstanceId, export: &str) -> Result<TraceValue, End> {
        let Extern::Global(global) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let value = global.get(&mut self.store);
        Ok(self.to_value(&value))
    }

    fn set_global(&mut self, instance: InstanceId, export: &str, value: &TraceValue) -> Result<(), End> {
        let Extern::Global(global) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let ty = global.ty(&self.store);
        let value = self.of_value(value, ty.content())?;
        global.set(&mut self.store, value).map_err(|error| End::Failed(error.to_string()))
    }

    fn memory_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        Ok(self.memory(instance, export)?.data_size(&self.store) as u64)
    }

    fn memory_read(&mut self, instance: InstanceId, export: &str, offset: u64, len: u64) -> Result<Vec<u8>, End> {
        let mut bytes = vec![0; len as usize];
        let memory = self.memory(instance, export)?;
        memory.read(&self.store, offset as usize, &mut bytes).map_err(|_| End::out_of_bounds())?;
        Ok(bytes)
    }

    fn memory_write(&mut self, instance: InstanceId, export: &str, offset: u64, bytes: &[u8]) -> Result<(), End> {
        let memory = self.memory(instance, export)?;
        memory.write(&mut self.store, offset as usize, bytes).map_err(|_| End::out_of_bounds())
    }

    fn table_size(&mut self, instance: InstanceId, export: &str) -> Result<u64, End> {
        let Extern::Table(table) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        Ok(table.size(&self.store))
    }

    fn table_get(&mut self, instance: InstanceId, export: &str, index: u64) -> Result<TraceValue, End> {
        let Extern::Table(table) = self.export(instance, export)? else { return Err(End::no_export(export)) };
        let value = table.get(&mut self.store, index).ok_or_else(End::out_of_bounds)?;
        Ok(self.to_value(&value.into()))
    }

    fn compile_component(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        self.components.push(Component::from_binary(&self.engine, bytes).map_err(refused)?);
        Ok(ModuleId(self.components.len() as u32 - 1))
    }

    fn instantiate_component(
        &mut self,
        component: ModuleId,
        imports: &[(String, InstanceId)],
    ) -> Result<InstanceId, End> {
        let mut linker = component::Linker::new(&self.engine);
        for (name, instance) in imports {
            self.give(&mut linker, name, *instance)?;
        }
        let component = self.components[component.0 as usize].clone();
        let instance = linker.instantiate(&mut self.store, &component).map_err(|error| end(&error, true))?;
        self.component_instances.push((instance, component));
        Ok(InstanceId(self.component_instances.len() as u32 - 1))
    }

    fn call_component(&mut self, instance: InstanceId, export: &str, args: &[Json]) -> Result<Vec<Json>, End> {
        let (instance, _) = &self.component_instances[instance.0 as usize];
        let func = instance.get_func(&mut self.store, export).ok_or_else(|| End::no_export(export))?;
        let ty = func.ty(&self.store);
        let args: Result<Vec<_>, End> = args.iter().zip(ty.params()).map(|(arg, (_, ty))| of_plain(arg, &ty)).collect();
        let mut results = vec![component::Val::Bool(false); ty.results().len()];
        func.call(&mut self.store, &args?, &mut results).map_err(|error| end(&error, false))?;
        results.iter().map(|value| to_trace(value).map(|value| plain(&value))).collect()
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        let files = Files::new()?;
        let output = MemoryOutputPipe::new(OUTPUT_BYTES);
        let mut wasi = WasiCtxBuilder::new();
        wasi.arg("main.wasm")
            .args(&program.args)
            .stdin(MemoryInputPipe::new(program.stdin.clone()))
            .stdout(output.clone());
        for (name, value) in &program.env {
            wasi.env(name, value);
        }
        let failed = |error: wasmtime::Error| End::Failed(error.to_string());
        for (folder, name) in files.preopens(program)? {
            wasi.preopened_dir(folder, name, FsPerms::ReadWrite).map_err(failed)?;
        }
        let mut linker = component::Linker::new(&self.engine);
        // The exit code of a component is an unstable function of WASI 0.2.
        let mut options = LinkOptions::default();
        options.cli_exit_with_code(true);
        add_to_linker_with_options_sync(&mut linker, &options).map_err(failed)?;
        let end = run(&self.engine, store(&self.engine, wasi.build()), &linker, program);
        Ok(ProgramEnd { stdout: output.contents().to_vec(), end })
    }
}

impl Wasmtime {
    fn on(engine: Engine) -> Self {
        let store = store(&engine, WasiCtxBuilder::new().build());
        let (modules, instances) = (Vec::new(), Vec::new());
        Wasmtime { engine, store, modules, instances, components: Vec::new(), component_instances: Vec::new() }
    }

    fn export(&mut self, instance: InstanceId, export: &str) -> Result<Extern, End> {
        let instance = self.instances[instance.0 as usize];
        instance.get_export(&mut self.store, export).ok_or_else(|| End::no_export(export))
    }

    fn memory(&mut self, instance: InstanceId, export: &str) -> Result<Memory, End> {
        match self.export(instance, export)? {
            Extern::Memory(memory) => Ok(memory),
            Extern::SharedMemory(_) => Err(End::unsupported("looking at shared memories")),
            _ => Err(End::no_export(export)),
        }
    }

    /// Defines what an instance of a component exports, under its name.
    fn give(&mut self, linker: &mut component::Linker<Host>, name: &str, instance: InstanceId) -> Result<(), End> {
        let (instance, component) = self.component_instances[instance.0 as usize].clone();
        let failed = |error: wasmtime::Error| End::Failed(error.to_string());
        let mut given = linker.instance(name).map_err(failed)?;
        for (export, item) in component.component_type().exports(&self.engine) {
            match item.ty {
                ComponentItem::ComponentFunc(_) => {
                    let Some(func) = instance.get_func(&mut self.store, export) else { continue };
                    given
                        .func_new(export, move |store, _, args, results| func.call(store, args, results))
                        .map_err(failed)?;
                }
                ComponentItem::Module(_) => {
                    let Some(module) = instance.get_module(&mut self.store, export) else { continue };
                    given.module(export, &module).map_err(failed)?;
                }
                // Whoever imports it is told that it is missing.
                _ => {}
            }
        }
        Ok(())
    }

    fn host_func(&mut self, func: &HostFunc) -> Func {
        let params = func.params.iter().map(|ty| match ty {
            HostType::I32 => ValType::I32,
            HostType::I64 => ValType::I64,
            HostType::F32 => ValType::F32,
            HostType::F64 => ValType::F64,
        });
        let results = func.results.iter().map(|value| match value {
            TraceValue::I64(_) => ValType::I64,
            TraceValue::F32(_) => ValType::F32,
            TraceValue::F64(_) => ValType::F64,
            _ => ValType::I32,
        });
        let ty = FuncType::new(&self.engine, params, results);
        let func = func.clone();
        Func::new(&mut self.store, ty, move |_, args, results| {
            let returned = func.call(args.iter().map(to_number).collect());
            for (slot, value) in results.iter_mut().zip(returned) {
                *slot = of_number(value);
            }
            Ok(())
        })
    }

    fn of_value(&mut self, value: &TraceValue, ty: &ValType) -> Result<Val, End> {
        Ok(match value {
            TraceValue::V128(bits) => Val::V128((*bits).into()),
            TraceValue::Ref(RefValue::Extern(number)) => {
                let value = ExternRef::new(&mut self.store, *number).map_err(|error| End::Failed(error.to_string()))?;
                Val::ExternRef(Some(value))
            }
            TraceValue::Ref(RefValue::Null) => match ty.as_ref().map(|ty| ty.heap_type().top()) {
                Some(HeapType::Func) => Val::FuncRef(None),
                Some(HeapType::Extern) => Val::ExternRef(None),
                Some(HeapType::Exn) => Val::ExnRef(None),
                _ => Val::AnyRef(None),
            },
            TraceValue::Ref(_) => return Err(End::unsupported("references of this kind as arguments")),
            value => of_number(value),
        })
    }

    fn to_value(&mut self, value: &Val) -> TraceValue {
        TraceValue::Ref(match value {
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None) | Val::ExnRef(None) => RefValue::Null,
            // wasmtime does not tell which function a reference is.
            Val::FuncRef(Some(_)) => RefValue::Func("?".to_owned()),
            Val::ExternRef(Some(value)) => {
                let data = value.data(&self.store).ok().flatten();
                data.and_then(|data| data.downcast_ref::<u32>())
                    .map_or(RefValue::Struct, |number| RefValue::Extern(*number))
            }
            Val::AnyRef(Some(value)) => match (value.as_i31(&self.store), value.is_array(&self.store)) {
                (Ok(Some(number)), _) => RefValue::I31(number.get_i32()),
                (_, Ok(true)) => RefValue::Array,
                _ => RefValue::Struct,
            },
            Val::ExnRef(Some(_)) => RefValue::Exn,
            value => return to_number(value),
        })
    }
}

/// A program of WASI 0.2, from its bytes to its end.
fn run(
    engine: &Engine,
    mut store: Store<Host>,
    linker: &component::Linker<Host>,
    program: &Program,
) -> Result<(), End> {
    let component = Component::from_binary(engine, &program.main).map_err(refused)?;
    let instance = linker.instantiate(&mut store, &component).map_err(|error| end(&error, true))?;
    let entry = match &program.reach {
        Reach::Export(name) => instance.get_func(&mut store, name.as_str()),
        Reach::Command | Reach::Reactor => {
            let ty = component.component_type();
            let name =
                ty.exports(engine).map(|(name, _)| name.to_owned()).find(|name| name.starts_with("wasi:cli/run@0.2."));
            let interface = name.and_then(|name| instance.get_export_index(&mut store, None, &name));
            let run = interface.and_then(|index| instance.get_export_index(&mut store, Some(&index), "run"));
            run.and_then(|index| instance.get_func(&mut store, index))
        }
    };
    if program.times == 0 {
        return Ok(());
    }
    let Some(func) = entry else { return Err(End::Rejected("there is nothing to be run in it".to_owned())) };
    let mut results = vec![component::Val::Bool(false); func.ty(&store).results().len()];
    for _ in 0..program.times {
        func.call(&mut store, &[], &mut results).map_err(|error| end(&error, false))?;
    }
    // What wasmtime's command line makes of a `run` that returns an error.
    let is_error = matches!(&results[..], [component::Val::Result(Err(_))]);
    if is_error { Err(End::Exit(1)) } else { Ok(()) }
}

fn refused(error: wasmtime::Error) -> End {
    let text = format!("{error:#}");
    match text.contains("not enabled") || text.contains("not supported") || text.contains("unsupported") {
        true => End::Unsupported(text),
        false => End::Rejected(text),
    }
}

fn of_number(value: &TraceValue) -> Val {
    match value {
        TraceValue::I64(v) => Val::I64(*v),
        TraceValue::F32(bits) => Val::F32(*bits),
        TraceValue::F64(bits) => Val::F64(*bits),
        TraceValue::I32(v) => Val::I32(*v),
        // Host functions have numbers only.
        _ => Val::I32(0),
    }
}

fn to_number(value: &Val) -> TraceValue {
    match value {
        Val::I32(v) => TraceValue::I32(*v),
        Val::I64(v) => TraceValue::I64(*v),
        Val::F32(bits) => TraceValue::F32(*bits),
        Val::F64(bits) => TraceValue::F64(*bits),
        Val::V128(v) => TraceValue::V128(v.as_u128()),
        _ => TraceValue::Ref(RefValue::Null),
    }
}

fn of_plain(json: &Json, ty: &Type) -> Result<component::Val, End> {
    use component::Val as V;
    let text = json.as_str().unwrap_or_default();
    let wide = json["$int"].as_str().unwrap_or_default();
    let number = json.as_i64().unwrap_or_default();
    let float = || match json["$float"].as_str() {
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some(_) => f64::NAN,
        None => json.as_f64().unwrap_or_default(),
    };
    Ok(match ty {
        Type::Bool => V::Bool(json.as_bool().unwrap_or_default()),
        Type::S8 => V::S8(number as i8),
        Type::U8 => V::U8(number as u8),
        Type::S16 => V::S16(number as i16),
        Type::U16 => V::U16(number as u16),
        Type::S32 => V::S32(number as i32),
        Type::U32 => V::U32(number as u32),
        Type::S64 => V::S64(wide.parse().unwrap_or_default()),
        Type::U64 => V::U64(wide.parse().unwrap_or_default()),
        Type::Float32 => V::Float32(float() as f32),
        Type::Float64 => V::Float64(float()),
        Type::Char => V::Char(text.chars().next().unwrap_or_default()),
        Type::String => V::String(text.to_owned()),
        Type::List(list) => V::List(
            json.as_array().into_iter().flatten().map(|item| of_plain(item, &list.ty())).collect::<Result<_, _>>()?,
        ),
        _ => return Err(End::unsupported("arguments of this type for component functions")),
    })
}

fn to_trace(value: &component::Val) -> Result<TraceValue, End> {
    use component::Val as V;
    let one = |value: &Option<Box<V>>| value.as_ref().map(|value| to_trace(value).map(Box::new)).transpose();
    let all = |values: &[V]| values.iter().map(to_trace).collect::<Result<Vec<_>, End>>();
    Ok(match value {
        V::Bool(v) => TraceValue::Bool(*v),
        V::S8(v) => TraceValue::S8(*v),
        V::U8(v) => TraceValue::U8(*v),
        V::S16(v) => TraceValue::S16(*v),
        V::U16(v) => TraceValue::U16(*v),
        V::S32(v) => TraceValue::S32(*v),
        V::U32(v) => TraceValue::U32(*v),
        V::S64(v) => TraceValue::S64(*v),
        V::U64(v) => TraceValue::U64(*v),
        V::Float32(v) => TraceValue::Float32(v.to_bits()),
        V::Float64(v) => TraceValue::Float64(v.to_bits()),
        V::Char(v) => TraceValue::Char(*v),
        V::String(v) => TraceValue::String(v.clone()),
        V::List(values) | V::FixedLengthList(values) => TraceValue::List(all(values)?),
        V::Tuple(values) => TraceValue::Tuple(all(values)?),
        V::Record(fields) => {
            let field = |(name, value): &(String, V)| Ok((name.clone(), to_trace(value)?));
            TraceValue::Record(fields.iter().map(field).collect::<Result<_, End>>()?)
        }
        V::Variant(name, value) => TraceValue::Variant(name.clone(), one(value)?),
        V::Enum(name) => TraceValue::Enum(name.clone()),
        V::Option(value) => TraceValue::Option(one(value)?),
        V::Result(result) => TraceValue::Result(match result {
            Ok(value) => Ok(one(value)?),
            Err(value) => Err(one(value)?),
        }),
        V::Flags(names) => TraceValue::Flags(names.clone()),
        _ => return Err(End::unsupported("results of this type")),
    })
}

fn end(error: &wasmtime::Error, is_at_link: bool) -> End {
    let text = format!("{error:#}");
    if let Some(I32Exit(code)) = error.downcast_ref::<I32Exit>() {
        return End::Exit(*code);
    }
    if error.is::<ThrownException>() {
        return End::Exception(Vec::new());
    }
    let Some(trap) = error.downcast_ref::<Trap>() else {
        return match is_at_link {
            _ if text.contains("minimum size") || text.contains("memory_reservation overflows") => {
                End::Exhausted(Resource::Memory, text)
            }
            true => End::Unlinkable(text),
            false => End::Failed(text),
        };
    };
    let code = match trap {
        Trap::StackOverflow => return End::Exhausted(Resource::Stack, text),
        Trap::OutOfFuel => return End::Exhausted(Resource::Fuel, text),
        Trap::Interrupt => return End::Exhausted(Resource::Interrupt, text),
        Trap::AllocationTooLarge => return End::Exhausted(Resource::Memory, text),
        Trap::UnreachableCodeReached => TrapCode::Unreachable,
        Trap::MemoryOutOfBounds => TrapCode::OutOfBoundsMemory,
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
        _ => return End::Trap(None, text),
    };
    End::Trap(Some(code), text)
}

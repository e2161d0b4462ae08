//! wasm_component_layer on wasmi 0.31, in this process: components, and nothing else.
//!
//! It reads a component as a WIT package, with wasmtime's translation of components to steps, and refuses whatever that has
//! no words for.
//!
//! | the layer says | class |
//! |---|---|
//! | an error while a component is made | unsupported if it says that it has not implemented something; otherwise malformed or invalid |
//! | that it could not find an import | unlinkable |
//! | an error of the engine below that is a trap | the trap of that reason |
//! | any other error | failed |
//!
//! Instances that a script registers are given to others as the functions that they export; resources cannot be handed on.

use crate::{
    runtime::{Ability, About, End, Import, InstanceId, ModuleId, Runtime, process::plain},
    trace::{Resource, TrapCode, Value as TraceValue},
};
use serde_json::Value as Json;
use wasm_component_layer::{Component, Engine, Func, Instance, Linker, Store, Value, ValueType};

/// The version that this crate is built with.
const VERSION: &str = "0.1.18 (wasmi 0.31)";

type Wasmi = wasmi_runtime_layer::Engine;

/// The runtime.
pub struct ComponentLayer {
    engine: Engine<Wasmi>,
    store: Store<(), Wasmi>,
    components: Vec<Component>,
    instances: Vec<Instance>,
}

impl Default for ComponentLayer {
    fn default() -> Self {
        let engine = Engine::new(Wasmi::default());
        ComponentLayer { store: Store::new(&engine, ()), engine, components: Vec::new(), instances: Vec::new() }
    }
}

impl Runtime for ComponentLayer {
    fn about(&self) -> About {
        let mut about = About::new("component-layer", VERSION, "wasmi", &[Ability::Components]);
        about.lineage.linker = "wasm_component_layer (on wasmtime-environ 18)".to_owned();
        about
    }

    fn reset(&mut self) -> Result<(), End> {
        *self = Self::default();
        Ok(())
    }

    fn compile(&mut self, _: &[u8]) -> Result<ModuleId, End> {
        Err(End::unsupported("core modules"))
    }

    fn instantiate(&mut self, _: ModuleId, _: &[Import]) -> Result<InstanceId, End> {
        Err(End::unsupported("core modules"))
    }

    fn call(&mut self, _: InstanceId, _: &str, _: &[TraceValue]) -> Result<Vec<TraceValue>, End> {
        Err(End::unsupported("core modules"))
    }

    fn compile_component(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        let component = Component::new(&self.engine, bytes).map_err(|error| {
            let text = format!("{error:#}");
            match ["ot yet implemented", "not implemented", "nsupported", "not supported"]
                .iter()
                .any(|words| text.contains(words))
            {
                true => End::Unsupported(text),
                false => End::Rejected(text),
            }
        })?;
        self.components.push(component);
        Ok(ModuleId(self.components.len() as u32 - 1))
    }

    fn instantiate_component(
        &mut self,
        component: ModuleId,
        imports: &[(String, InstanceId)],
    ) -> Result<InstanceId, End> {
        let mut linker = Linker::default();
        for (name, instance) in imports {
            // A name that is none of an interface cannot be imported here.
            let Ok(name) = name.as_str().try_into() else { continue };
            let given = linker.define_instance(name).map_err(|error| End::Failed(error.to_string()))?;
            for (export, func) in self.instances[instance.0 as usize].exports().root().funcs() {
                given.define_func(export, func).map_err(|error| End::Failed(error.to_string()))?;
            }
        }
        let component = &self.components[component.0 as usize];
        let instance = linker.instantiate(&mut self.store, component).map_err(|error| end(&format!("{error:#}")))?;
        self.instances.push(instance);
        Ok(InstanceId(self.instances.len() as u32 - 1))
    }

    fn call_component(&mut self, instance: InstanceId, export: &str, args: &[Json]) -> Result<Vec<Json>, End> {
        let func: Func =
            self.instances[instance.0 as usize].exports().root().func(export).ok_or_else(|| End::no_export(export))?;
        let types = func.ty();
        let args: Result<Vec<Value>, End> =
            args.iter().zip(types.params()).map(|(arg, ty)| of_plain(arg, ty)).collect();
        let mut results = vec![Value::Bool(false); types.results().len()];
        func.call(&mut self.store, &args?, &mut results).map_err(|error| end(&format!("{error:#}")))?;
        results.iter().map(|value| to_trace(value).map(|value| plain(&value))).collect()
    }
}

fn of_plain(json: &Json, ty: &ValueType) -> Result<Value, End> {
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
        ValueType::Bool => Value::Bool(json.as_bool().unwrap_or_default()),
        ValueType::S8 => Value::S8(number as i8),
        ValueType::U8 => Value::U8(number as u8),
        ValueType::S16 => Value::S16(number as i16),
        ValueType::U16 => Value::U16(number as u16),
        ValueType::S32 => Value::S32(number as i32),
        ValueType::U32 => Value::U32(number as u32),
        ValueType::S64 => Value::S64(wide.parse().unwrap_or_default()),
        ValueType::U64 => Value::U64(wide.parse().unwrap_or_default()),
        ValueType::F32 => Value::F32(float() as f32),
        ValueType::F64 => Value::F64(float()),
        ValueType::Char => Value::Char(text.chars().next().unwrap_or_default()),
        ValueType::String => Value::String(text.into()),
        _ => return Err(End::unsupported("arguments of component functions that are made of others")),
    })
}

fn to_trace(value: &Value) -> Result<TraceValue, End> {
    let one = |value: Option<Value>| value.map(|value| to_trace(&value).map(Box::new)).transpose();
    Ok(match value {
        Value::Bool(v) => TraceValue::Bool(*v),
        Value::S8(v) => TraceValue::S8(*v),
        Value::U8(v) => TraceValue::U8(*v),
        Value::S16(v) => TraceValue::S16(*v),
        Value::U16(v) => TraceValue::U16(*v),
        Value::S32(v) => TraceValue::S32(*v),
        Value::U32(v) => TraceValue::U32(*v),
        Value::S64(v) => TraceValue::S64(*v),
        Value::U64(v) => TraceValue::U64(*v),
        Value::F32(v) => TraceValue::Float32(v.to_bits()),
        Value::F64(v) => TraceValue::Float64(v.to_bits()),
        Value::Char(v) => TraceValue::Char(*v),
        Value::String(v) => TraceValue::String(v.to_string()),
        Value::List(list) => TraceValue::List(list.iter().map(|value| to_trace(&value)).collect::<Result<_, _>>()?),
        Value::Tuple(tuple) => TraceValue::Tuple(tuple.iter().map(to_trace).collect::<Result<_, _>>()?),
        Value::Option(option) => TraceValue::Option(one((**option).clone())?),
        Value::Result(result) => TraceValue::Result(match (**result).clone() {
            Ok(value) => Ok(one(value)?),
            Err(value) => Err(one(value)?),
        }),
        _ => return Err(End::unsupported("results of this type")),
    })
}

/// The layer has one type of errors, which tell in words; those of wasmi 0.31 stand in them.
fn end(text: &str) -> End {
    const TRAPS: [(&str, TrapCode); 9] = [
        ("unreachable", TrapCode::Unreachable),
        ("out of bounds memory access", TrapCode::OutOfBoundsMemory),
        ("undefined element", TrapCode::UndefinedElement),
        ("out of bounds table access", TrapCode::OutOfBoundsTable),
        ("uninitialized element", TrapCode::UninitializedElement),
        ("indirect call type mismatch", TrapCode::IndirectCallTypeMismatch),
        ("integer divide by zero", TrapCode::IntegerDivideByZero),
        ("integer overflow", TrapCode::IntegerOverflow),
        ("invalid conversion to integer", TrapCode::InvalidConversionToInteger),
    ];
    let is = |words: &str| text.contains(words);
    if let Some((_, code)) = TRAPS.iter().find(|(words, _)| is(words)) {
        return End::Trap(Some(*code), text.to_owned());
    }
    match text {
        _ if is("call stack exhausted") => End::Exhausted(Resource::Stack, text.to_owned()),
        _ if is("ould not find") || is("import") => End::Unlinkable(text.to_owned()),
        _ if is("ot yet implemented") => End::Unsupported(text.to_owned()),
        _ => End::Failed(text.to_owned()),
    }
}

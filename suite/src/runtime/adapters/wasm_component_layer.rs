//! wasm_component_layer, in this process: components by a linker and a canonical ABI of its own, here upon wasmi's
//! interpreter of version 0.31.
//!
//! | it says | class |
//! |---|---|
//! | an error while a component is made | malformed or invalid: it does not tell which; unsupported, if it says, be it by a panic, that something is not supported or not implemented, or that there are several memories, that an instance is not called as an interface is, or that WIT has no words for a module or a component as an import or export |
//! | an error that speaks of an import | unlinkable |
//! | a trap, in its interpreter's words | the trap of that reason; one by `unreachable`: a trap whose reason is not told, for between components its adapters trap so whatever the reason |
//! | any other error | unsupported, if it says that something is not implemented; else failed |
//!
//! It knows instances by names of interfaces only, which the components of scripts do not have, so that it is never given
//! any; and it has neither core modules nor threads.

use super::in_process::{keep, kept, scalars, tells_of_a_lack};
use crate::{
    runtime::{
        Ability, About, ComponentImport, End, Import, InstanceId, Lineage, ModuleId, Runtime,
        process::{self, Plain},
    },
    trace::{Resource, TrapCode, Value},
};
use serde_json::Value as Json;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use wasm_component_layer::{
    Component, Engine, Func, Instance, Linker, List, OptionValue, Store, Tuple, Value as Val, ValueType,
};

/// The version that this crate is built with.
const VERSION: &str = "0.1.18";

/// The runtime.
pub struct ComponentLayer {
    engine: Engine<wasmi_runtime_layer::Engine>,
    store: Store<(), wasmi_runtime_layer::Engine>,
    components: Vec<Component>,
    instances: Vec<Instance>,
}

impl Default for ComponentLayer {
    fn default() -> Self {
        let engine = Engine::new(wasmi_runtime_layer::Engine::default());
        let store = Store::new(&engine, ());
        ComponentLayer { engine, store, components: Vec::new(), instances: Vec::new() }
    }
}

impl Runtime for ComponentLayer {
    fn about(&self) -> About {
        let lineage = Lineage { engine: "wasmi 0.31".to_owned(), linker: "wasm_component_layer".to_owned() };
        About { lineage, ..About::new("wasm_component_layer", VERSION, "", &[Ability::Components]) }
    }

    fn reset(&mut self) -> Result<(), End> {
        *self = Self::default();
        Ok(())
    }

    fn compile(&mut self, _bytes: &[u8]) -> Result<ModuleId, End> {
        Err(End::unsupported("core modules"))
    }

    fn instantiate(&mut self, _module: ModuleId, _imports: &[Import]) -> Result<InstanceId, End> {
        Err(End::unsupported("core modules"))
    }

    fn call(&mut self, _instance: InstanceId, _export: &str, _args: &[Value]) -> Result<Vec<Value>, End> {
        Err(End::unsupported("core modules"))
    }

    fn compile_component(&mut self, bytes: &[u8]) -> Result<ModuleId, End> {
        // What it has not implemented it says by a panic. Its translator holds that nobody switches proposals on such as exceptions,
        // and comes to code there that it takes for unreachable: that refuses the component, and whether it may follows from what the
        // case needs.
        let made = catch_unwind(AssertUnwindSafe(|| Component::new(&self.engine, bytes)));
        let made = made.unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            match words.contains("not implemented") || words.contains("entered unreachable code") {
                true => Err(anyhow::Error::msg(format!("it panicked: {words}"))),
                false => resume_unwind(panic),
            }
        });
        Ok(ModuleId(keep(
            &mut self.components,
            made.map_err(|error| match end(&error) {
                unsupported @ End::Unsupported(_) => unsupported,
                _ => End::Rejected(format!("{error:#}")),
            })?,
        )))
    }

    fn instantiate_component(&mut self, component: ModuleId, _imports: &[ComponentImport]) -> Result<InstanceId, End> {
        let component = kept(&self.components, component.0, "component")?;
        let instance = Linker::default().instantiate(&mut self.store, component).map_err(|error| end(&error))?;
        Ok(InstanceId(keep(&mut self.instances, instance)))
    }

    fn call_component(&mut self, instance: InstanceId, export: &str, args: &[Json]) -> Result<Vec<Json>, End> {
        let func = kept(&self.instances, instance.0, "instance")?.exports().root().func(export);
        let func: Func = func.ok_or_else(|| End::no_export(export))?;
        let ty = func.ty();
        let args = args.iter().zip(ty.params()).map(|(arg, ty)| read(arg, ty)).collect::<Result<Vec<_>, _>>()?;
        let mut results = vec![Val::Bool(false); ty.results().len()];
        func.call(&mut self.store, &args, &mut results).map_err(|error| end(&error))?;
        results.iter().map(|value| traced(value).map(|value| process::plain(&value))).collect()
    }
}

fn traced(value: &Val) -> Result<Value, End> {
    let boxed = |value: Option<&Val>| value.map(traced).transpose().map(|value| value.map(Box::new));
    Ok(match value {
        Val::List(items) => Value::List(items.iter().map(|item| traced(&item)).collect::<Result<_, _>>()?),
        Val::Tuple(items) => Value::Tuple(items.iter().map(traced).collect::<Result<_, _>>()?),
        Val::Record(fields) => {
            let field = |(label, value): (&str, Val)| Ok((label.to_owned(), traced(&value)?));
            Value::Record(fields.fields().map(field).collect::<Result<_, End>>()?)
        }
        Val::Variant(variant) => {
            let label = variant.ty().cases()[variant.discriminant()].name().to_owned();
            Value::Variant(label, boxed(variant.value().as_ref())?)
        }
        Val::Enum(of) => Value::Enum(of.ty().cases().nth(of.discriminant()).unwrap_or_default().to_owned()),
        Val::Option(value) => Value::Option(boxed(value.as_ref())?),
        Val::Result(value) => Value::Result(match &**value {
            Ok(value) => Ok(boxed(value.as_ref())?),
            Err(value) => Err(boxed(value.as_ref())?),
        }),
        Val::Flags(flags) => {
            let ty = flags.ty();
            Value::Flags(ty.names().filter(|name| flags.get(name)).map(str::to_owned).collect())
        }
        Val::Own(_) | Val::Borrow(_) => return Err(End::unsupported("handles in scripts")),
        value => return show_scalar(value).ok_or_else(|| End::unsupported("such a value in scripts")),
    })
}

scalars!(Val, ValueType, F32, F64);

/// Reads the plain form of an argument, of the types that arguments in scripts have.
fn read(json: &Json, ty: &ValueType) -> Result<Val, End> {
    try_read(Plain(json), ty).ok_or_else(|| End::Unsupported(format!("{json} as an argument of the type {ty}")))
}

fn try_read(plain: Plain<'_>, ty: &ValueType) -> Option<Val> {
    Some(match ty {
        ValueType::List(of) => {
            let items = plain.items()?.map(|item| try_read(item, &of.element_ty()));
            Val::List(List::new(of.clone(), items.collect::<Option<Vec<_>>>()?).ok()?)
        }
        ValueType::Tuple(of) => {
            let fields = plain.items()?.zip(of.fields()).map(|(item, ty)| try_read(item, ty));
            Val::Tuple(Tuple::new(of.clone(), fields.collect::<Option<Vec<_>>>()?).ok()?)
        }
        ValueType::Option(of) => {
            let value = if plain.is_none() { None } else { Some(try_read(plain, &of.some_ty())?) };
            Val::Option(OptionValue::new(of.clone(), value).ok()?)
        }
        ty => read_scalar(plain, ty)?,
    })
}

fn end(error: &anyhow::Error) -> End {
    let text = format!("{error:#}");
    let says = |words: &[&str]| words.iter().any(|word| text.to_lowercase().contains(word));
    // Its validator knows the proposals of its day; an instance may not be called as an interface is; and WIT, through which it
    // looks at all components, has no words for modules and components as imports and exports.
    let lacks =
        ["multiple memories", "did not have valid name", "was not a function or instance", "is not a type or function"];
    if tells_of_a_lack(&text) || says(&lacks) {
        return End::Unsupported(text);
    }
    let traps = [
        ("out of bounds memory access", TrapCode::OutOfBoundsMemory),
        ("undefined element", TrapCode::UndefinedElement),
        ("uninitialized element", TrapCode::UninitializedElement),
        ("integer divide by zero", TrapCode::IntegerDivideByZero),
        ("integer overflow", TrapCode::IntegerOverflow),
        ("indirect call type mismatch", TrapCode::IndirectCallTypeMismatch),
    ];
    if let Some((_, code)) = traps.iter().find(|(words, _)| text.contains(words)) {
        return End::Trap(vec![*code], text);
    }
    match () {
        () if says(&["`unreachable` instruction executed"]) => End::Trap(Vec::new(), text),
        () if says(&["call stack exhausted"]) => End::Exhausted(Resource::Stack, text),
        () if says(&["import"]) => End::Unlinkable(text),
        () => End::Failed(text),
    }
}

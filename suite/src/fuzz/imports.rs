//! Carries out plans of imports on the reference engine.

use super::{
    Checks, Class, Events, Judge, Verdict,
    component::{as_planned, instantiate, instantiate_again, unlike_first},
    judge::{alike, without_offset},
};
use crate::trace::{InstancePath, Outcome, Trace};
use preflight_engine::{
    Config, Features, Module, Store,
    component::{
        Component, ComponentFuncType as FuncType, ComponentLinker, ComponentValType as ValType, HostInstance, HostItem,
    },
};
use preflight_plan::imports::{Func, Given, ImportPlan, ImportWasm, Prim};

impl Judge {
    /// Judges a normal plan of imports: what is predicted is what every tier does.
    pub fn imports(&self, plan: &ImportPlan) -> (Verdict, Trace) {
        self.imports_by(plan, Checks::ALL)
    }

    /// As [`imports`](Self::imports), with these oracles only besides the comparison of traces.
    pub fn imports_by(&self, plan: &ImportPlan, checks: Checks) -> (Verdict, Trace) {
        let (expected, wasm) = (plan.expected(), plan.to_wasm());
        let judge = |judge: &Judge, bytes: &[u8], again| {
            let wasm = ImportWasm { component: bytes.to_vec(), ..wasm.clone() };
            judge.imports_as(plan, &wasm, &expected, again)
        };
        (self.with_text(&wasm.component, checks, judge), expected)
    }

    /// Judges a plan of imports, given in binary form too, by what somebody says is to be expected.
    pub fn imports_against(&self, plan: &ImportPlan, wasm: &ImportWasm, expected: &Trace) -> Verdict {
        self.imports_as(plan, wasm, expected, true)
    }

    fn imports_as(&self, plan: &ImportPlan, wasm: &ImportWasm, expected: &Trace, again: bool) -> Verdict {
        for (name, config) in &self.tiers {
            let config = Config { features: config.features | Features::COMPONENT_MODEL, ..config.clone() };
            let (actual, second) = match run(wasm, plan.stubs, &config, again) {
                Ok(Ok(actual)) => actual,
                Ok(Err(verdict)) => return verdict,
                // The plan says that everything is valid.
                Err(error) => return Verdict::disagreed(error),
            };
            let who = format!("predicted != {name} (imports)");
            if let Err(verdict) = alike(std::slice::from_ref(expected), &[actual], &who) {
                return verdict;
            }
            if let Some(verdict) = second.and_then(|second| unlike_first(expected, &second, &who)) {
                return verdict;
            }
        }
        let is_unlinkable = expected.outcome == Outcome::Unlinkable;
        let mut verdict = match is_unlinkable {
            true => Verdict { is_compared: true, ..Verdict::of(Class::Invalid) },
            false => Verdict::agreed(std::iter::once(&expected.outcome)),
        };
        (verdict.checks.planned, verdict.checks.again) = (!is_unlinkable, again);
        verdict
    }
}

/// The trace of an instantiation, and that of one more in the same store.
type Twice = (Trace, Option<Trace>);

/// The trace, or the verdict if it is not what the component's static plan says.
fn run(wasm: &ImportWasm, stubs: bool, config: &Config, again: bool) -> Result<Result<Twice, Verdict>, String> {
    let decode = |bytes: &[u8]| Component::new(config, bytes).map_err(|error| not_decoded("", error));
    let component = decode(&wasm.component)?;
    let mut store = Store::new(config);
    let mut linker = ComponentLinker::new();
    linker.stub_imports(stubs);
    if let Some(bytes) = &wasm.provider {
        let path = InstancePath::root().child("$provider");
        let provider = store.instantiate_component(&decode(bytes)?, &ComponentLinker::new(), path);
        let provider = provider.map_err(|error| format!("the provider: {error}"))?;
        linker.define("p", HostItem::exports_of(&provider));
    }
    for (name, given) in &wasm.given {
        linker.define(name, item(&mut store, config, given)?);
    }
    let events = Events::attach(&mut store);
    let trace = instantiate(&mut store, &component, &linker, &events).0;
    let second = again.then(|| instantiate_again(&mut store, &component, &linker, &events, config));
    Ok(as_planned(&component, &trace).map(|()| (trace, second)))
}

fn item(store: &mut Store, config: &Config, given: &Given) -> Result<HostItem, String> {
    Ok(match given {
        Given::Func(func) => HostItem::typed_func(func_type(func), |_, _| Ok(Vec::new())),
        Given::Instance(items) => {
            let mut instance = HostInstance::new();
            for (name, given) in items {
                instance.define(name, item(store, config, given)?);
            }
            HostItem::instance(instance)
        }
        Given::Module(bytes) => {
            let module = Module::new(config, bytes.as_slice());
            HostItem::module(module.map_err(|error| not_decoded(" a module", error))?)
        }
        Given::Component(bytes) => {
            let component = Component::new(config, bytes.as_slice());
            HostItem::component(component.map_err(|error| not_decoded(" a component", error))?)
        }
        Given::Resource => HostItem::resource(store.new_host_resource("r", |_, _| Ok(()))),
    })
}

fn not_decoded(what: &str, error: impl std::fmt::Display) -> String {
    format!("decode{what}: {}", without_offset(&error.to_string()))
}

fn func_type(func: &Func) -> FuncType {
    let params = func.params.iter().enumerate().map(|(i, ty)| (format!("p{i}"), val_type(*ty)));
    FuncType::new(params, func.result.map(val_type))
}

fn val_type(prim: Prim) -> ValType {
    match prim {
        Prim::Bool => ValType::Bool,
        Prim::U8 => ValType::U8,
        Prim::U32 => ValType::U32,
        Prim::U64 => ValType::U64,
        Prim::F32 => ValType::F32,
        Prim::Char => ValType::Char,
        Prim::String => ValType::String,
    }
}

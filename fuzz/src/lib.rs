//! What the targets do with their input. Each function is one target: it panics on a finding, and any other end is right.

mod abi;

use preflight::{
    case::line,
    fuzz::{Judge, Verdict, smith},
    script::{self, Options},
    trace::{InstancePath, Outcome, Resource, Trace},
};
use preflight_engine::{
    Config, Extern, Fault, Limits, Linker, Module, Store, Tier, Val,
    component::{Component, ComponentLinker},
    syntax::ExternType,
    wasi::{Program, Purpose, StartRules, World, p1},
};
use preflight_plan::{
    component::ComponentPlan, envelope, imports::ImportPlan, resources::ResourcePlan, tasks::TaskPlan,
    values::ValuePlan, wasi::WasiPlan,
};
use std::{cell::RefCell, rc::Rc, time::Duration};

pub use abi::canonical_abi;

/// Limits under which every input ends within a second and a few megabytes.
pub fn limits() -> Limits {
    Limits {
        fuel: Some(100_000),
        call_depth: 1_000,
        stack_slots: 1 << 18,
        native_stack_bytes: 256 << 10,
        memory_bytes: 16 << 20,
        table_elements: 100_000,
        heap_bytes: 16 << 20,
        instances: 100,
        host_depth: 10,
        ..Limits::default()
    }
}

fn config() -> Config {
    Config { limits: limits(), ..Config::default() }
}

fn both() -> Judge {
    Judge::new(&[Tier::Interp, Tier::Jit])
}

#[track_caller]
fn agree(verdict: Verdict) {
    if let Some(finding) = verdict.finding {
        panic!("{}\nexpected {:#?}\nactual {:#?}", finding.signature, finding.expected, finding.actual);
    }
}

/// Link graphs of core modules: what a plan predicts is what both tiers do.
pub fn plans(bytes: &[u8]) {
    if let Ok(plan) = envelope::open(bytes) {
        agree(both().plan(&plan).0);
    }
}

/// Components: likewise.
pub fn components(bytes: &[u8]) {
    if let Ok(plan) = envelope::open_as::<ComponentPlan>(bytes) {
        agree(both().component(&plan).0);
    }
}

/// What a component is given for its imports: likewise.
pub fn imports(bytes: &[u8]) {
    if let Ok(plan) = envelope::open_as::<ImportPlan>(bytes) {
        agree(both().imports(&plan).0);
    }
}

/// Resources that cross components: likewise.
pub fn resources(bytes: &[u8]) {
    if let Ok(plan) = envelope::open_as::<ResourcePlan>(bytes) {
        agree(both().resource(&plan).0);
    }
}

/// Tasks of the asynchronous half of the Component Model: likewise.
pub fn tasks(bytes: &[u8]) {
    if let Ok(plan) = envelope::open_as::<TaskPlan>(bytes) {
        agree(both().task(&plan).0);
    }
}

/// Values that cross the boundary of a component: likewise.
pub fn values(bytes: &[u8]) {
    if let Ok(plan) = envelope::open_as::<ValuePlan>(bytes) {
        agree(both().value(&plan).0);
    }
}

/// Programs of WASI, modules and components: likewise.
pub fn programs(bytes: &[u8]) {
    if let Ok(plan) = envelope::open_as::<WasiPlan>(bytes) {
        agree(both().wasi(&plan).0);
    }
}

/// Modules of wasm-smith: both tiers do the same. An input that is a module stays what it is, whatever wasm-smith makes of
/// noise one day.
pub fn tiers(bytes: &[u8]) {
    let module = if bytes.starts_with(b"\0asm") { bytes.to_vec() } else { smith::module_of(bytes) };
    agree(smith::judge(&both(), &module));
}

/// Decodes, validates and instantiates `bytes`, with functions that do nothing for its imports, and calls its exports; if
/// they are a component, instantiates that. What ran out is told, so that a caller can count.
pub fn start(bytes: &[u8]) -> Option<Resource> {
    let config = config();
    if let Ok(component) = Component::new(&config, bytes) {
        let mut linker = ComponentLinker::new();
        linker.stub_imports(true);
        let end = Store::new(&config).instantiate_component(&component, &linker, InstancePath::root());
        return match end.map_err(|error| error.outcome()) {
            Err(Outcome::Exhausted { what }) => Some(what),
            _ => None,
        };
    }
    let module = Module::new(&config, bytes).ok()?;
    let mut store = Store::new(&config);
    let externs = stubs(&mut store, &module)?;
    let Ok(instance) = store.instantiate(&module, &externs, Default::default()) else { return None };
    for (_, item) in store.exports(instance) {
        let Extern::Func(func) = item else { continue };
        let params = store.func_type(func).params.clone();
        let args: Option<Vec<Val>> =
            params.iter().map(|ty| ty.is_defaultable().then(|| Val::default_of(*ty))).collect();
        if let Some(args) = args
            && let Err(Fault::Exhausted(what)) = store.invoke(func, &args)
        {
            return Some(what);
        }
    }
    None
}

/// Functions that return defaults for all imports; `None` if the module imports something else.
fn stubs(store: &mut Store, module: &Module) -> Option<Vec<Extern>> {
    let stub = |import: &preflight_engine::syntax::Import| match import.ty {
        ExternType::Func(_) => {
            let ty = module.import_func_type(&import.ty)?.clone();
            let concrete = |ty: &preflight_engine::syntax::ValType| ty.is_ref();
            if ty.params.iter().chain(&ty.results).any(concrete) {
                return None;
            }
            Some(Extern::Func(store.alloc_func(ty, "stub", |_, _, _| Ok(()))))
        }
        _ => None,
    };
    module.syntax().imports.iter().map(stub).collect()
}

/// Runs `bytes` as a program of WASI preview 1 in a virtual world, by the rules of commands and reactors.
pub fn wasi(bytes: &[u8]) {
    let config = config();
    let Ok(module) = Module::new(&config, bytes) else { return };
    let mut store = Store::new(&config);
    let mut linker = Linker::new();
    let mut world = World::new();
    world.preopen_virtual("/");
    p1::add_to_linker(&mut linker, &mut store, Rc::new(RefCell::new(world)));
    let Ok(externs) = linker.resolve(&store, &module) else { return };
    let (root, rules) = (InstancePath::root(), StartRules::default());
    if let Ok(mut program) = Program::begin(&mut store, &module, &externs, root, rules, Purpose::Main) {
        // Any end is right.
        let _end = program.run(&mut store);
    }
}

/// Runs text as a script.
pub fn script(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let options = Options { config: config(), timeout: Duration::from_millis(800), ..Options::default() };
    // That the text is no script is an end as good as any.
    let _end = script::run(text, &options);
}

/// A trace that was read is the same after it was written and read again, as JSON and as lines.
pub fn trace(bytes: &[u8]) {
    let Ok(trace) = serde_json::from_slice::<Trace>(bytes) else { return };
    let text = serde_json::to_string(&trace).expect("a trace is data");
    assert_eq!(serde_json::from_str::<Trace>(&text).expect("what was written"), trace);
    let lines = line::print_all(&trace);
    let numbered = lines.iter().enumerate().map(|(i, line)| (i, line.as_str()));
    if let Ok(again) = line::parse_all(numbered, trace.level) {
        assert_eq!(line::print_all(&again), lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of which there is no end.
    fn noise(seed: u64) -> Vec<u8> {
        preflight_plan::bytes_of_seed(seed)
    }

    #[test]
    fn every_target_takes_anything() {
        for seed in 0..50 {
            let noise = noise(seed);
            plans(&noise);
            components(&noise);
            imports(&noise);
            resources(&noise);
            tasks(&noise);
            values(&noise);
            programs(&noise);
            tiers(&noise);
            canonical_abi(&noise);
            let module = smith::module_of(&noise);
            start(&module);
            wasi(&module);
            script(&noise);
            trace(&noise);
        }
        script(b"(module (func (export \"f\"))) (assert_return (invoke \"f\"))");
        trace(br#"{"level":"full","events":[{"event":"instance-done","at":"/"}],"outcome":{"class":"unlinkable"}}"#);
        assert_eq!(start(b"\0asm\x01\0\0\0"), None);
        assert_eq!(start(b"no module"), None);
    }
}

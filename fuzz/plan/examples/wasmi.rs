//! Fuzzes wasmi with plans: each instance has to come up, or fail, as predicted, and log what is predicted.
//!
//! `cargo run --release -p preflight-plan --example wasmi`; as a target of libFuzzer, `fuzz_target!(|bytes: &[u8]| { fuzz(bytes); })`.

use arbitrary::Unstructured;
use preflight_engine::trace::{Event, Outcome, Value};
use preflight_plan::{Action, Given, Plan, Sizes, bytes_of_seed};
use wasmi::{Caller, Config, Engine, Extern, Func, Instance, Linker, Module, Store};

/// How many instantiations were compared; `None` if the plan takes something that wasmi has not.
fn fuzz(bytes: &[u8]) -> Option<usize> {
    let sizes = Sizes { proposals: false, hosts: false, ..Sizes::default() };
    let mut plan = Plan::draw(&mut Unstructured::new(bytes), sizes).ok()?;
    plan.modules.iter_mut().for_each(|module| module.tags.clear());
    let plan = plan.normalise();
    let (wasm, expected) = (plan.to_wasm(), plan.expected());
    let engine = Engine::new(Config::default().consume_fuel(true).wasm_memory64(true).wasm_multi_memory(true));
    let modules = wasm.modules.iter().map(|bytes| Module::new(&engine, bytes)).collect::<Result<Vec<_>, _>>().ok()?;
    let mut store = Store::new(&engine, Vec::new());
    let log = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<i32>>, value: i32| caller.data_mut().push(value));
    let mut nodes: Vec<Option<Instance>> = vec![None; plan.nodes.len()];
    let mut compared = 0;
    for (action, expected) in wasm.actions.iter().zip(&expected.traces) {
        let Action::Instantiate { node } = *action else { break };
        let module = &modules[plan.nodes[node].module];
        let mut linker = Linker::new(&engine);
        for (import, given) in module.imports().zip(plan.imports(node)) {
            let item = match given {
                Given::Host { .. } => Some(Extern::Func(log)),
                Given::Export { node, name } => nodes[node].and_then(|instance| instance.get_export(&store, &name)),
                Given::Nothing => None,
            };
            // Two imports may have the same names.
            item.map(|item| linker.allow_shadowing(true).define(import.module(), import.name(), item));
        }
        store.set_fuel(10_000_000).ok()?;
        let end = linker.instantiate_and_start(&mut store, module);
        assert_eq!(end.is_ok(), matches!(expected.outcome, Outcome::Returned { .. }), "{plan:?}: {end:?}");
        nodes[node] = end.ok().or(nodes[node]);
        let want = expected.events.iter().filter_map(|event| match event {
            Event::HostCalled { args, .. } => Some(args.clone()),
            _ => None,
        });
        assert!(want.eq(store.data_mut().drain(..).map(|value| vec![Value::I32(value)])), "{plan:?}");
        compared += 1;
    }
    Some(compared)
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let (mut compared, mut refused, mut findings) = (0, 0, 0);
    for seed in 0..2_000 {
        match std::panic::catch_unwind(|| fuzz(&bytes_of_seed(seed))) {
            Ok(Some(n)) => compared += n,
            Ok(None) => refused += 1,
            Err(_) => findings += 1,
        }
    }
    println!("{compared} instantiations compared; {refused} plans with what wasmi has not; {findings} findings");
    assert!(compared > 100, "a fuzzer that compares nothing finds nothing");
}

//! A fuzz target for wasmi: how each action of a plan ends, and what is logged meanwhile, is what the plan predicts.
//!
//! In a fuzz target `fuzz` is the body of `fuzz_target!`; here it runs on a thousand inputs.

use arbitrary::Unstructured;
use preflight_plan::{Action, Given, Plan, Sizes, bytes_of_seed};
use wasmi::{Caller, Engine, Extern, Func, Instance, Module, Store, Val};

fn fuzz(data: &[u8]) -> Option<usize> {
    let sizes = Sizes { proposals: false, hosts: false, ..Sizes::default() };
    let plan = Plan::draw(&mut Unstructured::new(data), sizes).ok()?;
    let (wasm, expected, engine) = (plan.to_wasm(), plan.expected(), Engine::default());
    // What wasmi does not know yet (exceptions, typed references) it does not accept.
    let modules = wasm.modules.iter().map(|bytes| Module::new(&engine, bytes).ok()).collect::<Option<Vec<Module>>>()?;
    let mut store = Store::new(&engine, Vec::<i32>::new());
    let log = Func::wrap(&mut store, |mut caller: Caller<'_, Vec<i32>>, x: i32| caller.data_mut().push(x));
    let mut nodes: Vec<Option<Instance>> = vec![None; plan.nodes.len()];
    for (done, action) in wasm.actions.iter().enumerate() {
        let Some(returns) = expected.returns(done) else { return Some(done) };
        let returned = match action {
            Action::Instantiate { node } => {
                let given = |given: &Given| match given {
                    Given::Host { .. } => Some(Extern::Func(log)),
                    Given::Export { node, name } => nodes[*node]?.get_export(&store, name),
                    Given::Nothing => None,
                };
                let externs: Option<Vec<Extern>> = plan.imports(*node).iter().map(given).collect();
                let made = externs.and_then(|e| Instance::new(&mut store, &modules[plan.nodes[*node].module], &e).ok());
                nodes[*node] = made.or(nodes[*node]);
                made.is_some()
            }
            Action::Call { node, export } => {
                nodes[*node].and_then(|i| i.get_func(&store, export)).is_some_and(|func| {
                    let mut results = vec![Val::I32(0); func.ty(&store).results().len()];
                    func.call(&mut store, &[], &mut results).is_ok()
                })
            }
            Action::Probe => return Some(done),
        };
        assert_eq!((returned, store.data()), (returns, &expected.logged(done)), "{action:?} of {plan:?}");
        store.data_mut().clear();
    }
    Some(wasm.actions.len())
}

fn main() {
    let actions: Vec<usize> = (0..1_000).filter_map(|seed| fuzz(&bytes_of_seed(seed))).collect();
    println!("{} of 1000 plans, {} actions: all as predicted", actions.len(), actions.iter().sum::<usize>());
}

//! Carries out a plan on the reference engine.

use super::Events;
use crate::{host, post_mortem};
use preflight_engine::{
    Caller, Config, Extern, Fault, Features, InstantiateError, Limits, Linker, Module, Ref, RefKind, Store, Tier, Val,
    runtime::{FuncAddr, InstanceAddr},
    syntax::{FuncType, ValType},
    trace::{Cause, InstancePath, Level, Outcome, Phase, PostMortem, RefValue, State, StateItem, Trace, Value},
    wasi,
};
use preflight_plan::{Action, Given, PROBED, Plan, plan::HostFunc};
use std::{cell::RefCell, collections::HashSet, rc::Rc};

/// Fuel of each action. No plan whose trace is predicted uses up so much, unless it is meant to.
const FUEL: u64 = 50_000;

/// Settings under which every plan ends within milliseconds, and what it exhausts by intent is exhausted.
pub fn config(tier: Tier) -> Config {
    Config {
        features: Features::WASM3 | Features::THREADS | Features::CUSTOM_PAGE_SIZES | Features::WIDE_ARITHMETIC,
        limits: Limits {
            fuel: Some(FUEL),
            call_depth: 1_000,
            stack_slots: 1 << 16,
            native_stack_bytes: 256 << 10,
            memory_bytes: 1 << 30,
            table_elements: 100_000,
            heap_bytes: 16 << 20,
            instances: 10_000,
            host_depth: 100,
            fibers: 100,
            fiber_stack_bytes: 256 << 10,
        },
        tier,
        ..Config::default()
    }
}

/// Carries out actions of a plan: what happened in each, and which functions [`Action::Probe`] called.
pub fn run(plan: &Rc<Plan>, modules: &[Module], actions: &[Action], config: &Config) -> (Vec<Trace>, Vec<Probed>) {
    let mut driver = Driver::new(plan, modules, config);
    let traces = actions.iter().map(|action| driver.act(action)).collect();
    (traces, driver.probed)
}

/// Where the instance of a node's attempt stands.
pub(super) fn node_path(node: usize, attempt: usize) -> InstancePath {
    InstancePath::root().child(&if attempt == 0 { format!("$n{node}") } else { format!("$n{node}.{attempt}") })
}

/// A function that was found in a table and called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// Whether it is of an instance that never came up.
    pub is_half_made: bool,
}

/// What the functions of the host have to know.
struct World {
    plan: Rc<Plan>,
    modules: Vec<Module>,
    /// The imports of each node.
    imports: Vec<Vec<Given>>,
    /// The latest complete instance of each node.
    nodes: RefCell<Vec<Option<InstanceAddr>>>,
    /// All complete instances.
    complete: RefCell<Vec<InstanceAddr>>,
    /// How often each node was attempted.
    attempts: RefCell<Vec<usize>>,
    /// The functions of the host, the log first.
    hosts: RefCell<Vec<FuncAddr>>,
}

struct Driver {
    store: Store,
    world: Rc<World>,
    events: Events,
    probed: Vec<Probed>,
}

/// Some stores are such that the engine goes other ways, on which the same has to happen.
fn unlike_others(plan: &Plan, store: &mut Store) {
    // Where programs of WASI can have threads, waiting is the scheduler's business, even as long as there are none.
    let is_shared = |memory: &preflight_plan::plan::Memory| memory.shared;
    let has_shared = plan.modules.iter().any(|module| module.memories.iter().any(is_shared));
    if has_shared && !plan.nodes.len().is_multiple_of(3) {
        let world = Rc::new(RefCell::new(wasi::World::new()));
        wasi::threads::add_to_linker(&mut Linker::new(), store, &world);
    }
    // An object that the collector does not see is gone at the next allocation.
    store.set_gc_stress(plan.nodes.len() % 8 == 4);
}

impl Driver {
    fn new(plan: &Rc<Plan>, modules: &[Module], config: &Config) -> Self {
        let mut store = Store::new(config);
        let nodes = plan.nodes.len();
        let world = Rc::new(World {
            plan: plan.clone(),
            modules: modules.to_vec(),
            imports: (0..nodes).map(|node| plan.imports(node)).collect(),
            nodes: RefCell::new(vec![None; nodes]),
            complete: RefCell::default(),
            attempts: RefCell::new(vec![0; nodes]),
            hosts: RefCell::default(),
        });
        let log = FuncType::new([ValType::I32], []);
        world.hosts.borrow_mut().push(store.alloc_func(log, "spectest.print_i32", |_, _, _| Ok(())));
        for (i, host) in plan.hosts.iter().enumerate() {
            let (host, of) = (host.clone(), world.clone());
            let call = move |caller: &mut Caller<'_>, _: &[Val], _: &mut [Val]| of.host(caller.store(), &host);
            let func = store.alloc_func(FuncType::new([], []), format!("host.f{i}"), call);
            world.hosts.borrow_mut().push(func);
        }
        unlike_others(plan, &mut store);
        let events = Events::attach(&mut store);
        Driver { store, world, events, probed: Vec::new() }
    }

    fn act(&mut self, action: &Action) -> Trace {
        self.store.set_fuel(Some(FUEL));
        let (outcome, post_mortem) = match action {
            Action::Instantiate { node } => match self.world.instantiate(&mut self.store, *node) {
                Ok(()) => (Outcome::Returned { values: Vec::new() }, PostMortem::default()),
                Err(error) => (error.outcome(), self.reachable()),
            },
            Action::Call { node, export } => (self.call(*node, export), PostMortem::default()),
            Action::Probe => {
                let mut items = self.probe();
                items.extend(self.reachable().0);
                (Outcome::Returned { values: Vec::new() }, PostMortem(items))
            }
        };
        let events = self.events.take();
        Trace { level: Level::Full, events, outcome, post_mortem }
    }

    fn call(&mut self, node: usize, export: &str) -> Outcome {
        let Some(instance) = self.world.nodes.borrow()[node] else { return Outcome::Unlinkable };
        let result = self.store.call_export(instance, export, &[], Cause::Invoke);
        self.outcome(result)
    }

    fn outcome(&self, result: Result<Vec<Val>, Fault>) -> Outcome {
        match result {
            Ok(values) => {
                Outcome::Returned { values: values.into_iter().map(|value| self.store.trace_value(value)).collect() }
            }
            Err(fault) => fault.outcome(Phase::Call),
        }
    }

    /// Everything that the latest instances of the nodes export as `e0`, `e1` and so on.
    fn exports(&self) -> Vec<(InstancePath, String, Extern)> {
        let mut all = Vec::new();
        for instance in self.world.nodes.borrow().iter().flatten() {
            let exports = self.store.exports(*instance).into_iter().filter(|(name, _)| name.starts_with('e'));
            all.extend(exports.map(|(name, item)| (self.store.path(*instance).clone(), name, item)));
        }
        all
    }

    fn reachable(&mut self) -> PostMortem {
        let exports = self.exports();
        post_mortem::examine(&mut self.store, &exports)
    }

    fn probe(&mut self) -> Vec<StateItem> {
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        for (at, name, item) in self.exports() {
            let Extern::Table(table) = item else { continue };
            if !seen.insert(table) {
                continue;
            }
            for element in 0..self.store.table(table).len().min(PROBED as u64) {
                let entry = self.store.table(table).get(element);
                let Some(RefKind::Func(func)) = entry.map(|entry| entry.kind()) else { continue };
                self.note(func);
                self.store.set_fuel(Some(FUEL));
                let args: Vec<Val> = self.store.func_type(func).params.iter().map(|ty| Val::default_of(*ty)).collect();
                let result = self.store.invoke(func, &args);
                let state = State::Func { outcome: self.outcome(result) };
                items.push(StateItem { at: at.clone(), name: format!("{name}[{element}]"), state });
            }
        }
        items
    }

    fn note(&mut self, func: FuncAddr) {
        // Functions of modules are called by their instance's path and their index.
        let name = match self.store.trace_value(Val::Ref(Ref::func(func))) {
            Value::Ref(RefValue::Func(name)) => name,
            _ => String::new(),
        };
        let complete = self.world.complete.borrow();
        let is_complete = |path: &str| complete.iter().any(|instance| self.store.path(*instance).as_str() == path);
        let is_half_made = name.split_once('#').is_some_and(|(path, _)| !is_complete(path));
        self.probed.push(Probed { is_half_made });
    }
}

impl World {
    fn instantiate(&self, store: &mut Store, node: usize) -> Result<(), InstantiateError> {
        let attempt = {
            let attempts = &mut self.attempts.borrow_mut()[node];
            *attempts += 1;
            *attempts - 1
        };
        let module = &self.modules[self.plan.nodes[node].module];
        // The engine's own linker is for names; here it is known which instance gives what.
        let externs: Vec<Extern> = self.imports[node].iter().filter_map(|given| self.given(store, given)).collect();
        let instance = store.instantiate(module, &externs, node_path(node, attempt))?;
        self.nodes.borrow_mut()[node] = Some(instance);
        self.complete.borrow_mut().push(instance);
        Ok(())
    }

    fn given(&self, store: &Store, given: &Given) -> Option<Extern> {
        match given {
            Given::Host { name } => {
                let index = match name.strip_prefix("host.f") {
                    Some(index) => 1 + index.parse::<usize>().ok()?,
                    None => 0,
                };
                self.hosts.borrow().get(index).copied().map(Extern::Func)
            }
            Given::Export { node, name } => store.export(self.nodes.borrow()[*node]?, name),
            Given::Nothing => None,
        }
    }

    fn export(&self, store: &Store, node: usize, export: usize) -> Option<Extern> {
        store.export(self.nodes.borrow()[node]?, &format!("e{export}"))
    }

    /// What a function of the host does.
    fn host(&self, store: &mut Store, func: &HostFunc) -> Result<(), Fault> {
        match *func {
            HostFunc::Write { node, export, at, value } => {
                host::write(store, self.export(store, node, export), at, value)
            }
            HostFunc::Grow { node, export, by } => {
                host::grow(store, self.export(store, node, export), by);
                Ok(())
            }
            HostFunc::Trap => Err(host::trap()),
            HostFunc::Throw { node, export, value } => {
                let args = [Val::I32(value)];
                let args = if self.plan.tag_has_argument(node, export) { &args[..] } else { &[] };
                host::throw(store, self.export(store, node, export), args)
            }
            HostFunc::Call { node, export, catches } => host::call(store, self.export(store, node, export), catches),
            HostFunc::Instantiate { node, catches } => {
                host::end_here(self.instantiate(store, node).map_err(host::fault), catches)
            }
        }
    }
}

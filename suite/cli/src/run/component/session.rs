//! One run of a component on one store.

use super::{ComponentPlan, Preload, Preloaded};
use crate::{
    render::Notes,
    run::{
        Ended, Imports, Running,
        end::{describe, locate},
        names,
    },
};
use preflight::post_mortem;
use preflight_engine::{
    Config, Fault, Store, Tier,
    component::{Component, ComponentError, ComponentInstance, ComponentLinkError, ComponentLinker, HostItem},
    trace::{Cause, ExternKind, InstancePath, Outcome, Phase, PostMortem},
};
use std::collections::BTreeMap;

/// A store and what is in it.
pub struct ComponentSession<'a> {
    plan: &'a ComponentPlan,
    store: Store,
    linker: ComponentLinker,
    /// Who gives what the linker knows, by name.
    givers: BTreeMap<String, String>,
    /// What imports of instances that stand for themselves were given: instance, nothing, name.
    providers: BTreeMap<(InstancePath, String, String), String>,
    /// The root, once it is there.
    root: Option<ComponentInstance>,
    /// The component that was instantiated last.
    last: Option<&'a Component>,
}

impl<'a> ComponentSession<'a> {
    /// Nothing has run yet.
    pub fn new(plan: &'a ComponentPlan, imports: Imports, tier: Tier) -> Self {
        let (mut store, mut linker) = (Store::new(&Config { tier, ..plan.config.clone() }), ComponentLinker::new());
        store.set_readings(plan.readings);
        linker.stub_imports(imports == Imports::Stubs);
        let (givers, providers) = (BTreeMap::new(), BTreeMap::new());
        let mut session = ComponentSession { plan, store, linker, givers, providers, root: None, last: None };
        // An import is looked for in this order: preloads, values, hosts, stubs. What comes later here goes before.
        for (name, val) in &plan.values {
            session.give(name, HostItem::value(val.clone()), "--value");
        }
        session
    }

    /// Gives `item` for imports of this name.
    fn give(&mut self, name: &str, item: HostItem, giver: &str) {
        self.linker.define(name, item);
        self.givers.insert(name.to_owned(), giver.to_owned());
    }

    fn preload(&mut self, preload: &'a Preload) -> Result<(), ComponentError> {
        match &preload.what {
            Preloaded::Module(module) => self.give(&preload.name, HostItem::module(module.clone()), &preload.file),
            Preloaded::Component(component) => {
                self.give(&preload.name, HostItem::component(component.clone()), &preload.file);
            }
            Preloaded::Instance(component) => {
                let instance = self.instantiate(component, &preload.path)?;
                let giver = preload.path.as_str();
                for (name, item) in HostItem::interfaces_of(&instance) {
                    self.give(&name, item, giver);
                }
                self.give(&preload.name, HostItem::exports_of(&instance), giver);
            }
        }
        Ok(())
    }

    fn instantiate(
        &mut self,
        component: &'a Component,
        at: &InstancePath,
    ) -> Result<ComponentInstance, ComponentError> {
        self.last = Some(component);
        for name in component.imports() {
            let given = self.linker.given_name(name).and_then(|name| self.givers.get(name));
            let provider = given.cloned().unwrap_or_else(|| "stub".to_owned());
            self.providers.insert((at.clone(), String::new(), name.to_owned()), provider);
        }
        self.store.instantiate_component(component, &self.linker, at.clone())
    }

    /// Instantiates the preloads and the root.
    fn instantiate_all(&mut self) -> Result<ComponentInstance, ComponentError> {
        let plan = self.plan;
        plan.preloads.iter().try_for_each(|preload| self.preload(preload))?;
        self.instantiate(&plan.root, &InstancePath::root())
    }

    /// The call that the plan asks for.
    fn call(&mut self, root: &ComponentInstance) -> anyhow::Result<Ended> {
        let Some(call) = &self.plan.call else { return Ok(returned(Vec::new(), Vec::new())) };
        let funcs = root.funcs();
        let (path, args) = call.resolve(&funcs, &self.plan.file)?;
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        Ok(match self.store.call_component(root, &path, &args, Cause::Invoke) {
            Ok(results) => {
                let texts = results.iter().map(|val| val.to_wave()).collect();
                returned(self.store.trace_component_values(&results), texts)
            }
            Err(fault) => self.failed(&fault, Phase::Call, format!("while calling {:?}", call.name)),
        })
    }

    fn failed(&self, fault: &Fault, phase: Phase, when: String) -> Ended {
        let place = match fault {
            Fault::Trap(trap) => locate(self.store.instances(), InstancePath::to_string, trap),
            _ => None,
        };
        let what = describe(&self.store, fault);
        let circumstances = [when].into_iter().chain(place).collect();
        Ended { outcome: fault.outcome(phase), results: Vec::new(), what, circumstances }
    }

    fn not_instantiated(&self, error: &ComponentError) -> Ended {
        if let ComponentError::Fault { at, phase, fault } = error {
            let doing = if *phase == Phase::Start { "running a start function of" } else { "initialising" };
            return self.failed(fault, *phase, format!("while {doing} {}", self.name(at)));
        }
        let remedy = "provide imports with --preload NAME=FILE, values with --value NAME=WAVE".to_owned();
        let (outcome, what) = (error.outcome(), error.to_string());
        let circumstances = self.missing(error).into_iter().chain([remedy]).collect();
        Ended { outcome, results: Vec::new(), what, circumstances }
    }

    /// All the imports that nothing is given for: the error names the first.
    fn missing(&self, error: &ComponentError) -> Option<String> {
        let ComponentError::Link(ComponentLinkError::Unknown { .. }) = error else { return None };
        let imports = self.last?.import_kinds().filter(|(_, kind)| *kind != ExternKind::Type);
        let missing = imports.filter(|(name, _)| self.linker.given_name(name).is_none());
        let names: Vec<String> = missing.map(|(name, _)| format!("{name:?}")).collect();
        (names.len() > 1).then(|| format!("nothing is given for {}", names.join(", ")))
    }

    fn name(&self, at: &InstancePath) -> String {
        match self.files().find(|(path, _)| path == at) {
            Some((_, file)) => format!("{at} ({file})"),
            None => at.to_string(),
        }
    }

    /// The files behind instances.
    fn files(&self) -> impl Iterator<Item = (InstancePath, String)> {
        let preloads = self.plan.preloads.iter().map(|preload| (preload.path.clone(), preload.file.clone()));
        preloads.chain([(InstancePath::root(), self.plan.file.clone())])
    }
}

fn returned(values: Vec<preflight_engine::trace::Value>, results: Vec<String>) -> Ended {
    Ended { outcome: Outcome::Returned { values }, results, what: "returned".to_owned(), circumstances: Vec::new() }
}

impl Running for ComponentSession<'_> {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn stream(&self) {
        // Nothing that a component is given here prints.
    }

    fn run(&mut self) -> anyhow::Result<Ended> {
        match self.instantiate_all() {
            Ok(root) => {
                self.root = Some(root.clone());
                self.call(&root)
            }
            Err(error) => Ok(self.not_instantiated(&error)),
        }
    }

    fn captured(&self) -> [Vec<u8>; 2] {
        Default::default()
    }

    fn post_mortem(&mut self) -> PostMortem {
        post_mortem::examine_components(&self.store, self.root.as_ref())
    }

    fn notes(&self) -> Notes {
        let mut funcs = BTreeMap::new();
        for (path, module) in self.store.instances() {
            let names = names::functions(module).into_iter();
            funcs.extend(names.map(|(index, name)| (format!("{path}#{index}"), name)));
        }
        Notes { files: self.files().collect(), funcs, providers: self.providers.clone(), remarks: Vec::new() }
    }
}

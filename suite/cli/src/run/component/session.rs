//! One run of a component on one store.

use super::{ComponentPlan, Preload, Preloaded};
use crate::{
    render::Notes,
    run::{
        Ended, Imports, Running,
        end::{Unlinked, describe, locate, trap},
        http, names,
        wasi::{captured, printed, stream},
    },
};
use preflight::post_mortem;
use preflight_engine::{
    Config, Fault, Store, Tier,
    component::{Component, ComponentError, ComponentInstance, ComponentLinkError, ComponentLinker, HostItem},
    trace::{Cause, ExternKind, InstancePath, Outcome, Phase, PostMortem},
    wasi::{
        World,
        p2::{self, HandleError, Host, NoRun, Program, Purpose, Response, StartError, StartRules},
    },
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

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
    /// The host of WASI 0.2 and its world.
    wasi: Option<(Host, Rc<RefCell<World>>)>,
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
        let mut session =
            ComponentSession { plan, store, linker, givers, providers, root: None, wasi: None, last: None };
        if let Some(setup) = &plan.wasi {
            let world = Rc::new(RefCell::new(setup.world()));
            let host = p2::add_to_linker(&mut session.linker, &mut session.store, world.clone(), &setup.features);
            session.wasi = Some((host, world));
        }
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
                let unversioned = |name: &str| name.split_once('@').map_or(name, |(name, _)| name).to_owned();
                let mut is_interface = false;
                for (name, item) in HostItem::interfaces_of(&instance) {
                    is_interface |= unversioned(&name) == unversioned(&preload.name);
                    self.give(&name, item, giver);
                }
                // What is called as one of its interfaces is that interface.
                if !is_interface {
                    self.give(&preload.name, HostItem::exports_of(&instance), giver);
                }
            }
        }
        Ok(())
    }

    fn instantiate(
        &mut self,
        component: &'a Component,
        at: &InstancePath,
    ) -> Result<ComponentInstance, ComponentError> {
        self.note_providers(component, at);
        self.store.instantiate_component(component, &self.linker, at.clone())
    }

    /// Keeps who gives what `component` imports.
    fn note_providers(&mut self, component: &'a Component, at: &InstancePath) {
        self.last = Some(component);
        for name in component.imports() {
            let given = self.linker.given_name(name).and_then(|name| self.givers.get(name));
            let host = || if self.linker.given_name(name).is_some() { "host" } else { "stub" }.to_owned();
            let provider = given.cloned().unwrap_or_else(host);
            self.providers.insert((at.clone(), String::new(), name.to_owned()), provider);
        }
    }

    /// Instantiates the preloads and the root.
    fn instantiate_all(&mut self) -> Result<Program, StartError> {
        let plan = self.plan;
        plan.preloads.iter().try_for_each(|preload| self.preload(preload))?;
        let root = InstancePath::root();
        self.note_providers(&plan.root, &root);
        // A run of another version cannot be called; how the component comes up can be shown all the same.
        let rules = StartRules { no_run: NoRun::InstantiateFirst };
        Program::begin(&mut self.store, &plan.root, &self.linker, root, rules, plan.purpose())
    }

    /// What the root is there for: a request, the call that was asked for, or to be run.
    fn enter(&mut self, program: &mut Program) -> anyhow::Result<Ended> {
        match (&self.plan.request, &self.wasi, self.plan.purpose()) {
            (Some(request), Some((host, _)), _) => {
                let answer = program.handle(&mut self.store, host, request);
                Ok(self.answered(answer))
            }
            (_, _, Purpose::Run) => Ok(match program.run(&mut self.store) {
                Ok(Ok(())) => returned(Vec::new(), Vec::new()),
                // The exit code of a program whose `run` returns an error (P2-RUN-03).
                Ok(Err(())) => self.failed(&Fault::Exit(1), Phase::Call, "run returned an error".to_owned()),
                Err(fault) => self.failed(&fault, Phase::Call, "while running it".to_owned()),
            }),
            _ => {
                let root = program.instance().clone();
                self.call_all(&root)
            }
        }
    }

    fn answered(&self, answer: Result<Response, HandleError>) -> Ended {
        match answer {
            Ok(response) => {
                let results = http::lines(&response);
                Ended { response: Some(response), ..returned(Vec::new(), results) }
            }
            Err(HandleError::Fault(fault)) => self.failed(&fault, Phase::Call, "while handling the request".to_owned()),
            Err(HandleError::FaultAfter { answer, fault }) => self.failed_after(*answer, &fault),
            Err(HandleError::Start(error)) => self.refused(&error),
            // It has returned, and that is all.
            Err(error) => Ended { what: error.to_string(), is_unanswered: true, ..returned(Vec::new(), Vec::new()) },
        }
    }

    /// What was answered was sent, and what came afterwards is told.
    fn failed_after(&self, answer: Result<Response, HandleError>, fault: &Fault) -> Ended {
        let mut failed = self.failed(fault, Phase::Call, "after it had answered the request".to_owned());
        match answer {
            Ok(response) => {
                failed.results = http::lines(&response);
                failed.response = Some(response);
            }
            Err(error) => failed.circumstances.push(error.to_string()),
        }
        failed
    }

    /// The calls that the plan asks for, until one does not return. The outcome is that of the last.
    fn call_all(&mut self, root: &ComponentInstance) -> anyhow::Result<Ended> {
        let (mut values, mut texts) = (Vec::new(), Vec::new());
        let funcs = root.funcs();
        for call in &self.plan.calls {
            let (path, args) = call.resolve(&funcs, &self.plan.file)?;
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            match self.store.call_component(root, &path, &args, Cause::Invoke) {
                Ok(results) => {
                    texts.extend(results.iter().map(|val| val.to_wave()));
                    values = self.store.trace_component_values(&results);
                }
                Err(fault) => {
                    let failed = self.failed(&fault, Phase::Call, format!("while calling {:?}", call.name));
                    return Ok(Ended { results: texts, ..failed });
                }
            }
        }
        Ok(returned(values, texts))
    }

    fn failed(&self, fault: &Fault, phase: Phase, when: String) -> Ended {
        let place = match fault {
            Fault::Trap(trap) => locate(self.store.instances(), InstancePath::to_string, trap),
            _ => None,
        };
        let what = describe(&self.store, fault);
        let circumstances = [when].into_iter().chain(place).collect();
        Ended {
            outcome: fault.outcome(phase),
            what,
            circumstances,
            trap: trap(fault),
            ..returned(Vec::new(), Vec::new())
        }
    }

    fn not_instantiated(&self, error: &ComponentError) -> Ended {
        if let ComponentError::Fault { at, phase, fault } = error {
            let doing = if *phase == Phase::Start { "running a start function of" } else { "initialising" };
            return self.failed(fault, *phase, format!("while {doing} {}", self.name(at)));
        }
        let remedy = "provide imports with --preload NAME=FILE, values with --value NAME=WAVE".to_owned();
        let (outcome, what) = (error.outcome(), error.to_string());
        let circumstances = self.missing(error).into_iter().chain([remedy]).collect();
        let unlinked = match error {
            ComponentError::Link(ComponentLinkError::Unknown { .. }) => Some(Unlinked::Missing),
            ComponentError::Link(ComponentLinkError::Mismatch(_)) => Some(Unlinked::Mismatch),
            _ => None,
        };
        Ended { outcome, what, circumstances, unlinked, ..returned(Vec::new(), Vec::new()) }
    }

    fn refused(&self, error: &StartError) -> Ended {
        let what = format!("{}: {error}", self.plan.file);
        Ended { outcome: error.outcome(), what, ..returned(Vec::new(), Vec::new()) }
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
    let (outcome, what) = (Outcome::Returned { values }, "returned".to_owned());
    Ended {
        outcome,
        results,
        what,
        circumstances: Vec::new(),
        trap: None,
        response: None,
        is_unanswered: false,
        unlinked: None,
    }
}

impl Running for ComponentSession<'_> {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn stream(&self) {
        if let Some((_, world)) = &self.wasi {
            stream(&mut world.borrow_mut());
        }
    }

    fn run(&mut self) -> anyhow::Result<Ended> {
        match self.instantiate_all() {
            Ok(mut program) => {
                self.root = Some(program.instance().clone());
                self.enter(&mut program)
            }
            Err(StartError::Instantiate(error)) => Ok(self.not_instantiated(&error)),
            Err(error) => Ok(self.refused(&error)),
        }
    }

    fn captured(&self) -> [Vec<u8>; 2] {
        self.wasi.as_ref().map(|(_, world)| captured(&world.borrow())).unwrap_or_default()
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
        let remarks = printed(&self.captured());
        Notes { files: self.files().collect(), funcs, providers: self.providers.clone(), remarks }
    }
}

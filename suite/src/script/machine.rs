//! The state of a script (one thread of it): a store, what is registered, what has a name, and the actions on them.

use super::{
    Options, component,
    component::Components,
    end::End,
    hosts::{self, Names},
    report::Problem,
    spectest,
    values::{self, Typed},
};
use crate::{
    post_mortem,
    source::{self, Action, Instance, ScriptModule, Source},
    trace::{Cause, InstancePath, Outcome, PostMortem},
};
use preflight_engine::{
    Extern, Linker, Module, Store,
    component::{Component, ComponentInstance},
    runtime::InstanceAddr,
    syntax::ExternType,
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use wast::{WastInvoke, token::Id};

/// What a name of the script stands for.
#[derive(Clone)]
pub(super) enum Slot {
    /// Nothing yet, or a module whose directive failed.
    Nothing,
    /// An instance of a core module.
    Core(InstanceAddr),
    /// An instance of a component.
    Component(ComponentInstance),
    /// What another thread shares: things without an instance in this store.
    Shared(Vec<(String, Extern)>),
    /// A module that the engine cannot run, and what it lacks: what is asked of it is unsupported too.
    Unsupported(String),
}

/// A validated module or component.
#[derive(Clone)]
pub(super) enum Defined {
    /// A core module.
    Module(Module),
    /// A component.
    Component(Component),
}

/// A validated module or component, or what the engine lacks for it.
pub(super) type Definition = Result<Defined, String>;

/// One thread of a script.
pub(super) struct Machine<'o> {
    pub(super) options: &'o Options,
    pub(super) store: Store,
    names: Rc<Names>,
    pub(super) components: Components,
    last_definition: Option<Definition>,
    current: Slot,
    root: InstancePath,
    anonymous: u32,
    /// The last instantiation and how it ended, until the runner takes it.
    pub(super) instantiation: Option<(InstancePath, Outcome)>,
}

impl<'o> Machine<'o> {
    /// A machine whose instances stand under `root`, with `spectest` registered.
    pub(super) fn new(options: &'o Options, root: InstancePath) -> Self {
        let mut store = Store::new(&options.config);
        store.set_readings(options.readings);
        store.set_gc_stress(options.gc_stress);
        let mut linker = Linker::new();
        if spectest::define(&mut store, &mut linker).is_err() {
            // Limits that leave no room for it: scripts that import it fail with an unknown import, others run.
            linker = Linker::new();
        }
        let names = Rc::new(Names { linker: RefCell::new(linker), ..Names::default() });
        hosts::define(&names, &mut store, &options.hosts, &root);
        Machine {
            options,
            store,
            names,
            components: Components::default(),
            last_definition: None,
            current: Slot::Nothing,
            root,
            anonymous: 0,
            instantiation: None,
        }
    }

    /// `module`: define, validate and instantiate.
    pub(super) fn module(&mut self, module: &mut ScriptModule<'_>) -> Result<End, Problem> {
        let name = module.name;
        self.bind(name, Slot::Nothing);
        let end = match self.define(module) {
            Ok(Ok(definition)) => {
                self.bind_definition(name, Ok(definition.clone()));
                self.instantiate_as(name, &definition)
            }
            Ok(Err(end)) => Ok(end),
            Err(problem) => Err(problem),
        };
        self.bind_unsupported(name, end)
    }

    /// `module definition`: define and validate.
    pub(super) fn module_definition(&mut self, module: &mut ScriptModule<'_>) -> Result<End, Problem> {
        self.last_definition = None;
        match self.define(module) {
            Ok(Ok(definition)) => {
                self.bind_definition(module.name, Ok(definition));
                Ok(End::Returned(Vec::new()))
            }
            Ok(Err(end)) => Ok(end),
            Err(problem) => {
                if let Problem::Unsupported(what) = &problem {
                    self.bind_definition(module.name, Err(what.clone()));
                }
                Err(problem)
            }
        }
    }

    /// `module instance`: instantiate a definition.
    pub(super) fn module_instance(&mut self, instance: &Instance<'_>) -> Result<End, Problem> {
        self.bind(instance.name, Slot::Nothing);
        let end = match self.definition(instance.module) {
            Ok(definition) => self.instantiate_as(instance.name, &definition),
            Err(problem) => Err(problem),
        };
        self.bind_unsupported(instance.name, end)
    }

    /// The definition of this name, or the last one.
    fn definition(&self, name: Option<Id<'_>>) -> Result<Defined, Problem> {
        let definition = match name {
            Some(name) => self.names.definitions.borrow().get(name.name()).cloned(),
            None => self.last_definition.clone(),
        };
        match definition {
            Some(definition) => definition.map_err(Problem::Unsupported),
            None => {
                let name = name.map_or(String::new(), |name| format!(" ${}", name.name()));
                let got = format!("there is no module definition{name} to instantiate");
                Err(Problem::failed("no error", got))
            }
        }
    }

    /// `input`: whatever the file would have defined is unsupported, too.
    pub(super) fn input(&mut self, name: Option<Id<'_>>) -> Problem {
        let what = "`input`: scripts read no files here".to_owned();
        self.bind_definition(name, Err(what.clone()));
        self.bind(name, Slot::Unsupported(what.clone()));
        Problem::Unsupported(what)
    }

    /// The validated module or component, or how far it came.
    pub(super) fn define(&self, module: &mut ScriptModule<'_>) -> Result<Result<Defined, End>, Problem> {
        self.validated(source::of(module))
    }

    fn validated(&self, source: Source) -> Result<Result<Defined, End>, Problem> {
        match source {
            Source::Module(bytes) => {
                Ok(Module::new(&self.options.config, bytes).map(Defined::Module).map_err(End::from))
            }
            Source::Malformed(message) => Ok(Err(End::Malformed(format!("malformed text: {message}")))),
            Source::Component(bytes) => {
                let component = Component::new(&self.options.config, &bytes).map_err(End::from);
                Ok(component.and_then(|component| self.allowed(component)).map(Defined::Component))
            }
        }
    }

    /// The component, if it is valid as the rules are read here.
    fn allowed(&self, component: Component) -> Result<Component, End> {
        component.allowed(self.options.readings, &InstancePath::root())?;
        Ok(component)
    }

    /// `register`: makes the exports of an instance available to imports under `name`.
    pub(super) fn register(&mut self, name: &str, instance: Option<Id<'_>>) -> Result<(), Problem> {
        match self.slot(instance)? {
            Slot::Core(instance) => self.names.linker.borrow_mut().define_instance(&self.store, name, instance),
            Slot::Component(instance) => self.components.register(name, &instance, &self.options.gives)?,
            Slot::Shared(items) => {
                let mut linker = self.names.linker.borrow_mut();
                items.iter().for_each(|(item, value)| linker.define(name, item, *value));
            }
            Slot::Unsupported(what) => return Err(Problem::Unsupported(what)),
            Slot::Nothing => return Err(no_instance(instance)),
        }
        Ok(())
    }

    /// An action, of an assertion or alone.
    pub(super) fn execute(&mut self, action: &mut Action<'_>) -> Result<End, Problem> {
        let end = match action {
            Action::Invoke(invoke) => self.invoke(invoke),
            Action::Get { instance, name } => self.get(*instance, name),
            Action::Module(module) => match self.define(module)? {
                Ok(definition) => {
                    self.bind_definition(None, Ok(definition.clone()));
                    Ok(self.instantiate_unnamed(&definition))
                }
                Err(end) => Ok(end),
            },
            Action::Instance(instance) => {
                let definition = self.definition(instance.module)?;
                Ok(self.instantiate_unnamed(&definition))
            }
        };
        end?.supported()
    }

    /// `invoke`.
    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<End, Problem> {
        let instance = match self.slot(invoke.module)? {
            Slot::Core(instance) => instance,
            Slot::Component(instance) => {
                let end = component::invoke(&mut self.store, &instance, invoke);
                // What was cut short half way says nothing about later calls.
                return self.bind_unsupported(invoke.module, end);
            }
            Slot::Unsupported(what) => return Err(Problem::Unsupported(what)),
            Slot::Nothing | Slot::Shared(_) => return Err(no_instance(invoke.module)),
        };
        let Some(Extern::Func(func)) = self.store.export(instance, invoke.name) else {
            return Err(Problem::failed("a call", format!("the instance exports no function {:?}", invoke.name)));
        };
        let args = values::arguments(&invoke.args)?;
        let (params, types) = {
            let ty = self.store.func_type(func);
            (ty.params.clone(), ty.results.clone())
        };
        if let Err(fault) = values::check_hierarchies(&invoke.args, &params)? {
            return Ok(End::Fault(fault));
        }
        let end = match self.store.call_export(instance, invoke.name, &args, Cause::Invoke) {
            Ok(results) => End::Returned(results.into_iter().zip(types).collect::<Vec<Typed>>()),
            Err(fault) => End::Fault(fault),
        };
        end.supported()
    }

    /// `get`.
    fn get(&mut self, instance: Option<Id<'_>>, name: &str) -> Result<End, Problem> {
        let instance = match self.slot(instance)? {
            Slot::Core(instance) => instance,
            Slot::Component(of) => return component::value(&of, name),
            Slot::Unsupported(what) => return Err(Problem::Unsupported(what)),
            Slot::Nothing | Slot::Shared(_) => return Err(no_instance(instance)),
        };
        let global = self.store.export(instance, name);
        match global.map(|global| (global, self.store.extern_type(global))) {
            Some((Extern::Global(global), ExternType::Global(ty))) => {
                Ok(End::Returned(vec![(self.store.global(global), ty.content)]))
            }
            _ => Err(Problem::failed("a value", format!("the instance exports no global {name:?}"))),
        }
    }

    /// Instantiates what an assertion is about. The instance gets no name, and is not the current one even if that succeeds.
    fn instantiate_unnamed(&mut self, definition: &Defined) -> End {
        let path = self.path(None);
        self.instantiate(definition, path).map_or_else(|end| end, |_| End::Returned(Vec::new()))
    }

    fn instantiate_as(&mut self, name: Option<Id<'_>>, definition: &Defined) -> Result<End, Problem> {
        let path = self.path(name);
        match self.instantiate(definition, path) {
            Ok(slot) => {
                if let (Some(name), Slot::Component(instance)) = (name, &slot) {
                    // Later components import instances by their names in the script, too.
                    self.components.register(name.name(), instance, &self.options.gives)?;
                }
                self.bind(name, slot);
                Ok(End::Returned(Vec::new()))
            }
            Err(end) => end.supported(),
        }
    }

    /// Instantiates, and notes how that ended.
    fn instantiate(&mut self, definition: &Defined, path: InstancePath) -> Result<Slot, End> {
        let mut outcome = Outcome::Returned { values: Vec::new() };
        let result = match definition {
            Defined::Module(module) => {
                let instance = self.names.instantiate(&mut self.store, module, path.clone());
                instance.inspect_err(|error| outcome = error.outcome()).map(Slot::Core).map_err(End::from)
            }
            Defined::Component(component) => {
                let instance = self.store.instantiate_component(component, self.components.linker(), path.clone());
                instance.inspect_err(|error| outcome = error.outcome()).map(Slot::Component).map_err(End::from)
            }
        };
        self.instantiation = Some((path, outcome));
        result
    }

    /// `/$name`, or `/#n` for the module number n of those without a name.
    fn path(&mut self, name: Option<Id<'_>>) -> InstancePath {
        match name {
            Some(name) => self.root.child(&format!("${}", name.name())),
            None => {
                let number = self.anonymous;
                self.anonymous += 1;
                self.root.child(&format!("#{number}"))
            }
        }
    }

    /// Where the instances of this machine stand.
    pub(super) fn root(&self) -> &InstancePath {
        &self.root
    }

    /// What the core instances export that have a name, and the current one.
    pub(super) fn examine(&mut self) -> PostMortem {
        let instances = self.names.instances.borrow().clone();
        let named: BTreeMap<String, Slot> = instances.into_iter().collect();
        let mut reachable = Vec::new();
        for slot in named.values().chain([&self.current]) {
            if let Slot::Core(instance) = slot {
                let at = self.store.path(*instance);
                let exports = self.store.exports(*instance).into_iter();
                reachable.extend(exports.map(|(name, item)| (at.clone(), name, item)));
            }
        }
        post_mortem::examine(&mut self.store, &reachable)
    }

    /// Makes `slot` the current instance, and what `name` stands for.
    pub(super) fn bind(&mut self, name: Option<Id<'_>>, slot: Slot) {
        if let Some(name) = name {
            self.names.instances.borrow_mut().insert(name.name().to_owned(), slot.clone());
        }
        self.current = slot;
    }

    /// Lets `name` stand for something unsupported, if that is how its module ended.
    fn bind_unsupported(&mut self, name: Option<Id<'_>>, end: Result<End, Problem>) -> Result<End, Problem> {
        if let Err(Problem::Unsupported(what)) = &end {
            self.bind(name, Slot::Unsupported(what.clone()));
        }
        end
    }

    fn bind_definition(&mut self, name: Option<Id<'_>>, definition: Definition) {
        if let Some(name) = name {
            self.names.definitions.borrow_mut().insert(name.name().to_owned(), definition.clone());
        }
        self.last_definition = Some(definition);
    }

    /// What `name` stands for, or the current instance.
    pub(super) fn slot(&self, name: Option<Id<'_>>) -> Result<Slot, Problem> {
        match name {
            None => Ok(self.current.clone()),
            Some(name) => {
                self.names.instances.borrow().get(name.name()).cloned().ok_or_else(|| no_instance(Some(name)))
            }
        }
    }
}

fn no_instance(name: Option<Id<'_>>) -> Problem {
    let got = match name {
        Some(name) => format!("there is no instance ${} (its module is missing or has failed)", name.name()),
        None => "there is no current instance (the last module is missing or has failed)".to_owned(),
    };
    Problem::failed("an instance", got)
}

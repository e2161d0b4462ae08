//! What embedders do with components: instantiate them, call them, look at what they export.

use super::{
    Component,
    canon::call_func,
    instantiate::{Imports, instantiate},
    link::{ComponentLinkError, bind_imports},
    linker::ComponentLinker,
    scope::{Func, Instance, Item},
    task::InstId,
    types::FuncType,
    value::ComponentVal,
};
use crate::{
    Store,
    error::{Fault, LinkError},
    exec::Entered,
    trace::{Cause, Event, InstancePath, Outcome, Phase},
};
use std::{cell::RefCell, rc::Rc};
use thiserror::Error;

/// Why the instantiation of a component failed. What it had done by then stays done, and nothing of it can be entered.
#[derive(Debug, Clone, Error)]
pub enum ComponentError {
    /// The imports do not match; nothing has happened at all.
    #[error(transparent)]
    Link(#[from] ComponentLinkError),
    /// A core module inside does not match what it is given: only modules that the host gave can.
    #[error(transparent)]
    Core(#[from] LinkError),
    /// It has several start definitions, and [`Starts::One`](super::Starts::One) is read so that it is invalid then.
    #[error("component cannot have more than one start function (in {at}, with the reading `Starts::One`)")]
    SeveralStarts {
        /// The component that has them.
        at: InstancePath,
    },
    /// It lowers a function with `async` and without a memory, and
    /// [`AsyncMemory::Always`](super::AsyncMemory::Always) is read so that it is invalid then.
    #[error("`memory` is required for `async` (in {at}, with the reading `AsyncMemory::Always`)")]
    NoAsyncMemory {
        /// The component that does.
        at: InstancePath,
    },
    /// Something did not return.
    #[error("{fault} (instantiating {at})")]
    Fault {
        /// The component instance whose definition it was.
        at: InstancePath,
        /// Where in that definition.
        phase: Phase,
        /// What happened.
        fault: Fault,
    },
}

impl ComponentError {
    /// The class of this end.
    pub fn outcome(&self) -> Outcome {
        match self {
            ComponentError::Link(_) | ComponentError::Core(_) => Outcome::Unlinkable,
            ComponentError::SeveralStarts { .. } | ComponentError::NoAsyncMemory { .. } => Outcome::Invalid,
            ComponentError::Fault { phase, fault, .. } => fault.outcome(*phase),
        }
    }
}

/// An instance of a root component.
#[derive(Clone)]
pub struct ComponentInstance {
    pub(super) instance: Rc<Instance>,
    path: InstancePath,
    id: InstId,
}

impl std::fmt::Debug for ComponentInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComponentInstance").field("path", &self.path).finish_non_exhaustive()
    }
}

impl ComponentInstance {
    /// Where it stands.
    pub fn path(&self) -> &InstancePath {
        &self.path
    }

    /// The names of its exports in order.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.instance.exports.iter().map(|(name, _)| &**name)
    }

    /// The item at the end of a path of export names.
    fn item(&self, path: &[&str]) -> Option<&Item> {
        let (last, instances) = path.split_last()?;
        let mut instance = &self.instance;
        for name in instances {
            let Some(Item::Instance(inner)) = instance.get(name) else { return None };
            instance = inner;
        }
        instance.get(last)
    }

    /// The type of an exported function; `path` leads to it through exported instances.
    pub fn func_type(&self, path: &[&str]) -> Option<&FuncType> {
        match self.item(path)? {
            Item::Func(func) => Some(func.ft()),
            _ => None,
        }
    }

    /// An exported value; `path` leads to it through exported instances.
    pub fn value(&self, path: &[&str]) -> Option<&ComponentVal> {
        match self.item(path)? {
            Item::Value(val) => val.known(),
            _ => None,
        }
    }

    /// Every function that can be reached through exports, with the names that lead there.
    pub fn funcs(&self) -> Vec<(Vec<String>, FuncType)> {
        funcs(&self.instance)
    }

    /// Every value that can be reached through exports, with the names that lead there.
    pub fn values(&self) -> Vec<(Vec<String>, ComponentVal)> {
        let mut out = Vec::new();
        walk(&self.instance, &mut Vec::new(), &mut |path, item| {
            if let Item::Value(val) = item {
                out.extend(val.known().map(|val| (path.to_vec(), val.clone())));
            }
        });
        out
    }
}

/// As [`ComponentInstance::funcs`].
pub(super) fn funcs(instance: &Instance) -> Vec<(Vec<String>, FuncType)> {
    let mut out = Vec::new();
    walk(instance, &mut Vec::new(), &mut |path, item| {
        if let Item::Func(func) = item {
            out.push((path.to_vec(), (**func.ft()).clone()));
        }
    });
    out
}

/// Everything that an instance exports, and in turn what exported instances do, with the names that lead there.
fn walk(instance: &Instance, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Item)) {
    for (name, item) in &instance.exports {
        path.push(name.to_string());
        match item {
            Item::Instance(inner) => walk(inner, path, visit),
            item => visit(path, item),
        }
        path.pop();
    }
}

/// What can be said of a component instance from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentState {
    /// Where it stands.
    pub path: InstancePath,
    /// Whether a trap has locked it.
    pub is_locked: bool,
    /// Whether the host could enter it: neither it nor what it stands in is running or locked.
    pub may_enter: bool,
    /// How many handles its table holds.
    pub handles: usize,
}

impl Store {
    /// The functions of imports that stubs stand for, each by the names that lead to it.
    pub fn stubbed_functions(&self) -> &[Vec<String>] {
        &self.components.stubs
    }

    /// Instantiates a component: its imports are bound first, then its definitions are processed in order (Explainer.md,
    /// *Component Definitions*).
    ///
    /// # Errors
    /// [`ComponentError::Link`] if an import does not match: nothing has happened then. Otherwise what a definition ran
    /// into.
    ///
    /// ```
    /// use preflight_engine::{Config, Store, component::{Component, ComponentLinker}, trace::InstancePath};
    /// let config = Config::default();
    /// let component = Component::new(&config, b"\0asm\x0d\0\x01\0").unwrap();
    /// let mut store = Store::new(&config);
    /// let linker = ComponentLinker::new();
    /// let instance = store.instantiate_component(&component, &linker, InstancePath::root()).unwrap();
    /// assert_eq!(instance.exports().count(), 0);
    /// ```
    pub fn instantiate_component(
        &mut self,
        component: &Component,
        linker: &ComponentLinker,
        path: InstancePath,
    ) -> Result<ComponentInstance, ComponentError> {
        if let Err(error) = component.allowed(self.components.readings, &path) {
            self.record_refusal(&error);
            return Err(error);
        }
        let items = bind_imports(self, component, linker)?;
        let imports = Imports::Root { items, linker, next: 0 };
        let (id, instance) = instantiate(self, &component.0, None, None, imports, path.clone(), 0)?;
        Ok(ComponentInstance { instance, path, id })
    }

    /// Calls an exported function of a component; `path` is its name, after those of the exported instances that lead to
    /// it. Records the call, with who made it and why, and its end.
    ///
    /// # Errors
    /// [`Fault::Usage`] if there is no such function or the arguments are not of its type, otherwise how the call ended.
    pub fn call_component(
        &mut self,
        instance: &ComponentInstance,
        path: &[&str],
        args: &[ComponentVal],
        cause: Cause,
    ) -> Result<Vec<ComponentVal>, Fault> {
        let Some(Item::Func(func)) = instance.item(path).cloned() else {
            return Err(Fault::Usage(format!("{} exports no function {path:?}", instance.path)));
        };
        let name = path.join(".");
        func.ft().check_args(&name, args)?;
        let at = instance.path.clone();
        if self.is_recording() {
            let (at, name, args) = (at.clone(), name.clone(), self.trace_component_values(args));
            self.record(|| Event::Called { at, name, args, cause });
        }
        let end = self.inside(
            |_| Entered::Export { at: at.clone(), name: name.clone(), func: None },
            |store| store.call_component_func(&func, None, args.to_vec()),
        );
        match &end {
            Ok(results) if self.is_recording() => {
                let results = self.trace_component_values(results);
                self.record(|| Event::Returned { at, name, results });
            }
            Ok(_) => {}
            Err(fault) => self.record_fault(&at, Phase::Call, fault),
        }
        end
    }

    /// Component values as traces show them.
    pub fn trace_component_values(&self, vals: &[ComponentVal]) -> Vec<crate::trace::Value> {
        vals.iter().map(|val| val.trace(&self.components)).collect()
    }

    /// Whether a component instance can be entered: nothing of it is running, and no trap has locked it.
    pub fn may_enter_component(&self, instance: &ComponentInstance) -> bool {
        self.components.may_enter_from(instance.id, None)
    }

    /// What can be said of every component instance of the store, in the order in which they were made: also of those
    /// whose instantiation failed.
    pub fn component_states(&self) -> Vec<ComponentState> {
        let state = &self.components;
        let ids = (0..state.instances.len() as u32).map(InstId);
        let describe = |id: InstId| {
            let instance = state.instance(id);
            ComponentState {
                path: instance.path.clone(),
                is_locked: instance.locked,
                may_enter: state.may_enter_from(id, None),
                handles: instance.handles.len(),
            }
        };
        ids.map(describe).collect()
    }

    pub(super) fn call_component_func(
        &mut self,
        func: &Rc<Func>,
        caller: Option<InstId>,
        args: Vec<ComponentVal>,
    ) -> Result<Vec<ComponentVal>, Fault> {
        let results = Rc::new(RefCell::new(None));
        let out = results.clone();
        let on_resolve = Box::new(move |_: &mut Store, vals| {
            *out.borrow_mut() = vals;
            Ok(())
        });
        call_func(self, func, caller, Box::new(move |_| Ok(args)), on_resolve)?;
        let callee = match &**func {
            Func::Lifted { inst, .. } => Some(*inst),
            Func::Host { .. } => None,
        };
        self.tick_until(callee, || results.borrow().is_some())?;
        Ok(results.take().unwrap_or_default())
    }
}

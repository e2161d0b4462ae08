//! How interfaces are declared: a name, its resources, and its functions with their parameters' labels.

use super::{
    Feature, Shared, State,
    table::Table,
    trap,
    typing::{Ids, Own, Params, Payload, Resource, mistyped},
};
use crate::{
    Store,
    component::{ComponentFuncType, ComponentLinker, ComponentVal, HostInstance, HostItem},
    error::Fault,
    trace::{Event, InstancePath},
    wasi::{fuel, world::World},
};
use std::{cell::RefMut, rc::Rc};

/// A call that is being served.
pub(super) struct Call<'a> {
    pub store: &'a mut Store,
    pub state: &'a mut State,
}

impl Call<'_> {
    pub fn table(&mut self) -> &mut Table {
        &mut self.state.table
    }

    pub fn world(&self) -> RefMut<'_, World> {
        self.state.world.borrow_mut()
    }

    /// Records an event of the instance that calls.
    pub fn record(&mut self, event: impl FnOnce(InstancePath) -> Event) {
        self.store.record_of_host_caller(event);
    }

    /// Pays for `len` bytes that move.
    pub fn pay(&mut self, len: u64) -> Result<(), Fault> {
        fuel::pay(self.store, len)
    }
}

/// Why a function whose result is a `result` did not succeed.
pub(super) enum Failure<E> {
    /// It says so.
    Code(E),
    /// It does not return.
    Fault(Fault),
}

impl<E> From<Fault> for Failure<E> {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault)
    }
}

/// The interfaces on their way into a linker.
pub(super) struct Interfaces<'a> {
    pub linker: &'a mut ComponentLinker,
    pub store: &'a mut Store,
    pub shared: &'a Rc<Shared>,
    pub ids: Ids,
}

impl Interfaces<'_> {
    /// Registers the resource type of `T`; dropping a handle of it drops the `T`.
    pub fn register<T: Resource>(&mut self) {
        let shared = self.shared.clone();
        let drop = move |_: &mut Store, rep| {
            let resource = shared.state.borrow_mut().table.take(Own::<T>::new(rep))?;
            if resource.may_drop() { Ok(()) } else { Err(trap()) }
        };
        let id = self.store.new_host_resource(T::NAME, drop);
        self.ids.insert::<T>(id);
    }

    /// Whether an unstable feature is on.
    pub fn has(&self, feature: Feature) -> bool {
        self.shared.features.contains(&feature)
    }

    /// Declares the interface `name`, such as `io/poll`: its functions are put together when a component imports it, since
    /// most import few of all.
    pub fn interface(&mut self, name: &str, declare: impl FnOnce(&mut Interface<'_>) + 'static) {
        let shared = self.shared.clone();
        let item = HostItem::instance_with(move || {
            let mut interface = Interface { exports: HostInstance::new(), ids: shared.ids(), shared: &shared };
            declare(&mut interface);
            interface.exports
        });
        self.linker.define(&format!("wasi:{name}@{}", super::VERSION), item);
    }
}

/// An interface on its way.
pub(super) struct Interface<'a> {
    exports: HostInstance,
    ids: &'a Ids,
    shared: &'a Rc<Shared>,
}

impl Interface<'_> {
    /// Whether an unstable feature is on.
    pub fn has(&self, feature: Feature) -> bool {
        self.shared.features.contains(&feature)
    }

    /// The interface defines the resource type of `T`.
    pub fn resource<T: Resource>(&mut self) -> &mut Self {
        self.exports.define(T::NAME, HostItem::resource(self.ids.of::<T>()));
        self
    }

    /// A function. `labels` are those of its parameters.
    pub fn func<P: Params + 'static, R: Payload + 'static>(
        &mut self,
        name: &'static str,
        labels: &[&'static str],
        serve: fn(&mut Call<'_>, P) -> Result<R, Fault>,
    ) -> &mut Self {
        self.declare::<P, R>(name, labels, serve)
    }

    /// A function whose result is a `result`.
    pub fn fallible<P: Params + 'static, R: Payload + 'static, E: Payload + 'static>(
        &mut self,
        name: &'static str,
        labels: &[&'static str],
        serve: fn(&mut Call<'_>, P) -> Result<R, Failure<E>>,
    ) -> &mut Self {
        self.declare::<P, Result<R, E>>(name, labels, move |call, args| match serve(call, args) {
            Ok(val) => Ok(Ok(val)),
            Err(Failure::Code(error)) => Ok(Err(error)),
            Err(Failure::Fault(fault)) => Err(fault),
        })
    }

    fn declare<P: Params, R: Payload>(
        &mut self,
        name: &'static str,
        labels: &[&'static str],
        serve: impl Fn(&mut Call<'_>, P) -> Result<R, Fault> + 'static,
    ) -> &mut Self {
        let (types, result) = (P::types(self.ids), R::ty(self.ids));
        assert_eq!(labels.len(), types.len(), "each parameter of {name} has a label");
        let ty = ComponentFuncType::new(labels.iter().copied().zip(types), result);
        let shared = self.shared.clone();
        let call = move |store: &mut Store, args: &[ComponentVal]| {
            let state = &mut *shared.state.borrow_mut();
            let args = P::lift(args).ok_or_else(|| mistyped(name))?;
            let result = serve(&mut Call { store, state }, args)?;
            Ok(result.lower(shared.ids()).into_iter().collect())
        };
        self.exports.define(name, HostItem::typed_func(ty, call));
        self
    }
}

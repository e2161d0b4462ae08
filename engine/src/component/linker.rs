//! What a host gives to a component, by name.

use super::{
    Component,
    embed::ComponentInstance,
    resource::ResourceId,
    scope::{HostCall, Item},
    types::FuncType,
    value::ComponentVal,
};
use crate::{Module, Store, error::Fault};
use std::{collections::BTreeMap, rc::Rc};

/// Something that a host gives for an import.
#[derive(Clone)]
pub struct HostItem(pub(super) Given);

#[derive(Clone)]
pub(super) enum Given {
    /// A function, with its type if the host knows it.
    Func(Option<FuncType>, Rc<HostCall>),
    Instance(HostInstance),
    Resource(ResourceId),
    Module(Module),
    Component(Component),
    Value(ComponentVal),
    /// The export of an instance.
    Item(Item),
}

impl HostItem {
    /// A function. Its type is the one that the import declares; what it returns is checked against that.
    pub fn func(call: impl Fn(&mut Store, &[ComponentVal]) -> Result<Vec<ComponentVal>, Fault> + 'static) -> HostItem {
        HostItem(Given::Func(None, Rc::new(call)))
    }

    /// A function of the type `ty`, which the import has to declare.
    pub fn typed_func(
        ty: FuncType,
        call: impl Fn(&mut Store, &[ComponentVal]) -> Result<Vec<ComponentVal>, Fault> + 'static,
    ) -> HostItem {
        HostItem(Given::Func(Some(ty), Rc::new(call)))
    }

    /// An instance.
    pub fn instance(instance: HostInstance) -> HostItem {
        HostItem(Given::Instance(instance))
    }

    /// A resource type: one of [`Store::new_host_resource`].
    pub fn resource(ty: ResourceId) -> HostItem {
        HostItem(Given::Resource(ty))
    }

    /// A core module.
    pub fn module(module: Module) -> HostItem {
        HostItem(Given::Module(module))
    }

    /// A component.
    pub fn component(component: Component) -> HostItem {
        HostItem(Given::Component(component))
    }

    /// A value.
    pub fn value(value: ComponentVal) -> HostItem {
        HostItem(Given::Value(value))
    }

    /// All that another component's instance exports.
    pub fn exports_of(instance: &ComponentInstance) -> HostItem {
        HostItem(Given::Item(Item::Instance(instance.instance.clone())))
    }

    /// The instances that another component's instance exports under names of interfaces, such as `a:b/c@1.0.0`.
    pub fn interfaces_of(instance: &ComponentInstance) -> Vec<(String, HostItem)> {
        let exports = instance.instance.exports.iter();
        let interfaces = exports.filter(|(name, item)| name.contains('/') && matches!(item, Item::Instance(_)));
        interfaces.map(|(name, item)| (name.to_string(), HostItem(Given::Item(item.clone())))).collect()
    }
}

/// An instance that a host makes.
#[derive(Clone, Default)]
pub struct HostInstance(pub(super) BTreeMap<String, HostItem>);

impl HostInstance {
    /// An instance without exports.
    pub fn new() -> HostInstance {
        Self::default()
    }

    /// Exports `item` as `name`.
    pub fn define(&mut self, name: &str, item: HostItem) -> &mut Self {
        self.0.insert(name.to_owned(), item);
        self
    }
}

/// What is there for a component's imports. A later definition of the same name replaces an earlier one.
///
/// Names of interfaces match if they are equal, or else if they differ in nothing but a compatible version
/// (Explainer.md, *Canonical Interface Name*).
#[derive(Clone, Default)]
pub struct ComponentLinker {
    pub(super) root: HostInstance,
    pub(super) stub_imports: bool,
}

impl ComponentLinker {
    /// A linker that knows no names.
    pub fn new() -> ComponentLinker {
        Self::default()
    }

    /// Gives `item` for the import `name`.
    pub fn define(&mut self, name: &str, item: HostItem) -> &mut Self {
        self.root.define(name, item);
        self
    }

    /// Whether imports that nothing is given for get stubs: functions that return default values, fresh resources, streams
    /// that have ended and futures that never come
    /// (off by default). Modules and components have no stubs.
    pub fn stub_imports(&mut self, on: bool) -> &mut Self {
        self.stub_imports = on;
        self
    }

    /// The name under which something is given for the import `name`, if anything is.
    pub fn given_name(&self, name: &str) -> Option<&str> {
        self.find(name).map(|(name, _)| name)
    }

    /// What is given for `name`.
    pub(super) fn get(&self, name: &str) -> Option<&HostItem> {
        self.find(name).map(|(_, item)| item)
    }

    fn find(&self, name: &str) -> Option<(&str, &HostItem)> {
        let exact = self.root.0.get_key_value(name).map(|(name, item)| (&**name, item));
        exact.or_else(|| {
            let canonical = canonical_name(name)?;
            let mut items = self.root.0.iter().map(|(name, item)| (&**name, item));
            items.find(|(other, _)| canonical_name(other) == Some(canonical))
        })
    }
}

/// The interface and the part of its version that tells incompatible ones apart.
fn canonical_name(name: &str) -> Option<(&str, &str)> {
    let (interface, version) = name.split_once('@')?;
    if version.contains('-') {
        return Some((interface, version));
    }
    let mut parts = version.match_indices('.').map(|(at, _)| at);
    let (first, second) = (parts.next()?, parts.next()?);
    let kept = match version {
        version if !version.starts_with("0.") => &version[..first],
        version if !version.starts_with("0.0.") => &version[..second],
        version => version.split('+').next()?,
    };
    Some((interface, kept))
}

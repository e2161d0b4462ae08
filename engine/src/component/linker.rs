//! What a host gives to a component, by name.

use super::{
    Component,
    embed::ComponentInstance,
    host_task::{HostCode, HostTask},
    resource::ResourceId,
    scope::Item,
    types::FuncType,
    value::ComponentVal,
};
use crate::{Module, Store, error::Fault};
use std::{cell::LazyCell, collections::BTreeMap, rc::Rc};

/// An instance that is made when something is first asked of it.
pub(super) type LazyInstance = LazyCell<HostInstance, Box<dyn FnOnce() -> HostInstance>>;

/// Something that a host gives for an import.
#[derive(Clone)]
pub struct HostItem(pub(super) Given);

#[derive(Clone)]
pub(super) enum Given {
    /// A function, with its type if the host knows it.
    Func(Option<FuncType>, HostCode),
    Instance(Rc<LazyInstance>),
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
        HostItem(Given::Func(None, HostCode::Sync(Rc::new(call))))
    }

    /// An asynchronous function: `start` begins a call, which need not be over when it returns. The import has to declare
    /// its function `async`.
    ///
    /// ```
    /// use preflight_engine::{Fault, Store, component::{ComponentVal, HostItem, HostTask}};
    /// // Returns its argument when it is asked for the third time.
    /// HostItem::async_func(|_, args| {
    ///     let (results, mut left) = (args.to_vec(), 2);
    ///     let task = move |_: &mut Store| -> Result<Option<Vec<ComponentVal>>, Fault> {
    ///         if left == 0 {
    ///             return Ok(Some(results.clone()));
    ///         }
    ///         left -= 1;
    ///         Ok(None)
    ///     };
    ///     Ok(Box::new(task) as Box<dyn HostTask>)
    /// });
    /// ```
    pub fn async_func(
        start: impl Fn(&mut Store, &[ComponentVal]) -> Result<Box<dyn HostTask>, Fault> + 'static,
    ) -> HostItem {
        HostItem(Given::Func(None, HostCode::Async(Rc::new(start))))
    }

    /// A function of the type `ty`, which the import has to declare.
    pub fn typed_func(
        ty: FuncType,
        call: impl Fn(&mut Store, &[ComponentVal]) -> Result<Vec<ComponentVal>, Fault> + 'static,
    ) -> HostItem {
        HostItem(Given::Func(Some(ty), HostCode::Sync(Rc::new(call))))
    }

    /// An instance.
    pub fn instance(instance: HostInstance) -> HostItem {
        HostItem::instance_with(|| instance)
    }

    /// An instance that `make` makes when an import is first linked to it: for hosts that give more than most components
    /// ask for.
    ///
    /// ```
    /// use preflight_engine::component::{ComponentLinker, HostInstance, HostItem};
    /// ComponentLinker::new().define("many:functions/here", HostItem::instance_with(|| {
    ///     let mut instance = HostInstance::new();
    ///     instance.define("f", HostItem::func(|_, _| Ok(vec![])));
    ///     instance
    /// }));
    /// ```
    pub fn instance_with(make: impl FnOnce() -> HostInstance + 'static) -> HostItem {
        HostItem(Given::Instance(Rc::new(LazyCell::new(Box::new(make)))))
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

    /// What another component's instance exports as `name`.
    pub fn export_of(instance: &ComponentInstance, name: &str) -> Option<HostItem> {
        instance.instance.get(name).map(|item| HostItem(Given::Item(item.clone())))
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
/// Names of interfaces match if they are equal, or else if they are the same once they are made canonical (Explainer.md,
/// *Canonical Interface Name*): of several that match, the one of the latest version is taken.
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
    /// that have ended, futures that never come, and components whose instances export stubs (off by default). Core modules
    /// have no stubs.
    pub fn stub_imports(&mut self, on: bool) -> &mut Self {
        self.stub_imports = on;
        self
    }

    /// The name under which something is given for the import `name`, if anything is.
    pub fn given_name(&self, name: &str) -> Option<&str> {
        self.find(name).map(|(name, _)| name)
    }

    /// Whether something is given for the import that `path` begins with, and has what the other names lead to.
    pub fn gives(&self, path: &[String]) -> bool {
        let Some((name, rest)) = path.split_first() else { return false };
        let mut item = self.get(name);
        for name in rest {
            item = match item {
                Some(HostItem(Given::Instance(instance))) => instance.0.get(&**name),
                _ => None,
            };
        }
        item.is_some()
    }

    /// The names for which something is given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.root.0.keys().map(|name| &**name)
    }

    /// What is given for `name`.
    pub(super) fn get(&self, name: &str) -> Option<&HostItem> {
        self.find(name).map(|(_, item)| item)
    }

    fn find(&self, name: &str) -> Option<(&str, &HostItem)> {
        let exact = self.root.0.get_key_value(name).map(|(name, item)| (&**name, item));
        exact.or_else(|| {
            let canonical = canonical_name(name)?;
            let items = self.root.0.iter().map(|(name, item)| (&**name, item));
            let same = items.filter(|(other, _)| canonical_name(other) == Some(canonical));
            same.max_by_key(|(other, _)| precedence(other))
        })
    }
}

/// The interface and its `canonversion`, which ends with the first number that is not zero.
pub(crate) fn canonical_name(name: &str) -> Option<(&str, &str)> {
    let (interface, version) = name.split_once('@')?;
    let (numbers, _) = split_version(version);
    let mut end = 0;
    for number in numbers.split('.') {
        end += number.len();
        if number != "0" {
            return Some((interface, &numbers[..end]));
        }
        end += 1;
    }
    Some((interface, numbers))
}

/// `major.minor.patch`, or as much of it as a `canonversion` has, and what follows.
fn split_version(version: &str) -> (&str, &str) {
    version.split_at(version.find(['-', '+']).unwrap_or(version.len()))
}

/// Which of two versions is the later one: by their numbers, and a release after what came before it.
pub(crate) fn precedence(name: &str) -> (Vec<u64>, bool) {
    let (numbers, rest) = split_version(name.split_once('@').map_or("", |(_, version)| version));
    let numbers = numbers.split('.').map(|number| number.parse().unwrap_or(0)).collect();
    (numbers, !rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(names: &[&str], import: &str) -> Option<String> {
        let mut linker = ComponentLinker::new();
        for name in names {
            linker.define(name, HostItem::value(ComponentVal::Bool(true)));
        }
        linker.given_name(import).map(str::to_owned)
    }

    #[test]
    fn versions_match_as_canonical_interface_names_do() {
        // The three examples of Explainer.md, *Canonical Interface Name*, and what their neighbours say.
        let same = [
            ("a:b/c@1.2.3", "a:b/c@1.9.0"),
            ("a:b/c@0.2.6-rc.1", "a:b/c@0.2.1"),
            ("a:b/c@0.0.1-alpha", "a:b/c@0.0.1"),
            ("a:b/c@1.0.0+build-5", "a:b/c@1.4.0"),
            ("a:b/c@1", "a:b/c@1.2.3"),
            ("a:b/c@0.2", "a:b/c@0.2.3"),
            ("a:b/c@0.0.0", "a:b/c@0.0.0+x"),
            ("a:b/c@10.0.0", "a:b/c@10.1.0"),
        ];
        for (a, b) in same {
            assert_eq!(given(&[a], b).as_deref(), Some(a));
            assert_eq!(given(&[b], a).as_deref(), Some(b));
        }
        let others = [
            ("a:b/c@1.2.3", "a:b/c@2.2.3"),
            ("a:b/c@1.0.0", "a:b/c@10.0.0"),
            ("a:b/c@0.2.1", "a:b/c@0.3.1"),
            ("a:b/c@0.0.1", "a:b/c@0.0.2"),
            ("a:b/c@0.2.1", "a:b/c@2.0.0"),
            ("a:b/c@1.0.0", "a:b/c"),
            ("a:b/c@1.0.0", "a:b/d@1.0.0"),
        ];
        for (a, b) in others {
            assert_eq!(given(&[a], b), None, "{a} is not {b}");
        }
    }

    #[test]
    fn of_several_versions_the_same_one_is_taken_or_else_the_latest() {
        let names = ["a:b/c@0.2.9", "a:b/c@0.2.10", "a:b/c@0.2.10-rc.1"];
        assert_eq!(given(&names, "a:b/c@0.2.9").as_deref(), Some("a:b/c@0.2.9"));
        assert_eq!(given(&names, "a:b/c@0.2.0").as_deref(), Some("a:b/c@0.2.10"));
        assert_eq!(given(&names[..1], "a:b/c@0.2.10").as_deref(), Some("a:b/c@0.2.9"));
    }
}

//! What plans of imports hold.

use super::{Kinds, Stats};
use crate::imports::{Core, ImportPlan, Item};

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "imports: component",
    "imports: component that does not match",
    "imports: exported by an instance",
    "imports: function",
    "imports: function that does not match",
    "imports: global of a module",
    "imports: instance",
    "imports: instance of a stub",
    "imports: instance that does not match",
    "imports: match",
    "imports: memory of a module",
    "imports: module",
    "imports: module that does not match",
    "imports: nothing given",
    "imports: of another kind",
    "imports: resource type",
    "imports: stubs",
    "imports: table of a module",
    "imports: tag of a module",
    "imports: type of a component",
    "imports: type of a function",
    "imports: type of an instance",
    "imports: type of something that does not match",
    "imports: value type",
    "imports: value type that does not match",
];

impl Stats {
    /// Counts a plan of imports.
    pub fn count_imports(&mut self, plan: &ImportPlan) {
        let mut kinds = Kinds::default();
        kinds.extend(plan.is_exported.then_some("imports: exported by an instance"));
        kinds.extend(plan.fits().then_some("imports: match"));
        kinds.extend(plan.stubs.then_some("imports: stubs"));
        kinds.extend((plan.instances_of_stubs() > 0).then_some("imports: instance of a stub"));
        for import in &plan.imports {
            item(&import.wanted, &mut kinds);
            let alone = ImportPlan { imports: vec![import.clone()], ..plan.clone() };
            let Some(given) = &import.given else {
                kinds.extend((!alone.fits()).then_some("imports: nothing given"));
                continue;
            };
            if alone.fits() {
                continue;
            }
            kinds.insert(match (&import.wanted, given) {
                (Item::Func(_), Item::Func(_)) => "imports: function that does not match",
                (Item::Instance(_), Item::Instance(_)) => "imports: instance that does not match",
                (Item::Module(_), Item::Module(_)) => "imports: module that does not match",
                (Item::Component(_), Item::Component(_)) => "imports: component that does not match",
                (Item::Type(_), Item::Type(_)) => "imports: value type that does not match",
                (Item::TypeOf(_), Item::TypeOf(_)) => "imports: type of something that does not match",
                _ => "imports: of another kind",
            });
        }
        self.imports += 1;
        self.insert(kinds);
    }
}

fn item(of: &Item, kinds: &mut Kinds) {
    kinds.insert(match of {
        Item::Func(_) => "imports: function",
        Item::Instance(_) => "imports: instance",
        Item::Module(_) => "imports: module",
        Item::Component(_) => "imports: component",
        Item::Resource => "imports: resource type",
        Item::Type(_) => "imports: value type",
        Item::TypeOf(of) => match **of {
            Item::Instance(_) => "imports: type of an instance",
            Item::Component(_) => "imports: type of a component",
            _ => "imports: type of a function",
        },
    });
    match of {
        Item::Instance(items) => items.iter().for_each(|of| item(of, kinds)),
        Item::Component(interface) => {
            interface.imports.iter().chain(&interface.exports).for_each(|of| item(of, kinds));
        }
        Item::Module(shape) => kinds.extend(shape.imports.iter().chain(&shape.exports).filter_map(|core| match core {
            Core::Func(..) => None,
            Core::Table(_) => Some("imports: table of a module"),
            Core::Memory(..) => Some("imports: memory of a module"),
            Core::Global(..) => Some("imports: global of a module"),
            Core::Tag(_) => Some("imports: tag of a module"),
        })),
        _ => {}
    }
}

//! The types that have externally-visible names (Explainer.md, *Import and Export Definitions*): what values are imported and
//! exported of. wasmparser asks the same of everything else.

use super::{
    resource::ResourceId,
    scope::{Item, Type, Value},
    syntax::Name,
    types::{Compound, Kind, ValType},
};
use std::{collections::HashSet, rc::Rc};

/// The types that imports, or that imports and exports have introduced. Types that are defined once are one object,
/// which the scope keeps as long as this is asked.
#[derive(Default)]
pub(super) struct Named {
    resources: HashSet<ResourceId>,
    types: HashSet<*const Compound>,
}

/// What an import or export introduces: a type of its own, since the one it was made of has no name by that.
pub(super) fn introduced(item: Item) -> Item {
    match item {
        Item::Type(Type::Value(ValType::Compound(compound))) => {
            Item::Type(Type::Value(ValType::compound(compound.kind.clone())))
        }
        item => item,
    }
}

impl Named {
    /// An import or export introduces its type, or all that its instance exports.
    pub fn add(&mut self, item: &Item) {
        match item {
            Item::Type(Type::Resource(id)) => drop(self.resources.insert(*id)),
            Item::Type(Type::Value(ValType::Compound(compound))) => drop(self.types.insert(Rc::as_ptr(compound))),
            Item::Instance(instance) => instance.exports.iter().for_each(|(_, item)| self.add(item)),
            _ => {}
        }
    }

    /// Whether every resource type, record, variant, enum and flags type in `ty` has a name.
    pub fn covers(&self, ty: &ValType) -> bool {
        match ty {
            ValType::Own(id) | ValType::Borrow(id) => self.resources.contains(id),
            ValType::Compound(compound) => {
                self.types.contains(&Rc::as_ptr(compound)) || {
                    let is_nominal = match &compound.kind {
                        Kind::Record(_) | Kind::Variant(_) | Kind::Enum(_) | Kind::Flags(_) => true,
                        Kind::List(_) | Kind::FixedList(..) | Kind::Map(..) | Kind::Tuple(_) => false,
                        Kind::Option(_) | Kind::Result(..) | Kind::Stream(_) | Kind::Future(_) => false,
                    };
                    let mut all = !is_nominal;
                    compound.kind.parts(&mut |part| all = all && self.covers(part));
                    all
                }
            }
            _ => true,
        }
    }
}

/// The types of values that are imported or exported have names.
pub(super) fn named(named: &Named, name: &Name, ty: &Option<ValType>, what: &str) -> Result<(), String> {
    match ty {
        Some(ty) if !named.covers(ty) => {
            Err(format!("the {what} value {name:?} is of a type with parts that no import or export names: {ty}"))
        }
        _ => Ok(()),
    }
}

/// As [`named`], of the values that an instance exports, which is imported or exported itself.
pub(super) fn named_within(all: &Named, name: &Name, item: &Item, what: &str) -> Result<(), String> {
    let Item::Instance(instance) = item else { return Ok(()) };
    instance.exports.iter().try_for_each(|(inner, item)| match item {
        Item::Value(Value::Typed(ty)) => named(all, &format!("{name}.{inner}").into(), ty, what),
        item => named_within(all, inner, item, what),
    })
}

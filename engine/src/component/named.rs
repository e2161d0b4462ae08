//! The types that have externally-visible names (Explainer.md, *Import and Export Definitions*): what values are imported and
//! exported of. wasmparser asks the same of everything else.

use super::{
    resource::ResourceId,
    scope::{Item, Type},
    types::{Compound, Kind, ValType},
};
use std::{collections::HashSet, rc::Rc};

/// The types that imports and exports have introduced. Types that are defined once are one object.
#[derive(Default)]
pub(super) struct Named {
    resources: HashSet<ResourceId>,
    types: HashSet<*const Compound>,
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

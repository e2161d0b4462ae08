//! What plans of values hold.

use super::Stats;
use crate::values::{Encoding, Flaw, Ty, ValuePlan};
use std::collections::BTreeSet;

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "value: char",
    "value: enum",
    "value: flags",
    "value: float",
    "value: integer",
    "value: list",
    "value: no case",
    "value: no character",
    "value: no string",
    "value: option",
    "value: pointer not aligned",
    "value: pointer out of bounds",
    "value: record",
    "value: result",
    "value: string",
    "value: string in latin1+utf16",
    "value: string in utf16",
    "value: string in utf8",
    "value: too long",
    "value: trap",
    "value: tuple",
    "value: variant",
];

impl Stats {
    /// Counts a plan of a value.
    pub fn count_value(&mut self, plan: &ValuePlan) {
        let mut kinds = BTreeSet::new();
        ty(&plan.ty, &mut kinds);
        if kinds.contains("value: string") {
            kinds.insert(match plan.encoding {
                Encoding::Utf8 => "value: string in utf8",
                Encoding::Utf16 => "value: string in utf16",
                Encoding::CompactUtf16 => "value: string in latin1+utf16",
            });
        }
        kinds.extend(plan.flaw.map(|flaw| match flaw {
            Flaw::Bounds => "value: pointer out of bounds",
            Flaw::Align => "value: pointer not aligned",
            Flaw::Case => "value: no case",
            Flaw::Char => "value: no character",
            Flaw::String => "value: no string",
            Flaw::Length => "value: too long",
            Flaw::Trap => "value: trap",
        }));
        self.values += 1;
        self.insert(kinds);
    }
}

fn ty(of: &Ty, kinds: &mut BTreeSet<&'static str>) {
    kinds.insert(match of {
        Ty::F32 | Ty::F64 => "value: float",
        Ty::Char => "value: char",
        Ty::String => "value: string",
        Ty::List(_) => "value: list",
        Ty::Tuple(_) => "value: tuple",
        Ty::Record(_) => "value: record",
        Ty::Variant(_) => "value: variant",
        Ty::Enum(_) => "value: enum",
        Ty::Option(_) => "value: option",
        Ty::Result(..) => "value: result",
        Ty::Flags(_) => "value: flags",
        _ => "value: integer",
    });
    match of {
        Ty::List(inner) | Ty::Option(inner) => ty(inner, kinds),
        Ty::Tuple(all) | Ty::Record(all) => all.iter().for_each(|inner| ty(inner, kinds)),
        Ty::Variant(cases) => cases.iter().flatten().for_each(|inner| ty(inner, kinds)),
        Ty::Result(ok, err) => [ok, err].into_iter().flatten().for_each(|inner| ty(inner, kinds)),
        _ => {}
    }
}

//! What plans of values hold.

use super::{Kinds, Stats};
use crate::values::{Across, Encoding, Fault, Flaw, Import, Misdeed, Ty, ValuePlan};

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "value: 64-bit memory",
    "value: across",
    "value: across from 32 to 64 bits",
    "value: across from 64 to 32 bits",
    "value: across into another encoding",
    "value: across with a post-return function",
    "value: across with a result",
    "value: across with many parameters",
    "value: across with names",
    "value: across with several parameters",
    "value: across, flawed parameter",
    "value: across, flawed result",
    "value: across, place beyond the memory",
    "value: across, place not aligned",
    "value: across, plain list",
    "value: across, post-return function leaves",
    "value: across, post-return function traps",
    "value: across, realloc gives what is beyond the memory",
    "value: across, realloc gives what is not aligned",
    "value: across, realloc leaves",
    "value: across, realloc of the callee",
    "value: across, realloc of the caller",
    "value: across, realloc traps",
    "value: char",
    "value: enum",
    "value: flags",
    "value: float",
    "value: import",
    "value: import of a stub",
    "value: import of another type",
    "value: import that is missing",
    "value: integer",
    "value: list",
    "value: list of a fixed length",
    "value: map",
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
        let mut kinds = Kinds::default();
        ty(&plan.ty, &mut kinds);
        kinds.extend(plan.is_64.then_some("value: 64-bit memory"));
        kinds.extend(plan.import.map(|import| match import {
            Import::Given => "value: import",
            Import::Stub => "value: import of a stub",
            Import::Missing => "value: import that is missing",
            Import::OfAnotherType => "value: import of another type",
        }));
        plan.across.iter().for_each(|of| across(plan, of, &mut kinds));
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

fn across(plan: &ValuePlan, of: &Across, kinds: &mut Kinds) {
    kinds.insert("value: across");
    let all = || [&plan.ty].into_iter().chain(&of.params);
    all().chain(&of.result).for_each(|inner| ty(inner, kinds));
    let is_plain = |of: &Ty| matches!(of, Ty::List(element) if is_plain(element));
    let cases = [
        (!plan.is_64 && of.is_64, "value: across from 32 to 64 bits"),
        (plan.is_64 && !of.is_64, "value: across from 64 to 32 bits"),
        (kinds.contains("value: string") && plan.encoding != of.encoding, "value: across into another encoding"),
        (of.has_post_return, "value: across with a post-return function"),
        (of.is_named, "value: across with names"),
        (of.result.is_some(), "value: across with a result"),
        (of.params.len() > 15, "value: across with many parameters"),
        (!of.params.is_empty(), "value: across with several parameters"),
        (plan.flaw.is_some(), "value: across, flawed parameter"),
        (!of.params.is_empty() && all().any(is_plain), "value: across, plain list"),
    ];
    kinds.extend(cases.into_iter().filter(|(is_so, _)| *is_so).map(|(_, kind)| kind));
    let of_realloc = |misdeed| match misdeed {
        Misdeed::Beyond => "value: across, realloc gives what is beyond the memory",
        Misdeed::Unaligned => "value: across, realloc gives what is not aligned",
        Misdeed::Trap => "value: across, realloc traps",
        Misdeed::Leave => "value: across, realloc leaves",
    };
    match of.fault {
        Some(Fault::CallersRealloc(misdeed)) => {
            kinds.extend([of_realloc(misdeed), "value: across, realloc of the caller"])
        }
        Some(Fault::CalleesRealloc(misdeed)) => {
            kinds.extend([of_realloc(misdeed), "value: across, realloc of the callee"])
        }
        Some(Fault::Result(_)) => kinds.extend(["value: across, flawed result"]),
        Some(Fault::PostReturn(Misdeed::Leave)) => kinds.extend(["value: across, post-return function leaves"]),
        Some(Fault::PostReturn(_)) => kinds.extend(["value: across, post-return function traps"]),
        Some(Fault::Place(Misdeed::Unaligned)) => kinds.extend(["value: across, place not aligned"]),
        Some(Fault::Place(_)) => kinds.extend(["value: across, place beyond the memory"]),
        None => {}
    }
}

/// Whether lists of the type may be carried as bytes: of numbers, truth values and flags, and of records of them.
fn is_plain(of: &Ty) -> bool {
    match of {
        Ty::Tuple(all) | Ty::Record(all) => all.iter().all(is_plain),
        Ty::Bool | Ty::U8 | Ty::S8 | Ty::U16 | Ty::S16 | Ty::Flags(_) => true,
        Ty::U32 | Ty::S32 | Ty::U64 | Ty::S64 | Ty::F32 | Ty::F64 => true,
        _ => false,
    }
}

fn ty(of: &Ty, kinds: &mut Kinds) {
    kinds.insert(match of {
        Ty::F32 | Ty::F64 => "value: float",
        Ty::Char => "value: char",
        Ty::String => "value: string",
        Ty::List(_) => "value: list",
        Ty::FixedList(..) => "value: list of a fixed length",
        Ty::Map(..) => "value: map",
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
        Ty::List(inner) | Ty::FixedList(inner, _) | Ty::Option(inner) => ty(inner, kinds),
        Ty::Map(key, inner) => [key, inner].into_iter().for_each(|inner| ty(inner, kinds)),
        Ty::Tuple(all) | Ty::Record(all) => all.iter().for_each(|inner| ty(inner, kinds)),
        Ty::Variant(cases) => cases.iter().flatten().for_each(|inner| ty(inner, kinds)),
        Ty::Result(ok, err) => [ok, err].into_iter().flatten().for_each(|inner| ty(inner, kinds)),
        _ => {}
    }
}

//! How plans of values are drawn.

use super::{Across, Encoding, Fault, Flaw, Import, Misdeed, Ty, ValuePlan};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for ValuePlan {
    /// A normal plan.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let encoding = match u.int_in_range(0..=3)? {
            0 | 1 => Encoding::Utf8,
            2 => Encoding::Utf16,
            _ => Encoding::CompactUtf16,
        };
        let flaw = match u.int_in_range(0..=19)? {
            0 | 1 => Some(Flaw::Bounds),
            2 | 3 => Some(Flaw::Align),
            4..=6 => Some(Flaw::Case),
            7 | 8 => Some(Flaw::Length),
            9 => Some(Flaw::Trap),
            10 => Some(Flaw::Char),
            11 | 12 => Some(Flaw::String),
            _ => None,
        };
        let ty = match flaw {
            Some(Flaw::Char) => Ty::Char,
            Some(Flaw::String) => Ty::String,
            _ => ty(u, 4)?,
        };
        let (seed, is_64) = (u64::arbitrary(u)?, u.int_in_range(0..=7)? == 0);
        let mut plan = ValuePlan { ty, seed, encoding, is_64, flaw, import: None, across: None };
        match u.int_in_range(0..=7)? {
            0..=2 => across(u, &mut plan)?,
            3 | 4 => {
                let all = [Import::Given, Import::Given, Import::Stub, Import::Stub, Import::Missing];
                plan.import = Some(if u.int_in_range(0..=5)? == 0 { Import::OfAnotherType } else { *u.choose(&all)? });
            }
            _ => {}
        }
        Ok(plan.normalise())
    }
}

/// Lets the value go across.
fn across(u: &mut Unstructured<'_>, plan: &mut ValuePlan) -> Result<()> {
    // Of the flaws, some have to leave room for faults.
    if u.arbitrary()? {
        plan.flaw = None;
    }
    let encoding = *u.choose(&[Encoding::Utf8, Encoding::Utf16, Encoding::CompactUtf16])?;
    let fault = if u.arbitrary()? { Some(fault(u)?) } else { None };
    let params = match u.int_in_range(0..=3)? {
        0 => Vec::new(),
        1 => vec![list_of_plain(u)?],
        2 => (0..u.int_in_range(1..=2)?).map(|_| ty(u, 2)).collect::<Result<_>>()?,
        _ => many(u, 1)?,
    };
    let result = match (fault, u.int_in_range(0..=5)?) {
        (Some(Fault::Result(Flaw::Char)), _) => Some(Ty::Char),
        (Some(Fault::Result(Flaw::String)), _) => Some(Ty::String),
        (Some(Fault::Place(_)), _) => Some(Ty::Tuple(vec![ty(u, 1)?, ty(u, 1)?])),
        (Some(Fault::CallersRealloc(_)), 0..=2) => Some(Ty::Option(Box::new(Ty::String))),
        (Some(Fault::Result(Flaw::Length)), _) | (_, 0) => Some(list_of_plain(u)?),
        (_, 1) => None,
        _ => Some(ty(u, 3)?),
    };
    let is_64 = u.int_in_range(0..=7)? == 0;
    let is_named = u.int_in_range(0..=3)? == 0;
    let has_post_return = matches!(fault, Some(Fault::PostReturn(_))) || u.arbitrary()?;
    plan.across = Some(Across { params, result, encoding, is_64, has_post_return, is_named, fault });
    Ok(())
}

fn fault(u: &mut Unstructured<'_>) -> Result<Fault> {
    let any = *u.choose(&[Misdeed::Beyond, Misdeed::Unaligned, Misdeed::Trap, Misdeed::Leave])?;
    Ok(match u.int_in_range(0..=9)? {
        0..=2 => Fault::Result(*u.choose(&[
            Flaw::Bounds,
            Flaw::Align,
            Flaw::Case,
            Flaw::Char,
            Flaw::String,
            Flaw::Length,
            Flaw::Trap,
        ])?),
        3 | 4 => Fault::CallersRealloc(any),
        5 | 6 => Fault::CalleesRealloc(any),
        7 => Fault::PostReturn(*u.choose(&[Misdeed::Trap, Misdeed::Leave])?),
        _ => Fault::Place(*u.choose(&[Misdeed::Beyond, Misdeed::Unaligned])?),
    })
}

/// A list of numbers, truth values or flags, or of records of them.
fn list_of_plain(u: &mut Unstructured<'_>) -> Result<Ty> {
    let plain = |u: &mut Unstructured<'_>| {
        Ok(match u.int_in_range(0..=4)? {
            0 => Ty::Flags(u.int_in_range(1..=32)?),
            _ => u.choose(&SIMPLE[..SIMPLE.len() - 1])?.clone(),
        })
    };
    let element = match u.int_in_range(0..=2)? {
        0 => plain(u)?,
        n => {
            let fields = (0..u.int_in_range(1..=3)?).map(|_| plain(u)).collect::<Result<_>>()?;
            if n == 1 { Ty::Record(fields) } else { Ty::Tuple(fields) }
        }
    };
    Ok(Ty::List(Box::new(element)))
}

/// Types without parts; the last is the only one that not all bits are a value of.
const SIMPLE: [Ty; 12] =
    [Ty::Bool, Ty::U8, Ty::S8, Ty::U16, Ty::S16, Ty::U32, Ty::S32, Ty::U64, Ty::S64, Ty::F32, Ty::F64, Ty::Char];

impl ValuePlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> ValuePlan {
        let bytes = crate::bytes_of_seed(seed);
        ValuePlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn ty(u: &mut Unstructured<'_>, depth: usize) -> Result<Ty> {
    if depth == 0 {
        return Ok(u.choose(&SIMPLE)?.clone());
    }
    let inner = depth - 1;
    Ok(match u.int_in_range(0..=17)? {
        0..=3 => u.choose(&SIMPLE)?.clone(),
        4 | 5 => Ty::String,
        6 | 7 => Ty::List(Box::new(ty(u, inner)?)),
        8 => Ty::Tuple(many(u, inner)?),
        9 | 10 => Ty::Record(many(u, inner)?),
        11 => {
            let n = u.int_in_range(1..=4)?;
            let case = |u: &mut Unstructured<'_>| option(u, inner);
            Ty::Variant((0..n).map(|_| case(u)).collect::<Result<_>>()?)
        }
        12 => Ty::Enum(u.int_in_range(1..=32)?),
        13 => Ty::Option(Box::new(ty(u, inner)?)),
        14 => Ty::Result(option(u, inner)?.map(Box::new), option(u, inner)?.map(Box::new)),
        15 => Ty::FixedList(Box::new(ty(u, inner)?), u.int_in_range(1..=4)?),
        16 => Ty::Map(Box::new(key(u)?), Box::new(ty(u, inner)?)),
        _ => Ty::Flags(u.int_in_range(1..=32)?),
    })
}

/// Strings are the keys of half of all maps.
fn key(u: &mut Unstructured<'_>) -> Result<Ty> {
    Ok(if u.arbitrary()? { Ty::String } else { u.choose(&SIMPLE)?.clone() })
}

fn option(u: &mut Unstructured<'_>, depth: usize) -> Result<Option<Ty>> {
    Ok(if u.int_in_range(0..=3)? == 0 { None } else { Some(ty(u, depth)?) })
}

/// A few, and now and then so many that they do not fit into the parameters of a core function.
fn many(u: &mut Unstructured<'_>, depth: usize) -> Result<Vec<Ty>> {
    let n = if u.int_in_range(0..=5)? == 0 { 17 } else { u.int_in_range(1..=4)? };
    let depth = if n > 4 { 0 } else { depth };
    (0..n).map(|_| ty(u, depth)).collect()
}

//! How plans of values are drawn.

use super::{Encoding, Flaw, Ty, ValuePlan};
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
        Ok(ValuePlan { ty, seed: u64::arbitrary(u)?, encoding, flaw }.normalise())
    }
}

impl ValuePlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> ValuePlan {
        let bytes = crate::bytes_of_seed(seed);
        ValuePlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn ty(u: &mut Unstructured<'_>, depth: usize) -> Result<Ty> {
    let simple =
        [Ty::Bool, Ty::U8, Ty::S8, Ty::U16, Ty::S16, Ty::U32, Ty::S32, Ty::U64, Ty::S64, Ty::F32, Ty::F64, Ty::Char];
    if depth == 0 {
        return Ok(u.choose(&simple)?.clone());
    }
    let inner = depth - 1;
    Ok(match u.int_in_range(0..=15)? {
        0..=3 => u.choose(&simple)?.clone(),
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
        _ => Ty::Flags(u.int_in_range(1..=32)?),
    })
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

//! How plans of components are drawn.

use super::{ComponentPlan, Def, Part, Step};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for ComponentPlan {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(ComponentPlan { root: part(u, 3)? }.normalise())
    }
}

impl ComponentPlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> ComponentPlan {
        let bytes = crate::bytes_of_seed(seed);
        ComponentPlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn part(u: &mut Unstructured<'_>, levels: usize) -> Result<Part> {
    let n = u.int_in_range(1..=5)?;
    let defs = (0..n).map(|_| def(u, levels)).collect::<Result<_>>()?;
    Ok(Part { defs })
}

fn def(u: &mut Unstructured<'_>, levels: usize) -> Result<Def> {
    let of = usize::from(u8::arbitrary(u)?);
    Ok(match u.int_in_range(0..=11)? {
        0..=4 => core(u)?,
        5..=7 if levels > 1 => Def::Child(part(u, levels - 1)?),
        8 => Def::Again(of),
        9 => Def::Resource { core: of },
        10 | 11 => Def::Start { core: of },
        _ => core(u)?,
    })
}

fn core(u: &mut Unstructured<'_>) -> Result<Def> {
    let n = u.int_in_range(0..=3)?;
    let steps = (0..n).map(|_| step(u)).collect::<Result<_>>()?;
    Ok(Def::Core { steps, result: u.int_in_range(0..=99)? })
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let of = usize::from(u8::arbitrary(u)?);
    Ok(match u.int_in_range(0..=19)? {
        0..=4 => Step::Log(u.int_in_range(0..=99)?),
        5..=7 => Step::CallCore(of),
        8..=12 => Step::CallChild(of),
        13 | 14 => Step::Make(u.int_in_range(0..=99)?),
        15..=17 => Step::MakeAndDrop(u.int_in_range(0..=99)?),
        18 => Step::Throw,
        _ => Step::Trap,
    })
}

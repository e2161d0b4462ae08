//! How plans of components are drawn.

use super::{ComponentPlan, Def, Fail, Part, Reading, Step};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for ComponentPlan {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let root = part(u, 3)?;
        let reading = if chance(u, 4)? { Some(*u.choose(&Reading::ALL)?) } else { None };
        Ok(ComponentPlan { root, reading }.normalise())
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
    let n = u.int_in_range(1..=7)?;
    let defs = (0..n).map(|_| def(u, levels)).collect::<Result<_>>()?;
    let peer = if chance(u, 2)? { Some(usize::from(u8::arbitrary(u)?)) } else { None };
    let module = if chance(u, 3)? { Some(usize::from(u8::arbitrary(u)?)) } else { None };
    Ok(Part { defs, peer, takes: chance(u, 3)?, module, shows: chance(u, 3)? })
}

fn chance(u: &mut Unstructured<'_>, of: u32) -> Result<bool> {
    Ok(u.int_in_range(1..=of)? == of)
}

fn def(u: &mut Unstructured<'_>, levels: usize) -> Result<Def> {
    let of = usize::from(u8::arbitrary(u)?);
    Ok(match u.int_in_range(0..=14)? {
        0..=2 => core(u)?,
        3 => Def::Twin { core: of, bundled: chance(u, 2)? },
        4 if chance(u, 2)? => Def::Given,
        4 => Def::Outer { core: of },
        5..=7 if levels > 1 => Def::Child(part(u, levels - 1)?),
        8 => Def::Again(of),
        9 => Def::Resource { core: of, traps: chance(u, 6)? },
        10..=12 => Def::Start { core: of, takes: u.int_in_range(0..=2)?, keeps: chance(u, 2)?, silent: chance(u, 3)? },
        13 => Def::Value { value: u.int_in_range(0..=99)?, keeps: chance(u, 2)? },
        _ => core(u)?,
    })
}

fn core(u: &mut Unstructured<'_>) -> Result<Def> {
    let n = u.int_in_range(0..=3)?;
    let steps = (0..n).map(|_| step(u)).collect::<Result<_>>()?;
    let fails = match u.int_in_range(0..=23)? {
        0 => Some(Fail::Trap),
        1 => Some(Fail::Throw),
        2 => Some(Fail::PostReturn),
        _ => None,
    };
    Ok(Def::Core { steps, result: u.int_in_range(0..=99)?, fails })
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let of = usize::from(u8::arbitrary(u)?);
    Ok(match u.int_in_range(0..=59)? {
        0..=14 => Step::Log(u.int_in_range(0..=99)?),
        15..=22 => Step::CallCore(of),
        23..=34 => Step::CallChild(of),
        35..=41 => Step::CallPeer,
        42..=45 => Step::Make(u.int_in_range(0..=99)?),
        46 | 47 => Step::MakeAndAsk(u.int_in_range(0..=99)?),
        48..=56 => Step::MakeAndDrop(u.int_in_range(0..=99)?),
        57 => Step::Throw,
        58 => Step::Fail(u.int_in_range(0..=99)?),
        _ => Step::Trap,
    })
}

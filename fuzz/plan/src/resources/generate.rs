//! How plans of resources are drawn.

use super::{ResourcePlan, Step, User};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for ResourcePlan {
    /// A normal plan.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let n = u.int_in_range(1..=4)?;
        let users = (0..n).map(|_| user(u)).collect::<Result<_>>()?;
        Ok(ResourcePlan { traps: u.int_in_range(0..=7)? == 0, users }.normalise())
    }
}

impl ResourcePlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> ResourcePlan {
        let bytes = crate::bytes_of_seed(seed);
        ResourcePlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn user(u: &mut Unstructured<'_>) -> Result<User> {
    let n = u.int_in_range(0..=6)?;
    // Most users begin with what the steps work on.
    let mut steps: Vec<Step> = (0..u.int_in_range(0..=2)?).map(|i| Step::Make(10 + i)).collect();
    for _ in 0..n {
        steps.push(step(u)?);
    }
    let (looks, drops) = (bool::arbitrary(u)?, bool::arbitrary(u)?);
    Ok(User { steps, looks, drops, forgets: u.int_in_range(0..=15)? == 0 })
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let [to, handle] = [usize::from(u8::arbitrary(u)?), usize::from(u8::arbitrary(u)?)];
    Ok(match u.int_in_range(0..=31)? {
        0..=9 => Step::Make(u.int_in_range(0..=99)?),
        10..=12 => Step::Drop(handle),
        13..=17 => Step::Look(handle),
        18..=19 => Step::Eat(handle),
        20..=21 => Step::Keep(handle),
        22..=26 => Step::Lend { to, handle },
        27..=30 => Step::Give { to, handle },
        _ => Step::Trap,
    })
}

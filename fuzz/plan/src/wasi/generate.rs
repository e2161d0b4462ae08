//! How programs of WASI are drawn.

use super::{Entry, Form, Step, Unit, WasiPlan};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for WasiPlan {
    /// A normal plan.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let form = match u.int_in_range(0..=4)? {
            0..=2 => Form::Modules,
            3 => Form::Component { nested: false },
            _ => Form::Component { nested: true },
        };
        let count = u.int_in_range(0..=3)?;
        let libraries = (0..count).map(|_| unit(u, false)).collect::<Result<_>>()?;
        let plan = WasiPlan {
            form,
            libraries,
            main: unit(u, true)?,
            invoke: u.int_in_range(0..=4)? == 1,
            again: u.int_in_range(0..=4)? == 1,
        };
        Ok(plan.normalise())
    }
}

impl WasiPlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> WasiPlan {
        let bytes = crate::bytes_of_seed(seed);
        WasiPlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn chance(u: &mut Unstructured<'_>, of: u32) -> Result<bool> {
    Ok(u.int_in_range(1..=of)? == of)
}

/// Libraries are reactors as a rule, main programs commands.
fn unit(u: &mut Unstructured<'_>, is_main: bool) -> Result<Unit> {
    let (start, initialize) = match u.int_in_range(0..=23)? {
        0..=16 => (is_main, !is_main),
        17..=19 => (!is_main, is_main),
        20..=22 => (false, false),
        _ => (true, true),
    };
    let mut entry = |is_there: bool| {
        Ok::<_, arbitrary::Error>(match is_there {
            _ if chance(u, 90)? => Entry::Wrong,
            true => Entry::Func(steps(u)?),
            false => Entry::None,
        })
    };
    let (start, initialize) = (entry(start)?, entry(initialize)?);
    Ok(Unit {
        start,
        initialize,
        section: if chance(u, 3)? { Some(steps(u)?) } else { None },
        func: steps(u)?,
        hides_memory: chance(u, 14)?,
        lacks_import: chance(u, 60)?,
        has_default: chance(u, 20)?,
    })
}

fn steps(u: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let n = u.int_in_range(0..=3)?;
    (0..n).map(|_| step(u)).collect()
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    Ok(match u.int_in_range(0..=39)? {
        0..=11 => Step::Print(b'a' + u.int_in_range(0..=25)?),
        12..=14 => Step::Warn(b'A' + u.int_in_range(0..=25)?),
        15..=18 => Step::Bump,
        19..=31 => Step::Call(u.int_in_range(0..=5)?),
        32 => Step::Close,
        33 | 34 => Step::Yield,
        35 => Step::Beyond,
        36 | 37 => Step::Exit(if chance(u, 3)? { 0 } else { u.int_in_range(1..=125)? }),
        _ => Step::Trap,
    })
}

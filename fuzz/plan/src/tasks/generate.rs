//! How plans of tasks are drawn.

use super::{Place, Side, Step, TaskPlan};
use arbitrary::{Arbitrary, Result, Unstructured};

impl<'a> Arbitrary<'a> for TaskPlan {
    /// A normal plan.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let place = if u.int_in_range(0..=1)? == 0 { Place::Start } else { Place::Called };
        let (mut steps, n) = (Vec::new(), u.int_in_range(0..=20)?);
        // Most plans begin with what the steps work on.
        for made in [Step::NewSet, Step::NewFlow { is_future: false }, Step::NewFlow { is_future: true }] {
            if u.int_in_range(0..=3)? > 0 {
                steps.push(made);
            }
        }
        for _ in 0..n {
            steps.push(step(u)?);
        }
        let (yields, value) = (u.int_in_range(0..=3)?, u.int_in_range(0..=99)?);
        Ok(TaskPlan { place, steps, yields, value }.normalise())
    }
}

impl TaskPlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> TaskPlan {
        let bytes = crate::bytes_of_seed(seed);
        TaskPlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let of = usize::from(u8::arbitrary(u)?);
    let side = if u.int_in_range(0..=1)? == 0 { Side::Readable } else { Side::Writable };
    Ok(match u.int_in_range(0..=79)? {
        0..=3 => Step::Log(u.int_in_range(0..=99)?),
        4 | 5 => Step::SetContext(u.int_in_range(0..=99)?),
        6 | 7 => Step::GetContext,
        8..=10 => Step::Backpressure(u.int_in_range(0..=4)? > 0),
        11 => Step::ThreadIndex,
        12..=14 => Step::Yield,
        15 | 16 => Step::NewError,
        17 => Step::DropError(of),
        18..=20 => Step::NewSet,
        21 => Step::DropSet(of),
        22..=27 => Step::Poll(of),
        28 | 29 => Step::Wait(of),
        30..=33 => Step::NewFlow { is_future: u.int_in_range(0..=2)? == 0 },
        34..=51 => Step::Copy { flow: of, side, len: u.int_in_range(0..=8)? },
        52..=54 => Step::Cancel { flow: of, side },
        55..=57 => Step::DropEnd { flow: of, side },
        58..=64 => Step::Join { flow: of, side, set: if u.int_in_range(0..=7)? == 0 { None } else { Some(of / 3) } },
        65..=72 => Step::Call,
        73..=75 => Step::JoinCall(of),
        76 => Step::CancelCall,
        77 | 78 => Step::DropCall,
        _ => Step::Trap,
    })
}

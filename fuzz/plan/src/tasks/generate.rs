//! How plans of tasks are drawn.

use super::{Ending, HostEnd, HostFunc, Lift, Pause, Place, Side, Step, TaskPlan};
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
        // Some have calls that come into each other's way.
        if u.int_in_range(0..=5)? == 0 {
            steps.extend([Step::Call, Step::Call]);
            let next = [Step::JoinCall(0), Step::CancelCall, Step::Yield, Step::CallPlain, Step::Turn(0)];
            steps.push(*u.choose(&next)?);
        }
        let has = Has { threads: u.int_in_range(0..=2)? == 0, hosts: u.int_in_range(0..=2)? == 0 };
        for _ in 0..n {
            drawn(u, &has, &mut steps)?;
        }
        let (yields, value) = (u.int_in_range(0..=3)?, u.int_in_range(0..=99)?);
        let mut threads = Vec::new();
        for _ in 0..if has.threads { u.int_in_range(1..=3)? } else { 0 } {
            let mut steps = Vec::new();
            for _ in 0..u.int_in_range(0..=5)? {
                drawn(u, &has, &mut steps)?;
            }
            threads.push(steps);
        }
        let mut hosts = Vec::new();
        for _ in 0..if has.hosts { u.int_in_range(1..=2)? } else { 0 } {
            hosts.push(host(u)?);
        }
        let lift = *u.choose(&[Lift::Sync, Lift::Sync, Lift::Stackful, Lift::Callback])?;
        let pause = *u.choose(&[Pause::Yield, Pause::Yield, Pause::Yield, Pause::Suspend, Pause::Wait])?;
        let insists = u.int_in_range(0..=4)? == 0;
        let lingers = u.int_in_range(0..=3)? == 0;
        let ends = match u.int_in_range(0..=15)? {
            0 => *u.choose(&[Ending::Twice, Ending::Nothing, Ending::Trap])?,
            1 => Ending::Cancel,
            _ => Ending::Return,
        };
        let plan = TaskPlan { place, steps, threads, yields, value, lift, pause, insists, ends, lingers, hosts };
        Ok(with_ends_that_are_there(plan.normalise()))
    }
}

impl TaskPlan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> TaskPlan {
        let bytes = crate::bytes_of_seed(seed);
        TaskPlan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }
}

/// What a plan has besides the first function and the other component.
struct Has {
    threads: bool,
    hosts: bool,
}

fn host(u: &mut Unstructured<'_>) -> Result<HostFunc> {
    let polls = u.int_in_range(0..=3)?;
    let end = match u.int_in_range(0..=9)? {
        0 | 1 => HostEnd::Never,
        2 => HostEnd::Trap,
        _ => HostEnd::Return(u.int_in_range(0..=99)?),
    };
    Ok(HostFunc { polls, end, insists: u.int_in_range(0..=2)? == 0 })
}

/// Of streams and futures of the host there is one end only: nearly all steps are about that one.
fn with_ends_that_are_there(mut plan: TaskPlan) -> TaskPlan {
    let is_hosts = |step: &Step| match step {
        Step::NewFlow { .. } => Some(false),
        Step::GetFlow { .. } => Some(true),
        _ => None,
    };
    let hosts: Vec<bool> = plan.all_steps().filter_map(is_hosts).collect();
    for (i, step) in plan.steps.iter_mut().chain(plan.threads.iter_mut().flatten()).enumerate() {
        if let Step::Copy { flow, side, .. }
        | Step::CopySync { flow, side, .. }
        | Step::Cancel { flow, side }
        | Step::CancelSync { flow, side }
        | Step::DropEnd { flow, side }
        | Step::Join { flow, side, .. } = step
            && hosts[*flow]
            && i % 8 != 7
        {
            *side = Side::Readable;
        }
    }
    plan
}

/// One step, or two that belong together.
fn drawn(u: &mut Unstructured<'_>, has: &Has, steps: &mut Vec<Step>) -> Result<()> {
    let kind = u.int_in_range(0..=9)?;
    match kind {
        0..=2 if has.threads => return of_threads(u, steps),
        3 | 4 if has.hosts => steps.push(of_hosts(u)?),
        _ => steps.push(step(u)?),
    }
    Ok(())
}

fn of_threads(u: &mut Unstructured<'_>, steps: &mut Vec<Step>) -> Result<()> {
    // The first thread besides that of the function has the index 2.
    let thread = match u.int_in_range(0..=15)? {
        0 => u.int_in_range(0..=5)?,
        1..=3 => 3,
        4 | 5 => 1,
        _ => 2,
    };
    let flag = u.int_in_range(0..=1)? == 0;
    match u.int_in_range(0..=19)? {
        0..=8 => {
            // Rarely one of the entries that are no functions of threads.
            let entry = if u.int_in_range(0..=15)? == 0 { u.int_in_range(1..=5)? } else { 0 };
            steps.push(Step::NewThread { entry: entry + usize::from(flag), with: u.int_in_range(0..=99)? });
            let next = match u.int_in_range(0..=4)? {
                0 => return Ok(()),
                1 | 2 => Step::ResumeLater(thread),
                _ => Step::Switch { suspends: false, promotes: false, thread },
            };
            steps.push(next);
        }
        9 | 10 => steps.push(Step::Yield),
        11 => steps.push(Step::Suspend),
        12 => steps.push(Step::ThreadIndex),
        13 | 14 => steps.push(Step::ResumeLater(thread)),
        15 => steps.push(Step::Switch { suspends: true, promotes: flag, thread: 1 }),
        16..=18 => steps.push(Step::Switch { suspends: false, promotes: flag, thread }),
        _ => steps.push(Step::Switch { suspends: true, promotes: flag, thread }),
    }
    Ok(())
}

fn of_hosts(u: &mut Unstructured<'_>) -> Result<Step> {
    let of = usize::from(u8::arbitrary(u)?);
    Ok(match u.int_in_range(0..=9)? {
        0..=5 => Step::CallHost(of),
        6 => Step::CallHostSync(of),
        7 => Step::JoinCall(of),
        8 => Step::Yield,
        _ => Step::Turn(of),
    })
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let of = usize::from(u8::arbitrary(u)?);
    let side = if u.int_in_range(0..=1)? == 0 { Side::Readable } else { Side::Writable };
    Ok(match u.int_in_range(0..=99)? {
        0..=2 => Step::Log(u.int_in_range(0..=99)?),
        3 | 4 => Step::SetContext(u.int_in_range(0..=99)?),
        5 | 6 => Step::GetContext,
        7..=9 => Step::Backpressure(u.int_in_range(0..=4)? > 0),
        10 => Step::ThreadIndex,
        11..=13 => Step::Yield,
        14 | 15 => Step::NewError,
        16 => Step::DropError(of),
        17 => Step::ErrorMessage(of),
        18 => Step::PassError(of),
        19..=21 => Step::NewSet,
        22 => Step::DropSet(of),
        23..=28 => Step::Poll(of),
        29 | 30 => Step::Wait(of),
        31..=33 => Step::NewFlow { is_future: u.int_in_range(0..=2)? == 0 },
        34 | 35 => Step::GetFlow { is_future: u.int_in_range(0..=2)? == 0, len: u.int_in_range(0..=8)? },
        36 | 37 => Step::Give { flow: of, reads: u.int_in_range(0..=3)? > 0 },
        38..=57 => Step::Copy { flow: of, side, len: u.int_in_range(0..=8)? },
        58 => Step::CopySync { flow: of, side, len: u.int_in_range(0..=8)? },
        59 | 60 => Step::Store(u32::arbitrary(u)?),
        61 | 62 => Step::Load,
        63 | 64 => Step::Cancel { flow: of, side },
        65 => Step::CancelSync { flow: of, side },
        66..=68 => Step::DropEnd { flow: of, side },
        69..=75 => Step::Join { flow: of, side, set: if u.int_in_range(0..=7)? == 0 { None } else { Some(of / 3) } },
        76..=84 => Step::Call,
        85 if of % 2 == 0 => Step::CallSync,
        85 => Step::CallPlain,
        86..=88 => Step::JoinCall(of),
        89 | 90 => Step::CancelCall,
        91 => Step::CancelCallSync,
        92 | 93 => Step::Turn(of),
        94 | 95 => Step::DropCall,
        96 | 97 => Step::Result,
        _ => Step::Trap,
    })
}

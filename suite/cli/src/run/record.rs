//! Runs that are recorded, on one tier or on two that must agree.

use super::{Ended, Imports, Planned, limits::LimitArgs, recorder::Recorder};
use crate::render::{self, Notes};
use preflight_engine::{
    Module, Tier,
    trace::{InstancePath, Level, PostMortem, Trace},
};
use std::collections::BTreeMap;

/// A run that is over.
pub struct Record {
    /// What it did.
    pub trace: Trace,
    /// What is known besides.
    pub notes: Notes,
    /// How it ended, for people.
    pub ended: Ended,
    /// What the watch and the recorder have to say.
    pub remarks: Vec<String>,
    /// The core instances in the order of their allocation, with their modules.
    pub instances: Vec<(InstancePath, Module)>,
    /// Which function an exported one is, by instance and name: the instance that defines it, and its index there.
    pub exported: Exported,
    /// What it printed on standard output and standard error.
    pub captured: [Vec<u8>; 2],
    /// If it ran on both tiers and they differ: where, for people.
    pub disagreement: Option<String>,
}

/// Exported functions: see [`Record::exported`].
pub type Exported = BTreeMap<(InstancePath, String), (InstancePath, u32)>;

/// Runs a plan on one or two tiers and records the steps up to `level`. Of two tiers the record is the first one's, and all
/// steps are compared, whatever the level.
///
/// # Errors
/// If the call that was asked for cannot be made.
pub fn record(
    plan: &Planned,
    tiers: &[Tier],
    limits: &LimitArgs,
    imports: Imports,
    level: Level,
) -> anyhow::Result<Record> {
    let [first, second @ ..] = tiers else { unreachable!("there is a tier to run on") };
    let recorded = if second.is_empty() { level } else { Level::Full };
    let mut record = record_on(*first, plan, limits, imports, recorded)?;
    for tier in second {
        let other = record_on(*tier, plan, limits, imports, recorded)?;
        record.disagreement = disagreement(&record, &other);
    }
    record.trace.events.retain(|event| event.level() <= level);
    record.trace.level = level;
    if level == Level::Outcome {
        record.trace.post_mortem = PostMortem::default();
    }
    Ok(record)
}

fn record_on(tier: Tier, plan: &Planned, limits: &LimitArgs, imports: Imports, level: Level) -> anyhow::Result<Record> {
    let mut session = plan.session(imports, tier);
    let recorder = Recorder::attach(session.store());
    let watch = limits.watch(session.store().interrupt_handle());
    let end = session.run();
    let remarks: Vec<String> = [watch.end(), recorder.remark()].into_iter().flatten().collect();
    let ended = end?;
    let mut events = recorder.take();
    events.retain(|event| event.level() <= level);
    let post_mortem = if level == Level::Outcome { PostMortem::default() } else { session.post_mortem() };
    let mut notes = session.notes();
    let said = std::mem::replace(&mut notes.remarks, ended.remarks());
    notes.remarks.extend(remarks.iter().cloned().chain(said));
    let trace = Trace { level, events, outcome: ended.outcome.clone(), post_mortem };
    let instances = session.store().instances().map(|(path, module)| (path.clone(), module.clone())).collect();
    let exported = session.store().exported_funcs();
    let exported = exported.map(|(at, name, owner, index)| ((at.clone(), name.to_owned()), (owner.clone(), index)));
    let exported = exported.collect();
    Ok(Record { trace, notes, ended, remarks, instances, exported, captured: session.captured(), disagreement: None })
}

/// Where two records first differ: in a step, in what is left, in what was printed, or in the place of a trap.
fn disagreement(interpreter: &Record, compiler: &Record) -> Option<String> {
    if let Some(difference) = render::difference(&interpreter.trace, &compiler.trace) {
        return Some(difference);
    }
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for (i, name) in ["standard output", "standard error"].into_iter().enumerate() {
        let (left, right) = (&interpreter.captured[i], &compiler.captured[i]);
        if left != right {
            return Some(format!("{name}: {:?} and {:?}", shown(left), shown(right)));
        }
    }
    let (left, right) = (interpreter.ended.explanation(), compiler.ended.explanation());
    (left != right).then(|| format!("{left} and {right}"))
}

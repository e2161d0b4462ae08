//! Runs that are recorded, on one tier or on two that must agree.

use super::{End, Imports, Plan, Session, limits::LimitArgs, recorder::Recorder};
use crate::render;
use preflight::post_mortem;
use preflight_engine::{
    Tier,
    trace::{Level, PostMortem, Trace},
};

/// A run that is over.
pub struct Record<'p> {
    /// The store and what is in it.
    pub session: Session<'p>,
    /// How it ended.
    pub end: End,
    /// What it did.
    pub trace: Trace,
    /// What the watch and the recorder have to say.
    pub remarks: Vec<String>,
    /// If it ran on both tiers and they differ: where, for people.
    pub disagreement: Option<String>,
}

/// Runs a plan on its tiers and records the steps up to `level`. Of two tiers the record is the first one's, and all steps
/// are compared, whatever the level.
pub fn record<'p>(plan: &'p Plan, limits: &LimitArgs, imports: Imports, level: Level) -> Record<'p> {
    let [first, second @ ..] = &plan.tiers[..] else { unreachable!("a plan has a tier") };
    let recorded = if second.is_empty() { level } else { Level::Full };
    let mut record = record_on(*first, plan, limits, imports, recorded);
    for tier in second {
        let other = record_on(*tier, plan, limits, imports, recorded);
        record.disagreement = disagreement(&record, &other);
    }
    record.trace.events.retain(|event| event.level() <= level);
    record.trace.level = level;
    if level == Level::Outcome {
        record.trace.post_mortem = PostMortem::default();
    }
    record
}

fn record_on<'p>(tier: Tier, plan: &'p Plan, limits: &LimitArgs, imports: Imports, level: Level) -> Record<'p> {
    let mut session = Session::new(plan, imports, tier);
    let recorder = Recorder::attach(&mut session.store);
    let watch = limits.watch(session.store.interrupt_handle());
    let end = session.run();
    let remarks = [watch.end(), recorder.remark()].into_iter().flatten().collect();
    let mut events = recorder.take();
    events.retain(|event| event.level() <= level);
    let post_mortem = match level {
        Level::Outcome => PostMortem::default(),
        _ => {
            let reachable = session.reachable();
            post_mortem::examine(&mut session.store, &reachable)
        }
    };
    let outcome = end.outcome(&session.store);
    Record { session, end, trace: Trace { level, events, outcome, post_mortem }, remarks, disagreement: None }
}

fn disagreement(interpreter: &Record<'_>, compiler: &Record<'_>) -> Option<String> {
    if let Some(difference) = render::difference(&interpreter.trace, &compiler.trace) {
        return Some(difference);
    }
    let streams = ["standard output", "standard error"].into_iter();
    let captured = interpreter.session.captured().into_iter().zip(compiler.session.captured());
    let differs = |(name, (left, right)): (&str, (Vec<u8>, Vec<u8>))| {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (left != right).then(|| format!("{name}: {:?} and {:?}", shown(&left), shown(&right)))
    };
    let places = [interpreter, compiler].map(|record| record.session.circumstances(&record.end));
    let differing_place = (places[0] != places[1]).then(|| format!("{:?} and {:?}", places[0], places[1]));
    streams.zip(captured).find_map(differs).or(differing_place)
}

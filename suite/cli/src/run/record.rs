//! Runs that are recorded, on one tier or on two that must agree.

use super::{Ended, Imports, Planned, limits::LimitArgs, recorder::Recorder};
use crate::render::{self, Notes};
use preflight_engine::{
    Module, Tier,
    trace::{Event, InstancePath, Level, Outcome, PostMortem, Resource, Trace},
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
    /// The functions that stubs stand for in a component, each by the names that lead to it.
    pub stubbed: Vec<Vec<String>>,
    /// What it printed on standard output and standard error.
    pub captured: [Vec<u8>; 2],
    /// Whether both tiers did the same, if it ran on both.
    pub agreement: Agreement,
}

/// What a comparison of two tiers has shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Agreement {
    /// No difference.
    Whole,
    /// No difference as far as they could be compared, for people.
    SoFar(String),
    /// They differ: where, for people.
    Differ(String),
}

impl Agreement {
    /// Whether the tiers differ.
    pub fn is_broken(&self) -> bool {
        matches!(self, Agreement::Differ(_))
    }
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
        record.agreement = agreement(&record, &other);
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
    let stubbed = session.store().stubbed_functions().to_vec();
    Ok(Record {
        trace,
        notes,
        ended,
        remarks,
        instances,
        exported,
        stubbed,
        captured: session.captured(),
        agreement: Agreement::Whole,
    })
}

/// Whether two records are the same: in their steps, in what is left, in what was printed, and in the place of a trap.
fn agreement(interpreter: &Record, compiler: &Record) -> Agreement {
    let is_cut = is_interrupted(interpreter) || is_interrupted(compiler);
    let cut = is_cut.then(|| common(interpreter, compiler));
    let (old, new) = cut.as_ref().map_or((&interpreter.trace, &compiler.trace), |(old, new)| (old, new));
    if let Some(difference) = render::difference(old, new, render::MOST_IN_REMARKS) {
        return Agreement::Differ(difference);
    }
    let shown = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_SHOWN)]).into_owned();
    for (i, name) in ["standard output", "standard error"].into_iter().enumerate() {
        let (left, right) = (&interpreter.captured[i], &compiler.captured[i]);
        let same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
        // Where one was stopped the other may have printed more.
        let is_longer = |record: &Record, other: &Record| record.captured[i].len() > same && !is_interrupted(other);
        let is_other = same < left.len().min(right.len());
        if is_other || is_longer(interpreter, compiler) || is_longer(compiler, interpreter) {
            let (left, right) = (shown(&left[same..]), shown(&right[same..]));
            return Agreement::Differ(format!("{name}, after {same} bytes: {left:?} and {right:?}"));
        }
    }
    if is_cut {
        let steps = render::count(old.events.len() as u64, "step", "steps");
        return Agreement::SoFar(format!("time was up before both tiers had ended; they agree in the first {steps}"));
    }
    let (left, right) = (interpreter.ended.explanation(), compiler.ended.explanation());
    if left == right { Agreement::Whole } else { Agreement::Differ(format!("{left} and {right}")) }
}

/// So much of what was printed is shown from where the tiers differ.
const MOST_SHOWN: usize = 200;

/// Whether somebody stopped it: that it got so far and no further says nothing of it.
fn is_interrupted(record: &Record) -> bool {
    matches!(record.ended.outcome, Outcome::Exhausted { what: Resource::Interrupt })
}

/// What can be compared of two traces of which one was cut short, or both: the steps up to there, and no end.
fn common(left: &Record, right: &Record) -> (Trace, Trace) {
    let own_len = |record: &Record| {
        let events = &record.trace.events;
        if !is_interrupted(record) {
            return events.len();
        }
        // What is locked up when it is stopped is no step of the program.
        let is_step = |event: &Event| !matches!(event, Event::Locked { .. } | Event::RuleApplied { .. });
        events.iter().rposition(is_step).map_or(0, |last| last + 1)
    };
    let cut = |record: &Record, other: &Record| {
        let most = if is_interrupted(other) { own_len(other) } else { usize::MAX };
        let events = record.trace.events[..own_len(record).min(most)].to_vec();
        let outcome = Outcome::Exhausted { what: Resource::Interrupt };
        Trace { level: record.trace.level, events, outcome, post_mortem: PostMortem::default() }
    };
    (cut(left, right), cut(right, left))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(steps: usize, outcome: Outcome, printed: &str) -> Record {
        let at = |i: usize| InstancePath::root().child(&i.to_string());
        let events = (0..steps).map(|i| Event::InstanceDone { at: at(i) }).collect();
        let (what, post_mortem) = (String::new(), PostMortem::default());
        let trace = Trace { level: Level::Full, events, outcome: outcome.clone(), post_mortem };
        let (results, circumstances) = (Vec::new(), Vec::new());
        let ended = Ended {
            outcome,
            results,
            what,
            circumstances,
            trap: None,
            response: None,
            is_unanswered: false,
            unlinked: None,
        };
        Record {
            trace,
            notes: Notes::default(),
            ended,
            remarks: Vec::new(),
            instances: Vec::new(),
            exported: Exported::new(),
            stubbed: Vec::new(),
            captured: [printed.as_bytes().to_vec(), Vec::new()],
            agreement: Agreement::Whole,
        }
    }

    const STOPPED: Outcome = Outcome::Exhausted { what: Resource::Interrupt };
    const RETURNED: Outcome = Outcome::Returned { values: Vec::new() };

    #[test]
    fn tiers_that_do_the_same_agree() {
        assert_eq!(agreement(&record(3, RETURNED, "a"), &record(3, RETURNED, "a")), Agreement::Whole);
        for (other, what) in [
            (record(2, RETURNED, "a"), "first difference: step 3"),
            (record(3, Outcome::Unlinkable, "a"), "the outcome"),
            (record(3, RETURNED, "ab"), "standard output, after 1 bytes: \"\" and \"b\""),
        ] {
            let Agreement::Differ(text) = agreement(&record(3, RETURNED, "a"), &other) else { panic!("{what}") };
            assert!(text.contains(what), "{text}");
        }
    }

    #[test]
    fn what_was_stopped_is_compared_as_far_as_it_got() {
        let is_so_far = |left: Record, right: Record| matches!(agreement(&left, &right), Agreement::SoFar(_));
        assert!(is_so_far(record(3, STOPPED, "abc"), record(5, STOPPED, "abcde")));
        assert!(is_so_far(record(5, STOPPED, "abcde"), record(3, STOPPED, "abc")));
        assert!(is_so_far(record(3, STOPPED, "a"), record(5, RETURNED, "abc")));
        // What has ended by itself is whole: the other may not have done more.
        assert!(agreement(&record(5, STOPPED, ""), &record(3, RETURNED, "")).is_broken());
        assert!(agreement(&record(3, STOPPED, "abc"), &record(5, RETURNED, "ab")).is_broken());
        assert!(agreement(&record(3, STOPPED, "abc"), &record(3, STOPPED, "abd")).is_broken());
        let mut locked = record(3, STOPPED, "");
        locked.trace.events.push(Event::Locked { at: InstancePath::root() });
        assert!(is_so_far(locked, record(5, STOPPED, "")));
    }
}

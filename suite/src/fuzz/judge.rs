//! The verdict on one plan.

use super::{Checks, Foreign, OnRuntime, driver};
use crate::trace::{Difference, Event, Level, Outcome, Phase, Trace, compare};
use preflight_engine::{Config, Tier};
use preflight_plan::{Action, Expected, Plan, Wasm};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What became of an input. Every input is of exactly one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// All traces are alike, and nothing failed.
    Agreed,
    /// All traces are alike, and one instantiation or call at least failed.
    AgreedOnFailure,
    /// All traces are alike, and one instantiation at least could not be linked, as it was meant to.
    Invalid,
    /// It was meant to exhaust something, or would take too long: compared up to there.
    Exhausted,
    /// Somebody cannot do what it takes.
    Unsupported,
    /// A runtime does what is predicted with bugs that it is known to have, and not what is right.
    Known,
    /// Two traces differ.
    Disagreed,
}

impl Class {
    /// All classes.
    pub const ALL: [Class; 7] = [
        Class::Agreed,
        Class::AgreedOnFailure,
        Class::Invalid,
        Class::Exhausted,
        Class::Unsupported,
        Class::Known,
        Class::Disagreed,
    ];
}

impl Class {
    /// The class of an action that ends as it was to.
    pub(super) fn of(outcome: &Outcome) -> Class {
        match outcome {
            Outcome::Returned { .. } => Class::Agreed,
            Outcome::Unlinkable => Class::Invalid,
            Outcome::Exhausted { .. } => Class::Exhausted,
            _ => Class::AgreedOnFailure,
        }
    }

    /// The class of two parts of an input: a failure says more than an import that was not to match.
    pub(super) fn and(self, other: Class) -> Class {
        let rank = |class: Class| match class {
            Class::Agreed => 0,
            Class::Invalid => 1,
            Class::AgreedOnFailure => 2,
            Class::Exhausted => 3,
            Class::Unsupported => 4,
            Class::Known => 5,
            Class::Disagreed => 6,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Agreed => "agreed",
            Class::AgreedOnFailure => "agreed-on-failure",
            Class::Invalid => "invalid",
            Class::Exhausted => "exhausted",
            Class::Unsupported => "unsupported",
            Class::Known => "known",
            Class::Disagreed => "disagreed",
        })
    }
}

/// The verdict on one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What became of it.
    pub class: Class,
    /// Whether a trace was compared with another.
    pub is_compared: bool,
    /// Whether a failed or trapped initialisation was compared.
    pub has_failure: bool,
    /// What somebody lacked, if the class is [`Class::Unsupported`].
    pub lacks: Option<String>,
    /// Why nothing of it was run, if it is bytes that the engine refuses.
    pub refused: Option<String>,
    /// Why there is no text of it that could be read again, if that was asked for and there is none.
    pub no_text: Option<String>,
    /// Where two traces differ, if the class is [`Class::Disagreed`]: the first of [`findings`](Self::findings).
    pub finding: Option<Box<Finding>>,
    /// Which oracles had something to say.
    pub checks: Checks,
    /// What became of it on other runtimes.
    pub runtimes: Vec<OnRuntime>,
}

/// Where two traces differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Who differs from whom, and in what kind of step: the same for findings that have the same cause, as a rule.
    pub signature: String,
    /// The number of the action.
    pub action: usize,
    /// What was expected of it.
    pub expected: Trace,
    /// What happened.
    pub actual: Trace,
    /// How many actions of the plan were carried out, if after those the functions in tables were called, and nothing more.
    pub called_after: Option<usize>,
}

impl Finding {
    pub(super) fn new(signature: String, action: usize, expected: Trace, actual: Trace) -> Finding {
        Finding { signature, action, expected, actual, called_after: None }
    }
}

/// Judges plans on one or two tiers, and on other runtimes.
#[derive(Debug, Clone)]
pub struct Judge {
    pub(super) tiers: Vec<(&'static str, Config)>,
    pub(super) foreign: Vec<Foreign>,
    /// Whether every oracle is asked of every input of a campaign, and not of a part of them.
    pub(super) is_thorough: bool,
}

impl Judge {
    /// A judge of these tiers.
    pub fn new(tiers: &[Tier]) -> Self {
        let name = |tier: &Tier| match tier {
            Tier::Interp => "interp",
            #[cfg(feature = "jit")]
            Tier::Jit => "jit",
        };
        let tiers = tiers.iter().map(|tier| (name(tier), driver::config(*tier))).collect();
        Judge::with_configs(tiers)
    }

    /// A judge of tiers with settings of their own, each with the name that signatures have for it.
    pub fn with_configs(tiers: Vec<(&'static str, Config)>) -> Self {
        Judge { tiers, foreign: Vec::new(), is_thorough: false }
    }

    /// The same judge, who asks every oracle about every input of a campaign if `is_thorough`.
    pub fn thorough(self, is_thorough: bool) -> Self {
        Judge { is_thorough, ..self }
    }

    /// The same judge, who asks these runtimes, too.
    pub fn with_runtimes(self, foreign: Vec<Foreign>) -> Self {
        Judge { foreign, ..self }
    }

    /// Whether there are tiers to be compared with each other.
    pub fn compares(&self) -> bool {
        self.tiers.len() > 1
    }

    /// The runtimes that are asked.
    pub fn foreign(&self) -> &[Foreign] {
        &self.foreign
    }

    /// Judges a normal plan by every oracle: what is predicted is what everybody does.
    pub fn plan(&self, plan: &Plan) -> (Verdict, Expected, usize) {
        self.plan_by(plan, Checks::ALL)
    }

    /// As [`plan`](Self::plan), with these oracles only besides the comparison of traces.
    pub fn plan_by(&self, plan: &Plan, checks: Checks) -> (Verdict, Expected, usize) {
        let expected = plan.expected();
        let wasm = plan.to_wasm();
        let bytes = wasm.modules.iter().map(Vec::len).sum();
        (self.against_by(plan, &wasm, &expected, checks), expected, bytes)
    }

    /// Judges a plan, given in binary form too, by what somebody says is to be expected.
    pub fn against(&self, plan: &Plan, wasm: &Wasm, expected: &Expected) -> Verdict {
        self.against_by(plan, wasm, expected, Checks::ALL)
    }

    fn against_by(&self, plan: &Plan, wasm: &Wasm, expected: &Expected, checks: Checks) -> Verdict {
        let judged = || -> Result<Verdict, Verdict> {
            let ready = self.ready(plan, &wasm.modules, "")?;
            let probed = self.tiers_against(&ready, &wasm.actions, expected, "")?;
            let checks = self.look_closer(&ready, wasm, expected, &probed, checks)?;
            Ok(Verdict { checks, ..verdict(&wasm.actions, expected) }.on(self.runtimes(plan)))
        };
        judged().unwrap_or_else(|verdict| verdict)
    }
}

/// The verdict if nobody disagrees. A failed call of something that is complete is no failed initialisation.
fn verdict(actions: &[Action], expected: &Expected) -> Verdict {
    let is_failed = |(action, trace): (&Action, &Trace)| {
        let is_over = matches!(trace.outcome, Outcome::Returned { .. } | Outcome::Unlinkable);
        matches!(action, Action::Instantiate { .. }) && !is_over
    };
    let has_failure = actions.iter().zip(&expected.traces).any(is_failed);
    let begin = if expected.is_unbounded { Class::Exhausted } else { Class::Agreed };
    let class = expected.traces.iter().fold(begin, |class, trace| class.and(Class::of(&trace.outcome)));
    Verdict { has_failure, is_compared: !expected.traces.is_empty(), ..Verdict::of(class) }
}

/// Compares what every action was to do with what it did.
///
/// # Errors
/// The verdict if there are more or fewer actions, or two traces of one differ.
pub(super) fn alike(expected: &[Trace], actual: &[Trace], who: &str) -> Result<(), Verdict> {
    let pairs = expected.iter().zip(actual).enumerate();
    let mut different = pairs.filter_map(|(action, (expected, actual))| difference(expected, actual, who, action));
    match different.next() {
        Some(verdict) => Err(verdict),
        None if expected.len() == actual.len() => Ok(()),
        None => Err(Verdict::disagreed(format!("{who}: the number of actions"))),
    }
}

/// The verdict if two traces of an action differ.
pub(super) fn difference(expected: &Trace, actual: &Trace, who: &str, action: usize) -> Option<Verdict> {
    // An empty post-mortem stands for one that was not made, in a comparison; here both sides have made theirs.
    let is_examined = expected.post_mortem.is_empty() == actual.post_mortem.is_empty();
    let what = match compare(expected, actual) {
        Some(difference) => describe(&difference),
        None if is_examined => return None,
        None => "what is left".to_owned(),
    };
    let signature = format!("{who}: {what}");
    let finding = Finding::new(signature, action, expected.clone(), actual.clone());
    Some(Verdict { has_failure: true, finding: Some(Box::new(finding)), ..Verdict::of(Class::Disagreed) })
}

impl Verdict {
    /// The verdict where other runtimes were asked, too: if one of them differs, somebody disagrees.
    pub(super) fn on(self, runtimes: Vec<OnRuntime>) -> Verdict {
        let finding = runtimes.iter().find_map(|on| on.finding.clone());
        match finding {
            Some(finding) => Verdict { class: Class::Disagreed, finding: Some(finding), runtimes, ..self },
            None => Verdict { runtimes, ..self },
        }
    }

    /// All that differs, of everybody who was asked.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let of_runtimes = self.runtimes.iter().filter_map(|on| on.finding.as_deref());
        let first = self.finding.as_deref().filter(|_| self.runtimes.iter().all(|on| on.finding.is_none()));
        first.into_iter().chain(of_runtimes)
    }

    /// The one of its findings that has this signature.
    pub fn found(&self, signature: &str) -> Option<&Finding> {
        self.findings().find(|finding| finding.signature == signature)
    }

    /// Whether one of its findings has this signature.
    pub fn has(&self, signature: &str) -> bool {
        self.found(signature).is_some()
    }

    /// The same verdict, where functions in tables were called after so many actions.
    pub(super) fn called_after(mut self, actions: usize) -> Verdict {
        self.finding.iter_mut().for_each(|finding| finding.called_after = Some(actions));
        self
    }

    pub(super) fn of(class: Class) -> Verdict {
        Verdict {
            class,
            is_compared: matches!(class, Class::Agreed | Class::AgreedOnFailure | Class::Disagreed),
            has_failure: false,
            lacks: None,
            refused: None,
            no_text: None,
            finding: None,
            checks: Checks::default(),
            runtimes: Vec::new(),
        }
    }

    /// All traces are alike, and have these ends: whether something failed, and whether that was an initialisation.
    pub(super) fn agreed<'o>(outcomes: impl Iterator<Item = &'o Outcome> + Clone) -> Verdict {
        let is_over = |outcome: &Outcome| {
            matches!(outcome, Outcome::Returned { .. } | Outcome::Unlinkable | Outcome::Exit { code: 0 })
        };
        let is_later = |outcome: &Outcome| {
            matches!(
                outcome,
                Outcome::Trap { phase: Phase::Call, .. }
                    | Outcome::Exception { phase: Phase::Call }
                    | Outcome::Exit { .. }
            )
        };
        let mut failed = outcomes.filter(|outcome| !is_over(outcome)).peekable();
        let class = if failed.peek().is_some() { Class::AgreedOnFailure } else { Class::Agreed };
        Verdict { has_failure: failed.any(|outcome| !is_later(outcome)), ..Verdict::of(class) }
    }

    /// It has no text that could be read again, and why.
    pub(super) fn without_text(mut self, why: &str) -> Verdict {
        self.no_text = Some(without_offset(why.lines().next().unwrap_or_default()));
        self
    }

    /// Somebody cannot do what it takes.
    pub(super) fn unsupported(what: String) -> Verdict {
        Verdict { lacks: Some(what), ..Verdict::of(Class::Unsupported) }
    }

    /// Bytes are refused, as they should be.
    pub(super) fn refused(error: &impl fmt::Display) -> Verdict {
        Verdict { refused: Some(error.to_string()), ..Verdict::of(Class::Invalid) }
    }

    /// Bytes are refused that are valid, by what was predicted. Where in them is another place in each input.
    pub(super) fn not_decoded(error: impl fmt::Display) -> Verdict {
        Verdict::disagreed(format!("decode: {}", without_offset(&error.to_string())))
    }

    /// Something went wrong before there were traces to compare.
    pub(super) fn disagreed(signature: String) -> Verdict {
        let trace = |outcome| Trace::new(Level::Outcome, outcome);
        let expected = trace(Outcome::Returned { values: Vec::new() });
        let finding = Finding::new(signature, 0, expected, trace(Outcome::Invalid));
        Verdict { finding: Some(Box::new(finding)), ..Verdict::of(Class::Disagreed) }
    }
}

/// An error's text without the place, which is another one in each input: `malformed at offset 0x76: illegal opcode`, or
/// `unknown section (at offset 0x76)`.
pub(super) fn without_offset(text: &str) -> String {
    let text = text.split_once(" (at offset ").map_or(text, |(text, _)| text);
    match text.split_once(" at offset ") {
        Some((class, rest)) => format!("{class}{}", rest.trim_start_matches(|c| c != ':')),
        None => text.to_owned(),
    }
}

/// Where two traces differ, as signatures have it.
pub fn first_difference(expected: &Trace, actual: &Trace) -> Option<String> {
    compare(expected, actual).map(|difference| describe(&difference))
}

/// A difference without what is particular to the plan.
fn describe(difference: &Difference) -> String {
    let event = |event: &Option<Event>| event.as_ref().map_or("the end".to_owned(), kind);
    match difference {
        Difference::Event { expected, actual, .. } => format!("{} / {}", event(expected), event(actual)),
        Difference::Outcome { expected, actual } => {
            format!("outcome {} / {}", kind_of_end(expected), kind_of_end(actual))
        }
        Difference::PostMortem { .. } => "what is left".to_owned(),
    }
}

/// What kind of end it is: of values only how many there are.
pub(super) fn kind_of_end(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Returned { values } => match values.len() {
            0 => "returned".to_owned(),
            1 => "returned a value".to_owned(),
            n => format!("returned {n} values"),
        },
        outcome => outcome.to_string(),
    }
}

/// What kind of step it is; of a trap also which.
fn kind(event: &Event) -> String {
    let tag = |value: serde_json::Value| value["event"].as_str().unwrap_or_default().to_owned();
    match event {
        Event::Trapped { code, .. } => format!("trap {code}"),
        event => serde_json::to_value(event).map(tag).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_known_without_their_places() {
        for (text, without) in [
            ("malformed at offset 0x76: illegal opcode", "malformed: illegal opcode"),
            ("not printed: found unknown section `12` (at offset 0x1f)", "not printed: found unknown section `12`"),
            ("no place", "no place"),
        ] {
            assert_eq!(without_offset(text), without);
        }
    }
}

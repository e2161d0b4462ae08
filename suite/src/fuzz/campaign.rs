//! Many inputs, one after the other and side by side.

use super::{Class, Finding, Judge, Verdict, smith};
use preflight_plan::{Plan, component::ComponentPlan, stats::Stats};
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// Where inputs come from.
#[derive(Debug, Clone)]
pub enum Inputs {
    /// All sources, by number: of four inputs two are plans, one is a plan of components, and one a module of wasm-smith, some
    /// of these with bytes changed.
    Seeds {
        /// The first number.
        first: u64,
    },
    /// All plans up to this many steps.
    Exhaustive(usize),
    /// These plans.
    Plans(Vec<Plan>),
}

/// When a campaign ends, besides when there are no more inputs.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// After this many inputs.
    Count(u64),
    /// After this time.
    Time(Duration),
    /// Never.
    End,
}

/// An input, so that it can be had again.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A plan.
    Plan(Plan),
    /// A plan of components.
    Component(ComponentPlan),
    /// The bytes of a module that no plan describes.
    Module(Vec<u8>),
}

/// An input on which somebody differs.
#[derive(Debug, Clone)]
pub struct Found {
    /// The input.
    pub input: Input,
    /// What differs.
    pub finding: Finding,
}

/// How a campaign went.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How many inputs are of each class.
    pub classes: BTreeMap<Class, u64>,
    /// How many inputs there were.
    pub executions: u64,
    /// In how many a failed or trapped initialisation was compared.
    pub with_failure: u64,
    /// What was lacking, and how often.
    pub lacks: BTreeMap<String, u64>,
    /// The first input of each signature.
    pub found: BTreeMap<String, Found>,
    /// What the plans were made of.
    pub stats: Stats,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Inputs in a second.
    pub fn speed(&self) -> f64 {
        self.executions as f64 / self.time.as_secs_f64().max(1e-9)
    }

    fn count(&mut self, input: Option<Input>, verdict: Verdict) {
        self.executions += 1;
        *self.classes.entry(verdict.class).or_default() += 1;
        self.with_failure += u64::from(verdict.has_failure);
        if let Some(what) = verdict.lacks {
            *self.lacks.entry(what).or_default() += 1;
        }
        if let (Some(input), Some(finding)) = (input, verdict.finding) {
            self.found.entry(finding.signature.clone()).or_insert(Found { input, finding });
        }
    }

    fn add(&mut self, other: Report) {
        self.executions += other.executions;
        self.with_failure += other.with_failure;
        other.classes.into_iter().for_each(|(class, n)| *self.classes.entry(class).or_default() += n);
        other.lacks.into_iter().for_each(|(what, n)| *self.lacks.entry(what).or_default() += n);
        for (signature, found) in other.found {
            self.found.entry(signature).or_insert(found);
        }
        self.stats.add(other.stats);
    }
}

/// Inputs that are judged between two looks at the clock.
const BLOCK: u64 = 2_048;

/// Judges inputs until the campaign ends. `progress` hears the report so far after every block of inputs; if it returns
/// `false` the campaign ends.
///
/// # Errors
/// The threads cannot be made: `jobs` of them, or one for each processor.
pub fn run(
    judge: &Judge,
    inputs: Inputs,
    until: Until,
    jobs: Option<usize>,
    progress: &mut dyn FnMut(&Report) -> bool,
) -> Result<Report, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or_default()).build()?;
    let start = Instant::now();
    let mut report = Report::default();
    let mut blocks = Blocks::new(inputs);
    loop {
        let left = match until {
            Until::Count(count) => count.saturating_sub(report.executions),
            Until::Time(time) if start.elapsed() >= time => 0,
            Until::Time(_) | Until::End => u64::MAX,
        };
        let block = blocks.next(left.min(BLOCK));
        if block.is_empty() {
            break;
        }
        let one = |mut report: Report, source: Source| {
            let (input, verdict) = judge_source(judge, source, &mut report.stats);
            report.count(input, verdict);
            report
        };
        let both = |mut a: Report, b: Report| {
            a.add(b);
            a
        };
        let judge_all =
            || block.into_par_iter().with_max_len(64).fold(Report::default, one).reduce(Report::default, both);
        report.add(pool.install(judge_all));
        report.time = start.elapsed();
        if !progress(&report) {
            break;
        }
    }
    report.time = start.elapsed();
    Ok(report)
}

/// What an input is made from.
enum Source {
    Seed(u64),
    Plan(Plan),
}

/// The inputs, some at a time.
enum Blocks {
    Seeds(u64),
    Plans(Box<dyn Iterator<Item = Plan>>),
}

impl Blocks {
    fn new(inputs: Inputs) -> Self {
        match inputs {
            Inputs::Seeds { first } => Blocks::Seeds(first),
            Inputs::Exhaustive(size) => Blocks::Plans(Box::new(preflight_plan::exhaustive::plans(size))),
            Inputs::Plans(plans) => Blocks::Plans(Box::new(plans.into_iter())),
        }
    }

    fn next(&mut self, count: u64) -> Vec<Source> {
        match self {
            Blocks::Seeds(next) => {
                let block = (*next..next.saturating_add(count)).map(Source::Seed).collect();
                *next = next.saturating_add(count);
                block
            }
            Blocks::Plans(plans) => plans.by_ref().take(count as usize).map(Source::Plan).collect(),
        }
    }
}

/// Judges one input; the input itself is returned if somebody differs.
fn judge_source(judge: &Judge, source: Source, stats: &mut Stats) -> (Option<Input>, Verdict) {
    match source {
        Source::Seed(seed) if seed % 4 == 3 => {
            let bytes = smith::module(seed);
            let verdict = caught(|| smith::judge(judge, &bytes));
            (verdict.finding.is_some().then_some(Input::Module(bytes)), verdict)
        }
        Source::Seed(seed) if seed % 4 == 2 => {
            let plan = ComponentPlan::from_seed(seed);
            let verdict = caught(|| judge.component(&plan).0);
            (verdict.finding.is_some().then_some(Input::Component(plan)), verdict)
        }
        Source::Seed(seed) => judge_plan(judge, Plan::from_seed(seed), stats),
        Source::Plan(plan) => judge_plan(judge, plan, stats),
    }
}

fn judge_plan(judge: &Judge, plan: Plan, stats: &mut Stats) -> (Option<Input>, Verdict) {
    let verdict = caught(|| {
        let (verdict, expected, bytes) = judge.plan(&plan);
        stats.count(&plan, &expected, bytes);
        verdict
    });
    (verdict.finding.is_some().then_some(Input::Plan(plan)), verdict)
}

/// A panic is a finding, not the end of the campaign.
fn caught(judge: impl FnOnce() -> Verdict) -> Verdict {
    catch_unwind(AssertUnwindSafe(judge)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Verdict::disagreed(format!("panic: {}", text.unwrap_or("without a message")))
    })
}

/// The smallest plan that is found to fail in the same way.
pub fn shrink(judge: &Judge, plan: &Plan, signature: &str, tries: usize) -> Plan {
    preflight_plan::shrink::shrink(plan, tries, |plan| {
        let verdict = caught(|| judge.plan(plan).0);
        verdict.finding.is_some_and(|finding| finding.signature == signature)
    })
}

//! Many inputs, one after the other and side by side.

mod input;
mod smaller;

pub use input::{Input, Panic, unless_panic};
pub use smaller::{smaller, smaller_until};

use super::{Checks, Class, Finding, Judge, OnRuntime, Verdict, Without};
use input::is_compared_only;
use preflight_plan::{
    Deviation, Plan,
    exhaustive::{self, Small},
    stats::Stats,
    wasi::Reading,
};
use rayon::prelude::*;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Where inputs come from.
#[derive(Debug, Clone)]
pub enum Inputs {
    /// All sources, by number. Of sixteen inputs eight are plans of core modules, one is of components or of resources
    /// that cross them, one of tasks, one a program of WASI, and one a value or, of four, a component's imports. On the
    /// other four tiers are compared with each other: three are graphs with bodies of wasm-smith, and one is in turn a
    /// module of wasm-smith, such a module with bytes changed, a graph in which the bytes of a module are changed, and a
    /// component with bytes changed. Where there is one tier only, those numbers are passed over.
    Seeds {
        /// The first number.
        first: u64,
    },
    /// All plans up to a size, in their order ([`exhaustive::plans`]).
    Exhaustive {
        /// The size.
        size: usize,
        /// How many of them are passed over.
        first: u64,
    },
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

/// An input on which somebody differs.
#[derive(Debug, Clone)]
pub struct Found {
    /// The input.
    pub input: Input,
    /// Its number; of plans that are given or counted through, how many there were before it.
    pub number: u64,
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
    /// How many numbers they took: with one tier there are some between them that are judged by nothing.
    pub numbers: u64,
    /// How many inputs were judged side by side.
    pub jobs: usize,
    /// How many reached a trace that was compared with another.
    pub compared: u64,
    /// In how many a failed or trapped initialisation was compared.
    pub with_failure: u64,
    /// How often each oracle beyond the traces had something to say, by the source of the input.
    pub oracles: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// How the plans went on each of the other runtimes.
    pub runtimes: BTreeMap<String, RuntimeReport>,
    /// What was lacking, and how often.
    pub lacks: BTreeMap<String, u64>,
    /// Why inputs had no text that could be read again, and how often.
    pub no_text: BTreeMap<String, u64>,
    /// The first input of each signature.
    pub found: BTreeMap<String, Found>,
    /// What the plans were made of.
    pub stats: Stats,
    /// How long it took.
    pub time: Duration,
}

/// How the plans went on a runtime.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeReport {
    /// How many plans are of each class.
    pub classes: BTreeMap<Class, u64>,
    /// What it lacked, and how often.
    pub lacks: BTreeMap<String, u64>,
    /// The known bugs with which what it did is predicted, and how often.
    pub known: BTreeMap<Deviation, u64>,
    /// The readings by which it did what is predicted, of rules that no text decides, and how often.
    pub readings: BTreeMap<Reading, u64>,
    /// What plans were made without for it, and how many.
    pub without: BTreeMap<Without, u64>,
    /// What of what was expected was not compared, because it does not show it, and in how many plans.
    pub unseen: BTreeMap<&'static str, u64>,
}

impl RuntimeReport {
    fn count(&mut self, verdict: OnRuntime) {
        *self.classes.entry(verdict.class).or_default() += 1;
        verdict.lacks.into_iter().for_each(|what| *self.lacks.entry(named(what)).or_default() += 1);
        verdict.known.into_iter().for_each(|what| *self.known.entry(what).or_default() += 1);
        verdict.readings.into_iter().for_each(|what| *self.readings.entry(what).or_default() += 1);
        verdict.without.into_iter().for_each(|what| *self.without.entry(what).or_default() += 1);
        verdict.unseen.into_iter().for_each(|what| *self.unseen.entry(what).or_default() += 1);
    }

    fn add(&mut self, other: RuntimeReport) {
        add(&mut self.classes, other.classes);
        add(&mut self.lacks, other.lacks);
        add(&mut self.known, other.known);
        add(&mut self.readings, other.readings);
        add(&mut self.without, other.without);
        add(&mut self.unseen, other.unseen);
    }
}

/// What is lacking without what the runtime says of it, which is another thing each time.
fn named(what: String) -> String {
    what.split_once("; it says: ").map_or(what.clone(), |(what, _)| what.to_owned())
}

fn add<K: Ord>(sums: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    more.into_iter().for_each(|(key, n)| *sums.entry(key).or_default() += n);
}

impl Report {
    /// Inputs in a second.
    pub fn speed(&self) -> f64 {
        self.executions as f64 / self.time.as_secs_f64().max(1e-9)
    }

    /// Inputs in a second on each of the threads that judge.
    pub fn speed_of_one(&self) -> f64 {
        self.speed() / self.jobs.max(1) as f64
    }

    fn count(&mut self, number: u64, source: &'static str, input: Option<Input>, verdict: Verdict) {
        self.executions += 1;
        *self.classes.entry(verdict.class).or_default() += 1;
        self.compared += u64::from(verdict.is_compared);
        self.with_failure += u64::from(verdict.has_failure);
        for name in verdict.checks.names() {
            *self.oracles.entry(name).or_default().entry(source).or_default() += 1;
        }
        if let Some(input) = input {
            for finding in verdict.findings().cloned() {
                let found = || Found { input: input.clone(), number, finding: finding.clone() };
                self.found.entry(finding.signature.clone()).or_insert_with(found);
            }
        }
        for verdict in verdict.runtimes {
            self.runtimes.entry(verdict.name.clone()).or_default().count(verdict);
        }
        if let Some(why) = verdict.no_text {
            *self.no_text.entry(why).or_default() += 1;
        }
        if let Some(what) = verdict.lacks {
            *self.lacks.entry(what).or_default() += 1;
        }
    }

    fn add(&mut self, other: Report) {
        self.executions += other.executions;
        self.compared += other.compared;
        self.with_failure += other.with_failure;
        add(&mut self.classes, other.classes);
        add(&mut self.lacks, other.lacks);
        add(&mut self.no_text, other.no_text);
        for (oracle, more) in other.oracles {
            add(self.oracles.entry(oracle).or_default(), more);
        }
        for (name, more) in other.runtimes {
            self.runtimes.entry(name).or_default().add(more);
        }
        for (signature, found) in other.found {
            self.found.entry(signature).or_insert(found);
        }
        self.stats.add(other.stats);
    }
}

/// Inputs that are judged before the first look at the clock.
const FIRST_BLOCK: u64 = 64;

/// How many inputs are judged before the next look at the clock: about half a second's.
fn block_size(report: &Report) -> u64 {
    match report.executions {
        0 => FIRST_BLOCK,
        _ => ((report.speed() / 2.0) as u64).clamp(FIRST_BLOCK, 16_384),
    }
}

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
    run_unless(judge, inputs, until, jobs, &|| false, progress)
}

/// As [`run`]; before each input it is asked whether the campaign `is_over`, too. An input that was not judged because of
/// that, or for want of time, is not counted, and neither are the numbers after it.
///
/// # Errors
/// As [`run`].
pub fn run_unless(
    judge: &Judge,
    inputs: Inputs,
    until: Until,
    jobs: Option<usize>,
    is_over: &(dyn Fn() -> bool + Sync),
    progress: &mut dyn FnMut(&Report) -> bool,
) -> Result<Report, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or_default()).build()?;
    let start = Instant::now();
    let mut report = Report { jobs: pool.current_num_threads(), ..Report::default() };
    let first_left = AtomicU64::new(u64::MAX);
    let is_late = || is_over() || matches!(until, Until::Time(time) if start.elapsed() >= time);
    let mut blocks = Blocks::new(judge, inputs, &is_late);
    loop {
        let left = match until {
            Until::Count(count) => count.saturating_sub(report.executions),
            Until::Time(time) if start.elapsed() >= time => 0,
            Until::Time(_) | Until::End => u64::MAX,
        };
        let block = blocks.next(left.min(block_size(&report)));
        if block.is_empty() {
            break;
        }
        let one = |mut report: Report, source: Source| {
            let number = source.number();
            if is_late() {
                first_left.fetch_min(number, Ordering::Relaxed);
                return report;
            }
            let (of, input, verdict) = judge_source(judge, source, &mut report.stats);
            report.count(number, of, input, verdict);
            report
        };
        let both = |mut a: Report, b: Report| {
            a.add(b);
            a
        };
        let judge_all =
            || block.into_par_iter().with_max_len(64).fold(Report::default, one).reduce(Report::default, both);
        report.add(pool.install(judge_all));
        let first_left = first_left.load(Ordering::Relaxed);
        report.numbers = blocks.numbers(first_left);
        report.time = start.elapsed();
        if !progress(&report) || first_left < u64::MAX {
            break;
        }
    }
    report.time = start.elapsed();
    Ok(report)
}

/// An input that is about to be judged.
enum Source {
    Seed(u64),
    /// An input, and how many there were before it.
    Input(u64, Input),
}

impl Source {
    fn number(&self) -> u64 {
        match self {
            Source::Seed(number) | Source::Input(number, _) => *number,
        }
    }
}

/// The inputs, some at a time.
enum Blocks {
    Seeds {
        first: u64,
        next: u64,
        /// Whether there are tiers to be compared with each other.
        compares: bool,
    },
    Inputs {
        first: u64,
        next: u64,
        inputs: Box<dyn Iterator<Item = Input>>,
    },
}

impl Blocks {
    fn new(judge: &Judge, inputs: Inputs, is_late: &dyn Fn() -> bool) -> Self {
        match inputs {
            Inputs::Seeds { first } => Blocks::Seeds { first, next: first, compares: judge.compares() },
            Inputs::Exhaustive { size, first } => {
                let input = |small: Small| match small {
                    Small::Plan(plan) => Input::Plan(plan),
                    Small::Component(plan) => Input::Component(plan),
                };
                // To pass over millions takes a while, too.
                let mut plans = exhaustive::plans(size);
                let passed = (0..first).take_while(|_| !is_late() && plans.next().is_some()).count() as u64;
                let plans = plans.take(if passed == first { usize::MAX } else { 0 });
                Blocks::Inputs { first, next: first, inputs: Box::new(plans.map(input)) }
            }
            Inputs::Plans(plans) => {
                Blocks::Inputs { first: 0, next: 0, inputs: Box::new(plans.into_iter().map(Input::Plan)) }
            }
        }
    }

    fn next(&mut self, count: u64) -> Vec<Source> {
        match self {
            Blocks::Seeds { next, compares, .. } => {
                let is_judged = |seed: &u64| *compares || !is_compared_only(*seed);
                let block: Vec<u64> = (*next..u64::MAX).filter(is_judged).take(count as usize).collect();
                *next = block.last().map_or(*next, |last| last + 1);
                block.into_iter().map(Source::Seed).collect()
            }
            Blocks::Inputs { next, inputs, .. } => {
                let block: Vec<Source> =
                    (*next..).zip(inputs.take(count as usize)).map(|(n, of)| Source::Input(n, of)).collect();
                *next += block.len() as u64;
                block
            }
        }
    }

    /// How many numbers have been passed, up to the first one that was left.
    fn numbers(&self, first_left: u64) -> u64 {
        let (Blocks::Seeds { first, next, .. } | Blocks::Inputs { first, next, .. }) = self;
        (*next).min(first_left) - first
    }
}

/// Judges one input: its source, and the input itself if somebody differs.
fn judge_source(judge: &Judge, source: Source, stats: &mut Stats) -> (&'static str, Option<Input>, Verdict) {
    let (input, checks) = match source {
        Source::Seed(seed) => {
            (Input::of_seed(seed), if judge.is_thorough { Checks::ALL } else { Checks::sampled(seed) })
        }
        Source::Input(_, input) => (input, Checks::ALL),
    };
    let verdict = input.judge_by(judge, checks, stats);
    (input.source(), verdict.finding.is_some().then_some(input), verdict)
}

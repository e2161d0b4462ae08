//! Many inputs, one after the other and side by side.

use super::{Checks, Class, Finding, Judge, OnRuntime, Verdict, Without, mutate, smith};
use preflight_plan::{
    Deviation, Plan, component::ComponentPlan, envelope::Planned, imports::ImportPlan, resources::ResourcePlan,
    stats::Stats, tasks::TaskPlan, values::ValuePlan, wasi::WasiPlan,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
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

/// An input, so that it can be had again: as data it is its kind, and what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "plan", rename_all = "lowercase")]
pub enum Input {
    /// A plan.
    Plan(Plan),
    /// A plan of components.
    Component(ComponentPlan),
    /// A program of WASI.
    Program(WasiPlan),
    /// A plan of a value.
    Value(ValuePlan),
    /// A plan of tasks.
    Task(TaskPlan),
    /// A plan of resources.
    Resource(ResourcePlan),
    /// A plan of imports.
    Imports(ImportPlan),
    /// A plan in which the bodies of modules come from wasm-smith; the number says which.
    Shaped(Plan, u64),
    /// A plan in which bytes of a module are changed; the number says which.
    Changed(Plan, u64),
    /// The bytes of a module or of a component that no plan describes.
    Module(Vec<u8>),
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
    /// How often each oracle beyond the traces had something to say.
    pub oracles: BTreeMap<&'static str, u64>,
    /// How the plans went on each of the other runtimes.
    pub runtimes: BTreeMap<String, RuntimeReport>,
    /// What was lacking, and how often.
    pub lacks: BTreeMap<String, u64>,
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
    /// What plans were made without for it, and how many.
    pub without: BTreeMap<Without, u64>,
    /// What of what was expected was not compared, because it does not show it, and in how many plans.
    pub unseen: BTreeMap<&'static str, u64>,
}

impl RuntimeReport {
    fn count(&mut self, verdict: OnRuntime) {
        *self.classes.entry(verdict.class).or_default() += 1;
        verdict.lacks.into_iter().for_each(|what| *self.lacks.entry(what).or_default() += 1);
        verdict.known.into_iter().for_each(|what| *self.known.entry(what).or_default() += 1);
        verdict.without.into_iter().for_each(|what| *self.without.entry(what).or_default() += 1);
        verdict.unseen.into_iter().for_each(|what| *self.unseen.entry(what).or_default() += 1);
    }

    fn add(&mut self, other: RuntimeReport) {
        add(&mut self.classes, other.classes);
        add(&mut self.lacks, other.lacks);
        add(&mut self.known, other.known);
        add(&mut self.without, other.without);
        add(&mut self.unseen, other.unseen);
    }
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

    fn count(&mut self, number: u64, input: Option<Input>, verdict: Verdict) {
        self.executions += 1;
        *self.classes.entry(verdict.class).or_default() += 1;
        self.compared += u64::from(verdict.is_compared);
        self.with_failure += u64::from(verdict.has_failure);
        verdict.checks.names().for_each(|name| *self.oracles.entry(name).or_default() += 1);
        if let Some(input) = input {
            for finding in verdict.findings().cloned() {
                let found = || Found { input: input.clone(), number, finding: finding.clone() };
                self.found.entry(finding.signature.clone()).or_insert_with(found);
            }
        }
        for verdict in verdict.runtimes {
            self.runtimes.entry(verdict.name.clone()).or_default().count(verdict);
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
        add(&mut self.oracles, other.oracles);
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
    let mut blocks = Blocks::new(judge, inputs);
    let first_left = AtomicU64::new(u64::MAX);
    let is_late = || is_over() || matches!(until, Until::Time(time) if start.elapsed() >= time);
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
            let (input, verdict) = judge_source(judge, source, &mut report.stats);
            report.count(number, input, verdict);
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

/// What an input is made from.
enum Source {
    Seed(u64),
    /// A plan, and how many there were before it.
    Plan(u64, Plan),
}

impl Source {
    fn number(&self) -> u64 {
        match self {
            Source::Seed(number) | Source::Plan(number, _) => *number,
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
    Plans(Box<dyn Iterator<Item = (u64, Plan)>>),
}

impl Blocks {
    fn new(judge: &Judge, inputs: Inputs) -> Self {
        match inputs {
            Inputs::Seeds { first } => Blocks::Seeds { first, next: first, compares: judge.tiers.len() > 1 },
            Inputs::Exhaustive(size) => Blocks::Plans(Box::new((0..).zip(preflight_plan::exhaustive::plans(size)))),
            Inputs::Plans(plans) => Blocks::Plans(Box::new((0..).zip(plans))),
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
            Blocks::Plans(plans) => {
                plans.by_ref().take(count as usize).map(|(number, plan)| Source::Plan(number, plan)).collect()
            }
        }
    }

    /// How many numbers have been passed, up to the first one that was left.
    fn numbers(&self, first_left: u64) -> u64 {
        match self {
            Blocks::Seeds { first, next, .. } => (*next).min(first_left) - first,
            Blocks::Plans(_) => 0,
        }
    }
}

/// Whether nothing but the comparison of tiers judges the input with this number.
fn is_compared_only(seed: u64) -> bool {
    seed % 4 == 3
}

/// Judges one input; the input itself is returned if somebody differs.
fn judge_source(judge: &Judge, source: Source, stats: &mut Stats) -> (Option<Input>, Verdict) {
    match source {
        Source::Seed(seed) if is_compared_only(seed) => {
            let (input, verdict) = judge_compared(judge, seed);
            let verdict = judge.not_asked(verdict, "bodies that no plan describes");
            (verdict.finding.is_some().then_some(input), verdict)
        }
        Source::Seed(seed) if seed % 4 == 2 => {
            let (input, verdict) = judge_other(judge, seed, stats);
            let verdict = judge.not_asked(verdict, "plans of something else than core modules");
            (verdict.finding.is_some().then_some(input), verdict)
        }
        // Text takes as long as all else together: one of thirty-two plans is printed and parsed.
        Source::Seed(seed) => {
            let checks = Checks { text: seed % 64 == 0, ..Checks::ALL };
            judge_plan(judge, Plan::from_seed(seed), checks, stats)
        }
        Source::Plan(_, plan) => judge_plan(judge, plan, Checks::ALL, stats),
    }
}

/// What is judged by comparison.
fn judge_compared(judge: &Judge, seed: u64) -> (Input, Verdict) {
    if seed % 16 != 15 {
        let plan = smith::plan(seed);
        let verdict = caught(|| smith::shaped(judge, &plan, seed));
        return (Input::Shaped(plan, seed), verdict);
    }
    match seed / 16 % 4 {
        0 => judge_module(judge, smith::module(seed)),
        1 => judge_module(judge, mutate::module(seed)),
        2 => {
            let plan = Plan::from_seed(seed);
            let verdict = caught(|| mutate::graph(judge, &plan, seed));
            (Input::Changed(plan, seed), verdict)
        }
        _ => judge_module(judge, mutate::component(seed)),
    }
}

fn judge_module(judge: &Judge, bytes: Vec<u8>) -> (Input, Verdict) {
    let verdict = caught(|| judge.bytes(&bytes));
    (Input::Module(bytes), verdict)
}

/// A plan of something else than core modules.
fn judge_other(judge: &Judge, seed: u64, stats: &mut Stats) -> (Input, Verdict) {
    match seed / 4 % 4 {
        2 => {
            let plan = WasiPlan::from_seed(seed);
            let verdict = caught(|| {
                let (verdict, expected) = judge.wasi(&plan);
                stats.count_program(&plan, &expected);
                verdict
            });
            (Input::Program(plan), verdict)
        }
        // A quarter of what would be values.
        3 if seed / 16 % 4 == 3 => {
            let plan = ImportPlan::from_seed(seed);
            stats.count_imports(&plan);
            let verdict = caught(|| judge.imports(&plan).0);
            (Input::Imports(plan), verdict)
        }
        3 => {
            let plan = ValuePlan::from_seed(seed);
            stats.count_value(&plan);
            let verdict = caught(|| judge.value(&plan).0);
            (Input::Value(plan), verdict)
        }
        1 => {
            let plan = TaskPlan::from_seed(seed);
            let verdict = caught(|| {
                let (verdict, expected) = judge.task(&plan);
                stats.count_task(&plan, &expected);
                verdict
            });
            (Input::Task(plan), verdict)
        }
        // Half of the plans of components are of resources that go from one to another.
        _ if seed / 16 % 2 == 1 => {
            let plan = ResourcePlan::from_seed(seed);
            let verdict = caught(|| {
                let (verdict, expected) = judge.resource(&plan);
                stats.count_resource(&plan, &expected);
                verdict
            });
            (Input::Resource(plan), verdict)
        }
        _ => {
            let plan = ComponentPlan::from_seed(seed);
            let verdict = caught(|| {
                let checks = Checks { text: seed % 128 == 2, ..Checks::ALL };
                let (verdict, expected) = judge.component_by(&plan, checks);
                stats.count_component(&plan, &expected);
                verdict
            });
            (Input::Component(plan), verdict)
        }
    }
}

fn judge_plan(judge: &Judge, plan: Plan, checks: Checks, stats: &mut Stats) -> (Option<Input>, Verdict) {
    let verdict = caught(|| {
        let (verdict, expected, bytes) = judge.plan_by(&plan, checks);
        stats.count(&plan, &expected, bytes);
        verdict
    });
    let verdict = match verdict.runtimes.is_empty() {
        true => judge.not_asked(verdict, "plans on which the reference engine is not as predicted"),
        false => verdict,
    };
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
    shrunk(plan, signature, tries, |plan| judge.plan(plan).0)
}

/// As [`shrink`]; where it is a runtime that differs, and it can be given the plan as it is, so it can the smaller ones.
fn shrink_fitted(judge: &Judge, plan: &Plan, signature: &str, tries: usize) -> Plan {
    let is_given = |verdict: &Verdict| {
        let differs = |on: &&OnRuntime| on.finding.as_ref().is_some_and(|finding| finding.signature == signature);
        verdict.runtimes.iter().filter(differs).any(|on| on.without.is_empty())
    };
    if !is_given(&caught(|| judge.plan(plan).0)) {
        return shrink(judge, plan, signature, tries);
    }
    preflight_plan::shrink::shrink(plan, tries, |plan: &Plan| is_given(&caught(|| judge.plan(plan).0)))
}

/// The smallest input of the same kind that is found to fail in the same way; what is no plan stays as it is.
pub fn smaller(judge: &Judge, input: &Input, signature: &str, tries: usize) -> Input {
    match input {
        // A runtime was given the plan without what it lacks: it is that plan on which it differs.
        Input::Plan(plan) => {
            let plan = judge.fitted(plan, signature).unwrap_or_else(|| plan.clone());
            Input::Plan(shrink_fitted(judge, &plan, signature, tries))
        }
        Input::Component(plan) => Input::Component(shrunk(plan, signature, tries, |plan| judge.component(plan).0)),
        Input::Program(plan) => Input::Program(shrunk(plan, signature, tries, |plan| judge.wasi(plan).0)),
        Input::Value(plan) => Input::Value(shrunk(plan, signature, tries, |plan| judge.value(plan).0)),
        Input::Task(plan) => Input::Task(shrunk(plan, signature, tries, |plan| judge.task(plan).0)),
        Input::Imports(plan) => Input::Imports(shrunk(plan, signature, tries, |plan| judge.imports(plan).0)),
        Input::Resource(plan) => Input::Resource(shrunk(plan, signature, tries, |plan| judge.resource(plan).0)),
        Input::Shaped(plan, seed) => {
            let plan = shrunk(plan, signature, tries, |plan| smith::shaped(judge, plan, *seed));
            Input::Shaped(plan, *seed)
        }
        Input::Changed(plan, seed) => {
            let plan = shrunk(plan, signature, tries, |plan| mutate::graph(judge, plan, *seed));
            Input::Changed(plan, *seed)
        }
        Input::Module(bytes) => Input::Module(bytes.clone()),
    }
}

fn shrunk<T: Planned>(plan: &T, signature: &str, tries: usize, judge: impl Fn(&T) -> Verdict) -> T {
    preflight_plan::shrink::shrink(plan, tries, |plan| caught(|| judge(plan)).has(signature))
}

impl Input {
    /// What kind of input it is, in words.
    pub fn source(&self) -> &'static str {
        match self {
            Input::Plan(_) => "plan of core modules",
            Input::Component(_) => "plan of components",
            Input::Program(_) => "program of WASI",
            Input::Value(_) => "plan of a value",
            Input::Task(_) => "plan of tasks",
            Input::Resource(_) => "plan of resources",
            Input::Imports(_) => "plan of imports",
            Input::Shaped(..) => "plan with bodies of wasm-smith",
            Input::Changed(..) => "plan with changed bytes",
            Input::Module(_) => "module or component without a plan",
        }
    }

    /// The normal input that this one stands for: what was written by hand or changed by a fuzzer may need that.
    pub fn normalise(self) -> Input {
        match self {
            Input::Plan(plan) => Input::Plan(plan.normalise()),
            Input::Component(plan) => Input::Component(plan.normalise()),
            Input::Program(plan) => Input::Program(plan.normalise()),
            Input::Value(plan) => Input::Value(plan.normalise()),
            Input::Task(plan) => Input::Task(plan.normalise()),
            Input::Resource(plan) => Input::Resource(plan.normalise()),
            Input::Imports(plan) => Input::Imports(plan.normalise()),
            Input::Shaped(plan, seed) => Input::Shaped(plan.normalise(), seed),
            Input::Changed(plan, seed) => Input::Changed(plan.normalise(), seed),
            Input::Module(bytes) => Input::Module(bytes),
        }
    }

    /// Judges the input.
    pub fn judge(&self, judge: &Judge) -> Verdict {
        caught(|| match self {
            Input::Plan(plan) => judge.plan(plan).0,
            Input::Component(plan) => judge.component(plan).0,
            Input::Program(plan) => judge.wasi(plan).0,
            Input::Value(plan) => judge.value(plan).0,
            Input::Task(plan) => judge.task(plan).0,
            Input::Resource(plan) => judge.resource(plan).0,
            Input::Imports(plan) => judge.imports(plan).0,
            Input::Shaped(plan, seed) => smith::shaped(judge, plan, *seed),
            Input::Changed(plan, seed) => mutate::graph(judge, plan, *seed),
            Input::Module(bytes) => judge.bytes(bytes),
        })
    }
}

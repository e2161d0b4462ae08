//! An input of a campaign: what it is made of, and its verdict.

use crate::fuzz::{Checks, Judge, Verdict, mutate, smith};
use preflight_plan::{
    Plan, component::ComponentPlan, imports::ImportPlan, resources::ResourcePlan, stats::Stats, tasks::TaskPlan,
    values::ValuePlan, wasi::WasiPlan,
};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};

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

impl Input {
    /// The input with this number.
    pub fn of_seed(seed: u64) -> Input {
        match (seed % 4, seed / 4 % 4) {
            (3, _) => compared(seed),
            (2, 1) => Input::Task(TaskPlan::from_seed(seed)),
            (2, 2) => Input::Program(WasiPlan::from_seed(seed)),
            // A quarter of what would be values.
            (2, 3) if seed / 16 % 4 == 3 => Input::Imports(ImportPlan::from_seed(seed)),
            (2, 3) => Input::Value(ValuePlan::from_seed(seed)),
            // Half of the plans of components are of resources that go from one to another.
            (2, _) if seed / 16 % 2 == 1 => Input::Resource(ResourcePlan::from_seed(seed)),
            (2, _) => Input::Component(ComponentPlan::from_seed(seed)),
            _ => Input::Plan(Plan::from_seed(seed)),
        }
    }

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

    /// Judges the input by every oracle.
    pub fn judge(&self, judge: &Judge) -> Verdict {
        self.judge_by(judge, Checks::ALL, &mut Stats::default())
    }

    /// As [`judge`](Self::judge), with these oracles only besides the comparison of traces; `stats` hears what a plan is
    /// made of.
    pub(super) fn judge_by(&self, judge: &Judge, checks: Checks, stats: &mut Stats) -> Verdict {
        let verdict = caught(|| self.judge_and_count(judge, checks, stats));
        match self {
            Input::Plan(_) if !verdict.runtimes.is_empty() => verdict,
            Input::Plan(_) => judge.not_asked(verdict, "plans on which the reference engine is not as predicted"),
            _ => judge.others(verdict, self),
        }
    }

    fn judge_and_count(&self, judge: &Judge, checks: Checks, stats: &mut Stats) -> Verdict {
        match self {
            Input::Plan(plan) => {
                let (verdict, expected, bytes) = judge.plan_by(plan, checks);
                stats.count(plan, &expected, bytes);
                verdict
            }
            Input::Component(plan) => {
                let (verdict, expected) = judge.component_by(plan, checks);
                stats.count_component(plan, &expected);
                verdict
            }
            Input::Program(plan) => {
                let (verdict, expected) = judge.wasi_by(plan, checks);
                stats.count_program(plan, &expected);
                verdict
            }
            Input::Value(plan) => {
                stats.count_value(plan);
                judge.value_by(plan, checks).0
            }
            Input::Task(plan) => {
                let (verdict, expected) = judge.task_by(plan, checks);
                stats.count_task(plan, &expected);
                verdict
            }
            Input::Resource(plan) => {
                let (verdict, expected) = judge.resource_by(plan, checks);
                stats.count_resource(plan, &expected);
                verdict
            }
            Input::Imports(plan) => {
                stats.count_imports(plan);
                judge.imports_by(plan, checks).0
            }
            Input::Shaped(plan, seed) => smith::shaped_by(judge, plan, *seed, checks),
            Input::Changed(plan, seed) => mutate::graph_by(judge, plan, *seed, checks),
            Input::Module(bytes) => judge.bytes_by(bytes, checks),
        }
    }
}

/// Whether nothing but the comparison of tiers judges the input with this number.
pub(super) fn is_compared_only(seed: u64) -> bool {
    seed % 4 == 3
}

/// What is judged by comparison.
fn compared(seed: u64) -> Input {
    if seed % 16 != 15 {
        return Input::Shaped(smith::plan(seed), seed);
    }
    match seed / 16 % 4 {
        0 => Input::Module(smith::module(seed)),
        1 => Input::Module(mutate::module(seed)),
        2 => Input::Changed(Plan::from_seed(seed), seed),
        _ => Input::Module(mutate::component(seed)),
    }
}

/// A panic is a finding, not the end of the campaign.
pub(super) fn caught(judge: impl FnOnce() -> Verdict) -> Verdict {
    unless_panic(judge).unwrap_or_else(|panic| Verdict::disagreed(panic.to_string()))
}

/// Does something with a plan, or with bytes, on which anything may panic: what predicts and encodes it, too.
///
/// # Errors
/// What the panic says.
pub fn unless_panic<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        Panic(text.unwrap_or("without a message").to_owned())
    })
}

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("panic: {0}")]
pub struct Panic(String);

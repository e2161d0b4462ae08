//! `preflight` without a command: the main job. Every case on both tiers of the reference engine and on each runtime found.

use super::{
    driver::places,
    run::{DEFAULT_TIER, Job, Target, finish, run_job, with_expectations},
    wast::Format,
};
use crate::tier::CompileArgs;
use anyhow::Context;
use preflight::{case, runtime::known::KNOWN};
use preflight_spec_tests::rules;
use std::{path::PathBuf, process::ExitCode};

/// The main job.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many cases of the reference engine to run at the same time [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Where results.json and report.html are written; the folder is made if need be.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
}

/// Runs the job.
///
/// # Errors
/// An output that cannot be written, or a runtime that is there and cannot be run: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let catalogue = rules().context("the catalogue of rules")?;
    let places = places();
    let reference = Target::Reference {
        name: "reference".to_owned(),
        options: Box::new(CompileArgs::default().options(DEFAULT_TIER)?),
    };
    let targets = [reference].into_iter().chain(KNOWN.iter().map(Target::Known)).collect();
    let cases = case::all()?;
    let (all, chosen_from, jobs, again, expect) = (true, Some(cases.clone()), args.jobs, String::new(), None);
    let job = Job { cases, chosen_from, catalogue, places, targets, all, jobs, again, expect };
    let columns = with_expectations(run_job(&job)?, None)?;
    finish(&job, columns, Some(&args.out), Format::Text)
}

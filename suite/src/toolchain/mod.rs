//! Tools that make components, as people use them: the cases of how *their* components start are built here from text, so that
//! they speak of what the tool does today and not of a copy of what it once did.
//!
//! [`build`] carries out the table `[build]` of a case: `componentize`, `link` or `compose`, one file each.

mod componentize;
mod compose;
mod link;

use crate::case::{Build, Definition};
use thiserror::Error;

/// Why there is no component.
#[derive(Debug, Error)]
pub enum BuildError {
    /// The case's table is wrong.
    #[error("the table [build]: {0}")]
    Case(String),
    /// The tool refuses.
    #[error("{tool} refuses: {message}")]
    Refused {
        /// Its name.
        tool: &'static str,
        /// What it says, with its causes.
        message: String,
    },
}

impl BuildError {
    fn refused(tool: &'static str, error: &anyhow::Error) -> Self {
        BuildError::Refused { tool, message: format!("{error:#}") }
    }
}

/// Makes the component that `build` describes of the definitions of its script.
///
/// # Errors
/// [`BuildError`]; what the tool says is in it.
pub fn build(build: &Build, definitions: &[Definition]) -> Result<Vec<u8>, BuildError> {
    match (&build.componentize, &build.link, &build.compose) {
        (Some(recipe), None, None) => componentize::componentize(recipe, definitions),
        (None, Some(recipe), None) => link::link(recipe, definitions),
        (None, None, Some(recipe)) => compose::compose(recipe, definitions),
        _ => Err(BuildError::Case("it needs one of `componentize`, `link` and `compose`".to_owned())),
    }
}

/// The bytes of a definition.
fn bytes_of<'a>(definitions: &'a [Definition], name: &str) -> Result<&'a [u8], BuildError> {
    let found = definitions.iter().find(|definition| definition.name == name);
    found.map(|definition| &*definition.bytes).ok_or_else(|| BuildError::Case(format!("there is no definition {name}")))
}

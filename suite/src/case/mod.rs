//! Cases: plain scripts that say in their comments which rules they prove, and which steps they expect.
//!
//! - a [`Case`] is one file: a header of TOML in `;;!` comments ([`Header`]), a script, and the expected steps in `;;=`
//!   comments, one to a line, in the text form of [`line`](mod@line);
//! - [`needs`] are the words for the proposals that a case takes beyond release 2.0;
//! - `run` runs a case on the reference engine and compares what happened with what was expected;
//! - [`judge`](fn@judge) says what a program of WASI did otherwise than its header wants, whatever runtime it ran on.
//!
//! The format is told to those who write cases in the README of `preflight-spec-tests`.

mod build;
#[cfg(feature = "reference")]
mod component;
mod definitions;
mod header;
mod hosts;
pub mod js;
mod judge;
pub mod line;
pub mod made;
pub mod needs;
#[cfg(feature = "reference")]
mod program;
#[cfg(feature = "reference")]
mod run;
mod verdict;

pub use build::{Adapter, Build, Componentize, Compose, Library, Link, Part};
pub use definitions::{Definition, definitions};
pub use header::{Fails, Give, Header, Kind, Preload, Run};
pub use hosts::{Does, HostFunc};
pub use judge::{Deviation, Ended, Ending, judge};
#[cfg(feature = "reference")]
pub(crate) use program::run as run_definitions;
#[cfg(feature = "reference")]
pub use run::{run, run_all, run_wasi};
pub use verdict::{Broken, DirectiveFailure, Failure, Report, Verdict};

use crate::trace::{InstancePath, Trace};
use line::LineError;
use preflight_spec_tests::{CASES, CaseFile, Catalogue, Rule};
use std::collections::BTreeSet;
use thiserror::Error;

/// How the names of cases that are scripts of JavaScript end.
const JS: &str = ".js";

/// One case, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Chapter and file name, such as `core/start-runs-last.wast`; a `.js` is a script of JavaScript.
    pub path: String,
    /// What the header says.
    pub header: Header,
    /// The steps it expects, in order, and how the last instantiation that failed ended.
    pub expected: Trace,
    /// The whole file: a script, or a module of JavaScript.
    pub text: String,
}

/// A file that is no case.
#[derive(Debug, Error)]
pub enum CaseError {
    /// It does not begin with a header.
    #[error("{path}: the file must begin with a header, lines of TOML after `;;!`")]
    NoHeader {
        /// The file.
        path: String,
    },
    /// The header isn't of the expected form.
    #[error("{path}: the header: {error}")]
    Header {
        /// The file.
        path: String,
        /// What is wrong.
        error: Box<toml::de::Error>,
    },
    /// The header stands in two places.
    #[error("{path}:{line}: a header line after the header's end")]
    SecondHeader {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// An expected line cannot be read.
    #[error("{path}:{line}: {error}")]
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        error: LineError,
    },
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// [`CaseError`], with the line if it is in one.
    pub fn parse(path: &str, text: &str) -> Result<Self, CaseError> {
        let header = Header::parse(path, text)?;
        let lines = text.lines().enumerate().filter_map(|(i, text)| Some((i + 1, text.strip_prefix(";;=")?)));
        let expected = line::parse_all(lines, header.level).map_err(|(line, error)| CaseError::Line {
            path: path.to_owned(),
            line,
            error,
        })?;
        Ok(Case { path: path.to_owned(), header, expected, text: text.to_owned() })
    }

    /// Whether it is a script of the JavaScript API (see [`js`]), and no `.wast`.
    pub fn is_js(&self) -> bool {
        self.path.ends_with(JS)
    }

    /// Whether one of its rules gives a verdict; otherwise, and by a reading of its own, what a runtime does is recorded.
    pub fn gives_verdict(&self, catalogue: &Catalogue) -> bool {
        self.header.readings.is_empty()
            && self.header.rules.iter().filter_map(|id| catalogue.get(id)).any(Rule::gives_verdict)
    }

    /// What the header names and there is not, and what it does not name and has to; nothing, if all is well.
    pub fn mistakes(&self, catalogue: &Catalogue) -> Vec<String> {
        let Header { rules, needs, hosts, .. } = &self.header;
        let mut mistakes = Vec::new();
        if rules.is_empty() {
            mistakes.push("no rules".to_owned());
        }
        let unknown = rules.iter().filter(|id| catalogue.get(id).is_none());
        mistakes.extend(unknown.map(|id| format!("there is no rule {id}")));
        let unknown = needs.iter().filter(|name| needs::get(name).is_none());
        mistakes.extend(unknown.map(|name| format!("there is no proposal {name:?}")));
        mistakes.extend(hosts::mistakes(hosts, &self.text));
        let is_given = self.header.run.is_some() || self.header.build.is_some() || self.is_js();
        if !hosts.is_empty() && is_given {
            mistakes.push("functions of the host are for scripts of core modules alone".to_owned());
        }
        // An instance of a component is registered by its name in the script, too.
        let is_registered = |of: &str| {
            let registers = [format!("(register {of:?}"), format!("(component ${of}")];
            registers.iter().any(|register| self.text.contains(register))
        };
        let of_nobody = self.header.gives.iter().filter(|give| !is_registered(&give.of));
        mistakes.extend(of_nobody.map(|give| format!("gives: nothing is registered as {:?}", give.of)));
        mistakes
    }

    /// The instances that the expected lines speak of: of these, and of no other, they tell every step.
    pub fn instances(&self) -> BTreeSet<&InstancePath> {
        self.expected.events.iter().map(|event| event.at()).collect()
    }
}

/// The cases that are part of this build, in the order of their paths.
///
/// # Errors
/// The first [`CaseError`]; the tests of this crate see to it that there is none.
pub fn all() -> Result<Vec<Case>, CaseError> {
    CASES.iter().map(|CaseFile { path, text }| Case::parse(path, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_cases_are_refused() {
        let parse = |text: &str| Case::parse("x.wast", text).map_err(|error| error.to_string());
        let head = ";;! title = \"t\"\n;;! rules = [\"CORE-LINK-01\"]\n";
        assert!(parse(&format!("{head}(module)\n;;= /#0 allocated\n")).is_ok());
        let message = |text: &str| parse(text).expect_err("no case");
        assert!(message("(module)").contains("must begin with a header"));
        assert!(message(&format!("{head};;! why = 1\n(module)")).contains("unknown field `why`"));
        assert!(message(";;! title = \"t\"\n").contains("missing field `rules`"));
        assert!(message(&format!("{head}(module)\n;;! level = \"full\"\n")).starts_with("x.wast:4: "));
        assert!(message(&format!("{head}\n\n;;= /#0 alocated\n")).starts_with("x.wast:5: "));
    }
}

//! Scripts: `.wast` files, run directive by directive on the reference engine.
//!
//! A script never passes by accident: every assertion names a class of ends (see [`messages`]), and an end of any other
//! class fails it. An `assert_unlinkable` whose module does not validate is a failure, and so is an `assert_trap` that
//! traps for another reason, an `assert_invalid` whose module is malformed, and the other way round.
//!
//! What is particular to components is in one place, `component.rs`.

mod component;
mod directive;
mod end;
mod machine;
pub mod messages;
mod module;
mod report;
pub mod spectest;
mod thread;
#[cfg(feature = "jit")]
mod tiers;
mod values;
mod watchdog;

pub use report::{DirectiveReport, FailureKind, Script, Status};

use crate::trace::Level;
use preflight_engine::{Config, component::Readings};
use std::time::Duration;
use thiserror::Error;
use wast::parser::{Parse, Parser};

/// How scripts are run. The tier is the one of `config`.
#[derive(Debug, Clone)]
pub struct Options {
    /// Features and limits of every store of the script.
    pub config: Config,
    /// The readings of contested rules of the Component Model.
    pub readings: Readings,
    /// Record the steps up to this level; `None` records nothing and costs nothing.
    pub level: Option<Level>,
    /// Collect garbage at every allocation: what a frame holds and the collector does not see is found at once.
    pub gc_stress: bool,
    /// Run on both tiers, compare them directive by directive, and fail what differs; `level` and the tier of `config` do not count then.
    #[cfg(feature = "jit")]
    pub both: bool,
    /// Time limit of one script, after which it is interrupted and its remaining directives fail.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            config: Config::default(),
            readings: Readings::default(),
            level: None,
            gc_stress: false,
            #[cfg(feature = "jit")]
            both: false,
            timeout: Duration::from_secs(60),
        }
    }
}

/// The text is no script.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{line}:{column}: {message}")]
pub struct ScriptError {
    /// Line of the mistake, from 1.
    pub line: u64,
    /// Column of the mistake, from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

/// Runs the script `text`.
///
/// ```
/// use preflight::script::{self, Options, Status};
///
/// let text = r#"
///     (module (func (export "two") (result i32) (i32.const 2)))
///     (assert_return (invoke "two") (i32.const 2))
/// "#;
/// let script = script::run(text, &Options::default())?;
/// assert!(script.reports.iter().all(|report| report.status == Status::Passed));
/// # Ok::<(), script::ScriptError>(())
/// ```
///
/// # Errors
/// [`ScriptError`] if `text` is no script at all. Everything else that goes wrong is in the reports, a panic of the engine
/// included.
pub fn run(text: &str, options: &Options) -> Result<Script, ScriptError> {
    #[cfg(feature = "jit")]
    if options.both {
        return tiers::run_both(text, options);
    }
    let error = |error: wast::Error| {
        let (line, column) = error.span().linecol_in(text);
        ScriptError { line: line as u64 + 1, column: column as u64 + 1, message: error.message() }
    };
    let buffer = module::buffer(text).map_err(error)?;
    let Directives(directives) = wast::parser::parse(&buffer).map_err(error)?;
    Ok(directive::run_all(text, directives, options))
}

/// A script: none at all is the empty script, which `Wast` alone would refuse.
struct Directives<'a>(Vec<wast::WastDirective<'a>>);

impl<'a> Parse<'a> for Directives<'a> {
    fn parse(parser: Parser<'a>) -> wast::parser::Result<Self> {
        if parser.is_empty() {
            return Ok(Directives(Vec::new()));
        }
        Ok(Directives(parser.parse::<wast::Wast<'a>>()?.directives))
    }
}

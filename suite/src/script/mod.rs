//! Scripts: `.wast` files, run directive by directive on the reference engine.
//!
//! A script never passes by accident: every assertion names a class of ends (see [`messages`](crate::messages)), and an end of any other
//! class fails it. An `assert_unlinkable` whose module does not validate is a failure, and so is an `assert_trap` that
//! traps for another reason, an `assert_invalid` whose module is malformed, and the other way round.
//!
//! A script may be all that the reference interpreter's grammar of *Scripts* allows, and the same about components. `input` and
//! `output` are unsupported: a script here reads and writes no files.
//!
//! What is particular to components is in one place, `component.rs`.

mod component;
mod directive;
mod end;
mod hosts;
mod machine;
mod recorder;
mod report;
pub mod spectest;
pub mod stack;
mod thread;
#[cfg(feature = "jit")]
mod tiers;
mod values;
mod watchdog;

pub use crate::source::ScriptError;
pub use report::{DirectiveReport, FailureKind, Script, Status};
pub(crate) use {directive::panic_text, recorder::Events, watchdog::Watchdog};

use crate::{
    case::{Give, HostFunc},
    source::Directives,
    trace::Level,
};
use preflight_engine::{Config, component::Readings};
use std::time::Duration;

/// How scripts are run. The tier is the one of `config`.
#[derive(Debug, Clone)]
pub struct Options {
    /// Features and limits of every store of the script.
    pub config: Config,
    /// The readings of contested rules of the Component Model.
    pub readings: Readings,
    /// Functions of the host, besides those of `spectest`; the threads of a script have them, too.
    pub hosts: Vec<HostFunc>,
    /// What imports of components are given beside the instances that are registered.
    pub gives: Vec<Give>,
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
            hosts: Vec::new(),
            gives: Vec::new(),
            level: None,
            gc_stress: false,
            #[cfg(feature = "jit")]
            both: false,
            timeout: Duration::from_secs(60),
        }
    }
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
    let error = |error: wast::Error| ScriptError::new(text, &error);
    let buffer = crate::wat::buffer(text).map_err(error)?;
    let Directives(directives) = wast::parser::parse(&buffer).map_err(error)?;
    Ok(directive::run_all(text, directives, options))
}

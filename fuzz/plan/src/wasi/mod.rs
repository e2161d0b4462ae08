//! Plans of programs of WASI: a main program with the libraries that it is given, as modules of preview 1, or as one
//! component of WASI 0.2 whose core modules they are.
//!
//! Every unit (a library or the main program) has a counter and exports `f`, which adds one to it, takes steps, and returns
//! it. All but commands export the counter, too: these may not (P1-CMD-05). It may have a start section, the entries `_start` and `_initialize` (one of them, both, neither, or something of the
//! name that is no entry), and it can call the `f` of the units before it.
//!
//! As modules ([`Form::Modules`]), libraries are preloaded in their order: a reactor is initialised before anybody uses it, a
//! command gives a fresh instance to each call. As a component ([`Form::Component`]), each unit is a core instance of it, or
//! of a component inside; a core module of its own calls `_initialize` from its start section, and the main program's
//! `_start` is lifted as the `run` of `wasi:cli/run`.
//!
//! ```
//! use preflight_plan::wasi::{Entry, Step, Unit, WasiPlan};
//! let main = Unit { start: Entry::Func(vec![Step::Print(b'!'), Step::Exit(3)]), ..Unit::default() };
//! let expected = WasiPlan { main, ..WasiPlan::default() }.normalise().expected();
//! assert_eq!(expected.stdout, b"!");
//! assert_eq!(expected.trace.outcome.to_string(), "exit 3");
//! ```

mod encode;
mod encode_component;
mod generate;
mod predict;
mod predict_component;
mod way;

use preflight_engine::trace::Trace;
use serde::{Deserialize, Serialize};

pub use way::{Reading, Ways};

/// A program and how it is started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct WasiPlan {
    /// As what it is built.
    pub form: Form,
    /// What comes up before the main program, in order. The library with the index `i` is called `l{i}`.
    pub libraries: Vec<Unit>,
    /// The main program.
    pub main: Unit,
    /// Whether `f` of the main program is called in place of its own entry.
    pub invoke: bool,
    /// Whether that is done twice.
    pub again: bool,
}

/// What a program is built as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Modules of WASI preview 1.
    #[default]
    Modules,
    /// A component of WASI 0.2.
    Component {
        /// Whether it stands in another one.
        nested: bool,
    },
}

/// A library or a main program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Unit {
    /// `_start`.
    pub start: Entry,
    /// `_initialize`.
    pub initialize: Entry,
    /// The start section.
    pub section: Option<Vec<Step>>,
    /// What `f` does.
    pub func: Vec<Step>,
    /// Whether its memory cannot be reached by the host (of modules only).
    pub hides_memory: bool,
    /// Whether it imports what nobody has (of modules only).
    pub lacks_import: bool,
    /// Whether it exports a function under the empty name (of modules only).
    pub has_default: bool,
}

/// What is exported under the name of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    /// Nothing.
    #[default]
    None,
    /// A function that takes these steps.
    Func(Vec<Step>),
    /// Something else: the counter.
    Wrong,
}

/// What a function of a unit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Writes a byte to standard output.
    Print(u8),
    /// Writes a byte to standard error (of modules only).
    Warn(u8),
    /// Adds one to the counter.
    Bump,
    /// Calls `f` of a library and adds its result to the counter.
    Call(usize),
    /// Ends the program.
    Exit(u8),
    /// Traps.
    Trap,
    /// Closes standard output (of modules only).
    Close,
    /// Yields (of modules only).
    Yield,
    /// Writes to standard output from beyond the end of the memory.
    Beyond,
}

/// What is expected of a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WasiExpected {
    /// Every step. As modules, the post-mortem holds the memory and the counter of every unit that is alive: the reactors that
    /// came up, and the main program; as a component, every component instance.
    pub trace: Trace,
    /// What was written to standard output.
    pub stdout: Vec<u8>,
    /// What was written to standard error.
    pub stderr: Vec<u8>,
}

/// What a program consists of, in binary form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WasiWasm {
    /// Modules of preview 1.
    Modules {
        /// The libraries, in order: each is preloaded under its name.
        libraries: Vec<(String, Vec<u8>)>,
        /// The main module.
        main: Vec<u8>,
    },
    /// A component.
    Component(Vec<u8>),
}

/// What a plan holds at most.
mod most {
    pub const LIBRARIES: usize = 3;
    pub const STEPS: usize = 4;
}

impl WasiPlan {
    /// The normal plan that this one stands for: indices exist, and there is nothing that the form has no words for.
    pub fn normalise(&self) -> WasiPlan {
        let libraries: Vec<Unit> = self.libraries.iter().take(most::LIBRARIES).cloned().collect();
        let is_component = matches!(self.form, Form::Component { .. });
        let normal = |(earlier, unit): (usize, &Unit)| normal_unit(unit, earlier, is_component);
        let main = normal((libraries.len(), &self.main));
        WasiPlan { libraries: libraries.iter().enumerate().map(normal).collect(), main, ..self.clone() }
    }

    /// The libraries and then the main program.
    fn units(&self) -> impl Iterator<Item = &Unit> {
        self.libraries.iter().chain([&self.main])
    }

    /// The unit with this index, the main program last.
    fn unit(&self, index: usize) -> &Unit {
        self.libraries.get(index).unwrap_or(&self.main)
    }
}

fn normal_unit(unit: &Unit, earlier: usize, is_component: bool) -> Unit {
    let steps = |steps: &Vec<Step>| -> Vec<Step> {
        steps.iter().take(most::STEPS).filter_map(|step| normal_step(*step, earlier, is_component)).collect()
    };
    let entry = |entry: &Entry| match entry {
        Entry::Func(list) => Entry::Func(steps(list)),
        other => other.clone(),
    };
    Unit {
        start: entry(&unit.start),
        initialize: entry(&unit.initialize),
        section: unit.section.as_ref().map(steps),
        func: steps(&unit.func),
        hides_memory: unit.hides_memory && !is_component,
        lacks_import: unit.lacks_import && !is_component,
        has_default: unit.has_default && !is_component,
    }
}

fn normal_step(step: Step, earlier: usize, is_component: bool) -> Option<Step> {
    match step {
        Step::Call(raw) => (earlier > 0).then(|| Step::Call(raw % earlier)),
        Step::Warn(byte) if is_component => Some(Step::Print(byte)),
        Step::Close | Step::Yield if is_component => None,
        step => Some(step),
    }
}

impl Unit {
    /// All lists of steps, in the order of the functions: `f`, `_initialize`, `_start`, the start section.
    fn bodies(&self) -> impl Iterator<Item = &Vec<Step>> {
        [Some(&self.func), self.initialize.steps(), self.start.steps(), self.section.as_ref()].into_iter().flatten()
    }

    fn has(&self, is: impl Fn(&Step) -> bool) -> bool {
        self.bodies().flatten().any(is)
    }

    /// The libraries that it calls, in order.
    fn called(&self, libraries: usize) -> Vec<usize> {
        (0..libraries).filter(|i| self.has(|step| *step == Step::Call(*i))).collect()
    }

    /// Whether its counter can be seen: a command exports no mutable global (P1-CMD-05).
    fn shows_count(&self) -> bool {
        !matches!(self.start, Entry::Func(_))
    }

    /// How many functions it defines.
    fn funcs(&self) -> u32 {
        self.bodies().count() as u32 + u32::from(self.has_default)
    }
}

impl Entry {
    fn steps(&self) -> Option<&Vec<Step>> {
        match self {
            Entry::Func(steps) => Some(steps),
            _ => None,
        }
    }
}

/// The name of a unit of a plan with so many libraries, as its path shows it.
fn name(index: usize, libraries: usize) -> String {
    if index == libraries { "main".to_owned() } else { format!("l{index}") }
}

/// Where in a unit's memory things are: the buffer that is written, where the count goes, and the byte itself.
mod place {
    pub const BUFFER: i32 = 0;
    pub const COUNT: i32 = 8;
    pub const BYTE: i32 = 16;
    /// Where the canonical ABI puts a result.
    pub const RESULT: i32 = 32;
    /// The size of the memory.
    pub const END: i32 = 65536;
}

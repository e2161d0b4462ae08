//! Plans on other people's runtimes, through the adapters of this crate.
//!
//! Here, too, the prediction is the judge. What is compared is what the runtime shows: how each action ended, which calls of
//! the log came in between, and, after a failed instantiation and when all is over, memories, tables and globals as far as
//! the API lets one read them. The functions in tables are called through a small module that imports the table.
//!
//! A runtime is given a plan without what it has no means for (see [`fit`]), and what was left out is told. Of a loop that
//! ends for want of fuel nothing can be seen on a runtime without fuel: the comparison ends there.

mod case;
mod program;
mod run;

use super::{
    Class, Finding,
    fit::{self, Without},
};
use crate::{
    case::Broken,
    runtime::{Ability, About, End, Runtime, needs},
    trace::{Level, Outcome, Resource, Trace},
};
use preflight_plan::{Action, Deviation, Expected, Plan, Subject, wasi::Reading};
use run::{Progress, Run, Stop};
use std::{
    cell::RefCell,
    collections::HashMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

type Open = dyn Fn() -> Result<Box<dyn Runtime>, Broken> + Send + Sync;

/// A runtime that judges along. Each thread opens it for itself.
#[derive(Clone)]
pub struct Foreign {
    name: String,
    key: usize,
    open: Arc<Open>,
    /// The bugs that it is known to have.
    known: Vec<Deviation>,
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Foreign({})", self.name)
    }
}

/// What became of an input on a runtime.
#[derive(Debug, Clone, PartialEq)]
pub struct OnRuntime {
    /// The runtime's name.
    pub name: String,
    /// Of the same classes as the input itself: a runtime may lack what the tiers can do.
    pub class: Class,
    /// What it lacks, if the class is [`Class::Unsupported`].
    pub lacks: Option<String>,
    /// The known bugs with which what it did is predicted, if the class is [`Class::Known`].
    pub known: Vec<Deviation>,
    /// The readings by which it did what is predicted, of rules that no text decides, where they are not the default.
    pub readings: Vec<Reading>,
    /// What the plan was given without.
    pub without: Vec<Without>,
    /// What was not compared, although it was expected.
    pub unseen: Vec<&'static str>,
    /// Where it differs, if the class is [`Class::Disagreed`].
    pub finding: Option<Box<Finding>>,
}

impl OnRuntime {
    pub(super) fn of(foreign: &Foreign, class: Class) -> Self {
        OnRuntime {
            name: foreign.name.clone(),
            class,
            lacks: None,
            known: Vec::new(),
            readings: Vec::new(),
            without: Vec::new(),
            unseen: Vec::new(),
            finding: None,
        }
    }

    /// Another part of the same input.
    pub(super) fn and(mut self, other: OnRuntime) -> OnRuntime {
        let new: Vec<_> = other.unseen.into_iter().filter(|what| !self.unseen.contains(what)).collect();
        self.unseen.extend(new);
        OnRuntime { class: self.class.and(other.class), lacks: self.lacks.or(other.lacks), ..self }
    }
}

/// Where a runtime did something else than what was expected.
pub(super) struct Stopped {
    pub finding: Box<Finding>,
    /// What it was to do.
    pub actions: Vec<Action>,
    /// At which of these it was; none where a module was compiled.
    pub action: Option<usize>,
    /// Whether it broke: there is no answer that could be compared.
    pub is_broken: bool,
}

/// A plan for a runtime.
pub(super) struct Task<'a> {
    pub plan: &'a Plan,
    pub modules: &'a [Vec<u8>],
    pub actions: &'a [Action],
    pub expected: &'a Expected,
}

/// A runtime that was opened.
struct Opened {
    runtime: Box<dyn Runtime>,
    about: About,
    accepted: needs::Accepted,
}

thread_local! {
    static OPENED: RefCell<HashMap<usize, Opened>> = RefCell::default();
}

impl Foreign {
    /// A runtime with this name; `open` is called once in each thread, and again after a panic of the adapter.
    pub fn new(
        name: impl Into<String>,
        open: impl Fn() -> Result<Box<dyn Runtime>, Broken> + Send + Sync + 'static,
    ) -> Self {
        static KEYS: AtomicUsize = AtomicUsize::new(0);
        let key = KEYS.fetch_add(1, Ordering::Relaxed);
        Foreign { name: name.into(), key, open: Arc::new(open), known: Vec::new() }
    }

    /// The same runtime, which is known to have these bugs: what is predicted with them is no finding.
    pub fn with_known(self, known: Vec<Deviation>) -> Self {
        Foreign { known, ..self }
    }

    /// All sets of its known bugs of a kind but the empty one, small ones first.
    pub(super) fn known_sets(&self, of: Subject) -> Vec<Vec<Deviation>> {
        let known: Vec<Deviation> = self.known.iter().copied().filter(|known| known.subject() == of).collect();
        let set = |bits: usize| (0..known.len()).filter(|i| bits >> i & 1 == 1).map(|i| known[i]).collect();
        let mut sets: Vec<Vec<Deviation>> = (1..1 << known.len()).map(set).collect();
        sets.sort_by_key(Vec::len);
        sets
    }

    /// Its known bugs that make it hang somewhere in this plan: what comes after that is not asked of it, as each answer would
    /// take as long as anybody waits.
    pub(super) fn hangs(&self, plan: &Plan, actions: &[Action]) -> Vec<Deviation> {
        let mut hangs: Vec<Deviation> = self.known.iter().copied().filter(|known| known.hangs()).collect();
        if !hangs.is_empty() {
            let right = plan.expected_of(actions);
            hangs.retain(|bug| plan.expected_with(actions, &[*bug]) != right);
        }
        hangs
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens it in this thread, if it is not open yet: to know early that it is there and can be given plans. Returns the name that
    /// it gives itself.
    ///
    /// # Errors
    /// It cannot be started, or runs nothing that plans become.
    pub fn check(&self) -> Result<String, Broken> {
        self.with(|opened| opened.about.name.clone())
    }

    fn with<T>(&self, then: impl FnOnce(&mut Opened) -> T) -> Result<T, Broken> {
        let opened = OPENED.with_borrow_mut(|all| all.remove(&self.key));
        let mut opened = match opened {
            Some(opened) => opened,
            None => self.opened()?,
        };
        // A runtime in this process may panic; it is opened anew next time.
        let result = catch_unwind(AssertUnwindSafe(|| then(&mut opened))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
            Broken::Crashed { status: "panic".to_owned(), stderr: text }
        })?;
        OPENED.with_borrow_mut(|all| all.insert(self.key, opened));
        Ok(result)
    }

    fn opened(&self) -> Result<Opened, Broken> {
        let mut runtime = (self.open)()?;
        let about = runtime.about();
        let abilities = [Ability::Core, Ability::Components, Ability::P1, Ability::P2, Ability::Scripts];
        if !abilities.into_iter().any(|ability| about.can(ability)) {
            let why = "it has no primitives for modules or components, and runs neither scripts nor programs";
            return Err(Broken::NotStarted(why.to_owned()));
        }
        let accepted = needs::Accepted::ask(&mut *runtime).map_err(|end| match end {
            End::Broken(broken) => broken,
            end => Broken::NotStarted(end.to_string()),
        })?;
        Ok(Opened { runtime, about, accepted })
    }

    /// The plan for this runtime, and what it is without.
    pub(super) fn fit(&self, plan: &Plan) -> Result<(Plan, Vec<Without>), Broken> {
        self.with(|opened| {
            let mut refused = opened.accepted.refused();
            if self.known.contains(&Deviation::WideMemoryInitRefused) && fit::inits_memory(plan) {
                refused.push("memory64");
            }
            fit::fit(plan, &refused, opened.about.can(Ability::Hosts))
        })
    }

    /// What becomes of the plan on this runtime.
    ///
    /// # Errors
    /// Where it does something else than what is expected.
    pub(super) fn judge(&self, task: &Task<'_>) -> Result<OnRuntime, Stopped> {
        let progress = Progress::default();
        let run = self.with(|opened| match opened.about.can(Ability::Core) {
            true => Run::judge(opened, task, &progress),
            false => Err(Stop::Lacks("primitives for core modules".to_owned())),
        });
        let on = |class| OnRuntime { unseen: progress.unseen.take(), ..OnRuntime::of(self, class) };
        let expected = |action: usize| task.expected.traces.get(action);
        let stopped = |finding, is_broken| Stopped {
            finding,
            actions: task.actions.to_vec(),
            action: progress.action.get(),
            is_broken,
        };
        match run.unwrap_or_else(|broken| Err(Stop::Broken(broken))) {
            Ok(class) => Ok(on(class)),
            Err(Stop::Lacks(what)) => Ok(OnRuntime { lacks: Some(what), ..on(Class::Unsupported) }),
            Err(Stop::Broken(broken)) => {
                let action = progress.action.get().unwrap_or_default();
                let finding = Finding { action, ..*self.broke(&broken) };
                let expected = expected(action).cloned().unwrap_or_else(|| finding.expected.clone());
                Err(stopped(Box::new(Finding { expected, ..finding }), true))
            }
            // A runtime may run out of memory earlier than another one (core `#impl`); what follows cannot be compared.
            Err(Stop::Differs { actual, .. })
                if matches!(actual.outcome, Outcome::Exhausted { what: Resource::Memory }) =>
            {
                progress.miss("what follows where it has no memory left");
                Ok(on(Class::Exhausted))
            }
            Err(Stop::Differs { what, action, actual }) => {
                let signature = self.signature(&what);
                let expected = expected(action).cloned().unwrap_or_else(|| nothing(&what));
                Err(stopped(Box::new(Finding::new(signature, action, expected, actual)), false))
            }
        }
    }

    /// That it broke: the signature has the words of the class, the finding all that it said.
    pub(super) fn broke(&self, broken: &Broken) -> Box<Finding> {
        let signature = self.signature(&format!("it broke: {}", kind_of(broken)));
        Box::new(Finding::new(signature, 0, nothing("an answer"), nothing(&broken.to_string())))
    }

    fn signature(&self, what: &str) -> String {
        format!("predicted != {}: {what}", self.name)
    }
}

/// In place of a trace where there is none.
fn nothing(what: &str) -> Trace {
    Trace::new(Level::Outcome, Outcome::Unsupported { what: what.to_owned() })
}

/// The class of a break; of a panic also what it is about.
fn kind_of(broken: &Broken) -> String {
    let class = match broken {
        Broken::NotStarted(_) => "not started",
        Broken::Hung { .. } => "no answer in time",
        Broken::Crashed { status, stderr } => {
            return panic_of(status, stderr).map_or("crash".to_owned(), |message| format!("crash: {message}"));
        }
        Broken::Rubbish { .. } => "an answer that is none",
        Broken::Flooded { .. } => "too long an answer",
        Broken::GivenUp { .. } => "not asked any more",
    };
    class.to_owned()
}

/// The message of a panic, without the numbers in it, which are others each time.
fn panic_of(status: &str, stderr: &str) -> Option<String> {
    const MOST: usize = 80;
    let mut lines = stderr.lines();
    let message = match status {
        "panic" => lines.next(),
        _ => lines.skip_while(|line| !line.contains("panicked at")).nth(1),
    };
    let mut text = String::new();
    for c in message?.trim().chars().take(MOST) {
        match c.is_ascii_digit() {
            true if text.ends_with('#') => {}
            true => text.push('#'),
            false => text.push(c),
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_known_by_its_message() {
        let crashed = |status: &str, stderr: &str| {
            kind_of(&Broken::Crashed { status: status.to_owned(), stderr: stderr.to_owned() })
        };
        let stderr = "one\nthread 'main' (7) panicked at src/a.rs:1:2:\nindex 12 of 3 is out\nnote: more";
        assert_eq!(crashed("exit status: 101", stderr), "crash: index # of # is out");
        assert_eq!(crashed("panic", "index 12 of 3 is out"), "crash: index # of # is out");
        assert_eq!(crashed("signal: 11 (SIGSEGV)", "goodbye"), "crash");
        assert_eq!(crashed("panic", ""), "crash");
    }
}

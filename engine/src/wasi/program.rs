//! A module on its way through its life: instantiated, initialised, entered.

use super::{
    command,
    kind::{KindError, Starts, classify},
    reactor,
    rules::{SecondCall, StartRules},
};
use crate::{
    Extern, Module, Store, Val,
    error::{Fault, InstantiateError},
    mutants::{self, Mutant, on},
    runtime::InstanceAddr,
    trace::{Cause, Event, InstancePath, Outcome, Phase},
};
use thiserror::Error;

/// What a module is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// It is the program, and run by its own entry.
    Main,
    /// The user selects one of its functions.
    Invoke,
    /// Others will import what it exports.
    Library,
}

/// Why a module did not start.
#[derive(Debug, Clone, Error)]
pub enum StartError {
    /// It is of no kind that can be started so; nothing has run.
    #[error(transparent)]
    Kind(#[from] KindError),
    /// The instantiation failed, start section included.
    #[error(transparent)]
    Instantiate(#[from] InstantiateError),
    /// `_initialize` did not return (P1-REA-05, P1-REA-06).
    #[error("{0} (while running _initialize)")]
    Initialize(Fault),
}

impl StartError {
    /// The class of this end.
    pub fn outcome(&self) -> Outcome {
        match self {
            StartError::Kind(_) => Outcome::Unlinkable,
            StartError::Instantiate(error) => error.outcome(),
            StartError::Initialize(fault) => fault.outcome(Phase::Call),
        }
    }

    /// The fault, if it was one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            StartError::Initialize(fault) | StartError::Instantiate(InstantiateError::Fault { fault, .. }) => {
                Some(fault)
            }
            _ => None,
        }
    }
}

/// A module that has come up, and what may still be done with it.
#[derive(Debug)]
pub struct Program {
    instance: InstanceAddr,
    starts: Starts,
    rules: StartRules,
    /// Whether the environment has entered it (P1-CMD-03).
    entered: bool,
}

impl Program {
    /// Finds out the kind, instantiates, and initialises a reactor: after it, the exports may be used.
    ///
    /// The order is: the module's kind is judged, its imports are matched, it is instantiated with its start section
    /// (P1-REA-07), then `_initialize` is called (P1-REA-02).
    ///
    /// # Errors
    /// As the variants of [`StartError`] say.
    pub fn begin(
        store: &mut Store,
        module: &Module,
        externs: &[Extern],
        path: InstancePath,
        rules: StartRules,
        purpose: Purpose,
    ) -> Result<Program, StartError> {
        let starts = classify(module, &rules, purpose == Purpose::Main)?;
        for reading in &starts.readings {
            apply(store, &path, reading.rule, reading.reading);
        }
        mutants::hold_start(store, starts.initialize && on(Mutant::P1InitializeBeforeStart));
        let instance = store.instantiate(module, externs, path);
        let is_held = mutants::hold_start(store, false);
        let instance = instance?;
        if let Some(main) = starts.main
            && on(Mutant::P1StartByInstantiation)
        {
            command::run(store, instance, main).map_err(StartError::Initialize)?;
        }
        if purpose == Purpose::Library && !starts.initialize && on(Mutant::P1InitializeRequired) {
            return Err(KindError::NoEntry.into());
        }
        if starts.initialize && !mutants::leaves_out_initialize(purpose) {
            mutants::initialize_end(reactor::initialize(store, instance, purpose))?;
            if is_held {
                store.run_start(module, instance).map_err(StartError::Initialize)?;
            }
            if on(Mutant::P1InitializeTwice) {
                reactor::initialize(store, instance, purpose)?;
            }
        }
        Ok(Program { instance, starts, rules, entered: false })
    }

    /// The instance.
    pub fn instance(&self) -> InstanceAddr {
        self.instance
    }

    /// How it was and is started.
    pub fn starts(&self) -> &Starts {
        &self.starts
    }

    /// Runs it by its own entry, if it has one (P1-CMD-01); a reactor has done what it does by itself.
    ///
    /// # Errors
    /// How the call ended; [`Fault::Exit`] is how a program ends that calls `proc_exit`, with 0 too (P1-CMD-07).
    /// [`Fault::Usage`] if it was entered before (P1-CMD-03).
    pub fn run(&mut self, store: &mut Store) -> Result<(), Fault> {
        let Some(main) = self.starts.main else { return Ok(()) };
        self.enter(store, main)?;
        if on(Mutant::P1StartSkipped) {
            return Ok(());
        }
        if on(Mutant::P1StartTwice) {
            command::run(store, self.instance, main)?;
        }
        mutants::command_end(command::run(store, self.instance, main))
    }

    /// Calls the function that the user selected (P1-CMD-02, P1-REA-04).
    ///
    /// # Errors
    /// How the call ended; [`Fault::Usage`] if the rules forbid it (P1-CMD-03, P1-REA-01).
    pub fn invoke(&mut self, store: &mut Store, name: &str, args: &[Val]) -> Result<Vec<Val>, Fault> {
        self.enter(store, name)?;
        let initialize = |this: &Self, store: &mut Store| {
            reactor::initialize(store, this.instance, Purpose::Invoke)
                .map_err(|error| error.fault().cloned().unwrap_or(Fault::Exit(1)))
        };
        if self.starts.initialize && on(Mutant::P1InitializePerCall) {
            initialize(self, store)?;
        }
        let end = store.call_export(self.instance, name, args, Cause::Invoke);
        if self.starts.main.is_some() {
            // A command is entered once, by whatever export.
            store.end_process();
        }
        let results = end?;
        if self.starts.initialize && on(Mutant::P1InitializeLate) {
            initialize(self, store)?;
        }
        Ok(results)
    }

    /// Whether the environment may enter by `name` now.
    fn enter(&mut self, store: &mut Store, name: &str) -> Result<(), Fault> {
        let is_initialized = name == "_initialize" && self.starts.initialize;
        let rule = match self.starts.main {
            Some(_) if self.entered => Some("P1-CMD-03"),
            _ if is_initialized && !on(Mutant::P1InitializeSelectable) => Some("P1-REA-01"),
            _ => None,
        };
        self.entered = true;
        let Some(rule) = rule else { return Ok(()) };
        let is_allowed = self.rules.second_call == SecondCall::Allow || on(Mutant::P1SecondCallAllowed);
        let at = store.path(self.instance).clone();
        apply(store, &at, rule, if is_allowed { "called again" } else { "not called again" });
        match is_allowed {
            true => Ok(()),
            false => Err(Fault::Usage(format!("{name:?} would be the second call, which {rule} forbids"))),
        }
    }
}

/// Tells the trace which reading of a rule was applied.
pub(super) fn apply(store: &mut Store, at: &InstancePath, rule: &str, reading: &str) {
    store.record(|| Event::RuleApplied { at: at.clone(), rule: rule.to_owned(), reading: reading.to_owned() });
}

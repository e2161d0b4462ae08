//! The directives, one after the other.

use super::{
    Options, component,
    end::{self, End},
    machine::Machine,
    recorder::Events,
    report::{DirectiveReport, FailureKind, Problem, Script, Status},
    thread::Threads,
    watchdog::Watchdog,
};
use crate::{
    messages::Assertion,
    source::{Directive, DirectiveKind, Position, ScriptModule},
    trace::{InstancePath, Level, PostMortem},
};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

/// Runs all directives of a script, threads included.
pub(super) fn run_all(text: &str, directives: Vec<Directive<'_>>, options: &Options) -> Script {
    let watchdog = Watchdog::new(options.timeout);
    thread::scope(|scope| {
        let mut machine = Machine::new(options, InstancePath::root());
        let events = record(&mut machine, options.level);
        let mut threads = Threads::new(scope, text, &watchdog);
        let mut reports = run_in(&mut machine, directives, text, &watchdog, &mut threads, &events);
        reports.extend(threads.join_all());
        reports.sort_by_key(|report| (report.line, report.column));
        let state = match options.level {
            Some(Level::Full) => machine.examine(),
            _ => PostMortem::default(),
        };
        drop(machine);
        Script { reports, events: events.take(), state }
    })
}

/// Runs directives on one machine, on the thread of the caller.
pub(super) fn run_in<'scope>(
    machine: &mut Machine<'scope>,
    directives: Vec<Directive<'scope>>,
    text: &str,
    watchdog: &Watchdog,
    threads: &mut Threads<'scope, '_>,
    events: &Events,
) -> Vec<DirectiveReport> {
    watchdog.watch(machine.store.interrupt_handle());
    let mut reports = Vec::with_capacity(directives.len());
    let mut position = Position::new(text);
    for directive in directives {
        let (line, column) = position.of(&directive);
        let keyword = directive.keyword;
        let before = events.len();
        // What one directive has used up is not missing in the next.
        machine.store.set_fuel(machine.options.config.limits.fuel);
        let status = guarded(machine, directive.kind, watchdog, threads);
        let (events, instantiation) = (before..events.len(), machine.instantiation.take());
        reports.push(DirectiveReport { line, column, directive: keyword, status, events, instantiation });
        reports.append(&mut threads.finished);
    }
    reports
}

/// One directive under the time limit; a panic is caught and told.
fn guarded<'scope>(
    machine: &mut Machine<'scope>,
    directive: DirectiveKind<'scope>,
    watchdog: &Watchdog,
    threads: &mut Threads<'scope, '_>,
) -> Status {
    let in_time = format!("an end within the script's limit of {:?}", watchdog.limit());
    if watchdog.expired() {
        return Err(Problem::failed(in_time, "time was up before this directive")).into();
    }
    match catch_unwind(AssertUnwindSafe(|| run_one(machine, directive, threads))) {
        Ok(Err(Problem::Failed { got, .. })) if watchdog.expired() => {
            Err(Problem::failed(in_time, format!("time was up: {got}"))).into()
        }
        Ok(result) => result.into(),
        Err(panic) => Status::Failed {
            expected: "no panic".to_owned(),
            got: format!("panic: {}", panic_text(&*panic)),
            kind: FailureKind::Harness,
        },
    }
}

fn run_one<'scope>(
    machine: &mut Machine<'scope>,
    directive: DirectiveKind<'scope>,
    threads: &mut Threads<'scope, '_>,
) -> Result<(), Problem> {
    use DirectiveKind as K;
    match directive {
        K::Module(mut module) => {
            let end = machine.module(&mut module)?;
            end::expect_success(&machine.store, &end)
        }
        K::ModuleDefinition(mut module) => {
            let end = machine.module_definition(&mut module)?;
            end::expect_success(&machine.store, &end)
        }
        K::ModuleInstance(instance) => {
            let end = machine.module_instance(&instance)?;
            end::expect_success(&machine.store, &end)
        }
        K::Register { name, instance } => machine.register(name, instance),
        K::Action(mut action) => {
            let end = machine.execute(&mut action)?;
            end::expect_success(&machine.store, &end)
        }
        K::Thread(thread) => threads.spawn(machine, thread),
        K::Wait(thread) => threads.wait(thread.name()),
        K::Input(name) => Err(machine.input(name)),
        K::Output => Err(Problem::unsupported("`output`: scripts write no files here")),
        assertion => run_assertion(machine, assertion),
    }
}

fn run_assertion(machine: &mut Machine<'_>, directive: DirectiveKind<'_>) -> Result<(), Problem> {
    use DirectiveKind as K;
    match directive {
        K::AssertReturn { mut action, results } => {
            let end = machine.execute(&mut action)?;
            end::expect_values(&machine.store, &end, &results)
        }
        K::AssertException(mut action) => {
            let end = machine.execute(&mut action)?;
            end::expect_exception(&machine.store, &end)
        }
        K::AssertEnd { mut action, assertion, message } => {
            let end = machine.execute(&mut action)?;
            end::expect_class(&machine.store, &end, assertion, message)
        }
        K::AssertRefused { mut module, assertion, is_custom: false, message } => {
            expect_refused(machine, &mut module, assertion, message)
        }
        K::AssertRefused { mut module, assertion, is_custom: true, message } => {
            expect_custom_refused(machine, &mut module, assertion, message)
        }
        _ => Err(Problem::unsupported("stack switching")),
    }
}

/// The module must not even become one.
fn expect_refused(
    machine: &mut Machine<'_>,
    module: &mut ScriptModule<'_>,
    assertion: Assertion,
    message: &str,
) -> Result<(), Problem> {
    let is_component = module.is_component();
    let end = match machine.define(module)? {
        Ok(_) => End::Returned(Vec::new()),
        Err(end) => end,
    };
    if is_component {
        return component::expect_refused(&machine.store, &end, assertion);
    }
    // What is beyond a limit of the engine says nothing about the module.
    end::expect_class(&machine.store, &end.supported()?, assertion, message)
}

/// As [`expect_refused`], about a custom section. An engine may ignore those (core `#binary-customsec`), so that accepting
/// the module is no failure.
fn expect_custom_refused(
    machine: &mut Machine<'_>,
    module: &mut ScriptModule<'_>,
    assertion: Assertion,
    message: &str,
) -> Result<(), Problem> {
    match machine.define(module)? {
        Ok(_) => Err(Problem::unsupported("checks of custom sections")),
        Err(end) => end::expect_class(&machine.store, &end, assertion, message),
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("(no message)")
}

/// Records the steps of `machine` up to `level`.
fn record(machine: &mut Machine<'_>, level: Option<Level>) -> Events {
    level.map(|level| Events::of(&mut machine.store, level)).unwrap_or_default()
}

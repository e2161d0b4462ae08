//! A case on a runtime, and the verdict on what happened.

use super::{
    Ability, About, End, Program, ProgramEnd, Reach, Runtime,
    machine::{Instantiation, Machine, Status},
    needs::Accepted,
};
use crate::{
    case::{Broken, Case, DirectiveFailure, Fails, Failure, Kind, Report, Run, Verdict},
    commands::{Command, CommandKind, ModuleSource, lower},
    trace::{Difference, Event, InstancePath, Level, Outcome, Phase, Stream, Trace, compare},
};
use preflight_spec_tests::Catalogue;

/// What is known of a runtime before it is given cases.
#[derive(Debug, Clone)]
pub struct Judge<'c> {
    /// What it says of itself.
    pub about: About,
    /// What it accepts.
    pub accepted: Accepted,
    catalogue: &'c Catalogue,
}

impl<'c> Judge<'c> {
    /// Asks `runtime` what it is and what it accepts.
    ///
    /// # Errors
    /// The runtime broke meanwhile.
    pub fn new(runtime: &mut dyn Runtime, catalogue: &'c Catalogue) -> Result<Self, Broken> {
        Self::of(runtime.about(), Accepted::ask(runtime), catalogue)
    }

    /// As [`new`](Self::new), but asks only for what `case` needs: for those who run one case.
    ///
    /// # Errors
    /// The runtime broke meanwhile.
    pub fn for_case(runtime: &mut dyn Runtime, catalogue: &'c Catalogue, case: &Case) -> Result<Self, Broken> {
        Self::of(runtime.about(), Accepted::ask_for(runtime, &case.header.needs), catalogue)
    }

    fn of(about: About, accepted: Result<Accepted, End>, catalogue: &'c Catalogue) -> Result<Self, Broken> {
        match accepted {
            Ok(accepted) => Ok(Judge { about, accepted, catalogue }),
            Err(End::Broken(broken)) => Err(broken),
            Err(end) => Err(Broken::NotStarted(end.to_string())),
        }
    }
}

/// What was found of a case: what was not as it says, or why nothing can be said.
type Found = Result<Vec<Failure>, Over>;

/// Why a case ended early.
enum Over {
    Unsupported(String),
    Broken(Broken),
    Script(crate::source::ScriptError),
}

impl From<End> for Over {
    fn from(end: End) -> Self {
        match end {
            End::Broken(broken) => Over::Broken(broken),
            End::Unsupported(what) => Over::Unsupported(what),
            end => Over::Unsupported(end.to_string()),
        }
    }
}

/// Runs one case on a runtime of which `judge` knows.
pub fn run(case: &Case, runtime: &mut dyn Runtime, judge: &Judge<'_>) -> Report {
    let mut actual = Trace::new(judge.about.level, Outcome::Returned { values: Vec::new() });
    let verdict = match find(case, runtime, judge, &mut actual) {
        Ok(failures) => Verdict::of(case, judge.catalogue, failures),
        Err(Over::Unsupported(what)) => Verdict::Unsupported(what),
        // A runtime that breaks is at fault, whatever the rules say.
        Err(Over::Broken(broken)) => Verdict::Failed(vec![Failure::Broken(broken)]),
        Err(Over::Script(error)) => Verdict::Failed(vec![Failure::Script(error)]),
    };
    Report { path: case.path.clone(), verdict, actual }
}

fn find(case: &Case, runtime: &mut dyn Runtime, judge: &Judge<'_>, actual: &mut Trace) -> Found {
    if case.header.interrupt {
        return Err(Over::Unsupported("an embedder that interrupts".to_owned()));
    }
    for need in &case.header.needs {
        if let Some(refusal) = judge.accepted.refusal(need) {
            return Err(Over::Unsupported(format!("{need}: {refusal}")));
        }
    }
    let can = |ability: Ability| judge.about.can(ability);
    let lacks = |what: &str| Err(Over::Unsupported(what.to_owned()));
    let needs = |word: &str| case.header.needs.iter().any(|need| need == word);
    if needs("js-api") || case.is_js() {
        return lacks("the JavaScript API");
    }
    if needs("wasi-threads") {
        return lacks("wasi-threads");
    }
    let commands = lower(&case.text).map_err(Over::Script)?;
    if let Some(run) = &case.header.run {
        return match (needs("wasip2"), can(Ability::P1)) {
            (true, _) => lacks("programs of WASI preview 2"),
            (false, false) => lacks("programs of WASI preview 1"),
            (false, true) if !run.preopens.is_empty() => {
                lacks("preopened folders, which adapters have no means for yet")
            }
            (false, true) if !run.preloads.is_empty() && !can(Ability::Preloads) => lacks("preloads"),
            (false, true) if !run.preopens.is_empty() => lacks("preopened directories"),
            (false, true) => program(&commands, run, runtime, actual),
        };
    }
    let has_components =
        commands.iter().any(|command| matches!(command.kind.module(), Some(ModuleSource::Component(_))));
    let ability = if has_components { Ability::Components } else { Ability::Core };
    if !can(ability) && can(Ability::Scripts) {
        return script(case, &commands, runtime);
    }
    if !can(ability) {
        return lacks(if has_components { "components" } else { "scripts of core modules" });
    }
    primitives(case, &commands, runtime, judge, actual)
}

/// On the runtime's own script runner, which says no more than whether the script holds.
fn script(case: &Case, commands: &[Command], runtime: &mut dyn Runtime) -> Found {
    if matches!(case.expected.outcome, Outcome::Exhausted { .. }) {
        // A script has no word for a module that exhausts a resource.
        return Err(Over::Unsupported("a script that says how its modules fail".to_owned()));
    }
    runtime.reset()?;
    match runtime.run_script(&case.text, commands) {
        Ok(()) => Ok(Vec::new()),
        Err(end @ (End::Unsupported(_) | End::Broken(_))) => Err(end.into()),
        Err(end) => Ok(vec![failure(None, "script", "a script that holds".to_owned(), end.to_string())]),
    }
}

fn primitives(
    case: &Case,
    commands: &[Command],
    runtime: &mut dyn Runtime,
    judge: &Judge<'_>,
    actual: &mut Trace,
) -> Found {
    runtime.reset()?;
    let mut machine = Machine::new(runtime);
    let (mut failures, mut instantiations) = (Vec::new(), Vec::new());
    for command in commands {
        let status = machine.run(command)?;
        let instantiation = machine.instantiation.take();
        let (expected, got) = match status {
            Status::Passed => {
                instantiations.extend(instantiation);
                continue;
            }
            Status::Failed { expected, got, rejected } => {
                if rejected && let Some(what) = lacking(case, judge) {
                    return Err(Over::Unsupported(format!("{what}; it says: {got}")));
                }
                (expected, got.to_string())
            }
            Status::Values { expected, got } | Status::Script { expected, got } => (expected, got),
        };
        if !is_expected(case, instantiation.as_ref()) {
            failures.push(failure(Some(command), command.directive, expected, got));
        }
        instantiations.extend(instantiation);
    }
    record(case, &instantiations, actual);
    failures.extend(difference(case, &instantiations, actual).map(Failure::Trace));
    Ok(failures)
}

/// What the runtime lacks, if it may have refused a valid module for that.
fn lacking(case: &Case, judge: &Judge<'_>) -> Option<String> {
    let young = ["values", "component-async"];
    if let Some(need) = case.header.needs.iter().find(|need| young.contains(&need.as_str())) {
        return Some(need.clone());
    }
    // A runtime of components alone was not asked about core proposals.
    if let Some(need) = case.header.needs.iter().find(|need| judge.accepted.is_unknown(need)) {
        return Some(need.clone());
    }
    let lacks = judge.accepted.lacks();
    (!lacks.is_empty()).then(|| format!("release 2.0 without {}", lacks.join(", ")))
}

/// A script has no words for a module that exhausts a resource: its `module` directive fails, and the expected outcome says
/// that it has to.
fn is_expected(case: &Case, instantiation: Option<&Instantiation>) -> bool {
    let end = instantiation.and_then(|instantiation| instantiation.end.as_ref().err());
    matches!(case.expected.outcome, Outcome::Exhausted { .. })
        && end.is_some_and(|end| end.may_be(&case.expected.outcome))
}

/// Writes down what was seen of the instances that the case speaks of.
fn record(case: &Case, instantiations: &[Instantiation], actual: &mut Trace) {
    let instances = case.instances();
    for instantiation in instantiations {
        if instances.contains(&instantiation.at) {
            actual.events.extend(instantiation.calls.iter().cloned());
        }
        if let Err(end) = &instantiation.end {
            actual.outcome = end.outcome(Phase::Initialise);
        }
    }
}

/// The first difference that can be seen from outside: calls of host functions in their order, and the end.
fn difference(case: &Case, instantiations: &[Instantiation], actual: &Trace) -> Option<Difference> {
    let success = Outcome::Returned { values: Vec::new() };
    if case.expected.events.is_empty() && case.expected.outcome == success {
        return None;
    }
    let last = instantiations.iter().rev().find_map(|instantiation| instantiation.end.as_ref().err());
    let is_same_end = match last {
        Some(end) => end.may_be(&case.expected.outcome),
        None => case.expected.outcome == success,
    };
    if !is_same_end {
        let (expected, actual) = (case.expected.outcome.clone(), actual.outcome.clone());
        return Some(Difference::Outcome { expected, actual });
    }
    compare(&from_outside(&case.expected, success.clone()), &from_outside(actual, success))
}

/// The calls of host functions, without the caller: a host function is not told who calls it.
fn from_outside(trace: &Trace, outcome: Outcome) -> Trace {
    let at = InstancePath::root;
    let events = trace.events.iter().filter_map(|event| match event {
        Event::HostCalled { name, args, .. } => {
            Some(Event::HostCalled { at: at(), name: name.clone(), args: args.clone() })
        }
        Event::HostReturned { name, results, .. } => {
            Some(Event::HostReturned { at: at(), name: name.clone(), results: results.clone() })
        }
        _ => None,
    });
    Trace { events: events.collect(), ..Trace::new(trace.level.min(Level::Observable), outcome) }
}

fn program(commands: &[Command], run: &Run, runtime: &mut dyn Runtime, actual: &mut Trace) -> Found {
    let Some(program) = assemble(commands, run) else {
        let got = "a module of the table [run] that is not defined".to_owned();
        return Ok(vec![failure(None, "run", "modules".to_owned(), got)]);
    };
    runtime.reset()?;
    let end = runtime.run_program(&program)?;
    if let Err(End::Unsupported(what)) = end.end {
        return Err(Over::Unsupported(what));
    }
    record_program(run, &end, actual);
    Ok(judge_program(run, &end))
}

/// Writes down what was seen of a program: what it wrote, and how it ended.
fn record_program(run: &Run, program: &ProgramEnd, actual: &mut Trace) {
    if !program.stdout.is_empty() {
        let at = InstancePath::root().child(&run.main);
        actual.events.push(Event::Output { at, stream: Stream::Stdout, bytes: program.stdout.as_slice().into() });
    }
    if let Err(end) = &program.end {
        actual.outcome = end.outcome(Phase::Call);
    }
}

pub(crate) fn assemble(commands: &[Command], run: &Run) -> Option<Program> {
    let module = |wanted: &str| {
        commands.iter().find_map(|command| match &command.kind {
            CommandKind::ModuleDefinition { name: Some(name), module: ModuleSource::Binary(bytes) }
                if wanted.strip_prefix('$') == Some(name) =>
            {
                Some(bytes.clone())
            }
            _ => None,
        })
    };
    let preloads = run.preloads.iter().map(|preload| Some((preload.name.clone(), module(&preload.module)?)));
    Some(Program {
        main: module(&run.main)?,
        preloads: preloads.collect::<Option<_>>()?,
        reach: match (&run.invoke, run.kind) {
            (Some(export), _) => Reach::Export(export.clone()),
            (None, Kind::Command | Kind::Component) => Reach::Command,
            (None, Kind::Reactor) => Reach::Reactor,
        },
        args: run.args.clone(),
        env: run.env.clone(),
        stdin: run.stdin.clone(),
    })
}

/// What a program did otherwise than its case says.
pub(crate) fn judge_program(run: &Run, program: &ProgramEnd) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut differs = |expected: String, got: String| failures.push(failure(None, "run", expected, got));
    let end = || program.end.as_ref().map_or_else(ToString::to_string, |()| "returned".to_owned());
    let exit = match &program.end {
        Ok(()) => Some(0),
        Err(End::Exit(code)) => Some(*code),
        Err(_) => None,
    };
    match (run.fails, run.exit) {
        (Some(Fails::Trap), _) if exit.is_some() || is_refusal(&program.end) => differs("a trap".to_owned(), end()),
        (Some(Fails::Refused), _) if exit.is_some() || matches!(program.end, Err(End::Trap(..))) => {
            differs("a host that refuses to run it".to_owned(), end());
        }
        (None, Some(code)) if exit != Some(code) => differs(format!("exit {code}"), end()),
        (None, None) if exit.is_none() => differs("an end of its own accord".to_owned(), end()),
        _ => {}
    }
    if let Some(stdout) = &run.stdout
        && stdout.as_bytes() != program.stdout
    {
        differs(format!("standard output {stdout:?}"), format!("{:?}", String::from_utf8_lossy(&program.stdout)));
    }
    failures
}

fn is_refusal(end: &Result<(), End>) -> bool {
    matches!(end, Err(End::Unlinkable(_) | End::Rejected(_) | End::Malformed(_) | End::Invalid(_)))
}

fn failure(command: Option<&Command>, directive: &'static str, expected: String, got: String) -> Failure {
    let (line, column) = command.map_or((1, 1), |command| (command.line, command.column));
    Failure::Directive(DirectiveFailure { line, column, directive, expected, got })
}

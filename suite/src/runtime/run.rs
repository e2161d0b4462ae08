//! A case on a runtime, and the verdict on what happened.

use super::{
    Ability, About, End, Program, ProgramEnd, Reach, Runtime, World,
    machine::{Instantiation, Machine, Status},
    needs::Accepted,
};
use crate::{
    case::{
        self, Broken, Case, DirectiveFailure, Does, Ending, Failure, HostFunc, Kind, Report, Run, Verdict, js::Job,
        made,
    },
    commands::{Command, CommandKind, ModuleSource, definition, lower},
    trace::{Difference, Event, InstancePath, Level, Outcome, Phase, Resource, Stream, Trace, compare},
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

    /// As [`new`](Self::new), but asks only for what `case` needs: for those who run one case. If that fails, only a judge who
    /// asked for everything can tell whether the runtime lacks something of release 2.0.
    ///
    /// # Errors
    /// The runtime broke meanwhile.
    pub fn for_case(runtime: &mut dyn Runtime, catalogue: &'c Catalogue, case: &Case) -> Result<Self, Broken> {
        Self::of(runtime.about(), Accepted::ask_for(runtime, &case.header.needs), catalogue)
    }

    /// A judge of a runtime that was asked already, by the rules of this suite.
    #[cfg(feature = "fuzz")]
    pub(crate) fn known(about: About, accepted: Accepted) -> Judge<'static> {
        static CATALOGUE: std::sync::LazyLock<Catalogue> =
            std::sync::LazyLock::new(|| preflight_spec_tests::rules().expect("tests hold the catalogue to its form"));
        Judge { about, accepted, catalogue: &CATALOGUE }
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
    for need in &case.header.needs {
        if let Some(refusal) = judge.accepted.refusal(need) {
            return Err(Over::Unsupported(format!("{need}: {refusal}")));
        }
    }
    let can = |ability: Ability| judge.about.can(ability);
    let lacks = |what: &str| Err(Over::Unsupported(what.to_owned()));
    let needs = |word: &str| case.header.needs.iter().any(|need| need == word);
    if case.is_js() {
        return if can(Ability::Js) { script_of_js(case, runtime, judge) } else { lacks("the JavaScript API") };
    }
    if needs("wasi-threads") {
        return lacks("wasi-threads");
    }
    if !case.header.hosts.is_empty() && !can(Ability::Hosts) {
        return lacks("functions of the host that act");
    }
    let commands = commands_of(case)?;
    if let Some(run) = &case.header.run {
        return match run.kind {
            Kind::Component if !can(Ability::P2) => lacks("programs of WASI 0.2"),
            Kind::Command | Kind::Reactor if !can(Ability::P1) => lacks("programs of WASI preview 1"),
            _ if !run.preloads.is_empty() && !can(Ability::Preloads) => lacks("preloads"),
            _ => program(&commands, run, runtime, judge, actual),
        };
    }
    if !case.header.gives.is_empty() && !can(Ability::Gives) {
        return lacks("exports of instances that are given to components one by one");
    }
    let has_components =
        commands.iter().any(|command| matches!(command.kind.module(), Some(ModuleSource::Component(_))));
    let ability = if has_components { Ability::Components } else { Ability::Core };
    if !can(ability) && can(Ability::Scripts) {
        return script(case, &commands, runtime);
    }
    #[cfg(feature = "reference")]
    if ability == Ability::Core && !can(ability) && can(Ability::P1) {
        return self_checking(case, runtime, judge);
    }
    if !can(ability) {
        return lacks(if has_components { "components" } else { "scripts of core modules" });
    }
    primitives(case, &commands, runtime, judge, actual)
}

/// The commands of a case, the component among them that a tool makes.
fn commands_of(case: &Case) -> Result<Vec<Command>, Over> {
    let mut commands = lower(&case.text).map_err(Over::Script)?;
    let Some(build) = &case.header.build else { return Ok(commands) };
    if build.refused.is_some() {
        return Err(Over::Unsupported("a case about a tool, which leaves nothing to run".to_owned()));
    }
    if !made::CAN {
        return Err(Over::Unsupported(made::WITHOUT.to_owned()));
    }
    let definitions = made::definitions(case).map_err(|failure| Over::Unsupported(failure.to_string()))?;
    if let Some(made) = definitions.into_iter().next_back() {
        let (name, module) = (Some(build.name.trim_start_matches('$').to_owned()), ModuleSource::Component(made.bytes));
        let kind = CommandKind::ModuleDefinition { name, module };
        commands.push(Command { line: 1, column: 1, directive: "component definition", kind });
    }
    Ok(commands)
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

/// As commands that check themselves, on a runtime that has nothing but a command line.
#[cfg(feature = "reference")]
fn self_checking(case: &Case, runtime: &mut dyn Runtime, judge: &Judge<'_>) -> Found {
    let built = crate::self_check::build(case, judge.catalogue);
    if let (true, Some(left_out)) = (built.commands.is_empty(), built.left_out.first()) {
        return Err(Over::Unsupported(format!("scripts; and this one cannot be a command: {}", left_out.why)));
    }
    runtime.reset()?;
    let mut failures = Vec::new();
    for command in &built.commands {
        let end = runtime.run_program(&command.program)?;
        if let Err(end @ (End::Unsupported(_) | End::Broken(_))) = end.end {
            return Err(end.into());
        }
        let found = command.judge(&end);
        if let (false, Err(end), Some(what)) = (found.is_empty(), &end.end, lacking(case, judge))
            && matches!(end.ending(), Ending::Refused | Ending::Unexplained)
        {
            return Err(Over::Unsupported(format!("{what}; it says: {end}")));
        }
        failures.extend(found);
    }
    Ok(failures)
}

fn primitives(
    case: &Case,
    commands: &[Command],
    runtime: &mut dyn Runtime,
    judge: &Judge<'_>,
    actual: &mut Trace,
) -> Found {
    runtime.reset()?;
    if case.header.interrupt {
        runtime.limit()?;
    }
    let mut machine = Machine::new(runtime, &case.header.hosts, &case.header.gives);
    let (mut failures, mut instantiations) = (Vec::new(), Vec::new());
    for command in commands {
        let status = machine.run(command)?;
        let instantiation = machine.instantiation.take();
        let (expected, got) = match status {
            Status::Passed => {
                instantiations.extend(instantiation);
                continue;
            }
            // How much memory there is, is left open: a limit is a means that is missing, and no fault.
            Status::Failed { got: end @ End::Exhausted(Resource::Memory, _), .. }
                if !matches!(case.expected.outcome, Outcome::Exhausted { .. }) =>
            {
                return Err(Over::Unsupported(end.to_string()));
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
    if let Some(at) = mixed(case, &instantiations) {
        let what = "calls in what functions of the host instantiate, told from those";
        return Err(Over::Unsupported(format!("{what} of {at}, of which the case does not speak")));
    }
    record(case, &instantiations, actual);
    failures.extend(difference(case, &instantiations, actual).map(Failure::Trace));
    Ok(failures)
}

/// What the runtime lacks, if it may have refused a valid module for that.
fn lacking(case: &Case, judge: &Judge<'_>) -> Option<String> {
    let young = ["values", "component-async", "error-context", "fixed-length-lists", "maps", "component-memory64"];
    if let Some(need) = case.header.needs.iter().find(|need| young.contains(&need.as_str())) {
        return Some(need.clone());
    }
    // A runtime of components alone was not asked about core proposals.
    if let Some(need) = case.header.needs.iter().find(|need| judge.accepted.is_unknown(need)) {
        return Some(need.clone());
    }
    judge.accepted.lacking()
}

/// A script has no words for a module that exhausts a resource: its `module` directive fails, and the expected outcome says
/// that it has to.
fn is_expected(case: &Case, instantiation: Option<&Instantiation>) -> bool {
    let end = instantiation.and_then(|instantiation| instantiation.end.as_ref().err());
    matches!(case.expected.outcome, Outcome::Exhausted { .. })
        && end.is_some_and(|end| end.may_be(&case.expected.outcome))
}

/// An instantiation of which the case does not speak, although it speaks of what functions of the host instantiate: who calls in it,
/// nobody tells.
fn mixed<'i>(case: &Case, instantiations: &'i [Instantiation]) -> Option<&'i InstancePath> {
    let spoken_of = case.instances();
    let is_made = |host: &HostFunc| match &host.does {
        Does::Instantiate { names, .. } => {
            names.iter().any(|name| spoken_of.contains(&InstancePath::root().child(name)))
        }
        _ => false,
    };
    if !case.header.hosts.iter().any(is_made) {
        return None;
    }
    let is_mixed = |of: &&Instantiation| !of.calls.is_empty() && !spoken_of.contains(&of.at);
    instantiations.iter().find(is_mixed).map(|of| &of.at)
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

/// The calls of host functions, without the caller: a host function is not told who calls it. That one returns shows in what
/// comes next.
fn from_outside(trace: &Trace, outcome: Outcome) -> Trace {
    let at = InstancePath::root;
    let events = trace.events.iter().filter_map(|event| match event {
        Event::HostCalled { name, args, .. } => {
            Some(Event::HostCalled { at: at(), name: name.clone(), args: args.clone() })
        }
        _ => None,
    });
    Trace { events: events.collect(), ..Trace::new(trace.level.min(Level::Observable), outcome) }
}

fn script_of_js(case: &Case, runtime: &mut dyn Runtime, judge: &Judge<'_>) -> Found {
    let job = match Job::of(case) {
        Ok(job) => job,
        Err(failure) => return Ok(vec![*failure]),
    };
    runtime.reset()?;
    runtime.run_js(&job)?.found(case, judge.catalogue).map_err(Over::Unsupported)
}

/// What a runtime lacks without [`Ability::Times`].
pub(crate) const WITHOUT_TIMES: &str = "entering a program never, or more than once";

fn program(commands: &[Command], run: &Run, runtime: &mut dyn Runtime, judge: &Judge<'_>, actual: &mut Trace) -> Found {
    let Some(program) = assemble(commands, run) else {
        let got = "a module of the table [run] that is not defined".to_owned();
        return Ok(vec![failure(None, "run", "modules".to_owned(), got)]);
    };
    if program.takes_times() && !judge.about.can(Ability::Times) {
        return Err(Over::Unsupported(WITHOUT_TIMES.to_owned()));
    }
    runtime.reset()?;
    let ProgramEnd { stdout, end } = runtime.run_program(&program)?;
    if let Err(End::Unsupported(what)) = end {
        return Err(Over::Unsupported(what));
    }
    record_program(run, &stdout, &end, actual);
    let (ending, words) = match &end {
        Ok(()) => (Ending::Exit(0), "returned".to_owned()),
        Err(end) => (end.ending(), end.to_string()),
    };
    Ok(case::judge(run, &ending, &words, &stdout))
}

/// Writes down what was seen of a program: what it wrote, and how it ended.
fn record_program(run: &Run, stdout: &[u8], end: &Result<(), End>, actual: &mut Trace) {
    if !stdout.is_empty() {
        let at = InstancePath::root().child(&run.main);
        actual.events.push(Event::Output { at, stream: Stream::Stdout, bytes: stdout.into() });
    }
    if let Err(end) = end {
        actual.outcome = end.outcome(Phase::Call);
    }
}

pub(crate) fn assemble(commands: &[Command], run: &Run) -> Option<Program> {
    let module = |wanted: &str| match definition(commands, wanted.strip_prefix('$')?)? {
        ModuleSource::Binary(bytes) | ModuleSource::Component(bytes) => Some(bytes.clone()),
        ModuleSource::Malformed(_) => None,
    };
    let preloads = run.preloads.iter().map(|preload| Some((preload.name.clone(), module(&preload.module)?)));
    Some(Program {
        world: if run.kind == Kind::Component { World::P2 } else { World::P1 },
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
        preopens: run.preopens.clone(),
        times: run.times,
    })
}

fn failure(command: Option<&Command>, directive: &'static str, expected: String, got: String) -> Failure {
    let (line, column) = command.map_or((1, 1), |command| (command.line, command.column));
    Failure::Directive(DirectiveFailure { line, column, directive, expected, got })
}

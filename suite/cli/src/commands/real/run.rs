//! One program on each tier.

use super::{
    check,
    manifest::{Kind, Program},
    steps::{self, StepsEnd},
};
use crate::{
    input::{self, Input},
    render,
    run::{ComponentPlan, CoreSession, Imports, LimitArgs, Member, Plan, Recorder, Running, Setup},
};
use preflight_engine::{
    Config, Module, Tier,
    trace::{InstancePath, Level, Outcome, Phase, Resource, Trace, compare},
    wasi::{StartRules, world::Dir},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

/// What became of a program.
pub struct Ran {
    /// Its runs.
    pub tiers: Vec<TierRun>,
    /// What was not as expected.
    pub failures: Vec<String>,
}

/// One run.
pub struct TierRun {
    /// The tier.
    pub name: &'static str,
    /// How long it took, decoding and compilation included.
    pub time: Duration,
    /// What could be seen from outside.
    pub trace: Trace,
}

impl Ran {
    /// Whether all was as expected.
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty()
    }

    /// How it ended on the first tier.
    pub fn outcome(&self) -> String {
        self.tiers.first().map_or_else(|| "not run".to_owned(), |tier| tier.trace.outcome.to_string())
    }
}

/// What a program has done, besides its trace.
#[derive(Default)]
pub struct Done {
    /// All of standard output.
    pub stdout: Vec<u8>,
    /// All of standard error.
    pub stderr: Vec<u8>,
    /// Its files by their paths in the manifest, as they are in the end; `None` if one is not there.
    pub files: Vec<(String, Option<Vec<u8>>)>,
}

/// Runs `program`, whose file holds `bytes`, on `tiers`, and judges what it did.
pub fn run(program: &Program, bytes: &[u8], files: &Files, tiers: &[Tier]) -> Ran {
    let mut ran = Ran { tiers: Vec::new(), failures: Vec::new() };
    for tier in tiers {
        let name = match tier {
            Tier::Interp => "interp",
            #[cfg(feature = "jit")]
            Tier::Jit => "jit",
        };
        let begun = Instant::now();
        let (trace, done, remarks) = match once(program, bytes, files, *tier) {
            Ok(once) => once,
            Err(error) => {
                ran.failures.push(format!("{name}: {error:#}"));
                continue;
            }
        };
        let time = begun.elapsed();
        let failures = remarks.into_iter().chain(check::failures(program, &trace.outcome, &done));
        ran.failures.extend(failures.map(|failure| format!("{name}: {failure}")));
        ran.tiers.push(TierRun { name, time, trace });
    }
    if let [first, second] = &ran.tiers[..]
        && compare(&first.trace, &second.trace).is_some()
    {
        let difference = render::difference(&first.trace, &second.trace).unwrap_or_default();
        let difference: Vec<&str> = difference.lines().take(12).collect();
        ran.failures.push(format!("the tiers differ: {}", difference.join("\n  ")));
    }
    ran
}

/// Files by their paths.
type Files = BTreeMap<String, Vec<u8>>;
type Once = (Trace, Done, Vec<String>);

fn once(program: &Program, bytes: &[u8], files: &Files, tier: Tier) -> anyhow::Result<Once> {
    let config = Config::default();
    match input::decode(&program.name, bytes.to_vec(), &config)? {
        Input::Module(module) => module_once(program, module, files, config, tier),
        Input::Component(component) => {
            let plan = ComponentPlan::new(config, Vec::new(), (program.name.clone(), component))?;
            let calls: Vec<Vec<String>> = component_calls(program);
            let plan = match calls.first() {
                Some(call) => plan.with_call(call)?,
                None => plan,
            };
            let mut session = crate::run::ComponentSession::new(&plan, Imports::Stubs, tier);
            let (recorder, watch) = watched(program, &mut session);
            let end = Running::run(&mut session);
            let remarks = watch.end().into_iter().chain(recorder.remark()).collect();
            let end = end?;
            let trace = observed(&recorder, end.outcome, &mut session);
            let done = Done { stdout: end.results.join("\n").into_bytes(), ..Done::default() };
            Ok((trace, done, remarks))
        }
    }
}

/// The calls of a component: name and arguments.
fn component_calls(program: &Program) -> Vec<Vec<String>> {
    let call = |step: &super::manifest::Step| match step {
        super::manifest::Step::Call { call, args, .. } => Some([call].into_iter().chain(args).cloned().collect()),
        _ => None,
    };
    program.step.iter().filter_map(call).collect()
}

fn module_once(program: &Program, module: Module, files: &Files, config: Config, tier: Tier) -> anyhow::Result<Once> {
    let member = Member { path: InstancePath::root(), name: None, file: program.name.clone(), module };
    let wasi = Setup::in_memory(program.name.clone(), &program.args, &program.env, &program.stdin, files)?;
    let stays = program.kind != Kind::Command;
    let plan = Plan {
        config,
        members: vec![member],
        call: None,
        wasi: Some(wasi),
        start_rules: StartRules::default(),
        is_called_later: stays,
    };
    let mut session = CoreSession::new(&plan, Imports::Stubs, tier);
    let (recorder, watch) = watched(program, &mut session);
    let end = Running::run(&mut session)?;
    let (mut outcome, mut remarks) = (end.outcome.clone(), Vec::new());
    if !matches!(outcome, Outcome::Returned { .. } | Outcome::Exit { .. }) {
        remarks.push(end.explanation());
    } else if stays {
        match steps::run(&mut session, program) {
            Ok(()) => {}
            Err(StepsEnd::Fault(fault)) => outcome = fault.outcome(Phase::Call),
            Err(StepsEnd::Unexpected(what)) => remarks.push(what),
        }
    }
    remarks.extend(watch.end());
    remarks.extend(recorder.remark());
    let done = done(program, &session);
    if outcome == (Outcome::Exhausted { what: Resource::Interrupt }) {
        remarks.push(format!("it was stopped after {} s", program.time_limit_s));
    }
    let trace = observed(&recorder, outcome, &mut session);
    Ok((trace, done, remarks))
}

/// What the program has written.
fn done(program: &Program, session: &CoreSession<'_>) -> Done {
    let Some(world) = session.world() else { return Done::default() };
    let world = world.borrow();
    let root = world.preopens.iter().find_map(|preopen| match &preopen.dir {
        Dir::Virtual(dir) => Some(dir),
        Dir::Host(_) => None,
    });
    let read = |path: &String| (path.clone(), root.and_then(|root| root.read(path.trim_start_matches('/')).ok()));
    let paths: BTreeSet<&String> = program.expect.files.keys().chain(program.expect.png.keys()).collect();
    Done {
        stdout: world.stdout.captured().to_vec(),
        stderr: world.stderr.captured().to_vec(),
        files: paths.into_iter().map(read).collect(),
    }
}

/// Takes down what happens, and stops the program when its time is up.
fn watched(program: &Program, session: &mut dyn Running) -> (Recorder, crate::run::limits::Watch) {
    let recorder = Recorder::attach(session.store());
    let limits = LimitArgs::of_time(Duration::from_secs(program.time_limit_s));
    (recorder, limits.watch(session.store().interrupt_handle()))
}

/// What could be seen from outside.
fn observed(recorder: &Recorder, outcome: Outcome, session: &mut dyn Running) -> Trace {
    let mut events = recorder.take();
    events.retain(|event| event.level() <= Level::Observable);
    Trace { events, post_mortem: session.post_mortem(), ..Trace::new(Level::Observable, outcome) }
}

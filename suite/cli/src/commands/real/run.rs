//! One program on each tier.

use super::{
    check, components,
    manifest::{Kind, Program},
    steps::{self, StepsEnd},
};
use crate::{
    input::{self, Input},
    render,
    run::{CoreSession, Imports, LimitArgs, Member, Plan, Recorder, Running, Setup},
};
use anyhow::Context;
use preflight_engine::{
    Config, Module, Store, Tier,
    component::Component,
    trace::{InstancePath, Level, Outcome, Phase, PostMortem, Resource, Trace, compare},
    wasi::{StartRules, World, world::Dir},
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
        let difference = render::difference(&first.trace, &second.trace, render::MOST_IN_REMARKS).unwrap_or_default();
        let difference: Vec<&str> = difference.lines().take(12).collect();
        ran.failures.push(format!("the tiers differ: {}", difference.join("\n  ")));
    }
    ran
}

/// Files by their paths.
type Files = BTreeMap<String, Vec<u8>>;
type Once = (Trace, Done, Vec<String>);

fn once(program: &Program, bytes: &[u8], files: &Files, tier: Tier) -> anyhow::Result<Once> {
    let config = Config { tier, ..Config::default() };
    match input::decode(&program.name, bytes.to_vec(), &config)? {
        Input::Module(module) => module_once(program, module, files, config),
        Input::Component(component) => component_once(program, &component, files, &config),
    }
}

fn component_once(program: &Program, component: &Component, files: &Files, config: &Config) -> anyhow::Result<Once> {
    let mut session = components::Session::new(config, &setup(program, files)?);
    let (recorder, watch) = watched(program, &mut session.store);
    let (outcome, mut remarks) = session.run(program, component);
    remarks.extend(watch.end());
    remarks.extend(recorder.remark());
    let trace = observed(&recorder, outcome, session.post_mortem());
    let done = done(program, &session.world.borrow());
    Ok((trace, done, remarks))
}

fn setup(program: &Program, files: &Files) -> anyhow::Result<Setup> {
    Setup::in_memory(program.name.clone(), &program.args, &program.env, &program.stdin, files)
}

fn module_once(program: &Program, module: Module, files: &Files, config: Config) -> anyhow::Result<Once> {
    let member = Member { path: InstancePath::root(), name: None, file: program.name.clone(), module };
    let tier = config.tier;
    let stays = program.kind != Kind::Command;
    let plan = Plan {
        config,
        members: vec![member],
        calls: Vec::new(),
        wasi: Some(setup(program, files)?),
        start_rules: StartRules::default(),
        is_called_later: stays,
    };
    let mut session = CoreSession::new(&plan, Imports::Stubs, tier);
    let (recorder, watch) = watched(program, &mut session.store);
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
    let world = session.world().context("every program has a world")?.borrow();
    let done = done(program, &world);
    drop(world);
    if outcome == (Outcome::Exhausted { what: Resource::Interrupt }) {
        remarks.push(format!("it was stopped after {} s", program.time_limit_s));
    }
    let trace = observed(&recorder, outcome, session.post_mortem());
    Ok((trace, done, remarks))
}

/// What the program has written.
fn done(program: &Program, world: &World) -> Done {
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
fn watched(program: &Program, store: &mut Store) -> (Recorder, crate::run::limits::Watch) {
    let recorder = Recorder::attach(store);
    let limits = LimitArgs::of_time(Duration::from_secs(program.time_limit_s));
    (recorder, limits.watch(store.interrupt_handle()))
}

/// What could be seen from outside.
fn observed(recorder: &Recorder, outcome: Outcome, post_mortem: PostMortem) -> Trace {
    let mut events = recorder.take();
    events.retain(|event| event.level() <= Level::Observable);
    Trace { events, post_mortem, ..Trace::new(Level::Observable, outcome) }
}

//! `preflight fuzz`: plans, judged by what they predict.

pub(super) mod emit;
mod findings;

use super::{driver::places, run::quote, wast::Format};
use crate::{interrupt, output, tier::Tier};
use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use preflight::{
    case::Broken,
    expect::{self, Expectations},
    fuzz::{
        Foreign, Judge,
        campaign::{self, Inputs, Report, RuntimeReport, Until},
    },
    runtime::{
        Runtime,
        known::{KNOWN, Known, Places},
        process::{Driver, Limits, Remote},
    },
};
use preflight_plan::{Deviation, exhaustive};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt::Write,
    panic,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// The last number that an input can begin with: there are others after it, for as long as anybody runs.
const LAST_SEED: u64 = u64::MAX >> 1;

/// Generate link graphs, predict what their initialisation does, and look for who does something else.
///
/// Inputs are numbered: the same number is the same input. Of sixteen, eight are plans of core modules (link graphs with the
/// trace that the specification asks for), one is of components or of
/// resources that cross them, one of asynchronous tasks, one a program of WASI, one a
/// value that crosses the boundary of a component, or the imports of one; on the other four the tiers are compared with each other: three graphs with
/// bodies of wasm-smith, and in turn a module of wasm-smith, or a module, a graph or a component with bytes changed. With one
/// tier those four have nothing to be compared with, and their numbers are passed over: every input is a plan. Every input
/// ends in one class: agreed (some on a failure), invalid (an import that was not to match, bytes that are no module),
/// exhausted, unsupported, disagreed. Each disagreement is made smaller and saved once.
///
/// Other runtimes are given the plans of core modules, without what they refuse, and are judged by the same predictions as
/// far as they show something. Those that take components or run programs of WASI are given the cases that such plans become (what
/// becomes none is counted by name). Where one does what is predicted with bugs that it is known to have (spec-tests/expect), this
/// is counted as known and is no finding.
///
/// A finding names its source and its number: `--seed NUMBER --count 1` has it again. With --exhaustive, `preflight shrink`
/// takes the plan that is printed.
///
/// --exhaustive N goes through all plans of modules and of components that are made of up to N things, each once: plans
/// that differ in nothing but names are one. Of modules a thing is an import, a definition, a segment, a step, a start
/// function without steps, one more instance, or that everything comes up twice: link graphs of any form with one memory,
/// table, global of either kind, tag and function to a module, every cause of a trap, every step there is with memories, tables,
/// globals, exceptions and calls, imports that do not match, and a function of the host. Of components it is a
/// definition, a step, or an option that is not the default. Not among them: 64-bit and shared memories, objects, atomics, other
/// numbers and sizes, contested readings, tasks, resources between components, values, programs (fuzz/README.md). How many there
/// are of each size is printed first; --corpus goes on with the first one that was not judged yet.
///
/// --emit writes plans of every kind whose trace is predicted, and of no other: of modules, components, resources, tasks,
/// values, imports and programs; each binary, and beside it a JSON document with what is expected.
///
/// An interrupt (Ctrl-C) ends the run and has the summary printed; a second one ends it at once.
///
/// Exit status: 0 nobody disagreed, 1 somebody did, 2 an argument or a folder cannot be used, 130 interrupted
/// (143 if the system asked for the end).
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight fuzz --seconds 600                     ten minutes, both tiers
  preflight fuzz --count 10000 --tier interp --seed 5
  preflight fuzz --exhaustive 3                    all plans of up to three things, a minute or two
  preflight fuzz --exhaustive 4 --corpus all       those of four, in as many runs as it takes
  preflight fuzz --runtime node --runtime wasmi    what these do with the same plans
  preflight fuzz --seconds 3600 --corpus findings  go on where the last run of this folder stopped
  preflight fuzz --emit plans --count 100          modules with expected traces, for other people's fuzzers")]
pub struct Args {
    /// The number of the first input [default: 0, or where the last run of --corpus stopped].
    #[arg(long, value_name = "N", conflicts_with = "exhaustive", value_parser = clap::value_parser!(u64).range(..=LAST_SEED))]
    seed: Option<u64>,
    /// Stop after so many inputs; with --emit, so many plans are written (100 if nothing is given).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "seconds")]
    count: Option<u64>,
    /// Stop after so many seconds (60 if nothing else is given; with --exhaustive, when all are judged).
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// All plans made of up to N things instead of numbered inputs, symmetric ones once (0 to 4).
    #[arg(long, value_name = "N")]
    exhaustive: Option<usize>,
    /// Run nothing: write plans to this folder, as binaries and JSON with what is expected of them.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["seconds", "exhaustive", "corpus", "tier", "jobs", "format"])]
    emit: Option<PathBuf>,
    /// Which tiers are judged [default: both].
    #[arg(long, value_enum)]
    tier: Option<Tier>,
    /// Judge this runtime, too (`preflight runtimes` lists them); may be given several times.
    #[arg(long = "runtime", value_name = "NAME", conflicts_with = "emit")]
    runtimes: Vec<String>,
    /// Judge the runtime that a driver serves: the command that starts it, its words parted by blanks (suite/PROTOCOL.md);
    /// may be given several times. One that gives itself the name of a runtime that is known has its known bugs.
    #[arg(long = "driver", value_name = "CMD", conflicts_with = "emit")]
    drivers: Vec<String>,
    /// Ask every oracle about every input: print and parse it, instantiate it a second time. As a rule that is done with some,
    /// since it takes several times as long; with --exhaustive it always is.
    #[arg(long, conflicts_with = "emit")]
    thorough: bool,
    /// How many inputs are judged side by side [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// Keep findings in this folder, and how far the runs have come.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// What to print: a summary for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the command.
///
/// # Errors
/// A folder that cannot be read or written, or a tier that this program has not: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    if let Some(folder) = &args.emit {
        emit::emit(folder, args.seed.unwrap_or_default(), args.count.unwrap_or(100))?;
        return Ok(ExitCode::SUCCESS);
    }
    let judge = judge(args.tier, &args.runtimes, &args.drivers, KnownBugs::Predicted)?.thorough(args.thorough);
    // A panic is a finding like others: its message is in the signature, and not to be told for every smaller plan.
    panic::set_hook(Box::new(|_| {}));
    interrupt::heed();
    // One that is no finding is told all the same.
    campaign::unless_panic(|| campaign_of(&args, &judge)).unwrap_or_else(|panic| bail!("preflight has a bug: {panic}"))
}

/// Judges inputs, and tells what was found.
fn campaign_of(args: &Args, judge: &Judge) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let mut state = args.corpus.as_deref().map(findings::State::open).transpose()?;
    let is_exhaustive = args.exhaustive.is_some();
    let saved_first = state.as_ref().map(|state| state.next(is_exhaustive));
    let first = args.seed.or(saved_first).unwrap_or_default();
    let sizes = args.exhaustive.map(sizes).transpose()?;
    let inputs = match args.exhaustive {
        Some(size) => Inputs::Exhaustive { size, first },
        None => Inputs::Seeds { first },
    };
    let mut until = match (args.count, args.seconds, args.exhaustive) {
        (Some(count), ..) => Until::Count(count),
        (None, None, Some(_)) => Until::End,
        (None, seconds, _) => Until::Time(Duration::from_secs(seconds.unwrap_or(60))),
    };
    let mut smaller = findings::Smaller::new(judge);
    if let Some(state) = &mut state {
        if !is_exhaustive && judge.compares() && state.passed_over() > 0 {
            output::note(&format!(
                "below number {}, a run with one tier passed over the inputs that compare tiers; --seed 0 judges them",
                state.passed_over()
            ));
        }
        // What is left of an earlier run may take half of the time.
        smaller.until = time_of(until).map(|time| begun + time / 2);
        state.go_on(&mut smaller)?;
    }
    smaller.until = time_of(until).map(|time| begun + time + findings::GRACE);
    if let Until::Time(time) = &mut until {
        *time = time.saturating_sub(begun.elapsed());
    }
    let next = |report: &Report| match args.exhaustive {
        Some(_) => findings::Next::Plan(first + report.numbers),
        None => findings::Next::Seed { first, next: first + report.numbers, compares: judge.compares() },
    };
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}") {
        bar.set_style(style);
    }
    let (mut saved, mut told) = (Ok(()), Instant::now());
    let report =
        campaign::run_unless(judge, inputs, until, args.jobs.map(usize::from), &interrupt::is_asked, &mut |report| {
            bar.set_message(line(report));
            bar.tick();
            // A log has a line now and then in place of the bar.
            if bar.is_hidden() && told.elapsed() >= A_LINE_EACH {
                output::note(&line(report));
                told = Instant::now();
            }
            bar.suspend(|| smaller.tell_new(report));
            if let Some(state) = &mut state {
                saved = state.save(&mut smaller, report, next(report));
            }
            saved.is_ok() && !interrupt::is_asked()
        })
        .context("cannot start so many threads: give a smaller --jobs")?;
    bar.finish_and_clear();
    state.iter().for_each(|state| state.recall(&mut smaller, &report));
    let found = findings::describe(&mut smaller, &report, &|number| again(args, number));
    match args.format {
        Format::Json => {
            let mut document = document(&report, found);
            let next = first + report.numbers;
            // As in state.json: the number of an input, or how many of all plans were passed.
            let [first_one, next_one] =
                if is_exhaustive { ["first_plan", "next_plan"] } else { ["first_seed", "next_seed"] };
            (document[first_one], document[next_one]) = (json!(first), json!(next));
            if let Some(sizes) = &sizes {
                document["exhaustive"] = json!({ "sizes": sizes, "first": first, "next": next });
            }
            output::data(None, &(serde_json::to_string_pretty(&document)? + "\n"))?;
        }
        Format::Text => output::data(None, &summary(&report, &found))?,
    }
    // Where nothing can be written, what was found is told all the same.
    saved?;
    ensure!(
        report.numbers > 0 || is_exhaustive || args.count == Some(0) || interrupt::is_asked(),
        "nothing was judged: after the number {first} there is none"
    );
    if interrupt::is_asked() {
        output::note("interrupted: this is what was found until then");
        return Ok(ExitCode::from(interrupt::status()));
    }
    Ok(ExitCode::from(u8::from(!report.found.is_empty())))
}

fn time_of(until: Until) -> Option<Duration> {
    match until {
        Until::Time(time) => Some(time),
        Until::Count(_) | Until::End => None,
    }
}

/// How often a run that no terminal shows says how far it is.
const A_LINE_EACH: Duration = Duration::from_secs(30);

/// How many plans there are of each size: said before they are judged.
fn sizes(size: usize) -> anyhow::Result<Vec<serde_json::Value>> {
    let largest = exhaustive::LARGEST;
    ensure!(size <= largest, "--exhaustive {size} would take weeks: give {largest} or less");
    let mut sizes = Vec::new();
    for size in 0..=size {
        let (modules, components) = exhaustive::count(size);
        output::note(&format!("size {size}: {modules} of modules, {components} of components"));
        sizes.push(json!({ "size": size, "modules": modules, "components": components }));
    }
    Ok(sizes)
}

/// The command that judges the input with a number as these arguments did.
fn again(args: &Args, number: u64) -> String {
    // Plans that are counted through have no numbers that one could begin with: the plan itself is told.
    let mut text = match args.exhaustive {
        Some(_) => "preflight shrink FILE".to_owned(),
        None => format!("preflight fuzz --seed {number} --count 1"),
    };
    if let Some(tier) = args.tier.as_ref().and_then(ValueEnum::to_possible_value) {
        text += &format!(" --tier {}", tier.get_name());
    }
    args.runtimes.iter().for_each(|name| text += &format!(" --runtime {name}"));
    args.drivers.iter().for_each(|command| text += &format!(" --driver {}", quote(command)));
    if args.thorough && args.exhaustive.is_none() {
        text += " --thorough";
    }
    text
}

/// What becomes of bugs of runtimes that are known.
#[derive(Debug, Clone, Copy)]
pub(super) enum KnownBugs {
    /// They are predicted, and no findings.
    Predicted,
    /// They are findings like others: whoever makes a plan smaller means this one.
    Found,
}

impl KnownBugs {
    /// Those of a runtime that plans are to predict.
    fn of(self, name: &str) -> anyhow::Result<Vec<Deviation>> {
        let deviation = |known: &expect::Deviation| {
            serde_json::from_value(json!(known.name)).with_context(|| format!("spec-tests/expect/{name}.toml"))
        };
        match self {
            KnownBugs::Predicted => Expectations::built_in(name)?.deviations.iter().map(deviation).collect(),
            KnownBugs::Found => Ok(Vec::new()),
        }
    }
}

/// The judge of the tiers meant (both, where this program has them) and of other runtimes.
pub(super) fn judge(
    tier: Option<Tier>,
    runtimes: &[String],
    drivers: &[String],
    bugs: KnownBugs,
) -> anyhow::Result<Judge> {
    let default = if cfg!(feature = "jit") { Tier::Both } else { Tier::Interp };
    let tiers = tier.unwrap_or(default).each().context("--tier")?;
    let places = Arc::new(places());
    let named = runtimes.iter().map(|name| foreign(name, &places, bugs));
    let served = drivers.iter().map(|command| served(command, bugs));
    let foreign = named.chain(served).collect::<anyhow::Result<_>>()?;
    Ok(Judge::new(&tiers).with_runtimes(foreign))
}

/// The runtime that a driver serves. If it gives itself the name of one that is known, so are its bugs.
fn served(command: &str, bugs: KnownBugs) -> anyhow::Result<Foreign> {
    let driver = Driver::new(command.split_whitespace());
    let open = move || {
        let runtime: Box<dyn Runtime> = Box::new(Remote::start(driver.clone(), Limits::default())?);
        Ok(runtime)
    };
    let foreign = Foreign::new(command, open);
    let name = foreign.check().map_err(|broken| anyhow::anyhow!("--driver {}: {broken}", quote(command)))?;
    Ok(foreign.with_known(bugs.of(&name)?))
}

fn foreign(name: &str, places: &Arc<Places>, bugs: KnownBugs) -> anyhow::Result<Foreign> {
    let Some(known) = Known::get(name) else {
        let names: Vec<_> = KNOWN.iter().map(|known| known.name).collect();
        bail!("there is no runtime {name:?}; there are {}", names.join(", "))
    };
    let places = places.clone();
    let missing = move || {
        let name = known.name;
        Broken::NotStarted(format!("it is not on this machine; `preflight runtimes install {name}` may bring it"))
    };
    // Those that are part of this program run in workers, too: wasmi aborts where it finds that it has a bug.
    let foreign = Foreign::new(name, move || known.open(&places)?.ok_or_else(missing)).with_known(bugs.of(name)?);
    foreign.check().map_err(|broken| anyhow::anyhow!("--runtime {name}: {broken}"))?;
    Ok(foreign)
}

/// How far it is, in a line.
fn line(report: &Report) -> String {
    let classes: Vec<String> = report.classes.iter().map(|(class, n)| format!("{n} {class}")).collect();
    let found = report.found.len();
    let found = if found == 0 { String::new() } else { format!("; {found} findings") };
    let what = if is_all_plans(report) { "plans" } else { "inputs" };
    let (all, one) = (report.speed(), report.speed_of_one());
    format!("{} {what}, {all:.0}/s, {one:.0}/s and core: {}{found}", report.executions, classes.join(", "))
}

/// Whether every input was a plan.
fn is_all_plans(report: &Report) -> bool {
    let stats = &report.stats;
    stats.plans + stats.components + stats.resources + stats.tasks + stats.programs + stats.values + stats.imports
        == report.executions
}

fn summary(report: &Report, found: &[serde_json::Value]) -> String {
    let mut text = line(report) + "\n";
    let percent = |n: u64| 100.0 * n as f64 / report.executions.max(1) as f64;
    let mut push = |line: String| writeln!(text, "{line}").expect("a string takes all text");
    push(format!("{:.1} % reached a trace that was compared", percent(report.compared)));
    push(format!("{:.1} % with a failed or trapped initialisation that was compared", percent(report.with_failure)));
    for (what, n) in &report.lacks {
        push(format!("unsupported: {what}: {n}"));
    }
    for (why, n) in &report.no_text {
        push(format!("without a text that can be read again: {why}: {n}"));
    }
    for (oracle, sources) in &report.oracles {
        let parts: Vec<String> = sources.iter().map(|(source, n)| format!("{source} {n}")).collect();
        push(format!("{oracle}: {} of {} ({})", sources.values().sum::<u64>(), report.executions, parts.join(", ")));
    }
    for (name, report) in &report.runtimes {
        let counts = |counts: Vec<String>| if counts.is_empty() { "-".to_owned() } else { counts.join(", ") };
        let classes = counts(report.classes.iter().map(|(class, n)| format!("{n} {class}")).collect());
        push(format!("{name}: {classes}"));
        let lacks = counts(report.lacks.iter().map(|(what, n)| format!("{what} {n}")).collect());
        let without = counts(report.without.iter().map(|(what, n)| format!("{what} {n}")).collect());
        push(format!("  it lacks: {lacks}\n  plans were made without: {without}"));
        if !report.unseen.is_empty() {
            let unseen = counts(report.unseen.iter().map(|(what, n)| format!("{what} {n}")).collect());
            push(format!("  it does not show: {unseen}"));
        }
        let name = |what: serde_json::Value| what.as_str().unwrap_or_default().to_owned();
        if !report.readings.is_empty() {
            let readings = report.readings.iter().map(|(what, n)| format!("{} {n}", name(json!(what))));
            push(format!("  it reads otherwise, where no text decides: {}", counts(readings.collect())));
        }
        if !report.known.is_empty() {
            let known = report.known.iter().map(|(bug, n)| format!("{} {n}", name(json!(bug))));
            push(format!("  known bugs (spec-tests/expect): {}", counts(known.collect())));
        }
    }
    let stats = &report.stats;
    let [modules, instances, bytes] = stats.medians();
    push(format!(
        "{} plans of modules ({modules} modules, {instances} instances, {bytes} bytes: medians), {} of components, \
         {} of resources, {} of tasks, {} programs of WASI, {} values, {} of imports",
        stats.plans, stats.components, stats.resources, stats.tasks, stats.programs, stats.values, stats.imports
    ));
    let share = |(kind, plans): (&str, u64)| {
        let n = stats.kinds.get(kind);
        format!("{kind} {:.1} %", 100.0 * n as f64 / plans.max(1) as f64)
    };
    // What is in none is told in the last line.
    let is_there = |(kind, _): &(&str, u64)| stats.kinds.get(kind) > 0;
    let kinds: Vec<String> = stats.all_kinds().filter(is_there).map(share).collect();
    push(format!("in how many plans: {}", if kinds.is_empty() { "-".to_owned() } else { kinds.join(", ") }));
    push(match &*stats.rare() {
        [] => "no kind is in fewer than one plan of a thousand".to_owned(),
        rare => format!("in fewer than one plan of a thousand: {}", rare.join(", ")),
    });
    for found in found {
        push(findings::text(found));
    }
    text
}

fn document(report: &Report, found: Vec<serde_json::Value>) -> serde_json::Value {
    let classes = preflight::fuzz::Class::ALL;
    let classes =
        classes.iter().map(|class| (class.to_string(), report.classes.get(class).copied().unwrap_or(0).into()));
    let [modules, instances, bytes] = report.stats.medians();
    let runtime = |(name, report): (&String, &RuntimeReport)| {
        let classes: BTreeMap<String, u64> = report.classes.iter().map(|(class, n)| (class.to_string(), *n)).collect();
        (
            name.clone(),
            json!({ "classes": classes, "unsupported": report.lacks, "known": report.known,
            "readings": report.readings, "without": report.without, "unseen": report.unseen }),
        )
    };
    json!({
        "classes": classes.collect::<serde_json::Map<_, _>>(),
        "executions": report.executions,
        "executions_per_second": report.speed(),
        "executions_per_second_and_core": report.speed_of_one(),
        "findings": found,
        "compared": report.compared,
        "with_failure": report.with_failure,
        "oracles": report.oracles.iter().map(|(oracle, of)| (*oracle, of.values().sum())).collect::<BTreeMap<_, u64>>(),
        "oracles_by_source": report.oracles,
        "runtimes": report.runtimes.iter().map(runtime).collect::<serde_json::Map<_, _>>(),
        "unsupported": report.lacks,
        "without_text": report.no_text,
        "statistics": {
            "plans": report.stats.plans,
            "components": report.stats.components,
            "resources": report.stats.resources,
            "tasks": report.stats.tasks,
            "programs": report.stats.programs,
            "values": report.stats.values,
            "imports": report.stats.imports,
            "medians": { "modules": modules, "instances": instances, "bytes": bytes },
            "kinds": report.stats.kinds.by_name(),
            "rare": report.stats.rare(),
        },
    })
}

//! Findings: made smaller, and kept once for each signature.

use super::emit;
use crate::{interrupt, output};
use anyhow::{Context, bail};
use preflight::fuzz::{
    Judge,
    campaign::{self, Found, Input, Report},
    case,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Smaller plans that are tried for each finding; of a runtime in another process fewer.
const TRIES: usize = 3_000;
const TRIES_ABROAD: usize = 300;
/// Where each try that fails in the same way takes all the time that a runtime has for an answer.
const TRIES_HUNG: usize = 3;

/// For so long findings are made smaller after the end of a run that is to end at some time.
pub const GRACE: Duration = Duration::from_secs(5);

/// Findings made smaller, each once.
pub struct Smaller<'j> {
    judge: &'j Judge,
    /// By signature.
    inputs: BTreeMap<String, Small>,
    told: BTreeSet<String>,
    /// When there is no more time for it.
    pub until: Option<Instant>,
}

/// The smallest input that has been found.
struct Small {
    input: Input,
    /// What the finding on it says of calls of functions in tables.
    called_after: Option<usize>,
    /// Whether there was no time to look for a smaller one.
    is_cut: bool,
}

impl<'j> Smaller<'j> {
    /// For the findings of a judge.
    pub fn new(judge: &'j Judge) -> Self {
        Smaller { judge, inputs: BTreeMap::new(), told: BTreeSet::new(), until: None }
    }

    /// Says which signatures are new.
    pub fn tell_new(&mut self, report: &Report) {
        for signature in report.found.keys() {
            if self.told.insert(signature.clone()) {
                output::note(&format!("new finding: {signature}"));
            }
        }
    }

    fn is_over(&self) -> bool {
        interrupt::is_asked() || self.until.is_some_and(|until| Instant::now() >= until)
    }

    fn of(&mut self, signature: &str, input: &Input) -> &Small {
        if !self.inputs.contains_key(signature) {
            let small = self.made(signature, input);
            self.inputs.insert(signature.to_owned(), small);
        }
        &self.inputs[signature]
    }

    fn made(&self, signature: &str, input: &Input) -> Small {
        let tries = match self.judge.foreign().is_empty() {
            true => TRIES,
            false if signature.ends_with("no answer in time") => TRIES_HUNG,
            false => TRIES_ABROAD,
        };
        let is_over = || self.is_over();
        let small = || campaign::smaller_until(self.judge, input, signature, tries, &is_over);
        // Where even that panics, the input is as small as it gets.
        let input = campaign::unless_panic(small).unwrap_or_else(|_| input.clone());
        let is_cut = is_over() && !matches!(input, Input::Module(_));
        let called_after = match is_cut {
            true => None,
            false => input.judge(self.judge).found(signature).and_then(|finding| finding.called_after),
        };
        Small { input, called_after, is_cut }
    }
}

/// What `state.json` holds.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Saved {
    /// Where the next run goes on.
    next_seed: u64,
    /// The same where all plans up to a size are gone through.
    #[serde(default)]
    next_plan: u64,
    /// Below this number a run with one tier has passed over the inputs that compare tiers with each other.
    #[serde(default)]
    passed_over: u64,
    /// The signatures that are there already.
    signatures: BTreeSet<String>,
    /// Those of them whose input is to be made smaller yet.
    #[serde(default)]
    not_yet_smaller: BTreeSet<String>,
}

/// Where the next run goes on.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    /// At an input.
    Seed {
        /// The number of the first one of this run.
        first: u64,
        /// The number of the next.
        next: u64,
        /// Whether this run compares tiers with each other.
        compares: bool,
    },
    /// At this one of all plans up to a size.
    Plan(u64),
}

/// A corpus folder.
pub struct State {
    folder: PathBuf,
    saved: Saved,
    /// Until it is closed, the folder is this run's.
    _lock: fs::File,
}

impl State {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// It cannot be made, what is in it cannot be read, or another run has it.
    pub fn open(folder: &Path) -> anyhow::Result<State> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let lock = lock(folder)?;
        let path = folder.join("state.json");
        let saved: Saved = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged: remove it to begin at the first input", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Saved::default(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Ok(State { folder: folder.to_owned(), saved, _lock: lock })
    }

    /// Where a run goes on: at this input, or at this one of all plans.
    pub fn next(&self, is_exhaustive: bool) -> u64 {
        if is_exhaustive { self.saved.next_plan } else { self.saved.next_seed }
    }

    /// The number below which inputs that compare tiers may have been passed over; 0 if none were.
    pub fn passed_over(&self) -> u64 {
        self.saved.passed_over
    }

    /// Makes smaller what an earlier run had no time for; what does not fail for this judge waits for another.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn go_on(&mut self, smaller: &mut Smaller<'_>) -> anyhow::Result<()> {
        smaller.told.extend(self.saved.signatures.iter().cloned());
        for signature in self.saved.not_yet_smaller.clone() {
            if smaller.is_over() {
                break;
            }
            let Some(input) = self.input(&signature) else { continue };
            if input.judge(smaller.judge).has(&signature) {
                self.save_one(smaller, &signature, &input)?;
            }
        }
        self.write()
    }

    /// Saves what is new in a report, and the number of the input with which the next run goes on.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&mut self, smaller: &mut Smaller<'_>, report: &Report, next: Next) -> anyhow::Result<()> {
        for (signature, found) in &report.found {
            if self.saved.signatures.insert(signature.clone()) {
                self.save_one(smaller, signature, &found.input)?;
            }
        }
        // Somebody who looks at an earlier input has not taken back what was done since.
        match next {
            Next::Seed { first, next, compares } => {
                self.saved.next_seed = next.max(self.saved.next_seed);
                let passed_over = &mut self.saved.passed_over;
                *passed_over = match compares {
                    true if first == 0 && next >= *passed_over => 0,
                    true => *passed_over,
                    false => next.max(*passed_over),
                };
            }
            Next::Plan(next) => self.saved.next_plan = next.max(self.saved.next_plan),
        }
        self.write()
    }

    fn write(&self) -> anyhow::Result<()> {
        output::file(&self.folder.join("state.json"), serde_json::to_string_pretty(&self.saved)?.as_bytes())
    }

    /// What earlier runs have found and this one again is as small as they have made it.
    pub fn recall(&self, smaller: &mut Smaller<'_>, report: &Report) {
        for signature in report.found.keys().filter(|signature| self.saved.signatures.contains(*signature)) {
            if !smaller.inputs.contains_key(signature)
                && let Some(input) = self.input(signature)
            {
                smaller.inputs.insert(signature.clone(), Small { input, called_after: None, is_cut: false });
            }
        }
    }

    /// The input that was saved for a signature.
    fn input(&self, signature: &str) -> Option<Input> {
        let file = |ending: &str| fs::read(self.folder.join(format!("{:016x}.{ending}", hash(signature)))).ok();
        file("json").and_then(|text| serde_json::from_slice(&text).ok()).or_else(|| file("wasm").map(Input::Module))
    }

    fn save_one(&mut self, smaller: &mut Smaller<'_>, signature: &str, input: &Input) -> anyhow::Result<()> {
        let small = smaller.of(signature, input);
        match small.is_cut {
            true => self.saved.not_yet_smaller.insert(signature.to_owned()),
            false => self.saved.not_yet_smaller.remove(signature),
        };
        let name = format!("{:016x}", hash(signature));
        let is_bytes = matches!(small.input, Input::Module(_));
        // First the input itself: whatever panics on the way to what is made of it, this is there.
        match &small.input {
            Input::Module(bytes) => output::file(&self.folder.join(format!("{name}.wasm")), bytes)?,
            plan => {
                let text = serde_json::to_string_pretty(plan)?;
                output::file(&self.folder.join(format!("{name}.json")), text.as_bytes())?;
            }
        }
        let bytes = || emit::write(&self.folder.join("bytes"), &name, &small.input);
        match campaign::unless_panic(bytes) {
            Ok(written) => written?,
            Err(panic) => output::note(&format!("{name}: no bytes: {panic}")),
        }
        if is_bytes {
            return Ok(());
        }
        let script = || case::any(&small.input, signature, small.called_after).map_err(|why| why.to_string());
        match campaign::unless_panic(script).unwrap_or_else(|panic| Err(panic.to_string())) {
            Ok(text) => output::file(&self.folder.join(format!("{name}.wast")), text.as_bytes()),
            // The plan and its bytes are there; the script would only be easier to read.
            Err(why) => {
                output::note(&format!("{name}: no script: {why}"));
                Ok(())
            }
        }
    }
}

/// The file whose lock says that a folder is somebody's; the system takes the lock away when its process ends.
///
/// # Errors
/// Somebody has it, or it cannot be written.
fn lock(folder: &Path) -> anyhow::Result<fs::File> {
    let path = folder.join("lock");
    let cannot = || format!("cannot write {}", path.display());
    let open = fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).with_context(cannot)?;
            write!(file, "{}", std::process::id()).with_context(cannot)?;
        }
        Err(fs::TryLockError::WouldBlock) => {
            let who = fs::read_to_string(&path).unwrap_or_default();
            let who = if who.is_empty() { who } else { format!(" (process {who})") };
            bail!("another run{who} has the folder {}: wait for it, or give another --corpus", folder.display())
        }
        // Where a file system has no locks, nobody can be kept out.
        Err(fs::TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {}
        Err(fs::TryLockError::Error(error)) => return Err(error).with_context(cannot),
    }
    Ok(file)
}

/// What was found, each once, as small as it was made; `again` is the command that judges the input with a number.
pub fn describe(smaller: &mut Smaller<'_>, report: &Report, again: &dyn Fn(u64) -> String) -> Vec<serde_json::Value> {
    let mut one = |(signature, found): (&String, &Found)| {
        let input = &smaller.of(signature, &found.input).input;
        json!({
            "signature": signature,
            "source": found.input.source(),
            "number": found.number,
            "again": again(found.number),
            "action": found.finding.action,
            "input": input,
            "expected": found.finding.expected,
            "actual": found.finding.actual,
        })
    };
    report.found.iter().map(&mut one).collect()
}

/// A finding of [`describe`] for people: what was found, in what, how to have it again, and the smallest input.
pub fn text(found: &serde_json::Value) -> String {
    let [signature, source, again] =
        ["signature", "source", "again"].map(|key| found[key].as_str().unwrap_or_default());
    format!("DISAGREED {signature}\n  {source}, number {}; again: {again}\n  {}", found["number"], found["input"])
}

/// FNV-1a: short names that are the same in every run.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use preflight::{
        case::Case,
        fuzz::campaign::{Inputs, Until},
        script::Options,
        trace::Trace,
    };
    use preflight_engine::{Config, Features, Tier};
    use preflight_plan::Plan;

    /// An engine without tail calls, and what it says to a plan that has one.
    fn found() -> (Judge, Report) {
        let config = preflight::fuzz::config(Tier::Interp);
        let config = Config { features: config.features - Features::TAIL_CALL, ..config };
        let judge = Judge::with_configs(vec![("lacking", config)]);
        let plan = r#"{ "modules": [{ "memories": [{ "min": 1 }], "start": 1,
            "funcs": [{}, { "steps": [{ "grow": { "memory": 0, "by": 1 } }, { "call": { "func": 0, "tail": true } }] }] }],
            "nodes": [{}, {}] }"#;
        let plan: Plan = serde_json::from_str(plan).expect("a plan");
        let plans = vec![plan.normalise(), plan.normalise()];
        let report = campaign::run(&judge, Inputs::Plans(plans), Until::End, Some(1), &mut |_| true).expect("a thread");
        (judge, report)
    }

    fn seed(next: u64) -> Next {
        Next::Seed { first: 0, next, compares: true }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_finding_is_saved_once_and_the_next_run_goes_on() {
        let (judge, report) = found();
        assert_eq!((report.found.len(), report.classes.values().sum::<u64>()), (1, 2));
        let folder = tempfile::tempdir().expect("a folder");
        let mut smaller = Smaller::new(&judge);
        let mut state = State::open(folder.path()).expect("a new folder");
        state.save(&mut smaller, &report, seed(40)).expect("it can be written");
        let saved = names(folder.path());
        let signature = report.found.keys().next().expect("one");
        let name = format!("{:016x}", hash(signature));
        let mut expected =
            [&*format!("{name}.json"), &*format!("{name}.wast"), "bytes", "lock", "state.json"].map(str::to_owned);
        expected.sort();
        assert_eq!(saved, expected);
        assert_eq!(names(&folder.path().join("bytes")), [format!("{name}-m0.wasm"), format!("{name}.json")]);
        let plan = folder.path().join(format!("{name}.json"));
        let bytes = fs::read(&plan).expect("the plan");
        let Input::Plan(small) = serde_json::from_slice(&bytes).expect("an input") else { panic!("a plan") };
        assert!(small.nodes.len() <= 1 && small.modules[0].memories.is_empty(), "{small:?}");
        // Another run sees the same thing, and writes nothing but how far it has come.
        fs::remove_file(&plan).expect("the plan was there");
        drop(state);
        let mut state = State::open(folder.path()).expect("the same folder");
        assert_eq!(state.next(false), 40);
        state.save(&mut smaller, &report, seed(80)).expect("it can be written");
        state.save(&mut smaller, &report, Next::Plan(0)).expect("it can be written");
        assert_eq!(
            names(folder.path()),
            saved.into_iter().filter(|file| *file != format!("{name}.json")).collect::<Vec<_>>()
        );
        drop(state);
        assert_eq!(State::open(folder.path()).expect("the same folder").next(false), 80);
        assert_eq!(describe(&mut smaller, &report, &|_| String::new())[0]["signature"], **signature);
    }

    /// A run that had no time left for it: the next one makes the finding smaller, unless its judge finds nothing there.
    #[test]
    fn what_there_was_no_time_for_the_next_run_makes_smaller() {
        let (judge, report) = found();
        let signature = report.found.keys().next().expect("one").clone();
        let folder = tempfile::tempdir().expect("a folder");
        let nodes = |state: &State| match state.input(&signature) {
            Some(Input::Plan(plan)) => plan.nodes.len(),
            other => panic!("a plan is saved: {other:?}"),
        };
        let mut state = State::open(folder.path()).expect("a new folder");
        let mut smaller = Smaller { until: Some(Instant::now()), ..Smaller::new(&judge) };
        state.save(&mut smaller, &report, seed(40)).expect("it can be written");
        assert_eq!((nodes(&state), state.saved.not_yet_smaller.len()), (2, 1));
        drop(state);
        let right = Judge::new(&[Tier::Interp]);
        for (judge, is_found) in [(&right, false), (&judge, true)] {
            let mut state = State::open(folder.path()).expect("the same folder");
            let mut smaller = Smaller::new(judge);
            state.go_on(&mut smaller).expect("it can be written");
            assert_eq!((nodes(&state) < 2, state.saved.not_yet_smaller.is_empty()), (is_found, is_found));
            assert!(smaller.told.contains(&signature), "it is not new");
        }
        // If it is found again, it is as small as it was made.
        let state = State::open(folder.path()).expect("the same folder");
        let mut smaller = Smaller { until: Some(Instant::now()), ..Smaller::new(&judge) };
        state.recall(&mut smaller, &report);
        let again = describe(&mut smaller, &report, &|_| String::new());
        assert!(again[0]["input"]["plan"]["nodes"].as_array().is_some_and(|nodes| nodes.len() < 2), "{again:?}");
    }

    /// A plan that cannot be encoded: what is found is that somebody panics, and the plan is kept.
    #[test]
    fn a_plan_that_makes_everybody_panic_is_kept() {
        let plan: Plan = serde_json::from_str(r#"{ "modules": [], "nodes": [{ "module": 3 }] }"#).expect("a plan");
        let judge = Judge::new(&[Tier::Interp]);
        let inputs = Inputs::Plans(vec![plan.clone()]);
        let report = campaign::run(&judge, inputs, Until::End, Some(1), &mut |_| true).expect("a thread");
        let signature = report.found.keys().next().expect("a finding");
        assert!(signature.starts_with("panic: index out of bounds"), "{signature}");
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("a new folder");
        let mut smaller = Smaller { until: Some(Instant::now()), ..Smaller::new(&judge) };
        state.save(&mut smaller, &report, seed(1)).expect("it can be written");
        assert_eq!(state.input(signature), Some(Input::Plan(plan)));
    }

    #[test]
    fn a_folder_is_of_one_run_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::open(folder.path()).expect("a new folder");
        let error = State::open(folder.path()).err().expect("somebody has it").to_string();
        assert!(error.contains(&format!("another run (process {}) has the folder", std::process::id())), "{error}");
        drop(state);
        State::open(folder.path()).expect("nobody has it");
    }

    /// What a run with one tier passes over is not forgotten when it is continued with both.
    #[test]
    fn inputs_that_were_passed_over_are_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("a new folder");
        let (judge, report) = (Judge::new(&[Tier::Interp]), Report::default());
        for (first, next, compares, passed_over) in
            [(0, 40, true, 0), (40, 80, false, 80), (80, 120, true, 80), (0, 60, true, 80), (0, 100, true, 0)]
        {
            let next = Next::Seed { first, next, compares };
            state.save(&mut Smaller::new(&judge), &report, next).expect("it can be written");
            assert_eq!(state.passed_over(), passed_over, "{next:?}");
        }
        // As runs before this one have left it.
        drop(state);
        let old = r#"{"next_seed": 7, "next_plan": 2, "signatures": ["a"]}"#;
        fs::write(folder.path().join("state.json"), old).expect("it can be written");
        let state = State::open(folder.path()).expect("a folder of an earlier version");
        assert_eq!((state.next(false), state.next(true), state.passed_over()), (7, 2, 0));
    }

    /// An engine without memory or fuel to give, with which every source has something to disagree, and one with both.
    fn disagreeing() -> Judge {
        let config = preflight::fuzz::config(Tier::Interp);
        let mut poor = config.clone();
        (poor.limits.memory_bytes, poor.limits.fuel) = (0, Some(1));
        Judge::with_configs(vec![("poor", poor), ("interp", config)])
    }

    #[test]
    fn a_finding_of_every_source_says_how_to_have_it_again() {
        let judge = disagreeing();
        let run = |first, until| {
            campaign::run(&judge, Inputs::Seeds { first }, until, Some(1), &mut |_| true).expect("a thread")
        };
        let report = run(0, Until::Count(400));
        let sources: BTreeSet<_> = report.found.values().map(|found| found.input.source()).collect();
        for source in [
            "plan of core modules",
            "plan of components",
            "program of WASI",
            "plan of a value",
            "plan of tasks",
            "plan of resources",
            "plan with bodies of wasm-smith",
        ] {
            assert!(sources.contains(source), "{source} is not in {sources:?}");
        }
        for (signature, found) in &report.found {
            let again = run(found.number, Until::Count(1));
            assert!(again.found.contains_key(signature), "{}: {signature}", found.number);
            let one = json!({ "signature": signature, "source": found.input.source(), "number": found.number,
                "again": format!("AGAIN {}", found.number), "input": found.input });
            let text = text(&one);
            let (source, number) = (found.input.source(), found.number);
            assert!(text.contains(&format!("\n  {source}, number {number}; again: AGAIN {number}\n  {{")), "{text}");
        }
    }

    /// The way of a finding: made smaller, written as a case, and the case fails where the plan does, in the same way.
    #[test]
    fn the_case_of_a_finding_fails_with_its_signature() {
        let mut config = preflight::fuzz::config(Tier::Interp);
        config.limits.memory_bytes = 1 << 16;
        let judge = Judge::with_configs(vec![("narrow", config.clone())]);
        let plan = r#"{ "modules": [{ "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
            { "tables": [{ "ty": { "min": 2 } }], "memories": [{ "min": 2 }], "start": 0, "funcs": [{}] }],
            "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }, { "module": 0 }] }"#;
        let plan: Plan = serde_json::from_str(plan).expect("a plan");
        let inputs = Inputs::Plans(vec![plan.normalise()]);
        let report = campaign::run(&judge, inputs, Until::End, Some(1), &mut |_| true).expect("a thread");
        let folder = tempfile::tempdir().expect("a folder");
        let (mut smaller, mut state) = (Smaller::new(&judge), State::open(folder.path()).expect("a new folder"));
        state.save(&mut smaller, &report, Next::Plan(0)).expect("it can be written");
        let signature = report.found.keys().next().expect("one");
        let file = |end: &str| {
            let name = names(folder.path()).into_iter().find(|name| name.ends_with(end) && name != "state.json");
            fs::read_to_string(folder.path().join(name.expect("it is saved"))).expect("a file")
        };
        let Input::Plan(small) = serde_json::from_str(&file(".json")).expect("an input") else { panic!("a plan") };
        assert!(small.nodes.len() == 1 && small.modules[0].tables.is_empty(), "{small:?}");
        let text = file(".wast");
        assert!(text.starts_with(&format!(";;! title = {signature:?}\n")), "{text}");
        let case = Case::parse("core/small.wast", &text).expect("it is a case");
        let catalogue = preflight_spec_tests::rules().expect("the catalogue");
        let run = |options: Options| preflight::case::run(&case, &catalogue, &options);
        let right = run(Options::default());
        assert_eq!(right.verdict.word(), "passed", "{:?}", right.verdict.notes());
        let wrong = run(Options { config, ..Options::default() });
        assert_eq!(wrong.verdict.word(), "failed", "{text}");
        let expected = Trace { events: case.expected.events.clone(), ..wrong.actual.clone() };
        let difference = preflight::fuzz::first_difference(&expected, &wrong.actual).expect("they differ");
        assert_eq!(format!("predicted != narrow: {difference}"), *signature);
    }
}

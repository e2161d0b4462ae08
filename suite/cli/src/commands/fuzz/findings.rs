//! Findings: made smaller, and kept once for each signature.

use super::emit;
use crate::{interrupt, output};
use anyhow::Context;
use preflight::fuzz::{
    Judge,
    campaign::{self, Found, Input, Report},
    case,
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Smaller plans that are tried for each finding; of a runtime in another process fewer.
const TRIES: usize = 3_000;
const TRIES_ABROAD: usize = 300;
/// Where each try that fails in the same way takes all the time that a runtime has for an answer.
const TRIES_HUNG: usize = 3;

/// Findings made smaller, each once.
pub struct Smaller<'j> {
    judge: &'j Judge,
    /// By signature: the smallest input, and what the finding on it says of calls of functions in tables.
    inputs: BTreeMap<String, (Input, Option<usize>)>,
    told: BTreeSet<String>,
}

impl<'j> Smaller<'j> {
    /// For the findings of a judge.
    pub fn new(judge: &'j Judge) -> Self {
        Smaller { judge, inputs: BTreeMap::new(), told: BTreeSet::new() }
    }

    /// Says which signatures are new.
    pub fn tell_new(&mut self, report: &Report) {
        for signature in report.found.keys() {
            if self.told.insert(signature.clone()) {
                output::note(&format!("new finding: {signature}"));
            }
        }
    }

    fn of(&mut self, signature: &str, input: &Input) -> (&Input, Option<usize>) {
        let tries = match self.judge.foreign().is_empty() {
            _ if interrupt::is_asked() => 0,
            true => TRIES,
            false if signature.ends_with("no answer in time") => TRIES_HUNG,
            false => TRIES_ABROAD,
        };
        let judge = self.judge;
        let small = || {
            let small = campaign::smaller(judge, input, signature, tries);
            let called_after = small.judge(judge).found(signature).and_then(|finding| finding.called_after);
            (small, called_after)
        };
        let (small, called_after) = self.inputs.entry(signature.to_owned()).or_insert_with(small);
        (small, *called_after)
    }
}

/// What `state.json` holds.
#[derive(Default, serde::Deserialize)]
struct Saved {
    next_seed: u64,
    #[serde(default)]
    next_plan: u64,
    signatures: BTreeSet<String>,
}

/// Where the next run goes on.
#[derive(Debug, Clone, Copy)]
pub enum Next {
    /// At the input with this number.
    Seed(u64),
    /// At this one of all plans up to a size.
    Plan(u64),
}

/// A corpus folder.
pub struct State {
    folder: PathBuf,
    /// Where the next run goes on.
    pub next_seed: u64,
    /// The same where all plans up to a size are gone through.
    pub next_plan: u64,
    /// The signatures that are there already.
    saved: BTreeSet<String>,
}

impl State {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// It cannot be made, or what is in it cannot be read.
    pub fn open(folder: &Path) -> anyhow::Result<State> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let path = folder.join("state.json");
        let saved: Saved = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged: remove it to begin at the first input", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Saved::default(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let Saved { next_seed, next_plan, signatures } = saved;
        Ok(State { folder: folder.to_owned(), next_seed, next_plan, saved: signatures })
    }

    /// Saves what is new in a report, and the number of the input with which the next run goes on.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&mut self, smaller: &mut Smaller<'_>, report: &Report, next: Next) -> anyhow::Result<()> {
        for (signature, found) in &report.found {
            if self.saved.insert(signature.clone()) {
                self.save_one(smaller, signature, found)?;
            }
        }
        // Somebody who looks at an earlier input has not taken back what was done since.
        match next {
            Next::Seed(next) => self.next_seed = next.max(self.next_seed),
            Next::Plan(next) => self.next_plan = next.max(self.next_plan),
        }
        let Self { next_seed, next_plan, saved: signatures, .. } = &*self;
        let state = json!({ "next_seed": next_seed, "next_plan": next_plan, "signatures": signatures });
        output::file(&self.folder.join("state.json"), serde_json::to_string_pretty(&state)?.as_bytes())
    }

    fn save_one(&self, smaller: &mut Smaller<'_>, signature: &str, found: &Found) -> anyhow::Result<()> {
        let name = format!("{:016x}", hash(signature));
        let (small, called_after) = smaller.of(signature, &found.input);
        emit::write(&self.folder.join("bytes"), &name, small)?;
        if let Input::Module(bytes) = small {
            return output::file(&self.folder.join(format!("{name}.wasm")), bytes);
        }
        let text = serde_json::to_string_pretty(small)?;
        output::file(&self.folder.join(format!("{name}.json")), text.as_bytes())?;
        match case::any(small, signature, called_after) {
            Ok(text) => output::file(&self.folder.join(format!("{name}.wast")), text.as_bytes()),
            // The plan and its bytes are there; the script would only be easier to read.
            Err(why) => {
                output::note(&format!("{name}: no script: {why}"));
                Ok(())
            }
        }
    }
}

/// What was found, each once, as small as it was made; `again` is the command that judges the input with a number.
pub fn describe(smaller: &mut Smaller<'_>, report: &Report, again: &dyn Fn(u64) -> String) -> Vec<serde_json::Value> {
    let mut one = |(signature, found): (&String, &Found)| {
        let (input, _) = smaller.of(signature, &found.input);
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
        state.save(&mut smaller, &report, Next::Seed(40)).expect("it can be written");
        let saved = names(folder.path());
        let signature = report.found.keys().next().expect("one");
        let name = format!("{:016x}", hash(signature));
        let mut expected =
            [format!("{name}.json"), format!("{name}.wast"), "bytes".to_owned(), "state.json".to_owned()];
        expected.sort();
        assert_eq!(saved, expected);
        assert_eq!(names(&folder.path().join("bytes")), [format!("{name}-m0.wasm"), format!("{name}.json")]);
        let plan = folder.path().join(format!("{name}.json"));
        let bytes = fs::read(&plan).expect("the plan");
        let Input::Plan(small) = serde_json::from_slice(&bytes).expect("an input") else { panic!("a plan") };
        assert!(small.nodes.len() <= 1 && small.modules[0].memories.is_empty(), "{small:?}");
        // Another run sees the same thing, and writes nothing but how far it has come.
        fs::remove_file(&plan).expect("the plan was there");
        let mut state = State::open(folder.path()).expect("the same folder");
        assert_eq!(state.next_seed, 40);
        state.save(&mut smaller, &report, Next::Seed(80)).expect("it can be written");
        state.save(&mut smaller, &report, Next::Plan(0)).expect("it can be written");
        assert_eq!(
            names(folder.path()),
            saved.into_iter().filter(|file| *file != format!("{name}.json")).collect::<Vec<_>>()
        );
        assert_eq!(State::open(folder.path()).expect("the same folder").next_seed, 80);
        assert_eq!(describe(&mut smaller, &report, &|_| String::new())[0]["signature"], **signature);
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

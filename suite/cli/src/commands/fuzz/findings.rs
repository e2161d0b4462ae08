//! Findings: made smaller, and kept once for each signature.

use crate::output;
use anyhow::Context;
use preflight::fuzz::{
    Judge,
    campaign::{self, Found, Input, Report},
    case,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Smaller plans that are tried for each finding.
const TRIES: usize = 3_000;

/// A corpus folder.
pub struct State {
    folder: PathBuf,
    /// Where the next run goes on.
    pub next_seed: u64,
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
        let state: serde_json::Value = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged: remove it to begin at the first input", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => json!({}),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let signatures = state["signatures"].as_array().cloned().unwrap_or_default();
        Ok(State {
            folder: folder.to_owned(),
            next_seed: state["next_seed"].as_u64().unwrap_or_default(),
            saved: signatures.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        })
    }

    /// Saves what is new in a report of a run that began with the input `first`.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&mut self, judge: &Judge, report: &Report, first: u64) -> anyhow::Result<()> {
        for (signature, found) in &report.found {
            if self.saved.insert(signature.clone()) {
                self.save_one(judge, signature, found)?;
            }
        }
        self.next_seed = first + report.executions;
        let state = json!({ "next_seed": self.next_seed, "signatures": self.saved });
        output::file(&self.folder.join("state.json"), serde_json::to_string_pretty(&state)?.as_bytes())
    }

    fn save_one(&self, judge: &Judge, signature: &str, found: &Found) -> anyhow::Result<()> {
        let name = format!("{:016x}", hash(signature));
        match &found.input {
            Input::Module(bytes) => output::file(&self.folder.join(format!("{name}.wasm")), bytes),
            Input::Component(_) | Input::Program(_) | Input::Value(_) | Input::Task(_) | Input::Shaped(..) => {
                let small = campaign::smaller(judge, &found.input, signature, TRIES);
                let text = serde_json::to_string_pretty(&small.to_json())?;
                output::file(&self.folder.join(format!("{name}.json")), text.as_bytes())?;
                if let Some(text) = case::any(&small, signature) {
                    output::file(&self.folder.join(format!("{name}.wast")), text.as_bytes())?;
                }
                Ok(())
            }
            Input::Plan(plan) => {
                let small = campaign::shrink(judge, plan, signature, TRIES);
                let text = serde_json::to_string_pretty(&small)?;
                output::file(&self.folder.join(format!("{name}.json")), text.as_bytes())?;
                match case::case(&small, &small.expected(), signature, case::RULE) {
                    Ok(text) => output::file(&self.folder.join(format!("{name}.wast")), text.as_bytes()),
                    // The plan is there; the script would only be easier to read.
                    Err(why) => {
                        output::note(&format!("{name}: no script: {why}"));
                        Ok(())
                    }
                }
            }
        }
    }
}

/// What was found, each once, as small as it was made.
pub fn describe(judge: &Judge, report: &Report) -> Vec<serde_json::Value> {
    let one = |(signature, found): (&String, &Found)| {
        let plan = campaign::smaller(judge, &found.input, signature, TRIES).to_json();
        json!({
            "signature": signature,
            "action": found.finding.action,
            "plan": plan,
            "expected": found.finding.expected,
            "actual": found.finding.actual,
        })
    };
    report.found.iter().map(one).collect()
}

/// FNV-1a: short names that are the same in every run.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

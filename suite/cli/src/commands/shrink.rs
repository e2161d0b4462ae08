//! `preflight shrink`: a failing plan made smaller.

use super::fuzz::{self, KnownBugs};
use crate::{output, tier::Tier};
use anyhow::Context;
use preflight::fuzz::{
    campaign::{self, Input},
    case,
};
use preflight_plan::envelope;
use std::{fs, path::PathBuf, process::ExitCode};

/// Make a failing plan smaller, as long as it fails in the same way.
///
/// FILE holds an input of any kind: JSON as `preflight fuzz` saves it, a plan of core modules as JSON, a module, or an input of
/// the libFuzzer target `plans`. The smallest one found is printed as JSON, or as a case for spec-tests. A module stays as it
/// is.
///
/// Exit status: 0 it was made as small as could be, 1 nobody disagrees on it, 2 the file cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight shrink findings/2f6c.json
  preflight shrink findings/2f6c.json --runtime wasmi
  preflight shrink crash-1a2b --wast --out core/new-case.wast")]
pub struct Args {
    /// The plan.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Which tiers are judged [default: both].
    #[arg(long, value_enum)]
    tier: Option<Tier>,
    /// Judge this runtime, too; may be given several times.
    #[arg(long = "runtime", value_name = "NAME")]
    runtimes: Vec<String>,
    /// How many smaller plans to try.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    tries: usize,
    /// Print a script with the expected steps instead of JSON.
    #[arg(long)]
    wast: bool,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// The file cannot be read, is no plan, or the output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let input = read(&bytes).with_context(|| format!("{} is no plan", args.file.display()))?;
    let judge = fuzz::judge(args.tier, &args.runtimes, KnownBugs::Found)?;
    let Some(finding) = input.judge(&judge).finding else {
        let how = if is_raw(&bytes) { " (the file was read as an input of the libFuzzer target `plans`)" } else { "" };
        output::note(&format!("nobody disagrees on this plan{how}"));
        return Ok(ExitCode::from(1));
    };
    let small = campaign::smaller(&judge, &input, &finding.signature, args.tries);
    let text = match (&small, args.wast) {
        (_, false) => serde_json::to_string_pretty(&small)? + "\n",
        // It can say why there is no script.
        (Input::Plan(plan), true) => case::case(plan, &plan.expected(), &finding.signature, case::RULE)?,
        (small, true) => {
            case::any(small, &finding.signature).context("scripts have no words for what this plan does")?
        }
    };
    output::note(&finding.signature);
    output::data(args.out.as_deref(), &text)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether the bytes are those that libFuzzer gives its targets: neither a module nor JSON.
fn is_raw(bytes: &[u8]) -> bool {
    !bytes.starts_with(b"\0asm") && !bytes.starts_with(b"{")
}

/// The input that a file holds.
fn read(bytes: &[u8]) -> anyhow::Result<Input> {
    if bytes.starts_with(b"\0asm") {
        return Ok(Input::Module(bytes.to_vec()));
    }
    if is_raw(bytes) {
        return Ok(Input::Plan(envelope::open(bytes)?));
    }
    let data: serde_json::Value = serde_json::from_slice(bytes)?;
    let input = match data.get("kind") {
        Some(_) => serde_json::from_value(data)?,
        None => Input::Plan(serde_json::from_value(data)?),
    };
    Ok(Input::normalise(input))
}

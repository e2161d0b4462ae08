//! `preflight shrink`: a failing plan made smaller.

use super::fuzz::{self, KnownBugs, emit};
use crate::{input, output, tier::Tier};
use anyhow::Context;
use clap::ValueEnum;
use preflight::fuzz::{
    campaign::{self, Input},
    case, smith,
};
use preflight_plan::envelope::{self, EnvelopeError};
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode};

/// Make a failing plan smaller, as long as it fails in the same way.
///
/// FILE holds an input of any kind: JSON as `preflight fuzz` saves it, a plan of core modules as JSON, a module or a component, or
/// an input of a libFuzzer target, which --target names; an envelope (see fuzz/README.md) may hold a plan of any kind. The smallest one found is printed as JSON, or as a case for spec-tests, which
/// asserts what is left afterwards, too: memories, tables, globals, and what the functions in tables do. A module stays as it is.
///
/// There are no scripts of what has no words in them: what does not end, calls of the host that end after some time, and what no
/// plan predicts. Then --wast says what is in the way; --bytes writes everything.
///
/// Exit status: 0 it was made as small as could be, 1 nobody disagrees on it, 2 the file cannot be used.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight shrink findings/2f6c.json
  preflight shrink findings/2f6c.json --runtime wasmi
  preflight shrink crash-1a2b --wast --out core/new-case.wast
  preflight shrink crash-1a2b --target tasks
  preflight shrink findings/2f6c.json --bytes small            small/2f6c.json and the modules beside it")]
pub struct Args {
    /// The plan.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The libFuzzer target whose input FILE is: bytes mean another plan to each. [default: plans, if FILE is neither JSON nor
    /// a binary]
    #[arg(long, value_enum, value_name = "NAME")]
    target: Option<Target>,
    /// Which tiers are judged [default: both].
    #[arg(long, value_enum)]
    tier: Option<Tier>,
    /// Judge this runtime, too; may be given several times.
    #[arg(long = "runtime", value_name = "NAME")]
    runtimes: Vec<String>,
    /// Judge the runtime that a driver serves (suite/PROTOCOL.md); may be given several times.
    #[arg(long = "driver", value_name = "CMD")]
    drivers: Vec<String>,
    /// How many smaller plans to try.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    tries: usize,
    /// Print a script with the expected steps instead of JSON.
    #[arg(long)]
    wast: bool,
    /// Write the binaries to this folder, and a JSON document with what is expected of them, as `preflight fuzz --emit`
    /// does; they are called as FILE is.
    #[arg(long, value_name = "DIR")]
    bytes: Option<PathBuf>,
    /// Write to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// The file cannot be read, is no plan, or the output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let bytes = input::bytes(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let plan = match args.target {
        Some(target) => target.read(&bytes),
        None => read(&bytes),
    };
    let input = plan.with_context(|| format!("{} is no plan", args.file.display()))?;
    let judge = fuzz::judge(args.tier, &args.runtimes, &args.drivers, KnownBugs::Found)?;
    let verdict = input.judge(&judge);
    let Some(finding) = verdict.finding else {
        let how = match is_raw(&bytes) {
            _ if args.target.is_some() => format!(" (the file was read as a {})", input.source()),
            true if bytes.starts_with(envelope::MAGIC) => format!(" (the file was read as a {})", input.source()),
            true => {
                " (the file was read as an input of the libFuzzer target `plans`: --target names another)".to_owned()
            }
            false => String::new(),
        };
        output::note(&match (verdict.refused, verdict.lacks) {
            (Some(why), _) => format!("nothing was run: refused: {why}{how}"),
            (None, Some(what)) => format!("not judged to the end: unsupported: {what}{how}"),
            (None, None) => format!("nobody disagrees on this plan{how}"),
        });
        return Ok(ExitCode::from(1));
    };
    let small = campaign::smaller(&judge, &input, &finding.signature, args.tries);
    output::note(&finding.signature);
    if let Some(folder) = &args.bytes {
        let stem = args.file.file_stem().unwrap_or_default().to_string_lossy();
        emit::write(folder, &stem, &small)?;
    }
    let text = if args.wast {
        let called_after = small.judge(&judge).found(&finding.signature).and_then(|finding| finding.called_after);
        case::any(&small, &finding.signature, called_after)
            .context("there is no script of this; --bytes DIR writes it as binaries with what is expected of them")?
    } else {
        serde_json::to_string_pretty(&small)? + "\n"
    };
    output::data(args.out.as_deref(), &text)?;
    Ok(ExitCode::SUCCESS)
}

/// The libFuzzer targets whose inputs are judged as those of campaigns are (fuzz/fuzz_targets). Those of the others say by
/// themselves what is wrong with them.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Target {
    Plans,
    Components,
    Imports,
    Resources,
    Tasks,
    Values,
    Programs,
    Tiers,
}

impl Target {
    /// What the target makes of bytes.
    fn read(self, bytes: &[u8]) -> anyhow::Result<Input> {
        let input = || -> Result<Input, EnvelopeError> {
            Ok(match self {
                Target::Plans => Input::Plan(envelope::open(bytes)?),
                Target::Components => Input::Component(envelope::open_as(bytes)?),
                Target::Imports => Input::Imports(envelope::open_as(bytes)?),
                Target::Resources => Input::Resource(envelope::open_as(bytes)?),
                Target::Tasks => Input::Task(envelope::open_as(bytes)?),
                Target::Values => Input::Value(envelope::open_as(bytes)?),
                Target::Programs => Input::Program(envelope::open_as(bytes)?),
                Target::Tiers if bytes.starts_with(b"\0asm") => Input::Module(bytes.to_vec()),
                Target::Tiers => Input::Module(smith::module_of(bytes)),
            })
        };
        Ok(input()?)
    }
}

/// Whether the bytes are those that libFuzzer gives its targets: neither a module nor JSON.
fn is_raw(bytes: &[u8]) -> bool {
    !bytes.starts_with(b"\0asm") && !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
}

/// The plan in an envelope, which does not say of which kind it is: of the kind that has words for most of what is in it.
fn in_envelope(data: &Value) -> anyhow::Result<Input> {
    let known = |kind: &str| {
        let input: Input = serde_json::from_value(json!({ "kind": kind, "plan": data })).ok()?;
        let again = serde_json::to_value(&input).ok()?;
        let fields = data.as_object()?.keys();
        Some((fields.filter(|field| again["plan"].get(field).is_some()).count(), input))
    };
    let kinds = ["plan", "component", "program", "value", "task", "resource", "imports"];
    // Of several the first: plans of core modules, if nothing speaks against it.
    let best = kinds.into_iter().filter_map(known).rev().max_by_key(|(known, _)| *known);
    match best {
        Some((known, input)) if known > 0 || *data == json!({}) => Ok(input),
        // Where nothing fits, what is wrong is said of the plan of core modules that most are.
        _ => Ok(Input::Plan(serde_json::from_value(data.clone()).context("the envelope holds no plan of any kind")?)),
    }
}

/// What stands in a plan that plans do not have: from another version of the generator, or misspelt.
fn note_unknown(data: &Value, input: &Input) -> anyhow::Result<()> {
    let (data, again) = (data.get("plan").unwrap_or(data), serde_json::to_value(input)?);
    let Some(fields) = data.as_object() else { return Ok(()) };
    // What is there by default is not always written.
    let is_nothing =
        |value: &Value| matches!(value, Value::Null | Value::Bool(false)) || *value == 0 || *value == json!([]);
    let is_unknown = |(field, value): &(&String, &Value)| again["plan"].get(field).is_none() && !is_nothing(value);
    let unknown: Vec<&str> = fields.iter().filter(is_unknown).map(|(field, _)| field.as_str()).collect();
    if !unknown.is_empty() {
        output::note(&format!("not known in a {}, and left out: {}", input.source(), unknown.join(", ")));
    }
    Ok(())
}

/// The input that a file holds.
fn read(bytes: &[u8]) -> anyhow::Result<Input> {
    anyhow::ensure!(!bytes.is_empty(), "the file is empty");
    if bytes.starts_with(b"\0asm") {
        return Ok(Input::Module(bytes.to_vec()));
    }
    if let Some([envelope::VERSION, json @ ..]) = bytes.strip_prefix(envelope::MAGIC) {
        return Ok(in_envelope(&serde_json::from_slice(json)?)?.normalise());
    }
    if is_raw(bytes) {
        return Ok(Input::Plan(envelope::open(bytes)?));
    }
    let data: serde_json::Value = serde_json::from_slice(bytes)?;
    anyhow::ensure!(data.is_object(), "a plan is an object in JSON");
    let input = match data.get("kind") {
        Some(_) => serde_json::from_value(data.clone())?,
        None => Input::Plan(serde_json::from_value(data.clone())?),
    };
    note_unknown(&data, &input)?;
    Ok(Input::normalise(input))
}

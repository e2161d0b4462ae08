//! `preflight bless`: expected lines that differ from what the reference engine does, and the rule that decides.

use super::wast::Paint;
use crate::{output, render};
use anyhow::{Context, bail, ensure};
use preflight::{
    bless::{BlessError, Proposal, propose},
    case::Case,
    files, printable,
    script::Options,
};
use preflight_spec_tests::{Catalogue, Rule, rules};
use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Show where the expected steps of cases (`;;=`) differ from what the reference engine does, and write the new ones if a
/// rule justifies them.
///
/// An expectation is written from the rule and never taken from an engine. So each change asks for the id of the rule that
/// makes it right: on a terminal, or by --rule. Without one the file stays as it is. The rule is added to the case's header
/// if it isn't named there.
///
/// Exit status: 0 nothing differs, or everything that did is written; 1 something differs and stays; 2 a file, a case or a
/// rule is unusable.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight bless spec-tests                                    where do cases and engine differ?
  preflight bless spec-tests/core/start-runs-last.wast          the same for one, and asks
  preflight bless --rule CORE-START-04 spec-tests/core/start-runs-last.wast")]
pub struct Args {
    /// Cases, or folders of cases.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The rule that justifies every change.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read or written, or is no case, and an unknown rule: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let catalogue = rules().context("the catalogue of rules")?;
    if let Some(id) = &args.rule {
        ensure!(catalogue.get(id).is_some(), "there is no rule {id}; `preflight rules` lists them");
    }
    let options = options();
    let (mut looked_at, mut written, mut left) = (0, 0, 0);
    let is_many = args.files.iter().any(|path| path.is_dir()) || args.files.len() > 1;
    for job in files::jobs(&args.files, &options)? {
        let files::Text::File(path) = &job.text else { unreachable!("paths were given") };
        let case = read(path)?;
        for id in &case.header.rules {
            ensure!(catalogue.get(id).is_some(), "{}: there is no rule {id}; `preflight rules` lists them", case.path);
        }
        looked_at += 1;
        match propose(&case, &catalogue, &options) {
            Ok(None) => {}
            // A folder has cases of every kind; of those that were named, everything is told.
            Err(BlessError::NoLines { .. } | BlessError::Unsupported { .. }) if is_many => {}
            Err(error @ BlessError::Other { .. }) => {
                output::complain(&error.to_string());
                left += 1;
            }
            Err(error) => return Err(error.into()),
            Ok(Some(proposal)) => match decide(&case, &proposal, &args, &catalogue)? {
                None => left += 1,
                Some(rule) => {
                    output::file(path, proposal.justified(&case, &rule, &catalogue)?.as_bytes())?;
                    output::note(&format!("{}: written, by {rule}", case.path));
                    written += 1;
                }
            },
        }
    }
    let looked_at = render::count(looked_at, "case", "cases");
    output::note(&format!("{looked_at} looked at: {written} written, {left} differ and stay as they are"));
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// On every tier that this build has.
fn options() -> Options {
    Options {
        #[cfg(feature = "jit")]
        both: true,
        ..Options::default()
    }
}

fn read(path: &Path) -> anyhow::Result<Case> {
    let text = crate::input::text(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Case::parse(&path.display().to_string(), &text)?)
}

/// Shows the difference; the rule that justifies it, if there is one.
fn decide(case: &Case, proposal: &Proposal, args: &Args, catalogue: &Catalogue) -> anyhow::Result<Option<String>> {
    show(case, proposal, catalogue)?;
    if let Some(rule) = &args.rule {
        return Ok(Some(rule.clone()));
    }
    if !io::stdin().is_terminal() {
        output::note(&format!(
            "{}: left as it is. Which rule makes the new steps right? Give it with --rule ID; if none does, the engine is wrong",
            case.path
        ));
        return Ok(None);
    }
    ask(case, catalogue)
}

fn show(case: &Case, proposal: &Proposal, catalogue: &Catalogue) -> anyhow::Result<()> {
    let paint = Paint::for_stdout();
    let mut text = format!("{}: {}\n", printable(&case.path), printable(&case.header.title));
    for rule in case.header.rules.iter().filter_map(|id| catalogue.get(id)) {
        text += &in_words(rule);
    }
    text += "  - is written; + is what the reference engine does\n";
    for line in proposal.difference() {
        let colour = match line.as_bytes().first() {
            Some(b'-') => paint.red(),
            Some(b'+') => paint.green(),
            _ => paint.dim(),
        };
        text += &format!("  {colour}{line}{}\n", paint.end());
    }
    output::data(None, &text)
}

fn in_words(rule: &Rule) -> String {
    format!("  {} {}: {}\n    {}\n", rule.id, rule.level, rule.statement, rule.source.join("; "))
}

/// Asks until a rule is named, or nothing.
fn ask(case: &Case, catalogue: &Catalogue) -> anyhow::Result<Option<String>> {
    let mut lines = io::stdin().lock().lines();
    loop {
        eprint!(
            "which rule makes the new steps right? (an id such as {}; nothing leaves the file) ",
            case.header.rules[0]
        );
        io::stderr().flush()?;
        let Some(answer) = lines.next().transpose().context("cannot read the answer")? else {
            bail!("no answer: {} is left as it is", case.path)
        };
        match answer.trim() {
            "" => return Ok(None),
            id => match catalogue.get(id) {
                Some(rule) => {
                    eprint!("{}", in_words(rule));
                    return Ok(Some(id.to_owned()));
                }
                None => output::note(&format!("there is no rule {id}; `preflight rules` lists them")),
            },
        }
    }
}

//! `preflight check`: the rules that one trace can decide.

mod calls;
mod classes;
mod failures;
mod finding;
mod given;
mod readings;
mod runs;
mod shape;
mod toolchain;
mod unknown;

use super::wast::{Format, Paint};
use crate::{
    output,
    render::{self, Notes, Words},
    run::{self, Ended, Exported, Imports, Lack, Record, RunArgs},
};
use anyhow::Context;
use calls::Calls;
use finding::{Evidence, Finding, Role};
use preflight_engine::{
    Module,
    trace::{Event, InstancePath, Level, Outcome},
    wasi::threads,
};
use preflight_spec_tests::{Catalogue, rules};
use serde_json::json;
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::PathBuf,
    process::ExitCode,
};

/// Find what is wrong with the way a module or a component starts.
///
/// FILE is run once, as `preflight trace` would, and judged by every rule that one trace can decide: _initialize or
/// constructors run twice (with both callers, and what caused it), exports used before _initialize, an import called before a
/// component's fix-up module has run, both entry points, entries of a wrong type, a missing memory, WASI called from the start
/// section, functions that WASI does not have, threads that cannot start, and so on. Each finding cites its rule and says what to do. What is written and nobody minds is a note.
///
/// Imports that nobody provides get stubs that return zero or null.
///
/// Exit status: 0 nothing was found (notes aside), 1 something was, or the tiers differ (--tier both), 2 a file or an argument
/// cannot be used, or the start was not seen to its end and nothing was found until then: it is undecided. A program that
/// --timeout or --fuel ends in _start or run has started, and is judged by what it has done so far.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight check app.wasm
  preflight check lib.wasm --invoke f 1          also what a call of f does: constructors that run again, for example
  preflight check app.wasm --format json
  preflight check --rules                        what is made of each rule")]
pub struct Args {
    /// A module or a component, .wasm or .wat; - is standard input.
    #[arg(value_name = "FILE", required_unless_present = "rules")]
    file: Option<PathBuf>,
    /// Tell of each rule of the catalogue what is made of it: found, noted, told as another one, or not decided and why.
    #[arg(long, conflicts_with = "file")]
    rules: bool,
    #[command(flatten)]
    run: RunArgs,
    /// What to print: findings for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is judged: one run, and the modules in it.
struct Subject<'a> {
    events: &'a [Event],
    /// The core instances in the order of their allocation, with their modules.
    instances: &'a [(InstancePath, Module)],
    /// The same, by where they are.
    modules: BTreeMap<&'a InstancePath, &'a Module>,
    /// What there is to say of a module whose initialisers have run before, once somebody has looked for one.
    disarmed: OnceCell<Option<String>>,
    /// Which functions exported ones are.
    exported: &'a Exported,
    /// What imports of core modules were given: instance, first and second name, provider.
    providers: &'a BTreeMap<(InstancePath, String, String), String>,
    /// The functions that stubs stand for in a component, each by the names that lead to it.
    stubbed: &'a [Vec<String>],
    /// What imports lack though a preload of their name is given.
    lacks: &'a [Lack],
    /// What the root exports, if it is a component.
    exports: &'a [String],
    end: &'a Ended,
}

impl Subject<'_> {
    /// Whether the instance that everything was for came up.
    fn is_up(&self) -> bool {
        self.events.iter().any(|event| {
            let is_done = matches!(event, Event::InstanceDone { .. } | Event::ComponentDone { .. });
            is_done && *event.at() == InstancePath::root()
        })
    }

    /// Whether it is a component.
    fn is_component(&self) -> bool {
        self.module(&InstancePath::root()).is_none()
    }

    /// Whether the instance is that of a thread, made by `thread-spawn` and entered by `wasi_thread_start` alone (P1-THR-02).
    fn is_thread(&self, at: &InstancePath) -> bool {
        let id = at.as_str().rsplit_once("/thread-").map(|(_, id)| id.parse::<u32>());
        let is_spawner = |module: &Module| {
            let mut imports = module.syntax().imports.iter();
            imports.any(|import| import.module == threads::MODULE && import.name == threads::SPAWN)
        };
        matches!(id, Some(Ok(_))) && self.module(at).is_some_and(is_spawner)
    }

    /// The module of an instance.
    fn module(&self, at: &InstancePath) -> Option<&Module> {
        self.modules.get(at).copied()
    }
}

/// Runs the command.
///
/// # Errors
/// A file or an argument that cannot be used, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let catalogue = rules().context("the catalogue of rules")?;
    let Some(file) = args.file else {
        let classes = classes::classes()?;
        let text = match args.format {
            Format::Json => serde_json::to_string_pretty(&classes.document(&catalogue))? + "\n",
            Format::Text => classes.text(&catalogue),
        };
        output::data(None, &text)?;
        return Ok(ExitCode::SUCCESS);
    };
    let plan = args.run.plan_of_exports(&file)?;
    let record = run::record(&plan, &args.run.tiers()?, &args.run.limits, Imports::Stubs, Level::Full)?;
    let Record { trace, notes: words, ended: end, mut instances, exported, stubbed, agreement, .. } = record;
    // What was refused was never allocated, and that is when its shape matters most.
    let allocated: BTreeSet<&InstancePath> = instances.iter().map(|(path, _)| path).collect();
    let refused = plan.modules().into_iter().filter(|(path, _)| !allocated.contains(path));
    let refused: Vec<_> = refused.map(|(path, module)| (path.clone(), module.clone())).collect();
    instances.extend(refused);
    let providers = words.providers.clone();
    let subject = Subject {
        events: &trace.events,
        instances: &instances,
        // Of two at one place the first.
        modules: instances.iter().rev().map(|(path, module)| (path, module)).collect(),
        disarmed: OnceCell::new(),
        exported: &exported,
        providers: &providers,
        stubbed: &stubbed,
        lacks: &plan.lacks(),
        exports: &plan.component_exports(),
        end: &end,
    };
    let calls = Calls::of(&subject);
    let mut findings = shape::findings(&subject);
    findings.extend(calls::findings(&calls));
    findings.extend(toolchain::findings(&subject, &calls));
    findings.extend(runs::findings(&subject));
    findings.extend(given::findings(&subject));
    findings.extend(unknown::findings(&subject));
    findings.extend(readings::findings(&subject, &findings));
    let (findings, notes): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| !finding.is_note);
    let report = Report { catalogue: &catalogue, subject: &subject, findings, notes, words };
    match args.format {
        Format::Json => output::data(None, &(serde_json::to_string_pretty(&report.document())? + "\n"))?,
        Format::Text => output::data(None, &report.text())?,
    }
    output::complain_of_disagreement(&agreement);
    Ok(match report.undecided() {
        _ if !report.findings.is_empty() || agreement.is_broken() => ExitCode::from(1),
        Some(_) => ExitCode::from(2),
        None => ExitCode::SUCCESS,
    })
}

struct Report<'a> {
    catalogue: &'a Catalogue,
    subject: &'a Subject<'a>,
    findings: Vec<Finding>,
    notes: Vec<Finding>,
    words: Notes,
}

impl Report<'_> {
    /// The instances that the toolchain made for its own purposes.
    fn roles(&self) -> Vec<(&InstancePath, Role)> {
        let instances = self.subject.instances.iter();
        instances.filter_map(|(path, module)| Some((path, Role::of(module)?))).collect()
    }

    /// Why nothing can be said, if nothing was found in a start that was not seen to its end.
    fn undecided(&self) -> Option<String> {
        let is_whole = match self.subject.end.outcome {
            Outcome::Unlinkable | Outcome::Unsupported { .. } => false,
            Outcome::Exhausted { .. } => self.subject.is_up() && runs::initialising(self.subject.events).is_none(),
            _ => !self.subject.end.is_unanswered,
        };
        (!is_whole && self.findings.is_empty()).then(|| self.subject.end.explanation())
    }

    fn evidence(&self, evidence: &Evidence) -> String {
        match evidence {
            Evidence::Step(index) => {
                let event = &self.subject.events[*index];
                let words = Words::short(&self.words).event(event);
                format!("step {}: {}: {words}", index + 1, render::clean(event.at().as_str()))
            }
            Evidence::Said(text) => text.clone(),
        }
    }

    fn text(&self) -> String {
        let paint = Paint::for_stdout();
        let mut text = String::new();
        for (findings, word, colour) in [(&self.findings, "FOUND", paint.red()), (&self.notes, "note", paint.yellow())]
        {
            for finding in findings {
                let at = render::clean(finding.at.as_str());
                let _ = writeln!(text, "{colour}{word}{} {}: {at}: {}", paint.end(), finding.rule, finding.message);
                for evidence in &finding.evidence {
                    let _ = writeln!(text, "  {}", self.evidence(evidence));
                }
                if let Some(rule) = self.catalogue.get(finding.rule) {
                    let source = rule.source.first().map_or("", String::as_str);
                    let _ = writeln!(text, "  {}rule: {} ({source}){}", paint.dim(), rule.statement, paint.end());
                }
                let _ = writeln!(text, "  remedy: {}", finding.remedy);
            }
        }
        for (path, role) in self.roles() {
            let _ = writeln!(text, "{}{} is {role}{}", paint.dim(), render::clean(path.as_str()), paint.end());
        }
        let undecided = self.undecided();
        let verdict = match &undecided {
            _ if !self.findings.is_empty() => ("FAILED", paint.red()),
            Some(_) => ("UNDECIDED", paint.yellow()),
            None => ("ok", paint.green()),
        };
        let _ = writeln!(
            text,
            "{}{}{}: {} and {} after {} steps; it ended: {}",
            verdict.1,
            verdict.0,
            paint.end(),
            render::count(self.findings.len() as u64, "finding", "findings"),
            render::count(self.notes.len() as u64, "note", "notes"),
            self.subject.events.len(),
            self.subject.end.outcome
        );
        if let Some(why) = undecided {
            for line in why.lines() {
                let _ = writeln!(text, "  {}", render::clean(line));
            }
        }
        text
    }

    fn document(&self) -> serde_json::Value {
        let one = |finding: &Finding| {
            let rule = self.catalogue.get(finding.rule);
            json!({
                "rule": finding.rule,
                "level": rule.map(|rule| rule.level),
                "statement": rule.map(|rule| &rule.statement),
                "source": rule.map(|rule| &rule.source),
                "at": finding.at,
                "message": finding.message,
                "evidence": finding.evidence.iter().map(|evidence| self.evidence(evidence)).collect::<Vec<_>>(),
                "remedy": finding.remedy,
            })
        };
        let all = |findings: &[Finding]| findings.iter().map(one).collect::<Vec<_>>();
        let role = |(path, role): (&InstancePath, Role)| json!({ "at": path, "role": role.to_string() });
        json!({
            "findings": all(&self.findings),
            "notes": all(&self.notes),
            "instances": self.roles().into_iter().map(role).collect::<Vec<_>>(),
            "outcome": self.subject.end.outcome,
            "undecided": self.undecided(),
        })
    }
}

//! `preflight rules`: the catalogue, and the cases that prove each rule.

mod sources;

use super::wast::{Format, Paint};
use crate::output;
use anyhow::Context;
use preflight::case::{self, Case};
use preflight_spec_tests::{Catalogue, Level, Rule, rules};
use serde_json::json;
use std::{collections::HashMap, fmt::Write, process::ExitCode};

/// List the rules, each with the cases that prove it.
///
/// With --uncovered: those that have neither a case nor a written reason why there can be none.
///
/// With --check-sources: what rules cite in a clone of a specification and is no longer there.
///
/// Exit status: 0 if something or nothing is listed, 1 if a source has vanished, 2 if the catalogue, a case or a clone cannot
/// be read.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight rules                            every rule
  preflight rules --filter CORE-START        those whose id or statement contains this text
  preflight rules --uncovered --format json | jq length
  preflight rules --check-sources ../spec    files and anchors that a newer specification no longer has")]
pub struct Args {
    /// Only rules that have neither a case nor a reason.
    #[arg(long)]
    uncovered: bool,
    /// List the files and anchors that rules cite and that this clone (OWNER/NAME=DIR if it does not tell its name) lacks.
    #[arg(long, value_name = "CLONE", conflicts_with_all = ["uncovered", "format"])]
    check_sources: Option<String>,
    /// Only rules whose id or statement contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// What to print: lines for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A rule and the paths of its cases.
type Row<'r> = (&'r Rule, Vec<&'r str>);

/// Runs the command.
///
/// # Errors
/// A catalogue or a case that cannot be read, or an output that cannot be written: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let catalogue = rules().context("the catalogue of rules")?;
    if let Some(clone) = &args.check_sources {
        return check_sources(&catalogue, clone);
    }
    let cases = case::all()?;
    let by_rule = by_rule(&cases);
    let rows: Vec<Row<'_>> = catalogue
        .rules
        .iter()
        .filter(|rule| rule.id.contains(&args.filter) || rule.statement.contains(&args.filter))
        .map(|rule| (rule, by_rule.get(rule.id.as_str()).cloned().unwrap_or_default()))
        .filter(|(rule, cases)| !args.uncovered || (cases.is_empty() && rule.reason.is_none()))
        .collect();
    let text = match args.format {
        Format::Json => json(&rows)?,
        Format::Text => text(&rows, Paint::for_stdout()),
    };
    output::data(None, &text)?;
    Ok(ExitCode::SUCCESS)
}

fn check_sources(catalogue: &Catalogue, clone: &str) -> anyhow::Result<ExitCode> {
    let sources::Checked { looked_up, vanished } = sources::check(&catalogue.rules, clone)?;
    let mut out = String::new();
    for sources::Vanished { rule, source, what } in &vanished {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{rule}: {what} ({source})");
    }
    let _ = writeln!(out, "{looked_up} sources looked up, {} vanished", vanished.len());
    output::data(None, &out)?;
    Ok(if vanished.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn by_rule(cases: &[Case]) -> HashMap<&str, Vec<&str>> {
    let mut all: HashMap<&str, Vec<&str>> = HashMap::new();
    for case in cases {
        for id in &case.header.rules {
            all.entry(id).or_default().push(&case.path);
        }
    }
    all
}

fn json(rows: &[Row<'_>]) -> anyhow::Result<String> {
    let one = |(rule, cases): &Row<'_>| {
        json!({
            "id": rule.id,
            "level": rule.level,
            "statement": rule.statement,
            "cases": cases,
            "reason": rule.reason,
            "contested": rule.contested,
            "source": rule.source,
        })
    };
    let list: Vec<_> = rows.iter().map(one).collect();
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}

fn text(rows: &[Row<'_>], paint: Paint) -> String {
    let (dim, yellow, end) = (paint.dim(), paint.yellow(), paint.end());
    let mut out = String::new();
    for (rule, cases) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} {dim}{}{end}\n  {}", rule.id, rule.level, rule.statement);
        for case in cases {
            let _ = writeln!(out, "  {dim}case{end} {case}");
        }
        match &rule.reason {
            Some(reason) => _ = writeln!(out, "  {dim}no case:{end} {reason}"),
            None if cases.is_empty() => _ = writeln!(out, "  {yellow}no case yet{end}"),
            None => {}
        }
    }
    let covered = rows.iter().filter(|(rule, cases)| !cases.is_empty() || rule.reason.is_some()).count();
    let must = rows.iter().filter(|(rule, _)| rule.level == Level::Must).count();
    let _ = writeln!(out, "{} rules, {must} of them must; {covered} have a case or a reason", rows.len());
    out
}

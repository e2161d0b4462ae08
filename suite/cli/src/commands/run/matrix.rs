//! Cases by runtimes: running them, and what is printed and written of it.

use super::quote;
use crate::{
    commands::wast::{Format, Paint, Table},
    input, output,
};
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use preflight::{
    case::Case,
    expect::{Expectations, Surprise},
    explain::explain,
    matrix::{self, Chosen, Column},
    runtime::{
        adapters::{CommandLine, WasiAdapter},
        known::{Known, Places},
        process::Driver,
    },
    script::Options,
};
use preflight_reports::{
    matrix::{Counts, Matrix},
    render::report_page,
};
use preflight_spec_tests::Catalogue;
use serde_json::json;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
};

/// What is to be run on what.
pub struct Job {
    /// The cases.
    pub cases: Vec<Case>,
    /// The rules.
    pub catalogue: Catalogue,
    /// Where runtimes are looked for.
    pub places: Places,
    /// The runtimes.
    pub targets: Vec<Target>,
    /// Whether these are all cases, so that they decide about a whole file of expectations.
    pub all: bool,
    /// What these cases were chosen from, if every expectation has to match one of those.
    pub chosen_from: Option<Vec<Case>>,
    /// How many cases of the reference engine run at the same time.
    pub jobs: Option<u16>,
    /// What else than a runtime and cases the run was given, to repeat it.
    pub again: String,
    /// The file of expectations that was given.
    pub expect: Option<PathBuf>,
}

impl Job {
    /// The command that repeats a case on the runtime of `column`.
    fn again(&self, column: &Column, path: &str) -> String {
        let runtime = match &column.chosen {
            Chosen::Known => format!("--runtime {}", quote(&column.about.name)),
            Chosen::Given(argument) => argument.clone(),
        };
        format!("preflight run {runtime}{} --filter {}", self.again, quote(path))
    }

    /// The file that has the expectations of `column`.
    fn expectations_file(&self, column: &Column) -> String {
        match &self.expect {
            Some(file) => file.display().to_string(),
            None => format!("spec-tests/expect/{}.toml", column.about.name),
        }
    }
}

/// A runtime to run cases on.
pub enum Target {
    /// The reference engine.
    Reference {
        /// What it is called in the matrix.
        name: String,
        /// Tier and limits.
        options: Box<Options>,
    },
    /// A runtime that is looked for on this machine.
    Known(&'static Known),
    /// A runtime behind a driver.
    Driver(Driver, Chosen),
    /// A command line.
    Command(Box<CommandLine>, Chosen),
    /// An adapter of wasi-testsuite.
    Adapter(Box<WasiAdapter>, Chosen),
}

/// Runs a job under a progress bar on standard error, which only a terminal shows. Runtimes that are not found are left out.
///
/// # Errors
/// The threads cannot be started.
pub fn run_job(job: &Job) -> anyhow::Result<Vec<Column>> {
    let bar = ProgressBar::new((job.cases.len() * job.targets.len()) as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} cases on {msg}") {
        bar.set_style(style);
    }
    bar.set_message(format!("{} runtimes", job.targets.len()));
    let progress = || bar.inc(1);
    let (cases, catalogue) = (&job.cases, &job.catalogue);
    let one = |target: &Target| match target {
        Target::Reference { name, options } => {
            vec![matrix::reference(name, options, cases, catalogue, job.jobs, &progress)]
        }
        Target::Known(known) => matrix::columns(&[*known], &job.places, cases, catalogue, &progress),
        Target::Driver(driver, chosen) => {
            let column = matrix::driver(driver, job.places.limits, cases, catalogue, &progress);
            vec![column.chosen(chosen.clone())]
        }
        Target::Command(line, chosen) => {
            let column = matrix::column(&mut line.as_ref().clone(), cases, catalogue, &progress);
            vec![column.chosen(chosen.clone())]
        }
        Target::Adapter(line, chosen) => {
            let column = matrix::column(&mut line.as_ref().clone(), cases, catalogue, &progress);
            vec![column.chosen(chosen.clone())]
        }
    };
    let columns = thread::scope(|scope| {
        let threads: Vec<_> = job.targets.iter().map(|target| scope.spawn(|| one(target))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Vec<Column>>| {
            // A panic there is one of this program.
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(join).collect()
    });
    bar.finish_and_clear();
    Ok(columns)
}

/// Gives each column what is known of its runtime: the built-in file, or the one at `file`.
///
/// # Errors
/// A file of expectations that cannot be read.
pub fn with_expectations(columns: Vec<Column>, file: Option<&Path>) -> anyhow::Result<Vec<(Column, Expectations)>> {
    let one = |column: Column| {
        let expectations = match file {
            Some(path) if path.exists() => {
                let text = input::document(path).with_context(|| format!("cannot read {}", path.display()))?;
                Expectations::parse(&path.display().to_string(), &text)?
            }
            Some(_) => Expectations::default(),
            None => column.built_in_expectations()?,
        };
        Ok((column, expectations))
    };
    columns.into_iter().map(one).collect()
}

/// Prints and writes what there is to say, and decides on the exit status.
///
/// # Errors
/// An output that cannot be written, or a runtime that could not be run at all.
pub fn finish(
    job: &Job,
    columns: Vec<(Column, Expectations)>,
    out: Option<&Path>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let document = matrix::document(&job.cases, &job.catalogue, &columns);
    let written = out.map_or(Ok(()), |folder| write_files(folder, &document));
    let (surprises, differences): (Vec<_>, Vec<_>) =
        columns.iter().map(|(column, known)| surprises(job, column, known)).unzip();
    let is_broken = columns.iter().any(|(column, _)| column.broken.is_some());
    let mut stdout = output::stdout();
    if format == Format::Json {
        let mut value = serde_json::to_value(&document)?;
        value["totals"] = totals(&document);
        writeln!(stdout, "{}", serde_json::to_string_pretty(&value)?)?;
    } else {
        let paint = Paint::for_stdout();
        write_table(&mut stdout, paint, &document)?;
        for ((column, _), surprises) in columns.iter().zip(&surprises) {
            write_surprises(&mut stdout, paint, job, column, surprises)?;
        }
        for ((column, known), differences) in columns.iter().zip(&differences) {
            write_differences(&mut stdout, paint, job, column, known, differences)?;
        }
        let count = surprises.iter().map(Vec::len).sum();
        write_summary(&mut stdout, paint, &document, count)?;
    }
    // What a run has shown is printed, whatever became of its files.
    written?;
    Ok(match (is_broken, surprises.iter().all(Vec::is_empty)) {
        (true, _) => ExitCode::from(2),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(1),
    })
}

/// Writes the results and the report into a folder, which is made if need be.
fn write_files(folder: &Path, document: &Matrix) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    output::file(&folder.join("results.json"), document.write()?.as_bytes())?;
    output::file(&folder.join("report.html"), report_page(document)?.as_bytes())
}

/// What is not as the expectations say, and what only differs from them because they speak of another version.
fn surprises(job: &Job, column: &Column, known: &Expectations) -> (Vec<Surprise>, Vec<Surprise>) {
    let mut all = column.surprises(known, &job.cases);
    if let (None, Some(cases)) = (&column.broken, &job.chosen_from) {
        all.extend(known.unmatched(cases));
    }
    let is_same = known.speak_of(&column.about.version);
    // Whether an entry matches a case does not depend on the version.
    all.into_iter().partition(|surprise| is_same || matches!(surprise, Surprise::Unmatched(_)))
}

/// Writes the expectations that the verdicts call for.
///
/// # Errors
/// There is no folder for them, or it cannot be written.
pub fn update(job: &Job, columns: Vec<(Column, Expectations)>, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    for (column, known) in columns.iter().filter(|(column, _)| column.broken.is_none()) {
        let folder = Path::new("spec-tests/expect");
        if file.is_none() && Expectations::built_in(&column.about.name)? != *known {
            let (name, version) = (&column.about.name, &column.about.version);
            bail!(
                "the driver calls itself {name}, and is not the {name} that is known, but {version:?}; give a file with --expect"
            );
        }
        let path = match file {
            Some(file) => file.to_owned(),
            None if folder.is_dir() => folder.join(format!("{}.toml", column.about.name)),
            None => bail!("there is no folder {} here; give the file with --expect", folder.display()),
        };
        let verdicts = column.reports.iter().map(|report| &report.verdict);
        let mut updated = known.updated(&job.cases, verdicts);
        if !job.all {
            let others =
                known.entries.iter().filter(|entry| !job.cases.iter().any(|case| known.of(case) == Some(*entry)));
            updated.entries.extend(others.cloned());
            updated.entries.sort_by(|a, b| (&a.case, &a.rule).cmp(&(&b.case, &b.rule)));
        }
        // A project's own file need not say a version: it is about the one that is being written.
        if job.all && (file.is_none() || updated.version.is_some()) {
            updated.version = Some(column.about.version.clone());
        }
        let count = updated.entries.len();
        output::data(Some(&path), &updated.to_toml())?;
        output::note(&format!("{}: {count} entries written to {}", column.about.name, path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// One row for each subject of the catalogue, one column for each runtime: passed, failed, unsupported, recorded.
fn write_table(out: &mut impl Write, paint: Paint, document: &Matrix) -> anyhow::Result<()> {
    let single = document.runtimes.len() == 1;
    let names: Vec<&str> = if single {
        vec!["passed", "failed", "unsupported", "recorded"]
    } else {
        document.runtimes.iter().map(|runtime| runtime.name.as_str()).collect()
    };
    let mut table = Table::new("rules", &names);
    let totals: Vec<Counts> = document.runtimes.iter().map(|runtime| runtime.totals()).collect();
    let rows = document.by_subject().into_iter().chain([("all cases", totals)]);
    for (subject, counts) in rows {
        let cells = if single {
            let Counts { passed, failed, unsupported, recorded } = counts[0];
            let colours = [paint.green(), paint.red(), paint.yellow(), paint.yellow()];
            let cell = |(count, colour): (usize, _)| (count.to_string(), if count == 0 { paint.dim() } else { colour });
            [passed, failed, unsupported, recorded].into_iter().zip(colours).map(cell).collect()
        } else {
            counts.into_iter().map(|counts| cell(paint, counts)).collect()
        };
        table.row(subject, cells);
    }
    table.write(out, paint).context("cannot write to standard output")?;
    if !single {
        writeln!(out, "{}passed, -failed, ?unsupported, +recorded; zeros left out{}", paint.dim(), paint.end())?;
    }
    Ok(())
}

fn cell(paint: Paint, counts: Counts) -> (String, &'static str) {
    let Counts { passed, failed, unsupported, recorded } = counts;
    let parts = [("", passed), ("-", failed), ("?", unsupported), ("+", recorded)];
    let text: Vec<String> =
        parts.iter().filter(|(_, count)| *count > 0).map(|(mark, count)| format!("{mark}{count}")).collect();
    let colour = match (failed, passed, unsupported) {
        (1.., _, _) => paint.red(),
        (0, 1.., _) => paint.green(),
        (0, 0, 1..) => paint.yellow(),
        _ => paint.dim(),
    };
    (text.join(" "), colour)
}

/// What is not as the expectations say: failed cases in full.
fn write_surprises(
    out: &mut impl Write,
    paint: Paint,
    job: &Job,
    column: &Column,
    surprises: &[Surprise],
) -> anyhow::Result<()> {
    let (red, end, name) = (paint.red(), paint.end(), &column.about.name);
    let file = job.expectations_file(column);
    if let Some(broken) = &column.broken {
        writeln!(out, "{red}BROKEN{end} {name}: {broken}")?;
    }
    for surprise in surprises {
        match surprise {
            Surprise::Failed(path) => {
                let found = job.cases.iter().zip(&column.reports).find(|(case, _)| case.path == *path);
                let Some((case, report)) = found else { continue };
                let again = job.again(column, path);
                write!(out, "{red}FAILED{end} {name} {}", explain(case, report, &job.catalogue, &again))?;
            }
            Surprise::Otherwise(path, word) => writeln!(
                out,
                "{red}UNEXPECTED{end} {name} {path}: {word}, which {file} does not expect \
                 (remove the entry, or run with --update-expectations)"
            )?,
            Surprise::Unmatched(pattern) => {
                writeln!(out, "{red}UNMATCHED{end} {name}: an entry of {file} matches no case: {pattern}")?;
            }
        }
    }
    Ok(())
}

/// What another version does than the one that the expectations speak of.
fn write_differences(
    out: &mut impl Write,
    paint: Paint,
    job: &Job,
    column: &Column,
    known: &Expectations,
    differences: &[Surprise],
) -> anyhow::Result<()> {
    let (name, version) = (&column.about.name, &column.about.version);
    let (yellow, end) = (paint.yellow(), paint.end());
    if let (Some(spoken_of), false) = (&known.version, differences.is_empty()) {
        let file = job.expectations_file(column);
        writeln!(out, "{yellow}OTHER VERSION{end} {name} {version}; {file} speaks of {spoken_of}:")?;
    }
    for difference in differences {
        match difference {
            Surprise::Failed(path) => {
                writeln!(out, "  {path} failed ({})", job.again(column, path))?;
            }
            Surprise::Otherwise(path, word) => writeln!(out, "  {path} {word}, and is said to fail")?,
            Surprise::Unmatched(_) => {}
        }
    }
    Ok(())
}

fn write_summary(out: &mut impl Write, paint: Paint, document: &Matrix, surprises: usize) -> anyhow::Result<()> {
    let broken = document.runtimes.iter().filter(|runtime| runtime.broken.is_some()).count();
    let (colour, verdict) = if surprises + broken == 0 { (paint.green(), "ok") } else { (paint.red(), "FAILED") };
    let sum = |get: fn(Counts) -> usize| document.runtimes.iter().map(|runtime| get(runtime.totals())).sum::<usize>();
    let on = match document.runtimes.as_slice() {
        [runtime] => runtime.name.clone(),
        runtimes => format!("{} runtimes", runtimes.len()),
    };
    writeln!(
        out,
        "{colour}{verdict}{}: {} cases on {on}: {} passed, {} failed, {} unsupported, {} recorded; {surprises} unexpected",
        paint.end(),
        document.cases.len(),
        sum(|counts| counts.passed),
        sum(|counts| counts.failed),
        sum(|counts| counts.unsupported),
        sum(|counts| counts.recorded),
    )?;
    Ok(())
}

fn totals(document: &Matrix) -> serde_json::Value {
    let sum = |get: fn(Counts) -> usize| document.runtimes.iter().map(|runtime| get(runtime.totals())).sum::<usize>();
    json!({
        "passed": sum(|counts| counts.passed),
        "failed": sum(|counts| counts.failed),
        "unsupported": sum(|counts| counts.unsupported),
        "recorded": sum(|counts| counts.recorded),
    })
}

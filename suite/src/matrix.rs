//! The cases on many runtimes at once, and the document that comes of it.

use crate::trace::{Outcome, Trace};
use crate::{
    case::{Broken, Case, Failure, Report, Verdict, line},
    expect::{ExpectError, Expectations, Surprise},
    runtime::{
        self, About, GivenUp, Hangs, Judge, Runtime,
        known::{Known, Places},
        process::{Driver, Limits, Remote},
    },
};
use preflight_reports::{
    matrix::{CaseInfo, CaseResult, Matrix, ReadingInfo, RuleInfo, RuntimeResults, SCHEMA, Times, Word},
    traces::{Lines, Traces},
};
use preflight_spec_tests::{Catalogue, Reading, Rule, readings};
use std::{
    thread,
    time::{Duration, Instant},
};

/// How the names of this program's temporary folders begin.
const TEMPORARY: &str = "preflight-";

/// The cases on one runtime.
#[derive(Debug)]
pub struct Column {
    /// What the runtime says of itself.
    pub about: About,
    /// The proposals that it does not accept.
    pub refused: Vec<String>,
    /// One report for each case, in their order; none if it could not be run at all.
    pub reports: Vec<Report>,
    /// Wall time of each case, in their order.
    pub times: Vec<Duration>,
    /// Why it could not be run at all.
    pub broken: Option<Broken>,
    /// Wall time.
    pub elapsed: Duration,
    /// How it was chosen.
    pub chosen: Chosen,
}

/// How a runtime was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// By a name that this program knows.
    Known,
    /// By a command or a file, whose runtime may call itself whatever it likes: the argument of `preflight run` that says so.
    Given(String),
}

/// Runs `cases` on `runtime`, and tells `progress` about each that is done.
pub fn column(
    runtime: &mut dyn Runtime,
    cases: &[Case],
    catalogue: &Catalogue,
    progress: &(dyn Fn() + Sync),
) -> Column {
    let (start, about) = (Instant::now(), runtime.about());
    let judge = match Judge::new(runtime, catalogue) {
        Ok(judge) => judge,
        Err(broken) => return Column { broken: Some(broken), ..Column::empty(about) },
    };
    let mut hangs = Hangs::default();
    let one = |case: &Case| {
        let start = Instant::now();
        let report = match hangs.given_up() {
            None => runtime::run(case, runtime, &judge),
            Some(why) => runtime::run(case, &mut GivenUp { about: judge.about.clone(), why }, &judge),
        };
        hangs.count(&report.verdict);
        progress();
        (report, start.elapsed())
    };
    let (reports, times) = cases.iter().map(one).unzip();
    let refused = judge.accepted.refused().into_iter().chain(judge.accepted.lacks().iter().copied());
    let refused = refused.map(str::to_owned).collect();
    Column { refused, reports, times, elapsed: start.elapsed(), ..Column::empty(about) }
}

/// Runs `cases` on those of the runtimes that are found here, each on a thread of its own. Those that are not found are
/// left out.
pub fn columns(
    known: &[&Known],
    places: &Places,
    cases: &[Case],
    catalogue: &Catalogue,
    progress: &(dyn Fn() + Sync),
) -> Vec<Column> {
    let one = |known: &Known| match known.open(places) {
        Ok(Some(mut runtime)) => Some(column(&mut *runtime, cases, catalogue, progress)),
        Ok(None) => None,
        Err(broken) => {
            let about = About::new(known.name, "?", "?", &[]);
            Some(Column { broken: Some(broken), ..Column::empty(about) })
        }
    };
    thread::scope(|scope| {
        let threads: Vec<_> = known.iter().map(|known| scope.spawn(move || one(known))).collect();
        // A panic of an adapter is one of this program.
        threads
            .into_iter()
            .filter_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Runs `cases` on the runtime that a driver serves.
pub fn driver(
    driver: &Driver,
    limits: Limits,
    cases: &[Case],
    catalogue: &Catalogue,
    progress: &(dyn Fn() + Sync),
) -> Column {
    match Remote::start(driver.clone(), limits) {
        Ok(mut remote) => column(&mut remote, cases, catalogue, progress),
        Err(broken) => {
            let about = About::new(driver.argv.first().map_or("driver", String::as_str), "?", "?", &[]);
            Column { broken: Some(broken), ..Column::empty(about) }
        }
    }
}

impl Column {
    fn empty(about: About) -> Self {
        let (refused, reports, times) = Default::default();
        Column { about, refused, reports, times, broken: None, elapsed: Duration::ZERO, chosen: Chosen::Known }
    }

    /// The same, chosen in another way.
    #[must_use]
    pub fn chosen(self, chosen: Chosen) -> Self {
        Column { chosen, ..self }
    }

    /// The built-in expectations, if they are about this runtime: one that chose its name itself has to have the version that
    /// they speak of, too.
    ///
    /// # Errors
    /// [`ExpectError`]; the tests of this crate read every file.
    pub fn built_in_expectations(&self) -> Result<Expectations, ExpectError> {
        let built_in = Expectations::built_in(&self.about.name)?;
        let is_same = built_in.version.as_ref() == Some(&self.about.version);
        Ok(if is_same || self.chosen == Chosen::Known { built_in } else { Expectations::default() })
    }

    /// What is not as the expectations say.
    pub fn surprises(&self, expectations: &Expectations, cases: &[Case]) -> Vec<Surprise> {
        match self.broken {
            Some(_) => Vec::new(),
            None => expectations.surprises(cases, self.reports.iter().map(|report| &report.verdict)),
        }
    }
}

/// The document of a run: columns, each with the expectations that hold for it.
pub fn document(cases: &[Case], catalogue: &Catalogue, columns: &[(Column, Expectations)]) -> Matrix {
    let mut traces = Traces::default();
    // Tests of the crate that has them see to it that they can be read.
    let readings = readings().unwrap_or_default();
    let cases_info = cases.iter().map(|case| CaseInfo {
        path: case.path.clone(),
        title: case.header.title.clone(),
        rules: case.header.rules.clone(),
        needs: case.header.needs.clone(),
        text: case.text.clone(),
        expected: traces.place(lines(&case.expected)),
    });
    let cases_info = cases_info.collect();
    let runtimes = columns.iter().map(|(column, expectations)| results(cases, column, expectations, &mut traces));
    Matrix {
        schema: SCHEMA,
        preflight: env!("CARGO_PKG_VERSION").to_owned(),
        groups: catalogue.groups.iter().map(|(letter, title)| (letter.to_string(), title.clone())).collect(),
        rules: catalogue.rules.iter().map(|rule| (rule.id.clone(), rule_info(rule, &readings))).collect(),
        cases: cases_info,
        runtimes: runtimes.collect(),
        traces: traces.into_table(),
        mutants: Vec::new(),
        times: columns.iter().map(|(column, _)| times(column)).collect(),
    }
}

fn rule_info(rule: &Rule, readings: &[Reading]) -> RuleInfo {
    let of_rule = readings.iter().filter(|reading| reading.rule == rule.id);
    RuleInfo {
        group: rule.group.to_string(),
        level: rule.level.to_string(),
        statement: rule.statement.clone(),
        source: rule.source.clone(),
        contested: rule.contested,
        disagreement: rule.disagreement.clone(),
        gate: rule.gate.clone(),
        reason: rule.reason.clone(),
        readings: of_rule
            .map(|reading| ReadingInfo { reading: reading.reading.clone(), source: reading.source.clone() })
            .collect(),
    }
}

fn lines(trace: &Trace) -> Lines {
    Lines { lines: line::print_all(trace), state: trace.post_mortem.clone() }
}

/// What was seen; nothing, where nothing was.
fn seen(report: &Report) -> Lines {
    let is_broken = |failure: &Failure| matches!(failure, Failure::Broken(_) | Failure::Script(_));
    let nothing = Outcome::Returned { values: Vec::new() };
    match &report.verdict {
        Verdict::Unsupported(_) if report.actual.outcome == nothing => Lines::default(),
        // A runtime that broke has not ended well.
        Verdict::Failed(failures) if report.actual.events.is_empty() && failures.iter().any(is_broken) => {
            Lines::default()
        }
        _ => lines(&report.actual),
    }
}

/// What there is to say, without what differs from one run to the next: addresses, and the names of temporary folders.
fn notes(verdict: &Verdict) -> Vec<String> {
    let one = |failure: &Failure| match failure {
        // A crash ends with the state of a stack: what the runtime said last is told, and not all of it.
        Failure::Broken(Broken::Crashed { status, stderr }) => {
            let last = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
            Broken::Crashed { status: status.clone(), stderr: last }.to_string()
        }
        other => other.to_string(),
    };
    let notes = match verdict {
        Verdict::Failed(failures) | Verdict::Recorded(failures) => failures.iter().map(one).collect(),
        other => other.notes(),
    };
    notes.iter().map(|note| settled(note)).collect()
}

/// A text in which every address is `0x…` and every temporary folder of this program `…`.
fn settled(note: &str) -> String {
    /// Shorter numbers are offsets and opcodes.
    const ADDRESS: usize = 8;
    let temporary = std::env::temp_dir().join(TEMPORARY).display().to_string();
    let mut out = String::with_capacity(note.len());
    let mut rest = note;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(&temporary) {
            out.push('…');
            rest = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
            continue;
        }
        let after = rest.strip_prefix("0x").map(|digits| digits.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
        if let Some(after) = after.filter(|after| rest.len() - after.len() >= "0x".len() + ADDRESS) {
            out.push_str("0x…");
            rest = after;
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn times(column: &Column) -> Times {
    Times {
        runtime: column.about.name.clone(),
        elapsed_ms: column.elapsed.as_millis() as u64,
        cases_us: column.times.iter().map(|time| time.as_micros() as u64).collect(),
    }
}

fn results(cases: &[Case], column: &Column, expectations: &Expectations, traces: &mut Traces) -> RuntimeResults {
    let about = &column.about;
    let one = |(case, report): (&Case, &Report)| CaseResult {
        case: case.path.clone(),
        verdict: word(&report.verdict),
        expected: expectations.surprise(case, &report.verdict).is_none(),
        reason: expectations.of(case).map(|entry| entry.reason.clone()),
        notes: notes(&report.verdict),
        actual: traces.place(seen(report)),
    };
    RuntimeResults {
        results: cases.iter().zip(&column.reports).map(one).collect(),
        name: about.name.clone(),
        version: about.version.clone(),
        level: format!("{:?}", about.level).to_lowercase(),
        abilities: about.abilities.iter().map(|ability| ability.as_str().to_owned()).collect(),
        engine: about.lineage.engine.clone(),
        linker: about.lineage.linker.clone(),
        refused: column.refused.clone(),
        broken: column.broken.as_ref().map(|broken| settled(&broken.to_string())),
    }
}

fn word(verdict: &Verdict) -> Word {
    match verdict {
        Verdict::Passed => Word::Passed,
        Verdict::Failed(_) => Word::Failed,
        Verdict::Unsupported(_) => Word::Unsupported,
        Verdict::Recorded(_) => Word::Recorded,
    }
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn what_differs_from_run_to_run_is_left_out() {
        let folder = std::env::temp_dir().join("preflight-a1B2c3").join("script.wast");
        assert_eq!(settled(&format!("cannot run '{}': no", folder.display())), "cannot run '…/script.wast': no");
        assert_eq!(settled("at 0x56122214f074, offset 0x14, é"), "at 0x…, offset 0x14, é");
        assert_eq!(settled("0x"), "0x");
    }
}

#[cfg(feature = "reference")]
mod reference {
    use super::Column;
    use crate::{
        case::{self, Case},
        runtime::{Ability, About},
        script::{Options, stack},
        trace::Level,
    };
    use preflight_spec_tests::Catalogue;
    use rayon::prelude::*;
    use std::time::Instant;

    /// Runs `cases` on the reference engine, with the tier or tiers of `options`, under the name `name`, `jobs` cases at
    /// the same time (as many as there are cores if `None`).
    pub fn reference(
        name: &str,
        options: &Options,
        cases: &[Case],
        catalogue: &Catalogue,
        jobs: Option<u16>,
        progress: &(dyn Fn() + Sync),
    ) -> Column {
        let start = Instant::now();
        use Ability as A;
        let abilities = [A::Core, A::Hosts, A::Components, A::P1, A::Preloads, A::P2, A::Times, A::Gives];
        let about =
            About { level: Level::Full, ..About::new(name, env!("CARGO_PKG_VERSION"), "preflight", &abilities) };
        let pool = stack::pool(jobs.map(usize::from));
        let options = if pool.is_ok() { stack::in_pool(options) } else { options.clone() };
        let one = |case: &Case| {
            let start = Instant::now();
            let report = case::run(case, catalogue, &options);
            progress();
            (report, start.elapsed())
        };
        let run = || cases.par_iter().with_max_len(1).map(one).unzip();
        // Without threads of their own the cases run on those of the process.
        let (reports, times) = match pool {
            Ok(pool) => pool.install(run),
            Err(_) => run(),
        };
        Column { reports, times, elapsed: start.elapsed(), ..Column::empty(about) }
    }
}

#[cfg(feature = "reference")]
pub use reference::reference;

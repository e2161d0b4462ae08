//! The cases on many runtimes at once, and the document that comes of it.

use crate::{
    case::{Broken, Case, Report, Verdict, line},
    expect::{Expectations, Surprise},
    runtime::{
        self, About, Judge, Runtime,
        known::{Known, Places},
    },
};
use preflight_reports::matrix::{CaseInfo, CaseResult, Matrix, RuleInfo, RuntimeResults, SCHEMA, Word};
use preflight_spec_tests::Catalogue;
use std::{
    thread,
    time::{Duration, Instant},
};

/// The cases on one runtime.
#[derive(Debug)]
pub struct Column {
    /// What the runtime says of itself.
    pub about: About,
    /// The proposals that it does not accept.
    pub refused: Vec<String>,
    /// One report for each case, in their order; none if it could not be run at all.
    pub reports: Vec<Report>,
    /// Why it could not be run at all.
    pub broken: Option<Broken>,
    /// Wall time.
    pub elapsed: Duration,
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
    let one = |case: &Case| {
        let report = runtime::run(case, runtime, &judge);
        progress();
        report
    };
    let reports = cases.iter().map(one).collect();
    let refused = judge.accepted.refused().into_iter().chain(judge.accepted.lacks().iter().copied());
    Column { refused: refused.map(str::to_owned).collect(), about, reports, broken: None, elapsed: start.elapsed() }
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

impl Column {
    fn empty(about: About) -> Self {
        Column { about, refused: Vec::new(), reports: Vec::new(), broken: None, elapsed: Duration::ZERO }
    }

    /// What is not as the expectations say.
    pub fn surprises(&self, expectations: &Expectations, cases: &[Case], all: bool) -> Vec<Surprise> {
        match self.broken {
            Some(_) => Vec::new(),
            None => expectations.surprises(cases, self.reports.iter().map(|report| &report.verdict), all),
        }
    }
}

/// The document of a run: columns, each with the expectations that hold for it.
pub fn document(cases: &[Case], catalogue: &Catalogue, columns: &[(Column, Expectations)]) -> Matrix {
    let mut rules: Vec<&String> = cases.iter().flat_map(|case| &case.header.rules).collect();
    rules.sort_unstable();
    rules.dedup();
    let rule = |id: &String| {
        let rule = catalogue.get(id)?;
        let info = RuleInfo {
            statement: rule.statement.clone(),
            level: rule.level.to_string(),
            source: rule.source.clone(),
            contested: rule.contested,
        };
        Some((id.clone(), info))
    };
    let info = |case: &Case| CaseInfo {
        path: case.path.clone(),
        title: case.header.title.clone(),
        rules: case.header.rules.clone(),
        expected: line::print_all(&case.expected),
    };
    Matrix {
        schema: SCHEMA,
        preflight: env!("CARGO_PKG_VERSION").to_owned(),
        runtimes: columns.iter().map(|(column, expectations)| results(cases, column, expectations)).collect(),
        cases: cases.iter().map(info).collect(),
        rules: rules.into_iter().filter_map(rule).collect(),
    }
}

fn results(cases: &[Case], column: &Column, expectations: &Expectations) -> RuntimeResults {
    let about = &column.about;
    let one = |(case, report): (&Case, &Report)| CaseResult {
        case: case.path.clone(),
        verdict: word(&report.verdict),
        expected: expectations.surprise(case, &report.verdict).is_none(),
        reason: expectations.of(case).map(|entry| entry.reason.clone()),
        notes: report.verdict.notes(),
        actual: match report.verdict {
            Verdict::Failed(_) | Verdict::Recorded(_) => line::print_all(&report.actual),
            Verdict::Passed | Verdict::Unsupported(_) => Vec::new(),
        },
    };
    RuntimeResults {
        name: about.name.clone(),
        version: about.version.clone(),
        level: format!("{:?}", about.level).to_lowercase(),
        abilities: about.abilities.iter().map(|ability| ability.as_str().to_owned()).collect(),
        engine: about.lineage.engine.clone(),
        linker: about.lineage.linker.clone(),
        refused: column.refused.clone(),
        elapsed_ms: column.elapsed.as_millis() as u64,
        broken: column.broken.as_ref().map(ToString::to_string),
        results: cases.iter().zip(&column.reports).map(one).collect(),
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

#[cfg(feature = "reference")]
mod reference {
    use super::Column;
    use crate::{
        case::{self, Case},
        runtime::{Ability, About},
        script::Options,
        trace::Level,
    };
    use preflight_spec_tests::Catalogue;
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
        let abilities = [Ability::Core, Ability::Components, Ability::P1, Ability::Preloads];
        let about =
            About { level: Level::Full, ..About::new(name, env!("CARGO_PKG_VERSION"), "preflight", &abilities) };
        let run = || case::run_all(cases, catalogue, options, &|_| progress());
        let pool = jobs.map(|jobs| rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build());
        // Without threads of their own the cases run on those of the process.
        let reports = match pool {
            Some(Ok(pool)) => pool.install(run),
            Some(Err(_)) | None => run(),
        };
        Column { reports, elapsed: start.elapsed(), ..Column::empty(about) }
    }
}

#[cfg(feature = "reference")]
pub use reference::reference;

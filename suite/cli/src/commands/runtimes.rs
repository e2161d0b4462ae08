//! `preflight runtimes`: which runtimes are here, and how others are had.

use super::{
    driver::places,
    wast::{Format, Paint, Table},
};
use crate::output;
use anyhow::bail;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use preflight::{
    printable,
    runtime::{
        About,
        known::{KNOWN, Known, Places},
        needs::Accepted,
    },
};
use serde_json::json;
use std::{io::Write, process::ExitCode, thread, time::Duration};

/// List the runtimes that cases can be run on, or install some.
///
/// Found are those that are part of this program, that lie on the search path, and that were installed by `preflight runtimes
/// install` into a folder for caches (PREFLIGHT_CACHE names another). Two runtimes of one lineage that agree prove less than
/// two strangers do. The last lines tell what the reference engine's compiled tier cannot compile; nothing falls back to the
/// interpreter.
///
/// Exit status: 0 what was found can be run, or is installed; 1 a runtime that was found is broken; 2 there is no such runtime,
/// or it could not be installed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  preflight runtimes                    what is here, and what it can do
  preflight runtimes install bun jco    from the registries of npm, Python and Debian
  preflight runtimes install all")]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// What to print: a table for people, or one JSON document.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Install runtimes into the cache, by npm, pip or apt-get; nothing outside it is changed.
    ///
    /// Exit status: 0 they are there, 2 a name is unknown or an installation failed.
    Install {
        /// Their names, or `all`.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
}

/// Runs the command.
///
/// # Errors
/// A name that is not known, or an installation that failed: exit status 2.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let places = places();
    match args.command {
        Some(Command::Install { names }) => install(&names, &places),
        None => list(&places, args.format),
    }
}

/// What was found: what it says of itself and accepts, or why it cannot be run.
type Found = Result<(About, Accepted), String>;

fn find(known: &Known, places: &Places) -> Option<Found> {
    let mut runtime = match known.open(places) {
        Ok(runtime) => runtime?,
        Err(broken) => return Some(Err(broken.to_string())),
    };
    let accepted = Accepted::ask(&mut *runtime).map_err(|end| end.to_string());
    Some(accepted.map(|accepted| (runtime.about(), accepted)))
}

fn list(places: &Places, format: Format) -> anyhow::Result<ExitCode> {
    let found: Vec<(&Known, Option<Found>)> = thread::scope(|scope| {
        let threads: Vec<_> = KNOWN.iter().map(|known| (known, scope.spawn(move || find(known, places)))).collect();
        let join = |(known, thread): (_, thread::ScopedJoinHandle<'_, _>)| {
            // A panic there is one of this program.
            (known, thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        };
        threads.into_iter().map(join).collect()
    });
    let mut text = Vec::new();
    match format {
        Format::Json => writeln!(text, "{}", serde_json::to_string_pretty(&document(&found))?)?,
        Format::Text => write_text(&mut text, &found)?,
    }
    output::data(None, &String::from_utf8_lossy(&text))?;
    let is_broken = found.iter().any(|(_, found)| matches!(found, Some(Err(_))));
    Ok(if is_broken { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn document(found: &[(&Known, Option<Found>)]) -> serde_json::Value {
    let one = |(_, found): &(&Known, Option<Found>)| {
        let (about, accepted) = found.as_ref()?.as_ref().ok()?;
        let mut value = serde_json::to_value(about).ok()?;
        value["refused"] = json!(refused(accepted));
        Some(value)
    };
    found.iter().filter_map(one).collect()
}

fn refused(accepted: &Accepted) -> Vec<&str> {
    accepted.refused().into_iter().chain(accepted.lacks().iter().copied()).collect()
}

fn write_text(out: &mut impl Write, found: &[(&Known, Option<Found>)]) -> anyhow::Result<()> {
    let paint = Paint::for_stdout();
    let mut table = Table::new("runtime", &["version", "level", "abilities", "engine", "linker", "does not accept"]);
    for (known, found) in found {
        let Some(Ok((about, accepted))) = found else { continue };
        let abilities: Vec<&str> = about.abilities.iter().map(|ability| ability.as_str()).collect();
        let cells = [
            printable(&about.version),
            format!("{:?}", about.level).to_lowercase(),
            abilities.join(" "),
            about.lineage.engine.clone(),
            about.lineage.linker.clone(),
            refused(accepted).join(" "),
        ];
        table.row(known.name, cells.into_iter().map(|cell| (cell, "")).collect());
    }
    table.write(out, paint)?;
    for (known, found) in found {
        match found {
            Some(Err(error)) => writeln!(out, "{}BROKEN{} {}: {error}", paint.red(), paint.end(), known.name)?,
            None => {
                let how = match known.package {
                    Some(_) => format!("preflight runtimes install {}", known.name),
                    None => "put it on the search path".to_owned(),
                };
                writeln!(out, "{}not here: {} ({}): {how}{}", paint.dim(), known.name, known.what, paint.end())?;
            }
            Some(Ok(_)) => {}
        }
    }
    #[cfg(feature = "jit")]
    for (what, reason) in preflight_engine::UNSUPPORTED_BY_JIT {
        writeln!(out, "{}not compiled by the reference engine: {what}, since {reason}{}", paint.dim(), paint.end())?;
    }
    Ok(())
}

fn install(names: &[String], places: &Places) -> anyhow::Result<ExitCode> {
    let mut packages = Vec::new();
    for known in KNOWN.iter().filter(|known| names.iter().any(|name| name == "all" || name == known.name)) {
        match known.package {
            Some(package) => packages.push((known, package)),
            None if names.iter().any(|name| name == known.name) => {
                bail!("no registry has {}; put it on the search path", known.name)
            }
            None => {}
        }
    }
    let is_unknown = |name: &&String| name.as_str() != "all" && Known::get(name).is_none();
    if let Some(unknown) = names.iter().find(is_unknown) {
        let names: Vec<_> = KNOWN.iter().filter(|known| known.package.is_some()).map(|known| known.name).collect();
        bail!("there is no runtime {unknown:?}; to be installed are {}", names.join(", "));
    }
    let bars = MultiProgress::new();
    let style =
        ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let mut failed = Vec::new();
    for (known, package) in packages {
        let bar = bars.add(ProgressBar::new_spinner().with_style(style.clone()));
        bar.set_message(format!("installing {} ({})", known.name, package.name()));
        bar.enable_steady_tick(Duration::from_millis(100));
        let result = package.install(&places.cache);
        bar.finish_and_clear();
        match result {
            Ok(()) => writeln!(output::stdout(), "{} is in {}", known.name, package.folder(&places.cache).display())?,
            Err(error) => failed.push(error.to_string()),
        }
    }
    if failed.is_empty() { Ok(ExitCode::SUCCESS) } else { bail!("{}", failed.join("\n")) }
}

//! Any command line that runs programs of WASI Preview 1, described by a template.
//!
//! Its exit status is read so: 0 returned; 134 or `SIGABRT`: a trap; any other signal: the runtime crashed; a code with a
//! complaint on standard error, a line with more than one of the usual words: failed; any other code is the program's own.

use super::files::{Files, UNKNOWN, program_end};
use crate::{
    case::Broken,
    runtime::{
        Ability, About, End, Program, ProgramEnd, Reach, Runtime,
        adapters::no_primitives,
        process::{Limits, once},
    },
};
use std::{path::Path, process::Command};
use thiserror::Error;

/// The runtime.
#[derive(Clone)]
pub struct CommandLine {
    template: Template,
    about: About,
    limits: Limits,
}

/// How a command line is made: words, and places to be filled.
///
/// `{file}` is the main module, `{args}` the program's arguments, `{preloads}` one `--preload NAME=FILE` for each module to
/// load before it, `{env}` one `--env NAME=VALUE` for each variable, `{preopens}` one `--dir FOLDER::NAME` for each folder that
/// the program finds open, `{invoke}` the pair `--invoke NAME`. What has no place in the template is unsupported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<String>);

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// It names no program, or no place for the module.
    #[error("a template is a program and its arguments, one of them {{file}}: {0:?}")]
    NoFile(String),
    /// It has a place that is not known.
    #[error("{0} is no place; there are {{file}}, {{args}}, {{preloads}}, {{env}}, {{preopens}} and {{invoke}}")]
    UnknownPlace(String),
}

const PLACES: [&str; 6] = ["{file}", "{args}", "{preloads}", "{env}", "{preopens}", "{invoke}"];

/// The files and folders of a program: the main module, the preloads with their names, and what is to be open.
struct Paths {
    main: String,
    preloads: Vec<(String, String)>,
    preopens: Vec<(String, String)>,
}

impl Template {
    /// Reads words that are parted by blanks.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let is_unknown = |word: &&String| word.starts_with('{') && !PLACES.contains(&word.as_str());
        if let Some(unknown) = words.iter().find(is_unknown) {
            return Err(TemplateError::UnknownPlace(unknown.clone()));
        }
        match words.first() {
            Some(program) if !program.starts_with('{') && words.iter().any(|word| word == "{file}") => {
                Ok(Template(words))
            }
            _ => Err(TemplateError::NoFile(text.to_owned())),
        }
    }

    fn has(&self, place: &str) -> bool {
        self.0.iter().any(|word| word == place)
    }

    fn fill(&self, paths: &Paths, program: &Program) -> Vec<String> {
        let pairs =
            |flag: &str, pairs: Vec<String>| pairs.into_iter().flat_map(|pair| [flag.to_owned(), pair]).collect();
        let fill = |word: &String| -> Vec<String> {
            match (word.as_str(), &program.reach) {
                ("{file}", _) => vec![paths.main.clone()],
                ("{args}", _) => program.args.clone(),
                ("{preloads}", _) => {
                    pairs("--preload", paths.preloads.iter().map(|(name, file)| format!("{name}={file}")).collect())
                }
                ("{env}", _) => pairs("--env", program.env.iter().map(|(k, v)| format!("{k}={v}")).collect()),
                ("{preopens}", _) => {
                    pairs("--dir", paths.preopens.iter().map(|(host, name)| format!("{host}::{name}")).collect())
                }
                ("{invoke}", Reach::Export(name)) => vec!["--invoke".to_owned(), name.clone()],
                ("{invoke}", _) => Vec::new(),
                _ => vec![word.clone()],
            }
        };
        self.0.iter().flat_map(fill).collect()
    }
}

impl CommandLine {
    /// The runtime called `name` that `template` describes.
    pub fn new(name: &str, version: &str, lineage: &str, template: Template, limits: Limits) -> Self {
        let mut abilities = vec![Ability::P1];
        if template.has("{preloads}") {
            abilities.push(Ability::Preloads);
        }
        CommandLine { about: About::new(name, version, lineage, &abilities), template, limits }
    }

    /// The package `wamr-bin`: a fork of WAMR, which takes components too. As that package builds it, it runs nothing that was
    /// not compiled before, and says so.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn wamr(program: &Path, limits: Limits) -> Result<Self, Broken> {
        let lineage = "wamr-bin (a fork of WAMR)";
        let mut line = Self::known("wamr-bin", lineage, program, &["version"], "run {env} {file} {args}", limits)?;
        line.about.abilities.insert(Ability::P2);
        Ok(line)
    }

    /// wasmi's command line, of version 2.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn wasmi(program: &Path, limits: Limits) -> Result<Self, Broken> {
        Self::known("wasmi-cli", "wasmi", program, &["--version"], "run {env} {invoke} {file} {args}", limits)
    }

    fn known(
        name: &str,
        lineage: &str,
        program: &Path,
        version: &[&str],
        places: &str,
        limits: Limits,
    ) -> Result<Self, Broken> {
        let mut command = Command::new(program);
        command.args(version);
        let left = once::run(command, "", limits)?;
        let version = String::from_utf8_lossy(&left.stdout);
        let version = version.trim().rsplit(' ').next().unwrap_or_default();
        // The path is one word, blanks or not.
        let words = [program.display().to_string()].into_iter().chain(places.split(' ').map(str::to_owned));
        Ok(Self::new(name, version, lineage, Template(words.collect()), limits))
    }
}

/// What command lines say of what they cannot do.
const LACKS: [(&str, &str); 3] = [
    // WAMR's fork, of core modules and of components, if it was built for compiled ones only.
    ("AOT-only", COMPILED),
    ("no AOT manifest", COMPILED),
    // wasmi's, of a reactor of which no export is selected.
    ("could not find exported WASI entry point functions", "a reactor of which no export is selected"),
];

const COMPILED: &str = "what was not compiled before";

impl Runtime for CommandLine {
    no_primitives!();

    fn about(&self) -> About {
        self.about.clone()
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        if matches!(program.reach, Reach::Export(_)) && !self.template.has("{invoke}") {
            return Err(End::unsupported("calling an export"));
        }
        if program.times != 1 {
            return Err(End::unsupported("entering a component never, or more than once"));
        }
        if !program.env.is_empty() && !self.template.has("{env}") {
            return Err(End::unsupported("an environment"));
        }
        if !program.preopens.is_empty() && !self.template.has("{preopens}") {
            return Err(End::unsupported("preopened folders"));
        }
        let files = Files::new()?;
        let (main, preloads) = files.program(program)?;
        let paths = Paths { main, preloads, preopens: files.preopens(program)? };
        let argv = self.template.fill(&paths, program);
        let mut command = Command::new(&argv[0]);
        command.args(&argv[1..]);
        let left = once::run(command, &program.stdin, self.limits).map_err(End::Broken)?;
        let end = program_end(left, UNKNOWN)?;
        let lack = match &end.end {
            Err(End::Failed(words)) => {
                LACKS.iter().find(|(text, _)| words.contains(text)).map(|(_, what)| (what, words))
            }
            _ => None,
        };
        match lack {
            Some((what, words)) => Err(End::Unsupported(format!("{what}; it says: {words}"))),
            None => Ok(end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_others_refused() {
        let template = Template::parse("tool run {preopens} {preloads} {file} {args}").expect("a template");
        let (args, preopens) = (vec!["a b".to_owned()], vec!["/a".to_owned()]);
        let program = Program { args, preopens, ..Program::command(Vec::new()) };
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        let paths = Paths { main: "m.wasm".to_owned(), preloads: pair("lib", "l.wasm"), preopens: pair("d", "/a") };
        let argv = template.fill(&paths, &program);
        assert_eq!(argv, ["tool", "run", "--dir", "d::/a", "--preload", "lib=l.wasm", "m.wasm", "a b"]);
        assert_eq!(Template::parse("tool {fil}"), Err(TemplateError::UnknownPlace("{fil}".to_owned())));
        assert!(matches!(Template::parse("tool run"), Err(TemplateError::NoFile(_))));
        assert!(matches!(Template::parse("{file}"), Err(TemplateError::NoFile(_))));
    }
}

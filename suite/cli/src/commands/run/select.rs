//! Which cases are run.

use crate::input;
use anyhow::{Context, ensure};
use preflight::{
    case::{self, Case},
    files::{self, PathError, Text},
    script::Options,
};
use preflight_spec_tests::Catalogue;
use std::path::{Path, PathBuf};

/// The part of the arguments that selects cases.
#[derive(Debug, Default, clap::Args)]
pub struct Selection {
    /// Only cases whose path contains this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Only cases of this rule; may be given several times.
    #[arg(long = "rule", value_name = "ID")]
    rules: Vec<String>,
    /// Run the cases (.wast) of this folder instead of the built-in ones.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
}

impl Selection {
    /// The folder of cases, if it is not the built-in ones.
    pub fn folder(&self) -> Option<&Path> {
        self.cases.as_deref()
    }

    /// Whether these are not all built-in cases.
    pub fn is_partial(&self) -> bool {
        !self.filter.is_empty() || !self.rules.is_empty() || self.cases.is_some()
    }

    /// The cases, and whether they are all built-in ones.
    ///
    /// # Errors
    /// A case that cannot be read, or a rule or filter that names nothing.
    pub fn cases(&self, catalogue: &Catalogue) -> anyhow::Result<(Vec<Case>, bool)> {
        for id in &self.rules {
            ensure!(catalogue.get(id).is_some(), "there is no rule {id}; `preflight rules` lists them");
        }
        let mut cases = self.all()?;
        let all = cases.len();
        let is_of = |case: &Case| self.rules.is_empty() || case.header.rules.iter().any(|id| self.rules.contains(id));
        cases.retain(|case| case.path.contains(&self.filter) && is_of(case));
        ensure!(!cases.is_empty(), "none of {all} cases is selected; give another --filter or --rule, or none");
        for case in &cases {
            let mistakes = case.mistakes(catalogue);
            ensure!(mistakes.is_empty(), "{}: {} (in the header)", case.path, mistakes.join(", "));
        }
        Ok((cases, !self.is_partial()))
    }

    /// All that the filters choose from.
    ///
    /// # Errors
    /// A case that cannot be read.
    pub fn all(&self) -> anyhow::Result<Vec<Case>> {
        match &self.cases {
            Some(folder) => in_folder(folder),
            None => Ok(case::all()?),
        }
    }
}

/// The cases of a folder and of the folders in it, named by their paths below it; or one case, named by its file.
///
/// # Errors
/// A case that cannot be read.
pub fn in_folder(folder: &Path) -> anyhow::Result<Vec<Case>> {
    let jobs = files::jobs(&[folder.to_owned()], &Options::default())?;
    let read = |job: &files::Job| {
        let Text::File(path) = &job.text else { unreachable!("jobs of paths are files") };
        let text = input::text(path).with_context(|| format!("cannot read {}", job.path))?;
        if path.to_str().is_none() {
            return Err(PathError::NotUtf8 { path: path.clone() }.into());
        }
        // Below itself a file has no name.
        let below = path.strip_prefix(folder).ok().filter(|below| below.file_name().is_some());
        let name = below.unwrap_or_else(|| path.file_name().map_or(path.as_path(), Path::new)).display().to_string();
        Ok(Case::parse(&name, &text)?)
    };
    jobs.iter().map(read).collect()
}

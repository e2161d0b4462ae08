//! `preflight rules --check-sources`: whether what the rules cite is still there.

use anyhow::{bail, ensure};
use preflight_spec_tests::Rule;
use std::{collections::HashMap, path::Path, process::Command};

/// A place that a rule cites: `OWNER/NAME[@REF]:PATH[#ANCHOR[, #ANCHOR]…] [(REMARK)]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'s> {
    repository: &'s str,
    reference: &'s str,
    path: &'s str,
    anchors: Vec<&'s str>,
}

/// A place that is no longer there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vanished<'r> {
    /// The rule that cites it.
    pub rule: &'r str,
    /// What it cites.
    pub source: &'r str,
    /// What is missing: the file, or an anchor.
    pub what: String,
}

/// What was found of the places that lie in one repository.
#[derive(Debug, Default)]
pub struct Checked<'r> {
    /// How many places were looked up.
    pub looked_up: usize,
    /// Those that are gone.
    pub vanished: Vec<Vanished<'r>>,
}

impl<'s> Place<'s> {
    /// Reads a source; `None` if it is another kind of reference, such as an issue.
    pub fn parse(source: &'s str) -> Option<Self> {
        let source = source.split(" (").next()?;
        let (repository, rest) = source.split_once(':')?;
        let (path, anchors) = rest.split_once('#').unwrap_or((rest, ""));
        let (repository, reference) = repository.split_once('@').unwrap_or((repository, "HEAD"));
        let is_name = |text: &str| !text.is_empty() && !text.contains(' ');
        if !is_name(repository) || !repository.contains('/') || !is_name(path) {
            return None;
        }
        let anchors = anchors.split(", #").map(str::trim).filter(|anchor| !anchor.is_empty()).collect();
        Some(Place { repository, reference, path, anchors })
    }
}

/// Looks up every place of `rules` in a clone of a repository: `FOLDER`, or `OWNER/NAME=FOLDER` if the clone does not tell
/// from where it is.
///
/// # Errors
/// The folder is no clone, its name cannot be told, or no rule cites anything of it.
pub fn check<'r>(rules: &'r [Rule], clone: &str) -> anyhow::Result<Checked<'r>> {
    let (name, folder) = match clone.split_once('=') {
        Some((name, folder)) => (name.to_owned(), Path::new(folder)),
        None => (name_of(Path::new(clone))?, Path::new(clone)),
    };
    ensure!(commit_of(folder, "HEAD").is_some(), "{} is no clone of a git repository", folder.display());
    let mut checked = Checked::default();
    let mut files: HashMap<(&str, &str), Option<String>> = HashMap::new();
    for rule in rules {
        for source in &rule.source {
            let Some(place) = Place::parse(source).filter(|place| place.repository == name) else { continue };
            // A branch that the clone does not have tells nothing about what it has.
            let Some(commit) = commit_of(folder, place.reference) else { continue };
            let text = files.entry((place.reference, place.path)).or_insert_with(|| show(folder, &commit, place.path));
            checked.looked_up += 1;
            let vanished = |what| Vanished { rule: &rule.id, source, what };
            match text {
                None => checked.vanished.push(vanished(format!("there is no file {}", place.path))),
                Some(text) => {
                    let gone = place.anchors.iter().filter(|anchor| !has_anchor(text, anchor));
                    checked.vanished.extend(gone.map(|anchor| vanished(format!("there is no #{anchor}"))));
                }
            }
        }
    }
    ensure!(
        checked.looked_up > 0,
        "no rule cites a place in {name}, of which {0} is a clone; if it is one of another, give OWNER/NAME={0}",
        folder.display()
    );
    Ok(checked)
}

/// Whether a line of a text has the words of an anchor: a label, a name, or a heading (`The start section` is the anchor
/// `the-start-section`; full stops are left out of headings' anchors).
fn has_anchor(text: &str, anchor: &str) -> bool {
    let wanted = words(anchor);
    text.lines().any(|line| words(line).contains(&wanted) || words(&line.replace('.', "")).contains(&wanted))
}

/// The letters and digits of a line in small letters, a hyphen for everything between two words, and at both ends.
fn words(line: &str) -> String {
    let parts = line.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let parts: Vec<_> = parts.map(str::to_lowercase).collect();
    format!("-{}-", parts.join("-"))
}

/// Owner and name of the repository of which `folder` is a clone, by the address that it was cloned from.
fn name_of(folder: &Path) -> anyhow::Result<String> {
    let url = git(folder, &["config", "remote.origin.url"]);
    let Some(url) = url else {
        bail!("{} does not tell of which repository it is a clone: give OWNER/NAME={0}", folder.display())
    };
    let url = url.trim().trim_end_matches('/').trim_end_matches(".git");
    let mut parts = url.rsplit(['/', ':']);
    match (parts.next(), parts.next()) {
        (Some(name), Some(owner)) => Ok(format!("{owner}/{name}")),
        _ => bail!("{url}, from where {} was cloned, names no owner", folder.display()),
    }
}

fn commit_of(folder: &Path, reference: &str) -> Option<String> {
    let candidates = [reference.to_owned(), format!("origin/{reference}")];
    candidates.iter().find_map(|name| git(folder, &["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]))
}

fn show(folder: &Path, commit: &str, path: &str) -> Option<String> {
    git(folder, &["show", &format!("{}:{path}", commit.trim())])
}

/// What git prints, if it succeeds.
fn git(folder: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read() {
        let place = |source| Place::parse(source);
        let anchors = |source| place(source).map(|place| place.anchors);
        assert_eq!(anchors("A/b:c/d.rst#x"), Some(vec!["x"]));
        assert_eq!(anchors("A/b:c.bs#x, #y"), Some(vec!["x", "y"]));
        assert_eq!(anchors("A/b@v1:c.md (a remark)"), Some(vec![]));
        assert_eq!(place("A/b@v1:c.md").map(|place| place.reference), Some("v1"));
        assert_eq!(place("A/b issue 3"), None);
        assert_eq!(place("CORE-START-10 lifted to components"), None);
    }

    #[test]
    fn anchors_are_words_of_a_line_or_the_word_itself() {
        let text = "## The `_initialize` function\n### The `dylink.0` section\n.. _exec-run:\ndef $instantiate(s)\n";
        for anchor in ["the-_initialize-function", "the-dylink0-section", "exec-run", "$instantiate"] {
            assert!(has_anchor(text, anchor), "{anchor}");
        }
        for anchor in ["the-_initialise-function", "exec-ru", "initialize-functions", "$instance"] {
            assert!(!has_anchor(text, anchor), "{anchor}");
        }
    }
}

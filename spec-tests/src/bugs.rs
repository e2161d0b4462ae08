//! Bugs of initialisation that runtimes and tools have had.

use serde::Deserialize;

/// One bug: what a runtime did wrong. The cases that would notice it name it in their headers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bug {
    /// Its name, which never changes.
    pub id: String,
    /// The kind of mistake.
    pub cause: String,
    /// What happens.
    pub what: String,
    /// Where it is known from: issue, change or advisory of the project that had it.
    #[serde(rename = "where")]
    pub known_from: Vec<String>,
    /// Why no case can notice it; absent where one can.
    pub reason: Option<String>,
    /// Why no mutant of the reference engine has it; absent where one has.
    pub no_mutant: Option<String>,
}

/// The bugs that are part of this build.
///
/// # Errors
/// Their form is wrong; the tests of this crate see to it that it is not.
pub fn bugs() -> Result<Vec<Bug>, toml::de::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        bug: Vec<Bug>,
    }
    toml::from_str::<File>(crate::BUGS).map(|file| file.bug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn bugs_have_names_of_their_own_and_say_where_they_were() {
        let bugs = bugs().expect("bugs.toml");
        let ids: HashSet<_> = bugs.iter().map(|bug| &bug.id).collect();
        assert_eq!(ids.len(), bugs.len());
        assert!(bugs.iter().all(|bug| !bug.known_from.is_empty() && bug.what.ends_with('.')));
    }
}

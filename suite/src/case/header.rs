//! The header of a case.

use super::CaseError;
use crate::trace::Level;
use serde::{Deserialize, Serialize};

/// What a case says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The behaviour, as a sentence without a full stop.
    pub title: String,
    /// The ids of the rules that it proves.
    pub rules: Vec<String>,
    /// The proposals it takes beyond release 2.0 (see [`needs`](super::needs)).
    #[serde(default)]
    pub needs: Vec<String>,
    /// How much a runtime must show to be judged by the expected trace; less is compared at its own level.
    #[serde(default = "full")]
    pub level: Level,
}

fn full() -> Level {
    Level::Full
}

impl Header {
    /// Reads the lines after `;;!` with which `text` begins.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, CaseError> {
        let path = || path.to_owned();
        let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix(";;!")).collect();
        if lines.is_empty() {
            return Err(CaseError::NoHeader { path: path() });
        }
        let rest = text.lines().enumerate().skip(lines.len());
        if let Some((i, _)) = rest.into_iter().find(|(_, line)| line.starts_with(";;!")) {
            return Err(CaseError::SecondHeader { path: path(), line: i + 1 });
        }
        toml::from_str(&lines.join("\n")).map_err(|error| CaseError::Header { path: path(), error: Box::new(error) })
    }
}

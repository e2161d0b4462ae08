//! The header of a case.

use super::{Build, CaseError, HostFunc};
use crate::{reading::Reading, trace::Level};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::collections::BTreeMap;

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
    /// The ids of known bugs (`bugs.toml` of `preflight-spec-tests`) that it would notice.
    #[serde(default)]
    pub bugs: Vec<String>,
    /// How much a runtime must show to be judged by the expected trace; less is compared at its own level.
    #[serde(default = "full")]
    pub level: Level,
    /// Whether it ends only because the embedder stops it. Who runs such a case sets a limit of time or fuel.
    #[serde(default)]
    pub interrupt: bool,
    /// Readings of contested rules that are not the default: a runtime that follows others is not judged.
    #[serde(default)]
    pub readings: Vec<Reading>,
    /// The functions that the host gives to the script's modules, besides those of `spectest`.
    #[serde(default)]
    pub hosts: Vec<HostFunc>,
    /// What imports of the script's components find beside the instances that are registered.
    #[serde(default)]
    pub gives: Vec<Give>,
    /// Set if a tool has to make a component of the script's definitions first.
    pub build: Option<Build>,
    /// Set if the case is a program of WASI; the script's `module definition`s are its modules.
    pub run: Option<Run>,
}

/// An import of a component that is given an export of an instance, once that is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Give {
    /// The import.
    pub import: String,
    /// The name under which the component's instance is registered.
    pub of: String,
    /// What it exports.
    pub export: String,
}

/// How a program is run, and what is expected of it. What is not given here is not judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What the main module is.
    pub kind: Kind,
    /// The main module's name in the script, such as `$Main`.
    pub main: String,
    /// The modules that are instantiated before it, in this order, each under the name by which others import it.
    #[serde(default)]
    pub preloads: Vec<Preload>,
    /// The export to call instead of the entry point.
    pub invoke: Option<String>,
    /// How often it is entered by its entry or by `invoke`, on one instance; the last call decides. In preview 1 one that does not
    /// return is the last.
    #[serde(default = "once")]
    pub times: u32,
    /// The arguments, the program's name left out.
    #[serde(default)]
    pub args: Vec<String>,
    /// The environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The names under which the program finds an empty directory open, in this order.
    #[serde(default)]
    pub preopens: Vec<String>,
    /// Everything that can be read from standard input.
    #[serde(default)]
    pub stdin: String,
    /// Everything that has been written to standard output in the end.
    pub stdout: Option<String>,
    /// The exit code of a program that ends by itself.
    pub exit: Option<i32>,
    /// How it fails, if it is to fail. *Refused* beside an exit code: the host may refuse it, or run it to that end.
    pub fails: Option<Fails>,
    /// What a program of preview 1 checks itself: what has to hold, by the exit code that it ends with if that does not.
    #[serde(default, deserialize_with = "by_exit_code")]
    pub checks: BTreeMap<i32, String>,
    /// Why a program of preview 1 has no checks, if it has none.
    pub no_checks: Option<String>,
}

/// What a main module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It is entered through `_start`.
    Command,
    /// It is initialised through `_initialize`, if it exports that, and then serves calls.
    Reactor,
    /// It is a component of WASI 0.2, and entered through `wasi:cli/run` if it exports that.
    Component,
}

/// A module beside the main one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preload {
    /// The name by which others import it.
    pub name: String,
    /// Its name in the script.
    pub module: String,
}

/// How a program fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fails {
    /// A trap.
    Trap,
    /// The host does not run it at all.
    Refused,
}

/// The keys of a table in TOML are texts.
fn by_exit_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<i32, String>, D::Error> {
    let checks = BTreeMap::<String, String>::deserialize(deserializer)?;
    let with_code = |(code, what): (String, String)| match code.parse() {
        Ok(code) => Ok((code, what)),
        Err(_) => Err(D::Error::custom(format!("checks: {code:?} is no exit code"))),
    };
    checks.into_iter().map(with_code).collect()
}

fn once() -> u32 {
    1
}

fn full() -> Level {
    Level::Full
}

impl Header {
    /// Reads the lines after `;;!`, or `//!` in JavaScript, with which `text` begins.
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, CaseError> {
        let mark = if path.ends_with(super::JS) { "//!" } else { ";;!" };
        let path = || path.to_owned();
        let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix(mark)).collect();
        if lines.is_empty() {
            return Err(CaseError::NoHeader { path: path() });
        }
        let rest = text.lines().enumerate().skip(lines.len());
        if let Some((i, _)) = rest.into_iter().find(|(_, line)| line.starts_with(mark)) {
            return Err(CaseError::SecondHeader { path: path(), line: i + 1 });
        }
        toml::from_str(&lines.join("\n")).map_err(|error| CaseError::Header { path: path(), error: Box::new(error) })
    }
}

//! `--reading`: the readings of contested rules that can be asked for.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use preflight::reading::{self, Reading};
use preflight_engine::component::Readings;

/// What the reference tests read otherwise than the documents, under one name.
const REFERENCE_TESTS: &str = "reference-tests";

/// One value of `--reading`: the readings that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice(Vec<Reading>);

/// Parses `--reading`, and knows all that can be said there.
pub fn parser() -> impl TypedValueParser<Value = Choice> {
    let one = |reading: &Reading| {
        let about = reading.about().trim_end_matches('.');
        PossibleValue::new(reading.name()).help(format!("{about} ({})", reading.rule()))
    };
    let names: Vec<&str> = reading::REFERENCE_TESTS.iter().map(|reading| reading.name()).collect();
    let about = format!("What the Component Model's reference tests ask for: {}", names.join(", "));
    let all = Reading::ALL.iter().map(one).chain([PossibleValue::new(REFERENCE_TESTS).help(about)]);
    PossibleValuesParser::new(all).map(|name| match name.as_str() {
        REFERENCE_TESTS => Choice(reading::REFERENCE_TESTS.to_vec()),
        name => Choice(Reading::ALL.iter().copied().filter(|reading| reading.name() == name).collect()),
    })
}

/// The defaults, changed by what was chosen.
pub fn readings(chosen: &[Choice]) -> Readings {
    let chosen: Vec<Reading> = chosen.iter().flat_map(|choice| &choice.0).copied().collect();
    reading::readings(&chosen)
}

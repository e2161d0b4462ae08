//! How rules are read that give no verdict.

use serde::Deserialize;

/// One reading of a rule that is contested or unspecified.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The rule.
    pub rule: String,
    /// What one of the sides says.
    pub reading: String,
    /// Where that is written, or whose behaviour it is.
    pub source: String,
}

/// The readings that are part of this build, by rule.
///
/// # Errors
/// Their form is wrong; the tests of this crate see to it that it is not.
pub fn readings() -> Result<Vec<Reading>, toml::de::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        reading: Vec<Reading>,
    }
    toml::from_str::<File>(crate::READINGS).map(|file| file.reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn what_is_contested_has_two_readings_and_what_gives_a_verdict_none() {
        let (readings, catalogue) = (readings().expect("readings.toml"), rules().expect("the catalogue"));
        for Reading { rule, reading, source } in &readings {
            let found = catalogue.get(rule).unwrap_or_else(|| panic!("there is no rule {rule}"));
            assert!(!found.gives_verdict(), "{rule} gives a verdict");
            assert!(reading.ends_with('.') && !source.is_empty(), "{rule}: {reading}");
        }
        for rule in catalogue.rules.iter().filter(|rule| rule.contested) {
            let count = readings.iter().filter(|reading| reading.rule == rule.id).count();
            assert!(count >= 2, "{} is contested and has {count} readings in readings.toml", rule.id);
        }
    }
}

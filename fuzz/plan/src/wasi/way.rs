//! What a program may do besides what is predicted by default: rules that no text decides are read in several ways, and released
//! runtimes have bugs.

use crate::Deviation;
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, collections::BTreeSet};

/// How a rule is read that no text decides, where that is not the reading by which programs are predicted otherwise.
///
/// A host that fails by such a reading does so as it likes: it refuses the program, or that traps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// A main program that has no entry is refused (P1-KIND-05).
    NothingToRunRefused,
    /// What has the name of an entry and is no function means nothing (P1-KIND-06, P1-KIND-07).
    WrongEntryIgnored,
    /// An export with the empty name is called in place of `_start` (P1-CMD-11).
    DefaultExport,
    /// Whoever is started or initialised has to export its memory, also if nothing of WASI is called; and who is neither, and has
    /// none, calls nothing of WASI (P1-ENV-02, P1-KIND-08).
    MemoryFirst,
    /// Nothing of WASI can be called from the start section (P1-ENV-07).
    StartSectionUnserved,
    /// Each module has descriptors of its own (P1-ENV-09).
    OwnDescriptors,
    /// What is refused for its entries is instantiated before: a component without `wasi:cli/run` (P2-RUN-08), a module of two
    /// kinds, or one in which something else has the name of an entry (P1-KIND-03, P1-KIND-06, P1-KIND-07).
    InstantiatedFirst,
}

/// By which readings and with which bugs something is predicted.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ways {
    /// The readings that are not the default.
    pub readings: BTreeSet<Reading>,
    /// The bugs.
    pub deviations: BTreeSet<Deviation>,
}

impl Ways {
    /// These, and one more of those that are in `more`, for each of them.
    pub fn and_one_of(&self, more: &Ways) -> Vec<Ways> {
        let reading = |reading: &Reading| {
            let mut ways = self.clone();
            ways.readings.insert(*reading).then_some(ways)
        };
        let deviation = |deviation: &Deviation| {
            let mut ways = self.clone();
            ways.deviations.insert(*deviation).then_some(ways)
        };
        more.readings.iter().filter_map(reading).chain(more.deviations.iter().filter_map(deviation)).collect()
    }
}

/// The ways that a prediction takes, and those that it came by: only these would make it another one.
pub(super) struct Fork<'a> {
    ways: &'a Ways,
    met: RefCell<Ways>,
}

impl<'a> Fork<'a> {
    pub fn new(ways: &'a Ways) -> Self {
        Fork { ways, met: RefCell::default() }
    }

    /// Whether the prediction reads a rule so.
    pub fn reads(&self, reading: Reading) -> bool {
        self.met.borrow_mut().readings.insert(reading);
        self.ways.readings.contains(&reading)
    }

    /// Whether the prediction takes on this bug.
    pub fn deviates(&self, deviation: Deviation) -> bool {
        self.met.borrow_mut().deviations.insert(deviation);
        self.ways.deviations.contains(&deviation)
    }

    /// What the prediction came by.
    pub fn met(self) -> Ways {
        self.met.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Subject, wasi::WasiPlan};

    const READINGS: [Reading; 7] = [
        Reading::NothingToRunRefused,
        Reading::WrongEntryIgnored,
        Reading::DefaultExport,
        Reading::MemoryFirst,
        Reading::StartSectionUnserved,
        Reading::OwnDescriptors,
        Reading::InstantiatedFirst,
    ];
    const DEVIATIONS: [Deviation; 5] = [
        Deviation::PointersBeyondReturn,
        Deviation::StartAloneOfBoth,
        Deviation::BothEntriesInTurn,
        Deviation::BothEntriesAndInitializeTwice,
        Deviation::ListsBeyondMemoryPass,
    ];

    /// What is seen from outside.
    fn seen(plan: &WasiPlan, ways: &Ways) -> (Vec<u8>, String) {
        let expected = plan.expected_by(ways).0;
        (expected.stdout, expected.trace.outcome.to_string())
    }

    #[test]
    fn each_way_changes_what_is_seen_of_some_program_and_of_none_that_does_not_come_by_it() {
        assert!(DEVIATIONS.iter().all(|deviation| deviation.subject() == Subject::Programs));
        let all = Ways { readings: READINGS.into(), deviations: DEVIATIONS.into() };
        let mut left: BTreeSet<Ways> = Ways::default().and_one_of(&all).into_iter().collect();
        for plan in (0..20_000).map(WasiPlan::from_seed) {
            let (right, met) = plan.expected_by(&Ways::default());
            let met = Ways::default().and_one_of(&met);
            for ways in Ways::default().and_one_of(&all) {
                if !met.contains(&ways) {
                    assert_eq!(plan.expected_by(&ways).0, right, "{ways:?}: {plan:?}");
                } else if left.contains(&ways) && seen(&plan, &ways) != seen(&plan, &Ways::default()) {
                    left.remove(&ways);
                }
            }
            if left.is_empty() {
                return;
            }
        }
        panic!("no program shows {left:?}");
    }
}

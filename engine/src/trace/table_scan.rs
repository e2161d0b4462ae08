//! What a post-mortem keeps of a table: its entries that are not null, equal ones together, and never more than a bound.

use super::{
    RefValue, State, Value,
    beyond::Rest,
    memory_scan::{is_once, once},
};
use serde::{Deserialize, Serialize};

/// As many runs of one table are shown; what comes later is told as one [`Beyond`](super::Beyond).
const SHOWN: usize = 1 << 14;

/// Equal entries of a table that follow each other. Null entries are in no run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRun {
    /// The index of the first.
    pub index: u64,
    /// What they are.
    pub value: Value,
    /// How many there are.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
}

impl TableRun {
    /// What a table of these entries is in a post-mortem.
    ///
    /// ```
    /// use preflight_engine::trace::{RefValue, State, TableRun, Value};
    /// let (null, func) = (Value::Ref(RefValue::Null), Value::Ref(RefValue::Func("/#1".into())));
    /// let State::Table { size, runs, beyond } = TableRun::all([null, func.clone(), func.clone()]) else { unreachable!() };
    /// assert_eq!((size, runs, beyond), (3, vec![TableRun { index: 1, value: func, times: 2 }], None));
    /// ```
    pub fn all(entries: impl IntoIterator<Item = Value>) -> State {
        let mut scan = Scan::default();
        let mut size = 0;
        for value in entries {
            scan.push(size, value);
            size += 1;
        }
        scan.close();
        State::Table { size, runs: scan.runs, beyond: scan.beyond.map(Rest::told) }
    }
}

#[derive(Default)]
struct Scan {
    open: Option<TableRun>,
    runs: Vec<TableRun>,
    beyond: Option<Rest>,
}

impl Scan {
    fn push(&mut self, index: u64, value: Value) {
        match &mut self.open {
            Some(run) if run.value == value => run.times += 1,
            _ => {
                self.close();
                self.open = (value != Value::Ref(RefValue::Null)).then_some(TableRun { index, value, times: 1 });
            }
        }
    }

    fn close(&mut self) {
        let Some(run) = self.open.take() else { return };
        if self.beyond.is_none() && self.runs.len() < SHOWN {
            self.runs.push(run);
        } else {
            let rest = self.beyond.get_or_insert_with(|| Rest::from(run.index));
            rest.add(run.index, run.times, run.times, run.value.to_string().as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_different_entries_are_bounded_and_still_compared() {
        let table = |last: u32| {
            let entry = |x| Value::Ref(RefValue::Func(format!("/#{x}")));
            let State::Table { size, runs, beyond } = TableRun::all((0..20_000).chain([last]).map(entry)) else {
                unreachable!()
            };
            assert_eq!((size, runs.len()), (20_001, SHOWN));
            beyond.expect("more than are shown")
        };
        assert_eq!((table(7).from, table(7).count), (SHOWN as u64, 20_001 - SHOWN as u64));
        assert_eq!(table(7), table(7));
        assert_ne!(table(7), table(8));
    }
}

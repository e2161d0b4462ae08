//! How many unrelated runtimes pass a rule.
//!
//! Two runtimes that share an engine or a linker agree because they are the same code: that proves little. Counted is how
//! many runtimes there are among those that pass of which no two share either. Engines and linkers are the two sides of a
//! bipartite graph, runtimes its edges, and the count is the size of a maximum matching.

use crate::matrix::{Matrix, Word};
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of a rule, over all its cases, on one runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// At least one case passed, and none failed.
    Passes,
    /// A case failed.
    Fails,
    /// No case could be run, or none gives a verdict.
    Silent,
}

impl Matrix {
    /// For each rule that gives a verdict, how many unrelated lineages pass it.
    pub fn lineages(&self) -> BTreeMap<&str, usize> {
        let judged = self.rules.iter().filter(|(_, rule)| rule.gives_verdict());
        judged.map(|(id, _)| (id.as_str(), self.lineages_of(id))).collect()
    }

    fn lineages_of(&self, rule: &str) -> usize {
        let standing = self.standing(rule);
        let passing = self.runtimes.iter().zip(standing).filter(|(_, standing)| *standing == Standing::Passes);
        unrelated(passing.map(|(runtime, _)| (runtime.engine.as_str(), runtime.linker.as_str())))
    }

    /// What becomes of a rule on each runtime.
    pub fn standing(&self, rule: &str) -> Vec<Standing> {
        let of_rule: Vec<usize> =
            (0..self.cases.len()).filter(|index| self.cases[*index].rules.iter().any(|id| id == rule)).collect();
        let one = |results: &[crate::matrix::CaseResult]| {
            let words = of_rule.iter().filter_map(|index| results.get(*index)).map(|result| result.verdict);
            words.fold(Standing::Silent, |standing, word| match (standing, word) {
                (Standing::Fails, _) | (_, Word::Failed) => Standing::Fails,
                (_, Word::Passed) => Standing::Passes,
                (standing, _) => standing,
            })
        };
        self.runtimes.iter().map(|runtime| one(&runtime.results)).collect()
    }
}

/// The greatest number of pairs of which no two have a side in common.
fn unrelated<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> usize {
    let mut linkers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (engine, linker) in pairs {
        linkers.entry(engine).or_default().insert(linker);
    }
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    let engines = linkers.keys().copied();
    engines.filter(|engine| find_linker(engine, &linkers, &mut taken, &mut BTreeSet::new())).count()
}

/// Finds `engine` a linker, moving engines that have one to another where it has to (Kuhn's algorithm).
fn find_linker<'a>(
    engine: &'a str,
    linkers: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    taken: &mut BTreeMap<&'a str, &'a str>,
    seen: &mut BTreeSet<&'a str>,
) -> bool {
    for &linker in linkers.get(engine).into_iter().flatten() {
        if !seen.insert(linker) {
            continue;
        }
        let is_free = match taken.get(linker).copied() {
            None => true,
            Some(other) => find_linker(other, linkers, taken, seen),
        };
        if is_free {
            taken.insert(linker, engine);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::unrelated;

    #[test]
    fn what_shares_an_engine_or_a_linker_counts_once() {
        let count = |pairs: &[(&'static str, &'static str)]| unrelated(pairs.iter().copied());
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[("V8", "V8"), ("V8", "V8"), ("JSC", "JSC")]), 2);
        // A linker on two engines, one of which has its own linker too.
        assert_eq!(count(&[("wasmtime", "wasmtime"), ("V8", "wasmtime"), ("V8", "V8")]), 2);
        assert_eq!(count(&[("wasmtime", "wasmtime"), ("V8", "wasmtime")]), 1);
    }
}

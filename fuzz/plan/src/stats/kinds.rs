//! Kinds by name, counted fast: most come again and again, and from the same place, so that their texts need no comparison.

use std::collections::BTreeMap;

/// The kinds that one plan holds.
#[derive(Default)]
pub(super) struct Kinds(Vec<&'static str>);

impl Kinds {
    pub(super) fn insert(&mut self, kind: &'static str) {
        if !self.0.iter().any(|other| std::ptr::eq(*other, kind)) {
            self.0.push(kind);
        }
    }

    pub(super) fn contains(&self, kind: &str) -> bool {
        self.0.contains(&kind)
    }

    fn each_once(mut self) -> impl Iterator<Item = &'static str> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.into_iter()
    }
}

impl Extend<&'static str> for Kinds {
    fn extend<T: IntoIterator<Item = &'static str>>(&mut self, kinds: T) {
        kinds.into_iter().for_each(|kind| self.insert(kind));
    }
}

/// How often each kind was counted: in the order of the places where their texts lie. The same text may lie in several, which are
/// one kind to whoever asks.
#[derive(Debug, Clone, Default)]
pub struct Counts(Vec<(&'static str, u64)>);

impl Counts {
    /// How often `kind` was counted.
    pub fn get(&self, kind: &str) -> u64 {
        self.0.iter().filter(|(name, _)| *name == kind).map(|(_, n)| n).sum()
    }

    /// All kinds that were counted, by name.
    pub fn by_name(&self) -> BTreeMap<&'static str, u64> {
        let mut all = BTreeMap::new();
        self.0.iter().for_each(|(kind, n)| *all.entry(*kind).or_default() += n);
        all
    }

    /// Counts each kind of a plan once.
    pub(super) fn count(&mut self, kinds: Kinds) {
        kinds.each_once().for_each(|kind| self.add(kind, 1));
    }

    /// Adds what another has counted.
    pub(super) fn add_all(&mut self, other: Counts) {
        other.0.into_iter().for_each(|(kind, n)| self.add(kind, n));
    }

    fn add(&mut self, kind: &'static str, n: u64) {
        let place = |kind: &str| (kind.as_ptr() as usize, kind.len());
        match self.0.binary_search_by_key(&place(kind), |(kind, _)| place(kind)) {
            Ok(at) => self.0[at].1 += n,
            Err(at) => self.0.insert(at, (kind, n)),
        }
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        self.by_name() == other.by_name()
    }
}

impl Eq for Counts {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_two_places_is_one_kind() {
        let elsewhere: &'static str = String::from("a").leak();
        let mut counts = Counts::default();
        let mut kinds = Kinds::default();
        kinds.extend(["a", elsewhere, "b", "a"]);
        counts.count(kinds);
        counts.add("a", 1);
        counts.add(elsewhere, 1);
        assert_eq!(counts.by_name(), BTreeMap::from([("a", 3), ("b", 1)]));
        assert_eq!(["a", "b", "c"].map(|kind| counts.get(kind)), [3, 1, 0]);
        let mut others = Counts::default();
        others.add("b", 1);
        assert_ne!(counts, others);
        others.add_all(Counts(vec![("a", 3)]));
        assert_eq!(counts, others);
    }
}

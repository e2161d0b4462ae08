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
}

impl Extend<&'static str> for Kinds {
    fn extend<T: IntoIterator<Item = &'static str>>(&mut self, kinds: T) {
        kinds.into_iter().for_each(|kind| self.insert(kind));
    }
}

/// How often each kind was counted.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// Each kind once, in the order in which they were met first.
    all: Vec<(&'static str, u64)>,
    /// Where texts of kinds lie, in order, and which kind each is: the same text may lie in several places.
    places: Vec<((usize, usize), usize)>,
}

impl Counts {
    /// How often `kind` was counted.
    pub fn get(&self, kind: &str) -> u64 {
        self.all.iter().find(|(name, _)| *name == kind).map_or(0, |(_, n)| *n)
    }

    /// All kinds that were counted, by name.
    pub fn by_name(&self) -> BTreeMap<&'static str, u64> {
        self.all.iter().copied().collect()
    }

    /// Counts `kind` `n` times more.
    pub(super) fn add(&mut self, kind: &'static str, n: u64) {
        let index = self.index(kind);
        self.all[index].1 += n;
    }

    /// Counts each kind of a plan once.
    pub(super) fn count(&mut self, kinds: &Kinds) {
        let mut indices: Vec<usize> = kinds.0.iter().map(|kind| self.index(kind)).collect();
        indices.sort_unstable();
        indices.dedup();
        indices.into_iter().for_each(|index| self.all[index].1 += 1);
    }

    fn index(&mut self, kind: &'static str) -> usize {
        let place = (kind.as_ptr() as usize, kind.len());
        match self.places.binary_search_by_key(&place, |(place, _)| *place) {
            Ok(at) => self.places[at].1,
            Err(at) => {
                let known = self.all.iter().position(|(name, _)| *name == kind);
                let index = known.unwrap_or_else(|| {
                    self.all.push((kind, 0));
                    self.all.len() - 1
                });
                self.places.insert(at, (place, index));
                index
            }
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
        counts.count(&kinds);
        counts.add(elsewhere, 2);
        assert_eq!(counts.by_name(), BTreeMap::from([("a", 3), ("b", 1)]));
        assert_eq!(["a", "b", "c"].map(|kind| counts.get(kind)), [3, 1, 0]);
        let mut others = Counts::default();
        ["b", "a"].into_iter().zip([1, 3]).for_each(|(kind, n)| others.add(kind, n));
        assert_eq!(counts, others);
    }
}

//! What a mutant makes once where the engine makes it anew each time.

use super::{Mutant, on};
use std::marker::PhantomData;

/// The things that were made, by what they were made of. Without mutants it holds nothing.
pub(crate) struct Once<K, V> {
    #[cfg(feature = "mutants")]
    made: std::cell::RefCell<Vec<(K, V)>>,
    kind: PhantomData<(K, V)>,
}

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Once {
            #[cfg(feature = "mutants")]
            made: Default::default(),
            kind: PhantomData,
        }
    }
}

impl<K: PartialEq, V: Clone> Once<K, V> {
    /// What `mutant` made of `key` before.
    pub(crate) fn get(&self, mutant: Mutant, _key: &K) -> Option<V> {
        if !on(mutant) {
            return None;
        }
        #[cfg(feature = "mutants")]
        return self.made.borrow().iter().find(|(key, _)| key == _key).map(|(_, value)| value.clone());
        #[cfg(not(feature = "mutants"))]
        None
    }

    /// Keeps what `mutant` has made of `key`.
    pub(crate) fn keep(&self, _mutant: Mutant, _key: K, _value: &V) {
        #[cfg(feature = "mutants")]
        if on(_mutant) {
            self.made.borrow_mut().push((_key, _value.clone()));
        }
    }
}

//! Things of a store that come and go, by number.

use std::{fmt, marker::PhantomData};

/// The number of a thing. It is never used again for another, and never 0.
pub(crate) struct Id<T>(u64, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// The thing with this number, if there is one.
    pub fn from_number(number: u64) -> Self {
        Id(number, PhantomData)
    }

    /// As a number.
    pub fn number(self) -> u64 {
        self.0
    }

    fn slot(self) -> usize {
        self.0 as u32 as usize
    }

    fn serial(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

// Derived, these would ask the same of `T`.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A slot: how often it has been filled, and what is in it.
struct Slot<T> {
    serial: u32,
    value: Option<T>,
}

/// The things that are there.
pub(crate) struct Arena<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Arena<T> {
    pub fn insert(&mut self, value: T) -> Id<T> {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot { serial: 0, value: None });
            self.slots.len() as u32 - 1
        });
        let at = &mut self.slots[slot as usize];
        at.serial += 1;
        at.value = Some(value);
        Id(u64::from(at.serial) << 32 | u64::from(slot), PhantomData)
    }

    pub fn get(&self, id: Id<T>) -> Option<&T> {
        let slot = self.slots.get(id.slot())?;
        slot.value.as_ref().filter(|_| slot.serial == id.serial())
    }

    pub fn get_mut(&mut self, id: Id<T>) -> Option<&mut T> {
        let slot = self.slots.get_mut(id.slot())?;
        slot.value.as_mut().filter(|_| slot.serial == id.serial())
    }

    pub fn remove(&mut self, id: Id<T>) -> Option<T> {
        let slot = self.slots.get_mut(id.slot()).filter(|slot| slot.serial == id.serial())?;
        let value = slot.value.take()?;
        // A slot whose serial numbers are used up is never filled again.
        if slot.serial < u32::MAX {
            self.free.push(id.slot() as u32);
        }
        Some(value)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }

    /// All that is there, and nothing is left.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.free.clear();
        std::mem::take(&mut self.slots).into_iter().filter_map(|slot| slot.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_not_used_again() {
        let mut arena = Arena::default();
        let first = arena.insert('a');
        assert_eq!(arena.remove(first), Some('a'));
        let second = arena.insert('b');
        assert_ne!(first, second);
        assert_eq!((arena.remove(first), arena.get(first), arena.get(second)), (None, None, Some(&'b')));
        assert_eq!(arena.drain().collect::<Vec<_>>(), ['b']);
    }
}

//! The host's resources: what the handles of a program stand for.

use super::typing::{Borrow, Own, Resource};
use crate::error::Fault;
use std::any::Any;

/// What a handle says: the place of a resource in the table.
pub(super) type Rep = u64;

/// The most resources at once.
const MAX_RESOURCES: usize = 1 << 16;

/// The resources that are alive. A place that is free again is taken first, so that equal programs see equal numbers.
#[derive(Default)]
pub(super) struct Table {
    places: Vec<Option<Box<dyn Any>>>,
    free: Vec<usize>,
}

impl Table {
    /// A new resource.
    ///
    /// # Errors
    /// [`Fault::Exhausted`] if there are too many.
    pub fn add<T: Resource>(&mut self, resource: T) -> Result<Own<T>, Fault> {
        let place = match self.free.pop() {
            Some(place) => place,
            None if self.places.len() >= MAX_RESOURCES => {
                return Err(Fault::Exhausted(crate::trace::Resource::Memory));
            }
            None => {
                self.places.push(None);
                self.places.len() - 1
            }
        };
        self.places[place] = Some(Box::new(resource));
        Ok(Own::new(place as Rep))
    }

    /// How many are alive.
    pub fn len(&self) -> usize {
        self.places.len() - self.free.len()
    }

    /// Whether there is room for one more.
    pub fn has_room(&self) -> bool {
        self.len() < MAX_RESOURCES
    }

    /// What a handle stands for.
    ///
    /// # Errors
    /// [`Fault::Usage`] if it stands for nothing: no guest can make such a handle.
    pub fn get<T: Resource>(&mut self, handle: Borrow<T>) -> Result<&mut T, Fault> {
        let place = usize::try_from(handle.0).ok().and_then(|place| self.places.get_mut(place));
        place.and_then(Option::as_mut).and_then(|any| any.downcast_mut()).ok_or_else(|| gone(T::NAME))
    }

    /// Takes what an owned handle stands for.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn take<T: Resource>(&mut self, handle: Own<T>) -> Result<T, Fault> {
        let place = usize::try_from(handle.0).ok().and_then(|place| self.places.get_mut(place));
        let slot = place.filter(|slot| slot.as_ref().is_some_and(|any| any.is::<T>())).ok_or_else(|| gone(T::NAME))?;
        let any = slot.take().ok_or_else(|| gone(T::NAME))?;
        self.free.push(handle.0 as usize);
        any.downcast().map(|resource| *resource).map_err(|_| gone(T::NAME))
    }
}

fn gone(name: &str) -> Fault {
    Fault::Usage(format!("a handle of {name} that stands for nothing"))
}

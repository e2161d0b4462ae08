//! What the instructions of both tiers need of the run that executes them.

use crate::{Store, error::Fault, runtime::InstanceInst, trace::Resource};
use std::sync::atomic::Ordering;

/// Budget between two looks at the interrupt flag.
const SLICE: u64 = 1 << 10;

/// A run, seen from one of its instructions.
///
/// The budget is fuel taken from the store in slices: one unit for each function entered, each backward branch taken,
/// and as much as [`pay_bulk`](Self::pay_bulk) is told for the rest.
pub(crate) trait Activation {
    /// Branches and calls until [`refill`](Self::refill) has to look.
    fn budget(&mut self) -> &mut i64;
    /// The store.
    fn store(&mut self) -> &mut Store;
    /// The running instance.
    fn instance(&self) -> &InstanceInst;
    /// Makes what the frames hold roots of the next collection.
    fn publish_roots(&mut self);

    /// Takes over what others may have changed while they ran in this run's place.
    #[cfg(feature = "wasi")]
    fn resumed(&mut self);

    /// Takes the next slice of fuel, lets other threads of the program run, and looks at the interrupt flag.
    fn refill(&mut self) -> Result<(), Resource> {
        let store = self.store();
        if store.interrupt.get().is_some_and(|flag| flag.swap(false, Ordering::Relaxed)) {
            return Err(Resource::Interrupt);
        }
        #[cfg(feature = "wasi")]
        if store.threads.is_turn_over() {
            self.publish_roots();
            self.store().yield_slice()?;
            self.resumed();
        }
        let store = self.store();
        let fuel = store.fuel;
        if fuel == 0 {
            return Err(Resource::Fuel);
        }
        let slice = fuel.min(SLICE);
        #[cfg(feature = "wasi")]
        let slice = store.threads.take(slice);
        if fuel != u64::MAX {
            store.fuel -= slice;
        }
        *self.budget() += slice as i64;
        Ok(())
    }

    /// Gives the unused part of the slice back to the store, before something else spends from there.
    fn return_budget(&mut self) {
        let unused = (*self.budget()).max(0) as u64;
        let store = self.store();
        if store.fuel != u64::MAX {
            store.fuel += unused;
        }
        #[cfg(feature = "wasi")]
        store.threads.give_back(unused);
        *self.budget() = (*self.budget()).min(0);
    }

    /// Pays `units` of fuel for a bulk operation.
    fn pay_bulk(&mut self, units: u64) -> Result<(), Resource> {
        *self.budget() = (*self.budget()).saturating_sub_unsigned(units);
        while *self.budget() < 0 {
            self.refill()?;
        }
        Ok(())
    }

    /// Fuel for a bulk operation on bytes: one unit for each KiB.
    fn pay_bytes(&mut self, len: u64) -> Result<(), Fault> {
        self.pay_bulk(len >> 10).map_err(Fault::Exhausted)
    }

    /// Fuel for a bulk operation on elements: one unit for each 128.
    fn pay_elements(&mut self, len: u64) -> Result<(), Fault> {
        self.pay_bulk(len >> 7).map_err(Fault::Exhausted)
    }
}

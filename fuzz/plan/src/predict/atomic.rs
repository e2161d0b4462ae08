//! Atomic accesses (threads proposal) and wide arithmetic (proposal).

use super::{Deviation, Stop, store::World};
use crate::plan::{Atomic, Step, Wide};
use preflight_engine::trace::TrapCode;

impl World<'_> {
    /// An access that is not aligned is within bounds, and one out of bounds aligned: which of the two comes first does not
    /// matter.
    pub(super) fn atomic(&mut self, instance: usize, step: &Step) -> Result<(), Stop> {
        let Step::Atomic { op, memory, at, width, value, expected } = *step else { unreachable!("an atomic access") };
        let compares = self.deviates(Deviation::UnsharedWaitsCompare);
        let memory = &mut self.memories[self.instances[instance].memories[memory]];
        let width = u64::from(width);
        if !at.is_multiple_of(width) {
            return Err(Stop::Trap(TrapCode::UnalignedAtomic));
        }
        memory.check(at, width)?;
        let is_shared = memory.ty.shared;
        let old = (0..width).rev().fold(0, |word, i| word << 8 | u64::from(memory.byte(at + i)));
        let (value, expected) = (u64::from(value), u64::from(expected));
        if op == Atomic::Wait && !is_shared && !(old != expected && compares) {
            return Err(Stop::Trap(TrapCode::ExpectedSharedMemory));
        }
        let new = match op {
            Atomic::Load | Atomic::Notify | Atomic::Wait => old,
            Atomic::Store | Atomic::Exchange => value,
            Atomic::Add => old.wrapping_add(value),
            Atomic::Sub => old.wrapping_sub(value),
            Atomic::And => old & value,
            Atomic::Or => old | value,
            Atomic::Xor => old ^ value,
            Atomic::CompareExchange => {
                if old == expected {
                    value
                } else {
                    old
                }
            }
        };
        memory.write(at, new.to_le_bytes()[..width as usize].to_vec().into_iter())?;
        match op {
            Atomic::Store => Ok(()),
            // Nobody waits, and nobody notifies.
            Atomic::Notify => self.report(instance, 0),
            Atomic::Wait => self.report(instance, if old == expected { 2 } else { 1 }),
            _ => self.report(instance, old as i32),
        }
    }

    pub(super) fn wide(&mut self, instance: usize, op: Wide, a: i64, b: i64) -> Result<(), Stop> {
        let join = |low: i64, high: i64| (i128::from(high) << 64) | i128::from(low as u64);
        let result = match op {
            Wide::Add => join(a, b).wrapping_add(join(b, a)),
            Wide::Sub => join(a, b).wrapping_sub(join(b, a)),
            Wide::MulSigned => i128::from(a) * i128::from(b),
            Wide::MulUnsigned => i128::from(a as u64).wrapping_mul(i128::from(b as u64)),
        };
        self.report(instance, (result >> 64) as i32)?;
        self.report(instance, result as i32)
    }
}

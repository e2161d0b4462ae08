//! Mark and sweep.

use super::{Heap, LAST_GENERATION, LIVE, MIN_ROOM, MIN_THRESHOLD, Object, ObjectKind, Payload};
use crate::runtime::{Ref, TypeRegistry};

impl Heap {
    /// Frees all objects that no root reaches, cycles included, and returns how many bytes that were. The roots are any
    /// words: those that are no reference to an object are passed over.
    pub fn collect(&mut self, roots: impl IntoIterator<Item = u64>, types: &TypeRegistry) -> u64 {
        self.marks.clear();
        // `reserve` made room for this.
        self.marks.resize(self.slots.len().div_ceil(64), 0);
        let Heap { slots, marks, work, .. } = self;
        let mut marker = Marker { slots, marks, work };
        roots.into_iter().for_each(|word| marker.mark(word));
        marker.trace(types);
        let freed = self.sweep();
        self.threshold = self.live_bytes.saturating_mul(2).max(MIN_THRESHOLD).min(self.limit);
        let room = self.limit - self.live_bytes.min(self.limit);
        self.in_vain = if room < self.limit / MIN_ROOM { self.in_vain.saturating_add(1) } else { 0 };
        freed
    }

    fn sweep(&mut self) -> u64 {
        let before = self.live_bytes;
        for (index, object) in self.slots.iter_mut().enumerate() {
            if object.state & LIVE == 0 || self.marks[index / 64] >> (index % 64) & 1 != 0 {
                continue;
            }
            self.live_bytes -= size_of::<Object>() as u64 + object.payload.outside();
            self.live_objects -= 1;
            if let Payload::Boxed(bytes) = &mut object.payload {
                *bytes = Box::default();
            }
            let generation = object.state & !LIVE;
            object.state = (generation + 1).min(LAST_GENERATION);
            if generation < LAST_GENERATION {
                self.free.push(index as u32);
            }
        }
        before - self.live_bytes
    }
}

/// The parts of a heap that marking needs.
struct Marker<'a> {
    slots: &'a [Object],
    marks: &'a mut [u64],
    work: &'a mut Vec<u32>,
}

impl Marker<'_> {
    /// Marks the object that `word` refers to, if it does.
    #[inline]
    fn mark(&mut self, word: u64) {
        let Some(handle) = Ref::object_in(word) else { return };
        let index = handle.index as usize;
        if self.slots.get(index).is_none_or(|object| object.state != LIVE | handle.generation) {
            return;
        }
        let (mark, bit) = (&mut self.marks[index / 64], 1 << (index % 64));
        if *mark & bit == 0 {
            *mark |= bit;
            self.work.push(handle.index);
        }
    }

    /// Marks all that the marked objects reach.
    fn trace(&mut self, types: &TypeRegistry) {
        let slots = self.slots;
        while let Some(index) = self.work.pop() {
            let object = &slots[index as usize];
            let bytes = object.bytes();
            match object.kind {
                ObjectKind::Struct(ty) => {
                    types.struct_layout(ty).ref_offsets.iter().for_each(|&at| self.mark(word(bytes, at as usize)));
                }
                ObjectKind::Array(ty) if types.array_elem(ty).unpack().is_ref() => {
                    (0..bytes.len()).step_by(8).for_each(|at| self.mark(word(bytes, at)));
                }
                ObjectKind::Array(_) => {}
                ObjectKind::Exn(_) => {
                    let refs = (0..bytes.len() / 8).filter(|&slot| object.is_ref_slot(slot));
                    refs.for_each(|slot| self.mark(word(bytes, slot * 8)));
                }
            }
        }
    }
}

#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
}

//! The heap of structures, arrays and exceptions (core `#syntax-structinst`, `#syntax-arrayinst`, `#syntax-exninst`),
//! with a mark-and-sweep collector.
//!
//! Objects are slots of one table. A reference has the slot's index and generation; a slot that is reused has another
//! generation, so that a stale word on the value stack is no reference. The roots are scanned conservatively, the
//! objects by their types.

mod collect;
#[cfg(test)]
mod tests;

use super::{ObjectHandle, Ref, TagAddr, TypeId, memory::try_zeroed_bytes};
use crate::{syntax::ValType, trace::Resource};

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// A structure of this type.
    Struct(TypeId),
    /// An array of this type.
    Array(TypeId),
    /// An exception with this tag.
    Exn(TagAddr),
}

/// Payloads up to this size are in the slot itself: an allocation of their own would cost more than all else.
const INLINE: usize = 38;

/// A slot is in use.
const LIVE: u32 = 1 << 31;

/// The last generation: a slot that has it is not used again, since an old reference could then pass for a new one.
const LAST_GENERATION: u32 = (1 << 24) - 1;

/// The collector is not worth its time below this many bytes.
const MIN_THRESHOLD: u64 = 4 << 20;

/// A collection that leaves less room than this part of the limit was in vain.
const MIN_ROOM: u64 = 16;
/// So many collections in a row may leave less than that.
const MOST_IN_VAIN: u32 = 64;

/// An object, or a free slot.
#[derive(Debug)]
pub struct Object {
    kind: ObjectKind,
    /// Number of elements of an array; which slots of an exception are references.
    info: u32,
    /// [`LIVE`] and the generation.
    state: u32,
    payload: Payload,
}

/// The packed fields, elements or arguments.
#[derive(Debug)]
enum Payload {
    Inline { len: u8, bytes: [u8; INLINE] },
    Boxed(Box<[u8]>),
}

impl Payload {
    /// `len` zeroed bytes, or `None` if they cannot be had.
    #[inline]
    fn zeroed(len: usize) -> Option<Payload> {
        if len <= INLINE {
            Some(Payload::Inline { len: len as u8, bytes: [0; INLINE] })
        } else {
            try_zeroed_bytes(len).map(Payload::Boxed)
        }
    }

    /// Bytes outside the slot.
    #[inline]
    fn outside(&self) -> u64 {
        match self {
            Payload::Inline { .. } => 0,
            Payload::Boxed(bytes) => bytes.len() as u64,
        }
    }
}

impl Object {
    /// What it is.
    #[inline]
    pub fn kind(&self) -> ObjectKind {
        self.kind
    }

    /// The packed fields, elements or arguments, in the machine's byte order.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        match &self.payload {
            Payload::Inline { len, bytes } => &bytes[..*len as usize],
            Payload::Boxed(bytes) => bytes,
        }
    }

    /// [`bytes`](Self::bytes), to write.
    #[inline]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.payload {
            Payload::Inline { len, bytes } => &mut bytes[..*len as usize],
            Payload::Boxed(bytes) => bytes,
        }
    }

    /// How many elements an array has; 0 for all else.
    #[inline]
    #[allow(clippy::len_without_is_empty, reason = "`array.len` is all there is to know")]
    pub fn len(&self) -> u32 {
        match self.kind {
            ObjectKind::Array(_) => self.info,
            ObjectKind::Struct(_) | ObjectKind::Exn(_) => 0,
        }
    }

    /// Whether slot `index` of an exception is a reference.
    fn is_ref_slot(&self, index: usize) -> bool {
        self.info >> index.min(31) & 1 != 0
    }
}

/// The objects of a store.
#[derive(Debug)]
pub struct Heap {
    slots: Vec<Object>,
    /// Free slots to use again.
    free: Vec<u32>,
    /// One bit for each slot, set while a collection has found it reachable.
    marks: Vec<u64>,
    /// Marked objects whose references are still to be followed.
    work: Vec<u32>,
    live_objects: u64,
    live_bytes: u64,
    /// A collection is due when `live_bytes` would pass this.
    threshold: u64,
    /// Collections in a row that left less than the sixteenth part of the limit free.
    in_vain: u32,
    limit: u64,
    stress: bool,
}

impl Heap {
    /// An empty heap that never takes more than `limit` bytes.
    pub fn new(limit: u64) -> Heap {
        Heap {
            slots: Vec::new(),
            free: Vec::new(),
            marks: Vec::new(),
            work: Vec::new(),
            live_objects: 0,
            live_bytes: 0,
            threshold: MIN_THRESHOLD.min(limit),
            in_vain: 0,
            limit,
            stress: false,
        }
    }

    /// Whether a collection is due before an allocation of `size_bytes`.
    #[inline]
    pub fn needs_collection(&self, size_bytes: usize) -> bool {
        self.stress || self.live_bytes.saturating_add(cost(size_bytes)) > self.threshold
    }

    /// Whether an allocation has to fail although the last collection made room for it: so many in a row have freed next to
    /// nothing that the program would spend all its time in the next ones.
    pub fn is_crowded(&self) -> bool {
        self.in_vain > MOST_IN_VAIN && !self.stress
    }

    /// With `stress`, a collection is due before every allocation.
    pub fn set_stress(&mut self, stress: bool) {
        self.stress = stress;
    }

    /// Allocates a structure of `size_bytes` bytes, all zero (core `#exec-struct.new`).
    ///
    /// # Errors
    ///
    /// [`Resource::Memory`] if the limit is reached or the bytes cannot be had.
    #[inline]
    pub fn alloc_struct(&mut self, ty: TypeId, size_bytes: usize) -> Result<Ref, Resource> {
        self.alloc(ObjectKind::Struct(ty), 0, size_bytes).map(|(reference, _)| reference)
    }

    /// Allocates an array of `len` elements of `elem_size` bytes, all zero (core `#exec-array.new`).
    ///
    /// # Errors
    ///
    /// [`Resource::Memory`] if the limit is reached or the bytes cannot be had.
    #[inline]
    pub fn alloc_array(&mut self, ty: TypeId, elem_size: usize, len: u32) -> Result<Ref, Resource> {
        let size_bytes = elem_size.checked_mul(len as usize).ok_or(Resource::Memory)?;
        self.alloc(ObjectKind::Array(ty), len, size_bytes).map(|(reference, _)| reference)
    }

    /// Allocates an exception with the arguments `slots`, whose types are `params` (core `#exec-throw`).
    ///
    /// # Errors
    ///
    /// [`Resource::Memory`] if the limit is reached or the bytes cannot be had.
    pub fn alloc_exn(&mut self, tag: TagAddr, slots: &[u64], params: &[ValType]) -> Result<Ref, Resource> {
        let (reference, object) = self.alloc(ObjectKind::Exn(tag), ref_mask(params), slots.len() * 8)?;
        for (bytes, slot) in object.bytes_mut().chunks_exact_mut(8).zip(slots) {
            bytes.copy_from_slice(&slot.to_ne_bytes());
        }
        Ok(reference)
    }

    /// The object, unless the handle is stale.
    #[inline]
    pub fn get(&self, handle: ObjectHandle) -> Option<&Object> {
        self.slots.get(handle.index as usize).filter(|object| object.state == LIVE | handle.generation)
    }

    /// The object, to write, unless the handle is stale.
    #[inline]
    pub fn get_mut(&mut self, handle: ObjectHandle) -> Option<&mut Object> {
        self.slots.get_mut(handle.index as usize).filter(|object| object.state == LIVE | handle.generation)
    }

    /// How many objects there are, reachable or not yet collected.
    pub fn live_objects(&self) -> u64 {
        self.live_objects
    }

    /// How many bytes they take.
    pub fn live_bytes(&self) -> u64 {
        self.live_bytes
    }

    #[inline]
    fn alloc(&mut self, kind: ObjectKind, info: u32, size_bytes: usize) -> Result<(Ref, &mut Object), Resource> {
        let live_bytes = self.live_bytes.saturating_add(cost(size_bytes));
        if live_bytes > self.limit {
            return Err(Resource::Memory);
        }
        let payload = Payload::zeroed(size_bytes).ok_or(Resource::Memory)?;
        let (index, generation) = match self.free.pop() {
            Some(index) => (index, self.slots[index as usize].state),
            None => (self.next_slot()?, 0),
        };
        let object = Object { kind, info, state: LIVE | generation, payload };
        if index as usize == self.slots.len() {
            self.slots.push(object);
        } else {
            self.slots[index as usize] = object;
        }
        self.live_bytes = live_bytes;
        self.live_objects += 1;
        Ok((Ref::object(ObjectHandle { index, generation }), &mut self.slots[index as usize]))
    }

    /// The index of a slot that the table does not have yet, with room for it and for all that a collection needs: a
    /// collection allocates nothing.
    #[inline]
    fn next_slot(&mut self) -> Result<u32, Resource> {
        let index = u32::try_from(self.slots.len()).map_err(|_| Resource::Memory)?;
        if self.slots.len() == self.slots.capacity() {
            self.reserve().map_err(|_| Resource::Memory)?;
        }
        Ok(index)
    }

    #[cold]
    fn reserve(&mut self) -> Result<(), std::collections::TryReserveError> {
        let want = (self.slots.len() * 2).max(64);
        let more = want - self.slots.len();
        // Every list is shorter than the table, and a slot is never on a list twice. The table comes last: its capacity
        // promises that the others have room.
        self.free.try_reserve_exact(want - self.free.len())?;
        self.work.try_reserve_exact(want - self.work.len())?;
        self.marks.try_reserve_exact(want.div_ceil(64) - self.marks.len())?;
        self.slots.try_reserve_exact(more)
    }
}

/// What an object with a payload of `size_bytes` takes.
#[inline]
fn cost(size_bytes: usize) -> u64 {
    let outside = if size_bytes > INLINE { size_bytes as u64 } else { 0 };
    outside.saturating_add(size_of::<Object>() as u64)
}

/// One bit for each slot of the parameters that is a reference; the last bit is for all slots from the 31st on.
fn ref_mask(params: &[ValType]) -> u32 {
    let mut mask = 0;
    let mut slot = 0;
    for ty in params {
        if ty.is_ref() {
            mask |= 1 << slot.min(31);
        }
        slot += ty.slots();
    }
    mask
}

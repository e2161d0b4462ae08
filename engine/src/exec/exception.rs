//! Exceptions (core `#exec-throw`, `#exec-throw-ref`).

use super::Activation;
use crate::{
    Store,
    error::Fault,
    runtime::{ObjectKind, Ref, RefKind, TagAddr},
    trace::{Resource, TrapCode},
};

/// `throw x` of the words of its arguments: always a fault.
pub(crate) fn throw(cx: &mut impl Activation, x: u32, words: &[u64]) -> Fault {
    let tag = cx.instance().tags[x as usize];
    cx.publish_roots();
    match cx.store().alloc_exn(tag, words) {
        Ok(exn) => Fault::Exception(exn),
        Err(what) => Fault::Exhausted(what),
    }
}

/// `throw_ref`: always a fault.
pub(crate) fn throw_ref(exn: Ref) -> Fault {
    if exn.is_null() { Fault::Trap(TrapCode::NullReference.into()) } else { Fault::Exception(exn) }
}

impl Store {
    /// Allocates an exception (core `#exec-throw`).
    pub(crate) fn alloc_exn(&mut self, tag: TagAddr, words: &[u64]) -> Result<Ref, Resource> {
        let params = self.tags[tag.0 as usize].params.clone();
        self.prepare_alloc(words.len() * 8)?;
        self.heap.alloc_exn(tag, words, &params)
    }

    /// The tag of an exception and the bytes of its arguments' words.
    pub(crate) fn exn_parts(&self, exn: Ref) -> Option<(TagAddr, &[u8])> {
        let RefKind::Object(handle) = exn.kind() else { return None };
        let object = self.heap.get(handle)?;
        let ObjectKind::Exn(tag) = object.kind() else { return None };
        Some((tag, object.bytes()))
    }
}

//! Tables (core `#syntax-tableinst`).

use super::{Ref, memory::OutOfBounds};
use crate::{
    syntax::{Limits, TableType},
    trace::Resource,
};
use std::ops::Range;

/// A table instance (core `#syntax-tableinst`).
///
/// The interpreter and compiled code read its first two words through the stable address of the box that a store keeps
/// it in; they are refreshed whenever the elements may have moved.
#[repr(C)]
#[derive(Debug)]
pub struct TableInst {
    pub(crate) base: *mut Ref,
    pub(crate) len: usize,
    elements: Vec<Ref>,
    /// Closed; `limits.min` is the initial size.
    ty: TableType,
    /// Greatest size: the least of the type's, the index type's and the store's limit.
    max: u64,
}

impl TableInst {
    /// A table of the type's minimal size, all `init` (core `#alloc-table`). The type is closed; `max_elements` is the
    /// store's limit.
    ///
    /// # Errors
    ///
    /// [`Resource::Memory`] if the minimal size is over the limit or cannot be had.
    pub fn new(ty: TableType, init: Ref, max_elements: u64) -> Result<TableInst, Resource> {
        let indexable = if ty.is_64 { u64::MAX } else { u32::MAX as u64 };
        let max = ty.limits.max.unwrap_or(u64::MAX).min(indexable).min(max_elements).min(usize::MAX as u64);
        let mut table = TableInst { base: std::ptr::null_mut(), len: 0, elements: Vec::new(), ty, max };
        table.grow(ty.limits.min, init).ok_or(Resource::Memory)?;
        Ok(table)
    }

    /// The type, with the current size as its minimum.
    pub fn ty(&self) -> TableType {
        TableType { limits: Limits { min: self.len as u64, ..self.ty.limits }, ..self.ty }
    }

    /// Current size (core `#exec-table.size`).
    #[inline]
    #[allow(clippy::len_without_is_empty, reason = "an empty table is nothing special")]
    pub fn len(&self) -> u64 {
        self.len as u64
    }

    /// Where the elements start. Growing moves it.
    #[inline]
    pub fn base(&self) -> *mut Ref {
        self.base
    }

    /// The element at `index`, if there is one (core `#exec-table.get`).
    #[inline]
    pub fn get(&self, index: u64) -> Option<Ref> {
        self.elements.get(usize::try_from(index).ok()?).copied()
    }

    /// Replaces the element at `index`, if there is one (core `#exec-table.set`).
    #[inline]
    pub fn set(&mut self, index: u64, value: Ref) -> Option<()> {
        *self.elements.get_mut(usize::try_from(index).ok()?)? = value;
        Some(())
    }

    /// Grows by `delta` elements, all `init`, and returns the old size; `None` (the instruction's -1) changes nothing
    /// (core `#exec-table.grow`).
    pub fn grow(&mut self, delta: u64, init: Ref) -> Option<u64> {
        let old = self.len as u64;
        let new = old.checked_add(delta).filter(|&new| new <= self.max)? as usize;
        if self.elements.try_reserve(new - self.len).is_err() {
            // Twice the size was too much; perhaps the size itself is not.
            self.elements.try_reserve_exact(new - self.len).ok()?;
        }
        self.elements.resize(new, init);
        self.base = self.elements.as_mut_ptr();
        self.len = new;
        Some(old)
    }

    /// Sets `len` elements from `index` to `value` (core `#exec-table.fill`).
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn fill(&mut self, index: u64, value: Ref, len: u64) -> Result<(), OutOfBounds> {
        let range = range(self.len, index, len)?;
        self.elements[range].fill(value);
        Ok(())
    }

    /// Copies `len` elements from `src` to `dst` as if through a buffer (core `#exec-table.copy`).
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn copy_within(&mut self, dst: u64, src: u64, len: u64) -> Result<(), OutOfBounds> {
        let to = range(self.len, dst, len)?;
        let from = range(self.len, src, len)?;
        self.elements.copy_within(from, to.start);
        Ok(())
    }

    /// Copies `len` elements from `src_index` of another table to `dst` (core `#exec-table.copy`).
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn copy_from(&mut self, dst: u64, src: &TableInst, src_index: u64, len: u64) -> Result<(), OutOfBounds> {
        self.init_from(&src.elements, dst, src_index, len)
    }

    /// Copies `n` elements from `s` of an element segment to `d` (core `#exec-table.init`).
    ///
    /// # Errors
    ///
    /// [`OutOfBounds`], and nothing is written.
    pub fn init_from(&mut self, segment: &[Ref], d: u64, s: u64, n: u64) -> Result<(), OutOfBounds> {
        let to = range(self.len, d, n)?;
        let from = range(segment.len(), s, n)?;
        self.elements[to].copy_from_slice(&segment[from]);
        Ok(())
    }

    /// All elements.
    pub fn entries(&self) -> &[Ref] {
        &self.elements
    }
}

/// The range of `n` elements from `start`, if all are below `len`.
fn range(len: usize, start: u64, n: u64) -> Result<Range<usize>, OutOfBounds> {
    let end = start.checked_add(n).filter(|&end| end <= len as u64).ok_or(OutOfBounds)?;
    Ok(start as usize..end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::RefType;

    fn ty(min: u64, max: Option<u64>) -> TableType {
        TableType { element: RefType::FUNCREF, limits: Limits { min, max }, is_64: false }
    }

    fn table(values: &[i32]) -> TableInst {
        let mut table = TableInst::new(ty(values.len() as u64, None), Ref::NULL, 1000).unwrap();
        for (i, &value) in values.iter().enumerate() {
            table.set(i as u64, Ref::i31(value)).unwrap();
        }
        table
    }

    fn values(table: &TableInst) -> Vec<Ref> {
        table.entries().to_vec()
    }

    fn refs(values: &[i32]) -> Vec<Ref> {
        values.iter().map(|&value| Ref::i31(value)).collect()
    }

    #[test]
    fn sizes_and_limits() {
        assert_eq!(TableInst::new(ty(11, None), Ref::NULL, 10).unwrap_err(), Resource::Memory);
        assert_eq!(
            TableInst::new(TableType { is_64: true, ..ty(u64::MAX, None) }, Ref::NULL, u64::MAX).unwrap_err(),
            Resource::Memory
        );
        let mut table = TableInst::new(ty(1, Some(5)), Ref::NULL, 10).unwrap();
        assert_eq!(table.grow(3, Ref::i31(7)), Some(1));
        assert_eq!(table.ty(), ty(4, Some(5)));
        assert_eq!(table.grow(2, Ref::NULL), None);
        assert_eq!(table.grow(u64::MAX, Ref::NULL), None);
        assert_eq!(table.grow(1, Ref::NULL), Some(4));
        assert_eq!(table.grow(0, Ref::NULL), Some(5));
        assert_eq!(table.entries(), [Ref::NULL, Ref::i31(7), Ref::i31(7), Ref::i31(7), Ref::NULL]);
        assert_eq!((table.base().cast_const(), table.len()), (table.entries().as_ptr(), 5));
    }

    #[test]
    fn growth_beyond_memory_fails() {
        let mut table = TableInst::new(TableType { is_64: true, ..ty(0, None) }, Ref::NULL, u64::MAX).unwrap();
        assert_eq!(table.grow(u64::MAX, Ref::NULL), None);
        assert_eq!(table.grow(1 << 60, Ref::NULL), None);
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn elements() {
        let mut table = table(&[1, 2, 3]);
        assert_eq!(table.get(2), Some(Ref::i31(3)));
        assert_eq!(table.get(3), None);
        assert_eq!(table.get(u64::MAX), None);
        assert_eq!(table.set(3, Ref::NULL), None);
        assert_eq!(table.fill(2, Ref::NULL, 2), Err(OutOfBounds));
        assert_eq!(table.fill(3, Ref::NULL, 0), Ok(()));
        assert_eq!(table.fill(4, Ref::NULL, 0), Err(OutOfBounds));
        assert_eq!(table.fill(u64::MAX, Ref::NULL, 2), Err(OutOfBounds));
        assert_eq!(values(&table), refs(&[1, 2, 3]));
        assert_eq!(table.fill(1, Ref::i31(9), 2), Ok(()));
        assert_eq!(values(&table), refs(&[1, 9, 9]));
    }

    #[test]
    fn copies() {
        let mut a = table(&[1, 2, 3, 4]);
        assert_eq!(a.copy_within(1, 0, 3), Ok(()));
        assert_eq!(values(&a), refs(&[1, 1, 2, 3]));
        assert_eq!(a.copy_within(2, 0, 3), Err(OutOfBounds));
        let b = table(&[5, 6]);
        assert_eq!(a.copy_from(2, &b, 0, 2), Ok(()));
        assert_eq!(values(&a), refs(&[1, 1, 5, 6]));
        assert_eq!(a.copy_from(0, &b, 1, 2), Err(OutOfBounds));
        assert_eq!(a.init_from(&refs(&[7, 8]), 0, 1, 1), Ok(()));
        assert_eq!(a.init_from(&[], 4, 0, 0), Ok(()));
        assert_eq!(a.init_from(&[], 5, 0, 0), Err(OutOfBounds));
        assert_eq!(values(&a), refs(&[8, 1, 5, 6]));
    }
}

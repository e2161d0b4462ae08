//! Matching of closed types (core `#match`).

use super::{TypeId, TypeRegistry};
use crate::syntax::{CompType, ExternType, GlobalType, HeapType, Limits, RefType, ValType};

impl TypeRegistry {
    /// Whether `a` is `b` or declared below it (core `#match-deftype`).
    #[inline]
    pub fn is_subtype(&self, a: TypeId, b: TypeId) -> bool {
        a == b || {
            let depth = self.types[b.0 as usize].display.len();
            self.types[a.0 as usize].display.get(depth) == Some(&b)
        }
    }

    /// Whether heap type `a` matches `b` (core `#match-heaptype`).
    pub fn match_heap(&self, a: HeapType, b: HeapType) -> bool {
        use HeapType::*;
        match (a, b) {
            (Concrete(a), Concrete(b)) => self.is_subtype(TypeId(a), TypeId(b)),
            (Concrete(a), b) => match_abstract(self.abstraction(TypeId(a)), b),
            (None, Concrete(b)) => self.abstraction(TypeId(b)) != Func,
            (NoFunc, Concrete(b)) => self.abstraction(TypeId(b)) == Func,
            (_, Concrete(_)) => false,
            (a, b) => match_abstract(a, b),
        }
    }

    /// The abstract heap type right above a defined type.
    #[inline]
    pub fn abstraction(&self, id: TypeId) -> HeapType {
        match self.get(id).comp {
            CompType::Func(_) => HeapType::Func,
            CompType::Struct(_) => HeapType::Struct,
            CompType::Array(_) => HeapType::Array,
        }
    }

    /// Whether reference type `a` matches `b` (core `#match-reftype`).
    pub fn match_ref(&self, a: RefType, b: RefType) -> bool {
        (!a.nullable || b.nullable) && self.match_heap(a.heap, b.heap)
    }

    /// Whether value type `a` matches `b` (core `#match-valtype`).
    pub fn match_val(&self, a: ValType, b: ValType) -> bool {
        match (a, b) {
            (ValType::Ref(a), ValType::Ref(b)) => self.match_ref(a, b),
            (a, b) => a == b,
        }
    }

    /// Whether what is given (with its current size) matches what an import declares; both are closed
    /// (core `#match-externtype`).
    pub fn match_extern(&self, actual: ExternType, expected: ExternType) -> bool {
        use ExternType::*;
        match (actual, expected) {
            (Func(a), Func(b)) => self.is_subtype(TypeId(a), TypeId(b)),
            // Equivalent closed types are equal: subtyping is antisymmetric.
            (Table(a), Table(b)) => a.is_64 == b.is_64 && a.element == b.element && match_limits(a.limits, b.limits),
            (Memory(a), Memory(b)) => {
                (a.is_64, a.shared, a.page_size_log2) == (b.is_64, b.shared, b.page_size_log2)
                    && match_limits(a.limits, b.limits)
            }
            (Global(a), Global(b)) => self.match_global(a, b),
            (Tag(a), Tag(b)) => a == b,
            _ => false,
        }
    }

    fn match_global(&self, a: GlobalType, b: GlobalType) -> bool {
        a.mutable == b.mutable && if a.mutable { a.content == b.content } else { self.match_val(a.content, b.content) }
    }
}

/// Whether limits `a` match `b` (core `#match-limits`).
fn match_limits(a: Limits, b: Limits) -> bool {
    a.min >= b.min && b.max.is_none_or(|b| a.max.is_some_and(|a| a <= b))
}

/// Whether abstract heap type `a` matches `b`.
fn match_abstract(a: HeapType, b: HeapType) -> bool {
    use HeapType::*;
    match (a, b) {
        (Concrete(_), _) | (_, Concrete(_)) => false,
        (Eq | I31 | Struct | Array | None, Any) => true,
        (I31 | Struct | Array | None, Eq) => true,
        (None, I31 | Struct | Array) => true,
        (NoFunc, Func) | (NoExtern, Extern) | (NoExn, Exn) => true,
        (a, b) => a == b,
    }
}

//! Values and references at run time (core `#syntax-val`).

use super::FuncAddr;

/// A value that goes in or out of the engine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Val {
    /// 32-bit integer.
    I32(i32),
    /// 64-bit integer.
    I64(i64),
    /// 32-bit float, as bits.
    F32(u32),
    /// 64-bit float, as bits.
    F64(u64),
    /// Vector, little-endian.
    V128(u128),
    /// Reference.
    Ref(Ref),
}

/// A reference: null, a function, an `i31`, an object of the heap (structure, array, exception) or a number of the host.
///
/// One 64-bit word: a tag in the upper 8 bits, 24 bits of generation, 32 bits of index. References of the same value are
/// equal words, which is what `ref.eq` asks for. `any.convert_extern` and `extern.convert_any` keep the word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Ref(pub(crate) u64);

/// What a [`Ref`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    /// Null, of any hierarchy.
    Null,
    /// A function.
    Func(FuncAddr),
    /// A 31-bit integer, as its unsigned value.
    I31(u32),
    /// An object of the heap.
    Object(ObjectHandle),
    /// A number that the host chose.
    Host(u32),
}

/// A structure, an array or an exception in the heap; the generation tells a reused index from the original object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectHandle {
    /// Index into the heap's table of objects.
    pub index: u32,
    /// 24 bits.
    pub generation: u32,
}

/// Tags: chosen far from small integers, so that the conservative scan of the value stack seldom errs.
const TAG_SHIFT: u32 = 56;
const TAG_FUNC: u64 = 0xa1;
const TAG_I31: u64 = 0xa2;
const TAG_OBJECT: u64 = 0xa3;
const TAG_HOST: u64 = 0xa4;

impl Ref {
    /// Null.
    pub const NULL: Ref = Ref(0);

    /// Whether this is null.
    #[inline(always)]
    pub fn is_null(self) -> bool {
        self.0 == 0
    }

    /// A reference to a function.
    #[inline(always)]
    pub fn func(addr: FuncAddr) -> Ref {
        Ref(TAG_FUNC << TAG_SHIFT | addr.0 as u64)
    }

    /// An `i31`; the upper bit of `value` is cut off.
    #[inline(always)]
    pub fn i31(value: i32) -> Ref {
        Ref(TAG_I31 << TAG_SHIFT | (value as u32 & 0x7fff_ffff) as u64)
    }

    /// A reference that only the host understands.
    pub fn host(number: u32) -> Ref {
        Ref(TAG_HOST << TAG_SHIFT | number as u64)
    }

    /// A reference to an object of the heap.
    #[inline(always)]
    pub fn object(handle: ObjectHandle) -> Ref {
        Ref(TAG_OBJECT << TAG_SHIFT | (handle.generation as u64 & 0xff_ffff) << 32 | handle.index as u64)
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> RefKind {
        let low = self.0 as u32;
        match self.0 >> TAG_SHIFT {
            0 => RefKind::Null,
            TAG_FUNC => RefKind::Func(FuncAddr(low)),
            TAG_I31 => RefKind::I31(low),
            TAG_OBJECT => RefKind::Object(ObjectHandle { index: low, generation: (self.0 >> 32) as u32 & 0xff_ffff }),
            TAG_HOST => RefKind::Host(low),
            tag => unreachable!("no reference has the tag {tag:#x}"),
        }
    }

    /// The object, if `word` (any 64 bits) could be a reference to one: what the conservative scan asks.
    #[inline]
    pub(crate) fn object_in(word: u64) -> Option<ObjectHandle> {
        (word >> TAG_SHIFT == TAG_OBJECT)
            .then_some(ObjectHandle { index: word as u32, generation: (word >> 32) as u32 & 0xff_ffff })
    }
}

//! Structures, arrays and small numbers behind references: what plans make of them and do with them.

use super::Item;
use serde::{Deserialize, Serialize};

/// Types of the hierarchy of `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `i31`.
    I31,
    /// The structure type of plans: a field of each of the element types below, in their order.
    Struct,
    /// Arrays of `i8`.
    I8,
    /// Arrays of `i16`.
    I16,
    /// Arrays of `i32`.
    I32,
    /// Arrays of `i64`.
    I64,
    /// Arrays of `funcref`.
    Func,
    /// `any`.
    Any,
    /// `eq`.
    Eq,
    /// `struct`.
    AnyStruct,
    /// `array`.
    AnyArray,
    /// `none`.
    None,
}

impl Kind {
    /// What elements of arrays and fields of structures can be, in the order of the fields.
    pub const ELEMENTS: [Kind; 5] = [Kind::I8, Kind::I16, Kind::I32, Kind::I64, Kind::Func];
}

/// An expression whose value is a reference of type `anyref`. Those from segments stand in functions only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are the operands of the instructions")]
pub enum Object {
    /// Null.
    #[default]
    None,
    /// `ref.i31`.
    I31(i32),
    /// The same, converted to an external reference and back.
    Outside(i32),
    /// `struct.new`, with this number in each field and no function.
    Struct(i32),
    /// `struct.new_default`.
    Blank,
    /// `array.new`.
    Array { kind: Kind, value: i32, len: u8 },
    /// `array.new_default`.
    BlankArray { kind: Kind, len: u8 },
    /// `array.new_fixed`: this number, the next one, and so on.
    Fixed { kind: Kind, value: i32, len: u8 },
    /// The value of a global.
    Global(usize),
    /// `array.new_data`.
    Data { kind: Kind, data: usize, source: u64, len: u64 },
    /// `array.new_elem`.
    Elem { elem: usize, source: u64, len: u64 },
}

impl Object {
    /// Whether it is null, as it is where nobody says anything else.
    pub fn is_none(&self) -> bool {
        *self == Object::None
    }
}

/// Something done with objects. `of` is cast to the kind first (null to whatever kind it is), so that null traps at the
/// access; what steps write they read again and log. Numbers are logged modulo 2^32, of references whether they are null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are the operands of the instructions")]
pub enum ObjectStep {
    /// Sets a global.
    Keep { global: usize, object: Object },
    /// Logs what `ref.test` says.
    Test { of: Object, kind: Kind, nullable: bool },
    /// Logs whether `br_on_cast`, or `br_on_cast_fail`, branches.
    Branch { of: Object, kind: Kind, nullable: bool, fail: bool },
    /// `ref.cast` to a type without null.
    Cast { of: Object, kind: Kind },
    /// Logs what `ref.eq` says.
    Same { a: Object, b: Object },
    /// Logs a field, an element, or the number of an `i31`.
    Get { of: Object, kind: Kind, at: u32, signed: bool },
    /// Sets a field or an element.
    Set { of: Object, kind: Kind, at: u32, value: i64, item: Item },
    /// Logs the length of an array.
    Len { of: Object },
    /// `array.fill`.
    Fill { of: Object, kind: Kind, at: u32, value: i64, item: Item, len: u64 },
    /// `array.copy`.
    Copy { to: Object, from: Object, kind: Kind, at: u32, source: u32, len: u64 },
    /// `array.init_data`, or `array.init_elem` if it is of functions.
    Init { of: Object, kind: Kind, segment: usize, at: u32, source: u64, len: u64 },
}

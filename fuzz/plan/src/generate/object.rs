//! How objects, and what is done with them, are drawn.

use super::Draw;
use crate::plan::{Kind, Object, ObjectStep};
use arbitrary::{Arbitrary, Result};

impl Draw<'_, '_> {
    /// A kind of objects.
    pub(super) fn any_kind(&mut self) -> Result<Kind> {
        Ok(*self.u.choose(&[Kind::Struct, Kind::I8, Kind::I16, Kind::I32, Kind::I64, Kind::Func])?)
    }

    /// The plan's own as a rule.
    fn kind(&mut self) -> Result<Kind> {
        if self.chance(200)? { Ok(self.kind) } else { self.any_kind() }
    }

    /// A type to ask for.
    fn type_of(&mut self) -> Result<Kind> {
        use Kind::*;
        if self.chance(90)? { Ok(*self.u.choose(&[Any, Eq, AnyStruct, AnyArray, None, I31])?) } else { self.kind() }
    }

    /// The initialiser of a global.
    pub(super) fn constant_object(&mut self) -> Result<Object> {
        let kind = self.kind()?;
        Ok(match self.below(12)? {
            0 => Object::None,
            1 => Object::I31(self.value()?),
            2 => Object::Outside(self.value()?),
            3 => Object::Global(self.any()?),
            _ => self.fresh(kind)?,
        })
    }

    fn fresh(&mut self, kind: Kind) -> Result<Object> {
        let (value, len) = (self.value()?, 1 + self.below(5)? as u8);
        Ok(match (kind, self.below(3)?) {
            (Kind::Struct, 0) => Object::Blank,
            (Kind::Struct, _) => Object::Struct(value),
            (kind, 0) => Object::BlankArray { kind, len },
            (kind, 1) => Object::Fixed { kind, value, len },
            (kind, _) => Object::Array { kind, value, len },
        })
    }

    /// An object for a step: what a global holds in most cases, or a new one.
    fn object(&mut self, kind: Kind) -> Result<Object> {
        Ok(match self.below(16)? {
            0..=8 => Object::Global(self.any()?),
            9 | 10 if kind == Kind::Func => {
                Object::Elem { elem: self.any()?, source: self.below(3)? as u64, len: self.len()? % 4 }
            }
            9 | 10 => Object::Data { kind, data: self.any()?, source: self.below(3)? as u64, len: self.len()? },
            11 => Object::None,
            12 => self.constant_object()?,
            _ if kind == Kind::I31 => Object::I31(self.value()?),
            _ => self.fresh(kind)?,
        })
    }

    /// The index of an element or a field.
    fn element(&mut self) -> Result<u32> {
        Ok(if self.chance(10)? { [u32::MAX, 5][self.below(2)?] } else { self.below(4)? as u32 })
    }

    pub(super) fn object_step(&mut self) -> Result<ObjectStep> {
        let (kind, at) = (self.kind()?, self.element()?);
        Ok(match self.below(18)? {
            0 | 1 => ObjectStep::Keep { global: self.any()?, object: self.object(kind)? },
            2 => ObjectStep::Test { of: self.object(kind)?, kind: self.type_of()?, nullable: bool::arbitrary(self.u)? },
            3 => {
                let (nullable, fail) = (bool::arbitrary(self.u)?, bool::arbitrary(self.u)?);
                ObjectStep::Branch { of: self.object(kind)?, kind: self.type_of()?, nullable, fail }
            }
            4 => ObjectStep::Cast { of: self.object(kind)?, kind: self.type_of()? },
            5 => ObjectStep::Same { a: self.object(kind)?, b: self.object(kind)? },
            6 => ObjectStep::Get { of: self.object(Kind::I31)?, kind: Kind::I31, at, signed: bool::arbitrary(self.u)? },
            7 | 8 => ObjectStep::Get { of: self.object(kind)?, kind, at, signed: bool::arbitrary(self.u)? },
            9 | 10 => {
                let (of, item) = (self.object(kind)?, self.item()?);
                ObjectStep::Set { of, kind, at, value: self.value()?.into(), item }
            }
            11 => ObjectStep::Len { of: self.object(kind)? },
            12 | 13 => {
                let (of, item) = (self.object(kind)?, self.item()?);
                ObjectStep::Fill { of, kind, at, value: self.value()?.into(), item, len: self.len()? }
            }
            14 | 15 => {
                let (to, from) = (self.object(kind)?, self.object(kind)?);
                ObjectStep::Copy { to, from, kind, at, source: self.element()?, len: self.len()? }
            }
            _ => {
                let (of, segment) = (self.object(kind)?, self.any()?);
                ObjectStep::Init { of, kind, segment, at, source: self.below(3)? as u64, len: self.len()? }
            }
        })
    }
}

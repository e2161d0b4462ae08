//! Expressions and steps with objects made normal.

use super::{BEYOND, Context, len, pick, pick_where};
use crate::plan::{Content, Kind, Object, ObjectStep};

/// The longest array that is made at once.
const MOST: u8 = 8;

/// A kind of which there are values with elements or fields.
fn solid(kind: Kind) -> Kind {
    match kind {
        Kind::Any | Kind::Eq | Kind::AnyArray | Kind::None | Kind::I31 => Kind::I32,
        Kind::AnyStruct => Kind::Struct,
        kind => kind,
    }
}

fn array(kind: Kind) -> Kind {
    match solid(kind) {
        Kind::Struct => Kind::I32,
        kind => kind,
    }
}

fn numbers(kind: Kind) -> Kind {
    match array(kind) {
        Kind::Func => Kind::I32,
        kind => kind,
    }
}

/// The index of a field, or of an element.
fn place(kind: Kind, at: u32) -> u32 {
    if kind == Kind::Struct { at % Kind::ELEMENTS.len() as u32 } else { at }
}

/// A value of the kind.
fn fresh(kind: Kind) -> Object {
    match kind {
        Kind::Struct | Kind::AnyStruct => Object::Blank,
        Kind::I31 | Kind::Any | Kind::Eq => Object::I31(5),
        Kind::None => Object::None,
        kind => Object::BlankArray { kind: array(kind), len: 4 },
    }
}

impl Context<'_> {
    /// The initialiser of a global, which sees the first `globals` globals.
    pub(super) fn constant_object(&self, object: Object, globals: usize) -> Object {
        match object {
            Object::Global(raw) => pick_where(raw, globals, |i| self.space.is_constant(i, Content::Object, globals))
                .map_or(Object::None, Object::Global),
            // Nothing that is constant reads a segment.
            Object::Data { kind, len, .. } => Object::BlankArray { kind: numbers(kind), len: (len % 8) as u8 },
            Object::Elem { len, .. } => Object::BlankArray { kind: Kind::Func, len: (len % 8) as u8 },
            object => self.object(object, Kind::None),
        }
    }

    /// An object in a function; if there is no global for it one of the kind.
    fn object(&self, object: Object, kind: Kind) -> Object {
        let small = |len: u8| len % (MOST + 1);
        match object {
            Object::Array { kind, value, len } => Object::Array { kind: array(kind), value, len: small(len) },
            Object::BlankArray { kind, len } => Object::BlankArray { kind: array(kind), len: small(len) },
            Object::Fixed { kind, value, len } => {
                let value = value.min(i32::MAX - i32::from(MOST));
                Object::Fixed { kind: array(kind), value, len: small(len) }
            }
            Object::Global(raw) => {
                let is_fit = |i: usize| self.space.globals[i].content == Content::Object;
                pick_where(raw, self.space.globals.len(), is_fit).map_or(fresh(kind), Object::Global)
            }
            Object::Data { kind, data, source, len: n } => match pick(data, self.datas) {
                Some(data) => Object::Data { kind: numbers(kind), data, source: source & BEYOND, len: len(n, 16) },
                None => fresh(numbers(kind)),
            },
            Object::Elem { elem, source, len: n } => match pick(elem, self.elems) {
                Some(elem) => Object::Elem { elem, source: source & BEYOND, len: len(n, 16) },
                None => fresh(Kind::Func),
            },
            object => object,
        }
    }

    pub(super) fn object_step(&self, step: ObjectStep) -> Option<ObjectStep> {
        Some(match step {
            ObjectStep::Keep { global, object } => {
                let globals = &self.space.globals;
                let is_fit = |i: usize| globals[i].mutable && globals[i].content == Content::Object;
                let global = pick_where(global, globals.len(), is_fit)?;
                ObjectStep::Keep { global, object: self.object(object, Kind::Struct) }
            }
            ObjectStep::Test { of, kind, nullable } => ObjectStep::Test { of: self.object(of, kind), kind, nullable },
            ObjectStep::Branch { of, kind, nullable, fail } => {
                ObjectStep::Branch { of: self.object(of, kind), kind, nullable, fail }
            }
            ObjectStep::Cast { of, kind } => ObjectStep::Cast { of: self.object(of, kind), kind },
            ObjectStep::Same { a, b } => {
                ObjectStep::Same { a: self.object(a, Kind::I31), b: self.object(b, Kind::I31) }
            }
            ObjectStep::Get { of, kind, at, signed } => {
                let kind = if kind == Kind::I31 { kind } else { solid(kind) };
                ObjectStep::Get { of: self.object(of, kind), kind, at: place(kind, at), signed }
            }
            ObjectStep::Set { of, kind, at, value, item } => {
                let kind = solid(kind);
                let (at, of) = (place(kind, at), self.object(of, kind));
                ObjectStep::Set { of, kind, at, value, item: self.operand(item) }
            }
            ObjectStep::Len { of } => ObjectStep::Len { of: self.object(of, Kind::I32) },
            ObjectStep::Fill { of, kind, at, value, item, len: n } => {
                let (kind, item) = (array(kind), self.operand(item));
                ObjectStep::Fill { of: self.object(of, kind), kind, at, value, item, len: len(n, 16) }
            }
            ObjectStep::Copy { to, from, kind, at, source, len: n } => {
                let kind = array(kind);
                let (to, from) = (self.object(to, kind), self.object(from, kind));
                ObjectStep::Copy { to, from, kind, at, source, len: len(n, 16) }
            }
            ObjectStep::Init { of, kind, segment, at, source, len: n } => {
                let kind = array(kind);
                let segment = pick(segment, if kind == Kind::Func { self.elems } else { self.datas })?;
                let (of, source) = (self.object(of, kind), source & BEYOND);
                ObjectStep::Init { of, kind, segment, at, source, len: len(n, 16) }
            }
        })
    }
}

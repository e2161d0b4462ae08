//! Structures and arrays (core `#exec-instr-aggr`, `#exec-instr-ref`).

use super::{
    Stop,
    store::{Cell, Ref, World, part},
};
use crate::plan::{Item, Kind, Object, ObjectStep};
use preflight_engine::trace::TrapCode;

/// A reference in the hierarchy of `any`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Any {
    Null,
    /// The number with its sign.
    I31(i32),
    Object(usize),
}

/// A structure or an array.
#[derive(Debug)]
pub(super) struct Obj {
    pub kind: Kind,
    slots: Vec<Slot>,
}

/// A field or an element. Of numbers that are packed the lower bits count.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Number(i64),
    Func(Ref),
}

const OUT_OF_BOUNDS: Stop = Stop::Trap(TrapCode::OutOfBoundsArray);

/// The upper bit does not fit.
fn i31(value: i32) -> Any {
    Any::I31(value << 1 >> 1)
}

fn width(kind: Kind) -> usize {
    match kind {
        Kind::I8 => 1,
        Kind::I16 => 2,
        Kind::I64 => 8,
        _ => 4,
    }
}

/// The type of what stands at `at`.
fn slot_kind(kind: Kind, at: u32) -> Kind {
    if kind == Kind::Struct { Kind::ELEMENTS[at as usize] } else { kind }
}

impl Slot {
    fn blank(kind: Kind) -> Slot {
        Slot::number(kind, 0)
    }

    fn number(kind: Kind, value: i64) -> Slot {
        if kind == Kind::Func { Slot::Func(None) } else { Slot::Number(value) }
    }

    /// As it is logged.
    fn shown(self, kind: Kind, signed: bool) -> i32 {
        match (self, kind) {
            (Slot::Func(func), _) => i32::from(func.is_none()),
            (Slot::Number(value), Kind::I8) if signed => (value as i8).into(),
            (Slot::Number(value), Kind::I8) => (value as u8).into(),
            (Slot::Number(value), Kind::I16) if signed => (value as i16).into(),
            (Slot::Number(value), Kind::I16) => (value as u16).into(),
            (Slot::Number(value), _) => value as i32,
        }
    }
}

/// The numbers in a data segment, little-endian.
fn numbers(bytes: &[u8], kind: Kind) -> Vec<Slot> {
    let one = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        Slot::Number(i64::from_le_bytes(word))
    };
    bytes.chunks_exact(width(kind)).map(one).collect()
}

impl World<'_> {
    fn alloc(&mut self, kind: Kind, slots: Vec<Slot>) -> Any {
        self.objects.push(Obj { kind, slots });
        Any::Object(self.objects.len() - 1)
    }

    /// The value of an expression.
    pub(super) fn object(&mut self, instance: usize, object: Object) -> Result<Any, Stop> {
        Ok(match object {
            Object::None => Any::Null,
            Object::I31(value) | Object::Outside(value) => i31(value),
            Object::Struct(value) => {
                let slots = Kind::ELEMENTS.map(|kind| Slot::number(kind, value.into()));
                self.alloc(Kind::Struct, slots.to_vec())
            }
            Object::Blank => self.alloc(Kind::Struct, Kind::ELEMENTS.map(Slot::blank).to_vec()),
            Object::Array { kind, value, len } => self.alloc(kind, vec![Slot::number(kind, value.into()); len.into()]),
            Object::BlankArray { kind, len } => self.alloc(kind, vec![Slot::blank(kind); len.into()]),
            Object::Fixed { kind, value, len } => {
                let slots = (0..len).map(|i| Slot::number(kind, i64::from(value) + i64::from(i)));
                self.alloc(kind, slots.collect())
            }
            Object::Global(global) => match self.globals[self.instances[instance].globals[global]].1 {
                Cell::Object(any) => any,
                _ => unreachable!("objects are references"),
            },
            Object::Data { kind, data, source, len } => {
                let slots = self.of_data(instance, kind, data, source, len)?;
                self.alloc(kind, slots)
            }
            Object::Elem { elem, source, len } => {
                let slots = self.of_elem(instance, elem, source, len)?;
                self.alloc(Kind::Func, slots)
            }
        })
    }

    fn of_data(&self, instance: usize, kind: Kind, data: usize, source: u64, len: u64) -> Result<Vec<Slot>, Stop> {
        let bytes = self.data(instance, data);
        Ok(numbers(part(bytes, source, len * width(kind) as u64, TrapCode::OutOfBoundsMemory)?, kind))
    }

    fn of_elem(&self, instance: usize, elem: usize, source: u64, len: u64) -> Result<Vec<Slot>, Stop> {
        let items = part(&self.instances[instance].elems[elem], source, len, TrapCode::OutOfBoundsTable)?;
        Ok(items.iter().copied().map(Slot::Func).collect())
    }

    /// Whether a reference has a type (core `#match-heaptype`).
    fn is(&self, any: Any, kind: Kind, nullable: bool) -> bool {
        let of = match any {
            Any::Null => return nullable,
            Any::I31(_) => Kind::I31,
            Any::Object(object) => self.objects[object].kind,
        };
        match kind {
            Kind::Any | Kind::Eq => true,
            Kind::None => false,
            Kind::AnyStruct => of == Kind::Struct,
            Kind::AnyArray => !matches!(of, Kind::I31 | Kind::Struct),
            kind => of == kind,
        }
    }

    fn cast(&mut self, instance: usize, of: Object, kind: Kind, nullable: bool) -> Result<Any, Stop> {
        let any = self.object(instance, of)?;
        if self.is(any, kind, nullable) { Ok(any) } else { Err(Stop::Trap(TrapCode::CastFailure)) }
    }

    /// What is behind a reference that was cast to a type of objects.
    fn behind(&mut self, any: Any) -> Result<&mut Obj, Stop> {
        match any {
            Any::Object(object) => Ok(&mut self.objects[object]),
            _ => Err(Stop::Trap(TrapCode::NullReference)),
        }
    }

    fn slot(&self, instance: usize, kind: Kind, value: i64, item: Item) -> Slot {
        match kind {
            Kind::Func => Slot::Func(self.item(instance, item)),
            _ => Slot::Number(value),
        }
    }

    fn write(&mut self, any: Any, at: u32, slots: &[Slot]) -> Result<(), Stop> {
        let len = slots.len();
        self.behind(any)?
            .slots
            .get_mut(at as usize..)
            .and_then(|rest| rest.get_mut(..len))
            .ok_or(OUT_OF_BOUNDS)?
            .copy_from_slice(slots);
        Ok(())
    }

    /// Checks the reference and that the elements are there: in all instructions on ranges this comes first.
    fn check_slots(&mut self, any: Any, at: u32, len: u64) -> Result<(), Stop> {
        let count = self.behind(any)?.slots.len() as u64;
        if u64::from(at) + len <= count { Ok(()) } else { Err(OUT_OF_BOUNDS) }
    }

    fn read(&mut self, instance: usize, any: Any, at: u32, signed: bool) -> Result<(), Stop> {
        let object = self.behind(any)?;
        let kind = slot_kind(object.kind, at);
        let value = object.slots.get(at as usize).ok_or(OUT_OF_BOUNDS)?.shown(kind, signed);
        self.report(instance, value)
    }

    pub(super) fn object_step(&mut self, instance: usize, step: &ObjectStep) -> Result<(), Stop> {
        match *step {
            ObjectStep::Keep { global, object } => {
                let any = self.object(instance, object)?;
                let address = self.instances[instance].globals[global];
                self.globals[address].1 = Cell::Object(any);
                Ok(())
            }
            ObjectStep::Test { of, kind, nullable } => {
                let any = self.object(instance, of)?;
                self.report(instance, self.is(any, kind, nullable).into())
            }
            ObjectStep::Branch { of, kind, nullable, fail } => {
                let any = self.object(instance, of)?;
                self.report(instance, (self.is(any, kind, nullable) != fail).into())
            }
            ObjectStep::Cast { of, kind } => self.cast(instance, of, kind, false).map(drop),
            ObjectStep::Same { a, b } => {
                let (a, b) = (self.object(instance, a)?, self.object(instance, b)?);
                self.report(instance, (a == b).into())
            }
            ObjectStep::Get { of, kind, at, signed } => match self.cast(instance, of, kind, true)? {
                Any::I31(value) => self.report(instance, if signed { value } else { value & i32::MAX }),
                any => self.read(instance, any, at, signed),
            },
            ObjectStep::Len { of } => {
                let any = self.cast(instance, of, Kind::AnyArray, true)?;
                let len = self.behind(any)?.slots.len();
                self.report(instance, len as i32)
            }
            _ => self.writing_step(instance, step),
        }
    }

    fn writing_step(&mut self, instance: usize, step: &ObjectStep) -> Result<(), Stop> {
        let (any, at, len) = match *step {
            ObjectStep::Set { of, kind, at, value, item } => {
                let any = self.cast(instance, of, kind, true)?;
                let slot = self.slot(instance, slot_kind(kind, at), value, item);
                self.write(any, at, &[slot])?;
                (any, at, 1)
            }
            ObjectStep::Fill { of, kind, at, value, item, len } => {
                let any = self.cast(instance, of, kind, true)?;
                let slot = self.slot(instance, kind, value, item);
                self.check_slots(any, at, len)?;
                self.write(any, at, &vec![slot; len as usize])?;
                (any, at, len)
            }
            ObjectStep::Copy { to, from, kind, at, source, len } => {
                let to = self.cast(instance, to, kind, true)?;
                let from = self.cast(instance, from, kind, true)?;
                // Null in either place comes before the bounds of both.
                self.behind(to)?;
                self.behind(from)?;
                self.check_slots(to, at, len)?;
                self.check_slots(from, source, len)?;
                let slots = self.behind(from)?.slots[source as usize..][..len as usize].to_vec();
                self.write(to, at, &slots)?;
                (to, at, len)
            }
            ObjectStep::Init { of, kind, segment, at, source, len } => {
                let any = self.cast(instance, of, kind, true)?;
                self.check_slots(any, at, len)?;
                let slots = match kind {
                    Kind::Func => self.of_elem(instance, segment, source, len)?,
                    kind => self.of_data(instance, kind, segment, source, len)?,
                };
                self.write(any, at, &slots)?;
                (any, at, len)
            }
            _ => unreachable!("a step that writes"),
        };
        if len > 0 { self.read(instance, any, at, true) } else { Ok(()) }
    }
}

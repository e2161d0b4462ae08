//! The objects that instances share (core `#syntax-store`).

use super::{
    Called, Deviation, Made, Stop, left,
    object::{Any, Obj},
};
use crate::{
    plan::{Content, GlobalType, Kind, Memory, Plan, TableType},
    space::{FuncType, Space},
};
use preflight_engine::trace::{Event, InstancePath, RefValue, State, TrapCode, Value};
use std::collections::BTreeMap;

/// A function address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FuncId {
    Log,
    Host(usize),
    /// A function of an instance, by its index there.
    Wasm(usize, usize),
}

/// A reference to a function, or null.
pub(super) type Ref = Option<FuncId>;

/// A memory: only the bytes that are not zero are kept.
#[derive(Debug)]
pub(super) struct Mem {
    pub ty: Memory,
    pub pages: u64,
    bytes: BTreeMap<u64, u8>,
}

/// A table.
#[derive(Debug)]
pub(super) struct Tab {
    pub ty: TableType,
    pub entries: Vec<Ref>,
}

/// The value of a global.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    I32(i32),
    I64(i64),
    F64(f64),
    Func(Ref),
    Object(Any),
}

/// An external value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extern {
    Func(FuncId),
    Table(usize),
    Memory(usize),
    Global(usize),
    Tag(usize),
}

/// An instance: addresses in the index spaces of its module.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub path: InstancePath,
    pub module: usize,
    pub funcs: Vec<FuncId>,
    pub tables: Vec<usize>,
    pub memories: Vec<usize>,
    pub globals: Vec<usize>,
    pub tags: Vec<usize>,
    /// Empty when dropped.
    pub elems: Vec<Vec<Ref>>,
    /// Whether each data segment has been dropped.
    pub dropped: Vec<bool>,
    /// Whether one of its active segments has trapped.
    pub is_half_made: bool,
    /// Its start function, if a bug has put it off.
    pub waiting: Option<usize>,
}

/// The whole state of a plan that is coming up.
pub(super) struct World<'a> {
    pub plan: &'a Plan,
    pub spaces: &'a [Space],
    pub tables: Vec<Tab>,
    pub memories: Vec<Mem>,
    pub globals: Vec<(GlobalType, Cell)>,
    /// Whether exceptions with the tag have an argument.
    pub tags: Vec<bool>,
    /// Structures and arrays.
    pub objects: Vec<Obj>,
    pub instances: Vec<Instance>,
    /// The latest complete instance of each node.
    pub nodes: Vec<Option<usize>>,
    /// How often each node was attempted.
    pub attempts: Vec<usize>,
    pub events: Vec<Event>,
    /// The functions that were called in tables.
    pub called: Vec<Called>,
    /// What functions of the host have instantiated.
    pub made: Vec<Made>,
    /// The number of the action that is carried out.
    pub action: usize,
    /// Calls in progress.
    pub depth: u32,
    /// Steps left before an action counts as endless.
    pub steps: u32,
    /// Whether an action did count as endless.
    pub gave_up: bool,
    /// Data segments of modules that a bug has emptied.
    pub emptied: Vec<(usize, usize)>,
    /// The bugs that the prediction takes on.
    pub deviations: &'a [Deviation],
}

impl<'a> World<'a> {
    /// A world in which nothing has happened.
    pub fn new(plan: &'a Plan, spaces: &'a [Space]) -> Self {
        World {
            plan,
            spaces,
            tables: Vec::new(),
            memories: Vec::new(),
            globals: Vec::new(),
            tags: Vec::new(),
            objects: Vec::new(),
            instances: Vec::new(),
            nodes: vec![None; plan.nodes.len()],
            attempts: vec![0; plan.nodes.len()],
            events: Vec::new(),
            called: Vec::new(),
            made: Vec::new(),
            action: 0,
            depth: 0,
            steps: 0,
            gave_up: false,
            emptied: Vec::new(),
            deviations: &[],
        }
    }

    /// A reference as traces show it.
    pub fn ref_value(&self, reference: Ref) -> Value {
        Value::Ref(match reference {
            None => RefValue::Null,
            Some(FuncId::Log) => RefValue::Func(crate::encode::LOG.to_owned()),
            Some(FuncId::Host(i)) => RefValue::Func(format!("host.f{i}")),
            Some(FuncId::Wasm(instance, func)) => {
                RefValue::Func(format!("{}#{func}", self.instances[instance].path.as_str()))
            }
        })
    }

    /// The value of a global as traces show it.
    pub fn cell_value(&self, cell: Cell) -> Value {
        match cell {
            Cell::I32(value) => Value::I32(value),
            Cell::I64(value) => Value::I64(value),
            Cell::F64(value) => Value::F64(value.to_bits()),
            Cell::Func(reference) => self.ref_value(reference),
            Cell::Object(any) => Value::Ref(match any {
                Any::Null => RefValue::Null,
                Any::I31(value) => RefValue::I31(value),
                Any::Object(object) if self.objects[object].kind == Kind::Struct => RefValue::Struct,
                Any::Object(_) => RefValue::Array,
            }),
        }
    }

    /// The type of a function.
    pub fn func_type(&self, func: FuncId) -> FuncType {
        match func {
            FuncId::Log => FuncType::Log,
            FuncId::Host(_) => FuncType::Unit,
            FuncId::Wasm(instance, func) => self.spaces[self.instances[instance].module].funcs[func],
        }
    }

    /// A data segment of an instance: empty when dropped.
    pub fn data(&self, instance: usize, data: usize) -> &[u8] {
        let of = &self.instances[instance];
        let is_empty = of.dropped[data] || self.emptied.contains(&(of.module, data));
        if is_empty { &[] } else { &self.plan.modules[of.module].datas[data].bytes }
    }

    /// A table as the post-mortem shows it.
    pub fn table_state(&self, table: usize) -> State {
        left::table(self.tables[table].entries.iter().map(|entry| self.ref_value(*entry)))
    }
}

impl Cell {
    /// A number as a value of the type.
    pub fn number(value: i64, content: Content) -> Cell {
        match content {
            Content::I32 => Cell::I32(value as i32),
            Content::I64 => Cell::I64(value),
            Content::F64 => Cell::F64(value as f64),
            Content::Func => Cell::Func(None),
            Content::Object => Cell::Object(Any::Null),
        }
    }

    /// An offset: an unsigned number of the address type.
    pub fn offset(self) -> u64 {
        match self {
            Cell::I32(value) => u64::from(value as u32),
            Cell::I64(value) => value as u64,
            Cell::F64(_) | Cell::Func(_) | Cell::Object(_) => unreachable!("offsets are of address types"),
        }
    }
}

/// The end of a range, if it is within `len` (the bounds check of every bulk instruction: core `#exec-memory-fill`).
fn end(at: u64, n: u64, len: u64, code: TrapCode) -> Result<u64, Stop> {
    at.checked_add(n).filter(|end| *end <= len).ok_or(Stop::Trap(code))
}

impl Mem {
    /// A memory of zeros.
    pub fn new(ty: Memory) -> Self {
        Mem { ty, pages: ty.min, bytes: BTreeMap::new() }
    }

    /// Size in bytes.
    pub fn len(&self) -> u64 {
        self.pages * if self.ty.bytewise { 1 } else { 65536 }
    }

    /// Checks that `n` bytes at `at` are there.
    pub fn check(&self, at: u64, n: u64) -> Result<(), Stop> {
        end(at, n, self.len(), TrapCode::OutOfBoundsMemory).map(drop)
    }

    /// The byte at `at`, which is within bounds.
    pub fn byte(&self, at: u64) -> u8 {
        self.bytes.get(&at).copied().unwrap_or_default()
    }

    /// Writes all bytes or none.
    pub fn write(&mut self, at: u64, bytes: impl ExactSizeIterator<Item = u8>) -> Result<(), Stop> {
        self.check(at, bytes.len() as u64)?;
        for (at, byte) in (at..).zip(bytes) {
            match byte {
                0 => self.bytes.remove(&at),
                byte => self.bytes.insert(at, byte),
            };
        }
        Ok(())
    }

    /// The old size, or `None` if the memory cannot grow so far (core `#exec-memory-grow`).
    pub fn grow(&mut self, by: u64) -> Option<u64> {
        let old = self.pages;
        let pages = old.checked_add(by).filter(|pages| *pages <= self.ty.max.unwrap_or(u64::from(u32::MAX) / 2))?;
        self.pages = pages;
        Some(old)
    }

    /// The memory as the post-mortem shows it.
    pub fn state(&self) -> State {
        left::memory(self.len(), &self.bytes)
    }
}

impl Tab {
    /// Checks that `n` elements at `at` are there.
    pub fn check(&self, at: u64, n: u64) -> Result<(), Stop> {
        end(at, n, self.entries.len() as u64, TrapCode::OutOfBoundsTable).map(drop)
    }

    /// The element at `at`, if that is within bounds.
    pub fn get(&self, at: u64) -> Option<Ref> {
        self.entries.get(usize::try_from(at).ok()?).copied()
    }

    /// Writes all elements or none.
    pub fn write(&mut self, at: u64, items: &[Ref]) -> Result<(), Stop> {
        self.check(at, items.len() as u64)?;
        self.entries[at as usize..][..items.len()].copy_from_slice(items);
        Ok(())
    }

    /// The old size, or `None` if the table cannot grow so far (core `#exec-table-grow`).
    pub fn grow(&mut self, by: u64, item: Ref) -> Option<u64> {
        let old = self.entries.len() as u64;
        let len = old.checked_add(by).filter(|len| *len <= self.ty.max.unwrap_or(u64::from(u16::MAX)))?;
        self.entries.resize(len as usize, item);
        Some(old)
    }
}

/// A segment's part, or the trap of the instruction that asked for more.
pub(super) fn part<T>(segment: &[T], source: u64, n: u64, code: TrapCode) -> Result<&[T], Stop> {
    let end = end(source, n, segment.len() as u64, code)?;
    Ok(&segment[source as usize..end as usize])
}

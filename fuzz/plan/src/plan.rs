//! The data that a plan consists of. Indices are taken modulo what there is: see [`Plan::normalise`].

mod object;

pub use object::{Kind, Object, ObjectStep};

use serde::{Deserialize, Serialize};

/// A link graph and how it comes up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// The functions of the host, besides the one that logs. The function with index `i` is called `host.f{i}`.
    pub hosts: Vec<HostFunc>,
    /// The modules.
    pub modules: Vec<Module>,
    /// The instances to be made, in order.
    pub nodes: Vec<Node>,
    /// Whether all of them are made a second time, in the same store.
    pub again: bool,
}

/// One instance to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Its module.
    pub module: usize,
    /// For each of the module's arguments the earlier node that is given for it.
    pub args: Vec<usize>,
}

/// What a function of the host does. All are of type `[] -> []`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostFunc {
    /// Writes a byte into an exported memory, and traps if it is out of bounds.
    Write {
        /// Through which node the memory is reached. What no instance provides is left alone.
        node: usize,
        /// Which of its exports it is.
        export: usize,
        /// Where.
        at: u64,
        /// What.
        value: u8,
    },
    /// Grows an exported memory.
    Grow {
        /// Through which node the memory is reached.
        node: usize,
        /// Which of its exports it is.
        export: usize,
        /// By how many pages.
        by: u64,
    },
    /// Traps.
    Trap,
    /// Throws an exception with an exported tag.
    Throw {
        /// Through which node the tag is reached.
        node: usize,
        /// Which of its exports it is.
        export: usize,
        /// The argument, if the tag has one.
        value: i32,
    },
    /// Calls an exported function.
    Call {
        /// Through which node the function is reached.
        node: usize,
        /// Which of its exports it is.
        export: usize,
        /// Whether traps and exceptions end here.
        catches: bool,
    },
    /// Instantiates a node, once more or for the first time.
    Instantiate {
        /// Which.
        node: usize,
        /// Whether a failure ends here; if not, a failure to link is a trap of the host.
        catches: bool,
    },
}

/// A core module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Module {
    /// The modules whose instances it is given, as `a0`, `a1` and so on.
    pub args: Vec<usize>,
    /// What it imports.
    pub imports: Vec<Import>,
    /// The tables it defines.
    pub tables: Vec<Table>,
    /// The memories it defines.
    pub memories: Vec<Memory>,
    /// The tags it defines: whether they have an argument.
    pub tags: Vec<bool>,
    /// The globals it defines.
    pub globals: Vec<Global>,
    /// The functions it defines.
    pub funcs: Vec<Func>,
    /// Its element segments.
    pub elems: Vec<Elem>,
    /// Its data segments.
    pub datas: Vec<Data>,
    /// What it exports, as `e0`, `e1` and so on.
    pub exports: Vec<Export>,
    /// Its start function.
    pub start: Option<usize>,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Import {
    /// Where it comes from.
    pub source: Source,
    /// What makes it fail to match, by intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twist: Option<Twist>,
}

/// Where an import comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The host's function that logs, `spectest.print_i32`.
    Log,
    /// Another function of the host.
    Host(usize),
    /// An export of an argument.
    Export {
        /// Which argument.
        arg: usize,
        /// Which of its exports.
        export: usize,
    },
}

/// Why an import does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Twist {
    /// Nothing has its name.
    Missing,
    /// It is declared as a function, or as a memory if it is one.
    Kind,
    /// It is declared with another function type, address type or mutability.
    Type,
}

/// A type of tables of functions. Sizes are in elements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TableType {
    /// Size at first.
    pub min: u64,
    /// Greatest size.
    pub max: Option<u64>,
    /// Whether indices are of type `i64`.
    pub is_64: bool,
}

/// A table that a module defines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// Its type.
    pub ty: TableType,
    /// Its initialiser, if it has one.
    pub init: Option<Item>,
}

/// A type of memories. Sizes are in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Size at first.
    pub min: u64,
    /// Greatest size.
    pub max: Option<u64>,
    /// Whether addresses are of type `i64`.
    pub is_64: bool,
    /// Whether threads may share it.
    pub shared: bool,
    /// Whether its pages are single bytes.
    pub bytewise: bool,
}

/// Types of globals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum Content {
    #[default]
    I32,
    I64,
    F64,
    Func,
    /// `anyref`.
    Object,
}

/// A type of globals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct GlobalType {
    /// Of its value.
    pub content: Content,
    /// Whether it can be set.
    pub mutable: bool,
}

/// A global that a module defines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Global {
    /// Its type.
    pub ty: GlobalType,
    /// Its initialiser.
    pub init: Number,
    /// Its initialiser, if it is of type `funcref`.
    pub item: Item,
    /// Its initialiser, if it is of type `anyref`.
    #[serde(skip_serializing_if = "Object::is_none")]
    pub object: Object,
}

/// A constant expression whose value is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Number {
    /// A constant.
    Const(i64),
    /// The value of an immutable global of the same type.
    Global(usize),
    /// The sum of such a global and a constant.
    Sum(usize, i64),
}

/// A constant expression whose value is a reference to a function, or an operand of the steps that write tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// Null.
    #[default]
    Null,
    /// A function of the module.
    Func(usize),
    /// The value of an immutable global.
    Global(usize),
}

/// A function that a module defines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Func {
    /// What it returns: nothing, or this.
    pub result: Option<i32>,
    /// What it does.
    pub steps: Vec<Step>,
}

/// When a segment is written. An offset in place of a number is a constant expression of the target's address type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// By the instantiation.
    Active {
        /// Into which table or memory.
        target: usize,
        /// Where.
        at: Number,
    },
    /// By an instruction.
    Passive,
    /// Never (of element segments only; a data segment of this mode is passive).
    Declarative,
}

/// An element segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Elem {
    /// When it is written.
    pub mode: Mode,
    /// What is in it.
    pub items: Vec<Item>,
}

/// A data segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Data {
    /// When it is written.
    pub mode: Mode,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// An export: an index in the index space of its kind, imports included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum Export {
    Func(usize),
    Table(usize),
    Memory(usize),
    Global(usize),
    Tag(usize),
}

/// Something that a function does. Results of calls and of `grow` are logged, if the module imports the log.
///
/// `at` is where in the memory or table written or read, `source` where in what is copied from, `len` and `by` how many
/// bytes, elements or pages; `tail` makes a call a tail call, after which nothing more of the function happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are the operands of the instructions")]
pub enum Step {
    /// Logs a number.
    Log(i32),
    /// Logs the value of a global of type `i32`.
    LogGlobal(usize),
    /// Logs a byte of a memory.
    LogByte { memory: usize, at: u64 },
    /// Logs whether an element of a table is null.
    LogNull { table: usize, at: u64 },
    /// Writes a byte.
    Store { memory: usize, at: u64, value: u8 },
    /// Writes eight bytes, all or none.
    StoreWide { memory: usize, at: u64, value: u8 },
    /// `memory.fill`.
    Fill { memory: usize, at: u64, value: u8, len: u64 },
    /// `memory.copy`.
    Copy { to: usize, from: usize, at: u64, source: u64, len: u64 },
    /// `memory.init`.
    Init { data: usize, memory: usize, at: u64, source: u64, len: u64 },
    /// `data.drop`.
    DropData(usize),
    /// An atomic access to so many bytes; the number that it gives is logged.
    Atomic { op: Atomic, memory: usize, at: u64, width: u8, value: u8, expected: u8 },
    /// Arithmetic of 128 bits; the lower 32 bits of the upper half are logged, then those of the lower.
    Wide { op: Wide, a: i64, b: i64 },
    /// Something done with objects.
    Object(ObjectStep),
    /// `memory.grow`.
    Grow { memory: usize, by: u64 },
    /// `table.set`.
    SetElement { table: usize, at: u64, item: Item },
    /// `table.fill`.
    FillTable { table: usize, at: u64, item: Item, len: u64 },
    /// `table.copy`.
    CopyTable { to: usize, from: usize, at: u64, source: u64, len: u64 },
    /// `table.init`.
    InitTable { elem: usize, table: usize, at: u64, source: u64, len: u64 },
    /// `elem.drop`.
    DropElem(usize),
    /// `table.grow`.
    GrowTable { table: usize, by: u64, item: Item },
    /// Sets a global to a number, or to a function if it is of type `funcref`.
    SetGlobal { global: usize, value: i64, item: Item },
    /// Calls a function.
    Call { func: usize, tail: bool },
    /// Calls through a reference.
    CallRef { func: usize },
    /// Calls through a table; `number` says whether a function of type `[] -> [i32]` is expected.
    CallIndirect { table: usize, at: u64, number: bool, tail: bool },
    /// Traps.
    Trap(Trap),
    /// Throws an exception.
    Throw { tag: usize, value: i32 },
    /// Runs steps and catches exceptions.
    Try { catch: Catch, body: Vec<Step> },
    /// Runs steps several times.
    Repeat { times: u8, body: Vec<Step> },
    /// Calls itself until the stack is exhausted.
    Recurse,
    /// Loops until the fuel is exhausted.
    Spin,
}

/// Atomic accesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the proposal's own words")]
pub enum Atomic {
    Load,
    Store,
    Add,
    Sub,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
    Notify,
    /// For no time at all.
    Wait,
}

/// Instructions of wide arithmetic. Of two numbers of 128 bits the first has `a` for its lower half and `b` for the upper,
/// the second the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the proposal's own words")]
pub enum Wide {
    Add,
    Sub,
    MulSigned,
    MulUnsigned,
}

/// What an exception handler catches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Catch {
    /// Exceptions with this tag; the argument is logged.
    Tag(usize),
    /// All exceptions.
    All,
    /// All exceptions, which are thrown again.
    Rethrow,
}

/// The ways to trap that depend on nothing else. Others come of calls through tables and of accesses out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trap {
    /// `unreachable`.
    Unreachable,
    /// A division by zero.
    DivideByZero,
    /// The one signed division that overflows.
    DivideOverflow,
    /// A conversion of NaN to an integer.
    ConvertNan,
    /// A conversion of a number that is too large.
    ConvertOverflow,
    /// A load from the end of the address space; `unreachable` where there is no memory.
    Load(usize),
    /// `table.get` beyond the end.
    TableGet(usize),
    /// `call_indirect` beyond the end.
    CallBeyond(usize),
    /// `call_ref` of null.
    CallNull,
    /// `ref.as_non_null` of null.
    AsNonNull,
    /// `throw_ref` of null.
    ThrowNull,
    /// `array.get` beyond the end.
    ArrayGet,
    /// `ref.cast` to a type that the value does not have.
    Cast,
    /// An atomic access that is not aligned.
    Unaligned(usize),
    /// `memory.atomic.wait32` on a memory that is not shared.
    WaitUnshared(usize),
}

impl Default for Number {
    fn default() -> Self {
        Number::Const(0)
    }
}

//! How plans are drawn.
//!
//! A node is drawn together with its module, or with a module that is there already. Later modules import from earlier
//! ones; what they import, write and call is drawn freely and made to fit by [`Plan::normalise`]. Most addresses are small
//! and within bounds, some lie at the very end of a page, a few are far beyond. The further back in the graph a module
//! stands, the more often it fails: what fails first fails alone.

mod object;

use crate::plan::{
    Atomic, Catch, Content, Data, Elem, Export, Func, Global, GlobalType, HostFunc, Import, Item, Kind, Memory, Mode,
    Module, Node, Number, Plan, Source, Step, Table, TableType, Trap, Twist, Wide,
};
use arbitrary::{Arbitrary, Result, Unstructured};

/// How large plans are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// The most nodes that are drawn.
    pub nodes: usize,
    /// The most functions of a module.
    pub funcs: usize,
    /// The most steps of a list of steps.
    pub steps: usize,
    /// Whether plans may use what is not in WebAssembly 3.0: shared memories and memories with small pages.
    pub proposals: bool,
    /// Whether plans may use functions of the host besides the one that logs.
    pub hosts: bool,
}

impl Default for Sizes {
    fn default() -> Self {
        Sizes { nodes: 5, funcs: 3, steps: 5, proposals: true, hosts: true }
    }
}

impl<'a> Arbitrary<'a> for Plan {
    /// A normal plan of the default size.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Plan::draw(u, Sizes::default())
    }
}

impl Plan {
    /// The normal plan with this number.
    pub fn from_seed(seed: u64) -> Plan {
        let bytes = bytes_of_seed(seed);
        Plan::arbitrary(&mut Unstructured::new(&bytes)).expect("zeros follow when the data ends")
    }

    /// A normal plan no larger than `sizes`.
    ///
    /// # Errors
    /// None but those of [`Unstructured`]; when the data ends, zeros follow.
    pub fn draw(u: &mut Unstructured<'_>, sizes: Sizes) -> Result<Plan> {
        let mut draw = Draw { u, sizes, plan: Plan::default(), kind: Kind::Struct };
        draw.plan()?;
        Ok(draw.plan.normalise())
    }
}

/// Bytes that look random and are the same for the same seed, enough for one plan.
pub fn bytes_of_seed(seed: u64) -> Vec<u8> {
    /// More than plans of the default size take, as a rule.
    const WORDS: usize = 192;
    // SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators).
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    };
    (0..WORDS).flat_map(|_| next()).collect()
}

struct Draw<'a, 'b> {
    u: &'a mut Unstructured<'b>,
    sizes: Sizes,
    plan: Plan,
    /// What most objects are, so that they are often what is asked for.
    kind: Kind,
}

impl Draw<'_, '_> {
    /// A number below `n`, which is not zero.
    fn below(&mut self, n: usize) -> Result<usize> {
        self.u.int_in_range(0..=n - 1)
    }

    /// True `n` times in 256.
    fn chance(&mut self, n: u8) -> Result<bool> {
        Ok(u8::arbitrary(self.u)? < n)
    }

    fn many<T>(&mut self, n: usize, one: impl Fn(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        (0..n).map(|_| one(self)).collect()
    }

    fn plan(&mut self) -> Result<()> {
        self.kind = self.any_kind()?;
        let nodes = 1 + self.below(self.sizes.nodes)?.max(self.below(self.sizes.nodes)?);
        while self.plan.nodes.len() < nodes {
            let module = if !self.plan.modules.is_empty() && self.chance(64)? {
                self.below(self.plan.modules.len())?
            } else {
                let module = self.module()?;
                self.plan.modules.push(module);
                self.plan.modules.len() - 1
            };
            let count = self.plan.modules[module].args.len();
            let args = self.many(count, |draw| draw.any())?;
            self.plan.nodes.push(Node { module, args });
        }
        self.plan.again = self.chance(64)?;
        Ok(())
    }

    /// An index to be taken modulo what there is.
    fn any(&mut self) -> Result<usize> {
        Ok(usize::from(u8::arbitrary(self.u)?))
    }

    fn module(&mut self) -> Result<Module> {
        let earlier = self.plan.modules.len();
        let args = if earlier == 0 { 0 } else { 1 + self.below(2)? };
        let mut module = Module { args: self.many(args, |draw| draw.below(earlier))?, ..Module::default() };
        if self.chance(208)? {
            module.imports.push(Import { source: Source::Log, twist: None });
        }
        for arg in 0..args {
            let exports = self.plan.modules[module.args[arg]].exports.len();
            for _ in 0..self.below(4)?.min(exports) + usize::from(exports > 0) {
                let source = Source::Export { arg, export: self.below(exports)? };
                let twist = if self.chance(5)? { Some(self.twist()?) } else { None };
                module.imports.push(Import { source, twist });
            }
        }
        if self.sizes.hosts && earlier > 0 && self.chance(80)? {
            let host = self.host()?;
            self.plan.hosts.push(host);
            module.imports.push(Import { source: Source::Host(self.plan.hosts.len() - 1), twist: None });
        }
        self.definitions(&mut module, earlier)?;
        self.exports(&mut module)?;
        Ok(module)
    }

    fn twist(&mut self) -> Result<Twist> {
        Ok([Twist::Missing, Twist::Kind, Twist::Type][self.below(3)?])
    }

    /// A function of the host that knows the nodes so far.
    fn host(&mut self) -> Result<HostFunc> {
        let (node, export) = (self.below(self.plan.nodes.len())?, self.any()?);
        Ok(match self.below(10)? {
            0 | 1 => HostFunc::Write { node, export, at: self.address()?, value: u8::arbitrary(self.u)? },
            2 => HostFunc::Grow { node, export, by: self.below(4)? as u64 },
            3 => HostFunc::Trap,
            4 | 5 => HostFunc::Throw { node, export, value: self.value()? },
            6 | 7 => HostFunc::Call { node, export, catches: self.chance(128)? },
            _ => HostFunc::Instantiate { node, catches: self.chance(128)? },
        })
    }

    fn definitions(&mut self, module: &mut Module, earlier: usize) -> Result<()> {
        // The first modules provide; later ones have less of their own.
        let provides = if earlier == 0 { 200 } else { 70 };
        let some = |draw: &mut Self| Ok(usize::from(draw.chance(provides)?) + usize::from(draw.chance(provides / 6)?));
        let n = some(self)?;
        module.memories = self.many(n, Self::memory)?;
        let n = some(self)?;
        module.tables = self.many(n, Self::table)?;
        let n = some(self)?;
        module.globals = self.many(n, Self::global)?;
        let n = some(self)?;
        module.tags = self.many(n, |draw| draw.chance(160))?;
        let n = 1 + self.below(self.sizes.funcs)?;
        module.funcs = self.many(n, Self::func)?;
        let n = some(self)? + usize::from(self.chance(60)?);
        module.elems = self.many(n, Self::elem)?;
        let n = some(self)? + usize::from(self.chance(60)?);
        module.datas = self.many(n, Self::data)?;
        module.start = if self.chance(170)? { Some(self.any()?) } else { None };
        Ok(())
    }

    /// All definitions as a rule, and some of the imports.
    fn exports(&mut self, module: &mut Module) -> Result<()> {
        let mut exports = Vec::new();
        let (imports, host) = (module.imports.len(), 40);
        let push = |draw: &mut Self, exports: &mut Vec<Export>, all: Vec<Export>| -> Result<()> {
            for export in all {
                if draw.chance(215)? {
                    exports.push(export);
                }
            }
            Ok(())
        };
        // Indices from the back: those are the definitions. Where there are imports, indices from the front reach them.
        let imported = if imports > 0 { self.below(imports)? } else { 0 };
        push(self, &mut exports, (0..module.memories.len()).map(|i| Export::Memory(i + imported)).collect())?;
        push(self, &mut exports, (0..module.tables.len()).map(|i| Export::Table(i + imported)).collect())?;
        push(self, &mut exports, (0..module.globals.len()).map(|i| Export::Global(i + imported)).collect())?;
        push(self, &mut exports, (0..module.tags.len()).map(|i| Export::Tag(i + imported)).collect())?;
        push(self, &mut exports, (0..module.funcs.len()).map(|i| Export::Func(i + imported)).collect())?;
        for _ in 0..imports {
            if self.chance(host)? {
                let i = self.any()?;
                exports.push(match self.below(5)? {
                    0 => Export::Func(i),
                    1 => Export::Table(i),
                    2 => Export::Memory(i),
                    3 => Export::Global(i),
                    _ => Export::Tag(i),
                });
            }
        }
        module.exports = exports;
        Ok(())
    }

    fn max(&mut self, min: u64) -> Result<Option<u64>> {
        Ok(if self.chance(110)? { Some(min + self.below(4)? as u64) } else { None })
    }

    fn memory(&mut self) -> Result<Memory> {
        let bytewise = self.sizes.proposals && self.chance(40)?;
        let min = if bytewise {
            16 + self.below(49)?
        } else {
            usize::from(self.chance(240)?) + usize::from(self.chance(20)?)
        };
        let min = min as u64;
        let shared = self.sizes.proposals && !bytewise && self.chance(8)?;
        let max = if shared { Some(min + 1) } else { self.max(min)? };
        Ok(Memory { min, max, is_64: self.chance(25)?, shared, bytewise })
    }

    fn table(&mut self) -> Result<Table> {
        let min = if self.chance(16)? { 0 } else { 2 + self.below(8)? as u64 };
        let ty = TableType { min, max: self.max(min)?, is_64: self.chance(25)? };
        Ok(Table { ty, init: if self.chance(50)? { Some(self.item()?) } else { None } })
    }

    fn global(&mut self) -> Result<Global> {
        let content = match self.below(10)? {
            0..=3 => Content::I32,
            4 => Content::I64,
            5 => Content::F64,
            6 | 7 => Content::Func,
            _ => Content::Object,
        };
        let ty = GlobalType { content, mutable: self.chance(150)? };
        Ok(match content {
            Content::Func => Global { ty, item: self.item()?, ..Global::default() },
            Content::Object => Global { ty, object: self.constant_object()?, ..Global::default() },
            _ => Global { ty, init: self.number()?, ..Global::default() },
        })
    }

    fn number(&mut self) -> Result<Number> {
        Ok(match self.below(8)? {
            0..=4 => Number::Const(self.value()?.into()),
            5 | 6 => Number::Global(self.any()?),
            _ => Number::Sum(self.any()?, self.value()?.into()),
        })
    }

    fn value(&mut self) -> Result<i32> {
        Ok(match self.below(12)? {
            0 => [i32::MIN, -1, i32::MAX, 65536][self.below(4)?],
            _ => self.below(100)? as i32,
        })
    }

    fn item(&mut self) -> Result<Item> {
        Ok(match self.below(10)? {
            0 | 1 => Item::Null,
            2 => Item::Global(self.any()?),
            _ => Item::Func(self.any()?),
        })
    }

    /// An address in a memory: near its beginning, around the end of its first pages, or anywhere.
    fn address(&mut self) -> Result<u64> {
        Ok(match self.below(40)? {
            0 | 1 => 65536 - 8 + self.below(10)? as u64,
            2 => [u64::from(u32::MAX), u64::MAX, 131_071, 1 << 32][self.below(4)?],
            _ => self.below(16)? as u64,
        })
    }

    fn index(&mut self) -> Result<u64> {
        Ok(match self.below(40)? {
            0 => 9 + self.below(5)? as u64,
            1 => [u64::from(u32::MAX), u64::MAX, 1 << 32][self.below(3)?],
            _ => self.below(4)? as u64,
        })
    }

    fn len(&mut self) -> Result<u64> {
        Ok(if self.chance(3)? { u64::MAX } else { self.below(5)? as u64 })
    }

    fn mode(&mut self, is_elem: bool) -> Result<Mode> {
        Ok(match self.below(8)? {
            0 => Mode::Passive,
            1 => Mode::Declarative,
            _ => {
                let at = match self.below(6)? {
                    0 => Number::Global(self.any()?),
                    1 => Number::Sum(self.any()?, self.below(4)? as i64),
                    _ => Number::Const(if is_elem { self.index()? } else { self.address()? } as i64),
                };
                Mode::Active { target: self.any()?, at }
            }
        })
    }

    fn elem(&mut self) -> Result<Elem> {
        let n = self.below(4)?;
        Ok(Elem { mode: self.mode(true)?, items: self.many(n, Self::item)? })
    }

    fn data(&mut self) -> Result<Data> {
        let n = self.below(6)?;
        Ok(Data { mode: self.mode(false)?, bytes: self.many(n, |draw| u8::arbitrary(draw.u))? })
    }

    fn func(&mut self) -> Result<Func> {
        let result = if self.chance(60)? { Some(self.value()?) } else { None };
        Ok(Func { result, steps: self.steps(2)? })
    }

    fn steps(&mut self, nesting: usize) -> Result<Vec<Step>> {
        let n = self.below(self.sizes.steps + 1)?;
        self.many(n, |draw| draw.step(nesting))
    }

    fn step(&mut self, nesting: usize) -> Result<Step> {
        Ok(match self.below(64)? {
            0..=5 => Step::Log(self.value()?),
            6..=8 => Step::Object(self.object_step()?),
            9 | 10 => Step::LogGlobal(self.any()?),
            11 | 12 => Step::LogByte { memory: self.any()?, at: self.address()? },
            13 => Step::LogNull { table: self.any()?, at: self.index()? },
            14..=27 => self.memory_step()?,
            28..=38 => self.table_step()?,
            39..=41 => Step::SetGlobal { global: self.any()?, value: self.value()?.into(), item: self.item()? },
            42..=48 => Step::Call { func: self.any()?, tail: self.chance(40)? },
            49 => Step::CallRef { func: self.any()? },
            50..=52 => Step::CallIndirect {
                table: self.any()?,
                at: self.index()?,
                number: self.chance(60)?,
                tail: self.chance(60)?,
            },
            53 => Step::Trap(self.trap()?),
            54 | 55 => Step::Throw { tag: self.any()?, value: self.value()? },
            56..=59 if nesting > 0 => Step::Try { catch: self.catch()?, body: self.steps(nesting - 1)? },
            60 | 61 if nesting > 0 => Step::Repeat { times: 1 + self.below(3)? as u8, body: self.steps(nesting - 1)? },
            62 if self.chance(100)? => Step::Recurse,
            63 if self.chance(60)? => Step::Spin,
            _ => Step::Log(self.value()?),
        })
    }

    fn memory_step(&mut self) -> Result<Step> {
        let memory = self.any()?;
        Ok(match self.below(10)? {
            0 if self.sizes.proposals => self.proposed_step(memory)?,
            0 | 1 => Step::Store { memory, at: self.address()?, value: u8::arbitrary(self.u)? },
            2 | 3 => Step::StoreWide { memory, at: self.address()?, value: u8::arbitrary(self.u)? },
            4 => Step::Fill { memory, at: self.address()?, value: u8::arbitrary(self.u)?, len: self.len()? },
            5 => Step::Copy {
                to: memory,
                from: self.any()?,
                at: self.address()?,
                source: self.address()?,
                len: self.len()?,
            },
            6 | 7 => Step::Init {
                data: self.any()?,
                memory,
                at: self.address()?,
                source: self.below(3)? as u64,
                len: self.len()?,
            },
            8 => Step::DropData(self.any()?),
            _ => Step::Grow { memory, by: if self.chance(30)? { u64::MAX } else { self.below(3)? as u64 } },
        })
    }

    /// An atomic access, which is aligned as a rule, or wide arithmetic.
    fn proposed_step(&mut self, memory: usize) -> Result<Step> {
        if self.chance(50)? {
            let op = *self.u.choose(&[Wide::Add, Wide::Sub, Wide::MulSigned, Wide::MulUnsigned])?;
            return Ok(Step::Wide { op, a: self.wide()?, b: self.wide()? });
        }
        use Atomic::*;
        let ops = [Load, Store, Add, Sub, And, Or, Xor, Exchange, CompareExchange, CompareExchange, Notify, Wait];
        let (op, width) = (*self.u.choose(&ops)?, 1 << self.below(4)?);
        let at = self.address()? & if self.chance(230)? { !7 } else { !0 };
        Ok(Step::Atomic { op, memory, at, width, value: self.below(200)? as u8, expected: self.below(2)? as u8 })
    }

    fn wide(&mut self) -> Result<i64> {
        Ok(match self.below(4)? {
            0 => [-1, i64::MIN, i64::MAX, 1 << 32][self.below(4)?],
            _ => i64::arbitrary(self.u)?,
        })
    }

    fn table_step(&mut self) -> Result<Step> {
        let table = self.any()?;
        Ok(match self.below(9)? {
            0..=2 => Step::SetElement { table, at: self.index()?, item: self.item()? },
            3 => Step::FillTable { table, at: self.index()?, item: self.item()?, len: self.len()? },
            4 => Step::CopyTable {
                to: table,
                from: self.any()?,
                at: self.index()?,
                source: self.index()?,
                len: self.len()?,
            },
            5 | 6 => Step::InitTable {
                elem: self.any()?,
                table,
                at: self.index()?,
                source: self.below(3)? as u64,
                len: self.len()?,
            },
            7 => Step::DropElem(self.any()?),
            _ => Step::GrowTable {
                table,
                by: if self.chance(30)? { u64::MAX } else { self.below(3)? as u64 },
                item: self.item()?,
            },
        })
    }

    fn catch(&mut self) -> Result<Catch> {
        Ok(match self.below(4)? {
            0 | 1 => Catch::Tag(self.any()?),
            2 => Catch::All,
            _ => Catch::Rethrow,
        })
    }

    fn trap(&mut self) -> Result<Trap> {
        let of = self.any()?;
        Ok(match self.below(15)? {
            0 => Trap::Unreachable,
            1 => Trap::DivideByZero,
            2 => Trap::DivideOverflow,
            3 => Trap::ConvertNan,
            4 => Trap::ConvertOverflow,
            5 => Trap::Load(of),
            6 => Trap::TableGet(of),
            7 => Trap::CallBeyond(of),
            8 => Trap::CallNull,
            9 => Trap::AsNonNull,
            10 => Trap::ThrowNull,
            11 => Trap::ArrayGet,
            12 => Trap::Cast,
            13 if self.sizes.proposals => Trap::Unaligned(of),
            14 if self.sizes.proposals => Trap::WaitUnshared(of),
            _ => Trap::Unreachable,
        })
    }
}

//! Plans made normal: indices that exist, sizes that are small, steps for which there is something.

mod object;

use crate::{
    plan::{
        Atomic, Catch, Content, Data, Elem, Export, Func, Global, HostFunc, Import, Item, Memory, Mode, Module, Node,
        Number, Plan, Source, Step, Table, TableType, Trap, Twist,
    },
    space::{ExternType, FuncType, Space},
};

/// What a plan holds at most.
mod most {
    pub const HOSTS: usize = 8;
    pub const MODULES: usize = 8;
    pub const NODES: usize = 12;
    /// Imports, definitions of a kind, segments and exports of a module.
    pub const ITEMS: usize = 12;
    /// Steps of a function, counted through all nested ones.
    pub const STEPS: usize = 40;
    pub const NESTING: usize = 3;
    pub const BYTES: usize = 32;
    pub const PAGES: u64 = 3;
    pub const BYTEWISE_PAGES: u64 = 64;
    pub const ELEMENTS: u64 = 12;
    pub const GROWTH: u64 = 4;
}

/// More than any memory or table of a plan has.
pub(crate) const BEYOND: u64 = u32::MAX as u64;

impl Plan {
    /// The normal plan that this one stands for. A normal plan stands for itself.
    ///
    /// ```
    /// use preflight_plan::Plan;
    /// let text = r#"{ "modules": [{ "funcs": [{ "steps": [{ "log": 1 }] }], "start": 7 }], "nodes": [{ "module": 3 }] }"#;
    /// let plan: Plan = serde_json::from_str(text)?;
    /// let plan = plan.normalise();
    /// assert_eq!(plan.modules[0].start, Some(0));
    /// assert_eq!(plan.modules[0].funcs[0].steps, [], "nothing is imported that logs");
    /// assert_eq!(plan.normalise(), plan);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn normalise(&self) -> Plan {
        let hosts = self.hosts.len().min(most::HOSTS);
        let mut modules: Vec<Module> = Vec::new();
        let mut spaces: Vec<Space> = Vec::new();
        for module in self.modules.iter().take(most::MODULES) {
            let (module, space) = normal_module(module, &modules, &spaces, hosts);
            modules.push(module);
            spaces.push(space);
        }
        let nodes = normal_nodes(&self.nodes, &modules);
        let plan = Plan { hosts: Vec::new(), modules, nodes, again: self.again };
        let hosts = self.hosts.iter().take(hosts).map(|host| normal_host(host, &plan, &spaces)).collect();
        Plan { hosts, ..plan }
    }
}

/// A length, or one that is too long for anything.
fn len(len: u64, most: u64) -> u64 {
    if len <= most { len } else { BEYOND }
}

fn pick(raw: usize, len: usize) -> Option<usize> {
    (len > 0).then(|| raw % len)
}

/// `raw` if it is fit, or else one of those that are.
fn pick_where(raw: usize, len: usize, is_fit: impl Fn(usize) -> bool) -> Option<usize> {
    if raw < len && is_fit(raw) {
        return Some(raw);
    }
    let fit: Vec<usize> = (0..len).filter(|i| is_fit(*i)).collect();
    pick(raw, fit.len()).map(|i| fit[i])
}

fn normal_nodes(nodes: &[Node], modules: &[Module]) -> Vec<Node> {
    let mut normal: Vec<Node> = Vec::new();
    // Where the nodes went: those before a node that has to go keep their places in what refers to them.
    let mut places = Vec::new();
    for node in nodes.iter().take(most::NODES) {
        let place = pick(node.module, modules.len()).and_then(|module| {
            let arg = |(i, expected): (usize, &usize)| {
                let raw = node.args.get(i).copied().unwrap_or_default();
                let raw = places.get(raw).copied().flatten().unwrap_or(raw);
                pick_where(raw, normal.len(), |other: usize| normal[other].module == *expected)
            };
            let args = modules[module].args.iter().enumerate().map(arg).collect::<Option<Vec<_>>>()?;
            normal.push(Node { module, args });
            Some(normal.len() - 1)
        });
        places.push(place);
    }
    normal
}

fn normal_host(host: &HostFunc, plan: &Plan, spaces: &[Space]) -> HostFunc {
    let find = |node: usize, export: usize, is_fit: fn(ExternType) -> bool| {
        let node = pick(node, plan.nodes.len())?;
        let module = plan.nodes[node].module;
        let exports = &plan.modules[module].exports;
        let export = pick_where(export, exports.len(), |i| is_fit(spaces[module].export(exports[i])))?;
        Some((node, export))
    };
    let normal = match *host {
        HostFunc::Write { node, export, at, value } => find(node, export, |ty| matches!(ty, ExternType::Memory(_)))
            .map(|(node, export)| HostFunc::Write { node, export, at, value }),
        HostFunc::Grow { node, export, by } => find(node, export, |ty| matches!(ty, ExternType::Memory(_)))
            .map(|(node, export)| HostFunc::Grow { node, export, by: by % most::GROWTH }),
        HostFunc::Trap => None,
        HostFunc::Throw { node, export, value } => find(node, export, |ty| matches!(ty, ExternType::Tag(_)))
            .map(|(node, export)| HostFunc::Throw { node, export, value }),
        HostFunc::Call { node, export, catches } => {
            find(node, export, |ty| matches!(ty, ExternType::Func(FuncType::Unit | FuncType::Number)))
                .map(|(node, export)| HostFunc::Call { node, export, catches })
        }
        HostFunc::Instantiate { node, catches } => {
            pick(node, plan.nodes.len()).map(|node| HostFunc::Instantiate { node, catches })
        }
    };
    normal.unwrap_or(HostFunc::Trap)
}

fn normal_module(module: &Module, modules: &[Module], spaces: &[Space], hosts: usize) -> (Module, Space) {
    let args: Vec<usize> = module.args.iter().take(4).filter_map(|arg| pick(*arg, modules.len())).collect();
    let imports = module.imports.iter().take(most::ITEMS).filter_map(|import| {
        let source = match import.source {
            Source::Log => Source::Log,
            Source::Host(i) => Source::Host(pick(i, hosts)?),
            Source::Export { arg, export } => {
                let arg = pick(arg, args.len())?;
                Source::Export { arg, export: pick(export, modules[args[arg]].exports.len())? }
            }
        };
        // A log of another type would be no log: it can be missing, or of another kind.
        let twist = match (source, import.twist) {
            (Source::Log, Some(Twist::Type)) => Some(Twist::Missing),
            (_, twist) => twist,
        };
        Some(Import { source, twist })
    });
    let mut normal = Module { imports: imports.collect(), args, ..Module::default() };
    let imported = Space::of(&normal, modules, spaces);
    normal.memories = module.memories.iter().take(most::ITEMS).map(normal_memory).collect();
    normal.tables = module.tables.iter().take(most::ITEMS).map(normal_table).collect();
    normal.tags = module.tags.iter().take(most::ITEMS).copied().collect();
    normal.globals = module.globals.iter().take(most::ITEMS).cloned().collect();
    normal.funcs =
        module.funcs.iter().take(most::ITEMS).map(|func| Func { result: func.result, steps: Vec::new() }).collect();
    let space = Space::of(&normal, modules, spaces);
    let context = Context { space: &space, elems: 0, datas: 0, callable: 0 };
    for table in &mut normal.tables {
        table.init = table.init.map(|item| match context.item(item, 0) {
            Item::Global(_) => Item::Null,
            item => item,
        });
    }
    for (i, global) in normal.globals.iter_mut().enumerate() {
        *global = context.global(global, imported.globals.len() + i);
    }
    normal.elems = module.elems.iter().take(most::ITEMS).map(|elem| context.elem(elem)).collect();
    normal.datas = module.datas.iter().take(most::ITEMS).map(|data| context.data(data)).collect();
    let context = Context { elems: normal.elems.len(), datas: normal.datas.len(), ..context };
    for (i, (func, raw)) in normal.funcs.iter_mut().zip(&module.funcs).enumerate() {
        let context = Context { callable: space.imported_funcs + i, ..context };
        func.steps = context.steps(&raw.steps, func.result.is_some(), most::NESTING, &mut most::STEPS.clone());
    }
    normal.exports = module.exports.iter().take(most::ITEMS).filter_map(|export| context.export(*export)).collect();
    normal.start = module.start.and_then(|raw| context.func_of(raw, |ty| ty == FuncType::Unit));
    (normal, space)
}

fn normal_max(min: u64, max: Option<u64>) -> Option<u64> {
    max.map(|max| max.clamp(min, min + 8))
}

fn normal_memory(memory: &Memory) -> Memory {
    let bytewise = memory.bytewise;
    let shared = memory.shared && !bytewise;
    let min = memory.min % (1 + if bytewise { most::BYTEWISE_PAGES } else { most::PAGES });
    let max = if shared && memory.max.is_none() { Some(min + 1) } else { normal_max(min, memory.max) };
    Memory { min, max, is_64: memory.is_64 && !shared, shared, bytewise }
}

fn normal_table(table: &Table) -> Table {
    let min = table.ty.min % (1 + most::ELEMENTS);
    Table { ty: TableType { min, max: normal_max(min, table.ty.max), is_64: table.ty.is_64 }, init: table.init }
}

/// What the parts of a module refer to.
#[derive(Clone, Copy)]
struct Context<'a> {
    space: &'a Space,
    elems: usize,
    datas: usize,
    /// How many functions the one at hand may call directly: those before it, so that calls go round in circles through
    /// tables only.
    callable: usize,
}

impl Context<'_> {
    fn func_of(&self, raw: usize, is_fit: impl Fn(FuncType) -> bool) -> Option<usize> {
        pick_where(raw, self.space.funcs.len(), |i| is_fit(self.space.funcs[i]))
    }

    fn callee(&self, raw: usize) -> Option<usize> {
        pick_where(raw, self.callable, |i| self.space.funcs[i] != FuncType::Log)
    }

    /// A reference in a constant expression, which sees the first `globals` globals.
    fn item(&self, item: Item, globals: usize) -> Item {
        match item {
            Item::Null => Item::Null,
            Item::Func(raw) => pick(raw, self.space.funcs.len()).map_or(Item::Null, Item::Func),
            Item::Global(raw) => pick_where(raw, globals, |i| self.space.is_constant(i, Content::Func, globals))
                .map_or(Item::Null, Item::Global),
        }
    }

    /// A reference as an operand of an instruction.
    fn operand(&self, item: Item) -> Item {
        match item {
            Item::Global(raw) => {
                let is_fit = |i: usize| self.space.globals[i].content == Content::Func;
                pick_where(raw, self.space.globals.len(), is_fit).map_or(Item::Null, Item::Global)
            }
            item => self.item(item, 0),
        }
    }

    fn number(&self, number: Number, content: Content, globals: usize) -> Number {
        let find = |raw| pick_where(raw, globals, |i| self.space.is_constant(i, content, globals));
        match number {
            Number::Const(value) => Number::Const(value),
            Number::Global(raw) => find(raw).map_or(Number::Const(0), Number::Global),
            // There is no arithmetic on floats in constant expressions.
            Number::Sum(raw, value) => match find(raw) {
                Some(i) if content == Content::F64 => Number::Global(i),
                Some(i) => Number::Sum(i, value),
                None => Number::Const(value),
            },
        }
    }

    fn global(&self, global: &Global, index: usize) -> Global {
        match global.ty.content {
            Content::Func => Global { ty: global.ty, item: self.item(global.item, index), ..Global::default() },
            Content::Object => {
                Global { ty: global.ty, object: self.constant_object(global.object, index), ..Global::default() }
            }
            content => Global { ty: global.ty, init: self.number(global.init, content, index), ..Global::default() },
        }
    }

    fn mode(&self, mode: Mode, targets: &[bool], otherwise: Mode) -> Mode {
        match mode {
            Mode::Active { target, at } => match pick(target, targets.len()) {
                Some(target) => {
                    let content = if targets[target] { Content::I64 } else { Content::I32 };
                    Mode::Active { target, at: self.number(at, content, self.space.globals.len()) }
                }
                None => Mode::Passive,
            },
            Mode::Passive => Mode::Passive,
            Mode::Declarative => otherwise,
        }
    }

    fn elem(&self, elem: &Elem) -> Elem {
        let targets: Vec<bool> = self.space.tables.iter().map(|table| table.is_64).collect();
        let globals = self.space.globals.len();
        let items = elem.items.iter().take(6).map(|item| self.item(*item, globals)).collect();
        Elem { mode: self.mode(elem.mode, &targets, Mode::Declarative), items }
    }

    fn data(&self, data: &Data) -> Data {
        let targets: Vec<bool> = self.space.memories.iter().map(|memory| memory.is_64).collect();
        let bytes = data.bytes.iter().take(most::BYTES).copied().collect();
        Data { mode: self.mode(data.mode, &targets, Mode::Passive), bytes }
    }

    fn export(&self, export: Export) -> Option<Export> {
        Some(match export {
            Export::Func(raw) => Export::Func(pick(raw, self.space.funcs.len())?),
            Export::Table(raw) => Export::Table(pick(raw, self.space.tables.len())?),
            Export::Memory(raw) => Export::Memory(pick(raw, self.space.memories.len())?),
            Export::Global(raw) => Export::Global(pick(raw, self.space.globals.len())?),
            Export::Tag(raw) => Export::Tag(pick(raw, self.space.tags.len())?),
        })
    }

    fn steps(&self, steps: &[Step], is_number: bool, nesting: usize, left: &mut usize) -> Vec<Step> {
        let mut normal = Vec::new();
        for step in steps {
            if *left == 0 {
                break;
            }
            *left -= 1;
            normal.extend(self.step(step, is_number, nesting, left));
        }
        normal
    }

    fn memory(&self, raw: usize) -> Option<usize> {
        pick(raw, self.space.memories.len())
    }

    fn table(&self, raw: usize) -> Option<usize> {
        pick(raw, self.space.tables.len())
    }

    /// An address as wide as the memory's.
    fn address(&self, memory: usize, at: u64) -> u64 {
        if self.space.memories[memory].is_64 { at } else { at & BEYOND }
    }

    fn index(&self, table: usize, at: u64) -> u64 {
        if self.space.tables[table].is_64 { at } else { at & BEYOND }
    }

    fn step(&self, step: &Step, is_number: bool, nesting: usize, left: &mut usize) -> Option<Step> {
        let space = self.space;
        Some(match *step {
            Step::Log(value) => {
                space.log?;
                Step::Log(value)
            }
            Step::LogGlobal(raw) => {
                space.log?;
                let is_fit = |i: usize| space.globals[i].content == Content::I32;
                Step::LogGlobal(pick_where(raw, space.globals.len(), is_fit)?)
            }
            Step::LogByte { memory, at } => {
                space.log?;
                let memory = self.memory(memory)?;
                Step::LogByte { memory, at: self.address(memory, at) }
            }
            Step::LogNull { table, at } => {
                space.log?;
                let table = self.table(table)?;
                Step::LogNull { table, at: self.index(table, at) }
            }
            Step::Store { memory, at, value } => {
                let memory = self.memory(memory)?;
                Step::Store { memory, at: self.address(memory, at), value }
            }
            Step::StoreWide { memory, at, value } => {
                let memory = self.memory(memory)?;
                Step::StoreWide { memory, at: self.address(memory, at), value }
            }
            Step::Fill { memory, at, value, len: n } => {
                let memory = self.memory(memory)?;
                Step::Fill { memory, at: self.address(memory, at), value, len: len(n, 64) }
            }
            Step::Copy { to, from, at, source, len: n } => {
                let (to, from) = (self.memory(to)?, self.memory(from)?);
                Step::Copy { to, from, at: self.address(to, at), source: self.address(from, source), len: len(n, 64) }
            }
            Step::Init { data, memory, at, source, len: n } => {
                let (data, memory) = (pick(data, self.datas)?, self.memory(memory)?);
                Step::Init { data, memory, at: self.address(memory, at), source: source & BEYOND, len: len(n, 64) }
            }
            Step::Atomic { op, memory, at, width, value, expected } => {
                let memory = self.memory(memory)?;
                let (at, width) = self.atomic_place(op, memory, at, width)?;
                Step::Atomic { op, memory, at, width, value, expected }
            }
            Step::Wide { op, a, b } => {
                space.log?;
                Step::Wide { op, a, b }
            }
            Step::Object(step) => Step::Object(self.object_step(step)?),
            Step::DropData(raw) => Step::DropData(pick(raw, self.datas)?),
            Step::Grow { memory, by } => {
                let memory = self.memory(memory)?;
                let fails = by > most::GROWTH && !space.memories[memory].is_64 && !space.memories[memory].bytewise;
                Step::Grow { memory, by: if fails { BEYOND } else { by % (most::GROWTH + 1) } }
            }
            Step::SetElement { table, at, item } => {
                let table = self.table(table)?;
                Step::SetElement { table, at: self.index(table, at), item: self.operand(item) }
            }
            Step::FillTable { table, at, item, len: n } => {
                let table = self.table(table)?;
                Step::FillTable { table, at: self.index(table, at), item: self.operand(item), len: len(n, 16) }
            }
            Step::CopyTable { to, from, at, source, len: n } => {
                let (to, from) = (self.table(to)?, self.table(from)?);
                Step::CopyTable { to, from, at: self.index(to, at), source: self.index(from, source), len: len(n, 16) }
            }
            Step::InitTable { elem, table, at, source, len: n } => {
                let (elem, table) = (pick(elem, self.elems)?, self.table(table)?);
                Step::InitTable { elem, table, at: self.index(table, at), source: source & BEYOND, len: len(n, 16) }
            }
            Step::DropElem(raw) => Step::DropElem(pick(raw, self.elems)?),
            Step::GrowTable { table, by, item } => {
                let table = self.table(table)?;
                let by = if by > most::GROWTH { BEYOND } else { by };
                Step::GrowTable { table, by, item: self.operand(item) }
            }
            Step::SetGlobal { global, value, item } => {
                let is_fit = |i: usize| space.globals[i].mutable && space.globals[i].content != Content::Object;
                let global = pick_where(global, space.globals.len(), is_fit)?;
                match space.globals[global].content {
                    Content::Func => Step::SetGlobal { global, value: 0, item: self.operand(item) },
                    _ => Step::SetGlobal { global, value, item: Item::Null },
                }
            }
            Step::Call { func, tail } => {
                let func = self.callee(func)?;
                Step::Call { func, tail: tail && (space.funcs[func] == FuncType::Number) == is_number }
            }
            Step::CallRef { func } => Step::CallRef { func: self.callee(func)? },
            Step::CallIndirect { table, at, number, tail } => {
                let table = self.table(table)?;
                Step::CallIndirect { table, at: self.index(table, at), number, tail: tail && number == is_number }
            }
            Step::Trap(trap) => Step::Trap(self.trap(trap)),
            Step::Throw { tag, value } => Step::Throw { tag: pick(tag, space.tags.len())?, value },
            Step::Try { catch, ref body } => {
                let nesting = nesting.checked_sub(1)?;
                let catch = match catch {
                    Catch::Tag(raw) => pick(raw, space.tags.len()).map_or(Catch::All, Catch::Tag),
                    catch => catch,
                };
                Step::Try { catch, body: self.steps(body, is_number, nesting, left) }
            }
            Step::Repeat { times, ref body } => {
                let nesting = nesting.checked_sub(1)?;
                Step::Repeat { times: times.clamp(1, 3), body: self.steps(body, is_number, nesting, left) }
            }
            Step::Recurse => Step::Recurse,
            Step::Spin => Step::Spin,
        })
    }

    /// Where an atomic access is, and how wide. Which of several reasons to trap comes first is not this crate's question:
    /// what is not aligned is within bounds, and so is a wait on a memory that is not shared.
    fn atomic_place(&self, op: Atomic, memory: usize, at: u64, width: u8) -> Option<(u64, u8)> {
        let width = match op {
            Atomic::Notify => 4,
            Atomic::Wait => {
                if width < 8 {
                    4
                } else {
                    8
                }
            }
            _ => 1 << (width.max(1).ilog2().min(3)),
        };
        let ty = self.space.memories[memory];
        let at = self.address(memory, at);
        let aligned = at & !(u64::from(width) - 1);
        let size = ty.min * if ty.bytewise { 1 } else { 65536 };
        let is_within = at.checked_add(width.into()).is_some_and(|end| end <= size);
        match (op, is_within) {
            (Atomic::Wait, false) if !ty.shared => (size >= 8).then_some((0, width)),
            (Atomic::Wait, _) | (_, false) => Some((aligned, width)),
            (_, true) => Some((at, width)),
        }
    }

    /// The trap, or `unreachable` where there is nothing for it.
    fn trap(&self, trap: Trap) -> Trap {
        let memories = &self.space.memories;
        let normal = match trap {
            Trap::Load(raw) => self.memory(raw).map(Trap::Load),
            Trap::TableGet(raw) => self.table(raw).map(Trap::TableGet),
            Trap::CallBeyond(raw) => self.table(raw).map(Trap::CallBeyond),
            // The access must be within bounds: which of two reasons to trap comes first is not this crate's question.
            Trap::Unaligned(raw) => {
                pick_where(raw, memories.len(), |i| memories[i].min >= if memories[i].bytewise { 8 } else { 1 })
                    .map(Trap::Unaligned)
            }
            Trap::WaitUnshared(raw) => pick_where(raw, memories.len(), |i| {
                !memories[i].shared && memories[i].min >= if memories[i].bytewise { 8 } else { 1 }
            })
            .map(Trap::WaitUnshared),
            trap => Some(trap),
        };
        normal.unwrap_or(Trap::Unreachable)
    }
}

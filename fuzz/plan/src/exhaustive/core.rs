//! All plans of modules of a size.
//!
//! One each counts: an import (and what is wrong with it), a definition, a segment, a step, a start function that has no
//! steps or is imported, an instance of a module that has one already, and that everything is instantiated a second time.
//! A module is made of one such thing at least. Beyond that, this is the alphabet:
//!
//! - *modules*: at most one definition of each kind: a memory of one page, which may grow to two; a table of two elements,
//!   which may grow to three; a global that can be set; one that cannot, with a constant or the value of an imported one; a
//!   tag with an argument; a function that returns 7. Everything is exported, what is imported, too (but functions of the
//!   host), and so is the start function.
//! - *imports*: the log, a function of the host, and whatever earlier instances export; each once, so that a module has several
//!   memories if it imports them. One of them may be missing, or declared of another kind or type.
//! - *segments*: active ones into any table or memory, at 0, at the end of what is there at first, or at a global; one
//!   passive one of each kind, and a declarative one. An element is null or any function but the host's; a data segment is
//!   one byte.
//! - *start functions*: none, an imported one, or one of its own with steps.
//! - *steps*: reads, writes, growth, copies, initialisations from every segment and drops in whatever is there, calls of all
//!   kinds, exceptions and handlers around one step, every [`Trap`], endless recursion and endless loops. Nothing follows a
//!   step that ends everything.
//! - *the host* has one function at most, which does whatever a [`HostFunc`] can, to any instance and export.
//!
//! Not in it: 64-bit, shared and byte-wise memories (but as what an import is wrongly declared as), other types of globals and
//! what initialises them, objects, atomics, wide arithmetic, repetition, other numbers, segments of other lengths, and the
//! same thing imported twice by the first instance of a module.

use super::{Choices, all};
use crate::plan::{
    Catch, Content, Data, Elem, Export, Func, Global, GlobalType, HostFunc, Import, Item, Memory, Mode, Module, Node,
    Number, Plan, Source, Step, Table, TableType, Trap, Twist,
};

/// All plans of modules that are made of `size` things, each once and normal.
pub fn plans(size: usize) -> impl Iterator<Item = Plan> {
    all(move |choices| Draw { choices, left: size, plan: Plan::default(), there: Vec::new() }.plan())
}

/// The functions of a module, as far as it matters what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Log,
    Host,
    /// It returns nothing.
    Unit,
    /// It returns a number.
    Number,
}

/// What is in the index spaces of a module.
#[derive(Debug, Clone, Default)]
struct There {
    /// Whether their addresses are of type `i64`, as those of an import may be declared by mistake.
    memories: Vec<bool>,
    tables: Vec<bool>,
    /// A memory that is declared in place of a function, by mistake, and has no page.
    empty: Option<usize>,
    /// Whether they can be set.
    globals: Vec<bool>,
    tags: usize,
    funcs: Vec<Kind>,
    elems: usize,
    datas: usize,
}

impl There {
    fn funcs_where(&self, is_fit: impl Fn(Kind) -> bool) -> impl Iterator<Item = usize> {
        (0..self.funcs.len()).filter(move |i| is_fit(self.funcs[*i]))
    }

    fn has_log(&self) -> bool {
        self.funcs.contains(&Kind::Log)
    }

    /// What an element can be.
    fn items(&self) -> Vec<Item> {
        let funcs = self.funcs_where(|kind| matches!(kind, Kind::Unit | Kind::Number));
        std::iter::once(Item::Null).chain(funcs.map(Item::Func)).collect()
    }

    /// Globals that constant expressions may read.
    fn constants(&self) -> impl Iterator<Item = Number> {
        (0..self.globals.len()).filter(|i| !self.globals[*i]).map(Number::Global)
    }

    /// Where active segments go: into which of the targets, and where in it.
    fn places(&self, targets: &[bool], end: i64) -> Vec<Mode> {
        let at = |is_64: bool| {
            let globals = self.constants().filter(move |_| !is_64);
            [Number::Const(0), Number::Const(end)].into_iter().chain(globals)
        };
        let into = |(target, is_64): (usize, &bool)| at(*is_64).map(move |at| Mode::Active { target, at });
        targets.iter().enumerate().flat_map(into).collect()
    }

    /// What is exported: everything but functions of the host.
    fn exports(&self) -> Vec<Export> {
        let funcs = self.funcs_where(|kind| matches!(kind, Kind::Unit | Kind::Number)).map(Export::Func);
        let all = (0..self.memories.len()).map(Export::Memory).chain((0..self.tables.len()).map(Export::Table));
        let all = all.chain((0..self.globals.len()).map(Export::Global)).chain((0..self.tags).map(Export::Tag));
        all.chain(funcs).collect()
    }

    /// Adds what is imported, as it is declared.
    fn import(&mut self, given: What, twist: Option<Twist>) {
        let is_other = twist == Some(Twist::Type);
        match given {
            What::Func(_) if twist == Some(Twist::Kind) => {
                self.empty = Some(self.memories.len());
                self.memories.push(false);
            }
            _ if twist == Some(Twist::Kind) => self.funcs.push(Kind::Unit),
            What::Func(Kind::Unit | Kind::Host) if is_other => self.funcs.push(Kind::Number),
            What::Func(_) if is_other => self.funcs.push(Kind::Unit),
            What::Func(kind) => self.funcs.push(kind),
            What::Memory => self.memories.push(is_other),
            What::Table => self.tables.push(is_other),
            What::Global(can_be_set) => self.globals.push(can_be_set != is_other),
            What::Tag => self.tags += 1,
        }
    }
}

/// What can be imported.
#[derive(Debug, Clone, Copy)]
enum What {
    Func(Kind),
    Memory,
    Table,
    /// Whether it can be set.
    Global(bool),
    Tag,
}

/// The start function of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    None,
    Imported(usize),
    Own,
}

/// What a module can define, in order.
#[derive(Debug, Clone, Copy)]
enum Definition {
    Memory,
    Table,
    Variable,
    Constant,
    Tag,
    Func,
}

impl Definition {
    const ALL: [Definition; 6] = [
        Definition::Memory,
        Definition::Table,
        Definition::Variable,
        Definition::Constant,
        Definition::Tag,
        Definition::Func,
    ];
}

/// A plan that is being drawn.
struct Draw<'c> {
    choices: &'c mut Choices,
    /// How many things are still to come.
    left: usize,
    plan: Plan,
    /// What is in each module.
    there: Vec<There>,
}

impl Draw<'_> {
    fn plan(mut self) -> Option<Plan> {
        while self.left > 0 {
            // A module, an instance of an earlier one, or, last of all, everything a second time.
            let (modules, can_be_again) = (self.plan.modules.len(), self.left == 1 && !self.plan.nodes.is_empty());
            match self.choices.choose(1 + modules + usize::from(can_be_again)) {
                0 => self.module()?,
                of if of <= modules => self.instance(of - 1),
                _ => {
                    self.plan.again = true;
                    self.left -= 1;
                }
            }
        }
        if !self.plan.hosts.is_empty() {
            let hosts = self.hosts();
            self.plan.hosts = vec![self.choices.of(&hosts)];
        }
        Some(self.plan)
    }

    fn instance(&mut self, module: usize) {
        self.left -= 1;
        let mut args = Vec::new();
        for of in self.plan.modules[module].args.clone() {
            let nodes: Vec<usize> = (0..self.plan.nodes.len()).filter(|i| self.plan.nodes[*i].module == of).collect();
            args.push(self.choices.of(&nodes));
        }
        self.plan.nodes.push(Node { module, args });
    }

    /// A module with its first instance, in the order of what it is made of; `None` if that is nothing.
    fn module(&mut self) -> Option<()> {
        let left = self.left;
        let (mut module, mut there, mut args) = (Module::default(), There::default(), Vec::new());
        self.imports(&mut module, &mut there, &mut args);
        self.definitions(&mut module, &mut there);
        // The start function may be an element, so that it is settled first whether there is one.
        let start = self.start(&there);
        if start == Start::Own {
            there.funcs.push(Kind::Unit);
        }
        self.elems(&mut module, &mut there);
        self.datas(&mut module, &mut there);
        match start {
            Start::None => {}
            Start::Imported(func) => module.start = Some(func),
            Start::Own => {
                module.start = Some(there.funcs.len() - 1);
                module.funcs.push(Func { result: None, steps: self.body(&there) });
            }
        }
        if self.left == left {
            return None;
        }
        module.exports = there.exports();
        self.plan.nodes.push(Node { module: self.plan.modules.len(), args });
        self.plan.modules.push(module);
        self.there.push(there);
        Some(())
    }

    /// One of a list, which costs one thing; or nothing, as a rule because that is enough.
    fn some<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if self.left == 0 || list.is_empty() {
            return None;
        }
        let chosen = list.get(self.choices.choose(1 + list.len()).checked_sub(1)?).cloned();
        self.left -= 1;
        chosen
    }

    /// Everything that can be imported: of which node, where from, and what it is.
    fn importable(&self) -> Vec<(Option<usize>, Source, What)> {
        let hosts = [(None, Source::Log, What::Func(Kind::Log)), (None, Source::Host(0), What::Func(Kind::Host))];
        let exports = self.plan.nodes.iter().enumerate().flat_map(|(node, of)| {
            let there = &self.there[of.module];
            let what = |export: &Export| match *export {
                Export::Memory(_) => What::Memory,
                Export::Table(_) => What::Table,
                Export::Global(i) => What::Global(there.globals[i]),
                Export::Tag(_) => What::Tag,
                Export::Func(i) => What::Func(there.funcs[i]),
            };
            let exports = self.plan.modules[of.module].exports.iter().enumerate();
            // Which argument it is turns out when it is taken.
            exports.map(move |(export, of)| (Some(node), Source::Export { arg: 0, export }, what(of)))
        });
        hosts.into_iter().chain(exports).collect()
    }

    fn imports(&mut self, module: &mut Module, there: &mut There, args: &mut Vec<usize>) {
        let mut rest = self.importable();
        let mut is_twisted = false;
        while let Some(taken) = self.some(&(0..rest.len()).collect::<Vec<_>>()) {
            let (node, mut source, what) = rest[taken];
            rest.drain(..=taken);
            if let (Some(node), Source::Export { arg, .. }) = (node, &mut source) {
                if args.last() != Some(&node) {
                    args.push(node);
                    module.args.push(self.plan.nodes[node].module);
                }
                *arg = args.len() - 1;
            }
            if source == Source::Host(0) {
                // What it does is chosen when all instances are there.
                self.plan.hosts = vec![HostFunc::Trap];
            }
            // A log of another type would be no log.
            let twists: &[Twist] = match source {
                _ if is_twisted => &[],
                Source::Log => &[Twist::Missing, Twist::Kind],
                _ => &[Twist::Missing, Twist::Kind, Twist::Type],
            };
            let twist = self.some(twists);
            is_twisted |= twist.is_some();
            there.import(what, twist);
            module.imports.push(Import { source, twist });
        }
    }

    fn definitions(&mut self, module: &mut Module, there: &mut There) {
        let mut rest = Definition::ALL.to_vec();
        while let Some(taken) = self.some(&(0..rest.len()).collect::<Vec<_>>()) {
            let definition = rest[taken];
            rest.drain(..=taken);
            let global =
                |mutable, init| Global { ty: GlobalType { content: Content::I32, mutable }, init, ..Global::default() };
            match definition {
                Definition::Memory => {
                    module.memories.push(Memory { min: 1, max: Some(2), ..Memory::default() });
                    there.memories.push(false);
                }
                Definition::Table => {
                    module.tables.push(Table { ty: TableType { min: 2, max: Some(3), is_64: false }, init: None });
                    there.tables.push(false);
                }
                Definition::Variable => {
                    module.globals.push(global(true, Number::Const(1)));
                    there.globals.push(true);
                }
                Definition::Constant => {
                    let inits: Vec<Number> = std::iter::once(Number::Const(1)).chain(there.constants()).collect();
                    module.globals.push(global(false, self.choices.of(&inits)));
                    there.globals.push(false);
                }
                Definition::Tag => {
                    module.tags.push(true);
                    there.tags += 1;
                }
                Definition::Func => {
                    module.funcs.push(Func { result: Some(7), steps: Vec::new() });
                    there.funcs.push(Kind::Number);
                }
            }
        }
    }

    fn start(&mut self, there: &There) -> Start {
        let imported = there.funcs_where(|kind| matches!(kind, Kind::Unit | Kind::Host));
        let starts: Vec<Start> = imported.map(Start::Imported).chain([Start::Own]).collect();
        self.some(&starts).unwrap_or(Start::None)
    }

    fn elems(&mut self, module: &mut Module, there: &mut There) {
        let items = there.items();
        let of = |mode: Mode| items.iter().map(move |item| Elem { mode, items: vec![*item] });
        let active: Vec<Elem> = there.places(&there.tables, 2).into_iter().flat_map(of).collect();
        while let Some(elem) = self.some(&active) {
            module.elems.push(elem);
        }
        for mode in [Mode::Passive, Mode::Declarative] {
            module.elems.extend(self.some(&of(mode).collect::<Vec<_>>()));
        }
        there.elems = module.elems.len();
    }

    fn datas(&mut self, module: &mut Module, there: &mut There) {
        let active = there.places(&there.memories, 65536);
        while let Some(mode) = self.some(&active) {
            // Each writes another byte.
            module.datas.push(Data { mode, bytes: vec![1 + module.datas.len() as u8] });
        }
        if self.some(&[Mode::Passive]).is_some() {
            module.datas.push(Data { mode: Mode::Passive, bytes: vec![9] });
        }
        there.datas = module.datas.len();
    }

    /// The steps of a start function, whose first one is paid for.
    fn body(&mut self, there: &There) -> Vec<Step> {
        let menu = steps(there);
        let mut body = Vec::new();
        self.left += 1;
        loop {
            let is_over = body.last().is_some_and(ends);
            let Some(step) = (!is_over).then(|| self.step(there, &menu)).flatten() else { break };
            body.push(step);
        }
        if body.is_empty() {
            self.left -= 1;
        }
        body
    }

    /// A step of the menu, or one with a handler around it.
    fn step(&mut self, there: &There, menu: &[Step]) -> Option<Step> {
        let tags = (0..there.tags).map(Catch::Tag);
        let handlers = tags.chain([Catch::All, Catch::Rethrow]).map(|catch| Step::Try { catch, body: Vec::new() });
        // A handler needs something in it.
        let handlers = handlers.filter(|_| self.left > 1);
        let all: Vec<Step> = menu.iter().cloned().chain(handlers).collect();
        match self.some(&all)? {
            Step::Try { catch, .. } => {
                self.left -= 1;
                Some(Step::Try { catch, body: vec![self.choices.of(menu)] })
            }
            step => Some(step),
        }
    }

    /// What the function of the host can do, now that all instances are there.
    fn hosts(&self) -> Vec<HostFunc> {
        let mut all = vec![HostFunc::Trap];
        for (node, of) in self.plan.nodes.iter().enumerate() {
            all.extend([false, true].map(|catches| HostFunc::Instantiate { node, catches }));
            for (export, of) in self.plan.modules[of.module].exports.iter().enumerate() {
                match of {
                    Export::Memory(_) => all.extend([
                        HostFunc::Write { node, export, at: 0, value: 8 },
                        HostFunc::Grow { node, export, by: 1 },
                    ]),
                    Export::Tag(_) => all.push(HostFunc::Throw { node, export, value: 4 }),
                    Export::Func(_) => {
                        all.extend([false, true].map(|catches| HostFunc::Call { node, export, catches }));
                    }
                    Export::Table(_) | Export::Global(_) => {}
                }
            }
        }
        all
    }
}

/// The steps that a start function can take, but for handlers.
fn steps(there: &There) -> Vec<Step> {
    let mut all = Vec::new();
    if there.has_log() {
        all.push(Step::Log(1));
    }
    (0..there.memories.len()).for_each(|memory| memory_steps(there, memory, &mut all));
    all.extend((0..there.datas).map(Step::DropData));
    (0..there.tables.len()).for_each(|table| table_steps(there, table, &mut all));
    all.extend((0..there.elems).map(Step::DropElem));
    for (global, can_be_set) in there.globals.iter().enumerate() {
        all.extend(there.has_log().then_some(Step::LogGlobal(global)));
        all.extend(can_be_set.then_some(Step::SetGlobal { global, value: 9, item: Item::Null }));
    }
    // The last function is the one that takes the steps.
    for func in there.funcs_where(|kind| kind != Kind::Log).filter(|func| func + 1 < there.funcs.len()) {
        all.extend([Step::Call { func, tail: false }, Step::CallRef { func }]);
        all.extend((there.funcs[func] != Kind::Number).then_some(Step::Call { func, tail: true }));
    }
    all.extend((0..there.tags).map(|tag| Step::Throw { tag, value: 3 }));
    all.extend(traps(there).into_iter().map(Step::Trap));
    all.extend([Step::Recurse, Step::Spin]);
    all
}

fn memory_steps(there: &There, memory: usize, all: &mut Vec<Step>) {
    all.extend(there.has_log().then_some(Step::LogByte { memory, at: 0 }));
    all.extend([
        Step::Store { memory, at: 0, value: 5 },
        // The last of its eight bytes is beyond the first page.
        Step::StoreWide { memory, at: 65529, value: 6 },
        Step::Fill { memory, at: 8, value: 7, len: 2 },
        Step::Grow { memory, by: 1 },
    ]);
    let copy = |from: usize| Step::Copy { to: memory, from, at: 1, source: 0, len: 2 };
    all.extend((0..there.memories.len()).map(copy));
    all.extend((0..there.datas).map(|data| Step::Init { data, memory, at: 4, source: 0, len: 1 }));
}

fn table_steps(there: &There, table: usize, all: &mut Vec<Step>) {
    all.extend(there.has_log().then_some(Step::LogNull { table, at: 0 }));
    all.extend(there.items().into_iter().map(|item| Step::SetElement { table, at: 0, item }));
    all.extend([
        // The last of its elements is beyond the end, as long as the table does not grow.
        Step::FillTable { table, at: 1, item: Item::Null, len: 2 },
        Step::GrowTable { table, by: 1, item: Item::Null },
    ]);
    let copy = |from: usize| Step::CopyTable { to: table, from, at: 1, source: 0, len: 1 };
    all.extend((0..there.tables.len()).map(copy));
    all.extend((0..there.elems).map(|elem| Step::InitTable { elem, table, at: 1, source: 0, len: 1 }));
    let calls = [(true, false), (false, false), (false, true)];
    all.extend(calls.map(|(number, tail)| Step::CallIndirect { table, at: 0, number, tail }));
}

/// Every cause of a trap.
fn traps(there: &There) -> Vec<Trap> {
    let mut all = vec![
        Trap::Unreachable,
        Trap::DivideByZero,
        Trap::DivideOverflow,
        Trap::ConvertNan,
        Trap::ConvertOverflow,
        Trap::CallNull,
        Trap::AsNonNull,
        Trap::ThrowNull,
        Trap::ArrayGet,
        Trap::Cast,
    ];
    for memory in 0..there.memories.len() {
        all.push(Trap::Load(memory));
        // Which of two reasons to trap comes first is not a plan's question.
        if there.empty != Some(memory) {
            all.extend([Trap::Unaligned(memory), Trap::WaitUnshared(memory)]);
        }
    }
    all.extend((0..there.tables.len()).flat_map(|table| [Trap::TableGet(table), Trap::CallBeyond(table)]));
    all
}

/// Whether nothing after the step can happen.
fn ends(step: &Step) -> bool {
    match step {
        Step::Trap(_) | Step::Throw { .. } | Step::Recurse | Step::Spin => true,
        Step::Call { tail, .. } | Step::CallIndirect { tail, .. } => *tail,
        // What is thrown again goes on, and what is no exception is caught by nobody.
        Step::Try { catch, body } => {
            body.iter().any(|step| ends(step) && !(matches!(step, Step::Throw { .. }) && *catch != Catch::Rethrow))
        }
        _ => false,
    }
}

//! All plans up to a size, each once.
//!
//! The plans of size `n` are made of a *stem* and `n` steps. A stem is a graph of instances ([`Stem`]) in which one module has
//! a memory, a table, a global, a tag and a function, and the last one uses them and starts. Its start function goes through
//! all sequences of `n` steps from a menu ([`menu`]), in which two operands stand for a kind (within bounds and not).
//!
//! Symmetric plans come once. Sequences that differ only in the order of two neighbouring steps that nobody sees
//! ([`commute`]) are symmetric: the one in the menu's order stands for both. What follows a step that ends everything never
//! happens: the sequence without it stands for all. Instances of the same module that could change places are made in one
//! order.

use crate::plan::{
    Atomic, Catch, Content, Data, Elem, Export, Func, Global, GlobalType, Import, Item, Kind, Memory, Mode, Module,
    Node, Number, Object, ObjectStep, Plan, Source, Step, Table, TableType, Trap,
};

/// A graph that plans are made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stem {
    /// One instance, which has all of its own.
    One,
    /// One that provides, and one that uses.
    Two,
    /// The user imports from one that exports again what it has imported.
    Chain,
    /// The user imports from two of those.
    Diamond,
    /// Two users, one after the other.
    Twice,
}

impl Stem {
    /// All of them.
    pub const ALL: [Stem; 5] = [Stem::One, Stem::Two, Stem::Chain, Stem::Diamond, Stem::Twice];
}

/// The steps that sequences are made of.
pub fn menu() -> Vec<Step> {
    let inner = |step: Step| vec![Step::Log(8), step];
    let (of, kind) = (Object::Global(1), Kind::I16);
    vec![
        Step::Log(1),
        Step::LogGlobal(0),
        Step::LogByte { memory: 0, at: 0 },
        Step::LogNull { table: 0, at: 1 },
        Step::Store { memory: 0, at: 0, value: 5 },
        Step::StoreWide { memory: 0, at: 65529, value: 6 },
        Step::Fill { memory: 0, at: 65535, value: 7, len: 1 },
        Step::Copy { to: 0, from: 0, at: 8, source: 0, len: 2 },
        Step::Init { data: 0, memory: 0, at: 4, source: 0, len: 2 },
        Step::DropData(0),
        Step::Grow { memory: 0, by: 1 },
        Step::Atomic { op: Atomic::CompareExchange, memory: 0, at: 0, width: 1, value: 6, expected: 5 },
        Step::Object(ObjectStep::Keep { global: 1, object: Object::None }),
        Step::Object(ObjectStep::Get { of, kind, at: 1, signed: true }),
        Step::Object(ObjectStep::Set { of, kind, at: 1, value: 7, item: Item::Null }),
        Step::Object(ObjectStep::Init { of, kind, segment: 0, at: 1, source: 1, len: 1 }),
        Step::SetElement { table: 0, at: 1, item: Item::Func(1) },
        Step::FillTable { table: 0, at: 1, item: Item::Null, len: 2 },
        Step::CopyTable { to: 0, from: 0, at: 2, source: 0, len: 1 },
        Step::InitTable { elem: 0, table: 0, at: 1, source: 0, len: 1 },
        Step::DropElem(0),
        Step::GrowTable { table: 0, by: 1, item: Item::Null },
        Step::SetGlobal { global: 0, value: 9, item: Item::Null },
        Step::Call { func: 1, tail: false },
        Step::Call { func: 1, tail: true },
        Step::CallRef { func: 1 },
        Step::CallIndirect { table: 0, at: 1, number: false, tail: false },
        Step::CallIndirect { table: 0, at: 0, number: false, tail: true },
        Step::Trap(Trap::Unreachable),
        Step::Trap(Trap::DivideByZero),
        Step::Trap(Trap::Load(0)),
        Step::Throw { tag: 0, value: 3 },
        Step::Try { catch: Catch::Tag(0), body: inner(Step::Throw { tag: 0, value: 4 }) },
        Step::Try {
            catch: Catch::All,
            body: inner(Step::CallIndirect { table: 0, at: 1, number: false, tail: false }),
        },
        Step::Repeat { times: 2, body: vec![Step::Log(2)] },
        Step::Recurse,
    ]
}

/// Whether two steps that follow one another can be exchanged without anybody seeing it.
pub fn commute(a: &Step, b: &Step) -> bool {
    #[derive(PartialEq)]
    enum Touched {
        Data,
        Elem,
        Global,
        Object,
    }
    let touched = |step: &Step| match step {
        Step::DropData(_) => Some(Touched::Data),
        Step::DropElem(_) => Some(Touched::Elem),
        Step::SetGlobal { .. } => Some(Touched::Global),
        Step::Object(ObjectStep::Keep { object: Object::None, .. }) => Some(Touched::Object),
        _ => None,
    };
    matches!((touched(a), touched(b)), (Some(a), Some(b)) if a != b)
}

/// Whether nothing after the step can happen.
fn ends(step: &Step) -> bool {
    matches!(step, Step::Trap(_) | Step::Throw { .. } | Step::Recurse | Step::Spin | Step::Call { tail: true, .. })
        || matches!(step, Step::CallIndirect { tail: true, .. })
}

/// All plans up to `size` steps, normal and each once.
pub fn plans(size: usize) -> impl Iterator<Item = Plan> {
    (0..=size).flat_map(|n| Stem::ALL.into_iter().flat_map(move |of| sequences(n).map(move |steps| plan(of, steps))))
}

/// How many plans [`plans`] gives.
pub fn count(size: usize) -> u64 {
    (0..=size).map(|n| (Stem::ALL.len() * sequences(n).count()) as u64).sum()
}

/// All sequences of `n` steps of which none is symmetric to an earlier one, and in which nothing follows an end.
fn sequences(n: usize) -> Box<dyn Iterator<Item = Vec<Step>>> {
    let Some(shorter) = n.checked_sub(1) else { return Box::new(std::iter::once(Vec::new())) };
    let longer = |sequence: Vec<Step>| {
        let menu = menu();
        let place = |step: &Step| menu.iter().position(|other| other == step);
        let last = sequence.last().cloned();
        let is_new = |step: &Step| match &last {
            Some(last) if ends(last) => false,
            Some(last) => !commute(last, step) || place(step) > place(last),
            None => true,
        };
        let steps: Vec<Step> = menu.iter().filter(|step| is_new(step)).cloned().collect();
        steps.into_iter().map(move |step| sequence.iter().cloned().chain([step]).collect())
    };
    Box::new(sequences(shorter).flat_map(longer))
}

/// The plan on a stem whose last start function takes `steps`.
fn plan(stem: Stem, steps: Vec<Step>) -> Plan {
    let provider = provider();
    let start = Func { result: None, steps };
    if stem == Stem::One {
        let helper = provider.funcs[0].clone();
        let module = Module { funcs: vec![helper, start], start: Some(2), ..with_segments(provider) };
        return Plan { modules: vec![module], nodes: vec![Node::default()], ..Plan::default() }.normalise();
    }
    // What the user imports, by argument.
    let sources = if stem == Stem::Diamond { [0, 0, 1, 1, 1, 0] } else { [0; 6] };
    let of = if matches!(stem, Stem::Chain | Stem::Diamond) { 1 } else { 0 };
    let args = if stem == Stem::Diamond { vec![of, of] } else { vec![of] };
    // The log and the provider's function come first, and then its own.
    let user = Module { args, imports: imports(sources), funcs: vec![start], start: Some(2), ..Module::default() };
    let user = with_segments(user);
    let relay = Module { args: vec![0], imports: imports([0; 6]), exports: exports(), ..Module::default() };
    let node = |module: usize, args: &[usize]| Node { module, args: args.to_vec() };
    let (modules, nodes) = match stem {
        Stem::One | Stem::Two => (vec![provider, user], vec![node(0, &[]), node(1, &[0])]),
        Stem::Twice => (vec![provider, user], vec![node(0, &[]), node(1, &[0]), node(1, &[0])]),
        Stem::Chain => (vec![provider, relay, user], vec![node(0, &[]), node(1, &[0]), node(2, &[1])]),
        Stem::Diamond => {
            (vec![provider, relay, user], vec![node(0, &[]), node(1, &[0]), node(1, &[0]), node(2, &[1, 2])])
        }
    };
    Plan { modules, nodes, ..Plan::default() }.normalise()
}

/// The module that has everything.
fn provider() -> Module {
    let ty = |content: Content| GlobalType { content, mutable: true };
    let array = Object::Fixed { kind: Kind::I16, value: 4, len: 3 };
    Module {
        imports: vec![Import { source: Source::Log, twist: None }],
        memories: vec![Memory { min: 1, max: Some(2), ..Memory::default() }],
        tables: vec![Table { ty: TableType { min: 3, max: Some(4), is_64: false }, init: None }],
        globals: vec![
            Global { ty: ty(Content::I32), init: Number::Const(7), ..Global::default() },
            Global { ty: ty(Content::Object), object: array, ..Global::default() },
        ],
        tags: vec![true],
        funcs: vec![Func { result: None, steps: vec![Step::Log(3)] }],
        exports: exports(),
        ..Module::default()
    }
}

fn exports() -> Vec<Export> {
    vec![Export::Memory(0), Export::Table(0), Export::Global(0), Export::Tag(0), Export::Func(1), Export::Global(1)]
}

/// The log, and all exports of arguments.
fn imports(sources: [usize; 6]) -> Vec<Import> {
    let given = (0..).zip(sources).map(|(export, arg)| Source::Export { arg, export });
    std::iter::once(Source::Log).chain(given).map(|source| Import { source, twist: None }).collect()
}

/// With a passive segment of each kind, for the steps that take from one.
fn with_segments(module: Module) -> Module {
    let elems = vec![Elem { mode: Mode::Passive, items: vec![Item::Func(1)] }];
    let datas = vec![Data { mode: Mode::Passive, bytes: vec![1, 2, 3] }];
    Module { elems, datas, ..module }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_plan_comes_once() {
        let all: Vec<Plan> = plans(2).collect();
        assert_eq!(all.len() as u64, count(2));
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert!(all.iter().all(|plan| plan.normalise() == *plan));
    }

    /// Counted in another way: all sequences there are, each made the one that stands for it.
    #[test]
    fn the_count_is_right() {
        let menu = menu();
        let place = |step: &Step| menu.iter().position(|other| other == step);
        let canonical = |mut steps: Vec<Step>| {
            if let Some(end) = steps.iter().position(ends) {
                steps.truncate(end + 1);
            }
            for _ in 0..steps.len() {
                for i in 1..steps.len() {
                    if commute(&steps[i - 1], &steps[i]) && place(&steps[i - 1]) > place(&steps[i]) {
                        steps.swap(i - 1, i);
                    }
                }
            }
            steps
        };
        for size in 0..=3_u32 {
            let mut all = HashSet::from([Vec::new()]);
            for number in 0..menu.len().pow(size) {
                let digits = (0..size).map(|i| menu[number / menu.len().pow(i) % menu.len()].clone());
                // Shorter ones come of those that are cut.
                let steps = canonical(digits.collect());
                for n in 0..=steps.len() {
                    all.insert(canonical(steps[..n].to_vec()));
                }
            }
            assert_eq!(count(size as usize), 5 * all.len() as u64, "size {size}");
        }
    }

    #[test]
    fn symmetric_ones_come_once() {
        let (a, b) = (Step::DropData(0), Step::DropElem(0));
        let twos: Vec<Vec<Step>> = sequences(2).collect();
        assert!(twos.contains(&vec![a.clone(), b.clone()]));
        assert!(!twos.contains(&vec![b, a]));
    }
}

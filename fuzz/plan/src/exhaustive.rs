//! All plans up to a size, each once.
//!
//! The plans of size `n` are made of a *stem* and `n` steps. A stem is a graph of one or two modules: one that has a memory,
//! a table, a global and a tag of its own and starts, or one that provides these and one that imports them all and starts.
//! The start function of the last module goes through all sequences of `n` steps from a menu ([`menu`]), in which two
//! operands stand for a kind (within bounds and not). Sequences that differ only in the order of two neighbouring steps of
//! the stem's own ([`commute`]) are symmetric: the one in the menu's order stands for both.

use crate::plan::{
    Catch, Content, Data, Elem, Export, Func, Global, GlobalType, Import, Item, Memory, Mode, Module, Node, Number,
    Plan, Source, Step, Table, TableType, Trap,
};

/// The steps that sequences are made of.
pub fn menu() -> Vec<Step> {
    let inner = |step: Step| vec![Step::Log(8), step];
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
    }
    let touched = |step: &Step| match step {
        Step::DropData(_) => Some(Touched::Data),
        Step::DropElem(_) => Some(Touched::Elem),
        Step::SetGlobal { .. } => Some(Touched::Global),
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
    (0..=size).flat_map(|n| [false, true].into_iter().flat_map(move |two| sequences(n).map(move |s| stem(two, s))))
}

/// How many plans [`plans`] gives.
pub fn count(size: usize) -> u64 {
    (0..=size).map(|n| 2 * sequences(n).count() as u64).sum()
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

/// A plan whose last start function takes `steps`; `two` says whether another module provides what it uses.
fn stem(two: bool, steps: Vec<Step>) -> Plan {
    let log = Import { source: Source::Log, twist: None };
    let helper = Func { result: None, steps: vec![Step::Log(3)] };
    let passive_data = Data { mode: Mode::Passive, bytes: vec![1, 2, 3] };
    let passive_elem = Elem { mode: Mode::Passive, items: vec![Item::Func(1)] };
    let own = Module {
        imports: vec![log.clone()],
        memories: vec![Memory { min: 1, max: Some(2), ..Memory::default() }],
        tables: vec![Table { ty: TableType { min: 3, max: Some(4), is_64: false }, init: None }],
        globals: vec![Global {
            ty: GlobalType { content: Content::I32, mutable: true },
            init: Number::Const(7),
            item: Item::Null,
        }],
        tags: vec![true],
        funcs: vec![helper.clone()],
        exports: vec![Export::Memory(0), Export::Table(0), Export::Global(0), Export::Tag(0), Export::Func(1)],
        ..Module::default()
    };
    let start = Func { result: None, steps };
    let plan = if two {
        let imports = (0..5).map(|export| Import { source: Source::Export { arg: 0, export }, twist: None });
        // The log, the provider's function, and its own two.
        let user = Module {
            args: vec![0],
            imports: std::iter::once(log).chain(imports).collect(),
            funcs: vec![start],
            elems: vec![passive_elem],
            datas: vec![passive_data],
            start: Some(2),
            ..Module::default()
        };
        let nodes = vec![Node { module: 0, args: Vec::new() }, Node { module: 1, args: vec![0] }];
        Plan { modules: vec![own, user], nodes, ..Plan::default() }
    } else {
        let module = Module {
            funcs: vec![helper, start],
            elems: vec![passive_elem],
            datas: vec![passive_data],
            start: Some(2),
            ..own
        };
        Plan { modules: vec![module], nodes: vec![Node::default()], ..Plan::default() }
    };
    plan.normalise()
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

    #[test]
    fn symmetric_ones_come_once() {
        let (a, b) = (Step::DropData(0), Step::DropElem(0));
        let twos: Vec<Vec<Step>> = sequences(2).collect();
        assert!(twos.contains(&vec![a.clone(), b.clone()]));
        assert!(!twos.contains(&vec![b, a]));
    }
}

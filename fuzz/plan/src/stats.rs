//! Which kinds of things plans hold, to see that the generators make none of them rare.

mod components;
mod imports;
mod kinds;
mod programs;
mod resources;
mod steps;
mod tasks;
mod values;

use crate::{
    plan::{Export, HostFunc, Import, Memory, Mode, Module, Plan, Source, Step, Twist},
    predict::Expected,
    space::{ExternType, Space, spaces},
};
use kinds::Kinds;
use preflight_engine::trace::{Outcome, Phase, TrapCode};
use std::collections::BTreeSet;

pub use kinds::Counts;

/// In how many plans each kind of thing occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many plans of core modules were looked at.
    pub plans: u64,
    /// How many plans of components.
    pub components: u64,
    /// How many plans of imports.
    pub imports: u64,
    /// How many programs of WASI.
    pub programs: u64,
    /// How many plans of values.
    pub values: u64,
    /// How many plans of resources.
    pub resources: u64,
    /// How many plans of tasks.
    pub tasks: u64,
    /// In how many plans each kind occurs.
    pub kinds: Counts,
    /// Modules, instances and bytes of each plan of core modules.
    pub sizes: Vec<[u32; 3]>,
}

/// The kinds that the generator of plans of core modules has to reach. Those of the other generators are in
/// [`Stats::all_kinds`].
///
/// What is in a plan counts, whether it is reached or not: a `host write` is a function of the host that writes. What comes
/// to pass is counted by the ends, `fails: …` and `trap: …`.
pub const KINDS: &[&str] = &[
    "again",
    "call",
    "call indirect",
    "call ref",
    "data active",
    "data passive",
    "diamond",
    "elem active",
    "elem declarative",
    "elem passive",
    "fails: end of a call",
    "fails: exception in start",
    "fails: exhausted in start",
    "fails: segment out of bounds",
    "fails: trap in start",
    "fails: unlinkable",
    "grow memory",
    "grow table",
    "host call",
    "host grow",
    "host instantiate",
    "host throw",
    "host trap",
    "host write",
    "init memory",
    "init table",
    "loop",
    "memory 64",
    "memory bytewise",
    "memory shared",
    "module twice",
    "depth 3",
    "re-export",
    "re-export chain",
    "recurse",
    "set global",
    "spin",
    "store",
    "tail call",
    "throw",
    "trap",
    "try",
    "twist kind",
    "twist missing",
    "twist type",
    "write table",
    "copy memory",
    "copy table",
    "drop data",
    "drop elem",
    "log",
    "depth 1",
    "depth 2",
    "depth 4",
    "import function",
    "import global",
    "import memory",
    "import table",
    "import tag",
    "shared by several",
    "trap: unreachable",
    "trap: division by zero",
    "trap: overflow",
    "trap: conversion",
    "trap: memory bounds",
    "trap: table bounds",
    "trap: beyond the table",
    "trap: null element",
    "trap: type mismatch",
    "trap: null reference",
    "trap: array bounds",
    "trap: cast",
    "trap: unaligned",
    "trap: not shared",
    "trap: host",
];

impl Stats {
    /// Counts a plan, with what is expected of it and the size of its modules.
    pub fn count(&mut self, plan: &Plan, expected: &Expected, bytes: usize) {
        let mut kinds = Kinds::default();
        graph(plan, &mut kinds);
        plan.hosts.iter().for_each(|host| {
            kinds.insert(host_kind(host));
        });
        for module in &plan.modules {
            steps::objects(module, &mut kinds);
            module.funcs.iter().for_each(|func| steps(&func.steps, &mut kinds));
            module.elems.iter().for_each(|elem| {
                kinds.insert(match elem.mode {
                    Mode::Active { .. } => "elem active",
                    Mode::Passive => "elem passive",
                    Mode::Declarative => "elem declarative",
                });
            });
            module.datas.iter().for_each(|data| {
                kinds.insert(if matches!(data.mode, Mode::Active { .. }) { "data active" } else { "data passive" });
            });
            for Memory { is_64, shared, bytewise, .. } in &module.memories {
                kinds.extend(is_64.then_some("memory 64"));
                kinds.extend(shared.then_some("memory shared"));
                kinds.extend(bytewise.then_some("memory bytewise"));
            }
        }
        ends(expected, &mut kinds);
        self.plans += 1;
        self.insert(kinds);
        self.sizes.push([plan.modules.len(), plan.nodes.len(), bytes].map(|n| n as u32));
    }

    /// Adds what another has counted.
    pub fn add(&mut self, other: Stats) {
        self.plans += other.plans;
        self.components += other.components;
        self.imports += other.imports;
        self.programs += other.programs;
        self.values += other.values;
        self.tasks += other.tasks;
        self.resources += other.resources;
        self.kinds.add_all(other.kinds);
        self.sizes.extend(other.sizes);
    }

    /// The medians of modules, instances and bytes.
    pub fn medians(&self) -> [u32; 3] {
        std::array::from_fn(|of| {
            let mut all: Vec<u32> = self.sizes.iter().map(|sizes| sizes[of]).collect();
            all.sort_unstable();
            all.get(all.len() / 2).copied().unwrap_or_default()
        })
    }

    /// All kinds that have to be reached, with the number of plans that could have them.
    pub fn all_kinds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let core = KINDS.iter().chain(steps::KINDS).map(|kind| (*kind, self.plans));
        let components = components::KINDS.iter().map(|kind| (*kind, self.components));
        let programs = programs::KINDS.iter().map(|kind| (*kind, self.programs));
        let tasks = tasks::KINDS.iter().map(|kind| (*kind, self.tasks));
        let resources = resources::KINDS.iter().map(|kind| (*kind, self.resources));
        let imports = imports::KINDS.iter().map(|kind| (*kind, self.imports));
        core.chain(components)
            .chain(imports)
            .chain(resources)
            .chain(tasks)
            .chain(programs)
            .chain(values::KINDS.iter().map(|kind| (*kind, self.values)))
    }

    /// The kinds that occur in fewer than one of a thousand of the plans that could have them.
    pub fn rare(&self) -> Vec<&'static str> {
        let is_rare = |(kind, plans): &(&str, u64)| self.kinds.get(kind) * 1000 < *plans;
        self.all_kinds().filter(is_rare).map(|(kind, _)| kind).collect()
    }

    fn insert(&mut self, kinds: Kinds) {
        self.kinds.count(kinds);
    }
}

/// The shape of the graph.
fn graph(plan: &Plan, kinds: &mut Kinds) {
    kinds.extend(plan.again.then_some("again"));
    let mut depth: Vec<usize> = Vec::new();
    let mut reaches: Vec<BTreeSet<usize>> = Vec::new();
    let mut modules = BTreeSet::new();
    for node in &plan.nodes {
        kinds.extend((!modules.insert(node.module)).then_some("module twice"));
        depth.push(1 + node.args.iter().map(|arg| depth[*arg]).max().unwrap_or_default());
        let args: BTreeSet<usize> = node.args.iter().copied().collect();
        let mut all = args.clone();
        for arg in &args {
            // Two ways to the same node.
            let is_new = reaches[*arg].iter().all(|node| all.insert(*node));
            kinds.extend((!is_new).then_some("diamond"));
        }
        reaches.push(all);
    }
    let depth = depth.iter().max().copied().unwrap_or_default();
    kinds.extend(
        (1..).zip(["depth 1", "depth 2", "depth 3", "depth 4"]).find(|(n, _)| *n == depth).map(|(_, kind)| kind),
    );
    let spaces = spaces(plan);
    imports(plan, &spaces, kinds);
    for module in &plan.modules {
        kinds.extend(module.imports.iter().filter_map(|import| import.twist).map(|twist| match twist {
            Twist::Missing => "twist missing",
            Twist::Kind => "twist kind",
            Twist::Type => "twist type",
        }));
    }
}

/// The import that a module exports again, if it is one.
fn exported_again<'a>(module: &'a Module, space: &Space, export: Export) -> Option<&'a Import> {
    let (is_kind, index): (fn(&ExternType) -> bool, usize) = match export {
        Export::Func(i) => (|ty| matches!(ty, ExternType::Func(_)), i),
        Export::Table(i) => (|ty| matches!(ty, ExternType::Table(_)), i),
        Export::Memory(i) => (|ty| matches!(ty, ExternType::Memory(_)), i),
        Export::Global(i) => (|ty| matches!(ty, ExternType::Global(_)), i),
        Export::Tag(i) => (|ty| matches!(ty, ExternType::Tag(_)), i),
    };
    // Imports come first in each index space.
    module.imports.iter().zip(&space.imports).filter(|(_, ty)| is_kind(ty)).nth(index).map(|(import, _)| import)
}

/// What an export of a node is: how many nodes have it from another one, and which export of which node, or none if it is the
/// host's.
fn origin(plan: &Plan, spaces: &[Space], (mut node, mut export): (usize, usize)) -> (usize, Option<(usize, Export)>) {
    for hops in 0.. {
        let of = plan.nodes[node].module;
        let module = &plan.modules[of];
        match exported_again(module, &spaces[of], module.exports[export]).map(|import| import.source) {
            Some(Source::Export { arg, export: next }) => (node, export) = (plan.nodes[node].args[arg], next),
            Some(Source::Log | Source::Host(_)) => return (hops, None),
            None => return (hops, Some((node, module.exports[export]))),
        }
    }
    unreachable!("arguments are earlier nodes")
}

/// What is imported from other nodes, through how many, and whether several nodes import the same.
fn imports(plan: &Plan, spaces: &[Space], kinds: &mut Kinds) {
    // By what it is the first node that imports it.
    let mut given: Vec<((usize, Export), usize)> = Vec::new();
    for (n, node) in plan.nodes.iter().enumerate() {
        for import in &plan.modules[node.module].imports {
            let Source::Export { arg, export } = import.source else { continue };
            let from = node.args[arg];
            let module = plan.nodes[from].module;
            let item = spaces[module].export(plan.modules[module].exports[export]);
            kinds.insert(match item {
                ExternType::Func(_) => "import function",
                ExternType::Table(_) => "import table",
                ExternType::Memory(_) => "import memory",
                ExternType::Global(_) => "import global",
                ExternType::Tag(_) => "import tag",
            });
            let (hops, origin) = origin(plan, spaces, (from, export));
            kinds.extend((hops > 0 && origin.is_some()).then_some("re-export"));
            kinds.extend((hops > 1 && origin.is_some()).then_some("re-export chain"));
            let Some(origin) = origin.filter(|_| !matches!(item, ExternType::Func(_))) else { continue };
            match given.iter().find(|(other, _)| *other == origin) {
                Some((_, first)) => kinds.extend((*first != n).then_some("shared by several")),
                None => given.push((origin, n)),
            }
        }
    }
}

/// The kind of a trap, by its reason.
fn trap_kind(code: TrapCode) -> Option<&'static str> {
    Some(match code {
        TrapCode::Unreachable => "trap: unreachable",
        TrapCode::IntegerDivideByZero => "trap: division by zero",
        TrapCode::IntegerOverflow => "trap: overflow",
        TrapCode::InvalidConversionToInteger => "trap: conversion",
        TrapCode::OutOfBoundsMemory => "trap: memory bounds",
        TrapCode::OutOfBoundsTable => "trap: table bounds",
        TrapCode::UndefinedElement => "trap: beyond the table",
        TrapCode::UninitializedElement => "trap: null element",
        TrapCode::IndirectCallTypeMismatch => "trap: type mismatch",
        TrapCode::NullReference => "trap: null reference",
        TrapCode::OutOfBoundsArray => "trap: array bounds",
        TrapCode::CastFailure => "trap: cast",
        TrapCode::UnalignedAtomic => "trap: unaligned",
        TrapCode::ExpectedSharedMemory => "trap: not shared",
        TrapCode::Host => "trap: host",
        _ => return None,
    })
}

fn host_kind(host: &HostFunc) -> &'static str {
    match host {
        HostFunc::Write { .. } => "host write",
        HostFunc::Grow { .. } => "host grow",
        HostFunc::Trap => "host trap",
        HostFunc::Throw { .. } => "host throw",
        HostFunc::Call { .. } => "host call",
        HostFunc::Instantiate { .. } => "host instantiate",
    }
}

fn steps(list: &[Step], kinds: &mut Kinds) {
    for step in list {
        steps::operands(step, kinds);
        kinds.insert(match step {
            Step::Atomic { op, .. } => steps::atomic(*op),
            Step::Wide { .. } => "wide arithmetic",
            Step::Object(step) => steps::object_step(step),
            Step::Log(_) | Step::LogGlobal(_) | Step::LogByte { .. } | Step::LogNull { .. } => "log",
            Step::Store { .. } | Step::StoreWide { .. } | Step::Fill { .. } => "store",
            Step::Copy { .. } => "copy memory",
            Step::Init { .. } => "init memory",
            Step::DropData(_) => "drop data",
            Step::Grow { .. } => "grow memory",
            Step::SetElement { .. } | Step::FillTable { .. } => "write table",
            Step::CopyTable { .. } => "copy table",
            Step::InitTable { .. } => "init table",
            Step::DropElem(_) => "drop elem",
            Step::GrowTable { .. } => "grow table",
            Step::SetGlobal { .. } => "set global",
            Step::Call { tail: true, .. } | Step::CallIndirect { tail: true, .. } => "tail call",
            Step::Call { .. } => "call",
            Step::CallRef { .. } => "call ref",
            Step::CallIndirect { .. } => "call indirect",
            Step::Trap(_) => "trap",
            Step::Throw { .. } => "throw",
            Step::Try { .. } => "try",
            Step::Repeat { .. } => "loop",
            Step::Recurse => "recurse",
            Step::Spin => "spin",
        });
        if let Step::Try { body, .. } | Step::Repeat { body, .. } = step {
            steps(body, kinds);
        }
    }
}

/// How instantiations and calls failed.
fn ends(expected: &Expected, kinds: &mut Kinds) {
    for trace in &expected.traces {
        if let Outcome::Trap { code, .. } = &trace.outcome {
            kinds.extend(trap_kind(*code));
        }
        kinds.extend(match &trace.outcome {
            Outcome::Unlinkable => Some("fails: unlinkable"),
            Outcome::Trap { phase: Phase::Initialise, .. } => Some("fails: segment out of bounds"),
            Outcome::Trap { phase: Phase::Start, .. } => Some("fails: trap in start"),
            Outcome::Exception { phase: Phase::Start } => Some("fails: exception in start"),
            Outcome::Exhausted { .. } => Some("fails: exhausted in start"),
            Outcome::Trap { phase: Phase::Call, .. } | Outcome::Exception { phase: Phase::Call } => {
                Some("fails: end of a call")
            }
            _ => None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        component::ComponentPlan, imports::ImportPlan, resources::ResourcePlan, tasks::TaskPlan, values::ValuePlan,
        wasi::WasiPlan,
    };

    /// No kind is below one in a thousand, and a third of the plans fail.
    #[test]
    fn nothing_is_rare() {
        let mut stats = Stats::default();
        let mut failed = 0;
        const COUNT: u64 = 10_000;
        for seed in 0..COUNT {
            let plan = Plan::from_seed(seed);
            let expected = plan.expected();
            let fails = |trace: &preflight_engine::trace::Trace| {
                !matches!(trace.outcome, Outcome::Returned { .. } | Outcome::Unlinkable)
            };
            failed += u64::from(expected.traces.iter().any(fails));
            stats.count(&plan, &expected, 0);
            if seed % 2 == 0 {
                let plan = ComponentPlan::from_seed(seed);
                stats.count_component(&plan, &plan.expected());
                let plan = WasiPlan::from_seed(seed);
                stats.count_program(&plan, &plan.expected());
                let plan = ValuePlan::from_seed(seed);
                stats.count_value(&plan);
                let plan = TaskPlan::from_seed(seed);
                stats.count_task(&plan, &plan.expected());
                let plan = ResourcePlan::from_seed(seed);
                stats.count_resource(&plan, &plan.expected());
                stats.count_imports(&ImportPlan::from_seed(seed));
            }
        }
        assert_eq!(stats.rare(), [] as [&str; 0], "{:?}", stats.kinds);
        assert!(failed * 3 >= COUNT, "{failed} of {COUNT}");
    }

    /// What is exported again has to come from another node, and a chain goes through two.
    #[test]
    fn re_exports_are_of_other_nodes() {
        let kinds = |plan: &str| {
            let plan = serde_json::from_str::<Plan>(plan).expect("a plan").normalise();
            let mut stats = Stats::default();
            stats.count(&plan, &plan.expected(), 0);
            ["re-export", "re-export chain", "shared by several"].map(|kind| stats.kinds.get(kind) > 0)
        };
        let passes = r#"{ "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
            "exports": [{ "tag": 0 }] }"#;
        let later = |module: usize| passes.replace("[0]", &format!("[{module}]"));
        let first = r#"{ "tags": [false], "exports": [{ "tag": 0 }] }"#;
        let log = r#"{ "imports": [{ "source": "log" }], "exports": [{ "func": 0 }] }"#;
        let takes_log = passes.replace("tag", "func");
        let graph =
            |modules: &[&str], nodes: &str| format!(r#"{{ "modules": [{}], "nodes": [{nodes}] }}"#, modules.join(", "));
        let [one, two, three] = [1, 2, 3].map(|n| format!(r#", {{ "module": {n}, "args": [{}] }}"#, n - 1));
        let start = r#"{ "module": 0 }"#;
        for (modules, nodes, expected) in [
            (vec![log, &takes_log], format!("{start}{one}"), [false, false, false]),
            (vec![first, passes], format!("{start}{one}"), [false, false, false]),
            (vec![first, passes, &later(1)], format!("{start}{one}{two}"), [true, false, true]),
            (vec![first, passes, &later(1), &later(2)], format!("{start}{one}{two}{three}"), [true, true, true]),
            (vec![first, passes], format!("{start}{one}{one}"), [false, false, true]),
        ] {
            assert_eq!(kinds(&graph(&modules, &nodes)), expected, "{modules:?}");
        }
    }
}

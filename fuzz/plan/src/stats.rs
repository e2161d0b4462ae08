//! Which kinds of things plans hold, to see that the generator makes none of them rare.

use crate::{
    plan::{Export, HostFunc, Memory, Mode, Plan, Step, Twist},
    predict::Expected,
    space::{ExternType, spaces},
};
use preflight_engine::trace::{Outcome, Phase};
use std::collections::{BTreeMap, BTreeSet};

/// In how many plans each kind of thing occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many plans were looked at.
    pub plans: u64,
    /// In how many of them each kind occurs.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Modules, instances and bytes of each plan.
    pub sizes: Vec<[u32; 3]>,
}

/// The kinds that every generator of plans has to reach.
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
];

impl Stats {
    /// Counts a plan, with what is expected of it and the size of its modules.
    pub fn count(&mut self, plan: &Plan, expected: &Expected, bytes: usize) {
        let mut kinds = BTreeSet::new();
        graph(plan, &mut kinds);
        plan.hosts.iter().for_each(|host| {
            kinds.insert(host_kind(host));
        });
        for module in &plan.modules {
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
        kinds.into_iter().for_each(|kind| *self.kinds.entry(kind).or_default() += 1);
        self.sizes.push([plan.modules.len(), plan.nodes.len(), bytes].map(|n| n as u32));
    }

    /// Adds what another has counted.
    pub fn add(&mut self, other: Stats) {
        self.plans += other.plans;
        other.kinds.into_iter().for_each(|(kind, n)| *self.kinds.entry(kind).or_default() += n);
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

    /// The kinds of [`KINDS`] that occur in fewer than one plan of a thousand.
    pub fn rare(&self) -> Vec<&'static str> {
        let is_rare = |kind: &&&str| self.kinds.get(**kind).copied().unwrap_or_default() * 1000 < self.plans;
        KINDS.iter().filter(is_rare).copied().collect()
    }
}

/// The shape of the graph.
fn graph(plan: &Plan, kinds: &mut BTreeSet<&'static str>) {
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
    kinds.extend(depth.iter().any(|depth| *depth >= 3).then_some("depth 3"));
    for (module, space) in plan.modules.iter().zip(spaces(plan)) {
        kinds.extend(module.imports.iter().filter_map(|import| import.twist).map(|twist| match twist {
            Twist::Missing => "twist missing",
            Twist::Kind => "twist kind",
            Twist::Type => "twist type",
        }));
        let imported = |is_kind: fn(&ExternType) -> bool| space.imports.iter().filter(|ty| is_kind(ty)).count();
        let is_imported = |export: &Export| match *export {
            Export::Func(i) => i < space.imported_funcs,
            Export::Table(i) => i < imported(|ty| matches!(ty, ExternType::Table(_))),
            Export::Memory(i) => i < imported(|ty| matches!(ty, ExternType::Memory(_))),
            Export::Global(i) => i < space.imported_globals,
            Export::Tag(i) => i < imported(|ty| matches!(ty, ExternType::Tag(_))),
        };
        kinds.extend(module.exports.iter().any(is_imported).then_some("re-export"));
    }
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

fn steps(list: &[Step], kinds: &mut BTreeSet<&'static str>) {
    for step in list {
        kinds.insert(match step {
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
fn ends(expected: &Expected, kinds: &mut BTreeSet<&'static str>) {
    for trace in &expected.traces {
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

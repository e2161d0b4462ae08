//! Bugs of released runtimes, as far as what they lead to can be predicted.

use super::{
    Failure, Stop,
    store::{Ref, World},
};
use crate::{
    Plan,
    encode::{has_objects, nesting},
    plan::{Atomic, Mode, Module, Step},
};
use preflight_engine::trace::{Phase, Resource};
use serde::{Deserialize, Serialize};

/// A known bug: where a runtime does what is predicted with it, nothing new has been found.
///
/// Each is a departure from one sentence of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// When an active segment traps, active and declarative segments after it count as dropped (core
    /// `#exec-instantiation`: what comes after a trap is not executed).
    SegmentsGoneAfterTrap,
    /// Declarative element segments are not dropped (core `#aux-runelem`).
    DeclarativeSegmentsStay,
    /// `memory.init` and `table.init` of nothing from a dropped segment do not look at the target (core
    /// `#exec-memory-init`: the bounds of both are checked).
    DroppedSegmentsSkipTarget,
    /// What drops a data segment empties it in the module: it is empty in every later instance, too (core `#aux-rundata`,
    /// `#exec-data-drop`: the instance's own segment is dropped).
    DropsEmptyTheModule,
    /// `table.copy` between two index-space entries that are the same table copies upwards, also where it overlaps
    /// (core `#exec-table-copy`).
    AliasedTablesCopyUpwards,
    /// A start function does not run with the instantiation (core `#exec-instantiation`), but before the first call of an
    /// export, and that only if its index is not 0; if it fails, again before the next one.
    StartWaitsForALookup,
    /// A function of an instance whose segments trapped cannot be called: what comes of it is not predicted.
    EscapedFunctionsBreak,
    /// A module whose imports are not there, or do not match, is instantiated all the same (core `#exec-instantiation`: it
    /// fails); what comes of it is not predicted.
    MissingImportsPass,
    /// When an active element segment traps, the active data segments are written all the same (core `#exec-instantiation`: what
    /// comes after a trap is not executed).
    DataAfterTrappedElems,
    /// `table.fill` with a function writes another one, or breaks (core `#exec-table-fill`): what comes of it is not predicted.
    TableFillsBreak,
    /// A runtime breaks where a table without a maximum is to grow by more than anybody has memory for (core `#exec-table-grow`: it
    /// may fail): what comes of it is not predicted.
    HugeTablesBreak,
    /// A wait on a memory that is not shared ends with 1 where the value is another one (threads proposal,
    /// `#exec-memory.atomic.waitn`: it traps).
    UnsharedWaitsCompare,
    /// A module with `memory.init` into a memory of 64-bit addresses is refused (core `#valid-memory-init`): plans with one are made
    /// without such memories.
    WideMemoryInitRefused,
    /// `memory.atomic.wait32` and `wait64` clear what stands below their operands in the frame, the last local (threads proposal,
    /// `#exec-memory.atomic.waitn`: the frame stays as it is): a counted loop with one in it never ends.
    WaitsClearTheLastLocal,
    /// `memory.copy` and `memory.fill` of memories of 64-bit addresses take other operands than theirs, or break (core
    /// `#exec-memory-copy`, `#exec-memory-fill`): what comes of it is not predicted.
    WideCopiesAndFillsBreak,
    /// A runtime breaks at `memory.copy` between two entries of the index space that are the same memory (core
    /// `#exec-memory-copy`): what comes of it is not predicted.
    AliasedMemoryCopiesBreak,
    /// A maximum of 0 is none (core `#exec-table-grow`, `#exec-memory-grow`: growth beyond the maximum fails).
    ZeroIsNoMaximum,
    /// Of programs of preview 1: `fd_write` returns where a pointer is beyond the memory, and writes nothing (`witx`, *Pointers*: it
    /// traps).
    PointersBeyondReturn,
    /// A main program of preview 1 that declares two kinds (P1-KIND-03: it should be refused) is entered by `_start` alone.
    StartAloneOfBoth,
    /// Such a program is initialised and then entered.
    BothEntriesInTurn,
    /// Such a program is initialised twice and then entered.
    BothEntriesAndInitializeTwice,
    /// Of components: a list beyond the memory is an empty one (CanonicalABI.md, `load_list`: it traps).
    ListsBeyondMemoryPass,
    /// While a component is instantiated, none of its functions can be called by another one: that traps (CanonicalABI.md,
    /// `canon_lower`).
    StartsCannotCallComponents,
    /// Imports of components are not matched before something uses them (Explainer.md, *Instance Definitions*).
    ImportsPassUnused,
    /// A function that a component is given is not held against the type that it wants (Explainer.md, *Instance Definitions*).
    FunctionsMatchByName,
    /// `thread.*-then-promote` of a thread that is neither ready nor suspended traps (CanonicalABI.md, `suspend_then_promote`: it
    /// is left as it is).
    PromotionsNeedTheSuspended,
    /// A component cannot call a function of its child: that traps (CM-CALL-05, which is contested, in the other reading).
    ParentsStayOutside,
    /// A post-return function may call imports (CanonicalABI.md, `canon_lift`: `may_leave` is not set, so that it traps).
    PostReturnsLeave,
    /// An exception that leaves a start function is one for the embedder, too (CM-EXN-01, which is contested, in the other reading).
    ExceptionsReachTheEmbedder,
    /// What can block traps in a start function before anything else is looked at (CM-ASYNC-04, which is contested, in the other
    /// reading).
    BlockingTrapsEarly,
    /// What a start function has called and what is not done when it returns makes later calls wait for ever: what comes of it is
    /// not predicted.
    CallsOfStartHang,
    /// A runtime breaks where threads are made or calls are cancelled: what comes of it is not predicted.
    TasksBreak,
}

/// The kind of plan on which a deviation shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Link graphs of core modules.
    Modules,
    /// Programs of WASI.
    Programs,
    /// Components, and what crosses them.
    Components,
}

impl Deviation {
    /// Where it shows.
    pub fn subject(self) -> Subject {
        match self {
            Deviation::SegmentsGoneAfterTrap
            | Deviation::DeclarativeSegmentsStay
            | Deviation::DroppedSegmentsSkipTarget
            | Deviation::DropsEmptyTheModule
            | Deviation::AliasedTablesCopyUpwards
            | Deviation::StartWaitsForALookup
            | Deviation::EscapedFunctionsBreak
            | Deviation::MissingImportsPass
            | Deviation::DataAfterTrappedElems
            | Deviation::TableFillsBreak
            | Deviation::HugeTablesBreak
            | Deviation::UnsharedWaitsCompare
            | Deviation::WideMemoryInitRefused
            | Deviation::WaitsClearTheLastLocal
            | Deviation::WideCopiesAndFillsBreak
            | Deviation::AliasedMemoryCopiesBreak
            | Deviation::ZeroIsNoMaximum => Subject::Modules,
            Deviation::PointersBeyondReturn
            | Deviation::StartAloneOfBoth
            | Deviation::BothEntriesInTurn
            | Deviation::BothEntriesAndInitializeTwice
            | Deviation::ListsBeyondMemoryPass => Subject::Programs,
            Deviation::StartsCannotCallComponents
            | Deviation::ImportsPassUnused
            | Deviation::FunctionsMatchByName
            | Deviation::PromotionsNeedTheSuspended
            | Deviation::ParentsStayOutside
            | Deviation::PostReturnsLeave
            | Deviation::ExceptionsReachTheEmbedder
            | Deviation::BlockingTrapsEarly
            | Deviation::CallsOfStartHang
            | Deviation::TasksBreak => Subject::Components,
        }
    }

    /// Whether a runtime never comes back from it, also where the plan's own loops end.
    pub fn hangs(self) -> bool {
        self == Deviation::WaitsClearTheLastLocal
    }
}

/// The plan as those of these bugs have it that change what it means; none if there are none of them.
pub(super) fn misread(plan: &Plan, deviations: &[Deviation]) -> Option<Plan> {
    let mut misread = None;
    if deviations.contains(&Deviation::WaitsClearTheLastLocal) {
        with_endless_loops(misread.get_or_insert_with(|| plan.clone()));
    }
    if deviations.contains(&Deviation::ZeroIsNoMaximum) {
        without_zero_maxima(misread.get_or_insert_with(|| plan.clone()));
    }
    misread
}

/// [`Deviation::ZeroIsNoMaximum`]; in plans imports have the type of what is given.
fn without_zero_maxima(plan: &mut Plan) {
    for module in &mut plan.modules {
        let tables = module.tables.iter_mut().map(|table| &mut table.ty.max);
        let memories = module.memories.iter_mut().map(|memory| &mut memory.max);
        tables.chain(memories).for_each(|max| *max = max.filter(|max| *max > 0));
    }
}

/// [`Deviation::WaitsClearTheLastLocal`]: innermost loops with a wait in them go round once and do not end.
fn with_endless_loops(plan: &mut Plan) {
    for func in plan.modules.iter_mut().flat_map(|module| &mut module.funcs) {
        // What objects take is the last local.
        if !has_objects(&func.steps) {
            let depth = nesting(&func.steps);
            endless(&mut func.steps, depth);
        }
    }
}

/// Makes the loops endless that have a wait in them and whose counter is the last one of `depth`.
fn endless(steps: &mut [Step], depth: u32) {
    for step in steps {
        match step {
            Step::Repeat { body, .. } if depth == 1 && waits(body) => body.push(Step::Spin),
            Step::Repeat { body, .. } => endless(body, depth - 1),
            Step::Try { body, .. } => endless(body, depth),
            _ => {}
        }
    }
}

/// Whether there is a wait among the steps, outside of loops.
fn waits(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Try { body, .. } => waits(body),
        step => matches!(step, Step::Atomic { op: Atomic::Wait, .. }),
    })
}

impl World<'_> {
    /// Whether the prediction takes on this bug.
    pub(super) fn deviates(&self, deviation: Deviation) -> bool {
        self.deviations.contains(&deviation)
    }

    /// Whether the start function is put off, perhaps for ever.
    pub(super) fn puts_off_start(&mut self, module: &Module, instance: usize) -> bool {
        let is_put_off = self.deviates(Deviation::StartWaitsForALookup);
        self.instances[instance].waiting = module.start.filter(|start| is_put_off && *start > 0);
        is_put_off
    }

    /// Runs the start function that was put off.
    pub(super) fn run_waiting(&mut self, instance: usize) -> Result<(), Stop> {
        if let Some(start) = self.instances[instance].waiting {
            self.call(Some(instance), self.instances[instance].funcs[start])?;
            self.instances[instance].waiting = None;
        }
        Ok(())
    }

    /// What becomes of an instantiation whose imports do not match.
    pub(super) fn without_imports(&self) -> Failure {
        match self.deviates(Deviation::MissingImportsPass) {
            // As with a loop that ends for want of fuel, what comes after it is not compared.
            true => Failure::Stop(Phase::Initialise, Stop::Exhausted(Resource::Fuel)),
            false => Failure::Link,
        }
    }

    /// What becomes of an instance of which an active segment has trapped: by the specification, nothing.
    pub(super) fn after_trapped_segment(&mut self, module: &Module, instance: usize) {
        let instance = &mut self.instances[instance];
        instance.is_half_made = true;
        if !self.deviations.contains(&Deviation::SegmentsGoneAfterTrap) {
            return;
        }
        let of_elems = module.elems.iter().zip(&mut instance.elems);
        of_elems.filter(|(elem, _)| !matches!(elem.mode, Mode::Passive)).for_each(|(_, items)| items.clear());
        let of_datas = module.datas.iter().zip(&mut instance.dropped);
        of_datas.filter(|(data, _)| !matches!(data.mode, Mode::Passive)).for_each(|(_, dropped)| *dropped = true);
    }

    /// Drops a data segment of an instance.
    pub(super) fn drop_data(&mut self, instance: usize, data: usize) {
        self.instances[instance].dropped[data] = true;
        if self.deviates(Deviation::DropsEmptyTheModule) {
            self.emptied.push((self.instances[instance].module, data));
        }
    }

    /// Whether a wait for zero at the start of a memory that is not shared ends without a trap.
    pub(super) fn passes_unshared_wait(&self, instance: usize, memory: usize) -> bool {
        let memory = &self.memories[self.instances[instance].memories[memory]];
        self.deviates(Deviation::UnsharedWaitsCompare) && (0..4).any(|at| memory.byte(at) != 0)
    }

    /// Whether a part of a dropped segment is written without a look at the target.
    pub(super) fn skips_target(&self, source: u64, len: u64) -> bool {
        (source, len) == (0, 0) && self.deviates(Deviation::DroppedSegmentsSkipTarget)
    }

    /// Whether an element segment was dropped. Of a passive one that never held anything this cannot be seen, and not told.
    pub(super) fn is_elem_dropped(&self, instance: usize, elem: usize) -> bool {
        let of = &self.instances[instance];
        let segment = &self.plan.modules[of.module].elems[elem];
        of.elems[elem].is_empty() && !(segment.items.is_empty() && matches!(segment.mode, Mode::Passive))
    }

    /// What is copied within a table to a place `distance` further up: by the specification, what was there before.
    pub(super) fn overlap(&self, distance: usize, items: &mut [Ref]) {
        if self.deviates(Deviation::AliasedTablesCopyUpwards) {
            (distance..items.len()).for_each(|i| items[i] = items[i - distance]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A deviation, and a plan of which it changes the prediction.
    const SHOWN: &[(Deviation, &str)] = &[
        (
            Deviation::SegmentsGoneAfterTrap,
            r#"{ "modules": [{ "tables": [{ "ty": { "min": 1 } }], "exports": [{ "table": 0 }] },
                 { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
                   "memories": [{ "min": 1 }],
                   "funcs": [{ "steps": [{ "init": { "data": 1, "memory": 0, "at": 0, "source": 0, "len": 1 } }] }],
                   "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": [{ "func": 0 }] }],
                   "datas": [{ "mode": { "active": { "target": 0, "at": { "const": 65536 } } }, "bytes": [1] },
                             { "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "bytes": [1] }] }],
                 "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#,
        ),
        (
            Deviation::DeclarativeSegmentsStay,
            r#"{ "modules": [{ "tables": [{ "ty": { "min": 1 } }], "start": 0,
                   "funcs": [{ "steps": [{ "init-table": { "elem": 0, "table": 0, "at": 0, "source": 0, "len": 1 } }] }],
                   "elems": [{ "mode": "declarative", "items": [{ "func": 0 }] }] }], "nodes": [{}] }"#,
        ),
        (
            Deviation::DroppedSegmentsSkipTarget,
            r#"{ "modules": [{ "memories": [{ "min": 1 }], "start": 0,
                   "funcs": [{ "steps": [{ "drop-data": 0 },
                     { "init": { "data": 0, "memory": 0, "at": 65537, "source": 0, "len": 0 } }] }],
                   "datas": [{ "mode": "passive", "bytes": [1] }] }], "nodes": [{}] }"#,
        ),
        (
            Deviation::DropsEmptyTheModule,
            r#"{ "modules": [{ "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }],
                   "datas": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "bytes": [1] }] }],
                 "nodes": [{}, {}] }"#,
        ),
        (
            Deviation::AliasedTablesCopyUpwards,
            r#"{ "modules": [{ "tables": [{ "ty": { "min": 4 } }], "exports": [{ "table": 0 }] },
                 { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } },
                                            { "source": { "export": { "arg": 0, "export": 0 } } }],
                   "funcs": [{}, { "steps": [{ "copy-table": { "to": 0, "from": 1, "at": 1, "source": 0, "len": 2 } }] }],
                   "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": [{ "func": 0 }] }],
                   "start": 1 }],
                 "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#,
        ),
        (
            Deviation::StartWaitsForALookup,
            r#"{ "modules": [{ "start": 0, "funcs": [{ "steps": [{ "trap": "unreachable" }] }] }], "nodes": [{}] }"#,
        ),
        (
            Deviation::EscapedFunctionsBreak,
            r#"{ "modules": [{ "tables": [{ "ty": { "min": 1 } }], "exports": [{ "table": 0 }] },
                 { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
                   "memories": [{ "min": 1 }], "funcs": [{ "result": 7 }],
                   "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": [{ "func": 0 }] }],
                   "datas": [{ "mode": { "active": { "target": 0, "at": { "const": 65536 } } }, "bytes": [1] }] }],
                 "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#,
        ),
        (
            Deviation::MissingImportsPass,
            r#"{ "modules": [{ "exports": [{ "memory": 0 }], "memories": [{ "min": 1 }] },
                 { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } }, "twist": "missing" }] }],
                 "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#,
        ),
        (
            Deviation::DataAfterTrappedElems,
            r#"{ "modules": [{ "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
                 { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } }],
                   "tables": [{ "ty": { "min": 0 } }],
                   "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": ["null"] }],
                   "datas": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "bytes": [1] }] }],
                 "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#,
        ),
        (
            Deviation::TableFillsBreak,
            r#"{ "modules": [{ "tables": [{ "ty": { "min": 1 } }], "start": 0,
                   "funcs": [{ "steps": [{ "fill-table": { "table": 0, "at": 0, "item": { "func": 0 }, "len": 1 } }] }] }],
                 "nodes": [{}] }"#,
        ),
        (
            Deviation::HugeTablesBreak,
            r#"{ "modules": [{ "tables": [{ "ty": { "min": 1 } }], "start": 0,
                   "funcs": [{ "steps": [{ "grow-table": { "table": 0, "by": 4294967295, "item": "null" } }] }] }],
                 "nodes": [{}] }"#,
        ),
        (
            Deviation::UnsharedWaitsCompare,
            r#"{ "modules": [{ "memories": [{ "min": 1 }], "start": 0, "funcs": [{ "steps": [
                   { "store": { "memory": 0, "at": 0, "value": 1 } }, { "trap": { "wait-unshared": 0 } }] }] }],
                 "nodes": [{}] }"#,
        ),
        (
            Deviation::WaitsClearTheLastLocal,
            r#"{ "modules": [{ "memories": [{ "min": 1, "max": 1, "shared": true }], "start": 0,
                   "funcs": [{ "steps": [{ "repeat": { "times": 2, "body": [
                     { "atomic": { "op": "wait", "memory": 0, "at": 0, "width": 4, "value": 0, "expected": 0 } }] } }] }] }],
                 "nodes": [{}] }"#,
        ),
        (
            Deviation::WideCopiesAndFillsBreak,
            r#"{ "modules": [{ "memories": [{ "min": 1, "is_64": true }], "start": 0,
                   "funcs": [{ "steps": [{ "copy": { "to": 0, "from": 0, "at": 0, "source": 0, "len": 0 } }] }] }],
                 "nodes": [{}] }"#,
        ),
        (
            Deviation::AliasedMemoryCopiesBreak,
            r#"{ "modules": [{ "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
                 { "args": [0], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } },
                                            { "source": { "export": { "arg": 0, "export": 0 } } }],
                   "funcs": [{ "steps": [{ "copy": { "to": 0, "from": 1, "at": 0, "source": 0, "len": 0 } }] }], "start": 0 }],
                 "nodes": [{ "module": 0 }, { "module": 1, "args": [0] }] }"#,
        ),
        (
            Deviation::ZeroIsNoMaximum,
            r#"{ "modules": [{ "imports": [{ "source": "log" }], "tables": [{ "ty": { "min": 0, "max": 0 } }], "start": 1,
                   "funcs": [{ "steps": [{ "grow-table": { "table": 0, "by": 1, "item": "null" } }] }] }],
                 "nodes": [{}] }"#,
        ),
    ];

    #[test]
    fn each_bug_of_components_changes_the_prediction_of_some() {
        use crate::{
            component::ComponentPlan, imports::ImportPlan, resources::ResourcePlan, tasks::TaskPlan, values::ValuePlan,
        };
        let seeds = || 0..500;
        let calls = [Deviation::StartsCannotCallComponents];
        assert!(seeds().map(ComponentPlan::from_seed).any(|plan| plan.expected_with(&calls) != plan.expected()));
        assert!(seeds().map(ResourcePlan::from_seed).any(|plan| plan.expected_with(&calls) != plan.expected()));
        assert!(seeds().map(TaskPlan::from_seed).any(|plan| plan.expected_with(&calls) != plan.expected()));
        let unused = [Deviation::ImportsPassUnused];
        assert!(seeds().map(ImportPlan::from_seed).any(|plan| plan.expected_with(&unused) != plan.expected()));
        let by_name = [Deviation::FunctionsMatchByName];
        assert!(seeds().map(ImportPlan::from_seed).any(|plan| plan.expected_with(&by_name) != plan.expected()));
        let promoted = [Deviation::PromotionsNeedTheSuspended];
        assert!(seeds().map(TaskPlan::from_seed).any(|plan| plan.expected_with(&promoted) != plan.expected()));
        let outside = [Deviation::ParentsStayOutside];
        assert!(seeds().map(TaskPlan::from_seed).any(|plan| plan.expected_with(&outside) != plan.expected()));
        let leaves = [Deviation::PostReturnsLeave];
        assert!(seeds().map(ValuePlan::from_seed).any(|plan| plan.expected_with(&leaves) != plan.expected()));
        assert!(seeds().map(ValuePlan::from_seed).any(|plan| plan.expected_with(&calls) != plan.expected()));
        let passes = [Deviation::ExceptionsReachTheEmbedder];
        assert!(seeds().map(ComponentPlan::from_seed).any(|plan| plan.expected_with(&passes) != plan.expected()));
        let early = [Deviation::BlockingTrapsEarly];
        assert!(seeds().map(TaskPlan::from_seed).any(|plan| plan.expected_with(&early) != plan.expected()));
        // Of what breaks nothing is predicted.
        let broken = [Deviation::TasksBreak, Deviation::CallsOfStartHang];
        assert!(seeds().map(TaskPlan::from_seed).all(|plan| plan.expected_with(&broken) == plan.expected()));
        assert!(seeds().map(TaskPlan::from_seed).any(|plan| plan.has_threads_or_cancels()));
        assert!(seeds().map(TaskPlan::from_seed).any(|plan| plan.calls_in_start()));
        let all =
            [calls, unused, by_name, promoted, outside, leaves, passes, early].into_iter().flatten().chain(broken);
        for bug in all {
            assert_eq!(bug.subject(), Subject::Components);
        }
    }

    #[test]
    fn each_deviation_changes_the_prediction_of_its_plan() {
        for (shown, text) in SHOWN {
            let plan: Plan = serde_json::from_str(text).expect("a plan");
            let plan = plan.normalise();
            let (actions, right) = (plan.to_wasm().actions, plan.expected());
            for (deviation, _) in SHOWN {
                let is_meant = match deviation {
                    // What is gone can be seen in a function that escaped only.
                    Deviation::EscapedFunctionsBreak if *shown == Deviation::SegmentsGoneAfterTrap => true,
                    Deviation::StartWaitsForALookup => plan.modules.iter().any(|module| module.start.is_some()),
                    deviation => deviation == shown,
                };
                let is_changed = plan.expected_with(&actions, &[*deviation]) != right;
                assert_eq!(is_changed, is_meant, "{deviation:?} on the plan of {shown:?}");
            }
        }
    }
}

//! Plans of components: a tree of component instances, with core instances in between, calls between siblings, resources
//! with destructors, and component-level values and start definitions.
//!
//! Every component imports two functions of the host that take an `u32`: `log`, and `fail`, which traps. It gives them on
//! to its children: instance arguments that go through all levels. It may import an instance, its `peer`, too: a sibling, or
//! the peer of the component that it stands in; and a value.
//!
//! A core instance exports `f`, which logs a number and returns it, `g` and `h`, which log their one or two arguments as well
//! and return the sum, and two destructors, which log the representation; the second one traps then; and of `f`, `g` and `h` forms without a result. Its start function takes
//! steps. A component exports the `f` of its first core instance as `run`, lifted, so that core instances of its parent and of
//! its siblings can call it, lowered. Values are exported where they come up, or kept: then a later start definition or a
//! child takes them, or they are exported in the end.

mod encode;
mod generate;
mod predict;

use serde::{Deserialize, Serialize};

/// A component that is instantiated as the root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ComponentPlan {
    /// What the component defines, in order.
    pub root: Part,
    /// The rule that is read in another way than by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
}

/// How a rule is read that is contested, where that is not the reading by which plans are predicted otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// A component that has more than one start definition is invalid (CM-START-02).
    OneStart,
    /// The post-return functions of start definitions wait for the last definition (CM-START-07).
    LatePostReturn,
    /// After a trap no component instance can be entered any more (CM-TRAP-05).
    StoreLockdown,
    /// An exception that leaves a core start function is no trap (CM-EXN-01).
    PassingException,
    /// The resources of an instance whose instantiation failed are dropped (CM-RES-07).
    DroppedHandles,
    /// A component instance cannot call those that stand in it (CM-CALL-05).
    NoRelatives,
}

impl Reading {
    /// All of them.
    pub const ALL: [Reading; 6] = [
        Reading::OneStart,
        Reading::LatePostReturn,
        Reading::StoreLockdown,
        Reading::PassingException,
        Reading::DroppedHandles,
        Reading::NoRelatives,
    ];
}

/// A component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its definitions, each of which makes something.
    pub defs: Vec<Def>,
    /// Which instance of its parent it is given as its peer: the parent's own peer, or a child that exports `run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<usize>,
    /// Whether it is given a value, the oldest that its parent has kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub takes: bool,
    /// The core instance of its parent whose module it is given, one of those that import the log only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<usize>,
    /// Whether it exports, beside what every component does, a core module and a component, and `run` with its type.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shows: bool,
}

/// A definition. Indices are taken modulo what was defined before.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Def {
    /// A core module and its instance.
    Core {
        /// What the start function does.
        steps: Vec<Step>,
        /// What `f` logs and returns.
        result: u32,
        /// How its functions end instead of returning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<Fail>,
    },
    /// One more instance of the module of an earlier core instance, which is given the same.
    Twin {
        /// Which.
        core: usize,
        /// Whether the module goes through an instance of what is exported by it, and is aliased out of that.
        bundled: bool,
    },
    /// An instance of a core module of the component around this one, of those that import the log only.
    Outer {
        /// The core instance of which it is the module.
        core: usize,
    },
    /// An instance of the core module that the component is given.
    Given,
    /// A component and its instance.
    Child(Part),
    /// One more instance of the component of an earlier [`Def::Child`].
    Again(usize),
    /// A resource type whose destructor is that of an earlier core instance.
    Resource {
        /// Which.
        core: usize,
        /// Whether it is the one that traps.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        traps: bool,
    },
    /// A start definition: it calls the lifted `f`, `g` or `h` of an earlier core instance; its result, if it has one, is a value.
    Start {
        /// Which.
        core: usize,
        /// How many of the kept values it takes, the oldest first: at most two.
        #[serde(default)]
        takes: usize,
        /// Whether its result is kept.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        keeps: bool,
        /// Whether the function has no result.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        silent: bool,
    },
    /// A value definition, an `u32`.
    Value {
        /// The value.
        value: u32,
        /// Whether it is kept.
        keeps: bool,
    },
}

/// What the start function of a core instance does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Logs a number.
    Log(u32),
    /// Calls `f` of an earlier core instance of the same component.
    CallCore(usize),
    /// Calls `run` of an earlier child that exports it.
    CallChild(usize),
    /// Calls `run` of the peer.
    CallPeer,
    /// Calls the host's function that traps.
    Fail(u32),
    /// Makes a resource of the latest type, with this representation.
    Make(u32),
    /// Makes a resource and logs its representation, as it is asked for by the handle.
    MakeAndAsk(u32),
    /// Makes a resource and drops it.
    MakeAndDrop(u32),
    /// Traps.
    Trap,
    /// Throws an exception, which is a trap where it leaves the core instance.
    Throw,
}

/// How a function ends that does not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are words of the specification")]
pub enum Fail {
    Trap,
    Throw,
    /// It returns, and the post-return function of what is lifted traps.
    PostReturn,
}

/// Whether a module throws, for which it has a tag; where none does, runtimes without exceptions can be given the plan.
fn throws(steps: &[Step], fails: Option<Fail>) -> bool {
    steps.contains(&Step::Throw) || fails == Some(Fail::Throw)
}

/// What a plan holds at most.
mod most {
    pub const DEFS: usize = 8;
    pub const STEPS: usize = 4;
    pub const LEVELS: usize = 3;
}

impl ComponentPlan {
    /// The normal plan that this one stands for: indices exist, and nothing is too large.
    pub fn normalise(&self) -> ComponentPlan {
        // Nobody gives anything to the root.
        let root = Part { peer: None, takes: false, module: None, ..self.root.clone() };
        ComponentPlan { root: normal(&root, most::LEVELS, &[]), reading: self.reading }
    }
}

/// What is there for later definitions of a component.
#[derive(Default)]
struct There {
    /// For each core instance whether its module imports the log only; and those of the component around.
    cores: Vec<bool>,
    outer: Vec<bool>,
    has_module: bool,
    has_peer: bool,
    /// For each instance of a child whether it exports `run`.
    children: Vec<bool>,
    /// The components that were defined.
    parts: Vec<Part>,
    resources: usize,
    /// Values that are kept.
    values: usize,
}

impl There {
    /// How many instances can be given as a peer.
    fn peers(&self) -> usize {
        usize::from(self.has_peer) + self.children.iter().filter(|runs| **runs).count()
    }
}

fn normal(part: &Part, levels: usize, outer: &[bool]) -> Part {
    let values = usize::from(part.takes);
    let (has_peer, has_module) = (part.peer.is_some(), part.module.is_some());
    let mut there = There { has_peer, has_module, values, outer: outer.to_vec(), ..There::default() };
    let defs = part.defs.iter().take(most::DEFS).filter_map(|def| normal_def(def, &mut there, levels)).collect();
    Part { defs, ..part.clone() }
}

fn pick(raw: usize, len: usize) -> Option<usize> {
    (len > 0).then(|| raw % len)
}

/// `raw`, if it is one of those that are fit, or another of them.
fn pick_fit(raw: usize, fit: &[bool]) -> Option<usize> {
    let places: Vec<usize> = (0..fit.len()).filter(|i| fit[*i]).collect();
    if places.contains(&raw) { Some(raw) } else { pick(raw, places.len()).map(|i| places[i]) }
}

fn normal_def(def: &Def, there: &mut There, levels: usize) -> Option<Def> {
    Some(match def {
        Def::Core { steps, result, fails } => {
            let steps: Vec<Step> =
                steps.iter().take(most::STEPS).filter_map(|step| normal_step(*step, there)).collect();
            there.cores.push(steps.iter().all(|step| matches!(step, Step::Log(_) | Step::Trap | Step::Throw)));
            Def::Core { steps, result: *result, fails: *fails }
        }
        Def::Twin { core, bundled } => {
            let core = pick(*core, there.cores.len())?;
            there.cores.push(there.cores[core]);
            Def::Twin { core, bundled: *bundled }
        }
        Def::Outer { core } => {
            let core = pick_fit(*core, &there.outer)?;
            there.cores.push(true);
            Def::Outer { core }
        }
        Def::Given => {
            there.has_module.then_some(())?;
            there.cores.push(true);
            Def::Given
        }
        Def::Child(part) => {
            let levels = levels.checked_sub(1).filter(|levels| *levels > 0)?;
            let peer = part.peer.and_then(|peer| pick(peer, there.peers()));
            let takes = part.takes && there.values > 0;
            let module = part.module.and_then(|core| pick_fit(core, &there.cores));
            let part = normal(&Part { peer, takes, module, ..part.clone() }, levels, &there.cores);
            there.values -= usize::from(takes);
            there.children.push(runs(&part));
            there.parts.push(part.clone());
            Def::Child(part)
        }
        Def::Again(raw) => {
            let of = pick(*raw, there.parts.len())?;
            if there.parts[of].takes {
                there.values = there.values.checked_sub(1)?;
            }
            there.children.push(runs(&there.parts[of]));
            Def::Again(of)
        }
        Def::Resource { core, traps } => {
            let core = pick(*core, there.cores.len())?;
            there.resources += 1;
            Def::Resource { core, traps: *traps }
        }
        Def::Start { core, takes, keeps, silent } => {
            let core = pick(*core, there.cores.len())?;
            let takes = (*takes).min(there.values).min(2);
            let keeps = *keeps && !silent;
            there.values = there.values - takes + usize::from(keeps);
            Def::Start { core, takes, keeps, silent: *silent }
        }
        Def::Value { value, keeps } => {
            there.values += usize::from(*keeps);
            Def::Value { value: *value, keeps: *keeps }
        }
    })
}

/// Whether a component exports `run`.
fn runs(part: &Part) -> bool {
    part.defs.iter().any(|def| matches!(def, Def::Core { .. } | Def::Twin { .. } | Def::Outer { .. } | Def::Given))
}

fn normal_step(step: Step, there: &There) -> Option<Step> {
    match step {
        Step::CallCore(raw) => pick(raw, there.cores.len()).map(Step::CallCore),
        Step::CallChild(raw) => {
            let fit: Vec<usize> = (0..there.children.len()).filter(|i| there.children[*i]).collect();
            if fit.contains(&raw) {
                return Some(step);
            }
            (!fit.is_empty()).then(|| Step::CallChild(fit[raw % fit.len()]))
        }
        Step::CallPeer => there.has_peer.then_some(step),
        Step::Make(_) | Step::MakeAndAsk(_) | Step::MakeAndDrop(_) => (there.resources > 0).then_some(step),
        Step::Log(_) | Step::Fail(_) | Step::Trap | Step::Throw => Some(step),
    }
}

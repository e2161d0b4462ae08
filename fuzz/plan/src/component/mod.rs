//! Plans of components: a tree of component instances, with core instances in between, calls between siblings, resources
//! with destructors, and component-level start definitions.
//!
//! Every component imports `log`, a function of the host that takes an `u32`, and gives it on to its children: an instance
//! argument that goes through all levels. A core instance exports `f`, which logs a number and returns it, and `d`, a
//! destructor, which logs the representation; its start function takes steps. A component exports the `f` of its first core
//! instance as `run`, lifted, so that core instances of its parent can call it, lowered.

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
}

/// A component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its definitions, each of which makes something.
    pub defs: Vec<Def>,
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
    },
    /// A component and its instance.
    Child(Part),
    /// One more instance of the component of an earlier [`Def::Child`].
    Again(usize),
    /// A resource type whose destructor is the `d` of an earlier core instance.
    Resource {
        /// Which.
        core: usize,
    },
    /// A start definition: it calls the lifted `f` of an earlier core instance; its result is a value, which is exported.
    Start {
        /// Which.
        core: usize,
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
    /// Makes a resource of the latest type, with this representation.
    Make(u32),
    /// Makes a resource and drops it.
    MakeAndDrop(u32),
    /// Traps.
    Trap,
    /// Throws an exception, which is a trap where it leaves the core instance.
    Throw,
}

/// What a plan holds at most.
mod most {
    pub const DEFS: usize = 6;
    pub const STEPS: usize = 4;
    pub const LEVELS: usize = 3;
}

impl ComponentPlan {
    /// The normal plan that this one stands for: indices exist, and nothing is too large.
    pub fn normalise(&self) -> ComponentPlan {
        ComponentPlan { root: normal(&self.root, most::LEVELS) }
    }
}

/// What is there for later definitions of a component.
#[derive(Default)]
struct There {
    cores: usize,
    /// For each instance of a child whether it exports `run`.
    children: Vec<bool>,
    /// For each component that was defined likewise.
    parts: Vec<bool>,
    resources: usize,
}

fn normal(part: &Part, levels: usize) -> Part {
    let mut there = There::default();
    let mut defs = Vec::new();
    for def in part.defs.iter().take(most::DEFS) {
        let pick = |raw: usize, len: usize| (len > 0).then(|| raw % len);
        let normal = match def {
            Def::Core { steps, result } => {
                let steps = steps.iter().take(most::STEPS).filter_map(|step| normal_step(*step, &there)).collect();
                there.cores += 1;
                Some(Def::Core { steps, result: *result })
            }
            Def::Child(part) if levels > 1 => {
                let part = normal(part, levels - 1);
                there.parts.push(runs(&part));
                there.children.push(runs(&part));
                Some(Def::Child(part))
            }
            Def::Child(_) => None,
            Def::Again(raw) => pick(*raw, there.parts.len()).map(|of| {
                there.children.push(there.parts[of]);
                Def::Again(of)
            }),
            Def::Resource { core } => pick(*core, there.cores).map(|core| {
                there.resources += 1;
                Def::Resource { core }
            }),
            Def::Start { core } => pick(*core, there.cores).map(|core| Def::Start { core }),
        };
        defs.extend(normal);
    }
    Part { defs }
}

/// Whether a component exports `run`.
fn runs(part: &Part) -> bool {
    part.defs.iter().any(|def| matches!(def, Def::Core { .. }))
}

fn normal_step(step: Step, there: &There) -> Option<Step> {
    match step {
        Step::CallCore(raw) => (there.cores > 0).then(|| Step::CallCore(raw % there.cores)),
        Step::CallChild(raw) => {
            let fit: Vec<usize> = (0..there.children.len()).filter(|i| there.children[*i]).collect();
            if fit.contains(&raw) {
                return Some(step);
            }
            (!fit.is_empty()).then(|| Step::CallChild(fit[raw % fit.len()]))
        }
        Step::Make(_) | Step::MakeAndDrop(_) => (there.resources > 0).then_some(step),
        Step::Log(_) | Step::Trap | Step::Throw => Some(step),
    }
}

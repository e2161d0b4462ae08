//! All plans of components of a size.
//!
//! One each counts: a definition, a step of a core instance's start function, each value that a start definition takes, and
//! whatever of a component or definition is not as by default (its peer, that it takes a value or a module or
//! exports more, that functions fail and how, that a destructor traps, that a result or a value is kept, that a function
//! returns nothing, that a module goes through a bundle). Everything that plans of components can hold is in it, but
//! contested rules are read as by default, and of numbers there is one each.
//!
//! Definitions are made in order, and refer to earlier ones by their places: there are no names in which plans could differ.

use super::{Choices, all};
use crate::component::{ComponentPlan, Def, Fail, Part, Step};

/// All plans of components that are made of `size` things, each once and normal.
pub fn plans(size: usize) -> impl Iterator<Item = ComponentPlan> {
    all(move |choices| {
        let mut draw = Draw { choices, left: size };
        let root = draw.part(None)?;
        let plan = ComponentPlan { root, reading: None };
        // What refers to something that is not there is another plan.
        (draw.left == 0 && plan.normalise() == plan).then_some(plan)
    })
}

/// A component that is being drawn.
struct Draw<'c> {
    choices: &'c mut Choices,
    /// How many things are still to come.
    left: usize,
}

/// How much there is so far of what definitions refer to.
#[derive(Default)]
struct There {
    cores: usize,
    outer: usize,
    children: usize,
    /// Components that were defined.
    parts: usize,
}

impl Draw<'_> {
    /// Whether something is as it is not by default, which costs one.
    fn is(&mut self) -> bool {
        let is = self.left > 0 && self.choices.choose(2) == 1;
        self.left -= usize::from(is);
        is
    }

    /// One of so many things, if it costs one that there is one at all.
    fn one_of(&mut self, count: usize) -> Option<usize> {
        (count > 0 && self.is()).then(|| self.choices.choose(count))
    }

    /// A component; `around` is what there is around it, if it is not the root.
    fn part(&mut self, around: Option<&There>) -> Option<Part> {
        let mut part = Part::default();
        let mut there = There::default();
        if let Some(around) = around {
            // The peer of the component around it can be given, too.
            part.peer = self.one_of(1 + around.children);
            part.takes = self.is();
            part.module = self.one_of(around.cores);
            there.outer = around.cores;
        }
        part.shows = self.is();
        while self.is() {
            part.defs.push(self.def(&mut there)?);
        }
        Some(part)
    }

    fn def(&mut self, there: &mut There) -> Option<Def> {
        let def = match self.choices.choose(9) {
            0 => {
                let mut steps = Vec::new();
                while self.is() {
                    steps.push(self.step(there)?);
                }
                let fails = self.one_of(3).map(|i| [Fail::Trap, Fail::Throw, Fail::PostReturn][i]);
                Def::Core { steps, result: 7, fails }
            }
            1 => Def::Twin { core: self.one(there.cores)?, bundled: self.is() },
            2 => Def::Outer { core: self.one(there.outer)? },
            3 => Def::Given,
            4 => Def::Child(self.part(Some(there))?),
            5 => Def::Again(self.one(there.parts)?),
            6 => Def::Resource { core: self.one(there.cores)?, traps: self.is() },
            7 => {
                let core = self.one(there.cores)?;
                let takes = usize::from(self.is());
                let takes = takes + usize::from(takes > 0 && self.is());
                Def::Start { core, takes, keeps: self.is(), silent: self.is() }
            }
            _ => Def::Value { value: 5, keeps: self.is() },
        };
        there.cores += usize::from(matches!(def, Def::Core { .. } | Def::Twin { .. } | Def::Outer { .. } | Def::Given));
        there.children += usize::from(matches!(def, Def::Child(_) | Def::Again(_)));
        there.parts += usize::from(matches!(def, Def::Child(_)));
        Some(def)
    }

    fn one(&mut self, count: usize) -> Option<usize> {
        (count > 0).then(|| self.choices.choose(count))
    }

    fn step(&mut self, there: &There) -> Option<Step> {
        Some(match self.choices.choose(10) {
            0 => Step::Log(1),
            1 => Step::CallCore(self.one(there.cores)?),
            2 => Step::CallChild(self.one(there.children)?),
            3 => Step::CallPeer,
            4 => Step::Fail(2),
            5 => Step::Make(3),
            6 => Step::MakeAndAsk(3),
            7 => Step::MakeAndDrop(3),
            8 => Step::Trap,
            _ => Step::Throw,
        })
    }
}

//! Values that go from one component to another: as the parameters of a function that one lifts and the other lowers, and as
//! its result.
//!
//! Each of the two has a core instance with a memory, and one that works with it. In order:
//!
//! 1. the start function of the one that calls gives the plan's value and further parameters to `f` of the other;
//! 2. `f` gives what it gets to `see`, a function of the host, and returns the result, if there is one;
//! 3. the post-return function of `f`, if there is one, counts, and traps if it gets something else;
//! 4. the one that calls gives a list of the result to `show`, a function of the host, and what has been counted, which
//!    another function of the other component returns, to `log`.
//!
//! So all values are seen where they arrive. With nothing wrong that is all; a [`Fault`] stops it somewhere.

mod encode;
mod predict;

pub(super) use encode::to_wasm;
pub(super) use predict::expected;

use super::{
    Encoding, Flaw, Ty, ValuePlan,
    abi::{self, Width},
    can_have, is_default,
    memory::{BASE, MAX_FLAT_PARAMS},
    most, normal,
};
use preflight_engine::trace::Value;
use serde::{Deserialize, Serialize};

/// The function of the other component, which takes the plan's value first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Across {
    /// Its further parameters.
    #[serde(skip_serializing_if = "is_default")]
    pub params: Vec<Ty>,
    /// Its result.
    #[serde(skip_serializing_if = "is_default")]
    pub result: Option<Ty>,
    /// The encoding of strings in the other component.
    #[serde(skip_serializing_if = "is_default")]
    pub encoding: Encoding,
    /// Whether its memory has 64-bit addresses.
    #[serde(skip_serializing_if = "is_default")]
    pub is_64: bool,
    /// Whether it has a post-return function.
    #[serde(skip_serializing_if = "is_default")]
    pub has_post_return: bool,
    /// Whether the components have name sections, which traces speak the words of.
    #[serde(skip_serializing_if = "is_default")]
    pub is_named: bool,
    /// What is wrong, besides the [`Flaw`] of the plan's own value; nothing, if there is that.
    #[serde(skip_serializing_if = "is_default")]
    pub fault: Option<Fault>,
}

/// What is wrong; nothing, if there is no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The result, or the function that should return it traps.
    Result(Flaw),
    /// What `realloc` does in the component that calls.
    CallersRealloc(Misdeed),
    /// What `realloc` does in the component that is called.
    CalleesRealloc(Misdeed),
    /// What the post-return function does: it traps or leaves.
    PostReturn(Misdeed),
    /// Where the result should go: beyond the end of the memory, or not aligned.
    Place(Misdeed),
}

/// What a function does that should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Misdeed {
    /// It gives an address beyond the end of the memory.
    Beyond,
    /// It gives an address that is not aligned.
    Unaligned,
    /// It traps.
    Trap,
    /// It calls out of its component, when that may not be left.
    Leave,
}

impl Across {
    /// The same with normal types.
    pub(super) fn with_normal_types(&self, left: &mut usize) -> Across {
        let inner = most::DEPTH - 1;
        let params = self.params.iter().take(most::FIELDS).map(|ty| normal(ty, inner, left)).collect();
        let result = self.result.as_ref().map(|ty| normal(ty, inner, left));
        Across { params, result, ..self.clone() }
    }

    /// Whether the value of this plan, as it goes across, can have the flaw. That the caller traps is nobody's business.
    pub(super) fn can_have_flaw(&self, plan: &ValuePlan, flaw: Flaw) -> bool {
        match flaw {
            Flaw::Trap => false,
            Flaw::Bounds | Flaw::Align => can_have(&self.pass(plan).params(), plan.width(), flaw, MAX_FLAT_PARAMS),
            _ => can_have(&plan.ty, plan.width(), flaw, MAX_FLAT_PARAMS),
        }
    }

    /// Whether there can be this fault where the value of this plan goes across.
    pub(super) fn can_have_fault(&self, plan: &ValuePlan, fault: Fault) -> bool {
        self.pass(plan).can_have(fault)
    }

    fn pass<'a>(&'a self, plan: &'a ValuePlan) -> Pass<'a> {
        Pass { plan, across: self }
    }

    fn width(&self) -> Width {
        Width::of(self.is_64)
    }
}

/// A plan, and where its value goes.
#[derive(Clone, Copy)]
struct Pass<'a> {
    plan: &'a ValuePlan,
    across: &'a Across,
}

impl Pass<'_> {
    /// The types of the parameters, as one.
    fn params(self) -> Ty {
        Ty::Tuple([&self.plan.ty].into_iter().chain(&self.across.params).cloned().collect())
    }

    /// The parameters, and the result.
    fn values(self) -> (Vec<Value>, Option<Value>) {
        let mut noise = abi::Noise(self.plan.seed);
        // The first is the plan's.
        let params = [&self.plan.ty].into_iter().chain(&self.across.params);
        let params = params.map(|ty| abi::value(ty, &mut noise)).collect();
        (params, self.across.result.as_ref().map(|ty| abi::value(ty, &mut noise)))
    }

    /// An empty memory of the component that is called.
    fn callees_heap(self) -> abi::Heap {
        abi::Heap::new(BASE, self.across.encoding, self.across.width(), self.plan.seed & 2 == 2)
    }

    /// Whether the result takes more than one core value, so that it goes through memory.
    fn is_result_indirect(self) -> bool {
        self.across.result.as_ref().is_some_and(|ty| abi::flatten(ty, self.across.width()).len() > 1)
    }

    fn can_have(self, fault: Fault) -> bool {
        let Across { result, has_post_return, .. } = self.across;
        let is_pointer = |misdeed| matches!(misdeed, Misdeed::Beyond | Misdeed::Unaligned);
        match fault {
            Fault::Result(Flaw::Trap) => true,
            Fault::Result(flaw) => result.as_ref().is_some_and(|ty| can_have(ty, self.across.width(), flaw, 1)),
            Fault::PostReturn(misdeed) => *has_post_return && !is_pointer(misdeed),
            Fault::Place(misdeed) => {
                let align = result.as_ref().map_or(1, |ty| abi::layout(ty, self.plan.width()).1);
                self.is_result_indirect() && is_pointer(misdeed) && (misdeed == Misdeed::Beyond || align > 1)
            }
            Fault::CalleesRealloc(misdeed) => {
                let (params, width, mut alignments) = (self.params(), self.across.width(), Vec::new());
                if abi::flatten(&params, width).len() > MAX_FLAT_PARAMS {
                    alignments.push(abi::layout(&params, width).1);
                }
                allocations(&params, &Value::Tuple(self.values().0), self.callees_heap(), &mut alignments);
                is_noticed(misdeed, &alignments)
            }
            Fault::CallersRealloc(misdeed) => {
                let (Some(ty), Some(value)) = (result, self.values().1) else { return false };
                let mut alignments = Vec::new();
                allocations(ty, &value, self.plan.heap(), &mut alignments);
                is_noticed(misdeed, &alignments)
            }
        }
    }
}

/// Whether allocations with these alignments notice what `realloc` does.
fn is_noticed(misdeed: Misdeed, alignments: &[usize]) -> bool {
    match misdeed {
        Misdeed::Unaligned => alignments.iter().any(|align| *align > 1),
        _ => !alignments.is_empty(),
    }
}

/// The alignments of what is allocated for a value that is lowered into a memory: as many, and the same, as for one that is
/// there from the beginning.
fn allocations(ty: &Ty, value: &Value, mut heap: abi::Heap, alignments: &mut Vec<usize>) {
    heap.lower(ty, value);
    alignments.append(&mut heap.alignments);
}

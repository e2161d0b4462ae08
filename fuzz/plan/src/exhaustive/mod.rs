//! All plans up to a size, each once.
//!
//! The *size* of a plan is how many things it is made of. What counts one, and what the alphabet is, say [`core`] for plans of
//! modules and [`components`] for plans of components. Both are written as if one plan were drawn: wherever there are
//! several ways to go on, `Choices` is asked which; and it goes through all answers, in order.
//!
//! Plans that differ in nothing but names come once: there is one order for modules (in which they are first
//! instantiated), for arguments, imports and definitions, and no other is made. The order in which instances are made is
//! not a name: it is what a plan is about.

pub mod components;
pub mod core;

use crate::{Plan, component::ComponentPlan};

/// The greatest size that anybody should ask for: there are millions of plans of it, and of each further one some fifty times as
/// many.
pub const LARGEST: usize = 4;

/// A plan of either kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Small {
    /// Of modules.
    Plan(Plan),
    /// Of components.
    Component(ComponentPlan),
}

/// All plans of up to `size` things, small ones first; of one size those of modules first. A larger size continues the
/// sequence of a smaller one.
///
/// ```
/// use preflight_plan::exhaustive::{Small, plans};
/// let Some(Small::Plan(empty)) = plans(1).next() else { panic!("the empty plan comes first") };
/// assert!(empty.nodes.is_empty());
/// assert!(plans(1).eq(plans(2).take(plans(1).count())));
/// ```
pub fn plans(size: usize) -> impl Iterator<Item = Small> {
    (0..=size).flat_map(|size| core::plans(size).map(Small::Plan).chain(components::plans(size).map(Small::Component)))
}

/// How many plans there are of exactly this size: of modules, and of components.
pub fn count(size: usize) -> (u64, u64) {
    COUNTS.get(size).copied().unwrap_or_else(|| counted(size))
}

/// [`count`] of each size up to [`LARGEST`]: to count those of the largest takes a while.
const COUNTS: [(u64, u64); LARGEST + 1] = [(1, 1), (26, 4), (1_291, 28), (67_403, 260), (3_653_925, 2_725)];

/// As [`count`], by going through all of them.
pub fn counted(size: usize) -> (u64, u64) {
    (core::plans(size).count() as u64, components::plans(size).count() as u64)
}

/// The answers to all questions on the way to a plan, and how far each of them can go.
///
/// The questions may depend on the answers before them. The sequences of answers come in lexicographic order.
#[derive(Debug, Default)]
struct Choices {
    answers: Vec<(usize, usize)>,
    asked: usize,
}

impl Choices {
    /// One of `0..count`, where `count` is not 0.
    fn choose(&mut self, count: usize) -> usize {
        debug_assert!(count > 0, "there is nothing to choose from");
        if self.asked == self.answers.len() {
            self.answers.push((0, count));
        }
        let (answer, _) = self.answers[self.asked];
        self.asked += 1;
        answer
    }

    /// One of a list that is not empty.
    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.choose(list.len())].clone()
    }

    /// Goes on to the next sequence of answers; `false` if there is none.
    fn next(&mut self) -> bool {
        self.answers.truncate(self.asked);
        self.asked = 0;
        while let Some((answer, count)) = self.answers.pop() {
            if answer + 1 < count {
                self.answers.push((answer + 1, count));
                return true;
            }
        }
        false
    }
}

/// Everything that `draw` makes of any sequence of answers; `None` is a way that leads nowhere.
fn all<T>(mut draw: impl FnMut(&mut Choices) -> Option<T>) -> impl Iterator<Item = T> {
    let (mut choices, mut is_over) = (Choices::default(), false);
    std::iter::from_fn(move || {
        while !is_over {
            let drawn = draw(&mut choices);
            is_over = !choices.next();
            if drawn.is_some() {
                return drawn;
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_answers_come_in_order() {
        let words = |choices: &mut Choices| {
            let first = choices.choose(3);
            (first != 1).then(|| (first, if first == 0 { choices.choose(2) } else { 9 }))
        };
        assert_eq!(all(words).collect::<Vec<_>>(), [(0, 0), (0, 1), (2, 9)]);
        assert_eq!(all(|_| Some(())).count(), 1);
    }
}

//! What plans of resources hold.

use super::{Kinds, Stats};
use crate::resources::{ResourcePlan, Step};
use preflight_engine::trace::{Outcome, Trace, TrapCode};

/// The kinds that the generator has to reach.
pub(super) const KINDS: &[&str] = &[
    "resource: borrow forgotten",
    "resource: destructor that traps",
    "resource: dropped",
    "resource: fails by a handle",
    "resource: given to a user",
    "resource: given to the provider",
    "resource: lent on",
    "resource: lent to a user",
    "resource: lent to the provider",
    "resource: made",
];

impl Stats {
    /// Counts a plan of resources, with what is expected of it.
    pub fn count_resource(&mut self, plan: &ResourcePlan, expected: &Trace) {
        let mut kinds = Kinds::default();
        for step in plan.users.iter().flat_map(|user| &user.steps) {
            let kind = match *step {
                Step::Make(_) => Some("resource: made"),
                Step::Drop(_) => Some("resource: dropped"),
                Step::Look(_) => Some("resource: lent to the provider"),
                Step::Eat(_) | Step::Keep(_) => Some("resource: given to the provider"),
                Step::Lend { to, .. } => {
                    kinds.extend(plan.users[to].forgets.then_some("resource: borrow forgotten"));
                    kinds.extend(plan.users[to].looks.then_some("resource: lent on"));
                    Some("resource: lent to a user")
                }
                Step::Give { .. } => Some("resource: given to a user"),
                Step::Trap => None,
            };
            kinds.extend(kind);
        }
        kinds.extend(plan.traps.then_some("resource: destructor that traps"));
        let is_handle = matches!(expected.outcome, Outcome::Trap { code: TrapCode::InvalidHandle, .. });
        kinds.extend(is_handle.then_some("resource: fails by a handle"));
        self.resources += 1;
        self.insert(kinds);
    }
}

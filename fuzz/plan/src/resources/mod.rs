//! Plans of resources that cross components: a provider, whose resource type it is, and users, who make resources and give or
//! lend them to the provider and to each other.
//!
//! The provider exports the type `r`, `make`, and three functions that take a resource: `look` borrows it and logs its
//! representation, `eat` drops it, `keep` keeps it. The destructor logs the representation. Every user imports the provider's
//! instance and those of the users before it, with types that speak of `r`, and exports `lend`, which borrows, and `take`,
//! which owns. Its start function takes steps. Handles are told by the number of the step that made them, whether or not they
//! still stand for anything.
//!
//! ```
//! use preflight_plan::resources::{ResourcePlan, Step, User};
//! let user = User { steps: vec![Step::Make(7), Step::Eat(0), Step::Drop(0)], ..User::default() };
//! let plan = ResourcePlan { users: vec![user], ..ResourcePlan::default() }.normalise();
//! assert_eq!(plan.expected().outcome.to_string(), "trap: invalid handle (start)");
//! ```

mod encode;
mod generate;
mod predict;

use serde::{Deserialize, Serialize};

/// A provider and its users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourcePlan {
    /// Whether the destructor traps after it has logged.
    pub traps: bool,
    /// The users, in the order in which they come up.
    pub users: Vec<User>,
}

/// A component that uses the provider's resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    /// What its start function does.
    pub steps: Vec<Step>,
    /// Whether `lend` lends on what it has borrowed, to `look`.
    pub looks: bool,
    /// Whether `lend` forgets to drop what it has borrowed, which is a trap.
    pub forgets: bool,
    /// Whether `take` drops what it is given.
    pub drops: bool,
}

/// What a start function does. A handle is the number of a [`Step::Make`] of the same user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Calls `make` with this representation, and logs the handle.
    Make(u32),
    /// Drops a resource.
    Drop(usize),
    /// Lends one to the provider's `look`.
    Look(usize),
    /// Gives one to the provider's `eat`.
    Eat(usize),
    /// Gives one to the provider's `keep`.
    Keep(usize),
    /// Lends one to an earlier user.
    Lend {
        /// Which user.
        to: usize,
        /// Which resource.
        handle: usize,
    },
    /// Gives one to an earlier user.
    Give {
        /// Which user.
        to: usize,
        /// Which resource.
        handle: usize,
    },
    /// Traps.
    Trap,
}

/// What a plan holds at most.
mod most {
    pub const USERS: usize = 4;
    pub const STEPS: usize = 10;
}

impl ResourcePlan {
    /// The normal plan that this one stands for: what steps speak of has been made before.
    pub fn normalise(&self) -> ResourcePlan {
        let users = self.users.iter().take(most::USERS).enumerate();
        let users = users.map(|(earlier, user)| User { steps: normal(&user.steps, earlier), ..user.clone() });
        ResourcePlan { traps: self.traps, users: users.collect() }
    }
}

fn normal(steps: &[Step], earlier: usize) -> Vec<Step> {
    let mut made = 0;
    let pick = |raw: usize, len: usize| (len > 0).then(|| raw % len);
    let one = |step: &Step| {
        Some(match *step {
            Step::Make(rep) => {
                made += 1;
                Step::Make(rep)
            }
            Step::Drop(raw) => Step::Drop(pick(raw, made)?),
            Step::Look(raw) => Step::Look(pick(raw, made)?),
            Step::Eat(raw) => Step::Eat(pick(raw, made)?),
            Step::Keep(raw) => Step::Keep(pick(raw, made)?),
            Step::Lend { to, handle } => Step::Lend { to: pick(to, earlier)?, handle: pick(handle, made)? },
            Step::Give { to, handle } => Step::Give { to: pick(to, earlier)?, handle: pick(handle, made)? },
            Step::Trap => Step::Trap,
        })
    };
    steps.iter().take(most::STEPS).filter_map(one).collect()
}

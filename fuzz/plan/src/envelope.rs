//! The form in which inputs stand in a corpus: they survive changes of the generator.
//!
//! An input that begins with [`MAGIC`] and the number of the form's version holds a plan as JSON, in which fields that are
//! missing have defaults. All other bytes are what a generator makes a plan of. A fuzzer may mutate either.

use crate::{
    Plan, component::ComponentPlan, imports::ImportPlan, resources::ResourcePlan, tasks::TaskPlan, values::ValuePlan,
    wasi::WasiPlan,
};
use arbitrary::{Arbitrary, Unstructured};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;

/// What an envelope begins with.
pub const MAGIC: &[u8; 4] = b"PLAN";

/// The version of the form that [`seal`] writes. [`open`] reads it and all earlier ones.
pub const VERSION: u8 = 1;

/// An input that cannot be read.
#[derive(Debug, Error)]
pub enum EnvelopeError {
    /// It comes from a later version, or from none.
    #[error(
        "the input is of form {found}, and this program reads forms 1 to {VERSION}: a later one needs a newer program"
    )]
    Version {
        /// The version it says.
        found: u8,
    },
    /// What is in the envelope is no plan.
    #[error("the input holds no plan: {0}")]
    Plan(#[from] serde_json::Error),
    /// Not enough bytes to draw a plan from.
    #[error("the input is too short to draw a plan from: {0}")]
    Draw(#[from] arbitrary::Error),
}

/// What can stand in an envelope.
pub trait Planned: Serialize + DeserializeOwned + for<'a> Arbitrary<'a> {
    /// The normal plan that this one stands for.
    fn normal(&self) -> Self;

    /// Plans from which a part is missing that others refer to, for [`shrink`](crate::shrink::shrink).
    fn smaller(&self) -> Vec<Self> {
        Vec::new()
    }
}

impl Planned for Plan {
    fn normal(&self) -> Self {
        self.normalise()
    }

    fn smaller(&self) -> Vec<Self> {
        crate::shrink::smaller(self)
    }
}

macro_rules! planned {
    ($($plan:ty),*) => {
        $(impl Planned for $plan {
            fn normal(&self) -> Self {
                self.normalise()
            }
        })*
    };
}

planned!(ComponentPlan, ImportPlan, ResourcePlan, TaskPlan, ValuePlan, WasiPlan);

/// An input that holds `plan`.
pub fn seal(plan: &impl Planned) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.push(VERSION);
    serde_json::to_writer(&mut bytes, plan).expect("plans are data, and a vector takes all bytes");
    bytes
}

/// The plan of core modules in an input, normal.
///
/// ```
/// use preflight_plan::{Plan, envelope};
/// let plan = envelope::open(&[7; 400])?;
/// assert_eq!(envelope::open(&envelope::seal(&plan))?, plan);
/// # Ok::<(), envelope::EnvelopeError>(())
/// ```
///
/// # Errors
/// As [`open_as`].
pub fn open(input: &[u8]) -> Result<Plan, EnvelopeError> {
    open_as(input)
}

/// The plan in an input, normal.
///
/// # Errors
/// [`EnvelopeError`] if there is an envelope and no such plan in it.
pub fn open_as<T: Planned>(input: &[u8]) -> Result<T, EnvelopeError> {
    match input.strip_prefix(MAGIC) {
        Some([VERSION, json @ ..]) => Ok(serde_json::from_slice::<T>(json)?.normal()),
        Some([found, ..]) => Err(EnvelopeError::Version { found: *found }),
        _ => Ok(T::arbitrary(&mut Unstructured::new(input))?),
    }
}

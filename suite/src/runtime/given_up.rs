//! When a runtime is asked no more, and what stands in its place then.

use super::{About, End, Import, InstanceId, ModuleId, Runtime};
use crate::{
    case::{Broken, Failure, Verdict},
    trace::Value,
};

/// After how many cases in a row without an answer a runtime is asked no more. Each of them costs the limit of time, and a
/// runtime that always hangs would keep everybody waiting for hours to show nothing else.
const IN_A_ROW: usize = 5;

/// After how many without an answer it is asked no more, whatever it answered between them: one that hangs now and then costs a
/// run no more than this many limits of time.
const IN_ALL: usize = 10;

/// The cases to which a runtime gave no answer.
#[derive(Debug, Default)]
pub(crate) struct Hangs {
    in_a_row: usize,
    in_all: usize,
}

impl Hangs {
    /// Why the runtime is asked no more, if it has had its chances.
    pub(crate) fn given_up(&self) -> Option<Broken> {
        let is_over = self.in_a_row >= IN_A_ROW || self.in_all >= IN_ALL;
        is_over.then_some(Broken::GivenUp { hangs: self.in_all, in_a_row: self.in_a_row >= IN_A_ROW })
    }

    /// One more case. One that the runtime cannot do shows nothing either way.
    pub(crate) fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Failed(failures) => match failures.as_slice() {
                [Failure::Broken(Broken::Hung { .. })] => {
                    self.in_a_row += 1;
                    self.in_all += 1;
                }
                [Failure::Broken(Broken::GivenUp { .. })] => {}
                _ => self.in_a_row = 0,
            },
            Verdict::Unsupported(_) => {}
            Verdict::Passed | Verdict::Recorded(_) => self.in_a_row = 0,
        }
    }
}

/// In the place of a runtime that is asked no more: what it cannot do stays unsupported, every other case fails at once.
pub(crate) struct GivenUp {
    pub(crate) about: About,
    pub(crate) why: Broken,
}

impl GivenUp {
    fn end<T>(&self) -> Result<T, End> {
        Err(End::Broken(self.why.clone()))
    }
}

impl Runtime for GivenUp {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn reset(&mut self) -> Result<(), End> {
        self.end()
    }

    fn compile(&mut self, _bytes: &[u8]) -> Result<ModuleId, End> {
        self.end()
    }

    fn instantiate(&mut self, _module: ModuleId, _imports: &[Import]) -> Result<InstanceId, End> {
        self.end()
    }

    fn call(&mut self, _instance: InstanceId, _export: &str, _args: &[Value]) -> Result<Vec<Value>, End> {
        self.end()
    }
}

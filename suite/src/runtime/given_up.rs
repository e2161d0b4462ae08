//! In the place of a runtime that is asked no more.

use super::{About, End, Import, InstanceId, ModuleId, Runtime};
use crate::{case::Broken, trace::Value};

/// A runtime that gave no answer to several cases in a row: what it cannot do stays unsupported, every other case fails at once.
pub(crate) struct GivenUp {
    pub(crate) about: About,
    pub(crate) hangs: usize,
}

impl GivenUp {
    fn end<T>(&self) -> Result<T, End> {
        Err(End::Broken(Broken::GivenUp { hangs: self.hangs }))
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

//! Entries: the functions of a program of which a trace tells who calls them, and on whose behalf guest code does.

use crate::{
    Store, binary,
    runtime::{FuncAddr, InstanceAddr},
    syntax::{ExternIndex, Module},
    trace::{Cause, Event, InstancePath},
};
use std::collections::BTreeMap;

/// What the host entered.
pub(crate) enum Entered {
    /// The start function of this instance.
    Start(InstancePath),
    /// An export.
    Export {
        /// Of this instance.
        at: InstancePath,
        /// Of this name.
        name: String,
        /// The function, until it has begun.
        func: Option<FuncAddr>,
    },
}

impl Entered {
    /// The function `func` is called as the export `name`.
    pub fn export(at: &InstancePath, name: &str, func: FuncAddr) -> Self {
        Entered::Export { at: at.clone(), name: name.to_owned(), func: Some(func) }
    }

    fn cause(&self) -> Cause {
        match self {
            Entered::Start(at) => Cause::StartSection(at.clone()),
            Entered::Export { at, name, .. } => Cause::Export { at: at.clone(), name: name.clone() },
        }
    }
}

/// Names by which programs are entered (WASI's application ABI, tool-conventions' BasicModuleABI and BuildTargets), and what
/// linkers and compilers call the functions that run constructors (tool-conventions, Linking).
fn is_entry(name: &str) -> bool {
    matches!(name, "_start" | "_initialize" | "cm32p2_initialize" | "__wasm_call_ctors")
        || name.starts_with("_GLOBAL__sub_I_")
}

/// The entries among the functions that `module` defines, by index: named by an export, or else by the name section. With
/// `every_export` all other exported functions too.
pub(crate) fn names(module: &Module, every_export: bool) -> BTreeMap<u32, String> {
    let mut names = binary::names::functions(module);
    names.retain(|_, name| is_entry(name));
    for export in &module.exports {
        let ExternIndex::Func(index) = export.index else { continue };
        if is_entry(&export.name) {
            names.insert(index, export.name.clone());
        } else if every_export {
            names.entry(index).or_insert_with(|| export.name.clone());
        }
    }
    names.retain(|index, _| *index >= module.imported.funcs);
    names
}

impl Store {
    /// Runs `call`, in which what `entered` says has been entered. Without a sink nothing is built.
    pub(crate) fn inside<T>(
        &mut self,
        entered: impl FnOnce(&Store) -> Entered,
        call: impl FnOnce(&mut Store) -> T,
    ) -> T {
        if !self.is_recording() {
            return call(self);
        }
        let entered = entered(self);
        let depth = self.entered.len();
        self.entered.push(entered);
        let end = call(self);
        self.entered.truncate(depth);
        end
    }

    /// Function `x` of `instance`, which is an entry, has begun. If the host called it, the trace has told it already.
    pub(crate) fn record_entry(&mut self, instance: InstanceAddr, x: u32) {
        if !self.is_recording() {
            return;
        }
        let addr = self.instance(instance).funcs[x as usize];
        let cause = match self.entered.last_mut() {
            Some(Entered::Export { func, .. }) if *func == Some(addr) => {
                *func = None;
                return;
            }
            Some(entered) => entered.cause(),
            // `Store::invoke`: the embedder calls a function and tells nothing.
            None => Cause::Invoke,
        };
        let at = self.path(instance).clone();
        let module = self.instance(instance).module.clone();
        let name = module.entry_name(x).expect("code tells of entries only").to_owned();
        self.record(|| Event::EntryCalled { at, name, cause });
    }
}

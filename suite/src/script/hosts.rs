//! The functions of the host that a case asks for, and the names that they share with the script.

use super::machine::{Defined, Definition, Slot};
use crate::{
    case::{Does, HostFunc},
    host,
};
use preflight_engine::{
    Extern, Fault, InstantiateError, Linker, Module, Store, Val, runtime::InstanceAddr, syntax::FuncType,
    trace::InstancePath,
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

/// What has a name in one thread of a script.
#[derive(Default)]
pub(super) struct Names {
    /// What is registered.
    pub(super) linker: RefCell<Linker>,
    pub(super) definitions: RefCell<HashMap<String, Definition>>,
    pub(super) instances: RefCell<HashMap<String, Slot>>,
}

impl Names {
    /// Gives a module what is registered, and starts it.
    pub(super) fn instantiate(
        &self,
        store: &mut Store,
        module: &Module,
        path: InstancePath,
    ) -> Result<InstanceAddr, InstantiateError> {
        // Functions of the host may register more meanwhile.
        let externs = self.linker.borrow().resolve(store, module)?;
        store.instantiate(module, &externs, path)
    }

    fn item(&self, of: &str, export: &str) -> Option<Extern> {
        self.linker.borrow().get(of, export)
    }
}

/// Gives the functions to the script whose names those are, and whose instances stand under `root`.
pub(super) fn define(names: &Rc<Names>, store: &mut Store, hosts: &[HostFunc], root: &InstancePath) {
    for func in hosts {
        let (module, item) = func.names();
        let host = Host { names: names.clone(), does: func.does.clone(), root: root.clone(), made: Cell::new(0) };
        let call = store.alloc_func(FuncType::new([], []), &*func.name, move |caller, _, _| host.call(caller.store()));
        names.linker.borrow_mut().define(module, item, Extern::Func(call));
    }
}

/// One function of the host.
struct Host {
    names: Rc<Names>,
    does: Does,
    root: InstancePath,
    /// How many instances it has made, or has tried to make.
    made: Cell<usize>,
}

impl Host {
    fn call(&self, store: &mut Store) -> Result<(), Fault> {
        let item = |of: &String, export: &String| self.names.item(of, export);
        match &self.does {
            Does::Trap => Err(host::trap()),
            Does::Write { of, export, at, byte } => host::write(store, item(of, export), *at, *byte),
            Does::Grow { of, export, by } => {
                host::grow(store, item(of, export), *by);
                Ok(())
            }
            Does::Throw { of, export, args } => {
                let args: Vec<Val> = args.iter().copied().map(Val::I32).collect();
                host::throw(store, item(of, export), &args)
            }
            Does::Call { of, export, catches } => host::call(store, item(of, export), *catches),
            Does::Instantiate { module, names, given, register, catches } => {
                let Some(name) = names.get(self.made.get()).or(names.last()) else { return Ok(()) };
                self.made.set(self.made.get() + 1);
                let made = self.instantiate(store, module, name, given).map(|instance| {
                    let slot = Slot::Core(instance);
                    self.names.instances.borrow_mut().insert(without_sigil(name).to_owned(), slot);
                    if let Some(register) = register {
                        self.names.linker.borrow_mut().define_instance(store, register, instance);
                    }
                });
                host::end_here(made.map_err(host::fault), *catches)
            }
        }
    }

    fn instantiate(
        &self,
        store: &mut Store,
        module: &str,
        name: &str,
        given: &BTreeMap<String, String>,
    ) -> Result<InstanceAddr, InstantiateError> {
        let definition = self.names.definitions.borrow().get(without_sigil(module)).cloned();
        let Some(Ok(Defined::Module(module))) = definition else {
            return Err(InstantiateError::Fault {
                phase: preflight_engine::trace::Phase::Initialise,
                fault: unknown(module),
            });
        };
        let externs = {
            let linker = self.names.linker.borrow();
            let mut with = linker.clone();
            for (import, registered) in given {
                with.define_as(import, &linker, registered);
            }
            with.resolve(store, &module)?
        };
        store.instantiate(&module, &externs, self.root.child(name))
    }
}

/// Names stand without `$` in what is kept of a script.
fn without_sigil(name: &str) -> &str {
    name.strip_prefix('$').unwrap_or(name)
}

fn unknown(module: &str) -> Fault {
    Fault::Usage(format!("there is no core module definition {module} for a function of the host to instantiate"))
}

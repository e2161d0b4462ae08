//! Functions of the host that act, on runtimes in this process: what they do, in terms of what a runtime can do while one of its
//! host functions runs.

use super::in_process::{keep, kept};
use crate::{
    case::Does,
    runtime::{Acting, End, HostFunc, Import, InstanceId, Item, ModuleId},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A store that can be used, be it by the adapter or by a function of the host that has been called.
pub(super) trait Inside {
    /// A compiled module.
    type Module: Clone;
    /// An instance.
    type Instance: Clone;
    /// What can be exported and imported.
    type Extern: Clone;
    /// How something ended, if not well.
    type Error;

    /// An export; `None` if there is none of this name.
    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Self::Extern>;

    /// A function that records its calls.
    fn recording(&mut self, func: &HostFunc) -> Self::Extern;

    /// Writes into what is a memory; whether that was within its bounds.
    fn write(&mut self, memory: Self::Extern, at: u64, byte: u8) -> bool;

    /// Grows what is a memory, if it can grow.
    fn grow(&mut self, memory: Self::Extern, by: u64);

    /// Throws with what is a tag that takes these arguments.
    fn throw(&mut self, tag: Self::Extern, args: &[i32]) -> Result<(), Self::Error>;

    /// Calls what is a function without parameters.
    fn call(&mut self, func: Self::Extern) -> Result<(), Self::Error>;

    /// Instantiates a module with this for its imports, behind their two names.
    fn instantiate(
        &mut self,
        module: &Self::Module,
        given: &[(&str, &str, Self::Extern)],
    ) -> Result<Self::Instance, Self::Error>;

    /// A trap of the host.
    fn trap() -> Self::Error;

    /// A stack that is exhausted.
    fn exhausted() -> Self::Error;

    /// The class of an error, of an instantiation or of a call.
    fn end(error: &Self::Error, is_instantiation: bool) -> End;

    /// Forgets an exception or a trap that ends here.
    fn forget(&mut self) {}
}

/// How many functions of the host may be at work at a time: each of them stands on the native stack with all that the runtime has on
/// it for what it calls, and few runtimes measure that.
const MOST_AT_WORK: usize = 64;

/// What the adapter and its functions of the host share.
pub(super) struct World<M, I, E>(Arc<Mutex<Inner<M, I, E>>>);

/// Modules and instances by their numbers, and what has a name.
pub(super) struct Inner<M, I, E> {
    pub(super) modules: Vec<M>,
    pub(super) instances: Vec<I>,
    pub(super) registered: HashMap<String, InstanceId>,
    pub(super) made: HashMap<String, InstanceId>,
    /// The functions of the host that act.
    pub(super) acting: HashMap<String, E>,
    at_work: usize,
}

impl<M, I, E> Default for World<M, I, E> {
    fn default() -> Self {
        let (modules, instances, acting) = (Vec::new(), Vec::new(), HashMap::new());
        let (registered, made) = (HashMap::new(), HashMap::new());
        World(Arc::new(Mutex::new(Inner { modules, instances, registered, made, acting, at_work: 0 })))
    }
}

impl<M, I, E> Clone for World<M, I, E> {
    fn clone(&self) -> Self {
        World(self.0.clone())
    }
}

impl<M: Clone, I: Clone, E: Clone> World<M, I, E> {
    /// What is known. Nothing of the guest may run meanwhile.
    pub(super) fn get(&self) -> MutexGuard<'_, Inner<M, I, E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a module.
    pub(super) fn keep(&self, module: M) -> ModuleId {
        ModuleId(keep(&mut self.get().modules, module))
    }

    /// A module that was kept.
    ///
    /// # Errors
    /// There is none of this number.
    pub(super) fn module(&self, module: ModuleId) -> Result<M, End> {
        kept(&self.get().modules, module.0, "module").cloned()
    }

    /// An export of an instance.
    pub(super) fn export<C: Inside<Module = M, Instance = I, Extern = E>>(
        &self,
        store: &mut C,
        instance: InstanceId,
        export: &str,
    ) -> Option<E> {
        let instance = self.get().instances.get(instance.0 as usize).cloned()?;
        store.export(&instance, export)
    }

    fn registered<C: Inside<Module = M, Instance = I, Extern = E>>(
        &self,
        store: &mut C,
        of: &str,
        export: &str,
    ) -> Option<E> {
        let instance = self.get().registered.get(of).copied()?;
        self.export(store, instance, export)
    }

    fn item<C: Inside<Module = M, Instance = I, Extern = E>>(&self, store: &mut C, item: &Item) -> Option<E> {
        match item {
            Item::Host(func) => Some(store.recording(func)),
            Item::Export(instance, export) => self.export(store, *instance, export),
            Item::Registered(of, export) => self.registered(store, of, export),
            Item::Acting(name) => self.get().acting.get(name).cloned(),
        }
    }

    /// Instantiates a module. An import of something that there is not is missing.
    pub(super) fn instantiate<C: Inside<Module = M, Instance = I, Extern = E>>(
        &self,
        store: &mut C,
        module: &M,
        imports: &[Import],
    ) -> Result<InstanceId, C::Error> {
        let mut given = Vec::new();
        for Import { module, name, item } in imports {
            given.extend(self.item(store, item).map(|item| (&**module, &**name, item)));
        }
        let instance = store.instantiate(module, &given)?;
        Ok(InstanceId(keep(&mut self.get().instances, instance)))
    }

    /// Does what a function of the host is to do, which has `made` so many instances before.
    pub(super) fn act<C: Inside<Module = M, Instance = I, Extern = E>>(
        &self,
        store: &mut C,
        acting: &Acting,
        made: &AtomicUsize,
    ) -> Result<(), C::Error> {
        acting.func.record(Vec::new());
        if self.get().at_work == MOST_AT_WORK {
            return Err(C::exhausted());
        }
        self.get().at_work += 1;
        let result = self.do_it(store, acting, made);
        self.get().at_work -= 1;
        result
    }

    fn do_it<C: Inside<Module = M, Instance = I, Extern = E>>(
        &self,
        store: &mut C,
        acting: &Acting,
        made: &AtomicUsize,
    ) -> Result<(), C::Error> {
        match &acting.does {
            Does::Trap => Err(C::trap()),
            Does::Write { of, export, at, byte } => {
                let memory = self.registered(store, of, export);
                let is_within = memory.is_none_or(|memory| store.write(memory, *at, *byte));
                if is_within { Ok(()) } else { Err(C::trap()) }
            }
            Does::Grow { of, export, by } => {
                if let Some(memory) = self.registered(store, of, export) {
                    store.grow(memory, *by);
                }
                Ok(())
            }
            Does::Throw { of, export, args } => match self.registered(store, of, export) {
                Some(tag) => store.throw(tag, args),
                None => Ok(()),
            },
            Does::Call { of, export, catches } => match self.registered(store, of, export) {
                Some(func) => {
                    let result = store.call(func);
                    end_here(store, result, false, *catches)
                }
                None => Ok(()),
            },
            Does::Instantiate { names, register, catches, .. } => {
                let Some((module, imports)) = &acting.instantiates else { return Ok(()) };
                let module = self.module(*module).map_err(|_| C::trap())?;
                let name = names.get(made.fetch_add(1, Ordering::Relaxed)).or(names.last());
                let result = self.instantiate(store, &module, imports).map(|instance| {
                    let mut world = self.get();
                    world.made.extend(name.map(|name| (name.clone(), instance)));
                    world.registered.extend(register.as_ref().map(|name| (name.clone(), instance)));
                });
                end_here(store, result, true, *catches)
            }
        }
    }
}

/// A function of the host that catches lets traps and exceptions end, and what it could not link; what is exhausted stays exhausted.
fn end_here<C: Inside>(
    store: &mut C,
    result: Result<(), C::Error>,
    is_instantiation: bool,
    catches: bool,
) -> Result<(), C::Error> {
    let Err(error) = result else { return Ok(()) };
    match C::end(&error, is_instantiation) {
        End::Exhausted(..) => Err(error),
        _ if catches => {
            store.forget();
            Ok(())
        }
        End::Unlinkable(_) => Err(C::trap()),
        _ => Err(error),
    }
}

/// `hosts`, `register` and `made` of an adapter whose `world` is a [`World`] and whose `acting` makes a function of what it is to do.
macro_rules! names_of_hosts {
    () => {
        fn hosts(&mut self, hosts: &[crate::runtime::Acting]) -> Result<(), End> {
            for acting in hosts {
                let func = self.acting(acting.clone());
                self.world.get().acting.insert(acting.func.name.clone(), Extern::Func(func));
            }
            Ok(())
        }

        fn register(&mut self, name: &str, instance: InstanceId) -> Result<(), End> {
            self.world.get().registered.insert(name.to_owned(), instance);
            Ok(())
        }

        fn made(&mut self, name: &str) -> Result<Option<InstanceId>, End> {
            Ok(self.world.get().made.get(name).copied())
        }
    };
}

pub(super) use names_of_hosts;

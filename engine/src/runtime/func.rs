//! Function instances (core `#syntax-funcinst`).

use super::{FuncAddr, InstanceAddr, TypeId, Val};
use crate::{Store, error::Fault, syntax::FuncType};
use std::rc::Rc;

/// A function: of an instance, or of the host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FuncInst {
    /// Its type.
    pub ty: TypeId,
    /// Where its code is.
    pub kind: FuncKind,
}

/// Where a function's code is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FuncKind {
    /// In an instance's module, at this index of the function index space.
    Wasm {
        /// The instance.
        instance: InstanceAddr,
        /// The function's index.
        index: u32,
    },
    /// In the table of host functions.
    Host(u32),
}

/// A function that the embedder gave.
#[derive(Clone)]
pub(crate) struct HostFunc {
    /// What traces call it.
    pub name: Rc<str>,
    /// Its type, closed.
    pub ty: Rc<FuncType>,
    /// The closure.
    pub call: Rc<HostClosure>,
    /// Whether it is a canonical function of a component, which is no call of the host and not recorded as one.
    pub canon: bool,
}

/// A host function: the caller, the arguments, and the results to fill in (they come in as zeros and nulls).
pub(crate) type HostClosure = dyn Fn(&mut Caller<'_>, &[Val], &mut [Val]) -> Result<(), Fault>;

/// What a host function sees of its caller.
pub struct Caller<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) instance: Option<InstanceAddr>,
}

impl Caller<'_> {
    /// The store; instantiating and calling from here is allowed.
    pub fn store(&mut self) -> &mut Store {
        self.store
    }

    /// The instance whose code called, or `None` if the embedder did.
    pub fn instance(&self) -> Option<InstanceAddr> {
        self.instance
    }
}

/// Functions of the host.
impl Store {
    /// Allocates a host function (core `#alloc-func`). `name` is what traces call it; the heap types of `ty` are abstract
    /// or ids of this store.
    ///
    /// The closure gets the results as zeros and nulls and fills them in. Results of the wrong type are a
    /// [`Fault::Usage`] of the call.
    ///
    /// ```
    /// use preflight_engine::{Config, Store, Val, syntax::{FuncType, ValType}};
    /// let mut store = Store::new(&Config::default());
    /// let ty = FuncType::new([ValType::I32], [ValType::I32]);
    /// let double = store.alloc_func(ty, "host.double", |_, args, results| {
    ///     let Val::I32(n) = args[0] else { unreachable!("the engine checks argument types") };
    ///     results[0] = Val::I32(n * 2);
    ///     Ok(())
    /// });
    /// assert_eq!(store.invoke(double, &[Val::I32(21)]).unwrap(), [Val::I32(42)]);
    /// ```
    pub fn alloc_func(
        &mut self,
        ty: FuncType,
        name: impl Into<Rc<str>>,
        call: impl Fn(&mut Caller<'_>, &[Val], &mut [Val]) -> Result<(), Fault> + 'static,
    ) -> FuncAddr {
        let call: Rc<HostClosure> = Rc::new(call);
        let id = self.types.register_func(ty.clone());
        self.alloc_host_func(id, HostFunc { name: name.into(), ty: Rc::new(ty), call, canon: false })
    }

    /// Allocates a host function of the type `ty` of this store, which must be a function type.
    ///
    /// # Panics
    /// If `ty` is no function type of this store.
    pub fn alloc_func_of_type(
        &mut self,
        ty: TypeId,
        name: impl Into<Rc<str>>,
        call: impl Fn(&mut Caller<'_>, &[Val], &mut [Val]) -> Result<(), Fault> + 'static,
    ) -> FuncAddr {
        let func_type = Rc::new(self.func_type_of(ty).clone());
        self.alloc_host_func(ty, HostFunc { name: name.into(), ty: func_type, call: Rc::new(call), canon: false })
    }

    /// Allocates a host function of the type of another one, `like`, with which it shares it.
    ///
    /// # Panics
    /// If `like` is no host function of this store.
    #[cfg(feature = "wasi")]
    pub(crate) fn alloc_func_like(
        &mut self,
        like: FuncAddr,
        name: impl Into<Rc<str>>,
        call: impl Fn(&mut Caller<'_>, &[Val], &mut [Val]) -> Result<(), Fault> + 'static,
    ) -> FuncAddr {
        let FuncInst { ty: id, kind: FuncKind::Host(index) } = self.funcs[like.0 as usize] else {
            panic!("function {} is no function of the host", like.0);
        };
        let ty = self.host_funcs[index as usize].ty.clone();
        self.alloc_host_func(id, HostFunc { name: name.into(), ty, call: Rc::new(call), canon: false })
    }

    /// A canonical function of a component (CanonicalABI.md, *Canonical Definitions*): not recorded as a host call.
    #[cfg(feature = "component")]
    pub(crate) fn alloc_canon_func(
        &mut self,
        ty: FuncType,
        name: impl Into<Rc<str>>,
        call: impl Fn(&mut Caller<'_>, &[Val], &mut [Val]) -> Result<(), Fault> + 'static,
    ) -> FuncAddr {
        let id = self.types.register_func(ty.clone());
        let func = HostFunc { name: name.into(), ty: Rc::new(ty), call: Rc::new(call), canon: true };
        self.alloc_host_func(id, func)
    }

    fn alloc_host_func(&mut self, ty: TypeId, func: HostFunc) -> FuncAddr {
        self.host_funcs.push(func);
        self.funcs.push(FuncInst { ty, kind: FuncKind::Host(self.host_funcs.len() as u32 - 1) });
        FuncAddr(self.funcs.len() as u32 - 1)
    }
}

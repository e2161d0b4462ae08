//! Canonical definitions (Explainer.md, *Canonical Definitions*): functions made, with their options resolved.

use super::{
    allowed::is_async_without_memory,
    canon::{Direct, LiftOrLower, Options, Resolved, alloc_builtin, canon_lower, flatten_functype},
    instantiate::{Instantiation, found},
    scope::{Func, Type},
    syntax::{CanonicalFunction, CanonicalOption, Names},
    types::{Kind, ValType},
    value::Encoding,
};
use crate::error::Fault;
use std::rc::Rc;

impl Instantiation<'_> {
    /// The options of a canonical definition, resolved now.
    fn options(&self, options: &[CanonicalOption]) -> Result<Rc<Options>, Fault> {
        let mut opts = Options::default();
        let scope = self.store.components.scope(self.scope);
        let func = |index: u32| found(scope.core_funcs.get(index as usize).copied(), "a core function");
        for option in options {
            match option {
                CanonicalOption::UTF8 => opts.string_encoding = Encoding::Utf8,
                CanonicalOption::UTF16 => opts.string_encoding = Encoding::Utf16,
                CanonicalOption::CompactUTF16 => opts.string_encoding = Encoding::Latin1Utf16,
                CanonicalOption::Memory(index) => {
                    let memory = found(scope.core_memories.get(*index as usize).copied(), "a core memory")?;
                    opts.w = usize::from(self.store.memory(memory).ty().is_64);
                    opts.memory = Some(memory);
                }
                CanonicalOption::Realloc(index) => opts.realloc = Some(func(*index)?),
                CanonicalOption::PostReturn(index) => opts.post_return = Some(func(*index)?),
                CanonicalOption::Async => opts.is_async = true,
                CanonicalOption::Callback(index) => opts.callback = Some(func(*index)?),
                CanonicalOption::CoreType(_) | CanonicalOption::Gc => {
                    return Err(Fault::Unsupported("the gc option of canonical definitions".to_owned()));
                }
            }
        }
        Ok(Rc::new(opts))
    }

    /// A canonical definition makes a function; no code of a guest runs (CanonicalABI.md, *Canonical Definitions*).
    pub(super) fn canon(&mut self, canon: &CanonicalFunction) -> Result<(), Fault> {
        match canon {
            CanonicalFunction::Lift { core_func_index, type_index, options } => {
                self.lift(*core_func_index, *type_index, options)
            }
            CanonicalFunction::Lower { func_index, options } => self.lower(*func_index, options),
            _ => {
                let resolved = self.resolve_builtin(canon)?;
                let func = alloc_builtin(self.store, canon, resolved, self.inst);
                self.scope().core_funcs.push(func);
                Ok(())
            }
        }
    }

    fn lift(&mut self, core: u32, ty: u32, options: &[CanonicalOption]) -> Result<(), Fault> {
        let opts = self.options(options)?;
        let index = self.scope().funcs.len() as u32;
        let name = match Names::get(&self.def.names.funcs, index) {
            Some(name) => format!("${name}"),
            None => format!("func {index}"),
        };
        let scope = self.store.components.scope(self.scope);
        let core = *found(scope.core_funcs.get(core as usize), "a core function")?;
        let Some(Type::Func(ft)) = scope.types.get(ty as usize) else { return found(None, "a function type") };
        let func = Func::Lifted { core, ft: ft.clone(), opts, inst: self.inst, name: name.into() };
        self.scope().funcs.push(Rc::new(func));
        Ok(())
    }

    fn lower(&mut self, func: u32, options: &[CanonicalOption]) -> Result<(), Fault> {
        if is_async_without_memory(options) {
            self.record_rule("CM-CANON-08", "as-needed");
        }
        let (opts, inst) = (self.options(options)?, self.inst);
        let scope = self.store.components.scope(self.scope);
        let callee = found(scope.funcs.get(func as usize).cloned(), "a function")?;
        let ty = flatten_functype(&opts, callee.ft(), LiftOrLower::Lower);
        let name = callee.name().to_owned();
        let direct = Direct::of(&callee, &opts, inst);
        let func = self.store.alloc_canon_func(ty, name, move |caller, args, results| {
            canon_lower(caller.store(), &callee, &opts, direct.as_ref(), inst, args, results)
        });
        self.scope().core_funcs.push(func);
        Ok(())
    }

    fn resolve_builtin(&self, canon: &CanonicalFunction) -> Result<Resolved, Fault> {
        use CanonicalFunction as C;
        let scope = self.store.components.scope(self.scope);
        let memory = |memory: Option<crate::runtime::MemAddr>| match memory {
            Some(addr) => Resolved::Memory(addr, usize::from(self.store.memory(addr).ty().is_64)),
            None => Resolved::Nothing,
        };
        Ok(match canon {
            C::ResourceNew { resource } | C::ResourceDrop { resource } | C::ResourceRep { resource } => {
                let Some(Type::Resource(id)) = scope.types.get(*resource as usize) else {
                    return found(None, "a resource type");
                };
                Resolved::Resource(*id)
            }
            C::TaskReturn { result, options } => {
                let result: Option<ValType> = match result {
                    Some(ty) => Some(found(self.store.components.val_type(self.scope, ty), "a value type")?),
                    None => None,
                };
                Resolved::Elements(result, self.options(options)?)
            }
            C::StreamRead { ty, options }
            | C::StreamWrite { ty, options }
            | C::FutureRead { ty, options }
            | C::FutureWrite { ty, options } => Resolved::Elements(self.elements(*ty)?, self.options(options)?),
            C::StreamNew { ty }
            | C::FutureNew { ty }
            | C::StreamCancelRead { ty, .. }
            | C::StreamCancelWrite { ty, .. }
            | C::FutureCancelRead { ty, .. }
            | C::FutureCancelWrite { ty, .. }
            | C::StreamDropReadable { ty }
            | C::StreamDropWritable { ty }
            | C::FutureDropReadable { ty }
            | C::FutureDropWritable { ty } => Resolved::Elements(self.elements(*ty)?, Rc::default()),
            C::ErrorContextNew { options } | C::ErrorContextDebugMessage { options } => {
                Resolved::Options(self.options(options)?)
            }
            C::ThreadNewIndirect { func_ty_index, table_index } => {
                let table = *found(scope.core_tables.get(*table_index as usize), "a core table")?;
                let ty = found(scope.core_types.get(*func_ty_index as usize), "a core type")?;
                Resolved::Table(table, found(ty.as_func(), "a core function type")?.clone())
            }
            C::WaitableSetWait { memory: index, .. } | C::WaitableSetPoll { memory: index, .. } => {
                memory(scope.core_memories.get(*index as usize).copied())
            }
            _ => Resolved::Nothing,
        })
    }

    /// What a stream or future type is of.
    fn elements(&self, ty: u32) -> Result<Option<ValType>, Fault> {
        let ty = self.store.components.scope(self.scope).types.get(ty as usize);
        let elements = match ty {
            Some(Type::Value(ValType::Compound(compound))) => match &compound.kind {
                Kind::Stream(t) | Kind::Future(t) => Some(t.clone()),
                _ => None,
            },
            _ => None,
        };
        found(elements, "a stream or future type")
    }
}

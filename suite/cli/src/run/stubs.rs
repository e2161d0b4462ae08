//! Stand-ins for imports that nobody provides: functions that return defaults (the trace records their calls), and
//! memories, tables, globals and tags of the declared type.

use super::{Member, types};
use preflight::printable;
use preflight_engine::{
    Extern, Fault, Ref, Store, Trap, Val,
    runtime::TypeId,
    syntax::{CompType, ExternType, FuncType, HeapType, Import, RefType, ValType},
    trace::{InstancePath, Resource, TrapCode},
};
use std::{cell::RefCell, collections::HashMap, rc::Rc};
use thiserror::Error;

/// An import for which there can be no stub.
#[derive(Debug, Error)]
#[error(
    "no stub can be made for the import {module:?} {name:?} {ty}: {why}; provide it with --preload {}=FILE",
    printable(module)
)]
pub struct StubError {
    module: String,
    name: String,
    ty: String,
    why: Why,
}

/// Why not.
#[derive(Debug, Error)]
enum Why {
    #[error("its type has no default value")]
    NoDefault,
    #[error("it is larger than the limits allow ({0})")]
    Resource(Resource),
}

impl StubError {
    /// The limit that was in the way, if it was one.
    pub fn resource(&self) -> Option<Resource> {
        match self.why {
            Why::NoDefault => None,
            Why::Resource(resource) => Some(resource),
        }
    }
}

/// One stub.
#[derive(Debug, Clone)]
pub struct Stub {
    /// The instance that imported it first.
    pub at: InstancePath,
    /// The import's first name.
    pub module: String,
    /// The import's second name.
    pub name: String,
    /// Its closed type.
    ty: ExternType,
    /// What stands in.
    pub item: Extern,
}

/// All stubs of a run.
#[derive(Debug, Default)]
pub struct Stubs {
    made: Vec<Stub>,
    /// Places in `made`, by the import's second name: modules import thousands of items.
    by_name: HashMap<String, Vec<usize>>,
    remarks: Rc<RefCell<Vec<String>>>,
}

impl Stubs {
    /// The stubs in the order in which they were made.
    pub fn made(&self) -> &[Stub] {
        &self.made
    }

    /// What the stubs have to say.
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.borrow().clone()
    }

    /// The stub for an import of `member`, of the closed type `ty`. Imports of the same names and type share one, across modules
    /// too.
    ///
    /// # Errors
    /// [`StubError`] if there can be none.
    pub fn get(
        &mut self,
        store: &mut Store,
        member: &Member,
        import: &Import,
        ty: ExternType,
    ) -> Result<Extern, StubError> {
        let module = &member.module;
        let same = |stub: &&Stub| stub.module == import.module && stub.ty == ty;
        let namesakes = self.by_name.get(&import.name).into_iter().flatten();
        if let Some(stub) = namesakes.map(|&index| &self.made[index]).find(same) {
            return Ok(stub.item);
        }
        let item = self.make(store, import, ty).map_err(|why| StubError {
            module: import.module.clone(),
            name: import.name.clone(),
            ty: types::import(module, import.ty),
            why,
        })?;
        let at = member.path.clone();
        self.by_name.entry(import.name.clone()).or_default().push(self.made.len());
        self.made.push(Stub { at, module: import.module.clone(), name: import.name.clone(), ty, item });
        Ok(item)
    }

    fn make(&self, store: &mut Store, import: &Import, ty: ExternType) -> Result<Extern, Why> {
        Ok(match ty {
            ExternType::Func(id) => self.func(store, import, TypeId::of(id)),
            ExternType::Tag(id) => Extern::Tag(store.alloc_tag_of_type(TypeId::of(id))),
            ExternType::Memory(ty) => Extern::Memory(store.alloc_memory(ty).map_err(Why::Resource)?),
            ExternType::Table(ty) if !ty.element.nullable && ty.limits.min > 0 => {
                return Err(Why::NoDefault);
            }
            ExternType::Table(ty) => Extern::Table(store.alloc_table(ty, Ref::NULL).map_err(Why::Resource)?),
            ExternType::Global(ty) => {
                Extern::Global(store.alloc_global(ty, default(ty.content).ok_or(Why::NoDefault)?))
            }
        })
    }

    fn func(&self, store: &mut Store, import: &Import, id: TypeId) -> Extern {
        let name = format!("{}.{}", import.module, import.name);
        let undefaultable = match &store.types().get(id).comp {
            CompType::Func(FuncType { results, .. }) => results.iter().any(|ty| !ty.is_defaultable()),
            _ => false,
        };
        let (said, remarks) = (name.clone(), self.remarks.clone());
        // The engine hands the results over as zeros and nulls: a stub has nothing to add.
        Extern::Func(store.alloc_func_of_type(id, name, move |_, _, _| match undefaultable {
            false => Ok(()),
            true => {
                remarks.borrow_mut().push(format!("the stub {said} trapped: its result type has no default value"));
                Err(Fault::Trap(Trap::from(TrapCode::Host)))
            }
        }))
    }
}

/// Zero or null (core `#default-val`).
fn default(ty: ValType) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(0),
        ValType::I64 => Val::I64(0),
        ValType::F32 => Val::F32(0),
        ValType::F64 => Val::F64(0),
        ValType::V128 => Val::V128(0),
        ValType::Ref(RefType { nullable: true, .. }) => Val::Ref(Ref::NULL),
        // Any number of the host will do where the type asks for something that is there.
        ValType::Ref(RefType { heap: HeapType::Extern | HeapType::Any, .. }) => Val::Ref(Ref::host(0)),
        ValType::Ref(_) => return None,
    })
}

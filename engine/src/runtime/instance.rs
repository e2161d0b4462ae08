//! Module instances and the external values that they import and export (core `#syntax-moduleinst`).

use super::{
    DataAddr, ElemAddr, FuncAddr, GlobalAddr, GlobalInst, InstanceAddr, MemAddr, MemoryInst, TableAddr, TableInst,
    TagAddr, TypeId,
};
use crate::{Module, trace::InstancePath};
use std::rc::Rc;

/// An external value (core `#syntax-externaddr`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum Extern {
    Func(FuncAddr),
    Table(TableAddr),
    Memory(MemAddr),
    Global(GlobalAddr),
    Tag(TagAddr),
}

/// A module instance: what each index of the module means in the store.
///
/// The raw pointers lead into boxes of the store that live as long as the store does; running code reads through them.
pub(crate) struct InstanceInst {
    /// Memory 0, or null if there is none or it is shared: what the fast handlers use.
    pub mem0: *mut MemoryInst,
    /// Globals by index.
    pub global_ptrs: Vec<*mut GlobalInst>,
    /// Memories by index.
    pub mem_ptrs: Vec<*mut MemoryInst>,
    /// Tables by index.
    pub table_ptrs: Vec<*mut TableInst>,
    /// Functions by index.
    pub funcs: Vec<FuncAddr>,
    /// Defined types by type index.
    pub types: Box<[TypeId]>,
    /// Tags by index.
    pub tags: Vec<TagAddr>,
    /// Element instances by index.
    pub elems: Vec<ElemAddr>,
    /// Data instances by index.
    pub datas: Vec<DataAddr>,
    /// Tables by index.
    pub tables: Vec<TableAddr>,
    /// Memories by index.
    pub mems: Vec<MemAddr>,
    /// Globals by index.
    pub globals: Vec<GlobalAddr>,
    /// Its own address.
    pub addr: InstanceAddr,
    /// The module.
    pub module: Module,
    /// Where it stands in the tree of instances.
    pub path: InstancePath,
    /// Whether its instantiation is complete.
    pub done: bool,
}

impl InstanceInst {
    /// The external value that an index of this instance means.
    pub fn external(&self, index: crate::syntax::ExternIndex) -> Extern {
        use crate::syntax::ExternIndex;
        match index {
            ExternIndex::Func(x) => Extern::Func(self.funcs[x as usize]),
            ExternIndex::Table(x) => Extern::Table(self.tables[x as usize]),
            ExternIndex::Memory(x) => Extern::Memory(self.mems[x as usize]),
            ExternIndex::Global(x) => Extern::Global(self.globals[x as usize]),
            ExternIndex::Tag(x) => Extern::Tag(self.tags[x as usize]),
        }
    }
}

/// An element instance (core `#syntax-eleminst`); empty once dropped.
pub(crate) type ElemInst = Vec<super::Ref>;

/// A data instance (core `#syntax-datainst`): a range of the module's bytes; empty once dropped.
#[derive(Debug, Clone)]
pub(crate) struct DataInst {
    /// The module's bytes.
    pub bytes: std::sync::Arc<[u8]>,
    /// Which of them.
    pub range: std::ops::Range<usize>,
}

impl DataInst {
    /// The bytes.
    pub fn get(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}

/// A tag instance (core `#syntax-taginst`).
#[derive(Debug, Clone)]
pub(crate) struct TagInst {
    /// Its type.
    pub ty: TypeId,
    /// The parameters, closed.
    pub params: Rc<[crate::syntax::ValType]>,
}

impl InstanceInst {
    /// An instance without anything in it but its types.
    pub fn new(addr: InstanceAddr, module: Module, types: Box<[TypeId]>, path: InstancePath) -> Self {
        InstanceInst {
            mem0: std::ptr::null_mut(),
            global_ptrs: Vec::new(),
            mem_ptrs: Vec::new(),
            table_ptrs: Vec::new(),
            funcs: Vec::new(),
            types,
            tags: Vec::new(),
            elems: Vec::new(),
            datas: Vec::new(),
            tables: Vec::new(),
            mems: Vec::new(),
            globals: Vec::new(),
            addr,
            module,
            path,
            done: false,
        }
    }

    /// Appends a table to the index space.
    pub fn push_table(&mut self, addr: TableAddr, inst: &mut TableInst) {
        self.tables.push(addr);
        self.table_ptrs.push(inst);
    }

    /// Appends a memory to the index space.
    pub fn push_memory(&mut self, addr: MemAddr, inst: &mut MemoryInst) {
        if self.mems.is_empty() && !inst.ty().shared {
            self.mem0 = inst;
        }
        self.mems.push(addr);
        self.mem_ptrs.push(inst);
    }

    /// Appends a global to the index space.
    pub fn push_global(&mut self, addr: GlobalAddr, inst: &mut GlobalInst) {
        self.globals.push(addr);
        self.global_ptrs.push(inst);
    }
}

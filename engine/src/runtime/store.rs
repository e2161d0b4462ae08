//! The store (core `#syntax-store`): everything that instances share, addressed by the newtypes of this module.

use super::{
    DataAddr, DataInst, ElemAddr, ElemInst, Extern, FuncAddr, FuncInst, FuncKind, GlobalAddr, GlobalInst, Heap,
    HostFunc, InstanceAddr, InstanceInst, MemAddr, MemoryInst, Nursery, Ref, RefKind, SharedMemory, TableAddr,
    TableInst, TagAddr, TagInst, TypeId, TypeRegistry, Val, room::Room,
};
use crate::{
    config::{Config, Limits, Tier},
    error::Fault,
    exec::Entered,
    interp::Machine,
    mutants::{Mutant, on},
    syntax::{CompType, ExternType, FuncType, GlobalType, HeapType, Import, MemoryType, RefType, TableType, ValType},
    trace::{Event, ExternKind, InstancePath, RefValue, Resource, Sink, TrapCode, Value},
};
use std::{
    cell::OnceCell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The store: functions, tables, memories, globals, tags, segments and instances.
///
/// Nothing in it is freed before the store is, except objects of the garbage-collected heap: a function that escaped
/// through a table stays callable, whatever became of its instance's instantiation.
pub struct Store {
    pub(crate) limits: Limits,
    pub(crate) types: TypeRegistry,
    pub(crate) funcs: Vec<FuncInst>,
    pub(crate) host_funcs: Vec<HostFunc>,
    // Boxed for their stable addresses: running code holds pointers to them.
    #[allow(clippy::vec_box, reason = "instances and running code hold pointers into the boxes")]
    pub(crate) tables: Vec<Box<TableInst>>,
    #[allow(clippy::vec_box, reason = "instances and running code hold pointers into the boxes")]
    pub(crate) mems: Vec<Box<MemoryInst>>,
    #[allow(clippy::vec_box, reason = "instances and running code hold pointers into the boxes")]
    pub(crate) globals: Vec<Box<GlobalInst>>,
    #[allow(clippy::vec_box, reason = "running code holds pointers into the boxes")]
    pub(crate) instances: Vec<Box<InstanceInst>>,
    pub(crate) tags: Vec<TagInst>,
    pub(crate) elems: Vec<ElemInst>,
    room: Room,
    nursery: Nursery,
    pub(crate) datas: Vec<DataInst>,
    pub(crate) heap: Heap,
    pub(crate) machine: Machine,
    pub(crate) tier: Tier,
    #[cfg(feature = "jit")]
    pub(crate) jit: crate::jit::State,
    pub(crate) sink: Option<Box<dyn Sink>>,
    /// Set by handles; made with the first one.
    pub(crate) interrupt: OnceCell<Arc<AtomicBool>>,
    /// Fuel that is left; `u64::MAX` stands for no limit.
    pub(crate) fuel: u64,
    /// Host functions that are running, one inside the other.
    pub(crate) host_depth: u32,
    /// References that the embedder keeps alive.
    pub(crate) pinned: Vec<Ref>,
    /// Exceptions on their way through the embedder: roots until the next call from outside.
    pub(crate) thrown: Vec<Ref>,
    /// What was entered from outside and has not been left, the outermost first; kept while events are recorded.
    pub(crate) entered: Vec<Entered>,
    /// The threads of WASI programs.
    #[cfg(feature = "wasi")]
    pub(crate) threads: crate::wasi::threads::Threads,
    /// What the Component Model adds.
    #[cfg(feature = "component")]
    pub(crate) components: crate::component::State,
    #[cfg(feature = "mutants")]
    pub(crate) mutant: crate::mutants::State,
}

#[cfg(feature = "component")]
impl Drop for Store {
    fn drop(&mut self) {
        #[cfg(feature = "wasi")]
        self.end_wasi_threads();
        self.end_threads();
    }
}

/// Stops what a store runs, from any thread.
#[derive(Debug, Clone)]
pub struct InterruptHandle(Arc<AtomicBool>);

impl InterruptHandle {
    /// Makes the running call end with [`Resource::Interrupt`] soon; without one, the next call ends at once.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Store {
    /// An empty store with the limits of `config`. Allocates next to nothing.
    pub fn new(config: &Config) -> Store {
        Store {
            limits: config.limits,
            room: Room::new(&config.limits),
            nursery: Nursery::default(),
            types: TypeRegistry::default(),
            funcs: Vec::new(),
            host_funcs: Vec::new(),
            tables: Vec::new(),
            mems: Vec::new(),
            globals: Vec::new(),
            instances: Vec::new(),
            tags: Vec::new(),
            elems: Vec::new(),
            datas: Vec::new(),
            heap: Heap::new(config.limits.heap_bytes),
            machine: Machine::default(),
            tier: config.tier,
            #[cfg(feature = "jit")]
            jit: crate::jit::State::default(),
            sink: None,
            interrupt: OnceCell::new(),
            fuel: config.limits.fuel.unwrap_or(u64::MAX),
            host_depth: 0,
            pinned: Vec::new(),
            thrown: Vec::new(),
            entered: Vec::new(),
            #[cfg(feature = "wasi")]
            threads: Default::default(),
            #[cfg(feature = "component")]
            components: Default::default(),
            #[cfg(feature = "mutants")]
            mutant: Default::default(),
        }
    }

    /// Sends every event from now on to `sink`; returns the sink that was there.
    pub fn set_sink(&mut self, sink: Option<Box<dyn Sink>>) -> Option<Box<dyn Sink>> {
        std::mem::replace(&mut self.sink, sink)
    }

    /// Records an event. Without a sink the event is not even built.
    #[inline]
    pub fn record(&mut self, event: impl FnOnce() -> Event) {
        if let Some(sink) = &mut self.sink {
            sink.event(event());
        }
    }

    /// Whether events are recorded.
    #[inline]
    pub fn is_recording(&self) -> bool {
        self.sink.is_some()
    }

    /// A handle that stops what this store runs.
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle(self.interrupt_flag().clone())
    }

    /// The flag that handles set.
    pub(crate) fn interrupt_flag(&self) -> &Arc<AtomicBool> {
        self.interrupt.get_or_init(Arc::default)
    }

    /// Fuel that is left, in the units of [`Limits::fuel`]; `None` is unlimited.
    pub fn fuel(&self) -> Option<u64> {
        (self.fuel != u64::MAX).then_some(self.fuel)
    }

    /// Sets the fuel that is left; `None` is unlimited.
    pub fn set_fuel(&mut self, fuel: Option<u64>) {
        self.fuel = fuel.unwrap_or(u64::MAX);
    }

    /// What executes function bodies in this store.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// The store's closed types.
    pub fn types(&self) -> &TypeRegistry {
        &self.types
    }

    /// Allocates a memory (core `#alloc-mem`), zeroed.
    ///
    /// # Errors
    /// [`Resource::Memory`] if it is larger than the limits allow or cannot be had.
    pub fn alloc_memory(&mut self, ty: MemoryType) -> Result<MemAddr, Resource> {
        let mut memory = MemoryInst::new_in(&mut self.nursery, ty, self.limits.memory_bytes)?;
        self.room.take_bytes(memory.len_bytes() as u64)?;
        if on(Mutant::MemoryNotZero) && !self.mems.is_empty() && memory.len_bytes() > 0 {
            memory.fill(0, 7, 1).expect("it has a byte");
        }
        self.mems.push(Box::new(memory));
        Ok(MemAddr(self.mems.len() as u32 - 1))
    }

    /// Makes a memory that other stores share known to this one. Its size counts in the store that allocated it.
    pub fn alloc_shared_memory(&mut self, memory: SharedMemory) -> MemAddr {
        self.mems.push(Box::new(MemoryInst::from_shared(memory)));
        MemAddr(self.mems.len() as u32 - 1)
    }

    /// Allocates a table (core `#alloc-table`) of `init`; the type must be closed.
    ///
    /// # Errors
    /// [`Resource::Memory`] if it is larger than the limits allow or cannot be had.
    ///
    /// # Panics
    /// If `init` is neither null nor of the element type.
    pub fn alloc_table(&mut self, ty: TableType, init: Ref) -> Result<TableAddr, Resource> {
        assert!(
            init.is_null() || self.ref_is(init, ty.element.heap),
            "a table of {:?} cannot hold {init:?}",
            ty.element
        );
        self.room.take_elements(ty.limits.min)?;
        let table = TableInst::new(ty, init, self.limits.table_elements)
            .inspect_err(|_| self.room.give_elements(ty.limits.min))?;
        self.tables.push(Box::new(table));
        Ok(TableAddr(self.tables.len() as u32 - 1))
    }

    /// Allocates a global (core `#alloc-global`); the type must be closed.
    ///
    /// # Panics
    /// If `value` is not of the type.
    pub fn alloc_global(&mut self, ty: GlobalType, value: Val) -> GlobalAddr {
        assert!(self.check_val(value, ty.content).is_ok(), "a global of type {:?} cannot hold {value:?}", ty.content);
        self.globals.push(Box::new(GlobalInst { slots: value.to_slots(), ty }));
        GlobalAddr(self.globals.len() as u32 - 1)
    }

    /// Allocates a tag (core `#alloc-tag`) of a closed function type.
    pub fn alloc_tag(&mut self, ty: FuncType) -> TagAddr {
        let params = ty.params.clone().into();
        let ty = self.types.register_func(ty);
        self.tags.push(TagInst { ty, params });
        TagAddr(self.tags.len() as u32 - 1)
    }

    /// Allocates an element instance (core `#alloc-elem`) with room for `items`, and still without any.
    ///
    /// # Errors
    /// [`Resource::Memory`] if the limits do not allow it.
    pub(crate) fn alloc_elem(&mut self, items: usize) -> Result<ElemAddr, Resource> {
        self.room.take_elements(items as u64)?;
        self.elems.push(ElemInst::with_capacity(items));
        Ok(ElemAddr(self.elems.len() as u32 - 1))
    }

    /// Drops the items of an element instance (core `#exec-elem.drop`).
    pub(crate) fn drop_elem_items(&mut self, addr: ElemAddr) {
        let items = std::mem::take(&mut self.elems[addr.0 as usize]);
        self.room.give_elements(items.len() as u64);
    }

    /// Allocates a data instance (core `#alloc-data`).
    pub(crate) fn alloc_data(&mut self, data: DataInst) -> DataAddr {
        self.datas.push(data);
        DataAddr(self.datas.len() as u32 - 1)
    }

    /// The memory at `addr`.
    pub fn memory(&self, addr: MemAddr) -> &MemoryInst {
        &self.mems[addr.0 as usize]
    }

    /// The memory at `addr`.
    pub fn memory_mut(&mut self, addr: MemAddr) -> &mut MemoryInst {
        &mut self.mems[addr.0 as usize]
    }

    /// The table at `addr`.
    pub fn table(&self, addr: TableAddr) -> &TableInst {
        &self.tables[addr.0 as usize]
    }

    /// The table at `addr`, for code that validation has checked.
    pub(crate) fn table_mut(&mut self, addr: TableAddr) -> &mut TableInst {
        &mut self.tables[addr.0 as usize]
    }

    /// Writes an element of a table (core `#embed-table-write`).
    ///
    /// # Errors
    /// [`Fault::Usage`] if the reference is not of the table's type, a trap if the index is out of bounds.
    pub fn table_set(&mut self, addr: TableAddr, index: u64, value: Ref) -> Result<(), Fault> {
        self.check_element(addr, value)?;
        let set = self.table_mut(addr).set(index, value);
        set.ok_or_else(|| Fault::Trap(TrapCode::OutOfBoundsTable.into()))
    }

    /// Grows a table by `delta` elements (core `#embed-table-grow`); the old size, or `None` if that cannot be.
    ///
    /// # Errors
    /// [`Fault::Usage`] if the reference is not of the table's type.
    pub fn table_grow(&mut self, addr: TableAddr, delta: u64, value: Ref) -> Result<Option<u64>, Fault> {
        self.check_element(addr, value)?;
        Ok(self.grow_table(addr, delta, value))
    }

    /// Grows a table by `delta` elements of its type; the old size, or `None` if that cannot be.
    pub(crate) fn grow_table(&mut self, addr: TableAddr, delta: u64, value: Ref) -> Option<u64> {
        self.room.take_elements(delta).ok()?;
        let old = self.table_mut(addr).grow(delta, value);
        if old.is_none() {
            self.room.give_elements(delta);
        }
        old
    }

    /// Grows a memory by `delta` pages (core `#embed-mem-grow`); the old size, or `None` if that cannot be.
    pub fn memory_grow(&mut self, addr: MemAddr, delta: u64) -> Option<u64> {
        let memory = &mut self.mems[addr.0 as usize];
        let bytes = delta.checked_mul(1 << memory.ty().page_size_log2)?;
        self.room.take_bytes(bytes).ok()?;
        let old = memory.grow(delta);
        if old.is_none() {
            self.room.give_bytes(bytes);
        }
        old
    }

    fn check_element(&self, addr: TableAddr, value: Ref) -> Result<(), Fault> {
        self.check_val(Val::Ref(value), ValType::Ref(self.table(addr).ty().element))
    }

    /// The value of a global (core `#embed-global-read`).
    pub fn global(&self, addr: GlobalAddr) -> Val {
        let global = &self.globals[addr.0 as usize];
        Val::from_slots(global.slots, global.ty.content)
    }

    /// Writes a global (core `#embed-global-write`).
    ///
    /// # Errors
    /// [`Fault::Usage`] if the global is immutable or the value of another type.
    pub fn set_global(&mut self, addr: GlobalAddr, value: Val) -> Result<(), Fault> {
        let ty = self.globals[addr.0 as usize].ty;
        if !ty.mutable {
            return Err(Fault::Usage("the global is immutable".to_owned()));
        }
        self.check_val(value, ty.content)?;
        self.globals[addr.0 as usize].slots = value.to_slots();
        Ok(())
    }

    /// The export `name` of an instance (core `#embed-instance-export`).
    pub fn export(&self, instance: InstanceAddr, name: &str) -> Option<Extern> {
        let instance = self.instance(instance);
        let export = instance.module.syntax().exports.iter().find(|export| export.name == name)?;
        Some(instance.external(export.index))
    }

    /// All exports of an instance in order.
    pub fn exports(&self, instance: InstanceAddr) -> Vec<(String, Extern)> {
        let instance = self.instance(instance);
        let exports = instance.module.syntax().exports.iter();
        exports.map(|export| (export.name.clone(), instance.external(export.index))).collect()
    }

    /// Where an instance stands in the tree of instances.
    pub fn path(&self, instance: InstanceAddr) -> &InstancePath {
        &self.instance(instance).path
    }

    /// Every instance in the order of allocation, also those whose initialisation failed: where it stands, and its module.
    pub fn instances(&self) -> impl Iterator<Item = (&InstancePath, &crate::Module)> {
        self.instances.iter().map(|instance| (&instance.path, &instance.module))
    }

    /// Every exported function that is no host's: the instance that exports it, the name, and which function of which
    /// instance it is.
    pub fn exported_funcs(&self) -> impl Iterator<Item = (&InstancePath, &str, &InstancePath, u32)> {
        self.instances.iter().flat_map(move |instance| {
            instance.module.syntax().exports.iter().filter_map(move |export| {
                let Extern::Func(func) = instance.external(export.index) else { return None };
                let (owner, index) = self.func_owner(func)?;
                Some((&instance.path, export.name.as_str(), self.path(owner), index))
            })
        })
    }

    /// Whether an instance's instantiation is complete.
    pub fn is_done(&self, instance: InstanceAddr) -> bool {
        self.instance(instance).done
    }

    pub(crate) fn instance(&self, addr: InstanceAddr) -> &InstanceInst {
        &self.instances[addr.0 as usize]
    }

    pub(crate) fn instance_mut(&mut self, addr: InstanceAddr) -> &mut InstanceInst {
        &mut self.instances[addr.0 as usize]
    }

    /// The type of a function, closed.
    pub fn func_type(&self, addr: FuncAddr) -> &FuncType {
        self.func_type_of(self.funcs[addr.0 as usize].ty)
    }

    pub(crate) fn func_type_of(&self, ty: TypeId) -> &FuncType {
        match &self.types.get(ty).comp {
            CompType::Func(ty) => ty,
            other => unreachable!("functions have function types, not {other:?}"),
        }
    }

    /// The instance that defines a function and the function's index there; `None` for functions of the host.
    pub fn func_owner(&self, addr: FuncAddr) -> Option<(InstanceAddr, u32)> {
        match self.funcs[addr.0 as usize].kind {
            FuncKind::Wasm { instance, index } => Some((instance, index)),
            FuncKind::Host(_) => None,
        }
    }

    /// The type of an external value, closed, with the current sizes as minimum (core `#embed-extern-type`).
    pub fn extern_type(&self, item: Extern) -> ExternType {
        match item {
            Extern::Func(addr) => ExternType::Func(self.funcs[addr.0 as usize].ty.0),
            Extern::Table(addr) => ExternType::Table(self.table(addr).ty()),
            Extern::Memory(addr) => ExternType::Memory(self.memory(addr).ty()),
            Extern::Global(addr) => ExternType::Global(self.globals[addr.0 as usize].ty),
            Extern::Tag(addr) => ExternType::Tag(self.tags[addr.0 as usize].ty.0),
        }
    }

    /// Whether `reference` is of the closed heap type `heap`, null aside (core `#match-heaptype`).
    pub fn ref_is(&self, reference: Ref, heap: HeapType) -> bool {
        match reference.kind() {
            RefKind::Null => false,
            // A number of the host is an `extern`, and inside `any` a value of no other type.
            RefKind::Host(_) => matches!(heap, HeapType::Extern | HeapType::Any),
            // `extern.convert_any` keeps the word: whatever is in `any` is also in `extern`.
            RefKind::I31(_) => matches!(heap, HeapType::I31 | HeapType::Eq | HeapType::Any | HeapType::Extern),
            RefKind::Func(addr) => match (self.funcs.get(addr.0 as usize), heap) {
                (Some(_), HeapType::Func) => true,
                (Some(func), HeapType::Concrete(id)) => self.types.is_subtype(func.ty, TypeId(id)),
                _ => false,
            },
            RefKind::Object(handle) => {
                use super::ObjectKind;
                let Some(object) = self.heap.get(handle) else { return false };
                match (object.kind(), heap) {
                    (ObjectKind::Exn(_), _) => heap == HeapType::Exn,
                    (_, HeapType::Any | HeapType::Eq | HeapType::Extern) => true,
                    (ObjectKind::Struct(_), HeapType::Struct) | (ObjectKind::Array(_), HeapType::Array) => true,
                    (ObjectKind::Struct(ty) | ObjectKind::Array(ty), HeapType::Concrete(id)) => {
                        self.types.is_subtype(ty, TypeId(id))
                    }
                    _ => false,
                }
            }
        }
    }

    /// Whether `reference` is of the closed type `ty`.
    pub(crate) fn ref_has_type(&self, reference: Ref, ty: RefType) -> bool {
        if reference.is_null() { ty.nullable } else { self.ref_is(reference, ty.heap) }
    }

    /// Checks that a value of the embedder is of the closed type `ty`.
    pub(crate) fn check_val(&self, value: Val, ty: ValType) -> Result<(), Fault> {
        let fits = match (value, ty) {
            (Val::I32(_), ValType::I32)
            | (Val::I64(_), ValType::I64)
            | (Val::F32(_), ValType::F32)
            | (Val::F64(_), ValType::F64)
            | (Val::V128(_), ValType::V128) => true,
            (Val::Ref(reference), ValType::Ref(ty)) => self.ref_has_type(reference, ty),
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err(Fault::Usage(format!("a value is not of the type {}", self.types.describe_val(ty))))
        }
    }

    /// The tag and the arguments of an exception.
    pub fn exception(&self, reference: Ref) -> Option<(TagAddr, Vec<Val>)> {
        let RefKind::Object(handle) = reference.kind() else { return None };
        let object = self.heap.get(handle)?;
        let super::ObjectKind::Exn(tag) = object.kind() else { return None };
        let params = self.tags[tag.0 as usize].params.clone();
        let mut slots = object.bytes().chunks_exact(8).map(|b| u64::from_ne_bytes(b.try_into().expect("8 bytes")));
        let mut next = || slots.next().expect("an exception holds the slots of its parameters");
        let vals = params.iter().map(|ty| {
            let low = next();
            let high = if ty.slots() == 2 { next() } else { 0 };
            Val::from_slots([low, high], *ty)
        });
        Some((tag, vals.collect()))
    }

    /// An exception of the host, to be returned from a host function (core `#embed-exn-alloc`).
    pub fn throw(&mut self, tag: TagAddr, args: &[Val]) -> Fault {
        let params = self.tags[tag.0 as usize].params.clone();
        if params.len() != args.len() {
            return Fault::Usage("an exception was thrown with the wrong number of arguments".to_owned());
        }
        let mut slots = Vec::new();
        for (arg, ty) in args.iter().zip(params.iter()) {
            if let Err(fault) = self.check_val(*arg, *ty) {
                return fault;
            }
            slots.extend_from_slice(&arg.to_slots()[..ty.slots() as usize]);
        }
        match self.alloc_exn(tag, &slots) {
            Ok(exn) => {
                self.thrown.push(exn);
                Fault::Exception(exn)
            }
            Err(what) => Fault::Exhausted(what),
        }
    }

    /// Keeps `reference` and all that can be reached from it alive until the store is dropped.
    pub fn pin(&mut self, reference: Ref) {
        self.pinned.push(reference);
    }

    /// A value as traces show it.
    pub fn trace_value(&self, value: Val) -> Value {
        match value {
            Val::I32(v) => Value::I32(v),
            Val::I64(v) => Value::I64(v),
            Val::F32(bits) => Value::F32(bits),
            Val::F64(bits) => Value::F64(bits),
            Val::V128(bits) => Value::V128(bits),
            Val::Ref(reference) => Value::Ref(self.trace_ref(reference)),
        }
    }

    fn trace_ref(&self, reference: Ref) -> RefValue {
        use super::ObjectKind;
        match reference.kind() {
            RefKind::Null => RefValue::Null,
            RefKind::I31(bits) => RefValue::I31((bits << 1) as i32 >> 1),
            RefKind::Host(number) => RefValue::Extern(number),
            RefKind::Func(addr) => RefValue::Func(match self.funcs[addr.0 as usize].kind {
                FuncKind::Wasm { instance, index } => format!("{}#{index}", self.path(instance)),
                FuncKind::Host(index) => self.host_funcs[index as usize].name.to_string(),
            }),
            RefKind::Object(handle) => match self.heap.get(handle).map(|object| object.kind()) {
                Some(ObjectKind::Array(_)) => RefValue::Array,
                Some(ObjectKind::Exn(_)) => RefValue::Exn,
                Some(ObjectKind::Struct(_)) | None => RefValue::Struct,
            },
        }
    }

    /// An import's declared type for people.
    pub(crate) fn describe_import(&self, import: &Import) -> String {
        match import.ty {
            ExternType::Func(_) => "a function".to_owned(),
            ExternType::Table(ty) => format!("a table {ty:?}"),
            ExternType::Memory(ty) => format!("a memory {ty:?}"),
            ExternType::Global(ty) => format!("a global {ty:?}"),
            ExternType::Tag(_) => "a tag".to_owned(),
        }
    }
}

impl ExternType {
    /// What kind of thing has this type.
    pub fn kind(&self) -> ExternKind {
        match self {
            ExternType::Func(_) => ExternKind::Func,
            ExternType::Table(_) => ExternKind::Table,
            ExternType::Memory(_) => ExternKind::Memory,
            ExternType::Global(_) => ExternKind::Global,
            ExternType::Tag(_) => ExternKind::Tag,
        }
    }
}

impl Val {
    /// The default value of a type (core `#default-val`): zero or null.
    pub fn default_of(ty: ValType) -> Val {
        Val::from_slots([0, 0], ty)
    }

    /// The value as stack slots; all but vectors leave the second at zero.
    pub(crate) fn to_slots(self) -> [u64; 2] {
        match self {
            Val::I32(v) => [v as u32 as u64, 0],
            Val::I64(v) => [v as u64, 0],
            Val::F32(bits) => [bits as u64, 0],
            Val::F64(bits) => [bits, 0],
            Val::V128(bits) => [bits as u64, (bits >> 64) as u64],
            Val::Ref(reference) => [reference.0, 0],
        }
    }

    /// The value of type `ty` in stack slots.
    pub(crate) fn from_slots(slots: [u64; 2], ty: ValType) -> Val {
        match ty {
            ValType::I32 => Val::I32(slots[0] as i32),
            ValType::I64 => Val::I64(slots[0] as i64),
            ValType::F32 => Val::F32(slots[0] as u32),
            ValType::F64 => Val::F64(slots[0]),
            ValType::V128 => Val::V128(slots[0] as u128 | (slots[1] as u128) << 64),
            ValType::Ref(_) => Val::Ref(Ref(slots[0])),
        }
    }
}

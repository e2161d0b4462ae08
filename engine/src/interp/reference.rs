//! Reference and aggregate instructions (core `#exec-instr-ref`, `#exec-instr-aggr`).

use super::{
    code::{Exit, Op},
    context::go,
};
use super::{
    context::Cx,
    memory::pay_elements,
    table::{out_of_bounds as out_of_bounds_table, slow},
    variable::{get, set, simple},
};
use crate::{
    Store,
    error::Fault,
    runtime::{Object, ObjectHandle, Ref, RefKind, TypeId},
    syntax::{HeapType, StorageType, ValType},
    trace::{Resource, TrapCode},
};

/// A heap type in an operand: an abstract one by its number, a concrete one by the module's type index.
#[derive(Clone, Copy)]
pub(super) struct HeapCode(pub u32);

/// Abstract heap types in the order of their numbers.
const ABSTRACT: [HeapType; 12] = [
    HeapType::Any,
    HeapType::Eq,
    HeapType::I31,
    HeapType::Struct,
    HeapType::Array,
    HeapType::None,
    HeapType::Func,
    HeapType::NoFunc,
    HeapType::Extern,
    HeapType::NoExtern,
    HeapType::Exn,
    HeapType::NoExn,
];
/// Type indices end far below.
const FIRST_ABSTRACT: u32 = 0xffff_0000;

impl From<HeapType> for HeapCode {
    fn from(ty: HeapType) -> Self {
        match ty {
            HeapType::Concrete(x) => HeapCode(x),
            _ => {
                let number = ABSTRACT.iter().position(|other| *other == ty).expect("the list is complete");
                HeapCode(FIRST_ABSTRACT + number as u32)
            }
        }
    }
}

/// Whether `reference` has the heap type, or is null and may be.
pub(super) fn has_heap_type(cx: &mut Cx, reference: Ref, heap: HeapCode, nullable: bool) -> bool {
    if reference.is_null() {
        return nullable;
    }
    let heap = match heap.0.checked_sub(FIRST_ABSTRACT) {
        Some(number) => ABSTRACT[number as usize],
        None => HeapType::Concrete(cx.inst().types[heap.0 as usize].0),
    };
    cx.store().ref_is(reference, heap)
}

fn trap<T>(code: TrapCode) -> Result<T, Fault> {
    Err(Fault::Trap(code.into()))
}

simple!(/// `a = (b == null)`.
    ref_is_null, |fp, op, cx| set(fp, op.a, (get(fp, op.b) == 0) as u64));
simple!(/// `a = (b == c)`.
    ref_eq, |fp, op, cx| set(fp, op.a, (get(fp, op.b) == get(fp, op.c)) as u64));
simple!(/// `a = ref.func b`.
ref_func, |fp, op, cx| {
    let addr = *(&(*(*cx).inst).funcs).get_unchecked(op.b as usize);
    set(fp, op.a, Ref::func(addr).0)
});
simple!(/// `a = ref.i31 b`.
    ref_i31, |fp, op, cx| set(fp, op.a, Ref::i31(get(fp, op.b) as i32).0));

slow!(/// Traps if `b` is null, otherwise `a = b`.
ref_as_non_null, |cx, fp, op| {
    let reference = get(fp, op.b);
    if reference == 0 {
        return trap(TrapCode::NullReference);
    }
    set(fp, op.a, reference);
});
slow!(/// `a = b is of heap type c`, or null if `d`.
ref_test, |cx, fp, op| {
    let has = has_heap_type(cx, Ref(get(fp, op.b)), HeapCode(op.c), op.d != 0);
    set(fp, op.a, has as u64);
});
slow!(/// `a = b` if it is of heap type `c`, or null if `d`; traps otherwise.
ref_cast, |cx, fp, op| {
    let reference = get(fp, op.b);
    if !has_heap_type(cx, Ref(reference), HeapCode(op.c), op.d != 0) {
        return trap(TrapCode::CastFailure);
    }
    set(fp, op.a, reference);
});
slow!(/// `a = i31.get_s b`.
i31_get_s, |cx, fp, op| {
    let RefKind::I31(bits) = Ref(get(fp, op.b)).kind() else { return trap(TrapCode::NullReference) };
    set(fp, op.a, (((bits << 1) as i32) >> 1) as u32 as u64);
});
slow!(/// `a = i31.get_u b`.
i31_get_u, |cx, fp, op| {
    let RefKind::I31(bits) = Ref(get(fp, op.b)).kind() else { return trap(TrapCode::NullReference) };
    set(fp, op.a, bits as u64);
});

/// A value of a field: read from the heap into slots.
fn unpack(bytes: &[u8], storage: StorageType, signed: bool) -> [u64; 2] {
    let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("8 bytes"));
    match storage {
        StorageType::I8 if signed => [bytes[0] as i8 as u32 as u64, 0],
        StorageType::I8 => [bytes[0] as u64, 0],
        StorageType::I16 => {
            let half = u16::from_ne_bytes(bytes.try_into().expect("2 bytes"));
            [if signed { half as i16 as u32 as u64 } else { half as u64 }, 0]
        }
        StorageType::Val(ValType::I32 | ValType::F32) => {
            [u32::from_ne_bytes(bytes.try_into().expect("4 bytes")) as u64, 0]
        }
        StorageType::Val(ValType::V128) => [word(&bytes[..8]), word(&bytes[8..])],
        StorageType::Val(_) => [word(bytes), 0],
    }
}

/// Writes slots into a field.
fn pack(bytes: &mut [u8], storage: StorageType, slots: [u64; 2]) {
    match storage {
        StorageType::I8 => bytes[0] = slots[0] as u8,
        StorageType::I16 => bytes.copy_from_slice(&(slots[0] as u16).to_ne_bytes()),
        StorageType::Val(ValType::I32 | ValType::F32) => bytes.copy_from_slice(&(slots[0] as u32).to_ne_bytes()),
        StorageType::Val(ValType::V128) => {
            bytes[..8].copy_from_slice(&slots[0].to_ne_bytes());
            bytes[8..].copy_from_slice(&slots[1].to_ne_bytes());
        }
        StorageType::Val(_) => bytes.copy_from_slice(&slots[0].to_ne_bytes()),
    }
}

/// Slots that a value of the field takes.
fn width(storage: StorageType) -> u32 {
    storage.unpack().slots()
}

unsafe fn get2(fp: *mut u64, slot: u32, width: u32) -> [u64; 2] {
    // SAFETY: as promised by the caller.
    unsafe { [get(fp, slot), if width == 2 { get(fp, slot + 1) } else { 0 }] }
}

unsafe fn set2(fp: *mut u64, slot: u32, width: u32, value: [u64; 2]) {
    // SAFETY: as promised by the caller.
    unsafe {
        set(fp, slot, value[0]);
        if width == 2 {
            set(fp, slot + 1, value[1]);
        }
    }
}

/// The object in a slot, or the trap for null.
fn object(word: u64) -> Result<ObjectHandle, Fault> {
    match Ref(word).kind() {
        RefKind::Object(handle) => Ok(handle),
        _ => trap(TrapCode::NullReference),
    }
}

fn live(store: &mut Store, handle: ObjectHandle) -> &mut Object {
    store.heap.get_mut(handle).expect("a reference that code holds keeps its object alive")
}

impl Store {
    /// Collects garbage if an allocation of so many bytes asks for it.
    pub(crate) fn prepare_alloc(&mut self, size_bytes: usize) -> Result<(), Resource> {
        if self.heap.needs_collection(size_bytes) {
            self.collect_garbage();
            if self.heap.is_crowded() {
                return Err(Resource::Memory);
            }
        }
        Ok(())
    }

    /// Runs the garbage collector. Alive are what globals, tables, element segments, running frames and
    /// [pinned](Store::pin) references reach.
    pub fn collect_garbage(&mut self) {
        let Store { heap, types, machine, globals, tables, elems, pinned, .. } = self;
        let frames = machine.roots().iter().copied();
        let globals = globals.iter().flat_map(|global| global.slots);
        let tables = tables.iter().flat_map(|table| table.entries().iter().map(|entry| entry.0));
        let elems = elems.iter().flat_map(|elem| elem.iter().map(|item| item.0));
        let pinned = pinned.iter().map(|reference| reference.0);
        heap.collect(frames.chain(globals).chain(tables).chain(elems).chain(pinned), types);
    }

    /// Collects garbage at every allocation from now on: to find values that the collector does not see.
    pub fn set_gc_stress(&mut self, stress: bool) {
        self.heap.set_stress(stress);
    }
}

impl Cx {
    /// Makes the frames up to the running one roots of the next collection.
    pub(super) fn publish_roots(&mut self, fp: *mut u64) {
        let top = self.live_top(fp);
        self.store().machine.set_roots(top);
    }

    fn new_struct(&mut self, fp: *mut u64, ty: TypeId) -> Result<Ref, Fault> {
        self.publish_roots(fp);
        let store = self.store();
        let size = store.types.struct_layout(ty).size_bytes as usize;
        store.prepare_alloc(size).map_err(Fault::Exhausted)?;
        store.heap.alloc_struct(ty, size).map_err(Fault::Exhausted)
    }

    fn new_array(&mut self, fp: *mut u64, ty: TypeId, len: u32) -> Result<Ref, Fault> {
        self.publish_roots(fp);
        let store = self.store();
        let elem = store.types.array_elem(ty).size_bytes();
        let size = elem.saturating_mul(len as usize);
        store.prepare_alloc(size).map_err(Fault::Exhausted)?;
        let array = store.heap.alloc_array(ty, elem, len).map_err(Fault::Exhausted)?;
        pay_elements(self, len as u64)?;
        Ok(array)
    }

    fn type_of(&self, x: u32) -> TypeId {
        self.inst().types[x as usize]
    }
}

/// The storage types of a structure's fields.
fn fields(store: &Store, ty: TypeId) -> &[crate::syntax::FieldType] {
    match &store.types.get(ty).comp {
        crate::syntax::CompType::Struct(fields) => fields,
        other => unreachable!("validation: a structure type, not {other:?}"),
    }
}

slow!(/// `a = struct.new c` of the operands from slot `b` on.
struct_new, |cx, fp, op| {
    let ty = cx.type_of(op.c);
    let reference = cx.new_struct(fp, ty)?;
    let store = cx.store();
    let Store { heap, types, .. } = store;
    let crate::syntax::CompType::Struct(fields) = &types.get(ty).comp else { unreachable!("validation") };
    let bytes = heap.get_mut(object(reference.0)?).expect("just allocated").bytes_mut();
    let (mut slot, mut offset) = (op.b, 0);
    for field in fields {
        let (size, width) = (field.storage.size_bytes(), width(field.storage));
        pack(&mut bytes[offset..offset + size], field.storage, get2(fp, slot, width));
        slot += width;
        offset += size;
    }
    set(fp, op.a, reference.0);
});
slow!(/// `a = struct.new_default c`.
struct_new_default, |cx, fp, op| {
    let ty = cx.type_of(op.c);
    let reference = cx.new_struct(fp, ty)?;
    set(fp, op.a, reference.0);
});

/// A field of the structure type: storage type and range of bytes.
fn field(store: &Store, ty: TypeId, x: u32) -> (StorageType, std::ops::Range<usize>) {
    let storage = fields(store, ty)[x as usize].storage;
    let offset = store.types.struct_layout(ty).offsets[x as usize] as usize;
    (storage, offset..offset + storage.size_bytes())
}

macro_rules! struct_get {
    ($(#[$doc:meta])* $name:ident, $signed:literal) => {
        slow!($(#[$doc])* $name, |cx, fp, op| {
            let handle = object(get(fp, op.b))?;
            let ty = cx.type_of(op.c);
            let store = cx.store();
            let (storage, range) = field(store, ty, op.d);
            let value = unpack(&live(store, handle).bytes()[range], storage, $signed);
            set2(fp, op.a, width(storage), value);
        });
    };
}
struct_get!(/// `a = struct.get c d` of `b`, also `struct.get_u`.
    struct_get, false);
struct_get!(/// `a = struct.get_s c d` of `b`.
    struct_get_s, true);
slow!(/// `struct.set c d` of the structure in `a` to `b`.
struct_set, |cx, fp, op| {
    let handle = object(get(fp, op.a))?;
    let ty = cx.type_of(op.c);
    let store = cx.store();
    let (storage, range) = field(store, ty, op.d);
    let value = get2(fp, op.b, width(storage));
    pack(&mut live(store, handle).bytes_mut()[range], storage, value);
});

/// Writes `value` into the elements of `bytes`.
fn fill(bytes: &mut [u8], storage: StorageType, value: [u64; 2]) {
    for element in bytes.chunks_exact_mut(storage.size_bytes()) {
        pack(element, storage, value);
    }
}

slow!(/// `a = array.new c` of the value in `b` and the length in `d`.
array_new, |cx, fp, op| {
    let ty = cx.type_of(op.c);
    let reference = cx.new_array(fp, ty, get(fp, op.d) as u32)?;
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    let value = get2(fp, op.b, width(storage));
    fill(live(store, object(reference.0)?).bytes_mut(), storage, value);
    set(fp, op.a, reference.0);
});
slow!(/// `a = array.new_default c` of the length in `b`.
array_new_default, |cx, fp, op| {
    let ty = cx.type_of(op.c);
    let reference = cx.new_array(fp, ty, get(fp, op.b) as u32)?;
    set(fp, op.a, reference.0);
});
slow!(/// `a = array.new_fixed c` of `d` operands from slot `b` on.
array_new_fixed, |cx, fp, op| {
    let ty = cx.type_of(op.c);
    let reference = cx.new_array(fp, ty, op.d)?;
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    let mut slot = op.b;
    for element in live(store, object(reference.0)?).bytes_mut().chunks_exact_mut(storage.size_bytes()) {
        pack(element, storage, get2(fp, slot, width(storage)));
        slot += width(storage);
    }
    set(fp, op.a, reference.0);
});

fn out_of_bounds_array<T>(_: T) -> Fault {
    Fault::Trap(TrapCode::OutOfBoundsArray.into())
}

/// The bytes of `len` elements from `at` on, in an array of `count` elements.
fn span(at: u32, len: u32, count: u32, size: usize) -> Result<std::ops::Range<usize>, Fault> {
    match at.checked_add(len) {
        Some(end) if end <= count => Ok(at as usize * size..end as usize * size),
        _ => Err(out_of_bounds_array(())),
    }
}

/// The bytes of a data instance that `len` elements from byte `at` on take.
fn data_span(store: &Store, addr: crate::runtime::DataAddr, at: u32, len_bytes: u64) -> Result<Vec<u8>, Fault> {
    let bytes = store.datas[addr.0 as usize].get();
    let end = at as u64 + len_bytes;
    if end > bytes.len() as u64 {
        return trap(TrapCode::OutOfBoundsMemory);
    }
    Ok(bytes[at as usize..end as usize].to_vec())
}

/// The items of an element instance from `at` on.
fn elem_span(store: &Store, addr: crate::runtime::ElemAddr, at: u32, len: u32) -> Result<Vec<Ref>, Fault> {
    let items = &store.elems[addr.0 as usize];
    let end = at as u64 + len as u64;
    if end > items.len() as u64 {
        return Err(out_of_bounds_table(()));
    }
    Ok(items[at as usize..end as usize].to_vec())
}

fn write_refs(bytes: &mut [u8], items: &[Ref]) {
    for (element, item) in bytes.chunks_exact_mut(8).zip(items) {
        element.copy_from_slice(&item.0.to_ne_bytes());
    }
}

/// Data segments are little-endian, fields of the heap are native.
fn data_to_heap(data: &[u8], size: usize) -> Vec<u8> {
    if cfg!(target_endian = "little") {
        return data.to_vec();
    }
    data.chunks_exact(size).flat_map(|element| element.iter().rev().copied()).collect()
}

slow!(/// `a = array.new_data c d`: offset and length from slot `b` on.
array_new_data, |cx, fp, op| {
    let (at, len) = (get(fp, op.b) as u32, get(fp, op.b + 1) as u32);
    let (ty, addr) = (cx.type_of(op.c), cx.inst().datas[op.d as usize]);
    let size = cx.store().types.array_elem(ty).size_bytes();
    let data = data_span(cx.store(), addr, at, len as u64 * size as u64)?;
    let reference = cx.new_array(fp, ty, len)?;
    live(cx.store(), object(reference.0)?).bytes_mut().copy_from_slice(&data_to_heap(&data, size));
    set(fp, op.a, reference.0);
});
slow!(/// `a = array.new_elem c d`: offset and length from slot `b` on.
array_new_elem, |cx, fp, op| {
    let (at, len) = (get(fp, op.b) as u32, get(fp, op.b + 1) as u32);
    let (ty, addr) = (cx.type_of(op.c), cx.inst().elems[op.d as usize]);
    let items = elem_span(cx.store(), addr, at, len)?;
    let reference = cx.new_array(fp, ty, len)?;
    write_refs(live(cx.store(), object(reference.0)?).bytes_mut(), &items);
    set(fp, op.a, reference.0);
});

macro_rules! array_get {
    ($(#[$doc:meta])* $name:ident, $signed:literal) => {
        slow!($(#[$doc])* $name, |cx, fp, op| {
            let handle = object(get(fp, op.b))?;
            let index = get(fp, op.c) as u32;
            let ty = cx.type_of(op.d);
            let store = cx.store();
            let storage = store.types.array_elem(ty);
            let array = live(store, handle);
            let range = span(index, 1, array.len(), storage.size_bytes())?;
            let value = unpack(&array.bytes()[range], storage, $signed);
            set2(fp, op.a, width(storage), value);
        });
    };
}
array_get!(/// `a = array.get d` of the array in `b` at `c`, also `array.get_u`.
    array_get, false);
array_get!(/// `a = array.get_s d` of the array in `b` at `c`.
    array_get_s, true);
slow!(/// `array.set d` of the array in `a` at `b` to `c`.
array_set, |cx, fp, op| {
    let handle = object(get(fp, op.a))?;
    let index = get(fp, op.b) as u32;
    let ty = cx.type_of(op.d);
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    let value = get2(fp, op.c, width(storage));
    let array = live(store, handle);
    let range = span(index, 1, array.len(), storage.size_bytes())?;
    pack(&mut array.bytes_mut()[range], storage, value);
});
slow!(/// `a = array.len b`.
array_len, |cx, fp, op| {
    let handle = object(get(fp, op.b))?;
    let len = live(cx.store(), handle).len();
    set(fp, op.a, len as u64);
});
slow!(/// `array.fill c`: array, index, value, length from slot `b` on.
array_fill, |cx, fp, op| {
    let handle = object(get(fp, op.b))?;
    let ty = cx.type_of(op.c);
    let storage = cx.store().types.array_elem(ty);
    let at = get(fp, op.b + 1) as u32;
    let value = get2(fp, op.b + 2, width(storage));
    let len = get(fp, op.b + 2 + width(storage)) as u32;
    let count = live(cx.store(), handle).len();
    let range = span(at, len, count, storage.size_bytes())?;
    pay_elements(cx, len as u64)?;
    fill(&mut live(cx.store(), handle).bytes_mut()[range], storage, value);
});
slow!(/// `array.copy`: destination, index, source, index, length from slot `b` on; `c` is the destination's type.
array_copy, |cx, fp, op| {
    let (dst, src) = (object(get(fp, op.b))?, object(get(fp, op.b + 2))?);
    let (to, from) = (get(fp, op.b + 1) as u32, get(fp, op.b + 3) as u32);
    let len = get(fp, op.b + 4) as u32;
    let ty = cx.type_of(op.c);
    let store = cx.store();
    let size = store.types.array_elem(ty).size_bytes();
    let target = span(to, len, live(store, dst).len(), size)?;
    let source = span(from, len, live(store, src).len(), size)?;
    pay_elements(cx, len as u64)?;
    let store = cx.store();
    if dst == src {
        live(store, dst).bytes_mut().copy_within(source, target.start);
    } else {
        let bytes = live(store, src).bytes()[source].to_vec();
        live(store, dst).bytes_mut()[target].copy_from_slice(&bytes);
    }
});
slow!(/// `array.init_data c d`: array, index, offset, length from slot `b` on.
array_init_data, |cx, fp, op| {
    let handle = object(get(fp, op.b))?;
    let (to, at, len) = (get(fp, op.b + 1) as u32, get(fp, op.b + 2) as u32, get(fp, op.b + 3) as u32);
    let (ty, addr) = (cx.type_of(op.c), cx.inst().datas[op.d as usize]);
    let store = cx.store();
    let size = store.types.array_elem(ty).size_bytes();
    let range = span(to, len, live(store, handle).len(), size)?;
    let data = data_span(store, addr, at, len as u64 * size as u64)?;
    pay_elements(cx, len as u64)?;
    live(cx.store(), handle).bytes_mut()[range].copy_from_slice(&data_to_heap(&data, size));
});
slow!(/// `array.init_elem c d`: array, index, offset, length from slot `b` on.
array_init_elem, |cx, fp, op| {
    let handle = object(get(fp, op.b))?;
    let (to, at, len) = (get(fp, op.b + 1) as u32, get(fp, op.b + 2) as u32, get(fp, op.b + 3) as u32);
    let addr = cx.inst().elems[op.d as usize];
    let store = cx.store();
    let range = span(to, len, live(store, handle).len(), 8)?;
    let items = elem_span(store, addr, at, len)?;
    pay_elements(cx, len as u64)?;
    write_refs(&mut live(cx.store(), handle).bytes_mut()[range], &items);
});

//! Reference and aggregate instructions (core `#exec-instr-ref`, `#exec-instr-aggr`), and the collector's roots.

use super::{Activation, table::out_of_bounds as out_of_bounds_table};
use crate::{
    Store,
    error::Fault,
    runtime::{DataAddr, ElemAddr, Object, ObjectHandle, Ref, RefKind, TypeId},
    syntax::{CompType, FieldType, HeapType, StorageType, ValType},
    trace::{Resource, TrapCode},
};
use std::ops::Range;

/// A heap type in an operand: an abstract one by its number, a concrete one by the module's type index.
#[derive(Clone, Copy)]
pub(crate) struct HeapCode(pub u32);

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
pub(crate) fn has_heap_type(cx: &mut impl Activation, reference: Ref, heap: HeapCode, nullable: bool) -> bool {
    if reference.is_null() {
        return nullable;
    }
    let heap = match heap.0.checked_sub(FIRST_ABSTRACT) {
        Some(number) => ABSTRACT[number as usize],
        None => HeapType::Concrete(cx.instance().types[heap.0 as usize].0),
    };
    cx.store().ref_is(reference, heap)
}

fn trap<T>(code: TrapCode) -> Result<T, Fault> {
    Err(Fault::Trap(code.into()))
}

/// `ref.cast`: traps unless the reference is of the type.
pub(crate) fn cast(cx: &mut impl Activation, reference: Ref, heap: HeapCode, nullable: bool) -> Result<(), Fault> {
    if has_heap_type(cx, reference, heap, nullable) { Ok(()) } else { trap(TrapCode::CastFailure) }
}

/// `i31.get`.
pub(crate) fn i31_get(reference: Ref, signed: bool) -> Result<u64, Fault> {
    let RefKind::I31(bits) = reference.kind() else { return trap(TrapCode::NullReference) };
    Ok(if signed { (((bits << 1) as i32) >> 1) as u32 as u64 } else { bits as u64 })
}

/// A value of a field: read from the heap into words.
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

/// Writes words into a field.
fn pack(bytes: &mut [u8], storage: StorageType, words: [u64; 2]) {
    match storage {
        StorageType::I8 => bytes[0] = words[0] as u8,
        StorageType::I16 => bytes.copy_from_slice(&(words[0] as u16).to_ne_bytes()),
        StorageType::Val(ValType::I32 | ValType::F32) => bytes.copy_from_slice(&(words[0] as u32).to_ne_bytes()),
        StorageType::Val(ValType::V128) => {
            bytes[..8].copy_from_slice(&words[0].to_ne_bytes());
            bytes[8..].copy_from_slice(&words[1].to_ne_bytes());
        }
        StorageType::Val(_) => bytes.copy_from_slice(&words[0].to_ne_bytes()),
    }
}

/// Words that a value of the field takes.
pub(crate) fn width(storage: StorageType) -> usize {
    storage.unpack().slots() as usize
}

/// The value in the first words.
fn value(words: &[u64], storage: StorageType) -> [u64; 2] {
    [words[0], if width(storage) == 2 { words[1] } else { 0 }]
}

/// The object behind a reference, or the trap for null.
fn object(reference: Ref) -> Result<ObjectHandle, Fault> {
    match reference.kind() {
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
    /// [pinned](Store::pin) references reach, and exceptions that the embedder has been given by a call that still runs.
    pub fn collect_garbage(&mut self) {
        #[cfg(feature = "jit")]
        let compiled = self.jit.roots();
        #[cfg(not(feature = "jit"))]
        let compiled = [];
        #[cfg(feature = "component")]
        #[cfg(feature = "wasi")]
        let suspended = self.components.suspended_roots(self.threads.parked());
        #[cfg(not(feature = "wasi"))]
        let suspended = self.components.suspended_roots(std::iter::empty());
        #[cfg(not(feature = "component"))]
        let suspended = [];
        let Store { heap, types, machine, globals, tables, elems, pinned, thrown, .. } = self;
        let frames = machine.roots().iter().copied().chain(compiled).chain(suspended);
        let globals = globals.iter().flat_map(|global| global.slots);
        let tables = tables.iter().flat_map(|table| table.entries().iter().map(|entry| entry.0));
        let elems = elems.iter().flat_map(|elem| elem.iter().map(|item| item.0));
        let pinned = pinned.iter().chain(&*thrown).map(|reference| reference.0);
        heap.collect(frames.chain(globals).chain(tables).chain(elems).chain(pinned), types);
    }

    /// Collects garbage at every allocation from now on: to find values that the collector does not see.
    pub fn set_gc_stress(&mut self, stress: bool) {
        self.heap.set_stress(stress);
    }
}

fn alloc_struct(cx: &mut impl Activation, ty: TypeId) -> Result<Ref, Fault> {
    cx.publish_roots();
    let store = cx.store();
    let size = store.types.struct_layout(ty).size_bytes as usize;
    store.prepare_alloc(size).map_err(Fault::Exhausted)?;
    store.heap.alloc_struct(ty, size).map_err(Fault::Exhausted)
}

fn alloc_array(cx: &mut impl Activation, ty: TypeId, len: u32) -> Result<Ref, Fault> {
    cx.publish_roots();
    let store = cx.store();
    let elem = store.types.array_elem(ty).size_bytes();
    let size = elem.saturating_mul(len as usize);
    store.prepare_alloc(size).map_err(Fault::Exhausted)?;
    let array = store.heap.alloc_array(ty, elem, len).map_err(Fault::Exhausted)?;
    cx.pay_elements(len as u64)?;
    Ok(array)
}

/// The fields of a structure type.
fn fields(store: &Store, ty: TypeId) -> &[FieldType] {
    match &store.types.get(ty).comp {
        CompType::Struct(fields) => fields,
        other => unreachable!("validation: a structure type, not {other:?}"),
    }
}

/// `struct.new x` of the words of the fields' values.
pub(crate) fn struct_new(cx: &mut impl Activation, x: u32, words: &[u64]) -> Result<Ref, Fault> {
    let ty = cx.instance().types[x as usize];
    let reference = alloc_struct(cx, ty)?;
    let Store { heap, types, .. } = cx.store();
    let CompType::Struct(fields) = &types.get(ty).comp else { unreachable!("validation: a structure type") };
    let bytes = heap.get_mut(object(reference)?).expect("just allocated").bytes_mut();
    let (mut word, mut offset) = (0, 0);
    for field in fields {
        let size = field.storage.size_bytes();
        pack(&mut bytes[offset..offset + size], field.storage, value(&words[word..], field.storage));
        word += width(field.storage);
        offset += size;
    }
    Ok(reference)
}

/// `struct.new_default x`.
pub(crate) fn struct_new_default(cx: &mut impl Activation, x: u32) -> Result<Ref, Fault> {
    let ty = cx.instance().types[x as usize];
    alloc_struct(cx, ty)
}

/// A field of the structure type: storage type and range of bytes.
fn field(store: &Store, ty: TypeId, i: u32) -> (StorageType, Range<usize>) {
    let storage = fields(store, ty)[i as usize].storage;
    let offset = store.types.struct_layout(ty).offsets[i as usize] as usize;
    (storage, offset..offset + storage.size_bytes())
}

/// `struct.get x i`.
pub(crate) fn struct_get(
    cx: &mut impl Activation,
    x: u32,
    i: u32,
    reference: Ref,
    signed: bool,
) -> Result<[u64; 2], Fault> {
    let handle = object(reference)?;
    let ty = cx.instance().types[x as usize];
    let store = cx.store();
    let (storage, range) = field(store, ty, i);
    Ok(unpack(&live(store, handle).bytes()[range], storage, signed))
}

/// `struct.set x i`.
pub(crate) fn struct_set(
    cx: &mut impl Activation,
    x: u32,
    i: u32,
    reference: Ref,
    value: [u64; 2],
) -> Result<(), Fault> {
    let handle = object(reference)?;
    let ty = cx.instance().types[x as usize];
    let store = cx.store();
    let (storage, range) = field(store, ty, i);
    pack(&mut live(store, handle).bytes_mut()[range], storage, value);
    Ok(())
}

/// Writes `value` into the elements of `bytes`.
fn fill(bytes: &mut [u8], storage: StorageType, value: [u64; 2]) {
    for element in bytes.chunks_exact_mut(storage.size_bytes()) {
        pack(element, storage, value);
    }
}

/// `array.new x`.
pub(crate) fn array_new(cx: &mut impl Activation, x: u32, value: [u64; 2], len: u64) -> Result<Ref, Fault> {
    let ty = cx.instance().types[x as usize];
    let reference = alloc_array(cx, ty, len as u32)?;
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    fill(live(store, object(reference)?).bytes_mut(), storage, value);
    Ok(reference)
}

/// `array.new_default x`.
pub(crate) fn array_new_default(cx: &mut impl Activation, x: u32, len: u64) -> Result<Ref, Fault> {
    let ty = cx.instance().types[x as usize];
    alloc_array(cx, ty, len as u32)
}

/// `array.new_fixed x len` of the words of the elements.
pub(crate) fn array_new_fixed(cx: &mut impl Activation, x: u32, len: u32, words: &[u64]) -> Result<Ref, Fault> {
    let ty = cx.instance().types[x as usize];
    let reference = alloc_array(cx, ty, len)?;
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    let elements = live(store, object(reference)?).bytes_mut().chunks_exact_mut(storage.size_bytes());
    for (element, words) in elements.zip(words.chunks_exact(width(storage))) {
        pack(element, storage, value(words, storage));
    }
    Ok(reference)
}

fn out_of_bounds_array<T>(_: T) -> Fault {
    Fault::Trap(TrapCode::OutOfBoundsArray.into())
}

/// The bytes of `len` elements from `at` on, in an array of `count` elements.
fn span(at: u32, len: u32, count: u32, size: usize) -> Result<Range<usize>, Fault> {
    match at.checked_add(len) {
        Some(end) if end <= count => Ok(at as usize * size..end as usize * size),
        _ => Err(out_of_bounds_array(())),
    }
}

/// The bytes of a data instance that `len` elements from byte `at` on take.
fn data_span(store: &Store, addr: DataAddr, at: u32, len_bytes: u64) -> Result<Vec<u8>, Fault> {
    let bytes = store.datas[addr.0 as usize].get();
    let end = at as u64 + len_bytes;
    if end > bytes.len() as u64 {
        return trap(TrapCode::OutOfBoundsMemory);
    }
    Ok(bytes[at as usize..end as usize].to_vec())
}

/// The items of an element instance from `at` on.
fn elem_span(store: &Store, addr: ElemAddr, at: u32, len: u32) -> Result<Vec<Ref>, Fault> {
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

/// `array.new_data x y`: offset and length.
pub(crate) fn array_new_data(cx: &mut impl Activation, x: u32, y: u32, at: u64, len: u64) -> Result<Ref, Fault> {
    let (at, len) = (at as u32, len as u32);
    let (ty, addr) = (cx.instance().types[x as usize], cx.instance().datas[y as usize]);
    let size = cx.store().types.array_elem(ty).size_bytes();
    let data = data_span(cx.store(), addr, at, len as u64 * size as u64)?;
    let reference = alloc_array(cx, ty, len)?;
    live(cx.store(), object(reference)?).bytes_mut().copy_from_slice(&data_to_heap(&data, size));
    Ok(reference)
}

/// `array.new_elem x y`: offset and length.
pub(crate) fn array_new_elem(cx: &mut impl Activation, x: u32, y: u32, at: u64, len: u64) -> Result<Ref, Fault> {
    let (at, len) = (at as u32, len as u32);
    let (ty, addr) = (cx.instance().types[x as usize], cx.instance().elems[y as usize]);
    let items = elem_span(cx.store(), addr, at, len)?;
    let reference = alloc_array(cx, ty, len)?;
    write_refs(live(cx.store(), object(reference)?).bytes_mut(), &items);
    Ok(reference)
}

/// `array.get x`.
pub(crate) fn array_get(
    cx: &mut impl Activation,
    x: u32,
    reference: Ref,
    index: u64,
    signed: bool,
) -> Result<[u64; 2], Fault> {
    let handle = object(reference)?;
    let ty = cx.instance().types[x as usize];
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    let array = live(store, handle);
    let range = span(index as u32, 1, array.len(), storage.size_bytes())?;
    Ok(unpack(&array.bytes()[range], storage, signed))
}

/// `array.set x`.
pub(crate) fn array_set(
    cx: &mut impl Activation,
    x: u32,
    reference: Ref,
    index: u64,
    value: [u64; 2],
) -> Result<(), Fault> {
    let handle = object(reference)?;
    let ty = cx.instance().types[x as usize];
    let store = cx.store();
    let storage = store.types.array_elem(ty);
    let array = live(store, handle);
    let range = span(index as u32, 1, array.len(), storage.size_bytes())?;
    pack(&mut array.bytes_mut()[range], storage, value);
    Ok(())
}

/// `array.len`.
pub(crate) fn array_len(cx: &mut impl Activation, reference: Ref) -> Result<u64, Fault> {
    let handle = object(reference)?;
    Ok(live(cx.store(), handle).len() as u64)
}

/// `array.fill x`.
pub(crate) fn array_fill(
    cx: &mut impl Activation,
    x: u32,
    reference: Ref,
    at: u64,
    value: [u64; 2],
    len: u64,
) -> Result<(), Fault> {
    let handle = object(reference)?;
    let ty = cx.instance().types[x as usize];
    let storage = cx.store().types.array_elem(ty);
    let count = live(cx.store(), handle).len();
    let range = span(at as u32, len as u32, count, storage.size_bytes())?;
    cx.pay_elements(len as u32 as u64)?;
    fill(&mut live(cx.store(), handle).bytes_mut()[range], storage, value);
    Ok(())
}

/// `array.copy x _`: destination with its index, source with its index, length; `x` is the destination's type.
pub(crate) fn array_copy(
    cx: &mut impl Activation,
    x: u32,
    (dst, to): (Ref, u64),
    (src, from): (Ref, u64),
    len: u64,
) -> Result<(), Fault> {
    let (dst, src, len) = (object(dst)?, object(src)?, len as u32);
    let ty = cx.instance().types[x as usize];
    let store = cx.store();
    let size = store.types.array_elem(ty).size_bytes();
    let target = span(to as u32, len, live(store, dst).len(), size)?;
    let source = span(from as u32, len, live(store, src).len(), size)?;
    cx.pay_elements(len as u64)?;
    let store = cx.store();
    if dst == src {
        live(store, dst).bytes_mut().copy_within(source, target.start);
    } else {
        let bytes = live(store, src).bytes()[source].to_vec();
        live(store, dst).bytes_mut()[target].copy_from_slice(&bytes);
    }
    Ok(())
}

/// `array.init_data x y`: array with its index, offset, length.
pub(crate) fn array_init_data(
    cx: &mut impl Activation,
    x: u32,
    y: u32,
    (array, to): (Ref, u64),
    at: u64,
    len: u64,
) -> Result<(), Fault> {
    let (handle, at, len) = (object(array)?, at as u32, len as u32);
    let (ty, addr) = (cx.instance().types[x as usize], cx.instance().datas[y as usize]);
    let store = cx.store();
    let size = store.types.array_elem(ty).size_bytes();
    let range = span(to as u32, len, live(store, handle).len(), size)?;
    let data = data_span(store, addr, at, len as u64 * size as u64)?;
    cx.pay_elements(len as u64)?;
    live(cx.store(), handle).bytes_mut()[range].copy_from_slice(&data_to_heap(&data, size));
    Ok(())
}

/// `array.init_elem _ y`: array with its index, offset, length.
pub(crate) fn array_init_elem(
    cx: &mut impl Activation,
    y: u32,
    (array, to): (Ref, u64),
    at: u64,
    len: u64,
) -> Result<(), Fault> {
    let (handle, at, len) = (object(array)?, at as u32, len as u32);
    let addr = cx.instance().elems[y as usize];
    let store = cx.store();
    let range = span(to as u32, len, live(store, handle).len(), 8)?;
    let items = elem_span(store, addr, at, len)?;
    cx.pay_elements(len as u64)?;
    write_refs(&mut live(cx.store(), handle).bytes_mut()[range], &items);
    Ok(())
}

//! The trap conditions of CanonicalABI.md (`definitions.py`) in loading, storing, lifting and lowering: one assertion for each
//! `trap_if` and `trap()`, named by function and clause, with the value next to it that does not trap where there is one.
//! Those of calls and built-ins are in `engine/tests/component_traps.rs`.

use super::super::super::{
    resource::Dtor,
    resource::{Entry, Handle, ResourceId, ResourceInst, Table, next_index},
    value::ComponentString,
};
use super::*;
use crate::Fault;
use std::{cell::RefCell, collections::VecDeque};

/// The size of the memory of [`context`].
const SIZE: u64 = 64 << 16;

fn code<T>(end: Result<T, Fault>) -> Option<TrapCode> {
    match end {
        Err(Fault::Trap(trap)) => Some(trap.code),
        _ => None,
    }
}

const POINTER: Option<TrapCode> = Some(TrapCode::InvalidPointer);
const VALUE: Option<TrapCode> = Some(TrapCode::InvalidValue);
const STRING: Option<TrapCode> = Some(TrapCode::InvalidString);
const HANDLE: Option<TrapCode> = Some(TrapCode::InvalidHandle);

/// Lifts `flat` as one value of `ty`.
fn lift(ty: &ValType, encoding: Encoding, flat: &[u64]) -> Option<TrapCode> {
    let (mut s, cx, memory) = context(encoding, false);
    s.memory_mut(memory).write(1024, &[0xff, 0xd8, 0xff, 0xd8]).expect("room");
    code(lift_in(&mut s, &cx, ty, flat))
}

fn lift_in(s: &mut Store, cx: &Context, ty: &ValType, flat: &[u64]) -> Result<Vec<V>, Fault> {
    let flat: Vec<Val> = flat.iter().map(|bits| Val::I64(*bits as i64)).collect();
    lift_flat_values(s, cx, MAX_FLAT_PARAMS, &mut CoreValueIter::new(&flat), std::slice::from_ref(ty))
}

#[test]
fn convert_i32_to_char() {
    let char = |i| lift(&ValType::Char, Encoding::Utf8, &[i]);
    assert_eq!(char(0x11_0000), VALUE, "i >= 0x110000");
    assert_eq!(char(0x10_ffff), None);
    for i in [0xd800, 0xdfff] {
        assert_eq!(char(i), VALUE, "0xD800 <= i <= 0xDFFF");
    }
    for i in [0xd7ff, 0xe000] {
        assert_eq!(char(i), None);
    }
}

#[test]
fn load_string_from_range() {
    let string = |encoding, ptr, units| lift(&ValType::String, encoding, &[ptr, units]);
    let (utf8, utf16, latin1) = (Encoding::Utf8, Encoding::Utf16, Encoding::Latin1Utf16);
    let tag = 1 << 31;
    for (encoding, units) in [(utf8, 1 << 28), (utf16, 1 << 27), (latin1, 1 << 28), (latin1, tag | 1 << 27)] {
        assert_eq!(string(encoding, 0, units), POINTER, "byte_length > MAX_STRING_BYTE_LENGTH: {encoding:?}");
    }
    for (encoding, units) in [(utf16, 0), (latin1, 0), (latin1, tag)] {
        assert_eq!(string(encoding, 1, units), POINTER, "ptr != align_to(ptr, alignment): {encoding:?}");
    }
    assert_eq!(string(utf8, 1, 0), None);
    for (encoding, ptr, units) in
        [(utf8, SIZE - 1, 2), (utf16, SIZE - 2, 2), (latin1, SIZE - 2, 3), (latin1, SIZE - 2, tag | 2)]
    {
        assert_eq!(string(encoding, ptr, units), POINTER, "ptr + byte_length > len(memory): {encoding:?}");
    }
    assert_eq!(string(utf16, SIZE - 2, 1), None, "the last bytes");
    for (encoding, units) in [(utf8, 1), (utf16, 1), (latin1, tag | 1)] {
        assert_eq!(
            string(encoding, 1024 + 2 * u64::from(encoding != utf8), units),
            STRING,
            "except UnicodeError: {encoding:?}"
        );
    }
    assert_eq!(string(latin1, 1024, 2), None, "every byte is Latin-1");
}

#[test]
fn load_list_from_range() {
    let list = ValType::list(ValType::U64);
    let map = ValType::map(ValType::U8, ValType::U64);
    let trap = |ty: &ValType, ptr, length| lift(ty, Encoding::Utf8, &[ptr, length]);
    for ty in [&list, &map] {
        assert_eq!(trap(ty, 0, 1 << 25), POINTER, "length * elem_size > MAX_LIST_BYTE_LENGTH: {ty}");
        assert_eq!(trap(ty, 0, u64::from(u32::MAX)), POINTER, "length * elem_size > MAX_LIST_BYTE_LENGTH: {ty}");
        assert_eq!(trap(ty, 4, 0), POINTER, "ptr != align_to(ptr, alignment): {ty}");
        assert_eq!(trap(ty, SIZE - 16, 3), POINTER, "ptr + length * elem_size > len(memory): {ty}");
        assert_eq!(trap(ty, SIZE - 16, 1), None, "the last bytes: {ty}");
        assert_eq!(trap(ty, SIZE, 0), None, "nothing, behind the last byte: {ty}");
    }
}

#[test]
fn load_variant_and_lift_flat_variant() {
    let variants = [
        (ValType::option(ValType::U8), 2),
        (ValType::result(None, None), 2),
        (ValType::enumeration(["a", "b", "c"]), 3),
        (ValType::variant([("a", Some(ValType::U64))]), 1),
    ];
    for (ty, count) in variants {
        assert_eq!(lift(&ty, Encoding::Utf8, &[count, 0]), VALUE, "lift_flat_variant: case_index >= len(cases): {ty}");
        assert_eq!(lift(&ty, Encoding::Utf8, &[count - 1, 0]), None, "{ty}");
        let load = |index: u64| load_trap(&ty, Encoding::Utf8, &index.to_le_bytes());
        assert_eq!(load(count), VALUE, "load_variant: case_index >= len(cases): {ty}");
        assert_eq!(load(count - 1), None, "{ty}");
    }
}

#[test]
fn lift_flat_values_that_spill() {
    let types = vec![ValType::U64; MAX_FLAT_PARAMS + 1];
    let lift = |ptr: u64| {
        let (mut s, cx, _) = context(Encoding::Utf8, false);
        let flat = [Val::I32(ptr as i32)];
        code(lift_flat_values(&mut s, &cx, MAX_FLAT_PARAMS, &mut CoreValueIter::new(&flat), &types))
    };
    let size = 8 * types.len() as u64;
    assert_eq!(lift(4), POINTER, "ptr != align_to(ptr, alignment(tuple_type))");
    assert_eq!(lift(SIZE - size + 8), POINTER, "ptr + elem_size(tuple_type) > len(memory)");
    assert_eq!(lift(SIZE - size), None);
}

/// A context whose `realloc` returns these addresses, one after the other.
fn scripted(encoding: Encoding, results: &[u64]) -> (Store, Context) {
    let (mut s, cx, _) = context(encoding, false);
    let results = RefCell::new(VecDeque::from(results.to_vec()));
    let i32s = CoreFuncType::new([Core::I32; 4], [Core::I32]);
    let realloc = s.alloc_func(i32s, "realloc", move |_, _, out| {
        out[0] = Val::I32(results.borrow_mut().pop_front().expect("as many calls as are written here") as i32);
        Ok(())
    });
    let opts = Options { realloc: Some(realloc), ..(*cx.opts).clone() };
    let cx = Context { opts: Rc::new(opts), ..cx };
    (s, cx)
}

#[test]
fn lower_flat_values_that_spill() {
    let types = vec![ValType::U64; MAX_FLAT_PARAMS + 1];
    let vals = vec![V::U64(1); types.len()];
    let size = 8 * types.len() as u64;
    let allocated = |ptr| {
        let (mut s, cx) = scripted(Encoding::Utf8, &[ptr]);
        code(lower_flat_values(&mut s, &cx, MAX_FLAT_PARAMS, &vals, &types, None))
    };
    let given = |ptr: u64| {
        let (mut s, cx) = scripted(Encoding::Utf8, &[]);
        let flat = [Val::I32(ptr as i32)];
        code(lower_flat_values(&mut s, &cx, 0, &vals, &types, Some(&mut CoreValueIter::new(&flat))))
    };
    for (what, lower) in [("allocated", &allocated as &dyn Fn(u64) -> _), ("out_param", &given)] {
        assert_eq!(lower(4), POINTER, "ptr != align_to(ptr, alignment(tuple_type)): {what}");
        assert_eq!(lower(SIZE - size + 8), POINTER, "ptr + elem_size(tuple_type) > len(memory): {what}");
        assert_eq!(lower(SIZE - size), None, "{what}");
    }
}

/// Stores a string that came from `source` (its code units tagged or not) with these results of `realloc`.
fn store_string(to: Encoding, text: &str, source: (Encoding, bool), results: &[u64]) -> Option<TrapCode> {
    let (mut s, cx) = scripted(to, results);
    let text = V::String(ComponentString::lifted(text.into(), source.0, source.1));
    code(store(&mut s, &cx, &text, &ValType::String, 512))
}

#[test]
fn storing_strings() {
    use Encoding::{Latin1Utf16, Utf8, Utf16};
    let (utf8, utf16, latin1, tagged) = ((Utf8, false), (Utf16, false), (Latin1Utf16, false), (Latin1Utf16, true));
    // Function and clause; destination, text, source; how many calls of `realloc` come before; how many bytes the one in
    // question is for, and its alignment.
    let cases = [
        ("store_string_copy: utf8", Utf8, "ab", utf8, 0, 2, 1),
        ("store_string_copy: utf16", Utf16, "ab", utf16, 0, 4, 2),
        ("store_string_copy: latin1 to utf16", Utf16, "é", latin1, 0, 2, 2),
        ("store_string_copy: latin1", Latin1Utf16, "éé", latin1, 0, 2, 2),
        ("store_string_to_utf8 (utf16): src_code_units", Utf8, "aé", utf16, 0, 2, 1),
        ("store_string_to_utf8 (utf16): worst_case_size", Utf8, "aé", utf16, 1, 6, 1),
        ("store_string_to_utf8 (utf16): len(encoded)", Utf8, "aé", utf16, 2, 3, 1),
        ("store_string_to_utf8 (latin1): src_code_units", Utf8, "aé", latin1, 0, 2, 1),
        ("store_string_to_utf8 (latin1): worst_case_size", Utf8, "aé", latin1, 1, 4, 1),
        ("store_string_to_utf8 (latin1): len(encoded)", Utf8, "aé", latin1, 2, 3, 1),
        ("store_utf8_to_utf16: worst_case_size", Utf16, "é", utf8, 0, 4, 2),
        ("store_utf8_to_utf16: len(encoded)", Utf16, "é", utf8, 1, 2, 2),
        ("store_string_to_latin1_or_utf16: src_code_units", Latin1Utf16, "é€", utf8, 0, 5, 2),
        ("store_string_to_latin1_or_utf16: worst_case_size", Latin1Utf16, "é€", utf8, 1, 10, 2),
        ("store_string_to_latin1_or_utf16: len(encoded)", Latin1Utf16, "é€", utf8, 2, 4, 2),
        ("store_string_to_latin1_or_utf16: dst_byte_length", Latin1Utf16, "éé", utf8, 1, 2, 2),
        ("store_probably_utf16_to_latin1_or_utf16: src_byte_length", Latin1Utf16, "éé", tagged, 0, 4, 2),
        ("store_probably_utf16_to_latin1_or_utf16: latin1_size", Latin1Utf16, "éé", tagged, 1, 2, 1),
    ];
    for (what, to, text, source, before, len, alignment) in cases {
        // Enough good results after the one in question.
        let results = |last: u64| {
            let before = (0..before).map(|i| 1024 + 1024 * i);
            before.chain([last]).chain([8192, 16384]).collect::<Vec<u64>>()
        };
        let end = |last| store_string(to, text, source, &results(last));
        // An aligned place that is one byte or one alignment too high.
        let too_high = (SIZE - len) / alignment * alignment + alignment;
        assert_eq!(end(too_high), POINTER, "{what}: ptr + … > len(memory)");
        if alignment > 1 {
            assert_eq!(end(4097), POINTER, "{what}: ptr != align_to(ptr, {alignment})");
        }
        assert_eq!(end(4096), None, "{what}");
    }
}

#[test]
fn store_list_into_range() {
    let list = (ValType::list(ValType::U64), V::List(vec![V::U64(1); 2]));
    let map = (ValType::map(ValType::U64, ValType::U8), V::Map(vec![(V::U64(1), V::U8(1))]));
    for (ty, val) in [list, map] {
        let end = |ptr| {
            let (mut s, cx) = scripted(Encoding::Utf8, &[ptr]);
            code(store(&mut s, &cx, &val, &ty, 512))
        };
        assert_eq!(end(4100), POINTER, "ptr != align_to(ptr, alignment(elem_type)): {ty}");
        assert_eq!(end(SIZE - 8), POINTER, "ptr + byte_length > len(memory): {ty}");
        assert_eq!(end(SIZE - 16), None, "{ty}");
    }
}

#[test]
fn table_get_and_add() {
    let handle = Handle { ty: ResourceId(0), rep: 1, own: true, scope: None, num_lends: 0 };
    let mut table = Table::default();
    assert_eq!(table.add(handle).expect("room"), 1);
    assert_eq!(code(table.get_mut(2)), HANDLE, "get: i >= len(array)");
    assert_eq!(code(table.get_mut(u32::MAX)), HANDLE, "get: i >= len(array)");
    assert_eq!(code(table.get_mut(0)), HANDLE, "get: array[0] is None");
    assert_eq!(code(table.remove(0)), HANDLE, "remove: array[0] is None");
    table.remove(1).expect("it is there");
    assert_eq!(code(table.get_mut(1)), HANDLE, "get: array[i] is None");
    assert_eq!(code(table.remove(1)), HANDLE, "remove: array[i] is None");
    const MAX_LENGTH: usize = (1 << 28) - 1;
    assert_eq!(next_index(MAX_LENGTH - 1).expect("the last one"), MAX_LENGTH as u32);
    assert_eq!(code(next_index(MAX_LENGTH)), HANDLE, "add: i > MAX_LENGTH");
}

#[test]
fn lift_own_and_lift_borrow() {
    let (mut s, cx, _) = context(Encoding::Utf8, false);
    let mut resource = || {
        let inst = ResourceInst { name: None, implementer: None, dtor: Dtor::None, rep_64: false };
        s.components.new_resource(inst)
    };
    let (ty, other) = (resource(), resource());
    let handle = |own, num_lends| Handle { ty, rep: 7, own, scope: None, num_lends };
    let mut add = |entry: Entry| s.components.instance_mut(cx.inst).handles.add_entry(entry).expect("room");
    let [owned, lent, borrowed, set] = [
        Entry::Resource(handle(true, 0)),
        Entry::Resource(handle(true, 1)),
        Entry::Resource(handle(false, 0)),
        Entry::WaitableSet(Default::default()),
    ]
    .map(|entry| u64::from(add(entry)));
    let mut end = |ty, i| code(lift_in(&mut s, &cx, &ty, &[i]));
    assert_eq!(end(ValType::Borrow(ty), set), HANDLE, "lift_borrow: not isinstance(h, ResourceHandle)");
    assert_eq!(end(ValType::Borrow(other), owned), HANDLE, "lift_borrow: h.rt is not t.rt");
    assert_eq!(end(ValType::Borrow(ty), 99), HANDLE, "lift_borrow: Table.get");
    assert_eq!(end(ValType::Borrow(ty), borrowed), None, "what is borrowed can be lent again");
    assert_eq!(end(ValType::Own(ty), lent), HANDLE, "lift_own: h.num_lends != 0");
    assert_eq!(end(ValType::Own(ty), 0), HANDLE, "lift_own: Table.remove");
    assert_eq!(end(ValType::Own(ty), set), HANDLE, "lift_own: not isinstance(h, ResourceHandle)");
    // A lift that traps may have removed the handle: nobody gets in again to see it.
    for (what, ty, entry) in [
        ("lift_own: h.rt is not t.rt", ValType::Own(other), handle(true, 0)),
        ("lift_own: not h.own", ValType::Own(ty), handle(false, 0)),
    ] {
        let i = s.components.instance_mut(cx.inst).handles.add(entry).expect("room");
        assert_eq!(code(lift_in(&mut s, &cx, &ty, &[u64::from(i)])), HANDLE, "{what}");
    }
    assert_eq!(code(lift_in(&mut s, &cx, &ValType::Own(ty), &[owned])), None);
}

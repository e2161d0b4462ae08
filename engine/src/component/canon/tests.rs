//! Random types and values through memory and through core values, and the shapes of types against formulas worked out
//! here from the text of CanonicalABI.md, on types of the tests' own.

mod direct;
mod traps;

use super::super::{
    task::{BorrowScope, InstId},
    types::ValType,
    value::{ComponentVal as V, Encoding},
    waitable::Waitable,
};
use super::{
    Context, Options,
    flatten::{LiftOrLower, MAX_FLAT_PARAMS, flatten_functype},
    lift::{CoreValueIter, lift_flat_values},
    load::load,
    lower::lower_flat_values,
    shape::Shape,
    store::store,
};
use crate::{
    Config, Store, Val,
    runtime::MemAddr,
    syntax::{FuncType as CoreFuncType, Limits, MemoryType, ValType as Core},
    trace::{InstancePath, TrapCode},
};
use proptest::prelude::*;
use std::{cell::Cell, rc::Rc};

/// A type, as the tests see it.
#[derive(Debug, Clone)]
enum T {
    Bool,
    U8,
    S16,
    U32,
    S64,
    F32,
    F64,
    Char,
    Str,
    List(Box<T>),
    Fixed(Box<T>, u32),
    Map(Box<T>, Box<T>),
    Record(Vec<T>),
    Tuple(Vec<T>),
    Variant(Vec<Option<T>>),
    Enum(usize),
    Option(Box<T>),
    Result(Option<Box<T>>, Option<Box<T>>),
    Flags(usize),
}

fn labels(prefix: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{prefix}{i}")).collect()
}

impl T {
    fn ty(&self) -> ValType {
        match self {
            T::Bool => ValType::Bool,
            T::U8 => ValType::U8,
            T::S16 => ValType::S16,
            T::U32 => ValType::U32,
            T::S64 => ValType::S64,
            T::F32 => ValType::F32,
            T::F64 => ValType::F64,
            T::Char => ValType::Char,
            T::Str => ValType::String,
            T::List(t) => ValType::list(t.ty()),
            T::Fixed(t, n) => ValType::fixed_list(t.ty(), *n),
            T::Map(k, v) => ValType::map(k.ty(), v.ty()),
            T::Record(ts) => ValType::record(labels("f", ts.len()).into_iter().zip(ts.iter().map(T::ty))),
            T::Tuple(ts) => ValType::tuple(ts.iter().map(T::ty)),
            T::Variant(cs) => {
                let cases = cs.iter().map(|c| c.as_ref().map(T::ty));
                ValType::variant(labels("c", cs.len()).into_iter().zip(cases))
            }
            T::Enum(n) => ValType::enumeration(labels("e", *n)),
            T::Option(t) => ValType::option(t.ty()),
            T::Result(a, b) => ValType::result(a.as_ref().map(|t| t.ty()), b.as_ref().map(|t| t.ty())),
            T::Flags(n) => ValType::flags(labels("l", *n)),
        }
    }

    /// The cases of what despecialises to a variant.
    fn cases(&self) -> Option<Vec<Option<&T>>> {
        Some(match self {
            T::Variant(cs) => cs.iter().map(Option::as_ref).collect(),
            T::Enum(n) => vec![None; *n],
            T::Option(t) => vec![None, Some(t)],
            T::Result(a, b) => vec![a.as_deref(), b.as_deref()],
            _ => return None,
        })
    }

    /// The fields of what is laid out like a record.
    fn fields(&self) -> Option<Vec<&T>> {
        Some(match self {
            T::Record(ts) | T::Tuple(ts) => ts.iter().collect(),
            T::Fixed(t, n) => vec![&**t; *n as usize],
            _ => return None,
        })
    }

    /// Alignment and size with pointers of `p` bytes.
    fn layout(&self, p: usize) -> (usize, usize) {
        if let Some(fields) = self.fields() {
            let (mut align, mut end) = (1usize, 0usize);
            for (a, s) in fields.iter().map(|t| t.layout(p)) {
                align = align.max(a);
                end = end.div_ceil(a) * a + s;
            }
            return (align, end.div_ceil(align) * align);
        }
        if let Some(cases) = self.cases() {
            let tag = if cases.len() <= 256 { 1 } else { 2 };
            let payloads: Vec<_> = cases.iter().flatten().map(|t| t.layout(p)).collect();
            let payload_align = payloads.iter().map(|l| l.0).max().unwrap_or(1);
            let payload_size = payloads.iter().map(|l| l.1).max().unwrap_or(0);
            let align = payload_align.max(tag);
            let start = tag.div_ceil(payload_align) * payload_align;
            return (align, (start + payload_size).div_ceil(align) * align);
        }
        match self {
            T::Bool | T::U8 => (1, 1),
            T::S16 => (2, 2),
            T::U32 | T::F32 | T::Char => (4, 4),
            T::S64 | T::F64 => (8, 8),
            T::Flags(n) if *n <= 8 => (1, 1),
            T::Flags(n) if *n <= 16 => (2, 2),
            T::Flags(_) => (4, 4),
            _ => (p, 2 * p),
        }
    }

    /// The flat form, as letters: `i` and `l` for integers of 32 and 64 bits, `f` and `d` for floats.
    fn flat(&self, p: usize) -> String {
        let ptr = if p == 8 { "l" } else { "i" };
        if let Some(fields) = self.fields() {
            return fields.iter().map(|t| t.flat(p)).collect();
        }
        if let Some(cases) = self.cases() {
            let payloads: Vec<String> = cases.iter().flatten().map(|t| t.flat(p)).collect();
            let longest = payloads.iter().map(String::len).max().unwrap_or(0);
            let joined = (0..longest).map(|i| {
                let mut kinds: Vec<char> = payloads.iter().filter_map(|flat| flat.chars().nth(i)).collect();
                kinds.sort_unstable();
                kinds.dedup();
                match &*kinds {
                    [one] => *one,
                    ['f', 'i'] => 'i',
                    _ => 'l',
                }
            });
            return std::iter::once('i').chain(joined).collect();
        }
        match self {
            T::S64 => "l".to_owned(),
            T::F32 => "f".to_owned(),
            T::F64 => "d".to_owned(),
            T::Str | T::List(_) | T::Map(..) => ptr.repeat(2),
            _ => "i".to_owned(),
        }
    }
}

fn type_strategy() -> impl Strategy<Value = T> {
    let leaf = prop_oneof![
        Just(T::Bool),
        Just(T::U8),
        Just(T::S16),
        Just(T::U32),
        Just(T::S64),
        Just(T::F32),
        Just(T::F64),
        Just(T::Char),
        Just(T::Str),
        prop_oneof![Just(1usize), Just(2), Just(256), Just(257), Just(300)].prop_map(T::Enum),
        (1usize..=32).prop_map(T::Flags),
    ];
    leaf.prop_recursive(3, 24, 5, |t| {
        let boxed = t.clone().prop_map(Box::new);
        let optional = proptest::option::of(boxed.clone());
        prop_oneof![
            boxed.clone().prop_map(T::List),
            (boxed.clone(), 1u32..5).prop_map(|(t, n)| T::Fixed(t, n)),
            (boxed.clone(), boxed.clone()).prop_map(|(k, v)| T::Map(k, v)),
            prop::collection::vec(t.clone(), 1..6).prop_map(T::Record),
            prop::collection::vec(t.clone(), 1..6).prop_map(T::Tuple),
            prop::collection::vec(proptest::option::of(t), 1..5).prop_map(T::Variant),
            boxed.prop_map(T::Option),
            (optional.clone(), optional).prop_map(|(a, b)| T::Result(a, b)),
        ]
    })
}

/// A value of a type, out of random numbers.
fn value(t: &T, next: &mut dyn FnMut() -> u64) -> V {
    let boxed = |t: &T, next: &mut dyn FnMut() -> u64| Some(Box::new(value(t, next)));
    match t {
        T::Bool => V::Bool(next() % 2 == 1),
        T::U8 => V::U8(next() as u8),
        T::S16 => V::S16(next() as i16),
        T::U32 => V::U32(next() as u32),
        T::S64 => V::S64(next() as i64),
        T::F32 => V::F32(super::load::canonicalize_nan32(next() as u32)),
        T::F64 => V::F64(super::load::canonicalize_nan64(next())),
        T::Char => V::Char(char::from_u32((next() % 0x11_0000) as u32).unwrap_or('x')),
        T::Str => {
            let text: String = (0..next() % 5).map(|_| ['a', 'ÿ', 'Ā', '€', '😀'][(next() % 5) as usize]).collect();
            V::string(&text)
        }
        T::List(t) => V::List((0..next() % 4).map(|_| value(t, next)).collect()),
        T::Fixed(t, n) => V::List((0..*n).map(|_| value(t, next)).collect()),
        T::Map(k, v) => V::Map((0..next() % 4).map(|_| (value(k, next), value(v, next))).collect()),
        T::Record(ts) => {
            let labels = labels("f", ts.len()).into_iter().map(Into::into);
            V::Record(labels.zip(ts).map(|(label, t)| (label, value(t, next))).collect())
        }
        T::Tuple(ts) => V::Tuple(ts.iter().map(|t| value(t, next)).collect()),
        T::Variant(cs) => {
            let i = (next() % cs.len() as u64) as usize;
            V::Variant(format!("c{i}").into(), cs[i].as_ref().and_then(|t| boxed(t, next)))
        }
        T::Enum(n) => V::Enum(format!("e{}", next() % *n as u64).into()),
        T::Option(t) => V::Option(if next() & 1 == 0 { None } else { boxed(t, next) }),
        T::Result(a, b) => match next() % 2 {
            0 => V::Result(Ok(a.as_ref().and_then(|t| boxed(t, next)))),
            _ => V::Result(Err(b.as_ref().and_then(|t| boxed(t, next)))),
        },
        T::Flags(n) => V::Flags((0..*n).filter(|_| next() % 2 == 1).map(|i| format!("l{i}").into()).collect()),
    }
}

/// A store with a memory, and a context whose `realloc` hands out ever new addresses.
fn context(string_encoding: Encoding, is_64: bool) -> (Store, Context, MemAddr) {
    let mut s = Store::new(&Config::default());
    let ty = MemoryType { limits: Limits { min: 64, max: None }, is_64, shared: false, page_size_log2: 16 };
    let memory = s.alloc_memory(ty).expect("64 pages");
    let ptr = if is_64 { Core::I64 } else { Core::I32 };
    let next = Cell::new(0x1_0000u64);
    let realloc = s.alloc_func(CoreFuncType::new([ptr; 4], [ptr]), "realloc", move |caller, args, results| {
        let [old, old_len, align, len] = [0, 1, 2, 3].map(|i| super::bits(args[i]));
        let at = super::align_to(next.get(), align);
        next.set(at + len);
        let mut kept = vec![0; old_len.min(len) as usize];
        let memory = caller.store().memory_mut(memory);
        memory.read(old, &mut kept).expect("what was handed out before");
        memory.write(at, &kept).expect("room");
        results[0] = if is_64 { Val::I64(at as i64) } else { Val::I32(at as i32) };
        Ok(())
    });
    let inst: InstId = s.components.new_instance(InstancePath::root(), None);
    let opts = Options {
        string_encoding,
        memory: Some(memory),
        w: usize::from(is_64),
        realloc: Some(realloc),
        ..Options::default()
    };
    let borrow_scope = BorrowScope::Subtask(Waitable::subtask());
    s.components.budget = 1 << 20;
    (s, Context { opts: Rc::new(opts), inst, borrow_scope }, memory)
}

fn letters(types: &[Core]) -> String {
    let letter = |ty: &Core| match ty {
        Core::I32 => 'i',
        Core::I64 => 'l',
        Core::F32 => 'f',
        Core::F64 => 'd',
        _ => '?',
    };
    types.iter().map(letter).collect()
}

fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Latin1Utf16];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn shapes_are_those_of_the_text(t in type_strategy()) {
        let ty = t.ty();
        for w in 0..2 {
            let p = 4 << w;
            prop_assert_eq!((ty.alignment(w) as usize, ty.elem_size(w) as usize), t.layout(p));
            let flat = t.flat(p);
            let expected = (flat.len() <= MAX_FLAT_PARAMS).then_some(flat);
            // A case with too many core values makes the variant have too many: its own count may be lost, not its excess.
            prop_assert_eq!(ty.flat(w).map(letters), expected);
        }
    }

    #[test]
    fn what_is_stored_can_be_loaded(t in type_strategy(), seed: u64, encoding in 0usize..3, is_64: bool) {
        let (mut s, cx, _) = context(ENCODINGS[encoding], is_64);
        let (v, ty) = (value(&t, &mut random(seed)), t.ty());
        prop_assert!(v.is_of(&ty));
        store(&mut s, &cx, &v, &ty, 1024).expect("a store");
        prop_assert_eq!(load(&mut s, &cx, 1024, &ty).expect("a load"), v);
    }

    #[test]
    fn what_is_lowered_can_be_lifted(t in prop::collection::vec(type_strategy(), 1..4), seed: u64, encoding in 0usize..3, is_64: bool) {
        let (mut s, cx, _) = context(ENCODINGS[encoding], is_64);
        let mut next = random(seed);
        let vals: Vec<V> = t.iter().map(|t| value(t, &mut next)).collect();
        let types: Vec<ValType> = t.iter().map(T::ty).collect();
        let flat = lower_flat_values(&mut s, &cx, MAX_FLAT_PARAMS, &vals, &types, None).expect("a lower");
        let ft = super::super::types::FuncType::new(types.iter().map(|ty| ("p", ty.clone())), None);
        let core = flatten_functype(&cx.opts, &ft, LiftOrLower::Lift);
        prop_assert_eq!(flat.len(), core.params.len());
        let lifted = lift_flat_values(&mut s, &cx, MAX_FLAT_PARAMS, &mut CoreValueIter::new(&flat), &types);
        prop_assert_eq!(lifted.expect("a lift"), vals);
    }

    #[test]
    fn strings_survive_all_transcodings(text in "\\PC{0,20}", from in 0usize..3, to in 0usize..3) {
        let (mut s, cx, _) = context(ENCODINGS[from], false);
        store(&mut s, &cx, &V::string(&text), &ValType::String, 1024).expect("a store");
        let lifted = load(&mut s, &cx, 1024, &ValType::String).expect("a load");
        let (mut s, cx, _) = context(ENCODINGS[to], false);
        store(&mut s, &cx, &lifted, &ValType::String, 1024).expect("a store");
        prop_assert_eq!(load(&mut s, &cx, 1024, &ValType::String).expect("a load"), V::string(&text));
    }

    #[test]
    fn random_bytes_never_panic(t in type_strategy(), bytes in prop::collection::vec(any::<u8>(), 256), is_64: bool) {
        let (mut s, cx, memory) = context(Encoding::Latin1Utf16, is_64);
        s.memory_mut(memory).write(1024, &bytes).expect("room");
        let _ = load(&mut s, &cx, 1024, &t.ty());
        let flat: Vec<Val> = bytes.chunks_exact(8).map(|b| Val::I64(i64::from_le_bytes(b.try_into().expect("8")))).collect();
        let _ = lift_flat_values(&mut s, &cx, MAX_FLAT_PARAMS, &mut CoreValueIter::new(&flat), &[t.ty()]);
    }
}

/// The trap code of a load of `ty` from 1024, where `bytes` are.
fn load_trap(ty: &ValType, encoding: Encoding, bytes: &[u8]) -> Option<TrapCode> {
    let (mut s, cx, memory) = context(encoding, false);
    s.memory_mut(memory).write(1024, bytes).expect("room");
    match load(&mut s, &cx, 1024, ty) {
        Err(crate::Fault::Trap(trap)) => Some(trap.code),
        _ => None,
    }
}

fn pair(ptr: u32, len: u32) -> Vec<u8> {
    [ptr.to_le_bytes(), len.to_le_bytes()].concat()
}

#[test]
fn lists_that_share_memory_hit_a_limit() {
    // A list of lists of lists, each of which is the same 4096 entries.
    let (mut s, cx, memory) = context(Encoding::Utf8, false);
    let entries: Vec<u8> = pair(1024, 4096).repeat(4096);
    s.memory_mut(memory).write(1024, &entries).expect("room");
    let ty = ValType::list(ValType::list(ValType::list(ValType::list(ValType::U8))));
    let end = load(&mut s, &cx, 1024, &ty);
    assert!(matches!(end, Err(crate::Fault::Exhausted(_))), "{end:?}");
}

#[test]
fn results_spill_at_the_limits_of_the_text() {
    let func = |n: usize, result| super::super::types::FuncType::new((0..n).map(|_| ("p", ValType::U32)), result);
    let flat = |opts: &Options, n, result, context| {
        let ty = flatten_functype(opts, &func(n, result), context);
        (letters(&ty.params), letters(&ty.results))
    };
    let sync = Options::default();
    let pair = Some(ValType::tuple([ValType::U32, ValType::U32]));
    assert_eq!(flat(&sync, 16, None, LiftOrLower::Lift), ("i".repeat(16), String::new()));
    assert_eq!(flat(&sync, 17, None, LiftOrLower::Lift), ("i".to_owned(), String::new()));
    assert_eq!(flat(&sync, 0, pair.clone(), LiftOrLower::Lift), (String::new(), "i".to_owned()));
    assert_eq!(flat(&sync, 0, pair.clone(), LiftOrLower::Lower), ("i".to_owned(), String::new()));
    let is_async = Options { is_async: true, ..Options::default() };
    assert_eq!(flat(&is_async, 4, None, LiftOrLower::Lower), ("iiii".to_owned(), "i".to_owned()));
    assert_eq!(flat(&is_async, 5, None, LiftOrLower::Lower), ("i".to_owned(), "i".to_owned()));
    assert_eq!(flat(&is_async, 0, pair.clone(), LiftOrLower::Lower), ("i".to_owned(), "i".to_owned()));
    assert_eq!(flat(&is_async, 5, pair, LiftOrLower::Lift), ("iiiii".to_owned(), String::new()));
    assert_eq!(Shape::record([].into_iter(), 0).size, 0);
}

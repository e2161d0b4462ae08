use super::*;
use crate::syntax::{Limits, MemoryType};
use proptest::prelude::*;

fn reference(nullable: bool, heap: HeapType) -> ValType {
    ValType::Ref(RefType { nullable, heap })
}

fn concrete(index: u32) -> ValType {
    reference(true, HeapType::Concrete(index))
}

fn func(params: &[ValType], results: &[ValType]) -> SubType {
    SubType { is_final: true, supertype: None, comp: CompType::Func(FuncType::new(params, results)) }
}

fn structure(fields: &[ValType]) -> SubType {
    let field = |&ty: &ValType| FieldType { storage: StorageType::Val(ty), mutable: false };
    SubType { is_final: false, supertype: None, comp: CompType::Struct(fields.iter().map(field).collect()) }
}

fn array(storage: StorageType) -> SubType {
    SubType { is_final: false, supertype: None, comp: CompType::Array(FieldType { storage, mutable: true }) }
}

fn below(parent: u32, ty: SubType) -> SubType {
    SubType { supertype: Some(parent), ..ty }
}

fn module(groups: Vec<Vec<SubType>>) -> Module {
    let mut module = Module::new([].into());
    for group in groups {
        let start = module.types.len() as u32;
        module.types.extend(group);
        module.rec_groups.push(start..module.types.len() as u32);
    }
    module
}

#[test]
fn equal_function_types_have_one_id() {
    let mut types = TypeRegistry::default();
    let i32_to_i64 = func(&[ValType::I32], &[ValType::I64]);
    let ids = types.close(&module(vec![
        vec![i32_to_i64.clone()],
        vec![func(&[ValType::I64], &[ValType::I32])],
        vec![i32_to_i64],
        vec![func(&[ValType::I32, ValType::I64], &[])],
    ]));
    assert_eq!(ids[0], ids[2]);
    assert_eq!(types.len(), 3);
    assert_eq!(types.register_func(FuncType::new([ValType::I32], [ValType::I64])), ids[0]);
    assert_eq!(types.register_func(FuncType::new([ValType::V128], [])), TypeId(3));
}

#[test]
fn recursive_types_are_equal_wherever_they_are() {
    let mut types = TypeRegistry::default();
    let list = |own| structure(&[ValType::I32, concrete(own)]);
    let a = types.close(&module(vec![vec![list(0)]]));
    let b = types.close(&module(vec![vec![func(&[], &[])], vec![list(1)]]));
    assert_eq!(a[0], b[1]);
    // One that only refers to a list is none.
    let c = types.close(&module(vec![vec![list(0)], vec![list(0)]]));
    assert_eq!(c[0], a[0]);
    assert_ne!(c[1], a[0]);
}

#[test]
fn groups_are_equal_as_a_whole() {
    let mut types = TypeRegistry::default();
    let pair = |start| vec![structure(&[concrete(start + 1)]), func(&[concrete(start)], &[])];
    let a = types.close(&module(vec![pair(0), pair(2)]));
    assert_eq!(a[..2], a[2..]);
    // The same types in one group, in another order, in two groups, or with one more.
    let mut longer = pair(0);
    longer.push(func(&[], &[]));
    for other in [
        vec![vec![func(&[concrete(1)], &[]), structure(&[concrete(0)])]],
        vec![vec![structure(&[concrete(0)])], vec![func(&[concrete(0)], &[])]],
        vec![longer],
    ] {
        let ids = types.close(&module(other));
        assert!(ids.iter().all(|id| !a.contains(id)));
    }
    let alone = types.close(&module(vec![vec![func(&[], &[])]]));
    let in_group = types.close(&module(vec![vec![func(&[], &[]), func(&[], &[])]]));
    assert!(!in_group.contains(&alone[0]) && in_group[0] != in_group[1]);
}

#[test]
fn closed_types_are_hosts_types() {
    let mut types = TypeRegistry::default();
    let ids = types.close(&module(vec![vec![func(&[], &[])], vec![func(&[concrete(0)], &[])]]));
    let host = types.register_func(FuncType::new([concrete(ids[0].0)], []));
    assert_eq!(host, ids[1]);
    assert_eq!(types.func(host), Some(&FuncType::new([concrete(ids[0].0)], [])));
}

#[test]
fn matching_of_heap_types() {
    use HeapType::*;
    let mut types = TypeRegistry::default();
    let i32 = ValType::I32;
    let ids = types.close(&module(vec![
        vec![structure(&[])],
        vec![below(0, structure(&[i32]))],
        vec![below(1, structure(&[i32, i32]))],
        vec![below(0, structure(&[ValType::I64]))],
        vec![func(&[], &[])],
        vec![array(StorageType::I8)],
    ]));
    let [base, middle, leaf, other, f, a] = [0, 1, 2, 3, 4, 5].map(|i: usize| Concrete(ids[i].0));
    let yes = [(leaf, base), (leaf, leaf), (middle, base), (leaf, Struct), (f, Func), (a, Array), (None, leaf)];
    let more =
        [(NoFunc, f), (None, I31), (I31, Eq), (a, Eq), (leaf, Any), (NoExtern, Extern), (NoExn, Exn), (Any, Any)];
    for (a, b) in yes.into_iter().chain(more) {
        assert!(types.match_heap(a, b), "{a} <: {b}");
    }
    let no =
        [(base, leaf), (other, middle), (leaf, other), (leaf, Array), (f, Any), (None, f), (NoFunc, a), (Struct, base)];
    let more =
        [(Any, Eq), (Extern, Any), (None, Func), (Func, NoFunc), (I31, Struct), (Exn, Any), (NoExn, base), (f, a)];
    for (a, b) in no.into_iter().chain(more) {
        assert!(!types.match_heap(a, b), "{a} </: {b}");
    }
    assert!(types.match_val(reference(false, leaf), reference(true, base)));
    assert!(!types.match_val(reference(true, leaf), reference(false, base)));
    assert!(!types.match_val(i32, ValType::I64));
}

fn limits(min: u64, max: Option<u64>) -> Limits {
    Limits { min, max }
}

fn memory(min: u64, max: Option<u64>) -> MemoryType {
    MemoryType { limits: limits(min, max), is_64: false, shared: false, page_size_log2: 16 }
}

#[test]
fn matching_of_memories_and_tables() {
    let types = TypeRegistry::default();
    let mem = |a: MemoryType, b: MemoryType| types.match_extern(ExternType::Memory(a), ExternType::Memory(b));
    assert!(mem(memory(2, Some(3)), memory(1, Some(3))));
    assert!(mem(memory(2, None), memory(2, None)));
    assert!(!mem(memory(1, None), memory(2, None)));
    assert!(!mem(memory(2, None), memory(2, Some(9))));
    assert!(!mem(memory(2, Some(4)), memory(2, Some(3))));
    assert!(!mem(MemoryType { is_64: true, ..memory(1, None) }, memory(1, None)));
    assert!(!mem(MemoryType { shared: true, ..memory(1, Some(1)) }, memory(1, Some(1))));
    assert!(!mem(MemoryType { page_size_log2: 0, ..memory(1, None) }, memory(1, None)));
    let table = |element| ExternType::Table(TableType { element, limits: limits(1, None), is_64: false });
    let not_null = RefType { nullable: false, ..RefType::FUNCREF };
    assert!(types.match_extern(table(RefType::FUNCREF), table(RefType::FUNCREF)));
    assert!(!types.match_extern(table(not_null), table(RefType::FUNCREF)));
    assert!(!types.match_extern(ExternType::Memory(memory(1, None)), table(RefType::FUNCREF)));
}

#[test]
fn matching_of_globals_functions_and_tags() {
    let mut types = TypeRegistry::default();
    let base = SubType { is_final: false, ..func(&[], &[]) };
    let ids = types.close(&module(vec![vec![base.clone()], vec![below(0, base)]]));
    let (base, derived) = (ids[0].0, ids[1].0);
    assert!(types.match_extern(ExternType::Func(derived), ExternType::Func(base)));
    assert!(!types.match_extern(ExternType::Func(base), ExternType::Func(derived)));
    assert!(types.match_extern(ExternType::Tag(base), ExternType::Tag(base)));
    assert!(!types.match_extern(ExternType::Tag(derived), ExternType::Tag(base)));
    let global = |content, mutable| ExternType::Global(GlobalType { content, mutable });
    assert!(types.match_extern(global(concrete(derived), false), global(concrete(base), false)));
    assert!(!types.match_extern(global(concrete(derived), true), global(concrete(base), true)));
    assert!(types.match_extern(global(concrete(derived), true), global(concrete(derived), true)));
    assert!(!types.match_extern(global(ValType::I32, true), global(ValType::I32, false)));
}

#[test]
fn layouts_are_packed() {
    let mut types = TypeRegistry::default();
    let field = |storage| FieldType { storage, mutable: true };
    let externref = StorageType::Val(ValType::Ref(RefType::EXTERNREF));
    let fields = [StorageType::I8, externref, StorageType::I16, StorageType::Val(ValType::V128), externref].map(field);
    let ty = SubType { is_final: true, supertype: None, comp: CompType::Struct(fields.into()) };
    let ids = types.close(&module(vec![vec![ty], vec![array(StorageType::I16)]]));
    let expected = StructLayout { size_bytes: 35, offsets: [0, 1, 9, 11, 27].into(), ref_offsets: [1, 27].into() };
    assert_eq!(types.struct_layout(ids[0]), &expected);
    assert_eq!(types.array_elem(ids[1]), StorageType::I16);
}

#[test]
fn subtypes_are_found_at_any_depth() {
    let mut types = TypeRegistry::default();
    let link = |depth: u32| match depth.checked_sub(1) {
        Some(parent) => below(parent, structure(&vec![ValType::I32; depth as usize])),
        None => structure(&[]),
    };
    let ids = types.close(&module((0..60).map(|depth| vec![link(depth)]).collect()));
    for (i, &a) in ids.iter().enumerate() {
        for (j, &b) in ids.iter().enumerate() {
            assert_eq!(types.is_subtype(a, b), j <= i);
        }
    }
    // As deep as another, and below none but the root.
    let other = types.close(&module(vec![vec![structure(&[])], vec![below(0, structure(&[ValType::F32]))]]));
    assert!(types.is_subtype(other[1], ids[0]) && !types.is_subtype(other[1], ids[1]));
    assert!(!types.is_subtype(ids[59], other[1]));
}

#[test]
fn modules_without_types_add_none() {
    let mut types = TypeRegistry::default();
    assert!(types.close(&Module::new([].into())).is_empty());
    assert!(types.close(&module(vec![vec![], vec![]])).is_empty());
    assert_eq!(types.len(), 0);
}

#[test]
fn closing_replaces_indices() {
    let mut types = TypeRegistry::default();
    types.register_func(FuncType::new([ValType::F32], []));
    let ids = types.close(&module(vec![vec![structure(&[])], vec![func(&[concrete(0)], &[])]]));
    let closed = concrete(ids[0].0);
    assert_ne!(closed, concrete(0));
    let ty = types.close_func(&ids, &FuncType::new([ValType::I32, concrete(0)], [concrete(0)]));
    assert_eq!(ty, FuncType::new([ValType::I32, closed], [closed]));
    assert_eq!(types.close_val(&ids, concrete(0)), closed);
    assert_eq!(types.close_extern(&ids, ExternType::Tag(1)), ExternType::Tag(ids[1].0));
}

#[test]
fn types_as_text() {
    let mut types = TypeRegistry::default();
    let ids = types.close(&module(vec![
        vec![func(&[ValType::I32, concrete(0)], &[reference(false, HeapType::Any)])],
        vec![below(0, structure(&[ValType::Ref(RefType::EXTERNREF)]))],
        vec![array(StorageType::I8)],
    ]));
    let within = "(func (param i32 (ref null (func \u{2026}))) (result (ref any)))";
    let signature = format!("(param i32 (ref null {within})) (result (ref any)))");
    assert_eq!(types.describe_extern(ExternType::Func(ids[0].0)), format!("(func {signature}"));
    assert_eq!(types.describe_extern(ExternType::Tag(ids[0].0)), format!("(tag {signature}"));
    assert_eq!(types.get(ids[0]).to_string(), "(func (param i32 (ref null 0)) (result (ref any)))");
    assert_eq!(types.get(ids[1]).to_string(), "(sub 0 (struct (field externref)))");
    assert_eq!(types.get(ids[2]).to_string(), "(sub (array (mut i8)))");
    let shared = MemoryType { shared: true, is_64: true, page_size_log2: 0, ..memory(1, Some(2)) };
    assert_eq!(types.describe_extern(ExternType::Memory(shared)), "(memory i64 1 2 (pagesize 1) shared)");
    let table = TableType { element: RefType::FUNCREF, limits: limits(3, None), is_64: false };
    assert_eq!(types.describe_extern(ExternType::Table(table)), "(table 3 funcref)");
    let global = GlobalType { content: reference(true, HeapType::NoFunc), mutable: true };
    assert_eq!(types.describe_extern(ExternType::Global(global)), "(global (mut nullfuncref))");
    assert_eq!(types.describe_val(reference(false, HeapType::I31)), "(ref i31)");
}

#[test]
fn types_that_do_not_match_look_different() {
    let mut types = TypeRegistry::default();
    let open = |ty: SubType| SubType { is_final: false, ..ty };
    let members = |count| structure(&vec![ValType::I32; count]);
    let ids = types.close(&module(vec![
        vec![func(&[], &[])],
        vec![open(func(&[], &[]))],
        vec![func(&[], &[]), func(&[], &[])],
        vec![members(1)],
        vec![members(2)],
        vec![members(100)],
        vec![members(101)],
    ]));
    let texts = |expected, actual| types.describe_mismatch(expected, actual);
    let pair = |expected: &str, actual: &str| (expected.to_owned(), actual.to_owned());
    let (func, tag) = (|x: usize| ExternType::Func(ids[x].0), |x: usize| ExternType::Tag(ids[x].0));
    assert_eq!(texts(func(0), func(1)), pair("(func)", "(sub (func))"));
    assert_eq!(texts(tag(0), tag(1)), pair("(tag)", "(tag (type (sub (func))))"));
    assert_eq!(texts(func(0), func(2)), pair("(func)", "(func) of another recursion group"));
    let global = |x: usize| {
        let content = ValType::Ref(RefType { nullable: false, heap: HeapType::Concrete(ids[x].0) });
        ExternType::Global(GlobalType { content, mutable: false })
    };
    let (one, two) = ("(struct (field i32))", "(struct (field i32) (field i32))");
    let shown = |ty: &str| format!("(global (ref {ty}))");
    assert_eq!(texts(global(4), global(5)), (shown(&format!("(sub {one})")), shown(&format!("(sub {two})"))));
    let large = shown("(struct \u{2026})");
    assert_eq!(texts(global(6), global(7)), (large.clone(), large + " that differs in what is left out here"));
}

/// A type from few enough choices that equal ones are common. `index` is its own, `end` that of its group.
fn random_type((kind, parent, fields): &(u8, Option<u8>, Vec<u8>), index: u32, end: u32) -> SubType {
    let val = |&choice: &u8| match choice {
        0 => ValType::I32,
        1 => ValType::Ref(RefType::FUNCREF),
        _ => reference(choice % 2 == 0, HeapType::Concrete(choice as u32 % end)),
    };
    let vals: Vec<ValType> = fields.iter().map(val).collect();
    let ty = match kind % 3 {
        0 => func(&vals, &[]),
        1 => structure(&vals),
        _ => array(vals.first().map_or(StorageType::I16, |&ty| StorageType::Val(ty))),
    };
    SubType { supertype: parent.filter(|_| index > 0).map(|parent| parent as u32 % index), ..ty }
}

fn random_module() -> impl Strategy<Value = Module> {
    let ty = (any::<u8>(), proptest::option::weighted(0.2, 0..8u8), prop::collection::vec(0..6u8, 0..3));
    prop::collection::vec(prop::collection::vec(ty, 1..4), 1..12).prop_map(|groups| {
        let mut start = 0;
        let groups = groups.iter().map(|group| {
            let end = start + group.len() as u32;
            let types = (start..end).zip(group).map(|(index, ty)| random_type(ty, index, end)).collect();
            start = end;
            types
        });
        module(groups.collect())
    })
}

/// Canonicalisation by the book: rolled groups as keys, with `rec i` as an index from the top.
fn close_by_the_book(known: &mut HashMap<Vec<SubType>, u32>, next: &mut u32, module: &Module) -> Vec<u32> {
    let mut ids: Vec<u32> = Vec::new();
    for group in &module.rec_groups {
        let roll =
            |index: u32| if index >= group.start { u32::MAX - (index - group.start) } else { ids[index as usize] };
        let types = &module.types[group.start as usize..group.end as usize];
        let rolled: Vec<SubType> = types.iter().map(|ty| close_sub(ty, &roll)).collect();
        let start = *known.entry(rolled).or_insert_with(|| std::mem::replace(next, *next + types.len() as u32));
        ids.extend(start..start + types.len() as u32);
    }
    ids
}

proptest! {
    #[test]
    fn closing_is_rolling_up(modules in prop::collection::vec(random_module(), 1..4)) {
        let (mut known, mut next, mut types) = (HashMap::new(), 0, TypeRegistry::default());
        for module in modules.iter().chain(&modules) {
            let expected = close_by_the_book(&mut known, &mut next, module);
            let ids = types.close(module);
            prop_assert_eq!(ids.iter().map(|id| id.0).collect::<Vec<_>>(), expected);
            for (ty, &id) in module.types.iter().zip(&ids) {
                prop_assert_eq!(&close_sub(ty, &|index| ids[index as usize].0), types.get(id));
            }
        }
    }

    #[test]
    fn displays_answer_what_chains_do(module in random_module()) {
        let mut types = TypeRegistry::default();
        let ids = types.close(&module);
        for &a in &ids {
            let chain: Vec<TypeId> =
                std::iter::successors(Some(a), |&id| types.get(id).supertype.map(TypeId)).collect();
            for &b in &ids {
                prop_assert_eq!(types.is_subtype(a, b), chain.contains(&b));
            }
        }
    }
}

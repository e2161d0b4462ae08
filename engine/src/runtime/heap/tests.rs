use super::*;
use crate::runtime::{RefKind, TypeRegistry};
use crate::syntax::{CompType, FieldType, HeapType, Module, RefType, StorageType, SubType};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

const ANYREF: ValType = ValType::Ref(RefType { nullable: true, heap: HeapType::Any });

/// A structure of a byte, a reference, a number and another reference; an array of references; an array of `i64`.
struct Types {
    registry: TypeRegistry,
    node: TypeId,
    refs: TypeId,
    numbers: TypeId,
}

/// Offsets of the references in a node, and its size.
const NODE_REFS: [usize; 2] = [1, 17];
const NODE_BYTES: usize = 25;

fn types() -> Types {
    let field = |storage| FieldType { storage, mutable: true };
    let any = field(StorageType::Val(ANYREF));
    let number = field(StorageType::Val(ValType::I64));
    let comps = [
        CompType::Struct([field(StorageType::I8), any, number, any].into()),
        CompType::Array(any),
        CompType::Array(number),
    ];
    let sub = |comp| SubType { is_final: true, supertype: None, comp };
    let module = Module {
        types: comps.map(sub).into(),
        rec_groups: (0..3).map(|i| i..i + 1).collect(),
        ..Module::new([].into())
    };
    let mut registry = TypeRegistry::default();
    let ids = registry.close(&module);
    Types { registry, node: ids[0], refs: ids[1], numbers: ids[2] }
}

fn handle(reference: Ref) -> ObjectHandle {
    match reference.kind() {
        RefKind::Object(handle) => handle,
        other => panic!("no object: {other:?}"),
    }
}

fn link(heap: &mut Heap, from: Ref, offset: usize, to: Ref) {
    heap.get_mut(handle(from)).unwrap().bytes_mut()[offset..offset + 8].copy_from_slice(&to.0.to_ne_bytes());
}

fn heap() -> Heap {
    Heap::new(1 << 30)
}

#[test]
fn objects_are_zeroed_and_keep_what_they_are() {
    let types = types();
    let mut heap = heap();
    let node = heap.alloc_struct(types.node, NODE_BYTES).unwrap();
    let long = heap.alloc_array(types.numbers, 8, 1000).unwrap();
    let exn = heap.alloc_exn(TagAddr(3), &[5, node.0], &[ValType::I64, ANYREF]).unwrap();
    assert_eq!(heap.get(handle(node)).unwrap().bytes(), [0; NODE_BYTES]);
    let array = heap.get_mut(handle(long)).unwrap();
    assert_eq!((array.kind(), array.len(), array.bytes().len()), (ObjectKind::Array(types.numbers), 1000, 8000));
    array.bytes_mut()[7999] = 1;
    assert_eq!(heap.get(handle(long)).unwrap().bytes()[7999], 1);
    let exn = heap.get(handle(exn)).unwrap();
    assert_eq!((exn.kind(), exn.len()), (ObjectKind::Exn(TagAddr(3)), 0));
    assert_eq!(exn.bytes(), [5u64.to_ne_bytes(), node.0.to_ne_bytes()].concat());
    assert_eq!(heap.live_objects(), 3);
    assert_eq!(size_of::<Object>(), 56);
}

#[test]
fn unreachable_objects_and_cycles_are_freed() {
    let types = types();
    let mut heap = heap();
    let [a, b, c] = [(); 3].map(|()| heap.alloc_struct(types.node, NODE_BYTES).unwrap());
    link(&mut heap, a, NODE_REFS[0], b);
    link(&mut heap, b, NODE_REFS[1], a);
    link(&mut heap, c, NODE_REFS[0], c);
    let before = heap.live_bytes();
    assert_eq!(heap.collect([7, a.0, 0], &types.registry), before / 3);
    assert_eq!(heap.live_objects(), 2);
    assert!(heap.get(handle(c)).is_none());
    heap.collect([], &types.registry);
    assert_eq!((heap.live_objects(), heap.live_bytes()), (0, 0));
}

#[test]
fn a_stale_word_is_no_root() {
    let types = types();
    let mut heap = heap();
    let old = heap.alloc_struct(types.node, NODE_BYTES).unwrap();
    heap.collect([], &types.registry);
    let new = heap.alloc_struct(types.node, NODE_BYTES).unwrap();
    assert_eq!(handle(old).index, handle(new).index);
    assert!(heap.get(handle(old)).is_none() && heap.get(handle(new)).is_some());
    heap.collect([old.0], &types.registry);
    assert_eq!(heap.live_objects(), 0);
    // Neither is one that guesses a free slot's next generation, or a slot that never was.
    let free = ObjectHandle { index: 0, generation: 2 };
    assert!(heap.get(free).is_none());
    heap.collect([Ref::object(free).0, Ref::object(ObjectHandle { index: 99, generation: 0 }).0], &types.registry);
    assert_eq!(heap.live_objects(), 0);
}

#[test]
fn a_slot_retires_after_its_last_generation() {
    let types = types();
    let mut heap = heap();
    heap.alloc_struct(types.node, NODE_BYTES).unwrap();
    heap.slots[0].state = LIVE | (LAST_GENERATION - 1);
    heap.collect([], &types.registry);
    let last = handle(heap.alloc_struct(types.node, NODE_BYTES).unwrap());
    assert_eq!((last.index, last.generation), (0, LAST_GENERATION));
    heap.collect([], &types.registry);
    assert_eq!(handle(heap.alloc_struct(types.node, NODE_BYTES).unwrap()).index, 1);
    assert!(heap.get(last).is_none());
}

#[test]
fn only_references_are_followed() {
    let types = types();
    let mut heap = heap();
    let [by_number, by_ref, by_slot] = [(); 3].map(|()| heap.alloc_struct(types.node, NODE_BYTES).unwrap());
    let numbers = heap.alloc_array(types.numbers, 8, 1).unwrap();
    link(&mut heap, numbers, 0, by_number);
    let refs = heap.alloc_array(types.refs, 8, 100).unwrap();
    link(&mut heap, refs, 99 * 8, by_ref);
    let params = [ValType::V128, ANYREF, ValType::I64];
    let exn = heap.alloc_exn(TagAddr(0), &[by_number.0, by_number.0, by_slot.0, by_number.0], &params).unwrap();
    heap.collect([numbers.0, refs.0, exn.0], &types.registry);
    assert!(heap.get(handle(by_number)).is_none());
    assert!(heap.get(handle(by_ref)).is_some() && heap.get(handle(by_slot)).is_some());
}

#[test]
fn exceptions_with_many_arguments_lose_none() {
    let types = types();
    let mut heap = heap();
    let node = heap.alloc_struct(types.node, NODE_BYTES).unwrap();
    let mut slots = [0; 50];
    slots[49] = node.0;
    let params: Vec<ValType> = (0..50).map(|i| if i == 49 { ANYREF } else { ValType::I32 }).collect();
    let exn = heap.alloc_exn(TagAddr(0), &slots, &params).unwrap();
    heap.collect([exn.0], &types.registry);
    assert!(heap.get(handle(node)).is_some());
}

#[test]
fn long_lists_need_no_stack() {
    let types = types();
    let mut heap = heap();
    let mut head = Ref::NULL;
    for _ in 0..300_000 {
        let node = heap.alloc_struct(types.node, NODE_BYTES).unwrap();
        link(&mut heap, node, NODE_REFS[0], head);
        head = node;
    }
    assert!(heap.needs_collection(NODE_BYTES));
    assert_eq!(heap.collect([head.0], &types.registry), 0);
    assert!(!heap.needs_collection(NODE_BYTES));
    heap.collect([], &types.registry);
    assert_eq!(heap.live_objects(), 0);
}

#[test]
fn limits_are_errors() {
    let types = types();
    let mut heap = Heap::new(1000);
    assert_eq!(heap.alloc_array(types.numbers, 8, 1000), Err(Resource::Memory));
    assert_eq!(heap.alloc_array(types.numbers, 16, u32::MAX), Err(Resource::Memory));
    while heap.alloc_struct(types.node, NODE_BYTES).is_ok() {}
    assert!(heap.live_bytes() <= 1000 && heap.needs_collection(NODE_BYTES));
    heap.collect([], &types.registry);
    assert!(heap.alloc_struct(types.node, NODE_BYTES).is_ok());
    let mut heap = Heap::new(u64::MAX);
    assert_eq!(heap.alloc_struct(types.node, usize::MAX), Err(Resource::Memory));
    assert_eq!(heap.alloc_struct(types.node, isize::MAX as usize), Err(Resource::Memory));
    assert_eq!(heap.live_objects(), 0);
}

/// Fills an array with new nodes, collecting when the heap asks for it: how many there were in the end, how often it
/// collected, and the heap.
fn fill(limit: u64, len: u32) -> (u32, u32, Heap) {
    let types = types();
    let mut heap = Heap::new(limit);
    let all = heap.alloc_array(types.refs, 8, len).unwrap();
    let mut collections = 0;
    for i in 0..len {
        if heap.needs_collection(NODE_BYTES) {
            heap.collect([all.0], &types.registry);
            collections += 1;
        }
        match heap.alloc_struct(types.node, NODE_BYTES) {
            Ok(node) => link(&mut heap, all, 8 * i as usize, node),
            Err(_) => return (i, collections, heap),
        }
    }
    (len, collections, heap)
}

#[test]
fn collections_become_rare_as_the_heap_grows() {
    let (nodes, collections, heap) = fill(64 << 20, 500_000);
    assert_eq!((nodes, heap.live_objects()), (500_000, 500_001));
    assert!((1..6).contains(&collections), "{collections}");
}

#[test]
fn a_full_heap_fails_instead_of_collecting_for_ever() {
    let (nodes, collections, heap) = fill(1 << 20, 20_000);
    assert!(nodes < 20_000 && collections <= 16, "{nodes} {collections}");
    // An allocation that needs much room is worth a collection.
    assert!(heap.needs_collection(1 << 17));
}

#[test]
fn stress_asks_for_a_collection_each_time() {
    let mut heap = heap();
    assert!(!heap.needs_collection(8));
    heap.set_stress(true);
    assert!(heap.needs_collection(0));
}

/// A step of a random program.
#[derive(Debug, Clone)]
enum Step {
    Node,
    Array(u8),
    Link(usize, usize, usize),
    Unroot(usize),
    Collect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Node),
        1 => (0..20u8).prop_map(Step::Array),
        6 => any::<(usize, usize, usize)>().prop_map(|(from, at, to)| Step::Link(from, at, to)),
        3 => any::<usize>().prop_map(Step::Unroot),
        1 => Just(Step::Collect),
    ]
}

/// What the heap ought to have: each object's references, and which objects the program holds.
#[derive(Default)]
struct Model {
    objects: HashMap<Ref, Vec<Ref>>,
    roots: Vec<Ref>,
    dead: Vec<Ref>,
}

impl Model {
    fn collect(&mut self) {
        let mut reached = HashSet::new();
        let mut work = self.roots.clone();
        while let Some(reference) = work.pop() {
            if !reference.is_null() && reached.insert(reference) {
                work.extend(&self.objects[&reference]);
            }
        }
        let (live, dead): (HashMap<_, _>, HashMap<_, _>) =
            self.objects.drain().partition(|(reference, _)| reached.contains(reference));
        self.objects = live;
        self.dead.extend(dead.into_keys());
    }
}

/// Offset of reference `at` of an object with `count` of them; nodes have two.
fn offset(is_node: bool, at: usize) -> usize {
    if is_node { NODE_REFS[at] } else { at * 8 }
}

proptest! {
    #[test]
    fn what_is_reachable_lives(steps in prop::collection::vec(step(), 1..200)) {
        let types = types();
        let (mut heap, mut model) = (heap(), Model::default());
        for step in steps {
            match step {
                Step::Node => {
                    let node = heap.alloc_struct(types.node, NODE_BYTES).unwrap();
                    prop_assert!(model.objects.insert(node, vec![Ref::NULL; 2]).is_none());
                    model.roots.push(node);
                }
                Step::Array(len) => {
                    let array = heap.alloc_array(types.refs, 8, len.into()).unwrap();
                    prop_assert!(model.objects.insert(array, vec![Ref::NULL; len.into()]).is_none());
                    model.roots.push(array);
                }
                Step::Link(from, at, to) if !model.roots.is_empty() => {
                    let (from, to) = (model.roots[from % model.roots.len()], model.roots[to % model.roots.len()]);
                    let refs = model.objects.get_mut(&from).unwrap();
                    if !refs.is_empty() {
                        let at = at % refs.len();
                        refs[at] = to;
                        let is_node = heap.get(handle(from)).unwrap().kind() == ObjectKind::Struct(types.node);
                        link(&mut heap, from, offset(is_node, at), to);
                    }
                }
                Step::Unroot(index) if !model.roots.is_empty() => {
                    model.roots.swap_remove(index % model.roots.len());
                }
                Step::Collect => {
                    model.collect();
                    heap.collect(model.roots.iter().map(|root| root.0), &types.registry);
                    prop_assert_eq!(heap.live_objects(), model.objects.len() as u64);
                }
                Step::Link(..) | Step::Unroot(_) => {}
            }
            prop_assert!(model.dead.iter().all(|&dead| heap.get(handle(dead)).is_none()));
            for (&object, refs) in &model.objects {
                let object = heap.get(handle(object)).unwrap();
                let is_node = object.kind() == ObjectKind::Struct(types.node);
                for (at, reference) in refs.iter().enumerate() {
                    let word = object.bytes()[offset(is_node, at)..].first_chunk().unwrap();
                    prop_assert_eq!(u64::from_ne_bytes(*word), reference.0);
                }
            }
        }
    }
}

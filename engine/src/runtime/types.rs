//! The closed types of a store: iso-recursive equality, subtyping, matching and layout (core `#type-closed`,
//! `#aux-roll-deftype`, `#match`).

mod layout;
mod matching;
mod print;
#[cfg(test)]
mod tests;

pub use layout::StructLayout;

use super::TypeId;
use crate::syntax::{
    CompType, ExternType, FieldType, FuncType, GlobalType, HeapType, Module, RefType, StorageType, SubType, TableType,
    ValType,
};
use layout::Layout;
use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    ops::Range,
};

/// The defined types of a store, each once: two types are equal exactly if their [`TypeId`]s are.
///
/// Recursion groups are hash-consed. A group is hashed and compared in its rolled form, where a reference into the group
/// is relative to the group's start and all others are canonical already, so that nothing is ever unrolled
/// (core `#aux-roll-deftype`).
#[derive(Debug, Default)]
pub struct TypeRegistry {
    types: Vec<Entry>,
    groups: Vec<Group>,
    /// The newest group of each hash.
    by_hash: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    seed: Seed,
}

/// A defined type.
#[derive(Debug)]
struct Entry {
    sub: SubType,
    /// All proper super types from the root down: one look tells whether a type is among them.
    display: Box<[TypeId]>,
    layout: Layout,
}

/// A canonical recursion group: `len` types from `start`.
#[derive(Debug)]
struct Group {
    start: u32,
    len: u32,
    /// The group before it with the same hash.
    next: Option<u32>,
}

/// Keys that are hashes already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("the keys are u64")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A hash function chosen at random, so that modules cannot choose types that collide.
#[derive(Debug)]
struct Seed {
    start: u64,
    factor: u64,
}

impl Default for Seed {
    fn default() -> Self {
        let random = RandomState::new();
        Seed { start: random.hash_one(0), factor: random.hash_one(1) | 1 }
    }
}

/// A hash in the making: types are a few words each, for which the standard library's hash function takes too long.
struct Fold {
    state: u64,
    factor: u64,
}

impl Fold {
    #[inline]
    fn word(&mut self, word: u64) {
        let product = (self.state ^ word) as u128 * self.factor as u128;
        // The upper half carries what the lower bits of a product do not see.
        self.state = (product as u64) ^ (product >> 64) as u64;
    }
}

/// How the references of a candidate group are to be read.
struct Scope<'a> {
    /// What the earlier types of the module are in the store; `None` if the references are closed.
    ids: Option<&'a [TypeId]>,
    /// The group's own indices.
    group: Range<u32>,
}

/// A reference in rolled form.
#[derive(PartialEq, Eq)]
enum Rolled {
    /// Into the group, relative to its start (core's `rec i`).
    Rec(u32),
    /// To a type of the store.
    Closed(u32),
}

impl Scope<'_> {
    fn roll(&self, index: u32) -> Rolled {
        match index.checked_sub(self.group.start) {
            Some(relative) if index < self.group.end => Rolled::Rec(relative),
            _ => Rolled::Closed(self.ids.map_or(index, |ids| ids[index as usize].0)),
        }
    }

    /// Whether `index` of the candidate is what `id` is in the canonical group that begins at `start`. References of a
    /// canonical group to types before it are closed, all others are its own.
    fn same(&self, index: u32, id: u32, start: u32) -> bool {
        self.roll(index) == id.checked_sub(start).map_or(Rolled::Closed(id), Rolled::Rec)
    }
}

impl TypeRegistry {
    /// Closes all types of a module: the result maps its type indices to the store's types (core `#alloc-module`).
    ///
    /// # Panics
    ///
    /// If the module is not valid.
    pub fn close(&mut self, module: &Module) -> Box<[TypeId]> {
        let mut ids = Vec::with_capacity(module.types.len());
        for group in &module.rec_groups {
            let types = &module.types[group.start as usize..group.end as usize];
            let start = self.intern(types, &Scope { ids: Some(&ids), group: group.clone() });
            ids.extend((start..).take(types.len()).map(TypeId));
        }
        ids.into()
    }

    /// The type of a host function; its heap types are closed.
    pub fn register_func(&mut self, ty: FuncType) -> TypeId {
        let sub = SubType { is_final: true, supertype: None, comp: CompType::Func(ty) };
        TypeId(self.intern(&[sub], &Scope { ids: None, group: 0..0 }))
    }

    /// The closed type behind an id.
    #[inline]
    pub fn get(&self, id: TypeId) -> &SubType {
        &self.types[id.0 as usize].sub
    }

    /// The function type behind an id, if it is one.
    #[inline]
    pub fn func(&self, id: TypeId) -> Option<&FuncType> {
        match &self.get(id).comp {
            CompType::Func(ty) => Some(ty),
            _ => None,
        }
    }

    /// How many types there are.
    #[allow(clippy::len_without_is_empty, reason = "a registry without types is nothing special")]
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// The id of the first type of the canonical group that equals `types`.
    fn intern(&mut self, types: &[SubType], scope: &Scope<'_>) -> u32 {
        let hash = self.hash(types, scope);
        let newest = self.by_hash.get(&hash).copied();
        let mut next = newest;
        while let Some(group) = next.map(|index| &self.groups[index as usize]) {
            if self.equal(types, scope, group) {
                return group.start;
            }
            next = group.next;
        }
        let start = self.types.len() as u32;
        for ty in types {
            self.add(close_sub(ty, &|index| match scope.roll(index) {
                Rolled::Rec(relative) => start + relative,
                Rolled::Closed(id) => id,
            }));
        }
        self.by_hash.insert(hash, self.groups.len() as u32);
        self.groups.push(Group { start, len: types.len() as u32, next: newest });
        start
    }

    fn add(&mut self, sub: SubType) {
        let display = match sub.supertype {
            Some(parent) => [&*self.types[parent as usize].display, &[TypeId(parent)]].concat().into(),
            None => Box::default(),
        };
        let layout = Layout::of(&sub.comp);
        self.types.push(Entry { sub, display, layout });
    }

    fn hash(&self, types: &[SubType], scope: &Scope<'_>) -> u64 {
        let mut fold = Fold { state: self.seed.start, factor: self.seed.factor };
        types.iter().for_each(|ty| hash_sub(ty, scope, &mut fold));
        fold.state
    }

    fn equal(&self, types: &[SubType], scope: &Scope<'_>, group: &Group) -> bool {
        let canonical = &self.types[group.start as usize..][..group.len as usize];
        types.len() == canonical.len()
            && types.iter().zip(canonical).all(|(ty, entry)| Same { scope, start: group.start }.sub(ty, &entry.sub))
    }
}

/// One word for each value type, without a reference's target.
fn val_word(ty: ValType) -> u64 {
    match ty {
        ValType::I32 => 0,
        ValType::I64 => 1,
        ValType::F32 => 2,
        ValType::F64 => 3,
        ValType::V128 => 4,
        ValType::Ref(RefType { nullable, heap }) => {
            let heap = match heap {
                HeapType::Any => 0,
                HeapType::Eq => 1,
                HeapType::I31 => 2,
                HeapType::Struct => 3,
                HeapType::Array => 4,
                HeapType::None => 5,
                HeapType::Func => 6,
                HeapType::NoFunc => 7,
                HeapType::Extern => 8,
                HeapType::NoExtern => 9,
                HeapType::Exn => 10,
                HeapType::NoExn => 11,
                HeapType::Concrete(_) => 12,
            };
            8 | heap << 4 | (nullable as u64) << 8
        }
    }
}

/// A rolled reference in the bits that [`val_word`] leaves.
fn rolled_word(index: u32, scope: &Scope<'_>) -> u64 {
    match scope.roll(index) {
        Rolled::Rec(relative) => 1 << 9 | (relative as u64) << 32,
        Rolled::Closed(id) => (id as u64) << 32,
    }
}

fn hash_val(ty: ValType, scope: &Scope<'_>, fold: &mut Fold) {
    fold.word(match ty {
        ValType::Ref(RefType { heap: HeapType::Concrete(index), .. }) => val_word(ty) | rolled_word(index, scope),
        _ => val_word(ty),
    });
}

fn hash_field(field: FieldType, scope: &Scope<'_>, fold: &mut Fold) {
    let mutable = (field.mutable as u64) << 8;
    match field.storage {
        StorageType::I8 => fold.word(mutable | 5),
        StorageType::I16 => fold.word(mutable | 6),
        StorageType::Val(ty) => {
            fold.word(mutable);
            hash_val(ty, scope, fold);
        }
    }
}

fn hash_sub(ty: &SubType, scope: &Scope<'_>, fold: &mut Fold) {
    let (kind, len) = match &ty.comp {
        CompType::Func(func) => (1, (func.params.len() as u64) << 24 | func.results.len() as u64),
        CompType::Struct(fields) => (2, fields.len() as u64),
        CompType::Array(_) => (3, 1),
    };
    fold.word(len << 4 | kind << 1 | ty.is_final as u64);
    if let Some(parent) = ty.supertype {
        fold.word(1 << 10 | rolled_word(parent, scope));
    }
    match &ty.comp {
        CompType::Func(func) => func.params.iter().chain(&func.results).for_each(|&ty| hash_val(ty, scope, fold)),
        CompType::Struct(fields) => fields.iter().for_each(|&field| hash_field(field, scope, fold)),
        CompType::Array(element) => hash_field(*element, scope, fold),
    }
}

/// Compares a candidate (left) with a canonical group (right).
struct Same<'a> {
    scope: &'a Scope<'a>,
    start: u32,
}

impl Same<'_> {
    fn sub(&self, a: &SubType, b: &SubType) -> bool {
        let parents = match (a.supertype, b.supertype) {
            (None, None) => true,
            (Some(a), Some(b)) => self.scope.same(a, b, self.start),
            _ => false,
        };
        parents && a.is_final == b.is_final && self.comp(&a.comp, &b.comp)
    }

    fn comp(&self, a: &CompType, b: &CompType) -> bool {
        match (a, b) {
            (CompType::Func(a), CompType::Func(b)) => {
                self.vals(&a.params, &b.params) && self.vals(&a.results, &b.results)
            }
            (CompType::Struct(a), CompType::Struct(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.field(a, b))
            }
            (CompType::Array(a), CompType::Array(b)) => self.field(*a, *b),
            _ => false,
        }
    }

    fn vals(&self, a: &[ValType], b: &[ValType]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(&a, &b)| self.val(a, b))
    }

    fn field(&self, a: FieldType, b: FieldType) -> bool {
        let storage = match (a.storage, b.storage) {
            (StorageType::Val(a), StorageType::Val(b)) => self.val(a, b),
            (a, b) => a == b,
        };
        storage && a.mutable == b.mutable
    }

    fn val(&self, a: ValType, b: ValType) -> bool {
        match (a, b) {
            (
                ValType::Ref(RefType { nullable: a_null, heap: HeapType::Concrete(a) }),
                ValType::Ref(RefType { nullable: b_null, heap: HeapType::Concrete(b) }),
            ) => a_null == b_null && self.scope.same(a, b, self.start),
            (a, b) => a == b,
        }
    }
}

/// Closes a sub type with `map` from type indices to ids.
fn close_sub(ty: &SubType, map: &impl Fn(u32) -> u32) -> SubType {
    let vals = |types: &[ValType]| types.iter().map(|&ty| map_val(ty, map)).collect::<Box<[_]>>();
    let field = |field: FieldType| match field.storage {
        StorageType::Val(ty) => FieldType { storage: StorageType::Val(map_val(ty, map)), ..field },
        StorageType::I8 | StorageType::I16 => field,
    };
    let comp = match &ty.comp {
        CompType::Func(func) => CompType::Func(FuncType::new(vals(&func.params), vals(&func.results))),
        CompType::Struct(fields) => CompType::Struct(fields.iter().map(|&ty| field(ty)).collect()),
        CompType::Array(element) => CompType::Array(field(*element)),
    };
    SubType { is_final: ty.is_final, supertype: ty.supertype.map(map), comp }
}

fn map_heap(ty: HeapType, map: &impl Fn(u32) -> u32) -> HeapType {
    match ty {
        HeapType::Concrete(index) => HeapType::Concrete(map(index)),
        _ => ty,
    }
}

fn map_val(ty: ValType, map: &impl Fn(u32) -> u32) -> ValType {
    match ty {
        ValType::Ref(ty) => ValType::Ref(RefType { heap: map_heap(ty.heap, map), ..ty }),
        _ => ty,
    }
}

/// The types of a module are given as `ids`, as [`close`](TypeRegistry::close) made them (core `#type-closed`).
#[allow(clippy::unused_self, reason = "ids are only worth something together with their registry")]
impl TypeRegistry {
    /// Closes a heap type of a module.
    #[inline]
    pub fn close_heap(&self, ids: &[TypeId], ty: HeapType) -> HeapType {
        map_heap(ty, &|index| ids[index as usize].0)
    }

    /// Closes a reference type of a module.
    #[inline]
    pub fn close_ref(&self, ids: &[TypeId], ty: RefType) -> RefType {
        RefType { heap: self.close_heap(ids, ty.heap), ..ty }
    }

    /// Closes a value type of a module.
    #[inline]
    pub fn close_val(&self, ids: &[TypeId], ty: ValType) -> ValType {
        map_val(ty, &|index| ids[index as usize].0)
    }

    /// Closes a function type of a module.
    pub fn close_func(&self, ids: &[TypeId], ty: &FuncType) -> FuncType {
        let vals = |types: &[ValType]| types.iter().map(|&ty| self.close_val(ids, ty)).collect::<Box<[_]>>();
        FuncType::new(vals(&ty.params), vals(&ty.results))
    }

    /// Closes a table type of a module.
    pub fn close_table(&self, ids: &[TypeId], ty: TableType) -> TableType {
        TableType { element: self.close_ref(ids, ty.element), ..ty }
    }

    /// Closes a global type of a module.
    pub fn close_global(&self, ids: &[TypeId], ty: GlobalType) -> GlobalType {
        GlobalType { content: self.close_val(ids, ty.content), ..ty }
    }

    /// Closes an external type of a module.
    pub fn close_extern(&self, ids: &[TypeId], ty: ExternType) -> ExternType {
        match ty {
            ExternType::Func(index) => ExternType::Func(ids[index as usize].0),
            ExternType::Table(ty) => ExternType::Table(self.close_table(ids, ty)),
            ExternType::Memory(ty) => ExternType::Memory(ty),
            ExternType::Global(ty) => ExternType::Global(self.close_global(ids, ty)),
            ExternType::Tag(index) => ExternType::Tag(ids[index as usize].0),
        }
    }
}

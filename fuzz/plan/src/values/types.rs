//! The types of values in a component as bytes.

use super::Ty;
use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentTypeRef, ComponentTypeSection, ComponentValType, PrimitiveValType, TypeBounds,
};

/// A component that is being written, and the types in it.
pub(super) struct Types {
    pub out: Component,
    pub types: u32,
    /// Types that have got a name by an import or an export: `t0` and so on.
    pub named: Vec<u32>,
    exports: bool,
}

impl Types {
    pub fn new() -> Self {
        Types { out: Component::new(), types: 0, named: Vec::new(), exports: false }
    }

    /// Of a component that has so many types, and gives names to more of them by exporting them.
    pub fn exported(out: Component, types: u32) -> Self {
        Types { out, types, named: Vec::new(), exports: true }
    }

    pub fn alias(&mut self, alias: Alias<'_>) {
        let mut section = ComponentAliasSection::new();
        section.alias(alias);
        self.out.section(&section);
    }

    pub fn define(&mut self, define: impl FnOnce(&mut ComponentTypeSection)) -> u32 {
        let mut section = ComponentTypeSection::new();
        define(&mut section);
        self.out.section(&section);
        self.types += 1;
        self.types - 1
    }

    /// The type; what has labels gets a name, which types of imports and exports have to have.
    pub fn val_type(&mut self, ty: &Ty) -> ComponentValType {
        use PrimitiveValType as P;
        let primitive = |ty: P| ComponentValType::Primitive(ty);
        match ty {
            Ty::Bool => primitive(P::Bool),
            Ty::U8 => primitive(P::U8),
            Ty::S8 => primitive(P::S8),
            Ty::U16 => primitive(P::U16),
            Ty::S16 => primitive(P::S16),
            Ty::U32 => primitive(P::U32),
            Ty::S32 => primitive(P::S32),
            Ty::U64 => primitive(P::U64),
            Ty::S64 => primitive(P::S64),
            Ty::F32 => primitive(P::F32),
            Ty::F64 => primitive(P::F64),
            Ty::Char => primitive(P::Char),
            Ty::String => primitive(P::String),
            ty => ComponentValType::Type(self.compound(ty)),
        }
    }

    fn compound(&mut self, ty: &Ty) -> u32 {
        let labels = |letter: char, n: usize| (0..n).map(|i| format!("{letter}{i}")).collect::<Vec<_>>();
        match ty {
            Ty::List(ty) => {
                let ty = self.val_type(ty);
                self.define(|types| types.defined_type().list(ty))
            }
            Ty::Option(ty) => {
                let ty = self.val_type(ty);
                self.define(|types| types.defined_type().option(ty))
            }
            Ty::Result(ok, err) => {
                let [ok, err] = [ok, err].map(|ty| ty.as_deref().map(|ty| self.val_type(ty)));
                self.define(|types| types.defined_type().result(ok, err))
            }
            Ty::FixedList(ty, len) => {
                let ty = self.val_type(ty);
                self.define(|types| types.defined_type().fixed_length_list(ty, (*len).into()))
            }
            Ty::Map(key, of) => {
                let (key, of) = (self.val_type(key), self.val_type(of));
                self.define(|types| types.defined_type().map(key, of))
            }
            Ty::Tuple(all) => {
                let all: Vec<_> = all.iter().map(|ty| self.val_type(ty)).collect();
                self.define(|types| types.defined_type().tuple(all))
            }
            Ty::Record(all) => {
                let all: Vec<_> = all.iter().map(|ty| self.val_type(ty)).collect();
                let names = labels('f', all.len());
                let fields = names.iter().map(String::as_str).zip(all).collect::<Vec<_>>();
                let ty = self.define(|types| types.defined_type().record(fields));
                self.name(ty)
            }
            Ty::Variant(all) => {
                let all: Vec<_> = all.iter().map(|ty| ty.as_ref().map(|ty| self.val_type(ty))).collect();
                let names = labels('c', all.len());
                let cases = names.iter().map(String::as_str).zip(all).collect::<Vec<_>>();
                let ty = self.define(|types| types.defined_type().variant(cases));
                self.name(ty)
            }
            Ty::Enum(n) => {
                let names = labels('c', (*n).into());
                let ty = self.define(|types| types.defined_type().enum_type(names.iter().map(String::as_str)));
                self.name(ty)
            }
            Ty::Flags(n) => {
                let names = labels('b', (*n).into());
                let ty = self.define(|types| types.defined_type().flags(names.iter().map(String::as_str)));
                self.name(ty)
            }
            _ => unreachable!("primitive types have no definition"),
        }
    }

    fn name(&mut self, ty: u32) -> u32 {
        let name = format!("t{}", self.named.len());
        if self.exports {
            let mut exports = ComponentExportSection::new();
            exports.export(&*name, ComponentExportKind::Type, ty, None);
            self.out.section(&exports);
        } else {
            let mut imports = ComponentImportSection::new();
            imports.import(&*name, ComponentTypeRef::Type(TypeBounds::Eq(ty)));
            self.out.section(&imports);
        }
        self.types += 1;
        self.named.push(self.types - 1);
        self.types - 1
    }
}

/// How many types of a plan get a name: what has labels.
pub(super) fn named(ty: &Ty) -> usize {
    let all = |types: &[Ty]| types.iter().map(named).sum::<usize>();
    match ty {
        Ty::List(ty) | Ty::FixedList(ty, _) | Ty::Option(ty) => named(ty),
        // Keys are numbers, characters and strings.
        Ty::Map(_, ty) => named(ty),
        Ty::Result(ok, err) => [ok, err].into_iter().flatten().map(|ty| named(ty)).sum(),
        Ty::Tuple(types) => all(types),
        Ty::Record(types) => 1 + all(types),
        Ty::Variant(cases) => 1 + cases.iter().flatten().map(named).sum::<usize>(),
        Ty::Enum(_) | Ty::Flags(_) => 1,
        _ => 0,
    }
}

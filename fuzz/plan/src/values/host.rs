//! A component in the place of the host: it exports what the component of a plan imports.

use super::{
    Encoding, Import, Ty, ValuePlan,
    abi::{self, Width},
    memory::{MAX_FLAT_PARAMS, memory_module, options},
    types::{Types, named},
};
use crate::around::{Around, Kind, Member, Provider, name_map};
use preflight_engine::trace::Value;
use wasm_encoder::{
    Alias, CanonicalFunctionSection, CodeSection, Component, ComponentExportKind, ComponentExportSection,
    ComponentNameSection, ComponentTypeRef, ComponentValType, Encode, ExportKind, ExportSection, Function,
    FunctionSection, InstanceSection, Module, ModuleArg, ModuleSection, RawSection, TypeSection, ValType,
};

impl ValuePlan {
    /// The plan's component in another one, in which a sibling takes the place of the host: its functions do nothing, and it
    /// has the value that is imported. It exports `echo`, where the plan's does, and `v`, if that [has no
    /// labels](Self::has_labels). None if an import does not match. The plan must be [normal](Self::normalise).
    pub fn around(&self) -> Option<Vec<u8>> {
        if self.is_unlinkable() {
            return None;
        }
        let (host, given) = Host::of(self).component();
        let around = Around::new(&host, &given, &self.to_wasm());
        Some(if self.across.is_some() { around.finish() } else { self.with_exports(around).finish() })
    }

    /// The component whose instance exports what the host gives where an import does not match. None if they all do. The plan
    /// must be [normal](Self::normalise).
    pub fn provider(&self) -> Option<Provider> {
        if !self.is_unlinkable() {
            return None;
        }
        let (component, given) = Host::of(self).component();
        let others = given.into_iter().filter(|(_, kind)| *kind != Kind::Type);
        Some(Provider { gives: others.map(|(name, _)| name).collect(), ..Provider::of("p", component) })
    }

    /// Whether a part of the value has labels, so that its type has a name.
    pub fn has_labels(&self) -> bool {
        named(&self.ty) > 0
    }

    /// Exports what the plan's component does, of types that have names out there, too.
    fn with_exports(&self, mut around: Around) -> Around {
        let echo = around.alias(Member::Plan, "echo", Kind::Func);
        let func = around.with_types(|out, types| {
            let mut types = Types::exported(out, types);
            let ty = types.val_type(&self.ty);
            let list = ComponentValType::Type(types.define(|section| section.defined_type().list(ty)));
            let func = types.define(|section| {
                section.function().params([("x", list)]).result(Some(list));
            });
            (types.out, types.types, func)
        });
        around.export("echo", Kind::Func, echo, Some(ComponentTypeRef::Func(func)));
        if !self.has_labels() {
            let value = around.alias(Member::Plan, "v", Kind::Value);
            around.export("v", Kind::Value, value, None);
        }
        around
    }
}

/// A function of it.
struct HostFunc {
    name: &'static str,
    params: Vec<(String, ComponentValType)>,
    /// The core parameters.
    flat: Vec<ValType>,
}

/// The component that is being written.
struct Host<'a> {
    plan: &'a ValuePlan,
    types: Types,
}

impl Host<'_> {
    fn of(plan: &ValuePlan) -> Host<'_> {
        Host { plan, types: Types::exported(Component::new(), 0) }
    }

    /// As bytes, and its exports.
    fn component(mut self) -> (Vec<u8>, Vec<(String, Kind)>) {
        let (ty, funcs) = self.funcs();
        self.core_instances(&funcs);
        let mut given: Vec<_> = (0..self.types.named.len()).map(|i| (format!("t{i}"), Kind::Type)).collect();
        for (i, func) in (0..).zip(&funcs) {
            self.lift(i, func);
        }
        let mut exports = ComponentExportSection::new();
        for (i, func) in (0..).zip(&funcs) {
            exports.export(func.name, ComponentExportKind::Func, i, None);
            given.push((func.name.to_owned(), Kind::Func));
        }
        let value = match self.plan.import {
            Some(Import::OfAnotherType) => Some(self.of_another_type()),
            _ => self.plan.imported().map(|value| (ty, constant(&self.plan.ty, &value))),
        };
        if let Some((ty, bytes)) = value {
            self.value(ty, &bytes);
            exports.export("w", ComponentExportKind::Value, 0, None);
            given.push(("w".to_owned(), Kind::Value));
        }
        self.types.out.section(&exports);
        let names: Vec<(u32, &str)> = (0..).zip(funcs.iter().map(|func| func.name)).collect();
        let mut section = ComponentNameSection::new();
        section.funcs(&name_map(&names));
        self.types.out.section(&section);
        (self.types.out.finish(), given)
    }

    /// The type of the plan's value, and the functions, in the order in which they are imported.
    fn funcs(&mut self) -> (ComponentValType, Vec<HostFunc>) {
        let ty = self.types.val_type(&self.plan.ty);
        let show = |ty, flat| HostFunc { name: "show", params: vec![("x".to_owned(), ty)], flat };
        let Some(across) = &self.plan.across else {
            return (ty, vec![show(ty, flattened(std::slice::from_ref(&self.plan.ty)))]);
        };
        let more: Vec<_> = across.params.iter().map(|ty| self.types.val_type(ty)).collect();
        let params = (0..).zip([ty].into_iter().chain(more)).map(|(i, ty): (u32, _)| (format!("p{i}"), ty)).collect();
        let all: Vec<Ty> = [&self.plan.ty].into_iter().chain(&across.params).cloned().collect();
        let see = HostFunc { name: "see", params, flat: flattened(&all) };
        let u32 = ComponentValType::Primitive(wasm_encoder::PrimitiveValType::U32);
        let log = HostFunc { name: "log", params: vec![("x".to_owned(), u32)], flat: vec![ValType::I32] };
        let result = across.result.as_ref().map(|result| {
            let ty = self.types.val_type(result);
            let list = ComponentValType::Type(self.types.define(|types| types.defined_type().list(ty)));
            show(list, vec![ValType::I32; 2])
        });
        (ty, [log, see].into_iter().chain(result).collect())
    }

    /// A memory and `realloc`, and the core functions: core instances 0 and 1.
    fn core_instances(&mut self, funcs: &[HostFunc]) {
        let modules = [memory_module(&[], Width::W32, false, None), module(funcs)];
        for (i, module) in (0..).zip(&modules) {
            self.types.out.section(&ModuleSection(module));
            let mut section = InstanceSection::new();
            section.instantiate(i, [] as [(&str, ModuleArg); 0]);
            self.types.out.section(&section);
        }
        for (kind, name) in [(ExportKind::Memory, "memory"), (ExportKind::Func, "realloc")] {
            self.types.alias(Alias::CoreInstanceExport { instance: 0, kind, name });
        }
    }

    /// The function with this index; `realloc` is the first core function.
    fn lift(&mut self, index: u32, func: &HostFunc) {
        self.types.alias(Alias::CoreInstanceExport { instance: 1, kind: ExportKind::Func, name: func.name });
        let ty = self.types.define(|types| {
            let params = func.params.iter().map(|(name, ty)| (name.as_str(), *ty));
            types.function().params(params.collect::<Vec<_>>()).result(None);
        });
        let mut section = CanonicalFunctionSection::new();
        section.lift(1 + index, ty, options(Encoding::Utf8, 0));
        self.types.out.section(&section);
    }

    /// A type that is not the plan's, and the bytes of a value of it.
    fn of_another_type(&mut self) -> (ComponentValType, Vec<u8>) {
        let (ty, value) = match self.plan.ty {
            Ty::Bool => (Ty::Char, Value::Char('x')),
            _ => (Ty::Bool, Value::Bool(true)),
        };
        (self.types.val_type(&ty), constant(&ty, &value))
    }

    /// A value definition.
    fn value(&mut self, ty: ComponentValType, bytes: &[u8]) {
        let mut data = vec![1];
        ty.encode(&mut data);
        bytes.len().encode(&mut data);
        data.extend(bytes);
        self.types.out.section(&RawSection { id: 12, data: &data });
    }
}

/// A value as a value definition has it.
fn constant(ty: &Ty, value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    abi::constant(ty, value, &mut bytes);
    bytes
}

/// The core parameters of a function that takes these.
fn flattened(params: &[Ty]) -> Vec<ValType> {
    let flat: Vec<ValType> = params.iter().flat_map(|ty| abi::flatten(ty, Width::W32)).collect();
    if flat.len() > MAX_FLAT_PARAMS { vec![ValType::I32] } else { flat }
}

/// Functions that do nothing.
fn module(funcs: &[HostFunc]) -> Module {
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
    for (i, func) in (0..).zip(funcs) {
        types.ty().function(func.flat.iter().copied(), []);
        functions.function(i);
        exports.export(func.name, ExportKind::Func, i);
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&exports).section(&code);
    module
}

//! What wasmparser does not see, checked by our own code: the types of values and starts and the use of every value exactly
//! once (Explainer.md, *Value Definitions*, *Start Definitions*; Binary.md, *Start Definitions*); the size of value types
//! (CanonicalABI.md, *Element Size*), borrowed handles and keys in them (Binary.md, *Type Definitions*).
//!
//! The check is an instantiation without side effects: a component's definitions are processed in order in a store of
//! their own, with stubs for its imports, functions that are only types, and values that are only types.

use super::{
    host_task::HostCode,
    link::{narrow, static_binder, static_matcher},
    resource::{Dtor, ResourceInst},
    scope::{Closure, Func, Instance, Item, ScopeId, Type, Value},
    syntax::{
        Alias, CanonicalFunction, ComponentDef, Decl, Definition, ExternDesc, InstanceDef, Name, Sort, SortIdx,
        StartDef, TypeDef,
    },
    types::{FuncType, Kind, ValType},
};
use crate::{Config, Store, error::ModuleError};
use std::{collections::HashMap, rc::Rc, sync::Arc};

/// `elem_size(t, i64)` of every type is below this.
const MAX_VALUE_SIZE: u64 = 1 << 28;

/// How many definitions one check processes: instances are checked at each of their definitions, and components that
/// instantiate each other can have very many.
const MAX_STEPS: u32 = 200_000;

/// How deep instantiations may stand in each other.
const MAX_DEPTH: usize = 100;

/// Checks a component that is valid otherwise. Children are instantiated only if there are values.
///
/// # Errors
/// [`ModuleError::Invalid`], with the offset of the component.
pub(super) fn check(config: &Config, root: &Arc<ComponentDef>, has_values: bool) -> Result<(), ModuleError> {
    let mut store = Store::new(config);
    let mut checker = Checker::new(&mut store, has_values);
    let end = checker.component(root, None, None, 0);
    end.map(drop).map_err(|message| ModuleError::Invalid { offset: 0, message })
}

/// What a component exports if `args` are given for its imports; the error is why they cannot be.
pub(super) fn try_with(
    store: &mut Store,
    closure: &Closure,
    args: &HashMap<Name, Item>,
) -> Result<Rc<Instance>, String> {
    let mut checker = Checker::new(store, true);
    checker.check_args = true;
    checker.component(&closure.def, closure.scope, Some(args), 0)
}

/// The names and types of a root component's value imports, in order; those whose types depend on what the host gives are
/// left out.
pub(super) fn value_imports(root: &Arc<ComponentDef>) -> Vec<(Name, ValType)> {
    let mut store = Store::new(&Config::default());
    let mut checker = Checker::new(&mut store, true);
    // The component is valid: this was how `check` found out.
    let _ = checker.component(root, None, None, 0);
    checker.value_imports
}

/// What a root component exports, as far as that is known without instantiating it; `None` if it is too large to find out.
pub(super) fn exports(root: &Arc<ComponentDef>) -> Option<Rc<Instance>> {
    let mut store = Store::new(&Config::default());
    let mut checker = Checker::new(&mut store, true);
    let exports = checker.component(root, None, None, 0).ok()?;
    let unknown = checker.unknown.clone();
    Some(known(&exports, &unknown))
}

/// The instance without functions whose types are not known.
fn known(instance: &Instance, unknown: &Rc<Func>) -> Rc<Instance> {
    let exports = instance.exports.iter().filter_map(|(name, item)| {
        let item = match item {
            Item::Func(func) if Rc::ptr_eq(func, unknown) => return None,
            Item::Instance(inner) => Item::Instance(known(inner, unknown)),
            item => item.clone(),
        };
        Some((name.clone(), item))
    });
    Rc::new(Instance::new(exports.collect()))
}

type Checked<T> = Result<T, String>;

struct Checker<'s> {
    store: &'s mut Store,
    has_values: bool,
    /// Whether the arguments of the outermost component have not been checked yet.
    check_args: bool,
    steps: u32,
    /// Those of the root.
    value_imports: Vec<(Name, ValType)>,
    /// A function whose type is not known.
    unknown: Rc<Func>,
}

fn unknown_func() -> Func {
    static_func(Rc::default(), "?")
}

/// A function that is only a type.
fn static_func(ft: Rc<FuncType>, name: &str) -> Func {
    let call = Rc::new(|_: &mut Store, _: &[super::ComponentVal]| {
        Err(crate::Fault::Usage("a function without code was called".to_owned()))
    });
    Func::Host { name: name.into(), ft, code: HostCode::Sync(call) }
}

/// The use of the values of one component.
#[derive(Default)]
struct Uses(Vec<bool>);

impl Uses {
    fn consume(&mut self, index: u32) -> Checked<()> {
        match self.0.get_mut(index as usize) {
            None => Err(format!("unknown value {index}")),
            Some(true) => Err(format!("value {index} is used twice")),
            Some(used) => {
                *used = true;
                Ok(())
            }
        }
    }
}

/// One component being checked.
struct Frame<'a> {
    scope: ScopeId,
    args: Option<&'a HashMap<Name, Item>>,
    uses: Uses,
    exports: Vec<(Name, Item)>,
    imports: Vec<Name>,
    depth: usize,
}

impl<'s> Checker<'s> {
    fn new(store: &'s mut Store, has_values: bool) -> Self {
        Checker {
            store,
            has_values,
            check_args: false,
            steps: 0,
            value_imports: Vec::new(),
            unknown: Rc::new(unknown_func()),
        }
    }

    /// A component's exports, with `args` for its imports, or stubs.
    fn component(
        &mut self,
        def: &ComponentDef,
        outer: Option<ScopeId>,
        args: Option<&HashMap<Name, Item>>,
        depth: usize,
    ) -> Checked<Rc<Instance>> {
        if depth > MAX_DEPTH {
            return Err("components are nested too deeply".to_owned());
        }
        let scope = self.store.components.new_scope(outer);
        let mut frame = Frame { scope, args, uses: Uses::default(), exports: vec![], imports: vec![], depth };
        for definition in &def.definitions {
            self.step()?;
            self.define(&mut frame, definition)?;
            // Whatever was appended to the value index space is unused, except for what exports append.
            let len = self.store.components.scope(scope).values.len();
            frame.uses.0.resize(len, matches!(definition, Definition::Export { .. }));
        }
        match frame.uses.0.iter().position(|used| !used) {
            Some(index) => Err(format!("value {index} is not used by an export, an instance or a start definition")),
            None => Ok(Rc::new(Instance::new(frame.exports))),
        }
    }

    fn define(&mut self, frame: &mut Frame<'_>, definition: &Definition) -> Checked<()> {
        let scope = frame.scope;
        match definition {
            Definition::CoreModule(module) => self.push(scope, Item::Module(module.clone())),
            Definition::CoreType(def) => self.store.components.push_core_types(scope, def),
            Definition::Component(def) => {
                self.component(def, Some(scope), None, frame.depth + 1)?;
                self.push(scope, Item::Component(Closure { def: def.clone(), scope: Some(scope) }));
            }
            Definition::Instance(def) => return self.instance(frame, def),
            Definition::Alias(alias) => self.alias(scope, alias),
            Definition::Type(def) => {
                let ty = self.type_def(scope, def)?;
                self.push(scope, Item::Type(ty));
            }
            Definition::Canon(CanonicalFunction::Lift { type_index, .. }) => {
                let ty = self.store.components.scope(scope).types.get(*type_index as usize).cloned();
                let func = match ty {
                    Some(Type::Func(ft)) => Rc::new(static_func(ft, "lifted")),
                    _ => self.unknown.clone(),
                };
                self.push(scope, Item::Func(func));
            }
            Definition::Start(def) => return self.start(frame, def),
            Definition::Import { name, ty } => return self.import(frame, name, ty),
            Definition::Export { name, item, ty } => return self.export(frame, name, *item, ty.as_ref()),
            Definition::Value(def) => {
                let ty = self.store.components.val_type(scope, &def.ty);
                if let Some(ty) = &ty {
                    def.decode(ty)?;
                }
                self.push(scope, Item::Value(Value::Typed(ty)));
            }
            Definition::Declared(decls) => return self.declared(frame, decls),
            Definition::CoreInstance(_) | Definition::Canon(_) => {}
        }
        Ok(())
    }

    /// What a component of this type imports and exports.
    fn declared(&mut self, frame: &mut Frame<'_>, decls: &[Decl]) -> Checked<()> {
        for decl in decls {
            self.step()?;
            match decl {
                Decl::Import { name, ty } => self.import(frame, name, ty)?,
                Decl::Export { name, ty } => {
                    let stub = self.push_stub(frame.scope, name, ty);
                    frame.exports.extend(stub.map(|stub| (name.clone(), stub)));
                }
                decl => self.store.components.push_decl(frame.scope, decl),
            }
        }
        Ok(())
    }

    fn push(&mut self, scope: ScopeId, item: Item) {
        self.store.components.scope_mut(scope).push(item);
    }

    fn type_def(&mut self, scope: ScopeId, def: &TypeDef) -> Checked<Type> {
        if let TypeDef::Resource { .. } = def {
            let resource = ResourceInst { name: None, implementer: None, dtor: Dtor::None, rep_64: false };
            return Ok(Type::Resource(self.store.components.new_resource(resource)));
        }
        if let TypeDef::Instance(decls) | TypeDef::Component(decls) = def {
            self.decls(scope, decls)?;
        }
        let ty = self.store.components.eval_type(scope, def);
        if let Type::Value(ty) = &ty {
            check_value_type(ty)?;
        }
        Ok(ty)
    }

    /// The types that the declarators of an instance or component type define.
    fn decls(&mut self, outer: ScopeId, decls: &[Decl]) -> Checked<()> {
        if !decls.iter().any(|decl| matches!(decl, Decl::Type(_))) {
            return Ok(());
        }
        let scope = self.store.components.new_scope(Some(outer));
        for decl in decls {
            self.step()?;
            match decl {
                Decl::Type(def) => {
                    let ty = self.type_def(scope, def)?;
                    self.push(scope, Item::Type(ty));
                }
                Decl::Import { name, ty } | Decl::Export { name, ty } => drop(self.push_stub(scope, name, ty)),
                decl => self.store.components.push_decl(scope, decl),
            }
        }
        Ok(())
    }

    /// Counts one more definition.
    fn step(&mut self) -> Checked<()> {
        self.steps += 1;
        match self.steps > MAX_STEPS {
            true => Err("the component is too large to have its values checked".to_owned()),
            false => Ok(()),
        }
    }

    fn alias(&mut self, scope: ScopeId, alias: &Alias) {
        if self.store.components.resolve_alias(scope, alias).is_some() {
            return self.store.components.push_alias(scope, alias);
        }
        // An export of an instance that is not known.
        let item = match alias {
            Alias::Export { sort: Sort::Func, .. } => Item::Func(self.unknown.clone()),
            Alias::Export { sort: Sort::Value, .. } => Item::Value(Value::Typed(None)),
            Alias::Export { sort: Sort::Component, .. } => {
                Item::Component(Closure { def: Arc::default(), scope: None })
            }
            alias => return self.store.components.push_alias(scope, alias),
        };
        self.push(scope, item);
    }

    fn import(&mut self, frame: &mut Frame<'_>, name: &Name, ty: &ExternDesc) -> Checked<()> {
        let scope = frame.scope;
        if let ExternDesc::Value(of) = ty {
            unique(frame.imports.iter(), name, "import")?;
            let of = self.store.components.val_type(scope, of);
            if let (0, Some(of)) = (frame.depth, &of) {
                self.value_imports.push((name.clone(), of.clone()));
            }
            if let Some(args) = frame.args {
                match args.get(name) {
                    Some(Item::Value(Value::Typed(given))) => same_type(given, &of, || format!("argument {name:?}"))?,
                    Some(Item::Value(Value::Known(_))) => {}
                    _ => return Err(format!("missing import named {name:?}")),
                }
            }
            self.push(scope, Item::Value(Value::Typed(of)));
            return Ok(());
        }
        frame.imports.push(name.clone());
        let given = frame.args.and_then(|args| args.get(name)).cloned();
        if let Some(item) = given {
            if self.check_args && frame.depth == 0 {
                let checked = static_matcher(self.store).checked(name, scope, ty, item.clone());
                checked.map_err(|error| error.to_string())?;
            }
            let item = self.narrowed(scope, name, ty, item);
            self.push(scope, item);
            return Ok(());
        }
        if self.check_args && frame.depth == 0 {
            return Err(format!("missing import named {name:?}"));
        }
        self.push_stub(scope, name, ty);
        Ok(())
    }

    /// Something of a type that is declared; `None` if that is not known.
    fn push_stub(&mut self, scope: ScopeId, name: &Name, ty: &ExternDesc) -> Option<Item> {
        let stub = static_binder(self.store).stub(name, scope, ty);
        match &stub {
            Some(item) => self.push(scope, item.clone()),
            None => self.push_unknown(scope, ty),
        }
        stub
    }

    fn push_unknown(&mut self, scope: ScopeId, ty: &ExternDesc) {
        let item = match ty {
            ExternDesc::Func(_) => Item::Func(self.unknown.clone()),
            ExternDesc::Type(_) => Item::Type(Type::Unknown),
            ExternDesc::Instance(_) => Item::Instance(Rc::default()),
            ExternDesc::Component(_) => Item::Component(Closure { def: Arc::default(), scope: None }),
            ExternDesc::Value(_) => Item::Value(Value::Typed(None)),
            // Nothing refers to modules but what is skipped here.
            ExternDesc::Module(_) => return,
        };
        self.push(scope, item);
    }

    /// The item at an index, consumed if it is a value.
    fn item(&mut self, frame: &mut Frame<'_>, at: SortIdx) -> Checked<Option<Item>> {
        if at.sort == Sort::Value {
            frame.uses.consume(at.index)?;
        }
        Ok(self.store.components.scope(frame.scope).item(at))
    }

    fn export(&mut self, frame: &mut Frame<'_>, name: &Name, at: SortIdx, ty: Option<&ExternDesc>) -> Checked<()> {
        if at.sort == Sort::Value {
            unique(frame.exports.iter().map(|(name, _)| name), name, "export")?;
        }
        if let Some(mut item) = self.item(frame, at)? {
            if let Item::Value(Value::Typed(Some(of))) = &item
                && of.has_borrow()
            {
                return Err(format!("the exported value {name:?} contains a borrowed handle"));
            }
            if let Some(ty) = ty {
                item = self.narrowed(frame.scope, name, ty, item);
            }
            frame.exports.push((name.clone(), item.clone()));
            self.push(frame.scope, item);
        }
        Ok(())
    }

    /// As [`narrow`]; an instance that is not known stays as it is.
    fn narrowed(&mut self, scope: ScopeId, name: &Name, ty: &ExternDesc, item: Item) -> Item {
        narrow(self.store, scope, name, ty, item.clone(), true).unwrap_or(item)
    }

    fn instance(&mut self, frame: &mut Frame<'_>, def: &InstanceDef) -> Checked<()> {
        let items = match def {
            InstanceDef::Exports(items) | InstanceDef::Instantiate { args: items, .. } => items,
        };
        let mut given = Vec::new();
        for (name, at) in items {
            if at.sort == Sort::Value {
                unique(given.iter().map(|(name, _)| name), name, "argument or export")?;
            }
            if let Some(item) = self.item(frame, *at)? {
                given.push((name.clone(), item));
            }
        }
        let instance = match def {
            InstanceDef::Exports(_) => Rc::new(Instance::new(given)),
            InstanceDef::Instantiate { component, .. } => {
                let closure = self.store.components.scope(frame.scope).components.get(*component as usize).cloned();
                match closure {
                    // Without values the exports of children are not needed: what refers to them is unknown.
                    Some(closure) if self.has_values && !closure.def.definitions.is_empty() => {
                        let args = given.into_iter().collect();
                        self.component(&closure.def, closure.scope, Some(&args), frame.depth + 1)?
                    }
                    _ => Rc::default(),
                }
            }
        };
        self.push(frame.scope, Item::Instance(instance));
        Ok(())
    }

    fn start(&mut self, frame: &mut Frame<'_>, def: &StartDef) -> Checked<()> {
        let func = self.store.components.scope(frame.scope).funcs.get(def.func as usize).cloned();
        let Some(func) = func else { return Err(format!("unknown function {}", def.func)) };
        let mut args = Vec::new();
        for index in &def.args {
            let item = self.item(frame, SortIdx { sort: Sort::Value, index: *index })?;
            args.push(match item {
                Some(Item::Value(Value::Typed(ty))) => ty,
                _ => None,
            });
        }
        if Rc::ptr_eq(&func, &self.unknown) {
            (0..def.results).for_each(|_| self.push(frame.scope, Item::Value(Value::Typed(None))));
            return Ok(());
        }
        let ft = func.ft().clone();
        if args.len() != ft.params.len() {
            let (expected, actual) = (ft.params.len(), args.len());
            return Err(format!("a start function takes {expected} arguments and is given {actual}"));
        }
        for (arg, param) in args.iter().zip(&ft.params) {
            same_type(arg, &Some(param.ty.clone()), || format!("start argument {:?}", param.label))?;
        }
        if def.results as usize != ft.result_types().len() {
            let actual = ft.result_types().len();
            return Err(format!("a start function has {actual} results and {} are declared", def.results));
        }
        let results: Vec<ValType> = ft.result_types();
        results.into_iter().for_each(|ty| self.push(frame.scope, Item::Value(Value::Typed(Some(ty)))));
        Ok(())
    }
}

/// What wasmparser does not ask of a value type whose parts are valid.
fn check_value_type(ty: &ValType) -> Checked<()> {
    if ty.elem_size(1) >= MAX_VALUE_SIZE {
        return Err(format!("the type {ty} exceeds maximum byte size"));
    }
    let ValType::Compound(compound) = ty else { return Ok(()) };
    match &compound.kind {
        Kind::Stream(Some(element)) | Kind::Future(Some(element)) if element.has_borrow() => {
            Err(format!("the elements of {ty} contain a borrowed handle"))
        }
        Kind::Map(key, _) if !key.is_key() => Err(format!("{key} is no type of the keys of a map")),
        _ => Ok(()),
    }
}

/// Types match if they are equal or one is not known.
fn same_type(given: &Option<ValType>, declared: &Option<ValType>, what: impl FnOnce() -> String) -> Checked<()> {
    match (given, declared) {
        (Some(given), Some(declared)) if given != declared => {
            Err(format!("type mismatch of {}: expected {declared}, found {given}", what()))
        }
        _ => Ok(()),
    }
}

/// The names of imports, and those of exports, differ in more than case (Explainer.md, *Name Uniqueness*).
fn unique<'n>(mut names: impl Iterator<Item = &'n Name>, name: &Name, what: &str) -> Checked<()> {
    match names.any(|other| other.eq_ignore_ascii_case(name)) {
        true => Err(format!("{what} name {name:?} conflicts with a previous name")),
        false => Ok(()),
    }
}

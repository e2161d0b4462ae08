//! What wasmparser does not see, checked by our own code: the types of values and starts and the use of every value exactly
//! once (Explainer.md, *Value Definitions*, *Start Definitions*; Binary.md, *Start Definitions*); the size of value types
//! (CanonicalABI.md, *Element Size*), borrowed handles and keys in them (Binary.md, *Type Definitions*); and that types
//! which have to be equal are, labels included (Explainer.md, *Type Checking*), where wasmparser ignores the case of
//! labels and asks subtypes for no more.
//!
//! The check is an instantiation without side effects: a component's definitions are processed in order in a store of
//! their own, with stubs for its imports, functions that are only types, and values that are only types.

use super::{
    check_types::{Checked, check_value_type, depends_on_parts, has_acronyms, same_type},
    evaluate::Aliased,
    host_task::HostCode,
    link::{narrow, static_binder, static_matcher},
    named::{Named, introduced, named, named_within},
    resource::{Dtor, ResourceInst},
    scope::{Closure, Func, Instance, Item, ScopeId, Type, Value},
    syntax::{
        Alias, CanonicalFunction, ComponentDef, Decl, Definition, ExternDesc, InstanceDef, Name, Sort, SortIdx,
        StartDef, TypeBounds, TypeDef, ValTypeRef,
    },
    types::{FuncType, ValType},
};
use crate::{Config, Store, error::ModuleError};
use std::{collections::HashMap, rc::Rc, sync::Arc};

/// How many definitions one check processes: instances are checked at each of their definitions, and components that
/// instantiate each other can have very many.
const MAX_STEPS: u32 = 200_000;

/// How deep instantiations may stand in each other.
const MAX_DEPTH: usize = 100;

/// Checks a component that is valid otherwise. Children are instantiated only if there are values, or if something is found
/// that depends on what they export.
///
/// # Errors
/// [`ModuleError::Invalid`], with the offset of the innermost definition that is; [`ModuleError::Unsupported`] beyond our
/// limits.
pub(super) fn check(config: &Config, root: &Arc<ComponentDef>, has_values: bool) -> Result<(), ModuleError> {
    let is_unsure = pass(config, root, has_values)?;
    if is_unsure && !has_values {
        pass(config, root, true)?;
    }
    Ok(())
}

/// One pass of [`check`]; the result is whether it met what it could not be sure of.
fn pass(config: &Config, root: &Arc<ComponentDef>, is_thorough: bool) -> Result<bool, ModuleError> {
    let mut store = Store::new(config);
    let mut checker = Checker::new(&mut store, is_thorough);
    checker.args = Args::Checked;
    let end = checker.component(root, None, None, 0);
    let (offset, is_limit) = (checker.offset, checker.is_limit);
    let is_unsure = checker.is_unsure || checker.store.components.has_structural_bounds;
    match end {
        Ok(_) => Ok(is_unsure),
        Err(message) if is_limit => Err(ModuleError::Unsupported { offset, message }),
        Err(message) => Err(ModuleError::Invalid { offset, message }),
    }
}

/// What a component exports if `args` are given for its imports; the error is why they cannot be.
pub(super) fn try_with(
    store: &mut Store,
    closure: &Closure,
    args: &HashMap<Name, Item>,
) -> Result<Rc<Instance>, String> {
    let mut checker = Checker::new(store, true);
    checker.args = Args::CheckedOutermost;
    let end = checker.component(&closure.def, closure.scope, Some(args), 0);
    let steps = checker.steps;
    store.components.tried = store.components.tried.saturating_add(steps);
    end
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

/// Whether a root component may export a function that `is_it` accepts under these names, which lead there through exported
/// instances: one whose type is not known may be any.
pub(super) fn may_export(root: &Arc<ComponentDef>, path: [&str; 2], is_it: impl Fn(&FuncType) -> bool) -> bool {
    let mut store = Store::new(&Config::default());
    let mut checker = Checker::new(&mut store, true);
    let Ok(exports) = checker.component(root, None, None, 0) else { return true };
    let Some(Item::Instance(inner)) = exports.get(path[0]) else { return false };
    let Some(Item::Func(func)) = inner.get(path[1]) else { return false };
    Rc::ptr_eq(func, &checker.unknown) || is_it(func.ft())
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

/// Which arguments of components are matched with their imports.
#[derive(Clone, Copy, PartialEq)]
enum Args {
    /// None: they have been.
    Trusted,
    /// Those of the outermost component.
    CheckedOutermost,
    /// All, and what exports are ascribed.
    Checked,
}

struct Checker<'s> {
    store: &'s mut Store,
    /// Whether children are instantiated.
    is_thorough: bool,
    args: Args,
    steps: u32,
    /// Where the definition stands that is checked.
    offset: usize,
    /// Whether the mistake is one of size.
    is_limit: bool,
    /// Whether something depends on what children export, and they are not instantiated.
    is_unsure: bool,
    /// Whether there are items that are not known: nothing is matched from then on.
    is_lost: bool,
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
    /// What imports have introduced, which imports can refer to.
    imported: Named,
    /// What imports and exports have introduced.
    named: Named,
    depth: usize,
}

impl<'s> Checker<'s> {
    fn new(store: &'s mut Store, is_thorough: bool) -> Self {
        Checker {
            store,
            is_thorough,
            args: Args::Trusted,
            steps: 0,
            offset: 0,
            is_limit: false,
            is_unsure: false,
            is_lost: false,
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
            self.is_limit = true;
            return Err("components are nested too deeply".to_owned());
        }
        let scope = self.store.components.new_scope(outer);
        let (imported, named) = (Named::default(), Named::default());
        let mut frame = Frame { scope, args, uses: Uses::default(), exports: vec![], imported, named, depth };
        for (i, definition) in def.definitions.iter().enumerate() {
            self.offset = def.offsets.get(i).copied().unwrap_or(self.offset);
            self.step()?;
            self.define(&mut frame, definition)?;
            // Whatever was appended to the value index space is unused, except for what exports append, and what a type only
            // declares: it is of another component.
            let len = self.store.components.scope(scope).values.len();
            let is_used = matches!(definition, Definition::Export { .. } | Definition::Declared(_));
            frame.uses.0.resize(len, is_used);
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
            Definition::Alias(alias) => self.alias(scope, alias)?,
            Definition::Type(def) => {
                let ty = self.type_def(scope, def)?;
                self.push(scope, Item::Type(ty));
            }
            Definition::Canon(CanonicalFunction::Lift { type_index, .. }) => {
                let ty = self.store.components.scope(scope).types.get(*type_index as usize).cloned();
                let func = match ty {
                    Some(Type::Func(ft)) => Rc::new(static_func(ft, "lifted")),
                    _ => self.unknown_func(),
                };
                self.push(scope, Item::Func(func));
            }
            Definition::Start(def) => return self.start(frame, def),
            Definition::Import { name, ty } => return self.import(frame, name, ty),
            Definition::Export { name, item, ty } => return self.export(frame, name, *item, ty.as_ref()),
            Definition::Value(def) => {
                let ty = self.value_type(scope, &def.ty)?;
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

    /// The type of a value; `None` if it is not known.
    fn value_type(&self, scope: ScopeId, ty: &ValTypeRef) -> Checked<Option<ValType>> {
        if let ValTypeRef::Type(index) = ty {
            match self.store.components.scope(scope).types.get(*index as usize) {
                Some(Type::Value(_) | Type::Unknown) => {}
                Some(_) => return Err(format!("type {index} is no value type")),
                None => return Err(format!("unknown type {index}")),
            }
        }
        Ok(self.store.components.val_type(scope, ty))
    }

    fn unknown_func(&mut self) -> Rc<Func> {
        self.is_lost = true;
        self.unknown.clone()
    }

    fn push(&mut self, scope: ScopeId, item: Item) {
        self.store.components.scope_mut(scope).push(item);
    }

    fn new_resource(&mut self) -> Type {
        let resource = ResourceInst { name: None, implementer: None, dtor: Dtor::None, rep_64: false };
        Type::Resource(self.store.components.new_resource(resource))
    }

    fn type_def(&mut self, scope: ScopeId, def: &TypeDef) -> Checked<Type> {
        if let TypeDef::Resource { .. } = def {
            return Ok(self.new_resource());
        }
        if let TypeDef::Instance(decls) | TypeDef::Component(decls) = def {
            self.decls(scope, decls, matches!(def, TypeDef::Component(_)))?;
        }
        let ty = self.store.components.eval_type(scope, def);
        match &ty {
            Type::Value(ty) => check_value_type(ty)?,
            Type::Unknown => self.is_unsure |= depends_on_parts(def),
            _ => {}
        }
        self.is_unsure |= has_acronyms(def);
        Ok(ty)
    }

    /// The types that the declarators of an instance or component type define.
    fn decls(&mut self, outer: ScopeId, decls: &[Decl], in_component: bool) -> Checked<()> {
        let is_checked = |decl: &Decl| match decl {
            Decl::Import { ty, .. } | Decl::Export { ty, .. } => matches!(ty, ExternDesc::Value(_)),
            decl => matches!(decl, Decl::Type(_)),
        };
        if !decls.iter().any(is_checked) {
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
                Decl::Import { name, ty } | Decl::Export { name, ty } => {
                    if let ExternDesc::Value(of) = ty
                        && let Some(of) = self.value_type(scope, of)?
                        && of.has_borrow()
                        && in_component
                        && matches!(decl, Decl::Export { .. })
                    {
                        return Err(format!("the exported value {name:?} contains a borrowed handle"));
                    }
                    self.push_stub(scope, name, ty);
                }
                decl => self.store.components.push_decl(scope, decl),
            }
        }
        Ok(())
    }

    /// Counts one more definition.
    fn step(&mut self) -> Checked<()> {
        self.steps += 1;
        // Components that are tried as arguments count, where that is done time and again.
        let tried = if self.args == Args::Checked { self.store.components.tried } else { 0 };
        self.is_limit |= self.steps.saturating_add(tried) > MAX_STEPS;
        match self.is_limit {
            true => Err("the component has more definitions than are checked".to_owned()),
            false => Ok(()),
        }
    }

    fn alias(&mut self, scope: ScopeId, alias: &Alias) -> Checked<()> {
        let Alias::Export { sort, instance, name } = alias else {
            self.store.components.push_alias(scope, alias);
            return Ok(());
        };
        match self.store.components.resolve_alias(scope, alias) {
            Some(Aliased::Item(item)) if *sort != Sort::Value || matches!(item, Item::Value(_)) => {
                self.push(scope, item);
                return Ok(());
            }
            // Validation has found all others.
            _ if *sort == Sort::Value && self.is_thorough && !self.is_lost => {
                return Err(format!("instance {instance} exports no value {name:?}"));
            }
            _ => {}
        }
        // An export of an instance that is not known.
        let item = match sort {
            Sort::Func => Item::Func(self.unknown_func()),
            Sort::Value => Item::Value(Value::Typed(None)),
            Sort::Component => Item::Component(Closure { def: Arc::default(), scope: None }),
            _ => {
                self.store.components.push_alias(scope, alias);
                self.is_lost = true;
                return Ok(());
            }
        };
        self.is_lost = true;
        self.push(scope, item);
        Ok(())
    }

    /// Whether the arguments of a component are matched with its imports.
    fn checks_args(&self, frame: &Frame<'_>) -> bool {
        frame.args.is_some()
            && match self.args {
                Args::Trusted => false,
                Args::CheckedOutermost => frame.depth == 0,
                Args::Checked => self.is_thorough && !self.is_lost,
            }
    }

    /// Matches an item with the type that it is declared to have.
    fn matched(&mut self, scope: ScopeId, name: &Name, ty: &ExternDesc, item: &Item) -> Checked<()> {
        let checked = static_matcher(self.store).checked(name, scope, ty, item.clone());
        checked.map_err(|error| error.to_string())
    }

    fn import(&mut self, frame: &mut Frame<'_>, name: &Name, ty: &ExternDesc) -> Checked<()> {
        let scope = frame.scope;
        if let ExternDesc::Value(of) = ty {
            let of = self.value_type(scope, of)?;
            if let (0, Some(of)) = (frame.depth, &of) {
                self.value_imports.push((name.clone(), of.clone()));
            }
            if let Some(args) = frame.args {
                match args.get(name) {
                    Some(Item::Value(Value::Typed(given))) => same_type(given, &of, || format!("argument {name:?}"))?,
                    Some(Item::Value(Value::Known(_))) => {}
                    _ => return Err(format!("missing import named {name:?}")),
                }
            } else {
                named(&frame.imported, name, &of, "imported")?;
            }
            self.push(scope, Item::Value(Value::Typed(of)));
            return Ok(());
        }
        let given = frame.args.and_then(|args| args.get(name)).cloned();
        if let Some(item) = given {
            if self.checks_args(frame) {
                self.matched(scope, name, ty, &item)?;
            }
            let item = self.narrowed(scope, name, ty, item);
            self.push(scope, item);
            return Ok(());
        }
        if self.checks_args(frame) {
            return Err(format!("missing import named {name:?}"));
        }
        if let Some(stub) = self.push_stub(scope, name, ty) {
            frame.imported.add(&stub);
            frame.named.add(&stub);
            named_within(&frame.imported, name, &stub, "imported")?;
        }
        Ok(())
    }

    /// Something of a type that is declared; `None` if that is not known.
    fn push_stub(&mut self, scope: ScopeId, name: &Name, ty: &ExternDesc) -> Option<Item> {
        let stub = static_binder(self.store).stub(name, scope, ty).map(introduced);
        match &stub {
            Some(item) => self.push(scope, item.clone()),
            None => self.push_unknown(scope, ty),
        }
        stub
    }

    fn push_unknown(&mut self, scope: ScopeId, ty: &ExternDesc) {
        self.is_lost = true;
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
        let Some(mut item) = self.item(frame, at)? else { return Ok(()) };
        if let (Item::Value(_), Some(ty)) = (&item, ty) {
            match ty {
                ExternDesc::Value(of) => drop(self.value_type(frame.scope, of)?),
                _ => return Err(format!("the exported value {name:?} is ascribed the type of something else")),
            }
        }
        if let Some(ty) = ty {
            self.is_unsure |= self.is_structural(frame.scope, ty);
            if self.args == Args::Checked && self.is_thorough && !self.is_lost {
                self.matched(frame.scope, name, ty, &item)?;
            }
            item = self.narrowed(frame.scope, name, ty, item);
            // Which resource type it is stays hidden, from here on.
            if let (ExternDesc::Type(TypeBounds::SubResource), Item::Type(Type::Resource(_))) = (ty, &item) {
                item = Item::Type(self.new_resource());
            }
        }
        if let Item::Value(Value::Typed(of)) = &item {
            if of.as_ref().is_some_and(ValType::has_borrow) {
                return Err(format!("the exported value {name:?} contains a borrowed handle"));
            }
            if frame.args.is_none() {
                named(&frame.named, name, of, "exported")?;
            }
        } else if self.is_thorough && frame.args.is_none() {
            item = introduced(item);
            frame.named.add(&item);
            named_within(&frame.named, name, &item, "exported")?;
        }
        frame.exports.push((name.clone(), item.clone()));
        self.push(frame.scope, item);
        Ok(())
    }

    /// Whether a bound asks for equality where wasmparser looks for a subtype.
    fn is_structural(&self, scope: ScopeId, ty: &ExternDesc) -> bool {
        let ExternDesc::Type(TypeBounds::Eq(index)) = ty else { return false };
        let ty = self.store.components.scope(scope).types.get(*index as usize);
        matches!(ty, Some(Type::Instance(..) | Type::Component(..)))
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
        for (i, (name, at)) in items.iter().enumerate() {
            // Arguments are given by plain string equality; the names of exports have been compared.
            let is_same =
                |(other, of): &(Name, SortIdx)| other == name && (at.sort == Sort::Value || of.sort == Sort::Value);
            if items[..i].iter().any(is_same) {
                return Err(format!("argument name {name:?} conflicts with a previous name"));
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
                    Some(closure) if self.is_thorough && !closure.def.definitions.is_empty() => {
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

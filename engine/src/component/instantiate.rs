//! Instantiation of components (Explainer.md, *Component Definitions*): the definitions in order, one after the other, core
//! and component instances interleaved as they are written, each child completely before the next definition.

use super::{
    Component,
    canon::{
        LiftOrLower, Options, Resolved, alloc_builtin, call_func, canon_lower, enter_start, flatten_functype,
        leave_start,
    },
    evaluate::Aliased,
    link::{ComponentLinkError, bind_imports, bind_late},
    linker::ComponentLinker,
    resource::{Dtor, ResourceInst},
    scope::{Closure, CoreInstance, Func, Instance, Item, ScopeId, Type, Value},
    syntax::{
        Alias, CanonicalFunction, CanonicalOption, ComponentDef, CoreInstanceDef, CoreSort, CoreValType, Definition,
        InstanceDef, Name, Names, Sort, SortIdx, StartDef, TypeDef,
    },
    task::InstId,
    types::{FuncType, ValType},
    value::{ComponentVal, Encoding},
    value_def::ValueDef,
};
use crate::{
    Store,
    error::{Fault, InstantiateError, LinkError},
    runtime::Extern,
    trace::{Cause, Event, Initialiser, InstancePath, Outcome, Phase, Resource, TrapCode},
};
use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};
use thiserror::Error;

/// Why the instantiation of a component failed. What it had done by then stays done, and nothing of it can be entered.
#[derive(Debug, Clone, Error)]
pub enum ComponentError {
    /// The imports do not match; nothing has happened at all.
    #[error(transparent)]
    Link(#[from] ComponentLinkError),
    /// A core module inside does not match what it is given: only modules that the host gave can.
    #[error(transparent)]
    Core(#[from] LinkError),
    /// Something did not return.
    #[error("{fault} (instantiating {at})")]
    Fault {
        /// The component instance whose definition it was.
        at: InstancePath,
        /// Where in that definition.
        phase: Phase,
        /// What happened.
        fault: Fault,
    },
}

impl ComponentError {
    /// The class of this end.
    pub fn outcome(&self) -> Outcome {
        match self {
            ComponentError::Link(_) | ComponentError::Core(_) => Outcome::Unlinkable,
            ComponentError::Fault { phase, fault, .. } => fault.outcome(*phase),
        }
    }
}

/// An instance of a root component.
#[derive(Clone)]
pub struct ComponentInstance {
    pub(super) instance: Rc<Instance>,
    path: InstancePath,
    id: InstId,
}

impl std::fmt::Debug for ComponentInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ComponentInstance").field("path", &self.path).finish_non_exhaustive()
    }
}

impl ComponentInstance {
    /// Where it stands.
    pub fn path(&self) -> &InstancePath {
        &self.path
    }

    /// The names of its exports in order.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.instance.exports.iter().map(|(name, _)| &**name)
    }

    /// The item at the end of a path of export names.
    fn item(&self, path: &[&str]) -> Option<&Item> {
        let (last, instances) = path.split_last()?;
        let mut instance = &self.instance;
        for name in instances {
            let Some(Item::Instance(inner)) = instance.get(name) else { return None };
            instance = inner;
        }
        instance.get(last)
    }

    /// The type of an exported function; `path` leads to it through exported instances.
    pub fn func_type(&self, path: &[&str]) -> Option<&FuncType> {
        match self.item(path)? {
            Item::Func(func) => Some(func.ft()),
            _ => None,
        }
    }

    /// An exported value; `path` leads to it through exported instances.
    pub fn value(&self, path: &[&str]) -> Option<&ComponentVal> {
        match self.item(path)? {
            Item::Value(val) => val.known(),
            _ => None,
        }
    }

    /// Every function that can be reached through exports, with the names that lead there.
    pub fn funcs(&self) -> Vec<(Vec<String>, FuncType)> {
        fn walk(instance: &Instance, path: &mut Vec<String>, out: &mut Vec<(Vec<String>, FuncType)>) {
            for (name, item) in &instance.exports {
                path.push(name.to_string());
                match item {
                    Item::Func(func) => out.push((path.clone(), (**func.ft()).clone())),
                    Item::Instance(inner) => walk(inner, path, out),
                    _ => {}
                }
                path.pop();
            }
        }
        let mut out = Vec::new();
        walk(&self.instance, &mut Vec::new(), &mut out);
        out
    }
}

/// How deep instantiations may stand in each other.
const MAX_DEPTH: usize = 100;

impl Store {
    /// Instantiates a component: its imports are bound first, then its definitions are processed in order (Explainer.md,
    /// *Component Definitions*).
    ///
    /// # Errors
    /// [`ComponentError::Link`] if an import does not match: nothing has happened then. Otherwise what a definition ran
    /// into.
    ///
    /// ```
    /// use preflight_engine::{Config, Store, component::{Component, ComponentLinker}, trace::InstancePath};
    /// let config = Config::default();
    /// let component = Component::new(&config, b"\0asm\x0d\0\x01\0").unwrap();
    /// let mut store = Store::new(&config);
    /// let linker = ComponentLinker::new();
    /// let instance = store.instantiate_component(&component, &linker, InstancePath::root()).unwrap();
    /// assert_eq!(instance.exports().count(), 0);
    /// ```
    pub fn instantiate_component(
        &mut self,
        component: &Component,
        linker: &ComponentLinker,
        path: InstancePath,
    ) -> Result<ComponentInstance, ComponentError> {
        let items = bind_imports(self, component, linker)?;
        let imports = Imports::Root { items, linker, next: 0 };
        let (id, instance) = instantiate(self, &component.0, None, None, imports, path.clone(), 0)?;
        Ok(ComponentInstance { instance, path, id })
    }

    /// Calls an exported function of a component; `path` is its name, after those of the exported instances that lead to
    /// it. Records the call, with who made it and why, and its end.
    ///
    /// # Errors
    /// [`Fault::Usage`] if there is no such function or the arguments are not of its type, otherwise how the call ended.
    pub fn call_component(
        &mut self,
        instance: &ComponentInstance,
        path: &[&str],
        args: &[ComponentVal],
        cause: Cause,
    ) -> Result<Vec<ComponentVal>, Fault> {
        let Some(Item::Func(func)) = instance.item(path).cloned() else {
            return Err(Fault::Usage(format!("{} exports no function {path:?}", instance.path)));
        };
        let name = path.join(".");
        func.ft().check_args(&name, args)?;
        let at = instance.path.clone();
        if self.is_recording() {
            let (at, name, args) = (at.clone(), name.clone(), self.trace_component_values(args));
            self.record(|| Event::Called { at, name, args, cause });
        }
        let end = self.call_component_func(&func, None, args.to_vec());
        match &end {
            Ok(results) if self.is_recording() => {
                let results = self.trace_component_values(results);
                self.record(|| Event::Returned { at, name, results });
            }
            Ok(_) => {}
            Err(fault) => self.record_fault(&at, Phase::Call, fault),
        }
        end
    }

    /// Component values as traces show them.
    pub fn trace_component_values(&self, vals: &[ComponentVal]) -> Vec<crate::trace::Value> {
        vals.iter().map(|val| val.trace(&self.components)).collect()
    }

    /// Whether a component instance can be entered: nothing of it is running, and no trap has locked it.
    pub fn may_enter_component(&self, instance: &ComponentInstance) -> bool {
        let set = self.components.entering_set(instance.id, None);
        set.iter().all(|id| self.components.instance(*id).may_enter)
    }

    fn call_component_func(
        &mut self,
        func: &Rc<Func>,
        caller: Option<InstId>,
        args: Vec<ComponentVal>,
    ) -> Result<Vec<ComponentVal>, Fault> {
        let results = Rc::new(RefCell::new(Vec::new()));
        let out = results.clone();
        let on_resolve = Box::new(move |_: &mut Store, vals| {
            *out.borrow_mut() = vals;
            Ok(())
        });
        call_func(self, func, caller, Box::new(move |_| Ok(args)), on_resolve)?;
        Ok(results.take())
    }
}

/// Where imports come from.
enum Imports<'a> {
    /// The host: bound before, as far as their types were known.
    Root { items: Vec<Option<Item>>, linker: &'a ComponentLinker, next: usize },
    /// The `with` arguments of an instance definition; validation has matched their types.
    With(HashMap<Name, Item>),
}

/// An instantiation in progress.
struct Instantiation<'a> {
    store: &'a mut Store,
    def: Arc<ComponentDef>,
    imports: Imports<'a>,
    scope: ScopeId,
    inst: InstId,
    path: InstancePath,
    exports: Vec<(Name, Item)>,
    depth: usize,
}

/// Instantiates `def`, whose outer aliases reach `outer`, as a child of `parent`.
fn instantiate(
    store: &mut Store,
    def: &Arc<ComponentDef>,
    outer: Option<ScopeId>,
    parent: Option<InstId>,
    imports: Imports<'_>,
    path: InstancePath,
    depth: usize,
) -> Result<(InstId, Rc<Instance>), ComponentError> {
    let limit = if store.components.instances.len() >= store.limits.instances as usize {
        Some(Resource::Instances)
    } else {
        (depth >= MAX_DEPTH).then_some(Resource::Stack)
    };
    if let Some(limit) = limit {
        return Err(ComponentError::Fault { at: path, phase: Phase::Initialise, fault: Fault::Exhausted(limit) });
    }
    let scope = store.components.new_scope(outer);
    let inst = store.components.new_instance(path.clone(), parent);
    store.record(|| Event::ComponentBegun { at: path.clone() });
    let mut this = Instantiation { store, def: def.clone(), imports, scope, inst, path, exports: Vec::new(), depth };
    match this.run() {
        Ok(()) => {
            let (path, exports) = (this.path, this.exports);
            store.components.instance_mut(inst).may_enter = true;
            store.record(|| Event::ComponentDone { at: path });
            Ok((inst, Rc::new(Instance::new(exports))))
        }
        Err(error) => {
            let path = this.path;
            store.lock(&[inst]);
            if let ComponentError::Fault { phase, fault, .. } = &error {
                store.record_fault(&path, *phase, fault);
            }
            Err(error)
        }
    }
}

/// What a valid component always has.
fn found<T>(item: Option<T>, what: &str) -> Result<T, Fault> {
    item.ok_or_else(|| Fault::Usage(format!("a definition refers to {what} that is not there")))
}

impl Instantiation<'_> {
    fn run(&mut self) -> Result<(), ComponentError> {
        self.record_imports();
        let def = self.def.clone();
        def.definitions.iter().try_for_each(|definition| self.define(definition))
    }

    fn record_imports(&mut self) {
        if !self.store.is_recording() {
            return;
        }
        for definition in &self.def.definitions {
            if let Definition::Import { name, ty } = definition {
                let (at, name, kind) = (self.path.clone(), name.to_string(), super::syntax::kind_of(ty));
                self.store.record(|| Event::ImportResolved { at, module: String::new(), name, kind });
            }
        }
    }

    fn fault(&self, fault: Fault) -> ComponentError {
        ComponentError::Fault { at: self.path.clone(), phase: Phase::Initialise, fault }
    }

    fn scope(&mut self) -> &mut super::scope::Scope {
        self.store.components.scope_mut(self.scope)
    }

    fn define(&mut self, definition: &Definition) -> Result<(), ComponentError> {
        match definition {
            Definition::CoreModule(module) => self.scope().core_modules.push(module.clone()),
            Definition::CoreInstance(def) => return self.core_instance(def),
            Definition::CoreType(def) => self.store.components.push_core_types(self.scope, def),
            Definition::Component(def) => {
                let closure = Closure { def: def.clone(), scope: Some(self.scope) };
                self.scope().components.push(closure);
            }
            Definition::Instance(def) => return self.instance(def),
            Definition::Alias(alias) => self.alias(alias).map_err(|fault| self.fault(fault))?,
            Definition::Type(def) => self.type_def(def).map_err(|fault| self.fault(fault))?,
            Definition::Canon(canon) => self.canon(canon).map_err(|fault| self.fault(fault))?,
            Definition::Start(def) => return self.start(def),
            Definition::Import { name, ty } => {
                let item = self.import(name, ty)?;
                self.scope().push(item);
            }
            Definition::Export { name, item } => self.export(name, *item).map_err(|fault| self.fault(fault))?,
            Definition::Value(def) => self.value(def).map_err(|fault| self.fault(fault))?,
        }
        Ok(())
    }

    fn value(&mut self, def: &ValueDef) -> Result<(), Fault> {
        let ty = found(self.store.components.val_type(self.scope, &def.ty), "a value type")?;
        let val = def.decode(&ty).map_err(Fault::Usage)?;
        let index = self.scope().values.len() as u32;
        if self.store.is_recording() {
            let (at, values) = (self.path.clone(), self.store.trace_component_values(std::slice::from_ref(&val)));
            self.store.record(|| Event::Initialised { at, what: Initialiser::Value(index), values });
        }
        self.scope().values.push(Value::Known(val));
        Ok(())
    }

    fn import(&mut self, name: &Name, ty: &super::syntax::ExternDesc) -> Result<Item, ComponentError> {
        match &mut self.imports {
            Imports::Root { items, linker, next } => {
                let item = items.get_mut(*next).and_then(Option::take);
                *next += 1;
                match item {
                    Some(item) => Ok(item),
                    None => Ok(bind_late(self.store, self.scope, name, ty, linker)?),
                }
            }
            Imports::With(args) => {
                let item = args.get(name).cloned();
                // A type with an `eq` bound may be left out: it is known already.
                let item = item.or_else(|| match ty {
                    super::syntax::ExternDesc::Type(super::syntax::TypeBounds::Eq(index)) => {
                        self.store.components.scope(self.scope).item(SortIdx { sort: Sort::Type, index: *index })
                    }
                    _ => None,
                });
                found(item, "an import").map_err(|fault| self.fault(fault))
            }
        }
    }

    fn export(&mut self, name: &Name, item: SortIdx) -> Result<(), Fault> {
        let item = found(self.scope().item(item), "an exported item")?;
        if let Item::Type(Type::Resource(id)) = &item {
            self.store.components.name_resource(*id, name);
        }
        self.exports.push((name.clone(), item.clone()));
        self.scope().push(item);
        Ok(())
    }

    /// A core instance: the module's whole initialisation, start function included, before anything else.
    fn core_instance(&mut self, def: &CoreInstanceDef) -> Result<(), ComponentError> {
        let instance = match def {
            CoreInstanceDef::Instantiate { module, args } => self.instantiate_module(*module, args)?,
            CoreInstanceDef::Exports(exports) => {
                let exports = exports.iter().map(|(name, sort, index)| {
                    let item = self.core_item(*sort, *index).map_err(|fault| self.fault(fault))?;
                    Ok((name.clone(), item))
                });
                CoreInstance::Exports(Rc::new(exports.collect::<Result<_, ComponentError>>()?))
            }
        };
        self.scope().core_instances.push(instance);
        Ok(())
    }

    fn core_item(&self, sort: CoreSort, index: u32) -> Result<Extern, Fault> {
        let (scope, i) = (self.store.components.scope(self.scope), index as usize);
        let item = match sort {
            CoreSort::Func | CoreSort::FuncExact => scope.core_funcs.get(i).copied().map(Extern::Func),
            CoreSort::Table => scope.core_tables.get(i).copied().map(Extern::Table),
            CoreSort::Memory => scope.core_memories.get(i).copied().map(Extern::Memory),
            CoreSort::Global => scope.core_globals.get(i).copied().map(Extern::Global),
            CoreSort::Tag => scope.core_tags.get(i).copied().map(Extern::Tag),
        };
        found(item, "a core item")
    }

    fn instantiate_module(&mut self, module: u32, args: &[(Name, u32)]) -> Result<CoreInstance, ComponentError> {
        let scope = self.store.components.scope(self.scope);
        let module = scope.core_modules.get(module as usize).cloned();
        let module = found(module, "a core module").map_err(|fault| self.fault(fault))?;
        let args: HashMap<&str, CoreInstance> = args
            .iter()
            .filter_map(|(name, index)| Some((&**name, scope.core_instances.get(*index as usize)?.clone())))
            .collect();
        let externs = module.syntax().imports.iter().map(|import| {
            let item = args.get(&*import.module).and_then(|instance| instance.export(self.store, &import.name));
            item.ok_or_else(|| LinkError::Unknown {
                module: import.module.clone(),
                name: import.name.clone(),
                expected: self.store.describe_import(import),
            })
        });
        let externs: Vec<Extern> = externs.collect::<Result<_, _>>()?;
        let index = scope.core_instances.len() as u32;
        let name = match Names::get(&self.def.names.core_instances, index) {
            Some(name) => format!("${name}"),
            None => format!("core#{index}"),
        };
        let path = self.path.child(&name);
        let depth = enter_start(self.store, self.inst);
        let end = self.store.instantiate(&module, &externs, path);
        leave_start(self.store, depth);
        match end {
            Ok(addr) => Ok(CoreInstance::Real(addr)),
            Err(InstantiateError::Link(error)) => Err(error.into()),
            Err(InstantiateError::Fault { phase, fault }) => {
                // An exception that leaves a core start function is a trap of the component (`call_and_trap_on_throw`).
                let fault = match fault {
                    Fault::Exception(_) => Fault::Trap(TrapCode::CanonicalAbi.into()),
                    fault => fault,
                };
                Err(ComponentError::Fault { at: self.path.clone(), phase, fault })
            }
        }
    }

    /// A component instance: the child's entire initialisation, depth first.
    fn instance(&mut self, def: &InstanceDef) -> Result<(), ComponentError> {
        let items = |this: &Self, items: &[(Name, SortIdx)]| {
            let items = items.iter().map(|(name, at)| {
                let item = this.store.components.scope(this.scope).item(*at);
                Ok((name.clone(), found(item, "an item").map_err(|fault| this.fault(fault))?))
            });
            items.collect::<Result<Vec<_>, ComponentError>>()
        };
        let instance = match def {
            InstanceDef::Exports(exports) => Rc::new(Instance::new(items(self, exports)?)),
            InstanceDef::Instantiate { component, args } => {
                let scope = self.store.components.scope(self.scope);
                let closure = scope.components.get(*component as usize).cloned();
                let closure = found(closure, "a component").map_err(|fault| self.fault(fault))?;
                let index = scope.instances.len() as u32;
                let name = match Names::get(&self.def.names.instances, index) {
                    Some(name) => format!("${name}"),
                    None => format!("#{index}"),
                };
                let imports = Imports::With(items(self, args)?.into_iter().collect());
                let (path, parent) = (self.path.child(&name), Some(self.inst));
                instantiate(self.store, &closure.def, closure.scope, parent, imports, path, self.depth + 1)?.1
            }
        };
        self.scope().instances.push(instance);
        Ok(())
    }

    fn alias(&mut self, alias: &Alias) -> Result<(), Fault> {
        if let Alias::CoreExport { instance, name, .. } = alias {
            let scope = self.store.components.scope(self.scope);
            let instance = found(scope.core_instances.get(*instance as usize), "a core instance")?;
            let item = found(instance.export(self.store, name), "a core export")?;
            self.scope().push_core(item);
            return Ok(());
        }
        match found(self.store.components.resolve_alias(self.scope, alias), "an export or an outer definition")? {
            Aliased::Item(item) => self.scope().push(item),
            Aliased::CoreType(ty) => self.scope().core_types.push(ty),
        }
        Ok(())
    }

    fn type_def(&mut self, def: &TypeDef) -> Result<(), Fault> {
        let ty = match def {
            TypeDef::Resource { rep, dtor } => {
                let dtor = match dtor {
                    None => Dtor::None,
                    Some(index) => {
                        let scope = self.store.components.scope(self.scope);
                        Dtor::Core(*found(scope.core_funcs.get(*index as usize), "a destructor")?)
                    }
                };
                let index = self.scope().types.len() as u32;
                let name = Names::get(&self.def.names.types, index).map(|name| format!("${name}").into());
                let implementer = Some(self.inst);
                let resource = ResourceInst { name, implementer, dtor, rep_64: *rep == CoreValType::I64 };
                Type::Resource(self.store.components.new_resource(resource))
            }
            def => self.store.components.eval_type(self.scope, def),
        };
        self.scope().types.push(ty);
        Ok(())
    }

    /// The options of a canonical definition, resolved now.
    fn options(&self, options: &[CanonicalOption]) -> Result<Rc<Options>, Fault> {
        let mut opts = Options::default();
        let scope = self.store.components.scope(self.scope);
        let func = |index: u32| found(scope.core_funcs.get(index as usize).copied(), "a core function");
        for option in options {
            match option {
                CanonicalOption::UTF8 => opts.string_encoding = Encoding::Utf8,
                CanonicalOption::UTF16 => opts.string_encoding = Encoding::Utf16,
                CanonicalOption::CompactUTF16 => opts.string_encoding = Encoding::Latin1Utf16,
                CanonicalOption::Memory(index) => {
                    let memory = found(scope.core_memories.get(*index as usize).copied(), "a core memory")?;
                    opts.w = usize::from(self.store.memory(memory).ty().is_64);
                    opts.memory = Some(memory);
                }
                CanonicalOption::Realloc(index) => opts.realloc = Some(func(*index)?),
                CanonicalOption::PostReturn(index) => opts.post_return = Some(func(*index)?),
                CanonicalOption::Async => opts.is_async = true,
                CanonicalOption::Callback(index) => opts.callback = Some(func(*index)?),
                CanonicalOption::CoreType(_) | CanonicalOption::Gc => {
                    return Err(Fault::Unsupported("the gc option of canonical definitions".to_owned()));
                }
            }
        }
        Ok(Rc::new(opts))
    }

    /// A canonical definition makes a function; no code of a guest runs (CanonicalABI.md, *Canonical Definitions*).
    fn canon(&mut self, canon: &CanonicalFunction) -> Result<(), Fault> {
        match canon {
            CanonicalFunction::Lift { core_func_index, type_index, options } => {
                self.lift(*core_func_index, *type_index, options)
            }
            CanonicalFunction::Lower { func_index, options } => self.lower(*func_index, options),
            _ => {
                let resolved = self.resolve_builtin(canon)?;
                let func = alloc_builtin(self.store, canon, resolved, self.inst);
                self.scope().core_funcs.push(func);
                Ok(())
            }
        }
    }

    fn lift(&mut self, core: u32, ty: u32, options: &[CanonicalOption]) -> Result<(), Fault> {
        let opts = self.options(options)?;
        let index = self.scope().funcs.len() as u32;
        let name = match Names::get(&self.def.names.funcs, index) {
            Some(name) => format!("${name}"),
            None => format!("func {index}"),
        };
        let scope = self.store.components.scope(self.scope);
        let core = *found(scope.core_funcs.get(core as usize), "a core function")?;
        let Some(Type::Func(ft)) = scope.types.get(ty as usize) else { return found(None, "a function type") };
        let func = Func::Lifted { core, ft: ft.clone(), opts, inst: self.inst, name: name.into() };
        self.scope().funcs.push(Rc::new(func));
        Ok(())
    }

    fn lower(&mut self, func: u32, options: &[CanonicalOption]) -> Result<(), Fault> {
        let (opts, inst) = (self.options(options)?, self.inst);
        let scope = self.store.components.scope(self.scope);
        let callee = found(scope.funcs.get(func as usize).cloned(), "a function")?;
        let ty = flatten_functype(&opts, callee.ft(), LiftOrLower::Lower);
        let name = callee.name().to_owned();
        let func = self.store.alloc_canon_func(ty, name, move |caller, args, results| {
            let out = canon_lower(caller.store(), &callee, &opts, inst, args)?;
            results.iter_mut().zip(out).for_each(|(result, val)| *result = val);
            Ok(())
        });
        self.scope().core_funcs.push(func);
        Ok(())
    }

    fn resolve_builtin(&self, canon: &CanonicalFunction) -> Result<Resolved, Fault> {
        use CanonicalFunction as C;
        let scope = self.store.components.scope(self.scope);
        let memory = |memory: Option<crate::runtime::MemAddr>| match memory {
            Some(addr) => Resolved::Memory(addr, usize::from(self.store.memory(addr).ty().is_64)),
            None => Resolved::Nothing,
        };
        Ok(match canon {
            C::ResourceNew { resource } | C::ResourceDrop { resource } | C::ResourceRep { resource } => {
                let Some(Type::Resource(id)) = scope.types.get(*resource as usize) else {
                    return found(None, "a resource type");
                };
                Resolved::Resource(*id)
            }
            C::TaskReturn { result, options } => {
                let result: Option<ValType> = match result {
                    Some(ty) => Some(found(self.store.components.val_type(self.scope, ty), "a value type")?),
                    None => None,
                };
                Resolved::TaskReturn(result, self.options(options)?)
            }
            C::StreamRead { options, .. }
            | C::StreamWrite { options, .. }
            | C::FutureRead { options, .. }
            | C::FutureWrite { options, .. }
            | C::ErrorContextNew { options }
            | C::ErrorContextDebugMessage { options } => memory(self.options(options)?.memory),
            C::WaitableSetWait { memory: index, .. } | C::WaitableSetPoll { memory: index, .. } => {
                memory(scope.core_memories.get(*index as usize).copied())
            }
            _ => Resolved::Nothing,
        })
    }

    /// A start definition: a call of a component function at its place among the definitions.
    fn start(&mut self, def: &StartDef) -> Result<(), ComponentError> {
        let scope = self.store.components.scope(self.scope);
        let func = found(scope.funcs.get(def.func as usize).cloned(), "a function");
        let args = def
            .args
            .iter()
            .map(|index| found(scope.values.get(*index as usize).and_then(Value::known).cloned(), "a value"));
        let args = args.collect::<Result<Vec<_>, _>>();
        let (func, args) = (func.map_err(|fault| self.fault(fault))?, args.map_err(|fault| self.fault(fault))?);
        let (at, index) = (self.path.clone(), def.func);
        if self.store.is_recording() {
            let (at, args) = (at.clone(), self.store.trace_component_values(&args));
            self.store.record(|| Event::ComponentStartEntered { at, func: index, args });
            self.record_post_return(&func);
        }
        let results = self
            .store
            .call_component_func(&func, Some(self.inst), args)
            .map_err(|fault| ComponentError::Fault { at: at.clone(), phase: Phase::Start, fault })?;
        if self.store.is_recording() {
            let results = self.store.trace_component_values(&results);
            self.store.record(|| Event::ComponentStartLeft { at, func: index, results });
        }
        self.scope().values.extend(results.into_iter().map(Value::Known));
        Ok(())
    }

    /// The documents leave open when the post-return function of a start function runs (rule CM-START-07).
    fn record_post_return(&mut self, func: &Func) {
        if let Func::Lifted { opts, .. } = func
            && opts.post_return.is_some()
        {
            let at = self.path.clone();
            let (rule, reading) = ("CM-START-07".to_owned(), "before the next definition".to_owned());
            self.store.record(|| Event::RuleApplied { at, rule, reading });
        }
    }
}

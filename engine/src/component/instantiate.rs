//! Instantiation of components (Explainer.md, *Component Definitions*): the definitions in order, one after the other, core
//! and component instances interleaved as they are written, each child completely before the next definition.

use super::{
    canon::{call_deferred, run_core_task},
    embed::ComponentError,
    evaluate::Aliased,
    link::{bind_late, export_stub, narrow},
    linker::ComponentLinker,
    readings::{StartException, StartPostReturn},
    resource::{Dtor, ResourceInst},
    scope::{Closure, CoreInstance, Func, Instance, Item, ScopeId, Type, Value},
    syntax::{
        Alias, ComponentDef, CoreInstanceDef, CoreSort, CoreValType, Decl, Definition, ExternDesc, InstanceDef, Name,
        Names, Sort, SortIdx, StartDef, TypeDef,
    },
    task::{InstId, PostReturn},
    value_def::ValueDef,
};
use crate::{
    Store,
    error::{Fault, InstantiateError, LinkError},
    mutants::{self, Mutant, Once, on},
    runtime::{Extern, Ref},
    trace::{Event, Initialiser, InstancePath, Phase, Resource, TrapCode},
};
use std::{collections::HashMap, rc::Rc, sync::Arc};

/// How deep instantiations may stand in each other.
const MAX_DEPTH: usize = 100;

/// Where imports come from.
pub(super) enum Imports<'a> {
    /// The host: bound before, as far as their types were known.
    Root { items: Vec<Option<Item>>, linker: &'a ComponentLinker, next: usize },
    /// The `with` arguments of an instance definition; validation has matched their types.
    With(HashMap<Name, Item>),
}

/// An instantiation in progress.
pub(super) struct Instantiation<'a> {
    pub(super) store: &'a mut Store,
    pub(super) def: Arc<ComponentDef>,
    imports: Imports<'a>,
    pub(super) scope: ScopeId,
    pub(super) inst: InstId,
    path: InstancePath,
    exports: Vec<(Name, Item)>,
    depth: usize,
    core_instances_once: Once<u32, CoreInstance>,
    instances_once: Once<u32, Rc<Instance>>,
    /// Whether a start definition has been processed.
    started: bool,
    /// Post-return functions of start functions, to be called at the end.
    deferred: Vec<PostReturn>,
}

/// Instantiates `def`, whose outer aliases reach `outer`, as a child of `parent`.
pub(super) fn instantiate(
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
    let before = mutants::take_back(store);
    store.record(|| Event::ComponentBegun { at: path.clone() });
    let mut this = Instantiation {
        store,
        def: def.clone(),
        imports,
        scope,
        inst,
        path,
        exports: Vec::new(),
        depth,
        core_instances_once: Once::default(),
        instances_once: Once::default(),
        started: false,
        deferred: Vec::new(),
    };
    match this.run() {
        Ok(()) => {
            let (path, exports) = (this.path, this.exports);
            let instance = store.components.instance_mut(inst);
            (instance.may_enter, instance.is_starting) = (!on(Mutant::EnterNever), false);
            store.record(|| Event::ComponentDone { at: path });
            Ok((inst, Rc::new(Instance::new(exports))))
        }
        Err(error) => {
            let (path, store) = (this.path, this.store);
            if !on(Mutant::LockSkipped) {
                store.lock(&[inst]);
            }
            if let ComponentError::Fault { phase, fault, .. } = &error {
                store.record_fault(&path, *phase, fault);
            }
            store.drop_dead_handles(inst);
            Err(mutants::component_end(store, before, error))
        }
    }
}

/// What a valid component always has.
pub(super) fn found<T>(item: Option<T>, what: &str) -> Result<T, Fault> {
    item.ok_or_else(|| Fault::Usage(format!("a definition refers to {what} that is not there")))
}

impl Instantiation<'_> {
    fn run(&mut self) -> Result<(), ComponentError> {
        self.record_imports();
        let def = self.def.clone();
        let is_late = |definition: &&Definition| {
            matches!(definition, Definition::Start(start) if start.results == 0) && on(Mutant::ComponentStartsLast)
        };
        let mut definitions = def.definitions.iter().filter(|definition| !is_late(definition)).peekable();
        let mut end = Ok(());
        while let Some(item) = definitions.next().filter(|_| end.is_ok()) {
            end = match definitions.next_if(|second| self.swaps(item, second)) {
                Some(second) => self.define_second_first(item, second),
                None => self.define(item),
            };
            if end.is_err() {
                break;
            }
        }
        if end.is_err() && on(Mutant::DefinitionsAfterTrap) {
            definitions.for_each(|item| drop(self.define(item)));
        }
        end?;
        def.definitions.iter().filter(is_late).try_for_each(|item| self.define(item))?;
        self.call_deferred()
    }

    /// The post-return functions of start functions, if they have been left for the end ([`StartPostReturn`]).
    fn call_deferred(&mut self) -> Result<(), ComponentError> {
        for deferred in std::mem::take(&mut self.deferred) {
            let end = call_deferred(self.store, &deferred, self.inst);
            end.map_err(|fault| ComponentError::Fault { at: self.path.clone(), phase: Phase::Start, fault })?;
        }
        Ok(())
    }

    /// Whether a mutant executes the second of two definitions first.
    fn swaps(&mut self, first: &Definition, second: &Definition) -> bool {
        let (core, children) = (self.scope().core_instances.len(), self.scope().instances.len());
        mutants::swaps(first, second, core as u32, children as u32)
    }

    /// Two definitions in the wrong order; each gets its own index all the same.
    fn define_second_first(&mut self, first: &Definition, second: &Definition) -> Result<(), ComponentError> {
        self.define(second)?;
        let (core, child) = match second {
            Definition::CoreInstance(_) => (self.scope().core_instances.pop(), None),
            Definition::Instance(_) => (None, self.scope().instances.pop()),
            _ => (None, None),
        };
        self.define(first)?;
        self.scope().core_instances.extend(core);
        self.scope().instances.extend(child);
        Ok(())
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

    pub(super) fn scope(&mut self) -> &mut super::scope::Scope {
        self.store.components.scope_mut(self.scope)
    }

    fn define(&mut self, definition: &Definition) -> Result<(), ComponentError> {
        match definition {
            Definition::CoreModule(module) => {
                self.scope().core_modules.push(module.clone());
                if on(Mutant::ModuleDefinitionRuns) && module.syntax().imports.is_empty() {
                    let index = self.scope().core_modules.len() as u32 - 1;
                    self.instantiate_module(index, &[])?;
                }
            }
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
            Definition::Start(def) if def.results == 0 => return mutants::component_start_end(self.start(def)),
            Definition::Start(def) => return self.start(def),
            Definition::Import { name, ty } => {
                let item = self.import(name, ty)?;
                self.scope().push(item);
            }
            Definition::Export { name, item, ty } => self.export(name, *item, ty.as_ref())?,
            Definition::Value(def) => self.value(def).map_err(|fault| self.fault(fault))?,
            Definition::Declared(decls) => self.declared(decls)?,
        }
        Ok(())
    }

    /// The imports and exports of a component that is only a type: its exports are stubs.
    fn declared(&mut self, decls: &[Decl]) -> Result<(), ComponentError> {
        for decl in decls {
            match decl {
                Decl::Import { name, ty } => {
                    let item = self.import(name, ty)?;
                    self.scope().push(item);
                }
                Decl::Export { name, ty } => {
                    let item = export_stub(self.store, self.scope, name, ty)?;
                    self.exports.push((name.clone(), item.clone()));
                    self.scope().push(item);
                }
                decl => self.store.components.push_decl(self.scope, decl),
            }
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

    fn import(&mut self, name: &Name, ty: &ExternDesc) -> Result<Item, ComponentError> {
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
                    ExternDesc::Type(super::syntax::TypeBounds::Eq(index)) => {
                        self.store.components.scope(self.scope).item(SortIdx { sort: Sort::Type, index: *index })
                    }
                    _ => None,
                });
                let item = found(item, "an import").map_err(|fault| self.fault(fault))?;
                Ok(narrow(self.store, self.scope, name, ty, item, false)?)
            }
        }
    }

    fn export(&mut self, name: &Name, item: SortIdx, ty: Option<&ExternDesc>) -> Result<(), ComponentError> {
        let mut item = found(self.scope().item(item), "an exported item").map_err(|fault| self.fault(fault))?;
        if let Some(ty) = ty {
            item = narrow(self.store, self.scope, name, ty, item, false)?;
        }
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
            CoreInstanceDef::Instantiate { module, args } => {
                if on(Mutant::CoreInstanceTwice) {
                    self.instantiate_module(*module, args)?;
                }
                self.instantiate_module(*module, args)?
            }
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

    fn instantiate_module(&mut self, module_index: u32, args: &[(Name, u32)]) -> Result<CoreInstance, ComponentError> {
        if let Some(instance) = self.core_instances_once.get(Mutant::CoreInstanceShared, &module_index) {
            return Ok(instance);
        }
        let scope = self.store.components.scope(self.scope);
        let module = scope.core_modules.get(module_index as usize).cloned();
        let module = found(module, "a core module").map_err(|fault| self.fault(fault))?;
        let args: HashMap<&str, CoreInstance> = args
            .iter()
            .filter_map(|(name, index)| Some((&**name, scope.core_instances.get(*index as usize)?.clone())))
            .collect();
        let is_imported = |name: &str| module.syntax().imports.iter().any(|import| *import.module == *name);
        if on(Mutant::SuperfluousRefused) && !args.keys().all(|name| is_imported(name)) {
            return Err(LinkError::Count { expected: module.syntax().imports.len(), actual: args.len() }.into());
        }
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
        // Each core instance has a task for its start function, whether it has one or not.
        let end = run_core_task(self.store, self.inst, |store| Ok(store.instantiate(&module, &externs, path)));
        match end.unwrap_or_else(|fault| Err(InstantiateError::Fault { phase: Phase::Start, fault })) {
            Ok(addr) => {
                let instance = CoreInstance::Real(addr);
                self.core_instances_once.keep(Mutant::CoreInstanceShared, module_index, &instance);
                Ok(instance)
            }
            Err(InstantiateError::Link(error)) => Err(error.into()),
            Err(InstantiateError::Fault { phase, fault }) => {
                let fault = match fault {
                    Fault::Exception(exn) if !on(Mutant::CoreThrowEscapes) => self.start_threw(exn),
                    fault => fault,
                };
                Err(ComponentError::Fault { at: self.path.clone(), phase, fault })
            }
        }
    }

    /// An exception left a core start function (rule CM-EXN-01).
    fn start_threw(&mut self, exn: Ref) -> Fault {
        let reading = self.store.components.readings.start_exception;
        self.record_rule("CM-EXN-01", &format!("{reading:?}"));
        match reading {
            StartException::Trap => Fault::Trap(TrapCode::CanonicalAbi.into()),
            StartException::Passes => Fault::Exception(exn),
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
                if let Some(instance) = self.instances_once.get(Mutant::ChildShared, component) {
                    self.scope().instances.push(instance);
                    return Ok(());
                }
                let scope = self.store.components.scope(self.scope);
                let closure = scope.components.get(*component as usize).cloned();
                let closure = found(closure, "a component").map_err(|fault| self.fault(fault))?;
                let index = scope.instances.len() as u32;
                let name = match Names::get(&self.def.names.instances, index) {
                    Some(name) => format!("${name}"),
                    None => format!("#{index}"),
                };
                let (path, parent) = (self.path.child(&name), Some(self.inst));
                if on(Mutant::ChildTwice) {
                    let (imports, path) = (Imports::With(items(self, args)?.into_iter().collect()), path.clone());
                    instantiate(self.store, &closure.def, closure.scope, parent, imports, path, self.depth + 1)?;
                }
                let imports = Imports::With(items(self, args)?.into_iter().collect());
                let made =
                    instantiate(self.store, &closure.def, closure.scope, parent, imports, path, self.depth + 1)?.1;
                self.instances_once.keep(Mutant::ChildShared, *component, &made);
                made
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
        if on(Mutant::ComponentStartSkipped) && def.results == 0 {
            return Ok(());
        }
        let (at, index) = (self.path.clone(), def.func);
        if on(Mutant::ComponentStartTwice) {
            let end = self.store.call_component_func(&func, Some(self.inst), args.clone());
            end.map_err(|fault| ComponentError::Fault { at: at.clone(), phase: Phase::Start, fault })?;
        }
        if std::mem::replace(&mut self.started, true) {
            self.record_rule("CM-START-02", "several");
        }
        if self.store.is_recording() {
            let (at, args) = (at.clone(), self.store.trace_component_values(&args));
            self.store.record(|| Event::ComponentStartEntered { at, func: index, args });
            self.record_post_return(&func);
        }
        self.store.components.defer_post_return = matches!(&*func, Func::Lifted { .. })
            && self.store.components.readings.start_post_return == StartPostReturn::AfterLastDefinition;
        let results = self.store.call_component_func(&func, Some(self.inst), args);
        self.store.components.defer_post_return = false;
        self.deferred.append(&mut self.store.components.deferred);
        let results = results.map_err(|fault| ComponentError::Fault { at: at.clone(), phase: Phase::Start, fault })?;
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
            let reading = match self.store.components.readings.start_post_return {
                StartPostReturn::BeforeNextDefinition => "before the next definition",
                StartPostReturn::AfterLastDefinition => "after the last definition",
            };
            self.record_rule("CM-START-07", reading);
        }
    }

    pub(super) fn record_rule(&mut self, rule: &str, reading: &str) {
        let at = self.path.clone();
        let event = || Event::RuleApplied { at, rule: rule.to_owned(), reading: reading.to_owned() };
        self.store.record(event);
    }
}

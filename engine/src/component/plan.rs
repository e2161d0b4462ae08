//! What an instantiation will do, from the binary alone: the definitions in their order, children in full where they stand.
//!
//! Nothing is linked and nothing runs. What only the host knows (an imported module or component) is said to be unknown.

use super::{
    decode::Component,
    syntax::{
        Alias, ComponentDef, CoreInstanceDef, Definition, ExternDesc, InstanceDef, Name, Names, OuterSort, Sort,
        SortIdx, kind_of,
    },
};
use crate::{
    Module,
    trace::{ExternKind, InstancePath},
};
use std::{collections::HashMap, sync::Arc};

/// Steps after which a plan ends: children that instantiate children multiply.
const MOST_STEPS: usize = 10_000;

/// One step of a plan.
#[derive(Debug, Clone)]
pub struct PlanStep {
    /// The instance that it belongs to, named as in traces.
    pub at: InstancePath,
    /// How deep it stands: 0 for the root.
    pub depth: usize,
    /// What will be done.
    pub what: PlannedDefinition,
}

/// What will be done.
#[derive(Debug, Clone)]
pub enum PlannedDefinition {
    /// A component instance begins.
    Begun,
    /// An import is matched.
    Import {
        /// Its name.
        name: String,
        /// What it is.
        kind: ExternKind,
    },
    /// A core module is instantiated, at the path of the step.
    CoreInstance {
        /// The module's index in its component.
        index: u32,
        /// The module, unless only the host knows it.
        module: Option<Module>,
        /// The names under which it is given instances, and the indices of those.
        args: Vec<(String, u32)>,
    },
    /// A component that only the host knows is instantiated, at the path of the step.
    UnknownComponent,
    /// A value definition is evaluated: its index.
    Value(u32),
    /// A start definition calls its function.
    Start {
        /// The function's index.
        func: u32,
        /// How many values it is given.
        args: usize,
        /// How many values it gives.
        results: u32,
    },
    /// The component instance is complete.
    Done,
    /// There is more than a plan holds.
    More,
}

impl Component {
    /// What instantiating it at `path` will do, in order, from the binary alone.
    ///
    /// ```
    /// use preflight_engine::{Config, component::{Component, PlannedDefinition}, trace::InstancePath};
    /// let component = Component::new(&Config::default(), b"\0asm\x0d\0\x01\0")?;
    /// let plan = component.plan(InstancePath::root());
    /// assert!(matches!(plan[0].what, PlannedDefinition::Begun) && matches!(plan[1].what, PlannedDefinition::Done));
    /// # Ok::<(), preflight_engine::ModuleError>(())
    /// ```
    pub fn plan(&self, path: InstancePath) -> Vec<PlanStep> {
        let mut planner = Planner { steps: Vec::new(), scopes: Vec::new() };
        planner.component(&Closure { def: self.0.clone(), outer: None }, HashMap::new(), path, 0);
        planner.steps
    }
}

/// A component, and the scope in which it is defined.
#[derive(Debug, Clone)]
struct Closure {
    def: Arc<ComponentDef>,
    outer: Option<ScopeId>,
}

/// The place of a scope in [`Planner::scopes`].
type ScopeId = usize;

/// What the index spaces of modules, components and instances hold; `None` is what only the host knows.
#[derive(Debug, Default)]
struct Scope {
    /// The scope around it.
    outer: Option<ScopeId>,
    modules: Vec<Option<Module>>,
    components: Vec<Option<Closure>>,
    core_instances: u32,
    instances: u32,
    values: u32,
}

/// A module or a component that is given by name.
#[derive(Debug, Clone)]
enum Given {
    Module(Option<Module>),
    Component(Option<Closure>),
}

struct Planner {
    steps: Vec<PlanStep>,
    scopes: Vec<Scope>,
}

/// Where a definition stands.
struct Place<'a> {
    def: &'a ComponentDef,
    scope: ScopeId,
    at: &'a InstancePath,
    depth: usize,
}

impl Planner {
    /// The last step says that there was more.
    fn push(&mut self, at: &InstancePath, depth: usize, what: PlannedDefinition) {
        if self.steps.len() <= MOST_STEPS {
            let is_full = self.steps.len() == MOST_STEPS;
            let what = if is_full { PlannedDefinition::More } else { what };
            self.steps.push(PlanStep { at: at.clone(), depth, what });
        }
    }

    fn component(&mut self, closure: &Closure, given: HashMap<Name, Given>, at: InstancePath, depth: usize) {
        let Closure { def, outer } = closure;
        self.push(&at, depth, PlannedDefinition::Begun);
        for definition in &def.definitions {
            if let Definition::Import { name, ty } = definition {
                self.push(&at, depth, PlannedDefinition::Import { name: name.to_string(), kind: kind_of(ty) });
            }
        }
        let scope = self.scopes.len();
        self.scopes.push(Scope { outer: *outer, ..Scope::default() });
        let place = Place { def, scope, at: &at, depth };
        for definition in &def.definitions {
            if self.steps.len() > MOST_STEPS {
                return;
            }
            self.definition(definition, &place, &given);
        }
        self.push(&at, depth, PlannedDefinition::Done);
    }

    fn definition(&mut self, definition: &Definition, place: &Place<'_>, given: &HashMap<Name, Given>) {
        let scope = &mut self.scopes[place.scope];
        match definition {
            Definition::CoreModule(module) => scope.modules.push(Some(module.clone())),
            Definition::Component(def) => {
                scope.components.push(Some(Closure { def: def.clone(), outer: Some(place.scope) }));
            }
            Definition::CoreInstance(def) => self.core_instance(def, place),
            Definition::Instance(def) => self.instance(def, place),
            Definition::Start(start) => {
                scope.values += start.results;
                let what =
                    PlannedDefinition::Start { func: start.func, args: start.args.len(), results: start.results };
                self.push(place.at, place.depth, what);
            }
            Definition::Value(_) => {
                let what = PlannedDefinition::Value(scope.values);
                scope.values += 1;
                self.push(place.at, place.depth, what);
            }
            Definition::Import { name, ty } => scope.import(ty, given.get(name)),
            Definition::Export { item, .. } => scope.export(*item),
            Definition::Alias(alias) => self.alias(alias, place.scope),
            // Stubs are not in what is planned: plans are made of bytes.
            Definition::CoreType(_) | Definition::Type(_) | Definition::Canon(_) | Definition::Declared(_) => {}
        }
    }

    fn core_instance(&mut self, def: &CoreInstanceDef, place: &Place<'_>) {
        let scope = &mut self.scopes[place.scope];
        let index = scope.core_instances;
        scope.core_instances += 1;
        if let CoreInstanceDef::Instantiate { module, args } = def {
            let what = PlannedDefinition::CoreInstance {
                index: *module,
                module: scope.module(*module),
                args: args.iter().map(|(name, index)| (name.to_string(), *index)).collect(),
            };
            let path = place.at.child(&path_name(&place.def.names.core_instances, index, "core#"));
            self.push(&path, place.depth + 1, what);
        }
    }

    fn instance(&mut self, def: &InstanceDef, place: &Place<'_>) {
        let scope = &mut self.scopes[place.scope];
        let index = scope.instances;
        scope.instances += 1;
        if let InstanceDef::Instantiate { component, args } = def {
            let (closure, given) = (scope.component(*component), scope.given(args));
            let path = place.at.child(&path_name(&place.def.names.instances, index, "#"));
            match closure {
                Some(closure) => self.component(&closure, given, path, place.depth + 1),
                None => self.push(&path, place.depth + 1, PlannedDefinition::UnknownComponent),
            }
        }
    }

    fn alias(&mut self, alias: &Alias, at: ScopeId) {
        if let Alias::Outer { sort, count, index } = alias {
            // Counted from the inside: 0 is this component.
            let found = (0..*count).try_fold(at, |scope, _| self.scopes[scope].outer).map(|scope| &self.scopes[scope]);
            match sort {
                OuterSort::CoreModule => {
                    let module = found.and_then(|scope| scope.module(*index));
                    self.scopes[at].modules.push(module);
                }
                OuterSort::Component => {
                    let closure = found.and_then(|scope| scope.component(*index));
                    self.scopes[at].components.push(closure);
                }
                OuterSort::CoreType | OuterSort::Type => {}
            }
        } else {
            self.scopes[at].alias(alias);
        }
    }
}

impl Scope {
    fn import(&mut self, ty: &ExternDesc, given: Option<&Given>) {
        match (ty, given) {
            (ExternDesc::Module(_), Some(Given::Module(module))) => self.modules.push(module.clone()),
            (ExternDesc::Component(_), Some(Given::Component(closure))) => self.components.push(closure.clone()),
            (ExternDesc::Module(_), _) => self.modules.push(None),
            (ExternDesc::Component(_), _) => self.components.push(None),
            (ExternDesc::Instance(_), _) => self.instances += 1,
            (ExternDesc::Value(_), _) => self.values += 1,
            (ExternDesc::Func(_) | ExternDesc::Type(_), _) => {}
        }
    }

    /// An export is a definition, too: its index is a new one.
    fn export(&mut self, SortIdx { sort, index }: SortIdx) {
        match sort {
            Sort::Module => self.modules.push(self.module(index)),
            Sort::Component => self.components.push(self.component(index)),
            Sort::Instance => self.instances += 1,
            Sort::Value => self.values += 1,
            Sort::Func | Sort::Type => {}
        }
    }

    /// What an instance exports is known to it alone.
    fn alias(&mut self, alias: &Alias) {
        match alias {
            Alias::Export { sort: Sort::Module, .. } => self.modules.push(None),
            Alias::Export { sort: Sort::Component, .. } => self.components.push(None),
            Alias::Export { sort: Sort::Instance, .. } => self.instances += 1,
            Alias::Export { sort: Sort::Value, .. } => self.values += 1,
            Alias::Export { .. } | Alias::CoreExport { .. } | Alias::Outer { .. } => {}
        }
    }

    fn module(&self, index: u32) -> Option<Module> {
        self.modules.get(index as usize).cloned().flatten()
    }

    fn component(&self, index: u32) -> Option<Closure> {
        self.components.get(index as usize).cloned().flatten()
    }

    /// The modules and components among the arguments of an instance definition.
    fn given(&self, args: &[(Name, SortIdx)]) -> HashMap<Name, Given> {
        let one = |(name, SortIdx { sort, index }): &(Name, SortIdx)| {
            let given = match sort {
                Sort::Module => Given::Module(self.module(*index)),
                Sort::Component => Given::Component(self.component(*index)),
                _ => return None,
            };
            Some((name.clone(), given))
        };
        args.iter().filter_map(one).collect()
    }
}

/// What traces call an instance: by its name, or else by its index.
fn path_name(names: &[(u32, String)], index: u32, prefix: &str) -> String {
    match Names::get(names, index) {
        Some(name) => format!("${name}"),
        None => format!("{prefix}{index}"),
    }
}

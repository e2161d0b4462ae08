//! What the Component Model asks for: definitions are processed in order, depth first, and a trap ends everything.

use super::{ComponentPlan, Def, Part, Step, encode::imports_order};
use preflight_engine::trace::{
    Event, ExternKind, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, Trace, TrapCode, Value,
};

impl ComponentPlan {
    /// The trace of the root's instantiation, with the state of all component instances afterwards. The plan must be
    /// [normal](Self::normalise).
    pub fn expected(&self) -> Trace {
        let mut world = World::default();
        let result = world.instantiate(&self.root, InstancePath::root(), None);
        let outcome = match result {
            Ok(_) => Outcome::Returned { values: Vec::new() },
            Err(code) => Outcome::Trap { code, phase: Phase::Start },
        };
        let post_mortem = world.state(result.ok());
        Trace { level: Level::Full, events: world.events, outcome, post_mortem }
    }
}

#[derive(Default)]
struct World {
    events: Vec<Event>,
    instances: Vec<Instance>,
    /// Resource types so far: a type without a name is told by its number.
    resource_types: u32,
}

/// A component instance.
struct Instance {
    path: InstancePath,
    parent: Option<usize>,
    is_locked: bool,
    /// The representations behind the handles; the first handle is 1, and a handle that was dropped is given again.
    handles: Vec<Option<u32>>,
    /// The numbers of the `f`s of the core instances.
    results: Vec<u32>,
    children: Vec<usize>,
    resource: Option<u32>,
    values: Vec<u32>,
    /// How many functions there are so far.
    funcs: u32,
}

impl World {
    fn instantiate(&mut self, part: &Part, path: InstancePath, parent: Option<usize>) -> Result<usize, TrapCode> {
        let this = self.instances.len();
        self.instances.push(Instance {
            path: path.clone(),
            parent,
            is_locked: false,
            handles: vec![None],
            results: Vec::new(),
            children: Vec::new(),
            resource: None,
            values: Vec::new(),
            funcs: 1,
        });
        self.events.push(Event::ComponentBegun { at: path.clone() });
        let import = |name: &str| (String::new(), name.to_owned());
        let (module, name) = import("log");
        self.events.push(Event::ImportResolved { at: path.clone(), module, name, kind: ExternKind::Func });
        match self.define(part, this) {
            Ok(()) => {
                self.events.push(Event::ComponentDone { at: path });
                Ok(this)
            }
            Err(code) => {
                self.instances[this].is_locked = true;
                self.events.push(Event::Locked { at: path.clone() });
                self.events.push(Event::Trapped { at: path, code, phase: Phase::Start });
                Err(code)
            }
        }
    }

    fn define(&mut self, part: &Part, this: usize) -> Result<(), TrapCode> {
        let mut parts = Vec::new();
        for def in &part.defs {
            match def {
                Def::Core { steps, result } => self.core(steps, *result, this)?,
                Def::Child(child) => {
                    parts.push(child);
                    self.child(child, this)?;
                }
                Def::Again(of) => self.child(parts[*of], this)?,
                Def::Resource { .. } => {
                    self.instances[this].resource = Some(self.resource_types);
                    self.resource_types += 1;
                }
                Def::Start { core } => self.start(*core, this),
            }
        }
        Ok(())
    }

    fn child(&mut self, part: &Part, this: usize) -> Result<(), TrapCode> {
        let number = self.instances[this].children.len();
        let path = self.instances[this].path.child(&format!("#{number}"));
        let child = self.instantiate(part, path, Some(this))?;
        self.instances[this].children.push(child);
        Ok(())
    }

    /// Each call of the log goes through `canon lower`: its argument is lifted out of the component.
    fn log(&mut self, this: usize, value: u32) {
        let at = self.instances[this].path.clone();
        let values = || vec![Value::U32(value)];
        self.events.push(Event::Lifted { at: at.clone(), what: "log params".to_owned(), values: values() });
        self.events.push(Event::HostCalled { at: at.clone(), name: "log".to_owned(), args: values() });
        self.events.push(Event::HostReturned { at, name: "log".to_owned(), results: Vec::new() });
    }

    fn core(&mut self, steps: &[Step], result: u32, this: usize) -> Result<(), TrapCode> {
        // Before each core instance stands the one of what it imports.
        let number = 2 * self.instances[this].results.len() + 1;
        let at = self.instances[this].path.child(&format!("core#{number}"));
        let mut imports = vec!["log".to_owned()];
        for step in steps {
            match step {
                Step::CallCore(core) => imports.push(format!("f{core}")),
                Step::CallChild(child) => {
                    imports.push(format!("run{child}"));
                    self.instances[this].funcs += 1;
                }
                Step::Make(_) | Step::MakeAndDrop(_) => imports.extend(["new".to_owned(), "drop".to_owned()]),
                Step::Log(_) | Step::Trap | Step::Throw => {}
            }
        }
        imports.sort_by(|a, b| imports_order(a).cmp(&imports_order(b)));
        imports.dedup();
        let start = imports.len() as u32;
        for name in imports {
            let module = String::new();
            self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind: ExternKind::Func });
        }
        let (funcs, tags) = (3, 1);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables: 0, memories: 0, globals: 0, tags });
        self.events.push(Event::StartEntered { at: at.clone(), func: start });
        for step in steps {
            if let Err(code) = self.step(*step, this) {
                // An exception that leaves the instance is one for the core instance, and a trap for the component.
                let phase = Phase::Start;
                self.events.push(match step {
                    Step::Throw => Event::Threw { at, phase, args: Vec::new() },
                    _ => Event::Trapped { at, code, phase },
                });
                if matches!(step, Step::Throw) {
                    // CanonicalABI.md makes a trap of it for calls; that it does for start functions is a reading.
                    let at = self.instances[this].path.clone();
                    let (rule, reading) = ("CM-EXN-01".to_owned(), "Trap".to_owned());
                    self.events.push(Event::RuleApplied { at, rule, reading });
                }
                return Err(code);
            }
        }
        self.events.push(Event::StartLeft { at: at.clone(), func: start });
        self.events.push(Event::InstanceDone { at });
        self.instances[this].results.push(result);
        Ok(())
    }

    fn step(&mut self, step: Step, this: usize) -> Result<(), TrapCode> {
        match step {
            Step::Log(value) => self.log(this, value),
            Step::CallCore(core) => self.log(this, self.instances[this].results[core]),
            Step::CallChild(child) => {
                let child = self.instances[this].children[child];
                let func = self.instances[child].funcs;
                // Contested: here a parent may enter its child, as CanonicalABI.md has it (*Component Instances*).
                let (rule, reading) = ("CM-CALL-05".to_owned(), "EnteringSet".to_owned());
                let at = self.instances[child].path.clone();
                self.events.push(Event::RuleApplied { at, rule, reading });
                let result = self.run(child, 0, func);
                let at = self.instances[this].path.clone();
                let what = format!("func {func} result");
                self.events.push(Event::Lowered { at, what, values: vec![Value::U32(result)] });
            }
            Step::Make(rep) => {
                self.make(this, rep);
            }
            Step::MakeAndDrop(rep) => {
                let handle = self.make(this, rep);
                let instance = &mut self.instances[this];
                instance.handles[handle] = None;
                let at = instance.path.clone();
                let resource = self.resource(this);
                let (rep_64, handle) = (u64::from(rep), handle as u32);
                self.events.push(Event::ResourceDropped { at, resource, rep: rep_64, handle });
                self.log(this, rep);
            }
            Step::Trap => return Err(TrapCode::Unreachable),
            Step::Throw => return Err(TrapCode::CanonicalAbi),
        }
        Ok(())
    }

    fn resource(&self, this: usize) -> String {
        let ty = self.instances[this].resource.expect("a normal plan has a type for its resources");
        format!("resource#{ty}")
    }

    fn make(&mut self, this: usize, rep: u32) -> usize {
        let instance = &mut self.instances[this];
        let free = instance.handles.iter().skip(1).position(Option::is_none).map(|i| i + 1);
        let handle = free.unwrap_or(instance.handles.len());
        if handle == instance.handles.len() {
            instance.handles.push(None);
        }
        instance.handles[handle] = Some(rep);
        let at = instance.path.clone();
        let resource = self.resource(this);
        self.events.push(Event::ResourceMade { at, resource, rep: rep.into(), handle: handle as u32 });
        handle
    }

    /// Calls the lifted `f` of a core instance, the function with the index `func`.
    fn run(&mut self, of: usize, core: usize, func: u32) -> u32 {
        let result = self.instances[of].results[core];
        self.log(of, result);
        let at = self.instances[of].path.clone();
        self.events.push(Event::Lifted { at, what: format!("func {func} result"), values: vec![Value::U32(result)] });
        result
    }

    fn start(&mut self, core: usize, this: usize) {
        let func = self.instances[this].funcs;
        self.instances[this].funcs += 1;
        let at = self.instances[this].path.clone();
        if !self.instances[this].values.is_empty() {
            // Whether a component may have more than one start definition is a reading.
            let (rule, reading) = ("CM-START-02".to_owned(), "several".to_owned());
            self.events.push(Event::RuleApplied { at: at.clone(), rule, reading });
        }
        self.events.push(Event::ComponentStartEntered { at: at.clone(), func, args: Vec::new() });
        let result = self.run(this, core, func);
        self.events.push(Event::ComponentStartLeft { at, func, results: vec![Value::U32(result)] });
        self.instances[this].values.push(result);
    }

    /// The values that the root exports, if it came up, and then all component instances in the order of their making.
    fn state(&self, root: Option<usize>) -> PostMortem {
        let mut items = Vec::new();
        for (i, value) in root.map(|root| &self.instances[root].values[..]).unwrap_or_default().iter().enumerate() {
            let (at, name) = (InstancePath::root(), format!("v{}", 2 * i));
            items.push(StateItem { at, name, state: State::Value { value: Value::U32(*value) } });
        }
        for (i, instance) in self.instances.iter().enumerate() {
            let mut around = Some(i);
            let mut may_enter = true;
            while let Some(this) = around {
                may_enter &= !self.instances[this].is_locked;
                around = self.instances[this].parent;
            }
            let handles = instance.handles.iter().flatten().count();
            let state = State::Component { locked: instance.is_locked, may_enter, handles };
            items.push(StateItem { at: instance.path.clone(), name: String::new(), state });
        }
        PostMortem(items)
    }
}

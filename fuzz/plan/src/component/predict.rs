//! What the Component Model asks for: definitions are processed in order, depth first, and a trap ends everything.

use super::{
    ComponentPlan, Def, Fail, Part, Reading, Step,
    encode::{HOSTS, imports_order},
    throws,
};
use crate::Deviation;
use preflight_engine::trace::{
    Event, ExternKind, Initialiser, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, Trace, TrapCode,
    Value,
};
use std::collections::VecDeque;

impl ComponentPlan {
    /// The trace of the root's instantiation, with the state of all component instances afterwards. The plan must be
    /// [normal](Self::normalise).
    pub fn expected(&self) -> Trace {
        self.expected_with(&[])
    }

    /// What a runtime does that has these bugs, and else does what is to be expected.
    pub fn expected_with(&self, deviations: &[Deviation]) -> Trace {
        let cannot_call = deviations.contains(&Deviation::StartsCannotCallComponents);
        let exceptions_pass = self.reading == Some(Reading::PassingException)
            || deviations.contains(&Deviation::ExceptionsReachTheEmbedder);
        let mut world = World { reading: self.reading, cannot_call, exceptions_pass, ..World::default() };
        if self.reading == Some(Reading::OneStart)
            && let Some(at) = several_starts(&self.root, InstancePath::root())
        {
            world.events.push(rule_applied(at, "CM-START-02", "one"));
            let (events, post_mortem) = (world.events, PostMortem::default());
            return Trace { level: Level::Full, events, outcome: Outcome::Invalid, post_mortem };
        }
        let result = world.instantiate(&self.root, InstancePath::root(), Given::default());
        let outcome = match result {
            Ok(_) => Outcome::Returned { values: Vec::new() },
            Err(Stop::Trap(code)) => Outcome::Trap { code, phase: Phase::Start },
            Err(Stop::Exception) => Outcome::Exception { phase: Phase::Start },
        };
        let post_mortem = world.state(result.ok());
        Trace { level: Level::Full, events: world.events, outcome, post_mortem }
    }
}

#[derive(Default)]
struct World<'a> {
    reading: Option<Reading>,
    /// Whether a call of another component traps, which is a bug.
    cannot_call: bool,
    /// Whether an exception that leaves a start function is no trap.
    exceptions_pass: bool,
    /// Whether a trap has locked all instances.
    is_poisoned: bool,
    events: Vec<Event>,
    instances: Vec<Instance<'a>>,
    /// Resource types so far: a type without a name is told by its number.
    resource_types: u32,
}

/// What a component is given, and by whom.
#[derive(Default)]
struct Given<'a> {
    parent: Option<usize>,
    peer: Option<usize>,
    value: Option<u32>,
    module: Option<Core<'a>>,
}

/// A component instance.
struct Instance<'a> {
    path: InstancePath,
    parent: Option<usize>,
    is_locked: bool,
    /// What traces call the type of each handle's resource, and its representation; the first handle is 1, and a handle that
    /// was dropped is given again.
    handles: Vec<Option<(String, u32)>>,
    cores: Vec<Core<'a>>,
    /// Instances that are made of exports.
    bundles: usize,
    /// An instance with the module that is given.
    module: Option<Core<'a>>,
    /// The components of the children, and their instances.
    parts: Vec<&'a Part>,
    children: Vec<usize>,
    /// The peer, and what else can be given as one.
    peer: Option<usize>,
    peers: Vec<usize>,
    /// The number of the latest resource type, and whether its destructor traps.
    resource: Option<(u32, bool)>,
    has_started: bool,
    /// How many values there are, those that are kept, and those that are exported.
    values: u32,
    kept: VecDeque<u32>,
    exported: Vec<u32>,
    /// How many functions there are so far.
    funcs: u32,
    /// How many post-return functions of start definitions wait, which trap.
    late: usize,
}

/// A core instance: what its module does, its number, how its functions end, and the type of the resources that it makes.
#[derive(Clone, Copy)]
struct Core<'a> {
    steps: &'a [Step],
    result: u32,
    fails: Option<Fail>,
    resource: Option<(u32, bool)>,
}

/// Why something did not return.
#[derive(Clone, Copy)]
enum Stop {
    Trap(TrapCode),
    Exception,
}

impl<'a> World<'a> {
    fn instantiate(&mut self, part: &'a Part, path: InstancePath, given: Given<'a>) -> Result<usize, Stop> {
        let this = self.instances.len();
        self.instances.push(Instance {
            path: path.clone(),
            parent: given.parent,
            is_locked: false,
            handles: vec![None],
            cores: Vec::new(),
            bundles: 0,
            module: given.module,
            parts: Vec::new(),
            children: Vec::new(),
            peer: given.peer,
            peers: given.peer.into_iter().collect(),
            resource: None,
            has_started: false,
            values: u32::from(given.value.is_some()),
            kept: given.value.into_iter().collect(),
            exported: Vec::new(),
            funcs: HOSTS.len() as u32,
            late: 0,
        });
        self.events.push(Event::ComponentBegun { at: path.clone() });
        let hosts = HOSTS.into_iter().map(|name| (name, ExternKind::Func));
        let peer = given.peer.map(|_| ("peer", ExternKind::Instance));
        let value = given.value.map(|_| ("v", ExternKind::Value));
        let module = given.module.map(|_| ("m", ExternKind::Module));
        for (name, kind) in hosts.chain(peer).chain(value).chain(module) {
            let (module, name) = (String::new(), name.to_owned());
            self.events.push(Event::ImportResolved { at: path.clone(), module, name, kind });
        }
        let end = part.defs.iter().try_for_each(|def| self.define(def, this));
        match end.and_then(|()| self.late_post_returns(this)) {
            Ok(()) => {
                let instance = &mut self.instances[this];
                instance.exported.extend(std::mem::take(&mut instance.kept));
                self.events.push(Event::ComponentDone { at: path });
                Ok(this)
            }
            Err(stop) => {
                self.lock(this);
                self.stopped(path, stop);
                if self.reading == Some(Reading::DroppedHandles) {
                    self.drop_handles(this);
                }
                Err(stop)
            }
        }
    }

    fn stopped(&mut self, at: InstancePath, stop: Stop) {
        let phase = Phase::Start;
        self.events.push(match stop {
            Stop::Trap(code) => Event::Trapped { at, code, phase },
            Stop::Exception => Event::Threw { at, phase, args: Vec::new() },
        });
    }

    fn late_post_returns(&self, this: usize) -> Result<(), Stop> {
        if self.instances[this].late > 0 { Err(Stop::Trap(TrapCode::Unreachable)) } else { Ok(()) }
    }

    /// The resources of an instance that failed. Its own types are those: it is locked, so that no destructor runs. The instance
    /// around it is still being instantiated, and whether the host could enter that is a reading, too.
    fn drop_handles(&mut self, this: usize) {
        let parent = self.instances[this].parent;
        for handle in 0..self.instances[this].handles.len() {
            let Some((resource, rep)) = self.instances[this].handles[handle].take() else { continue };
            self.rule(this, "CM-RES-07", "Dropped");
            let at = self.instances[this].path.clone();
            let (rep, handle) = (u64::from(rep), handle as u32);
            self.events.push(Event::ResourceDropped { at: at.clone(), resource, rep, handle });
            if let Some(parent) = parent {
                self.rule(parent, "CM-CALL-03", "Entered");
            }
            let (code, phase) = (TrapCode::CannotEnter, Phase::Call);
            self.events.push(Event::Trapped { at, code, phase });
        }
    }

    /// After a call that did not return, the reading by which all is locked then.
    fn lock_store(&mut self) {
        if self.reading == Some(Reading::StoreLockdown) && !std::mem::replace(&mut self.is_poisoned, true) {
            self.events.push(rule_applied(InstancePath::root(), "CM-TRAP-05", "Store"));
        }
    }

    fn lock(&mut self, this: usize) {
        self.lock_store();
        if !std::mem::replace(&mut self.instances[this].is_locked, true) {
            let at = self.instances[this].path.clone();
            self.events.push(Event::Locked { at });
        }
    }

    fn define(&mut self, def: &'a Def, this: usize) -> Result<(), Stop> {
        match def {
            Def::Core { steps, result, fails } => {
                // What is lowered is aliased before.
                let is_aliased = |step: &&Step| matches!(step, Step::CallChild(_) | Step::CallPeer);
                self.instances[this].funcs += steps.iter().filter(is_aliased).count() as u32;
                let resource = self.instances[this].resource;
                self.core(Core { steps, result: *result, fails: *fails, resource }, this)?;
            }
            Def::Twin { core, bundled } => {
                self.instances[this].bundles += usize::from(*bundled);
                self.core(self.instances[this].cores[*core], this)?;
            }
            Def::Outer { core } => {
                let around = self.instances[this].parent.expect("a normal plan has a component around it");
                self.core(self.instances[around].cores[*core], this)?;
            }
            Def::Given => {
                let given = self.instances[this].module.expect("a normal plan gives a module");
                self.core(given, this)?;
            }
            Def::Child(child) => {
                self.instances[this].parts.push(child);
                self.child(child, this)?;
            }
            Def::Again(of) => self.child(self.instances[this].parts[*of], this)?,
            Def::Resource { traps, .. } => {
                self.instances[this].resource = Some((self.resource_types, *traps));
                self.resource_types += 1;
            }
            Def::Start { core, takes, keeps, silent } => {
                let result = self.start(*core, *takes, *silent, this)?;
                if !silent {
                    self.value(this, result, *keeps);
                }
            }
            Def::Value { value, keeps } => {
                let at = self.instances[this].path.clone();
                let (what, values) = (Initialiser::Value(self.instances[this].values), vec![Value::U32(*value)]);
                self.events.push(Event::Initialised { at, what, values });
                self.value(this, *value, *keeps);
            }
        }
        Ok(())
    }

    /// A value has come up.
    fn value(&mut self, this: usize, value: u32, keeps: bool) {
        let instance = &mut self.instances[this];
        instance.values += 1;
        if keeps {
            instance.kept.push_back(value);
        } else {
            // The export is a value of its own.
            instance.values += 1;
            instance.exported.push(value);
        }
    }

    fn child(&mut self, part: &'a Part, this: usize) -> Result<(), Stop> {
        let instance = &mut self.instances[this];
        let number = instance.children.len() + usize::from(instance.peer.is_some()) + instance.bundles;
        let path = instance.path.child(&format!("#{number}"));
        let value = if part.takes { instance.kept.pop_front() } else { None };
        let module = part.module.map(|core| instance.cores[core]);
        let given = Given { parent: Some(this), peer: part.peer.map(|peer| instance.peers[peer]), value, module };
        let child = self.instantiate(part, path, given)?;
        let instance = &mut self.instances[this];
        instance.children.push(child);
        if super::runs(part) {
            instance.peers.push(child);
        }
        Ok(())
    }

    /// Each call of a function of the host goes through `canon lower`: its argument is lifted out of the component.
    fn host(&mut self, this: usize, name: &str, value: u32) {
        let at = self.instances[this].path.clone();
        let values = || vec![Value::U32(value)];
        self.events.push(Event::Lifted { at: at.clone(), what: format!("{name} params"), values: values() });
        self.events.push(Event::HostCalled { at, name: name.to_owned(), args: values() });
    }

    fn log(&mut self, this: usize, value: u32) {
        self.host(this, "log", value);
        let at = self.instances[this].path.clone();
        self.events.push(Event::HostReturned { at, name: "log".to_owned(), results: Vec::new() });
    }

    fn core(&mut self, core: Core<'a>, this: usize) -> Result<(), Stop> {
        // Before each core instance stands the one of what it imports.
        let number = 2 * self.instances[this].cores.len() + 1;
        let at = self.instances[this].path.child(&format!("core#{number}"));
        let mut imports = vec!["log".to_owned()];
        for step in core.steps {
            match step {
                Step::CallCore(core) => imports.push(format!("f{core}")),
                Step::CallChild(child) => imports.push(format!("run{child}")),
                Step::CallPeer => imports.push("peer".to_owned()),
                Step::Fail(_) => imports.push("fail".to_owned()),
                Step::Make(_) | Step::MakeAndDrop(_) => imports.extend(["new".to_owned(), "drop".to_owned()]),
                Step::MakeAndAsk(_) => imports.extend(["new".to_owned(), "rep".to_owned()]),
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
        let (count, tags) = (11, throws(core.steps, core.fails).into());
        let (tables, memories, globals) = (0, 0, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs: count, tables, memories, globals, tags });
        self.events.push(Event::StartEntered { at: at.clone(), func: start });
        if let Err(stop) = core.steps.iter().try_for_each(|step| self.step(*step, core.resource, this)) {
            return Err(self.start_stopped(this, at, stop));
        }
        self.events.push(Event::StartLeft { at: at.clone(), func: start });
        self.events.push(Event::InstanceDone { at });
        self.instances[this].cores.push(core);
        Ok(())
    }

    /// An exception that leaves a start function is one for the core instance, and a trap for the component.
    fn start_stopped(&mut self, this: usize, at: InstancePath, stop: Stop) -> Stop {
        self.stopped(at, stop);
        match stop {
            Stop::Trap(_) => stop,
            Stop::Exception if self.exceptions_pass => {
                self.rule(this, "CM-EXN-01", "Passes");
                stop
            }
            // CanonicalABI.md makes a trap of it for calls; that it does for start functions is a reading.
            Stop::Exception => {
                self.rule(this, "CM-EXN-01", "Trap");
                Stop::Trap(TrapCode::CanonicalAbi)
            }
        }
    }

    fn rule(&mut self, this: usize, rule: &str, reading: &str) {
        let at = self.instances[this].path.clone();
        self.events.push(rule_applied(at, rule, reading));
    }

    fn step(&mut self, step: Step, resource: Option<(u32, bool)>, this: usize) -> Result<(), Stop> {
        // In a case the log is another component's, too.
        if self.cannot_call && !matches!(step, Step::Make(_) | Step::Trap | Step::Throw) {
            return Err(Stop::Trap(TrapCode::Host));
        }
        match step {
            Step::Log(value) => self.log(this, value),
            Step::CallCore(core) => {
                self.sum(this, core, &[])?;
            }
            Step::CallChild(child) => {
                let child = self.instances[this].children[child];
                if self.reading == Some(Reading::NoRelatives) {
                    self.rule(child, "CM-CALL-05", "TrapRelatives");
                    return Err(Stop::Trap(TrapCode::CannotEnter));
                }
                // Contested: here a parent may enter its child, as CanonicalABI.md has it (*Component Instances*).
                self.rule(child, "CM-CALL-05", "EnteringSet");
                self.call_run(this, child)?;
            }
            Step::CallPeer => {
                let peer = self.instances[this].peer.expect("a normal plan has a peer where it is called");
                self.call_run(this, peer)?;
            }
            Step::Fail(value) => {
                self.host(this, "fail", value);
                return Err(Stop::Trap(TrapCode::Host));
            }
            Step::Make(rep) => {
                self.make(this, rep, resource);
            }
            Step::MakeAndAsk(rep) => {
                self.make(this, rep, resource);
                self.log(this, rep);
            }
            Step::MakeAndDrop(rep) => {
                let handle = self.make(this, rep, resource);
                let instance = &mut self.instances[this];
                instance.handles[handle] = None;
                let at = instance.path.clone();
                let (resource, traps) = resource_name(resource);
                let (rep_64, handle) = (u64::from(rep), handle as u32);
                self.events.push(Event::ResourceDropped { at, resource, rep: rep_64, handle });
                self.log(this, rep);
                if traps {
                    // The destructor is called within its own instance, which is locked only when the instantiation fails.
                    self.lock_store();
                    return Err(Stop::Trap(TrapCode::Unreachable));
                }
            }
            Step::Trap => return Err(Stop::Trap(TrapCode::Unreachable)),
            Step::Throw => return Err(Stop::Exception),
        }
        Ok(())
    }

    fn make(&mut self, this: usize, rep: u32, resource: Option<(u32, bool)>) -> usize {
        let instance = &mut self.instances[this];
        let free = instance.handles.iter().skip(1).position(Option::is_none).map(|i| i + 1);
        let handle = free.unwrap_or(instance.handles.len());
        if handle == instance.handles.len() {
            instance.handles.push(None);
        }
        let (resource, _) = resource_name(resource);
        instance.handles[handle] = Some((resource.clone(), rep));
        let at = instance.path.clone();
        self.events.push(Event::ResourceMade { at, resource, rep: rep.into(), handle: handle as u32 });
        handle
    }

    /// `f`, `g` or `h` of a core instance.
    fn sum(&mut self, of: usize, core: usize, args: &[u32]) -> Result<u32, Stop> {
        let Core { result, fails, .. } = self.instances[of].cores[core];
        args.iter().chain([&result]).for_each(|value| self.log(of, *value));
        match fails {
            Some(Fail::Trap) => Err(Stop::Trap(TrapCode::Unreachable)),
            Some(Fail::Throw) => Err(Stop::Exception),
            Some(Fail::PostReturn) | None => Ok(args.iter().fold(result, |sum, arg| sum.wrapping_add(*arg))),
        }
    }

    /// Calls a core instance's function that is lifted as the function with the index `func`.
    /// The result is `None` if there is to be none.
    fn lifted(
        &mut self,
        of: usize,
        core: usize,
        func: u32,
        args: &[u32],
        silent: bool,
    ) -> Result<Option<u32>, TrapCode> {
        let at = self.instances[of].path.clone();
        if !args.is_empty() {
            let values = args.iter().copied().map(Value::U32).collect();
            self.events.push(Event::Lowered { at: at.clone(), what: format!("func {func} params"), values });
        }
        // An exception does not leave a component (CanonicalABI.md, `call_and_trap_on_throw`).
        let result = self.sum(of, core, args).map_err(|stop| match stop {
            Stop::Trap(code) => code,
            Stop::Exception => TrapCode::CanonicalAbi,
        })?;
        if silent {
            return Ok(None);
        }
        self.events.push(Event::Lifted { at, what: format!("func {func} result"), values: vec![Value::U32(result)] });
        Ok(Some(result))
    }

    /// What the post-return function does once the result has been lifted and the caller has it (`canon_lift`).
    fn post_return(&self, of: usize, core: usize) -> Result<(), TrapCode> {
        match self.instances[of].cores[core].fails {
            Some(Fail::PostReturn) => Err(TrapCode::Unreachable),
            _ => Ok(()),
        }
    }

    /// Calls `run` of another component instance, which is locked if it does not return.
    fn call_run(&mut self, this: usize, other: usize) -> Result<(), Stop> {
        let func = self.instances[other].funcs;
        let mut call = || {
            if let Some(result) = self.lifted(other, 0, func, &[], false)? {
                let (at, values) = (self.instances[this].path.clone(), vec![Value::U32(result)]);
                self.events.push(Event::Lowered { at, what: format!("func {func} result"), values });
            }
            self.post_return(other, 0)
        };
        call().map_err(|code| {
            self.lock(other);
            Stop::Trap(code)
        })
    }

    fn start(&mut self, core: usize, takes: usize, silent: bool, this: usize) -> Result<u32, Stop> {
        let instance = &mut self.instances[this];
        let func = instance.funcs;
        instance.funcs += 1;
        let at = instance.path.clone();
        let args: Vec<u32> = instance.kept.drain(..takes).collect();
        if std::mem::replace(&mut instance.has_started, true) {
            // Whether a component may have more than one start definition is a reading.
            self.rule(this, "CM-START-02", "several");
        }
        let values = args.iter().copied().map(Value::U32).collect();
        self.events.push(Event::ComponentStartEntered { at: at.clone(), func, args: values });
        let is_late = self.reading == Some(Reading::LatePostReturn);
        if self.instances[this].cores[core].fails == Some(Fail::PostReturn) {
            // When the post-return function of a start function is called is a reading, too.
            let reading = if is_late { "after the last definition" } else { "before the next definition" };
            self.rule(this, "CM-START-07", reading);
            self.instances[this].late += usize::from(is_late);
        }
        let result = self.lifted(this, core, func, &args, silent).map_err(Stop::Trap)?;
        if !is_late {
            self.post_return(this, core).map_err(Stop::Trap)?;
        }
        let results = result.map(Value::U32).into_iter().collect();
        self.events.push(Event::ComponentStartLeft { at, func, results });
        Ok(result.unwrap_or_default())
    }

    /// The values that the root exports, if it came up, and then all component instances in the order of their making.
    fn state(&self, root: Option<usize>) -> PostMortem {
        let mut items = Vec::new();
        for (i, value) in root.map(|root| &self.instances[root].exported[..]).unwrap_or_default().iter().enumerate() {
            let (at, name) = (InstancePath::root(), format!("v{i}"));
            items.push(StateItem { at, name, state: State::Value { value: Value::U32(*value) } });
        }
        for (i, instance) in self.instances.iter().enumerate() {
            let mut around = Some(i);
            let mut may_enter = !self.is_poisoned;
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

/// The path of the first component in `part` that has several start definitions: components stand before those in them.
fn several_starts(part: &Part, path: InstancePath) -> Option<InstancePath> {
    if part.defs.iter().filter(|def| matches!(def, Def::Start { .. })).count() > 1 {
        return Some(path);
    }
    let inner = part.defs.iter().filter_map(|def| match def {
        Def::Child(part) => Some(part),
        _ => None,
    });
    inner.enumerate().find_map(|(i, part)| several_starts(part, path.child(&format!("component {i}"))))
}

fn rule_applied(at: InstancePath, rule: &str, reading: &str) -> Event {
    Event::RuleApplied { at, rule: rule.to_owned(), reading: reading.to_owned() }
}

/// How traces name the type, and whether its destructor traps.
fn resource_name(resource: Option<(u32, bool)>) -> (String, bool) {
    let (ty, traps) = resource.expect("a normal plan has a type for its resources");
    (format!("resource#{ty}"), traps)
}

//! What the Component Model asks for (CanonicalABI.md: *Resource State*, `lift_own`, `lift_borrow`, `lower_own`,
//! `lower_borrow`, *canon resource.drop*).

use super::{ResourcePlan, Step, User, encode};
use crate::Deviation;
use preflight_engine::trace::{
    Event, ExternKind, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, Trace, TrapCode, Value,
};

impl ResourcePlan {
    /// The trace of the root's instantiation, with the state of all component instances afterwards. The plan must be
    /// [normal](Self::normalise).
    pub fn expected(&self) -> Trace {
        self.expected_with(&[])
    }

    /// What a runtime does that has these bugs, and else does what is to be expected.
    pub fn expected_with(&self, deviations: &[Deviation]) -> Trace {
        let cannot_call = deviations.contains(&Deviation::StartsCannotCallComponents);
        let mut world = World { plan: self, cannot_call, events: Vec::new(), instances: Vec::new() };
        let outcome = match world.root() {
            Ok(()) => Outcome::Returned { values: Vec::new() },
            Err(code) => Outcome::Trap { code, phase: Phase::Start },
        };
        let post_mortem = world.state();
        Trace { level: Level::Full, events: world.events, outcome, post_mortem }
    }
}

/// What a handle stands for.
#[derive(Clone, Copy)]
struct Entry {
    rep: u32,
    is_own: bool,
}

/// A component instance with its handles; those that were dropped are given again, the latest first.
struct Instance {
    path: InstancePath,
    is_locked: bool,
    handles: Vec<Option<Entry>>,
    free: Vec<usize>,
}

/// The instances: the root, the provider, and the users from there on.
const ROOT: usize = 0;
const PROVIDER: usize = 1;
const FIRST_USER: usize = 2;

struct World<'a> {
    plan: &'a ResourcePlan,
    /// Whether a call of another component traps, which is a bug.
    cannot_call: bool,
    events: Vec<Event>,
    instances: Vec<Instance>,
}

type Stopped<T = ()> = Result<T, TrapCode>;

impl World<'_> {
    fn root(&mut self) -> Stopped {
        self.begin(InstancePath::root(), &[("log", ExternKind::Func)]);
        self.provider();
        for i in 0..self.plan.users.len() {
            if let Err(code) = self.user(i) {
                self.stop(FIRST_USER + i, code);
                self.stop(ROOT, code);
                return Err(code);
            }
        }
        self.done(ROOT);
        Ok(())
    }

    fn begin(&mut self, path: InstancePath, imports: &[(&str, ExternKind)]) {
        self.events.push(Event::ComponentBegun { at: path.clone() });
        imports.iter().for_each(|(name, kind)| self.import(&path, name, *kind));
        // No handle is 0.
        self.instances.push(Instance { path, is_locked: false, handles: vec![None], free: Vec::new() });
    }

    fn done(&mut self, this: usize) {
        let at = self.at(this);
        self.events.push(Event::ComponentDone { at });
    }

    fn stop(&mut self, this: usize, code: TrapCode) {
        self.lock(this);
        let at = self.at(this);
        self.events.push(Event::Trapped { at, code, phase: Phase::Start });
    }

    fn lock(&mut self, this: usize) {
        if !std::mem::replace(&mut self.instances[this].is_locked, true) {
            let at = self.at(this);
            self.events.push(Event::Locked { at });
        }
    }

    fn at(&self, this: usize) -> InstancePath {
        self.instances[this].path.clone()
    }

    fn import(&mut self, at: &InstancePath, name: &str, kind: ExternKind) {
        let (module, name) = (String::new(), name.to_owned());
        self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
    }

    fn core(&mut self, at: &InstancePath, imports: &[String], funcs: u32) {
        imports.iter().for_each(|name| self.import(at, name, ExternKind::Func));
        let (tables, memories, globals, tags) = (0, 0, 0, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
    }

    fn provider(&mut self) {
        let path = InstancePath::root().child("#0");
        self.begin(path.clone(), &[("log", ExternKind::Func)]);
        for (name, imports, funcs) in [("core#1", &["log"][..], 1), ("core#3", &["log", "new", "drop"], 4)] {
            let at = path.child(name);
            self.core(&at, &imports.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), funcs);
            self.events.push(Event::InstanceDone { at });
        }
        self.done(PROVIDER);
    }

    fn user(&mut self, i: usize) -> Stopped {
        let path = InstancePath::root().child(&format!("#{}", i + 1));
        let earlier: Vec<String> = (0..i).map(|j| format!("u{j}")).collect();
        let mut imports = vec![("log", ExternKind::Func), ("p", ExternKind::Instance)];
        imports.extend(earlier.iter().map(|name| (name.as_str(), ExternKind::Instance)));
        self.begin(path.clone(), &imports);
        let (at, given) = (path.child("core#1"), encode::given(i));
        self.core(&at, &given, 3);
        let func = given.len() as u32;
        self.events.push(Event::StartEntered { at: at.clone(), func });
        let plan = self.plan;
        let mut made = Vec::new();
        for step in &plan.users[i].steps {
            if let Err(code) = self.step(FIRST_USER + i, *step, &mut made) {
                self.events.push(Event::Trapped { at, code, phase: Phase::Start });
                return Err(code);
            }
        }
        self.events.push(Event::StartLeft { at: at.clone(), func });
        self.events.push(Event::InstanceDone { at });
        self.done(FIRST_USER + i);
        Ok(())
    }

    fn step(&mut self, this: usize, step: Step, made: &mut Vec<usize>) -> Stopped {
        if self.cannot_call && !matches!(step, Step::Drop(_) | Step::Trap) {
            return Err(TrapCode::Host);
        }
        match step {
            Step::Make(rep) => {
                let handle = self.make(this, rep);
                self.log(this, handle as u32);
                made.push(handle);
                Ok(())
            }
            Step::Drop(handle) => self.drop(this, made[handle]),
            Step::Look(handle) => self.called(PROVIDER, |world| world.look(this, made[handle])),
            Step::Eat(handle) => self.called(PROVIDER, |world| {
                let entry = world.pass_own(this, made[handle], PROVIDER, encode::EAT)?;
                world.drop(PROVIDER, entry)
            }),
            Step::Keep(handle) => self.called(PROVIDER, |world| {
                let entry = world.pass_own(this, made[handle], PROVIDER, encode::KEEP)?;
                world.log(PROVIDER, entry as u32);
                Ok(())
            }),
            Step::Lend { to, handle } => self.called(FIRST_USER + to, |world| world.lend(this, made[handle], to)),
            Step::Give { to, handle } => self.called(FIRST_USER + to, |world| world.give(this, made[handle], to)),
            Step::Trap => Err(TrapCode::Unreachable),
        }
    }

    /// Who is called and does not return is locked: the arguments are lifted when it has been entered.
    fn called(&mut self, callee: usize, call: impl FnOnce(&mut Self) -> Stopped) -> Stopped {
        let result = call(self);
        if result.is_err() {
            self.lock(callee);
        }
        result
    }

    fn make(&mut self, this: usize, rep: u32) -> usize {
        self.pass(this, PROVIDER, encode::MAKE, "params", Value::U32(rep));
        let entry = Entry { rep, is_own: true };
        let handle = self.add(PROVIDER, entry);
        let at = self.at(PROVIDER);
        let (resource, rep_64) = (NAME.to_owned(), u64::from(rep));
        self.events.push(Event::ResourceMade { at, resource, rep: rep_64, handle: handle as u32 });
        self.remove(PROVIDER, handle);
        self.pass(PROVIDER, this, encode::MAKE, "result", Value::Own(NAME.to_owned(), rep_64));
        self.add(this, entry)
    }

    /// A value is lifted out of one instance and lowered into another.
    fn pass(&mut self, from: usize, to: usize, func: u32, what: &str, value: Value) {
        let (from, to) = (self.at(from), self.at(to));
        let (what, values) = (format!("func {func} {what}"), vec![value]);
        self.events.push(Event::Lifted { at: from, what: what.clone(), values: values.clone() });
        self.events.push(Event::Lowered { at: to, what, values });
    }

    /// An owned handle goes to another instance; the one that it is there.
    fn pass_own(&mut self, this: usize, handle: usize, to: usize, func: u32) -> Stopped<usize> {
        let entry = self.get(this, handle)?;
        self.remove(this, handle);
        self.pass(this, to, func, "params", Value::Own(NAME.to_owned(), entry.rep.into()));
        Ok(self.add(to, entry))
    }

    fn pass_borrow(&mut self, this: usize, handle: usize, to: usize, func: u32) -> Stopped<u32> {
        let rep = self.get(this, handle)?.rep;
        self.pass(this, to, func, "params", Value::Borrow(NAME.to_owned(), rep.into()));
        Ok(rep)
    }

    /// Whose type it is borrows the representation itself.
    fn look(&mut self, this: usize, handle: usize) -> Stopped {
        let rep = self.pass_borrow(this, handle, PROVIDER, encode::LOOK)?;
        self.log(PROVIDER, rep);
        Ok(())
    }

    fn lend(&mut self, this: usize, handle: usize, to: usize) -> Stopped {
        let rep = self.pass_borrow(this, handle, FIRST_USER + to, encode::lend(to))?;
        let User { looks, forgets, .. } = self.plan.users[to];
        let to = FIRST_USER + to;
        let borrowed = self.add(to, Entry { rep, is_own: false });
        self.log(to, borrowed as u32);
        if looks {
            self.called(PROVIDER, |world| world.look(to, borrowed))?;
        }
        // A task does not end as long as it holds what it has borrowed (`Task.return_`).
        if forgets {
            return Err(TrapCode::InvalidHandle);
        }
        self.drop(to, borrowed)
    }

    fn give(&mut self, this: usize, handle: usize, to: usize) -> Stopped {
        let own = self.pass_own(this, handle, FIRST_USER + to, encode::take(to))?;
        self.log(FIRST_USER + to, own as u32);
        match self.plan.users[to].drops {
            true => self.drop(FIRST_USER + to, own),
            false => Ok(()),
        }
    }

    /// `canon_resource_drop`: the destructor runs in the provider, if what is dropped is owned.
    fn drop(&mut self, this: usize, handle: usize) -> Stopped {
        let Entry { rep, is_own } = self.get(this, handle)?;
        self.remove(this, handle);
        if !is_own {
            return Ok(());
        }
        let (at, resource) = (self.at(this), NAME.to_owned());
        self.events.push(Event::ResourceDropped { at, resource, rep: rep.into(), handle: handle as u32 });
        self.log(PROVIDER, rep);
        if !self.plan.traps {
            return Ok(());
        }
        if this != PROVIDER {
            self.lock(PROVIDER);
        }
        Err(TrapCode::Unreachable)
    }

    fn log(&mut self, this: usize, value: u32) {
        let (at, name, values) = (self.at(this), "log".to_owned(), vec![Value::U32(value)]);
        self.events.push(Event::Lifted { at: at.clone(), what: "log params".to_owned(), values: values.clone() });
        self.events.push(Event::HostCalled { at: at.clone(), name: name.clone(), args: values });
        self.events.push(Event::HostReturned { at, name, results: Vec::new() });
    }

    fn get(&self, this: usize, handle: usize) -> Stopped<Entry> {
        self.instances[this].handles.get(handle).copied().flatten().ok_or(TrapCode::InvalidHandle)
    }

    fn add(&mut self, this: usize, entry: Entry) -> usize {
        let Instance { handles, free, .. } = &mut self.instances[this];
        let handle = free.pop().unwrap_or(handles.len());
        if handle == handles.len() {
            handles.push(None);
        }
        handles[handle] = Some(entry);
        handle
    }

    fn remove(&mut self, this: usize, handle: usize) {
        self.instances[this].handles[handle] = None;
        self.instances[this].free.push(handle);
    }

    fn state(&self) -> PostMortem {
        let is_root_locked = self.instances[ROOT].is_locked;
        let item = |instance: &Instance| {
            let handles = instance.handles.iter().flatten().count();
            let may_enter = !instance.is_locked && !is_root_locked;
            let state = State::Component { locked: instance.is_locked, may_enter, handles };
            StateItem { at: instance.path.clone(), name: String::new(), state }
        };
        PostMortem(self.instances.iter().map(item).collect())
    }
}

/// What traces call the resource: by the name under which it is exported.
const NAME: &str = "r";

//! What the Component Model asks for of values that go across (CanonicalABI.md: *canon lift*, *canon lower*, *Loading*,
//! *Storing*, *Flat Lifting*, *Flat Lowering*).

use super::super::{
    abi::Width,
    predict::{memory_instance, trap},
    types::named,
};
use super::{
    Across, Fault, Misdeed, Pass, ValuePlan,
    encode::{COUNT, F, imported_by_core, types},
};
use crate::Deviation;
use preflight_engine::trace::{
    Event, ExternKind, Initialiser, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, Trace, TrapCode,
    Value,
};

/// The trace of the root's instantiation, with the state of all component instances afterwards.
pub(in super::super) fn expected(plan: &ValuePlan, across: &Across, deviations: &[Deviation]) -> Trace {
    let pass = across.pass(plan);
    let mut world = World { pass, deviations, events: Vec::new(), paths: Vec::new(), is_locked: [false; 3] };
    let outcome = match world.root() {
        Ok(()) => Outcome::Returned { values: Vec::new() },
        Err(code) => Outcome::Trap { code, phase: Phase::Start },
    };
    let item = |(at, locked): (&InstancePath, bool)| {
        let state = State::Component { locked, may_enter: !locked && !world.is_locked[ROOT], handles: 0 };
        StateItem { at: at.clone(), name: String::new(), state }
    };
    let post_mortem = PostMortem(world.paths.iter().zip(world.is_locked).map(item).collect());
    Trace { level: Level::Full, events: world.events, outcome, post_mortem }
}

/// The component instances.
const ROOT: usize = 0;
const CALLEE: usize = 1;
const CALLER: usize = 2;

struct World<'a> {
    pass: Pass<'a>,
    deviations: &'a [Deviation],
    events: Vec<Event>,
    paths: Vec<InstancePath>,
    is_locked: [bool; 3],
}

type Stopped<T = ()> = Result<T, TrapCode>;

impl World<'_> {
    fn root(&mut self) -> Stopped {
        let has_result = self.pass.across.result.is_some();
        let show = has_result.then_some("show");
        self.begin(InstancePath::root(), ["log", "see"].into_iter().chain(show));
        let [of_callee, of_caller] = imported_by_core(has_result);
        self.begin(InstancePath::root().child(self.called("#0", "$callee")), ["log", "see"].into_iter());
        self.memory(CALLEE, self.pass.across.width(), self.pass.result().bytes.len());
        let at = self.main(CALLEE, &of_callee, 3, 1);
        self.events.push(Event::InstanceDone { at });
        self.done(CALLEE);
        self.begin(
            InstancePath::root().child(self.called("#1", "$caller")),
            ["log", "f", "count"].into_iter().chain(show),
        );
        self.memory(CALLER, self.pass.plan.width(), self.pass.args().bytes.len());
        let at = self.main(CALLER, &of_caller, 1, 0);
        // The memory is no function.
        let func = of_caller.len() as u32 - 1;
        self.events.push(Event::StartEntered { at: at.clone(), func });
        if let Err(code) = self.start() {
            self.events.push(Event::Trapped { at, code, phase: Phase::Start });
            self.stop(CALLER, code);
            self.stop(ROOT, code);
            return Err(code);
        }
        self.events.push(Event::StartLeft { at: at.clone(), func });
        self.events.push(Event::InstanceDone { at });
        self.done(CALLER);
        self.done(ROOT);
        Ok(())
    }

    /// What people call something, if there are names.
    fn called<'a>(&self, index: &'a str, name: &'a str) -> &'a str {
        if self.pass.across.is_named { name } else { index }
    }

    fn func(&self, func: u32, side: &str) -> String {
        let name = if func == F { "$f" } else { "$count" };
        format!("{} {side}", self.called(&format!("func {func}"), name))
    }

    fn begin(&mut self, path: InstancePath, funcs: impl Iterator<Item = &'static str>) {
        self.events.push(Event::ComponentBegun { at: path.clone() });
        let count: usize = types(self.pass).map(named).sum();
        (0..count).for_each(|i| self.import(&path, &format!("t{i}"), ExternKind::Type));
        funcs.for_each(|name| self.import(&path, name, ExternKind::Func));
        self.paths.push(path);
    }

    fn done(&mut self, this: usize) {
        self.events.push(Event::ComponentDone { at: self.at(this) });
    }

    fn stop(&mut self, this: usize, code: TrapCode) {
        self.lock(this);
        self.events.push(Event::Trapped { at: self.at(this), code, phase: Phase::Start });
    }

    fn lock(&mut self, this: usize) {
        self.is_locked[this] = true;
        self.events.push(Event::Locked { at: self.at(this) });
    }

    fn at(&self, this: usize) -> InstancePath {
        self.paths[this].clone()
    }

    fn import(&mut self, at: &InstancePath, name: &str, kind: ExternKind) {
        let (module, name) = (String::new(), name.to_owned());
        self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
    }

    fn memory(&mut self, this: usize, width: Width, len: usize) {
        let at = self.at(this).child(self.called("core#1", "$memory"));
        self.import(&at, "log", ExternKind::Func);
        memory_instance(&mut self.events, at, width, len);
    }

    fn main(&mut self, this: usize, imports: &[&str], funcs: u32, globals: u32) -> InstancePath {
        let at = self.at(this).child(self.called("core#3", "$main"));
        for name in imports {
            let kind = if *name == "memory" { ExternKind::Memory } else { ExternKind::Func };
            self.import(&at, name, kind);
        }
        for global in 0..globals {
            let (what, values) = (Initialiser::Global(global), vec![Value::I32(0)]);
            self.events.push(Event::Initialised { at: at.clone(), what, values });
        }
        let (tables, memories, tags) = (0, 0, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
        at
    }

    /// The start function of the one that calls.
    fn start(&mut self) -> Stopped {
        // Arguments are lifted when the callee has been entered, and results lowered before it is left.
        if let Err(code) = self.f() {
            self.lock(CALLEE);
            return Err(code);
        }
        if let Some(result) = self.pass.values().1 {
            self.host(CALLER, "show", vec![Value::List(vec![result])]);
        }
        let count = vec![Value::U32(self.pass.across.has_post_return.into())];
        self.lifted(CALLEE, &self.func(COUNT, "result"), &count);
        self.lowered(CALLER, &self.func(COUNT, "result"), &count);
        self.host(CALLER, "log", count);
        Ok(())
    }

    fn f(&mut self) -> Stopped {
        let (params, result) = self.pass.values();
        let fault = self.pass.across.fault;
        if self.deviations.contains(&Deviation::StartsCannotCallComponents) {
            return Err(TrapCode::Host);
        }
        if let Some(flaw) = self.pass.plan.flaw {
            return Err(trap(flaw));
        }
        self.lifted(CALLER, &self.func(F, "params"), &params);
        if let Some(Fault::CalleesRealloc(misdeed)) = fault {
            return Err(code(misdeed));
        }
        self.lowered(CALLEE, &self.func(F, "params"), &params);
        self.host(CALLEE, "see", params);
        if let Some(Fault::Result(flaw)) = fault {
            return Err(trap(flaw));
        }
        if let Some(result) = result {
            let result = [result];
            self.lifted(CALLEE, &self.func(F, "result"), &result);
            if let Some(Fault::CallersRealloc(misdeed) | Fault::Place(misdeed)) = fault {
                return Err(code(misdeed));
            }
            self.lowered(CALLER, &self.func(F, "result"), &result);
        }
        match fault {
            Some(Fault::PostReturn(Misdeed::Leave)) if self.deviations.contains(&Deviation::PostReturnsLeave) => Ok(()),
            Some(Fault::PostReturn(misdeed)) => Err(code(misdeed)),
            _ => Ok(()),
        }
    }

    fn host(&mut self, this: usize, name: &str, args: Vec<Value>) {
        self.lifted(this, &format!("{name} params"), &args);
        let (at, name) = (self.at(this), name.to_owned());
        self.events.push(Event::HostCalled { at: at.clone(), name: name.clone(), args });
        self.events.push(Event::HostReturned { at, name, results: Vec::new() });
    }

    fn lifted(&mut self, this: usize, what: &str, values: &[Value]) {
        let (at, what, values) = (self.at(this), what.to_owned(), values.to_vec());
        self.events.push(Event::Lifted { at, what, values });
    }

    fn lowered(&mut self, this: usize, what: &str, values: &[Value]) {
        let (at, what, values) = (self.at(this), what.to_owned(), values.to_vec());
        self.events.push(Event::Lowered { at, what, values });
    }
}

/// What comes of it: `trap_if` on the pointer, a trap of the function's own, or *canon lower* where `may_leave` is not set.
fn code(misdeed: Misdeed) -> TrapCode {
    match misdeed {
        Misdeed::Beyond | Misdeed::Unaligned => TrapCode::InvalidPointer,
        Misdeed::Trap => TrapCode::Unreachable,
        Misdeed::Leave => TrapCode::CannotLeave,
    }
}

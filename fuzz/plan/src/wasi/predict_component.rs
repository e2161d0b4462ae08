//! What the rules of starting ask for, of programs of WASI 0.2: definitions are processed in order (Explainer.md), the host's
//! functions are called through the canonical ABI, and `wasi:cli/run` is entered when all is up.

use super::{
    Step, Unit, WasiExpected, WasiPlan,
    encode_component::{INTERFACES, RUN, imported_funcs, unit_imports},
    place,
    predict::Stop,
    way::{Fork, Reading},
};
use crate::Deviation;
use preflight_engine::trace::{
    Cause, Event, ExternKind, Initialiser, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, Stream,
    Trace, TrapCode, Value,
};

/// The functions of the host, as traces call them.
const WRITE: &str = "wasi:io/streams@0.2.0.[method]output-stream.blocking-write-and-flush";
const GET: &str = "wasi:cli/stdout@0.2.0.get-stdout";
const EXIT: &str = "wasi:cli/exit@0.2.0.exit-with-code";

/// What is expected of the component; a handle of the host's is told with the representation 0, whatever it is.
pub(super) fn expected(plan: &WasiPlan, nested: bool, fork: &Fork<'_>) -> WasiExpected {
    let root = InstancePath::root().child("$main");
    let inner = nested.then(|| root.child(&format!("#{}", INTERFACES.len())));
    let mut components = vec![root.clone()];
    components.extend(inner);
    let mut world = World {
        plan,
        fork,
        components: components.into_iter().map(|path| Component { path, is_locked: false, is_made: false }).collect(),
        counts: vec![0; plan.libraries.len() + 1],
        handles: 0,
        events: Vec::new(),
        stdout: Vec::new(),
    };
    let outcome = world.run();
    let post_mortem = world.state();
    let trace = Trace { level: Level::Full, events: world.events, outcome, post_mortem };
    WasiExpected { trace, stdout: world.stdout, stderr: Vec::new() }
}

/// The start section of a core instance.
enum Start<'a> {
    None,
    /// The function with this index, which takes a unit's steps.
    Section(u32, usize, &'a [Step]),
    /// The `_initialize` of the core instance with this path.
    Initialize(InstancePath, usize, &'a [Step]),
}

struct Component {
    path: InstancePath,
    is_locked: bool,
    is_made: bool,
}

struct World<'a> {
    plan: &'a WasiPlan,
    fork: &'a Fork<'a>,
    /// The root, and the component inside of it if there is one.
    components: Vec<Component>,
    /// The counters of the units.
    counts: Vec<i32>,
    /// How many handles the innermost component holds.
    handles: usize,
    events: Vec<Event>,
    stdout: Vec<u8>,
}

impl World<'_> {
    fn run(&mut self) -> Outcome {
        let plan = self.plan;
        let root = self.components[0].path.clone();
        let has_run = plan.main.start.steps().is_some();
        let is_refused = !plan.invoke && !has_run;
        if is_refused && !self.fork.reads(Reading::InstantiatedFirst) {
            self.rule(&root, "P2-RUN-08", "refused before anything has run");
            self.components.clear();
            return Outcome::Unlinkable;
        }
        if let Err(stop) = self.instantiate(0) {
            if let Stop::Exit(_) = stop {
                self.rule(&root, "P2-EXIT-02", "the program ends with this status, and is never run");
            }
            return stop.outcome(Phase::Start);
        }
        if is_refused {
            return Outcome::Unlinkable;
        }
        let mut outcome = Outcome::Returned { values: Vec::new() };
        for time in 0..=u32::from(plan.again) {
            if time > 0 && !plan.invoke {
                self.rule(&root, "P2-RUN-05", "run again on the same instance");
            }
            outcome = match self.enter() {
                Ok(values) => Outcome::Returned { values },
                Err(stop) => stop.outcome(Phase::Call),
            };
        }
        outcome
    }

    fn rule(&mut self, at: &InstancePath, rule: &str, reading: &str) {
        self.events.push(Event::RuleApplied { at: at.clone(), rule: rule.to_owned(), reading: reading.to_owned() });
    }

    fn instantiate(&mut self, level: usize) -> Result<(), Stop> {
        let at = self.components[level].path.clone();
        self.components[level].is_made = true;
        self.events.push(Event::ComponentBegun { at: at.clone() });
        for name in INTERFACES {
            let (module, name, kind) = (String::new(), name.to_owned(), ExternKind::Instance);
            self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
        }
        let result = if level + 1 < self.components.len() { self.instantiate(level + 1) } else { self.define() };
        match result {
            Ok(()) => self.events.push(Event::ComponentDone { at }),
            Err(stop) => {
                self.lock(level);
                self.stopped(&at, Phase::Start, stop);
            }
        }
        result
    }

    fn lock(&mut self, level: usize) {
        if !std::mem::replace(&mut self.components[level].is_locked, true) {
            let at = self.components[level].path.clone();
            self.events.push(Event::Locked { at });
        }
    }

    fn stopped(&mut self, at: &InstancePath, phase: Phase, stop: Stop) {
        if let Stop::Trap(code) = stop {
            self.events.push(Event::Trapped { at: at.clone(), code, phase });
        }
    }

    /// The component that the units stand in.
    fn inner(&self) -> InstancePath {
        self.components[self.components.len() - 1].path.clone()
    }

    /// The core instances in order.
    fn define(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        let mut index = 0;
        self.core_instance(index, &[], [0, 1, 0], Start::None)?;
        // The second one only names what is there.
        index += 2;
        for (i, unit) in plan.units().enumerate() {
            let imports = unit_imports(unit, plan.libraries.len());
            let funcs = unit.bodies().count() as u32;
            let last = imported_funcs(unit, plan.libraries.len()) + funcs - 1;
            let start = unit.section.as_ref().map_or(Start::None, |steps| Start::Section(last, i, steps));
            let path = self.core(index);
            self.core_instance(index, &imports, [funcs, 0, 1], start)?;
            index += 1;
            if let Some(steps) = unit.initialize.steps() {
                index += 1;
                let start = Start::Initialize(path, i, steps);
                self.core_instance(index, &[(String::new(), "init")], [0, 0, 0], start)?;
                index += 1;
            }
        }
        Ok(())
    }

    fn core(&self, index: usize) -> InstancePath {
        self.inner().child(&format!("core#{index}"))
    }

    /// A core instance with so many functions, memories and globals.
    fn core_instance(
        &mut self,
        index: usize,
        imports: &[(String, &str)],
        [funcs, memories, globals]: [u32; 3],
        start: Start<'_>,
    ) -> Result<(), Stop> {
        let at = self.core(index);
        for (module, name) in imports {
            let kind = if *name == "memory" { ExternKind::Memory } else { ExternKind::Func };
            let (module, name) = (module.clone(), (*name).to_owned());
            self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
        }
        for global in 0..globals {
            let (what, values) = (Initialiser::Global(global), vec![Value::I32(0)]);
            self.events.push(Event::Initialised { at: at.clone(), what, values });
        }
        let (tables, tags) = (0, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
        let (func, entry, unit, steps) = match start {
            Start::None => {
                self.events.push(Event::InstanceDone { at });
                return Ok(());
            }
            Start::Section(func, unit, steps) => (func, None, unit, steps),
            Start::Initialize(path, unit, steps) => (0, Some(path), unit, steps),
        };
        self.events.push(Event::StartEntered { at: at.clone(), func });
        if let Some(entry) = entry {
            let (name, cause) = ("_initialize".to_owned(), Cause::StartSection(at.clone()));
            self.events.push(Event::EntryCalled { at: entry, name, cause });
        }
        if let Err(stop) = self.steps(unit, steps) {
            self.stopped(&at, Phase::Start, stop);
            return Err(stop);
        }
        self.events.push(Event::StartLeft { at: at.clone(), func });
        self.events.push(Event::InstanceDone { at });
        Ok(())
    }

    /// The host enters `run` or `f`.
    fn enter(&mut self) -> Result<Vec<Value>, Stop> {
        let plan = self.plan;
        let at = self.components[0].path.clone();
        let (name, cause) = match plan.invoke {
            true => ("f".to_owned(), Cause::Invoke),
            false => (format!("{RUN}.run"), Cause::HostRule("P2-RUN-01".to_owned())),
        };
        self.events.push(Event::Called { at: at.clone(), name: name.clone(), args: Vec::new(), cause });
        match self.call() {
            Ok(value) => {
                self.events.push(Event::Returned { at, name, results: vec![value.clone()] });
                Ok(if plan.invoke { vec![value] } else { Vec::new() })
            }
            Err(stop) => {
                self.stopped(&at, Phase::Call, stop);
                Err(stop)
            }
        }
    }

    /// The lifted function. What it had entered is locked if it does not return.
    fn call(&mut self) -> Result<Value, Stop> {
        let plan = self.plan;
        if self.components.iter().any(|component| component.is_locked) {
            return Err(Stop::Trap(TrapCode::CannotEnter));
        }
        let main = plan.libraries.len();
        let result = match (plan.invoke, plan.main.start.steps()) {
            (false, Some(steps)) => self.steps(main, steps).map(|()| Value::Result(Ok(None))),
            _ => self.func(main).map(|count| Value::U32(count as u32)),
        };
        match &result {
            Ok(value) => {
                let has_run = plan.main.start.steps().is_some();
                let func = 3 + u32::from(plan.invoke && has_run);
                let (at, what) = (self.inner(), format!("func {func} result"));
                self.events.push(Event::Lifted { at, what, values: vec![value.clone()] });
            }
            Err(_) => (0..self.components.len()).rev().for_each(|level| self.lock(level)),
        }
        result
    }

    fn func(&mut self, unit: usize) -> Result<i32, Stop> {
        let plan = self.plan;
        self.counts[unit] += 1;
        let of: &Unit = plan.unit(unit);
        self.steps(unit, &of.func)?;
        Ok(self.counts[unit])
    }

    fn steps(&mut self, unit: usize, steps: &[Step]) -> Result<(), Stop> {
        steps.iter().try_for_each(|step| self.step(unit, step))
    }

    fn step(&mut self, unit: usize, step: &Step) -> Result<(), Stop> {
        match *step {
            Step::Print(byte) | Step::Warn(byte) => self.write(place::BYTE, byte),
            Step::Beyond => self.write(place::END, 0),
            Step::Bump => {
                self.counts[unit] += 1;
                Ok(())
            }
            Step::Call(library) => {
                let result = self.func(library)?;
                self.counts[unit] = self.counts[unit].wrapping_add(result);
                Ok(())
            }
            Step::Exit(status) => {
                self.host_called(EXIT, vec![Value::U8(status)]);
                self.events.push(Event::Exited { at: self.inner(), code: status.into() });
                Err(Stop::Exit(status.into()))
            }
            Step::Trap => Err(Stop::Trap(TrapCode::Unreachable)),
            Step::Close | Step::Yield => Ok(()),
        }
    }

    /// Arguments are lifted out of the component.
    fn host_called(&mut self, name: &str, args: Vec<Value>) {
        let at = self.inner();
        if !args.is_empty() {
            let what = format!("{name} params");
            self.events.push(Event::Lifted { at: at.clone(), what, values: args.clone() });
        }
        self.events.push(Event::HostCalled { at, name: name.to_owned(), args });
    }

    fn host_returned(&mut self, name: &str, result: Value) {
        let (at, results) = (self.inner(), vec![result]);
        self.events.push(Event::HostReturned { at: at.clone(), name: name.to_owned(), results: results.clone() });
        self.events.push(Event::Lowered { at, what: format!("{name} result"), values: results });
    }

    /// Gets the stream, writes the byte at `from`, and drops the stream.
    fn write(&mut self, from: i32, byte: u8) -> Result<(), Stop> {
        let stream = "output-stream".to_owned();
        self.host_called(GET, Vec::new());
        self.host_returned(GET, Value::Own(stream.clone(), 0));
        self.handles += 1;
        if from == place::END {
            if self.fork.deviates(Deviation::ListsBeyondMemoryPass) {
                self.handles -= 1;
                return Ok(());
            }
            // The list is loaded before the host is called (CanonicalABI.md, `load_list`: its range has to be in the memory).
            return Err(Stop::Trap(TrapCode::InvalidPointer));
        }
        self.host_called(WRITE, vec![Value::Borrow(stream.clone(), 0), Value::List(vec![Value::U8(byte)])]);
        self.stdout.push(byte);
        let written = Event::Output { at: self.inner(), stream: Stream::Stdout, bytes: [byte].as_slice().into() };
        self.events.push(written);
        self.host_returned(WRITE, Value::Result(Ok(None)));
        let (at, resource, rep, handle) = (self.inner(), stream, 0, 1);
        self.events.push(Event::ResourceDropped { at, resource, rep, handle });
        self.handles -= 1;
        Ok(())
    }

    /// Every component instance that was made.
    fn state(&self) -> PostMortem {
        let made = self.components.iter().enumerate().filter(|(_, component)| component.is_made);
        let item = |(level, component): (usize, &Component)| {
            let locked = component.is_locked;
            let may_enter = !self.components[..=level].iter().any(|component| component.is_locked);
            let handles = if level + 1 == self.components.len() { self.handles } else { 0 };
            let state = State::Component { locked, may_enter, handles };
            StateItem { at: component.path.clone(), name: String::new(), state }
        };
        PostMortem(made.map(item).collect())
    }
}

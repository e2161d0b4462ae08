//! What the rules of starting ask for, of programs of preview 1: the ABI's text (`application-abi.md`: commands and
//! reactors), `witx` for the functions, and the core specification.

use super::{
    Entry, Form, Step, WasiExpected, WasiPlan,
    encode::{WASI, imported, section_index},
    name, place, predict_component,
    way::{Fork, Reading, Ways},
};
use crate::{Deviation, predict::left};
use preflight_engine::trace::{
    Cause, Event, ExternKind, Initialiser, InstancePath, Level, Outcome, Phase, PostMortem, State, StateItem, Stream,
    Trace, TrapCode, Value,
};
use std::collections::{BTreeMap, BTreeSet};

impl WasiPlan {
    /// What the rules say about the program. The plan must be [normal](Self::normalise).
    pub fn expected(&self) -> WasiExpected {
        self.expected_by(&Ways::default()).0
    }

    /// What is to be expected of the program by other readings than the default, and with bugs; and which of all there are would make
    /// a difference. The plan must be [normal](Self::normalise).
    pub fn expected_by(&self, ways: &Ways) -> (WasiExpected, Ways) {
        let fork = Fork::new(ways);
        let expected = match self.form {
            Form::Modules => World::new(self, &fork).expected(),
            Form::Component { nested } => predict_component::expected(self, nested, &fork),
        };
        (expected, fork.met())
    }
}

/// Why something did not return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Trap(TrapCode),
    Exit(i32),
}

impl Stop {
    pub fn outcome(self, phase: Phase) -> Outcome {
        match self {
            Stop::Trap(code) => Outcome::Trap { code, phase },
            Stop::Exit(code) => Outcome::Exit { code },
        }
    }
}

/// Why a unit did not come up.
enum Failure {
    /// Nothing of it has run.
    Refused,
    Stop(Phase, Stop),
}

impl Failure {
    fn outcome(self) -> Outcome {
        match self {
            Failure::Refused => Outcome::Unlinkable,
            Failure::Stop(phase, stop) => stop.outcome(phase),
        }
    }
}

/// An instance of a unit.
struct Instance {
    unit: usize,
    path: InstancePath,
    count: i32,
    /// The bytes that are not zero.
    memory: BTreeMap<i32, u8>,
    is_done: bool,
    /// Whether the trace has told that it calls while it is not complete.
    is_told: bool,
}

/// A library that is ready.
#[derive(Clone, Copy)]
enum Library {
    /// One instance for all.
    Reactor(usize),
    /// A fresh one for each call; so many there were.
    Command(usize),
}

struct World<'a> {
    plan: &'a WasiPlan,
    fork: &'a Fork<'a>,
    instances: Vec<Instance>,
    libraries: Vec<Library>,
    /// The main program's instance, when it has come up.
    main: Option<usize>,
    events: Vec<Event>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// The units that have closed standard output, which is closed for all: they share the descriptors.
    closed: BTreeSet<usize>,
}

/// What a unit's exports make of it.
struct Kind {
    /// How often `_initialize` is called.
    initialize: usize,
    start: bool,
    readings: Vec<(&'static str, &'static str)>,
}

impl<'a> World<'a> {
    fn new(plan: &'a WasiPlan, fork: &'a Fork<'a>) -> Self {
        let (instances, libraries, events) = (Vec::new(), Vec::new(), Vec::new());
        let (stdout, stderr) = (Vec::new(), Vec::new());
        let closed = BTreeSet::new();
        World { plan, fork, instances, libraries, main: None, events, stdout, stderr, closed }
    }

    fn expected(mut self) -> WasiExpected {
        let outcome = self.run().unwrap_or_else(Failure::outcome);
        let post_mortem = self.state();
        let trace = Trace { level: Level::Full, events: self.events, outcome, post_mortem };
        WasiExpected { trace, stdout: self.stdout, stderr: self.stderr }
    }

    /// The libraries, and then the main program.
    fn run(&mut self) -> Result<Outcome, Failure> {
        for index in 0..self.plan.libraries.len() {
            self.preload(index)?;
        }
        let main = self.plan.libraries.len();
        let unit = &self.plan.main;
        if unit.lacks_import {
            return Err(Failure::Refused);
        }
        let kind = self.classify(main).ok_or_else(|| self.refused(main))?;
        let rule = if self.plan.invoke { "P1-REA-04" } else { "P1-REA-01" };
        let instance = self.begin(main, &kind, rule)?;
        self.main = Some(instance);
        let path = self.instances[instance].path.clone();
        let mut outcome = Outcome::Returned { values: Vec::new() };
        for time in 0..=u32::from(self.plan.again) {
            // A command is entered once in its life.
            if kind.start && time > 0 {
                self.rule(&path, "P1-CMD-03", "not called again");
                return Ok(Outcome::Unlinkable);
            }
            let (export, cause) = match (self.plan.invoke, kind.start) {
                (true, _) => ("f", Cause::Invoke),
                (false, true) => ("_start", Cause::HostRule("P1-CMD-01".to_owned())),
                // A reactor has done what it does by itself.
                (false, false) => break,
            };
            if export == "_start" && unit.has_default && self.fork.reads(Reading::DefaultExport) {
                // It does nothing.
                break;
            }
            let values = self.enter(instance, export, cause).map_err(|stop| Failure::Stop(Phase::Call, stop))?;
            outcome = Outcome::Returned { values };
        }
        Ok(outcome)
    }

    /// What kind of program a unit is; `None` if it is refused.
    fn classify(&self, index: usize) -> Option<Kind> {
        let unit = self.plan.unit(index);
        let is_main = index == self.plan.libraries.len();
        let is_wrong = unit.start == Entry::Wrong || unit.initialize == Entry::Wrong;
        // Something of the name that is no entry is an error.
        if is_wrong && !self.fork.reads(Reading::WrongEntryIgnored) {
            return None;
        }
        let (start, initialize) = (unit.start.steps().is_some(), unit.initialize.steps().is_some());
        let uses_wasi = !imported(unit).is_empty();
        let mut readings = Vec::new();
        if !uses_wasi && (start || initialize) {
            readings.push(("P1-KIND-08", "applied without imports"));
        }
        let times = if start && initialize { self.both_entries(is_main)? } else { usize::from(initialize) };
        if unit.has_default {
            readings.push(("P1-CMD-11", "the empty name means nothing"));
        }
        if is_main && !self.plan.invoke && !start && !initialize {
            if uses_wasi {
                readings.push(("P1-KIND-05", "nothing to run"));
            }
            if self.fork.reads(Reading::NothingToRunRefused) {
                return None;
            }
        }
        Some(Kind { initialize: times, start, readings })
    }

    /// What becomes of a unit that is refused for its entries: by the rules, nothing.
    fn refused(&mut self, index: usize) -> Failure {
        let path = self.path(index);
        let is_made = self.fork.reads(Reading::InstantiatedFirst);
        match is_made.then(|| self.instantiate(index, path)) {
            Some(Err(stop)) => Failure::Stop(Phase::Start, stop),
            _ => Failure::Refused,
        }
    }

    /// How often `_initialize` of a program that has `_start`, too, is called: by the rules it is refused (P1-KIND-03).
    fn both_entries(&self, is_main: bool) -> Option<usize> {
        let ways = [
            (Deviation::StartAloneOfBoth, 0),
            (Deviation::BothEntriesInTurn, 1),
            (Deviation::BothEntriesAndInitializeTwice, 2),
        ];
        ways.into_iter().find(|(deviation, _)| is_main && self.fork.deviates(*deviation)).map(|(_, times)| times)
    }

    fn rule(&mut self, at: &InstancePath, rule: &str, reading: &str) {
        self.events.push(Event::RuleApplied { at: at.clone(), rule: rule.to_owned(), reading: reading.to_owned() });
    }

    fn path(&self, index: usize) -> InstancePath {
        InstancePath::root().child(&format!("${}", name(index, self.plan.libraries.len())))
    }

    fn preload(&mut self, index: usize) -> Result<(), Failure> {
        let unit = self.plan.unit(index);
        if unit.lacks_import {
            return Err(Failure::Refused);
        }
        let kind = self.classify(index).ok_or_else(|| self.refused(index))?;
        let library = if kind.start {
            let path = self.path(index);
            kind.readings.iter().for_each(|(rule, reading)| self.rule(&path, rule, reading));
            self.rule(&path, "P1-CMD-09", "a fresh instance for each call");
            Library::Command(0)
        } else {
            Library::Reactor(self.begin(index, &kind, "P1-REA-08")?)
        };
        self.libraries.push(library);
        Ok(())
    }

    /// Instantiates a unit, and initialises it if it is a reactor.
    fn begin(&mut self, index: usize, kind: &Kind, rule: &str) -> Result<usize, Failure> {
        let path = self.path(index);
        kind.readings.iter().for_each(|(rule, reading)| self.rule(&path, rule, reading));
        let instance = self.instantiate(index, path).map_err(|stop| Failure::Stop(Phase::Start, stop))?;
        let (unit, is_main) = (self.plan.unit(index), index == self.plan.libraries.len());
        let is_entered = kind.initialize > 0 || (is_main && kind.start);
        if unit.hides_memory && is_entered && self.fork.reads(Reading::MemoryFirst) {
            return Err(Failure::Refused);
        }
        for _ in 0..kind.initialize {
            self.enter(instance, "_initialize", Cause::HostRule(rule.to_owned()))
                .map_err(|stop| Failure::Stop(Phase::Call, stop))?;
        }
        Ok(instance)
    }

    fn instantiate(&mut self, index: usize, at: InstancePath) -> Result<usize, Stop> {
        let plan = self.plan;
        let (unit, libraries) = (plan.unit(index), plan.libraries.len());
        let (wasi, called) = (imported(unit), unit.called(libraries));
        let wasi = wasi.into_iter().map(|function| (WASI.to_owned(), function.to_owned()));
        let called = called.into_iter().map(|library| (name(library, libraries), "f".to_owned()));
        let mut first = 0;
        for (module, name) in wasi.chain(called) {
            first += 1;
            let kind = ExternKind::Func;
            self.events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
        }
        let (what, values) = (Initialiser::Global(0), vec![Value::I32(0)]);
        self.events.push(Event::Initialised { at: at.clone(), what, values });
        let (funcs, tables, memories, globals, tags) = (unit.funcs(), 0, 1, 1, 0);
        self.events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
        self.instances.push(Instance {
            unit: index,
            path: at.clone(),
            count: 0,
            memory: BTreeMap::new(),
            is_done: false,
            is_told: false,
        });
        let this = self.instances.len() - 1;
        if let Some(steps) = &unit.section {
            let func = section_index(unit, first);
            self.events.push(Event::StartEntered { at: at.clone(), func });
            self.steps(this, steps).inspect_err(|stop| self.stopped(&at, Phase::Start, *stop))?;
            self.events.push(Event::StartLeft { at: at.clone(), func });
        }
        self.instances[this].is_done = true;
        self.events.push(Event::InstanceDone { at });
        Ok(this)
    }

    /// A trap is an event; that the program has ended was told when it asked for it.
    fn stopped(&mut self, at: &InstancePath, phase: Phase, stop: Stop) {
        if let Stop::Trap(code) = stop {
            self.events.push(Event::Trapped { at: at.clone(), code, phase });
        }
    }

    /// Calls an export from outside.
    fn enter(&mut self, this: usize, export: &str, cause: Cause) -> Result<Vec<Value>, Stop> {
        let plan = self.plan;
        let (at, name) = (self.instances[this].path.clone(), export.to_owned());
        self.events.push(Event::Called { at: at.clone(), name: name.clone(), args: Vec::new(), cause });
        let unit = plan.unit(self.instances[this].unit);
        let result = match (export, &unit.initialize, &unit.start) {
            ("_initialize", Entry::Func(steps), _) | ("_start", _, Entry::Func(steps)) => {
                self.steps(this, steps).map(|()| Vec::new())
            }
            _ => self.func(this).map(|count| vec![Value::I32(count)]),
        };
        match result {
            Ok(results) => {
                self.events.push(Event::Returned { at, name, results: results.clone() });
                Ok(results)
            }
            Err(stop) => {
                self.stopped(&at, Phase::Call, stop);
                Err(stop)
            }
        }
    }

    /// `f`: one more, the steps, and the counter.
    fn func(&mut self, this: usize) -> Result<i32, Stop> {
        let plan = self.plan;
        self.instances[this].count += 1;
        self.steps(this, &plan.unit(self.instances[this].unit).func)?;
        Ok(self.instances[this].count)
    }

    fn steps(&mut self, this: usize, steps: &[Step]) -> Result<(), Stop> {
        steps.iter().try_for_each(|step| self.step(this, step))
    }

    fn step(&mut self, this: usize, step: &Step) -> Result<(), Stop> {
        match *step {
            Step::Print(byte) => self.write(this, 1, Some(byte)),
            Step::Warn(byte) => self.write(this, 2, Some(byte)),
            Step::Beyond => self.write(this, 1, None),
            Step::Bump => {
                self.instances[this].count += 1;
                Ok(())
            }
            Step::Call(library) => {
                // The callee may come back to nobody: a library knows only those before it.
                let result = self.call_library(this, library)?;
                let count = &mut self.instances[this].count;
                *count = count.wrapping_add(result);
                Ok(())
            }
            Step::Exit(status) => {
                self.may_call(this)?;
                let at = self.host_called(this, "proc_exit", &[status.into()]);
                self.events.push(Event::Exited { at, code: status.into() });
                Err(Stop::Exit(status.into()))
            }
            Step::Trap => Err(Stop::Trap(TrapCode::Unreachable)),
            Step::Close => {
                self.may_call(this)?;
                self.host_called(this, "fd_close", &[1]);
                let errno = if self.is_closed(this) { BADF } else { SUCCESS };
                self.closed.insert(self.instances[this].unit);
                self.host_returned(this, "fd_close", errno)
            }
            Step::Yield => {
                self.may_call(this)?;
                self.host_called(this, "sched_yield", &[]);
                self.host_returned(this, "sched_yield", SUCCESS)
            }
        }
    }

    /// Whether an instance may call WASI now: by the rules always.
    fn may_call(&self, this: usize) -> Result<(), Stop> {
        let instance = &self.instances[this];
        let unit = self.plan.unit(instance.unit);
        let is_early = !instance.is_done && self.fork.reads(Reading::StartSectionUnserved);
        let is_unknown = unit.hides_memory
            && [&unit.start, &unit.initialize].iter().all(|entry| entry.steps().is_none())
            && self.fork.reads(Reading::MemoryFirst);
        if is_early || is_unknown { Err(Stop::Trap(TrapCode::Host)) } else { Ok(()) }
    }

    /// Whether standard output is closed for an instance.
    fn is_closed(&self, this: usize) -> bool {
        let unit = self.instances[this].unit;
        let is_of_another = !self.closed.is_empty() && !self.closed.contains(&unit);
        if is_of_another && self.fork.reads(Reading::OwnDescriptors) { false } else { !self.closed.is_empty() }
    }

    fn call_library(&mut self, this: usize, library: usize) -> Result<i32, Stop> {
        let Library::Command(made) = self.libraries[library] else {
            let Library::Reactor(instance) = self.libraries[library] else { unreachable!("one of two") };
            return self.func(instance);
        };
        let made = made + 1;
        self.libraries[library] = Library::Command(made);
        let at = self.instances[this].path.clone();
        let name = format!("{}.f", name(library, self.plan.libraries.len()));
        self.events.push(Event::HostCalled { at: at.clone(), name: name.clone(), args: Vec::new() });
        let path = self.path(library).child(&made.to_string());
        let fresh = self.instantiate(library, path)?;
        let results = self.enter(fresh, "f", Cause::HostRule("P1-CMD-09".to_owned()))?;
        self.events.push(Event::HostReturned { at, name, results: results.clone() });
        match results[..] {
            [Value::I32(count)] => Ok(count),
            _ => unreachable!("f returns the counter"),
        }
    }

    fn host_called(&mut self, this: usize, function: &str, args: &[i32]) -> InstancePath {
        let at = self.instances[this].path.clone();
        let args = args.iter().copied().map(Value::I32).collect();
        self.events.push(Event::HostCalled { at: at.clone(), name: format!("{WASI}.{function}"), args });
        at
    }

    fn host_returned(&mut self, this: usize, function: &str, errno: i32) -> Result<(), Stop> {
        let at = self.instances[this].path.clone();
        let results = vec![Value::I32(errno)];
        self.events.push(Event::HostReturned { at, name: format!("{WASI}.{function}"), results });
        Ok(())
    }

    /// Writes a byte to a descriptor, or what stands beyond the end of the memory.
    fn write(&mut self, this: usize, descriptor: i32, byte: Option<u8>) -> Result<(), Stop> {
        let instance = &mut self.instances[this];
        if let Some(byte) = byte {
            put(&mut instance.memory, place::BYTE, &[byte]);
        }
        self.may_call(this)?;
        let instance = &mut self.instances[this];
        let from = if byte.is_some() { place::BYTE } else { place::END };
        put(&mut instance.memory, place::BUFFER, &from.to_le_bytes());
        put(&mut instance.memory, place::BUFFER + 4, &1_i32.to_le_bytes());
        let at = self.host_called(this, "fd_write", &[descriptor, place::BUFFER, 1, place::COUNT]);
        let instance = &mut self.instances[this];
        if !instance.is_done && !instance.is_told {
            instance.is_told = true;
            self.rule(&at, "P1-ENV-07", "served");
        }
        if descriptor == 1 && self.is_closed(this) {
            return self.host_returned(this, "fd_write", BADF);
        }
        if self.plan.unit(self.instances[this].unit).hides_memory {
            self.rule(&at, "P1-ENV-02", "trapped at the call");
            return Err(Stop::Trap(TrapCode::Host));
        }
        let Some(byte) = byte else {
            if self.fork.deviates(Deviation::PointersBeyondReturn) {
                return self.host_returned(this, "fd_write", FAULT);
            }
            // Pointers out of bounds trap (`witx`, *Pointers*).
            return Err(Stop::Trap(TrapCode::InvalidPointer));
        };
        let (stream, to) = match descriptor {
            1 => (Stream::Stdout, &mut self.stdout),
            _ => (Stream::Stderr, &mut self.stderr),
        };
        to.push(byte);
        self.events.push(Event::Output { at, stream, bytes: [byte].as_slice().into() });
        put(&mut self.instances[this].memory, place::COUNT, &1_i32.to_le_bytes());
        self.host_returned(this, "fd_write", SUCCESS)
    }

    /// The memories and counters of those that are alive.
    fn state(&self) -> PostMortem {
        let mut alive: Vec<usize> = self
            .libraries
            .iter()
            .filter_map(|library| match library {
                Library::Reactor(instance) => Some(*instance),
                Library::Command(_) => None,
            })
            .collect();
        alive.extend(self.main);
        let mut items = Vec::new();
        for instance in alive.into_iter().map(|i| &self.instances[i]) {
            let item = |name: &str, state| StateItem { at: instance.path.clone(), name: name.to_owned(), state };
            if self.plan.unit(instance.unit).shows_count() {
                items.push(item("count", State::Global { value: Value::I32(instance.count) }));
            }
            if !self.plan.unit(instance.unit).hides_memory {
                let written = instance.memory.iter().filter(|(_, byte)| **byte != 0);
                let bytes = written.map(|(at, byte)| (*at as u64, *byte)).collect();
                items.push(item("memory", left::memory(place::END as u64, &bytes)));
            }
        }
        PostMortem(items)
    }
}

/// `errno` 0, 8 and 21 of `witx`.
const SUCCESS: i32 = 0;
const BADF: i32 = 8;
const FAULT: i32 = 21;

fn put(memory: &mut BTreeMap<i32, u8>, at: i32, bytes: &[u8]) {
    memory.extend((at..).zip(bytes.iter().copied()));
}

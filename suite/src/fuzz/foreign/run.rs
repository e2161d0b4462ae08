//! One plan on a runtime, action by action.

use super::{Opened, Task};
use crate::{
    case::{Broken, Does},
    fuzz::{Class, case, driver::node_path, fit, judge::kind_of_end},
    runtime::{self, Acting, End, HostFunc, Import, InstanceId, Item, ModuleId, Recorder, Runtime, ValType, needs},
    trace::{
        Event, InstancePath, Level, Outcome, Phase, PostMortem, RefValue, Resource, State, StateItem, TableRun, Trace,
        TrapCode, Value,
    },
};
use preflight_plan::{Action, Called, Given, Made, Signature};
use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    sync::LazyLock,
};

/// How far a run has come: also when it ends in a panic.
#[derive(Default)]
pub(super) struct Progress {
    pub action: Cell<Option<usize>>,
    pub unseen: RefCell<Vec<&'static str>>,
}

impl Progress {
    pub fn miss(&self, what: &'static str) {
        let mut unseen = self.unseen.borrow_mut();
        if !unseen.contains(&what) {
            unseen.push(what);
        }
    }
}

/// Why a run did not come to its end.
pub(super) enum Stop {
    Lacks(String),
    Broken(Broken),
    Differs { what: String, action: usize, actual: Trace },
}

/// One plan on a runtime.
pub(super) struct Run<'r> {
    runtime: &'r mut dyn Runtime,
    task: &'r Task<'r>,
    level: Level,
    recorder: Recorder,
    modules: Vec<ModuleId>,
    /// The latest complete instance of each node.
    nodes: Vec<Option<InstanceId>>,
    attempts: Vec<usize>,
    /// Instances by their paths.
    paths: HashMap<InstancePath, InstanceId>,
    /// The modules that call through tables, by table.
    callers: HashMap<(InstanceId, String), InstanceId>,
    called: VecDeque<Called>,
    progress: &'r Progress,
}

impl<'r> Run<'r> {
    pub fn judge(opened: &'r mut Opened, task: &'r Task<'r>, progress: &'r Progress) -> Result<Class, Stop> {
        let Opened { runtime, about, accepted } = opened;
        let nodes = task.plan.nodes.len();
        let mut run = Run {
            runtime: &mut **runtime,
            task,
            level: about.level.min(Level::Observable),
            recorder: Recorder::default(),
            modules: Vec::new(),
            nodes: vec![None; nodes],
            attempts: vec![0; nodes],
            paths: HashMap::new(),
            callers: HashMap::new(),
            called: task.expected.called.iter().copied().collect(),
            progress,
        };
        run.runtime.reset().map_err(stop)?;
        run.compile(accepted)?;
        run.give_hosts()?;
        let mut class = Class::Agreed;
        for (i, (action, expected)) in task.actions.iter().zip(&task.expected.traces).enumerate() {
            if matches!(expected.outcome, Outcome::Exhausted { what: Resource::Fuel }) {
                // A runtime without fuel would never come back.
                return Ok(Class::Exhausted);
            }
            progress.action.set(Some(i));
            if !run.act(i, action, expected)? {
                return Ok(Class::Exhausted);
            }
            class = class.and(Class::of(&expected.outcome));
        }
        Ok(class)
    }

    fn compile(&mut self, accepted: &needs::Accepted) -> Result<(), Stop> {
        for bytes in self.task.modules {
            match self.runtime.compile(bytes) {
                Ok(id) => self.modules.push(id),
                Err(end @ (End::Broken(_) | End::Unsupported(_))) => return Err(stop(end)),
                Err(end) => {
                    return Err(match fit::lacks(bytes, accepted) {
                        Some(what) => Stop::Lacks(what),
                        None => differs("refuses a valid module", 0, end.outcome(Phase::Initialise)),
                    });
                }
            }
        }
        Ok(())
    }

    /// Gives the runtime the functions of the host that act.
    fn give_hosts(&mut self) -> Result<(), Stop> {
        let plan = self.task.plan;
        if plan.hosts.is_empty() {
            return Ok(());
        }
        let mut all = Vec::new();
        for (func, host) in case::hosts::funcs(plan, self.task.expected).iter().zip(&plan.hosts) {
            let instantiable = |_: &Does| match *host {
                preflight_plan::plan::HostFunc::Instantiate { node, .. } => {
                    Ok((self.modules[plan.nodes[node].module], self.late_imports(node)))
                }
                _ => Err(Stop::Lacks("a module for the host to instantiate".to_owned())),
            };
            all.push(Acting::of(func, &self.recorder, instantiable)?);
        }
        self.runtime.hosts(&all).map_err(stop)
    }

    /// What there is for a node's imports when a function of the host instantiates it.
    fn late_imports(&self, node: usize) -> Vec<Import> {
        self.named_imports(node, |of, name| Some(Item::Registered(case::hosts::registered(of), name)))
    }

    /// The imports of a node, for which exports of nodes are had so.
    fn named_imports(&self, node: usize, export: impl Fn(usize, String) -> Option<Item>) -> Vec<Import> {
        let names = runtime::imports(&self.task.modules[self.task.plan.nodes[node].module]);
        let item = |given: Given| match given {
            Given::Host { name } if name.starts_with("host.") => Some(Item::Acting(name)),
            Given::Host { name } => Some(Item::Host(self.log(name))),
            Given::Export { node, name } => export(node, name),
            Given::Nothing => None,
        };
        let all = self.task.plan.imports(node).into_iter().zip(names);
        all.filter_map(|(given, (module, name))| Some(Import { module, name, item: item(given)? })).collect()
    }

    /// Takes in what functions of the host have made in an action.
    fn take_made(&mut self, index: usize) -> Result<(), Stop> {
        for Made { node, attempt, is_complete, .. } in
            self.task.expected.made.iter().filter(|made| made.action == index)
        {
            self.attempts[*node] = attempt + 1;
            if !is_complete {
                continue;
            }
            match self.runtime.made(&case::hosts::name(*node, *attempt)).map_err(stop)? {
                Some(instance) => self.complete(*node, *attempt, instance),
                None => {
                    let outcome = Outcome::Returned { values: Vec::new() };
                    return Err(differs("what the host instantiates", index, outcome));
                }
            }
        }
        Ok(())
    }

    /// An instance of a node that is complete.
    fn complete(&mut self, node: usize, attempt: usize, instance: InstanceId) {
        self.nodes[node] = Some(instance);
        self.paths.insert(node_path(node, attempt), instance);
    }

    /// Whether what comes after the action can be judged.
    fn act(&mut self, index: usize, action: &Action, expected: &Trace) -> Result<bool, Stop> {
        let end = match action {
            Action::Instantiate { node } => self.instantiate(index, *node)?.map(|()| Vec::new()),
            Action::Call { node, export } => match self.nodes[*node] {
                Some(instance) => {
                    let end = self.call(instance, export, &[], &expected.outcome);
                    self.take_made(index)?;
                    end
                }
                None => return Ok(true),
            },
            Action::Probe => return self.probe(index, expected),
        };
        let is_same = match &end {
            Ok(values) => matches!(&expected.outcome, Outcome::Returned { values: want } if want == values),
            Err(end @ (End::Broken(_) | End::Unsupported(_))) => return Err(stop(end.clone())),
            Err(end) => is_alike(end, &expected.outcome),
        };
        let outcome = match end {
            Ok(values) => Outcome::Returned { values },
            Err(end) => end.outcome(phase_of(&expected.outcome)),
        };
        if !is_same {
            let what = format!("outcome {} / {}", kind_of_end(&expected.outcome), kind_of_end(&outcome));
            return Err(differs(&what, index, outcome));
        }
        self.compare(index, expected)
    }

    /// What an action has done, but for how it ended.
    fn compare(&mut self, index: usize, expected: &Trace) -> Result<bool, Stop> {
        self.compare_calls(index, expected)?;
        self.compare_state(index, expected)?;
        Ok(true)
    }

    /// The calls of the log since the last time.
    fn compare_calls(&mut self, index: usize, expected: &Trace) -> Result<(), Stop> {
        let calls = self.recorder.take();
        if self.level < Level::Observable {
            self.progress.miss("calls of the host");
            return Ok(());
        }
        let want = expected.events.iter().filter_map(|event| match event {
            Event::HostCalled { name, args, .. } => Some((name, args)),
            _ => None,
        });
        if want.eq(calls.iter().map(|call| (&call.name, &call.args))) {
            return Ok(());
        }
        let at = InstancePath::root();
        let called = |call: runtime::HostCall| Event::HostCalled { at: at.clone(), name: call.name, args: call.args };
        let actual = Trace {
            events: calls.into_iter().map(called).collect(),
            ..Trace::new(Level::Observable, expected.outcome.clone())
        };
        Err(Stop::Differs { what: "calls of the host".to_owned(), action: index, actual })
    }

    /// What can be read of what is expected to be left.
    fn compare_state(&mut self, index: usize, expected: &Trace) -> Result<(), Stop> {
        if self.level < Level::Observable {
            self.progress.miss("what is left");
            return Ok(());
        }
        for item in &expected.post_mortem.0 {
            let (kind, what) = match &item.state {
                State::Table { .. } => (1, "a table"),
                State::Memory { .. } => (2, "a memory"),
                State::Global { value } => {
                    self.runtime.expect(&[value_type(value)]);
                    (3, "a global")
                }
                _ => continue,
            };
            let Some(instance) = self.paths.get(&item.at) else {
                self.progress.miss(OF_FAILED);
                continue;
            };
            let actual = match runtime::state(self.runtime, *instance, &item.name, kind) {
                Ok(Some(state)) => state,
                Err(End::Broken(broken)) => return Err(Stop::Broken(broken)),
                // The API shows nothing of it.
                Ok(None) | Err(End::Unsupported(_)) => {
                    self.progress.miss(what);
                    continue;
                }
                Err(end) => {
                    let outcome = end.outcome(Phase::Call);
                    return Err(differs(
                        &format!("{what} afterwards cannot be read: {}", kind_of_end(&outcome)),
                        index,
                        outcome,
                    ));
                }
            };
            if without_names(&actual) != without_names(&item.state) {
                let mut trace = Trace::new(Level::Observable, expected.outcome.clone());
                trace.post_mortem = PostMortem(vec![StateItem { state: actual, ..item.clone() }]);
                return Err(Stop::Differs { what: format!("{what} afterwards"), action: index, actual: trace });
            }
        }
        Ok(())
    }

    fn instantiate(&mut self, index: usize, node: usize) -> Result<Result<(), End>, Stop> {
        let attempt = self.attempts[node];
        self.attempts[node] += 1;
        let module = self.task.plan.nodes[node].module;
        let imports = self.named_imports(node, |of, name| Some(Item::Export(self.nodes[of]?, name)));
        let end = self.runtime.instantiate(self.modules[module], &imports);
        // What the host has made meanwhile was complete earlier.
        self.take_made(index)?;
        let instance = match end {
            Ok(instance) => instance,
            Err(end) => return Ok(Err(end)),
        };
        if !self.task.plan.hosts.is_empty() {
            self.runtime.register(&case::hosts::registered(node), instance).map_err(stop)?;
        }
        self.complete(node, attempt, instance);
        Ok(Ok(()))
    }

    fn log(&self, name: String) -> HostFunc {
        HostFunc::new(name, vec![ValType::I32], Vec::new(), self.recorder.clone())
    }

    fn call(&mut self, instance: InstanceId, export: &str, args: &[Value], end: &Outcome) -> Result<Vec<Value>, End> {
        if let Outcome::Returned { values } = end {
            let types: Vec<_> = values.iter().map(value_type).collect();
            self.runtime.expect(&types);
        }
        self.runtime.call(instance, export, args)
    }

    /// Calls the functions that are expected in tables; whether what comes after can be judged.
    fn probe(&mut self, index: usize, expected: &Trace) -> Result<bool, Stop> {
        for item in &expected.post_mortem.0 {
            let State::Func { outcome } = &item.state else { continue };
            let (Some(called), Some((table, element))) = (self.called.pop_front(), element(&item.name)) else {
                continue;
            };
            if matches!(outcome, Outcome::Exhausted { what: Resource::Fuel }) {
                // As above; and what it would have done is not done.
                return Ok(false);
            }
            let Some(instance) = self.paths.get(&item.at).copied() else {
                self.progress.miss(OF_FAILED);
                continue;
            };
            let caller = match self.caller(instance, table, called.is_64) {
                Ok(caller) => caller,
                Err(End::Broken(broken)) => return Err(Stop::Broken(broken)),
                Err(end) => return Err(Stop::Lacks(format!("a module that imports a table: {end}"))),
            };
            let export = match called.signature {
                Signature::Unit => "unit",
                Signature::Number => "number",
                Signature::Log => "log",
            };
            let end = self.call(caller, export, &[Value::I32(element)], outcome);
            let is_same = match &end {
                Ok(values) => matches!(outcome, Outcome::Returned { values: want } if want == values),
                Err(end @ (End::Broken(_) | End::Unsupported(_))) => return Err(stop(end.clone())),
                Err(end) => is_alike(end, outcome),
            };
            if !is_same {
                let end = end.map_or_else(|end| end.outcome(Phase::Call), |values| Outcome::Returned { values });
                let what = format!("function in a table {} / {}", kind_of_end(outcome), kind_of_end(&end));
                return Err(differs(&what, index, end));
            }
        }
        self.take_made(index)?;
        self.compare(index, expected)
    }

    /// An instance that calls what is in a table.
    fn caller(&mut self, instance: InstanceId, table: &str, is_64: bool) -> Result<InstanceId, End> {
        let key = (instance, table.to_owned());
        if let Some(caller) = self.callers.get(&key) {
            return Ok(*caller);
        }
        let module = self.runtime.compile(if is_64 { &CALLER_64 } else { &CALLER })?;
        let item = Item::Export(instance, table.to_owned());
        let import = Import { module: "t".to_owned(), name: "t".to_owned(), item };
        let caller = self.runtime.instantiate(module, &[import])?;
        self.callers.insert(key, caller);
        Ok(caller)
    }
}

/// What nobody can see from outside: what only an instance exports whose instantiation has failed.
const OF_FAILED: &str = "exports of an instance that failed";

static CALLER: LazyLock<Vec<u8>> = LazyLock::new(|| caller("", "(local.get 0)"));
static CALLER_64: LazyLock<Vec<u8>> = LazyLock::new(|| caller("i64", "(i64.extend_i32_u (local.get 0))"));

/// A module that calls the function at an index, by its type; the log gets zero.
fn caller(index: &str, at: &str) -> Vec<u8> {
    crate::source::text(&format!(
        r#"(module (import "t" "t" (table {index} 0 funcref))
             (func (export "unit") (param i32) (call_indirect {at}))
             (func (export "number") (param i32) (result i32) (call_indirect (result i32) {at}))
             (func (export "log") (param i32) (call_indirect (param i32) (i32.const 0) {at})))"#
    ))
}

/// Whether an end is as expected. One instruction can have several reasons to trap (`array.copy` from null to beyond an
/// array's end); the specification says that it traps, and not for which of them.
fn is_alike(end: &End, expected: &Outcome) -> bool {
    use TrapCode as T;
    let both = |a: T, b: T| {
        matches!(
            (a, b),
            (T::NullReference, T::OutOfBoundsArray | T::OutOfBoundsMemory | T::OutOfBoundsTable)
                | (T::OutOfBoundsArray, T::OutOfBoundsMemory | T::OutOfBoundsTable)
                | (T::UnalignedAtomic, T::OutOfBoundsMemory | T::ExpectedSharedMemory)
                | (T::OutOfBoundsMemory, T::ExpectedSharedMemory)
        )
    };
    let is_either = match (end, expected) {
        (End::Trap(codes, _), Outcome::Trap { code, .. }) => {
            codes.iter().any(|got| both(*got, *code) || both(*code, *got))
        }
        _ => false,
    };
    is_either || end.may_be(expected)
}

/// The table's export and the index in `e3[1]`.
fn element(name: &str) -> Option<(&str, i32)> {
    let (table, index) = name.strip_suffix(']')?.split_once('[')?;
    Some((table, index.parse().ok()?))
}

fn stop(end: End) -> Stop {
    match end {
        End::Broken(broken) => Stop::Broken(broken),
        End::Unsupported(what) => Stop::Lacks(what),
        end => Stop::Lacks(end.to_string()),
    }
}

fn differs(what: &str, action: usize, outcome: Outcome) -> Stop {
    Stop::Differs { what: what.to_owned(), action, actual: Trace::new(Level::Outcome, outcome) }
}

/// Whether a trap came before the start function or in it is not to be seen from outside.
fn phase_of(outcome: &Outcome) -> Phase {
    match outcome {
        Outcome::Trap { phase, .. } | Outcome::Exception { phase } => *phase,
        _ => Phase::Call,
    }
}

fn value_type(value: &Value) -> Option<ValType> {
    match value {
        Value::I32(_) => Some(ValType::I32),
        Value::I64(_) => Some(ValType::I64),
        Value::F32(_) => Some(ValType::F32),
        Value::F64(_) => Some(ValType::F64),
        _ => None,
    }
}

/// The state without the names of functions, and without what an object is, which runtimes do not tell.
fn without_names(state: &State) -> State {
    let unnamed = |value: &Value| match value {
        Value::Ref(RefValue::Func(_)) => Value::Ref(RefValue::Func("?".to_owned())),
        Value::Ref(RefValue::Array) => Value::Ref(RefValue::Struct),
        value => value.clone(),
    };
    match state {
        State::Global { value } => State::Global { value: unnamed(value) },
        State::Table { size, runs, .. } => {
            let at = |index: u64| runs.iter().find(|run| (run.index..run.index + run.times).contains(&index));
            TableRun::all((0..*size).map(|i| at(i).map_or(Value::Ref(RefValue::Null), |run| unnamed(&run.value))))
        }
        state => state.clone(),
    }
}

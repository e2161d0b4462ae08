//! Plans on other people's runtimes, through the adapters of this crate.
//!
//! Here, too, the prediction is the judge. What is compared is what the runtime shows: how each action ended, which calls of
//! the log came in between, and, after a failed instantiation and when all is over, memories, tables and globals as far as
//! the API lets one read them. The functions in tables are called through a small module that imports the table.
//!
//! A runtime is given a plan without what it has no means for (see [`fit`]), and what was left out is told. Of a loop that
//! ends for want of fuel nothing can be seen on a runtime without fuel: the comparison ends there.

use super::{
    Class, Finding,
    driver::node_path,
    fit::{self, Without},
};
use crate::{
    case::Broken,
    runtime::{
        self, Ability, About, End, HostFunc, Import, InstanceId, Item, ModuleId, Recorder, Runtime, ValType, needs,
    },
    trace::{
        Event, InstancePath, Level, Outcome, Phase, PostMortem, RefValue, Resource, State, StateItem, TableRun, Trace,
        TrapCode, Value,
    },
};
use preflight_plan::{Action, Called, Deviation, Expected, Given, Plan, Signature};
use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

type Open = dyn Fn() -> Result<Box<dyn Runtime>, Broken> + Send + Sync;

/// A runtime that judges along. Each thread opens it for itself.
#[derive(Clone)]
pub struct Foreign {
    name: String,
    key: usize,
    open: Arc<Open>,
    /// The bugs that it is known to have.
    known: Vec<Deviation>,
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Foreign({})", self.name)
    }
}

/// What became of an input on a runtime.
#[derive(Debug, Clone, PartialEq)]
pub struct OnRuntime {
    /// The runtime's name.
    pub name: String,
    /// Of the same classes as the input itself: a runtime may lack what the tiers can do.
    pub class: Class,
    /// What it lacks, if the class is [`Class::Unsupported`].
    pub lacks: Option<String>,
    /// The known bugs with which what it did is predicted, if the class is [`Class::Known`].
    pub known: Vec<Deviation>,
    /// What the plan was given without.
    pub without: Vec<Without>,
    /// What was not compared, although it was expected.
    pub unseen: Vec<&'static str>,
    /// Where it differs, if the class is [`Class::Disagreed`].
    pub finding: Option<Box<Finding>>,
}

impl OnRuntime {
    pub(super) fn of(foreign: &Foreign, class: Class) -> Self {
        OnRuntime {
            name: foreign.name.clone(),
            class,
            lacks: None,
            known: Vec::new(),
            without: Vec::new(),
            unseen: Vec::new(),
            finding: None,
        }
    }

    /// Another part of the same input.
    pub(super) fn and(mut self, other: OnRuntime) -> OnRuntime {
        let new: Vec<_> = other.unseen.into_iter().filter(|what| !self.unseen.contains(what)).collect();
        self.unseen.extend(new);
        OnRuntime { class: self.class.and(other.class), lacks: self.lacks.or(other.lacks), ..self }
    }
}

/// Where a runtime did something else than what was expected.
pub(super) struct Stopped {
    pub finding: Box<Finding>,
    /// What it was to do.
    pub actions: Vec<Action>,
    /// At which of these it was; none where a module was compiled.
    pub action: Option<usize>,
    /// Whether it broke: there is no answer that could be compared.
    pub is_broken: bool,
}

/// A plan for a runtime.
pub(super) struct Task<'a> {
    pub plan: &'a Plan,
    pub modules: &'a [Vec<u8>],
    pub actions: &'a [Action],
    pub expected: &'a Expected,
}

/// A runtime that was opened.
struct Opened {
    runtime: Box<dyn Runtime>,
    about: About,
    accepted: needs::Accepted,
}

thread_local! {
    static OPENED: RefCell<HashMap<usize, Opened>> = RefCell::default();
}

impl Foreign {
    /// A runtime with this name; `open` is called once in each thread, and again after a panic of the adapter.
    pub fn new(
        name: impl Into<String>,
        open: impl Fn() -> Result<Box<dyn Runtime>, Broken> + Send + Sync + 'static,
    ) -> Self {
        static KEYS: AtomicUsize = AtomicUsize::new(0);
        let key = KEYS.fetch_add(1, Ordering::Relaxed);
        Foreign { name: name.into(), key, open: Arc::new(open), known: Vec::new() }
    }

    /// The same runtime, which is known to have these bugs: what is predicted with them is no finding.
    pub fn with_known(self, known: Vec<Deviation>) -> Self {
        Foreign { known, ..self }
    }

    /// All sets of its known bugs but the empty one, small ones first.
    pub(super) fn known_sets(&self) -> Vec<Vec<Deviation>> {
        let set = |bits: usize| (0..self.known.len()).filter(|i| bits >> i & 1 == 1).map(|i| self.known[i]).collect();
        let mut sets: Vec<Vec<Deviation>> = (1..1 << self.known.len()).map(set).collect();
        sets.sort_by_key(Vec::len);
        sets
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens it in this thread, if it is not open yet: to know early that it is there and can be given plans.
    ///
    /// # Errors
    /// It cannot be started, or has no primitives for core modules.
    pub fn check(&self) -> Result<(), Broken> {
        self.with(|_| ())
    }

    fn with<T>(&self, then: impl FnOnce(&mut Opened) -> T) -> Result<T, Broken> {
        let opened = OPENED.with_borrow_mut(|all| all.remove(&self.key));
        let mut opened = match opened {
            Some(opened) => opened,
            None => self.opened()?,
        };
        // A runtime in this process may panic; it is opened anew next time.
        let result = catch_unwind(AssertUnwindSafe(|| then(&mut opened))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or(panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
            Broken::Crashed { status: "panic".to_owned(), stderr: text }
        })?;
        OPENED.with_borrow_mut(|all| all.insert(self.key, opened));
        Ok(result)
    }

    fn opened(&self) -> Result<Opened, Broken> {
        let mut runtime = (self.open)()?;
        let about = runtime.about();
        if !about.can(Ability::Core) {
            let why = "it has no primitives for core modules (see suite/PROTOCOL.md), and can only be given cases";
            return Err(Broken::NotStarted(why.to_owned()));
        }
        let accepted = needs::Accepted::ask(&mut *runtime).map_err(|end| match end {
            End::Broken(broken) => broken,
            end => Broken::NotStarted(end.to_string()),
        })?;
        Ok(Opened { runtime, about, accepted })
    }

    /// The plan for this runtime, and what it is without.
    pub(super) fn fit(&self, plan: &Plan) -> Result<(Plan, Vec<Without>), Broken> {
        self.with(|opened| fit::fit(plan, &opened.accepted.refused()))
    }

    /// What becomes of the plan on this runtime.
    ///
    /// # Errors
    /// Where it does something else than what is expected.
    pub(super) fn judge(&self, task: &Task<'_>) -> Result<OnRuntime, Stopped> {
        let progress = Progress::default();
        let run = self.with(|opened| Run::judge(opened, task, &progress));
        let on = |class| OnRuntime { unseen: progress.unseen.take(), ..OnRuntime::of(self, class) };
        let expected = |action: usize| task.expected.traces.get(action);
        let stopped = |finding, is_broken| Stopped {
            finding,
            actions: task.actions.to_vec(),
            action: progress.action.get(),
            is_broken,
        };
        match run.unwrap_or_else(|broken| Err(Stop::Broken(broken))) {
            Ok(class) => Ok(on(class)),
            Err(Stop::Lacks(what)) => Ok(OnRuntime { lacks: Some(what), ..on(Class::Unsupported) }),
            Err(Stop::Broken(broken)) => {
                let action = progress.action.get().unwrap_or_default();
                let finding = Finding { action, ..*self.broke(&broken) };
                let expected = expected(action).cloned().unwrap_or_else(|| finding.expected.clone());
                Err(stopped(Box::new(Finding { expected, ..finding }), true))
            }
            // A runtime may run out of memory earlier than another one (core `#impl`); what follows cannot be compared.
            Err(Stop::Differs { actual, .. })
                if matches!(actual.outcome, Outcome::Exhausted { what: Resource::Memory }) =>
            {
                progress.miss("what follows where it has no memory left");
                Ok(on(Class::Exhausted))
            }
            Err(Stop::Differs { what, action, actual }) => {
                let signature = self.signature(&what);
                let expected = expected(action).cloned().unwrap_or_else(|| nothing(&what));
                Err(stopped(Box::new(Finding { signature, action, expected, actual }), false))
            }
        }
    }

    /// That it broke, in the words of its class: what it wrote is another thing each time.
    pub(super) fn broke(&self, broken: &Broken) -> Box<Finding> {
        let what = format!("it broke: {}", kind_of(broken));
        let (signature, expected, actual) = (self.signature(&what), nothing(&what), nothing(&what));
        Box::new(Finding { signature, action: 0, expected, actual })
    }

    fn signature(&self, what: &str) -> String {
        format!("predicted != {}: {what}", self.name)
    }
}

/// In place of a trace where there is none.
fn nothing(what: &str) -> Trace {
    Trace::new(Level::Outcome, Outcome::Unsupported { what: what.to_owned() })
}

/// How far a run has come: also when it ends in a panic.
#[derive(Default)]
struct Progress {
    action: Cell<Option<usize>>,
    unseen: RefCell<Vec<&'static str>>,
}

impl Progress {
    fn miss(&self, what: &'static str) {
        let mut unseen = self.unseen.borrow_mut();
        if !unseen.contains(&what) {
            unseen.push(what);
        }
    }
}

/// The class of a break.
fn kind_of(broken: &Broken) -> &'static str {
    match broken {
        Broken::NotStarted(_) => "not started",
        Broken::Hung { .. } => "no answer in time",
        Broken::Crashed { .. } => "crash",
        Broken::Rubbish { .. } => "an answer that is none",
        Broken::Flooded { .. } => "too long an answer",
        Broken::GivenUp { .. } => "not asked any more",
    }
}

/// Why a run did not come to its end.
enum Stop {
    Lacks(String),
    Broken(Broken),
    Differs { what: String, action: usize, actual: Trace },
}

/// One plan on a runtime.
struct Run<'r> {
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
    fn judge(opened: &'r mut Opened, task: &'r Task<'r>, progress: &'r Progress) -> Result<Class, Stop> {
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
        let mut class = Class::Agreed;
        for (i, (action, expected)) in task.actions.iter().zip(&task.expected.traces).enumerate() {
            if matches!(expected.outcome, Outcome::Exhausted { what: Resource::Fuel }) {
                // A runtime without fuel would never come back.
                return Ok(Class::Exhausted);
            }
            progress.action.set(Some(i));
            run.act(i, action, expected)?;
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

    fn act(&mut self, index: usize, action: &Action, expected: &Trace) -> Result<(), Stop> {
        let end = match action {
            Action::Instantiate { node } => self.instantiate(*node).map(|()| Vec::new()),
            Action::Call { node, export } => match self.nodes[*node] {
                Some(instance) => self.call(instance, export, &[], &expected.outcome),
                None => return Ok(()),
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
            return Err(differs(&format!("outcome {} / {outcome}", expected.outcome), index, outcome));
        }
        self.compare_calls(index, expected)?;
        self.compare_state(index, expected)
    }

    /// The calls of the log since the last time.
    fn compare_calls(&mut self, index: usize, expected: &Trace) -> Result<(), Stop> {
        let calls = self.recorder.take();
        if self.level < Level::Observable {
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
            let Some(instance) = self.paths.get(&item.at) else { continue };
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
                    return Err(differs(&format!("{what} afterwards cannot be read: {outcome}"), index, outcome));
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

    fn instantiate(&mut self, node: usize) -> Result<(), End> {
        let path = node_path(node, self.attempts[node]);
        self.attempts[node] += 1;
        let module = self.task.plan.nodes[node].module;
        let names = runtime::imports(&self.task.modules[module]);
        let mut imports = Vec::new();
        for (given, (module, name)) in self.task.plan.imports(node).into_iter().zip(names) {
            let item = match given {
                Given::Host { name } => Item::Host(self.log(name)),
                Given::Export { node, name } => match self.nodes[node] {
                    Some(instance) => Item::Export(instance, name),
                    None => continue,
                },
                Given::Nothing => continue,
            };
            imports.push(Import { module, name, item });
        }
        let instance = self.runtime.instantiate(self.modules[module], &imports)?;
        self.nodes[node] = Some(instance);
        self.paths.insert(path, instance);
        Ok(())
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

    /// Calls the functions that are expected in tables.
    fn probe(&mut self, index: usize, expected: &Trace) -> Result<(), Stop> {
        for item in &expected.post_mortem.0 {
            let State::Func { outcome } = &item.state else { continue };
            let (Some(called), Some((table, element))) = (self.called.pop_front(), element(&item.name)) else {
                continue;
            };
            if matches!(outcome, Outcome::Exhausted { what: Resource::Fuel }) {
                return Ok(());
            }
            let Some(instance) = self.paths.get(&item.at).copied() else { continue };
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
                return Err(differs(&format!("function in a table {outcome} / {end}"), index, end));
            }
        }
        self.compare_calls(index, expected)?;
        self.compare_state(index, expected)
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

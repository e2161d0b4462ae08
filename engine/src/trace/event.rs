//! The steps that a specification names.

use super::{Phase, Stream, TrapCode, Value, Written};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// Where an instance stands in the tree of instances: `/` is the root, `/$b/$inner` an instance inside `$b`.
///
/// Stable across tiers and runs; cheap to clone, and the root costs nothing at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct InstancePath(
    /// `None` is the root.
    Option<Arc<str>>,
);

impl InstancePath {
    /// The root, `/`.
    pub fn root() -> Self {
        InstancePath(None)
    }

    /// The path of the child `name` (such as `$inner`) of this instance.
    pub fn child(&self, name: &str) -> Self {
        InstancePath(Some(format!("{}/{name}", self.0.as_deref().unwrap_or_default()).into()))
    }

    /// The path of the instance that this one stands in; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let path = self.0.as_deref()?;
        let end = path.rfind('/').unwrap_or(0);
        Some(if end == 0 { Self::root() } else { path[..end].into() })
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or("/")
    }
}

impl From<String> for InstancePath {
    fn from(path: String) -> Self {
        path.as_str().into()
    }
}

impl From<&str> for InstancePath {
    fn from(path: &str) -> Self {
        InstancePath((path != "/").then(|| path.into()))
    }
}

impl From<InstancePath> for String {
    fn from(path: InstancePath) -> Self {
        path.as_str().to_owned()
    }
}

impl fmt::Display for InstancePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of thing an import or export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum ExternKind {
    Func,
    Table,
    Memory,
    Global,
    Tag,
    // The kinds below exist in components only.
    Module,
    Instance,
    Component,
    Type,
    Value,
}

/// Which initialiser was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Initialiser {
    /// The value of the global with this index.
    Global(u32),
    /// The initial element of the table with this index.
    Table(u32),
    /// The items of the element segment with this index, given as one event with all items.
    Elem(u32),
    /// The offset of the active element segment with this index.
    ElemOffset(u32),
    /// The offset of the active data segment with this index.
    DataOffset(u32),
    /// The component value definition with this index.
    Value(u32),
}

/// Element or data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are the specification's own words")]
pub enum SegmentKind {
    Elem,
    Data,
}

/// Who made a call, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A rule by which the host starts programs, such as `P1-REA-01`.
    HostRule(String),
    /// The embedder or a script asked for this call.
    Invoke,
    /// A component-level start definition.
    ComponentStart,
    /// The Component Model needed it: `realloc`, `post-return`, a destructor.
    CanonicalAbi(String),
    /// Guest code did, while the core start function of this instance ran.
    StartSection(InstancePath),
    /// Guest code did, while this export ran: it is a wrapper around the call.
    Export {
        /// The instance that was entered from outside.
        at: InstancePath,
        /// The export's name.
        name: String,
    },
}

/// One observable step. `at` is always the path of the instance that the step belongs to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// An import was matched (core `#exec-instantiation`, matching of external addresses).
    ImportResolved {
        /// The importing instance.
        at: InstancePath,
        /// The import's first name.
        module: String,
        /// The import's second name.
        name: String,
        /// What it is.
        kind: ExternKind,
    },
    /// The instance was allocated (core `#alloc-module`); the counts are its own definitions, imports left out.
    InstanceAllocated {
        /// The new instance.
        at: InstancePath,
        /// Functions defined.
        funcs: u32,
        /// Tables defined.
        tables: u32,
        /// Memories defined.
        memories: u32,
        /// Globals defined.
        globals: u32,
        /// Tags defined.
        tags: u32,
    },
    /// A constant expression was evaluated.
    Initialised {
        /// The instance.
        at: InstancePath,
        /// Which expression.
        what: Initialiser,
        /// Its value (one; the items of an element segment: as many as it has).
        values: Vec<Value>,
    },
    /// An active segment was written (core `#exec-table-init`, `#exec-memory-init` of the instantiation).
    SegmentApplied {
        /// The instance.
        at: InstancePath,
        /// Element or data.
        kind: SegmentKind,
        /// The segment's index.
        segment: u32,
        /// The index of the table or memory written.
        target: u32,
        /// The first element or byte written.
        offset: u64,
        /// Elements or bytes written.
        len: u64,
    },
    /// A segment was dropped by the instantiation (core `#exec-elem-drop`, `#exec-data-drop`).
    SegmentDropped {
        /// The instance.
        at: InstancePath,
        /// Element or data.
        kind: SegmentKind,
        /// The segment's index.
        segment: u32,
    },
    /// The start function was called by the instantiation (core `#syntax-start`).
    StartEntered {
        /// The instance.
        at: InstancePath,
        /// The function's index.
        func: u32,
    },
    /// The start function returned.
    StartLeft {
        /// The instance.
        at: InstancePath,
        /// The function's index.
        func: u32,
    },
    /// The instantiation is complete; exports may be used.
    InstanceDone {
        /// The instance.
        at: InstancePath,
    },
    /// An export (or a function known by name) was called from outside.
    Called {
        /// The instance that was entered.
        at: InstancePath,
        /// The export's name.
        name: String,
        /// The arguments.
        args: Vec<Value>,
        /// Who called, and why.
        cause: Cause,
    },
    /// The call returned.
    Returned {
        /// The instance that was left.
        at: InstancePath,
        /// The export's name.
        name: String,
        /// The results.
        results: Vec<Value>,
    },
    /// A host function was entered.
    HostCalled {
        /// The instance that called.
        at: InstancePath,
        /// The host function's name, `module.name`.
        name: String,
        /// The arguments.
        args: Vec<Value>,
    },
    /// The host function returned (a host function that fails is followed by `Trapped` or another end instead).
    HostReturned {
        /// The instance that called.
        at: InstancePath,
        /// The host function's name, `module.name`.
        name: String,
        /// The results.
        results: Vec<Value>,
    },
    /// A trap ended the running initialisation or call.
    Trapped {
        /// The instance being initialised or called.
        at: InstancePath,
        /// Why.
        code: TrapCode,
        /// When.
        phase: Phase,
    },
    /// An exception left the running initialisation or call uncaught.
    Threw {
        /// The instance being initialised or called.
        at: InstancePath,
        /// When.
        phase: Phase,
        /// The exception's arguments.
        args: Vec<Value>,
    },
    /// A component instantiation began (Component Model, Explainer, instance definitions).
    ComponentBegun {
        /// The new component instance.
        at: InstancePath,
    },
    /// A component instantiation is complete.
    ComponentDone {
        /// The component instance.
        at: InstancePath,
    },
    /// A component-level start definition called its function.
    ComponentStartEntered {
        /// The component instance.
        at: InstancePath,
        /// The function's index in the component's function index space.
        func: u32,
        /// The arguments.
        args: Vec<Value>,
    },
    /// The component-level start function returned.
    ComponentStartLeft {
        /// The component instance.
        at: InstancePath,
        /// The function's index in the component's function index space.
        func: u32,
        /// The results, which become value definitions.
        results: Vec<Value>,
    },
    /// Component-level values were lifted out of an instance.
    Lifted {
        /// The instance.
        at: InstancePath,
        /// Which function, parameter side or result side.
        what: String,
        /// The values.
        values: Vec<Value>,
    },
    /// Component-level values were lowered into an instance.
    Lowered {
        /// The instance.
        at: InstancePath,
        /// Which function, parameter side or result side.
        what: String,
        /// The values.
        values: Vec<Value>,
    },
    /// A resource was created (`resource.new`, or by the host).
    ResourceMade {
        /// The instance whose handle table took it.
        at: InstancePath,
        /// The resource type's name.
        resource: String,
        /// The representation.
        rep: u64,
        /// The handle index.
        handle: u32,
    },
    /// An owned handle was dropped, and with it the resource.
    ResourceDropped {
        /// The instance whose handle table lost it.
        at: InstancePath,
        /// The resource type's name.
        resource: String,
        /// The representation.
        rep: u64,
        /// The handle index.
        handle: u32,
    },
    /// An instance may not be entered any more.
    Locked {
        /// The instance.
        at: InstancePath,
    },
    /// Guest code called an entry of a program (`_start`, `_initialize`) or what runs its constructors
    /// (`__wasm_call_ctors`), or, if the configuration asks for it, any exported function. Calls that the host makes are
    /// `Called`.
    EntryCalled {
        /// The instance whose function it is.
        at: InstancePath,
        /// The function's name: that of the export, or else that of the name section.
        name: String,
        /// On whose behalf.
        cause: Cause,
    },
    /// The program wrote to a standard stream.
    Output {
        /// The instance that called the host for it.
        at: InstancePath,
        /// Where to.
        stream: Stream,
        /// What: the bytes of one write.
        bytes: Written,
    },
    /// The program asked to end, which no guest code survives.
    Exited {
        /// The instance that asked.
        at: InstancePath,
        /// The exit code.
        code: i32,
    },
    /// Where texts or runtimes disagree: which reading was applied.
    RuleApplied {
        /// The instance.
        at: InstancePath,
        /// The rule's id.
        rule: String,
        /// The reading.
        reading: String,
    },
    /// A step of a task of an `async` function (CanonicalABI.md, *Tasks*).
    Task {
        /// The instance that is called.
        at: InstancePath,
        /// The function.
        name: String,
        /// The step.
        step: TaskStep,
    },
    /// A step of a thread of a task (CanonicalABI.md, *Threads*).
    Thread {
        /// Its instance.
        at: InstancePath,
        /// Its index there; 0 while its task waits to enter.
        thread: u32,
        /// The step.
        step: ThreadStep,
    },
    /// An event of a waitable was delivered (CanonicalABI.md, *Waitable State*).
    EventDelivered {
        /// The instance whose code gets it.
        at: InstancePath,
        /// What it is about.
        code: EventCode,
        /// The handle that it is about.
        index: u32,
        /// The state of a subtask, or the result of a copy.
        payload: u32,
    },
}

/// What a task of an `async` function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskStep {
    /// It is past the backpressure, and takes its arguments.
    Started,
    /// It has returned its result.
    Returned,
    /// It has been cancelled.
    Cancelled,
}

/// What a thread of a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThreadStep {
    /// It gives up control.
    Blocked,
    /// It goes on.
    Resumed,
}

/// What an event of a waitable is about (`EventCode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum EventCode {
    None = 0,
    Subtask = 1,
    StreamRead = 2,
    StreamWrite = 3,
    FutureRead = 4,
    FutureWrite = 5,
    TaskCancelled = 6,
}

impl TaskStep {
    /// The step as it stands in traces.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskStep::Started => "started",
            TaskStep::Returned => "returned",
            TaskStep::Cancelled => "cancelled",
        }
    }
}

impl ThreadStep {
    /// The step as it stands in traces.
    pub fn as_str(self) -> &'static str {
        match self {
            ThreadStep::Blocked => "blocked",
            ThreadStep::Resumed => "resumed",
        }
    }
}

impl EventCode {
    /// The code as it stands in traces.
    pub fn as_str(self) -> &'static str {
        match self {
            EventCode::None => "none",
            EventCode::Subtask => "subtask",
            EventCode::StreamRead => "stream-read",
            EventCode::StreamWrite => "stream-write",
            EventCode::FutureRead => "future-read",
            EventCode::FutureWrite => "future-write",
            EventCode::TaskCancelled => "task-cancelled",
        }
    }
}

impl Event {
    /// The instance that this step belongs to.
    pub fn at(&self) -> &InstancePath {
        match self {
            Event::ImportResolved { at, .. }
            | Event::InstanceAllocated { at, .. }
            | Event::Initialised { at, .. }
            | Event::SegmentApplied { at, .. }
            | Event::SegmentDropped { at, .. }
            | Event::StartEntered { at, .. }
            | Event::StartLeft { at, .. }
            | Event::InstanceDone { at, .. }
            | Event::Called { at, .. }
            | Event::Returned { at, .. }
            | Event::HostCalled { at, .. }
            | Event::HostReturned { at, .. }
            | Event::Trapped { at, .. }
            | Event::Threw { at, .. }
            | Event::ComponentBegun { at, .. }
            | Event::ComponentDone { at, .. }
            | Event::ComponentStartEntered { at, .. }
            | Event::ComponentStartLeft { at, .. }
            | Event::Lifted { at, .. }
            | Event::Lowered { at, .. }
            | Event::ResourceMade { at, .. }
            | Event::ResourceDropped { at, .. }
            | Event::Locked { at, .. }
            | Event::EntryCalled { at, .. }
            | Event::Output { at, .. }
            | Event::Exited { at, .. }
            | Event::RuleApplied { at, .. }
            | Event::Task { at, .. }
            | Event::Thread { at, .. }
            | Event::EventDelivered { at, .. } => at,
        }
    }

    /// The lowest [`Level`](super::Level) at which a recorder sees this step: host calls, output and the exit are observable
    /// from outside, everything else takes an engine that tells.
    pub fn level(&self) -> super::Level {
        match self {
            Event::HostCalled { .. } | Event::HostReturned { .. } | Event::Output { .. } | Event::Exited { .. } => {
                super::Level::Observable
            }
            _ => super::Level::Full,
        }
    }
}

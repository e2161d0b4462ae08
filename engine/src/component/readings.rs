//! What the documents, their own model (`definitions.py`), the reference tests and known runtimes do not agree about: one
//! switch for each rule that is contested.

/// The readings of the documents that are contested; each has a default, and a trace says where one was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// Calls between a component instance and its ancestors (rules CM-CALL-04 to CM-CALL-06).
    pub reentrance: Reentrance,
    /// Whether the host may enter an instance that is being instantiated (rule CM-CALL-03).
    pub start_entry: StartEntry,
    /// When a call that can block traps in a task that may not (rule CM-ASYNC-04).
    pub blocking: Blocking,
    /// How far the lock-down after a trap reaches (rules CM-TRAP-04, CM-TRAP-05).
    pub lockdown: Lockdown,
    /// Which threads may run while a function that is not `async` is blocked (rule CM-ASYNC-21).
    pub barging: Barging,
    /// What the cancellation of a copy says of which a part has been done (rule CM-ASYNC-20).
    pub partial_cancel: PartialCancel,
    /// What becomes of an exception that leaves a core start function (rule CM-EXN-01).
    pub start_exception: StartException,
    /// How many start definitions a component may have (rule CM-START-02).
    pub starts: Starts,
    /// When the post-return function of a component-level start function runs (rule CM-START-07).
    pub start_post_return: StartPostReturn,
    /// Whether a task that has returned and then blocks keeps the lock of its instance (rule CM-ASYNC-22).
    pub blocked_lock: BlockedLock,
    /// What becomes of the handles of an instance whose instantiation failed (rule CM-RES-07).
    pub dead_handles: DeadHandles,
    /// Whether every `async` lowering names a memory (rule CM-CANON-08).
    pub async_memory: AsyncMemory,
}

/// Whether a `canon lower` with `async` has to have a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AsyncMemory {
    /// As every other: if parameters or results go through one (the reference test `big-interleaving-test`). It is the
    /// default because tools leave it out where nothing goes through it.
    #[default]
    AsNeeded,
    /// Always; without one the component is invalid (CanonicalABI.md, *canon lower*).
    Always,
}

/// What becomes of the handles that a component instance owns when its instantiation fails; the documents do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeadHandles {
    /// They stay where they are: an instance that is locked is not cleaned up (Explainer.md, *Component Invariants*).
    #[default]
    Kept,
    /// The resources are dropped, in the order of the handles, and the destructors of instances that can still be entered run.
    Dropped,
}

/// How many start definitions a component may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Starts {
    /// As many as it likes, each at its place (Explainer.md, *Start Definitions*).
    #[default]
    Several,
    /// One; with more it is invalid (wasm-tools).
    One,
}

/// When the post-return function of a component-level start function runs; the documents do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartPostReturn {
    /// As after every call: as soon as the results are lifted, before the next definition.
    #[default]
    BeforeNextDefinition,
    /// After the last definition of the component: all results have been consumed.
    AfterLastDefinition,
}

/// Whether a task that holds the lock of its instance keeps it while it blocks, after it has returned, in a synchronous
/// built-in or call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BlockedLock {
    /// It does: "throughout each core wasm invocation" (CanonicalABI.md, *canon lift*).
    #[default]
    Kept,
    /// It gives it up, and goes on once it can have it again (the reference test `sync-streams`).
    GivenUp,
}

/// What `{stream,future}.cancel-{read,write}` returns for a copy of which a part has been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartialCancel {
    /// `COMPLETED`: its event was pending (CanonicalABI.md, `cancel_copy`, and the documents' own `run_tests.py`).
    #[default]
    Completed,
    /// `CANCELLED` (the reference tests `cancel-stream` and `big-interleaving-test`).
    Cancelled,
}

/// Which threads of an instance may run while a call of a function of it that is not `async` is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Barging {
    /// All but the one that holds the instance's lock (CanonicalABI.md, end of `canon_lift`).
    #[default]
    AllButHolder,
    /// None whose task needs the lock, whether it holds it or waits for it in its event loop (the reference test
    /// `during-sync-call-no-exclusive-resume`).
    NoneThatNeedsLock,
}

/// Whether the host may enter a component instance whose instantiation is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartEntry {
    /// Not: it counts as entered while it is instantiated (Concurrency.md has its start functions called like functions).
    #[default]
    Entered,
    /// It may, unless a call has entered the instance (`definitions.py` clears `may_enter` for calls alone, and has no
    /// instantiation).
    Open,
}

/// Which calls between relatives trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reentrance {
    /// A call enters the callee and those of its ancestors that are not the caller's (CanonicalABI.md, `entering_set`):
    /// parents may call their children, and children their parents.
    #[default]
    EnteringSet,
    /// A call from an instance to itself, to an ancestor or to a descendant traps (wasmtime, and the reference test
    /// `trap-on-reenter`).
    TrapRelatives,
}

/// When what can block traps in a synchronous task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocking {
    /// When it blocks: a callee that returns at once is no reason to trap (CanonicalABI.md, `canon_lower`).
    #[default]
    Late,
    /// Before it is called (wasmtime, and the reference test `dont-block-start`).
    Eager,
}

/// What becomes of an exception that leaves a core start function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartException {
    /// It becomes a trap, as those that leave other functions do (CanonicalABI.md, `call_and_trap_on_throw`).
    #[default]
    Trap,
    /// The embedder gets it as the exception that it is (wasmtime).
    Passes,
}

/// What cannot be entered any more after a trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lockdown {
    /// The component instances that were entered when it happened (Explainer.md, *Component Invariants*).
    #[default]
    Instance,
    /// Every component instance of the store (a remark in CanonicalABI.md, and wasmtime).
    Store,
}

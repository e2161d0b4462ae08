//! What an engine accepts and how far it goes.

pub use wasmparser::WasmFeatures as Features;

/// Settings of modules and stores.
#[derive(Debug, Clone)]
pub struct Config {
    /// The proposals that validation accepts.
    pub features: Features,
    /// How far hostile input can go.
    pub limits: Limits,
    /// What executes function bodies, in every store made with these settings.
    pub tier: Tier,
    /// When the second tier compiles a module's functions.
    pub compile: Compile,
    /// Whether traces tell of guest code that calls an exported function, and not of entries alone.
    pub trace_exports: bool,
}

/// What executes function bodies. Everything else, constant expressions included, does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tier {
    /// The interpreter.
    #[default]
    Interp,
    /// Machine code.
    #[cfg(feature = "jit")]
    Jit,
}

/// When functions are compiled to machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compile {
    /// Each when it is first called: the shortest way to a start function.
    #[default]
    Lazy,
    /// All with the module, on all processors: for long runs.
    Eager,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            features: default_features(),
            limits: Limits::default(),
            tier: Tier::default(),
            compile: Compile::default(),
            trace_exports: false,
        }
    }
}

/// Every proposal that the engine can run; of the [`Config::features`] only these count.
pub fn supported_features() -> Features {
    default_features().union(Features::COMPACT_IMPORTS)
}

/// WebAssembly 3.0, relaxed SIMD, threads, custom page sizes, wide arithmetic and [`component_features`].
pub fn default_features() -> Features {
    component_features()
        | Features::WASM3
        | Features::THREADS
        | Features::CUSTOM_PAGE_SIZES
        | Features::WIDE_ARITHMETIC
        | Features::RELAXED_SIMD
}

/// The Component Model with its gated features (Explainer.md, *Gated Features*) but for names of nested packages (🪺),
/// `versionsuffix` attributes (🔗), which wasmparser validates by halves, and shared-everything threads (🧵②).
pub fn component_features() -> Features {
    Features::COMPONENT_MODEL
        | Features::CM_VALUES
        | Features::CM_ASYNC
        | Features::CM_ASYNC_STACKFUL
        | Features::CM_MORE_ASYNC_BUILTINS
        | Features::CM_THREADING
        | Features::CM_ERROR_CONTEXT
        | Features::CM_FIXED_LENGTH_LISTS
        | Features::CM_MAP
        | Features::CM_IMPLEMENTS
        | Features::CM64
}

/// The limits of one store. Reaching one is [`Fault::Exhausted`](crate::Fault::Exhausted), or a failed `grow` where the
/// specification gives one, and never a panic or an abort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fuel of the store: one unit for each function entered, each backward branch taken, each KiB that a bulk instruction
    /// moves, and each KiB of a string or 128 values that cross the boundary of a component. `None` is unlimited.
    pub fuel: Option<u64>,
    /// Greatest number of nested calls. Tail calls and calls of host functions do not count.
    pub call_depth: u32,
    /// Greatest size of the value stack, in slots of 64 bits, of which a vector takes two. Compiled code has no such stack, and
    /// counts the slots that its frames would have there.
    pub stack_slots: u32,
    /// How much of the machine's stack compiled code takes, in bytes: besides the two limits above, which bind both tiers.
    /// Small frames are some 50 bytes, and no frame is larger than its slots by much. The default suits threads of 2 MiB, where
    /// recursion may run into this limit before the others, which is a difference between the tiers; 32 MiB are enough for the
    /// other defaults, on threads with a stack that is larger by some MiB.
    pub native_stack_bytes: usize,
    /// Greatest size of all memories together, in bytes.
    pub memory_bytes: u64,
    /// Greatest size of all tables and all element segments that were not dropped, in elements.
    pub table_elements: u64,
    /// Greatest size of the garbage-collected heap, in bytes.
    pub heap_bytes: u64,
    /// Greatest number of instances in a store.
    pub instances: u32,
    /// Greatest nesting of host functions that call back into WebAssembly.
    pub host_depth: u32,
    /// Greatest number of threads of component tasks that have started and not ended, each with a stack of its own.
    pub fibers: u32,
    /// The size of each of those stacks, in bytes, beside a reserve for host functions. Memory is taken as far as a stack
    /// is used.
    pub fiber_stack_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            fuel: None,
            call_depth: 20_000,
            stack_slots: 1 << 20,
            native_stack_bytes: 1 << 20,
            memory_bytes: 4 << 30,
            table_elements: 10_000_000,
            heap_bytes: 1 << 30,
            instances: 100_000,
            host_depth: 100,
            fibers: 1_000,
            fiber_stack_bytes: 1 << 20,
        }
    }
}

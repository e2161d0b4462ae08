//! The switch: one reading for each rule of starting that the ABI leaves open or that runtimes disagree about.

/// How programs are started where there is a choice. The defaults are the ABI's words where it has some, and otherwise
/// what most programs can live with; a trace tells each time that a choice mattered (`Event::RuleApplied`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StartRules {
    /// P1-KIND-03: both `_start` and `_initialize`.
    pub both_entries: BothEntries,
    /// P1-KIND-05: the main program has neither.
    pub no_entry: NoEntry,
    /// P1-KIND-06: `_start` is not a function without parameters and results.
    pub wrong_start: WrongEntry,
    /// P1-KIND-07: `_initialize` is not a function without parameters and results.
    pub wrong_initialize: WrongEntry,
    /// P1-KIND-08: a module that imports no function of WASI.
    pub without_wasi: WithoutWasi,
    /// P1-CMD-03 and P1-REA-01: an entry is to be called again.
    pub second_call: SecondCall,
    /// P1-CMD-09: a command is linked as a library.
    pub command_as_library: CommandAsLibrary,
    /// P1-CMD-11: an export whose name is empty.
    pub default_export: DefaultExport,
    /// P1-ENV-02: the module has no export `memory` and needs one.
    pub missing_memory: MissingMemory,
    /// P1-ENV-07: a call from the core start section.
    pub wasi_in_start: WasiInStart,
}

/// P1-KIND-03.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BothEntries {
    /// An error, and neither runs: what the ABI asks for.
    #[default]
    Reject,
    /// `_initialize`, then `_start`.
    InitializeThenStart,
    /// A command; `_initialize` is not called.
    StartWins,
}

/// P1-KIND-05.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoEntry {
    /// The instantiation is all there is to run; it succeeds.
    #[default]
    Succeed,
    /// An error, before anything has run.
    Reject,
}

/// P1-KIND-06 and P1-KIND-07.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WrongEntry {
    /// An error, before anything has run.
    #[default]
    Reject,
    /// An export like any other.
    Ignore,
}

/// P1-KIND-08.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WithoutWasi {
    /// The entries mean the same.
    #[default]
    Apply,
    /// They are exports like any others.
    Ignore,
}

/// P1-CMD-03 and P1-REA-01.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SecondCall {
    /// An error, and nothing runs.
    #[default]
    Reject,
    /// It is made all the same, as a script that knows better may want.
    Allow,
}

/// P1-CMD-09.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CommandAsLibrary {
    /// Each call of an export gets a fresh instance, start section included (P1-CMD-10).
    #[default]
    FreshInstance,
    /// An error, before anything has run.
    Reject,
}

/// P1-CMD-11.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DefaultExport {
    /// It means nothing: the ABI knows `_start` only.
    #[default]
    StartOnly,
    /// It is run in place of `_start`.
    EmptyNameFirst,
}

/// P1-ENV-02.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MissingMemory {
    /// The call that needs it traps.
    #[default]
    TrapAtCall,
    /// An error, before anything has run.
    Reject,
}

/// P1-ENV-07.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WasiInStart {
    /// It is served as any other.
    #[default]
    Allowed,
    /// It traps if it needs memory, which a host that waits for the exports cannot reach yet.
    Trap,
}

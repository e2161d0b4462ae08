//! Engines with one bug each: the proof that the suite bites.
//!
//! A mutant is this engine with one switch of the [table](MUTANTS) on. The switches exist in builds with the feature
//! `mutants` alone; without it every switch is the constant `false`, and nothing is left of them. Where the bug is a matter of order,
//! of repetition or of what a failure leaves, it stands in a file beside this one, not among the steps that it breaks.

#[cfg(feature = "component")]
mod component;
mod core;
mod end;
#[cfg(any(feature = "component", feature = "wasi"))]
mod once;
#[cfg(feature = "wasi")]
mod wasi;

#[cfg(feature = "component")]
pub(crate) use self::component::{component_end, component_start_end, swaps, take_back};
pub(crate) use self::core::{
    Write, drops, init_each_entry, matches, module_value, offset, order, plan, postponed, postpones, write,
};
pub(crate) use self::end::{after, before, before_call, imports};

#[cfg(feature = "mutants")]
pub(crate) use self::end::State;
#[cfg(any(feature = "component", feature = "wasi"))]
pub(crate) use self::once::Once;
#[cfg(all(feature = "wasi", feature = "component"))]
pub(crate) use self::wasi::run_end;
#[cfg(feature = "wasi")]
pub(crate) use self::wasi::{command_end, hold_start, initialize_end, leaves_out_initialize};
#[cfg(feature = "mutants")]
use std::sync::atomic::{AtomicUsize, Ordering};

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its name, which never changes.
    pub id: &'static str,
    /// What this engine does, in a sentence.
    pub what: &'static str,
    /// The historical bug that it is, by its name in the catalogue of bugs; none if it is one of a systematic series.
    pub bug: Option<&'static str>,
}

macro_rules! mutants {
    ($($(#[doc = $chapter:literal])? $name:ident $id:literal $($bug:literal)? = $what:literal;)*) => {
        /// The switches.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the table says what each does")]
        pub enum Mutant { $($name),* }

        /// Every mutant, in the order of the steps that they break.
        pub const MUTANTS: &[About] = &[$(About { id: $id, what: $what, bug: bug!($($bug)?) }),*];
    };
}

macro_rules! bug {
    () => {
        None
    };
    ($bug:literal) => {
        Some($bug)
    };
}

mutants! {
    // Imports.
    ImportFuncUnchecked "import-func-unchecked" = "An imported function may have any type.";
    ImportTableUnchecked "import-table-unchecked" = "An imported table may have any limits and element type.";
    ImportMemoryUnchecked "import-memory-unchecked" = "An imported memory may have any limits.";
    ImportGlobalUnchecked "import-global-unchecked" = "An imported global may have any type.";
    ImportTagUnchecked "import-tag-unchecked" = "An imported tag may have any type.";
    ImportExact "import-exact" "GLOBAL-SUBTYPE" = "An import is refused unless its type is exactly the declared one.";
    ImportsReversed "imports-reversed" = "Imports are matched from the last to the first.";
    LinkCheckLate "link-check-late" = "Whether the imports match is found out when the instantiation is complete.";
    ImportGlobalCopied "import-global-copied" = "An imported global is a copy.";
    ImportMemoryCopied "import-memory-copied" = "An imported memory is a copy.";
    ImportTableCopied "import-table-copied" = "An imported table is a copy.";
    // The values of definitions.
    GlobalZero "global-zero" = "Globals begin with zero or null, whatever their initialisers say.";
    TableNull "table-null" = "Tables begin with null, whatever their initial elements say.";
    TableInitPerEntry "table-init-per-entry" = "The initial element of a table is evaluated for each of its entries.";
    ElemNullBecomesFunc "elem-null-becomes-func" "NULL-ELEM" = "A null item of an element segment becomes function 0.";
    ElemItemsNull "elem-items-null" = "Items of element segments that are expressions become null.";
    ElemI31Wrong "elem-i31-wrong" "ELEM-I31" = "An i31 item of an element segment loses its lowest bit.";
    MemoryNotZero "memory-not-zero" "POOL-DATA-LEAK" = "A new memory holds what an earlier one held.";
    TagsShared "tags-shared" = "Instances share a tag if its type is the same.";
    // The steps, in another order.
    SwapGlobalsTables "swap-globals-tables" = "Initial elements of tables are evaluated before globals.";
    SwapTablesElems "swap-tables-elems" = "Element items are evaluated before initial elements of tables.";
    SwapElemsAllocation "swap-elems-allocation" = "The instance is allocated before element items are evaluated.";
    SwapAllocationRunElems "swap-allocation-run-elems" = "Element segments are written before the instance is allocated.";
    SwapRunElemsRunDatas "swap-elems-datas" = "Data segments are written before element segments.";
    SwapRunDatasStart "swap-datas-start" = "The start function runs before data segments are written.";
    StartFirst "start-first" = "The start function runs before any segment is written.";
    ElemsReversed "elems-reversed" = "Element segments are written from the last to the first.";
    DatasReversed "datas-reversed" = "Data segments are written from the last to the first.";
    DoneBeforeStart "done-before-start" = "The instantiation is complete before the start function runs.";
    // The steps, left out or done twice.
    SkipRunElems "skip-elems" = "Active element segments are not written.";
    SkipRunDatas "skip-datas" = "Active data segments are not written.";
    SkipStart "skip-start" "START-NEVER" = "The start function is not run.";
    SkipImportedStart "skip-imported-start" = "A start function that is imported is not run.";
    StartDeferred "start-deferred" "START-DEFERRED" = "The start function runs at the first call of an export.";
    StartClobbersArgs "start-clobbers-args" "START-CLOBBERS-ARGS" = "The start function runs at the first call of an export, and overwrites its arguments.";
    SkipDone "skip-done" = "The instantiation is never complete.";
    ElemLazyImported "elem-lazy-imported" "LAZY-ELEM-IMPORTED-TABLE" = "Elements of an imported table are written at the next call, if the instantiation succeeded.";
    TableHang "table-hang" "TABLE-BASED-HANG" = "The instantiation of a module with a table and element segments never ends.";
    TwiceGlobals "twice-globals" = "The step that evaluates globals is done twice.";
    TwiceTables "twice-tables" = "The step that evaluates initial elements of tables is done twice.";
    TwiceElemItems "twice-elem-items" = "The step that evaluates element items is done twice.";
    TwiceAllocation "twice-allocation" = "The step that allocates the instance is done twice.";
    TwiceDone "twice-done" = "The instantiation is complete twice.";
    TwiceDrops "twice-drops" = "A segment that the instantiation drops is dropped twice.";
    ExportStartCalled "export-start-called" = "An export called `start` or `main` is called as a start function.";
    TwiceRunElems "twice-elems" = "The step that writes element segments is done twice.";
    TwiceRunDatas "twice-datas" = "The step that writes data segments is done twice.";
    TwiceStart "twice-start" "START-TWICE" = "The start function runs twice.";
    StartSilent "start-silent" "START-SKIPS-HOOKS" = "Nobody is told that the start function is entered and left.";
    StartUnlimited "start-unlimited" "START-UNINTERRUPTIBLE" = "What stops every other call does not stop the start function.";
    // Segments.
    OffsetTruncated "offset-truncated" "OFFSET-TRUNCATED" = "A 64-bit offset is cut to 32 bits.";
    OffsetSigned "offset-signed" = "A 32-bit offset is taken as a signed number.";
    OffsetZero "offset-zero" = "Every segment is written at offset 0.";
    ElemDroppedFirst "elem-dropped-first" = "An active element segment is dropped before it is written.";
    DataDroppedFirst "data-dropped-first" = "An active data segment is dropped before it is written.";
    DataBoundsUpFront "data-bounds-up-front" "MVP-ALL-OR-NOTHING" = "All data segments are checked before the first is written.";
    ElemBoundsUpFront "elem-bounds-up-front" = "All element segments are checked before the first is written.";
    AllBoundsUpFront "all-bounds-up-front" = "All segments of both kinds are checked before the first is written.";
    ElemOutOfBoundsUnlinkable "elem-oob-unlinkable" "ACTIVE-ELEM-BEFORE-OOB-LOST" = "An element segment out of bounds is a link error.";
    DataOutOfBoundsUnlinkable "data-oob-unlinkable" = "A data segment out of bounds is a link error.";
    ElemOutOfBoundsIgnored "elem-oob-ignored" = "An element segment out of bounds is passed over.";
    DataOutOfBoundsIgnored "data-oob-ignored" = "A data segment out of bounds is passed over.";
    EmptyElemAccepted "empty-elem-accepted" = "An empty element segment beyond the end is accepted.";
    EmptyDataAccepted "empty-data-accepted" "EMPTY-OOB-SEGMENT-ACCEPTED" = "An empty data segment beyond the end is accepted.";
    ElemAtEndRefused "elem-at-end-refused" = "An element segment that ends at the end of its table is refused.";
    DataAtEndRefused "data-at-end-refused" "DATA-AT-END" = "A data segment that ends at the end of its memory is refused.";
    ElemPartial "elem-partial" = "An element segment out of bounds is written as far as it fits.";
    DataPartial "data-partial" = "A data segment out of bounds is written as far as it fits.";
    ElemToFirstTable "elem-to-first-table" = "Element segments are written to table 0.";
    DataToFirstMemory "data-to-first-memory" = "Data segments are written to memory 0.";
    ElemKept "elem-kept" = "An active element segment is not dropped.";
    DataKept "data-kept" "DROPPED-ACTIVE-USABLE" = "An active data segment is not dropped.";
    ElemDropsLast "elem-drops-last" = "Active element segments are dropped only when all of them are written.";
    DataDropsLast "data-drops-last" = "Active data segments are dropped only when all of them are written.";
    ElemTrapDrops "elem-trap-drops" = "An element segment out of bounds is dropped before the trap.";
    DataTrapDrops "data-trap-drops" = "A data segment out of bounds is dropped before the trap.";
    DeclarativeKept "declarative-kept" = "A declarative element segment is not dropped.";
    PassiveElemDropped "passive-elem-dropped" = "A passive element segment is dropped with the others.";
    PassiveDataDropped "passive-data-dropped" = "A passive data segment is dropped with the others.";
    // What a failure leaves, and what it is called.
    RollbackMemories "rollback-memories" = "A failed instantiation takes back what it wrote to memories.";
    RollbackTables "rollback-tables" = "A failed instantiation takes back what it wrote to tables.";
    RollbackGlobals "rollback-globals" = "A failed instantiation takes back what it wrote to globals.";
    RollbackDrops "rollback-drops" = "A failed instantiation takes back that it dropped segments.";
    RollbackOnThrow "rollback-on-throw" = "An instantiation that ends in an exception takes back what it wrote.";
    FailedInstanceDrop "failed-instance-drop" "FAILED-INSTANCE-DROP" = "An instantiation that fails in a segment breaks the engine down.";
    LeakedFuncsRemoved "leaked-funcs-removed" "LEAKED-FUNC-DANGLES" = "Functions of a failed instance are taken out of every table.";
    StartTrapUnlinkable "start-trap-unlinkable" "WRONG-ERROR-CLASS" = "A trap of the start function is a link error.";
    StartTrapIgnored "start-trap-ignored" = "A trap of the start function is ignored.";
    StartThrowTrap "start-throw-trap" = "An exception that leaves the start function is a trap.";
    StartThrowIgnored "start-throw-ignored" = "An exception that leaves the start function is ignored.";
    LinkErrorTrap "link-error-trap" = "A link error is a trap.";
    ElemOutOfBoundsRenamed "elem-oob-renamed" = "An element segment out of bounds has the code of an access to a memory.";
    DataOutOfBoundsRenamed "data-oob-renamed" = "A data segment out of bounds has the code of an access to a table.";
    SegmentTrapExhausted "segment-trap-exhausted" = "A trap of a segment is exhaustion.";
    StartCodeLost "start-code-lost" = "Every trap of the start function has the code of `unreachable`.";
    StartTrapExhausted "start-trap-exhausted" = "A trap of the start function is exhaustion.";
    StartThrowExhausted "start-throw-exhausted" = "An exception that leaves the start function is exhaustion.";
    InitialiseIsStart "initialise-is-start" = "A trap of a segment is told as one of the start function.";
    StartIsInitialise "start-is-initialise" = "A trap of the start function is told as one of a segment.";
    ExhaustionTrap "exhaustion-trap" = "Exhaustion is a trap.";
    StaleTrap "stale-trap" "TRAP-POINTER-KEPT" = "After a failed instantiation the next one fails in the same way.";
    // Definitions of components.
    ComponentStartSkipped "component-start-skipped" "COMPONENT-START-PANIC" = "A component's start definition without results is not executed.";
    ComponentStartTwice "component-start-twice" = "A component's start definition is executed twice.";
    ComponentStartsLast "component-starts-last" = "Start definitions without results are executed behind all other definitions.";
    SwapCoreCore "swap-core-core" = "Of two core instances in a row, the second is made first, unless it needs the first.";
    SwapCoreChild "swap-core-child" = "A component instance that follows a core instance is made before it.";
    SwapChildCore "swap-child-core" = "A core instance that follows a component instance is made before it.";
    SwapChildChild "swap-child-child" = "Of two component instances in a row, the second is made first, unless it needs the first.";
    SwapCoreStart "swap-core-start" = "A start definition that follows a core instance is executed before it.";
    SwapStartCore "swap-start-core" = "A core instance that follows a start definition is made before it.";
    SwapChildStart "swap-child-start" = "A start definition that follows a component instance is executed before it.";
    SwapStartChild "swap-start-child" = "A component instance that follows a start definition is made before it.";
    SwapStartStart "swap-start-start" = "Of two start definitions in a row, the second is executed first.";
    CoreInstanceTwice "core-instance-twice" = "A component makes each core instance twice, and uses the second.";
    ChildTwice "child-twice" = "A component makes each component instance twice, and uses the second.";
    ComponentTrapUnlinkable "component-trap-unlinkable" = "A trap that fails a component is a link error.";
    ComponentTrapRenamed "component-trap-renamed" = "A trap that fails a component has the code of `unreachable`.";
    ComponentStartTrapIgnored "component-start-trap-ignored" = "A trap of a start definition without results is ignored.";
    ComponentRollback "component-rollback" = "A component that fails takes back what it wrote to memories, tables and globals.";
    TrampolineBeforeInit "trampoline-before-init" "TRAMPOLINE-BEFORE-INIT" = "A core start function that calls what its component imports traps.";
    CoreInstanceShared "core-instance-shared" = "A component instantiates each core module once, however often it is written.";
    ChildShared "child-shared" = "A component instantiates each component once, however often it is written.";
    CoreThrowEscapes "core-throw-escapes" = "An exception of a core start function leaves the component as an exception.";
    DefinitionsAfterTrap "definitions-after-trap" = "The definitions behind one that trapped are executed all the same.";
    ModuleDefinitionRuns "module-definition-runs" = "The definition of a core module without imports instantiates it.";
    SuperfluousRefused "superfluous-refused" = "An argument that a core module does not import is a link error.";
    LockSkipped "lock-skipped" "TRAP-LOCKS-INSTANCE" = "A component whose initialisation failed is not locked.";
    CallLockSkipped "call-lock-skipped" = "A component instance in which a call trapped may be entered again.";
    EnterNever "enter-never" "REENTRANCE-TOO-STRICT" = "A component instance may not be entered when its initialisation is complete.";
    // Resources.
    DtorIgnored "dtor-ignored" = "Destructors are not called.";
    DtorTwice "dtor-twice" = "Destructors are called twice.";
    DtorTrapIgnored "dtor-trap-ignored" = "A trap of a destructor is ignored.";
    LendKept "lend-kept" = "A handle that was lent stays so when the call is over.";
    ResourceTypesShared "resource-types-shared" = "Resource types of the same name are the same type.";
    BorrowDropDestroys "borrow-drop-destroys" = "Dropping a borrow calls the destructor.";
    LendNotCounted "lend-not-counted" = "A handle that is lent may be dropped.";
    BorrowNotCounted "borrow-not-counted" = "A task may return while it holds borrows.";
    OwnLiftKeeps "own-lift-keeps" = "A handle that was given away stays in the table.";
    RepOfBorrowHandle "rep-of-borrow-handle" = "The implementer of a resource gets a handle for a borrow, and not the representation.";
    HandleNotReused "handle-not-reused" = "Handle indices are not used again.";
    HandleReuseFirst "handle-reuse-first" = "The handle index that was freed first is used again first.";
    HandlesBeginAtTwo "handles-begin-at-two" = "The first handle of a component instance is 2.";
    // The canonical ABI.
    PostReturnSkipped "post-return-skipped" = "Post-return functions are not called.";
    PostReturnEarly "post-return-early" = "Post-return functions are called before the results are lifted.";
    PostReturnTwice "post-return-twice" = "Post-return functions are called twice.";
    PostReturnTrapIgnored "post-return-trap-ignored" = "A trap of a post-return function is ignored.";
    ReallocTwice "realloc-twice" = "Allocation functions are called twice, and the second result is taken.";
    PostReturnMayLeave "post-return-may-leave" = "A post-return function may call imports.";
    ReallocMayLeave "realloc-may-leave" "CTORS-IN-REALLOC" = "Allocation functions may call imports.";
    ReallocOnCallersThread "realloc-on-callers-thread" = "An allocation function runs on the thread that brought it about.";
    SpareCannotLeave "spare-cannot-leave" = "No trap where an instance may not be left.";
    SpareCannotEnter "spare-cannot-enter" = "No trap where an instance may not be entered.";
    SpareInvalidPointer "spare-invalid-pointer" = "No trap for a pointer that is out of bounds or badly aligned.";
    SpareInvalidValue "spare-invalid-value" = "No trap for a discriminant outside its type.";
    SpareInvalidHandle "spare-invalid-handle" = "No trap for a handle that cannot be used as it is.";
    SpareCanonicalAbi "spare-canonical-abi" = "No trap for any other condition of the canonical ABI.";
    AbiTrapRenamed "abi-trap-renamed" = "Every trap of the canonical ABI has the code of `unreachable`.";
    // Programs of WASI preview 1.
    P1StartByInstantiation "p1-start-by-instantiation" "COMMAND-RUN-BY-INSTANTIATE" = "Instantiating a command runs it.";
    P1StartSkipped "p1-start-skipped" = "A command's `_start` is not called.";
    P1StartTwice "p1-start-twice" = "A command's `_start` is called twice.";
    P1InitializeSkipped "p1-initialize-skipped" "NO-INITIALIZE" = "A reactor's `_initialize` is not called.";
    P1InitializeTwice "p1-initialize-twice" "INITIALIZE-TWICE" = "A reactor's `_initialize` is called twice.";
    P1InitializePerCall "p1-initialize-per-call" "CTORS-PER-CALL" = "A reactor's `_initialize` is called again before each export.";
    P1InitializeLate "p1-initialize-late" "EXPORT-BEFORE-INIT" = "A reactor's `_initialize` is called after its export.";
    P1InitializeBeforeStart "p1-initialize-before-start" = "A reactor's `_initialize` is called before its start section.";
    P1InitializeSelectable "p1-initialize-selectable" = "The user may select `_initialize`, which is called once more.";
    P1LibraryNotInitialized "p1-library-not-initialized" = "The `_initialize` of a library is not called.";
    P1InitializeRequired "p1-initialize-required" "INITIALIZE-REQUIRED" = "A library without `_initialize` is refused.";
    P1SecondCallAllowed "p1-second-call-allowed" = "A program may be entered again.";
    P1InitializeTrapIgnored "p1-initialize-trap-ignored" = "A trap of `_initialize` is ignored.";
    P1InitializeTrapRefuses "p1-initialize-trap-refuses" = "A trap of `_initialize` is a refusal of the module.";
    P1InitializeExitIgnored "p1-initialize-exit-ignored" = "`proc_exit` in `_initialize` does not end the program.";
    P1BothEntries "p1-both-entries" "BOTH-ENTRIES" = "A module with both entries is initialised and then run.";
    P1PreloadedCommandRuns "p1-preloaded-command-runs" = "A command that is linked as a library is run once.";
    P1StartTrapIgnored "p1-start-trap-ignored" = "A trap of a command's `_start` is exit code 0.";
    P1StartTrapExit "p1-start-trap-exit" = "A trap of a command's `_start` is exit code 1.";
    P1ExitReturns "p1-exit-returns" = "`proc_exit` returns to its caller.";
    P1ThreadInitializes "p1-thread-initializes" "START-PER-THREAD" = "`_initialize` is called again in each thread.";
    P1ThreadStartSkipped "p1-thread-start-skipped" = "The start section is not run in threads.";
    P1ExitIgnored "p1-exit-ignored" = "The exit code is always 0.";
    P1ExitTrap "p1-exit-trap" = "`proc_exit` is a trap.";
    P1ReturnFails "p1-return-fails" = "A command that returns has the exit code 1.";
    P1CommandInstanceShared "p1-command-instance-shared" = "All calls of a command that is linked as a library have one instance.";
    // Programs of WASI 0.2.
    P2RunByInstantiation "p2-run-by-instantiation" = "Instantiating a component that exports `run` runs it.";
    P2RunSkipped "p2-run-skipped" = "`run` is not called.";
    P2RunTwice "p2-run-twice" = "`run` is called twice.";
    P2RunErrorIgnored "p2-run-error-ignored" = "A program whose `run` returns an error has the exit code 0.";
    P2ExitIgnored "p2-exit-ignored" = "A program that calls `exit` has the exit code 0.";
    P2ExitTrap "p2-exit-trap" = "`exit` is a trap.";
    P2RunOkFails "p2-run-ok-fails" = "A program whose `run` returns ok has the exit code 1.";
    P2TrapExit "p2-trap-exit" = "A trap of `run` is exit code 1.";
}

/// The mutant that runs: its place in the table, counted from 1; 0 is the engine as it should be.
#[cfg(feature = "mutants")]
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Makes every engine of this process the mutant `id`, from now on.
///
/// # Errors
/// There is no such mutant, or this build has none.
pub fn activate(id: &str) -> Result<(), UnknownMutant> {
    #[cfg(feature = "mutants")]
    if let Some(index) = MUTANTS.iter().position(|mutant| mutant.id == id) {
        ACTIVE.store(index + 1, Ordering::Relaxed);
        return Ok(());
    }
    Err(UnknownMutant(id.to_owned()))
}

/// A mutant that this build does not have.
#[derive(Debug, thiserror::Error)]
#[error("there is no mutant {0:?} in this build; the feature `mutants` has those of the table")]
pub struct UnknownMutant(String);

/// Whether the mutant does not trap where the canonical ABI says so with this code.
#[cfg(feature = "component")]
pub(crate) fn spares(code: crate::trace::TrapCode) -> bool {
    use crate::trace::TrapCode::*;
    on(match code {
        CannotLeave => Mutant::SpareCannotLeave,
        CannotEnter => Mutant::SpareCannotEnter,
        InvalidPointer => Mutant::SpareInvalidPointer,
        InvalidValue => Mutant::SpareInvalidValue,
        InvalidHandle => Mutant::SpareInvalidHandle,
        CanonicalAbi => Mutant::SpareCanonicalAbi,
        _ => return false,
    })
}

/// Whether the engine is this mutant.
#[inline(always)]
pub(crate) fn on(_mutant: Mutant) -> bool {
    #[cfg(feature = "mutants")]
    return ACTIVE.load(Ordering::Relaxed) == _mutant as usize + 1;
    #[cfg(not(feature = "mutants"))]
    false
}

/// Whether any mutant is on.
#[cfg(feature = "component")]
pub(crate) fn is_any_on() -> bool {
    #[cfg(feature = "mutants")]
    return ACTIVE.load(Ordering::Relaxed) != 0;
    #[cfg(not(feature = "mutants"))]
    false
}

#[cfg(test)]
mod tests {
    use super::MUTANTS;
    use std::collections::HashSet;

    #[test]
    fn ids_and_sentences_are_unique() {
        let ids: HashSet<_> = MUTANTS.iter().map(|mutant| mutant.id).collect();
        let sentences: HashSet<_> = MUTANTS.iter().map(|mutant| mutant.what).collect();
        assert_eq!((ids.len(), sentences.len()), (MUTANTS.len(), MUTANTS.len()));
    }
}

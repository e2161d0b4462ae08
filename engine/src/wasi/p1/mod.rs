//! `wasi_snapshot_preview1`: every function of it, one file per family; and its older [`Snapshot`].
//!
//! Pointers are relative to the caller's exported `memory`. Arguments outside their type (an unknown flag or enumerator)
//! are `inval`, strings that are no UTF-8 `ilseq`. A pointer that is misaligned or out of bounds traps with
//! [`TrapCode::InvalidPointer`](crate::trace::TrapCode::InvalidPointer), as the ABI's text asks for. Bytes that move cost
//! fuel as those of a bulk instruction do.

mod args;
mod call;
mod clock;
mod errno;
mod fd;
mod fd_dir;
mod fd_io;
mod path;
mod poll;
mod process;
mod snapshot;
mod sock;
mod table;
mod types;

pub use errno::Errno;
pub use snapshot::Snapshot;

use super::{rules::StartRules, world::World};
use crate::{
    Caller, Extern, Linker, Store, Val,
    error::Fault,
    runtime::{FuncAddr, InstanceAddr},
    syntax::{FuncType, ValType},
};
use call::Call;
use errno::{Done, Failure};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet, hash_map::Entry},
    rc::Rc,
};
use table::Table;
use types::rights::*;

/// The module name of all imports of today's programs.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// What serves the calls of one program: all its modules share the descriptors (rule P1-ENV-09).
#[derive(Debug)]
struct Preview1State {
    world: Rc<RefCell<World>>,
    table: Table,
    rules: StartRules,
    /// Instances of which the trace has told that they call from their start section.
    told: HashSet<InstanceAddr>,
}

/// One function of the interface.
struct Function {
    name: &'static str,
    /// Parameters: `i` for 32 bits, `I` for 64.
    params: &'static str,
    /// The alignment of what each parameter points to, in bytes; `.` for numbers, and for pointers to bytes.
    aligned: &'static str,
    /// Whether it has to reach the caller's memory.
    needs_memory: bool,
    /// Parameters that are descriptors, and the rights that each of them must have.
    rights: [(usize, u64); 2],
    serve: fn(&mut Call<'_, '_>) -> Done,
}

const fn function(
    name: &'static str,
    params: &'static str,
    aligned: &'static str,
    serve: fn(&mut Call<'_, '_>) -> Done,
) -> Function {
    Function { name, params, aligned, needs_memory: true, rights: [(0, 0); 2], serve }
}

const fn without_memory(name: &'static str, params: &'static str, serve: fn(&mut Call<'_, '_>) -> Done) -> Function {
    Function { name, params, aligned: "", needs_memory: false, rights: [(0, 0); 2], serve }
}

impl Function {
    /// The descriptor in parameter `index` must have these rights.
    const fn on(mut self, index: usize, rights: u64) -> Function {
        self.rights = [(index, rights), self.rights[0]];
        self
    }
}

/// The interface, in the order of its definition.
static FUNCTIONS: [Function; 46] = [
    function("args_get", "ii", "4.", args::args_get),
    function("args_sizes_get", "ii", "44", args::args_sizes_get),
    function("environ_get", "ii", "4.", args::environ_get),
    function("environ_sizes_get", "ii", "44", args::environ_sizes_get),
    function("clock_res_get", "ii", ".8", clock::clock_res_get),
    function("clock_time_get", "iIi", "..8", clock::clock_time_get),
    without_memory("fd_advise", "iIIi", fd::fd_advise).on(0, FD_ADVISE),
    without_memory("fd_allocate", "iII", fd::fd_allocate).on(0, FD_ALLOCATE),
    without_memory("fd_close", "i", fd::fd_close),
    without_memory("fd_datasync", "i", fd::fd_datasync).on(0, FD_DATASYNC),
    function("fd_fdstat_get", "ii", ".8", fd::fd_fdstat_get),
    without_memory("fd_fdstat_set_flags", "ii", fd::fd_fdstat_set_flags).on(0, FD_FDSTAT_SET_FLAGS),
    without_memory("fd_fdstat_set_rights", "iII", fd::fd_fdstat_set_rights),
    function("fd_filestat_get", "ii", ".8", fd::fd_filestat_get).on(0, FD_FILESTAT_GET),
    without_memory("fd_filestat_set_size", "iI", fd::fd_filestat_set_size).on(0, FD_FILESTAT_SET_SIZE),
    without_memory("fd_filestat_set_times", "iIIi", fd::fd_filestat_set_times).on(0, FD_FILESTAT_SET_TIMES),
    function("fd_pread", "iiiIi", ".4..4", fd_io::fd_pread).on(0, FD_READ | FD_SEEK),
    function("fd_prestat_get", "ii", ".4", fd_dir::fd_prestat_get),
    function("fd_prestat_dir_name", "iii", "...", fd_dir::fd_prestat_dir_name),
    function("fd_pwrite", "iiiIi", ".4..4", fd_io::fd_pwrite).on(0, FD_WRITE | FD_SEEK),
    function("fd_read", "iiii", ".4.4", fd_io::fd_read).on(0, FD_READ),
    function("fd_readdir", "iiiIi", "....4", fd_dir::fd_readdir).on(0, FD_READDIR),
    without_memory("fd_renumber", "ii", fd::fd_renumber),
    function("fd_seek", "iIii", "...8", fd_io::fd_seek),
    without_memory("fd_sync", "i", fd::fd_sync).on(0, FD_SYNC),
    function("fd_tell", "ii", ".8", fd_io::fd_tell),
    function("fd_write", "iiii", ".4.4", fd_io::fd_write).on(0, FD_WRITE),
    function("path_create_directory", "iii", "...", path::path_create_directory).on(0, PATH_CREATE_DIRECTORY),
    function("path_filestat_get", "iiiii", "....8", path::path_filestat_get).on(0, PATH_FILESTAT_GET),
    function("path_filestat_set_times", "iiiiIIi", ".......", path::path_filestat_set_times)
        .on(0, PATH_FILESTAT_SET_TIMES),
    function("path_link", "iiiiiii", ".......", path::path_link).on(0, PATH_LINK_SOURCE).on(4, PATH_LINK_TARGET),
    function("path_open", "iiiiiIIii", "........4", path::path_open).on(0, PATH_OPEN),
    function("path_readlink", "iiiiii", ".....4", path::path_readlink).on(0, PATH_READLINK),
    function("path_remove_directory", "iii", "...", path::path_remove_directory).on(0, PATH_REMOVE_DIRECTORY),
    function("path_rename", "iiiiii", "......", path::path_rename).on(0, PATH_RENAME_SOURCE).on(3, PATH_RENAME_TARGET),
    function("path_symlink", "iiiii", ".....", path::path_symlink).on(2, PATH_SYMLINK),
    function("path_unlink_file", "iii", "...", path::path_unlink_file).on(0, PATH_UNLINK_FILE),
    function("poll_oneoff", "iiii", "88.4", poll::poll_oneoff),
    without_memory("proc_exit", "i", process::proc_exit),
    without_memory("proc_raise", "i", process::proc_raise),
    without_memory("sched_yield", "", process::sched_yield),
    function("random_get", "ii", "..", process::random_get),
    function("sock_accept", "iii", "..4", sock::sock_accept).on(0, SOCK_ACCEPT),
    function("sock_recv", "iiiiii", ".4..42", sock::sock_recv).on(0, FD_READ),
    function("sock_send", "iiiii", ".4..4", sock::sock_send).on(0, FD_WRITE),
    without_memory("sock_shutdown", "ii", sock::sock_shutdown).on(0, SOCK_SHUTDOWN),
];

/// The names of all functions of a snapshot.
pub fn names(snapshot: Snapshot) -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name).filter(move |name| snapshot.has(name))
}

/// Whether the function `name` has to reach the caller's memory.
pub fn needs_memory(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name == name && function.needs_memory)
}

/// Whether imports of this module name are functions of the interface, of either snapshot.
pub fn is_module(name: &str) -> bool {
    Snapshot::of(name).is_some()
}

/// Makes all functions available under [`MODULE`], with descriptors of their own for everything that is linked with this
/// linker: 0, 1 and 2 are the streams of `world`, then come its preopened directories.
pub fn add_to_linker(linker: &mut Linker, store: &mut Store, world: Rc<RefCell<World>>) {
    add_to_linker_with(linker, store, world, StartRules::default(), &[Snapshot::Preview1]);
}

/// As [`add_to_linker`], under `rules`, and from the module names of these `snapshots`. They share the descriptors.
pub fn add_to_linker_with(
    linker: &mut Linker,
    store: &mut Store,
    world: Rc<RefCell<World>>,
    rules: StartRules,
    snapshots: &[Snapshot],
) {
    let table = Table::new(&world.borrow());
    let state = Preview1State { world, table, rules, told: HashSet::new() };
    let state = Rc::new(RefCell::new(state));
    // The first function of each type: the others share it.
    let mut types: HashMap<(&str, bool), FuncAddr> = HashMap::new();
    let with_functions = |snapshot: Snapshot| FUNCTIONS.iter().map(move |function| (snapshot, function));
    let functions = snapshots.iter().copied().flat_map(with_functions);
    for (snapshot, function) in functions.filter(|(snapshot, function)| snapshot.has(function.name)) {
        let state = state.clone();
        let yields = matches!(function.name, "sched_yield" | "poll_oneoff");
        let serve = move |caller: &mut Caller<'_>, args: &[Val], results: &mut [Val]| {
            if yields {
                // Before the state is taken: the other threads make calls, too.
                caller.store().yield_to_others()?;
            }
            let state = &mut *state.borrow_mut();
            serve(function, &mut Call { caller, state, snapshot, args }, results)
        };
        let name = [snapshot.module(), ".", function.name].concat();
        let addr = match types.entry((function.params, function.returns())) {
            Entry::Occupied(like) => store.alloc_func_like(*like.get(), name, serve),
            Entry::Vacant(first) => *first.insert(store.alloc_func(function.ty(), name, serve)),
        };
        linker.define(snapshot.module(), function.name, Extern::Func(addr));
    }
}

impl Function {
    /// Whether it gives an errno: all that come back do.
    fn returns(&self) -> bool {
        self.name != "proc_exit"
    }

    fn ty(&self) -> FuncType {
        let param = |letter| if letter == 'I' { ValType::I64 } else { ValType::I32 };
        let params: Vec<ValType> = self.params.chars().map(param).collect();
        let results: &[ValType] = if self.returns() { &[ValType::I32] } else { &[] };
        FuncType::new(params, results)
    }
}

fn serve(function: &Function, call: &mut Call<'_, '_>, results: &mut [Val]) -> Result<(), Fault> {
    let end = match function.needs_memory {
        true => call
            .check_start()
            .and_then(|()| call.check_alignment(function.aligned))
            .and_then(|()| serve_with_rights(function, call)),
        false => serve_with_rights(function, call),
    };
    let errno = match end {
        Ok(()) => Errno::Success,
        Err(Failure::Errno(errno)) => errno,
        Err(Failure::Fault(fault)) => return Err(fault),
    };
    if let Some(result) = results.first_mut() {
        *result = Val::I32(errno as i32);
    }
    Ok(())
}

fn serve_with_rights(function: &Function, call: &mut Call<'_, '_>) -> Done {
    for (index, rights) in function.rights.into_iter().filter(|(_, rights)| *rights != 0) {
        let fd = call.u32(index);
        call.table().get(fd)?.demand(rights)?;
        if function.name.starts_with("path_") {
            // Before the paths are read: where there is no directory, nobody needs them.
            call.table().dir(fd)?;
        }
    }
    (function.serve)(call)
}

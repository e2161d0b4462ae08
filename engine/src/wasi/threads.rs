//! wasi-threads: `wasi.thread-spawn`. It links, so that programs that only might spawn can run; a call of it ends the
//! program as unsupported, and not with a negative number, which the text keeps for a failure of the spawn (P1-THR-04).

use crate::{
    Extern, Linker, Store,
    error::Fault,
    syntax::{FuncType, ValType},
};

/// The module name of the import.
pub const MODULE: &str = "wasi";
/// The name of the import.
pub const SPAWN: &str = "thread-spawn";

/// Makes `thread-spawn` available.
pub fn add_to_linker(linker: &mut Linker, store: &mut Store) {
    let ty = FuncType::new([ValType::I32], [ValType::I32]);
    let spawn = store.alloc_func(ty, format!("{MODULE}.{SPAWN}"), |_, _, _| {
        Err(Fault::Unsupported(format!("{MODULE}.{SPAWN}: a second thread of the program")))
    });
    linker.define(MODULE, SPAWN, Extern::Func(spawn));
}

//! wasi-threads: `wasi.thread-spawn`, and who runs when.
//!
//! A thread is a new instance of the spawner's module with the identical imports (P1-THR-01), made by `thread-spawn` itself,
//! start section included (P1-THR-03), and entered through `wasi_thread_start` (P1-THR-02). It runs on a fiber of the same
//! store, so that one thread runs at a time and two runs are equal:
//!
//! - The spawner goes on; the new thread is last in the queue.
//! - A thread runs until it waits (`memory.atomic.wait`), yields (`sched_yield`, `poll_oneoff`), ends, or has used up its
//!   turn of 1024 units of fuel (whether fuel is limited or not). The main thread then lets every thread of the queue run once, in order; one of the others goes
//!   back to the end of the queue.
//! - `memory.atomic.notify` makes threads runnable in the order in which they came to wait; who notifies goes on.
//! - If nobody can run, time passes until the first timeout; if there is none, the program traps: [`TrapCode::CannotBlock`](crate::trace::TrapCode::CannotBlock).
//! - A trap, an exception or `proc_exit` in any thread is the end of the main thread's call and of all threads (P1-THR-06).
//! - A command's process ends when its entry returns, and all threads with it. Those that a reactor has spawned, in its start
//!   section, in `_initialize` or in any other export, live on from one call to the next, and run while one of its exports
//!   does; what ends them is the end of the store.

mod schedule;
mod spawn;

pub(crate) use schedule::Threads;
pub use spawn::{MODULE, SPAWN, START, add_to_linker, define_memories};

//! `thread` and `wait` (the threads proposal's extension of scripts): real threads of the operating system, each with a
//! store of its own. Only shared memories go from one to the other.

use super::{
    directive::{self, panic_text},
    machine::{Machine, Slot},
    recorder::Events,
    report::{DirectiveReport, Problem},
    stack,
    watchdog::Watchdog,
};
use crate::{source::Thread, trace::InstancePath};
use preflight_engine::{Extern, SharedMemory};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use wast::token::Id;

/// The threads that a script (or one of its threads) has started.
pub(super) struct Threads<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    text: &'scope str,
    watchdog: &'scope Watchdog,
    running: Vec<(String, ScopedJoinHandle<'scope, Vec<DirectiveReport>>)>,
    /// The reports of threads that have been waited for.
    pub(super) finished: Vec<DirectiveReport>,
}

impl<'scope, 'env> Threads<'scope, 'env> {
    /// No threads yet.
    pub(super) fn new(scope: &'scope Scope<'scope, 'env>, text: &'scope str, watchdog: &'scope Watchdog) -> Self {
        Threads { scope, text, watchdog, running: Vec::new(), finished: Vec::new() }
    }

    /// `thread`: starts one.
    pub(super) fn spawn(&mut self, parent: &Machine<'scope>, thread: Thread<'scope>) -> Result<(), Problem> {
        let shared = thread.shared.map(|name| Ok((name, shared_memories(parent, name)?))).transpose()?;
        let (scope, text, watchdog, options) = (self.scope, self.text, self.watchdog, parent.options);
        let name = thread.name.name().to_owned();
        let root = parent.thread_root(&name);
        let run = move || {
            let mut machine = Machine::new(options, root);
            if let Some((name, memories)) = shared {
                take_over(&mut machine, name, memories);
            }
            let mut threads = Threads::new(scope, text, watchdog);
            let unrecorded = Events::default();
            let mut reports =
                directive::run_in(&mut machine, thread.directives, text, watchdog, &mut threads, &unrecorded);
            reports.extend(threads.join_all());
            reports
        };
        let handle = Builder::new().stack_size(stack::thread_bytes(options)).spawn_scoped(self.scope, run);
        let handle = handle.map_err(|error| Problem::failed("a new thread", error.to_string()))?;
        self.running.push((name, handle));
        Ok(())
    }

    /// `wait`: waits for one.
    pub(super) fn wait(&mut self, name: &str) -> Result<(), Problem> {
        let Some(index) = self.running.iter().position(|(running, _)| running == name) else {
            return Err(Problem::failed("a thread", format!("there is no thread ${name} to wait for")));
        };
        let (_, handle) = self.running.remove(index);
        match handle.join() {
            Ok(mut reports) => {
                self.finished.append(&mut reports);
                Ok(())
            }
            // Directives catch their own panics: this is the harness.
            Err(panic) => Err(Problem::failed("no panic", format!("panic: {}", panic_text(&*panic)))),
        }
    }

    /// Waits for those that the script did not wait for, and gives all reports not taken yet.
    pub(super) fn join_all(mut self) -> Vec<DirectiveReport> {
        for (_, handle) in self.running.drain(..) {
            match handle.join() {
                Ok(mut reports) => self.finished.append(&mut reports),
                // Directives catch their own panics: this is the harness.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        self.finished
    }
}

/// The shared memories that the instance `name` exports.
fn shared_memories(machine: &Machine<'_>, name: Id<'_>) -> Result<Vec<(String, SharedMemory)>, Problem> {
    let shared = |(export, item): (String, Extern)| match item {
        Extern::Memory(memory) => Some((export, machine.store.memory(memory).shared()?)),
        _ => None,
    };
    let exports = match machine.slot(Some(name))? {
        Slot::Core(instance) => machine.store.exports(instance),
        Slot::Shared(items) => items,
        _ => return Err(Problem::failed("an instance", format!("${} is no core instance", name.name()))),
    };
    Ok(exports.into_iter().filter_map(shared).collect())
}

/// Gives the shared memories of another thread the name `name` in `machine`.
fn take_over(machine: &mut Machine<'_>, name: Id<'_>, memories: Vec<(String, SharedMemory)>) {
    let own = |(export, memory)| (export, Extern::Memory(machine.store.alloc_shared_memory(memory)));
    let items = memories.into_iter().map(own).collect();
    machine.bind(Some(name), Slot::Shared(items));
}

impl Machine<'_> {
    /// Where the instances of the thread `name` stand.
    fn thread_root(&self, name: &str) -> InstancePath {
        self.root().child(&format!("${name}"))
    }
}

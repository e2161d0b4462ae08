//! The scheduler: a queue of threads that do not run, and who waits at which address.

use crate::{
    Store,
    component::fiber::{self, Command, Fiber, Step, Yield},
    error::Fault,
    exec::Entered,
    runtime::SharedMemory,
    trace::{Resource, TrapCode},
    wasi::world::Clocks,
};
use std::collections::VecDeque;

/// The main thread, which has no id of its own.
const MAIN: i32 = 0;
/// Ids are less than this (P1-THR-05).
const ID_END: i32 = 1 << 29;
/// Units of fuel for which a thread runs while others could.
const TURN: u64 = 1024;

/// What a store has of threads.
#[derive(Default)]
pub(crate) struct Threads {
    /// What time is; `None` if no program of this store can have threads.
    clocks: Option<Clocks>,
    /// Those that do not run, in the order in which they will.
    queue: VecDeque<Thread>,
    /// Those that wait, the main one too, in order of arrival.
    waiters: Vec<Waiter>,
    /// Who runs.
    running: i32,
    /// Which thread but the main one ran last.
    last_run: i32,
    /// What is left of its turn, in units of fuel.
    turn: u64,
    /// The id of the thread spawned last.
    last: i32,
    /// How a thread has ended all of them, until the main one says it.
    fault: Option<Fault>,
    /// The thread that did.
    failed: Option<i32>,
    /// Whether all that is left is brought to an end.
    is_ending: bool,
}

/// A thread that does not run.
struct Thread {
    id: i32,
    fiber: Box<Fiber>,
    /// What had been entered on its stack.
    entered: Vec<Entered>,
}

/// A thread that waits.
struct Waiter {
    thread: i32,
    /// Where; `None` for one that only lets time pass.
    at: Option<(SharedMemory, u64)>,
    /// When its time is up, by the monotonic clock, in nanoseconds.
    deadline: Option<u64>,
    is_woken: bool,
}

impl Threads {
    /// From now on programs may have threads; their time is that of `clocks`.
    pub fn enable(&mut self, clocks: Clocks) {
        self.clocks = Some(clocks);
    }

    /// Whether waiting is the scheduler's business.
    pub fn is_enabled(&self) -> bool {
        self.clocks.is_some()
    }

    /// Whether there are other threads than the one that runs.
    pub fn is_sharing(&self) -> bool {
        !self.queue.is_empty() || self.running != MAIN
    }

    /// Whether others are to run before the running thread goes on.
    pub fn is_turn_over(&self) -> bool {
        self.is_sharing() && self.turn == 0
    }

    /// As much of a slice of fuel as the turn of the running thread has left.
    pub fn take(&mut self, slice: u64) -> u64 {
        if !self.is_sharing() {
            return slice;
        }
        let taken = slice.min(self.turn);
        self.turn -= taken;
        taken
    }

    /// The part of a slice that was not used: a call of the host is not the end of a turn.
    pub fn give_back(&mut self, unused: u64) {
        if self.is_sharing() {
            self.turn += unused;
        }
    }

    /// How many threads there are beside the main one.
    pub fn count(&self) -> usize {
        self.queue.len() + usize::from(self.running != MAIN)
    }

    /// Ids are never used again, so that there may be none left (P1-THR-05).
    pub fn next_id(&mut self) -> Option<i32> {
        let id = self.last + 1;
        (id < ID_END).then(|| {
            self.last = id;
            id
        })
    }

    /// Whether a thread that is not running could.
    fn can_run(&self, thread: i32) -> bool {
        let waiter = self.waiters.iter().find(|waiter| waiter.thread == thread);
        waiter.is_none_or(|waiter| waiter.is_woken || self.is_due(waiter))
    }

    fn is_due(&self, waiter: &Waiter) -> bool {
        let now = self.clocks.as_ref().map_or(0, Clocks::monotonic);
        waiter.deadline.is_some_and(|deadline| deadline <= now)
    }
}

impl Store {
    /// The thread of a program (wasi-threads) whose end was that of all, if the main one's was not.
    pub fn failed_thread(&self) -> Option<i32> {
        self.threads.failed
    }

    /// Puts a new thread last in the queue.
    pub(super) fn push_thread(&mut self, id: i32, fiber: Box<Fiber>) {
        if !self.threads.is_sharing() {
            self.threads.turn = TURN;
        }
        self.threads.queue.push_back(Thread { id, fiber, entered: Vec::new() });
    }

    /// Lets others run.
    pub(crate) fn yield_to_others(&mut self) -> Result<(), Fault> {
        if self.threads.is_sharing() { self.give_up_control() } else { Ok(()) }
    }

    /// As [`yield_to_others`](Self::yield_to_others) at the end of a slice of fuel, where only a resource can be what ends the
    /// run: [`settle`](Self::settle_threads) says what it really was.
    pub(crate) fn yield_slice(&mut self) -> Result<(), Resource> {
        self.yield_to_others().map_err(|fault| match fault {
            Fault::Exhausted(what) => what,
            fault => {
                self.threads.fault.get_or_insert(fault);
                Resource::Interrupt
            }
        })
    }

    /// `memory.atomic.wait` where `is_equal` tells whether the value is the one expected: 0 notified, 1 not equal, 2 timed
    /// out.
    pub(crate) fn wait_thread(
        &mut self,
        memory: SharedMemory,
        ea: u64,
        is_equal: bool,
        timeout_ns: i64,
    ) -> Result<u32, Fault> {
        if !is_equal {
            return Ok(1);
        }
        let now = self.threads.clocks.as_ref().map_or(0, Clocks::monotonic);
        let deadline = u64::try_from(timeout_ns).ok().map(|timeout| now.saturating_add(timeout));
        let is_woken = self.block_thread(Some((memory, ea)), deadline)?;
        Ok(if is_woken { 0 } else { 2 })
    }

    /// Wakes up to `count` threads that wait at `ea`; how many.
    pub(crate) fn notify_threads(&mut self, memory: &SharedMemory, ea: u64, count: u32) -> u32 {
        let is_there = |waiter: &&mut Waiter| {
            let at = waiter.at.as_ref();
            !waiter.is_woken && at.is_some_and(|(other, address)| *address == ea && other.same(memory))
        };
        let mut woken = 0;
        for waiter in self.threads.waiters.iter_mut().filter(is_there).take(count as usize) {
            waiter.is_woken = true;
            woken += 1;
        }
        woken
    }

    /// Waits until somebody wakes the running thread (`true`) or its time is up.
    fn block_thread(&mut self, at: Option<(SharedMemory, u64)>, deadline: Option<u64>) -> Result<bool, Fault> {
        let me = self.threads.running;
        self.threads.waiters.push(Waiter { thread: me, at, deadline, is_woken: false });
        let end = loop {
            let waiter =
                self.threads.waiters.iter().find(|waiter| waiter.thread == me).expect("nobody else removes it");
            if waiter.is_woken || self.threads.is_due(waiter) {
                break Ok(waiter.is_woken);
            }
            if let Err(fault) = self.give_up_control() {
                break Err(fault);
            }
        };
        self.threads.waiters.retain(|waiter| waiter.thread != me);
        end
    }

    /// Another thread's turn, or everybody's if the main one asks.
    fn give_up_control(&mut self) -> Result<(), Fault> {
        if self.threads.is_ending {
            return Err(ended());
        }
        if self.threads.running != MAIN {
            return fiber::suspend(self, Yield::Blocked(None)).map(drop);
        }
        let mut has_run = false;
        for _ in 0..self.threads.queue.len() {
            let thread = self.threads.queue.pop_front().expect("as many as were counted");
            if self.threads.can_run(thread.id) {
                has_run = true;
                self.run_thread(thread)?;
            } else {
                self.threads.queue.push_back(thread);
            }
        }
        if has_run || self.threads.can_run(MAIN) { Ok(()) } else { self.pass_time() }
    }

    /// Runs a thread until it gives up control.
    fn run_thread(&mut self, mut thread: Thread) -> Result<(), Fault> {
        (self.threads.running, self.threads.last_run) = (thread.id, thread.id);
        self.threads.turn = TURN;
        std::mem::swap(&mut self.entered, &mut thread.entered);
        let step = fiber::resume(self, thread.fiber, Command::Go(fiber::Cancelled::False));
        std::mem::swap(&mut self.entered, &mut thread.entered);
        self.threads.running = MAIN;
        self.threads.turn = TURN;
        match step {
            Step::Suspended(fiber, _) => {
                self.threads.queue.push_back(Thread { fiber, ..thread });
                Ok(())
            }
            Step::Ended(Ok(())) => Ok(()),
            Step::Ended(Err(fault)) => {
                // Not even an exception of another thread can be caught here.
                self.threads.fault.get_or_insert(fault);
                self.threads.failed.get_or_insert(self.threads.last_run);
                Err(ended())
            }
        }
    }

    /// Nobody can run: time passes until the first timeout.
    fn pass_time(&mut self) -> Result<(), Fault> {
        let first = self.threads.waiters.iter().filter_map(|waiter| waiter.deadline).min();
        let (Some(clocks), Some(first)) = (self.threads.clocks.clone(), first) else {
            return Err(Fault::Trap(TrapCode::CannotBlock.into()));
        };
        let left = first.saturating_sub(clocks.monotonic());
        clocks.pass(left, self.interrupt_flag()).map_err(|_| Fault::Exhausted(Resource::Interrupt))
    }

    /// A call from outside, or a start section, is over, and so are all threads if it did not return or one of them has ended
    /// all (P1-THR-06): what a thread did to end them is how the call has ended. Otherwise they live on, since nothing but
    /// their own return ends them; a command, whose process is over with the call,
    /// says so itself ([`end_process`](Self::end_process)).
    pub(crate) fn settle_threads<T>(&mut self, end: Result<T, Fault>) -> Result<T, Fault> {
        if !self.is_outermost() {
            return end;
        }
        let end = self.threads.fault.take().map_or(end, Err);
        if end.is_err() {
            self.end_wasi_threads();
        }
        end
    }

    /// A command's process has ended with its call, and all its threads with it.
    pub(crate) fn end_process(&mut self) {
        if self.is_outermost() {
            self.end_wasi_threads();
        }
    }

    /// Whether the main thread is where nothing has called it.
    fn is_outermost(&self) -> bool {
        self.threads.running == MAIN && self.host_depth == 0
    }

    /// Brings every thread to an end; no guest code runs on the way.
    pub(crate) fn end_wasi_threads(&mut self) {
        if self.threads.queue.is_empty() {
            return;
        }
        let sink = self.sink.take();
        self.threads.is_ending = true;
        for mut thread in std::mem::take(&mut self.threads.queue) {
            self.threads.running = thread.id;
            std::mem::swap(&mut self.entered, &mut thread.entered);
            // It is resumed with the command to end, and every wait on the way says so too: it cannot block again.
            if let Step::Suspended(..) = fiber::resume(self, thread.fiber, Command::End) {
                unreachable!("a thread that is to end does not wait");
            }
            std::mem::swap(&mut self.entered, &mut thread.entered);
        }
        self.threads.running = MAIN;
        self.threads.is_ending = false;
        self.threads.waiters.clear();
        self.threads.fault = None;
        self.sink = sink;
    }
}

impl Threads {
    /// The stacks that do not run: the collector looks at them.
    pub fn parked(&self) -> impl Iterator<Item = &Fiber> {
        self.queue.iter().map(|thread| &*thread.fiber)
    }
}

/// What threads end with when the program is over.
fn ended() -> Fault {
    Fault::Exhausted(Resource::Interrupt)
}

//! The fiber boundary: the stacks on which threads block (CanonicalABI.md, *Stack Switching*: `cont_new`, `resume` and
//! `block`).
//!
//! A fiber is a coroutine with a machine stack of its own. What else belongs to a stack goes with it, as an
//! [`Execution`]: the value stack of the interpreter, the compiled frames that the collector has to look at, how far
//! compiled code may go, and how deep host functions are nested. At every switch the execution in the store is exchanged.
//!
//! # Who has the store
//!
//! Everything in the engine gets the store as `&mut Store`, and frames on a suspended fiber hold such references, or
//! pointers made from them, until they go on. For that they need two promises, which this module keeps:
//!
//! - *The store is where it was.* The embedder may move its store while fibers are suspended. So the store has a *home*, a
//!   place on the heap: whoever resumes a fiber from elsewhere first exchanges the store with the empty one that is kept
//!   there, and back when the fiber is suspended or has ended. Fibers see the store at home and never anywhere else.
//! - *Only one side uses it.* The one that resumes waits in [`resume`] while the fiber runs; a fiber waits in [`suspend`]
//!   while it does not. Both are handed the store as `&mut` and give it up to a function that the compiler cannot look
//!   into; nothing that was read from it before is kept across the switch.
//!
//! # How fibers end
//!
//! Frames of compiled code cannot be unwound, so that a suspended fiber cannot just be thrown away. When a store is dropped,
//! each of its fibers is resumed once more, and [`suspend`] returns a fault there, which ends the fiber like any other
//! fault: by returning, through every frame. No guest code runs on that way, since faults are not caught by guests; a
//! host function that calls a guest from there finds the fuel used up. Panics do not cross the boundary either: they are
//! caught at the bottom of the fiber and go on in the frame that resumed it.

#![allow(unsafe_code, reason = "a fiber and the one that resumes it share the store")]

pub(crate) use super::thread::Cancelled;
use super::thread::ThreadId;
use crate::{
    Config, Store,
    error::Fault,
    interp::{Machine, stack_pointer},
    trace::Resource,
};
use corosensei::{
    Coroutine, CoroutineResult, Yielder,
    stack::{DefaultStack, Stack},
};
use std::{
    any::Any,
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    ptr::NonNull,
};

/// What a thread does.
pub(crate) type Body = Box<dyn FnOnce(&mut Store) -> Result<(), Fault>>;

/// What goes into a fiber when it is resumed.
struct Message {
    store: NonNull<Store>,
    command: Command,
}

/// Why a fiber is resumed.
#[derive(Clone, Copy)]
pub(crate) enum Command {
    /// To go on.
    Go(Cancelled),
    /// To come to an end.
    End,
}

/// How a fiber ended: what its body returned, or its panic.
type End = Result<Result<(), Fault>, Box<dyn Any + Send>>;

type Switch = Yielder<Message, Yield>;

/// Why a fiber gives up control.
#[derive(Clone, Copy)]
pub(crate) enum Yield {
    /// Its thread is blocked; the thread that is to run instead, if it named one (`block`'s `switch_to`).
    Blocked(Option<ThreadId>),
    /// What runs on it has resumed a thread whose stack is below it, and goes on when that one has blocked or ended.
    Lent(ThreadId),
}

/// A fiber that is not running.
pub(crate) struct Fiber {
    coroutine: Coroutine<Message, Yield, End, DefaultStack>,
    execution: Execution,
}

/// What a fiber did until it gave up control.
pub(crate) enum Step {
    /// It is suspended.
    Suspended(Box<Fiber>, Yield),
    /// Its body has returned.
    Ended(Result<(), Fault>),
}

/// What belongs to one machine stack.
#[derive(Default)]
pub(crate) struct Execution {
    machine: Machine,
    #[cfg(feature = "jit")]
    compiled: crate::jit::Frames,
    host_depth: u32,
    side: Side,
}

/// The running side of the boundary.
#[derive(Clone, Copy, Default)]
pub(super) struct Side {
    /// How the running fiber gives up control; `None` on the embedder's stack.
    switch: Option<NonNull<Switch>>,
    /// The address that nothing may reach but the frames of one host function; 0 on the embedder's stack.
    floor: usize,
}

impl Execution {
    /// Exchanges the execution in the store with this one.
    fn exchange(&mut self, store: &mut Store) {
        std::mem::swap(&mut self.machine, &mut store.machine);
        #[cfg(feature = "jit")]
        store.jit.exchange_frames(&mut self.compiled);
        std::mem::swap(&mut self.host_depth, &mut store.host_depth);
        std::mem::swap(&mut self.side, &mut store.components.fibers.side);
    }

    fn roots(&self) -> impl Iterator<Item = u64> {
        let words = self.machine.roots().iter().copied();
        #[cfg(feature = "jit")]
        let words = words.chain(self.compiled.roots());
        words
    }
}

/// What a store has of fibers.
#[derive(Default)]
pub(crate) struct Fibers {
    pub(super) side: Side,
    /// The executions of those that wait in [`resume`], the outermost first.
    waiting: Vec<Execution>,
    home: Home,
    /// Whether the store is being dropped.
    ending: bool,
}

/// So many stacks are kept for use again.
const SPARE_STACKS: usize = 16;

thread_local! {
    /// Stacks to use again, whichever store they were made for: to get one from the system takes longer than most threads
    /// run. With each the `limits.fiber_stack_bytes` it was made for.
    static SPARE: RefCell<Vec<(usize, DefaultStack)>> = const { RefCell::new(Vec::new()) };
}

/// A stack for a store that has such stacks.
fn stack(bytes: usize) -> Result<DefaultStack, Fault> {
    let spare = SPARE.with_borrow_mut(|spare| {
        let place = spare.iter().rposition(|(of, _)| *of == bytes)?;
        Some(spare.swap_remove(place).1)
    });
    match spare {
        Some(stack) => Ok(stack),
        None => DefaultStack::new(bytes + RESERVE_BYTES).map_err(|_| Fault::Exhausted(Resource::Threads)),
    }
}

/// Keeps a stack for use again, unless there are enough of them: then the oldest goes.
fn keep(bytes: usize, stack: DefaultStack) {
    // When the thread ends, stores may be dropped later than what is kept here.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() == SPARE_STACKS {
            spare.remove(0);
        }
        spare.push((bytes, stack));
    });
}

/// What the frames of one host function, or of the compiler, may take of a fiber's stack beyond its limit.
const RESERVE_BYTES: usize = 512 << 10;

/// The place on the heap where fibers see the store; made with the first one. It holds an empty store while the real one is
/// elsewhere.
#[derive(Default)]
struct Home(Option<NonNull<Store>>);

impl Home {
    fn place(&mut self) -> NonNull<Store> {
        *self.0.get_or_insert_with(|| NonNull::from(Box::leak(Box::new(Store::new(&Config::default())))))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            // SAFETY: the box was made in `place`. What is in it is the empty store: whoever put the real one there has
            // taken it back, and this is dropped with the real one.
            drop(unsafe { Box::from_raw(place.as_ptr()) });
        }
    }
}

impl Fibers {
    /// Every word that could be a reference held on a stack that is not running, those of `parked` fibers included.
    pub fn roots<'a>(&'a self, parked: impl Iterator<Item = &'a Fiber>) -> Vec<u64> {
        let parked = parked.map(|fiber| &fiber.execution);
        self.waiting.iter().chain(parked).flat_map(Execution::roots).collect()
    }

    /// Whether the running stack is used up but for what a host function may take.
    pub fn is_stack_used_up(&self) -> bool {
        stack_pointer() < self.side.floor
    }
}

/// A fiber that will run `body` when it is first resumed (`cont_new`).
///
/// # Errors
/// [`Resource::Threads`] if there is no memory for another stack.
pub(crate) fn create(store: &mut Store, body: Body) -> Result<Box<Fiber>, Fault> {
    let stack = stack(store.limits.fiber_stack_bytes)?;
    let (floor, base) = (stack.limit().get() + RESERVE_BYTES, stack.base().get());
    let coroutine = Coroutine::with_stack(stack, move |switch: &Switch, message: Message| {
        // SAFETY: `resume` waits while this runs, and hands over the store as `&mut` for that long; its place is the
        // store's home, where it is whenever this runs.
        let store = unsafe { &mut *message.store.as_ptr() };
        store.components.fibers.side = Side { switch: Some(NonNull::from(switch)), floor };
        #[cfg(feature = "jit")]
        store.jit.limit_stack(floor, base);
        #[cfg(not(feature = "jit"))]
        let _ = base;
        match message.command {
            Command::Go(_) => catch_unwind(AssertUnwindSafe(|| body(store))),
            Command::End => Ok(Ok(())),
        }
    });
    // Host functions on other stacks do not count; but those that this one runs are not the outermost.
    Ok(Box::new(Fiber { coroutine, execution: Execution { host_depth: 1, ..Execution::default() } }))
}

/// Runs a fiber until it is suspended or has ended (`resume`).
///
/// # Panics
/// As the fiber did.
pub(crate) fn resume(store: &mut Store, mut fiber: Box<Fiber>, command: Command) -> Step {
    let home = store.components.fibers.home.place();
    let is_at_home = std::ptr::eq(store, home.as_ptr());
    let result = if is_at_home {
        switch_to(store, &mut fiber, command)
    } else {
        // SAFETY: the store's home is its own, and no fiber of it is running, or the store would be there.
        let place = unsafe { &mut *home.as_ptr() };
        std::mem::swap(store, place);
        let result = switch_to(place, &mut fiber, command);
        std::mem::swap(store, place);
        result
    };
    let end = match result {
        CoroutineResult::Yield(why) => return Step::Suspended(fiber, why),
        CoroutineResult::Return(end) => end,
    };
    keep(store.limits.fiber_stack_bytes, fiber.coroutine.into_stack());
    match end {
        Ok(end) => Step::Ended(end),
        Err(panic) => resume_unwind(panic),
    }
}

/// Changes to the stack of `fiber`; the store is at home.
fn switch_to(store: &mut Store, fiber: &mut Fiber, command: Command) -> CoroutineResult<Yield, End> {
    fiber.execution.exchange(store);
    // What has been exchanged is now the resumer's, and the collector has to find it while the fiber runs.
    store.components.fibers.waiting.push(std::mem::take(&mut fiber.execution));
    let result = fiber.coroutine.resume(Message { store: NonNull::from(&mut *store), command });
    fiber.execution = store.components.fibers.waiting.pop().unwrap_or_default();
    fiber.execution.exchange(store);
    result
}

/// Gives up control until the fiber is resumed (`block`).
///
/// # Errors
/// If the store is being dropped; [`Fault::Usage`] if no fiber runs.
pub(crate) fn suspend(store: &mut Store, why: Yield) -> Result<Cancelled, Fault> {
    let fibers = &store.components.fibers;
    let Some(switch) = fibers.side.switch else {
        return Err(Fault::Usage("only a fiber can be suspended".to_owned()));
    };
    if fibers.ending {
        return Err(ended());
    }
    // SAFETY: the store's side is the running one, and its `Yielder` lives at the bottom of this very stack.
    let message = unsafe { switch.as_ref() }.suspend(why);
    debug_assert!(std::ptr::eq(message.store.as_ptr(), store), "the store is at home whenever a fiber runs");
    match message.command {
        Command::Go(cancelled) => Ok(cancelled),
        Command::End => Err(ended()),
    }
}

/// What fibers end with when their store is dropped.
fn ended() -> Fault {
    Fault::Exhausted(Resource::Interrupt)
}

/// Brings a fiber to an end: the store is being dropped.
pub(super) fn end(store: &mut Store, fiber: Box<Fiber>) {
    store.sink = None;
    store.fuel = 0;
    store.components.fibers.ending = true;
    // `suspend` does not switch any more, so that it ends. A panic of a host function on the way ends with the fiber: it
    // must not keep the others from ending.
    let _ = catch_unwind(AssertUnwindSafe(|| resume(store, fiber, Command::End)));
}

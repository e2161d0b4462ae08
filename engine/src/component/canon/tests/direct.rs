//! The straight way of a call ([`Direct`]) against the long one, on random types and values, pointers and bytes that are
//! spoilt, and allocators and post-return functions that misbehave: both end in the same way, with the same effects in the
//! same order, and take the same fuel.

use super::super::super::{scope::Func, types::FuncType};
use super::super::{Direct, canon_lower, flatten::MAX_FLAT_RESULTS, run_core_task};
use super::*;
use crate::{Fault, runtime::FuncAddr};
use std::{
    cell::RefCell,
    hash::{DefaultHasher, Hash, Hasher},
};

/// Bytes of each of the two memories.
const SIZE: u64 = 2 << 16;

/// What a function of a guest does instead of what it should.
#[derive(Debug, Clone, Copy)]
enum Mischief {
    Traps,
    Misaligned,
    OutOfBounds,
}

#[derive(Debug, Clone)]
struct Plan {
    params: Vec<T>,
    result: Option<T>,
    seed: u64,
    encodings: [usize; 2],
    is_64: [bool; 2],
    /// How many places are spoilt.
    spoilt: u64,
    /// Which call of the guests' functions goes wrong, counted from when the call begins.
    mischief: Option<(usize, Mischief)>,
    has_post_return: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let types = (prop::collection::vec(type_strategy(), 0..4), proptest::option::of(type_strategy()));
    let mischief = prop_oneof![Just(Mischief::Traps), Just(Mischief::Misaligned), Just(Mischief::OutOfBounds)];
    let mischief = prop::option::of((0usize..6, mischief));
    let sides = (prop::array::uniform2(0usize..3), any::<[bool; 2]>());
    (types, any::<u64>(), sides, 0u64..3, mischief, any::<bool>()).prop_map(
        |((params, result), seed, (encodings, is_64), spoilt, mischief, has_post_return)| Plan {
            params,
            result,
            seed,
            encodings,
            is_64,
            spoilt,
            mischief,
            has_post_return,
        },
    )
}

/// Everything that can be told of a call.
#[derive(Debug, PartialEq)]
struct Seen {
    end: String,
    /// The calls of the guests' functions in order.
    calls: Vec<String>,
    /// What the memories hold, as a hash of each.
    memories: [u64; 2],
    instances: Vec<[bool; 3]>,
    fuel: u64,
}

/// The functions of guests tell what they are called with.
#[derive(Clone, Default)]
struct Calls {
    log: Rc<RefCell<Vec<String>>>,
    mischief: Rc<Cell<Option<(usize, Mischief)>>>,
}

impl Calls {
    /// Notes a call; what goes wrong with it.
    fn note(&self, what: &str, args: &[Val]) -> Option<Mischief> {
        self.log.borrow_mut().push(format!("{what} {args:?}"));
        let (left, mischief) = self.mischief.get()?;
        self.mischief.set(left.checked_sub(1).map(|left| (left, mischief)));
        (left == 0).then_some(mischief)
    }
}

fn unreachable() -> Fault {
    Fault::Trap(TrapCode::Unreachable.into())
}

/// A component instance with a memory and an allocator.
fn side(s: &mut Store, calls: &Calls, name: &'static str, encoding: usize, is_64: bool) -> Context {
    let ty = MemoryType { limits: Limits { min: 2, max: None }, is_64, shared: false, page_size_log2: 16 };
    let memory = s.alloc_memory(ty).expect("2 pages");
    let ptr = if is_64 { Core::I64 } else { Core::I32 };
    let (next, calls) = (Cell::new(0x4000u64), calls.clone());
    let realloc = s.alloc_func(CoreFuncType::new([ptr; 4], [ptr]), "realloc", move |caller, args, results| {
        let mischief = calls.note(name, args);
        let [old, old_len, align, len] = [0, 1, 2, 3].map(|i| super::super::bits(args[i]));
        let mut at = super::super::align_to(next.get(), align);
        match mischief {
            None if at + len > SIZE => return Err(unreachable()),
            None => {
                next.set(at + len);
                let mut kept = vec![0; old_len.min(len) as usize];
                let memory = caller.store().memory_mut(memory);
                memory.read(old, &mut kept).and_then(|()| memory.write(at, &kept)).map_err(|_| unreachable())?;
            }
            Some(Mischief::Traps) => return Err(unreachable()),
            Some(Mischief::Misaligned) => at += 1,
            Some(Mischief::OutOfBounds) => at = super::super::align_to(SIZE.saturating_sub(len / 2), align),
        }
        results[0] = Val::from_slots([at, 0], ptr);
        Ok(())
    });
    let inst = s.components.new_instance(InstancePath::root().child(name), None);
    s.components.instance_mut(inst).may_enter = true;
    let opts = Options {
        string_encoding: ENCODINGS[encoding],
        memory: Some(memory),
        w: usize::from(is_64),
        realloc: Some(realloc),
        ..Options::default()
    };
    Context { opts: Rc::new(opts), inst, borrow_scope: BorrowScope::None }
}

/// Core values as good as `vals`, or worse.
fn spoil(vals: &mut [Val], types: &[Core], next: &mut dyn FnMut() -> u64) {
    let edges = [0, 1, 3, SIZE - 1, SIZE, SIZE + 1, 1 << 28, (1 << 28) - 1, 1 << 31, u64::from(u32::MAX), u64::MAX];
    let Some(i) = (next() as usize).checked_rem(vals.len()) else { return };
    let bits = match next() % 3 {
        0 => next(),
        _ => edges[next() as usize % edges.len()],
    };
    let bits = if types[i] == Core::I32 || types[i] == Core::F32 { bits & u64::from(u32::MAX) } else { bits };
    vals[i] = Val::from_slots([bits, 0], types[i]);
}

/// What the guest's own functions do: the core function that is lifted, and its post-return function.
fn core_func(s: &mut Store, calls: &Calls, ty: CoreFuncType, name: &'static str, results: Vec<Val>) -> FuncAddr {
    let calls = calls.clone();
    s.alloc_func(ty, name, move |_, args, out| {
        if calls.note(name, args).is_some() {
            return Err(unreachable());
        }
        out.copy_from_slice(&results);
        Ok(())
    })
}

fn run(plan: &Plan, is_direct: bool) -> Seen {
    let mut config = Config::default();
    config.limits.fuel = Some(1 << 40);
    let (mut s, calls, mut next) = (Store::new(&config), Calls::default(), random(plan.seed));
    let caller = side(&mut s, &calls, "caller", plan.encodings[0], plan.is_64[0]);
    let mut callee = side(&mut s, &calls, "callee", plan.encodings[1], plan.is_64[1]);
    let types: Vec<ValType> = plan.params.iter().map(T::ty).collect();
    let result = plan.result.as_ref().map(T::ty);
    let ft = FuncType::new(types.iter().map(|ty| ("p", ty.clone())), result.clone());
    let lowered = flatten_functype(&caller.opts, &ft, LiftOrLower::Lower);
    let lifted = flatten_functype(&callee.opts, &ft, LiftOrLower::Lift);

    // What is there before the call; if there is no room for it, there are zeros instead.
    let vals: Vec<V> = plan.params.iter().map(|t| value(t, &mut next)).collect();
    let zeros = |types: &[Core]| types.iter().map(|ty| Val::from_slots([0, 0], *ty)).collect::<Vec<_>>();
    let prepared = |s: &mut Store, cx: &Context, max, vals: &[V], types: &[ValType]| {
        run_core_task(s, cx.inst, |s| lower_flat_values(s, cx, max, vals, types, None)).ok()
    };
    let mut args = prepared(&mut s, &caller, MAX_FLAT_PARAMS, &vals, &types).unwrap_or_default();
    args.extend(zeros(&lowered.params).drain(args.len()..));
    if lowered.results.is_empty() && result.is_some() {
        *args.last_mut().expect("where results go") = caller.opts.ptr(0x1000 + 8 * (next() % 4));
    }
    let returned: Vec<V> = plan.result.iter().map(|t| value(t, &mut next)).collect();
    let mut results = prepared(&mut s, &callee, MAX_FLAT_RESULTS, &returned, result.as_slice())
        .unwrap_or_else(|| zeros(&lifted.results));
    for _ in 0..plan.spoilt {
        let at = 0x4000 + next() % 256;
        match next() % 4 {
            0 => spoil(&mut args, &lowered.params, &mut next),
            1 => spoil(&mut results, &lifted.results, &mut next),
            side => {
                let memory = [&caller, &callee][side as usize - 2].opts.memory.expect("a memory");
                s.memory_mut(memory).write(at, &[next() as u8]).expect("room");
            }
        }
    }

    let post_type = CoreFuncType::new(lifted.results.to_vec(), []);
    let core = core_func(&mut s, &calls, lifted, "core", results);
    if plan.has_post_return {
        let post_return = Some(core_func(&mut s, &calls, post_type, "post-return", vec![]));
        callee.opts = Rc::new(Options { post_return, ..(*callee.opts).clone() });
    }
    let func = Func::Lifted { core, ft: Rc::new(ft), opts: callee.opts.clone(), inst: callee.inst, name: "f".into() };
    let func = Rc::new(func);
    let direct = is_direct.then(|| Direct::of(&func, &caller.opts, caller.inst).expect("no handles"));
    let mut out = zeros(&lowered.results);
    calls.log.borrow_mut().clear();
    calls.mischief.set(plan.mischief);
    let end = run_core_task(&mut s, caller.inst, |s| {
        canon_lower(s, &func, &caller.opts, direct.as_ref(), caller.inst, &args, &mut out)
    });
    let memories = [&caller, &callee].map(|cx| {
        let mut bytes = vec![0; SIZE as usize];
        cx.read(&s, 0, &mut bytes).expect("the whole memory");
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        hasher.finish()
    });
    let instances = s.components.instances.iter().map(|inst| [inst.may_enter, inst.may_leave, inst.locked]).collect();
    let end = match end {
        Ok(()) => format!("{out:?}"),
        Err(fault) => format!("{fault:?}"),
    };
    let calls = calls.log.take();
    Seen { end, calls, memories, instances, fuel: s.fuel }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_straight_way_is_the_long_way(plan in plans()) {
        prop_assert_eq!(run(&plan, true), run(&plan, false));
    }
}

/// That the plans are of use: calls that return, calls that trap, and traps on either side of the callee's code.
#[test]
fn the_plans_reach_all_ends() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut returned, mut before, mut after, mut in_post_return) = (0, 0, 0, 0);
    for _ in 0..400 {
        let plan = plans().new_tree(&mut runner).expect("a plan").current();
        let seen = run(&plan, true);
        let entered = seen.calls.iter().any(|call| call.starts_with("core"));
        let posted = seen.calls.last().is_some_and(|call| call.starts_with("post-return"));
        match seen.instances[1][2] {
            false => returned += 1,
            true if !entered => before += 1,
            true if posted => in_post_return += 1,
            true => after += 1,
        }
    }
    let ends = [returned, before, after, in_post_return];
    assert!(ends.iter().zip([80, 20, 20, 1]).all(|(n, least)| *n >= least), "{ends:?}");
}

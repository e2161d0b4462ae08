//! The readings of what is contested about start definitions and locks: both, and that the trace tells which was applied
//! (CanonicalABI.md; rules CM-START-02, CM-START-07, CM-ASYNC-22, CM-RES-07). Those of calls between relatives, lock-down and
//! exceptions are tested with the order of instantiation, those of copies with streams.

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    component::{
        AsyncMemory, BlockedLock, ComponentError, ComponentLinker, ComponentVal, DeadHandles, HostItem, Readings,
        StartPostReturn, Starts,
    },
    trace::{InstancePath, Outcome},
};

const TWO_STARTS: &str = r#"
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func $f (canon lift (core func $m "f")))
    (start $f)
    (start $f)"#;

#[test]
fn several_starts_run_or_make_a_component_invalid() {
    // CM-START-02
    let root = format!("(component {TWO_STARTS})");
    let nested = format!("(component (component) (component {TWO_STARTS}))");
    let mut run = Run::new();
    run.instantiate(&root).expect("an instance");
    assert!(run.steps().contains(&"rule / CM-START-02 several".to_owned()), "{:?}", run.steps());
    for (text, at) in [(&root, "/"), (&nested, "/component 1")] {
        let mut run = Run::new();
        run.store.set_readings(Readings { starts: Starts::One, ..Readings::default() });
        let error = run.instantiate(text).expect_err("invalid");
        assert_eq!(error.outcome(), Outcome::Invalid);
        let ComponentError::SeveralStarts { at: found } = error else { panic!("{error}") };
        assert_eq!(found.to_string(), at);
        // Nothing else has happened.
        assert_eq!(run.steps(), [format!("rule {at} CM-START-02 one")]);
    }
}

#[test]
fn one_start_is_fine_with_both_readings() {
    let text = format!("(component {})", TWO_STARTS.trim_end().strip_suffix("(start $f)").expect("two starts"));
    for starts in [Starts::Several, Starts::One] {
        let mut run = Run::new();
        run.store.set_readings(Readings { starts, ..Readings::default() });
        run.instantiate(&text).expect("an instance");
        assert!(!run.steps().iter().any(|step| step.starts_with("rule")), "{:?}", run.steps());
    }
}

/// A start function whose post-return counts, and a core instance after it that sees the count. What the start function
/// calls has a post-return too, which is always called at once.
const POST_RETURN: &str = r#"(component
    (component $Inner
        (core module $M
            (global $posts (mut i32) (i32.const 0))
            (func (export "f"))
            (func (export "post") (global.set $posts (i32.add (global.get $posts) (i32.const 1))))
            (func (export "posts") (result i32) (global.get $posts)))
        (core instance $m (instantiate $M))
        (func (export "f") (canon lift (core func $m "f") (post-return (core func $m "post"))))
        (func (export "posts") (result u32) (canon lift (core func $m "posts"))))
    (instance $inner (instantiate $Inner))
    (core func $inner (canon lower (func $inner "f")))
    (core func $inner-posts (canon lower (func $inner "posts")))
    (core module $M
        (import "" "inner" (func $inner))
        (import "" "posts" (func $inner-posts (result i32)))
        (memory (export "m") 1)
        (global $posts (mut i32) (i32.const 0))
        (global $inner-seen (mut i32) (i32.const 0))
        (func (export "f") (result i32)
            (call $inner)
            (global.set $inner-seen (call $inner-posts))
            (i32.const 0))
        (func (export "post") (param i32) (global.set $posts (i32.add (global.get $posts) (i32.const 1))))
        (func (export "posts") (result i32) (global.get $posts))
        (func (export "inner-seen") (result i32) (global.get $inner-seen)))
    (core instance $m (instantiate $M (with "" (instance
        (export "inner" (func $inner)) (export "posts" (func $inner-posts))))))
    (func $f (result string)
        (canon lift (core func $m "f") (memory (core memory $m "m")) (post-return (core func $m "post"))))
    (start $f (result (value $v)))
    (core module $Next
        (import "m" "posts" (func $posts (result i32)))
        (global $seen (mut i32) (i32.const 0))
        (func $start (global.set $seen (call $posts)))
        (start $start)
        (func (export "seen") (result i32) (global.get $seen)))
    (core instance $next (instantiate $Next (with "m" (instance $m))))
    (export "v" (value $v))
    (func (export "seen") (result u32) (canon lift (core func $next "seen")))
    (func (export "inner-seen") (result u32) (canon lift (core func $m "inner-seen")))
    (func (export "posts") (result u32) (canon lift (core func $m "posts"))))"#;

#[test]
fn the_post_return_of_a_start_function_runs_at_once_or_last() {
    // CM-START-07
    for (start_post_return, seen, reading) in [
        (StartPostReturn::BeforeNextDefinition, 1, "before the next definition"),
        (StartPostReturn::AfterLastDefinition, 0, "after the last definition"),
    ] {
        let mut run = Run::new();
        run.store.set_readings(Readings { start_post_return, ..Readings::default() });
        let instance = run.instantiate(POST_RETURN).expect("an instance");
        assert!(run.steps().contains(&format!("rule / CM-START-07 {reading}")), "{:?}", run.steps());
        let mut call = |name| run.call(&instance, name, &[]).expect("a number");
        assert_eq!(call("seen"), [ComponentVal::U32(seen)], "{reading}");
        assert_eq!(call("inner-seen"), [ComponentVal::U32(1)]);
        assert_eq!(call("posts"), [ComponentVal::U32(1)]);
    }
}

#[test]
fn a_deferred_post_return_that_traps_fails_the_component() {
    let traps = POST_RETURN.replace(
        "(func (export \"post\") (param i32) (global.set $posts (i32.add (global.get $posts) (i32.const 1))))",
        "(func (export \"post\") (param i32) (unreachable))",
    );
    assert_ne!(traps, POST_RETURN);
    for start_post_return in [StartPostReturn::BeforeNextDefinition, StartPostReturn::AfterLastDefinition] {
        let mut run = Run::new();
        run.store.set_readings(Readings { start_post_return, ..Readings::default() });
        run.instantiate(&traps).expect_err("a trap");
        assert!(run.steps().contains(&"locked /".to_owned()), "{:?}", run.steps());
    }
}

/// `hold` returns and then blocks in a synchronous write; `enter` is called meanwhile.
const HOLD: &str = r#"(component
    (component $Callee
        (core module $Memory (memory (export "m") 1))
        (core instance $memory (instantiate $Memory))
        (type $t (stream u8))
        (core func $return (canon task.return))
        (core func $new (canon stream.new $t))
        (core func $write (canon stream.write $t (memory (core memory $memory "m"))))
        (core module $M
            (import "" "return" (func $return))
            (import "" "new" (func $new (result i64)))
            (import "" "write" (func $write (param i32 i32 i32) (result i32)))
            (func (export "hold") (result i32)
                (call $return)
                (drop (call $write
                    (i32.wrap_i64 (i64.shr_u (call $new) (i64.const 32))) (i32.const 0) (i32.const 1)))
                (i32.const 0))
            (func (export "enter") (result i32) (call $return) (i32.const 0))
            (func (export "cb") (param i32 i32 i32) (result i32) (unreachable)))
        (core instance $m (instantiate $M (with "" (instance
            (export "return" (func $return)) (export "new" (func $new)) (export "write" (func $write))))))
        (func (export "hold") async (canon lift (core func $m "hold") async (callback (core func $m "cb"))))
        (func (export "enter") async (canon lift (core func $m "enter") async (callback (core func $m "cb")))))
    (component $Caller
        (import "hold" (func $hold async))
        (import "enter" (func $enter async))
        (core func $hold (canon lower (func $hold) async))
        (core func $enter (canon lower (func $enter) async))
        (core module $M
            (import "" "hold" (func $hold (result i32)))
            (import "" "enter" (func $enter (result i32)))
            (func (export "f") (result i32)
                (drop (call $hold))
                (i32.and (call $enter) (i32.const 15))))
        (core instance $m (instantiate $M (with "" (instance
            (export "hold" (func $hold)) (export "enter" (func $enter))))))
        (func (export "f") (result u32) (canon lift (core func $m "f"))))
    (instance $callee (instantiate $Callee))
    (instance $caller (instantiate $Caller
        (with "hold" (func $callee "hold")) (with "enter" (func $callee "enter"))))
    (export "f" (func $caller "f")))"#;

#[test]
fn a_blocked_task_keeps_its_lock_or_gives_it_up() {
    // CM-ASYNC-22: STARTING is 0, RETURNED 2
    for (blocked_lock, status) in [(BlockedLock::Kept, 0), (BlockedLock::GivenUp, 2)] {
        let mut run = Run::new();
        run.store.set_readings(Readings { blocked_lock, ..Readings::default() });
        let instance = run.instantiate(HOLD).expect("an instance");
        assert_eq!(run.call(&instance, "f", &[]).map_err(code), Ok(vec![ComponentVal::U32(status)]));
        let rule = format!("rule /$callee CM-ASYNC-22 {blocked_lock:?}");
        assert!(run.steps().contains(&rule), "{:?}", run.steps());
    }
}

/// Exports resources whose destructor counts, and traps for the representation 6.
const OWNER: &str = r#"(component
    (core module $Dtor
        (global $drops (mut i32) (i32.const 0))
        (func (export "dtor") (param i32)
            (global.set $drops (i32.add (i32.mul (global.get $drops) (i32.const 10)) (local.get 0)))
            (if (i32.eq (local.get 0) (i32.const 6)) (then unreachable)))
        (func (export "drops") (result i32) (global.get $drops)))
    (core instance $dtor (instantiate $Dtor))
    (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $M
        (import "" "new" (func $new (param i32) (result i32)))
        (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (param "rep" u32) (result (own $e)) (canon lift (core func $m "make")))
    (func (export "drops") (result u32) (canon lift (core func $dtor "drops"))))"#;

/// Instantiates a component that makes two resources, drops neither and traps; what the owner has seen dropped after that,
/// and the steps from the trap on.
fn after_failure(dead_handles: DeadHandles, reps: [u32; 2]) -> (Option<ComponentVal>, Vec<String>) {
    let [first, second] = reps;
    let mut run = Run::new();
    run.store.set_readings(Readings { dead_handles, ..Readings::default() });
    let path = InstancePath::root().child("$owner");
    let owner = run.store.instantiate_component(&component(OWNER), &ComponentLinker::new(), path).expect("an owner");
    run.linker.define("owner", HostItem::exports_of(&owner));
    let user = format!(
        r#"(component
        (import "owner" (instance $owner
            (export "r" (type $r (sub resource)))
            (export "make" (func (param "rep" u32) (result (own $r))))))
        (core func $make (canon lower (func $owner "make")))
        (core module $M
            (import "" "make" (func $make (param i32) (result i32)))
            (func $start (drop (call $make (i32.const {first}))) (drop (call $make (i32.const {second}))) unreachable)
            (start $start))
        (core instance (instantiate $M (with "" (instance (export "make" (func $make)))))))"#
    );
    run.instantiate(&user).expect_err("a trap");
    let steps = run.steps();
    let trap = steps.iter().position(|step| step == "trapped / unreachable executed").expect("the trap");
    let end = run.call(&owner, "drops", &[]).ok().and_then(|results| results.into_iter().next());
    (end, steps[trap + 1..].to_vec())
}

#[test]
fn the_handles_of_a_failed_instance_stay_or_are_dropped() {
    // CM-RES-07
    assert_eq!(after_failure(DeadHandles::Kept, [5, 7]), (Some(ComponentVal::U32(0)), vec![]));
    let (drops, steps) = after_failure(DeadHandles::Dropped, [5, 7]);
    assert_eq!(drops, Some(ComponentVal::U32(57)), "in the order of the handles");
    let rule = "rule / CM-RES-07 Dropped".to_owned();
    let dropped = |rep, handle| format!("resource-dropped / $r {rep} {handle}");
    assert_eq!(steps, [rule.clone(), dropped(5, 1), rule.clone(), dropped(7, 2)]);
    // A destructor that traps locks its instance, and the rest of the handles are dropped all the same.
    let (drops, steps) = after_failure(DeadHandles::Dropped, [6, 7]);
    assert_eq!(drops, None, "the owner is locked");
    assert!(steps.contains(&dropped(7, 2)), "{steps:#?}");
    assert!(steps.contains(&"locked /$owner".to_owned()), "{steps:#?}");
}

/// A component that lowers a function with `async`; nothing of it goes through a memory.
const ASYNC_LOWERING: &str = r#"
    (core module $M (memory (export "memory") 1) (func (export "f")))
    (core instance $m (instantiate $M))
    (alias core export $m "memory" (core memory $memory))
    (func $f async (canon lift (core func $m "f")))"#;

#[test]
fn async_lowerings_have_a_memory_where_they_need_one_or_always() {
    // CM-CANON-08
    let root = format!("(component {ASYNC_LOWERING} (core func (canon lower (func $f) async)))");
    let nested = format!("(component (component) {root})");
    let with_memory =
        format!("(component {ASYNC_LOWERING} (core func (canon lower (func $f) async (memory $memory))))");
    let always = Readings { async_memory: AsyncMemory::Always, ..Readings::default() };
    for (text, refused_at) in [(&root, Some("/")), (&nested, Some("/component 1")), (&with_memory, None)] {
        let mut run = Run::new();
        run.instantiate(text).expect("an instance");
        let told: Vec<_> = run.steps().into_iter().filter(|step| step.contains("CM-CANON-08")).collect();
        // The component inside is not instantiated.
        let applied = refused_at.filter(|at| *at == "/");
        assert_eq!(told, Vec::from_iter(applied.map(|at| format!("rule {at} CM-CANON-08 as-needed"))));
        let mut run = Run::new();
        run.store.set_readings(always);
        let Some(at) = refused_at else {
            run.instantiate(text).expect("an instance");
            continue;
        };
        let error = run.instantiate(text).expect_err("invalid");
        assert_eq!(error.outcome(), Outcome::Invalid);
        let ComponentError::NoAsyncMemory { at: found } = error else { panic!("{error}") };
        assert_eq!(found.to_string(), at);
        // Nothing else has happened.
        assert_eq!(run.steps(), [format!("rule {at} CM-CANON-08 always")]);
    }
}

//! What happens when a component is instantiated, and in which order (rules CM-ORD, CM-INST, CM-TRAP, CM-CALL, CM-RES,
//! CM-EXN, CM-CANON).

#![cfg(feature = "component")]

mod component_support;

use component_support::*;
use preflight_engine::{
    component::{ComponentLinker, ComponentVal, HostItem, Lockdown, Readings, Reentrance, StartException},
    trace::{InstancePath, Outcome, Phase, TrapCode},
};
use std::{cell::Cell, rc::Rc};

/// A core module `$name` whose start function logs `id`.
fn starter(name: &str, id: u32) -> String {
    format!(
        r#"(core module {name} (import "" "log" (func $log (param i32)))
             (func $start (call $log (i32.const {id}))) (start $start))"#
    )
}

/// The import of `log`, and its core function in a core instance `$host`.
const LOG: &str = r#"
    (import "log" (func $log (param "id" u32)))
    (core func $log' (canon lower (func $log)))
    (core instance $host (export "log" (func $log')))
"#;

#[test]
fn core_and_component_instances_interleave_as_written() {
    // CM-ORD-01, CM-ORD-02, CM-ORD-03, CM-ORD-04, CM-ORD-07, CM-ORD-08
    let child = |name: &str, id: u32| {
        format!(
            r#"(component {name} {LOG} {} {} (core instance (instantiate $m (with "" (instance $host)))))"#,
            starter("$m", id),
            starter("$never", 99)
        )
    };
    let text = format!(
        r#"(component {LOG} {} {} {} {}
            (core instance $A (instantiate $a (with "" (instance $host))))
            (instance $B (instantiate $b (with "log" (func $log))))
            (core instance $C (instantiate $c (with "" (instance $host))))
            (instance $D (instantiate $d (with "log" (func $log)))))"#,
        starter("$a", 1),
        child("$b", 2),
        starter("$c", 3),
        child("$d", 4),
    );
    let mut run = Run::new();
    run.instantiate(&text).expect("an instance");
    assert_eq!(run.logged(), [1, 2, 3, 4]);
}

#[test]
fn three_levels_have_the_whole_trace() {
    // CM-ORD-03, CM-ORD-09, CM-INST-02, CM-CALL-01: shared modules, starts and host calls at each level.
    let text = format!(
        r#"(component {LOG} {}
            (core instance $one (instantiate $m (with "" (instance $host))))
            (component $middle {LOG}
                (alias outer 1 $m (core module $m))
                (component $inner {LOG}
                    (alias outer 2 $m (core module $m))
                    (core instance $three (instantiate $m (with "" (instance $host)))))
                (core instance $two (instantiate $m (with "" (instance $host))))
                (instance $inner (instantiate $inner (with "log" (func $log)))))
            (instance $middle (instantiate $middle (with "log" (func $log)))))"#,
        starter("$m", 7)
    );
    let mut run = Run::new();
    run.instantiate(&text).expect("an instance");
    let core = |path: &str, component: &str| {
        vec![
            format!("import {path} .log"),
            format!("allocated {path}"),
            format!("start {path}"),
            format!("lifted {component} log params [7]"),
            format!("host {component} log [7]"),
            format!("host-done {component} log []"),
            format!("started {path}"),
            format!("core-done {path}"),
        ]
    };
    let mut expected = vec!["begun /".to_owned(), "import / .log".to_owned()];
    expected.extend(core("/$one", "/"));
    expected.extend(["begun /$middle".to_owned(), "import /$middle .log".to_owned()]);
    expected.extend(core("/$middle/$two", "/$middle"));
    expected.extend(["begun /$middle/$inner".to_owned(), "import /$middle/$inner .log".to_owned()]);
    expected.extend(core("/$middle/$inner/$three", "/$middle/$inner"));
    expected.extend(["done /$middle/$inner".to_owned(), "done /$middle".to_owned(), "done /".to_owned()]);
    assert_eq!(run.steps(), expected);
}

#[test]
fn a_missing_or_mistyped_import_runs_nothing() {
    // CM-ORD-11
    let text = format!(
        r#"(component {LOG} {} (core instance (instantiate $m (with "" (instance $host))))
            (import "late" (instance (export "f" (func (param "x" string) (result u8))))))"#,
        starter("$m", 1)
    );
    let mut run = Run::new();
    let error = run.instantiate(&text).expect_err("a missing import");
    assert_eq!(error.outcome(), Outcome::Unlinkable);
    assert!(error.to_string().contains("\"late\""), "{error}");
    assert!(run.steps().is_empty());

    let ty = preflight_engine::component::ComponentFuncType::new(
        [("x", preflight_engine::component::ComponentValType::String)],
        None,
    );
    let mut late = preflight_engine::component::HostInstance::new();
    late.define("f", HostItem::typed_func(ty, |_, _| Ok(vec![])));
    run.linker.define("late", HostItem::instance(late));
    let error = run.instantiate(&text).expect_err("a mistyped import").to_string();
    let parts = [r#""late" "f""#, r#"(func (param "x" string) (result u8))"#, r#"(func (param "x" string))"#];
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    assert!(run.steps().is_empty());
}

#[test]
fn a_trap_ends_everything_and_undoes_nothing() {
    // CM-TRAP-01, CM-TRAP-02, CM-TRAP-03, CM-ORD-12, CM-RES-07
    let text = format!(
        r#"(component {LOG} {} {}
            (core instance (instantiate $first (with "" (instance $host))))
            (core module $bad (func $f unreachable) (start $f))
            (core instance $bad (instantiate $bad))
            (core instance (instantiate $second (with "" (instance $host)))))"#,
        starter("$first", 1),
        starter("$second", 2),
    );
    let mut run = Run::new();
    let error = run.instantiate(&text).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Start });
    assert_eq!(run.logged(), [1]);
    let steps = run.steps();
    let end: Vec<&str> = steps[steps.len() - 3..].iter().map(String::as_str).collect();
    assert_eq!(end, ["trapped /$bad unreachable executed", "locked /", "trapped / unreachable executed"]);
}

#[test]
fn out_of_bounds_segments_fail_the_component() {
    // CM-INST-11
    let text = r#"(component
        (core module $mem (memory (export "m") 1))
        (core instance $mem (instantiate $mem))
        (core module $data (import "" "m" (memory 1)) (data (i32.const 65536) "x"))
        (core instance (instantiate $data (with "" (instance $mem)))))"#;
    let error = Run::new().instantiate(text).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::OutOfBoundsMemory, phase: Phase::Initialise });
}

/// `$child` exports `f`, which is `body`.
fn child(body: &str) -> String {
    format!(
        r#"(component $C
            (core module $m (func (export "f") {body}))
            (core instance $i (instantiate $m))
            (func (export "f") (canon lift (core func $i "f"))))
        (instance $c (instantiate $C))"#
    )
}

/// A core module that calls `f` in its start function, and its instance.
const CALL_IN_START: &str = r#"
    (core module $caller (import "" "f" (func $f)) (func $start (call $f)) (start $start))
    (core instance (instantiate $caller (with "" (instance (export "f" (func $f'))))))
"#;

#[test]
fn a_sibling_that_traps_fails_the_tree() {
    // CM-TRAP-06, CM-CALL-02, CM-TRAP-04: the completed sibling cannot be entered any more either.
    let text = format!(
        r#"(component {}
            (component $D (import "f" (func $f)) (core func $f' (canon lower (func $f))) {CALL_IN_START})
            (instance (instantiate $D (with "f" (func $c "f")))))"#,
        child("unreachable")
    );
    let mut run = Run::new();
    let error = run.instantiate(&text).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Start });
    let locked: Vec<String> = run.steps().into_iter().filter(|step| step.starts_with("locked")).collect();
    assert_eq!(locked, ["locked /$c", "locked /#1", "locked /"]);
}

#[test]
fn a_parent_may_call_its_child_in_start_by_the_documents() {
    // CM-CALL-05
    let text = format!(r#"(component {} (core func $f' (canon lower (func $c "f"))) {CALL_IN_START})"#, child(""));
    let mut run = Run::new();
    run.instantiate(&text).expect("an instance");
    assert!(run.steps().contains(&"rule /$c CM-CALL-05 EnteringSet".to_owned()));

    traps_for_relatives(&text, "rule /$c CM-CALL-05 TrapRelatives");
}

/// The same by the other reading, and the trace says so.
fn traps_for_relatives(text: &str, rule: &str) {
    let mut run = Run::new();
    run.store.set_readings(Readings { reentrance: Reentrance::TrapRelatives, ..Readings::default() });
    let error = run.instantiate(text).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::CannotEnter, phase: Phase::Start });
    assert!(run.steps().contains(&rule.to_owned()), "{:?}", run.steps());
}

#[test]
fn a_component_may_call_itself_in_start_by_the_documents() {
    // CM-CALL-04
    let text = format!(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (core func $f' (canon lower (func $f))) {CALL_IN_START})"#
    );
    let mut run = Run::new();
    run.instantiate(&text).expect("an instance");
    assert!(run.steps().contains(&"rule / CM-CALL-04 EnteringSet".to_owned()));
    traps_for_relatives(&text, "rule / CM-CALL-04 TrapRelatives");
}

#[test]
fn a_child_may_call_its_unfinished_parent_by_the_documents() {
    // CM-CALL-06
    let text = format!(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (component $D (import "f" (func $f)) (core func $f' (canon lower (func $f))) {CALL_IN_START})
            (instance (instantiate $D (with "f" (func $f)))))"#
    );
    let mut run = Run::new();
    run.instantiate(&text).expect("an instance");
    assert!(run.steps().contains(&"rule / CM-CALL-06 EnteringSet".to_owned()));
    traps_for_relatives(&text, "rule / CM-CALL-06 TrapRelatives");
}

#[test]
fn start_runs_while_the_instance_counts_as_entered() {
    // CM-CALL-03: the host cannot enter what is being instantiated; nothing of it is reachable anyway.
    let text =
        format!("(component {LOG} {} (core instance (instantiate $m (with \"\" (instance $host)))))", starter("$m", 1));
    let mut run = Run::new();
    let seen = Rc::<Cell<Option<bool>>>::default();
    let out = seen.clone();
    run.linker.define(
        "log",
        HostItem::func(move |store, _| {
            out.set(store.component_states().first().map(|root| root.may_enter));
            Ok(vec![])
        }),
    );
    let instance = run.instantiate(&text).expect("an instance");
    assert_eq!(seen.get(), Some(false), "in the start function");
    assert!(run.store.may_enter_component(&instance), "afterwards");
}

#[test]
fn a_trap_locks_the_instance_and_what_it_stands_in() {
    // CM-TRAP-04, CM-TRAP-05
    let text = r#"(component
        (core module $m (func (export "bad") unreachable) (func (export "good")))
        (core instance $i (instantiate $m))
        (func (export "bad") (canon lift (core func $i "bad")))
        (func (export "good") (canon lift (core func $i "good"))))"#;
    for lockdown in [Lockdown::Instance, Lockdown::Store] {
        let mut run = Run::new();
        run.store.set_readings(Readings { lockdown, ..Readings::default() });
        let (a, b) = (run.instantiate(text).expect("an instance"), run.instantiate(text).expect("another"));
        assert_eq!(run.call(&a, "bad", &[]).map_err(code), Err(Some(TrapCode::Unreachable)));
        assert_eq!(run.call(&a, "good", &[]).map_err(code), Err(Some(TrapCode::CannotEnter)));
        let is_open = lockdown == Lockdown::Instance;
        assert_eq!(run.store.may_enter_component(&b), is_open);
        assert_eq!(run.store.component_states().last().map(|state| state.may_enter), Some(is_open));
        let other = run.call(&b, "good", &[]).map_err(code);
        assert_eq!(other.is_ok(), is_open);
    }
}

#[test]
fn exceptions_become_traps_at_the_boundary() {
    // CM-EXN-01, CM-EXN-02
    let start =
        r#"(component (core module $m (tag $t) (func $f (throw $t)) (start $f)) (core instance (instantiate $m)))"#;
    let trap = Outcome::Trap { code: TrapCode::CanonicalAbi, phase: Phase::Start };
    let passes = Outcome::Exception { phase: Phase::Start };
    for (start_exception, outcome) in [(StartException::Trap, trap), (StartException::Passes, passes)] {
        let mut run = Run::new();
        run.store.set_readings(Readings { start_exception, ..Readings::default() });
        let error = run.instantiate(start).expect_err("an end");
        assert_eq!(error.outcome(), outcome);
        assert!(run.steps().contains(&format!("rule / CM-EXN-01 {start_exception:?}")), "{:?}", run.steps());
    }

    let call = r#"(component
        (component $C
            (core module $m (tag $t) (func (export "f") (throw $t)))
            (core instance $i (instantiate $m))
            (func (export "f") (canon lift (core func $i "f"))))
        (instance $c (instantiate $C))
        (core func $f' (canon lower (func $c "f")))
        (core module $caller (import "" "f" (func $f))
            (func (export "g") (block $h (try_table (catch_all $h) (call $f)))))
        (core instance $i (instantiate $caller (with "" (instance (export "f" (func $f'))))))
        (func (export "g") (canon lift (core func $i "g"))))"#;
    let mut run = Run::new();
    let instance = run.instantiate(call).expect("an instance");
    assert_eq!(run.call(&instance, "g", &[]).map_err(code), Err(Some(TrapCode::CanonicalAbi)));
}

#[test]
fn exceptions_between_core_modules_are_caught() {
    // CM-EXN-03
    let text = r#"(component
        (core module $thrower (tag $t (export "t")) (func (export "f") (throw $t)))
        (core instance $thrower (instantiate $thrower))
        (core module $catcher (import "" "f" (func $f)) (import "" "t" (tag $t))
            (func $start (block $h (try_table (catch $t $h) (call $f)))) (start $start))
        (core instance (instantiate $catcher (with "" (instance $thrower)))))"#;
    Run::new().instantiate(text).expect("an instance");
}

#[test]
fn resources_of_start_stay_and_destructors_run_in_place() {
    // CM-RES-01, CM-RES-02, CM-RES-03, CM-RES-04, CM-RES-05
    let text = format!(
        r#"(component {LOG}
            (core module $dtor (import "" "log" (func $log (param i32))) (func (export "d") (param i32) (call $log (local.get 0))))
            (core instance $dtor (instantiate $dtor (with "" (instance $host))))
            (type $R (resource (rep i32) (dtor (core func $dtor "d"))))
            (core func $new (canon resource.new $R))
            (core func $drop (canon resource.drop $R))
            (core func $rep (canon resource.rep $R))
            (core instance $r (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep)))
            (core module $m (import "" "new" (func $new (param i32) (result i32))) (import "" "drop" (func $drop (param i32)))
                (func $start
                    (if (i32.ne (call $new (i32.const 10)) (i32.const 1)) (then unreachable))
                    (if (i32.ne (call $new (i32.const 20)) (i32.const 2)) (then unreachable))
                    (call $drop (i32.const 1)))
                (start $start))
            (core instance (instantiate $m (with "" (instance $r))))
            (core module $n (import "" "rep" (func $rep (param i32) (result i32)))
                (func (export "f") (result i32) (call $rep (i32.const 2))))
            (core instance $n (instantiate $n (with "" (instance $r))))
            (func (export "f") (result u32) (canon lift (core func $n "f"))))"#
    );
    let mut run = Run::new();
    let instance = run.instantiate(&text).expect("an instance");
    assert_eq!(run.logged(), [10]);
    assert_eq!(run.call(&instance, "f", &[]).expect("a result"), [ComponentVal::U32(20)]);
    let life: Vec<String> = run.steps().into_iter().filter(|step| step.contains("resource")).collect();
    assert_eq!(life, ["resource-made / $R 10 1", "resource-made / $R 20 2", "resource-dropped / $R 10 1"]);
}

#[test]
fn realloc_may_not_leave_the_instance() {
    // CM-CANON-02, CM-CANON-03, CM-CALL-09
    let text = |realloc: &str| {
        format!(
            r#"(component {LOG}
            (import "name" (func $name (result string)))
            (core module $libc (import "" "log" (func $log (param i32))) (memory (export "m") 1)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) {realloc} (i32.const 64)))
            (core instance $libc (instantiate $libc (with "" (instance $host))))
            (core func $name' (canon lower (func $name) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
            (core module $m (import "" "name" (func $name (param i32))) (import "" "log" (func $log (param i32)))
                (import "" "m" (memory 1))
                (func $start (call $name (i32.const 0)) (call $log (i32.load (i32.const 4))))
                (start $start))
            (core instance (instantiate $m (with "" (instance
                (export "name" (func $name')) (export "log" (func $log')) (export "m" (memory $libc "m")))))))"#
        )
    };
    let mut run = Run::new();
    run.linker.define("name", HostItem::func(|_, _| Ok(vec![ComponentVal::string("hello")])));
    run.instantiate(&text("")).expect("an instance");
    assert_eq!(run.logged(), [5]);
    let error = run.instantiate(&text("(call $log (i32.const 1))")).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::CannotLeave, phase: Phase::Start });
}

#[test]
fn an_unfilled_shim_traps() {
    // CM-CALL-10, CM-CANON-04
    let text = r#"(component
        (core module $shim (table (export "t") 1 funcref) (type $f (func))
            (func (export "f") (call_indirect (type $f) (i32.const 0))))
        (core instance $shim (instantiate $shim))
        (core module $m (import "" "f" (func $f)) (start $f))
        (core instance (instantiate $m (with "" (instance $shim)))))"#;
    let error = Run::new().instantiate(text).expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::UninitializedElement, phase: Phase::Start });
}

#[test]
fn lifting_runs_nothing() {
    // CM-ORD-10
    let text = r#"(component
        (core module $m (func (export "f") unreachable))
        (core instance $i (instantiate $m))
        (func (export "f") (canon lift (core func $i "f"))))"#;
    Run::new().instantiate(text).expect("an instance");
}

#[test]
fn stubs_stand_in_for_what_no_host_gives() {
    let text = r#"(component
        (import "a:b/c@1.0.0" (instance $i
            (export "r" (type $r (sub resource)))
            (export "make" (func (result (own $r))))
            (export "look" (func (param "r" (borrow $r)) (result (option string))))))
        (core func $make (canon lower (func $i "make")))
        (core module $m (import "" "make" (func $make (result i32)))
            (func $start (drop (call $make))) (start $start))
        (core instance (instantiate $m (with "" (instance (export "make" (func $make)))))))"#;
    let mut run = Run::new();
    run.linker = ComponentLinker::new();
    run.instantiate(text).expect_err("a missing import");
    run.linker.stub_imports(true);
    run.instantiate(text).expect("an instance");
    let host: Vec<String> = run.steps().into_iter().filter(|step| step.starts_with("host")).collect();
    assert_eq!(host, ["host / a:b/c@1.0.0.make []", "host-done / a:b/c@1.0.0.make [own r#1]"]);
}

#[test]
fn roots_are_independent() {
    // CM-INST-10
    let text = r#"(component
        (core module $m (global $g (mut i32) (i32.const 0))
            (func (export "f") (result i32)
                (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))
        (core instance $i (instantiate $m))
        (func (export "f") (result u32) (canon lift (core func $i "f"))))"#;
    let mut run = Run::new();
    let component = component(text);
    let mut instance = |path: &str| {
        run.store.instantiate_component(&component, &run.linker, InstancePath::from(path)).expect("an instance")
    };
    let (a, b) = (instance("/$a"), instance("/$b"));
    assert_eq!(run.call(&a, "f", &[]).expect("a result"), [ComponentVal::U32(1)]);
    assert_eq!(run.call(&a, "f", &[]).expect("a result"), [ComponentVal::U32(2)]);
    assert_eq!(run.call(&b, "f", &[]).expect("a result"), [ComponentVal::U32(1)]);
}

#[test]
fn components_of_the_host_are_matched_with_their_declared_types() {
    // CM-INST-05 for components: instantiated twice, with its start each time.
    let text = format!(
        r#"(component {LOG}
            (import "c" (component $C
                (import "log" (func (param "id" u32)))
                (export "r" (type $r (sub resource)))
                (export "f" (func (param "r" (borrow $r)) (result u8)))))
            (instance (instantiate $C (with "log" (func $log))))
            (instance $c (instantiate $C (with "log" (func $log))))
            (export "c" (instance $c)))"#
    );
    let given = |result: &str, import: &str| {
        component(&format!(
            r#"(component {LOG} {import} {}
            (core instance (instantiate $m (with "" (instance $host))))
            (type $R (resource (rep i32)))
            (export $r "r" (type $R))
            (core module $n (func (export "f") (param i32) (result i32) (local.get 0)))
            (core instance $n (instantiate $n))
            (func $f (param "r" (borrow $r)) (result {result}) (canon lift (core func $n "f")))
            (export "f" (func $f)))"#,
            starter("$m", 3)
        ))
    };
    let mut run = Run::new();
    run.linker.define("c", HostItem::component(given("u8", "")));
    run.instantiate(&text).expect("an instance");
    assert_eq!(run.logged(), [3, 3]);

    run.linker.define("c", HostItem::component(given("u16", "")));
    let error = run.instantiate(&text).expect_err("another result").to_string();
    assert!(error.contains(r#""c" "f""#) && error.contains("(result u8)") && error.contains("(result u16)"), "{error}");

    run.linker.define("c", HostItem::component(given("u8", r#"(import "more" (func))"#)));
    let error = run.instantiate(&text).expect_err("another import").to_string();
    assert!(error.contains("more"), "{error}");
    assert_eq!(run.logged(), [3, 3]);
}

#[test]
fn modules_of_the_host_are_matched_with_their_declared_types() {
    // CM-INST-05, CM-INST-06
    let text = r#"(component
        (import "m" (core module $M (import "" "g" (global i32)) (export "f" (func (result i32)))))
        (core module $g (global (export "g") i32 (i32.const 8)))
        (core instance $g (instantiate $g))
        (core instance $m (instantiate $M (with "" (instance $g))))
        (func (export "f") (result u32) (canon lift (core func $m "f"))))"#;
    let module = |text: &str| {
        HostItem::module(
            preflight_engine::Module::new(&preflight_engine::Config::default(), bytes(text)).expect("a module"),
        )
    };
    let mut run = Run::new();
    run.linker.define(
        "m",
        module(r#"(module (import "" "g" (global i32)) (func (export "f") (result i32) (global.get 0)))"#),
    );
    let instance = run.instantiate(text).expect("an instance");
    assert_eq!(run.call(&instance, "f", &[]).expect("a result"), [ComponentVal::U32(8)]);
    for wrong in [
        r#"(module (func (export "f") (result i64) (i64.const 1)))"#,
        r#"(module (func (export "g") (result i32) (i32.const 1)))"#,
        r#"(module (import "" "g" (global i64)) (func (export "f") (result i32) (i32.const 1)))"#,
        r#"(module (import "" "h" (func)) (func (export "f") (result i32) (i32.const 1)))"#,
    ] {
        run.linker.define("m", module(wrong));
        assert_eq!(run.instantiate(text).expect_err(wrong).outcome(), Outcome::Unlinkable);
    }
}

#[test]
fn a_failed_tree_says_what_is_left_of_it() {
    // CM-TRAP-04, CM-RES-07
    let text = r#"(component
        (component $C
            (type $R (resource (rep i32)))
            (core func $new (canon resource.new $R))
            (core module $m (import "" "new" (func $new (param i32) (result i32)))
                (func $start (drop (call $new (i32.const 1)))) (start $start))
            (core instance (instantiate $m (with "" (instance (export "new" (func $new)))))))
        (instance $done (instantiate $C))
        (component $D (core module $m (func $f unreachable) (start $f)) (core instance (instantiate $m)))
        (instance $bad (instantiate $D)))"#;
    let mut run = Run::new();
    run.instantiate(text).expect_err("a trap");
    let states: Vec<_> = run
        .store
        .component_states()
        .into_iter()
        .map(|state| (state.path.to_string(), state.is_locked, state.may_enter, state.handles))
        .collect();
    let expected = [("/", true, false, 0), ("/$done", false, false, 1), ("/$bad", true, false, 0)]
        .map(|(path, locked, enter, handles)| (path.to_owned(), locked, enter, handles));
    assert_eq!(states, expected);
}

#[test]
fn a_parent_cannot_call_back_into_a_child_on_the_stack() {
    // CM-CALL-07
    let text = r#"(component
        (core module $shim (table (export "t") 1 funcref) (type $f (func))
            (func (export "f") (call_indirect (type $f) (i32.const 0))))
        (core instance $shim (instantiate $shim))
        (func $back (canon lift (core func $shim "f")))
        (component $C
            (import "back" (func $back))
            (core func $back' (canon lower (func $back)))
            (core module $m (import "" "back" (func $back)) (func (export "f") (call $back)))
            (core instance $m (instantiate $m (with "" (instance (export "back" (func $back'))))))
            (func (export "f") (canon lift (core func $m "f"))))
        (instance $c (instantiate $C (with "back" (func $back))))
        (core func $f' (canon lower (func $c "f")))
        (core module $fill (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (elem (i32.const 0) func $f))
        (core instance (instantiate $fill (with "" (instance
            (export "t" (table $shim "t")) (export "f" (func $f'))))))
        (export "f" (func $back)))"#;
    let mut run = Run::new();
    let instance = run.instantiate(text).expect("an instance");
    assert_eq!(run.call(&instance, "f", &[]).map_err(code), Err(Some(TrapCode::CannotEnter)));
}

#[test]
fn storage_belongs_to_one_thread() {
    // CM-CANON-05, CM-ASYNC-14, CM-ASYNC-15: a start function's storage is neither that of `realloc` nor of what comes later.
    let text = r#"(component
        (import "name" (func $name (result string)))
        (core func $get (canon context.get i32 0))
        (core func $set (canon context.set i32 0))
        (core instance $ctx (export "get" (func $get)) (export "set" (func $set)))
        (core module $libc (import "" "get" (func $get (result i32))) (memory (export "m") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
                (if (call $get) (then unreachable)) (i32.const 64)))
        (core instance $libc (instantiate $libc (with "" (instance $ctx))))
        (core func $name' (canon lower (func $name) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
        (core module $m (import "" "get" (func $get (result i32))) (import "" "set" (func $set (param i32)))
            (import "" "name" (func $name (param i32)))
            (func $start (call $set (i32.const 7)) (call $name (i32.const 0))
                (if (i32.ne (call $get) (i32.const 7)) (then unreachable)))
            (func (export "f") (result i32) (call $get))
            (start $start))
        (core instance $i (instantiate $m (with "" (instance
            (export "get" (func $get)) (export "set" (func $set)) (export "name" (func $name'))))))
        (func (export "f") (result u32) (canon lift (core func $i "f"))))"#;
    let mut run = Run::new();
    run.linker.define("name", HostItem::func(|_, _| Ok(vec![ComponentVal::string("x")])));
    let instance = run.instantiate(text).expect("an instance");
    assert_eq!(run.call(&instance, "f", &[]).expect("a result"), [ComponentVal::U32(0)]);
}

#[test]
fn options_are_resolved_where_they_stand() {
    // CM-CANON-01: two lifts of one function with two memories.
    let text = r#"(component
        (core module $mem (memory (export "m") 1) (global (export "g") (mut i32) (i32.const 0)))
        (core module $a (memory (export "m") 1) (data (i32.const 8) "one") (func (export "f") (result i32) (i32.const 0))
            (data (i32.const 0) "\08\00\00\00\03\00\00\00"))
        (core module $b (memory (export "m") 1) (data (i32.const 0) "\10\00\00\00\03\00\00\00") (data (i32.const 16) "two"))
        (core instance $a (instantiate $a))
        (core instance $b (instantiate $b))
        (func (export "x") (result string) (canon lift (core func $a "f") (memory (core memory $a "m"))))
        (func (export "y") (result string) (canon lift (core func $a "f") (memory (core memory $b "m")))))"#;
    let mut run = Run::new();
    let instance = run.instantiate(text).expect("an instance");
    assert_eq!(run.call(&instance, "x", &[]).expect("a result"), [ComponentVal::string("one")]);
    assert_eq!(run.call(&instance, "y", &[]).expect("a result"), [ComponentVal::string("two")]);
}

#[test]
fn sections_may_be_split() {
    // CM-ORD-05: the same definitions in one section each, and in as many sections as there are definitions.
    let merged = r#"(component (core module $m (func (export "f")))
        (core instance (instantiate $m)) (core instance (instantiate $m)))"#;
    let split = r#"(component (core module $m (func (export "f")))
        (core instance (instantiate $m)) (type u8) (core instance (instantiate $m)))"#;
    let steps = |text: &str| {
        let mut run = Run::new();
        run.instantiate(text).expect("an instance");
        run.steps()
    };
    assert_eq!(steps(merged), steps(split));
}

//! The asynchronous half of the canonical ABI (CanonicalABI.md, *Concurrency*, *Runtime State*, *Canonical Definitions*), on
//! both tiers: what each built-in does and when it traps, who runs next, and what hostile components run into.

#![cfg(feature = "component")]

#[path = "../component_support/mod.rs"]
mod component_support;
mod copies;
mod host;
mod limits;
mod subtasks;
mod threads;
mod traps;

use component_support::*;
use preflight_engine::{Config, Fault, component::ComponentVal, trace::TrapCode};

/// Every built-in: its name in core code, its definition, its core type.
const BUILTINS: &[(&str, &str, &str)] = &[
    ("return", "task.return (result u32)", "(param i32)"),
    ("cancel", "task.cancel", ""),
    ("inc", "backpressure.inc", ""),
    ("dec", "backpressure.dec", ""),
    ("set", "waitable-set.new", "(result i32)"),
    ("wait", "waitable-set.wait (memory (core memory $mem \"m\"))", "(param i32 i32) (result i32)"),
    (
        "wait-cancellable",
        "waitable-set.wait cancellable (memory (core memory $mem \"m\"))",
        "(param i32 i32) (result i32)",
    ),
    ("poll", "waitable-set.poll (memory (core memory $mem \"m\"))", "(param i32 i32) (result i32)"),
    ("set-drop", "waitable-set.drop", "(param i32)"),
    ("join", "waitable.join", "(param i32 i32)"),
    ("subtask-cancel", "subtask.cancel", "(param i32) (result i32)"),
    ("subtask-cancel-async", "subtask.cancel async", "(param i32) (result i32)"),
    ("subtask-drop", "subtask.drop", "(param i32)"),
    ("yield", "thread.yield", "(result i32)"),
    ("yield-cancellable", "thread.yield cancellable", "(result i32)"),
    ("index", "thread.index", "(result i32)"),
    ("new-thread", "thread.new-indirect $start (core table $mem \"t\")", "(param i32 i32) (result i32)"),
    ("resume-later", "thread.resume-later", "(param i32)"),
    ("suspend", "thread.suspend", "(result i32)"),
    ("suspend-then-resume", "thread.suspend-then-resume", "(param i32) (result i32)"),
    ("yield-then-resume", "thread.yield-then-resume", "(param i32) (result i32)"),
    ("suspend-then-promote", "thread.suspend-then-promote", "(param i32) (result i32)"),
    ("yield-then-promote", "thread.yield-then-promote", "(param i32) (result i32)"),
    ("stream", "stream.new $st", "(result i64)"),
    ("read", "stream.read $st async (memory (core memory $mem \"m\"))", "(param i32 i32 i32) (result i32)"),
    ("write", "stream.write $st async (memory (core memory $mem \"m\"))", "(param i32 i32 i32) (result i32)"),
    ("read-sync", "stream.read $st (memory (core memory $mem \"m\"))", "(param i32 i32 i32) (result i32)"),
    ("write-sync", "stream.write $st (memory (core memory $mem \"m\"))", "(param i32 i32 i32) (result i32)"),
    ("cancel-read", "stream.cancel-read $st", "(param i32) (result i32)"),
    ("cancel-write", "stream.cancel-write $st", "(param i32) (result i32)"),
    ("drop-readable", "stream.drop-readable $st", "(param i32)"),
    ("drop-writable", "stream.drop-writable $st", "(param i32)"),
    ("future", "future.new $ft", "(result i64)"),
    ("future-read", "future.read $ft async (memory (core memory $mem \"m\"))", "(param i32 i32) (result i32)"),
    ("future-write", "future.write $ft async (memory (core memory $mem \"m\"))", "(param i32 i32) (result i32)"),
    ("future-cancel-read", "future.cancel-read $ft", "(param i32) (result i32)"),
    ("future-cancel-write", "future.cancel-write $ft", "(param i32) (result i32)"),
    ("future-drop-readable", "future.drop-readable $ft", "(param i32)"),
    ("future-drop-writable", "future.drop-writable $ft", "(param i32)"),
    (
        "error",
        "error-context.new (memory (core memory $mem \"m\")) (realloc (core func $mem \"r\"))",
        "(param i32 i32) (result i32)",
    ),
    (
        "error-message",
        "error-context.debug-message (memory (core memory $mem \"m\")) (realloc (core func $mem \"r\"))",
        "(param i32 i32)",
    ),
    ("error-drop", "error-context.drop", "(param i32)"),
];

/// The part of a component that has all built-ins, a memory and a table, and the core instance `$i` of a module with `body`.
/// `more` are further functions to import: name, core function and type.
fn with_builtins(body: &str, more: &[(&str, &str, &str)]) -> String {
    let mut text = String::from(
        r#"(core module $Mem (memory (export "m") 1) (table (export "t") 8 funcref)
            (func (export "r") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
        (core instance $mem (instantiate $Mem))
        (core type $start (func (param i32))) (type $st (stream u8)) (type $ft (future u8))"#,
    );
    let (mut imports, mut exports) = (String::new(), String::new());
    for (name, canon, ty) in BUILTINS {
        text += &format!("(core func ${name} (canon {canon}))\n");
        imports += &format!("(import \"\" \"{name}\" (func ${name} {ty}))\n");
        exports += &format!("(export \"{name}\" (func ${name}))\n");
    }
    for (name, func, ty) in more {
        imports += &format!("(import \"\" \"{name}\" (func ${name} {ty}))\n");
        exports += &format!("(export \"{name}\" (func {func}))\n");
    }
    text + &format!(
        r#"(core module $m {imports} (import "mem" "m" (memory 1)) (import "mem" "t" (table 8 funcref))
            {body})
        (core instance $i (instantiate $m (with "mem" (instance $mem)) (with "" (instance {exports}))))"#
    )
}

/// How `$C`'s `f` is lifted: its core function takes the argument and calls `task.return`.
const STACKFUL: &str = "async";
const CALLBACK: &str = r#"async (callback (core func $i "cb"))"#;

/// `$C` exports `f`, of type `async func(x: u32) -> u32`, and `g`, of type `func(x: u32) -> u32`, which its core module
/// `callee` must have; `$D` exports `go`, of type `async func() -> u32`, whose core code may call `$f` (lowered `async`: the
/// argument and where the result goes), `$f-sync` and `$g`.
fn pair(callee: &str, lift: &str, caller: &str) -> String {
    let callee = with_builtins(callee, &[("log", "$log'", "(param i32)")]);
    let more = [
        ("f", "$f'", "(param i32 i32) (result i32)"),
        ("f-sync", "$f-sync", "(param i32) (result i32)"),
        ("g", "$g'", "(param i32) (result i32)"),
    ];
    let caller = with_builtins(caller, &more);
    format!(
        r#"(component
        (import "log" (func $log (param "id" u32)))
        (component $C
            (import "log" (func $log (param "id" u32)))
            (core func $log' (canon lower (func $log)))
            {callee}
            (func (export "f") async (param "x" u32) (result u32) (canon lift (core func $i "f") {lift}))
            (func (export "g") (param "x" u32) (result u32) (canon lift (core func $i "g"))))
        (instance $c (instantiate $C (with "log" (func $log))))
        (component $D
            (import "f" (func $f async (param "x" u32) (result u32)))
            (import "g" (func $g (param "x" u32) (result u32)))
            (core module $M (memory (export "m") 1)) (core instance $dm (instantiate $M))
            (core func $f-sync (canon lower (func $f)))
            (core func $g' (canon lower (func $g)))
            (alias core export $dm "m" (core memory $dm))
            (core func $f' (canon lower (func $f) async (memory $dm)))
            {caller}
            (func (export "go") async (result u32) (canon lift (core func $i "go"))))
        (instance $d (instantiate $D (with "f" (func $c "f")) (with "g" (func $c "g"))))
        (export "go" (func $d "go")))"#
    )
}

/// One component whose `go`, of type `async func() -> u32`, has all built-ins.
fn single(body: &str) -> String {
    let body = with_builtins(body, &[("log", "$log'", "(param i32)")]);
    format!(
        r#"(component
        (import "log" (func $log (param "id" u32)))
        (core func $log' (canon lower (func $log)))
        {body}
        (func (export "go") async (result u32) (canon lift (core func $i "go"))))"#
    )
}

/// How a call of `go` ended: its result or the trap.
type End = Result<u32, Option<TrapCode>>;

fn end_of(end: Result<Vec<ComponentVal>, Fault>) -> Result<u32, Fault> {
    match end?.as_slice() {
        [ComponentVal::U32(v)] => Ok(*v),
        other => panic!("{other:?}"),
    }
}

/// Calls `go` on every tier; all must end the same, log the same and take the same steps.
fn run(text: &str) -> (End, Vec<u32>, Vec<String>) {
    let component = component(text);
    let on = |config: &Config| {
        let mut run = Run::with(config);
        let instance = run.instantiate_component(&component).expect("an instance");
        let end = end_of(run.call(&instance, "go", &[])).map_err(code);
        (end, run.logged(), run.steps())
    };
    let mut ends = tiers().iter().map(on).collect::<Vec<_>>();
    let last = ends.pop().expect("a tier");
    ends.iter().for_each(|end| assert_eq!(*end, last));
    last
}

/// How `go` of one component ends whose core function has this body.
fn go(body: &str) -> End {
    run(&single(&format!(r#"(func (export "go") (result i32) {LOCALS} {body})"#))).0
}

/// Locals of the bodies that tests give.
const LOCALS: &str = "(local $a i32) (local $b i32) (local $s i32) (local $pair i64)";

const INVALID: End = Err(Some(TrapCode::InvalidHandle));
const ABI: End = Err(Some(TrapCode::CanonicalAbi));
const BLOCKED: End = Err(Some(TrapCode::CannotBlock));

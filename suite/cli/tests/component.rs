//! `preflight trace` and `exec` of components, from end to end.

mod common;

use common::{Folder, contains};

/// Three core modules and a child; the child's start function calls back through two components and then traps.
const LEVELS: &str = r#"(component
  (import "log" (func $log (param "x" u32) (result string)))
  (import "limit" (value $limit u32))
  (core module $Libc
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256)))
  (core instance $libc (instantiate $Libc))
  (core func $log' (canon lower (func $log) (memory $libc "mem") (realloc (func $libc "realloc"))))
  (core module $M
    (import "h" "log" (func $log (param i32 i32)))
    (func $init (call $log (i32.const 7) (i32.const 16)))
    (start $init)
    (func (export "next") (param i32) (result i32)
      (call $log (local.get 0) (i32.const 16))
      (i32.add (local.get 0) (i32.const 1))))
  (core instance $m (instantiate $M (with "h" (instance (export "log" (func $log'))))))
  (func $next (param "x" u32) (result u32) (canon lift (core func $m "next")))
  (start $next (value $limit) (result (value $out)))
  (component $Child
    (import "next" (func $next (param "x" u32) (result u32)))
    (core func $next' (canon lower (func $next)))
    (core module $T
      (import "h" "next" (func $next (param i32) (result i32)))
      (func $init (drop (call $next (i32.const 41))) unreachable)
      (start $init))
    (core instance $t (instantiate $T (with "h" (instance (export "next" (func $next')))))))
  (instance $child (instantiate $Child (with "next" (func $next))))
  (export "out" (value $out)))"#;

/// Adds, makes a resource, joins text, and exports an interface.
const API: &str = r#"(component
  (import "log" (func (param "x" u32)))
  (type $R' (resource (rep i32)))
  (core func $new (canon resource.new $R'))
  (core module $M
    (import "h" "new" (func $new (param i32) (result i32)))
    (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256))
    (func (export "make") (result i32) (call $new (i32.const 5)))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "echo") (param i32 i32) (result i32)
      (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)) (i32.const 0)))
  (core instance $m (instantiate $M (with "h" (instance (export "new" (func $new))))))
  (export $R "r" (type $R'))
  (func $make (result (own $R)) (canon lift (core func $m "make")))
  (func $add (param "a" s32) (param "b" s32) (result s32) (canon lift (core func $m "add")))
  (func $echo (param "text" string) (result string)
    (canon lift (core func $m "echo") (memory $m "mem") (realloc (func $m "realloc"))))
  (instance $api (export "add" (func $add)))
  (export "a:b/math@1.2.0" (instance $api))
  (export "make" (func $make))
  (export "echo" (func $echo)))"#;

/// Calls `add` of an interface in its start function.
const USER: &str = r#"(component
  (import "a:b/math@1.2.1" (instance $math (export "add" (func (param "a" s32) (param "b" s32) (result s32)))))
  (core func $add (canon lower (func $math "add")))
  (core module $M
    (import "h" "add" (func $add (param i32 i32) (result i32)))
    (func $init (drop (call $add (i32.const 1) (i32.const 2))))
    (start $init))
  (core instance $m (instantiate $M (with "h" (instance (export "add" (func $add)))))))"#;

/// Imports a core module, a component, and a value.
const PARTS: &str = r#"(component
  (import "m" (core module $m (export "f" (func (result i32)))))
  (import "c" (component $c (export "n" (func (result u32)))))
  (import "at" (value $at (tuple u8 (option string))))
  (core instance $i (instantiate $m))
  (instance $j (instantiate $c))
  (func $f (result u32) (canon lift (core func $i "f")))
  (export "f" (func $f))
  (export "n" (func $j "n"))
  (export "here" (value $at)))"#;

fn folder() -> Folder {
    Folder::with(&[
        ("levels.wat", LEVELS),
        ("api.wat", API),
        ("user.wat", USER),
        ("parts.wat", PARTS),
        ("m.wat", r#"(module (func (export "f") (result i32) (i32.const 5)))"#),
        (
            "c.wat",
            r#"(component
           (core module $M (func (export "n") (result i32) (i32.const 6)))
           (core instance $m (instantiate $M))
           (func (export "n") (result u32) (canon lift (core func $m "n"))))"#,
        ),
    ])
}

#[test]
fn a_failure_half_way_shows_what_ran_and_what_is_locked() {
    let run = folder().run("trace levels.wat --value limit=10");
    insta::assert_snapshot!(run.out, @r#"
    / (levels.wat): a component
    ├─ import log (func) ← stub
    ├─ import limit (value) ← --value
    ├─ /$libc
    │  ├─ allocated 1 function, 1 memory
    │  └─ ready
    ├─ /$m
    │  ├─ import h.log (func)
    │  ├─ allocated 2 functions
    │  ├─ start function 1 ($init)
    │  │  ├─ /: lifted log params: 7
    │  │  ├─ /: host call log(7) → ""
    │  │  └─ /: lowered log result: ""
    │  ├─ start returned
    │  └─ ready
    ├─ component start function 1(10)
    │  ├─ lowered $next params: 10
    │  ├─ lifted log params: 10
    │  ├─ host call log(10) → ""
    │  ├─ lowered log result: ""
    │  └─ lifted $next result: 11
    ├─ component start returned 11
    ├─ /$child: a component
    │  ├─ import next (func)
    │  ├─ /$child/$t
    │  │  ├─ import h.next (func)
    │  │  ├─ allocated 1 function
    │  │  └─ start function 1 ($init)
    │  │     ├─ /: rule CM-CALL-06 read as entering-set
    │  │     ├─ /$child: lifted $next params: 41
    │  │     ├─ /: lowered $next params: 41
    │  │     ├─ /: lifted log params: 41
    │  │     ├─ /: host call log(41) → ""
    │  │     ├─ /: lowered log result: ""
    │  │     ├─ /: lifted $next result: 42
    │  │     ├─ /$child: lowered $next result: 42
    │  │     └─ TRAP unreachable executed (start)
    │  ├─ locked: it may not be entered any more
    │  └─ TRAP unreachable executed (start)
    ├─ locked: it may not be entered any more
    └─ TRAP unreachable executed (start)

    outcome: trap: unreachable executed (start)
      while running a start function of /$child
      in function 1 ($init) of /$child/$t, at offset 0x30

    what can still be reached:
      component instance /: locked, nothing in it can be called
      component instance /$child: locked, nothing in it can be called
    "#);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn a_diagram_shows_who_instantiates_whom() {
    let run = folder().run("trace levels.wat --value limit=10 --format mermaid");
    contains(
        &run.out,
        &[
            "host->>i0: instantiate\n",
            "i0->>i2: start function 1 ($init)\n",
            "i0->>i0: component start function 1(10)\n",
            "i0->>i3: instantiate\n",
            "i4--xi3: TRAP unreachable executed (start)\n",
            "Note over i3: locked",
            "i0--xhost: TRAP",
        ],
    );
}

#[test]
fn json_is_the_trace_and_can_be_expected() {
    let folder = folder();
    let run = folder.run("trace levels.wat --value limit=10 --format json --out before.json");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let text = std::fs::read_to_string(folder.path("before.json")).unwrap();
    let trace: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(trace["outcome"]["class"], "trap");
    assert_eq!(trace["post_mortem"][1]["at"], "/$child");
    assert_eq!(trace["post_mortem"][1]["locked"], true);
    let same = folder.run("trace levels.wat --value limit=10 --expect before.json --level outcome");
    assert_eq!((same.status, same.err.as_str()), (0, ""));
    let other = folder.run("trace levels.wat --value limit=11 --expect before.json");
    assert_eq!(other.status, 1);
    contains(&other.err, &["start-up is not as expected", "old  /: component start function 1(10)"]);
    #[cfg(feature = "jit")]
    assert_eq!(folder.run("trace levels.wat --value limit=10 --expect before.json --tier jit").status, 0);
}

#[test]
fn functions_are_called_by_name_with_values() {
    let folder = folder();
    let run = folder.run("trace api.wat --invoke make");
    insta::assert_snapshot!(run.out, @r#"
    / (api.wat): a component
    ├─ import log (func) ← stub
    ├─ /$m
    │  ├─ import h.new (func)
    │  ├─ allocated 4 functions, 1 memory
    │  └─ ready
    └─ component instance ready
    /: call make()
    ├─ resource "$R'" 5 made, handle 1
    └─ lifted $make result: own $R'#5
    /: make returned own $R'#5

    outcome: returned own $R'#5
    "#);
    for name in ["a:b/math@1.2.0#add", "add"] {
        let run = folder.run(&format!("trace api.wat --invoke {name} 1 -2"));
        contains(&run.out, &["call a:b/math@1.2.0.add(1, -2)", "outcome: returned -1"]);
    }
    folder.write(
        "log.wat",
        br#"(component
      (core module $M (func (export "log") (param i32)))
      (core instance $m (instantiate $M))
      (func (export "log") (param "x" u32) (canon lift (core func $m "log"))))"#,
    );
    let run = folder.run("exec api.wat --invoke echo text");
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    contains(&run.err, &["unknown import \"log\"", r#"(func (param "x" u32))"#, "--preload NAME=FILE"]);
    folder.write("pure.wat", API.replace("(import \"log\" (func (param \"x\" u32)))", "").as_bytes());
    let run = folder.run("exec pure.wat --invoke echo text");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "\"text\"\n", ""));
    assert_eq!(folder.run("exec --invoke echo pure.wat one --invoke echo two").out, "\"one\"\n\"two\"\n");
    let run = folder.run("exec pure.wat --invoke echo \"a\\\"b\"");
    assert_eq!((run.status, run.out.as_str()), (0, "\"a\\\"b\"\n"));
}

#[test]
fn preloads_give_instances_components_modules_and_interfaces() {
    let folder = folder();
    let run = folder.run("trace user.wat --preload lib=api.wat");
    contains(
        &run.out,
        &[
            "/$lib (api.wat): a component\n├─ import log (func) ← stub\n",
            "/ (user.wat): a component\n├─ import a:b/math@1.2.1 (instance) ← /$lib\n",
            "│  │  ├─ /$lib: lowered $add params: 1, 2\n",
            "│  │  └─ /: lowered $add result: 3\n",
        ],
    );
    // What is called as one of its interfaces is that interface, and not what has it.
    let run = folder.run("trace user.wat --preload a:b/math@1.2.1=api.wat");
    contains(&run.out, &["lowered $add result: 3\n"]);
    let run = folder.run("trace parts.wat --preload m=m.wat --preload c=c.wat --value at=(3,none) --invoke n");
    contains(&run.out, &["import m (module) ← m.wat", "import c (component) ← c.wat", "outcome: returned 6"]);
    contains(&run.out, &["value / here = (3, none)"]);
    let run = folder.run("exec parts.wat --preload m=m.wat --preload c=c.wat --value at=(3,none) --invoke f");
    assert_eq!((run.status, run.out.as_str()), (0, "5\n"));
}

#[test]
fn strict_imports_take_no_stubs() {
    let run = folder().run("trace user.wat --strict-imports");
    contains(&run.out, &["outcome: unlinkable", r#"unknown import "a:b/math@1.2.1""#, "--preload NAME=FILE"]);
    assert_eq!(run.status, 1);
    let run = folder().run("exec levels.wat");
    contains(&run.err, &[r#"unknown import "log""#, r#"nothing is given for "log", "limit""#]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    let run = folder().run("trace user.wat");
    contains(&run.out, &["← stub", "host call a:b/math@1.2.1.add(1, 2) → 0", "outcome: returned"]);
    assert_eq!(run.status, 0);
}

#[test]
fn contested_rules_have_a_switch() {
    let folder = folder();
    let run = folder.run("trace levels.wat --value limit=10 --reading trap-relatives");
    contains(&run.out, &["rule CM-CALL-06 read as trap-relatives", "outcome: trap: cannot enter"]);
    folder.write(
        "throw.wat",
        br#"(component
      (core module $M (tag $e) (func $init (throw $e)) (start $init))
      (core instance $m (instantiate $M)))"#,
    );
    contains(&folder.run("trace throw.wat").out, &["rule CM-EXN-01 read as trap", "outcome: trap: "]);
    let run = folder.run("trace throw.wat --reading exception-passes");
    contains(&run.out, &["rule CM-EXN-01 read as passes", "outcome: uncaught exception"]);
}

#[test]
fn every_reading_can_be_asked_for() {
    let folder = folder();
    folder.write(
        "starts.wat",
        br#"(component
      (core module $M (memory (export "m") 1) (func (export "f") (result i32) (i32.const 0)) (func (export "p") (param i32)))
      (core instance $m (instantiate $M))
      (func $f (result string)
        (canon lift (core func $m "f") (memory (core memory $m "m")) (post-return (core func $m "p"))))
      (start $f (result (value $a)))
      (start $f (result (value $b)))
      (export "a" (value $a)) (export "b" (value $b)))"#,
    );
    let run = folder.run("trace starts.wat");
    let applied = ["rule CM-START-02 read as several", r#"rule CM-START-07 read as "before the next definition""#];
    contains(&run.out, &applied);
    let run = folder.run("trace starts.wat --reading one-start");
    contains(&run.out, &["rule CM-START-02 read as one", "outcome: invalid"]);
    let run = folder.run("trace starts.wat --reading post-return-last");
    contains(&run.out, &[r#"rule CM-START-07 read as "after the last definition""#, "outcome: returned"]);
    for reading in [
        "trap-relatives",
        "eager-blocking",
        "lock-store",
        "exception-passes",
        "enter-starting",
        "no-barging",
        "partial-cancelled",
        "lock-given-up",
        "drop-dead-handles",
        "reference-tests",
    ] {
        let run = folder.run(&format!("trace starts.wat --reading {reading}"));
        contains(&run.out, &["outcome: returned"]);
    }
}

#[test]
fn scripts_are_run_under_a_reading_as_well() {
    let folder = folder();
    // The start function of the instance throws, which is a trap by the documents and an exception where it passes.
    folder.write(
        "throw.wast",
        br#"(assert_trap (component
      (core module $M (tag $e) (func $init (throw $e)) (start $init))
      (core instance $m (instantiate $M))) "uncaught exception")"#,
    );
    assert_eq!(folder.run("wast throw.wast").status, 0);
    let run = folder.run("wast throw.wast --reading exception-passes");
    assert_eq!(run.status, 1, "{}", run.out);
    contains(&run.out, &["got       uncaught exception"]);
    assert_eq!(folder.run("wast throw.wast --reading reference-tests").status, 0);
}

#[test]
fn what_does_not_fit_is_told_before_anything_runs() {
    let folder = folder();
    let cases = [
        ("trace levels.wat --value limit=x", "--value limit: \"x\" is no value of u32"),
        ("trace levels.wat --value max=1", "imports no value of this name; it imports \"limit\" (u32)"),
        ("trace levels.wat --value limit=1 --value limit=2", "--value limit is given twice"),
        ("trace levels.wat --value limit", "expected NAME=WAVE"),
        ("trace m.wat --value limit=1", "only components import values"),
        ("trace m.wat --preload c=c.wat", "c.wat is a component, and m.wat, a core module, cannot import from it"),
        ("trace user.wat --preload a:b/math@1.2.1=m.wat", "is an instance"),
        ("trace api.wat --invoke add 1 x", "argument \"b\": \"x\" is no value of s32"),
        ("trace api.wat --invoke add 1", "(result s32)), and 1 argument is given"),
        ("trace api.wat --invoke nope", r#"it exports "a:b/math@1.2.0#add", "make", "echo""#),
        ("exec api.wat --env A=B", "WASI 0.2"),
    ];
    for (args, message) in cases {
        let run = folder.run(args);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args}");
        contains(&run.err, &[message]);
    }
}

#[test]
fn a_trap_in_one_of_several_instances_of_a_module_names_them_all() {
    let text = r#"(component
      (core module $M (func (export "bad") (unreachable)))
      (core instance $a (instantiate $M)) (core instance $b (instantiate $M))
      (func (export "go") (canon lift (core func $b "bad"))))"#;
    let run = Folder::with(&[("two.wat", text)]).run("exec two.wat --invoke go");
    contains(&run.err, &["trap: unreachable executed", "in function 0 (bad) of /$a or /$b, at offset 0x"]);
    assert_eq!(run.status, 1);
}

//! `preflight exec`, from end to end.

mod common;

use common::{Folder, contains};

const MATH: &str = r#"(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $divide (export "div") (param i64 i64) (result i64) (i64.div_s (local.get 0) (local.get 1)))
  (func (export "both") (param f32 f64 externref) (result f64 f32 externref)
    (local.get 1) (local.get 0) (local.get 2))
  (func $spin (export "spin") (loop (br 0)))
  (tag $t (param i32))
  (func (export "throw") (throw $t (i32.const 3))))"#;

fn folder() -> Folder {
    Folder::with(&[("math.wat", MATH)])
}

#[test]
fn a_failure_is_told_whatever_is_printed() {
    let folder = folder();
    for format in ["text", "json"] {
        let run = folder.run(&format!("exec math.wat --invoke div 1 0 --format {format}"));
        assert_eq!(run.status, 1, "{format}");
        contains(&run.err, &["integer divide by zero", "$divide"]);
    }
}

#[test]
fn results_are_printed_one_per_line() {
    let folder = folder();
    assert_eq!(folder.run("exec math.wat --invoke add 0x28 2").out, "42\n");
    assert_eq!(folder.run("exec math.wat --invoke add -1 -0x2 --fuel 100").out, "-3\n");
    assert_eq!(folder.run("exec math.wat --invoke both -nan:0x200000 -inf null").out, "-inf\n-nan:0x200000\nnull\n");
    assert_eq!(folder.run("exec math.wat --invoke both nan 1e100 7").out, "1e100\nnan\n7\n");
    let run = folder.run("exec math.wat");
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
}

#[test]
fn calls_follow_each_other_until_one_does_not_return() {
    let counter = r#"(module
      (global $n (mut i32) (i32.const 0))
      (func (export "_initialize") (global.set $n (i32.const 10)))
      (func (export "next") (param i32) (result i32)
        (global.set $n (i32.div_s (i32.const 100) (local.get 0)))
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))"#;
    let folder = Folder::with(&[("counter.wat", counter)]);
    assert_eq!(folder.run("exec counter.wat --invoke next 10 --invoke next -1").out, "11\n-99\n");
    let run = folder.run("exec counter.wat --invoke next 10 --invoke next 0 --invoke next 1");
    assert_eq!((run.status, run.out.as_str()), (1, "11\n"));
    contains(&run.err, &["integer divide by zero", "while calling \"next\""]);
    let trace = folder.run("trace counter.wat --invoke next 10 --invoke next 20").out;
    contains(&trace, &["call next(i32:10) → i32:11\n/: call next(i32:20) → i32:6\n", "outcome: returned i32:6"]);
    assert_eq!(trace.matches("call _initialize").count(), 1, "{trace}");
}

/// As other command lines have it.
#[test]
fn the_file_may_stand_behind_the_name_of_the_call() {
    let folder = folder();
    assert_eq!(folder.run("exec --invoke add math.wat 1 2").out, "3\n");
    assert_eq!(folder.run("exec --tier interp --invoke add 1 -2 math.wat").out, "-1\n");
    let run = folder.run("exec --invoke add 1 2");
    assert_eq!(run.status, 2);
    contains(&run.err, &["<FILE>"]);
}

#[test]
fn a_trap_is_told_with_class_function_and_offset() {
    let run = folder().run("exec math.wat --invoke div 1 0");
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    contains(
        &run.err,
        &["error: trap: integer divide by zero", "function 1 ($divide) of / (math.wat)", "at offset 0x"],
    );
}

#[test]
fn exceptions_and_limits_are_told() {
    let run = folder().run("exec math.wat --invoke throw");
    assert_eq!(run.status, 1);
    contains(&run.err, &["uncaught exception (i32:3)"]);
    let run = folder().run("exec math.wat --invoke spin --timeout 0.1");
    assert_eq!(run.status, 1);
    contains(&run.err, &["exhausted: interrupted", "--timeout"]);
    contains(&folder().run("exec math.wat --invoke spin --fuel 9").err, &["exhausted: fuel"]);
}

#[test]
fn wrong_arguments_are_explained() {
    let folder = folder();
    for (args, parts) in [
        ("add 1", ["add takes 2 arguments (i32 i32), 1 given", ""]),
        ("add 1 x", ["argument 2 of add: \"x\" is no i32", "write it as 42, -1 or 0x2a"]),
        ("add 1 4294967296", ["argument 2", "within the type's range"]),
        ("nope", ["exports no function \"nope\"", "it exports \"add\", \"div\""]),
    ] {
        let run = folder.run(&format!("exec math.wat --invoke {args}"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args}");
        contains(&run.err, &parts);
    }
}

#[test]
fn unknown_imports_are_link_errors() {
    let folder = Folder::with(&[("app.wat", r#"(module (import "env" "f" (func)))"#)]);
    let run = folder.run("exec app.wat");
    assert_eq!(run.status, 1);
    contains(&run.err, &[r#"(import "env" "f" (func)): provide it with --preload env=FILE"#]);
    folder.write("env.wat", br#"(module (func (export "f")))"#);
    assert_eq!(folder.run("exec app.wat --preload env=env.wat").status, 0);
}

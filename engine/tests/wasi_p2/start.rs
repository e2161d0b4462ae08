//! The rules of starting (P2-RUN-*, P2-EXIT-*, P2-ENV-01), with components written by hand so that the core start sections
//! can call the host.

use crate::guest::{Run, wat};
use preflight_engine::{
    Config, Fault,
    component::Component,
    trace::{Event, InstancePath, Outcome, Phase, TrapCode},
    wasi::{
        World,
        p2::{NoRun, Program, Purpose, StartError, StartRules, exit_code},
    },
};

/// A component that can exit, read clocks, and write to standard output through a memory that is there before its main
/// module. `start` is the body of the start function of that module, `run` of its `run`, which returns 0 for success.
/// `$say` writes a letter.
pub fn program(start: &str, run: &str) -> String {
    format!(
        r#"(component
        (import "wasi:io/error@0.2.3" (instance $error (export "error" (type (sub resource)))))
        (alias export $error "error" (type $e))
        (import "wasi:io/streams@0.2.3" (instance $streams
            (export "output-stream" (type $os (sub resource)))
            (alias outer 1 $e (type $e'))
            (export "error" (type $e2 (eq $e')))
            (type $ve (variant (case "last-operation-failed" (own $e2)) (case "closed")))
            (export "stream-error" (type $se (eq $ve)))
            (export "[method]output-stream.blocking-write-and-flush"
                (func (param "self" (borrow $os)) (param "contents" (list u8)) (result (result (error $se)))))))
        (alias export $streams "output-stream" (type $os))
        (import "wasi:cli/stdout@0.2.3" (instance $stdout
            (alias outer 1 $os (type $os'))
            (export "output-stream" (type $s (eq $os')))
            (export "get-stdout" (func (result (own $s))))))
        (import "wasi:cli/exit@0.2.3" (instance $exit (export "exit" (func (param "status" (result))))
            (export "exit-with-code" (func (param "status-code" u8)))))
        (import "wasi:clocks/monotonic-clock@0.2.3" (instance $clock (export "now" (func (result u64)))))
        (core module $Mem (memory (export "m") 1))
        (core instance $mem (instantiate $Mem))
        (core func $stdout (canon lower (func $stdout "get-stdout")))
        (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
            (memory (core memory $mem "m"))))
        (core func $exit (canon lower (func $exit "exit")))
        (core func $code (canon lower (func $exit "exit-with-code")))
        (core func $now (canon lower (func $clock "now")))
        (core module $Main
            (import "" "m" (memory 1))
            (import "" "stdout" (func $stdout (result i32)))
            (import "" "write" (func $write (param i32 i32 i32 i32)))
            (import "" "exit" (func $exit (param i32)))
            (import "" "code" (func $code (param i32)))
            (import "" "now" (func $now (result i64)))
            (global $runs (mut i32) (i32.const 0))
            (func $say (param i32)
                (i32.store8 (i32.const 8) (local.get 0))
                (call $write (call $stdout) (i32.const 8) (i32.const 1) (i32.const 16)))
            (func $start {start})
            (start $start)
            (func (export "run") (result i32)
                (global.set $runs (i32.add (global.get $runs) (i32.const 1)))
                {run}))
        (core instance $main (instantiate $Main (with "" (instance
            (export "m" (memory $mem "m")) (export "stdout" (func $stdout)) (export "write" (func $write))
            (export "exit" (func $exit)) (export "code" (func $code)) (export "now" (func $now))))))
        (func $run (result (result)) (canon lift (core func $main "run")))
        (component $Shim
            (import "r" (func $r (result (result))))
            (export "run" (func $r)))
        (instance $shim (instantiate $Shim (with "r" (func $run))))
        (export "wasi:cli/run@0.2.3" (instance $shim)))"#
    )
}

const SAY_S: &str = "(call $say (i32.const 0x53))";
const SAY_R: &str = "(call $say (i32.const 0x52)) (i32.const 0)";

struct Started {
    run: Run,
    end: Result<Program, StartError>,
}

fn begin_with(text: &str, rules: StartRules, purpose: Purpose) -> Started {
    let mut run = Run::new(&Config::default(), World::new(), &[]);
    let component = Component::new(&Config::default(), &wat(text)).unwrap_or_else(|error| panic!("{error}"));
    let end = Program::begin(&mut run.store, &component, &run.linker, InstancePath::root(), rules, purpose);
    Started { run, end }
}

fn begin(start: &str, run: &str) -> Started {
    begin_with(&program(start, run), StartRules::default(), Purpose::Run)
}

impl Started {
    /// Runs it once more; the exit code.
    fn run(&mut self) -> Option<i32> {
        let program = self.end.as_mut().unwrap_or_else(|error| panic!("{error}"));
        exit_code(&program.run(&mut self.run.store))
    }

    fn readings(&self) -> Vec<(String, String)> {
        let events = self.run.events.0.borrow();
        let rule = |event: &Event| match event {
            Event::RuleApplied { rule, reading, .. } => Some((rule.clone(), reading.clone())),
            _ => None,
        };
        events.iter().filter_map(rule).collect()
    }
}

#[test]
fn run_comes_after_all_starts() {
    // P2-RUN-01
    let mut started = begin(SAY_S, SAY_R);
    assert_eq!(started.run.stdout(), "S");
    assert_eq!(started.run(), Some(0));
    assert_eq!(started.run.stdout(), "SR");
}

#[test]
fn instantiation_runs_nothing_but_starts() {
    // P2-RUN-02
    let started = begin_with(&program(SAY_S, SAY_R), StartRules::default(), Purpose::Instantiate);
    assert!(started.end.is_ok());
    assert_eq!(started.run.stdout(), "S");
}

#[test]
fn a_result_is_an_exit_code() {
    // P2-RUN-03
    assert_eq!(begin("", "(i32.const 1)").run(), Some(1));
    assert_eq!(begin("", "(i32.const 0)").run(), Some(0));
}

#[test]
fn a_trap_is_no_exit_code() {
    // P2-RUN-04, P2-RUN-01
    let started = begin(&format!("{SAY_S} unreachable"), SAY_R);
    let error = started.end.as_ref().expect_err("a trap");
    assert_eq!(error.outcome(), Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Start });
    assert_eq!(started.run.stdout(), "S");
    assert_eq!(begin("", "unreachable").run(), None);
}

#[test]
fn run_can_be_called_again_and_starts_are_not() {
    // P2-RUN-05, P2-RUN-06
    let mut started = begin(SAY_S, "(call $say (i32.add (i32.const 0x30) (global.get $runs))) (i32.const 0)");
    assert_eq!((started.run(), started.run()), (Some(0), Some(0)));
    assert_eq!(started.run.stdout(), "S12");
    assert_eq!(started.readings(), [("P2-RUN-05".to_owned(), "run again on the same instance".to_owned())]);
}

#[test]
fn a_component_without_run_is_refused_before_or_after_its_starts() {
    // P2-RUN-08
    let text = program(SAY_S, SAY_R).replace("wasi:cli/run@0.2.3", "other:thing/run@0.2.3");
    for (no_run, stdout) in [(NoRun::Refuse, ""), (NoRun::InstantiateFirst, "S")] {
        let started = begin_with(&text, StartRules { no_run }, Purpose::Run);
        assert!(matches!(started.end, Err(StartError::NoRun)), "{no_run:?}");
        assert_eq!(started.run.stdout(), stdout, "{no_run:?}");
        assert_eq!(started.readings()[0].0, "P2-RUN-08");
    }
}

/// run.wit: `run: func() -> result`. An interface of the name without it is not that interface.
#[test]
fn run_of_another_type_is_never_called() {
    // P2-RUN-08, P2-RUN-01
    let text = program(SAY_S, SAY_R);
    let lift = r#"(func $run (result (result)) (canon lift (core func $main "run")))"#;
    let shim = r#"(import "r" (func $r (result (result))))"#;
    assert!(text.contains(lift) && text.contains(shim));
    let typed = |ty: &str| {
        let lifted = format!(r#"(func $run {ty} (canon lift (core func $main "run")))"#);
        text.replace(lift, &lifted).replace(shim, &format!(r#"(import "r" (func $r {ty}))"#))
    };
    let others = [
        typed("(result u32)"),
        typed("(result bool)"),
        typed("async (result (result))"),
        text.replace(r#"(export "run" (func $r))"#, r#"(export "walk" (func $r))"#),
        text.replace(
            r#"(export "wasi:cli/run@0.2.3" (instance $shim))"#,
            r#"(export "wasi:cli/run@0.2.3" (func $run))"#,
        ),
    ];
    for text in &others {
        for (no_run, stdout) in [(NoRun::Refuse, ""), (NoRun::InstantiateFirst, "S")] {
            let started = begin_with(text, StartRules { no_run }, Purpose::Run);
            let error = started.end.as_ref().expect_err("it is refused");
            assert!(matches!(error, StartError::OtherRun { .. }), "{error}");
            assert_eq!(error.outcome(), Outcome::Unlinkable);
            assert_eq!(started.run.stdout(), stdout, "{no_run:?}");
            let (rule, reading) = &started.readings()[0];
            assert!(rule == "P2-RUN-08" && reading.starts_with("of another type: refused"), "{reading}");
        }
    }
    let mut started = begin_with(&others[0], StartRules::default(), Purpose::Instantiate);
    let program = started.end.as_mut().expect("nobody has asked for a run");
    assert!(matches!(program.run(&mut started.run.store), Err(Fault::Usage(_))));
    assert_eq!(started.run.stdout(), "S");
}

#[test]
fn versions_of_run_match_by_their_canonical_names() {
    for (name, is_it) in [
        ("wasi:cli/run@0.2.7-rc.1", true),
        ("wasi:cli/run@0.2.99", true),
        ("wasi:cli/run@0.2.0-rc-2023-11-10", true),
        ("wasi:cli/run@0.3.0", false),
        ("wasi:cli/run@0.1.2", false),
        ("wasi:cli/run", false),
    ] {
        let text = program(SAY_S, SAY_R).replace("wasi:cli/run@0.2.3", name);
        let started = begin_with(&text, StartRules::default(), Purpose::Run);
        assert_eq!(matches!(started.end, Err(StartError::NoRun)), !is_it, "{name}");
    }
}

#[test]
fn one_of_two_runs_is_called() {
    // P2-RUN-07
    let text = program(SAY_S, SAY_R);
    let both = r#"(export "wasi:cli/run@0.3.0" (instance $shim)) (export "wasi:cli/run@0.2.3" (instance $shim))"#;
    let text = text.replace(r#"(export "wasi:cli/run@0.2.3" (instance $shim))"#, both);
    let mut started = begin_with(&text, StartRules::default(), Purpose::Run);
    assert_eq!(started.run(), Some(0));
    assert_eq!(started.run.stdout(), "SR");
    assert_eq!(started.readings()[0].0, "P2-RUN-07");
}

#[test]
fn exit_ends_the_program() {
    // P2-EXIT-01
    for (call, code) in
        [("(call $exit (i32.const 0))", 0), ("(call $exit (i32.const 1))", 1), ("(call $code (i32.const 7))", 7)]
    {
        let mut started = begin(SAY_S, &format!("{call} {SAY_R}"));
        assert_eq!(started.run(), Some(code));
        assert_eq!(started.run.stdout(), "S");
    }
}

#[test]
fn output_and_exit_are_steps_of_the_trace() {
    let mut started = begin(SAY_S, &format!("{SAY_R} drop (call $code (i32.const 7)) (i32.const 0)"));
    assert_eq!(started.run(), Some(7));
    let events = started.run.events.0.borrow();
    let steps: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::HostCalled { at, name, .. } if name.contains("write") || name.contains("exit") => {
                Some(format!("{at} calls"))
            }
            Event::Output { at, stream, bytes } => Some(format!("{at} {} {bytes:?}", stream.as_str())),
            Event::Exited { at, code } => Some(format!("{at} exits with {code}")),
            _ => None,
        })
        .collect();
    let expected =
        ["/ calls", r#"/ stdout Text("S")"#, "/ calls", r#"/ stdout Text("R")"#, "/ calls", "/ exits with 7"];
    assert_eq!(steps, expected);
}

#[test]
fn exit_in_a_start_ends_the_program() {
    // P2-EXIT-02
    for (call, code) in
        [("(call $exit (i32.const 0))", 0), ("(call $exit (i32.const 1))", 1), ("(call $code (i32.const 7))", 7)]
    {
        let started = begin(&format!("{SAY_S} {call} unreachable"), SAY_R);
        let error = started.end.as_ref().expect_err("an exit");
        assert!(matches!(error.fault(), Some(Fault::Exit(c)) if *c == code), "{error}");
        assert_eq!(error.outcome(), Outcome::Exit { code });
        assert_eq!(started.run.stdout(), "S");
        assert_eq!(started.readings()[0].0, "P2-EXIT-02");
    }
}

#[test]
fn after_exit_nothing_is_entered() {
    // P2-EXIT-03
    let mut started = begin("", "(call $exit (i32.const 0)) (i32.const 0)");
    assert_eq!(started.run(), Some(0));
    let program = started.end.as_mut().expect("it has come up");
    let again = program.run(&mut started.run.store);
    assert!(matches!(again, Err(Fault::Trap(trap)) if trap.code == TrapCode::CannotEnter));
}

//! What is printed is read back as it was, and nothing else is read.

use super::*;
use crate::trace::{Cause, Initialiser, InstancePath, Phase, RefValue, Resource, SegmentKind, TrapCode, Value};

/// Lines of every kind of step, as the printer writes them.
const LINES: &[&str] = &[
    r#"/$N import "A" "say \"hi\"" memory"#,
    "/ allocated",
    "/$N/#0 allocated func 1 table 2 memory 3 global 4 tag 5",
    "/$N global 0 = i32:-1",
    "/$N table 1 = func /$N#3",
    "/$N elem 2 = [null, func spectest.print, extern 4, i31 -5, struct, array, exn]",
    "/$N elem 2 = []",
    "/$N elem 0 offset = i64:18",
    "/$N data 0 offset = i32:16",
    "/$N value 0 = values (u8:1, u8:2)",
    "/$N elem 0 -> table 0 at 1 len 2",
    "/$N data 0 -> memory 0 at 18446744073709551615 len 3",
    "/$N elem 0 dropped",
    "/$N data 7 dropped",
    "/$N start 1 entered",
    "/$N start 1 left",
    "/$N done",
    "/$N trap out-of-bounds-memory in initialise",
    "/$N throw (i32:7, f64:1.5) in start",
    "/$N host spectest.print_i32 (i32:1)",
    r#"/$N host "a b.c d" returned (v128:0xff, f32:nan:0x7fc00000, f64:-inf)"#,
    r#"/$N call "_start" () by rule P1-CMD-01"#,
    r#"/$N call "f" (i32:1) by invoke"#,
    r#"/$N call "f" () by component start"#,
    r#"/$N call "" () by canonical abi realloc"#,
    r#"/$N return "f" (f32:1e-20)"#,
    r#"/$N entry "_initialize" by start of /$fixup"#,
    r#"/$N entry "__wasm_call_ctors" by export "f" of /$N"#,
    r#"/$N output stdout "a \"line\"\n""#,
    "/$N output stderr hex ff00",
    "/$N exit -1",
    "/$C component begun",
    "/$C component done",
    r#"/$C component start 0 (s8:-1, u16:1, s16:2, s32:3, u32:4, s64:5, u64:6, float32:1.0, float64:2.5)"#,
    r#"/$C component start 0 returned (true, false, char:"\"", string:"a b, c")"#,
    r#"/$C lifted "f results" ([u8:1, u8:2], tuple(u8:1), {a = u8:1, b-c = none})"#,
    r#"/$C lowered "f params" (map{u8:1 => true}, case c(u8:1), case d, enum e, some(u8:1), ok, ok(u8:1), err)"#,
    r#"/$C lowered "" (flags{}, flags{a, b}, own r 5, borrow "r s" 6, err(string:""))"#,
    r#"/$C resource "r" made rep 5 handle 1"#,
    r#"/$C resource "r" dropped rep 5 handle 1"#,
    r#"/$C lifted "f params" (stream, future, error-context "it \"failed\"")"#,
    r#"/$C task "$f" started"#,
    r#"/$C task "func 0" returned"#,
    r#"/$C task "f" cancelled"#,
    "/$C thread 0 blocked",
    "/$C thread 1 resumed",
    "/$C event subtask index 1 payload 2",
    "/$C event stream-write index 2 payload 64",
    "/$C event task-cancelled index 0 payload 0",
    "/$C locked",
    r#"/$C rule CM-START-02 reading "several""#,
];

#[test]
fn every_line_is_printed_as_it_was_read() {
    for line in LINES {
        let event = parse_event(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(print_event(&event), *line);
    }
}

#[test]
fn events_are_read_as_they_were_printed() {
    let at = InstancePath::root().child("$a b");
    let events = [
        Event::Initialised {
            at: at.clone(),
            what: Initialiser::Value(3),
            values: vec![Value::Result(Err(Some(Box::new(Value::List(vec![Value::Char('\n')])))))],
        },
        Event::Initialised { at: at.clone(), what: Initialiser::Global(3), values: vec![] },
        Event::Initialised { at: at.clone(), what: Initialiser::Elem(0), values: vec![Value::Ref(RefValue::Null)] },
        Event::SegmentApplied {
            at: at.clone(),
            kind: SegmentKind::Elem,
            segment: 0,
            target: 1,
            offset: u64::MAX,
            len: 0,
        },
        Event::Called { at: at.clone(), name: "a\"b".into(), args: vec![], cause: Cause::HostRule("x y".into()) },
        Event::Threw { at, phase: Phase::Initialise, args: vec![Value::F64(0x7ff0_0000_0000_0001)] },
    ];
    for event in events {
        let line = print_event(&event);
        assert_eq!(parse_event(&line).as_ref(), Ok(&event), "{line}");
    }
}

#[test]
fn outcomes_are_read_as_they_were_printed() {
    let outcomes = [
        Outcome::Malformed,
        Outcome::Invalid,
        Outcome::Unlinkable,
        Outcome::Trap { code: TrapCode::CastFailure, phase: Phase::Call },
        Outcome::Exception { phase: Phase::Start },
        Outcome::Exhausted { what: Resource::Stack },
        Outcome::Exit { code: -1 },
        Outcome::Returned { values: vec![Value::I32(1)] },
        Outcome::Unsupported { what: "a \"b\"".into() },
    ];
    for outcome in outcomes {
        let trace = Trace::new(Level::Full, outcome);
        let lines = print_all(&trace);
        assert_eq!(lines.len(), 1);
        assert_eq!(parse_all([(1, lines[0].as_str())], Level::Full), Ok(trace));
    }
}

#[test]
fn an_outcome_is_told_by_the_last_failure() {
    let lines = ["/#0 trap unreachable in start", "/#1 done"];
    let trace = parse_all(lines.into_iter().enumerate(), Level::Full).expect("a trace");
    assert_eq!(trace.outcome, Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Start });
    assert_eq!(print_all(&trace), lines);
}

#[test]
fn wrong_lines_are_refused_with_their_place() {
    for (line, expected, rest) in [
        ("", "the path of an instance", ""),
        ("/ dones", "another word for what happened, before this", ""),
        ("/ done now", "the end of the line", "now"),
        ("/ global = i32:1", "an index", "= i32:1"),
        ("/ global 0 = i32:x", "an i32", "x"),
        ("/ data 0 = [i32:1]", "`->`, `offset =` or `dropped`", "= [i32:1]"),
        ("/ elem 0 -> memory 0 at 1 len 1", "`table`", "memory 0 at 1 len 1"),
        ("/ trap oops in start", "the reason of a trap", "oops in start"),
        ("/ trap unreachable", "`in`", ""),
        ("/ host x (i32:1", "`,`", ""),
        ("/ import A \"b\" func", "a string", "A \"b\" func"),
    ] {
        let error = parse_event(line).expect_err(line);
        assert_eq!((error.expected.as_str(), error.rest.as_str()), (expected, rest), "{line}");
    }
    let two = parse_all([(1, "=> unlinkable"), (2, "=> unlinkable")], Level::Full);
    assert!(matches!(two, Err((2, _))));
}

//! The events.

use super::*;

/// A module in which every step of the instantiation has something to do.
const EVERYTHING: &str = r#"(module
    (import "m" "log" (func $log (param i32))) (import "m" "mem" (memory $m 1)) (import "m" "tab" (table $t 4 funcref))
    (import "m" "g" (global $g i32)) (import "m" "tag" (tag $tag (param i32)))
    (memory $own 1) (table $own i64 2 externref) (tag)
    (global i32 (i32.add (global.get $g) (i32.const 1))) (global (ref i31) (ref.i31 (i32.const 3)))
    (table $refs 1 (ref i31) (ref.i31 (i32.const -4)))
    (elem (table $t) (i32.const 1) func $start $log) (elem func $start) (elem declare func $log)
    (elem (table $refs) (i32.const 0) (ref i31) (item (ref.i31 (i32.const 6))))
    (data (memory $m) (global.get $g) "abc") (data "passive") (data (memory $own) (i32.const 0) "")
    (func $start (call $log (i32.load8_u (i32.const 6)))) (start $start))"#;

/// Its events.
fn everything() -> Vec<Event> {
    let at = root;
    let import = |name: &str, kind| Event::ImportResolved { at: at(), module: "m".into(), name: name.into(), kind };
    let init = |what, values| Event::Initialised { at: at(), what, values };
    let func = |name: &str| Value::Ref(RefValue::Func(name.to_owned()));
    let i31 = |n| Value::Ref(RefValue::I31(n));
    let applied =
        |kind, segment, target, offset, len| Event::SegmentApplied { at: at(), kind, segment, target, offset, len };
    let dropped = |kind, segment| Event::SegmentDropped { at: at(), kind, segment };
    vec![
        import("log", ExternKind::Func),
        import("mem", ExternKind::Memory),
        import("tab", ExternKind::Table),
        import("g", ExternKind::Global),
        import("tag", ExternKind::Tag),
        init(Initialiser::Global(1), vec![Value::I32(6)]),
        init(Initialiser::Global(2), vec![i31(3)]),
        init(Initialiser::Table(2), vec![i31(-4)]),
        init(Initialiser::Elem(0), vec![func("/#1"), func("host.log")]),
        init(Initialiser::Elem(1), vec![func("/#1")]),
        init(Initialiser::Elem(2), vec![func("host.log")]),
        init(Initialiser::Elem(3), vec![i31(6)]),
        Event::InstanceAllocated { at: at(), funcs: 1, tables: 2, memories: 1, globals: 2, tags: 1 },
        init(Initialiser::ElemOffset(0), vec![Value::I32(1)]),
        applied(SegmentKind::Elem, 0, 0, 1, 2),
        dropped(SegmentKind::Elem, 0),
        dropped(SegmentKind::Elem, 2),
        init(Initialiser::ElemOffset(3), vec![Value::I32(0)]),
        applied(SegmentKind::Elem, 3, 2, 0, 1),
        dropped(SegmentKind::Elem, 3),
        init(Initialiser::DataOffset(0), vec![Value::I32(5)]),
        applied(SegmentKind::Data, 0, 0, 5, 3),
        dropped(SegmentKind::Data, 0),
        init(Initialiser::DataOffset(2), vec![Value::I32(0)]),
        applied(SegmentKind::Data, 2, 1, 0, 0),
        dropped(SegmentKind::Data, 2),
        Event::StartEntered { at: at(), func: 1 },
        Event::HostCalled { at: at(), name: "host.log".into(), args: vec![Value::I32(b'b' as i32)] },
        Event::HostReturned { at: at(), name: "host.log".into(), results: vec![] },
        Event::StartLeft { at: at(), func: 1 },
        Event::InstanceDone { at: at() },
    ]
}

fn run_everything(text: &str) -> (Vec<Event>, Result<(), InstantiateError>) {
    let mut shared = Shared::new();
    let [log, memory, table] = shared.externs;
    let global = scalar(&mut shared.store, ValType::I32, false);
    let tag = Extern::Tag(shared.store.alloc_tag(FuncType::new([ValType::I32], [])));
    let recorder = Recorder::of(&mut shared.store);
    let result = shared.store.instantiate(&module(text), &[log, memory, table, global, tag], root());
    (recorder.take(), result.map(drop))
}

#[test]
fn a_success_records_every_step_in_the_order_of_the_specification() {
    let (events, result) = run_everything(EVERYTHING);
    result.expect("everything fits");
    assert_eq!(events, everything());
}

/// The events of `EVERYTHING` with one part replaced: all before the failure, an offset that has been evaluated, the trap.
#[test]
fn a_failure_records_the_steps_before_it_and_its_trap() {
    let offset = |what, value| Event::Initialised { at: root(), what, values: vec![Value::I32(value)] };
    let trapped = |code, phase| Event::Trapped { at: root(), code, phase };
    let cases = [
        (
            // The second active element segment.
            ("(elem (table $refs) (i32.const 0)", "(elem (table $refs) (i32.const 1)"),
            17,
            vec![offset(Initialiser::ElemOffset(3), 1), trapped(TrapCode::OutOfBoundsTable, Phase::Initialise)],
        ),
        (
            // The last data segment.
            (r#"(i32.const 0) "")"#, r#"(i32.const 65537) "")"#),
            23,
            vec![offset(Initialiser::DataOffset(2), 65537), trapped(TrapCode::OutOfBoundsMemory, Phase::Initialise)],
        ),
        (
            // The start function, after its call of the host.
            ("(call $log (i32.load8_u (i32.const 6)))", "(call $log (i32.load8_u (i32.const 6))) (unreachable)"),
            29,
            vec![trapped(TrapCode::Unreachable, Phase::Start)],
        ),
    ];
    for ((from, to), before, end) in cases {
        assert!(EVERYTHING.contains(from), "{from}");
        let (events, result) = run_everything(&EVERYTHING.replace(from, to));
        result.expect_err("the replaced part fails");
        let mut expected = everything();
        expected.truncate(before);
        expected.extend(end);
        assert_eq!(events, expected, "{to}");
    }
}

#[test]
fn exhaustion_records_no_trap() {
    let mut store = limited(|limits| limits.fuel = Some(10));
    let recorder = Recorder::of(&mut store);
    instantiate_err(&mut store, "(module (func $s (loop $l (br $l))) (start $s))", &[]);
    let expected = [
        Event::InstanceAllocated { at: root(), funcs: 1, tables: 0, memories: 0, globals: 0, tags: 0 },
        Event::StartEntered { at: root(), func: 0 },
    ];
    assert_eq!(recorder.take(), expected);
}

//! Snapshots of traces made by hand: the pictures are functions of the trace, no engine is asked.

use super::{Notes, difference, mermaid, text};
use preflight_engine::trace::{
    Cause, Event, ExternKind, Initialiser, InstancePath, Level, MemoryRun, Outcome, Phase, PostMortem, RefValue,
    SegmentKind, State, StateItem, TableRun, Trace, TrapCode, Value,
};

fn root() -> InstancePath {
    InstancePath::root()
}

fn import(at: &InstancePath, name: &str, kind: ExternKind) -> Event {
    Event::ImportResolved { at: at.clone(), module: "env".to_owned(), name: name.to_owned(), kind }
}

fn allocated(at: &InstancePath) -> Event {
    Event::InstanceAllocated { at: at.clone(), funcs: 2, tables: 0, memories: 1, globals: 1, tags: 0 }
}

fn initialised(at: &InstancePath, what: Initialiser, values: Vec<Value>) -> Event {
    Event::Initialised { at: at.clone(), what, values }
}

fn segment(at: &InstancePath, segment: u32, offset: i32, len: u64) -> [Event; 3] {
    let kind = SegmentKind::Data;
    [
        initialised(at, Initialiser::DataOffset(segment), vec![Value::I32(offset)]),
        Event::SegmentApplied { at: at.clone(), kind, segment, target: 0, offset: offset as u64, len },
        Event::SegmentDropped { at: at.clone(), kind, segment },
    ]
}

fn host_call(at: &InstancePath, arg: i32) -> [Event; 2] {
    let name = || "env.log".to_owned();
    [
        Event::HostCalled { at: at.clone(), name: name(), args: vec![Value::I32(arg)] },
        Event::HostReturned { at: at.clone(), name: name(), results: vec![] },
    ]
}

fn item(name: &str, state: State) -> StateItem {
    StateItem { at: root(), name: name.to_owned(), state }
}

/// The second data segment does not fit; the first one's bytes are still there.
fn second_segment_out_of_bounds() -> Trace {
    let at = root();
    let mut events = vec![import(&at, "mem", ExternKind::Memory), allocated(&at)];
    events.extend(segment(&at, 0, 16, 3));
    events.push(initialised(&at, Initialiser::DataOffset(1), vec![Value::I32(-1)]));
    events.push(Event::Trapped { at, code: TrapCode::OutOfBoundsMemory, phase: Phase::Initialise });
    let runs = vec![MemoryRun { offset: 16, bytes: "616263".to_owned(), times: 1 }];
    Trace {
        level: Level::Full,
        events,
        outcome: Outcome::Trap { code: TrapCode::OutOfBoundsMemory, phase: Phase::Initialise },
        post_mortem: PostMortem(vec![item("env.mem", State::Memory { size_bytes: 65536, runs, beyond: None })]),
    }
}

/// A start function calls the host, which instantiates `/$b`, whose start function traps; then an export is called.
fn nested() -> Trace {
    let (at, inner) = (root(), root().child("$b"));
    let mut events = vec![allocated(&at), Event::StartEntered { at: at.clone(), func: 1 }];
    events.push(Event::HostCalled { at: at.clone(), name: "env.load".to_owned(), args: vec![] });
    events.push(allocated(&inner));
    events.push(Event::StartEntered { at: inner.clone(), func: 0 });
    events.extend(host_call(&inner, 7));
    events.push(Event::Trapped { at: inner, code: TrapCode::Unreachable, phase: Phase::Start });
    events.push(Event::HostReturned { at: at.clone(), name: "env.load".to_owned(), results: vec![Value::I32(0)] });
    events.push(Event::StartLeft { at: at.clone(), func: 1 });
    events.push(Event::InstanceDone { at: at.clone() });
    let call = |args| Event::Called { at: at.clone(), name: "run".to_owned(), args, cause: Cause::Invoke };
    events.push(call(vec![Value::F32(0x3fc0_0000), Value::V128(1)]));
    events.extend(host_call(&at, 8));
    events.push(Event::Returned { at, name: "run".to_owned(), results: vec![Value::I64(9)] });
    let entries = [vec![Value::Ref(RefValue::Null); 3], vec![Value::Ref(RefValue::Func("/#1".to_owned()))]].concat();
    Trace {
        level: Level::Full,
        events,
        outcome: Outcome::Returned { values: vec![Value::I64(9)] },
        post_mortem: PostMortem(vec![
            item("tab", TableRun::all(entries)),
            item("g", State::Global { value: Value::F64(f64::NAN.to_bits()) }),
            item("mem", State::Memory { size_bytes: 65536, runs: vec![], beyond: None }),
        ]),
    }
}

fn notes() -> Notes {
    Notes {
        files: [(root(), "app.wasm".to_owned())].into(),
        funcs: [("/#1".to_owned(), "$init".to_owned())].into(),
        providers: [((root(), "env".to_owned(), "mem".to_owned()), "stub".to_owned())].into(),
        remarks: vec!["while initialising / (app.wasm)".to_owned()],
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ snapshot_path => "../../tests/snapshots", prepend_module_to_snapshot => false,
            omit_expression => true }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn text_of_a_failed_initialisation() {
    snapshot!("failed.text", plain(&text(&second_segment_out_of_bounds(), &notes())));
}

#[test]
fn text_of_a_nested_start() {
    snapshot!("nested.text", plain(&text(&nested(), &notes())));
}

#[test]
fn text_without_notes() {
    snapshot!("without-notes.text", plain(&text(&nested(), &Notes::default())));
}

#[test]
fn diagram_of_a_failed_initialisation() {
    snapshot!("failed.mermaid", mermaid(&second_segment_out_of_bounds(), &notes()));
}

#[test]
fn diagram_of_a_nested_start() {
    snapshot!("nested.mermaid", mermaid(&nested(), &notes()));
}

#[test]
fn json_is_stable_and_comes_back_the_same() {
    let json = serde_json::to_string_pretty(&nested()).unwrap();
    assert_eq!(serde_json::from_str::<Trace>(&json).unwrap(), nested());
    snapshot!("nested.json", json);
}

#[test]
fn a_difference_names_the_first_and_lists_all() {
    let mut new = second_segment_out_of_bounds();
    new.events.remove(0);
    new.post_mortem.0[0].state = State::Memory { size_bytes: 65536, runs: vec![], beyond: None };
    snapshot!("difference", plain(&difference(&second_segment_out_of_bounds(), &new, usize::MAX).unwrap()));
    let short = plain(&difference(&second_segment_out_of_bounds(), &new, 2).unwrap());
    assert!(short.contains("@@") && short.contains(" more lines of the difference"), "{short}");
    assert_eq!(short.lines().filter(|line| line.starts_with([' ', '-', '+', '@'])).count(), 2 + 4, "{short}");
}

#[test]
fn nan_bits_and_finer_levels_are_no_difference() {
    let mut new = nested();
    new.outcome = Outcome::Returned { values: vec![Value::I64(9)] };
    new.events.retain(|event| event.level() <= Level::Observable);
    new.level = Level::Observable;
    assert_eq!(difference(&nested(), &new, usize::MAX), None);
}

#[test]
fn colours_mark_starts_and_traps() {
    let text = text(&nested(), &Notes::default());
    assert!(text.contains("\u{1b}[32mstart function 1\u{1b}[0m"), "{text:?}");
    assert!(text.contains("\u{1b}[1m\u{1b}[31mTRAP unreachable"), "{text:?}");
}

#[test]
fn names_cannot_control_the_terminal() {
    let mut trace = second_segment_out_of_bounds();
    trace.events[0] = import(&root(), "\u{1b}[2J\n\u{202e}x", ExternKind::Memory);
    let text = plain(&text(&trace, &Notes::default()));
    assert!(text.contains(r#"import env."\u{1b}[2J\n\u{202e}x" (memory)"#), "{text}");
}

#[test]
fn wide_values_are_shortened() {
    let mut trace = second_segment_out_of_bounds();
    let items = vec![Value::Ref(RefValue::Null); 100];
    trace.events.insert(1, initialised(&root(), Initialiser::Elem(0), items));
    let text = plain(&text(&trace, &Notes::default()));
    assert!(text.contains("null, null, … 92 more\n"), "{text}");
}

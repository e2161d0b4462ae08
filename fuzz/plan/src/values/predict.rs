//! What the Component Model asks for of a value that crosses the boundary (CanonicalABI.md).

use super::{Flaw, ValuePlan, abi::Width, memory, types::named};
use crate::Deviation;
use preflight_engine::trace::{
    Cause, Event, ExternKind, Initialiser, InstancePath, Level, Outcome, Phase, PostMortem, SegmentKind, State,
    StateItem, Trace, TrapCode, Value,
};

impl ValuePlan {
    /// The trace of the instantiation, and if that succeeds that of the host's call of `echo`, which there is none of where
    /// the value goes across. The plan must be [normal](Self::normalise).
    pub fn expected(&self) -> Vec<Trace> {
        self.expected_with(&[])
    }

    /// What a runtime does that has these bugs, and else does what is to be expected.
    pub fn expected_with(&self, deviations: &[Deviation]) -> Vec<Trace> {
        if let Some(across) = &self.across {
            return vec![super::across::expected(self, across, deviations)];
        }
        if self.is_unlinkable() {
            let (level, events, post_mortem) = (Level::Full, Vec::new(), PostMortem::default());
            return vec![Trace { level, events, outcome: Outcome::Unlinkable, post_mortem }];
        }
        let mut events = Vec::new();
        let fails = self.instantiate(&mut events);
        let (at, list) = (InstancePath::root(), Value::List(vec![self.value()]));
        let locked = fails.is_some();
        let state = State::Component { locked, may_enter: !locked, handles: 0 };
        let component = StateItem { at: at.clone(), name: String::new(), state };
        let trace = |events, outcome, post_mortem| Trace { level: Level::Full, events, outcome, post_mortem };
        if let Some(code) = fails {
            let outcome = Outcome::Trap { code, phase: Phase::Start };
            return vec![trace(events, outcome, PostMortem(vec![component]))];
        }
        let state = State::Value { value: list.clone() };
        let value = StateItem { at: at.clone(), name: "v".to_owned(), state };
        let outcome = Outcome::Returned { values: Vec::new() };
        let made = trace(events, outcome, PostMortem(vec![value, component]));
        let (name, values) = ("echo".to_owned(), vec![list]);
        let mut events =
            vec![Event::Called { at: at.clone(), name: name.clone(), args: values.clone(), cause: Cause::Invoke }];
        events.push(Event::Lowered { at: at.clone(), what: "func 3 params".to_owned(), values: values.clone() });
        events.push(Event::Lifted { at: at.clone(), what: "func 3 result".to_owned(), values: values.clone() });
        events.push(Event::Returned { at, name, results: values.clone() });
        vec![made, trace(events, Outcome::Returned { values }, PostMortem::default())]
    }

    /// The code of the trap, if there is one.
    fn instantiate(&self, events: &mut Vec<Event>) -> Option<TrapCode> {
        let at = InstancePath::root();
        let (one, list) = (vec![self.value()], vec![Value::List(vec![self.value()])]);
        events.push(Event::ComponentBegun { at: at.clone() });
        let types = (0..named(&self.ty)).map(|i| (format!("t{i}"), ExternKind::Type));
        let value = self.import.map(|_| ("w".to_owned(), ExternKind::Value));
        for (name, kind) in types.chain([("show".to_owned(), ExternKind::Func)]).chain(value) {
            events.push(Event::ImportResolved { at: at.clone(), module: String::new(), name, kind });
        }
        self.core_instances(events);
        events.push(Event::ComponentStartEntered { at: at.clone(), func: 1, args: Vec::new() });
        if let Some(code) = self.flaw.map(trap) {
            events.push(Event::Locked { at: at.clone() });
            events.push(Event::Trapped { at, code, phase: Phase::Start });
            return Some(code);
        }
        let several = || Event::RuleApplied {
            at: InstancePath::root(),
            rule: "CM-START-02".to_owned(),
            reading: "several".to_owned(),
        };
        let what = |func: u32, side: &str| format!("func {func} {side}");
        events.push(Event::Lifted { at: at.clone(), what: what(1, "result"), values: one.clone() });
        events.push(Event::ComponentStartLeft { at: at.clone(), func: 1, results: one.clone() });
        for one in [Some(one), self.imported().map(|value| vec![value])].into_iter().flatten() {
            events.push(several());
            events.push(Event::ComponentStartEntered { at: at.clone(), func: 2, args: one.clone() });
            events.push(Event::Lowered { at: at.clone(), what: what(2, "params"), values: one });
            events.push(Event::ComponentStartLeft { at: at.clone(), func: 2, results: Vec::new() });
        }
        let (initialiser, values) = (Initialiser::Value(1 + u32::from(self.import.is_some())), list.clone());
        events.push(Event::Initialised { at: at.clone(), what: initialiser, values });
        events.push(several());
        events.push(Event::ComponentStartEntered { at: at.clone(), func: 3, args: list.clone() });
        events.push(Event::Lowered { at: at.clone(), what: what(3, "params"), values: list.clone() });
        events.push(Event::Lifted { at: at.clone(), what: what(3, "result"), values: list.clone() });
        events.push(Event::ComponentStartLeft { at: at.clone(), func: 3, results: list });
        events.push(Event::ComponentDone { at });
        None
    }

    fn core_instances(&self, events: &mut Vec<Event>) {
        let root = InstancePath::root();
        let (tables, tags) = (0, 0);
        let allocated =
            |at, funcs, memories, globals| Event::InstanceAllocated { at, funcs, tables, memories, globals, tags };
        memory_instance(events, root.child("core#0"), self.width(), self.memory().bytes.len());
        let at = root.child("core#2");
        for (name, kind) in [("show", ExternKind::Func), ("memory", ExternKind::Memory)] {
            let (module, name) = (String::new(), name.to_owned());
            events.push(Event::ImportResolved { at: at.clone(), module, name, kind });
        }
        events.push(allocated(at.clone(), 4, 0, 0));
        events.push(Event::StartEntered { at: at.clone(), func: 1 });
        let (name, values) = ("show".to_owned(), vec![self.value()]);
        events.push(Event::Lifted { at: root.clone(), what: "show params".to_owned(), values: values.clone() });
        events.push(Event::HostCalled { at: root.clone(), name: name.clone(), args: values });
        events.push(Event::HostReturned { at: root, name, results: Vec::new() });
        events.push(Event::StartLeft { at: at.clone(), func: 1 });
        events.push(Event::InstanceDone { at });
    }
}

/// What happens to the core instance with the memory, which holds `len` bytes, once its imports are resolved.
pub(super) fn memory_instance(events: &mut Vec<Event>, at: InstancePath, width: Width, len: usize) {
    let number = |value: u64| match width {
        Width::W32 => Value::I32(value as i32),
        Width::W64 => Value::I64(value as i64),
    };
    let initialised = |what, value| Event::Initialised { at: at.clone(), what, values: vec![number(value)] };
    let base = memory::BASE as u64;
    events.push(initialised(Initialiser::Global(0), memory::ALLOCATIONS));
    let (funcs, tables, memories, globals, tags) = (1, 0, 1, 1, 0);
    events.push(Event::InstanceAllocated { at: at.clone(), funcs, tables, memories, globals, tags });
    events.push(initialised(Initialiser::DataOffset(0), base));
    let (kind, len, segment) = (SegmentKind::Data, len as u64, 0);
    events.push(Event::SegmentApplied { at: at.clone(), kind, segment, target: 0, offset: base, len });
    events.push(Event::SegmentDropped { at: at.clone(), kind, segment });
    events.push(Event::InstanceDone { at });
}

pub(super) fn trap(flaw: Flaw) -> TrapCode {
    match flaw {
        // `load` and `load_list` of CanonicalABI.md: `trap_if` on the pointer.
        Flaw::Bounds | Flaw::Align | Flaw::Length => TrapCode::InvalidPointer,
        Flaw::Case | Flaw::Char => TrapCode::InvalidValue,
        Flaw::String => TrapCode::InvalidString,
        Flaw::Trap => TrapCode::Unreachable,
    }
}

//! Functions of the host that act.

use super::{Talk, ends, is};
use crate::{
    case::Does,
    runtime::{Acting, End, HostFunc, Import, InstanceId, Item, Recorder, Runtime, ValType},
    source,
    trace::{Level, TrapCode, Value},
};
use std::collections::BTreeMap;

/// What they act on.
const OTHER: &str = r#"(module
  (memory (export "m") 1 2) (global $calls (mut i32) (i32.const 0))
  (func (export "f") (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (func (export "trap") (unreachable))
  (func (export "calls") (result i32) (global.get $calls)))"#;

/// What they instantiate.
const MADE: &str = r#"(module (import "a" "m" (memory 1))
  (func $start (i32.store8 (i32.const 2) (i32.const 9))) (start $start) (func (export "f")))"#;

/// Its start function calls one.
const CALLER: &str = r#"(module (import "host" "f" (func $f)) (func $start (call $f)) (start $start))"#;

/// It wants one of another type.
const OTHER_TYPE: &str = r#"(module (import "host" "f" (func (param i32))))"#;

/// Under which name that is registered.
const NAME: &str = "n";

/// Under which name an instance is made.
const MADE_NAME: &str = "$made";

const INSTANTIATES: fn(String) -> Does = |_| Does::Instantiate {
    module: String::new(),
    names: vec![MADE_NAME.to_owned()],
    given: BTreeMap::new(),
    register: None,
    catches: false,
};

/// An act, and what is to be seen of it.
struct Question {
    asked: &'static str,
    does: fn(of: String) -> Does,
    seen: fn(&mut dyn Runtime, InstanceId) -> Result<Value, End>,
    wanted: Value,
}

fn byte(runtime: &mut dyn Runtime, instance: InstanceId, at: u64) -> Result<Value, End> {
    let read = runtime.memory_read(instance, "m", at, 1)?;
    let [byte] = read[..] else { return Err(End::Failed(format!("{} bytes were read, and not one", read.len()))) };
    Ok(Value::I32(byte.into()))
}

fn calls(runtime: &mut dyn Runtime, instance: InstanceId) -> Result<Value, End> {
    runtime.expect(&[Some(ValType::I32)]);
    let mut values = runtime.call(instance, "calls", &[])?;
    if values.len() != 1 {
        return Err(End::Failed(format!("{} values were returned, and not one", values.len())));
    }
    Ok(values.remove(0))
}

const QUESTIONS: [Question; 5] = [
    Question {
        asked: "hosts: write",
        does: |of| Does::Write { of, export: "m".to_owned(), at: 5, byte: 7 },
        seen: |runtime, instance| byte(runtime, instance, 5),
        wanted: Value::I32(7),
    },
    Question {
        asked: "hosts: grow",
        does: |of| Does::Grow { of, export: "m".to_owned(), by: 1 },
        seen: |runtime, instance| Ok(Value::I64(runtime.memory_size(instance, "m")? as i64)),
        wanted: Value::I64(131_072),
    },
    Question {
        asked: "hosts: call",
        does: |of| Does::Call { of, export: "f".to_owned(), catches: false },
        seen: calls,
        wanted: Value::I32(1),
    },
    Question {
        asked: "hosts: call that traps and is caught",
        does: |of| Does::Call { of, export: "trap".to_owned(), catches: true },
        seen: calls,
        wanted: Value::I32(0),
    },
    Question {
        asked: "hosts: instantiate",
        does: INSTANTIATES,
        seen: |runtime, instance| {
            let unknown = || End::Failed(format!("it knows nothing of {MADE_NAME}"));
            let made = runtime.made(MADE_NAME)?.ok_or_else(unknown)?;
            runtime.call(made, "f", &[])?;
            byte(runtime, instance, 2)
        },
        wanted: Value::I32(9),
    },
];

pub(super) fn ask(talk: &mut Talk<'_>) {
    for Question { asked, does, seen, wanted } in &QUESTIONS {
        let question = |runtime: &mut dyn Runtime| {
            let Acted { instance, end, .. } = acted(runtime, does(NAME.to_owned()), CALLER)?;
            end?;
            seen(runtime, instance)
        };
        talk.ask(asked, question, is(wanted.clone()));
    }
    let trap = |runtime: &mut dyn Runtime| acted(runtime, Does::Trap, CALLER)?.end;
    let is_trap = |end: &End| match end {
        End::Trap(codes, _) => codes.is_empty() || codes.contains(&TrapCode::Host),
        end => matches!(end, End::Failed(_)),
    };
    talk.ask("hosts: trap", trap, ends("a trap, `host` or without a code", is_trap));
    let other = |runtime: &mut dyn Runtime| acted(runtime, Does::Trap, OTHER_TYPE)?.end;
    let is_unlinkable = |end: &End| matches!(end, End::Unlinkable(_));
    talk.ask("hosts: another type", other, ends("unlinkable", is_unlinkable));
    let calls = |runtime: &mut dyn Runtime| {
        let Acted { end, recorder, .. } =
            acted(runtime, Does::Call { of: NAME.to_owned(), export: "f".to_owned(), catches: false }, CALLER)?;
        end?;
        Ok(recorder.take().into_iter().map(|call| (call.name, call.args)).collect::<Vec<_>>())
    };
    let level = talk.level;
    let tells = |got: Result<Vec<(String, Vec<Value>)>, End>| match got {
        Ok(told) if told.is_empty() && level == Level::Outcome => Ok(" (not told, as of level outcome)"),
        got => is(vec![("host.f".to_owned(), Vec::new())])(got),
    };
    talk.ask("hosts: what is told of a call", calls, tells);
    talk.ask("hosts: reset, then what was registered and made before", forgotten, ends("unlinkable", is_unlinkable));
}

/// What `reset` forgets: what has been made, and what is registered.
fn forgotten(runtime: &mut dyn Runtime) -> Result<(), End> {
    acted(runtime, INSTANTIATES(NAME.to_owned()), CALLER)?.end?;
    runtime.reset()?;
    if runtime.made(MADE_NAME)?.is_some() {
        return Err(End::Failed(format!("{MADE_NAME} of before is still there")));
    }
    let module = runtime.compile(&source::text(MADE))?;
    runtime.instantiate(module, &[registered()]).map(drop)
}

/// What came of a function of the host.
struct Acted {
    /// What is registered for it.
    instance: InstanceId,
    /// How the module ended that called it.
    end: Result<(), End>,
    /// Who heard of its calls.
    recorder: Recorder,
}

fn import(module: &str, name: &str, item: Item) -> Import {
    Import { module: module.to_owned(), name: name.to_owned(), item }
}

/// The memory of what is registered.
fn registered() -> Import {
    import("a", "m", Item::Registered(NAME.to_owned(), "m".to_owned()))
}

/// Instantiates the module `caller`, which imports a function of the host that does this.
fn acted(runtime: &mut dyn Runtime, does: Does, caller: &str) -> Result<Acted, End> {
    runtime.reset()?;
    let recorder = Recorder::default();
    let other = runtime.compile(&source::text(OTHER))?;
    let instance = runtime.instantiate(other, &[])?;
    runtime.register(NAME, instance)?;
    let instantiates = Some((runtime.compile(&source::text(MADE))?, vec![registered()]));
    let instantiates = instantiates.filter(|_| matches!(does, Does::Instantiate { .. }));
    let func = HostFunc::new("host.f", Vec::new(), Vec::new(), recorder.clone());
    runtime.hosts(&[Acting { func, does, instantiates }])?;
    let caller = runtime.compile(&source::text(caller))?;
    let import = import("host", "f", Item::Acting("host.f".to_owned()));
    let end = runtime.instantiate(caller, &[import]).map(drop);
    Ok(Acted { instance, end, recorder })
}

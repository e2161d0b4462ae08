//! Functions of the host that act.

use super::{Talk, ends, is};
use crate::{
    runtime::{Act, Acting, End, HostFunc, Import, InstanceId, Item, Recorder, Runtime, ValType},
    source,
    trace::Value,
};

/// What they act on.
const OTHER: &str = r#"(module
  (memory (export "m") 1 2) (global $calls (mut i32) (i32.const 0))
  (func (export "f") (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (func (export "deep") (unreachable))
  (func (export "calls") (result i32) (global.get $calls)))"#;

/// What they instantiate.
const MADE: &str = r#"(module (import "a" "m" (memory 1))
  (func $start (i32.store8 (i32.const 2) (i32.const 9))) (start $start) (func (export "f")))"#;

/// Its start function calls one.
const CALLER: &str = r#"(module (import "host" "f" (func $f)) (func $start (call $f)) (start $start))"#;

/// An act, and what is to be seen of it.
struct Question {
    asked: &'static str,
    act: fn(&mut dyn Runtime) -> Result<Act, End>,
    seen: fn(&mut dyn Runtime, InstanceId) -> Result<Value, End>,
    wanted: Value,
}

fn names(export: &str) -> (String, String) {
    ("n".to_owned(), export.to_owned())
}

fn byte(runtime: &mut dyn Runtime, instance: InstanceId, at: u64) -> Result<Value, End> {
    Ok(Value::I32(runtime.memory_read(instance, "m", at, 1)?[0].into()))
}

fn calls(runtime: &mut dyn Runtime, instance: InstanceId) -> Result<Value, End> {
    runtime.expect(&[Some(ValType::I32)]);
    Ok(runtime.call(instance, "calls", &[])?.swap_remove(0))
}

const QUESTIONS: [Question; 5] = [
    Question {
        asked: "hosts: write",
        act: |_| {
            let (of, export) = names("m");
            Ok(Act::Write { of, export, at: 5, byte: 7 })
        },
        seen: |runtime, instance| byte(runtime, instance, 5),
        wanted: Value::I32(7),
    },
    Question {
        asked: "hosts: grow",
        act: |_| {
            let (of, export) = names("m");
            Ok(Act::Grow { of, export, by: 1 })
        },
        seen: |runtime, instance| Ok(Value::I64(runtime.memory_size(instance, "m")? as i64)),
        wanted: Value::I64(131_072),
    },
    Question {
        asked: "hosts: call",
        act: |_| {
            let (of, export) = names("f");
            Ok(Act::Call { of, export, catches: false })
        },
        seen: calls,
        wanted: Value::I32(1),
    },
    Question {
        asked: "hosts: call that traps and is caught",
        act: |_| {
            let (of, export) = names("deep");
            Ok(Act::Call { of, export, catches: true })
        },
        seen: calls,
        wanted: Value::I32(0),
    },
    Question {
        asked: "hosts: instantiate",
        act: |runtime| {
            let module = runtime.compile(&source::text(MADE))?;
            let item = Item::Registered("n".to_owned(), "m".to_owned());
            let imports = vec![Import { module: "a".to_owned(), name: "m".to_owned(), item }];
            let names = vec!["$made".to_owned()];
            Ok(Act::Instantiate { module, imports, names, register: None, catches: false })
        },
        seen: |runtime, instance| {
            let made = runtime.made("$made")?.ok_or_else(|| End::Failed("it knows nothing of $made".to_owned()))?;
            runtime.call(made, "f", &[])?;
            byte(runtime, instance, 2)
        },
        wanted: Value::I32(9),
    },
];

pub(super) fn ask(talk: &mut Talk<'_>) {
    for Question { asked, act, seen, wanted } in &QUESTIONS {
        let question = |runtime: &mut dyn Runtime| {
            let (instance, end) = acted(runtime, *act)?;
            end?;
            seen(runtime, instance)
        };
        talk.ask(asked, question, is(wanted.clone()));
    }
    let trap = |runtime: &mut dyn Runtime| acted(runtime, |_| Ok(Act::Trap))?.1;
    talk.ask("hosts: trap", trap, ends("a trap", |end| matches!(end, End::Trap(..) | End::Failed(_))));
}

/// Instantiates a module whose start function calls a function of the host that does this: how that ended, and the instance that
/// is registered for it.
fn acted(
    runtime: &mut dyn Runtime,
    act: fn(&mut dyn Runtime) -> Result<Act, End>,
) -> Result<(InstanceId, Result<(), End>), End> {
    runtime.reset()?;
    let other = runtime.compile(&source::text(OTHER))?;
    let instance = runtime.instantiate(other, &[])?;
    runtime.register("n", instance)?;
    let act = act(runtime)?;
    let func = HostFunc::new("host.f", Vec::new(), Vec::new(), Recorder::default());
    runtime.hosts(&[Acting { func, act }])?;
    let caller = runtime.compile(&source::text(CALLER))?;
    let item = Item::Acting("host.f".to_owned());
    let import = Import { module: "host".to_owned(), name: "f".to_owned(), item };
    Ok((instance, runtime.instantiate(caller, &[import]).map(drop)))
}

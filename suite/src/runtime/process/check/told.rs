//! The calls of host functions: each answer tells those that happened meanwhile, in order, however it ends.

use super::{Judged, Talk};
use crate::{
    runtime::{End, HostFunc, Import, InstanceId, Item, Recorder, Runtime, ValType},
    source,
    trace::{Level, Value},
};

/// It calls twice, and perhaps traps.
const MODULE: &str = r#"(module
  (import "host" "f" (func $f (param i32 i64)))
  (func $twice (export "twice") (call $f (i32.const 1) (i64.const 2)) (call $f (i32.const 3) (i64.const 4)))
  (func (export "trap") (call $twice) (unreachable))
  (func (export "none")))"#;

/// Its start function calls twice and traps.
const STARTING: &str = r#"(module
  (import "host" "f" (func $f (param i32 i64)))
  (func $start (call $f (i32.const 1) (i64.const 2)) (call $f (i32.const 3) (i64.const 4)) (unreachable))
  (start $start))"#;

/// The arguments of calls.
type Told = Vec<Vec<Value>>;

/// What hears of calls, and what is to be had for the import.
fn host() -> (Recorder, Import) {
    let recorder = Recorder::default();
    let func = HostFunc::new("host.f", vec![ValType::I32, ValType::I64], Vec::new(), recorder.clone());
    (recorder, Import { module: "host".to_owned(), name: "f".to_owned(), item: Item::Host(func) })
}

fn heard(recorder: &Recorder) -> Told {
    recorder.take().into_iter().map(|call| call.args).collect()
}

/// A function that is called in an instance of [`MODULE`].
type Call = fn(&mut dyn Runtime, InstanceId) -> Result<(), End>;

/// What is told of the last of some calls.
fn told(runtime: &mut dyn Runtime, calls: &[Call]) -> Result<Told, End> {
    let (recorder, import) = host();
    let module = runtime.compile(&source::text(MODULE))?;
    let instance = runtime.instantiate(module, &[import])?;
    let mut told = Vec::new();
    for call in calls {
        call(runtime, instance)?;
        told = heard(&recorder);
    }
    Ok(told)
}

/// What is told of an instantiation that traps in the start function.
fn told_of_start(runtime: &mut dyn Runtime) -> Result<Told, End> {
    let (recorder, import) = host();
    let module = runtime.compile(&source::text(STARTING))?;
    match runtime.instantiate(module, &[import]) {
        Err(End::Trap(..) | End::Failed(_)) => Ok(heard(&recorder)),
        Err(end) => Err(end),
        Ok(_) => Err(End::Failed("it succeeded, and to instantiate is to call the start function, too".to_owned())),
    }
}

pub(super) fn ask(talk: &mut Talk<'_>) {
    const ORDER: &str = "`calls` has those of this request, in the order in which they happened";
    const END: &str = "an answer with `end` has `calls`, too";
    let twice: Call = |runtime, instance| runtime.call(instance, "twice", &[]).map(drop);
    let none: Call = |runtime, instance| runtime.call(instance, "none", &[]).map(drop);
    let trap: Call = |runtime, instance| match runtime.call(instance, "trap", &[]) {
        Err(End::Trap(..) | End::Failed(_)) => Ok(()),
        Err(end) => Err(end),
        Ok(_) => Err(End::Failed("it succeeded".to_owned())),
    };
    let both: Told = vec![vec![Value::I32(1), Value::I64(2)], vec![Value::I32(3), Value::I64(4)]];
    let level = talk.level;
    let judge = |wanted: Told, rule| move |got| tells(got, &wanted, level, rule);
    talk.ask("call of a host function, twice", |runtime| told(runtime, &[twice]), judge(both.clone(), ORDER));
    let asked = "call of no host function, after those";
    talk.ask(asked, |runtime| told(runtime, &[twice, none]), judge(Vec::new(), ORDER));
    let asked = "call of a host function before a trap";
    talk.ask(asked, |runtime| told(runtime, &[trap]), judge(both.clone(), END));
    let asked = "instantiate, with calls of a host function before a trap";
    talk.ask(asked, told_of_start, judge(both, END));
}

/// The right calls; of level *outcome*, none.
fn tells(got: Result<Told, End>, wanted: &Told, level: Level, rule: &str) -> Judged {
    match got {
        Ok(told) if told == *wanted => Ok(""),
        Ok(told) if told.is_empty() && level == Level::Outcome => Ok(" (not told, as of level outcome)"),
        Ok(told) => Err(format!("expected calls with {wanted:?}, got {told:?}: {rule}")),
        Err(End::Unsupported(_)) => Ok(" (unsupported)"),
        Err(end) => Err(format!("expected calls with {wanted:?}, got {end}")),
    }
}

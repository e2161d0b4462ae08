//! What instances keep, and what a `reset` forgets.

use super::{Judged, Talk, is};
use crate::{
    runtime::{End, InstanceId, ModuleId, Runtime, ValType},
    source,
    trace::Value,
};

/// It counts its calls.
const COUNTER: &str = r#"(module (global $n (mut i32) (i32.const 0))
  (func (export "f") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))"#;

/// It runs for longer than what has a limit.
const LONG: &str = r#"(module (func (export "f") (result i32) (local $n i32)
  (loop $next
    (local.set $n (i32.add (local.get $n) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $n) (i32.const 5000))))
  (local.get $n)))"#;

fn make(runtime: &mut dyn Runtime) -> Result<(ModuleId, InstanceId), End> {
    let module = runtime.compile(&source::text(COUNTER))?;
    Ok((module, runtime.instantiate(module, &[])?))
}

fn count(runtime: &mut dyn Runtime, instance: InstanceId) -> Result<Vec<Value>, End> {
    runtime.expect(&[Some(ValType::I32)]);
    runtime.call(instance, "f", &[])
}

pub(super) fn ask(talk: &mut Talk<'_>) {
    let twice = |runtime: &mut dyn Runtime| {
        let (module, one) = make(runtime)?;
        let other = runtime.instantiate(module, &[])?;
        Ok([count(runtime, one)?, count(runtime, other)?, count(runtime, one)?].concat())
    };
    talk.ask("instantiate twice", twice, is([1, 1, 2].map(Value::I32).to_vec()));
    let before = |runtime: &mut dyn Runtime| {
        let (module, instance) = make(runtime)?;
        runtime.reset()?;
        Ok((answered(count(runtime, instance))?, answered(runtime.instantiate(module, &[]))?))
    };
    talk.ask("reset, then a module and an instance from before", before, forgets);
    let again = |runtime: &mut dyn Runtime| {
        let (_, instance) = make(runtime)?;
        count(runtime, instance)?;
        runtime.reset()?;
        let (_, instance) = make(runtime)?;
        count(runtime, instance)
    };
    talk.ask("reset, then the same module", again, is(vec![Value::I32(1)]));
    let unlimited = |runtime: &mut dyn Runtime| {
        runtime.reset()?;
        runtime.limit()?;
        runtime.reset()?;
        let module = runtime.compile(&source::text(LONG))?;
        let instance = runtime.instantiate(module, &[])?;
        count(runtime, instance)
    };
    talk.ask("reset, then more than a limit allows", unlimited, is(vec![Value::I32(5_000)]));
}

/// Whether something was there; one that breaks in it is told so.
fn answered<T>(got: Result<T, End>) -> Result<bool, End> {
    match got {
        Err(broken @ End::Broken(_)) => Err(broken),
        got => Ok(got.is_ok()),
    }
}

/// Neither is there any more: what is asked of them ends, however.
fn forgets(got: Result<(bool, bool), End>) -> Judged {
    match got.map_err(|end| end.to_string())? {
        (false, false) => Ok(""),
        (true, _) => Err("an instance from before still answers: `reset` forgets everything".to_owned()),
        (_, true) => Err("a module from before is still there: `reset` forgets everything".to_owned()),
    }
}

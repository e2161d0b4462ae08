//! Core modules, through the primitives.

use super::{Judged, Scene, Talk, ends, is, state, succeeds, told, traps};
use crate::{
    runtime::{End, HostFunc, Import, InstanceId, Item, Recorder, Runtime, ValType},
    source,
    trace::{Level, Value},
};

const MODULE: &str = r#"(module
  (import "host" "f" (func $f (param i32 i64 f32 f64) (result i32)))
  (memory (export "m") 1 2) (data (i32.const 3) "\01\ff")
  (table (export "t") 2 funcref) (elem (i32.const 1) $g)
  (global (export "c") i64 (i64.const -5)) (global $v (export "v") (mut i32) (i32.const 7))
  (func $g)
  (func (export "host") (result i32)
    (call $f (i32.const -1) (i64.const 1) (f32.const 1.5) (f64.const -0.5)))
  (func (export "sub") (param i64 i64) (result i64) (i64.sub (local.get 0) (local.get 1)))
  (func (export "get") (result i32) (global.get $v))
  (func (export "nan") (result f32) (f32.const nan:0x400000))
  (func $deep (export "deep") (call $deep)))"#;

/// Its function returns a value of another type than it says.
const INVALID: &str = r#"(module (func (result i32) (i64.const 0)))"#;

/// What another module does with an export of that one.
struct Link {
    asked: &'static str,
    export: &'static str,
    text: &'static str,
    /// What its export `f` returns.
    returns: Value,
}

const LINKS: [Link; 4] = [
    Link {
        asked: "instantiate with a function of another instance",
        export: "sub",
        text: r#"(module (import "a" "b" (func $sub (param i64 i64) (result i64)))
          (func (export "f") (result i64) (call $sub (i64.const 44) (i64.const 2))))"#,
        returns: Value::I64(42),
    },
    Link {
        asked: "instantiate with a memory of another instance",
        export: "m",
        text: r#"(module (import "a" "b" (memory 1)) (func (export "f") (result i32) (i32.load8_u (i32.const 4))))"#,
        returns: Value::I32(255),
    },
    Link {
        asked: "instantiate with a table of another instance",
        export: "t",
        text: r#"(module (import "a" "b" (table 2 funcref))
          (func (export "f") (result i32) (call_indirect (i32.const 1)) (i32.const 3)))"#,
        returns: Value::I32(3),
    },
    Link {
        asked: "instantiate with a mutable global of another instance",
        export: "v",
        text: r#"(module (import "a" "b" (global $v (mut i32)))
          (func (export "f") (result i32) (global.set $v (i32.const 77)) (global.get $v)))"#,
        returns: Value::I32(77),
    },
];

/// The module above, instantiated, and who hears its calls.
struct Made {
    instance: InstanceId,
    recorder: Recorder,
}

fn make(runtime: &mut dyn Runtime) -> Result<Made, End> {
    let recorder = Recorder::default();
    let types = vec![ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    let host = Item::Host(HostFunc::new("host.f", types, vec![Value::I32(9)], recorder.clone()));
    let module = runtime.compile(&source::text(MODULE))?;
    let imports = [Import { module: "host".to_owned(), name: "f".to_owned(), item: host }];
    Ok(Made { instance: runtime.instantiate(module, &imports)?, recorder })
}

pub(super) fn ask(talk: &mut Talk<'_>) {
    refusals(talk);
    let mut module = None;
    talk.ask("compile", |runtime| runtime.compile(&source::text(MODULE)).map(|made| module = Some(made)), succeeds);
    let Some(module) = module else { return };
    let is_unlinkable = |end: &End| matches!(end, End::Unlinkable(_));
    let without = |runtime: &mut dyn Runtime| runtime.instantiate(module, &[]);
    talk.ask("instantiate without what it imports", without, ends("unlinkable", is_unlinkable));
    let mut is_there = false;
    talk.ask("instantiate", |runtime| make(runtime).map(|_| is_there = true), succeeds);
    if is_there {
        let mut scene = Scene::new(make);
        calls(talk, &mut scene);
        looks(talk, &mut scene);
        LINKS.iter().for_each(|link| linked(talk, &mut scene, link));
        ends_of_calls(talk, &mut scene);
        traps::ask(talk);
        told::ask(talk);
        state::ask(talk);
        limited(talk);
    }
}

/// What does not decode, and what decodes and does not validate.
fn refusals(talk: &mut Talk<'_>) {
    let is_malformed = |end: &End| matches!(end, End::Malformed(_) | End::Rejected(_));
    let no_module = |runtime: &mut dyn Runtime| runtime.compile(b"\0asm\x01\0\0");
    talk.ask("compile what is no module", no_module, ends("malformed, or rejected", is_malformed));
    let invalid = |runtime: &mut dyn Runtime| runtime.compile(&source::text(INVALID));
    let is_invalid = |got: Result<_, End>| -> Judged {
        match got {
            // Whether it validates is the runtime's business, and cases ask for it.
            Ok(_) => Ok(" (accepted: the runtime does not validate it here)"),
            got => ends("invalid, or rejected", |end| matches!(end, End::Invalid(_) | End::Rejected(_)))(got),
        }
    };
    talk.ask("compile what decodes and is not valid", invalid, is_invalid);
}

fn calls(talk: &mut Talk<'_>, scene: &mut Scene<Made>) {
    let args = [Value::I64(i64::MIN), Value::I64(1)];
    let sub = |runtime: &mut dyn Runtime, made: &Made| runtime.call(made.instance, "sub", &args);
    scene.ask(talk, "call with i64", sub, is(vec![Value::I64(i64::MAX)]));
    talk.ask("call with two results", two_results, is(vec![Value::I32(1), Value::I64(2)]));
    let nan = |runtime: &mut dyn Runtime, made: &Made| {
        runtime.expect(&[Some(ValType::F32)]);
        runtime.call(made.instance, "nan", &[])
    };
    scene.ask(talk, "call that returns a NaN", nan, is(vec![Value::F32(0x7fc0_0000)]));
    let mut told = None;
    let host = |runtime: &mut dyn Runtime, made: &Made| {
        runtime.expect(&[Some(ValType::I32)]);
        let result = runtime.call(made.instance, "host", &[]);
        told = result.is_ok().then(|| made.recorder.take());
        result
    };
    scene.ask(talk, "call of a host function, its result", host, is(vec![Value::I32(9)]));
    let Some(told) = told else { return };
    let wanted = vec![Value::I32(-1), Value::I64(1), Value::F32(1.5_f32.to_bits()), Value::F64((-0.5_f64).to_bits())];
    let told: Vec<Vec<Value>> = told.into_iter().map(|call| call.args).collect();
    let result = match told.as_slice() {
        // Who shows no more than outcomes need not tell of calls.
        [] if talk.level == Level::Outcome => Ok(" (not told, as of level outcome)"),
        _ => is(vec![wanted])(Ok(told)),
    };
    talk.found("call of a host function, its arguments", result);
}

/// Not every runtime has functions with several results.
fn two_results(runtime: &mut dyn Runtime) -> Result<Vec<Value>, End> {
    const TWO: &str = r#"(module (func (export "f") (result i32 i64) (i32.const 1) (i64.const 2)))"#;
    let module = match runtime.compile(&source::text(TWO)) {
        Err(End::Malformed(why) | End::Invalid(why) | End::Rejected(why)) => return Err(End::Unsupported(why)),
        module => module?,
    };
    let instance = runtime.instantiate(module, &[])?;
    runtime.expect(&[Some(ValType::I32), Some(ValType::I64)]);
    runtime.call(instance, "f", &[])
}

/// What can be seen and changed from outside.
fn looks(talk: &mut Talk<'_>, scene: &mut Scene<Made>) {
    let global = |runtime: &mut dyn Runtime, name: &str, made: &Made, ty: ValType| {
        runtime.expect(&[Some(ty)]);
        runtime.global(made.instance, name)
    };
    scene.ask(talk, "global", |runtime, made| global(runtime, "c", made, ValType::I64), is(Value::I64(-5)));
    let set = |runtime: &mut dyn Runtime, made: &Made| {
        runtime.set_global(made.instance, "v", &Value::I32(-8))?;
        global(runtime, "v", made, ValType::I32)
    };
    scene.ask(talk, "set_global", set, is(Value::I32(-8)));
    scene.ask(talk, "memory_size", |runtime, made| runtime.memory_size(made.instance, "m"), is(65536));
    let read = |runtime: &mut dyn Runtime, made: &Made| runtime.memory_read(made.instance, "m", 2, 4);
    scene.ask(talk, "memory_read", read, is(vec![0, 1, 255, 0]));
    let write = |runtime: &mut dyn Runtime, made: &Made| {
        runtime.memory_write(made.instance, "m", 65534, &[1, 2])?;
        runtime.memory_read(made.instance, "m", 65534, 2)
    };
    scene.ask(talk, "memory_write", write, is(vec![1, 2]));
    scene.ask(talk, "table_size", |runtime, made| runtime.table_size(made.instance, "t"), is(2));
    let entries = |runtime: &mut dyn Runtime, made: &Made| {
        (0..2).map(|index| Ok(runtime.table_get(made.instance, "t", index)?.to_string() == "null")).collect()
    };
    scene.ask(talk, "table_get", entries, is(vec![true, false]));
}

fn linked(talk: &mut Talk<'_>, scene: &mut Scene<Made>, link: &Link) {
    let question = |runtime: &mut dyn Runtime, made: &Made| {
        let module = runtime.compile(&source::text(link.text))?;
        let item = Item::Export(made.instance, link.export.to_owned());
        let import = Import { module: "a".to_owned(), name: "b".to_owned(), item };
        let instance = runtime.instantiate(module, &[import])?;
        runtime.expect(&[ValType::of(&link.returns)]);
        let returned = runtime.call(instance, "f", &[])?;
        // What one writes the other reads.
        if link.export == "v" {
            runtime.expect(&[Some(ValType::I32)]);
            let theirs = runtime.call(made.instance, "get", &[])?;
            return Ok([returned, theirs].concat());
        }
        Ok(returned)
    };
    let count = if link.export == "v" { 2 } else { 1 };
    scene.ask(talk, link.asked, question, is(vec![link.returns.clone(); count]));
}

fn ends_of_calls(talk: &mut Talk<'_>, scene: &mut Scene<Made>) {
    let deep = |runtime: &mut dyn Runtime, made: &Made| runtime.call(made.instance, "deep", &[]);
    let is_deep = |end: &End| match end {
        End::Trap(codes, _) => codes.is_empty(),
        end => matches!(end, End::Exhausted(..)),
    };
    scene.ask(talk, "call that recurses for ever", deep, ends("exhausted, or a trap without a code", is_deep));
}

/// With a limit, what never ends is stopped, and in a start function too; what comes after it goes on. The next `reset` takes the
/// limit away.
fn limited(talk: &mut Talk<'_>) {
    let endless = |text: &'static str| {
        move |runtime: &mut dyn Runtime| {
            runtime.reset()?;
            runtime.limit()?;
            let module = runtime.compile(&source::text(text))?;
            let instance = runtime.instantiate(module, &[])?;
            runtime.call(instance, "f", &[])
        }
    };
    let is_stopped = |end: &End| matches!(end, End::Exhausted(..));
    for (asked, text) in [
        ("limit, then a call that never ends", r#"(module (func (export "f") (loop (br 0))))"#),
        ("limit, then a start function that never ends", r#"(module (func $f (export "f") (loop (br 0))) (start $f))"#),
    ] {
        talk.ask(asked, endless(text), ends("exhausted", is_stopped));
    }
    const BOTH: &str = r#"(module (func (export "f") (loop (br 0))) (func (export "g") (result i32) (i32.const 5)))"#;
    let after = |runtime: &mut dyn Runtime| {
        runtime.reset()?;
        runtime.limit()?;
        let module = runtime.compile(&source::text(BOTH))?;
        let instance = runtime.instantiate(module, &[])?;
        if let Err(broken @ End::Broken(_)) = runtime.call(instance, "f", &[]) {
            return Err(broken);
        }
        runtime.expect(&[Some(ValType::I32)]);
        runtime.call(instance, "g", &[])
    };
    talk.ask("limit, then a call after one that never ends", after, is(vec![Value::I32(5)]));
    let again = |runtime: &mut dyn Runtime| {
        runtime.reset()?;
        make(runtime).map(|_| ())
    };
    talk.ask("reset after a limit", again, succeeds);
}

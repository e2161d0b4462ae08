//! What a driver gets wrong: a conversation whose right answers are known.
//!
//! Whatever a driver says is *unsupported* is right, but for `hello` and `reset`.

use super::{Driver, Limits, Remote};
use crate::{
    case::{
        Broken,
        js::{Job, Word},
    },
    runtime::{Ability, End, HostFunc, Import, Item, Program, ProgramEnd, Recorder, Runtime, ValType},
    source,
    trace::{TrapCode, Value},
};
use std::fmt;

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was asked.
    pub asked: &'static str,
    /// What was wrong; `Ok` with a remark if nothing was.
    pub result: Result<&'static str, String>,
}

impl Finding {
    /// Whether the driver is wrong here.
    pub fn is_wrong(&self) -> bool {
        self.result.is_err()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(remark) => write!(f, "ok     {}{remark}", self.asked),
            Err(wrong) => write!(f, "WRONG  {}: {wrong}", self.asked),
        }
    }
}

const MODULE: &str = r#"(module
  (import "host" "f" (func $f (param i32 i64 f32 f64) (result i32)))
  (memory (export "m") 1 2) (data (i32.const 3) "\01\ff")
  (table (export "t") 2 funcref) (elem (i32.const 1) $g)
  (global (export "c") i64 (i64.const -5)) (global (export "v") (mut i32) (i32.const 7))
  (func $g)
  (func (export "host") (result i32)
    (call $f (i32.const -1) (i64.const 1) (f32.const 1.5) (f64.const -0.5)))
  (func (export "add") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
  (func (export "nan") (result f32) (f32.const nan:0x400000))
  (func (export "trap") (unreachable))
  (func $deep (export "deep") (call $deep)))"#;

/// Checks the driver.
pub fn check(driver: &Driver, limits: Limits) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |asked, result| findings.push(Finding { asked, result });
    let mut remote = match Remote::start(driver.clone(), limits) {
        Ok(remote) => remote,
        Err(broken) => {
            found("hello", Err(broken.to_string()));
            return findings;
        }
    };
    let about = remote.about();
    found("hello", Ok(""));
    found("reset", remote.reset().map(|()| "").map_err(|end| end.to_string()));
    if about.can(Ability::Core) {
        core(&mut remote, &mut found);
    }
    if about.can(Ability::P1) {
        let end = remote.run_program(&program());
        let told = end.and_then(|ProgramEnd { stdout, end }| match end {
            Err(end @ End::Unsupported(_)) => Err(end),
            end => Ok((String::from_utf8_lossy(&stdout).into_owned(), end)),
        });
        found("run_program of preview 1", is(told, ("hi".to_owned(), Err(End::Exit(5)))));
    }
    if about.can(Ability::Js) {
        for (asked, body, verdict) in [
            ("run_js of a check that holds", "assert(1 + wasm.m[0] === 1, 'no bytes')", Word::Passed),
            ("run_js of a check that does not hold", "assert(text.t !== 'x', 'text')", Word::Failed),
            ("run_js of a case that gives up", "unsupported('this')", Word::Unsupported),
        ] {
            let source = format!("export default async ({{ assert, unsupported, wasm, text }}) => {{ {body}; }};");
            let one = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
            let job = Job { source, wasm: one("m", "0061736d01000000"), text: one("t", "x") };
            found(asked, is(remote.run_js(&job).map(|answer| answer.verdict), verdict));
        }
    }
    findings
}

/// A command that writes `hi` and ends with 5.
fn program() -> Program {
    let text = r#"(module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\10\00\00\00\02\00\00\00") (data (i32.const 16) "hi")
      (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
        (call $exit (i32.const 5))))"#;
    Program::command(source::text(text))
}

fn core(remote: &mut Remote, found: &mut impl FnMut(&'static str, Result<&'static str, String>)) {
    let refused = remote.compile(b"\0asm\x01\0\0");
    found(
        "compile what is no module",
        want(
            refused.map(drop),
            |end| matches!(end, End::Malformed(_) | End::Invalid(_) | End::Rejected(_)),
            "malformed, invalid or rejected",
        ),
    );
    let recorder = Recorder::default();
    let types = vec![ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    let host = HostFunc::new("host.f", types, vec![Value::I32(9)], recorder.clone());
    let module = match remote.compile(&source::text(MODULE)) {
        Ok(module) => module,
        Err(end) => return found("compile", Err(end.to_string())),
    };
    found("compile", Ok(""));
    let missing = remote.instantiate(module, &[]);
    let is_unlinkable = |end: &End| matches!(end, End::Unlinkable(_));
    found("instantiate without what it imports", want(missing.map(drop), is_unlinkable, "unlinkable"));
    let imports = [Import { module: "host".to_owned(), name: "f".to_owned(), item: Item::Host(host) }];
    let instance = match remote.instantiate(module, &imports) {
        Ok(instance) => instance,
        Err(end) => return found("instantiate", Err(end.to_string())),
    };
    found("instantiate", Ok(""));
    let args = [Value::I64(i64::MIN), Value::I64(-1)];
    found("call with i64", is(remote.call(instance, "add", &args), vec![Value::I64(i64::MAX)]));
    remote.expect(&[Some(ValType::F32)]);
    found("call that returns a NaN", is(remote.call(instance, "nan", &[]), vec![Value::F32(0x7fc0_0000)]));
    remote.expect(&[Some(ValType::I32)]);
    found("call of a host function, its result", is(remote.call(instance, "host", &[]), vec![Value::I32(9)]));
    let args = recorder.take().pop().map(|call| call.args).ok_or(End::Failed("no call was told".to_owned()));
    let wanted = vec![Value::I32(-1), Value::I64(1), Value::F32(1.5_f32.to_bits()), Value::F64((-0.5_f64).to_bits())];
    found("call of a host function, its arguments", is(args, wanted));
    let trap = remote.call(instance, "trap", &[]).map(drop);
    let is_code = |codes: &[TrapCode]| codes.is_empty() || codes.contains(&TrapCode::Unreachable);
    let is_trap = |end: &End| matches!(end, End::Trap(codes, _) if is_code(codes));
    found("call that traps", want(trap, is_trap, "a trap, `unreachable` or without a code"));
    let deep = remote.call(instance, "deep", &[]).map(drop);
    let is_deep = |end: &End| match end {
        End::Trap(codes, _) => codes.is_empty(),
        end => matches!(end, End::Exhausted(..)),
    };
    found("call that recurses for ever", want(deep, is_deep, "exhausted, or a trap without a code"));
    remote.expect(&[Some(ValType::I64)]);
    found("global", is(remote.global(instance, "c"), Value::I64(-5)));
    let set = remote.set_global(instance, "v", &Value::I32(-8));
    remote.expect(&[Some(ValType::I32)]);
    found("set_global", is(set.and_then(|()| remote.global(instance, "v")), Value::I32(-8)));
    found("memory_size", is(remote.memory_size(instance, "m"), 65536));
    found("memory_read", is(remote.memory_read(instance, "m", 2, 4), vec![0, 1, 255, 0]));
    let written = remote.memory_write(instance, "m", 65534, &[1, 2]);
    found("memory_write", is(written.and_then(|()| remote.memory_read(instance, "m", 65534, 2)), vec![1, 2]));
    found("table_size", is(remote.table_size(instance, "t"), 2));
    let entries = (0..2).map(|index| remote.table_get(instance, "t", index).map(|value| value.to_string() == "null"));
    found("table_get", is(entries.collect(), vec![true, false]));
    found("reset after a case", remote.reset().map(|()| "").map_err(|end| end.to_string()));
}

/// The right value, or none for lack of means.
fn is<T: PartialEq + fmt::Debug>(got: Result<T, End>, wanted: T) -> Result<&'static str, String> {
    match got {
        Ok(got) if got == wanted => Ok(""),
        Ok(got) => Err(format!("expected {wanted:?}, got {got:?}")),
        Err(End::Unsupported(_)) => Ok(" (unsupported)"),
        Err(end) => Err(format!("expected {wanted:?}, got {end}")),
    }
}

/// The right class of end.
fn want(got: Result<(), End>, is_right: impl Fn(&End) -> bool, wanted: &str) -> Result<&'static str, String> {
    match got {
        Err(End::Broken(broken @ Broken::Crashed { .. })) => Err(broken.to_string()),
        Err(end) if is_right(&end) => Ok(""),
        Err(End::Unsupported(_)) => Ok(" (unsupported)"),
        Err(end) => Err(format!("expected {wanted}, got {end}")),
        Ok(()) => Err(format!("expected {wanted}, got success")),
    }
}

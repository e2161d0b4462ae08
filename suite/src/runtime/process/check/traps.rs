//! The reasons of traps.

use super::{Judged, Scene, Talk};
use crate::{
    runtime::{End, InstanceId, Runtime},
    source,
    trace::TrapCode,
};

/// Each export traps for the reason that it is called after.
const MODULE: &str = r#"(module
  (memory 1) (type $t (func)) (table 2 funcref) (elem (i32.const 1) $other)
  (func $other (param i32))
  (func (export "unreachable") (unreachable))
  (func (export "integer-divide-by-zero") (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (func (export "integer-overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
  (func (export "invalid-conversion-to-integer") (drop (i32.trunc_f32_s (f32.const nan))))
  (func (export "out-of-bounds-memory") (drop (i32.load (i32.const 65536))))
  (func (export "undefined-element") (call_indirect (type $t) (i32.const 2)))
  (func (export "uninitialized-element") (call_indirect (type $t) (i32.const 0)))
  (func (export "indirect-call-type-mismatch") (call_indirect (type $t) (i32.const 1))))"#;

/// A reason: what is asked, its code, and the export that traps for it.
type Reason = (&'static str, TrapCode, &'static str);

const REASONS: [Reason; 8] = [
    ("call that traps: unreachable", TrapCode::Unreachable, "unreachable"),
    ("call that traps: a division by zero", TrapCode::IntegerDivideByZero, "integer-divide-by-zero"),
    ("call that traps: an integer overflow", TrapCode::IntegerOverflow, "integer-overflow"),
    ("call that traps: a conversion of a NaN", TrapCode::InvalidConversionToInteger, "invalid-conversion-to-integer"),
    ("call that traps: beyond a memory", TrapCode::OutOfBoundsMemory, "out-of-bounds-memory"),
    ("call that traps: an undefined element", TrapCode::UndefinedElement, "undefined-element"),
    ("call that traps: an uninitialized element", TrapCode::UninitializedElement, "uninitialized-element"),
    ("call that traps: another type of a function", TrapCode::IndirectCallTypeMismatch, "indirect-call-type-mismatch"),
];

fn make(runtime: &mut dyn Runtime) -> Result<InstanceId, End> {
    let module = runtime.compile(&source::text(MODULE))?;
    runtime.instantiate(module, &[])
}

pub(super) fn ask(talk: &mut Talk<'_>) {
    let mut scene = Scene::new(make);
    for (asked, code, export) in REASONS {
        let call = |runtime: &mut dyn Runtime, made: &InstanceId| runtime.call(*made, export, &[]);
        scene.ask(talk, asked, call, |got| judge(got, code, export));
    }
}

/// A trap without a code, or with codes among which is the right one. Who names every reason says nothing, and would satisfy every
/// assertion.
fn judge<T>(got: Result<T, End>, code: TrapCode, word: &str) -> Judged {
    let expected = format!("expected a trap, `{word}` or without a code");
    match got {
        Err(End::Trap(codes, _)) if REASONS.iter().all(|(_, code, _)| codes.contains(code)) => Err(format!(
            "{expected}, got every reason that there is: leave `code` out where the runtime does not tell it"
        )),
        Err(End::Trap(codes, _)) if codes.is_empty() || codes.contains(&code) => Ok(""),
        Err(End::Unsupported(_)) => Ok(" (unsupported)"),
        Err(end) => Err(format!("{expected}, got {end}")),
        Ok(_) => Err(format!("{expected}, got success")),
    }
}

//! The values of scripts: arguments, and the patterns that results must match.

use super::report::Problem;
use crate::source::Expected;
use preflight_engine::{
    Fault, Ref, RefKind, Store, Val,
    syntax::{HeapType, ValType},
};
use wast::{
    WastArg,
    core::{AbstractHeapType, HeapType as WastHeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore},
    token::{F32, F64, Index},
};

/// A result and its static type, which tells apart references that look alike (null has no type of its own).
pub(super) type Typed = (Val, ValType);

/// The arguments of a call.
pub(super) fn arguments(args: &[WastArg<'_>]) -> Result<Vec<Val>, Problem> {
    args.iter().map(argument).collect()
}

fn argument(arg: &WastArg<'_>) -> Result<Val, Problem> {
    let WastArg::Core(arg) = arg else { return Err(Problem::unsupported("component values")) };
    Ok(match arg {
        WastArgCore::I32(v) => Val::I32(*v),
        WastArgCore::I64(v) => Val::I64(*v),
        WastArgCore::F32(v) => Val::F32(v.bits),
        WastArgCore::F64(v) => Val::F64(v.bits),
        WastArgCore::V128(v) => Val::V128(u128::from_le_bytes(v.to_le_bytes())),
        WastArgCore::RefNull(_) => Val::Ref(Ref::NULL),
        WastArgCore::RefExtern(number) | WastArgCore::RefHost(number) => Val::Ref(Ref::host(*number)),
    })
}

/// The arguments must be of the trees of heap types that the parameters are of (core `#match-heaptype`): a value of the engine
/// does not tell in which of two trees a number of the host is, or null.
pub(super) fn check_hierarchies(args: &[WastArg<'_>], params: &[ValType]) -> Result<Result<(), Fault>, Problem> {
    for (index, (arg, param)) in args.iter().zip(params).enumerate() {
        let (hierarchy, what) = match arg {
            WastArg::Core(WastArgCore::RefExtern(_)) => (Some(Hierarchy::Extern), "an extern reference"),
            WastArg::Core(WastArgCore::RefHost(_)) => (Some(Hierarchy::Any), "a host reference"),
            WastArg::Core(WastArgCore::RefNull(heap)) => (hierarchy_of(heap)?, "a null reference of another hierarchy"),
            _ => continue,
        };
        if param.is_ref() && !same_hierarchy(*param, hierarchy) {
            return Ok(Err(Fault::Usage(format!("argument {index}, {what}, is not of the type {param}"))));
        }
    }
    Ok(Ok(()))
}

/// Whether `value` matches `pattern`.
pub(super) fn matches(store: &Store, value: Typed, pattern: &Expected<'_>) -> Result<bool, Problem> {
    let is = |test: &dyn Fn(Ref) -> bool| matches!(value.0, Val::Ref(reference) if test(reference));
    Ok(match pattern {
        Expected::Core(pattern) => core_matches(store, value, pattern)?,
        Expected::Ref => is(&|reference| !matches!(reference.kind(), RefKind::Null | RefKind::Func(_))),
        Expected::Exn => is(&|reference| store.ref_is(reference, HeapType::Exn)),
        Expected::Either(cases) => {
            for case in cases {
                if matches(store, value, case)? {
                    return Ok(true);
                }
            }
            false
        }
        Expected::Component(_) => return Err(Problem::unsupported("component values")),
    })
}

fn core_matches(store: &Store, value: Typed, pattern: &WastRetCore<'_>) -> Result<bool, Problem> {
    Ok(match (value.0, pattern) {
        (Val::I32(v), WastRetCore::I32(want)) => v == *want,
        (Val::I64(v), WastRetCore::I64(want)) => v == *want,
        (Val::F32(bits), WastRetCore::F32(want)) => f32_matches(bits, want),
        (Val::F64(bits), WastRetCore::F64(want)) => f64_matches(bits, want),
        (Val::V128(v), WastRetCore::V128(want)) => v128_matches(v, want),
        (Val::Ref(reference), pattern) => ref_matches(store, reference, value.1, pattern)?,
        _ => false,
    })
}

/// `nan:canonical` is the NaN of one set bit, of either sign; `nan:arithmetic` any with that bit (core `#aux-canon`).
fn f32_matches(bits: u32, pattern: &NanPattern<F32>) -> bool {
    const QUIET: u32 = 0x7fc0_0000;
    match pattern {
        NanPattern::CanonicalNan => bits & !(1 << 31) == QUIET,
        NanPattern::ArithmeticNan => bits & QUIET == QUIET,
        NanPattern::Value(value) => bits == value.bits,
    }
}

fn f64_matches(bits: u64, pattern: &NanPattern<F64>) -> bool {
    const QUIET: u64 = 0x7ff8_0000_0000_0000;
    match pattern {
        NanPattern::CanonicalNan => bits & !(1 << 63) == QUIET,
        NanPattern::ArithmeticNan => bits & QUIET == QUIET,
        NanPattern::Value(value) => bits == value.bits,
    }
}

/// Lane by lane; lane 0 is the lowest (core `#syntax-shape`).
fn v128_matches(value: u128, pattern: &V128Pattern) -> bool {
    let lane = |index: usize, bits: usize| (value >> (index * bits)) as u64;
    match pattern {
        V128Pattern::I8x16(lanes) => lanes.iter().enumerate().all(|(i, want)| lane(i, 8) as i8 == *want),
        V128Pattern::I16x8(lanes) => lanes.iter().enumerate().all(|(i, want)| lane(i, 16) as i16 == *want),
        V128Pattern::I32x4(lanes) => lanes.iter().enumerate().all(|(i, want)| lane(i, 32) as i32 == *want),
        V128Pattern::I64x2(lanes) => lanes.iter().enumerate().all(|(i, want)| lane(i, 64) as i64 == *want),
        V128Pattern::F32x4(lanes) => lanes.iter().enumerate().all(|(i, want)| f32_matches(lane(i, 32) as u32, want)),
        V128Pattern::F64x2(lanes) => lanes.iter().enumerate().all(|(i, want)| f64_matches(lane(i, 64), want)),
    }
}

fn ref_matches(store: &Store, reference: Ref, ty: ValType, pattern: &WastRetCore<'_>) -> Result<bool, Problem> {
    let is = |heap| !reference.is_null() && store.ref_is(reference, heap);
    let host = |number: &u32| reference.kind() == RefKind::Host(*number);
    Ok(match pattern {
        WastRetCore::RefNull(None) => reference.is_null(),
        WastRetCore::RefNull(Some(heap)) => reference.is_null() && same_hierarchy(ty, hierarchy_of(heap)?),
        WastRetCore::RefExtern(number) => {
            same_hierarchy(ty, Some(Hierarchy::Extern)) && !reference.is_null() && number.as_ref().is_none_or(host)
        }
        WastRetCore::RefHost(number) => same_hierarchy(ty, Some(Hierarchy::Any)) && host(number),
        WastRetCore::RefFunc(index) => func_matches(store, reference, index.as_ref())?,
        // A defined type may be one of functions.
        WastRetCore::RefAny => same_hierarchy(ty, Some(Hierarchy::Any)) && !is(HeapType::Func) && !reference.is_null(),
        WastRetCore::RefEq => is(HeapType::Eq),
        WastRetCore::RefArray => is(HeapType::Array),
        WastRetCore::RefStruct => is(HeapType::Struct),
        WastRetCore::RefI31 => is(HeapType::I31),
        WastRetCore::RefI31Shared => return Err(Problem::unsupported("shared heap types")),
        _ => false,
    })
}

/// `ref.func`, or `ref.func N`: the function that its own module counts as number N.
fn func_matches(store: &Store, reference: Ref, index: Option<&Index<'_>>) -> Result<bool, Problem> {
    let RefKind::Func(func) = reference.kind() else { return Ok(false) };
    match index {
        None => Ok(true),
        Some(Index::Num(number, _)) => Ok(store.func_owner(func).is_some_and(|(_, own)| own == *number)),
        Some(Index::Id(id)) => Err(Problem::unsupported(format!("a function by its text name ${}", id.name()))),
    }
}

/// The four trees of heap types (core `#match-heaptype`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hierarchy {
    Any,
    Func,
    Extern,
    Exn,
}

/// The tree of a script's heap type; `None` for a type index, which a script cannot resolve.
fn hierarchy_of(heap: &WastHeapType<'_>) -> Result<Option<Hierarchy>, Problem> {
    use AbstractHeapType as A;
    Ok(match heap {
        WastHeapType::Abstract { shared: true, .. } => return Err(Problem::unsupported("shared heap types")),
        WastHeapType::Abstract { ty, .. } => Some(match ty {
            A::Any | A::Eq | A::Struct | A::Array | A::I31 | A::None => Hierarchy::Any,
            A::Func | A::NoFunc => Hierarchy::Func,
            A::Extern | A::NoExtern => Hierarchy::Extern,
            A::Exn | A::NoExn => Hierarchy::Exn,
            A::Cont | A::NoCont => return Err(Problem::unsupported("stack switching")),
        }),
        WastHeapType::Concrete(_) | WastHeapType::Exact(_) => None,
    })
}

/// Whether a value of the static type `ty` lives in the tree `hierarchy`; an unknown tree fits all references, and a
/// defined type the two trees that have any.
fn same_hierarchy(ty: ValType, hierarchy: Option<Hierarchy>) -> bool {
    let (ValType::Ref(ty), Some(hierarchy)) = (ty, hierarchy) else { return ty.is_ref() };
    let actual = match ty.heap {
        HeapType::Func | HeapType::NoFunc => Hierarchy::Func,
        HeapType::Extern | HeapType::NoExtern => Hierarchy::Extern,
        HeapType::Exn | HeapType::NoExn => Hierarchy::Exn,
        HeapType::Concrete(_) => return matches!(hierarchy, Hierarchy::Any | Hierarchy::Func),
        _ => Hierarchy::Any,
    };
    actual == hierarchy
}

/// The values as text.
pub(super) fn show_all(store: &Store, values: &[Typed]) -> String {
    values.iter().map(|value| show(store, value.0)).collect::<Vec<_>>().join(" ")
}

/// Numbers with the bits that decide, references as a trace shows them.
fn show(store: &Store, value: Val) -> String {
    match value {
        Val::F32(bits) => show_f32(bits),
        Val::F64(bits) => show_f64(bits),
        value => store.trace_value(value).to_string(),
    }
}

fn show_f32(bits: u32) -> String {
    format!("f32:{:?} ({bits:#010x})", f32::from_bits(bits))
}

fn show_f64(bits: u64) -> String {
    format!("f64:{:?} ({bits:#018x})", f64::from_bits(bits))
}

/// The patterns as text.
pub(super) fn show_patterns(patterns: &[Expected<'_>]) -> String {
    if patterns.is_empty() {
        return "no values".to_owned();
    }
    patterns.iter().map(show_pattern).collect::<Vec<_>>().join(" ")
}

fn show_pattern(pattern: &Expected<'_>) -> String {
    match pattern {
        Expected::Core(pattern) => show_core_pattern(pattern),
        Expected::Component(_) => "a component value".to_owned(),
        Expected::Ref => "a reference that is no function".to_owned(),
        Expected::Exn => "an exn reference".to_owned(),
        Expected::Either(cases) => cases.iter().map(show_pattern).collect::<Vec<_>>().join(" or "),
    }
}

fn show_core_pattern(pattern: &WastRetCore<'_>) -> String {
    match pattern {
        WastRetCore::I32(v) => format!("i32:{v}"),
        WastRetCore::I64(v) => format!("i64:{v}"),
        WastRetCore::F32(v) => format!("f32:{}", show_nan(v, |v| show_f32(v.bits).split_off(4))),
        WastRetCore::F64(v) => format!("f64:{}", show_nan(v, |v| show_f64(v.bits).split_off(4))),
        WastRetCore::V128(v) => show_v128(v),
        WastRetCore::RefNull(_) => "null".to_owned(),
        WastRetCore::RefExtern(None) => "an extern reference".to_owned(),
        WastRetCore::RefExtern(Some(number)) => format!("extern {number}"),
        WastRetCore::RefHost(number) => format!("host {number}"),
        WastRetCore::RefFunc(None) => "a func reference".to_owned(),
        WastRetCore::RefFunc(Some(Index::Num(number, _))) => format!("func {number}"),
        WastRetCore::RefFunc(Some(Index::Id(id))) => format!("func ${}", id.name()),
        WastRetCore::RefAny => "an any reference".to_owned(),
        WastRetCore::RefEq => "an eq reference".to_owned(),
        WastRetCore::RefArray => "an array reference".to_owned(),
        WastRetCore::RefStruct => "a struct reference".to_owned(),
        WastRetCore::RefI31 => "an i31 reference".to_owned(),
        WastRetCore::RefI31Shared => "a shared i31 reference".to_owned(),
        WastRetCore::Either(_) => unreachable!("a choice is read as one of `Expected`"),
    }
}

fn show_nan<T>(pattern: &NanPattern<T>, show: impl Fn(&T) -> String) -> String {
    match pattern {
        NanPattern::CanonicalNan => "nan:canonical".to_owned(),
        NanPattern::ArithmeticNan => "nan:arithmetic".to_owned(),
        NanPattern::Value(value) => show(value),
    }
}

fn show_v128(pattern: &V128Pattern) -> String {
    let lanes = |shape: &str, lanes: Vec<String>| format!("{shape}:[{}]", lanes.join(" "));
    match pattern {
        V128Pattern::I8x16(v) => lanes("i8x16", v.iter().map(|lane| format!("{lane:#04x}")).collect()),
        V128Pattern::I16x8(v) => lanes("i16x8", v.iter().map(|lane| format!("{lane:#06x}")).collect()),
        V128Pattern::I32x4(v) => lanes("i32x4", v.iter().map(|lane| format!("{lane:#010x}")).collect()),
        V128Pattern::I64x2(v) => lanes("i64x2", v.iter().map(|lane| format!("{lane:#018x}")).collect()),
        V128Pattern::F32x4(v) => {
            lanes("f32x4", v.iter().map(|lane| show_nan(lane, |v| format!("{:#010x}", v.bits))).collect())
        }
        V128Pattern::F64x2(v) => {
            lanes("f64x2", v.iter().map(|lane| show_nan(lane, |v| format!("{:#018x}", v.bits))).collect())
        }
    }
}

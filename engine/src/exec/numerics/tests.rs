//! Every row of the tables against independent models, and the tables against the decoder.

use super::{tests_float, tests_int, *};
use crate::{
    syntax::{
        for_each_atomic_cmpxchg, for_each_atomic_load, for_each_atomic_rmw, for_each_atomic_store, for_each_lane_load,
        for_each_lane_op, for_each_lane_store, for_each_load, for_each_numeric_op, for_each_store,
    },
    trace::TrapCode,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Values as bits, so that rows of all types can be called alike.
pub(super) trait Bits {
    /// The value of the lowest bits.
    fn of(bits: u128) -> Self;
    /// The bits of the value.
    fn bits(self) -> u128;
}
macro_rules! bits {
    ($($ty:ty: $of:expr, $bits:expr;)*) => {$(
        impl Bits for $ty {
            fn of(bits: u128) -> Self {
                $of(bits)
            }
            fn bits(self) -> u128 {
                $bits(self)
            }
        }
    )*};
}
bits! {
    i32: |bits| bits as i32, |value| value as u32 as u128;
    i64: |bits| bits as i64, |value| value as u64 as u128;
    f32: |bits| f32::from_bits(bits as u32), |value| f32::to_bits(value) as u128;
    f64: |bits| f64::from_bits(bits as u64), |value| f64::to_bits(value) as u128;
    V128: V128, |value: V128| value.0;
}

/// The Rust type of a type of the tables.
macro_rules! rust {
    (I32) => {
        i32
    };
    (I64) => {
        i64
    };
    (F32) => {
        f32
    };
    (F64) => {
        f64
    };
    (V128) => {
        V128
    };
}
pub(super) use rust;

/// A row of the first table, callable.
struct Row {
    variant: &'static str,
    name: &'static str,
    args: &'static [&'static str],
    out: &'static str,
    class: &'static str,
    call: fn(&[u128]) -> Result<u128, TrapCode>,
}

/// A call whose operands are bits.
macro_rules! call {
    ($f:ident $($ty:ident)*) => {
        |args| {
            let mut args = args.iter().copied();
            $f($(<rust!($ty)>::of(args.next().unwrap())),*)
        }
    };
}
macro_rules! result {
    (traps $out:ident $call:expr) => {
        |args| {
            let call: fn(&[u128]) -> Result<rust!($out), TrapCode> = $call;
            call(args).map(Bits::bits)
        }
    };
    ($class:ident $out:ident $call:expr) => {
        |args| {
            let call: fn(&[u128]) -> rust!($out) = $call;
            Ok(call(args).bits())
        }
    };
}
macro_rules! rows {
    ($($op:ident $name:literal ($($arg:ident),*) -> $out:ident $class:ident $f:ident;)*) => {
        const ROWS: &[Row] = &[$(Row {
            variant: stringify!($op),
            name: $name,
            args: &[$(stringify!($arg)),*],
            out: stringify!($out),
            class: stringify!($class),
            call: result!($class $out call!($f $($arg)*)),
        }),*];
    };
}
for_each_numeric_op!(rows);

/// What a model expects of a result.
#[derive(Debug)]
pub(super) enum Expected {
    /// A trap.
    Trap(TrapCode),
    /// Lanes of this many bits, lowest first; a scalar is one lane.
    Lanes(u32, Vec<Lane>),
}

/// What a model expects of a lane.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lane {
    /// Exactly these bits.
    Bits(u128),
    /// A quiet NaN; a canonical one if all operands that are NaNs are canonical.
    Nan { canonical: bool },
}

/// The lowest `width` bits set.
pub(super) fn ones(width: u32) -> u128 {
    u128::MAX >> (128 - width)
}

/// The lanes of a vector.
pub(super) fn split(width: u32, vector: u128) -> Vec<u128> {
    (0..128 / width).map(|lane| vector >> (lane * width) & ones(width)).collect()
}

impl Expected {
    fn allows(&self, result: Result<u128, TrapCode>) -> bool {
        match (self, result) {
            (Expected::Trap(expected), Err(code)) => *expected == code,
            (Expected::Lanes(width, lanes), Ok(bits)) => {
                lanes.len() as u32 * width >= 128 - bits.leading_zeros()
                    && lanes.iter().enumerate().all(|(index, lane)| {
                        let bits = bits >> (index as u32 * width) & ones(*width);
                        match lane {
                            Lane::Bits(expected) => bits == *expected,
                            Lane::Nan { canonical: true } => tests_float::is_canonical(*width, bits),
                            Lane::Nan { canonical: false } => tests_float::is_quiet(*width, bits),
                        }
                    })
            }
            _ => false,
        }
    }
}

/// What the row should make of these operands.
fn model(row: &Row, args: &[u128]) -> Expected {
    let (shape, op) = row.name.split_once('.').unwrap();
    match shape {
        "i32" | "i64" => tests_float::to_int(shape, op, args).unwrap_or_else(|| tests_int::scalar(shape, op, args)),
        "f32" | "f64" => tests_float::scalar(shape, op, args),
        "v128" => tests_int::bitwise(op, args),
        "f32x4" | "f64x2" => tests_float::vector(shape, op, args),
        _ => tests_float::to_int_vector(op, args).unwrap_or_else(|| tests_int::vector(shape, op, args)),
    }
}

/// Operands of which each kind of instruction finds some at its limits. Boxed, or sixteen trees of choices in a row would
/// overflow the stack.
pub(super) fn operand() -> BoxedStrategy<u128> {
    let bytes = prop::sample::select(vec![0u8, 1, 2, 15, 16, 31, 0x7f, 0x80, 0x81, 0xfe, 0xff]);
    let shorts = prop::sample::select(vec![0u16, 1, 0x7f, 0x80, 0xff, 0x100, 0xff7f, 0xff80, 0x7fff, 0x8000, 0xffff]);
    let words =
        prop::sample::select(vec![0u32, 1, 31, 32, 0x7fff, 0x8000, 0xffff_8000, i32::MAX as u32, 1 << 31, u32::MAX]);
    let longs =
        prop::sample::select(vec![0u64, 1, 63, 64, 1 << 32, u32::MAX as u64, i64::MAX as u64, 1 << 63, u64::MAX]);
    prop_oneof![
        any::<u128>(),
        prop::array::uniform16(prop_oneof![bytes, any::<u8>()].boxed()).prop_map(u128::from_le_bytes),
        prop::array::uniform8(prop_oneof![shorts, any::<u16>()].boxed())
            .prop_map(|lanes| lanes.iter().rev().fold(0, |all, lane| all << 16 | *lane as u128)),
        prop::array::uniform4(prop_oneof![words, any::<u32>()].boxed())
            .prop_map(|lanes| lanes.iter().rev().fold(0, |all, lane| all << 32 | *lane as u128)),
        prop::array::uniform2(prop_oneof![longs, any::<u64>()].boxed())
            .prop_map(|lanes| (lanes[1] as u128) << 64 | lanes[0] as u128),
        prop::array::uniform4(tests_float::single())
            .prop_map(|lanes| lanes.iter().rev().fold(0, |all, lane| all << 32 | *lane as u128)),
        prop::array::uniform2(tests_float::double()).prop_map(|lanes| (lanes[1] as u128) << 64 | lanes[0] as u128),
    ]
    .boxed()
}

/// The operand as the row's type takes it.
fn cut(ty: &str, bits: u128) -> u128 {
    match ty {
        "I32" | "F32" => bits & ones(32),
        "I64" | "F64" => bits & ones(64),
        _ => bits,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn rows_do_what_the_models_do(operands in prop::array::uniform3(operand()), same in any::<bool>()) {
        // Equal operands are rare by chance.
        let operands = if same { [operands[0]; 3] } else { operands };
        for row in ROWS {
            let args: Vec<u128> = row.args.iter().zip(operands).map(|(ty, bits)| cut(ty, bits)).collect();
            let (expected, result) = (model(row, &args), (row.call)(&args));
            prop_assert!(expected.allows(result), "{} of {args:x?}: {result:x?}, not {expected:x?}", row.name);
        }
    }
}

#[test]
fn classes_follow_from_the_operands() {
    for row in ROWS {
        let scalar = row.args[0] != "V128";
        let op = row.name.split_once('.').unwrap().1;
        let compares = ["eq", "ne", "lt", "gt", "le", "ge"].contains(&op.split('_').next().unwrap());
        let traps = op.starts_with("div_") || op.starts_with("rem_") || op.starts_with("trunc_f");
        let class = match scalar {
            true if compares => "compare",
            true if traps => "traps",
            _ => "pure",
        };
        assert_eq!(row.class, class, "{}", row.name);
        assert!(row.class != "compare" || row.out == "I32", "{}", row.name);
    }
}

macro_rules! operators {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// All instructions of the decoder: proposal, variant, whether there are immediates.
        const OPERATORS: &[(&str, &str, bool)] =
            &[$((stringify!($proposal), stringify!($op), false $(|| { $(let _ = stringify!($arg);)* true })?)),*];
    };
}
wasmparser::for_each_operator!(operators);

/// A row of any table: the variant, the name, the types in and out, and the width of the access to memory, if any.
type AnyRow = (&'static str, &'static str, Vec<&'static str>, Option<&'static str>, Option<u32>);

/// All rows of all tables.
fn all_rows() -> Vec<AnyRow> {
    let mut all: Vec<AnyRow> = Vec::new();
    all.extend(ROWS.iter().map(|row| (row.variant, row.name, row.args.to_vec(), Some(row.out), None)));
    macro_rules! lane_ops {
        ($($op:ident $name:literal ($($arg:ident),*) -> $out:ident $class:ident $f:ident;)*) => {
            $(all.push((stringify!($op), $name, vec![$(stringify!($arg)),*], Some(stringify!($out)), None));)*
        };
    }
    for_each_lane_op!(lane_ops);
    macro_rules! reads {
        ($($op:ident $name:literal $bytes:literal $ty:ident $($f:ident)?;)*) => {
            $(all.push((stringify!($op), $name, vec!["I32"], Some(stringify!($ty)), Some($bytes)));)*
        };
    }
    for_each_load!(reads);
    for_each_atomic_load!(reads);
    macro_rules! writes {
        ($($op:ident $name:literal $bytes:literal $ty:ident $($f:ident)?;)*) => {
            $(all.push((stringify!($op), $name, vec!["I32", stringify!($ty)], None, Some($bytes)));)*
        };
    }
    for_each_store!(writes);
    for_each_atomic_store!(writes);
    macro_rules! lane_reads {
        ($($op:ident $name:literal $bytes:literal $f:ident;)*) => {
            $(all.push((stringify!($op), $name, vec!["I32", "V128"], Some("V128"), Some($bytes)));)*
        };
    }
    for_each_lane_load!(lane_reads);
    macro_rules! lane_writes {
        ($($op:ident $name:literal $bytes:literal $f:ident;)*) => {
            $(all.push((stringify!($op), $name, vec!["I32", "V128"], None, Some($bytes)));)*
        };
    }
    for_each_lane_store!(lane_writes);
    macro_rules! rmws {
        ($($op:ident $name:literal $bytes:literal $ty:ident $rmw:ident;)*) => {$(
            let operation = concat!(".", stringify!($rmw)).to_lowercase();
            assert!($name.trim_end_matches("_u").ends_with(&operation), $name);
            all.push((stringify!($op), $name, vec!["I32", stringify!($ty)], Some(stringify!($ty)), Some($bytes)));
        )*};
    }
    for_each_atomic_rmw!(rmws);
    macro_rules! cmpxchgs {
        ($($op:ident $name:literal $bytes:literal $ty:ident;)*) => {$(
            let ty = stringify!($ty);
            all.push((stringify!($op), $name, vec!["I32", ty, ty], Some(ty), Some($bytes)));
        )*};
    }
    for_each_atomic_cmpxchg!(cmpxchgs);
    all
}

#[test]
fn every_operator_has_exactly_one_row() {
    // Control, parametric, variable and constant instructions, and those that have a shape of their own.
    let others = "Unreachable Nop Block Loop If Else End Br BrIf BrTable Return Call CallIndirect Drop Select LocalGet \
        LocalSet LocalTee GlobalGet GlobalSet MemorySize MemoryGrow I32Const I64Const F32Const F64Const V128Const \
        I8x16Shuffle MemoryAtomicNotify MemoryAtomicWait32 MemoryAtomicWait64 AtomicFence";
    let groups = ["mvp", "sign_extension", "saturating_float_to_int", "simd", "relaxed_simd", "threads"];
    let mut expected: Vec<&str> = OPERATORS
        .iter()
        .filter(|(group, variant, _)| {
            groups.contains(group) && !others.split_whitespace().any(|other| other == *variant)
        })
        .map(|(_, variant, _)| *variant)
        .collect();
    let mut rows: Vec<&str> = all_rows().iter().map(|row| row.0).collect();
    expected.sort_unstable();
    rows.sort_unstable();
    assert_eq!(rows, expected);

    let immediates: BTreeMap<&str, bool> =
        OPERATORS.iter().map(|(_, variant, immediates)| (*variant, *immediates)).collect();
    for row in ROWS {
        assert!(!immediates[row.variant], "{}", row.name);
    }
}

#[test]
fn rows_have_the_names_types_and_widths_of_the_formats() {
    for (variant, name, args, out, bytes) in all_rows() {
        let lane = if name.ends_with("_lane") || name.contains("_lane_") { "0" } else { "" };
        let params: String = args.iter().map(|ty| format!(" {}", ty.to_lowercase())).collect();
        let result = out.map(|ty| format!("(result {})", ty.to_lowercase())).unwrap_or_default();
        let gets: String = (0..args.len()).map(|index| format!(" local.get {index}")).collect();
        let text = format!("(module (memory 1) (func (param{params}) {result} {gets} {name} {lane}))");
        let buffer = wast::parser::ParseBuffer::new(&text).unwrap();
        let binary = wast::parser::parse::<wast::Wat>(&buffer).and_then(|mut module| module.encode());
        let binary = binary.unwrap_or_else(|error| panic!("{text}: {error}"));
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
            .validate_all(&binary)
            .unwrap_or_else(|error| panic!("{text}: {error}"));

        let body = wasmparser::Parser::new(0).parse_all(&binary).find_map(|payload| match payload.unwrap() {
            wasmparser::Payload::CodeSectionEntry(body) => Some(body),
            _ => None,
        });
        let operators = body.unwrap().get_operators_reader().unwrap().into_iter();
        let operator = operators.map(Result::unwrap).nth(args.len()).unwrap();
        let operator = format!("{operator:?}");
        assert_eq!(operator.split_whitespace().next().unwrap(), variant, "{name}");
        // Without `align` the text format takes the natural alignment, which is the width of the access.
        if let Some(bytes) = bytes {
            assert!(
                operator.contains(&format!("max_align: {}", bytes.ilog2())),
                "{operator} is not {bytes} bytes wide"
            );
        }
    }
}

//! The table against the decoder, the validator and the text format.

use crate::syntax::ops::*;
use std::{collections::BTreeSet, fmt::Write};
use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

/// A row of any of the tables.
struct Row {
    operator: &'static str,
    name: &'static str,
    params: Vec<String>,
    result: Option<String>,
    lane: bool,
    width: Option<u32>,
}

fn types(types: &[&str]) -> Vec<String> {
    types.iter().map(|ty| ty.to_lowercase()).collect()
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    macro_rules! plain {
        ($lane:literal
            $($operator:ident $name:literal ($($param:ident),*) -> $result:ident $class:ident $f:ident;)*) => {
            $(rows.push(Row {
                operator: stringify!($operator),
                name: $name,
                params: types(&[$(stringify!($param)),*]),
                result: types(&[stringify!($result)]).pop(),
                lane: $lane,
                width: None,
            });)*
        };
    }
    for_each_numeric_op!(plain false);
    for_each_lane_op!(plain true);
    /// The address, and so many operands of the type.
    macro_rules! accesses {
        ($operands:literal -> $result:literal
            $($operator:ident $name:literal $width:literal $ty:ident $($rest:ident)?;)*) => {
            $(rows.push(Row {
                operator: stringify!($operator),
                name: $name,
                params: [types(&["i32"]), types(&[stringify!($ty); $operands])].concat(),
                result: if $result { types(&[stringify!($ty)]).pop() } else { None },
                lane: false,
                width: Some($width),
            });)*
        };
    }
    for_each_load!(accesses 0 -> true);
    for_each_store!(accesses 1 -> false);
    for_each_atomic_load!(accesses 0 -> true);
    for_each_atomic_store!(accesses 1 -> false);
    for_each_atomic_rmw!(accesses 1 -> true);
    for_each_atomic_cmpxchg!(accesses 2 -> true);
    macro_rules! lane_accesses {
        ($result:expr, $($operator:ident $name:literal $width:literal $f:ident;)*) => {
            $(rows.push(Row {
                operator: stringify!($operator),
                name: $name,
                params: types(&["i32", "v128"]),
                result: $result,
                lane: true,
                width: Some($width),
            });)*
        };
    }
    for_each_lane_load!(lane_accesses Some("v128".to_string()),);
    for_each_lane_store!(lane_accesses None,);
    rows
}

macro_rules! operator_names {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($annotation:tt)*))*) => {
        &[$((stringify!($proposal), stringify!($op))),*]
    };
}
const OPERATORS: &[(&str, &str)] = wasmparser::for_each_operator!(operator_names);

/// Operators whose names start with a type and that are no rows: constants, whose semantics is their immediate, and
/// operators whose shape nothing else shares.
const OUTSIDE: [&str; 10] = [
    "I32Const",
    "I64Const",
    "F32Const",
    "F64Const",
    "V128Const",
    "I8x16Shuffle",
    "I64Add128",
    "I64Sub128",
    "I64MulWideS",
    "I64MulWideU",
];

#[test]
fn every_operator_has_one_row() {
    let proposals =
        ["mvp", "sign_extension", "saturating_float_to_int", "simd", "relaxed_simd", "threads", "wide_arithmetic"];
    let shapes = ["I32", "I64", "F32", "F64", "V128", "I8x16", "I16x8", "I32x4", "I64x2", "F32x4", "F64x2"];
    let expected: BTreeSet<&str> = OPERATORS
        .iter()
        .filter(|(proposal, op)| proposals.contains(proposal) && shapes.iter().any(|shape| op.starts_with(shape)))
        .map(|&(_, op)| op)
        .filter(|op| !OUTSIDE.contains(op))
        .collect();
    let rows = rows();
    let actual: BTreeSet<&str> = rows.iter().map(|row| row.operator).collect();
    assert_eq!(actual, expected);
    assert_eq!(rows.len(), actual.len(), "an operator has two rows");
    for outside in OUTSIDE {
        assert!(OPERATORS.iter().any(|(_, op)| *op == outside), "{outside} is no operator");
    }
}

/// One function for each row, which applies the instruction to parameters of the types of the row: the name is right if
/// the text format reads it as the operator, the types are right if the function is valid.
#[test]
fn names_types_and_widths_are_right() {
    let rows = rows();
    let mut text = String::from("(module (memory 1)");
    for Row { name, params, result, lane, .. } in &rows {
        write!(text, "(func (param {}) (result {})", params.join(" "), result.as_deref().unwrap_or("")).unwrap();
        (0..params.len()).for_each(|i| write!(text, " local.get {i}").unwrap());
        writeln!(text, " {name}{})", if *lane { " 0" } else { "" }).unwrap();
    }
    text.push(')');
    let buffer = wast::parser::ParseBuffer::new(&text).unwrap();
    let binary = wast::parser::parse::<wast::Wat>(&buffer).unwrap().encode().unwrap();
    Validator::new_with_features(WasmFeatures::all()).validate_all(&binary).unwrap();

    let mut rows = rows.iter();
    for payload in Parser::new(0).parse_all(&binary) {
        let Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        let row = rows.next().unwrap();
        let operators = body.get_operators_reader().unwrap().into_iter().map(Result::unwrap);
        let operator = operators.into_iter().find(|op| !matches!(op, Operator::LocalGet { .. })).unwrap();
        let shown = format!("{operator:?}");
        let (name, immediates) = shown.split_at(shown.find(' ').unwrap_or(shown.len()));
        assert_eq!(name, row.operator, "{} is another operator", row.name);
        let align =
            immediates.split_once("max_align: ").map(|(_, rest)| rest.split(',').next().unwrap().parse().unwrap());
        assert_eq!(align.map(|exponent: u32| 1 << exponent), row.width, "the width of {}", row.name);
    }
    assert!(rows.next().is_none());
}

//! The one table of numeric, vector and memory instructions.
//!
//! Each macro hands its rows to the macro that it is given, after any further tokens: `for_each_load!(arms x)` expands
//! to `arms! { x rows... }`. A row starts with the name of the operator in the decoder and the name of the instruction in
//! the text format, and ends with its semantics: a function of [`crate::exec::numerics`]. Everything that has to know
//! these instructions (translation, handlers, the coverage of tests) is made from the rows, so that a new instruction is
//! one row and one function.
//!
//! `I32`, `I64`, `F32`, `F64` and `V128` stand for the value types; widths are in bytes.

/// Instructions without immediates (core `#syntax-instr-numeric`, `#syntax-instr-vec`).
///
/// The class says how the function is called: `pure` gives its result, `traps` a `Result` with a
/// [`TrapCode`](crate::trace::TrapCode), and `compare` is pure, compares two scalars, and can be fused with a branch.
#[rustfmt::skip]
macro_rules! for_each_numeric_op {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, signature, class, semantics
        // Scalars.
        I32Eqz            "i32.eqz"             (I32) -> I32      pure    i32_eqz;
        I32Eq             "i32.eq"              (I32, I32) -> I32 compare i32_eq;
        I32Ne             "i32.ne"              (I32, I32) -> I32 compare i32_ne;
        I32LtS            "i32.lt_s"            (I32, I32) -> I32 compare i32_lt_s;
        I32LtU            "i32.lt_u"            (I32, I32) -> I32 compare i32_lt_u;
        I32GtS            "i32.gt_s"            (I32, I32) -> I32 compare i32_gt_s;
        I32GtU            "i32.gt_u"            (I32, I32) -> I32 compare i32_gt_u;
        I32LeS            "i32.le_s"            (I32, I32) -> I32 compare i32_le_s;
        I32LeU            "i32.le_u"            (I32, I32) -> I32 compare i32_le_u;
        I32GeS            "i32.ge_s"            (I32, I32) -> I32 compare i32_ge_s;
        I32GeU            "i32.ge_u"            (I32, I32) -> I32 compare i32_ge_u;
        I64Eqz            "i64.eqz"             (I64) -> I32      pure    i64_eqz;
        I64Eq             "i64.eq"              (I64, I64) -> I32 compare i64_eq;
        I64Ne             "i64.ne"              (I64, I64) -> I32 compare i64_ne;
        I64LtS            "i64.lt_s"            (I64, I64) -> I32 compare i64_lt_s;
        I64LtU            "i64.lt_u"            (I64, I64) -> I32 compare i64_lt_u;
        I64GtS            "i64.gt_s"            (I64, I64) -> I32 compare i64_gt_s;
        I64GtU            "i64.gt_u"            (I64, I64) -> I32 compare i64_gt_u;
        I64LeS            "i64.le_s"            (I64, I64) -> I32 compare i64_le_s;
        I64LeU            "i64.le_u"            (I64, I64) -> I32 compare i64_le_u;
        I64GeS            "i64.ge_s"            (I64, I64) -> I32 compare i64_ge_s;
        I64GeU            "i64.ge_u"            (I64, I64) -> I32 compare i64_ge_u;
        F32Eq             "f32.eq"              (F32, F32) -> I32 compare f32_eq;
        F32Ne             "f32.ne"              (F32, F32) -> I32 compare f32_ne;
        F32Lt             "f32.lt"              (F32, F32) -> I32 compare f32_lt;
        F32Gt             "f32.gt"              (F32, F32) -> I32 compare f32_gt;
        F32Le             "f32.le"              (F32, F32) -> I32 compare f32_le;
        F32Ge             "f32.ge"              (F32, F32) -> I32 compare f32_ge;
        F64Eq             "f64.eq"              (F64, F64) -> I32 compare f64_eq;
        F64Ne             "f64.ne"              (F64, F64) -> I32 compare f64_ne;
        F64Lt             "f64.lt"              (F64, F64) -> I32 compare f64_lt;
        F64Gt             "f64.gt"              (F64, F64) -> I32 compare f64_gt;
        F64Le             "f64.le"              (F64, F64) -> I32 compare f64_le;
        F64Ge             "f64.ge"              (F64, F64) -> I32 compare f64_ge;
        I32Clz            "i32.clz"             (I32) -> I32      pure    i32_clz;
        I32Ctz            "i32.ctz"             (I32) -> I32      pure    i32_ctz;
        I32Popcnt         "i32.popcnt"          (I32) -> I32      pure    i32_popcnt;
        I32Add            "i32.add"             (I32, I32) -> I32 pure    i32_add;
        I32Sub            "i32.sub"             (I32, I32) -> I32 pure    i32_sub;
        I32Mul            "i32.mul"             (I32, I32) -> I32 pure    i32_mul;
        I32DivS           "i32.div_s"           (I32, I32) -> I32 traps   i32_div_s;
        I32DivU           "i32.div_u"           (I32, I32) -> I32 traps   i32_div_u;
        I32RemS           "i32.rem_s"           (I32, I32) -> I32 traps   i32_rem_s;
        I32RemU           "i32.rem_u"           (I32, I32) -> I32 traps   i32_rem_u;
        I32And            "i32.and"             (I32, I32) -> I32 pure    i32_and;
        I32Or             "i32.or"              (I32, I32) -> I32 pure    i32_or;
        I32Xor            "i32.xor"             (I32, I32) -> I32 pure    i32_xor;
        I32Shl            "i32.shl"             (I32, I32) -> I32 pure    i32_shl;
        I32ShrS           "i32.shr_s"           (I32, I32) -> I32 pure    i32_shr_s;
        I32ShrU           "i32.shr_u"           (I32, I32) -> I32 pure    i32_shr_u;
        I32Rotl           "i32.rotl"            (I32, I32) -> I32 pure    i32_rotl;
        I32Rotr           "i32.rotr"            (I32, I32) -> I32 pure    i32_rotr;
        I64Clz            "i64.clz"             (I64) -> I64      pure    i64_clz;
        I64Ctz            "i64.ctz"             (I64) -> I64      pure    i64_ctz;
        I64Popcnt         "i64.popcnt"          (I64) -> I64      pure    i64_popcnt;
        I64Add            "i64.add"             (I64, I64) -> I64 pure    i64_add;
        I64Sub            "i64.sub"             (I64, I64) -> I64 pure    i64_sub;
        I64Mul            "i64.mul"             (I64, I64) -> I64 pure    i64_mul;
        I64DivS           "i64.div_s"           (I64, I64) -> I64 traps   i64_div_s;
        I64DivU           "i64.div_u"           (I64, I64) -> I64 traps   i64_div_u;
        I64RemS           "i64.rem_s"           (I64, I64) -> I64 traps   i64_rem_s;
        I64RemU           "i64.rem_u"           (I64, I64) -> I64 traps   i64_rem_u;
        I64And            "i64.and"             (I64, I64) -> I64 pure    i64_and;
        I64Or             "i64.or"              (I64, I64) -> I64 pure    i64_or;
        I64Xor            "i64.xor"             (I64, I64) -> I64 pure    i64_xor;
        I64Shl            "i64.shl"             (I64, I64) -> I64 pure    i64_shl;
        I64ShrS           "i64.shr_s"           (I64, I64) -> I64 pure    i64_shr_s;
        I64ShrU           "i64.shr_u"           (I64, I64) -> I64 pure    i64_shr_u;
        I64Rotl           "i64.rotl"            (I64, I64) -> I64 pure    i64_rotl;
        I64Rotr           "i64.rotr"            (I64, I64) -> I64 pure    i64_rotr;
        F32Abs            "f32.abs"             (F32) -> F32      pure    f32_abs;
        F32Neg            "f32.neg"             (F32) -> F32      pure    f32_neg;
        F32Ceil           "f32.ceil"            (F32) -> F32      pure    f32_ceil;
        F32Floor          "f32.floor"           (F32) -> F32      pure    f32_floor;
        F32Trunc          "f32.trunc"           (F32) -> F32      pure    f32_trunc;
        F32Nearest        "f32.nearest"         (F32) -> F32      pure    f32_nearest;
        F32Sqrt           "f32.sqrt"            (F32) -> F32      pure    f32_sqrt;
        F32Add            "f32.add"             (F32, F32) -> F32 pure    f32_add;
        F32Sub            "f32.sub"             (F32, F32) -> F32 pure    f32_sub;
        F32Mul            "f32.mul"             (F32, F32) -> F32 pure    f32_mul;
        F32Div            "f32.div"             (F32, F32) -> F32 pure    f32_div;
        F32Min            "f32.min"             (F32, F32) -> F32 pure    f32_min;
        F32Max            "f32.max"             (F32, F32) -> F32 pure    f32_max;
        F32Copysign       "f32.copysign"        (F32, F32) -> F32 pure    f32_copysign;
        F64Abs            "f64.abs"             (F64) -> F64      pure    f64_abs;
        F64Neg            "f64.neg"             (F64) -> F64      pure    f64_neg;
        F64Ceil           "f64.ceil"            (F64) -> F64      pure    f64_ceil;
        F64Floor          "f64.floor"           (F64) -> F64      pure    f64_floor;
        F64Trunc          "f64.trunc"           (F64) -> F64      pure    f64_trunc;
        F64Nearest        "f64.nearest"         (F64) -> F64      pure    f64_nearest;
        F64Sqrt           "f64.sqrt"            (F64) -> F64      pure    f64_sqrt;
        F64Add            "f64.add"             (F64, F64) -> F64 pure    f64_add;
        F64Sub            "f64.sub"             (F64, F64) -> F64 pure    f64_sub;
        F64Mul            "f64.mul"             (F64, F64) -> F64 pure    f64_mul;
        F64Div            "f64.div"             (F64, F64) -> F64 pure    f64_div;
        F64Min            "f64.min"             (F64, F64) -> F64 pure    f64_min;
        F64Max            "f64.max"             (F64, F64) -> F64 pure    f64_max;
        F64Copysign       "f64.copysign"        (F64, F64) -> F64 pure    f64_copysign;
        I32WrapI64        "i32.wrap_i64"        (I64) -> I32      pure    i32_wrap_i64;
        I32TruncF32S      "i32.trunc_f32_s"     (F32) -> I32      traps   i32_trunc_f32_s;
        I32TruncF32U      "i32.trunc_f32_u"     (F32) -> I32      traps   i32_trunc_f32_u;
        I32TruncF64S      "i32.trunc_f64_s"     (F64) -> I32      traps   i32_trunc_f64_s;
        I32TruncF64U      "i32.trunc_f64_u"     (F64) -> I32      traps   i32_trunc_f64_u;
        I64ExtendI32S     "i64.extend_i32_s"    (I32) -> I64      pure    i64_extend_i32_s;
        I64ExtendI32U     "i64.extend_i32_u"    (I32) -> I64      pure    i64_extend_i32_u;
        I64TruncF32S      "i64.trunc_f32_s"     (F32) -> I64      traps   i64_trunc_f32_s;
        I64TruncF32U      "i64.trunc_f32_u"     (F32) -> I64      traps   i64_trunc_f32_u;
        I64TruncF64S      "i64.trunc_f64_s"     (F64) -> I64      traps   i64_trunc_f64_s;
        I64TruncF64U      "i64.trunc_f64_u"     (F64) -> I64      traps   i64_trunc_f64_u;
        F32ConvertI32S    "f32.convert_i32_s"   (I32) -> F32      pure    f32_convert_i32_s;
        F32ConvertI32U    "f32.convert_i32_u"   (I32) -> F32      pure    f32_convert_i32_u;
        F32ConvertI64S    "f32.convert_i64_s"   (I64) -> F32      pure    f32_convert_i64_s;
        F32ConvertI64U    "f32.convert_i64_u"   (I64) -> F32      pure    f32_convert_i64_u;
        F32DemoteF64      "f32.demote_f64"      (F64) -> F32      pure    f32_demote_f64;
        F64ConvertI32S    "f64.convert_i32_s"   (I32) -> F64      pure    f64_convert_i32_s;
        F64ConvertI32U    "f64.convert_i32_u"   (I32) -> F64      pure    f64_convert_i32_u;
        F64ConvertI64S    "f64.convert_i64_s"   (I64) -> F64      pure    f64_convert_i64_s;
        F64ConvertI64U    "f64.convert_i64_u"   (I64) -> F64      pure    f64_convert_i64_u;
        F64PromoteF32     "f64.promote_f32"     (F32) -> F64      pure    f64_promote_f32;
        I32ReinterpretF32 "i32.reinterpret_f32" (F32) -> I32      pure    i32_reinterpret_f32;
        I64ReinterpretF64 "i64.reinterpret_f64" (F64) -> I64      pure    i64_reinterpret_f64;
        F32ReinterpretI32 "f32.reinterpret_i32" (I32) -> F32      pure    f32_reinterpret_i32;
        F64ReinterpretI64 "f64.reinterpret_i64" (I64) -> F64      pure    f64_reinterpret_i64;
        I32Extend8S       "i32.extend8_s"       (I32) -> I32      pure    i32_extend8_s;
        I32Extend16S      "i32.extend16_s"      (I32) -> I32      pure    i32_extend16_s;
        I64Extend8S       "i64.extend8_s"       (I64) -> I64      pure    i64_extend8_s;
        I64Extend16S      "i64.extend16_s"      (I64) -> I64      pure    i64_extend16_s;
        I64Extend32S      "i64.extend32_s"      (I64) -> I64      pure    i64_extend32_s;
        I32TruncSatF32S   "i32.trunc_sat_f32_s" (F32) -> I32      pure    i32_trunc_sat_f32_s;
        I32TruncSatF32U   "i32.trunc_sat_f32_u" (F32) -> I32      pure    i32_trunc_sat_f32_u;
        I32TruncSatF64S   "i32.trunc_sat_f64_s" (F64) -> I32      pure    i32_trunc_sat_f64_s;
        I32TruncSatF64U   "i32.trunc_sat_f64_u" (F64) -> I32      pure    i32_trunc_sat_f64_u;
        I64TruncSatF32S   "i64.trunc_sat_f32_s" (F32) -> I64      pure    i64_trunc_sat_f32_s;
        I64TruncSatF32U   "i64.trunc_sat_f32_u" (F32) -> I64      pure    i64_trunc_sat_f32_u;
        I64TruncSatF64S   "i64.trunc_sat_f64_s" (F64) -> I64      pure    i64_trunc_sat_f64_s;
        I64TruncSatF64U   "i64.trunc_sat_f64_u" (F64) -> I64      pure    i64_trunc_sat_f64_u;
        // Vectors.
        I8x16Swizzle              "i8x16.swizzle"                 (V128, V128) -> V128       pure i8x16_swizzle;
        I8x16Splat                "i8x16.splat"                   (I32) -> V128              pure i8x16_splat;
        I16x8Splat                "i16x8.splat"                   (I32) -> V128              pure i16x8_splat;
        I32x4Splat                "i32x4.splat"                   (I32) -> V128              pure i32x4_splat;
        I64x2Splat                "i64x2.splat"                   (I64) -> V128              pure i64x2_splat;
        F32x4Splat                "f32x4.splat"                   (F32) -> V128              pure f32x4_splat;
        F64x2Splat                "f64x2.splat"                   (F64) -> V128              pure f64x2_splat;
        I8x16Eq                   "i8x16.eq"                      (V128, V128) -> V128       pure i8x16_eq;
        I8x16Ne                   "i8x16.ne"                      (V128, V128) -> V128       pure i8x16_ne;
        I8x16LtS                  "i8x16.lt_s"                    (V128, V128) -> V128       pure i8x16_lt_s;
        I8x16LtU                  "i8x16.lt_u"                    (V128, V128) -> V128       pure i8x16_lt_u;
        I8x16GtS                  "i8x16.gt_s"                    (V128, V128) -> V128       pure i8x16_gt_s;
        I8x16GtU                  "i8x16.gt_u"                    (V128, V128) -> V128       pure i8x16_gt_u;
        I8x16LeS                  "i8x16.le_s"                    (V128, V128) -> V128       pure i8x16_le_s;
        I8x16LeU                  "i8x16.le_u"                    (V128, V128) -> V128       pure i8x16_le_u;
        I8x16GeS                  "i8x16.ge_s"                    (V128, V128) -> V128       pure i8x16_ge_s;
        I8x16GeU                  "i8x16.ge_u"                    (V128, V128) -> V128       pure i8x16_ge_u;
        I16x8Eq                   "i16x8.eq"                      (V128, V128) -> V128       pure i16x8_eq;
        I16x8Ne                   "i16x8.ne"                      (V128, V128) -> V128       pure i16x8_ne;
        I16x8LtS                  "i16x8.lt_s"                    (V128, V128) -> V128       pure i16x8_lt_s;
        I16x8LtU                  "i16x8.lt_u"                    (V128, V128) -> V128       pure i16x8_lt_u;
        I16x8GtS                  "i16x8.gt_s"                    (V128, V128) -> V128       pure i16x8_gt_s;
        I16x8GtU                  "i16x8.gt_u"                    (V128, V128) -> V128       pure i16x8_gt_u;
        I16x8LeS                  "i16x8.le_s"                    (V128, V128) -> V128       pure i16x8_le_s;
        I16x8LeU                  "i16x8.le_u"                    (V128, V128) -> V128       pure i16x8_le_u;
        I16x8GeS                  "i16x8.ge_s"                    (V128, V128) -> V128       pure i16x8_ge_s;
        I16x8GeU                  "i16x8.ge_u"                    (V128, V128) -> V128       pure i16x8_ge_u;
        I32x4Eq                   "i32x4.eq"                      (V128, V128) -> V128       pure i32x4_eq;
        I32x4Ne                   "i32x4.ne"                      (V128, V128) -> V128       pure i32x4_ne;
        I32x4LtS                  "i32x4.lt_s"                    (V128, V128) -> V128       pure i32x4_lt_s;
        I32x4LtU                  "i32x4.lt_u"                    (V128, V128) -> V128       pure i32x4_lt_u;
        I32x4GtS                  "i32x4.gt_s"                    (V128, V128) -> V128       pure i32x4_gt_s;
        I32x4GtU                  "i32x4.gt_u"                    (V128, V128) -> V128       pure i32x4_gt_u;
        I32x4LeS                  "i32x4.le_s"                    (V128, V128) -> V128       pure i32x4_le_s;
        I32x4LeU                  "i32x4.le_u"                    (V128, V128) -> V128       pure i32x4_le_u;
        I32x4GeS                  "i32x4.ge_s"                    (V128, V128) -> V128       pure i32x4_ge_s;
        I32x4GeU                  "i32x4.ge_u"                    (V128, V128) -> V128       pure i32x4_ge_u;
        I64x2Eq                   "i64x2.eq"                      (V128, V128) -> V128       pure i64x2_eq;
        I64x2Ne                   "i64x2.ne"                      (V128, V128) -> V128       pure i64x2_ne;
        I64x2LtS                  "i64x2.lt_s"                    (V128, V128) -> V128       pure i64x2_lt_s;
        I64x2GtS                  "i64x2.gt_s"                    (V128, V128) -> V128       pure i64x2_gt_s;
        I64x2LeS                  "i64x2.le_s"                    (V128, V128) -> V128       pure i64x2_le_s;
        I64x2GeS                  "i64x2.ge_s"                    (V128, V128) -> V128       pure i64x2_ge_s;
        F32x4Eq                   "f32x4.eq"                      (V128, V128) -> V128       pure f32x4_eq;
        F32x4Ne                   "f32x4.ne"                      (V128, V128) -> V128       pure f32x4_ne;
        F32x4Lt                   "f32x4.lt"                      (V128, V128) -> V128       pure f32x4_lt;
        F32x4Gt                   "f32x4.gt"                      (V128, V128) -> V128       pure f32x4_gt;
        F32x4Le                   "f32x4.le"                      (V128, V128) -> V128       pure f32x4_le;
        F32x4Ge                   "f32x4.ge"                      (V128, V128) -> V128       pure f32x4_ge;
        F64x2Eq                   "f64x2.eq"                      (V128, V128) -> V128       pure f64x2_eq;
        F64x2Ne                   "f64x2.ne"                      (V128, V128) -> V128       pure f64x2_ne;
        F64x2Lt                   "f64x2.lt"                      (V128, V128) -> V128       pure f64x2_lt;
        F64x2Gt                   "f64x2.gt"                      (V128, V128) -> V128       pure f64x2_gt;
        F64x2Le                   "f64x2.le"                      (V128, V128) -> V128       pure f64x2_le;
        F64x2Ge                   "f64x2.ge"                      (V128, V128) -> V128       pure f64x2_ge;
        V128Not                   "v128.not"                      (V128) -> V128             pure v128_not;
        V128And                   "v128.and"                      (V128, V128) -> V128       pure v128_and;
        V128AndNot                "v128.andnot"                   (V128, V128) -> V128       pure v128_andnot;
        V128Or                    "v128.or"                       (V128, V128) -> V128       pure v128_or;
        V128Xor                   "v128.xor"                      (V128, V128) -> V128       pure v128_xor;
        V128Bitselect             "v128.bitselect"                (V128, V128, V128) -> V128 pure v128_bitselect;
        V128AnyTrue               "v128.any_true"                 (V128) -> I32              pure v128_any_true;
        I8x16Abs                  "i8x16.abs"                     (V128) -> V128             pure i8x16_abs;
        I8x16Neg                  "i8x16.neg"                     (V128) -> V128             pure i8x16_neg;
        I8x16Popcnt               "i8x16.popcnt"                  (V128) -> V128             pure i8x16_popcnt;
        I8x16AllTrue              "i8x16.all_true"                (V128) -> I32              pure i8x16_all_true;
        I8x16Bitmask              "i8x16.bitmask"                 (V128) -> I32              pure i8x16_bitmask;
        I8x16NarrowI16x8S         "i8x16.narrow_i16x8_s"          (V128, V128) -> V128       pure i8x16_narrow_i16x8_s;
        I8x16NarrowI16x8U         "i8x16.narrow_i16x8_u"          (V128, V128) -> V128       pure i8x16_narrow_i16x8_u;
        I8x16Shl                  "i8x16.shl"                     (V128, I32) -> V128        pure i8x16_shl;
        I8x16ShrS                 "i8x16.shr_s"                   (V128, I32) -> V128        pure i8x16_shr_s;
        I8x16ShrU                 "i8x16.shr_u"                   (V128, I32) -> V128        pure i8x16_shr_u;
        I8x16Add                  "i8x16.add"                     (V128, V128) -> V128       pure i8x16_add;
        I8x16AddSatS              "i8x16.add_sat_s"               (V128, V128) -> V128       pure i8x16_add_sat_s;
        I8x16AddSatU              "i8x16.add_sat_u"               (V128, V128) -> V128       pure i8x16_add_sat_u;
        I8x16Sub                  "i8x16.sub"                     (V128, V128) -> V128       pure i8x16_sub;
        I8x16SubSatS              "i8x16.sub_sat_s"               (V128, V128) -> V128       pure i8x16_sub_sat_s;
        I8x16SubSatU              "i8x16.sub_sat_u"               (V128, V128) -> V128       pure i8x16_sub_sat_u;
        I8x16MinS                 "i8x16.min_s"                   (V128, V128) -> V128       pure i8x16_min_s;
        I8x16MinU                 "i8x16.min_u"                   (V128, V128) -> V128       pure i8x16_min_u;
        I8x16MaxS                 "i8x16.max_s"                   (V128, V128) -> V128       pure i8x16_max_s;
        I8x16MaxU                 "i8x16.max_u"                   (V128, V128) -> V128       pure i8x16_max_u;
        I8x16AvgrU                "i8x16.avgr_u"                  (V128, V128) -> V128       pure i8x16_avgr_u;
        I16x8ExtAddPairwiseI8x16S "i16x8.extadd_pairwise_i8x16_s" (V128) -> V128             pure i16x8_extadd_pairwise_i8x16_s;
        I16x8ExtAddPairwiseI8x16U "i16x8.extadd_pairwise_i8x16_u" (V128) -> V128             pure i16x8_extadd_pairwise_i8x16_u;
        I16x8Abs                  "i16x8.abs"                     (V128) -> V128             pure i16x8_abs;
        I16x8Neg                  "i16x8.neg"                     (V128) -> V128             pure i16x8_neg;
        I16x8Q15MulrSatS          "i16x8.q15mulr_sat_s"           (V128, V128) -> V128       pure i16x8_q15mulr_sat_s;
        I16x8AllTrue              "i16x8.all_true"                (V128) -> I32              pure i16x8_all_true;
        I16x8Bitmask              "i16x8.bitmask"                 (V128) -> I32              pure i16x8_bitmask;
        I16x8NarrowI32x4S         "i16x8.narrow_i32x4_s"          (V128, V128) -> V128       pure i16x8_narrow_i32x4_s;
        I16x8NarrowI32x4U         "i16x8.narrow_i32x4_u"          (V128, V128) -> V128       pure i16x8_narrow_i32x4_u;
        I16x8ExtendLowI8x16S      "i16x8.extend_low_i8x16_s"      (V128) -> V128             pure i16x8_extend_low_i8x16_s;
        I16x8ExtendHighI8x16S     "i16x8.extend_high_i8x16_s"     (V128) -> V128             pure i16x8_extend_high_i8x16_s;
        I16x8ExtendLowI8x16U      "i16x8.extend_low_i8x16_u"      (V128) -> V128             pure i16x8_extend_low_i8x16_u;
        I16x8ExtendHighI8x16U     "i16x8.extend_high_i8x16_u"     (V128) -> V128             pure i16x8_extend_high_i8x16_u;
        I16x8Shl                  "i16x8.shl"                     (V128, I32) -> V128        pure i16x8_shl;
        I16x8ShrS                 "i16x8.shr_s"                   (V128, I32) -> V128        pure i16x8_shr_s;
        I16x8ShrU                 "i16x8.shr_u"                   (V128, I32) -> V128        pure i16x8_shr_u;
        I16x8Add                  "i16x8.add"                     (V128, V128) -> V128       pure i16x8_add;
        I16x8AddSatS              "i16x8.add_sat_s"               (V128, V128) -> V128       pure i16x8_add_sat_s;
        I16x8AddSatU              "i16x8.add_sat_u"               (V128, V128) -> V128       pure i16x8_add_sat_u;
        I16x8Sub                  "i16x8.sub"                     (V128, V128) -> V128       pure i16x8_sub;
        I16x8SubSatS              "i16x8.sub_sat_s"               (V128, V128) -> V128       pure i16x8_sub_sat_s;
        I16x8SubSatU              "i16x8.sub_sat_u"               (V128, V128) -> V128       pure i16x8_sub_sat_u;
        I16x8Mul                  "i16x8.mul"                     (V128, V128) -> V128       pure i16x8_mul;
        I16x8MinS                 "i16x8.min_s"                   (V128, V128) -> V128       pure i16x8_min_s;
        I16x8MinU                 "i16x8.min_u"                   (V128, V128) -> V128       pure i16x8_min_u;
        I16x8MaxS                 "i16x8.max_s"                   (V128, V128) -> V128       pure i16x8_max_s;
        I16x8MaxU                 "i16x8.max_u"                   (V128, V128) -> V128       pure i16x8_max_u;
        I16x8AvgrU                "i16x8.avgr_u"                  (V128, V128) -> V128       pure i16x8_avgr_u;
        I16x8ExtMulLowI8x16S      "i16x8.extmul_low_i8x16_s"      (V128, V128) -> V128       pure i16x8_extmul_low_i8x16_s;
        I16x8ExtMulHighI8x16S     "i16x8.extmul_high_i8x16_s"     (V128, V128) -> V128       pure i16x8_extmul_high_i8x16_s;
        I16x8ExtMulLowI8x16U      "i16x8.extmul_low_i8x16_u"      (V128, V128) -> V128       pure i16x8_extmul_low_i8x16_u;
        I16x8ExtMulHighI8x16U     "i16x8.extmul_high_i8x16_u"     (V128, V128) -> V128       pure i16x8_extmul_high_i8x16_u;
        I32x4ExtAddPairwiseI16x8S "i32x4.extadd_pairwise_i16x8_s" (V128) -> V128             pure i32x4_extadd_pairwise_i16x8_s;
        I32x4ExtAddPairwiseI16x8U "i32x4.extadd_pairwise_i16x8_u" (V128) -> V128             pure i32x4_extadd_pairwise_i16x8_u;
        I32x4Abs                  "i32x4.abs"                     (V128) -> V128             pure i32x4_abs;
        I32x4Neg                  "i32x4.neg"                     (V128) -> V128             pure i32x4_neg;
        I32x4AllTrue              "i32x4.all_true"                (V128) -> I32              pure i32x4_all_true;
        I32x4Bitmask              "i32x4.bitmask"                 (V128) -> I32              pure i32x4_bitmask;
        I32x4ExtendLowI16x8S      "i32x4.extend_low_i16x8_s"      (V128) -> V128             pure i32x4_extend_low_i16x8_s;
        I32x4ExtendHighI16x8S     "i32x4.extend_high_i16x8_s"     (V128) -> V128             pure i32x4_extend_high_i16x8_s;
        I32x4ExtendLowI16x8U      "i32x4.extend_low_i16x8_u"      (V128) -> V128             pure i32x4_extend_low_i16x8_u;
        I32x4ExtendHighI16x8U     "i32x4.extend_high_i16x8_u"     (V128) -> V128             pure i32x4_extend_high_i16x8_u;
        I32x4Shl                  "i32x4.shl"                     (V128, I32) -> V128        pure i32x4_shl;
        I32x4ShrS                 "i32x4.shr_s"                   (V128, I32) -> V128        pure i32x4_shr_s;
        I32x4ShrU                 "i32x4.shr_u"                   (V128, I32) -> V128        pure i32x4_shr_u;
        I32x4Add                  "i32x4.add"                     (V128, V128) -> V128       pure i32x4_add;
        I32x4Sub                  "i32x4.sub"                     (V128, V128) -> V128       pure i32x4_sub;
        I32x4Mul                  "i32x4.mul"                     (V128, V128) -> V128       pure i32x4_mul;
        I32x4MinS                 "i32x4.min_s"                   (V128, V128) -> V128       pure i32x4_min_s;
        I32x4MinU                 "i32x4.min_u"                   (V128, V128) -> V128       pure i32x4_min_u;
        I32x4MaxS                 "i32x4.max_s"                   (V128, V128) -> V128       pure i32x4_max_s;
        I32x4MaxU                 "i32x4.max_u"                   (V128, V128) -> V128       pure i32x4_max_u;
        I32x4DotI16x8S            "i32x4.dot_i16x8_s"             (V128, V128) -> V128       pure i32x4_dot_i16x8_s;
        I32x4ExtMulLowI16x8S      "i32x4.extmul_low_i16x8_s"      (V128, V128) -> V128       pure i32x4_extmul_low_i16x8_s;
        I32x4ExtMulHighI16x8S     "i32x4.extmul_high_i16x8_s"     (V128, V128) -> V128       pure i32x4_extmul_high_i16x8_s;
        I32x4ExtMulLowI16x8U      "i32x4.extmul_low_i16x8_u"      (V128, V128) -> V128       pure i32x4_extmul_low_i16x8_u;
        I32x4ExtMulHighI16x8U     "i32x4.extmul_high_i16x8_u"     (V128, V128) -> V128       pure i32x4_extmul_high_i16x8_u;
        I64x2Abs                  "i64x2.abs"                     (V128) -> V128             pure i64x2_abs;
        I64x2Neg                  "i64x2.neg"                     (V128) -> V128             pure i64x2_neg;
        I64x2AllTrue              "i64x2.all_true"                (V128) -> I32              pure i64x2_all_true;
        I64x2Bitmask              "i64x2.bitmask"                 (V128) -> I32              pure i64x2_bitmask;
        I64x2ExtendLowI32x4S      "i64x2.extend_low_i32x4_s"      (V128) -> V128             pure i64x2_extend_low_i32x4_s;
        I64x2ExtendHighI32x4S     "i64x2.extend_high_i32x4_s"     (V128) -> V128             pure i64x2_extend_high_i32x4_s;
        I64x2ExtendLowI32x4U      "i64x2.extend_low_i32x4_u"      (V128) -> V128             pure i64x2_extend_low_i32x4_u;
        I64x2ExtendHighI32x4U     "i64x2.extend_high_i32x4_u"     (V128) -> V128             pure i64x2_extend_high_i32x4_u;
        I64x2Shl                  "i64x2.shl"                     (V128, I32) -> V128        pure i64x2_shl;
        I64x2ShrS                 "i64x2.shr_s"                   (V128, I32) -> V128        pure i64x2_shr_s;
        I64x2ShrU                 "i64x2.shr_u"                   (V128, I32) -> V128        pure i64x2_shr_u;
        I64x2Add                  "i64x2.add"                     (V128, V128) -> V128       pure i64x2_add;
        I64x2Sub                  "i64x2.sub"                     (V128, V128) -> V128       pure i64x2_sub;
        I64x2Mul                  "i64x2.mul"                     (V128, V128) -> V128       pure i64x2_mul;
        I64x2ExtMulLowI32x4S      "i64x2.extmul_low_i32x4_s"      (V128, V128) -> V128       pure i64x2_extmul_low_i32x4_s;
        I64x2ExtMulHighI32x4S     "i64x2.extmul_high_i32x4_s"     (V128, V128) -> V128       pure i64x2_extmul_high_i32x4_s;
        I64x2ExtMulLowI32x4U      "i64x2.extmul_low_i32x4_u"      (V128, V128) -> V128       pure i64x2_extmul_low_i32x4_u;
        I64x2ExtMulHighI32x4U     "i64x2.extmul_high_i32x4_u"     (V128, V128) -> V128       pure i64x2_extmul_high_i32x4_u;
        F32x4Ceil                 "f32x4.ceil"                    (V128) -> V128             pure f32x4_ceil;
        F32x4Floor                "f32x4.floor"                   (V128) -> V128             pure f32x4_floor;
        F32x4Trunc                "f32x4.trunc"                   (V128) -> V128             pure f32x4_trunc;
        F32x4Nearest              "f32x4.nearest"                 (V128) -> V128             pure f32x4_nearest;
        F32x4Abs                  "f32x4.abs"                     (V128) -> V128             pure f32x4_abs;
        F32x4Neg                  "f32x4.neg"                     (V128) -> V128             pure f32x4_neg;
        F32x4Sqrt                 "f32x4.sqrt"                    (V128) -> V128             pure f32x4_sqrt;
        F32x4Add                  "f32x4.add"                     (V128, V128) -> V128       pure f32x4_add;
        F32x4Sub                  "f32x4.sub"                     (V128, V128) -> V128       pure f32x4_sub;
        F32x4Mul                  "f32x4.mul"                     (V128, V128) -> V128       pure f32x4_mul;
        F32x4Div                  "f32x4.div"                     (V128, V128) -> V128       pure f32x4_div;
        F32x4Min                  "f32x4.min"                     (V128, V128) -> V128       pure f32x4_min;
        F32x4Max                  "f32x4.max"                     (V128, V128) -> V128       pure f32x4_max;
        F32x4PMin                 "f32x4.pmin"                    (V128, V128) -> V128       pure f32x4_pmin;
        F32x4PMax                 "f32x4.pmax"                    (V128, V128) -> V128       pure f32x4_pmax;
        F64x2Ceil                 "f64x2.ceil"                    (V128) -> V128             pure f64x2_ceil;
        F64x2Floor                "f64x2.floor"                   (V128) -> V128             pure f64x2_floor;
        F64x2Trunc                "f64x2.trunc"                   (V128) -> V128             pure f64x2_trunc;
        F64x2Nearest              "f64x2.nearest"                 (V128) -> V128             pure f64x2_nearest;
        F64x2Abs                  "f64x2.abs"                     (V128) -> V128             pure f64x2_abs;
        F64x2Neg                  "f64x2.neg"                     (V128) -> V128             pure f64x2_neg;
        F64x2Sqrt                 "f64x2.sqrt"                    (V128) -> V128             pure f64x2_sqrt;
        F64x2Add                  "f64x2.add"                     (V128, V128) -> V128       pure f64x2_add;
        F64x2Sub                  "f64x2.sub"                     (V128, V128) -> V128       pure f64x2_sub;
        F64x2Mul                  "f64x2.mul"                     (V128, V128) -> V128       pure f64x2_mul;
        F64x2Div                  "f64x2.div"                     (V128, V128) -> V128       pure f64x2_div;
        F64x2Min                  "f64x2.min"                     (V128, V128) -> V128       pure f64x2_min;
        F64x2Max                  "f64x2.max"                     (V128, V128) -> V128       pure f64x2_max;
        F64x2PMin                 "f64x2.pmin"                    (V128, V128) -> V128       pure f64x2_pmin;
        F64x2PMax                 "f64x2.pmax"                    (V128, V128) -> V128       pure f64x2_pmax;
        I32x4TruncSatF32x4S       "i32x4.trunc_sat_f32x4_s"       (V128) -> V128             pure i32x4_trunc_sat_f32x4_s;
        I32x4TruncSatF32x4U       "i32x4.trunc_sat_f32x4_u"       (V128) -> V128             pure i32x4_trunc_sat_f32x4_u;
        F32x4ConvertI32x4S        "f32x4.convert_i32x4_s"         (V128) -> V128             pure f32x4_convert_i32x4_s;
        F32x4ConvertI32x4U        "f32x4.convert_i32x4_u"         (V128) -> V128             pure f32x4_convert_i32x4_u;
        I32x4TruncSatF64x2SZero   "i32x4.trunc_sat_f64x2_s_zero"  (V128) -> V128             pure i32x4_trunc_sat_f64x2_s_zero;
        I32x4TruncSatF64x2UZero   "i32x4.trunc_sat_f64x2_u_zero"  (V128) -> V128             pure i32x4_trunc_sat_f64x2_u_zero;
        F64x2ConvertLowI32x4S     "f64x2.convert_low_i32x4_s"     (V128) -> V128             pure f64x2_convert_low_i32x4_s;
        F64x2ConvertLowI32x4U     "f64x2.convert_low_i32x4_u"     (V128) -> V128             pure f64x2_convert_low_i32x4_u;
        F32x4DemoteF64x2Zero      "f32x4.demote_f64x2_zero"       (V128) -> V128             pure f32x4_demote_f64x2_zero;
        F64x2PromoteLowF32x4      "f64x2.promote_low_f32x4"       (V128) -> V128             pure f64x2_promote_low_f32x4;
        // Relaxed vectors.
        I8x16RelaxedSwizzle           "i8x16.relaxed_swizzle"               (V128, V128) -> V128       pure i8x16_relaxed_swizzle;
        I32x4RelaxedTruncF32x4S       "i32x4.relaxed_trunc_f32x4_s"         (V128) -> V128             pure i32x4_relaxed_trunc_f32x4_s;
        I32x4RelaxedTruncF32x4U       "i32x4.relaxed_trunc_f32x4_u"         (V128) -> V128             pure i32x4_relaxed_trunc_f32x4_u;
        I32x4RelaxedTruncF64x2SZero   "i32x4.relaxed_trunc_f64x2_s_zero"    (V128) -> V128             pure i32x4_relaxed_trunc_f64x2_s_zero;
        I32x4RelaxedTruncF64x2UZero   "i32x4.relaxed_trunc_f64x2_u_zero"    (V128) -> V128             pure i32x4_relaxed_trunc_f64x2_u_zero;
        F32x4RelaxedMadd              "f32x4.relaxed_madd"                  (V128, V128, V128) -> V128 pure f32x4_relaxed_madd;
        F32x4RelaxedNmadd             "f32x4.relaxed_nmadd"                 (V128, V128, V128) -> V128 pure f32x4_relaxed_nmadd;
        F64x2RelaxedMadd              "f64x2.relaxed_madd"                  (V128, V128, V128) -> V128 pure f64x2_relaxed_madd;
        F64x2RelaxedNmadd             "f64x2.relaxed_nmadd"                 (V128, V128, V128) -> V128 pure f64x2_relaxed_nmadd;
        I8x16RelaxedLaneselect        "i8x16.relaxed_laneselect"            (V128, V128, V128) -> V128 pure i8x16_relaxed_laneselect;
        I16x8RelaxedLaneselect        "i16x8.relaxed_laneselect"            (V128, V128, V128) -> V128 pure i16x8_relaxed_laneselect;
        I32x4RelaxedLaneselect        "i32x4.relaxed_laneselect"            (V128, V128, V128) -> V128 pure i32x4_relaxed_laneselect;
        I64x2RelaxedLaneselect        "i64x2.relaxed_laneselect"            (V128, V128, V128) -> V128 pure i64x2_relaxed_laneselect;
        F32x4RelaxedMin               "f32x4.relaxed_min"                   (V128, V128) -> V128       pure f32x4_relaxed_min;
        F32x4RelaxedMax               "f32x4.relaxed_max"                   (V128, V128) -> V128       pure f32x4_relaxed_max;
        F64x2RelaxedMin               "f64x2.relaxed_min"                   (V128, V128) -> V128       pure f64x2_relaxed_min;
        F64x2RelaxedMax               "f64x2.relaxed_max"                   (V128, V128) -> V128       pure f64x2_relaxed_max;
        I16x8RelaxedQ15mulrS          "i16x8.relaxed_q15mulr_s"             (V128, V128) -> V128       pure i16x8_relaxed_q15mulr_s;
        I16x8RelaxedDotI8x16I7x16S    "i16x8.relaxed_dot_i8x16_i7x16_s"     (V128, V128) -> V128       pure i16x8_relaxed_dot_i8x16_i7x16_s;
        I32x4RelaxedDotI8x16I7x16AddS "i32x4.relaxed_dot_i8x16_i7x16_add_s" (V128, V128, V128) -> V128 pure i32x4_relaxed_dot_i8x16_i7x16_add_s;
    } };
}
pub(crate) use for_each_numeric_op;

/// Instructions with a lane index as their immediate (core `#syntax-instr-vec`).
///
/// `extract` functions take the vector and the lane, `replace` functions the vector, the new value and the lane.
#[rustfmt::skip]
macro_rules! for_each_lane_op {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, signature, class, semantics
        I8x16ExtractLaneS "i8x16.extract_lane_s" (V128) -> I32       extract i8x16_extract_lane_s;
        I8x16ExtractLaneU "i8x16.extract_lane_u" (V128) -> I32       extract i8x16_extract_lane_u;
        I8x16ReplaceLane  "i8x16.replace_lane"   (V128, I32) -> V128 replace i8x16_replace_lane;
        I16x8ExtractLaneS "i16x8.extract_lane_s" (V128) -> I32       extract i16x8_extract_lane_s;
        I16x8ExtractLaneU "i16x8.extract_lane_u" (V128) -> I32       extract i16x8_extract_lane_u;
        I16x8ReplaceLane  "i16x8.replace_lane"   (V128, I32) -> V128 replace i16x8_replace_lane;
        I32x4ExtractLane  "i32x4.extract_lane"   (V128) -> I32       extract i32x4_extract_lane;
        I32x4ReplaceLane  "i32x4.replace_lane"   (V128, I32) -> V128 replace i32x4_replace_lane;
        I64x2ExtractLane  "i64x2.extract_lane"   (V128) -> I64       extract i64x2_extract_lane;
        I64x2ReplaceLane  "i64x2.replace_lane"   (V128, I64) -> V128 replace i64x2_replace_lane;
        F32x4ExtractLane  "f32x4.extract_lane"   (V128) -> F32       extract f32x4_extract_lane;
        F32x4ReplaceLane  "f32x4.replace_lane"   (V128, F32) -> V128 replace f32x4_replace_lane;
        F64x2ExtractLane  "f64x2.extract_lane"   (V128) -> F64       extract f64x2_extract_lane;
        F64x2ReplaceLane  "f64x2.replace_lane"   (V128, F64) -> V128 replace f64x2_replace_lane;
    } };
}
pub(crate) use for_each_lane_op;

/// Loads (core `#syntax-instr-memory`): the function makes the value from the bytes.
#[rustfmt::skip]
macro_rules! for_each_load {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, type of the value, semantics
        I32Load         "i32.load"          4  I32  i32_load;
        I64Load         "i64.load"          8  I64  i64_load;
        F32Load         "f32.load"          4  F32  f32_load;
        F64Load         "f64.load"          8  F64  f64_load;
        I32Load8S       "i32.load8_s"       1  I32  i32_load8_s;
        I32Load8U       "i32.load8_u"       1  I32  i32_load8_u;
        I32Load16S      "i32.load16_s"      2  I32  i32_load16_s;
        I32Load16U      "i32.load16_u"      2  I32  i32_load16_u;
        I64Load8S       "i64.load8_s"       1  I64  i64_load8_s;
        I64Load8U       "i64.load8_u"       1  I64  i64_load8_u;
        I64Load16S      "i64.load16_s"      2  I64  i64_load16_s;
        I64Load16U      "i64.load16_u"      2  I64  i64_load16_u;
        I64Load32S      "i64.load32_s"      4  I64  i64_load32_s;
        I64Load32U      "i64.load32_u"      4  I64  i64_load32_u;
        V128Load        "v128.load"         16 V128 v128_load;
        V128Load8x8S    "v128.load8x8_s"    8  V128 v128_load8x8_s;
        V128Load8x8U    "v128.load8x8_u"    8  V128 v128_load8x8_u;
        V128Load16x4S   "v128.load16x4_s"   8  V128 v128_load16x4_s;
        V128Load16x4U   "v128.load16x4_u"   8  V128 v128_load16x4_u;
        V128Load32x2S   "v128.load32x2_s"   8  V128 v128_load32x2_s;
        V128Load32x2U   "v128.load32x2_u"   8  V128 v128_load32x2_u;
        V128Load8Splat  "v128.load8_splat"  1  V128 v128_load8_splat;
        V128Load16Splat "v128.load16_splat" 2  V128 v128_load16_splat;
        V128Load32Splat "v128.load32_splat" 4  V128 v128_load32_splat;
        V128Load64Splat "v128.load64_splat" 8  V128 v128_load64_splat;
        V128Load32Zero  "v128.load32_zero"  4  V128 v128_load32_zero;
        V128Load64Zero  "v128.load64_zero"  8  V128 v128_load64_zero;
    } };
}
pub(crate) use for_each_load;

/// Stores (core `#syntax-instr-memory`): the function makes the bytes from the value.
#[rustfmt::skip]
macro_rules! for_each_store {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, type of the value, semantics
        I32Store   "i32.store"   4  I32  i32_store;
        I64Store   "i64.store"   8  I64  i64_store;
        F32Store   "f32.store"   4  F32  f32_store;
        F64Store   "f64.store"   8  F64  f64_store;
        I32Store8  "i32.store8"  1  I32  i32_store8;
        I32Store16 "i32.store16" 2  I32  i32_store16;
        I64Store8  "i64.store8"  1  I64  i64_store8;
        I64Store16 "i64.store16" 2  I64  i64_store16;
        I64Store32 "i64.store32" 4  I64  i64_store32;
        V128Store  "v128.store"  16 V128 v128_store;
    } };
}
pub(crate) use for_each_store;

/// Loads into a lane: the function takes the bytes, the vector and the lane, and gives the new vector.
#[rustfmt::skip]
macro_rules! for_each_lane_load {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, semantics
        V128Load8Lane  "v128.load8_lane"  1 v128_load8_lane;
        V128Load16Lane "v128.load16_lane" 2 v128_load16_lane;
        V128Load32Lane "v128.load32_lane" 4 v128_load32_lane;
        V128Load64Lane "v128.load64_lane" 8 v128_load64_lane;
    } };
}
pub(crate) use for_each_lane_load;

/// Stores of a lane: the function takes the vector and the lane, and gives the bytes.
#[rustfmt::skip]
macro_rules! for_each_lane_store {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, semantics
        V128Store8Lane  "v128.store8_lane"  1 v128_store8_lane;
        V128Store16Lane "v128.store16_lane" 2 v128_store16_lane;
        V128Store32Lane "v128.store32_lane" 4 v128_store32_lane;
        V128Store64Lane "v128.store64_lane" 8 v128_store64_lane;
    } };
}
pub(crate) use for_each_lane_store;

/// Atomic loads (threads proposal): narrow ones extend with zeros.
#[rustfmt::skip]
macro_rules! for_each_atomic_load {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, type of the value
        I32AtomicLoad    "i32.atomic.load"     4 I32;
        I64AtomicLoad    "i64.atomic.load"     8 I64;
        I32AtomicLoad8U  "i32.atomic.load8_u"  1 I32;
        I32AtomicLoad16U "i32.atomic.load16_u" 2 I32;
        I64AtomicLoad8U  "i64.atomic.load8_u"  1 I64;
        I64AtomicLoad16U "i64.atomic.load16_u" 2 I64;
        I64AtomicLoad32U "i64.atomic.load32_u" 4 I64;
    } };
}
pub(crate) use for_each_atomic_load;

/// Atomic stores (threads proposal): narrow ones wrap.
#[rustfmt::skip]
macro_rules! for_each_atomic_store {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, type of the value
        I32AtomicStore   "i32.atomic.store"   4 I32;
        I64AtomicStore   "i64.atomic.store"   8 I64;
        I32AtomicStore8  "i32.atomic.store8"  1 I32;
        I32AtomicStore16 "i32.atomic.store16" 2 I32;
        I64AtomicStore8  "i64.atomic.store8"  1 I64;
        I64AtomicStore16 "i64.atomic.store16" 2 I64;
        I64AtomicStore32 "i64.atomic.store32" 4 I64;
    } };
}
pub(crate) use for_each_atomic_store;

/// Atomic read-modify-writes (threads proposal): narrow ones wrap the operand and extend the result with zeros.
#[rustfmt::skip]
macro_rules! for_each_atomic_rmw {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, type of the value, operation
        I32AtomicRmwAdd     "i32.atomic.rmw.add"      4 I32 Add;
        I64AtomicRmwAdd     "i64.atomic.rmw.add"      8 I64 Add;
        I32AtomicRmw8AddU   "i32.atomic.rmw8.add_u"   1 I32 Add;
        I32AtomicRmw16AddU  "i32.atomic.rmw16.add_u"  2 I32 Add;
        I64AtomicRmw8AddU   "i64.atomic.rmw8.add_u"   1 I64 Add;
        I64AtomicRmw16AddU  "i64.atomic.rmw16.add_u"  2 I64 Add;
        I64AtomicRmw32AddU  "i64.atomic.rmw32.add_u"  4 I64 Add;
        I32AtomicRmwSub     "i32.atomic.rmw.sub"      4 I32 Sub;
        I64AtomicRmwSub     "i64.atomic.rmw.sub"      8 I64 Sub;
        I32AtomicRmw8SubU   "i32.atomic.rmw8.sub_u"   1 I32 Sub;
        I32AtomicRmw16SubU  "i32.atomic.rmw16.sub_u"  2 I32 Sub;
        I64AtomicRmw8SubU   "i64.atomic.rmw8.sub_u"   1 I64 Sub;
        I64AtomicRmw16SubU  "i64.atomic.rmw16.sub_u"  2 I64 Sub;
        I64AtomicRmw32SubU  "i64.atomic.rmw32.sub_u"  4 I64 Sub;
        I32AtomicRmwAnd     "i32.atomic.rmw.and"      4 I32 And;
        I64AtomicRmwAnd     "i64.atomic.rmw.and"      8 I64 And;
        I32AtomicRmw8AndU   "i32.atomic.rmw8.and_u"   1 I32 And;
        I32AtomicRmw16AndU  "i32.atomic.rmw16.and_u"  2 I32 And;
        I64AtomicRmw8AndU   "i64.atomic.rmw8.and_u"   1 I64 And;
        I64AtomicRmw16AndU  "i64.atomic.rmw16.and_u"  2 I64 And;
        I64AtomicRmw32AndU  "i64.atomic.rmw32.and_u"  4 I64 And;
        I32AtomicRmwOr      "i32.atomic.rmw.or"       4 I32 Or;
        I64AtomicRmwOr      "i64.atomic.rmw.or"       8 I64 Or;
        I32AtomicRmw8OrU    "i32.atomic.rmw8.or_u"    1 I32 Or;
        I32AtomicRmw16OrU   "i32.atomic.rmw16.or_u"   2 I32 Or;
        I64AtomicRmw8OrU    "i64.atomic.rmw8.or_u"    1 I64 Or;
        I64AtomicRmw16OrU   "i64.atomic.rmw16.or_u"   2 I64 Or;
        I64AtomicRmw32OrU   "i64.atomic.rmw32.or_u"   4 I64 Or;
        I32AtomicRmwXor     "i32.atomic.rmw.xor"      4 I32 Xor;
        I64AtomicRmwXor     "i64.atomic.rmw.xor"      8 I64 Xor;
        I32AtomicRmw8XorU   "i32.atomic.rmw8.xor_u"   1 I32 Xor;
        I32AtomicRmw16XorU  "i32.atomic.rmw16.xor_u"  2 I32 Xor;
        I64AtomicRmw8XorU   "i64.atomic.rmw8.xor_u"   1 I64 Xor;
        I64AtomicRmw16XorU  "i64.atomic.rmw16.xor_u"  2 I64 Xor;
        I64AtomicRmw32XorU  "i64.atomic.rmw32.xor_u"  4 I64 Xor;
        I32AtomicRmwXchg    "i32.atomic.rmw.xchg"     4 I32 Xchg;
        I64AtomicRmwXchg    "i64.atomic.rmw.xchg"     8 I64 Xchg;
        I32AtomicRmw8XchgU  "i32.atomic.rmw8.xchg_u"  1 I32 Xchg;
        I32AtomicRmw16XchgU "i32.atomic.rmw16.xchg_u" 2 I32 Xchg;
        I64AtomicRmw8XchgU  "i64.atomic.rmw8.xchg_u"  1 I64 Xchg;
        I64AtomicRmw16XchgU "i64.atomic.rmw16.xchg_u" 2 I64 Xchg;
        I64AtomicRmw32XchgU "i64.atomic.rmw32.xchg_u" 4 I64 Xchg;
    } };
}
pub(crate) use for_each_atomic_rmw;

/// Atomic compare-and-exchanges (threads proposal): narrow ones wrap both operands and extend the result with zeros.
#[rustfmt::skip]
macro_rules! for_each_atomic_cmpxchg {
    ($mac:ident $($extra:tt)*) => { $mac! { $($extra)*
        // operator, name, width, type of the value
        I32AtomicRmwCmpxchg    "i32.atomic.rmw.cmpxchg"     4 I32;
        I64AtomicRmwCmpxchg    "i64.atomic.rmw.cmpxchg"     8 I64;
        I32AtomicRmw8CmpxchgU  "i32.atomic.rmw8.cmpxchg_u"  1 I32;
        I32AtomicRmw16CmpxchgU "i32.atomic.rmw16.cmpxchg_u" 2 I32;
        I64AtomicRmw8CmpxchgU  "i64.atomic.rmw8.cmpxchg_u"  1 I64;
        I64AtomicRmw16CmpxchgU "i64.atomic.rmw16.cmpxchg_u" 2 I64;
        I64AtomicRmw32CmpxchgU "i64.atomic.rmw32.cmpxchg_u" 4 I64;
    } };
}
pub(crate) use for_each_atomic_cmpxchg;

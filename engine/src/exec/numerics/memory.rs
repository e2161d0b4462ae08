//! Values and bytes in memory (core `#aux-bytes`): what loads make of bytes and what stores write. Always little-endian.

use super::{
    Lane, V128, i16x8_extend_low_i8x16_s, i16x8_extend_low_i8x16_u, i32x4_extend_low_i16x8_s, i32x4_extend_low_i16x8_u,
    i64x2_extend_low_i32x4_s, i64x2_extend_low_i32x4_u, splat,
};

define! {
    i32_load(bytes: [u8; 4]) -> i32 { i32::from_le_bytes(bytes) }
    i64_load(bytes: [u8; 8]) -> i64 { i64::from_le_bytes(bytes) }
    f32_load(bytes: [u8; 4]) -> f32 { f32::from_le_bytes(bytes) }
    f64_load(bytes: [u8; 8]) -> f64 { f64::from_le_bytes(bytes) }
    i32_load8_s(bytes: [u8; 1]) -> i32 { i8::from_le_bytes(bytes) as i32 }
    i32_load8_u(bytes: [u8; 1]) -> i32 { u8::from_le_bytes(bytes) as i32 }
    i32_load16_s(bytes: [u8; 2]) -> i32 { i16::from_le_bytes(bytes) as i32 }
    i32_load16_u(bytes: [u8; 2]) -> i32 { u16::from_le_bytes(bytes) as i32 }
    i64_load8_s(bytes: [u8; 1]) -> i64 { i8::from_le_bytes(bytes) as i64 }
    i64_load8_u(bytes: [u8; 1]) -> i64 { u8::from_le_bytes(bytes) as i64 }
    i64_load16_s(bytes: [u8; 2]) -> i64 { i16::from_le_bytes(bytes) as i64 }
    i64_load16_u(bytes: [u8; 2]) -> i64 { u16::from_le_bytes(bytes) as i64 }
    i64_load32_s(bytes: [u8; 4]) -> i64 { i32::from_le_bytes(bytes) as i64 }
    i64_load32_u(bytes: [u8; 4]) -> i64 { u32::from_le_bytes(bytes) as i64 }

    i32_store(v: i32) -> [u8; 4] { v.to_le_bytes() }
    i64_store(v: i64) -> [u8; 8] { v.to_le_bytes() }
    f32_store(v: f32) -> [u8; 4] { v.to_le_bytes() }
    f64_store(v: f64) -> [u8; 8] { v.to_le_bytes() }
    i32_store8(v: i32) -> [u8; 1] { (v as u8).to_le_bytes() }
    i32_store16(v: i32) -> [u8; 2] { (v as u16).to_le_bytes() }
    i64_store8(v: i64) -> [u8; 1] { (v as u8).to_le_bytes() }
    i64_store16(v: i64) -> [u8; 2] { (v as u16).to_le_bytes() }
    i64_store32(v: i64) -> [u8; 4] { (v as u32).to_le_bytes() }
}

define! {
    v128_load(bytes: [u8; 16]) -> V128 { V128(u128::from_le_bytes(bytes)) }
    v128_load8x8_s(bytes: [u8; 8]) -> V128 { i16x8_extend_low_i8x16_s(v128_load64_zero(bytes)) }
    v128_load8x8_u(bytes: [u8; 8]) -> V128 { i16x8_extend_low_i8x16_u(v128_load64_zero(bytes)) }
    v128_load16x4_s(bytes: [u8; 8]) -> V128 { i32x4_extend_low_i16x8_s(v128_load64_zero(bytes)) }
    v128_load16x4_u(bytes: [u8; 8]) -> V128 { i32x4_extend_low_i16x8_u(v128_load64_zero(bytes)) }
    v128_load32x2_s(bytes: [u8; 8]) -> V128 { i64x2_extend_low_i32x4_s(v128_load64_zero(bytes)) }
    v128_load32x2_u(bytes: [u8; 8]) -> V128 { i64x2_extend_low_i32x4_u(v128_load64_zero(bytes)) }
    v128_load8_splat(bytes: [u8; 1]) -> V128 { splat(u8::from_le_bytes(bytes)) }
    v128_load16_splat(bytes: [u8; 2]) -> V128 { splat(u16::from_le_bytes(bytes)) }
    v128_load32_splat(bytes: [u8; 4]) -> V128 { splat(u32::from_le_bytes(bytes)) }
    v128_load64_splat(bytes: [u8; 8]) -> V128 { splat(u64::from_le_bytes(bytes)) }
    v128_load32_zero(bytes: [u8; 4]) -> V128 { V128(u32::from_le_bytes(bytes) as u128) }
    v128_load64_zero(bytes: [u8; 8]) -> V128 { V128(u64::from_le_bytes(bytes) as u128) }
    v128_store(v: V128) -> [u8; 16] { v.0.to_le_bytes() }

    v128_load8_lane(bytes: [u8; 1], v: V128, lane: u8) -> V128 { u8::replace(v, u8::from_le_bytes(bytes), lane) }
    v128_load16_lane(bytes: [u8; 2], v: V128, lane: u8) -> V128 { u16::replace(v, u16::from_le_bytes(bytes), lane) }
    v128_load32_lane(bytes: [u8; 4], v: V128, lane: u8) -> V128 { u32::replace(v, u32::from_le_bytes(bytes), lane) }
    v128_load64_lane(bytes: [u8; 8], v: V128, lane: u8) -> V128 { u64::replace(v, u64::from_le_bytes(bytes), lane) }
    v128_store8_lane(v: V128, lane: u8) -> [u8; 1] { u8::extract(v, lane).to_le_bytes() }
    v128_store16_lane(v: V128, lane: u8) -> [u8; 2] { u16::extract(v, lane).to_le_bytes() }
    v128_store32_lane(v: V128, lane: u8) -> [u8; 4] { u32::extract(v, lane).to_le_bytes() }
    v128_store64_lane(v: V128, lane: u8) -> [u8; 8] { u64::extract(v, lane).to_le_bytes() }
}

//! What loads make of bytes, and stores of values (core `#exec-load`, `#exec-store` and the vector forms).
//!
//! The instructions themselves, with their addresses and bounds, are no numerics: these functions have neither.

use super::{V128, functions, lanes::replace};

functions! {
    (bytes: [u8; 1]) -> i32 {
        i32_load8_s = i8::from_le_bytes(bytes) as i32;
        i32_load8_u = u8::from_le_bytes(bytes) as i32;
    }
    (bytes: [u8; 2]) -> i32 {
        i32_load16_s = i16::from_le_bytes(bytes) as i32;
        i32_load16_u = u16::from_le_bytes(bytes) as i32;
    }
    (bytes: [u8; 4]) -> i32 {
        i32_load = i32::from_le_bytes(bytes);
    }
    (bytes: [u8; 1]) -> i64 {
        i64_load8_s = i8::from_le_bytes(bytes) as i64;
        i64_load8_u = u8::from_le_bytes(bytes) as i64;
    }
    (bytes: [u8; 2]) -> i64 {
        i64_load16_s = i16::from_le_bytes(bytes) as i64;
        i64_load16_u = u16::from_le_bytes(bytes) as i64;
    }
    (bytes: [u8; 4]) -> i64 {
        i64_load32_s = i32::from_le_bytes(bytes) as i64;
        i64_load32_u = u32::from_le_bytes(bytes) as i64;
    }
    (bytes: [u8; 8]) -> i64 {
        i64_load = i64::from_le_bytes(bytes);
    }
    (bytes: [u8; 4]) -> f32 {
        f32_load = f32::from_le_bytes(bytes);
    }
    (bytes: [u8; 8]) -> f64 {
        f64_load = f64::from_le_bytes(bytes);
    }

    (bytes: [u8; 16]) -> V128 {
        v128_load = V128(u128::from_le_bytes(bytes));
    }
    (bytes: [u8; 8]) -> V128 {
        v128_load8x8_s = V128::from(bytes.map(|byte| byte as i8 as i16));
        v128_load8x8_u = V128::from(bytes.map(|byte| byte as u16));
        v128_load16x4_s = V128::from(parts::<2, 4>(bytes).map(|part| i16::from_le_bytes(part) as i32));
        v128_load16x4_u = V128::from(parts::<2, 4>(bytes).map(|part| u16::from_le_bytes(part) as u32));
        v128_load32x2_s = V128::from(parts::<4, 2>(bytes).map(|part| i32::from_le_bytes(part) as i64));
        v128_load32x2_u = V128::from(parts::<4, 2>(bytes).map(|part| u32::from_le_bytes(part) as u64));
        v128_load64_splat = V128::from([u64::from_le_bytes(bytes); 2]);
        v128_load64_zero = V128(u64::from_le_bytes(bytes) as u128);
    }
    (bytes: [u8; 1]) -> V128 {
        v128_load8_splat = V128::from([u8::from_le_bytes(bytes); 16]);
    }
    (bytes: [u8; 2]) -> V128 {
        v128_load16_splat = V128::from([u16::from_le_bytes(bytes); 8]);
    }
    (bytes: [u8; 4]) -> V128 {
        v128_load32_splat = V128::from([u32::from_le_bytes(bytes); 4]);
        v128_load32_zero = V128(u32::from_le_bytes(bytes) as u128);
    }

    (value: i32) -> [u8; 1] {
        i32_store8 = (value as u8).to_le_bytes();
    }
    (value: i32) -> [u8; 2] {
        i32_store16 = (value as u16).to_le_bytes();
    }
    (value: i32) -> [u8; 4] {
        i32_store = value.to_le_bytes();
    }
    (value: i64) -> [u8; 1] {
        i64_store8 = (value as u8).to_le_bytes();
    }
    (value: i64) -> [u8; 2] {
        i64_store16 = (value as u16).to_le_bytes();
    }
    (value: i64) -> [u8; 4] {
        i64_store32 = (value as u32).to_le_bytes();
    }
    (value: i64) -> [u8; 8] {
        i64_store = value.to_le_bytes();
    }
    (value: f32) -> [u8; 4] {
        f32_store = value.to_le_bytes();
    }
    (value: f64) -> [u8; 8] {
        f64_store = value.to_le_bytes();
    }
    (value: V128) -> [u8; 16] {
        v128_store = value.0.to_le_bytes();
    }

    (bytes: [u8; 1], vector: V128, lane: u8) -> V128 {
        v128_load8_lane = replace::<u8, 16>(vector, u8::from_le_bytes(bytes), lane);
    }
    (bytes: [u8; 2], vector: V128, lane: u8) -> V128 {
        v128_load16_lane = replace::<u16, 8>(vector, u16::from_le_bytes(bytes), lane);
    }
    (bytes: [u8; 4], vector: V128, lane: u8) -> V128 {
        v128_load32_lane = replace::<u32, 4>(vector, u32::from_le_bytes(bytes), lane);
    }
    (bytes: [u8; 8], vector: V128, lane: u8) -> V128 {
        v128_load64_lane = replace::<u64, 2>(vector, u64::from_le_bytes(bytes), lane);
    }

    (vector: V128, lane: u8) -> [u8; 1] {
        v128_store8_lane = <[u8; 16]>::from(vector)[lane as usize].to_le_bytes();
    }
    (vector: V128, lane: u8) -> [u8; 2] {
        v128_store16_lane = <[u16; 8]>::from(vector)[lane as usize].to_le_bytes();
    }
    (vector: V128, lane: u8) -> [u8; 4] {
        v128_store32_lane = <[u32; 4]>::from(vector)[lane as usize].to_le_bytes();
    }
    (vector: V128, lane: u8) -> [u8; 8] {
        v128_store64_lane = <[u64; 2]>::from(vector)[lane as usize].to_le_bytes();
    }
}

/// Eight bytes as `COUNT` parts of `SIZE` bytes.
#[inline(always)]
fn parts<const SIZE: usize, const COUNT: usize>(bytes: [u8; 8]) -> [[u8; SIZE]; COUNT] {
    let (parts, _) = bytes.as_chunks::<SIZE>();
    std::array::from_fn(|i| parts[i])
}

//! Vectors as lanes (core `#aux-lanes`): the helpers of the other files, and the instructions that move lanes.

use super::V128;

/// A lane type; together with its width it is a shape.
pub(crate) trait Lane: Copy {
    /// All lanes of a vector.
    type Lanes: Copy + AsRef<[Self]> + AsMut<[Self]>;
    /// The lane that a comparison makes.
    type Mask: Lane;
    /// How many lanes a vector has.
    const COUNT: usize;
    /// The lanes of a vector.
    fn lanes(vector: V128) -> Self::Lanes;
    /// The vector of these lanes.
    fn vector(lanes: Self::Lanes) -> V128;
    /// All bits set or none.
    fn mask(condition: bool) -> Self::Mask;
    /// One lane. Validation has made sure that there is a lane with that index.
    fn extract(vector: V128, lane: u8) -> Self;
    /// The vector with another value in one lane, which there is.
    fn replace(vector: V128, value: Self, lane: u8) -> V128;
}

macro_rules! lane {
    ($($ty:ident, $bits:ident, $width:literal, $to_bits:expr, $from_bits:expr;)*) => {$(
        impl Lane for $ty {
            type Lanes = [$ty; 128 / $width];
            type Mask = $bits;
            const COUNT: usize = 128 / $width;
            #[inline(always)]
            fn lanes(vector: V128) -> Self::Lanes {
                let (bytes, mut lanes) = (vector.0.to_le_bytes(), [$from_bits(0); 128 / $width]);
                for (lane, from) in lanes.iter_mut().zip(bytes.as_chunks().0) {
                    *lane = $ty::from_le_bytes(*from);
                }
                lanes
            }
            #[inline(always)]
            fn vector(lanes: Self::Lanes) -> V128 {
                let mut bytes = [0; 16];
                for (to, lane) in bytes.as_chunks_mut().0.iter_mut().zip(lanes) {
                    *to = $ty::to_le_bytes(lane);
                }
                V128(u128::from_le_bytes(bytes))
            }
            #[inline(always)]
            fn mask(condition: bool) -> $bits {
                if condition { $bits::MAX } else { 0 }
            }
            #[inline(always)]
            fn extract(vector: V128, lane: u8) -> Self {
                $from_bits((vector.0 >> ($width * lane as u32)) as $bits)
            }
            #[inline(always)]
            fn replace(vector: V128, value: Self, lane: u8) -> V128 {
                let shift = $width * lane as u32;
                V128(vector.0 & !(($bits::MAX as u128) << shift) | ($to_bits(value) as u128) << shift)
            }
        }
        impl From<[$ty; 128 / $width]> for V128 {
            #[inline(always)]
            fn from(lanes: [$ty; 128 / $width]) -> V128 {
                $ty::vector(lanes)
            }
        }
        impl From<V128> for [$ty; 128 / $width] {
            #[inline(always)]
            fn from(vector: V128) -> Self {
                $ty::lanes(vector)
            }
        }
    )*};
}
lane! {
    i8, u8, 8, |x| x as u8, |x| x as i8;
    u8, u8, 8, |x| x, |x| x;
    i16, u16, 16, |x| x as u16, |x| x as i16;
    u16, u16, 16, |x| x, |x| x;
    i32, u32, 32, |x| x as u32, |x| x as i32;
    u32, u32, 32, |x| x, |x| x;
    i64, u64, 64, |x| x as u64, |x| x as i64;
    u64, u64, 64, |x| x, |x| x;
    f32, u32, 32, f32::to_bits, f32::from_bits;
    f64, u64, 64, f64::to_bits, f64::from_bits;
}

/// `f` of every lane.
#[inline(always)]
pub(super) fn map<T: Lane>(a: V128, f: impl Fn(T) -> T) -> V128 {
    let mut out = T::lanes(a);
    for lane in out.as_mut() {
        *lane = f(*lane);
    }
    T::vector(out)
}

/// `f` of every two lanes with the same index.
#[inline(always)]
pub(super) fn zip<T: Lane>(a: V128, b: V128, f: impl Fn(T, T) -> T) -> V128 {
    let mut out = T::lanes(a);
    for (lane, b) in out.as_mut().iter_mut().zip(T::lanes(b).as_ref()) {
        *lane = f(*lane, *b);
    }
    T::vector(out)
}

/// A mask from a condition on every two lanes with the same index.
#[inline(always)]
pub(super) fn compare<T: Lane>(a: V128, b: V128, f: impl Fn(&T, &T) -> bool) -> V128 {
    let mut out = T::Mask::lanes(V128(0));
    for ((mask, a), b) in out.as_mut().iter_mut().zip(T::lanes(a).as_ref()).zip(T::lanes(b).as_ref()) {
        *mask = T::mask(f(a, b));
    }
    T::Mask::vector(out)
}

/// A vector with `value` in every lane.
#[inline(always)]
pub(super) fn splat<T: Lane>(value: T) -> V128 {
    let mut out = T::lanes(V128(0));
    out.as_mut().fill(value);
    T::vector(out)
}

define! {
    i8x16_splat(x: i32) -> V128 { splat(x as i8) }
    i16x8_splat(x: i32) -> V128 { splat(x as i16) }
    i32x4_splat(x: i32) -> V128 { splat(x) }
    i64x2_splat(x: i64) -> V128 { splat(x) }
    f32x4_splat(x: f32) -> V128 { splat(x) }
    f64x2_splat(x: f64) -> V128 { splat(x) }

    i8x16_extract_lane_s(v: V128, lane: u8) -> i32 { i8::extract(v, lane) as i32 }
    i8x16_extract_lane_u(v: V128, lane: u8) -> i32 { u8::extract(v, lane) as i32 }
    i16x8_extract_lane_s(v: V128, lane: u8) -> i32 { i16::extract(v, lane) as i32 }
    i16x8_extract_lane_u(v: V128, lane: u8) -> i32 { u16::extract(v, lane) as i32 }
    i32x4_extract_lane(v: V128, lane: u8) -> i32 { i32::extract(v, lane) }
    i64x2_extract_lane(v: V128, lane: u8) -> i64 { i64::extract(v, lane) }
    f32x4_extract_lane(v: V128, lane: u8) -> f32 { f32::extract(v, lane) }
    f64x2_extract_lane(v: V128, lane: u8) -> f64 { f64::extract(v, lane) }

    i8x16_replace_lane(v: V128, x: i32, lane: u8) -> V128 { i8::replace(v, x as i8, lane) }
    i16x8_replace_lane(v: V128, x: i32, lane: u8) -> V128 { i16::replace(v, x as i16, lane) }
    i32x4_replace_lane(v: V128, x: i32, lane: u8) -> V128 { i32::replace(v, x, lane) }
    i64x2_replace_lane(v: V128, x: i64, lane: u8) -> V128 { i64::replace(v, x, lane) }
    f32x4_replace_lane(v: V128, x: f32, lane: u8) -> V128 { f32::replace(v, x, lane) }
    f64x2_replace_lane(v: V128, x: f64, lane: u8) -> V128 { f64::replace(v, x, lane) }
}

/// `i8x16.swizzle`: the lanes of `a` that `indices` name; 0 where there is none.
#[inline(always)]
pub(crate) fn i8x16_swizzle(a: V128, indices: V128) -> V128 {
    let lanes = u8::lanes(a);
    map(indices, |index: u8| lanes.get(index as usize).copied().unwrap_or(0))
}

/// `i8x16.shuffle`: the lanes of `a` (0 to 15) and `b` (16 to 31) that `lanes` name.
#[inline(always)]
pub(crate) fn i8x16_shuffle(a: V128, b: V128, lanes: [u8; 16]) -> V128 {
    let (a, b) = (u8::lanes(a), u8::lanes(b));
    // Validation has excluded larger indices.
    u8::vector(lanes.map(|lane| if lane < 16 { a[lane as usize] } else { b[lane as usize & 15] }))
}

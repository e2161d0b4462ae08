//! Numeric instructions (core `#exec-instr-numeric`, `#exec-instr-vec`): handlers made from the one table.

use super::{
    code::{Exit, Op},
    context::{Cx, check, go},
    variable::{Slot, simple},
};
use crate::{
    exec::numerics::{self, V128},
    syntax::{for_each_lane_op, for_each_numeric_op},
    trace::TrapCode,
};

/// An instruction with one operand.
pub(crate) trait Unary {
    type Arg: Slot;
    type Out: Slot;
    fn apply(arg: Self::Arg) -> Result<Self::Out, TrapCode>;
}

/// An instruction with two operands.
pub(crate) trait Binary {
    type Lhs: Slot;
    type Rhs: Slot;
    type Out: Slot;
    fn apply(lhs: Self::Lhs, rhs: Self::Rhs) -> Result<Self::Out, TrapCode>;
}

/// An instruction with three operands.
pub(crate) trait Ternary {
    fn apply(first: V128, second: V128, third: V128) -> V128;
}

/// A comparison of two scalars: a binary instruction that branches can be fused with.
pub(crate) trait Compare {
    type Arg: Slot;
    fn apply(lhs: Self::Arg, rhs: Self::Arg) -> bool;
}

/// An instruction that reads a lane.
pub(crate) trait Extract {
    type Out: Slot;
    fn apply(vector: V128, lane: u8) -> Self::Out;
}

/// An instruction that writes a lane.
pub(crate) trait Replace {
    type Arg: Slot;
    fn apply(vector: V128, value: Self::Arg, lane: u8) -> V128;
}

/// The Rust type of a value type of the table.
macro_rules! rust_type {
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
pub(super) use rust_type;

/// The markers of one row: a type of the instruction's name that implements the trait of its shape.
macro_rules! define_op {
    ($op:ident ($arg:ident) -> $out:ident traps $f:ident) => {
        impl Unary for $op {
            type Arg = rust_type!($arg);
            type Out = rust_type!($out);
            #[inline(always)]
            fn apply(arg: Self::Arg) -> Result<Self::Out, TrapCode> {
                numerics::$f(arg)
            }
        }
    };
    ($op:ident ($arg:ident) -> $out:ident pure $f:ident) => {
        impl Unary for $op {
            type Arg = rust_type!($arg);
            type Out = rust_type!($out);
            #[inline(always)]
            fn apply(arg: Self::Arg) -> Result<Self::Out, TrapCode> {
                Ok(numerics::$f(arg))
            }
        }
    };
    ($op:ident ($lhs:ident, $rhs:ident) -> $out:ident traps $f:ident) => {
        impl Binary for $op {
            type Lhs = rust_type!($lhs);
            type Rhs = rust_type!($rhs);
            type Out = rust_type!($out);
            #[inline(always)]
            fn apply(lhs: Self::Lhs, rhs: Self::Rhs) -> Result<Self::Out, TrapCode> {
                numerics::$f(lhs, rhs)
            }
        }
    };
    ($op:ident ($lhs:ident, $rhs:ident) -> $out:ident pure $f:ident) => {
        impl Binary for $op {
            type Lhs = rust_type!($lhs);
            type Rhs = rust_type!($rhs);
            type Out = rust_type!($out);
            #[inline(always)]
            fn apply(lhs: Self::Lhs, rhs: Self::Rhs) -> Result<Self::Out, TrapCode> {
                Ok(numerics::$f(lhs, rhs))
            }
        }
    };
    ($op:ident ($lhs:ident, $rhs:ident) -> $out:ident compare $f:ident) => {
        define_op!($op ($lhs, $rhs) -> $out pure $f);
        impl Compare for $op {
            type Arg = rust_type!($lhs);
            #[inline(always)]
            fn apply(lhs: Self::Arg, rhs: Self::Arg) -> bool {
                numerics::$f(lhs, rhs) != 0
            }
        }
    };
    ($op:ident (V128, V128, V128) -> V128 pure $f:ident) => {
        impl Ternary for $op {
            #[inline(always)]
            fn apply(first: V128, second: V128, third: V128) -> V128 {
                numerics::$f(first, second, third)
            }
        }
    };
}

macro_rules! define_ops {
    ($($op:ident $name:literal $args:tt -> $out:ident $class:ident $f:ident;)*) => {
        /// One type for each row of the table.
        pub(crate) mod op {
            $(pub(crate) struct $op;)*
        }
        use op::*;
        $(define_op!($op $args -> $out $class $f);)*
    };
}
for_each_numeric_op!(define_ops);

macro_rules! define_lane_op {
    ($op:ident $out:ident extract $f:ident) => {
        impl Extract for $op {
            type Out = rust_type!($out);
            #[inline(always)]
            fn apply(vector: V128, lane: u8) -> Self::Out {
                numerics::$f(vector, lane)
            }
        }
    };
    ($op:ident $arg:ident replace $f:ident) => {
        impl Replace for $op {
            type Arg = rust_type!($arg);
            #[inline(always)]
            fn apply(vector: V128, value: Self::Arg, lane: u8) -> V128 {
                numerics::$f(vector, value, lane)
            }
        }
    };
}

macro_rules! define_lane_ops {
    (@ $op:ident (V128) -> $out:ident extract $f:ident) => { define_lane_op!($op $out extract $f); };
    (@ $op:ident (V128, $arg:ident) -> V128 replace $f:ident) => { define_lane_op!($op $arg replace $f); };
    ($($op:ident $name:literal $args:tt -> $out:ident $class:ident $f:ident;)*) => {
        /// One type for each row of the table of lane instructions.
        pub(crate) mod lane_op {
            $(pub(crate) struct $op;)*
        }
        use lane_op::*;
        $(define_lane_ops!(@ $op $args -> $out $class $f);)*
    };
}
for_each_lane_op!(define_lane_ops);

/// The work of a [`unary`] instruction on vectors. Apart from its handler: lanes are kept in memory, and a handler that
/// has memory of its own cannot end in a jump.
#[inline(never)]
unsafe fn unary_wide<O: Unary>(fp: *mut u64, op: &Op) {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        if let Ok(out) = O::apply(O::Arg::read(fp, op.b)) {
            out.write(fp, op.a);
        }
    }
}

/// The work of a [`binary`] instruction on vectors.
#[inline(never)]
unsafe fn binary_wide<O: Binary>(fp: *mut u64, op: &Op, rhs: O::Rhs) {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        if let Ok(out) = O::apply(O::Lhs::read(fp, op.b), rhs) {
            out.write(fp, op.a);
        }
    }
}

/// `a = O(b)`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn unary<O: Unary>(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let op = &*ip;
        if O::Arg::WIDE || O::Out::WIDE {
            unary_wide::<O>(fp, op);
        } else {
            check!(cx, ip, O::apply(O::Arg::read(fp, op.b))).write(fp, op.a);
        }
        go!(ip.add(1), fp, mem, len, cx)
    }
}

/// `a = O(b, c)`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn binary<O: Binary>(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let op = &*ip;
        if O::Lhs::WIDE || O::Rhs::WIDE || O::Out::WIDE {
            binary_wide::<O>(fp, op, O::Rhs::read(fp, op.c));
        } else {
            check!(cx, ip, O::apply(O::Lhs::read(fp, op.b), O::Rhs::read(fp, op.c))).write(fp, op.a);
        }
        go!(ip.add(1), fp, mem, len, cx)
    }
}

/// `a = O(b, imm)`.
///
/// # Safety
/// As every handler.
pub(super) unsafe fn binary_imm<O: Binary>(ip: *const Op, fp: *mut u64, mem: *mut u8, len: usize, cx: *mut Cx) -> Exit {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let op = &*ip;
        if O::Lhs::WIDE || O::Out::WIDE {
            binary_wide::<O>(fp, op, O::Rhs::from_imm(op.imm()));
        } else {
            check!(cx, ip, O::apply(O::Lhs::read(fp, op.b), O::Rhs::from_imm(op.imm()))).write(fp, op.a);
        }
        go!(ip.add(1), fp, mem, len, cx)
    }
}

/// Defines a handler of vectors and, apart from it, its work.
macro_rules! vector {
    ($(#[$doc:meta])* $name:ident $(<$o:ident : $bound:path>)?, |$fp:ident, $op:ident, $cx:ident| $body:expr) => {
        simple!($(#[$doc])* $name $(<$o: $bound>)?, |fp, op, cx| {
            #[inline(never)]
            unsafe fn work $(<$o: $bound>)? ($fp: *mut u64, $op: &Op, $cx: &Cx) {
                // SAFETY: the translation made the instruction for this frame.
                unsafe {
                    let _ = $cx;
                    $body
                }
            }
            work $(::<$o>)? (fp, op, &*cx)
        });
    };
}

vector!(/// `a = O(b, c, d)`.
ternary<O: Ternary>, |fp, op, cx| {
    O::apply(V128::read(fp, op.b), V128::read(fp, op.c), V128::read(fp, op.d)).write(fp, op.a)
});
vector!(/// `a = lane d of b`.
    extract<O: Extract>, |fp, op, cx| O::apply(V128::read(fp, op.b), op.d as u8).write(fp, op.a));
vector!(/// `a = b with lane d set to c`.
replace<O: Replace>, |fp, op, cx| {
    O::apply(V128::read(fp, op.b), O::Arg::read(fp, op.c), op.d as u8).write(fp, op.a)
});
vector!(/// `a = shuffle(b, c)` by the lanes in `pool[d]`.
shuffle, |fp, op, cx| {
    let code = &*cx.code;
    let lanes = code.pool[op.d as usize].to_le_bytes();
    numerics::i8x16_shuffle(V128::read(fp, op.b), V128::read(fp, op.c), lanes).write(fp, op.a)
});

simple!(/// `a = b + c`, 128 bits in two slots each: low and high operands follow each other.
    add128, |fp, op, cx| wide(fp, op, numerics::i64_add128));
simple!(/// `a = b - c`, 128 bits in two slots each.
    sub128, |fp, op, cx| wide(fp, op, numerics::i64_sub128));
simple!(/// `a = b * b[1]`, signed.
    mul_wide_s, |fp, op, cx| mul_wide(fp, op, numerics::i64_mul_wide_s));
simple!(/// `a = b * b[1]`, unsigned.
    mul_wide_u, |fp, op, cx| mul_wide(fp, op, numerics::i64_mul_wide_u));

/// Four operands from slot `b` on, two results from `a` on.
#[inline(always)]
unsafe fn wide(fp: *mut u64, op: &Op, f: impl Fn(i64, i64, i64, i64) -> (i64, i64)) {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let arg = |i: u32| i64::read(fp, op.b + i);
        let (low, high) = f(arg(0), arg(1), arg(2), arg(3));
        low.write(fp, op.a);
        high.write(fp, op.a + 1);
    }
}

/// Two operands from slot `b` on, two results from `a` on.
#[inline(always)]
unsafe fn mul_wide(fp: *mut u64, op: &Op, f: impl Fn(i64, i64) -> (i64, i64)) {
    // SAFETY: the translation made the instruction for this frame.
    unsafe {
        let (low, high) = f(i64::read(fp, op.b), i64::read(fp, op.b + 1));
        low.write(fp, op.a);
        high.write(fp, op.a + 1);
    }
}

//! The body of `_start`: calls, comparisons, and an exit code for what does not hold.

use super::shape::Shape;
use crate::{
    commands::{Action, Lane, Pattern},
    trace::{RefValue, Value},
};
use wasm_encoder::{
    AbstractHeapType, BlockType, Catch, Function, HeapType, Instruction as I, ValType,
    reencode::{Reencode, RoundtripReencoder},
};

/// The body, as it grows. Functions are named by their indices in the new module.
pub(super) struct Body<'s> {
    shape: &'s Shape<'s>,
    locals: Vec<ValType>,
    code: Vec<I<'static>>,
}

/// Why a step cannot be put into code.
pub(super) type Refusal = String;

impl<'s> Body<'s> {
    pub fn new(shape: &'s Shape<'s>) -> Self {
        Body { shape, locals: Vec::new(), code: Vec::new() }
    }

    /// The function.
    pub fn finish(&self) -> Function {
        let mut function = Function::new_with_locals_types(self.locals.iter().copied());
        for instruction in self.code.iter().chain([&I::End]) {
            function.instruction(instruction);
        }
        function
    }

    /// Ends the program with this code.
    pub fn exit(&mut self, code: i32) {
        self.code.extend([I::I32Const(code), I::Call(self.shape.imported_funcs), I::Unreachable]);
    }

    /// Does something whose results do not matter.
    pub fn perform(&mut self, action: &Action) -> Result<(), Refusal> {
        let results = self.action(action)?;
        self.code.extend(results.iter().map(|_| I::Drop));
        Ok(())
    }

    /// Does something that has to throw, and ends with `code` if it returns.
    pub fn must_throw(&mut self, action: &Action, code: i32) -> Result<(), Refusal> {
        self.code
            .extend([I::Block(BlockType::Empty), I::TryTable(BlockType::Empty, vec![Catch::All { label: 0 }].into())]);
        self.perform(action)?;
        self.exit(code);
        self.code.extend([I::End, I::End]);
        Ok(())
    }

    /// Does something, and ends with `code` unless it returns what is expected.
    pub fn must_return(&mut self, action: &Action, expected: &[Pattern], code: i32) -> Result<(), Refusal> {
        let results = self.action(action)?;
        if results.len() != expected.len() {
            return Err("it expects another number of results than there are".to_owned());
        }
        let first = self.locals.len() as u32;
        self.locals.extend(&results);
        self.code.extend((0..results.len() as u32).rev().map(|index| I::LocalSet(first + index)));
        for (index, (pattern, ty)) in expected.iter().zip(&results).enumerate() {
            self.differs(pattern, first + index as u32, *ty)?;
            self.code.push(I::If(BlockType::Empty));
            self.exit(code);
            self.code.push(I::End);
        }
        Ok(())
    }

    /// Calls a function or reads a global; the types of what is on the stack then.
    fn action(&mut self, action: &Action) -> Result<Vec<ValType>, Refusal> {
        match action {
            Action::Invoke { field, args, .. } => {
                let (index, ty) = self.shape.func(field).ok_or_else(|| format!("it exports no function {field:?}"))?;
                for (value, ty) in args.iter().zip(ty.params()) {
                    let argument = argument(value, val_type(*ty)?)?;
                    self.code.push(argument);
                }
                self.code.push(I::Call(index + u32::from(index >= self.shape.imported_funcs)));
                ty.results().iter().map(|ty| val_type(*ty)).collect()
            }
            Action::Get { field, .. } => {
                let (index, ty) = self.shape.global(field).ok_or_else(|| format!("it exports no global {field:?}"))?;
                self.code.push(I::GlobalGet(index));
                Ok(vec![val_type(ty)?])
            }
            Action::Module(_) | Action::Instance { .. } => Err("a module is no action of a program".to_owned()),
        }
    }

    /// Puts on the stack whether a local is not as the pattern says.
    fn differs(&mut self, pattern: &Pattern, local: u32, ty: ValType) -> Result<(), Refusal> {
        let get = I::LocalGet(local);
        let code: Vec<I<'static>> = match (pattern, ty) {
            (Pattern::Is(Value::I32(want)), ValType::I32) => vec![get, I::I32Const(*want), I::I32Ne],
            (Pattern::Is(Value::I64(want)), ValType::I64) => vec![get, I::I64Const(*want), I::I64Ne],
            (Pattern::Float(32, lane), ValType::F32) => {
                let (mask, bits) = masked(*lane, 32);
                let masked = [I::I32Const(mask as u32 as i32), I::I32And, I::I32Const(bits as u32 as i32), I::I32Ne];
                [get, I::I32ReinterpretF32].into_iter().chain(masked).collect()
            }
            (Pattern::Float(64, lane), ValType::F64) => {
                let (mask, bits) = masked(*lane, 64);
                let masked = [I::I64Const(mask as i64), I::I64And, I::I64Const(bits as i64), I::I64Ne];
                [get, I::I64ReinterpretF64].into_iter().chain(masked).collect()
            }
            (Pattern::Lanes(width, lanes), ValType::V128) => {
                let bits = lanes.iter().enumerate().try_fold(0u128, |all, (index, lane)| match lane {
                    Lane::Bits(bits) => Some(all | u128::from(*bits) << (index as u32 * width)),
                    _ => None,
                });
                let want = bits.ok_or("it expects a NaN in a vector")?;
                vec![get, I::V128Const(want as i128), I::I8x16Ne, I::V128AnyTrue]
            }
            (Pattern::Is(Value::Ref(RefValue::Null)), ValType::Ref(_)) => vec![get, I::RefIsNull, I::I32Eqz],
            (Pattern::Ref("func" | "extern" | "exn"), ValType::Ref(_)) => vec![get, I::RefIsNull],
            (Pattern::Ref(kind), ValType::Ref(_)) => vec![get, I::RefTestNonNull(heap_type(kind)?), I::I32Eqz],
            _ => return Err(format!("a program cannot compare a result with {pattern}")),
        };
        self.code.extend(code);
        Ok(())
    }
}

/// The bits of a float that matter, and what they have to be.
fn masked(lane: Lane, width: u32) -> (u64, u64) {
    let all = u64::MAX >> (64 - width);
    let quiet: u64 = if width == 32 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 };
    match lane {
        Lane::Bits(bits) => (all, bits),
        Lane::CanonicalNan => (all >> 1, quiet),
        Lane::ArithmeticNan => (quiet, quiet),
    }
}

fn heap_type(kind: &str) -> Result<HeapType, Refusal> {
    let of = |ty| HeapType::Abstract { shared: false, ty };
    Ok(match kind {
        "any" => of(AbstractHeapType::Any),
        "eq" => of(AbstractHeapType::Eq),
        "i31" => of(AbstractHeapType::I31),
        "struct" => of(AbstractHeapType::Struct),
        "array" => of(AbstractHeapType::Array),
        kind => return Err(format!("a program cannot tell whether a reference is {kind}")),
    })
}

fn argument(value: &Value, ty: ValType) -> Result<I<'static>, Refusal> {
    Ok(match (value, ty) {
        (Value::I32(v), _) => I::I32Const(*v),
        (Value::I64(v), _) => I::I64Const(*v),
        (Value::F32(bits), _) => I::F32Const(f32::from_bits(*bits).into()),
        (Value::F64(bits), _) => I::F64Const(f64::from_bits(*bits).into()),
        (Value::V128(bits), _) => I::V128Const(*bits as i128),
        (Value::Ref(RefValue::Null), ValType::Ref(ty)) => I::RefNull(ty.heap_type),
        (value, _) => return Err(format!("a program cannot make the argument {value}")),
    })
}

/// Types keep their indices in the new module.
fn val_type(ty: wasmparser::ValType) -> Result<ValType, Refusal> {
    RoundtripReencoder.val_type(ty).map_err(|error| error.to_string())
}

//! The operand stack at translation time.
//!
//! Operands are values of Cranelift's, and what a branch carries are arguments of a block. In a body in which that would be
//! out of proportion (two bytes can be a branch that carries a thousand values) every operand has a *home* in the frame,
//! as on tier one's value stack: a block starts with all operands at home, and labels of many values expect theirs there.
//! So a value is stored once, and a branch moves a range of words. The frames of such functions are searched for
//! references as a whole.

use super::{abi, helpers, translate::Translator};
use crate::syntax::ValType;
use cranelift_codegen::ir::{
    BlockArg, InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Type, Value, types::I64,
};

/// An operand.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operand {
    /// In a value.
    Value(Value),
    /// Of this type, at home.
    Home(Type),
}

impl From<Value> for Operand {
    fn from(value: Value) -> Self {
        Operand::Value(value)
    }
}

/// Labels of more values than this expect them at home.
const MOST_IN_VALUES: usize = 16;

/// The homes of the operands, one behind the other, in words.
pub(super) struct Homes {
    slot: StackSlot,
    /// Where the home of each operand ends; only those from the bottom are here that are at home.
    ends: Vec<u32>,
    /// The most words that were needed.
    most: u32,
}

impl Translator<'_> {
    /// From now on operands have homes.
    pub fn make_homes(&mut self) {
        let slot = self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 4));
        self.homes = Some(Homes { slot, ends: Vec::new(), most: 1 });
    }

    /// Gives the homes the room that they turned out to need.
    pub fn set_homes_size(&mut self) {
        if let Some(homes) = &self.homes {
            self.b.func.sized_stack_slots[homes.slot].size = homes.most * 8;
        }
    }

    /// Whether a label of so many values expects them at home.
    pub fn is_at_home(&self, values: usize) -> bool {
        self.homes.is_some() && values > MOST_IN_VALUES
    }

    /// Pushes a value.
    pub fn push(&mut self, value: Value) {
        self.stack.push(value.into());
    }

    /// Pushes operands that are at home already, on top of others that are.
    pub fn push_at_home(&mut self, types: &[ValType]) {
        let homes = self.homes.as_mut().expect("there are homes");
        debug_assert_eq!(homes.ends.len(), self.stack.len(), "those below are at home");
        for ty in types {
            let ty = abi::machine_type(*ty);
            homes.push(ty);
            self.stack.push(Operand::Home(ty));
        }
    }

    /// Pops an operand.
    pub fn pop(&mut self) -> Value {
        let value = self.operand(self.stack.len() - 1);
        self.drop_to(self.stack.len() - 1);
        value
    }

    /// Pops `n` operands.
    pub fn pop_n(&mut self, n: usize) -> Vec<Value> {
        let values = self.top(n);
        self.drop_to(self.stack.len() - n);
        values
    }

    /// The `n` upper operands.
    pub fn top(&mut self, n: usize) -> Vec<Value> {
        (self.stack.len() - n..self.stack.len()).map(|index| self.operand(index)).collect()
    }

    /// The `n` upper operands as arguments of a block.
    pub fn top_args(&mut self, n: usize) -> Vec<BlockArg> {
        self.top(n).into_iter().map(BlockArg::from).collect()
    }

    /// The slots that the lowest operands take on tier one: two for a vector.
    pub fn slots_of(&mut self, height: usize) -> u32 {
        for index in self.slot_ends.len()..height {
            let ty = match self.stack[index] {
                Operand::Value(value) => self.type_of(value),
                Operand::Home(ty) => ty,
            };
            let below = self.slot_ends.last().copied().unwrap_or(0);
            self.slot_ends.push(below + abi::word_count(ty));
        }
        height.checked_sub(1).map_or(0, |last| self.slot_ends[last])
    }

    /// Drops all operands but the lowest.
    pub fn drop_to(&mut self, height: usize) {
        self.stack.truncate(height);
        self.slot_ends.truncate(height);
        if let Some(homes) = &mut self.homes {
            homes.ends.truncate(height);
        }
    }

    fn operand(&mut self, index: usize) -> Value {
        match self.stack[index] {
            Operand::Value(value) => value,
            Operand::Home(ty) => {
                let homes = self.homes.as_ref().expect("there are homes");
                let (slot, at) = (homes.slot, homes.start(index));
                let home = self.b.ins().stack_addr(I64, slot, 0);
                self.b.ins().load(ty, MemFlagsData::new().with_notrap(), home, at as i32 * 8)
            }
        }
    }

    /// Brings all operands home, if they have one.
    pub fn go_home(&mut self) {
        let Some(homes) = &self.homes else { return };
        if homes.ends.len() == self.stack.len() {
            return;
        }
        let (slot, first) = (homes.slot, homes.ends.len());
        let home = self.b.ins().stack_addr(I64, slot, 0);
        for index in first..self.stack.len() {
            let Operand::Value(value) = self.stack[index] else { unreachable!("the others are at home") };
            let ty = self.type_of(value);
            let homes = self.homes.as_mut().expect("as before");
            homes.push(ty);
            let at = homes.start(index);
            let word = if ty.bits() == 128 { value } else { super::trampolines::to_word(&mut self.b, value) };
            self.b.ins().store(MemFlagsData::new().with_notrap(), word, home, at as i32 * 8);
        }
    }

    /// Moves the `n` upper operands, which are at home, to the homes of those that a label has above `height`.
    pub fn move_home(&mut self, n: usize, height: usize) {
        let from = self.stack.len() - n;
        let homes = self.homes.as_ref().expect("there are homes");
        debug_assert_eq!(homes.ends.len(), self.stack.len(), "all are at home");
        let (slot, src, dst, end) = (homes.slot, homes.start(from), homes.start(height), homes.start(self.stack.len()));
        if src == dst {
            return;
        }
        let home = self.b.ins().stack_addr(I64, slot, 0);
        let (src, dst, len) = (
            self.b.ins().iadd_imm_s(home, src as i64 * 8),
            self.b.ins().iadd_imm_s(home, dst as i64 * 8),
            self.word((end - src) as u64),
        );
        self.call_helper(helpers::move_words(), &[dst, src, len]);
    }

    /// Where operands that are pushed at home next will be.
    pub fn next_home(&mut self) -> Value {
        let homes = self.homes.as_ref().expect("there are homes");
        let (slot, at) = (homes.slot, homes.start(self.stack.len()));
        let home = self.b.ins().stack_addr(I64, slot, 0);
        self.b.ins().iadd_imm_s(home, at as i64 * 8)
    }
}

impl Homes {
    fn start(&self, index: usize) -> u32 {
        index.checked_sub(1).map_or(0, |below| self.ends[below])
    }

    fn push(&mut self, ty: Type) {
        let end = self.start(self.ends.len()) + abi::word_count(ty);
        self.ends.push(end);
        self.most = self.most.max(end);
    }
}

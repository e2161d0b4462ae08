//! The operand stack of a translation: which operands are in their slot, and which are locals or constants still.

use super::{
    super::variable::{copy, copy_imm, copy_wide},
    Translator,
};

/// An operand. Its slot is reserved whatever it is, so that it can be put there at any time.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub kind: Kind,
    /// Its slot in the frame.
    pub slot: u32,
    /// Whether it takes two slots.
    pub wide: bool,
}

/// Where an operand is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// In its slot.
    Temp,
    /// In a local; `next` is the entry below that stands for the same local, plus one.
    Local { x: u32, next: u32 },
    /// Known.
    Const(u64),
}

impl Translator<'_> {
    fn push(&mut self, kind: Kind, wide: bool) -> u32 {
        let slot = self.height;
        self.stack.push(Entry { kind, slot, wide });
        self.height += 1 + wide as u32;
        self.frame_slots = self.frame_slots.max(self.height);
        slot
    }

    /// Pushes an operand that is in its slot; returns the slot.
    pub(super) fn push_temp(&mut self, wide: bool) -> u32 {
        self.push(Kind::Temp, wide)
    }

    /// Pushes a constant.
    pub(super) fn push_const(&mut self, value: u64) {
        self.push(Kind::Const(value), false);
    }

    /// Pushes a local.
    pub(super) fn push_local(&mut self, x: u32) {
        let local = &mut self.locals[x as usize];
        let (next, wide) = (local.head, local.wide);
        local.head = self.stack.len() as u32 + 1;
        self.push(Kind::Local { x, next }, wide);
    }

    /// Pushes an operand again that has just been popped and is not a local.
    pub(super) fn push_back(&mut self, entry: Entry) {
        match entry.kind {
            Kind::Local { x, .. } => self.push_local(x),
            kind => {
                self.push(kind, entry.wide);
            }
        }
    }

    /// Pops an operand.
    pub(super) fn pop(&mut self) -> Entry {
        let entry = self.stack.pop().expect("validation: the stack holds the operands");
        if let Kind::Local { x, next } = entry.kind {
            self.locals[x as usize].head = next;
        }
        self.height = entry.slot;
        self.flushed = self.flushed.min(self.stack.len());
        if self.stack.len() < self.gathered.1 {
            self.gathered = (0, 0);
        }
        entry
    }

    /// The slot where a popped operand can be read; a constant is put into its own first.
    pub(super) fn slot_of(&mut self, entry: Entry) -> u32 {
        match entry.kind {
            Kind::Temp => entry.slot,
            Kind::Local { x, .. } => self.locals[x as usize].slot,
            Kind::Const(value) => {
                self.emit_imm(copy_imm, entry.slot, 0, value);
                entry.slot
            }
        }
    }

    /// Pops an operand and gives the slot where it can be read.
    pub(super) fn pop_slot(&mut self) -> u32 {
        let entry = self.pop();
        self.slot_of(entry)
    }

    /// Pops two operands and gives their slots, the lower one first.
    pub(super) fn pop_slots2(&mut self) -> (u32, u32) {
        let (upper, lower) = (self.pop(), self.pop());
        (self.slot_of(lower), self.slot_of(upper))
    }

    /// Puts entry `i` into its slot.
    fn settle(&mut self, i: usize) {
        let entry = self.stack[i];
        match entry.kind {
            Kind::Temp => {}
            Kind::Const(value) => {
                self.emit_imm(copy_imm, entry.slot, 0, value);
            }
            Kind::Local { x, .. } => {
                let slot = self.locals[x as usize].slot;
                self.emit(if entry.wide { copy_wide } else { copy }, entry.slot, slot, 0, 0);
            }
        }
        self.stack[i].kind = Kind::Temp;
    }

    /// Puts the upper `n` operands into their slots; returns the first slot.
    pub(super) fn settle_top(&mut self, n: usize) -> u32 {
        let first = self.stack.len() - n;
        // From the top down, so that the chains of locals stay whole.
        for i in (first..self.stack.len()).rev() {
            if let Kind::Local { x, next } = self.stack[i].kind {
                self.unchain(x, i as u32 + 1, next);
            }
            self.settle(i);
        }
        self.stack.get(first).map_or(self.height, |entry| entry.slot)
    }

    /// Takes the entry with number `number` (index plus one) out of the chain of local `x`.
    fn unchain(&mut self, x: u32, number: u32, next: u32) {
        let head = &mut self.locals[x as usize].head;
        if *head == number {
            *head = next;
            return;
        }
        let mut above = *head;
        while let Some(Entry { kind: Kind::Local { next: below, .. }, .. }) = self.stack.get_mut(above as usize - 1) {
            if *below == number {
                *below = next;
                return;
            }
            above = *below;
        }
    }

    /// Puts the upper `n` operands into their slots and pops them; returns the first slot.
    pub(super) fn pop_settled(&mut self, n: usize) -> u32 {
        let slot = self.settle_top(n);
        for _ in 0..n {
            self.pop();
        }
        slot
    }

    /// Puts every operand that stands for a local into its slot: the local may change on one of several paths.
    pub(super) fn flush(&mut self) {
        for i in self.flushed..self.stack.len() {
            if let Kind::Local { x, .. } = self.stack[i].kind {
                self.locals[x as usize].head = 0;
                self.settle(i);
            }
        }
        self.flushed = self.stack.len();
    }

    /// Pops the value of local `x` and writes it there.
    pub(super) fn set_local(&mut self, x: u32) {
        let last = self.last;
        let value = self.pop();
        let kept = self.keep_local(x);
        let local = self.locals[x as usize];
        match value.kind {
            Kind::Local { x: source, .. } if source == x => {}
            Kind::Local { x: source, .. } => {
                let slot = self.locals[source as usize].slot;
                self.emit(if local.wide { copy_wide } else { copy }, local.slot, slot, 0, 0);
            }
            Kind::Const(value) => {
                self.emit_imm(copy_imm, local.slot, 0, value);
            }
            Kind::Temp => match last {
                // The instruction that made the value writes it to the local right away.
                Some(at) if !kept && self.ops[at].a == value.slot => {
                    self.ops[at].a = local.slot;
                    self.last = None;
                    self.fused = None;
                }
                _ => {
                    self.emit(if local.wide { copy_wide } else { copy }, local.slot, value.slot, 0, 0);
                }
            },
        }
    }

    /// Puts the operands that stand for local `x` into their slots, before it changes. Tells whether there were any.
    fn keep_local(&mut self, x: u32) -> bool {
        let mut number = std::mem::take(&mut self.locals[x as usize].head);
        let any = number != 0;
        while number != 0 {
            let i = number as usize - 1;
            number = match self.stack[i].kind {
                Kind::Local { next, .. } => next,
                _ => 0,
            };
            self.settle(i);
        }
        any
    }
}

//! Structured control: labels, branches, and what they carry.

use super::{
    super::{
        code::{Catch, Handler, TryTable},
        control::{branch_if, branch_table, jump, return_imm, return_none, return_one, return_span},
    },
    Translator,
    operands::{Entry, Kind},
};
use crate::{
    interp::variable::copy_span,
    syntax::{FuncType, ValType},
};
use std::collections::HashMap;
use wasmparser::BlockType;

/// A label (core `#syntax-label`) of the translation.
#[derive(Clone, Copy)]
pub(super) struct Label {
    kind: LabelKind,
    ty: BlockType,
    /// Values that a branch carries.
    arity: u32,
    /// Entries of the stack below the block's parameters.
    entries: usize,
    /// First slot above those.
    slot: u32,
    /// The last forward jump to this label; each holds the one before in `a`.
    jumps: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum LabelKind {
    Function,
    Block,
    /// Where the loop starts.
    Loop(u32),
    /// The jump to `else`, or to the end if there is none.
    If(u32),
    Else,
    /// The first instruction covered.
    TryTable(u32),
}

/// So many values are gathered before a branch carries them.
const FEW: usize = 4;

/// End of a chain of jumps.
const NO_JUMP: u32 = u32::MAX;

/// The condition of a branch: handlers for jumps forward and back, if it holds and if not, and the operands `b`, `c`, `d`.
#[derive(Clone, Copy)]
pub(super) struct Condition {
    pub when: [Handler; 2],
    pub unless: [Handler; 2],
    pub operands: [u32; 3],
}

impl Condition {
    pub(super) fn not(self) -> Self {
        Condition { when: self.unless, unless: self.when, ..self }
    }
}

/// The stubs of a branch table: each depth with the jumps that want it, in the order of the table.
#[derive(Default)]
struct Stubs {
    all: Vec<(u32, Vec<usize>)>,
    place: HashMap<u32, usize>,
}

impl Translator<'_> {
    fn func_type(&self, ty: BlockType) -> Option<&FuncType> {
        match ty {
            BlockType::FuncType(x) => Some(self.module.func_type(x)),
            _ => None,
        }
    }

    fn param_count(&self, ty: BlockType) -> usize {
        self.func_type(ty).map_or(0, |ty| ty.params.len())
    }

    fn result_count(&self, ty: BlockType) -> usize {
        match ty {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(x) => self.module.func_type(x).results.len(),
        }
    }

    /// The label of the whole code: a branch to it returns.
    pub(super) fn push_function_label(&mut self, results: u32) {
        self.labels.push(Label {
            kind: LabelKind::Function,
            ty: BlockType::Empty,
            arity: results,
            entries: 0,
            slot: self.height,
            jumps: NO_JUMP,
        });
    }

    fn push_label(&mut self, kind: LabelKind, ty: BlockType) {
        let params = self.param_count(ty);
        let entries = self.stack.len() - params;
        let slot = self.stack.get(entries).map_or(self.height, |entry| entry.slot);
        let arity = if matches!(kind, LabelKind::Loop(_)) { params } else { self.result_count(ty) } as u32;
        self.labels.push(Label { kind, ty, arity, entries, slot, jumps: NO_JUMP });
    }

    /// Forgets what the last instruction was: jumps arrive here.
    fn barrier(&mut self) {
        self.last = None;
        self.fused = None;
    }

    pub(super) fn block(&mut self, ty: BlockType) {
        self.flush();
        self.barrier();
        self.push_label(LabelKind::Block, ty);
    }

    pub(super) fn loop_(&mut self, ty: BlockType) {
        self.flush();
        self.settle_top(self.param_count(ty));
        self.barrier();
        self.push_label(LabelKind::Loop(self.ops.len() as u32), ty);
    }

    pub(super) fn if_(&mut self, ty: BlockType) {
        let condition = self.pop_condition();
        self.flush();
        self.settle_top(self.param_count(ty));
        let jump = self.emit_condition(condition.not(), false);
        self.ops[jump].a = NO_JUMP;
        self.push_label(LabelKind::If(jump as u32), ty);
    }

    pub(super) fn else_(&mut self) {
        if self.skipping.is_none() {
            self.gather(self.labels.len() - 1);
            self.carry(0);
            self.jump_to(self.labels.len() - 1);
        }
        self.skipping = None;
        let label = self.labels.last_mut().expect("validation: else closes an if");
        let LabelKind::If(jump) = label.kind else { unreachable!("validation: else closes an if") };
        label.kind = LabelKind::Else;
        let label = *label;
        self.bind(jump as usize);
        self.reset_to(label);
        self.push_params(label.ty);
    }

    /// Cuts the operands down to those below the block.
    fn reset_to(&mut self, label: Label) {
        while self.stack.len() > label.entries {
            self.pop();
        }
        self.height = label.slot;
        self.flushed = self.flushed.min(self.stack.len());
    }

    fn push_params(&mut self, ty: BlockType) {
        let module = self.module;
        if let BlockType::FuncType(x) = ty {
            self.push_temps(&module.func_type(x).params);
        }
    }

    fn push_results(&mut self, ty: BlockType) {
        let module = self.module;
        match ty {
            BlockType::Empty => {}
            BlockType::Type(ty) => {
                self.push_temp(ty == wasmparser::ValType::V128);
            }
            BlockType::FuncType(x) => self.push_temps(&module.func_type(x).results),
        }
    }

    /// Pushes operands of these types that are in their slots.
    pub(super) fn push_temps(&mut self, types: &[ValType]) {
        for ty in types {
            self.push_temp(ty.slots() == 2);
        }
    }

    pub(super) fn end(&mut self) {
        let label = self.labels.pop().expect("validation: end closes a block");
        if label.kind == LabelKind::Function {
            if self.skipping.is_none() {
                self.labels.push(label);
                self.return_();
            }
            return;
        }
        let reached = self.skipping.take().is_none();
        if let LabelKind::TryTable(first) = label.kind {
            let catches = self.open.pop().expect("each try_table that has not ended is open");
            // Inner tables end first, and are looked at first.
            self.try_tables.push(TryTable { covers: first..self.ops.len() as u32, catches });
        }
        // An `if` without `else` jumps to its end; it has as many results as parameters, in the same slots.
        let from_if = matches!(label.kind, LabelKind::If(_));
        if label.jumps == NO_JUMP && !from_if {
            if !reached {
                self.reset_to(label);
                self.skipping = Some(0);
            }
            return;
        }
        if reached {
            self.settle_top(label.arity_of_end(self));
        }
        if let LabelKind::If(jump) = label.kind {
            self.bind(jump as usize);
        }
        self.bind_all(label.jumps);
        self.reset_to(label);
        self.push_results(label.ty);
    }

    /// Lets the jump at `at` arrive at the next instruction.
    fn bind(&mut self, at: usize) {
        self.barrier();
        self.ops[at].a = (self.ops.len() - at) as u32;
    }

    fn bind_all(&mut self, mut jump: u32) {
        self.barrier();
        while jump != NO_JUMP {
            let next = self.ops[jump as usize].a;
            self.bind(jump as usize);
            jump = next;
        }
    }

    /// The label that relative depth `depth` means.
    fn label(&self, depth: u32) -> usize {
        self.labels.len() - 1 - depth as usize
    }

    /// The upper operands that a branch to the label carries.
    fn carried(&self, label: usize) -> usize {
        self.stack.len() - self.labels[label].arity as usize
    }

    /// Whether what a branch to the label carries is in the slots where it belongs.
    fn is_in_place(&self, label: usize) -> bool {
        let mut slot = self.labels[label].slot;
        let first = self.carried(label);
        if self.gathered.1 == self.stack.len() && self.gathered.0 <= first && first < self.stack.len() {
            return self.stack[first].slot == slot;
        }
        self.stack[first..].iter().all(|entry| {
            let in_place = entry.kind == Kind::Temp && entry.slot == slot;
            slot += 1 + entry.wide as u32;
            in_place
        })
    }

    /// Puts what a branch to the label carries into its slots, if it is more than a few values: then one instruction
    /// carries them all, however many branches there are. On both sides of a condition, so before it.
    fn gather(&mut self, label: usize) {
        let count = self.labels[label].arity as usize;
        let least = if self.labels[label].kind == LabelKind::Function { 2 } else { FEW };
        if count >= least {
            self.gather_top(count);
        }
    }

    /// Puts the upper `count` operands into their slots, and remembers it: many branches in a row carry the same.
    fn gather_top(&mut self, count: usize) {
        let end = self.stack.len();
        let first = end - count;
        if self.gathered.1 != end || first < self.gathered.0 {
            self.settle_top(count);
            self.gathered = (first, end);
        }
    }

    /// Copies what a branch to depth `depth` carries, gathered, to where it belongs. Targets never lie above their
    /// sources, so ascending order overwrites nothing that is still needed.
    fn carry(&mut self, depth: u32) {
        let label = self.label(depth);
        let first = self.carried(label);
        let mut slot = self.labels[label].slot;
        if self.stack.len() - first >= FEW {
            let from = self.stack[first].slot;
            self.copy_span_to(slot, from, self.height - from);
            return;
        }
        for i in first..self.stack.len() {
            let entry = self.stack[i];
            self.copy_to(entry, slot);
            slot += 1 + entry.wide as u32;
        }
    }

    /// Copies an operand to `slot`.
    fn copy_to(&mut self, entry: Entry, slot: u32) {
        use super::super::variable::{copy, copy_imm, copy_wide};
        let source = match entry.kind {
            Kind::Const(value) => {
                self.emit_imm(copy_imm, slot, 0, value);
                return;
            }
            Kind::Temp => entry.slot,
            Kind::Local { x, .. } => self.locals[x as usize].slot,
        };
        if source != slot {
            self.emit(if entry.wide { copy_wide } else { copy }, slot, source, 0, 0);
        }
    }

    /// Distance for a jump at the next instruction to the label, if it is known already.
    fn resolve(&mut self, label: usize, at: usize) -> u32 {
        match self.labels[label].kind {
            LabelKind::Loop(start) => (start as i64 - at as i64) as i32 as u32,
            _ => std::mem::replace(&mut self.labels[label].jumps, at as u32),
        }
    }

    fn is_back(&self, label: usize) -> bool {
        matches!(self.labels[label].kind, LabelKind::Loop(_))
    }

    /// Jumps to the label; what it carries is in place.
    fn jump_to(&mut self, label: usize) {
        let a = self.resolve(label, self.ops.len());
        let handler: Handler = if self.is_back(label) { jump::<true, true> } else { jump::<true, false> };
        self.emit(handler, a, 0, 0, 0);
    }

    /// Code behind this point cannot be reached.
    pub(super) fn stop(&mut self) {
        self.skipping = Some(0);
    }

    /// Branches to depth `depth` and goes on being reachable itself: the caller decides.
    fn branch(&mut self, depth: u32) {
        let label = self.label(depth);
        if self.labels[label].kind == LabelKind::Function {
            self.return_values();
        } else {
            self.carry(depth);
            self.jump_to(label);
        }
    }

    pub(super) fn br(&mut self, depth: u32) {
        self.gather(self.label(depth));
        self.branch(depth);
        self.stop();
    }

    pub(super) fn return_(&mut self) {
        self.gather(0);
        self.return_values();
        self.stop();
    }

    /// Returns the upper operands, which are gathered.
    fn return_values(&mut self) {
        let count = self.labels[0].arity as usize;
        let first = self.stack.len() - count;
        match (count, self.stack.get(first).copied()) {
            (0, _) | (_, None) => {
                self.emit(return_none, 0, 0, 0, 0);
            }
            (1, Some(Entry { kind: Kind::Const(value), .. })) => {
                self.emit_imm(return_imm, 0, 0, value);
            }
            (1, Some(entry)) => {
                let slot = self.slot_of(entry);
                if entry.wide {
                    self.emit(return_span, 0, slot, 2, 0);
                } else {
                    self.emit(return_one, 0, slot, 0, 0);
                }
            }
            (_, Some(entry)) => {
                self.emit(return_span, 0, entry.slot, self.height - entry.slot, 0);
            }
        }
    }

    /// Pops an `i32` as the condition of a branch; a comparison that made it is taken back and fused.
    pub(super) fn pop_condition(&mut self) -> Condition {
        let fused = self.fused;
        let entry = self.pop();
        if let Some(fused) = fused
            && entry.kind == Kind::Temp
            && fused.at + 1 == self.ops.len()
            && self.ops[fused.at].a == entry.slot
            && let Some(op) = self.ops.pop()
        {
            self.offsets.pop();
            self.last = None;
            self.fused = None;
            return Condition { when: fused.when, unless: fused.unless, operands: [op.b, op.c, op.d] };
        }
        let slot = self.slot_of(entry);
        Condition {
            when: [branch_if::<true, false>, branch_if::<true, true>],
            unless: [branch_if::<false, false>, branch_if::<false, true>],
            operands: [slot, 0, 0],
        }
    }

    /// Appends a conditional jump; its distance is still to be set.
    fn emit_condition(&mut self, condition: Condition, back: bool) -> usize {
        let [b, c, d] = condition.operands;
        self.emit(condition.when[back as usize], 0, b, c, d)
    }

    /// Branches to depth `depth` if the condition holds.
    pub(super) fn branch_when(&mut self, condition: Condition, depth: u32) {
        let label = self.label(depth);
        let function = self.labels[label].kind == LabelKind::Function;
        self.gather(label);
        if !function && self.is_in_place(label) {
            let back = self.is_back(label);
            let a = self.resolve(label, self.ops.len());
            let at = self.emit_condition(condition, back);
            self.ops[at].a = a;
            return;
        }
        let skip = self.emit_condition(condition.not(), false);
        self.branch(depth);
        self.bind(skip);
    }

    pub(super) fn br_if(&mut self, depth: u32) {
        let condition = self.pop_condition();
        self.branch_when(condition, depth);
    }

    pub(super) fn br_table(&mut self, targets: &wasmparser::BrTable<'_>) {
        let index = self.pop_slot();
        // All targets carry as many values.
        let count = self.labels[self.label(targets.default())].arity as usize;
        if count > 1 {
            self.gather_top(count);
        }
        self.emit(branch_table, 0, index, targets.len(), 0);
        let mut stubs = Stubs::default();
        for depth in targets.targets() {
            self.table_entry(depth.expect("validation has read this table"), &mut stubs);
        }
        self.table_entry(targets.default(), &mut stubs);
        // Each depth that needs copies gets one stub, however often the table names it.
        for (depth, jumps) in stubs.all {
            for jump in jumps {
                self.bind(jump);
            }
            self.branch(depth);
        }
        self.stop();
    }

    /// One jump of a branch table: to the label, or to a stub that carries values first.
    fn table_entry(&mut self, depth: u32, stubs: &mut Stubs) {
        let label = self.label(depth);
        if self.labels[label].kind != LabelKind::Function && self.is_in_place(label) {
            self.jump_to(label);
            return;
        }
        let at = self.emit(jump::<true, false>, 0, 0, 0, 0);
        let next = stubs.all.len();
        let place = *stubs.place.entry(depth).or_insert(next);
        if place == next {
            stubs.all.push((depth, Vec::new()));
        }
        stubs.all[place].1.push(at);
    }

    pub(super) fn try_table(&mut self, try_table: &wasmparser::TryTable) {
        self.flush();
        let params = self.param_count(try_table.ty);
        self.settle_top(params);
        // The landings see the stack without the parameters.
        let saved: Vec<Entry> = self.stack.split_off(self.stack.len() - params);
        self.gathered = (0, 0);
        self.flushed = self.stack.len();
        self.height = saved.first().map_or(self.height, |entry| entry.slot);
        let over = self.emit(jump::<true, false>, 0, 0, 0, 0);
        let catches = try_table.catches.iter().map(|catch| self.landing(catch)).collect();
        self.bind(over);
        for entry in saved {
            self.push_temp(entry.wide);
        }
        self.open.push(catches);
        self.push_label(LabelKind::TryTable(self.ops.len() as u32), try_table.ty);
    }

    /// Branches to depth `depth` with the values in `slots` slots from `slot` on.
    fn branch_with_span(&mut self, depth: u32, slot: u32, slots: u32) {
        let label = self.label(depth);
        if self.labels[label].kind == LabelKind::Function {
            self.emit(return_span, 0, slot, slots, 0);
        } else {
            self.copy_span_to(self.labels[label].slot, slot, slots);
            self.jump_to(label);
        }
    }

    /// Copies slots to lower ones.
    fn copy_span_to(&mut self, to: u32, from: u32, slots: u32) {
        if to != from && slots != 0 {
            self.emit(copy_span, to, from, slots, 0);
        }
    }

    /// Where a catch clause goes on: its values are on the stack, and a branch takes them to the label.
    fn landing(&mut self, catch: &wasmparser::Catch) -> Catch {
        let (tag, with_ref, depth) = match *catch {
            wasmparser::Catch::One { tag, label } => (Some(tag), false, label),
            wasmparser::Catch::OneRef { tag, label } => (Some(tag), true, label),
            wasmparser::Catch::All { label } => (None, false, label),
            wasmparser::Catch::AllRef { label } => (None, true, label),
        };
        let (slot, landing) = (self.height, self.ops.len() as u32);
        let module = self.module;
        let params = tag.map(|tag| &module.func_type(module.syntax().tags[tag as usize]).params[..]);
        let slots = params.unwrap_or_default().iter().map(|ty| ty.slots()).sum::<u32>() + with_ref as u32;
        self.frame_slots = self.frame_slots.max(slot + slots);
        self.branch_with_span(depth, slot, slots);
        Catch { tag, with_ref, slot, landing }
    }
}

impl Label {
    /// Results of the block.
    fn arity_of_end(&self, translator: &Translator<'_>) -> usize {
        translator.result_count(self.ty)
    }
}

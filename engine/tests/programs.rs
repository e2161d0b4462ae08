//! Random programs of locals, operands and structured control, run by the engine and by a small evaluator of this file
//! that works on the tree: the rules of core `#exec-instr-control` without any translation.
//!
//! `PREFLIGHT_PROGRAMS` is how many (a few thousand without it), `PREFLIGHT_SEED` where the sequence starts; a failure
//! prints the program.

mod common;

use common::{module, rng::Rng, root, store};
use preflight_engine::{Fault, Val};
use std::fmt::Write as _;

/// The types of operands: one wide and two narrow.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Type {
    I32,
    I64,
    V128,
}
use Type::{I32, I64, V128};

impl Type {
    fn name(self) -> &'static str {
        match self {
            I32 => "i32",
            I64 => "i64",
            V128 => "v128",
        }
    }
}

/// All locals; the last one counts backward branches down.
const LOCALS: [Type; 8] = [I32, I64, V128, I32, V128, I64, I32, I32];
const FUEL: usize = LOCALS.len() - 1;
/// How many of them are parameters.
const PARAMS: usize = 4;

/// What the tag carries.
const THROWN: [Type; 2] = [I32, V128];

/// An instruction. Depths count labels from the innermost.
#[derive(Clone, Debug)]
enum Instr {
    Const(Val),
    Get(usize),
    Set(usize),
    Tee(usize),
    Add(Type),
    Sub(Type),
    Less(Type),
    Eqz,
    Drop,
    Select,
    /// Turns `i32 i64 v128` into `v128 i32 i64`.
    Rotate,
    /// Throws its `i32` and `v128` if the number is odd.
    ThrowIfOdd,
    Throw,
    Block(Signature, Vec<Instr>),
    Loop(Signature, Vec<Instr>),
    If(Signature, Vec<Instr>, Option<Vec<Instr>>),
    /// Catches the tag with a branch to this depth, counted outside.
    Try(Signature, usize, Vec<Instr>),
    Br(usize),
    BrIf(usize),
    BrTable(Vec<usize>, usize),
    /// Counts the fuel down and branches back if there is some left.
    Again(usize),
    Return,
}
use Instr::*;

#[derive(Clone, Debug)]
struct Signature {
    params: Vec<Type>,
    results: Vec<Type>,
}

// The text.

fn list(what: &str, types: &[Type]) -> String {
    let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
    if names.is_empty() { String::new() } else { format!("({what} {}) ", names.join(" ")) }
}

fn signature(ty: &Signature) -> String {
    list("param", &ty.params) + &list("result", &ty.results)
}

fn write(text: &mut String, code: &[Instr]) {
    for instr in code {
        let _ = match instr {
            Const(Val::I32(n)) => writeln!(text, "i32.const {n}"),
            Const(Val::I64(n)) => writeln!(text, "i64.const {n}"),
            Const(Val::V128(n)) => writeln!(text, "v128.const i64x2 {} {}", *n as u64, (n >> 64) as u64),
            Const(other) => unreachable!("the generator makes no {other:?}"),
            Get(x) => writeln!(text, "local.get {x}"),
            Set(x) => writeln!(text, "local.set {x}"),
            Tee(x) => writeln!(text, "local.tee {x}"),
            Add(V128) => writeln!(text, "i64x2.add"),
            Add(ty) => writeln!(text, "{}.add", ty.name()),
            Sub(V128) => writeln!(text, "i64x2.sub"),
            Sub(ty) => writeln!(text, "{}.sub", ty.name()),
            Less(ty) => writeln!(text, "{}.lt_s", ty.name()),
            Eqz => writeln!(text, "i32.eqz"),
            Drop => writeln!(text, "drop"),
            Select => writeln!(text, "select"),
            Rotate => writeln!(text, "call $rotate"),
            ThrowIfOdd => writeln!(text, "call $throw_if_odd"),
            Throw => writeln!(text, "throw $t"),
            Block(ty, body) => nested(text, "block", ty, body),
            Loop(ty, body) => nested(text, "loop", ty, body),
            If(ty, then, otherwise) => {
                let _ = writeln!(text, "if {}", signature(ty));
                write(text, then);
                if let Some(otherwise) = otherwise {
                    text.push_str("else\n");
                    write(text, otherwise);
                }
                writeln!(text, "end")
            }
            Try(ty, depth, body) => {
                let _ = writeln!(text, "try_table {}(catch $t {depth})", signature(ty));
                write(text, body);
                writeln!(text, "end")
            }
            Br(depth) => writeln!(text, "br {depth}"),
            BrIf(depth) => writeln!(text, "br_if {depth}"),
            BrTable(targets, default) => {
                let targets: String = targets.iter().map(|depth| format!("{depth} ")).collect();
                writeln!(text, "br_table {targets}{default}")
            }
            Again(depth) => writeln!(
                text,
                "local.get {FUEL} i32.const 1 i32.sub local.tee {FUEL} i32.const 0 i32.gt_s br_if {depth}"
            ),
            Return => writeln!(text, "return"),
        };
    }
}

fn nested(text: &mut String, what: &str, ty: &Signature, body: &[Instr]) -> std::fmt::Result {
    let _ = writeln!(text, "{what} {}", signature(ty));
    write(text, body);
    writeln!(text, "end")
}

fn program(results: &[Type], code: &[Instr]) -> String {
    let mut text = format!(
        r#"(module (tag $t (param i32 v128))
             (func $rotate (param i32 i64 v128) (result v128 i32 i64) local.get 2 local.get 0 local.get 1)
             (func $throw_if_odd (param i32 v128)
               local.get 0 i32.const 1 i32.and if local.get 0 local.get 1 throw $t end)
             (func (export "f") {}{}{}
           "#,
        list("param", &LOCALS[..PARAMS]),
        list("result", results),
        list("local", &LOCALS[PARAMS..])
    );
    // Few enough turns to end soon.
    let _ = writeln!(text, "i32.const 30 local.set {FUEL}");
    write(&mut text, code);
    text.push_str("))");
    text
}

// The generator.

struct Label {
    /// What a branch carries.
    types: Vec<Type>,
    is_loop: bool,
}

struct Generator {
    rng: Rng,
    labels: Vec<Label>,
    /// Instructions that may still be made.
    left: usize,
}

impl Generator {
    fn ty(&mut self) -> Type {
        [I32, I32, I64, V128][self.rng.below(4)]
    }

    fn types(&mut self, most: usize) -> Vec<Type> {
        (0..self.rng.below(most + 1)).map(|_| self.ty()).collect()
    }

    fn value(&mut self, ty: Type) -> Val {
        let n = [0, 1, 2, 5, u64::MAX, 1 << 31, self.rng.next()][self.rng.below(7)];
        match ty {
            I32 => Val::I32(n as i32),
            I64 => Val::I64(n as i64),
            V128 => Val::V128((n as u128) << 64 | self.rng.next() as u128),
        }
    }

    /// A local of the type, not the one that counts.
    fn local(&mut self, ty: Type) -> usize {
        let all: Vec<usize> = (0..FUEL).filter(|x| LOCALS[*x] == ty).collect();
        all[self.rng.below(all.len())]
    }

    fn push(&mut self, code: &mut Vec<Instr>, stack: &mut Vec<Type>, ty: Type) {
        let instr = if self.rng.below(3) == 0 { Const(self.value(ty)) } else { Get(self.local(ty)) };
        code.push(instr);
        stack.push(ty);
    }

    /// Makes the stack end with `types`; keeps what is there already if it fits.
    fn need(&mut self, code: &mut Vec<Instr>, stack: &mut Vec<Type>, types: &[Type]) {
        if stack.ends_with(types) {
            return;
        }
        // The upper operands may be the first ones needed.
        let kept = (0..types.len()).rev().find(|n| stack.ends_with(&types[..*n])).unwrap_or(0);
        for ty in &types[kept..] {
            self.push(code, stack, *ty);
        }
    }

    /// Makes the stack exactly `types`.
    fn settle(&mut self, code: &mut Vec<Instr>, stack: &mut Vec<Type>, types: &[Type]) {
        let same = stack.iter().zip(types).take_while(|(a, b)| a == b).count();
        while stack.len() > same {
            // Now and then into a local instead of nowhere.
            let ty = stack.pop().expect("longer than `same`");
            let x = self.local(ty);
            code.push(if self.rng.below(3) == 0 { Set(x) } else { Drop });
        }
        for ty in &types[same..] {
            self.push(code, stack, *ty);
        }
    }

    /// The depth of a label that is no loop, and what it takes.
    fn target(&mut self) -> (usize, Vec<Type>) {
        let targets: Vec<usize> = (0..self.labels.len()).filter(|i| !self.labels[*i].is_loop).collect();
        let i = targets[self.rng.below(targets.len())];
        (self.labels.len() - 1 - i, self.labels[i].types.clone())
    }

    /// A body that turns the `params` on its stack into `results`, in the label that has been pushed.
    fn body(&mut self, params: &[Type], results: &[Type]) -> Vec<Instr> {
        let (mut code, mut stack) = (Vec::new(), params.to_vec());
        for _ in 0..self.rng.below(9) {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            if self.step(&mut code, &mut stack) {
                return code;
            }
        }
        self.settle(&mut code, &mut stack, results);
        code
    }

    /// A body behind a label of its own.
    fn labelled(&mut self, ty: &Signature, is_loop: bool) -> Vec<Instr> {
        let types = if is_loop { ty.params.clone() } else { ty.results.clone() };
        self.labels.push(Label { types, is_loop });
        let body = self.body(&ty.params, &ty.results);
        self.labels.pop();
        body
    }

    /// A signature, with its parameters on the stack.
    fn enter(&mut self, code: &mut Vec<Instr>, stack: &mut Vec<Type>) -> Signature {
        let params = self.types(3);
        self.need(code, stack, &params);
        Signature { params, results: self.types(3) }
    }

    fn leave(stack: &mut Vec<Type>, ty: &Signature) {
        stack.truncate(stack.len() - ty.params.len());
        stack.extend(&ty.results);
    }

    /// One or a few instructions. Tells whether what follows cannot be reached.
    fn step(&mut self, code: &mut Vec<Instr>, stack: &mut Vec<Type>) -> bool {
        match self.rng.below(25) {
            0..=3 => {
                let ty = self.ty();
                self.push(code, stack, ty);
            }
            4 | 5 => {
                let ty = stack.last().copied().unwrap_or(I32);
                self.need(code, stack, &[ty]);
                stack.pop();
                code.push(Set(self.local(ty)));
            }
            6 | 7 => {
                let ty = stack.last().copied().unwrap_or(V128);
                self.need(code, stack, &[ty]);
                code.push(Tee(self.local(ty)));
            }
            8..=10 => {
                let ty = stack.last().copied().unwrap_or(I32);
                self.need(code, stack, &[ty, ty]);
                stack.pop();
                code.push(if self.rng.below(2) == 0 { Add(ty) } else { Sub(ty) });
            }
            11 => {
                let ty = [I32, I64][self.rng.below(2)];
                self.need(code, stack, &[ty, ty]);
                stack.truncate(stack.len() - 2);
                stack.push(I32);
                code.push(Less(ty));
                if self.rng.below(2) == 0 {
                    code.push(Eqz);
                }
            }
            12 => {
                let ty = self.ty();
                self.need(code, stack, &[ty, ty, I32]);
                stack.truncate(stack.len() - 2);
                code.push(Select);
            }
            13 => {
                self.need(code, stack, &[I32, I64, V128]);
                stack.truncate(stack.len() - 3);
                stack.extend([V128, I32, I64]);
                code.push(Rotate);
            }
            14 => {
                self.need(code, stack, &THROWN);
                stack.truncate(stack.len() - 2);
                code.push(ThrowIfOdd);
            }
            15 | 16 => {
                let ty = self.enter(code, stack);
                let body = self.labelled(&ty, false);
                code.push(Block(ty.clone(), body));
                Self::leave(stack, &ty);
            }
            17 | 18 => {
                let ty = self.enter(code, stack);
                self.labels.push(Label { types: ty.params.clone(), is_loop: true });
                let (mut body, mut inner) = (Vec::new(), ty.params.clone());
                for _ in 0..self.rng.below(5) {
                    if self.step(&mut body, &mut inner) {
                        // What follows needs a stack of its own: the loop ends here.
                        self.labels.pop();
                        code.push(Loop(ty.clone(), body));
                        Self::leave(stack, &ty);
                        return false;
                    }
                }
                self.need(&mut body, &mut inner, &ty.params);
                body.push(Again(0));
                self.settle(&mut body, &mut inner, &ty.results);
                self.labels.pop();
                code.push(Loop(ty.clone(), body));
                Self::leave(stack, &ty);
            }
            19 | 20 => {
                let mut ty = self.enter(code, stack);
                if self.rng.below(3) == 0 {
                    ty.results = ty.params.clone();
                }
                self.push(code, stack, I32);
                stack.pop();
                let then = self.labelled(&ty, false);
                let needed = ty.params != ty.results || self.rng.below(2) == 0;
                let otherwise = needed.then(|| self.labelled(&ty, false));
                code.push(If(ty.clone(), then, otherwise));
                Self::leave(stack, &ty);
            }
            21 => {
                // A block that takes what is thrown; the table inside it may have any signature.
                let outer = Signature { params: self.types(2), results: THROWN.to_vec() };
                self.need(code, stack, &outer.params);
                self.labels.push(Label { types: outer.results.clone(), is_loop: false });
                let (mut body, mut inner) = (Vec::new(), outer.params.clone());
                let ty = self.enter(&mut body, &mut inner);
                let tried = self.labelled(&ty, false);
                body.push(Try(ty.clone(), 0, tried));
                Self::leave(&mut inner, &ty);
                self.settle(&mut body, &mut inner, &outer.results);
                self.labels.pop();
                code.push(Block(outer.clone(), body));
                Self::leave(stack, &outer);
            }
            22 => {
                let (depth, types) = self.target();
                self.need(code, stack, &types);
                self.push(code, stack, I32);
                stack.pop();
                code.push(BrIf(depth));
            }
            23 => {
                let (default, types) = self.target();
                self.need(code, stack, &types);
                let fits = |i: &usize| !self.labels[*i].is_loop && self.labels[*i].types == types;
                let depths: Vec<usize> =
                    (0..self.labels.len()).filter(fits).map(|i| self.labels.len() - 1 - i).collect();
                let targets = (0..self.rng.below(4)).map(|_| depths[self.rng.below(depths.len())]).collect();
                self.push(code, stack, I32);
                code.push(BrTable(targets, default));
                return true;
            }
            _ => {
                match self.rng.below(3) {
                    0 => {
                        let (depth, types) = self.target();
                        self.need(code, stack, &types);
                        code.push(Br(depth));
                    }
                    1 => {
                        let types = self.labels[0].types.clone();
                        self.need(code, stack, &types);
                        code.push(Return);
                    }
                    _ => {
                        self.need(code, stack, &THROWN);
                        code.push(Throw);
                    }
                }
                return true;
            }
        }
        false
    }
}

// The evaluator.

/// How a sequence ends.
enum Flow {
    Next,
    Branch(usize),
    Return,
    Throw([Val; 2]),
}

struct Evaluator {
    locals: Vec<Val>,
    stack: Vec<Val>,
    /// Instructions that may still be run: nested loops multiply.
    left: u32,
}

impl Evaluator {
    fn pop(&mut self) -> Val {
        self.stack.pop().expect("the generator keeps the stack")
    }

    fn pop_i32(&mut self) -> i32 {
        match self.pop() {
            Val::I32(n) => n,
            other => panic!("expected an i32, got {other:?}"),
        }
    }

    fn pop2(&mut self) -> (Val, Val) {
        let upper = self.pop();
        (self.pop(), upper)
    }

    /// Keeps the upper `arity` operands and those below `height`.
    fn unwind(&mut self, height: usize, arity: usize) {
        let carried = self.stack.split_off(self.stack.len() - arity);
        self.stack.truncate(height);
        self.stack.extend(carried);
    }

    fn sequence(&mut self, code: &[Instr]) -> Flow {
        for instr in code {
            match self.instr(instr) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    /// A body behind a label whose branches carry `arity` operands.
    fn block(&mut self, ty: &Signature, body: &[Instr]) -> Flow {
        let height = self.stack.len() - ty.params.len();
        match self.sequence(body) {
            Flow::Branch(0) => {
                self.unwind(height, ty.results.len());
                Flow::Next
            }
            Flow::Branch(depth) => Flow::Branch(depth - 1),
            other => other,
        }
    }

    fn instr(&mut self, instr: &Instr) -> Flow {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            // Reported by the caller as a program to pass over.
            return Flow::Return;
        }
        match instr {
            Const(value) => self.stack.push(*value),
            Get(x) => self.stack.push(self.locals[*x]),
            Set(x) => self.locals[*x] = self.pop(),
            Tee(x) => self.locals[*x] = *self.stack.last().expect("the generator keeps the stack"),
            Add(_) | Sub(_) => {
                let pair = self.pop2();
                self.stack.push(arithmetic(pair, matches!(instr, Sub(_))));
            }
            Less(_) => {
                let less = match self.pop2() {
                    (Val::I32(a), Val::I32(b)) => a < b,
                    (Val::I64(a), Val::I64(b)) => a < b,
                    other => panic!("no comparison of {other:?}"),
                };
                self.stack.push(Val::I32(less as i32));
            }
            Eqz => {
                let n = self.pop_i32();
                self.stack.push(Val::I32((n == 0) as i32));
            }
            Drop => drop(self.pop()),
            Select => {
                let condition = self.pop_i32();
                let (first, second) = self.pop2();
                self.stack.push(if condition != 0 { first } else { second });
            }
            Rotate => {
                let vector = self.pop();
                let at = self.stack.len() - 2;
                self.stack.insert(at, vector);
            }
            ThrowIfOdd => match self.pop2() {
                (Val::I32(n), vector) if n & 1 != 0 => return Flow::Throw([Val::I32(n), vector]),
                _ => {}
            },
            Throw => {
                let (n, vector) = self.pop2();
                return Flow::Throw([n, vector]);
            }
            Block(ty, body) => return self.block(ty, body),
            Loop(ty, body) => {
                let height = self.stack.len() - ty.params.len();
                loop {
                    match self.sequence(body) {
                        Flow::Branch(0) => self.unwind(height, ty.params.len()),
                        Flow::Branch(depth) => return Flow::Branch(depth - 1),
                        other => return other,
                    }
                }
            }
            If(ty, then, otherwise) => {
                let condition = self.pop_i32();
                let body: &[Instr] = if condition != 0 { then } else { otherwise.as_deref().unwrap_or_default() };
                return self.block(ty, body);
            }
            Try(ty, depth, body) => {
                let height = self.stack.len() - ty.params.len();
                return match self.block(ty, body) {
                    Flow::Throw(values) => {
                        self.stack.truncate(height);
                        self.stack.extend(values);
                        Flow::Branch(*depth)
                    }
                    other => other,
                };
            }
            Br(depth) => return Flow::Branch(*depth),
            BrIf(depth) => {
                if self.pop_i32() != 0 {
                    return Flow::Branch(*depth);
                }
            }
            BrTable(targets, default) => {
                let index = self.pop_i32() as u32 as usize;
                return Flow::Branch(*targets.get(index).unwrap_or(default));
            }
            Again(depth) => {
                let Val::I32(fuel) = &mut self.locals[FUEL] else { panic!("the counter is an i32") };
                *fuel -= 1;
                if *fuel > 0 {
                    return Flow::Branch(*depth);
                }
            }
            Return => return Flow::Return,
        }
        Flow::Next
    }
}

fn arithmetic(pair: (Val, Val), subtract: bool) -> Val {
    let word = |a: u64, b: u64| if subtract { a.wrapping_sub(b) } else { a.wrapping_add(b) };
    match pair {
        (Val::I32(a), Val::I32(b)) => Val::I32(word(a as u64, b as u64) as i32),
        (Val::I64(a), Val::I64(b)) => Val::I64(word(a as u64, b as u64) as i64),
        (Val::V128(a), Val::V128(b)) => {
            let low = word(a as u64, b as u64);
            let high = word((a >> 64) as u64, (b >> 64) as u64);
            Val::V128((high as u128) << 64 | low as u128)
        }
        other => panic!("no arithmetic of {other:?}"),
    }
}

/// What the program gives by the rules; `None` if it takes too long.
fn evaluate(code: &[Instr], args: &[Val], results: usize) -> Option<Result<Vec<Val>, Vec<Val>>> {
    let zero = |ty: &Type| match ty {
        I32 => Val::I32(0),
        I64 => Val::I64(0),
        V128 => Val::V128(0),
    };
    let mut locals = args.to_vec();
    locals.extend(LOCALS[PARAMS..].iter().map(zero));
    locals[FUEL] = Val::I32(30);
    let mut evaluator = Evaluator { locals, stack: Vec::new(), left: 100_000 };
    let flow = evaluator.sequence(code);
    if evaluator.left == 0 {
        return None;
    }
    Some(match flow {
        Flow::Throw(values) => Err(values.to_vec()),
        Flow::Next | Flow::Return | Flow::Branch(_) => {
            evaluator.unwind(0, results);
            Ok(evaluator.stack)
        }
    })
}

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}

#[test]
fn random_programs_give_what_the_rules_of_the_specification_give() {
    let (count, first) = (number("PREFLIGHT_PROGRAMS", 4_000), number("PREFLIGHT_SEED", 0));
    let (mut returned, mut thrown) = (0, 0);
    for seed in first..first + count {
        let mut generator = Generator { rng: Rng::new(seed), labels: Vec::new(), left: 60 };
        let results = generator.types(4);
        let ty = Signature { params: Vec::new(), results: results.clone() };
        let code = generator.labelled(&ty, false);
        let text = program(&results, &code);
        let module = module(&text);
        let mut store = store();
        let instance = store.instantiate(&module, &[], root()).expect("it has no initialisers");
        for _ in 0..3 {
            let args: Vec<Val> = LOCALS[..PARAMS].iter().map(|ty| generator.value(*ty)).collect();
            let Some(expected) = evaluate(&code, &args, results.len()) else { continue };
            let actual = match common::call(&mut store, instance, "f", &args) {
                Ok(values) => Ok(values),
                Err(Fault::Exception(exn)) => Err(store.exception(exn).expect("it is alive").1),
                Err(fault) => panic!("seed {seed}, {args:?}: {fault}\n{text}"),
            };
            assert_eq!(actual, expected, "seed {seed}, {args:?}\n{text}");
            if expected.is_ok() {
                returned += 1;
            } else {
                thrown += 1;
            }
        }
    }
    assert!(count < 1000 || (returned > count && thrown > count / 20), "{returned} returned, {thrown} threw");
}

//! Every instruction of the tables, in a loop on a small stack: its handler must end in a jump.

use crate::{Config, Extern, Module, Store, Val, syntax::for_each_numeric_op};

/// Runs the export `run` of a module text.
fn run(text: &str) -> Vec<Val> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("tokens");
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer).expect("text").encode().expect("names");
    let config = Config::default();
    let module = Module::new(&config, wasm).expect("valid");
    let mut store = Store::new(&config);
    let instance = store.instantiate(&module, &[], Default::default()).expect("no imports, no start");
    let Some(Extern::Func(func)) = store.export(instance, "run") else { panic!("exports run") };
    store.invoke(func, &[]).expect("returns")
}

/// A loop of `ten` times as many instructions as iterations, on a stack that could not hold a frame for each.
fn loops(instruction: &str) {
    let text = format!(
        "(module (memory 1) (type $s (struct (field (mut i32)))) (type $a (array (mut i32)))
           (func (export \"run\") (local $i i32) (local $s (ref $s)) (local $a (ref $a))
             (local.set $s (struct.new $s (i32.const 1))) (local.set $a (array.new_default $a (i32.const 4)))
             (loop $next {} (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
               (i32.const 300))))))",
        instruction.repeat(50)
    );
    run(&text);
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(test).expect("a thread");
    thread.join().expect("the stack suffices");
}

#[test]
fn numeric_handlers_end_in_jumps() {
    macro_rules! constant {
        (I32) => {
            "(i32.const 7)"
        };
        (I64) => {
            "(i64.const 7)"
        };
        (F32) => {
            "(f32.const 7)"
        };
        (F64) => {
            "(f64.const 7)"
        };
        (V128) => {
            "(v128.const i64x2 7 7)"
        };
    }
    macro_rules! test {
        ($($op:ident $name:literal ($($arg:ident),*) -> $out:ident $class:ident $f:ident;)*) => {
            $(loops(&format!("(drop ({} {}))", $name, [$(constant!($arg)),*].join(" ")));)*
        };
    }
    on_a_small_stack(|| {
        for_each_numeric_op!(test);
    });
}

#[test]
fn other_handlers_end_in_jumps() {
    on_a_small_stack(|| {
        for instruction in [
            "(i32.store (i32.const 8) (i32.load (i32.const 4)))",
            "(v128.store (i32.const 16) (v128.load (i32.const 4)))",
            "(drop (v128.load8x8_s (i32.const 4)))",
            "(drop (v128.load32_splat (i32.const 4)))",
            "(drop (v128.load64_lane 1 (i32.const 4) (v128.const i64x2 1 2)))",
            "(v128.store8_lane 3 (i32.const 4) (v128.const i64x2 1 2))",
            "(drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i64x2 1 2) (v128.const i64x2 1 2)))",
            "(drop (i8x16.extract_lane_s 3 (v128.const i64x2 1 2)))",
            "(drop (f32x4.replace_lane 3 (v128.const i64x2 1 2) (f32.const 1)))",
            "(struct.set $s 0 (local.get $s) (struct.get $s 0 (local.get $s)))",
            "(array.set $a (local.get $a) (i32.const 1) (array.get $a (local.get $a) (i32.const 2)))",
            "(drop (ref.test (ref $s) (local.get $s)))",
            "(drop (block $b (result (ref any)) (br_on_cast $b (ref any) (ref $s) (local.get $s))))",
            "(memory.fill (i32.const 0) (i32.const 1) (i32.const 16))",
            "(drop (memory.grow (i32.const 0)))",
            "(drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))",
            "(drop (select (i32.const 1) (local.get $i) (local.get $i)))",
            "(i64.add128 (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)) drop drop",
        ] {
            loops(instruction);
        }
    });
}

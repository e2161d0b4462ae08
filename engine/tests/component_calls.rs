//! Calls from one component instance into another: that are not watched they take a shorter way (no subtask, no closures),
//! which must not show; and functions that are not `async` cost no stack of their own.

#![cfg(feature = "component")]

mod component_support;
mod counting;

use component_support::*;
use counting::{Counting, measure};
use preflight_engine::{
    Config, Limits, Store,
    component::{ComponentInstance, ComponentLinker, ComponentVal as V},
    trace::{Cause, InstancePath, TrapCode},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Types that lists can be of.
const TYPES: &str = r#"
    (type $point' (record (field "a" u8) (field "b" u64) (field "c" char) (field "d" bool)))
    (export $point "point" (type $point'))
    (type $words' (record (field "a" string) (field "b" (list u16))))
    (export $words "words" (type $words'))
    (type $flags' (flags "a" "b" "c" "d" "e" "f" "g" "h" "i"))
    (export $flags "flags" (type $flags'))
    (type $enum' (enum "a" "b" "c"))
    (export $enum "enum" (type $enum'))
    (type $plain' (record (field "a" u8) (field "b" u64) (field "c" bool) (field "d" $flags) (field "e" (tuple f32 s16))))
    (export $plain "plain" (type $plain'))
    (type $mixed' (record (field "x" $enum) (field "y" $flags) (field "z" (tuple f32 s8))))
    (export $mixed "mixed" (type $mixed'))
    (type $variant' (variant (case "a" u8) (case "b" $point) (case "c")))
    (export $variant "variant" (type $variant'))"#;

/// The same types as imports.
fn imported(types: &str) -> String {
    types.lines().map(|line| import_of(line.trim()) + "\n").collect()
}

/// `(export $name "name" …)` as an import with an `eq` bound.
fn import_of(line: &str) -> String {
    let Some(rest) = line.strip_prefix("(export $") else { return line.to_owned() };
    let name = rest.split_whitespace().next().expect("a name");
    format!(r#"(import "{name}" (type ${name} (eq ${name}')))"#)
}

/// `go` hands a list of `ty` to a sibling, which hands it back; `raw` gets a list of bytes as one of `ty` from it, `number` is
/// called `n` times. Strings and lists lie where a bump allocator puts them.
fn echo(ty: &str) -> String {
    let memory = r#"(memory (core memory $libc "m")) (realloc (core func $libc "realloc"))"#;
    let libc = r#"(core module $Libc
            (memory (export "m") 8)
            (global $next (mut i32) (i32.const 1024))
            (func (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
                (local $at i32)
                (local.set $at (i32.and
                    (i32.add (global.get $next) (i32.sub (local.get $align) (i32.const 1)))
                    (i32.sub (i32.const 0) (local.get $align))))
                (global.set $next (i32.add (local.get $at) (local.get $new)))
                (if (local.get $old) (then (memory.copy (local.get $at) (local.get $old) (local.get $size))))
                (local.get $at)))
        (core instance $libc (instantiate $Libc))"#;
    let names = ["point", "words", "flags", "enum", "plain", "mixed", "variant"];
    let with: String = names.iter().map(|name| format!(r#"(with "{name}" (type ${name}))"#)).collect();
    let types = imported(TYPES);
    format!(
        r#"(component
        {TYPES}
        (component $Callee
            {types}
            {libc}
            (core module $M
                (import "libc" "m" (memory 8))
                (func (export "echo") (param i32 i32) (result i32)
                    (i32.store (i32.const 16) (local.get 0))
                    (i32.store (i32.const 20) (local.get 1))
                    (i32.const 16))
                (func (export "number") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
            (core instance $m (instantiate $M (with "libc" (instance $libc))))
            (func (export "echo") (param "x" (list {ty})) (result (list {ty}))
                (canon lift (core func $m "echo") {memory}))
            (func (export "raw") (param "x" (list u8)) (result (list {ty}))
                (canon lift (core func $m "echo") {memory}))
            (func (export "number") (param "x" u32) (result u32) (canon lift (core func $m "number"))))
        (instance $callee (instantiate $Callee {with}))
        {libc}
        (core func $echo' (canon lower (func $callee "echo") {memory}))
        (core func $raw' (canon lower (func $callee "raw") {memory}))
        (core func $number' (canon lower (func $callee "number")))
        (core module $M
            (import "" "echo" (func $echo (param i32 i32 i32)))
            (import "" "raw" (func $raw (param i32 i32 i32)))
            (import "" "number" (func $number (param i32) (result i32)))
            (import "libc" "m" (memory 8))
            (func (export "go") (param i32 i32) (result i32)
                (call $echo (local.get 0) (local.get 1) (i32.const 8))
                (i32.const 8))
            (func (export "raw") (param i32 i32) (result i32)
                (call $raw (local.get 0) (local.get 1) (i32.const 8))
                (i32.load (i32.const 12)))
            (func (export "number") (param $n i32) (result i32) (local $i i32)
                (loop $again
                    (local.set $i (call $number (local.get $i)))
                    (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
                (local.get $i)))
        (core instance $m (instantiate $M (with "libc" (instance $libc)) (with "" (instance
            (export "echo" (func $echo')) (export "raw" (func $raw')) (export "number" (func $number'))))))
        (func (export "go") (param "x" (list {ty})) (result (list {ty})) (canon lift (core func $m "go") {memory}))
        (func (export "raw") (param "x" (list u8)) (result u32) (canon lift (core func $m "raw") {memory}))
        (func (export "number") (param "n" u32) (result u32) (canon lift (core func $m "number"))))"#
    )
}

/// An end, the fuel that is left, and whether the component can be entered again.
type Ended = (Result<Vec<V>, Option<TrapCode>>, Option<u64>, bool);

/// Calls `name`, with and without a sink, on every tier; gives what all have in common.
fn same(text: &str, name: &str, args: &[V]) -> Ended {
    let component = component(text);
    let mut ends = Vec::new();
    for mut config in tiers() {
        config.limits.fuel = Some(10_000_000);
        for watched in [true, false] {
            let mut run = Run::with(&config);
            let instance = run.instantiate_component(&component).expect("an instance");
            if !watched {
                run.store.set_sink(None);
            }
            let end = run.call(&instance, name, args).map_err(code);
            ends.push((end, run.store.fuel(), run.store.may_enter_component(&instance)));
        }
        // The tiers pay differently for core code.
        let (watched, alone) = (&ends[ends.len() - 2], &ends[ends.len() - 1]);
        assert_eq!(watched, alone, "{name} {args:?}");
    }
    ends.pop().expect("an end")
}

fn name(text: &str) -> std::sync::Arc<str> {
    text.into()
}

fn point(a: u8, c: char) -> V {
    V::Record(vec![
        (name("a"), V::U8(a)),
        (name("b"), V::U64(u64::MAX - 7)),
        (name("c"), V::Char(c)),
        (name("d"), V::Bool(a.is_multiple_of(2))),
    ])
}

fn plain(a: u8) -> V {
    V::Record(vec![
        (name("a"), V::U8(a)),
        (name("b"), V::U64(u64::from(a) << 50)),
        (name("c"), V::Bool(!a.is_multiple_of(2))),
        (name("d"), V::Flags(vec![name("b"), name("h")])),
        (name("e"), V::Tuple(vec![V::F32(2.5f32.to_bits()), V::S16(-3)])),
    ])
}

#[test]
fn lists_of_every_kind_come_back_as_they_went() {
    let mixed = |x: &str, y: &[&str], z: u32| {
        V::Record(vec![
            (name("x"), V::Enum(name(x))),
            (name("y"), V::Flags(y.iter().map(|label| name(label)).collect())),
            (name("z"), V::Tuple(vec![V::F32(z), V::S8(-1)])),
        ])
    };
    let lists = [
        ("u8", vec![V::U8(1), V::U8(255)]),
        ("s16", vec![V::S16(-1), V::S16(5)]),
        ("bool", vec![V::Bool(true), V::Bool(false), V::Bool(true)]),
        ("char", vec![V::Char('\0'), V::Char('é'), V::Char('\u{10ffff}')]),
        ("f32", vec![V::F32(0x7fc0_0000), V::F32(1.5f32.to_bits())]),
        ("f64", vec![V::F64(0x7ff8_0000_0000_0000), V::F64((-0.0f64).to_bits())]),
        ("(tuple bool f64 char)", vec![V::Tuple(vec![V::Bool(true), V::F64(0), V::Char('x')])]),
        ("$point", vec![point(1, 'a'), point(2, '\u{e000}')]),
        ("$enum", vec![V::Enum(name("c")), V::Enum(name("a"))]),
        ("$flags", vec![V::Flags(vec![]), V::Flags(vec![name("a"), name("i")])]),
        ("$plain", vec![plain(1), plain(200)]),
        ("$mixed", vec![mixed("b", &["h"], 0), mixed("c", &[], 0x7fc0_0000)]),
        (
            "$variant",
            vec![
                V::Variant(name("a"), Some(Box::new(V::U8(7)))),
                V::Variant(name("b"), Some(Box::new(point(3, 'z')))),
                V::Variant(name("c"), None),
            ],
        ),
        ("string", vec![V::string("one"), V::string(""), V::string("drei €")]),
        ("$words", vec![V::Record(vec![(name("a"), V::string("w")), (name("b"), V::List(vec![V::U16(9)]))])]),
        ("(option $point)", vec![V::Option(None), V::Option(Some(Box::new(point(9, 'q'))))]),
        ("(list $point)", vec![V::List(vec![]), V::List(vec![point(4, 'l')])]),
    ];
    for (ty, vals) in lists {
        for list in [vec![], vals.clone(), vals.iter().cycle().take(300).cloned().collect()] {
            let list = vec![V::List(list)];
            let (end, _, open) = same(&echo(ty), "go", &list);
            assert_eq!((end, open), (Ok(list), true), "{ty}");
        }
    }
}

#[test]
fn bytes_that_are_no_values_trap_the_same() {
    let raw = |ty: &str, bytes: &[u8]| {
        let list = vec![V::List(bytes.iter().copied().map(V::U8).collect())];
        let (end, _, open) = same(&echo(ty), "raw", &list);
        (end.map(|vals| vals.len()), open)
    };
    let invalid = (Err(Some(TrapCode::InvalidValue)), false);
    // The length is that of the bytes: there is more memory behind them, and it is zero.
    assert_eq!(raw("bool", &[0, 1, 2, 255]), (Ok(1), true), "every byte is a bool");
    assert_eq!(raw("$enum", &[0, 1, 2]), (Ok(1), true));
    assert_eq!(raw("$enum", &[0, 1, 3]), invalid);
    assert_eq!(raw("$flags", &[255, 255]), (Ok(1), true), "bits that are no flags are ignored");
    // The surrogate 0xd800 as the first of eight characters.
    assert_eq!(raw("char", &[0, 0xd8, 0, 0, 0, 0, 0, 0]), invalid);
    assert_eq!(raw("char", &[0, 0xe0, 0, 0, 0, 0, 0, 0]), (Ok(1), true));
    assert_eq!(raw("f32", &[1, 0, 0xc0, 0x7f]), (Ok(1), true), "a NaN is made canonical");
    assert_eq!(raw("string", &[255, 255, 255, 255, 255, 255, 255, 255]).0, Err(Some(TrapCode::InvalidPointer)));
}

#[test]
fn fuel_ends_both_ways_at_the_same_place() {
    let text = echo("$plain");
    let component = component(&text);
    let list = vec![V::List((0..2000).map(|i| plain(i as u8)).collect())];
    for fuel in [100, 300, 500, 700, 1000, 5000] {
        let ends = [true, false].map(|watched| {
            let mut run = Run::new();
            let instance = run.instantiate_component(&component).expect("an instance");
            if !watched {
                run.store.set_sink(None);
            }
            run.store.set_fuel(Some(fuel));
            (run.call(&instance, "go", &list).map_err(|fault| fault.to_string()), run.store.fuel())
        });
        assert_eq!(ends[0], ends[1], "{fuel} units");
    }
}

/// A store without a sink, and `go` of lists of `$point`.
fn unwatched(config: &Config) -> (Store, ComponentInstance) {
    let mut store = Store::new(config);
    let linker = ComponentLinker::new();
    let instance = store.instantiate_component(&component(&echo("$point")), &linker, InstancePath::root());
    (store, instance.expect("an instance"))
}

#[test]
fn calls_that_are_not_async_need_no_fiber() {
    // Not one fiber is allowed: any attempt to make one is an error.
    let config = Config { limits: Limits { fibers: 0, ..Limits::default() }, ..Config::default() };
    let (mut store, instance) = unwatched(&config);
    let end = store.call_component(&instance, &["number"], &[V::U32(5)], Cause::Invoke);
    assert_eq!(end.map_err(code), Ok(vec![V::U32(5)]));
    let list = vec![V::List(vec![point(1, 'n')])];
    assert_eq!(store.call_component(&instance, &["go"], &list, Cause::Invoke).map_err(code), Ok(list));
}

#[test]
fn calls_of_numbers_allocate_next_to_nothing() {
    let (mut store, instance) = unwatched(&Config::default());
    let mut allocations = |n: u32| {
        let (count, _, end) = measure(|| store.call_component(&instance, &["number"], &[V::U32(n)], Cause::Invoke));
        assert_eq!(end.map_err(code), Ok(vec![V::U32(n)]));
        count
    };
    allocations(10);
    let (few, many) = (allocations(10), allocations(1010));
    assert!(many - few <= 1010, "{} allocations for 1000 calls", many - few);
}

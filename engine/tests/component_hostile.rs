//! Hostile components: typed errors and never a panic.

#![cfg(feature = "component")]

mod component_support;

use component_support::{
    hostile::{RICH, config, run},
    *,
};
use preflight_engine::{
    Config, Fault, ModuleError, Store,
    component::{Component, ComponentError, ComponentLinker, ComponentVal, HostItem},
    trace::{Cause, InstancePath, Resource, TrapCode},
};

#[test]
fn flipped_bytes_never_panic() {
    let original = bytes(RICH);
    assert!(run(&original));
    let mut valid = 0;
    for at in 8..original.len() {
        for flip in [0x01, 0x02, 0x80, 0xff] {
            let mut mutant = original.clone();
            mutant[at] ^= flip;
            valid += u32::from(run(&mutant));
        }
    }
    assert!(valid > 0, "some mutants are valid");
}

#[test]
fn cut_and_spliced_bytes_never_panic() {
    let original = bytes(RICH);
    for at in 0..original.len() {
        run(&original[..at]);
        let mut shorter = original.clone();
        shorter.remove(at);
        run(&shorter);
        let mut longer = original.clone();
        longer.insert(at, original[(at * 7 + 3) % original.len()]);
        run(&longer);
    }
}

fn leb(mut v: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
    out
}

fn section(id: u8, body: &[u8]) -> Vec<u8> {
    [&[id][..], &leb(body.len()), body].concat()
}

#[test]
fn deep_nesting_is_refused() {
    // Components in components.
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    for _ in 0..2_000 {
        component = [b"\0asm\x0d\0\x01\0".to_vec(), section(4, &component)].concat();
    }
    assert!(Component::new(&Config::default(), &component).is_err());
    // Instance types in instance types.
    let mut ty = vec![0x42, 0];
    for _ in 0..100_000 {
        ty = [&[0x42, 1, 1][..], &ty].concat();
        if ty.len() > 200_000 {
            break;
        }
    }
    let bytes = [b"\0asm\x0d\0\x01\0".to_vec(), section(7, &[&[1][..], &ty].concat())].concat();
    assert!(matches!(Component::new(&Config::default(), &bytes), Err(ModuleError::Unsupported { .. })));
    // After another mistake, when only the class of the error is looked for.
    let bytes = [b"\0asm\x0d\0\x01\0".to_vec(), section(11, &[9]), section(7, &[&[1][..], &ty].concat())].concat();
    assert!(Component::new(&Config::default(), &bytes).is_err());
    // Module types in module types.
    let ty = [[0x50, 1, 1].repeat(50_000), vec![0x50, 0]].concat();
    let bytes = [b"\0asm\x0d\0\x01\0".to_vec(), section(3, &[&[1][..], &ty].concat())].concat();
    assert!(Component::new(&Config::default(), &bytes).is_err());
}

#[test]
fn deeply_declared_imports_are_refused() {
    // Each instance type exports an instance of the one before; bound with stubs, and as equal to itself.
    let mut text = String::from("(component (type $t0 (instance))");
    const LEVELS: usize = 1_000;
    for level in 1..=LEVELS {
        let before = level - 1;
        text += &format!(
            r#"(type $t{level} (instance (alias outer 1 $t{before} (type $x)) (export "x" (instance (type $x)))))"#
        );
    }
    text += &format!(r#"(import "deep" (instance (type $t{LEVELS}))))"#);
    let component = match Component::new(&Config::default(), &bytes(&text)) {
        Ok(component) => component,
        // A limit of the validator is as good.
        Err(error) => return assert!(matches!(error, ModuleError::Unsupported { .. }), "{error}"),
    };
    let mut linker = ComponentLinker::new();
    linker.stub_imports(true);
    let end = Store::new(&Config::default()).instantiate_component(&component, &linker, InstancePath::root());
    assert!(matches!(end, Err(ComponentError::Link(_))), "{end:?}");
}

#[test]
fn instances_are_limited() {
    let child = r#"(component $c1 (core module $m (memory 1)) (core instance (instantiate $m)))"#;
    // Each level instantiates the one before it ten times.
    let mut text = format!("(component {child}");
    for level in 2..=6 {
        let instances = "(instance (instantiate $x))".repeat(10);
        text += &format!("(component $c{level} (alias outer 1 $c{} (component $x)) {instances})", level - 1);
    }
    text += "(instance (instantiate $c6)))";
    let mut config = config();
    config.limits.instances = 1_000;
    config.limits.memory_bytes = 1 << 30;
    let component = Component::new(&config, &bytes(&text)).expect("a component");
    let mut store = Store::new(&config);
    let end = store.instantiate_component(&component, &ComponentLinker::new(), InstancePath::root());
    assert!(matches!(&end, Err(ComponentError::Fault { fault: Fault::Exhausted(Resource::Instances), .. })), "{end:?}");
}

#[test]
fn a_thousand_instances_work() {
    let instances = "(core instance (instantiate $m))".repeat(999);
    let text = format!("(component (core module $m (func (export \"f\"))) {instances})");
    Run::new().instantiate(&text).expect("an instance");
}

const ECHO: &str = r#"(component
    (import "s" (func $s (result string)))
    (import "l" (func $l (result (list u64))))
    (core module $libc (memory (export "m") 1)
        (global $next (mut i32) (i32.const 64))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
            (global.set $next (i32.add (local.get $at) (local.get 3)))
            (drop (memory.grow (i32.add (i32.shr_u (local.get 3) (i32.const 16)) (i32.const 1))))
            (local.get $at)))
    (core instance $libc (instantiate $libc))
    (core func $s' (canon lower (func $s) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
    (core func $l' (canon lower (func $l) (memory (core memory $libc "m")) (realloc (core func $libc "realloc"))))
    (core module $m (import "" "s" (func $s (param i32))) (import "" "l" (func $l (param i32)))
        (import "" "m" (memory 1))
        (func (export "string") (result i32) (call $s (i32.const 0)) (i32.load (i32.const 4)))
        (func (export "list") (result i32) (call $l (i32.const 0)) (i32.load (i32.const 4))))
    (core instance $m (instantiate $m (with "" (instance
        (export "s" (func $s')) (export "l" (func $l')) (export "m" (memory $libc "m"))))))
    (func (export "string") (result u32) (canon lift (core func $m "string")))
    (func (export "list") (result u32) (canon lift (core func $m "list"))))"#;

#[test]
fn large_values_of_the_host_work_or_hit_a_limit() {
    let mut run = Run::new();
    run.linker.define("s", HostItem::func(|_, _| Ok(vec![ComponentVal::string(&"x".repeat(100 << 20))])));
    run.linker.define("l", HostItem::func(|_, _| Ok(vec![ComponentVal::List(vec![ComponentVal::U64(7); 1 << 20])])));
    let mut store = Store::new(&Config::default());
    let instance =
        store.instantiate_component(&component(ECHO), &run.linker, InstancePath::root()).expect("an instance");
    let mut call = |name| store.call_component(&instance, &[name], &[], Cause::Invoke);
    assert_eq!(call("string").expect("a length"), [ComponentVal::U32(100 << 20)]);
    assert_eq!(call("list").expect("a length"), [ComponentVal::U32(1 << 20)]);

    // The same in a store whose memories are small: `realloc` hands out what is not there.
    let mut store = Store::new(&config());
    store.set_fuel(None);
    let instance =
        store.instantiate_component(&component(ECHO), &run.linker, InstancePath::root()).expect("an instance");
    let end = store.call_component(&instance, &["string"], &[], Cause::Invoke);
    assert_eq!(end.map_err(code), Err(Some(TrapCode::InvalidPointer)));
}

/// Lowers and lifts what its own memory holds: a string, and lists of lists that all share the same bytes.
const LEND: &str = r#"(component
    (import "s" (func $s (param "x" string)))
    (import "l" (func $l (param "x" (list (list (list u8))))))
    (core module $libc (memory (export "m") 2048))
    (core instance $libc (instantiate $libc))
    (core func $s' (canon lower (func $s) (memory (core memory $libc "m"))))
    (core func $l' (canon lower (func $l) (memory (core memory $libc "m"))))
    (core module $m (import "" "s" (func $s (param i32 i32))) (import "" "l" (func $l (param i32 i32)))
        (import "" "m" (memory 1))
        (func (export "string") (param i32) (call $s (i32.const 0) (local.get 0)))
        (func (export "list") (param i32) (local $at i32)
            ;; Every pair of the list is (0, n): a list of n lists that is the list itself.
            (loop $next
                (i32.store offset=4 (local.get $at) (local.get 0))
                (local.set $at (i32.add (local.get $at) (i32.const 8)))
                (br_if $next (i32.lt_u (local.get $at) (i32.mul (local.get 0) (i32.const 8)))))
            (call $l (i32.const 0) (local.get 0))))
    (core instance $m (instantiate $m (with "" (instance
        (export "s" (func $s')) (export "l" (func $l')) (export "m" (memory $libc "m"))))))
    (func (export "string") (param "len" u32) (canon lift (core func $m "string")))
    (func (export "list") (param "len" u32) (canon lift (core func $m "list"))))"#;

/// Calls `name` of [`LEND`] with this much fuel; the fuel that is left.
fn lend(name: &str, len: u32, fuel: Option<u64>) -> (Result<Vec<ComponentVal>, Fault>, Option<u64>) {
    let mut run = Run::new();
    run.linker.define("s", HostItem::func(|_, _| Ok(vec![])));
    run.linker.define("l", HostItem::func(|_, _| Ok(vec![])));
    let mut store = Store::new(&Config::default());
    let instance =
        store.instantiate_component(&component(LEND), &run.linker, InstancePath::root()).expect("an instance");
    store.set_fuel(fuel);
    let end = store.call_component(&instance, &[name], &[ComponentVal::U32(len)], Cause::Invoke);
    (end, store.fuel())
}

#[test]
fn what_crosses_a_boundary_costs_fuel() {
    let spent = |name, len| {
        let (end, left) = lend(name, len, Some(1 << 30));
        end.expect("a return");
        (1 << 30) - left.expect("a limit")
    };
    // A KiB costs one unit, beyond what the call itself costs.
    let call = spent("string", 0);
    assert_eq!(spent("string", 1 << 20), call + 1024);
    // 128 values cost one: n lists of n lists of n bytes.
    let nested = spent("list", 128) - spent("list", 1);
    assert!((128 * 128 + 128..130 * 130).contains(&nested), "{nested}");
    // 100 MiB, and lists that are far more than the memory they stand in.
    let (end, _) = lend("string", 100 << 20, Some(50_000));
    assert!(matches!(end, Err(Fault::Exhausted(Resource::Fuel))), "{end:?}");
    let (end, _) = lend("string", 100 << 20, None);
    end.expect("100 MiB work without a limit");
    let (end, _) = lend("list", 100_000, Some(200_000));
    assert!(matches!(end, Err(Fault::Exhausted(Resource::Fuel))), "{end:?}");
    let (end, _) = lend("list", 100_000, None);
    assert!(matches!(end, Err(Fault::Exhausted(Resource::Memory))), "{end:?}");
    // The documents' own limit (`MAX_STRING_BYTE_LENGTH`), far beyond the memory here.
    let (end, _) = lend("string", 1 << 28, None);
    assert_eq!(end.map_err(code), Err(Some(TrapCode::InvalidPointer)));
}

#[test]
fn wrong_values_of_the_host_are_its_own_mistake() {
    let mut run = Run::new();
    run.linker.define("s", HostItem::func(|_, _| Ok(vec![ComponentVal::U8(1)])));
    run.linker.define("l", HostItem::func(|_, _| Ok(vec![])));
    let instance = run.instantiate(ECHO).expect("an instance");
    assert!(matches!(run.call(&instance, "string", &[]), Err(Fault::Usage(_))));
    let other = run.instantiate(ECHO).expect("an instance");
    assert!(matches!(run.call(&other, "list", &[]), Err(Fault::Usage(_))));
    assert!(matches!(run.call(&other, "list", &[ComponentVal::U8(1)]), Err(Fault::Usage(_))));
    assert!(matches!(run.call(&other, "nothing", &[]), Err(Fault::Usage(_))));
}

#[test]
fn recursion_through_a_component_is_limited() {
    // By the documents a component may call itself; it does so for ever here, through its own lifted function.
    let text = r#"(component
        (core module $shim (table (export "t") 1 funcref) (type $f (func))
            (func (export "f") (call_indirect (type $f) (i32.const 0))))
        (core instance $shim (instantiate $shim))
        (func $f (canon lift (core func $shim "f")))
        (core func $f' (canon lower (func $f)))
        (core module $fill (import "" "t" (table 1 funcref)) (import "" "f" (func $f)) (elem (i32.const 0) func $f))
        (core instance (instantiate $fill (with "" (instance
            (export "t" (table $shim "t")) (export "f" (func $f'))))))
        (export "f" (func $f)))"#;
    let mut store = Store::new(&config());
    let instance = store
        .instantiate_component(&component(text), &ComponentLinker::new(), InstancePath::root())
        .expect("an instance");
    let end = store.call_component(&instance, &["f"], &[], Cause::Invoke);
    assert!(matches!(end, Err(Fault::Exhausted(Resource::Stack))), "{end:?}");
}

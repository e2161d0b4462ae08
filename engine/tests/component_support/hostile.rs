//! Hostile components: one with much in it, and a run that whatever bytes may go through.

use preflight_engine::{
    Config, Store,
    component::{Component, ComponentLinker},
    trace::{Cause, InstancePath},
};

/// A component with most kinds of definitions.
pub const RICH: &str = r#"(component $root
    (import "log" (func $log (param "id" u32)))
    (import "v" (value $v (list (option string))))
    (import "i" (instance $i
        (export "r" (type $r (sub resource)))
        (type $rec (record (field "a" u8) (field "b" (list char))))
        (export "rec" (type $rec' (eq $rec)))
        (export "f" (func (param "x" $rec') (param "r" (borrow $r)) (result (result (own $r) (error string)))))))
    (core module $m
        (import "" "log" (func $log (param i32)))
        (memory (export "m") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256))
        (func (export "f") (param i32 i32) (result i32) (i32.const 16))
        (func $start (call $log (i32.const 1))) (start $start))
    (core func $log' (canon lower (func $log)))
    (core instance $m (instantiate $m (with "" (instance (export "log" (func $log'))))))
    (type $v (variant (case "x" (tuple f32 f64)) (case "y" (list u8 4)) (case "z")))
    (type $R (resource (rep i32)))
    (core func $new (canon resource.new $R))
    (core func $drop (canon resource.drop $R))
    (func $f (param "l" (list (option string))) (result string) (canon lift (core func $m "f")
        (memory (core memory $m "m")) (realloc (core func $m "realloc")) string-encoding=utf16))
    (start $f (value $v) (result (value $s)))
    (component $C
        (import "g" (func $g (param "l" (list (option string))) (result string)))
        (alias outer $root $m (core module $outer))
        (export "g" (func $g)))
    (instance $c (instantiate $C (with "g" (func $f))))
    (alias export $c "g" (func $g))
    (core func $g' (canon lower (func $g) (memory (core memory $m "m")) (realloc (core func $m "realloc"))))
    (core func $wait (canon waitable-set.new))
    (export "g" (func $g))
    (export "s" (value $s))
    (export "c" (instance $c)))"#;

/// Limits that a test of many inputs can afford.
pub fn config() -> Config {
    let mut config = Config::default();
    config.limits.fuel = Some(100_000);
    config.limits.memory_bytes = 1 << 24;
    config
}

/// Decodes, instantiates with stubs, and calls everything that takes nothing.
pub fn run(bytes: &[u8]) -> bool {
    let config = config();
    let Ok(component) = Component::new(&config, bytes) else { return false };
    let mut store = Store::new(&config);
    let mut linker = ComponentLinker::new();
    linker.stub_imports(true);
    let Ok(instance) = store.instantiate_component(&component, &linker, InstancePath::root()) else { return true };
    for (path, ty) in instance.funcs() {
        if ty.params.is_empty() {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let _ = store.call_component(&instance, &path, &[], Cause::Invoke);
        }
    }
    true
}

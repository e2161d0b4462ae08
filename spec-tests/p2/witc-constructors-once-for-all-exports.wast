;;! title = "Constructors run once, in _initialize, whatever is entered first and however often"
;;! rules = ["P2-WITC-12"]
;;! needs = ["component-model"]
(component $C
  (core module $Main
    (memory (export "memory") 1)
    (global $constructed (mut i32) (i32.const 0))
    (global $top (mut i32) (i32.const 1024))
    (func $__wasm_call_ctors (global.set $constructed (i32.add (global.get $constructed) (i32.const 1))))
    (func (export "_initialize") (call $__wasm_call_ctors))
    ;; What lifts the arguments enters here first: it does not construct, and finds what is constructed.
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.ne (global.get $constructed) (i32.const 1)) (then (unreachable)))
      (global.get $top)
      (global.set $top (i32.add (global.get $top) (local.get 3))))
    (func (export "length") (param i32 i32) (result i32) (local.get 1))
    (func (export "constructed") (result i32) (global.get $constructed)))
  (core instance $main (instantiate $Main))
  (core module $FixUp (import "" "_initialize" (func $initialize)) (start $initialize))
  (core instance (instantiate $FixUp (with "" (instance (export "_initialize" (func $main "_initialize"))))))
  (func (export "length") (param "s" string) (result u32)
    (canon lift (core func $main "length")
      (memory (core memory $main "memory")) (realloc (core func $main "cabi_realloc"))))
  (func (export "constructed") (result u32) (canon lift (core func $main "constructed"))))
(assert_return (invoke "length" (str.const "abc")) (u32.const 3))
(assert_return (invoke "length" (str.const "de")) (u32.const 2))
(assert_return (invoke "constructed") (u32.const 1))
(assert_return (invoke "constructed") (u32.const 1))

;;! title = "A library for dlopen is initialised with the component, and looking it up later runs nothing of it"
;;! rules = ["P2-LINK-07"]
;;! needs = ["component-model"]
(component $C
  (core module $Log
    (global $value (mut i32) (i32.const 0))
    (func (export "log") (param i32)
      (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
    (func (export "value") (result i32) (global.get $value)))
  (core instance $log (instantiate $Log))
  (core module $Lib
    (import "" "log" (func $log (param i32)))
    (func (export "_initialize") (call $log (i32.const 1)))
    (func (export "f") (result i32) (i32.const 7)))
  (core instance $lib (instantiate $Lib (with "" (instance $log))))
  ;; The table of what dlsym may find, and dlopen, which does no more than find it.
  (core module $Dl
    (type $f (func (result i32)))
    (table (export "t") 2 2 funcref)
    (func (export "dlopen") (result i32) (i32.const 1))
    (func (export "call") (param i32) (result i32) (call_indirect (type $f) (local.get 0))))
  (core instance $dl (instantiate $Dl))
  (core module $Init
    (import "dl" "t" (table 2 2 funcref))
    (import "lib" "f" (func $f (result i32)))
    (import "lib" "_initialize" (func $initialize))
    (elem (i32.const 1) func $f)
    (start $initialize))
  (core instance (instantiate $Init (with "dl" (instance $dl)) (with "lib" (instance $lib))))
  (func (export "dlopen") (result u32) (canon lift (core func $dl "dlopen")))
  (func (export "call") (param "f" u32) (result u32) (canon lift (core func $dl "call")))
  (func (export "value") (result u32) (canon lift (core func $log "value"))))
(assert_return (invoke "value") (u32.const 1))
(assert_return (invoke "dlopen") (u32.const 1))
(assert_return (invoke "call" (u32.const 1)) (u32.const 7))
(assert_return (invoke "value") (u32.const 1))

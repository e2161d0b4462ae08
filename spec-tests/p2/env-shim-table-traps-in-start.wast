;;! title = "An import through a shim table traps in the start function of the main module"
;;! rules = ["P2-ENV-02", "P2-WITC-04"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! fails = "trap"
(component definition $Main
  (import "wasi:cli/environment@0.2.0" (instance $env (export "get-arguments" (func (result (list string))))))
  (core module $Shim
    (table (export "t") 1 1 funcref)
    (type $t (func (param i32)))
    (func (export "args") (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))
  (core instance $shim (instantiate $Shim))
  (core module $M
    (import "" "args" (func $args (param i32)))
    (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func $s (call $args (i32.const 8)))
    (start $s)
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "args" (func $shim "args"))))))
  (core func $args (canon lower (func $env "get-arguments")
    (memory (core memory $m "m")) (realloc (core func $m "realloc"))))
  (core module $Fixup
    (import "" "t" (table 1 1 funcref))
    (import "" "args" (func $args (param i32)))
    (elem (i32.const 0) $args))
  (core instance (instantiate $Fixup (with "" (instance
    (export "t" (table $shim "t")) (export "args" (func $args))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))

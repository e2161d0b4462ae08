;;! title = "Called by the last module, the same import works"
;;! rules = ["P2-WITC-02", "P2-WITC-03"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! args = ["a"]
;;! exit = 2
(component definition $Main
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (import "wasi:cli/environment@0.2.0" (instance $env (export "get-arguments" (func (result (list string))))))
  (core module $Shim
    (table (export "t") 1 1 funcref)
    (type $t (func (param i32)))
    (func (export "args") (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))
  (core instance $shim (instantiate $Shim))
  (core module $M
    (import "" "code" (func $code (param i32)))
    (import "" "args" (func $args (param i32)))
    (memory (export "m") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (global $n (mut i32) (i32.const 0))
    (func (export "_initialize")
      (call $args (i32.const 8)) (global.set $n (i32.load (i32.const 12))))
    (func (export "run") (result i32) (call $code (global.get $n)) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance
    (export "code" (func $code)) (export "args" (func $shim "args"))))))
  (core func $args (canon lower (func $env "get-arguments")
    (memory (core memory $m "m")) (realloc (core func $m "realloc"))))
  (core module $Fixup
    (import "" "t" (table 1 1 funcref))
    (import "" "args" (func $args (param i32)))
    (import "" "_initialize" (func $initialize))
    (elem (i32.const 0) $args)
    (start $initialize))
  (core instance (instantiate $Fixup (with "" (instance
    (export "t" (table $shim "t")) (export "args" (func $args))
    (export "_initialize" (func $m "_initialize"))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))

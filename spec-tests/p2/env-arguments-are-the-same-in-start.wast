;;! title = "get-arguments returns the same in a start function and in run"
;;! rules = ["P2-ENV-01", "P2-ENV-02"]
;;! needs = ["wasip2"]
;;! [run]
;;! kind = "component"
;;! main = "$Main"
;;! args = ["a", "b"]
;;! exit = 33
(component definition $Main
  (import "wasi:cli/exit@0.2.12" (instance $exit (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $code (canon lower (func $exit "exit-with-code")))
  (import "wasi:cli/environment@0.2.0" (instance $env (export "get-arguments" (func (result (list string))))))
  (core module $Mem
    (memory (export "m") 1)
    (global $top (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.get $top)
      (global.set $top (i32.add (global.get $top) (local.get 3)))))
  (core instance $mem (instantiate $Mem))
  (core func $args (canon lower (func $env "get-arguments")
    (memory (core memory $mem "m")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "code" (func $code (param i32)))
    (import "" "args" (func $args (param i32)))
    (import "" "m" (memory 1))
    (global $n (mut i32) (i32.const 0))
    (func $count (result i32) (call $args (i32.const 8)) (i32.load (i32.const 12)))
    (func $s (global.set $n (call $count)))
    (start $s)
    (func (export "run") (result i32)
      (call $code (i32.add (i32.mul (global.get $n) (i32.const 10)) (call $count))) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance
    (export "code" (func $code)) (export "args" (func $args)) (export "m" (memory $mem "m"))))))
  (func $run (result (result)) (canon lift (core func $m "run")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))

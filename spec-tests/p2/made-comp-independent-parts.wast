;;! title = "Which of two independent parts of a composition starts first is not said"
;;! rules = ["P2-COMP-02"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.compose]
;;! exports = { "wasi:cli/run@0.2.0" = "one", "a:b/two" = "two" }
;;! [[build.compose.parts]]
;;! name = "one"
;;! component = "$One"
;;! [[build.compose.parts]]
;;! name = "two"
;;! component = "$Two"
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(component definition $One
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $M
    (import "" "exit" (func $exit (param i32)))
    (func $s (call $exit (i32.const 0))) (start $s)
    (func (export "get") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "exit" (func $exit))))))
  (func $run (result (result)) (canon lift (core func $m "get")))
  (component $Run (import "r" (func $r (result (result)))) (export "run" (func $r)))
  (instance $i (instantiate $Run (with "r" (func $run))))
  (export "wasi:cli/run@0.2.0" (instance $i)))
(component definition $Two
  (import "wasi:cli/exit@0.2.0" (instance $exit (export "exit" (func (param "status" (result))))))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $M
    (import "" "exit" (func $exit (param i32)))
    (func $s (call $exit (i32.const 1))) (start $s)
    (func (export "get") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "exit" (func $exit))))))
  (func $f (result u32) (canon lift (core func $m "get")))
  (instance $i (export "get" (func $f)))
  (export "a:b/two" (instance $i)))

;;! title = "The task hook is told of the beginning and the end of _initialize, before any export"
;;! rules = ["P2-WITC-10"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.componentize]
;;! main = "$Main"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(module definition $Main
  (global $order (mut i32) (i32.const 0))
  (func $add (param i32)
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (local.get 0))))
  (func (export "__wasm_task_hook") (param i32) (call $add (local.get 0)))
  (func (export "_initialize") (call $add (i32.const 5)))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    ;; The call of run has its own hook before it.
    (i32.ne (i32.div_u (global.get $order) (i32.const 10)) (i32.const 657))))

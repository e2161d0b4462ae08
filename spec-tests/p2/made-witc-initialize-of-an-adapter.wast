;;! title = "The _initialize of an adapter is not called, the one of the main module is"
;;! rules = ["P2-WITC-07"]
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
;;! [[build.componentize.adapters]]
;;! name = "old"
;;! module = "$Adapter"
;;! wit = '''
;;! package a:b;
;;! world w { }
;;! '''
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(module definition $Main
  (import "old" "f" (func $f (result i32)))
  (global $order (mut i32) (i32.const 0))
  (func (export "mark") (param i32)
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (local.get 0))))
  (func (export "_initialize")
    (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.const 1))))
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (drop (call $f)) (i32.ne (global.get $order) (i32.const 12))))
(module definition $Adapter
  (import "__main_module__" "mark" (func $mark (param i32)))
  (func (export "_initialize") (call $mark (i32.const 9)))
  (func (export "f") (result i32) (call $mark (i32.const 2)) (i32.const 0)))

;;! title = "With the standard names alone, cm32p2_initialize is called and a bare _initialize is not"
;;! rules = ["P2-WITC-06"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [build.componentize]
;;! main = "$Main"
;;! reject_legacy_names = true
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
  (func (export "_initialize") (call $add (i32.const 9)))
  (func (export "cm32p2_initialize") (call $add (i32.const 1)))
  (func (export "cm32p2|wasi:cli/run@0.2|run") (result i32) (i32.ne (global.get $order) (i32.const 1))))

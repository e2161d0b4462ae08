;;! title = "Of an _initialize that takes a parameter no component is made"
;;! rules = ["P2-WITC-05"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! refused = "_initialize"
;;! [build.componentize]
;;! main = "$Main"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
(module definition $Main
  (func (export "_initialize") (param i32))
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.const 0)))

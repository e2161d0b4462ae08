;;! title = "A library that nothing reaches is left out, and its constructors do not run"
;;! rules = ["P2-LINK-06"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [[build.link.libraries]]
;;! name = "liba.so"
;;! module = "$A"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
;;! [[build.link.libraries]]
;;! name = "libb.so"
;;! module = "$B"
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(module definition $A
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.load (i32.const 16))))
(module definition $B
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "_initialize") (i32.store (i32.const 16) (i32.const 1)) unreachable))

;;! title = "A library that is to be opened at run time is initialised with the component"
;;! rules = ["P2-LINK-07"]
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
;;! dlopen = true
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(module definition $A
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.ne (i32.load (i32.const 16)) (i32.const 7))))
(module definition $B
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "_initialize") (i32.store (i32.const 16) (i32.const 7))))

;;! title = "If the initialiser of one library traps, no later one runs"
;;! rules = ["P2-LINK-08"]
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
;;! fails = "trap"
(module definition $A
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "_initialize") unreachable)
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.const 0)))
(module definition $B
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "_initialize") (loop (br 0))))

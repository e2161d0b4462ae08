;;! title = "A library with constructors and _initialize is not linked"
;;! rules = ["P2-LINK-04"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! refused = "exports both"
;;! [[build.link.libraries]]
;;! name = "liba.so"
;;! module = "$A"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
(module definition $A
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func (export "_initialize"))
  (func (export "__wasm_call_ctors"))
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.const 0)))

;;! title = "A library is instantiated after the one whose export it imports, and before any constructor"
;;! rules = ["P2-LINK-01"]
;;! needs = ["wasip2"]
;;! [build]
;;! name = "$Made"
;;! [[build.link.libraries]]
;;! name = "libb.so"
;;! module = "$B"
;;! wit = '''
;;! package wasi:cli@0.2.0;
;;! interface run { run: func() -> result; }
;;! world w { export run; }
;;! '''
;;! [[build.link.libraries]]
;;! name = "liba.so"
;;! module = "$A"
;;! [run]
;;! kind = "component"
;;! main = "$Made"
;;! exit = 0
(module definition $A
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func $mark (param i32)
    (i32.store (i32.const 16) (i32.add (i32.mul (i32.load (i32.const 16)) (i32.const 10)) (local.get 0))))
  (func $s (call $mark (i32.const 1))) (start $s)
  (func (export "__wasm_call_ctors") (call $mark (i32.const 3)))
  (func (export "a") (result i32) (i32.load (i32.const 16))))
(module definition $B
  (@dylink.0 (mem-info) (needed "liba.so"))
  (import "env" "memory" (memory 1))
  (import "env" "a" (func $a (result i32)))
  (func $mark (param i32)
    (i32.store (i32.const 16) (i32.add (i32.mul (i32.load (i32.const 16)) (i32.const 10)) (local.get 0))))
  (func $s (call $mark (i32.const 2))) (start $s)
  (func (export "wasi:cli/run@0.2.0#run") (result i32) (i32.ne (call $a) (i32.const 123))))

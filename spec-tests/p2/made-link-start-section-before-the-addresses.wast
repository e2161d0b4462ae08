;;! title = "In its start section a library finds no address of another one, in its constructor it does"
;;! rules = ["P2-LINK-05"]
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
  (global (export "x") i32 (i32.const 0))
  (func (export "a")))
(module definition $B
  (@dylink.0 (mem-info) (needed "liba.so"))
  (import "env" "memory" (memory 1))
  (import "GOT.mem" "x" (global $x (mut i32)))
  (import "env" "a" (func $a))
  (func $s (i32.store (i32.const 16) (global.get $x))) (start $s)
  (func (export "__wasm_call_ctors") (i32.store (i32.const 20) (global.get $x)))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (call $a)
    (i32.or (i32.ne (i32.load (i32.const 16)) (i32.const 0)) (i32.eqz (i32.load (i32.const 20))))))

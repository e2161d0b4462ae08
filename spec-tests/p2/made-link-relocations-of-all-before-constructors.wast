;;! title = "All relocations are applied before the first constructor runs"
;;! rules = ["P2-LINK-02"]
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
  (@dylink.0 (mem-info) (needed "libb.so"))
  (import "env" "memory" (memory 1))
  (import "env" "b" (func $b))
  (func $mark (param i32)
    (i32.store (i32.const 16) (i32.add (i32.mul (i32.load (i32.const 16)) (i32.const 10)) (local.get 0))))
  (func (export "__wasm_apply_data_relocs") (call $mark (i32.const 1)))
  (func (export "__wasm_call_ctors") (call $mark (i32.const 3)))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (call $b)
    (i32.eqz (i32.or (i32.eq (i32.load (i32.const 16)) (i32.const 1234))
      (i32.eq (i32.load (i32.const 16)) (i32.const 2134))))))
(module definition $B
  (@dylink.0 (mem-info))
  (import "env" "memory" (memory 1))
  (func $mark (param i32)
    (i32.store (i32.const 16) (i32.add (i32.mul (i32.load (i32.const 16)) (i32.const 10)) (local.get 0))))
  (func (export "__wasm_apply_data_relocs") (call $mark (i32.const 2)))
  (func (export "__wasm_call_ctors") (call $mark (i32.const 4)))
  (func (export "b")))

;;! title = "A second instance over an initialised shared memory does not write the data again"
;;! rules = ["TOOL-MEM-02"]
;;! needs = ["threads"]
;;! bugs = ["START-PER-THREAD"]
(module $Mem
  (memory (export "memory") 1 1 shared)
  (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "env" $Mem)
(module definition $Program
  (import "env" "memory" (memory 1 1 shared))
  (data $data "\07")
  (func $__wasm_init_memory
    (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))
      (then
        (memory.init $data (i32.const 16) (i32.const 0) (i32.const 1))
        (i32.atomic.store (i32.const 64) (i32.const 2))))
    (data.drop $data))
  (start $__wasm_init_memory))
(module instance $First $Program)
(assert_return (invoke $Mem "read" (i32.const 16)) (i32.const 7))
(invoke $Mem "write" (i32.const 16) (i32.const 99))
(module instance $Second $Program)
(assert_return (invoke $Mem "read" (i32.const 16)) (i32.const 99))

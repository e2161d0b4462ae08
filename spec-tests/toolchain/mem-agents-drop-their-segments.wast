;;! title = "Every agent drops its segments after the initialisation, but the one of thread-local variables"
;;! rules = ["TOOL-MEM-03"]
;;! needs = ["threads"]
(module $Mem
  (memory (export "memory") 1 1 shared)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "env" $Mem)
(module definition $Program
  (import "env" "memory" (memory 1 1 shared))
  (data $tdata "\05")
  (data $data "\07")
  (func $__wasm_init_memory
    (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))
      (then
        (memory.init $data (i32.const 16) (i32.const 0) (i32.const 1))
        (i32.atomic.store (i32.const 64) (i32.const 2))))
    (data.drop $data))
  (start $__wasm_init_memory)
  (func (export "data") (memory.init $data (i32.const 17) (i32.const 0) (i32.const 1)))
  (func (export "tdata") (memory.init $tdata (i32.const 18) (i32.const 0) (i32.const 1))))
(module instance $First $Program)
(module instance $Second $Program)
(assert_trap (invoke $First "data") "out of bounds memory access")
(assert_trap (invoke $Second "data") "out of bounds memory access")
(invoke $Second "tdata")
(assert_return (invoke $Mem "read" (i32.const 17)) (i32.const 0))
(assert_return (invoke $Mem "read" (i32.const 18)) (i32.const 5))

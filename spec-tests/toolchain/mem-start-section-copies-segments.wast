;;! title = "With shared memory, the start section copies the passive segments"
;;! rules = ["TOOL-MEM-01"]
;;! needs = ["threads"]
(module $M
  (memory (export "memory") 1 1 shared)
  (data $rodata "\07\08")
  (func $__wasm_init_memory
    (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))
      (then
        (memory.init $rodata (i32.const 16) (i32.const 0) (i32.const 2))
        (i32.atomic.store (i32.const 64) (i32.const 2))))
    (data.drop $rodata))
  (start $__wasm_init_memory)
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(assert_return (invoke $M "read" (i32.const 16)) (i32.const 7))
(assert_return (invoke $M "read" (i32.const 17)) (i32.const 8))
(assert_return (invoke $M "read" (i32.const 64)) (i32.const 2))

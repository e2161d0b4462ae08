;;! title = "Whichever of two threads initialises the shared memory, both find it complete"
;;! rules = ["TOOL-MEM-04", "TOOL-MEM-02"]
;;! needs = ["threads"]
(module $Mem (memory (export "memory") 1 1 shared))
(thread $One (shared (module $Mem))
  (register "env" $Mem)
  (module $M
    (import "env" "memory" (memory 1 1 shared))
    (data $data "\01\02\03\04")
    (func $__wasm_init_memory
      (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))
        (then
          (memory.init $data (i32.const 16) (i32.const 0) (i32.const 4))
          (i32.atomic.store (i32.const 64) (i32.const 2))
          (drop (memory.atomic.notify (i32.const 64) (i32.const -1))))
        (else (drop (memory.atomic.wait32 (i32.const 64) (i32.const 1) (i64.const -1)))))
      (data.drop $data))
    (start $__wasm_init_memory)
    (func (export "last") (result i32) (i32.load8_u (i32.const 19))))
  (assert_return (invoke $M "last") (i32.const 4)))
(thread $Two (shared (module $Mem))
  (register "env" $Mem)
  (module $M
    (import "env" "memory" (memory 1 1 shared))
    (data $data "\01\02\03\04")
    (func $__wasm_init_memory
      (if (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 64) (i32.const 0) (i32.const 1)))
        (then
          (memory.init $data (i32.const 16) (i32.const 0) (i32.const 4))
          (i32.atomic.store (i32.const 64) (i32.const 2))
          (drop (memory.atomic.notify (i32.const 64) (i32.const -1))))
        (else (drop (memory.atomic.wait32 (i32.const 64) (i32.const 1) (i64.const -1)))))
      (data.drop $data))
    (start $__wasm_init_memory)
    (func (export "last") (result i32) (i32.load8_u (i32.const 19))))
  (assert_return (invoke $M "last") (i32.const 4)))
(wait $One)
(wait $Two)

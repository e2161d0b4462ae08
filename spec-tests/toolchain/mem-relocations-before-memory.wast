;;! title = "Relocations of globals are applied before the memory is initialised, in one start function"
;;! rules = ["TOOL-MEM-06"]
;;! needs = ["threads"]
(module $Env
  (memory (export "memory") 1 1 shared)
  (global (export "__memory_base") i32 (i32.const 1024))
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "env" $Env)
(module $Lib
  (import "env" "memory" (memory 1 1 shared))
  (import "env" "__memory_base" (global $__memory_base i32))
  (data $data "\06")
  (global $address (mut i32) (i32.const 8))
  (func $__wasm_apply_global_relocs
    (global.set $address (i32.add (global.get $address) (global.get $__memory_base))))
  (func $__wasm_init_memory
    (memory.init $data (global.get $address) (i32.const 0) (i32.const 1)))
  (func $__wasm_start (call $__wasm_apply_global_relocs) (call $__wasm_init_memory))
  (start $__wasm_start))
(assert_return (invoke $Env "read" (i32.const 1032)) (i32.const 6))
(assert_return (invoke $Env "read" (i32.const 8)) (i32.const 0))

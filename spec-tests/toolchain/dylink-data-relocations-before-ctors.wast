;;! title = "Constructors of a library find its data relocated, if relocations are applied first"
;;! rules = ["TOOL-DYL-03"]
(module $Env
  (memory (export "memory") 1)
  (global (export "__memory_base") i32 (i32.const 512)))
(register "env" $Env)
(module $Lib
  (import "env" "memory" (memory 1))
  (import "env" "__memory_base" (global $__memory_base i32))
  (data (global.get $__memory_base) "\08\00\00\00\00\00\00\00\2a\00\00\00")
  (global $seen (export "seen") (mut i32) (i32.const 0))
  ;; The first word is a pointer to the last one, as an offset in the library.
  (func (export "__wasm_apply_data_relocs")
    (i32.store (global.get $__memory_base)
      (i32.add (i32.load (global.get $__memory_base)) (global.get $__memory_base))))
  (func (export "__wasm_call_ctors")
    (global.set $seen (i32.load (i32.load (global.get $__memory_base))))))
(assert_return (get $Lib "seen") (i32.const 0))
(invoke $Lib "__wasm_apply_data_relocs")
(invoke $Lib "__wasm_call_ctors")
(assert_return (get $Lib "seen") (i32.const 42))

;;! title = "The address that a library exports as a mutable global is relocated right after its instantiation"
;;! rules = ["TOOL-DYL-04"]
(module $Env
  (memory (export "memory") 1)
  (global (export "__memory_base") i32 (i32.const 256)))
(register "env" $Env)
(module $Lib
  (import "env" "__memory_base" (global $__memory_base i32))
  (global $variable (export "variable") (mut i32) (i32.const 12))
  (func $__wasm_apply_global_relocs
    (global.set $variable (i32.add (global.get $__memory_base) (i32.const 12))))
  (start $__wasm_apply_global_relocs))
(register "lib" $Lib)
(module $User (import "lib" "variable" (global $v (mut i32))) (func (export "f") (result i32) (global.get $v)))
(assert_return (get $Lib "variable") (i32.const 268))
(assert_return (invoke $User "f") (i32.const 268))

;;! title = "The address of data that a library exports is an offset: its user adds the library's base"
;;! rules = ["TOOL-DYL-06"]
(module $Env
  (memory (export "memory") 1)
  (global (export "__memory_base") i32 (i32.const 2048))
  (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "env" $Env)
(module $Lib
  (import "env" "memory" (memory 1))
  (import "env" "__memory_base" (global $__memory_base i32))
  (data (global.get $__memory_base) "\00\00\00\00\11")
  (global (export "variable") i32 (i32.const 4)))
(register "lib" $Lib)
(module $User
  (import "env" "memory" (memory 1))
  (import "env" "__memory_base" (global $base_of_lib i32))
  (import "lib" "variable" (global $offset i32))
  (func (export "f") (result i32)
    (i32.load8_u (i32.add (global.get $base_of_lib) (global.get $offset)))))
(assert_return (get $Lib "variable") (i32.const 4))
(assert_return (invoke $User "f") (i32.const 17))

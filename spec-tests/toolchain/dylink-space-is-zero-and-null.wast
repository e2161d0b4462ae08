;;! title = "A library finds its share of memory zero and its share of the table null when it starts"
;;! rules = ["TOOL-DYL-01"]
(module $Env
  (memory (export "memory") 1)
  (table (export "__indirect_function_table") 4 funcref)
  (data (i32.const 0) "\01\02\03\04\05\06\07\08")
  (elem (i32.const 0) $f $f)
  (func $f)
  (global (export "__memory_base") i32 (i32.const 8))
  (global (export "__table_base") i32 (i32.const 2)))
(register "env" $Env)
(module $Lib
  (import "env" "memory" (memory 1))
  (import "env" "__indirect_function_table" (table 2 funcref))
  (import "env" "__memory_base" (global $__memory_base i32))
  (import "env" "__table_base" (global $__table_base i32))
  (global $clean (export "clean") (mut i32) (i32.const 0))
  (func $start
    (if (i64.ne (i64.load (global.get $__memory_base)) (i64.const 0)) (then (unreachable)))
    (if (i32.eqz (ref.is_null (table.get (global.get $__table_base)))) (then (unreachable)))
    (global.set $clean (i32.const 1)))
  (start $start))
(assert_return (get $Lib "clean") (i32.const 1))

;;! title = "An entry of the global offset table is unresolved while start runs, and resolved when the loader did so"
;;! rules = ["TOOL-DYL-05"]
(module $GOT
  (global $f (export "f") (mut i32) (i32.const 0))
  (func (export "resolve") (param i32) (global.set $f (local.get 0))))
(register "GOT.func" $GOT)
(module $Lib
  (import "GOT.func" "f" (global $f (mut i32)))
  (global $in_start (export "in_start") (mut i32) (i32.const -1))
  (func $start (global.set $in_start (global.get $f)))
  (start $start)
  (func (export "now") (result i32) (global.get $f)))
(invoke $GOT "resolve" (i32.const 5))
(assert_return (get $Lib "in_start") (i32.const 0))
(assert_return (invoke $Lib "now") (i32.const 5))

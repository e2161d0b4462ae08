;;! title = "Whether the _start of a C program can be entered twice in an instance is recorded"
;;! rules = ["TOOL-CRT-01"]
(module $Command
  (global $started (mut i32) (i32.const 0))
  (func (export "_start")
    (if (global.get $started) (then (unreachable)))
    (global.set $started (i32.const 1))))
(invoke $Command "_start")
(assert_trap (invoke $Command "_start") "unreachable")

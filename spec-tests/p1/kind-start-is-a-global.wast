;;! title = "What becomes of a _start that is no function is recorded"
;;! rules = ["P1-KIND-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
(module definition $Main
  (memory (export "memory") 1)
  (global (export "_start") i32 (i32.const 0)))

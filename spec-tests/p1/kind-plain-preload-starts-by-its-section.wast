;;! title = "The start section of a preloaded module with neither entry point runs before the main program"
;;! rules = ["P1-KIND-04", "P1-REA-08"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-REQUIRED"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 14
(module definition $Lib
  (memory 1)
  (data (i32.const 0) "\0e")
  (global $value (export "value") (mut i32) (i32.const 0))
  (func $start (global.set $value (i32.load8_u (i32.const 0))))
  (start $start))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "value" (global $value (mut i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (global.get $value))))

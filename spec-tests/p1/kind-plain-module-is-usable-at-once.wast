;;! title = "A preloaded module with neither entry point is usable right after its instantiation"
;;! rules = ["P1-KIND-04"]
;;! needs = ["wasip1"]
;;! bugs = ["INITIALIZE-REQUIRED"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! exit = 12
(module definition $Lib (func (export "f") (result i32) (i32.const 12)))
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "lib" "f" (func $f (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (call $f))))

;;! title = "The arguments are there when the start section asks, in order, behind the program's name"
;;! rules = ["P1-ENV-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! args = ["x", "yz"]
;;! exit = 3
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $start
    (if (call $sizes (i32.const 0) (i32.const 4)) (then (unreachable)))
    (if (call $args (i32.const 16) (i32.const 256)) (then (unreachable))))
  (start $start)
  (func (export "_start")
    ;; "x", and "yz", each with a zero behind it
    (if (i32.ne (i32.load16_u (i32.load (i32.const 20))) (i32.const 0x0078)) (then (call $exit (i32.const 34))))
    (if (i32.ne (i32.load16_u (i32.load (i32.const 24))) (i32.const 0x7a79)) (then (call $exit (i32.const 35))))
    (if (i32.load8_u offset=2 (i32.load (i32.const 24))) (then (call $exit (i32.const 36))))
    (call $exit (i32.load (i32.const 0)))))

;;! title = "The host makes no use of the memory beyond what constants called __data_end and __heap_base tell"
;;! rules = ["P1-ENV-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "the memory has the size that the program gave it"
;;! 34 = "nothing is written beyond __data_end"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  ;; As linkers give them: the data, a stack that grows down from __heap_base, and the heap behind it.
  (global $__stack_pointer (mut i32) (i32.const 4096))
  (global (export "__data_end") i32 (i32.const 32))
  (global (export "__heap_base") i32 (i32.const 4096))
  (func (export "_start") (local $at i32)
    (if (i32.ne (memory.size) (i32.const 2)) (then (call $exit (i32.const 33))))
    (local.set $at (i32.const 32))
    (loop $next
      (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (call $exit (i32.const 34))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 131072))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))

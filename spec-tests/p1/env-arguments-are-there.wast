;;! title = "The arguments are there when the start section asks, in order, behind the program's name"
;;! rules = ["P1-ENV-07"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! args = ["x", "yz"]
;;! stdout = "ok"
;;! exit = 0
;;! [run.checks]
;;! 33 = "args_sizes_get succeeds in the start section"
;;! 34 = "args_get succeeds in the start section"
;;! 35 = "there are three arguments, the name of the program among them"
;;! 36 = "the second argument is \"x\""
;;! 37 = "the third argument is \"yz\""
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  (global $sizes_end (mut i32) (i32.const -1))
  (global $args_end (mut i32) (i32.const -1))
  (func $start
    (global.set $sizes_end (call $sizes (i32.const 32) (i32.const 36)))
    (global.set $args_end (call $args (i32.const 64) (i32.const 256))))
  (start $start)
  (func (export "_start")
    (call $check (i32.eqz (global.get $sizes_end)) (i32.const 33))
    (call $check (i32.eqz (global.get $args_end)) (i32.const 34))
    (call $check (i32.eq (i32.load (i32.const 32)) (i32.const 3)) (i32.const 35))
    ;; Each has a zero behind it.
    (call $check (i32.eq (i32.load16_u (i32.load (i32.const 68))) (i32.const 0x0078)) (i32.const 36))
    (call $check (i32.eq (i32.load16_u (i32.load (i32.const 72))) (i32.const 0x7a79)) (i32.const 37))
    (call $check (i32.eqz (i32.load8_u offset=2 (i32.load (i32.const 72)))) (i32.const 37))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))

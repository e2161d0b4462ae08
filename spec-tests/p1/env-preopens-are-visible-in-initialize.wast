;;! title = "The preopened directories are visible in _initialize, whatever their descriptors are"
;;! rules = ["P1-ENV-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! preopens = ["/a", "/bc"]
;;! invoke = "print"
;;! stdout = "/a/bc"
;;! [run.checks]
;;! 33 = "there is a directory with a name of two characters"
;;! 34 = "there is a directory with a name of three characters"
;;! 35 = "the names of the directories can be had"
;;! 36 = "_initialize has run before the selected export"
(module definition $Main
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $end (mut i32) (i32.const 64))
  (func $check (param $holds i32) (param $code i32)
    (if (i32.eqz (local.get $holds)) (then (call $exit (local.get $code)))))
  ;; Appends the first name of `len` characters that one of the descriptors 3 to 63 has to the text at 64.
  (func $append (param $len i32) (result i32) (local $fd i32)
    (local.set $fd (i32.const 3))
    (loop $next
      (if (i32.eqz (call $prestat (local.get $fd) (i32.const 0)))
        (then (if (i32.eq (i32.load (i32.const 4)) (local.get $len)) (then
          (call $check
            (i32.eqz (call $name (local.get $fd) (global.get $end) (local.get $len)))
            (i32.const 35))
          (global.set $end (i32.add (global.get $end) (local.get $len)))
          (return (i32.const 1))))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $fd) (i32.const 64))))
    (i32.const 0))
  (func (export "_initialize")
    (call $check (call $append (i32.const 2)) (i32.const 33))
    (call $check (call $append (i32.const 3)) (i32.const 34)))
  (func (export "print")
    (call $check (i32.ne (global.get $end) (i32.const 64)) (i32.const 36))
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.sub (global.get $end) (i32.const 64)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))

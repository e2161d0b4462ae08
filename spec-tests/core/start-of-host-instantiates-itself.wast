;;! title = "A start function that has its own module instantiated again runs within itself, once for each instance"
;;! rules = ["CORE-START-21", "CORE-GEN-02"]
;;! [[hosts]]
;;! name = "host.make"
;;! does = { instantiate = { module = "$B", names = ["$One", "$Two"] } }
(module $Count
  (global (export "depth") (mut i32) (i32.const 0))
  (global (export "log") (mut i32) (i32.const 0)))
(register "count" $Count)
(module definition $B
  (import "count" "depth" (global $depth (mut i32)))
  (import "count" "log" (global $log (mut i32)))
  (import "host" "make" (func $make))
  (global $mine (mut i32) (i32.const 0))
  (func $put (param i32) (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
  (func $start
    (global.set $depth (i32.add (global.get $depth) (i32.const 1)))
    (global.set $mine (global.get $depth))
    (call $put (global.get $mine))
    (if (i32.lt_u (global.get $depth) (i32.const 3)) (then (call $make)))
    (call $put (global.get $mine)))
  (start $start))
(module instance $Top $B)
(assert_return (get $Count "log") (i32.const 123321))

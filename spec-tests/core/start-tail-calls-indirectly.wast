;;! title = "start may end in a tail call through a table, through a reference, and to the host"
;;! rules = ["CORE-START-19"]
;;! needs = ["tail-call", "function-references"]
;;! [[hosts]]
;;! name = "host.write"
;;! does = { write = { of = "A", export = "m", at = 0, byte = 9 } }
(module $A
  (memory (export "m") 1)
  (global $count (mut i32) (i32.const 0))
  (table (export "t") 1 funcref)
  (func $bump (export "bump") (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (elem (i32.const 0) $bump)
  (func (export "read") (result i32) (i32.load8_u (i32.const 0)))
  (func (export "count") (result i32) (global.get $count)))
(register "A" $A)
(module
  (import "A" "t" (table 1 funcref))
  (func $start (return_call_indirect (i32.const 0)))
  (start $start))
(assert_return (invoke $A "count") (i32.const 1))
(module
  (type $f (func))
  (import "A" "bump" (func $bump))
  (elem declare func $bump)
  (func $start (return_call_ref $f (ref.func $bump)))
  (start $start))
(assert_return (invoke $A "count") (i32.const 2))
(module
  (import "host" "write" (func $write))
  (func $start (return_call $write))
  (start $start))
(assert_return (invoke $A "read") (i32.const 9))

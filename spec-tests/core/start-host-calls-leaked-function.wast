;;! title = "A function that leaked through a table can be called by the host while start still runs"
;;! rules = ["CORE-START-22"]
;;! [[hosts]]
;;! name = "host.back"
;;! does = { call = { of = "m", export = "call" } }
(module $M
  (table (export "table") 1 funcref)
  (func (export "call") (call_indirect (i32.const 0))))
(register "m" $M)
(module $A
  (import "host" "back" (func $back))
  (import "m" "table" (table 1 funcref))
  (global $state (mut i32) (i32.const 1))
  (func $leaked (global.set $state (i32.mul (global.get $state) (i32.const 10))))
  (elem (i32.const 0) $leaked)
  (func $start
    (global.set $state (i32.const 2))
    (call $back)
    (global.set $state (i32.add (global.get $state) (i32.const 3))))
  (func (export "state") (result i32) (global.get $state))
  (start $start))
(assert_return (invoke $A "state") (i32.const 23))

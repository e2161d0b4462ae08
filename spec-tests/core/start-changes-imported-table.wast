;;! title = "An entry that start writes to an imported table is called at once by the instance that exports it"
;;! rules = ["CORE-START-24"]
(module $Log
  (global $value (mut i32) (i32.const 0))
  (func (export "log") (param i32)
    (global.set $value (i32.add (i32.mul (global.get $value) (i32.const 10)) (local.get 0))))
  (func (export "value") (result i32) (global.get $value)))
(register "Log" $Log)
(module $A
  (table (export "t") 1 funcref)
  (func (export "call") (call_indirect (i32.const 0))))
(register "A" $A)
(module $N
  (import "Log" "log" (func $log (param i32)))
  (import "A" "call" (func $call))
  (import "A" "t" (table 1 funcref))
  (func $f (call $log (i32.const 8)))
  (elem declare func $f)
  (func $start
    (table.set 0 (i32.const 0) (ref.func $f))
    (call $call))
  (start $start))
(assert_return (invoke $Log "value") (i32.const 8))
;;= /$N import "Log" "log" func
;;= /$N import "A" "call" func
;;= /$N import "A" "t" table
;;= /$N elem 0 = [func /$N#2]
;;= /$N allocated func 2
;;= /$N elem 0 dropped
;;= /$N start 3 entered
;;= /$N start 3 left
;;= /$N done

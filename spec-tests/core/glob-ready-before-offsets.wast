;;! title = "Offsets of segments see globals that the module itself defines"
;;! rules = ["CORE-GLOB-05"]
;;! needs = ["gc"]
(module $N
  (global $at i32 (i32.const 2))
  (table 4 funcref)
  (memory 1)
  (func $f (result i32) (i32.const 6))
  (elem (global.get $at) $f)
  (data (global.get $at) "\07")
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 2)))
  (func (export "read") (result i32) (i32.load8_u (i32.const 2))))
(assert_return (invoke $N "call") (i32.const 6))
(assert_return (invoke $N "read") (i32.const 7))
;;= /$N global 0 = i32:2
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 3 table 1 memory 1 global 1
;;= /$N elem 0 offset = i32:2
;;= /$N elem 0 -> table 0 at 2 len 1
;;= /$N elem 0 dropped
;;= /$N data 0 offset = i32:2
;;= /$N data 0 -> memory 0 at 2 len 1
;;= /$N data 0 dropped
;;= /$N done

;;! title = "An item of an element segment may be a global that the module defines"
;;! rules = ["CORE-ELEM-15"]
;;! needs = ["gc"]
(module $N
  (func $f (result i32) (i32.const 5))
  (global $g funcref (ref.func $f))
  (table 1 funcref)
  (elem (table 0) (i32.const 0) funcref (item (global.get $g)))
  (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
(assert_return (invoke $N "call") (i32.const 5))
(assert_invalid
  (module
    (global $g (mut funcref) (ref.null func))
    (table 1 funcref)
    (elem (table 0) (i32.const 0) funcref (item (global.get $g))))
  "constant expression required")
;;= /$N global 0 = func /$N#0
;;= /$N elem 0 = [func /$N#0]
;;= /$N allocated func 2 table 1 global 1
;;= /$N elem 0 offset = i32:0
;;= /$N elem 0 -> table 0 at 0 len 1
;;= /$N elem 0 dropped
;;= /$N done

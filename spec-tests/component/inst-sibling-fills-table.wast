;;! title = "A later core instance's element segment fills the table of an earlier one"
;;! rules = ["CM-INST-04"]
;;! needs = ["component-model"]
(component $C
  (core module $A
    (table (export "t") 1 funcref)
    (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
  (core instance $a (instantiate $A))
  (core module $B
    (import "a" "t" (table 1 funcref))
    (func $f (result i32) (i32.const 64))
    (elem (i32.const 0) $f))
  (core instance (instantiate $B (with "a" (instance $a))))
  (func (export "call") (result u32) (canon lift (core func $a "call"))))
(assert_return (invoke "call") (u32.const 64))
;;= /$C component begun
;;= /$C/$a allocated func 1 table 1
;;= /$C/$a done
;;= /$C/core#1 import "a" "t" table
;;= /$C/core#1 elem 0 = [func /$C/core#1#0]
;;= /$C/core#1 allocated func 1
;;= /$C/core#1 elem 0 offset = i32:0
;;= /$C/core#1 elem 0 -> table 0 at 0 len 1
;;= /$C/core#1 elem 0 dropped
;;= /$C/core#1 done
;;= /$C component done

;;! title = "Nothing but the empty range is left of an active data segment"
;;! rules = ["CORE-DATA-05"]
;;! bugs = ["DROPPED-ACTIVE-USABLE"]
(module $N
  (memory 1)
  (data $d (i32.const 0) "\01\02")
  (func (export "init") (param i32)
    (memory.init $d (i32.const 8) (i32.const 0) (local.get 0))))
(assert_return (invoke $N "init" (i32.const 0)))
(assert_trap (invoke $N "init" (i32.const 1)) "out of bounds memory access")
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 2
;;= /$N data 0 dropped
;;= /$N done

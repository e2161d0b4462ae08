;;! title = "The memory of a new instance is zero where an earlier instance of the module wrote"
;;! rules = ["CORE-MEM-01", "CORE-GEN-01"]
;;! bugs = ["POOL-DATA-LEAK"]
(module definition $M
  (memory 1)
  (func (export "fill") (memory.fill (i32.const 0) (i32.const 255) (i32.const 65536)))
  (func (export "sum") (result i32)
    (i32.or (i32.load (i32.const 0)) (i32.load (i32.const 65532)))))
(module instance $A $M)
(assert_return (invoke $A "fill"))
(module instance $B $M)
(assert_return (invoke $B "sum") (i32.const 0))
(assert_return (invoke $A "sum") (i32.const -1))
;;= /$A allocated func 2 memory 1
;;= /$A done
;;= /$B allocated func 2 memory 1
;;= /$B done

;;! title = "An access outside the memory in the start function fails the instantiation"
;;! rules = ["CORE-START-09"]
(assert_trap
  (module
    (memory 1)
    (func $start (i32.store (i32.const 65533) (i32.const 1)))
    (start $start))
  "out of bounds memory access")
;;= /#0 allocated func 1 memory 1
;;= /#0 start 0 entered
;;= /#0 trap out-of-bounds-memory in start

;;! title = "A data segment that was applied is empty in start, and not gone: the target is checked"
;;! rules = ["CORE-DATA-05"]
(assert_trap
  (module
    (memory 1)
    (func $start (memory.init 0 (i32.const 65537) (i32.const 0) (i32.const 0)))
    (start $start)
    (data (i32.const 0) "a"))
  "out of bounds memory access")
(module $N
  (memory 1)
  (func $start (memory.init 0 (i32.const 65536) (i32.const 0) (i32.const 0)))
  (start $start)
  (data (i32.const 0) "a"))
;;= /#0 allocated func 1 memory 1
;;= /#0 data 0 offset = i32:0
;;= /#0 data 0 -> memory 0 at 0 len 1
;;= /#0 data 0 dropped
;;= /#0 start 0 entered
;;= /#0 trap out-of-bounds-memory in start
;;= /$N allocated func 1 memory 1
;;= /$N data 0 offset = i32:0
;;= /$N data 0 -> memory 0 at 0 len 1
;;= /$N data 0 dropped
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done

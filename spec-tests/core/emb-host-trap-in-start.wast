;;! title = "A trap of a host function in start is the failure of the instantiation"
;;! rules = ["EMB-HOST-02", "CORE-START-10"]
;;! [[hosts]]
;;! name = "host.fail"
;;! does = "trap"
(module $M
  (memory (export "memory") 1)
  (func (export "at") (param i32) (result i32) (i32.load8_u (local.get 0))))
(register "m" $M)
(assert_trap
  (module
    (import "host" "fail" (func $fail))
    (import "m" "memory" (memory 1))
    (func $start
      (i32.store8 (i32.const 0) (i32.const 1))
      (call $fail)
      (i32.store8 (i32.const 1) (i32.const 1)))
    (start $start))
  "host trap")
;; What came before the call has happened, and what stands behind it has not.
(assert_return (invoke $M "at" (i32.const 0)) (i32.const 1))
(assert_return (invoke $M "at" (i32.const 1)) (i32.const 0))
;;= /#0 import "host" "fail" func
;;= /#0 import "m" "memory" memory
;;= /#0 allocated func 1
;;= /#0 start 1 entered
;;= /#0 host host.fail ()
;;= /#0 trap host in start

;;! title = "An instance whose start function failed cannot be registered or called by its name"
;;! rules = ["EMB-INST-02", "CORE-LINK-10"]
(module $Old (func (export "f") (result i32) (i32.const 1)))
(register "Name" $Old)
(assert_trap
  (module
    (func (export "f") (result i32) (i32.const 2))
    (func $start (unreachable))
    (start $start))
  "unreachable")
(module $N
  (import "Name" "f" (func $f (result i32)))
  (func (export "call") (result i32) (call $f)))
(assert_return (invoke $N "call") (i32.const 1))
;;= /#0 allocated func 2
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
;;= /$N import "Name" "f" func
;;= /$N allocated func 1
;;= /$N done

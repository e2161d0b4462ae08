;;! title = "An instance whose start function trapped cannot be imported from"
;;! rules = ["CORE-LINK-10"]
(module $Good (func (export "f")))
(register "Name" $Good)
(assert_trap
  (module (func (export "g")) (func $start (unreachable)) (start $start))
  "unreachable")
(assert_unlinkable (module (import "Name" "g" (func))) "unknown import")
(module $N (import "Name" "f" (func)))
;;= /#0 allocated func 2
;;= /#0 start 1 entered
;;= /#0 trap unreachable in start
;;= /$N import "Name" "f" func
;;= /$N allocated
;;= /$N done
;;= => unlinkable

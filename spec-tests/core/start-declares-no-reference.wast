;;! title = "Being the start function does not declare a function for ref.func"
;;! rules = ["CORE-START-23"]
(assert_invalid
  (module
    (func $start (drop (ref.func $start)))
    (start $start))
  "undeclared function reference")
(module $N
  (func $start (export "start") (drop (ref.func $start)))
  (start $start))
;;= /$N allocated func 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done

;;! title = "A start function with parameters, with results, or that does not exist is invalid"
;;! rules = ["CORE-START-01"]
(assert_invalid (module (func $f (param i32)) (start $f)) "start function")
(assert_invalid (module (func $f (result i32) (i32.const 0)) (start $f)) "start function")
(assert_invalid (module (func $f) (start 1)) "unknown function")
(module $N (func $f) (start $f))
;;= /$N allocated func 1
;;= /$N start 0 entered
;;= /$N start 0 left
;;= /$N done

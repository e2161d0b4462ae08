;;! title = "An imported start function must have neither parameters nor results"
;;! rules = ["CORE-START-01"]
(assert_invalid (module (import "A" "f" (func $f (param i32))) (start $f)) "start function")
(assert_invalid (module (import "A" "f" (func $f (result i32))) (start $f)) "start function")

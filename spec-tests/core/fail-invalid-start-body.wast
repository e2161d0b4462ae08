;;! title = "Whether an invalid body of the start function is refused at once or when it runs is recorded"
;;! rules = ["CORE-FAIL-04"]
(assert_invalid
  (module (func $start (result i32)) (func $f (drop (i64.add (i32.const 0) (i32.const 0)))) (start $f))
  "type mismatch")

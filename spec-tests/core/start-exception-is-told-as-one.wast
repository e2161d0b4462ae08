;;! title = "Whether an exception that leaves start is told as an exception or as another error is recorded"
;;! rules = ["EMB-INST-05"]
;;! needs = ["exception-handling"]
(module $N
  (tag $t (param i32))
  (func $start (throw $t (i32.const 7)))
  (start $start))
;;= /$N allocated func 1 tag 1
;;= /$N start 0 entered
;;= /$N throw (i32:7) in start

;;! title = "What becomes of a main program with neither entry point is recorded"
;;! rules = ["P1-KIND-05"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
(module definition $Main (memory (export "memory") 1) (func (export "f")))

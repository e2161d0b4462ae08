;;! title = "With which status a trap in _start ends is recorded"
;;! rules = ["P1-CMD-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! fails = "trap"
(module definition $Main (memory (export "memory") 1) (func (export "_start") (unreachable)))

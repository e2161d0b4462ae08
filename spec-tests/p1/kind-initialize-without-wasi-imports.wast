;;! title = "Whether the _initialize of a module that imports nothing of WASI is called is recorded"
;;! rules = ["P1-KIND-08"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "reactor"
;;! main = "$Main"
;;! no_checks = "It imports nothing of WASI, which is what it is about: there is no proc_exit that it could call."
(module definition $Main
  (func (export "_initialize") (unreachable)))

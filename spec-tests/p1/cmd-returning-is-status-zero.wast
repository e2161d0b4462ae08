;;! title = "Returning from _start is exit status 0"
;;! rules = ["P1-CMD-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = ""
;;! exit = 0
(module definition $Main (memory (export "memory") 1) (func (export "_start")))

;;! title = "Returning from _start is exit status 0"
;;! rules = ["P1-CMD-06"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! stdout = ""
;;! exit = 0
;;! no_checks = "What is proven is the exit code of a program that has returned, and it cannot look at that itself."
(module definition $Main (memory (export "memory") 1) (func (export "_start")))

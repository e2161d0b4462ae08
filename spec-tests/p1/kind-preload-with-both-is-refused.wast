;;! title = "A preloaded module that exports both _start and _initialize is refused, and the main program does not run"
;;! rules = ["P1-KIND-03"]
;;! needs = ["wasip1"]
;;! [run]
;;! kind = "command"
;;! main = "$Main"
;;! preloads = [{ name = "lib", module = "$Lib" }]
;;! fails = "refused"
(module definition $Lib
  (func (export "_initialize"))
  (func (export "_start"))
  (func (export "f")))
(module definition $Main
  (import "lib" "f" (func $f))
  (memory (export "memory") 1)
  (func (export "_start") (call $f)))

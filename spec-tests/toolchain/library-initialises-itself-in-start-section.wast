;;! title = "A library that initialises itself in its start section needs no call of the host"
;;! rules = ["TOOL-BAS-03"]
;;! bugs = ["START-DEFERRED", "START-NEVER"]
(module $Lib
  (memory 1)
  (data (i32.const 0) "\02\03")
  (global $ready (export "ready") (mut i32) (i32.const 0))
  (func $init
    (global.set $ready (i32.mul (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 1)))))
  (start $init)
  (func (export "f") (result i32) (global.get $ready)))
(assert_return (get $Lib "ready") (i32.const 6))
(assert_return (invoke $Lib "f") (i32.const 6))

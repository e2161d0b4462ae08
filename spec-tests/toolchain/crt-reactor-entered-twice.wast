;;! title = "The _initialize of a C library traps when it is entered a second time"
;;! rules = ["TOOL-CRT-04"]
;;! bugs = ["INITIALIZE-TWICE"]
(module $Reactor
  (global $initialized (mut i32) (i32.const 0))
  (global $made (export "made") (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (global.set $made (i32.add (global.get $made) (i32.const 1))))
  (func (export "_initialize")
    (if (global.get $initialized) (then (unreachable)))
    (global.set $initialized (i32.const 1))
    (call $__wasm_call_ctors)))
(invoke $Reactor "_initialize")
(assert_trap (invoke $Reactor "_initialize") "unreachable")
(assert_return (get $Reactor "made") (i32.const 1))

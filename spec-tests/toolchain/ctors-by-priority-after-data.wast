;;! title = "Constructors run in the order of their priorities, and find the data segments in memory"
;;! rules = ["TOOL-CTOR-02", "TOOL-CTOR-03"]
;; As linked from two objects: priority 101 of the second, then the default priority of the first and of the second.
(module $Lib
  (memory 1)
  (data (i32.const 0) "\01\02\03")
  (global $log (export "log") (mut i32) (i32.const 0))
  (func $append (param $at i32)
    (global.set $log
      (i32.add (i32.mul (global.get $log) (i32.const 10)) (i32.load8_u (local.get $at)))))
  (func $first_65535 (call $append (i32.const 1)))
  (func $second_65535 (call $append (i32.const 2)))
  (func $second_101 (call $append (i32.const 0)))
  (func (export "__wasm_call_ctors")
    (call $second_101) (call $first_65535) (call $second_65535)))
(invoke $Lib "__wasm_call_ctors")
(assert_return (get $Lib "log") (i32.const 123))

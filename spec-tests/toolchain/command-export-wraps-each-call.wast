;;! title = "Each wrapped export of a command runs constructors, the function and destructors"
;;! rules = ["TOOL-CMD-01"]
;;! bugs = ["CTORS-PER-CALL"]
(module $Command
  (global $log (export "log") (mut i32) (i32.const 0))
  (func $append (param i32)
    (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
  (func $__wasm_call_ctors (call $append (i32.const 1)))
  (func $__wasm_call_dtors (call $append (i32.const 9)))
  (func $f (call $append (i32.const 2)))
  (func $g (call $append (i32.const 3)))
  (func (export "f") (call $__wasm_call_ctors) (call $f) (call $__wasm_call_dtors))
  (func (export "g") (call $__wasm_call_ctors) (call $g) (call $__wasm_call_dtors)))
(assert_return (get $Command "log") (i32.const 0))
(invoke $Command "f")
(assert_return (get $Command "log") (i32.const 129))
(invoke $Command "g")
(assert_return (get $Command "log") (i32.const 129139))

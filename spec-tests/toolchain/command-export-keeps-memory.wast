;;! title = "Memory is not reset between two wrapped exports: the constructors' state adds up"
;;! rules = ["TOOL-CMD-03"]
;;! bugs = ["CTORS-PER-CALL"]
(module $Command
  (memory 1)
  (func $__wasm_call_ctors
    (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
  (func $count (result i32) (i32.load (i32.const 0)))
  (func (export "count") (result i32) (call $__wasm_call_ctors) (call $count)))
(assert_return (invoke $Command "count") (i32.const 1))
(assert_return (invoke $Command "count") (i32.const 2))
(assert_return (invoke $Command "count") (i32.const 3))

;;! title = "A command that calls its constructors itself has exports that run none"
;;! rules = ["TOOL-CMD-02"]
(module $Command
  (global $made (mut i32) (i32.const 0))
  (func $__wasm_call_ctors (global.set $made (i32.add (global.get $made) (i32.const 1))))
  (func (export "_initialize") (call $__wasm_call_ctors))
  (func (export "made") (result i32) (global.get $made)))
(assert_return (invoke $Command "made") (i32.const 0))
(invoke $Command "_initialize")
(assert_return (invoke $Command "made") (i32.const 1))
(assert_return (invoke $Command "made") (i32.const 1))

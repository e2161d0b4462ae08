;;! title = "The result of a constructor is dropped: __wasm_call_ctors has no parameters and no results"
;;! rules = ["TOOL-CTOR-05"]
(module $Lib
  (global $made (export "made") (mut i32) (i32.const 0))
  (func $ctor (result i32) (global.set $made (i32.const 5)) (i32.const 9))
  (func (export "__wasm_call_ctors") (drop (call $ctor))))
(register "lib" $Lib)
(assert_unlinkable
  (module (import "lib" "__wasm_call_ctors" (func (result i32))))
  "incompatible import type")
(module $Glue (import "lib" "__wasm_call_ctors" (func $ctors)) (start $ctors))
(assert_return (get $Lib "made") (i32.const 5))

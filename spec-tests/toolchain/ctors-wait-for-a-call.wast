;;! title = "Constructors in an exported __wasm_call_ctors run when it is called and not before"
;;! rules = ["TOOL-CTOR-01", "TOOL-CTOR-04"]
(module $Lib
  (global $made (export "made") (mut i32) (i32.const 0))
  (func $ctor (global.set $made (i32.add (global.get $made) (i32.const 1))))
  (func (export "__wasm_call_ctors") (call $ctor)))
(assert_return (get $Lib "made") (i32.const 0))
(invoke $Lib "__wasm_call_ctors")
(assert_return (get $Lib "made") (i32.const 1))
;;= /$Lib global 0 = i32:0
;;= /$Lib allocated func 2 global 1
;;= /$Lib done

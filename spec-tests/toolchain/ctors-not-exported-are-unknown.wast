;;! title = "A __wasm_call_ctors that is not exported cannot be imported by another module"
;;! rules = ["TOOL-CTOR-04"]
(module $Lib
  (func $__wasm_call_ctors)
  (func (export "f") (result i32) (i32.const 1)))
(register "lib" $Lib)
(assert_unlinkable (module (import "lib" "__wasm_call_ctors" (func))) "unknown import")
(module $User (import "lib" "f" (func $f (result i32))) (func (export "g") (result i32) (call $f)))
(assert_return (invoke $User "g") (i32.const 1))

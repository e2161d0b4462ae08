(module $A (func (export "id") (param i32) (result i32) (local.get 0)))
(register "A" $A)
(module
  (import "A" "id" (func $id (param i32) (result i32)))
  (func $first (result i32) (return_call $next (i32.const 20)))
  (func $next (param i32) (result i32) (return_call $id (i32.add (local.get 0) (i32.const 1))))
  (func (export "run") (result i32) (call $first)))
(assert_return (invoke "run") (i32.const 21))

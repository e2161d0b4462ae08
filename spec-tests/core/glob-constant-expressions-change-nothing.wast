;;! title = "Constant expressions of every kind leave imported state as it was"
;;! rules = ["CORE-GLOB-06"]
;;! needs = ["gc", "extended-const"]
(module $A
  (memory (export "m") 1)
  (table (export "t") 1 funcref)
  (global (export "v") (mut i32) (i32.const 8))
  (global (export "c") i32 (i32.const 9))
  (func (export "same") (result i32)
    (i32.and (i32.eqz (i32.load (i32.const 0))) (ref.is_null (table.get 0 (i32.const 0))))))
(register "A" $A)
(module $N
  (import "A" "m" (memory 1))
  (import "A" "t" (table 1 funcref))
  (import "A" "v" (global (mut i32)))
  (import "A" "c" (global $c i32))
  (type $s (struct (field i32)))
  (func $f)
  (global i32 (i32.sub (global.get $c) (i32.const 10)))
  (global funcref (ref.func $f))
  (global externref (ref.null extern))
  (global (ref $s) (struct.new $s (global.get $c)))
  (global (ref i31) (ref.i31 (i32.const 5))))
(assert_return (invoke $A "same") (i32.const 1))
(assert_return (get $A "v") (i32.const 8))
(assert_return (get $A "c") (i32.const 9))
;;= /$N import "A" "m" memory
;;= /$N import "A" "t" table
;;= /$N import "A" "v" global
;;= /$N import "A" "c" global
;;= /$N global 2 = i32:-1
;;= /$N global 3 = func /$N#0
;;= /$N global 4 = null
;;= /$N global 5 = struct
;;= /$N global 6 = i31 5
;;= /$N allocated func 1 global 5
;;= /$N done

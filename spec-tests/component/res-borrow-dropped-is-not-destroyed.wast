;;! title = "A sibling that drops the borrow which start lent to it runs no destructor"
;;! rules = ["CM-RES-04", "CM-RES-06"]
;;! needs = ["component-model"]
(component $C
  (component $Owner
    (core module $Dtor
      (global $count (mut i32) (i32.const 0))
      (func (export "dtor") (param i32) (global.set $count (i32.add (global.get $count) (i32.const 1))))
      (func (export "count") (result i32) (global.get $count)))
    (core instance $dtor (instantiate $Dtor))
    (type $r (resource (rep i32) (dtor (core func $dtor "dtor"))))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core module $M
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 5))))
    (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
    (func (export "make") (result (own $e)) (canon lift (core func $m "make")))
    (func (export "count") (result u32) (canon lift (core func $dtor "count"))))
  (component $Borrower
    (import "r" (type $r (sub resource)))
    (core func $drop (canon resource.drop $r))
    (core module $M
      (import "" "drop" (func $drop (param i32)))
      (func (export "see") (param i32) (call $drop (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance (export "drop" (func $drop))))))
    (func (export "see") (param "r" (borrow $r)) (canon lift (core func $m "see"))))
  (component $Caller
    (import "r" (type $r (sub resource)))
    (import "make" (func $make (result (own $r))))
    (import "see" (func $see (param "r" (borrow $r))))
    (core func $make (canon lower (func $make)))
    (core func $see (canon lower (func $see)))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "see" (func $see (param i32)))
      (func $start (call $see (call $make)))
      (start $start))
    (core instance (instantiate $M
      (with "" (instance (export "make" (func $make)) (export "see" (func $see)))))))
  (instance $owner (instantiate $Owner))
  (instance $borrower (instantiate $Borrower (with "r" (type $owner "r"))))
  (instance (instantiate $Caller
    (with "r" (type $owner "r")) (with "make" (func $owner "make")) (with "see" (func $borrower "see"))))
  (export "count" (func $owner "count")))
(assert_return (invoke "count") (u32.const 0))
;;= /$C component begun
;;= /$C/$owner component begun
;;= /$C/$owner/$dtor global 0 = i32:0
;;= /$C/$owner/$dtor allocated func 2 global 1
;;= /$C/$owner/$dtor done
;;= /$C/$owner/$m import "" "new" func
;;= /$C/$owner/$m allocated func 1
;;= /$C/$owner/$m done
;;= /$C/$owner component done
;;= /$C/$borrower component begun
;;= /$C/$borrower import "" "r" type
;;= /$C/$borrower/$m import "" "drop" func
;;= /$C/$borrower/$m allocated func 1
;;= /$C/$borrower/$m done
;;= /$C/$borrower component done
;;= /$C/#2 component begun
;;= /$C/#2 import "" "r" type
;;= /$C/#2 import "" "make" func
;;= /$C/#2 import "" "see" func
;;= /$C/#2/core#1 import "" "make" func
;;= /$C/#2/core#1 import "" "see" func
;;= /$C/#2/core#1 allocated func 1
;;= /$C/#2/core#1 start 2 entered
;;= /$C/$owner resource "$r" made rep 5 handle 1
;;= /$C/$owner lifted "func 0 result" (own $r 5)
;;= /$C/#2 lowered "func 0 result" (own $r 5)
;;= /$C/#2 lifted "func 0 params" (borrow $r 5)
;;= /$C/$borrower lowered "func 0 params" (borrow $r 5)
;;= /$C/#2/core#1 start 2 left
;;= /$C/#2/core#1 done
;;= /$C/#2 component done
;;= /$C component done
